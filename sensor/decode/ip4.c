/* IPv4 (RFC 791). Which departures are events, and what they are called, follows Suricata 7. */
#include "decode/checksum.h"
#include "decode/layers.h"

enum { IP4_HEADER_MIN = 20, IP4_ON_WIRE_MAX = 1500, IP4_MORE_FRAGMENTS = 0x2000, IP4_OFFSET = 0x1fff };
enum {
    OPTION_END = 0, OPTION_NOP = 1, OPTION_RECORD_ROUTE = 7, OPTION_QUICK_START = 25, OPTION_TIMESTAMP = 68,
    OPTION_SECURITY = 130, OPTION_LOOSE_ROUTE = 131, OPTION_CIPSO = 134, OPTION_STREAM_ID = 136, OPTION_STRICT_ROUTE = 137,
    OPTION_ROUTER_ALERT = 148
};

enum option_fault { OPTION_FINE, OPTION_LENGTH, OPTION_MALFORMED };

/* A route: the pointer counts from 1, steps by addresses and stays within the option. */
static enum option_fault option_route(uint8_t length, struct cursor body)
{
    uint8_t pointer = cursor_u8(&body);
    if (length < 3)
        return OPTION_LENGTH;
    return pointer < 4 || pointer % 4 != 0 || pointer > length + 1 ? OPTION_MALFORMED : OPTION_FINE;
}

static enum option_fault option_timestamp(uint8_t length, struct cursor body)
{
    uint8_t pointer = cursor_u8(&body);
    cursor_skip(&body, 2);
    if (length < 5)
        return OPTION_LENGTH;
    uint8_t flag = cursor_u8(&body);
    uint8_t step = flag == 1 || flag == 3 ? 8 : 4;      /* with addresses or without */
    return pointer < 5 || (pointer - 5) % step != 0 || pointer > length + 1 ? OPTION_MALFORMED : OPTION_FINE;
}

/* CIPSO (FIPS 188): a domain of four bytes, then tags of known kinds. */
static enum option_fault option_cipso(uint8_t length, struct cursor body)
{
    if (length < 10)
        return OPTION_LENGTH;
    cursor_skip(&body, 4);
    while (body.left > 0) {
        uint8_t kind = cursor_u8(&body), size = cursor_u8(&body);
        bool known = kind == 1 || kind == 2 || kind == 5 || kind == 6 || kind == 7;
        if (body.status != CURSOR_OK || !known || size < 4 || (kind != 7 && cursor_peek(&body, 0) != 0))
            return OPTION_MALFORMED;
        cursor_skip(&body, size - 2u);
        if (body.status != CURSOR_OK)
            return OPTION_MALFORMED;
    }
    return OPTION_FINE;
}

/* The bit under which an option is remembered, so that a second one is seen; 0 for an unknown one. */
static unsigned option_bit(uint8_t kind)
{
    static const uint8_t kinds[] = { OPTION_RECORD_ROUTE, OPTION_QUICK_START, OPTION_TIMESTAMP, OPTION_SECURITY,
                                     OPTION_LOOSE_ROUTE, OPTION_CIPSO, OPTION_STREAM_ID, OPTION_STRICT_ROUTE,
                                     OPTION_ROUTER_ALERT };
    for (unsigned i = 0; i < sizeof kinds; i++)
        if (kinds[i] == kind)
            return 1u << i;
    return 0;
}

static enum option_fault option_check(uint8_t kind, uint8_t length, struct cursor body)
{
    switch (kind) {
    case OPTION_RECORD_ROUTE: case OPTION_LOOSE_ROUTE: case OPTION_STRICT_ROUTE:
        return option_route(length, body);
    case OPTION_TIMESTAMP:    return option_timestamp(length, body);
    case OPTION_CIPSO:        return option_cipso(length, body);
    case OPTION_QUICK_START:  return length < 8 ? OPTION_LENGTH : OPTION_FINE;
    case OPTION_SECURITY:     return length != 11 ? OPTION_LENGTH : OPTION_FINE;
    default:                  return length != 4 ? OPTION_LENGTH : OPTION_FINE;      /* stream id, router alert */
    }
}

