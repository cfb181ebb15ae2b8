/* Rows, newest first: the months one after the other, and beside them incidents.db, merged by time. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/store.h"

enum { LIMIT = 100 };

struct source {
    struct archive *a;
    const struct archive_query *q;
    struct where where;
    char       (*names)[16];            /* files still to be read, newest first */
    size_t       count, next;
    char         kind;                  /* 'm' or 'i', as in the cursor */
    sqlite3_stmt *s;
    int64_t      time, n;               /* of the row it stands on */
    bool         has_row;
};

/* 0; a month that is removed under our hands is none; so is the first look at a new one before its tables are there. */
static int open_next(struct source *x, struct fault *f)
{
    char sql[sizeof x->where.sql + 128];
    const char *name = x->names[x->next++];
    struct file *file = archive_file(x->a, name, f);
    if (file == NULL)
        return f->code == -ENOENT ? 0 : f->code;
    snprintf(sql, sizeof sql, "SELECT time, n, json FROM event%s ORDER BY time DESC, n DESC", x->where.sql);
    if (sqlite3_prepare_v2(file->db, sql, -1, &x->s, NULL) != SQLITE_OK || archive_bind(x->s, &x->where) != SQLITE_OK)
        return archive_fault(x->a, name, file->db, f);
    return 0;
}

/* On to the next row, through the files. */
static int advance(struct source *x, struct fault *f)
{
    x->has_row = false;
    for (;;) {
        int step = x->s != NULL ? sqlite3_step(x->s) : SQLITE_DONE;
        if (step == SQLITE_ROW) {
            x->time = sqlite3_column_int64(x->s, 0);
            x->n = sqlite3_column_int64(x->s, 1);
            x->has_row = true;
            return 0;
        }
        if (step != SQLITE_DONE)
            return archive_fault(x->a, x->names[x->next - 1], sqlite3_db_handle(x->s), f);
        sqlite3_finalize(x->s);
        x->s = NULL;
        if (x->next == x->count)
            return 0;
        int rc = open_next(x, f);
        if (rc != 0)
            return rc;
    }
}

static int open_source(struct source *x, struct archive *a, const struct archive_query *q, char kind, struct fault *f)
{
    *x = (struct source){ .a = a, .q = q, .kind = kind };
    return archive_where(q, kind == 'i', &x->where, f);
}

static int list_months(struct source *x, struct fault *f)
{
    size_t all, kept = 0;
    int rc = archive_months(x->a, &x->names, &all, f);
    for (size_t i = 0; i < all; i++)
        if (archive_month_fits(x->names[i], x->q))
            memmove(x->names[kept++], x->names[i], sizeof *x->names);
    x->count = kept;
    return rc;
}

static int list_incidents(struct source *x, struct fault *f)
{
    x->names = calloc(1, sizeof *x->names);
    if (x->names == NULL)
        return fault_set(f, -ENOMEM, "archive: no memory");
    strcpy(x->names[0], archive_incidents_name);
    x->count = 1;
    return 0;
}

static void close_source(struct source *x)
{
    sqlite3_finalize(x->s);
    free(x->names);
}

static bool give(const struct source *x, bool (*row)(void *ctx, const char *json, size_t len, const char *cursor), void *ctx)
{
    char cursor[64];
    snprintf(cursor, sizeof cursor, "%" PRId64 ".%" PRId64 ".%c", x->time, x->n, x->kind);
    return row(ctx, (const char *)sqlite3_column_text(x->s, 2), (size_t)sqlite3_column_bytes(x->s, 2), cursor);
}

static struct source *newer(struct source *months, struct source *incidents)
{
    if (!months->has_row)
        return incidents->has_row ? incidents : NULL;
    return incidents->has_row && incidents->time > months->time ? incidents : months;
}

int archive_find(struct archive *a, const struct archive_query *q,
                 bool (*row)(void *ctx, const char *json, size_t len, const char *cursor), void *ctx, struct fault *f)
{
    struct source months, incidents;
    unsigned left = q->limit ? q->limit : LIMIT;
    int rc = open_source(&months, a, q, 'm', f);
    int other = open_source(&incidents, a, q, 'i', f);
    rc = rc != 0 ? rc : other;
    if (rc == 0 && archive_wants_months(q))
        rc = list_months(&months, f);
    if (rc == 0 && archive_wants_incidents(q))
        rc = list_incidents(&incidents, f);
    if (rc == 0)
        rc = advance(&months, f);
    if (rc == 0)
        rc = advance(&incidents, f);
    for (struct source *x; rc == 0 && left > 0 && (x = newer(&months, &incidents)) != NULL; left--) {
        if (!give(x, row, ctx))
            break;
        rc = advance(x, f);
    }
    close_source(&months);
    close_source(&incidents);
    return rc;
}
