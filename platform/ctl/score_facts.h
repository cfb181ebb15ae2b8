/* score_facts - what a drill's score is computed from: its plan, the incidents and notices of the exercise, and which alert
 * belongs to which inject. Read from events as the archive has them; nothing is asked of a network or a clock.
 *
 * Belonging   an alert belongs to one inject or none: it is of an exercise, of a region and a sensor that take part, not before the
 *             inject was carried out and not after `as_of`, one of its ends is a victim (and the other an attacker, where
 *             attackers are named), and rule or stage are the expected ones, where these are named. Of several such injects it is the
 *             one that names a rule, else a stage, else neither; of these the last that was carried out before it.
 * Played      an inject with capture_at: the alert's time is compared with that, and may lie at most a day behind it.
 * Limits      DRILL_INJECTS_MAX injects, NOTICES_MAX notices; incidents as many as there is memory.
 * Ownership   the facts own all of it until facts_free().
 */
#ifndef CTL_SCORE_FACTS_H
#define CTL_SCORE_FACTS_H

#include <jansson.h>

#include "common/addr.h"
#include "events/alert.h"
#include "events/drill.h"

enum { NOTICES_MAX = 256, ENDS_MAX = 64, WHOLES_MAX = 16 };
enum within { DETECT_WITHIN, ACKNOWLEDGE_WITHIN, CONTAIN_WITHIN, RESOLVE_WITHIN, WITHINS };
enum outcome { OUTCOME_UNTOLD, OUTCOME_BLOCKED, OUTCOME_SUCCEEDED };

struct ends { struct prefix prefix[ENDS_MAX]; size_t count; };     /* none: any */

struct inject {
    const char  *name, *attack, *stage;     /* stage "": any */
    struct ends  victims, attackers;
    uint32_t     rule;                      /* 0: any */
    uint64_t     injected_us, capture_us;   /* 0: never carried out; not played */
    uint64_t     within_us[WITHINS];        /* 0: no limit */
    enum outcome outcome;
};

struct handled {                            /* an incident, as people handled it */
    json_t     *document;
    const char *id, *region, *merged_into, *state;
    uint64_t    first_us, last_us, detected_us;
    const json_t *history;
};

struct sight {                              /* the first alert of an incident that belongs to an inject */
    const struct inject *inject;
    size_t      incident;                   /* its place among the incidents */
    char        alert[EVENT_ID_MAX];
    uint64_t    alert_us;
};

struct noted {                              /* a notice; times 0: not yet */
    char     id[48];
    uint64_t issued_us, signed_us, answered_us, sign_by_us, answer_by_us;
    bool     sign_late, answer_late;        /* the deadline passed before it was done */
};

struct facts {
    json_t        *document;
    const json_t  *drill;                   /* the matter's body */
    const char    *id, *title, *state;
    uint64_t       started_us, stopped_us, as_of_us;
    struct inject *injects;
    size_t         inject_count;
    struct handled *incidents;
    size_t         incident_count;
    struct sight  *sights;
    size_t         sight_count;
    struct noted  *notices;
    size_t         notice_count;
};

/* The drill's newest version; as_of 0: the one of its score on record, else none yet and the caller sets it. */
int  facts_drill(struct facts *f, const char *json, size_t len, uint64_t as_of_us, struct fault *why);
void facts_free(struct facts *f);

/* From which time of alerts on something may belong to an inject; 0: nothing was injected. */
uint64_t facts_begin(const struct facts *f);

/* An incident's newest version; one of another status or region, or that was over before, is passed over. Gives 1 when it was taken,
 * 0, or a negative errno. */
int  facts_incident(struct facts *f, const char *json, size_t len, struct fault *why);

/* An alert of the incident in that place. Gives as facts_incident() does. */
int  facts_alert(struct facts *f, size_t incident, const struct alert_view *a, struct fault *why);

/* A notice's newest version, after all incidents: taken when it is about one of those with sights, or linked with the drill. */
int  facts_notice(struct facts *f, const char *json, size_t len, struct fault *why);

/* The incident that this one became a part of, itself when of none. */
const struct handled *facts_whole(const struct facts *f, const struct handled *h);

#endif
