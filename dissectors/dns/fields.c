/* fields - the tables of dns, mdns and llmnr: the same rows, three names.
 *
 * They are three schemas because rules tell them apart: `alert dns ... dns.query` means the resolver's traffic, and
 * a television that looks for a printer by mDNS must not set it off.
 */
#include "dissectors/dns/message.h"

static const struct field_name opcodes[] = {
    { 0, "query" }, { 1, "iquery" }, { 2, "status" }, { 4, "notify" }, { 5, "update" }, { 6, "dso" }, { 0, NULL }
};

/* RFC 6895 section 2.3; in capitals as in EVE. */
static const struct field_name rcodes[] = {
    { 0, "NOERROR" }, { 1, "FORMERR" }, { 2, "SERVFAIL" }, { 3, "NXDOMAIN" }, { 4, "NOTIMP" }, { 5, "REFUSED" },
    { 6, "YXDOMAIN" }, { 7, "YXRRSET" }, { 8, "NXRRSET" }, { 9, "NOTAUTH" }, { 10, "NOTZONE" }, { 11, "DSOTYPENI" },
    { 16, "BADVERS" }, { 17, "BADKEY" }, { 18, "BADTIME" }, { 19, "BADMODE" }, { 20, "BADNAME" }, { 21, "BADALG" },
    { 22, "BADTRUNC" }, { 23, "BADCOOKIE" }, { 0, NULL }
};

static const struct field_name rrtypes[] = {
    { 1, "A" }, { 2, "NS" }, { 3, "MD" }, { 4, "MF" }, { 5, "CNAME" }, { 6, "SOA" }, { 7, "MB" }, { 8, "MG" },
    { 9, "MR" }, { 10, "NULL" }, { 11, "WKS" }, { 12, "PTR" }, { 13, "HINFO" }, { 14, "MINFO" }, { 15, "MX" },
    { 16, "TXT" }, { 17, "RP" }, { 18, "AFSDB" }, { 19, "X25" }, { 20, "ISDN" }, { 21, "RT" }, { 22, "NSAP" },
    { 23, "NSAPPTR" }, { 24, "SIG" }, { 25, "KEY" }, { 26, "PX" }, { 27, "GPOS" }, { 28, "AAAA" }, { 29, "LOC" },
    { 30, "NXT" }, { 33, "SRV" }, { 34, "ATMA" }, { 35, "NAPTR" }, { 36, "KX" }, { 37, "CERT" }, { 38, "A6" },
    { 39, "DNAME" }, { 41, "OPT" }, { 42, "APL" }, { 43, "DS" }, { 44, "SSHFP" }, { 45, "IPSECKEY" }, { 46, "RRSIG" },
    { 47, "NSEC" }, { 48, "DNSKEY" }, { 49, "DHCID" }, { 50, "NSEC3" }, { 51, "NSEC3PARAM" }, { 52, "TLSA" },
    { 53, "SMIMEA" }, { 55, "HIP" }, { 59, "CDS" }, { 60, "CDNSKEY" }, { 61, "OPENPGPKEY" }, { 62, "CSYNC" },
    { 63, "ZONEMD" }, { 64, "SVCB" }, { 65, "HTTPS" }, { 99, "SPF" }, { 108, "EUI48" }, { 109, "EUI64" },
    { 249, "TKEY" }, { 250, "TSIG" }, { 251, "IXFR" }, { 252, "AXFR" }, { 253, "MAILB" }, { 254, "MAILA" },
    { 255, "ANY" }, { 256, "URI" }, { 257, "CAA" }, { 0, NULL }
};

static const struct field_name classes[] = {
    { 1, "IN" }, { 3, "CH" }, { 4, "HS" }, { 254, "NONE" }, { 255, "ANY" }, { 0, NULL }
};

static const struct field_name edns_options[] = {
    { 1, "llq" }, { 2, "update_lease" }, { 3, "nsid" }, { 5, "dau" }, { 6, "dhu" }, { 7, "n3u" },
    { 8, "client_subnet" }, { 9, "expire" }, { 10, "cookie" }, { 11, "tcp_keepalive" }, { 12, "padding" },
    { 13, "chain" }, { 14, "key_tag" }, { 15, "extended_error" }, { 16, "client_tag" }, { 17, "server_tag" },
    { 18, "report_channel" }, { 0, NULL }
};

