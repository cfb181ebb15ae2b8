#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "flow/reassembly.h"
#include "flow/table.h"
#include "flow/window.h"
#include "tests/unit/flow/wire.h"

enum { CLIENT_ISN = 1000, SERVER_ISN = 5000, HEARD_MAX = 1 << 18 };

struct heard {              /* one direction as it was delivered; '_' for each missing byte */
    char     text[HEARD_MAX + 1];
    size_t   len;
    unsigned chunks, ends;
};

struct scene {
    struct flow_table    *table;
    struct store         *store;
    struct reassembler   *r;
    struct windows       *windows;      /* NULL: not kept */
    struct flow          *f;
    struct wire           wire;
    uint32_t              client_isn, server_isn;
    uint64_t              events;       /* of the last packet */
    unsigned              stop_after;   /* chunks, then the direction is stopped */
    struct heard          heard[2];
};

static void on_chunk(void *ctx, struct flow *f, const struct chunk *c)
{
    struct scene *s = ctx;
    struct heard *h = &s->heard[c->dir];
    assert_int_equal(h->ends, 0);
    assert_non_null(c->bytes);
    for (uint64_t i = 0; i < c->gap && h->len < HEARD_MAX; i++)
        h->text[h->len++] = '_';
    assert_int_equal(c->offset, h->len);
    assert_true(h->len + c->len <= HEARD_MAX);
    memcpy(h->text + h->len, c->bytes, c->len);
    h->len += c->len;
    h->text[h->len] = '\0';
    h->chunks++;
    h->ends += c->fin;
    if (s->windows != NULL)
        window_add(s->windows, f, c, f->side[0].packets + f->side[1].packets);
    if (s->stop_after != 0 && h->chunks == s->stop_after)
        f->side[c->dir].stopped = true;
}

static void on_close(void *ctx, struct flow *f, enum flow_end why)
{
    struct scene *s = ctx;
    (void)why;
    reassembly_end(s->r, f, on_chunk, s);
    if (s->windows != NULL)
        window_release(s->windows, f);
    assert_int_equal(f->account.used, 0);
    s->f = NULL;
}

static struct reassembly_limits plenty(void)
{
    return (struct reassembly_limits){ .each_max = 1 << 18, .all_max = 1 << 20 };
}

static struct scene *scene_new(const struct reassembly_limits *limits)
{
    struct flow_limits l = { .flow_max = 16, .flow_bytes_max = 1 << 24, .flow_bytes_each = 1 << 22,
                             .new_idle_us = 30 * SECOND, .established_idle_us = 600 * (uint64_t)SECOND,
                             .closed_idle_us = 10 * SECOND, .udp_idle_us = SECOND, .icmp_idle_us = SECOND,
                             .midstream = limits->midstream };
    struct fault f;
    struct scene *s = calloc(1, sizeof *s);
    s->table = flow_table_new(&l, (struct hash_key){ 1, 2 }, on_close, s, &f);
    s->store = flow_table_store(s->table);
    s->r = reassembler_new(limits, s->store);
    s->wire = wire_conversation(0x0a000001, 4000);
    s->client_isn = CLIENT_ISN;
    s->server_isn = SERVER_ISN;
    return s;
}

static void scene_end(struct scene *s)
{
    flow_table_free(s->table);
    s->table = NULL;
}

static void scene_free(struct scene *s)
{
    if (s->table != NULL)
        scene_end(s);
    assert_int_equal(reassembly_counts(s->r)->waiting_bytes, 0);
    reassembler_free(s->r);
    windows_free(s->windows);
    free(s);
}

static void packet(struct scene *s, const struct packet *p)
{
    enum direction dir;
    s->f = flow_table_take(s->table, p, &dir);
    s->events = reassembly_take(s->r, s->f, p, dir, on_chunk, s);
}

