/* reassembly - delivers what is in order at once; what is early waits in pieces (pieces.h).
 *
 *     delivered ....... tcp_next   | hole |  piece  |  piece  | hole |  piece  | (FIN)
 */
#include "flow/reassembly.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "flow/internal.h"
#include "flow/pieces.h"
#include "flow/window.h"

enum { SYN_SHARE = 4 };     /* of all that may wait, for data that may never be answered */

struct reassembly {
    struct pieces early;
    uint32_t      fin_at;       /* the sequence number of the FIN, when .fin */
    bool          fin;
};

struct reassembler {
    struct reassembly_limits limits;
    struct store            *store;
    struct reassembly_counts counts;
};

/* One call: what all the steps need. */
struct run {
    struct reassembler *r;
    struct flow        *f;
    reassembly_deliver *deliver;
    void               *ctx;
    uint64_t            events;
};

static const struct metric rows[] = {
    { "segments", METRIC_COUNTER, offsetof(struct reassembly_counts, segments), "TCP segments with payload." },
    { "bytes", METRIC_COUNTER, offsetof(struct reassembly_counts, bytes), "Stream bytes delivered in order." },
    { "early", METRIC_COUNTER, offsetof(struct reassembly_counts, early), "Pieces of segments that had to wait." },
    { "duplicate_bytes", METRIC_COUNTER, offsetof(struct reassembly_counts, duplicate_bytes), "Bytes that had been delivered or were waiting already." },
    { "overlap_different", METRIC_COUNTER, offsetof(struct reassembly_counts, overlap_different), "Segments that gave other data for a byte that was there." },
    { "gaps", METRIC_COUNTER, offsetof(struct reassembly_counts, gaps), "Holes given up." },
    { "gap_bytes", METRIC_COUNTER, offsetof(struct reassembly_counts, gap_bytes), "Bytes that never came." },
    { "out_of_window", METRIC_COUNTER, offsetof(struct reassembly_counts, out_of_window), "Segments that the receiver would refuse." },
    { "after_end", METRIC_COUNTER, offsetof(struct reassembly_counts, after_end), "Segments of a direction that had ended." },
    { "over_each", METRIC_COUNTER, offsetof(struct reassembly_counts, over_each), "Holes given up because a direction had too much waiting." },
    { "over_all", METRIC_COUNTER, offsetof(struct reassembly_counts, over_all), "Holes given up because all flows together had too much waiting." },
    { "refused", METRIC_COUNTER, offsetof(struct reassembly_counts, refused), "Pieces dropped because the store gave no memory." },
    { "depth_reached", METRIC_COUNTER, offsetof(struct reassembly_counts, depth_reached), "Directions cut at the depth limit." },
    { "waiting_bytes", METRIC_GAUGE, offsetof(struct reassembly_counts, waiting_bytes), "Memory of the pieces that wait." },
};
const struct metrics_room reassembly_metrics = { .name = "reassembly", .rows = rows, .count = sizeof rows / sizeof *rows };

struct reassembler *reassembler_new(const struct reassembly_limits *limits, struct store *store)
{
    struct reassembler *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->limits = *limits;
    r->store = store;
    return r;
}

void reassembler_free(struct reassembler *r)
{
    free(r);
}

const struct reassembly_counts *reassembly_counts(const struct reassembler *r)
{
    return &r->counts;
}

/* ---- what waits ---- */

static struct reassembly *waiting_of(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    if (side->waiting == NULL)
        side->waiting = store_take(run->r->store, &run->f->account, sizeof *side->waiting);
    return side->waiting;
}

/* Nothing early, no FIN: nothing to remember. */
static void forget_if_empty(struct reassembler *r, struct flow *f, enum direction dir)
{
    struct flow_side *side = &f->side[dir];
    if (side->waiting == NULL || side->waiting->early.first != NULL || side->waiting->fin)
        return;
    store_give(r->store, &f->account, side->waiting, sizeof *side->waiting);
    side->waiting = NULL;
}

static void pop(struct reassembler *r, struct flow *f, struct reassembly *w)
{
    r->counts.waiting_bytes -= pieces_pop(&w->early, r->store, &f->account);
}

static void discard(struct reassembler *r, struct flow *f, enum direction dir)
{
    struct reassembly *w = f->side[dir].waiting;
    if (w == NULL)
        return;
    while (w->early.first != NULL)
        pop(r, f, w);
    w->fin = false;
    forget_if_empty(r, f, dir);
}

/* ---- delivery ---- */

