#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/incident.h"

static char line[64 * 1024];

static struct incident_party victims[] = { { "10.0.0.1", "泵站 \"1\"", "水厂", "water", "430200", "" }, { "10.0.0.2", "", "", "", "", "" } };
static struct incident_party attackers[] = { { "198.51.100.7", "", "", "", "", "NL" } };
static struct incident_rule rules[] = { { 1, 9100001, "写线圈 write", 5, 1 }, { 9001, 2, "known bad", 1, 2 } };
static const char *tactics[] = { "TA0043", "TA0108" };
static struct incident_join joins[] = { { UINT64_C(1795177400000000), "first \"alert\"", "首条告警" } };
static const char *accounts[] = { "zhang.san" }, *indicators[] = { "evil.example", "203.0.113.9" };
static struct incident_part parts[] = { { "I-430100-1", "430100", 3, INCIDENT_BENIGN, LEVEL_MAJOR, 7 }, { "I-430200-2", "430200", 1, INCIDENT_NEW, LEVEL_GENERAL, 9 } };
static const char *const ids[] = { "s-1:1:1", "s-1:1:2" };

static struct incident sample(void)
{
    return (struct incident){
        .id = "I-430200-20261120-7k3m9qd2", .version = 3, .title_en = "Write: PLC", .title_zh = "PLC：写", .region = "430200",
        .sector = "water", .status = "exercise", .state = INCIDENT_CONFIRMED, .level = LEVEL_SERIOUS, .category = "02003",
        .first_us = UINT64_C(1795177400000000), .last_us = UINT64_C(1795177460000001), .detected_at_us = UINT64_C(1795177500000000),
        .alert_count = 6, .score = 63.3, .score_severity = 1, .score_asset = 0.9, .score_spread = 0.7, .score_confidence = 0.8,
        .owner = "王", .victims = victims, .victim_count = 2, .attackers = attackers, .attacker_count = 1, .rules = rules, .rule_count = 2,
        .tactics = tactics, .tactic_count = 2, .joins = joins, .join_count = 1, .alert_ids = ids, .alert_id_count = 2,
    };
}

