#include "dissectors/tls/message.h"

/* The first name of a value is EVE's; the others are those of the keywords tls.version and ssl_version. */
static const struct field_name versions[] = {
    { VERSION_TLS12, "TLS 1.2" }, { VERSION_TLS13, "TLS 1.3" }, { 0x0302, "TLS 1.1" }, { VERSION_TLS10, "TLSv1" },
    { VERSION_SSL3, "SSLv3" }, { VERSION_SSL2, "SSLv2" }, { VERSION_TLCP, "TLCP 1.1" },
    { VERSION_TLS12, "1.2" }, { VERSION_TLS13, "1.3" }, { 0x0302, "1.1" }, { VERSION_TLS10, "1.0" },
    { VERSION_TLS12, "tls1.2" }, { VERSION_TLS13, "tls1.3" }, { 0x0302, "tls1.1" }, { VERSION_TLS10, "tls1.0" },
    { VERSION_SSL3, "sslv3" }, { VERSION_SSL2, "sslv2" }, { VERSION_TLCP, "tlcp" }, { 0, NULL }
};

static const struct field_name handshakes[] = {
    { 0, "hello_request" }, { 1, "client_hello" }, { 2, "server_hello" }, { 3, "hello_verify_request" },
    { 4, "new_session_ticket" }, { 5, "end_of_early_data" }, { 8, "encrypted_extensions" }, { 11, "certificate" },
    { 12, "server_key_exchange" }, { 13, "certificate_request" }, { 14, "server_hello_done" },
    { 15, "certificate_verify" }, { 16, "client_key_exchange" }, { 20, "finished" }, { 21, "certificate_url" },
    { 22, "certificate_status" }, { 24, "key_update" }, { 12, "server_keyx" }, { 16, "client_keyx" }, { 0, NULL }
};

static const struct field_name groups[] = {
    { 19, "secp192r1" }, { 21, "secp224r1" }, { 22, "secp256k1" }, { 23, "secp256r1" }, { 24, "secp384r1" },
    { 25, "secp521r1" }, { 26, "brainpoolP256r1" }, { 27, "brainpoolP384r1" }, { 28, "brainpoolP512r1" },
    { 29, "x25519" }, { 30, "x448" }, { 41, "curveSM2" }, { 249, "curveSM2_tlcp" }, { 256, "ffdhe2048" },
    { 257, "ffdhe3072" }, { 258, "ffdhe4096" }, { 259, "ffdhe6144" }, { 260, "ffdhe8192" }, { 4587, "SecP256r1MLKEM768" },
    { 4588, "X25519MLKEM768" }, { 25497, "X25519Kyber768Draft00" }, { 0, NULL }
};

static const struct field_name signatures[] = {
    { 0x0201, "rsa_pkcs1_sha1" }, { 0x0202, "dsa_sha1" }, { 0x0203, "ecdsa_sha1" }, { 0x0401, "rsa_pkcs1_sha256" },
    { 0x0403, "ecdsa_secp256r1_sha256" }, { 0x0501, "rsa_pkcs1_sha384" }, { 0x0503, "ecdsa_secp384r1_sha384" },
    { 0x0601, "rsa_pkcs1_sha512" }, { 0x0603, "ecdsa_secp521r1_sha512" }, { 0x0708, "sm2sig_sm3" },
    { 0x0804, "rsa_pss_rsae_sha256" }, { 0x0805, "rsa_pss_rsae_sha384" }, { 0x0806, "rsa_pss_rsae_sha512" },
    { 0x0807, "ed25519" }, { 0x0808, "ed448" }, { 0x0809, "rsa_pss_pss_sha256" }, { 0x080a, "rsa_pss_pss_sha384" },
    { 0x080b, "rsa_pss_pss_sha512" }, { 0, NULL }
};

