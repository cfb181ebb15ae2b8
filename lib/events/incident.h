/* incident - alerts joined into one story that a person works on (DESIGN 4.4).
 *
 * The correlator writes one event for every change; a reader keeps the newest .version of each id.
 * Encoding and decoding live here so that correlator, archive, dashboard and report agree.
 */
#ifndef EVENTS_INCIDENT_H
#define EVENTS_INCIDENT_H

#include <jansson.h>

#include "events/alert.h"
#include "events/command.h"

enum incident_state {
    INCIDENT_NEW, INCIDENT_TRIAGED, INCIDENT_CONFIRMED, INCIDENT_FALSE_POSITIVE, INCIDENT_BENIGN,
    INCIDENT_HANDLING, INCIDENT_CONTAINED, INCIDENT_CLOSED, INCIDENT_REOPENED
};

/* Levels of events in the province's plans: 1 特别重大, 2 重大, 3 较大, 4 一般. */
enum incident_level { LEVEL_EXTRAORDINARY = 1, LEVEL_MAJOR, LEVEL_SERIOUS, LEVEL_GENERAL };

/* Whose incident it is, as the reporting measures tell operators apart; for the argument of a command and for the clocks' table. */
#define INCIDENT_OPERATORS "cii_operator|central_state_organ|other_operator"

struct incident_party {
    const char *address;
    const char *name, *unit, *sector, *region;  /* of the asset; "" when not registered */
    const char *country;                        /* "" when not known */
};

struct incident_rule {
    uint32_t    gid, sid;
    const char *signature;
    uint64_t    count;
    uint32_t    severity;
};

struct incident_join {      /* why an alert or a meta-alert belongs here, in words */
    uint64_t    time_us;
    const char *en, *zh;
};

struct incident_part {      /* of a campaign over several regions: an incident that stays its own region's */
    const char *id, *region;
    uint64_t    version;
    enum incident_state state;
    enum incident_level level;
    uint64_t    alert_count;
};

struct incident {
    const char *id;             /* "I-430100-20261121-7k3m9qd2" */
    uint64_t    version;        /* counts changes from 1 */
    const char *title_en, *title_zh;
    const char *region, *sector, *status;       /* status: actual, exercise, test */
    enum incident_state state;
    enum incident_level level;
    const char *category;       /* GB/T 20986-2023 code, "" unknown */
    uint64_t    first_us, last_us;      /* packet time of its alerts */
    uint64_t    detected_at_us, aware_at_us;    /* wall time; aware 0: nobody confirmed it yet */
    uint64_t    alert_count;
    double      score;          /* 0..100, product of the parts below, shown with them */
    double      score_severity, score_asset, score_spread, score_confidence;
    const char *owner;          /* "" nobody */
    const char *merged_into;    /* id of the incident that this one became part of; "" or NULL: none */
    struct incident_party *victims, *attackers;
    size_t      victim_count, attacker_count;
    struct incident_rule *rules;
    size_t      rule_count;
    const char **tactics;       /* ATT&CK tactic ids in order of first sight */
    size_t      tactic_count;
    const char **accounts, **indicators;    /* user names; values of intelligence items: what else its alerts share */
    size_t      account_count, indicator_count;
    struct incident_part *parts;    /* none: alerts made it. Else its alerts are its parts', and no sum counts both */
    size_t      part_count;
    struct incident_join *joins;
    size_t      join_count;
    const char *const *alert_ids;       /* alerts that joined since the version before; the archive gathers them */
    size_t      alert_id_count;
    uint64_t    decided;        /* version of the last decision that a person made; 0: nobody has touched it */
    bool        cii;            /* a victim is critical information infrastructure */
    bool        graded;         /* a person set the level: alerts do not change it */
    json_t     *history;        /* what people did and said, as matter.h has it; NULL: nothing. The case's, or the view's */
    uint64_t    history_gone;
    json_t     *due, *fired;    /* times that are waited for, and that have come (matter.h); NULL: none */
    json_t     *clocks;         /* statutory clocks (correlator/clocks.h); NULL: none has run */
    const struct deed *by;      /* of this version; NULL: alerts changed it */
};

void incident_json(const struct incident *i, struct text *out);     /* event_type "incident" */

const char *incident_state_name(enum incident_state s);
int incident_state_parse(const char *name);                         /* or -1 */

/* Read back; everything is borrowed from .document. */
struct incident_view {
    json_t         *document;   /* owned */
    struct incident incident;
};
int  incident_parse(const char *json, size_t len, struct incident_view *out, struct fault *f);
void incident_view_free(struct incident_view *v);

#endif
