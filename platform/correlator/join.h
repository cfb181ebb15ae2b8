/* join - which incident an alert belongs to, and why in words.
 *
 * Each way of joining is a row of a table, tried in order of how much it proves.
 *
 * With an attacker known   the parties are the evidence: the same attacker, or the same victim, within the window. A stop
 *                          value (a scanner of our own, a NAT gateway, a public resolver) joins nothing: everybody shares it.
 *                          Some are given in the settings, some learned (PLACE_SHARED).
 * An account or an indicator   that two alerts name within the window joins them as an attacker would, unless half the house
 *                          uses it: learned and given stop values hold for them too.
 * With nobody known        (a sensor on the host itself) the host is all there is, so coincidence has to be weighed. An
 *                          alert joins the story of its host when the time since the story's last sign there is short
 *                          against how often that host shows this rule (JOIN_RULE_SHARE of it) and against how often it shows
 *                          anything unusual (JOIN_HOST_SHARE of it for each different rule of the story, 16 at most). What
 *                          is new every hour proves nothing; what never was in a week, 20 minutes after three other things
 *                          that never were, does. Only a host in the middle of its story takes part: one that was merely
 *                          swept does not bring its later troubles along.
 */
#ifndef CORRELATOR_JOIN_H
#define CORRELATOR_JOIN_H

#include "common/settings.h"
#include "correlator/scene.h"

enum { JOIN_TEXT_MAX = 320, JOIN_RULE_SHARE = 20, JOIN_HOST_SHARE = 20, JOIN_STORY_RULES = 3 };    /* shares: one in so many */

struct join_settings {
    uint64_t            window_us;      /* between an incident's last alert and the next one that still belongs to it */
    uint64_t            long_window_us; /* the same for a host that has shown JOIN_STORY_RULES different rules */
    uint64_t            grown_us;       /* a story that goes on for longer has grown out of what began it */
    uint64_t            span_us;        /* an incident takes nothing in later than this after its first alert */
    uint64_t            steps_max;      /* nor after so many meta-alerts */
    struct setting_list stop_values;    /* addresses and prefixes; values of indicators */
    struct setting_list stop_accounts;  /* names that half the world logs on by */
};

struct join_reason { char en[JOIN_TEXT_MAX], zh[JOIN_TEXT_MAX]; };

struct join_ask {
    const struct alert_view *alert;
    const struct parties    *parties;
    const struct sight      *sight;
    bool                     of_part;   /* it tells of a child's incident (campaign.h) and joins what is over the regions */
};

/* The case of the list that the alert joins, with the reason, or NULL. */
struct incident_case *join_find(struct incident_case *const *cases, size_t count, const struct join_ask *ask,
                                const struct join_settings *s, struct join_reason *why);

/* The reasons of what was found otherwise. */
void join_first(const struct alert_view *a, const struct parties *p, struct join_reason *why);
void join_swept(const struct incident_case *c, const struct join_ask *ask, struct join_reason *why);
void join_absorbed(const struct incident_case *part, const char *host, struct join_reason *why);

/* A host's story that has grown: it is more than what swept over the host. */
bool join_has_grown(const struct case_host *h, const struct join_settings *s);

#endif
