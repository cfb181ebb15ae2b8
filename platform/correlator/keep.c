#include "correlator/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

struct keep {
    struct keep_settings settings;
    struct correlator   *correlator;
    struct keep_out      out;
    const char          *name, *parent;     /* borrowed; parent "": no children */
    const char          *region;            /* of the batch that is being kept */
    uint64_t             figures_us, figures_alerts;
    char                 json[KEEP_JSON_MAX];
};

struct keep *keep_new(const struct keep_settings *s, struct correlator *c, const char *name, const char *parent, const struct keep_out *out)
{
    struct keep *k = calloc(1, sizeof *k);
    if (k == NULL)
        return NULL;
    k->settings = *s;
    k->correlator = c;
    k->name = name;
    k->parent = parent;
    k->out = *out;
    return k;
}

void keep_free(struct keep *k)
{
    free(k);
}

/* ---- children's incidents ---- */

int keep_part(struct keep *k, const char *json, size_t len, uint64_t now_us, struct fault *f)
{
    struct incident_view v;
    int rc = incident_parse(json, len, &v, f);
    if (rc < 0)
        return rc;
    rc = correlator_part(k->correlator, k->parent, &v.incident, now_us);
    struct text t = text_over(k->json, sizeof k->json);
    v.incident.alert_id_count = 0;
    if (rc > 0)
        incident_json(&v.incident, &t);
    if (rc > 0 && !t.cut)
        k->out.set(k->out.ctx, k->parent, KEEP_PARTS, v.incident.id, t.at, t.len);
    incident_view_free(&v);
    return rc < 0 ? fault_set(f, rc, "no memory for a child's incident") : 0;
}

static void part_gone(void *ctx, const char *region, const char *id)
{
    const struct keep *k = ctx;
    k->out.set(k->out.ctx, region, KEEP_PARTS, id, NULL, 0);
}

static int part_restore(struct keep *k, const char *json, size_t len, struct fault *f)
{
    struct incident_view v;
    int rc = incident_parse(json, len, &v, f);
    if (rc < 0)
        return rc;
    rc = correlator_part_restore(k->correlator, k->parent, &v.incident);
    incident_view_free(&v);
    return rc < 0 ? fault_set(f, rc, "no memory for a child's incident") : 0;
}

/* ---- figures ---- */

struct listed { struct text *out; unsigned count; };

static void member(struct text *out, const char *name, const char *value)
{
    text_fmt(out, "\"%s\":\"", name);
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

static void list_stop_value(void *ctx, const struct stop_value *v)
{
    struct listed *l = ctx;
    if (l->count++ >= KEEP_STOP_VALUES)
        return;
    text_str(l->out, l->count > 1 ? ",{" : "{");
    member(l->out, "region", v->region);
    text_char(l->out, ',');
    member(l->out, "value", v->name);
    text_char(l->out, ',');
    member(l->out, "zh", v->zh);
    text_char(l->out, ',');
    member(l->out, "en", v->en);
    text_char(l->out, '}');
}

void keep_figures(struct correlator *c, const char *name, uint64_t now_us, struct text *out)
{
    char now[CLOCK_TEXT_MAX];
    struct listed l = { out, 0 };
    clock_text(now_us, now);
    text_char(out, '{');
    member(out, "name", name);
    text_char(out, ',');
    member(out, "time", now);
    text_lit(out, ",\"counts\":{");
    metrics_json(&correlator_metrics, correlator_counts(c), 0, out);
    text_lit(out, "},\"stop_values\":[");
    correlator_stop_values(c, list_stop_value, &l);
    text_fmt(out, "],\"stop_values_more\":%u}", l.count > KEEP_STOP_VALUES ? l.count - KEEP_STOP_VALUES : 0);
}

static void figures_out(struct keep *k, uint64_t now_us)
{
    struct text t = text_over(k->json, sizeof k->json);
    uint64_t alerts = correlator_counts(k->correlator)->alerts;
    if (alerts == k->figures_alerts || now_us - k->figures_us < k->settings.figures_us)
        return;
    keep_figures(k->correlator, k->name, now_us, &t);
    if (!t.cut)
        k->out.set(k->out.ctx, k->region, KEEP_FIGURES, k->name, t.at, t.len);
    k->figures_us = now_us;
    k->figures_alerts = alerts;
}

/* ---- a batch; a start ---- */

static void habits_out(void *ctx, const char *status, const void *bytes, size_t len)
{
    const struct keep *k = ctx;
    k->out.set(k->out.ctx, k->region, KEEP_HABITS, status, bytes, len);
}

void keep_batch(struct keep *k, const char *region, uint64_t now_us)
{
    k->region = region;
    correlator_save(k->correlator, region, (size_t)k->settings.most, now_us, k->settings.every_us, habits_out, k);
    if (strcmp(region, k->parent) == 0)
        correlator_parts_gone(k->correlator, part_gone, k);
    figures_out(k, now_us);
}

int keep_restore(struct keep *k, const char *hash, const char *value, size_t len, struct fault *f)
{
    return strcmp(hash, KEEP_PARTS) == 0 ? part_restore(k, value, len, f) : correlator_recall(k->correlator, value, len, f);
}
