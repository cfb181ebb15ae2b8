#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "flow/fragment.h"

enum { SECOND = 1000000, DATA_MAX = 65535, TOTAL_MAX = DATA_MAX + 100 };

struct scene {
    struct fragments *t;
    struct decoder    d;
    bool              six;
    uint16_t          id;
    uint64_t          now_us;
    struct packet     in;                       /* the last fragment, with its events */
    struct packet     out[DECODE_LAYERS_MAX];
    uint8_t           wire[TOTAL_MAX];
};

static struct scene *scene_new(bool six, enum overlap_policy policy)
{
    struct fragment_limits l = { .datagrams_max = 8, .bytes_max = 4 << 20, .idle_us = 30 * SECOND, .policy = policy };
    struct scene *s = calloc(1, sizeof *s);
    s->t = fragments_new(&l);
    s->d.checksums = true;
    s->six = six;
    s->id = 7;
    s->now_us = 1000 * (uint64_t)SECOND;
    return s;
}

static void scene_free(struct scene *s)
{
    fragments_free(s->t);
    free(s);
}

/* A fragment as decode gives it: UDP's bytes from `offset` on. */
static size_t send_part(struct scene *s, uint32_t offset, bool more, const void *bytes, size_t n)
{
    uint32_t header = s->six ? 48 : 20;
    uint8_t *ip = s->wire;
    assert_true(header + n <= TOTAL_MAX);
    memset(ip, 0, header);
    ip[0] = s->six ? 0x60 : 0x45;
    if (s->six) {
        ip[4] = (uint8_t)((n + 8) >> 8), ip[5] = (uint8_t)(n + 8);
        ip[6] = 44, ip[7] = 64, ip[8 + 15] = 1, ip[24 + 15] = 2;
        ip[40] = IPPROTO_UDP;
        ip[42] = (uint8_t)(offset >> 8), ip[43] = (uint8_t)((offset & 0xf8) | more);
        ip[46] = (uint8_t)(s->id >> 8), ip[47] = (uint8_t)s->id;
    } else {
        ip[2] = (uint8_t)((n + 20) >> 8), ip[3] = (uint8_t)(n + 20);
        ip[4] = (uint8_t)(s->id >> 8), ip[5] = (uint8_t)s->id;
        ip[8] = 64, ip[9] = IPPROTO_UDP, ip[12] = 10, ip[15] = 1, ip[16] = 10, ip[19] = 2;
    }
    memcpy(ip + header, bytes, n);
    s->in = (struct packet){ .time_us = s->now_us += 10, .number = 1, .ip_version = s->six ? 6 : 4, .ip = ip, .proto = IPPROTO_UDP,
                             .ip_header_len = (uint16_t)header, .ip_len = (uint32_t)(header + n), .fragment = true, .ip_id = s->id,
                             .ip_fragment = (uint16_t)(s->six ? offset | more : offset / 8 | (more ? 0x2000 : 0)),
                             .src = s->six ? addr_v6(ip + 8) : addr_v4(ip + 12), .dst = s->six ? addr_v6(ip + 24) : addr_v4(ip + 16),
                             .payload = ip + header, .payload_len = (uint32_t)n, .payload_claimed = (uint32_t)n };
    return fragments_take(s->t, &s->d, &s->in, s->out);
}

/* A UDP datagram of n bytes in all, header included. */
static uint8_t *udp_new(size_t n)
{
    uint8_t *udp = malloc(n);
    for (size_t i = 0; i < n; i++)
        udp[i] = (uint8_t)('a' + i % 26);
    udp[0] = 0, udp[1] = 53, udp[2] = 0, udp[3] = 99;
    udp[4] = (uint8_t)(n >> 8), udp[5] = (uint8_t)n, udp[6] = 0, udp[7] = 0;
    return udp;
}

