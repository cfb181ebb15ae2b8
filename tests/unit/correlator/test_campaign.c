#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "correlator/campaign.h"

#define MINUTE UINT64_C(60000000)
#define HOUR (60 * MINUTE)
#define NOON UINT64_C(1795176000000000)

struct child {                  /* what a test says of a child's incident; the rest is filled in */
    const char *id, *region, *status, *merged_into;
    uint64_t    version, at_us, last_us, alerts;
    enum incident_state state;
    enum incident_level level;
    const char *attacker, *attacker2, *victim, *account, *indicator;
    uint32_t    sid;
    size_t      parts;
};

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static struct incident_party party(const char *address)
{
    return (struct incident_party){ address, "", "", "", "", "" };
}

/* Calls `use` with the incident that a child stands for; its lists live as long. */
static void with(const struct child *k, void (*use)(void *ctx, const struct incident *i), void *ctx)
{
    struct incident_party attackers[] = { party(or_else(k->attacker, "203.0.113.66")), party(or_else(k->attacker2, "")) };
    struct incident_party victims[] = { party(or_else(k->victim, "10.0.0.1")) };
    struct incident_rule rules[] = { { 1, k->sid ? k->sid : 1, "写 write", k->alerts ? k->alerts : 5, 2 } };
    const char *accounts[] = { k->account }, *indicators[] = { k->indicator }, *tactics[] = { "TA0043" };
    struct incident_part parts[4] = { { "I-430100-x", "430100", 1, INCIDENT_NEW, LEVEL_GENERAL, 1 } };
    struct incident i = {
        .id = or_else(k->id, "I-430100-a"), .version = k->version ? k->version : 1, .region = or_else(k->region, "430100"),
        .title_en = "Write: PLC", .title_zh = "PLC：写", .sector = "water", .status = or_else(k->status, "actual"), .state = k->state,
        .level = k->level ? k->level : LEVEL_GENERAL, .category = "", .owner = "", .merged_into = or_else(k->merged_into, ""),
        .first_us = NOON + k->at_us, .last_us = NOON + (k->last_us ? k->last_us : k->at_us), .alert_count = k->alerts ? k->alerts : 5,
        .score = 20, .score_severity = 0.7, .score_asset = 0.5, .score_confidence = 0.8, .score_spread = 0.55,
        .attackers = attackers, .attacker_count = *attackers[0].address == '\0' ? 0 : *attackers[1].address == '\0' ? 1 : 2, .victims = victims,
        .victim_count = 1, .rules = rules, .rule_count = 1, .tactics = tactics, .tactic_count = 1, .accounts = accounts,
        .account_count = k->account != NULL, .indicators = indicators, .indicator_count = k->indicator != NULL,
        .parts = parts, .part_count = k->parts,
    };
    use(ctx, &i);
}

struct taking { struct correlator *c; int rc; };

static void take(void *ctx, const struct incident *i)
{
    struct taking *t = ctx;
    t->rc = correlator_part(t->c, "430000", i, 42);
}

static void take_back(void *ctx, const struct incident *i)
{
    struct taking *t = ctx;
    t->rc = correlator_part_restore(t->c, "430000", i);
}

static int offer(struct correlator *c, struct child k)
{
    struct taking t = { c, 0 };
    with(&k, take, &t);
    return t.rc;
}
#define OFFER(c, ...) offer((c), (struct child){ __VA_ARGS__ })

static char *stops[] = { (char[]){ "198.51.100.53" } }, *accounts[] = { (char[]){ "guest" } };

static struct correlator_settings settings(void)
{
    return (struct correlator_settings){
        .join = { .window_us = 30 * MINUTE, .long_window_us = 3 * HOUR, .grown_us = MINUTE, .span_us = 7 * 24 * HOUR, .steps_max = 4096,
                  .stop_values = { stops, 1 }, .stop_accounts = { accounts, 1 } },
        .scene = { .usual_gap_us = HOUR, .usual_hours = 3, .sweep_us = MINUTE },
        .meta_gap_us = MINUTE, .meta_echo_us = 2000000, .meta_max = 1000, .rule_max = 1000, .case_max = 100, .quiet_us = 24 * HOUR,
        .campaign_window_us = 6 * HOUR, .part_max = 100,
    };
}

