#include "bus/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/queue.h"
#include "common/cursor.h"
#include "common/hash.h"

/* What was answered for and when, so that it can be let go a holding time later. */
struct held {
    uint64_t     steady_us;
    struct place acked[SPOOL_SEVERITIES];
};

enum {
    HELD = 64,
    POSITION_SIZE = 160, POSITION_SLOT = 512,       /* two slots, written in turn: a torn one leaves the other */
};
static const char position_magic[8] = { 'F', 'S', 'P', 'O', 'S', '1', '\n', 0 };

struct spool {
    struct spool_settings settings;
    int      dir, lock, position;
    uint64_t generation;                    /* of the position file */
    struct queue queues[SPOOL_SEVERITIES];
    struct held held[HELD];                 /* oldest first */
    size_t   held_count;
    uint64_t held_every_us, heard_us;       /* heard_us: Redis was alive then, steady */
    char     redis[SPOOL_REDIS_ID_MAX];
    uint64_t acked_wall_us;                 /* wall time of the last answer */
    bool     moved;                         /* since the positions were written */
    uint64_t refused[SPOOL_SEVERITIES], errors;
};

/* ---- the file of positions ---- */

struct positions {
    uint64_t generation, released[SPOOL_SEVERITIES], acked[SPOOL_SEVERITIES], acked_wall_us;
    char     redis[SPOOL_REDIS_ID_MAX];
};

static uint8_t *put64(uint8_t *p, uint64_t n)
{
    for (unsigned i = 0; i < 8; i++)
        *p++ = (uint8_t)(n >> 8 * i);
    return p;
}

static void positions_write(const struct positions *p, uint8_t out[POSITION_SIZE])
{
    memset(out, 0, POSITION_SIZE);
    memcpy(out, position_magic, sizeof position_magic);
    uint8_t *at = put64(out + sizeof position_magic, p->generation);
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        at = put64(put64(at, p->released[i]), p->acked[i]);
    at = put64(at, p->acked_wall_us);
    memcpy(at, p->redis, SPOOL_REDIS_ID_MAX);
    put64(out + POSITION_SIZE - 8, hash_crc32c(0, out, POSITION_SIZE - 8));
}

static bool positions_read(const uint8_t *bytes, size_t n, struct positions *out)
{
    struct cursor c = cursor_over(bytes, n);
    const uint8_t *magic = cursor_bytes(&c, sizeof position_magic);
    out->generation = cursor_le64(&c);
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++) {
        out->released[i] = cursor_le64(&c);
        out->acked[i] = cursor_le64(&c);
    }
    out->acked_wall_us = cursor_le64(&c);
    const uint8_t *redis = cursor_bytes(&c, SPOOL_REDIS_ID_MAX);
    if (redis != NULL)
        memcpy(out->redis, redis, SPOOL_REDIS_ID_MAX);
    out->redis[SPOOL_REDIS_ID_MAX - 1] = '\0';
    if (c.status != CURSOR_OK || n < POSITION_SIZE || memcmp(magic, position_magic, sizeof position_magic) != 0)
        return false;
    struct cursor crc = cursor_over(bytes + POSITION_SIZE - 8, 8);
    return cursor_le64(&crc) == hash_crc32c(0, bytes, POSITION_SIZE - 8);
}

/* The newer of the two sound slots; without one everything that is there is sent again. */
static struct positions positions_load(int fd)
{
    struct positions best = { 0 };
    for (unsigned slot = 0; slot < 2; slot++) {
        uint8_t bytes[POSITION_SIZE];
        struct positions p = { 0 };
        ssize_t n = pread(fd, bytes, sizeof bytes, (off_t)slot * POSITION_SLOT);
        if (n > 0 && positions_read(bytes, (size_t)n, &p) && p.generation > best.generation)
            best = p;
    }
    return best;
}

/* Not synced: after a power cut an older position only means that more is sent again. */
static void positions_save(struct spool *s)
{
    struct positions p = { .generation = ++s->generation, .acked_wall_us = s->acked_wall_us };
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++) {
        p.released[i] = s->queues[i].released.at;
        p.acked[i] = s->queues[i].acked.at;
    }
    memcpy(p.redis, s->redis, sizeof p.redis);
    uint8_t bytes[POSITION_SIZE];
    positions_write(&p, bytes);
    ssize_t put = pwrite(s->position, bytes, sizeof bytes, (off_t)(s->generation % 2) * POSITION_SLOT);
    if (put != POSITION_SIZE)
        s->errors++;
    s->moved = false;
}

/* ---- opening ---- */

