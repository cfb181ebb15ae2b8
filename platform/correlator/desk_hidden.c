/* What suppressions hid, as their next versions: at most every so often, and kept at each transaction in between. */
#include "correlator/desk_inside.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/log.h"

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

void desk_hidden_said(struct desk *d, struct matter *m, uint64_t now_us)
{
    while (suppress_is_unsaid(correlator_suppress(d->correlator), m) && hidden_out(d, m, now_us))
        continue;
}

/* ---- when it is time ---- */

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

void desk_tell_of_one_region(struct desk *d, uint64_t now_us)
{
    struct telling t = { d, now_us, "" };
    suppress_unsaid(correlator_suppress(d->correlator), NULL, find_due, &t);
    if (*t.region != '\0')
        desk_gather(d, t.region, now_us);
}

