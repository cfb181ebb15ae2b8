/* The desk: every kind, state, command and role; then what tables cannot say. */
#include <errno.h>

#include "alerts.h"

#include "correlator/desk.h"
#include "events/drill.h"
#include "events/kind.h"
#include "events/matter.h"

enum { EVENTS_MAX = 64, KEPT_MAX = 256 };

/* What went out, in memory: events in order, and the hashes as Redis would have them. */
struct seen { char region[20], type[20], id[120]; enum stream stream; char *json; };
struct kept { char region[20], hash[24], field[120]; char *value; };
struct world {
    struct correlator *correlator;
    struct desk *desk;
    struct seen events[EVENTS_MAX];
    size_t event_count, events_in_all;
    struct kept kept[KEPT_MAX];
    size_t kept_count;
    unsigned commands;
};

static void on_event(void *ctx, const char *region, enum stream s, const char *id, const char *type, const char *json, size_t len)
{
    struct world *w = ctx;
    struct seen *e = &w->events[w->events_in_all++ % EVENTS_MAX];
    free(e->json);
    snprintf(e->region, sizeof e->region, "%s", region);
    snprintf(e->type, sizeof e->type, "%s", type);
    snprintf(e->id, sizeof e->id, "%s", id);
    e->stream = s;
    e->json = strndup(json, len);
}

static struct kept *kept_of(struct world *w, const char *region, const char *hash, const char *field)
{
    for (size_t i = 0; i < w->kept_count; i++)
        if (strcmp(w->kept[i].region, region) == 0 && strcmp(w->kept[i].hash, hash) == 0 && strcmp(w->kept[i].field, field) == 0)
            return &w->kept[i];
    return NULL;
}

static void forget_kept(struct world *w)
{
    while (w->kept_count > 0)
        free(w->kept[--w->kept_count].value);
}

static void on_keep(void *ctx, const char *region, const char *hash, const char *field, const char *value, size_t len)
{
    struct world *w = ctx;
    struct kept *k = kept_of(w, region, hash, field);
    if (k != NULL) {
        free(k->value);
        *k = w->kept[--w->kept_count];
    }
    if (value == NULL || w->kept_count == KEPT_MAX)
        return;
    k = &w->kept[w->kept_count++];
    snprintf(k->region, sizeof k->region, "%s", region);
    snprintf(k->hash, sizeof k->hash, "%s", hash);
    snprintf(k->field, sizeof k->field, "%s", field);
    k->value = strndup(value, len);
}

static void on_incident(void *ctx, const struct incident *i)
{
    static char line[1 << 20];
    char id[80];
    struct text t = text_over(line, sizeof line);
    incident_json(i, &t);
    snprintf(id, sizeof id, "%s:%llu", i->id, (unsigned long long)i->version);
    on_event(ctx, i->region, STREAM_INCIDENTS, id, "incident", t.at, t.len);
    on_keep(ctx, i->region, CORRELATOR_STATE, i->id, t.at, t.len);
}

static void on_gone(void *ctx, const struct incident *i)
{
    struct world *w = ctx;
    on_keep(ctx, i->region, CORRELATOR_STATE, i->id, NULL, 0);
    desk_put_incident_away(w->desk, i, NOON);
}

static struct correlator_settings correlating(void)
{
    return (struct correlator_settings){
        .join = { .window_us = 30 * MINUTE, .long_window_us = 180 * MINUTE, .grown_us = MINUTE, .span_us = 10080 * MINUTE, .steps_max = 100 },
        .scene = { .usual_gap_us = 60 * MINUTE, .usual_hours = 3, .sweep_us = MINUTE }, .meta_gap_us = MINUTE, .meta_echo_us = 2000000,
        .meta_max = 100, .rule_max = 100, .case_max = 100, .quiet_us = 24 * 60 * MINUTE,
    };
}

static struct desk_settings working(void)
{
    return (struct desk_settings){ .kind_max = 40, .keep_us = 60 * MINUTE, .filed_max = 8, .answers_max = 64,
                                   .answers_keep_us = 24 * 60 * MINUTE, .ahead_us = 5 * MINUTE,
                                   .suppress_longest_us = 30 * 24 * 60 * MINUTE, .suppress_tell_us = MINUTE };
}

static void open_world(struct world *w, const struct desk_settings *s)
{
    struct fault f;
    struct correlator_settings c = correlating();
    const struct desk_out out = { on_event, on_keep, on_incident, w };
    memset(w, 0, sizeof *w);
    w->correlator = correlator_new(&c, &f);
    assert_non_null(w->correlator);
    w->desk = desk_new(s, w->correlator, &out, &f);
    assert_non_null(w->desk);
}

static void close_world(struct world *w)
{
    for (size_t i = 0; i < EVENTS_MAX; i++)
        free(w->events[i].json);
    forget_kept(w);
    desk_free(w->desk);
    correlator_free(w->correlator);
}

static struct world *fresh(void)
{
    static struct world w;
    struct desk_settings s = working();
    open_world(&w, &s);
    return &w;
}

/* ---- giving commands ---- */

struct told {               /* what a test says of a command; the rest is filled in */
    const char *id, *kind, *name, *subject, *who, *scope, *sector, *unit, *args, *region, *at;
    unsigned role;
    uint64_t version, after_us;
};

static char *written(struct world *w, const struct told *t, char id[COMMAND_ID_MAX])
{
    static char line[1 << 16];
    struct text out = text_over(line, sizeof line);
    json_t *args = json_loads(or_else(t->args, "{}"), 0, NULL);
    assert_non_null(args);
    snprintf(id, COMMAND_ID_MAX, "t-%u", ++w->commands);
    if (t->id != NULL)
        snprintf(id, COMMAND_ID_MAX, "%s", t->id);
    struct command c = { .id = id, .region = or_else(t->region, "430100"), .at_us = NOON + t->after_us, .kind = or_else(t->kind, "warning"),
                         .name = t->name, .subject = or_else(t->subject, ""), .version = t->version, .who = or_else(t->who, "ann"),
                         .role = t->role ? t->role : BY_DUTY, .args = args,
                         .scope = { or_else(t->scope, "430000"), or_else(t->sector, ""), or_else(t->unit, "") } };
    command_json(&c, &out);
    json_decref(args);
    return line[0] = '{', text_end(&out), line;
}

/* "" applied, else the refusal's code. */
static const char *give_told(struct world *w, struct told t)
{
    static char code[64];
    char id[COMMAND_ID_MAX];
    struct fault f;
    struct answer a;
    const char *line = written(w, &t, id);
    int rc = desk_command(w->desk, or_else(t.region, "430100"), id, line, strlen(line), NOON + t.after_us, &f);
    if (rc != 0)
        fail_msg("%s: %s", f.why, line);
    const struct kept *k = kept_of(w, or_else(t.region, "430100"), COMMAND_ANSWERS, id);
    assert_non_null(k);
    assert_int_equal(answer_parse(k->value, strlen(k->value), &a, &f), 0);
    snprintf(code, sizeof code, "%s", a.applied ? "" : a.code);
    answer_free(&a);
    return code;
}
#define GIVE(w, ...) give_told(w, (struct told){ __VA_ARGS__ })

static const struct seen *last_event(const struct world *w)
{
    return &w->events[(w->events_in_all - 1) % EVENTS_MAX];
}

/* A member of the newest version that went out, as text: "colour", "due.sign_by". */
static const char *member(const struct world *w, const char *path)
{
    static char text[4096];
    const struct seen *e = last_event(w);
    json_t *document = json_loads(e->json, 0, NULL), *o = json_object_get(document, e->type);
    char part[64];
    for (const char *at = path; o != NULL && *at != '\0'; at += strcspn(at, "."), at += *at == '.') {
        snprintf(part, sizeof part, "%.*s", (int)strcspn(at, "."), at);
        o = json_object_get(o, part);
    }
    char *dumped = json_is_string(o) ? strdup(json_string_value(o)) : o != NULL ? json_dumps(o, JSON_ENCODE_ANY) : strdup("(none)");
    snprintf(text, sizeof text, "%s", dumped);
    free(dumped);
    json_decref(document);
    return text;
}

#define DRAFT "{\"title\":\"t\",\"measures\":\"m\",\"valid_until\":\"2026-11-30T00:00:00Z\",\"importance\":%s,\"severity\":%s}"

static char *drafted(struct world *w, const char *importance, const char *severity)
{
    static char id[64];
    char args[256];
    snprintf(args, sizeof args, DRAFT, importance, severity);
    assert_string_equal(GIVE(w, .name = "draft", .args = args), "");
    snprintf(id, sizeof id, "%s", member(w, "id"));
    return id;
}

/* ---- what is true ---- */

static void a_yellow_warning_is_issued_by_one_person(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = drafted(w, "2", "3");
    assert_string_equal(member(w, "colour"), "yellow");
    assert_string_equal(GIVE(w, .name = "issue", .subject = id, .version = 1), "");
    assert_string_equal(member(w, "state"), "issued");
    assert_string_equal(last_event(w)->type, "warning");
    assert_int_equal(last_event(w)->stream, STREAM_WARNINGS);
    close_world(w);
}

static void a_red_warning_waits_for_a_second_person(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = drafted(w, "1", "1");
    assert_string_equal(GIVE(w, .name = "issue", .subject = id, .version = 1, .who = "bo"), "");
    assert_string_equal(member(w, "state"), "pending");
    assert_string_equal(GIVE(w, .name = "approve", .subject = id, .version = 2, .who = "ann"), "second_person");
    assert_string_equal(GIVE(w, .name = "approve", .subject = id, .version = 2, .who = "bo"), "second_person");
    assert_string_equal(GIVE(w, .name = "approve", .subject = id, .version = 2, .who = "cy"), "");
    assert_string_equal(member(w, "state"), "issued");
    assert_string_equal(member(w, "proposal"), "(none)");
    close_world(w);
}

