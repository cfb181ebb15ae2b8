#include "correlator/desk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "correlator/act.h"
#include "correlator/drawer.h"
#include "correlator/matters.h"
#include "events/load.h"

#define ROW(member, kind, sentence) { #member, kind, offsetof(struct desk_counts, member), sentence }
static const struct metric rows[] = {
    ROW(commands, METRIC_COUNTER, "Commands taken."),
    ROW(applied, METRIC_COUNTER, "Commands applied."),
    ROW(refused, METRIC_COUNTER, "Commands refused."),
    ROW(repeats, METRIC_COUNTER, "Commands that had been answered before."),
    ROW(fired, METRIC_COUNTER, "Times that were waited for and have come."),
    ROW(put_away, METRIC_COUNTER, "Matters and incidents put away."),
    ROW(taken_back, METRIC_COUNTER, "Of these taken back because a command named them."),
    ROW(matters, METRIC_GAUGE, "Matters in memory."),
    ROW(forgotten, METRIC_COUNTER, "Answers and matters put away that left for want of room or of age."),
};
const struct metrics_room desk_metrics = { "desk", rows, sizeof rows / sizeof rows[0] };

enum { JSON_MAX = 1024 * 1024, IDS_MAX = DESK_IDS_MOST * (EVENT_ID_MAX + 3), ANSWER_MAX = 2048, PRINT_MAX = 17, UNITS_MAX = CASE_PARTIES_MAX, TICK_MAX = 256,
       DUE_NAME_MAX = 192 };

/* A kind that needs no effects needs no line here. */
static const struct { const char *kind; const struct effect_row *rows; } effects[] = {
    { "incident", incident_effects }, { "warning", warning_effects }, { "notice", notice_effects },
    { "report", report_effects }, { "consultation", consultation_effects },
    { "indicator", indicator_effects }, { "drill", drill_effects },
    { "unit", unit_effects }, { "asset", asset_effects },
    { "suppression", suppression_effects },
};

struct desk {
    struct desk_settings settings;
    struct desk_out      out;
    struct correlator   *correlator;
    struct matrix        matrix;
    struct clocks       *clocks;
    struct matters      *matters;
    struct registry     *registry;
    struct organisation *organisation;
    struct drawer       *answers, *filed;
    struct desk_counts   counts;
    char                 json[JSON_MAX + IDS_MAX];
};

/* ---- life ---- */

struct desk *desk_new(const struct desk_settings *s, struct correlator *c, const struct desk_out *out, struct fault *f)
{
    struct desk *d = calloc(1, sizeof *d);
    if (d == NULL) {
        fault_set(f, -ENOMEM, "no memory for the desk");
        return NULL;
    }
    d->settings = *s;
    d->out = *out;
    d->correlator = c;
    if (matrix_load(s->matrix != NULL ? s->matrix : "", &d->matrix, f) < 0
        || (d->clocks = clocks_load(s->clocks != NULL ? s->clocks : "", f)) == NULL
        || (d->organisation = organisation_load(&s->organisation, f)) == NULL) {
        desk_free(d);
        return NULL;
    }
    d->matters = matters_new();
    d->registry = registry_new();
    d->answers = drawer_new((size_t)s->answers_max, s->answers_keep_us);
    d->filed = drawer_new((size_t)s->filed_max, 0);
    if (d->matters != NULL && d->registry != NULL && d->answers != NULL && d->filed != NULL) {
        correlator_know(c, d->registry);
        return d;
    }
    fault_set(f, -ENOMEM, "no memory for the desk");
    desk_free(d);
    return NULL;
}

void desk_free(struct desk *d)
{
    if (d == NULL)
        return;
    correlator_know(d->correlator, NULL);
    clocks_free(d->clocks);
    organisation_free(d->organisation);
    matters_free(d->matters);
    registry_free(d->registry);
    drawer_free(d->answers);
    drawer_free(d->filed);
    free(d);
}

void desk_clear(struct desk *d)
{
    matters_clear(d->matters);
    registry_clear(d->registry);
    suppress_clear(correlator_suppress(d->correlator));
    drawer_clear(d->answers);
    drawer_clear(d->filed);
}

const struct desk_counts *desk_counts(struct desk *d)
{
    d->counts.matters = matters_count(d->matters, NULL);
    d->counts.forgotten = drawer_forgotten(d->answers) + drawer_forgotten(d->filed);
    return &d->counts;
}

/* ---- the two drawers ---- */

static void answer_keep(void *ctx, const char *region, const char *name, const char *kept, size_t len)
{
    const struct desk *d = ctx;
    d->out.keep(d->out.ctx, region, COMMAND_ANSWERS, name, kept, len);
}

static void answer_left(void *ctx, const char *region, const char *name)
{
    const struct desk *d = ctx;
    d->out.keep(d->out.ctx, region, COMMAND_ANSWERS, name, NULL, 0);
}

static void filed_keep(void *ctx, const char *region, const char *name, const char *kept, size_t len)
{
    const struct desk *d = ctx;
    d->out.keep(d->out.ctx, region, DESK_FILED, name, kept, len);
}

