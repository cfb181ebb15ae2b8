/* header - keywords about the headers of single packets. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/cursor.h"
#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"
#include "detect/ruleset.h"

enum number_of {
    OF_TTL, OF_TOS, OF_ID, OF_SEQ, OF_ACK, OF_WINDOW, OF_ITYPE, OF_ICODE, OF_ICMP_ID, OF_ICMP_SEQ, OF_DSIZE, OF_FRAGOFFSET,
    OF_IP_PROTO, OF_MSS, OF_WSCALE, OF_IGMP_TYPE, OF_MTU, OF_FLOW_AGE, OF_PACKETS_UP, OF_PACKETS_DOWN, OF_BYTES_UP, OF_BYTES_DOWN
};

static bool is_icmp(const struct subject *s)
{
    return (s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6) && s->transport;
}

/* The number in a TCP option of this kind and length (RFC 9293 section 3.1), or -1. */
static int64_t tcp_option(const struct subject *s, uint8_t wanted, uint8_t size)
{
    if (s->proto != IPPROTO_TCP || s->transport == NULL || s->transport_len <= 20)
        return -1;
    struct cursor c = cursor_over(s->transport + 20, (size_t)s->transport_len - 20);
    while (c.left && c.status == CURSOR_OK) {       /* at most 40 bytes, one or more per turn */
        uint8_t kind = cursor_u8(&c);
        if (kind == 0)
            return -1;
        if (kind == 1)
            continue;
        uint8_t len = cursor_u8(&c);
        if (len < 2)
            return -1;
        if (kind == wanted && len == size) {
            uint16_t number = size == 3 ? cursor_u8(&c) : cursor_be16(&c);
            return c.status == CURSOR_OK ? number : -1;
        }
        cursor_skip(&c, len - 2u);
    }
    return -1;
}

/* What "packet too big" says (RFC 4443 section 3.2), or -1. */
static int64_t icmp6_mtu(const struct subject *s)
{
    if (s->proto != IPPROTO_ICMPV6 || s->transport == NULL || s->icmp_type != 2)
        return -1;
    struct cursor c = cursor_over(s->transport, s->transport_len);
    cursor_skip(&c, 4);
    uint32_t mtu = cursor_be32(&c);
    return c.status == CURSOR_OK ? (int64_t)mtu : -1;
}

/* Of the flow so far, this packet included. */
static int64_t flow_number(const struct subject *s, enum number_of which)
{
    if (s->memory == NULL)
        return -1;
    switch (which) {
    case OF_PACKETS_UP:   return (int64_t)s->flow_packets[FROM_CLIENT];
    case OF_PACKETS_DOWN: return (int64_t)s->flow_packets[FROM_SERVER];
    case OF_BYTES_UP:     return (int64_t)s->flow_bytes[FROM_CLIENT];
    case OF_BYTES_DOWN:   return (int64_t)s->flow_bytes[FROM_SERVER];
    default:              return (int64_t)((s->time_us - s->flow_start_us) / 1000000);
    }
}

/* -1: this packet has none. */
static int64_t number_of(const struct subject *s, enum number_of which)
{
    bool ip = s->ip_version != 0, tcp = s->proto == IPPROTO_TCP && s->transport;
    switch (which) {
    case OF_TTL:        return ip ? s->ttl : -1;
    case OF_TOS:        return ip ? s->tos : -1;
    case OF_ID:         return s->ip_version == 4 ? s->ip_id : -1;
    case OF_SEQ:        return tcp ? (int64_t)s->tcp_seq : -1;
    case OF_ACK:        return tcp ? (int64_t)s->tcp_ack : -1;
    case OF_WINDOW:     return tcp ? s->tcp_window : -1;
    case OF_ITYPE:      return is_icmp(s) ? s->icmp_type : -1;
    case OF_ICODE:      return is_icmp(s) ? s->icmp_code : -1;
    case OF_ICMP_ID:    return is_icmp(s) ? s->icmp_id : -1;
    case OF_ICMP_SEQ:   return is_icmp(s) ? s->icmp_seq : -1;
    case OF_DSIZE:      return s->payload_len;
    case OF_FRAGOFFSET: return s->ip_version == 4 ? (s->ip_fragment & 0x1fff) * 8 : -1;
    case OF_IP_PROTO:   return ip ? s->proto : -1;
    case OF_MSS:        return tcp_option(s, 2, 4);
    case OF_WSCALE:     return tcp_option(s, 3, 3);
    case OF_IGMP_TYPE:  return s->proto == IPPROTO_IGMP && s->payload_len >= 8 ? s->payload[0] : -1;
    case OF_MTU:        return icmp6_mtu(s);
    case OF_FLOW_AGE:
    case OF_PACKETS_UP:
    case OF_PACKETS_DOWN:
    case OF_BYTES_UP:
    case OF_BYTES_DOWN: return flow_number(s, which);
    }
    return -1;
}

