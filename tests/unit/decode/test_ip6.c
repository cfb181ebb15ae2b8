#include "tests/unit/decode/frames.h"

#define ENDS "20010db8000000000000000000000001 20010db8000000000000000000000002"
#define P6(length, next, rest) "60000000" length next "40" ENDS rest
#define B "2001:db8::1:1024 > 2001:db8::2:53 17 [4]"
#define WHO(rest) "2001:db8::1:0 > 2001:db8::2:0 " rest
#define ICMP6(length, hops, rest) "60000000" length "3a" hops ENDS rest

static const struct frame_case ip6_cases[] = {
    { "plain", 101, DNS6, B },
    { "another version", 229, "50000000 000c 11 40" ENDS UDP4, "86dd [52] malformed ipv6.wrong_ip_version" },
    { "39 bytes", 229, "60000000 000c 11 40 20010db8000000000000000000000001 20010db80000000000000000000000",
      "86dd [39] malformed ipv6.pkt_too_small" },
    { "a payload beyond the frame", 101, P6("000d", "11", UDP4), WHO("17 [0] no transport malformed ipv6.trunc_pkt") },
    { "padding behind it", 101, P6("000c", "11", UDP4 "0000"), B },
    { "hop-by-hop with router alert", 101, P6("0014", "00", "1100 05020000 0000" UDP4), B },
    { "hop-by-hop with nothing but padding", 101, P6("0014", "00", "1100 010400000000" UDP4), B " ipv6.hopopts_only_padding" },
    { "PadN of nothing", 101, P6("0014", "00", "1100 0100 05020000" UDP4), B " ipv6.zero_len_padn" },
    { "an unknown hop-by-hop option", 101, P6("0014", "00", "1100 1e0400000000" UDP4), B " ipv6.hopopts_unknown_opt" },
    { "an option that is too long", 101, P6("0014", "00", "1100 1e0500000000" UDP4), B " ipv6.exthdr_invalid_optlen" },
    { "a router alert that is too short", 101, P6("0014", "00", "1100 050100 010100" UDP4), B " ipv6.exthdr_invalid_optlen" },
    { "two hop-by-hop headers", 101, P6("001c", "00", "0000 05020000 0000 1100 05020000 0000" UDP4), B " ipv6.exthdr_dupl_hh" },
    { "destination options of mobility", 101, P6("0024", "3c", "1102 0102 0000 c910 20010db8000000000000000000000003" UDP4), B },
    { "an unknown destination option", 101, P6("0014", "3c", "1100 1e0400000000" UDP4), B " ipv6.dstopts_unknown_opt" },
    { "destination options of padding", 101, P6("0014", "3c", "1100 010400000000" UDP4), B " ipv6.dstopts_only_padding" },
    { "three destination headers", 101,
      P6("0024", "3c", "3c00 c9 0000 0000 00 3c00 010400000000 1100 010400000000" UDP4),
      B " ipv6.exthdr_dupl_dh ipv6.exthdr_invalid_optlen ipv6.dstopts_only_padding" },
    { "routing", 101, P6("0014", "2b", "1100 0200 00000000" UDP4), B },
    { "routing of type 0", 101, P6("0014", "2b", "1100 0000 00000000" UDP4), B " ipv6.rh_type_0" },
    { "routing twice", 101, P6("001c", "2b", "2b00 0200 00000000 1100 0200 00000000" UDP4), B " ipv6.exthdr_dupl_rh" },
    { "authentication", 101, P6("001c", "33", "1102 0000 00000001 00000001 00000000" UDP4), B },
    { "authentication with a reserved field", 101, P6("001c", "33", "1102 0001 00000001 00000001 00000000" UDP4),
      B " ipv6.exthdr_ah_res_not_null" },
    { "authentication twice", 101, P6("0020", "33", "3301 0000 00000001 00000001 1101 0000 00000001 00000001" "00000000 00000000"),
      WHO("17 [8] no transport malformed ipv6.exthdr_dupl_ah udp.len_invalid") },
    { "a header beyond the packet", 101, P6("0008", "00", "1101 0502 0000 0100"), WHO("17 [0] no transport malformed ipv6.trunc_exthdr") },
    { "the first fragment", 101, P6("0010", "2c", "1100 0001 00000009 0400 0035 000c 0000"), WHO("17 [8] no transport fragment") },
    { "a fragment that is no multiple of eight", 101, P6("000c", "2c", "1100 0001 00000009 0400 0035"),
      WHO("17 [4] no transport fragment ipv6.frag_invalid_length") },
    { "the last fragment", 101, P6("000c", "2c", "1100 0008 00000009 61626364"), WHO("17 [4] no transport fragment") },
    { "a fragment header for nothing", 101, P6("0014", "2c", "1100 0000 00000009" UDP4), B " ipv6.exthdr_useless_fh" },
    { "a fragment header with a reserved field", 101, P6("0014", "2c", "1101 0000 00000009" UDP4),
      B " ipv6.exthdr_useless_fh ipv6.fh_non_zero_reserved_field" },
    { "two fragment headers", 101, P6("001c", "2c", "2c00 0000 00000009 1100 0000 00000009" UDP4),
      B " ipv6.exthdr_dupl_fh ipv6.exthdr_useless_fh" },
    { "nothing next", 101, P6("0000", "3b", ""), WHO("59 [0] no transport") },
    { "data behind nothing", 101, P6("0002", "3b", "6162"), WHO("59 [2] no transport ipv6.data_after_none_header") },
    { "nobody knows what", 101, P6("0002", "fd", "6162"), WHO("253 [2] no transport ipv6.unknown_next_header") },
    { "ICMP of IPv4", 101, P6("0008", "01", "08000000 00000000"), WHO("1 [8] no transport ipv6.icmpv4") },
    { "TCP announced and nothing there", 101, P6("0000", "06", ""), WHO("6 [0] no transport malformed tcp.pkt_too_small") },
    { "a chain that ends before its transport", 101, P6("0008", "2c", "0600 0000 00000009"),
      WHO("6 [0] no transport malformed ipv6.trunc_exthdr ipv6.exthdr_useless_fh") },
    { "an extension header announced and nothing there", 101, P6("0000", "00", ""), WHO("0 [0] no transport malformed ipv6.trunc_exthdr") },
    { "echo", 101, ICMP6("000c", "40", "80000000 00010002 61626364"), WHO("58 [4]") },
    { "echo of an odd code", 101, ICMP6("0008", "40", "80010000 00010002"), WHO("58 [0] icmpv6.unknown_code") },
    { "ICMPv6 of four bytes", 101, ICMP6("0004", "40", "80000000"), WHO("58 [4] no transport malformed icmpv6.pkt_too_small") },
    { "an error that quotes a packet", 101, ICMP6("003c", "40", "01000000 00000000" DNS6), WHO("58 [52]") },
    { "an error that quotes too little", 101, ICMP6("0009", "40", "01000000 00000000 60"), WHO("58 [1] icmpv6.ipv6_trunc_pkt") },
    { "an error that quotes IPv4", 101, ICMP6("0030", "40", "01000000 00000000 45" "000000" ENDS "00000000"),
      WHO("58 [40] icmpv6.ipv6_unknown_version") },
    { "a listener report from afar", 101, ICMP6("0008", "40", "83000000 00000000"), WHO("58 [0] icmpv6.mld_message_with_invalid_hl") },
    { "a listener report from the link", 101, ICMP6("0008", "01", "83000000 00000000"), WHO("58 [0]") },
    { "an unassigned type", 101, ICMP6("0008", "40", "66000000 00000000"), WHO("58 [0] icmpv6.unassigned_type") },
    { "an experiment", 101, ICMP6("0008", "40", "c8000000 00000000"), WHO("58 [0] icmpv6.experimentation_type") },
    { "type zero", 101, ICMP6("0008", "40", "00000000 00000000"), WHO("58 [0] icmpv6.unknown_type") },
};

