/* fragment - IPv4 and IPv6 datagrams put together out of their fragments.
 *
 * Every fragment of a datagram is kept until all of it is there; then it is decoded as if it had come whole. Where
 * fragments overlap the target's policy says whose bytes count, and the packet gets the decode event
 * *_FRAG_OVERLAP (RFC 5722 has IPv6 hosts drop such datagrams; we read them, since somebody meant something by it).
 * More than 65535 bytes in all is *_FRAG_PKT_TOO_LARGE; what cannot be kept is *_FRAG_IGNORED.
 *
 * Ownership  the packets given point into the fragment table, until its next call.
 * Limits     datagrams_max datagrams and bytes_max bytes wait at a time: the oldest goes first. A datagram has idle_us
 *            from its first fragment and FRAGMENT_PIECES_MAX pieces. Each loss is a counter.
 * Source     RFC 791 section 3.2, RFC 815, RFC 8200 section 4.5, RFC 5722; Novak 2005 (target-based policies).
 * Threads    one per worker.
 */
#ifndef FLOW_FRAGMENT_H
#define FLOW_FRAGMENT_H

#include "common/metrics.h"
#include "decode/decode.h"
#include "flow/reassembly.h"

enum { FRAGMENT_PIECES_MAX = 256 };

struct fragment_limits {
    uint32_t datagrams_max;         /* 0: 1 */
    uint64_t bytes_max;             /* of memory for what waits */
    uint64_t idle_us;
    /* FIRST old. LAST new. BSD: new where it begins before the old. LINUX: also where it begins with it. WINDOWS: new where it
     * begins before and ends after the old. SOLARIS: or ends with it. */
    enum overlap_policy policy;
};

struct fragment_counts {
    uint64_t fragments, rebuilt, timed_out, over_datagrams, over_bytes, over_pieces, overlaps, overlap_different,
             too_large, truncated, ignored;
    uint64_t waiting, waiting_bytes;    /* now */
};
extern const struct metrics_room fragment_metrics;

struct fragments;
struct fragments *fragments_new(const struct fragment_limits *limits);     /* NULL: no memory */
void fragments_free(struct fragments *t);

/* Takes a packet with .fragment set; may set events on it. Gives the packets of the datagram that it completes (more
 * than one when that is a tunnel), or 0: still waiting, or dropped. `d` decodes. */
size_t fragments_take(struct fragments *t, struct decoder *d, struct packet *p, struct packet out[DECODE_LAYERS_MAX]);

const struct fragment_counts *fragments_counts(const struct fragments *t);

#endif
