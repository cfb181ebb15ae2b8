/* The frames inside of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/frames.h"
#include "tests/support/hex.h"

static const struct frame_case { const char *name, *protocol; enum dissect_over over; const char *wire, *frames; } cases[] = {
    { "DNS over UDP", "dns", OVER_UDP, "abcd 0100", "dns.pdu=abcd0100 " },
    { "DNS over TCP leaves its length out", "dns", OVER_TCP, "0004 abcd 0100", "dns.pdu=abcd0100 " },
    { "an MQTT packet", "mqtt", OVER_TCP, "30 02 6162", "mqtt.pdu=30026162 mqtt.header=3002 mqtt.data=6162 " },
    { "an MQTT length of two octets", "mqtt", OVER_TCP, "30 8200 6162", "mqtt.pdu=3082006162 mqtt.header=308200 mqtt.data=6162 " },
    { "an MQTT length without an end", "mqtt", OVER_TCP, "30 8282", "mqtt.pdu=308282 " },
    { "an RFB version", "rfb", OVER_TCP, "524642", "rfb.pdu=524642 " },
    { "Telnet's text", "telnet", OVER_TCP, "6869", "telnet.pdu=6869 telnet.data=6869 " },
    { "Telnet's command", "telnet", OVER_TCP, "fffd18", "telnet.pdu=fffd18 telnet.ctl=fffd18 " },
    { "a TLS record", "tls", OVER_TCP, "17 0303 0002 aabb", "tls.pdu=1703030002aabb tls.hdr=1703030002 tls.data=aabb " },
    { "an empty TLS record", "tls", OVER_TCP, "17 0303 0000", "tls.pdu=1703030000 tls.hdr=1703030000 tls.data= " },
    { "an SSH banner is no packet", "ssh", OVER_TCP, "5353482d322e30", "" },
    { "an SSH packet", "ssh", OVER_TCP, "00000003 01 14 aa", "ssh.record.pdu=000000030114aa ssh.record.hdr=000000030114 ssh.record.data=aa " },
    { "a SIP request", "sip", OVER_UDP, "41 0d0a 42 0d0a0d0a 43",
      "sip.pdu=410d0a420d0a0d0a43 sip.request.line=410d0a sip.request.headers=420d0a0d0a sip.request.body=43 " },
    { "a SIP response without a body", "sip", OVER_UDP, "5349502f 0d0a 42 0d0a0d0a",
      "sip.pdu=5349502f0d0a420d0a0d0a sip.response.line=5349502f0d0a sip.response.headers=420d0a0d0a " },
    { "a SIP message without a line's end", "sip", OVER_UDP, "4142", "sip.pdu=4142 " },
    { "an SMB message too short for its header", "smb", OVER_TCP, "00 000005 ff534d42 72",
      "smb.nbss.pdu=00000005ff534d4272 smb.nbss.hdr=00000005 smb.nbss.data=ff534d4272 smb.smb1.pdu=ff534d4272 " },
    { "an SMB message in pieces is no frame", "smb", OVER_TCP, "00 000015 ff534d42 72", "" },
    { "a session service's own message", "smb", OVER_TCP, "85 000000", "smb.nbss.pdu=85000000 smb.nbss.hdr=85000000 smb.nbss.data= " },
    { "an HTTP request", "http", OVER_TCP, "474554", "http.request=474554 " },
    { "what has no frames", "ntp", OVER_UDP, "474554", "" },
};

static const char *frames_in(const struct frame_case *c, const uint8_t *wire, size_t n, char out[4096])
{
    static struct record r;
    const struct schema schema = { .name = c->protocol };
    const struct dissector by = { .schema = &schema };
    uint8_t *copy = malloc(n ? n : 1);       /* its own, so that a byte too far is seen */
    size_t len = 0;
    memcpy(copy, wire, n);
    record_begin(&r, &frame_schema, FROM_CLIENT);
    bool any = frames_of(&by, cursor_over(copy, n), c->over, &r);
    assert_int_equal(any, r.count > 0);
    out[0] = '\0';
    for (size_t i = 0; i < r.count; i++) {
        len += (size_t)snprintf(out + len, 4096 - len, "%s=", frame_schema.fields[r.values[i].row].name);
        for (uint32_t k = 0; k < r.values[i].len; k++)
            len += (size_t)snprintf(out + len, 4096 - len, "%02x", r.values[i].bytes[k]);
        len += (size_t)snprintf(out + len, 4096 - len, " ");
    }
    free(copy);
    return out;
}

static void a_message_is_cut_into_its_frames(void **unused)
{
    (void)unused;
    char got[4096];
    uint8_t wire[128];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(frames_in(&cases[i], wire, unhex(cases[i].wire, wire, sizeof wire), got), cases[i].frames) != 0)
            fail_msg("%s: %s", cases[i].name, got);
}

static void a_whole_smb2_message_has_all_its_frames(void **unused)
{
    (void)unused;
    uint8_t wire[4 + 64 + 2] = { 0, 0, 0, 66, 0xfe, 'S', 'M', 'B' };
    static const struct frame_case smb = { "", "smb", OVER_TCP, "", "" };
    char got[4096];
    (void)frames_in(&smb, wire, sizeof wire, got);
    assert_non_null(strstr(got, "smb.smb2.hdr=fe534d42"));
    assert_non_null(strstr(got, "smb.smb2.data=0000 "));
}

static void any_prefix_and_any_wrong_bit_can_be_cut(void **unused)
{
    (void)unused;
    char got[4096];
    uint8_t wire[128];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = unhex(cases[i].wire, wire, sizeof wire);
        for (size_t k = 1; k < n; k++)
            (void)frames_in(&cases[i], wire, k, got);
        for (size_t bit = 0; bit < 8 * n; bit++) {
            wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
            (void)frames_in(&cases[i], wire, n, got);
            wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_cut_into_its_frames),
        cmocka_unit_test(a_whole_smb2_message_has_all_its_frames),
        cmocka_unit_test(any_prefix_and_any_wrong_bit_can_be_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
