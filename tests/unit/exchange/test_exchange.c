#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "exchange/exchange.h"

static char out[512 * 1024];
static const struct exchange_house house = { "湖南省网络安全指挥中心", "Hunan Cybersecurity Centre", "csirt.example.cn",
                                             "duty@csirt.example.cn", TLP_AMBER };

static const char incident[] =
    "{\"id\":\"I-430200-20261120-7k3m9qd2:3\",\"timestamp\":\"2026-11-20T19:23:20.000000+0800\",\"event_type\":\"incident\","
    "\"region\":\"430200\",\"status\":\"actual\",\"by\":{\"at\":\"2026-11-20T20:00:00.000000+0800\"},"
    "\"incident\":{\"id\":\"I-430200-20261120-7k3m9qd2\",\"version\":3,\"title\":{\"zh\":\"=PLC 写入\",\"en\":\"PLC written\"},"
    "\"region\":\"430200\",\"sector\":\"water\",\"status\":\"actual\",\"state\":\"confirmed\",\"level\":2,\"category\":\"02003\","
    "\"first\":\"2026-11-20T19:00:00.000000+0800\",\"last\":\"2026-11-20T19:23:20.000000+0800\","
    "\"detected_at\":\"2026-11-20T19:00:01.000000+0800\",\"alert_count\":6,\"score\":63.3,"
    "\"score_parts\":{\"severity\":1,\"asset\":0.9,\"spread\":0.7,\"confidence\":0.8},\"owner\":\"\","
    "\"victims\":[{\"address\":\"10.0.0.1\",\"name\":\"泵站\",\"unit\":\"某水厂\",\"sector\":\"water\",\"region\":\"430200\",\"country\":\"\"}],"
    "\"attackers\":[{\"address\":\"198.51.100.7\",\"name\":\"\",\"unit\":\"\",\"sector\":\"\",\"region\":\"\",\"country\":\"NL\"},"
    "{\"address\":\"10.9.9.9\",\"name\":\"\",\"unit\":\"\",\"sector\":\"\",\"region\":\"\",\"country\":\"\"},"
    "{\"address\":\"operator-3\",\"name\":\"\",\"unit\":\"\",\"sector\":\"\",\"region\":\"\",\"country\":\"\"}],"
    "\"rules\":[],\"tactics\":[\"TA0043\",\"TA0106\"],"
    "\"joins\":[{\"time\":\"2026-11-20T19:00:00.000000+0800\",\"reason\":{\"zh\":\"电话 13812345678\",\"en\":\"mail wang@example.com\"}}],"
    "\"alert_ids\":[]}}";

/* A warning that was issued yellow and raised to orange with a second person; now `state`, version 5. */
#define WARNING(state, colour) \
    "{\"id\":\"W-430100-20261120-0123abcd:5\",\"timestamp\":\"2026-11-20T21:00:00.000000+0800\",\"event_type\":\"warning\"," \
    "\"region\":\"430100\",\"status\":\"exercise\",\"warning\":{\"id\":\"W-430100-20261120-0123abcd\",\"version\":5,\"region\":\"430100\"," \
    "\"status\":\"exercise\",\"state\":\"" state "\",\"created\":{\"at\":\"2026-11-20T20:00:00.000000+0800\",\"by\":\"a\"}," \
    "\"title\":\"供水 <系统> & 勒索\",\"colour\":\"" colour "\",\"measures\":\"断开远程维护\",\"sector\":\"water\",\"category\":\"01001\"," \
    "\"incidents\":[\"I-430200-20261120-7k3m9qd2\"],\"regions\":[\"430100\",\"430200\"],\"valid_until\":\"2026-11-27T00:00:00+08:00\"," \
    "\"history\":[{\"at\":\"2026-11-20T20:00:00.000000+0800\",\"command\":\"draft\",\"from\":\"\",\"to\":\"draft\"}," \
    "{\"at\":\"2026-11-20T20:10:00.000000+0800\",\"command\":\"issue\",\"from\":\"draft\",\"to\":\"issued\"}," \
    "{\"at\":\"2026-11-20T20:20:00.000000+0800\",\"command\":\"raise\",\"from\":\"issued\",\"to\":\"pending_raise\"}," \
    "{\"at\":\"2026-11-20T20:30:00.000000+0800\",\"command\":\"approve\",\"from\":\"pending_raise\",\"to\":\"raised\"}," \
    "{\"at\":\"2026-11-20T21:00:00.000000+0800\",\"command\":\"lift\",\"from\":\"raised\",\"to\":\"lifted\"}],\"history_gone\":0}}"

