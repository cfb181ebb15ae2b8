/* Counts by one key, added up over what the store gives. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/store.h"

enum { KEY_MAX = 256 };
static const int64_t QUARTER_US = INT64_C(900000000);      /* every zone's offset is a multiple of it */

enum key_kind { KEY_TEXT, KEY_HOUR, KEY_DAY, KEY_ADDRESS };

static const struct key { const char *name, *sql; enum key_kind kind; } keys[] = {
    { "hour", "time / 900000000", KEY_HOUR }, { "day", "time / 900000000", KEY_DAY },
    { "region", "region", KEY_TEXT }, { "sector", "sector", KEY_TEXT }, { "unit", "unit", KEY_TEXT },
    { "severity", "severity", KEY_TEXT }, { "sid", "sid", KEY_TEXT }, { "signature", "signature", KEY_TEXT },
    { "level", "level", KEY_TEXT }, { "state", "state", KEY_TEXT }, { "status", "status", KEY_TEXT },
    { "category", "category", KEY_TEXT }, { "event_type", "type", KEY_TEXT },
    { "src", "src", KEY_ADDRESS }, { "dest", "dest", KEY_ADDRESS },
};

struct tally { char *key; uint64_t count; };

struct counting {
    const struct key *key;
    struct tally *tallies;
    size_t count, room;
};

static const struct key *key_named(const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static void word_time(int64_t quarter, bool hour, char out[KEY_MAX])
{
    time_t t = (time_t)(quarter * (QUARTER_US / 1000000));
    struct tm tm;
    localtime_r(&t, &tm);
    strftime(out, KEY_MAX, hour ? "%Y-%m-%dT%H" : "%Y-%m-%d", &tm);
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* The store's hex of an address, in either case. */
static void word_address(const char *hex, char out[KEY_MAX])
{
    struct addr a = { 0 };
    uint8_t bytes[ROW_ADDRESS] = { 0 };
    if (strlen(hex) == 2 * sizeof bytes)
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    a.version = bytes[0];
    memcpy(a.bytes, bytes + 1, sizeof a.bytes);
    out[addr_text(&a, out)] = '\0';
}

static void word_key(const struct key *k, const char *text, char out[KEY_MAX])
{
    if (k->kind == KEY_ADDRESS)
        word_address(text, out);
    else if (k->kind == KEY_TEXT)
        snprintf(out, KEY_MAX, "%s", text);
    else
        word_time(strtoll(text, NULL, 10), k->kind == KEY_HOUR, out);
}

static int add(void *counting, const char *text, uint64_t count)
{
    struct counting *c = counting;
    char key[KEY_MAX];
    word_key(c->key, text, key);
    if (c->count == c->room) {
        size_t room = c->room ? c->room * 2 : 256;
        struct tally *more = realloc(c->tallies, room * sizeof *more);
        if (more == NULL)
            return -ENOMEM;
        c->tallies = more;
        c->room = room;
    }
    char *copy = strdup(key);
    if (copy == NULL)
        return -ENOMEM;
    c->tallies[c->count++] = (struct tally){ copy, count };
    return 0;
}

static int count(struct archive *a, const struct archive_query *q, bool incidents, struct counting *c, struct fault *f)
{
    const struct dialect *d = a->store->dialect;
    char key[64];
    bool bytes = c->key->kind == KEY_ADDRESS;
    snprintf(key, sizeof key, "%s%s%s", bytes ? d->hex[0] : "", c->key->sql, bytes ? d->hex[1] : "");
    return a->store->count(a, q, incidents, key, add, c, f);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct tally *)a)->key, ((const struct tally *)b)->key);
}

static int by_count(const void *a, const void *b)
{
    uint64_t x = ((const struct tally *)a)->count, y = ((const struct tally *)b)->count;
    return x != y ? (x < y ? 1 : -1) : by_key(a, b);
}

/* One tally per key, in the order asked for. */
static void merge(struct counting *c)
{
    size_t kept = 0;
    if (c->count == 0)
        return;
    qsort(c->tallies, c->count, sizeof *c->tallies, by_key);
    for (size_t i = 1; i < c->count; i++)
        if (strcmp(c->tallies[kept].key, c->tallies[i].key) == 0) {
            c->tallies[kept].count += c->tallies[i].count;
            free(c->tallies[i].key);
        } else {
            c->tallies[++kept] = c->tallies[i];
        }
    c->count = kept + 1;
    if (c->key->kind != KEY_HOUR && c->key->kind != KEY_DAY)
        qsort(c->tallies, c->count, sizeof *c->tallies, by_count);
}

int archive_count(struct archive *a, const struct archive_query *q, const char *by, unsigned limit,
                  void (*row)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f)
{
    struct counting c = { .key = key_named(by) };
    if (c.key == NULL)
        return fault_set(f, -EINVAL, "cannot count by `%.40s`", by);
    int rc = archive_wants_months(q) ? count(a, q, false, &c, f) : 0;
    if (rc == 0 && archive_wants_incidents(q))
        rc = count(a, q, true, &c, f);
    if (rc == 0)
        merge(&c);
    for (size_t i = 0; rc == 0 && i < c.count && i < limit; i++)
        row(ctx, c.tallies[i].key, c.tallies[i].count);
    for (size_t i = 0; i < c.count; i++)
        free(c.tallies[i].key);
    free(c.tallies);
    return rc;
}
