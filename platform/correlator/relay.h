/* relay - brings the children's incidents to the parent: reads their :incidents streams in a group of the parent's own
 * (GROUP_PARENT and its region) and appends each version to the parent's :parts, in the transaction that acknowledges it. There
 * the correlator that has the parent's region takes them in beside its alerts and commands, in one order and with one state.
 *
 * Children   region codes; one that ends with * stands for all that begin so ("4301*"). The parent's own incidents go the
 *            same way; campaigns among them are passed over by campaign.h.
 * Exactly    an entry twice (its transaction's answer was lost) has an old version the second time, and changes nothing.
 * once
 * Cluster    parent and children share one Redis: on a Redis Cluster they are in different slots, which one transaction cannot span.
 * Threads    one of its own, that shares nothing with the caller but the settings, which outlive it.
 */
#ifndef CORRELATOR_RELAY_H
#define CORRELATOR_RELAY_H

#include "bus/consume.h"
#include "common/settings.h"

struct relay_settings {
    const char *redis, *redis_user, *redis_password, *name, *parent;
    const struct setting_list *children;
    unsigned    batch;
    uint64_t    block_us, claim_idle_us;
};

struct relay;

/* 0 or negative with a sentence; NULL in *out when there are no children. `stop` ends it. */
int relay_start(struct relay **out, const struct relay_settings *s, const volatile int *stop, struct fault *f);

/* It has ended of itself, as Redis may not be used or another process has its name; relay_join() says why. NULL: false. */
bool relay_ended(const struct relay *r);

/* After *stop was set. NULL: 0. Negative with a sentence when it had ended of itself. */
int relay_join(struct relay *r, struct fault *f);

bool relay_is_child(const struct setting_list *children, const char *region);

/* What it does with a batch: a consume_handler's. */
int relay_batch(void *relay_settings, struct consumer *c, const struct entry *entries, size_t count, struct fault *f);

#endif
