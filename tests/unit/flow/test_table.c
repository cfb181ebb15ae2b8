#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "flow/table.h"
#include "tests/unit/flow/wire.h"

struct closed { unsigned count, why[5]; struct flow last; uint64_t *open; /* ids by client port from 1000, or NULL */ };

static void on_close(void *ctx, struct flow *f, enum flow_end why)
{
    struct closed *c = ctx;
    c->count++;
    c->why[why]++;
    c->last = *f;
    if (c->open != NULL)
        c->open[f->client_port - 1000] = 0;
}

static struct flow_limits small_limits(void)
{
    return (struct flow_limits){ .flow_max = 16, .flow_bytes_max = 1 << 20, .flow_bytes_each = 1 << 18,
                                 .new_idle_us = 30 * SECOND, .established_idle_us = 600 * (uint64_t)SECOND,
                                 .closed_idle_us = 10 * SECOND, .udp_idle_us = 60 * SECOND,
                                 .icmp_idle_us = 20 * SECOND };
}

static struct flow_table *table_new(const struct flow_limits *l, struct closed *closed)
{
    struct fault f;
    struct flow_table *t = flow_table_new(l, (struct hash_key){ 1, 2 }, on_close, closed, &f);
    assert_non_null(t);
    return t;
}

static struct flow *take(struct flow_table *t, struct packet p, enum direction *dir)
{
    flow_table_expire(t, p.time_us);
    return flow_table_take(t, &p, dir);
}

static struct flow *shake_hands(struct flow_table *t, struct wire *w)
{
    enum direction dir;
    take(t, wire_tcp(w, true, TCP_SYN, 1000, 0, NULL, 0), &dir);
    take(t, wire_tcp(w, false, TCP_SYN | TCP_ACK, 5000, 1001, NULL, 0), &dir);
    return take(t, wire_tcp(w, true, TCP_ACK, 1001, 5001, NULL, 0), &dir);
}

static void both_directions_meet_in_one_flow(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    enum direction dir;
    struct flow *f = take(t, wire_packet(&w, true, IPPROTO_UDP, "ask", 3), &dir);
    assert_int_equal(dir, FROM_CLIENT);
    assert_int_equal(f->state, FLOW_NEW);
    assert_false(f->established);
    assert_ptr_equal(take(t, wire_packet(&w, false, IPPROTO_UDP, "answer", 6), &dir), f);
    assert_int_equal(dir, FROM_SERVER);
    assert_true(f->established);
    assert_int_equal(f->client_port, 4000);
    assert_int_equal(f->server_port, 502);
    assert_int_equal(f->side[FROM_CLIENT].bytes, 20 + 8 + 3);
    assert_int_equal(f->side[FROM_SERVER].packets, 1);
    assert_int_equal(flow_table_counts(t)->created, 1);
    flow_table_free(t);
    assert_int_equal(closed.why[FLOW_END_SHUTDOWN], 1);
}

static void what_differs_in_any_part_of_the_key_is_another_flow(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    struct packet p[7];
    for (size_t i = 0; i < 7; i++)
        p[i] = wire_packet(&w, true, IPPROTO_UDP, "x", 1);
    p[1].sport++;
    p[2].dport++;
    p[3].src = wire_addr(0x0a000002);
    p[4].vlan[0] = 7, p[4].vlan_count = 1;
    p[5].depth = 1;
    p[6].proto = IPPROTO_SCTP;
    enum direction dir;
    for (size_t i = 0; i < 7; i++)
        assert_non_null(flow_table_take(t, &p[i], &dir));
    assert_int_equal(flow_table_counts(t)->created, 7);
    flow_table_free(t);
}

static void packets_without_a_flow_give_none(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    struct packet none = wire_packet(&w, true, IPPROTO_UDP, "x", 1), cut = none, part = none, gre = none;
    none.ip_version = 0;
    cut.transport_ok = false;
    part.fragment = true;
    gre.proto = IPPROTO_GRE;
    enum direction dir;
    assert_null(flow_table_take(t, &none, &dir));
    assert_null(flow_table_take(t, &cut, &dir));
    assert_null(flow_table_take(t, &part, &dir));
    assert_null(flow_table_take(t, &gre, &dir));
    flow_table_free(t);
}

