/* One loop: connect, take regions, read on where the group is with them, let the handler work, commit. Everything that
 * can go wrong ends in one of two states: "this region must be taken again" or "the connection is gone". */
#include "bus/consume.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/door.h"
#include "bus/marks.h"
#include "common/clock.h"
#include "common/log.h"

static const uint64_t LOOK_US = 500000, MEMORY_US = 100000, RETRY_LEAST_US = 50000, RETRY_MOST_US = 5000000;
enum { HOLD_SHARE = 20,                 /* a transaction follows the last after so many times what that one cost */
       SUSPECT = 2,                     /* so many processes die of their first page; the next takes it entry by entry */
       TRIAL_MAX = 64 };                /* "alerts 1700000000000-0" */

struct region {
    char name[STREAM_REGION_MAX + 1];
    bool leased, ours;                  /* ours: and we know where to read on */
    struct door_place places[STREAM_COUNT];     /* how far it is with each stream, with what is held */
    unsigned moved;                     /* bits of the streams where what is held moved it */
    unsigned starts;                    /* processes that began to work here, with no page done since; stands in Redis */
    bool     counted;                   /* ours among them */
    struct trial { char entry[TRIAL_MAX]; unsigned count; } trial;      /* the entry that the last of them were at, and how many */
    char     tried[TRIAL_MAX];          /* the one that we have been counted with */
    uint64_t renew_at_us;
    struct marks marks;
    struct transaction open;            /* of batches that were handled and are not in Redis yet */
    size_t   held;                      /* their entries */
    bool     urgent;                    /* one of them is somebody's command */
    char     redis[41];                 /* the process that took its latest transaction; "": there was none */
    uint64_t forgot_us;                 /* when that was another than today's; 0: never */
    uint64_t committed_us, cost_us;     /* when the last one was through, and what it took */
};

struct consumer {
    struct consume_settings settings;
    struct door door;
    const struct consume_handler *handler;
    const volatile int *stop;
    struct region *regions;
    size_t region_count;
    struct region *at_work;             /* whose batch the handler has; NULL: changes go to the region that they name */
    bool   connected, complained, crowded;
    uint64_t retry_us, look_at_us, idle_at_us, read_us, memory_at_us;
    struct consume_counts counts;
};

#define ROW(member, text) { #member, METRIC_COUNTER, offsetof(struct consume_counts, member), text }
static const struct metric rows[] = {
    ROW(read, "Entries read from the streams"),
    ROW(handled, "Entries whose effect is committed"),
    ROW(repeats, "Entries dropped because they were handled before"),
    ROW(retried, "Times a batch or an entry was tried again"),
    ROW(dead, "Entries moved to the dead stream"),
    ROW(reconnects, "Connections made to Redis"),
};
const struct metrics_room consume_metrics = { "consume", rows, sizeof rows / sizeof *rows };

/* ---- pages ---- */

struct entry *door_page_add(struct door_page *p)
{
    if (p->count == p->room) {
        size_t room = p->room ? p->room * 2 : 64;
        struct entry *e = realloc(p->entries, room * sizeof *e);
        if (e == NULL)
            return NULL;
        p->entries = e;
        p->room = room;
    }
    p->entries[p->count] = (struct entry){ 0 };
    return &p->entries[p->count++];
}

void door_page_reset(struct door_page *p)
{
    free(p->entries);
    *p = (struct door_page){ 0 };
}

/* ---- the open transaction ---- */

static struct region *region_named(struct consumer *c, const char *name)
{
    for (size_t i = 0; i < c->region_count; i++)
        if (strcmp(c->regions[i].name, name) == 0)
            return &c->regions[i];
    return NULL;
}

/* What a batch brings goes with its place in the stream; what comes from elsewhere needs a region that is ours. */
static void add_change(struct consumer *c, const struct change *given)
{
    struct region *r = c->at_work != NULL ? c->at_work : region_named(c, given->region);
    if (r != NULL && r->leased)
        transaction_add(&r->open, given);
}

void consume_add(struct consumer *c, const char *region, enum stream stream, const char *id, const char *type,
                 const char *json, size_t len)
{
    add_change(c, &(struct change){ .kind = CHANGE_ADD, .stream = stream, .region = region, .id = id, .type = type,
                                    .value = json, .len = len });
}

