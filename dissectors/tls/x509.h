/* x509 - what a certificate says about itself. Nothing is verified: a passive sensor has no trust store to ask.
 *
 * Source     RFC 5280; GB/T 20518-2018 for SM2 certificates, which have the same shape with other identifiers
 * Ownership  cursors point into the certificate's bytes.
 */
#ifndef DISSECTORS_TLS_X509_H
#define DISSECTORS_TLS_X509_H

#include <stdbool.h>

#include "common/cursor.h"
#include "common/text.h"

/* The part that could not be read; everything before it is good. */
enum x509_fault {
    X509_WHOLE, X509_DER, X509_VERSION, X509_SERIAL, X509_ALGORITHM, X509_ISSUER, X509_VALIDITY, X509_DATE, X509_SUBJECT,
    X509_KEY, X509_EXTENSIONS
};

struct x509 {
    uint8_t       version;              /* 1, 2 or 3 */
    struct cursor serial;               /* as encoded, with a leading zero where there is one */
    struct cursor signature_algorithm;  /* object identifiers, their values */
    struct cursor issuer, subject;      /* RDN sequences */
    uint64_t      not_before_us, not_after_us;      /* since 1970; earlier is 0 */
    struct cursor key_algorithm, curve;
    uint32_t      key_bits;             /* 0: not known for this kind of key */
    struct cursor alternative_names;    /* GeneralNames; empty when there are none */
    bool          self_signed;          /* issuer and subject are the same octets */
};

enum x509_fault x509_read(struct cursor der, struct x509 *out);

/* "C=CN, ST=Hunan, O=..., CN=..." in the certificate's order, as Suricata prints names. False: not a name. */
bool x509_name_text(struct cursor name, struct text *out);

/* The next DNS name, address, mail address or URI as text; false at the end. Other kinds are passed over. */
bool x509_alternative_next(struct cursor *names, struct text *out);

/* "sha256WithRSAEncryption", "sm2sign-with-sm3"; dotted numbers when it has no name here. */
void x509_algorithm_text(struct cursor oid, struct text *out);

#endif