/* Positions are counted from the first byte of each stream. */
static void send_as(struct scene *s, bool from_client, uint8_t flags, uint32_t at, uint32_t acks, const void *bytes, size_t n)
{
    uint32_t mine = from_client ? s->client_isn : s->server_isn, theirs = from_client ? s->server_isn : s->client_isn;
    struct packet p = wire_tcp(&s->wire, from_client, flags, mine + 1 + at, theirs + 1 + acks, bytes, n);
    packet(s, &p);
}

static void client_says(struct scene *s, uint32_t at, const char *text)
{
    send_as(s, true, TCP_ACK, at, 0, text, strlen(text));
}

static void server_acks(struct scene *s, uint32_t upto)
{
    send_as(s, false, TCP_ACK, 0, upto, NULL, 0);
}

static void shake_hands(struct scene *s)
{
    send_as(s, true, TCP_SYN, UINT32_MAX, UINT32_MAX, NULL, 0);
    send_as(s, false, TCP_SYN | TCP_ACK, UINT32_MAX, 0, NULL, 0);
    send_as(s, true, TCP_ACK, 0, 0, NULL, 0);
}

static struct scene *scene_shaken(const struct reassembly_limits *limits)
{
    struct scene *s = scene_new(limits);
    shake_hands(s);
    return s;
}

static void segments_in_order_are_delivered_at_once(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "GET /");
    assert_string_equal(s->heard[0].text, "GET /");
    send_as(s, false, TCP_ACK, 0, 5, "200", 3);
    client_says(s, 5, " HTTP");
    assert_string_equal(s->heard[0].text, "GET / HTTP");
    assert_string_equal(s->heard[1].text, "200");
    assert_null(s->f->side[0].waiting);
    assert_int_equal(s->f->account.used, 0);
    assert_int_equal(s->f->side[0].stream_at, 10);
    scene_free(s);
}

static void early_segments_wait_for_the_hole_before_them(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 6, "ghi");
    client_says(s, 3, "def");
    assert_int_equal(s->heard[0].len, 0);
    client_says(s, 0, "abc");
    assert_string_equal(s->heard[0].text, "abcdefghi");
    assert_int_equal(s->f->account.used, 0);
    assert_int_equal(reassembly_counts(s->r)->gaps, 0);
    scene_free(s);
}

static void a_hole_is_given_up_when_the_peer_has_acknowledged_past_it(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "abc");
    client_says(s, 6, "ghi");
    server_acks(s, 5);
    assert_string_equal(s->heard[0].text, "abc");
    server_acks(s, 9);
    assert_string_equal(s->heard[0].text, "abc___ghi");
    assert_int_equal(s->events, stream_bit(STREAM_GAP));
    assert_int_equal(s->f->side[0].gap_bytes, 3);
    assert_int_equal(s->f->side[0].gaps, 1);
    client_says(s, 9, "jkl");
    assert_string_equal(s->heard[0].text, "abc___ghijkl");
    scene_free(s);
}

static void what_was_acknowledged_before_it_was_seen_is_no_hole_to_wait_for(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    server_acks(s, 3);
    client_says(s, 3, "def");
    assert_string_equal(s->heard[0].text, "___def");
    scene_free(s);
}

static void repeats_are_delivered_once_and_keep_alives_are_nothing(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "abc");
    client_says(s, 0, "abc");
    client_says(s, 2, "cde");
    client_says(s, 4, "\1");
    send_as(s, true, TCP_ACK, 4, 0, NULL, 0);
    assert_string_equal(s->heard[0].text, "abcde");
    assert_int_equal(s->events, 0);
    assert_int_equal(reassembly_counts(s->r)->duplicate_bytes, 5);
    scene_free(s);
}

static void a_direction_ends_when_its_fin_is_acknowledged(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    send_as(s, true, TCP_FIN | TCP_ACK, 0, 0, "bye", 3);
    assert_string_equal(s->heard[0].text, "bye");
    assert_int_equal(s->heard[0].ends, 0);
    server_acks(s, 3);
    assert_int_equal(s->heard[0].ends, 0);
    server_acks(s, 4);
    assert_int_equal(s->heard[0].ends, 1);
    assert_true(s->f->side[0].tcp_fin);
    send_as(s, true, TCP_FIN | TCP_ACK, 0, 0, "bye", 3);
    assert_int_equal(reassembly_counts(s->r)->after_end, 1);
    assert_int_equal(s->f->account.used, 0);
    scene_free(s);
}

