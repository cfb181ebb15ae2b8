#include "notifier/outbox.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "events/kind.h"
#include "notifier/seen.h"

enum { FIELD_MAX = 160 };

struct queue {
    const struct target *target;
    struct item *first, **end;
    size_t       count;
    unsigned     fails;             /* in a row */
    uint64_t     away_until_us;
    uint64_t     sent_us[TARGET_LIMIT_MAX];     /* of the last messages, a ring; for the limit */
    unsigned     sent_at;
    uint64_t     said_us;           /* when dropping was last spoken of */
};

struct outbox {
    struct outbox_settings settings;
    struct outbox_counts counts;
    struct journal *journal;
    struct seen    *seen;
    struct queue   *queues;
    size_t          queue_count;
    bool            stopped;
    unsigned        seed;
    pthread_mutex_t lock;
    pthread_cond_t  moved;
};

#define ROW(member, kind, text) { #member, kind, offsetof(struct outbox_counts, member), text }
static const struct metric rows[] = {
    ROW(offered, METRIC_COUNTER, "Versions of incidents, warnings and notices read"),
    ROW(queued, METRIC_COUNTER, "Messages queued for a target"),
    ROW(same, METRIC_COUNTER, "Versions that would have told a target what it was told last"),
    ROW(superseded, METRIC_COUNTER, "Waiting messages whose place a newer version took"),
    ROW(sent, METRIC_COUNTER, "Messages that a target confirmed"),
    ROW(summed, METRIC_COUNTER, "Of these, messages that went within another one that sums up"),
    ROW(failed, METRIC_COUNTER, "Attempts at a target that was away"),
    ROW(refused, METRIC_COUNTER, "Attempts that a target refused"),
    ROW(dropped_full, METRIC_COUNTER, "Messages dropped because a queue was full"),
    ROW(dropped_old, METRIC_COUNTER, "Messages dropped because they waited too long"),
    ROW(forgotten, METRIC_COUNTER, "Things forgotten that a target was told of"),
    ROW(waiting, METRIC_GAUGE, "Messages waiting"),
};
const struct metrics_room outbox_metrics = { "outbox", rows, sizeof rows / sizeof *rows };

/* ---- keys ---- */

static void item_field(const struct queue *q, const struct item *i, char out[FIELD_MAX])
{
    snprintf(out, FIELD_MAX, "q|%s|%s|%" PRIu64, q->target->name, i->thing, i->version);
}

static void item_key(const struct queue *q, const struct item *i, char out[JOURNAL_KEY_MAX])
{
    snprintf(out, JOURNAL_KEY_MAX, "%s|%s|%s|%" PRIu64, i->region, q->target->name, i->thing, i->version);
}

static void seen_key(const struct target *t, const char *thing, char out[SEEN_KEY_MAX])
{
    snprintf(out, SEEN_KEY_MAX, "%s|%s", t->name, thing);
}

/* ---- queues ---- */

static void *must(void *memory)
{
    if (memory == NULL) {
        log_error("no memory for a message; the queue is in Redis and the next start goes on with it");
        abort();
    }
    return memory;
}

static struct item *item_new(const char *region, const char *thing, uint64_t version, const char *json, size_t len)
{
    struct item *i = must(calloc(1, sizeof *i));
    snprintf(i->region, sizeof i->region, "%s", region);
    snprintf(i->thing, sizeof i->thing, "%s", thing);
    i->version = version;
    i->json = must(malloc(len + 1));
    memcpy(i->json, json, len);
    i->json[len] = '\0';
    i->len = len;
    return i;
}

static void item_free(struct item *i)
{
    free(i->json);
    free(i);
}

static void append(struct queue *q, struct item *i)
{
    *q->end = i;
    q->end = &i->next;
    q->count++;
}

/* Takes those out for which `goes` says yes; it may change the others. */
static void sweep(struct queue *q, bool (*goes)(struct item *i, const void *ctx), const void *ctx)
{
    struct item **at = &q->first;
    while (*at != NULL) {
        struct item *i = *at;
        if (goes(i, ctx)) {
            *at = i->next;
            q->count--;
            item_free(i);
        } else {
            at = &i->next;
        }
    }
    q->end = at;
}