void consume_set(struct consumer *c, const char *region, const char *key_suffix, const char *field, const char *value,
                 size_t len)
{
    add_change(c, &(struct change){ .kind = CHANGE_SET, .region = region, .key = key_suffix, .id = field,
                                    .value = value, .len = value ? len : 0 });
}

void consume_meet(struct consumer *c, const char *region)
{
    add_change(c, &(struct change){ .kind = CHANGE_MEET, .region = region });
}

void consume_urge(struct consumer *c)
{
    if (c->at_work != NULL)
        c->at_work->urgent = true;
}

/* The entry's effect, if it has one, is in the open transaction. Entries are done in the order of their stream. */
static void is_done(struct region *r, const struct entry *e)
{
    struct door_place *at = &r->places[e->stream];
    snprintf(at->done, sizeof at->done, "%s", e->stream_id);
    at->count += at->count >= 0;
    r->moved |= 1u << e->stream;
}

static void add_places(struct region *r)
{
    char count[24];
    for (enum stream s = 0; s < STREAM_COUNT; s++) {
        const struct door_place *at = &r->places[s];
        int n = snprintf(count, sizeof count, "%" PRId64, at->count);
        if (r->moved >> s & 1)
            transaction_add(&r->open, &(struct change){ .kind = CHANGE_DONE, .stream = s, .region = r->name, .key = at->done,
                                                        .value = at->count >= 0 ? count : NULL, .len = (size_t)n });
    }
    r->moved = 0;
}

static void add_dead(struct consumer *c, struct region *r, const struct entry *e, const char *reason)
{
    char from[STREAM_KEY_MAX + STREAM_ID_MAX];
    snprintf(from, sizeof from, "%s %s %s", stream_names[e->stream], e->stream_id, c->settings.group);
    transaction_add(&r->open, &(struct change){ .kind = CHANGE_ADD, .stream = STREAM_DEAD, .region = e->region,
                                                .id = e->id ? e->id : "", .type = e->type ? e->type : "",
                                                .value = e->json ? e->json : "", .len = e->json ? e->json_len : 0,
                                                .reason = reason, .from = from });
    is_done(r, e);
    c->counts.dead++;
    log_warning("%s: entry %s of %s in region %s goes to :dead: %s", c->settings.group, e->stream_id,
                stream_names[e->stream], e->region, reason);
}

/* A mark, or a field beside the marks; NULL takes it away. */
static struct change mark_change(const struct region *r, const char *field, const char *value)
{
    return (struct change){ .kind = CHANGE_MARK, .region = r->name, .id = field, .value = value, .len = value ? strlen(value) : 0 };
}

static void set_mark(struct region *r, const char *field, const char *value)
{
    const struct change x = mark_change(r, field, value);
    transaction_add(&r->open, &x);
}

static void add_mark(void *region, const char *field, uint64_t seq)
{
    char value[24];
    snprintf(value, sizeof value, "%" PRIu64, seq);
    set_mark(region, field, value);
}

/* ---- which Redis it was ---- */

static bool holds(const struct region *r)
{
    return r->open.count > 0 || r->moved != 0;
}

static void load_redis(struct region *r, const char *value, size_t len)
{
    char text[sizeof r->redis + 24];
    snprintf(text, sizeof text, "%.*s", (int)len, value);
    if (sscanf(text, "%40s %" SCNu64, r->redis, &r->forgot_us) != 2)
        r->redis[0] = '\0';
}

static void know_redis(struct consumer *c, struct region *r)
{
    if (*r->redis != '\0' && strcmp(r->redis, c->door.server(c->door.self)) != 0)
        r->forgot_us = clock_wall_us();
}

static void add_redis(struct consumer *c, struct region *r)
{
    char value[sizeof r->redis + 24];
    const char *now = c->door.server(c->door.self);
    if (!holds(r) || strcmp(r->redis, now) == 0)
        return;
    snprintf(value, sizeof value, "%s %" PRIu64, now, r->forgot_us);
    set_mark(r, MARK_REDIS, value);
}

uint64_t consumer_forgot_us(struct consumer *c, const char *region)
{
    const struct region *r = region_named(c, region);
    return r != NULL ? r->forgot_us : 0;
}

