/* consume - read streams in a consumer group; write results and acknowledge in one MULTI (DESIGN 4.3).
 *
 * Effect exactly once, whoever is killed and when: the handler's results, the high-water mark per (sensor, epoch)
 * and the XACK are one transaction on the region's slot; a repeat at or below the mark is acknowledged and dropped.
 * A dead consumer's pending entries are taken over by XAUTOCLAIM; an entry that fails CONSUME_TRIES times goes to
 * the region's :dead stream with the reason. Entries trimmed while pending are counted as lost.
 * Regions   given, or all in stream_regions_key, looked up again as they appear.
 * Threads   one consumer, one thread.
 */
#ifndef BUS_CONSUME_H
#define BUS_CONSUME_H

#include <stdbool.h>

#include "bus/streams.h"
#include "common/fault.h"
#include "common/metrics.h"

enum { CONSUME_TRIES = 5 };

struct entry {
    enum stream stream;
    const char *region;
    const char *stream_id;          /* "1700000000000-0" */
    const char *id, *type;          /* the flat fields */
    const char *json;
    size_t      json_len;
    bool        repeat;             /* at or below the mark: for handlers that keep no marks of their own */
};

struct consume_settings {
    const char *redis, *redis_user, *redis_password;
    const char *group, *name;       /* consumer names are stable, not random */
    const enum stream *streams;
    size_t      stream_count;
    const char *const *regions;     /* NULL-terminated; NULL: all */
    unsigned    batch;              /* entries at a time and region */
    uint64_t    block_us, claim_idle_us;
};

struct consume_counts { uint64_t read, handled, repeats, claimed, retried, dead, lost, reconnects; };
extern const struct metrics_room consume_metrics;

struct consumer;

/* What a handler writes goes into the same MULTI as the XACK of its batch. */
void consume_add(struct consumer *c, const char *region, enum stream stream, const char *id, const char *type,
                 const char *json, size_t len);
/* One field of the region's hash fengsui:{region}:<key_suffix>; value NULL takes the field away. */
void consume_set(struct consumer *c, const char *region, const char *key_suffix, const char *field, const char *value, size_t len);

struct consume_handler {
    /* A batch of one region in stream order, repeats already left out. Results are added with consume_add(). For a
     * handler with a store of its own (the archive) it must be durable on return. Returns 0; or negative with a
     * fault: the batch is tried again, entry by entry, then the failing one goes to :dead. */
    int (*batch)(void *ctx, struct consumer *c, const struct entry *entries, size_t count, struct fault *f);
    /* The transaction is in Redis (committed) or was lost (drop what you did in memory). NULL: not needed. */
    void (*settled)(void *ctx, bool committed);
    /* Between batches, at least every block_us; may consume_add(). NULL: not needed. */
    int (*idle)(void *ctx, struct consumer *c, uint64_t now_us);
    void *ctx;
};

/* Waits for Redis (with one clear line in the log) rather than failing when it is not there yet; fails on a wrong
 * address or an evicting maxmemory-policy. */
struct consumer *consumer_open(const struct consume_settings *s, struct fault *f);

/* Until *stop becomes non-zero. Reconnects by itself. */
int consumer_run(struct consumer *c, const struct consume_handler *h, const volatile int *stop, struct fault *f);
void consumer_counts(const struct consumer *c, struct consume_counts *out);
void consumer_close(struct consumer *c);

/* For start-up: every field of a hash below the region (correlator's state written with consume_set); region NULL:
 * of every region that this consumer reads. */
int consumer_load(struct consumer *c, const char *region, const char *key_suffix,
                  void (*each)(void *ctx, const char *field, const char *value, size_t len), void *ctx, struct fault *f);

#endif
