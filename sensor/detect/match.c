#include "detect/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detect/inspect.h"
#include "detect/memory.h"
#include "detect/ruleset.h"
#include "detect/threshold.h"
#include "detect/transform.h"

enum {
    THRESHOLD_ENTRIES = 65536, REGEX_MATCH = 3500, REGEX_DEPTH = 1500, INSPECTIONS = 3000,
    TCP_FLAG_SYN = 0x02,
    STREAM_TRIES = 8            /* matches in what earlier packets brought that are stepped over before giving up */
};

struct candidates {             /* a set of rules: bits, and bits of words that have any, so that it is emptied as it is walked */
    uint64_t *words, *summary;
    size_t    word_count;
};

struct detect {
    const struct rules     *rules;
    struct detect_limits    limits;
    struct detect_counts    counts;
    hs_scratch_t           *scratch;
    struct regex_run        run;
    struct candidates       candidates;
    struct threshold_table *thresholds;
    uint16_t               *first;      /* of the record at hand: by row, its first value plus one */
    uint16_t                next[RECORD_VALUES_MAX];
    size_t                  rows_max;
    uint8_t                *changed[2]; /* transforms' output, in turn */
    uint8_t                *base64;
    const char             *app_name;   /* the name last asked for, and its schema */
    int                     app_schema;
};

#define METRIC(kind, name, about) { #name, METRIC_##kind, offsetof(struct detect_counts, name), about }
static const struct metric metric_rows[] = {
    METRIC(COUNTER, packets, "Packets held against the rules."),
    METRIC(COUNTER, records, "Records held against the rules."),
    METRIC(COUNTER, candidates, "Rules that the prefilter found worth a full look."),
    METRIC(COUNTER, matches, "Rules that matched, told or not."),
    METRIC(COUNTER, alerts, "Alerts told."),
    METRIC(COUNTER, passed, "Packets and records of flows that a pass rule silenced."),
    METRIC(COUNTER, held_back, "Matches not told because of a threshold."),
    METRIC(COUNTER, threshold_evicted, "Threshold windows forgotten early because the table was full."),
    METRIC(COUNTER, regex_limit, "Regular expressions given up at their limit."),
    METRIC(COUNTER, inspection_limit, "Rules given up on a buffer at the limit of steps."),
    METRIC(COUNTER, memory_full, "Flowbits and the like that a flow's memory could not keep."),
    METRIC(COUNTER, buffer_cut, "Buffers cut when transformed.")
};
const struct metrics_room detect_metrics = { "detect", metric_rows, sizeof(metric_rows) / sizeof(metric_rows[0]) };

/* ---- candidates ---- */

static void candidate_add(struct candidates *c, uint32_t rule)
{
    c->words[rule / 64] |= UINT64_C(1) << rule % 64;
    c->summary[rule / 4096] |= UINT64_C(1) << rule / 64 % 64;
}

static void candidates_add(struct candidates *c, const struct rule_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        candidate_add(c, list->at[i]);
}

static void on_hit(void *ctx, const uint32_t *rules, size_t count)
{
    struct candidates *c = ctx;
    for (size_t i = 0; i < count; i++)
        candidate_add(c, rules[i]);
}

static int candidates_size(struct candidates *c, size_t rules)
{
    c->word_count = rules / 64 + 1;
    c->words = calloc(c->word_count, sizeof(*c->words));
    c->summary = calloc(c->word_count / 64 + 1, sizeof(*c->summary));
    return c->words && c->summary ? 0 : -ENOMEM;
}

