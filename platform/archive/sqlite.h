/* sqlite - the archive as SQLite files; only this folder includes it.
 *
 *     <dir>/2026-11.db     WAL, STRICT tables; the month is that of the event's own time, in UTC
 *                        text, addresses and rules are found by FTS5 (words.h, sqlite_posting.c)
 *     <dir>/incidents.db   the newest version of every incident, warning and notice, and which alerts belong to it:
 *                        those that each version names (links), and as pairs (alert_of, where one may be twice)
 */
#ifndef ARCHIVE_SQLITE_H
#define ARCHIVE_SQLITE_H

#include <sqlite3.h>

#include "archive/store.h"

enum { FILES_OPEN_MAX = 24, FILE_NAME = 16 };

enum statement { PUT_EVENT, PUT_TEXT, PUT_VERSION, PUT_CHAIN, PUT_WORDS, PUT_CURRENT, PUT_LINKS, PUT_PARTY, PUT_PART, DROP_PART, GET_TEXT,
                 STATEMENTS };

struct file {
    char          name[FILE_NAME];      /* "2026-11.db", or "incidents.db" */
    sqlite3      *db;
    sqlite3_stmt *statements[STATEMENTS];
    bool          open_transaction;
    bool          by_column;            /* a month from before rules were words: it has an index on sid instead */
    uint64_t      used;                 /* when last, counted in uses */
};

struct sqlite_archive {
    struct archive base;
    char        *dir;
    struct file *files;
    size_t       count;
    uint64_t     uses;
    char        *found;                 /* what sqlite_version() gave last */
};

extern const char sqlite_incidents_name[];
void sqlite_file_name(const char *month, char out[FILE_NAME]);

/* Opens or finds it. NULL with a fault; when reading, a file that is not there gives -ENOENT. */
struct file *sqlite_file(struct sqlite_archive *a, const char *name, struct fault *f);
void sqlite_forget_file(struct sqlite_archive *a, const char *name);
int  sqlite_months(struct archive *archive, struct month_list *out, struct fault *f);

/* What SQLite says as a fault: -ENOSPC, -EIO, -EBUSY, -EILSEQ for a damaged file. */
int sqlite_fault(const struct sqlite_archive *a, const char *name, sqlite3 *db, struct fault *f);

/* The rest of struct store, by file. */
int  sqlite_begin(struct archive *archive, struct fault *f);
int  sqlite_put(struct archive *archive, const struct row *r, const char *json, size_t len, struct fault *f);
int  sqlite_commit(struct archive *archive, struct fault *f);
void sqlite_rollback(struct archive *archive);

/* A row's addresses and its rule as words of their column in the text index, and those that a network or a rule asks for
 * (sqlite_posting.c). */
enum { POSTING_WORDS = 100 };
size_t sqlite_posting_words(const struct row *r, bool by_column, char out[POSTING_WORDS]);
void sqlite_posting_ask(const struct prefix *p, struct text *out);
void sqlite_posting_ask_rule(uint32_t sid, struct text *out);
/* Whether they say what the rows say. 0, or -1: the file cannot be read. */
int  sqlite_postings_inspect(sqlite3 *db, bool by_column, bool *good);

/* How a month is asked: as it is laid out now, and [1] when its rules are found by their column. */
enum { SQLITE_WAYS = 2 };
extern const struct dialect sqlite_dialects[SQLITE_WAYS];

struct rows *sqlite_select(struct archive *archive, const struct archive_query *q, bool incidents, unsigned most, struct fault *f);
int  sqlite_next(struct rows *x, struct found *out, struct fault *f);
void sqlite_end(struct rows *x);
int  sqlite_count(struct archive *archive, const struct archive_query *q, bool incidents, const char *key,
                  int (*add)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f);

int  sqlite_head(struct archive *archive, const char *month, struct chain_head *out, struct fault *f);
struct walk *sqlite_walk(struct archive *archive, const char *month, struct fault *f);
int  sqlite_walk_next(struct walk *w, struct chained *out, struct fault *f);
int  sqlite_walk_strays(struct walk *w, uint64_t *older, void (*stray)(void *ctx, const char *id, int64_t time_us), void *ctx,
                        struct fault *f);
void sqlite_walk_end(struct walk *w);
int  sqlite_newest(struct archive *archive, const char *key, int64_t *version, struct fault *f);
int  sqlite_version(struct archive *archive, const char *month, const char *id, const char **json, size_t *len, struct fault *f);
int  sqlite_inspect(struct archive *archive, const char *month, void (*say)(void *ctx, const char *what), void *ctx, struct fault *f);

void sqlite_tables(const char *part, char events[DIGEST_TABLE], char versions[DIGEST_TABLE]);
int  sqlite_pairs(struct archive *archive, const char *part, const char *sql, pair_fn *take, void *ctx, struct fault *f);
int  sqlite_backup(struct archive *archive, const char *dir, archive_part_fn *tell, void *ctx, struct fault *f);
int  sqlite_measure(struct archive *archive, const char *month, struct archive_month *out, struct fault *f);
int  sqlite_remove(struct archive *archive, const char *month, struct fault *f);
int  sqlite_forget(struct archive *archive, int64_t before_us, struct fault *f);

#endif