/* ---- states ---- */

static void nap(const struct consumer *c, uint64_t us)
{
    for (uint64_t done = 0; done < us && !*c->stop; done += 20000) {
        struct timespec t = { 0, 20000000 };
        nanosleep(&t, NULL);
    }
}

static void back_off(struct consumer *c)
{
    c->retry_us = c->retry_us ? c->retry_us * 2 : RETRY_LEAST_US;
    if (c->retry_us > RETRY_MOST_US)
        c->retry_us = RETRY_MOST_US;
    nap(c, c->retry_us);
}

static void lose_region(struct consumer *c, struct region *r)
{
    if (r->leased && c->handler != NULL && c->handler->lost != NULL)
        c->handler->lost(c->handler->ctx, r->name);
    r->leased = r->ours = r->urgent = false;
    r->held = 0;
    transaction_empty(&r->open);
    marks_free(&r->marks);
    r->redis[0] = '\0';
    r->forgot_us = 0;
    r->moved = r->starts = 0;
    r->trial = (struct trial){ 0 };
}

/* A handler that fills its memory again does so for all regions, so none may hold what is not in Redis: it is taken
 * again too, and what it held with it. */
static void lose_with_holders(struct consumer *c, struct region *r)
{
    lose_region(c, r);
    for (size_t i = 0; i < c->region_count; i++)
        if (holds(&c->regions[i]))
            lose_region(c, &c->regions[i]);
}

static bool is_final(int rc)
{
    return rc == -EBUSY || rc == -EPERM || rc == -ECANCELED;
}

/* What was done cannot be written: it is forgotten here, and taken up again when there may be room. */
static int wait_for_room(struct consumer *c, const struct fault *f)
{
    if (!c->complained)
        log_warning("%s: %s; waiting for room", c->settings.group, f->why);
    c->complained = true;
    for (size_t i = 0; i < c->region_count; i++)
        lose_region(c, &c->regions[i]);
    c->look_at_us = 0;
    back_off(c);
    return 0;
}

/* What an error of the door means for us; gives it back when we cannot go on. */
static int failed(struct consumer *c, struct region *r, int rc, const struct fault *f)
{
    if (is_final(rc))
        return rc;
    if (rc == -ENOSPC)
        return wait_for_room(c, f);
    if (rc == -ESTALE) {
        if (r != NULL)
            lose_with_holders(c, r);
        for (size_t i = 0; r == NULL && i < c->region_count; i++)
            lose_region(c, &c->regions[i]);
        c->look_at_us = 0;
        return 0;
    }
    if (!c->complained)
        log_warning("%s: %s; waiting for it", c->settings.group, f->why);
    c->complained = true;
    c->connected = false;
    for (size_t i = 0; i < c->region_count; i++)
        lose_region(c, &c->regions[i]);
    return 0;
}

static int send(struct consumer *c, struct region *r, struct fault *f)
{
    c->at_work = r;
    if (c->handler->gather != NULL)
        c->handler->gather(c->handler->ctx, c, r->name);
    c->at_work = NULL;
    marks_moved(&r->marks, add_mark, r);
    add_places(r);
    add_redis(c, r);
    if (r->open.short_of_memory)
        return fault_set(f, -ENOMEM, "no memory for the transaction");
    int rc = holds(r) ? c->door.commit(c->door.self, r->name, r->open.changes, r->open.count, f) : 0;
    if (rc == 0 && holds(r))
        snprintf(r->redis, sizeof r->redis, "%s", c->door.server(c->door.self));
    return rc;
}

/* Everything that is held, and the marks, in one transaction. */
static int commit(struct consumer *c, struct region *r, struct fault *f)
{
    uint64_t from = clock_steady_us();
    int rc = send(c, r, f);
    marks_settle(&r->marks, rc == 0);
    c->counts.handled += rc == 0 ? r->held : 0;
    transaction_empty(&r->open);
    r->held = 0;
    r->urgent = false;
    if (c->handler->settled != NULL)
        c->handler->settled(c->handler->ctx, rc == 0);
    if (rc != 0)
        return rc;
    r->committed_us = clock_steady_us();
    r->cost_us = r->committed_us - from;
    c->retry_us = 0;
    c->complained = false;
    return 0;
}

