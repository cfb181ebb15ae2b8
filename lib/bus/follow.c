/* Two connections, because a connection that waits in XREAD BLOCK answers nothing else: `tail` waits, `ask` looks up
 * regions, reads streams back and fetches heartbeats. Both are hiredis contexts whose wish to read or write is passed
 * on to the owner's loop, so this file knows no event library.
 */
#include "bus/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include "bus/redis.h"

enum {
    TAIL, ASK,
    BLOCK_MS = 1000,
    BATCH = 512,                            /* entries of one stream in one reply */
    ID_MAX = 48, REGION_MAX = 16
};
static const uint64_t RETRY_US = 1000000;
static const uint64_t HANG_US = 5000000;    /* XREAD answers after BLOCK_MS at the latest */

struct place {                  /* one stream and how far we are in it */
    char key[STREAM_KEY_MAX];
    char region[REGION_MAX];
    char last[ID_MAX];
    enum stream stream;
    bool known;                 /* read back: XREAD may go on from .last */
};

struct link {
    struct follower *f;
    redisAsyncContext *redis;
    bool reads, writes, up;
};

struct follower {
    struct follow_owner owner;
    enum stream streams[FOLLOW_STREAMS_MAX];
    size_t   stream_count;
    unsigned recent;
    uint64_t look_every_us;
    struct redis_where where;
    char *user, *password;
    struct link links[FOLLOW_LINKS];
    struct place *places;
    size_t   place_count, region_count;
    size_t   link_count;        /* 1: a given region: nothing is asked, only waited for */
    uint64_t now_us, retry_us, look_us, heard_us;
    bool     waiting;           /* an XREAD is on its way */
    bool     connected, closing, too_many, failed;
    char     why[200];
};

/* ---- state ---- */

static void say(struct follower *f, bool connected, const char *why)
{
    if (connected == f->connected && strncmp(why, f->why, sizeof f->why - 1) == 0)
        return;
    f->connected = connected;
    strncpy(f->why, why, sizeof f->why - 1);
    if (!f->closing)
        f->owner.state(f->owner.ctx, connected, f->why);
}

/* A reply that is of no use ends this connection's life at the next tick; true when it is good. */
static bool usable(struct link *l, const redisReply *r)
{
    if (r == NULL)
        return false;
    l->f->heard_us = l->f->now_us;
    if (r->type != REDIS_REPLY_ERROR)
        return true;
    if (!l->f->failed)          /* the first is the cause; a wrong password is followed by NOAUTH on all else */
        say(l->f, false, r->str);
    l->f->failed = true;
    return false;
}

/* ---- the loop's hooks ---- */

static void hook(struct link *l, bool reads, bool writes)
{
    if (l->reads == reads && l->writes == writes)
        return;
    l->reads = reads;
    l->writes = writes;
    l->f->owner.watch(l->f->owner.ctx, (unsigned)(l - l->f->links), l->redis->c.fd, reads, writes);
}

static void add_read(void *ctx)  { struct link *l = ctx; hook(l, true, l->writes); }
static void del_read(void *ctx)  { struct link *l = ctx; hook(l, false, l->writes); }
static void add_write(void *ctx) { struct link *l = ctx; hook(l, l->reads, true); }
static void del_write(void *ctx) { struct link *l = ctx; hook(l, l->reads, false); }
static void forget(void *ctx)    { hook(ctx, false, false); }

/* ---- connecting ---- */

static void gone(const redisAsyncContext *redis, int status)
{
    struct link *l = redis->data;
    if (status != REDIS_OK || !l->f->failed)
        say(l->f, false, redis->errstr[0] != '\0' ? redis->errstr : "Redis closed the connection");
    l->redis = NULL;            /* hiredis frees it after this call */
    l->up = false;
    l->f->failed = true;
}

static void arrived(const redisAsyncContext *redis, int status)
{
    struct link *l = redis->data;
    if (status != REDIS_OK) {
        gone(redis, status);
        return;
    }
    l->up = true;
    l->f->heard_us = l->f->now_us;
}

static void authenticated(redisAsyncContext *redis, void *reply, void *unused)
{
    (void)unused;
    usable(redis->data, reply);
}

