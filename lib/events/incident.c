#include "events/incident.h"

#include <errno.h>
#include <stdlib.h>

#include "common/clock.h"
#include "events/load.h"

static const char *const state_names[] = {
    [INCIDENT_NEW] = "new", [INCIDENT_TRIAGED] = "triaged", [INCIDENT_CONFIRMED] = "confirmed",
    [INCIDENT_FALSE_POSITIVE] = "false_positive", [INCIDENT_BENIGN] = "benign", [INCIDENT_HANDLING] = "handling",
    [INCIDENT_CONTAINED] = "contained", [INCIDENT_CLOSED] = "closed", [INCIDENT_REOPENED] = "reopened",
};
enum { STATE_COUNT = sizeof state_names / sizeof state_names[0] };

const char *incident_state_name(enum incident_state s)
{
    return state_names[s];
}

int incident_state_parse(const char *name)
{
    for (int i = 0; i < STATE_COUNT; i++)
        if (strcmp(state_names[i], name) == 0)
            return i;
    return -1;
}

/* ---- out ---- */

static void key(const char *name, struct text *out)
{
    if (out->len == 0 || out->at[out->len - 1] != '{')
        text_char(out, ',');
    text_char(out, '"');
    text_str(out, name);
    text_lit(out, "\":");
}

