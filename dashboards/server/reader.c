#include "dashboards/server/reader.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <jansson.h>

#include "dashboards/server/shown.h"
#include "events/load.h"
#include "events/masked.h"

struct queue {
    struct job *first, **last;
    unsigned    count;
};

struct reader {
    char           *dir;
    pthread_t       threads[READER_THREADS_MAX];
    unsigned        thread_count, waiting_max;
    int             fd;                 /* eventfd: jobs are done */
    pthread_mutex_t lock;               /* guards all below */
    pthread_cond_t  work;
    struct queue    waiting, done;
    bool            stop;
    struct reader_counts counts;
    char            why[320];           /* "" while the archive answers */
};

#define ROW(member, kind, about) { #member, kind, offsetof(struct reader_counts, member), about }
static const struct metric metric_rows[] = {
    ROW(asked, METRIC_COUNTER, "Questions put to the archive."),
    ROW(refused, METRIC_COUNTER, "Questions refused because too many were waiting."),
    ROW(failed, METRIC_COUNTER, "Questions the archive could not answer."),
    ROW(waiting, METRIC_GAUGE, "Questions waiting now."),
};
const struct metrics_room reader_metrics = { "archive", metric_rows, sizeof metric_rows / sizeof metric_rows[0] };

_Static_assert(sizeof ((struct fault *)0)->why == sizeof ((struct reader *)0)->why, "a fault's sentence fits");

static void queue_put(struct queue *q, struct job *j)
{
    j->next = NULL;
    *q->last = j;
    q->last = &j->next;
    q->count++;
}

static struct job *queue_take(struct queue *q)
{
    struct job *j = q->first;
    if (j == NULL)
        return NULL;
    q->first = j->next;
    if (q->first == NULL)
        q->last = &q->first;
    q->count--;
    return j;
}

/* ---- one question, in a thread ---- */

struct page {                   /* rows on their way into a body */
    FILE  *out;
    size_t bytes;
    unsigned rows, most;
    char   cursor[PARAMS_TEXT_MAX];     /* of the last row written */
    bool   more;
};

static void json_text(FILE *out, const char *s)
{
    char room[6 * PARAMS_TEXT_MAX];         /* an escape is six bytes at most */
    struct text t = text_over(room, sizeof room);
    text_json(&t, s, strnlen(s, PARAMS_TEXT_MAX));
    fprintf(out, "\"%.*s\"", (int)t.len, room);
}

static bool row_write(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct page *p = ctx;
    if (p->rows == p->most || (p->rows > 0 && p->bytes + len > READER_BODY_MAX)) {
        p->more = true;
        return false;
    }
    size_t n = 0;
    char *event = shown(json, len, &n);
    if (event == NULL) {            /* no memory: the page ends here, and can be gone on with */
        p->more = p->rows > 0;
        return false;
    }
    if (p->rows++ > 0)
        fputc(',', p->out);
    fwrite(event, 1, n, p->out);
    free(event);
    p->bytes += len;
    snprintf(p->cursor, sizeof p->cursor, "%s", cursor);
    return true;
}

/* One row more than asked for says whether there is a next page. */
static int list_write(struct archive *a, const char *name, struct archive_query *q, FILE *out, struct fault *f)
{
    struct page page = { .out = out, .most = q->limit };
    fprintf(out, "\"%s\":[", name);
    q->limit++;
    int rc = archive_find(a, q, row_write, &page, f);
    fputs("],\"next\":", out);
    if (page.more)
        json_text(out, page.cursor);
    else
        fputs("null", out);
    return rc;
}

static int events(struct archive *a, struct job *j, FILE *out, struct fault *f)
{
    fputc('{', out);
    int rc = list_write(a, j->name, &j->params.query, out, f);
    fputc('}', out);
    return rc;
}

static void count_write(void *ctx, const char *key, uint64_t count)
{
    struct page *p = ctx;
    fputs(p->rows++ > 0 ? ",{\"key\":" : "{\"key\":", p->out);
    json_text(p->out, key != NULL ? key : "");
    fprintf(p->out, ",\"count\":%llu}", (unsigned long long)count);
}

