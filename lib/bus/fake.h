/* fake - the consumer's Redis in memory, for unit tests of whoever handles entries (DESIGN 4.3).
 *
 * The consumer on it is the real one: marks, retries, dead letters and transactions are consume.c's. One fake may
 * serve several consumers, one after the other, as one Redis would: what a crashed one left is there.
 * Ownership  the fake outlives its consumers.
 * Threads    one.
 */
#ifndef BUS_FAKE_H
#define BUS_FAKE_H

#include "bus/consume.h"

struct fake;
struct fake *fake_new(void);                /* NULL: no memory */
void fake_free(struct fake *f);

/* A consumer as consumer_open() gives; .redis and the times are not looked at. */
struct consumer *fake_consumer(struct fake *x, const struct consume_settings *s, struct fault *f);

/* Appends an entry, as a publisher would; the region is known from then on. NULL fields are left out. */
void fake_add(struct fake *x, const char *region, enum stream s, const char *id, const char *type, const char *json);

/* Runs a consumer until it has nothing left to read. */
int fake_run(struct fake *x, struct consumer *c, const struct consume_handler *h, struct fault *f);

enum fake_trouble {
    FAKE_COMMIT_LOST,       /* the connection breaks before EXEC arrives */
    FAKE_REPLY_LOST,        /* it breaks after EXEC was carried out */
    FAKE_LEASE_LOST,        /* another consumer has the region; it gives it back at once */
    FAKE_FLUSHED            /* somebody ran FLUSHALL before the next read */
};
void fake_trouble(struct fake *x, enum fake_trouble what);      /* happens once, at the next occasion: when something has been done */

void fake_restarted(struct fake *x, const char *run_id);        /* before the next consumer another process has its data */

/* From within a handler: its process ends here. Nothing that it does arrives any more, and its run ends; the next consumer is another. */
void fake_dies(struct fake *x);

void fake_full(struct fake *x, unsigned commits);               /* the next so many are refused: there is no room */

void fake_memory(struct fake *x, uint64_t used, uint64_t most);    /* what it says of its memory from now on; 0, 0: no limit */

/* What stands there now. The entry's fields as written; `reason` NULL but in :dead. */
void fake_entries(const struct fake *x, const char *region, enum stream s,
                  void (*each)(void *ctx, const char *id, const char *type, const char *json, const char *reason), void *ctx);
size_t fake_count(const struct fake *x, const char *region, enum stream s);
size_t fake_left(struct fake *x, const char *region, enum stream s);     /* that are not done */
const char *fake_field(const struct fake *x, const char *region, const char *suffix, const char *field);    /* or NULL */

#endif
