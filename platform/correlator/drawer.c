#include "correlator/drawer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/streams.h"
#include "common/hash.h"

enum { BUCKETS = 16384, HEAD_MAX = 64 };

struct sheet {
    struct sheet *hash_next, *older, *newer;
    struct shelf *shelf;
    uint64_t number, at_us;
    char    *name, *text;
};

struct shelf {                          /* of a region */
    struct shelf *next;
    char     region[STREAM_REGION_MAX + 1];
    struct sheet *oldest, *newest;
    size_t   count;
    uint64_t last_number;
    bool     mixed;                     /* restored in any order and not sorted yet */
};

struct drawer {
    size_t   most;
    uint64_t keep_us, forgotten;
    size_t   count;
    struct shelf *shelves;
    struct hash_key key;
    struct sheet *buckets[BUCKETS];
};

struct drawer *drawer_new(size_t most, uint64_t keep_us)
{
    struct drawer *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->most = most;
    d->keep_us = keep_us;
    d->key = hash_key_random();
    return d;
}

static void sheet_free(struct sheet *s)
{
    if (s == NULL)
        return;
    free(s->name);
    free(s->text);
    free(s);
}

size_t drawer_count(const struct drawer *d)
{
    return d->count;
}

uint64_t drawer_forgotten(const struct drawer *d)
{
    return d->forgotten;
}

/* ---- where things are ---- */

static struct shelf *shelf_of(struct drawer *d, const char *region)
{
    struct shelf *s = d->shelves;
    while (s != NULL && strcmp(s->region, region) != 0)
        s = s->next;
    if (s != NULL || strlen(region) > STREAM_REGION_MAX || (s = calloc(1, sizeof *s)) == NULL)
        return s;
    strcpy(s->region, region);
    s->next = d->shelves;
    d->shelves = s;
    return s;
}

static size_t bucket_of(const struct drawer *d, const char *name)
{
    return hash_keyed(&d->key, name, strlen(name)) % BUCKETS;
}

static struct sheet *sheet_of(const struct drawer *d, const char *region, const char *name)
{
    struct sheet *s = d->buckets[bucket_of(d, name)];
    while (s != NULL && (strcmp(s->name, name) != 0 || strcmp(s->shelf->region, region) != 0))
        s = s->hash_next;
    return s;
}

const char *drawer_find(const struct drawer *d, const char *region, const char *name)
{
    const struct sheet *s = sheet_of(d, region, name);
    return s != NULL ? s->text : NULL;
}

static void append(struct shelf *shelf, struct sheet *s)
{
    s->older = shelf->newest;
    s->newer = NULL;
    *(shelf->newest != NULL ? &shelf->newest->newer : &shelf->oldest) = s;
    shelf->newest = s;
}

static void unlink_sheet(struct drawer *d, struct sheet *s)
{
    struct sheet **at = &d->buckets[bucket_of(d, s->name)];
    struct shelf *shelf = s->shelf;
    while (*at != s)
        at = &(*at)->hash_next;
    *at = s->hash_next;
    *(s->older != NULL ? &s->older->newer : &shelf->oldest) = s->newer;
    *(s->newer != NULL ? &s->newer->older : &shelf->newest) = s->older;
    shelf->count--;
    d->count--;
}

void drawer_clear(struct drawer *d)
{
    while (d->shelves != NULL) {
        struct shelf *shelf = d->shelves;
        while (shelf->oldest != NULL) {
            struct sheet *s = shelf->oldest;
            unlink_sheet(d, s);
            sheet_free(s);
        }
        d->shelves = shelf->next;
        free(shelf);
    }
}

void drawer_free(struct drawer *d)
{
    if (d == NULL)
        return;
    drawer_clear(d);
    free(d);
}

bool drawer_remove(struct drawer *d, const char *region, const char *name)
{
    struct sheet *s = sheet_of(d, region, name);
    if (s == NULL)
        return false;
    unlink_sheet(d, s);
    sheet_free(s);
    return true;
}

