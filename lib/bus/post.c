#include "bus/post.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "bus/redis.h"
#include "bus/streams.h"
#include "common/clock.h"

static int failed(const redisContext *c, const redisReply *r, struct fault *f)
{
    return fault_set(f, r != NULL && strncmp(r->str, "NOPERM", 6) == 0 ? -EACCES : -EIO, "Redis: %s", r != NULL ? r->str : c->errstr);
}

/* A reply that is not an error; freed here. */
static int settle(const redisContext *c, redisReply *r, struct fault *f)
{
    int rc = r == NULL || r->type == REDIS_REPLY_ERROR ? failed(c, r, f) : 0;
    freeReplyObject(r);
    return rc;
}

/* The region enters the list first: a correlator that sees the entry must know where to look. */
static int append(redisContext *c, const struct post *p, struct fault *f)
{
    char key[STREAM_KEY_MAX];
    stream_key(key, p->region, STREAM_COMMANDS);
    int rc = settle(c, redisCommand(c, "SADD %s %s", stream_regions_key, p->region), f);
    return rc != 0 ? rc : settle(c, redisCommand(c, "XADD %s * id %s type command v 1 json %b", key, p->id, p->json, p->len), f);
}

static int look(redisContext *c, const struct post *p, char *answer, size_t room, struct fault *f)
{
    char key[STREAM_KEY_MAX];
    stream_state_key(key, p->region, p->answers);
    redisReply *r = redisCommand(c, "HGET %s %s", key, p->id);
    int rc = 0;
    if (r == NULL || r->type == REDIS_REPLY_ERROR) {
        rc = failed(c, r, f);
    } else if (r->type == REDIS_REPLY_STRING && r->len < room) {
        memcpy(answer, r->str, r->len);
        answer[r->len] = '\0';
        rc = (int)r->len;
    }
    freeReplyObject(r);
    return rc;
}

int post_command(const struct post *p, char *answer, size_t room, struct fault *f)
{
    struct redis_where where;
    struct redis_server server;
    struct fault why;
    int rc = redis_where_parse(p->redis, p->user, p->password, &where, f);
    redisContext *c = rc == 0 ? redis_connect(&where, 2000000, &server, &why) : NULL;
    if (c == NULL)
        return rc != 0 ? rc : fault_set(f, why.code, "redis at %s: %s", where.host, why.why);
    uint64_t until_us = clock_steady_us() + p->wait_us;
    rc = append(c, p, f);
    while (rc == 0 && p->wait_us > 0 && (rc = look(c, p, answer, room, f)) == 0 && clock_steady_us() < until_us)
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    redisFree(c);
    return rc;
}