static void a_handshake_establishes_and_the_packet_after_it_is_the_first_to_count(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    enum direction dir;
    struct flow *f = take(t, wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0), &dir);
    assert_false(f->midstream);
    take(t, wire_tcp(&w, false, TCP_SYN | TCP_ACK, 5000, 1001, NULL, 0), &dir);
    assert_int_equal(f->state, FLOW_NEW);
    take(t, wire_tcp(&w, true, TCP_ACK, 1001, 5001, NULL, 0), &dir);
    assert_int_equal(f->state, FLOW_ESTABLISHED);
    assert_false(f->established);
    take(t, wire_tcp(&w, true, TCP_ACK, 1001, 5001, "x", 1), &dir);
    assert_true(f->established);
    flow_table_free(t);
}

static void half_a_handshake_or_a_forged_one_does_not_establish(void **unused)
{
    (void)unused;
    static const struct { const char *name; bool from_client; uint8_t flags; uint32_t seq, ack; } cases[] = {
        { "an acknowledgement of another number", true, TCP_ACK, 1001, 905001 },
        { "a segment from far away", true, TCP_ACK, 90001001, 5001 },
        { "a reset", true, TCP_ACK | TCP_RST, 77, 5001 },
        { "no acknowledgement at all", true, TCP_PSH, 1001, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct closed closed = { 0 };
        struct flow_limits l = small_limits();
        struct flow_table *t = table_new(&l, &closed);
        struct wire w = wire_conversation(0x0a000001, 4000);
        enum direction dir;
        take(t, wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0), &dir);
        take(t, wire_tcp(&w, false, TCP_SYN | TCP_ACK, 5000, 1001, NULL, 0), &dir);
        struct flow *f = take(t, wire_tcp(&w, cases[i].from_client, cases[i].flags, cases[i].seq, cases[i].ack, NULL, 0), &dir);
        if (f->state != FLOW_NEW)
            fail_msg("%s: state %d", cases[i].name, f->state);
        flow_table_free(t);
    }
}

static void midstream_is_established_only_where_it_is_asked_for(void **unused)
{
    (void)unused;
    for (int wanted = 0; wanted < 2; wanted++) {
        struct closed closed = { 0 };
        struct flow_limits l = small_limits();
        l.midstream = wanted;
        struct flow_table *t = table_new(&l, &closed);
        struct wire w = wire_conversation(0x0a000001, 4000);
        enum direction dir;
        struct flow *f = take(t, wire_tcp(&w, true, TCP_ACK, 77, 99, "ask", 3), &dir);
        take(t, wire_tcp(&w, false, TCP_ACK, 99, 80, "say", 3), &dir);
        take(t, wire_tcp(&w, true, TCP_ACK, 80, 102, "ask", 3), &dir);
        assert_true(f->midstream);
        assert_int_equal(f->established, wanted);
        assert_int_equal(f->side[FROM_SERVER].tcp_acked, 102);
        flow_table_free(t);
    }
}

static void a_syn_ack_first_means_its_sender_is_the_server(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    enum direction dir;
    struct flow *f = take(t, wire_tcp(&w, false, TCP_SYN | TCP_ACK, 5000, 1001, NULL, 0), &dir);
    assert_int_equal(dir, FROM_SERVER);
    assert_int_equal(f->server_port, 502);
    assert_true(f->midstream);
    flow_table_free(t);
}

