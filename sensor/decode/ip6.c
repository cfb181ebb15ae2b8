/* IPv6 (RFC 8200) and its extension headers. Which departures are events, and what they are called, follows Suricata 7. */
#include "decode/layers.h"

enum { IP6_HEADER = 40, EXTENSIONS_MAX = 64 };
enum {
    NEXT_HOP_BY_HOP = 0, NEXT_IP4 = 4, NEXT_TCP = 6, NEXT_UDP = 17, NEXT_IP6 = 41, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44,
    NEXT_GRE = 47, NEXT_ESP = 50, NEXT_AH = 51, NEXT_ICMP6 = 58, NEXT_NONE = 59, NEXT_DESTINATION = 60, NEXT_SCTP = 132,
    NEXT_MOBILITY = 135, NEXT_HIP = 139, NEXT_SHIM6 = 140, NEXT_ICMP4 = 1
};
enum { OPTION_PAD1 = 0, OPTION_PADN = 1, OPTION_ROUTER_ALERT = 5, OPTION_JUMBO = 0xc2, OPTION_HOME_ADDRESS = 0xc9 };

struct chain {              /* the headers met so far */
    unsigned hop_by_hop, routing, fragments, destination, ah;
};

static bool option_too_short(uint8_t kind, uint8_t length)
{
    return (kind == OPTION_ROUTER_ALERT && length < 2) || (kind == OPTION_JUMBO && length < 4)
        || (kind == OPTION_HOME_ADDRESS && length < 16);
}

static void ip6_options(struct decoding *g, struct cursor options, bool hop_by_hop)
{
    unsigned padding = 0, others = 0;
    while (options.left > 0) {
        uint8_t kind = cursor_u8(&options);
        if (kind == OPTION_PAD1) {
            padding++;
            continue;
        }
        uint8_t length = cursor_u8(&options);
        cursor_skip(&options, length);
        if (options.status != CURSOR_OK || option_too_short(kind, length)) {
            note(g, DECODE_IPV6_EXTHDR_INVALID_OPTLEN);
            break;
        }
        if (kind == OPTION_PADN) {
            padding++;
            if (length == 0)
                note(g, DECODE_IPV6_ZERO_LEN_PADN);
        } else if (kind != OPTION_JUMBO) {      /* a jumbogram's length is neither padding nor an option one would miss */
            others++;
            if (kind != OPTION_ROUTER_ALERT && kind != OPTION_HOME_ADDRESS)
                note(g, hop_by_hop ? DECODE_IPV6_HOPOPTS_UNKNOWN_OPT : DECODE_IPV6_DSTOPTS_UNKNOWN_OPT);
        }
    }
    if (padding > 0 && others == 0)
        note(g, hop_by_hop ? DECODE_IPV6_HOPOPTS_ONLY_PADDING : DECODE_IPV6_DSTOPTS_ONLY_PADDING);
}

/* Takes an extension header: its length in the second byte counts units of `unit` bytes beyond `base` bytes. */
static struct cursor extension(struct cursor *c, uint8_t *next, size_t unit, size_t base)
{
    struct cursor peek = *c;
    *next = cursor_u8(&peek);
    size_t length = cursor_u8(&peek) * unit + base;
    struct cursor body = cursor_sub(c, length);
    cursor_skip(&body, 2);
    return body;
}

static void take_options(struct decoding *g, struct cursor *c, struct chain *seen, uint8_t *next)
{
    bool hop_by_hop = *next == NEXT_HOP_BY_HOP;
    struct cursor body = extension(c, next, 8, 8);
    if (c->status != CURSOR_OK)
        return;
    if (hop_by_hop && seen->hop_by_hop++ > 0)
        note(g, DECODE_IPV6_EXTHDR_DUPL_HH);
    else if (!hop_by_hop && seen->destination++ > 1)     /* one before and one after routing are honest */
        note(g, DECODE_IPV6_EXTHDR_DUPL_DH);
    else
        ip6_options(g, body, hop_by_hop);
}

static void take_routing(struct decoding *g, struct cursor *c, struct chain *seen, uint8_t *next)
{
    struct cursor body = extension(c, next, 8, 8);
    uint8_t type = cursor_u8(&body);
    if (c->status != CURSOR_OK)
        return;
    g->routed = true;
    if (seen->routing++ > 0)
        note(g, DECODE_IPV6_EXTHDR_DUPL_RH);
    else if (type == 0)
        note(g, DECODE_IPV6_RH_TYPE_0);
}

static void take_authentication(struct decoding *g, struct cursor *c, struct chain *seen, uint8_t *next)
{
    struct cursor body = extension(c, next, 4, 8);
    uint16_t reserved = cursor_be16(&body);
    if (c->status != CURSOR_OK)
        return;
    if (seen->ah++ > 0)
        note(g, DECODE_IPV6_EXTHDR_DUPL_AH);
    else if (reserved != 0)
        note(g, DECODE_IPV6_EXTHDR_AH_RES_NOT_NULL);
}