static void a_fin_that_nobody_takes_ends_nothing(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "ab");
    send_as(s, true, TCP_FIN | TCP_ACK, 2, 0, NULL, 0);
    client_says(s, 2, "cd");
    server_acks(s, 4);
    client_says(s, 4, "ef");
    assert_string_equal(s->heard[0].text, "abcdef");
    assert_int_equal(s->heard[0].ends, 0);
    scene_free(s);
}

static void an_early_fin_waits_for_what_is_before_it(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    send_as(s, true, TCP_FIN | TCP_ACK, 3, 0, "def", 3);
    client_says(s, 0, "abc");
    server_acks(s, 7);
    assert_string_equal(s->heard[0].text, "abcdef");
    assert_int_equal(s->heard[0].ends, 1);
    scene_free(s);
}

static void a_reset_ends_both_directions_once(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "abc");
    client_says(s, 6, "ghi");
    send_as(s, false, TCP_ACK, 0, 0, "xyz", 3);
    send_as(s, false, TCP_RST, 4, 0, NULL, 0);
    assert_int_equal(s->heard[0].ends, 0);
    send_as(s, false, TCP_RST, 3, 0, NULL, 0);
    assert_string_equal(s->heard[0].text, "abc___ghi");
    assert_int_equal(s->heard[0].ends, 1);
    assert_int_equal(s->heard[1].ends, 1);
    client_says(s, 9, "jkl");
    send_as(s, false, TCP_RST, 3, 0, NULL, 0);
    assert_string_equal(s->heard[0].text, "abc___ghi");
    scene_free(s);
}

static void the_flow_s_end_delivers_what_waits(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "abc");
    client_says(s, 5, "fg");
    client_says(s, 9, "jk");
    scene_end(s);
    assert_string_equal(s->heard[0].text, "abc__fg__jk");
    assert_int_equal(s->heard[0].ends, 1);
    scene_free(s);
}

static void sequence_numbers_wrap(void **unused)
{
    (void)unused;
    for (uint32_t isn = UINT32_MAX - 8; isn != 1; isn++) {
        struct reassembly_limits l = plenty();
        struct scene *s = scene_new(&l);
        s->client_isn = isn;
        shake_hands(s);
        client_says(s, 0, "abc");
        client_says(s, 6, "ghi");
        client_says(s, 3, "def");
        client_says(s, 12, "mno");
        server_acks(s, 15);
        send_as(s, true, TCP_FIN | TCP_ACK, 15, 0, NULL, 0);
        server_acks(s, 16);
        assert_string_equal(s->heard[0].text, "abcdefghi___mno");
        assert_int_equal(s->heard[0].ends, 1);
        scene_free(s);
    }
}

static void midstream_is_followed_only_where_it_is_asked_for(void **unused)
{
    (void)unused;
    for (int wanted = 0; wanted < 2; wanted++) {
        struct reassembly_limits l = plenty();
        l.midstream = wanted;
        struct scene *s = scene_new(&l);
        client_says(s, 100, "abc");
        send_as(s, false, TCP_ACK, 0, 103, "xyz", 3);
        client_says(s, 103, "def");
        assert_string_equal(s->heard[0].text, wanted ? "abcdef" : "");
        assert_string_equal(s->heard[1].text, wanted ? "xyz" : "");
        scene_free(s);
    }
}