/* When what is held has to go: under load transactions are few and large, without load each batch is one. */
static uint64_t due_at(const struct consumer *c, const struct region *r)
{
    uint64_t wait = HOLD_SHARE * r->cost_us;
    if (r->urgent || r->held >= CONSUME_HOLD_MAX)
        return 0;
    if (wait < c->settings.hold_least_us)
        wait = c->settings.hold_least_us;
    return r->committed_us + (wait < c->settings.hold_us ? wait : c->settings.hold_us);
}

/* Keeps what a batch brought, and sends it when it is time. */
static int keep(struct consumer *c, struct region *r, size_t entries, bool now, struct fault *f)
{
    transaction_accept(&r->open);
    marks_accept(&r->marks, true);
    r->held += entries;
    return now || clock_steady_us() >= due_at(c, r) ? commit(c, r, f) : 0;
}

/* Those that hold something: all of them, or the ones that are due. */
static int commit_held(struct consumer *c, bool all, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < c->region_count && rc == 0; i++) {
        struct region *r = &c->regions[i];
        if (holds(r) && (all || clock_steady_us() >= due_at(c, r)) && (rc = commit(c, r, f)) != 0)
            rc = failed(c, r, rc, f);
    }
    return rc;
}

/* ---- batches ---- */

static bool blames_entry(int rc)
{
    return rc == -EINVAL || rc == -EBADMSG;
}

/* The handler's store does not work: hold the region and try again. Stops with -ECANCELED when we are to end. */
static int wait_for_store(struct consumer *c, struct region *r, const struct fault *why, bool *said, struct fault *f)
{
    if (!*said)
        log_error("%s: %s; trying again until it works", c->settings.group, why->why);
    *said = true;
    c->counts.retried++;
    back_off(c);
    if (*c->stop)
        return fault_set(f, -ECANCELED, "stopped");
    return c->door.renew(c->door.self, r->name, f);
}

/* Until it works or an entry is to blame. With something held it is not tried again: the handler may have had to forget
 * that as well. */
static int handle(struct consumer *c, struct region *r, const struct entry *entries, size_t count, struct fault *why,
                  struct fault *f)
{
    bool said = false;
    for (;;) {
        c->at_work = r;
        int rc = count ? c->handler->batch(c->handler->ctx, c, entries, count, why) : 0;
        c->at_work = NULL;
        if (rc == 0) {
            if (said)
                log_info("%s: works again", c->settings.group);
            return 0;
        }
        transaction_reject(&r->open);
        if (blames_entry(rc))
            return 1;
        if (holds(r))
            return fault_set(f, -ESTALE, "%s", why->why);
        rc = wait_for_store(c, r, why, &said, f);
        if (rc != 0)
            return rc;
    }
}

static int handle_one(struct consumer *c, struct region *r, const struct entry *e, struct fault *f)
{
    struct fault why = { 0 };
    int rc = 1;
    for (unsigned tries = 0; rc == 1 && tries < CONSUME_TRIES; tries++) {
        c->counts.retried++;
        rc = handle(c, r, e, 1, &why, f);
    }
    if (rc < 0)
        return rc;
    if (rc == 1)
        add_dead(c, r, e, why.why);
    else
        is_done(r, e);
    return keep(c, r, 1, true, f);
}

static const char *broken(const struct entry *e)
{
    return e->id == NULL ? "it has no field `id`" : e->type == NULL ? "it has no field `type`"
         : e->json == NULL ? "it has no field `json`" : NULL;
}

/* It has been handled, or need not be. */
static void done_with(struct consumer *c, struct region *r, const struct entry *e, bool handled)
{
    const char *why = broken(e);
    if (why != NULL) {
        add_dead(c, r, e, why);
        return;
    }
    is_done(r, e);
    c->counts.repeats += !handled;
}

/* ---- entries that kill ---- */

static void load_starts(struct region *r, const char *value, size_t len)
{
    char text[24];
    snprintf(text, sizeof text, "%.*s", (int)len, value);
    r->starts = (unsigned)strtoul(text, NULL, 10);
}

