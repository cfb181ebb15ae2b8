#include "exchange/thing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "events/kind.h"
#include "events/load.h"
#include "events/masked.h"

const char *const thing_kind_names[] = { "incident", "warning", "notice", NULL };

/* By gravity from 1: the plans' words for events, and the colours of warnings. */
static const struct gravity { struct in_words level, colour; } gravities[] = {
    [1] = { { "特别重大", "extraordinary" }, { "红色", "red" } },
    [2] = { { "重大", "major" }, { "橙色", "orange" } },
    [3] = { { "较大", "serious" }, { "黄色", "yellow" } },
    [4] = { { "一般", "general" }, { "蓝色", "blue" } },
};

unsigned gravity_parse(const char *text)
{
    for (unsigned i = GRAVEST; i <= LEAST_GRAVE; i++) {
        const char digit[] = { (char)('0' + i), '\0' };
        const char *const names[] = { gravities[i].level.zh, gravities[i].level.en, gravities[i].colour.zh, gravities[i].colour.en, digit };
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
            if (strcmp(text, names[k]) == 0)
                return i;
    }
    return 0;
}

struct in_words thing_gravity(const struct thing *t)
{
    if (t->gravity == 0)
        return (struct in_words){ "", "" };
    return t->kind == THING_INCIDENT ? gravities[t->gravity].level : gravities[t->gravity].colour;
}

/* ---- what stands in it ---- */

const char *thing_text(const struct thing *t, const char *name)
{
    return event_text_of(t->body, name);
}

const json_t *thing_list(const struct thing *t, const char *name)
{
    const json_t *value = json_object_get(t->body, name);
    return json_is_array(value) ? value : NULL;
}

const char *thing_message(const struct thing *t)
{
    return thing_text(t, t->kind == THING_NOTICE ? "body" : "measures");
}

/* ---- states ---- */

struct in_words thing_state(const struct thing *t)
{
    const struct kind *k = kind_named(thing_kind_names[t->kind]);
    int at = k != NULL ? kind_state(k, t->state) : -1;
    return at < 0 ? (struct in_words){ t->state, t->state } : (struct in_words){ k->states[at].zh, t->state };
}

static bool is_out(enum thing_kind kind, const char *state)
{
    return kind == THING_INCIDENT || (*state != '\0' && !kind_among("draft|pending|approved|withdrawn|pending_raise|pending_lower", state));
}

bool thing_is_out(const struct thing *t)
{
    return is_out(t->kind, t->state);
}

/* Every version adds one entry to the history, of which all but the first may be gone. */
static uint64_t version_of(const struct thing *t, size_t entry)
{
    return entry == 0 ? 1 : event_number_of(t->body, "history_gone", UINT32_MAX) + entry + 1;
}

void thing_earlier(const struct thing *t, void (*each)(void *ctx, uint64_t version, uint64_t at_us), void *ctx)
{
    const json_t *history = thing_list(t, "history");
    uint64_t at_us;
    for (size_t i = 0; i < json_array_size(history); i++) {
        const json_t *step = json_array_get(history, i);
        if (version_of(t, i) < t->version && is_out(t->kind, event_text_of(step, "to")) &&
            kind_among("issue|approve|raise|lower|extend|lift", event_text_of(step, "command")) &&
            clock_parse(event_text_of(step, "at"), &at_us) == 0)
            each(ctx, version_of(t, i), at_us);
    }
}

/* ---- reading ---- */

static uint64_t later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t moment_of(const char *text)
{
    uint64_t time_us;
    return clock_parse(text, &time_us) == 0 ? time_us : 0;
}

/* A title is one text, or one in each language. */
static void read_titles(struct thing *t)
{
    const json_t *title = json_object_get(t->body, "title");
    t->title_zh = json_is_object(title) ? event_text_of(title, "zh") : thing_text(t, "title");
    t->title_en = json_is_object(title) ? event_text_of(title, "en") : t->title_zh;
    if (*t->title_zh == '\0')
        t->title_zh = t->title_en;
    if (*t->title_en == '\0')
        t->title_en = t->title_zh;
    t->name_zh = t->title_zh;
}

struct in_words status_mark(const char *status)
{
    if (strcmp(status, "exercise") == 0)
        return (struct in_words){ "【演练】", "[Exercise] " };
    return strcmp(status, "test") == 0 ? (struct in_words){ "【测试】", "[Test] " } : (struct in_words){ "", "" };
}

bool thing_is_actual(const struct thing *t)
{
    return *status_mark(t->status).zh == '\0';
}

