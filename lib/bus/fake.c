/* Everything lies in two lists in the order of writing, and is looked for from the front: tests are small. */
#include "bus/fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/door.h"

struct kept {                           /* an entry of a stream */
    enum stream stream;
    char *region, *stream_id, *id, *type, *json, *reason;      /* lent to pages, so they never move */
};

struct mark { char *region; enum stream stream; size_t done; };     /* how far the group is: an entry's number */

struct field { char *region, *suffix, *name, *value; };

struct fake {
    struct kept  *entries;
    size_t        entry_count, gone;    /* gone: before the first of them; numbers do not come again */
    struct field *fields;
    size_t        field_count;
    struct mark  *marks;
    size_t        mark_count;
    bool          dead;                 /* whoever is at it now has died: nothing of it arrives any more */
    bool          trouble[FAKE_FLUSHED + 1];
    unsigned      full;                 /* so many commits to refuse */
    uint64_t      used, most;           /* memory */
    char          server[41];
    bool          no_groups;            /* after FLUSHALL, until a region is taken */
    int           stop;                 /* set when there is nothing left to read */
    unsigned      empty_reads;
};

struct fake_door { struct fake *fake; struct consume_settings settings; };

static char *copy_bytes(const char *bytes, size_t n)
{
    char *p = bytes ? calloc(1, n + 1) : NULL;
    if (p != NULL && n > 0)
        memcpy(p, bytes, n);
    return p;
}

static char *copy(const char *text)
{
    return text ? copy_bytes(text, strlen(text)) : NULL;
}

void fake_restarted(struct fake *x, const char *run_id)
{
    snprintf(x->server, sizeof x->server, "%s", run_id);
}

struct fake *fake_new(void)
{
    struct fake *x = calloc(1, sizeof *x);
    if (x != NULL)
        fake_restarted(x, "first");
    return x;
}

static void empty(struct fake *x)
{
    for (size_t i = 0; i < x->entry_count; i++) {
        struct kept *e = &x->entries[i];
        free(e->region), free(e->stream_id), free(e->id), free(e->type), free(e->json), free(e->reason);
    }
    for (size_t i = 0; i < x->field_count; i++) {
        struct field *e = &x->fields[i];
        free(e->region), free(e->suffix), free(e->name), free(e->value);
    }
    for (size_t i = 0; i < x->mark_count; i++)
        free(x->marks[i].region);
    x->gone += x->entry_count;
    x->entry_count = x->field_count = x->mark_count = 0;
}

void fake_free(struct fake *x)
{
    if (x == NULL)
        return;
    empty(x);
    free(x->entries);
    free(x->fields);
    free(x->marks);
    free(x);
}

/* ---- what stands there ---- */

static struct kept *append(struct fake *x, const char *region, enum stream s)
{
    struct kept *more = realloc(x->entries, (x->entry_count + 1) * sizeof *more);
    if (more == NULL)
        abort();                        /* in a test there is nothing better to do */
    x->entries = more;
    struct kept *e = &x->entries[x->entry_count++];
    *e = (struct kept){ .stream = s, .region = copy(region) };
    char number[STREAM_ID_MAX];
    snprintf(number, sizeof number, "%zu-0", x->gone + x->entry_count);
    e->stream_id = copy(number);
    return e;
}

void fake_add(struct fake *x, const char *region, enum stream s, const char *id, const char *type, const char *json)
{
    struct kept *e = append(x, region, s);
    e->id = copy(id);
    e->type = copy(type);
    e->json = copy(json);
}

static bool matches(const struct kept *e, const char *region, enum stream s)
{
    return e->stream == s && strcmp(e->region, region) == 0;
}

void fake_entries(const struct fake *x, const char *region, enum stream s,
                  void (*each)(void *ctx, const char *id, const char *type, const char *json, const char *reason), void *ctx)
{
    for (size_t i = 0; i < x->entry_count; i++)
        if (matches(&x->entries[i], region, s))
            each(ctx, x->entries[i].id, x->entries[i].type, x->entries[i].json, x->entries[i].reason);
}

size_t fake_count(const struct fake *x, const char *region, enum stream s)
{
    size_t n = 0;
    for (size_t i = 0; i < x->entry_count; i++)
        n += matches(&x->entries[i], region, s);
    return n;
}

