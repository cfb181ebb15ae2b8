#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "events/alert.h"

static const struct field fields[] = { { .name = "name", .type = FIELD_TEXT }, { .name = "size", .type = FIELD_UINT } };
static const struct schema demo = { "demo", fields, 2, NULL, 0 };
static const struct alert_pair metadata[] = { { "mitre_tactic_id", "TA0108" }, { "mitre_technique_id", "T0855" },
                                              { "mitre_technique_id", "T0836" }, { "gbt20986", "02003" }, { "confidence", "High" } };
static const struct alert_rule rule = { .sid = 9100001, .gid = 1, .rev = 3, .severity = 1, .action = "drop", .msg = "写 \"线圈\" write",
                                        .classtype = "x", .category = "An attempt", .metadata = metadata, .metadata_count = 5 };
static const struct asset plc = { .name = "PLC", .unit = "水厂", .sector = "water", .region = "430200", .role = "plc",
                                  .mlps_level = 3, .cii = true };
static char line[64 * 1024];

static struct record record;        /* large: not on the stack */

static size_t write_alert(struct alert *a, struct endpoint *src, struct endpoint *dest)
{
    static const struct evidence kept = { "a/b.pcap", "00ff", 12 };
    addr_parse("198.51.100.7", &src->addr);
    addr_parse("10.2.0.5", &dest->addr);
    src->port = 40000;
    dest->port = 502;
    strcpy(src->country, "NL");
    dest->asset = &plc;
    *a = (struct alert){ .head = { .id = { "s-1", 5, 9 }, .time_us = UINT64_C(1795177400123456), .region = "430200", .proto = 6,
                                   .flow_id = 77, .src = src, .dest = dest, .app_proto = "modbus" },
                         .rule = &rule, .record = &record, .payload = (const uint8_t *)"a\x00\xff\"", .payload_len = 4,
                         .why = "because \"so\"", .evidence = &kept, .packets = { 1, 2 }, .bytes = { 3, 4 } };
    struct text t = text_over(line, sizeof line);
    alert_json(a, &t);
    assert_false(t.cut);
    return t.len;
}

static void an_alert_comes_back_as_it_went(void **unused)
{
    (void)unused;
    struct alert a;
    struct endpoint src = { 0 }, dest = { 0 };
    struct alert_view v;
    struct fault f = { 0 };
    record_begin(&record, &demo, FROM_CLIENT);
    record_bytes(&record, 0, "x", 1);
    size_t len = write_alert(&a, &src, &dest);
    json_t *strict = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(strict);
    assert_string_equal(json_string_value(json_object_get(strict, "payload")), "YQD/Ig==");
    assert_string_equal(json_string_value(json_object_get(strict, "payload_printable")), "a..\"");
    assert_int_equal(json_array_size(json_object_get(json_object_get(json_object_get(strict, "alert"), "metadata"), "mitre_technique_id")), 2);
    json_decref(strict);
    if (alert_parse(line, len, &v, &f) < 0)
        fail_msg("%s", f.why);
    assert_string_equal(v.id, "s-1:5:9");
    assert_true(v.number.epoch == 5 && v.number.seq == 9);
    assert_string_equal(v.number.sensor, "s-1");
    assert_true(v.time_us == a.head.time_us && v.flow_id == 77);
    assert_true(v.sid == 9100001 && v.gid == 1 && v.rev == 3 && v.severity == 1 && v.src_port == 40000 && v.dest_port == 502);
    assert_string_equal(v.signature, "写 \"线圈\" write");
    assert_string_equal(v.category, "An attempt");
    assert_string_equal(v.status, "actual");
    assert_string_equal(v.direction, "to_server");
    assert_string_equal(v.proto, "TCP");
    assert_string_equal(v.tactic, "TA0108");
    assert_string_equal(v.technique, "T0855");
    assert_string_equal(v.gbt20986, "02003");
    assert_string_equal(v.confidence, "High");
    assert_string_equal(v.src_country, "NL");
    assert_string_equal(v.src_asset.name, "");
    assert_string_equal(v.dest_asset.unit, "水厂");
    assert_int_equal(v.dest_asset.mlps_level, 3);
    assert_true(v.dest_asset.cii);
    alert_view_free(&v);
    alert_view_free(&v);
}

