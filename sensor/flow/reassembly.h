/* reassembly - the bytes of one TCP direction in order, each once, gaps said aloud.
 *
 * A segment in order is delivered straight from the packet, at once: nothing is copied, nothing waits for an
 * acknowledgement (docs/decisions/reassembly-delivers-at-once.md says why, and where Suricata differs). Early segments
 * wait in the flow's store, bounded per direction and in all. A hole is given up, as a gap, when the peer has
 * acknowledged past it, when a bound is reached, or when the flow ends. Where early segments overlap, the target's
 * policy says whose byte counts; other data for the same byte is an event.
 *
 * A direction ends (chunk.fin) when its FIN has been acknowledged, so a forged FIN ends nothing; with a RST that the
 * peer would believe; or with the flow. Nothing is delivered after that.
 * Data in a SYN (RFC 7413) counts when the answer acknowledges it; unanswered SYNs may hold a quarter of all_max.
 *
 * Limits   at most REASSEMBLY_SEGMENTS_MAX pieces wait per direction, whatever their bytes.
 * Source   RFC 9293 section 3.4 (sequence arithmetic), section 3.10; Novak and Sturges 2007 (target-based policies).
 */
#ifndef FLOW_REASSEMBLY_H
#define FLOW_REASSEMBLY_H

#include "common/metrics.h"
#include "events/record.h"
#include "flow/events.h"
#include "flow/flow.h"

enum { REASSEMBLY_SEGMENTS_MAX = 512 };

struct chunk {              /* a piece of stream, in order */
    const uint8_t *bytes;   /* never NULL */
    uint32_t       len;     /* 0: nothing but a hole, or nothing but the end */
    uint64_t       offset;  /* of bytes[0] in this direction's stream, from 0; gaps are counted in */
    uint64_t       gap;     /* bytes before it that never came */
    enum direction dir;
    bool           fin;     /* the direction ends after these bytes (FIN or RST or flow end) */
};

/* Whose byte counts where an early segment meets one that waits already. "Old" came first.
 * FIRST old. LAST new. BSD, WINDOWS: new where it begins before the old. LINUX: also where it begins with it and ends
 * after it. SOLARIS: new where it ends after the old, or with it while beginning no later. */
enum overlap_policy { OVERLAP_FIRST, OVERLAP_LAST, OVERLAP_BSD, OVERLAP_LINUX, OVERLAP_WINDOWS, OVERLAP_SOLARIS };

struct reassembly_limits {
    uint32_t each_max;      /* bytes of memory that may wait per direction */
    uint64_t all_max;       /* bytes of memory that may wait in all flows of the worker */
    uint64_t depth;         /* stream bytes per direction that are delivered; 0: all. Of a lasting flow (flow.h) all are */
    bool     midstream;     /* as in flow_limits */
    enum overlap_policy policy;
};

struct reassembly_counts {
    uint64_t segments, bytes, early, duplicate_bytes, overlap_different, gaps, gap_bytes, out_of_window, after_end,
             over_each, over_all, refused, depth_reached;
    uint64_t waiting_bytes;     /* now */
};
extern const struct metrics_room reassembly_metrics;

struct reassembler;         /* one per worker: limits, counters, policy */
struct reassembler *reassembler_new(const struct reassembly_limits *limits, struct store *store);  /* NULL: no memory */
void reassembler_free(struct reassembler *r);

/* May stop the direction (flow_side.stopped), must not close the flow. Bytes are good until it returns. */
typedef void reassembly_deliver(void *ctx, struct flow *f, const struct chunk *c);

/* Takes a TCP packet of the flow, after flow_table_take() has; calls `deliver` for each piece that is now in order, for
 * both directions if an acknowledgement settles the other side's hole. Gives bits of enum stream_event. */
uint64_t reassembly_take(struct reassembler *r, struct flow *f, const struct packet *p, enum direction dir,
                         reassembly_deliver *deliver, void *ctx);

/* The flow is ending: delivers what waits, holes as gaps, the ends of both directions, then frees it. */
void reassembly_end(struct reassembler *r, struct flow *f, reassembly_deliver *deliver, void *ctx);

const struct reassembly_counts *reassembly_counts(const struct reassembler *r);

#endif
