#include "tests/unit/decode/frames.h"

#define A "10.0.0.1:1024 > 10.0.0.2:53 17 [4]"
#define B "2001:db8::1:1024 > 2001:db8::2:53 17 [4]"
#define OUTER(total, proto) "4500" total "0001 0000 40" proto "0000 c6336401 cb007101"
#define O "198.51.100.1:0 > 203.0.113.1:0 "
#define OUTER_UDP(total, ports, length) OUTER(total, "11") ports length "0000"

static const struct frame_case tunnel_cases[] = {
    { "GRE", 101, OUTER("0038", "2f") "0000 0800" DNS4, O "47 [36] no transport | gre: " A },
    { "GRE with key and sequence", 101, OUTER("0040", "2f") "3000 0800 0000002a 00000001" DNS4, O "47 [44] no transport | gre: " A },
    { "GRE with checksum", 101, OUTER("003c", "2f") "8000 0800 00000000" DNS4, O "47 [40] no transport | gre: " A },
    { "GRE with a source route", 101, OUTER("0048", "2f") "4000 0800 00000000 0800 00 04 0a000009 0000 00 00" DNS4,
      O "47 [52] no transport | gre: " A },
    { "GRE with a route that is too long", 101, OUTER("0024", "2f") "4000 0800 00000000 0800 00 04 0a0000" "00",
      O "47 [16] no transport malformed gre.version0_malformed_sre_hdr" },
    { "GRE with Ethernet", 101, OUTER("0046", "2f") "0000 6558" ETH("0800") DNS4, O "47 [50] no transport | gre: " A },
    { "GRE with IPv6", 101, OUTER("004c", "2f") "0000 86dd" DNS6, O "47 [56] no transport | gre: " B },
    { "GRE with what nobody knows", 101, OUTER("001a", "2f") "0000 4242 0000", O "47 [6] no transport" },
    { "GRE with WCCP's four bytes", 101, OUTER("003c", "2f") "0000 883e 00000000" DNS4, O "47 [40] no transport | gre: " A },
    { "PPTP", 101, OUTER("0048", "2f") "3081 880b 0024 0001 00000001 00000002 ff03 0021" DNS4, O "47 [52] no transport | pptp: " A },
    { "a PPTP acknowledgement", 101, OUTER("0020", "2f") "2081 880b 0000 0001 00000002", O "47 [12] no transport" },
    { "three bytes of GRE", 101, OUTER("0017", "2f") "0000 08", O "47 [3] no transport malformed gre.pkt_too_small" },
    { "GRE version 2", 101, OUTER("0018", "2f") "0002 0800", O "47 [4] no transport malformed gre.wrong_version" },
    { "GRE with recursion", 101, OUTER("0018", "2f") "0100 0800", O "47 [4] no transport malformed gre.version0_recur" },
    { "GRE with reserved flags", 101, OUTER("0018", "2f") "0008 0800", O "47 [4] no transport malformed gre.version0_flags" },
    { "GRE header beyond the packet", 101, OUTER("001a", "2f") "2000 0800 0000", O "47 [6] no transport malformed gre.version0_hdr_too_big" },
    { "PPTP with a checksum", 101, OUTER("0018", "2f") "a001 880b", O "47 [4] no transport malformed gre.version1_chksum" },
    { "PPTP with a route", 101, OUTER("0018", "2f") "6001 880b", O "47 [4] no transport malformed gre.version1_route" },
    { "PPTP with a strict route", 101, OUTER("0018", "2f") "2801 880b", O "47 [4] no transport malformed gre.version1_ssr" },
    { "PPTP with recursion", 101, OUTER("0018", "2f") "2101 880b", O "47 [4] no transport malformed gre.version1_recur" },
    { "PPTP with reserved flags", 101, OUTER("0018", "2f") "2009 880b", O "47 [4] no transport malformed gre.version1_flags" },
    { "PPTP with IPv4", 101, OUTER("0018", "2f") "2001 0800", O "47 [4] no transport malformed gre.version1_wrong_protocol" },
    { "PPTP without a key", 101, OUTER("0018", "2f") "0001 880b", O "47 [4] no transport malformed gre.version1_no_key" },
    { "PPTP header beyond the packet", 101, OUTER("001a", "2f") "2001 880b 0024", O "47 [6] no transport malformed gre.version1_hdr_too_big" },
    { "ERSPAN I", 101, OUTER("0046", "2f") "0000 88be" ETH("0800") DNS4, O "47 [50] no transport | erspan: " A },
    { "ERSPAN II with its VLAN", 101, OUTER("0052", "2f") "1000 88be 00000001 1064 0001 00000000" ETH("0800") DNS4,
      O "47 [62] no transport | vlan 100: erspan: " A },
    { "ERSPAN III", 101, OUTER("0056", "2f") "1000 22eb 00000001 2000 0001 00000000 00000000" ETH("0800") DNS4,
      O "47 [66] no transport | erspan: " A },
    { "ERSPAN III with its subheader", 101, OUTER("005e", "2f") "1000 22eb 00000001 2000 0001 00000000 00000001 0000000000000000" ETH("0800") DNS4,
      O "47 [74] no transport | erspan: " A },
    { "ERSPAN of no version", 101, OUTER("0024", "2f") "1000 88be 00000001 3000 0001 00000000",
      O "47 [16] no transport malformed erspan.unsupported_version" },
    { "ERSPAN too short", 101, OUTER("0020", "2f") "1000 88be 00000001 1000 0001", O "47 [12] no transport malformed erspan.header_too_small" },
    { "VXLAN", 101, OUTER_UDP("0052", "c000 12b5", "003e") "08000000 00002a00" ETH("0800") DNS4,
      "198.51.100.1:49152 > 203.0.113.1:4789 17 [54] | vxlan: " A },
    { "VXLAN with a VLAN inside", 101, OUTER_UDP("0056", "c000 12b5", "0042") "08000000 00002a00" ETH("8100") "0064 0800" DNS4,
      "198.51.100.1:49152 > 203.0.113.1:4789 17 [58] | vlan 100: vxlan: " A },
    { "VXLAN of an unknown inside", 101, OUTER_UDP("0032", "c000 12b5", "001e") "08000000 00002a00" ETH("4242"),
      "198.51.100.1:49152 > 203.0.113.1:4789 17 [22] vxlan.unknown_payload_type" },
    { "something else on VXLAN's port", 101, OUTER_UDP("0020", "c000 12b5", "000c") "61626364", "198.51.100.1:49152 > 203.0.113.1:4789 17 [4]" },
    { "GENEVE with options", 101, OUTER_UDP("0056", "c001 17c1", "0042") "0100 6558 00002a00 00000000" ETH("0800") DNS4,
      "198.51.100.1:49153 > 203.0.113.1:6081 17 [58] | geneve: " A },
    { "GENEVE with IPv6 directly", 101, OUTER_UDP("0058", "c001 17c1", "0044") "0000 86dd 00002a00" DNS6,
      "198.51.100.1:49153 > 203.0.113.1:6081 17 [60] | geneve: " B },
    { "GENEVE of an unknown inside", 101, OUTER_UDP("0024", "c001 17c1", "0010") "0000 4242 00002a00",
      "198.51.100.1:49153 > 203.0.113.1:6081 17 [8] geneve.unknown_payload_type" },
    { "Teredo", 101, OUTER_UDP("0050", "c002 0dd8", "003c") DNS6, "198.51.100.1:49154 > 203.0.113.1:3544 17 [52] | teredo: " B },
    { "Teredo with authentication and origin", 101, OUTER_UDP("0065", "0dd8 c002", "0051") "0001 0000 0000000000000000 00 0000 1234 0a000001" DNS6,
      "198.51.100.1:3544 > 203.0.113.1:49154 17 [73] | teredo: " B },
    { "something else on Teredo's port", 101, OUTER_UDP("0020", "c002 0dd8", "000c") "61626364", "198.51.100.1:49154 > 203.0.113.1:3544 17 [4]" },
    { "GTP-U", 101, OUTER_UDP("0044", "0868 0868", "0030") "30 ff 0020 00000001" DNS4, "198.51.100.1:2152 > 203.0.113.1:2152 17 [40] | gtp: " A },
    { "GTP-U with an extension header", 101, OUTER_UDP("004c", "0868 0868", "0038") "34 ff 0028 00000001 0000 00 85 01 0001 00" DNS4,
      "198.51.100.1:2152 > 203.0.113.1:2152 17 [48] | gtp: " A },
    { "GTP-U echo", 101, OUTER_UDP("0024", "0868 0868", "0010") "30 01 0000 00000000", "198.51.100.1:2152 > 203.0.113.1:2152 17 [8]" },
    { "IPv4 in IPv4", 101, OUTER("0034", "04") DNS4, O "4 [32] no transport | ip-in-ip: " A },
    { "IPv6 in IPv4", 101, OUTER("0048", "29") DNS6, O "41 [52] no transport | ip-in-ip: " B },
    { "IPv4 in IPv6", 101, IP6("0020", "04") DNS4, "2001:db8::1:0 > 2001:db8::2:0 4 [32] no transport | ip-in-ip: " A },
    { "IPv6 in IPv6", 101, IP6("0034", "29") DNS6, "2001:db8::1:0 > 2001:db8::2:0 41 [52] no transport | ip-in-ip: " B },
    { "too little IPv4 in IPv6", 101, IP6("0004", "04") "45000020",
      "2001:db8::1:0 > 2001:db8::2:0 4 [4] no transport malformed ipv6.ipv4_in_ipv6_too_small" },
    { "no IPv4 in IPv6", 101, IP6("0014", "04") "5500 0020 1234 0000 40 11 0000 0a000001 0a000002",
      "2001:db8::1:0 > 2001:db8::2:0 4 [20] no transport malformed ipv6.ipv4_in_ipv6_wrong_version" },
    { "too little IPv6 in IPv6", 101, IP6("0004", "29") "60000000",
      "2001:db8::1:0 > 2001:db8::2:0 41 [4] no transport malformed ipv6.ipv6_in_ipv6_too_small" },
    { "ARP in GRE", 101, OUTER("0020", "2f") "0000 0806 0001 0800 0604 0001", O "47 [12] no transport | gre: 0806 [8]" },
};

