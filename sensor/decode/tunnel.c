/* IP packets inside other packets. Each inner packet is one more entry of what decode_frame() gives; the outer one
 * stays as it is, with the tunnel's bytes as its payload. */
#include "decode/layers.h"

/* --- GRE (RFC 2784, 2890, 1701; version 1: RFC 2637) --- */

enum {
    GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000, GRE_STRICT = 0x0800,
    GRE_RECURSION = 0x0700, GRE_ACK = 0x0080, GRE_FLAGS0 = 0x00f8, GRE_FLAGS1 = 0x0078, GRE_VERSION = 0x0007
};
enum { GRE_ERSPAN = 0x88be, GRE_ERSPAN3 = 0x22eb, GRE_WCCP = 0x883e, ROUTES_MAX = 64 };

/* Source route entries up to an empty one. */
static bool gre_routes(struct cursor *c)
{
    for (int i = 0; i < ROUTES_MAX; i++) {
        uint16_t family = cursor_be16(c);
        cursor_skip(c, 1);
        uint8_t length = cursor_u8(c);
        if (c->status != CURSOR_OK)
            return false;
        if (family == 0 && length == 0)
            return true;
        cursor_skip(c, length);
    }
    return false;
}

/* Past the version 0 header; false when it is not to be trusted. */
static bool gre_version0(struct decoding *g, uint16_t flags, struct cursor *c)
{
    if (flags & GRE_RECURSION) {
        note_bad(g, DECODE_GRE_VERSION0_RECUR);
        return false;
    }
    if (flags & GRE_FLAGS0) {
        note_bad(g, DECODE_GRE_VERSION0_FLAGS);
        return false;
    }
    if (flags & (GRE_CHECKSUM | GRE_ROUTING))
        cursor_skip(c, 4);
    if (flags & GRE_KEY)
        cursor_skip(c, 4);
    if (flags & GRE_SEQUENCE)
        cursor_skip(c, 4);
    if (c->status != CURSOR_OK) {
        note_short(g, c, DECODE_GRE_VERSION0_HDR_TOO_BIG);
        return false;
    }
    if ((flags & GRE_ROUTING) && !gre_routes(c)) {
        note_short(g, c, DECODE_GRE_VERSION0_MALFORMED_SRE_HDR);
        return false;
    }
    return true;
}

/* What RFC 2637 forbids, in the order in which one event is enough. DECODE_EVENT_COUNT: nothing. */
static enum decode_event gre_version1_wrong(uint16_t flags, uint16_t protocol)
{
    if (flags & GRE_CHECKSUM)
        return DECODE_GRE_VERSION1_CHKSUM;
    if (flags & GRE_ROUTING)
        return DECODE_GRE_VERSION1_ROUTE;
    if (flags & GRE_STRICT)
        return DECODE_GRE_VERSION1_SSR;
    if (flags & GRE_RECURSION)
        return DECODE_GRE_VERSION1_RECUR;
    if (flags & GRE_FLAGS1)
        return DECODE_GRE_VERSION1_FLAGS;
    if (protocol != ETHERTYPE_PPP)
        return DECODE_GRE_VERSION1_WRONG_PROTOCOL;
    return flags & GRE_KEY ? DECODE_EVENT_COUNT : DECODE_GRE_VERSION1_NO_KEY;
}

/* Past the version 1 header. False: not to be trusted, or an acknowledgement that carries nothing. */
static bool gre_version1(struct decoding *g, uint16_t flags, uint16_t protocol, struct cursor *c)
{
    enum decode_event wrong = gre_version1_wrong(flags, protocol);
    if (wrong != DECODE_EVENT_COUNT) {
        note_bad(g, wrong);
        return false;
    }
    uint16_t payload = cursor_be16(c);
    cursor_skip(c, 2);          /* call */
    if (flags & GRE_SEQUENCE)
        cursor_skip(c, 4);
    if (flags & GRE_ACK)
        cursor_skip(c, 4);
    if (c->status != CURSOR_OK)
        note_short(g, c, DECODE_GRE_VERSION1_HDR_TOO_BIG);
    return c->status == CURSOR_OK && payload != 0;
}

