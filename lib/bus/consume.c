/* One loop: connect, take regions (their pending entries first), read, let the handler work, commit. Everything that
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

static const uint64_t LOOK_US = 500000, RETRY_LEAST_US = 50000, RETRY_MOST_US = 5000000;

struct region {
    char name[STREAM_REGION_MAX + 1];
    bool leased, ours;                  /* ours: and everything pending is handled */
    uint64_t renew_at_us;
    struct marks marks;
};

struct consumer {
    struct consume_settings settings;
    struct door door;
    const struct consume_handler *handler;
    const volatile int *stop;
    struct region *regions;
    size_t region_count;
    struct change *changes;             /* of the open transaction; texts owned */
    size_t change_count, change_room;
    bool   connected, complained, out_of_memory;
    uint64_t retry_us, look_at_us, idle_at_us;
    struct consume_counts counts;
};

#define ROW(member, text) { #member, METRIC_COUNTER, offsetof(struct consume_counts, member), text }
static const struct metric rows[] = {
    ROW(read, "Entries read from the streams"),
    ROW(handled, "Entries whose effect is committed"),
    ROW(repeats, "Entries dropped because they were handled before"),
    ROW(claimed, "Pending entries taken over"),
    ROW(retried, "Times a batch or an entry was tried again"),
    ROW(dead, "Entries moved to the dead stream"),
    ROW(lost, "Entries trimmed while they were pending"),
    ROW(reconnects, "Connections made to Redis"),
};
const struct metrics_room consume_metrics = { "consume", rows, sizeof rows / sizeof *rows };

/* ---- pages ---- */

struct entry *door_page_add(struct door_page *p)
{
    if (p->count == p->room) {
        size_t room = p->room ? p->room * 2 : 64;
        struct entry *e = realloc(p->entries, room * sizeof *e);
        p->entries = e ? e : p->entries;
        uint64_t *d = e ? realloc(p->deliveries, room * sizeof *d) : NULL;
        if (d == NULL)
            return NULL;
        p->deliveries = d;
        p->room = room;
    }
    p->deliveries[p->count] = 0;
    p->entries[p->count] = (struct entry){ 0 };
    return &p->entries[p->count++];
}

void door_page_reset(struct door_page *p)
{
    free(p->entries);
    free(p->deliveries);
    free(p->keep);
    *p = (struct door_page){ 0 };
}

/* ---- the open transaction ---- */

static char *copy(const char *bytes, size_t n)
{
    char *p = bytes ? malloc(n + 1) : NULL;
    if (p != NULL) {
        memcpy(p, bytes, n);
        p[n] = '\0';
    }
    return p;
}

static char *copy_text(const char *text)
{
    return text ? copy(text, strlen(text)) : NULL;
}

static void drop(const void *text)
{
    free((void *)(uintptr_t)text);      /* a change's texts are our own copies behind const */
}

static void add_change(struct consumer *c, const struct change *given)
{
    if (c->change_count == c->change_room) {
        size_t room = c->change_room ? c->change_room * 2 : 64;
        struct change *more = realloc(c->changes, room * sizeof *more);
        if (more == NULL) {
            c->out_of_memory = true;
            return;
        }
        c->changes = more;
        c->change_room = room;
    }
    struct change *x = &c->changes[c->change_count++];
    *x = *given;
    x->region = copy_text(given->region);
    x->key = copy_text(given->key);
    x->id = copy_text(given->id);
    x->type = copy_text(given->type);
    x->reason = copy_text(given->reason);
    x->from = copy_text(given->from);
    x->value = copy(given->value, given->len);
    c->out_of_memory |= (given->value != NULL && x->value == NULL) || (given->id != NULL && x->id == NULL) ||
                        (given->key != NULL && x->key == NULL) || (given->region != NULL && x->region == NULL);
}

