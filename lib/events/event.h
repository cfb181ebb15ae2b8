/* event - what every event begins with, in EVE's names (DESIGN 4.1).
 *
 * `id` is <sensor>:<epoch>:<seq>: the epoch is the sensor's start in microseconds, seq counts
 * without gaps. A consumer that sees a gap knows how much it missed; a repeat it drops.
 */
#ifndef EVENTS_EVENT_H
#define EVENTS_EVENT_H

#include "events/asset.h"
#include "events/record.h"

enum { EVENT_ID_MAX = 96, COMMUNITY_ID_MAX = 40, EVENT_SCHEMA_VERSION = 1 };

enum event_status { EVENT_ACTUAL, EVENT_EXERCISE, EVENT_TEST };

struct event_id {
    const char *sensor;     /* borrowed */
    uint64_t    epoch;      /* microseconds */
    uint64_t    seq;
};

/* What nDPI makes of a flow. */
struct classification {
    const char *protocol;       /* "TLS.Google"; NULL: not classified */
    const char *category;       /* "Web" */
    const char *confidence;     /* "DPI", "Match by port" */
    uint64_t    risks;          /* nDPI's risk bits */
    const char *const *risk_names;  /* by bit, NULL-terminated table that classify/ lends; for JSON and rules */
};

struct event {
    struct event_id id;
    uint64_t        time_us;        /* of the packet */
    const char     *region;         /* GB/T 2260 of the sensor, e.g. "430100" */
    enum event_status status;
    const char     *in_iface;       /* interface, or NULL for a file */
    uint64_t        packet_number;  /* in the capture file, from 1; 0 live */
    uint16_t        vlan[3];
    uint8_t         vlan_count;
    uint8_t         proto;          /* IANA; 0: no IP */
    uint64_t        flow_id;        /* 0: no flow */
    char            community_id[COMMUNITY_ID_MAX];     /* "" when none */
    const struct endpoint *src, *dest;      /* both NULL: no IP; .dest alone: about one device */
    const uint8_t  *ether;          /* without IP: the Ethernet addresses, destination and source; NULL: none */
    enum direction  dir;            /* of the packet: src is the client or the server */
    const char     *app_proto;      /* the dissector's name, or NULL */
    const struct classification *ndpi;      /* NULL: not asked */
};

/* Writes "{" and every common member; the caller adds ",\"alert\":{...}" and so on, then "}". */
void event_json(const struct event *e, const char *event_type, struct text *out);

/* "<sensor>:<epoch>:<seq>"; gives the length. */
size_t event_id_text(const struct event_id *id, char out[EVENT_ID_MAX]);

/* The inverse: sensor names hold no colon. 0 or -EINVAL; sensor is copied into `sensor`. */
int event_id_parse(const char *text, char sensor[EVENT_ID_MAX], uint64_t *epoch, uint64_t *seq);

const char *event_proto_name(uint8_t proto);        /* "TCP"; NULL: print the number */
const char *event_status_name(enum event_status s); /* "actual" */
int event_status_parse(const char *text);           /* enum event_status, or -1 */

#endif
