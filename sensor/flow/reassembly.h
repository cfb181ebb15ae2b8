/* reassembly - the bytes of one TCP direction in order, each once, gaps said aloud.
 *
 * A segment in order is delivered straight from the packet, nothing is copied. Early segments wait in the flow's
 * store, bounded per flow and in all. A hole is given up, as a gap, when the peer acknowledges past it, when
 * the bound is reached, or when the flow ends. The first copy of a byte wins or the last, by the target's policy;
 * a retransmission with other data is an event.
 * Source  RFC 9293 section 3.4 (sequence arithmetic), section 3.10; Novak and Sturges 2007 (target-based policies).
 */
#ifndef FLOW_REASSEMBLY_H
#define FLOW_REASSEMBLY_H

#include "events/record.h"
#include "flow/flow.h"

struct chunk {              /* a piece of stream, in order */
    const uint8_t *bytes;   /* NULL with len 0 and gap > 0: nothing but a hole */
    uint32_t       len;
    uint64_t       offset;  /* of bytes[0] in this direction's stream, from 0 */
    uint64_t       gap;     /* bytes before it that never came */
    enum direction dir;
    bool           fin;     /* the direction ends after these bytes (FIN or RST or flow end) */
};

enum overlap_policy { OVERLAP_FIRST, OVERLAP_LAST, OVERLAP_BSD, OVERLAP_LINUX, OVERLAP_WINDOWS, OVERLAP_SOLARIS };

enum stream_event {         /* bits of reassembly_counts.events of the last call: rule-visible stream-event names */
    STREAM_OVERLAP_DIFFERENT = 1 << 0,
    STREAM_GAP = 1 << 1,
    STREAM_OUT_OF_WINDOW = 1 << 2,
    STREAM_BUDGET = 1 << 3,
    STREAM_DEPTH = 1 << 4
};

struct reassembly_limits {
    uint32_t each_max;      /* bytes that may wait per direction */
    uint64_t all_max;       /* bytes that may wait in all flows of the worker */
    uint64_t depth;         /* stream bytes per direction that are delivered; 0: all */
    bool     midstream;
    enum overlap_policy policy;
};

struct reassembly_counts {
    uint64_t segments, bytes, early, duplicate_bytes, overlap_different, gaps, gap_bytes, out_of_window,
             over_each, over_all, depth_reached;
    uint64_t waiting_bytes;     /* now */
};
extern const struct metrics_room reassembly_metrics;

struct reassembler;         /* one per worker: limits, counters, policy */
struct reassembler *reassembler_new(const struct reassembly_limits *limits, struct store *store);
void reassembler_free(struct reassembler *r);

/* Takes a TCP packet of the flow; calls `deliver` for each piece that is now in order, for both directions if
 * an acknowledgement settles the other side's hole. Bytes are good until deliver returns. Gives enum stream_event bits. */
unsigned reassembly_take(struct reassembler *r, struct flow *f, const struct packet *p, enum direction dir,
                         void (*deliver)(void *ctx, struct flow *f, const struct chunk *c), void *ctx);

/* The flow is ending: delivers what waits, holes as gaps, then frees it. */
void reassembly_end(struct reassembler *r, struct flow *f,
                    void (*deliver)(void *ctx, struct flow *f, const struct chunk *c), void *ctx);

const struct reassembly_counts *reassembly_counts(const struct reassembler *r);

#endif
