/* link - from the spool to Redis: one batch at a time, as one MULTI; only publish.c includes this.
 *
 * More in flight would be no faster over a socket of this machine (Redis is busy for milliseconds with a batch, the
 * turn-around is microseconds), and an error in the middle of a longer pipeline would let later entries overtake
 * earlier ones: a consumer that drops by high-water mark would then lose them.
 * Threads    the writer's; link_heartbeat() from any.
 */
#ifndef BUS_LINK_H
#define BUS_LINK_H

#include <poll.h>

#include "bus/publish.h"
#include "bus/spool.h"

struct link;

/* Borrows all but the settings' texts, which must outlive it too. Connects at the first link_turn(). */
struct link *link_open(const struct publish_settings *s, struct spool *spool, struct publish_counts *counts, struct fault *f);
void link_close(struct link *l);

bool link_turn(struct link *l, uint64_t now_us);    /* never blocks but to connect; true: something moved */
bool link_is_waiting(struct link *l);               /* a batch is on its way, or a heartbeat is yet to be */
struct pollfd link_poll(const struct link *l);      /* what to wait for; .fd -1 while not connected */
void link_heard(struct link *l);                    /* it became readable while nothing was asked */

void link_heartbeat(struct link *l, const char *json, size_t len);      /* the newest one is sent with the next batch */

#endif
