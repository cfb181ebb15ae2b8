/* decide - whether a command may be applied, by its kind's tables alone: the arrow that it takes, or why not.
 *
 * Asked in this order, and the first no is the answer: is the command known; may this role ever give it; is the subject in
 * scope; does an arrow leave its state; was the latest decision seen; owner; second person; arguments.
 * Pure: nothing is changed, no clock is read. The console may ask it to know which buttons to offer.
 */
#ifndef EVENTS_DECIDE_H
#define EVENTS_DECIDE_H

#include "events/command.h"
#include "events/kind.h"

struct subject {                /* what has to be known of a matter; texts are borrowed and never NULL */
    const struct kind *kind;
    const char *id, *region, *sector, *state;       /* state "": it is to begin */
    const char *owner, *created_by, *proposed_by;
    uint64_t    version, decided;
    const char *const *units;   /* whose it is */
    size_t      unit_count;
    const json_t *fields;       /* for .when; may be NULL */
};

/* The arrow, or NULL with the refusal. */
const struct arrow *decide(const struct subject *s, const struct command *c, struct refusal *why);

#endif
