/* door - what a consumer needs of Redis, so that the same consumer runs on fake.c in unit tests.
 *
 * Errors    negative with a fault: -ESTALE the region is no longer ours or its group is gone (take it again);
 *           -EBUSY another process has our name; -ENOSPC it is full; -EPERM the server may not be used; anything else: the connection
 *           is gone and connect() is next.
 * Pages     one at a time: entries borrow from the door until page_free().
 */
#ifndef BUS_DOOR_H
#define BUS_DOOR_H

#include "bus/consume.h"
#include "bus/transaction.h"

enum { STREAM_ID_MAX = 48 };

struct door_page {
    struct entry *entries;
    size_t        count, room;
};

/* How far a group is with a stream: the group's own place there, which only a transaction moves. */
struct door_place {
    enum stream stream;
    const char *region;                 /* borrowed */
    char        done[STREAM_ID_MAX];    /* the last entry whose effect is committed; "0-0": none yet */
    int64_t     count;                  /* entries up to it; -1: unknown */
};

struct door {
    void *self;
    int  (*connect)(void *self, struct fault *f);
    int  (*regions)(void *self, void (*each)(void *ctx, const char *region), void *ctx, struct fault *f);
    /* 1 ours, 0 another consumer's. */
    int  (*take)(void *self, const char *region, struct fault *f);
    int  (*renew)(void *self, const char *region, struct fault *f);
    /* Fills .done and .count of a place. */
    int  (*find)(void *self, struct door_place *at, struct fault *f);
    /* What follows on these places; waits for it at most wait_us. */
    int  (*read)(void *self, const struct door_place *const *places, size_t count, uint64_t wait_us, struct door_page *out,
                 struct fault *f);
    int  (*commit)(void *self, const char *region, const struct change *changes, size_t count, struct fault *f);
    int  (*load)(void *self, const char *region, const char *suffix,
                 void (*each)(void *ctx, const char *field, const char *value, size_t len), void *ctx, struct fault *f);
    int64_t (*trim)(void *self, const char *region, enum stream s, const char *const *groups, size_t group_count,
                    uint64_t keep_us, struct fault *f);
    int  (*memory)(void *self, uint64_t *used, uint64_t *most, struct fault *f);
    const char *(*server)(void *self);      /* the process that we are connected to: another name with every start of it */
    void (*page_free)(void *self, struct door_page *page);
    void (*close)(void *self);
};

struct entry *door_page_add(struct door_page *p);       /* a zeroed entry; NULL: no memory */
void door_page_reset(struct door_page *p);              /* frees the arrays */

/* Takes the door over. */
struct consumer *consumer_over(const struct consume_settings *s, const struct door *door, struct fault *f);
int door_redis_open(const struct consume_settings *s, struct door *out, struct fault *f);

#endif