static const struct field_name extensions[] = {
    { 0, "server_name" }, { 1, "max_fragment_length" }, { 5, "status_request" }, { 10, "supported_groups" },
    { 11, "ec_point_formats" }, { 13, "signature_algorithms" }, { 14, "use_srtp" }, { 15, "heartbeat" }, { 16, "alpn" },
    { 17, "status_request_v2" }, { 18, "signed_certificate_timestamp" }, { 21, "padding" }, { 22, "encrypt_then_mac" },
    { 23, "extended_main_secret" }, { 27, "compress_certificate" }, { 28, "record_size_limit" }, { 35, "session_ticket" },
    { 41, "pre_shared_key" }, { 42, "early_data" }, { 43, "supported_versions" }, { 44, "cookie" },
    { 45, "psk_key_exchange_modes" }, { 47, "certificate_authorities" }, { 49, "post_handshake_auth" },
    { 50, "signature_algorithms_cert" }, { 51, "key_share" }, { 57, "quic_transport_parameters" },
    { 13172, "next_protocol_negotiation" }, { 17513, "application_settings" }, { 65037, "encrypted_client_hello" },
    { 65281, "renegotiation_info" }, { 0, NULL }
};

static const struct field_name alert_levels[] = { { 1, "warning" }, { 2, "fatal" }, { 0, NULL } };

static const struct field_name alert_descriptions[] = {
    { 0, "close_notify" }, { 10, "unexpected_message" }, { 20, "bad_record_mac" }, { 21, "decryption_failed" },
    { 22, "record_overflow" }, { 30, "decompression_failure" }, { 40, "handshake_failure" }, { 41, "no_certificate" },
    { 42, "bad_certificate" }, { 43, "unsupported_certificate" }, { 44, "certificate_revoked" },
    { 45, "certificate_expired" }, { 46, "certificate_unknown" }, { 47, "illegal_parameter" }, { 48, "unknown_ca" },
    { 49, "access_denied" }, { 50, "decode_error" }, { 51, "decrypt_error" }, { 60, "export_restriction" },
    { 70, "protocol_version" }, { 71, "insufficient_security" }, { 80, "internal_error" },
    { 86, "inappropriate_fallback" }, { 90, "user_canceled" }, { 100, "no_renegotiation" }, { 109, "missing_extension" },
    { 110, "unsupported_extension" }, { 111, "certificate_unobtainable" }, { 112, "unrecognized_name" },
    { 113, "bad_certificate_status_response" }, { 114, "bad_certificate_hash_value" }, { 115, "unknown_psk_identity" },
    { 116, "certificate_required" }, { 120, "no_application_protocol" }, { 121, "ech_required" },
    { 200, "unsupported_site2site" }, { 201, "no_area" }, { 202, "unsupported_areatype" }, { 203, "bad_ibcparam" },
    { 204, "unsupported_ibcparam" }, { 205, "identity_need" }, { 0, NULL }
};

#define IN(list) .in = (list) + 1

