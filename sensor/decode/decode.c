#include "decode/layers.h"

#include <stdlib.h>
#include <string.h>

#define NAME(number, name, about) name,
const char *const decode_event_names[DECODE_EVENT_COUNT + 1] = { DECODE_EVENTS(NAME) NULL };
#undef NAME

_Static_assert(DECODE_EVENT_COUNT <= PACKET_EVENT_WORDS * 64, "packet.events has too few bits");

#define COUNT(member, about) { #member, METRIC_COUNTER, offsetof(struct decode_counts, member), about }
#define TUNNEL(number, name, about) { name, METRIC_COUNTER, offsetof(struct decode_counts, tunnels[number]), about }
#define EVENT(number, name, about) { name, METRIC_COUNTER, offsetof(struct decode_counts, events[DECODE_##number]), about },
static const struct metric decode_rows[] = {
    COUNT(frames, "Frames taken apart."),
    COUNT(bytes, "Captured bytes of them."),
    COUNT(packets, "Packets they gave; a tunnel gives more than one."),
    COUNT(ethernet, "Ethernet headers."),
    COUNT(vlan, "VLAN tags."),
    COUNT(mpls, "Frames with MPLS labels."),
    COUNT(pppoe, "PPPoE frames."),
    COUNT(ipv4, "IPv4 packets."),
    COUNT(ipv6, "IPv6 packets."),
    COUNT(tcp, "TCP segments."),
    COUNT(udp, "UDP datagrams."),
    COUNT(sctp, "SCTP packets."),
    COUNT(icmpv4, "ICMP messages."),
    COUNT(icmpv6, "ICMPv6 messages."),
    COUNT(other, "IP packets of another transport."),
    COUNT(fragments, "IP fragments."),
    COUNT(truncated, "Packets that the capture cut."),
    COUNT(malformed, "Packets that contradict themselves."),
    COUNT(bad_checksum, "Packets with a wrong checksum."),
    TUNNEL(TUNNEL_GRE, "tunnel.gre", "Packets inside GRE."),
    TUNNEL(TUNNEL_PPTP, "tunnel.pptp", "Packets inside PPTP's GRE."),
    TUNNEL(TUNNEL_ERSPAN, "tunnel.erspan", "Packets inside ERSPAN."),
    TUNNEL(TUNNEL_VXLAN, "tunnel.vxlan", "Packets inside VXLAN."),
    TUNNEL(TUNNEL_GENEVE, "tunnel.geneve", "Packets inside GENEVE."),
    TUNNEL(TUNNEL_TEREDO, "tunnel.teredo", "Packets inside Teredo."),
    TUNNEL(TUNNEL_GTP, "tunnel.gtp", "Packets inside GTP-U."),
    TUNNEL(TUNNEL_IP_IN_IP, "tunnel.ip_in_ip", "IP packets directly inside IP."),
    DECODE_EVENTS(EVENT)
};
#undef COUNT
#undef TUNNEL
#undef EVENT
const struct metrics_room decode_metrics = { "decode", decode_rows, sizeof decode_rows / sizeof decode_rows[0] };

static const char *const tunnel_names[TUNNEL_COUNT] = {
    [TUNNEL_NONE] = "none", [TUNNEL_GRE] = "gre", [TUNNEL_PPTP] = "pptp", [TUNNEL_ERSPAN] = "erspan",
    [TUNNEL_VXLAN] = "vxlan", [TUNNEL_GENEVE] = "geneve", [TUNNEL_TEREDO] = "teredo", [TUNNEL_GTP] = "gtp",
    [TUNNEL_IP_IN_IP] = "ip-in-ip",
};

const char *tunnel_name(enum tunnel t)
{
    return tunnel_names[t];
}

void decode_note(struct decoder *d, struct packet *p, enum decode_event event)
{
    p->events[event / 64] |= UINT64_C(1) << event % 64;
    d->counts.events[event]++;
}

void note(struct decoding *g, enum decode_event event)
{
    decode_note(g->d, g->p, event);
}

void note_short(struct decoding *g, const struct cursor *c, enum decode_event event)
{
    note(g, event);
    if (c->status == CURSOR_SHORT)
        g->p->truncated = true;
    else
        g->p->malformed = true;
}

void note_bad(struct decoding *g, enum decode_event event)
{
    note(g, event);
    g->p->malformed = true;
}