static size_t write_incident(const struct incident *i)
{
    struct text t = text_over(line, sizeof line);
    incident_json(i, &t);
    assert_false(t.cut);
    json_t *strict = json_loadb(line, t.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(strict);
    assert_string_equal(json_string_value(json_object_get(strict, "event_type")), "incident");
    json_decref(strict);
    return t.len;
}

static void an_incident_comes_back_as_it_went(void **unused)
{
    (void)unused;
    struct incident i = sample();
    struct incident_view v;
    struct fault f;
    assert_int_equal(incident_parse(line, write_incident(&i), &v, &f), 0);
    static char first[sizeof line];
    strcpy(first, line);
    size_t len = write_incident(&v.incident);       /* every member took part in both directions, or the lines differ */
    line[len] = '\0';
    first[len] = '\0';
    assert_string_equal(first, line);
    const struct { const char *name, *want, *got; } texts[] = {
        { "id", i.id, v.incident.id }, { "English title", i.title_en, v.incident.title_en },
        { "Chinese title", i.title_zh, v.incident.title_zh }, { "region", i.region, v.incident.region },
        { "sector", i.sector, v.incident.sector }, { "status", i.status, v.incident.status },
        { "category", i.category, v.incident.category }, { "owner", i.owner, v.incident.owner },
        { "victim's unit", "水厂", v.incident.victims[0].unit }, { "attacker's country", "NL", v.incident.attackers[0].country },
        { "rule", "写线圈 write", v.incident.rules[0].signature }, { "tactic", "TA0108", v.incident.tactics[1] },
        { "alert", "s-1:1:2", v.incident.alert_ids[1] },
    };
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
        if (strcmp(texts[k].want, texts[k].got) != 0)
            fail_msg("%s: %s", texts[k].name, texts[k].got);
    assert_true(v.incident.version == 3 && v.incident.level == i.level && v.incident.alert_count == 6 && v.incident.score == i.score
                && v.incident.score_severity == 1 && v.incident.score_asset == 0.9 && v.incident.score_spread == 0.7
                && v.incident.score_confidence == 0.8 && v.incident.first_us == i.first_us && v.incident.detected_at_us == i.detected_at_us);
    assert_int_equal(v.incident.state, INCIDENT_CONFIRMED);
    assert_int_equal(v.incident.aware_at_us, 0);
    assert_true(v.incident.last_us == i.last_us);
    assert_string_equal(v.incident.victims[0].name, "泵站 \"1\"");
    assert_string_equal(v.incident.joins[0].zh, "首条告警");
    assert_int_equal(v.incident.rules[1].gid, 9001);
    incident_view_free(&v);
    incident_view_free(&v);
}

static void each_version_is_an_event_of_its_own(void **unused)
{
    (void)unused;
    struct incident i = sample();
    size_t len = write_incident(&i);
    line[len] = '\0';
    assert_non_null(strstr(line, "{\"id\":\"I-430200-20261120-7k3m9qd2:3\","));
}

static void what_other_sensors_put_into_an_id_cannot_break_the_line(void **unused)
{
    (void)unused;
    struct incident i = sample();
    struct incident_view v;
    struct fault f;
    i.id = "I-\t\"\\-1";
    i.region = "\x01";
    assert_int_equal(incident_parse(line, write_incident(&i), &v, &f), 0);
    assert_string_equal(v.incident.id, i.id);
    incident_view_free(&v);
}

static void states_have_their_names(void **unused)
{
    (void)unused;
    for (int s = INCIDENT_NEW; s <= INCIDENT_REOPENED; s++)
        assert_int_equal(incident_state_parse(incident_state_name((enum incident_state)s)), s);
    assert_int_equal(incident_state_parse("open"), -1);
    assert_int_equal(incident_state_parse(""), -1);
}

static const struct read_case { const char *name, *json; bool good; int level; } read_cases[] = {
    { "the least there can be",    "{\"incident\":{\"id\":\"x\",\"version\":1}}", true, LEVEL_GENERAL },
    { "lists that are none",       "{\"incident\":{\"id\":\"x\",\"version\":1,\"victims\":7,\"rules\":{},\"tactics\":\"a\",\"joins\":null}}", true, LEVEL_GENERAL },
    { "lists of what is no object","{\"incident\":{\"id\":\"x\",\"version\":1,\"victims\":[7],\"rules\":[[]],\"tactics\":[1],\"joins\":[\"a\"],\"alert_ids\":[null]}}", true, LEVEL_GENERAL },
    { "a level that is none",      "{\"incident\":{\"id\":\"x\",\"version\":1,\"level\":9}}", true, LEVEL_GENERAL },
    { "the gravest level",         "{\"incident\":{\"id\":\"x\",\"version\":1,\"level\":1}}", true, LEVEL_EXTRAORDINARY },
    { "a state that is none",      "{\"incident\":{\"id\":\"x\",\"version\":1,\"state\":\"odd\"}}", true, LEVEL_GENERAL },
    { "a NUL in a title",          "{\"incident\":{\"id\":\"x\",\"version\":1,\"title\":{\"en\":\"a\\u0000b\"}}}", true, LEVEL_GENERAL },
    { "no id",                     "{\"incident\":{\"version\":1}}", false, 0 },
    { "no version",                "{\"incident\":{\"id\":\"x\"}}", false, 0 },
    { "version 0",                 "{\"incident\":{\"id\":\"x\",\"version\":0}}", false, 0 },
    { "no incident",               "{\"id\":\"x\",\"version\":1}", false, 0 },
    { "no object",                 "7", false, 0 },
    { "no JSON",                   "{", false, 0 },
};

static void what_is_read_back_is_within_its_bounds(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof read_cases / sizeof read_cases[0]; i++) {
        const struct read_case *k = &read_cases[i];
        struct incident_view v;
        struct fault f = { 0 };
        int rc = incident_parse(k->json, strlen(k->json), &v, &f);
        if ((rc == 0) != k->good || (rc < 0 && f.why[0] == '\0') || (rc == 0 && (int)v.incident.level != k->level))
            fail_msg("%s: %d %s", k->name, rc, f.why);
        if (rc == 0)
            write_incident(&v.incident);
        incident_view_free(&v);
    }
}