static void authenticate(struct follower *f, struct link *l)
{
    if (f->password == NULL)
        return;
    if (f->user != NULL)
        redisAsyncCommand(l->redis, authenticated, NULL, "AUTH %s %s", f->user, f->password);
    else
        redisAsyncCommand(l->redis, authenticated, NULL, "AUTH %s", f->password);
}

static void link_open(struct follower *f, struct link *l)
{
    redisAsyncContext *redis = f->where.port == 0 ? redisAsyncConnectUnix(f->where.host)
                                                  : redisAsyncConnect(f->where.host, f->where.port);
    if (redis == NULL || redis->err != 0) {
        say(f, false, redis == NULL ? strerror(ENOMEM) : redis->errstr);
        if (redis != NULL)
            redisAsyncFree(redis);
        f->failed = true;
        return;
    }
    l->redis = redis;
    redis->data = l;
    redis->ev.data = l;
    redis->ev.addRead = add_read;
    redis->ev.delRead = del_read;
    redis->ev.addWrite = add_write;
    redis->ev.delWrite = del_write;
    redis->ev.cleanup = forget;
    redisAsyncSetConnectCallback(redis, arrived);
    redisAsyncSetDisconnectCallback(redis, gone);
    authenticate(f, l);
}

static void links_close(struct follower *f)
{
    for (size_t i = 0; i < FOLLOW_LINKS; i++) {
        struct link *l = &f->links[i];
        if (l->redis != NULL)
            redisAsyncFree(l->redis);
        l->redis = NULL;
        l->up = false;
    }
    f->waiting = false;
}

static void links_open(struct follower *f)
{
    f->failed = false;
    f->heard_us = f->now_us;
    f->look_us = 0;
    for (size_t i = 0; i < f->link_count && !f->failed; i++)
        link_open(f, &f->links[i]);
}

/* ---- entries ---- */

static const redisReply *field(const redisReply *fields, const char *name)
{
    for (size_t i = 0; i + 1 < fields->elements; i += 2)
        if (strcmp(fields->element[i]->str, name) == 0)
            return fields->element[i + 1];
    return NULL;
}

/* Anybody may have written to the stream: an entry of another shape is passed over. */
static void deliver(struct follower *f, struct place *p, const redisReply *entry)
{
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 || entry->element[0]->type != REDIS_REPLY_STRING
        || entry->element[0]->len >= ID_MAX)
        return;
    memcpy(p->last, entry->element[0]->str, entry->element[0]->len + 1);
    if (entry->element[1]->type != REDIS_REPLY_ARRAY)
        return;
    const redisReply *json = field(entry->element[1], "json");
    const redisReply *type = field(entry->element[1], "type");
    if (json == NULL)
        return;
    const struct follow_entry e = { .stream = p->stream, .region = p->region, .stream_id = p->last,
                                    .type = type != NULL ? type->str : "", .json = json->str, .json_len = json->len };
    f->owner.entry(f->owner.ctx, &e);
}

static struct place *place_of(struct follower *f, const char *key)
{
    for (size_t i = 0; i < f->place_count; i++)
        if (strcmp(f->places[i].key, key) == 0)
            return &f->places[i];
    return NULL;
}

static void tail(struct follower *f);

/* [[key, [entry, ...]], ...], or nil when nothing came within BLOCK_MS. */
static void tailed(redisAsyncContext *redis, void *reply, void *unused)
{
    (void)unused;
    struct link *l = redis->data;
    const redisReply *r = reply;
    l->f->waiting = false;
    if (!usable(l, r))
        return;
    if (l->f->link_count == 1)
        say(l->f, true, "");
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
        const redisReply *one = r->element[i];
        struct place *p = one->elements == 2 ? place_of(l->f, one->element[0]->str) : NULL;
        for (size_t n = 0; p != NULL && n < one->element[1]->elements; n++)
            deliver(l->f, p, one->element[1]->element[n]);
    }
    tail(l->f);
}

/* All have been read back: until then to wait in XREAD would keep the others waiting too. */
static bool all_known(const struct follower *f)
{
    for (size_t i = 0; i < f->place_count; i++)
        if (!f->places[i].known)
            return false;
    return f->place_count > 0;
}

