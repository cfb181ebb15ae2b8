/* The desk: every kind, state, command and role; then what tables cannot say. */
#include "alerts.h"

#include "correlator/desk.h"
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
                                   .answers_keep_us = 24 * 60 * MINUTE, .ahead_us = 5 * MINUTE };
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
    for (size_t i = 0; i < w->kept_count; i++)
        free(w->kept[i].value);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_yellow_warning_is_issued_by_one_person), cmocka_unit_test(a_red_warning_waits_for_a_second_person),
        cmocka_unit_test(raising_to_red_is_in_force_only_when_approved),
        cmocka_unit_test(the_same_command_again_has_no_effect_and_the_same_answer),
    };
    (void)on_gone;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
