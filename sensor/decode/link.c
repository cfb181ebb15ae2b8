/* The first header of a frame, and the road from an Ethernet type to what it announces. */
#include "decode/layers.h"

enum linktype {             /* tcpdump.org/linktypes.html; 12 and 14 are DLT_RAW where a file says it raw */
    LINK_NULL = 0, LINK_ETHERNET = 1, LINK_PPP = 9, LINK_RAW_12 = 12, LINK_RAW_14 = 14, LINK_PPP_HDLC = 50,
    LINK_PPP_ETHER = 51, LINK_RAW = 101, LINK_CHDLC = 104, LINK_LOOP = 108, LINK_SLL = 113, LINK_BACNET_MSTP = 165,
    LINK_PPI = 192,
    LINK_PPP_WITH_DIR = 204, LINK_IPV4 = 228, LINK_IPV6 = 229, LINK_SLL2 = 276
};

enum { ETHERNET_LENGTH_MAX = 1500 };        /* larger is a type, as 802.3 has it */
enum { LLC_BACNET = 0x8282 };                /* both service access points */

/* Types we name although they carry no IP. All others are worth an event on a tap. */
static const uint16_t known_types[] = {
    0x0806 /* ARP */, 0x8035 /* RARP */, 0x0842 /* wake on LAN */, 0x22f0 /* AVTP */, 0x22f3 /* TRILL */,
    0x6002, 0x6003, 0x6004 /* DECnet */, 0x809b, 0x80f3 /* AppleTalk */, 0x8137 /* IPX */, 0x8808 /* pause */,
    0x8809 /* LACP */, 0x8819 /* CobraNet */, 0x886d /* Intel teaming */, 0x887b /* HomePlug */, 0x888e /* 802.1X */,
    0x8892 /* PROFINET */, 0x8899 /* Realtek loop */, 0x889a /* HyperSCSI */, 0x88a2 /* ATA over Ethernet */,
    0x88a4 /* EtherCAT */, 0x88ab /* POWERLINK */, 0x88b5, 0x88b6 /* experiments */, 0x88b8 /* GOOSE */, 0x88b9 /* GSE */,
    0x88ba /* sampled values */, 0x88bf /* MikroTik */, 0x88c7 /* 802.11 pre-auth */, 0x88cc /* LLDP */,
    0x88cd /* SERCOS III */, 0x88dc /* WSMP */, 0x88e1 /* HomePlug AV */, 0x88e3 /* MRP */, 0x88e5 /* MACsec */,
    0x88f5, 0x88f6 /* MVRP, MMRP */, 0x88f7 /* PTP */, 0x88fb /* PRP */, 0x8902 /* CFM */, 0x8906 /* FCoE */,
    0x8909 /* Cisco metadata */, 0x890d /* 802.11 TDLS */, 0x8914 /* FIP */, 0x8912 /* mediaxtream */, 0x892f /* HSR */, 0x893a /* 1905 */, 0x8940 /* ECP */, 0x894f /* NSH */, 0x9000 /* loopback test */
};

bool link_knows(uint16_t ethertype)
{
    switch (ethertype) {
    case ETHERTYPE_IP4: case ETHERTYPE_IP6: case ETHERTYPE_VLAN: case ETHERTYPE_QINQ: case ETHERTYPE_QINQ_OLD:
    case ETHERTYPE_MPLS: case ETHERTYPE_MPLS_MULTICAST: case ETHERTYPE_PPPOE_SESSION: case ETHERTYPE_PPPOE_DISCOVERY:
    case ETHERTYPE_8021AH: case ETHERTYPE_VNTAG: case ETHERTYPE_FABRICPATH: case ETHERTYPE_BRIDGE:
        return true;
    default:
        for (size_t i = 0; i < sizeof known_types / sizeof known_types[0]; i++)
            if (known_types[i] == ethertype)
                return true;
        return false;
    }
}

