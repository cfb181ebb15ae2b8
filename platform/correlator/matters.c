#include "correlator/matters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

enum { BUCKETS = 65536, KINDS_MAX = 32, TEXT_MAX = 1024 * 1024 };

struct matters {
    struct filed_matter *buckets[BUCKETS], *oldest, *newest;    /* the list: finished ones alone */
    struct filed_matter **waiting;      /* a heap, from 1: the earliest first */
    size_t waiting_count, waiting_room;
    struct hash_key key;
    size_t count, of_kind[KINDS_MAX];
    char text[TEXT_MAX];
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
    for (size_t i = 0; i < BUCKETS; i++)
        while (t->buckets[i] != NULL)
            matters_remove(t, t->buckets[i]);
}

void matters_free(struct matters *t)
{
    if (t == NULL)
        return;
    matters_clear(t);
    free(t->waiting);
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

static size_t *count_of(struct matters *t, const struct kind *k)
{
    size_t i = 0;
    while (i < KINDS_MAX - 1 && kinds[i] != k)
        i++;
    return &t->of_kind[i];
}

size_t matters_count(const struct matters *t, const struct kind *k)
{
    size_t i = 0;
    while (k != NULL && i < KINDS_MAX - 1 && kinds[i] != k)
        i++;
    return k == NULL ? t->count : t->of_kind[i];
}

/* ---- the finished ones, in order ---- */

static bool is_listed(const struct matters *t, const struct filed_matter *m)
{
    return m->older != NULL || t->oldest == m;
}

static void leave_order(struct matters *t, struct filed_matter *m)
{
    if (!is_listed(t, m))
        return;
    *(m->older != NULL ? &m->older->newer : &t->oldest) = m->newer;
    *(m->newer != NULL ? &m->newer->older : &t->newest) = m->older;
    m->older = m->newer = NULL;
}

static void enter_order(struct matters *t, struct filed_matter *m)
{
    m->older = t->newest;
    m->newer = NULL;
    *(t->newest != NULL ? &t->newest->newer : &t->oldest) = m;
    t->newest = m;
}

struct filed_matter *matters_finished(const struct matters *t)
{
    return t->oldest;
}

/* ---- those that wait ---- */

/* Of one time the ids decide, so that a batch that is done again takes the same order. */
static bool is_earlier(const struct filed_matter *a, const struct filed_matter *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : strcmp(a->matter.id, b->matter.id) < 0;
}

static void place_at(struct matters *t, struct filed_matter *m, size_t at)
{
    t->waiting[at] = m;
    m->waiting = at;
}

static void go_up(struct matters *t, struct filed_matter *m, size_t at)
{
    for (; at > 1 && is_earlier(m, t->waiting[at / 2]); at /= 2)
        place_at(t, t->waiting[at / 2], at);
    place_at(t, m, at);
}

static void go_down(struct matters *t, struct filed_matter *m, size_t at)
{
    for (size_t child; (child = 2 * at) <= t->waiting_count; at = child) {
        child += child < t->waiting_count && is_earlier(t->waiting[child + 1], t->waiting[child]);
        if (!is_earlier(t->waiting[child], m))
            break;
        place_at(t, t->waiting[child], at);
    }
    place_at(t, m, at);
}

static void wait_no_more(struct matters *t, struct filed_matter *m)
{
    size_t at = m->waiting;
    if (at == 0)
        return;
    m->waiting = 0;
    struct filed_matter *last = t->waiting[t->waiting_count--];
    if (last == m)
        return;
    go_up(t, last, at);
    go_down(t, last, last->waiting);
}

static bool has_waiting_room(struct matters *t)
{
    if (t->waiting_count + 1 < t->waiting_room)
        return true;
    size_t room = t->waiting_room > 0 ? 2 * t->waiting_room : 256;
    struct filed_matter **more = realloc(t->waiting, room * sizeof *more);
    if (more == NULL)
        return false;
    t->waiting = more;
    t->waiting_room = room;
    return true;
}

struct filed_matter *matters_due(const struct matters *t)
{
    return t->waiting_count > 0 ? t->waiting[1] : NULL;
}

/* ---- at rest ---- */

static void drop_values(struct matter *m)
{
    json_t **const values[] = { &m->fields, &m->due, &m->fired, &m->proposal, &m->history };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_decref(*values[i]);
        *values[i] = NULL;
    }
}

/* The text of the matter, owned. NULL: no memory. */
static char *text_of(struct matters *t, const struct matter *m, size_t *len)
{
    struct text out = text_over(t->text, sizeof t->text);
    matter_json(m, NULL, &out);
    *len = out.len;
    return out.cut ? NULL : strndup(out.at, out.len);
}

int matters_open(const struct filed_matter *m, struct matter *out)
{
    struct fault f;
    return m->at_rest == NULL ? matter_copy(out, &m->matter) : matter_parse(m->at_rest, m->at_rest_len, out, &f) == 0 ? 0 : -ENOMEM;
}

/* ---- in and out ---- */

static struct filed_matter *enrol(struct matters *t, const struct matter *given)
{
    struct filed_matter *m = calloc(1, sizeof *m), **bucket = bucket_of(t, given->id);
    if (m == NULL)
        return NULL;
    m->hash_next = *bucket;
    *bucket = m;
    t->count++;
    ++*count_of(t, given->kind);
    return m;
}

static void take_over(struct matters *t, struct filed_matter *m, struct matter *given)
{
    uint64_t at_us;
    m->matter = *given;
    *given = (struct matter){ 0 };
    m->due_us = due_next(m->matter.kind, m->matter.state, m->matter.due, m->matter.fired, &at_us) != NULL ? at_us : 0;
    if (m->due_us != 0)
        go_up(t, m, ++t->waiting_count);
    if (m->at_rest != NULL)
        drop_values(&m->matter);
    if (kind_is_last(m->matter.kind, m->matter.state))
        enter_order(t, m);
}

struct filed_matter *matters_put(struct matters *t, struct matter *given)
{
    struct filed_matter *m = matters_find(t, given->region, given->id);
    bool rests = given->kind->flags & KIND_IS_REGISTER;
    size_t len = 0;
    char *text = rests ? text_of(t, given, &len) : NULL;
    if ((rests && text == NULL) || !has_waiting_room(t) || (m == NULL && (m = enrol(t, given)) == NULL)) {
        free(text);
        return NULL;
    }
    leave_order(t, m);
    wait_no_more(t, m);
    matter_free(&m->matter);
    free(m->at_rest);
    m->at_rest = text;
    m->at_rest_len = len;
    take_over(t, m, given);
    return m;
}

void matters_remove(struct matters *t, struct filed_matter *m)
{
    struct filed_matter **at = bucket_of(t, m->matter.id);
    while (*at != m)
        at = &(*at)->hash_next;
    *at = m->hash_next;
    leave_order(t, m);
    wait_no_more(t, m);
    t->count--;
    --*count_of(t, m->matter.kind);
    matter_free(&m->matter);
    free(m->at_rest);
    free(m);
}