static uint32_t within_depth(struct run *run, struct flow_side *side, uint32_t len)
{
    uint64_t depth = run->r->limits.depth;
    if (depth == 0 || run->f->lasting || side->stream_at + len <= depth)
        return len;
    run->r->counts.depth_reached++;
    run->events |= stream_bit(STREAM_DEPTH);
    side->stopped = true;
    return side->stream_at < depth ? (uint32_t)(depth - side->stream_at) : 0;
}

/* The next bytes of the direction, `gap` missing ones before them. */
static void deliver(struct run *run, enum direction dir, const uint8_t *bytes, uint32_t len, uint32_t gap, bool fin)
{
    struct flow_side *side = &run->f->side[dir];
    side->tcp_next += gap + len;
    side->stream_at += gap;
    if (side->stopped)
        return;
    uint32_t part = within_depth(run, side, len);
    struct chunk c = { .bytes = len > 0 ? bytes : (const uint8_t *)"", .len = part, .offset = side->stream_at,
                       .gap = gap, .dir = dir, .fin = fin };
    side->stream_at += part;
    run->r->counts.bytes += part;
    if (part > 0 || gap > 0 || fin)
        run->deliver(run->ctx, run->f, &c);
}

/* Everything before `to` that has not come never will. Bytes that wait before it are not there:
 * the caller drains up to the first hole. */
static void give_up(struct run *run, enum direction dir, uint32_t to)
{
    struct flow_side *side = &run->f->side[dir];
    int32_t gap = (int32_t)(to - side->tcp_next);
    if (gap <= 0)
        return;
    side->gaps++;
    side->gap_bytes += (uint32_t)gap;
    run->r->counts.gaps++;
    run->r->counts.gap_bytes += (uint32_t)gap;
    run->events |= stream_bit(STREAM_GAP);
    deliver(run, dir, NULL, 0, (uint32_t)gap, false);
}

static void drain(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    struct reassembly *w = side->waiting;
    while (w != NULL && w->early.first != NULL && !seq_before(side->tcp_next, w->early.first->at)) {
        const struct piece *e = w->early.first;
        uint32_t known = side->tcp_next - e->at;
        if (known < e->len)
            deliver(run, dir, e->bytes + known, e->len - known, 0, false);
        pop(run->r, run->f, w);
    }
    if (side->stopped)
        discard(run->r, run->f, dir);
    forget_if_empty(run->r, run->f, dir);
}

static void end_direction(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    if (side->tcp_fin)
        return;
    deliver(run, dir, NULL, 0, 0, true);
    side->tcp_fin = true;
    discard(run->r, run->f, dir);
}

/* The FIN stands at the end of what is there, and the other side has taken it (or is not on the tap). */
static void end_at_fin(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    struct reassembly *w = side->waiting;
    if (w == NULL || !w->fin || w->fin_at != side->tcp_next)
        return;
    if (!seq_before(w->fin_at, side->tcp_acked) && run->f->side[!dir].packets > 0)
        return;
    end_direction(run, dir);
    side->tcp_next = side->tcp_next + 1;
}

/* What the other side acknowledged has reached it: holes before that are the capture's. */
static void settle(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    while (side->waiting != NULL && side->waiting->early.first != NULL &&
           !seq_before(side->tcp_acked, side->waiting->early.first->at)) {
        give_up(run, dir, side->waiting->early.first->at);
        drain(run, dir);
    }
    struct reassembly *w = side->waiting;
    if (w != NULL && w->fin && seq_before(w->fin_at, side->tcp_acked) && w->early.first == NULL)
        give_up(run, dir, w->fin_at);
    end_at_fin(run, dir);
}

/* ---- overlaps ---- */

static bool new_wins(int policy, const struct segment *new, const struct piece *old)
{
    bool begins_before = seq_before(new->begin, old->begin), begins_with = new->begin == old->begin;
    bool ends_after = seq_before(old->end, new->end), ends_with = new->end == old->end;
    switch ((enum overlap_policy)policy) {
    case OVERLAP_LAST:    return true;
    case OVERLAP_BSD:
    case OVERLAP_WINDOWS: return begins_before;
    case OVERLAP_LINUX:   return begins_before || (begins_with && ends_after);
    case OVERLAP_SOLARIS: return ends_after || (ends_with && (begins_before || begins_with));
    case OVERLAP_FIRST:   break;
    }
    return false;
}