bool layer_bound(struct decoding *g, struct cursor *c, uint32_t length, enum decode_event event)
{
    if (length <= c->left) {
        *c = cursor_sub(c, length);
        g->missing = 0;
        return true;
    }
    note(g, event);
    if (c->at_end == CURSOR_SHORT && length - c->left <= g->missing) {
        g->missing = (uint32_t)(length - c->left);
        g->p->truncated = true;
        return true;
    }
    g->p->malformed = true;
    return false;
}

bool layer_header(struct decoding *g)
{
    if (++g->headers <= DECODE_HEADERS_MAX)
        return true;
    note_bad(g, DECODE_TOO_MANY_LAYERS);
    return false;
}

static void packet_begin(struct packet *p, const struct frame *frame)
{
    memset(p, 0, sizeof *p);
    p->time_us = frame->time_us;
    p->number = frame->number;
    p->frame = frame->bytes;
    p->caplen = frame->caplen;
    p->len = frame->len;
    p->linktype = frame->linktype;
    p->payload = (const uint8_t *)"";
}

/* What an inner packet has in common with the one around it. */
static void packet_inherit(struct packet *p, const struct packet *outer)
{
    packet_begin(p, &(struct frame){ .bytes = outer->frame, .caplen = outer->caplen, .len = outer->len,
                                     .time_us = outer->time_us, .number = outer->number, .linktype = outer->linktype });
    memcpy(p->vlan, outer->vlan, sizeof p->vlan);
    p->vlan_count = outer->vlan_count;
    p->depth = outer->depth;
    p->tunnel = outer->tunnel;
    p->rebuilt = outer->rebuilt;
}

bool layer_inner(struct decoding *g, enum tunnel tunnel)
{
    if (g->count == DECODE_LAYERS_MAX || g->p->depth + 1 >= DECODE_LAYERS_MAX) {
        note(g, DECODE_TOO_MANY_LAYERS);
        return false;
    }
    struct packet *inner = &g->out[g->count++];
    packet_inherit(inner, g->p);
    inner->depth++;
    inner->tunnel = (uint8_t)tunnel;
    g->p = inner;
    g->headers = 0;
    g->routed = false;
    g->d->counts.tunnels[tunnel]++;
    return true;
}

void layer_payload(struct decoding *g, const struct cursor *c)
{
    struct packet *p = g->p;
    p->payload = c->at;
    p->payload_len = (uint32_t)c->left;
    p->payload_claimed = (uint32_t)c->left + g->missing;
}

static size_t decoding_end(const struct decoding *g)
{
    struct decode_counts *n = &g->d->counts;
    n->packets += g->count;
    for (size_t i = 0; i < g->count; i++) {
        n->truncated += g->out[i].truncated;
        n->malformed += g->out[i].malformed;
        n->bad_checksum += g->out[i].bad_checksum;
        n->fragments += g->out[i].fragment;
    }
    return g->count;
}

size_t decode_frame(struct decoder *d, const struct frame *frame, struct packet out[DECODE_LAYERS_MAX])
{
    struct decoding g = { .d = d, .out = out, .p = out, .count = 1, .missing = frame->len - frame->caplen };
    packet_begin(out, frame);
    d->counts.frames++;
    d->counts.bytes += frame->caplen;
    struct cursor c = cursor_over(frame->bytes, frame->caplen);
    if (g.missing == 0)
        c.at_end = CURSOR_BAD;
    out->link_payload = c.at;
    out->link_payload_len = frame->caplen;
    link_frame(&g, frame->linktype, c);
    return decoding_end(&g);
}

size_t decode_ip(struct decoder *d, const struct packet *like, const uint8_t *bytes, uint32_t len,
                 struct packet out[DECODE_LAYERS_MAX])
{
    struct decoding g = { .d = d, .out = out, .p = out, .count = 1 };
    struct packet around = *like;       /* it may lie in `out` itself */
    packet_inherit(out, &around);
    out->ether = around.ether;
    out->ethertype = around.ethertype;
    out->link_payload = bytes;
    out->link_payload_len = len;
    out->rebuilt = true;
    struct cursor c = cursor_over(bytes, len);
    c.at_end = CURSOR_BAD;
    if (around.ip_version == 6)
        ip6_packet(&g, c);
    else
        ip4_packet(&g, c);
    return decoding_end(&g);
}