static struct mark *mark_of(struct fake *x, const char *region, enum stream s)
{
    for (size_t i = 0; i < x->mark_count; i++)
        if (x->marks[i].stream == s && strcmp(x->marks[i].region, region) == 0)
            return &x->marks[i];
    struct mark *more = realloc(x->marks, (x->mark_count + 1) * sizeof *more);
    if (more == NULL)
        abort();
    x->marks = more;
    x->marks[x->mark_count] = (struct mark){ .region = copy(region), .stream = s };
    return &x->marks[x->mark_count++];
}

size_t fake_left(struct fake *x, const char *region, enum stream s)
{
    size_t n = 0, done = mark_of(x, region, s)->done;
    for (size_t i = 0; i < x->entry_count; i++)
        n += matches(&x->entries[i], region, s) && x->gone + i + 1 > done;
    return n;
}

static struct field *find_field(const struct fake *x, const char *region, const char *suffix, const char *name)
{
    for (size_t i = 0; i < x->field_count; i++) {
        struct field *e = &x->fields[i];
        if (strcmp(e->region, region) == 0 && strcmp(e->suffix, suffix) == 0 && strcmp(e->name, name) == 0)
            return e;
    }
    return NULL;
}

const char *fake_field(const struct fake *x, const char *region, const char *suffix, const char *field)
{
    const struct field *e = find_field(x, region, suffix, field);
    return e ? e->value : NULL;
}

static void set_field(struct fake *x, const struct change *c, const char *suffix)
{
    struct field *e = find_field(x, c->region, suffix, c->id);
    if (e != NULL) {
        free(e->region), free(e->suffix), free(e->name), free(e->value);
        *e = x->fields[--x->field_count];
    }
    if (c->value == NULL)
        return;
    struct field *more = realloc(x->fields, (x->field_count + 1) * sizeof *more);
    if (more == NULL)
        abort();
    x->fields = more;
    x->fields[x->field_count++] = (struct field){ copy(c->region), copy(suffix), copy(c->id), copy_bytes(c->value, c->len) };
}

/* ---- the door ---- */

static bool happens(struct fake *x, enum fake_trouble what)
{
    bool now = x->trouble[what];
    x->trouble[what] = false;
    return now;
}

void fake_memory(struct fake *x, uint64_t used, uint64_t most)
{
    x->used = used;
    x->most = most;
}

void fake_full(struct fake *x, unsigned commits)
{
    x->full = commits;
}

void fake_trouble(struct fake *x, enum fake_trouble what)
{
    x->trouble[what] = true;
}

void fake_dies(struct fake *x)
{
    x->dead = true;
    x->stop = 1;
}

static int door_connect(void *self, struct fault *f)
{
    (void)self, (void)f;
    return 0;
}

static int door_regions(void *self, void (*each)(void *ctx, const char *region), void *ctx, struct fault *f)
{
    const struct fake *x = ((struct fake_door *)self)->fake;
    (void)f;
    for (size_t i = 0; i < x->entry_count; i++)
        each(ctx, x->entries[i].region);
    return 0;
}

static int door_take(void *self, const char *region, struct fault *f)
{
    (void)region, (void)f;
    ((struct fake_door *)self)->fake->no_groups = false;
    return 1;
}

static int door_renew(void *self, const char *region, struct fault *f)
{
    (void)region;
    return ((struct fake_door *)self)->fake->no_groups ? fault_set(f, -ESTALE, "the lease is gone") : 0;
}

static int door_find(void *self, struct door_place *at, struct fault *f)
{
    size_t done = mark_of(((struct fake_door *)self)->fake, at->region, at->stream)->done;
    (void)f;
    snprintf(at->done, sizeof at->done, "%zu-0", done);
    at->count = (int64_t)done;
    return 0;
}

static void lend(struct door_page *page, const struct kept *e)
{
    struct entry *out = door_page_add(page);
    if (out == NULL)
        abort();
    *out = (struct entry){ e->stream, e->region, e->stream_id, e->id, e->type, e->json, e->json ? strlen(e->json) : 0 };
}

static bool is_new(const struct kept *e, size_t number, const struct door_place *const *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (matches(e, places[i]->region, places[i]->stream))
            return number > strtoul(places[i]->done, NULL, 10);
    return false;
}

static int door_read(void *self, const struct door_place *const *places, size_t count, uint64_t wait_us, struct door_page *page,
                     struct fault *f)
{
    struct fake_door *d = self;
    (void)wait_us, (void)f;
    if (happens(d->fake, FAKE_FLUSHED)) {
        empty(d->fake);
        d->fake->no_groups = true;
    }
    for (size_t i = 0; i < d->fake->entry_count && page->count < d->settings.batch; i++)
        if (is_new(&d->fake->entries[i], d->fake->gone + i + 1, places, count))
            lend(page, &d->fake->entries[i]);
    d->fake->empty_reads = page->count ? 0 : d->fake->empty_reads + 1;
    d->fake->stop = d->fake->empty_reads > 1;
    return 0;
}

