#include "bus/link.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bus/redis.h"
#include "bus/resp.h"
#include "common/clock.h"
#include "common/log.h"
#include "events/event.h"

enum {
    BATCH = 512, BATCH_BYTES = 1024 * 1024, HEARTBEAT_MAX = 64 * 1024,
    SEND_ROOM = BATCH_BYTES + 2 * SEGMENT_RECORD_MAX,
};
static const uint64_t LOOK_US = 500000, CONNECT_US = 250000, HANG_US = 10000000, RETRY_LEAST_US = 100000, RETRY_MOST_US = 5000000;

struct link {
    struct spool *spool;
    struct publish_counts *counts;
    const char *own_region, *sensor;        /* of the heartbeat */
    struct redis_where where;
    redisContext *redis;                    /* NULL: not connected */
    bool     complained;
    bool     crowded;                       /* Redis is nearly full */
    bool     memory_due;                    /* the next reply is how full it is */
    uint64_t look_at_us;                    /* when that is asked again */
    uint64_t retry_at_us, retry_us, asked_us;
    char    *out;                           /* the batch as RESP */
    size_t   out_len, out_sent;
    struct spool_ticket tickets[BATCH];
    unsigned tickets_count, replies_due;    /* 0: no batch on its way */
    char     region[STREAM_REGION_MAX + 1]; /* last one entered in the set of regions */
    uint64_t sent_n[SPOOL_SEVERITIES];      /* what was ever sent, to count what is sent again */
    pthread_mutex_t heartbeat_lock;
    char    *heartbeat;
    size_t   heartbeat_len;
};

static void disconnect(struct link *l, const char *why)
{
    if (!l->complained)
        log_warning("redis at %s: %s; events wait in the spool", l->where.host, why);
    l->complained = true;
    if (l->redis != NULL)
        redisFree(l->redis);
    l->redis = NULL;
    l->tickets_count = l->replies_due = 0;
    l->memory_due = false;
    l->region[0] = '\0';
    l->retry_us = l->retry_us ? l->retry_us * 2 : RETRY_LEAST_US;
    if (l->retry_us > RETRY_MOST_US)
        l->retry_us = RETRY_MOST_US;
    l->retry_at_us = clock_steady_us() + l->retry_us;
    spool_rewind(l->spool, false);
}

static void connect_redis(struct link *l)
{
    struct redis_server server;
    struct fault f = { 0 };
    uint64_t asked_us = clock_steady_us();
    l->redis = redis_connect(&l->where, CONNECT_US, &server, &f);
    if (l->redis == NULL) {
        disconnect(l, f.why);
        return;
    }
    if (!redis_is_safe(&server, &l->where, &f))
        log_error("%s", f.why);
    spool_rewind(l->spool, spool_redis(l->spool, server.run_id, clock_wall_us()));
    spool_heard(l->spool, asked_us);
    l->counts->reconnects++;
}

/* ---- how full it is ---- */

/* A tenth of Redis' memory is the consumers': in a Redis that is full to the brim they could not write down what they have done,
 * so nothing would ever be acknowledged, trimmed and free again. */
static void ask_memory(struct link *l, struct text *out)
{
    uint64_t now = clock_steady_us();
    if (now < l->look_at_us)
        return;
    l->look_at_us = now + LOOK_US;
    resp_begin(out, 2);
    resp_str(out, "INFO");
    resp_str(out, "memory");
    l->memory_due = true;
    l->replies_due++;
}

static void hear_memory(struct link *l, const redisReply *r)
{
    uint64_t used = redis_info_number(r, "used_memory"), most = redis_info_number(r, "maxmemory");
    bool crowded = most > 0 && used > most / 10 * 9;
    l->memory_due = false;
    if (crowded && !l->crowded)
        log_warning("redis at %s: nine tenths of its memory are used; events wait in the spool", l->where.host);
    if (!crowded && l->crowded)
        log_info("redis at %s: has room again", l->where.host);
    l->crowded = crowded;
}

/* ---- asking ---- */

