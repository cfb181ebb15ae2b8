#include "bus/queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_LEN = 40, WINDOW_STEP = 256 * 1024 };

static void name_of(const struct queue *q, uint64_t first, char out[NAME_MAX_LEN])
{
    snprintf(out, NAME_MAX_LEN, "s%u-%020" PRIu64 ".seg", q->severity, first);
}

/* ---- what is there ---- */

static int segment_add(struct queue *q, struct segment s)
{
    if (q->segment_count == q->segment_room) {
        size_t room = q->segment_room ? q->segment_room * 2 : 16;
        struct segment *more = realloc(q->segments, room * sizeof *more);
        if (more == NULL)
            return -ENOMEM;
        q->segments = more;
        q->segment_room = room;
    }
    q->segments[q->segment_count++] = s;
    return 0;
}

static int by_place(const void *a, const void *b)
{
    uint64_t x = ((const struct segment *)a)->first.at, y = ((const struct segment *)b)->first.at;
    return x < y ? -1 : x > y;
}

static int find_segment(struct queue *q, const char *name)
{
    unsigned severity;
    uint64_t first;
    char expected[NAME_MAX_LEN];
    struct stat st;
    if (sscanf(name, "s%u-%" SCNu64 ".seg", &severity, &first) != 2 || severity != q->severity)
        return 0;
    name_of(q, first, expected);
    if (strcmp(name, expected) != 0 || fstatat(q->dir, name, &st, 0) != 0)
        return 0;
    uint64_t bytes = st.st_size > SEGMENT_HEAD ? (uint64_t)st.st_size - SEGMENT_HEAD : 0;
    return segment_add(q, (struct segment){ { first, 0 }, first + bytes, false });
}

/* A write that failed half way may have left bytes that the next file holds again. */
static void clip(struct queue *q)
{
    for (size_t i = 0; i + 1 < q->segment_count; i++)
        if (q->segments[i].end > q->segments[i + 1].first.at)
            q->segments[i].end = q->segments[i + 1].first.at;
}

static uint64_t size_of(const struct segment *s)
{
    return SEGMENT_HEAD + s->end - s->first.at;
}

