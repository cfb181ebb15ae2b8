/* The writer thread turns in one loop: rings -> spool -> one batch to Redis, and looks after the files in between.
 *
 * Only one batch is on its way at a time, as one MULTI. More in flight would be no faster over a socket of this
 * machine (Redis is busy for milliseconds with a batch, the turn-around is microseconds), and an error in the middle
 * of a longer pipeline would let later entries overtake earlier ones: a consumer that drops by high-water mark
 * would then lose them.
 */
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
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bus/redis.h"
#include "bus/resp.h"
#include "bus/spool.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/ring.h"
#include "events/event.h"

enum {
    BATCH = 512, BATCH_BYTES = 1024 * 1024, SEND_ROOM = BATCH_BYTES + 2 * SEGMENT_RECORD_MAX,
    DRAIN = 512,                            /* records of one ring in one turn */
    JSON_ROOM = 256 * 1024,
    HEARTBEAT_MAX = 64 * 1024,
    LEAD = 8,                               /* {"id":"@ */
};
static const uint64_t HOLD_US = 3000000, CONNECT_US = 250000, HANG_US = 10000000, RETRY_LEAST_US = 100000,
                      RETRY_MOST_US = 5000000, TICK_US = 100000, LOSS_EVERY_US = 10000000, NAP_US = 50;

struct lane {
    struct ring *ring;
    uint64_t offered, oversize, ring_full[SPOOL_SEVERITIES];    /* written by the packet thread */
    char apart[64];                                             /* from the next lane's counters */
};

struct record_head {                        /* in the ring, before type and JSON */
    uint8_t stream, severity, type_len;
};

struct link {                               /* to Redis */
    struct redis_where where;
    redisContext *redis;                    /* NULL: not connected */
    bool     wanted, complained;
    uint64_t retry_at_us, retry_us, asked_us;
    char    *out;                           /* the batch as RESP */
    size_t   out_len, out_sent;
    struct spool_ticket tickets[BATCH];
    unsigned tickets_count, replies_due;    /* 0: no batch on its way */
    char     region[STREAM_REGION_MAX + 1]; /* last one entered in the set of regions */
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
    struct link link;
    struct json_out json;
    char    *line;                          /* one event with its id */
    uint64_t synced_us, ticked_us, loss_said_us, lost_said;
    uint64_t sent_n[SPOOL_SEVERITIES];
    struct publish_counts counts;           /* the writer's part */

