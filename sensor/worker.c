#include "worker.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "dissectors/framing/file.h"
#include "dissectors/framing/parts.h"
#include "dissectors/framing/notes.h"
#include "decode/checksum.h"

enum { IDLE_MARGIN_US = 1000000, BLOCK_WAIT_US = 250000, DRAIN_MAX_US = 2000000 };

/* ---- what the rules and the events are told of a packet ---- */

static struct flow_notes *notes_of(struct worker *w, struct flow *f)
{
    if (f->notes != NULL)
        return f->notes;
    struct flow_notes *n = store_take(w->store, &f->account, sizeof *n);
    f->notes = n;
    if (n == NULL) {
        n = &w->spare_notes;
        *n = (struct flow_notes){ 0 };
    }
    n->end[FROM_CLIENT] = (struct endpoint){ .addr = f->client, .port = f->client_port };
    n->end[FROM_SERVER] = (struct endpoint){ .addr = f->server, .port = f->server_port };
    if (f->proto == IPPROTO_ICMP || f->proto == IPPROTO_ICMPV6)
        n->end[FROM_CLIENT].port = n->end[FROM_SERVER].port = 0;
    emit_describe(w->emitter, n, f->proto);
    return n;
}

static const struct classification *classification_of(const struct worker *w, const struct flow *f)
{
    return w->classify != NULL ? classify_of(f) : NULL;
}

/* May rules see this flow's stream and messages? Suricata leaves flows alone whose beginning it did not see, unless told
 * otherwise, and rules are written for that; the records of such flows go out all the same. */
static bool shown_to_rules(const struct worker *w, const struct flow *f)
{
    return f == NULL || !f->midstream || f->proto != IPPROTO_TCP || w->plan->settings->midstream == MIDSTREAM_RULES;
}

/* Rules that name an application and nothing of it begin, as Suricata's do, with the packet that answers the one which
 * showed it: there a stream is read once it is acknowledged. */
static bool app_settled(struct flow *f, const struct packet *p, enum direction dir)
{
    enum { APP_UNKNOWN, APP_SHOWN, APP_SETTLED = APP_SHOWN + 2 };
    bool known = dissect_name(f) != NULL;
    if (f->app_known == APP_UNKNOWN && known)
        f->app_known = (uint8_t)(APP_SHOWN + dir);
    else if (f->app_known == APP_SHOWN + !dir && (p->tcp_flags & TCP_ACK))
        f->app_known = APP_SETTLED;
    return !known || (f->app_known == APP_SETTLED && f->established);
}

/* How long both streams are by now, in sequence numbers as Suricata counts: the SYN is one, and it goes on beyond the depth. */
static void subject_streams(struct subject *s, const struct flow *f)
{
    for (int dir = 0; dir < 2 && f->proto == IPPROTO_TCP; dir++) {
        const struct flow_side *side = &f->side[dir];
        s->stream_seen[dir] = side->tcp_syn ? side->tcp_next - side->tcp_isn : side->stream_at + (side->tcp_known ? 1 : 0);
    }
}

static void subject_flow(struct worker *w, struct flow *f, enum direction dir)
{
    struct subject *s = &w->subject;
    s->flags |= SUBJECT_FLOW | (f->established ? SUBJECT_ESTABLISHED : 0u) | (f->midstream ? SUBJECT_MIDSTREAM : 0u)
                | (f->side[dir].tcp_fin ? SUBJECT_STREAM_END : 0u);
    s->dir = dir;
    s->flow_id = f->id;
    s->flow_start_us = f->start_us;
    for (int side = 0; side < 2; side++) {
        s->flow_packets[side] = f->side[side].packets;
        s->flow_bytes[side] = f->side[side].bytes;
    }
    subject_streams(s, f);
    s->memory = &f->detect;
    s->store = w->store;
    s->account = &f->account;
    s->app_proto = shown_to_rules(w, f) ? dissect_name(f) : NULL;
    s->ndpi = classification_of(w, f);
    const struct rules_needs *needs = rules_needs(w->rules);
    if (needs->countries || needs->assets) {
        const struct flow_notes *n = notes_of(w, f);
        w->end[0] = n->end[dir];
        w->end[1] = n->end[!dir];
    }
}

