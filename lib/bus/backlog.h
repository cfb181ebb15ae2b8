/* backlog - how far behind the consumers are: for whoever waits until everything has arrived, and for status.
 *
 * Threads    each call opens a connection of its own and closes it; not for hot paths.
 */
#ifndef BUS_BACKLOG_H
#define BUS_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/streams.h"
#include "common/fault.h"

struct backlog_row {
    const char *region, *group;
    enum stream stream;
    uint64_t    length;         /* entries in the stream */
    uint64_t    pending;        /* delivered, not acknowledged */
    int64_t     lag;            /* not delivered yet; -1: Redis cannot tell (trimmed past the group) */
};

/* Every group of every stream of every region, also those that should be there and are not yet. `redis` as in the settings. 0 or a negative errno. */
int backlog_read(const char *redis, const char *user, const char *password,
                 void (*row)(void *ctx, const struct backlog_row *r), void *ctx, struct fault *f);

/* Every field of a consumer's own hash (consume_set's key_suffix) in every region. 0 or a negative errno. */
int backlog_fields(const char *redis, const char *user, const char *password, const char *key_suffix,
                   void (*field)(void *ctx, const char *region, const char *name, const char *value, size_t len), void *ctx,
                   struct fault *f);

#endif
