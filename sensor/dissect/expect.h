/* expect - conversations that others announced and that have not come yet.
 *
 * Key        who listens, on which port, who will open it; a flow seen from its middle may have its ends the other way round.
 * Limits     EXPECTATIONS_MAX at a time, each for EXPECTATION_LIFE_US of packet time; the oldest goes for a newer one.
 * Threads    one table per worker: the announcing flow's worker. A data connection that the kernel gave to another worker
 *            is not recognised there; fanout by addresses keeps them together, by ports it does not.
 */
#ifndef DISSECT_EXPECT_H
#define DISSECT_EXPECT_H

#include "dissectors/dissector.h"
#include "flow/flow.h"

enum { EXPECTATIONS_MAX = 1024, EXPECTATION_LIFE_US = 60 * 1000 * 1000 };

struct expectations;
struct expectations *expectations_new(void);        /* NULL: no memory */
void expectations_free(struct expectations *x);

/* `by` announces. A newer announcement of the same place takes the older one's. False: a living one had to go for it. */
bool expectations_add(struct expectations *x, const struct flow *by, uint64_t now_us, const struct expectation *e);

/* Was this flow announced? Then it is taken out of the table. */
bool expectations_take(struct expectations *x, const struct flow *f, uint64_t now_us, struct expectation *out);

#endif