/* A region's first batch enters it in the set by which consumers find it. */
static void enter_region(struct link *l, struct text *out)
{
    resp_begin(out, 3);
    resp_str(out, "SADD");
    resp_str(out, stream_regions_key);
    resp_str(out, l->region);
    l->replies_due++;
}

static void add_heartbeat(struct link *l, struct text *out)
{
    char key[STREAM_KEY_MAX];
    pthread_mutex_lock(&l->heartbeat_lock);
    if (l->heartbeat_len > 0) {
        resp_begin(out, 4);
        resp_str(out, "HSET");
        resp_arg(out, key, stream_sensors_key(key, l->own_region));
        resp_str(out, l->sensor);
        resp_arg(out, l->heartbeat, l->heartbeat_len);
        l->heartbeat_len = 0;
        l->replies_due++;
    }
    pthread_mutex_unlock(&l->heartbeat_lock);
}

static void add_entry(struct link *l, const struct spool_entry *e, const struct spool_ticket *t, struct text *out)
{
    char key[STREAM_KEY_MAX], id[EVENT_ID_MAX], sensor[SEGMENT_TEXT_MAX + 1];
    memcpy(sensor, e->sensor.at, e->sensor.len);
    sensor[e->sensor.len] = '\0';
    struct event_id number = { sensor, e->epoch, e->seq };
    struct resp_entry x = { .key = key, .key_len = stream_key(key, l->region, e->stream),
                            .id = id, .id_len = event_id_text(&number, id), .type = e->type.at, .type_len = e->type.len,
                            .json = e->json.at, .json_len = e->json.len };
    resp_xadd(out, &x);
    l->tickets[l->tickets_count++] = *t;
    l->counts->resent += t->n <= l->sent_n[t->severity];
    if (t->n > l->sent_n[t->severity])
        l->sent_n[t->severity] = t->n;
}

static bool same_region(const struct link *l, const struct spool_entry *e)
{
    return strlen(l->region) == e->region.len && memcmp(l->region, e->region.at, e->region.len) == 0;
}

static void fill_batch(struct link *l, const struct spool_entry *e, struct spool_ticket *t, struct text *out)
{
    if (!same_region(l, e)) {           /* settings changed since an older entry was spooled */
        size_t n = e->region.len < sizeof l->region ? e->region.len : sizeof l->region - 1;
        memcpy(l->region, e->region.at, n);
        l->region[n] = '\0';
        enter_region(l, out);
    }
    resp_begin(out, 1);
    resp_str(out, "MULTI");
    do
        add_entry(l, e, t, out);
    while (l->tickets_count < BATCH && out->len < BATCH_BYTES && (e = spool_peek(l->spool)) != NULL && same_region(l, e) &&
           (e = spool_next(l->spool, t)) != NULL);
    resp_begin(out, 1);
    resp_str(out, "EXEC");
    l->replies_due += l->tickets_count + 2;
}

static bool ask(struct link *l)
{
    struct spool_ticket t;
    struct text out = text_over(l->out, SEND_ROOM);
    ask_memory(l, &out);
    add_heartbeat(l, &out);
    const struct spool_entry *e = l->crowded ? NULL : spool_next(l->spool, &t);
    if (e != NULL)
        fill_batch(l, e, &t, &out);
    assert(!out.cut);
    l->out_len = out.len;
    l->out_sent = 0;
    l->asked_us = clock_steady_us();
    return out.len > 0;
}