static void one_direction_alone_is_followed_however_far_it_jumps(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    l.midstream = true;
    struct scene *s = scene_new(&l);
    send_as(s, true, TCP_SYN, UINT32_MAX, 0, NULL, 0);
    client_says(s, 0, "abc");
    client_says(s, 150003, "def");
    send_as(s, true, TCP_FIN | TCP_ACK, 150006, 0, NULL, 0);
    scene_end(s);
    assert_int_equal(s->heard[0].len, 150006);
    assert_memory_equal(s->heard[0].text + 150003, "def", 3);
    assert_int_equal(s->heard[0].ends, 1);
    scene_free(s);
}

static void far_outside_the_window_nothing_is_believed(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 10000000, "evil");
    assert_int_equal(s->events, stream_bit(STREAM_OUT_OF_WINDOW));
    client_says(s, (uint32_t)-10000000, "evil");
    assert_int_equal(s->events, stream_bit(STREAM_OUT_OF_WINDOW));
    client_says(s, 0, "good");
    scene_end(s);
    assert_string_equal(s->heard[0].text, "good");
    scene_free(s);
}

static void a_far_segment_that_the_receiver_acknowledges_was_a_hole_in_the_capture(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "abc");
    client_says(s, 200000, "def");
    server_acks(s, 200003);
    client_says(s, 200003, "ghi");
    assert_int_equal(s->heard[0].len, 200006);
    assert_string_equal(s->heard[0].text + 200003, "ghi");
    scene_free(s);
}

static void a_greedy_direction_loses_its_first_hole_and_nothing_else(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    l.each_max = 1024;
    struct scene *s = scene_shaken(&l);
    char block[300];
    memset(block, 'x', sizeof block);
    for (uint32_t i = 0; i < 4; i++)
        send_as(s, true, TCP_ACK, 10 + i * 300, 0, block, sizeof block);
    assert_int_equal(s->events, stream_bit(STREAM_BUDGET) | stream_bit(STREAM_GAP));
    assert_int_equal(s->heard[0].len, 1210);
    assert_int_equal(s->f->side[0].gap_bytes, 10);
    assert_int_equal(reassembly_counts(s->r)->over_each, 1);
    scene_free(s);
}

static void a_thousand_tiny_segments_are_bounded(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    for (uint32_t i = 2000; i > 0; i--)
        client_says(s, 2 * i, "x");
    assert_true(reassembly_counts(s->r)->over_each > 0);
    assert_true(reassembly_counts(s->r)->waiting_bytes <= REASSEMBLY_SEGMENTS_MAX * 64);
    scene_free(s);
}

static void a_store_that_gives_nothing_costs_a_gap_and_no_more(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    s->f->account.most = 0;
    client_says(s, 3, "def");
    client_says(s, 0, "abc");
    client_says(s, 6, "ghi");
    server_acks(s, 9);
    assert_int_equal(reassembly_counts(s->r)->refused, 2);
    assert_string_equal(s->heard[0].text, "abc");
    scene_free(s);
}

static void beyond_its_depth_a_direction_is_stopped(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    l.depth = 5;
    struct scene *s = scene_shaken(&l);
    client_says(s, 0, "abc");
    client_says(s, 6, "ghi");
    client_says(s, 3, "def");
    assert_string_equal(s->heard[0].text, "abcde");
    assert_true(s->events & stream_bit(STREAM_DEPTH));
    client_says(s, 9, "jkl");
    scene_end(s);
    assert_string_equal(s->heard[0].text, "abcde");
    assert_int_equal(s->heard[0].ends, 0);
    scene_free(s);
}

static void a_lasting_conversation_has_no_depth(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    l.depth = 5;
    struct scene *s = scene_shaken(&l);
    s->f->lasting = true;
    client_says(s, 0, "abcdef");
    client_says(s, 6, "ghi");
    assert_string_equal(s->heard[0].text, "abcdefghi");
    assert_false(s->events & STREAM_DEPTH);
    scene_free(s);
}

