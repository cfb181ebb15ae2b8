/* What tables cannot say of reports: one that is accepted becomes an incident, by the correlator's own way of beginning one. */
#include <errno.h>
#include <string.h>

#include "correlator/act.h"
#include "events/load.h"

static int occurred(struct act *a)
{
    if (act_time(a, "occurred_at") > a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "发生时间不能在将来", "occurred_at cannot lie in the future");
    return 0;
}

/* The report as an alert that a person raised. */
static struct alert_view as_alert(const struct matter *m)
{
    const json_t *f = m->fields;
    const struct asset nobody = { .name = "", .unit = "", .sector = "", .region = "", .role = "" };
    const char *system = event_text_of(f, "system"), *unit = event_text_of(f, "unit");
    return (struct alert_view){
        .id = m->id, .timestamp = event_text_of(f, "occurred_at"), .sensor = "", .host = "", .region = m->region, .status = m->status,
        .src_ip = event_text_of(f, "attacker"), .dest_ip = event_text_of(f, "victim"), .proto = "", .app_proto = "", .community_id = "",
        .signature = event_text_of(f, "title"), .category = "", .direction = "", .gbt20986 = event_text_of(f, "category"), .tactic = "",
        .technique = "", .confidence = "", .src_country = "", .dest_country = "", .account = "", .indicator = "", .src_asset = nobody,
        .dest_asset = { .name = *system != '\0' ? system : unit, .unit = unit, .sector = event_text_of(f, "sector"), .region = m->region, .role = "" },
        .time_us = due_at(f, "occurred_at"), .sid = 1, .gid = ALERT_GID_REPORT, .rev = 1,
        .severity = (uint32_t)event_number_of(f, "severity", 4),
    };
}

static int adds_to(struct act *a, struct incident_case *k)
{
    if (k == NULL)
        return refuse(a->why, REFUSED_SUBJECT, "本区域没有 %s", "%s is not in this region, or only in the archive", act_text(a, "incident"));
    if (strcmp(k->incident.status, a->matter->status) != 0)
        return refuse(a->why, REFUSED_RULE, "演练与实际事件不能合并", "an exercise and what is actual do not mix");
    struct incident *i = &k->incident;
    const struct deed by = deed_of(a->command);
    const char *state = incident_state_name(i->state);
    json_t *said = json_pack("{s:s}", "report", a->matter->id);
    bool ok = said != NULL && history_add(&i->history, &i->history_gone, &by, state, state, said);
    json_decref(said);
    if (!ok)
        return -ENOMEM;
    act_publish(a, k);
    return 0;
}

static int accept(struct act *a)
{
    struct alert_view alert = as_alert(a->matter);
    if (*act_text(a, "incident") != '\0')
        return adds_to(a, act_incident(a, act_text(a, "incident")));
    struct incident_case *k = correlator_reported(a->correlator, &alert, a->command->at_us);
    if (k == NULL || !act_set(a, "incident", json_string(k->incident.id)))
        return -ENOMEM;
    act_publish(a, k);
    return 0;
}

static int repeats(struct act *a)
{
    if (strcmp(act_text(a, "of"), a->matter->id) == 0)
        return refuse(a->why, REFUSED_RULE, "不能与自身重复", "it cannot repeat itself");
    return 0;
}

const struct effect_row report_effects[] = {
    { "receive", occurred }, { "accept", accept }, { "duplicate", repeats }, { 0 }
};