/* Who is attacked with a NUL or a number of 64 bits must still hear of it. */
static void nothing_that_a_packet_brings_hides_an_alert(void **unused)
{
    (void)unused;
    struct alert a;
    struct endpoint src = { 0 }, dest = { 0 };
    record_begin(&record, &demo, FROM_CLIENT);
    record_bytes(&record, 0, "evil\0.example", 13);
    record_uint(&record, 1, UINT64_MAX);
    size_t len = write_alert(&a, &src, &dest);
    struct alert_view v;
    struct fault f = { 0 };
    if (alert_parse(line, len, &v, &f) < 0)
        fail_msg("%s", f.why);
    assert_int_equal(v.sid, 9100001);
    assert_int_equal(v.severity, 1);
    assert_int_equal(v.flow_id, 77);
    alert_view_free(&v);
}

static const char suricata[] =
    "{\"timestamp\":\"2016-07-13T22:42:07.199672+0000\",\"flow_id\":1805461738637437,\"pcap_cnt\":6,\"event_type\":\"alert\","
    "\"src_ip\":\"192.168.88.25\",\"src_port\":50545,\"dest_ip\":\"192.168.2.22\",\"dest_port\":502,\"proto\":\"TCP\","
    "\"pkt_src\":\"wire/pcap\",\"community_id\":\"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\",\"tx_id\":0,\"alert\":{\"action\":\"allowed\","
    "\"gid\":1,\"signature_id\":2250001,\"rev\":2,\"signature\":\"SURICATA Modbus invalid Protocol version\",\"category\":"
    "\"Generic Protocol Command Decode\",\"severity\":3,\"metadata\":{\"mitre_tactic_id\":[\"TA0001\"]}},\"app_proto\":\"modbus\","
    "\"direction\":\"to_server\",\"flow\":{\"pkts_toserver\":4,\"pkts_toclient\":2,\"bytes_toserver\":288,\"bytes_toclient\":132,"
    "\"start\":\"2016-07-13T22:42:07.000000+0000\"},\"host\":\"tower-9\"}";

static void an_alert_of_suricata_is_read_and_numbered_by_its_own_bytes(void **unused)
{
    (void)unused;
    struct alert_view v, again, other;
    struct fault f = { 0 };
    char changed[sizeof suricata];
    if (alert_parse(suricata, sizeof suricata - 1, &v, &f) < 0)
        fail_msg("%s", f.why);
    assert_int_equal(v.sid, 2250001);
    assert_string_equal(v.tactic, "TA0001");
    assert_string_equal(v.sensor, "tower-9");
    assert_string_equal(v.region, "");
    assert_int_equal(v.number.epoch, 0);
    assert_int_equal(strlen(v.id), 36);
    assert_int_equal(strncmp(v.id, "eve-", 4), 0);
    assert_int_equal(alert_parse(suricata, sizeof suricata - 1, &again, &f), 0);
    assert_string_equal(v.id, again.id);
    strcpy(changed, suricata);
    changed[34] = '8';
    assert_int_equal(alert_parse(changed, sizeof changed - 1, &other, &f), 0);
    assert_string_not_equal(v.id, other.id);
    alert_view_free(&v);
    alert_view_free(&again);
    alert_view_free(&other);
}

static const struct refused { const char *name, *json, *why; } refused[] = {
    { "no JSON",        "x",                                     "not JSON at column" },
    { "no object",      "[]",                                    "expected a JSON object" },
    { "no alert",       "{\"id\":\"a:1:2\",\"timestamp\":\"2026-11-20T12:00:00Z\"}", "alert.signature_id" },
    { "an alert that is none", "{\"id\":\"a:1:2\",\"timestamp\":\"2026-11-20T12:00:00Z\",\"alert\":7}", "alert.signature_id" },
    { "sid 0",          "{\"timestamp\":\"2026-11-20T12:00:00Z\",\"alert\":{\"signature_id\":0}}", "alert.signature_id" },
    { "no time",        "{\"alert\":{\"signature_id\":1}}",      "RFC 3339" },
    { "a wrong time",   "{\"timestamp\":\"noon\",\"alert\":{\"signature_id\":1}}", "\"noon\"" },
};

static void what_is_no_alert_is_refused_with_a_reason(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct alert_view v;
        struct fault f = { 0 };
        if (alert_parse(refused[i].json, strlen(refused[i].json), &v, &f) != -22 || strstr(f.why, refused[i].why) == NULL)
            fail_msg("%s: %s", refused[i].name, f.why);
        assert_null(v.memory);
    }
}

