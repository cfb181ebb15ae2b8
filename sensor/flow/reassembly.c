/* reassembly - a list of early pieces per direction, sorted, never overlapping.
 *
 *     delivered ....... tcp_next   | hole |  early  |  early  | hole |  early  | (FIN)
 *                                           first                      last
 *
 * Pieces keep the bounds of the segment that they came in, since the policies compare segments and not
 * pieces. When a new segment wins an overlap its bytes are written over the old ones in place; so
 * whoever wins, only what lies between the old pieces is ever inserted.
 */
#include "flow/reassembly.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "flow/internal.h"
#include "flow/window.h"

struct early {
    struct early *next;
    uint32_t seq, len;              /* of bytes[from]: what has not been delivered */
    uint32_t seg_seq, seg_end;      /* of the segment it came in */
    uint32_t from, size;            /* size: as asked of the store */
    uint8_t  bytes[];
};

struct reassembly {
    struct early *first, *last;
    uint32_t count;
    uint32_t charged;               /* bytes of memory */
    uint32_t fin_at;                /* the sequence number of the FIN, when .fin */
    bool     fin;
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
    unsigned            events;
};

struct segment { uint32_t seq, len, seg_seq, seg_end; const uint8_t *bytes; };

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

static int32_t distance(uint32_t from, uint32_t to)
{
    return (int32_t)(to - from);
}

static bool before(uint32_t a, uint32_t b)
{
    return distance(a, b) > 0;
}

static uint32_t earlier(uint32_t a, uint32_t b)
{
    return before(a, b) ? a : b;
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
    if (side->waiting == NULL || side->waiting->first != NULL || side->waiting->fin)
        return;
    store_give(r->store, &f->account, side->waiting, sizeof *side->waiting);
    side->waiting = NULL;
}

static void pop(struct reassembler *r, struct flow *f, struct reassembly *w)
{
    struct early *e = w->first;
    w->first = e->next;
    if (w->first == NULL)
        w->last = NULL;
    w->count--;
    w->charged -= e->size;
    r->counts.waiting_bytes -= e->size;
    store_give(r->store, &f->account, e, e->size);
}

static void discard(struct reassembler *r, struct flow *f, enum direction dir)
{
    struct reassembly *w = f->side[dir].waiting;
    if (w == NULL)
        return;
    while (w->first != NULL)
        pop(r, f, w);
    w->fin = false;
    forget_if_empty(r, f, dir);
}

/* ---- delivery ---- */

static uint32_t within_depth(struct run *run, struct flow_side *side, uint32_t len)
{
    uint64_t depth = run->r->limits.depth;
    if (depth == 0 || side->stream_at + len <= depth)
        return len;
    run->r->counts.depth_reached++;
    run->events |= STREAM_DEPTH;
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
    int32_t gap = distance(side->tcp_next, to);
    if (gap <= 0)
        return;
    side->gaps++;
    side->gap_bytes += (uint32_t)gap;
    run->r->counts.gaps++;
    run->r->counts.gap_bytes += (uint32_t)gap;
    run->events |= STREAM_GAP;
    deliver(run, dir, NULL, 0, (uint32_t)gap, false);
}