static struct queue *queue_named(struct outbox *o, const char *name, size_t n)
{
    for (size_t i = 0; i < o->queue_count; i++)
        if (strlen(o->queues[i].target->name) == n && strncmp(o->queues[i].target->name, name, n) == 0)
            return &o->queues[i];
    return NULL;
}

static struct item *find_item(struct queue *q, const char *region, const char *thing, uint64_t version)
{
    for (struct item *i = q->first; i != NULL; i = i->next)
        if (i->version == version && strcmp(i->thing, thing) == 0 && strcmp(i->region, region) == 0)
            return i;
    return NULL;
}

static bool is_live(const struct item *i)
{
    return i->state == ITEM_NEW || i->state == ITEM_READY || i->state == ITEM_SENDING;
}

/* ---- opening ---- */

struct outbox *outbox_open(const struct outbox_settings *s, const struct target *targets, size_t count, struct journal *j, struct fault *f)
{
    struct outbox *o = calloc(1, sizeof *o);
    pthread_condattr_t steady;
    if (o != NULL) {
        *o = (struct outbox){ .settings = *s, .journal = j, .queue_count = count, .seed = (unsigned)clock_wall_us() };
        o->seen = seen_new((uint32_t)s->seen_max);
        o->queues = calloc(count + 1, sizeof *o->queues);
    }
    if (o == NULL || o->seen == NULL || o->queues == NULL) {
        fault_set(f, -ENOMEM, "no memory for the outbox");
        if (o != NULL)
            seen_free(o->seen);
        free(o);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        o->queues[i].target = &targets[i];
        o->queues[i].end = &o->queues[i].first;
    }
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&o->moved, &steady);
    pthread_condattr_destroy(&steady);
    return o;
}

static bool any(struct item *i, const void *ctx)
{
    (void)i, (void)ctx;
    return true;
}

void outbox_close(struct outbox *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < o->queue_count; i++)
        sweep(&o->queues[i], any, NULL);
    pthread_mutex_destroy(&o->lock);
    pthread_cond_destroy(&o->moved);
    seen_free(o->seen);
    free(o->queues);
    free(o);
}

/* ---- regions come and go ---- */

/* One that is being sent cannot be taken back: it stays until it is done, as nobody's. */
static bool of_region(struct item *i, const void *region)
{
    if (strcmp(i->region, region) != 0)
        return false;
    i->orphan = i->state == ITEM_SENDING;
    return !i->orphan;
}

static void forget_region(struct outbox *o, const char *region)
{
    for (size_t i = 0; i < o->queue_count; i++)
        sweep(&o->queues[i], of_region, region);
    seen_forget_region(o->seen, region);
}

void outbox_lost(struct outbox *o, const char *region)
{
    pthread_mutex_lock(&o->lock);
    forget_region(o, region);
    pthread_mutex_unlock(&o->lock);
}

void outbox_taken(struct outbox *o, const char *region)
{
    outbox_lost(o, region);
}

/* "TARGET|THING|VERSION" taken apart; false: none of ours. */
static bool read_field(struct outbox *o, const char *field, struct queue **q, char thing[OUTBOX_THING_MAX], uint64_t *version)
{
    const char *bar = strchr(field, '|'), *second = bar != NULL ? strchr(bar + 1, '|') : NULL;
    if (bar == NULL || (size_t)((second != NULL ? second : bar + strlen(bar)) - bar) > OUTBOX_THING_MAX)
        return false;
    *q = queue_named(o, field, (size_t)(bar - field));
    *version = second != NULL ? strtoull(second + 1, NULL, 10) : 0;
    snprintf(thing, OUTBOX_THING_MAX, "%.*s", second != NULL ? (int)(second - bar - 1) : OUTBOX_THING_MAX - 1, bar + 1);
    return true;
}

