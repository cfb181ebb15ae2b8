/* store - the archive's files; only this folder includes it. */
#ifndef ARCHIVE_STORE_H
#define ARCHIVE_STORE_H

#include <sqlite3.h>

#include "archive/archive.h"

enum { FILES_OPEN_MAX = 24 };

enum statement { PUT_EVENT, PUT_TEXT, PUT_VERSION, PUT_CURRENT, PUT_LINK, PUT_PARTY, PUT_PART, DROP_PART, STATEMENTS };

struct file {
    char          name[16];             /* "2026-11.db", or "incidents.db" */
    sqlite3      *db;
    sqlite3_stmt *statements[STATEMENTS];
    bool          open_transaction;
    uint64_t      used;                 /* when last, counted in uses */
};

struct archive {
    char        *dir;
    enum archive_mode mode;
    struct file *files;
    size_t       count;
    uint64_t     uses;
};

extern const char archive_incidents_name[];

/* Opens or finds it. NULL with a fault; when reading, a file that is not there gives -ENOENT. */
struct file *archive_file(struct archive *a, const char *name, struct fault *f);

/* The months that are there, newest first: "2026-11.db". `names` is freed by the caller. */
int archive_months(struct archive *a, char (**names)[16], size_t *count, struct fault *f);
void archive_month_name(int64_t time_us, char out[16]);

/* What SQLite says as a fault: -ENOSPC, -EIO, -EBUSY, -EILSEQ for a damaged file. */
int archive_fault(const struct archive *a, const char *name, sqlite3 *db, struct fault *f);

/* WHERE and its values for a query, on a file of events or on incidents.db. */
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

/* 0 or -EINVAL: an address or cursor that is none. */
int archive_where(const struct archive_query *q, bool incidents, struct where *out, struct fault *f);
int archive_bind(sqlite3_stmt *s, const struct where *w);

/* Months that may hold what the query asks for, and whether incidents.db does. */
bool archive_month_fits(const char *name, const struct archive_query *q);
bool archive_wants_months(const struct archive_query *q);
bool archive_wants_incidents(const struct archive_query *q);

#endif
