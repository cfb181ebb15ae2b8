#include "tests/unit/decode/frames.h"

#define ENDS "40 11 0000 0a000001 0a000002"
#define WITH_OPTIONS(words, total, options) "4" words "00" total "1234 0000" ENDS options UDP4
#define A "10.0.0.1:1024 > 10.0.0.2:53 17 [4]"
#define NONE "10.0.0.1:0 > 10.0.0.2:0 17 [0] no transport"

static const struct frame_case ip4_cases[] = {
    { "plain", 101, DNS4, A },
    { "another version", 228, "5500 0020 1234 0000" ENDS UDP4, "0800 [32] malformed ipv4.wrong_ip_version" },
    { "19 bytes", 228, "4500 0020 1234 0000 40 11 0000 0a000001 0a0000", "0800 [19] malformed ipv4.pkt_too_small" },
    { "a header of 16 bytes", 101, "4400 0020 1234 0000" ENDS UDP4, NONE " malformed ipv4.hlen_too_small" },
    { "a total below the header", 101, "4500 0013 1234 0000" ENDS UDP4, NONE " malformed ipv4.iplen_smaller_than_hlen" },
    { "a total beyond the frame", 101, "4500 0021 1234 0000" ENDS UDP4, NONE " malformed ipv4.trunc_pkt" },
    { "the first fragment", 101, "4500 0020 1234 2000" ENDS UDP4, "10.0.0.1:0 > 10.0.0.2:0 17 [12] no transport fragment" },
    { "the last fragment", 101, "4500 0020 1234 0003" ENDS UDP4, "10.0.0.1:0 > 10.0.0.2:0 17 [12] no transport fragment" },
    { "do not fragment", 101, "4500 0020 1234 4000" ENDS UDP4, A },
    { "eight bytes of NOP", 101, WITH_OPTIONS("7", "0028", "01010101 01010101"), A },
    { "four bytes of options", 101, WITH_OPTIONS("6", "0024", "01010101"), A " ipv4.opt_pad_required" },
    { "end of options", 101, WITH_OPTIONS("7", "0028", "00ffffff ffffffff"), A },
    { "router alert", 101, WITH_OPTIONS("7", "0028", "94040000 00000000"), A },
    { "router alert of five bytes", 101, WITH_OPTIONS("7", "0028", "94050000 00000000"), A " ipv4.opt_invalid_len" },
    { "router alert twice", 101, WITH_OPTIONS("7", "0028", "94040000 94040000"), A " ipv4.opt_duplicate" },
    { "record route", 101, WITH_OPTIONS("7", "0028", "0707040a 00000900"), A },
    { "record route with an odd pointer", 101, WITH_OPTIONS("7", "0028", "0707050a 00000900"), A " ipv4.opt_malformed" },
    { "loose source route", 101, WITH_OPTIONS("7", "0028", "8307040a 00000900"), A },
    { "timestamp", 101, WITH_OPTIONS("7", "0028", "44080500 00000000"), A },
    { "timestamp pointing into its head", 101, WITH_OPTIONS("7", "0028", "44080400 00000000"), A " ipv4.opt_malformed" },
    { "security of the wrong length", 101, WITH_OPTIONS("7", "0028", "82040000 00000000"), A " ipv4.opt_invalid_len" },
    { "an option nobody knows", 101, WITH_OPTIONS("7", "0028", "dd040000 00000000"), A " ipv4.opt_invalid" },
    { "an option longer than the options", 101, WITH_OPTIONS("7", "0028", "94090000 00000000"), A " ipv4.opt_invalid_len" },
    { "an option of length one", 101, WITH_OPTIONS("7", "0028", "94010000 00000000"), A " ipv4.opt_invalid_len" },
    { "an option without its length", 101, WITH_OPTIONS("7", "0028", "01010101 01010194"), A " ipv4.opt_eol_required" },
    { "CIPSO", 101, WITH_OPTIONS("8", "002c", "860a0000 00010104 00010000"), A " ipv4.opt_pad_required" },
    { "CIPSO with a tag that is too long", 101, WITH_OPTIONS("8", "002c", "860a0000 00010108 00010000"),
      A " ipv4.opt_malformed ipv4.opt_pad_required" },
    { "ICMPv6 inside", 101, IP4("001c", "3a") "80000000 00000000", "10.0.0.1:0 > 10.0.0.2:0 58 [8] no transport ipv4.icmpv6" },
    { "a transport we do not follow", 101, IP4("0018", "59") "00000000", "10.0.0.1:0 > 10.0.0.2:0 89 [4] no transport" },
};

