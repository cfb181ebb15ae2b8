/* weights - how much each thing counts in an incident's score, and from which score on which level: data, not code.
 *
 * File    CSV "name,value,about", a line each; names as in weights.c, every value 0..1 (levels 0..100). What is not named
 *         keeps its default. deploy/data/scoring.csv has them all.
 * Source  the plans give no numbers; GB/T 32924 gives the principle: importance of the object times severity of the harm.
 */
#ifndef CORRELATOR_WEIGHTS_H
#define CORRELATOR_WEIGHTS_H

#include "common/fault.h"

struct weights {
    double severity[5];         /* by severity 1..4; [0]: none given */
    double mlps[6];             /* by MLPS level 0..5 */
    double cii;                 /* at least this for critical information infrastructure */
    double importance[5];       /* at least this for a registered importance of 1..4; [0]: none registered */
    double data[4];             /* and for data of that grade (enum data_grade) */
    double stage_first;         /* spread of an incident with one ATT&CK tactic */
    double stage_each;          /* added for each further one, up to 1 */
    double confidence[3];       /* low, medium or none given, high */
    double level_at[4];         /* [1..3]: score from which the level is 1, 2, 3 */
};
extern const struct weights weights_default;

/* path "" gives the defaults. 0, or a negative errno with file and line; *out is then the defaults. */
int weights_load(const char *path, struct weights *out, struct fault *f);

#endif
