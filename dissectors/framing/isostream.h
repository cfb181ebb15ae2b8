/* isostream - the ISO transport's stream: TPKT by TPKT, data TPDUs joined to messages, and the way back in step after a gap.
 *
 * Shape      a protocol over TPKT and COTP says in a struct iso_upper what its messages begin like and takes them whole;
 *            its schema begins with COTP_ROWS. Connection TPDUs, TPDUs that contradict themselves and messages that never
 *            ended are told here, in the upper's own records.
 * Ownership  a message is good until the upper's .message returns. iso_end() and iso_gap() give every block back.
 * Errors     a few messages in a row that are not the upper's, or no TPKT at all: DISSECT_LOST.
 * Source     RFC 1006, section 6; ISO/IEC 8073 section 13
 */
#ifndef DISSECTORS_FRAMING_ISOSTREAM_H
#define DISSECTORS_FRAMING_ISOSTREAM_H

#include "dissectors/dissector.h"
#include "dissectors/framing/cotp.h"

struct iso_stream {             /* zeroed: nothing yet; part of the upper's state */
    struct cotp_join join[2];
    bool             searching[2];  /* after a gap: for something that begins a message */
    unsigned         foreign;       /* messages in a row that were not the upper's */
};

struct iso_upper {
    /* A fresh record of the upper's schema with its transaction, for what the transport has to tell. */
    struct record *(*record)(struct conversation *conv);
    unsigned invalid_tpdu;      /* the upper's anomaly for a TPDU that contradicts itself */
    size_t   header_min;        /* bytes of a message without which .begins cannot say */

    /* Whether the first piece of a message looks like the upper's. `data` is never empty, and may be cut short when !whole. */
    bool (*begins)(struct cursor data, bool whole, bool eot);

    /* Takes one message, which came in so many pieces; lost: it was too long, and is empty. False: it is not the upper's. */
    bool (*message)(struct conversation *conv, struct cursor message, unsigned pieces, bool lost);
};

/* The transport's connection says nothing of who speaks over it: waits for data. */
enum probe iso_probe(const struct iso_upper *u, struct cursor c);

enum dissect iso_pdu(const struct iso_upper *u, struct iso_stream *s, struct conversation *conv, struct cursor *in);
void iso_gap(struct iso_stream *s, struct conversation *conv);
void iso_end(const struct iso_upper *u, struct iso_stream *s, struct conversation *conv);

#endif
