/* message - what the files of this folder share: rows of the record, and the readers of hellos and certificates. */
#ifndef DISSECTORS_TLS_MESSAGE_H
#define DISSECTORS_TLS_MESSAGE_H

#include "common/arena.h"
#include "common/hash.h"
#include "dissectors/tls/tls.h"

enum tls_row {
    TLS_VERSION, TLS_SNI, TLS_SESSION_RESUMED, TLS_CIPHER_SUITE,
    TLS_SUBJECT, TLS_ISSUERDN, TLS_SERIAL, TLS_FINGERPRINT, TLS_NOTBEFORE, TLS_NOTAFTER, TLS_SUBJECTALTNAME,
    TLS_CERT_CHAIN_LEN, TLS_CERT_VERSION, TLS_CERT_SIGNATURE, TLS_CERT_KEY, TLS_CERT_CURVE, TLS_CERT_KEY_BITS,
    TLS_CERT_SELF_SIGNED, TLS_CERT_EXPIRED, TLS_CERT_VALID, TLS_CERTS,
    TLS_CLIENT_ALPNS, TLS_SERVER_ALPNS,
    TLS_JA3, TLS_JA3_HASH, TLS_JA3_STRING, TLS_JA3S, TLS_JA3S_HASH, TLS_JA3S_STRING, TLS_JA4,
    TLS_ALERT_LEVEL, TLS_ALERT_DESCRIPTION,
    TLS_LEGACY_VERSION, TLS_RANDOM, TLS_RANDOM_TIME, TLS_RANDOM_BYTES, TLS_SESSION_ID, TLS_CIPHER_SUITES, TLS_EXTENSIONS,
    TLS_SUPPORTED_VERSIONS, TLS_SUPPORTED_GROUPS, TLS_SIGNATURE_ALGORITHMS, TLS_ENCRYPTED_HELLO, TLS_HANDSHAKE,
    TLS_ROW_COUNT
};

enum tls_version {
    VERSION_TLCP = 0x0101, VERSION_SSL2 = 0x0002, VERSION_SSL3 = 0x0300, VERSION_TLS10 = 0x0301, VERSION_TLS12 = 0x0303,
    VERSION_TLS13 = 0x0304
};

enum tls_extension {
    EXTENSION_SNI = 0, EXTENSION_GROUPS = 10, EXTENSION_POINT_FORMATS = 11, EXTENSION_SIGNATURES = 13, EXTENSION_HEARTBEAT = 15, EXTENSION_ALPN = 16,
    EXTENSION_VERSIONS = 43, EXTENSION_ECH = 0xfe0d
};

extern const struct schema tls_schema;
extern const struct field_name tls_suites[];

/* One record while it is made. */
struct tls_message {
    struct record *r;
    struct arena   scratch;     /* texts, good until the record is emitted */
    uint64_t       now_us;
    bool           quic;        /* the hello came over QUIC: JA4 says so */
};

/* What the server's hello decides, read ahead of its record. */
struct tls_choice {
    uint16_t version;           /* of supported_versions when it is there */
    bool     retry;             /* a HelloRetryRequest: the real one follows */
    bool     heartbeats;        /* either side may send them (RFC 6520) */
    uint8_t  session_id[32];
    uint8_t  session_id_len;
};

/* Handshake message bodies without their four octets of header. False: it contradicts its own lengths. */
bool tls_client_hello(struct tls_message *m, struct cursor body);
bool tls_server_hello(struct tls_message *m, struct cursor body);
bool tls_choice_read(struct cursor body, struct tls_choice *out);

/* The SSL 2.0 form of a client's hello, behind its two octets of length. */
bool tls_client_hello_v2(struct tls_message *m, struct cursor body);

/* The body of a Certificate message up to TLS 1.2. */
bool tls_certificates(struct tls_message *m, struct cursor body);

bool tls_version_known(uint16_t version);       /* SSL 3.0 to TLS 1.3 and its drafts, TLCP */
bool tls_grease(uint16_t n);                    /* RFC 8701 */

/* An empty text with room for n in the scratch; .cap is 0 and the record is cut when it is full. */
struct text tls_text(struct tls_message *m, size_t n);

/* Adds the text and gives back to the scratch what it did not use. */
void tls_add_text(struct tls_message *m, unsigned row, const struct text *t);

/* Adds the digest as lower-case hex. */
void tls_add_digest(struct tls_message *m, unsigned row, enum hash_kind kind, const void *bytes, size_t n);

#endif
