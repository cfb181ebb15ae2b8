#include "tests/unit/correlator/alerts.h"

#include "correlator/correlator.h"

static char *stops[] = { (char[]){ "198.51.100.53" }, (char[]){ "10.8.0.0/16" }, (char[]){ "time.example" } };

static char *accounts[] = { (char[]){ "guest" } };

static struct correlator_settings settings(void)
{
    return (struct correlator_settings){
        .join = { .window_us = 30 * MINUTE, .long_window_us = 180 * MINUTE, .grown_us = MINUTE, .span_us = 7 * 24 * 60 * MINUTE,
                  .steps_max = 4096, .stop_values = { stops, 3 }, .stop_accounts = { accounts, 1 } },
        .scene = { .usual_gap_us = 60 * MINUTE, .usual_hours = 3, .sweep_us = MINUTE },
        .meta_gap_us = MINUTE, .meta_echo_us = 2000000, .meta_max = 1000, .rule_max = 1000,
        .case_max = 100, .quiet_us = 24 * 60 * MINUTE,
    };
}

static struct correlator *begin(const struct correlator_settings *s)
{
    struct fault f;
    struct correlator *c = correlator_new(s, &f);
    assert_non_null(c);
    return c;
}

static void offer(struct correlator *c, struct given g)
{
    struct alert_view a = alert_of(g);
    assert_int_equal(correlator_alert(c, &a, 42, NULL), 0);
    alert_view_free(&a);
}
#define OFFER(c, ...) offer((c), (struct given){ __VA_ARGS__ })

/* What correlator_changes() says, as JSON lines. */
struct said { char lines[16][16000]; size_t len[16]; unsigned changed, gone; char gone_ids[16][64]; };

static void on_changed(void *ctx, const struct incident *i)
{
    struct said *s = ctx;
    if (s->changed < 16) {
        struct text t = text_over(s->lines[s->changed], sizeof s->lines[0]);
        incident_json(i, &t);
        assert_false(t.cut);
        s->len[s->changed] = t.len;
        text_end(&t);
    }
    s->changed++;
}

static void on_gone(void *ctx, const struct incident *i)
{
    struct said *s = ctx;
    assert_true(*i->region != '\0');
    if (s->gone < 16)
        snprintf(s->gone_ids[s->gone], 64, "%s", i->id);
    s->gone++;
}

static struct said said;

static struct said *changes(struct correlator *c)
{
    memset(&said, 0, sizeof said);
    correlator_changes(c, NULL, on_changed, on_gone, &said);
    return &said;
}