static void drain(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    struct reassembly *w = side->waiting;
    while (w != NULL && w->first != NULL && !before(side->tcp_next, w->first->seq)) {
        struct early *e = w->first;
        uint32_t known = side->tcp_next - e->seq;
        if (known < e->len)
            deliver(run, dir, e->bytes + e->from + known, e->len - known, 0, false);
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
    if (!before(w->fin_at, side->tcp_acked) && run->f->side[!dir].packets > 0)
        return;
    end_direction(run, dir);
    side->tcp_next = side->tcp_next + 1;
}

/* What the other side acknowledged has reached it: holes before that are the capture's. */
static void settle(struct run *run, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    while (side->waiting != NULL && side->waiting->first != NULL &&
           !before(side->tcp_acked, side->waiting->first->seq)) {
        give_up(run, dir, side->waiting->first->seq);
        drain(run, dir);
    }
    struct reassembly *w = side->waiting;
    if (w != NULL && w->fin && before(w->fin_at, side->tcp_acked) && w->first == NULL)
        give_up(run, dir, w->fin_at);
    end_at_fin(run, dir);
}

/* ---- overlaps ---- */

static bool new_wins(enum overlap_policy policy, const struct segment *s, const struct early *old)
{
    bool begins_before = before(s->seg_seq, old->seg_seq), begins_with = s->seg_seq == old->seg_seq;
    bool ends_after = before(old->seg_end, s->seg_end), ends_with = s->seg_end == old->seg_end;
    switch (policy) {
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
    if ((run->events & STREAM_OVERLAP_DIFFERENT) == 0)
        run->r->counts.overlap_different++;
    run->events |= STREAM_OVERLAP_DIFFERENT;
}

static void skip_front(struct segment *s, uint32_t n)
{
    s->seq += n;
    s->bytes += n;
    s->len -= n;
}

/* s begins inside e: settles the bytes they share and takes them off s. */
static void share(struct run *run, struct segment *s, struct early *e)
{
    uint32_t at = s->seq - e->seq;
    uint32_t n = e->len - at < s->len ? e->len - at : s->len;
    uint8_t *old = e->bytes + e->from + at;
    if (memcmp(old, s->bytes, n) != 0) {
        note_different(run);
        if (new_wins(run->r->limits.policy, s, e))
            memcpy(old, s->bytes, n);
    }
    run->r->counts.duplicate_bytes += n;
    skip_front(s, n);
}

static struct early *early_new(struct run *run, struct reassembly *w, const struct segment *s, uint32_t n)
{
    uint32_t size = (uint32_t)sizeof(struct early) + n;
    struct early *e = store_take(run->r->store, &run->f->account, size);
    if (e == NULL) {
        run->r->counts.refused++;
        run->events |= STREAM_BUDGET;
        return NULL;
    }
    *e = (struct early){ .seq = s->seq, .len = n, .seg_seq = s->seg_seq, .seg_end = s->seg_end, .size = size };
    memcpy(e->bytes, s->bytes, n);
    w->count++;
    w->charged += size;
    run->r->counts.early++;
    run->r->counts.waiting_bytes += size;
    return e;
}

static struct early *insert_after(struct run *run, struct reassembly *w, struct early *prev, const struct segment *s, uint32_t n)
{
    struct early *e = early_new(run, w, s, n);
    if (e == NULL)
        return prev;
    e->next = prev != NULL ? prev->next : w->first;
    if (prev != NULL)
        prev->next = e;
    else
        w->first = e;
    if (e->next == NULL)
        w->last = e;
    return e;
}

/* The last piece that begins at or before seq, or NULL. Early segments mostly come in order among themselves. */
static struct early *piece_before(const struct reassembly *w, uint32_t seq)
{
    if (w->last != NULL && !before(seq, w->last->seq))
        return w->last;
    struct early *prev = NULL;
    for (struct early *e = w->first; e != NULL && !before(seq, e->seq); e = e->next)
        prev = e;
    return prev;
}

static void place(struct run *run, struct reassembly *w, struct segment s)
{
    struct early *prev = piece_before(w, s.seq);
    if (prev != NULL && before(s.seq, prev->seq + prev->len))
        share(run, &s, prev);
    while (s.len > 0) {
        struct early *next = prev != NULL ? prev->next : w->first;
        uint32_t end = next != NULL ? earlier(next->seq, s.seq + s.len) : s.seq + s.len;
        uint32_t free_len = end - s.seq;
        if (free_len > 0) {
            prev = insert_after(run, w, prev, &s, free_len);
            skip_front(&s, free_len);
        }
        if (s.len == 0)
            break;
        share(run, &s, next);
        prev = next;
    }
}

/* ---- a segment ---- */

/* Takes off what had been delivered. A keep-alive (RFC 9293 section 3.8.4) repeats one byte, any byte. */
static void trim(struct run *run, struct segment *s, enum direction dir)
{
    const struct flow_side *side = &run->f->side[dir];
    int32_t known = distance(s->seq, side->tcp_next);
    if (known <= 0 || s->len == 0)
        return;
    uint32_t n = (uint32_t)known < s->len ? (uint32_t)known : s->len;
    bool keep_alive = s->len == 1 && known == 1;
    if (!keep_alive && !side->stopped && (uint32_t)known <= side->stream_at &&
        window_differs(run->f, dir, side->stream_at - (uint32_t)known, s->bytes, n))
        note_different(run);
    run->r->counts.duplicate_bytes += n;
    skip_front(s, n);
}

static bool has_room(struct run *run, enum direction dir, uint32_t len)
{
    const struct reassembly *w = run->f->side[dir].waiting;
    const struct reassembly_limits *l = &run->r->limits;
    uint64_t size = sizeof(struct early) + (uint64_t)len;
    uint64_t charged = w != NULL ? w->charged : 0;
    if (charged + size > l->each_max || (w != NULL && w->count >= REASSEMBLY_SEGMENTS_MAX)) {
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
    uint32_t to = s->seq;
    if (w != NULL && w->first != NULL)
        to = earlier(w->first->seq, to);
    run->events |= STREAM_BUDGET;
    give_up(run, dir, to);
    drain(run, dir);
    trim(run, s, dir);
}

/* The part of s before anything that waits goes out as it is. */
static void deliver_front(struct run *run, struct segment *s, enum direction dir)
{
    struct reassembly *w = run->f->side[dir].waiting;
    uint32_t n = s->len;
    if (w != NULL && w->first != NULL && before(w->first->seq, s->seq + n))
        n = w->first->seq - s->seq;
    deliver(run, dir, s->bytes, n, 0, false);
    skip_front(s, n);
}

static void take_segment(struct run *run, struct segment s, enum direction dir)
{
    struct flow_side *side = &run->f->side[dir];
    trim(run, &s, dir);
    while (s.len > 0 && s.seq != side->tcp_next && !has_room(run, dir, s.len))
        make_room(run, &s, dir);
    if (s.len > 0 && s.seq == side->tcp_next)
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
    if (side->stopped || before(at, side->tcp_next))
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
    if (p->tcp_flags & TCP_ACK) {
        if (before(peer->tcp_next, peer->tcp_acked))
            drain(run, !dir);
        else
            discard(run->r, run->f, !dir);
        return;
    }
    struct segment s = { p->tcp_seq + 1, p->payload_len, p->tcp_seq + 1, p->tcp_seq + 1 + p->payload_len, p->payload };
    if (s.len == 0 || s.seq != run->f->side[dir].tcp_next || !tcp_fast_open(p) || !has_room(run, dir, s.len))
        return;
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
        run->events |= STREAM_OUT_OF_WINDOW;
        return;
    }
    struct segment s = { p->tcp_seq, p->payload_len, p->tcp_seq, p->tcp_seq + p->payload_len, p->payload };
    if (p->payload_len > 0)
        take_segment(run, s, dir);
    if (p->payload_claimed > p->payload_len && side->tcp_next == s.seg_end && side->waiting == NULL)
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
    while (side->waiting != NULL && side->waiting->first != NULL) {
        give_up(run, dir, side->waiting->first->seq);
        drain(run, dir);
    }
    if (side->tcp_known && !side->stopped && (side->stream_at > 0 || side->waiting != NULL))
        end_direction(run, dir);
    discard(run->r, run->f, dir);
}

unsigned reassembly_take(struct reassembler *r, struct flow *f, const struct packet *p, enum direction dir,
                         reassembly_deliver *deliver_to, void *ctx)
{
    if (!followed(r, f, p))
        return 0;
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
    if (f->proto != IPPROTO_TCP || (f->midstream && !r->limits.midstream))
        return;
    flush(&run, FROM_CLIENT);
    flush(&run, FROM_SERVER);
}
