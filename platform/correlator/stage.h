/* stage - which tactic of MITRE ATT&CK (events/tactic.h) an alert stands for.
 *
 * Rules that carry mitre_tactic_id say it themselves. For the others the rule's name, and failing that Suricata's
 * classification sentence, tells it well enough for a story: "Detection of a Network Scan" is reconnaissance.
 * File       CSV "by,text,tactic,source", a line each: by is signature (the name holds the text) or category (it is the
 *            text, in any case). A line replaces the built-in one with the same text; "-" as tactic takes it away.
 *            deploy/data/stages.csv has the built-in ones.
 * Source     Suricata's classification.config (sentences).
 * Limits     STAGES_MAX lines of a file.
 */
#ifndef CORRELATOR_STAGE_H
#define CORRELATOR_STAGE_H

#include "common/fault.h"
#include "events/alert.h"

enum { STAGES_MAX = 512 };

struct stages;
struct stages *stages_load(const char *path, struct fault *f);  /* path "": the built-in ones. NULL with file and line */
void stages_free(struct stages *t);

const char *stages_tactic(const struct stages *t, const struct alert_view *a);  /* the rule's own, or told; "" unknown */

#endif
