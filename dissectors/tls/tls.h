/* tls - the readable beginning of TLS: hellos, certificates, alerts.
 *
 * Source   RFC 5246 (TLS 1.2), 8446 (TLS 1.3), 6066 (SNI), 7301 (ALPN), 8701 (GREASE), 8998 (SM suites),
 *          GB/T 38636-2020 (TLCP, version 1.1); RFC 6101 (SSL 3.0) and its SSL 2.0 compatible hello;
 *          JA3 (Salesforce, 2017), JA4 (FoxIO, 2023)
 * Records  one of the client, at its ClientHello; one of the server, when its Certificate is there or certainly will
 *          not be (TLS 1.3 hides it, a resumed session sends none); one for each alert in the clear and for each
 *          oddity outside of these. All share transaction 0.
 * End      from the first ciphertext of a direction on that direction is not wanted any more (DISSECT_DONE); where heartbeats were
 *          agreed on, record headers are followed to the end, as their lengths still tell what leaks.
 * Limits   a handshake message of 64 KiB over any number of records; names and fingerprints made from it share a
 *          scratch of 32 KiB, beyond which the record is cut. 64 alerts and heartbeats of a flow are told; the last of
 *          them is marked cut.
 */
#ifndef DISSECTORS_TLS_H
#define DISSECTORS_TLS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_tls;

/* Bits of record.anomalies; the names rules use are in the schema. */
enum tls_anomaly {
    TLS_INVALID_SSLV2_HEADER,
    TLS_INVALID_TLS_HEADER,
    TLS_INVALID_RECORD_VERSION,
    TLS_INVALID_RECORD_TYPE,
    TLS_INVALID_RECORD_LENGTH,
    TLS_INVALID_SSL_RECORD,
    TLS_TOO_MANY_RECORDS,
    TLS_ERROR_MESSAGE,
    TLS_INVALID_HANDSHAKE_MESSAGE,
    TLS_HANDSHAKE_INVALID_LENGTH,
    TLS_INVALID_CERTIFICATE,
    TLS_CERTIFICATE_INVALID_LENGTH,
    TLS_CERTIFICATE_INVALID_DER,
    TLS_CERTIFICATE_INVALID_VERSION,
    TLS_CERTIFICATE_INVALID_SERIAL,
    TLS_CERTIFICATE_INVALID_ALGORITHM,
    TLS_CERTIFICATE_INVALID_ISSUER,
    TLS_CERTIFICATE_INVALID_VALIDITY,
    TLS_CERTIFICATE_INVALID_DATE,
    TLS_CERTIFICATE_INVALID_SUBJECT,
    TLS_CERTIFICATE_INVALID_EXTENSIONS,
    TLS_CERTIFICATE_INVALID_X509NAME,
    TLS_INVALID_ALERT_MESSAGE,
    TLS_HEARTBEAT_MESSAGE,
    TLS_OVERFLOW_HEARTBEAT_MESSAGE,
    TLS_INVALID_HEARTBEAT_MESSAGE,
    TLS_DATALEAK_HEARTBEAT,
    TLS_MULTIPLE_SNI_EXTENSIONS,
    TLS_INVALID_SNI_TYPE,
    TLS_INVALID_SNI_LENGTH,
    TLS_ANOMALY_COUNT
};

#endif
