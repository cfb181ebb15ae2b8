/* pair - IEC 104's commands and what answers them: confirmations, terminations, and the data that an interrogation asked for.
 *
 * Limits  the last IEC104_OPEN_MAX commands and interrogations of a flow; the oldest gives way.
 * Source  IEC 60870-5-101:2003, clause 7.2.3 (causes of transmission) and 7.4 (application functions)
 */
#ifndef DISSECTORS_IEC104_PAIR_H
#define DISSECTORS_IEC104_PAIR_H

#include "dissectors/iec104/type.h"

enum {
    IEC104_OPEN_MAX = 16,
    IEC104_SAID_MAX = 5         /* octets of the longest command without its time: short float and qualifier */
};

struct iec104_open {
    uint64_t transaction, sent_us;
    uint32_t address;
    uint16_t common_address;
    uint8_t  type, said_len;
    uint8_t  said[IEC104_SAID_MAX];
    bool     used, waiting, select, selected;
};

struct iec104_pairs {
    uint64_t           transactions;
    struct iec104_open open[IEC104_OPEN_MAX];
    unsigned           next;    /* in open: the oldest */
    bool               blind;   /* commands may have been missed */
};

/* What the record of an I format APDU knows of its command. */
struct iec104_telegram {
    struct iec104_asdu asdu;
    uint8_t            type;
    uint32_t           address;         /* of the first object */
    const uint8_t     *said;
    uint8_t            said_len;
    bool               select;
};

/* Whether it answers a command: confirmation, termination, refusal; and whether an answer says no. */
bool iec104_answers(const struct iec104_telegram *t);
bool iec104_refused(const struct iec104_asdu *a);

/* Looks at the first object, says who speaks and what the standard does not allow, and pairs: the record gets its transaction. `t` has type
 * and ASDU. */
void iec104_pair(struct iec104_pairs *s, struct iec104_telegram *t, struct record *r, uint64_t now_us);

#endif
