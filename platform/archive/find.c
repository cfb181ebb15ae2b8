/* Rows, newest first: events, and beside them the newest versions of incidents, merged by time. */
#include <inttypes.h>
#include <stdio.h>

#include "archive/store.h"

enum { LIMIT = 100 };

struct source {
    const struct store *store;
    struct rows *rows;                  /* NULL: nothing of this kind is asked for */
    char         kind;                  /* 'm' of a month or 'i' of an incident, as in the cursor */
    struct found row;                   /* on which it stands */
    bool         has_row;
};

static int advance(struct source *x, struct fault *f)
{
    int rc = x->rows != NULL ? x->store->next(x->rows, &x->row, f) : 0;
    x->has_row = rc > 0;
    return rc < 0 ? rc : 0;
}

static int open_source(struct source *x, struct archive *a, const struct archive_query *q, unsigned most, struct fault *f)
{
    bool incidents = x->kind == 'i';
    x->store = a->store;
    if (incidents ? !archive_wants_incidents(q) : !archive_wants_months(q))
        return 0;
    x->rows = a->store->select(a, q, incidents, most, f);
    return x->rows != NULL ? advance(x, f) : f->code;
}

static bool give(const struct source *x, bool (*row)(void *ctx, const char *json, size_t len, const char *cursor), void *ctx)
{
    char cursor[64];
    snprintf(cursor, sizeof cursor, "%" PRId64 ".%" PRId64 ".%c", x->row.time, x->row.n, x->kind);
    return row(ctx, x->row.json, x->row.len, cursor);
}

static struct source *newer(struct source *months, struct source *incidents)
{
    if (!months->has_row)
        return incidents->has_row ? incidents : NULL;
    return incidents->has_row && incidents->row.time > months->row.time ? incidents : months;
}

int archive_find(struct archive *a, const struct archive_query *q,
                 bool (*row)(void *ctx, const char *json, size_t len, const char *cursor), void *ctx, struct fault *f)
{
    struct source months = { .kind = 'm' }, incidents = { .kind = 'i' };
    unsigned left = q->limit ? q->limit : LIMIT;
    int rc = open_source(&months, a, q, left, f);
    if (rc == 0)
        rc = open_source(&incidents, a, q, left, f);
    for (struct source *x; rc == 0 && left > 0 && (x = newer(&months, &incidents)) != NULL; left--) {
        if (!give(x, row, ctx))
            break;
        rc = advance(x, f);
    }
    a->store->end(months.rows);
    a->store->end(incidents.rows);
    return rc;
}