/* ---- making and swapping ---- */

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
    const struct detect_limits none = { 0, 0, 0, 0 }, *l = limits ? limits : &none;
    d->limits = (struct detect_limits){ .threshold_entries = or_default(l->threshold_entries, THRESHOLD_ENTRIES),
                                        .regex_match = or_default(l->regex_match, REGEX_MATCH),
                                        .regex_depth = or_default(l->regex_depth, REGEX_DEPTH),
                                        .inspections = or_default(l->inspections, INSPECTIONS) };
    d->thresholds = threshold_table_new(d->limits.threshold_entries);
    d->changed[0] = malloc(TRANSFORM_BYTES_MAX);
    d->changed[1] = malloc(TRANSFORM_BYTES_MAX);
    d->base64 = malloc(BASE64_BYTES_MAX);
    bool memory = d->thresholds && d->changed[0] && d->changed[1] && d->base64 && regex_ready(d) == 0;
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
    pcre2_match_data_free(d->run.data);
    pcre2_match_context_free(d->run.context);
    threshold_table_free(d->thresholds);
    free(d->candidates.words);
    free(d->candidates.summary);
    free(d->first);
    free(d->changed[0]);
    free(d->changed[1]);
    free(d->base64);
    free(d);
}

int detect_swap(struct detect *d, const struct rules *rules, struct fault *f)
{
    return adopt(d, rules, f);
}

const struct detect_counts *detect_counts(const struct detect *d)
{
    return &d->counts;
}

/* ---- what checks ask ---- */

struct detect_memory *match_memory(const struct match *m)
{
    return memory_get(m->s, m->rules->generation);
}

struct detect_memory *match_memory_made(const struct match *m)
{
    return memory_make(m->s, m->rules->generation);
}

void match_refused(const struct match *m, bool kept)
{
    m->d->counts.memory_full += !kept;
}

const struct value *match_value(const struct match *m, uint16_t row, const struct value *after)
{
    if (row >= m->d->rows_max || m->r == NULL)
        return NULL;
    unsigned at = after ? m->d->next[after - m->r->values] : m->d->first[row];
    return at ? &m->r->values[at - 1] : NULL;
}

static void index_record(struct detect *d, const struct record *r)
{
    memset(d->first, 0, d->rows_max * sizeof(*d->first));
    for (size_t i = r->count; i-- > 0;) {
        uint16_t row = r->values[i].row;
        if (row >= d->rows_max)
            continue;
        d->next[i] = d->first[row];
        d->first[row] = (uint16_t)(i + 1);
    }
}

/* ---- buffers ---- */

struct view {
    const uint8_t *at;
    size_t         len;
};

static struct view transformed(struct detect *d, const struct sticky *s, struct view v)
{
    for (unsigned i = 0; i < s->transform_count; i++) {
        struct transform_out out = { .at = d->changed[i % 2], .cap = TRANSFORM_BYTES_MAX };
        s->transforms[i].how->apply(s->transforms[i].data, &d->run, v.at, v.len, &out);
        d->counts.buffer_cut += out.cut;
        v = (struct view){ out.at, out.len };
    }
    return v;
}

static struct inspection inspection_of(struct detect *d, struct view v, uint64_t starts_at)
{
    return (struct inspection){ .at = v.len ? v.at : (const uint8_t *)"", .len = v.len, .starts_at = starts_at, .run = &d->run,
                                .base64 = d->base64, .budget = d->limits.inspections };
}

static bool inspect_view(struct detect *d, const struct section *section, struct view v, uint64_t starts_at, size_t *touched)
{
    struct inspection i = inspection_of(d, transformed(d, section->sticky, v), starts_at);
    bool holds = inspect_steps(&i, section->first);
    d->counts.inspection_limit += i.exhausted;
    if (touched)
        *touched = i.touched;
    return holds;
}

static bool field_holds(const struct match *m, const struct section *section)
{
    uint16_t row = m->schema >= 0 ? section->sticky->rows[m->schema] : NO_ROW;
    for (const struct value *v = NULL; (v = match_value(m, row, v)) != NULL;) {
        if (inspect_view(m->d, section, (struct view){ v->bytes, v->len }, 0, NULL))
            return true;
    }
    return false;
}

static bool header_buffer_holds(const struct match *m, const struct section *section)
{
    const struct subject *s = m->s;
    const struct sticky *b = section->sticky;
    struct view v = { NULL, 0 };
    if (b->source == STICKY_IP_HEADER && s->ip_version == b->proto)
        v = (struct view){ s->ip, s->ip_header_len };
    if (b->source == STICKY_TRANSPORT_HEADER && s->proto == b->proto)
        v = (struct view){ s->transport, s->transport_len };
    return v.at && inspect_view(m->d, section, v, 0, NULL);
}

