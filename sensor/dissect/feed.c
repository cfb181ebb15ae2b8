/* feed - the chosen dissector gets its bytes: whole PDUs where they lie, broken ones put together first. */
#include "dissect/frames.h"
#include "dissect/internal.h"

enum { PDU_MAX_DEFAULT = 64 * 1024, LOST_DATAGRAMS_MAX = 4 };

static void announce(void *ctx, const struct expectation *e)
{
    const struct offer *o = ctx;
    if (o->over == OVER_TCP && !expectations_add(o->d->expectations, o->f, o->now_us, e))
        o->d->totals.announced_lost++;
}

struct conversation conversation_of(const struct offer *o)
{
    struct dissect_state *st = o->f->dissect;
    return (struct conversation){
        .bequest = st != NULL ? &st->bequest : NULL,
        .state = st != NULL ? st->state : NULL, .store = o->d->store, .account = &o->f->account, .out = o->d->out,
        .now_us = o->now_us, .dir = o->dir, .over = o->over,
        .midstream = o->f->midstream || (st != NULL && st->side[o->dir].missing > 0),
        .server_port = o->f->server_port, .ether = o->ether, .expected = st != NULL ? st->expected : NULL,
        .expect = announce, .expect_ctx = (void *)(uintptr_t)o,     /* read only, and as long as the call */
    };
}

static const struct dissector *chosen(const struct offer *o)
{
    return dissectors[o->f->dissect->chosen];
}

static struct dissect_counts *counts_of(const struct offer *o)
{
    return &o->d->counts[o->f->dissect->chosen];
}

bool feed_follows(const struct offer *o)
{
    const struct dissect_state *st = o->f->dissect;
    return st != NULL && st->chosen != NOBODY && !st->finished;
}

static void drop_pending(const struct offer *o)
{
    for (int dir = 0; dir < 2; dir++) {
        struct dissect_side *side = &o->f->dissect->side[dir];
        buffer_free(&side->pending, o->d->store, &o->f->account);
        side->need = 0;
    }
}

static void drop_waited(const struct offer *o)
{
    for (int dir = 0; dir < 2; dir++)
        buffer_free(&o->f->dissect->side[dir].waited, o->d->store, &o->f->account);
}

static void call_end(const struct offer *o)
{
    struct dissect_state *st = o->f->dissect;
    const struct dissector *d = chosen(o);
    if (d->end != NULL) {
        struct conversation conv = conversation_of(o);
        conv.closing = true;
        d->end(&conv);
    }
    store_give(o->d->store, &o->f->account, st->state, d->state_size);
    st->state = NULL;
}

void feed_finish(const struct offer *o)
{
    if (!feed_follows(o))
        return;
    call_end(o);
    drop_pending(o);
    o->f->dissect->finished = true;
}

void feed_release(const struct offer *o)
{
    feed_finish(o);
    drop_waited(o);
    buffer_free(&o->f->dissect->bequest, o->d->store, &o->f->account);
    store_give(o->d->store, &o->f->account, o->f->dissect->expected, sizeof *o->f->dissect->expected);
    store_give(o->d->store, &o->f->account, o->f->dissect, sizeof *o->f->dissect);
    o->f->dissect = NULL;
}

/* The chosen one lost step. Before its first PDU it was the wrong one: somebody else may try. */
static void lose(const struct offer *o)
{
    struct dissect_state *st = o->f->dissect;
    if (st->pdus > 0) {
        counts_of(o)->lost++;
        feed_finish(o);
        return;
    }
    counts_of(o)->probe_fail++;
    call_end(o);
    drop_pending(o);
    set_add(&st->ruled_out, st->chosen);
    st->chosen = NOBODY;
    st->side[0].over = st->side[1].over = false;
}

static size_t pdu_max(const struct offer *o)
{
    size_t most = chosen(o)->pdu_max != 0 ? chosen(o)->pdu_max : PDU_MAX_DEFAULT;
    return most < STORE_BLOCK_MAX ? most : STORE_BLOCK_MAX;
}

