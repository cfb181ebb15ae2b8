/* spool - events on disk until Redis has them (DESIGN 4.3).
 *
 * Shape      five queues of segment files, one per severity, and a file of positions. spool_next() merges them: per
 *            stream in the order of (epoch, seq), whatever queue they lie in, the oldest run of the sensor first.
 *            Alerts have precedence over other events.
 * Promise    what spool_append() took and spool_flush() wrote survives kill -9; what spool_sync() then put on the
 *            platter survives a power cut. It goes only after spool_done() and when the same Redis process has been heard
 *            from a holding time later: with appendfsync everysec one that dies forgets its last two seconds, and
 *            how long it is gone proves nothing. spool_rewind(lost) goes back to what was not believed yet.
 * Limits     bytes_max for all files. Full: what is only held goes first, then the oldest segment of the lowest
 *            severity, counted per severity. An event less severe than all that is stored goes itself.
 * Errors     a full or broken disk: the newest QUEUE_MEMORY bytes of each severity stay in memory and are given out
 *            from there; when that is full spool_append() says -ENOSPC and the caller waits. Retried at each flush.
 *            Damaged bytes are skipped to the next sound record; a torn end is where a crash was. Both are counted.
 * Threads    one.
 */
#ifndef BUS_SPOOL_H
#define BUS_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/segment.h"
#include "common/fault.h"

enum { SPOOL_SEVERITIES = 5, SPOOL_REDIS_ID_MAX = 41 };

struct spool_settings {
    const char *dir;            /* made when it is not there; one sensor's alone */
    uint64_t    bytes_max, segment_bytes;
    uint64_t    hold_us;        /* kept after Redis has answered */
};

struct spool_counts {
    uint64_t bytes;                         /* on disk and waiting for it */
    uint64_t waiting;                       /* entries that Redis has not answered for */
    uint64_t dropped[SPOOL_SEVERITIES];
    uint64_t damaged, damages, torn;        /* records lost for sure; damaged places; torn ends of segments */
    uint64_t errors;                        /* times the disk refused */
};

struct spool_ticket {                       /* one entry that was given out */
    unsigned severity;
    uint64_t at, n;
};

struct spool;

/* Finds what an earlier run left. -EBUSY when another sensor has the directory. */
struct spool *spool_open(const struct spool_settings *s, struct fault *f);
void spool_close(struct spool *s);          /* flushes, syncs, writes the positions */

/* 0; -ENOSPC: no room in memory and the disk refuses; -ENOBUFS: full of more severe ones, it was dropped and counted. */
int spool_append(struct spool *s, const struct spool_entry *e);

/* Memory to files. Every loop of the writer, before spool_next(). 0 or the disk's negative errno. */
int spool_flush(struct spool *s);
int spool_sync(struct spool *s);            /* files to the platter */

/* The next entry in order, or NULL. Borrowed until the next call of any spool function. */
const struct spool_entry *spool_next(struct spool *s, struct spool_ticket *t);
const struct spool_entry *spool_peek(struct spool *s);      /* the same without taking it */
void spool_done(struct spool *s, const struct spool_ticket *t, uint64_t wall_us);

/* The connection broke, what is in flight will be sent again; lost: Redis itself came back without its last seconds.
 * What it lost is waiting again, until it is answered for: neither a kill nor a broken connection forgets it. */
void spool_rewind(struct spool *s, bool lost);

/* Which Redis process took the entries (its run_id), kept beside the positions. When it is another one than last time,
 * true: rewind as lost, as nobody knows how soon after its last answer the old one died. What an earlier run left and
 * the same process has kept for a holding time (wall time) is let go. */
bool spool_redis(struct spool *s, const char *run_id, uint64_t now_us);

/* The Redis process that takes the entries answered something that was asked at this time. */
void spool_heard(struct spool *s, uint64_t steady_us);

/* Moves the positions on, deletes files; call at least a few times a second. */
void spool_tick(struct spool *s, uint64_t steady_us);

void spool_count(const struct spool *s, struct spool_counts *out);

#endif