static void load_trial(struct region *r, const char *value, size_t len)
{
    char text[TRIAL_MAX + 24];
    snprintf(text, sizeof text, "%.*s", (int)len, value);
    if (sscanf(text, "%u %63[^\n]", &r->trial.count, r->trial.entry) != 2)
        r->trial = (struct trial){ 0 };
}

/* At once and by itself. */
static int say(struct consumer *c, struct region *r, const char *field, const char *value, struct fault *f)
{
    const struct change x = mark_change(r, field, value);
    return c->door.commit(c->door.self, r->name, &x, 1, f);
}

/* A process says that it begins before it works, and takes it back with the first page that is done: what stands there is how many
 * died in a row without getting so far. */
static int count_start(struct consumer *c, struct region *r, struct fault *f)
{
    char value[24];
    if (r->counted)
        return 0;
    snprintf(value, sizeof value, "%u", r->starts + 1);
    int rc = say(c, r, MARK_STARTS, value, f);
    r->starts += rc == 0;
    r->counted = rc == 0;
    return rc;
}

static void a_page_is_done(struct region *r)
{
    if (r->starts == 0)
        return;
    set_mark(r, MARK_STARTS, NULL);
    set_mark(r, MARK_TRIAL, NULL);
    r->starts = 0;
    r->trial = (struct trial){ 0 };
}

/* We end in order, with a store that does not work or amid a search: nobody has died. */
static void take_back_starts(struct consumer *c)
{
    struct fault f;
    for (size_t i = 0; i < c->region_count; i++) {
        struct region *r = &c->regions[i];
        if (r->leased && r->counted && r->starts > 0 && say(c, r, MARK_STARTS, NULL, &f) == 0)
            say(c, r, MARK_TRIAL, NULL, &f);
    }
}

/* The entry is named before it is tried. Gives 1 when enough have died of it. */
static int try_entry(struct consumer *c, struct region *r, const struct entry *e, struct fault *f)
{
    char entry[TRIAL_MAX], value[TRIAL_MAX + 24];
    snprintf(entry, sizeof entry, "%s %s", stream_names[e->stream], e->stream_id);
    if (strcmp(entry, r->tried) == 0)
        return 0;                       /* we are counted with it */
    unsigned died = strcmp(entry, r->trial.entry) == 0 ? r->trial.count : 0;
    if (died >= CONSUME_TRIES)
        return 1;
    snprintf(value, sizeof value, "%u %s", died + 1, entry);
    int rc = say(c, r, MARK_TRIAL, value, f);
    if (rc == 0)
        memcpy(r->tried, entry, sizeof entry);
    return rc;
}

/* ---- pages ---- */

/* One entry in a transaction of its own. */
static int work_one(struct consumer *c, struct region *r, const struct entry *e, bool deadly, struct fault *f)
{
    bool aside = broken(e) != NULL || marks_repeat(&r->marks, e->stream, e->id);
    int killer = deadly && !aside ? try_entry(c, r, e, f) : 0;
    if (killer < 0)
        return killer;
    if (killer == 0 && !aside)
        return handle_one(c, r, e, f);
    if (killer == 1)
        add_dead(c, r, e, "its consumer died again and again while handling it");
    else
        done_with(c, r, e, false);
    return keep(c, r, 0, true, f);
}

/* One of them is to blame, or has killed those before us: what was held goes first, then each by itself. */
static int work_singly(struct consumer *c, struct region *r, const struct entry *entries, size_t count, bool deadly, struct fault *f)
{
    int rc = holds(r) ? commit(c, r, f) : 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = *c->stop ? fault_set(f, -ECANCELED, "stopped") : work_one(c, r, &entries[i], deadly, f);
    return rc;
}

static bool has_command(const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (entries[i].stream == STREAM_COMMANDS)
            return true;
    return false;
}

/* Gives 1 when an entry is to blame; nothing is changed then. `good` has room for all of them. */
static int work_together(struct consumer *c, struct region *r, const struct entry *entries, size_t count, struct entry *good,
                         struct fault *f)
{
    struct fault why = { 0 };
    size_t kept = 0, k = 0;
    for (size_t i = 0; i < count; i++)
        if (broken(&entries[i]) == NULL && !marks_repeat(&r->marks, entries[i].stream, entries[i].id))
            good[kept++] = entries[i];
    int rc = handle(c, r, good, kept, &why, f);
    if (rc != 0) {
        marks_accept(&r->marks, false);
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        bool handled = k < kept && good[k].stream_id == entries[i].stream_id;
        k += handled;
        done_with(c, r, &entries[i], handled);
    }
    r->held += kept;
    return 0;
}

