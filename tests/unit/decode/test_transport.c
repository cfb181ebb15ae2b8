#include "tests/unit/decode/frames.h"

#define TCP(total, offset, rest) "4500" total "1234 0000 40 06 0000 0a000001 0a000002 0400 0050 00000001 00000002" offset "10 2000 0000 0000" rest
#define T "10.0.0.1:1024 > 10.0.0.2:80 6 "
#define WHO(rest) "10.0.0.1:0 > 10.0.0.2:0 " rest
#define ICMP(total, rest) IP4(total, "01") rest

static const struct frame_case transport_cases[] = {
    { "TCP", 101, TCP("002a", "50", "6869"), T "[2]" },
    { "TCP with a time stamp", 101, TCP("0034", "80", "0101080a 00000001 00000002"), T "[0]" },
    { "TCP with a SYN's options", 101, TCP("003c", "a0", "020405b4 0402080a 00000001 00000000 01030307"), T "[0]" },
    { "TCP options that end early", 101, TCP("002c", "60", "00ffffff"), T "[0]" },
    { "TCP selective acknowledgement", 101, TCP("0034", "80", "0101050a 00000001 00000002"), T "[0]" },
    { "TCP selective acknowledgement of nothing", 101, TCP("002c", "60", "01010502"), T "[0]" },
    { "TCP selective acknowledgement of half a block", 101, TCP("0030", "70", "01010506 00000001"), T "[0] tcp.opt_invalid_len" },
    { "19 bytes of TCP", 101, IP4("0027", "06") "0400 0050 00000001 00000002 5010 2000 0000 00",
      WHO("6 [19] no transport malformed tcp.pkt_too_small") },
    { "TCP header beyond the packet", 101, TCP("0028", "60", ""), WHO("6 [20] no transport malformed tcp.hlen_too_small") },
    { "TCP header of 16 bytes", 101, TCP("0028", "40", ""), WHO("6 [20] no transport malformed tcp.invalid_optlen") },
    { "TCP maximum segment size of five bytes", 101, TCP("0030", "70", "020505b4 00000000"), T "[0] tcp.opt_invalid_len" },
    { "TCP option longer than the options", 101, TCP("002c", "60", "02050000"), T "[0] tcp.opt_invalid_len" },
    { "TCP option of length zero", 101, TCP("002c", "60", "fe000000"), T "[0] tcp.opt_invalid_len" },
    { "TCP window scale twice", 101, TCP("0030", "70", "01030307 01030307"), T "[0] tcp.opt_duplicate" },
    { "UDP", 101, DNS4, "10.0.0.1:1024 > 10.0.0.2:53 17 [4]" },
    { "7 bytes of UDP", 101, IP4("001b", "11") "0400 0035 0008 00", WHO("17 [7] no transport malformed udp.hlen_too_small") },
    { "UDP length below its header", 101, IP4("001c", "11") "0400 0035 0007 0000", WHO("17 [8] no transport malformed udp.len_invalid") },
    { "UDP length beyond the packet", 101, IP4("001c", "11") "0400 0035 0009 0000", WHO("17 [8] no transport malformed udp.pkt_too_small") },
    { "UDP shorter than the packet", 101, IP4("001e", "11") "0400 0035 0009 0000 6162", "10.0.0.1:1024 > 10.0.0.2:53 17 [1]" },
    { "SCTP", 101, IP4("0022", "84") "0b59 0b59 00000001 00000000 0000", "10.0.0.1:2905 > 10.0.0.2:2905 132 [2]" },
    { "11 bytes of SCTP", 101, IP4("001f", "84") "0b59 0b59 00000001 000000", WHO("132 [11] no transport malformed sctp.pkt_too_small") },
    { "UDP behind an authentication header", 101, IP4("0038", "33") "1104 0000 00000001 00000001 000000000000000000000000" UDP4,
      "10.0.0.1:1024 > 10.0.0.2:53 17 [4]" },
    { "an authentication header beyond the packet", 101, IP4("001c", "33") "1104 0000 00000001", WHO("51 [8] no transport") },
    { "echo", 101, ICMP("0020", "0800 0000 0001 0002 61626364"), WHO("1 [4]") },
    { "echo of an odd code", 101, ICMP("001c", "0801 0000 0001 0002"), WHO("1 [0] icmpv4.unknown_code") },
    { "7 bytes of ICMP", 101, ICMP("001b", "0800 0000 0001 00"), WHO("1 [7] no transport malformed icmpv4.pkt_too_small") },
    { "an ICMP type of no kind", 101, ICMP("001c", "0700 0000 0001 0002"), WHO("1 [0] icmpv4.unknown_type") },
    { "port unreachable", 101, ICMP("0038", "0303 0000 00000000" DNS4), WHO("1 [28]") },
    { "unreachable that quotes too little", 101, ICMP("0020", "0303 0000 00000000 45000020"), WHO("1 [4] icmpv4.ipv4_trunc_pkt") },
    { "unreachable that quotes IPv6", 101, ICMP("0030", "0303 0000 00000000 60000020 1234 0000 40 11 0000 0a000001 0a000002"),
      WHO("1 [20] icmpv4.ipv4_unknown_ver") },
};

