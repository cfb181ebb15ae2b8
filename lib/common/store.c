/* store - slabs of 128 KiB, each cut into blocks of one class.
 *
 * A slab belongs to a class only while one of its blocks is out; the last one back frees it for any
 * other class. So nobody can wear the region out by filling it with one size and leaving: what is
 * given back is wholly usable again. Everything is O(1).
 *
 *     region  | slab 0: 64 B blocks | slab 1: 4 KiB blocks | slab 2: free | ... never touched ...
 *     slabs   | class, out, free    | ...                                 (beside the region)
 *
 * Under AddressSanitizer blocks that are not out, and the tails of those that are, are poisoned: a
 * read past what was asked for, or after it was given back, stops there as it would with malloc.
 */
#include "common/store.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define STORE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STORE_ASAN 1
#endif
#endif
#ifdef STORE_ASAN
#include <sanitizer/asan_interface.h>
static void forbid(void *p, size_t n) { ASAN_POISON_MEMORY_REGION(p, n); }
static void allow(void *p, size_t n) { ASAN_UNPOISON_MEMORY_REGION(p, n); }
#else
static void forbid(void *p, size_t n) { (void)p; (void)n; }
static void allow(void *p, size_t n) { (void)p; (void)n; }
#endif

enum { CLASSES = 12, SLAB_BYTES = STORE_BLOCK_MAX, NO_SLAB = -1 };

struct slab {
    void    *free;          /* blocks given back, linked through their first bytes */
    uint32_t fresh;         /* blocks never handed out since the slab took its class */
    uint32_t out;
    int32_t  older, newer;  /* slabs of the class with something free; or the free slabs, by newer */
    uint8_t  class;
};

struct store {
    uint8_t            *region;
    size_t              region_bytes;
    struct slab        *slabs;
    int32_t             slab_count;
    int32_t             slabs_used;         /* beyond it nothing was ever touched */
    int32_t             slab_free;          /* head of the list of slabs without a class */
    int32_t             partial[CLASSES];   /* heads */
    struct store_counts counts;
};

static unsigned class_of(size_t n)
{
    if (n <= STORE_BLOCK_MIN)
        return 0;
    return (unsigned)(58 - __builtin_clzll(n - 1));     /* 65..128 is class 1 */
}

static size_t class_bytes(unsigned class)
{
    return (size_t)STORE_BLOCK_MIN << class;
}