/* A match that lies wholly in what earlier packets brought was told then: it is stepped over, and the next one looked for. */
static bool stream_holds(const struct match *m, const struct section *section)
{
    const struct subject *s = m->s;
    size_t from = 0, touched = 0, old = s->stream_len - s->stream_fresh;
    for (unsigned i = 0; i < STREAM_TRIES && from < s->stream_len; i++) {
        struct view v = { s->stream + from, s->stream_len - from };
        if (!inspect_view(m->d, section, v, s->stream_at + from, &touched))
            return false;
        if (touched == 0 || from + touched > old || m->r)
            return true;
        from += touched;
    }
    return false;
}

static bool packet_holds(const struct match *m, const struct section *section)
{
    return m->s->payload_len && inspect_view(m->d, section, (struct view){ m->s->payload, m->s->payload_len }, 0, NULL);
}

static bool payload_holds(const struct match *m, const struct section *section)
{
    const struct subject *s = m->s;
    bool opens = s->tcp_flags & TCP_FLAG_SYN;      /* what it brings is in the stream only after the handshake */
    bool tcp = s->proto == IPPROTO_TCP && (s->flags & SUBJECT_STREAM) && (s->stream || !opens);
    switch ((enum rule_kind)m->rule->kind) {
    case RULE_STREAM:
        return tcp ? s->stream && stream_holds(m, section) : packet_holds(m, section);
    case RULE_BOTH:
    case RULE_RECORD:
        return (s->stream && stream_holds(m, section)) || packet_holds(m, section);
    default:
        return packet_holds(m, section);
    }
}

static bool section_holds(const struct match *m, const struct section *section)
{
    switch ((enum sticky_source)section->sticky->source) {
    case STICKY_FIELD:   return field_holds(m, section);
    case STICKY_PAYLOAD: return payload_holds(m, section);
    default:             return header_buffer_holds(m, section);
    }
}

/* ---- one rule ---- */

static unsigned transport_bit(const struct subject *s)
{
    switch (s->proto) {
    case IPPROTO_TCP:    return OVER_ANY_TCP;
    case IPPROTO_UDP:    return OVER_ANY_UDP;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6: return OVER_ANY_ICMP;
    case IPPROTO_SCTP:   return OVER_ANY_SCTP;
    default:             return OVER_REST;
    }
}

static bool ends_hold(const struct rule *r, const struct endpoint *src, const struct endpoint *dest)
{
    return portset_holds(r->dport, dest->port) && portset_holds(r->sport, src->port) && netset_holds(r->src, &src->addr) &&
           netset_holds(r->dest, &dest->addr);
}

static bool header_holds(const struct match *m, const struct rule *r)
{
    if (m->src == NULL || m->dest == NULL)
        return r->any_packet && r->src->any && r->dest->any && r->sport->any && r->dport->any;
    if (!(r->transports & transport_bit(m->s)) || (r->ip_version && r->ip_version != m->s->ip_version))
        return false;
    if ((r->app || r->kind == RULE_RECORD) && (m->schema < 0 || !(r->schemas >> m->schema & 1)))
        return false;
    return ends_hold(r, m->src, m->dest) || (r->both_ways && ends_hold(r, m->dest, m->src));
}

static bool flow_holds(const struct match *m, unsigned want)
{
    unsigned have = m->s->flags;
    enum { NEEDS_FLOW = FLOW_IS_ESTABLISHED | FLOW_NOT_ESTABLISHED | FLOW_TO_SERVER | FLOW_TO_CLIENT };
    if ((want & NEEDS_FLOW) && !(have & SUBJECT_FLOW))
        return false;
    if ((want & FLOW_TO_SERVER && m->dir != FROM_CLIENT) || (want & FLOW_TO_CLIENT && m->dir != FROM_SERVER))
        return false;
    if ((want & FLOW_IS_ESTABLISHED && !(have & SUBJECT_ESTABLISHED)) ||
        (want & FLOW_NOT_ESTABLISHED && (have & SUBJECT_ESTABLISHED)))
        return false;
    if ((want & FLOW_ONLY_FRAGMENT && !(have & SUBJECT_FRAGMENT)) || (want & FLOW_NO_FRAGMENT && (have & SUBJECT_FRAGMENT)))
        return false;
    return !(want & FLOW_ONLY_STREAM) || m->s->stream || m->r;
}