static bool number_holds(const struct match *m, const struct check *c)
{
    int64_t n = number_of(m->s, (enum number_of)c->which);
    return n >= 0 && spans_hold(&c->spans, (wide)n);
}

static bool number(struct parser *p, struct slice value, enum number_of which, uint64_t most)
{
    const struct number_style style = { .most = most, .inner = true };
    struct check *c = parse_check(p, number_holds);
    c->which = (uint8_t)which;
    return numbers_parse(p, value, &style, &c->spans);
}

static bool parse_ttl(struct parser *p, struct slice v) { return number(p, v, OF_TTL, 255); }
static bool parse_tos(struct parser *p, struct slice v)
{
    bool negated = v.len && v.at[0] == '!';
    if (!negated && v.len > 1 && v.at[0] == 'x') {      /* tos:x08; is hexadecimal without its 0 */
        char text[8];
        int n = snprintf(text, sizeof(text), "0%.*s", (int)(v.len > 6 ? 6 : v.len), v.at);
        return number(p, (struct slice){ text, (size_t)n }, OF_TOS, 255);
    }
    return number(p, v, OF_TOS, 255);
}
static bool parse_id(struct parser *p, struct slice v) { return number(p, v, OF_ID, 65535); }
static bool parse_seq(struct parser *p, struct slice v) { return number(p, v, OF_SEQ, UINT32_MAX); }
static bool parse_ack(struct parser *p, struct slice v) { return number(p, v, OF_ACK, UINT32_MAX); }
static bool parse_window(struct parser *p, struct slice v) { return number(p, v, OF_WINDOW, 65535); }
/* Suricata 7 knows 8, <8, >8 and 5<>8 here, and refuses what it takes elsewhere. */
static bool parse_itype(struct parser *p, struct slice v)
{
    const char *odd = v.len ? strpbrk(v.at, "=!;") : NULL;
    if (odd && odd < v.at + v.len)
        return parse_wrong(p, odd, "expected 8, <8, >8 or 5<>8, found `%.*s`", (int)v.len, v.at);
    return number(p, v, OF_ITYPE, 255);
}
static bool parse_icode(struct parser *p, struct slice v) { return number(p, v, OF_ICODE, 255); }
static bool parse_icmp_id(struct parser *p, struct slice v) { return number(p, v, OF_ICMP_ID, 65535); }
static bool parse_icmp_seq(struct parser *p, struct slice v) { return number(p, v, OF_ICMP_SEQ, 65535); }
static bool parse_mss(struct parser *p, struct slice v) { return number(p, v, OF_MSS, 65535); }
static bool parse_wscale(struct parser *p, struct slice v) { return number(p, v, OF_WSCALE, 255); }

/* Names as RFC 2236, RFC 3376 and RFC 1075 give them. */
static bool parse_igmp_type(struct parser *p, struct slice v)
{
    static const struct field_name names[] = {
        { 0x11, "membership_query" }, { 0x12, "v1_membership_report" }, { 0x13, "dvmrp" }, { 0x14, "pim_v1" }, { 0x16, "v2_membership_report" },
        { 0x17, "leave_group" }, { 0x22, "v3_membership_report" }, { 0, NULL }
    };
    const struct number_style style = { .most = 255, .names = names, .inner = true };
    struct check *c = parse_check(p, number_holds);
    c->which = OF_IGMP_TYPE;
    p->rule->needs_packet = true;
    return numbers_parse(p, v, &style, &c->spans);
}

static bool parse_flow_age(struct parser *p, struct slice v) { return number(p, v, OF_FLOW_AGE, UINT32_MAX); }

static bool parse_packets_up(struct parser *p, struct slice v) { return number(p, v, OF_PACKETS_UP, UINT32_MAX); }
static bool parse_packets_down(struct parser *p, struct slice v) { return number(p, v, OF_PACKETS_DOWN, UINT32_MAX); }
static bool parse_bytes_up(struct parser *p, struct slice v) { return number(p, v, OF_BYTES_UP, INT64_MAX); }
static bool parse_bytes_down(struct parser *p, struct slice v) { return number(p, v, OF_BYTES_DOWN, INT64_MAX); }
static bool parse_mtu(struct parser *p, struct slice v) { return number(p, v, OF_MTU, UINT32_MAX); }

