#include "detect/table.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_FIRST = 64 };

static uint32_t key_hash(const unsigned char *key, size_t len)
{
    uint32_t h = 2166136261u;       /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ key[i]) * 16777619u;
    return h;
}

static struct table_entry *slot(struct table_entry *entries, size_t cap, const void *key, size_t len, uint32_t hash)
{
    size_t i = hash & (cap - 1);
    while (entries[i].key && (entries[i].hash != hash || entries[i].len != len || memcmp(entries[i].key, key, len) != 0))
        i = (i + 1) & (cap - 1);
    return &entries[i];
}

static void table_grow(struct table *t)
{
    size_t cap = t->cap ? t->cap * 2 : TABLE_FIRST;
    struct table_entry *fresh = calloc(cap, sizeof(*fresh));
    if (fresh == NULL)
        abort();
    for (size_t i = 0; i < t->cap; i++) {
        const struct table_entry *old = &t->entries[i];
        if (old->key)
            *slot(fresh, cap, old->key, old->len, old->hash) = *old;
    }
    free(t->entries);
    t->entries = fresh;
    t->cap = cap;
}

void table_free(struct table *t)
{
    free(t->entries);
    *t = (struct table){ .entries = NULL };
}

void *table_find(const struct table *t, const void *key, size_t len)
{
    return t->cap ? slot(t->entries, t->cap, key, len, key_hash(key, len))->value : NULL;
}

void table_put(struct table *t, const void *key, size_t len, void *value)
{
    if (t->count * 4 >= t->cap * 3)
        table_grow(t);
    uint32_t hash = key_hash(key, len);
    struct table_entry *e = slot(t->entries, t->cap, key, len, hash);
    t->count += e->key == NULL;
    *e = (struct table_entry){ .key = key, .value = value, .len = (uint32_t)len, .hash = hash };
}
