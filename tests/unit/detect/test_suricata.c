/* Where Suricata's meaning is not the obvious one: what passes and is told, what a rule requires, when an application is known. */
#include "tests/unit/detect/fire.h"

static void a_pass_rule_may_be_told(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "pass tcp any any -> any any (alert; content:\"x\"; sid:1;)\nalert tcp any any -> any any (content:\"x\"; sid:2;)");
    assert_string_equal(scene_packet(&c, "x", 1), "1 ");
    scene_end(&c);
}

static const struct requirement { const char *what, *says; } requirements[] = {
    { "version >= 7.0.3", "" },
    { "version >= 7.0.10", "" },
    { "version < 8", "" },
    { "version >= 6 < 7.0.11", "" },
    { "version < 7.0.3 | >= 7.0.4", "" },
    { "feature geoip, version > 7, keyword dsize", "" },
    { "version >= 8", " the rule is for version >= 8, and this is the language of 7.0.10\n" },
    { "version < 7.0.10", " the rule is for version < 7.0.10, and this is the language of 7.0.10\n" },
    { "keyword frob", " the rule needs the keyword `frob`, which is not there\n" },
    { "feature lua", " the rule needs the feature `lua`, which is not there\n" },
    { "version == 7", " expected an operator and a version, found `== 7`\n" },
    { "colour red", " expected feature, version or keyword, found `colour`\n" }
};

static void requirements_refuse_by_name(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(requirements) / sizeof(requirements[0]); i++) {
        char rule[256];
        struct heard heard = { .len = 0 };
        struct rules_report report = { .refusal = tell_refusal, .ctx = &heard };
        int n = snprintf(rule, sizeof(rule), "alert tcp any any -> any any(requires:%s; sid:1;)", requirements[i].what);
        rules_free(rules_from(rule, (size_t)n, &report));
        const char *says = strchr(heard.text, ' ');      /* behind the place */
        assert_string_equal(says ? says : "", requirements[i].says);
    }
}

static void a_size_that_differs_is_some_size(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (dsize:!9; sid:1;)\nalert tcp any any -> any any (dsize:<9; sid:2;)");
    assert_string_equal(scene_packet(&c, "", 0), "2 ");
    assert_string_equal(scene_packet(&c, "xx", 2), "1 2 ");
    assert_string_equal(scene_packet(&c, "123456789", 9), "");
    scene_end(&c);
}

static void checksums_are_asked_when_they_are_known(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (tcpv4-csum:invalid; sid:1;)\nalert tcp any any -> any any (tcpv4-csum:valid; sid:2;)\n"
                    "alert tcp any any -> any any (ipv4-csum:invalid; sid:3;)\nalert tcp any any -> any any (udpv4-csum:invalid; sid:4;)");
    assert_true(rules_needs(c.rules)->checksums);
    assert_string_equal(scene_packet(&c, "x", 1), "");
    c.s.checksums = SUBJECT_CHECKSUM_WRONG | SUBJECT_IP_RIGHT;
    assert_string_equal(scene_packet(&c, "x", 1), "1 ");
    c.s.checksums = SUBJECT_CHECKSUM_RIGHT | SUBJECT_IP_WRONG;
    assert_string_equal(scene_packet(&c, "x", 1), "2 3 ");
    scene_end(&c);
}

static void an_application_begins_with_its_answer(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert http any any -> any any (flow:to_server; sid:1;)\n"
                    "alert tcp any any -> any any (flow:to_server; app-layer-protocol:http; sid:2;)\n"
                    "alert http any any -> any any (content:\"GET\"; sid:3;)");
    c.s.app_proto = "http";
    c.s.flags |= SUBJECT_APP_FRESH;
    assert_string_equal(scene_packet(&c, "GET /", 5), "3 ");
    c.s.flags &= ~(unsigned)SUBJECT_APP_FRESH;
    assert_string_equal(scene_packet(&c, "", 0), "1 2 ");
    scene_end(&c);
}

