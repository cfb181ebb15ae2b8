#include "detect/pile.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 * 1024, NAMES_FIRST = 4096 };

struct block {
    struct block *next;
    alignas(max_align_t) unsigned char bytes[];
};

struct name {
    const char *at;
    uint32_t    len, hash;
};

struct pile {
    struct block *blocks;
    size_t        used, room;       /* of the newest block */
    size_t        total;
    struct name  *names;            /* open hash, a power of two */
    size_t        name_count, name_cap;
};

static void *or_die(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

struct pile *pile_new(void)
{
    struct pile *p = or_die(calloc(1, sizeof(*p)));
    p->name_cap = NAMES_FIRST;
    p->names = or_die(calloc(p->name_cap, sizeof(*p->names)));
    return p;
}

void pile_free(struct pile *p)
{
    if (p == NULL)
        return;
    while (p->blocks) {
        struct block *b = p->blocks;
        p->blocks = b->next;
        free(b);
    }
    free(p->names);
    free(p);
}

static void block_add(struct pile *p, size_t n)
{
    size_t room = n > BLOCK ? n : BLOCK;
    struct block *b = or_die(calloc(1, sizeof(*b) + room));
    b->next = p->blocks;
    p->blocks = b;
    p->used = 0;
    p->room = room;
    p->total += room;
}

static void *take_aligned(struct pile *p, size_t n, size_t align)
{
    size_t at = (p->used + align - 1) & ~(align - 1);
    if (p->blocks == NULL || at > p->room || n > p->room - at) {
        block_add(p, n);
        at = 0;
    }
    p->used = at + n;
    return p->blocks->bytes + at;
}

void *pile_take(struct pile *p, size_t n)
{
    return take_aligned(p, n, alignof(max_align_t) > 16 ? 16 : alignof(max_align_t));
}

void *pile_copy(struct pile *p, const void *bytes, size_t n)
{
    char *at = take_aligned(p, n + 1, 1);
    if (n)
        memcpy(at, bytes, n);
    return at;
}

static uint32_t name_hash(const unsigned char *s, size_t n)
{
    uint32_t h = 2166136261u;       /* FNV-1a: whoever writes the rules is trusted with our buckets */
    for (size_t i = 0; i < n; i++)
        h = (h ^ s[i]) * 16777619u;
    return h;
}

static struct name *name_slot(struct name *names, size_t cap, const void *bytes, size_t n, uint32_t hash)
{
    size_t i = hash & (cap - 1);
    while (names[i].at && (names[i].hash != hash || names[i].len != n || memcmp(names[i].at, bytes, n) != 0))
        i = (i + 1) & (cap - 1);
    return &names[i];
}

static void names_grow(struct pile *p)
{
    size_t cap = p->name_cap * 2;
    struct name *names = or_die(calloc(cap, sizeof(*names)));
    for (size_t i = 0; i < p->name_cap; i++) {
        const struct name *old = &p->names[i];
        if (old->at)
            *name_slot(names, cap, old->at, old->len, old->hash) = *old;
    }
    free(p->names);
    p->names = names;
    p->name_cap = cap;
}

const char *pile_intern(struct pile *p, const void *bytes, size_t n)
{
    uint32_t hash = name_hash(bytes, n);
    struct name *slot = name_slot(p->names, p->name_cap, bytes, n, hash);
    if (slot->at)
        return slot->at;
    if (p->name_count * 4 >= p->name_cap * 3) {
        names_grow(p);
        slot = name_slot(p->names, p->name_cap, bytes, n, hash);
    }
    *slot = (struct name){ .at = pile_copy(p, bytes, n), .len = (uint32_t)n, .hash = hash };
    p->name_count++;
    return slot->at;
}

size_t pile_bytes(const struct pile *p)
{
    return p->total + p->name_cap * sizeof(*p->names);
}

void *array_room(void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return array;
    *cap = *cap ? *cap * 2 : 16;
    return or_die(reallocarray(array, *cap, size));
}
