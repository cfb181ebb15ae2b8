/* TCP, UDP, SCTP, ICMP and ICMPv6. Which departures are events, and what they are called, follows Suricata 7. */
#include "decode/checksum.h"
#include "decode/layers.h"

enum {
    PROTO_ICMP = 1, PROTO_IPIP = 4, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_IP6 = 41, PROTO_GRE = 47, PROTO_AH = 51, PROTO_ICMP6 = 58,
    PROTO_SCTP = 132
};
enum { TCP_HEADER_MIN = 20, UDP_HEADER = 8, SCTP_HEADER = 12, ICMP_HEADER = 8 };

/* Whether the transport's checksum can be judged: asked for, and nothing is missing. */
static bool checkable(const struct decoding *g)
{
    return g->d->checksums && g->missing == 0 && !g->routed;
}

static void bad_checksum(struct decoding *g, enum decode_event event)
{
    note(g, event);
    g->p->bad_checksum = true;
}

/* The header of `length` bytes is whole: the packet has it, and what follows is payload. */
static void transport_header(struct decoding *g, struct cursor *c, uint32_t length)
{
    struct packet *p = g->p;
    p->transport = c->at;
    p->transport_len = (uint16_t)length;
    p->transport_ok = true;
    cursor_skip(c, length);
    layer_payload(g, c);
}

/* --- TCP (RFC 9293) --- */

enum { TCP_OPTION_END = 0, TCP_OPTION_NOP = 1, TCP_OPTION_MSS = 2, TCP_OPTION_SCALE = 3, TCP_OPTION_SACK_OK = 4,
       TCP_OPTION_SACK = 5, TCP_OPTION_TIME = 8, TCP_OPTIONS_COMMON = 0x0101080a };

static bool tcp_option_fits(uint8_t kind, uint8_t length)
{
    switch (kind) {
    case TCP_OPTION_MSS:     return length == 4;
    case TCP_OPTION_SCALE:   return length == 3;
    case TCP_OPTION_SACK_OK: return length == 2;
    case TCP_OPTION_TIME:    return length == 10;
    case TCP_OPTION_SACK:    return length <= 34 && (length - 2) % 8 == 0;      /* some stacks send an empty one */
    default:                 return true;
    }
}

static void tcp_options(struct decoding *g, struct cursor options)
{
    unsigned seen = 0;
    struct cursor whole = options;
    if (options.left == 12 && cursor_be32(&whole) == TCP_OPTIONS_COMMON)
        return;                 /* two NOPs and a time stamp: nearly every segment */
    while (options.left > 0) {
        uint8_t kind = cursor_u8(&options);
        if (kind == TCP_OPTION_END || (kind != TCP_OPTION_NOP && options.left == 0))
            return;
        if (kind == TCP_OPTION_NOP)
            continue;
        uint8_t length = cursor_u8(&options);
        if (length < 2 || length - 2u > options.left) {
            note(g, DECODE_TCP_OPT_INVALID_LEN);
            return;
        }
        cursor_skip(&options, length - 2u);
        unsigned bit = kind <= TCP_OPTION_TIME && kind != 6 && kind != 7 ? 1u << kind : 0;
        if (!tcp_option_fits(kind, length))
            note(g, DECODE_TCP_OPT_INVALID_LEN);
        else if (seen & bit)
            note(g, DECODE_TCP_OPT_DUPLICATE);
        seen |= bit;
    }
}

static void tcp_segment(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    struct cursor h = layer_head(c, TCP_HEADER_MIN);
    if (h.status != CURSOR_OK) {
        note_short(g, &h, DECODE_TCP_PKT_TOO_SMALL);
        return;
    }
    uint16_t sport = cursor_be16(&h);
    uint16_t dport = cursor_be16(&h);
    uint32_t seq = cursor_be32(&h);
    uint32_t ack = cursor_be32(&h);
    uint8_t offset = cursor_u8(&h);
    uint8_t flags = cursor_u8(&h);
    uint16_t window = cursor_be16(&h);
    uint32_t length = (uint32_t)(offset >> 4) * 4;
    if (length > c.left + g->missing) {
        note_bad(g, DECODE_TCP_HLEN_TOO_SMALL);
        return;
    }
    if (length < TCP_HEADER_MIN) {
        note_bad(g, DECODE_TCP_INVALID_OPTLEN);
        return;
    }
    p->sport = sport;
    p->dport = dport;
    p->tcp_seq = seq;
    p->tcp_ack = ack;
    p->tcp_flags = flags;
    p->tcp_window = window;
    g->d->counts.tcp++;
    if (checkable(g) && !checksum_pseudo(p, PROTO_TCP, c.at, c.left))
        bad_checksum(g, DECODE_TCP_CHECKSUM);
    if (length > c.left) {              /* the capture cut the options: the rest of the header is good */
        g->missing -= (uint32_t)(length - c.left);
        length = (uint32_t)c.left;
        p->truncated = true;
    } else if (length > TCP_HEADER_MIN) {
        struct cursor options = c;
        cursor_skip(&options, TCP_HEADER_MIN);
        tcp_options(g, cursor_sub(&options, length - TCP_HEADER_MIN));
    }
    transport_header(g, &c, length);
}

