/* correlator - alerts in, incidents out. The thinking, without Redis: main.c connects it to the streams.
 *
 * Time       everything is decided in the alerts' own time; `now_us` is written down (detected_at), never compared.
 * Limits     case_max open incidents; beyond it the one whose last alert is oldest is let go (it stays in the
 *            archive as it was) and counted.
 * Threads    one owner.
 */
#ifndef CORRELATOR_CORRELATOR_H
#define CORRELATOR_CORRELATOR_H

#include "common/metrics.h"
#include "correlator/join.h"

struct correlator_settings {
    struct join_settings join;
    uint64_t meta_gap_us, meta_max, case_max;
    uint64_t quiet_us;          /* an incident that had no alert for so long is let go from memory */
    char    *taxonomy;          /* GB/T 20986 CSV */
};

struct correlator_counts { uint64_t alerts, metas, incidents, open, let_go, forgotten, no_memory; };
extern const struct metrics_room correlator_metrics;

struct correlator;
struct correlator *correlator_new(const struct correlator_settings *s, struct fault *f);
void correlator_free(struct correlator *c);

/* Takes one alert into an incident. 0, or -ENOMEM. */
int correlator_alert(struct correlator *c, const struct alert_view *a, uint64_t now_us);

/* Every incident that changed since the last call, as its next version; `gone` for those let go from memory. */
void correlator_changes(struct correlator *c, void (*changed)(void *ctx, const struct incident *i),
                        void (*gone)(void *ctx, const char *region, const char *id), void *ctx);

/* Forgets everything, to be filled again by correlator_restore() with incidents as they went out. */
void correlator_clear(struct correlator *c);
int correlator_restore(struct correlator *c, const struct incident *saved);

const struct correlator_counts *correlator_counts(struct correlator *c);

#endif