/* ERSPAN: type I has no header of its own, type II has 8 bytes, type III 12 and perhaps 8 more. */
static void erspan(struct decoding *g, struct cursor c, bool has_header)
{
    if (!has_header) {
        if (layer_inner(g, TUNNEL_ERSPAN))
            link_ethernet(g, c);
        return;
    }
    uint16_t first = cursor_be16(&c);
    cursor_skip(&c, 6);
    uint8_t version = (uint8_t)(first >> 12);
    if (version == 2) {
        cursor_skip(&c, 3);
        bool platform = cursor_u8(&c) & 1;
        cursor_skip(&c, platform ? 8 : 0);
    }
    if (c.status != CURSOR_OK) {
        note_short(g, &c, DECODE_ERSPAN_HEADER_TOO_SMALL);
        return;
    }
    if (version != 1 && version != 2) {
        note_bad(g, DECODE_ERSPAN_UNSUPPORTED_VERSION);
        return;
    }
    if (!layer_inner(g, TUNNEL_ERSPAN))
        return;
    uint16_t vlan = first & 0x0fff;
    if (vlan != 0 && g->p->vlan_count == PACKET_VLAN_MAX) {
        note_bad(g, DECODE_ERSPAN_TOO_MANY_VLAN_LAYERS);
        return;
    }
    if (vlan != 0)
        g->p->vlan[g->p->vlan_count++] = vlan;
    link_ethernet(g, c);
}