static void subject_headers(struct subject *s, const struct packet *p, bool checksums)
{
    s->ip_version = p->ip_version;
    s->proto = p->proto;
    s->ttl = p->ttl;
    s->tos = p->tos;
    s->ip_id = p->ip_id;
    s->ip_fragment = p->ip_fragment;
    s->ip = p->ip;
    s->ip_len = p->ip_len;
    s->ip_header_len = p->ip_header_len;
    s->transport = p->transport;
    s->transport_len = p->transport_len;
    s->tcp_flags = p->tcp_flags;
    s->tcp_seq = p->tcp_seq;
    s->tcp_ack = p->tcp_ack;
    s->tcp_window = p->tcp_window;
    s->icmp_type = p->icmp_type;
    s->icmp_code = p->icmp_code;
    s->vlan_count = p->vlan_count;
    memcpy(s->vlan, p->vlan, sizeof s->vlan);
    s->ethertype = p->ethertype;
    s->ether = p->ether;
    s->payload = p->payload;
    s->payload_len = p->payload_len;
    s->decode_events = p->events;
    s->checksums = checksums ? checksum_of_packet(p) : 0;
    s->flags = (p->fragment ? SUBJECT_FRAGMENT : 0u) | (p->rebuilt ? SUBJECT_REBUILT : 0u)
               | (p->depth > 0 ? SUBJECT_TUNNELLED : 0u);
    if ((p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6) && p->transport != NULL && p->transport_len >= 8) {
        s->icmp_id = (uint16_t)(p->transport[4] << 8 | p->transport[5]);
        s->icmp_seq = (uint16_t)(p->transport[6] << 8 | p->transport[7]);
    }
}

/* The scene for everything that this packet sets off. */
static void scene_packet(struct worker *w, const struct packet *p, struct flow *f, enum direction dir)
{
    struct subject *s = &w->subject;
    *s = (struct subject){ .time_us = p->time_us };
    subject_headers(s, p, rules_needs(w->rules)->checksums);
    w->packet = p;
    w->flow = f;
    w->serial++;
    if (p->ip_version != 0) {
        w->end[0] = (struct endpoint){ .addr = p->src, .port = p->sport };
        w->end[1] = (struct endpoint){ .addr = p->dst, .port = p->dport };
        s->src = &w->end[0];
        s->dest = &w->end[1];
    }
    if (f != NULL)
        subject_flow(w, f, dir);
}

/* The scene of a flow that is closing: there is no packet any more, only what was left unfinished. */
static void scene_closing(struct worker *w, struct flow *f)
{
    w->subject = (struct subject){ .time_us = f->last_us, .proto = f->proto, .payload = (const uint8_t *)"",
                                   .ip_version = f->client.version, .flags = SUBJECT_STREAM_END };
    w->packet = NULL;
    w->flow = f;
    w->serial++;
    w->end[0] = (struct endpoint){ .addr = f->client, .port = f->client_port };
    w->end[1] = (struct endpoint){ .addr = f->server, .port = f->server_port };
    w->subject.src = &w->end[0];
    w->subject.dest = &w->end[1];
    subject_flow(w, f, FROM_CLIENT);
}

/* All flows are closed: what is still told belongs to none, nor to any packet. */
static void scene_over(struct worker *w)
{
    w->subject = (struct subject){ .time_us = w->subject.time_us, .payload = (const uint8_t *)"" };
    w->packet = NULL;
    w->flow = NULL;
    w->serial++;
}

/* An acknowledgement can settle what the other side sent: then that side is the source for a while. */
static void scene_turn(struct worker *w, enum direction dir)
{
    struct endpoint source = w->end[0];
    if (w->subject.dir == dir)
        return;
    w->end[0] = w->end[1];
    w->end[1] = source;
    w->subject.dir = dir;
}

