/* compile - from parsed rules to what is walked for each packet and record.
 *
 *     order        pass < drop < reject < alert, setters of flowbits first, priority, place in the files
 *     fast pattern the content that the prefilter looks for: as asked, else the one that is longest and most varied
 *     groups       what has no fast pattern is found by the cheapest thing it names: an event, few ports, few addresses;
 *                  only the rest is tried on every packet of its transport and direction
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "detect/ruleset.h"

enum { STREAM_WINDOW = 4096, PORTS_FEW = 64 };
static const wide ADDRESSES_FEW = (wide)1 << 24;

/* ---- order ---- */

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_order(const void *a, const void *b)
{
    const struct rule *x = *(struct rule *const *)a, *y = *(struct rule *const *)b;
    int order = compare(x->action, y->action);
    order = order ? order : compare(x->bits_rank, y->bits_rank);
    order = order ? order : compare(x->alert.severity, y->alert.severity);
    return order ? order : compare(x->index, y->index);
}

static void sort_rules(struct rules *r)
{
    if (r->count)
        qsort(r->at, r->count, sizeof(*r->at), by_order);
    for (uint32_t i = 0; i < r->count; i++)
        r->at[i]->index = i;
}

/* ---- fast patterns ---- */

/* Rare bytes count more, repeated ones hardly: as PatternStrength() in Suricata. */
static unsigned strength(const uint8_t *at, size_t len)
{
    bool seen[256] = { false };
    unsigned score = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned first = isalpha(at[i]) ? 3 : isprint(at[i]) ? 4 : at[i] == 0 || at[i] == 1 || at[i] == 0xff ? 4 : 6;
        score += seen[at[i]] ? 1 : first;
        seen[at[i]] = true;
    }
    return score;
}

struct piece { const uint8_t *at; size_t len; };

/* Without zeros in front: Vectorscan takes a literal that begins with one for an empty text. */
static struct piece fast_piece(const struct content *c)
{
    struct piece p = { c->bytes, c->len };
    if (c->flags & CONTENT_CHOPPED)
        p = (struct piece){ c->bytes + c->chop_at, c->chop_len };
    while (p.len && p.at[0] == 0) {
        p.at++;
        p.len--;
    }
    return p;
}

static bool may_be_fast(const struct rule *r, const struct section *s)
{
    return s->sticky->source == (r->kind == RULE_RECORD ? STICKY_FIELD : STICKY_PAYLOAD);
}

static void choose_fast(struct rule *r)
{
    unsigned best = 0;
    for (const struct section *s = r->sections; s; s = s->next) {
        for (const struct step *t = may_be_fast(r, s) && !s->absent ? s->first : NULL; t; t = t->next) {
            if (t->kind != STEP_CONTENT || t->negated)
                continue;
            struct piece p = fast_piece(&t->content);
            unsigned score = strength(p.at, p.len) + (t->content.flags & CONTENT_FAST ? 1u << 20 : 0);
            if (p.len && score > best) {
                best = score;
                r->fast = t;
                r->fast_section = s;
            }
        }
    }
}

/* ---- lists ---- */

struct builder {                /* a list being made */
    uint32_t *at;
    size_t    count, cap;
};

static void build_add(struct builder *b, uint32_t rule)
{
    b->at = array_room(b->at, b->count, &b->cap, sizeof(*b->at));
    b->at[b->count++] = rule;
}

static struct rule_list build_done(struct rules *r, struct builder *b)
{
    struct rule_list list = { NULL, (uint32_t)b->count };
    if (b->count) {
        uint32_t *kept = pile_take(r->pile, b->count * sizeof(*kept));
        memcpy(kept, b->at, b->count * sizeof(*kept));
        list.at = kept;
    }
    free(b->at);
    *b = (struct builder){ NULL, 0, 0 };
    return list;
}

/* ---- groups of packets' rules ---- */

