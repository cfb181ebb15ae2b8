/* match - what checks and steps see while a rule is held against something. Private to this room. */
#ifndef DETECT_MATCH_H
#define DETECT_MATCH_H

#include "detect/detect.h"
#include "detect/rule.h"

struct match {
    struct detect        *d;
    const struct rules   *rules;
    const struct subject *s;
    const struct record  *r;            /* NULL: a packet */
    int                   schema;       /* of the record, or of the dissector that follows the flow; -1 none */
    enum direction        dir;          /* of the record, or the packet */
    const struct endpoint *src, *dest;  /* in that direction; NULL: no IP */
    const struct rule    *rule;
};

/* The row's next value in the record, after `after` (NULL: the first), or NULL. */
const struct value *match_value(const struct match *m, uint16_t row, const struct value *after);

/* Flow memory: NULL when there is none; _made() makes it, NULL when the store refuses. */
struct detect_memory *match_memory(const struct match *m);
struct detect_memory *match_memory_made(const struct match *m);
void match_refused(const struct match *m, bool kept);       /* counts what flow memory could not keep */

#endif