static void only_a_reset_that_the_peer_would_believe_closes(void **unused)
{
    (void)unused;
    static const struct { const char *name; bool from_client; uint32_t seq; bool closes; } cases[] = {
        { "the client's next number", true, 1001, true },
        { "the server's next number", false, 5001, true },
        { "one off, in the window", true, 1002, false },
        { "somewhere else", false, 77777777, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct closed closed = { 0 };
        struct flow_limits l = small_limits();
        struct flow_table *t = table_new(&l, &closed);
        struct wire w = wire_conversation(0x0a000001, 4000);
        enum direction dir;
        shake_hands(t, &w);
        struct flow *f = take(t, wire_tcp(&w, cases[i].from_client, TCP_RST, cases[i].seq, 0, NULL, 0), &dir);
        if ((f->state == FLOW_CLOSED) != cases[i].closes)
            fail_msg("%s: state %d", cases[i].name, f->state);
        flow_table_free(t);
    }
}

static void a_refused_syn_is_closed(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    enum direction dir;
    take(t, wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0), &dir);
    struct flow *f = take(t, wire_tcp(&w, false, TCP_RST | TCP_ACK, 0, 1001, NULL, 0), &dir);
    assert_int_equal(f->state, FLOW_CLOSED);
    flow_table_free(t);
}

/* A TCP header that shows a clock and echoes one. */
static struct packet with_clock(struct packet p, uint8_t header[32], uint32_t value, uint32_t echo)
{
    const uint8_t option[12] = { 1, 1, 8, 10, (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value,
                                 (uint8_t)(echo >> 24), (uint8_t)(echo >> 16), (uint8_t)(echo >> 8), (uint8_t)echo };
    memset(header, 0, 20);
    memcpy(header + 20, option, sizeof option);
    p.transport = header;
    p.transport_len = 32;
    return p;
}

static void an_answer_that_echoes_another_clock_ends_nothing(void **unused)
{
    static const struct { const char *name; uint32_t shown, echoed; uint8_t flags; bool closes; } cases[] = {
        { "the right clock", 700, 700, TCP_RST | TCP_ACK, true },
        { "another one", 700, 100, TCP_RST | TCP_ACK, false },
        { "a later one", 700, 701, TCP_RST | TCP_ACK, false },
        { "none", 700, 0, TCP_RST | TCP_ACK, true },
        { "one that the SYN did not show", 0, 100, TCP_RST | TCP_ACK, false },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct closed closed = { 0 };
        struct flow_limits l = small_limits();
        struct flow_table *t = table_new(&l, &closed);
        struct wire w = wire_conversation(0x0a000001, 4000);
        enum direction dir;
        uint8_t header[32];
        struct packet syn = wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0);
        take(t, cases[i].shown ? with_clock(syn, header, cases[i].shown, 0) : syn, &dir);
        struct packet answer = wire_tcp(&w, false, cases[i].flags, 0, 1001, NULL, 0);
        struct flow *f = take(t, with_clock(answer, header, 9, cases[i].echoed), &dir);
        if ((f->state == FLOW_CLOSED) != cases[i].closes)
            fail_msg("%s", cases[i].name);
        flow_table_free(t);
    }
}

static void after_the_close_a_new_syn_is_a_new_flow(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    enum direction dir;
    uint64_t id = shake_hands(t, &w)->id;
    take(t, wire_tcp(&w, true, TCP_FIN | TCP_ACK, 1001, 5001, NULL, 0), &dir);
    struct flow *f = take(t, wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0), &dir);
    assert_int_equal(f->id, id);        /* the same number again: late copy of the first */
    take(t, wire_tcp(&w, false, TCP_FIN | TCP_ACK, 5001, 1002, NULL, 0), &dir);
    assert_int_equal(f->state, FLOW_CLOSED);
    f = take(t, wire_tcp(&w, true, TCP_SYN, 9000, 0, NULL, 0), &dir);
    assert_int_not_equal(f->id, id);
    assert_int_equal(closed.why[FLOW_END_REUSED], 1);
    assert_int_equal(flow_table_counts(t)->flows, 1);
    flow_table_free(t);
}

