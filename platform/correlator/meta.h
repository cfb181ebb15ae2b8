/* meta - repeats of one rule between the same parties within a short gap, counted as one meta-alert.
 *
 * Time       of the alerts (packet time): a replay groups as the live traffic did.
 * Limits     meta_max; the one that was quiet longest is forgotten and counted.
 */
#ifndef CORRELATOR_META_H
#define CORRELATOR_META_H

#include <stdbool.h>

#include "common/hash.h"
#include "events/alert.h"

struct meta {
    uint64_t     key;               /* of rule and parties */
    uint64_t     first_us, last_us, count;
    char         incident[40];      /* id of the incident it belongs to; "" not yet */
    struct meta *hash_next, *older, *newer;
};

struct meta_table;
struct meta_table *meta_table_new(size_t meta_max, uint64_t gap_us);    /* NULL: no memory */
void meta_table_free(struct meta_table *t);

/* The meta-alert this alert belongs to; `fresh` when it begins one. Good until the next call. */
struct meta *meta_take(struct meta_table *t, const struct alert_view *a, bool *fresh);

void meta_table_clear(struct meta_table *t);
uint64_t meta_forgotten(const struct meta_table *t);

#endif
