#include "tests/unit/decode/frames.h"

#define A "10.0.0.1:1024 > 10.0.0.2:53 17 [4]"
#define B "2001:db8::1:1024 > 2001:db8::2:53 17 [4]"

static const struct frame_case link_cases[] = {
    { "Ethernet and IPv4", 1, ETH("0800") DNS4, A },
    { "Ethernet and IPv6", 1, ETH("86dd") DNS6, B },
    { "padding behind the packet", 1, ETH("0800") DNS4 "00000000 0000", A },
    { "802.3, LLC, SNAP", 1, ETH("0028") "aaaa03 000000 0800" DNS4, A },
    { "802.3, LLC, IPv4 itself", 1, ETH("0023") "060603" DNS4, A },
    { "spanning tree stays from LLC on", 1, ETH("0007") "424203 00000000 0000", "0000 [7]" },
    { "ARP", 1, ETH("0806") "0001 0800 06 04 0001", "0806 [8]" },
    { "GOOSE", 1, ETH("88b8") "0001 0008 0000 0000", "88b8 [8]" },
    { "an unknown type", 1, ETH("1234") "00", "1234 [1] ethernet.unknown_ethertype" },
    { "half an Ethernet header", 1, "0200000000", "0000 [5] malformed ethernet.pkt_too_small" },
    { "SLL", 113, "0000 0001 0006 0200000000010000 0800" DNS4, A },
    { "SLL with LLC", 113, "0000 0001 0006 0200000000010000 0004" "060603" DNS4, A },
    { "SLL cut short", 113, "0000 0001 0006", "0000 [6] malformed sll.pkt_too_small" },
    { "SLL2", 276, "86dd 0000 00000001 0001 00 06 0200000000010000" DNS6, B },
    { "raw IPv4", 101, DNS4, A },
    { "raw IPv6 by the DLT of OpenBSD", 14, DNS6, B },
    { "raw of neither version", 12, "00" DNS4, "0000 [33] malformed ipraw.invalid_ip_version" },
    { "link type IPv4", 228, DNS4, A },
    { "link type IPv6", 229, DNS6, B },
    { "null, little endian", 0, "02000000" DNS4, A },
    { "null, big endian", 0, "00000002" DNS4, A },
    { "null, IPv6 of macOS", 0, "1e000000" DNS6, B },
    { "loop, IPv6 of OpenBSD", 108, "00000018" DNS6, B },
    { "null of an unknown family", 0, "07000000" DNS4, "0000 [36] ltnull.unsupported_type" },
    { "null cut short", 0, "0200", "0000 [2] malformed ltnull.pkt_too_small" },
    { "Cisco HDLC", 104, "0f00 0800" DNS4, A },
    { "Cisco HDLC cut short", 104, "0f00 08", "0000 [3] malformed chdlc.pkt_too_small" },
    { "PPP in HDLC framing", 50, "ff03 0021" DNS4, A },
    { "Cisco HDLC where PPP was announced", 50, "0f00 0800" DNS4, A },
    { "per-packet information around Ethernet", 192, "00000800 01000000" ETH("0800") DNS4, A },
    { "per-packet information around itself", 192, "00000800 c0000000 00000800 01000000", "0000 [16] link.unsupported" },
    { "BACnet on a serial line", 165, "55ff", "8282 [2]" },
    { "a link type nobody takes apart", 166, "0102", "0000 [2] link.unsupported" },
};

static void every_link_leads_to_the_same_packet(void **unused)
{
    (void)unused;
    frames_expect(link_cases, FRAMES_COUNT(link_cases), false);
}

static void cut_and_changed_frames_are_survived(void **unused)
{
    (void)unused;
    frames_torture(link_cases, FRAMES_COUNT(link_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_link_leads_to_the_same_packet),
        cmocka_unit_test(cut_and_changed_frames_are_survived),
    };
    return cmocka_run_group_tests_name("decode/link", tests, NULL, NULL);
}
