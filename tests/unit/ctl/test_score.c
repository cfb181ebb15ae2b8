/* What a drill was worth: each figure by cases that a person can count. */
#include "scene.h"

#include <jansson.h>
#include <time.h>

enum { INCIDENTS = 3, ALERTS = 4, FIGURES = 6 };

/* An inject of a victim, carried out at a minute; "more" are further members. */
#define INJECT(name, victim, minute, more) "\"" name "\":{\"attack\":\"a\",\"victims\":[\"" victim "\"],\"injected_at\":\"@" minute "@\"" more "}"
#define PLANNED(name, victim) "\"" name "\":{\"attack\":\"a\",\"victims\":[\"" victim "\"]}"
#define ONE INJECT("i1", "10.0.0.1", "10", "")
#define LIMITS ",\"detect_within\":120,\"acknowledge_within\":300,\"contain_within\":1200,\"resolve_within\":1800"
#define ONE_LIMITED INJECT("i1", "10.0.0.1", "10", LIMITS)
#define FULL_COURSE "triage 14 new>triaged; confirm 15 triaged>confirmed; handle 16 confirmed>handling; contain 25 handling>contained; close 35 contained>closed"

struct told_incident { const char *id; double detected; const char *history, *more; };
struct in_incident { size_t incident; struct told_alert alert; };

