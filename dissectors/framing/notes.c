#include "dissectors/framing/notes.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

enum { PLACE = 4 };     /* notes that share a hash value's place */

struct note {
    uint64_t touched;   /* 0: empty */
    uint8_t  key_len, value_len;
    uint8_t  key[NOTE_KEY_MAX], value[NOTE_VALUE_MAX];
};

struct notes {
    struct hash_key hash;
    uint64_t        turn, forgotten;
    struct note     all[NOTES_MAX];
};

_Static_assert(NOTES_MAX % PLACE == 0, "whole places");

struct notes *notes_new(void)
{
    struct notes *n = calloc(1, sizeof *n);
    if (n != NULL)
        n->hash = hash_key_random();
    return n;
}

void notes_free(struct notes *n)
{
    free(n);
}

uint64_t notes_forgotten(const struct notes *n)
{
    return n->forgotten;
}

static struct note *place_of(struct notes *n, const void *key, size_t key_len)
{
    return &n->all[hash_keyed(&n->hash, key, key_len) % (NOTES_MAX / PLACE) * PLACE];
}

static struct note *note_in(struct note *place, const void *key, size_t key_len)
{
    for (unsigned i = 0; i < PLACE; i++)
        if (place[i].touched != 0 && place[i].key_len == key_len && memcmp(place[i].key, key, key_len) == 0)
            return &place[i];
    return NULL;
}

/* An empty one is the oldest of all. */
static struct note *oldest_in(struct note *place)
{
    struct note *oldest = place;
    for (unsigned i = 1; i < PLACE; i++)
        if (place[i].touched < oldest->touched)
            oldest = &place[i];
    return oldest;
}

void notes_put(struct notes *n, const void *key, size_t key_len, const void *value, size_t value_len)
{
    if (n == NULL || key_len > NOTE_KEY_MAX)
        return;
    struct note *place = place_of(n, key, key_len), *one = note_in(place, key, key_len);
    if (one == NULL) {
        one = oldest_in(place);
        n->forgotten += one->touched != 0;
        one->key_len = (uint8_t)key_len;
        memcpy(one->key, key, key_len);
    }
    one->touched = ++n->turn;
    one->value_len = (uint8_t)(value_len < NOTE_VALUE_MAX ? value_len : NOTE_VALUE_MAX);
    if (value_len > 0)
        memcpy(one->value, value, one->value_len);
}

const uint8_t *notes_find(struct notes *n, const void *key, size_t key_len, size_t *value_len)
{
    if (n == NULL || key_len > NOTE_KEY_MAX)
        return NULL;
    struct note *one = note_in(place_of(n, key, key_len), key, key_len);
    if (one == NULL)
        return NULL;
    one->touched = ++n->turn;
    *value_len = one->value_len;
    return one->value;
}
