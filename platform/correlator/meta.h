/* meta - what one act sets off, counted as one meta-alert.
 *
 * An alert goes on with a meta-alert when it is
 *   a repeat    the same rule between the same parties, within the gap. The gap follows the rhythm: after a burst of
 *               hundreds a second some seconds of silence are an end, between single alerts a minute is none;
 *   a sweep     a rule that is new to the region and came to another host a moment ago;
 *   an echo     another rule about the same host, in the same two seconds: one act, seen by several detectors. Only where no
 *               attacker is known, and what is usual for that host is nobody's echo.
 *
 * Time       of the alerts (packet time): a replay groups as the live traffic did.
 * Limits     meta_max; the one that was quiet longest is forgotten and counted.
 */
#ifndef CORRELATOR_META_H
#define CORRELATOR_META_H

#include "correlator/scene.h"

struct meta {
    struct indexed ix;              /* .key is its number, from 1 */
    uint64_t first_us, last_us, count;
    uint64_t incident;              /* number of the incident it belongs to; 0 none */
    bool     usual;                 /* of what is usual for its host */
    bool     sweep;                 /* one rule at many hosts */
};

struct meta_settings { uint64_t gap_us, echo_us; size_t most; };

struct meta_table;
struct meta_table *meta_table_new(const struct meta_settings *s);       /* NULL: no memory */
void meta_table_free(struct meta_table *t);
void meta_table_clear(struct meta_table *t);

/* The meta-alert that the seen alert belongs to; good until the next call. `step`: this rule is a beginning there, so
 * where it belongs has to be thought about; false for a repeat. */
struct meta *meta_take(struct meta_table *t, struct scene *scene, struct sight *s, bool *step);

uint64_t meta_begun(const struct meta_table *t);
uint64_t meta_forgotten(const struct meta_table *t);

#endif
