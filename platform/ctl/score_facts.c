#include "ctl/score_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "events/load.h"
#include "events/matter.h"

static const uint64_t SECOND_US = UINT64_C(1000000), PLAYED_MOST_US = UINT64_C(86400000000);

/* ---- the drill ---- */

static void read_ends(const json_t *list, struct ends *out)
{
    size_t n;
    json_t *text;
    json_array_foreach(list, n, text)
        if (out->count < ENDS_MAX && json_is_string(text) && prefix_parse(json_string_value(text), &out->prefix[out->count]) == 0)
            out->count++;
}

static void read_inject(const char *name, const json_t *entry, struct inject *out)
{
    static const char *const within[WITHINS] = { "detect_within", "acknowledge_within", "contain_within", "resolve_within" };
    const char *outcome = event_text_of(entry, "outcome");
    *out = (struct inject){ .name = name, .attack = event_text_of(entry, "attack"), .stage = event_text_of(entry, "stage"),
                            .rule = (uint32_t)event_number_of(entry, "rule", UINT32_MAX), .injected_us = due_at(entry, "injected_at"),
                            .capture_us = due_at(entry, "capture_at"),
                            .outcome = strcmp(outcome, "blocked") == 0 ? OUTCOME_BLOCKED : *outcome != '\0' ? OUTCOME_SUCCEEDED : OUTCOME_UNTOLD };
    read_ends(json_object_get(entry, "victims"), &out->victims);
    read_ends(json_object_get(entry, "attackers"), &out->attackers);
    for (int i = 0; i < WITHINS; i++)
        out->within_us[i] = event_number_of(entry, within[i], UINT32_MAX) * SECOND_US;
}

static int read_injects(struct facts *f, struct fault *why)
{
    const char *name;
    json_t *entry, *all = json_object_get(f->drill, "injects");
    f->injects = calloc(DRILL_INJECTS_MAX, sizeof *f->injects);
    if (f->injects == NULL)
        return fault_set(why, -ENOMEM, "no memory for the injects");
    json_object_foreach(all, name, entry)
        if (f->inject_count < DRILL_INJECTS_MAX)
            read_inject(name, entry, &f->injects[f->inject_count++]);
    return 0;
}

int facts_drill(struct facts *f, const char *json, size_t len, uint64_t as_of_us, struct fault *why)
{
    *f = (struct facts){ .document = event_load(json, len, why) };
    if (f->document == NULL)
        return why->code;
    f->drill = json_object_get(f->document, "drill");
    f->id = event_text_of(f->drill, "id");
    f->title = event_text_of(f->drill, "title");
    f->state = event_text_of(f->drill, "state");
    f->started_us = due_at(f->drill, "started_at");
    f->stopped_us = due_at(f->drill, "stopped_at");
    f->as_of_us = as_of_us != 0 ? as_of_us : due_at(json_object_get(f->drill, "score"), "as_of");
    int rc = *f->id == '\0' ? fault_set(why, -EINVAL, "expected a drill") : read_injects(f, why);
    if (rc != 0)
        facts_free(f);
    return rc;
}

void facts_free(struct facts *f)
{
    for (size_t i = 0; i < f->incident_count; i++)
        json_decref(f->incidents[i].document);
    free(f->injects);
    free(f->incidents);
    free(f->sights);
    free(f->notices);
    json_decref(f->document);
    *f = (struct facts){ 0 };
}

static uint64_t begin_of(const struct inject *i)
{
    return i->capture_us != 0 ? i->capture_us : i->injected_us;
}

uint64_t facts_begin(const struct facts *f)
{
    uint64_t first = 0;
    for (size_t i = 0; i < f->inject_count; i++)
        if (f->injects[i].injected_us != 0 && (first == 0 || begin_of(&f->injects[i]) < first))
            first = begin_of(&f->injects[i]);
    return first;
}

/* ---- incidents ---- */

/* Room for one more; the array grows twofold. */
static bool grow(void **array, size_t count, size_t each)
{
    if (count != 0 && (count < 16 || (count & (count - 1)) != 0))
        return true;
    void *more = realloc(*array, (count < 16 ? 16 : 2 * count) * each);
    if (more == NULL)
        return false;
    *array = more;
    return true;
}

static bool takes_part(const struct facts *f, const char *region)
{
    size_t n;
    json_t *code;
    json_array_foreach(json_object_get(f->drill, "regions"), n, code)
        if (json_is_string(code) && scope_covers_region(&(struct scope){ .region = json_string_value(code) }, region))
            return true;
    return false;
}

