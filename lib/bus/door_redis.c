/* The consumer's door to a real Redis. */
#include "bus/door.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/redis.h"
#include "bus/reply.h"
#include "events/event.h"
#include "common/clock.h"

enum { TOKEN_MAX = 96, TRIM_TURNS = 100 };
static const uint64_t CONNECT_US = 1000000, ANSWER_US = 10000000;

struct redis_door {
    struct consume_settings settings;
    struct redis_where where;
    struct redis_server server;
    redisContext *redis;
    struct blocks page;             /* what the page at hand says */
    char token[TOKEN_MAX];          /* "<name> <start>-<pid>": the lease's value */
};

/* ---- asking ---- */

/* Commands are given as a list of texts that ends with NULL. */
static int append(struct redis_door *d, const char *const *args)
{
    size_t n = 0;
    while (args[n] != NULL)
        n++;
    size_t *lens = malloc(n * sizeof *lens);
    const char **copy = malloc(n * sizeof *copy);
    for (size_t i = 0; lens && copy && i < n; i++) {
        copy[i] = args[i];
        lens[i] = strlen(args[i]);
    }
    int rc = lens && copy ? redisAppendCommandArgv(d->redis, (int)n, copy, lens) : REDIS_ERR;
    free(lens);
    free(copy);
    return rc == REDIS_OK ? 0 : -ENOMEM;
}

#define APPEND(d, ...) append((d), (const char *const[]){ __VA_ARGS__, NULL })

static int meaning(const redisReply *r, struct fault *f)
{
    if (r->type != REDIS_REPLY_ERROR)
        return 0;
    bool stale = strncmp(r->str, "NOGROUP", 7) == 0 || strncmp(r->str, "EXECABORT", 9) == 0;
    bool full = strncmp(r->str, "OOM", 3) == 0;
    return fault_set(f, stale ? -ESTALE : full ? -ENOSPC : -EIO, "redis: %s", r->str);
}

/* NULL with a fault: the connection is gone. */
static redisReply *heard(struct redis_door *d, redisReply *r, int *rc, struct fault *f)
{
    *rc = r != NULL ? meaning(r, f) : fault_set(f, -EIO, "redis at %s: %s", d->where.host, d->redis->errstr);
    return r;
}

/* The next reply; the caller frees it. NULL with a fault: an error, or the connection is gone. */
static redisReply *reply(struct redis_door *d, int *rc, struct fault *f)
{
    void *next = NULL;
    redisReply *r = heard(d, redisGetReply(d->redis, &next) == REDIS_OK ? next : NULL, rc, f);
    if (*rc == 0)
        return r;
    freeReplyObject(r);
    return NULL;
}

#define ASK(d, rc, f, ...) (APPEND(d, __VA_ARGS__) == 0 ? reply((d), (rc), (f)) : NULL)

/* ---- connecting ---- */

static int door_connect(void *self, struct fault *f)
{
    struct redis_door *d = self;
    if (d->redis != NULL)
        redisFree(d->redis);
    d->redis = redis_connect(&d->where, CONNECT_US, &d->server, f);
    if (d->redis == NULL) {
        struct fault why = *f;
        return fault_set(f, why.code, "redis at %s: %s", d->where.host, why.why);
    }
    uint64_t answer_us = d->settings.block_us + ANSWER_US;
    redisSetTimeout(d->redis, (struct timeval){ (time_t)(answer_us / 1000000), 0 });
    return redis_is_safe(&d->server, &d->where, f) ? 0 : -EPERM;
}

static int door_regions(void *self, void (*each)(void *ctx, const char *region), void *ctx, struct fault *f)
{
    int rc = -ENOMEM;
    redisReply *r = ASK((struct redis_door *)self, &rc, f, "SMEMBERS", stream_regions_key);
    for (size_t i = 0; r != NULL && i < r->elements; i++)
        if (r->element[i]->type == REDIS_REPLY_STRING)
            each(ctx, r->element[i]->str);
    freeReplyObject(r);
    return rc;
}

/* ---- the lease ---- */

enum lease { LEASE_FREE, LEASE_OURS, LEASE_NAMESAKE, LEASE_OTHERS };

