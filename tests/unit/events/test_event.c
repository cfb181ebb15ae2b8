#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "events/event.h"
#include "events/flowsum.h"
#include "events/load.h"

static void ids_come_back_as_they_went(void **unused)
{
    (void)unused;
    static const struct event_id ids[] = { { "changsha-01", 1795177400123456, 1 }, { "s", 0, 0 }, { "烽燧", UINT64_MAX, UINT64_MAX } };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char text[EVENT_ID_MAX], sensor[EVENT_ID_MAX];
        uint64_t epoch, seq;
        size_t len = event_id_text(&ids[i], text);
        assert_int_equal(len, strlen(text));
        assert_int_equal(event_id_parse(text, sensor, &epoch, &seq), 0);
        assert_string_equal(sensor, ids[i].sensor);
        assert_true(epoch == ids[i].epoch && seq == ids[i].seq);
    }
}

static void what_is_no_id_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = { "", ":", "::", "a", "a:", "a:1", "a:1:", ":1:2", "a::2", "a:1:2:3", "a:1:2x", "a:x:2", "a:-1:2",
        "a: 1:2", "a:+1:2", "a:1:18446744073709551616", "eve-0123456789abcdef",
        "a-name-that-is-far-too-long-for-a-sensor-a-name-that-is-far-too-long-for-a-sensor-a-name-that-is-far-too-long:1:2" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char sensor[EVENT_ID_MAX];
        uint64_t epoch, seq;
        if (event_id_parse(bad[i], sensor, &epoch, &seq) == 0)
            fail_msg("\"%s\" was taken", bad[i]);
    }
}

static void statuses_and_protocols_have_their_names(void **unused)
{
    (void)unused;
    for (int s = EVENT_ACTUAL; s <= EVENT_TEST; s++)
        assert_int_equal(event_status_parse(event_status_name((enum event_status)s)), s);
    assert_int_equal(event_status_parse("real"), -1);
    assert_int_equal(event_status_parse(""), -1);
    assert_string_equal(event_proto_name(6), "TCP");
    assert_string_equal(event_proto_name(58), "IPv6-ICMP");
    assert_null(event_proto_name(253));
}

static struct event full_event(struct endpoint *src, struct endpoint *dest, const struct asset *asset)
{
    addr_parse("10.1.10.80", &src->addr);
    addr_parse("2001:db8::1", &dest->addr);
    src->port = 50000;
    src->asset = asset;
    strcpy(dest->country, "NL");
    return (struct event){ .id = { "s-1", 1, 7 }, .time_us = UINT64_C(1795177400123456), .region = "430100", .status = EVENT_EXERCISE,
                           .in_iface = "eth0", .packet_number = 3, .vlan = { 10, 20 }, .vlan_count = 2, .proto = 253, .flow_id = 99,
                           .community_id = "1:abc=", .src = src, .dest = dest, .app_proto = "modbus" };
}

static void an_event_says_what_it_knows_in_eves_names(void **unused)
{
    (void)unused;
    static const char *const risks[] = { "Zero", "One", "Two", NULL };
    struct endpoint src = { 0 }, dest = { 0 };
    struct asset asset = { .name = "portal", .unit = "", .sector = "", .region = "", .role = "" };
    struct classification ndpi = { "TLS.X", "Web", "DPI", 5, risks };
    struct event e = full_event(&src, &dest, &asset);
    char out[1000];
    e.ndpi = &ndpi;
    setenv("TZ", "Asia/Shanghai", 1);
    struct text t = text_over(out, sizeof out);
    event_json(&e, "alert", &t);
    assert_string_equal(text_end(&t), "{\"id\":\"s-1:1:7\",\"timestamp\":\"2026-11-20T20:23:20.123456+0800\",\"event_type\":\"alert\","
        "\"sensor\":\"s-1\",\"region\":\"430100\",\"status\":\"exercise\",\"in_iface\":\"eth0\",\"pcap_cnt\":3,\"vlan\":[10,20],"
        "\"flow_id\":99,\"src_ip\":\"10.1.10.80\",\"src_port\":50000,\"dest_ip\":\"2001:db8::1\",\"proto\":\"253\","
        "\"community_id\":\"1:abc=\",\"app_proto\":\"modbus\","
        "\"ndpi\":{\"protocol\":\"TLS.X\",\"category\":\"Web\",\"confidence\":\"DPI\",\"risks\":[\"Zero\",\"Two\"]},"
        "\"src_asset\":{\"name\":\"portal\"},\"dest_geo\":{\"country\":\"NL\"}");
}

