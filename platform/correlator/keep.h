/* keep - what a correlator keeps in Redis beside its incidents and takes up again when it starts: habits, so that a restart
 * does not make everything new; its children's incidents, that campaigns are made of; and its figures, for people.
 *
 * Hashes     KEEP_HABITS   one field a status, the bytes of scene_save(): at most keep_settings.most of each sort, about 60 bytes
 *                          each, so 1.3 MB a region with the default. Written whole in the transaction of a batch of alerts,
 *                          when something was learned and every_us have passed: never half, and not for each alert.
 *            KEEP_PARTS    one field a child's incident: its newest version, as an event without ids of alerts.
 *            KEEP_FIGURES  one field a correlator (by name): {"name","time","counts":{"correlator":{...}},"stop_values":[{region,value,zh,en}]}.
 * Restart    what was learned since the last writing is learned again. Nothing else is lost.
 */
#ifndef CORRELATOR_KEEP_H
#define CORRELATOR_KEEP_H

#include "bus/streams.h"
#include "correlator/campaign.h"

#define KEEP_HABITS  "state:habits"
#define KEEP_PARTS   "state:parts"
#define KEEP_FIGURES STATE_FIGURES

enum { KEEP_STOP_VALUES = 256, KEEP_JSON_MAX = 512 * 1024 };     /* listed; .stop_values_more counts the others */

struct keep_settings { uint64_t most, every_us, figures_us; };

struct keep_out {
    void (*set)(void *ctx, const char *region, const char *hash, const char *field, const char *value, size_t len);  /* NULL removes */
    void *ctx;
};

struct keep;
struct keep *keep_new(const struct keep_settings *s, struct correlator *c, const char *name, const char *parent, const struct keep_out *out);
void keep_free(struct keep *k);         /* not the correlator */

/* A child's incident for the parent's region: an entry of STREAM_PARTS. 0, -EINVAL with a sentence, or -ENOMEM. */
int keep_part(struct keep *k, const char *json, size_t len, uint64_t now_us, struct fault *f);

/* After a batch of this region and correlator_changes(): what changed and is due goes out. */
void keep_batch(struct keep *k, const char *region, uint64_t now_us);

/* One field as it was kept. Habits before the incidents, parts after them. 0 or negative with a sentence. */
int keep_restore(struct keep *k, const char *hash, const char *value, size_t len, struct fault *f);

/* The figures as one JSON object, without a newline. */
void keep_figures(struct correlator *c, const char *name, uint64_t now_us, struct text *out);

#endif
