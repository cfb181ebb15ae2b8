/* layers - what the files of this room share while one frame is taken apart.
 *
 * Each function takes the bytes from its own header on, by value, fills g->p and goes on to what is inside.
 * The cursor's end tells two things apart: CURSOR_SHORT is where the capture was cut, CURSOR_BAD where a header said it ends.
 */
#ifndef DECODE_LAYERS_H
#define DECODE_LAYERS_H

#include "common/cursor.h"
#include "decode/decode.h"

struct decoding {
    struct decoder *d;
    struct packet  *out;
    struct packet  *p;          /* the one being filled */
    size_t          count;      /* packets begun */
    unsigned        headers;    /* before IP, since the last one was begun */
    uint32_t        missing;    /* bytes that belong behind the cursor's end and were not captured */
    bool            routed;     /* an IPv6 routing header: the checksum is over an address we do not look for */
};

enum {
    ETHERTYPE_IP4 = 0x0800, ETHERTYPE_ARP = 0x0806, ETHERTYPE_BRIDGE = 0x6558, ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IP6 = 0x86dd, ETHERTYPE_PPP = 0x880b, ETHERTYPE_MPLS = 0x8847, ETHERTYPE_MPLS_MULTICAST = 0x8848,
    ETHERTYPE_PPPOE_DISCOVERY = 0x8863, ETHERTYPE_PPPOE_SESSION = 0x8864, ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_8021AH = 0x88e7, ETHERTYPE_FABRICPATH = 0x8903, ETHERTYPE_VNTAG = 0x8926, ETHERTYPE_QINQ_OLD = 0x9100
};

void note(struct decoding *g, enum decode_event event);
void note_short(struct decoding *g, const struct cursor *c, enum decode_event event);   /* truncated or malformed, as c's status says */
void note_bad(struct decoding *g, enum decode_event event);                             /* malformed */

/* Ends c after `length` bytes, as a header declared. False: there are not that many and the capture is not to blame.  */
bool layer_bound(struct decoding *g, struct cursor *c, uint32_t length, enum decode_event event);

/* Begins the packet that a tunnel carries. False (and an event): that is one too many. */
bool layer_inner(struct decoding *g, enum tunnel tunnel);

/* One more header before IP. False (and an event): that is one too many. */
bool layer_header(struct decoding *g);

void layer_payload(struct decoding *g, const struct cursor *c);     /* the rest is payload */

/* The next n bytes as a cursor of their own, or one whose status says why not. Where n is a constant the compiler sees
 * that no read of them can fail, and the checks fall away: half the cost of a header. */
static inline struct cursor layer_head(struct cursor c, size_t n)
{
    const uint8_t *at = cursor_bytes(&c, n);
    return at ? cursor_over(at, n) : c;
}

void link_frame(struct decoding *g, int linktype, struct cursor c);
void link_ethernet(struct decoding *g, struct cursor c);
bool link_knows(uint16_t ethertype);
/* `unknown` is the event for a type that nobody knows. */
void link_network(struct decoding *g, uint16_t ethertype, struct cursor c, enum decode_event unknown);
void ppp_frame(struct decoding *g, struct cursor c);
void pppoe_session(struct decoding *g, struct cursor c);
void pppoe_discovery(struct decoding *g, struct cursor c);
void vlan_tag(struct decoding *g, struct cursor c);
void vlan_provider(struct decoding *g, struct cursor c);        /* 802.1ah */
void vlan_vntag(struct decoding *g, struct cursor c);
void vlan_fabricpath(struct decoding *g, struct cursor c);
void mpls_labels(struct decoding *g, struct cursor c);
void ip4_packet(struct decoding *g, struct cursor c);
void ip6_packet(struct decoding *g, struct cursor c);
void transport_packet(struct decoding *g, struct cursor c);     /* by g->p->proto */
void tunnel_gre(struct decoding *g, struct cursor c);
void tunnel_ip(struct decoding *g, struct cursor c, uint8_t version);
void tunnel_udp(struct decoding *g, struct cursor c);           /* by port */

#endif