static struct event head_of(struct worker *w, const struct endpoint end[2])
{
    const struct subject *s = &w->subject;
    struct event head = {
        .time_us = s->time_us, .in_iface = w->plan->interface, .proto = s->proto, .dir = s->dir,
        .flow_id = s->flow_id, .app_proto = s->app_proto, .ndpi = s->ndpi, .vlan_count = s->vlan_count,
        .src = s->src != NULL ? &end[0] : NULL, .dest = s->src != NULL ? &end[1] : NULL,
        .ether = s->src == NULL && w->packet != NULL ? w->packet->ether : NULL,
        .packet_number = w->plan->interface == NULL && w->packet != NULL ? w->packet->number : 0,
    };
    memcpy(head.vlan, s->vlan, sizeof head.vlan);
    return head;
}

/* The event's two ends with what is known of them, and the flow's Community ID. */
static struct event head_described(struct worker *w, struct endpoint end[2])
{
    struct flow_notes alone = { .end = { w->end[0], w->end[1] } };
    const struct flow_notes *n = &alone;
    if (w->flow != NULL)
        n = notes_of(w, w->flow);
    else if (w->subject.src != NULL)
        emit_describe(w->emitter, &alone, w->subject.proto);
    enum direction source = w->flow != NULL ? w->subject.dir : FROM_CLIENT;
    end[0] = n->end[source];
    end[1] = n->end[!source];
    struct event head = head_of(w, end);
    memcpy(head.community_id, n->community_id, sizeof head.community_id);
    return head;
}

/* ---- detect and emit ---- */

static void alert_out(struct worker *w, const struct alert_rule *rule, const struct record *r, const char *why,
                      const struct indicator *indicator)
{
    struct endpoint end[2];
    struct alert a = { .head = head_described(w, end), .rule = rule, .record = r, .why = why, .indicator = indicator,
                       .payload = w->subject.payload, .payload_len = w->subject.payload_len };
    for (int side = 0; side < 2; side++) {
        a.packets[side] = w->subject.flow_packets[side];
        a.bytes[side] = w->subject.flow_bytes[side];
    }
    struct evidence kept;
    if (w->flow != NULL)
        w->flow->alerts++;
    if (w->evidence != NULL && evidence_keep(w->evidence, w->subject.flow_id, w->subject.time_us, &kept))
        a.evidence = &kept;
    emit_alert(w->emitter, &a);
}

static void on_alert(void *ctx, const struct alert_rule *rule, const struct record *r)
{
    alert_out(ctx, rule, r, NULL, NULL);
}

/* Without a message the packet on the road is not to blame, and the alert is about the two parties alone. */
static void on_departure(void *ctx, const struct alert_rule *rule, const char *why, const struct behave_scene *s, const struct record *r)
{
    struct worker *w = ctx;
    if (r != NULL) {
        alert_out(w, rule, r, why, NULL);
        return;
    }
    struct endpoint end[2] = { { .addr = s->from.addr }, { .addr = s->to.addr } };
    struct flow_notes notes = { .end = { end[0], end[1] } };
    bool ip = end[0].addr.version == 4 || end[0].addr.version == 6;
    if (ip)
        emit_describe(w->emitter, &notes, 0);
    struct alert a = { .head = { .time_us = s->time_us, .in_iface = w->plan->interface }, .rule = rule, .why = why };
    if (ip) {
        a.head.src = &notes.end[0];
        a.head.dest = &notes.end[0];
    }
    emit_alert(w->emitter, &a);
}

/* The device is the event's source; it may have registered colours too. */
static void on_sighting(void *ctx, const struct party *party, const struct sighting *s, uint64_t time_us)
{
    struct worker *w = ctx;
    struct flow_notes notes = { .end = { { .addr = party->addr } } };
    struct event head = { .time_us = time_us, .in_iface = w->plan->interface };
    if (party->addr.version != PARTY_MAC) {
        emit_describe(w->emitter, &notes, 0);
        head.src = &notes.end[0];
    }
    emit_sighting(w->emitter, &head, s);
}