static void the_answer_says_which_of_several_syns_counts(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    enum direction dir;
    take(t, wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0), &dir);
    take(t, wire_tcp(&w, true, TCP_SYN, 7000000, 0, NULL, 0), &dir);
    take(t, wire_tcp(&w, false, TCP_SYN | TCP_ACK, 5000, 1001, NULL, 0), &dir);
    take(t, wire_tcp(&w, true, TCP_SYN, 9000000, 0, NULL, 0), &dir);
    struct flow *f = take(t, wire_tcp(&w, true, TCP_ACK, 1001, 5001, NULL, 0), &dir);
    assert_int_equal(f->state, FLOW_ESTABLISHED);
    assert_int_equal(f->side[FROM_CLIENT].tcp_next, 1001);
    flow_table_free(t);
}

static void an_answer_to_a_syn_that_was_never_sent_teaches_nothing(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    enum direction dir;
    take(t, wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0), &dir);
    struct flow *f = take(t, wire_tcp(&w, false, TCP_SYN | TCP_ACK, 66, 88888888, NULL, 0), &dir);
    assert_false(f->side[FROM_SERVER].tcp_known);
    assert_int_equal(f->side[FROM_CLIENT].tcp_next, 1001);
    flow_table_free(t);
}

static void each_kind_of_flow_ends_after_its_own_idle_time(void **unused)
{
    (void)unused;
    static const struct { const char *name; unsigned packets; uint8_t proto; unsigned idle_s; enum flow_end why; } cases[] = {
        { "half-open", 1, IPPROTO_TCP, 30, FLOW_END_TIMEOUT },
        { "established", 3, IPPROTO_TCP, 600, FLOW_END_TIMEOUT },
        { "closed", 4, IPPROTO_TCP, 10, FLOW_END_FINISHED },
        { "udp", 1, IPPROTO_UDP, 60, FLOW_END_TIMEOUT },
        { "icmp", 1, IPPROTO_ICMP, 20, FLOW_END_TIMEOUT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct closed closed = { 0 };
        struct flow_limits l = small_limits();
        struct flow_table *t = table_new(&l, &closed);
        struct wire w = wire_conversation(0x0a000001, 4000);
        enum direction dir;
        if (cases[i].packets >= 3)
            shake_hands(t, &w);
        else
            take(t, cases[i].proto == IPPROTO_TCP ? wire_tcp(&w, true, TCP_SYN, 1000, 0, NULL, 0)
                                                  : wire_packet(&w, true, cases[i].proto, NULL, 0), &dir);
        if (cases[i].packets == 4)
            take(t, wire_tcp(&w, true, TCP_RST, 1001, 0, NULL, 0), &dir);
        flow_table_expire(t, w.now_us + cases[i].idle_s * (uint64_t)SECOND);
        if (closed.count != 0)
            fail_msg("%s: closed too early", cases[i].name);
        flow_table_expire(t, w.now_us + cases[i].idle_s * (uint64_t)SECOND + 1);
        if (closed.count != 1 || closed.why[cases[i].why] != 1)
            fail_msg("%s: %u closed, %u for the right reason", cases[i].name, closed.count, closed.why[cases[i].why]);
        flow_table_free(t);
    }
}

static void a_flow_that_speaks_stays(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire talker = wire_conversation(0x0a000001, 4000), quiet = wire_conversation(0x0a000002, 4000);
    enum direction dir;
    take(t, wire_packet(&quiet, true, IPPROTO_UDP, "x", 1), &dir);
    for (int i = 0; i < 100; i++) {
        take(t, wire_packet(&talker, true, IPPROTO_UDP, "x", 1), &dir);
        talker.now_us += 7 * SECOND;
    }
    assert_int_equal(closed.count, 1);
    assert_true(addr_equal(&closed.last.client, &(struct addr){ .bytes = { [12] = 10, [15] = 2 }, .version = 4 }));
    assert_int_equal(flow_table_counts(t)->created, 2);
    flow_table_free(t);
}

static void one_that_spoke_since_it_was_listed_does_not_hold_up_the_others(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire first = wire_conversation(0x0a000001, 4000), second = wire_conversation(0x0a000002, 4000);
    enum direction dir;
    take(t, wire_packet(&first, true, IPPROTO_UDP, "x", 1), &dir);
    second.now_us += SECOND / 2;
    take(t, wire_packet(&second, true, IPPROTO_UDP, "x", 1), &dir);
    first.now_us += 9 * SECOND / 10;
    uint64_t id = take(t, wire_packet(&first, true, IPPROTO_UDP, "x", 1), &dir)->id;
    flow_table_expire(t, second.now_us + 60 * SECOND + 10);
    assert_int_equal(closed.count, 1);
    assert_int_not_equal(closed.last.id, id);
    flow_table_free(t);
}

static void expiry_does_bounded_work_per_call_and_gets_there(void **unused)
{
    (void)unused;
    enum { FLOWS = 100 };
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    l.flow_max = FLOWS;
    struct flow_table *t = table_new(&l, &closed);
    enum direction dir;
    uint64_t now_us = 0;
    for (uint16_t i = 0; i < FLOWS; i++) {
        struct wire w = wire_conversation(0x0a000001, (uint16_t)(1000 + i));
        take(t, wire_packet(&w, true, IPPROTO_UDP, "x", 1), &dir);
        now_us = w.now_us;
    }
    now_us += 61 * SECOND;
    for (unsigned calls = 1; closed.count < FLOWS; calls++) {
        unsigned before = closed.count;
        flow_table_expire(t, now_us);
        assert_in_range(closed.count - before, 1, FLOW_EXPIRE_MAX);
        assert_in_range(calls, 1, FLOWS / FLOW_EXPIRE_MAX + 1);
    }
    flow_table_free(t);
}

static void a_clock_that_goes_back_neither_hangs_nor_keeps_flows_for_ever(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire late = wire_conversation(0x0a000001, 4000), early = wire_conversation(0x0a000002, 4000);
    early.now_us = 5 * SECOND;
    enum direction dir;
    take(t, wire_packet(&late, true, IPPROTO_UDP, "x", 1), &dir);
    take(t, wire_packet(&early, true, IPPROTO_UDP, "x", 1), &dir);
    flow_table_expire(t, early.now_us + 1);
    assert_int_equal(closed.count, 1);
    flow_table_expire(t, early.now_us + 61 * SECOND);
    assert_int_equal(closed.count, 2);
    flow_table_free(t);
}

static void in_a_flood_half_open_flows_go_and_the_established_one_stays(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000);
    uint64_t id = shake_hands(t, &w)->id;
    enum direction dir;
    unsigned seed = 3;
    for (int i = 0; i < 20000; i++) {
        struct wire spoofed = wire_conversation((uint32_t)rand_r(&seed), (uint16_t)rand_r(&seed));
        take(t, wire_tcp(&spoofed, true, TCP_SYN, (uint32_t)rand_r(&seed), 0, NULL, 0), &dir);
    }
    struct flow *f = take(t, wire_tcp(&w, true, TCP_ACK, 1001, 5001, "x", 1), &dir);
    assert_int_equal(f->id, id);
    assert_true(f->established);
    const struct flow_counts *c = flow_table_counts(t);
    assert_int_equal(c->flows, 16);
    assert_int_equal(c->evicted_new, c->created - 16);
    assert_int_equal(c->evicted_established, 0);
    assert_int_equal(closed.why[FLOW_END_EVICTED], c->evicted_new);
    flow_table_free(t);
}