/* ---- putting in ---- */

static struct sheet *sheet_new(struct shelf *shelf, const char *name, const char *text, size_t len)
{
    struct sheet *s = shelf != NULL ? calloc(1, sizeof *s) : NULL;
    if (s == NULL)
        return NULL;
    s->shelf = shelf;
    s->name = strdup(name);
    s->text = strndup(text, len);
    if (s->name != NULL && s->text != NULL)
        return s;
    sheet_free(s);
    return NULL;
}

static void enter(struct drawer *d, struct sheet *s)
{
    struct sheet **bucket = &d->buckets[bucket_of(d, s->name)];
    s->hash_next = *bucket;
    *bucket = s;
    append(s->shelf, s);
    s->shelf->count++;
    d->count++;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = (*(struct sheet *const *)a)->number, y = (*(struct sheet *const *)b)->number;
    return (x > y) - (x < y);
}

/* Without memory for it the order stays as it came: then another one than the oldest may leave. */
static void sort(struct shelf *shelf)
{
    struct sheet **all = malloc(shelf->count * sizeof(struct sheet *));
    size_t n = 0;
    shelf->mixed = false;
    if (all == NULL)
        return;
    for (struct sheet *s = shelf->oldest; s != NULL; s = s->newer)
        all[n++] = s;
    qsort(all, n, sizeof *all, by_number);
    shelf->oldest = shelf->newest = NULL;
    for (size_t i = 0; i < n; i++)
        append(shelf, all[i]);
    free(all);
}

static void make_room(struct drawer *d, struct shelf *shelf, uint64_t now_us, const struct drawer_owner *o)
{
    if (shelf->mixed && shelf->count > 0)
        sort(shelf);
    while (shelf->oldest != NULL && (shelf->count >= d->most || (d->keep_us != 0 && shelf->oldest->at_us + d->keep_us < now_us))) {
        struct sheet *s = shelf->oldest;
        o->left(o->ctx, shelf->region, s->name);
        unlink_sheet(d, s);
        sheet_free(s);
        d->forgotten++;
    }
}

bool drawer_put(struct drawer *d, const char *region, const char *name, const char *text, size_t len, uint64_t now_us,
                const struct drawer_owner *o)
{
    struct shelf *shelf = shelf_of(d, region);
    struct sheet *s = sheet_new(shelf, name, text, len);
    char *kept = s != NULL ? malloc(len + HEAD_MAX) : NULL;
    if (kept == NULL) {
        sheet_free(s);
        return false;
    }
    drawer_remove(d, region, name);
    make_room(d, shelf, now_us, o);
    s->number = ++shelf->last_number;
    s->at_us = now_us;
    int head = snprintf(kept, HEAD_MAX, "%" PRIu64 " %" PRIu64 " %s ", s->number, s->at_us, shelf->region);
    memcpy(kept + head, text, len);
    o->keep(o->ctx, region, name, kept, (size_t)head + len);
    free(kept);
    enter(d, s);
    return true;
}

bool drawer_restore(struct drawer *d, const char *name, const char *kept, size_t len)
{
    char head[HEAD_MAX], region[STREAM_REGION_MAX + 1];
    uint64_t number, at_us;
    int used = 0;
    snprintf(head, sizeof head, "%.*s", (int)(len < HEAD_MAX - 1 ? len : HEAD_MAX - 1), kept);
    if (sscanf(head, "%" SCNu64 " %" SCNu64 " %16[^ ] %n", &number, &at_us, region, &used) != 3 || used == 0)
        return false;
    struct shelf *shelf = shelf_of(d, region);
    struct sheet *s = sheet_new(shelf, name, kept + used, len - (size_t)used);
    if (s == NULL)
        return false;
    drawer_remove(d, region, name);
    s->number = number;
    s->at_us = at_us;
    if (number > shelf->last_number)
        shelf->last_number = number;
    shelf->mixed = true;
    enter(d, s);
    return true;
}
