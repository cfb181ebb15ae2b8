/* hub - everybody who watches the live stream, and what was said lately (server-sent events, WHATWG HTML 9.2).
 *
 *     id: 1700000000000-0          the entry's id in its Redis stream
 *     event: alert                 alert, incident, warning, or: beat (all is well), gap (load anew: some was missed)
 *     data: {...}
 *
 * The newest frames are kept, so that a client that lost its connection goes on behind its Last-Event-ID. The ids
 * outlive this program: after a restart the frames are read back from the streams, and a client whose exact frame is
 * not found gets everything from a second before its time on. So a frame may come twice, which the page knows by the
 * event's own id; if one may have been missed, a `gap` comes first.
 * Limits     clients, frames, bytes of frames, and bytes waiting per client: a client too slow for the stream is
 *            dropped rather than allowed to eat memory, and comes back with its Last-Event-ID. All counted.
 * Threads    the loop's.
 */
#ifndef DASHBOARDS_HUB_H
#define DASHBOARDS_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/metrics.h"

struct hub_door {               /* how to reach a client; all may be called from within any hub call but hub_leave() */
    size_t (*waiting)(void *client);                        /* bytes not yet taken by the network */
    void (*send)(void *client, const char *bytes, size_t n);
    void (*drop)(void *client);                             /* the hub has forgotten it already */
};

struct hub_limits {
    size_t clients, frames, frame_bytes, waiting_bytes;
};

struct hub_counts { uint64_t clients, joined, refused, slow, frames, sent, gaps, held_bytes; };
extern const struct metrics_room hub_metrics;

struct hub;
struct hub *hub_new(const struct hub_limits *limits, const struct hub_door *door);    /* NULL: no memory */
void hub_free(struct hub *h);                                       /* drops nobody: the door is gone by then */

/* Sends what is due at once: behind `after` when given, else the newest `recent` frames. False: the house is full. */
bool hub_join(struct hub *h, void *client, const char *after, unsigned recent);
void hub_drop_all(struct hub *h);                                   /* at the end */
void hub_leave(struct hub *h, void *client);                        /* harmless when it is not there */

/* To everybody, and kept. `json` may hold line ends (a foreign writer's); they become blanks. */
void hub_say(struct hub *h, const char *event, const char *id, const char *json, size_t len);

/* To everybody, not kept. */
void hub_beat(struct hub *h, const char *json, size_t len);

/* Entries older than this one were not read back: a stream that was found late, with more in it than is read. Those who
 * watch already are told of the gap. */
void hub_begins(struct hub *h, const char *id);

void hub_counts(const struct hub *h, struct hub_counts *out);

#endif
