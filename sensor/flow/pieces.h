/* pieces - data that came before its turn: a sorted list without overlaps, for TCP segments and IP fragments.
 *
 *     | hole |  piece  |  piece  | hole |  piece  |
 *             first                      last
 *
 * A piece keeps the bounds of the segment (or fragment) it came in, since the targets' policies compare those.
 * Where a new segment meets an old piece the policy says whose bytes stay; if the new ones, they are written
 * over the old in place. So whoever wins, only what lies between the old pieces is ever inserted.
 *
 * Units      positions are 32 bits and wrap (RFC 9293 section 3.4); all of a list lie within 2^31 of each other.
 * Ownership  pieces are blocks of the store, charged to the account given; the list must be emptied.
 */
#ifndef FLOW_PIECES_H
#define FLOW_PIECES_H

#include <stdbool.h>

#include "common/store.h"

struct segment {                    /* what remains to be placed of one */
    uint32_t       at, len;
    uint32_t       begin, end;      /* as it came */
    const uint8_t *bytes;
};

struct piece {
    struct piece *next;
    uint32_t      at, len;
    uint32_t      begin, end;       /* of the segment it came in */
    uint32_t      size;             /* as asked of the store */
    uint8_t       bytes[];
};

struct pieces {
    struct piece *first, *last;
    uint32_t      count;
    uint32_t      charged;          /* bytes of memory */
};

/* Do the new segment's bytes replace those of the old piece? */
typedef bool pieces_new_wins(int policy, const struct segment *new, const struct piece *old);

struct placed {                     /* what became of a segment */
    uint32_t inserted;              /* pieces */
    uint32_t inserted_bytes;
    uint32_t charged;               /* bytes of memory */
    uint32_t shared;                /* bytes that were there already */
    bool     different;             /* and some of them were others */
    bool     refused;               /* some were dropped: the store gave no memory */
};

struct placed pieces_place(struct pieces *list, struct store *store, struct account *account, struct segment s,
                           pieces_new_wins *wins, int policy);

/* Gives the first piece back; the list must have one. Gives the bytes of memory freed. */
uint32_t pieces_pop(struct pieces *list, struct store *store, struct account *account);

/* a comes before b, on the circle. */
static inline bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(b - a) > 0;
}

/* How many bytes of s stand before `next`: at most s->len, and none when it does not lie ahead. */
static inline uint32_t pieces_free_before(const struct piece *next, const struct segment *s)
{
    int32_t ahead = (int32_t)(next->at - s->at);
    if (ahead <= 0)
        return 0;
    return (uint32_t)ahead < s->len ? (uint32_t)ahead : s->len;
}

static inline void segment_skip(struct segment *s, uint32_t n)
{
    s->at += n;
    s->bytes += n;
    s->len -= n;
}

#endif