static void string(const char *name, const char *value, struct text *out)
{
    key(name, out);
    text_char(out, '"');
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

static void number(const char *name, uint64_t value, struct text *out)
{
    key(name, out);
    text_uint(out, value);
}

static void moment(const char *name, uint64_t time_us, struct text *out)
{
    char text[CLOCK_TEXT_MAX];
    if (time_us == 0)
        return;
    clock_text(time_us, text);
    string(name, text, out);
}

static void both_languages(const char *name, const char *zh, const char *en, struct text *out)
{
    key(name, out);
    text_char(out, '{');
    string("zh", zh, out);
    string("en", en, out);
    text_char(out, '}');
}

static void parties_json(const char *name, const struct incident_party *p, size_t count, struct text *out)
{
    key(name, out);
    text_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        text_str(out, i ? ",{" : "{");
        string("address", p[i].address, out);
        string("name", p[i].name, out);
        string("unit", p[i].unit, out);
        string("sector", p[i].sector, out);
        string("region", p[i].region, out);
        string("country", p[i].country, out);
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void rules_json(const struct incident *i, struct text *out)
{
    key("rules", out);
    text_char(out, '[');
    for (size_t k = 0; k < i->rule_count; k++) {
        const struct incident_rule *r = &i->rules[k];
        text_str(out, k ? ",{" : "{");
        number("gid", r->gid, out);
        number("sid", r->sid, out);
        string("signature", r->signature, out);
        number("count", r->count, out);
        number("severity", r->severity, out);
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void strings_json(const char *name, const char *const *values, size_t count, struct text *out)
{
    key(name, out);
    text_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        text_str(out, i ? ",\"" : "\"");
        text_json(out, values[i], strlen(values[i]));
        text_char(out, '"');
    }
    text_char(out, ']');
}

/* What most incidents do not have, they do not carry. */
static void entities_json(const struct incident *i, struct text *out)
{
    if (i->account_count > 0)
        strings_json("accounts", (const char *const *)i->accounts, i->account_count, out);
    if (i->indicator_count > 0)
        strings_json("indicators", (const char *const *)i->indicators, i->indicator_count, out);
}

static void parts_json(const struct incident *i, struct text *out)
{
    if (i->part_count == 0)
        return;
    key("parts", out);
    text_char(out, '[');
    for (size_t k = 0; k < i->part_count; k++) {
        const struct incident_part *p = &i->parts[k];
        text_str(out, k ? ",{" : "{");
        string("id", p->id, out);
        string("region", p->region, out);
        number("version", p->version, out);
        string("state", incident_state_name(p->state), out);
        number("level", p->level, out);
        number("alert_count", p->alert_count, out);
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void joins_json(const struct incident *i, struct text *out)
{
    key("joins", out);
    text_char(out, '[');
    for (size_t k = 0; k < i->join_count; k++) {
        text_str(out, k ? ",{" : "{");
        moment("time", i->joins[k].time_us, out);
        both_languages("reason", i->joins[k].zh, i->joins[k].en, out);
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void score_json(const struct incident *i, struct text *out)
{
    key("score", out);
    text_fmt(out, "%.1f", i->score);
    key("score_parts", out);
    text_fmt(out, "{\"severity\":%.2f,\"asset\":%.2f,\"spread\":%.2f,\"confidence\":%.2f}", i->score_severity,
             i->score_asset, i->score_spread, i->score_confidence);
}

static void value(const char *name, const json_t *v, struct text *out)
{
    if (v == NULL)
        return;
    key(name, out);
    event_value_json(v, out);
}

/* What only people bring; an incident that nobody touched does not carry it. */
static void people_json(const struct incident *i, struct text *out)
{
    if (i->cii)
        value("cii", json_true(), out);
    if (i->graded)
        value("graded", json_true(), out);
    value("history", i->history, out);
    if (i->history_gone > 0)
        number("history_gone", i->history_gone, out);
    value("due", i->due, out);
    value("fired", i->fired, out);
    value("clocks", i->clocks, out);
}

void incident_json(const struct incident *i, struct text *out)
{
    char now[CLOCK_TEXT_MAX];
    clock_text(i->last_us, now);
    text_lit(out, "{\"id\":\"");
    text_json(out, i->id, strlen(i->id));
    text_fmt(out, ":%llu\",\"timestamp\":\"%s\",\"event_type\":\"incident\"", (unsigned long long)i->version, now);
    string("region", i->region, out);
    string("status", i->status, out);
    if (i->by != NULL) {
        key("by", out);
        deed_json(i->by, out);
    }
    key("incident", out);
    text_char(out, '{');
    string("id", i->id, out);
    number("version", i->version, out);
    number("decided", i->decided, out);
    both_languages("title", i->title_zh, i->title_en, out);
    string("region", i->region, out);
    string("sector", i->sector, out);
    string("status", i->status, out);
    string("state", incident_state_name(i->state), out);
    number("level", i->level, out);
    string("category", i->category, out);
    moment("first", i->first_us, out);
    moment("last", i->last_us, out);
    moment("detected_at", i->detected_at_us, out);
    moment("aware_at", i->aware_at_us, out);
    number("alert_count", i->alert_count, out);
    score_json(i, out);
    string("owner", i->owner, out);
    if (i->merged_into != NULL && *i->merged_into != '\0')
        string("merged_into", i->merged_into, out);
    parties_json("victims", i->victims, i->victim_count, out);
    parties_json("attackers", i->attackers, i->attacker_count, out);
    rules_json(i, out);
    strings_json("tactics", (const char *const *)i->tactics, i->tactic_count, out);
    entities_json(i, out);
    parts_json(i, out);
    joins_json(i, out);
    people_json(i, out);
    strings_json("alert_ids", i->alert_ids, i->alert_id_count, out);
    text_lit(out, "}}");
}

/* ---- back ---- */

static uint64_t moment_of(const json_t *object, const char *name)
{
    uint64_t time_us;
    return clock_parse(event_text_of(object, name), &time_us) == 0 ? time_us : 0;
}

static size_t parties_read(const json_t *list, struct incident_party **out)
{
    size_t count = json_array_size(list);
    *out = calloc(count + 1, sizeof **out);
    if (*out == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *p = json_array_get(list, i);
        (*out)[i] = (struct incident_party){ event_text_of(p, "address"), event_text_of(p, "name"), event_text_of(p, "unit"),
                                             event_text_of(p, "sector"), event_text_of(p, "region"), event_text_of(p, "country") };
    }
    return count;
}

static size_t rules_read(const json_t *list, struct incident_rule **out)
{
    size_t count = json_array_size(list);
    *out = calloc(count + 1, sizeof **out);
    if (*out == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *r = json_array_get(list, i);
        (*out)[i] = (struct incident_rule){ (uint32_t)event_number_of(r, "gid", UINT32_MAX), (uint32_t)event_number_of(r, "sid", UINT32_MAX),
                                            event_text_of(r, "signature"), event_number_of(r, "count", UINT64_MAX),
                                            (uint32_t)event_number_of(r, "severity", UINT32_MAX) };
    }
    return count;
}

static size_t strings_read(const json_t *list, const char ***out)
{
    size_t count = json_array_size(list);
    *out = calloc(count + 1, sizeof **out);
    if (*out == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        (*out)[i] = s != NULL ? s : "";
    }
    return count;
}

static enum incident_level level_of(const json_t *o)
{
    uint64_t level = event_number_of(o, "level", LEVEL_GENERAL);
    return level >= LEVEL_EXTRAORDINARY ? (enum incident_level)level : LEVEL_GENERAL;
}

static enum incident_state state_of(const json_t *o)
{
    int state = incident_state_parse(event_text_of(o, "state"));
    return state < 0 ? INCIDENT_NEW : (enum incident_state)state;
}

static size_t parts_read(const json_t *list, struct incident_part **out)
{
    size_t count = json_array_size(list);
    *out = calloc(count + 1, sizeof **out);
    if (*out == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *p = json_array_get(list, i);
        (*out)[i] = (struct incident_part){ event_text_of(p, "id"), event_text_of(p, "region"), event_number_of(p, "version", UINT64_MAX),
                                            state_of(p), level_of(p), event_number_of(p, "alert_count", UINT64_MAX) };
    }
    return count;
}

static size_t joins_read(const json_t *list, struct incident_join **out)
{
    size_t count = json_array_size(list);
    *out = calloc(count + 1, sizeof **out);
    if (*out == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *j = json_array_get(list, i), *reason = json_object_get(j, "reason");
        (*out)[i] = (struct incident_join){ moment_of(j, "time"), event_text_of(reason, "en"), event_text_of(reason, "zh") };
    }
    return count;
}


static json_t *of_type(const json_t *o, const char *name, json_type type)
{
    json_t *v = json_object_get(o, name);
    return v != NULL && json_typeof(v) == type ? v : NULL;
}

static void people_fill(const json_t *o, struct incident *i)
{
    i->decided = event_number_of(o, "decided", UINT64_MAX);
    i->cii = json_is_true(json_object_get(o, "cii"));
    i->graded = json_is_true(json_object_get(o, "graded"));
    i->history = of_type(o, "history", JSON_ARRAY);
    i->history_gone = event_number_of(o, "history_gone", UINT64_MAX);
    i->due = of_type(o, "due", JSON_OBJECT);
    i->fired = of_type(o, "fired", JSON_OBJECT);
    i->clocks = of_type(o, "clocks", JSON_OBJECT);
}

static void incident_fill(const json_t *o, struct incident *i)
{
    const json_t *title = json_object_get(o, "title"), *parts = json_object_get(o, "score_parts");
    *i = (struct incident){
        .id = event_text_of(o, "id"), .version = event_number_of(o, "version", UINT64_MAX),
        .title_en = event_text_of(title, "en"), .title_zh = event_text_of(title, "zh"),
        .region = event_text_of(o, "region"), .sector = event_text_of(o, "sector"), .status = event_text_of(o, "status"),
        .state = state_of(o), .level = level_of(o), .category = event_text_of(o, "category"),
        .first_us = moment_of(o, "first"), .last_us = moment_of(o, "last"),
        .detected_at_us = moment_of(o, "detected_at"), .aware_at_us = moment_of(o, "aware_at"),
        .alert_count = event_number_of(o, "alert_count", UINT64_MAX), .score = json_number_value(json_object_get(o, "score")),
        .score_severity = json_number_value(json_object_get(parts, "severity")),
        .score_asset = json_number_value(json_object_get(parts, "asset")),
        .score_spread = json_number_value(json_object_get(parts, "spread")),
        .score_confidence = json_number_value(json_object_get(parts, "confidence")),
        .owner = event_text_of(o, "owner"), .merged_into = event_text_of(o, "merged_into"),
    };
    people_fill(o, i);
    i->victim_count = parties_read(json_object_get(o, "victims"), &i->victims);
    i->attacker_count = parties_read(json_object_get(o, "attackers"), &i->attackers);
    i->rule_count = rules_read(json_object_get(o, "rules"), &i->rules);
    i->tactic_count = strings_read(json_object_get(o, "tactics"), &i->tactics);
    i->account_count = strings_read(json_object_get(o, "accounts"), &i->accounts);
    i->indicator_count = strings_read(json_object_get(o, "indicators"), &i->indicators);
    i->part_count = parts_read(json_object_get(o, "parts"), &i->parts);
    i->join_count = joins_read(json_object_get(o, "joins"), &i->joins);
    const char **ids;
    i->alert_id_count = strings_read(json_object_get(o, "alert_ids"), &ids);
    i->alert_ids = ids;
}

int incident_parse(const char *json, size_t len, struct incident_view *out, struct fault *f)
{
    *out = (struct incident_view){ .document = event_load(json, len, f) };
    if (out->document == NULL)
        return f->code;
    incident_fill(json_object_get(out->document, "incident"), &out->incident);
    if (*out->incident.id != '\0' && out->incident.version > 0)
        return 0;
    incident_view_free(out);
    return fault_set(f, -EINVAL, "an incident needs incident.id and incident.version");
}

void incident_view_free(struct incident_view *v)
{
    struct incident *i = &v->incident;
    free(i->victims);
    free(i->attackers);
    free(i->rules);
    free(i->tactics);
    free(i->accounts);
    free(i->indicators);
    free(i->parts);
    free(i->joins);
    const void *ids = i->alert_ids;
    free((void *)(uintptr_t)ids);
    json_decref(v->document);
    *v = (struct incident_view){ 0 };
}
