/* behave - what no signature shows: messages to devices held against the OT policy, or learned into one; and over time what is missing, too much or
 * refused too often.
 *
 * Keeps     the inventory of what was seen (inventory.h).
 * Tells     each departure once an hour for the same parties and the same thing, so that a scan is an alert and not a flood; what was
 *           kept back is counted. A silent poll is told once until it is heard again.
 * Time      packet time: behave_time() may be called with every packet, it looks around once a second.
 * Threads   one struct behave per worker; the policy and the learner may be shared.
 */
#ifndef BEHAVE_BEHAVE_H
#define BEHAVE_BEHAVE_H

#include "behave/departure.h"
#include "behave/inventory.h"
#include "behave/learn.h"
#include "common/metrics.h"

struct behave_counts { uint64_t deeds, departures, told_before, cut; };
extern const struct metrics_room behave_metrics;

struct behave_out {
    /* `why` is good until it returns; `r` is NULL when no message is the cause. */
    void (*alert)(void *ctx, const struct alert_rule *rule, const char *why, const struct behave_scene *s, const struct record *r);
    void *ctx;
};

struct behave;
/* Each of the three may be NULL; policy and learner are borrowed, the inventory goes with it. */
struct behave *behave_new(struct policy *p, struct learner *l, struct inventory *v, const struct behave_out *out, struct fault *f);
void behave_free(struct behave *b);

/* Another policy from now on, where there is one; the one before is used no more. What was told within the hour stays told. */
void behave_policy(struct behave *b, struct policy *next);
void behave_record(struct behave *b, const struct behave_scene *s, const struct record *r);
void behave_time(struct behave *b, uint64_t now_us);
void behave_end(struct behave *b);              /* the input is over */
const struct behave_counts *behave_counts(const struct behave *b);
const struct inventory_counts *behave_inventory_counts(const struct behave *b);     /* NULL: none is kept */

#endif
