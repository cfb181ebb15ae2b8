/* certificate - the Certificate message up to TLS 1.2: the first certificate in words, all of them as they are. */
#include "dissectors/tls/message.h"
#include "dissectors/tls/x509.h"

enum { NAME_ROOM = 2048, ALTERNATIVES_MAX = 128 };

static unsigned anomaly_of(enum x509_fault fault)
{
    switch (fault) {
    case X509_WHOLE:
    case X509_DER:        return TLS_CERTIFICATE_INVALID_DER;
    case X509_VERSION:    return TLS_CERTIFICATE_INVALID_VERSION;
    case X509_SERIAL:     return TLS_CERTIFICATE_INVALID_SERIAL;
    case X509_ALGORITHM:
    case X509_KEY:        return TLS_CERTIFICATE_INVALID_ALGORITHM;
    case X509_ISSUER:     return TLS_CERTIFICATE_INVALID_ISSUER;
    case X509_VALIDITY:   return TLS_CERTIFICATE_INVALID_VALIDITY;
    case X509_DATE:       return TLS_CERTIFICATE_INVALID_DATE;
    case X509_SUBJECT:    return TLS_CERTIFICATE_INVALID_SUBJECT;
    case X509_EXTENSIONS: return TLS_CERTIFICATE_INVALID_EXTENSIONS;
    }
    return TLS_CERTIFICATE_INVALID_DER;
}

static void add_name(struct tls_message *m, unsigned row, struct cursor name)
{
    struct text t = tls_text(m, NAME_ROOM);
    if (!x509_name_text(name, &t))
        record_anomaly(m->r, TLS_CERTIFICATE_INVALID_X509NAME);
    tls_add_text(m, row, &t);
}

/* "0A:1B" or "0a:1b" */
static void add_colons(struct tls_message *m, unsigned row, const uint8_t *bytes, size_t n, const char *digits)
{
    struct text t = tls_text(m, 3 * n);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            text_char(&t, ':');
        text_char(&t, digits[bytes[i] >> 4]);
        text_char(&t, digits[bytes[i] & 15]);
    }
    tls_add_text(m, row, &t);
}

static void add_algorithm(struct tls_message *m, unsigned row, struct cursor oid)
{
    if (oid.left == 0)
        return;
    struct text t = tls_text(m, 128);
    x509_algorithm_text(oid, &t);
    tls_add_text(m, row, &t);
}

static void add_dates(struct tls_message *m, const struct x509 *x)
{
    bool expired = m->now_us > x->not_after_us;
    record_uint(m->r, TLS_NOTBEFORE, x->not_before_us);
    record_uint(m->r, TLS_NOTAFTER, x->not_after_us);
    record_uint(m->r, TLS_CERT_EXPIRED, expired);
    record_uint(m->r, TLS_CERT_VALID, !expired && m->now_us >= x->not_before_us);
}

static void add_alternatives(struct tls_message *m, struct cursor names)
{
    for (unsigned i = 0; names.left > 0; i++) {
        struct text t = tls_text(m, 256);
        bool more = i < ALTERNATIVES_MAX && x509_alternative_next(&names, &t);
        if (!more) {
            m->r->cut |= i == ALTERNATIVES_MAX;
            return;
        }
        tls_add_text(m, TLS_SUBJECTALTNAME, &t);
    }
}

static void add_key(struct tls_message *m, const struct x509 *x)
{
    add_algorithm(m, TLS_CERT_KEY, x->key_algorithm);
    add_algorithm(m, TLS_CERT_CURVE, x->curve);
    if (x->key_bits > 0)
        record_uint(m->r, TLS_CERT_KEY_BITS, x->key_bits);
    add_alternatives(m, x->alternative_names);
}

/* Says what could be read, in the order of the certificate, up to where it went wrong. */
static void add_certificate(struct tls_message *m, struct cursor der)
{
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    uint8_t digest[HASH_MAX];
    struct x509 x;
    size_t n = hash_digest(HASH_SHA1, der.at, der.left, digest);
    add_colons(m, TLS_FINGERPRINT, digest, n, lower);
    enum x509_fault fault = x509_read(der, &x);
    if (fault != X509_WHOLE) {
        record_anomaly(m->r, TLS_INVALID_CERTIFICATE);
        record_anomaly(m->r, anomaly_of(fault));
    }
    if (fault == X509_DER)
        return;
    record_uint(m->r, TLS_CERT_VERSION, x.version);
    if (x.serial.left > 0)
        add_colons(m, TLS_SERIAL, x.serial.at, x.serial.left, upper);
    add_algorithm(m, TLS_CERT_SIGNATURE, x.signature_algorithm);
    if (fault == X509_WHOLE || fault > X509_ISSUER)
        add_name(m, TLS_ISSUERDN, x.issuer);
    if (fault == X509_WHOLE || fault > X509_DATE)
        add_dates(m, &x);
    if (fault == X509_WHOLE || fault > X509_SUBJECT) {
        add_name(m, TLS_SUBJECT, x.subject);
        record_uint(m->r, TLS_CERT_SELF_SIGNED, x.self_signed);
        add_key(m, &x);
    }
}

bool tls_certificates(struct tls_message *m, struct cursor body)
{
    unsigned count = 0;
    struct cursor list = cursor_sub(&body, cursor_be24(&body));
    while (body.status == CURSOR_OK && list.left > 0) {
        struct cursor der = cursor_sub(&list, cursor_be24(&list));
        if (list.status != CURSOR_OK || der.left == 0)
            break;
        record_bytes(m->r, TLS_CERTS, der.at, der.left);
        if (count++ == 0)
            add_certificate(m, der);
    }
    record_uint(m->r, TLS_CERT_CHAIN_LEN, count);
    if (body.status == CURSOR_OK && list.status == CURSOR_OK && list.left == 0)
        return true;
    record_anomaly(m->r, TLS_CERTIFICATE_INVALID_LENGTH);
    return false;
}
