/* window - the newest bytes of each stream in one piece, for rules that look across segments.
 *
 * Kept only when the worker asks (some rule needs streams): it costs a copy of each chunk. A window holds what
 * the newest packet added (`fresh`) and up to `keep` bytes before it, contiguous. A gap empties it.
 *
 *     | ......... kept ......... | ... fresh ... |
 *     bytes                                        bytes + len
 *
 * Ownership  in the flow's store and account; window_release() gives it back when the flow closes.
 * Limits     keep bytes before the fresh ones; all_max bytes of windows in all. When memory is refused the view
 *            shrinks to the chunk itself, and that is counted.
 */
#ifndef FLOW_WINDOW_H
#define FLOW_WINDOW_H

#include "common/metrics.h"
#include "flow/reassembly.h"

struct stream_window {
    const uint8_t *bytes;       /* good until the next window_add() */
    uint32_t       len;
    uint32_t       fresh;       /* how many of them, at the end, came with this packet; 0: none */
    uint64_t       at;          /* offset of bytes[0] in the direction */
};

struct window_limits {
    uint32_t keep;              /* bytes before the fresh ones; 0: the fresh ones only. At most WINDOW_KEEP_MAX */
    uint64_t all_max;           /* bytes of memory for all windows of the worker */
};
enum { WINDOW_KEEP_MAX = 32 * 1024 };

struct window_counts { uint64_t bytes, refused, cut; };
extern const struct metrics_room window_metrics;

struct windows;                 /* one per worker */
struct windows *windows_new(const struct window_limits *limits, struct store *store);      /* NULL: no memory */
void windows_free(struct windows *w);

/* A chunk joins its direction's window. `serial` names the packet: chunks of one packet are fresh together. */
void window_add(struct windows *w, struct flow *f, const struct chunk *c, uint64_t serial);

/* What rules may look at for this packet. .fresh is 0 when the packet added nothing to this direction. */
struct stream_window window_of(const struct flow *f, enum direction dir, uint64_t serial);

/* Do these bytes, said to stand at `offset`, differ from what the window holds there? */
bool window_differs(const struct flow *f, enum direction dir, uint64_t offset, const uint8_t *bytes, size_t n);

void window_release(struct windows *w, struct flow *f);
const struct window_counts *window_counts(const struct windows *w);

#endif
