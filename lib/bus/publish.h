/* publish - the sensor's way out: ring -> writer thread -> spool on disk -> pipelined XADD (DESIGN 4.3).
 *
 *     packet thread(s) --ring each--> writer thread --spool segments--> XADD, pipelined --reply--> position moves on
 *
 * Promise    publish_offer() never waits for a disk or a socket. What it took is on disk before Redis is asked,
 *            and leaves the disk only after Redis has answered. Redis away: the spool grows, up to spool_bytes_max;
 *            full: the lowest severity goes first, counted per severity, and an event says so.
 *            After a crash the spool is sent again: consumers drop repeats by id. What Redis has answered for is
 *            held until the same process answers something hold_us later, because with appendfsync everysec a Redis
 *            that is killed forgets its last two seconds; when another Redis process answers, what is held is sent
 *            again too.
 * Order      per ring. `seq` is given out by the writer thread, so ids are gapless per sensor and epoch; what is
 *            dropped for want of room leaves a gap, and so may, among its last numbers, a process that is killed in
 *            the middle of a write. Each stream receives its entries in that order, because a
 *            batch is one MULTI and the next is sent only after its answer.
 * Losses     every one is counted, and an event `anomaly` (events_lost) in the events stream says so.
 * Redis      need not be there at start. Each connection checks that it does not evict and that its AOF is on, and
 *            says loudly when not.
 * JSON       one event per line. A reader of standard output that does not read holds up the writer thread.
 * Threads    one ring per worker (publish_lane); everything else from the thread that opened it.
 */
#ifndef BUS_PUBLISH_H
#define BUS_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/streams.h"
#include "common/fault.h"
#include "common/metrics.h"

struct publish_settings {
    const char *redis;              /* "unix:/run/redis/redis.sock" or "tcp:127.0.0.1:6379"; NULL: no Redis outlet */
    const char *redis_user, *redis_password;    /* ACL; NULL none; borrowed until publisher_close() */
    const char *region, *sensor;
    const char *spool_dir;          /* NULL only without Redis */
    uint64_t    spool_bytes_max, segment_bytes, ring_bytes;
    uint64_t    fsync_every_us;     /* group commit */
    uint64_t    hold_us;            /* Redis lives so long after an answer before we believe it; 0: 3 s */
    const char *json_path;          /* --json FILE, "-" stdout; NULL none */
    bool        wait_when_full;     /* reading files: the packet thread may wait rather than lose */
};

struct publish_counts {
    uint64_t offered, oversize, ring_full[5], spooled, spool_bytes, spool_waiting, spool_dropped[5], sent, resent,
             reconnects, json_lines, json_lost, spool_errors, spool_damaged;   /* [5]: by severity 0 (not an alert) .. 4 */
};
extern const struct metrics_room publish_metrics;

struct publisher;
struct publisher *publisher_open(const struct publish_settings *s, unsigned lanes, struct fault *f);

/* The id's epoch: events are written with the id left open, see publish_offer(). */
uint64_t publisher_epoch(const struct publisher *p);

/* Hands over one event. `json` is the whole object and begins with {"id":"@" : the writer thread puts the
 * real id in place of @. Copied before return. False: it was lost and is counted: the ring was full, or it is
 * longer than a quarter of the ring or 1 MiB. Severity 0 on the alerts stream counts as 4. */
bool publish_offer(struct publisher *p, unsigned lane, enum stream stream, const char *type, unsigned severity,
                   const char *json, size_t len);

/* Waits until everything offered is on disk, or for at most wait_us until Redis has it too; then closes.
 * What Redis does not have stays in the spool for the next start. Gives how many were left there. */
uint64_t publisher_close(struct publisher *p, uint64_t wait_us);

/* Opens the JSON file again (after SIGHUP, for logrotate). */
void publisher_reopen(struct publisher *p);

void publisher_counts(const struct publisher *p, struct publish_counts *out);

/* Sets one field of the region's sensors hash (heartbeat); best effort, by the writer thread. */
void publish_heartbeat(struct publisher *p, const char *json, size_t len);

#endif