/* Watches it too: a transaction that follows fails when it changes hands. */
static int look_at_lease(struct redis_door *d, const char *key, enum lease *out, struct fault *f)
{
    int rc = -ENOMEM;
    size_t name = strlen(d->settings.name);
    freeReplyObject(ASK(d, &rc, f, "WATCH", key));
    redisReply *r = rc == 0 ? ASK(d, &rc, f, "GET", key) : NULL;
    if (r == NULL)
        return rc;
    if (r->type != REDIS_REPLY_STRING)
        *out = LEASE_FREE;
    else if (strcmp(r->str, d->token) == 0)
        *out = LEASE_OURS;
    else
        *out = strncmp(r->str, d->settings.name, name) == 0 && r->str[name] == ' ' ? LEASE_NAMESAKE : LEASE_OTHERS;
    freeReplyObject(r);
    return 0;
}

static int unwatch(struct redis_door *d, struct fault *f)
{
    int rc = -ENOMEM;
    freeReplyObject(ASK(d, &rc, f, "UNWATCH"));
    return rc;
}

static void lease_life(const struct redis_door *d, char out[24])
{
    snprintf(out, 24, "%" PRIu64, d->settings.claim_idle_us / 1000 + 1);
}

static int make_groups(struct redis_door *d, const char *region, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < d->settings.stream_count && rc == 0; i++) {
        char key[STREAM_KEY_MAX];
        stream_key(key, region, d->settings.streams[i]);
        rc = -ENOMEM;
        freeReplyObject(ASK(d, &rc, f, "XGROUP", "CREATE", key, d->settings.group, "0", "MKSTREAM"));
        if (rc == -EIO && strstr(f->why, "BUSYGROUP") != NULL)
            rc = 0;
    }
    return rc;
}

static int door_take(void *self, const char *region, struct fault *f)
{
    struct redis_door *d = self;
    char key[STREAM_KEY_MAX], life[24];
    enum lease lease;
    stream_lease_key(key, region, d->settings.group);
    lease_life(d, life);
    int rc = look_at_lease(d, key, &lease, f);
    if (rc != 0)
        return rc;
    if (lease == LEASE_OTHERS)
        return unwatch(d, f);
    if (APPEND(d, "MULTI") != 0 || APPEND(d, "SET", key, d->token, "PX", life) != 0 || APPEND(d, "EXEC") != 0)
        return fault_set(f, -ENOMEM, "no memory");
    bool taken = false;
    for (unsigned i = 0; i < 3 && rc == 0; i++) {
        redisReply *r = reply(d, &rc, f);
        taken = r != NULL && r->type == REDIS_REPLY_ARRAY;
        freeReplyObject(r);
    }
    if (rc == 0 && taken)
        rc = make_groups(d, region, f);
    return rc != 0 ? rc : taken;
}

/* Ours still? Leaves it watched. */
static int hold_lease(struct redis_door *d, const char *key, struct fault *f)
{
    enum lease lease;
    int rc = look_at_lease(d, key, &lease, f);
    if (rc != 0 || lease == LEASE_OURS)
        return rc;
    unwatch(d, f);
    if (lease == LEASE_NAMESAKE)
        return fault_set(f, -EBUSY, "another process runs as consumer `%s` of group `%s`; each needs a name of its own",
                         d->settings.name, d->settings.group);
    return fault_set(f, -ESTALE, "the lease has passed to another consumer");
}

static int door_renew(void *self, const char *region, struct fault *f)
{
    struct redis_door *d = self;
    char key[STREAM_KEY_MAX], life[24];
    stream_lease_key(key, region, d->settings.group);
    lease_life(d, life);
    int rc = hold_lease(d, key, f);
    if (rc != 0)
        return rc;
    freeReplyObject(ASK(d, &rc, f, "PEXPIRE", key, life));
    return rc == 0 ? unwatch(d, f) : rc;
}

/* ---- entries ---- */

static void set_field(struct entry *e, const redisReply *name, const redisReply *value)
{
    if (name->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING)
        return;
    if (strcmp(name->str, "id") == 0) {
        e->id = value->str;
    } else if (strcmp(name->str, "type") == 0) {
        e->type = value->str;
    } else if (strcmp(name->str, "json") == 0) {
        e->json = value->str;
        e->json_len = value->len;
    }
}