/* What this packet added to the stream of the scene's direction; false: nothing. */
static bool scene_stream(struct worker *w)
{
    struct subject *s = &w->subject;
    if (w->windows == NULL || w->flow == NULL || s->proto != IPPROTO_TCP)
        return false;
    struct stream_window window = window_of(w->flow, s->dir, w->serial);
    if (window.fresh == 0)
        return false;
    s->stream = window.bytes;
    s->stream_len = window.len;
    s->stream_fresh = window.fresh;
    s->stream_at = window.at;
    return true;
}

static void scene_no_stream(struct worker *w)
{
    w->subject.stream = NULL;
    w->subject.stream_len = w->subject.stream_fresh = 0;
}

struct meeting {
    struct worker *worker;
    const struct record *record;        /* NULL: an address of the flow */
};

static void on_indicator(void *ctx, const struct intel_hit *hit)
{
    const struct meeting *m = ctx;
    struct worker *w = m->worker;
    struct intel_alert alert;
    if (w->flow != NULL) {
        (void)notes_of(w, w->flow);
        if (w->flow->notes != NULL && emit_told(w->flow->notes, hit->mark))     /* NULL: the store refused, and each is told again */
            return;
    }
    intel_alert(&hit->what, &alert);
    alert_out(w, &alert.rule, m->record, NULL, &hit->what);
}

/* A message that could do something to a device is held against the policy. A card's address is only known from a packet that its owner sent:
 * a message may be complete with what the other side sends, and below a tunnel the cards are the tunnel's. */
static void behave_one(struct worker *w, const struct record *r)
{
    const struct packet *p = w->packet;
    static const uint8_t nobody[6];             /* loopback's */
    const uint8_t *ether = p != NULL && p->depth == 0 ? p->ether : NULL;
    struct behave_scene s = { .time_us = w->subject.time_us };
    if (w->behave == NULL || (w->subject.src == NULL && ether == NULL))
        return;
    s.from = w->subject.src != NULL ? (struct party){ w->end[0].addr } : party_of_mac(ether + 6);
    s.to = w->subject.src != NULL ? (struct party){ w->end[1].addr } : party_of_mac(ether);
    if (ether != NULL && (w->subject.src == NULL || addr_equal(&p->src, &s.from.addr)) && memcmp(ether + 6, nobody, sizeof nobody) != 0)
        s.from_mac = ether + 6;
    behave_record(w->behave, &s, r);
}

static void on_record(void *ctx, struct conversation *conv, const struct record *r)
{
    struct worker *w = ctx;
    struct endpoint end[2];
    enum direction before = w->subject.dir;
    struct detect_out out = { on_alert, w };
    scene_turn(w, conv->dir);
    w->subject.app_proto = r->schema->name;
    if (rules_needs(w->rules)->record_streams)
        (void)scene_stream(w);
    if (shown_to_rules(w, w->flow))
        detect_record(w->detect, &w->subject, r, &out);
    scene_no_stream(w);
    intel_record(w->intel, r, w->subject.time_us, on_indicator, &(struct meeting){ w, r });
    behave_one(w, r);
    if (w->plan->settings->records) {       /* looking a flow's ends up is only worth it when somebody is told */
        struct event head = head_described(w, end);
        emit_record(w->emitter, &head, r);
    }
    scene_turn(w, before);
}

/* The bytes of a message, for rules only. */
static void on_frame(void *ctx, struct conversation *conv, const struct record *r)
{
    struct worker *w = ctx;
    enum direction before = w->subject.dir;
    struct detect_out out = { on_alert, w };
    if (!shown_to_rules(w, w->flow))
        return;
    scene_turn(w, conv->dir);
    w->subject.app_proto = w->flow != NULL ? dissect_name(w->flow) : NULL;
    detect_record(w->detect, &w->subject, r, &out);
    scene_turn(w, before);
}

static void on_chunk(void *ctx, struct flow *f, const struct chunk *c)
{
    struct worker *w = ctx;
    if (w->windows != NULL && shown_to_rules(w, f))
        window_add(w->windows, f, c, w->serial);
    subject_streams(&w->subject, f);
    dissect_chunk(w->dissect, f, c, classification_of(w, f), w->subject.time_us);
}