static void an_event_without_a_packet_says_only_whose_it_is(void **unused)
{
    (void)unused;
    char out[300];
    struct event e = { .id = { "s", 1, 0 }, .time_us = UINT64_C(1795177401000000), .region = "430000" };
    struct text t = text_over(out, sizeof out);
    event_json(&e, "stats", &t);
    assert_string_equal(text_end(&t), "{\"id\":\"@\",\"timestamp\":\"2026-11-20T20:23:21.000000+0800\",\"event_type\":\"stats\","
        "\"sensor\":\"s\",\"region\":\"430000\",\"status\":\"actual\"");
}

static void a_frame_without_ip_has_its_ethernet_addresses(void **unused)
{
    (void)unused;
    char out[300];
    const uint8_t ether[] = { 0x01, 0x0c, 0xcd, 0x01, 0x00, 0x02, 0x00, 0x30, 0xa7, 0x00, 0xff, 0x08 };
    struct event e = { .id = { "s", 1, 1 }, .time_us = UINT64_C(1795177401000000), .region = "430000", .ether = ether };
    struct text t = text_over(out, sizeof out);
    event_json(&e, "goose", &t);
    assert_non_null(strstr(text_end(&t), ",\"ether\":{\"src_mac\":\"00:30:a7:00:ff:08\",\"dest_mac\":\"01:0c:cd:01:00:02\"}"));
}

static void names_from_settings_cannot_break_the_line(void **unused)
{
    (void)unused;
    char out[1000];
    struct endpoint src = { 0 }, dest = { 0 };
    struct event e = full_event(&src, &dest, NULL);
    struct fault f;
    e.id.sensor = "a\"b\\c";
    e.region = "43\"0100";
    e.in_iface = "eth\"0";
    struct text t = text_over(out, sizeof out);
    event_json(&e, "flow", &t);
    text_char(&t, '}');
    json_t *back = event_load(t.at, t.len, &f);
    if (back == NULL)
        fail_msg("%s: %s", f.why, text_end(&t));
    assert_string_equal(event_text_of(back, "sensor"), "a\"b\\c");
    assert_string_equal(event_text_of(back, "region"), "43\"0100");
    assert_string_equal(event_text_of(back, "in_iface"), "eth\"0");
    json_decref(back);
}

