/* subject - what the rules are held against: one packet of a flow, with what the other rooms know of it.
 *
 * The detect room knows fields, not packets, flows or protocols: the worker fills this in, once per packet, and
 * then offers it with a record for each message that the packet completed.
 * Ownership  everything is borrowed for the length of one call.
 */
#ifndef DETECT_SUBJECT_H
#define DETECT_SUBJECT_H

#include "common/store.h"
#include "events/event.h"

enum subject_flag {
    SUBJECT_FLOW        = 1 << 0,   /* has a flow */
    SUBJECT_ESTABLISHED = 1 << 1,   /* handshake complete (TCP), or both sides have spoken */
    SUBJECT_STREAM      = 1 << 2,   /* its payload went through reassembly (TCP, in order or not) */
    SUBJECT_STREAM_END  = 1 << 3,   /* nothing more will come in this direction */
    SUBJECT_FRAGMENT    = 1 << 4,   /* an IP fragment */
    SUBJECT_REBUILT     = 1 << 5,   /* rebuilt out of fragments */
    SUBJECT_TUNNELLED   = 1 << 6,
    SUBJECT_MIDSTREAM   = 1 << 7,
    SUBJECT_APP_FRESH   = 1 << 8,   /* app_proto is known by bytes that the other side has not answered yet */
    SUBJECT_NO_PACKET   = 1 << 9    /* only the stream is new: no rule about packets holds */
};

enum subject_checksum { SUBJECT_IP_RIGHT = 1, SUBJECT_IP_WRONG = 2, SUBJECT_CHECKSUM_RIGHT = 4, SUBJECT_CHECKSUM_WRONG = 8 };

struct detect_memory;       /* per flow: flowbits, flowints, what already alerted; made when first needed */

struct subject {
    uint64_t        time_us;
    unsigned        flags;              /* enum subject_flag */
    enum direction  dir;

    /* IP and transport headers, as on the wire; zero or NULL where the packet has none */
    uint8_t         ip_version, proto, ttl, tos;
    uint16_t        ip_id, ip_fragment;     /* ip_fragment: IPv4 flags and offset */
    const uint8_t  *ip;                 /* header with options */
    uint32_t        ip_len;             /* header and payload */
    uint16_t        ip_header_len;
    const struct endpoint *src, *dest;  /* NULL: no IP */
    const uint8_t  *transport;
    uint16_t        transport_len;
    uint8_t         tcp_flags, icmp_type, icmp_code;
    uint16_t        icmp_id, icmp_seq;
    uint32_t        tcp_seq, tcp_ack;
    uint16_t        tcp_window;
    uint16_t        vlan[3];
    uint8_t         vlan_count;
    uint16_t        ethertype;
    const uint8_t  *ether;              /* Ethernet header: destination and source; NULL: another link, or no packet */
    const uint8_t  *payload;
    uint32_t        payload_len;
    const uint64_t *decode_events;      /* bit set, bit n in word n / 64, named by decode_event_names in rules: decode-event:NAME; NULL: none */
    uint64_t        stream_events;
    unsigned        app_events;         /* the same for rules_source.app_events: app-layer-event:NAME without a protocol */
    unsigned        checksums;          /* enum subject_checksum; only when rules_needs.checksums */

    /* the stream of this direction: the newest bytes in order that this packet added, with as much of
     * what came before them as is kept; NULL when this packet added none */
    const uint8_t  *stream;
    uint32_t        stream_len;
    uint32_t        stream_fresh;       /* how many of them, at the end, are new with this packet */
    uint64_t        stream_at;          /* offset of stream[0] in the direction */

    /* the flow */
    uint64_t        flow_id;
    uint64_t        flow_packets[2], flow_bytes[2], flow_start_us;  /* this packet included */
    uint64_t        stream_seen[2];     /* TCP: each direction's length so far in sequence numbers: its SYN, its bytes, this packet's too */
    struct detect_memory **memory;      /* where the flow keeps it; NULL: no flow */
    struct store   *store;              /* and what it is taken from */
    struct account *account;
    const char     *app_proto;          /* name of the dissector that follows it, or NULL */
    const struct classification *ndpi;  /* NULL: not asked; .protocol NULL: not known yet */
};

#endif
