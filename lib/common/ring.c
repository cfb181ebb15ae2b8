#include "common/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 8, LINE = 64, RING_MIN = 4096 };
static const uint64_t SKIP = UINT64_MAX;

/* Each side keeps a copy of the other's counter and looks again only when the copy says there is no room or no
 * record: the two cache lines then travel between cores once per lap and not once per record. */
struct ring {
    uint8_t *bytes;
    size_t   size;                      /* power of two */
    _Alignas(LINE) _Atomic uint64_t head;
    uint64_t tail_seen;
    uint64_t claimed;                   /* head after the next commit */
    _Alignas(LINE) _Atomic uint64_t tail;
    uint64_t head_seen;
};

static size_t padded(size_t n)
{
    return HEADER + ((n + HEADER - 1) & ~(size_t)(HEADER - 1));
}

struct ring *ring_new(size_t bytes)
{
    size_t size = RING_MIN;
    while (size < bytes && size <= SIZE_MAX / 4)
        size *= 2;
    struct ring *r = aligned_alloc(LINE, sizeof *r);
    uint8_t *room = aligned_alloc(LINE, size);
    if (r == NULL || room == NULL) {
        free(r);
        free(room);
        return NULL;
    }
    memset(r, 0, sizeof *r);
    r->bytes = room;
    r->size = size;
    return r;
}

void ring_free(struct ring *r)
{
    if (r == NULL)
        return;
    free(r->bytes);
    free(r);
}

size_t ring_record_max(const struct ring *r)
{
    return r->size / 4 - HEADER;
}

static bool has_room(struct ring *r, uint64_t head, size_t need)
{
    if (r->size - (head - r->tail_seen) >= need)
        return true;
    r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
    return r->size - (head - r->tail_seen) >= need;
}

void *ring_claim(struct ring *r, size_t n)
{
    if (n > ring_record_max(r))
        return NULL;
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    size_t at = (size_t)head & (r->size - 1);
    size_t need = padded(n), skip = r->size - at < need ? r->size - at : 0;
    if (!has_room(r, head, need + skip))
        return NULL;
    if (skip > 0) {
        memcpy(r->bytes + at, &SKIP, HEADER);
        at = 0;
    }
    uint64_t len = n;
    memcpy(r->bytes + at, &len, HEADER);
    r->claimed = head + skip + need;
    return r->bytes + at + HEADER;
}

void ring_commit(struct ring *r)
{
    atomic_store_explicit(&r->head, r->claimed, memory_order_release);
}

static bool is_empty(struct ring *r, uint64_t tail)
{
    if (tail != r->head_seen)
        return false;
    r->head_seen = atomic_load_explicit(&r->head, memory_order_acquire);
    return tail == r->head_seen;
}

const void *ring_peek(struct ring *r, size_t *n)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    if (is_empty(r, tail))
        return NULL;
    size_t at = (size_t)tail & (r->size - 1);
    uint64_t len;
    memcpy(&len, r->bytes + at, HEADER);
    if (len == SKIP) {                  /* a skip is committed together with the record behind it */
        atomic_store_explicit(&r->tail, tail + (r->size - at), memory_order_release);
        at = 0;
        memcpy(&len, r->bytes, HEADER);
    }
    *n = (size_t)len;
    return r->bytes + at + HEADER;
}

void ring_pop(struct ring *r)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed), len;
    memcpy(&len, r->bytes + (tail & (r->size - 1)), HEADER);
    atomic_store_explicit(&r->tail, tail + padded((size_t)len), memory_order_release);
}

size_t ring_used(const struct ring *r)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    return (size_t)(atomic_load_explicit(&r->head, memory_order_acquire) - tail);
}