static struct correlator *begin(const struct correlator_settings *s)
{
    struct fault f;
    struct correlator *c = correlator_new(s, &f);
    assert_non_null(c);
    return c;
}

/* The newest version of each campaign that changed, as JSON. */
struct said { char lines[8][32000]; size_t len[8]; unsigned changed, gone; };
static struct said said;

static void on_changed(void *ctx, const struct incident *i)
{
    struct said *s = ctx;
    assert_true(s->changed < 8);
    assert_string_equal(i->region, "430000");
    struct text t = text_over(s->lines[s->changed], sizeof s->lines[0]);
    incident_json(i, &t);
    assert_false(t.cut);
    s->len[s->changed++] = t.len;
    text_end(&t);
}

static void on_gone(void *ctx, const struct incident *i)
{
    (void)i;
    ((struct said *)ctx)->gone++;
}

static struct said *changes(struct correlator *c)
{
    memset(&said, 0, sizeof said);
    correlator_changes(c, "430000", on_changed, on_gone, &said);
    return &said;
}

static void on_part_gone(void *ctx, const char *region, const char *id)
{
    assert_string_equal(region, "430000");
    assert_true(*id != '\0');
    ++*(unsigned *)ctx;
}

static unsigned parts_gone(struct correlator *c)
{
    unsigned gone = 0;
    correlator_parts_gone(c, on_part_gone, &gone);
    return gone;
}

static struct incident_view read_back(const struct said *s, unsigned n)
{
    struct incident_view v;
    struct fault f;
    assert_int_equal(incident_parse(s->lines[n], s->len[n], &v, &f), 0);
    return v;
}

#define ELSEWHERE .id = "I-430200-b", .region = "430200"

static const struct join_case { const char *name; struct child first, second; bool one_network, joins; const char *en; } joins[] = {
    { "the same attacker in another region", { .sid = 1 }, { ELSEWHERE, .at_us = 20 * MINUTE }, false, true,
      "I-430200-b of region 430200: same attacker 203.0.113.66, another victim, 20 min later: 写 write" },
    { "the same attacker in the same region", { .sid = 1 }, { .id = "I-430100-b", .at_us = 20 * MINUTE }, false, false, NULL },
    { "the end of the window", { .sid = 1 }, { ELSEWHERE, .at_us = 6 * HOUR }, false, true,
      "I-430200-b of region 430200: same attacker 203.0.113.66, another victim, 6 h later: 写 write" },
    { "after the window", { .sid = 1 }, { ELSEWHERE, .at_us = 6 * HOUR + 1 }, false, false, NULL },
    { "late on its way", { .at_us = HOUR }, { ELSEWHERE }, false, true,
      "I-430200-b of region 430200: same attacker 203.0.113.66, another victim, at the same time: 写 write" },
    { "nobody in common", { .sid = 1 }, { ELSEWHERE, .attacker = "203.0.113.67", .victim = "10.0.0.2", .sid = 2 }, false, false, NULL },
    { "a drill beside the real", { .sid = 1 }, { ELSEWHERE, .status = "exercise" }, false, false, NULL },
    { "a drill in both", { .status = "exercise" }, { ELSEWHERE, .status = "exercise" }, false, true,
      "I-430200-b of region 430200: same attacker 203.0.113.66, another victim, at the same time: 写 write" },
    { "a stop value", { .attacker = "198.51.100.53" }, { ELSEWHERE, .attacker = "198.51.100.53" }, false, false, NULL },
    { "a private address of each region's own", { .attacker = "10.9.9.9" }, { ELSEWHERE, .attacker = "10.9.9.9" }, false, false, NULL },
    { "a private address of one network", { .attacker = "10.9.9.9" }, { ELSEWHERE, .attacker = "10.9.9.9" }, true, true,
      "I-430200-b of region 430200: same attacker 10.9.9.9 and same victim, at the same time: 写 write" },
    { "the same victim's address in both, each its own", { .sid = 1 }, { ELSEWHERE, .attacker = "203.0.113.67" }, false, false, NULL },
    { "a victim that attacks elsewhere", { .victim = "192.0.2.80" }, { ELSEWHERE, .attacker = "192.0.2.80" }, false, true,
      "I-430200-b of region 430200: 192.0.2.80, until now a victim, attacks, at the same time: 写 write" },
    { "the same account", { .account = "zhang.san" }, { ELSEWHERE, .attacker = "203.0.113.67", .account = "zhang.san" }, false, true,
      "I-430200-b of region 430200: same account zhang.san, at the same time: 写 write" },
    { "everybody's account", { .account = "guest" }, { ELSEWHERE, .attacker = "203.0.113.67", .account = "guest" }, false, false, NULL },
    { "the same indicator", { .indicator = "evil.example" }, { ELSEWHERE, .attacker = "", .indicator = "evil.example" }, false, true,
      "I-430200-b of region 430200: same indicator evil.example, at the same time: 写 write" },
    { "one that was judged a false positive", { .state = INCIDENT_FALSE_POSITIVE }, { ELSEWHERE, .at_us = MINUTE }, false, false, NULL },
    { "a campaign is nobody's part", { .parts = 1 }, { ELSEWHERE }, false, false, NULL },
};