/* Entries of one region, in stream order. */
static int work(struct consumer *c, struct region *r, const struct entry *entries, size_t count, struct fault *f)
{
    struct entry *good = malloc(count * sizeof *good);
    if (good == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    int rc = count_start(c, r, f);
    bool deadly = r->starts > SUSPECT;
    c->counts.read += count;
    if (rc == 0)
        rc = deadly ? 1 : work_together(c, r, entries, count, good, f);
    if (rc == 1)
        rc = work_singly(c, r, entries, count, deadly, f);
    free(good);
    if (rc != 0)
        return rc;
    a_page_is_done(r);
    r->urgent |= has_command(entries, count);
    return keep(c, r, 0, false, f);
}

/* ---- regions ---- */

static void meet_region(void *consumer, const char *name)
{
    struct consumer *c = consumer;
    if (!stream_region_fits(name) || region_named(c, name) != NULL)
        return;
    struct region *more = realloc(c->regions, (c->region_count + 1) * sizeof *more);
    if (more == NULL)
        return;
    c->regions = more;
    struct region *r = &c->regions[c->region_count++];
    *r = (struct region){ 0 };
    strcpy(r->name, name);
}

static void load_mark(void *region, const char *field, const char *value, size_t len)
{
    struct region *r = region;
    if (strcmp(field, MARK_REDIS) == 0)
        load_redis(r, value, len);
    else if (strcmp(field, MARK_STARTS) == 0)
        load_starts(r, value, len);
    else if (strcmp(field, MARK_TRIAL) == 0)
        load_trial(r, value, len);
    else
        marks_load(&r->marks, field, value, len);
}

static int find_places(struct consumer *c, struct region *r, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < c->settings.stream_count && rc == 0; i++) {
        struct door_place *at = &r->places[c->settings.streams[i]];
        *at = (struct door_place){ .stream = c->settings.streams[i], .region = r->name };
        rc = c->door.find(c->door.self, at, f);
    }
    return rc;
}

static int take_region(struct consumer *c, struct region *r, struct fault *f)
{
    char suffix[STREAM_KEY_MAX];
    int rc = c->door.take(c->door.self, r->name, f);
    if (rc <= 0)
        return rc;
    lose_region(c, r);
    rc = commit_held(c, true, f);       /* see lose_with_holders() */
    if (rc != 0 || !c->connected)
        return rc;
    r->leased = true;
    snprintf(suffix, sizeof suffix, "mark:%s", c->settings.group);
    rc = c->door.load(c->door.self, r->name, suffix, load_mark, r, f);
    know_redis(c, r);
    if (rc == 0 && c->handler->taken != NULL)
        rc = c->handler->taken(c->handler->ctx, c, r->name, f);
    transaction_empty(&r->open);
    if (rc == 0)
        rc = find_places(c, r, f);
    r->ours = rc == 0;
    r->renew_at_us = clock_steady_us() + c->settings.claim_idle_us / 3;
    return rc;
}

static int renew_region(struct consumer *c, struct region *r, uint64_t now, struct fault *f)
{
    if (now < r->renew_at_us)
        return 0;
    r->renew_at_us = now + c->settings.claim_idle_us / 3;
    return c->door.renew(c->door.self, r->name, f);
}

/* Leases are renewed whenever it is time: under load every round is a time to look for regions as well. */
static int look_after_regions(struct consumer *c, struct fault *f)
{
    uint64_t now = clock_steady_us();
    int rc = 0;
    if (now >= c->look_at_us) {
        c->look_at_us = now + LOOK_US;
        if (c->settings.regions == NULL)
            rc = c->door.regions(c->door.self, meet_region, c, f);
        for (size_t i = 0; i < c->region_count && rc == 0; i++)
            if (!c->regions[i].ours && (rc = take_region(c, &c->regions[i], f)) != 0)
                rc = failed(c, &c->regions[i], rc, f);
        if (rc != 0)
            return failed(c, NULL, rc, f);
    }
    for (size_t i = 0; i < c->region_count; i++)
        if (c->regions[i].ours && (rc = renew_region(c, &c->regions[i], now, f)) != 0)
            return failed(c, &c->regions[i], rc, f);
    return 0;
}