static void closed_flows_go_before_established_ones_and_the_longest_idle_first(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    enum direction dir;
    uint64_t ids[16];
    for (uint16_t i = 0; i < 16; i++) {
        struct wire w = wire_conversation(0x0a000001, (uint16_t)(1000 + i));
        ids[i] = shake_hands(t, &w)->id;
        if (i == 5)
            take(t, wire_tcp(&w, true, TCP_RST, 1001, 0, NULL, 0), &dir);
    }
    struct wire one = wire_conversation(0x0a000002, 1), two = wire_conversation(0x0a000002, 2);
    one.now_us = two.now_us += SECOND / 2;
    shake_hands(t, &one);
    assert_int_equal(closed.last.id, ids[5]);
    shake_hands(t, &two);
    assert_int_equal(closed.last.id, ids[0]);
    assert_int_equal(flow_table_counts(t)->evicted_established, 1);
    flow_table_free(t);
}

static void flows_that_hold_memory_go_when_the_store_is_nearly_full(void **unused)
{
    (void)unused;
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire light = wire_conversation(0x0a000001, 1), heavy = wire_conversation(0x0a000001, 2), next = wire_conversation(0x0a000001, 3);
    shake_hands(t, &light);
    struct flow *f = shake_hands(t, &heavy);
    uint64_t id = f->id;
    f->account.most = 1 << 20;
    for (int i = 0; i < 8; i++)
        assert_non_null(store_take(flow_table_store(t), &f->account, STORE_BLOCK_MAX));
    shake_hands(t, &next);
    assert_int_equal(closed.last.id, id);
    assert_true(flow_table_counts(t)->evicted_bytes >= 1);
    assert_int_equal(flow_table_counts(t)->flows, 2);
    flow_table_free(t);
}