/* One option behind its kind. False ends the walk: lengths can no longer be believed. */
static bool ip4_option(struct decoding *g, uint8_t kind, struct cursor *options, unsigned *seen)
{
    if (options->left == 0) {
        note(g, DECODE_IPV4_OPT_EOL_REQUIRED);
        return false;
    }
    uint8_t length = cursor_u8(options);
    if (length < 2 || length - 2u > options->left) {
        note(g, DECODE_IPV4_OPT_INVALID_LEN);
        return false;
    }
    struct cursor body = cursor_sub(options, length - 2u);
    unsigned bit = option_bit(kind);
    if (bit == 0) {
        note(g, DECODE_IPV4_OPT_INVALID);
        return true;
    }
    if (*seen & bit) {
        note(g, DECODE_IPV4_OPT_DUPLICATE);
        return true;
    }
    *seen |= bit;
    enum option_fault fault = option_check(kind, length, body);
    if (fault != OPTION_FINE)
        note(g, fault == OPTION_LENGTH ? DECODE_IPV4_OPT_INVALID_LEN : DECODE_IPV4_OPT_MALFORMED);
    return fault == OPTION_FINE;
}

static void ip4_options(struct decoding *g, struct cursor options)
{
    unsigned seen = 0;
    if (options.left % 8 != 0)
        note(g, DECODE_IPV4_OPT_PAD_REQUIRED);
    while (options.left > 0) {
        uint8_t kind = cursor_u8(&options);
        if (kind == OPTION_END)
            return;
        if (kind != OPTION_NOP && !ip4_option(g, kind, &options, &seen))
            return;
    }
}

/* What follows the header; the header is good and `c` ends where the packet does. */
static void ip4_payload(struct decoding *g, struct cursor c, uint16_t header_len)
{
    struct packet *p = g->p;
    struct cursor header = cursor_sub(&c, header_len);
    if (c.status != CURSOR_OK) {        /* options cut by the capture */
        p->truncated = true;
        return;
    }
    if (g->d->checksums && !checksum_plain(header.at, header_len)) {
        note(g, DECODE_IPV4_CHECKSUM);
        p->bad_checksum = true;
    }
    if (header_len > IP4_HEADER_MIN) {
        cursor_skip(&header, IP4_HEADER_MIN);
        ip4_options(g, header);
    }
    layer_payload(g, &c);
    p->fragment = (p->ip_fragment & (IP4_MORE_FRAGMENTS | IP4_OFFSET)) != 0;
    if (!p->fragment)
        transport_packet(g, c);
}

/* A capture made on the sending host itself: the total length is left to the network card, which cuts the packet up
 * (segmentation offload). Believed only for what is too large for a wire, as a small one would be a way to
 * slip us bytes that every receiver throws away. */
static bool ip4_offloaded(const struct decoding *g, uint16_t total, const struct cursor *c)
{
    return total == 0 && c->left + g->missing > IP4_ON_WIRE_MAX;
}

void ip4_packet(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    struct cursor h = layer_head(c, IP4_HEADER_MIN);
    if (h.status != CURSOR_OK) {
        note_short(g, &h, DECODE_IPV4_PKT_TOO_SMALL);
        return;
    }
    uint8_t first = cursor_u8(&h);
    uint8_t tos = cursor_u8(&h);
    uint16_t total = cursor_be16(&h);
    uint16_t id = cursor_be16(&h);
    uint16_t fragment = cursor_be16(&h);
    uint8_t ttl = cursor_u8(&h);
    uint8_t proto = cursor_u8(&h);
    cursor_skip(&h, 2);
    const uint8_t *src = cursor_bytes(&h, 4);
    const uint8_t *dst = cursor_bytes(&h, 4);
    uint16_t header_len = (uint16_t)((first & 15) * 4);
    if (first >> 4 != 4) {
        note_bad(g, DECODE_IPV4_WRONG_IP_VERSION);
        return;
    }
    g->d->counts.ipv4++;
    p->ip_version = 4;
    p->ip = c.at;
    p->ip_header_len = header_len;
    p->tos = tos;
    p->ttl = ttl;
    p->ip_id = id;
    p->ip_fragment = fragment;
    p->proto = proto;
    p->src = addr_v4(src);
    p->dst = addr_v4(dst);
    bool offloaded = ip4_offloaded(g, total, &c);
    if (header_len < IP4_HEADER_MIN)
        note_bad(g, DECODE_IPV4_HLEN_TOO_SMALL);
    else if (offloaded)
        note(g, DECODE_IPV4_IPLEN_SMALLER_THAN_HLEN);
    else if (total < header_len)
        note_bad(g, DECODE_IPV4_IPLEN_SMALLER_THAN_HLEN);
    if (!p->malformed && (offloaded || layer_bound(g, &c, total, DECODE_IPV4_TRUNC_PKT))) {
        p->ip_len = (uint32_t)c.left;
        ip4_payload(g, c, header_len);
    }
}
