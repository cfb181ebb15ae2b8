/* intel - indicators held against flows and records.
 *
 *     intel_store  (one writer: file, stream)          intel  (any number of readers)
 *     by id: version, expiry, what was taken away  ->  two layers to look values up in: most of them, and the newest
 *
 * Which fields of a record are names, URLs, digests or mail addresses their rows say (FIELD_DOMAIN ...): this file names
 * no protocol. A domain also stands for everything below it; of several prefixes the longest counts.
 * Looking up  one keyed hash and one word of a filter when nothing is known of the value: some 30 ns, with a million
 *             indicators as with one; nothing at all for kinds that no indicator has.
 * Memory      about 70 bytes and its texts for each indicator, and half as much again while a new big layer is made;
 *             .max and .bytes are ceilings: what comes beyond is refused, and the caller counts.
 * Taking back what is revoked or replaced stops matching at once, in layers that are in use too; what has expired by the
 *             packet's time does not match.
 * Ownership   the store owns everything; a set is good until intel_store_let_go(), a hit's texts likewise.
 * Threads     the store belongs to one thread; sets may be read by any.
 */
#ifndef EMIT_INTEL_H
#define EMIT_INTEL_H

#include "events/alert.h"
#include "events/indicator.h"

struct intel;
struct intel_store;

enum intel_taken {
    INTEL_NEW, INTEL_CHANGED, INTEL_REMOVED,    /* it differs now: intel_store_publish() */
    INTEL_KNOWN,                                /* a repeat, an older version, or the end of something unknown */
    INTEL_EXPIRED,
    INTEL_FULL                                  /* refused: a ceiling, or no memory */
};

struct intel_store *intel_store_new(uint64_t max, uint64_t bytes_max);      /* NULL: no memory */
void   intel_store_free(struct intel_store *s);
enum intel_taken intel_store_take(struct intel_store *s, const struct indicator *i, uint64_t now_us);
size_t intel_store_expire(struct intel_store *s, uint64_t now_us);          /* forgets what has expired; gives how many */
size_t intel_store_count(const struct intel_store *s);
uint64_t intel_store_bytes(const struct intel_store *s);
void   intel_store_each(const struct intel_store *s, void (*each)(void *ctx, const struct indicator *i), void *ctx);

/* A set of what the store holds now. NULL: no memory; the set before goes on. When nobody reads the one before any more it is let
 * go: before the next is published. */
const struct intel *intel_store_publish(struct intel_store *s);
void   intel_store_let_go(struct intel_store *s, const struct intel *before);

/* ---- readers; NULL is an empty set ---- */

struct intel_hit {
    struct indicator what;
    uint32_t         mark;      /* of its id: to remember that it was told; never 0 */
};

/* Counts sets: a flow that was held against one is held against the next again. Never 0. */
uint32_t intel_generation(const struct intel *t);
bool     intel_has(const struct intel *t, enum indicator_kind kind);

bool intel_address(const struct intel *t, const struct addr *a, uint64_t now_us, struct intel_hit *hit);
bool intel_value(const struct intel *t, enum indicator_kind kind, const uint8_t *bytes, size_t len, uint64_t now_us,
                 struct intel_hit *hit);

/* Every indicator that a record's fields meet. */
void intel_record(const struct intel *t, const struct record *r, uint64_t now_us,
                  void (*met)(void *ctx, const struct intel_hit *hit), void *ctx);

/* What an alert says of its rule, made for this indicator: sid is 1 + enum indicator_kind, gid ALERT_GID_INTEL. */
struct intel_alert {
    struct alert_rule rule;
    struct alert_pair metadata[3];
    char              msg[INDICATOR_VALUE_MAX + INDICATOR_TEXT_MAX + 64];
};
void intel_alert(const struct indicator *i, struct intel_alert *out);

#endif
