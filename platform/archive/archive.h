/* archive - the long-term store: every alert, record, flow, incident and warning, by month (of the event's own time, UTC).
 *
 *     "/var/lib/fengsui/archive"                           a folder: a SQLite file per month, and one for the newest
 *                                                          versions of incidents and the like (sqlite.h)
 *     "postgresql:host=/run/postgresql dbname=fengsui"     a server, by what libpq connects by: partitions by month and
 *                                                          prefecture (pg.h). A writer may be opened before it is there
 *
 * Links      an incident's alerts are those named in the "alert_ids" of any of its versions: each version need only
 *            name the ones that are new. One that became part of another names it in "merged_into": its alerts are also
 *            the whole's, and it is neither listed nor counted beside it, unless asked for. Should the whole not be
 *            here, the part counts for itself, so that nothing is lost.
 * Text       every text value of an event except flows; Chinese as pairs of characters.
 * Chain      every row of a month is a link of its chain (chain.h), in the order in which they were archived.
 * Writers    one (the archiver), or of a server one for each set of regions; readers as many as there are, also in other
 *            processes. This folder is the only door to either database. An event's id is its key: writing it again
 *            changes nothing, so a repeated batch is harmless; an incident's key is (id, version).
 * Errors     0 or a negative errno with a sentence.
 * Threads    a handle belongs to one thread.
 */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"

enum archive_mode { ARCHIVE_READ, ARCHIVE_WRITE, ARCHIVE_VERIFY };     /* VERIFY: to read it row by row (verify.h) */

struct archive;
bool archive_is_server(const char *where);      /* and not a folder */
struct archive *archive_open(const char *where, enum archive_mode mode, struct fault *f);
void archive_close(struct archive *a);

/* Writer: all between begin and commit is durable after commit, or not there at all. */
int archive_begin(struct archive *a, struct fault *f);
int archive_put(struct archive *a, const char *stream, const char *region, const char *json, size_t len, struct fault *f);
int archive_commit(struct archive *a, struct fault *f);
void archive_rollback(struct archive *a);

/* 网络安全法 article 21: network logs are kept for at least six months. */
#define ARCHIVE_KEEP_LEAST_US UINT64_C(15552000000000)

/* Writer, outside a transaction: removes the months that ended more than keep_us ago, and incidents whose newest version
 * is from before the end of these. Each leaves an event of type "retention" that stays: which month, how many rows, from
 * when to when, by which setting. Less than ARCHIVE_KEEP_LEAST_US is refused; and should the newest month be long past,
 * time is counted from its end, as a wrong clock must remove nothing. Gives how many months went, or a negative errno. */
int archive_retain(struct archive *a, uint64_t keep_us, uint64_t now_us, struct fault *f);

/* What a month holds: rows of events and, apart, versions of incidents and the like; bytes on the disk. */
struct archive_month { char name[8]; uint64_t rows, versions, bytes, oldest_us, newest_us; };

/* Every month, newest first. Counts them, so it takes a while. */
int archive_status(struct archive *a, void (*month)(void *ctx, const struct archive_month *m), void *ctx, struct fault *f);

/* Writer, outside a transaction: the months that archive_retain() would remove, and how far their chains go. */
struct chain_head;
int archive_past(struct archive *a, uint64_t keep_us, uint64_t now_us,
                 int (*month)(void *ctx, const struct chain_head *h), void *ctx, struct fault *f);

/* Writer, outside a transaction: how far the chains of all months go. 0 or a negative errno. */
int archive_all_heads(struct archive *a, void (*head)(void *ctx, const struct chain_head *h), void *ctx, struct fault *f);

/* Writer, outside a transaction: how far the chains of those months go that were written to since the last call. */
void archive_heads(struct archive *a, void (*head)(void *ctx, const struct chain_head *h), void *ctx);

/* Whether it keeps files that can be sealed when it is closed; a database server's cannot. */
bool archive_has_files(const struct archive *a);

/* Closed: every byte of those files that are wanted. One that is in use is left out, and the fault says why. 0, a
 * negative errno, or what `take` gave when it was negative. `where` is as archive_open() takes it. */
struct seal;
int archive_seals(const char *where, bool (*wanted)(void *ctx, const char *file), int (*take)(void *ctx, const struct seal *s),
                  void *ctx, struct fault *f);

/* What to look for; zero and NULL mean any. Several conditions are all required. */
struct archive_query {
    const char *event_type;         /* "alert", "incident", "flow", "dns" ... */
    uint64_t    from_us, to_us;     /* event time, from inclusive, to exclusive */
    const char *region;             /* code; "4301" matches all that begin so */
    const char *sector, *unit, *status, *state;
    const char *address;            /* "192.0.2.7" or a prefix "192.0.2.0/24": source or destination */
    const char *text;               /* words, any language: also two-character Chinese ones */
    const char *id;                 /* one event or incident */
    const char *incident;           /* alerts of this incident and of all its parts */
    const char *whole;              /* incidents that became part of this one, also through others */
    uint32_t    sid, severity_most; /* severity 1..n */
    bool        merged;             /* also incidents that became part of another; those named by .id or .whole always */
    unsigned    limit;              /* rows; 0: 100 */
    const char *before;             /* cursor of the last row of the page before */
};

/* Newest first. `row` gets the stored JSON and the row's cursor; it returns false to stop. For incidents only the
 * newest version of each. */
int archive_find(struct archive *a, const struct archive_query *q,
                 bool (*row)(void *ctx, const char *json, size_t len, const char *cursor), void *ctx, struct fault *f);

/* Counts of what the query matches, by one key: "hour", "day", "region", "sector", "severity", "sid", "signature", "level", "state",
 * "category", "src", "dest", "event_type". Sorted by key for times, else largest first; at most `limit` rows. */
int archive_count(struct archive *a, const struct archive_query *q, const char *by, unsigned limit,
                  void (*row)(void *ctx, const char *key, uint64_t count), void *ctx, struct fault *f);

#endif
