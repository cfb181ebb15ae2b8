/* The writer thread turns in one loop: rings -> spool -> one batch to Redis (link.c), and looks after the files in
 * between.
 *
 * It is quicker than the packet threads, so it would find the rings empty after nearly every event and have to be woken
 * for the next: two system calls an event. Therefore it naps first: for NAP_MS no event wakes it, unless a ring fills.
 * Only when a nap brought nothing does it lie down until the next event. An event after silence waits for nothing, one
 * of many waits for a nap at most, and those that came meanwhile make one batch for the disk and for Redis. */
#include "bus/publish.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bus/link.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/ring.h"
#include "events/event.h"

enum {
    DRAIN = 512,                            /* records of one ring in one turn */
    JSON_FLUSH = 256 * 1024, JSON_ROOM = 3 * 1024 * 1024,
    SICK_MS = 10,                           /* between tries of a disk that refuses */
    NAP_MS = 2,
    LEAD = 8,                               /* {"id":"@ */
};
static const uint64_t HOLD_US = 3000000, TICK_US = 100000, LOSS_EVERY_US = 10000000, FULL_WAIT_US = 50;

enum writer { AWAKE, NAPPING, ASLEEP };

struct lane {
    struct ring *ring;
    uint64_t offered, oversize, ring_full[SPOOL_SEVERITIES];    /* written by the packet thread */
    char apart[64];                                             /* from the next lane's counters */
};

struct record_head {                        /* in the ring, before type and JSON */
    uint8_t stream, severity, type_len;
};

struct json_out {
    int    fd;                              /* -1: none */
    char  *path, *buf;
    size_t len;
    bool   failed;
};

struct publisher {
    char *region, *sensor;
    uint64_t epoch, seq, fsync_every_us;
    bool     wait_when_full, sick;          /* sick: the disk refuses, and it has been said */
    struct lane *lanes;
    unsigned lane_count, lane_next;
    struct spool *spool;                    /* NULL: no Redis */
    struct link *link;                      /* NULL: no Redis */
    struct json_out json;
    char    *line;                          /* one event with its id */
    uint64_t synced_us, ticked_us, loss_said_us, lost_said;
    struct publish_counts counts;           /* the writer's part */

    pthread_t thread;
    int       wake;                         /* eventfd */
    _Atomic int  writer;                    /* enum writer */
    _Atomic bool stop, reopen;
    _Atomic uint64_t deadline_us;
};

#define ROW(member, text) { #member, METRIC_COUNTER, offsetof(struct publish_counts, member), text }
#define GAUGE(member, text) { #member, METRIC_GAUGE, offsetof(struct publish_counts, member), text }
#define SEVERITY(member, n, text) { #member "_severity_" #n, METRIC_COUNTER, \
                                    offsetof(struct publish_counts, member) + (n) * sizeof(uint64_t), text }
static const struct metric rows[] = {
    ROW(offered, "Events handed over by the packet threads"),
    ROW(oversize, "Events lost because they were too long"),
    SEVERITY(ring_full, 0, "Events that are no alerts, lost because the ring was full"),
    SEVERITY(ring_full, 1, "Alerts of severity 1 lost because the ring was full"),
    SEVERITY(ring_full, 2, "Alerts of severity 2 lost because the ring was full"),
    SEVERITY(ring_full, 3, "Alerts of severity 3 lost because the ring was full"),
    SEVERITY(ring_full, 4, "Alerts of severity 4 lost because the ring was full"),
    ROW(spooled, "Events taken into the spool"),
    GAUGE(spool_bytes, "Bytes in the spool"),
    GAUGE(spool_waiting, "Events that Redis has not answered for"),
    SEVERITY(spool_dropped, 0, "Events that are no alerts, dropped because the spool was full"),
    SEVERITY(spool_dropped, 1, "Alerts of severity 1 dropped because the spool was full"),
    SEVERITY(spool_dropped, 2, "Alerts of severity 2 dropped because the spool was full"),
    SEVERITY(spool_dropped, 3, "Alerts of severity 3 dropped because the spool was full"),
    SEVERITY(spool_dropped, 4, "Alerts of severity 4 dropped because the spool was full"),
    ROW(sent, "Events that Redis has answered for"),
    ROW(resent, "Events sent again after a broken connection or a restart"),
    ROW(reconnects, "Connections made to Redis"),
    ROW(json_lines, "Events written to the JSON file"),
    ROW(json_lost, "Events that the JSON file refused"),
    ROW(spool_errors, "Times the spool's disk refused to write"),
    ROW(spool_damaged, "Damaged places found in spool files"),
};
const struct metrics_room publish_metrics = { "publish", rows, sizeof rows / sizeof *rows };