static void echo_is_one_flow_per_identifier(void **unused)
{
    (void)unused;
    static const uint8_t ping7[8] = { 8, 0, 0, 0, 0, 7, 0, 1 }, pong7[8] = { 0, 0, 0, 0, 0, 7, 0, 1 }, ping8[8] = { 8, 0, 0, 0, 0, 8, 0, 1 };
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 0);
    w.server_port = 0;
    struct packet ask = wire_packet(&w, true, IPPROTO_ICMP, "x", 1), answer = wire_packet(&w, false, IPPROTO_ICMP, "x", 1), other = ask;
    ask.transport = ping7, ask.icmp_type = 8;
    answer.transport = pong7, answer.icmp_type = 0;
    other.transport = ping8, other.icmp_type = 8;
    enum direction dir;
    struct flow *f = flow_table_take(t, &ask, &dir);
    assert_ptr_equal(flow_table_take(t, &answer, &dir), f);
    assert_int_equal(dir, FROM_SERVER);
    assert_true(f->established);
    assert_ptr_not_equal(flow_table_take(t, &other, &dir), f);
    flow_table_free(t);
}

static void an_icmp_error_counts_to_the_flow_it_quotes(void **unused)
{
    (void)unused;
    uint8_t quoted[28] = { 0x45, 0, 0, 40, 0, 0, 0, 0, 64, IPPROTO_UDP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 10,
                           4000 >> 8, 4000 & 255, 502 >> 8, 502 & 255 };
    struct closed closed = { 0 };
    struct flow_limits l = small_limits();
    struct flow_table *t = table_new(&l, &closed);
    struct wire w = wire_conversation(0x0a000001, 4000), router = wire_conversation(0x0a000001, 0);
    enum direction dir;
    struct flow *f = take(t, wire_packet(&w, true, IPPROTO_UDP, "x", 1), &dir);
    struct packet error = wire_packet(&router, false, IPPROTO_ICMP, quoted, sizeof quoted);
    error.icmp_type = 3;
    error.icmp_inner = quoted;
    error.icmp_inner_len = sizeof quoted;
    assert_ptr_equal(flow_table_take(t, &error, &dir), f);
    assert_int_equal(dir, FROM_SERVER);
    assert_int_equal(f->state, FLOW_NEW);
    for (uint32_t n = 0; n < 24; n++) {         /* every cut of the quotation, and an unknown flow */
        error.icmp_inner_len = n;
        assert_ptr_not_equal(flow_table_take(t, &error, &dir), f);
    }
    error.icmp_inner_len = sizeof quoted;
    quoted[20] ^= 1;
    assert_ptr_not_equal(flow_table_take(t, &error, &dir), f);
    flow_table_free(t);
}

static void limits_that_cannot_be_are_named(void **unused)
{
    (void)unused;
    struct flow_limits l = small_limits();
    struct fault f;
    l.flow_max = 3;
    assert_null(flow_table_new(&l, (struct hash_key){ 1, 2 }, NULL, NULL, &f));
    assert_string_equal(f.why, "flow.max: 3 flows asked for; from 16 to 268435456 can be");
    l = small_limits();
    l.flow_bytes_each = UINT64_C(1) << 33;
    assert_null(flow_table_new(&l, (struct hash_key){ 1, 2 }, NULL, NULL, &f));
    assert_string_equal(f.why, "flow.bytes_each: one flow cannot have more than 4 GiB");
}