static const struct join_case { const char *name; struct given first, second; bool joins; const char *en, *zh; } joins[] = {
    { "the same pair", { .sid = 1 }, { .sid = 2, .at_us = 60000000 }, true,
      "same attacker 198.51.100.7 and same victim, 60 s later: something", "同一攻击者 198.51.100.7 对同一受害者，60 秒后：something" },
    { "the same attacker", { .sid = 1 }, { .sid = 2, .dest = "10.0.0.2", .at_us = 10 * MINUTE }, true,
      "same attacker 198.51.100.7, another victim, 10 min later: something", "同一攻击者 198.51.100.7，新的受害者，10 分钟后：something" },
    { "the same victim", { .sid = 1 }, { .sid = 2, .src = "203.0.113.9" }, true,
      "same victim 10.0.0.1, another attacker, at the same time: something", "同一受害者 10.0.0.1，新的攻击者，同一时段：something" },
    { "a victim that attacks", { .sid = 1 }, { .sid = 2, .src = "10.0.0.1", .dest = "10.0.0.2" }, true,
      "10.0.0.1, until now a victim, attacks, at the same time: something", "受害者 10.0.0.1 转为攻击来源，同一时段：something" },
    { "nobody in common", { .sid = 1 }, { .sid = 2, .src = "203.0.113.9", .dest = "10.0.0.2" }, false, NULL, NULL },
    { "the end of the window", { .sid = 1 }, { .sid = 2, .at_us = 30 * MINUTE }, true,
      "same attacker 198.51.100.7 and same victim, 30 min later: something", "同一攻击者 198.51.100.7 对同一受害者，30 分钟后：something" },
    { "after the window", { .sid = 1 }, { .sid = 2, .at_us = 30 * MINUTE + 1 }, false, NULL, NULL },
    { "before the window", { .sid = 1 }, { .sid = 2, .at_us = 0 - 30 * MINUTE - 1 }, false, NULL, NULL },
    { "late on its way", { .sid = 1 }, { .sid = 2, .at_us = 0 - 30 * MINUTE }, true,
      "same attacker 198.51.100.7 and same victim, at the same time: something", "同一攻击者 198.51.100.7 对同一受害者，同一时段：something" },
    { "another region", { .sid = 1 }, { .sid = 2, .region = "430200" }, false, NULL, NULL },
    { "an exercise beside the real", { .sid = 1 }, { .sid = 2, .status = "exercise" }, false, NULL, NULL },
    { "a stop value as attacker", { .src = "198.51.100.53", .sid = 1 }, { .src = "198.51.100.53", .dest = "10.0.0.2", .sid = 2 }, false, NULL, NULL },
    { "a stop prefix as victim", { .dest = "10.8.1.1", .sid = 1 }, { .src = "203.0.113.9", .dest = "10.8.1.1", .sid = 2 }, false, NULL, NULL },
    { "a stop value as attacker of the same victim", { .src = "198.51.100.53", .sid = 1 }, { .src = "198.51.100.53", .sid = 2 }, true,
      "same victim 10.0.0.1, another attacker, at the same time: something", "同一受害者 10.0.0.1，新的攻击者，同一时段：something" },
    { "the same account elsewhere", { .sid = 1, .account = "alice" },
      { .sid = 2, .src = "203.0.113.9", .dest = "10.0.0.2", .account = "alice", .at_us = 10 * MINUTE }, true,
      "same account alice, 10 min later: something", "同一账号 alice，10 分钟后：something" },
    { "another account", { .sid = 1, .account = "alice" }, { .sid = 2, .src = "203.0.113.9", .dest = "10.0.0.2", .account = "bob" }, false, NULL, NULL },
    { "an account that is everybody's", { .sid = 1, .account = "Guest" }, { .sid = 2, .src = "203.0.113.9", .dest = "10.0.0.2", .account = "Guest" }, false, NULL, NULL },
    { "an account on a host, nobody known to attack", { .sid = 1, .account = "alice" }, { .sid = 2, .src = "", .dest = "10.0.0.2", .account = "alice" }, true,
      "same account alice, at the same time: something", "同一账号 alice，同一时段：something" },
    { "the same indicator", { .sid = 1, .indicator = "evil.example" },
      { .sid = 2, .src = "203.0.113.9", .dest = "10.0.0.2", .indicator = "evil.example", .at_us = 29 * MINUTE }, true,
      "same indicator evil.example, 29 min later: something", "同一威胁指标 evil.example，29 分钟后：something" },
    { "the same indicator after the window", { .sid = 1, .indicator = "evil.example" },
      { .sid = 2, .src = "203.0.113.9", .dest = "10.0.0.2", .indicator = "evil.example", .at_us = 31 * MINUTE }, false, NULL, NULL },
    { "an indicator that is a stop value", { .sid = 1, .indicator = "time.example" },
      { .sid = 2, .src = "203.0.113.9", .dest = "10.0.0.2", .indicator = "time.example" }, false, NULL, NULL },
    { "what is no address", { .src = "", .dest = "", .sid = 1 }, { .src = "", .dest = "", .sid = 2 }, false, NULL, NULL },
};

static void an_alert_joins_what_shares_an_entity_in_time_and_the_reason_is_said_in_both_languages(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof joins / sizeof joins[0]; i++) {
        const struct join_case *k = &joins[i];
        struct correlator_settings s = settings();
        struct correlator *c = begin(&s);
        offer(c, k->first);
        offer(c, k->second);
        struct said *out = changes(c);
        if (out->changed != (k->joins ? 1 : 2))
            fail_msg("%s: %u incidents", k->name, out->changed);
        struct incident_view v;
        struct fault f;
        assert_int_equal(incident_parse(out->lines[0], out->len[0], &v, &f), 0);
        if (k->joins && (v.incident.join_count != 2 || strcmp(v.incident.joins[1].en, k->en) != 0
                         || strcmp(v.incident.joins[1].zh, k->zh) != 0))
            fail_msg("%s: %s | %s", k->name, v.incident.joins[1].en, v.incident.joins[1].zh);
        assert_non_null(strstr(v.incident.joins[0].en, "first alert: something, "));
        assert_non_null(strstr(v.incident.joins[0].zh, "首条告警：something，"));
        incident_view_free(&v);
        correlator_free(c);
    }
}