static bool version_holds(const struct match *m, const struct check *c)
{
    return m->s->ip_version == c->number;
}

static bool parse_l3_proto(struct parser *p, struct slice v)
{
    bool four = slice_is_fold(v, "ipv4") || slice_is_fold(v, "ip4"), six = slice_is_fold(v, "ipv6") || slice_is_fold(v, "ip6");
    if (!four && !six)
        return parse_wrong(p, v.at, "expected ipv4 or ipv6, found `%.*s`", (int)v.len, v.at);
    parse_check(p, version_holds)->number = four ? 4 : 6;
    return true;
}

static bool payload_holds(const struct match *m, const struct check *c)
{
    (void)c;
    return m->s->payload_len > 0;
}

static bool parse_dsize(struct parser *p, struct slice v)
{
    p->rule->needs_packet = true;
    if (!number(p, v, OF_DSIZE, 65535))
        return false;
    if (v.len && v.at[0] == '!')        /* a packet without payload has no size to differ, as in Suricata */
        parse_check(p, payload_holds);
    return true;
}

static bool parse_fragoffset(struct parser *p, struct slice v)
{
    return number(p, v, OF_FRAGOFFSET, 65535);
}

/* ip_proto:TCP; ip_proto:!6; ip_proto:<50; */
static bool parse_ip_proto(struct parser *p, struct slice v)
{
    static const struct field_name names[] = {
        { IPPROTO_ICMP, "icmp" }, { IPPROTO_IGMP, "igmp" }, { IPPROTO_TCP, "tcp" }, { IPPROTO_UDP, "udp" }, { IPPROTO_GRE, "gre" },
        { IPPROTO_ESP, "esp" }, { IPPROTO_AH, "ah" }, { IPPROTO_ICMPV6, "icmpv6" }, { IPPROTO_ICMPV6, "ipv6-icmp" },
        { IPPROTO_SCTP, "sctp" }, { IPPROTO_IPIP, "ipip" }, { IPPROTO_PIM, "pim" }, { IPPROTO_IPV6, "ipv6" }, { 0, NULL }
    };
    const struct number_style style = { .most = 255, .names = names, .inner = true };
    struct check *c = parse_check(p, number_holds);
    c->which = OF_IP_PROTO;
    return numbers_parse(p, v, &style, &c->spans);
}

/* ---- flags, fragbits: bits with modifiers ---- */

enum bit_mode { BITS_EQUAL, BITS_ALL, BITS_ANY, BITS_NOT };

static bool bits_hold(unsigned have, const struct check *c)
{
    have &= c->mask;
    switch (c->which) {
    case BITS_ALL: return (have & c->number) == c->number;
    case BITS_ANY: return (have & c->number) != 0;
    case BITS_NOT: return have != c->number;
    default:       return have == c->number;
    }
}

static bool tcp_flags_hold(const struct match *m, const struct check *c)
{
    return m->s->proto == IPPROTO_TCP && m->s->transport && bits_hold(m->s->tcp_flags, c);
}

static bool fragbits_hold(const struct match *m, const struct check *c)
{
    return m->s->ip_version == 4 && bits_hold(m->s->ip_fragment >> 13, c);
}

struct letter { char letter; uint8_t bit; };

static bool read_letters(struct parser *p, struct slice s, const struct letter *letters, uint32_t *out)
{
    for (size_t i = 0; i < s.len; i++) {
        const struct letter *l = letters;
        while (l->letter && l->letter != toupper((unsigned char)s.at[i]))
            l++;
        if (l->letter == 0)
            return parse_wrong(p, s.at + i, "unknown flag `%c`", s.at[i]);
        *out |= l->bit;
    }
    return true;
}

/* [modifier]letters; the modifier may stand before or behind. */
static bool read_bits(struct parser *p, struct slice s, const struct letter *letters, struct check *c)
{
    static const char modifiers[] = "=+*!";
    const char *m = s.len ? memchr(modifiers, s.at[0], 4) : NULL;
    if (m) {
        s = (struct slice){ s.at + 1, s.len - 1 };
    } else if (s.len > 1 && (m = memchr(modifiers + 1, s.at[s.len - 1], 3)) != NULL) {
        s.len--;
    }
    c->which = m ? (uint8_t)(m - modifiers) : BITS_EQUAL;
    s = slice_trim(s);
    if (s.len == 0)
        return parse_wrong(p, s.at, "a flag is missing");
    return read_letters(p, s, letters, &c->number);
}

