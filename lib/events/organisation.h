/* organisation - the words by which units and assets are registered: regions (GB/T 2260) and sectors. Both are data.
 *
 * Files      regions: code,name_zh,name_en,level,parent (deploy/data/hunan_regions.csv); sectors: id,name_zh,name_en,source
 *            (deploy/data/sectors.csv). The section "organisation" of fengsui.yaml says where they are.
 * Ownership  an organisation owns its texts; a code is good until organisation_free().
 * Threads    const once loaded.
 */
#ifndef EVENTS_ORGANISATION_H
#define EVENTS_ORGANISATION_H

#include "common/fault.h"
#include "common/settings.h"
#include "common/text.h"

struct organisation_settings { char *regions, *sectors; };      /* paths; "" or NULL: none */
struct settings_section organisation_section(struct organisation_settings *into);

struct code { const char *id, *zh, *en; };
struct organisation;

/* A list without a file is empty. NULL with a sentence. */
struct organisation *organisation_load(const struct organisation_settings *s, struct fault *f);
void organisation_free(struct organisation *o);

/* By its code or its Chinese name; NULL: there is none. A region may have 9 or 12 digits: what stands for a street or a village
 * (GB/T 10114) is found as its county. */
const struct code *organisation_region(const struct organisation *o, const char *text);
const struct code *organisation_sector(const struct organisation *o, const char *text);

/* Whether there is such a list at all: without one nothing can be said to be wrong. */
bool organisation_has_regions(const struct organisation *o);
bool organisation_has_sectors(const struct organisation *o);

/* Whether it is a unified social credit code: 18 characters, the last one checks the others (GB 32100-2015 section 5). */
bool organisation_credit_code(const char *text);

/* "energy, finance, power ...": for sentences. At most `most` of them. */
void organisation_sectors_text(const struct organisation *o, size_t most, struct text *out);

#endif
