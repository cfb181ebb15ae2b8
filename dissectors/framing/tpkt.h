/* tpkt - packets of TPKT, which gives TCP's stream the message ends that ISO transport needs.
 *
 *   0      1      2        4
 *   +------+------+--------+-----------
 *   |  3   |  0   | length | TPDU ...      length counts from the 3 on
 *   +------+------+--------+-----------
 *
 * Source  RFC 1006, section 6; RFC 2126, section 4.3
 */
#ifndef DISSECTORS_FRAMING_TPKT_H
#define DISSECTORS_FRAMING_TPKT_H

#include "common/cursor.h"

enum { TPKT_HEADER = 4, TPKT_MIN = 7, TPKT_MAX = 65535 };

enum tpkt {
    TPKT_WHOLE,     /* `tpdu` is the inside; `in` stands behind the packet */
    TPKT_SHORT,     /* not all here; `need` bytes must be there from the packet's beginning on */
    TPKT_FOREIGN    /* this is no TPKT */
};

/* Takes one packet. `in` moves only with TPKT_WHOLE; `tpdu` borrows from it. */
static inline enum tpkt tpkt_take(struct cursor *in, struct cursor *tpdu, size_t *need)
{
    struct cursor c = *in;
    if ((c.left > 0 && cursor_peek(&c, 0) != 3) || (c.left > 1 && cursor_peek(&c, 1) != 0))
        return TPKT_FOREIGN;
    cursor_skip(&c, 2);
    size_t length = cursor_be16(&c);
    *need = c.status == CURSOR_OK ? length : TPKT_HEADER;
    if (c.status != CURSOR_OK)
        return TPKT_SHORT;
    if (length < TPKT_MIN)
        return TPKT_FOREIGN;
    if (length - TPKT_HEADER > c.left)
        return TPKT_SHORT;
    *tpdu = cursor_sub(&c, length - TPKT_HEADER);
    *in = c;
    return TPKT_WHOLE;
}

#endif
