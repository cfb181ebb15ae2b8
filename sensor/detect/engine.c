#include "detect/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detect/filekind.h"
#include "detect/inspect.h"

enum { THRESHOLD_ENTRIES = 65536, HOST_ENTRIES = 65536, DATASET_ENTRIES = 65536, REGEX_MATCH = 3500, REGEX_DEPTH = 1500, INSPECTIONS = 3000 };

#define METRIC(kind, name, about) { #name, METRIC_##kind, offsetof(struct detect_counts, name), about }
static const struct metric metric_rows[] = {
    METRIC(COUNTER, packets, "Packets held against the rules."),
    METRIC(COUNTER, records, "Records held against the rules."),
    METRIC(COUNTER, candidates, "Rules that the prefilter found worth a full look."),
    METRIC(COUNTER, matches, "Rules that matched, told or not."),
    METRIC(COUNTER, alerts, "Alerts told."),
    METRIC(COUNTER, passed, "Packets and records of flows that a pass rule silenced."),
    METRIC(COUNTER, held_back, "Matches not told because of a threshold."),
    METRIC(COUNTER, suppressed, "Matches not told because somebody suppressed them."),
    METRIC(COUNTER, threshold_evicted, "Threshold windows forgotten early because the table was full."),
    METRIC(COUNTER, hosts_evicted, "Marks on addresses forgotten early because the table was full."),
    METRIC(COUNTER, datasets_evicted, "Values that rules added to datasets and that left early because the table was full."),
    METRIC(COUNTER, regex_limit, "Regular expressions given up at their limit."),
    METRIC(COUNTER, inspection_limit, "Rules given up on a buffer at the limit of steps."),
    METRIC(COUNTER, memory_full, "Flowbits and the like that a flow's memory could not keep."),
    METRIC(COUNTER, buffer_cut, "Buffers cut when transformed.")
};
const struct metrics_room detect_metrics = { "detect", metric_rows, sizeof(metric_rows) / sizeof(metric_rows[0]) };

static int candidates_size(struct candidates *c, size_t rules)
{
    c->word_count = rules / 64 + 1;
    c->words = calloc(c->word_count, sizeof(*c->words));
    c->summary = calloc(c->word_count / 64 + 1, sizeof(*c->summary));
    return c->words && c->summary ? 0 : -ENOMEM;
}

static size_t most_rows(const struct rules *r)
{
    size_t most = 1;
    for (size_t i = 0; i < r->schema_count; i++)
        most = r->schemas[i]->count > most ? r->schemas[i]->count : most;
    return most;
}

static int scratch_for(const struct rules *r, hs_scratch_t **scratch, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < r->prefilter_count && rc == 0; i++)
        rc = prefilter_scratch(r->prefilters[i], scratch, f);
    return rc;
}

/* What depends on the rule set; nothing of `d` changes unless all of it could be made. */
static int adopt(struct detect *d, const struct rules *r, struct fault *f)
{
    struct candidates fresh = { NULL, NULL, 0 };
    hs_scratch_t *scratch = NULL;
    size_t rows = most_rows(r);
    if (r->needs.file_kinds && d->run.filekind == NULL && (d->run.filekind = filekind_new(f)) == NULL)
        return f->code;
    uint16_t *first = calloc(rows, sizeof(*first));
    int rc = candidates_size(&fresh, r->count);
    if (rc == 0)
        rc = scratch_for(r, &scratch, f);
    else
        fault_set(f, rc, "no memory for %u rules", r->count);
    if (rc || first == NULL) {
        free(first);
        free(fresh.words);
        free(fresh.summary);
        hs_free_scratch(scratch);
        return rc ? rc : fault_set(f, -ENOMEM, "no memory for records of %zu rows", rows);
    }
    free(d->first);
    free(d->candidates.words);
    free(d->candidates.summary);
    hs_free_scratch(d->scratch);
    d->first = first;
    d->rows_max = rows;
    d->candidates = fresh;
    d->scratch = scratch;
    d->rules = r;
    d->app_name = NULL;
    d->app_schema = -1;
    return 0;
}

static uint32_t or_default(uint32_t given, uint32_t otherwise)
{
    return given ? given : otherwise;
}

static int regex_ready(struct detect *d)
{
    d->run.context = pcre2_match_context_create(NULL);
    d->run.data = pcre2_match_data_create(4, NULL);
    if (d->run.context == NULL || d->run.data == NULL)
        return -ENOMEM;
    pcre2_set_match_limit(d->run.context, d->limits.regex_match);
    pcre2_set_depth_limit(d->run.context, d->limits.regex_depth);
    return 0;
}

struct detect *detect_new(const struct rules *rules, const struct detect_limits *limits, struct fault *f)
{
    struct detect *d = calloc(1, sizeof(*d));
    if (d == NULL) {
        fault_set(f, -ENOMEM, "no memory for the rule engine");
        return NULL;
    }
    const struct detect_limits none = { .threshold_entries = 0 }, *l = limits ? limits : &none;
    d->limits = (struct detect_limits){ .threshold_entries = or_default(l->threshold_entries, THRESHOLD_ENTRIES),
                                        .host_entries = or_default(l->host_entries, HOST_ENTRIES),
                                        .dataset_entries = or_default(l->dataset_entries, DATASET_ENTRIES),
                                        .regex_match = or_default(l->regex_match, REGEX_MATCH),
                                        .regex_depth = or_default(l->regex_depth, REGEX_DEPTH),
                                        .inspections = or_default(l->inspections, INSPECTIONS) };
    d->thresholds = threshold_table_new(d->limits.threshold_entries);
    d->hosts = host_table_new(d->limits.host_entries);
    d->datasets = dataset_table_new(d->limits.dataset_entries);
    d->changed[0] = malloc(TRANSFORM_BYTES_MAX);
    d->changed[1] = malloc(TRANSFORM_BYTES_MAX);
    d->base64 = malloc(BASE64_BYTES_MAX);
    bool memory = d->thresholds && d->hosts && d->datasets && d->changed[0] && d->changed[1] && d->base64 && regex_ready(d) == 0;
    int rc = memory ? adopt(d, rules, f) : fault_set(f, -ENOMEM, "no memory for the rule engine");
    if (rc) {
        detect_free(d);
        return NULL;
    }
    return d;
}

void detect_free(struct detect *d)
{
    if (d == NULL)
        return;
    hs_free_scratch(d->scratch);
    filekind_free(d->run.filekind);
    pcre2_match_data_free(d->run.data);
    pcre2_match_context_free(d->run.context);
    threshold_table_free(d->thresholds);
    host_table_free(d->hosts);
    dataset_table_free(d->datasets);
    free(d->candidates.words);
    free(d->candidates.summary);
    free(d->first);
    free(d->changed[0]);
    free(d->changed[1]);
    free(d->base64);
    free(d->watch);
    free(d);
}

int detect_swap(struct detect *d, const struct rules *rules, struct fault *f)
{
    int rc = adopt(d, rules, f);
    if (rc == 0 && d->watch && detect_watch(d) < 0) {       /* counted by rule: the old ones' counts mean nothing now */
        free(d->watch);
        d->watch = NULL;
    }
    return rc;
}

const struct detect_counts *detect_counts(const struct detect *d)
{
    return &d->counts;
}