static const struct field fields[] = {
    [TLS_VERSION] = { .name = "version", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = versions,
                      .aliases = "ssl_version", .about = "The client's best offer, or what the server chose." },
    [TLS_SNI] = { .name = "sni", .type = FIELD_TEXT, .flags = FIELD_DOMAIN | FIELD_ASKED, .aliases = "tls.sni tls_sni", .about = "Server name asked for." },
    [TLS_SESSION_RESUMED] = { .name = "session_resumed", .type = FIELD_FLAG, .about = "An earlier session goes on." },
    [TLS_CIPHER_SUITE] = { .name = "cipher_suite", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = tls_suites,
                           .about = "The suite that the server chose." },
    [TLS_SUBJECT] = { .name = "subject", .type = FIELD_TEXT, .flags = FIELD_ANSWERED, .aliases = "tls.cert_subject tls_cert_subject",
                      .about = "Whom the first certificate is for." },
    [TLS_ISSUERDN] = { .name = "issuerdn", .type = FIELD_TEXT, .flags = FIELD_ANSWERED, .aliases = "tls.cert_issuer tls_cert_issuer",
                       .about = "Who signed it." },
    [TLS_SERIAL] = { .name = "serial", .type = FIELD_TEXT, .flags = FIELD_ANSWERED, .aliases = "tls.cert_serial tls_cert_serial",
                     .about = "Its serial number, octets in hex with colons." },
    [TLS_FINGERPRINT] = { .name = "fingerprint", .type = FIELD_TEXT, .flags = FIELD_CERTIFICATE | FIELD_ANSWERED, .aliases = "tls.cert_fingerprint tls_cert_fingerprint",
                          .about = "SHA-1 over it, octets in hex with colons." },
    [TLS_NOTBEFORE] = { .name = "notbefore", .type = FIELD_TIME, .aliases = "tls_cert_notbefore",
                        .about = "It counts from then on." },
    [TLS_NOTAFTER] = { .name = "notafter", .type = FIELD_TIME, .aliases = "tls_cert_notafter", .about = "Up to then." },
    [TLS_SUBJECTALTNAME] = { .name = "subjectaltname", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_ANSWERED,
                             .aliases = "tls.subjectaltname", .about = "Further names that it is for." },
    [TLS_CERT_CHAIN_LEN] = { .name = "cert_chain_len", .type = FIELD_UINT, .about = "Certificates sent." },
    [TLS_CERT_VERSION] = { .name = "cert_version", .type = FIELD_UINT, .about = "Version of X.509." },
    [TLS_CERT_SIGNATURE] = { .name = "cert_signature", .type = FIELD_TEXT, .about = "Algorithm of its signature." },
    [TLS_CERT_KEY] = { .name = "cert_key", .type = FIELD_TEXT, .about = "Algorithm of its key." },
    [TLS_CERT_CURVE] = { .name = "cert_curve", .type = FIELD_TEXT, .about = "Curve of its key." },
    [TLS_CERT_KEY_BITS] = { .name = "cert_key_bits", .type = FIELD_UINT, .unit = "bits", .about = "Size of its key." },
    [TLS_CERT_SELF_SIGNED] = { .name = "cert_self_signed", .type = FIELD_FLAG, .about = "Subject and issuer are the same." },
    [TLS_CERT_EXPIRED] = { .name = "cert_expired", .type = FIELD_FLAG, .aliases = "tls_cert_expired",
                           .about = "It had run out at the time of the packet." },
    [TLS_CERT_VALID] = { .name = "cert_valid", .type = FIELD_FLAG, .aliases = "tls_cert_valid",
                         .about = "The packet's time was within its dates." },
    [TLS_CERTS] = { .name = "certs", .type = FIELD_BYTES, .flags = FIELD_MANY | FIELD_HIDDEN | FIELD_ANSWERED, .aliases = "tls.certs",
                    .about = "Each certificate as sent (DER)." },
    [TLS_CLIENT_ALPNS] = { .name = "client_alpns", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_ASKED, .aliases = "tls.alpn",
                           .about = "Application protocols that the client offers." },
    [TLS_SERVER_ALPNS] = { .name = "server_alpns", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_ANSWERED,
                           .about = "The one that the server chose." },
    [TLS_JA3] = { .name = "ja3", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The client's fingerprint." },
    [TLS_JA3_HASH] = { .name = "hash", .type = FIELD_TEXT, .flags = FIELD_JA3 | FIELD_ASKED, IN(TLS_JA3), .aliases = "ja3.hash ja3_hash",
                       .about = "MD5 of the JA3 string." },
    [TLS_JA3_STRING] = { .name = "string", .type = FIELD_TEXT, .flags = FIELD_ASKED, IN(TLS_JA3), .aliases = "ja3.string ja3_string",
                         .about = "Version, suites, extensions, groups, point formats." },
    [TLS_JA3S] = { .name = "ja3s", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The server's fingerprint." },
    [TLS_JA3S_HASH] = { .name = "hash", .type = FIELD_TEXT, .flags = FIELD_ANSWERED, IN(TLS_JA3S), .aliases = "ja3s.hash",
                        .about = "MD5 of the JA3S string." },
    [TLS_JA3S_STRING] = { .name = "string", .type = FIELD_TEXT, .flags = FIELD_ANSWERED, IN(TLS_JA3S), .aliases = "ja3s.string",
                          .about = "Version, suite, extensions." },
    [TLS_JA4] = { .name = "ja4", .type = FIELD_TEXT, .flags = FIELD_JA4 | FIELD_ASKED, .aliases = "ja4.hash", .about = "The client's fingerprint, JA4." },
    [TLS_ALERT_LEVEL] = { .name = "alert_level", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = alert_levels,
                          .about = "How bad." },
    [TLS_ALERT_DESCRIPTION] = { .name = "alert_description", .type = FIELD_UINT, .flags = FIELD_NAMED,
                                .names = alert_descriptions, .about = "What was wrong." },
    [TLS_LEGACY_VERSION] = { .name = "legacy_version", .type = FIELD_UINT, .flags = FIELD_NAMED | FIELD_HIDDEN,
                             .names = versions, .about = "The hello's own version, before supported_versions." },
    [TLS_RANDOM] = { .name = "random", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .aliases = "tls.random",
                     .about = "The hello's 32 octets of random." },
    [TLS_RANDOM_TIME] = { .name = "random_time", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .aliases = "tls.random_time",
                          .about = "The first 4 of them." },
    [TLS_RANDOM_BYTES] = { .name = "random_bytes", .type = FIELD_BYTES, .flags = FIELD_HIDDEN,
                           .aliases = "tls.random_bytes", .about = "The other 28." },
    [TLS_SESSION_ID] = { .name = "session_id", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "Session identifier." },
    [TLS_CIPHER_SUITES] = { .name = "cipher_suites", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED | FIELD_HIDDEN,
                            .names = tls_suites, .about = "Suites that the client offers, in its order." },
    [TLS_EXTENSIONS] = { .name = "extensions", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED | FIELD_HIDDEN,
                         .names = extensions, .about = "Extensions of the hello, in its order." },
    [TLS_SUPPORTED_VERSIONS] = { .name = "supported_versions", .type = FIELD_UINT,
                                 .flags = FIELD_MANY | FIELD_NAMED | FIELD_HIDDEN, .names = versions,
                                 .about = "Versions that the client offers." },
    [TLS_SUPPORTED_GROUPS] = { .name = "supported_groups", .type = FIELD_UINT,
                               .flags = FIELD_MANY | FIELD_NAMED | FIELD_HIDDEN, .names = groups,
                               .about = "Groups that the client offers." },
    [TLS_SIGNATURE_ALGORITHMS] = { .name = "signature_algorithms", .type = FIELD_UINT,
                                   .flags = FIELD_MANY | FIELD_NAMED | FIELD_HIDDEN, .names = signatures,
                                   .about = "Signatures that the client takes." },
    [TLS_ENCRYPTED_HELLO] = { .name = "encrypted_client_hello", .type = FIELD_FLAG,
                              .about = "The real hello is encrypted inside; the name seen is a cover." },
    [TLS_HANDSHAKE] = { .name = "handshake", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED | FIELD_HIDDEN,
                        .names = handshakes, .aliases = "ssl_state",
                        .about = "Handshake messages seen in the flow up to this record." },
};

static const struct anomaly anomalies[] = {
    [TLS_INVALID_SSLV2_HEADER]           = { "invalid_sslv2_header", "An SSL 2.0 hello that contradicts itself." },
    [TLS_INVALID_TLS_HEADER]             = { "invalid_tls_header", "What begins here is no TLS record." },
    [TLS_INVALID_RECORD_VERSION]         = { "invalid_record_version", "A record of a version that does not exist." },
    [TLS_INVALID_RECORD_TYPE]            = { "invalid_record_type", "A record of a type that does not exist." },
    [TLS_INVALID_RECORD_LENGTH]          = { "invalid_record_length", "A record longer than any may be, or empty." },
    [TLS_INVALID_SSL_RECORD]             = { "invalid_ssl_record", "A record behind which nothing can be read any more." },
    [TLS_TOO_MANY_RECORDS]               = { "too_many_records_in_packet", "A run of empty records, which nobody has a reason to send." },
    [TLS_ERROR_MESSAGE]                  = { "error_message_encountered", "An error message of SSL 2.0." },
    [TLS_INVALID_HANDSHAKE_MESSAGE]      = { "invalid_handshake_message", "A handshake message that contradicts itself." },
    [TLS_HANDSHAKE_INVALID_LENGTH]       = { "handshake_invalid_length", "A handshake message longer than 64 KiB." },
    [TLS_INVALID_CERTIFICATE]            = { "invalid_certificate", "A certificate that cannot be read whole." },
    [TLS_CERTIFICATE_INVALID_LENGTH]     = { "certificate_invalid_length", "Lengths in the certificate list disagree." },
    [TLS_CERTIFICATE_INVALID_DER]        = { "certificate_invalid_der", "The certificate is not DER." },
    [TLS_CERTIFICATE_INVALID_VERSION]    = { "certificate_invalid_version", "No such version of X.509." },
    [TLS_CERTIFICATE_INVALID_SERIAL]     = { "certificate_invalid_serial", "Its serial number cannot be read." },
    [TLS_CERTIFICATE_INVALID_ALGORITHM]  = { "certificate_invalid_algorithmidentifier", "An algorithm cannot be read." },
    [TLS_CERTIFICATE_INVALID_ISSUER]     = { "certificate_invalid_issuer", "Its issuer cannot be read." },
    [TLS_CERTIFICATE_INVALID_VALIDITY]   = { "certificate_invalid_validity", "Its validity cannot be read." },
    [TLS_CERTIFICATE_INVALID_DATE]       = { "certificate_invalid_date", "A date of it cannot be read." },
    [TLS_CERTIFICATE_INVALID_SUBJECT]    = { "certificate_invalid_subject", "Its subject cannot be read." },
    [TLS_CERTIFICATE_INVALID_EXTENSIONS] = { "certificate_invalid_extensions", "Its extensions cannot be read." },
    [TLS_CERTIFICATE_INVALID_X509NAME]   = { "certificate_invalid_x509name", "A name in it cannot be read." },
    [TLS_INVALID_ALERT_MESSAGE]          = { "invalid_alert_message", "An alert of no known level or length." },
    [TLS_HEARTBEAT_MESSAGE]              = { "heartbeat_message", "A heartbeat." },
    [TLS_OVERFLOW_HEARTBEAT_MESSAGE]     = { "overflow_heartbeat_message",
                                             "A heartbeat that claims more than it carries (CVE-2014-0160)." },
    [TLS_INVALID_HEARTBEAT_MESSAGE]      = { "invalid_heartbeat_message", "A heartbeat of no known kind, or too short." },
    [TLS_DATALEAK_HEARTBEAT]             = { "dataleak_heartbeat_mismatch",
                                             "An encrypted heartbeat that is longer than the one it answers (CVE-2014-0160)." },
    [TLS_MULTIPLE_SNI_EXTENSIONS]        = { "multiple_sni_extensions", "More than one server name extension." },
    [TLS_INVALID_SNI_TYPE]               = { "invalid_sni_type", "A server name that is not a host name." },
    [TLS_INVALID_SNI_LENGTH]             = { "invalid_sni_length", "Lengths in the server name disagree." },
};

_Static_assert(sizeof fields / sizeof fields[0] == TLS_ROW_COUNT, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == TLS_ANOMALY_COUNT, "a row for each anomaly");

const struct schema tls_schema = { "tls", fields, TLS_ROW_COUNT, anomalies, TLS_ANOMALY_COUNT };
