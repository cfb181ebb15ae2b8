/* reader - asks the archive in threads of its own, so that no query holds up the loop.
 *
 * A job is handed in with its question, worked on by one of a few threads (each with a handle of its own, opened when
 * first needed and again after an error), and comes back on the loop as a finished body. Bodies are cut at
 * READER_BODY_MAX with a cursor to go on from.
 * Limits     jobs waiting: above that reader_ask() refuses, and the client is told to come back.
 * Threads    reader_*() from the loop; only the archive is called from elsewhere.
 */
#ifndef DASHBOARDS_READER_H
#define DASHBOARDS_READER_H

#include "common/metrics.h"
#include "dashboards/server/params.h"

enum { READER_THREADS_MAX = 16, READER_ID_MAX = 128, READER_PARTS_MAX = 200 };
#define READER_BODY_MAX ((size_t)16 << 20)

enum reader_kind {
    READ_EVENTS,        /* {"<name>":[...],"next":cursor|null} */
    READ_COUNTS,        /* {"by":...,"counts":[{"key":...,"count":n}]} */
    READ_INCIDENT       /* {"incident":{...},"parts":[{"id","title","first","last","level","alert_count"}],
                           "alerts":[...],"next":...}, or not found; parts: what became part of it, READER_PARTS_MAX at most */
};

struct job {
    enum reader_kind kind;
    const char   *name;                 /* READ_EVENTS: the list's member name; static */
    struct params params;
    char          id[READER_ID_MAX];    /* READ_INCIDENT */
    /* On the loop, when done: the body is the callee's to free. status is 200, 404 or 503. */
    void (*done)(void *ctx, int status, char *body, size_t len);
    void *ctx;

    int    status;      /* from here on the reader's own */
    char  *body;
    size_t len;
    struct job *next;
};

struct reader_counts { uint64_t asked, refused, failed, waiting; };
extern const struct metrics_room reader_metrics;

struct reader;
struct reader *reader_open(const char *dir, unsigned threads, unsigned waiting_max, struct fault *f);

struct job *job_new(enum reader_kind kind);         /* NULL: no memory */
void job_free(struct job *j);

/* Takes the job over when true. */
bool reader_ask(struct reader *r, struct job *j);

int  reader_fd(const struct reader *r);             /* readable when jobs are done */
void reader_collect(struct reader *r);              /* calls done() of each and frees it */

/* Whether the archive answered when last asked; `why` otherwise. Nothing asked yet counts as well. */
bool reader_well(struct reader *r, char why[320]);
void reader_counts(struct reader *r, struct reader_counts *out);

/* Waits for the threads; jobs not done are freed with no call. */
void reader_close(struct reader *r);

#endif