void link_network(struct decoding *g, uint16_t ethertype, struct cursor c, enum decode_event unknown)
{
    struct packet *p = g->p;
    p->ethertype = ethertype;
    p->link_payload = c.at;
    p->link_payload_len = (uint32_t)c.left;
    if (ethertype == ETHERTYPE_IP4) {
        ip4_packet(g, c);
        return;
    }
    if (ethertype == ETHERTYPE_IP6) {
        ip6_packet(g, c);
        return;
    }
    if (!layer_header(g))
        return;
    switch (ethertype) {
    case ETHERTYPE_VLAN: case ETHERTYPE_QINQ: case ETHERTYPE_QINQ_OLD: vlan_tag(g, c); break;
    case ETHERTYPE_MPLS: case ETHERTYPE_MPLS_MULTICAST:                mpls_labels(g, c); break;
    case ETHERTYPE_PPPOE_SESSION:                                      pppoe_session(g, c); break;
    case ETHERTYPE_PPPOE_DISCOVERY:                                    pppoe_discovery(g, c); break;
    case ETHERTYPE_8021AH:                                             vlan_provider(g, c); break;
    case ETHERTYPE_VNTAG:                                              vlan_vntag(g, c); break;
    case ETHERTYPE_FABRICPATH:                                         vlan_fabricpath(g, c); break;
    case ETHERTYPE_BRIDGE:                                             link_ethernet(g, c); break;
    default:
        if (!link_knows(ethertype))
            note(g, unknown);
    }
}

