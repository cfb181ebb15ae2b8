/* inventory - the industrial devices that a worker sees, and what they say of themselves: told as `asset` events.
 *
 * Who        both ends of messages that do something to devices (deed.h), and whoever says of itself what it is (MEANS_VENDOR ... MEANS_NAME).
 * Roles      from what a party does: what answers is what its protocol's dissector says (.device); who loads programs is an engineering station;
 *            who commands is an operator station; who only reads from several devices is a historian; what answers for several units is a gateway.
 * Told       some seconds after it was first seen, when something new is known of it, and every hour; at the end what was not told yet.
 * Limits     devices_max; the one that was quiet longest makes room, and is counted.
 * Memory     all of it is taken by inventory_new(). Threads: one per worker; whoever reads the events joins them by address.
 */
#ifndef BEHAVE_INVENTORY_H
#define BEHAVE_INVENTORY_H

#include "behave/deed.h"
#include "behave/knowledge.h"
#include "behave/learn.h"
#include "common/metrics.h"

struct inventory_counts { uint64_t devices, told, forgotten, vulnerable; };
extern const struct metrics_room inventory_metrics;

struct inventory_out {
    /* `s` is good until it returns; `party` is whose it is. */
    void (*sighting)(void *ctx, const struct party *party, const struct sighting *s, uint64_t time_us);
    void *ctx;
};

struct inventory;
struct inventory *inventory_new(size_t devices_max, const struct knowledge *k, const struct inventory_out *out, struct fault *f);
void inventory_free(struct inventory *v);

/* `d` is the record's deed, or NULL when it does nothing to devices. */
void inventory_record(struct inventory *v, const struct behave_scene *s, const struct record *r, const struct deed *d);
void inventory_time(struct inventory *v, uint64_t now_us);      /* tells what is due; cheap, may be called with every packet */
void inventory_end(struct inventory *v);                        /* tells what was not told yet */
const struct inventory_counts *inventory_counts(const struct inventory *v);

#endif