static bool in_direction(const struct rule *r, unsigned dir)
{
    return !(r->flow & (dir == FROM_CLIENT ? FLOW_TO_CLIENT : FLOW_TO_SERVER));
}

static wide count_of(struct spans s)
{
    wide n = 0;
    for (size_t i = 0; i < s.count; i++)
        n += s.at[i].hi - s.at[i].lo + 1;
    return n;
}

static bool few_addresses(const struct netset *s)
{
    return !s->any && count_of(s->v4) <= ADDRESSES_FEW && (s->v6.count == 0 || count_of(s->v6) <= (wide)1 << 96);
}

static bool few_ports(const struct portset *s)
{
    return !s->any && count_of(s->ports) <= PORTS_FEW;
}

static bool only_ports(const struct rule *r)
{
    return !r->both_ways && (r->transports & ~(unsigned)(OVER_ANY_TCP | OVER_ANY_UDP)) == 0;
}

enum group { BY_DPORT, BY_SPORT, BY_FROM, BY_TO, BY_NOTHING };

static enum group group_of(const struct rule *r)
{
    if (only_ports(r) && few_ports(r->dport))
        return BY_DPORT;
    if (only_ports(r) && few_ports(r->sport))
        return BY_SPORT;
    if (!r->both_ways && few_addresses(r->src))
        return BY_FROM;
    return !r->both_ways && few_addresses(r->dest) ? BY_TO : BY_NOTHING;
}

struct grouping {               /* rules by group, while compiling */
    struct builder once[2], each[2];                /* 0 from, 1 to */
    struct builder ports[2][2];                     /* 0 dport, 1 sport; TCP, UDP */
    struct builder plain[5][2];
    struct builder decode[DECODE_EVENTS_MAX], stream[STREAM_EVENTS_MAX], app[APP_EVENTS_MAX];
};

static void group_plain(struct grouping *g, const struct rule *r)
{
    for (unsigned t = 0; t < 5; t++) {
        for (unsigned dir = 0; dir < 2; dir++) {
            if ((r->transports >> t & 1) && in_direction(r, dir))
                build_add(&g->plain[t][dir], r->index);
        }
    }
}

static void group_ports(struct grouping *g, const struct rule *r, unsigned which)
{
    if (r->transports & OVER_ANY_TCP)
        build_add(&g->ports[which][0], r->index);
    if (r->transports & OVER_ANY_UDP)
        build_add(&g->ports[which][1], r->index);
}

static void group_rule(struct grouping *g, const struct rule *r)
{
    if (r->events == EVENTS_DECODE) {
        build_add(&g->decode[r->cheap_bit], r->index);
        return;
    }
    if (r->events == EVENTS_STREAM) {
        build_add(&g->stream[r->cheap_bit], r->index);
        return;
    }
    if (r->events == EVENTS_APP) {
        build_add(&g->app[r->cheap_bit], r->index);
        return;
    }
    enum group by = group_of(r);
    struct builder *addresses = r->kind == RULE_ONCE ? g->once : g->each;
    if (by == BY_NOTHING)
        group_plain(g, r);
    else if (by == BY_DPORT || by == BY_SPORT)
        group_ports(g, r, by == BY_SPORT);
    else
        build_add(&addresses[by == BY_TO], r->index);
}

/* ---- the index of addresses ---- */

static const struct spans *spans_for(const struct rule *r, bool to, bool v6)
{
    const struct netset *s = to ? r->dest : r->src;
    return v6 ? &s->v6 : &s->v4;
}

static int by_value(const void *a, const void *b)
{
    wide x = *(const wide *)a, y = *(const wide *)b;
    return x < y ? -1 : x > y;
}

