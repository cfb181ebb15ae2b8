/* table - from a short key to a pointer, while rules load: keywords, variables, sets, sids, literals.
 *
 * Ownership  keys are borrowed and must outlive the table; what the pointers point to is the caller's.
 * Limits     grows as needed; memory that the system refuses ends the program (see pile.h).
 */
#ifndef DETECT_TABLE_H
#define DETECT_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_entry {
    const void *key;        /* NULL: free */
    void       *value;
    uint32_t    len, hash;
};

struct table {
    struct table_entry *entries;
    size_t count, cap;
};

void table_free(struct table *t);
void *table_find(const struct table *t, const void *key, size_t len);               /* or NULL */
void table_put(struct table *t, const void *key, size_t len, void *value);          /* new, or in the old one's place */

#endif