/* mkdir -p, so that a fresh machine needs no preparation. */
static int make_dir(const char *dir)
{
    char path[4096];
    if (strlen(dir) >= sizeof path)
        return -ENAMETOOLONG;
    strcpy(path, dir);
    for (char *p = path + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            if (mkdir(path, 0750) != 0 && errno != EEXIST)
                return -errno;
            *p = '/';
        }
    return mkdir(path, 0750) == 0 || errno == EEXIST ? 0 : -errno;
}

static int open_files(struct spool *s, struct fault *f)
{
    const char *dir = s->settings.dir;
    int rc = make_dir(dir);
    if (rc != 0)
        return fault_set(f, rc, "spool %s: cannot make the directory: %s", dir, strerror(-rc));
    s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->dir < 0)
        return fault_set(f, -errno, "spool %s: %s", dir, strerror(errno));
    s->lock = openat(s->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (s->lock < 0)
        return fault_set(f, -errno, "spool %s: cannot write there: %s", dir, strerror(errno));
    if (flock(s->lock, LOCK_EX | LOCK_NB) != 0)
        return fault_set(f, -EBUSY, "spool %s: another sensor is using it; each sensor needs a directory of its own", dir);
    s->position = openat(s->dir, "position", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (s->position < 0)
        return fault_set(f, -errno, "spool %s/position: %s", dir, strerror(errno));
    return 0;
}

static void resume(struct spool *s)
{
    struct positions p = positions_load(s->position);
    s->generation = p.generation;
    s->acked_wall_us = p.acked_wall_us;
    memcpy(s->redis, p.redis, sizeof s->redis);
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        queue_resume(&s->queues[i], p.released[i], p.acked[i]);
}

static void shut(struct spool *s)
{
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        queue_close(&s->queues[i]);
    if (s->position >= 0)
        close(s->position);
    if (s->lock >= 0)
        close(s->lock);
    if (s->dir >= 0)
        close(s->dir);
    free(s);
}

struct spool *spool_open(const struct spool_settings *settings, struct fault *f)
{
    struct spool *s = calloc(1, sizeof *s);
    if (s == NULL) {
        fault_set(f, -ENOMEM, "spool: no memory");
        return NULL;
    }
    s->settings = *settings;
    s->dir = s->lock = s->position = -1;
    s->held_every_us = settings->hold_us / (HELD / 2) + 1;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        s->queues[i].reading = s->queues[i].writing = -1;
    int rc = open_files(s, f);
    for (unsigned i = 0; i < SPOOL_SEVERITIES && rc == 0; i++)
        rc = queue_open(&s->queues[i], s->dir, i, f);
    if (rc != 0) {
        shut(s);
        return NULL;
    }
    resume(s);
    return s;
}

void spool_close(struct spool *s)
{
    if (s == NULL)
        return;
    spool_flush(s);
    spool_sync(s);
    positions_save(s);
    shut(s);
}

/* ---- in ---- */

/* 0 is the least severe, then 4, 3, 2, 1. */
static unsigned rank(unsigned severity)
{
    return severity == 0 ? 0 : SPOOL_SEVERITIES - severity;
}

static const unsigned least_first[SPOOL_SEVERITIES] = { 0, 4, 3, 2, 1 };

static uint64_t bytes_of(const struct spool *s)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        bytes += queue_bytes(&s->queues[i]);
    return bytes;
}

static bool drop_one(struct spool *s, unsigned severity)
{
    for (unsigned i = 0; i <= rank(severity); i++) {
        struct queue *q = &s->queues[least_first[i]];
        if (q->segment_count == 0)
            s->errors += queue_flush(q, s->settings.segment_bytes) != 0;
        if (queue_drop_oldest(q))
            return true;
    }
    return false;
}

/* What Redis has answered for and is only held goes before anything that it does not have. */
static bool make_room(struct spool *s, unsigned severity, size_t need)
{
    if (bytes_of(s) + need <= s->settings.bytes_max)
        return true;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        queue_release(&s->queues[i], s->queues[i].acked);
    while (bytes_of(s) + need > s->settings.bytes_max)
        if (!drop_one(s, severity))
            return false;
    return true;
}

/* A file's worth goes to the disk at once, so that dropping one file drops no more than that. */
static bool memory_fits(struct spool *s, struct queue *q, size_t size)
{
    if (queue_unwritten(q) >= s->settings.segment_bytes || queue_unwritten(q) + size > QUEUE_MEMORY)
        s->errors += queue_flush(q, s->settings.segment_bytes) != 0;
    return queue_unwritten(q) + size <= QUEUE_MEMORY;
}

int spool_append(struct spool *s, const struct spool_entry *e)
{
    struct queue *q = &s->queues[e->severity];
    size_t size = segment_size(e);
    if (!memory_fits(s, q, size))
        return -ENOSPC;
    if (!make_room(s, e->severity, size)) {
        s->refused[e->severity]++;
        return -ENOBUFS;
    }
    queue_append(q, e);
    return 0;
}

