/* intel - the centre's side of the streams of indicators: what it decided goes down to the sensors of every region concerned.
 *
 * Stream    fengsui:{region}:intel holds versions: flat field id "<id>:<version>", type INTEL_TYPE, json as indicator_json()
 *           writes it. A sensor that starts reads it from its beginning or from where it stood, so whoever shortens the
 *           stream first adds again what is still in force. A repeat does no harm; of one id the greater version counts, and
 *           among equal ones the later entry.
 * Scope     what holds for a province goes into each region's stream: sensors read their own region's only.
 * Threads   those of the consumer.
 */
#ifndef BUS_INTEL_H
#define BUS_INTEL_H

#include "bus/consume.h"
#include "events/indicator.h"

enum { INTEL_ENTRY_MAX = 16 * 1024, INTEL_ID_MAX = INDICATOR_ID_MAX + 16 };
#define INTEL_TYPE "indicator"

/* What an entry's fields are: the id, and the JSON at the end of `json`. 0, or -EINVAL and the sentence with which a sensor would
 * refuse it. For whoever adds entries by a transaction of its own. */
int intel_entry(const struct indicator *i, char id[INTEL_ID_MAX], struct text *json, struct fault *f);

/* The same into the MULTI of the batch at hand, for each of these regions (on a cluster: the batch's own only). */
int intel_publish(struct consumer *c, const char *const *regions, size_t count, const struct indicator *i, struct fault *f);

#endif
