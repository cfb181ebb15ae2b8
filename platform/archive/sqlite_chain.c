/* The chain of a month's rows, as it stands in a SQLite file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive/sqlite.h"

/* ---- how far it goes ---- */

int sqlite_head(struct archive *archive, const char *month, struct chain_head *out, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    char name[FILE_NAME];
    sqlite3_stmt *s = NULL;
    sqlite_file_name(month, name);
    chain_begin(out, month);
    struct file *x = sqlite_file(a, name, f);
    if (x == NULL)
        return f->code;
    if (sqlite3_prepare_v2(x->db, "SELECT seq, link FROM chain ORDER BY seq DESC LIMIT 1", -1, &s, NULL) != SQLITE_OK)
        return sqlite_fault(a, name, x->db, f);
    int step = sqlite3_step(s), rc = 0;
    if (step == SQLITE_ROW && sqlite3_column_bytes(s, 1) == CHAIN_LINK) {
        out->seq = (uint64_t)sqlite3_column_int64(s, 0);
        memcpy(out->link, sqlite3_column_blob(s, 1), CHAIN_LINK);
    } else if (step != SQLITE_DONE) {
        rc = step == SQLITE_ROW ? fault_set(f, -EILSEQ, "archive %s/%s: the last link of its chain is none", a->dir, name)
                                : sqlite_fault(a, name, x->db, f);
    }
    sqlite3_finalize(s);
    return rc;
}

/* ---- walking along it ---- */

struct walk {
    struct sqlite_archive *a;
    char          name[FILE_NAME];
    sqlite3      *db;                   /* NULL: it was not opened. Not its struct file: that moves when another is opened */
    sqlite3_stmt *s;
    int64_t       events, first_event, last_event, versions, first_version, last_version;     /* rows that it named */
};

#define EVENT "e.n, e.id, e.time, e.json, e.type, e.region, e.sector, e.unit, e.status, e.state," \
    " e.signature, e.category, e.severity, e.sid, e.level, e.version, e.src, e.dest"

static const char newest_sql[] = "SELECT 0, e.n, NULL, " EVENT ", NULL, NULL, NULL, NULL FROM event e ORDER BY e.n";
static const char walk_sql[] = "SELECT c.seq, c.row, c.link, " EVENT ", v.rowid, v.id, v.time, v.json"
    " FROM chain c LEFT JOIN event e ON e.n = c.row LEFT JOIN version v ON v.rowid = -c.row ORDER BY c.seq";

static void name_of(const char *month, char out[FILE_NAME])
{
    if (month != NULL)
        sqlite_file_name(month, out);
    else
        memcpy(out, sqlite_incidents_name, strlen(sqlite_incidents_name) + 1);
}

