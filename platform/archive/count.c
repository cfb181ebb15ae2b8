/* Counts by one key, added up over the files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/row.h"
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

static void word_address(const uint8_t *blob, size_t n, char out[KEY_MAX])
{
    struct addr a = { .version = n == ROW_ADDRESS ? blob[0] : 0 };
    if (n == ROW_ADDRESS)
        memcpy(a.bytes, blob + 1, sizeof a.bytes);
    out[addr_text(&a, out)] = '\0';
}

static void word_key(const struct key *k, sqlite3_stmt *s, char out[KEY_MAX])
{
    if (k->kind == KEY_ADDRESS)
        word_address(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0), out);
    else if (k->kind == KEY_TEXT)
        snprintf(out, KEY_MAX, "%s", (const char *)sqlite3_column_text(s, 0));
    else
        word_time(sqlite3_column_int64(s, 0), k->kind == KEY_HOUR, out);
}

static int add(struct counting *c, const char *key, uint64_t count)
{
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

static int count_rows(struct counting *c, sqlite3_stmt *s)
{
    int step, rc = 0;
    while (rc == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
        char key[KEY_MAX];
        if (sqlite3_column_type(s, 0) == SQLITE_NULL)
            continue;
        word_key(c->key, s, key);
        rc = add(c, key, (uint64_t)sqlite3_column_int64(s, 1));
    }
    return rc != 0 ? rc : step == SQLITE_DONE ? 0 : -EIO;
}

static int count_file(struct archive *a, const char *name, const struct where *w, struct counting *c, struct fault *f)
{
    char sql[sizeof w->sql + 160];
    sqlite3_stmt *s = NULL;
    struct file *file = archive_file(a, name, f);
    if (file == NULL)
        return f->code == -ENOENT ? 0 : f->code;
    snprintf(sql, sizeof sql, "SELECT %s, count(*) FROM event%s GROUP BY 1", c->key->sql, w->sql);
    int rc = sqlite3_prepare_v2(file->db, sql, -1, &s, NULL) == SQLITE_OK && archive_bind(s, w) == SQLITE_OK ? 0 : -EIO;
    if (rc == 0)
        rc = count_rows(c, s);
    if (rc == -EIO)
        rc = archive_fault(a, name, file->db, f);
    else if (rc != 0)
        fault_set(f, rc, "archive: no memory");
    sqlite3_finalize(s);
    return rc;
}

static int count_months(struct archive *a, const struct archive_query *q, struct counting *c, struct fault *f)
{
    struct where w;
    char (*names)[16];
    size_t count;
    int rc = archive_where(q, false, &w, f);
    if (rc != 0)
        return rc;
    rc = archive_months(a, &names, &count, f);
    for (size_t i = 0; i < count && rc == 0; i++)
        if (archive_month_fits(names[i], q))
            rc = count_file(a, names[i], &w, c, f);
    free(names);
    return rc;
}

static int count_incidents(struct archive *a, const struct archive_query *q, struct counting *c, struct fault *f)
{
    struct where w;
    int rc = archive_where(q, true, &w, f);
    return rc == 0 ? count_file(a, archive_incidents_name, &w, c, f) : rc;
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
    int rc = archive_wants_months(q) ? count_months(a, q, &c, f) : 0;
    if (rc == 0 && archive_wants_incidents(q))
        rc = count_incidents(a, q, &c, f);
    if (rc == 0)
        merge(&c);
    for (size_t i = 0; rc == 0 && i < c.count && i < limit; i++)
        row(ctx, c.tallies[i].key, c.tallies[i].count);
    for (size_t i = 0; i < c.count; i++)
        free(c.tallies[i].key);
    free(c.tallies);
    return rc;
}
