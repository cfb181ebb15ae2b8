/* packet - one captured frame, or one IP packet found inside a tunnel of it, taken apart down to the payload.
 *
 * Shape      pointers into the frame; nothing is copied. `caplen` bytes may be read, `len` is only what was
 *            claimed on the wire. A frame gives one packet per IP layer: the outermost first, then what its
 *            tunnels carry (GRE, VXLAN, Teredo ...), at most DECODE_LAYERS_MAX.
 * Ownership  borrowed from the capture until the next frame. A reassembled datagram's bytes belong to the
 *            fragment table until the next call into it.
 */
#ifndef DECODE_PACKET_H
#define DECODE_PACKET_H

#include <stdbool.h>

#include "common/addr.h"

enum { DECODE_LAYERS_MAX = 8, PACKET_VLAN_MAX = 3, PACKET_EVENT_WORDS = 3 };

enum tcp_flag {
    TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08,
    TCP_ACK = 0x10, TCP_URG = 0x20, TCP_ECE = 0x40, TCP_CWR = 0x80
};

struct packet {
    uint64_t       time_us;
    uint64_t       number;          /* of the frame in its source, from 1 */
    const uint8_t *frame;           /* the captured frame from its link header on */
    uint32_t       caplen, len;     /* of the frame */
    int            linktype;        /* DLT of the frame */
    uint64_t       events[PACKET_EVENT_WORDS];  /* bit set of enum decode_event: what is wrong or odd with it */
    bool           truncated;       /* the capture cut it: headers promise more than was kept */
    bool           malformed;       /* it contradicts itself: a receiver would drop it, so no transport is read */
    bool           bad_checksum;    /* of IP or transport; only set when the decoder is asked to validate */

    const uint8_t *ether;           /* Ethernet header, or NULL: other link */
    uint16_t       ethertype;       /* of the innermost payload after VLAN and MPLS; 0 unknown */
    const uint8_t *link_payload;    /* what follows it: GOOSE, PROFINET, ARP ... or the IP header */
    uint32_t       link_payload_len;
    uint16_t       vlan[PACKET_VLAN_MAX];   /* VLAN ids, outermost first */
    uint8_t        vlan_count;
    uint8_t        depth;           /* 0: outermost IP layer, 1: inside one tunnel ... */
    uint8_t        tunnel;          /* enum tunnel that carried it; 0 none */

    uint8_t        ip_version;      /* 4, 6, or 0: no IP layer */
    const uint8_t *ip;              /* IP header */
    uint16_t       ip_header_len;   /* with options or extension headers */
    uint32_t       ip_len;          /* header and payload that may be read, claimed length respected */
    uint8_t        ttl, tos;        /* hop limit, traffic class for IPv6 */
    uint16_t       ip_id;           /* IPv4 identification */
    uint16_t       ip_fragment;     /* IPv4 flags and offset field as on the wire; IPv6: from its fragment header */
    bool           fragment;        /* a fragment: no transport header is read, flow/fragment.c takes it */
    bool           rebuilt;         /* came out of flow/fragment.c */
    struct addr    src, dst;

    uint8_t        proto;           /* IANA number of what follows the IP headers */
    bool           transport_ok;    /* the transport header could be read */
    const uint8_t *transport;       /* TCP, UDP, SCTP, ICMP header or NULL */
    uint16_t       transport_len;   /* of that header */
    uint16_t       sport, dport;    /* 0 where there are none */
    uint8_t        tcp_flags;
    uint32_t       tcp_seq, tcp_ack;
    uint16_t       tcp_window;
    uint8_t        icmp_type, icmp_code;
    const uint8_t *icmp_inner;      /* the IP header an ICMP error quotes, or NULL */
    uint32_t       icmp_inner_len;

    const uint8_t *payload;         /* after the transport header (after IP when it has none); never NULL */
    uint32_t       payload_len;     /* readable */
    uint32_t       payload_claimed; /* as the headers claim; more than payload_len when the snap length cut it */
};

#endif
