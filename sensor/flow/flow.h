/* flow - packets of one 5-tuple (and VLAN), both directions: a biflow in the sense of RFC 5103.
 *
 * The client is who opened it: the sender of the SYN, else of the first packet seen (a SYN-ACK first means
 * the sender is the server; `midstream` says the beginning was not seen).
 * Other rooms hang their state on the flow by the pointers at the end; they are released by the worker's
 * on_close (table.h) through each room's own function, so the flow room knows none of them.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "common/store.h"
#include "decode/packet.h"

enum flow_state { FLOW_NEW, FLOW_ESTABLISHED, FLOW_CLOSED };

enum flow_end { FLOW_END_TIMEOUT, FLOW_END_FINISHED, FLOW_END_EVICTED, FLOW_END_SHUTDOWN, FLOW_END_REUSED };

struct flow_key {           /* all bytes defined: it is hashed and compared as memory */
    uint8_t  low[16], high[16];     /* addresses, the lower endpoint (address, then port) first */
    uint16_t low_port, high_port;
    uint16_t vlan[2];
    uint8_t  proto, version;
    uint8_t  spare[6];
};

struct reassembly;          /* reassembly.c; NULL while nothing is out of order */
struct classify_state;      /* classify/ */
struct dissect_state;       /* dissect/ */
struct detect_memory;       /* detect/: flowbits, flowints */
struct flow_notes;          /* emit/: enrichment looked up once, evidence, community id */

struct flow_side {          /* one direction; index 0 client, 1 server */
    uint64_t packets, bytes;        /* IP bytes as claimed */
    uint32_t tcp_next;              /* sequence number expected next, absolute */
    uint32_t tcp_isn;
    uint64_t stream_at;             /* bytes of this direction delivered or declared lost so far */
    uint64_t gap_bytes;
    uint32_t gaps;
    uint16_t tcp_window;
    uint8_t  tcp_flags;             /* all seen */
    uint8_t  tcp_scale;             /* window scale option, 0 none */
    bool     tcp_known;             /* tcp_next means something */
    bool     tcp_fin;               /* FIN taken in order */
    bool     stopped;               /* nobody wants this direction's stream any more, or its depth is reached */
    struct reassembly *waiting;     /* segments that came early */
};

struct flow {
    struct flow_key  key;
    uint64_t         hash;
    uint64_t         id;            /* unique in this sensor's run, never 0; EVE's flow_id */
    struct addr      client, server;
    uint16_t         client_port, server_port;
    uint8_t          proto;
    uint8_t          state;         /* enum flow_state */
    bool             client_is_low; /* which end of the key opened it */
    bool             midstream;
    uint64_t         start_us, last_us;
    struct flow_side side[2];
    struct account   account;       /* what this flow took from the worker's store */
    uint32_t         alerts;
    uint16_t         vlan[PACKET_VLAN_MAX];
    uint8_t          vlan_count;

    struct classify_state *classify;
    struct dissect_state  *dissect;
    struct detect_memory  *detect;
    struct flow_notes     *notes;

    struct flow *hash_next;                 /* table.c */
    struct flow *idle_older, *idle_newer;   /* table.c: a list per state, longest idle first */
};

#endif
