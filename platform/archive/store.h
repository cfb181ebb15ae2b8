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
#include "archive/backup.h"
#include "archive/chain.h"
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
    char   words[2048], address[512], rule[32];
    char   region_end[32];
};

/* How a store's SQL says it. Conditions have a ? for each value. */
struct dialect {
    const char *events, *incidents;     /* tables of the months' events, and of the newest versions */
    const char *words;                  /* holds the words of one value */
    const char *address;                /* an event with an address of those that ask_address() makes one value of; without */
    void (*ask_address)(const struct prefix *p, struct text *out);      /* it: between two, for source and for destination */
    void (*ask_rule)(uint32_t sid, struct text *out);       /* the same of a rule; NULL: it is a column's value */
    const char *party;                  /* an incident with an address between two */
    const char *alert_of;               /* table of an incident's alerts, seen from the events */
    const char *name;                   /* one value that begins a list of names */
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

/* A row as a month's chain has it; good until the next call. */
struct chained {
    uint64_t       seq;
    const uint8_t *link;
    size_t         link_len;
    bool           there;               /* there is such a row; else the rest is empty */
    bool           version;             /* of an incident, a warning ...: of its columns only id and time are kept */
    struct row     row;                 /* what the columns say; without a document */
    const char    *json;
    size_t         len;
};
struct walk;

enum { DIGEST_TABLE = 32 };
typedef void pair_fn(void *ctx, const char *left, size_t left_len, const char *right, size_t right_len);

struct store {
    const char *name;                   /* "sqlite", "postgresql" */
    const struct dialect *dialect;
    bool has_files;                     /* that can be sealed when it is closed */
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

    /* The chains. head() is asked within the transaction that will add to it. A walk sees one moment of the month:
     * its rows in the chain's order, and then those that are in no chain. */
    int  (*head)(struct archive *a, const char *month, struct chain_head *out, struct fault *f);
    struct walk *(*walk)(struct archive *a, const char *month, struct fault *f);
    int  (*walk_next)(struct walk *w, struct chained *out, struct fault *f);   /* 1 a row, 0 the end */
    int  (*walk_strays)(struct walk *w, uint64_t *older, void (*stray)(void *ctx, const char *id, int64_t time_us), void *ctx,
                        struct fault *f);      /* *older: rows from before the month had a chain */
    void (*walk_end)(struct walk *w);

    /* For verifying. A walk without a month is along the newest versions, in no chain, each under its own id.
     * newest() and version() give 1 or 0; the JSON is good until the next call of either. */
    int  (*newest)(struct archive *a, const char *key, int64_t *version, struct fault *f);
    int  (*version)(struct archive *a, const char *month, const char *id, const char **json, size_t *len, struct fault *f);
    /* The store's own opinion of a month, or without one of the newest versions: a sentence for each thing that is wrong. */
    int  (*inspect)(struct archive *a, const char *month, void (*say)(void *ctx, const char *what), void *ctx, struct fault *f);

    /* Copies (backup.h). pairs() gives the rows of two columns of a part; backup() copies all parts into a folder, and
     * tells of each what it held at that moment. */
    void (*tables)(const char *part, char events[DIGEST_TABLE], char versions[DIGEST_TABLE]);
    int  (*pairs)(struct archive *a, const char *part, const char *sql, pair_fn *take, void *ctx, struct fault *f);
    int  (*backup)(struct archive *a, const char *dir, archive_part_fn *tell, void *ctx, struct fault *f);

    int  (*months)(struct archive *a, struct month_list *out, struct fault *f);
    int  (*measure)(struct archive *a, const char *month, struct archive_month *out, struct fault *f);
    int  (*remove)(struct archive *a, const char *month, struct fault *f);     /* outside a transaction, as is */
    int  (*forget)(struct archive *a, int64_t before_us, struct fault *f);     /* incidents whose newest version is older */
};

/* How far a month's chain goes: with what is not committed yet, and without. */
struct month_head { struct chain_head now, durable; bool known, told; };

struct archive {
    const struct store *store;
    enum archive_mode   mode;
    struct month_head  *heads;          /* of the months that were written to */
    size_t              head_count;
    struct row          row;            /* the last one that was put: its memory serves again */
};

/* The head that the next row of this month is added to; good until the next call. NULL with a fault. */
struct chain_head *archive_head(struct archive *a, const char *month, struct fault *f);

/* What libpq connects by, out of what archive_open() takes; NULL: a folder. */
const char *archive_conninfo(const char *where);

/* NULL with a fault. */
struct archive *archive_sqlite_open(const char *dir, enum archive_mode mode, struct fault *f);
struct archive *archive_pg_open(const char *conninfo, enum archive_mode mode, struct fault *f);

/* What a store's backup() wrote, into a place where no archive is yet. */
int archive_sqlite_restore(const char *dir, const char *to, struct fault *f);
int archive_pg_restore(const char *dir, const char *conninfo, struct fault *f);

/* A place to try it: `out` is as archive_open() takes it, and removed by the second. */
int  archive_sqlite_scratch(char *out, size_t cap, struct fault *f);
void archive_sqlite_discard(const char *scratch);
int  archive_pg_scratch(const char *conninfo, char *out, size_t cap, struct fault *f);
void archive_pg_discard(const char *conninfo);

/* Of a closed one: archive_seals(). */
int archive_sqlite_seals(const char *dir, bool (*wanted)(void *ctx, const char *file),
                         int (*take)(void *ctx, const struct seal *s), void *ctx, struct fault *f);

#endif