static void every_tunnel_gives_the_packet_inside(void **unused)
{
    (void)unused;
    frames_expect(tunnel_cases, FRAMES_COUNT(tunnel_cases), false);
}

static void tunnels_in_tunnels_end_at_the_limit(void **unused)
{
    (void)unused;
    char hex[FRAME_BYTES_MAX] = "";
    for (int i = 12; i > 0; i--) {
        char outer[128];
        snprintf(outer, sizeof outer, "4500 %04x 0001 0000 40 04 0000 c6336401 cb007101", 20 * i + 32);
        strcat(hex, outer);
    }
    strcat(hex, DNS4);
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t n = frame_unhex(hex, bytes);
    struct decoded g = { 0 };
    decoded_bytes(&g, 101, bytes, n, (uint32_t)n);
    assert_int_equal(g.count, DECODE_LAYERS_MAX);
    assert_int_equal(g.out[g.count - 1].depth, DECODE_LAYERS_MAX - 1);
    assert_true(packet_has(&g.out[g.count - 1], DECODE_TOO_MANY_LAYERS));
    free(g.bytes);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(tunnel_cases, FRAMES_COUNT(tunnel_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tunnel_gives_the_packet_inside),
        cmocka_unit_test(tunnels_in_tunnels_end_at_the_limit),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/tunnel", tests, NULL, NULL);
}