static int counts(struct archive *a, struct job *j, FILE *out, struct fault *f)
{
    struct page page = { .out = out };
    fprintf(out, "{\"by\":\"%s\",\"counts\":[", j->params.by);
    int rc = archive_count(a, &j->params.query, j->params.by, j->params.query.limit, count_write, &page, f);
    fputs("]}", out);
    return rc;
}

/* Of a part, what a line about it says; the rest is under its own address. */
static bool part_write(void *ctx, const char *json, size_t len, const char *cursor)
{
    static const char *const told[] = { "id", "title", "first", "last", "level", "alert_count" };
    struct page *p = ctx;
    struct fault f;
    json_t *event = event_load(json, len, &f), *line = json_object();
    const json_t *body = event != NULL && event_mask(event, &f) == 0 ? json_object_get(event, "incident") : NULL;
    (void)cursor;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        json_object_set(line, told[i], json_object_get(body, told[i]));
    if (body != NULL) {
        fputs(p->rows++ > 0 ? "," : "", p->out);
        json_dumpf(line, p->out, JSON_COMPACT);
    }
    json_decref(line);
    json_decref(event);
    return true;
}

static int parts_write(struct archive *a, const char *whole, FILE *out, struct fault *f)
{
    struct page page = { .out = out };
    struct archive_query q = { .event_type = "incident", .whole = whole, .limit = READER_PARTS_MAX };
    fputs(",\"parts\":[", out);
    int rc = archive_find(a, &q, part_write, &page, f);
    fputc(']', out);
    return rc;
}

static int incident(struct archive *a, struct job *j, FILE *out, struct fault *f)
{
    struct page one = { .out = out, .most = 1 };
    struct archive_query q = { .event_type = "incident", .id = j->id, .limit = 1 };
    fputs("{\"incident\":", out);
    int rc = archive_find(a, &q, row_write, &one, f);
    if (rc != 0)
        return rc;
    if (one.rows == 0) {
        j->status = 404;
        return 0;
    }
    rc = parts_write(a, j->id, out, f);
    if (rc != 0)
        return rc;
    fputc(',', out);
    j->params.query.event_type = "alert";
    j->params.query.incident = j->id;
    rc = list_write(a, "alerts", &j->params.query, out, f);
    fputc('}', out);
    return rc;
}

static void job_work(struct archive *a, struct job *j, struct fault *f)
{
    static int (*const work[])(struct archive *, struct job *, FILE *, struct fault *) = {
        [READ_EVENTS] = events, [READ_COUNTS] = counts, [READ_INCIDENT] = incident,
    };
    FILE *out = open_memstream(&j->body, &j->len);
    j->status = 200;
    int rc = out != NULL ? work[j->kind](a, j, out, f) : fault_set(f, -ENOMEM, "%s", strerror(ENOMEM));
    if (out != NULL && (ferror(out) | fclose(out)) != 0 && rc == 0)
        rc = fault_set(f, -ENOMEM, "%s", strerror(ENOMEM));
    if (rc != 0)
        j->status = 503;
}

/* ---- threads ---- */

static struct job *next_job(struct reader *r)
{
    pthread_mutex_lock(&r->lock);
    while (r->waiting.first == NULL && !r->stop)
        pthread_cond_wait(&r->work, &r->lock);
    struct job *j = r->stop ? NULL : queue_take(&r->waiting);
    pthread_mutex_unlock(&r->lock);
    return j;
}

static void job_finish(struct reader *r, struct job *j, const struct fault *f)
{
    uint64_t one = 1;
    pthread_mutex_lock(&r->lock);
    queue_put(&r->done, j);
    r->counts.failed += j->status == 503;
    snprintf(r->why, sizeof r->why, "%s", j->status == 503 ? f->why : "");
    pthread_mutex_unlock(&r->lock);
    ssize_t n = write(r->fd, &one, sizeof one);
    (void)n;                    /* full only if the loop has been told 2^64-1 times already */
}