static void a_listener_may_stop_a_direction_while_it_listens(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    s->stop_after = 2;
    client_says(s, 3, "def");
    client_says(s, 6, "ghi");
    client_says(s, 9, "jkl");
    client_says(s, 20, "behind a hole");
    client_says(s, 0, "abc");
    assert_string_equal(s->heard[0].text, "abcdef");
    assert_int_equal(s->f->account.used, 0);
    send_as(s, false, TCP_ACK, 0, 12, "still heard", 11);
    assert_string_equal(s->heard[1].text, "still heard");
    scene_free(s);
}

static void data_in_a_syn_counts_when_the_answer_takes_it(void **unused)
{
    (void)unused;
    static const struct { const char *name; uint32_t acked; const char *want; } cases[] = {
        { "taken", 3, "abcdef" },
        { "not taken, sent again", 0, "ABCdef" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reassembly_limits l = plenty();
        struct scene *s = scene_new(&l);
        struct packet syn = wire_tcp(&s->wire, true, TCP_SYN, CLIENT_ISN, 0, "abc", 3);
        packet(s, &syn);
        assert_int_equal(s->heard[0].len, 0);
        send_as(s, false, TCP_SYN | TCP_ACK, UINT32_MAX, cases[i].acked, NULL, 0);
        send_as(s, true, TCP_ACK, cases[i].acked, 0, "ABCdef" + cases[i].acked, 6 - cases[i].acked);
        if (strcmp(s->heard[0].text, cases[i].want) != 0)
            fail_msg("%s: \"%s\"", cases[i].name, s->heard[0].text);
        scene_free(s);
    }
}

static void a_late_syn_brings_nothing_and_takes_nothing_away(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    client_says(s, 3, "def");
    send_as(s, false, TCP_SYN | TCP_ACK, UINT32_MAX, 0, NULL, 0);
    struct packet syn = wire_tcp(&s->wire, true, TCP_SYN, CLIENT_ISN, 0, "evil", 4);
    packet(s, &syn);
    client_says(s, 0, "abc");
    assert_string_equal(s->heard[0].text, "abcdef");
    scene_free(s);
}

static void a_second_syn_forgets_what_waited_for_the_first(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    l.midstream = true;
    l.each_max = 1000;
    struct scene *s = scene_new(&l);
    send_as(s, true, 0, UINT32_MAX - 30000, 0, NULL, 0);
    send_as(s, true, 0, 1, 0, "Z", 1);
    struct packet syn = wire_tcp(&s->wire, true, TCP_SYN | TCP_FIN, CLIENT_ISN, 0, "abcdefg", 7);
    packet(s, &syn);
    send_as(s, true, 0, UINT32_MAX, 0, "0abcdef", 7);
    assert_string_equal(s->heard[0].text, "abcdefg");
    scene_free(s);
}

static void data_in_a_syn_goes_back_when_the_flow_turns_out_to_be_half_seen(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_new(&l);
    struct packet syn = wire_tcp(&s->wire, true, TCP_SYN, CLIENT_ISN, 0, "abc", 3);
    packet(s, &syn);
    client_says(s, 3, "def");       /* no answer was seen, and midstream is not asked for */
    assert_true(s->f->midstream);
    assert_int_not_equal(s->f->account.used, 0);
    scene_end(s);                   /* where on_close looks at the account */
    assert_int_equal(s->heard[0].len, 0);
    scene_free(s);
}

static void a_flood_of_syns_with_data_gets_a_quarter_of_what_may_wait(void **unused)
{
    (void)unused;
    static const char data[500];
    struct reassembly_limits l = plenty();
    l.all_max = 8192;
    struct scene *s = scene_new(&l);
    for (uint16_t i = 0; i < 12; i++) {
        s->wire.client_port = (uint16_t)(4000 + i);
        struct packet syn = wire_tcp(&s->wire, true, TCP_SYN, CLIENT_ISN, 0, data, sizeof data);
        packet(s, &syn);
    }
    assert_in_range(reassembly_counts(s->r)->waiting_bytes, 1500, 8192 / 4);
    scene_end(s);
    assert_int_equal(s->heard[0].chunks, 0);
    scene_free(s);
}

static void what_the_capture_cut_off_is_a_gap(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    struct packet p = wire_tcp(&s->wire, true, TCP_ACK, CLIENT_ISN + 1, SERVER_ISN + 1, "abc", 3);
    p.payload_claimed = 5;
    packet(s, &p);
    client_says(s, 5, "fgh");
    assert_string_equal(s->heard[0].text, "abc__fgh");
    p = wire_tcp(&s->wire, true, TCP_ACK, CLIENT_ISN + 9, SERVER_ISN + 1, NULL, 0);
    p.payload_claimed = 2;
    packet(s, &p);
    client_says(s, 10, "k");
    assert_string_equal(s->heard[0].text, "abc__fgh__k");
    scene_free(s);
}

/* Novak and Sturges: an old segment waits at 4..8, a new one comes over it. Capital letters are the new bytes.
 * FIRST LAST BSD LINUX WINDOWS SOLARIS, in the order of the enum. */
static const struct overlap_case { const char *name; uint32_t at, len; const char *want[6]; } overlaps[] = {
    { "begins before, ends inside",  2, 4, { "__ABoooo", "__ABCDoo", "__ABCDoo", "__ABCDoo", "__ABCDoo", "__ABoooo" } },
    { "begins before, ends with it", 2, 6, { "__ABoooo", "__ABCDEF", "__ABCDEF", "__ABCDEF", "__ABCDEF", "__ABCDEF" } },
    { "begins before, ends after",   2, 8, { "__ABooooGH", "__ABCDEFGH", "__ABCDEFGH", "__ABCDEFGH", "__ABCDEFGH", "__ABCDEFGH" } },
    { "begins with it, ends inside", 4, 2, { "____oooo", "____ABoo", "____oooo", "____oooo", "____oooo", "____oooo" } },
    { "the same",                    4, 4, { "____oooo", "____ABCD", "____oooo", "____oooo", "____oooo", "____ABCD" } },
    { "begins with it, ends after",  4, 6, { "____ooooEF", "____ABCDEF", "____ooooEF", "____ABCDEF", "____ooooEF", "____ABCDEF" } },
    { "inside",                      5, 2, { "____oooo", "____oABo", "____oooo", "____oooo", "____oooo", "____oooo" } },
    { "begins inside, ends with it", 6, 2, { "____oooo", "____ooAB", "____oooo", "____oooo", "____oooo", "____oooo" } },
    { "begins inside, ends after",   6, 4, { "____ooooCD", "____ooABCD", "____ooooCD", "____ooooCD", "____ooooCD", "____ooABCD" } },
    { "touches its front",           2, 2, { "__ABoooo", "__ABoooo", "__ABoooo", "__ABoooo", "__ABoooo", "__ABoooo" } },
    { "touches its end",             8, 2, { "____ooooAB", "____ooooAB", "____ooooAB", "____ooooAB", "____ooooAB", "____ooooAB" } },
};

static void each_policy_settles_each_overlap_as_its_target_does(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof overlaps / sizeof *overlaps; i++)
        for (int policy = OVERLAP_FIRST; policy <= OVERLAP_SOLARIS; policy++) {
            const struct overlap_case *c = &overlaps[i];
            struct reassembly_limits l = plenty();
            l.policy = (enum overlap_policy)policy;
            struct scene *s = scene_shaken(&l);
            client_says(s, 4, "oooo");
            send_as(s, true, TCP_ACK, c->at, 0, "ABCDEFGH", c->len);
            bool touches = strncmp(c->name, "touches", 7) == 0;
            if (!!(s->events & stream_bit(STREAM_OVERLAP_DIFFERENT)) == touches)
                fail_msg("%s, policy %d: events %x", c->name, policy, s->events);
            scene_end(s);
            if (strcmp(s->heard[0].text, c->want[policy]) != 0)
                fail_msg("%s, policy %d: \"%s\", not \"%s\"", c->name, policy, s->heard[0].text, c->want[policy]);
            scene_free(s);
        }
}