/* ---- packet threads ---- */

static void wake_writer(struct publisher *p, const struct lane *l)
{
    uint64_t one = 1;
    atomic_thread_fence(memory_order_seq_cst);      /* the record before the question, against rest() */
    int writer = atomic_load_explicit(&p->writer, memory_order_relaxed);
    if (writer == AWAKE || (writer == NAPPING && ring_used(l->ring) < ring_record_max(l->ring)))
        return;
    if (atomic_exchange_explicit(&p->writer, AWAKE, memory_order_relaxed) != AWAKE && write(p->wake, &one, sizeof one) < 0)
        return;                                     /* the counter is full: it is awake anyway */
}

static void *claim(struct publisher *p, struct lane *l, size_t n)
{
    void *room = ring_claim(l->ring, n);
    while (room == NULL && p->wait_when_full && !atomic_load_explicit(&p->stop, memory_order_relaxed)) {
        struct timespec nap = { 0, (long)FULL_WAIT_US * 1000 };
        wake_writer(p, l);
        nanosleep(&nap, NULL);
        room = ring_claim(l->ring, n);
    }
    return room;
}

bool publish_offer(struct publisher *p, unsigned lane, enum stream stream, const char *type, unsigned severity,
                   const char *json, size_t len)
{
    struct lane *l = &p->lanes[lane];
    size_t type_len = strlen(type);
    assert(len > LEAD && memcmp(json, "{\"id\":\"@", LEAD) == 0 && type_len <= SEGMENT_TEXT_MAX);
    if (stream == STREAM_ALERTS && severity == 0)
        severity = 4;
    if (severity > 4)
        severity = 4;
    if (stream != STREAM_ALERTS)
        severity = 0;
    l->offered++;
    size_t n = sizeof(struct record_head) + type_len + len;
    if (n > ring_record_max(l->ring) || n > SEGMENT_RECORD_MAX - 4096) {
        l->oversize++;
        return false;
    }
    uint8_t *room = claim(p, l, n);
    if (room == NULL) {
        l->ring_full[severity]++;
        return false;
    }
    struct record_head head = { (uint8_t)stream, (uint8_t)severity, (uint8_t)type_len };
    memcpy(room, &head, sizeof head);
    memcpy(room + sizeof head, type, type_len);
    memcpy(room + sizeof head + type_len, json, len);
    ring_commit(l->ring);
    wake_writer(p, l);
    return true;
}

/* ---- JSON outlet ---- */

/* The spool first: no line tells of an event that a crash could still take from Redis. */
static void json_flush(struct publisher *p)
{
    struct json_out *j = &p->json;
    size_t done = 0;
    if (p->spool != NULL && j->len > 0)
        spool_flush(p->spool);
    while (done < j->len) {
        ssize_t n = write(j->fd, j->buf + done, j->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (!j->failed)
                log_error("%s: cannot write events: %s", j->path, strerror(errno));
            j->failed = true;
            break;
        }
        done += (size_t)n;
    }
    if (done == j->len && j->failed) {
        log_info("%s: events are written again", j->path);
        j->failed = false;
    }
    memmove(j->buf, j->buf + done, j->len - done);
    j->len -= done;
}