static void filed_left(void *ctx, const char *region, const char *name)
{
    const struct desk *d = ctx;
    d->out.keep(d->out.ctx, region, DESK_FILED, name, NULL, 0);
}

/* ---- going out ---- */

static int matter_out(struct desk *d, const struct matter *m, const struct deed *by)
{
    char id[MATTER_ID_MAX + 24];
    struct text t = text_over(d->json, JSON_MAX);
    matter_json(m, by, &t);
    if (t.cut)
        return -EMSGSIZE;
    snprintf(id, sizeof id, "%s:%" PRIu64, m->id, m->version);
    d->out.event(d->out.ctx, m->region, STREAM_WARNINGS, id, m->kind->name, t.at, t.len);
    d->out.keep(d->out.ctx, m->region, DESK_STATE, m->id, t.at, t.len);
    return 0;
}

/* ---- what suppressions hid ---- */

/* The matter as JSON with up to `most` ids of what was hidden since its last version. */
static bool hidden_json(struct desk *d, struct matter *m, size_t most, struct text *t)
{
    const struct suppress *s = correlator_suppress(d->correlator);
    *t = text_over(d->json, sizeof d->json);
    bool ok = suppress_figures(s, m) && suppress_ids(s, m, most);
    if (ok)
        matter_json(m, NULL, t);
    json_object_del(m->fields, "alert_ids");
    return ok && !t->cut;
}

/* Not yet said: the ids stand with what is kept, so that a restart says them. */
static void hidden_keep(struct desk *d, struct matter *m)
{
    struct text t;
    if (!hidden_json(d, m, SIZE_MAX, &t)) {
        log_error("%s: what it hid cannot be kept: no memory", m->id);
        return;
    }
    d->out.keep(d->out.ctx, m->region, DESK_STATE, m->id, t.at, t.len);
    suppress_kept(correlator_suppress(d->correlator), m);
}

/* The next version, as one that alerts made: nobody's decision becomes stale by it. */
static bool hidden_out(struct desk *d, struct matter *m, uint64_t now_us)
{
    char id[MATTER_ID_MAX + 24];
    struct text t;
    struct suppress *s = correlator_suppress(d->correlator);
    uint64_t last_us = suppress_last(s, m);
    if (last_us > m->changed_us) {
        m->changed_us = last_us;
        snprintf(m->changed_by, sizeof m->changed_by, "system");
    }
    m->version = correlator_next_version(d->correlator, m->version, m->created_us);
    if (!hidden_json(d, m, DESK_IDS_MOST, &t)) {
        log_error("%s: what it hid cannot be said: no memory", m->id);
        return false;
    }
    snprintf(id, sizeof id, "%s:%" PRIu64, m->id, m->version);
    d->out.event(d->out.ctx, m->region, STREAM_WARNINGS, id, m->kind->name, t.at, t.len);
    suppress_said(s, m, DESK_IDS_MOST, now_us);
    return true;
}

/* ---- putting away ---- */

static void put_away(struct desk *d, struct filed_matter *m, uint64_t now_us)
{
    const struct drawer_owner o = { filed_keep, filed_left, d };
    while (suppress_is_unsaid(correlator_suppress(d->correlator), &m->matter) && hidden_out(d, &m->matter, now_us))
        continue;
    struct text t = text_over(d->json, sizeof d->json);
    if (m->at_rest != NULL)
        text_bytes(&t, m->at_rest, m->at_rest_len);
    else
        matter_json(&m->matter, NULL, &t);
    if (t.cut || !drawer_put(d->filed, m->matter.region, m->matter.id, t.at, t.len, now_us, &o))
        return;
    d->out.keep(d->out.ctx, m->matter.region, DESK_STATE, m->matter.id, NULL, 0);
    suppress_forget(correlator_suppress(d->correlator), &m->matter);
    matters_remove(d->matters, m);
    d->counts.put_away++;
}

void desk_put_incident_away(struct desk *d, const struct incident *i, uint64_t now_us)
{
    const struct drawer_owner o = { filed_keep, filed_left, d };
    struct text t = text_over(d->json, sizeof d->json);
    incident_json(i, &t);
    if (!t.cut && drawer_put(d->filed, i->region, i->id, t.at, t.len, now_us, &o))
        d->counts.put_away++;
}

/* ---- coming back ---- */

/* Into memory, and to where alerts are held against it. */
static int file_matter(struct desk *d, struct matter *m)
{
    struct filed_matter *filed = registry_take(d->registry, m) ? matters_put(d->matters, m) : NULL;
    int rc = filed != NULL ? suppress_follow(correlator_suppress(d->correlator), &filed->matter) : -ENOMEM;
    if (rc == -ENOMEM)
        return rc;
    if (rc != 0)
        log_error("%s hides nothing: its scope cannot be read, or there are too many forms of scope", filed->matter.id);
    return 0;
}

static int matter_back(struct desk *d, const char *json, size_t len, struct fault *f)
{
    struct matter m;
    int rc = matter_parse(json, len, &m, f);
    if (rc == 0 && file_matter(d, &m) != 0) {
        matter_free(&m);
        rc = fault_set(f, -ENOMEM, "no memory for a matter");
    }
    return rc;
}

