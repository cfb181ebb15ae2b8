/* Keywords that name bits of a field, or a field with its value. The schemas here have the rows that they ask for. */
#include "tests/unit/detect/fire.h"

static const struct field mqtt_fields[] = {
    { .name = "header_flags", .type = FIELD_UINT, .flags = FIELD_MANY, .about = "Flags." },
    { .name = "connect", .type = FIELD_LIST, .about = "CONNECT." },
    { .name = "raw_flags", .type = FIELD_UINT, .in = 2, .about = "Connect flags." },
    { .name = "connack", .type = FIELD_LIST, .about = "CONNACK." },
    { .name = "session_present", .type = FIELD_FLAG, .in = 4, .about = "Known." },
};
static const struct field dnp3_fields[] = {
    { .name = "iin_bits", .type = FIELD_UINT, .about = "Indications." },
    { .name = "object", .type = FIELD_UINT, .flags = FIELD_MANY, .about = "Objects." },
};
static const struct field ike_fields[] = { { .name = "alg_enc_raw", .type = FIELD_UINT, .about = "Cipher." } };
static const struct schema mqtt = { "mqtt", mqtt_fields, 5, NULL, 0 }, dnp3 = { "dnp3", dnp3_fields, 2, NULL, 0 };
static const struct schema ike = { "ike", ike_fields, 1, NULL, 0 };
static const struct schema *const ours[] = { &mqtt, &dnp3, &ike };

static struct rules *load(const char *option, struct heard *refusals)
{
    char text[256];
    struct rules_report report = { .refusal = tell_refusal, .ctx = refusals };
    struct rules_source src = { .text = text, .schemas = ours, .schema_count = 3 };
    struct rules *r = NULL;
    struct fault f;
    src.text_len = (size_t)snprintf(text, sizeof text, "alert ip any any -> any any (%s sid:1;)", option);
    assert_int_equal(rules_load(&src, &report, &r, &f), 0);
    return r;
}

static void count_alert(void *ctx, const struct alert_rule *rule, const struct record *r)
{
    (void)rule;
    (void)r;
    ++*(unsigned *)ctx;
}

static const struct {
    const char          *option;
    const struct schema *schema;
    uint16_t             row;
    uint64_t             value;
    bool                 fires;
} rows[] = {
    { "mqtt.flags:dup;", &mqtt, 0, 8, true },                   { "mqtt.flags:dup;", &mqtt, 0, 1, false },
    { "mqtt.flags:dup,!retain;", &mqtt, 0, 8, true },           { "mqtt.flags:dup,!retain;", &mqtt, 0, 9, false },
    { "mqtt.flags: !retain,!dup;", &mqtt, 0, 0, true },         { "mqtt.flags:9;", &mqtt, 0, 9, true },
    { "mqtt.connect.flags:username,password;", &mqtt, 2, 0xc2, true },
    { "mqtt.connect.flags:will,!clean_session;", &mqtt, 2, 0x06, false },
    { "mqtt.connack.session_present:yes;", &mqtt, 4, 1, true }, { "mqtt.connack.session_present:no;", &mqtt, 4, 1, false },
    { "dnp3_ind:need_time,device_restart;", &dnp3, 0, 0x8000, true },
    { "dnp3_ind:need_time;", &dnp3, 0, 0x8000, false },
    { "dnp3_obj:50,1;", &dnp3, 1, 50 * 256 + 1, true },         { "dnp3.obj:50,2;", &dnp3, 1, 50 * 256 + 1, false },
    { "ike.chosen_sa_attribute:alg_enc=7;", &ike, 0, 7, true }, { "ike.chosen_sa_attribute:alg_enc=5;", &ike, 0, 7, false },
};

static void bits_and_attributes_hold_when_they_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct heard refusals = { .len = 0 };
        struct rules *r = load(rows[i].option, &refusals);
        struct fault f;
        unsigned alerts = 0;
        const struct detect_out out = { count_alert, &alerts };
        struct endpoint a = { .port = 1 }, b = { .port = 2 };
        struct subject s = { .time_us = 1, .ip_version = 4, .proto = IPPROTO_TCP, .src = &a, .dest = &b };
        assert_int_equal(addr_parse("192.0.2.1", &a.addr), 0);
        assert_int_equal(addr_parse("192.0.2.2", &b.addr), 0);
        struct record *record = calloc(1, sizeof *record);
        struct detect *d = detect_new(r, NULL, &f);
        record_begin(record, rows[i].schema, FROM_CLIENT);
        record_uint(record, rows[i].row, rows[i].value);
        detect_record(d, &s, record, &out);
        if ((alerts > 0) != rows[i].fires || refusals.len > 0)
            fail_msg("row %zu: %s %s", i, rows[i].option, refusals.text);
        detect_free(d);
        rules_free(r);
        free(record);
    }
}

static void a_wrong_word_is_refused_with_its_place(void **unused)
{
    (void)unused;
    static const struct { const char *option, *why; } broken[] = {
        { "mqtt.flags:dup,qos;", "1:45: `qos` is no flag of `mqtt.flags`\n" },
        { "mqtt.flags:dup,!dup;", "1:46: `dup` is said twice\n" },
        { "mqtt.connack.session_present:maybe;", "1:59: expected yes or no, found `maybe`\n" },
        { "dnp3_obj:50;", "1:39: expected a group and a variation, as 50,1, found `50`\n" },
        { "ike.chosen_sa_attribute:cipher=7;", "1:54: expected an attribute and its value, as alg_enc=7, found `cipher=7`\n" },
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct heard refusals = { .len = 0 };
        struct rules *r = load(broken[i].option, &refusals);
        assert_string_equal(refusals.text, broken[i].why);
        rules_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_and_attributes_hold_when_they_should),
        cmocka_unit_test(a_wrong_word_is_refused_with_its_place),
    };
    return cmocka_run_group_tests_name("octets", tests, NULL, NULL);
}
