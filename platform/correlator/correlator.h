/* correlator - alerts in, incidents out. The thinking, without Redis: main.c connects it to the streams.
 *
 * Two tiers  every alert belongs to a meta-alert (meta.h). A meta-alert begins an incident or joins one (join.h) when it is
 *            worth it; what is usual for its host stays outside, in the archive and the console's list of alerts.
 *            Severity 1 always has an incident.
 *            What people suppress (suppress.h) comes into neither and teaches nothing.
 * Time       everything is decided in the alerts' own time; `now_us` is written down (detected_at), never compared.
 *            Each region has a clock of its own, for letting quiet incidents go; it moves at most an hour with one alert.
 * Limits     case_max open incidents; beyond it the one whose last alert is oldest is let go (it stays in the
 *            archive as it was) and counted. What the scene forgot is counted.
 * Restart    incidents are restored as they went out, habits as they were last saved (scene.h). Where none were, the time
 *            since when we watch begins with the restored incidents' first alert.
 * Threads    one owner.
 */
#ifndef CORRELATOR_CORRELATOR_H
#define CORRELATOR_CORRELATOR_H

#include "common/metrics.h"
#include "correlator/join.h"
#include "correlator/registry.h"
#include "correlator/suppress.h"

struct correlator_settings {
    struct join_settings join;
    struct scene_settings scene;
    uint64_t meta_gap_us, meta_echo_us, meta_max, rule_max, case_max;
    uint64_t quiet_us;          /* an incident that had no alert for so long is let go from memory */
    uint64_t campaign_window_us;        /* window_us between incidents of different regions */
    uint64_t part_max;          /* children's incidents in memory, beside those in campaigns */
    bool     one_network;       /* private addresses are one numbering plan over all children */
    char    *taxonomy;          /* GB/T 20986 CSV */
    char    *scoring;           /* weights' CSV; "" or NULL: the defaults */
    char    *stages;            /* CSV of what stands for which tactic; likewise */
};

struct correlator_counts { uint64_t alerts, suppressed, suppressions, usual, metas, incidents, merged, open, let_go, forgotten, habits_forgotten, late, jumps, no_memory,
                           parts, parts_forgotten, campaigns; };

/* Where an alert went. Numbers are this correlator's own, from 1; the incident's is 0 when it is outside all of them. */
struct verdict { uint64_t meta, incident; };
extern const struct metrics_room correlator_metrics;

struct correlator;
struct correlator *correlator_new(const struct correlator_settings *s, struct fault *f);
void correlator_free(struct correlator *c);

/* From now on what an alert does not say of its ends is taken from what is registered; borrowed. */
void correlator_know(struct correlator *c, const struct registry *registered);

/* Takes one alert. 0, or -ENOMEM. `verdict` may be NULL. */
int correlator_alert(struct correlator *c, const struct alert_view *a, uint64_t now_us, struct verdict *verdict);

/* What is kept out of incidents; the desk fills it. correlator_clear() leaves it. */
struct suppress *correlator_suppress(struct correlator *c);

/* The incident that the numbered one is part of by now: itself, or what it was merged into. */
uint64_t correlator_whole(struct correlator *c, uint64_t number);
const char *correlator_incident_id(struct correlator *c, uint64_t number);     /* NULL when it is not in memory */

/* Habits over a restart: scene_save() and scene_recall() in scene.h, with the parts of campaigns as a status of their own
 * ("parts:actual"). Recall before the incidents. */
void correlator_save(struct correlator *c, const char *region, size_t most, uint64_t now_us, uint64_t every_us,
                     void (*each)(void *ctx, const char *status, const void *bytes, size_t len), void *ctx);
int correlator_recall(struct correlator *c, const void *bytes, size_t len, struct fault *f);

/* Values that were given or learned to join nothing, with the reason. */
void correlator_stop_values(const struct correlator *c, void (*each)(void *ctx, const struct stop_value *v), void *ctx);

/* A Redis that was killed forgets its last seconds: versions that the archive and people have seen. What began until then gets
 * numbers above all that it can have had (tenths of a second since 2026), so that none comes again with other contents; and who saw
 * a lower one than that has to look again. The latest time counts; 0: nothing was ever forgotten. */
void correlator_forgot(struct correlator *c, uint64_t forgot_us);
uint64_t correlator_numbers_from(const struct correlator *c, uint64_t began_us);                    /* 0: any will do */
uint64_t correlator_next_version(const struct correlator *c, uint64_t version, uint64_t began_us);

/* Every incident of the region (NULL: of all) that changed since the last call, as its next version; `gone` for those let go from memory. */
void correlator_changes(struct correlator *c, const char *region, void (*changed)(void *ctx, const struct incident *i),
                        void (*gone)(void *ctx, const struct incident *i), void *ctx);

/* ---- for the desk, where people decide ---- */

#define CORRELATOR_STATE "state:correlator"     /* the hash of open incidents: id to the newest version's event */

struct incident_case *correlator_find(struct correlator *c, const char *region, const char *id);    /* NULL: not in memory */
struct incident_case *correlator_first(struct correlator *c);       /* and on by .next */

/* One incident's next version at once, brought by a person; what alerts changed goes with it. */
void correlator_decided(const struct correlator *c, struct incident_case *k, const struct deed *by,
                        void (*changed)(void *ctx, const struct incident *i), void *ctx);

/* An incident that somebody reported: `a` says what happened, when and to whom. NULL: memory is out. */
struct incident_case *correlator_reported(struct correlator *c, const struct alert_view *a, uint64_t now_us);

/* A person makes one incident a part of another. Both are dirty then. False: memory is out. */
bool correlator_join(struct correlator *c, struct incident_case *whole, struct incident_case *part, const struct incident_join *why);

/* Forgets everything, to be filled again by correlator_restore() with incidents as they went out. */
void correlator_clear(struct correlator *c);
int correlator_restore(struct correlator *c, const struct incident *saved);

const struct correlator_counts *correlator_counts(struct correlator *c);

#endif
