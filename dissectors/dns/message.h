/* message - what the files of this folder share: rows of the record, the reader of one message, names and resource data. */
#ifndef DISSECTORS_DNS_MESSAGE_H
#define DISSECTORS_DNS_MESSAGE_H

#include "common/arena.h"
#include "dissectors/dns/dns.h"

enum dns_row {
    DNS_TYPE, DNS_ID, DNS_OPCODE, DNS_RCODE, DNS_FLAGS,
    DNS_QR, DNS_AA, DNS_TC, DNS_RD, DNS_RA, DNS_AD, DNS_CD,
    DNS_RRNAME, DNS_RRTYPE, DNS_CLASS, DNS_QUERY, DNS_QUESTION, DNS_RESPONSE_NAME,
    DNS_QUERY_LENGTH, DNS_QUERY_LABELS, DNS_QUERY_LABEL_MAX, DNS_QUERY_ENTROPY, DNS_RTT,
    DNS_QUESTION_COUNT, DNS_ANSWER_COUNT, DNS_AUTHORITY_COUNT, DNS_ADDITIONAL_COUNT,
    DNS_EDNS_VERSION, DNS_EDNS_UDP_SIZE, DNS_EDNS_DO, DNS_EDNS_OPTION, DNS_EDNS_CLIENT_SUBNET,
    DNS_QUERIES, DNS_QUERIES_RRNAME, DNS_QUERIES_RRTYPE, DNS_QUERIES_CLASS,
    DNS_ANSWERS
};

/* A resource record's rows, counted from its section's list: DNS_ANSWERS + RR_TTL. */
enum rr_row {
    RR_LIST, RR_RRNAME, RR_RRTYPE, RR_CLASS, RR_TTL, RR_RDATA,
    RR_SOA, RR_SOA_MNAME, RR_SOA_RNAME, RR_SOA_SERIAL, RR_SOA_REFRESH, RR_SOA_RETRY, RR_SOA_EXPIRE, RR_SOA_MINIMUM,
    RR_SRV, RR_SRV_NAME, RR_SRV_PRIORITY, RR_SRV_WEIGHT, RR_SRV_PORT,
    RR_SSHFP, RR_SSHFP_FINGERPRINT, RR_SSHFP_ALGO, RR_SSHFP_TYPE,
    RR_COUNT
};

enum { DNS_AUTHORITIES = DNS_ANSWERS + RR_COUNT, DNS_ADDITIONALS = DNS_AUTHORITIES + RR_COUNT,
       DNS_ROW_COUNT = DNS_ADDITIONALS + RR_COUNT };

enum dns_rrtype {
    TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_NULL = 10, TYPE_PTR = 12, TYPE_MX = 15, TYPE_TXT = 16,
    TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_DNAME = 39, TYPE_OPT = 41, TYPE_SSHFP = 44, TYPE_SVCB = 64, TYPE_HTTPS = 65,
    TYPE_CAA = 257
};

extern const struct schema dns_schema, mdns_schema, llmnr_schema;

/* One message while it is read. */
struct dns_message {
    struct cursor  whole;       /* from the header on: compression pointers count from here */
    struct record *r;
    struct arena   scratch;     /* texts made from the message, good until the record is emitted */
};

enum { DNS_NAME_MAX = 255 };

struct dns_name {
    uint8_t  text[DNS_NAME_MAX];
    uint8_t  len;
    uint8_t  labels;            /* 255: that many or more */
    uint8_t  label_max;         /* the longest label, octets */
};

/* Reads a name, following compression pointers; `c` stands behind it in its own place. False: not a name
 * (c->status is then set, or an undefined kind of label was met). */
bool dns_name(struct dns_message *m, struct cursor *c, struct dns_name *out);

/* Copies octets to the scratch; NULL (and the record is cut) when it is full. */
const uint8_t *dns_keep(struct dns_message *m, const void *bytes, size_t n);
void dns_add_text(struct dns_message *m, unsigned row, const void *bytes, size_t n);

/* Adds what the resource data says, under the list at `list`. False: it contradicts its own length. */
bool dns_rdata(struct dns_message *m, unsigned list, uint16_t rrtype, struct cursor data);

#endif