static void repeats_of_a_meta_alert_count_without_a_new_reason(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    for (unsigned i = 0; i < 100; i++)
        OFFER(c, .at_us = i * MINUTE / 2);
    struct said *out = changes(c);
    struct incident_view v;
    struct fault f;
    assert_int_equal(out->changed, 1);
    assert_int_equal(incident_parse(out->lines[0], out->len[0], &v, &f), 0);
    assert_int_equal(v.incident.alert_count, 100);
    assert_int_equal(v.incident.join_count, 1);
    assert_int_equal(v.incident.alert_id_count, 100);
    const struct correlator_counts *n = correlator_counts(c);
    assert_true(n->alerts == 100 && n->metas == 1 && n->incidents == 1 && n->open == 1);
    incident_view_free(&v);
    correlator_free(c);
}

static void only_what_changed_goes_out_and_as_its_next_version(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .sid = 1);
    OFFER(c, .src = "203.0.113.9", .dest = "10.0.0.9");
    assert_int_equal(changes(c)->changed, 2);
    assert_int_equal(changes(c)->changed, 0);
    OFFER(c, .sid = 2);
    struct said *out = changes(c);
    assert_int_equal(out->changed, 1);
    assert_non_null(strstr(out->lines[0], "\"version\":2,"));
    assert_non_null(strstr(out->lines[0], "\"alert_count\":2,"));
    correlator_free(c);
}

static void what_was_restored_goes_on_where_it_stood(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s), *after = begin(&s);
    OFFER(c, .at_us = 0, .tactic = "TA0043");
    OFFER(c, .at_us = 20 * MINUTE, .src = "203.0.113.9", .dest = "10.0.0.9");
    OFFER(c, .at_us = 25 * MINUTE, .src = "203.0.113.10", .dest = "10.0.0.10");
    struct said *out = changes(c);
    assert_int_equal(out->changed, 3);
    for (unsigned i = 0; i < 3; i++) {
        struct incident_view v;
        struct fault f;
        assert_int_equal(incident_parse(out->lines[i], out->len[i], &v, &f), 0);
        assert_int_equal(correlator_restore(after, &v.incident), 0);
        incident_view_free(&v);
    }
    assert_int_equal(changes(after)->changed, 0);
    assert_int_equal(correlator_counts(after)->open, 3);
    struct given next = { .at_us = 26 * MINUTE, .sid = 2, .tactic = "TA0001" };
    offer(after, next);
    struct said *one = changes(after);
    assert_int_equal(one->changed, 1);
    assert_non_null(strstr(one->lines[0], "\"version\":2,"));
    assert_non_null(strstr(one->lines[0], "\"alert_count\":2,"));
    assert_non_null(strstr(one->lines[0], "\"tactics\":[\"TA0043\",\"TA0001\"]"));
    correlator_free(c);
    correlator_free(after);
}

/* One that was late could join the incident before it and the one after: it is the latest, before and after a restart. */
static void a_restart_does_not_change_which_incident_is_joined(void **unused)
{
    (void)unused;
    for (int turn = 0; turn < 3; turn++) {
        struct correlator_settings s = settings();
        struct correlator *c = begin(&s), *after = begin(&s);
        OFFER(c, .at_us = 0, .src = "203.0.113.1");
        OFFER(c, .at_us = 40 * MINUTE, .src = "203.0.113.2");
        struct said *out = changes(c);
        assert_int_equal(out->changed, 2);
        for (int i = 0; i < 2; i++) {
            struct incident_view v;
            struct fault f;
            int line = turn == 1 ? 1 - i : i;       /* Redis gives them in any order */
            assert_int_equal(incident_parse(out->lines[line], out->len[line], &v, &f), 0);
            correlator_restore(after, &v.incident);
            incident_view_free(&v);
        }
        struct correlator *one = turn == 2 ? c : after;
        OFFER(one, .at_us = 20 * MINUTE, .src = "203.0.113.3");
        out = changes(one);
        assert_int_equal(out->changed, 1);
        if (strstr(out->lines[0], "\"address\":\"203.0.113.2\"") == NULL)
            fail_msg("turn %d: it joined the older one", turn);
        correlator_free(c);
        correlator_free(after);
    }
}

