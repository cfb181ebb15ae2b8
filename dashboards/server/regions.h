/* regions - the region table (GB/T 2260) as the page wants it.
 *
 * From a CSV with a heading: code,name_zh,name_en,level,parent. Written once as JSON at start:
 * {"regions":[{"code":"430100","zh":"长沙市","en":"Changsha","level":"prefecture","parent":"430000"},...]}
 */
#ifndef DASHBOARDS_REGIONS_H
#define DASHBOARDS_REGIONS_H

#include <stddef.h>

#include "common/fault.h"

enum { REGIONS_MAX = 4096 };

/* The JSON, for the caller to free; NULL with "file:line: what was expected". */
char *regions_load(const char *path, size_t *len, struct fault *f);

#endif
