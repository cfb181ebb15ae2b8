/* replay - alerts of a file through the correlator, without Redis: what would the live one have made of them?
 *
 * Reads  one alert event a line, as our sensors and Suricata write them, in the order of the file ("-" is standard input).
 * Writes one line for each alert, in order: the id of its incident or "-"; or the number of its meta-alert.
 *        Incidents that were merged later are given as the one that they became part of.
 * Time   is the alerts' own: two replays of a file give the same.
 * Memory eight bytes an alert and forty an incident, beside the correlator's own; for stories some kilobytes an incident.
 */
#ifndef CORRELATOR_REPLAY_H
#define CORRELATOR_REPLAY_H

#include "correlator/correlator.h"

struct replay {
    const char *in, *groups;    /* files; groups NULL: none */
    const char *incidents;      /* last version of every incident, a JSON line each; NULL: none */
    const char *story;          /* every incident that became no part of another, for people (story.h); NULL: none */
    const char *stop_values;    /* what was learned and given to join nothing, with reasons; NULL: none */
    bool        by_meta;        /* meta-alerts' numbers instead of incidents' ids */
};

/* 0, or a negative errno with a sentence that names file and line. `counts` are the correlator's in the end. */
int replay_run(const struct replay *r, const struct correlator_settings *s, struct correlator_counts *counts, struct fault *f);

#endif