/* Half a line that a full disk cut is completed later, or lost as a whole: lines stay whole. */
static void json_write(struct publisher *p, const char *line, size_t n)
{
    struct json_out *j = &p->json;
    if (j->fd < 0)
        return;
    if (j->len + n + 1 > JSON_FLUSH)
        json_flush(p);
    if (j->len + n + 1 > JSON_ROOM || (j->failed && j->len + n + 1 > JSON_FLUSH)) {
        p->counts.json_lost++;
        return;
    }
    memcpy(j->buf + j->len, line, n);
    j->buf[j->len + n] = '\n';
    j->len += n + 1;
    p->counts.json_lines++;
}

static int json_open_file(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

static int json_open(struct json_out *j, const char *path, struct fault *f)
{
    j->fd = -1;
    if (path == NULL || *path == '\0')
        return 0;
    j->path = strdup(strcmp(path, "-") == 0 ? "standard output" : path);
    j->buf = malloc(JSON_ROOM);
    if (j->path == NULL || j->buf == NULL)
        return fault_set(f, -ENOMEM, "json: no memory");
    j->fd = strcmp(path, "-") == 0 ? STDOUT_FILENO : json_open_file(path);
    return j->fd >= 0 ? 0 : fault_set(f, -errno, "%s: cannot write events: %s", path, strerror(errno));
}

static void json_reopen(struct publisher *p)
{
    struct json_out *j = &p->json;
    if (!atomic_exchange(&p->reopen, false) || j->fd < 0 || j->fd == STDOUT_FILENO)
        return;
    json_flush(p);
    int fresh = json_open_file(j->path);
    if (fresh < 0) {
        log_error("%s: cannot open it again, the old file stays in use: %s", j->path, strerror(errno));
        return;
    }
    close(j->fd);
    j->fd = fresh;
}

/* ---- rings to spool ---- */

/* One clear line when it begins and one when it ends; what happens in between is counted. */
static void disk_state(struct publisher *p, int rc)
{
    if (rc != 0 && !p->sick)
        log_error("spool: the disk refuses (%s); events go on from memory, and are lost when that is full",
                  strerror(-rc));
    else if (rc == 0 && p->sick)
        log_info("spool: the disk takes events again");
    p->sick = rc != 0;
}

/* Puts the id in; false when the spool cannot take it just now: it stays in the ring. */
static bool take_in(struct publisher *p, const struct record_head *h, const char *type, const char *json, size_t len)
{
    struct event_id number = { p->sensor, p->epoch, p->seq };
    char id[EVENT_ID_MAX];
    size_t id_len = event_id_text(&number, id);
    memcpy(p->line, json, LEAD - 1);
    memcpy(p->line + LEAD - 1, id, id_len);
    memcpy(p->line + LEAD - 1 + id_len, json + LEAD, len - LEAD);
    size_t n = len - 1 + id_len;
    if (p->spool != NULL) {
        struct spool_entry e = { (enum stream)h->stream, h->severity, p->epoch, p->seq, { p->sensor, strlen(p->sensor) },
                                 { p->region, strlen(p->region) }, { type, h->type_len }, { p->line, n } };
        int rc = spool_append(p->spool, &e);
        if (rc == -ENOSPC)
            return false;
        p->counts.spooled += rc == 0;
    }
    json_write(p, p->line, n);
    p->seq++;
    return true;
}

static bool drain_lane(struct publisher *p, struct lane *l)
{
    unsigned taken = 0;
    size_t n;
    const uint8_t *record;
    while (taken < DRAIN && (record = ring_peek(l->ring, &n)) != NULL) {
        struct record_head h;
        memcpy(&h, record, sizeof h);
        const char *type = (const char *)record + sizeof h;
        if (!take_in(p, &h, type, type + h.type_len, n - sizeof h - h.type_len))
            break;
        ring_pop(l->ring);
        taken++;
    }
    return taken > 0;
}

static bool drain(struct publisher *p)
{
    bool any = false;
    for (unsigned i = 0; i < p->lane_count; i++)
        any |= drain_lane(p, &p->lanes[(p->lane_next + i) % p->lane_count]);
    p->lane_next++;
    return any;
}

static uint64_t in_rings(const struct publisher *p)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < p->lane_count; i++)
        bytes += ring_used(p->lanes[i].ring);
    return bytes;
}

