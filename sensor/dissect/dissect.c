/* dissect - from chunk, datagram or frame to the dissector that is following the conversation.
 *
 * A flow has dissect_state only from its first payload until somebody is sure that nobody knows it: an
 * unknown flow costs one bit.
 */
#include "dissect/dissect.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/internal.h"

enum { ETHERNET_BYTES = 4 * 1024 * 1024 };

#define COUNTER(name, about) { #name, METRIC_COUNTER, offsetof(struct dissect_counts, name), about }
static const struct metric rows[] = {
    COUNTER(flows, "Conversations taken up."),
    COUNTER(pdus, "PDUs taken."),
    COUNTER(bytes, "Bytes of the PDUs taken."),
    COUNTER(lost, "Conversations that lost step and were given up."),
    COUNTER(gap, "Holes in the stream."),
    COUNTER(gap_bytes, "Bytes not read because of holes."),
    COUNTER(more_limit, "PDUs longer than is worth waiting for."),
    COUNTER(pdu_limit, "Chunks with more PDUs than are taken from one."),
    COUNTER(truncated, "Datagrams and frames that ended inside a PDU."),
    COUNTER(probe_fail, "Conversations that looked right and failed at the first PDU."),
    COUNTER(no_memory, "Conversations given up because memory was refused."),
};
#undef COUNTER

static const struct metric total_rows[] = {
    { "undecided", METRIC_COUNTER, offsetof(struct dissect_totals, undecided), "Conversations that no dissector knew." },
    { "no_memory", METRIC_COUNTER, offsetof(struct dissect_totals, no_memory), "Conversations not followed because memory was refused." },
    { "announced", METRIC_COUNTER, offsetof(struct dissect_totals, announced), "Conversations that another one announced." },
    { "announced_lost", METRIC_COUNTER, offsetof(struct dissect_totals, announced_lost), "Announced conversations forgotten because there were too many." },
    { "notes_forgotten", METRIC_COUNTER, offsetof(struct dissect_totals, notes_forgotten), "Names told for other conversations (DDS topics) forgotten because there were too many." },
    { "parts_forgotten", METRIC_COUNTER, offsetof(struct dissect_totals, parts_forgotten), "Files in parts given up before they were whole because there were too many." },
};
const struct metrics_room dissect_total_metrics = { .name = "dissect", .rows = total_rows, .count = sizeof total_rows / sizeof *total_rows };

struct metrics_room dissect_metrics(size_t dissector)
{
    return (struct metrics_room){ .name = dissectors[dissector]->schema->name, .rows = rows, .count = sizeof rows / sizeof *rows };
}

const struct dissect_counts *dissect_counts(const struct dissect_driver *d, size_t dissector)
{
    return &d->counts[dissector];
}

const struct dissect_totals *dissect_totals(const struct dissect_driver *d)
{
    return &d->totals;
}

/* Layer 2 has no flows: its dissectors keep one state per worker. */
static bool take_frame_states(struct dissect_driver *d)
{
    d->ethernet.most = ETHERNET_BYTES;
    for (size_t i = 0; i < dissector_count; i++) {
        size_t size = dissectors[i]->state_size;
        if ((dissectors[i]->over & OVER_ETHERNET) == 0 || size == 0)
            continue;
        d->frame_state[i] = store_take(d->store, &d->ethernet, size);
        if (d->frame_state[i] == NULL)
            return false;
    }
    return true;
}

struct dissect_driver *dissect_new(struct store *store, struct sink *out)
{
    assert(dissector_count <= DISSECTORS_MAX);
    struct dissect_driver *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->store = store;
    d->out = out;
    d->expectations = expectations_new();
    if (d->expectations != NULL && take_frame_states(d))
        return d;
    dissect_free(d);
    return NULL;
}

static struct conversation frame_conversation(struct dissect_driver *d, size_t i, uint64_t now_us)
{
    return (struct conversation){ .state = d->frame_state[i], .store = d->store, .account = &d->ethernet,
                                  .out = d->out, .now_us = now_us, .dir = FROM_CLIENT, .over = OVER_ETHERNET };
}

void dissect_finish(struct dissect_driver *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < dissector_count; i++) {
        if (d->frame_state[i] == NULL)
            continue;
        struct conversation conv = frame_conversation(d, i, 0);
        conv.closing = true;
        if (dissectors[i]->end != NULL)
            dissectors[i]->end(&conv);
        store_give(d->store, &d->ethernet, d->frame_state[i], dissectors[i]->state_size);
        d->frame_state[i] = NULL;
    }
}

void dissect_free(struct dissect_driver *d)
{
    if (d == NULL)
        return;
    dissect_finish(d);
    expectations_free(d->expectations);
    free(d);
}