/* One alert an hour about somebody else: the region's clock goes on. */
static void hours_pass(struct correlator *c, uint64_t from, uint64_t until)
{
    for (uint64_t at = from; at < until; at += 50 * MINUTE)
        OFFER(c, .at_us = at, .src = "203.0.113.77", .dest = "10.0.0.77", .sid = 77);
}

static void quiet_incidents_are_let_go_and_said(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .at_us = 0);
    hours_pass(c, 50 * MINUTE, s.quiet_us);
    OFFER(c, .at_us = s.quiet_us, .src = "203.0.113.9", .dest = "10.0.0.9", .sid = 9);
    assert_int_equal(changes(c)->gone, 0);
    OFFER(c, .at_us = s.quiet_us + 1, .src = "203.0.113.9", .dest = "10.0.0.9", .sid = 9);
    struct said *out = changes(c);
    assert_int_equal(out->gone, 1);
    assert_int_equal(strncmp(out->gone_ids[0], "I-430100-2026112", 16), 0);
    assert_int_equal(correlator_counts(c)->let_go, 1);
    correlator_free(c);
}

static void one_alert_from_the_future_makes_nothing_leave_memory(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .at_us = 0);
    OFFER(c, .at_us = 60 * 365 * 24 * 60 * MINUTE, .src = "203.0.113.9", .dest = "10.0.0.9", .sid = 9);
    assert_int_equal(changes(c)->gone, 0);
    OFFER(c, .at_us = 10 * MINUTE, .sid = 2);
    assert_int_equal(changes(c)->changed, 1);       /* the first one, that still stands */
    assert_true(correlator_counts(c)->open == 2 && correlator_counts(c)->let_go == 0);
    correlator_free(c);
}

/* A sensor drains what it kept for two days, beside another one that is up to date. */
static void late_alerts_make_incidents_that_stay(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .at_us = 48 * 60 * MINUTE);
    for (unsigned i = 0; i < 10; i++) {
        OFFER(c, .at_us = i * MINUTE, .src = "203.0.113.9", .dest = "10.0.0.9", .sid = 9);
        assert_int_equal(changes(c)->gone, 0);
    }
    assert_int_equal(correlator_counts(c)->incidents, 2);
    correlator_free(c);
}

static void too_many_incidents_let_the_oldest_go(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    s.case_max = 10;
    struct correlator *c = begin(&s);
    for (unsigned i = 0; i < 200; i++) {
        char src[32], dest[32];
        snprintf(src, sizeof src, "198.18.0.%u", i);
        snprintf(dest, sizeof dest, "10.7.0.%u", i);
        OFFER(c, .at_us = i * 1000, .src = src, .dest = dest, .sid = 100 + i);
    }
    assert_int_equal(changes(c)->changed, 200);
    for (int i = 0; i < 4; i++)
        (void)changes(c);
    assert_true(correlator_counts(c)->open == 10 && correlator_counts(c)->let_go == 190);
    OFFER(c, .at_us = 200000, .src = "198.18.0.199", .dest = "10.7.0.199", .sid = 5);
    assert_int_equal(changes(c)->changed, 1);
    assert_int_equal(correlator_counts(c)->incidents, 200);      /* the newest was kept: no new one */
    OFFER(c, .at_us = 200000, .src = "198.18.0.0", .dest = "10.7.0.0", .sid = 5);
    assert_int_equal(correlator_counts(c)->incidents, 201);      /* the oldest was not */
    correlator_free(c);
}

static void on_stop_value(void *ctx, const struct stop_value *v)
{
    bool given = strcmp(v->region, "") == 0;
    assert_true((given || strcmp(v->name, "10.0.0.80") == 0) && *v->en != '\0' && *v->zh != '\0');
    ++*(unsigned *)ctx;
}