static void a_segment_in_order_over_one_that_waits_follows_the_policy_too(void **unused)
{
    (void)unused;
    static const char *const want[] = { "ABCDooooIJ", "ABCDEFGHIJ", "ABCDEFGHIJ", "ABCDEFGHIJ", "ABCDEFGHIJ", "ABCDEFGHIJ" };
    for (int policy = OVERLAP_FIRST; policy <= OVERLAP_SOLARIS; policy++) {
        struct reassembly_limits l = plenty();
        l.policy = (enum overlap_policy)policy;
        struct scene *s = scene_shaken(&l);
        client_says(s, 4, "oooo");
        client_says(s, 0, "ABCDEFGHIJ");
        assert_string_equal(s->heard[0].text, want[policy]);
        assert_true(s->events & stream_bit(STREAM_OVERLAP_DIFFERENT));
        scene_free(s);
    }
}

static void other_data_for_delivered_bytes_is_seen_while_a_window_is_kept(void **unused)
{
    (void)unused;
    struct reassembly_limits l = plenty();
    struct scene *s = scene_shaken(&l);
    struct window_limits wl = { .keep = 64, .all_max = 1 << 20 };
    s->windows = windows_new(&wl, s->store);
    client_says(s, 0, "GET /index.html");
    client_says(s, 4, "/index");
    assert_int_equal(s->events, 0);
    client_says(s, 14, "\1");       /* a keep-alive's byte means nothing */
    assert_int_equal(s->events, 0);
    client_says(s, 4, "/shell");
    assert_int_equal(s->events, stream_bit(STREAM_OVERLAP_DIFFERENT));
    assert_string_equal(s->heard[0].text, "GET /index.html");
    scene_free(s);
}