static bool checks_hold(const struct match *m, const struct rule *r)
{
    for (const struct check *c = r->checks; c; c = c->next) {
        if (!c->holds(m, c))
            return false;
    }
    return true;
}

static bool first_of_flow(const struct subject *s)
{
    return !(s->flags & SUBJECT_FLOW) || s->flow_packets[s->dir] <= 1;
}

/* The stream had the rule's literal but not yet the rest: it is looked at again while its place is in the window. */
static void wait_for_more(const struct match *m, const struct rule *r, const struct section *section)
{
    bool stream = (r->kind == RULE_STREAM || r->kind == RULE_BOTH) && m->s->stream;
    if (!stream || m->r || section->sticky->source != STICKY_PAYLOAD || section->first->next == NULL)
        return;
    struct detect_memory *memory = match_memory_made(m);
    match_refused(m, memory_wait(memory, m->s, r->index));
}

static bool sections_hold(const struct match *m, const struct rule *r)
{
    for (const struct section *s = r->sections; s; s = s->next) {
        if (!section_holds(m, s)) {
            wait_for_more(m, r, s);
            return false;
        }
    }
    return true;
}

static bool rule_holds(struct match *m, const struct rule *r)
{
    m->rule = r;
    m->d->counts.candidates++;
    if (r->kind == RULE_ONCE && !first_of_flow(m->s))
        return false;
    return header_holds(m, r) && flow_holds(m, r->flow) && checks_hold(m, r) && sections_hold(m, r);
}

static bool may_tell(const struct match *m, const struct rule *r)
{
    struct detect_counts *n = &m->d->counts;
    if (r->noalert)
        return false;
    if (m->r && !memory_tell_once(match_memory_made(m), r->index, m->r->transaction, m->dir))
        return false;
    bool passes = r->filter == NULL || threshold_passes(m->d->thresholds, m, r->filter, &n->threshold_evicted);
    for (const struct threshold *t = r->threshold; t && passes; t = t->next)
        passes = threshold_passes(m->d->thresholds, m, t, &n->threshold_evicted);
    n->held_back += !passes;
    return passes;
}

/* What a pass rule about more than one packet found holds for the rest of the flow. */
static void pass_flow(const struct match *m, const struct rule *r)
{
    bool packet = r->kind == RULE_PACKET && r->sections;
    struct detect_memory *memory = packet ? NULL : match_memory_made(m);
    if (memory)
        memory->passed = true;
}

/* False: a pass rule matched, nothing after it counts. */
static bool rule_matched(const struct match *m, const struct rule *r, const struct detect_out *out)
{
    m->d->counts.matches++;
    for (const struct effect *e = r->effects; e; e = e->next)
        e->apply(m, e);
    if (r->action == ACTION_PASS) {
        pass_flow(m, r);
        return false;
    }
    if (may_tell(m, r)) {
        m->d->counts.alerts++;
        out->alert(out->ctx, &r->alert, m->r);
    }
    return true;
}

/* Walks the candidates in rule order and leaves the set empty. */
static void try_candidates(struct match *m, const struct detect_out *out)
{
    struct candidates *c = &m->d->candidates;
    bool going = true;
    for (size_t s = 0; s * 64 < c->word_count; s++) {
        while (c->summary[s]) {
            size_t w = s * 64 + (size_t)__builtin_ctzll(c->summary[s]);
            c->summary[s] &= c->summary[s] - 1;
            while (c->words[w]) {
                const struct rule *r = m->rules->at[w * 64 + (size_t)__builtin_ctzll(c->words[w])];
                c->words[w] &= c->words[w] - 1;
                if (going && rule_holds(m, r))
                    going = rule_matched(m, r, out);
            }
        }
    }
    m->d->counts.regex_limit += m->d->run.limited;
    m->d->run.limited = false;
}