/* ---- sensors on the hosts themselves: no attacker is known ---- */

#define ABOUT(host) .src = host, .dest = host
#define HOUR (60 * MINUTE)

static const char mail[] = "10.0.0.25", web[] = "10.0.0.80";

/* Two days in which the mail server says "success" every two minutes and the web server one odd thing in eight hours. */
static void two_days(struct correlator *c)
{
    for (uint64_t at = 0; at < 48 * HOUR; at += 2 * MINUTE)
        OFFER(c, ABOUT(mail), .at_us = at, .sid = 1, .msg = "authentication success");
    for (unsigned i = 0; i < 6; i++) {
        OFFER(c, ABOUT(web), .at_us = i * 8 * HOUR, .sid = 200 + i, .msg = "odd");
        OFFER(c, ABOUT(web), .at_us = i * 8 * HOUR, .sid = 250, .msg = "three times a day");
    }
    (void)changes(c);
}

static uint64_t incident_of(struct correlator *c, struct given g)
{
    struct alert_view a = alert_of(g);
    struct verdict v;
    assert_int_equal(correlator_alert(c, &a, 42, &v), 0);
    alert_view_free(&a);
    return v.incident;
}
#define INCIDENT(c, ...) incident_of((c), (struct given){ __VA_ARGS__ })

static void what_is_usual_for_its_host_is_outside_all_incidents_unless_it_is_grave(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    two_days(c);
    assert_int_equal(INCIDENT(c, ABOUT(mail), .at_us = 48 * HOUR, .sid = 1), 0);
    assert_true(correlator_counts(c)->usual > 1300);
    assert_int_not_equal(INCIDENT(c, ABOUT(mail), .at_us = 48 * HOUR + 60 * SECOND_US, .sid = 9), 0);     /* here something else is new */
    assert_int_equal(INCIDENT(c, ABOUT(mail), .at_us = 48 * HOUR + 63 * SECOND_US, .sid = 1), 0);         /* it takes no part */
    assert_int_not_equal(INCIDENT(c, ABOUT(web), .at_us = 48 * HOUR, .sid = 1), 0);      /* here it is new */
    uint64_t grave = INCIDENT(c, ABOUT(mail), .at_us = 48 * HOUR + 5 * MINUTE, .sid = 1, .severity = 1);
    assert_int_not_equal(grave, 0);
    assert_int_equal(INCIDENT(c, ABOUT(mail), .at_us = 48 * HOUR + 9 * MINUTE, .sid = 1, .severity = 1), grave);
    correlator_free(c);
}

static const struct story { const char *name; uint64_t after_us; unsigned before, sid; bool joins; } stories[] = {
    { "one sign, 10 min later",                          10 * MINUTE, 1, 400, true },
    { "one sign, an hour later",                         HOUR,        1, 400, false },
    { "four signs, an hour later",                       HOUR,        4, 400, true },
    { "four signs, four hours later",                    4 * HOUR,    4, 400, false },
    { "four signs, 15 min later what comes thrice a day", 15 * MINUTE, 4, 250, true },
    { "four signs, an hour later what comes thrice a day", HOUR,      4, 250, false },
};

static void a_sign_joins_its_hosts_story_when_it_comes_soon_against_the_hosts_rhythm(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        const struct story *k = &stories[i];
        struct correlator_settings s = settings();
        struct correlator *c = begin(&s);
        two_days(c);
        uint64_t story = 0;
        for (unsigned sid = 0; sid < k->before; sid++)
            story = INCIDENT(c, ABOUT(web), .at_us = 50 * HOUR, .sid = 300 + sid);
        uint64_t next = INCIDENT(c, ABOUT(web), .at_us = 50 * HOUR + k->after_us, .sid = k->sid);
        if ((next == story) != k->joins)
            fail_msg("%s: incident %u after %u", k->name, (unsigned)next, (unsigned)story);
        correlator_free(c);
    }
}