/* Here and not in each form, so that none can forget it: nobody may take a drill for the thing itself. */
static int mark_titles(struct thing *t, struct fault *f)
{
    struct in_words mark = status_mark(t->status);
    if (thing_is_actual(t))
        return 0;
    if (asprintf(&t->marked_zh, "%s%s", mark.zh, *t->title_zh != '\0' ? t->title_zh : t->id) < 0)
        t->marked_zh = NULL;
    if (asprintf(&t->marked_en, "%s%s", mark.en, *t->title_en != '\0' ? t->title_en : t->id) < 0)
        t->marked_en = NULL;
    if (t->marked_zh == NULL || t->marked_en == NULL)
        return fault_set(f, -ENOMEM, "no memory for a title");
    t->title_zh = t->marked_zh;
    t->title_en = t->marked_en;
    return 0;
}

/* An incident's own time is its last alert's: a person's decision comes later and stands in "by". */
static void read_times(struct thing *t)
{
    const json_t *by = json_object_get(t->document, "by");
    t->changed_us = later_of(moment_of(event_text_of(t->document, "timestamp")), moment_of(event_text_of(by, "at")));
    t->made_us = moment_of(t->kind == THING_INCIDENT ? thing_text(t, "detected_at")
                                                     : event_text_of(json_object_get(t->body, "created"), "at"));
    if (t->made_us == 0)
        t->made_us = t->changed_us;
    t->changed_us = later_of(t->changed_us, t->made_us);
}

static unsigned read_gravity(const struct thing *t)
{
    if (t->kind == THING_INCIDENT)
        return t->incident.incident.level;
    unsigned g = gravity_parse(thing_text(t, "colour"));
    return g != 0 ? g : (unsigned)event_number_of(t->body, "level", LEAST_GRAVE);
}

static void read_common(struct thing *t)
{
    const struct { const char **into; const char *name; } texts[] = {
        { &t->id, "id" }, { &t->state, "state" }, { &t->region, "region" }, { &t->sector, "sector" }, { &t->status, "status" },
        { &t->category, "category" }, { &t->unit, "unit" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i].into = thing_text(t, texts[i].name);
    if (*t->status == '\0')
        t->status = event_text_of(t->document, "status");
    if (*t->region == '\0')
        t->region = event_text_of(t->document, "region");
    t->version = event_number_of(t->body, "version", UINT64_MAX);
    read_titles(t);
    read_times(t);
    t->gravity = read_gravity(t);
}

static int find_kind(struct thing *t, struct fault *f)
{
    const char *type = event_text_of(t->document, "event_type");
    for (int i = 0; i < THING_KINDS; i++)
        if (strcmp(type, thing_kind_names[i]) == 0) {
            t->kind = (enum thing_kind)i;
            t->body = json_object_get(t->document, type);
            return json_is_object(t->body) ? 0 : fault_set(f, -EINVAL, "the event has no object \"%s\"", type);
        }
    return fault_set(f, -EINVAL, "expected an incident, a warning or a notice, not the event_type \"%s\"", type);
}

/* The incident's parts are read from the masked text, since they borrow from the document they were read from. */
static int read_incident(struct thing *t, struct fault *f)
{
    char *text = json_dumps(t->document, JSON_COMPACT);
    int rc = text == NULL ? fault_set(f, -ENOMEM, "no memory for an incident")
                          : incident_parse(text, strlen(text), &t->incident, f);
    free(text);
    return rc;
}

int thing_parse(const char *json, size_t len, bool reveal, struct thing *out, struct fault *f)
{
    *out = (struct thing){ .document = event_load(json, len, f) };
    if (out->document == NULL)
        return -EINVAL;
    int rc = find_kind(out, f);
    if (rc == 0 && !reveal)
        rc = event_mask(out->document, f);
    if (rc == 0 && out->kind == THING_INCIDENT)
        rc = read_incident(out, f);
    if (rc == 0)
        read_common(out);
    if (rc == 0 && *out->id == '\0')
        rc = fault_set(f, -EINVAL, "the %s has no id", thing_kind_names[out->kind]);
    if (rc == 0)
        rc = mark_titles(out, f);
    if (rc != 0)
        thing_free(out);
    return rc;
}

void thing_free(struct thing *t)
{
    if (t->incident.document != NULL)
        incident_view_free(&t->incident);
    json_decref(t->document);
    free(t->marked_zh);
    free(t->marked_en);
    *t = (struct thing){ 0 };
}
