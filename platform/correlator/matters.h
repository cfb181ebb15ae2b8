/* matters - the matters in memory, by region and id, and in the order of their last change.
 *
 * Ownership  the table owns them; one is good until matters_remove().
 * Threads    one owner.
 */
#ifndef CORRELATOR_MATTERS_H
#define CORRELATOR_MATTERS_H

#include "events/matter.h"

struct filed_matter {
    struct matter matter;
    uint64_t      due_us;               /* the earliest time that is waited for; 0: none */
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
struct filed_matter *matters_oldest(const struct matters *t);       /* and on by .newer */
size_t matters_count(const struct matters *t, const struct kind *k);        /* k NULL: of all kinds */

#endif