static int find_segments(struct queue *q, struct fault *f)
{
    int fd = openat(q->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    int rc = d ? 0 : fault_set(f, -errno, "spool: cannot list the directory: %s", strerror(errno));
    for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
        if ((rc = find_segment(q, e->d_name)) != 0)
            fault_set(f, rc, "spool: no memory");
    if (d != NULL)
        closedir(d);
    else if (fd >= 0)
        close(fd);
    if (q->segment_count > 0)
        qsort(q->segments, q->segment_count, sizeof *q->segments, by_place);
    clip(q);
    return rc;
}

/* ---- reading ---- */

static void stop_reading(struct queue *q)
{
    if (q->reading >= 0)
        close(q->reading);
    q->reading = -1;
    q->window_len = 0;
    q->head_known = false;
}

/* The segment that holds a place or, between two, the next one. */
static const struct segment *segment_at(const struct queue *q, uint64_t at)
{
    for (size_t i = 0; i < q->segment_count; i++)
        if (at < q->segments[i].end)
            return &q->segments[i];
    return NULL;
}

static bool magic_holds(int fd)
{
    char magic[SEGMENT_HEAD];
    return pread(fd, magic, sizeof magic, 0) == SEGMENT_HEAD && memcmp(magic, segment_magic, SEGMENT_HEAD) == 0;
}

static bool start_reading(struct queue *q, const struct segment *s)
{
    char name[NAME_MAX_LEN];
    if (q->reading >= 0 && q->reading_first == s->first.at)
        return true;
    stop_reading(q);
    name_of(q, s->first.at, name);
    q->reading = openat(q->dir, name, O_RDONLY | O_CLOEXEC);
    q->reading_first = s->first.at;
    if (q->reading >= 0 && !magic_holds(q->reading))
        stop_reading(q);
    return q->reading >= 0;
}

/* Brings at least `want` bytes of the segment from the read place into the window; fewer at its end. */
static void show(struct queue *q, const struct segment *s, size_t want)
{
    uint64_t left = s->end - q->read.at;
    if (want > left)
        want = (size_t)left;
    if (q->read.at >= q->window_at.at && q->read.at + want <= q->window_at.at + q->window_len)
        return;
    size_t ask = want > WINDOW_STEP ? want : WINDOW_STEP;
    ssize_t got = pread(q->reading, q->window, ask < left ? ask : (size_t)left,
                        (off_t)(SEGMENT_HEAD + q->read.at - s->first.at));
    q->window_at = q->read;
    q->window_len = got > 0 ? (size_t)got : 0;
}

static enum segment_verdict take_shown(struct queue *q, const struct segment *s, size_t want, size_t *size)
{
    show(q, s, want);
    size_t skip = (size_t)(q->read.at - q->window_at.at);
    if (skip >= q->window_len)
        return SEGMENT_SHORT;
    return segment_take(q->window + skip, q->window_len - skip, &q->head, size);
}

/* Past damaged bytes to the next mark, or to the segment's end. */
static void skip_damage(struct queue *q, const struct segment *s)
{
    size_t skip = (size_t)(q->read.at - q->window_at.at);
    size_t left = q->window_len > skip ? q->window_len - skip : 0;
    q->read.at = left ? q->read.at + segment_resync(q->window + skip, left) : s->end;
    if (q->read.at > s->end)
        q->read.at = s->end;
}

/* The next sound record of this segment becomes the head. */
static bool read_segment(struct queue *q, const struct segment *s)
{
    bool damage = false;
    if (!start_reading(q, s)) {
        q->read.at = s->end;
        q->damages += !s->known;
        return false;
    }
    while (q->read.at < s->end) {
        size_t size = 0;
        enum segment_verdict v = take_shown(q, s, SEGMENT_RECORD_HEAD, &size);
        if (v == SEGMENT_SHORT)
            v = take_shown(q, s, SEGMENT_RECORD_MAX, &size);
        if (v == SEGMENT_RECORD) {
            q->damages += damage && !s->known;
            q->head_end = (struct place){ q->read.at + size, q->read.n + 1 };
            return true;
        }
        damage = true;
        skip_damage(q, s);
    }
    q->torn += damage && !s->known;
    return false;
}

/* On from a finished segment: what it should have held and did not give is lost, and we know how much. */
static void enter_next(struct queue *q)
{
    const struct segment *s = segment_at(q, q->read.at);
    struct place next = s ? s->first : q->flushed;
    if (next.at < q->read.at)
        return;
    if (next.n > q->read.n)
        q->damaged += next.n - q->read.n;
    q->read = next;
}

static bool read_memory(struct queue *q)
{
    size_t size, skip = (size_t)(q->read.at - q->flushed.at);
    if (q->read.at < q->flushed.at || q->read.at >= q->appended.at)
        return false;
    if (segment_take(q->memory + skip, (size_t)(q->appended.at - q->read.at), &q->head, &size) != SEGMENT_RECORD)
        return false;
    q->head_end = (struct place){ q->read.at + size, q->read.n + 1 };
    return true;
}

const struct spool_entry *queue_peek(struct queue *q, bool from_memory)
{
    while (!q->head_known && q->read.at < q->flushed.at) {
        const struct segment *s = segment_at(q, q->read.at);
        if (s == NULL || q->read.at < s->first.at) {
            enter_next(q);
            if (s == NULL)
                break;
            continue;
        }
        q->head_known = read_segment(q, s);
        if (!q->head_known)
            enter_next(q);
    }
    if (!q->head_known && from_memory)
        q->head_known = read_memory(q);
    return q->head_known ? &q->head : NULL;
}

struct place queue_take(struct queue *q)
{
    q->read = q->head_end;
    q->head_known = false;
    q->in_flight++;
    return q->read;
}

/* ---- opening ---- */

/* Counts each segment's records by reading them all: this also finds what is damaged before anybody relies on it. */
static void count_records(struct queue *q)
{
    uint64_t n = 0;
    for (size_t i = 0; i < q->segment_count; i++) {
        struct segment *s = &q->segments[i];
        s->first.n = n;
        q->disk += size_of(s);
        q->read = s->first;
        while (read_segment(q, s))
            q->read = q->head_end;
        s->known = true;
        n = q->read.n;
    }
    stop_reading(q);
    uint64_t end = q->segment_count ? q->segments[q->segment_count - 1].end : 0;
    q->flushed = q->appended = (struct place){ end, n };
    q->read = q->acked = q->released = q->segment_count ? q->segments[0].first : q->flushed;
}

int queue_open(struct queue *q, int dir, unsigned severity, struct fault *f)
{
    *q = (struct queue){ .dir = dir, .severity = severity, .writing = -1, .reading = -1 };
    q->memory = malloc(QUEUE_MEMORY);
    q->window = malloc(SEGMENT_RECORD_MAX);
    if (q->memory == NULL || q->window == NULL)
        return fault_set(f, -ENOMEM, "spool: no memory");
    int rc = find_segments(q, f);
    if (rc == 0)
        count_records(q);
    return rc;
}

void queue_close(struct queue *q)
{
    stop_reading(q);
    if (q->writing >= 0)
        close(q->writing);
    free(q->memory);
    free(q->window);
    free(q->segments);
}

/* Walks from the front: gives the first record boundary at or behind the offset. */
static struct place place_of(struct queue *q, uint64_t at)
{
    q->read = q->segment_count ? q->segments[0].first : q->flushed;
    for (size_t i = 0; i < q->segment_count && q->segments[i].first.at <= at; i++)
        q->read = q->segments[i].first;
    q->head_known = false;
    while (q->read.at < at && queue_peek(q, false) != NULL) {
        q->read = q->head_end;
        q->head_known = false;
    }
    return q->read;
}

void queue_resume(struct queue *q, uint64_t released, uint64_t acked)
{
    if (q->segment_count == 0 && acked > q->flushed.at)     /* all was delivered and deleted: go on counting there */
        q->flushed.at = q->appended.at = acked;
    struct place a = place_of(q, acked), r = place_of(q, released);
    q->acked = a;
    q->released = r.at < a.at ? r : a;
    q->read = q->released;
    q->head_known = false;
    queue_release(q, q->released);
}

/* ---- writing ---- */

uint64_t queue_unwritten(const struct queue *q)
{
    return q->appended.at - q->flushed.at;
}

void queue_append(struct queue *q, const struct spool_entry *e)
{
    segment_put(q->memory + (q->appended.at - q->flushed.at), e);
    q->appended.at += segment_size(e);
    q->appended.n++;
}

static void stop_writing(struct queue *q)
{
    if (q->writing >= 0) {
        if (q->unsynced)
            fdatasync(q->writing);
        close(q->writing);
    }
    q->writing = -1;
    q->unsynced = false;
}

static int begin_segment(struct queue *q)
{
    char name[NAME_MAX_LEN];
    stop_writing(q);
    name_of(q, q->flushed.at, name);
    int fd = openat(q->dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    if (pwrite(fd, segment_magic, SEGMENT_HEAD, 0) != SEGMENT_HEAD) {
        int rc = errno ? -errno : -EIO;
        close(fd);
        unlinkat(q->dir, name, 0);
        return rc;
    }
    int rc = segment_add(q, (struct segment){ q->flushed, q->flushed.at, false });
    if (rc != 0) {
        close(fd);
        return rc;
    }
    q->writing = fd;
    q->disk += SEGMENT_HEAD;
    return 0;
}

/* At a given offset, so that a retry after a torn write lays the same bytes over the torn ones. */
static int write_all(int fd, const uint8_t *bytes, size_t n, off_t at)
{
    while (n > 0) {
        ssize_t put = pwrite(fd, bytes, n, at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? -errno : -EIO;
        bytes += put;
        at += put;
        n -= (size_t)put;
    }
    return 0;
}

int queue_flush(struct queue *q, uint64_t segment_bytes)
{
    size_t n = (size_t)(q->appended.at - q->flushed.at);
    if (n == 0)
        return 0;
    struct segment *s = q->writing >= 0 ? &q->segments[q->segment_count - 1] : NULL;
    if (s == NULL || s->end - s->first.at >= segment_bytes) {
        int rc = begin_segment(q);
        if (rc != 0)
            return rc;
        s = &q->segments[q->segment_count - 1];
    }
    int rc = write_all(q->writing, q->memory, n, (off_t)(SEGMENT_HEAD + s->end - s->first.at));
    if (rc != 0)
        return rc;
    if (q->read.at >= q->flushed.at)
        q->head_known = false;          /* it was lent from memory */
    s->end += n;
    q->disk += n;
    q->flushed = q->appended;
    q->unsynced = true;
    return 0;
}

int queue_sync(struct queue *q)
{
    if (!q->unsynced || q->writing < 0)
        return 0;
    q->unsynced = false;
    return fdatasync(q->writing) == 0 ? 0 : -errno;
}

/* ---- leaving ---- */

void queue_done(struct queue *q, struct place upto)
{
    if (q->in_flight > 0)
        q->in_flight--;
    if (upto.at > q->acked.at)
        q->acked = upto;
}

void queue_rewind(struct queue *q, bool to_released)
{
    struct place first = q->segment_count ? q->segments[0].first : q->flushed;
    if (first.at > q->acked.at) {       /* dropped while it was in flight: neither sent nor here any more */
        uint64_t gone = first.n - q->acked.n;
        q->dropped += gone < q->in_flight ? gone : q->in_flight;
        q->acked = first;
    }
    if (q->released.at < first.at)
        q->released = first;
    q->in_flight = 0;
    q->head_known = false;
    if (to_released)
        q->acked = q->released;
    q->read = q->acked;
}

static void remove_oldest(struct queue *q)
{
    char name[NAME_MAX_LEN];
    const struct segment *s = &q->segments[0];
    if (q->reading >= 0 && q->reading_first == s->first.at)
        stop_reading(q);
    if (q->segment_count == 1) {
        q->unsynced = false;
        stop_writing(q);
    }
    name_of(q, s->first.at, name);
    unlinkat(q->dir, name, 0);
    q->disk -= size_of(s);
    memmove(q->segments, q->segments + 1, --q->segment_count * sizeof *q->segments);
}

void queue_release(struct queue *q, struct place upto)
{
    if (upto.at > q->released.at)
        q->released = upto;
    while (q->segment_count > 0 && q->segments[0].end <= q->released.at &&
           (q->segment_count > 1 || q->writing < 0))
        remove_oldest(q);
}

void queue_forget_acked(struct queue *q)
{
    if (q->acked.at <= q->flushed.at)
        return;
    size_t n = (size_t)(q->acked.at - q->flushed.at), left = (size_t)(q->appended.at - q->acked.at);
    memmove(q->memory, q->memory + n, left);
    q->flushed = q->acked;
    q->head_known = false;
    stop_writing(q);                    /* the next file begins behind the hole */
}

bool queue_drop_oldest(struct queue *q)
{
    if (q->segment_count == 0)
        return false;
    struct place next = q->segment_count > 1 ? q->segments[1].first : q->flushed;
    uint64_t from = q->read.n > q->acked.n ? q->read.n : q->acked.n;
    if (from < q->segments[0].first.n)
        from = q->segments[0].first.n;
    if (next.n > from)
        q->dropped += next.n - from;
    remove_oldest(q);
    if (q->read.at < next.at) {
        q->read = next;
        q->head_known = false;
    }
    if (q->in_flight == 0 && q->acked.at < q->read.at)
        q->acked = q->read.at < next.at ? q->read : next;
    if (q->released.at < next.at)
        q->released = q->acked.at < next.at ? q->acked : next;
    return true;
}

uint64_t queue_bytes(const struct queue *q)
{
    return q->disk + q->appended.at - q->flushed.at;
}

uint64_t queue_waiting(const struct queue *q)
{
    return q->appended.n > q->acked.n ? q->appended.n - q->acked.n : 0;
}