static void incidents_of_two_regions_join_by_what_they_share_and_the_reason_is_said(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < sizeof joins / sizeof joins[0]; n++) {
        const struct join_case *k = &joins[n];
        struct correlator_settings s = settings();
        s.one_network = k->one_network;
        struct correlator *c = begin(&s);
        offer(c, k->first);
        assert_int_equal(changes(c)->changed, 0);       /* one region's incident is no campaign */
        offer(c, k->second);
        struct said *out = changes(c);
        if (out->changed != k->joins)
            fail_msg("%s: %u campaigns", k->name, out->changed);
        if (k->joins) {
            struct incident_view v = read_back(out, 0);
            if (v.incident.join_count != 2 || strcmp(v.incident.joins[1].en, k->en) != 0)
                fail_msg("%s: %s", k->name, v.incident.joins[v.incident.join_count - 1].en);
            assert_true(v.incident.part_count == 2 && *v.incident.joins[1].zh != '\0');
            assert_string_equal(v.incident.status, or_else(k->first.status, "actual"));
            incident_view_free(&v);
        }
        correlator_free(c);
    }
}

static const struct sweep_case { const char *name; uint64_t watched_us, apart_us; const char *region; bool joins; } sweeps[] = {
    { "within the minute",                 2 * HOUR, 59000000, "430200", true },
    { "later",                             2 * HOUR, 61000000, "430200", false },
    { "in the same region",                2 * HOUR, 30000000, "430100", false },
    { "before there was time to know it",  MINUTE,   30000000, "430200", false },
};

static void a_rule_that_is_new_to_the_province_in_two_regions_at_once_is_a_campaign_though_nobody_knows_from_where(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < sizeof sweeps / sizeof sweeps[0]; n++) {
        const struct sweep_case *k = &sweeps[n];
        struct correlator_settings s = settings();
        struct correlator *c = begin(&s);
        OFFER(c, .id = "I-before", .attacker = "192.0.2.1", .sid = 900);
        OFFER(c, .id = "I-1", .attacker = "", .sid = 50, .at_us = k->watched_us);
        OFFER(c, .id = "I-2", .region = k->region, .attacker = "", .victim = "10.0.0.2", .sid = 50, .at_us = k->watched_us + k->apart_us);
        struct said *out = changes(c);
        if (out->changed != k->joins)
            fail_msg("%s: %u campaigns", k->name, out->changed);
        if (k->joins) {
            struct incident_view v = read_back(out, 0);
            assert_non_null(strstr(v.incident.joins[1].en, "I-2 of region 430200: a rule that is new to the region, now also at 430200/10.0.0.2"));
            incident_view_free(&v);
        }
        correlator_free(c);
    }
}

static void a_campaign_is_the_sum_of_its_parts_and_follows_their_versions(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .alerts = 7);
    OFFER(c, ELSEWHERE, .alerts = 3, .at_us = 5 * MINUTE, .level = LEVEL_MAJOR, .sid = 2);
    struct incident_view v = read_back(changes(c), 0);
    assert_int_equal(v.incident.alert_count, 10);
    assert_int_equal(v.incident.level, LEVEL_MAJOR);
    assert_true(v.incident.rule_count == 2 && v.incident.attacker_count == 1 && v.incident.victim_count == 2);
    assert_string_equal(v.incident.victims[1].region, "430200");
    assert_true(v.incident.first_us == NOON && v.incident.last_us == NOON + 5 * MINUTE);
    assert_string_equal(v.incident.title_en, "Campaign over 2 regions: Write: PLC");
    incident_view_free(&v);
    OFFER(c, .alerts = 9, .version = 2, .last_us = 7 * MINUTE);
    v = read_back(changes(c), 0);
    assert_int_equal(v.incident.alert_count, 12);
    assert_true(v.incident.parts[0].version == 2 && v.incident.parts[0].alert_count == 9);
    incident_view_free(&v);
    assert_int_equal(OFFER(c, .alerts = 100, .version = 2), 0);     /* seen */
    assert_int_equal(OFFER(c, .alerts = 100, .version = 1), 0);
    assert_int_equal(changes(c)->changed, 0);
    correlator_free(c);
}

