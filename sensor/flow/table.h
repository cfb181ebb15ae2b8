/* flow_table - the flows that one worker is following.
 *
 * Key        addresses, ports, transport and VLAN ids, the lower endpoint first, so that both directions meet
 *            in one flow. TCP, UDP, SCTP and ICMP (echo by id; errors go to the flow they quote when it is known).
 * Units      times are microseconds since the epoch, taken from packets; sizes are bytes.
 * Ownership  the table owns its flows and all that hangs on them. A flow pointer is good until the next call
 *            that may evict: flow_table_take(), flow_table_expire(). `on_close` is called before a flow goes, once,
 *            while all its state is still there.
 * Limits     flow_max flows, flow_bytes_max bytes in the store, flow_bytes_each per flow. At the flow limit the least useful
 *            goes first: half-open before closed before established, longest idle first within each. When
 *            seven eighths of the store are out, flows that hold memory go: closed, then longest idle.
 * Memory     one region for all flows, reserved at start, touched as flows come: 384 bytes a flow and 16 to 32
 *            of index.
 * Errors     flow_table_new() gives NULL and a fault. Afterwards nothing can fail.
 * Threads    one table per worker; no locks.
 */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H

#include "common/fault.h"
#include "common/hash.h"
#include "common/metrics.h"
#include "events/record.h"
#include "flow/flow.h"

struct flow_limits {
    uint64_t flow_max;              /* flows */
    uint64_t flow_bytes_max;        /* bytes for all that hangs on flows */
    uint64_t flow_bytes_each;       /* bytes one flow may take of it */
    uint64_t new_idle_us, established_idle_us, closed_idle_us, udp_idle_us, icmp_idle_us;
    bool     midstream;             /* follow TCP whose handshake was not seen: reassemble and dissect it */
    uint16_t worker;                /* this worker's number: keeps the flow ids of several workers apart */
};

struct flow_counts {
    uint64_t flows, created, evicted_new, evicted_closed, evicted_established, evicted_bytes, timed_out, finished,
             midstream, reused;
};
extern const struct metrics_room flow_metrics;

struct flow_table;
struct flow_table *flow_table_new(const struct flow_limits *limits, struct hash_key key,
                                  void (*on_close)(void *ctx, struct flow *f, enum flow_end why), void *ctx,
                                  struct fault *f);
void flow_table_close_all(struct flow_table *t);    /* every flow with FLOW_END_SHUTDOWN; the counters stay readable */
void flow_table_free(struct flow_table *t);         /* closes them first; NULL is harmless */

/* The packet's flow, new or known, and who sent the packet; counts it in and moves the flow's state.
 * An ICMP error counts to the flow it quotes, as sent by the end that could not be reached, and moves no
 * state there (the flow's proto then differs from the packet's).
 * NULL: this kind of packet has no flow (no IP, a fragment, a transport we do not follow). */
struct flow *flow_table_take(struct flow_table *t, const struct packet *p, enum direction *dir);

/* Closes what has been idle for too long at `now_us` (packet time), at most FLOW_EXPIRE_MAX flows per call: cheap
 * enough for every packet. */
enum { FLOW_EXPIRE_MAX = 16 };
void flow_table_expire(struct flow_table *t, uint64_t now_us);

struct store *flow_table_store(struct flow_table *t);
const struct flow_counts *flow_table_counts(const struct flow_table *t);

#endif
