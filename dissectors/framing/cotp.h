/* cotp - the ISO transport protocol as it is spoken in TPKT: connection, data, disconnect, error, and messages in pieces.
 *
 * Shape      cotp_read() takes a TPDU apart; cotp_join_add() puts the data TPDUs up to the one with EOT together.
 *            COTP_ROWS and COTP_FIELDS are the rows that every protocol above gives of it, first in its schema and
 *            in this order; cotp_record() fills them.
 * Ownership  a TPDU borrows its packet; a whole message borrows the packet or the join's block, until the next call.
 * Limits     COTP_MESSAGE_MAX bytes a message; of a longer one nothing is given.
 * Source     ISO/IEC 8073 (ITU-T X.224) section 13; classes 0 and 2 as RFC 1006 uses them
 */
#ifndef DISSECTORS_FRAMING_COTP_H
#define DISSECTORS_FRAMING_COTP_H

#include "common/cursor.h"
#include "common/store.h"
#include "events/record.h"

enum cotp_type {
    COTP_ED = 1, COTP_EA = 2, COTP_UD = 4, COTP_RJ = 5, COTP_AK = 6, COTP_ER = 7, COTP_DR = 8,
    COTP_DC = 12, COTP_CC = 13, COTP_CR = 14, COTP_DT = 15
};

enum { COTP_MESSAGE_MAX = 65536 };

struct cotp_tpdu {
    enum cotp_type type;
    uint16_t       destination, source;     /* references; CR, CC, DR */
    uint8_t        transport_class;         /* CR, CC */
    uint8_t        reason;                  /* DR: why it ends; ER: why it was refused */
    bool           eot;                     /* DT: the message's last piece */
    uint32_t       size_max;                /* CR, CC: TPDU size offered, bytes; 0: not said */
    struct cursor  calling, called;         /* TSAPs, empty: not given */
    struct cursor  data;                    /* what follows the header */
};

/* The TPDU that `c` holds. False: it contradicts itself, or nobody knows its type. */
bool cotp_read(struct cursor c, struct cotp_tpdu *t);

/* A message in the making, one per direction. */
struct cotp_join {
    uint8_t *held;
    size_t   size, len;
    unsigned pieces;        /* data TPDUs so far, the last one with it */
    bool     closed;        /* the message was given: the next piece begins another */
    bool     lost;          /* too long, or no memory: dropped up to its EOT */
};

/* Adds a DT. True: the message is whole, and `message` is it (empty when it was lost). */
bool cotp_join_add(struct cotp_join *j, struct store *s, struct account *a, const struct cotp_tpdu *t,
                   struct cursor *message);

/* Forgets the pieces (a gap) and gives the block back. */
void cotp_join_drop(struct cotp_join *j, struct store *s, struct account *a);

enum cotp_row { COTP_TPDU, COTP_CALLING_TSAP, COTP_CALLED_TSAP, COTP_CLASS, COTP_SIZE, COTP_REASON, COTP_PIECES, COTP_ROWS };

extern const struct field_name cotp_type_names[];
extern const struct field_name cotp_reason_names[];

#define COTP_FIELDS \
    [COTP_TPDU]         = { .name = "tpdu", .names = cotp_type_names, .about = "Type of the transport's TPDU that this came in." }, \
    [COTP_CALLING_TSAP] = { .name = "calling_tsap", .type = FIELD_BYTES, .about = "Transport selector of the one that connects." }, \
    [COTP_CALLED_TSAP]  = { .name = "called_tsap", .type = FIELD_BYTES, .about = "Transport selector that is asked for; S7: kind of connection, rack and slot." }, \
    [COTP_CLASS]        = { .name = "transport_class", .about = "Transport class of a connection." }, \
    [COTP_SIZE]         = { .name = "tpdu_size", .unit = "bytes", .about = "Longest TPDU that is offered or agreed." }, \
    [COTP_REASON]       = { .name = "reason", .names = cotp_reason_names, .about = "Why the transport was disconnected, or a TPDU refused." }, \
    [COTP_PIECES]       = { .name = "tpdus", .about = "Data TPDUs that the message came in." }

/* The rows of any TPDU but DT. */
void cotp_record(struct record *r, const struct cotp_tpdu *t);

#endif
