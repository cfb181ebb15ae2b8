#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "classify/classify.h"
#include "decode/decode.h"

enum { STORE_BYTES = 1 << 20, PACKET_BYTES_MAX = 2048 };

struct bench {
    struct store    *store;
    struct classify *c;
    struct decoder   d;
    struct flow      flow;
    uint64_t         now_us;
    uint8_t          wire[PACKET_BYTES_MAX];
};

static void bench_limits(struct bench *b, struct classify_limits limits)
{
    struct fault f = { 0 };
    memset(b, 0, sizeof *b);
    b->store = store_new(STORE_BYTES);
    b->c = classify_new(&limits, b->store, &f);
    if (b->c == NULL)
        fail_msg("%s", f.why);
    b->flow.account.most = 4096;
}

static void bench_open(struct bench *b)
{
    bench_limits(b, (struct classify_limits){ .undecided_max = 4, .tcp_packets = 8, .udp_packets = 4 });
}

static void bench_close(struct bench *b)
{
    classify_release(b->c, &b->flow);
    assert_int_equal(b->flow.account.used, 0);
    assert_int_equal(classify_counts(b->c)->undecided, 0);
    classify_free(b->c);
    store_free(b->store);
}

static void be16(uint8_t *at, unsigned n)
{
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

/* One packet of 10.0.0.1:40000 and 10.0.0.2:`port` with this payload. */
static bool offer(struct bench *b, struct flow *flow, uint8_t proto, uint16_t port, bool answer, const char *payload, size_t n)
{
    size_t head = proto == IPPROTO_TCP ? 20 : 8;
    uint8_t *w = b->wire;
    memset(w, 0, sizeof b->wire);
    w[0] = 0x45;
    be16(w + 2, (unsigned)(20 + head + n));
    w[8] = 64;
    w[9] = proto;
    memcpy(w + 12, answer ? "\x0a\0\0\2\x0a\0\0\1" : "\x0a\0\0\1\x0a\0\0\2", 8);
    be16(w + 20, answer ? port : 40000);
    be16(w + 22, answer ? 40000 : port);
    if (proto == IPPROTO_TCP) {
        w[27] = answer ? 200 : 100;
        w[31] = answer ? 100 : 200;
        w[32] = 0x50;
        w[33] = TCP_ACK | TCP_PSH;
    } else {
        be16(w + 24, (unsigned)(8 + n));
    }
    memcpy(w + 20 + head, payload, n);
    struct packet out[DECODE_LAYERS_MAX];
    struct frame frame = { .bytes = w, .caplen = (uint32_t)(20 + head + n), .len = (uint32_t)(20 + head + n),
                           .time_us = b->now_us += 1000, .number = 1, .linktype = 101 };
    decode_frame(&b->d, &frame, out);
    flow->proto = proto;
    return classify_packet(b->c, flow, &out[0]);
}

#define REQUEST "GET /index.html HTTP/1.1\r\nHost: www.fengsui.example\r\nUser-Agent: test/1.0\r\nAccept: */*\r\n\r\n"
#define RESPONSE "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok"

static void a_flow_without_payload_is_not_asked_about(void **unused)
{
    (void)unused;
    struct bench b;
    bench_open(&b);
    assert_false(offer(&b, &b.flow, IPPROTO_TCP, 80, false, "", 0));
    assert_null(classify_of(&b.flow));
    bench_close(&b);
}

static void http_is_named_by_its_content_on_any_port(void **unused)
{
    (void)unused;
    struct bench b;
    bench_open(&b);
    assert_true(offer(&b, &b.flow, IPPROTO_TCP, 12345, false, REQUEST, sizeof REQUEST - 1));
    (void)offer(&b, &b.flow, IPPROTO_TCP, 12345, true, RESPONSE, sizeof RESPONSE - 1);
    classify_finish(b.c, &b.flow);
    const struct classification *is = classify_of(&b.flow);
    assert_string_equal(is->protocol, "HTTP");
    assert_string_equal(is->confidence, "DPI");
    assert_true(is->risks >> 5 & 1);
    assert_string_equal(is->risk_names[5], "known_protocol_on_non_standard_port");
    assert_int_equal(classify_counts(b.c)->named, 1);
    bench_close(&b);
}

static void two_names_are_joined_by_a_dot_and_lent_for_good(void **unused)
{
    (void)unused;
    static const char query[] = "\0\1\1\0\0\1\0\0\0\0\0\0\3www\6google\3com\0\0\1\0\1";
    struct bench b;
    bench_open(&b);
    (void)offer(&b, &b.flow, IPPROTO_UDP, 53, false, query, sizeof query - 1);
    classify_finish(b.c, &b.flow);
    const char *first = classify_of(&b.flow)->protocol;
    assert_string_equal(first, "DNS.Google");
    struct flow other = { .account.most = 4096 };
    (void)offer(&b, &other, IPPROTO_UDP, 53, false, query, sizeof query - 1);
    classify_finish(b.c, &other);
    assert_ptr_equal(classify_of(&other)->protocol, first);
    classify_release(b.c, &other);
    for (int i = 0; i < 3000; i++) {        /* more flows than there is room for names: one name is one name */
        struct flow again = { .account.most = 4096 };
        (void)offer(&b, &again, IPPROTO_UDP, 53, false, query, sizeof query - 1);
        classify_finish(b.c, &again);
        assert_ptr_equal(classify_of(&again)->protocol, first);
        classify_release(b.c, &again);
    }
    bench_close(&b);
}

static void nonsense_is_given_up_after_its_share_of_packets(void **unused)
{
    (void)unused;
    struct bench b;
    bench_open(&b);
    char noise[64];
    for (int i = 0; i < 10; i++) {
        for (size_t k = 0; k < sizeof noise; k++)
            noise[k] = (char)(i * 37 + (int)k * 101 + 11);
        (void)offer(&b, &b.flow, IPPROTO_UDP, 47111, i % 2, noise, sizeof noise);
    }
    assert_int_equal(classify_counts(b.c)->packets, 4);
    assert_int_equal(classify_counts(b.c)->undecided, 0);
    assert_int_equal(classify_counts(b.c)->unknown + classify_counts(b.c)->guessed, 1);
    bench_close(&b);
}

static void the_flow_undecided_for_longest_makes_room(void **unused)
{
    (void)unused;
    struct bench b;
    bench_open(&b);
    struct flow many[6] = { 0 };
    for (size_t i = 0; i < 6; i++) {
        many[i].account.most = 4096;
        (void)offer(&b, &many[i], IPPROTO_UDP, 47111, false, "\x91\x13\x77\x10\x99\x42\x18\x01", 8);
    }
    assert_int_equal(classify_counts(b.c)->undecided, 4);
    assert_int_equal(classify_counts(b.c)->hurried, 2);
    assert_false(offer(&b, &many[0], IPPROTO_UDP, 47111, false, "\x91\x13\x77\x10", 4));       /* decided: not asked again */
    assert_int_equal(classify_counts(b.c)->packets, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_non_null(classify_of(&many[i]));
        classify_release(b.c, &many[i]);
        assert_null(classify_of(&many[i]));
    }
    bench_close(&b);
}

static void a_flow_whose_memory_is_full_is_left_alone_and_counted(void **unused)
{
    (void)unused;
    struct bench b;
    bench_open(&b);
    b.flow.account.most = 0;
    assert_false(offer(&b, &b.flow, IPPROTO_TCP, 80, false, REQUEST, sizeof REQUEST - 1));
    assert_null(classify_of(&b.flow));
    assert_int_equal(classify_counts(b.c)->refused, 1);
    bench_close(&b);
}

static void every_prefix_and_bit_change_of_a_request_is_survived_and_nothing_leaks(void **unused)
{
    (void)unused;
    struct bench b;
    bench_open(&b);
    uint64_t settled = 0;
    char text[] = REQUEST;
    for (size_t round = 0; round < 2; round++) {
        for (size_t n = 1; n < sizeof text; n++) {
            struct flow f = { .account.most = 4096 };
            (void)offer(&b, &f, IPPROTO_TCP, 80, false, text, n);
            classify_release(b.c, &f);
        }
        for (size_t bit = 0; bit < (sizeof text - 1) * 8; bit++) {
            struct flow f = { .account.most = 4096 };
            text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
            (void)offer(&b, &f, IPPROTO_TCP, 80, false, text, sizeof text - 1);
            text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
            classify_release(b.c, &f);
        }
        if (round == 1)
            assert_int_equal(classify_counts(b.c)->bytes, settled);     /* the first round fills nDPI's own caches */
        settled = classify_counts(b.c)->bytes;
    }
    bench_close(&b);
}

static void every_risk_and_protocol_has_a_name(void **unused)
{
    (void)unused;
    struct bench b;
    bench_open(&b);
    size_t risks = 0;
    unsigned protocols = 0;
    while (classify_risk_names[risks] != NULL)
        risks++;
    assert_in_range(risks, 42, 64);
    while (classify_protocol_name(b.c, protocols) != NULL)
        protocols++;
    assert_true(protocols > 250);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flow_without_payload_is_not_asked_about),
        cmocka_unit_test(http_is_named_by_its_content_on_any_port),
        cmocka_unit_test(two_names_are_joined_by_a_dot_and_lent_for_good),
        cmocka_unit_test(nonsense_is_given_up_after_its_share_of_packets),
        cmocka_unit_test(the_flow_undecided_for_longest_makes_room),
        cmocka_unit_test(a_flow_whose_memory_is_full_is_left_alone_and_counted),
        cmocka_unit_test(every_prefix_and_bit_change_of_a_request_is_survived_and_nothing_leaks),
        cmocka_unit_test(every_risk_and_protocol_has_a_name),
    };
    return cmocka_run_group_tests_name("classify", tests, NULL, NULL);
}
