/* stats - the counters of all workers, summed, as one JSON body: for stats events, heartbeats and the closing summary. */
#ifndef SENSOR_STATS_H
#define SENSOR_STATS_H

#include "indicators.h"
#include "worker.h"

/* "capture":{...},"decode":{...},...: rows that are zero are left out. */
void stats_json(struct worker *const *workers, size_t count, const struct publisher *publisher, const struct intel_counts *intel,
                struct text *out);

/* The heartbeat: {"sensor":...,"region":...,"time":...,"version":...,"epoch":...,"state":...,"stats":{...}}. The state is
 * "running", and at the end "stopped" (live: somebody should know) or "replayed" (a file was read to its end). */
void stats_heartbeat(const struct sensor_settings *s, uint64_t now_us, uint64_t epoch, const char *state, const char *body,
                     size_t len, struct text *out);

struct stats_summary { uint64_t packets, bytes, flows, records, alerts, dropped; };
struct stats_summary stats_summary(struct worker *const *workers, size_t count);

#endif