#define IN(list) .in = (list) + 1

#define RR_FIELDS(list, section, other) \
    [(list) + RR_LIST] = { .name = section, .type = FIELD_LIST, .about = "Resource records of this section." }, \
    [(list) + RR_RRNAME] = { .name = "rrname", .type = FIELD_TEXT, IN(list), .aliases = other, .about = "Owner of the resource record." }, \
    [(list) + RR_RRTYPE] = { .name = "rrtype", .type = FIELD_UINT, .flags = FIELD_NAMED, IN(list), .names = rrtypes, \
                             .about = "Type of the resource record." }, \
    [(list) + RR_CLASS] = { .name = "class", .type = FIELD_UINT, .flags = FIELD_NAMED | FIELD_HIDDEN, IN(list), \
                            .names = classes, .about = "Class of the resource record." }, \
    [(list) + RR_TTL] = { .name = "ttl", .type = FIELD_UINT, IN(list), .unit = "s", .about = "How long it may be kept." }, \
    [(list) + RR_RDATA] = { .name = "rdata", .type = FIELD_TEXT, .flags = FIELD_DOMAIN, IN(list), \
                            .about = "What it says: address, name, text; hex for types without a form." }, \
    [(list) + RR_SOA] = { .name = "soa", .type = FIELD_LIST, .flags = FIELD_SINGLE, IN(list), \
                          .about = "Start of authority." }, \
    [(list) + RR_SOA_MNAME] = { .name = "mname", .type = FIELD_TEXT, IN((list) + RR_SOA), .about = "Primary server." }, \
    [(list) + RR_SOA_RNAME] = { .name = "rname", .type = FIELD_TEXT, IN((list) + RR_SOA), .about = "Mailbox in charge." }, \
    [(list) + RR_SOA_SERIAL] = { .name = "serial", .type = FIELD_UINT, IN((list) + RR_SOA), .about = "Version of the zone." }, \
    [(list) + RR_SOA_REFRESH] = { .name = "refresh", .type = FIELD_UINT, IN((list) + RR_SOA), .unit = "s", \
                                  .about = "When secondaries ask again." }, \
    [(list) + RR_SOA_RETRY] = { .name = "retry", .type = FIELD_UINT, IN((list) + RR_SOA), .unit = "s", \
                                .about = "After a failure." }, \
    [(list) + RR_SOA_EXPIRE] = { .name = "expire", .type = FIELD_UINT, IN((list) + RR_SOA), .unit = "s", \
                                 .about = "When secondaries give up." }, \
    [(list) + RR_SOA_MINIMUM] = { .name = "minimum", .type = FIELD_UINT, IN((list) + RR_SOA), .unit = "s", \
                                  .about = "How long a denial may be kept." }, \
    [(list) + RR_SRV] = { .name = "srv", .type = FIELD_LIST, .flags = FIELD_SINGLE, IN(list), .about = "Service location." }, \
    [(list) + RR_SRV_NAME] = { .name = "name", .type = FIELD_TEXT, IN((list) + RR_SRV), .about = "Host of the service." }, \
    [(list) + RR_SRV_PRIORITY] = { .name = "priority", .type = FIELD_UINT, IN((list) + RR_SRV), .about = "Lowest first." }, \
    [(list) + RR_SRV_WEIGHT] = { .name = "weight", .type = FIELD_UINT, IN((list) + RR_SRV), \
                                 .about = "Share among equal priorities." }, \
    [(list) + RR_SRV_PORT] = { .name = "port", .type = FIELD_UINT, IN((list) + RR_SRV), .about = "Port of the service." }, \
    [(list) + RR_SSHFP] = { .name = "sshfp", .type = FIELD_LIST, .flags = FIELD_SINGLE, IN(list), \
                            .about = "Fingerprint of an SSH host key." }, \
    [(list) + RR_SSHFP_FINGERPRINT] = { .name = "fingerprint", .type = FIELD_TEXT, IN((list) + RR_SSHFP), \
                                        .about = "Octets in hex, with colons." }, \
    [(list) + RR_SSHFP_ALGO] = { .name = "algo", .type = FIELD_UINT, IN((list) + RR_SSHFP), .about = "Key algorithm." }, \
    [(list) + RR_SSHFP_TYPE] = { .name = "type", .type = FIELD_UINT, IN((list) + RR_SSHFP), .about = "Hash algorithm." }

