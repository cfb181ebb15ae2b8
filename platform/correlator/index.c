#include "correlator/index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct index {
    char            *entries;
    struct indexed **buckets;
    size_t           most, entry_size, used, bucket_count;
    uint64_t         forgotten;
    struct indexed  *oldest, *newest;
};

struct index *index_new(size_t most, size_t entry_size)
{
    assert(most > 0);
    struct index *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    *t = (struct index){ .most = most, .entry_size = entry_size, .bucket_count = most + most / 2 + 1 };
    t->entries = calloc(most, entry_size);
    t->buckets = calloc(t->bucket_count, sizeof(struct indexed *));
    if (t->entries != NULL && t->buckets != NULL)
        return t;
    index_free(t);
    return NULL;
}

void index_free(struct index *t)
{
    if (t == NULL)
        return;
    free(t->entries);
    free(t->buckets);
    free(t);
}

void index_clear(struct index *t)
{
    memset(t->buckets, 0, t->bucket_count * sizeof(struct indexed *));
    t->used = 0;
    t->oldest = t->newest = NULL;
}

size_t index_used(const struct index *t)
{
    return t->used;
}

uint64_t index_forgotten(const struct index *t)
{
    return t->forgotten;
}

static void age_unlink(struct index *t, struct indexed *e)
{
    *(e->older ? &e->older->newer : &t->oldest) = e->newer;
    *(e->newer ? &e->newer->older : &t->newest) = e->older;
}

static void age_newest(struct index *t, struct indexed *e)
{
    e->older = t->newest;
    e->newer = NULL;
    *(t->newest ? &t->newest->newer : &t->oldest) = e;
    t->newest = e;
}

void *index_find(struct index *t, uint64_t key)
{
    struct indexed *e = t->buckets[key % t->bucket_count];
    while (e != NULL && e->key != key)
        e = e->hash_next;
    if (e != NULL && e != t->newest) {
        age_unlink(t, e);
        age_newest(t, e);
    }
    return e;
}

static struct indexed *room(struct index *t)
{
    if (t->used < t->most)
        return (struct indexed *)(void *)(t->entries + t->entry_size * t->used++);
    struct indexed *e = t->oldest, **at = &t->buckets[e->key % t->bucket_count];
    while (*at != e)
        at = &(*at)->hash_next;
    *at = e->hash_next;
    age_unlink(t, e);
    t->forgotten++;
    return e;
}

void *index_take(struct index *t, uint64_t key, bool *fresh)
{
    struct indexed *e = index_find(t, key);
    if (fresh != NULL)
        *fresh = e == NULL;
    if (e != NULL)
        return e;
    e = room(t);
    memset(e, 0, t->entry_size);
    e->key = key;
    e->hash_next = t->buckets[key % t->bucket_count];
    t->buckets[key % t->bucket_count] = e;
    age_newest(t, e);
    return e;
}

void index_each(const struct index *t, bool (*each)(void *ctx, void *entry), void *ctx)
{
    for (struct indexed *e = t->newest, *older; e != NULL; e = older) {
        older = e->older;
        if (!each(ctx, e))
            return;
    }
}