int desk_restore(struct desk *d, const char *hash, const char *field, const char *value, size_t len, struct fault *f)
{
    if (strcmp(hash, DESK_STATE) == 0)
        return matter_back(d, value, len, f);
    return drawer_restore(strcmp(hash, DESK_FILED) == 0 ? d->filed : d->answers, field, value, len)
               ? 0 : fault_set(f, -EINVAL, "%s.%.64s: not what was kept there", hash, field);
}

static int incident_back(struct desk *d, const char *json, size_t len, struct fault *f)
{
    struct incident_view v;
    int rc = incident_parse(json, len, &v, f);
    if (rc != 0)
        return rc;
    rc = correlator_restore(d->correlator, &v.incident);
    incident_view_free(&v);
    return rc;
}

/* What was put away is in memory again, and kept where that is kept. */
static void take_back(struct desk *d, const struct kind *k, const char *region, const char *id)
{
    struct fault f;
    const char *json = drawer_find(d->filed, region, id);
    bool incident = k->flags & KIND_OF_INCIDENTS;
    if (json == NULL || (incident ? incident_back : matter_back)(d, json, strlen(json), &f) != 0)
        return;
    d->out.keep(d->out.ctx, region, incident ? CORRELATOR_STATE : DESK_STATE, id, json, strlen(json));
    d->out.keep(d->out.ctx, region, DESK_FILED, id, NULL, 0);
    drawer_remove(d->filed, region, id);
    d->counts.taken_back++;
}

static struct incident_case *incident_of(struct desk *d, const char *region, const char *id)
{
    struct incident_case *k = correlator_find(d->correlator, region, id);
    if (k == NULL)
        take_back(d, kind_named("incident"), region, id);
    return k != NULL ? k : correlator_find(d->correlator, region, id);
}

static struct filed_matter *matter_of(struct desk *d, const struct kind *kind, const char *region, const char *id)
{
    struct filed_matter *m = matters_find(d->matters, region, id);
    if (m == NULL)
        take_back(d, kind, region, id);
    return m != NULL ? m : matters_find(d->matters, region, id);
}

/* ---- what effects ask for ---- */

const char *act_text(const struct act *a, const char *name)
{
    return event_text_of(a->command->args, name);
}

uint64_t act_time(const struct act *a, const char *name)
{
    return due_at(a->command->args, name);
}

uint64_t act_number(const struct act *a, const char *name)
{
    return event_number_of(a->command->args, name, UINT64_MAX);
}

bool act_set(struct act *a, const char *field, json_t *value)
{
    return json_object_set_new(a->matter->fields, field, value) == 0;
}

bool act_due(struct act *a, const char *name, uint64_t at_us)
{
    return due_set(a->matter != NULL ? &a->matter->due : &a->incident->incident.due, name, at_us);
}

struct incident_case *act_incident(struct act *a, const char *id)
{
    return incident_of(a->desk, a->region, id);
}

void act_publish(struct act *a, struct incident_case *k)
{
    struct deed by = deed_of(a->command);
    correlator_decided(a->correlator, k, &by, a->desk->out.incident, a->desk->out.ctx);
}

const struct registry *act_registry(const struct act *a)
{
    return a->desk->registry;
}

const struct organisation *act_organisation(const struct act *a)
{
    return a->desk->organisation;
}

const struct matrix *act_matrix(const struct act *a)
{
    return &a->desk->matrix;
}

const struct clocks *act_clocks(const struct act *a)
{
    return a->desk->clocks;
}

const struct suppress *act_suppress(const struct act *a)
{
    return correlator_suppress(a->correlator);
}

uint64_t act_suppress_longest(const struct act *a)
{
    return a->desk->settings.suppress_longest_us;
}

void act_event(struct act *a, enum stream s, const char *id, const char *type, const char *json, size_t len)
{
    act_event_in(a, a->region, s, id, type, json, len);
}

void act_event_in(struct act *a, const char *region, enum stream s, const char *id, const char *type, const char *json, size_t len)
{
    a->desk->out.event(a->desk->out.ctx, region, s, id, type, json, len);
}

static int link_others(struct act *a)
{
    if (strcmp(act_text(a, "other"), a->command->subject) == 0)
        return refuse(a->why, REFUSED_RULE, "不能与自身关联", "it cannot be linked with itself");
    return 0;
}

static const struct effect_row common_effects[] = { { "link", link_others }, { 0 } };

static effect effect_among(const struct effect_row *e, const char *command)
{
    while (e->command != NULL && strcmp(e->command, command) != 0)
        e++;
    return e->run;
}

/* What is here under an id; NULL: not here. Of another region only what is in memory, as no transaction covers both. */
static const char *status_of(struct act *a, const char *id)
{
    char region[MATTER_REGION_MAX];
    const struct kind *k = kind_of_id(id);
    if (k == NULL || !matter_id_region(id, region))
        return NULL;
    if (k->flags & KIND_OF_INCIDENTS) {
        const struct incident_case *i = strcmp(region, a->region) == 0 ? act_incident(a, id) : correlator_find(a->correlator, region, id);
        return i != NULL ? i->incident.status : NULL;
    }
    const struct filed_matter *m = matters_find(a->desk->matters, region, id);
    return m != NULL ? m->matter.status : NULL;
}