/* ---- packets ---- */

static int schema_of_app(struct detect *d, const char *name)
{
    if (name == NULL)
        return -1;
    if (name == d->app_name)
        return d->app_schema;
    d->app_name = name;
    d->app_schema = -1;
    for (size_t i = 0; i < d->rules->schema_count; i++) {
        if (strcmp(d->rules->schemas[i]->name, name) == 0)
            d->app_schema = (int)i;
    }
    return d->app_schema;
}

static void scan_part(struct detect *d, const struct prefilter *p, const uint8_t *at, size_t len)
{
    if (p && len)
        prefilter_scan(p, at, len, d->scratch, on_hit, &d->candidates);
}

static void scan(struct detect *d, enum scan_kind kind, enum direction dir, const uint8_t *at, size_t len)
{
    struct prefilter *const *p = d->rules->packets.scans[kind][dir];
    scan_part(d, p[SCAN_HEAD], at, len < HEAD_BYTES ? len : HEAD_BYTES);
    scan_part(d, p[SCAN_WHOLE], at, len);
}

/* New bytes, and so many before them that a literal across the border is seen. */
static void scan_stream(struct detect *d, const struct subject *s)
{
    struct prefilter *const *p = d->rules->packets.scans[SCAN_STREAM][s->dir];
    if (s->stream == NULL)
        return;
    if (s->stream_at + (s->stream_len - s->stream_fresh) < HEAD_BYTES) {
        size_t head = HEAD_BYTES - (size_t)s->stream_at;
        scan_part(d, p[SCAN_HEAD], s->stream, head < s->stream_len ? head : s->stream_len);
    }
    size_t want = s->stream_fresh + (p[SCAN_WHOLE] ? prefilter_longest(p[SCAN_WHOLE]) - 1 : 0);
    size_t len = want < s->stream_len ? want : s->stream_len;
    scan_part(d, p[SCAN_WHOLE], s->stream + (s->stream_len - len), len);
}

static void add_waiting(struct detect *d, const struct subject *s)
{
    struct detect_memory *memory = memory_get(s, d->rules->generation);
    if (memory == NULL || s->stream == NULL)
        return;
    unsigned kept = 0;
    for (unsigned i = 0; i < memory->waiting_count[s->dir]; i++) {
        struct waiting w = memory->waiting[s->dir][i];
        if (w.at < s->stream_at || w.rule >= d->rules->count)
            continue;               /* its place has left the window */
        memory->waiting[s->dir][kept++] = w;
        candidate_add(&d->candidates, w.rule);
    }
    memory->waiting_count[s->dir] = (uint8_t)kept;
}

static void scan_payload(struct detect *d, const struct subject *s)
{
    if (s->proto != IPPROTO_TCP) {
        scan(d, SCAN_DATAGRAM, s->dir, s->payload, s->payload_len);
        return;
    }
    scan(d, SCAN_PACKET, s->dir, s->payload, s->payload_len);
    if (!(s->flags & SUBJECT_STREAM) || (s->tcp_flags & TCP_FLAG_SYN))
        scan(d, SCAN_STREAM, s->dir, s->payload, s->payload_len);
    scan_stream(d, s);
    add_waiting(d, s);
}