static void without_a_packet_only_streams_are_asked(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"late\"; sid:1;)\nalert tcp any any -> any any (flags:PA; sid:2;)\n"
                    "alert tcp-stream any any -> any any (content:\"late\"; sid:3;)\nalert tcp-pkt any any -> any any (content:\"late\"; sid:4;)");
    c.s.flags |= SUBJECT_NO_PACKET;
    assert_string_equal(scene_stream(&c, "late", 4, 4, 0), "1 3 ");
    c.s.tcp_flags = 0x12;
    assert_string_equal(scene_stream(&c, "late", 4, 4, 0), "3 ");       /* the SYN that brought it was asked before */
    scene_end(&c);
}

static void a_record_and_its_stream_are_one_rule(void **unused)
{
    (void)unused;
    struct scene c;
    struct record r;
    scene_begin(&c, "alert http any any -> any any (content:\"POST\"; http.uri; content:\"/login\"; sid:1;)");
    assert_true(rules_needs(c.rules)->record_streams && rules_needs(c.rules)->streams);
    record_begin(&r, &http_schema, FROM_CLIENT);
    record_text(&r, HTTP_URI, "/login");
    assert_string_equal(scene_record(&c, &r), "");
    c.s.stream = (const uint8_t *)"POST /login";
    c.s.stream_len = c.s.stream_fresh = 11;
    assert_string_equal(scene_record(&c, &r), "1 ");
    scene_end(&c);
}

static void long_icmp_headers_are_whole(void **unused)
{
    (void)unused;
    static const uint8_t message[] = { 9, 0, 0x93, 0x61, 1, 2, 0, 10, 14, 'P', 'T', 'B', 0, 0, 0, 0, 'b', 'e', 'h', 'i', 'n', 'd' };
    struct scene c;
    scene_begin(&c, "alert icmp any any -> any any (icmpv4.hdr; content:\"PTB\"; sid:1;)\n"
                    "alert icmp any any -> any any (icmpv4.hdr; content:\"behind\"; sid:2;)\n"
                    "alert icmp any any -> any any (icmpv4.hdr; bsize:16; sid:3;)");
    c.s.proto = IPPROTO_ICMP;
    c.s.icmp_type = 9;
    c.s.transport = message;
    c.s.transport_len = 8;
    c.s.payload = message + 8;
    c.s.payload_len = sizeof(message) - 8;
    const struct detect_out out = { on_alert, &c };
    detect_packet(c.detect, &c.s, &out);
    assert_string_equal(c.said, "1 3 ");
    scene_end(&c);
}

static void captured_groups_are_read_over(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (pcre:\"/(a+)(b+)/i, flow:first, pkt:second\"; sid:1;)");
    assert_string_equal(scene_packet(&c, "xAAb", 4), "1 ");
    scene_end(&c);
}

static void calls_are_read_in_the_payload(void **unused)
{
    (void)unused;
    static const char call[] = "\x80\0\0\x28\1\2\3\4\0\0\0\0\0\0\0\2\0\1\x86\xa0\0\0\0\2\0\0\0\3";
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (rpc:100000,2,3; sid:1;)\nalert tcp any any -> any any (rpc:100000,*,3; sid:2;)\n"
                    "alert tcp any any -> any any (rpc:100000,3,*; sid:3;)\nalert tcp any any -> any any (ftpbounce; sid:4;)");
    assert_string_equal(scene_packet(&c, call, sizeof(call) - 1), "1 2 ");
    for (size_t len = 0; len < sizeof(call) - 1; len++)
        assert_string_equal(scene_packet(&c, call, len), "");
    assert_string_equal(scene_packet(&c, "PORT 192,168,1,10,4,1\r\n", 23), "");
    assert_string_equal(scene_packet(&c, "port 10,0,0,1,4,1\r\n", 19), "4 ");
    assert_string_equal(scene_packet(&c, "PORT 10,0,0", 11), "");
    scene_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_rule_may_be_told), cmocka_unit_test(requirements_refuse_by_name),
        cmocka_unit_test(a_size_that_differs_is_some_size), cmocka_unit_test(checksums_are_asked_when_they_are_known),
        cmocka_unit_test(an_application_begins_with_its_answer), cmocka_unit_test(without_a_packet_only_streams_are_asked),
        cmocka_unit_test(a_record_and_its_stream_are_one_rule), cmocka_unit_test(long_icmp_headers_are_whole),
        cmocka_unit_test(captured_groups_are_read_over), cmocka_unit_test(calls_are_read_in_the_payload)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
