#include "ctl/known.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

enum { BUCKETS = 65536 };

struct known_table {
    struct known *buckets[BUCKETS];
    struct hash_key key;
};

struct known_table *known_new(void)
{
    struct known_table *t = calloc(1, sizeof *t);
    if (t != NULL)
        t->key = hash_key_random();
    return t;
}

static void entry_free(struct known *k)
{
    free(k->region);
    free(k->name);
    free(k->fields);
    free(k);
}

void known_free(struct known_table *t)
{
    for (size_t i = 0; t != NULL && i < BUCKETS; i++)
        for (struct known *k = t->buckets[i], *next; k != NULL; k = next) {
            next = k->next;
            entry_free(k);
        }
    free(t);
}

static size_t bucket_of(const struct known_table *t, const char *name)
{
    return hash_keyed(&t->key, name, strlen(name)) % BUCKETS;
}

struct known *known_find(const struct known_table *t, const char *region, const char *name)
{
    struct known *k = t->buckets[bucket_of(t, name)];
    while (k != NULL && (strcmp(k->name, name) != 0 || strcmp(k->region, region) != 0))
        k = k->next;
    return k;
}

struct known *known_find_up(const struct known_table *t, const char *region, const char *name)
{
    struct known *k = known_find(t, region, name);
    char above[7];
    for (size_t kept = 4; k == NULL && kept >= 2 && strlen(region) == 6; kept -= 2) {
        memcpy(above, "000000", 7);
        memcpy(above, region, kept);
        k = known_find(t, above, name);
    }
    return k;
}

struct known *known_find_any(const struct known_table *t, const char *name)
{
    struct known *found = NULL;
    for (struct known *k = t->buckets[bucket_of(t, name)]; k != NULL; k = k->next) {
        if (strcmp(k->name, name) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = k;
    }
    return found;
}

struct known *known_put(struct known_table *t, const char *region, const char *name, struct matter *m)
{
    struct known *k = known_find(t, region, name);
    if (k == NULL) {
        if ((k = calloc(1, sizeof *k)) == NULL)
            return NULL;
        k->region = strdup(region);
        k->name = strdup(name);
        k->next = t->buckets[bucket_of(t, name)];
        t->buckets[bucket_of(t, name)] = k;
    }
    k->state = "registered";
    if (m != NULL) {
        memcpy(k->id, m->id, sizeof k->id);
        k->version = m->version;
        k->state = m->state;
    }
    bool ok = k->region != NULL && k->name != NULL && (m == NULL || known_say(k, m->fields));
    if (m != NULL)
        matter_free(m);
    return ok ? k : NULL;
}

json_t *known_fields(const struct known *k)
{
    json_t *fields = k->fields != NULL ? json_loads(k->fields, 0, NULL) : NULL;
    return fields != NULL ? fields : json_object();
}

bool known_say(struct known *k, const json_t *fields)
{
    free(k->fields);
    k->fields = json_dumps(fields, JSON_COMPACT);
    return k->fields != NULL;
}
