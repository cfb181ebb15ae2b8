/* story - an incident as a person reads it, without a screen: one line of what and when, then who, which stages, and why each
 * thing belongs to it, in both languages.
 *
 * Reasons  each sort once (one attacker, one victim ...), and every new stage.
 * Limits   STORY_LISTED of each list are written; of the others their number.
 */
#ifndef CORRELATOR_STORY_H
#define CORRELATOR_STORY_H

#include "events/incident.h"

enum { STORY_LISTED = 12, STORY_TEXT_MAX = 32 * 1024 };

void story_write(const struct incident *i, struct text *out);

#endif