#define DNS_FIELDS(name_of, old_query) { \
    [DNS_TYPE] = { .name = "type", .type = FIELD_TEXT, .about = "query or answer." }, \
    [DNS_ID] = { .name = "id", .type = FIELD_UINT, .about = "Identifier that pairs request and response." }, \
    [DNS_OPCODE] = { .name = "opcode", .type = FIELD_UINT, .names = opcodes, .about = "Kind of request." }, \
    [DNS_RCODE] = { .name = "rcode", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = rcodes, \
                    .about = "Outcome, with the upper bits of EDNS; responses only." }, \
    [DNS_FLAGS] = { .name = "flags", .type = FIELD_TEXT, .about = "The header's second word in hex." }, \
    [DNS_QR] = { .name = "qr", .type = FIELD_FLAG, .about = "This is a response." }, \
    [DNS_AA] = { .name = "aa", .type = FIELD_FLAG, .about = "From an authority for the name." }, \
    [DNS_TC] = { .name = "tc", .type = FIELD_FLAG, .about = "Cut to fit; the whole is to be had over TCP." }, \
    [DNS_RD] = { .name = "rd", .type = FIELD_FLAG, .about = "Recursion desired." }, \
    [DNS_RA] = { .name = "ra", .type = FIELD_FLAG, .about = "Recursion available." }, \
    [DNS_AD] = { .name = "ad", .type = FIELD_FLAG, .about = "Data authenticated (DNSSEC)." }, \
    [DNS_CD] = { .name = "cd", .type = FIELD_FLAG, .about = "Checking disabled (DNSSEC)." }, \
    [DNS_RRNAME] = { .name = "rrname", .type = FIELD_TEXT, .flags = FIELD_DOMAIN, .about = "Name in the first question." }, \
    [DNS_RRTYPE] = { .name = "rrtype", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = rrtypes, \
                     .about = "Type in the first question." }, \
    [DNS_CLASS] = { .name = "class", .type = FIELD_UINT, .flags = FIELD_NAMED | FIELD_HIDDEN, .names = classes, \
                    .about = "Class in the first question." }, \
    [DNS_QUERY] = { .name = "query", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_HIDDEN, .aliases = old_query, \
                    .about = "Every name that a request asks for; not in responses." }, \
    [DNS_QUESTION] = { .name = "question", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_HIDDEN, \
                       .aliases = name_of ".query.name " name_of ".queries.rrname", .about = "Every name that is asked for, in requests and responses." }, \
    [DNS_RESPONSE_NAME] = { .name = "response_name", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_HIDDEN, \
                            .aliases = name_of ".response.rrname", \
                            .about = "Every name in a response: questions, owners of records, and names that CNAME, PTR, MX, NS and SOA give." }, \
    [DNS_QUERY_LENGTH] = { .name = "query_length", .type = FIELD_UINT, .flags = FIELD_HIDDEN, .unit = "bytes", \
                           .about = "Length of the first name asked for." }, \
    [DNS_QUERY_LABELS] = { .name = "query_labels", .type = FIELD_UINT, .flags = FIELD_HIDDEN, \
                           .about = "Labels in the first name asked for." }, \
    [DNS_QUERY_LABEL_MAX] = { .name = "query_label_max", .type = FIELD_UINT, .flags = FIELD_HIDDEN, .unit = "bytes", \
                              .about = "Length of its longest label." }, \
    [DNS_QUERY_ENTROPY] = { .name = "query_entropy", .type = FIELD_REAL, .flags = FIELD_HIDDEN, .unit = "bits", \
                            .about = "Shannon entropy per octet of the first name asked for." }, \
    [DNS_RTT] = { .name = "rtt", .type = FIELD_UINT, .unit = "us", .about = "From request to response." }, \
    [DNS_QUESTION_COUNT] = { .name = "question_count", .type = FIELD_UINT, .flags = FIELD_HIDDEN, \
                             .about = "Questions, as the header says." }, \
    [DNS_ANSWER_COUNT] = { .name = "answer_count", .type = FIELD_UINT, .flags = FIELD_HIDDEN, \
                           .about = "Answers, as the header says." }, \
    [DNS_AUTHORITY_COUNT] = { .name = "authority_count", .type = FIELD_UINT, .flags = FIELD_HIDDEN, \
                              .about = "Authorities, as the header says." }, \
    [DNS_ADDITIONAL_COUNT] = { .name = "additional_count", .type = FIELD_UINT, .flags = FIELD_HIDDEN, \
                               .about = "Additional records, as the header says." }, \
    [DNS_EDNS_VERSION] = { .name = "edns_version", .type = FIELD_UINT, .about = "EDNS version." }, \
    [DNS_EDNS_UDP_SIZE] = { .name = "edns_udp_size", .type = FIELD_UINT, .unit = "bytes", \
                            .about = "Largest datagram the sender takes." }, \
    [DNS_EDNS_DO] = { .name = "edns_do", .type = FIELD_FLAG, .about = "DNSSEC records are wanted." }, \
    [DNS_EDNS_OPTION] = { .name = "edns_option", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED, \
                          .names = edns_options, .about = "Options in the OPT record." }, \
    [DNS_EDNS_CLIENT_SUBNET] = { .name = "edns_client_subnet", .type = FIELD_TEXT, \
                                 .about = "The client's network as a resolver passes it on." }, \
    [DNS_QUERIES] = { .name = "queries", .type = FIELD_LIST, .about = "All questions, when there is more than one." }, \
    [DNS_QUERIES_RRNAME] = { .name = "rrname", .type = FIELD_TEXT, .flags = FIELD_DOMAIN, IN(DNS_QUERIES), .about = "Name asked for." }, \
    [DNS_QUERIES_RRTYPE] = { .name = "rrtype", .type = FIELD_UINT, .flags = FIELD_NAMED, IN(DNS_QUERIES), \
                             .names = rrtypes, .about = "Type asked for." }, \
    [DNS_QUERIES_CLASS] = { .name = "class", .type = FIELD_UINT, .flags = FIELD_NAMED | FIELD_HIDDEN, IN(DNS_QUERIES), \
                            .names = classes, .about = "Class asked for." }, \
    RR_FIELDS(DNS_ANSWERS, "answers", name_of ".answer.name"), \
    RR_FIELDS(DNS_AUTHORITIES, "authorities", NULL), \
    RR_FIELDS(DNS_ADDITIONALS, "additionals", NULL), \
}

