/* Rows and counts out of PostgreSQL. Rows come in pages, each asked for from behind the last row of the one before, so
 * that no transaction is held open while a reader thinks. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/pg.h"

enum { PAGE_MAX = 500 };

struct rows {
    struct pg_archive   *a;
    struct archive_query q;             /* its texts are the caller's */
    char      before[64];               /* behind the last row */
    bool      incidents;
    unsigned  left;                     /* rows that may still be asked for */
    PGresult *page;
    int       at, count;
    bool      last;                     /* no page after this one */
};

static void take_values(const struct where *w, struct pg_values *out)
{
    *out = (struct pg_values){ .count = (int)w->count };
    for (size_t i = 0; i < w->count; i++) {
        const struct condition *c = &w->values[i];
        out->at[i] = c->kind == 'i' ? out->numbers[i] : c->bytes;
        out->lengths[i] = (int)c->len;
        out->formats[i] = c->kind == 'b';
        if (c->kind == 'i')
            snprintf(out->numbers[i], sizeof out->numbers[i], "%" PRId64, c->number);
    }
}

struct rows *pg_select(struct archive *archive, const struct archive_query *q, bool incidents, unsigned most, struct fault *f)
{
    struct rows *x = calloc(1, sizeof *x);
    if (x == NULL) {
        fault_set(f, -ENOMEM, "archive: no memory");
        return NULL;
    }
    x->a = (struct pg_archive *)archive;
    x->q = *q;
    x->incidents = incidents;
    x->left = most;
    return x;
}

static int next_page(struct rows *x, struct fault *f)
{
    const struct dialect *d = x->a->base.store->dialect;
    struct where w;
    struct pg_values v;
    char sql[sizeof w.sql + 160];
    unsigned most = x->left < PAGE_MAX ? x->left : PAGE_MAX;
    int rc = archive_where(d, &x->q, x->incidents, &w, f);
    if (rc != 0)
        return rc;
    take_values(&w, &v);
    snprintf(sql, sizeof sql, "SELECT time, n, json FROM %s%s ORDER BY time DESC, n DESC LIMIT %u",
             x->incidents ? d->incidents : d->events, w.sql, most);
    PQclear(x->page);
    x->page = NULL;
    rc = pg_read(x->a, sql, &v, PG_PATIENCE_US, &x->page, f);
    x->at = 0;
    x->count = rc == 0 ? PQntuples(x->page) : 0;
    x->left -= (unsigned)x->count;
    x->last = (unsigned)x->count < most || x->left == 0;
    return rc;
}

int pg_next(struct rows *x, struct found *out, struct fault *f)
{
    if (x->at == x->count) {
        int rc = x->last ? 0 : next_page(x, f);
        if (rc != 0 || x->at == x->count)
            return rc;
    }
    int i = x->at++;
    *out = (struct found){ strtoll(PQgetvalue(x->page, i, 0), NULL, 10), strtoll(PQgetvalue(x->page, i, 1), NULL, 10),
                           PQgetvalue(x->page, i, 2), (size_t)PQgetlength(x->page, i, 2) };
    if (x->at == x->count) {
        snprintf(x->before, sizeof x->before, "%" PRId64 ".%" PRId64 ".%c", out->time, out->n, x->incidents ? 'i' : 'm');
        x->q.before = x->before;
    }
    return 1;
}

void pg_end(struct rows *x)
{
    if (x == NULL)
        return;
    PQclear(x->page);
    free(x);
}

int pg_count(struct archive *archive, const struct archive_query *q, bool incidents, const char *key,
             int (*add)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    const struct dialect *d = archive->store->dialect;
    struct where w;
    struct pg_values v;
    PGresult *r = NULL;
    char sql[sizeof w.sql + 160];
    int rc = archive_where(d, q, incidents, &w, f);
    if (rc != 0)
        return rc;
    take_values(&w, &v);
    snprintf(sql, sizeof sql, "SELECT %s, count(*) FROM %s%s GROUP BY 1", key, incidents ? d->incidents : d->events, w.sql);
    rc = pg_read(a, sql, &v, PG_PATIENCE_US, &r, f);
    for (int i = 0, n = rc == 0 ? PQntuples(r) : 0; i < n && rc == 0; i++)
        if (!PQgetisnull(r, i, 0) && (rc = add(ctx, PQgetvalue(r, i, 0), strtoull(PQgetvalue(r, i, 1), NULL, 10))) != 0)
            fault_set(f, rc, "archive: no memory");
    PQclear(r);
    return rc;
}
