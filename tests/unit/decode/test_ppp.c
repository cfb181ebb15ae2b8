#include "tests/unit/decode/frames.h"

#define A "10.0.0.1:1024 > 10.0.0.2:53 17 [4]"

static const struct frame_case ppp_cases[] = {
    { "address, control, protocol", 9, "ff03 0021" DNS4, A },
    { "without address and control", 9, "0021" DNS4, A },
    { "with the short protocol", 9, "21" DNS4, A },
    { "IPv6", 9, "0057" DNS6, "2001:db8::1:1024 > 2001:db8::2:53 17 [4]" },
    { "MPLS", 9, "0281 00010140" DNS4, A },
    { "direction before it", 204, "01 ff03 0021" DNS4, A },
    { "link control", 9, "c021 01010004", "0000 [6] ppp.unsup_proto" },
    { "no such protocol", 9, "4243 00", "0000 [3] malformed ppp.wrong_type" },
    { "nothing", 9, "ff03", "0000 [2] malformed ppp.pkt_too_small" },
    { "IPv4 too short", 9, "0021 45000020", "0000 [6] malformed ppp.ip4_pkt_too_small" },
    { "IPv6 too short", 9, "0057 60000000", "0000 [6] malformed ppp.ip6_pkt_too_small" },
    { "Van Jacobson's uncompressed too short", 9, "002f 45", "0000 [3] malformed ppp.vju_pkt_too_small" },
    { "PPPoE session", 1, ETH("8864") "11 00 0001 0022 0021" DNS4, A },
    { "PPPoE session with padding", 1, ETH("8864") "11 00 0001 0022 0021" DNS4 "0000", A },
    { "PPPoE as link type", 51, "11 00 0001 0022 0021" DNS4, A },
    { "PPPoE too short", 1, ETH("8864") "11 00 0001 00", "8864 [5] malformed pppoe.pkt_too_small" },
    { "PPPoE session of an odd code", 1, ETH("8864") "11 07 0001 0022 0021" DNS4, "8864 [40] pppoe.wrong_code" },
    { "PPPoE longer than its frame", 1, ETH("8864") "11 00 0001 0023 0021" DNS4, "8864 [40] malformed pppoe.pkt_too_small" },
    { "PPPoE discovery", 1, ETH("8863") "11 09 0000 0004 0101 0000", "8863 [10]" },
    { "PPPoE discovery of an odd code", 1, ETH("8863") "11 08 0000 0000", "8863 [6] malformed pppoe.wrong_code" },
    { "PPPoE tags too long", 1, ETH("8863") "11 09 0000 0004 0101 0001", "8863 [10] malformed pppoe.malformed_tags" },
};

static void ppp_and_pppoe_lead_to_ip_or_say_why_not(void **unused)
{
    (void)unused;
    frames_expect(ppp_cases, FRAMES_COUNT(ppp_cases), false);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(ppp_cases, FRAMES_COUNT(ppp_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ppp_and_pppoe_lead_to_ip_or_say_why_not),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/ppp", tests, NULL, NULL);
}
