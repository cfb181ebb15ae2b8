#include "tests/unit/decode/frames.h"

#define A "10.0.0.1:1024 > 10.0.0.2:53 17 [4]"

static const struct frame_case vlan_cases[] = {
    { "802.1Q", 1, ETH("8100") "0064 0800" DNS4, "vlan 100: " A },
    { "priority bits are not the number", 1, ETH("8100") "e064 0800" DNS4, "vlan 100: " A },
    { "QinQ, outermost first", 1, ETH("88a8") "00c8 8100 0064 0800" DNS4, "vlan 200: vlan 100: " A },
    { "three tags", 1, ETH("9100") "0001 8100 0002 8100 0003 0800" DNS4, "vlan 1: vlan 2: vlan 3: " A },
    { "four tags", 1, ETH("8100") "0001 8100 0002 8100 0003 8100 0004 0800" DNS4,
      "vlan 1: vlan 2: vlan 3: 8100 [36] malformed vlan.too_many_layers" },
    { "half a tag", 1, ETH("8100") "0064 08", "8100 [3] malformed vlan.header_too_small" },
    { "a tag before nothing known", 1, ETH("8100") "0064 1234", "vlan 100: 1234 [0] vlan.unknown_type" },
    { "GOOSE in a VLAN", 1, ETH("8100") "0064 88b8 0001", "vlan 100: 88b8 [2]" },
    { "802.1ah", 1, ETH("88e7") "00000001 020000000004 020000000003 0800" DNS4, A },
    { "802.1ah too short", 1, ETH("88e7") "00000001 0200", "88e7 [6] malformed ieee8021ah.header_too_small" },
    { "VN-Tag", 1, ETH("8926") "00000000 0800" DNS4, A },
    { "VN-Tag too short", 1, ETH("8926") "00000000", "8926 [4] malformed vntag.header_too_small" },
    { "VN-Tag before nothing known", 1, ETH("8926") "00000000 1234", "1234 [0] vntag.unknown_type" },
    { "FabricPath", 1, ETH("8903") "0001" ETH("0800") DNS4, A },
    { "FabricPath too short", 1, ETH("8903") "0001 0200", "8903 [4] malformed dce.pkt_too_small" },
};

static void tags_are_read_and_what_is_behind_them(void **unused)
{
    (void)unused;
    frames_expect(vlan_cases, FRAMES_COUNT(vlan_cases), false);
}

static void headers_without_end_are_cut_off(void **unused)
{
    (void)unused;
    char hex[FRAME_BYTES_MAX] = ETH("8926");
    for (int i = 0; i < 40; i++)
        strcat(hex, "00000000 8926");
    const struct frame_case many = { "forty VN-Tags", 1, hex, "8926 [144] malformed too_many_layers" };
    frames_expect(&many, 1, false);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(vlan_cases, FRAMES_COUNT(vlan_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_read_and_what_is_behind_them),
        cmocka_unit_test(headers_without_end_are_cut_off),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/vlan", tests, NULL, NULL);
}