static void raising_to_red_is_in_force_only_when_approved(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = drafted(w, "2", "3");
    GIVE(w, .name = "issue", .subject = id, .version = 1);
    assert_string_equal(GIVE(w, .name = "raise", .subject = id, .version = 2, .args = "{\"colour\":\"blue\",\"note\":\"n\"}"), "against_rule");
    assert_string_equal(GIVE(w, .name = "raise", .subject = id, .version = 2, .args = "{\"colour\":\"red\",\"note\":\"n\"}"), "");
    assert_string_equal(member(w, "state"), "pending_raise");
    assert_string_equal(member(w, "colour"), "yellow");
    assert_string_equal(GIVE(w, .name = "reject", .subject = id, .version = 3, .who = "bo", .args = "{\"note\":\"no\"}"), "");
    assert_string_equal(member(w, "state"), "issued");
    assert_string_equal(member(w, "colour"), "yellow");
    GIVE(w, .name = "raise", .subject = id, .version = 4, .args = "{\"colour\":\"red\",\"note\":\"n\"}");
    assert_string_equal(GIVE(w, .name = "approve", .subject = id, .version = 5, .who = "bo"), "");
    assert_string_equal(member(w, "state"), "raised");
    assert_string_equal(member(w, "colour"), "red");
    close_world(w);
}

static void the_same_command_again_has_no_effect_and_the_same_answer(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = drafted(w, "2", "3");
    assert_string_equal(GIVE(w, .id = "once", .name = "issue", .subject = id, .version = 1), "");
    size_t events = w->events_in_all;
    assert_string_equal(GIVE(w, .id = "once", .name = "issue", .subject = id, .version = 1), "");
    assert_int_equal(w->events_in_all, events);
    assert_string_equal(GIVE(w, .id = "once", .name = "lift", .subject = id, .version = 2, .args = "{\"note\":\"n\"}"), "");
    assert_int_equal(w->events_in_all, events + 1);     /* the refusal; the first answer stays */
    assert_string_equal(last_event(w)->type, "refusal");
    assert_non_null(strstr(last_event(w)->json, "\"forged\""));
    close_world(w);
}

/* ---- notices: deadlines, supervision, putting away, coming back ---- */

#define NOTICE "{\"title\":\"t\",\"unit\":\"U\",\"about\":\"risk\",\"body\":\"b\",\"sign_by\":\"2026-11-20T13:00:00Z\"," \
               "\"feedback_by\":\"2026-11-20T14:00:00Z\"}"

static char *issued_notice(struct world *w)
{
    static char id[64];
    assert_string_equal(GIVE(w, .kind = "notice", .name = "draft", .args = NOTICE), "");
    snprintf(id, sizeof id, "%s", member(w, "id"));
    assert_string_equal(GIVE(w, .kind = "notice", .name = "approve", .subject = id, .version = 1), "second_person");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "approve", .subject = id, .version = 1, .who = "bo"), "");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "issue", .subject = id, .version = 2), "");
    return id;
}

static void a_notice_goes_to_its_end(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = issued_notice(w);
    assert_string_equal(GIVE(w, .kind = "notice", .name = "sign", .subject = id, .version = 3, .role = BY_UNIT, .unit = "V", .args = "{\"signer\":\"s\"}"),
                        "out_of_scope");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "sign", .subject = id, .version = 3, .role = BY_UNIT, .unit = "U", .args = "{\"signer\":\"s\"}"), "");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "feedback", .subject = id, .version = 4, .role = BY_UNIT, .unit = "U",
                             .args = "{\"findings\":\"f\",\"measures\":\"m\"}"), "");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "return", .subject = id, .version = 5, .args = "{\"note\":\"more\"}"), "");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "feedback", .subject = id, .version = 6, .role = BY_UNIT, .unit = "U",
                             .args = "{\"findings\":\"f2\",\"measures\":\"m2\"}"), "");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "review", .subject = id, .version = 7), "");
    assert_string_equal(GIVE(w, .kind = "notice", .name = "archive", .subject = id, .version = 8), "");
    assert_string_equal(member(w, "state"), "archived");
    assert_string_equal(member(w, "findings"), "f2");
    close_world(w);
}

static void a_deadline_that_passes_brings_supervision_once(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = issued_notice(w);
    size_t events = w->events_in_all;
    desk_tick(w->desk, NOON + 59 * MINUTE);
    assert_int_equal(w->events_in_all, events);
    desk_tick(w->desk, NOON + 60 * MINUTE);
    assert_int_equal(w->events_in_all, events + 1);
    assert_string_equal(member(w, "supervision.because"), "sign_by");
    assert_string_equal(member(w, "state"), "issued");
    assert_non_null(strstr(last_event(w)->json, "\"role\":\"system\""));
    desk_tick(w->desk, NOON + 90 * MINUTE);
    assert_int_equal(w->events_in_all, events + 1);
    assert_string_equal(GIVE(w, .kind = "notice", .name = "extend", .subject = id, .version = 3, .after_us = 61 * MINUTE,
                             .args = "{\"sign_by\":\"2026-11-20T13:30:00Z\",\"note\":\"n\"}"), "");     /* what came of itself is no decision */
    desk_tick(w->desk, NOON + 91 * MINUTE);
    assert_int_equal(w->events_in_all, events + 3);
    assert_string_equal(member(w, "fired.sign_by"), member(w, "due.sign_by"));
    close_world(w);
}

static void what_has_fired_does_not_fire_after_a_restart(void **unused)
{
    struct world *w = fresh();
    struct fault f;
    (void)unused;
    issued_notice(w);
    desk_tick(w->desk, NOON + 61 * MINUTE);
    size_t events = w->events_in_all;
    desk_clear(w->desk);
    for (size_t i = 0; i < w->kept_count; i++)
        assert_int_equal(desk_restore(w->desk, w->kept[i].hash, w->kept[i].field, w->kept[i].value, strlen(w->kept[i].value), &f), 0);
    desk_tick(w->desk, NOON + 62 * MINUTE);
    assert_int_equal(w->events_in_all, events);
    close_world(w);
}

static void an_answer_is_remembered_over_a_restart(void **unused)
{
    struct world *w = fresh();
    struct fault f;
    (void)unused;
    const char *id = drafted(w, "2", "3");
    GIVE(w, .id = "once", .name = "issue", .subject = id, .version = 1);
    desk_clear(w->desk);
    for (size_t i = 0; i < w->kept_count; i++)
        assert_int_equal(desk_restore(w->desk, w->kept[i].hash, w->kept[i].field, w->kept[i].value, strlen(w->kept[i].value), &f), 0);
    size_t events = w->events_in_all;
    assert_string_equal(GIVE(w, .id = "once", .name = "issue", .subject = id, .version = 1), "");
    assert_int_equal(w->events_in_all, events);
    close_world(w);
}

static void a_finished_warning_is_put_away_and_comes_back_when_it_is_named(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = drafted(w, "2", "3");
    GIVE(w, .name = "withdraw", .subject = id, .version = 1, .args = "{\"note\":\"n\"}");
    desk_tick(w->desk, NOON + 61 * MINUTE);
    assert_int_equal(desk_counts(w->desk)->matters, 0);
    assert_null(kept_of(w, "430100", DESK_STATE, id));
    assert_non_null(kept_of(w, "430100", DESK_FILED, id));
    assert_string_equal(GIVE(w, .name = "comment", .subject = id, .args = "{\"note\":\"n\"}"), "");
    assert_int_equal(desk_counts(w->desk)->taken_back, 1);
    assert_non_null(kept_of(w, "430100", DESK_STATE, id));
    assert_null(kept_of(w, "430100", DESK_FILED, id));
    close_world(w);
}

static void too_many_open_ones_are_refused_and_finished_ones_make_way(void **unused)
{
    struct world *w = fresh();
    char first[64];
    (void)unused;
    snprintf(first, sizeof first, "%s", drafted(w, "2", "3"));
    for (int i = 1; i < 40; i++)
        drafted(w, "2", "3");
    assert_string_equal(GIVE(w, .name = "draft", .args = "{\"title\":\"t\",\"measures\":\"m\",\"valid_until\":\"2026-11-30T00:00:00Z\","
                                                         "\"importance\":2,\"severity\":3}"), "too_many");
    GIVE(w, .name = "withdraw", .subject = first, .version = 1, .args = "{\"note\":\"n\"}");
    drafted(w, "2", "3");
    assert_int_equal(desk_counts(w->desk)->matters, 40);
    close_world(w);
}

/* ---- who and when ---- */

static void what_is_forged_is_refused_without_an_answer(void **unused)
{
    struct world *w = fresh();
    char id[COMMAND_ID_MAX];
    struct fault f;
    struct told t = { .name = "draft", .args = "{}" };
    (void)unused;
    const char *line = written(w, &t, id);
    assert_int_equal(desk_command(w->desk, "430100", "another", line, strlen(line), NOON, &f), 0);
    assert_non_null(strstr(last_event(w)->json, "\"forged\""));
    assert_null(kept_of(w, "430100", COMMAND_ANSWERS, id));
    assert_int_equal(desk_command(w->desk, "430200", id, line, strlen(line), NOON, &f), 0);
    assert_non_null(strstr(last_event(w)->json, "\"forged\""));
    t.role = BY_SYSTEM;
    line = written(w, &t, id);
    assert_int_equal(desk_command(w->desk, "430100", id, line, strlen(line), NOON, &f), 0);
    assert_non_null(strstr(last_event(w)->json, "\"forged\""));
    assert_int_equal(desk_counts(w->desk)->matters, 0);
    close_world(w);
}

static void a_command_from_the_future_is_refused_and_one_from_the_past_is_not(void **unused)
{
    struct world *w = fresh();
    char id[COMMAND_ID_MAX];
    struct fault f;
    struct told t = { .name = "draft", .after_us = 6 * MINUTE, .args = "{}" };
    (void)unused;
    const char *line = written(w, &t, id);
    assert_int_equal(desk_command(w->desk, "430100", id, line, strlen(line), NOON, &f), 0);
    assert_non_null(strstr(last_event(w)->json, "\"bad_time\""));
    t.after_us = 0;
    line = written(w, &t, id);
    assert_int_equal(desk_command(w->desk, "430100", id, line, strlen(line), NOON + 10000 * MINUTE, &f), 0);
    assert_non_null(strstr(last_event(w)->json, "\"bad_argument\""));
    close_world(w);
}