static void a_host_that_says_something_new_all_the_time_joins_nothing_and_is_listed(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    for (unsigned i = 0; i < 400; i++)
        OFFER(c, ABOUT(web), .at_us = i * 5 * MINUTE, .sid = 1000 + i);
    uint64_t one = INCIDENT(c, ABOUT(web), .at_us = 2001 * MINUTE, .sid = 1);
    assert_int_not_equal(INCIDENT(c, ABOUT(web), .at_us = 2004 * MINUTE, .sid = 2), one);
    unsigned listed = 0;
    correlator_stop_values(c, on_stop_value, &listed);
    assert_int_equal(listed, 1 + 3 + 1);        /* and those that were given */
    correlator_free(c);
}

static void on_scanner(void *ctx, const struct stop_value *v)
{
    *(unsigned *)ctx += strcmp(v->name, "10.9.9.9") == 0 && strstr(v->en, "6 others") != NULL;
}

/* Our own scanner asks six hosts every twenty minutes, all day; the next day somebody uses it. */
static void an_address_with_which_alerts_are_usual_at_many_hosts_becomes_a_stop_value(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    char dest[32];
    for (unsigned i = 0; i < 6 * 24 * 3; i++) {
        snprintf(dest, sizeof dest, "10.0.2.%u", i % 6);
        OFFER(c, .src = "10.9.9.9", .dest = dest, .at_us = i / 6 * 20 * MINUTE, .sid = 1);
    }
    unsigned listed = 0;
    correlator_stop_values(c, on_scanner, &listed);
    assert_int_equal(listed, 1);
    uint64_t one = INCIDENT(c, .src = "10.9.9.9", .dest = "10.0.2.100", .at_us = 24 * HOUR, .sid = 7);
    uint64_t two = INCIDENT(c, .src = "10.9.9.9", .dest = "10.0.2.101", .at_us = 24 * HOUR + MINUTE, .sid = 8);
    assert_true(one != 0 && two != 0 && one != two);
    correlator_free(c);
}

/* A sensor that drains what it kept while the line was down, and one whose clock is a day ahead. */
static void late_alerts_join_what_they_belong_to_and_wrong_clocks_are_counted(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    uint64_t one = INCIDENT(c, .at_us = 5 * HOUR, .sid = 1);
    for (unsigned h = 1; h <= 3; h++)
        OFFER(c, .src = "203.0.113.9", .dest = "10.0.0.77", .at_us = 5 * HOUR + h * 50 * MINUTE, .sid = 4);
    assert_int_equal(INCIDENT(c, .at_us = 5 * HOUR - 10 * MINUTE, .sid = 2), one);      /* two and a half hours late */
    assert_int_equal(correlator_counts(c)->late, 1);
    assert_int_equal(correlator_counts(c)->jumps, 0);
    OFFER(c, .src = "203.0.113.10", .dest = "10.0.0.78", .at_us = 30 * HOUR, .sid = 5);
    assert_int_equal(correlator_counts(c)->jumps, 1);
    OFFER(c, .src = "203.0.113.9", .dest = "10.0.0.77", .at_us = 8 * HOUR, .sid = 4);
    assert_int_equal(correlator_counts(c)->late, 1);        /* the clock went an hour with the jump, and no more */
    assert_int_equal(changes(c)->gone, 0);
    correlator_free(c);
}

static void order_of_arrival_within_the_window_changes_neither_incidents_nor_their_sums(void **unused)
{
    (void)unused;
    static const unsigned orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 }, { 1, 3, 0, 2 } };
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        struct correlator_settings s = settings();
        struct correlator *c = begin(&s);
        for (unsigned i = 0; i < 4; i++)
            OFFER(c, .sid = 10 + orders[o][i], .at_us = HOUR + orders[o][i] * 5 * MINUTE);
        struct said *out = changes(c);
        struct incident_view v;
        struct fault f;
        assert_int_equal(out->changed, 1);
        assert_int_equal(incident_parse(out->lines[0], out->len[0], &v, &f), 0);
        assert_int_equal(v.incident.alert_count, 4);
        assert_true(v.incident.first_us == NOON + HOUR && v.incident.last_us == NOON + HOUR + 15 * MINUTE);
        incident_view_free(&v);
        correlator_free(c);
    }
}