static int of_one_nature(struct act *a, const char *id)
{
    const char *status = status_of(a, id);
    if (status == NULL || strcmp(status, a->matter->status) == 0)
        return 0;
    return refuse(a->why, REFUSED_RULE, "%.48s 的性质是 %s，本事项是 %s：演练与实际不能混用",
                  "%.48s is of status %s and this of %s: an exercise and what is actual do not mix", id, status, a->matter->status);
}

/* What a matter rests on is of its own status: a drill's incident makes no actual warning. A link says less and may. */
static int mix_nothing(struct act *a, const struct kind *k)
{
    const char *name;
    json_t *value, *item;
    size_t n;
    int rc = 0;
    json_object_foreach((json_t *)(uintptr_t)a->command->args, name, value) {
        const struct argument *row = argument_row(k, a->command->name, name);
        if (row->flags & ARGUMENT_SAID)
            continue;
        if (row->type == ARGUMENT_ID && rc == 0)
            rc = of_one_nature(a, json_string_value(value));
        json_array_foreach(row->type == ARGUMENT_IDS ? value : NULL, n, item)
            rc = rc == 0 ? of_one_nature(a, json_string_value(item)) : rc;
    }
    return rc;
}

static int run_effect(struct act *a, const struct kind *k)
{
    effect run = effect_among(common_effects, a->command->name);
    if (a->matter != NULL && mix_nothing(a, k) != 0)
        return -EPERM;
    for (size_t i = 0; i < sizeof effects / sizeof effects[0] && run == NULL; i++)
        if (strcmp(effects[i].kind, k->name) == 0)
            run = effect_among(effects[i].rows, a->command->name);
    return run != NULL ? run(a) : 0;
}

/* ---- matters ---- */

/* The lowest version that a command may have seen: what Redis has forgotten and was made anew has to be looked at again. */
static uint64_t seen_from(const struct desk *d, uint64_t version, uint64_t decided, uint64_t began_us)
{
    uint64_t from = correlator_numbers_from(d->correlator, began_us);
    return version >= from && decided < from ? from : decided;
}

static struct subject subject_of(const struct desk *d, const struct matter *m, const char *unit[1])
{
    *unit = event_text_of(m->fields, "unit");
    return (struct subject){
        .kind = m->kind, .id = m->id, .region = m->region, .sector = event_text_of(m->fields, "sector"), .state = m->state,
        .owner = event_text_of(m->fields, "owner"), .created_by = m->created_by, .proposed_by = event_text_of(m->proposal, "by"),
        .version = m->version, .decided = seen_from(d, m->version, m->decided, m->created_us), .units = unit,
        .unit_count = **unit != '\0', .fields = m->fields,
    };
}

/* What is to begin is judged by what the command says of it. */
static struct subject subject_to_be(const struct kind *k, const char *region, const struct command *c, const char *unit[1])
{
    *unit = event_text_of(c->args, "unit");
    return (struct subject){
        .kind = k, .id = "", .region = region, .sector = event_text_of(c->args, "sector"), .state = "", .owner = "", .created_by = "",
        .proposed_by = "", .units = unit, .unit_count = **unit != '\0',
    };
}

/* The arguments that stay with the command, or those that do not. */
static json_t *arguments_of(const struct kind *k, const struct command *c, bool said)
{
    const char *name;
    json_t *value, *some = json_object();
    json_object_foreach((json_t *)(uintptr_t)c->args, name, value) {
        const struct argument *row = argument_row(k, c->name, name);
        if (some != NULL && strcmp(name, "note") != 0 && !!(row->flags & ARGUMENT_SAID) == said)
            json_object_set(some, name, value);
    }
    return some;
}

static int fields_take(struct matter *m, json_t *args)
{
    const char *status = json_string_value(json_object_get(args, "status"));
    if (status != NULL) {
        snprintf(m->status, sizeof m->status, "%s", status);
        json_object_del(args, "status");
    }
    return json_object_update(m->fields, args) == 0 ? 0 : -ENOMEM;
}

static int propose(struct matter *m, const struct command *c, json_t *args)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(c->at_us, when);
    json_decref(m->proposal);
    m->proposal = json_pack("{s:s, s:s, s:s, s:s, s:O}", "command", c->name, "by", c->who, "from", m->state, "at", when, "args", args);
    return m->proposal != NULL ? 0 : -ENOMEM;
}

static const char *state_after(const struct matter *m, const struct arrow *a)
{
    const char *to = *a->to == '=' ? m->state : *a->to == '<' ? event_text_of(m->proposal, "from") : a->to;
    int state = kind_state(m->kind, to);
    return state >= 0 ? m->kind->states[state].name : m->state;
}

static int dues_follow(struct matter *m)
{
    for (const struct due *d = m->kind->dues; d != NULL && d->name != NULL; d++)
        if (!due_set(&m->due, d->name, due_at(m->fields, d->name)))
            return -ENOMEM;
    return 0;
}

