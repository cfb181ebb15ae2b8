/* scan - an event's JSON (RFC 8259) read in one pass and in place, without a tree: for where tens of thousands a second come.
 *
 * Accepts what events/load.h accepts, and for the same reasons: a NUL within a text (the text is then read up to it) and
 * numbers of any size. Text is UTF-8 throughout.
 * Shape      `each` gets every value, members before the object's end; objects and arrays when they begin.
 * Ownership  the text is changed: strings lose their escapes and end with a NUL. What `each` gets lies in it.
 * Limits     SCAN_DEPTH levels. Of members with one name each is given; the last is what JSON means.
 * Errors     -EINVAL with the column and what is wrong there. `each` has then seen what came before.
 */
#ifndef EVENTS_SCAN_H
#define EVENTS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/fault.h"

enum { SCAN_DEPTH = 32 };

enum scan_kind { SCAN_NULL, SCAN_FALSE, SCAN_TRUE, SCAN_NUMBER, SCAN_TEXT, SCAN_OBJECT, SCAN_ARRAY };

struct scan_value {
    enum scan_kind kind;
    unsigned    depth;                  /* 1: a member of the event itself */
    const char *path[SCAN_DEPTH + 1];   /* names from path[1], its own last at path[depth]; "" for an array's element */
    uint64_t    index;                  /* in its array, from 0 */
    const char *text;                   /* TEXT */
    size_t      len;
    const char *behind;                 /* what follows it in the text; of objects and arrays, their bracket */
    uint64_t    number;                 /* NUMBER: what is below 1 is 0, fractions are cut, above 64 bits is UINT64_MAX */
};

/* Whether a name is this one: asked of every value, and most are told by a letter. */
static inline bool scan_is(const char *name, const char *known)
{
    return *name == *known && strcmp(name, known) == 0;
}

/* `json` has room for one byte more than `len`. */
int scan(char *json, size_t len, void (*each)(void *ctx, const struct scan_value *v), void *ctx, struct fault *f);

#endif
