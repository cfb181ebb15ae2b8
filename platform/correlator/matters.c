#include "correlator/matters.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

enum { BUCKETS = 4096 };

struct matters {
    struct filed_matter *buckets[BUCKETS], *oldest, *newest;
    struct hash_key key;
    size_t count;
};

struct matters *matters_new(void)
{
    struct matters *t = calloc(1, sizeof *t);
    if (t != NULL)
        t->key = hash_key_random();
    return t;
}

void matters_clear(struct matters *t)
{
    while (t->oldest != NULL)
        matters_remove(t, t->oldest);
}

void matters_free(struct matters *t)
{
    if (t == NULL)
        return;
    matters_clear(t);
    free(t);
}

static struct filed_matter **bucket_of(const struct matters *t, const char *id)
{
    const struct filed_matter *const *bucket = (const struct filed_matter *const *)&t->buckets[hash_keyed(&t->key, id, strlen(id)) % BUCKETS];
    return (struct filed_matter **)(uintptr_t)bucket;
}

struct filed_matter *matters_find(const struct matters *t, const char *region, const char *id)
{
    struct filed_matter *m = *bucket_of(t, id);
    while (m != NULL && (strcmp(m->matter.id, id) != 0 || strcmp(m->matter.region, region) != 0))
        m = m->hash_next;
    return m;
}

static void leave_order(struct matters *t, struct filed_matter *m)
{
    *(m->older != NULL ? &m->older->newer : &t->oldest) = m->newer;
    *(m->newer != NULL ? &m->newer->older : &t->newest) = m->older;
}

static void enter_order(struct matters *t, struct filed_matter *m)
{
    m->older = t->newest;
    m->newer = NULL;
    *(t->newest != NULL ? &t->newest->newer : &t->oldest) = m;
    t->newest = m;
}

static struct filed_matter *enrol(struct matters *t, const char *id)
{
    struct filed_matter *m = calloc(1, sizeof *m), **bucket = bucket_of(t, id);
    if (m == NULL)
        return NULL;
    m->hash_next = *bucket;
    *bucket = m;
    t->count++;
    return m;
}

struct filed_matter *matters_put(struct matters *t, struct matter *given)
{
    struct filed_matter *m = matters_find(t, given->region, given->id);
    uint64_t at_us;
    if (m != NULL) {
        leave_order(t, m);
        matter_free(&m->matter);
    } else if ((m = enrol(t, given->id)) == NULL) {
        return NULL;
    }
    m->matter = *given;
    *given = (struct matter){ 0 };
    m->due_us = due_next(m->matter.kind, m->matter.state, m->matter.due, m->matter.fired, &at_us) != NULL ? at_us : 0;
    enter_order(t, m);
    return m;
}

void matters_remove(struct matters *t, struct filed_matter *m)
{
    struct filed_matter **at = bucket_of(t, m->matter.id);
    while (*at != m)
        at = &(*at)->hash_next;
    *at = m->hash_next;
    leave_order(t, m);
    matter_free(&m->matter);
    free(m);
    t->count--;
}

struct filed_matter *matters_oldest(const struct matters *t)
{
    return t->oldest;
}

size_t matters_count(const struct matters *t, const struct kind *k)
{
    size_t n = 0;
    for (const struct filed_matter *m = t->oldest; m != NULL; m = m->newer)
        n += k == NULL || m->matter.kind == k;
    return k == NULL ? t->count : n;
}