/* However a stream is cut, ordered and repeated, the same bytes come out, each once. */
static void any_segmentation_order_and_repetition_gives_the_same_bytes(void **unused)
{
    (void)unused;
    enum { ROUNDS = 300, LENGTH = 6000, PARTS = 64 };
    char stream[LENGTH];
    unsigned seed = 5;
    for (int round = 0; round < ROUNDS; round++) {
        struct reassembly_limits l = plenty();
        l.policy = (enum overlap_policy)(round % 6);
        struct scene *s = scene_new(&l);
        s->client_isn = (uint32_t)rand_r(&seed) * 2 + (round % 3 == 0 ? UINT32_MAX - 3000 : 0);
        shake_hands(s);
        for (int i = 0; i < LENGTH; i++)
            stream[i] = (char)('a' + rand_r(&seed) % 26);
        uint32_t cut[PARTS + 1], n = 0;
        for (uint32_t at = 0; at < LENGTH && n < PARTS; at += 1 + (uint32_t)rand_r(&seed) % 300)
            cut[n++] = at;
        cut[n] = LENGTH;
        uint32_t order[2 * PARTS];
        for (uint32_t i = 0; i < 2 * n; i++)
            order[i] = i % n;           /* each twice */
        for (uint32_t i = 2 * n - 1; i > 0; i--) {
            uint32_t j = (uint32_t)rand_r(&seed) % (i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        for (uint32_t i = 0; i < 2 * n; i++) {
            uint32_t from = cut[order[i]], to = cut[order[i] + 1];
            from -= from > 40 ? (uint32_t)rand_r(&seed) % 40 : 0;       /* overlapping its neighbours */
            to += to + 40 < LENGTH ? (uint32_t)rand_r(&seed) % 40 : 0;
            send_as(s, true, TCP_ACK, from, 0, stream + from, to - from);
        }
        if (s->heard[0].len != LENGTH || memcmp(s->heard[0].text, stream, LENGTH) != 0)
            fail_msg("round %d: %zu bytes", round, s->heard[0].len);
        assert_int_equal(s->f->account.used, 0);
        assert_int_equal(reassembly_counts(s->r)->overlap_different, 0);
        scene_free(s);
    }
}

/* Losing segments on top: what is delivered stands where it belongs, and gaps add up to the rest. */
static void lost_segments_leave_gaps_of_their_own_size(void **unused)
{
    (void)unused;
    enum { ROUNDS = 200, PARTS = 50, PART = 20 };
    unsigned seed = 9;
    for (int round = 0; round < ROUNDS; round++) {
        struct reassembly_limits l = plenty();
        l.each_max = round % 2 ? 1 << 18 : 600;
        struct scene *s = scene_shaken(&l);
        char want[PARTS * PART + 1] = { 0 }, part[PART + 1] = { 0 };
        for (uint32_t i = 0; i < PARTS; i++) {
            bool lost = rand_r(&seed) % 4 == 0 && i + 1 < PARTS;
            memset(part, 'A' + (int)i % 26, PART);
            memset(want + i * PART, lost ? '_' : part[0], PART);
            if (!lost)
                client_says(s, i * PART, part);
            if (rand_r(&seed) % 5 == 0)
                server_acks(s, (i + 1) * PART);
        }
        scene_end(s);
        assert_string_equal(s->heard[0].text, want);
        scene_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_in_order_are_delivered_at_once),
        cmocka_unit_test(early_segments_wait_for_the_hole_before_them),
        cmocka_unit_test(a_hole_is_given_up_when_the_peer_has_acknowledged_past_it),
        cmocka_unit_test(what_was_acknowledged_before_it_was_seen_is_no_hole_to_wait_for),
        cmocka_unit_test(repeats_are_delivered_once_and_keep_alives_are_nothing),
        cmocka_unit_test(a_direction_ends_when_its_fin_is_acknowledged),
        cmocka_unit_test(a_fin_that_nobody_takes_ends_nothing),
        cmocka_unit_test(an_early_fin_waits_for_what_is_before_it),
        cmocka_unit_test(a_reset_ends_both_directions_once),
        cmocka_unit_test(the_flow_s_end_delivers_what_waits),
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(midstream_is_followed_only_where_it_is_asked_for),
        cmocka_unit_test(one_direction_alone_is_followed_however_far_it_jumps),
        cmocka_unit_test(far_outside_the_window_nothing_is_believed),
        cmocka_unit_test(a_far_segment_that_the_receiver_acknowledges_was_a_hole_in_the_capture),
        cmocka_unit_test(a_greedy_direction_loses_its_first_hole_and_nothing_else),
        cmocka_unit_test(a_thousand_tiny_segments_are_bounded),
        cmocka_unit_test(a_store_that_gives_nothing_costs_a_gap_and_no_more),
        cmocka_unit_test(beyond_its_depth_a_direction_is_stopped),
        cmocka_unit_test(a_lasting_conversation_has_no_depth),
        cmocka_unit_test(a_listener_may_stop_a_direction_while_it_listens),
        cmocka_unit_test(data_in_a_syn_counts_when_the_answer_takes_it),
        cmocka_unit_test(a_late_syn_brings_nothing_and_takes_nothing_away),
        cmocka_unit_test(a_second_syn_forgets_what_waited_for_the_first),
        cmocka_unit_test(data_in_a_syn_goes_back_when_the_flow_turns_out_to_be_half_seen),
        cmocka_unit_test(a_flood_of_syns_with_data_gets_a_quarter_of_what_may_wait),
        cmocka_unit_test(what_the_capture_cut_off_is_a_gap),
        cmocka_unit_test(each_policy_settles_each_overlap_as_its_target_does),
        cmocka_unit_test(a_segment_in_order_over_one_that_waits_follows_the_policy_too),
        cmocka_unit_test(other_data_for_delivered_bytes_is_seen_while_a_window_is_kept),
        cmocka_unit_test(any_segmentation_order_and_repetition_gives_the_same_bytes),
        cmocka_unit_test(lost_segments_leave_gaps_of_their_own_size),
    };
    return cmocka_run_group_tests_name("reassembly", tests, NULL, NULL);
}