static bool parse_flags(struct parser *p, struct slice value)
{
    static const struct letter letters[] = {
        { 'F', 0x01 }, { 'S', 0x02 }, { 'R', 0x04 }, { 'P', 0x08 }, { 'A', 0x10 }, { 'U', 0x20 }, { 'E', 0x40 }, { 'C', 0x80 },
        { '2', 0x40 }, { '1', 0x80 }, { '0', 0 }, { 0, 0 }
    };
    struct slice flags;
    (void)slice_cut(&value, ',', &flags);
    struct check *c = parse_check(p, tcp_flags_hold);
    uint32_t ignored = 0;
    if (!read_bits(p, flags, letters, c) || !read_letters(p, slice_trim(value), letters, &ignored))
        return false;
    c->mask = 0xff & ~ignored;
    return true;
}

static bool parse_fragbits(struct parser *p, struct slice value)
{
    static const struct letter letters[] = { { 'M', 1 }, { 'D', 2 }, { 'R', 4 }, { 0, 0 } };
    struct check *c = parse_check(p, fragbits_hold);
    c->mask = 7;
    return read_bits(p, value, letters, c);
}

/* ---- the rest ---- */

static bool sameip_holds(const struct match *m, const struct check *c)
{
    (void)c;
    return m->src && m->dest && addr_equal(&m->src->addr, &m->dest->addr);
}

static bool parse_sameip(struct parser *p, struct slice value)
{
    (void)value;
    parse_check(p, sameip_holds);
    return true;
}

/* An IPv4 option (RFC 791 section 3.1) of this kind is there; number 256: any option at all. */
static bool ipopts_hold(const struct match *m, const struct check *c)
{
    const struct subject *s = m->s;
    if (s->ip_version != 4 || s->ip == NULL || s->ip_header_len <= 20)
        return false;
    struct cursor at = cursor_over(s->ip + 20, (size_t)s->ip_header_len - 20);
    while (at.left && at.status == CURSOR_OK) {     /* at most 40 bytes, one or more per turn */
        uint8_t kind = cursor_u8(&at);
        if (kind == c->number || c->number == 256)
            return true;
        if (kind == 0)
            return false;
        if (kind == 1)
            continue;
        uint8_t len = cursor_u8(&at);
        if (len < 2)
            return false;
        cursor_skip(&at, len - 2u);
    }
    return false;
}

static bool parse_ipopts(struct parser *p, struct slice value)
{
    static const struct { const char *name; uint16_t kind; } names[] = {
        { "eol", 0 }, { "nop", 1 }, { "rr", 7 }, { "qs", 25 }, { "ts", 68 }, { "sec", 130 }, { "lsrr", 131 }, { "esec", 133 },
        { "cipso", 134 }, { "satid", 136 }, { "ssrr", 137 }, { "rtralt", 148 }, { "any", 256 }
    };
    struct check *c = parse_check(p, ipopts_hold);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (slice_is_fold(value, names[i].name)) {
            c->number = names[i].kind;
            return true;
        }
    }
    return parse_wrong(p, value.at, "unknown IP option `%.*s`", (int)value.len, value.at);
}

/* ---- checksums ---- */

static const struct checksum_of { const char *keyword; uint8_t ip_version, proto; } checksums[] = {
    { "ipv4-csum", 4, 0 }, { "tcpv4-csum", 4, IPPROTO_TCP }, { "tcpv6-csum", 6, IPPROTO_TCP }, { "udpv4-csum", 4, IPPROTO_UDP },
    { "udpv6-csum", 6, IPPROTO_UDP }, { "icmpv4-csum", 4, IPPROTO_ICMP }, { "icmpv6-csum", 6, IPPROTO_ICMPV6 }
};

static bool checksum_holds(const struct match *m, const struct check *c)
{
    const struct checksum_of *of = c->data;
    return m->s->ip_version == of->ip_version && (of->proto == 0 || of->proto == m->s->proto) && (m->s->checksums & c->mask);
}

static bool parse_checksum(struct parser *p, struct slice value)
{
    bool valid = slice_is_fold(value, "valid");
    if (!valid && !slice_is_fold(value, "invalid"))
        return parse_wrong(p, value.at, "expected valid or invalid, found `%.*s`", (int)value.len, value.at);
    const struct checksum_of *of = checksums;
    while (!slice_is_fold(p->option->name, of->keyword))
        of++;
    struct check *c = parse_check(p, checksum_holds);
    c->data = of;
    if (of->proto == 0)
        c->mask = valid ? SUBJECT_IP_RIGHT : SUBJECT_IP_WRONG;
    else
        c->mask = valid ? SUBJECT_CHECKSUM_RIGHT : SUBJECT_CHECKSUM_WRONG;
    p->rule->needs_packet = true;
    p->rules->needs.checksums = true;
    return true;
}