static const struct drill_case {
    const char *name, *injects;
    double as_of;                           /* 0: minute 60 */
    struct told_incident incidents[INCIDENTS];
    struct in_incident alerts[ALERTS];      /* one without a minute ends them */
    const char *want[FIGURES];              /* "detected 1/2", "detect_mean 60 s", "judged -" */
} cases[] = {
    { "nothing was injected", PLANNED("i1", "10.0.0.1"), 0, { { "I-1", 11, "", "" } }, { { 0, { .minute = 11 } } },
      { "detected -", "blocked -", "detect_mean -", "judged -" } },
    { "nothing was seen", ONE, 0, { { NULL } }, { { 0 } }, { "detected 0/1", "detect_mean -", "judged -", "acknowledge_mean -" } },
    { "it was seen after a minute and a half", ONE, 0, { { "I-1", 11.5, "", "" } }, { { 0, { .minute = 11 } } },
      { "detected 1/1", "detect_mean 90 s", "detect_median 90 s", "judged 0/1" } },
    { "an alert before the inject does not count", ONE, 0, { { "I-1", 9.5, "", "" } }, { { 0, { .minute = 9.99 } } }, { "detected 0/1", "detect_mean -" } },
    { "an incident before the inject that an alert joins afterwards does", ONE, 0, { { "I-1", 5, "", "" } },
      { { 0, { .minute = 5 } }, { 0, { .minute = 12 } } }, { "detected 1/1", "detect_mean 120 s" } },
    { "an alert after the moment does not count", ONE, 11, { { "I-1", 12, "", "" } }, { { 0, { .minute = 12 } } }, { "detected 0/1" } },
    { "an incident that was made after the moment does not count", ONE, 11, { { "I-1", 12, "", "" } }, { { 0, { .minute = 10.5 } } }, { "detected 0/1" } },
    { "an alert of another victim does not count", ONE, 0, { { "I-1", 11, "", "" } }, { { 0, { .minute = 11, .dest = "10.0.0.2" } } }, { "detected 0/1" } },
    { "the victim's own answer counts", ONE, 0, { { "I-1", 11, "", "" } }, { { 0, { .minute = 11, .src = "10.0.0.1", .dest = "198.51.100.7" } } }, { "detected 1/1" } },
    { "another attacker than the named one does not", INJECT("i1", "10.0.0.0/24", "10", ",\"attackers\":[\"203.0.113.9\"]"), 0, { { "I-1", 11, "", "" } },
      { { 0, { .minute = 11 } } }, { "detected 0/1" } },
    { "the named one does, of a victim in a prefix", INJECT("i1", "10.0.0.0/24", "10", ",\"attackers\":[\"203.0.113.0/24\"]"), 0, { { "I-1", 11, "", "" } },
      { { 0, { .minute = 11, .src = "203.0.113.9" } } }, { "detected 1/1" } },
    { "another rule than the expected one does not count", INJECT("i1", "10.0.0.1", "10", ",\"rule\":7"), 0, { { "I-1", 11, "", "" } },
      { { 0, { .minute = 11, .sid = 8 } } }, { "detected 0/1" } },
    { "the expected rule does", INJECT("i1", "10.0.0.1", "10", ",\"rule\":7"), 0, { { "I-1", 11, "", "" } }, { { 0, { .minute = 11, .sid = 7 } } }, { "detected 1/1" } },
    { "another stage than the expected one does not", INJECT("i1", "10.0.0.1", "10", ",\"stage\":\"TA0043\""), 0, { { "I-1", 11, "", "" } },
      { { 0, { .minute = 11, .tactic = "TA0001" } } }, { "detected 0/1" } },
    { "the expected stage does", INJECT("i1", "10.0.0.1", "10", ",\"stage\":\"TA0043\""), 0, { { "I-1", 11, "", "" } },
      { { 0, { .minute = 11, .tactic = "TA0043" } } }, { "detected 1/1" } },
    { "two incidents of one inject are one detection, by the first", ONE, 0, { { "I-1", 14, "", "" }, { "I-2", 12, "", "" } },
      { { 0, { .minute = 11 } }, { 1, { .minute = 12 } } }, { "detected 1/1", "detect_mean 120 s" } },
    { "of two incidents both have to be contained", ONE_LIMITED, 0,
      { { "I-1", 11, "contain 20 handling>contained", "" }, { "I-2", 12, "triage 13 new>triaged", "" } },
      { { 0, { .minute = 11 } }, { 1, { .minute = 12 } } }, { "contained_in_time 0/1" } },
    { "whichever of them comes first", ONE_LIMITED, 0,
      { { "I-1", 11, "triage 13 new>triaged", "" }, { "I-2", 12, "contain 20 handling>contained", "" } },
      { { 0, { .minute = 11 } }, { 1, { .minute = 12 } } }, { "contained_in_time 0/1" } },
    { "the last of them counts", ONE_LIMITED, 0,
      { { "I-1", 11, "contain 20 handling>contained", "" }, { "I-2", 12, "contain 29 handling>contained", "" } },
      { { 0, { .minute = 11 } }, { 1, { .minute = 12 } } }, { "contained_in_time 1/1" } },
    { "two injects in one incident are two detections, each by its own alert", ONE "," INJECT("i2", "10.0.0.1", "20", ""), 0, { { "I-1", 11, "", "" } },
      { { 0, { .minute = 11 } }, { 0, { .minute = 22 } } }, { "detected 2/2", "detect_mean 90 s", "detect_median 90 s" } },
    { "an alert belongs to the last inject before it", ONE "," INJECT("i2", "10.0.0.1", "20", ""), 0, { { "I-1", 22, "", "" } },
      { { 0, { .minute = 22 } } }, { "detected 1/2", "detect_mean 120 s" } },
    { "but to the one that names its rule", INJECT("i1", "10.0.0.1", "10", ",\"rule\":7") "," INJECT("i2", "10.0.0.1", "20", ""), 0,
      { { "I-1", 22, "", "" } }, { { 0, { .minute = 22, .sid = 7 } } }, { "detected 1/2", "detect_mean 720 s" } },
    { "wherever that one stands in the plan", ONE "," INJECT("i2", "10.0.0.1", "5", ",\"rule\":7"), 0,
      { { "I-1", 22, "", "" } }, { { 0, { .minute = 22, .sid = 7 } } }, { "detected 1/2", "detect_mean 1020 s" } },
    { "an actual alert in the incident does not count", ONE, 0, { { "I-1", 11, "", "" } }, { { 0, { .minute = 11, .status = "actual" } } }, { "detected 0/1" } },
    { "the whole course, in time", ONE_LIMITED, 0, { { "I-1", 11, FULL_COURSE, "" } }, { { 0, { .minute = 11 } } },
      { "detected_in_time 1/1", "acknowledged_in_time 1/1", "acknowledge_mean 180 s", "contained_in_time 1/1", "resolved_in_time 1/1", "resolve_mean 1440 s" } },
    { "seen too late", ONE_LIMITED, 0, { { "I-1", 13, "", "" } }, { { 0, { .minute = 13 } } }, { "detected 1/1", "detected_in_time 0/1" } },
    { "not seen and its time is over", ONE_LIMITED, 12.1, { { NULL } }, { { 0 } }, { "detected_in_time 0/1", "contained_in_time -" } },
    { "not seen and its time is not over", ONE_LIMITED, 11.9, { { NULL } }, { { 0 } }, { "detected 0/1", "detected_in_time -" } },
    { "a limit that nobody set is none", ONE, 0, { { "I-1", 11, FULL_COURSE, "" } }, { { 0, { .minute = 11 } } },
      { "detected_in_time -", "acknowledged_in_time -", "contained_in_time -", "resolved_in_time -", "judged 1/1" } },
    { "taken up too late", ONE_LIMITED, 0, { { "I-1", 11, "triage 17 new>triaged", "" } }, { { 0, { .minute = 11 } } },
      { "acknowledged_in_time 0/1", "acknowledge_mean 360 s" } },
    { "a comment takes nothing up", ONE_LIMITED, 0, { { "I-1", 11, "comment 12 new>new", "" } }, { { 0, { .minute = 11 } } },
      { "acknowledged_in_time 0/1", "acknowledge_mean -" } },
    { "what somebody had in hand already is taken up when it is seen", ONE_LIMITED, 0, { { "I-1", 5, "triage 6 new>triaged", "" } },
      { { 0, { .minute = 12 } } }, { "acknowledged_in_time 1/1", "acknowledge_mean 0 s" } },
    { "what people did after the moment does not count", ONE_LIMITED, 14.5, { { "I-1", 11, FULL_COURSE, "" } }, { { 0, { .minute = 11 } } },
      { "acknowledged_in_time 1/1", "contained_in_time -", "resolve_mean -", "judged 0/1" } },
    { "containment before it was seen contained something else", ONE_LIMITED, 0, { { "I-1", 2, "contain 9 handling>contained", "" } },
      { { 0, { .minute = 12 } } }, { "contained_in_time 0/1" } },
    { "containment that did not hold is none", ONE_LIMITED, 0, { { "I-1", 11, "contain 20 handling>contained; handle 22 contained>handling", "" } },
      { { 0, { .minute = 11 } } }, { "contained_in_time 0/1" } },
    { "what was opened again counts from when it was closed last", ONE_LIMITED, 0,
      { { "I-1", 11, FULL_COURSE "; reopen 40 closed>reopened; handle 41 reopened>handling; contain 45 handling>contained; close 50 contained>closed", "" } },
      { { 0, { .minute = 11 } } }, { "resolved_in_time 0/1", "resolve_mean 2340 s", "contained_in_time 0/1" } },
    { "judged false it was misjudged, and closing does not resolve it", ONE_LIMITED, 0,
      { { "I-1", 11, "false_positive 13 new>false_positive; close 14 false_positive>closed", "" } }, { { 0, { .minute = 11 } } },
      { "judged 0/1", "acknowledged_in_time 1/1", "resolve_mean -", "contained_in_time 0/1" } },
    { "misjudged and judged rightly afterwards", ONE_LIMITED, 0,
      { { "I-1", 11, "benign 13 new>benign; reopen 14 benign>reopened; confirm 15 reopened>confirmed", "" } }, { { 0, { .minute = 11 } } }, { "judged 1/1" } },
    { "blocked and contained at once", INJECT("i1", "10.0.0.1", "10", LIMITS ",\"outcome\":\"blocked\""), 0, { { NULL } }, { { 0 } },
      { "blocked 1/1", "contained_in_time 1/1", "detected 0/1" } },
    { "succeeded, and one of which nobody said what became", INJECT("i1", "10.0.0.1", "10", ",\"outcome\":\"succeeded\"") "," INJECT("i2", "10.0.0.2", "11", ""), 0,
      { { NULL } }, { { 0 } }, { "blocked 0/2" } },
    { "a part is handled in its whole", ONE_LIMITED, 0,
      { { "I-1", 11, "triage 12 new>triaged", ",\"merged_into\":\"I-2\"" },
        { "I-2", 3, "merge 13 new>new I-1; confirm 14 new>confirmed; contain 20 handling>contained; close 30 contained>closed", "" } },
      { { 0, { .minute = 11 } } }, { "acknowledge_mean 60 s", "contained_in_time 1/1", "resolve_mean 1140 s", "judged 1/1" } },
    { "of a part that was merged after the moment its own course counts", ONE_LIMITED, 59,
      { { "I-1", 11, "confirm 12 new>confirmed", ",\"merged_into\":\"I-2\"" }, { "I-2", 3, "merge 59.5 new>new I-1; contain 20 handling>contained", "" } },
      { { 0, { .minute = 11 } } }, { "judged 1/1", "contained_in_time 0/1" } },
    { "parts in a circle end", ONE, 0, { { "I-1", 11, "", ",\"merged_into\":\"I-2\"" }, { "I-2", 12, "", ",\"merged_into\":\"I-1\"" } },
      { { 0, { .minute = 11 } } }, { "detected 1/1", "resolve_mean -" } },
    { "a capture of last night: its alerts are compared with its own time", INJECT("i1", "10.0.0.1", "10", ",\"capture_at\":\"@-500@\""), 0,
      { { "I-1", 10.1, "", "" } }, { { 0, { .minute = -499.5 } } }, { "detected 1/1", "detect_mean 30 s" } },
    { "and what lies before it there does not count", INJECT("i1", "10.0.0.1", "10", ",\"capture_at\":\"@-500@\""), 0, { { "I-1", 10.1, "", "" } },
      { { 0, { .minute = -500.5 } } }, { "detected 0/1" } },
    { "nor what is more than a day behind it", INJECT("i1", "10.0.0.1", "10", ",\"capture_at\":\"@-1500@\""), 0, { { "I-1", 10.1, "", "" } },
      { { 0, { .minute = -30 } } }, { "detected 0/1" } },
    { "the platform's own delay counts when it is longer", INJECT("i1", "10.0.0.1", "10", ",\"capture_at\":\"@-500@\""), 0, { { "I-1", 12, "", "" } },
      { { 0, { .minute = -499.5 } } }, { "detect_mean 120 s" } },
    { "three: the middle one and the mean",
      ONE "," INJECT("i2", "10.0.0.2", "10", "") "," INJECT("i3", "10.0.0.3", "10", ""), 0, { { "I-1", 10, "", "" } },
      { { 0, { .minute = 11 } }, { 0, { .minute = 12, .dest = "10.0.0.2" } }, { 0, { .minute = 19, .dest = "10.0.0.3" } } },
      { "detect_median 120 s", "detect_mean 240 s" } },
};