static void an_unreadable_command_blames_the_entry(void **unused)
{
    struct world *w = fresh();
    struct fault f;
    (void)unused;
    assert_int_equal(desk_command(w->desk, "430100", "x", "{\"id\":\"x\"}", 10, NOON, &f), -EINVAL);
    assert_int_equal(w->events_in_all, 0);
    close_world(w);
}

static void what_is_not_there_is_said(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    assert_string_equal(GIVE(w, .name = "issue", .subject = "W-430100-20261122-aaaaaaaa", .version = 1), "unknown_subject");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "triage", .subject = "I-430100-20261122-aaaaaaaa", .version = 1), "unknown_subject");
    assert_string_equal(GIVE(w, .kind = "nothing", .name = "triage"), "unknown_command");
    assert_string_equal(GIVE(w, .name = "sing"), "unknown_command");
    close_world(w);
}

/* ---- the colour ---- */

static const struct colour_case { const char *importance, *severity, *colour; } colour_cases[] = {
    { "1", "1", "red" }, { "1", "3", "orange" }, { "2", "2", "orange" }, { "2", "4", "blue" }, { "3", "3", "yellow" }, { "4", "4", "blue" },
};

static void the_matrix_gives_the_colour_and_another_needs_a_reason(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    for (size_t i = 0; i < sizeof colour_cases / sizeof colour_cases[0]; i++) {
        drafted(w, colour_cases[i].importance, colour_cases[i].severity);
        assert_string_equal(member(w, "colour"), colour_cases[i].colour);
    }
    const char *id = drafted(w, "2", "3");
    assert_string_equal(GIVE(w, .name = "revise", .subject = id, .version = 1, .args = "{\"colour\":\"blue\"}"), "bad_argument");
    assert_string_equal(GIVE(w, .name = "revise", .subject = id, .version = 1, .args = "{\"colour\":\"blue\",\"note\":\"n\"}"), "");
    assert_string_equal(member(w, "colour"), "blue");
    assert_string_equal(member(w, "colour_by_matrix"), "yellow");
    close_world(w);
}

/* ---- incidents ---- */

static void on_changed(void *ctx, const struct incident *i)
{
    on_incident(ctx, i);
}

static const char *alerted(struct world *w, struct given g)
{
    static char id[64];
    struct alert_view a = alert_of(g);
    assert_int_equal(correlator_alert(w->correlator, &a, NOON, NULL), 0);
    alert_view_free(&a);
    correlator_changes(w->correlator, NULL, on_changed, on_gone, w);
    snprintf(id, sizeof id, "%s", member(w, "id"));
    return id;
}
#define ALERTED(w, ...) alerted(w, (struct given){ __VA_ARGS__ })

static void a_confirmed_incident_knows_since_when(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = ALERTED(w, .at_us = 0);
    assert_string_equal(GIVE(w, .kind = "incident", .name = "confirm", .subject = id, .version = 1, .after_us = 9 * MINUTE,
                             .args = "{\"aware_at\":\"2026-11-20T12:10:00Z\"}"), "bad_time");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "confirm", .subject = id, .version = 1, .after_us = 9 * MINUTE,
                             .args = "{\"aware_at\":\"2026-11-20T11:59:00Z\"}"), "bad_time");
    assert_string_equal(member(w, "aware_at"), "(none)");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "confirm", .subject = id, .version = 1, .after_us = 9 * MINUTE,
                             .args = "{\"aware_at\":\"2026-11-20T12:05:00Z\"}"), "");
    uint64_t aware_us;
    assert_int_equal(clock_parse(member(w, "aware_at"), &aware_us), 0);
    assert_int_equal(aware_us, NOON + 5 * MINUTE);
    close_world(w);
}

static void alerts_do_not_make_a_decision_stale(void **unused)
{
    struct world *w = fresh();
    char id[64];
    (void)unused;
    snprintf(id, sizeof id, "%s", ALERTED(w, .at_us = 0));
    ALERTED(w, .at_us = MINUTE, .sid = 2);
    assert_string_equal(member(w, "id"), id);
    assert_string_equal(member(w, "version"), "2");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "triage", .subject = id, .version = 1), "");
    assert_string_equal(member(w, "owner"), "ann");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "confirm", .subject = id, .version = 2), "stale_version");
    close_world(w);
}

static void who_saw_what_redis_has_forgotten_has_to_look_again(void **unused)
{
    struct world *w = fresh();
    char id[64];
    (void)unused;
    snprintf(id, sizeof id, "%s", ALERTED(w, .at_us = 0));
    correlator_forgot(w->correlator, NOON + 60 * MINUTE);
    assert_string_equal(GIVE(w, .kind = "incident", .name = "triage", .subject = id, .version = 3), "stale_version");   /* it is the first again */
    assert_string_equal(GIVE(w, .kind = "incident", .name = "triage", .subject = id, .version = 1), "");                /* and known as such */
    assert_string_equal(member(w, "version"), "279540000");
    assert_string_equal(member(w, "decided"), "279540000");
    snprintf(id, sizeof id, "%s", ALERTED(w, .at_us = MINUTE, .src = "203.0.113.77", .dest = "10.7.7.7"));              /* begun anew */
    assert_string_equal(member(w, "version"), "279540000");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "triage", .subject = id, .version = 3), "stale_version");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "triage", .subject = id, .version = 279540000), "");
    const char *warning = drafted(w, "2", "3");
    assert_string_equal(member(w, "version"), "279540000");
    assert_string_equal(GIVE(w, .name = "issue", .subject = warning, .version = 1), "stale_version");
    assert_string_equal(GIVE(w, .name = "issue", .subject = warning, .version = 279540000), "");
    assert_string_equal(member(w, "version"), "279540001");
    ALERTED(w, .at_us = 61 * MINUTE, .src = "203.0.113.78", .dest = "10.7.7.8");                                        /* later than that */
    assert_string_equal(member(w, "version"), "1");
    close_world(w);
}

static void a_closed_incident_takes_no_new_alert_and_the_next_one_says_so(void **unused)
{
    struct world *w = fresh();
    char id[64];
    (void)unused;
    snprintf(id, sizeof id, "%s", ALERTED(w, .at_us = 0));
    GIVE(w, .kind = "incident", .name = "false_positive", .subject = id, .version = 1, .args = "{\"note\":\"n\"}");
    ALERTED(w, .at_us = MINUTE / 2);                    /* the rule that was judged */
    assert_string_equal(member(w, "id"), id);
    assert_string_equal(member(w, "state"), "false_positive");
    ALERTED(w, .at_us = 2 * MINUTE, .sid = 2);          /* another one */
    assert_string_not_equal(member(w, "id"), id);
    assert_non_null(strstr(last_event(w)->json, id));
    char second[64];
    snprintf(second, sizeof second, "%s", member(w, "id"));
    assert_string_equal(GIVE(w, .kind = "incident", .name = "close", .subject = id, .version = 2, .args = "{\"note\":\"n\"}"), "");
    ALERTED(w, .at_us = 3 * MINUTE);
    assert_string_equal(member(w, "id"), second);
    close_world(w);
}

static void a_repeat_of_what_was_closed_begins_anew(void **unused)
{
    struct world *w = fresh();
    char id[64], args[128];
    (void)unused;
    snprintf(id, sizeof id, "%s", ALERTED(w, .at_us = 0));
    GIVE(w, .kind = "incident", .name = "benign", .subject = id, .version = 1, .args = "{\"note\":\"n\"}");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "close", .subject = id, .version = 2, .args = "{\"note\":\"n\"}"), "");
    ALERTED(w, .at_us = MINUTE / 2);                    /* the same act still, had nobody closed it */
    assert_string_not_equal(member(w, "id"), id);
    assert_string_equal(member(w, "alert_count"), "1");
    snprintf(args, sizeof args, "{\"part\":\"%s\",\"note\":\"n\"}", id);
    char second[64];
    snprintf(second, sizeof second, "%s", member(w, "id"));
    assert_string_equal(GIVE(w, .kind = "incident", .name = "merge", .subject = second, .version = 1, .args = args), "against_rule");
    close_world(w);
}

static void a_merge_keeps_both_and_the_graver_level(void **unused)
{
    struct world *w = fresh();
    char whole[64], part[64];
    (void)unused;
    snprintf(whole, sizeof whole, "%s", ALERTED(w, .at_us = 0, .severity = 3));
    snprintf(part, sizeof part, "%s", ALERTED(w, .at_us = MINUTE, .src = "203.0.113.9", .dest = "10.0.0.9", .severity = 3, .sid = 9));
    assert_string_not_equal(whole, part);
    GIVE(w, .kind = "incident", .name = "grade", .subject = part, .version = 1, .args = "{\"level\":2,\"note\":\"n\"}");
    char args[128];
    snprintf(args, sizeof args, "{\"part\":\"%s\",\"note\":\"one hand\"}", part);
    assert_string_equal(GIVE(w, .kind = "incident", .name = "merge", .subject = whole, .version = 1, .args = args), "");
    assert_string_equal(member(w, "id"), whole);
    assert_string_equal(member(w, "level"), "2");
    assert_string_equal(member(w, "alert_count"), "2");
    assert_non_null(strstr(member(w, "joins"), "one hand"));
    const char *record = kept_of(w, "430100", CORRELATOR_STATE, part)->value;
    assert_non_null(strstr(record, "\"merged_into\":\"I-"));
    assert_non_null(strstr(record, "\"alert_count\":1,"));
    assert_string_equal(GIVE(w, .kind = "incident", .name = "merge", .subject = whole, .version = 2, .args = args), "against_rule");
    assert_string_equal(GIVE(w, .kind = "incident", .name = "reopen", .subject = part, .version = 3, .args = "{\"note\":\"n\"}"), "against_rule");
    ALERTED(w, .at_us = 2 * MINUTE, .src = "203.0.113.9", .dest = "10.0.0.9", .severity = 3, .sid = 9);
    assert_string_equal(member(w, "id"), whole);        /* what the part would have taken */
    close_world(w);
}

