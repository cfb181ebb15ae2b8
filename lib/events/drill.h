/* drill - what the plan of a drill (演练) and its score are made of, for who applies commands and for who computes.
 *
 * The matter's fields, beside the arguments' own (kinds/drill.c):
 *     "started_at", "stopped_at", "owner",
 *     "injects":{"i1":{"planned_at":...,"attack":...,"victims":[...],"attackers":[...],"rule":...,"stage":"TA0043","handling":...,
 *                      "detect_within":60,"acknowledge_within":...,"contain_within":...,"resolve_within":...,     seconds
 *                      "injected_at":...,"injected_by":...,"capture_at":...,"outcome":"blocked","outcome_by":...}}
 *     "score":{...}, "score_sm3":"..."     once it is evaluated
 */
#ifndef EVENTS_DRILL_H
#define EVENTS_DRILL_H

#include <stdbool.h>

#include <jansson.h>

enum { DRILL_INJECTS_MAX = 64, DRILL_INJECT_MAX = 25, DRILL_DIGEST_MAX = 65 };

/* 1 to 24 letters, digits, dots, - and _, a letter or digit first. */
bool drill_inject_fits(const char *name);

/* SM3 of the score as compact JSON, its members in their order: hex. False: memory is out. */
bool drill_score_digest(const json_t *score, char out[DRILL_DIGEST_MAX]);

#endif