/* The tables' part of the next version. */
static int step(const struct desk *d, struct matter *m, const struct command *c, const struct arrow *a)
{
    const char *from = m->version > 0 ? m->state : "", *to = state_after(m, a);
    json_t *kept = arguments_of(m->kind, c, false), *said = arguments_of(m->kind, c, true);
    struct deed by = deed_of(c);
    int rc = kept == NULL || said == NULL ? -ENOMEM : 0;
    if (rc == 0 && (a->flags & ARROW_ADOPTS))
        rc = json_object_update(m->fields, json_object_get(m->proposal, "args"));
    if (rc == 0)
        rc = a->flags & ARROW_PROPOSES ? propose(m, c, kept) : fields_take(m, kept);
    if (a->flags & (ARROW_ADOPTS | ARROW_DROPS)) {
        json_decref(m->proposal);
        m->proposal = NULL;
    }
    if (rc == 0 && !history_add(&m->history, &m->history_gone, &by, from, to, said))
        rc = -ENOMEM;
    json_decref(kept);
    json_decref(said);
    m->state = to;
    m->version = correlator_next_version(d->correlator, m->version, m->created_us);
    m->changed_us = c->at_us;
    snprintf(m->changed_by, sizeof m->changed_by, "%s", c->who);
    if (!(a->flags & ARROW_FREE) || *from == '\0')
        m->decided = m->version;
    return rc;
}

static int fire(json_t **fired, const json_t *due, const struct command *c)
{
    const char *name = event_text_of(c->args, "name");
    return c->role != BY_SYSTEM || due_set(fired, name, due_at(due, name)) ? 0 : -ENOMEM;
}

/* The next version, made beside the one in force, so that who refuses has changed nothing. */
static int matter_change(struct desk *d, const struct matter *before, struct matter *next, const struct command *c,
                         const struct arrow *arrow, struct refusal *why)
{
    struct act a = { d, d->correlator, c, arrow, before, next, NULL, next->region, why };
    int rc = step(d, next, c, arrow);
    if (rc == 0)
        rc = fire(&next->fired, next->due, c);
    if (rc == 0)
        rc = run_effect(&a, next->kind);
    if (rc == 0)
        rc = dues_follow(next);
    if (rc == 0 && !suppress_figures(correlator_suppress(d->correlator), next))
        rc = -ENOMEM;
    if (rc != 0)
        return rc;
    struct deed by = deed_of(c);
    if (matter_out(d, next, &by) != 0)
        return refuse(why, REFUSED_FULL, "内容过长，无法再加", "it would become longer than a matter may be");
    return 0;
}

/* Room for one more of a kind: the finished one that changed longest ago makes way. */
static bool has_room(struct desk *d, const struct kind *k, const char *region, uint64_t now_us)
{
    uint64_t most = (k->flags & KIND_IS_REGISTER) && d->settings.register_max > 0 ? d->settings.register_max : d->settings.kind_max;
    if (matters_count(d->matters, k) < most)
        return true;
    struct filed_matter *m = matters_finished(d->matters);
    while (m != NULL && (m->matter.kind != k || strcmp(m->matter.region, region) != 0))
        m = m->newer;
    if (m != NULL)
        put_away(d, m, now_us);
    return m != NULL;
}

static int begin(struct desk *d, const struct kind *k, const char *region, const struct command *c, struct matter *next,
                 struct refusal *why, uint64_t now_us)
{
    const char *unit;
    struct subject s = subject_to_be(k, region, c, &unit);
    const struct arrow *arrow = decide(&s, c, why);
    if (arrow == NULL)
        return -EPERM;
    if (!has_room(d, k, region, now_us))
        return refuse(why, REFUSED_FULL, "未办结的%s%.0s过多", "%.0stoo many %ss are open", k->zh, k->name);
    int rc = matter_begin(next, k, region);
    if (rc != 0)
        return rc;
    matter_id(next->id, k->prefix, region, c->at_us, c->id);
    next->state = *arrow->to == '=' ? next->state : k->states[kind_state(k, arrow->to)].name;
    next->created_us = c->at_us;
    snprintf(next->created_by, sizeof next->created_by, "%s", c->who);
    return matter_change(d, NULL, next, c, arrow, why);
}

static int go_on(struct desk *d, const struct matter *m, const struct command *c, struct matter *next, struct refusal *why)
{
    const char *unit;
    struct subject s = subject_of(d, m, &unit);
    const struct arrow *arrow = decide(&s, c, why);
    if (arrow == NULL)
        return -EPERM;
    int rc = matter_copy(next, m);
    return rc == 0 ? matter_change(d, m, next, c, arrow, why) : rc;
}

static int go_on_from(struct desk *d, const struct filed_matter *m, const struct command *c, struct matter *next, struct refusal *why)
{
    struct matter whole;
    if (m->at_rest == NULL)
        return go_on(d, &m->matter, c, next, why);
    int rc = matters_open(m, &whole);
    if (rc == 0) {
        rc = go_on(d, &whole, c, next, why);
        matter_free(&whole);
    }
    return rc;
}

struct done { char id[MATTER_ID_MAX]; const char *state; uint64_t version; };

