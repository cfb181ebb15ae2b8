/* index - a table of entries of one size by 64-bit keys, taken once at start; when it is full, the entry that was longest
 * not asked for is used again and counted.
 *
 * Shape      an entry begins with struct indexed; the rest is the user's and zero when fresh.
 * Ownership  the table owns its entries; one is good until the next index_take() that finds no room.
 * Errors     none after index_new(): a key that is not there gives NULL, or a fresh entry.
 * Threads    one owner.
 */
#ifndef CORRELATOR_INDEX_H
#define CORRELATOR_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct indexed {
    uint64_t        key;
    struct indexed *hash_next, *older, *newer;
};

struct index;
struct index *index_new(size_t most, size_t entry_size);    /* NULL: no memory */
void index_free(struct index *t);
void index_clear(struct index *t);

void *index_find(struct index *t, uint64_t key);                    /* or NULL; counts as asked for */
void *index_take(struct index *t, uint64_t key, bool *fresh);       /* the same, or a fresh one; `fresh` may be NULL */

/* All entries, the latest asked for first, until `each` says false. */
void index_each(const struct index *t, bool (*each)(void *ctx, void *entry), void *ctx);

size_t   index_used(const struct index *t);
uint64_t index_forgotten(const struct index *t);    /* entries used again */

#endif