static const struct frame_case checksum_cases[] = {
    { "right", 101, "4500 0018 1234 0000 40 59 5457 0a000001 0a000002 00000000", "10.0.0.1:0 > 10.0.0.2:0 89 [4] no transport" },
    { "wrong", 101, "4500 0018 1234 0000 40 59 5458 0a000001 0a000002 00000000",
      "10.0.0.1:0 > 10.0.0.2:0 89 [4] no transport bad checksum ipv4.checksum" },
};

static void ip4_is_read_and_its_departures_named(void **unused)
{
    (void)unused;
    frames_expect(ip4_cases, FRAMES_COUNT(ip4_cases), false);
}

static void the_header_checksum_is_validated_when_asked(void **unused)
{
    (void)unused;
    frames_expect(checksum_cases, FRAMES_COUNT(checksum_cases), true);
}

static void what_the_capture_cut_is_truncated_and_still_read(void **unused)
{
    (void)unused;
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t n = frame_unhex(DNS4, bytes);
    struct decoded g = { 0 };
    char got[LINE_MAX_BYTES];
    decoded_bytes(&g, 101, bytes, n - 3, (uint32_t)n);
    decoded_line(&g, got, sizeof got);
    free(g.bytes);
    assert_string_equal(got, "10.0.0.1:1024 > 10.0.0.2:53 17 [1/4] truncated ipv4.trunc_pkt udp.pkt_too_small");
}

static void a_total_length_of_zero_is_believed_only_of_what_no_wire_carries(void **unused)
{
    (void)unused;
    uint8_t bytes[FRAME_BYTES_MAX] = { 0 };
    (void)frame_unhex("4500 0000 1234 0000 40 06 0000 0a000001 0a000002" TCP_SYN, bytes);
    for (size_t n = 1500; n <= 1501; n++) {
        struct decoded g = { 0 };
        decoded_bytes(&g, 101, bytes, n, (uint32_t)n);
        assert_true(packet_has(&g.out[0], DECODE_IPV4_IPLEN_SMALLER_THAN_HLEN));
        assert_int_equal(g.out[0].malformed, n == 1500);
        assert_int_equal(g.out[0].payload_len, n == 1500 ? 0 : 1461);
        free(g.bytes);
    }
}

static void cut_padding_is_not_claimed_as_payload(void **unused)
{
    (void)unused;
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t n = frame_unhex(ETH("0800") DNS4 "000000000000", bytes);
    struct decoded g = { 0 };
    decoded_bytes(&g, 1, bytes, n - 8, (uint32_t)n);
    assert_int_equal(g.out[0].payload_len, 2);
    assert_int_equal(g.out[0].payload_claimed, 4);
    assert_true(g.out[0].truncated);
    free(g.bytes);
    g = (struct decoded){ 0 };
    decoded_bytes(&g, 1, bytes, n - 3, (uint32_t)n);    /* only padding is gone */
    assert_int_equal(g.out[0].payload_claimed, 4);
    assert_false(g.out[0].truncated);
    free(g.bytes);
}

static void the_fields_are_where_they_should_be(void **unused)
{
    (void)unused;
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t n = frame_unhex(ETH("0800") "4528 0020 1234 4000 3f 11 0000 0a000001 0a000002" UDP4, bytes);
    struct decoded g = { 0 };
    decoded_bytes(&g, 1, bytes, n, (uint32_t)n);
    const struct packet *p = &g.out[0];
    assert_int_equal(p->tos, 0x28);
    assert_int_equal(p->ttl, 0x3f);
    assert_int_equal(p->ip_id, 0x1234);
    assert_int_equal(p->ip_fragment, 0x4000);
    assert_int_equal(p->ip_header_len, 20);
    assert_int_equal(p->ip_len, 32);
    assert_int_equal(p->ethertype, 0x0800);
    assert_ptr_equal(p->ether, g.bytes);
    assert_ptr_equal(p->ip, g.bytes + 14);
    assert_ptr_equal(p->link_payload, p->ip);
    assert_ptr_equal(p->transport, g.bytes + 34);
    assert_memory_equal(p->payload, "abcd", 4);
    assert_int_equal(p->number, 1);
    assert_int_equal(p->time_us, 7);
    free(g.bytes);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(ip4_cases, FRAMES_COUNT(ip4_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ip4_is_read_and_its_departures_named),
        cmocka_unit_test(the_header_checksum_is_validated_when_asked),
        cmocka_unit_test(what_the_capture_cut_is_truncated_and_still_read),
        cmocka_unit_test(a_total_length_of_zero_is_believed_only_of_what_no_wire_carries),
        cmocka_unit_test(cut_padding_is_not_claimed_as_payload),
        cmocka_unit_test(the_fields_are_where_they_should_be),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/ip4", tests, NULL, NULL);
}