/* "VERSION TOLD_US STAND" */
static void load_seen(struct outbox *o, const struct queue *q, const char *region, const char *thing, const char *value)
{
    char key[SEEN_KEY_MAX], *end;
    struct seen_entry forgotten;
    seen_key(q->target, thing, key);
    struct seen_entry *e = seen_take(o->seen, key, &forgotten);
    o->counts.forgotten += *forgotten.key != '\0';
    e->version = strtoull(value, &end, 10);
    e->told_us = strtoull(end, &end, 10);
    snprintf(e->stand, sizeof e->stand, "%s", *end == ' ' ? end + 1 : "");
    snprintf(e->region, sizeof e->region, "%s", region);
}

/* "QUEUED_US JSON" */
static void load_item(struct outbox *o, struct queue *q, const char *region, const char *thing, uint64_t version, const char *value, size_t len)
{
    char *json, key[JOURNAL_KEY_MAX];
    uint64_t queued_us = strtoull(value, &json, 10);
    struct thing t;
    struct fault f;
    struct item *there = find_item(q, region, thing, version);
    if (there != NULL) {
        there->orphan = false;      /* on its way all the time that the region was not ours */
        return;
    }
    if (*json != ' ' || thing_parse(json + 1, len - (size_t)(json + 1 - value), false, &t, &f) != 0) {
        log_warning("a queued message about %s cannot be read and is left out", thing);
        return;
    }
    struct item *i = item_new(region, thing, version, json + 1, len - (size_t)(json + 1 - value));
    i->queued_us = queued_us;
    i->kind = t.kind;
    i->gravity = t.gravity;
    i->status = event_status_parse(t.status);
    thing_free(&t);
    item_key(q, i, key);
    i->state = journal_has(o->journal, key) ? ITEM_SENT : ITEM_READY;
    append(q, i);
}

void outbox_load(struct outbox *o, const char *region, const char *field, const char *value, size_t len)
{
    char thing[OUTBOX_THING_MAX];
    struct queue *q = NULL;
    uint64_t version;
    pthread_mutex_lock(&o->lock);
    if ((field[0] == 'q' || field[0] == 's') && field[1] == '|' && read_field(o, field + 2, &q, thing, &version) && q != NULL) {
        if (field[0] == 's')
            load_seen(o, q, region, thing, value);
        else
            load_item(o, q, region, thing, version, value, len);
    }
    pthread_mutex_unlock(&o->lock);
}

static int by_age(const struct item *a, const struct item *b)
{
    return a->queued_us != b->queued_us ? (a->queued_us < b->queued_us ? -1 : 1) : a->version < b->version ? -1 : a->version > b->version;
}

static struct item *merged(struct item *a, struct item *b)
{
    struct item *first = NULL, **end = &first;
    while (a != NULL && b != NULL) {
        struct item **next = by_age(a, b) <= 0 ? &a : &b;
        *end = *next;
        end = &(*end)->next;
        *next = (*next)->next;
    }
    *end = a != NULL ? a : b;
    return first;
}

/* A hash has no order: the queue's own is made again. */
static struct item *sorted(struct item *list, size_t count)
{
    if (count < 2)
        return list;
    struct item *half = list;
    for (size_t i = 1; i < count / 2; i++)
        half = half->next;
    struct item *rest = half->next;
    half->next = NULL;
    return merged(sorted(list, count / 2), sorted(rest, count - count / 2));
}

void outbox_loaded(struct outbox *o)
{
    pthread_mutex_lock(&o->lock);
    for (size_t i = 0; i < o->queue_count; i++) {
        struct queue *q = &o->queues[i];
        q->first = sorted(q->first, q->count);
        q->end = &q->first;
        while (*q->end != NULL)
            q->end = &(*q->end)->next;
    }
    pthread_cond_broadcast(&o->moved);
    pthread_mutex_unlock(&o->lock);
}

/* ---- what comes in ---- */