/* One [id, [field, value, ...]]; anything else is none. */
static int add_entry(struct door_page *page, enum stream s, const char *region, const redisReply *r)
{
    if (r->type != REDIS_REPLY_ARRAY || r->elements < 2 || r->element[0]->type != REDIS_REPLY_STRING)
        return 0;
    struct entry *e = door_page_add(page);
    if (e == NULL)
        return -ENOMEM;
    *e = (struct entry){ .stream = s, .region = region, .stream_id = r->element[0]->str };
    const redisReply *fields = r->element[1];
    for (size_t i = 0; fields->type == REDIS_REPLY_ARRAY && i + 1 < fields->elements; i += 2)
        set_field(e, fields->element[i], fields->element[i + 1]);
    return 0;
}

static int add_entries(struct door_page *page, enum stream s, const char *region, const redisReply *list)
{
    int rc = 0;
    for (size_t i = 0; list->type == REDIS_REPLY_ARRAY && i < list->elements && rc == 0; i++)
        rc = add_entry(page, s, region, list->element[i]);
    return rc;
}

/* The next reply as the page's, which goes with it. NULL as above. */
static redisReply *page_reply(struct redis_door *d, int *rc, struct fault *f)
{
    redisReply *r = heard(d, reply_in_blocks(d->redis, &d->page), rc, f);
    return *rc == 0 ? r : NULL;
}

static void door_page_free(void *self, struct door_page *page)
{
    struct redis_door *d = self;
    blocks_empty(&d->page);
    door_page_reset(page);
}

/* ---- reading ---- */

static const redisReply *member(const redisReply *map, const char *name)
{
    for (size_t i = 0; i + 1 < map->elements; i += 2)
        if (map->element[i]->type == REDIS_REPLY_STRING && strcmp(map->element[i]->str, name) == 0)
            return map->element[i + 1];
    return NULL;
}

static const char *text_member(const redisReply *map, const char *name)
{
    const redisReply *value = member(map, name);
    return value != NULL && value->type == REDIS_REPLY_STRING ? value->str : NULL;
}

/* A group that has read nothing counts from 0, whatever it says; a Redis before 7 does not count. */
static void take_place(struct door_place *at, const redisReply *group)
{
    const redisReply *count = member(group, "entries-read");
    const char *done = text_member(group, "last-delivered-id");
    snprintf(at->done, sizeof at->done, "%s", done != NULL ? done : "0-0");
    at->count = count == NULL ? -1 : count->type == REDIS_REPLY_INTEGER ? count->integer : strcmp(at->done, "0-0") == 0 ? 0 : -1;
}

static int door_find(void *self, struct door_place *at, struct fault *f)
{
    struct redis_door *d = self;
    char key[STREAM_KEY_MAX];
    int rc = -ENOMEM;
    bool found = false;
    stream_key(key, at->region, at->stream);
    redisReply *all = ASK(d, &rc, f, "XINFO", "GROUPS", key);
    for (size_t i = 0; all != NULL && i < all->elements && !found; i++) {
        const char *name = text_member(all->element[i], "name");
        found = name != NULL && strcmp(name, d->settings.group) == 0;
        if (found)
            take_place(at, all->element[i]);
    }
    freeReplyObject(all);
    return rc != 0 || found ? rc : fault_set(f, -ESTALE, "group %s of %s is gone", d->settings.group, key);
}

struct want { char key[STREAM_KEY_MAX]; const struct door_place *place; };

static const struct want *find_want(const struct want *wants, size_t n, const redisReply *key)
{
    for (size_t i = 0; key->type == REDIS_REPLY_STRING && i < n; i++)
        if (strcmp(wants[i].key, key->str) == 0)
            return &wants[i];
    return NULL;
}

static int add_streams(struct door_page *page, const struct want *wants, size_t n, const redisReply *r)
{
    int rc = 0;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements && rc == 0; i++) {
        const redisReply *one = r->element[i];
        const struct want *w = one->type == REDIS_REPLY_ARRAY && one->elements == 2
                             ? find_want(wants, n, one->element[0]) : NULL;
        if (w != NULL)
            rc = add_entries(page, w->place->stream, w->place->region, one->element[1]);
    }
    return rc;
}

