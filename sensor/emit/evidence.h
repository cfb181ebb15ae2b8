/* evidence - the packets of a flow around an alert, kept as a capture file whose SM3 stands in the alert.
 *
 *     worker: every frame --> its own memory of recent frames --alert--> frames of that flow --ring--> evidence thread --> file
 *
 * Shape      <dir>/20261121/<sensor>-<epoch>-<flow>-<n>.pcap, what the flow sent up to and with the packet that made the alert, as
 *            far back as memory reaches. What an earlier file of the flow holds is not written again; the alerts of one
 *            packet share a file.
 * Promise    the packet thread never waits for the disk. The digest is worked out before the event goes out; the
 *            file follows within moments and appears whole (written beside, synced, renamed).
 * Limits     packets_max and file_bytes_max of a file, per_second files, disk_bytes_max and age_max_us of them all: the oldest
 *            go first. Each refusal is a counter, and the alert then simply has no evidence.
 * Threads    an evidence_memory belongs to a worker; evidence_open() starts the thread, evidence_close() waits for it.
 */
#ifndef EMIT_EVIDENCE_H
#define EMIT_EVIDENCE_H

#include "common/fault.h"
#include "common/metrics.h"
#include "events/alert.h"

struct evidence_settings {
    const char *dir, *sensor;
    uint64_t    epoch;                      /* the publisher's: names stay unique over restarts */
    uint64_t    memory_bytes;               /* of recent frames, per worker */
    uint64_t    packets_max, file_bytes_max, per_second;
    uint64_t    disk_bytes_max, age_max_us;
};

struct evidence_counts {
    uint64_t files, packets, bytes;         /* handed to the thread */
    uint64_t limited;                       /* alerts beyond per_second */
    uint64_t forgotten;                     /* alerts whose packet memory no longer held */
    uint64_t lost;                          /* files the thread had no room for */
};
extern const struct metrics_room evidence_metrics;

struct evidence_frame {
    const uint8_t *bytes;
    uint32_t       caplen, len;
    uint64_t       time_us, flow_id;
    int            linktype;
};

enum { EVIDENCE_NAME_MAX = 160 };

struct evidence_keeper;         /* the thread and the folder, one per sensor */
struct evidence_keeper *evidence_open(const struct evidence_settings *s, unsigned workers, struct fault *f);
void evidence_close(struct evidence_keeper *k);         /* writes what is waiting; NULL is harmless */

struct evidence_memory;         /* recent frames, one per worker */
struct evidence_memory *evidence_memory_new(struct evidence_keeper *k, unsigned worker);    /* NULL: no memory */
void evidence_memory_free(struct evidence_memory *m);

void evidence_remember(struct evidence_memory *m, const struct evidence_frame *frame);

/* The flow's remembered frames go to a file. False: there is none, and a counter says why. `out` borrows from the memory
 * until the next call. */
bool evidence_keep(struct evidence_memory *m, uint64_t flow_id, uint64_t now_us, struct evidence *out);

const struct evidence_counts *evidence_counts(const struct evidence_memory *m);

#endif