const struct dissector *dissect_of(const struct flow *f)
{
    const struct dissect_state *st = f->dissect;
    uint16_t who = st == NULL ? NOBODY : st->chosen != NOBODY ? st->chosen : st->former;
    return who != NOBODY ? dissectors[who] : NULL;
}

const char *dissect_name(const struct flow *f)
{
    const struct dissector *d = dissect_of(f);
    return d != NULL ? d->schema->name : NULL;
}

bool dissect_wants(const struct flow *f, enum direction dir)
{
    const struct dissect_state *st = f->dissect;
    return !f->undissected && (st == NULL || (!st->finished && !st->side[dir].over));
}

/* ---- a conversation's beginning ---- */

/* Was this flow announced? */
static void expectation_find(const struct offer *o)
{
    struct expectation e;
    if (!expectations_take(o->d->expectations, o->f, o->now_us, &e))
        return;
    o->d->totals.announced++;
    o->f->dissect->expected = store_take(o->d->store, &o->f->account, sizeof e);
    if (o->f->dissect->expected != NULL)
        *o->f->dissect->expected = e;
}

static bool begin(const struct offer *o)
{
    struct flow *f = o->f;
    if (f->dissect != NULL)
        return true;
    f->dissect = store_take(o->d->store, &f->account, sizeof *f->dissect);
    if (f->dissect == NULL) {
        o->d->totals.no_memory++;
        f->undissected = true;
        return false;
    }
    f->dissect->chosen = f->dissect->former = NOBODY;
    f->dissect->first_dir = (uint8_t)o->dir;
    expectation_find(o);
    return true;
}

/* Nobody knows it. What somebody knew the beginning of keeps that one's name. */
static void give_up(const struct offer *o, bool limit)
{
    struct dissect_state *st = o->f->dissect;
    oddity_unknown(o, limit);
    o->d->totals.undecided++;
    o->f->undissected = true;
    if (st->former == NOBODY) {
        feed_release(o);
        return;
    }
    for (int dir = 0; dir < 2; dir++)
        buffer_free(&st->side[dir].waited, o->d->store, &o->f->account);
    st->chosen = st->former;
    st->finished = true;
}

/* True: another protocol begins with what is left of `bytes`. */
static bool feed(const struct offer *o, struct cursor *bytes)
{
    if (bytes->left == 0 || !feed_follows(o) || o->f->dissect->side[o->dir].over)
        return false;
    if (o->over == OVER_TCP)
        return feed_stream(o, bytes);
    feed_datagram(o, *bytes);
    return false;
}

/* As feed(), while it is not yet sure that the chosen one is right: nobody comes after it then. */
static void feed_first(const struct offer *o, struct cursor bytes)
{
    if (feed(o, &bytes))
        feed_close_side(o);
}

/* One direction's bytes to the one just chosen: what waited, then what came with this call. */
static void hand_over_side(const struct offer *o, enum direction dir, struct cursor rest)
{
    struct offer mine = *o;
    mine.dir = dir;
    const struct buffer *waited = &o->f->dissect->side[dir].waited;
    if (dir != o->dir)
        oddity_answer(&mine, cursor_over(waited->at, waited->len));
    feed_first(&mine, cursor_over(waited->at, waited->len));
    oddity_read(&mine);
    if (dir == o->dir)
        feed_first(&mine, rest);
}

static void hand_over(const struct offer *o, struct cursor rest)
{
    enum direction first = (enum direction)o->f->dissect->first_dir;
    hand_over_side(o, first, rest);
    hand_over_side(o, first == FROM_CLIENT ? FROM_SERVER : FROM_CLIENT, rest);
    if (!feed_follows(o) && !o->f->dissect->finished)
        return;     /* the wrong one: what waited is needed again */
    for (int dir = 0; dir < 2; dir++) {
        struct dissect_side *side = &o->f->dissect->side[dir];
        buffer_free(&side->waited, o->d->store, &o->f->account);
        side->missing = 0;
    }
}

/* Moves as much of `bytes` as may wait to what waits. */
static void hold(const struct offer *o, struct cursor *bytes)
{
    struct buffer *waited = &o->f->dissect->side[o->dir].waited;
    size_t n = buffer_add(waited, o->d->store, &o->f->account, bytes->at, bytes->left, DISSECT_PROBE_BYTES_MAX);
    cursor_skip(bytes, n);
}

/* Nobody is chosen yet. The usual first chunk is judged, and then read, where it lies. Whoever fails at
 * the first PDU is ruled out while the bytes are still at hand, so the next may try: at most once each. */
