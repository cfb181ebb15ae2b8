/* message - Modbus's PDUs as requests and responses, whatever frame carries them: who asks, what answers what.
 *
 * Source  MODBUS Application Protocol V1.1b3; MODBUS Messaging on TCP/IP V1.0b, section 4.4.2 (transactions)
 */
#ifndef DISSECTORS_MODBUS_MESSAGE_H
#define DISSECTORS_MODBUS_MESSAGE_H

#include "dissectors/modbus/function.h"
#include "dissectors/modbus/modbus.h"

enum {
    MODBUS_EXCEPTION_BIT = 0x80,
    MODBUS_OPEN_MAX = 16,       /* requests waiting for a response; the client guide speaks of 1 to 16 */
    MODBUS_FLOOD = 500,         /* requests in a row without a response; as Suricata's */
    MODBUS_PROTOCOL = 0
};

struct modbus_open {
    uint64_t            transaction;
    uint64_t            sent_us;
    struct modbus_asked asked;
    uint16_t            transaction_id;
    uint8_t             unit, code;
    bool                waiting;
};

struct modbus_state {
    uint64_t            transactions;
    struct modbus_open open[MODBUS_OPEN_MAX];
    unsigned            next;           /* in open: the oldest, to be overwritten next */
    unsigned            unanswered;
    unsigned            foreign;
    bool                searching[2];   /* out of step after a gap, per direction */
    bool                role_known;
    bool                swapped;        /* who opened the connection answers on it */
    bool                framed, rtu;    /* which frames the flow has, once that is known */
    bool                blind;          /* requests may have been missed: a response without one proves nothing */
};

struct modbus_adu {
    uint16_t      transaction_id, protocol, length;
    uint8_t       unit, code;
    bool          rtu;                  /* a serial line's frame: no transaction, protocol or length */
    struct cursor body;                 /* behind the function code */
};

/* Whether this is surely a PDU of a public function, judged by its form alone. */
bool modbus_adu_convinces(const struct modbus_adu *a, bool response);

/* What the frame says: transaction, protocol and length, or that it is a serial line's. */
void modbus_header_say(struct record *r, const struct modbus_adu *a);

/* Whoever opened the connection asks, unless what is said first can only be an answer, or a question from the other
 * side: then the capture began in the middle and the sides were guessed wrong, or a server calls out. */
bool modbus_asks(const struct conversation *conv, const struct modbus_adu *a);

void modbus_request_read(struct conversation *conv, const struct modbus_adu *a);
void modbus_response_read(struct conversation *conv, const struct modbus_adu *a);

/* rtu.c: whether the bytes are one whole serial frame and nothing else, by its form and CRC. */
bool modbus_rtu_whole(const struct conversation *conv, struct cursor c);
enum probe modbus_rtu_probe(const struct conversation *conv, struct cursor c);
enum dissect modbus_rtu_pdu(struct conversation *conv, struct cursor *in);

#endif
