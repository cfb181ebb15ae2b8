#include "events/matter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "common/hash.h"
#include "events/load.h"

/* Members that are not fields. No argument may be called so, but `status` (tests/unit/events/test_kind.c). */
static const char *const own[] = { "id", "version", "decided", "region", "status", "state", "created", "changed", "due", "fired",
                                   "proposal", "history", "history_gone", NULL };

static bool is_own(const char *name)
{
    for (size_t i = 0; own[i] != NULL; i++)
        if (strcmp(own[i], name) == 0)
            return true;
    return false;
}

/* ---- ids ---- */

void matter_id(char out[MATTER_ID_MAX], const char *prefix, const char *region, uint64_t time_us, const char *maker)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    char day[9], tail[9] = "";
    uint8_t digest[HASH_MAX];
    time_t second = (time_t)(time_us / 1000000);
    struct tm tm;
    localtime_r(&second, &tm);
    strftime(day, sizeof day, "%Y%m%d", &tm);
    hash_digest(HASH_SM3, maker, strlen(maker), digest);
    for (int i = 0; i < 8; i++)
        tail[i] = digits[digest[i] & 31];
    snprintf(out, MATTER_ID_MAX, "%.3s-%.16s-%s-%s", prefix, region, day, tail);
}

/* A region's name may hold a dash itself: the day and the tail are taken off the end. */
bool matter_id_region(const char *id, char out[MATTER_REGION_MAX])
{
    const char *begin = strchr(id, '-'), *end = strrchr(id, '-');
    if (begin == NULL || end - begin < 11 || end[-9] != '-')
        return false;
    size_t n = (size_t)(end - 9 - begin - 1);
    if (n == 0 || n >= MATTER_REGION_MAX)
        return false;
    memcpy(out, begin + 1, n);
    out[n] = '\0';
    return true;
}

/* ---- life ---- */

static bool whole(const struct matter *m)
{
    return m->fields != NULL && m->due != NULL && m->fired != NULL && m->history != NULL;
}

int matter_begin(struct matter *m, const struct kind *k, const char *region)
{
    *m = (struct matter){ .kind = k, .state = k->states[0].name, .fields = json_object(), .due = json_object(),
                          .fired = json_object(), .history = json_array() };
    snprintf(m->region, sizeof m->region, "%s", region);
    snprintf(m->status, sizeof m->status, "actual");
    if (whole(m))
        return 0;
    matter_free(m);
    return -ENOMEM;
}

int matter_copy(struct matter *out, const struct matter *m)
{
    *out = *m;
    out->fields = json_deep_copy(m->fields);
    out->due = json_deep_copy(m->due);
    out->fired = json_deep_copy(m->fired);
    out->history = json_deep_copy(m->history);
    out->proposal = m->proposal != NULL ? json_deep_copy(m->proposal) : NULL;
    if (whole(out) && (m->proposal == NULL) == (out->proposal == NULL))
        return 0;
    matter_free(out);
    return -ENOMEM;
}

void matter_free(struct matter *m)
{
    json_decref(m->fields);
    json_decref(m->due);
    json_decref(m->fired);
    json_decref(m->proposal);
    json_decref(m->history);
    *m = (struct matter){ 0 };
}

/* ---- out ---- */

static void text_member(struct text *out, const char *name, const char *value)
{
    text_fmt(out, ",\"%s\":\"", name);
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

static void value_member(struct text *out, const char *name, const json_t *value)
{
    text_lit(out, ",\"");
    text_json(out, name, strlen(name));
    text_lit(out, "\":");
    event_value_json(value, out);
}

static void moment_member(struct text *out, const char *name, uint64_t at_us, const char *who)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(at_us, when);
    text_fmt(out, ",\"%s\":{\"at\":\"%s\"", name, when);
    text_member(out, "by", who);
    text_char(out, '}');
}

static void body_json(const struct matter *m, struct text *out)
{
    const char *name;
    json_t *value;
    text_fmt(out, "{\"id\":\"%s\",\"version\":%llu,\"decided\":%llu", m->id, (unsigned long long)m->version,
             (unsigned long long)m->decided);
    text_member(out, "region", m->region);
    text_member(out, "status", m->status);
    text_member(out, "state", m->state);
    moment_member(out, "created", m->created_us, m->created_by);
    moment_member(out, "changed", m->changed_us, m->changed_by);
    json_object_foreach(m->fields, name, value)
        value_member(out, name, value);
    value_member(out, "due", m->due);
    value_member(out, "fired", m->fired);
    if (m->proposal != NULL)
        value_member(out, "proposal", m->proposal);
    value_member(out, "history", m->history);
    text_fmt(out, ",\"history_gone\":%llu}", (unsigned long long)m->history_gone);
}

void matter_json(const struct matter *m, const struct deed *by, struct text *out)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(m->changed_us, when);
    text_fmt(out, "{\"id\":\"%s:%llu\",\"timestamp\":\"%s\",\"event_type\":\"%s\"", m->id, (unsigned long long)m->version, when,
             m->kind->name);
    text_member(out, "region", m->region);
    text_member(out, "status", m->status);
    if (by != NULL) {
        text_lit(out, ",\"by\":");
        deed_json(by, out);
    }
    text_fmt(out, ",\"%s\":", m->kind->name);
    body_json(m, out);
    text_char(out, '}');
}