static struct handled handled_of(json_t *document)
{
    const json_t *o = json_object_get(document, "incident");
    return (struct handled){ .document = document, .id = event_text_of(o, "id"), .region = event_text_of(o, "region"),
                             .merged_into = event_text_of(o, "merged_into"), .state = event_text_of(o, "state"),
                             .first_us = due_at(o, "first"), .last_us = due_at(o, "last"), .detected_us = due_at(o, "detected_at"),
                             .history = json_object_get(o, "history") };
}

int facts_incident(struct facts *f, const char *json, size_t len, struct fault *why)
{
    json_t *document = event_load(json, len, why);
    if (document == NULL)
        return why->code;
    struct handled h = handled_of(document);
    if (strcmp(event_text_of(document, "status"), "exercise") != 0 || *h.id == '\0' || !takes_part(f, h.region) || h.last_us < facts_begin(f)) {
        json_decref(document);
        return 0;
    }
    if (!grow((void **)(void *)&f->incidents, f->incident_count, sizeof *f->incidents)) {
        json_decref(document);
        return fault_set(why, -ENOMEM, "no memory for the incidents");
    }
    f->incidents[f->incident_count++] = h;
    return 1;
}

static const struct handled *incident_named(const struct facts *f, const char *id)
{
    for (size_t i = 0; i < f->incident_count; i++)
        if (strcmp(f->incidents[i].id, id) == 0)
            return &f->incidents[i];
    return NULL;
}

/* Whether it was a part already at as_of, as far as a person made it one: else a score could not be computed again later. */
static bool was_part(const struct facts *f, const struct handled *part, const struct handled *whole)
{
    size_t n;
    json_t *entry;
    json_array_foreach(whole->history, n, entry)
        if (strcmp(event_text_of(entry, "command"), "merge") == 0
            && strcmp(event_text_of(json_object_get(entry, "args"), "part"), part->id) == 0)
            return due_at(entry, "at") <= f->as_of_us;
    return true;
}

const struct handled *facts_whole(const struct facts *f, const struct handled *h)
{
    for (int hop = 0; hop < WHOLES_MAX && *h->merged_into != '\0'; hop++) {
        const struct handled *whole = incident_named(f, h->merged_into);
        if (whole == NULL || !was_part(f, h, whole))
            break;
        h = whole;
    }
    return h;
}

/* ---- alerts ---- */

static bool holds(const struct ends *e, const char *address)
{
    struct addr a;
    if (addr_parse(address, &a) != 0)
        return false;
    for (size_t i = 0; i < e->count; i++)
        if (prefix_holds(&e->prefix[i], &a))
            return true;
    return false;
}

/* Either way round: an answer of the victim's gives an alert as well. */
static bool between(const struct inject *i, const struct alert_view *a)
{
    bool any = i->attackers.count == 0;
    return (holds(&i->victims, a->dest_ip) && (any || holds(&i->attackers, a->src_ip)))
           || (holds(&i->victims, a->src_ip) && (any || holds(&i->attackers, a->dest_ip)));
}

static bool in_time(const struct facts *f, const struct inject *i, const struct alert_view *a)
{
    if (i->injected_us == 0 || i->injected_us > f->as_of_us || a->time_us < begin_of(i))
        return false;
    return i->capture_us != 0 ? a->time_us - i->capture_us <= PLAYED_MOST_US : a->time_us <= f->as_of_us;
}

static bool is_expected(const struct inject *i, const struct alert_view *a)
{
    return (i->rule == 0 || i->rule == a->sid) && (*i->stage == '\0' || strcmp(i->stage, a->tactic) == 0);
}

static bool listens(const struct facts *f, const char *sensor)
{
    size_t n;
    json_t *name;
    const json_t *sensors = json_object_get(f->drill, "sensors");
    json_array_foreach(sensors, n, name)
        if (json_is_string(name) && strcmp(json_string_value(name), sensor) == 0)
            return true;
    return json_array_size(sensors) == 0;
}

static int rank(const struct inject *i)
{
    return i->rule != 0 ? 2 : *i->stage != '\0' ? 1 : 0;
}

static const struct inject *belongs_to(const struct facts *f, const struct alert_view *a)
{
    const struct inject *best = NULL;
    for (size_t n = 0; n < f->inject_count; n++) {
        const struct inject *i = &f->injects[n];
        if (!in_time(f, i, a) || !between(i, a) || !is_expected(i, a))
            continue;
        if (best == NULL || rank(i) > rank(best) || (rank(i) == rank(best) && begin_of(i) > begin_of(best)))
            best = i;
    }
    return best;
}

