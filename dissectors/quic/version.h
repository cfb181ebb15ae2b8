/* version - the versions of QUIC that we know, and what differs between them. */
#ifndef DISSECTORS_QUIC_VERSION_H
#define DISSECTORS_QUIC_VERSION_H

#include <stdint.h>

enum quic_salt { SALT_NONE, SALT_22, SALT_23, SALT_29, SALT_V1, SALT_V2, SALT_Q050, SALT_T050, SALT_T051 };
enum quic_family {
    QUIC_IETF,
    QUIC_GOOGLE_PUBLIC,     /* up to Q043: public flags, in the clear */
    QUIC_GOOGLE_LONG,       /* Q044 to Q046: long headers with both id lengths in one byte, in the clear */
    QUIC_GOOGLE_LAST        /* Q050 and later: IETF's packets, Google's frames */
};

struct quic_version {
    uint32_t         first, last;
    enum quic_family family;
    enum quic_salt   salt;
    const char      *name;      /* NULL: made of the number (Q043, draft-29) */
};

const struct quic_version *quic_version_find(uint32_t version);     /* NULL: unknown */

#endif