/* The bytes of a PDU that was just taken, for those rules that look at them. */
static void tell_frame(const struct offer *o, struct conversation *conv, struct cursor pdu)
{
    struct record *r = conversation_record(conv, &frame_schema);
    r->transaction = o->f->dissect->frames++;
    if (frames_of(chosen(o), pdu, o->over, r))
        conv->out->frame(conv->out->ctx, conv, r);
}

/* Of a protocol that is taken in pieces: the message that just ended, if all of it lies here. */
static void tell_message(const struct offer *o, struct conversation *conv, const uint8_t **begin, const uint8_t *end)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    bool ended = conv->emitted[o->dir] > 0;
    conv->emitted[o->dir] = 0;
    if (ended && !side->inside)
        tell_frame(o, conv, cursor_over(*begin, (size_t)(end - *begin)));
    if (ended)
        *begin = end;
    side->inside = ended ? false : side->inside;
}

/* Takes PDUs off `in` while there are whole ones. MORE: what is left is the beginning of one. */
static enum dissect take_pdus(const struct offer *o, struct cursor *in, uint32_t *budget)
{
    const struct dissector *d = chosen(o);
    struct dissect_state *st = o->f->dissect;
    struct dissect_counts *counts = counts_of(o);
    struct conversation conv = conversation_of(o);
    enum dissect verdict = DISSECT_MORE;
    const uint8_t *message = in->at;
    bool messages = conv.out->frame != NULL && frames_are_messages(d);
    while (in->left > 0 && *budget > 0) {
        size_t before = in->left;
        const uint8_t *at = in->at;
        conv.need = 0;
        verdict = d->pdu(&conv, in);
        if (verdict == DISSECT_MORE || verdict == DISSECT_LOST)
            break;
        if (in->left >= before)
            return DISSECT_LOST;    /* a PDU of no bytes would come for ever */
        (*budget)--;
        conv.need = 0;
        st->pdus++;
        counts->pdus++;
        counts->bytes += before - in->left;
        if (messages)
            tell_message(o, &conv, &message, in->at);
        else if (conv.out->frame != NULL)
            tell_frame(o, &conv, cursor_over(at, before - in->left));
        if (verdict == DISSECT_DONE || verdict == DISSECT_NEXT)
            break;
        verdict = DISSECT_MORE;
    }
    if (verdict == DISSECT_MORE && conv.need > pdu_max(o) && o->over == OVER_TCP) {
        counts->more_limit++;
        return DISSECT_LOST;
    }
    st->side[o->dir].inside = messages && message != in->at;
    st->side[o->dir].need = (uint32_t)conv.need;
    st->agreed = conv.next;
    return verdict;
}

void feed_close_side(const struct offer *o)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    buffer_free(&side->pending, o->d->store, &o->f->account);
    side->over = true;
}

/* Moves n bytes of `in` behind what is pending. False: they do not fit. */
static bool keep(const struct offer *o, struct cursor *in, size_t n)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    const uint8_t *bytes = cursor_bytes(in, n);
    if (n == 0)
        return true;
    if (side->pending.len + n > pdu_max(o)) {
        counts_of(o)->more_limit++;
        return false;
    }
    if (buffer_add(&side->pending, o->d->store, &o->f->account, bytes, n, pdu_max(o)) < n) {
        counts_of(o)->no_memory++;
        return false;
    }
    return true;
}

/* How much of `in` to put behind the pending bytes before asking again: what is needed, else all that may be kept. */
static size_t top_up(const struct offer *o, const struct cursor *in)
{
    const struct dissect_side *side = &o->f->dissect->side[o->dir];
    size_t want = in->left;
    if (side->need > side->pending.len)
        want = side->need - side->pending.len;
    else if (want > pdu_max(o) - side->pending.len && side->pending.len < pdu_max(o))
        want = pdu_max(o) - side->pending.len;
    return want < in->left ? want : in->left;
}