/* A flow's addresses are held against each set of indicators once: at its first packet, and when there are new ones. */
static void address_alerts(struct worker *w, struct flow *f)
{
    struct meeting m = { w, NULL };
    struct intel_hit hit;
    f->intel = intel_generation(w->intel);
    for (int side = 0; side < 2 && w->subject.src != NULL; side++)
        if (intel_address(w->intel, &w->end[side].addr, w->subject.time_us, &hit))
            on_indicator(&m, &hit);
}

static void detect_one(struct worker *w)
{
    struct detect_out out = { on_alert, w };
    enum direction dir = w->subject.dir;
    (void)scene_stream(w);
    detect_packet(w->detect, &w->subject, &out);
    if (w->flow == NULL || w->subject.proto != IPPROTO_TCP)
        return;
    scene_turn(w, !dir);        /* its acknowledgement may have settled what the other side sent */
    scene_no_stream(w);
    if (scene_stream(w)) {
        w->subject.payload_len = 0;
        w->subject.flags |= SUBJECT_NO_PACKET;
        detect_packet(w->detect, &w->subject, &out);
    }
    scene_turn(w, dir);
}

/* ---- the road ---- */

static void road_flow(struct worker *w, const struct packet *p, struct flow *f, enum direction dir)
{
    if (w->classify != NULL) {
        classify_packet(w->classify, f, p);
        w->subject.ndpi = classify_of(f);
    }
    if (p->proto == IPPROTO_TCP && f->proto == IPPROTO_TCP) {
        uint64_t events = reassembly_take(w->reassembler, f, p, dir, on_chunk, w);
        subject_streams(&w->subject, f);
        if (shown_to_rules(w, f)) {     /* otherwise rules look at it packet by packet */
            w->subject.flags |= SUBJECT_STREAM;
            w->subject.stream_events = events;
        }
        w->subject.stream_events |= f->odd;
        if (f->side[dir].tcp_fin)
            w->subject.flags |= SUBJECT_STREAM_END;
        w->subject.app_events = dissect_events(w->dissect);
        w->subject.flags |= app_settled(f, p, dir) ? 0u : (unsigned)SUBJECT_APP_FRESH;
    } else if (p->proto == IPPROTO_UDP && f->proto == IPPROTO_UDP) {
        dissect_datagram(w->dissect, f, dir, p, w->subject.ndpi);
    }
    w->subject.app_proto = shown_to_rules(w, f) ? dissect_name(f) : NULL;
}

static void road_packet(struct worker *w, const struct packet *p)
{
    enum direction dir = FROM_CLIENT;
    bool followed = !p->malformed && !p->bad_checksum && !p->fragment;
    struct flow *f = followed ? flow_table_take(w->flows, p, &dir) : NULL;
    scene_packet(w, p, f, dir);
    if (f != NULL && w->evidence != NULL)
        evidence_remember(w->evidence, &(struct evidence_frame){ p->frame, p->caplen, p->len, p->time_us, f->id, p->linktype });
    if (f != NULL && f->intel != intel_generation(w->intel))
        address_alerts(w, f);
    if (f != NULL)
        road_flow(w, p, f, dir);
    else if (p->ip_version == 0)
        dissect_frame(w->dissect, p);
    detect_one(w);
}

static void road_fragment(struct worker *w, struct packet *p)
{
    struct packet whole[DECODE_LAYERS_MAX];
    size_t count = fragments_take(w->fragments, &w->decoder, p, whole);
    road_packet(w, p);
    for (size_t i = 0; i < count; i++)
        road_packet(w, &whole[i]);
}

static void road(struct worker *w, const struct frame *frame)
{
    struct packet packets[DECODE_LAYERS_MAX];
    size_t count = decode_frame(&w->decoder, frame, packets);
    flow_table_expire(w->flows, frame->time_us);
    if (w->behave != NULL)
        behave_time(w->behave, frame->time_us);
    for (size_t i = 0; i < count; i++) {
        if (packets[i].fragment)
            road_fragment(w, &packets[i]);
        else
            road_packet(w, &packets[i]);
    }
}