static void an_incident_that_left_memory_comes_back_for_a_decision(void **unused)
{
    struct world *w = fresh();
    char id[64];
    (void)unused;
    snprintf(id, sizeof id, "%s", ALERTED(w, .at_us = 0));
    for (uint64_t t = 30; t < 26 * 60; t += 30)
        ALERTED(w, .at_us = t * MINUTE, .src = "203.0.113.9", .dest = "10.0.0.9", .sid = 9);
    assert_null(correlator_find(w->correlator, "430100", id));
    assert_non_null(kept_of(w, "430100", DESK_FILED, id));
    assert_string_equal(GIVE(w, .kind = "incident", .name = "triage", .subject = id, .version = 1), "");
    assert_string_equal(member(w, "state"), "triaged");
    assert_null(kept_of(w, "430100", DESK_FILED, id));
    ALERTED(w, .at_us = 26 * 60 * MINUTE, .src = "203.0.113.9", .dest = "10.0.0.9", .sid = 9);
    assert_non_null(correlator_find(w->correlator, "430100", id));      /* it is in hand now */
    close_world(w);
}

/* ---- indicators ---- */

#define DOMAIN_OF(more) "{\"type\":\"domain\",\"value\":\"evil.example\",\"title\":\"c2\",\"source\":\"s\",\"expires\":\"2026-12-01T00:00:00Z\"" more "}"

static const struct seen *event_before(struct world *w, unsigned back)
{
    return &w->events[(w->events_in_all - 1 - back) % EVENTS_MAX];
}

static void an_indicator_goes_to_the_sensors_of_its_regions_when_it_is_in_force_and_when_it_is_over(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    assert_string_equal(GIVE(w, .kind = "indicator", .name = "propose", .scope = "430000", .role = BY_DUTY, .args = DOMAIN_OF(",\"regions\":[\"430100\",\"430200\"]")), "");
    assert_int_equal(w->events_in_all, 1);                  /* nobody looks for what is only proposed */
    char id[64];
    snprintf(id, sizeof id, "%s", member(w, "id"));
    assert_string_equal(GIVE(w, .kind = "indicator", .name = "activate", .subject = id, .scope = "430000", .role = BY_DUTY, .version = 1), "");
    assert_int_equal(w->events_in_all, 4);
    assert_string_equal(event_before(w, 2)->region, "430100");
    assert_string_equal(event_before(w, 1)->region, "430200");
    assert_int_equal(event_before(w, 1)->stream, STREAM_INTEL);
    assert_non_null(strstr(event_before(w, 1)->json, "evil.example"));
    assert_null(strstr(event_before(w, 1)->json, "revoked\":true"));
    desk_tick(w->desk, NOON + 60 * 24 * 60 * MINUTE);       /* past its time */
    assert_int_equal(w->events_in_all, 7);
    assert_non_null(strstr(event_before(w, 1)->json, "\"revoked\":true"));
    close_world(w);
}

static void an_indicator_that_everybody_would_match_or_that_may_not_leave_is_refused(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    assert_string_equal(GIVE(w, .kind = "indicator", .name = "propose", .role = BY_DUTY,
                             .args = "{\"type\":\"address\",\"value\":\"8.8.8.8\",\"title\":\"t\",\"source\":\"s\",\"expires\":\"2026-12-01T00:00:00Z\"}"), "bad_argument");
    assert_string_equal(GIVE(w, .kind = "indicator", .name = "propose", .scope = "430000", .role = BY_DUTY,
                             .args = DOMAIN_OF(",\"tlp\":\"red\",\"regions\":[\"430200\"]")), "against_rule");
    close_world(w);
}

/* ---- drills ---- */

#define DRILL_PLAN "{\"title\":\"t\",\"begins_at\":\"2026-11-20T12:00:00Z\",\"ends_at\":\"2026-11-20T14:00:00Z\",\"owner\":\"lee\"}"
#define DRILL_INJECT(name, more) "{\"inject\":\"" name "\",\"planned_at\":\"2026-11-20T12:30:00Z\",\"attack\":\"a\",\"victims\":[\"10.0.0.1\"]" more "}"

static const char *drill_do(struct world *w, const char *name, const char *id, uint64_t version, unsigned minute, const char *args)
{
    return GIVE(w, .kind = "drill", .name = name, .subject = id, .version = version, .after_us = minute * MINUTE, .args = args);
}

static const char *planned_drill(struct world *w)
{
    static char id[64];
    assert_string_equal(drill_do(w, "plan", "", 0, 0, DRILL_PLAN), "");
    snprintf(id, sizeof id, "%s", member(w, "id"));
    return id;
}

static void a_drill_is_an_exercise_and_its_plan_stands_once_it_has_begun(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = planned_drill(w);
    assert_string_equal(member(w, "status"), "exercise");
    assert_string_equal(member(w, "owner"), "lee");
    assert_string_equal(member(w, "regions"), "[\"430100\"]");
    assert_string_equal(drill_do(w, "start", id, 1, 1, "{}"), "against_rule");              /* nothing would be injected */
    assert_string_equal(drill_do(w, "inject", id, 0, 1, DRILL_INJECT("i1", ",\"stage\":\"TA0043\",\"detect_within\":60")), "");
    assert_string_equal(drill_do(w, "inject", id, 0, 1, DRILL_INJECT("i1", "")), "against_rule");
    assert_string_equal(drill_do(w, "inject", id, 0, 1, DRILL_INJECT("i 2", "")), "bad_argument");
    assert_string_equal(drill_do(w, "inject", id, 0, 1, DRILL_INJECT("i2", ",\"stage\":\"TA9999\"")), "bad_argument");
    assert_string_equal(drill_do(w, "inject", id, 0, 1, "{\"inject\":\"i2\",\"planned_at\":\"2026-11-20T15:00:00Z\",\"attack\":\"a\","
                                                        "\"victims\":[\"10.0.0.1\"]}"), "bad_time");
    assert_string_equal(drill_do(w, "inject", id, 0, 1, DRILL_INJECT("i2", "")), "");
    assert_string_equal(drill_do(w, "drop", id, 3, 1, "{\"inject\":\"i3\"}"), "against_rule");
    assert_string_equal(drill_do(w, "drop", id, 3, 1, "{\"inject\":\"i2\"}"), "");
    assert_string_equal(member(w, "injects.i1.detect_within"), "60");
    assert_string_equal(member(w, "injects.i2"), "(none)");
    assert_string_equal(drill_do(w, "start", id, 4, 2, "{}"), "");
    assert_string_equal(drill_do(w, "inject", id, 0, 3, DRILL_INJECT("i4", "")), "wrong_state");
    close_world(w);
}

static const char *running_drill(struct world *w)
{
    const char *id = planned_drill(w);
    drill_do(w, "inject", id, 0, 1, DRILL_INJECT("i1", ""));
    assert_string_equal(drill_do(w, "start", id, 2, 2, "{}"), "");
    return id;
}

static void an_inject_is_carried_out_once_within_the_drill_and_has_an_outcome_then(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = running_drill(w);
    assert_string_equal(drill_do(w, "outcome", id, 0, 3, "{\"inject\":\"i1\",\"outcome\":\"blocked\"}"), "against_rule");
    assert_string_equal(drill_do(w, "injected", id, 0, 3, "{\"inject\":\"i9\"}"), "against_rule");
    assert_string_equal(drill_do(w, "injected", id, 0, 3, "{\"inject\":\"i1\",\"at\":\"2026-11-20T12:01:00Z\"}"), "bad_time");    /* before the start */
    assert_string_equal(drill_do(w, "injected", id, 0, 3, "{\"inject\":\"i1\",\"at\":\"2026-11-20T12:04:00Z\"}"), "bad_time");    /* to come */
    assert_string_equal(drill_do(w, "injected", id, 0, 3, "{\"inject\":\"i1\",\"capture_at\":\"2026-01-01T00:00:00Z\"}"), "");
    assert_string_equal(drill_do(w, "injected", id, 0, 4, "{\"inject\":\"i1\"}"), "against_rule");
    assert_string_equal(drill_do(w, "outcome", id, 0, 4, "{\"inject\":\"i1\",\"outcome\":\"blocked\"}"), "");
    uint64_t at_us;
    assert_int_equal(clock_parse(member(w, "injects.i1.injected_at"), &at_us), 0);
    assert_int_equal(at_us, NOON + 3 * MINUTE);
    assert_string_equal(member(w, "injects.i1.outcome"), "blocked");
    close_world(w);
}

#define SCORE_AS_OF(id, as_of, injects) "{\"score\":{\"drill\":\"" id "\",\"as_of\":\"" as_of "\",\"abilities\":[],\"measures\":[],\"injects\":" injects "}}"

static const char *evaluated_by(struct world *w, const char *who, const char *id, const char *as_of, const char *injects)
{
    char args[512];
    snprintf(args, sizeof args, SCORE_AS_OF("%s", "%s", "%s"), id, as_of, injects);
    return GIVE(w, .kind = "drill", .name = "evaluate", .subject = id, .version = 4, .after_us = 60 * MINUTE, .who = who, .args = args);
}