static void every_prefix_and_bit_change_of_a_line_is_read_or_refused(void **unused)
{
    (void)unused;
    struct incident i = sample();
    size_t len = write_incident(&i);
    static char text[sizeof line];
    memcpy(text, line, len);
    for (size_t n = 0; n <= len; n++) {
        struct incident_view v;
        struct fault f = { 0 };
        char *tight = malloc(n + 1);
        memcpy(tight, text, n);
        assert_true(incident_parse(tight, n, &v, &f) == 0 || f.why[0] != '\0');
        incident_view_free(&v);
        free(tight);
    }
    for (size_t bit = 0; bit < len * 8; bit++) {
        struct incident_view v;
        struct fault f = { 0 };
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        assert_true(incident_parse(text, len, &v, &f) == 0 || f.why[0] != '\0');
        incident_view_free(&v);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

static void an_incident_that_does_not_fit_is_marked_cut_at_every_length(void **unused)
{
    (void)unused;
    struct incident i = sample();
    size_t whole = write_incident(&i);
    for (size_t cap = 0; cap < whole; cap++) {
        char *tight = malloc(cap + 1);
        struct text t = text_over(tight, cap);
        incident_json(&i, &t);
        assert_true(t.cut);
        free(tight);
    }
}

static void a_campaign_names_its_parts_and_what_else_they_share(void **unused)
{
    (void)unused;
    struct incident i = sample();
    struct incident_view v;
    struct fault f;
    size_t len = write_incident(&i);
    assert_null(strstr(line, "\"parts\""));       /* what is not there is not written */
    assert_true(strstr(line, "\"accounts\"") == NULL && strstr(line, "\"indicators\"") == NULL);
    i.parts = parts;
    i.part_count = 2;
    i.accounts = accounts;
    i.account_count = 1;
    i.indicators = indicators;
    i.indicator_count = 2;
    len = write_incident(&i);
    assert_int_equal(incident_parse(line, len, &v, &f), 0);
    assert_true(v.incident.part_count == 2 && v.incident.account_count == 1 && v.incident.indicator_count == 2);
    for (size_t k = 0; k < 2; k++) {
        const struct incident_part *p = &v.incident.parts[k];
        assert_string_equal(p->id, parts[k].id);
        assert_string_equal(p->region, parts[k].region);
        assert_true(p->version == parts[k].version && p->state == parts[k].state && p->level == parts[k].level
                    && p->alert_count == parts[k].alert_count);
        assert_string_equal(v.incident.indicators[k], indicators[k]);
    }
    assert_string_equal(v.incident.accounts[0], "zhang.san");
    incident_view_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_campaign_names_its_parts_and_what_else_they_share),
        cmocka_unit_test(an_incident_comes_back_as_it_went),
        cmocka_unit_test(each_version_is_an_event_of_its_own),
        cmocka_unit_test(what_other_sensors_put_into_an_id_cannot_break_the_line),
        cmocka_unit_test(states_have_their_names),
        cmocka_unit_test(what_is_read_back_is_within_its_bounds),
        cmocka_unit_test(every_prefix_and_bit_change_of_a_line_is_read_or_refused),
        cmocka_unit_test(an_incident_that_does_not_fit_is_marked_cut_at_every_length),
    };
    return cmocka_run_group_tests_name("incident", tests, NULL, NULL);
}
