/* Rows and counts out of SQLite: the months one after the other, or incidents.db. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/sqlite.h"

struct rows {
    struct sqlite_archive *a;
    struct where      where[SQLITE_WAYS];
    struct month_list months;           /* still to be read, newest first */
    size_t            next;
    bool              incidents;
    char              name[FILE_NAME];  /* where it stands */
    sqlite3_stmt     *s;
};

static int bind(sqlite3_stmt *s, const struct where *w)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < w->count && rc == SQLITE_OK; i++) {
        const struct condition *c = &w->values[i];
        int at = (int)i + 1;
        rc = c->kind == 'i' ? sqlite3_bind_int64(s, at, c->number)
           : c->kind == 't' ? sqlite3_bind_text(s, at, c->bytes, (int)c->len, SQLITE_STATIC)
                            : sqlite3_bind_blob(s, at, c->bytes, (int)c->len, SQLITE_STATIC);
    }
    return rc;
}

static int write_where(const struct archive_query *q, bool incidents, struct where w[SQLITE_WAYS], struct fault *f)
{
    int rc = 0;
    for (int i = 0; i < SQLITE_WAYS && rc == 0; i++)
        rc = archive_where(&sqlite_dialects[i], q, incidents, &w[i], f);
    return rc;
}

/* 0; a month that is removed under our hands is none; so is the first look at a new one before its tables are there. */
static int open_statement(struct sqlite_archive *a, const char *name, const char *what, const struct where w[SQLITE_WAYS],
                          const char *rest, sqlite3_stmt **s, struct fault *f)
{
    char sql[sizeof w->sql + 160];
    struct file *file = sqlite_file(a, name, f);
    if (file == NULL)
        return f->code == -ENOENT ? 0 : f->code;
    w += file->by_column;
    snprintf(sql, sizeof sql, "SELECT %s FROM event%s %s", what, w->sql, rest);
    if (sqlite3_prepare_v2(file->db, sql, -1, s, NULL) == SQLITE_OK && bind(*s, w) == SQLITE_OK)
        return 0;
    return sqlite_fault(a, name, file->db, f);
}

static int list_months(struct sqlite_archive *a, const struct archive_query *q, struct month_list *out, struct fault *f)
{
    struct month_list all = { 0 };
    int rc = sqlite_months(&a->base, &all, f);
    for (size_t i = 0; i < all.count && rc == 0; i++)
        if (archive_month_fits(all.names[i], q))
            rc = archive_month_add(out, all.names[i], f);
    free(all.names);
    return rc;
}

struct rows *sqlite_select(struct archive *archive, const struct archive_query *q, bool incidents, unsigned most, struct fault *f)
{
    struct rows *x = calloc(1, sizeof *x);
    (void)most;                         /* a statement gives rows as they are asked for */
    if (x == NULL) {
        fault_set(f, -ENOMEM, "archive: no memory");
        return NULL;
    }
    x->a = (struct sqlite_archive *)archive;
    x->incidents = incidents;
    int rc = write_where(q, incidents, x->where, f);
    if (rc == 0 && !incidents)
        rc = list_months(x->a, q, &x->months, f);
    if (rc == 0)
        return x;
    sqlite_end(x);
    return NULL;
}

static bool next_file(struct rows *x)
{
    if (x->next >= (x->incidents ? 1 : x->months.count))
        return false;
    if (x->incidents)
        snprintf(x->name, sizeof x->name, "%s", sqlite_incidents_name);
    else
        sqlite_file_name(x->months.names[x->next], x->name);
    x->next++;
    return true;
}

int sqlite_next(struct rows *x, struct found *out, struct fault *f)
{
    for (;;) {
        int step = x->s != NULL ? sqlite3_step(x->s) : SQLITE_DONE;
        if (step == SQLITE_ROW) {
            *out = (struct found){ sqlite3_column_int64(x->s, 0), sqlite3_column_int64(x->s, 1),
                                   (const char *)sqlite3_column_text(x->s, 2), (size_t)sqlite3_column_bytes(x->s, 2) };
            return 1;
        }
        if (step != SQLITE_DONE)
            return sqlite_fault(x->a, x->name, sqlite3_db_handle(x->s), f);
        sqlite3_finalize(x->s);
        x->s = NULL;
        if (!next_file(x))
            return 0;
        int rc = open_statement(x->a, x->name, "time, n, json", x->where, "ORDER BY time DESC, n DESC", &x->s, f);
        if (rc != 0)
            return rc;
    }
}

void sqlite_end(struct rows *x)
{
    if (x == NULL)
        return;
    sqlite3_finalize(x->s);
    free(x->months.names);
    free(x);
}

/* ---- counts ---- */

static int count_rows(sqlite3_stmt *s, int (*add)(void *ctx, const char *key, uint64_t count), void *ctx)
{
    int step, rc = 0;
    while (rc == 0 && (step = sqlite3_step(s)) == SQLITE_ROW)
        if (sqlite3_column_type(s, 0) != SQLITE_NULL)
            rc = add(ctx, (const char *)sqlite3_column_text(s, 0), (uint64_t)sqlite3_column_int64(s, 1));
    return rc != 0 ? rc : step == SQLITE_DONE ? 0 : -EIO;
}

static int count_file(struct sqlite_archive *a, const char *name, const char *what, const struct where w[SQLITE_WAYS],
                      int (*add)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f)
{
    sqlite3_stmt *s = NULL;
    int rc = open_statement(a, name, what, w, "GROUP BY 1", &s, f);
    if (rc == 0 && s != NULL)
        rc = count_rows(s, add, ctx);
    if (rc == -EIO && s != NULL)
        rc = sqlite_fault(a, name, sqlite3_db_handle(s), f);
    else if (rc == -ENOMEM)
        fault_set(f, rc, "archive: no memory");
    sqlite3_finalize(s);
    return rc;
}

int sqlite_count(struct archive *archive, const struct archive_query *q, bool incidents, const char *key,
                 int (*add)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    struct month_list months = { 0 };
    struct where w[SQLITE_WAYS];
    char what[160], name[FILE_NAME];
    int rc = write_where(q, incidents, w, f);
    if (rc != 0)
        return rc;
    snprintf(what, sizeof what, "%s, count(*)", key);
    if (incidents)
        return count_file(a, sqlite_incidents_name, what, w, add, ctx, f);
    rc = list_months(a, q, &months, f);
    for (size_t i = 0; i < months.count && rc == 0; i++) {
        sqlite_file_name(months.names[i], name);
        rc = count_file(a, name, what, w, add, ctx, f);
    }
    free(months.names);
    return rc;
}
