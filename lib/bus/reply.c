#include "bus/reply.h"

#include <string.h>

static redisReply *make(const redisReadTask *task, size_t beside)
{
    redisReply *r = beside < SIZE_MAX - sizeof *r ? blocks_take(task->privdata, sizeof *r + beside) : NULL;
    if (r == NULL)
        return NULL;
    *r = (redisReply){ .type = task->type };
    if (task->parent != NULL)
        ((redisReply *)task->parent->obj)->element[task->idx] = r;
    return r;
}

static void *make_string(const redisReadTask *task, char *text, size_t len)
{
    redisReply *r = make(task, len + 1);
    if (r == NULL)
        return NULL;
    r->str = (char *)(r + 1);
    r->len = len;
    memcpy(r->str, text, len);
    r->str[len] = '\0';
    return r;
}

static void *make_array(const redisReadTask *task, int elements)
{
    size_t n = elements > 0 ? (size_t)elements : 0;
    redisReply *r = make(task, n * sizeof(redisReply *));
    if (r == NULL)
        return NULL;
    r->elements = n;
    r->element = (redisReply **)(void *)(r + 1);
    memset(r->element, 0, n * sizeof *r->element);
    return r;
}

static void *make_integer(const redisReadTask *task, long long value)
{
    redisReply *r = make(task, 0);
    if (r != NULL)
        r->integer = value;
    return r;
}

/* What is nil was announced as a string or an array. */
static void *make_nil(const redisReadTask *task)
{
    redisReply *r = make(task, 0);
    if (r != NULL)
        r->type = REDIS_REPLY_NIL;
    return r;
}

static void leave(void *reply)
{
    (void)reply;
}

redisReply *reply_in_blocks(redisContext *redis, struct blocks *blocks)
{
    static redisReplyObjectFunctions ours = { make_string, make_array, make_integer, make_nil, leave };
    redisReplyObjectFunctions *usual = redis->reader->fn;
    void *r = NULL;
    redis->reader->fn = &ours;
    redis->reader->privdata = blocks;
    if (redisGetReply(redis, &r) == REDIS_OK && r != NULL)
        redis->reader->fn = usual;
    return r;
}