static void the_score_is_put_on_record_by_who_neither_began_nor_leads_it_with_its_digest(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    const char *id = running_drill(w);
    assert_string_equal(drill_do(w, "stop", id, 3, 50, "{}"), "");
    assert_string_equal(evaluated_by(w, "ann", id, "2026-11-20T12:55:00Z", "[{}]"), "second_person");
    assert_string_equal(evaluated_by(w, "lee", id, "2026-11-20T12:55:00Z", "[{}]"), "second_person");
    assert_string_equal(evaluated_by(w, "bo", "D-430100-20261120-aaaaaaaa", "2026-11-20T12:55:00Z", "[{}]"), "unknown_subject");
    assert_string_equal(evaluated_by(w, "bo", id, "2026-11-20T12:49:00Z", "[{}]"), "bad_time");     /* it was not over then */
    assert_string_equal(evaluated_by(w, "bo", id, "2026-11-20T13:01:00Z", "[{}]"), "bad_time");
    assert_string_equal(evaluated_by(w, "bo", id, "2026-11-20T12:55:00Z", "[]"), "bad_argument");   /* without an inject */
    assert_string_equal(evaluated_by(w, "bo", id, "2026-11-20T12:55:00Z", "[{}]"), "");
    assert_string_equal(member(w, "state"), "evaluated");
    json_t *score = json_loads(member(w, "score"), 0, NULL);
    char digest[DRILL_DIGEST_MAX];
    assert_true(drill_score_digest(score, digest));
    assert_string_equal(member(w, "score_sm3"), digest);
    json_decref(score);
    assert_string_equal(drill_do(w, "close", id, 5, 61, "{}"), "");
    close_world(w);
}

static void what_rests_on_a_drill_s_incident_is_of_the_drill(void **unused)
{
    struct world *w = fresh();
    char args[400];
    (void)unused;
    const char *id = ALERTED(w, .at_us = 0, .status = "exercise");
    snprintf(args, sizeof args, "{\"title\":\"t\",\"measures\":\"m\",\"valid_until\":\"2026-11-30T00:00:00Z\",\"importance\":3,\"severity\":3,"
             "\"incidents\":[\"%s\"]%s}", id, "");
    assert_string_equal(GIVE(w, .name = "draft", .args = args), "against_rule");
    snprintf(args, sizeof args, "{\"title\":\"t\",\"measures\":\"m\",\"valid_until\":\"2026-11-30T00:00:00Z\",\"importance\":3,\"severity\":3,"
             "\"incidents\":[\"%s\"]%s}", id, ",\"status\":\"exercise\"");
    assert_string_equal(GIVE(w, .name = "draft", .args = args), "");
    char warning[64];
    snprintf(warning, sizeof warning, "%s", member(w, "id"));
    snprintf(args, sizeof args, "{\"title\":\"t\",\"about\":[\"%s\"],\"participants\":[\"u\"],\"held_at\":\"2026-11-30T00:00:00Z\"}", warning);
    assert_string_equal(GIVE(w, .kind = "consultation", .name = "call", .args = args), "against_rule");
    close_world(w);
}

/* ---- suppressions ---- */

#define QUIET(more) "{\"title\":\"scanner\",\"reason\":\"our own\",\"expires\":\"2026-11-20T13:00:00Z\"" more "}"

/* Activated, or put forward when it is grave; the id. */
static char *suppressed(struct world *w, const char *args)
{
    static char id[64];
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "propose", .args = args), "");
    snprintf(id, sizeof id, "%s", member(w, "id"));
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "activate", .subject = id, .version = 1), "");
    return id;
}

static bool begins_incident(struct world *w, struct given g)
{
    struct alert_view a = alert_of(g);
    uint64_t before = correlator_counts(w->correlator)->suppressed;
    assert_int_equal(correlator_alert(w->correlator, &a, NOON, NULL), 0);
    alert_view_free(&a);
    return correlator_counts(w->correlator)->suppressed == before;
}
#define SEEN(w, ...) begins_incident(w, (struct given){ __VA_ARGS__ })

static json_t *ids_of(const struct seen *e)
{
    json_t *document = json_loads(e->json, 0, NULL), *ids = json_object_get(json_object_get(document, "suppression"), "alert_ids");
    json_incref(ids);
    json_decref(document);
    return ids;
}

static void restart(struct world *w)
{
    struct fault f;
    desk_clear(w->desk);
    for (size_t i = 0; i < w->kept_count; i++)
        assert_int_equal(desk_restore(w->desk, w->kept[i].hash, w->kept[i].field, w->kept[i].value, strlen(w->kept[i].value), &f), 0);
}

static const struct suppression_case { const char *name, *args, *code; } suppression_cases[] = {
    { "a rule",                     QUIET(",\"rule\":\"1:7\""), "" },
    { "nothing that narrows",       QUIET(""), "bad_argument" },
    { "a region alone",             QUIET(",\"source\":\"0.0.0.0/0\""), "bad_argument" },
    { "no rule",                    QUIET(",\"rule\":\"ET SCAN\""), "bad_argument" },
    { "no end",                     "{\"title\":\"t\",\"reason\":\"r\",\"rule\":\"1:7\"}", "bad_argument" },
    { "no reason",                  "{\"title\":\"t\",\"rule\":\"1:7\",\"expires\":\"2026-11-20T13:00:00Z\"}", "bad_argument" },
    { "an end in the past",         "{\"title\":\"t\",\"reason\":\"r\",\"rule\":\"1:7\",\"expires\":\"2026-11-20T12:00:00Z\"}", "bad_time" },
    { "the longest",                "{\"title\":\"t\",\"reason\":\"r\",\"rule\":\"1:7\",\"expires\":\"2026-12-20T12:00:00Z\"}", "" },
    { "longer than the longest",    "{\"title\":\"t\",\"reason\":\"r\",\"rule\":\"1:7\",\"expires\":\"2026-12-20T12:00:01Z\"}", "bad_time" },
};

static void a_suppression_narrows_and_ends_or_is_refused(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    for (size_t i = 0; i < sizeof suppression_cases / sizeof suppression_cases[0]; i++) {
        const char *code = GIVE(w, .kind = "suppression", .name = "propose", .args = suppression_cases[i].args);
        if (strcmp(code, suppression_cases[i].code) != 0)
            fail_msg("%s: \"%s\"", suppression_cases[i].name, code);
    }
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "propose", .args = QUIET(",\"rule\":\"7\"")), "");
    assert_string_equal(member(w, "rule"), "1:7");
    assert_string_equal(member(w, "owner"), "ann");
    assert_string_equal(member(w, "reach"), "ordinary");
    close_world(w);
}

static void what_is_suppressed_comes_into_no_incident_until_that_is_over(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    char *id = suppressed(w, QUIET(",\"rule\":\"1:7\""));
    size_t events = w->events_in_all;
    for (unsigned i = 0; i < 3; i++)
        assert_false(SEEN(w, .sid = 7, .at_us = i * MINUTE));
    correlator_changes(w->correlator, NULL, on_changed, on_gone, w);
    assert_int_equal(w->events_in_all, events);             /* no incident */
    desk_gather(w->desk, "430200", NOON);
    assert_int_equal(w->events_in_all, events);
    desk_gather(w->desk, "430100", NOON);
    assert_int_equal(w->events_in_all, events + 1);
    assert_string_equal(last_event(w)->type, "suppression");
    assert_int_equal(last_event(w)->stream, STREAM_WARNINGS);
    assert_string_equal(member(w, "hits"), "3");
    assert_int_equal(clock_parse(member(w, "last_hit"), &(uint64_t){ 0 }), 0);
    json_t *ids = ids_of(last_event(w));
    assert_int_equal(json_array_size(ids), 3);
    json_decref(ids);
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "withdraw", .subject = id, .version = 2, .args = "{\"note\":\"n\"}"), "");
    assert_string_equal(member(w, "hits"), "3");            /* hits made no decision stale, and go with it */
    assert_string_equal(member(w, "alert_ids"), "(none)");
    assert_true(SEEN(w, .sid = 7, .at_us = 4 * MINUTE));
    correlator_changes(w->correlator, NULL, on_changed, on_gone, w);
    assert_string_equal(last_event(w)->type, "incident");
    assert_string_equal(member(w, "alert_count"), "1");
    close_world(w);
}

static void a_suppression_expires_by_itself_and_still_hides_late_alerts_of_its_time(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    suppressed(w, QUIET(",\"rule\":\"1:7\""));
    desk_tick(w->desk, NOON + 59 * MINUTE);
    assert_string_equal(member(w, "state"), "active");
    desk_tick(w->desk, NOON + 60 * MINUTE);
    assert_string_equal(member(w, "state"), "expired");
    assert_false(SEEN(w, .sid = 7, .at_us = 60 * MINUTE - 1));
    assert_true(SEEN(w, .sid = 7, .at_us = 60 * MINUTE));
    desk_tick(w->desk, NOON + 61 * MINUTE);                 /* the last word */
    assert_string_equal(member(w, "hits"), "1");
    assert_string_equal(member(w, "state"), "expired");
    desk_tick(w->desk, NOON + 3 * 60 * MINUTE);             /* put away */
    assert_int_equal(desk_counts(w->desk)->matters, 0);
    assert_int_equal(suppress_count(correlator_suppress(w->correlator)), 0);
    close_world(w);
}

static void what_is_grave_is_hidden_only_when_two_have_said_so(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    char *id = suppressed(w, QUIET(",\"rule\":\"1:7\",\"reach\":\"grave\""));
    assert_string_equal(member(w, "state"), "pending");
    assert_true(SEEN(w, .sid = 7, .severity = 1));
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "approve", .subject = id, .version = 2), "second_person");
    assert_true(SEEN(w, .sid = 7, .severity = 1, .at_us = 1));
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "approve", .subject = id, .version = 2, .who = "bo", .after_us = MINUTE), "");
    assert_true(SEEN(w, .sid = 7, .severity = 1, .at_us = MINUTE - 1));         /* before the second yes */
    assert_false(SEEN(w, .sid = 7, .severity = 1, .at_us = MINUTE));
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "renew", .subject = id, .version = 3, .args = "{\"expires\":\"2026-11-20T14:00:00Z\",\"note\":\"n\"}"), "");
    assert_string_equal(member(w, "state"), "pending_renew");
    assert_false(SEEN(w, .sid = 7, .severity = 1, .at_us = 59 * MINUTE));
    assert_true(SEEN(w, .sid = 7, .severity = 1, .at_us = 61 * MINUTE));        /* the old end until then */
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "approve", .subject = id, .version = 4), "second_person");
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "approve", .subject = id, .version = 4, .who = "bo"), "");
    assert_false(SEEN(w, .sid = 7, .severity = 1, .at_us = 61 * MINUTE));
    close_world(w);
}

