/* classify - what protocol a flow speaks and what is risky about it, as nDPI sees it. The only door to nDPI.
 *
 * Shape      packets with payload of an undecided flow go to nDPI until it has decided, has learned what it still wants (a
 *            certificate, a response), or has seen its share. Then its large working memory goes back to a pool and 64 bytes
 *            stay with the flow.
 * Ownership  a worker owns its classify and with it all names that a classification borrows: classifications are good until
 *            classify_release() of their flow, their names until classify_free().
 * Limits     undecided_max flows have working memory at a time; beyond, the flow undecided for longest is decided
 *            by what is known of it (counted). Packets per flow are limited by transport. What nDPI allocates goes
 *            through our hooks and is counted in `bytes`; it cannot be refused, as 4.2 does not check everywhere.
 * Errors     classify_new() gives NULL and a fault. Afterwards nothing can fail.
 * Threads    one classify per worker, used by its thread; make and free them one after another from one thread
 *            (nDPI 4.2 initialises libgcrypt without a lock).
 * Known      nDPI 4.2 reads some bytes past the end of packets (its issues 1574, 1575, 1578), so it is given a copy with zeros
 *            behind it. It has no BACnet, OPC UA, C37.118 ... and takes every TPKT for s7comm: one hint among several.
 */
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include "common/fault.h"
#include "common/metrics.h"
#include "common/store.h"
#include "events/event.h"
#include "flow/flow.h"

struct classify_limits {
    uint64_t undecided_max;     /* flows; each takes about 1 KB while undecided */
    uint64_t tcp_packets;       /* with payload, that nDPI sees of a flow at most */
    uint64_t udp_packets;       /* the same for UDP and everything else */
};

struct classify_counts {
    uint64_t packets;           /* given to nDPI */
    uint64_t flows;             /* begun */
    uint64_t named;             /* decided by their content */
    uint64_t guessed;           /* named by port or address only */
    uint64_t unknown;           /* not named at all */
    uint64_t hurried;           /* decided early because undecided_max was reached */
    uint64_t refused;           /* not begun because the flow's memory was full */
    uint64_t undecided;         /* now */
    uint64_t bytes;             /* nDPI's own memory now */
};
extern const struct metrics_room classify_metrics;

struct classify;
struct classify *classify_new(const struct classify_limits *limits, struct store *store, struct fault *f);
void classify_free(struct classify *c);         /* every flow was released before; NULL is harmless */

/* Offers a packet of the flow. True: the flow's classification is new or has changed. */
bool classify_packet(struct classify *c, struct flow *flow, const struct packet *p);

/* What is known now, or NULL: no packet with payload yet. Its .protocol is NULL until there is a name. */
const struct classification *classify_of(const struct flow *flow);

/* The flow ends: decides with what there is (a guess by port counts), so that its summary can say it. */
void classify_finish(struct classify *c, struct flow *flow);

/* Gives back all that hangs on flow->classify. */
void classify_release(struct classify *c, struct flow *flow);

const struct classify_counts *classify_counts(const struct classify *c);

/* By bit, NULL-terminated: "known_protocol_on_non_standard_port". For rules and JSON. */
extern const char *const classify_risk_names[];

/* All protocol names that can occur before or after the dot, for completing and checking rules: NULL past the last. */
const char *classify_protocol_name(const struct classify *c, unsigned number);

const char *classify_version(void);             /* nDPI's, "4.2.0" */

#endif
