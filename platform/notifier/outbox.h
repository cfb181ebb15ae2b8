/* outbox - what waits to be sent, a queue for each target, in memory as it stands in Redis.
 *
 * Durable    a message is a field of the region's hash state:notifier, "q|TARGET|THING|VERSION", written in the transaction that
 *            acknowledges the event; it is sent only when that is committed, and the field goes when the target has
 *            confirmed. What was confirmed lately stands in the journal. "s|TARGET|THING" is what the target was told last.
 * Once       the same version is queued once for a target; nothing is queued that would tell it what it was told last.
 *            A newer version of an incident takes the place of one that still waits; warnings and notices are all sent, in
 *            order. Once told of a thing, a target also hears when it falls below what it asked for.
 * Order      the gravest first, then the oldest; versions of one thing never overtake each other.
 * Away       a target that does not answer is left alone for a time that doubles up to retry_most_us, with jitter; one message that
 *            it refuses waits alone. No target waits for another: each has a thread that takes from here.
 * Limits     queue_max messages a target, each for keep_us; what goes then is counted, and an entry in :dead says so. The least
 *            grave, and of these the oldest, goes first.
 * Throttle   target.limit: the last message that it allows sums up all that waits.
 * Times      now_us is steady time; wall_us is what a message's age is told by. Both are arguments.
 * Threads    any; one lock inside. struct item is the taker's between outbox_take() and outbox_done().
 */
#ifndef NOTIFIER_OUTBOX_H
#define NOTIFIER_OUTBOX_H

#include "common/metrics.h"
#include "notifier/journal.h"
#include "notifier/target.h"

#define OUTBOX_STATE "state:notifier"

enum { OUTBOX_BATCH_MAX = 200, OUTBOX_THING_MAX = 64 };

struct outbox_settings {
    uint64_t queue_max, seen_max, keep_us, retry_least_us, retry_most_us;
};

struct outbox_counts {
    uint64_t offered, queued, same, superseded, sent, summed, failed, refused, dropped_full, dropped_old, forgotten, waiting;
};
extern const struct metrics_room outbox_metrics;

struct item {
    struct item *next;
    char         region[20], thing[OUTBOX_THING_MAX];
    uint64_t     version, queued_us;    /* wall time */
    enum thing_kind kind;
    int          status;                /* enum event_status */
    unsigned     gravity, tries;
    uint64_t     next_us;               /* not before */
    enum item_state { ITEM_NEW, ITEM_READY, ITEM_SENDING, ITEM_SENT, ITEM_DROPPED, ITEM_REMOVING } state;
    bool         orphan;                /* its region was lost while it was being sent */
    char        *json;
    size_t       len;
};

/* Where changes of the hash go: into the open transaction. value NULL takes a field away. */
struct outbox_writer {
    void (*set)(void *ctx, const char *region, const char *field, const char *value, size_t len);
    void (*dead)(void *ctx, const char *region, const char *id, const char *json, size_t len);
    void *ctx;
};

struct outbox;
struct outbox *outbox_open(const struct outbox_settings *s, const struct target *targets, size_t count, struct journal *j, struct fault *f);
void outbox_close(struct outbox *o);    /* after all threads have gone */

/* ---- the consumer's side ---- */

/* A region is ours: what was remembered of it is forgotten; then load every field, then say that this was all. */
void outbox_taken(struct outbox *o, const char *region);
void outbox_load(struct outbox *o, const char *region, const char *field, const char *value, size_t len);
void outbox_loaded(struct outbox *o);
void outbox_lost(struct outbox *o, const char *region);

/* One event. Memory that is out ends the process: nothing was acknowledged yet, and Redis has the rest. */
void outbox_offer(struct outbox *o, const char *region, const struct thing *t, const char *json, size_t len, uint64_t wall_us,
                  const struct outbox_writer *w);

/* Fields that are to go: confirmed, dropped, too old. True: something was written for this region. */
bool outbox_tidy(struct outbox *o, const char *region, uint64_t wall_us, const struct outbox_writer *w);
void outbox_settled(struct outbox *o, bool committed);      /* the transaction with all that was written since the last call */

/* ---- a target's side ---- */

enum sent { SENT_DONE, SENT_LATER, SENT_REFUSED };      /* confirmed; the target is away; it refuses this one */

/* What is to be sent now, one or several to sum up; 0: nothing before *again_us. */
size_t outbox_take(struct outbox *o, size_t target, uint64_t now_us, struct item *batch[OUTBOX_BATCH_MAX], uint64_t *again_us);
void outbox_done(struct outbox *o, size_t target, struct item *const *batch, size_t count, enum sent result, uint64_t wait_us, uint64_t now_us);

/* Sleeps until something may be taken or the outbox is stopped; false: stopped. */
bool outbox_wait(struct outbox *o, size_t target, struct item *batch[OUTBOX_BATCH_MAX], size_t *count);
void outbox_stop(struct outbox *o);

size_t outbox_waiting(struct outbox *o, size_t target);
void outbox_counts(struct outbox *o, struct outbox_counts *out);

#endif