/* 802.2: three bytes, and with SNAP five more that end in an Ethernet type. What is not IP stays from the LLC header on. */
static void link_llc(struct decoding *g, uint16_t length, struct cursor c)
{
    struct packet *p = g->p;
    if (length < c.left) {
        c = cursor_sub(&c, length);     /* the rest is padding */
        g->missing = 0;
    }
    p->link_payload = c.at;
    p->link_payload_len = (uint32_t)c.left;
    struct cursor h = c;
    uint16_t saps = cursor_be16(&h);
    uint8_t control = cursor_u8(&h);
    if (h.status != CURSOR_OK || control != 0x03)
        return;
    if (saps == LLC_BACNET) {
        p->ethertype = saps;    /* no Ethernet type, but none has this number: by it dissectors find BACnet's frames */
    } else if (saps == 0x0606) {
        link_network(g, ETHERTYPE_IP4, h, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
    } else if (saps == 0xaaaa) {
        uint32_t organisation = cursor_be24(&h);
        uint16_t type = cursor_be16(&h);
        if (h.status == CURSOR_OK && (organisation == 0 || organisation == 0x0000f8) && type > ETHERNET_LENGTH_MAX)
            link_network(g, type, h, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
    }
}

void link_ethernet(struct decoding *g, struct cursor c)
{
    const uint8_t *start = c.at;
    cursor_skip(&c, 12);
    uint16_t type = cursor_be16(&c);
    if (c.status != CURSOR_OK) {
        note_short(g, &c, DECODE_ETHERNET_PKT_TOO_SMALL);
        return;
    }
    g->d->counts.ethernet++;
    g->p->ether = start;
    if (type > ETHERNET_LENGTH_MAX)
        link_network(g, type, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
    else if (layer_header(g))
        link_llc(g, type, c);
}

/* Linux cooked captures: the type is an Ethernet type, or a small number for what has none (1 and 4: 802.3 and 802.2). */
static void link_cooked(struct decoding *g, struct cursor c, size_t before, size_t after)
{
    cursor_skip(&c, before);
    uint16_t type = cursor_be16(&c);
    cursor_skip(&c, after);
    if (c.status != CURSOR_OK)
        note_short(g, &c, DECODE_SLL_PKT_TOO_SMALL);
    else if (type == 4)
        link_llc(g, UINT16_MAX, c);
    else
        link_network(g, type, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
}

static void link_raw(struct decoding *g, struct cursor c)
{
    int first = cursor_peek(&c, 0);
    if (first < 0)
        note(g, DECODE_IPRAW_INVALID_IP_VERSION);
    else if (first >> 4 == 4)
        link_network(g, ETHERTYPE_IP4, c, DECODE_IPRAW_INVALID_IP_VERSION);
    else if (first >> 4 == 6)
        link_network(g, ETHERTYPE_IP6, c, DECODE_IPRAW_INVALID_IP_VERSION);
    else
        note_bad(g, DECODE_IPRAW_INVALID_IP_VERSION);
}

/* BSD loopback: the address family in the byte order of whoever captured. No family is above 255, so whichever
 * end holds the number tells the order; IPv6 has another number on each system. */
static void link_loopback(struct decoding *g, struct cursor c)
{
    struct cursor other = c;
    uint32_t family = cursor_be32(&c), swapped = cursor_le32(&other);
    if (c.status != CURSOR_OK) {
        note_short(g, &c, DECODE_LTNULL_PKT_TOO_SMALL);
        return;
    }
    switch (family < swapped ? family : swapped) {
    case 2:
        link_network(g, ETHERTYPE_IP4, c, DECODE_LTNULL_UNSUPPORTED_TYPE);
        break;
    case 10: case 24: case 28: case 30:
        link_network(g, ETHERTYPE_IP6, c, DECODE_LTNULL_UNSUPPORTED_TYPE);
        break;
    default:
        note(g, DECODE_LTNULL_UNSUPPORTED_TYPE);
    }
}

static void link_chdlc(struct decoding *g, struct cursor c)
{
    cursor_skip(&c, 2);
    uint16_t type = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        note_short(g, &c, DECODE_CHDLC_PKT_TOO_SMALL);
    else
        link_network(g, type, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
}

/* RFC 1662 framing as routers' serial lines are captured: PPP, or Cisco's own when the address says so. */
static void link_serial(struct decoding *g, struct cursor c)
{
    int address = cursor_peek(&c, 0);
    if (address == 0x0f || address == 0x8f)
        link_chdlc(g, c);
    else
        ppp_frame(g, c);
}

/* Per-packet information: a header with its own length and the link type of what follows. */
static void link_ppi(struct decoding *g, struct cursor c)
{
    struct cursor h = c;
    cursor_skip(&h, 2);
    uint16_t length = cursor_le16(&h);
    uint32_t inner = cursor_le32(&h);
    cursor_skip(&c, length);
    if (h.status != CURSOR_OK || c.status != CURSOR_OK || length < 8 || inner == LINK_PPI || inner > INT32_MAX)
        note(g, DECODE_LINK_UNSUPPORTED);
    else
        link_frame(g, (int)inner, c);
}

/* BACnet on RS-485, tapped by an adapter: the dissector knows its frames by their preamble. */
static void link_mstp(struct decoding *g, struct cursor c)
{
    g->p->ethertype = LLC_BACNET;
    g->p->link_payload = c.at;
    g->p->link_payload_len = (uint32_t)c.left;
}

void link_frame(struct decoding *g, int linktype, struct cursor c)
{
    switch (linktype) {
    case LINK_ETHERNET:     link_ethernet(g, c); break;
    case LINK_SLL:          link_cooked(g, c, 14, 0); break;
    case LINK_SLL2:         link_cooked(g, c, 0, 18); break;
    case LINK_RAW: case LINK_RAW_12: case LINK_RAW_14: link_raw(g, c); break;
    case LINK_IPV4:         link_network(g, ETHERTYPE_IP4, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE); break;
    case LINK_IPV6:         link_network(g, ETHERTYPE_IP6, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE); break;
    case LINK_NULL: case LINK_LOOP: link_loopback(g, c); break;
    case LINK_PPP:          ppp_frame(g, c); break;
    case LINK_PPP_HDLC:     link_serial(g, c); break;
    case LINK_PPP_WITH_DIR: cursor_skip(&c, 1); ppp_frame(g, c); break;
    case LINK_PPP_ETHER:    pppoe_session(g, c); break;
    case LINK_CHDLC:        link_chdlc(g, c); break;
    case LINK_BACNET_MSTP:  link_mstp(g, c); break;
    case LINK_PPI:          link_ppi(g, c); break;
    default:                note(g, DECODE_LINK_UNSUPPORTED);
    }
}
