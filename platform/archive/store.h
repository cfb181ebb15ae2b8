/* store - what the archive needs of a place to keep things; only this folder includes it.
 *
 *     archive.h --> archive.c, find.c, count.c, retain.c   what holds for every store
 *                      |
 *                   struct store                           below
 *                    /        \
 *              sqlite*.c     pg*.c                         one implementation each
 *
 * Both keep the same columns (row.h) and are asked in the same SQL (where.c); what differs in the language is a
 * struct dialect. A store's archive begins with a struct archive, so that one pointer serves both.
 */
#ifndef ARCHIVE_STORE_H
#define ARCHIVE_STORE_H

#include "archive/archive.h"
#include "archive/row.h"
#include "common/text.h"

/* WHERE and its values for a query. The values stand in the order of $1, $2 ... */
enum { CONDITIONS_MAX = 24 };
struct condition { char kind; int64_t number; const void *bytes; size_t len; };    /* 'i', 't', 'b' */
struct where {
    char   sql[4096];
    struct condition values[CONDITIONS_MAX];
    size_t count;
    uint8_t low[17], high[17];          /* address range */
    char   words[2048];
    char   region_end[32];
};

/* How a store's SQL says it. Conditions have a ? for each value. */
struct dialect {
    const char *events, *incidents;     /* tables of the months' events, and of the newest versions */
    const char *words;                  /* holds the words of one value */
    const char *party;                  /* an incident with an address between two */
    const char *alert_of;               /* table of an incident's alerts, seen from the events */
    const char *hex[2];                 /* before and after a column: its bytes as hex */
    void (*ask)(const char *utf8, struct text *out);        /* what a person typed as that value */
};

/* 0 or -EINVAL: an address or cursor that is none. */
int archive_where(const struct dialect *d, const struct archive_query *q, bool incidents, struct where *out, struct fault *f);

/* "2026-11" */
enum { MONTH_NAME = 8 };
void archive_month_name(int64_t time_us, char out[MONTH_NAME]);
int64_t archive_month_start(const char *name, int ahead);   /* microseconds; `ahead` months later. INT64_MIN: no month */

/* Months that may hold what the query asks for, and whether the newest versions do. */
bool archive_month_fits(const char *name, const struct archive_query *q);
bool archive_wants_months(const struct archive_query *q);
bool archive_wants_incidents(const struct archive_query *q);

struct month_list { char (*names)[MONTH_NAME]; size_t count, room; };  /* newest first; freed by the caller */
int archive_month_add(struct month_list *list, const char *name, struct fault *f);

/* A row that was found; good until the next call. */
struct found { int64_t time, n; const char *json; size_t len; };
struct rows;

struct store {
    const struct dialect *dialect;
    void (*close)(struct archive *a);

    /* Writing. put() may wait until commit() for what it cannot know before: a fault of either may be of a row. */
    int  (*begin)(struct archive *a, struct fault *f);
    int  (*put)(struct archive *a, const struct row *r, const char *json, size_t len, struct fault *f);
    int  (*commit)(struct archive *a, struct fault *f);
    void (*rollback)(struct archive *a);

    /* Reading, newest first: events, or the newest version of each incident. At least `most` rows if there are so many. */
    struct rows *(*select)(struct archive *a, const struct archive_query *q, bool incidents, unsigned most, struct fault *f);
    int  (*next)(struct rows *x, struct found *out, struct fault *f);      /* 1 a row, 0 the end */
    void (*end)(struct rows *x);

    /* Counts by `key`, a column or expression, as text; more than once for a key where that is the store's way. */
    int  (*count)(struct archive *a, const struct archive_query *q, bool incidents, const char *key,
                  int (*add)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f);

    int  (*months)(struct archive *a, struct month_list *out, struct fault *f);
    int  (*remove)(struct archive *a, const char *month, struct fault *f);     /* outside a transaction, as is */
    int  (*forget)(struct archive *a, int64_t before_us, struct fault *f);     /* incidents whose newest version is older */
};

struct archive {
    const struct store *store;
    enum archive_mode   mode;
};

/* NULL with a fault. */
struct archive *archive_sqlite_open(const char *dir, enum archive_mode mode, struct fault *f);

#endif