static void remove_field(const struct queue *q, struct item *i, const struct outbox_writer *w)
{
    char field[FIELD_MAX];
    item_field(q, i, field);
    w->set(w->ctx, i->region, field, NULL, 0);
    i->state = ITEM_REMOVING;
}

/* What will never be sent is told: in :dead, where people look, and now and then in the log. */
static void bury(struct queue *q, struct item *i, const char *why, const struct outbox_writer *w)
{
    char json[1024], id[FIELD_MAX];
    struct text t = text_over(json, sizeof json);
    snprintf(id, sizeof id, "%s:%" PRIu64 ":%s", i->thing, i->version, q->target->name);
    text_fmt(&t, "{\"event_type\":\"undelivered\",\"target\":\"%s\",\"kind\":\"%s\",\"id\":\"", q->target->name, thing_kind_names[i->kind]);
    text_json(&t, i->thing, strlen(i->thing));
    text_fmt(&t, "\",\"version\":%" PRIu64 ",\"reason\":\"%s\"}", i->version, why);
    w->dead(w->ctx, i->region, id, t.at, t.len);
    uint64_t now = clock_steady_us();
    if (q->said_us == 0 || now - q->said_us > 60000000)
        log_warning("%s: %s version %" PRIu64 " is not sent: %s (%zu waiting)", q->target->name, i->thing, i->version, why, q->count);
    q->said_us = now;
    remove_field(q, i, w);
}

/* What is actual goes before every drill, and a drill is dropped before it. */
static unsigned weight(const struct item *i)
{
    return (i->gravity != 0 ? i->gravity : LEAST_GRAVE + 1) + (i->status == EVENT_ACTUAL ? 0 : LEAST_GRAVE + 1);
}

/* The least grave, and of these the oldest; NULL: nothing can go. */
static struct item *least(struct queue *q)
{
    struct item *found = NULL;
    for (struct item *i = q->first; i != NULL; i = i->next)
        if ((i->state == ITEM_READY || i->state == ITEM_NEW) && (found == NULL || weight(i) > weight(found)))
            found = i;
    return found;
}

static size_t live(const struct queue *q)
{
    size_t n = 0;
    for (const struct item *i = q->first; i != NULL; i = i->next)
        n += is_live(i);
    return n;
}

static void make_room(struct outbox *o, struct queue *q, const struct outbox_writer *w)
{
    struct item *i;
    while (live(q) > o->settings.queue_max && (i = least(q)) != NULL) {
        o->counts.dropped_full++;
        bury(q, i, "its queue is full", w);
    }
}

/* Incidents change by the minute: who was away needs the last state, not the way to it. */
static void supersede(struct outbox *o, struct queue *q, const struct thing *t, const struct outbox_writer *w)
{
    for (struct item *i = q->first; i != NULL; i = i->next)
        if (t->kind == THING_INCIDENT && (i->state == ITEM_READY || i->state == ITEM_NEW) && i->version < t->version &&
            strcmp(i->thing, t->id) == 0) {
            o->counts.superseded++;
            remove_field(q, i, w);
        }
}

static void enqueue(struct outbox *o, struct queue *q, const char *region, const struct thing *t, const char *json, size_t len,
                    uint64_t wall_us, const struct outbox_writer *w)
{
    char field[FIELD_MAX];
    struct item *i = item_new(region, t->id, t->version, json, len);
    i->queued_us = wall_us;
    i->kind = t->kind;
    i->gravity = t->gravity;
    i->status = event_status_parse(t->status);
    char *value = must(malloc(len + 32));
    int head = snprintf(value, 32, "%" PRIu64 " ", wall_us);
    memcpy(value + head, json, len);
    item_field(q, i, field);
    w->set(w->ctx, region, field, value, (size_t)head + len);
    free(value);
    append(q, i);
    o->counts.queued++;
    make_room(o, q, w);
}

