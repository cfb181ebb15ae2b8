/* sighting - a device as the wire shows it: where it is, what it speaks, what it says of itself, who talks to it. The event type is `asset`.
 *
 * What people registered about an asset is events/asset.h; this is what was seen, and the two may contradict each other.
 */
#ifndef EVENTS_SIGHTING_H
#define EVENTS_SIGHTING_H

#include "events/event.h"

enum { SIGHTING_PROTOCOLS_MAX = 16, SIGHTING_PEERS_MAX = 16, SIGHTING_WEAKNESSES_MAX = 8 };

enum sighting_role { ROLE_UNKNOWN, ROLE_PLC, ROLE_RTU, ROLE_IED, ROLE_DEVICE, ROLE_GATEWAY, ROLE_ENGINEERING, ROLE_OPERATOR, ROLE_HISTORIAN };

struct weakness {               /* a known vulnerability of a product's versions; strings are the table's */
    const char *cve, *below, *zh, *en, *reference;      /* .below: repaired in this version; "" in none */
};

struct sighting {
    const char *address;                        /* IP, or MAC below IP */
    const char *mac, *mac_vendor;               /* "" when not known */
    enum sighting_role role;
    const char *protocols[SIGHTING_PROTOCOLS_MAX];
    size_t      protocol_count;
    const char *vendor, *product, *version, *serial, *name;     /* as it said itself; "" when it did not */
    uint64_t    first_us, last_us;
    const char *peers[SIGHTING_PEERS_MAX];
    size_t      peer_count;
    uint64_t    peers_more;                     /* that found no room */
    const struct weakness *weaknesses[SIGHTING_WEAKNESSES_MAX];
    size_t      weakness_count;
};

const char *sighting_role_name(enum sighting_role r);       /* "plc" */
void sighting_json(const struct event *head, const struct sighting *s, struct text *out);  /* the whole event, no newline */

#endif
