/* dialogue - who asked what: requests and their responses, responses and their confirmations, selects and their operates.
 *
 * Shape      kept per flow by link addresses and application sequence, since one connection may serve many outstations.
 * Limits     the last DNP3_OPEN_MAX of each kind; the oldest is forgotten.
 * Source     IEEE 1815-2012: 4.2.2.4 (sequence numbers), 4.4.4 (select and operate)
 */
#ifndef DISSECTORS_DNP3_DIALOGUE_H
#define DISSECTORS_DNP3_DIALOGUE_H

#include "common/cursor.h"
#include "dissectors/dnp3/fields.h"

enum { DNP3_OPEN_MAX = 16, DNP3_FLOOD = 500 };

struct dnp3_open {
    uint64_t transaction, at_us;
    uint64_t digest;            /* selects: of their objects */
    uint16_t master, outstation;
    uint8_t  sequence, function;
    uint8_t  access;
    bool     unsolicited;
    bool     waiting;
};

struct dnp3_dialogue {
    uint64_t         fragments;
    uint32_t         unanswered;
    bool             blind;         /* requests may have been missed */
    uint8_t          next_ask, next_answer;
    struct dnp3_open asks[DNP3_OPEN_MAX];       /* wait for their responses */
    struct dnp3_open answers[DNP3_OPEN_MAX];    /* wait for their confirmations */
    struct dnp3_open select;                    /* the last one; waits for its operate */
};

/* One fragment, as it is told and paired. */
struct dnp3_fragment {
    const struct dnp3_link *link;
    enum dnp3_type          type;
    uint8_t                 function, sequence;
    bool                    final, confirm, unsolicited;    /* FIN, CON, UNS */
    uint8_t                 access;         /* of a request */
    struct cursor           objects;
    uint64_t                now_us;
};

/* Before the fragment's objects are told: its transaction and the ask it answers; NULL: nobody's, or no response. */
const struct dnp3_open *dnp3_dialogue_begin(struct dnp3_dialogue *d, struct record *r, const struct dnp3_fragment *f);

/* Afterwards: pairs are told and remembered. */
void dnp3_dialogue_end(struct dnp3_dialogue *d, struct record *r, const struct dnp3_fragment *f, const struct dnp3_open *asked);

#endif
