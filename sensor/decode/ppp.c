/* PPP (RFC 1661) and PPP over Ethernet (RFC 2516). */
#include "decode/layers.h"

enum {
    PPP_IP = 0x0021, PPP_VJ_COMPRESSED = 0x002d, PPP_VJ_UNCOMPRESSED = 0x002f, PPP_IP6 = 0x0057, PPP_MPLS = 0x0281,
    PPP_MPLS_MULTICAST = 0x0283
};
enum { PPPOE_PADI = 0x09, PPPOE_PADO = 0x07, PPPOE_PADR = 0x19, PPPOE_PADS = 0x65, PPPOE_PADT = 0xa7 };

/* Protocols that RFC 1661 and its successors name and that carry nothing for us. */
static bool ppp_named(uint16_t protocol)
{
    switch (protocol) {
    case PPP_VJ_COMPRESSED: case 0x0023: case 0x0025: case 0x0027: case 0x0029: case 0x002b: case 0x0031: case 0x0033:
    case 0x0035: case 0x003d: case 0x004b: case 0x00fd: case 0x0201: case 0x0207: case 0x0231:
    case 0x8021: case 0x8023: case 0x8025: case 0x8027: case 0x8029: case 0x802b: case 0x8031: case 0x8033: case 0x8035:
    case 0x8057: case 0x80fd: case 0x80fb: case 0x8207: case 0x8281: case 0xc021: case 0xc023: case 0xc025: case 0xc223:
    case 0xc227:
        return true;
    default:
        return false;
    }
}

static void ppp_ip(struct decoding *g, struct cursor c, uint16_t type, size_t least, enum decode_event too_small)
{
    struct cursor h = c;
    cursor_skip(&h, least);
    if (h.status != CURSOR_OK)
        note_short(g, &h, too_small);
    else
        link_network(g, type, c, DECODE_PPP_WRONG_TYPE);
}

static void ppp_protocol(struct decoding *g, uint16_t protocol, struct cursor c)
{
    switch (protocol) {
    case PPP_IP:
        ppp_ip(g, c, ETHERTYPE_IP4, 20, DECODE_PPP_IP4_PKT_TOO_SMALL);
        break;
    case PPP_VJ_UNCOMPRESSED:
        ppp_ip(g, c, ETHERTYPE_IP4, 20, DECODE_PPP_VJU_PKT_TOO_SMALL);
        break;
    case PPP_IP6:
        ppp_ip(g, c, ETHERTYPE_IP6, 40, DECODE_PPP_IP6_PKT_TOO_SMALL);
        break;
    case PPP_MPLS: case PPP_MPLS_MULTICAST:
        link_network(g, ETHERTYPE_MPLS, c, DECODE_PPP_WRONG_TYPE);
        break;
    default:
        if (ppp_named(protocol))
            note(g, DECODE_PPP_UNSUP_PROTO);
        else
            note_bad(g, DECODE_PPP_WRONG_TYPE);
    }
}

/* Address and control may be left out, and the protocol's first byte too when it is zero (RFC 1661 section 6.5, 6.6): protocol numbers are
 * odd in their last byte and even in the first, which is how the two lengths are told apart. */
void ppp_frame(struct decoding *g, struct cursor c)
{
    if (!layer_header(g))
        return;
    if (cursor_peek(&c, 0) == 0xff && (cursor_peek(&c, 1) == 0x03 || c.left == 1))     /* no protocol is 0xff */
        cursor_skip(&c, 2);
    uint16_t protocol = cursor_u8(&c);
    if (!(protocol & 1))
        protocol = (uint16_t)(protocol << 8 | cursor_u8(&c));
    if (c.status != CURSOR_OK)
        note_short(g, &c, DECODE_PPP_PKT_TOO_SMALL);
    else
        ppp_protocol(g, protocol, c);
}

void pppoe_session(struct decoding *g, struct cursor c)
{
    cursor_skip(&c, 1);         /* version and type */
    uint8_t code = cursor_u8(&c);
    cursor_skip(&c, 2);         /* session */
    uint16_t length = cursor_be16(&c);
    struct cursor h = c;
    cursor_skip(&h, 2);
    if (h.status != CURSOR_OK) {
        note_short(g, &h, DECODE_PPPOE_PKT_TOO_SMALL);
        return;
    }
    g->d->counts.pppoe++;
    if (code != 0)
        note(g, DECODE_PPPOE_WRONG_CODE);
    else if (layer_bound(g, &c, length, DECODE_PPPOE_PKT_TOO_SMALL))
        ppp_frame(g, c);
}

static void pppoe_tags(struct decoding *g, struct cursor tags)
{
    while (tags.left > 0) {
        cursor_skip(&tags, 2);
        cursor_skip(&tags, cursor_be16(&tags));
        if (tags.status != CURSOR_OK) {
            note_short(g, &tags, DECODE_PPPOE_MALFORMED_TAGS);
            return;
        }
    }
}

void pppoe_discovery(struct decoding *g, struct cursor c)
{
    cursor_skip(&c, 1);
    uint8_t code = cursor_u8(&c);
    cursor_skip(&c, 2);
    uint16_t length = cursor_be16(&c);
    if (c.status != CURSOR_OK) {
        note_short(g, &c, DECODE_PPPOE_PKT_TOO_SMALL);
        return;
    }
    g->d->counts.pppoe++;
    if (code != PPPOE_PADI && code != PPPOE_PADO && code != PPPOE_PADR && code != PPPOE_PADS && code != PPPOE_PADT)
        note_bad(g, DECODE_PPPOE_WRONG_CODE);
    else if (layer_bound(g, &c, length, DECODE_PPPOE_MALFORMED_TAGS))
        pppoe_tags(g, c);
}