static struct score_table table;

static const char *told(const struct score *s, const char *counted)
{
    static char said[64];
    for (size_t n = 0; n < s->table->count; n++) {
        const struct figure *g = &s->figures[n];
        if (strcmp(score_counted[g->measure->counted].name, counted) != 0)
            continue;
        if (!g->has)
            return "-";
        if (score_counted[g->measure->counted].unit == SHARE)
            snprintf(said, sizeof said, "%llu/%llu", (unsigned long long)g->met, (unsigned long long)g->of);
        else
            snprintf(said, sizeof said, "%llu s", (unsigned long long)g->value);
        return said;
    }
    return "no such figure";
}

static void scene_of(const struct drill_case *c, struct facts *f)
{
    drill_begins(f, c->injects, "", c->as_of != 0 ? c->as_of : 60);
    for (size_t n = 0; n < INCIDENTS && c->incidents[n].id != NULL; n++)
        if (incident_is_told(f, c->incidents[n].id, c->incidents[n].detected, c->incidents[n].history, c->incidents[n].more) != 1
            && facts_begin(f) != 0)
            fail_msg("%s: %s was passed over", c->name, c->incidents[n].id);
    for (size_t n = 0; n < ALERTS && c->alerts[n].alert.minute != 0; n++)
        alert_is_told(f, c->alerts[n].incident, c->alerts[n].alert);
}

