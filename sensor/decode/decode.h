/* decode - one frame taken apart into its packets: the outermost IP layer first, then what its tunnels carry.
 *
 * Shape      link (Ethernet, 802.3 with LLC and SNAP, SLL, SLL2, raw IP, null and loop, PPP, PPPoE, Cisco HDLC, PPI),
 *            tags (802.1Q, 802.1ad, 802.1ah, VN-Tag, FabricPath, MPLS), IPv4, IPv6 with its extension headers, TCP, UDP,
 *            SCTP, ICMP; tunnels: GRE (also PPTP's), ERSPAN I to III, VXLAN, GENEVE, Teredo, GTP-U, IP in IP.
 *            A frame without IP (ARP, GOOSE ...) is one packet with ip_version 0 and its link_payload.
 * Ownership  packets borrow the frame's bytes; nothing is copied or allocated.
 * Limits     DECODE_LAYERS_MAX packets of a frame and DECODE_HEADERS_MAX headers before IP; beyond is an event.
 * Errors     none: what is wrong is a bit in packet.events and a counter. Cut by the snap length is `truncated`, and
 *            what is there is still read; contradicting itself is `malformed`, and reading stops there.
 * Threads    one decoder per worker.
 * Cost       about 50 ns for Ethernet, IPv4 and TCP, cold caches included.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "capture/source.h"
#include "common/metrics.h"
#include "decode/events.h"
#include "decode/packet.h"

enum { DECODE_HEADERS_MAX = 16 };

enum tunnel {               /* packet.tunnel: what carried it */
    TUNNEL_NONE, TUNNEL_GRE, TUNNEL_PPTP, TUNNEL_ERSPAN, TUNNEL_VXLAN, TUNNEL_GENEVE, TUNNEL_TEREDO, TUNNEL_GTP,
    TUNNEL_IP_IN_IP,        /* any version in any version */
    TUNNEL_COUNT
};

struct decode_counts {
    uint64_t frames, bytes;         /* taken apart; bytes as captured */
    uint64_t packets;               /* that they gave */
    uint64_t ethernet, vlan, mpls, pppoe, ipv4, ipv6, tcp, udp, sctp, icmpv4, icmpv6, other;
    uint64_t fragments, truncated, malformed, bad_checksum;
    uint64_t tunnels[TUNNEL_COUNT];
    uint64_t events[DECODE_EVENT_COUNT];
};
extern const struct metrics_room decode_metrics;

struct decoder {            /* zeroed is ready */
    bool checksums;         /* validate those of IPv4, TCP, UDP, ICMP and ICMPv6 where the packet is whole */
    struct decode_counts counts;
};

/* Gives how many packets, at least 1. */
size_t decode_frame(struct decoder *d, const struct frame *frame, struct packet out[DECODE_LAYERS_MAX]);

/* An IP datagram that was put together out of fragments. `like` is the fragment that completed it: time, number, frame, link
 * and depth are taken from it. The packets point into `bytes`. Gives how many, at least 1. */
size_t decode_ip(struct decoder *d, const struct packet *like, const uint8_t *bytes, uint32_t len,
                 struct packet out[DECODE_LAYERS_MAX]);

/* Sets an event on a packet and counts it: for the rooms after this one (fragments). */
void decode_note(struct decoder *d, struct packet *p, enum decode_event event);

static inline bool packet_has(const struct packet *p, enum decode_event event)
{
    return p->events[event / 64] >> event % 64 & 1;
}

const char *tunnel_name(enum tunnel t);     /* "vxlan" */

#endif
