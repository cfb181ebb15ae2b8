/* follow - read streams as they grow, without a group: for whoever only shows them (DESIGN 4.2, "plain read").
 *
 * Nothing is acknowledged and nothing is written, so a follower can come and go and the ACL needs only reading.
 * At start it reads back the newest entries of each stream, oldest first, then goes on live. After a broken
 * connection it goes on where it stood. Regions are looked up again as they appear, and so are the heartbeats.
 * All streams are read by one XREAD, so on a Redis Cluster one follower serves the regions of one node.
 *
 * A follower of one region needs to read its streams and nothing else.
 *
 * Loop       the caller's: the follower says which descriptors to watch and is told when they are ready. It never
 *            blocks. Addresses are numeric ("tcp:127.0.0.1:6379", "unix:/run/redis/redis.sock"): a name would have
 *            to be looked up, and that blocks.
 * Errors     Redis away, wrong password, a refused command: told by state() once per change, then tried again.
 * Threads    all calls from the loop's thread.
 */
#ifndef BUS_FOLLOW_H
#define BUS_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/streams.h"
#include "common/fault.h"

enum {
    FOLLOW_LINKS = 2,               /* connections: one waits in XREAD, one asks */
    FOLLOW_REGIONS_MAX = 512,       /* regions beyond this are not followed, and state() says so */
    FOLLOW_STREAMS_MAX = 8
};

struct follow_settings {
    const char *redis, *redis_user, *redis_password;    /* user and password: NULL or "" for none */
    const enum stream *streams;     /* at most FOLLOW_STREAMS_MAX */
    size_t   stream_count;
    unsigned recent;                /* entries of each stream to read back at start */
    const char *region;             /* only this one, whether it is in the list of regions or not, and without its heartbeats;
                                     * NULL: all there are */
    const char *after;              /* with .region: nothing is read back, but all that the streams hold behind this id; NULL:
                                     * from their beginning */
    uint64_t look_every_us;         /* regions and heartbeats */
};

struct follow_entry {               /* borrowed until entry() returns */
    enum stream stream;
    const char *region;
    const char *stream_id;          /* "1700000000000-0" */
    const char *type;               /* flat field; "" when absent */
    const char *json;
    size_t      json_len;
};

struct follow_owner {
    void *ctx;
    /* Watch fd of this link for these; both false: forget it, it is about to be closed. */
    void (*watch)(void *ctx, unsigned link, int fd, bool readable, bool writable);
    void (*entry)(void *ctx, const struct follow_entry *e);
    /* Reading back stopped at this entry: the stream holds older ones that were not given. */
    void (*begins)(void *ctx, const char *stream_id);
    /* One field of the region's hash of heartbeats, at every look. */
    void (*heartbeat)(void *ctx, const char *region, const char *sensor, const char *json, size_t len);
    void (*state)(void *ctx, bool connected, const char *why);      /* why: one sentence when not */
};

struct follower;

/* Copies the settings. Does not connect yet; fails on an address that cannot be read. */
struct follower *follower_open(const struct follow_settings *s, const struct follow_owner *o, struct fault *f);

/* What the owner's watch() asked for has happened. */
void follower_ready(struct follower *f, unsigned link, bool readable, bool writable);

/* At least a few times a second: connects, looks for regions, notices a Redis that hangs. */
void follower_tick(struct follower *f, uint64_t now_us);

/* Calls watch(…, false, false) for what is open. */
void follower_close(struct follower *f);

#endif
