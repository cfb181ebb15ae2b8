#include "detect/match.h"

#include <string.h>

#include "detect/engine.h"
#include "detect/inspect.h"
#include "detect/limits.h"
#include "detect/memory.h"

enum {
    TCP_FLAG_SYN = 0x02,
    STREAM_TRIES = 8            /* matches in what earlier packets brought that are stepped over before giving up */
};

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

/* ---- buffers ---- */

struct view engine_transformed(struct detect *d, const struct sticky *s, struct view v)
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
                                .base64 = d->base64, .values = d->values, .datasets = d->datasets, .budget = d->limits.inspections, .little = d->little };
}

static bool inspect_view(struct detect *d, const struct section *section, struct view v, uint64_t starts_at, size_t *touched)
{
    struct inspection i = inspection_of(d, engine_transformed(d, section->sticky, v), starts_at);
    bool holds = inspect_steps(&i, section->first);
    d->furthest = i.furthest;
    d->counts.inspection_limit += i.exhausted;
    if (touched)
        *touched = i.touched;
    return holds;
}

/* Could this message have the row at all? Of an HTTP request it says nothing that it has no status; what is neither request nor
 * response has neither. Of a message that was cut short anything may have been lost, unless its body is there: octets behind the row. */
static bool may_have(const struct match *m, uint16_t row)
{
    const struct schema *s = m->rules->schemas[m->schema];
    unsigned sides = s->fields[row].flags & FIELD_SIDES;
    if (m->r->cut || sides == 0)
        return !m->r->cut;
    for (size_t i = 0; i < m->r->count; i++) {
        const struct field *f = &s->fields[m->r->values[i].row];
        bool whole = !m->r->incomplete || (f->type == FIELD_BYTES && f > &s->fields[row]);
        if (whole && (f->flags & FIELD_SIDES) && (f->flags & FIELD_SIDES & ~sides) == 0)
            return true;
    }
    return false;
}

static bool field_holds(const struct match *m, const struct section *section)
{
    uint16_t row = m->schema >= 0 ? section->sticky->rows[m->schema] : NO_ROW;
    if (section->absent && row != NO_ROW && m->r && match_value(m, row, NULL) == NULL)
        return may_have(m, row);
    if (section->absent == ABSENT_ONLY)
        return false;
    for (const struct value *v = NULL; (v = match_value(m, row, v)) != NULL;) {
        if (inspect_view(m->d, section, (struct view){ v->bytes, v->len }, 0, NULL))
            return true;
    }
    return false;
}

/* Some ICMP messages have headers longer than eight bytes: RFC 792 (timestamp), RFC 950 (mask), RFC 1256 (routers). */
static size_t icmp_header_len(const struct subject *s, size_t there)
{
    switch (s->icmp_type) {
    case 9:  return there > 5 ? 8u + 4u * s->transport[4] * s->transport[5] : 8;
    case 13:
    case 14: return 20;
    case 17:
    case 18: return 12;
    default: return 8;
    }
}

static struct view transport_view(const struct subject *s)
{
    enum { IGMP_HEADER = 8 };
    if (s->proto == IPPROTO_IGMP)
        return s->payload_len < IGMP_HEADER ? (struct view){ NULL, 0 } : (struct view){ s->payload, IGMP_HEADER };
    struct view v = { s->transport, s->transport_len };
    if (s->proto != IPPROTO_ICMP || s->transport == NULL || s->payload < s->transport)
        return v;
    size_t there = (size_t)(s->payload - s->transport) + s->payload_len, len = icmp_header_len(s, there);
    v.len = len < there ? len : there;
    return v;
}

static struct view address_view(const struct endpoint *e)
{
    if (e == NULL)
        return (struct view){ NULL, 0 };
    return e->addr.version == 6 ? (struct view){ e->addr.bytes, 16 } : (struct view){ e->addr.bytes + 12, 4 };
}