static void a_renewal_that_nobody_seconds_ends_with_the_old_time(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    char *id = suppressed(w, QUIET(",\"rule\":\"1:7\",\"reach\":\"grave\""));
    GIVE(w, .kind = "suppression", .name = "approve", .subject = id, .version = 2, .who = "bo");
    GIVE(w, .kind = "suppression", .name = "renew", .subject = id, .version = 3, .args = "{\"expires\":\"2026-11-20T14:00:00Z\",\"note\":\"n\"}");
    desk_tick(w->desk, NOON + 60 * MINUTE);
    assert_string_equal(member(w, "state"), "expired");
    assert_string_equal(member(w, "proposal"), "(none)");
    assert_true(SEEN(w, .sid = 7, .severity = 1, .at_us = 61 * MINUTE));
    close_world(w);
}

static void an_ordinary_one_is_renewed_by_one_person_within_the_longest(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    char *id = suppressed(w, QUIET(",\"rule\":\"1:7\""));
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "renew", .subject = id, .version = 2, .args = "{\"expires\":\"2027-11-20T14:00:00Z\",\"note\":\"n\"}"), "bad_time");
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "renew", .subject = id, .version = 2, .args = "{\"expires\":\"2026-11-20T14:00:00Z\",\"note\":\"n\"}"), "");
    assert_string_equal(member(w, "state"), "active");
    desk_tick(w->desk, NOON + 61 * MINUTE);
    assert_string_equal(member(w, "state"), "active");
    assert_false(SEEN(w, .sid = 7, .at_us = 61 * MINUTE));
    close_world(w);
}

static void hits_are_said_at_most_every_so_often_and_kept_always(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    char *id = suppressed(w, QUIET(",\"rule\":\"1:7\""));
    SEEN(w, .sid = 7);
    desk_gather(w->desk, "430100", NOON);
    assert_string_equal(member(w, "version"), "3");         /* the first one at once */
    size_t events = w->events_in_all;
    SEEN(w, .sid = 7);
    SEEN(w, .sid = 7, .severity = 1);
    desk_gather(w->desk, "430100", NOON + MINUTE / 2);
    desk_tick(w->desk, NOON + MINUTE / 2);
    assert_int_equal(w->events_in_all, events);
    const char *kept = kept_of(w, "430100", DESK_STATE, id)->value;
    assert_non_null(strstr(kept, "\"hits\":2,\"spared\":1"));
    assert_non_null(strstr(kept, "\"alert_ids\":[\"s:1:"));
    desk_tick(w->desk, NOON + MINUTE);
    assert_int_equal(w->events_in_all, events + 1);
    assert_string_equal(member(w, "hits"), "2");
    assert_null(strstr(kept_of(w, "430100", DESK_STATE, id)->value, "alert_ids"));
    desk_tick(w->desk, NOON + 5 * MINUTE);
    assert_int_equal(w->events_in_all, events + 1);         /* nothing more to say */
    close_world(w);
}

static void a_restart_knows_what_is_hidden_and_how_many_were(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    suppressed(w, QUIET(",\"rule\":\"1:7\""));
    SEEN(w, .sid = 7);
    desk_gather(w->desk, "430100", NOON);
    SEEN(w, .sid = 7);
    SEEN(w, .sid = 7);
    desk_gather(w->desk, "430100", NOON + 1);
    restart(w);
    assert_false(SEEN(w, .sid = 7));
    size_t events = w->events_in_all;
    desk_gather(w->desk, "430100", NOON + 2);
    assert_int_equal(w->events_in_all, events + 1);
    assert_string_equal(member(w, "hits"), "4");
    json_t *ids = ids_of(last_event(w));
    assert_int_equal(json_array_size(ids), 3);              /* two that nobody had been told of, and the new one */
    json_decref(ids);
    restart(w);
    desk_tick(w->desk, NOON + 10 * MINUTE);
    assert_int_equal(w->events_in_all, events + 1);
    close_world(w);
}

static void a_flood_is_said_in_versions_that_are_not_too_long(void **unused)
{
    struct world *w = fresh();
    size_t ids = 0, events;
    (void)unused;
    suppressed(w, QUIET(",\"rule\":\"1:7\""));
    SEEN(w, .sid = 7);
    desk_gather(w->desk, "430100", NOON);                  /* so the next one is not due for a minute */
    events = w->events_in_all;
    for (int i = 0; i < 2 * DESK_IDS_MOST + DESK_IDS_MANY + 10; i++)
        SEEN(w, .sid = 7);
    desk_gather(w->desk, "430100", NOON);
    assert_int_equal(w->events_in_all, events + 3);
    for (unsigned back = 0; back < 3; back++) {
        json_t *some = ids_of(event_before(w, back));
        assert_true(json_array_size(some) <= DESK_IDS_MOST);
        ids += json_array_size(some);
        json_decref(some);
    }
    assert_int_equal(ids, 2 * DESK_IDS_MOST + DESK_IDS_MANY + 10);
    close_world(w);
}

static void what_the_register_calls_critical_is_spared_and_no_ordinary_one_is_about_it_alone(void **unused)
{
    static const char *const alone[] = { ",\"asset\":\"SCADA\",\"unit\":\"U\"", ",\"rule\":\"1:7\",\"destination\":\"10.0.0.1\"", ",\"source\":\"10.0.0.1/32\"" };
    struct world *w = fresh();
    char args[256], id[64];
    (void)unused;
    assert_string_equal(GIVE(w, .kind = "unit", .name = "register", .args = "{\"unit\":\"U\",\"sector\":\"water\",\"district\":\"430100\"}"), "");
    suppressed(w, QUIET(",\"rule\":\"1:7\""));
    assert_false(SEEN(w, .sid = 7));
    assert_string_equal(GIVE(w, .kind = "asset", .name = "register", .args = "{\"name\":\"SCADA\",\"unit\":\"U\",\"addresses\":[\"10.0.0.1\"],\"cii\":true}"), "");
    assert_true(SEEN(w, .sid = 7));                         /* the alert itself says nothing of its asset */
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        snprintf(args, sizeof args, QUIET("%s"), alone[i]);
        assert_string_equal(GIVE(w, .kind = "suppression", .name = "propose", .args = args), "");
        snprintf(id, sizeof id, "%s", member(w, "id"));
        assert_string_equal(GIVE(w, .kind = "suppression", .name = "activate", .subject = id, .version = 1), "against_rule");
    }
    suppressed(w, QUIET(",\"destination\":\"10.0.0.0/24\",\"rule\":\"1:8\""));
    assert_string_equal(member(w, "state"), "active");      /* others are there, too */
    suppressed(w, QUIET(",\"asset\":\"SCADA\",\"unit\":\"U\",\"reach\":\"grave\""));
    assert_string_equal(member(w, "state"), "pending");
    close_world(w);
}

static void what_is_put_away_has_said_all(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    char *id = suppressed(w, QUIET(",\"rule\":\"1:7\""));
    SEEN(w, .sid = 7);
    GIVE(w, .kind = "suppression", .name = "withdraw", .subject = id, .version = 2, .args = "{\"note\":\"n\"}");
    desk_tick(w->desk, NOON + 3 * 60 * MINUTE);
    assert_int_equal(desk_counts(w->desk)->matters, 0);
    assert_string_equal(member(w, "hits"), "1");
    json_t *ids = ids_of(last_event(w));
    assert_int_equal(json_array_size(ids), 1);
    json_decref(ids);
    assert_string_equal(GIVE(w, .kind = "suppression", .name = "comment", .subject = id, .args = "{\"note\":\"n\"}"), "");
    assert_string_equal(member(w, "hits"), "1");            /* and is what it was when it comes back */
    close_world(w);
}

/* ---- every kind, state, command, role, scope, person and version ---- */

enum scope_case { OWN, OTHER_UNIT, OTHER_REGION, SCOPES };
enum person_case { FIRST, SECOND, PERSONS };
enum version_case { RIGHT, STALE, FUTURE, NONE, VERSIONS };
enum words_case { WHOLE, GRAVE, MISSING, WORDS };

struct possibility {
    const struct kind *kind;
    const char *state, *command;    /* state "": it is to begin */
    unsigned role;
    enum scope_case scope;
    enum person_case person;
    enum version_case version;
    enum words_case words;
};

enum { AT_VERSION = 7, DECIDED_AT = 5 };

static bool in_list(const char *list, const char *name)     /* not kind_among(): this is the test's own reading of the tables */
{
    char copy[512], *rest = copy;
    snprintf(copy, sizeof copy, "%s", list);
    for (char *word; (word = strsep(&rest, "|")) != NULL; )
        if (strcmp(word, name) == 0)
            return true;
    return false;
}

static const char *colour_before(const struct possibility *p)
{
    return strcmp(p->command, "raise") == 0 ? "blue" : strcmp(p->command, "lower") == 0 ? "red" : p->words == GRAVE ? "red" : "yellow";
}

static const char *colour_after(const struct possibility *p)
{
    bool raise = strcmp(p->command, "raise") == 0;
    return p->words == GRAVE ? raise ? "red" : "orange" : raise ? "yellow" : "blue";
}

static const char *subject_id(const struct kind *k)
{
    static char id[64];
    snprintf(id, sizeof id, "%s-430100-20261120-aaaaaaaa", k->prefix);
    return id;
}