/* Goes on with a PDU whose beginning is pending. */
static enum dissect take_broken(const struct offer *o, struct cursor *in, uint32_t *budget)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    if (!keep(o, in, top_up(o, in)))
        return DISSECT_LOST;
    if (side->need > side->pending.len)
        return DISSECT_MORE;
    struct cursor whole = cursor_over(side->pending.at, side->pending.len);
    size_t before = whole.left;
    enum dissect verdict = take_pdus(o, &whole, budget);
    if (verdict != DISSECT_LOST)
        buffer_drop(&side->pending, before - whole.left);
    return verdict;
}

static enum dissect take_all(const struct offer *o, struct cursor *in, uint32_t *budget)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    enum dissect verdict = DISSECT_MORE;
    while (in->left > 0 && *budget > 0 && verdict == DISSECT_MORE) {
        if (side->pending.len > 0) {
            verdict = take_broken(o, in, budget);
            continue;
        }
        verdict = take_pdus(o, in, budget);
        if (verdict != DISSECT_MORE || *budget == 0)
            break;
        if (!keep(o, in, in->left))
            return DISSECT_LOST;
    }
    return verdict;
}

bool feed_stream(const struct offer *o, struct cursor *bytes)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    uint32_t budget = DISSECT_PDUS_MAX;
    enum dissect verdict = take_all(o, bytes, &budget);
    if (verdict == DISSECT_LOST) {
        lose(o);
    } else if (verdict == DISSECT_DONE) {
        feed_close_side(o);
    } else if (verdict == DISSECT_NEXT) {
        return true;
    } else if (budget == 0 && bytes->left + side->pending.len > 0) {
        counts_of(o)->pdu_limit++;
        feed_gap(o, bytes->left);
    } else if (side->pending.len == 0) {
        buffer_free(&side->pending, o->d->store, &o->f->account);
    }
    return false;
}

/* Whoever passes on is not asked again, which bounds how often that can happen for so many bytes. */
void feed_pass_on(const struct offer *o)
{
    struct dissect_state *st = o->f->dissect;
    uint16_t former = st->chosen;
    call_end(o);
    for (int dir = 0; dir < 2; dir++) {
        struct dissect_side *side = &st->side[dir];
        buffer_free(&side->waited, o->d->store, &o->f->account);
        *side = (struct dissect_side){ .waited = side->pending, .ended = side->ended };
    }
    st->former = former;
    st->promised = st->agreed;
    st->passed_on++;
    st->chosen = NOBODY;
    st->first_dir = (uint8_t)o->dir;
    st->shown = 0;
    st->pdus = 0;
    st->lost_datagrams = 0;
    st->ruled_out = (struct set){ { 0 } };
    set_add(&st->ruled_out, former);
}

void feed_gap(const struct offer *o, uint64_t missing)
{
    const struct dissector *d = chosen(o);
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    struct dissect_counts *counts = counts_of(o);
    missing += side->pending.len;
    side->need = 0;
    counts->gap++;
    counts->gap_bytes += missing;
    struct conversation conv = conversation_of(o);
    if (d->gap == NULL || !d->gap(&conv, missing))
        feed_close_side(o);
    else
        buffer_free(&side->pending, o->d->store, &o->f->account);
}

/* Anybody can send a datagram with somebody else's address: a few bad ones do not end the conversation. */
void feed_datagram(const struct offer *o, struct cursor bytes)
{
    struct dissect_state *st = o->f->dissect;
    uint32_t budget = DISSECT_PDUS_MAX;
    size_t before = bytes.left;
    enum dissect verdict = take_pdus(o, &bytes, &budget);
    if (verdict == DISSECT_DONE || verdict == DISSECT_NEXT) {
        feed_close_side(o);
    } else if (verdict == DISSECT_LOST) {
        if (st->pdus == 0 || ++st->lost_datagrams >= LOST_DATAGRAMS_MAX)
            lose(o);
        return;
    } else if (budget == 0 && bytes.left > 0) {
        counts_of(o)->pdu_limit++;
    } else if (bytes.left > 0) {
        counts_of(o)->truncated++;
    }
    if (bytes.left < before)
        st->lost_datagrams = 0;
}
