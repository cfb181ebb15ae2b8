/* pg - the archive in PostgreSQL, by libpq; only this folder includes it.
 *
 *     event                    partitioned by month (time), below that by prefecture (the first four figures of region)
 *       event_2026_11
 *         event_2026_11_4301   its ids are unique, as in a month's file
 *         event_2026_11_other  no region, or a code that does not begin with four figures
 *     chain                    the links of each month's rows (chain.h), by month
 *     version                  every version of incidents, warnings and notices, by month
 *     incident                 the newest version of each; alert_of, party: what belongs to it; part_of is a view
 *
 * All in the schema fengsui. Months above, because a month is removed as one; prefectures below, so that an archiver and
 * a reader of one region touch that region's part alone.
 * Time       nothing waits for the server without an end: every call has a deadline, after which the connection is given
 *            up (a server behind a dead link answers nobody); the server itself stops statements that take too long.
 * Threads    a handle belongs to one thread.
 */
#ifndef ARCHIVE_PG_H
#define ARCHIVE_PG_H

#include <libpq-fe.h>
#include <locale.h>

#include "archive/store.h"

enum { PG_PARAMS_MAX = 24, PG_LEAF_NAME = 16, PG_BATCHES = 6, PG_ARRAY_HEADER = 20 };

#define PG_SECOND UINT64_C(1000000)
#define PG_PATIENCE_US (60 * PG_SECOND)         /* for one statement */
#define PG_LONG_US (3600 * PG_SECOND)           /* for what goes through a month */

/* Rows on their way, column by column, as arrays in PostgreSQL's binary form. */
struct pg_column { char *at; size_t len, cap; bool broken; };      /* broken: memory was out */
struct pg_batch { struct pg_column columns[PG_PARAMS_MAX]; unsigned rows; };

struct pg_archive {
    struct archive base;
    char    *conninfo;
    PGconn  *conn;                      /* NULL: not connected */
    locale_t letters;
    struct pg_batch batches[PG_BATCHES];
    char   (*leaves)[PG_LEAF_NAME];     /* "2026_11_4301": partitions known to be there */
    size_t   leaf_count, leaf_room;
    size_t   waiting;                   /* bytes in the batches */
    bool     open_transaction;
    PGresult *found;                    /* what pg_version() gave last */
};

/* Values of $1 ...; a type of 0 is left to the server. */
struct pg_values {
    int          count;
    Oid          types[PG_PARAMS_MAX];
    const char  *at[PG_PARAMS_MAX];
    int          lengths[PG_PARAMS_MAX], formats[PG_PARAMS_MAX];    /* format 1: binary */
    char         numbers[PG_PARAMS_MAX][24];
};

/* ---- pg_connect.c ---- */

/* Connects if it is not; a writer also makes what is not there yet. */
int pg_ready(struct pg_archive *a, struct fault *f);
void pg_disconnect(struct pg_archive *a);

/* One statement with values, or several without. `out` (may be NULL) is the last result, freed by the caller.
 * -EINVAL blames a value, -ENOTCONN the connection, -ETIMEDOUT time. */
int pg_ask(struct pg_archive *a, const char *sql, const struct pg_values *v, uint64_t patience_us, PGresult **out, struct fault *f);

/* As pg_ask(), for a reader: connects, and once more if the server was restarted in between. */
int pg_read(struct pg_archive *a, const char *sql, const struct pg_values *v, uint64_t patience_us, PGresult **out, struct fault *f);

/* ---- pg_schema.c ---- */

int pg_make_schema(struct pg_archive *a, struct fault *f);
/* The partition of a month ("2026-11") and a region, made if it is not there. */
int pg_make_leaf(struct pg_archive *a, int64_t time_us, const char *region, struct fault *f);
int pg_months(struct archive *archive, struct month_list *out, struct fault *f);
void pg_tables(const char *part, char events[DIGEST_TABLE], char versions[DIGEST_TABLE]);
int pg_pairs(struct archive *archive, const char *part, const char *sql, pair_fn *take, void *ctx, struct fault *f);
int pg_backup(struct archive *archive, const char *dir, archive_part_fn *tell, void *ctx, struct fault *f);
int pg_measure(struct archive *archive, const char *month, struct archive_month *out, struct fault *f);
int pg_remove(struct archive *archive, const char *month, struct fault *f);
int pg_forget(struct archive *archive, int64_t before_us, struct fault *f);

/* ---- pg_batch.c ---- */

/* A value of the next row; the caller counts .rows. */
void pg_add_bytes(struct pg_batch *b, unsigned column, const void *bytes, size_t n);   /* NULL: NULL */
void pg_add_text(struct pg_batch *b, unsigned column, const char *text);
void pg_add_number(struct pg_batch *b, unsigned column, int64_t n);
void pg_add_optional(struct pg_batch *b, unsigned column, int64_t n);           /* 0: NULL */
/* `types` are the batch's columns, a letter each: t text, i number, b bytes. The values are good until the batch changes. */
int  pg_batch_values(struct pg_batch *b, const char *types, struct pg_values *out, struct fault *f);
void pg_batch_empty(struct pg_batch *b);
void pg_batch_free(struct pg_batch *b);

/* ---- pg_chain.c ---- */

/* The rows of a batch that the server says are new (id, region and n of events; id of versions) as links, into `to`. */
int  pg_link(struct pg_archive *a, const struct pg_batch *from, bool events, const PGresult *new, struct pg_batch *to, struct fault *f);
int  pg_head(struct archive *archive, const char *month, struct chain_head *out, struct fault *f);
struct walk *pg_walk(struct archive *archive, const char *month, struct fault *f);
int  pg_walk_next(struct walk *w, struct chained *out, struct fault *f);
int  pg_walk_strays(struct walk *w, uint64_t *older, void (*stray)(void *ctx, const char *id, int64_t time_us), void *ctx,
                    struct fault *f);
void pg_walk_end(struct walk *w);
int  pg_newest(struct archive *archive, const char *key, int64_t *version, struct fault *f);
int  pg_version(struct archive *archive, const char *month, const char *id, const char **json, size_t *len, struct fault *f);
int  pg_inspect(struct archive *archive, const char *month, void (*say)(void *ctx, const char *what), void *ctx, struct fault *f);

/* ---- pg_write.c, pg_read.c ---- */

int  pg_begin(struct archive *archive, struct fault *f);
int  pg_put(struct archive *archive, const struct row *r, const char *json, size_t len, struct fault *f);
int  pg_commit(struct archive *archive, struct fault *f);
void pg_rollback(struct archive *archive);

struct rows *pg_select(struct archive *archive, const struct archive_query *q, bool incidents, unsigned most, struct fault *f);
int  pg_next(struct rows *x, struct found *out, struct fault *f);
void pg_end(struct rows *x);
int  pg_count(struct archive *archive, const struct archive_query *q, bool incidents, const char *key,
              int (*add)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f);

#endif
