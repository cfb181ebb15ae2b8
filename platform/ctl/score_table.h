/* score_table - what counts in a drill's score: rows of a table, never code.
 *
 * File     deploy/data/drill_scores.csv: id,ability,counted,weight,target,name_zh,name_en. `ability` is discover (发现力), protect (防护力) or
 *          handle (处置力); `counted` one of score_counted[] (score.h says what each is); `target` a share as in "90 %", of which more is
 *          better, or a time as in "30 s", "15 min", "4 h", "1 d", of which less is. A row is left out by leaving it out; weight 0
 *          shows a figure that does not count.
 * Source   the plans name the three abilities and define none of them: these definitions and targets are ours, to be copied and
 *          changed. Path "" gives the built-in ones, which are the file's.
 */
#ifndef CTL_SCORE_TABLE_H
#define CTL_SCORE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"

enum { MEASURES_MAX = 32, MEASURE_ID_MAX = 32, MEASURE_NAME_MAX = 96, WEIGHT_MOST = 100, TABLE_DIGEST_MAX = 65 };

enum ability { DISCOVER, PROTECT, HANDLE, ABILITIES };
extern const struct ability_name { const char *name, *zh, *en; } ability_names[ABILITIES];

enum counted {
    DETECTED, DETECTED_IN_TIME, DETECT_MEAN, DETECT_MEDIAN, BLOCKED, CONTAINED_IN_TIME, JUDGED, ACKNOWLEDGED_IN_TIME, ACKNOWLEDGE_MEAN,
    RESOLVED_IN_TIME, RESOLVE_MEAN, SIGNED_IN_TIME, FEEDBACK_IN_TIME, COUNTEDS
};
enum unit { SHARE, SECONDS };           /* thousandths; seconds */
extern const struct counted_name { const char *name; enum unit unit; } score_counted[COUNTEDS];

struct measure {
    char         id[MEASURE_ID_MAX], name_zh[MEASURE_NAME_MAX], name_en[MEASURE_NAME_MAX];
    enum ability ability;
    enum counted counted;
    unsigned     weight;
    uint64_t     target;                /* in its unit, not 0 */
};

struct score_table {
    struct measure rows[MEASURES_MAX];
    size_t         count;
    char           sm3[TABLE_DIGEST_MAX];       /* of the rows, so that a score says by which table it was made */
};

/* 0, or a negative errno with file and line and what was expected; *out is then empty. */
int score_table_load(const char *path, struct score_table *out, struct fault *f);

#endif
