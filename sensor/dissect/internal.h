/* internal - what dissect.c, choose.c and feed.c share; nobody else includes it. */
#ifndef DISSECT_INTERNAL_H
#define DISSECT_INTERNAL_H

#include "common/buffer.h"
#include "dissect/expect.h"
#include "dissect/dissect.h"

enum { NOBODY = 0xffff, SET_WORDS = DISSECTORS_MAX / 64 };

struct set { uint64_t word[SET_WORDS]; };      /* of dissectors, by their place in the registry */

struct dissect_side {
    struct buffer waited;       /* nobody is chosen yet: the stream so far, or the first datagram */
    struct buffer pending;      /* bytes offered and not yet taken, in order */
    uint32_t      need;         /* conversation.need; 0: any more will do */
    uint64_t      missing;      /* while undecided: bytes that never came */
    struct set    maybe;        /* probes that said so */
    bool          over;         /* nothing more is offered: lost in a gap, or DISSECT_DONE */
    bool          ended;        /* FIN */
    bool          met;          /* oddity.c: its first bytes were held against who was chosen */
    bool          inside;       /* frames: a message began in bytes that are gone */
    bool          doubted;      /* oddity.c: whose probe said no, and who is about to read them */
};

struct dissect_state {
    uint16_t            chosen;         /* place in the registry, or NOBODY */
    uint16_t            former;         /* who passed the conversation on to whoever knows what follows, or NOBODY */
    uint8_t             passed_on;      /* how often */
    uint8_t             first_dir;      /* who spoke first */
    uint8_t             lost_datagrams; /* in a row */
    bool                finished;       /* end() was called; only the name is left */
    uint32_t            shown;          /* chunks shown to probes */
    uint64_t            pdus;
    uint64_t            frames;         /* told: numbers them, so that each is told for itself */
    const char         *agreed;         /* conversation.next after the last PDU */
    const char         *promised;       /* that of who passed it on, until somebody is chosen; NULL: nobody was named */
    void               *state;          /* the dissector's */
    struct expectation *expected;       /* how another flow announced this one; NULL: none did */
    struct buffer       bequest;        /* conversation.bequest */
    struct set          ruled_out;
    struct dissect_side side[2];
};

struct dissect_driver {
    struct store         *store;
    struct sink          *out;
    struct dissect_counts counts[DISSECTORS_MAX];
    struct dissect_totals totals;
    unsigned              events;                       /* enum dissect_event, until they are asked for */
    struct expectations  *expectations;                 /* what flows announced */
    struct account        ethernet;                     /* what layer 2 dissectors take */
    void                 *frame_state[DISSECTORS_MAX];
};

/* One call: whose bytes, when, over what. */
struct offer {
    struct dissect_driver       *d;
    struct flow                 *f;
    const struct classification *hint;
    uint64_t                     now_us;
    enum direction               dir;
    enum dissect_over            over;
    const uint8_t               *ether;     /* conversation.ether */
};

static inline bool set_has(const struct set *s, size_t i)
{
    return s->word[i / 64] >> i % 64 & 1;
}

static inline void set_add(struct set *s, size_t i)
{
    s->word[i / 64] |= UINT64_C(1) << i % 64;
}

/* choose.c: asks the probes about the beginning of a direction. True: state->chosen is set, with fresh state. */
bool choose_dissector(const struct offer *o, struct cursor bytes);
bool choose_nobody_left(const struct offer *o);                     /* everybody said no */

/* oddity.c: events of conversations as a whole */
void oddity_answer(const struct offer *o, struct cursor bytes);     /* somebody is chosen, and these are a side's first bytes */
void oddity_read(const struct offer *o);                            /* he has read them, or not */
void oddity_chosen(const struct offer *o);                          /* by the bytes of o->dir */
void oddity_unknown(const struct offer *o, bool limit);             /* given up; limit: without having asked everybody to the end */

/* feed.c */
struct conversation conversation_of(const struct offer *o);
bool feed_follows(const struct offer *o);                           /* somebody is chosen and has not finished */
bool feed_stream(const struct offer *o, struct cursor *bytes);      /* takes what it can, keeps the rest; true: another
                                                                     * protocol begins with what is pending and `bytes` */
void feed_close_side(const struct offer *o);                        /* nothing more of this direction is read */
void feed_pass_on(const struct offer *o);                           /* the chosen one is done; what is pending waits */
void feed_datagram(const struct offer *o, struct cursor bytes);
void feed_gap(const struct offer *o, uint64_t missing);
void feed_finish(const struct offer *o);                            /* end(); the dissector's memory back */
void feed_release(const struct offer *o);                           /* and ours: flow.dissect is NULL */

#endif