static int no_subject(const struct command *c, struct refusal *why)
{
    return refuse(why, REFUSED_SUBJECT, "本区域没有 %.48s，或已归入档案：请新建并关联", "%.48s is not in this region, or only in the archive: begin a new one and link it",
                  *c->subject != '\0' ? c->subject : "?");
}

static int matter_command(struct desk *d, const struct kind *k, const char *region, const struct command *c, struct done *done,
                          struct refusal *why, uint64_t now_us)
{
    struct matter next = { 0 };
    struct filed_matter *m = *c->subject != '\0' ? matter_of(d, k, region, c->subject) : NULL;
    int rc;
    if (*c->subject != '\0')
        rc = m == NULL || m->matter.kind != k ? no_subject(c, why) : go_on_from(d, m, c, &next, why);
    else
        rc = begin(d, k, region, c, &next, why, now_us);
    if (rc == 0) {
        *done = (struct done){ .state = next.state, .version = next.version };
        strcpy(done->id, next.id);
        rc = file_matter(d, &next);
    }
    matter_free(&next);
    return rc;
}

/* ---- incidents ---- */

static size_t units_of(const struct incident *i, const char *units[UNITS_MAX])
{
    size_t n = 0;
    for (size_t v = 0; v < i->victim_count && n < UNITS_MAX; v++)
        if (*i->victims[v].unit != '\0')
            units[n++] = i->victims[v].unit;
    return n;
}

static struct subject subject_of_incident(const struct desk *d, const struct incident *i, const struct kind *k, const char *units[UNITS_MAX])
{
    return (struct subject){
        .kind = k, .id = i->id, .region = i->region, .sector = i->sector, .state = incident_state_name(i->state), .owner = i->owner,
        .created_by = "", .proposed_by = "", .version = i->version,
        .decided = seen_from(d, i->version, i->decided, i->first_us), .units = units,
        .unit_count = units_of(i, units),
    };
}

/* The record of a part stays as it was when it became one. */
static int is_whole(const struct incident *i, const struct arrow *a, struct refusal *why)
{
    if ((a->flags & ARROW_FREE) || *i->merged_into == '\0')
        return 0;
    return refuse(why, REFUSED_RULE, "已并入 %s，请在其上操作", "it is a part of %s: decide there", i->merged_into);
}

static int incident_step(const struct desk *d, struct incident_case *k, const struct kind *kind, const struct command *c, const struct arrow *a)
{
    struct incident *i = &k->incident;
    const char *from = incident_state_name(i->state);
    struct deed by = deed_of(c);
    json_t *said = arguments_of(kind, c, true);
    if (*a->to != '=')
        i->state = (enum incident_state)incident_state_parse(a->to);
    bool ok = said != NULL && history_add(&i->history, &i->history_gone, &by, from, incident_state_name(i->state), said);
    json_decref(said);
    if (!(a->flags & ARROW_FREE))
        i->decided = correlator_next_version(d->correlator, i->version, i->first_us);
    return ok ? fire(&i->fired, i->due, c) : -ENOMEM;
}

static int incident_command(struct desk *d, const struct kind *kind, const char *region, const struct command *c, struct done *done,
                            struct refusal *why)
{
    const char *units[UNITS_MAX];
    struct incident_case *k = *c->subject != '\0' ? incident_of(d, region, c->subject) : NULL;
    if (k == NULL)
        return no_subject(c, why);
    struct subject s = subject_of_incident(d, &k->incident, kind, units);
    const struct arrow *arrow = decide(&s, c, why);
    struct act a = { d, d->correlator, c, arrow, NULL, NULL, k, region, why };
    if (arrow == NULL || is_whole(&k->incident, arrow, why) != 0)
        return -EPERM;
    int rc = run_effect(&a, kind);
    if (rc == 0)
        rc = incident_step(d, k, kind, c, arrow);
    if (rc == 0)
        rc = clocks_follow(d->clocks, &k->incident, c->at_us);
    if (rc < 0)
        return rc;
    act_publish(&a, k);
    *done = (struct done){ .state = incident_state_name(k->incident.state), .version = k->incident.version };
    snprintf(done->id, sizeof done->id, "%s", k->incident.id);
    return 0;
}

/* ---- commands ---- */

static int apply(struct desk *d, const char *region, const struct command *c, struct done *done, struct refusal *why, uint64_t now_us)
{
    const struct kind *k = kind_named(c->kind);
    if (k == NULL)
        return refuse(why, REFUSED_COMMAND, "没有“%.40s”这类事项", "there is no kind \"%.40s\"", c->kind);
    if (k->flags & KIND_OF_INCIDENTS)
        return incident_command(d, k, region, c, done, why);
    return matter_command(d, k, region, c, done, why, now_us);
}

