#include "classify/names.h"

#include <stdlib.h>
#include <ndpi/ndpi_api.h>

#include "classify/classify.h"
#include "common/text.h"

enum { NAMES_SLOTS = 2048, NAMES_MAX = NAMES_SLOTS / 2, NAME_MAX_BYTES = 44 };

struct names {
    struct ndpi_detection_module_struct *module;
    unsigned count;
    struct name {
        uint32_t pair;          /* 0: free */
        char     text[NAME_MAX_BYTES];
    } slots[NAMES_SLOTS];
};

struct names *names_new(struct ndpi_detection_module_struct *module)
{
    struct names *n = calloc(1, sizeof *n);
    if (n != NULL)
        n->module = module;
    return n;
}

void names_free(struct names *n)
{
    free(n);
}

static void name_write(const struct names *n, struct name *slot, uint16_t master, uint16_t app)
{
    struct text t = text_over(slot->text, sizeof slot->text);
    text_str(&t, ndpi_get_proto_name(n->module, master));
    text_char(&t, '.');
    text_str(&t, ndpi_get_proto_name(n->module, app));
    text_end(&t);
}

const char *names_of(struct names *n, uint16_t master, uint16_t app)
{
    if (app == NDPI_PROTOCOL_UNKNOWN)
        return ndpi_get_proto_name(n->module, master);
    if (master == NDPI_PROTOCOL_UNKNOWN || master == app)
        return ndpi_get_proto_name(n->module, app);
    uint32_t pair = (uint32_t)master << 16 | app;
    uint32_t at = pair * UINT32_C(2654435761) >> 21;        /* Knuth's multiplicative hash, its top eleven bits */
    while (n->slots[at].pair != 0 && n->slots[at].pair != pair)
        at = (at + 1) % NAMES_SLOTS;
    struct name *slot = &n->slots[at];
    if (slot->pair == pair)
        return slot->text;
    if (n->count == NAMES_MAX)
        return ndpi_get_proto_name(n->module, app);
    n->count++;
    slot->pair = pair;
    name_write(n, slot, master, app);
    return slot->text;
}

/* nDPI has sentences for people; rules and JSON want words. By bit, as in ndpi_risk_enum. */
const char *const classify_risk_names[] = {
    [NDPI_NO_RISK] = "no_risk",
    [NDPI_URL_POSSIBLE_XSS] = "url_possible_xss",
    [NDPI_URL_POSSIBLE_SQL_INJECTION] = "url_possible_sql_injection",
    [NDPI_URL_POSSIBLE_RCE_INJECTION] = "url_possible_rce_injection",
    [NDPI_BINARY_APPLICATION_TRANSFER] = "binary_application_transfer",
    [NDPI_KNOWN_PROTOCOL_ON_NON_STANDARD_PORT] = "known_protocol_on_non_standard_port",
    [NDPI_TLS_SELFSIGNED_CERTIFICATE] = "tls_selfsigned_certificate",
    [NDPI_TLS_OBSOLETE_VERSION] = "tls_obsolete_version",
    [NDPI_TLS_WEAK_CIPHER] = "tls_weak_cipher",
    [NDPI_TLS_CERTIFICATE_EXPIRED] = "tls_certificate_expired",
    [NDPI_TLS_CERTIFICATE_MISMATCH] = "tls_certificate_mismatch",
    [NDPI_HTTP_SUSPICIOUS_USER_AGENT] = "http_suspicious_user_agent",
    [NDPI_HTTP_NUMERIC_IP_HOST] = "http_numeric_ip_host",
    [NDPI_HTTP_SUSPICIOUS_URL] = "http_suspicious_url",
    [NDPI_HTTP_SUSPICIOUS_HEADER] = "http_suspicious_header",
    [NDPI_TLS_NOT_CARRYING_HTTPS] = "tls_not_carrying_https",
    [NDPI_SUSPICIOUS_DGA_DOMAIN] = "suspicious_dga_domain",
    [NDPI_MALFORMED_PACKET] = "malformed_packet",
    [NDPI_SSH_OBSOLETE_CLIENT_VERSION_OR_CIPHER] = "ssh_obsolete_client_version_or_cipher",
    [NDPI_SSH_OBSOLETE_SERVER_VERSION_OR_CIPHER] = "ssh_obsolete_server_version_or_cipher",
    [NDPI_SMB_INSECURE_VERSION] = "smb_insecure_version",
    [NDPI_TLS_SUSPICIOUS_ESNI_USAGE] = "tls_suspicious_esni_usage",
    [NDPI_UNSAFE_PROTOCOL] = "unsafe_protocol",
    [NDPI_DNS_SUSPICIOUS_TRAFFIC] = "dns_suspicious_traffic",
    [NDPI_TLS_MISSING_SNI] = "tls_missing_sni",
    [NDPI_HTTP_SUSPICIOUS_CONTENT] = "http_suspicious_content",
    [NDPI_RISKY_ASN] = "risky_asn",
    [NDPI_RISKY_DOMAIN] = "risky_domain",
    [NDPI_MALICIOUS_JA3] = "malicious_ja3",
    [NDPI_MALICIOUS_SHA1_CERTIFICATE] = "malicious_sha1_certificate",
    [NDPI_DESKTOP_OR_FILE_SHARING_SESSION] = "desktop_or_file_sharing_session",
    [NDPI_TLS_UNCOMMON_ALPN] = "tls_uncommon_alpn",
    [NDPI_TLS_CERT_VALIDITY_TOO_LONG] = "tls_cert_validity_too_long",
    [NDPI_TLS_SUSPICIOUS_EXTENSION] = "tls_suspicious_extension",
    [NDPI_TLS_FATAL_ALERT] = "tls_fatal_alert",
    [NDPI_SUSPICIOUS_ENTROPY] = "suspicious_entropy",
    [NDPI_CLEAR_TEXT_CREDENTIALS] = "clear_text_credentials",
    [NDPI_DNS_LARGE_PACKET] = "dns_large_packet",
    [NDPI_DNS_FRAGMENTED] = "dns_fragmented",
    [NDPI_INVALID_CHARACTERS] = "invalid_characters",
    [NDPI_POSSIBLE_EXPLOIT] = "possible_exploit",
    [NDPI_TLS_CERTIFICATE_ABOUT_TO_EXPIRE] = "tls_certificate_about_to_expire",
    [NDPI_MAX_RISK] = NULL,
};
