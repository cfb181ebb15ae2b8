/* dns - the Domain Name System and its two local cousins, mDNS and LLMNR: one message format, three conversations.
 *
 * Source   RFC 1035 (messages, TCP framing), 2782 (SRV), 3596 (AAAA), 4255 (SSHFP), 6762 (mDNS), 4795 (LLMNR),
 *          6891 (EDNS), 7871 (client subnet), 8659 (CAA), 9460 (SVCB, HTTPS)
 * Records  one per message; a response carries the transaction of the request with its id and the time between.
 *          `query` is what rules know as dns.query: labels joined by dots, no final dot, octets as sent.
 * Limits   a name is cut at 255 octets and a message's texts at a fixed scratch of 32 KiB (the record says cut);
 *          15 outstanding requests per flow, of more the oldest is forgotten.
 */
#ifndef DISSECTORS_DNS_H
#define DISSECTORS_DNS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_dns;
extern const struct dissector dissector_mdns;
extern const struct dissector dissector_llmnr;

/* Bits of record.anomalies; the names rules use are in the schema. */
enum dns_anomaly {
    DNS_MALFORMED_DATA,
    DNS_NOT_REQUEST,
    DNS_NOT_RESPONSE,
    DNS_Z_FLAG_SET,
    DNS_INVALID_OPCODE,
    DNS_NAME_TOO_LONG,
    DNS_INFINITE_LOOP,
    DNS_TOO_MANY_LABELS,
    DNS_INVALID_AUTHORITIES,
    DNS_INVALID_ADDITIONALS,
    DNS_UNSOLICITED_RESPONSE,
    DNS_TRAILING_DATA,
    DNS_ANOMALY_COUNT
};

#endif