static json_t *value_for(const struct argument *a, const struct possibility *p)
{
    char first[64];
    switch (a->type) {
    case ARGUMENT_CHOICE:
        snprintf(first, sizeof first, "%.*s", (int)strcspn(a->choices, "|"), a->choices);
        return json_string(strcmp(a->name, "colour") == 0 ? colour_after(p) : first);
    case ARGUMENT_NUMBER:    return json_integer(a->highest != 0 ? a->highest : 1);
    case ARGUMENT_FLAG:      return json_true();
    case ARGUMENT_TIME:      return json_string(strcmp(a->name, "occurred_at") == 0 ? "2026-11-20T09:00:00Z" : in_list("feedback_by|ends_at", a->name) ? "2026-12-02T00:00:00Z" : "2026-12-01T00:00:00Z");
    case ARGUMENT_ID:        return json_string("I-430100-20261120-aaaaaaab");
    case ARGUMENT_REGION:    return json_string("430100");
    case ARGUMENT_ADDRESS:   return json_string("192.0.2.1");
    case ARGUMENT_WORDS:     return json_pack("[s]", "w");
    case ARGUMENT_IDS:       return json_pack("[s]", "I-430100-20261120-aaaaaaab");
    case ARGUMENT_REGIONS:   return json_pack("[s]", "430100");
    case ARGUMENT_ADDRESSES: return json_pack("[s]", "192.0.2.0/24");
    case ARGUMENT_JSON:      return json_pack("{s:s, s:s, s:[], s:[], s:[{}]}", "drill", subject_id(p->kind), "as_of", "2026-11-20T11:00:00Z",
                                              "abilities", "measures", "injects");
    default:                 return json_string(strcmp(a->name, "unit") == 0 ? "U" : strcmp(a->name, "value") == 0 ? "11.22.33.44" : "w");
    }
}

/* All that the tables ask for; MISSING: without what is needed. Grading needs a level although no row can say so alone. */
static char *args_for(const struct possibility *p)
{
    json_t *args = json_object();
    for (const struct argument *a = p->kind->arguments; a->name != NULL && p->words != MISSING; a++)
        if (in_list(a->commands, p->command) && ((a->flags & ARGUMENT_NEEDED) || strcmp(p->command, "grade") == 0))
            json_object_set_new(args, a->name, value_for(a, p));
    if (p->words != MISSING)
        json_object_set_new(args, "note", json_string("n"));
    if (p->words != MISSING && *p->state == '\0' && p->kind == kind_named("warning")) {
        json_object_set_new(args, "importance", json_integer(p->words == GRAVE ? 1 : 3));
        json_object_set_new(args, "severity", json_integer(2));
    }
    if (p->words != MISSING && *p->state == '\0' && p->kind == kind_named("suppression")) {
        json_object_set_new(args, "rule", json_string("7"));
        json_object_set_new(args, "reach", json_string(p->words == GRAVE ? "grave" : "ordinary"));
    }
    char *text = json_dumps(args, 0);
    json_decref(args);
    return text;
}

/* ---- what is there before ---- */

static void put_incident(struct world *w, const char *id, const char *state)
{
    char line[2048];
    struct incident_view v;
    struct fault f;
    int n = snprintf(line, sizeof line,
        "{\"event_type\":\"incident\",\"incident\":{\"id\":\"%s\",\"version\":%d,\"decided\":%d,\"title\":{\"zh\":\"t\",\"en\":\"t\"},"
        "\"region\":\"430100\",\"sector\":\"water\",\"status\":\"actual\",\"state\":\"%s\",\"level\":4,\"owner\":\"ann\","
        "\"first\":\"2026-11-20T11:00:00Z\",\"last\":\"2026-11-20T11:30:00Z\",\"detected_at\":\"2026-11-20T11:31:00Z\","
        "\"alert_count\":2,\"victims\":[{\"address\":\"10.0.0.1\",\"name\":\"\",\"unit\":\"U\",\"sector\":\"water\"}],"
        "\"clocks\":{\"reports\":{\"w\":{\"start\":\"2026-11-20T11:40:00Z\",\"deadline\":\"2026-11-20T12:40:00Z\"}}}}}",
        id, AT_VERSION, DECIDED_AT, state);
    if (incident_parse(line, (size_t)n, &v, &f) != 0)
        fail_msg("%s", f.why);
    assert_int_equal(correlator_restore(w->correlator, &v.incident), 0);
    incident_view_free(&v);
}

static void put_matter(struct world *w, const struct possibility *p)
{
    char line[2048];
    struct fault f;
    int n = snprintf(line, sizeof line,
        "{\"event_type\":\"%s\",\"%s\":{\"id\":\"%s\",\"version\":%d,\"decided\":%d,\"region\":\"430100\",\"status\":\"actual\",\"state\":\"%s\","
        "\"created\":{\"at\":\"2026-11-20T10:00:00Z\",\"by\":\"ann\"},\"changed\":{\"at\":\"2026-11-20T11:00:00Z\",\"by\":\"ann\"},"
        "\"title\":\"t\",\"unit\":\"U\",\"sector\":\"water\",\"owner\":\"ann\",\"colour\":\"%s\",\"importance\":2,\"severity\":2,"
        "\"type\":\"domain\",\"value\":\"evil.example\",\"expires\":\"2026-12-01T00:00:00Z\",\"occurred_at\":\"2026-11-20T09:00:00Z\",\"system\":\"s\",\"tasks\":{%s},"
        "\"sign_by\":\"2026-12-01T00:00:00Z\",\"feedback_by\":\"2026-12-02T00:00:00Z\",\"valid_until\":\"2026-12-01T00:00:00Z\","
        "\"begins_at\":\"2026-12-01T00:00:00Z\",\"ends_at\":\"2026-12-02T00:00:00Z\",\"started_at\":\"2026-11-20T09:00:00Z\","
        "\"stopped_at\":\"2026-11-20T10:00:00Z\",\"injects\":{%s},\"rule\":\"1:7\",\"reach\":\"%s\","
        "\"proposal\":{\"command\":\"raise\",\"by\":\"ann\",\"from\":\"%s\",\"at\":\"2026-11-20T11:00:00Z\",\"args\":{}},"
        "\"due\":{},\"fired\":{},\"history\":[]}}",
        p->kind->name, p->kind->name, subject_id(p->kind), AT_VERSION, DECIDED_AT, p->state, colour_before(p),
        strcmp(p->command, "done") == 0 ? "\"w\":{}" : "", strcmp(p->command, "inject") == 0 ? "" : strcmp(p->command, "outcome") == 0
        ? "\"w\":{\"injected_at\":\"2026-11-20T09:30:00Z\"}" : "\"w\":{}",
        p->words == GRAVE ? "grave" : "ordinary", p->kind->states[0].name);
    assert_int_equal(desk_restore(w->desk, DESK_STATE, subject_id(p->kind), line, (size_t)n, &f), 0);
}

/* An asset is of a unit that is registered. */
static void put_unit(struct world *w)
{
    static const char line[] = "{\"event_type\":\"unit\",\"unit\":{\"id\":\"U-430100-20261120-aaaaaaaa\",\"version\":1,\"decided\":1,"
        "\"region\":\"430100\",\"status\":\"actual\",\"state\":\"registered\",\"created\":{\"at\":\"2026-11-20T10:00:00Z\",\"by\":\"ann\"},"
        "\"changed\":{\"at\":\"2026-11-20T10:00:00Z\",\"by\":\"ann\"},\"unit\":\"U\",\"sector\":\"water\",\"district\":\"430100\","
        "\"due\":{},\"fired\":{},\"history\":[]}}";
    struct fault f;
    assert_int_equal(desk_restore(w->desk, DESK_STATE, "U-430100-20261120-aaaaaaaa", line, sizeof line - 1, &f), 0);
}

static void set_scene(struct world *w, const struct possibility *p)
{
    forget_kept(w);
    if (p->kind->flags & KIND_OF_INCIDENTS) {
        correlator_clear(w->correlator);
        put_incident(w, "I-430100-20261120-aaaaaaab", "new");
        if (*p->state != '\0')
            put_incident(w, subject_id(p->kind), p->state);
    } else if (*p->state != '\0') {
        put_matter(w, p);       /* over the one before */
    } else {
        desk_clear(w->desk);
        if (p->kind == kind_named("asset"))
            put_unit(w);
    }
}

/* ---- what the tables say must come ---- */

static bool leaves(const struct possibility *p, const struct arrow *a)
{
    if (*p->state == '\0' || *a->from == '\0')
        return *p->state == '\0' && *a->from == '\0';
    if (strcmp(a->from, "**") == 0)
        return true;
    return strcmp(a->from, "*") == 0 ? !in_list(p->kind->last, p->state) : in_list(a->from, p->state);
}

static bool condition(const struct possibility *p, const struct arrow *a)
{
    if (a->when == NULL)
        return true;
    const char *equals = strchr(a->when, '=');
    bool inverse = equals[-1] == '!', asked = strcmp(p->command, "raise") == 0 || strcmp(p->command, "lower") == 0;
    if (strncmp(a->when, "reach", 5) == 0)
        return in_list(equals + 1, p->words == GRAVE ? "grave" : "ordinary") != inverse;
    assert_int_equal(strncmp(a->when, "colour", 6), 0);     /* another condition needs another scene here */
    const char *colour = asked && p->words != MISSING ? colour_after(p) : colour_before(p);
    return in_list(equals + 1, colour) != inverse;
}

static const struct arrow *expected_arrow(const struct possibility *p)
{
    const struct arrow *other = NULL;
    for (const struct arrow *a = p->kind->arrows; a->command != NULL; a++)
        if (strcmp(a->command, p->command) == 0 && (a->by & p->role) && leaves(p, a)) {
            if (condition(p, a))
                return a;
            other = other != NULL ? other : a;
        }
    return other;
}

static bool anywhere(const struct possibility *p)
{
    for (const struct arrow *a = p->kind->arrows; a->command != NULL; a++)
        if (strcmp(a->command, p->command) == 0 && (a->by & p->role))
            return true;
    return false;
}

static bool needs_words(const struct possibility *p, const struct arrow *a)
{
    bool needed = a->flags & ARROW_NOTE;
    for (const struct argument *g = p->kind->arguments; g->name != NULL; g++)
        needed |= in_list(g->commands, p->command) && (g->flags & ARGUMENT_NEEDED);
    return needed || strcmp(p->command, "grade") == 0;
}

