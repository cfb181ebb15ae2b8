/* join - which incident an alert belongs to, and why in words.
 *
 * Each way of joining is a row of a table, tried in order of how much it proves. A stop value (a scanner of our own, a
 * NAT gateway, a public resolver) joins nothing: it is shared by everybody.
 */
#ifndef CORRELATOR_JOIN_H
#define CORRELATOR_JOIN_H

#include "common/settings.h"
#include "correlator/case.h"

enum { JOIN_TEXT_MAX = 240 };

struct join_settings {
    uint64_t            window_us;      /* between an incident's last alert and the next one that still belongs to it */
    struct setting_list stop_values;    /* addresses and prefixes */
};

struct join_reason { char en[JOIN_TEXT_MAX], zh[JOIN_TEXT_MAX]; };

/* The first case of the list that the alert joins, with the reason, or NULL. */
struct incident_case *join_find(struct incident_case *cases, const struct alert_view *a, const struct parties *p,
                                const struct join_settings *s, struct join_reason *why);

/* The reason that begins an incident. */
void join_first(const struct alert_view *a, const struct parties *p, struct join_reason *why);

#endif
