/* threshold - how often a matching rule is told: threshold, detection_filter, counted in packet time.
 *
 * Shape      a fixed table in sets of THRESHOLD_WAYS, keyed by rule and address under a secret key, so that nobody can
 *            choose who is forgotten; in a full set the oldest window goes, counted.
 * Meaning    as ThresholdHandlePacket() in Suricata 7: the window begins with the first match and both ends belong to it.
 */
#ifndef DETECT_THRESHOLD_H
#define DETECT_THRESHOLD_H

#include "detect/match.h"

enum { THRESHOLD_WAYS = 4 };

struct threshold_table;
struct threshold_table *threshold_table_new(uint32_t entries);      /* NULL: no memory */
void threshold_table_free(struct threshold_table *t);

/* Counts this match; true: it may be told. */
bool threshold_passes(struct threshold_table *t, const struct match *m, const struct threshold *how, uint64_t *evicted);


/* type, track, count or seconds with its value. */
struct parser;
struct slice;
bool threshold_word(struct parser *p, struct slice key, struct slice value, struct threshold *t);

#endif