/* XREAD COUNT n BLOCK ms STREAMS key... id... */
static void tail(struct follower *f)
{
    static const char *const head[] = { "XREAD", "COUNT", "512", "BLOCK", "1000", "STREAMS" };
    enum { HEAD = sizeof head / sizeof head[0] };
    _Static_assert(BATCH == 512 && BLOCK_MS == 1000, "the command says so too");
    struct link *l = &f->links[TAIL];
    if (!l->up || f->waiting || f->failed || !all_known(f))
        return;
    const char **argv = calloc(HEAD + 2 * f->place_count, sizeof *argv);
    if (argv == NULL)
        return;                 /* the next tick tries again */
    memcpy(argv, head, sizeof head);
    for (size_t i = 0; i < f->place_count; i++) {
        argv[HEAD + i] = f->places[i].key;
        argv[HEAD + f->place_count + i] = f->places[i].last;
    }
    int argc = (int)(HEAD + 2 * f->place_count);
    f->waiting = redisAsyncCommandArgv(l->redis, tailed, NULL, argc, argv, NULL) == REDIS_OK;
    free(argv);
}

/* ---- regions ---- */

/* Newest first, as XREVRANGE gives them; given on oldest first. */
static void read_back(redisAsyncContext *redis, void *reply, void *index)
{
    struct link *l = redis->data;
    const redisReply *r = reply;
    if (!usable(l, r))
        return;
    struct place *p = &l->f->places[(size_t)(uintptr_t)index];
    if (p->known || r->type != REDIS_REPLY_ARRAY)
        return;
    for (size_t i = r->elements; i-- > 0;)
        deliver(l->f, p, r->element[i]);
    if (r->elements > 0 && r->elements == l->f->recent && r->element[r->elements - 1]->elements == 2)
        l->f->owner.begins(l->f->owner.ctx, r->element[r->elements - 1]->element[0]->str);
    p->known = true;
    tail(l->f);
}

static void ask_back(struct follower *f, size_t index)
{
    redisAsyncCommand(f->links[ASK].redis, read_back, (void *)(uintptr_t)index, "XREVRANGE %s + - COUNT %u",
                      f->places[index].key, f->recent > 0 ? f->recent : 1);
}

static bool region_known(const struct follower *f, const char *region)
{
    for (size_t i = 0; i < f->place_count; i += f->stream_count)
        if (strcmp(f->places[i].region, region) == 0)
            return true;
    return false;
}

static struct place *place_add(struct follower *f, const char *region, enum stream stream)
{
    struct place *p = &f->places[f->place_count++];
    memset(p, 0, sizeof *p);
    strcpy(p->region, region);
    strcpy(p->last, "0-0");
    p->stream = stream;
    stream_key(p->key, region, stream);
    return p;
}

static void region_add(struct follower *f, const char *region)
{
    if (strlen(region) >= REGION_MAX || region_known(f, region))
        return;
    if (f->region_count == FOLLOW_REGIONS_MAX) {
        f->too_many = true;
        return;
    }
    for (size_t i = 0; i < f->stream_count; i++) {
        (void)place_add(f, region, f->streams[i]);
        ask_back(f, f->place_count - 1);
    }
    f->region_count++;
}

static void heartbeats(redisAsyncContext *redis, void *reply, void *index)
{
    struct link *l = redis->data;
    const redisReply *r = reply;
    if (!usable(l, r) || r->type != REDIS_REPLY_ARRAY)
        return;
    const char *region = l->f->places[(size_t)(uintptr_t)index].region;
    for (size_t i = 0; i + 1 < r->elements; i += 2)
        l->f->owner.heartbeat(l->f->owner.ctx, region, r->element[i]->str, r->element[i + 1]->str,
                              r->element[i + 1]->len);
}

static void regions(redisAsyncContext *redis, void *reply, void *unused)
{
    (void)unused;
    struct link *l = redis->data;
    const redisReply *r = reply;
    if (!usable(l, r) || r->type != REDIS_REPLY_ARRAY)
        return;
    for (size_t i = 0; i < r->elements; i++)
        region_add(l->f, r->element[i]->str);
    if (l->f->links[TAIL].up)
        say(l->f, true, l->f->too_many ? "more regions than one follower reads" : "");
    for (size_t i = 0; i < l->f->place_count; i += l->f->stream_count) {
        char key[STREAM_KEY_MAX];
        stream_sensors_key(key, l->f->places[i].region);
        redisAsyncCommand(l->redis, heartbeats, (void *)(uintptr_t)i, "HGETALL %s", key);
    }
}