static void what_a_later_version_brings_joins_too(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .alerts = 7);
    OFFER(c, ELSEWHERE, .attacker = "203.0.113.9");
    assert_int_equal(changes(c)->changed, 0);
    OFFER(c, ELSEWHERE, .version = 2, .attacker = "203.0.113.9", .attacker2 = "203.0.113.66");
    assert_int_equal(changes(c)->changed, 1);
    correlator_free(c);
}

static void what_was_judged_away_counts_no_more_and_all_ended_is_closed(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .alerts = 7);
    OFFER(c, ELSEWHERE, .alerts = 3);
    changes(c);
    OFFER(c, .alerts = 7, .version = 2, .state = INCIDENT_BENIGN);
    struct incident_view v = read_back(changes(c), 0);
    assert_true(v.incident.alert_count == 3 && v.incident.state == INCIDENT_NEW && v.incident.part_count == 2);
    incident_view_free(&v);
    OFFER(c, ELSEWHERE, .alerts = 3, .version = 2, .state = INCIDENT_CLOSED);
    v = read_back(changes(c), 0);
    assert_int_equal(v.incident.state, INCIDENT_CLOSED);
    assert_string_equal(v.incident.joins[v.incident.join_count - 1].en, "all parts have ended");
    incident_view_free(&v);
    OFFER(c, ELSEWHERE, .alerts = 4, .version = 3, .state = INCIDENT_REOPENED);
    v = read_back(changes(c), 0);
    assert_int_equal(v.incident.state, INCIDENT_REOPENED);
    incident_view_free(&v);
    correlator_free(c);
}

static void a_part_that_became_part_of_another_is_replaced_by_it_in_either_order(void **unused)
{
    (void)unused;
    for (int whole_first = 0; whole_first < 2; whole_first++) {
        struct correlator_settings s = settings();
        struct correlator *c = begin(&s);
        OFFER(c, .alerts = 7);
        OFFER(c, ELSEWHERE, .alerts = 3);
        if (whole_first)
            OFFER(c, .id = "I-430100-whole", .attacker = "192.0.2.7", .alerts = 50);
        OFFER(c, .alerts = 7, .version = 2, .state = INCIDENT_CLOSED, .merged_into = "I-430100-whole");
        if (!whole_first)
            OFFER(c, .id = "I-430100-whole", .attacker = "192.0.2.7", .alerts = 50);
        struct said *out = changes(c);
        assert_int_equal(out->changed, 1);
        struct incident_view v = read_back(out, 0);
        assert_int_equal(v.incident.part_count, 2);
        assert_string_equal(v.incident.parts[1].id, "I-430100-whole");
        assert_int_equal(v.incident.alert_count, 53);
        incident_view_free(&v);
        correlator_free(c);
    }
}

static void two_campaigns_that_turn_out_to_be_one_become_one(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .id = "I-1", .region = "430100");
    OFFER(c, .id = "I-2", .region = "430200", .at_us = 1);
    OFFER(c, .id = "I-3", .region = "430300", .at_us = 2, .attacker = "192.0.2.9");
    OFFER(c, .id = "I-4", .region = "430400", .at_us = 3, .attacker = "192.0.2.9");
    assert_int_equal(changes(c)->changed, 2);
    OFFER(c, .id = "I-4", .region = "430400", .version = 2, .at_us = 3, .attacker = "192.0.2.9", .attacker2 = "203.0.113.66");
    struct said *out = changes(c);
    assert_int_equal(out->changed, 2);
    unsigned ended = 0, whole = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct incident_view v = read_back(out, i);
        ended += v.incident.state == INCIDENT_CLOSED && *v.incident.merged_into != '\0';
        whole += v.incident.state == INCIDENT_NEW && v.incident.part_count == 4 && v.incident.alert_count == 20;
        incident_view_free(&v);
    }
    assert_true(ended == 1 && whole == 1);
    correlator_free(c);
}

