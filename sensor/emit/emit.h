/* emit - events on their way out: enriched, written as JSON, handed to the publisher.
 *
 * What is known of a flow's two ends is looked up once and kept with the flow as its notes.
 * Ownership  an emitter belongs to one worker and writes into its own buffer; nothing is kept of what it is given.
 * Losses     an event longer than EMIT_BYTES_MAX, or one the publisher's ring had no room for, is counted.
 */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include "bus/publish.h"
#include "common/metrics.h"
#include "common/store.h"
#include "emit/intel.h"
#include "emit/places.h"
#include "events/alert.h"
#include "events/flowsum.h"
#include "events/sighting.h"

enum { EMIT_BYTES_MAX = 512 * 1024, FLOW_INDICATORS_MAX = 8 };

struct emit_settings {
    const char       *sensor, *region;
    enum event_status status;
    bool              records, flows;   /* which events beside alerts go out */
    uint64_t          payload_max;      /* bytes of payload in an alert; 0 none */
};

struct emit_counts {
    uint64_t alerts, records, flows, sightings, intel, too_long, lost, notes_refused;
};
extern const struct metrics_room emit_metrics;

struct flow_notes {             /* what the two ends of a flow are; index enum direction: client, server */
    struct endpoint end[2];
    char            community_id[COMMUNITY_ID_MAX];
    uint32_t        told[FLOW_INDICATORS_MAX];  /* marks of the indicators that this flow has met: each is told once */
    uint8_t         told_next;
};

struct emitter;
struct emitter *emitter_new(const struct emit_settings *s, const struct places *places, struct publisher *out, unsigned lane,
                            struct fault *f);
void emitter_free(struct emitter *e);
const struct emit_counts *emitter_counts(const struct emitter *e);

/* Fills the notes of a flow: .end[].addr and .port given, the rest looked up. */
void emit_describe(struct emitter *e, struct flow_notes *n, uint8_t proto);

/* Whether this flow has told of that indicator; if not, it has now. Of more than FLOW_INDICATORS_MAX the oldest is forgotten, and
 * told again rather than not at all. */
bool emit_told(struct flow_notes *n, uint32_t mark);

/* Each takes an event whose head lacks only what the emitter knows (sensor, region, status, id). */
void emit_alert(struct emitter *e, struct alert *a);
void emit_record(struct emitter *e, struct event *head, const struct record *r);
void emit_flow(struct emitter *e, struct flowsum *s);
void emit_sighting(struct emitter *e, struct event *head, const struct sighting *s);

/* {"event_type":"stats"}: `body` is the inside, '"decode":{...},...'. */
void emit_stats(struct emitter *e, uint64_t time_us, const char *body, size_t len);

#endif