static void each_figure_is_what_a_person_counts(void **unused)
{
    static struct score s;
    (void)unused;
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        const struct drill_case *c = &cases[n];
        struct facts f;
        scene_of(c, &f);
        score_compute(&f, &table, &s);
        for (size_t k = 0; k < FIGURES && c->want[k] != NULL; k++) {
            char counted[32];
            snprintf(counted, sizeof counted, "%.*s", (int)strcspn(c->want[k], " "), c->want[k]);
            if (strcmp(told(&s, counted), c->want[k] + strlen(counted) + 1) != 0)
                fail_msg("%s: expected %s, got %s", c->name, c->want[k], told(&s, counted));
        }
        facts_free(&f);
    }
}

/* ---- notices ---- */

static const struct notice_case { const char *name, *about, *history, *more; double sign_by, answer_by; const char *sign, *answer; } notices[] = {
    { "signed and answered in time", "I-1", "issue 12 approved>issued; sign 14 issued>signed; feedback 20 signed>feedback", "", 15, 30, "1/1", "1/1" },
    { "signed late", "I-1", "issue 12 approved>issued; sign 16 issued>signed", "", 15, 90, "0/1", "-" },
    { "not signed, and its time is over", "I-1", "issue 12 approved>issued", "", 15, 30, "0/1", "0/1" },
    { "not signed, and its time is not over", "I-1", "issue 12 approved>issued", "", 90, 91, "-", "-" },
    { "a deadline that passed and was extended afterwards stays missed", "I-1", "issue 12 approved>issued; sign 18 issued>signed", ",\"fired\":{\"sign_by\":\"@15@\"}", 20, 90, "0/1", "-" },
    { "an answer that was sent back is none yet", "I-1",
      "issue 12 approved>issued; sign 13 issued>signed; feedback 14 signed>feedback; return 15 feedback>returned", "", 20, 90, "1/1", "-" },
    { "never issued", "I-1", "draft 12 >draft", "", 15, 30, "-", "-" },
    { "about another incident", "I-9", "issue 12 approved>issued; sign 14 issued>signed", "", 15, 30, "-", "-" },
    { "linked with the drill", "I-9", "issue 12 approved>issued; sign 14 issued>signed; link 15 signed>signed D-430100-20261120-aaaaaaaa", "", 15, 90, "1/1", "-" },
};