/* ---- the loop ---- */

static int connect_door(struct consumer *c, struct fault *f)
{
    int rc = c->door.connect(c->door.self, f);
    if (rc != 0) {
        rc = failed(c, NULL, rc == -ESTALE ? -EIO : rc, f);
        back_off(c);
        return rc;
    }
    if (c->complained)
        log_info("%s: connected", c->settings.group);
    c->connected = true;
    c->complained = false;
    c->retry_us = 0;
    c->look_at_us = 0;
    c->counts.reconnects++;
    return 0;
}

static size_t our_places(struct consumer *c, const struct door_place **out)
{
    size_t n = 0;
    for (size_t i = 0; i < c->region_count; i++)
        for (size_t k = 0; c->regions[i].ours && k < c->settings.stream_count; k++) {
            struct door_place *at = &c->regions[i].places[c->settings.streams[k]];
            at->region = c->regions[i].name;        /* the list of regions may have moved */
            out[n++] = at;
        }
    return n;
}

/* The page comes stream by stream; the handler gets region by region. */
static int work_page(struct consumer *c, struct door_page *page, struct fault *f)
{
    int rc = 0;
    struct entry *batch = malloc((page->count + 1) * sizeof *batch);
    if (batch == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    for (size_t i = 0; i < c->region_count && rc == 0; i++) {
        struct region *r = &c->regions[i];
        size_t n = 0;
        for (size_t k = 0; k < page->count && r->ours; k++)
            if (strcmp(page->entries[k].region, r->name) == 0)
                batch[n++] = page->entries[k];
        if (n > 0 && (rc = work(c, r, batch, n, f)) != 0)
            rc = failed(c, r, rc, f);
    }
    free(batch);
    return rc;
}

/* Not longer than until the first of what is held is due. */
static uint64_t wait_of(const struct consumer *c)
{
    uint64_t now = clock_steady_us(), wait = c->settings.block_us;
    for (size_t i = 0; i < c->region_count; i++) {
        uint64_t due = holds(&c->regions[i]) ? due_at(c, &c->regions[i]) : UINT64_MAX;
        if (due < now + wait)
            wait = due > now ? due - now : 0;
    }
    return wait;
}

/* A read that brought little is followed by one that waits for more to come together. */
static void pace(const struct consumer *c)
{
    uint64_t now = clock_steady_us(), next = c->read_us + c->settings.pace_us;
    if (c->read_us != 0 && now < next)
        nap(c, next - now);
}

/* Whether what we would add is others' room. In a Redis that is full to the brim the archiver could not even say that it is
 * alive, so nothing would ever be acknowledged, trimmed and free again. Who cannot say how full it is is asked by the read. */
static bool is_crowded(struct consumer *c)
{
    uint64_t now = clock_steady_us(), used, most;
    struct fault why;
    if (c->settings.leave_percent == 0 || now < c->memory_at_us || c->door.memory(c->door.self, &used, &most, &why) != 0)
        return c->crowded;
    bool crowded = most > 0 && used > most / 100 * (100 - c->settings.leave_percent);
    c->memory_at_us = now + MEMORY_US;
    if (crowded != c->crowded && crowded)
        log_warning("%s: less than %u %% of Redis' memory is free; what is new waits until the archiver has made room", c->settings.group,
                    c->settings.leave_percent);
    else if (crowded != c->crowded)
        log_info("%s: Redis has room again", c->settings.group);
    c->crowded = crowded;
    return crowded;
}

static int read_once(struct consumer *c, struct fault *f)
{
    const struct door_place **places = malloc((c->region_count * c->settings.stream_count + 1) * sizeof *places);
    if (places == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    struct door_page page = { 0 };
    size_t n = our_places(c, places);
    int rc = 0;
    pace(c);
    if (n == 0 || is_crowded(c))
        nap(c, n == 0 ? c->settings.block_us : wait_of(c));
    else
        rc = c->door.read(c->door.self, places, n, wait_of(c), &page, f);
    c->read_us = page.count > 0 && page.count < c->settings.batch ? clock_steady_us() : 0;
    rc = rc != 0 ? failed(c, NULL, rc, f) : work_page(c, &page, f);
    c->door.page_free(c->door.self, &page);
    free(places);
    return rc == 0 && c->connected ? commit_held(c, false, f) : rc;
}

static int be_idle(struct consumer *c, struct fault *f)
{
    uint64_t now = clock_steady_us();
    if (c->handler->idle == NULL || now < c->idle_at_us)
        return 0;
    c->idle_at_us = now + c->settings.block_us;
    bool idled = c->handler->idle(c->handler->ctx, c, now) == 0;
    int rc = 0;
    for (size_t i = 0; i < c->region_count && rc == 0; i++) {
        struct region *r = &c->regions[i];
        bool added = r->open.count > r->open.sure;
        if (!idled)
            transaction_reject(&r->open);
        else if (added && (rc = keep(c, r, 0, true, f)) != 0)
            rc = failed(c, r, rc, f);
    }
    return rc;
}

int consumer_run(struct consumer *c, const struct consume_handler *h, const volatile int *stop, struct fault *f)
{
    int rc = 0;
    c->handler = h;
    c->stop = stop;
    while (!*stop && rc == 0) {
        if (!c->connected) {
            rc = connect_door(c, f);
            continue;
        }
        rc = look_after_regions(c, f);
        if (rc == 0 && c->connected)
            rc = read_once(c, f);
        if (rc == 0 && c->connected)
            rc = be_idle(c, f);
    }
    if (rc == 0 && c->connected)
        rc = commit_held(c, true, f);
    if (rc == -ECANCELED)
        take_back_starts(c);
    c->handler = NULL;      /* the caller's, and perhaps gone when the consumer is closed */
    return rc == -ECANCELED ? 0 : rc;
}

/* ---- opening ---- */

struct consumer *consumer_over(const struct consume_settings *s, const struct door *door, struct fault *f)
{
    struct consumer *c = calloc(1, sizeof *c);
    if (c == NULL) {
        fault_set(f, -ENOMEM, "consume: no memory");
        return NULL;
    }
    c->settings = *s;
    c->door = *door;
    for (size_t i = 0; s->regions != NULL && s->regions[i] != NULL; i++)
        meet_region(c, s->regions[i]);
    return c;
}

struct consumer *consumer_open(const struct consume_settings *s, struct fault *f)
{
    struct door door;
    if (door_redis_open(s, &door, f) != 0)
        return NULL;
    struct consumer *c = consumer_over(s, &door, f);
    if (c == NULL)
        door.close(door.self);
    return c;
}

void consumer_close(struct consumer *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->region_count; i++) {
        lose_region(c, &c->regions[i]);
        transaction_free(&c->regions[i].open);
    }
    c->door.close(c->door.self);
    free(c->regions);
    free(c);
}

void consumer_counts(const struct consumer *c, struct consume_counts *out)
{
    *out = c->counts;
}

int consumer_load(struct consumer *c, const char *region, const char *key_suffix,
                  void (*each)(void *ctx, const char *field, const char *value, size_t len), void *ctx, struct fault *f)
{
    int rc = 0;
    if (region != NULL)
        return c->door.load(c->door.self, region, key_suffix, each, ctx, f);
    for (size_t i = 0; i < c->region_count && rc == 0; i++)
        if (c->regions[i].leased)
            rc = c->door.load(c->door.self, c->regions[i].name, key_suffix, each, ctx, f);
    return rc;
}

int64_t consumer_trim(struct consumer *c, enum stream stream, const char *const *groups, size_t group_count,
                      uint64_t keep_us, struct fault *f)
{
    int64_t sum = 0, gone = 0;
    for (size_t i = 0; i < c->region_count && gone >= 0; i++)
        if (c->regions[i].ours) {
            gone = c->door.trim(c->door.self, c->regions[i].name, stream, groups, group_count, keep_us, f);
            sum += gone > 0 ? gone : 0;
        }
    return gone < 0 ? gone : sum;
}

int consumer_memory(struct consumer *c, uint64_t *used, uint64_t *most, struct fault *f)
{
    return c->door.memory(c->door.self, used, most, f);
}
