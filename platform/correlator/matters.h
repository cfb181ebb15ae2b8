/* matters - the matters in memory: by region and id, by what they wait for, and the finished ones by their last change.
 *
 * At rest    of a register (KIND_IS_REGISTER) there are a hundred thousand, and each is asked for once a year: they are kept as the
 *            text of their event, about 1 KB instead of 6. Their .matter has its plain members and no JSON; matters_open() has all.
 * Ownership  the table owns them; one is good until matters_remove() or the next matters_put() of its id.
 * Threads    one owner.
 */
#ifndef CORRELATOR_MATTERS_H
#define CORRELATOR_MATTERS_H

#include "events/matter.h"

struct filed_matter {
    struct matter matter;
    uint64_t      due_us;               /* the earliest time that is waited for; 0: none */
    char         *at_rest;              /* its event without "by"; NULL: .matter is whole */
    size_t        at_rest_len, waiting; /* waiting: its place among those, from 1; 0: waits for nothing */
    struct filed_matter *hash_next, *older, *newer;
};

struct matters;
struct matters *matters_new(void);      /* NULL: no memory */
void matters_free(struct matters *t);
void matters_clear(struct matters *t);

struct filed_matter *matters_find(const struct matters *t, const char *region, const char *id);

/* Takes the matter over, in the place of the one with its id when there is one. NULL: no memory, and it is not taken. */
struct filed_matter *matters_put(struct matters *t, struct matter *m);
void matters_remove(struct matters *t, struct filed_matter *m);

/* A whole copy of its own. 0 or -ENOMEM. */
int matters_open(const struct filed_matter *m, struct matter *out);

struct filed_matter *matters_due(const struct matters *t);          /* which waits for the earliest time; NULL: none waits */
struct filed_matter *matters_finished(const struct matters *t);     /* changed longest ago, as far as we saw; and on by .newer */
size_t matters_count(const struct matters *t, const struct kind *k);        /* k NULL: of all kinds */

#endif