/* The newest version of the only campaign, read back. */
static void restored(struct correlator *c, const struct said *s)
{
    struct incident_view v = read_back(s, 0);
    assert_int_equal(correlator_restore(c, &v.incident), 0);
    incident_view_free(&v);
}

static void after_a_restart_the_next_version_is_what_it_would_have_been(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *before = begin(&s), *after = begin(&s);
    const struct child one = { .alerts = 7 }, two = { ELSEWHERE, .alerts = 3, .at_us = MINUTE }, three = { .id = "I-430300-c", .region = "430300", .at_us = 2 * MINUTE };
    offer(before, one);
    offer(before, two);
    restored(after, changes(before));
    struct taking t = { after, 0 };
    with(&one, take_back, &t);
    with(&two, take_back, &t);
    offer(before, three);
    offer(after, three);
    static char expected[32000];
    struct said *out = changes(before);
    assert_int_equal(out->changed, 1);
    memcpy(expected, out->lines[0], sizeof expected);
    out = changes(after);
    assert_int_equal(out->changed, 1);
    assert_string_equal(out->lines[0], expected);
    correlator_free(before);
    correlator_free(after);
}

static void quiet_and_ended_parts_go_and_those_of_campaigns_stay(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .alerts = 7);
    OFFER(c, ELSEWHERE, .alerts = 3);
    OFFER(c, .id = "I-alone", .attacker = "192.0.2.1");
    OFFER(c, .id = "I-ended", .attacker = "192.0.2.2");
    OFFER(c, .id = "I-ended", .attacker = "192.0.2.2", .version = 2, .state = INCIDENT_CLOSED);
    changes(c);
    assert_int_equal(parts_gone(c), 1);
    for (unsigned i = 0; i < 30; i++)       /* the clock follows, an hour at most with each */
        OFFER(c, .id = "I-late", .attacker = "192.0.2.3", .version = i + 1, .sid = i + 10, .at_us = i * HOUR, .attacker2 = i % 2 ? "192.0.2.4" : NULL);
    assert_true(correlator_counts(c)->parts >= 3);
    changes(c);
    (void)parts_gone(c);
    assert_int_equal(OFFER(c, .alerts = 8, .version = 2), 1);
    assert_int_equal(changes(c)->changed, 1);
    correlator_free(c);
}

static void too_many_parts_are_forgotten_the_longest_unchanged_first_and_counted(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    s.part_max = 4;
    struct correlator *c = begin(&s);
    char id[32], attacker[32];
    for (unsigned i = 0; i < 10; i++) {
        snprintf(id, sizeof id, "I-%u", i);
        snprintf(attacker, sizeof attacker, "192.0.2.%u", i);
        OFFER(c, .id = id, .attacker = attacker, .at_us = i);
    }
    assert_int_equal(parts_gone(c), 6);
    assert_true(correlator_counts(c)->parts == 4 && correlator_counts(c)->parts_forgotten == 6);
    assert_int_equal(OFFER(c, .id = "I-9", .attacker = "192.0.2.9", .version = 1), 0);      /* still known */
    correlator_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(incidents_of_two_regions_join_by_what_they_share_and_the_reason_is_said),
        cmocka_unit_test(a_rule_that_is_new_to_the_province_in_two_regions_at_once_is_a_campaign_though_nobody_knows_from_where),
        cmocka_unit_test(a_campaign_is_the_sum_of_its_parts_and_follows_their_versions),
        cmocka_unit_test(what_a_later_version_brings_joins_too),
        cmocka_unit_test(what_was_judged_away_counts_no_more_and_all_ended_is_closed),
        cmocka_unit_test(a_part_that_became_part_of_another_is_replaced_by_it_in_either_order),
        cmocka_unit_test(two_campaigns_that_turn_out_to_be_one_become_one),
        cmocka_unit_test(after_a_restart_the_next_version_is_what_it_would_have_been),
        cmocka_unit_test(quiet_and_ended_parts_go_and_those_of_campaigns_stay),
        cmocka_unit_test(too_many_parts_are_forgotten_the_longest_unchanged_first_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
