/* offer - a packet or a record comes in: the few rules that could hold are gathered, then tried in rule order. */
#include <string.h>

#include "detect/engine.h"
#include "detect/memory.h"

enum { TCP_FLAG_SYN = 0x02 };

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
                if (going && match_holds(m, r))
                    going = match_done(m, r, out);
            }
        }
    }
    m->d->counts.regex_limit += m->d->run.limited;
    m->d->run.limited = false;
    m->d->counts.datasets_evicted = dataset_table_evicted(m->d->datasets);
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
    for (uint64_t bits = s->stream_events & p->stream_mask; bits; bits &= bits - 1)
        candidates_add(&d->candidates, &p->stream[__builtin_ctzll(bits)]);
    for (unsigned bits = s->app_events & p->app_mask; bits; bits &= bits - 1)
        candidates_add(&d->candidates, &p->app[__builtin_ctz(bits)]);
}

static void add_by_header(struct detect *d, const struct subject *s)
{
    const struct packet_plan *p = &d->rules->packets;
    candidates_add(&d->candidates, &p->plain[__builtin_ctz(match_transport(s))][s->dir]);
    if (s->src == NULL || s->dest == NULL)
        return;
    if (s->proto == IPPROTO_TCP || s->proto == IPPROTO_UDP) {
        add_port(d, &p->dport[s->proto == IPPROTO_UDP], s->dest->port);
        add_port(d, &p->sport[s->proto == IPPROTO_UDP], s->src->port);
    }
    add_address(d, &p->each.from4, &p->each.from6, &s->src->addr);
    add_address(d, &p->each.to4, &p->each.to6, &s->dest->addr);
    if (match_first_of_flow(s)) {
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
    d->counts.packets += !(s->flags & SUBJECT_NO_PACKET);
    if (d->rules->count == 0 || is_passed(d, s))
        return;
    struct match m = { .d = d, .rules = d->rules, .s = s, .schema = schema_of_app(d, s->app_proto), .dir = s->dir,
                       .src = s->src, .dest = s->dest };
    scan_payload(d, s);
    add_by_header(d, s);
    if (!(s->flags & SUBJECT_NO_PACKET))
        add_events(d, s);
    try_candidates(&m, out);
}

/* ---- records ---- */

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

static void scan_record(const struct match *m, const struct schema_plan *plan)
{
    for (uint32_t i = 0; i < plan->scan_count; i++) {
        const struct row_scan *scan_row = &plan->scans[i];
        for (const struct value *v = NULL; (v = match_value(m, scan_row->row, v)) != NULL;) {
            struct view bytes = engine_transformed(m->d, scan_row->sticky, (struct view){ v->bytes, v->len });
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
    const struct value *little = d->rules->little_rows ? match_value(&m, d->rules->little_rows[schema], NULL) : NULL;
    d->little = little && little->uint;
    scan_record(&m, plan);
    candidates_add(&d->candidates, &plan->plain[r->dir]);
    if (r->anomalies)
        candidates_add(&d->candidates, &plan->events[r->dir]);
    try_candidates(&m, out);
}