static void a_notice_is_signed_and_answered_in_time_or_not(void **unused)
{
    static struct score s;
    (void)unused;
    for (size_t n = 0; n < sizeof notices / sizeof notices[0]; n++) {
        const struct notice_case *c = &notices[n];
        struct facts f;
        drill_begins(&f, ONE, "", 60);
        incident_is_told(&f, "I-1", 11, "", "");
        ALERT_IS_TOLD(&f, 0, .minute = 11);
        notice_is_told(&f, "N-1", c->about, c->sign_by, c->answer_by, c->history, c->more);
        score_compute(&f, &table, &s);
        if (strcmp(told(&s, "signed_in_time"), c->sign) != 0)
            fail_msg("%s: signed: expected %s, got %s", c->name, c->sign, told(&s, "signed_in_time"));
        if (strcmp(told(&s, "feedback_in_time"), c->answer) != 0)
            fail_msg("%s: answered: expected %s, got %s", c->name, c->answer, told(&s, "feedback_in_time"));
        facts_free(&f);
    }
}

/* ---- who takes part ---- */

static void only_regions_and_sensors_that_take_part_count(void **unused)
{
    static struct score s;
    struct facts f;
    (void)unused;
    drill_begins(&f, ONE, ",\"sensors\":[\"tap-1\"]", 60);
    assert_int_equal(incident_is_told(&f, "I-1", 11, "", ",\"region\":\"430102\""), 1);
    assert_int_equal(ALERT_IS_TOLD(&f, 0, .minute = 11, .sensor = "tap-2"), 0);
    assert_int_equal(ALERT_IS_TOLD(&f, 0, .minute = 12, .sensor = "tap-1"), 1);
    score_compute(&f, &table, &s);
    assert_string_equal(told(&s, "detect_mean"), "120 s");
    facts_free(&f);
    struct fault why;
    static const char elsewhere[] = "{\"event_type\":\"incident\",\"status\":\"exercise\",\"incident\":{\"id\":\"I-2\",\"region\":\"430200\",\"last\":\"2026-11-20T12:30:00Z\"}}",
                      actual[] = "{\"event_type\":\"incident\",\"status\":\"actual\",\"incident\":{\"id\":\"I-3\",\"region\":\"430100\",\"last\":\"2026-11-20T12:30:00Z\"}}",
                      before[] = "{\"event_type\":\"incident\",\"status\":\"exercise\",\"incident\":{\"id\":\"I-4\",\"region\":\"430100\",\"last\":\"2026-11-20T11:30:00Z\"}}";
    drill_begins(&f, ONE, "", 60);
    assert_int_equal(facts_incident(&f, elsewhere, strlen(elsewhere), &why), 0);
    assert_int_equal(facts_incident(&f, actual, strlen(actual), &why), 0);
    assert_int_equal(facts_incident(&f, before, strlen(before), &why), 0);
    facts_free(&f);
}