/* True: a real fragment, so what follows belongs to flow/fragment.c. */
static bool take_fragment(struct decoding *g, struct cursor *c, struct chain *seen, uint8_t *next)
{
    struct packet *p = g->p;
    uint32_t length = (uint32_t)c->left + g->missing;
    *next = cursor_u8(c);
    uint8_t reserved = cursor_u8(c);
    uint16_t offset = cursor_be16(c);
    uint32_t id = cursor_be32(c);
    if (c->status != CURSOR_OK)
        return false;
    if (reserved != 0)
        note(g, DECODE_IPV6_FH_NON_ZERO_RESERVED_FIELD);
    if (seen->fragments++ > 0) {
        note(g, DECODE_IPV6_EXTHDR_DUPL_FH);
        return false;
    }
    p->ip_fragment = offset;
    p->ip_id = (uint16_t)id;
    if ((offset & 0xfff9) == 0) {
        note(g, DECODE_IPV6_EXTHDR_USELESS_FH);
        return false;
    }
    if ((offset & 1) && length % 8 != 0)
        note(g, DECODE_IPV6_FRAG_INVALID_LENGTH);
    return true;
}

static bool next_is_extension(uint8_t next)
{
    switch (next) {
    case NEXT_HOP_BY_HOP: case NEXT_ROUTING: case NEXT_FRAGMENT: case NEXT_AH: case NEXT_DESTINATION: case NEXT_MOBILITY:
    case NEXT_HIP: case NEXT_SHIM6:
        return true;
    default:
        return false;
    }
}

/* One header. True: it was a fragment header that counts. */
static bool take_extension(struct decoding *g, struct cursor *c, struct chain *seen, uint8_t *next)
{
    switch (*next) {
    case NEXT_HOP_BY_HOP: case NEXT_DESTINATION:
        take_options(g, c, seen, next);
        return false;
    case NEXT_ROUTING:
        take_routing(g, c, seen, next);
        return false;
    case NEXT_AH:
        take_authentication(g, c, seen, next);
        return false;
    case NEXT_FRAGMENT:
        return take_fragment(g, c, seen, next);
    default:
        (void)extension(c, next, 8, 8);
        return false;
    }
}

static void ip6_upper(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    switch (p->proto) {
    case NEXT_NONE:
        if (c.left > 0)
            note(g, DECODE_IPV6_DATA_AFTER_NONE_HEADER);
        return;
    case NEXT_ICMP4:
        note(g, DECODE_IPV6_ICMPV4);
        return;
    case NEXT_TCP: case NEXT_UDP: case NEXT_IP4: case NEXT_IP6: case NEXT_GRE: case NEXT_ESP: case NEXT_ICMP6: case NEXT_SCTP:
        transport_packet(g, c);
        return;
    default:
        note(g, DECODE_IPV6_UNKNOWN_NEXT_HEADER);
        transport_packet(g, c);
    }
}

static void ip6_extensions(struct decoding *g, struct cursor c, uint8_t next)
{
    struct packet *p = g->p;
    struct chain seen = { 0 };
    size_t before = c.left;
    for (int i = 0; i < EXTENSIONS_MAX && next_is_extension(next) && !p->fragment; i++) {
        p->fragment = take_extension(g, &c, &seen, &next);
        if (c.status != CURSOR_OK) {
            p->proto = next;
            note_short(g, &c, DECODE_IPV6_TRUNC_EXTHDR);
            return;
        }
    }
    size_t header_len = IP6_HEADER + before - c.left;
    p->ip_header_len = (uint16_t)(header_len < UINT16_MAX ? header_len : UINT16_MAX);
    p->proto = next;
    layer_payload(g, &c);
    if (p->fragment)
        return;
    if (next_is_extension(next))
        note_bad(g, DECODE_TOO_MANY_LAYERS);
    else if (before > c.left && next != NEXT_NONE && c.left + g->missing < 2)
        note_bad(g, DECODE_IPV6_TRUNC_EXTHDR);      /* the chain promises a header, and none is that short */
    else
        ip6_upper(g, c);
}

void ip6_packet(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    struct cursor h = layer_head(c, IP6_HEADER);
    if (h.status != CURSOR_OK) {
        note_short(g, &h, DECODE_IPV6_PKT_TOO_SMALL);
        return;
    }
    uint32_t first = cursor_be32(&h);
    uint16_t payload_len = cursor_be16(&h);
    uint8_t next = cursor_u8(&h);
    uint8_t hop_limit = cursor_u8(&h);
    const uint8_t *src = cursor_bytes(&h, 16);
    const uint8_t *dst = cursor_bytes(&h, 16);
    if (first >> 28 != 6) {
        note_bad(g, DECODE_IPV6_WRONG_IP_VERSION);
        return;
    }
    g->d->counts.ipv6++;
    p->ip_version = 6;
    p->ip = c.at;
    p->ip_header_len = IP6_HEADER;
    p->tos = (uint8_t)(first >> 20);
    p->ttl = hop_limit;
    p->proto = next;
    p->src = addr_v6(src);
    p->dst = addr_v6(dst);
    if (!layer_bound(g, &c, (uint32_t)IP6_HEADER + payload_len, DECODE_IPV6_TRUNC_PKT))
        return;
    p->ip_len = (uint32_t)c.left;
    cursor_skip(&c, IP6_HEADER);
    ip6_extensions(g, c, next);
}
