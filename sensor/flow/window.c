/* window - one block per direction, filled from the front; when it is full the newest part moves to the
 * front or the block grows, so a byte is copied about twice however long the stream is.
 */
#include "flow/window.h"

#include <stdlib.h>
#include <string.h>

struct kept {
    uint8_t       *block;       /* NULL: nothing kept */
    uint32_t       cap;         /* as asked of the store */
    uint32_t       start, len;  /* the kept bytes in it */
    uint64_t       end;         /* offset in the direction of what follows them */
    const uint8_t *lent;        /* memory was refused: the worker's spare block, for this packet only */
    uint32_t       fresh;
    uint64_t       serial;      /* of the packet that .fresh belongs to */
};

struct stream_windows {
    struct kept side[2];
};

struct windows {
    struct window_limits limits;
    struct store        *store;
    struct window_counts counts;
    uint8_t              spare[2][STORE_BLOCK_MAX];
};

static const struct metric rows[] = {
    { "bytes", METRIC_GAUGE, offsetof(struct window_counts, bytes), "Memory of the stream windows." },
    { "refused", METRIC_COUNTER, offsetof(struct window_counts, refused), "Chunks seen without the bytes before them, since memory was refused." },
    { "cut", METRIC_COUNTER, offsetof(struct window_counts, cut), "Packets that added more to a stream than a window holds." },
};
const struct metrics_room window_metrics = { .name = "window", .rows = rows, .count = sizeof rows / sizeof *rows };

struct windows *windows_new(const struct window_limits *limits, struct store *store)
{
    struct windows *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->limits = *limits;
    if (w->limits.keep > WINDOW_KEEP_MAX)
        w->limits.keep = WINDOW_KEEP_MAX;
    w->store = store;
    return w;
}

void windows_free(struct windows *w)
{
    free(w);
}

const struct window_counts *window_counts(const struct windows *w)
{
    return &w->counts;
}

static void shrink_to(struct kept *k, uint32_t newest)
{
    if (k->len <= newest)
        return;
    k->start += k->len - newest;
    k->len = newest;
}

static void move_to_front(struct kept *k)
{
    if (k->start > 0 && k->len > 0)
        memmove(k->block, k->block + k->start, k->len);
    k->start = 0;
}

static uint32_t power_of_two(uint32_t n)
{
    uint32_t p = STORE_BLOCK_MIN;
    while (p < n && p < STORE_BLOCK_MAX)
        p *= 2;
    return p;
}

static bool grow(struct windows *w, struct flow *f, struct kept *k, uint32_t want)
{
    uint32_t cap = power_of_two(want);
    if (cap <= k->cap || w->counts.bytes + (cap - k->cap) > w->limits.all_max)
        return false;
    uint8_t *larger = store_grow(w->store, &f->account, k->block, k->cap, cap);
    if (larger == NULL)
        return false;
    w->counts.bytes += cap - k->cap;
    k->block = larger;
    k->cap = cap;
    return true;
}

/* Space for n more bytes behind the kept ones; may let go of the oldest. */
static bool make_space(struct windows *w, struct flow *f, struct kept *k, uint32_t n)
{
    if (n <= k->cap - k->start - k->len)
        return true;
    uint32_t keep = w->limits.keep + k->fresh;
    if (keep > STORE_BLOCK_MAX - n)
        keep = STORE_BLOCK_MAX - n;
    shrink_to(k, keep);
    move_to_front(k);
    /* Room for as much again as is kept: the next move is that far away. */
    uint32_t want = k->len + n;
    uint32_t roomy = want < 2 * w->limits.keep ? want : want + w->limits.keep;
    if (want > k->cap && !grow(w, f, k, roomy) && !grow(w, f, k, want) && n > k->cap)
        return false;
    if (n > k->cap - k->len) {
        shrink_to(k, k->cap - n);
        move_to_front(k);
    }
    return true;
}

static struct stream_windows *windows_of(struct windows *w, struct flow *f)
{
    if (f->windows == NULL)
        f->windows = store_take(w->store, &f->account, sizeof *f->windows);
    return f->windows;
}

static void empty(struct kept *k)
{
    k->start = k->len = k->fresh = 0;
    k->lent = NULL;
}

/* No memory for this flow: rules still see what this packet brought, in a block that all flows share. */
static void add_to_spare(struct windows *w, struct kept *k, const struct chunk *c)
{
    uint8_t *spare = w->spare[c->dir];
    if (k->lent == NULL) {
        w->counts.refused++;
        empty(k);
        k->lent = spare;
    }
    uint32_t n = c->len < STORE_BLOCK_MAX - k->len ? c->len : STORE_BLOCK_MAX - k->len;
    w->counts.cut += n < c->len;
    memcpy(spare + k->len, c->bytes, n);
    k->len = k->fresh = k->len + n;
    k->end = c->offset + n;
}

static void append(struct windows *w, struct kept *k, const struct chunk *c)
{
    memcpy(k->block + k->start + k->len, c->bytes, c->len);
    k->len += c->len;
    k->fresh += c->len;
    if (k->fresh > k->len) {
        w->counts.cut++;
        k->fresh = k->len;
    }
}

void window_add(struct windows *w, struct flow *f, const struct chunk *c, uint64_t serial)
{
    struct stream_windows *both = windows_of(w, f);
    if (both == NULL) {
        w->counts.refused++;
        return;
    }
    struct kept *k = &both->side[c->dir];
    bool same = k->serial == serial;
    if (!same)
        k->fresh = 0;
    k->serial = serial;
    if (c->gap > 0 || (k->lent != NULL && !same))
        empty(k);
    k->end = c->offset + c->len;
    if (c->len == 0)
        return;
    if (k->lent != NULL || c->len > STORE_BLOCK_MAX || !make_space(w, f, k, c->len))
        add_to_spare(w, k, c);
    else
        append(w, k, c);
}

struct stream_window window_of(const struct flow *f, enum direction dir, uint64_t serial)
{
    struct stream_window none = { .bytes = (const uint8_t *)"" };
    if (f->windows == NULL)
        return none;
    const struct kept *k = &f->windows->side[dir];
    if (k->serial != serial || k->fresh == 0)
        return none;
    return (struct stream_window){ .bytes = k->lent != NULL ? k->lent : k->block + k->start, .len = k->len,
                                   .fresh = k->fresh, .at = k->end - k->len };
}

bool window_differs(const struct flow *f, enum direction dir, uint64_t offset, const uint8_t *bytes, size_t n)
{
    if (f->windows == NULL)
        return false;
    const struct kept *k = &f->windows->side[dir];
    uint64_t begin = k->end - k->len, stop = offset + n;
    if (k->lent != NULL || k->len == 0)
        return false;
    uint64_t from = offset > begin ? offset : begin, to = stop < k->end ? stop : k->end;
    return from < to && memcmp(k->block + k->start + (from - begin), bytes + (from - offset), to - from) != 0;
}

void window_release(struct windows *w, struct flow *f)
{
    if (f->windows == NULL)
        return;
    for (int dir = 0; dir < 2; dir++) {
        struct kept *k = &f->windows->side[dir];
        w->counts.bytes -= k->cap;
        store_give(w->store, &f->account, k->block, k->cap);
    }
    store_give(w->store, &f->account, f->windows, sizeof *f->windows);
    f->windows = NULL;
}
