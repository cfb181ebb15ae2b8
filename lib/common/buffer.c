#include "common/buffer.h"

#include <assert.h>
#include <string.h>

static size_t power_of_two(size_t n)
{
    size_t p = STORE_BLOCK_MIN;
    while (p < n && p < STORE_BLOCK_MAX)
        p *= 2;
    return p;
}

/* Makes room for `want` bytes, or for as many as the store will give, halving from there. */
static void make_room(struct buffer *b, struct store *s, struct account *a, size_t want)
{
    for (size_t cap = power_of_two(want); cap > b->cap; cap /= 2) {
        uint8_t *larger = store_grow(s, a, b->at, b->cap, cap);
        if (larger == NULL)
            continue;
        b->at = larger;
        b->cap = (uint32_t)cap;
        return;
    }
}

size_t buffer_add(struct buffer *b, struct store *s, struct account *a, const void *bytes, size_t n, size_t most)
{
    size_t room = most > b->len ? most - b->len : 0;
    if (n > room)
        n = room;
    if (n == 0)
        return 0;
    if (n > b->cap - b->len)
        make_room(b, s, a, b->len + n);
    if (n > b->cap - b->len)
        n = b->cap - b->len;
    if (n > 0)
        memcpy(b->at + b->len, bytes, n);
    b->len += (uint32_t)n;
    return n;
}

void buffer_drop(struct buffer *b, size_t n)
{
    assert(n <= b->len);
    b->len -= (uint32_t)n;
    if (n > 0 && b->len > 0)
        memmove(b->at, b->at + n, b->len);
}

void buffer_free(struct buffer *b, struct store *s, struct account *a)
{
    store_give(s, a, b->at, b->cap);
    *b = (struct buffer){ 0 };
}