static void look(struct follower *f)
{
    f->look_us = f->now_us;
    for (size_t i = 0; i < f->place_count; i++)
        if (!f->places[i].known)        /* asked before, but the connection broke */
            ask_back(f, i);
    redisAsyncCommand(f->links[ASK].redis, regions, NULL, "SMEMBERS %s", stream_regions_key);
}

/* ---- the public side ---- */

static char *given(const char *text)
{
    return text != NULL && text[0] != '\0' ? strdup(text) : NULL;
}

/* The one region that was asked for, if one was: its streams are known as far as the caller says. */
static int follow_region(struct follower *f, const struct follow_settings *s, struct fault *fault)
{
    if (s->region == NULL)
        return 0;
    if (strlen(s->region) >= REGION_MAX || !stream_region_fits(s->region))
        return fault_set(fault, -EINVAL, "follower: `%.40s` is no region", s->region);
    for (size_t i = 0; i < s->stream_count; i++) {
        struct place *p = place_add(f, s->region, s->streams[i]);
        if (s->after != NULL && *s->after != '\0' && strlen(s->after) < ID_MAX)
            strcpy(p->last, s->after);
        p->known = true;
    }
    return 0;
}

struct follower *follower_open(const struct follow_settings *s, const struct follow_owner *o, struct fault *fault)
{
    struct follower *f = calloc(1, sizeof *f);
    if (f == NULL || s->stream_count == 0 || s->stream_count > FOLLOW_STREAMS_MAX) {
        fault_set(fault, f == NULL ? -ENOMEM : -EINVAL, "follower: cannot follow %zu streams", s->stream_count);
        free(f);
        return NULL;
    }
    f->owner = *o;
    memcpy(f->streams, s->streams, s->stream_count * sizeof f->streams[0]);
    f->stream_count = s->stream_count;
    f->recent = s->recent;
    f->look_every_us = s->look_every_us;
    f->link_count = s->region != NULL ? 1 : FOLLOW_LINKS;
    f->user = given(s->redis_user);
    f->password = given(s->redis_password);
    f->places = calloc(FOLLOW_REGIONS_MAX * s->stream_count, sizeof f->places[0]);
    for (size_t i = 0; i < FOLLOW_LINKS; i++)
        f->links[i].f = f;
    if (f->places == NULL || redis_where_parse(s->redis, f->user, f->password, &f->where, fault) != 0) {
        if (f->places == NULL)
            fault_set(fault, -ENOMEM, "%s", strerror(ENOMEM));
        follower_close(f);
        return NULL;
    }
    if (follow_region(f, s, fault) == 0)
        return f;
    follower_close(f);
    return NULL;
}

void follower_ready(struct follower *f, unsigned link, bool readable, bool writable)
{
    struct link *l = &f->links[link];
    if (readable && l->redis != NULL)
        redisAsyncHandleRead(l->redis);
    if (writable && l->redis != NULL)       /* reading may have ended the connection */
        redisAsyncHandleWrite(l->redis);
}

void follower_tick(struct follower *f, uint64_t now_us)
{
    f->now_us = now_us;
    bool open = f->links[TAIL].redis != NULL && (f->link_count == 1 || f->links[ASK].redis != NULL);
    if (open && !f->failed && now_us - f->heard_us > HANG_US) {
        say(f, false, "Redis does not answer");
        f->failed = true;
    }
    if (open && !f->failed) {
        if (f->links[ASK].up && (f->look_us == 0 || now_us - f->look_us >= f->look_every_us))
            look(f);
        tail(f);
        return;
    }
    links_close(f);
    if (f->retry_us != 0 && now_us - f->retry_us < RETRY_US)
        return;
    f->retry_us = now_us;
    links_open(f);
}

void follower_close(struct follower *f)
{
    if (f == NULL)
        return;
    f->closing = true;
    links_close(f);
    free(f->places);
    free(f->user);
    free(f->password);
    free(f);
}