static void note_different(struct run *run)
{
    if ((run->events & stream_bit(STREAM_OVERLAP_DIFFERENT)) == 0)
        run->r->counts.overlap_different++;
    run->events |= stream_bit(STREAM_OVERLAP_DIFFERENT);
}

static void place(struct run *run, struct reassembly *w, struct segment s)
{
    struct reassembly_counts *counts = &run->r->counts;
    struct placed placed = pieces_place(&w->early, run->r->store, &run->f->account, s, new_wins,
                                        (int)run->r->limits.policy);
    counts->early += placed.inserted;
    counts->waiting_bytes += placed.charged;
    counts->duplicate_bytes += placed.shared;
    if (placed.different)
        note_different(run);
    if (placed.refused) {
        counts->refused++;
        run->events |= stream_bit(STREAM_BUDGET);
    }
}

/* ---- a segment ---- */

/* Takes off what had been delivered. A keep-alive (RFC 9293 section 3.8.4) repeats one byte, any byte. */
static void trim(struct run *run, struct segment *s, enum direction dir)
{
    const struct flow_side *side = &run->f->side[dir];
    int32_t known = (int32_t)(side->tcp_next - s->at);
    if (known <= 0 || s->len == 0)
        return;
    uint32_t n = (uint32_t)known < s->len ? (uint32_t)known : s->len;
    bool keep_alive = s->len == 1 && known == 1;
    if (!keep_alive && !side->stopped && (uint32_t)known <= side->stream_at &&
        window_differs(run->f, dir, side->stream_at - (uint32_t)known, s->bytes, n))
        note_different(run);
    run->r->counts.duplicate_bytes += n;
    segment_skip(s, n);
}

static bool has_room(struct run *run, enum direction dir, uint32_t len)
{
    const struct reassembly *w = run->f->side[dir].waiting;
    const struct reassembly_limits *l = &run->r->limits;
    uint64_t size = sizeof(struct piece) + (uint64_t)len;
    uint64_t charged = w != NULL ? w->early.charged : 0;
    if (charged + size > l->each_max || (w != NULL && w->early.count >= REASSEMBLY_SEGMENTS_MAX)) {
        run->r->counts.over_each++;
        return false;
    }
    if (run->r->counts.waiting_bytes + size > l->all_max) {
        run->r->counts.over_all++;
        return false;
    }
    return true;
}

/* Too much waits: the first hole is given up, which frees what stands behind it. */
static void make_room(struct run *run, struct segment *s, enum direction dir)
{
    struct reassembly *w = run->f->side[dir].waiting;
    uint32_t to = s->at;
    if (w != NULL && w->early.first != NULL)
        to = seq_before(w->early.first->at, to) ? w->early.first->at : to;
    run->events |= stream_bit(STREAM_BUDGET);
    give_up(run, dir, to);
    drain(run, dir);
    trim(run, s, dir);
}

/* The part of s before anything that waits goes out as it is. */
static void deliver_front(struct run *run, struct segment *s, enum direction dir)
{
    struct reassembly *w = run->f->side[dir].waiting;
    uint32_t n = s->len;
    if (w != NULL && w->early.first != NULL)
        n = pieces_free_before(w->early.first, s);
    deliver(run, dir, s->bytes, n, 0, false);
    segment_skip(s, n);
}

static void take_segment(struct run *run, struct segment s, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    trim(run, &s, dir);
    while (s.len > 0 && s.at != side->tcp_next && !has_room(run, dir, s.len))
        make_room(run, &s, dir);
    if (s.len > 0 && s.at == side->tcp_next)
        deliver_front(run, &s, dir);
    if (s.len > 0 && !side->stopped) {
        struct reassembly *w = waiting_of(run, dir);
        if (w != NULL)
            place(run, w, s);
        else
            run->r->counts.refused++;
    }
    drain(run, dir);
}

static void note_fin(struct run *run, const struct packet *p, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    uint32_t at = p->tcp_seq + p->payload_claimed;
    if (side->stopped || seq_before(at, side->tcp_next))
        return;
    struct reassembly *w = waiting_of(run, dir);
    if (w == NULL)
        return;
    w->fin = true;
    w->fin_at = at;
}