/* The index against a plain list: any order of coming and going finds exactly the flows that are there. */
static void any_mix_of_flows_is_found_again_by_its_key(void **unused)
{
    (void)unused;
    enum { KEYS = 400, STEPS = 60000 };
    uint64_t open[KEYS] = { 0 }, now_us = SECOND;
    struct closed closed = { .open = open };
    struct flow_limits l = small_limits();
    l.flow_max = 250;       /* of 512 slots: long runs, many of them broken up again */
    struct flow_table *t = table_new(&l, &closed);
    unsigned seed = 11;
    for (int step = 0; step < STEPS; step++) {
        int i = rand_r(&seed) % (step % 7 ? KEYS / 2 : KEYS);
        struct wire w = wire_conversation(0x0a000001, (uint16_t)(1000 + i));
        w.now_us = now_us += (uint64_t)rand_r(&seed) % (SECOND / 2);
        enum direction dir;
        struct packet p = wire_packet(&w, true, IPPROTO_UDP, "x", 1);
        flow_table_expire(t, p.time_us);
        struct flow *f = flow_table_take(t, &p, &dir);
        assert_int_equal(f->client_port, 1000 + i);
        if (open[i] != 0)
            assert_int_equal(f->id, open[i]);
        open[i] = f->id;
        assert_int_equal(flow_table_counts(t)->flows, flow_table_counts(t)->created - closed.count);
    }
    flow_table_free(t);
    assert_true(closed.why[FLOW_END_TIMEOUT] > 0 && closed.why[FLOW_END_SHUTDOWN] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_meet_in_one_flow),
        cmocka_unit_test(what_differs_in_any_part_of_the_key_is_another_flow),
        cmocka_unit_test(packets_without_a_flow_give_none),
        cmocka_unit_test(a_handshake_establishes_and_the_packet_after_it_is_the_first_to_count),
        cmocka_unit_test(half_a_handshake_or_a_forged_one_does_not_establish),
        cmocka_unit_test(an_answer_that_echoes_another_clock_ends_nothing),
        cmocka_unit_test(midstream_is_established_only_where_it_is_asked_for),
        cmocka_unit_test(a_syn_ack_first_means_its_sender_is_the_server),
        cmocka_unit_test(only_a_reset_that_the_peer_would_believe_closes),
        cmocka_unit_test(a_refused_syn_is_closed),
        cmocka_unit_test(after_the_close_a_new_syn_is_a_new_flow),
        cmocka_unit_test(the_answer_says_which_of_several_syns_counts),
        cmocka_unit_test(an_answer_to_a_syn_that_was_never_sent_teaches_nothing),
        cmocka_unit_test(each_kind_of_flow_ends_after_its_own_idle_time),
        cmocka_unit_test(a_flow_that_speaks_stays),
        cmocka_unit_test(one_that_spoke_since_it_was_listed_does_not_hold_up_the_others),
        cmocka_unit_test(expiry_does_bounded_work_per_call_and_gets_there),
        cmocka_unit_test(a_clock_that_goes_back_neither_hangs_nor_keeps_flows_for_ever),
        cmocka_unit_test(in_a_flood_half_open_flows_go_and_the_established_one_stays),
        cmocka_unit_test(closed_flows_go_before_established_ones_and_the_longest_idle_first),
        cmocka_unit_test(flows_that_hold_memory_go_when_the_store_is_nearly_full),
        cmocka_unit_test(echo_is_one_flow_per_identifier),
        cmocka_unit_test(an_icmp_error_counts_to_the_flow_it_quotes),
        cmocka_unit_test(limits_that_cannot_be_are_named),
        cmocka_unit_test(any_mix_of_flows_is_found_again_by_its_key),
    };
    return cmocka_run_group_tests_name("flow table", tests, NULL, NULL);
}
