#include "notifier/seen.h"

#include <stdlib.h>
#include <string.h>

struct seen {
    struct hash_key    hash;
    struct seen_entry *entries;
    uint32_t          *buckets;     /* place + 1 */
    uint32_t           count;
};

struct seen *seen_new(uint32_t entries)
{
    struct seen *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    *s = (struct seen){ hash_key_random(), calloc(entries, sizeof *s->entries), calloc(entries, sizeof *s->buckets), entries };
    if (s->entries != NULL && s->buckets != NULL)
        return s;
    seen_free(s);
    return NULL;
}

void seen_free(struct seen *s)
{
    if (s == NULL)
        return;
    free(s->entries);
    free(s->buckets);
    free(s);
}

static uint32_t *bucket_of(struct seen *s, const char *key)
{
    return &s->buckets[hash_keyed(&s->hash, key, strlen(key)) % s->count];
}

struct seen_entry *seen_find(struct seen *s, const char *key)
{
    for (uint32_t at = *bucket_of(s, key); at != 0; at = s->entries[at - 1].next)
        if (strcmp(s->entries[at - 1].key, key) == 0)
            return &s->entries[at - 1];
    return NULL;
}

static void unlink_entry(struct seen *s, struct seen_entry *e)
{
    uint32_t place = (uint32_t)(e - s->entries) + 1;
    for (uint32_t *at = bucket_of(s, e->key); *at != 0; at = &s->entries[*at - 1].next)
        if (*at == place) {
            *at = e->next;
            break;
        }
    *e = (struct seen_entry){ 0 };
}

/* A walk over all is dear, but it comes only when a thing is new and only a full table walks to the end for nothing. */
static struct seen_entry *room(struct seen *s, struct seen_entry *forgotten)
{
    struct seen_entry *oldest = &s->entries[0];
    for (uint32_t i = 0; i < s->count && *oldest->key != '\0'; i++)
        if (*s->entries[i].key == '\0' || s->entries[i].told_us < oldest->told_us)
            oldest = &s->entries[i];
    *forgotten = *oldest;
    if (*oldest->key != '\0')
        unlink_entry(s, oldest);
    return oldest;
}

struct seen_entry *seen_take(struct seen *s, const char *key, struct seen_entry *forgotten)
{
    struct seen_entry *e = seen_find(s, key);
    *forgotten = (struct seen_entry){ 0 };
    if (e != NULL)
        return e;
    e = room(s, forgotten);
    strncpy(e->key, key, sizeof e->key - 1);
    uint32_t *bucket = bucket_of(s, e->key);
    e->next = *bucket;
    *bucket = (uint32_t)(e - s->entries) + 1;
    return e;
}

void seen_forget_region(struct seen *s, const char *region)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (*s->entries[i].key != '\0' && strcmp(s->entries[i].region, region) == 0)
            unlink_entry(s, &s->entries[i]);
}