struct store *store_new(size_t bytes_max)
{
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    size_t slabs = bytes_max / SLAB_BYTES + (bytes_max % SLAB_BYTES != 0);
    s->slab_count = (int32_t)(slabs < INT32_MAX / 2 ? slabs : INT32_MAX / 2);
    s->region_bytes = (size_t)s->slab_count * SLAB_BYTES;
    s->slabs = calloc(slabs ? slabs : 1, sizeof *s->slabs);
    s->region = mmap(NULL, s->region_bytes ? s->region_bytes : 1, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (s->slabs == NULL || s->region == MAP_FAILED) {
        if (s->region != MAP_FAILED)
            munmap(s->region, s->region_bytes ? s->region_bytes : 1);
        free(s->slabs);
        free(s);
        return NULL;
    }
    s->slab_free = NO_SLAB;
    for (unsigned c = 0; c < CLASSES; c++)
        s->partial[c] = NO_SLAB;
    return s;
}

void store_free(struct store *s)
{
    if (s == NULL)
        return;
    allow(s->region, s->region_bytes);
    munmap(s->region, s->region_bytes ? s->region_bytes : 1);
    free(s->slabs);
    free(s);
}

static void partial_add(struct store *s, int32_t at)
{
    struct slab *slab = &s->slabs[at];
    int32_t *head = &s->partial[slab->class];
    slab->older = *head;
    slab->newer = NO_SLAB;
    if (*head != NO_SLAB)
        s->slabs[*head].newer = at;
    *head = at;
}

static void partial_remove(struct store *s, int32_t at)
{
    struct slab *slab = &s->slabs[at];
    if (slab->newer != NO_SLAB)
        s->slabs[slab->newer].older = slab->older;
    else
        s->partial[slab->class] = slab->older;
    if (slab->older != NO_SLAB)
        s->slabs[slab->older].newer = slab->newer;
}

/* A slab for the class: one that was given back, else the next that was never touched. */
static int32_t slab_take(struct store *s, unsigned class)
{
    int32_t at = s->slab_free;
    if (at != NO_SLAB)
        s->slab_free = s->slabs[at].newer;
    else if (s->slabs_used < s->slab_count)
        at = s->slabs_used++;
    else
        return NO_SLAB;
    s->slabs[at] = (struct slab){ .class = (uint8_t)class };
    forbid(s->region + (size_t)at * SLAB_BYTES, SLAB_BYTES);
    partial_add(s, at);
    return at;
}

static bool slab_full(const struct slab *slab)
{
    return slab->free == NULL && slab->fresh == SLAB_BYTES / class_bytes(slab->class);
}

static void *slab_block(struct store *s, int32_t at)
{
    struct slab *slab = &s->slabs[at];
    uint8_t *block = slab->free;
    if (block != NULL) {
        allow(block, sizeof(void *));
        memcpy(&slab->free, block, sizeof slab->free);
    } else {
        block = s->region + (size_t)at * SLAB_BYTES + slab->fresh++ * class_bytes(slab->class);
    }
    slab->out++;
    if (slab_full(slab))
        partial_remove(s, at);
    return block;
}

void *store_take(struct store *s, struct account *a, size_t n)
{
    if (n > STORE_BLOCK_MAX)
        return NULL;
    unsigned class = class_of(n);
    size_t bytes = class_bytes(class);
    if (bytes > a->most || a->used > a->most - bytes) {
        s->counts.account_full++;
        return NULL;
    }
    int32_t at = s->partial[class];
    if (at == NO_SLAB && (at = slab_take(s, class)) == NO_SLAB) {
        s->counts.store_full++;
        return NULL;
    }
    void *block = slab_block(s, at);
    a->used += (uint32_t)bytes;
    s->counts.used += bytes;
    if (s->counts.used > s->counts.peak)
        s->counts.peak = s->counts.used;
    allow(block, n);
    return memset(block, 0, n);
}

void store_give(struct store *s, struct account *a, void *block, size_t n)
{
    if (block == NULL)
        return;
    size_t offset = (size_t)((uint8_t *)block - s->region);
    assert(offset < s->region_bytes);
    int32_t at = (int32_t)(offset / SLAB_BYTES);
    struct slab *slab = &s->slabs[at];
    size_t bytes = class_bytes(slab->class);
    assert(class_of(n) == slab->class && offset % bytes == 0 && a->used >= bytes && slab->out > 0);
    (void)n;
    if (slab_full(slab))
        partial_add(s, at);
    allow(block, sizeof(void *));
    memcpy(block, &slab->free, sizeof slab->free);
    forbid(block, bytes);
    slab->free = block;
    a->used -= (uint32_t)bytes;
    s->counts.used -= bytes;
    if (--slab->out == 0) {
        partial_remove(s, at);
        slab->newer = s->slab_free;
        s->slab_free = at;
    }
}

void *store_grow(struct store *s, struct account *a, void *block, size_t n, size_t larger)
{
    assert(larger >= n);
    if (block == NULL)
        return store_take(s, a, larger);
    if (larger > STORE_BLOCK_MAX)
        return NULL;
    if (class_of(larger) == class_of(n)) {
        allow(block, larger);
        memset((uint8_t *)block + n, 0, larger - n);
        return block;
    }
    /* The old block goes back at once, so it does not count against the account meanwhile. */
    uint32_t old = (uint32_t)class_bytes(class_of(n));
    a->used -= old;
    void *moved = store_take(s, a, larger);
    a->used += old;
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, n);
    store_give(s, a, block, n);
    return moved;
}

const struct store_counts *store_counts(const struct store *s)
{
    return &s->counts;
}