/* ---- the writer thread ---- */

static uint64_t losses(struct publisher *p)
{
    struct publish_counts c;
    publisher_counts(p, &c);
    uint64_t sum = c.oversize;
    for (unsigned i = 0; i < SPOOL_SEVERITIES; i++)
        sum += c.ring_full[i] + c.spool_dropped[i];
    return sum;
}

static void text_numbers(struct text *t, const char *name, const uint64_t *n)
{
    text_fmt(t, ",\"%s\":[%llu,%llu,%llu,%llu,%llu]", name, (unsigned long long)n[0], (unsigned long long)n[1],
             (unsigned long long)n[2], (unsigned long long)n[3], (unsigned long long)n[4]);
}

/* An event for those who only see events: how much is missing since the sensor's start, by severity 0..4. */
static void say_losses(struct publisher *p, uint64_t now)
{
    uint64_t sum = losses(p);
    if (sum == p->lost_said || (p->loss_said_us != 0 && now - p->loss_said_us < LOSS_EVERY_US))
        return;
    char json[1024], when[CLOCK_TEXT_MAX];
    struct text t = text_over(json, sizeof json);
    struct publish_counts c;
    publisher_counts(p, &c);
    clock_text(clock_wall_us(), when);
    text_fmt(&t, "{\"id\":\"@\",\"timestamp\":\"%s\",\"event_type\":\"anomaly\",\"sensor\":\"", when);
    text_json(&t, p->sensor, strlen(p->sensor));
    text_fmt(&t, "\",\"region\":\"%s\",\"status\":\"actual\",\"anomaly\":{\"type\":\"sensor\",\"event\":\"events_lost\"", p->region);
    text_fmt(&t, ",\"oversize\":%llu", (unsigned long long)c.oversize);
    text_numbers(&t, "ring_full", c.ring_full);
    text_numbers(&t, "spool_dropped", c.spool_dropped);
    text_lit(&t, "}}");
    struct record_head h = { STREAM_EVENTS, 0, 7 };
    if (t.cut || !take_in(p, &h, "anomaly", json, t.len))
        return;
    p->lost_said = sum;
    p->loss_said_us = now;
}

static void look_after_files(struct publisher *p, uint64_t now)
{
    struct spool_counts c;
    json_reopen(p);
    if (now - p->ticked_us < TICK_US)
        return;
    p->ticked_us = now;
    say_losses(p, now);
    if (p->json.fd >= 0)
        json_flush(p);
    if (p->spool == NULL)
        return;
    spool_tick(p->spool, now);
    spool_count(p->spool, &c);
    p->counts.spool_bytes = c.bytes;
    p->counts.spool_waiting = c.waiting;
    p->counts.spool_errors = c.errors;
    p->counts.spool_damaged = c.damages;
    memcpy(p->counts.spool_dropped, c.dropped, sizeof c.dropped);
}

static void to_disk(struct publisher *p, uint64_t now)
{
    if (p->spool == NULL)
        return;
    disk_state(p, spool_flush(p->spool));
    if (now - p->synced_us < p->fsync_every_us)
        return;
    spool_sync(p->spool);
    p->synced_us = now;
}

/* How Redis may end a rest: by what it says, but what it says of the last batch can wait for a nap's end while there
 * is no more to send. */
static struct pollfd link_interest(struct publisher *p, enum writer how)
{
    bool listens = p->link != NULL && (how == ASLEEP || spool_peek(p->spool) != NULL);
    return listens ? link_poll(p->link) : (struct pollfd){ -1, 0, 0 };
}

