/* consume - read streams as a consumer group; write results and how far the group is in one MULTI (DESIGN 4.3).
 *
 * Effect exactly once, whoever is killed and when: the handler's results, the high-water mark per (stream, sensor,
 * epoch) and the group's place in the stream (XGROUP SETID) are one transaction on the region's slot; a repeat at or below
 * the mark is dropped. Only ids of the form <sensor>:<epoch>:<seq> have a mark: who writes such ids promises them in order.
 * Place     XREAD from the place, not XREADGROUP: a group's last-delivered-id is the last entry whose effect is committed,
 *           so what XINFO GROUPS calls `lag` is what is not done yet, and nothing is ever pending.
 * Lease     a region belongs to one consumer of a group at a time (a key that lives claim_idle_us and is renewed),
 *           because two at once would handle entries out of order, and a mark cannot tell late from repeated. Who takes
 *           a region over reads on from the group's place; every commit checks that
 *           the lease is still its own. A process started under the same name takes over at once; the older one stops.
 * Holding   with hold_us, what several batches brought goes out together: after twenty times what the last transaction took,
 *           or hold_us, or CONSUME_HOLD_MAX entries, or a command, whichever is first. Without load nothing waits; under
 *           load a handler that says only the last word on each thing (gather) says little.
 * Failures  a handler's -EINVAL or -EBADMSG blames an entry: the batch is tried again one by one, and what fails
 *           CONSUME_TRIES times goes to the region's :dead stream with the reason. Any other error blames the store: the
 *           batch waits and is tried again until it works.
 * Deaths    after two processes in a row that died before their first page was done, the next names each entry of it before
 *           it tries it, alone; one that CONSUME_TRIES of them died of goes to :dead, and no other.
 * Full      a Redis that has used what it may refuses what was done: all regions are let go and taken again, more and more
 *           slowly, until there is room; no entry is blamed for it.
 * Redis     absent, restarted, emptied (NOGROUP): one line in the log, then on with what is there.
 * Regions   given, or all in stream_regions_key, looked up again as they appear.
 * Cluster   one connection: on a Redis Cluster give a consumer the regions of one node.
 * Threads   one consumer, one thread.
 * Signals   the program ignores SIGPIPE: hiredis writes to a connection that Redis may have closed.
 */
#ifndef BUS_CONSUME_H
#define BUS_CONSUME_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/streams.h"
#include "common/fault.h"
#include "common/metrics.h"

enum { CONSUME_TRIES = 5, CONSUME_HOLD_MAX = 16384 };

struct entry {
    enum stream stream;
    const char *region;
    const char *stream_id;          /* "1700000000000-0" */
    const char *id, *type;          /* the flat fields */
    const char *json;
    size_t      json_len;
};

struct consume_settings {
    const char *redis, *redis_user, *redis_password;
    const char *group, *name;       /* consumer names are stable, not random */
    const enum stream *streams;
    size_t      stream_count;
    const char *const *regions;     /* NULL-terminated; NULL: all */
    unsigned    batch;              /* entries at a time and region */
    uint64_t    block_us;           /* longest wait for new entries */
    uint64_t    hold_us, hold_least_us;     /* longest and shortest that what was handled waits for its transaction */
    uint64_t    pace_us;            /* after a read that was no full batch, the next one waits so long */
    unsigned    leave_percent;      /* of Redis' memory, to those who make room in it: nothing new is read while less is free; 0: all may be used */
    uint64_t    claim_idle_us;      /* life of the lease: a dead consumer's regions are taken over after it */
};

/* What everybody leaves who only adds. Sensors leave ten (link.h), so that what they sent can still be worked off; consumers
 * whose work adds to the streams this; the archiver, whose work is what lets them be trimmed, may use all. */
enum { CONSUME_LEAVES = 5 };

struct consume_counts { uint64_t read, handled, repeats, retried, dead, reconnects; };
extern const struct metrics_room consume_metrics;

struct consumer;