/* --- UDP (RFC 768) --- */

static void udp_datagram(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    struct cursor h = layer_head(c, UDP_HEADER);
    if (h.status != CURSOR_OK) {
        note_short(g, &h, DECODE_UDP_HLEN_TOO_SMALL);
        return;
    }
    uint16_t sport = cursor_be16(&h);
    uint16_t dport = cursor_be16(&h);
    uint16_t length = cursor_be16(&h);
    uint16_t sum = cursor_be16(&h);
    if (length < UDP_HEADER) {
        note_bad(g, DECODE_UDP_LEN_INVALID);
        return;
    }
    if (!layer_bound(g, &c, length, DECODE_UDP_PKT_TOO_SMALL))
        return;
    p->sport = sport;
    p->dport = dport;
    g->d->counts.udp++;
    if (sum != 0 && checkable(g) && !checksum_pseudo(p, PROTO_UDP, c.at, c.left))
        bad_checksum(g, DECODE_UDP_CHECKSUM);
    transport_header(g, &c, UDP_HEADER);
    tunnel_udp(g, c);
}

static void sctp_packet(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    struct cursor h = c;
    uint16_t sport = cursor_be16(&h);
    uint16_t dport = cursor_be16(&h);
    cursor_skip(&h, SCTP_HEADER - 4);
    if (h.status != CURSOR_OK) {
        note_short(g, &h, DECODE_SCTP_PKT_TOO_SMALL);
        return;
    }
    p->sport = sport;
    p->dport = dport;
    g->d->counts.sctp++;
    transport_header(g, &c, SCTP_HEADER);
}

/* --- ICMP (RFC 792, IANA icmp-parameters) --- */

struct icmp_kind {
    uint8_t type, code_max;
    bool    quotes;             /* an error: it quotes the packet that caused it */
};
static const struct icmp_kind icmp4_kinds[] = {
    { 0, 0, false }, { 3, 15, true }, { 4, 0, true }, { 5, 3, true }, { 8, 0, false }, { 9, 16, false }, { 10, 0, false },
    { 11, 1, true }, { 12, 2, true }, { 13, 0, false }, { 14, 0, false }, { 15, 0, false }, { 16, 0, false },
    { 17, 0, false }, { 18, 0, false },
};
static const struct icmp_kind icmp6_kinds[] = {
    { 1, 6, true }, { 2, 0, true }, { 3, 1, true }, { 4, 2, true }, { 128, 0, false }, { 129, 0, false },
    { 130, 0, false }, { 131, 0, false }, { 132, 0, false }, { 133, 0, false }, { 134, 0, false }, { 135, 0, false },
    { 136, 0, false }, { 137, 0, false }, { 138, 255, false }, { 139, 2, false }, { 140, 2, false }, { 141, 0, false },
    { 142, 0, false }, { 143, 0, false }, { 144, 0, false }, { 145, 0, false }, { 146, 0, false }, { 147, 0, false },
    { 148, 0, false }, { 149, 0, false }, { 150, 255, false }, { 151, 255, false }, { 152, 255, false }, { 153, 255, false },
    { 154, 255, false }, { 155, 255, false }, { 156, 255, false }, { 157, 255, false }, { 158, 255, false },
    { 159, 255, false },
};

static const struct icmp_kind *icmp_find(const struct icmp_kind *kinds, size_t count, uint8_t type)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return NULL;
}

/* The packet that an error quotes: at least its IP header, of the right version. */
static void icmp_quote(struct decoding *g, struct cursor c, size_t least, int version, enum decode_event too_short,
                       enum decode_event wrong_version)
{
    if (c.left < least) {
        note(g, too_short);
    } else if (cursor_peek(&c, 0) >> 4 != version) {
        note(g, wrong_version);
    } else {
        g->p->icmp_inner = c.at;
        g->p->icmp_inner_len = (uint32_t)c.left;
    }
}