static void fragments_in_any_order_give_the_datagram_once(void **unused)
{
    (void)unused;
    unsigned seed = 2;
    for (int round = 0; round < 400; round++) {
        struct scene *s = scene_new(round % 2, (enum overlap_policy)(round % 6));
        size_t n = 100 + (size_t)rand_r(&seed) % 3000, size = 8 * (1 + (size_t)rand_r(&seed) % 40);
        uint8_t *udp = udp_new(n);
        size_t parts = (n + size - 1) / size, order[512], whole = 0;
        for (size_t i = 0; i < parts; i++)
            order[i] = i;
        for (size_t i = parts - 1; i > 0; i--) {
            size_t j = (size_t)rand_r(&seed) % (i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        for (size_t i = 0; i < parts && parts <= FRAGMENT_PIECES_MAX; i++) {
            size_t at = order[i] * size, len = n - at < size ? n - at : size;
            size_t got = send_part(s, (uint32_t)at, at + len < n, udp + at, len);
            assert_int_equal(got, i + 1 == parts);
            whole += got;
            if (i + 1 < parts)
                assert_int_equal(send_part(s, (uint32_t)at, at + len < n, udp + at, len), 0);
        }
        if (parts > 1 && parts <= FRAGMENT_PIECES_MAX) {
            assert_int_equal(whole, 1);
            assert_true(s->out[0].rebuilt && s->out[0].transport_ok && !s->out[0].malformed && !s->out[0].bad_checksum);
            assert_int_equal(s->out[0].dport, 99);
            assert_int_equal(s->out[0].payload_len, n - 8);
            assert_memory_equal(s->out[0].payload, udp + 8, n - 8);
            assert_int_equal(fragments_counts(s->t)->waiting, 0);
            assert_int_equal(fragments_counts(s->t)->waiting_bytes, 0);
        }
        free(udp);
        scene_free(s);
    }
}

/* 16 bytes wait at 16..32; over them comes a fragment of new bytes; then the rest. Which letters are read at 16..32?
 * o: the old, N: the new. FIRST LAST BSD LINUX WINDOWS SOLARIS. */
static const struct { const char *name; uint32_t at, len; const char *want[6]; } overlaps[] = {
    { "begins before, ends inside",  8, 16,  { "oooooooooooooooo", "NNNNNNNNoooooooo", "NNNNNNNNoooooooo", "NNNNNNNNoooooooo", "oooooooooooooooo", "oooooooooooooooo" } },
    { "begins before, ends with it", 8, 24,  { "oooooooooooooooo", "NNNNNNNNNNNNNNNN", "NNNNNNNNNNNNNNNN", "NNNNNNNNNNNNNNNN", "oooooooooooooooo", "NNNNNNNNNNNNNNNN" } },
    { "begins before, ends after",   8, 32,  { "oooooooooooooooo", "NNNNNNNNNNNNNNNN", "NNNNNNNNNNNNNNNN", "NNNNNNNNNNNNNNNN", "NNNNNNNNNNNNNNNN", "NNNNNNNNNNNNNNNN" } },
    { "begins with it, ends inside", 16, 8,  { "oooooooooooooooo", "NNNNNNNNoooooooo", "oooooooooooooooo", "NNNNNNNNoooooooo", "oooooooooooooooo", "oooooooooooooooo" } },
    { "the same",                    16, 16, { "oooooooooooooooo", "NNNNNNNNNNNNNNNN", "oooooooooooooooo", "NNNNNNNNNNNNNNNN", "oooooooooooooooo", "oooooooooooooooo" } },
    { "begins inside, ends after",   24, 16, { "oooooooooooooooo", "ooooooooNNNNNNNN", "oooooooooooooooo", "oooooooooooooooo", "oooooooooooooooo", "oooooooooooooooo" } },
};

static void each_policy_settles_each_overlap_and_says_that_there_was_one(void **unused)
{
    (void)unused;
    static const char old[] = "oooooooooooooooo", new[] = "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN";
    for (size_t i = 0; i < sizeof overlaps / sizeof *overlaps; i++)
        for (int policy = OVERLAP_FIRST; policy <= OVERLAP_SOLARIS; policy++)
            for (int six = 0; six < 2; six++) {
                struct scene *s = scene_new(six, (enum overlap_policy)policy);
                uint8_t *udp = udp_new(64);
                assert_int_equal(send_part(s, 16, true, old, 16), 0);
                assert_int_equal(send_part(s, overlaps[i].at, true, new, overlaps[i].len), 0);
                assert_true(packet_has(&s->in, six ? DECODE_IPV6_FRAG_OVERLAP : DECODE_IPV4_FRAG_OVERLAP));
                assert_int_equal(fragments_counts(s->t)->overlap_different, 1);
                send_part(s, 0, true, udp, 16);
                size_t got = send_part(s, 32, false, udp + 32, 32);
                if (got != 1 || memcmp(s->out[0].payload + 8, overlaps[i].want[policy], 16) != 0)
                    fail_msg("%s, policy %d, IPv%d: %zu, \"%.16s\"", overlaps[i].name, policy, six ? 6 : 4, got, (const char *)s->out[0].payload + 8);
                free(udp);
                scene_free(s);
            }
}

static void the_first_last_fragment_says_where_the_end_is(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(false, OVERLAP_FIRST);
    uint8_t *udp = udp_new(48);
    send_part(s, 40, false, udp + 40, 8);
    send_part(s, 24, false, udp + 24, 8);           /* teardrop: another end, inside */
    assert_true(packet_has(&s->in, DECODE_IPV4_FRAG_OVERLAP));
    char beyond[24];
    memcpy(beyond, udp + 32, 16);
    send_part(s, 32, true, beyond, 24);
    assert_true(packet_has(&s->in, DECODE_IPV4_FRAG_OVERLAP));
    assert_int_equal(send_part(s, 0, true, udp, 24), 1);
    assert_int_equal(s->out[0].payload_len, 40);
    free(udp);
    scene_free(s);
}

static void more_than_a_datagram_can_hold_is_refused(void **unused)
{
    (void)unused;
    for (int six = 0; six < 2; six++) {
        struct scene *s = scene_new(six, OVERLAP_FIRST);
        uint8_t *udp = udp_new(1000);
        assert_int_equal(send_part(s, 65528, false, udp, 1000), 0);
        assert_true(packet_has(&s->in, six ? DECODE_IPV6_FRAG_PKT_TOO_LARGE : DECODE_IPV4_FRAG_PKT_TOO_LARGE));
        assert_int_equal(fragments_counts(s->t)->waiting, 0);
        send_part(s, 65512, false, udp, 8);             /* fits IPv6, whose length leaves the header out */
        assert_int_equal(fragments_counts(s->t)->waiting, six);
        free(udp);
        scene_free(s);
    }
}

static void the_largest_datagram_there_can_be_is_rebuilt(void **unused)
{
    (void)unused;
    for (int six = 0; six < 2; six++) {
        struct scene *s = scene_new(six, OVERLAP_FIRST);
        size_t n = six ? 65535 : 65515;
        uint8_t *udp = udp_new(n);
        size_t got = 0;
        for (size_t at = 0; at < n; at += 1480)
            got += send_part(s, (uint32_t)at, at + 1480 < n, udp + at, n - at < 1480 ? n - at : 1480);
        assert_int_equal(got, 1);
        assert_int_equal(s->out[0].payload_len, n - 8);
        assert_memory_equal(s->out[0].payload, udp + 8, n - 8);
        free(udp);
        scene_free(s);
    }
}

static void what_does_not_belong_together_is_not_put_together(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(false, OVERLAP_FIRST);
    uint8_t *udp = udp_new(32);
    send_part(s, 0, true, udp, 16);
    s->id = 8;
    assert_int_equal(send_part(s, 16, false, udp + 16, 16), 0);
    s->six = true;
    s->id = 7;
    assert_int_equal(send_part(s, 16, false, udp + 16, 16), 0);
    assert_int_equal(fragments_counts(s->t)->waiting, 3);
    free(udp);
    scene_free(s);
}

static void the_oldest_goes_when_too_many_wait_or_too_long(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(false, OVERLAP_FIRST);
    uint8_t *udp = udp_new(32);
    for (s->id = 0; s->id < 9; s->id++)
        send_part(s, 0, true, udp, 16);
    assert_int_equal(fragments_counts(s->t)->over_datagrams, 1);
    s->id = 1;
    assert_int_equal(send_part(s, 16, false, udp + 16, 16), 1);
    s->id = 0;
    assert_int_equal(send_part(s, 16, false, udp + 16, 16), 0);
    s->now_us += 31 * SECOND;
    for (s->id = 100; s->id < 103; s->id++)
        send_part(s, 0, true, udp, 16);
    assert_int_equal(fragments_counts(s->t)->timed_out, 8);
    free(udp);
    scene_free(s);
}

static void too_many_bytes_cost_the_oldest(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(false, OVERLAP_FIRST);
    fragments_free(s->t);
    struct fragment_limits l = { .datagrams_max = 100, .bytes_max = 512 * 1024, .idle_us = 30 * SECOND };
    s->t = fragments_new(&l);
    uint8_t *udp = udp_new(60000);
    for (s->id = 0; s->id < 20; s->id++)
        send_part(s, 0, true, udp, 60000);
    assert_true(fragments_counts(s->t)->over_bytes > 0);
    assert_true(fragments_counts(s->t)->waiting_bytes <= l.bytes_max);
    s->id = 19;
    assert_int_equal(send_part(s, 60000, false, udp, 8), 1);
    free(udp);
    scene_free(s);
}

static void the_datagram_at_hand_is_never_the_one_that_goes(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(false, OVERLAP_FIRST);
    fragments_free(s->t);
    struct fragment_limits l = { .datagrams_max = 100, .bytes_max = 512 * 1024, .idle_us = 30 * SECOND };
    s->t = fragments_new(&l);
    uint8_t *udp = udp_new(65000);
    for (s->id = 0; s->id < 4; s->id++)
        send_part(s, 0, true, udp, 64000);
    send_part(s, 0, true, udp, 5504);
    s->id = 0;
    assert_int_equal(send_part(s, 64000, false, udp + 64000, 1000), 1);
    assert_int_equal(fragments_counts(s->t)->over_bytes, 1);
    free(udp);
    scene_free(s);
}

static void a_datagram_of_too_many_pieces_is_ignored_aloud(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(false, OVERLAP_FIRST);
    for (uint32_t i = 0; i <= FRAGMENT_PIECES_MAX; i++)
        send_part(s, 16 * i, true, "12345678", 8);
    assert_int_equal(fragments_counts(s->t)->over_pieces, 1);
    assert_true(packet_has(&s->in, DECODE_IPV4_FRAG_IGNORED));
    scene_free(s);
}

static void what_cannot_be_used_is_ignored_aloud(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(false, OVERLAP_FIRST);
    send_part(s, 8, true, "1234567", 7);            /* not one whole unit of eight */
    assert_true(packet_has(&s->in, DECODE_IPV4_FRAG_IGNORED));
    send_part(s, 8, false, "", 0);
    assert_true(packet_has(&s->in, DECODE_IPV4_FRAG_IGNORED));
    send_part(s, 8, true, "12345678", 8);
    s->in.truncated = true;
    fragments_take(s->t, &s->d, &s->in, s->out);
    assert_int_equal(fragments_counts(s->t)->truncated, 1);
    assert_int_equal(fragments_counts(s->t)->ignored, 3);
    scene_free(s);
}

static void an_ipv6_header_chain_of_any_shape_is_read_within_its_bounds(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(true, OVERLAP_FIRST);
    unsigned seed = 6;
    uint8_t bytes[200];
    for (int round = 0; round < 50000; round++) {
        size_t n = (size_t)rand_r(&seed) % sizeof bytes;
        static const uint8_t kinds[] = { 0, 43, 44, 51, 60, 17, 6 };
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)(rand_r(&seed) % 3 ? kinds[(size_t)rand_r(&seed) % sizeof kinds] : rand_r(&seed) % 4);
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, bytes, n);
        struct packet p = { .time_us = 5, .ip_version = 6, .ip = exact, .ip_len = (uint32_t)n, .fragment = true, .payload = exact,
                            .src = { .version = 6 }, .dst = { .version = 6 } };
        fragments_take(s->t, &s->d, &p, s->out);
        free(exact);
    }
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_in_any_order_give_the_datagram_once),
        cmocka_unit_test(each_policy_settles_each_overlap_and_says_that_there_was_one),
        cmocka_unit_test(the_first_last_fragment_says_where_the_end_is),
        cmocka_unit_test(more_than_a_datagram_can_hold_is_refused),
        cmocka_unit_test(the_largest_datagram_there_can_be_is_rebuilt),
        cmocka_unit_test(what_does_not_belong_together_is_not_put_together),
        cmocka_unit_test(the_oldest_goes_when_too_many_wait_or_too_long),
        cmocka_unit_test(too_many_bytes_cost_the_oldest),
        cmocka_unit_test(the_datagram_at_hand_is_never_the_one_that_goes),
        cmocka_unit_test(a_datagram_of_too_many_pieces_is_ignored_aloud),
        cmocka_unit_test(what_cannot_be_used_is_ignored_aloud),
        cmocka_unit_test(an_ipv6_header_chain_of_any_shape_is_read_within_its_bounds),
    };
    return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}
