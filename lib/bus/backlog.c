#include "bus/backlog.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

static redisContext *dial(const char *redis, struct fault *f)
{
    const struct timeval patience = { .tv_sec = 2 };
    char host[128];
    const char *colon;
    redisContext *c = NULL;
    if (strncmp(redis, "unix:", 5) == 0) {
        c = redisConnectUnixWithTimeout(redis + 5, patience);
    } else if (strncmp(redis, "tcp:", 4) == 0 && (colon = strrchr(redis + 4, ':')) != NULL
               && (size_t)(colon - redis - 4) < sizeof host) {
        memcpy(host, redis + 4, (size_t)(colon - redis - 4));
        host[colon - redis - 4] = '\0';
        c = redisConnectWithTimeout(host, atoi(colon + 1), patience);
    }
    if (c != NULL && c->err == 0) {
        redisSetTimeout(c, patience);
        return c;
    }
    fault_set(f, -ECONNREFUSED, "%s: %s", redis, c != NULL ? c->errstr : "expected unix:/path/to/socket or tcp:host:port");
    if (c != NULL)
        redisFree(c);
    return NULL;
}

static int ask_failed(const redisContext *c, const redisReply *r, struct fault *f)
{
    return fault_set(f, -EIO, "Redis: %s", r != NULL && r->type == REDIS_REPLY_ERROR ? r->str : c->errstr);
}

/* XINFO GROUPS gives each group as name, value, name, value ... */
static void group_row(const redisReply *group, struct backlog_row *row)
{
    row->lag = -1;
    for (size_t i = 0; i + 1 < group->elements; i += 2) {
        const redisReply *value = group->element[i + 1];
        const char *name = group->element[i]->str;
        if (strcmp(name, "name") == 0)
            row->group = value->str;
        else if (strcmp(name, "pending") == 0)
            row->pending = (uint64_t)value->integer;
        else if (strcmp(name, "lag") == 0 && value->type == REDIS_REPLY_INTEGER)
            row->lag = value->integer;
    }
}

/* Who is meant to read a stream (DESIGN 4.2): a group that is not there yet has everything before it. */
static const char *const readers[STREAM_COUNT][2] = {
    [STREAM_ALERTS] = { GROUP_CORRELATOR, GROUP_ARCHIVER }, [STREAM_EVENTS] = { GROUP_ARCHIVER },
    [STREAM_INCIDENTS] = { GROUP_ARCHIVER }, [STREAM_PARTS] = { GROUP_CORRELATOR },
};

static bool has_group(const redisReply *groups, const char *name)
{
    for (size_t i = 0; groups->type == REDIS_REPLY_ARRAY && i < groups->elements; i++) {
        struct backlog_row row = { .group = "" };
        group_row(groups->element[i], &row);
        if (strcmp(row.group, name) == 0)
            return true;
    }
    return false;
}

static int stream_rows(redisContext *c, const char *region, enum stream stream,
                       void (*each)(void *ctx, const struct backlog_row *r), void *ctx, struct fault *f)
{
    char key[STREAM_KEY_MAX];
    stream_key(key, region, stream);
    redisReply *length = redisCommand(c, "XLEN %s", key);
    redisReply *groups = redisCommand(c, "XINFO GROUPS %s", key);
    int rc = 0;
    if (length == NULL || groups == NULL || length->type != REDIS_REPLY_INTEGER)
        rc = ask_failed(c, length, f);
    for (size_t i = 0; rc == 0 && groups->type == REDIS_REPLY_ARRAY && i < groups->elements; i++) {
        struct backlog_row row = { .region = region, .stream = stream, .group = "",
                                   .length = (uint64_t)length->integer };
        group_row(groups->element[i], &row);
        each(ctx, &row);
    }
    for (size_t i = 0; rc == 0 && length->integer > 0 && i < 2 && readers[stream][i] != NULL; i++) {
        struct backlog_row row = { .region = region, .stream = stream, .group = readers[stream][i],
                                   .length = (uint64_t)length->integer, .lag = length->integer };
        if (!has_group(groups, row.group))
            each(ctx, &row);
    }
    freeReplyObject(length);
    freeReplyObject(groups);
    return rc;
}

static int sign_in(redisContext *c, const char *user, const char *password, struct fault *f)
{
    if (password == NULL || *password == '\0')
        return 0;
    redisReply *reply = user != NULL && *user != '\0' ? redisCommand(c, "AUTH %s %s", user, password)
                                                      : redisCommand(c, "AUTH %s", password);
    int rc = reply == NULL || reply->type == REDIS_REPLY_ERROR ? ask_failed(c, reply, f) : 0;
    freeReplyObject(reply);
    return rc;
}

struct asking {                 /* what is asked of each region */
    int  (*of_region)(const struct asking *a, redisContext *c, const char *region, struct fault *f);
    void (*row)(void *ctx, const struct backlog_row *r);
    void (*field)(void *ctx, const char *region, const char *name, const char *value, size_t len);
    const char *key_suffix;
    void *ctx;
};

static int ask_regions(const char *redis, const char *user, const char *password, const struct asking *a, struct fault *f)
{
    redisContext *c = dial(redis, f);
    if (c == NULL)
        return f->code;
    int rc = sign_in(c, user, password, f);
    redisReply *reply = rc == 0 ? redisCommand(c, "SMEMBERS %s", stream_regions_key) : NULL;
    if (rc == 0 && (reply == NULL || reply->type != REDIS_REPLY_ARRAY))
        rc = ask_failed(c, reply, f);
    for (size_t i = 0; rc == 0 && i < reply->elements; i++)
        rc = a->of_region(a, c, reply->element[i]->str, f);
    freeReplyObject(reply);
    redisFree(c);
    return rc;
}

static int all_streams(const struct asking *a, redisContext *c, const char *region, struct fault *f)
{
    int rc = 0;
    for (enum stream s = STREAM_ALERTS; s < STREAM_COUNT && rc == 0; s++)
        rc = stream_rows(c, region, s, a->row, a->ctx, f);
    return rc;
}

int backlog_read(const char *redis, const char *user, const char *password,
                 void (*row)(void *ctx, const struct backlog_row *r), void *ctx, struct fault *f)
{
    return ask_regions(redis, user, password, &(struct asking){ .of_region = all_streams, .row = row, .ctx = ctx }, f);
}

static int all_fields(const struct asking *a, redisContext *c, const char *region, struct fault *f)
{
    char key[STREAM_KEY_MAX];
    stream_state_key(key, region, a->key_suffix);
    redisReply *reply = redisCommand(c, "HGETALL %s", key);
    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY) {
        int rc = ask_failed(c, reply, f);
        freeReplyObject(reply);
        return rc;
    }
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        a->field(a->ctx, region, reply->element[i]->str, reply->element[i + 1]->str, reply->element[i + 1]->len);
    freeReplyObject(reply);
    return 0;
}

int backlog_fields(const char *redis, const char *user, const char *password, const char *key_suffix,
                   void (*field)(void *ctx, const char *region, const char *name, const char *value, size_t len), void *ctx,
                   struct fault *f)
{
    return ask_regions(redis, user, password,
                       &(struct asking){ .of_region = all_fields, .field = field, .key_suffix = key_suffix, .ctx = ctx }, f);
}
