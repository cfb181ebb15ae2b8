/* stage - which tactic of MITRE ATT&CK (events/tactic.h) an alert stands for.
 *
 * Rules that carry mitre_tactic_id say it themselves. For the others Suricata's classification sentence tells it well
 * enough for a story: "Detection of a Network Scan" is reconnaissance.
 * Source     Suricata's classification.config (sentences).
 */
#ifndef CORRELATOR_STAGE_H
#define CORRELATOR_STAGE_H

#include "events/alert.h"

const char *stage_tactic(const struct alert_view *a);   /* the rule's own, or from its category; "" unknown */

#endif