    pthread_t thread;
    int       wake;                         /* eventfd */
    _Atomic bool asleep, stop, reopen;
    _Atomic uint64_t deadline_us;
    pthread_mutex_t heartbeat_lock;
    char     *heartbeat;
    size_t    heartbeat_len;
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

static void wake_writer(struct publisher *p)
{
    uint64_t one = 1;
    atomic_thread_fence(memory_order_seq_cst);      /* the record before the question, against sleep_writer() */
    if (atomic_exchange_explicit(&p->asleep, false, memory_order_relaxed) && write(p->wake, &one, sizeof one) < 0)
        return;                                     /* the counter is full: it is awake anyway */
}

static void *claim(struct publisher *p, struct lane *l, size_t n)
{
    void *room = ring_claim(l->ring, n);
    while (room == NULL && p->wait_when_full && !atomic_load_explicit(&p->stop, memory_order_relaxed)) {
        struct timespec nap = { 0, (long)NAP_US * 1000 };
        wake_writer(p);
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
    wake_writer(p);
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
    if (j->len + n + 1 > JSON_ROOM)
        json_flush(p);
    if (j->len + n + 1 > SEND_ROOM || (j->failed && j->len + n + 1 > JSON_ROOM)) {
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
    j->buf = malloc(SEND_ROOM);
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

/* ---- Redis ---- */

static void disconnect(struct publisher *p, const char *why)
{
    struct link *l = &p->link;
    if (!l->complained)
        log_warning("redis at %s: %s; events wait in the spool", l->where.host, why);
    l->complained = true;
    if (l->redis != NULL)
        redisFree(l->redis);
    l->redis = NULL;
    l->tickets_count = l->replies_due = 0;
    l->region[0] = '\0';
    l->retry_us = l->retry_us ? l->retry_us * 2 : RETRY_LEAST_US;
    if (l->retry_us > RETRY_MOST_US)
        l->retry_us = RETRY_MOST_US;
    l->retry_at_us = clock_steady_us() + l->retry_us;
    spool_rewind(p->spool, false);
}

static void connect_link(struct publisher *p)
{
    struct link *l = &p->link;
    struct redis_server server;
    struct fault f = { 0 };
    l->redis = redis_connect(&l->where, CONNECT_US, &server, &f);
    if (l->redis == NULL) {
        disconnect(p, f.why);
        return;
    }
    if (!redis_is_safe(&server, &l->where, &f))
        log_error("%s", f.why);
    spool_rewind(p->spool, spool_redis(p->spool, server.run_id, server.started_us, clock_wall_us()));
    p->counts.reconnects++;
}

/* A region's first batch enters it in the set by which consumers find it. */
static void enter_region(struct link *l, struct text *out)
{
    resp_begin(out, 3);
    resp_str(out, "SADD");
    resp_str(out, stream_regions_key);
    resp_str(out, l->region);
    l->replies_due++;
}

static void add_heartbeat(struct publisher *p, struct text *out)
{
    char key[STREAM_KEY_MAX];
    pthread_mutex_lock(&p->heartbeat_lock);
    if (p->heartbeat_len > 0) {
        resp_begin(out, 4);
        resp_str(out, "HSET");
        resp_arg(out, key, stream_sensors_key(key, p->region));
        resp_str(out, p->sensor);
        resp_arg(out, p->heartbeat, p->heartbeat_len);
        p->heartbeat_len = 0;
        p->link.replies_due++;
    }
    pthread_mutex_unlock(&p->heartbeat_lock);
}

static void add_entry(struct publisher *p, const struct spool_entry *e, const struct spool_ticket *t, struct text *out)
{
    struct link *l = &p->link;
    char key[STREAM_KEY_MAX], id[EVENT_ID_MAX], sensor[SEGMENT_TEXT_MAX + 1];
    memcpy(sensor, e->sensor.at, e->sensor.len);
    sensor[e->sensor.len] = '\0';
    struct event_id number = { sensor, e->epoch, e->seq };
    struct resp_entry x = { .key = key, .key_len = stream_key(key, l->region, e->stream),
                            .id = id, .id_len = event_id_text(&number, id), .type = e->type.at, .type_len = e->type.len,
                            .json = e->json.at, .json_len = e->json.len };
    resp_xadd(out, &x);
    l->tickets[l->tickets_count++] = *t;
    p->counts.resent += t->n <= p->sent_n[t->severity];
    if (t->n > p->sent_n[t->severity])
        p->sent_n[t->severity] = t->n;
}

static bool same_region(const struct link *l, const struct spool_entry *e)
{
    return strlen(l->region) == e->region.len && memcmp(l->region, e->region.at, e->region.len) == 0;
}

static void fill_batch(struct publisher *p, const struct spool_entry *e, struct spool_ticket *t, struct text *out)
{
    struct link *l = &p->link;
    if (!same_region(l, e)) {           /* settings changed since an older entry was spooled */
        size_t n = e->region.len < sizeof l->region ? e->region.len : sizeof l->region - 1;
        memcpy(l->region, e->region.at, n);
        l->region[n] = '\0';
        enter_region(l, out);
    }
    resp_begin(out, 1);
    resp_str(out, "MULTI");
    do
        add_entry(p, e, t, out);
    while (l->tickets_count < BATCH && out->len < BATCH_BYTES && (e = spool_peek(p->spool)) != NULL && same_region(l, e) &&
           (e = spool_next(p->spool, t)) != NULL);
    resp_begin(out, 1);
    resp_str(out, "EXEC");
    l->replies_due += l->tickets_count + 2;
}

static bool ask(struct publisher *p)
{
    struct link *l = &p->link;
    struct spool_ticket t;
    struct text out = text_over(l->out, SEND_ROOM);
    add_heartbeat(p, &out);
    const struct spool_entry *e = spool_next(p->spool, &t);
    if (e != NULL)
        fill_batch(p, e, &t, &out);
    assert(!out.cut);
    l->out_len = out.len;
    l->out_sent = 0;
    l->asked_us = clock_steady_us();
    return out.len > 0;
}

/* False: the connection is gone. */
static bool send_some(struct publisher *p)
{
    struct link *l = &p->link;
    while (l->out_sent < l->out_len) {
        ssize_t n = send(l->redis->fd, l->out + l->out_sent, l->out_len - l->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (n < 0) {
            disconnect(p, strerror(errno));
            return false;
        }
        l->out_sent += (size_t)n;
    }
    return true;
}

static bool receive_some(struct publisher *p)
{
    char buf[64 * 1024];
    ssize_t n = recv(p->link.redis->fd, buf, sizeof buf, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n > 0 && redisReaderFeed(p->link.redis->reader, buf, (size_t)n) == REDIS_OK)
        return true;
    disconnect(p, n == 0 ? "it closed the connection" : n < 0 ? strerror(errno) : "its reply makes no sense");
    return false;
}

/* The first error of a batch, from wherever it comes; NULL: none. */
static const char *error_of(const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR)
        return r->str;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
        if (r->element[i]->type == REDIS_REPLY_ERROR)
            return r->element[i]->str;
    return NULL;
}

static void batch_done(struct publisher *p)
{
    struct link *l = &p->link;
    uint64_t now = clock_wall_us();
    for (unsigned i = 0; i < l->tickets_count; i++)
        spool_done(p->spool, &l->tickets[i], now);
    p->counts.sent += l->tickets_count;
    l->tickets_count = 0;
    l->retry_us = 0;
    if (l->complained)
        log_info("redis at %s: takes events again", l->where.host);
    l->complained = false;
}

static bool read_replies(struct publisher *p)
{
    struct link *l = &p->link;
    while (l->replies_due > 0) {
        void *reply = NULL;
        if (redisReaderGetReply(l->redis->reader, &reply) != REDIS_OK) {
            disconnect(p, "its reply makes no sense");
            return false;
        }
        if (reply == NULL)
            return true;
        const char *error = error_of(reply);
        if (error != NULL) {
            disconnect(p, error);
            freeReplyObject(reply);
            return false;
        }
        freeReplyObject(reply);
        l->replies_due--;
    }
    batch_done(p);
    return true;
}

static bool hangs(const struct link *l, uint64_t now)
{
    return l->replies_due > 0 && now - l->asked_us > HANG_US;
}

/* True: something moved. */
static bool turn_link(struct publisher *p, uint64_t now)
{
    struct link *l = &p->link;
    if (!l->wanted)
        return false;
    if (l->redis == NULL && now >= l->retry_at_us)
        connect_link(p);
    if (l->redis == NULL)
        return false;
    if (hangs(l, now)) {
        disconnect(p, "it does not answer");
        return false;
    }
    if (l->replies_due == 0 && !ask(p))
        return false;
    unsigned due = l->replies_due;
    size_t sent = l->out_sent;
    if (!send_some(p) || !receive_some(p) || !read_replies(p))
        return false;
    return l->replies_due != due || l->out_sent != sent;
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

/* Until an event comes, Redis answers, or something falls due. */
static void sleep_writer(struct publisher *p)
{
    struct link *l = &p->link;
    uint64_t count;
    struct pollfd fds[2] = { { p->wake, POLLIN, 0 }, { l->redis ? l->redis->fd : -1, POLLIN, 0 } };
    if (l->redis != NULL && l->out_sent < l->out_len && l->replies_due > 0)
        fds[1].events |= POLLOUT;
    if (p->json.len > 0)
        json_flush(p);
    atomic_store_explicit(&p->asleep, true, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    bool nothing = p->sick || in_rings(p) == 0;
    if (nothing)
        poll(fds, 2, p->sick ? 10 : (int)(TICK_US / 1000));
    atomic_store_explicit(&p->asleep, false, memory_order_relaxed);
    if ((fds[0].revents & POLLIN) && read(p->wake, &count, sizeof count) < 0)
        return;
    if (l->redis != NULL && l->replies_due == 0 && (fds[1].revents & (POLLIN | POLLHUP)))
        receive_some(p);                /* nothing was asked, so it can only be the end */
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
    return late || (waiting(p) == 0 && p->link.replies_due == 0);
}

static void *write_events(void *publisher)
{
    struct publisher *p = publisher;
    for (;;) {
        uint64_t now = clock_steady_us();
        bool moved = drain(p);
        to_disk(p, now);
        moved |= turn_link(p, now);
        look_after_files(p, now);
        if (may_end(p, now))
            break;
        if (!moved)
            sleep_writer(p);
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
    int rc = redis_where_parse(s->redis, s->redis_user, s->redis_password, &p->link.where, f);
    if (rc != 0)
        return rc;
    p->link.wanted = true;
    p->link.out = malloc(SEND_ROOM);
    if (p->link.out == NULL)
        return fault_set(f, -ENOMEM, "publish: no memory");
    p->spool = spool_open(&spool, f);
    return p->spool ? 0 : f->code;
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
    p->heartbeat = malloc(HEARTBEAT_MAX);
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->region == NULL || p->sensor == NULL || p->line == NULL || p->heartbeat == NULL || p->wake < 0)
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
    spool_close(p->spool);
    if (p->link.redis != NULL)
        redisFree(p->link.redis);
    if (p->json.fd > STDERR_FILENO)
        close(p->json.fd);
    if (p->wake >= 0)
        close(p->wake);
    free(p->link.out);
    free(p->json.path);
    free(p->json.buf);
    free(p->heartbeat);
    free(p->line);
    free(p->region);
    free(p->sensor);
    pthread_mutex_destroy(&p->heartbeat_lock);
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
    pthread_mutex_init(&p->heartbeat_lock, NULL);
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
    if (len > HEARTBEAT_MAX)
        return;
    pthread_mutex_lock(&p->heartbeat_lock);
    memcpy(p->heartbeat, json, len);
    p->heartbeat_len = len;
    pthread_mutex_unlock(&p->heartbeat_lock);
}