/* False: the connection is gone. */
static bool send_some(struct link *l)
{
    while (l->out_sent < l->out_len) {
        ssize_t n = send(l->redis->fd, l->out + l->out_sent, l->out_len - l->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (n < 0) {
            disconnect(l, strerror(errno));
            return false;
        }
        l->out_sent += (size_t)n;
    }
    return true;
}

static bool receive_some(struct link *l)
{
    char buf[64 * 1024];
    ssize_t n = recv(l->redis->fd, buf, sizeof buf, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n > 0 && redisReaderFeed(l->redis->reader, buf, (size_t)n) == REDIS_OK)
        return true;
    disconnect(l, n == 0 ? "it closed the connection" : n < 0 ? strerror(errno) : "its reply makes no sense");
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

static void batch_done(struct link *l)
{
    uint64_t now = clock_wall_us();
    for (unsigned i = 0; i < l->tickets_count; i++)
        spool_done(l->spool, &l->tickets[i], now);
    spool_heard(l->spool, l->asked_us);
    l->counts->sent += l->tickets_count;
    l->tickets_count = 0;
    l->retry_us = 0;
    if (l->complained)
        log_info("redis at %s: takes events again", l->where.host);
    l->complained = false;
}

static bool read_replies(struct link *l)
{
    while (l->replies_due > 0) {
        void *reply = NULL;
        if (redisReaderGetReply(l->redis->reader, &reply) != REDIS_OK) {
            disconnect(l, "its reply makes no sense");
            return false;
        }
        if (reply == NULL)
            return true;
        const char *error = error_of(reply);
        if (error != NULL) {
            disconnect(l, error);
            freeReplyObject(reply);
            return false;
        }
        if (l->memory_due)
            hear_memory(l, reply);
        freeReplyObject(reply);
        l->replies_due--;
    }
    batch_done(l);
    return true;
}

static bool hangs(const struct link *l, uint64_t now)
{
    return l->replies_due > 0 && now - l->asked_us > HANG_US;
}

/* True: something moved. */
bool link_turn(struct link *l, uint64_t now)
{
    if (l->redis == NULL && now >= l->retry_at_us)
        connect_redis(l);
    if (l->redis == NULL)
        return false;
    if (hangs(l, now)) {
        disconnect(l, "it does not answer");
        return false;
    }
    if (l->replies_due == 0 && !ask(l))
        return false;
    unsigned due = l->replies_due;
    size_t sent = l->out_sent;
    if (!send_some(l) || !receive_some(l) || !read_replies(l))
        return false;
    return l->replies_due != due || l->out_sent != sent;
}

/* A heartbeat counts while there is somebody to take it: the last one says how a short run ended. */
bool link_is_waiting(struct link *l)
{
    pthread_mutex_lock(&l->heartbeat_lock);
    bool beats = l->heartbeat_len > 0 && l->redis != NULL;
    pthread_mutex_unlock(&l->heartbeat_lock);
    return beats || l->replies_due > 0;
}

struct pollfd link_poll(const struct link *l)
{
    bool unsent = l->redis != NULL && l->replies_due > 0 && l->out_sent < l->out_len;
    return (struct pollfd){ l->redis ? l->redis->fd : -1, (short)(unsent ? POLLIN | POLLOUT : POLLIN), 0 };
}

void link_heard(struct link *l)
{
    if (l->redis != NULL && l->replies_due == 0)
        receive_some(l);                /* nothing was asked, so it can only be the end */
}

void link_heartbeat(struct link *l, const char *json, size_t len)
{
    if (len > HEARTBEAT_MAX)
        return;
    pthread_mutex_lock(&l->heartbeat_lock);
    memcpy(l->heartbeat, json, len);
    l->heartbeat_len = len;
    pthread_mutex_unlock(&l->heartbeat_lock);
}

/* ---- opening and closing ---- */

struct link *link_open(const struct publish_settings *s, struct spool *spool, struct publish_counts *counts, struct fault *f)
{
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL) {
        fault_set(f, -ENOMEM, "publish: no memory");
        return NULL;
    }
    pthread_mutex_init(&l->heartbeat_lock, NULL);
    l->spool = spool;
    l->counts = counts;
    l->own_region = s->region;
    l->sensor = s->sensor;
    l->out = malloc(SEND_ROOM);
    l->heartbeat = malloc(HEARTBEAT_MAX);
    int rc = redis_where_parse(s->redis, s->redis_user, s->redis_password, &l->where, f);
    if (rc == 0 && (l->out == NULL || l->heartbeat == NULL))
        rc = fault_set(f, -ENOMEM, "publish: no memory");
    if (rc == 0)
        return l;
    link_close(l);
    return NULL;
}

void link_close(struct link *l)
{
    if (l == NULL)
        return;
    if (l->redis != NULL)
        redisFree(l->redis);
    pthread_mutex_destroy(&l->heartbeat_lock);
    free(l->heartbeat);
    free(l->out);
    free(l);
}