static const struct rule_list *list_at(const struct address_index *x, wide address)
{
    size_t low = 0, high = x->count;        /* the last edge at or below the address */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (x->edges[mid] <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? &x->lists[low - 1] : NULL;
}

static void add_address(struct detect *d, const struct address_index *v4, const struct address_index *v6, const struct addr *a)
{
    const struct address_index *x = a->version == 6 ? v6 : v4;
    const struct rule_list *list = x->count ? list_at(x, wide_of_addr(a)) : NULL;
    if (list)
        candidates_add(&d->candidates, list);
}

static void add_port(struct detect *d, const struct port_lists *lists, uint16_t port)
{
    if (lists->by_port && lists->by_port[port])
        candidates_add(&d->candidates, &lists->lists[lists->by_port[port]]);
}

static void add_events(struct detect *d, const struct subject *s)
{
    const struct packet_plan *p = &d->rules->packets;
    for (unsigned w = 0; s->decode_events && w < p->decode_words; w++) {
        for (uint64_t bits = s->decode_events[w] & p->decode_mask[w]; bits; bits &= bits - 1)
            candidates_add(&d->candidates, &p->decode[w * 64 + (unsigned)__builtin_ctzll(bits)]);
    }
    for (uint32_t bits = s->stream_events & p->stream_mask; bits; bits &= bits - 1)
        candidates_add(&d->candidates, &p->stream[__builtin_ctz(bits)]);
}

static void add_by_header(struct detect *d, const struct subject *s)
{
    const struct packet_plan *p = &d->rules->packets;
    candidates_add(&d->candidates, &p->plain[__builtin_ctz(transport_bit(s))][s->dir]);
    if (s->src == NULL || s->dest == NULL)
        return;
    if (s->proto == IPPROTO_TCP || s->proto == IPPROTO_UDP) {
        add_port(d, &p->dport[s->proto == IPPROTO_UDP], s->dest->port);
        add_port(d, &p->sport[s->proto == IPPROTO_UDP], s->src->port);
    }
    add_address(d, &p->each.from4, &p->each.from6, &s->src->addr);
    add_address(d, &p->each.to4, &p->each.to6, &s->dest->addr);
    if (first_of_flow(s)) {
        add_address(d, &p->once.from4, &p->once.from6, &s->src->addr);
        add_address(d, &p->once.to4, &p->once.to6, &s->dest->addr);
    }
}

static bool is_passed(struct detect *d, const struct subject *s)
{
    const struct detect_memory *memory = memory_get(s, d->rules->generation);
    bool passed = memory && memory->passed;
    d->counts.passed += passed;
    return passed;
}

void detect_packet(struct detect *d, const struct subject *s, const struct detect_out *out)
{
    d->counts.packets++;
    if (d->rules->count == 0 || is_passed(d, s))
        return;
    struct match m = { .d = d, .rules = d->rules, .s = s, .schema = schema_of_app(d, s->app_proto), .dir = s->dir,
                       .src = s->src, .dest = s->dest };
    scan_payload(d, s);
    add_by_header(d, s);
    add_events(d, s);
    try_candidates(&m, out);
}

/* ---- records ---- */

static void scan_record(const struct match *m, const struct schema_plan *plan)
{
    for (uint32_t i = 0; i < plan->scan_count; i++) {
        const struct row_scan *scan_row = &plan->scans[i];
        for (const struct value *v = NULL; (v = match_value(m, scan_row->row, v)) != NULL;) {
            struct view bytes = transformed(m->d, scan_row->sticky, (struct view){ v->bytes, v->len });
            prefilter_scan(scan_row->lists, bytes.at, bytes.len, m->d->scratch, on_hit, &m->d->candidates);
        }
    }
}

void detect_record(struct detect *d, const struct subject *s, const struct record *r, const struct detect_out *out)
{
    d->counts.records++;
    int schema = rules_schema(d->rules, r->schema);
    if (schema < 0 || d->rules->plans[schema].rules == 0 || is_passed(d, s))
        return;
    const struct schema_plan *plan = &d->rules->plans[schema];
    bool with = r->dir == s->dir;
    struct match m = { .d = d, .rules = d->rules, .s = s, .r = r, .schema = schema, .dir = r->dir,
                       .src = with ? s->src : s->dest, .dest = with ? s->dest : s->src };
    index_record(d, r);
    scan_record(&m, plan);
    candidates_add(&d->candidates, &plan->plain[r->dir]);
    if (r->anomalies)
        candidates_add(&d->candidates, &plan->events[r->dir]);
    try_candidates(&m, out);
}
