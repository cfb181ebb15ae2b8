/* tactic - the tactics of MITRE ATT&CK (Enterprise and ICS): ids, names in both languages, the name of the phase in STIX.
 * Source     https://attack.mitre.org/tactics/ and its STIX collections (x_mitre_shortname). */
#ifndef EVENTS_TACTIC_H
#define EVENTS_TACTIC_H

#include <stdbool.h>

struct tactic {
    const char *id, *en, *zh;
    const char *phase;      /* "initial-access" */
    bool        ics;        /* of the ICS matrix, else Enterprise */
};

const struct tactic *tactic_of(const char *id);     /* NULL: no tactic that we know */

#endif