static bool icmp_begin(struct decoding *g, struct cursor *c, enum decode_event too_small)
{
    struct packet *p = g->p;
    struct cursor h = *c;
    uint8_t type = cursor_u8(&h);
    uint8_t code = cursor_u8(&h);
    cursor_skip(&h, ICMP_HEADER - 2);
    if (h.status != CURSOR_OK) {
        note_short(g, &h, too_small);
        return false;
    }
    p->icmp_type = type;
    p->icmp_code = code;
    transport_header(g, c, ICMP_HEADER);
    return true;
}

static void icmp4_message(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    struct cursor whole = c;
    if (!icmp_begin(g, &c, DECODE_ICMPV4_PKT_TOO_SMALL))
        return;
    g->d->counts.icmpv4++;
    if (checkable(g) && !checksum_plain(whole.at, whole.left))
        bad_checksum(g, DECODE_ICMPV4_CHECKSUM);
    const struct icmp_kind *kind = icmp_find(icmp4_kinds, sizeof icmp4_kinds / sizeof icmp4_kinds[0], p->icmp_type);
    if (kind == NULL)
        note(g, DECODE_ICMPV4_UNKNOWN_TYPE);
    else if (p->icmp_code > kind->code_max)
        note(g, DECODE_ICMPV4_UNKNOWN_CODE);
    else if (kind->quotes && c.left > 0)
        icmp_quote(g, c, 20, 4, DECODE_ICMPV4_IPV4_TRUNC_PKT, DECODE_ICMPV4_IPV4_UNKNOWN_VER);
}

/* IANA's ranges for types that nobody named. */
static enum decode_event icmp6_nameless(uint8_t type)
{
    if (type == 100 || type == 101 || type == 200 || type == 201)
        return DECODE_ICMPV6_EXPERIMENTATION_TYPE;
    if ((type >= 4 && type < 127) || (type >= 160 && type < 255))
        return DECODE_ICMPV6_UNASSIGNED_TYPE;
    return DECODE_ICMPV6_UNKNOWN_TYPE;
}

/* Listener reports and router solicitations of multicast never leave their link. */
static bool icmp6_stays_on_link(uint8_t type)
{
    return (type >= 130 && type <= 132) || type == 143 || (type >= 151 && type <= 153);
}

static void icmp6_message(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    struct cursor whole = c;
    if (!icmp_begin(g, &c, DECODE_ICMPV6_PKT_TOO_SMALL))
        return;
    g->d->counts.icmpv6++;
    if (checkable(g) && !checksum_pseudo(p, PROTO_ICMP6, whole.at, whole.left))
        bad_checksum(g, DECODE_ICMPV6_CHECKSUM);
    const struct icmp_kind *kind = icmp_find(icmp6_kinds, sizeof icmp6_kinds / sizeof icmp6_kinds[0], p->icmp_type);
    if (icmp6_stays_on_link(p->icmp_type) && p->ttl != 1)
        note(g, DECODE_ICMPV6_MLD_MESSAGE_WITH_INVALID_HL);
    if (kind == NULL)
        note(g, icmp6_nameless(p->icmp_type));
    else if (p->icmp_code > kind->code_max)
        note(g, DECODE_ICMPV6_UNKNOWN_CODE);
    else if (kind->quotes)
        icmp_quote(g, c, 40, 6, DECODE_ICMPV6_IPV6_TRUNC_PKT, DECODE_ICMPV6_IPV6_UNKNOWN_VERSION);
}

/* In IPv4 an authentication header (RFC 4302) stands where the transport would; what it protects is in the clear. */
static void authenticated(struct decoding *g, struct cursor c)
{
    struct cursor inside = c;
    uint8_t next = cursor_u8(&inside);
    size_t words = cursor_u8(&inside);
    cursor_skip(&inside, words * 4 + 6);
    if (inside.status != CURSOR_OK || !layer_header(g))
        return;
    g->p->proto = next;
    layer_payload(g, &inside);
    transport_packet(g, inside);
}

void transport_packet(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    switch (p->proto) {
    case PROTO_TCP:   tcp_segment(g, c); break;
    case PROTO_UDP:   udp_datagram(g, c); break;
    case PROTO_ICMP:  icmp4_message(g, c); break;
    case PROTO_ICMP6:
        if (p->ip_version == 4)
            note(g, DECODE_IPV4_ICMPV6);
        else
            icmp6_message(g, c);
        break;
    case PROTO_SCTP:  sctp_packet(g, c); break;
    case PROTO_GRE:   g->d->counts.other++; tunnel_gre(g, c); break;
    case PROTO_IPIP:  g->d->counts.other++; tunnel_ip(g, c, 4); break;
    case PROTO_IP6:   g->d->counts.other++; tunnel_ip(g, c, 6); break;
    case PROTO_AH:    authenticated(g, c); break;
    default:          g->d->counts.other++;
    }
}