#define CHECKSUM(name, of) { name, VALUE_NEEDED, parse_checksum, "Whether the checksum of " of " is valid or invalid." }

const struct keyword header_keywords[] = {
    CHECKSUM("ipv4-csum", "the IPv4 header"), CHECKSUM("tcpv4-csum", "TCP over IPv4"), CHECKSUM("tcpv6-csum", "TCP over IPv6"),
    CHECKSUM("udpv4-csum", "UDP over IPv4"), CHECKSUM("udpv6-csum", "UDP over IPv6"), CHECKSUM("icmpv4-csum", "ICMP"),
    CHECKSUM("icmpv6-csum", "ICMPv6"),
    { "ttl",        VALUE_NEEDED, parse_ttl,        "Time to live, or hop limit." },
    { "tos",        VALUE_NEEDED, parse_tos,        "Type of service, or traffic class." },
    { "id",         VALUE_NEEDED, parse_id,         "Identification of the IPv4 header." },
    { "ip_proto",   VALUE_NEEDED, parse_ip_proto,   "Protocol above IP, by number or name." },
    { "ipopts",     VALUE_NEEDED, parse_ipopts,     "An IPv4 option: rr, ts, lsrr, ssrr, any and so on." },
    { "fragbits",   VALUE_NEEDED, parse_fragbits,   "Fragment bits of the IPv4 header: M D R with + * !." },
    { "fragoffset", VALUE_NEEDED, parse_fragoffset, "Fragment offset of the IPv4 header, bytes." },
    { "sameip",     VALUE_NONE,   parse_sameip,     "Source and destination address are the same." },
    { "flags",      VALUE_NEEDED, parse_flags,      "TCP flags: letters with + * !, then a comma and those to ignore." },
    { "tcp.flags",  VALUE_NEEDED, parse_flags,      "TCP flags, as `flags`." },
    { "seq",        VALUE_NEEDED, parse_seq,        "TCP sequence number." },
    { "ack",        VALUE_NEEDED, parse_ack,        "TCP acknowledgement number." },
    { "window",     VALUE_NEEDED, parse_window,     "TCP window." },
    { "tcp.seq",    VALUE_NEEDED, parse_seq,        "TCP sequence number, as `seq`." },
    { "tcp.ack",    VALUE_NEEDED, parse_ack,        "TCP acknowledgement number, as `ack`." },
    { "tcp.window", VALUE_NEEDED, parse_window,     "TCP window, as `window`." },
    { "tcp.wscale", VALUE_NEEDED, parse_wscale,     "Window scale announced in TCP's options (RFC 7323)." },
    { "tcp.mss",    VALUE_NEEDED, parse_mss,        "Maximum segment size announced in TCP's options." },
    { "itype",      VALUE_NEEDED, parse_itype,      "ICMP type." },
    { "icode",      VALUE_NEEDED, parse_icode,      "ICMP code." },
    { "icmp_id",    VALUE_NEEDED, parse_icmp_id,    "ICMP identifier." },
    { "icmp_seq",   VALUE_NEEDED, parse_icmp_seq,   "ICMP sequence number." },
    { "flow.age",   VALUE_NEEDED, parse_flow_age,   "Seconds since the flow's first packet." },
    { "flow.pkts_toserver", VALUE_NEEDED, parse_packets_up, "Packets of the client's so far." },
    { "flow.pkts_toclient", VALUE_NEEDED, parse_packets_down, "Packets of the server's so far." },
    { "flow.bytes_toserver", VALUE_NEEDED, parse_bytes_up, "Bytes of the client's so far, IP headers included." },
    { "flow.bytes_toclient", VALUE_NEEDED, parse_bytes_down, "Bytes of the server's so far, IP headers included." },
    { "igmp.type",  VALUE_NEEDED, parse_igmp_type,  "IGMP type, by number or name: membership_query." },
    { "icmpv6.mtu", VALUE_NEEDED, parse_mtu,        "The MTU that ICMPv6's \"packet too big\" tells." },
    { "l3_proto",   VALUE_NEEDED, parse_l3_proto,   "The network protocol: ipv4 or ipv6." },
    { "dsize",      VALUE_NEEDED, parse_dsize,      "Size of the packet's payload; 5<>10 leaves out both." },
    { .name = NULL }
};
