#include "correlator/desk_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/hash.h"
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

enum { ANSWER_MAX = 2048, PRINT_MAX = 17, UNITS_MAX = CASE_PARTIES_MAX };

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
        rc = act_run(&a, next->kind);
    if (rc == 0)
        rc = dues_follow(next);
    if (rc == 0 && !suppress_figures(correlator_suppress(d->correlator), next))
        rc = -ENOMEM;
    if (rc != 0)
        return rc;
    struct deed by = deed_of(c);
    if (desk_matter_out(d, next, &by) != 0)
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
        desk_put_away(d, m, now_us);
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

static int no_subject(const struct command *c, struct refusal *why)
{
    return refuse(why, REFUSED_SUBJECT, "本区域没有 %.48s，或已归入档案：请新建并关联", "%.48s is not in this region, or only in the archive: begin a new one and link it",
                  *c->subject != '\0' ? c->subject : "?");
}

static int matter_command(struct desk *d, const struct kind *k, const char *region, const struct command *c, struct done *done,
                          struct refusal *why, uint64_t now_us)
{
    struct matter next = { 0 };
    struct filed_matter *m = *c->subject != '\0' ? desk_matter(d, k, region, c->subject) : NULL;
    int rc;
    if (*c->subject != '\0')
        rc = m == NULL || m->matter.kind != k ? no_subject(c, why) : go_on_from(d, m, c, &next, why);
    else
        rc = begin(d, k, region, c, &next, why, now_us);
    if (rc == 0) {
        *done = (struct done){ .state = next.state, .version = next.version };
        strcpy(done->id, next.id);
        rc = desk_file_matter(d, &next);
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
    struct incident_case *k = *c->subject != '\0' ? desk_incident(d, region, c->subject) : NULL;
    if (k == NULL)
        return no_subject(c, why);
    struct subject s = subject_of_incident(d, &k->incident, kind, units);
    const struct arrow *arrow = decide(&s, c, why);
    struct act a = { d, d->correlator, c, arrow, NULL, NULL, k, region, why };
    if (arrow == NULL || is_whole(&k->incident, arrow, why) != 0)
        return -EPERM;
    int rc = act_run(&a, kind);
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


int desk_apply(struct desk *d, const char *region, const struct command *c, struct done *done, struct refusal *why, uint64_t now_us)
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
    int rc = desk_apply(d, region, c, &done, &why, now_us);
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