/* Data in a SYN waits for the answer, which says whether it was taken. */
static void take_syn(struct run *run, const struct packet *p, enum direction dir)
{
    struct flow_side *peer = &run->f->side[!dir];
    if (run->f->state != FLOW_NEW || run->f->side[dir].stream_at > 0 || run->f->side[dir].tcp_fin)
        return;
    if (p->tcp_flags & TCP_ACK) {
        discard(run->r, run->f, dir);
        if (seq_before(peer->tcp_next, peer->tcp_acked))
            drain(run, !dir);
        else
            discard(run->r, run->f, !dir);
        return;
    }
    discard(run->r, run->f, dir);       /* what waited, waited for another beginning */
    struct segment s = { p->tcp_seq + 1, p->payload_len, p->tcp_seq + 1, p->tcp_seq + 1 + p->payload_len, p->payload };
    if (s.len == 0 || s.at != run->f->side[dir].tcp_next)
        return;
    if (run->r->counts.waiting_bytes + s.len + sizeof(struct piece) > run->r->limits.all_max / SYN_SHARE || !has_room(run, dir, s.len)) {
        run->r->counts.refused++;
        return;
    }
    struct reassembly *w = waiting_of(run, dir);
    if (w != NULL)
        place(run, w, s);
}

static void take_data(struct run *run, const struct packet *p, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    if (side->tcp_fin) {
        run->r->counts.after_end++;
        return;
    }
    if (!tcp_plausible(run->f, p->tcp_seq, dir)) {
        run->r->counts.out_of_window++;
        run->events |= stream_bit(STREAM_OUT_OF_WINDOW);
        return;
    }
    struct segment s = { p->tcp_seq, p->payload_len, p->tcp_seq, p->tcp_seq + p->payload_len, p->payload };
    if (p->payload_len > 0)
        take_segment(run, s, dir);
    if (p->payload_claimed > p->payload_len && side->tcp_next == s.end && side->waiting == NULL)
        give_up(run, dir, p->tcp_seq + p->payload_claimed);     /* the capture cut it */
    if (p->tcp_flags & TCP_FIN)
        note_fin(run, p, dir);
    settle(run, dir);
}

static bool followed(const struct reassembler *r, const struct flow *f, const struct packet *p)
{
    return p->proto == IPPROTO_TCP && f->proto == IPPROTO_TCP && (!f->midstream || r->limits.midstream);
}

static void flush(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    if (!run->f->side[!dir].tcp_known)
        discard(run->r, run->f, dir);       /* data in a SYN that nobody answered */
    while (side->waiting != NULL && side->waiting->early.first != NULL) {
        give_up(run, dir, side->waiting->early.first->at);
        drain(run, dir);
    }
    if (side->tcp_known && !side->stopped && (side->stream_at > 0 || side->waiting != NULL))
        end_direction(run, dir);
    side->tcp_fin = true;
    discard(run->r, run->f, dir);
}

uint64_t reassembly_take(struct reassembler *r, struct flow *f, const struct packet *p, enum direction dir,
                         reassembly_deliver *deliver_to, void *ctx)
{
    if (!followed(r, f, p))
        return 0;
    if (f->state == FLOW_NEW && tcp_false_echo(f, p, dir))
        return stream_bit(STREAM_FALSE_TIMESTAMP);
    struct run run = { r, f, deliver_to, ctx, 0 };
    struct flow_side *me = &f->side[dir];
    r->counts.segments += p->payload_len > 0;
    if (p->tcp_flags & TCP_SYN)
        take_syn(&run, p, dir);
    else if (me->tcp_known && !me->tcp_fin && me->waiting == NULL && p->tcp_seq == me->tcp_next &&
             p->payload_len == p->payload_claimed && (p->tcp_flags & (TCP_FIN | TCP_RST)) == 0)
        deliver(&run, dir, p->payload, p->payload_len, 0, false);
    else if (me->tcp_known && (p->payload_claimed > 0 || (p->tcp_flags & TCP_FIN)) && (p->tcp_flags & TCP_RST) == 0)
        take_data(&run, p, dir);
    if (f->reset) {
        flush(&run, dir);
        flush(&run, !dir);
    } else if (f->side[!dir].waiting != NULL && (p->tcp_flags & TCP_SYN) == 0) {
        settle(&run, !dir);
    }
    return run.events;
}

void reassembly_end(struct reassembler *r, struct flow *f, reassembly_deliver *deliver_to, void *ctx)
{
    struct run run = { r, f, deliver_to, ctx, 0 };
    if (f->proto != IPPROTO_TCP)
        return;
    if (f->midstream && !r->limits.midstream) {     /* what a SYN brought may wait even so */
        discard(r, f, FROM_CLIENT);
        discard(r, f, FROM_SERVER);
        return;
    }
    flush(&run, FROM_CLIENT);
    flush(&run, FROM_SERVER);
}
