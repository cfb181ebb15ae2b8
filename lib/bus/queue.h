/* queue - one severity's part of the spool: segment files on disk, the newest bytes still in memory.
 *
 *     s1-00000000000000000000.seg  s1-00000000000008388608.seg  (memory)
 *     |---------------------------------|----------------------------|------------|
 *     released    acked      read                                 flushed      appended
 *
 * Places are offsets into one endless row of bytes; a file's name is the place of its first record. Records are
 * also counted from the front, so that what a dropped or damaged piece held can be said as a number.
 *
 * released  Redis has it and is believed to keep it: may be deleted.
 * acked     Redis has answered.
 * read      taken by queue_next(), perhaps in flight.
 * flushed   in the file. A disk that refuses leaves the rest in memory, and queue_next() then goes on from there.
 *
 * Only spool.c includes this.
 */
#ifndef BUS_QUEUE_H
#define BUS_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/segment.h"
#include "common/fault.h"

enum { QUEUE_MEMORY = 2 * SEGMENT_RECORD_MAX };

struct place { uint64_t at, n; };       /* offset, and records before it */

struct segment {
    struct place first;
    uint64_t end;                       /* offset behind its last byte */
    bool     known;                     /* read through at opening: its damage is counted */
};

struct queue {
    int      dir;                       /* borrowed */
    unsigned severity;
    struct segment *segments;           /* oldest first; by offset, with holes where something was never written */
    size_t   segment_count, segment_room;
    struct place released, acked, read, flushed, appended;
    uint64_t in_flight;                 /* records read and not acked */

    uint64_t disk;                      /* bytes in files */
    int      writing;                   /* the newest segment's file, or -1: the next flush begins one */
    bool     unsynced;
    uint8_t *memory;                    /* flushed..appended */
    int      reading;                   /* file of the segment that the window shows, or -1 */
    uint64_t reading_first;             /* that segment's place */
    uint8_t *window;
    struct place window_at;             /* .n unused */
    size_t   window_len;
    bool     head_known;
    struct spool_entry head;
    struct place head_end;

    uint64_t dropped, damaged;          /* records */
    uint64_t damages, torn;             /* damaged pieces inside a segment, and at its end */
};

/* Finds what an earlier run left. 0 or a negative errno. */
int  queue_open(struct queue *q, int dir, unsigned severity, struct fault *f);
void queue_close(struct queue *q);

/* Places of an earlier run; anything not on the road between first and last record is put right. */
void queue_resume(struct queue *q, uint64_t released, uint64_t acked);

uint64_t queue_unwritten(const struct queue *q);                /* bytes in memory, at most QUEUE_MEMORY */
void queue_append(struct queue *q, const struct spool_entry *e);
int  queue_flush(struct queue *q, uint64_t segment_bytes);      /* 0 or a negative errno; what was not written stays */
int  queue_sync(struct queue *q);

/* The next record, or NULL: none on disk (nor, when `from_memory`, in memory). Borrowed until the next call. */
const struct spool_entry *queue_peek(struct queue *q, bool from_memory);
struct place queue_take(struct queue *q);                       /* moves behind the peeked one; where that is */
void queue_done(struct queue *q, struct place upto);            /* acked one more */
void queue_rewind(struct queue *q, bool to_released);           /* what lies behind is not acked any more */
void queue_release(struct queue *q, struct place upto);         /* deletes whole segments */
void queue_forget_acked(struct queue *q);                       /* memory that never had to reach the disk */
bool queue_drop_oldest(struct queue *q);                        /* one segment, unread records counted; false: none */

uint64_t queue_bytes(const struct queue *q);                    /* on disk and in memory */
uint64_t queue_waiting(const struct queue *q);                  /* records not acked */

#endif
