/* matrix - the colour of a warning: importance of what is threatened by severity of the threat, each from 1 (highest) to 4.
 *
 * The principle is GB/T 32924's; the table is ours and data: deploy/data/warning_matrix.csv, `what,importance,severity,value`:
 *     colour,1,2,red          the colour of importance 1 and severity 2; all sixteen have one
 *     asset,1,,0.90           an asset whose part of an incident's score is at least this is of importance 1; 4 needs none
 */
#ifndef CORRELATOR_MATRIX_H
#define CORRELATOR_MATRIX_H

#include "common/fault.h"

enum { MATRIX_SIDE = 4 };
enum colour { COLOUR_BLUE, COLOUR_YELLOW, COLOUR_ORANGE, COLOUR_RED, COLOUR_COUNT };

struct matrix {
    enum colour colour[MATRIX_SIDE][MATRIX_SIDE];       /* [importance - 1][severity - 1] */
    double      asset[MATRIX_SIDE];
};

/* Path "" gives the built-in one. 0, or negative with file, line and what was expected. */
int matrix_load(const char *path, struct matrix *out, struct fault *f);

unsigned matrix_importance(const struct matrix *m, double score_asset);     /* 1..4 */
const char *colour_name(enum colour c);
int colour_parse(const char *name);         /* or -1 */

#endif