static void incidents_beside_the_injects_are_counted_apart(void **unused)
{
    static struct score s;
    struct facts f;
    (void)unused;
    drill_begins(&f, ONE, "", 60);
    incident_is_told(&f, "I-1", 11, "", "");
    incident_is_told(&f, "I-2", 12, "", "");
    incident_is_told(&f, "I-3", -5, "", "");        /* before the drill */
    ALERT_IS_TOLD(&f, 0, .minute = 11);
    score_compute(&f, &table, &s);
    assert_int_equal(s.beside, 1);
    facts_free(&f);
}

/* ---- points ---- */

static void an_ability_is_the_mean_of_what_could_be_counted_by_weight(void **unused)
{
    static struct score s;
    static struct score_table t;
    struct facts f;
    (void)unused;
    t = (struct score_table){ .count = 5, .rows = {
        { .id = "a", .ability = DISCOVER, .counted = DETECTED, .weight = 3, .target = 800 },
        { .id = "b", .ability = DISCOVER, .counted = DETECT_MEAN, .weight = 1, .target = 30 },
        { .id = "c", .ability = DISCOVER, .counted = DETECTED_IN_TIME, .weight = 50, .target = 1000 },     /* nobody set a limit */
        { .id = "d", .ability = PROTECT, .counted = BLOCKED, .weight = 0, .target = 1000 },                /* shown, and does not count */
        { .id = "e", .ability = HANDLE, .counted = RESOLVE_MEAN, .weight = 9, .target = 30 } } };
    drill_begins(&f, ONE "," INJECT("i2", "10.0.0.2", "10", ""), "", 60);
    incident_is_told(&f, "I-1", 11, "", "");
    ALERT_IS_TOLD(&f, 0, .minute = 11);
    score_compute(&f, &t, &s);
    assert_int_equal(s.figures[0].points, 625);     /* a half of 80 % */
    assert_int_equal(s.figures[1].points, 500);     /* a minute for half a minute */
    assert_int_equal(s.points[DISCOVER], 594);      /* (3 x 625 + 500) / 4 */
    assert_true(s.has[DISCOVER]);
    assert_false(s.has[PROTECT] || s.has[HANDLE]);
    t.rows[0].target = 400;
    score_compute(&f, &t, &s);
    assert_int_equal(s.figures[0].points, POINTS_FULL);     /* more than asked for is not more than all */
    facts_free(&f);
}

/* ---- the document ---- */

static json_t *document_of(const struct score *s)
{
    static char room[SCORE_BYTES_MAX];
    struct text t = text_over(room, sizeof room);
    score_json(s, &t);
    assert_false(t.cut);
    json_t *o = json_loadb(t.at, t.len, 0, NULL);
    assert_non_null(o);
    return o;
}

static void the_document_is_the_same_wherever_the_clock_stands_and_in_whatever_order_it_was_read(void **unused)
{
    static struct score s;
    char first[DRILL_DIGEST_MAX], again[DRILL_DIGEST_MAX];
    (void)unused;
    for (int turn = 0; turn < 2; turn++) {
        struct facts f;
        setenv("TZ", turn ? "Asia/Shanghai" : "UTC", 1);
        tzset();
        drill_begins(&f, ONE_LIMITED, "", 60);
        incident_is_told(&f, turn ? "I-2" : "I-1", 11, "", "");
        incident_is_told(&f, turn ? "I-1" : "I-2", 11, "", "");
        struct alert_view a = { .status = "exercise", .sensor = "s", .src_ip = "198.51.100.7", .dest_ip = "10.0.0.1", .tactic = "", .time_us = START + 11 * MINUTE };
        struct fault why;
        for (size_t n = 0; n < 2; n++) {
            a.id = (n == 0) == (turn == 0) ? "s:1:1" : "s:1:2";
            facts_alert(&f, n, &a, &why);
        }
        score_compute(&f, &table, &s);
        json_t *o = document_of(&s);
        assert_true(drill_score_digest(o, turn ? again : first));
        assert_string_equal(json_string_value(json_object_get(o, "as_of")), "2026-11-20T13:00:00.000000Z");
        json_decref(o);
        facts_free(&f);
    }
    assert_string_equal(first, again);
}

