/* model - one week's figures beside the week before; everything a renderer needs and nothing else.
 *
 * Weeks      ISO 8601, Monday to Sunday, in local time. An alert counts by its packet's time, an incident by its last alert's.
 * Incidents  one that became part of another is in no figure and in no list: it counts within its whole.
 * Figures    a row has what this week and the one before had; a change is shown only when the base is not zero.
 * Limits     MODEL_ROWS_MAX rows a table, the largest first; MODEL_INCIDENTS_MAX incidents, the gravest first.
 */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include <stdint.h>

#include "common/fault.h"

enum { MODEL_ROWS_MAX = 200, MODEL_TEXT_MAX = 200, MODEL_DAYS = 7, MODEL_INCIDENTS_MAX = 50 };

struct pair { uint64_t now, before; };

struct model_row {
    char        key[MODEL_TEXT_MAX];
    char        zh[MODEL_TEXT_MAX], en[MODEL_TEXT_MAX];     /* what a person reads; the key when nothing is known */
    struct pair alerts, incidents;
};

struct model_table {
    struct model_row rows[MODEL_ROWS_MAX];
    unsigned         count;
};

struct model_incident {
    char     id[48], zh[MODEL_TEXT_MAX], en[MODEL_TEXT_MAX], region[16], state[20], last[40];
    int      level;
    double   score;
    uint64_t alerts;
};

struct model {
    char     week[16], status[16], made[40];
    char     from_day[16], to_day[16];          /* first and last day, 2026-11-16 */
    uint64_t from_us, to_us, before_us;         /* [before_us, from_us) is the week before */
    struct pair alerts, incidents;
    struct pair severity[5], level[5];          /* index 1..4 */
    uint64_t days[MODEL_DAYS][5];               /* alerts of this week by day and severity */
    struct model_table regions, sectors, rules, victims, attackers;
    struct model_incident list[MODEL_INCIDENTS_MAX];
    unsigned listed;
};

/* "2026-W47" into the week's bounds. 0, or -EINVAL with a sentence. */
int model_week(struct model *m, const char *week, struct fault *f);

/* Reads the archive. `regions_csv` names regions (code,name_zh,name_en,level,parent); prefectures are listed even at zero. */
int model_collect(struct model *m, const char *archive_dir, const char *regions_csv, struct fault *f);

#endif
