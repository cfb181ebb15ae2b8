/* message - what the files of this folder share: rows, a packet's header, and a conversation's state. */
#ifndef DISSECTORS_QUIC_MESSAGE_H
#define DISSECTORS_QUIC_MESSAGE_H

#include "common/arena.h"
#include "common/text.h"
#include "dissectors/quic/protect.h"
#include "dissectors/quic/quic.h"
#include "dissectors/quic/version.h"

enum quic_row {
    QUIC_VERSION, QUIC_VERSION_NAME, QUIC_PACKET_TYPE, QUIC_DCID, QUIC_SCID, QUIC_VERSIONS, QUIC_SNI, QUIC_UA,
    QUIC_CYU, QUIC_CYU_HASH, QUIC_CYU_STRING, QUIC_CLIENT_ALPNS, QUIC_SERVER_ALPNS, QUIC_CIPHER_SUITE, QUIC_CIPHER_SUITES,
    QUIC_JA3, QUIC_JA3_HASH, QUIC_JA3_STRING, QUIC_JA3S, QUIC_JA3S_HASH, QUIC_JA3S_STRING, QUIC_JA4, QUIC_ROWS
};

enum quic_anomaly { QUIC_FAILED_DECRYPT, QUIC_ERROR_ON_DATA, QUIC_ERROR_ON_HEADER, QUIC_CRYPTO_FRAG_TOO_LONG, QUIC_ANOMALIES };

enum quic_packet { PACKET_INITIAL, PACKET_ZERO_RTT, PACKET_HANDSHAKE, PACKET_RETRY, PACKET_NEGOTIATION, PACKET_PUBLIC };

extern const struct schema quic_schema;

struct quic_header {
    uint32_t                   version;
    const struct quic_version *known;   /* NULL: not known */
    enum quic_packet           type;
    struct cursor              dcid, scid;
    size_t                     header;  /* bytes up to the packet number */
    size_t                     length;  /* of the whole packet */
};

struct quic_piece {
    uint32_t from, to;
};

/* The CRYPTO stream of one direction: bytes in any order. */
struct quic_crypto {
    uint8_t          *at;
    uint32_t          cap;
    unsigned          count;
    struct quic_piece pieces[QUIC_PIECES_MAX];     /* in order, apart from each other */
};

struct quic_state {
    struct quic_crypto crypto[2];
    struct quic_keys   keys[2];
    bool               keyed;
    uint32_t           version;         /* of the first packet */
    bool               hello[2];
    uint64_t           transactions;
};

/* One record while it is made. */
struct quic_message {
    struct conversation *conv;
    struct record       *r;
    struct arena         scratch;       /* texts, good until the record is emitted */
    uint64_t             anomalies;
};

/* crypto.c: takes a piece in; false: it is beyond the limits. What is there from the beginning on. */
bool crypto_take(struct conversation *conv, struct quic_crypto *c, uint64_t offset, struct cursor bytes);
struct cursor crypto_begun(const struct quic_crypto *c);
void crypto_free(struct conversation *conv, struct quic_crypto *c);

/* frames.c: the frames of an Initial packet. The record is begun anew for a hello, which wants to be first in it. */
void frames_read(struct quic_message *m, struct cursor frames, bool google, uint32_t version);
void frames_google_read(struct quic_message *m, struct cursor frames, uint32_t version);     /* Q024 to Q046 */

#endif