static void forget_changes(struct consumer *c)
{
    for (size_t i = 0; i < c->change_count; i++) {
        const struct change *x = &c->changes[i];
        drop(x->region);
        drop(x->key);
        drop(x->id);
        drop(x->type);
        drop(x->reason);
        drop(x->from);
        drop(x->value);
    }
    c->change_count = 0;
    c->out_of_memory = false;
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

static void add_ack(struct consumer *c, const struct entry *e)
{
    add_change(c, &(struct change){ .kind = CHANGE_ACK, .stream = e->stream, .region = e->region, .key = e->stream_id });
}

static void add_dead(struct consumer *c, const struct entry *e, const char *reason)
{
    char from[STREAM_KEY_MAX + STREAM_ID_MAX];
    snprintf(from, sizeof from, "%s %s %s", stream_names[e->stream], e->stream_id, c->settings.group);
    add_change(c, &(struct change){ .kind = CHANGE_ADD, .stream = STREAM_DEAD, .region = e->region,
                                    .id = e->id ? e->id : "", .type = e->type ? e->type : "",
                                    .value = e->json ? e->json : "", .len = e->json ? e->json_len : 0,
                                    .reason = reason, .from = from });
    add_ack(c, e);
    c->counts.dead++;
    log_warning("%s: entry %s of %s in region %s goes to :dead: %s", c->settings.group, e->stream_id,
                stream_names[e->stream], e->region, reason);
}

struct marking { struct consumer *c; struct region *r; };

static void add_mark(void *marking, const char *field, uint64_t seq)
{
    struct marking *m = marking;
    char value[24];
    int n = snprintf(value, sizeof value, "%" PRIu64, seq);
    add_change(m->c, &(struct change){ .kind = CHANGE_MARK, .region = m->r->name, .id = field, .value = value,
                                       .len = (size_t)n });
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
    r->leased = r->ours = false;
    marks_free(&r->marks);
}

static bool is_final(int rc)
{
    return rc == -EBUSY || rc == -EPERM || rc == -ECANCELED;
}

/* What an error of the door means for us; gives it back when we cannot go on. */
static int failed(struct consumer *c, struct region *r, int rc, const struct fault *f)
{
    if (is_final(rc))
        return rc;
    if (rc == -ESTALE) {
        if (r != NULL)
            lose_region(c, r);
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

/* Everything added so far, and the marks, in one transaction. */
static int commit(struct consumer *c, struct region *r, size_t handled, struct fault *f)
{
    struct marking m = { c, r };
    marks_moved(&r->marks, add_mark, &m);
    int rc = 0;
    if (c->out_of_memory)
        rc = fault_set(f, -ENOMEM, "no memory for the transaction");
    else if (c->change_count > 0)
        rc = c->door.commit(c->door.self, r->name, c->changes, c->change_count, f);
    forget_changes(c);
    marks_settle(&r->marks, rc == 0);
    if (c->handler->settled != NULL)
        c->handler->settled(c->handler->ctx, rc == 0);
    if (rc != 0)
        return rc;
    c->counts.handled += handled;
    c->retry_us = 0;
    return 0;
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

/* Until it works or an entry is to blame. */
static int handle(struct consumer *c, struct region *r, const struct entry *entries, size_t count, struct fault *why,
                  struct fault *f)
{
    bool said = false;
    for (;;) {
        int rc = count ? c->handler->batch(c->handler->ctx, c, entries, count, why) : 0;
        if (rc == 0) {
            if (said)
                log_info("%s: works again", c->settings.group);
            return 0;
        }
        forget_changes(c);
        if (blames_entry(rc))
            return 1;
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
    marks_repeat(&r->marks, e->stream, e->id);
    if (rc == 1)
        add_dead(c, e, why.why);
    else
        add_ack(c, e);
    return commit(c, r, 1, f);
}

static int handle_singly(struct consumer *c, struct region *r, const struct entry *entries, size_t count, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = handle_one(c, r, &entries[i], f);
    return rc;
}

static const char *broken(const struct entry *e)
{
    return e->id == NULL ? "it has no field `id`" : e->type == NULL ? "it has no field `type`"
         : e->json == NULL ? "it has no field `json`" : NULL;
}

/* Sorts a batch: what is broken or was handled before is only acknowledged, the rest moves to the front. */
static size_t sift(struct consumer *c, struct region *r, struct entry *entries, size_t count, struct entry *aside,
                   size_t *aside_count)
{
    size_t kept = 0;
    *aside_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct entry e = entries[i];
        if (broken(&e) == NULL && !marks_repeat(&r->marks, e.stream, e.id))
            entries[kept++] = e;
        else
            aside[(*aside_count)++] = e;
        c->counts.read++;
    }
    return kept;
}

static void set_aside(struct consumer *c, const struct entry *aside, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (broken(&aside[i]) != NULL) {
            add_dead(c, &aside[i], broken(&aside[i]));
        } else {
            add_ack(c, &aside[i]);
            c->counts.repeats++;
        }
}

/* Entries of one region, in stream order. */
static int work(struct consumer *c, struct region *r, struct entry *entries, size_t count, struct fault *f)
{
    struct fault why = { 0 };
    size_t aside_count;
    struct entry *aside = malloc(count * sizeof *aside);
    if (aside == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    size_t kept = sift(c, r, entries, count, aside, &aside_count);
    int rc = handle(c, r, entries, kept, &why, f);
    if (rc == 1) {
        marks_settle(&r->marks, false);
        rc = handle_singly(c, r, entries, kept, f);
        kept = 0;
    }
    if (rc == 0) {
        for (size_t i = 0; i < kept; i++)
            add_ack(c, &entries[i]);
        set_aside(c, aside, aside_count);
        rc = commit(c, r, kept, f);
    }
    free(aside);
    if (rc != 0)
        forget_changes(c);
    return rc;
}

/* ---- regions ---- */

static struct region *region_named(struct consumer *c, const char *name)
{
    for (size_t i = 0; i < c->region_count; i++)
        if (strcmp(c->regions[i].name, name) == 0)
            return &c->regions[i];
    return NULL;
}

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
    marks_load(&((struct region *)region)->marks, field, value, len);
}

static int work_pending(struct consumer *c, struct region *r, enum stream s, struct fault *f)
{
    char after[STREAM_ID_MAX] = "0-0";
    bool first = true;
    for (;;) {
        struct door_page page = { 0 };
        int rc = c->door.pending(c->door.self, r->name, s, after, &page, f);
        size_t count = page.count;
        c->counts.lost += page.gone;
        c->counts.claimed += count;
        if (rc == 0 && first && count > 0 && page.deliveries[0] > CONSUME_TRIES) {
            add_dead(c, &page.entries[0], "its consumer died again and again while handling it");
            rc = commit(c, r, 1, f);
        } else if (rc == 0 && count > 0 && page.deliveries[0] > 2) {
            rc = work(c, r, page.entries, 1, f);        /* alone, to find out whether it is the one that kills */
            if (rc == 0 && count > 1)
                rc = work(c, r, page.entries + 1, count - 1, f);
        } else if (rc == 0 && count > 0) {
            rc = work(c, r, page.entries, count, f);
        }
        bool more = strcmp(after, "0-0") != 0;
        if (first && rc == 0 && count > 0 && page.deliveries[0] > CONSUME_TRIES) {
            strcpy(after, "0-0");                       /* once more from the front, without it */
            more = true;
        }
        first = false;
        c->door.page_free(c->door.self, &page);
        if (rc != 0 || !more)
            return rc;
    }
}

static int take_region(struct consumer *c, struct region *r, struct fault *f)
{
    char suffix[STREAM_KEY_MAX];
    int rc = c->door.take(c->door.self, r->name, f);
    if (rc <= 0)
        return rc;
    r->leased = true;
    marks_free(&r->marks);
    snprintf(suffix, sizeof suffix, "mark:%s", c->settings.group);
    rc = c->door.load(c->door.self, r->name, suffix, load_mark, r, f);
    if (rc == 0 && c->handler->taken != NULL)
        rc = c->handler->taken(c->handler->ctx, c, r->name, f);
    forget_changes(c);
    for (size_t i = 0; i < c->settings.stream_count && rc == 0; i++)
        rc = work_pending(c, r, c->settings.streams[i], f);
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
        return rc ? failed(c, NULL, rc, f) : 0;
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

static size_t our_regions(const struct consumer *c, const char **names)
{
    size_t n = 0;
    for (size_t i = 0; i < c->region_count; i++)
        if (c->regions[i].ours)
            names[n++] = c->regions[i].name;
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

static int read_once(struct consumer *c, struct fault *f)
{
    const char **names = malloc((c->region_count + 1) * sizeof *names);
    if (names == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    struct door_page page = { 0 };
    size_t n = our_regions(c, names);
    int rc = 0;
    if (n == 0)
        nap(c, c->settings.block_us);
    else
        rc = c->door.read(c->door.self, names, n, &page, f);
    rc = rc != 0 ? failed(c, NULL, rc, f) : work_page(c, &page, f);
    c->door.page_free(c->door.self, &page);
    free(names);
    return rc;
}

static int be_idle(struct consumer *c, struct fault *f)
{
    uint64_t now = clock_steady_us();
    if (c->handler->idle == NULL || now < c->idle_at_us)
        return 0;
    c->idle_at_us = now + c->settings.block_us;
    int rc = c->handler->idle(c->handler->ctx, c, now);
    if (rc != 0) {
        forget_changes(c);
        return 0;
    }
    for (size_t i = 0; i < c->region_count && c->change_count > 0; i++)
        if (c->regions[i].ours && strcmp(c->regions[i].name, c->changes[0].region) == 0) {
            rc = commit(c, &c->regions[i], 0, f);
            return rc != 0 ? failed(c, &c->regions[i], rc, f) : 0;
        }
    forget_changes(c);
    return 0;
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
    for (size_t i = 0; i < c->region_count; i++)
        lose_region(c, &c->regions[i]);
    forget_changes(c);
    c->door.close(c->door.self);
    free(c->changes);
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