static const char notice[] =
    "{\"id\":\"N-430100-20261120-0123abcd:1\",\"timestamp\":\"2026-11-20T21:00:00.000000+0800\",\"event_type\":\"notice\",\"region\":\"430100\","
    "\"status\":\"actual\",\"notice\":{\"id\":\"N-430100-20261120-0123abcd\",\"version\":1,\"region\":\"430100\",\"status\":\"actual\","
    "\"state\":\"issued\",\"title\":\"弱口令\",\"unit\":\"某水厂\",\"level\":3,\"body\":\"请整改，联系 wang@example.com\"}}";

static struct thing read_thing(const char *json)
{
    struct thing t;
    struct fault f = { 0 };
    if (thing_parse(json, strlen(json), false, &t, &f) != 0)
        fail_msg("%s", f.why);
    return t;
}

static const char *written(enum exchange_form form, const struct thing *things, size_t count)
{
    struct text t = text_over(out, sizeof out);
    struct fault f = { 0 };
    if (exchange_write(form, &house, things, count, &t, &f) != 0)
        fail_msg("%s", f.why);
    return text_end(&t);
}

static size_t times_in(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

static void a_thing_tells_what_stands_in_its_event(void **unused)
{
    (void)unused;
    struct thing i = read_thing(incident), w = read_thing(WARNING("lifted", "orange")), n = read_thing(notice);
    assert_int_equal(i.kind, THING_INCIDENT);
    assert_int_equal(i.gravity, 2);
    assert_int_equal(i.version, 3);
    assert_true(i.made_us == UINT64_C(1795172401000000) && i.changed_us == UINT64_C(1795176000000000));
    assert_string_equal(i.incident.incident.joins[0].zh, "电话 138****5678");
    assert_string_equal(thing_gravity(&w).zh, "橙色");
    assert_string_equal(thing_state(&w).zh, "已解除");
    assert_string_equal(n.unit, "某水厂");
    assert_string_equal(thing_message(&n), "请整改，联系 w***@example.com");
    assert_int_equal(n.gravity, 3);
    thing_free(&i);
    thing_free(&w);
    thing_free(&n);
}

static void what_is_revealed_is_not_masked(void **unused)
{
    (void)unused;
    struct thing t;
    struct fault f;
    assert_int_equal(thing_parse(incident, strlen(incident), true, &t, &f), 0);
    assert_string_equal(t.incident.incident.joins[0].en, "mail wang@example.com");
    thing_free(&t);
}

static void what_is_no_matter_is_refused_with_a_sentence(void **unused)
{
    (void)unused;
    static const struct refusal { const char *name, *json; } cases[] = {
        { "no JSON", "{" },
        { "an alert", "{\"event_type\":\"alert\"}" },
        { "no body", "{\"event_type\":\"warning\"}" },
        { "no id", "{\"event_type\":\"warning\",\"warning\":{\"version\":1}}" },
        { "an incident without its parts", "{\"event_type\":\"incident\",\"incident\":7}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct thing t;
        struct fault f = { 0 };
        if (thing_parse(cases[i].json, strlen(cases[i].json), false, &t, &f) != -EINVAL || *f.why == '\0')
            fail_msg("%s: \"%s\"", cases[i].name, f.why);
    }
}

static void every_json_form_is_json_and_holds_each_thing(void **unused)
{
    (void)unused;
    static const enum exchange_form forms[] = { EXCHANGE_STIX, EXCHANGE_IODEF, EXCHANGE_GBT36643 };
    struct thing things[] = { read_thing(incident), read_thing(WARNING("issued", "red")), read_thing(notice) };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        json_error_t why;
        json_t *document = json_loads(written(forms[i], things, 3), JSON_REJECT_DUPLICATES, &why);
        if (document == NULL)
            fail_msg("%s: %s", exchange_form_names[forms[i]], why.text);
        for (size_t k = 0; k < 3; k++)
            assert_non_null(strstr(out, things[k].id));
        assert_null(strstr(out, "13812345678"));
        assert_null(strstr(out, "wang@"));
        json_decref(document);
    }
    for (size_t k = 0; k < 3; k++)
        thing_free(&things[k]);
}

/* uuid5 of {"value":"198.51.100.7"} in the namespace of STIX 2.1 section 2.9, by Python's uuid module. */
static void a_bundle_names_things_so_that_two_bundles_can_be_joined(void **unused)
{
    (void)unused;
    struct thing things[] = { read_thing(incident), read_thing(incident) };
    written(EXCHANGE_STIX, things, 1);
    char *first = strdup(out);
    written(EXCHANGE_STIX, things, 1);
    assert_string_equal(first, out);                /* the same each time */
    free(first);
    assert_non_null(strstr(out, "\"id\":\"ipv4-addr--12592121-be4c-5a93-a813-5a5af16e50db\""));
    assert_int_equal(times_in(out, "\"type\":\"indicator\""), 1);       /* 198.51.100.7, and not 10.9.9.9 */
    assert_int_equal(times_in(out, "\"type\":\"attack-pattern\""), 2);
    assert_non_null(strstr(out, "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"));
    written(EXCHANGE_STIX, things, 2);
    assert_int_equal(times_in(out, "\"type\":\"incident\""), 1);        /* what two share stands there once */
    thing_free(&things[0]);
    thing_free(&things[1]);
}

static void a_warning_is_an_alert_then_updates_then_a_cancel(void **unused)
{
    (void)unused;
    struct thing t = read_thing(WARNING("lifted", "orange"));
    written(EXCHANGE_CAP, &t, 1);
    assert_non_null(strstr(out, "<status>Exercise</status>"));
    assert_non_null(strstr(out, "<msgType>Cancel</msgType>"));
    assert_non_null(strstr(out, "<references>csirt.example.cn,W-430100-20261120-0123abcd.2,2026-11-20T20:10:00+08:00 "
                                "csirt.example.cn,W-430100-20261120-0123abcd.4,2026-11-20T20:30:00+08:00</references>"));
    assert_non_null(strstr(out, "供水 &lt;系统&gt; &amp; 勒索"));
    assert_int_equal(times_in(out, "<info>"), 2);
    assert_int_equal(times_in(out, "<area>"), 4);
    assert_non_null(strstr(out, "<restriction>TLP:amber</restriction>"));
    thing_free(&t);
    t = read_thing(WARNING("raised", "orange"));
    assert_non_null(strstr(written(EXCHANGE_CAP, &t, 1), "<msgType>Update</msgType>"));
    thing_free(&t);
    t = read_thing("{\"event_type\":\"warning\",\"timestamp\":\"2026-11-20T21:00:00+08:00\",\"warning\":{\"id\":\"W-1\",\"version\":1,"
                   "\"status\":\"actual\",\"state\":\"draft\",\"colour\":\"blue\"}}");
    assert_non_null(strstr(written(EXCHANGE_CAP, &t, 1), "<status>Draft</status>\n<msgType>Alert</msgType>"));
    assert_null(strstr(out, "<references>"));
    thing_free(&t);
}

static void cap_holds_one_warning_and_says_so(void **unused)
{
    (void)unused;
    struct thing things[] = { read_thing(incident), read_thing(notice) };
    struct text t = text_over(out, sizeof out);
    struct fault f = { 0 };
    assert_int_equal(exchange_write(EXCHANGE_CAP, &house, things, 2, &t, &f), -EINVAL);
    assert_string_equal(f.why, "CAP holds one warning in a document, not 2: name it by its id");
    assert_int_equal(exchange_write(EXCHANGE_CAP, &house, things, 1, &t, &f), -EINVAL);
    assert_string_equal(f.why, "CAP is for warnings; I-430200-20261120-7k3m9qd2 is an incident");
    assert_int_equal(exchange_write(EXCHANGE_CSV, &house, things, 0, &t, &f), -EINVAL);
    thing_free(&things[0]);
    thing_free(&things[1]);
}

static void no_cell_of_a_sheet_is_a_formula(void **unused)
{
    (void)unused;
    struct thing t = read_thing(incident);
    written(EXCHANGE_CSV, &t, 1);
    assert_memory_equal(out, "\xef\xbb\xbfkind,id,", 11);
    assert_non_null(strstr(out, ",\"'=PLC 写入\","));
    assert_int_equal(times_in(out, "\r\n"), 2);
    thing_free(&t);
}

static void a_letter_says_it_in_chinese_and_then_in_english(void **unused)
{
    (void)unused;
    struct thing t = read_thing(WARNING("issued", "red"));
    written(EXCHANGE_TEXT, &t, 1);
    const char *zh = strstr(out, "措施"), *label = strstr(out, "等级：红色"), *en = strstr(out, "Level: red");
    assert_true(zh == NULL && label != NULL && en > label);
    assert_true(strstr(out, "【演练】【红色预警】") == out);
    assert_non_null(strstr(out, "内容：断开远程维护"));
    thing_free(&t);
}

/* The incident above as one of a drill. */
static struct thing read_drill(const char *json)
{
    static char drill[sizeof incident + 64];
    char *to = drill;
    for (const char *at = json; *at != '\0';)
        if (strncmp(at, "\"status\":\"actual\"", 17) == 0)
            to = stpcpy(to, "\"status\":\"exercise\""), at += 17;
        else
            *to++ = *at++;
    *to = '\0';
    return read_thing(drill);
}

static void a_drill_says_so_first_in_every_form_and_names_nobody_to_be_blocked(void **unused)
{
    (void)unused;
    static const struct { enum exchange_form form; const char *said, *never; } cases[] = {
        { EXCHANGE_STIX, "\"name\":\"【演练】=PLC 写入\"", "\"type\":\"indicator\"" },
        { EXCHANGE_IODEF, "【演练】=PLC 写入", NULL }, { EXCHANGE_IODEF, "[Exercise] PLC written", NULL },
        { EXCHANGE_GBT36643, "\"title\":\"【演练】=PLC 写入\"", "ip_watchlist" }, { EXCHANGE_GBT36643, "\"threat_actor\":[]", NULL },
        { EXCHANGE_CSV, ",\"【演练】=PLC 写入\",\"[Exercise] PLC written\",", NULL },
        { EXCHANGE_TEXT, "标题：【演练】=PLC 写入\n", NULL }, { EXCHANGE_TEXT, "Title: [Exercise] PLC written\n", NULL },
    };
    struct thing t = read_drill(incident), actual = read_thing(incident), warning = read_thing(WARNING("issued", "red"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        written(cases[i].form, &t, 1);
        if (strstr(out, cases[i].said) == NULL || (cases[i].never != NULL && strstr(out, cases[i].never) != NULL))
            fail_msg("form %d: %s: %s", cases[i].form, cases[i].said, out);
        written(cases[i].form, &actual, 1);
        assert_null(strstr(out, "演练】"));
        assert_true(cases[i].never == NULL || strstr(out, cases[i].never) != NULL);
    }
    written(EXCHANGE_TEXT, &t, 1);
    assert_true(strstr(out, "【演练】【重大安全事件】=PLC") == out);
    written(EXCHANGE_CAP, &warning, 1);
    assert_non_null(strstr(out, "预警：【演练】"));
    assert_non_null(strstr(out, "<description>【演练】"));
    thing_free(&t);
    thing_free(&actual);
    thing_free(&warning);
}

static void a_buffer_that_is_too_small_is_an_error_and_never_half_a_document(void **unused)
{
    (void)unused;
    struct thing t = read_thing(WARNING("issued", "red"));
    for (int form = 0; form < EXCHANGE_FORMS; form++) {
        struct text whole = text_over(out, sizeof out);
        struct fault f = { 0 };
        assert_int_equal(exchange_write((enum exchange_form)form, &house, &t, 1, &whole, &f), 0);
        for (size_t cap = 0; cap <= whole.len - 1; cap += whole.len / 50 + 1) {
            char *small = malloc(cap ? cap : 1);        /* the sanitizer watches its end */
            struct text part = text_over(small, cap);
            assert_int_equal(exchange_write((enum exchange_form)form, &house, &t, 1, &part, &f), -ENOSPC);
            free(small);
        }
    }
    thing_free(&t);
}

static void gravities_are_known_by_each_of_their_names(void **unused)
{
    (void)unused;
    assert_int_equal(gravity_parse("red"), 1);
    assert_int_equal(gravity_parse("橙色"), 2);
    assert_int_equal(gravity_parse("serious"), 3);
    assert_int_equal(gravity_parse("4"), 4);
    assert_int_equal(gravity_parse("5"), 0);
    assert_int_equal(gravity_parse(""), 0);
}

static int in_china(void **unused)
{
    (void)unused;
    setenv("TZ", "CST-8", 1);
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_tells_what_stands_in_its_event),
        cmocka_unit_test(what_is_revealed_is_not_masked),
        cmocka_unit_test(what_is_no_matter_is_refused_with_a_sentence),
        cmocka_unit_test(every_json_form_is_json_and_holds_each_thing),
        cmocka_unit_test(a_bundle_names_things_so_that_two_bundles_can_be_joined),
        cmocka_unit_test(a_warning_is_an_alert_then_updates_then_a_cancel),
        cmocka_unit_test(cap_holds_one_warning_and_says_so),
        cmocka_unit_test(no_cell_of_a_sheet_is_a_formula),
        cmocka_unit_test(a_letter_says_it_in_chinese_and_then_in_english),
        cmocka_unit_test(a_drill_says_so_first_in_every_form_and_names_nobody_to_be_blocked),
        cmocka_unit_test(a_buffer_that_is_too_small_is_an_error_and_never_half_a_document),
        cmocka_unit_test(gravities_are_known_by_each_of_their_names),
    };
    return cmocka_run_group_tests(tests, in_china, NULL);
}
