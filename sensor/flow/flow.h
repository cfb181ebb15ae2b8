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
    uint16_t low_port, high_port;   /* ICMP: the echo id in both, or 0 */
    uint16_t vlan[2];
    uint8_t  proto, version;
    uint8_t  depth;                 /* packet.depth: a tunnel's inside and outside never meet */
    uint8_t  spare[5];
};

struct reassembly;          /* reassembly.c; NULL while nothing is out of order */
struct stream_windows;      /* window.c; NULL while no rule asks for streams */
struct classify_state;      /* classify/ */
struct dissect_state;       /* dissect/ */
struct detect_memory;       /* detect/: flowbits, flowints */
struct flow_notes;          /* emit/: enrichment looked up once, evidence, community id */

/* One direction; index 0 client, 1 server. One cache line. */
struct flow_side {
    uint64_t packets, bytes;        /* IP bytes as claimed */
    uint64_t stream_at;             /* bytes of this direction delivered or declared lost so far */
    uint64_t gap_bytes;
    struct reassembly *waiting;     /* segments that came early */
    uint32_t tcp_next;              /* sequence number expected next, absolute */
    uint32_t tcp_isn;
    uint32_t tcp_acked;             /* the highest that the other side acknowledged of this side's bytes */
    uint32_t gaps;
    uint16_t tcp_window;            /* as last announced, not scaled */
    uint8_t  tcp_flags;             /* all seen in segments that could belong here */
    uint8_t  tcp_scale;             /* window scale option; 0 none */
    bool     tcp_known;             /* tcp_next means something */
    bool     tcp_fin;               /* the stream has ended: FIN taken in order, or RST */
    bool     stopped;               /* nobody wants this direction's stream any more, or its depth is reached */
    bool     tcp_syn;               /* its SYN was seen: tcp_isn and tcp_scale are true */
};

/* What every packet touches comes first: the key, then the sender's side. 384 bytes in all. */
struct flow {
    _Alignas(64) struct flow_key key;
    uint64_t         hash;
    uint64_t         last_us;
    struct flow_side side[2];

    uint64_t         id;            /* unique in this sensor's run, never 0; EVE's flow_id */
    uint64_t         start_us;
    uint64_t         listed_us;     /* table.c: when it was last put at the newer end of its list */
    struct flow     *idle_older, *idle_newer;   /* table.c: a list per kind, longest idle first */
    uint8_t          proto;
    uint8_t          state;         /* enum flow_state, after the newest packet */
    uint8_t          list;          /* table.c */
    uint8_t          vlan_count;
    bool             client_is_low; /* which end of the key opened it */
    bool             midstream;     /* the handshake was not seen, or only one half of it */
    bool             established;   /* what rules call established: TCP: the handshake was complete before the newest
                                     * packet, and stays so after the close; others: both sides have spoken */
    bool             undissected;   /* dissect/: no dissector knows this conversation; it is not asked again */
    bool             lasting;       /* dissect/: a conversation that goes on for months, as a PLC's: stream depth does not end it */
    bool             reset;         /* ended by a RST that the other side would believe */
    bool             tcp_clock_known;
    uint8_t          app_known;     /* worker: who showed which application speaks here, and whether that was answered */
    uint32_t         alerts;
    struct account   account;       /* what this flow took from the worker's store */

    struct classify_state *classify;
    struct dissect_state  *dissect;
    struct detect_memory  *detect;
    struct flow_notes     *notes;
    struct stream_windows *windows;

    struct addr      client, server;
    uint16_t         client_port, server_port;
    uint16_t         vlan[PACKET_VLAN_MAX];
    uint32_t         tcp_clock[2];  /* tcp.c: the timestamps that the client's first and last SYN showed */
    uint32_t         tcp_far[2];    /* tcp.c: where a segment stood that was too far ahead to be believed; 0 none */
    uint64_t         odd;           /* odd.c: what was wrong with the newest TCP packet: bits of enum stream_event */
    uint32_t         intel;         /* worker: the set of indicators that its addresses were held against */
    uint8_t          tcp_phase;     /* odd.c: how far the connection's end has come */
    uint8_t          tcp_tries;     /* odd.c: other SYNs, or other answers, that came during the handshake */
    bool             tcp_split;     /* odd.c: the server answered the SYN with a SYN of its own */
};

#endif
