/* asset - a device, service or network that a unit registered, and the two ends of a conversation.
 *
 * Assets come from a CSV of prefixes (longest match): prefix,name,unit,sector,region,mlps_level,cii,role.
 * Regions are GB/T 2260 codes; sectors are data, not code.
 */
#ifndef EVENTS_ASSET_H
#define EVENTS_ASSET_H

#include <stdbool.h>

#include "common/addr.h"
#include "common/text.h"

/* 数据分级 (GB/T 43697-2024): core, important, general. */
enum data_grade { DATA_UNGRADED, DATA_CORE, DATA_IMPORTANT, DATA_GENERAL, DATA_GRADES };
enum data_grade asset_data_grade_parse(const char *text);       /* "core"; DATA_UNGRADED for any other word */

struct asset {
    const char *name, *unit, *sector, *region, *role;   /* UTF-8; "" when not known */
    uint8_t     mlps_level;                             /* 1..5 (网络安全等级保护); 0 unknown */
    bool        cii;                                    /* critical information infrastructure */
    uint8_t     importance;                             /* 1 highest .. 4 (GB/T 32924); 0 unknown. Of the registry alone, as the grade */
    enum data_grade data_grade;
};

struct endpoint {
    struct addr         addr;
    uint16_t            port;           /* 0 when the transport has none */
    char                country[3];     /* ISO 3166-1 alpha-2; "" when not known */
    const struct asset *asset;          /* NULL: not registered; borrowed from the table */
};

struct asset_table;
/* Every bad line is reported through `bad` (may be NULL) and skipped; the good ones count. */
struct asset_table *asset_table_load(const char *path, void (*bad)(void *ctx, const struct fault *f), void *ctx,
                                     struct fault *f);
void asset_table_free(struct asset_table *t);
const struct asset *asset_table_find(const struct asset_table *t, const struct addr *a);
size_t asset_table_count(const struct asset_table *t);

/* {"name":...,"unit":...}: the value of src_asset and dest_asset. */
void asset_json(const struct asset *a, struct text *out);

#endif
