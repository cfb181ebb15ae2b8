/* What comes of itself: times that were waited for, finished matters, what suppressions hid. */
#include "correlator/desk_inside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

enum { TICK_MAX = 256, DUE_NAME_MAX = 192 };

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
    int rc = args != NULL ? desk_apply(d, w->region, &c, &done, &why, now_us) : -ENOMEM;
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
        desk_put_away(d, m, now_us);
    return m != NULL;
}

void desk_tick(struct desk *d, uint64_t now_us)
{
    char region[STREAM_REGION_MAX + 1] = "";
    struct waited w = next_due(d, now_us);
    if (w.kind != NULL)
        snprintf(region, sizeof region, "%s", w.region);
    else if (!put_finished_away(d, now_us))
        desk_tell_of_one_region(d, now_us);
    for (unsigned n = 0; n < TICK_MAX && w.kind != NULL && strcmp(w.region, region) == 0; n++) {
        come_due(d, &w, now_us);
        w = next_due(d, now_us);
    }
}