/* Whoever posts is believed about who he is and nothing else: Redis' access list says who may post. */
static int vet(const struct desk *d, const char *region, const char *entry_id, const struct command *c, struct refusal *why,
               uint64_t now_us)
{
    if (strcmp(entry_id, c->id) != 0)
        return refuse(why, REFUSED_FORGED, "编号与所在条目不符", "its id is not its entry's");
    if (strcmp(region, c->region) != 0)
        return refuse(why, REFUSED_FORGED, "区域与所在流不符", "its region is not its stream's");
    if (c->role == BY_SYSTEM)
        return refuse(why, REFUSED_FORGED, "“系统”不是人的角色", "nobody has the role system");
    if (c->at_us > now_us + d->settings.ahead_us)
        return refuse(why, REFUSED_TIME, "时间在将来", "it is dated in the future");
    return 0;
}

static void refusal_out(struct desk *d, const char *region, const struct command *c, const struct refusal *why)
{
    char id[COMMAND_ID_MAX + 16];
    struct text t = text_over(d->json, sizeof d->json);
    refusal_json(c, region, why, &t);
    snprintf(id, sizeof id, "%s+refused", c->id);
    d->out.event(d->out.ctx, region, STREAM_WARNINGS, id, "refusal", t.at, t.len);
    d->counts.refused++;
}

/* Sixteen hex digits of what the command says, kept with its answer: the same id with other words is another command. When
 * it was said does not count: who asks again may have a later clock. */
static void print_of(struct desk *d, const struct command *c, char out[PRINT_MAX])
{
    uint8_t digest[HASH_MAX];
    struct command said = *c;
    struct text words = text_over(d->json, sizeof d->json), t = text_over(out, PRINT_MAX);
    said.at_us = 0;
    command_json(&said, &words);
    hash_digest(HASH_SM3, words.at, words.len, digest);
    text_hex(&t, digest, 8);
    text_end(&t);
}

static int answer(struct desk *d, const char *region, const struct command *c, const char *print, const struct done *done,
                  const struct refusal *why, uint64_t now_us)
{
    char room[ANSWER_MAX];
    const struct drawer_owner o = { answer_keep, answer_left, d };
    struct text t = text_over(room, sizeof room);
    text_str(&t, print);
    text_char(&t, ' ');
    if (why->code == REFUSED_NOT)
        answer_applied(c, done->id, done->state, done->version, &t);
    else
        answer_refused(c, why, &t);
    return drawer_put(d->answers, region, c->id, t.at, t.len, now_us, &o) ? 0 : -ENOMEM;
}

static int take(struct desk *d, const char *region, const struct command *c, const char *print, uint64_t now_us)
{
    struct done done = { .state = "" };
    struct refusal why = { .code = REFUSED_NOT };
    int rc = apply(d, region, c, &done, &why, now_us);
    if (rc == -EPERM)
        refusal_out(d, region, c, &why);
    else if (rc != 0)
        return rc;
    else
        d->counts.applied++;
    return answer(d, region, c, print, &done, &why, now_us);
}

int desk_command(struct desk *d, const char *region, const char *entry_id, const char *json, size_t len, uint64_t now_us,
                 struct fault *f)
{
    char print[PRINT_MAX];
    struct command_view v;
    struct refusal why = { .code = REFUSED_NOT };
    int rc = command_parse(json, len, &v, f);
    if (rc != 0)
        return rc;
    const struct command *c = &v.command;
    const char *answered = drawer_find(d->answers, region, c->id);
    d->counts.commands++;
    print_of(d, c, print);
    if (answered != NULL && strncmp(answered, print, PRINT_MAX - 1) == 0 && strcmp(entry_id, c->id) == 0) {
        d->counts.repeats++;
    } else if (answered != NULL) {
        refuse(&why, REFUSED_FORGED, "该编号已用于另一条命令", "its id was used for another command");
        refusal_out(d, region, c, &why);
    } else if (vet(d, region, entry_id, c, &why, now_us) != 0) {
        refusal_out(d, region, c, &why);
        rc = why.code == REFUSED_TIME ? answer(d, region, c, print, NULL, &why, now_us) : 0;
    } else {
        rc = take(d, region, c, print, now_us);
    }
    command_view_free(&v);
    return rc == 0 ? 0 : fault_set(f, rc, "no memory for a command");
}

/* ---- what comes of itself ---- */

struct waited { const struct kind *kind; const char *region, *id; char name[DUE_NAME_MAX]; uint64_t at_us; };     /* kind NULL: none */

static void earlier(struct waited *w, const struct kind *k, const char *region, const char *id, const char *state, const json_t *due,
                    const json_t *fired)
{
    uint64_t at_us;
    const char *name = due_next(k, state, due, fired, &at_us);
    if (name == NULL || (w->kind != NULL && at_us >= w->at_us))
        return;
    *w = (struct waited){ .kind = k, .region = region, .id = id, .at_us = at_us };
    snprintf(w->name, sizeof w->name, "%s", name);
}

/* Of the matter that waits for the earliest time. */
static void matter_waited(struct desk *d, struct waited *w, uint64_t now_us)
{
    struct matter whole;
    const struct filed_matter *m = matters_due(d->matters);
    if (m == NULL || m->due_us > now_us || matters_open(m, &whole) != 0)
        return;
    earlier(w, m->matter.kind, m->matter.region, m->matter.id, m->matter.state, whole.due, whole.fired);
    matter_free(&whole);
}

