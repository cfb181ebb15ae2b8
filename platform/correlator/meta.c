#include "correlator/meta.h"

#include <stdlib.h>
#include <string.h>

struct meta_table {
    struct meta    *metas, **buckets;
    size_t          max, used, bucket_count;
    uint64_t        gap_us, forgotten;
    struct meta    *oldest, *newest;
    struct hash_key key;
};

struct meta_table *meta_table_new(size_t meta_max, uint64_t gap_us)
{
    struct meta_table *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    *t = (struct meta_table){ .max = meta_max, .gap_us = gap_us, .bucket_count = meta_max * 2 + 1,
                              .key = hash_key_random() };
    t->metas = calloc(meta_max, sizeof *t->metas);
    t->buckets = calloc(t->bucket_count, sizeof *t->buckets);
    if (t->metas != NULL && t->buckets != NULL)
        return t;
    meta_table_free(t);
    return NULL;
}

void meta_table_free(struct meta_table *t)
{
    if (t == NULL)
        return;
    free(t->metas);
    free(t->buckets);
    free(t);
}

void meta_table_clear(struct meta_table *t)
{
    memset(t->buckets, 0, t->bucket_count * sizeof *t->buckets);
    t->used = 0;
    t->oldest = t->newest = NULL;
}

uint64_t meta_forgotten(const struct meta_table *t)
{
    return t->forgotten;
}

static uint64_t key_of(const struct meta_table *t, const struct alert_view *a)
{
    char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    text_fmt(&text, "%u:%u|%s|%s|%s|%s", a->gid, a->sid, a->region, a->status, a->src_ip, a->dest_ip);
    return hash_keyed(&t->key, bytes, text.len);
}

static void unlink_age(struct meta_table *t, struct meta *m)
{
    *(m->older ? &m->older->newer : &t->oldest) = m->newer;
    *(m->newer ? &m->newer->older : &t->newest) = m->older;
}

static void link_newest(struct meta_table *t, struct meta *m)
{
    m->older = t->newest;
    m->newer = NULL;
    *(t->newest ? &t->newest->newer : &t->oldest) = m;
    t->newest = m;
}

static void unlink_hash(struct meta_table *t, struct meta *m)
{
    struct meta **at = &t->buckets[m->key % t->bucket_count];
    while (*at != m)
        at = &(*at)->hash_next;
    *at = m->hash_next;
}

static struct meta *meta_room(struct meta_table *t)
{
    if (t->used < t->max)
        return &t->metas[t->used++];
    struct meta *m = t->oldest;
    unlink_age(t, m);
    unlink_hash(t, m);
    t->forgotten++;
    return m;
}

/* Within the gap on either side: alerts of several sensors come a little out of order. */
static bool near(const struct meta *m, uint64_t time_us, uint64_t gap_us)
{
    return time_us + gap_us >= m->first_us && time_us <= m->last_us + gap_us;
}

struct meta *meta_take(struct meta_table *t, const struct alert_view *a, bool *fresh)
{
    uint64_t key = key_of(t, a);
    struct meta *m = t->buckets[key % t->bucket_count];
    while (m != NULL && (m->key != key || !near(m, a->time_us, t->gap_us)))
        m = m->hash_next;
    *fresh = m == NULL;
    if (m == NULL) {
        m = meta_room(t);
        *m = (struct meta){ .key = key, .first_us = a->time_us, .last_us = a->time_us,
                            .hash_next = t->buckets[key % t->bucket_count] };
        t->buckets[key % t->bucket_count] = m;
    } else {
        unlink_age(t, m);
    }
    link_newest(t, m);
    m->count++;
    if (a->time_us < m->first_us)
        m->first_us = a->time_us;
    if (a->time_us > m->last_us)
        m->last_us = a->time_us;
    return m;
}