/* XREAD, not XREADGROUP: what a group keeps of each entry that it gives out and that is not acknowledged costs Redis half of all
 * its time. The group only keeps how far it is, and that goes with the transaction. */
static int ask_read(struct redis_door *d, const struct want *wants, size_t n, uint64_t wait_us, struct door_page *page,
                    struct fault *f)
{
    enum { HEAD = 6 };
    char count[16], block[24];
    int rc = -ENOMEM;
    const char **args = malloc((HEAD + 2 * n + 1) * sizeof *args);
    if (args == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    snprintf(count, sizeof count, "%u", d->settings.batch);
    snprintf(block, sizeof block, "%" PRIu64, wait_us / 1000 + 1);
    const char *head[HEAD] = { "XREAD", "COUNT", count, "BLOCK", block, "STREAMS" };
    memcpy(args, head, sizeof head);
    for (size_t i = 0; i < n; i++) {
        args[HEAD + i] = wants[i].key;
        args[HEAD + n + i] = wants[i].place->done;
    }
    args[HEAD + 2 * n] = NULL;
    redisReply *r = append(d, args) == 0 ? page_reply(d, &rc, f) : NULL;
    free(args);
    if (r == NULL)
        return rc;
    return add_streams(page, wants, n, r) == 0 ? 0 : fault_set(f, -ENOMEM, "no memory");
}

static int door_read(void *self, const struct door_place *const *places, size_t count, uint64_t wait_us, struct door_page *page,
                     struct fault *f)
{
    struct redis_door *d = self;
    struct want *wants = malloc(count * sizeof *wants);
    if (wants == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    for (size_t i = 0; i < count; i++) {
        wants[i].place = places[i];
        stream_key(wants[i].key, places[i]->region, places[i]->stream);
    }
    int rc = ask_read(d, wants, count, wait_us, page, f);
    free(wants);
    return rc;
}

/* ---- committing ---- */

static int append_add(struct redis_door *d, const struct change *x)
{
    char key[STREAM_KEY_MAX], version[16];
    snprintf(version, sizeof version, "%d", EVENT_SCHEMA_VERSION);
    size_t key_len = stream_key(key, x->region, x->stream);
    const char *args[] = { "XADD", key, "*", "id", x->id, "type", x->type, "v", version, "json", x->value,
                           "reason", x->reason, "from", x->from };
    size_t lens[] = { 4, key_len, 1, 2, strlen(x->id), 4, strlen(x->type), 1, strlen(version), 4, x->len,
                      6, x->reason ? strlen(x->reason) : 0, 4, x->from ? strlen(x->from) : 0 };
    return redisAppendCommandArgv(d->redis, x->reason ? 15 : 11, args, lens);
}

static int append_field(struct redis_door *d, const struct change *x)
{
    char key[STREAM_KEY_MAX];
    size_t key_len = x->kind == CHANGE_MARK ? stream_mark_key(key, x->region, d->settings.group)
                                            : stream_state_key(key, x->region, x->key);
    const char *args[] = { x->value ? "HSET" : "HDEL", key, x->id, x->value };
    size_t lens[] = { 4, key_len, strlen(x->id), x->len };
    return redisAppendCommandArgv(d->redis, x->value ? 4 : 3, args, lens);
}

static int append_meet(struct redis_door *d, const struct change *x)
{
    const char *args[] = { "SADD", stream_regions_key, x->region };
    size_t lens[] = { 4, strlen(stream_regions_key), strlen(x->region) };
    return redisAppendCommandArgv(d->redis, 3, args, lens);
}

static int append_done(struct redis_door *d, const struct change *x)
{
    char key[STREAM_KEY_MAX];
    size_t key_len = stream_key(key, x->region, x->stream);
    const char *args[] = { "XGROUP", "SETID", key, d->settings.group, x->key, "ENTRIESREAD", x->value };
    size_t lens[] = { 6, 5, key_len, strlen(d->settings.group), strlen(x->key), 11, x->len };
    return redisAppendCommandArgv(d->redis, x->value ? 7 : 5, args, lens);
}

static int append_change(struct redis_door *d, const struct change *x)
{
    switch (x->kind) {
    case CHANGE_ADD:  return append_add(d, x);
    case CHANGE_DONE: return append_done(d, x);
    case CHANGE_MEET: return append_meet(d, x);
    default:          return append_field(d, x);
    }
}

static int append_changes(struct redis_door *d, const struct change *changes, size_t count)
{
    int rc = REDIS_OK;
    for (size_t i = 0; i < count && rc == REDIS_OK; i++)
        rc = append_change(d, &changes[i]);
    return rc == REDIS_OK ? 0 : -ENOMEM;
}

/* EXEC's own answer: nil when the lease changed hands, an error inside when the server could not do a part. */
static int judge(const redisReply *r, struct fault *f)
{
    if (r->type != REDIS_REPLY_ARRAY)
        return fault_set(f, -ESTALE, "the lease has passed to another consumer");
    for (size_t i = 0; i < r->elements; i++)
        if (r->element[i]->type == REDIS_REPLY_ERROR)
            return fault_set(f, -EIO, "redis: %s", r->element[i]->str);
    return 0;
}

static int door_commit(void *self, const char *region, const struct change *changes, size_t count, struct fault *f)
{
    struct redis_door *d = self;
    char key[STREAM_KEY_MAX], life[24];
    stream_lease_key(key, region, d->settings.group);
    lease_life(d, life);
    int rc = hold_lease(d, key, f);
    if (rc != 0)
        return rc;
    if (APPEND(d, "MULTI") != 0 || append_changes(d, changes, count) != 0 ||
        APPEND(d, "PEXPIRE", key, life) != 0 || APPEND(d, "EXEC") != 0)
        return fault_set(f, -ENOMEM, "no memory for the transaction");
    struct fault queued = { 0 };
    for (size_t i = 0; i < count + 3; i++) {
        int one = 0;
        redisReply *r = reply(d, &one, i == count + 2 ? f : &queued);
        if (r == NULL && d->redis->err)
            return fault_set(f, -EIO, "redis at %s: %s", d->where.host, d->redis->errstr);
        if (i == count + 2)
            rc = r != NULL ? judge(r, f) : queued.code ? fault_set(f, queued.code == -ENOSPC ? -ENOSPC : -EIO, "%s", queued.why) : one;
        freeReplyObject(r);
    }
    return rc;
}

static int door_load(void *self, const char *region, const char *suffix,
                     void (*each)(void *ctx, const char *field, const char *value, size_t len), void *ctx, struct fault *f)
{
    char key[STREAM_KEY_MAX];
    int rc = -ENOMEM;
    stream_state_key(key, region, suffix);
    redisReply *r = ASK((struct redis_door *)self, &rc, f, "HGETALL", key);
    for (size_t i = 0; r != NULL && i + 1 < r->elements; i += 2)
        each(ctx, r->element[i]->str, r->element[i + 1]->str, r->element[i + 1]->len);
    freeReplyObject(r);
    return rc;
}

/* ---- trimming ---- */

struct stream_id { uint64_t ms, seq; };

static struct stream_id parse_stream_id(const char *text)
{
    struct stream_id id = { 0, 0 };
    sscanf(text, "%" SCNu64 "-%" SCNu64, &id.ms, &id.seq);
    return id;
}

static bool id_less(struct stream_id a, struct stream_id b)
{
    return a.ms != b.ms ? a.ms < b.ms : a.seq < b.seq;
}

/* The first id that a group may still need: its oldest pending one (others' groups have some), else what follows the last delivered. */
static int group_floor(struct redis_door *d, const char *key, const char *group, const char *last, struct stream_id *out,
                       struct fault *f)
{
    int rc = -ENOMEM;
    *out = parse_stream_id(last);
    redisReply *pending = out->ms != 0 ? ASK(d, &rc, f, "XPENDING", key, group) : NULL;
    if (out->ms == 0)
        return 0;
    if (pending != NULL && pending->elements >= 2 && pending->element[1]->type == REDIS_REPLY_STRING)
        *out = parse_stream_id(pending->element[1]->str);
    freeReplyObject(pending);
    return rc;
}

static bool is_among(const char *name, const char *const *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(groups[i], name) == 0)
            return true;
    return false;
}

/* Lowers `least` to what every group may still need, those named and others; to nothing while one of those named has not begun. */
static int lower_to_groups(struct redis_door *d, const char *key, const char *const *groups, size_t count, struct stream_id *least,
                           struct fault *f)
{
    int rc = -ENOMEM;
    size_t begun = 0;
    redisReply *all = ASK(d, &rc, f, "XINFO", "GROUPS", key);
    if (rc == -EIO && strstr(f->why, "no such key") != NULL)
        rc = 0;
    for (size_t i = 0; all != NULL && i < all->elements && rc == 0; i++) {
        const char *name = text_member(all->element[i], "name"), *last = text_member(all->element[i], "last-delivered-id");
        struct stream_id one = { 0, 0 };
        if (name == NULL || last == NULL)
            continue;
        begun += is_among(name, groups, count);
        rc = group_floor(d, key, name, last, &one, f);
        if (id_less(one, *least))
            *least = one;
    }
    freeReplyObject(all);
    if (begun < count)
        *least = (struct stream_id){ 0, 0 };
    return rc;
}

/* Redis takes away at most ten thousand entries with one XTRIM ~, so that it is not busy with it for long. */
static int64_t trim_to(struct redis_door *d, const char *key, const char *floor, struct fault *f)
{
    int64_t sum = 0, gone = 1;
    for (unsigned turn = 0; turn < TRIM_TURNS && gone > 0; turn++) {
        int rc = -ENOMEM;
        redisReply *r = ASK(d, &rc, f, "XTRIM", key, "MINID", "~", floor);
        gone = r != NULL && r->type == REDIS_REPLY_INTEGER ? (int64_t)r->integer : 0;
        freeReplyObject(r);
        if (rc != 0)
            return rc;
        sum += gone;
    }
    return sum;
}

static int64_t door_trim(void *self, const char *region, enum stream s, const char *const *groups, size_t group_count,
                         uint64_t keep_us, struct fault *f)
{
    struct redis_door *d = self;
    char key[STREAM_KEY_MAX], floor_text[STREAM_ID_MAX];
    uint64_t now = clock_wall_us();
    struct stream_id least = { now > keep_us ? (now - keep_us) / 1000 : 0, 0 };
    stream_key(key, region, s);
    int rc = lower_to_groups(d, key, groups, group_count, &least, f);
    if (rc != 0 || least.ms == 0)
        return rc;
    snprintf(floor_text, sizeof floor_text, "%" PRIu64 "-%" PRIu64, least.ms, least.seq);
    return trim_to(d, key, floor_text, f);
}

/* ---- memory ---- */

static int door_memory(void *self, uint64_t *used, uint64_t *most, struct fault *f)
{
    int rc = -ENOMEM;
    redisReply *r = ASK((struct redis_door *)self, &rc, f, "INFO", "memory");
    *used = redis_info_number(r, "used_memory");
    *most = redis_info_number(r, "maxmemory");
    freeReplyObject(r);
    return rc;
}

static const char *door_server(void *self)
{
    return ((struct redis_door *)self)->server.run_id;
}

/* ---- opening ---- */

static void door_close(void *self)
{
    struct redis_door *d = self;
    if (d->redis != NULL)
        redisFree(d->redis);
    blocks_free(&d->page);
    free(d);
}

int door_redis_open(const struct consume_settings *s, struct door *out, struct fault *f)
{
    struct redis_door *d = calloc(1, sizeof *d);
    if (d == NULL)
        return fault_set(f, -ENOMEM, "consume: no memory");
    d->settings = *s;
    int rc = redis_where_parse(s->redis ? s->redis : "", s->redis_user, s->redis_password, &d->where, f);
    if (rc == 0 && (s->name == NULL || *s->name == '\0' || strlen(s->name) > 48 || strchr(s->name, ' ') != NULL))
        rc = fault_set(f, -EINVAL, "consumer name `%s`: expected 1 to 48 characters without blanks", s->name ? s->name : "");
    if (rc != 0) {
        free(d);
        return rc;
    }
    snprintf(d->token, sizeof d->token, "%s %" PRIu64 "-%ld", s->name, clock_wall_us(), (long)getpid());
    *out = (struct door){ d, door_connect, door_regions, door_take, door_renew, door_find, door_read, door_commit,
                          door_load, door_trim, door_memory, door_server, door_page_free, door_close };
    return 0;
}