static const struct field dns_fields[] = DNS_FIELDS("dns", "dns_query");
static const struct field mdns_fields[] = DNS_FIELDS("mdns", NULL);
static const struct field llmnr_fields[] = DNS_FIELDS("llmnr", NULL);

static const struct anomaly anomalies[] = {
    [DNS_MALFORMED_DATA]       = { "malformed_data", "The message ends too soon or contradicts itself." },
    [DNS_NOT_REQUEST]          = { "not_request", "The client sends a response." },
    [DNS_NOT_RESPONSE]         = { "not_response", "The server sends a request." },
    [DNS_Z_FLAG_SET]           = { "z_flag_set", "The bit that must be zero is set." },
    [DNS_INVALID_OPCODE]       = { "invalid_opcode", "An opcode that was never assigned." },
    [DNS_NAME_TOO_LONG]        = { "name_too_long", "A name of more than 255 octets; it was cut." },
    [DNS_INFINITE_LOOP]        = { "infinite_loop", "Compression pointers that run in a circle." },
    [DNS_TOO_MANY_LABELS]      = { "too_many_labels", "A name that compression makes of more than 255 labels." },
    [DNS_INVALID_AUTHORITIES]  = { "invalid_authorities", "The authority section cannot be read." },
    [DNS_INVALID_ADDITIONALS]  = { "invalid_additionals", "The additional section cannot be read." },
    [DNS_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response without its request." },
    [DNS_TRAILING_DATA]        = { "trailing_data", "Octets behind the last record." },
};

_Static_assert(sizeof dns_fields / sizeof dns_fields[0] == DNS_ROW_COUNT, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == DNS_ANOMALY_COUNT, "a row for each anomaly");

const struct schema dns_schema   = { "dns", dns_fields, DNS_ROW_COUNT, anomalies, DNS_ANOMALY_COUNT };
const struct schema mdns_schema  = { "mdns", mdns_fields, DNS_ROW_COUNT, anomalies, DNS_ANOMALY_COUNT };
const struct schema llmnr_schema = { "llmnr", llmnr_fields, DNS_ROW_COUNT, anomalies, DNS_ANOMALY_COUNT };