struct walk *sqlite_walk(struct archive *archive, const char *month, struct fault *f)
{
    struct walk *w = calloc(1, sizeof *w);
    if (w == NULL) {
        fault_set(f, -ENOMEM, "no memory");
        return NULL;
    }
    w->a = (struct sqlite_archive *)archive;
    name_of(month, w->name);
    struct file *x = sqlite_file(w->a, w->name, f);
    w->db = x != NULL ? x->db : NULL;
    if (w->db != NULL && sqlite3_exec(w->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK
        && sqlite3_prepare_v2(w->db, month != NULL ? walk_sql : newest_sql, -1, &w->s, NULL) == SQLITE_OK)
        return w;
    if (w->db != NULL)
        sqlite_fault(w->a, w->name, w->db, f);
    sqlite_walk_end(w);
    return NULL;
}

static const char *text_at(sqlite3_stmt *s, int i)
{
    return (const char *)sqlite3_column_text(s, i);
}

static bool address_at(sqlite3_stmt *s, int i, uint8_t out[ROW_ADDRESS])
{
    if (sqlite3_column_type(s, i) == SQLITE_NULL)
        return false;
    memset(out, 0xff, ROW_ADDRESS);     /* no address, should it be of another length */
    if (sqlite3_column_bytes(s, i) == ROW_ADDRESS)
        memcpy(out, sqlite3_column_blob(s, i), ROW_ADDRESS);
    return true;
}

static void take_event(sqlite3_stmt *s, struct row *r)
{
    const char **const texts[] = { &r->type, &r->region, &r->sector, &r->unit, &r->status, &r->state, &r->signature, &r->category };
    int64_t *const numbers[] = { &r->severity, &r->sid, &r->level, &r->version };
    for (int i = 0; i < 8; i++)
        *texts[i] = text_at(s, 7 + i);
    for (int i = 0; i < 4; i++)
        *numbers[i] = sqlite3_column_int64(s, 15 + i);
    r->has_src = address_at(s, 19, r->src);
    r->has_dest = address_at(s, 20, r->dest);
}

static void note_row(int64_t n, int64_t *count, int64_t *first, int64_t *last)
{
    if (++*count == 1 || n < *first)
        *first = n;
    if (*count == 1 || n > *last)
        *last = n;
}

int sqlite_walk_next(struct walk *w, struct chained *out, struct fault *f)
{
    sqlite3_stmt *s = w->s;
    int step = sqlite3_step(s);
    if (step != SQLITE_ROW)
        return step == SQLITE_DONE ? 0 : sqlite_fault(w->a, w->name, w->db, f);
    int64_t row = sqlite3_column_int64(s, 1);
    int at = row < 0 ? 22 : 4, json = row < 0 ? 24 : 6;
    *out = (struct chained){ .seq = (uint64_t)sqlite3_column_int64(s, 0), .version = row < 0,
                             .there = sqlite3_column_type(s, row < 0 ? 21 : 3) != SQLITE_NULL };
    out->link = sqlite3_column_blob(s, 2);
    out->link_len = (size_t)sqlite3_column_bytes(s, 2);
    out->row.id = text_at(s, at);
    out->row.time_us = sqlite3_column_int64(s, at + 1);
    out->json = text_at(s, json);
    out->len = (size_t)sqlite3_column_bytes(s, json);
    if (row >= 0)
        take_event(s, &out->row);
    if (out->there && row >= 0)
        note_row(row, &w->events, &w->first_event, &w->last_event);
    else if (out->there)
        note_row(-row, &w->versions, &w->first_version, &w->last_version);
    return 1;
}

/* Rows are numbered without gaps, so the chain named all between its first and its last. What is below the first was
 * there before the chain; nothing may be above the last or below 1. */
static int strays_of(struct walk *w, const char *sql, const char *count_sql, int64_t named, int64_t first, int64_t last,
                     uint64_t *older, void (*stray)(void *ctx, const char *id, int64_t time_us), void *ctx, struct fault *f)
{
    sqlite3_stmt *s = NULL;
    int step = SQLITE_ERROR;
    if (sqlite3_prepare_v2(w->db, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, last);
        while ((step = sqlite3_step(s)) == SQLITE_ROW)
            stray(ctx, text_at(s, 0), sqlite3_column_int64(s, 1));
    }
    sqlite3_finalize(s);
    s = NULL;
    if (step == SQLITE_DONE && sqlite3_prepare_v2(w->db, count_sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, last);
        step = sqlite3_step(s);
        int64_t held = step == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
        *older += held > named && first > 1 ? (uint64_t)(held - named) : 0;
        if (held > named && first <= 1)
            stray(ctx, "(more rows than numbers)", 0);
    }
    sqlite3_finalize(s);
    return step == SQLITE_ROW ? 0 : sqlite_fault(w->a, w->name, w->db, f);
}

int sqlite_walk_strays(struct walk *w, uint64_t *older, void (*stray)(void *ctx, const char *id, int64_t time_us), void *ctx,
                       struct fault *f)
{
    *older = 0;
    int rc = strays_of(w, "SELECT id, time FROM event WHERE n > ?1 OR n < 1 ORDER BY n",
                       "SELECT count(*) FROM event WHERE n BETWEEN 1 AND ?1", w->events, w->first_event, w->last_event,
                       older, stray, ctx, f);
    if (rc == 0)
        rc = strays_of(w, "SELECT id, time FROM version WHERE rowid > ?1 OR rowid < 1 ORDER BY rowid",
                       "SELECT count(*) FROM version WHERE rowid BETWEEN 1 AND ?1", w->versions, w->first_version,
                       w->last_version, older, stray, ctx, f);
    return rc;
}

void sqlite_walk_end(struct walk *w)
{
    if (w == NULL)
        return;
    sqlite3_finalize(w->s);
    if (w->db != NULL)
        sqlite3_exec(w->db, "ROLLBACK", NULL, NULL, NULL);
    free(w);
}

/* ---- single versions ---- */

int sqlite_newest(struct archive *archive, const char *key, int64_t *version, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    struct file *x = sqlite_file(a, sqlite_incidents_name, f);
    sqlite3_stmt *s = NULL;
    if (x == NULL)
        return f->code;
    int step = sqlite3_prepare_v2(x->db, "SELECT version FROM event WHERE id = ?1", -1, &s, NULL);
    if (step == SQLITE_OK && (step = sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC)) == SQLITE_OK)
        step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        *version = sqlite3_column_int64(s, 0);
    int rc = step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : sqlite_fault(a, x->name, x->db, f);
    sqlite3_finalize(s);
    return rc;
}

int sqlite_version(struct archive *archive, const char *month, const char *id, const char **json, size_t *len, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    char name[FILE_NAME];
    sqlite3_stmt *s = NULL;
    name_of(month, name);
    struct file *x = sqlite_file(a, name, f);
    if (x == NULL)
        return f->code == -ENOENT ? 0 : f->code;
    int step = sqlite3_prepare_v2(x->db, "SELECT json FROM version WHERE id = ?1", -1, &s, NULL);
    if (step == SQLITE_OK && (step = sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC)) == SQLITE_OK)
        step = sqlite3_step(s);
    if (step == SQLITE_ROW) {
        free(a->found);
        *json = a->found = strdup(text_at(s, 0));
        *len = (size_t)sqlite3_column_bytes(s, 0);
    }
    int rc = step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : sqlite_fault(a, name, x->db, f);
    sqlite3_finalize(s);
    return rc == 1 && a->found == NULL ? fault_set(f, -ENOMEM, "no memory") : rc;
}

/* ---- the file ---- */

int sqlite_inspect(struct archive *archive, const char *month, void (*say)(void *ctx, const char *what), void *ctx, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    char name[FILE_NAME];
    sqlite3_stmt *s = NULL;
    name_of(month, name);
    struct file *x = sqlite_file(a, name, f);
    if (x == NULL)
        return f->code == -ENOENT ? 0 : f->code;
    int step = sqlite3_prepare_v2(x->db, "PRAGMA integrity_check(20)", -1, &s, NULL);
    while (step == SQLITE_OK || step == SQLITE_ROW) {
        step = sqlite3_step(s);
        if (step == SQLITE_ROW && strcmp(text_at(s, 0), "ok") != 0)
            say(ctx, text_at(s, 0));
    }
    int rc = step == SQLITE_DONE ? 0 : sqlite_fault(a, name, x->db, f);
    sqlite3_finalize(s);
    if (rc != 0 || month == NULL)
        return rc;
    bool good = true;
    rc = sqlite_postings_inspect(x->db, x->by_column, &good) == 0 ? 0 : sqlite_fault(a, name, x->db, f);
    if (rc == 0 && !good)
        say(ctx, "the index of addresses and rules does not say what the rows say");
    return rc;
}
