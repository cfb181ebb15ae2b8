#include "correlator/act.h"

#include <errno.h>
#include <string.h>

#include "correlator/desk_inside.h"
#include "events/load.h"

/* A kind that needs no effects needs no line here. */
static const struct { const char *kind; const struct effect_row *rows; } effects[] = {
    { "incident", incident_effects }, { "warning", warning_effects }, { "notice", notice_effects },
    { "report", report_effects }, { "consultation", consultation_effects },
    { "indicator", indicator_effects }, { "drill", drill_effects },
    { "unit", unit_effects }, { "asset", asset_effects },
    { "suppression", suppression_effects },
};

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
    return desk_incident(a->desk, a->region, id);
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

int act_run(struct act *a, const struct kind *k)
{
    effect run = effect_among(common_effects, a->command->name);
    if (a->matter != NULL && mix_nothing(a, k) != 0)
        return -EPERM;
    for (size_t i = 0; i < sizeof effects / sizeof effects[0] && run == NULL; i++)
        if (strcmp(effects[i].kind, k->name) == 0)
            run = effect_among(effects[i].rows, a->command->name);
    return run != NULL ? run(a) : 0;
}
