/* alert - one match of a rule, with the evidence that made it match.
 *
 * Written by the sensor with alert_json(); read back by correlator, archiver and dashboard with
 * alert_parse(), which understands any EVE alert (Suricata's too), so that other sensors can feed us.
 */
#ifndef EVENTS_ALERT_H
#define EVENTS_ALERT_H

#include "events/event.h"
#include "events/indicator.h"

enum alert_gid {            /* where an alert comes from; 1 is the rules' default */
    ALERT_GID_RULES = 1,
    ALERT_GID_INTEL = 9001,
    ALERT_GID_BEHAVIOUR = 9002,
    ALERT_GID_POLICY = 9003,
    ALERT_GID_REPORT = 9005     /* not a sensor's: what people reported, as the correlator takes it in */
};

struct alert_pair { const char *key, *value; };

struct alert_rule {         /* what an alert says about its rule; owned by the rule set */
    uint32_t    sid, gid, rev;
    uint8_t     severity;           /* 1 high .. 4 low: the classtype's or the rule's priority */
    const char *action;             /* "alert", "drop" ...: a passive sensor only says what the rule would do */
    const char *msg;
    const char *classtype;          /* short name, "" when none */
    const char *category;           /* the classtype's sentence, "" when none */
    const struct alert_pair *metadata;      /* key value pairs; keys may repeat */
    size_t      metadata_count;
};

struct evidence {           /* packets kept for an alert */
    const char *file;       /* below the evidence folder */
    const char *sm3;        /* hex, or NULL while the file is still open */
    uint32_t    packets;
};

struct alert {
    struct event             head;
    const struct alert_rule *rule;
    const struct record     *record;        /* the message that matched, or NULL */
    const uint8_t           *payload;       /* excerpt; NULL: none */
    size_t                   payload_len;
    const char              *why;           /* for alerts that are not rules': one sentence; or NULL */
    const struct evidence   *evidence;      /* or NULL */
    const struct indicator  *indicator;     /* what was met, or NULL */
    uint64_t packets[2], bytes[2];          /* of the flow so far, client and server */
};

void alert_json(const struct alert *a, struct text *out);   /* the whole event, no newline */

/* An alert as read back. Strings are borrowed from the parsed document until alert_view_free(). */
struct alert_view {
    void       *memory;         /* owned; the texts lie in it */
    const char *id, *timestamp, *sensor, *host, *region, *status, *src_ip, *dest_ip, *proto, *app_proto, *community_id;
    const char *signature, *category, *direction;           /* "" when absent */
    const char *gbt20986, *tactic, *technique, *confidence; /* from the metadata; "" when absent */
    const char *src_country, *dest_country;
    const char *account;        /* user name in the message that matched (see alert.c); "" when absent */
    const char *indicator;      /* value of the intelligence item that matched; "" when absent */
    struct asset src_asset, dest_asset;                     /* .name "" when absent */
    uint64_t    time_us, flow_id;
    uint32_t    sid, gid, rev, severity;
    uint16_t    src_port, dest_port;
    struct event_id number;     /* id taken apart; .epoch 0 when the id is not ours */
};

/* 0, or -EINVAL (nothing to free then). A line without an id, as Suricata's are, gets one made of its own bytes. */
int  alert_parse(const char *json, size_t len, struct alert_view *out, struct fault *f);
void alert_view_free(struct alert_view *a);

#endif