static void a_figure_names_who_met_it_and_who_did_not(void **unused)
{
    static struct score s;
    static char room[SCORE_BYTES_MAX];
    struct facts f;
    (void)unused;
    drill_begins(&f, ONE "," INJECT("i2", "10.0.0.2", "10", "") "," PLANNED("i3", "10.0.0.3"), "", 60);
    incident_is_told(&f, "I-1", 11, "", "");
    ALERT_IS_TOLD(&f, 0, .minute = 11);
    score_compute(&f, &table, &s);
    json_t *o = document_of(&s), *detected = json_array_get(json_object_get(o, "measures"), 0);
    assert_string_equal(json_string_value(json_object_get(detected, "counted")), "detected");
    assert_string_equal(json_string_value(json_array_get(json_object_get(detected, "met_by"), 0)), "i1");
    assert_string_equal(json_string_value(json_array_get(json_object_get(detected, "missed_by"), 0)), "i2");
    assert_int_equal(json_array_size(json_object_get(o, "injects")), 3);
    assert_int_equal(json_integer_value(json_object_get(o, "injected")), 2);
    json_decref(o);
    struct text t = text_over(room, sizeof room);
    score_csv(&s, &t);
    assert_non_null(strstr(text_end(&t), "\r\ndetected,发现力,detected,4,1,2,50.0,90,%,55.5,\"按预期发现的注入\",\"injects seen as expected\",\"i1\",\"i2\"\r\n"));
    t = text_over(room, sizeof room);
    score_text(&s, &t);
    text_end(&t);
    assert_true(strncmp(room, "【演练】", strlen("【演练】")) == 0);
    assert_non_null(strstr(room, "1/2 = 50.0 %"));
    assert_non_null(strstr(room, "  i3 a: 未实施 not carried out\n"));
    assert_non_null(strstr(room, "  i2 a: 2026-11-20T12:10:00.000000Z, 未发现 not seen\n"));
    facts_free(&f);
}

/* As many injects and notices as there may be, with the longest names. */
static void the_longest_score_fits_what_a_command_may_bring(void **unused)
{
    static struct score s;
    static char injects[65536], json[98304];
    struct fault why = { 0 };
    struct text t = text_over(injects, sizeof injects), d = text_over(json, sizeof json);
    struct facts f;
    (void)unused;
    for (unsigned n = 0; n < DRILL_INJECTS_MAX; n++)
        text_fmt(&t, "%s\"inject-with-a-long-id-%02u\":{\"attack\":\"a\",\"victims\":[\"10.0.0.%u\"],\"injected_at\":\"2026-11-20T12:10:00Z\"" LIMITS "}", n ? "," : "", n, n);
    text_fmt(&d, "{\"event_type\":\"drill\",\"drill\":{\"id\":\"D-430100-20261120-aaaaaaaa\",\"title\":\"t\",\"regions\":[\"430100\"],"
             "\"started_at\":\"2026-11-20T12:00:00Z\",\"injects\":{%s}}}", text_end(&t));
    assert_int_equal(facts_drill(&f, d.at, d.len, START + 120 * MINUTE, &why), 0);
    incident_is_told(&f, "I-430100-20261120-aaaaaaaa", 11, FULL_COURSE, "");
    for (unsigned n = 0; n < DRILL_INJECTS_MAX; n++) {
        char victim[20];
        snprintf(victim, sizeof victim, "10.0.0.%u", n);
        ALERT_IS_TOLD(&f, 0, .minute = 11, .dest = victim);
    }
    for (unsigned n = 0; n < NOTICES_MAX; n++) {
        char id[40];
        snprintf(id, sizeof id, "N-430100-20261120-%08u", n);
        assert_int_equal(notice_is_told(&f, id, "I-430100-20261120-aaaaaaaa", 15, 30, "issue 12 approved>issued", ""), 1);
    }
    score_compute(&f, &table, &s);
    json_decref(document_of(&s));
    facts_free(&f);
}

static void an_event_that_is_no_drill_is_refused_with_a_sentence(void **unused)
{
    static const char *const bad[] = { "", "{", "[]", "{}", "{\"drill\":1}", "{\"drill\":{\"id\":1}}", "{\"incident\":{\"id\":\"I-1\"}}" };
    (void)unused;
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        struct facts f;
        struct fault why = { 0 };
        if (facts_drill(&f, bad[n], strlen(bad[n]), 0, &why) == 0 || *why.why == '\0')
            fail_msg("\"%s\" was taken", bad[n]);
    }
}

/* ---- what an archive may hold ---- */