/* NAPPING: until a ring fills or the nap is over. ASLEEP: until an event comes, Redis answers, or something falls due. */
static void rest(struct publisher *p, enum writer how)
{
    uint64_t count;
    struct pollfd fds[2] = { { p->wake, POLLIN, 0 }, link_interest(p, how) };
    int most_ms = how == NAPPING ? NAP_MS : (int)(TICK_US / 1000);
    if (p->json.len > 0)
        json_flush(p);
    atomic_store_explicit(&p->writer, how, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    if (p->sick || how == NAPPING || in_rings(p) == 0)
        poll(fds, 2, p->sick ? SICK_MS : most_ms);
    atomic_store_explicit(&p->writer, AWAKE, memory_order_relaxed);
    if ((fds[0].revents & POLLIN) && read(p->wake, &count, sizeof count) < 0)
        return;
    if (fds[1].revents & (POLLIN | POLLHUP))
        link_heard(p->link);
}

static uint64_t waiting(const struct publisher *p)
{
    struct spool_counts c = { 0 };
    if (p->spool != NULL)
        spool_count(p->spool, &c);
    return c.waiting;
}

static bool may_end(struct publisher *p, uint64_t now)
{
    if (!atomic_load(&p->stop))
        return false;
    bool late = now >= atomic_load(&p->deadline_us), on_disk = in_rings(p) == 0 && !p->sick;
    if (!on_disk)
        return late && p->sick;
    return late || (waiting(p) == 0 && (p->link == NULL || !link_is_waiting(p->link)));
}

static void *write_events(void *publisher)
{
    struct publisher *p = publisher;
    enum writer next_rest = NAPPING;
    for (;;) {
        uint64_t now = clock_steady_us();
        bool moved = drain(p);
        to_disk(p, now);
        moved |= p->link != NULL && link_turn(p->link, now);
        look_after_files(p, now);
        if (may_end(p, now))
            break;
        if (!moved)
            rest(p, next_rest);
        next_rest = moved ? NAPPING : ASLEEP;
    }
    if (p->json.fd >= 0)
        json_flush(p);
    return NULL;
}

/* ---- opening and closing ---- */

static int check(const struct publish_settings *s, struct fault *f)
{
    if (!stream_region_fits(s->region))
        return fault_set(f, -EINVAL, "region `%s`: expected 1 to %d letters or digits", s->region, STREAM_REGION_MAX);
    if (s->sensor == NULL || *s->sensor == '\0' || strchr(s->sensor, ':') || strlen(s->sensor) > 48)
        return fault_set(f, -EINVAL, "sensor name `%s`: expected 1 to 48 characters without a colon",
                         s->sensor ? s->sensor : "");
    if (s->redis != NULL && *s->redis != '\0' && (s->spool_dir == NULL || *s->spool_dir == '\0'))
        return fault_set(f, -EINVAL, "redis needs a spool directory: nothing is sent that is not on disk first");
    if (s->spool_bytes_max != 0 && s->spool_bytes_max < 8 * s->segment_bytes)
        return fault_set(f, -EINVAL, "spool: its ceiling must be at least eight segments");
    return 0;
}

static int open_link(struct publisher *p, const struct publish_settings *s, struct fault *f)
{
    if (s->redis == NULL || *s->redis == '\0')
        return 0;
    struct spool_settings spool = { s->spool_dir, s->spool_bytes_max ? s->spool_bytes_max : UINT64_MAX / 2,
                                    s->segment_bytes ? s->segment_bytes : 8 << 20, s->hold_us ? s->hold_us : HOLD_US };
    struct publish_settings kept = *s;
    kept.region = p->region;
    kept.sensor = p->sensor;
    p->spool = spool_open(&spool, f);
    p->link = p->spool ? link_open(&kept, p->spool, &p->counts, f) : NULL;
    return p->link ? 0 : f->code;
}

static int open_lanes(struct publisher *p, unsigned lanes, size_t ring_bytes, struct fault *f)
{
    p->lanes = calloc(lanes, sizeof *p->lanes);
    for (unsigned i = 0; p->lanes != NULL && i < lanes; i++) {
        p->lanes[i].ring = ring_new(ring_bytes);
        if (p->lanes[i].ring == NULL)
            break;
        p->lane_count++;
    }
    return p->lane_count == lanes ? 0 : fault_set(f, -ENOMEM, "publish: no memory for rings of %zu bytes", ring_bytes);
}

static int open_rest(struct publisher *p, const struct publish_settings *s, struct fault *f)
{
    p->region = strdup(s->region);
    p->sensor = strdup(s->sensor);
    p->line = malloc(SEGMENT_RECORD_MAX);
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->region == NULL || p->sensor == NULL || p->line == NULL || p->wake < 0)
        return fault_set(f, -ENOMEM, "publish: no memory");
    p->epoch = clock_wall_us();
    p->fsync_every_us = s->fsync_every_us;
    p->wait_when_full = s->wait_when_full;
    return 0;
}