/* What a handler writes goes into the same MULTI as its batch's place in the stream; copied. On a cluster only the batch's own
 * region shares its slot. A NULL value removes the field. */
void consume_add(struct consumer *c, const char *region, enum stream stream, const char *id, const char *type,
                 const char *json, size_t len);
/* One field of the region's hash fengsui:{region}:<key_suffix>; value NULL takes the field away. */
void consume_set(struct consumer *c, const char *region, const char *key_suffix, const char *field, const char *value, size_t len);

/* Enters a region in the list of those that have streams: a handler that writes to another region than it reads. */
void consume_meet(struct consumer *c, const char *region);

/* Inside a handler's batch(): what is held goes out with this batch. */
void consume_urge(struct consumer *c);

struct consume_handler {
    /* A region has become ours: at start, after a broken connection, a lost lease or a transaction of unknown outcome.
     * Forget what is in memory of it and load its state (consumer_load). NULL: not needed. */
    int (*taken)(void *ctx, struct consumer *c, const char *region, struct fault *f);
    /* A batch of one region in stream order, repeats already left out. Results are added with consume_add(). For a
     * handler with a store of its own (the archive) it must be durable on return. Returns 0; or negative with a
     * fault, and then it has undone what this batch did in memory, and when it blames an entry no more than that:
     * see Failures. */
    int (*batch)(void *ctx, struct consumer *c, const struct entry *entries, size_t count, struct fault *f);
    /* The transaction is in Redis (committed), or its fate is unknown and .taken() will follow. NULL: not needed. */
    void (*settled)(void *ctx, bool committed);
    /* Between batches, at least every block_us; may consume_add(). NULL: not needed. */
    int (*idle)(void *ctx, struct consumer *c, uint64_t now_us);
    void *ctx;
    /* A region is ours no more: what was only remembered of it is to be forgotten, and nothing done for it until it is taken
     * again. Not when consumer_run() ends. NULL: not needed. */
    void (*lost)(void *ctx, const char *region);
    /* A transaction of this region is about to go out: what its batches changed in memory is added now. NULL: not needed. */
    void (*gather)(void *ctx, struct consumer *c, const char *region);
};

/* Checks the settings; consumer_run() connects. It waits for Redis (with one clear line in the log) rather than failing when it is not there yet, and fails
 * on an evicting maxmemory-policy or when another process has taken its name. */
struct consumer *consumer_open(const struct consume_settings *s, struct fault *f);

/* Until *stop becomes non-zero. Reconnects by itself. */
int consumer_run(struct consumer *c, const struct consume_handler *h, const volatile int *stop, struct fault *f);

/* Deletes what every group that reads a stream has acknowledged, beside what is younger than keep_us, in the
 * consumer's regions (XTRIM MINID ~). A group of `groups` that does not exist yet has acknowledged nothing; others
 * count when they exist. Inside
 * a handler's idle(). Gives how many entries went, or a negative errno. */
int64_t consumer_trim(struct consumer *c, enum stream stream, const char *const *groups, size_t group_count,
                      uint64_t keep_us, struct fault *f);

/* When it was found last that another process of Redis has the region than the one that took its latest transaction, us since
 * 1970; 0: never. What the earlier one took in its last seconds may be gone from Redis, and is in others' hands all the same. To
 * be asked in taken(). */
uint64_t consumer_forgot_us(struct consumer *c, const char *region);

/* Bytes that Redis uses, and may use (0: no limit). Inside a handler's idle(). */
int consumer_memory(struct consumer *c, uint64_t *used, uint64_t *most, struct fault *f);
void consumer_counts(const struct consumer *c, struct consume_counts *out);
void consumer_close(struct consumer *c);

/* For start-up: every field of a hash below the region (correlator's state written with consume_set); region NULL:
 * of every region that this consumer reads. */
int consumer_load(struct consumer *c, const char *region, const char *key_suffix,
                  void (*each)(void *ctx, const char *field, const char *value, size_t len), void *ctx, struct fault *f);

#endif
