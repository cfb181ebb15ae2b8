#include "tests/unit/decode/frames.h"

static void a_rebuilt_datagram_takes_after_the_fragment_that_completed_it(void **unused)
{
    (void)unused;
    uint8_t bytes[FRAME_BYTES_MAX], whole[FRAME_BYTES_MAX];
    size_t n = frame_unhex(ETH("8100") "0064 0800 4500 0020 1234 0001 40 11 0000 0a000001 0a000002" UDP4, bytes);
    struct decoded g = { 0 };
    decoded_bytes(&g, 1, bytes, n, (uint32_t)n);
    assert_true(g.out[0].fragment);
    size_t len = frame_unhex(DNS4, whole);
    assert_int_equal(decode_ip(&g.d, &g.out[0], whole, (uint32_t)len, g.out), 1);      /* in place, too */
    char got[LINE_MAX_BYTES];
    packet_line(&g.out[0], got, sizeof got);
    assert_string_equal(got, "vlan 100: 10.0.0.1:1024 > 10.0.0.2:53 17 [4]");
    assert_true(g.out[0].rebuilt && !g.out[0].fragment);
    assert_ptr_equal(g.out[0].ip, whole);
    assert_ptr_equal(g.out[0].frame, g.bytes);
    assert_int_equal(g.out[0].time_us, 7);
    free(g.bytes);
}

static void events_are_counted_where_they_are_set(void **unused)
{
    (void)unused;
    struct decoded g = { 0 };
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t n = frame_unhex(ETH("0800") "4400 0020 1234 0000 40 11 0000 0a000001 0a000002" UDP4, bytes);
    decoded_bytes(&g, 1, bytes, n, (uint32_t)n);
    assert_int_equal(g.d.counts.events[DECODE_IPV4_HLEN_TOO_SMALL], 1);
    assert_int_equal(g.d.counts.malformed, 1);
    decode_note(&g.d, &g.out[0], DECODE_IPV4_FRAG_OVERLAP);
    assert_true(packet_has(&g.out[0], DECODE_IPV4_FRAG_OVERLAP));
    assert_int_equal(g.d.counts.events[DECODE_IPV4_FRAG_OVERLAP], 1);
    free(g.bytes);
}

static void every_event_has_a_name_of_its_own_and_a_metric(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < DECODE_EVENT_COUNT; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(decode_event_names[i], decode_event_names[k]);
    assert_null(decode_event_names[DECODE_EVENT_COUNT]);
    assert_int_equal(decode_metrics.rows[decode_metrics.count - 1].offset,
                     offsetof(struct decode_counts, events[DECODE_EVENT_COUNT - 1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rebuilt_datagram_takes_after_the_fragment_that_completed_it),
        cmocka_unit_test(events_are_counted_where_they_are_set),
        cmocka_unit_test(every_event_has_a_name_of_its_own_and_a_metric),
    };
    return cmocka_run_group_tests_name("decode/decode", tests, NULL, NULL);
}
