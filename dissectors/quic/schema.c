/* What a QUIC record can carry. */
#include "dissectors/quic/message.h"
#include "dissectors/tls/message.h"

#define IN(list) .in = (list) + 1

static const struct field_name packet_names[] = {
    { PACKET_INITIAL, "initial" }, { PACKET_ZERO_RTT, "0-rtt" }, { PACKET_HANDSHAKE, "handshake" }, { PACKET_RETRY, "retry" },
    { PACKET_NEGOTIATION, "version_negotiation" }, { PACKET_PUBLIC, "public" }, { 0, NULL }
};

static const struct field fields[] = {
    [QUIC_VERSION] = { .name = "version", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "The four octets of the version, as sent." },
    [QUIC_VERSION_NAME] = { .name = "version_name", .type = FIELD_TEXT, .about = "The version in words: 1, 2, draft-29, Q046." },
    [QUIC_PACKET_TYPE] = { .name = "packet_type", .flags = FIELD_NAMED, .names = packet_names,
                           .about = "Type of the packet; public is Google's before there were types." },
    [QUIC_DCID] = { .name = "dcid", .type = FIELD_BYTES, .about = "Destination connection id." },
    [QUIC_SCID] = { .name = "scid", .type = FIELD_BYTES, .about = "Source connection id." },
    [QUIC_VERSIONS] = { .name = "versions", .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Versions that the server offers instead." },
    [QUIC_SNI] = { .name = "sni", .type = FIELD_TEXT, .flags = FIELD_DOMAIN, .about = "Server name the client asks for." },
    [QUIC_UA] = { .name = "ua", .type = FIELD_TEXT, .about = "User agent (UAID) of Google's client hello." },
    [QUIC_CYU] = { .name = "cyu", .type = FIELD_LIST, .about = "Fingerprint of Google's hello: version and tags." },
    [QUIC_CYU_HASH] = { .name = "hash", .type = FIELD_TEXT, IN(QUIC_CYU), .about = "MD5 of the CYU string." },
    [QUIC_CYU_STRING] = { .name = "string", .type = FIELD_TEXT, IN(QUIC_CYU), .about = "Version and tags in their order." },
    [QUIC_CLIENT_ALPNS] = { .name = "client_alpns", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Protocols the client offers." },
    [QUIC_SERVER_ALPNS] = { .name = "server_alpns", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Protocol the server chose." },
    [QUIC_CIPHER_SUITE] = { .name = "cipher_suite", .flags = FIELD_NAMED, .names = tls_suites, .about = "Suite the server chose." },
    [QUIC_CIPHER_SUITES] = { .name = "cipher_suites", .flags = FIELD_MANY | FIELD_NAMED | FIELD_HIDDEN, .names = tls_suites,
                             .about = "Suites that the client offers, in its order." },
    [QUIC_JA3] = { .name = "ja3", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The client's fingerprint." },
    [QUIC_JA3_HASH] = { .name = "hash", .type = FIELD_TEXT, .flags = FIELD_JA3, IN(QUIC_JA3), .aliases = "ja3.hash ja3_hash",
                        .about = "MD5 of the JA3 string." },
    [QUIC_JA3_STRING] = { .name = "string", .type = FIELD_TEXT, IN(QUIC_JA3), .aliases = "ja3.string ja3_string",
                          .about = "Version, suites, extensions, groups, point formats." },
    [QUIC_JA3S] = { .name = "ja3s", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The server's fingerprint." },
    [QUIC_JA3S_HASH] = { .name = "hash", .type = FIELD_TEXT, IN(QUIC_JA3S), .aliases = "ja3s.hash", .about = "MD5 of the JA3S string." },
    [QUIC_JA3S_STRING] = { .name = "string", .type = FIELD_TEXT, IN(QUIC_JA3S), .aliases = "ja3s.string",
                           .about = "Version, suite, extensions." },
    [QUIC_JA4] = { .name = "ja4", .type = FIELD_TEXT, .flags = FIELD_JA4, .aliases = "ja4.hash", .about = "The client's fingerprint, JA4." },
};

static const struct anomaly anomalies[] = {
    [QUIC_FAILED_DECRYPT] = { "failed_decrypt", "An Initial packet that its own keys do not open." },
    [QUIC_ERROR_ON_DATA] = { "error_on_data", "Frames, or a hello in them, that contradict themselves." },
    [QUIC_ERROR_ON_HEADER] = { "error_on_header", "A long header that contradicts itself." },
    [QUIC_CRYPTO_FRAG_TOO_LONG] = { "crypto_frag_too_long", "A hello beyond the limit, or in too many separate pieces." },
};

_Static_assert(sizeof fields / sizeof fields[0] == QUIC_ROWS, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == QUIC_ANOMALIES, "a row for each anomaly");

const struct schema quic_schema = {
    .name = "quic", .fields = fields, .count = QUIC_ROWS, .anomalies = anomalies, .anomaly_count = QUIC_ANOMALIES
};