static void tell(struct outbox *o, const struct queue *q, const char *region, const struct thing *t, const char *stand, uint64_t wall_us,
                 const struct outbox_writer *w)
{
    char key[SEEN_KEY_MAX], field[SEEN_KEY_MAX + 2], value[STAND_MAX + 48];
    struct seen_entry forgotten;
    seen_key(q->target, t->id, key);
    struct seen_entry *e = seen_take(o->seen, key, &forgotten);
    if (*forgotten.key != '\0') {
        o->counts.forgotten++;
        snprintf(field, sizeof field, "s|%s", forgotten.key);
        w->set(w->ctx, forgotten.region, field, NULL, 0);
    }
    e->version = t->version;
    e->told_us = wall_us;
    snprintf(e->region, sizeof e->region, "%s", region);
    snprintf(e->stand, sizeof e->stand, "%s", stand);
    snprintf(field, sizeof field, "s|%s", key);
    int n = snprintf(value, sizeof value, "%" PRIu64 " %" PRIu64 " %s", t->version, wall_us, stand);
    w->set(w->ctx, region, field, value, (size_t)n);
}

static bool is_news(const struct target *t, const struct seen_entry *told, const struct thing *thing, const char *stand)
{
    if (told == NULL)
        return target_wants(t, thing);
    return thing->version > told->version && thing_is_out(thing) && t->changes != CHANGES_FIRST &&
           (t->changes == CHANGES_EVERY || strcmp(told->stand, stand) != 0);
}

void outbox_offer(struct outbox *o, const char *region, const struct thing *t, const char *json, size_t len, uint64_t wall_us,
                  const struct outbox_writer *w)
{
    char stand[STAND_MAX], key[SEEN_KEY_MAX];
    target_stand(t, stand);
    pthread_mutex_lock(&o->lock);
    o->counts.offered++;
    for (size_t i = 0; i < o->queue_count; i++) {
        struct queue *q = &o->queues[i];
        seen_key(q->target, t->id, key);
        const struct seen_entry *told = seen_find(o->seen, key);
        if (!is_news(q->target, told, t, stand)) {
            o->counts.same += told != NULL;
            continue;
        }
        supersede(o, q, t, w);
        enqueue(o, q, region, t, json, len, wall_us, w);
        tell(o, q, region, t, stand, wall_us, w);
    }
    pthread_mutex_unlock(&o->lock);
}

/* ---- what goes out of Redis ---- */

bool outbox_tidy(struct outbox *o, const char *region, uint64_t wall_us, const struct outbox_writer *w)
{
    bool wrote = false;
    pthread_mutex_lock(&o->lock);
    for (size_t k = 0; k < o->queue_count; k++)
        for (struct item *i = o->queues[k].first; i != NULL; i = i->next) {
            if (strcmp(i->region, region) != 0)
                continue;
            bool old = i->state == ITEM_READY && wall_us > i->queued_us && wall_us - i->queued_us > o->settings.keep_us;
            o->counts.dropped_old += old;
            if (old)
                bury(&o->queues[k], i, "it waited too long", w);
            else if (i->state == ITEM_SENT || i->state == ITEM_DROPPED || i->state == ITEM_REMOVING)
                remove_field(&o->queues[k], i, w);      /* of the last two once more: that transaction never was */
            wrote |= i->state == ITEM_REMOVING;
        }
    pthread_mutex_unlock(&o->lock);
    return wrote;
}

struct settling { struct outbox *outbox; const struct queue *queue; bool committed; };

/* An unknown fate is settled by outbox_taken(), which follows: until then what is new is not to be sent. */
static bool settle(struct item *i, const void *ctx)
{
    const struct settling *s = ctx;
    char key[JOURNAL_KEY_MAX];
    item_key(s->queue, i, key);
    if (i->state == ITEM_NEW && s->committed)       /* sent already, when Redis forgot that this was acknowledged */
        i->state = journal_has(s->outbox->journal, key) ? ITEM_SENT : ITEM_READY;
    else if (i->state == ITEM_NEW)
        return true;
    if (i->state != ITEM_REMOVING)
        return false;
    if (!s->committed)
        i->state = ITEM_DROPPED;
    return s->committed;
}