static void on_close(void *ctx, struct flow *f, enum flow_end why)
{
    static const char *const reasons[] = { [FLOW_END_TIMEOUT] = "timeout", [FLOW_END_FINISHED] = "finished",
                                           [FLOW_END_EVICTED] = "evicted", [FLOW_END_SHUTDOWN] = "shutdown",
                                           [FLOW_END_REUSED] = "reused" };
    static const char *const states[] = { [FLOW_NEW] = "new", [FLOW_ESTABLISHED] = "established",
                                          [FLOW_CLOSED] = "closed" };
    struct worker *w = ctx;
    struct endpoint end[2];
    scene_closing(w, f);
    if (w->classify != NULL)
        classify_finish(w->classify, f);
    reassembly_end(w->reassembler, f, on_chunk, w);
    dissect_end(w->dissect, f);
    w->subject.app_proto = dissect_name(f);
    if (w->plan->settings->flows) {
        struct flowsum sum = {
            .head = head_described(w, end), .start_us = f->start_us, .end_us = f->last_us, .alerts = f->alerts,
            .state = states[f->state], .reason = reasons[why], .midstream = f->midstream,
            .gaps = f->side[0].gaps + f->side[1].gaps, .gap_bytes = f->side[0].gap_bytes + f->side[1].gap_bytes,
        };
        for (int side = 0; side < 2; side++) {
            sum.packets[side] = f->side[side].packets;
            sum.bytes[side] = f->side[side].bytes;
            sum.tcp_flags[side] = f->proto == IPPROTO_TCP ? f->side[side].tcp_flags : 0;
        }
        emit_flow(w->emitter, &sum);
    }
    dissect_release(w->dissect, f);
    if (w->windows != NULL)
        window_release(w->windows, f);
    if (w->classify != NULL)
        classify_release(w->classify, f);
    detect_memory_release(f->detect, w->store, &f->account);
    store_give(w->store, &f->account, f->notes, sizeof *f->notes);
    f->detect = NULL;
    f->notes = NULL;
}

/* Rules that ask for streams may be the first ones that do. */
static int windows_ready(struct worker *w, const struct rules *rules, struct fault *f)
{
    const struct sensor_settings *s = w->plan->settings;
    struct window_limits limits = { .keep = (uint32_t)s->stream_window, .all_max = s->flow.flow_bytes_max / 4 };
    if (w->windows != NULL || !rules_needs(rules)->streams)
        return 0;
    w->windows = windows_new(&limits, w->store);
    return w->windows != NULL ? 0 : fault_set(f, -ENOMEM, "no memory for worker %u", w->number);
}

/* Digests of files cost more than all else that indicators cost, so only those are made that somebody knows one of. */
static unsigned file_wants(const struct worker *w)
{
    return rules_needs(w->rules)->file_wants | (intel_has(w->intel, INDICATOR_MD5) ? FILE_WANTS_MD5 : 0u)
           | (intel_has(w->intel, INDICATOR_SHA1) ? FILE_WANTS_SHA1 : 0u)
           | (intel_has(w->intel, INDICATOR_SHA256) ? FILE_WANTS_SHA256 : 0u);
}

void worker_intel(struct worker *w)
{
    const struct intel *next = atomic_load_explicit(&w->next_intel, memory_order_acquire);
    if (next == NULL)
        return;
    w->intel = next;
    w->sink.file_wants = file_wants(w);
    atomic_store_explicit(&w->next_intel, NULL, memory_order_release);
}

void worker_rules(struct worker *w)
{
    struct fault f;
    const struct rules *next = atomic_load_explicit(&w->next_rules, memory_order_acquire);
    if (next == NULL || windows_ready(w, next, &f) < 0 || detect_swap(w->detect, next, &f) < 0)
        return;
    w->rules = next;
    w->sink.file_wants = file_wants(w);
    w->sink.frame = rules_needs(next)->frames ? on_frame : NULL;
    /* only now: whoever sees NULL here frees the old ones */
    atomic_store_explicit(&w->next_rules, NULL, memory_order_release);
}