static void decide(const struct offer *o, struct cursor bytes)
{
    struct dissect_state *st = o->f->dissect;
    struct dissect_side *side = &st->side[o->dir];
    bool joins = o->over == OVER_TCP && side->waited.len > 0;
    struct cursor rest = bytes;
    if (joins)
        hold(o, &rest);
    st->shown++;
    for (size_t turn = 0; turn < dissector_count; turn++) {
        struct cursor shown = joins ? cursor_over(side->waited.at, side->waited.len) : bytes;
        if (!choose_dissector(o, shown))
            break;
        hand_over(o, rest);
        if (st->chosen != NOBODY) {
            oddity_chosen(o);
            return;
        }
    }
    if (!joins && side->waited.len == 0)
        hold(o, &rest);
    bool kept = o->over != OVER_TCP || rest.left == 0;
    bool nobody = choose_nobody_left(o);
    if (!kept || st->shown >= DISSECT_PROBE_CHUNKS_MAX || nobody)
        give_up(o, !nobody);
}

/* A hole before anybody was chosen: what waited has no continuation. */
static void lose_waited(const struct offer *o, uint64_t gap)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    side->missing += gap + side->waited.len;
    buffer_free(&side->waited, o->d->store, &o->f->account);
}

static void take_bytes(const struct offer *o, struct cursor bytes)
{
    struct dissect_state *st = o->f->dissect;
    if (st->chosen == NOBODY) {
        decide(o, bytes);
        return;
    }
    oddity_answer(o, bytes);
    bool next = feed(o, &bytes);
    oddity_read(o);
    if (!next)
        return;
    if (st->passed_on == DISSECT_PASSED_ON_MAX) {
        feed_close_side(o);
        return;
    }
    feed_pass_on(o);
    if (bytes.left + st->side[o->dir].waited.len > 0)
        decide(o, bytes);
}

void dissect_chunk(struct dissect_driver *d, struct flow *f, const struct chunk *c, const struct classification *hint, uint64_t now_us)
{
    struct offer o = { d, f, hint, now_us, c->dir, OVER_TCP, NULL };
    if (f->undissected || (f->dissect == NULL && c->len == 0) || !begin(&o))
        return;
    struct dissect_side *side = &f->dissect->side[c->dir];
    if (c->gap > 0 && f->dissect->chosen == NOBODY)
        lose_waited(&o, c->gap);
    else if (c->gap > 0 && feed_follows(&o) && !side->over)
        feed_gap(&o, c->gap);
    if (c->len > 0)
        take_bytes(&o, cursor_over(c->bytes, c->len));
    if (!c->fin || f->dissect == NULL)
        return;
    side->ended = true;
    if (f->dissect->side[!c->dir].ended)
        feed_finish(&o);
}

void dissect_datagram(struct dissect_driver *d, struct flow *f, enum direction dir, const struct packet *p, const struct classification *hint)
{
    struct offer o = { d, f, hint, p->time_us, dir, OVER_UDP, p->ether };
    if (f->undissected || p->payload_len == 0 || !begin(&o))
        return;
    take_bytes(&o, cursor_over(p->payload, p->payload_len));
}

static struct offer last_offer(struct dissect_driver *d, struct flow *f)
{
    enum dissect_over over = f->proto == IPPROTO_UDP ? OVER_UDP : OVER_TCP;
    return (struct offer){ d, f, NULL, f->last_us, FROM_CLIENT, over, NULL };
}

void dissect_end(struct dissect_driver *d, struct flow *f)
{
    struct offer o = last_offer(d, f);
    if (f->dissect == NULL)
        return;
    if (f->dissect->chosen == NOBODY)
        give_up(&o, false);
    else
        feed_finish(&o);
}

void dissect_release(struct dissect_driver *d, struct flow *f)
{
    struct offer o = last_offer(d, f);
    if (f->dissect != NULL)
        feed_release(&o);
}

/* ---- layer 2 ---- */

static bool frame_is(const struct dissector *d, uint16_t ethertype)
{
    for (size_t i = 0; i < sizeof d->ethertypes / sizeof d->ethertypes[0]; i++)
        if (d->ethertypes[i] == ethertype)
            return (d->over & OVER_ETHERNET) != 0;
    return false;
}

static void take_frame(struct dissect_driver *d, size_t i, const struct packet *p)
{
    struct conversation conv = frame_conversation(d, i, p->time_us);
    struct cursor in = cursor_over(p->link_payload, p->link_payload_len);
    conv.ether = p->ether;
    struct dissect_counts *counts = &d->counts[i];
    size_t before = in.left;
    enum dissect verdict = dissectors[i]->pdu(&conv, &in);
    if (verdict == DISSECT_LOST)
        counts->lost++;
    else if (verdict == DISSECT_MORE)
        counts->truncated++;
    else
        counts->pdus++;
    counts->bytes += before - in.left;
}

void dissect_frame(struct dissect_driver *d, const struct packet *p)
{
    if (p->ethertype == 0 || p->link_payload == NULL)
        return;
    for (size_t i = 0; i < dissector_count; i++)
        if (frame_is(dissectors[i], p->ethertype))
            take_frame(d, i, p);
}