void outbox_settled(struct outbox *o, bool committed)
{
    pthread_mutex_lock(&o->lock);
    for (size_t i = 0; i < o->queue_count; i++) {
        struct settling s = { o, &o->queues[i], committed };
        sweep(&o->queues[i], settle, &s);
    }
    pthread_cond_broadcast(&o->moved);
    pthread_mutex_unlock(&o->lock);
}

/* ---- what goes to a target ---- */

static bool is_overtaking(const struct queue *q, const struct item *item)
{
    for (const struct item *i = q->first; i != item; i = i->next)
        if (is_live(i) && strcmp(i->thing, item->thing) == 0)
            return true;
    return false;
}

static bool is_due(const struct queue *q, const struct item *i, uint64_t now_us)
{
    return i->state == ITEM_READY && i->next_us <= now_us && !is_overtaking(q, i);
}

/* How many messages more the target may be sent now; *again_us is when one more may be. */
static unsigned allowed(const struct queue *q, uint64_t now_us, uint64_t *again_us)
{
    const struct target *t = q->target;
    unsigned used = 0;
    uint64_t oldest = UINT64_MAX;
    for (unsigned i = 0; i < t->limit; i++)
        if (q->sent_us[i] != 0 && now_us - q->sent_us[i] < t->limit_us) {
            used++;
            oldest = q->sent_us[i] < oldest ? q->sent_us[i] : oldest;
        }
    *again_us = used > 0 ? oldest + t->limit_us : UINT64_MAX;
    return t->limit == 0 ? UINT32_MAX : t->limit - used;
}

/* A summary is of one nature: a drill in it would be taken for the thing itself, or the other way round. */
static size_t gather(const struct queue *q, uint64_t now_us, int status, struct item *batch[OUTBOX_BATCH_MAX])
{
    size_t n = 0;
    for (struct item *i = q->first; i != NULL && n < OUTBOX_BATCH_MAX; i = i->next)
        if (i->status == status && is_due(q, i, now_us))
            batch[n++] = i;
    return n;
}

static struct item *gravest(const struct queue *q, uint64_t now_us)
{
    struct item *found = NULL;
    for (struct item *i = q->first; i != NULL; i = i->next)
        if ((found == NULL || weight(i) < weight(found)) && is_due(q, i, now_us))
            found = i;
    return found;
}

static uint64_t next_due(const struct queue *q)
{
    uint64_t next = UINT64_MAX;
    for (const struct item *i = q->first; i != NULL; i = i->next)
        if (i->state == ITEM_READY && i->next_us < next && !is_overtaking(q, i))
            next = i->next_us;
    return next;
}

static size_t take(struct queue *q, uint64_t now_us, struct item *batch[OUTBOX_BATCH_MAX], uint64_t *again_us)
{
    if (now_us < q->away_until_us) {
        *again_us = q->away_until_us;
        return 0;
    }
    struct item *one = gravest(q, now_us);
    unsigned more = allowed(q, now_us, again_us);
    if (one == NULL)
        *again_us = next_due(q);
    if (one == NULL || more == 0)
        return 0;
    size_t count = more == 1 ? gather(q, now_us, one->status, batch) : 1;
    if (count == 1)
        batch[0] = one;
    for (size_t i = 0; i < count; i++)
        batch[i]->state = ITEM_SENDING;
    return count;
}

size_t outbox_take(struct outbox *o, size_t target, uint64_t now_us, struct item *batch[OUTBOX_BATCH_MAX], uint64_t *again_us)
{
    pthread_mutex_lock(&o->lock);
    size_t count = take(&o->queues[target], now_us, batch, again_us);
    pthread_mutex_unlock(&o->lock);
    return count;
}

/* least, twice that, ... most; from half of it to one and a half, so that targets that went away together are not asked
 * together for ever. */
