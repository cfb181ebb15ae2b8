/* stage - the tactics of MITRE ATT&CK (Enterprise and ICS): names in both languages, and which one an alert stands for.
 *
 * Rules that carry mitre_tactic_id say it themselves. For the others Suricata's classification sentence tells it well
 * enough for a story: "Detection of a Network Scan" is reconnaissance.
 * Source     https://attack.mitre.org/tactics/ (ids and names), Suricata's classification.config (sentences).
 */
#ifndef CORRELATOR_STAGE_H
#define CORRELATOR_STAGE_H

#include "events/alert.h"

struct stage { const char *tactic, *en, *zh; };

const struct stage *stage_of(const char *tactic);       /* NULL: no tactic that we know */
const char *stage_tactic(const struct alert_view *a);   /* the rule's own, or from its category; "" unknown */

#endif
