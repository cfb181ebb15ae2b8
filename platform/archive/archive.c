/* The door: which store it is, and what holds for both of them. */
#include "archive/archive.h"

#include <errno.h>
#include <string.h>
#include <stdlib.h>
#include <string.h>

#include "archive/store.h"

/* "postgresql://..." is a conninfo itself. */
const char *archive_conninfo(const char *where)
{
    static const char postgresql[] = "postgresql:";
    size_t n = sizeof postgresql - 1;
    if (strncmp(where, postgresql, n) != 0)
        return NULL;
    return strncmp(where + n, "//", 2) == 0 ? where : where + n;
}

bool archive_is_server(const char *where)
{
    return archive_conninfo(where) != NULL;
}

struct archive *archive_open(const char *where, enum archive_mode mode, struct fault *f)
{
    const char *conninfo = archive_conninfo(where);
    return conninfo != NULL ? archive_pg_open(conninfo, mode, f) : archive_sqlite_open(where, mode, f);
}

bool archive_has_files(const struct archive *a)
{
    return a->store->has_files;
}

int archive_seals(const char *where, bool (*wanted)(void *ctx, const char *file), int (*take)(void *ctx, const struct seal *s),
                  void *ctx, struct fault *f)
{
    return archive_conninfo(where) != NULL ? 0 : archive_sqlite_seals(where, wanted, take, ctx, f);
}

void archive_close(struct archive *a)
{
    if (a == NULL)
        return;
    archive_rollback(a);
    free(a->heads);
    row_free(&a->row);
    a->store->close(a);
}

/* ---- how far the chains go ---- */

struct chain_head *archive_head(struct archive *a, const char *month, struct fault *f)
{
    size_t i = 0;
    while (i < a->head_count && strcmp(a->heads[i].now.month, month) != 0)
        i++;
    if (i == a->head_count) {
        struct month_head *more = realloc(a->heads, (i + 1) * sizeof *more);
        if (more == NULL) {
            fault_set(f, -ENOMEM, "archive: no memory");
            return NULL;
        }
        a->heads = more;
        a->heads[i] = (struct month_head){ .told = true };
        chain_begin(&a->heads[i].now, month);
        a->head_count++;
    }
    struct month_head *h = &a->heads[i];
    if (!h->known && a->store->head(a, month, &h->now, f) != 0)
        return NULL;
    h->known = true;
    return &h->now;
}

static void forget_heads(struct archive *a)
{
    for (size_t i = 0; i < a->head_count; i++)
        a->heads[i].known = false;
}

static void heads_are_durable(struct archive *a)
{
    for (size_t i = 0; i < a->head_count; i++) {
        struct month_head *h = &a->heads[i];
        if (h->known && h->durable.seq != h->now.seq) {
            h->durable = h->now;
            h->told = false;
        }
    }
}

int archive_all_heads(struct archive *a, void (*head)(void *ctx, const struct chain_head *h), void *ctx, struct fault *f)
{
    struct month_list months = { 0 };
    struct chain_head h;
    int rc = a->store->months(a, &months, f);
    for (size_t i = 0; i < months.count && rc == 0; i++) {
        rc = a->store->head(a, months.names[i], &h, f);
        if (rc == 0 && h.seq > 0)
            head(ctx, &h);
    }
    free(months.names);
    return rc;
}

void archive_heads(struct archive *a, void (*head)(void *ctx, const struct chain_head *h), void *ctx)
{
    for (size_t i = 0; i < a->head_count; i++)
        if (!a->heads[i].told) {
            head(ctx, &a->heads[i].durable);
            a->heads[i].told = true;
        }
}

/* ---- writing ---- */

int archive_begin(struct archive *a, struct fault *f)
{
    if (a->mode != ARCHIVE_WRITE)
        return fault_set(f, -EPERM, "the archive is open for reading");
    forget_heads(a);                    /* another archiver may have taken over in between */
    return a->store->begin(a, f);
}

int archive_put(struct archive *a, const char *stream, const char *region, const char *json, size_t len, struct fault *f)
{
    (void)stream;                       /* the event says itself what it is */
    int rc = row_parse_again(json, len, region, &a->row, f);
    return rc == 0 ? a->store->put(a, &a->row, json, len, f) : rc;
}

int archive_commit(struct archive *a, struct fault *f)
{
    int rc = a->store->commit(a, f);
    if (rc == 0)
        heads_are_durable(a);
    else
        forget_heads(a);                /* some months may have been committed */
    return rc;
}

void archive_rollback(struct archive *a)
{
    a->store->rollback(a);
    forget_heads(a);
}