void worker_policy(struct worker *w)
{
    struct policy *next = atomic_load_explicit(&w->next_policy, memory_order_acquire);
    if (next == NULL)
        return;
    behave_policy(w->behave, next);
    atomic_store_explicit(&w->next_policy, NULL, memory_order_release);
}

/* A quiet tap has no packets to tell the time by. What the kernel still holds back is younger than its block's
 * tenth of a second, so nothing that is expired here could have been kept alive by it. */
static void idle(struct worker *w)
{
    uint64_t now_us = clock_wall_us() - IDLE_MARGIN_US;
    flow_table_expire(w->flows, now_us);
    if (w->behave != NULL)
        behave_time(w->behave, now_us);
}

/* Asked to stop: what the kernel has taken from the wire until now is still ours to read. Its last block is handed over
 * after a tenth of a second, so an idle moment before that is not the end; a flood must not keep us either. */
static int drain(struct worker *w, struct fault *f)
{
    struct frame frame;
    uint64_t asked_us = clock_wall_us(), began_us = clock_steady_us(), waited_us = 0;
    enum source_status status = SOURCE_IDLE;
    while (status == SOURCE_FRAME || waited_us < BLOCK_WAIT_US) {
        status = source_next(w->source, &frame, f);
        waited_us = clock_steady_us() - began_us;
        if (status == SOURCE_FAILED)
            return f->code;
        if (status == SOURCE_FRAME && frame.time_us > asked_us)
            return 0;
        if (status == SOURCE_FRAME)
            road(w, &frame);
        if (waited_us > DRAIN_MAX_US)
            return 0;
    }
    return 0;
}

int worker_run(struct worker *w, struct fault *f)
{
    struct frame frame;
    while (!*w->plan->stop) {
        enum source_status status = source_next(w->source, &frame, f);
        if (atomic_load_explicit(&w->next_rules, memory_order_relaxed) != NULL)
            worker_rules(w);
        if (atomic_load_explicit(&w->next_policy, memory_order_relaxed) != NULL)
            worker_policy(w);
        if (atomic_load_explicit(&w->next_intel, memory_order_relaxed) != NULL)
            worker_intel(w);
        if (status == SOURCE_FRAME)
            road(w, &frame);
        else if (status == SOURCE_IDLE)
            idle(w);
        else if (status == SOURCE_END)
            return 0;
        else if (status == SOURCE_FAILED)
            return f->code;
    }
    return w->plan->interface != NULL ? drain(w, f) : 0;
}

void worker_source(struct worker *w, struct source *next)
{
    pthread_mutex_lock(&w->shown);
    if (w->source != NULL)
        metrics_add(&capture_metrics, &w->files, source_counts(w->source));
    source_close(w->source);
    w->source = next;
    pthread_mutex_unlock(&w->shown);
}

void worker_finish(struct worker *w)
{
    pthread_mutex_lock(&w->shown);
    flow_table_close_all(w->flows);
    scene_over(w);
    dissect_finish(w->dissect);     /* it holds memory of the flows' store */
    if (w->behave != NULL)
        behave_end(w->behave);
    w->flow_counts = *flow_table_counts(w->flows);
    flow_table_free(w->flows);
    w->flows = NULL;
    pthread_mutex_unlock(&w->shown);
}

/* ---- made and unmade ---- */

static bool behave_wanted(const struct worker_plan *p)
{
    return p->policy != NULL || p->learner != NULL || p->knowledge != NULL;
}

static int behave_open(struct worker *w, struct fault *f)
{
    const struct worker_plan *p = w->plan;
    struct inventory_out sightings = { on_sighting, w };
    struct behave_out departures = { on_departure, w };
    struct inventory *v = NULL;
    if (p->knowledge != NULL && (v = inventory_new(p->settings->devices_max, p->knowledge, &sightings, f)) == NULL)
        return f->code;
    w->behave = behave_new(p->policy, p->learner, v, &departures, f);
    if (w->behave == NULL)
        inventory_free(v);
    return w->behave != NULL ? 0 : f->code;
}

