/* Where matters are: in memory and kept in Redis, put away, or back again. */
#include "correlator/desk_inside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

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

int desk_matter_out(struct desk *d, const struct matter *m, const struct deed *by)
{
    char id[MATTER_ID_MAX + 24];
    struct text t = text_over(d->json, DESK_JSON_MAX);
    matter_json(m, by, &t);
    if (t.cut)
        return -EMSGSIZE;
    snprintf(id, sizeof id, "%s:%" PRIu64, m->id, m->version);
    d->out.event(d->out.ctx, m->region, STREAM_WARNINGS, id, m->kind->name, t.at, t.len);
    d->out.keep(d->out.ctx, m->region, DESK_STATE, m->id, t.at, t.len);
    return 0;
}

/* ---- putting away ---- */

void desk_put_away(struct desk *d, struct filed_matter *m, uint64_t now_us)
{
    const struct drawer_owner o = { filed_keep, filed_left, d };
    desk_hidden_said(d, &m->matter, now_us);
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
int desk_file_matter(struct desk *d, struct matter *m)
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
    if (rc == 0 && desk_file_matter(d, &m) != 0) {
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

struct incident_case *desk_incident(struct desk *d, const char *region, const char *id)
{
    struct incident_case *k = correlator_find(d->correlator, region, id);
    if (k == NULL)
        take_back(d, kind_named("incident"), region, id);
    return k != NULL ? k : correlator_find(d->correlator, region, id);
}

struct filed_matter *desk_matter(struct desk *d, const struct kind *kind, const char *region, const char *id)
{
    struct filed_matter *m = matters_find(d->matters, region, id);
    if (m == NULL)
        take_back(d, kind, region, id);
    return m != NULL ? m : matters_find(d->matters, region, id);
}
