/* asked - requests that wait for their answers: what most request and response protocols need to tell the two together.
 *
 *     request:   struct asked_one *q = asked_put(a, conv, key);  r->transaction = q->transaction;  q->what[0] = address; ...
 *     response:  struct asked_one q;  bool known = asked_take(a, conv, key, &q);  r->transaction = q.transaction; ...
 *
 * Key        whatever the protocol ties an answer to its question by: an invoke id, a sequence number, with the function.
 * Limits     ASKED_MAX wait, of both directions; the oldest gives way. Of equal keys the oldest is answered first.
 */
#ifndef DISSECTORS_FRAMING_ASKED_H
#define DISSECTORS_FRAMING_ASKED_H

#include "dissectors/dissector.h"

enum { ASKED_MAX = 16, ASKED_WHAT = 4 };

struct asked_one {
    uint64_t key, transaction, sent_us;
    uint32_t what[ASKED_WHAT];      /* the protocol's own: what the answer repeats */
    uint8_t  dir;
    bool     waiting;
};

struct asked {
    struct asked_one one[ASKED_MAX];
    uint64_t         transactions;
    unsigned         next;          /* in one: the oldest */
    bool             blind;         /* requests may have been missed: an answer without one proves nothing */
};

/* A new request, sent now by conv->dir, with a transaction of its own. */
static inline struct asked_one *asked_put(struct asked *a, const struct conversation *conv, uint64_t key)
{
    struct asked_one *q = &a->one[a->next];
    *q = (struct asked_one){ .key = key, .transaction = a->transactions++, .sent_us = conv->now_us, .dir = (uint8_t)conv->dir,
                             .waiting = true };
    a->next = (a->next + 1) % ASKED_MAX;
    return q;
}

/* The request that an answer by conv->dir would belong to, without taking it: how long some answers are is told by their questions
 * alone. NULL: none waits. */
static inline const struct asked_one *asked_waiting(const struct asked *a, const struct conversation *conv, uint64_t key)
{
    for (unsigned i = 0; i < ASKED_MAX; i++) {
        const struct asked_one *q = &a->one[(a->next + i) % ASKED_MAX];
        if (q->waiting && q->key == key && q->dir != (uint8_t)conv->dir)
            return q;
    }
    return NULL;
}

/* The request that is answered now by conv->dir. False: there is none; `out` then has only a transaction of its own. */
static inline bool asked_take(struct asked *a, const struct conversation *conv, uint64_t key, struct asked_one *out)
{
    for (unsigned i = 0; i < ASKED_MAX; i++) {
        struct asked_one *q = &a->one[(a->next + i) % ASKED_MAX];
        if (!q->waiting || q->key != key || q->dir == (uint8_t)conv->dir)
            continue;
        *out = *q;
        q->waiting = false;
        return true;
    }
    *out = (struct asked_one){ .transaction = a->transactions++, .sent_us = conv->now_us };
    return false;
}

/* What every answer's record has: whose transaction it is, how long it took. `time_row` in microseconds. */
static inline void asked_answer(struct record *r, const struct conversation *conv, const struct asked_one *q, bool known, uint16_t time_row)
{
    r->answer = true;
    r->transaction = q->transaction;
    if (known && conv->now_us >= q->sent_us)
        record_uint(r, time_row, conv->now_us - q->sent_us);
}

#endif