/* Every place where some rule's set begins or has just ended, once. */
static size_t collect_edges(const struct rules *r, const struct builder *rules, bool to, bool v6, wide **out)
{
    size_t count = 0, cap = 0, kept = 0;
    wide *edges = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        const struct spans *s = spans_for(r->at[rules->at[i]], to, v6);
        for (size_t k = 0; k < s->count; k++) {
            edges = array_room(edges, count + 1, &cap, sizeof(*edges));
            edges[count++] = s->at[k].lo;
            if (s->at[k].hi != WIDE_MAX) {
                edges = array_room(edges, count + 1, &cap, sizeof(*edges));
                edges[count++] = s->at[k].hi + 1;
            }
        }
    }
    if (count)
        qsort(edges, count, sizeof(*edges), by_value);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || edges[kept - 1] != edges[i])
            edges[kept++] = edges[i];
    }
    *out = edges;
    return kept;
}

static size_t edge_of(const wide *edges, size_t count, wide value)
{
    const wide *at = bsearch(&value, edges, count, sizeof(*edges), by_value);
    return at ? (size_t)(at - edges) : count;
}

static struct address_index index_addresses(struct rules *r, const struct builder *rules, bool to, bool v6)
{
    wide *edges;
    size_t count = collect_edges(r, rules, to, v6, &edges);
    struct address_index x = { NULL, NULL, count };
    if (count == 0) {
        free(edges);
        return x;
    }
    struct builder *lists = calloc(count, sizeof(*lists));
    if (lists == NULL)
        abort();
    for (size_t i = 0; i < rules->count; i++) {
        const struct spans *s = spans_for(r->at[rules->at[i]], to, v6);
        for (size_t k = 0; k < s->count; k++) {
            size_t end = s->at[k].hi == WIDE_MAX ? count : edge_of(edges, count, s->at[k].hi + 1);
            for (size_t e = edge_of(edges, count, s->at[k].lo); e < end; e++)
                build_add(&lists[e], rules->at[i]);
        }
    }
    wide *kept = pile_take(r->pile, count * sizeof(*kept));
    struct rule_list *done = pile_take(r->pile, count * sizeof(*done));
    memcpy(kept, edges, count * sizeof(*kept));
    for (size_t e = 0; e < count; e++)
        done[e] = build_done(r, &lists[e]);
    free(lists);
    free(edges);
    return (struct address_index){ kept, done, count };
}

static struct address_indexes index_both(struct rules *r, struct builder rules[2])
{
    struct address_indexes x = { .from4 = index_addresses(r, &rules[0], false, false),
                                 .from6 = index_addresses(r, &rules[0], false, true),
                                 .to4 = index_addresses(r, &rules[1], true, false),
                                 .to6 = index_addresses(r, &rules[1], true, true) };
    free(rules[0].at);
    free(rules[1].at);
    return x;
}

/* ---- ports ---- */

static void lists_by_port(struct rules *r, const struct builder *rules, bool sport, struct builder *by_port)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = r->at[rules->at[i]];
        const struct spans *s = sport ? &rule->sport->ports : &rule->dport->ports;
        for (size_t k = 0; k < s->count; k++) {
            for (wide port = s->at[k].lo; port <= s->at[k].hi; port++)
                build_add(&by_port[port], rule->index);
        }
    }
}

static struct port_lists index_ports(struct rules *r, struct builder *rules, bool sport)
{
    struct port_lists x = { NULL, NULL, 0 };
    if (rules->count == 0)
        return x;
    struct builder *by_port = calloc(PORTS, sizeof(*by_port));
    if (by_port == NULL)
        abort();
    lists_by_port(r, rules, sport, by_port);
    size_t used = 1;
    for (size_t port = 0; port < PORTS; port++)
        used += by_port[port].count > 0;
    struct rule_list *lists = pile_take(r->pile, used * sizeof(*lists));
    x.by_port = pile_take(r->pile, PORTS * sizeof(*x.by_port));
    for (size_t port = 0, next = 1; port < PORTS; port++) {
        if (by_port[port].count == 0)
            continue;
        x.by_port[port] = (uint16_t)next;
        lists[next++] = build_done(r, &by_port[port]);
    }
    x.lists = lists;
    x.count = used;
    free(by_port);
    free(rules->at);
    return x;
}