static int road_new(struct worker *w, struct fault *f)
{
    const struct sensor_settings *s = w->plan->settings;
    struct flow_limits flow = s->flow;
    struct emit_settings emit = { .sensor = s->name, .region = s->region, .status = (enum event_status)s->status,
                                  .records = s->records, .flows = s->flows, .payload_max = s->payload_max };
    struct reassembly_limits stream = { .each_max = (uint32_t)s->reassembly_each, .all_max = s->reassembly_all,
                                        .depth = s->stream_depth, .midstream = s->midstream != MIDSTREAM_OFF,
                                        .policy = (enum overlap_policy)s->overlap };
    struct fragment_limits fragments = { .datagrams_max = (uint32_t)s->fragments_max, .bytes_max = s->fragment_bytes,
                                         .idle_us = s->fragment_idle_us, .policy = (enum overlap_policy)s->overlap };
    struct classify_limits classify = { .undecided_max = s->classify_max, .tcp_packets = s->classify_tcp,
                                        .udp_packets = s->classify_udp };
    struct detect_limits detect = { .threshold_entries = (uint32_t)s->threshold_entries };
    flow.worker = (uint16_t)w->number;
    flow.midstream = s->midstream == MIDSTREAM_RULES;
    w->decoder.checksums = s->checksums;
    w->sink = (struct sink){ .record = on_record, .ctx = w, .scratch = &w->scratch,
                             .frame = rules_needs(w->rules)->frames ? on_frame : NULL,
                             .file_wants = file_wants(w), .parts = file_parts_new(), .notes = notes_new() };
    if ((w->flows = flow_table_new(&flow, hash_key_random(), on_close, w, f)) == NULL)
        return f->code;
    w->store = flow_table_store(w->flows);
    if (s->classify && (w->classify = classify_new(&classify, w->store, f)) == NULL)
        return f->code;
    if ((w->detect = detect_new(w->rules, &detect, f)) == NULL
        || (w->emitter = emitter_new(&emit, w->plan->places, w->plan->publisher, w->number, f)) == NULL)
        return f->code;
    if (behave_wanted(w->plan) && behave_open(w, f) < 0)
        return f->code;
    if (w->plan->evidence != NULL && (w->evidence = evidence_memory_new(w->plan->evidence, w->number)) == NULL)
        return fault_set(f, -ENOMEM, "no memory for evidence");
    w->fragments = fragments_new(&fragments);
    w->reassembler = reassembler_new(&stream, w->store);
    w->dissect = dissect_new(w->store, &w->sink);
    if (w->fragments == NULL || w->reassembler == NULL || w->dissect == NULL)
        return fault_set(f, -ENOMEM, "no memory for worker %u", w->number);
    return windows_ready(w, w->rules, f);
}

struct worker *worker_new(const struct worker_plan *plan, unsigned number, const struct rules *rules, struct fault *f)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL) {
        fault_set(f, -ENOMEM, "no memory for worker %u", number);
        return NULL;
    }
    pthread_mutex_init(&w->shown, NULL);
    w->plan = plan;
    w->number = number;
    w->rules = rules;
    w->intel = plan->intel;
    if (road_new(w, f) == 0)
        return w;
    worker_free(w);
    return NULL;
}

void worker_free(struct worker *w)
{
    if (w == NULL)
        return;
    if (w->flows != NULL)
        worker_finish(w);
    source_close(w->source);
    windows_free(w->windows);
    dissect_free(w->dissect);
    file_parts_free(w->sink.parts);
    notes_free(w->sink.notes);
    reassembler_free(w->reassembler);
    fragments_free(w->fragments);
    classify_free(w->classify);
    detect_free(w->detect);
    behave_free(w->behave);
    emitter_free(w->emitter);
    evidence_memory_free(w->evidence);
    pthread_mutex_destroy(&w->shown);
    free(w);
}
