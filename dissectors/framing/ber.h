/* ber - tag, length, value: the encoding below X.509, MMS, GOOSE, SNMP and others.
 *
 * Source   ITU-T X.690 clause 8. Lengths are definite; the indefinite form (8.1.3.6) is refused, as DER has none.
 * Limits   tag numbers up to 2^28, lengths up to 2^32 - 1. Nothing recurses: the caller steps into a value by
 *          reading on from element.value, as deep as its own code goes.
 */
#ifndef DISSECTORS_FRAMING_BER_H
#define DISSECTORS_FRAMING_BER_H

#include <stdbool.h>

#include "common/cursor.h"
#include "common/text.h"

enum ber_tag {
    BER_BOOLEAN = 0x01, BER_INTEGER = 0x02, BER_BIT_STRING = 0x03, BER_OCTET_STRING = 0x04, BER_NULL = 0x05,
    BER_OID = 0x06, BER_UTF8_STRING = 0x0c, BER_PRINTABLE_STRING = 0x13, BER_UTC_TIME = 0x17,
    BER_GENERALIZED_TIME = 0x18, BER_UNIVERSAL_STRING = 0x1c, BER_BMP_STRING = 0x1e,
    BER_SEQUENCE = 0x30, BER_SET = 0x31,
    BER_CONTEXT = 0x80, BER_CONSTRUCTED = 0x20      /* [n] is BER_CONTEXT | n, or with BER_CONSTRUCTED */
};

struct ber {
    uint32_t       tag;         /* first identifier octet; for high tag numbers class and form << 24 | number */
    struct cursor  value;
    const uint8_t *whole;       /* the element with its header */
    size_t         whole_len;
};

/* Takes the next element. False: it does not fit, or is not definite; then c->status tells or c did not move. */
bool ber_next(struct cursor *c, struct ber *out);

/* As ber_next(), but only if its tag is this one; nothing is taken otherwise. */
bool ber_take(struct cursor *c, uint32_t tag, struct ber *out);

/* An object identifier as "1.2.840.113549.1.1.11". */
void ber_oid_text(struct cursor oid, struct text *out);

#endif
