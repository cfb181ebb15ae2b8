/* asn1 - the keyword `asn1`: is there BER in the buffer that once overflowed its readers?
 *
 *     asn1:bitstring_overflow, double_overflow, oversize_length 1024, relative_offset 54
 *
 * Meaning  from the offset on (absolute_offset: of the buffer; relative_offset: behind the last match; else the buffer's beginning)
 *          elements are walked as they stand, those inside of constructed ones too. One check that holds is enough:
 *          oversize_length     an element longer than that, whether or not so much is there
 *          bitstring_overflow  a bit string with more unused bits than it has bits
 *          double_overflow     a real number in decimal digits, longer than 256 octets
 * Limits   ASN1_ELEMENTS_MAX elements; the walk ends where something is no BER, or beyond the buffer.
 * Source   Suricata 7.0 user guide, "asn1"; Snort's users manual 3.5.33; ITU-T X.690 clauses 8.5 and 8.6.
 */
#ifndef DETECT_ASN1_H
#define DETECT_ASN1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ASN1_ELEMENTS_MAX = 256 };

struct asn1_use {
    bool     bitstring, real, relative, oversize;
    uint32_t longest;           /* oversize_length */
    int32_t  offset;
};

bool asn1_holds(const struct asn1_use *u, const uint8_t *at, size_t len, size_t before);

#endif