static bool header_buffer_holds(const struct match *m, const struct section *section)
{
    const struct subject *s = m->s;
    const struct sticky *b = section->sticky;
    struct view v = { NULL, 0 };
    if (b->source == STICKY_IP_HEADER && s->ip_version == b->proto)
        v = (struct view){ s->ip, s->ip_header_len };
    if (b->source == STICKY_TRANSPORT_HEADER && s->proto == b->proto)
        v = transport_view(s);
    if (b->source == STICKY_SRC || b->source == STICKY_DEST)
        v = address_view(b->source == STICKY_SRC ? m->src : m->dest);
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

unsigned match_transport(const struct subject *s)
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

static bool protocol_holds(const struct match *m, const struct rule *r)
{
    if (r->app && r->kind == RULE_PACKET && (m->s->flags & SUBJECT_APP_FRESH))
        return false;
    if ((r->app || r->kind == RULE_RECORD) && (m->schema < 0 || !(r->schemas >> m->schema & 1)))
        return false;
    return m->src == NULL || ((r->transports & match_transport(m->s)) && (!r->ip_version || r->ip_version == m->s->ip_version));
}

static bool addresses_hold(const struct match *m, const struct rule *r)
{
    if (m->src == NULL || m->dest == NULL)
        return (r->any_packet || r->app || r->kind == RULE_RECORD) && r->src->any && r->dest->any && r->sport->any && r->dport->any;
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

static bool stopped(const struct match *m, const char *by)
{
    m->d->stopped_by = by;
    return false;
}

static bool checks_hold(const struct match *m, const struct rule *r)
{
    for (const struct check *c = r->checks; c; c = c->next) {
        if (!c->holds(m, c))
            return stopped(m, c->text ? c->text : "one of its conditions");
    }
    return true;
}

bool match_first_of_flow(const struct subject *s)
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
        m->d->furthest = NULL;
        if (!section_holds(m, s)) {
            wait_for_more(m, r, s);
            return stopped(m, m->d->furthest && m->d->furthest->text ? m->d->furthest->text : s->sticky->name);
        }
    }
    return true;
}

/* Without a packet only rules about streams are asked. What a SYN brought was held against all others as its payload. */
static bool streams_alone(const struct subject *s, const struct rule *r)
{
    bool stream = r->kind == RULE_STREAM || r->kind == RULE_BOTH;
    return stream && (!(s->tcp_flags & TCP_FLAG_SYN) || (r->flow & FLOW_ONLY_STREAM));
}

static bool rule_holds(const struct match *m, const struct rule *r)
{
    if (r->kind == RULE_ONCE && !match_first_of_flow(m->s))
        return stopped(m, "told once per flow and direction");
    if ((m->s->flags & SUBJECT_NO_PACKET) && !streams_alone(m->s, r))
        return stopped(m, "asked of packets only");
    if (!protocol_holds(m, r))
        return stopped(m, "its protocol");
    if (!flow_holds(m, r->flow))
        return stopped(m, "its flow");
    if (!addresses_hold(m, r))
        return stopped(m, "its addresses and ports");
    return checks_hold(m, r) && sections_hold(m, r);
}

bool match_holds(struct match *m, const struct rule *r)
{
    struct detect *d = m->d;
    m->rule = r;
    memset(d->values, 0, sizeof(d->values));
    d->counts.candidates++;
    if (d->watch == NULL)
        return rule_holds(m, r);
    uint64_t began = watch_now_ns();
    bool holds = rule_holds(m, r);
    watch_note(&d->watch[r->index], holds ? NULL : d->stopped_by, watch_now_ns() - began);
    return holds;
}

static bool may_tell(const struct match *m, const struct rule *r)
{
    struct detect_counts *n = &m->d->counts;
    if (r->noalert)
        return false;
    if (r->suppressions && suppressed(r->suppressions, m)) {
        n->suppressed++;
        return false;
    }
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
bool match_done(const struct match *m, const struct rule *r, const struct detect_out *out)
{
    m->d->counts.matches++;
    for (const struct effect *e = r->effects; e; e = e->next)
        e->apply(m, e);
    bool passes = r->action == ACTION_PASS;
    if ((!passes || r->tells) && may_tell(m, r)) {
        m->d->counts.alerts++;
        out->alert(out->ctx, &r->alert, m->r);
    }
    if (passes)
        pass_flow(m, r);
    return !passes;
}
