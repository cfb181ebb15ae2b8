/* sequence - gaps in what sensors numbered, and jumps of their clocks, from the ids and times of events in the order in
 * which they were archived.
 *
 * A sensor numbers its events without gaps from each of its starts (an epoch). Of one epoch there are as many events as
 * from the first number to the last, or some are missing.
 */
#ifndef ARCHIVE_SEQUENCE_H
#define ARCHIVE_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"
#include "events/event.h"

enum { SEQUENCES_MAX = 65536 };

struct sequence {
    char     sensor[EVENT_ID_MAX];
    uint64_t epoch, first, last, count;
    int64_t  time_us;           /* the latest so far */
    int64_t  back_us;           /* the furthest that one was behind it */
    uint64_t back_seq;          /* which */
};

struct sequences {
    struct sequence *rows;      /* sorted by sensor and epoch */
    size_t   count, room;
    uint64_t left_out;          /* events of epochs beyond SEQUENCES_MAX */
};

/* 0 or -ENOMEM. An id that is no sensor's is left alone. A time of 0 is not looked at: only alerts come in the order of
 * their times; flows are told when they end, and some events have the sensor's own time. */
int  sequences_add(struct sequences *s, const char *id, int64_t time_us, struct fault *f);
uint64_t sequence_missing(const struct sequence *s);
void sequences_free(struct sequences *s);

#endif
