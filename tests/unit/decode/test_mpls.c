#include "tests/unit/decode/frames.h"

#define A "10.0.0.1:1024 > 10.0.0.2:53 17 [4]"

static const struct frame_case mpls_cases[] = {
    { "one label", 1, ETH("8847") "03e81140" DNS4, A },
    { "three labels", 1, ETH("8847") "03e81040 05dc7040 0001e140" DNS4, A },
    { "multicast", 1, ETH("8848") "03e81140" DNS4, A },
    { "explicit null of IPv4", 1, ETH("8847") "00000140" DNS4, A },
    { "explicit null of IPv6", 1, ETH("8847") "00002140" DNS6, "2001:db8::1:1024 > 2001:db8::2:53 17 [4]" },
    { "a pseudowire with its control word", 1, ETH("8847") "03e81140 00000000" ETH("0800") DNS4, A },
    { "half a label", 1, ETH("8847") "03e811", "8847 [3] malformed mpls.header_too_small" },
    { "labels that do not end", 1, ETH("8847") "03e81040 03e81040", "8847 [8] malformed mpls.header_too_small" },
    { "nothing behind", 1, ETH("8847") "03e81140", "8847 [4] malformed mpls.pkt_too_small" },
    { "router alert at the bottom", 1, ETH("8847") "00001140" DNS4, "8847 [36] malformed mpls.bad_label_router_alert" },
    { "implicit null on the wire", 1, ETH("8847") "00003140" DNS4, "8847 [36] malformed mpls.bad_label_implicit_null" },
    { "a reserved label", 1, ETH("8847") "00005140" DNS4, "8847 [36] malformed mpls.bad_label_reserved" },
    { "neither IP nor a control word", 1, ETH("8847") "03e81140 ff", "8847 [5] mpls.unknown_payload_type" },
};

static void labels_are_passed_and_the_payload_told(void **unused)
{
    (void)unused;
    frames_expect(mpls_cases, FRAMES_COUNT(mpls_cases), false);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(mpls_cases, FRAMES_COUNT(mpls_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_passed_and_the_payload_told),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/mpls", tests, NULL, NULL);
}