static void apply(struct fake_door *d, const struct change *c)
{
    char suffix[STREAM_KEY_MAX];
    struct fake *x = d->fake;
    snprintf(suffix, sizeof suffix, c->kind == CHANGE_MARK ? "mark:%s" : "%s",
             c->kind == CHANGE_MARK ? d->settings.group : c->key ? c->key : "");
    if (c->kind == CHANGE_ADD) {
        struct kept *e = append(x, c->region, c->stream);
        e->id = copy(c->id);
        e->type = copy(c->type);
        e->json = copy_bytes(c->value, c->len);
        e->reason = copy(c->reason);
    } else if (c->kind == CHANGE_DONE) {
        mark_of(x, c->region, c->stream)->done = strtoul(c->key, NULL, 10);
    } else if (c->kind != CHANGE_MEET) {        /* a region with entries is known here */
        set_field(x, c, suffix);
    }
}

static int door_commit(void *self, const char *region, const struct change *changes, size_t count, struct fault *f)
{
    struct fake_door *d = self;
    bool works = false;
    (void)region;
    for (size_t i = 0; i < count; i++)
        works |= changes[i].kind == CHANGE_DONE;
    if (d->fake->dead)
        return fault_set(f, -EIO, "the connection broke");
    if (d->fake->no_groups || (works && happens(d->fake, FAKE_LEASE_LOST)))
        return fault_set(f, -ESTALE, "the lease has passed to another consumer");
    if (works && happens(d->fake, FAKE_COMMIT_LOST))
        return fault_set(f, -EIO, "the connection broke");
    if (d->fake->full > 0) {
        d->fake->full--;
        return fault_set(f, -ENOSPC, "OOM command not allowed when used memory > 'maxmemory'");
    }
    for (size_t i = 0; i < count; i++)
        apply(d, &changes[i]);
    return works && happens(d->fake, FAKE_REPLY_LOST) ? fault_set(f, -EIO, "the connection broke") : 0;
}

static int door_load(void *self, const char *region, const char *suffix,
                     void (*each)(void *ctx, const char *field, const char *value, size_t len), void *ctx, struct fault *f)
{
    const struct fake *x = ((struct fake_door *)self)->fake;
    (void)f;
    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *e = &x->fields[i];
        if (strcmp(e->region, region) == 0 && strcmp(e->suffix, suffix) == 0)
            each(ctx, e->name, e->value, strlen(e->value));
    }
    return 0;
}

static int64_t door_trim(void *self, const char *region, enum stream s, const char *const *groups, size_t group_count,
                         uint64_t keep_us, struct fault *f)
{
    (void)self, (void)region, (void)s, (void)groups, (void)group_count, (void)keep_us, (void)f;
    return 0;                           /* a test's streams are short */
}

static int door_memory(void *self, uint64_t *used, uint64_t *most, struct fault *f)
{
    const struct fake_door *d = self;
    (void)f;
    *used = d->fake->used;
    *most = d->fake->most;
    return 0;
}

static const char *door_server(void *self)
{
    return ((struct fake_door *)self)->fake->server;
}

static void door_page_free(void *self, struct door_page *page)
{
    (void)self;
    door_page_reset(page);
}

static void door_close(void *self)
{
    free(self);
}

struct consumer *fake_consumer(struct fake *x, const struct consume_settings *s, struct fault *f)
{
    struct fake_door *d = calloc(1, sizeof *d);
    if (d == NULL) {
        fault_set(f, -ENOMEM, "fake: no memory");
        return NULL;
    }
    *d = (struct fake_door){ x, *s };
    x->dead = false;
    struct door door = { d, door_connect, door_regions, door_take, door_renew, door_find, door_read, door_commit,
                         door_load, door_trim, door_memory, door_server, door_page_free, door_close };
    struct consumer *c = consumer_over(s, &door, f);
    if (c == NULL)
        free(d);
    return c;
}

int fake_run(struct fake *x, struct consumer *c, const struct consume_handler *h, struct fault *f)
{
    x->stop = 0;
    x->empty_reads = 0;
    return consumer_run(c, h, &x->stop, f);
}