/* ---- back ---- */

static void moment_read(const json_t *o, const char *name, uint64_t *at_us, char who[WHO_MAX])
{
    const json_t *moment = json_object_get(o, name);
    if (clock_parse(event_text_of(moment, "at"), at_us) != 0)
        *at_us = 0;
    snprintf(who, WHO_MAX, "%s", event_text_of(moment, "by"));
}

/* The named member when it is of the kind that ours have, else what was there. */
static void take(json_t **into, const json_t *o, const char *name)
{
    json_t *value = json_object_get(o, name);
    if (value == NULL || json_typeof(value) != json_typeof(*into))
        return;
    json_decref(*into);
    *into = json_incref(value);
}

static int fill(const json_t *o, struct matter *m, struct fault *f)
{
    const char *name;
    json_t *value;
    int state = kind_state(m->kind, event_text_of(o, "state"));
    m->version = event_number_of(o, "version", UINT64_MAX);
    m->decided = event_number_of(o, "decided", UINT64_MAX);
    m->history_gone = event_number_of(o, "history_gone", UINT64_MAX);
    snprintf(m->id, sizeof m->id, "%s", event_text_of(o, "id"));
    snprintf(m->status, sizeof m->status, "%s", event_text_of(o, "status"));
    if (kind_of_id(m->id) != m->kind || m->version == 0 || state < 0)
        return fault_set(f, -EINVAL, "a %s needs an id, a version and a state that it knows", m->kind->name);
    m->state = m->kind->states[state].name;
    moment_read(o, "created", &m->created_us, m->created_by);
    moment_read(o, "changed", &m->changed_us, m->changed_by);
    take(&m->due, o, "due");
    take(&m->fired, o, "fired");
    take(&m->history, o, "history");
    m->proposal = json_is_object(json_object_get(o, "proposal")) ? json_incref(json_object_get(o, "proposal")) : NULL;
    json_object_foreach((json_t *)(uintptr_t)o, name, value)
        if (!is_own(name) && json_object_set(m->fields, name, value) != 0)
            return fault_set(f, -ENOMEM, "no memory");
    return 0;
}

int matter_parse(const char *json, size_t len, struct matter *out, struct fault *f)
{
    *out = (struct matter){ 0 };
    json_t *document = event_load(json, len, f);
    if (document == NULL)
        return f->code;
    const struct kind *k = kind_named(event_text_of(document, "event_type"));
    const json_t *o = k != NULL ? json_object_get(document, k->name) : NULL;
    int rc = o == NULL ? fault_set(f, -EINVAL, "no event of a kind that is known") : matter_begin(out, k, event_text_of(o, "region"));
    if (rc == 0)
        rc = fill(o, out, f);
    if (rc != 0)
        matter_free(out);
    json_decref(document);
    return rc;
}

/* ---- history ---- */

bool history_add(json_t **history, uint64_t *gone, const struct deed *d, const char *from, const char *to, json_t *said)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(d->at_us, when);
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "at", when, "who", d->who, "role", role_name(d->role), "command",
                              d->command, "from", from, "to", to);
    if (*history == NULL)
        *history = json_array();
    if (entry != NULL && *d->note != '\0')
        json_object_set_new(entry, "note", json_string(d->note));
    if (entry != NULL && said != NULL && json_object_size(said) > 0)
        json_object_set(entry, "args", said);
    if (entry == NULL || json_array_append_new(*history, entry) != 0)
        return false;
    if (json_array_size(*history) > MATTER_HISTORY_MAX) {
        json_array_remove(*history, 1);
        (*gone)++;
    }
    return true;
}

/* ---- times that are waited for ---- */

bool due_set(json_t **due, const char *name, uint64_t at_us)
{
    char when[CLOCK_TEXT_MAX];
    if (*due == NULL)
        *due = json_object();
    if (at_us == 0)
        return json_object_del(*due, name), true;
    clock_text(at_us, when);
    return json_object_set_new(*due, name, json_string(when)) == 0;
}

uint64_t due_at(const json_t *due, const char *name)
{
    uint64_t at_us;
    return clock_parse(event_text_of(due, name), &at_us) == 0 ? at_us : 0;
}

static bool is_waited_for(const struct kind *k, const char *state, const char *name)
{
    const struct due *row = kind_due(k, name);
    return row != NULL ? kind_among(row->states, state) : !kind_is_last(k, state);
}

const char *due_next(const struct kind *k, const char *state, const json_t *due, const json_t *fired, uint64_t *at_us)
{
    const char *name, *first = NULL;
    json_t *value;
    *at_us = 0;
    json_object_foreach((json_t *)(uintptr_t)due, name, value) {
        uint64_t at = due_at(due, name);
        if (at == 0 || at == due_at(fired, name) || !is_waited_for(k, state, name))
            continue;
        if (first == NULL || at < *at_us) {
            first = name;
            *at_us = at;
        }
    }
    return first;
}
