#include "dissectors/dnp3/dialogue.h"

#include "common/hash.h"

enum { SEQUENCE = 0x0fu };

static bool between(const struct dnp3_open *o, uint16_t master, uint16_t outstation)
{
    bool heard = o->outstation == outstation || o->outstation >= DNP3_BROADCAST_FIRST;
    return o->waiting && o->master == master && heard;
}

static struct dnp3_open *find(struct dnp3_open *open, uint8_t next, const struct dnp3_fragment *f, uint16_t master, uint16_t outstation)
{
    for (unsigned i = 1; i <= DNP3_OPEN_MAX; i++) {         /* the youngest first */
        struct dnp3_open *o = &open[(next + DNP3_OPEN_MAX - i) % DNP3_OPEN_MAX];
        if (between(o, master, outstation) && o->sequence == f->sequence && o->unsolicited == f->unsolicited)
            return o;
    }
    return NULL;
}

static bool requests(const struct dnp3_fragment *f)
{
    return f->type == DNP3_REQUEST && f->function != DNP3_CONFIRM;
}

const struct dnp3_open *dnp3_dialogue_begin(struct dnp3_dialogue *d, struct record *r, const struct dnp3_fragment *f)
{
    const struct dnp3_open *of = NULL;
    const struct dnp3_link *l = f->link;
    if (f->type == DNP3_RESPONSE)
        of = find(d->asks, d->next_ask, f, l->dst, l->src);
    else if (f->function == DNP3_CONFIRM && f->type == DNP3_REQUEST)
        of = find(d->answers, d->next_answer, f, l->src, l->dst);
    r->transaction = of != NULL ? of->transaction : d->fragments++;
    return of;
}

static struct dnp3_open opened(const struct dnp3_fragment *f, uint64_t transaction)
{
    bool ask = f->type == DNP3_REQUEST;
    return (struct dnp3_open){ .transaction = transaction, .at_us = f->now_us, .sequence = f->sequence, .function = f->function,
        .access = f->access, .unsolicited = f->unsolicited, .waiting = true,
        .master = ask ? f->link->src : f->link->dst, .outstation = ask ? f->link->dst : f->link->src };
}

static uint64_t digest_of(const struct cursor *objects)
{
    static const struct hash_key key = { 0, 0 };    /* nothing is looked up by it: an operate is held against one select */
    return hash_keyed(&key, objects->at, objects->left);
}

/* 4.4.4: the operate has the select's objects, octet for octet, and the next sequence number. */
static void operate(struct dnp3_dialogue *d, struct record *r, const struct dnp3_fragment *f)
{
    struct dnp3_open *s = &d->select;
    bool selected = between(s, f->link->src, f->link->dst) && f->sequence == ((s->sequence + 1) & SEQUENCE)
                    && s->digest == digest_of(&f->objects);
    s->waiting = false;
    if (selected || !d->blind)
        record_uint(r, DNP3_SELECTED, selected);
    if (!selected && !d->blind)
        record_anomaly(r, DNP3_OPERATE_UNSELECTED);
}

static void asked_for(struct dnp3_dialogue *d, struct record *r, const struct dnp3_fragment *f)
{
    struct dnp3_open ask = opened(f, r->transaction);
    if (f->function == DNP3_SELECT) {
        d->select = ask;
        d->select.digest = digest_of(&f->objects);
    } else if (f->function == DNP3_OPERATE)
        operate(d, r, f);
    d->asks[d->next_ask] = ask;
    d->next_ask = (uint8_t)((d->next_ask + 1) % DNP3_OPEN_MAX);
    if (++d->unanswered == DNP3_FLOOD)
        record_anomaly(r, DNP3_FLOODED);
}

/* The next fragment of the same response has the next sequence number. */
static void answered(struct dnp3_dialogue *d, struct record *r, const struct dnp3_fragment *f, const struct dnp3_open *asked)
{
    d->unanswered = 0;
    if (asked == NULL) {
        if (!d->blind)
            record_anomaly(r, DNP3_RESPONSE_UNASKED);
        return;
    }
    struct dnp3_open *ask = &d->asks[asked - d->asks];
    record_uint(r, DNP3_REQUEST_FUNCTION, ask->function);
    if (f->now_us >= ask->at_us)
        record_uint(r, DNP3_RESPONSE_TIME, f->now_us - ask->at_us);
    if (f->function == DNP3_ANSWER_AUTHENTICATE)     /* a challenge: the answer proper comes when it was met */
        return;
    ask->waiting = !f->final;
    ask->sequence = (uint8_t)((ask->sequence + 1u) & SEQUENCE);
}

void dnp3_dialogue_end(struct dnp3_dialogue *d, struct record *r, const struct dnp3_fragment *f, const struct dnp3_open *asked)
{
    if (requests(f))
        asked_for(d, r, f);
    else if (f->type == DNP3_RESPONSE)
        answered(d, r, f, asked);
    else if (asked != NULL)                     /* a confirmation */
        d->answers[asked - d->answers].waiting = false;
    if (f->type != DNP3_REQUEST && f->confirm) {
        d->answers[d->next_answer] = opened(f, r->transaction);
        d->next_answer = (uint8_t)((d->next_answer + 1) % DNP3_OPEN_MAX);
    }
}
