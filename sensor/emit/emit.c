#include "emit/emit.h"

#include <errno.h>
#include <stdlib.h>

#include "emit/community.h"

#define ROW(member, sentence) { #member, METRIC_COUNTER, offsetof(struct emit_counts, member), sentence }
static const struct metric rows[] = {
    ROW(alerts, "Alerts written."),
    ROW(records, "Dissected messages written as events."),
    ROW(flows, "Closed flows written."),
    ROW(sightings, "Sightings of devices written."),
    ROW(intel, "Alerts raised by indicators."),
    ROW(too_long, "Events that were too long to write."),
    ROW(lost, "Events the publisher had no room for."),
    ROW(notes_refused, "Flows whose notes found no memory; they were looked up again for each event."),
};
const struct metrics_room emit_metrics = { "emit", rows, sizeof rows / sizeof rows[0] };

struct emitter {
    struct emit_settings  settings;
    struct places_memory *places;
    struct publisher     *out;
    unsigned              lane;
    struct emit_counts    counts;
    char                  buffer[EMIT_BYTES_MAX];
};

struct emitter *emitter_new(const struct emit_settings *s, const struct places *places, struct publisher *out, unsigned lane,
                            struct fault *f)
{
    struct emitter *e = calloc(1, sizeof *e);
    if (e == NULL || (e->places = places_memory_new(places)) == NULL) {
        free(e);
        fault_set(f, -ENOMEM, "no memory for events");
        return NULL;
    }
    e->settings = *s;
    e->out = out;
    e->lane = lane;
    return e;
}

void emitter_free(struct emitter *e)
{
    if (e == NULL)
        return;
    places_memory_free(e->places);
    free(e);
}

const struct emit_counts *emitter_counts(const struct emitter *e)
{
    return &e->counts;
}

void emit_describe(struct emitter *e, struct flow_notes *n, uint8_t proto)
{
    places_describe(e->places, &n->end[0]);
    places_describe(e->places, &n->end[1]);
    if (n->end[0].addr.version != 0)
        community_id(&n->end[0], &n->end[1], proto, n->community_id);
}

static void complete(struct emitter *e, struct event *head)
{
    head->id = (struct event_id){ .sensor = e->settings.sensor };
    head->region = e->settings.region;
    head->status = e->settings.status;
}

static void offer(struct emitter *e, enum stream stream, const char *type, unsigned severity, const struct text *t)
{
    if (t->cut)
        e->counts.too_long++;
    else if (!publish_offer(e->out, e->lane, stream, type, severity, t->at, t->len))
        e->counts.lost++;
}

void emit_alert(struct emitter *e, struct alert *a)
{
    struct text t = text_over(e->buffer, sizeof e->buffer);
    complete(e, &a->head);
    if (a->payload_len > e->settings.payload_max)
        a->payload_len = e->settings.payload_max;
    if (a->payload_len == 0)
        a->payload = NULL;
    alert_json(a, &t);
    offer(e, STREAM_ALERTS, "alert", a->rule->severity, &t);
    e->counts.alerts++;
    e->counts.intel += a->indicator != NULL;
}

bool emit_told(struct flow_notes *n, uint32_t mark)
{
    for (size_t i = 0; i < FLOW_INDICATORS_MAX; i++)
        if (n->told[i] == mark)
            return true;
    n->told[n->told_next++ % FLOW_INDICATORS_MAX] = mark;
    return false;
}

void emit_record(struct emitter *e, struct event *head, const struct record *r)
{
    struct text t = text_over(e->buffer, sizeof e->buffer);
    if (!e->settings.records)
        return;
    complete(e, head);
    event_json(head, r->schema->name, &t);
    text_char(&t, ',');
    record_json(r, &t);
    text_char(&t, '}');
    offer(e, STREAM_EVENTS, r->schema->name, 0, &t);
    e->counts.records++;
}

void emit_flow(struct emitter *e, struct flowsum *s)
{
    struct text t = text_over(e->buffer, sizeof e->buffer);
    if (!e->settings.flows)
        return;
    complete(e, &s->head);
    flowsum_json(s, &t);
    offer(e, STREAM_EVENTS, "flow", 0, &t);
    e->counts.flows++;
}

void emit_sighting(struct emitter *e, struct event *head, const struct sighting *s)
{
    struct text t = text_over(e->buffer, sizeof e->buffer);
    complete(e, head);
    sighting_json(head, s, &t);
    offer(e, STREAM_EVENTS, "asset", 0, &t);
    e->counts.sightings++;
}

void emit_stats(struct emitter *e, uint64_t time_us, const char *body, size_t len)
{
    struct text t = text_over(e->buffer, sizeof e->buffer);
    struct event head = { .time_us = time_us };
    complete(e, &head);
    event_json(&head, "stats", &t);
    text_lit(&t, ",\"stats\":{");
    text_bytes(&t, body, len);
    text_lit(&t, "}}");
    offer(e, STREAM_EVENTS, "stats", 0, &t);
}