static void release(struct publisher *p)
{
    for (unsigned i = 0; i < p->lane_count; i++)
        ring_free(p->lanes[i].ring);
    free(p->lanes);
    link_close(p->link);
    spool_close(p->spool);
    if (p->json.fd > STDERR_FILENO)
        close(p->json.fd);
    if (p->wake >= 0)
        close(p->wake);
    free(p->json.path);
    free(p->json.buf);
    free(p->line);
    free(p->region);
    free(p->sensor);
    free(p);
}

/* Signals belong to the thread that opened us. */
static int start(struct publisher *p, struct fault *f)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&p->thread, NULL, write_events, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : fault_set(f, -rc, "publish: cannot start a thread: %s", strerror(rc));
}

struct publisher *publisher_open(const struct publish_settings *s, unsigned lanes, struct fault *f)
{
    int rc = check(s, f);
    struct publisher *p = rc == 0 ? calloc(1, sizeof *p) : NULL;
    if (p == NULL) {
        if (rc == 0)
            fault_set(f, -ENOMEM, "publish: no memory");
        return NULL;
    }
    p->json.fd = p->wake = -1;
    rc = open_rest(p, s, f);
    if (rc == 0)
        rc = open_lanes(p, lanes, (size_t)s->ring_bytes, f);
    if (rc == 0)
        rc = json_open(&p->json, s->json_path, f);
    if (rc == 0)
        rc = open_link(p, s, f);
    if (rc == 0)
        rc = start(p, f);
    if (rc == 0)
        return p;
    release(p);
    return NULL;
}

uint64_t publisher_close(struct publisher *p, uint64_t wait_us)
{
    if (p == NULL)
        return 0;
    uint64_t one = 1;
    atomic_store(&p->deadline_us, clock_steady_us() + wait_us);
    atomic_store(&p->stop, true);
    if (write(p->wake, &one, sizeof one) < 0)
        log_debug("publish: cannot wake the writer thread: %s", strerror(errno));
    pthread_join(p->thread, NULL);
    uint64_t left = waiting(p);
    release(p);
    return left;
}

uint64_t publisher_epoch(const struct publisher *p)
{
    return p->epoch;
}

void publisher_reopen(struct publisher *p)
{
    atomic_store(&p->reopen, true);
}

void publisher_counts(const struct publisher *p, struct publish_counts *out)
{
    *out = p->counts;
    for (unsigned i = 0; i < p->lane_count; i++) {
        const struct lane *l = &p->lanes[i];
        out->offered += l->offered;
        out->oversize += l->oversize;
        for (unsigned k = 0; k < SPOOL_SEVERITIES; k++)
            out->ring_full[k] += l->ring_full[k];
    }
}

void publish_heartbeat(struct publisher *p, const char *json, size_t len)
{
    if (p->link != NULL)
        link_heartbeat(p->link, json, len);
}
