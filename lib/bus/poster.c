#include "bus/poster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/redis.h"
#include "bus/streams.h"
#include "common/clock.h"

#define CONNECT_US 2000000
#define SCAN_SECONDS 30         /* a hash of a hundred thousand fields while Redis is busy */

struct poster { redisContext *redis; };

struct poster *poster_open(const char *redis, const char *user, const char *password, struct fault *f)
{
    struct redis_where where;
    struct redis_server server;
    struct fault why;
    struct poster *p = calloc(1, sizeof *p);
    if (p == NULL) {
        fault_set(f, -ENOMEM, "no memory");
        return NULL;
    }
    if (redis_where_parse(redis, user, password, &where, f) == 0) {
        p->redis = redis_connect(&where, CONNECT_US, &server, &why);
        if (p->redis != NULL && redisSetTimeout(p->redis, (struct timeval){ .tv_sec = SCAN_SECONDS }) == REDIS_OK)
            return p;
        fault_set(f, p->redis == NULL ? why.code : -EIO, "redis at %s: %s", where.host, p->redis == NULL ? why.why : p->redis->errstr);
    }
    poster_close(p);
    return NULL;
}

void poster_close(struct poster *p)
{
    if (p != NULL && p->redis != NULL)
        redisFree(p->redis);
    free(p);
}

static int failed(const redisContext *c, const redisReply *r, struct fault *f)
{
    bool said = r != NULL && r->type == REDIS_REPLY_ERROR;
    return fault_set(f, said && strncmp(r->str, "NOPERM", 6) == 0 ? -EACCES : -EIO, "Redis: %s", said ? r->str : c->errstr);
}

/* The next reply, of that type; NULL with a sentence. */
static redisReply *reply_of(redisContext *c, int type, struct fault *f)
{
    void *got = NULL;
    redisReply *r = redisGetReply(c, &got) == REDIS_OK ? got : NULL;
    if (r != NULL && r->type == type)
        return r;
    failed(c, r, f);
    freeReplyObject(r);
    return NULL;
}

/* ---- commands ---- */

/* The region enters the list first: a correlator that sees the entry must know where to look. */
static void append(redisContext *c, const struct posted *i, bool new_region)
{
    char key[STREAM_KEY_MAX];
    stream_key(key, i->region, STREAM_COMMANDS);
    if (new_region)
        redisAppendCommand(c, "SADD %s %s", stream_regions_key, i->region);
    redisAppendCommand(c, "XADD %s * id %s type command v 1 json %b", key, i->id, i->json, i->len);
}

static bool begins_region(const struct posted *items, size_t at)
{
    return at == 0 || strcmp(items[at].region, items[at - 1].region) != 0;
}

static int send_all(redisContext *c, const struct posted *items, size_t count, struct fault *f)
{
    for (size_t i = 0; i < count; i++)
        append(c, &items[i], begins_region(items, i));
    for (size_t i = 0; i < count; i++) {
        redisReply *added = begins_region(items, i) ? reply_of(c, REDIS_REPLY_INTEGER, f) : NULL;
        if (begins_region(items, i) && added == NULL)
            return f->code;
        freeReplyObject(added);
        redisReply *entry = reply_of(c, REDIS_REPLY_STRING, f);
        if (entry == NULL)
            return f->code;
        freeReplyObject(entry);
    }
    return 0;
}

struct hearing {
    const struct posted *items;
    size_t count;
    bool   heard[POSTER_MOST];
    void (*answer)(void *ctx, size_t place, const char *text, size_t len);
    void  *ctx;
};

/* What of it has been answered since the last look. Negative with a sentence. */
static int look(redisContext *c, struct hearing *h, const char *answers, struct fault *f)
{
    char key[STREAM_KEY_MAX];
    int fresh = 0;
    for (size_t i = 0; i < h->count; i++) {
        if (h->heard[i])
            continue;
        stream_state_key(key, h->items[i].region, answers);
        redisAppendCommand(c, "HGET %s %s", key, h->items[i].id);
    }
    for (size_t i = 0; i < h->count; i++) {
        void *got = NULL;
        if (h->heard[i])
            continue;
        redisReply *r = redisGetReply(c, &got) == REDIS_OK ? got : NULL;
        if (r == NULL || r->type == REDIS_REPLY_ERROR) {
            failed(c, r, f);
            freeReplyObject(r);
            return f->code;
        }
        h->heard[i] = r->type == REDIS_REPLY_STRING;
        fresh += h->heard[i];
        if (h->heard[i])
            h->answer(h->ctx, i, r->str, r->len);
        freeReplyObject(r);
    }
    return fresh;
}

int poster_send(struct poster *p, const struct posted *items, size_t count, const char *answers, uint64_t patience_us,
                void (*answer)(void *ctx, size_t place, const char *text, size_t len), void *ctx, struct fault *f)
{
    struct hearing h = { .items = items, .count = count, .answer = answer, .ctx = ctx };
    if (count > POSTER_MOST)
        return fault_set(f, -E2BIG, "more than %d commands at a time", POSTER_MOST);
    int rc = send_all(p->redis, items, count, f), all = 0;
    uint64_t until_us = clock_steady_us() + patience_us;
    while (rc == 0 && (size_t)all < count && clock_steady_us() < until_us) {
        int fresh = look(p->redis, &h, answers, f);
        if (fresh < 0)
            rc = fresh;
        else if (fresh > 0)
            until_us = clock_steady_us() + patience_us;
        else
            nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
        all += fresh > 0 ? fresh : 0;
    }
    return rc == 0 ? all : rc;
}

/* ---- what is kept ---- */

struct scanning {
    void (*field)(void *ctx, const char *region, const char *name, const char *value, size_t len);
    void *ctx;
};

static int scan_region(redisContext *c, const char *region, const char *suffix, const struct scanning *s, struct fault *f)
{
    char key[STREAM_KEY_MAX], cursor[24] = "0";
    stream_state_key(key, region, suffix);
    do {
        redisReply *r = redisCommand(c, "HSCAN %s %s COUNT 1000", key, cursor);
        if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 2 || r->element[0]->len >= sizeof cursor) {
            failed(c, r, f);
            freeReplyObject(r);
            return f->code;
        }
        strcpy(cursor, r->element[0]->str);
        const redisReply *fields = r->element[1];
        for (size_t i = 0; i + 1 < fields->elements; i += 2)
            s->field(s->ctx, region, fields->element[i]->str, fields->element[i + 1]->str, fields->element[i + 1]->len);
        freeReplyObject(r);
    } while (strcmp(cursor, "0") != 0);
    return 0;
}

int poster_fields(struct poster *p, const char *key_suffix,
                  void (*field)(void *ctx, const char *region, const char *name, const char *value, size_t len), void *ctx, struct fault *f)
{
    const struct scanning s = { field, ctx };
    redisAppendCommand(p->redis, "SMEMBERS %s", stream_regions_key);
    redisReply *regions = reply_of(p->redis, REDIS_REPLY_ARRAY, f);
    int rc = regions != NULL ? 0 : f->code;
    for (size_t i = 0; rc == 0 && i < regions->elements; i++)
        rc = stream_region_fits(regions->element[i]->str) ? scan_region(p->redis, regions->element[i]->str, key_suffix, &s, f) : 0;
    freeReplyObject(regions);
    return rc;
}