static void a_million_alerts_of_one_rule_are_one_incident(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    struct alert_view a = ALERT(.sid = 1);
    for (unsigned i = 0; i < 1000000; i++) {
        a.time_us += 10000;
        assert_int_equal(correlator_alert(c, &a, 42, NULL), 0);
        if (i % 1000 == 0)
            (void)changes(c);
    }
    alert_view_free(&a);
    const struct correlator_counts *n = correlator_counts(c);
    assert_true(n->alerts == 1000000 && n->incidents == 1 && n->metas == 1 && n->open == 1);
    correlator_free(c);
}

/* A scan of four hosts; one of them is then attacked for longer. */
static void a_sweep_becomes_part_of_the_story_that_grows_out_of_it(void **unused)
{
    (void)unused;
    static const char *const hosts[] = { "10.0.0.31", "10.0.0.32", "10.0.0.33", web };
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    two_days(c);
    for (unsigned i = 0; i < 20; i++) {      /* others that are there */
        char name[32];
        snprintf(name, sizeof name, "10.0.1.%u", i);
        OFFER(c, ABOUT(name), .at_us = 40 * HOUR + i * 5 * MINUTE, .sid = 500 + i);
    }
    uint64_t sweep = 0;
    for (unsigned i = 0; i < 4; i++)
        sweep = INCIDENT(c, ABOUT(hosts[i]), .at_us = 50 * HOUR + i * SECOND_US, .sid = 600, .msg = "scanner seen");
    for (unsigned i = 0; i < 3; i++)
        (void)INCIDENT(c, ABOUT(web), .at_us = 50 * HOUR + (20 + 30 * i) * SECOND_US, .sid = 700 + i);
    uint64_t story = INCIDENT(c, ABOUT(web), .at_us = 50 * HOUR + 5 * MINUTE, .sid = 703);
    assert_int_equal(correlator_whole(c, sweep), correlator_whole(c, story));
    assert_int_equal(correlator_counts(c)->merged, 1);
    struct said *out = changes(c);
    unsigned parts = 0;
    for (unsigned i = 0; i < out->changed && i < 16; i++)
        parts += strstr(out->lines[i], "\"merged_into\":\"I-430100-") != NULL && strstr(out->lines[i], "\"state\":\"closed\"") != NULL;
    assert_int_equal(parts, 1);
    /* what was merely swept does not bring its later troubles along */
    assert_int_not_equal(correlator_whole(c, INCIDENT(c, ABOUT(hosts[0]), .at_us = 50 * HOUR + 8 * MINUTE, .sid = 900)),
                         correlator_whole(c, story));
    correlator_free(c);
}

static void one_rule_that_hits_five_victims_within_a_minute_is_one_campaign(void **unused)
{
    (void)unused;
    for (unsigned victims = 4; victims <= 7; victims++) {
        struct correlator_settings s = settings();
        struct correlator *c = begin(&s);
        char src[32], dest[32];
        for (unsigned i = 0; i < victims; i++) {
            snprintf(src, sizeof src, "203.0.113.%u", i);
            snprintf(dest, sizeof dest, "10.0.3.%u", i);
            OFFER(c, .src = src, .dest = dest, .at_us = i * 10 * SECOND_US, .sid = 1);
        }
        const struct correlator_counts *n = correlator_counts(c);
        assert_int_equal(n->incidents - n->merged, victims < 5 ? victims : 1);
        struct said *out = changes(c);
        if (victims == 5)
            assert_non_null(strstr(out->lines[0], "one rule, new to the region, hits many: now 10.0.3.4 too, 10 s later: something"));
        correlator_free(c);
    }
}

static void a_rule_that_is_known_in_the_region_makes_no_campaign(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    char src[32], dest[32];
    OFFER(c, .src = "203.0.113.200", .dest = "10.0.3.200", .at_us = 0 - 3 * HOUR, .sid = 1);
    for (unsigned i = 0; i < 7; i++) {
        snprintf(src, sizeof src, "203.0.113.%u", i);
        snprintf(dest, sizeof dest, "10.0.3.%u", i);
        OFFER(c, .src = src, .dest = dest, .at_us = i * SECOND_US, .sid = 1);
    }
    assert_int_equal(correlator_counts(c)->incidents, 8);
    assert_int_equal(correlator_counts(c)->merged, 0);
    correlator_free(c);
}