static const char drill_json[] =
    "{\"event_type\":\"drill\",\"status\":\"exercise\",\"drill\":{\"id\":\"D-430100-20261120-aaaaaaaa\",\"title\":\"t\",\"regions\":[\"430100\"],\"sensors\":[\"s\"],"
    "\"started_at\":\"2026-11-20T12:00:00Z\",\"stopped_at\":\"2026-11-20T13:00:00Z\",\"injects\":{\"i1\":{\"attack\":\"a\",\"victims\":[\"10.0.0.0/24\"],"
    "\"attackers\":[\"198.51.100.7\"],\"injected_at\":\"2026-11-20T12:10:00Z\",\"capture_at\":\"2026-11-20T12:10:30Z\",\"detect_within\":60,"
    "\"contain_within\":600,\"outcome\":\"blocked\"}}}}";
static const char incident_json_text[] =
    "{\"event_type\":\"incident\",\"status\":\"exercise\",\"incident\":{\"id\":\"I-1\",\"region\":\"430100\",\"last\":\"2026-11-20T12:30:00Z\",\"merged_into\":\"I-1\","
    "\"detected_at\":\"2026-11-20T12:11:00Z\",\"history\":[{\"at\":\"2026-11-20T12:12:00Z\",\"command\":\"contain\",\"from\":\"handling\",\"to\":\"contained\"}]}}";
static const char notice_json[] =
    "{\"event_type\":\"notice\",\"status\":\"exercise\",\"notice\":{\"id\":\"N-1\",\"incidents\":[\"I-1\"],\"sign_by\":\"2026-11-20T12:30:00Z\",\"fired\":{},"
    "\"history\":[{\"at\":\"2026-11-20T12:12:00Z\",\"command\":\"issue\"},{\"at\":\"2026-11-20T12:13:00Z\",\"command\":\"sign\"}]}}";

/* Computes what is there, whatever it is; the document must be one. */
static void computed(const char *drill, size_t drill_len, const char *incident, size_t incident_len, const char *notice, size_t notice_len)
{
    static struct score s;
    struct facts f;
    struct fault why = { 0 };
    if (facts_drill(&f, drill, drill_len, START + 60 * MINUTE, &why) != 0) {
        assert_true(*why.why != '\0');
        return;
    }
    facts_incident(&f, incident, incident_len, &why);
    if (f.incident_count > 0)
        ALERT_IS_TOLD(&f, 0, .minute = 11);
    facts_notice(&f, notice, notice_len, &why);
    score_compute(&f, &table, &s);
    json_decref(document_of(&s));
    facts_free(&f);
}

static void every_prefix_and_every_single_bit_is_read_or_refused(void **unused)
{
    static const char *const whole[3] = { drill_json, incident_json_text, notice_json };
    static char changed[sizeof drill_json + sizeof incident_json_text];
    (void)unused;
    for (int which = 0; which < 3; which++) {
        size_t len = strlen(whole[which]);
        for (size_t n = 0; n <= len * 9; n++) {
            const char *text[3] = { whole[0], whole[1], whole[2] };
            size_t length[3] = { strlen(whole[0]), strlen(whole[1]), strlen(whole[2]) };
            memcpy(changed, whole[which], len);
            if (n <= len)
                length[which] = n;
            else
                changed[(n - len - 1) / 8] ^= (char)(1 << (n - len - 1) % 8);
            text[which] = changed;
            computed(text[0], length[0], text[1], length[1], text[2], length[2]);
        }
    }
}

static int load_table(void **unused)
{
    struct fault f;
    (void)unused;
    return score_table_load("", &table, &f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_figure_is_what_a_person_counts), cmocka_unit_test(a_notice_is_signed_and_answered_in_time_or_not),
        cmocka_unit_test(only_regions_and_sensors_that_take_part_count), cmocka_unit_test(incidents_beside_the_injects_are_counted_apart),
        cmocka_unit_test(an_ability_is_the_mean_of_what_could_be_counted_by_weight),
        cmocka_unit_test(the_document_is_the_same_wherever_the_clock_stands_and_in_whatever_order_it_was_read),
        cmocka_unit_test(a_figure_names_who_met_it_and_who_did_not), cmocka_unit_test(the_longest_score_fits_what_a_command_may_bring),
        cmocka_unit_test(an_event_that_is_no_drill_is_refused_with_a_sentence),
        cmocka_unit_test(every_prefix_and_every_single_bit_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, load_table, NULL);
}