/* The same conversation with checksums: right, then one bit wrong. */
static const struct frame_case checksum_cases[] = {
    { "UDP, right", 101, "4500 0020 1234 0000 40 11 5497 0a000001 0a000002 0400 0035 000c 22d8 61626364", "10.0.0.1:1024 > 10.0.0.2:53 17 [4]" },
    { "UDP, wrong", 101, "4500 0020 1234 0000 40 11 5497 0a000001 0a000002 0400 0035 000c 22d9 61626364",
      "10.0.0.1:1024 > 10.0.0.2:53 17 [4] bad checksum udp.checksum" },
    { "UDP, none", 101, "4500 0020 1234 0000 40 11 5497 0a000001 0a000002 0400 0035 000c 0000 61626364", "10.0.0.1:1024 > 10.0.0.2:53 17 [4]" },
    { "TCP, right, odd length", 101, "4500 0029 1234 0000 40 06 5499 0a000001 0a000002 0400 0050 00000001 00000002 5010 2000 167e 0000 61",
      T "[1]" },
    { "TCP, wrong", 101, "4500 0029 1234 0000 40 06 5499 0a000001 0a000002 0400 0050 00000001 00000002 5010 2000 167e 0000 62",
      T "[1] bad checksum tcp.checksum" },
    { "ICMP, right", 101, "4500 001c 1234 0000 40 01 54ab 0a000001 0a000002 0800 f7fc 0001 0002", WHO("1 [0]") },
    { "ICMP, wrong", 101, "4500 001c 1234 0000 40 01 54ab 0a000001 0a000002 0800 f7fd 0001 0002", WHO("1 [0] bad checksum icmpv4.checksum") },
    { "ICMPv6, right", 101, "60000000 0008 3a 40 20010db8000000000000000000000001 20010db8000000000000000000000002 8000 2445 0001 0002",
      "2001:db8::1:0 > 2001:db8::2:0 58 [0]" },
    { "ICMPv6, wrong", 101, "60000000 0008 3a 40 20010db8000000000000000000000001 20010db8000000000000000000000002 8000 2444 0001 0002",
      "2001:db8::1:0 > 2001:db8::2:0 58 [0] bad checksum icmpv6.checksum" },
};

static void transports_are_read_and_their_departures_named(void **unused)
{
    (void)unused;
    frames_expect(transport_cases, FRAMES_COUNT(transport_cases), false);
}

static void checksums_are_validated_when_asked(void **unused)
{
    (void)unused;
    frames_expect(checksum_cases, FRAMES_COUNT(checksum_cases), true);
}

static struct decoded decoded_hex(const char *hex, size_t cut)
{
    uint8_t bytes[FRAME_BYTES_MAX];
    struct decoded g = { 0 };
    size_t n = frame_unhex(hex, bytes);
    decoded_bytes(&g, 101, bytes, n - cut, (uint32_t)n);
    return g;
}

static void tcp_fields_are_where_they_should_be(void **unused)
{
    (void)unused;
    struct decoded g = decoded_hex(TCP("0036", "80", "0101080a 00000001 00000002 6869"), 0);
    const struct packet *p = &g.out[0];
    assert_int_equal(p->tcp_seq, 1);
    assert_int_equal(p->tcp_ack, 2);
    assert_int_equal(p->tcp_flags, TCP_ACK);
    assert_int_equal(p->tcp_window, 0x2000);
    assert_int_equal(p->transport_len, 32);
    assert_memory_equal(p->payload, "hi", 2);
    free(g.bytes);
}

static void a_cut_segment_says_how_long_it_was(void **unused)
{
    (void)unused;
    struct decoded g = decoded_hex(TCP("0036", "80", "0101080a 00000001 00000002 6869"), 1);
    assert_int_equal(g.out[0].payload_len, 1);
    assert_int_equal(g.out[0].payload_claimed, 2);
    free(g.bytes);
    g = decoded_hex(TCP("0036", "80", "0101080a 00000001 00000002 6869"), 6);      /* into the options */
    assert_true(g.out[0].transport_ok && g.out[0].truncated && !g.out[0].malformed);
    assert_int_equal(g.out[0].payload_len, 0);
    assert_int_equal(g.out[0].payload_claimed, 2);
    free(g.bytes);
}

static void an_icmp_error_shows_the_packet_it_quotes(void **unused)
{
    (void)unused;
    struct decoded g = decoded_hex(ICMP("0038", "0303 0000 00000000" DNS4), 0);
    assert_ptr_equal(g.out[0].icmp_inner, g.bytes + 28);
    assert_int_equal(g.out[0].icmp_inner_len, 28);
    assert_int_equal(g.out[0].icmp_type, 3);
    assert_int_equal(g.out[0].icmp_code, 3);
    free(g.bytes);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(transport_cases, FRAMES_COUNT(transport_cases));
    frames_torture(checksum_cases, FRAMES_COUNT(checksum_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transports_are_read_and_their_departures_named),
        cmocka_unit_test(checksums_are_validated_when_asked),
        cmocka_unit_test(tcp_fields_are_where_they_should_be),
        cmocka_unit_test(a_cut_segment_says_how_long_it_was),
        cmocka_unit_test(an_icmp_error_shows_the_packet_it_quotes),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/transport", tests, NULL, NULL);
}