static void a_closed_flow_is_eves_flow(void **unused)
{
    (void)unused;
    struct endpoint src = { 0 }, dest = { 0 };
    char out[2000];
    struct flowsum s = { .head = full_event(&src, &dest, NULL), .start_us = UINT64_C(1795177400000000), .end_us = UINT64_C(1795177402900000),
                         .packets = { 3, 2 }, .bytes = { 300, 200 }, .state = "closed", .reason = "finished", .alerts = 1, .gaps = 1,
                         .gap_bytes = 1460, .tcp_flags = { 0x1b, 0x12 }, .midstream = true };
    struct text t = text_over(out, sizeof out);
    flowsum_json(&s, &t);
    json_t *back = json_loadb(t.at, t.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(back);
    const json_t *flow = json_object_get(back, "flow"), *tcp = json_object_get(back, "tcp");
    assert_string_equal(event_text_of(back, "event_type"), "flow");
    assert_int_equal(event_number_of(flow, "pkts_toserver", 99), 3);
    assert_int_equal(event_number_of(flow, "bytes_toclient", 999), 200);
    assert_int_equal(event_number_of(flow, "age", 99), 2);
    assert_int_equal(event_number_of(flow, "gap_bytes", 9999), 1460);
    assert_string_equal(event_text_of(flow, "start"), "2026-11-20T20:23:20.000000+0800");
    assert_true(json_is_true(json_object_get(flow, "alerted")) && json_is_true(json_object_get(flow, "midstream")));
    assert_string_equal(event_text_of(tcp, "tcp_flags"), "1b");
    assert_string_equal(event_text_of(tcp, "tcp_flags_tc"), "12");
    json_decref(back);
}

static const struct load_case { const char *name, *json; bool good; } loads[] = {
    { "an object",                  "{\"a\":1}",                       true },
    { "a NUL in a text",            "{\"a\":\"x\\u0000y\"}",           true },
    { "a number of 64 bits",        "{\"a\":18446744073709551615}",    true },
    { "a number of a hundred digits", "{\"a\":1234567890123456789012345678901234567890123456789012345678901234567890}", true },
    { "a name twice",               "{\"a\":1,\"a\":2}",               true },
    { "an array",                   "[1]",                             false },
    { "a text",                     "\"a\"",                           false },
    { "nothing",                    "",                                false },
    { "half",                       "{\"a\":1",                        false },
    { "something behind",           "{\"a\":1}x",                      false },
    { "an infinite number",         "{\"a\":1e999}",                   false },
};

static void what_a_packet_can_bring_keeps_no_event_from_being_read(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        struct fault f = { 0 };
        json_t *o = event_load(loads[i].json, strlen(loads[i].json), &f);
        if ((o != NULL) != loads[i].good || (o == NULL && f.why[0] == '\0'))
            fail_msg("%s: %s", loads[i].name, f.why);
        json_decref(o);
    }
}

static void members_of_another_kind_count_as_absent(void **unused)
{
    (void)unused;
    struct fault f;
    static const char text[] = "{\"n\":7,\"big\":9223372036854775807,\"neg\":-1,\"real\":2.5,\"huge\":1e300,\"s\":\"x\",\"nul\":null,\"l\":[1]}";
    json_t *o = event_load(text, sizeof text - 1, &f);
    assert_int_equal(event_number_of(o, "n", 100), 7);
    assert_int_equal(event_number_of(o, "n", 5), 5);
    assert_true(event_number_of(o, "big", UINT64_MAX) == INT64_MAX);
    assert_int_equal(event_number_of(o, "neg", 100), 0);
    assert_int_equal(event_number_of(o, "real", 100), 2);
    assert_true(event_number_of(o, "huge", UINT64_MAX) == UINT64_MAX);
    assert_int_equal(event_number_of(o, "s", 100), 0);
    assert_int_equal(event_number_of(o, "nothing", 100), 0);
    assert_string_equal(event_text_of(o, "s"), "x");
    assert_string_equal(event_text_of(o, "n"), "");
    assert_string_equal(event_text_of(o, "nul"), "");
    assert_string_equal(event_text_of(NULL, "s"), "");
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_come_back_as_they_went),
        cmocka_unit_test(what_is_no_id_is_refused),
        cmocka_unit_test(statuses_and_protocols_have_their_names),
        cmocka_unit_test(an_event_says_what_it_knows_in_eves_names),
        cmocka_unit_test(an_event_without_a_packet_says_only_whose_it_is),
        cmocka_unit_test(a_frame_without_ip_has_its_ethernet_addresses),
        cmocka_unit_test(names_from_settings_cannot_break_the_line),
        cmocka_unit_test(a_closed_flow_is_eves_flow),
        cmocka_unit_test(what_a_packet_can_bring_keeps_no_event_from_being_read),
        cmocka_unit_test(members_of_another_kind_count_as_absent),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