/* ---- prefilters ---- */

static struct prefilter *new_prefilter(struct rules *r)
{
    struct prefilter *p = prefilter_new();
    size_t cap = r->prefilter_count;        /* grows by one: there are some dozens */
    struct prefilter **all = reallocarray(r->prefilters, cap + 1, sizeof(*all));
    if (all == NULL)
        abort();
    r->prefilters = all;
    all[r->prefilter_count++] = p;
    return p;
}

static void add_fast(struct prefilter *p, const struct rule *r)
{
    struct piece piece = fast_piece(&r->fast->content);
    prefilter_add(p, piece.at, piece.len, r->fast->content.flags & CONTENT_NOCASE, r->index);
}

static enum scan_part part_of(const struct content *c)
{
    bool fixed = (c->flags & CONTENT_DEPTH) && !(c->flags & (CONTENT_DEPTH_VAR | CONTENT_OFFSET_VAR));
    return fixed && c->offset + c->depth <= HEAD_BYTES ? SCAN_HEAD : SCAN_WHOLE;
}

static void prefilter_packets(struct rules *r, const struct rule *rule)
{
    bool tcp = rule->transports & OVER_ANY_TCP, other = rule->transports & ~(unsigned)OVER_ANY_TCP;
    bool kinds[SCAN_KINDS] = { [SCAN_PACKET] = tcp && (rule->kind == RULE_PACKET || rule->kind == RULE_BOTH),
                               [SCAN_STREAM] = tcp && (rule->kind == RULE_STREAM || rule->kind == RULE_BOTH),
                               [SCAN_DATAGRAM] = other };
    for (unsigned kind = 0; kind < SCAN_KINDS; kind++) {
        for (unsigned dir = 0; kinds[kind] && dir < 2; dir++) {
            struct prefilter **p = &r->packets.scans[kind][dir][part_of(&rule->fast->content)];
            if (!in_direction(rule, dir))
                continue;
            if (*p == NULL)
                *p = new_prefilter(r);
            add_fast(*p, rule);
        }
    }
}

/* ---- records ---- */

struct record_lists {
    struct builder plain[2], events[2];
};

static void group_record(struct rules *r, const struct rule *rule, struct record_lists *lists)
{
    for (size_t i = 0; i < r->schema_count; i++) {
        if (!(rule->schemas >> i & 1))
            continue;
        r->plans[i].rules++;
        for (unsigned dir = 0; dir < 2 && !rule->fast; dir++) {
            if (in_direction(rule, dir))
                build_add(rule->events == EVENTS_RECORD ? &lists[i].events[dir] : &lists[i].plain[dir], rule->index);
        }
    }
}

static void scan_row(struct rules *r, const struct sticky *s, struct prefilter *p)
{
    for (size_t i = 0; i < r->schema_count; i++) {
        if (s->rows[i] == NO_ROW)
            continue;
        struct schema_plan *plan = &r->plans[i];
        struct row_scan *more = pile_take(r->pile, (plan->scan_count + 1) * sizeof(*more));
        if (plan->scan_count)
            memcpy(more, plan->scans, plan->scan_count * sizeof(*more));
        more[plan->scan_count++] = (struct row_scan){ .row = s->rows[i], .sticky = s, .lists = p };
        plan->scans = more;
    }
}

static void prefilter_records(struct rules *r)
{
    struct prefilter **by_sticky = calloc(r->sticky_count, sizeof(*by_sticky));
    if (by_sticky == NULL)
        abort();
    for (uint32_t i = 0; i < r->count; i++) {
        const struct rule *rule = r->at[i];
        if (rule->kind != RULE_RECORD || rule->fast == NULL)
            continue;
        const struct sticky *s = rule->fast_section->sticky;
        if (by_sticky[s->index] == NULL) {
            by_sticky[s->index] = new_prefilter(r);
            scan_row(r, s, by_sticky[s->index]);
        }
        add_fast(by_sticky[s->index], rule);
    }
    free(by_sticky);
}