/* Nobody outside is the system. An incident is not begun by a command. A begun matter is of the unit that the command says. */
static const char *expected_code(const struct possibility *p)
{
    const struct arrow *a = expected_arrow(p);
    bool incident = p->kind->flags & KIND_OF_INCIDENTS, begins = *p->state == '\0';
    const struct argument *unit = argument_row(p->kind, p->command, "unit");
    bool unknown_unit = begins && (p->words == MISSING || unit == NULL || !(unit->flags & ARGUMENT_NEEDED));
    if (p->role == BY_SYSTEM)
        return "forged";
    if (incident && begins)
        return "unknown_subject";
    if (!anywhere(p))
        return "forbidden_role";
    if (p->scope != OWN || (p->role == BY_UNIT && unknown_unit))
        return "out_of_scope";
    if (a == NULL)
        return "wrong_state";
    if (!(a->flags & ARROW_FREE) && p->version != RIGHT)
        return "stale_version";
    if ((a->flags & ARROW_OWNER) && p->role == BY_ANALYST && p->person != FIRST)
        return "not_owner";
    if ((a->flags & ARROW_SECOND) && p->person == FIRST)
        return "second_person";
    return p->words == MISSING && needs_words(p, a) ? "bad_argument" : "";
}

static const char *expected_state(const struct possibility *p)
{
    const struct arrow *a = expected_arrow(p);
    return *a->to == '=' ? p->state : *a->to == '<' ? p->kind->states[0].name : a->to;
}

/* ---- and what comes ---- */

static void describe(const struct possibility *p, const char *got)
{
    fail_msg("%s in %s: %s by %s, scope %d, person %d, version %d, words %d: expected \"%s\", got \"%s\"", p->kind->name, p->state,
             p->command, role_name(p->role), p->scope, p->person, p->version, p->words, expected_code(p), got);
}

static size_t incident_text(struct world *w, const char *id, char out[8192])
{
    struct text t = text_over(out, 8192);
    incident_json(&correlator_find(w->correlator, "430100", id)->incident, &t);
    return t.len;
}

/* Whoever comments sees the state and the version as they stand. Asked once for each command, state and role: what is
 * refused takes the same road whoever asks. */
static void stands_as_before(struct world *w, const struct possibility *p)
{
    if (*p->state == '\0' || p->version != STALE || p->words != WHOLE)
        return;
    assert_string_equal(GIVE(w, .kind = p->kind->name, .name = "comment", .subject = subject_id(p->kind), .args = "{\"note\":\"n\"}"), "");
    assert_string_equal(member(w, "state"), p->state);
    assert_int_equal(atoi(member(w, "version")), AT_VERSION + 1);
    assert_int_equal(atoi(member(w, "decided")), DECIDED_AT);
}

static void try_it(struct world *w, const struct possibility *p)
{
    static const uint64_t versions[VERSIONS] = { AT_VERSION, DECIDED_AT - 1, AT_VERSION + 1, 0 };
    static const char *const scopes[SCOPES] = { "430000", "430100", "430200" };
    char before[8192], after[8192];
    bool incident = (p->kind->flags & KIND_OF_INCIDENTS) && *p->state != '\0';
    set_scene(w, p);
    char *args = args_for(p);
    size_t events = w->events_in_all, len = incident ? incident_text(w, subject_id(p->kind), before) : 0;
    const char *code = GIVE(w, .kind = p->kind->name, .name = p->command, .subject = *p->state != '\0' ? subject_id(p->kind) : "",
                            .who = p->person == FIRST ? "ann" : "zoe", .role = p->role, .version = versions[p->version], .args = args,
                            .scope = scopes[p->scope], .unit = p->scope == OTHER_UNIT ? "V" : p->role == BY_UNIT ? "U" : "");
    free(args);
    if (strcmp(code, expected_code(p)) != 0)
        describe(p, code);
    const char *type = last_event(w)->type;
    if (*code != '\0') {
        assert_int_equal(w->events_in_all, events + 1);
        assert_string_equal(type, "refusal");
        if (incident && (incident_text(w, subject_id(p->kind), after) != len || memcmp(before, after, len) != 0))
            describe(p, "a refused command changed the incident");
        stands_as_before(w, p);
        return;
    }
    bool to_sensors = p->kind == kind_named("indicator") && (in_list("activate|renew", p->command)
                      || (strcmp(p->command, "revoke") == 0 && strcmp(p->state, "active") == 0));
    bool two = to_sensors || in_list("merge|accept", p->command);      /* or another incident's */
    assert_int_equal(w->events_in_all, events + (two ? 2 : 1));
    assert_string_equal(type, p->kind->name);
    assert_string_equal(member(w, "state"), expected_state(p));
    assert_int_equal(atoi(member(w, "version")), *p->state != '\0' ? AT_VERSION + 1 : 1);
    assert_int_equal(atoi(member(w, "decided")), *p->state == '\0' ? 1 : expected_arrow(p)->flags & ARROW_FREE ? DECIDED_AT : AT_VERSION + 1);
}

static bool has_conditions(const struct kind *k)
{
    const struct arrow *a = k->arrows;
    while (a->command != NULL && a->when == NULL)
        a++;
    return a->command != NULL;
}

static void try_all_of(struct world *w, struct possibility p)
{
    bool graver = has_conditions(p.kind);
    static const unsigned role_bits[] = { BY_ANALYST, BY_DUTY, BY_SUPERVISOR, BY_UNIT, BY_REGULATOR, BY_ADMIN };
    for (size_t r = 0; r < sizeof role_bits / sizeof role_bits[0]; r++)
        for (int scope = 0; scope < SCOPES; scope++)
            for (int person = 0; person < PERSONS; person++)
                for (int version = 0; version < VERSIONS; version++)
                    for (int words = 0; words < WORDS; words++) {
                        p.role = role_bits[r];
                        p.scope = (enum scope_case)scope;
                        p.person = (enum person_case)person;
                        p.version = (enum version_case)version;
                        p.words = (enum words_case)words;
                        if (words != GRAVE || graver)
                            try_it(w, &p);
                    }
}

static void every_state_command_role_scope_person_and_version_is_answered_as_the_tables_say(void **unused)
{
    struct world *w = fresh();
    (void)unused;
    for (size_t k = 0; kinds[k] != NULL; k++)
        for (const struct word *command = kinds[k]->commands; command->name != NULL; command++) {
            try_all_of(w, (struct possibility){ .kind = kinds[k], .state = "", .command = command->name });
            for (const struct word *state = kinds[k]->states; state->name != NULL; state++)
                try_all_of(w, (struct possibility){ .kind = kinds[k], .state = state->name, .command = command->name });
        }
    close_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_yellow_warning_is_issued_by_one_person), cmocka_unit_test(a_red_warning_waits_for_a_second_person),
        cmocka_unit_test(raising_to_red_is_in_force_only_when_approved),
        cmocka_unit_test(the_same_command_again_has_no_effect_and_the_same_answer),
        cmocka_unit_test(a_notice_goes_to_its_end), cmocka_unit_test(a_deadline_that_passes_brings_supervision_once),
        cmocka_unit_test(what_has_fired_does_not_fire_after_a_restart), cmocka_unit_test(an_answer_is_remembered_over_a_restart),
        cmocka_unit_test(a_finished_warning_is_put_away_and_comes_back_when_it_is_named),
        cmocka_unit_test(too_many_open_ones_are_refused_and_finished_ones_make_way),
        cmocka_unit_test(what_is_forged_is_refused_without_an_answer),
        cmocka_unit_test(a_command_from_the_future_is_refused_and_one_from_the_past_is_not),
        cmocka_unit_test(an_unreadable_command_blames_the_entry), cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(the_matrix_gives_the_colour_and_another_needs_a_reason), cmocka_unit_test(a_confirmed_incident_knows_since_when),
        cmocka_unit_test(alerts_do_not_make_a_decision_stale), cmocka_unit_test(who_saw_what_redis_has_forgotten_has_to_look_again),
        cmocka_unit_test(a_closed_incident_takes_no_new_alert_and_the_next_one_says_so),
        cmocka_unit_test(a_repeat_of_what_was_closed_begins_anew),
        cmocka_unit_test(a_merge_keeps_both_and_the_graver_level), cmocka_unit_test(an_incident_that_left_memory_comes_back_for_a_decision),
        cmocka_unit_test(an_indicator_goes_to_the_sensors_of_its_regions_when_it_is_in_force_and_when_it_is_over),
        cmocka_unit_test(an_indicator_that_everybody_would_match_or_that_may_not_leave_is_refused),
        cmocka_unit_test(a_drill_is_an_exercise_and_its_plan_stands_once_it_has_begun),
        cmocka_unit_test(an_inject_is_carried_out_once_within_the_drill_and_has_an_outcome_then),
        cmocka_unit_test(the_score_is_put_on_record_by_who_neither_began_nor_leads_it_with_its_digest),
        cmocka_unit_test(what_rests_on_a_drill_s_incident_is_of_the_drill),
        cmocka_unit_test(a_suppression_narrows_and_ends_or_is_refused),
        cmocka_unit_test(what_is_suppressed_comes_into_no_incident_until_that_is_over),
        cmocka_unit_test(a_suppression_expires_by_itself_and_still_hides_late_alerts_of_its_time),
        cmocka_unit_test(what_is_grave_is_hidden_only_when_two_have_said_so),
        cmocka_unit_test(a_renewal_that_nobody_seconds_ends_with_the_old_time),
        cmocka_unit_test(an_ordinary_one_is_renewed_by_one_person_within_the_longest),
        cmocka_unit_test(hits_are_said_at_most_every_so_often_and_kept_always),
        cmocka_unit_test(a_restart_knows_what_is_hidden_and_how_many_were),
        cmocka_unit_test(a_flood_is_said_in_versions_that_are_not_too_long),
        cmocka_unit_test(what_the_register_calls_critical_is_spared_and_no_ordinary_one_is_about_it_alone),
        cmocka_unit_test(what_is_put_away_has_said_all),
        cmocka_unit_test(every_state_command_role_scope_person_and_version_is_answered_as_the_tables_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