int spool_flush(struct spool *s)
{
    int worst = 0;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++) {
        int rc = queue_flush(&s->queues[i], s->settings.segment_bytes);
        s->errors += rc != 0;
        worst = rc != 0 ? rc : worst;
    }
    return worst;
}

int spool_sync(struct spool *s)
{
    int worst = 0;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++) {
        int rc = queue_sync(&s->queues[i]);
        s->errors += rc != 0;
        worst = rc != 0 ? rc : worst;
    }
    return worst;
}

/* ---- out ---- */

static bool older(const struct spool_entry *a, const struct spool_entry *b)
{
    return a->epoch != b->epoch ? a->epoch < b->epoch : a->seq < b->seq;
}

/* Alerts lie in queues 1..4, everything else in queue 0, so each stream keeps its order. */
static struct queue *oldest(struct spool *s)
{
    const struct spool_entry *best = NULL;
    struct queue *from = NULL;
    for (unsigned i = 1; i <= SPOOL_SEVERITIES; i++) {
        struct queue *q = &s->queues[i % SPOOL_SEVERITIES];
        if (q->severity == 0 && best != NULL)
            break;
        bool refused = queue_unwritten(q) > 0;     /* the disk has just refused it: give it from memory */
        const struct spool_entry *e = queue_peek(q, refused);
        if (e != NULL && (best == NULL || older(e, best))) {
            best = e;
            from = q;
        }
    }
    return from;
}

const struct spool_entry *spool_next(struct spool *s, struct spool_ticket *t)
{
    struct queue *q = oldest(s);
    if (q == NULL)
        return NULL;
    struct place behind = queue_take(q);
    *t = (struct spool_ticket){ q->severity, behind.at, behind.n };
    return &q->head;
}

const struct spool_entry *spool_peek(struct spool *s)
{
    struct queue *q = oldest(s);
    return q ? &q->head : NULL;
}

void spool_done(struct spool *s, const struct spool_ticket *t, uint64_t wall_us)
{
    queue_done(&s->queues[t->severity], (struct place){ t->at, t->n });
    s->acked_wall_us = wall_us;
    s->moved = true;
}

void spool_rewind(struct spool *s, bool lost)
{
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        queue_rewind(&s->queues[i], lost);
    if (lost)
        s->held_count = 0;
}

bool spool_redis(struct spool *s, const char *run_id, uint64_t now_us)
{
    bool same = strncmp(s->redis, run_id, SPOOL_REDIS_ID_MAX - 1) == 0;
    bool kept = same && s->acked_wall_us + s->settings.hold_us < now_us;
    for (unsigned i = 0; kept && i < SPOOL_SEVERITIES; i++)
        queue_release(&s->queues[i], s->queues[i].acked);
    strncpy(s->redis, run_id, SPOOL_REDIS_ID_MAX - 1);
    s->moved = true;
    return !same;
}

void spool_heard(struct spool *s, uint64_t steady_us)
{
    if (steady_us > s->heard_us)
        s->heard_us = steady_us;
}

/* ---- letting go ---- */

static void remember(struct spool *s, uint64_t steady_us)
{
    if (s->held_count > 0 && steady_us - s->held[s->held_count - 1].steady_us < s->held_every_us)
        return;
    if (s->held_count == HELD)          /* cannot be: they are spaced so that half of them span the holding time */
        memmove(s->held, s->held + 1, --s->held_count * sizeof *s->held);
    struct held *h = &s->held[s->held_count++];
    h->steady_us = steady_us;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        h->acked[i] = s->queues[i].acked;
}

/* By the time of Redis' last sign of life, not by ours: while it is away nothing ripens. */
static void let_go(struct spool *s)
{
    size_t ripe = 0;
    while (ripe < s->held_count && s->heard_us >= s->held[ripe].steady_us + s->settings.hold_us)
        ripe++;
    if (ripe == 0)
        return;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        queue_release(&s->queues[i], s->held[ripe - 1].acked[i]);
    s->held_count -= ripe;
    memmove(s->held, s->held + ripe, s->held_count * sizeof *s->held);
    s->moved = true;
}

void spool_tick(struct spool *s, uint64_t steady_us)
{
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        queue_forget_acked(&s->queues[i]);
    remember(s, steady_us);
    let_go(s);
    if (s->moved)
        positions_save(s);
}

void spool_count(const struct spool *s, struct spool_counts *out)
{
    *out = (struct spool_counts){ .bytes = bytes_of(s), .errors = s->errors };
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++) {
        const struct queue *q = &s->queues[i];
        out->waiting += queue_waiting(q);
        out->dropped[i] = q->dropped + s->refused[i];
        out->damaged += q->damaged;
        out->damages += q->damages;
        out->torn += q->torn;
    }
}