static struct sight *sight_of(struct facts *f, const struct inject *i, size_t incident)
{
    for (size_t n = 0; n < f->sight_count; n++)
        if (f->sights[n].inject == i && f->sights[n].incident == incident)
            return &f->sights[n];
    if (!grow((void **)(void *)&f->sights, f->sight_count, sizeof *f->sights))
        return NULL;
    struct sight *s = &f->sights[f->sight_count++];
    *s = (struct sight){ .inject = i, .incident = incident, .alert_us = UINT64_MAX };
    return s;
}

int facts_alert(struct facts *f, size_t incident, const struct alert_view *a, struct fault *why)
{
    if (strcmp(a->status, "exercise") != 0 || !listens(f, a->sensor))
        return 0;
    const struct inject *i = belongs_to(f, a);
    if (i == NULL)
        return 0;
    struct sight *s = sight_of(f, i, incident);
    if (s == NULL)
        return fault_set(why, -ENOMEM, "no memory for what was seen");
    if (a->time_us < s->alert_us || (a->time_us == s->alert_us && strcmp(a->id, s->alert) < 0)) {
        s->alert_us = a->time_us;
        snprintf(s->alert, sizeof s->alert, "%s", a->id);
    }
    return 1;
}

/* ---- notices ---- */

static bool is_seen(const struct facts *f, const char *id)
{
    for (size_t n = 0; n < f->sight_count; n++) {
        const struct handled *h = &f->incidents[f->sights[n].incident];
        if (strcmp(h->id, id) == 0 || strcmp(facts_whole(f, h)->id, id) == 0)
            return true;
    }
    return false;
}

static bool is_about_it(const struct facts *f, const json_t *notice)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_object_get(notice, "incidents"), n, one)
        if (json_is_string(one) && is_seen(f, json_string_value(one)))
            return true;
    json_array_foreach(json_object_get(notice, "history"), n, one)
        if (strcmp(event_text_of(json_object_get(one, "args"), "other"), f->id) == 0)
            return true;
    return false;
}

/* An answer that was sent back is none. */
static void read_history(const struct facts *f, const json_t *history, struct noted *out)
{
    size_t n;
    json_t *entry;
    json_array_foreach(history, n, entry) {
        const char *command = event_text_of(entry, "command");
        uint64_t at_us = due_at(entry, "at");
        if (at_us > f->as_of_us)
            continue;
        if (strcmp(command, "issue") == 0)
            out->issued_us = at_us;
        else if (strcmp(command, "sign") == 0)
            out->signed_us = at_us;
        else if (strcmp(command, "feedback") == 0)
            out->answered_us = at_us;
        else if (strcmp(command, "return") == 0)
            out->answered_us = 0;
    }
}

static bool is_late(const struct facts *f, const json_t *notice, const char *name, uint64_t by_us, uint64_t done_us)
{
    uint64_t fired_us = due_at(json_object_get(notice, "fired"), name);
    return (fired_us != 0 && fired_us <= f->as_of_us) || (done_us != 0 ? done_us : f->as_of_us) > by_us;
}

int facts_notice(struct facts *f, const char *json, size_t len, struct fault *why)
{
    json_t *document = event_load(json, len, why);
    if (document == NULL)
        return why->code;
    const json_t *o = json_object_get(document, "notice");
    struct noted n = { .sign_by_us = due_at(o, "sign_by"), .answer_by_us = due_at(o, "feedback_by") };
    snprintf(n.id, sizeof n.id, "%s", event_text_of(o, "id"));
    read_history(f, json_object_get(o, "history"), &n);
    n.sign_late = is_late(f, o, "sign_by", n.sign_by_us, n.signed_us);
    n.answer_late = is_late(f, o, "feedback_by", n.answer_by_us, n.answered_us);
    bool ours = strcmp(event_text_of(document, "status"), "exercise") == 0 && n.issued_us != 0 && is_about_it(f, o);
    json_decref(document);
    if (!ours)
        return 0;
    if (f->notice_count == NOTICES_MAX)
        return fault_set(why, -E2BIG, "more than %d notices belong to this drill", NOTICES_MAX);
    if (!grow((void **)(void *)&f->notices, f->notice_count, sizeof *f->notices))
        return fault_set(why, -ENOMEM, "no memory for the notices");
    f->notices[f->notice_count++] = n;
    return 1;
}