static void gre_payload(struct decoding *g, uint16_t flags, uint16_t protocol, struct cursor c)
{
    if (protocol == GRE_ERSPAN || protocol == GRE_ERSPAN3) {
        erspan(g, c, protocol == GRE_ERSPAN3 || (flags & GRE_SEQUENCE) != 0);
        return;
    }
    if (protocol == GRE_WCCP) {         /* version 2 of it puts four bytes before the packet */
        if (cursor_peek(&c, 0) >> 4 != 4)
            cursor_skip(&c, 4);
        protocol = ETHERTYPE_IP4;
    }
    if (protocol != ETHERTYPE_PPP && !link_knows(protocol))
        return;
    if (!layer_inner(g, flags & GRE_VERSION ? TUNNEL_PPTP : TUNNEL_GRE))
        return;
    if (protocol == ETHERTYPE_PPP)
        ppp_frame(g, c);
    else
        link_network(g, protocol, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
}

void tunnel_gre(struct decoding *g, struct cursor c)
{
    uint16_t flags = cursor_be16(&c);
    uint16_t protocol = cursor_be16(&c);
    if (c.status != CURSOR_OK) {
        note_short(g, &c, DECODE_GRE_PKT_TOO_SMALL);
        return;
    }
    bool good = false;
    if ((flags & GRE_VERSION) == 0)
        good = gre_version0(g, flags, &c);
    else if ((flags & GRE_VERSION) == 1)
        good = gre_version1(g, flags, protocol, &c);
    else
        note_bad(g, DECODE_GRE_WRONG_VERSION);
    if (good)
        gre_payload(g, flags, protocol, c);
}

/* --- IP in IP (RFC 2003, 2473, 4213) --- */

void tunnel_ip(struct decoding *g, struct cursor c, uint8_t version)
{
    bool outer6 = g->p->ip_version == 6;
    struct cursor h = c;
    cursor_skip(&h, version == 4 ? 20 : 40);
    if (outer6 && h.status != CURSOR_OK) {
        note_short(g, &h, version == 4 ? DECODE_IPV6_IPV4_IN_IPV6_TOO_SMALL : DECODE_IPV6_IPV6_IN_IPV6_TOO_SMALL);
        return;
    }
    if (outer6 && cursor_peek(&c, 0) >> 4 != version) {
        note_bad(g, version == 4 ? DECODE_IPV6_IPV4_IN_IPV6_WRONG_VERSION : DECODE_IPV6_IPV6_IN_IPV6_WRONG_VERSION);
        return;
    }
    if (layer_inner(g, TUNNEL_IP_IN_IP))
        link_network(g, version == 4 ? ETHERTYPE_IP4 : ETHERTYPE_IP6, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
}

/* --- over UDP, told by port and by what stands there: a wrong guess must cost nothing --- */

enum { PORT_GTP = 2152, PORT_TEREDO = 3544, PORT_VXLAN = 4789, PORT_GENEVE = 6081 };

/* RFC 7348. The inner Ethernet type is looked at first, since the port alone proves nothing. */
static void vxlan(struct decoding *g, struct cursor c)
{
    uint8_t flags = cursor_u8(&c);
    cursor_skip(&c, 7);
    struct cursor inner = c;
    cursor_skip(&inner, 12);
    uint16_t type = cursor_be16(&inner);
    if (inner.status != CURSOR_OK || !(flags & 0x08))
        return;
    if (!link_knows(type)) {
        note(g, DECODE_VXLAN_UNKNOWN_PAYLOAD_TYPE);
        return;
    }
    if (layer_inner(g, TUNNEL_VXLAN))
        link_ethernet(g, c);
}

/* RFC 8926. */
static void geneve(struct decoding *g, struct cursor c)
{
    uint8_t first = cursor_u8(&c);
    cursor_skip(&c, 1);
    uint16_t protocol = cursor_be16(&c);
    cursor_skip(&c, 4 + (first & 0x3fu) * 4u);
    if (c.status != CURSOR_OK || first >> 6 != 0)
        return;
    if (!link_knows(protocol)) {
        note(g, DECODE_GENEVE_UNKNOWN_PAYLOAD_TYPE);
        return;
    }
    if (layer_inner(g, TUNNEL_GENEVE))
        link_network(g, protocol, c, DECODE_GENEVE_UNKNOWN_PAYLOAD_TYPE);
}

/* RFC 4380: perhaps an authentication header, perhaps an origin, then an IPv6 packet that fills the datagram. */
static void teredo(struct decoding *g, struct cursor c)
{
    if (cursor_peek(&c, 0) == 0 && cursor_peek(&c, 1) == 1) {
        cursor_skip(&c, 2);
        uint8_t id = cursor_u8(&c), authentication = cursor_u8(&c);
        cursor_skip(&c, (size_t)id + authentication + 9);
    }
    if (cursor_peek(&c, 0) == 0 && cursor_peek(&c, 1) == 0)
        cursor_skip(&c, 8);
    struct cursor h = c;
    uint8_t first = cursor_u8(&h);
    cursor_skip(&h, 3);
    uint16_t length = cursor_be16(&h);
    cursor_skip(&h, 34);
    if (h.status == CURSOR_OK && first >> 4 == 6 && length == h.left + g->missing && layer_inner(g, TUNNEL_TEREDO))
        link_network(g, ETHERTYPE_IP6, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
}

/* 3GPP TS 29.281: version 1, a G-PDU, then perhaps four bytes more and a chain of extension headers. */
static void gtp(struct decoding *g, struct cursor c)
{
    uint8_t flags = cursor_u8(&c), type = cursor_u8(&c);
    cursor_skip(&c, 6);
    if (c.status != CURSOR_OK || flags >> 5 != 1 || !(flags & 0x10) || type != 0xff)
        return;
    uint8_t next = 0;
    if (flags & 0x07) {
        cursor_skip(&c, 3);
        next = cursor_u8(&c);
    }
    for (int i = 0; i < DECODE_HEADERS_MAX && (flags & 0x04) && next != 0 && c.status == CURSOR_OK; i++) {
        uint8_t units = cursor_u8(&c);
        if (units == 0)
            return;
        cursor_skip(&c, units * 4u - 2u);
        next = cursor_u8(&c);
    }
    int version = cursor_peek(&c, 0) >> 4;
    if ((version == 4 || version == 6) && layer_inner(g, TUNNEL_GTP))
        link_network(g, version == 4 ? ETHERTYPE_IP4 : ETHERTYPE_IP6, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
}

void tunnel_udp(struct decoding *g, struct cursor c)
{
    const struct packet *p = g->p;
    if (p->dport == PORT_VXLAN)
        vxlan(g, c);
    else if (p->dport == PORT_GENEVE)
        geneve(g, c);
    else if (p->dport == PORT_TEREDO || p->sport == PORT_TEREDO)
        teredo(g, c);
    else if (p->dport == PORT_GTP)
        gtp(g, c);
}