static void compile_records(struct rules *r)
{
    struct record_lists *lists = calloc(r->schema_count + 1, sizeof(*lists));
    if (lists == NULL)
        abort();
    r->plans = pile_take(r->pile, (r->schema_count + 1) * sizeof(*r->plans));
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->at[i]->kind == RULE_RECORD)
            group_record(r, r->at[i], lists);
    }
    for (size_t i = 0; i < r->schema_count; i++) {
        for (unsigned dir = 0; dir < 2; dir++) {
            r->plans[i].plain[dir] = build_done(r, &lists[i].plain[dir]);
            r->plans[i].events[dir] = build_done(r, &lists[i].events[dir]);
        }
    }
    free(lists);
    prefilter_records(r);
}

/* ---- packets ---- */

static void finish_groups(struct rules *r, struct grouping *g)
{
    struct packet_plan *p = &r->packets;
    p->once = index_both(r, g->once);
    p->each = index_both(r, g->each);
    for (unsigned udp = 0; udp < 2; udp++) {
        p->dport[udp] = index_ports(r, &g->ports[0][udp], false);
        p->sport[udp] = index_ports(r, &g->ports[1][udp], true);
    }
    for (unsigned t = 0; t < 5; t++) {
        p->plain[t][0] = build_done(r, &g->plain[t][0]);
        p->plain[t][1] = build_done(r, &g->plain[t][1]);
    }
    for (unsigned i = 0; i < DECODE_EVENTS_MAX; i++) {
        p->decode_mask[i / 64] |= g->decode[i].count ? UINT64_C(1) << i % 64 : 0;
        p->decode[i] = build_done(r, &g->decode[i]);
    }
    for (unsigned i = 0; i < STREAM_EVENTS_MAX; i++) {
        p->stream_mask |= g->stream[i].count ? UINT64_C(1) << i : 0;
        p->stream[i] = build_done(r, &g->stream[i]);
    }
    for (unsigned i = 0; i < APP_EVENTS_MAX; i++) {
        p->app_mask |= g->app[i].count ? 1u << i : 0;
        p->app[i] = build_done(r, &g->app[i]);
    }
}

static bool looks_at_payload(const struct rule *r)
{
    for (const struct section *s = r->sections; s; s = s->next) {
        if (s->sticky->source == STICKY_PAYLOAD)
            return true;
    }
    return false;
}

static void compile_packets(struct rules *r)
{
    struct grouping *g = calloc(1, sizeof(*g));
    if (g == NULL)
        abort();
    for (uint32_t i = 0; i < r->count; i++) {
        const struct rule *rule = r->at[i];
        bool streams = rule->kind == RULE_STREAM || rule->kind == RULE_BOTH;
        r->needs.streams |= streams;
        if (rule->kind == RULE_RECORD) {
            r->needs.record_streams |= looks_at_payload(rule);
            continue;
        }
        if (rule->fast)
            prefilter_packets(r, rule);
        else
            group_rule(g, rule);
    }
    finish_groups(r, g);
    for (unsigned n = 0; r->decode_events && n < DECODE_EVENTS_MAX && r->decode_events[n]; n++)
        r->packets.decode_words = n / 64 + 1;
    free(g);
    r->needs.streams |= r->needs.record_streams;
    r->needs.stream_window = r->needs.streams ? STREAM_WINDOW : 0;
}

int rules_compile(struct rules *r, const char *cache_dir, struct rules_report *report, struct fault *f)
{
    sort_rules(r);
    for (uint32_t i = 0; i < r->count; i++)
        choose_fast(r->at[i]);
    compile_packets(r);
    compile_records(r);
    for (size_t i = 0; i < r->prefilter_count; i++) {
        bool cached;
        int rc = prefilter_compile(r->prefilters[i], cache_dir, &cached, f);
        if (rc)
            return rc;
        *(cached ? &report->databases_cached : &report->databases_built) += 1;
    }
    return 0;
}