static void ip6_is_read_and_its_departures_named(void **unused)
{
    (void)unused;
    frames_expect(ip6_cases, FRAMES_COUNT(ip6_cases), false);
}

static void extension_headers_are_part_of_the_header_length(void **unused)
{
    (void)unused;
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t n = frame_unhex(P6("0014", "00", "1100 05020000 0000" UDP4), bytes);
    struct decoded g = { 0 };
    decoded_bytes(&g, 101, bytes, n, (uint32_t)n);
    assert_int_equal(g.out[0].ip_header_len, 48);
    assert_int_equal(g.out[0].ip_len, 60);
    assert_ptr_equal(g.out[0].transport, g.bytes + 48);
    free(g.bytes);
}

static void a_chain_without_end_is_cut_off(void **unused)
{
    (void)unused;
    char hex[FRAME_BYTES_MAX] = "60000000 0258 3c 40" ENDS;
    for (int i = 0; i < 75; i++)
        strcat(hex, "3c00 000000000000");
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t n = frame_unhex(hex, bytes);
    struct decoded g = { 0 };
    decoded_bytes(&g, 101, bytes, n, (uint32_t)n);
    assert_true(packet_has(&g.out[0], DECODE_TOO_MANY_LAYERS));
    assert_true(g.out[0].malformed);
    free(g.bytes);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(ip6_cases, FRAMES_COUNT(ip6_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ip6_is_read_and_its_departures_named),
        cmocka_unit_test(extension_headers_are_part_of_the_header_length),
        cmocka_unit_test(a_chain_without_end_is_cut_off),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/ip6", tests, NULL, NULL);
}