static struct waited next_due(struct desk *d, uint64_t now_us)
{
    struct waited w = { .kind = NULL };
    const struct kind *incidents = kind_named("incident");
    matter_waited(d, &w, now_us);
    for (const struct incident_case *k = correlator_first(d->correlator); k != NULL; k = k->next)
        if (clocks_are_behind(&k->incident) && !k->absorbed)
            return (struct waited){ incidents, k->incident.region, k->incident.id, "level", 0 };
        else if (k->incident.due != NULL)
            earlier(&w, incidents, k->incident.region, k->incident.id, incident_state_name(k->incident.state), k->incident.due,
                    k->incident.fired);
    if (w.at_us > now_us)
        w.kind = NULL;
    return w;
}

/* Nobody waits for it any more. */
static void stop_waiting(struct desk *d, struct filed_matter *m, const char *name)
{
    struct matter whole;
    if (matters_open(m, &whole) == 0 && due_set(&whole.due, name, 0))
        matters_put(d->matters, &whole);
    else
        log_error("%s: no memory", m->matter.id);
}

/* A kind that waits for a time in a state without an arrow for it: said, and not asked again and again. */
static void pass_over(struct desk *d, const struct waited *w, const struct refusal *why)
{
    struct filed_matter *m = matters_find(d->matters, w->region, w->id);
    struct incident_case *k = correlator_find(d->correlator, w->region, w->id);
    log_error("%s: %s has come and cannot be applied: %s", w->id, w->name, why->en);
    if (m != NULL)
        stop_waiting(d, m, w->name);
    else if (k != NULL)
        due_set(&k->incident.due, w->name, 0);
}

/* As a command by the system, when the time that was waited for has passed. */
static void come_due(struct desk *d, const struct waited *w, uint64_t now_us)
{
    char id[COMMAND_ID_MAX];
    struct done done;
    struct refusal why = { .code = REFUSED_NOT };
    const struct due *row = kind_due(w->kind, w->name);
    json_t *args = json_pack("{s:s}", "name", w->name);
    snprintf(id, sizeof id, "system+%.40s+%.20s+%" PRIu64, w->id, w->name, w->at_us);
    struct command c = { .id = id, .region = w->region, .at_us = now_us, .kind = w->kind->name,
                         .name = row != NULL ? row->command : "overdue", .subject = w->id, .who = "system", .role = BY_SYSTEM,
                         .scope = { "", "", "" }, .args = args };
    int rc = args != NULL ? apply(d, w->region, &c, &done, &why, now_us) : -ENOMEM;
    if (rc == -EPERM)
        pass_over(d, w, &why);
    d->counts.fired += rc == 0;
    json_decref(args);
}

static bool put_finished_away(struct desk *d, uint64_t now_us)
{
    struct filed_matter *m = matters_finished(d->matters);
    while (m != NULL && m->matter.changed_us + d->settings.keep_us >= now_us)
        m = m->newer;
    if (m != NULL)
        put_away(d, m, now_us);
    return m != NULL;
}

/* ---- what suppressions hid, when it is time ---- */

struct telling { struct desk *desk; uint64_t now_us; char region[STREAM_REGION_MAX + 1]; };

static bool is_due(const struct telling *t, const struct suppressed *e)
{
    return e->ids >= DESK_IDS_MANY || t->now_us < e->said_us || t->now_us - e->said_us >= t->desk->settings.suppress_tell_us;
}

static bool tell(void *ctx, const struct suppressed *e)
{
    const struct telling *t = ctx;
    struct filed_matter *m = matters_find(t->desk->matters, e->region, e->id);
    if (m == NULL || (!e->unkept && !is_due(t, e)))
        return true;
    bool due = is_due(t, e);
    while (due && hidden_out(t->desk, &m->matter, t->now_us))
        due = e->ids >= DESK_IDS_MANY;
    hidden_keep(t->desk, &m->matter);
    return true;
}

void desk_gather(struct desk *d, const char *region, uint64_t now_us)
{
    struct telling t = { d, now_us, "" };
    suppress_unsaid(correlator_suppress(d->correlator), region, tell, &t);
}

static bool find_due(void *ctx, const struct suppressed *e)
{
    struct telling *t = ctx;
    if (is_due(t, e))
        snprintf(t->region, sizeof t->region, "%s", e->region);
    return *t->region == '\0';
}

static void tell_of_one_region(struct desk *d, uint64_t now_us)
{
    struct telling t = { d, now_us, "" };
    suppress_unsaid(correlator_suppress(d->correlator), NULL, find_due, &t);
    if (*t.region != '\0')
        desk_gather(d, t.region, now_us);
}

void desk_tick(struct desk *d, uint64_t now_us)
{
    char region[STREAM_REGION_MAX + 1] = "";
    struct waited w = next_due(d, now_us);
    if (w.kind != NULL)
        snprintf(region, sizeof region, "%s", w.region);
    else if (!put_finished_away(d, now_us))
        tell_of_one_region(d, now_us);
    for (unsigned n = 0; n < TICK_MAX && w.kind != NULL && strcmp(w.region, region) == 0; n++) {
        come_due(d, &w, now_us);
        w = next_due(d, now_us);
    }
}