static void the_next_stage_is_named_in_the_reason(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *c = begin(&s);
    OFFER(c, .sid = 1, .tactic = "TA0102");
    OFFER(c, .sid = 2, .tactic = "TA0106", .at_us = 10 * MINUTE);
    OFFER(c, .sid = 3, .tactic = "TA0106", .at_us = 11 * MINUTE);
    struct said *out = changes(c);
    assert_non_null(strstr(out->lines[0], "same attacker 198.51.100.7 and same victim, 10 min later, "
                                          "next stage: discovery → impair process control: something"));
    assert_non_null(strstr(out->lines[0], "，10 分钟后，进入下一阶段：发现 → 损害过程控制：something"));
    assert_non_null(strstr(out->lines[0], "same victim, 60 s later: something"));
    correlator_free(c);
}

static void an_id_comes_from_the_first_alert_and_can_be_read_aloud(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct correlator *a = begin(&s), *b = begin(&s);
    struct alert_view first = ALERT(.sid = 1);
    char id[64];
    for (int i = 0; i < 2; i++) {
        struct correlator *c = i ? b : a;
        struct incident_view v;
        struct fault f;
        correlator_alert(c, &first, 42, NULL);
        struct said *out = changes(c);
        assert_int_equal(incident_parse(out->lines[0], out->len[0], &v, &f), 0);
        if (i)
            assert_string_equal(v.incident.id, id);
        snprintf(id, sizeof id, "%s", v.incident.id);
        incident_view_free(&v);
    }
    assert_int_equal(strlen(id), 26);
    assert_int_equal(strspn(id + 18, "0123456789abcdefghjkmnpqrstvwxyz"), 8);
    alert_view_free(&first);
    correlator_free(a);
    correlator_free(b);
}

static void a_missing_taxonomy_is_said(void **unused)
{
    (void)unused;
    struct correlator_settings s = settings();
    struct fault f;
    s.taxonomy = (char[]){ "/nonexistent/t.csv" };
    assert_null(correlator_new(&s, &f));
    assert_string_equal(f.why, "/nonexistent/t.csv: No such file or directory");
    correlator_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_joins_what_shares_an_entity_in_time_and_the_reason_is_said_in_both_languages),
        cmocka_unit_test(repeats_of_a_meta_alert_count_without_a_new_reason),
        cmocka_unit_test(only_what_changed_goes_out_and_as_its_next_version),
        cmocka_unit_test(what_was_restored_goes_on_where_it_stood),
        cmocka_unit_test(a_restart_does_not_change_which_incident_is_joined),
        cmocka_unit_test(quiet_incidents_are_let_go_and_said),
        cmocka_unit_test(one_alert_from_the_future_makes_nothing_leave_memory),
        cmocka_unit_test(late_alerts_make_incidents_that_stay),
        cmocka_unit_test(too_many_incidents_let_the_oldest_go),
        cmocka_unit_test(what_is_usual_for_its_host_is_outside_all_incidents_unless_it_is_grave),
        cmocka_unit_test(a_sign_joins_its_hosts_story_when_it_comes_soon_against_the_hosts_rhythm),
        cmocka_unit_test(a_host_that_says_something_new_all_the_time_joins_nothing_and_is_listed),
        cmocka_unit_test(an_address_with_which_alerts_are_usual_at_many_hosts_becomes_a_stop_value),
        cmocka_unit_test(late_alerts_join_what_they_belong_to_and_wrong_clocks_are_counted),
        cmocka_unit_test(order_of_arrival_within_the_window_changes_neither_incidents_nor_their_sums),
        cmocka_unit_test(a_million_alerts_of_one_rule_are_one_incident),
        cmocka_unit_test(a_sweep_becomes_part_of_the_story_that_grows_out_of_it),
        cmocka_unit_test(one_rule_that_hits_five_victims_within_a_minute_is_one_campaign),
        cmocka_unit_test(a_rule_that_is_known_in_the_region_makes_no_campaign),
        cmocka_unit_test(the_next_stage_is_named_in_the_reason),
        cmocka_unit_test(an_id_comes_from_the_first_alert_and_can_be_read_aloud),
        cmocka_unit_test(a_missing_taxonomy_is_said),
    };
    return cmocka_run_group_tests_name("correlator", tests, NULL, NULL);
}