static uint64_t back_off(struct outbox *o, unsigned fails)
{
    uint64_t wait = o->settings.retry_least_us;
    for (unsigned i = 1; i < fails && wait < o->settings.retry_most_us; i++)
        wait *= 2;
    wait = wait < o->settings.retry_most_us ? wait : o->settings.retry_most_us;
    return wait / 2 + wait * (uint64_t)(rand_r(&o->seed) % 1000) / 1000;
}

static void confirmed(struct outbox *o, struct queue *q, struct item *const *batch, size_t count, uint64_t now_us)
{
    char key[JOURNAL_KEY_MAX];
    if (q->fails > 0)
        log_info("%s: works again; %zu waiting", q->target->name, q->count);
    q->fails = 0;
    q->away_until_us = 0;
    q->sent_us[q->sent_at] = now_us;
    q->sent_at = q->target->limit > 0 ? (q->sent_at + 1) % q->target->limit : 0;
    for (size_t i = 0; i < count; i++) {
        item_key(q, batch[i], key);
        journal_add(o->journal, key);
        batch[i]->state = ITEM_SENT;
    }
    o->counts.sent += count;
    o->counts.summed += count - 1;
}

static void unsent(struct outbox *o, struct queue *q, struct item *const *batch, size_t count, bool refused, uint64_t wait_us, uint64_t now_us)
{
    q->fails += !refused;
    o->counts.failed += !refused;
    o->counts.refused += refused;
    uint64_t wait = refused ? 0 : back_off(o, q->fails);
    q->away_until_us = refused ? 0 : now_us + (wait > wait_us ? wait : wait_us);
    for (size_t i = 0; i < count; i++) {
        batch[i]->tries += refused;
        batch[i]->next_us = refused ? now_us + back_off(o, batch[i]->tries) : 0;
        batch[i]->state = ITEM_READY;
    }
}

static bool is_nobodys(struct item *i, const void *ctx)
{
    (void)ctx;
    return i->orphan && i->state != ITEM_SENDING;
}

void outbox_done(struct outbox *o, size_t target, struct item *const *batch, size_t count, enum sent result, uint64_t wait_us, uint64_t now_us)
{
    struct queue *q = &o->queues[target];
    pthread_mutex_lock(&o->lock);
    if (result == SENT_DONE)
        confirmed(o, q, batch, count, now_us);
    else
        unsent(o, q, batch, count, result == SENT_REFUSED, wait_us, now_us);
    sweep(q, is_nobodys, NULL);
    pthread_mutex_unlock(&o->lock);
}

bool outbox_wait(struct outbox *o, size_t target, struct item *batch[OUTBOX_BATCH_MAX], size_t *count)
{
    static const uint64_t longest_us = 60000000;
    pthread_mutex_lock(&o->lock);
    for (*count = 0; !o->stopped;) {
        uint64_t again_us, now_us = clock_steady_us();
        *count = take(&o->queues[target], now_us, batch, &again_us);
        if (*count > 0)
            break;
        if (again_us > now_us + longest_us)
            again_us = now_us + longest_us;
        struct timespec until = { (time_t)(again_us / 1000000), (long)(again_us % 1000000) * 1000 };
        pthread_cond_timedwait(&o->moved, &o->lock, &until);
    }
    bool goes_on = !o->stopped;
    pthread_mutex_unlock(&o->lock);
    return goes_on;
}

void outbox_stop(struct outbox *o)
{
    pthread_mutex_lock(&o->lock);
    o->stopped = true;
    pthread_cond_broadcast(&o->moved);
    pthread_mutex_unlock(&o->lock);
}

size_t outbox_waiting(struct outbox *o, size_t target)
{
    pthread_mutex_lock(&o->lock);
    size_t n = live(&o->queues[target]);
    pthread_mutex_unlock(&o->lock);
    return n;
}

void outbox_counts(struct outbox *o, struct outbox_counts *out)
{
    pthread_mutex_lock(&o->lock);
    *out = o->counts;
    out->waiting = 0;
    for (size_t i = 0; i < o->queue_count; i++)
        out->waiting += live(&o->queues[i]);
    pthread_mutex_unlock(&o->lock);
}
