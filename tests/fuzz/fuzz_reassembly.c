/* A hostile conversation: each eight bytes and what follows are a TCP packet of one flow.
 * What must hold: pieces come in order without holes that are not said, none after the end, each byte is one that some packet
 * claimed for its place, and when the flow is over nothing is left in the store. */
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"
#include "flow/reassembly.h"
#include "flow/table.h"
#include "flow/window.h"

enum { CLIENT_ISN = 0xffffff00, SERVER_ISN = 5000, SPAN = 1 << 16 };

struct story {
    struct reassembler *r;
    struct windows     *windows;
    uint64_t            at[2], packets;
    bool                over[2];
    uint8_t             claimed[2][SPAN][32];   /* bit set of the bytes that were sent for a place */
};

static void on_chunk(void *ctx, struct flow *f, const struct chunk *c)
{
    struct story *s = ctx;
    assert(!s->over[c->dir]);
    s->at[c->dir] += c->gap;
    assert(c->offset == s->at[c->dir]);
    for (uint32_t i = 0; i < c->len && c->offset + i < SPAN; i++)
        assert(s->claimed[c->dir][c->offset + i][c->bytes[i] / 8] >> c->bytes[i] % 8 & 1);
    s->at[c->dir] += c->len;
    s->over[c->dir] = c->fin;
    window_add(s->windows, f, c, s->packets);
    struct stream_window w = window_of(f, c->dir, s->packets);
    assert(w.fresh <= w.len && (c->len == 0 || w.at + w.len == s->at[c->dir]));
}

static void on_close(void *ctx, struct flow *f, enum flow_end why)
{
    struct story *s = ctx;
    (void)why;
    reassembly_end(s->r, f, on_chunk, s);
    window_release(s->windows, f);
    assert(f->account.used == 0);
    memset(s->at, 0, sizeof s->at);         /* the next flow of this 5-tuple is another story */
    memset(s->over, 0, sizeof s->over);
}

static void claim(struct story *s, int dir, uint32_t seq, const uint8_t *bytes, size_t n)
{
    uint32_t at = seq - (dir == 0 ? CLIENT_ISN : SERVER_ISN) - 1;
    for (size_t i = 0; i < n; i++, at++)
        if (at < SPAN)
            s->claimed[dir][at][bytes[i] / 8] |= (uint8_t)(1 << bytes[i] % 8);
}

static struct packet next_packet(struct story *s, struct cursor *c, bool midstream)
{
    static const uint8_t header[20];
    uint8_t how = cursor_u8(c), flags = cursor_u8(c);
    bool from_server = how & 1;
    uint32_t seq = (from_server ? SERVER_ISN : CLIENT_ISN) + (uint32_t)(int16_t)cursor_be16(c);
    uint32_t ack = (from_server ? CLIENT_ISN : SERVER_ISN) + (uint32_t)(int16_t)cursor_be16(c);
    size_t n = cursor_u8(c);
    uint8_t cut = cursor_u8(c);
    if (n > c->left)
        n = c->left;
    const uint8_t *bytes = cursor_bytes(c, n);
    struct packet p = { .time_us = 1000 + 10 * ++s->packets, .ip_version = 4, .ip = header, .ip_header_len = 20,
                        .proto = IPPROTO_TCP, .transport_ok = true, .transport = header, .transport_len = 20,
                        .src = addr_v4(from_server ? "\12\0\0\2" : "\12\0\0\1"), .dst = addr_v4(from_server ? "\12\0\0\1" : "\12\0\0\2"),
                        .sport = from_server ? 80 : 4000, .dport = from_server ? 4000 : 80, .tcp_flags = flags & 0x17,
                        .tcp_seq = seq, .tcp_ack = ack, .tcp_window = (uint16_t)(cut << 8),
                        .payload = n > 0 ? bytes : header, .payload_len = (uint32_t)n,
                        .payload_claimed = (uint32_t)n + (how & 0x80 ? cut : 0) };
    if (!midstream)
        claim(s, from_server, (flags & TCP_SYN) ? seq + 1 : seq, p.payload, n);
    return p;
}

/* The one honest SYN of each side: with others, places in the stream would mean nothing here. */
static bool tells_the_beginning(const struct packet *p)
{
    if (p->sport == 80)
        return p->tcp_seq == SERVER_ISN && (p->tcp_flags & TCP_ACK) && p->tcp_ack - CLIENT_ISN - 1 <= 1000;
    return p->tcp_seq == CLIENT_ISN && (p->tcp_flags & TCP_ACK) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct story s;
    struct cursor c = cursor_over(bytes, size);
    uint8_t mode = cursor_u8(&c);
    bool midstream = mode & 0x80;
    struct flow_limits fl = { .flow_max = 16, .flow_bytes_max = 1 << 20, .flow_bytes_each = mode & 0x40 ? 4096 : 1 << 20,
                              .new_idle_us = 1 << 30, .established_idle_us = 1 << 30, .closed_idle_us = 1 << 30,
                              .udp_idle_us = 1, .icmp_idle_us = 1, .midstream = midstream };
    struct reassembly_limits rl = { .each_max = mode & 0x20 ? 1000 : 1 << 18, .all_max = 1 << 19, .depth = mode & 0x10 ? 500 : 0,
                                    .midstream = midstream, .policy = (enum overlap_policy)(mode % 6) };
    struct window_limits wl = { .keep = 100, .all_max = mode & 8 ? 1000 : 1 << 20 };
    struct fault fault;
    memset(&s, 0, sizeof s);
    if (midstream)      /* positions are not known: any byte may come */
        memset(s.claimed, 0xff, sizeof s.claimed);
    struct flow_table *t = flow_table_new(&fl, (struct hash_key){ 1, 2 }, on_close, &s, &fault);
    s.r = reassembler_new(&rl, flow_table_store(t));
    s.windows = windows_new(&wl, flow_table_store(t));
    while (c.status == CURSOR_OK && c.left > 0) {
        struct packet p = next_packet(&s, &c, midstream);
        enum direction dir;
        if ((p.tcp_flags & TCP_SYN) && !tells_the_beginning(&p))
            continue;
        struct flow *f = flow_table_take(t, &p, &dir);
        if (dir != (p.sport == 80 ? FROM_SERVER : FROM_CLIENT))
            break;              /* begun by the other end: the places are the other's */
        reassembly_take(s.r, f, &p, dir, on_chunk, &s);
        assert(f->account.used <= f->account.most);
    }
    flow_table_free(t);
    assert(reassembly_counts(s.r)->waiting_bytes == 0 && window_counts(s.windows)->bytes == 0);
    reassembler_free(s.r);
    windows_free(s.windows);
    return 0;
}
