/* indicators - what this sensor knows to be bad: a file at start, then what the centre sends down its region's stream.
 *
 * In force  within a second of the entry in the stream, for flows that are open too; expired ones at their time, to the packet.
 * Kept      in a log (intel.state), so that a start without Redis knows what was known.
 * Limits    intel.max and intel.bytes; what comes beyond is counted and said once.
 * Threads   opened and closed by the main thread; in between its own. Workers get sets (worker.h, next_intel).
 */
#ifndef SENSOR_INDICATORS_H
#define SENSOR_INDICATORS_H

#include "common/metrics.h"
#include "emit/intel.h"

struct sensor;
struct indicators;

struct intel_counts { uint64_t known, bytes, added, changed, removed, expired, refused, full, sets; };
extern const struct metrics_room intel_metrics;

int  indicators_open(struct sensor *s, struct fault *f);    /* into s->indicators: the file and, live, the log */
int  indicators_follow(struct sensor *s, struct fault *f);  /* when the workers are there; after the rights are dropped */
void indicators_stop(struct indicators *in);                /* before workers go */
void indicators_close(struct indicators *in);               /* when nobody reads its set any more */
const struct intel *indicators_set(const struct indicators *in);
const struct intel_counts *indicators_counts(const struct indicators *in);

#endif