static void *thread(void *ctx)
{
    struct reader *r = ctx;
    struct archive *a = NULL;
    for (struct job *j; (j = next_job(r)) != NULL;) {
        struct fault f = { 0 };
        if (a == NULL)
            a = archive_open(r->dir, ARCHIVE_READ, &f);
        if (a != NULL)
            job_work(a, j, &f);
        else
            j->status = 503;
        if (j->status == 503 && a != NULL) {
            archive_close(a);
            a = NULL;
        }
        job_finish(r, j, &f);
    }
    if (a != NULL)
        archive_close(a);
    return NULL;
}

struct reader *reader_open(const char *dir, unsigned threads, unsigned waiting_max, struct fault *f)
{
    struct reader *r = calloc(1, sizeof *r);
    if (r == NULL || (r->dir = strdup(dir)) == NULL || (r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
        fault_set(f, -errno, "archive reader: %s", strerror(errno));
        if (r != NULL)
            free(r->dir);
        free(r);
        return NULL;
    }
    r->waiting_max = waiting_max;
    r->waiting.last = &r->waiting.first;
    r->done.last = &r->done.first;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->work, NULL);
    for (int rc = 0; r->thread_count < threads && r->thread_count < READER_THREADS_MAX; r->thread_count++)
        if ((rc = pthread_create(&r->threads[r->thread_count], NULL, thread, r)) != 0) {
            fault_set(f, -rc, "archive reader: %s", strerror(rc));
            reader_close(r);
            return NULL;
        }
    return r;
}

/* ---- the loop's side ---- */

struct job *job_new(enum reader_kind kind)
{
    struct job *j = calloc(1, sizeof *j);
    if (j != NULL)
        j->kind = kind;
    return j;
}

void job_free(struct job *j)
{
    if (j == NULL)
        return;
    free(j->body);
    free(j);
}

bool reader_ask(struct reader *r, struct job *j)
{
    pthread_mutex_lock(&r->lock);
    bool room = r->waiting.count < r->waiting_max;
    r->counts.asked++;
    r->counts.refused += !room;
    if (room) {
        queue_put(&r->waiting, j);
        pthread_cond_signal(&r->work);
    }
    pthread_mutex_unlock(&r->lock);
    return room;
}

int reader_fd(const struct reader *r)
{
    return r->fd;
}

void reader_collect(struct reader *r)
{
    uint64_t ignored;
    ssize_t n = read(r->fd, &ignored, sizeof ignored);
    (void)n;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        struct job *j = queue_take(&r->done);
        pthread_mutex_unlock(&r->lock);
        if (j == NULL)
            return;
        char *body = j->body;
        j->body = NULL;
        j->done(j->ctx, j->status, body, j->len);
        job_free(j);
    }
}

bool reader_well(struct reader *r, char why[320])
{
    pthread_mutex_lock(&r->lock);
    memcpy(why, r->why, sizeof r->why);
    pthread_mutex_unlock(&r->lock);
    return why[0] == '\0';
}

void reader_counts(struct reader *r, struct reader_counts *out)
{
    pthread_mutex_lock(&r->lock);
    *out = r->counts;
    out->waiting = r->waiting.count;
    pthread_mutex_unlock(&r->lock);
}

void reader_close(struct reader *r)
{
    if (r == NULL)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_broadcast(&r->work);
    pthread_mutex_unlock(&r->lock);
    for (unsigned i = 0; i < r->thread_count; i++)
        pthread_join(r->threads[i], NULL);
    for (struct job *j; (j = queue_take(&r->waiting)) != NULL;)
        job_free(j);
    for (struct job *j; (j = queue_take(&r->done)) != NULL;)
        job_free(j);
    pthread_cond_destroy(&r->work);
    pthread_mutex_destroy(&r->lock);
    close(r->fd);
    free(r->dir);
    free(r);
}
