#include "stats.h"

#include "common/clock.h"
#include "dissectors/framing/parts.h"
#include "dissectors/framing/notes.h"

/* One row per room: whose counters they are, and where a worker keeps them. NULL: this worker has none. */
struct room {
    const struct metrics_room *metrics;
    const void *(*counts)(struct worker *w);
    size_t      size;
};

static const void *capture_of(struct worker *w)
{
    static _Thread_local struct source_counts sum;
    sum = w->files;
    if (w->source != NULL)
        metrics_add(&capture_metrics, &sum, source_counts(w->source));
    return &sum;
}

static const void *decode_of(struct worker *w)     { return &w->decoder.counts; }
static const void *fragment_of(struct worker *w)   { return fragments_counts(w->fragments); }
static const void *flow_of(struct worker *w)       { return w->flows ? flow_table_counts(w->flows) : &w->flow_counts; }
static const void *reassembly_of(struct worker *w) { return reassembly_counts(w->reassembler); }
static const void *window_counts_of(struct worker *w) { return w->windows ? window_counts(w->windows) : NULL; }
static const void *classify_counts_of(struct worker *w) { return w->classify ? classify_counts(w->classify) : NULL; }
static const void *detect_of(struct worker *w)     { return detect_counts(w->detect); }
static const void *emit_of(struct worker *w)       { return emitter_counts(w->emitter); }

static const void *evidence_of(struct worker *w)   { return w->evidence ? evidence_counts(w->evidence) : NULL; }

static const void *behave_of(struct worker *w)     { return w->behave ? behave_counts(w->behave) : NULL; }

static const void *inventory_of(struct worker *w)  { return w->behave ? behave_inventory_counts(w->behave) : NULL; }

static const struct room rooms[] = {
    { &capture_metrics, capture_of, sizeof(struct source_counts) },
    { &decode_metrics, decode_of, sizeof(struct decode_counts) },
    { &fragment_metrics, fragment_of, sizeof(struct fragment_counts) },
    { &flow_metrics, flow_of, sizeof(struct flow_counts) },
    { &reassembly_metrics, reassembly_of, sizeof(struct reassembly_counts) },
    { &window_metrics, window_counts_of, sizeof(struct window_counts) },
    { &classify_metrics, classify_counts_of, sizeof(struct classify_counts) },
    { &detect_metrics, detect_of, sizeof(struct detect_counts) },
    { &behave_metrics, behave_of, sizeof(struct behave_counts) },
    { &inventory_metrics, inventory_of, sizeof(struct inventory_counts) },
    { &emit_metrics, emit_of, sizeof(struct emit_counts) },
    { &evidence_metrics, evidence_of, sizeof(struct evidence_counts) },
};

static void room_json(const struct room *room, struct worker *const *workers, size_t count, struct text *out)
{
    uint64_t sum[256] = { 0 };      /* larger than any room's struct */
    for (size_t i = 0; i < count; i++) {
        pthread_mutex_lock(&workers[i]->shown);
        const void *counts = room->counts(workers[i]);
        if (counts != NULL && room->size <= sizeof sum)
            metrics_add(room->metrics, sum, counts);
        pthread_mutex_unlock(&workers[i]->shown);
    }
    metrics_json(room->metrics, sum, 1, out);
}

/* "dissect":{"modbus":{...},...}: a room per protocol that was seen, and what nobody knew. */
static void dissect_json(struct worker *const *workers, size_t count, struct text *out)
{
    const char *comma = "";
    struct dissect_totals totals = { 0 };
    struct metrics_room unknown = dissect_total_metrics;
    unknown.name = "unknown";
    text_lit(out, "\"dissect\":{");
    for (size_t d = 0; d < dissector_count; d++) {
        struct metrics_room room = dissect_metrics(d);
        struct dissect_counts sum = { 0 };
        for (size_t i = 0; i < count; i++)
            metrics_add(&room, &sum, dissect_counts(workers[i]->dissect, d));
        if (sum.flows == 0)
            continue;
        text_str(out, comma);
        comma = ",";
        metrics_json(&room, &sum, 1, out);
    }
    for (size_t i = 0; i < count; i++) {
        metrics_add(&dissect_total_metrics, &totals, dissect_totals(workers[i]->dissect));
        totals.parts_forgotten += workers[i]->sink.parts ? file_parts_forgotten(workers[i]->sink.parts) : 0;
        totals.notes_forgotten += workers[i]->sink.notes ? notes_forgotten(workers[i]->sink.notes) : 0;
    }
    text_str(out, comma);
    metrics_json(&unknown, &totals, 1, out);
    text_char(out, '}');
}

void stats_json(struct worker *const *workers, size_t count, const struct publisher *publisher, const struct intel_counts *intel,
                struct text *out)
{
    struct publish_counts published;
    publisher_counts(publisher, &published);
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        room_json(&rooms[i], workers, count, out);
        text_char(out, ',');
    }
    dissect_json(workers, count, out);
    text_char(out, ',');
    metrics_json(&publish_metrics, &published, 1, out);
    text_char(out, ',');
    metrics_json(&intel_metrics, intel, 1, out);
}

void stats_heartbeat(const struct sensor_settings *s, uint64_t now_us, uint64_t epoch, const char *state, const char *body,
                     size_t len, struct text *out)
{
    char now[CLOCK_TEXT_MAX];
    clock_text(now_us, now);
    text_lit(out, "{\"sensor\":\"");
    text_json(out, s->name, strlen(s->name));
    text_fmt(out, "\",\"region\":\"%s\",\"time\":\"%s\",\"version\":\"%s\",\"epoch\":%llu,\"state\":\"%s\",\"stats\":{",
             s->region, now, FENGSUI_VERSION, (unsigned long long)epoch, state);
    text_bytes(out, body, len);
    text_lit(out, "}}");
}

struct stats_summary stats_summary(struct worker *const *workers, size_t count)
{
    struct stats_summary sum = { 0 };
    for (size_t i = 0; i < count; i++) {
        struct worker *w = workers[i];
        pthread_mutex_lock(&w->shown);
        const struct source_counts *in = capture_of(w);
        const struct emit_counts *out = emitter_counts(w->emitter);
        sum.packets += w->decoder.counts.frames;
        sum.bytes += w->decoder.counts.bytes;
        sum.flows += ((const struct flow_counts *)flow_of(w))->created;
        sum.records += out->records;
        sum.alerts += out->alerts;
        sum.dropped += in->kernel_dropped + in->interface_dropped;
        pthread_mutex_unlock(&w->shown);
    }
    return sum;
}