static void numbers_out_of_range_do_not_wrap_around(void **unused)
{
    (void)unused;
    static const char json[] = "{\"timestamp\":\"2026-11-20T12:00:00Z\",\"src_port\":65537,\"alert\":{\"signature_id\":4294967297,"
                               "\"severity\":4294967297},\"dest_asset\":{\"mlps_level\":257}}";
    struct alert_view v;
    struct fault f;
    assert_int_equal(alert_parse(json, sizeof json - 1, &v, &f), 0);
    assert_true(v.src_port == 65535 && v.sid == UINT32_MAX && v.severity == UINT32_MAX && v.dest_asset.mlps_level == 255);
    alert_view_free(&v);
}

static void every_prefix_and_bit_change_of_a_line_is_read_or_refused(void **unused)
{
    (void)unused;
    char text[] = "{\"id\":\"s:1:2\",\"timestamp\":\"2026-11-20T12:00:00Z\",\"alert\":{\"signature_id\":1,\"metadata\":{\"a\":[\"b\"]}}}";
    for (size_t n = 0; n < sizeof text; n++) {
        struct alert_view v;
        struct fault f = { 0 };
        char *tight = malloc(n + 1);
        memcpy(tight, text, n);
        if (alert_parse(tight, n, &v, &f) == 0)
            alert_view_free(&v);
        else
            assert_true(f.why[0] != '\0');
        free(tight);
    }
    for (size_t bit = 0; bit < (sizeof text - 1) * 8; bit++) {
        struct alert_view v;
        struct fault f = { 0 };
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        if (alert_parse(text, sizeof text - 1, &v, &f) == 0)
            alert_view_free(&v);
        else
            assert_true(f.why[0] != '\0');
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

static const struct entity_case { const char *name, *members, *account, *indicator; } entity_cases[] = {
    { "nothing of the kind",                "", "", "" },
    { "a user of the protocol's message",   ",\"app_proto\":\"mysql\",\"mysql\":{\"user\":\"root\"}", "root", "" },
    { "one object deeper",                  ",\"app_proto\":\"smb\",\"smb\":{\"ntlmssp\":{\"domain\":\"CORP\",\"user\":\"alice\"}}", "alice", "" },
    { "Kerberos's client",                  ",\"app_proto\":\"krb5\",\"krb5\":{\"cname\":\"bob@CORP\"}", "bob@CORP", "" },
    { "FTP's USER",                         ",\"app_proto\":\"ftp\",\"ftp\":{\"command\":\"USER\",\"command_data\":\"carol\"}", "carol", "" },
    { "FTP's other commands",               ",\"app_proto\":\"ftp\",\"ftp\":{\"command\":\"RETR\",\"command_data\":\"x.bin\"}", "", "" },
    { "a number is no name",                ",\"app_proto\":\"dnp3\",\"dnp3\":{\"user\":3}", "", "" },
    { "another protocol's object",          ",\"app_proto\":\"http\",\"smb\":{\"user\":\"alice\"}", "", "" },
    { "the object before its name",         ",\"pgsql\":{\"user\":\"dave\"},\"app_proto\":\"pgsql\"", "dave", "" },
    { "an indicator",                       ",\"indicator\":{\"id\":\"i-1\",\"value\":\"evil.example\",\"kind\":\"domain\"}", "", "evil.example" },
};

static void who_and_what_a_message_names_is_read(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof entity_cases / sizeof entity_cases[0]; i++) {
        const struct entity_case *k = &entity_cases[i];
        char text[1024];
        struct alert_view a;
        struct fault f;
        int n = snprintf(text, sizeof text, "{\"id\":\"s:1:1\",\"timestamp\":\"2026-11-20T12:00:00Z\"%s,\"alert\":{\"signature_id\":7}}", k->members);
        if (alert_parse(text, (size_t)n, &a, &f) < 0)
            fail_msg("%s: %s", k->name, f.why);
        if (strcmp(a.account, k->account) != 0 || strcmp(a.indicator, k->indicator) != 0)
            fail_msg("%s: account \"%s\", indicator \"%s\"", k->name, a.account, a.indicator);
        alert_view_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_and_what_a_message_names_is_read),
        cmocka_unit_test(an_alert_comes_back_as_it_went),
        cmocka_unit_test(nothing_that_a_packet_brings_hides_an_alert),
        cmocka_unit_test(an_alert_of_suricata_is_read_and_numbered_by_its_own_bytes),
        cmocka_unit_test(what_is_no_alert_is_refused_with_a_reason),
        cmocka_unit_test(numbers_out_of_range_do_not_wrap_around),
        cmocka_unit_test(every_prefix_and_bit_change_of_a_line_is_read_or_refused),
    };
    return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
