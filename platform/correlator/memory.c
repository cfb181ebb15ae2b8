/* The habits of one region in one status as bytes, numbers in network order:
 *
 *     "FSM1"  4 bytes CRC-32C of all that follows  16 bytes key  8 born  8 clock  4 hosts  1 length  region  1 length  status
 *     4 number of places, each      8 key  1 is a host  4 shared  habit  1 length  name
 *     4 number of rules here, each  8 key  1 usual  habit
 *     4 number of rules, each       8 key  4 wide  habit  1 length  name
 *     habit                         8 first  8 last  4 times  4 hours
 *
 * Each list has the one that was longest not asked for first, so that taking them in order gives the same order of
 * forgetting. Which incident a place takes part in is not here: that comes from the incidents. */
#include "correlator/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"

static const char magic[4] = { 'F', 'S', 'M', '1' };
enum { CRC_AT = 4, BODY_AT = 8, HEAD = BODY_AT + 16 + 8 + 8 + 4 + 1 + SCENE_REGION_MAX + 1 + SCENE_STATUS_MAX, HABIT = 24,
       PLACE_MOST = 8 + 1 + 4 + HABIT + 1 + SCENE_NAME_MAX, HERE_MOST = 8 + 1 + HABIT, AROUND_MOST = 8 + 4 + HABIT + 1 + SCENE_NAME_MAX };

/* ---- out ---- */

static void number(struct text *out, uint64_t n, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        text_char(out, (char)(uint8_t)(n >> (8 * i)));
}

static void name(struct text *out, const char *text)
{
    size_t len = strlen(text);
    number(out, len, 1);
    text_bytes(out, text, len);
}

static void habit_out(struct text *out, const struct habit *h)
{
    number(out, h->first_us, 8);
    number(out, h->last_us, 8);
    number(out, h->times, 4);
    number(out, h->hours, 4);
}

static void place_out(struct text *out, const void *entry)
{
    const struct place *p = entry;
    number(out, p->ix.key, 8);
    number(out, p->host, 1);
    number(out, p->shared, 4);
    habit_out(out, &p->odd);
    name(out, p->name);
}

static void here_out(struct text *out, const void *entry)
{
    const struct rule_here *r = entry;
    number(out, r->ix.key, 8);
    number(out, r->usual, 1);
    habit_out(out, &r->habit);
}

static void around_out(struct text *out, const void *entry)
{
    const struct rule_around *r = entry;
    number(out, r->ix.key, 8);
    number(out, r->wide, 4);
    habit_out(out, &r->habit);
    name(out, r->name);
}

struct picked {                 /* a region's entries of one sort, the latest asked for first */
    uint64_t     region;
    size_t       most, count;
    const void **entries;
    uint64_t   (*region_of)(const void *entry);
};

static uint64_t region_of_place(const void *entry) { return ((const struct place *)entry)->region; }
static uint64_t region_of_here(const void *entry) { return ((const struct rule_here *)entry)->region; }
static uint64_t region_of_around(const void *entry) { return ((const struct rule_around *)entry)->region; }

static bool pick(void *ctx, void *entry)
{
    struct picked *p = ctx;
    if (p->region_of(entry) == p->region)
        p->entries[p->count++] = entry;
    return p->count < p->most;
}

static void list_out(struct text *out, struct picked *p, const struct index *from, uint64_t (*region_of)(const void *),
                     void (*one)(struct text *, const void *))
{
    p->count = 0;
    p->region_of = region_of;
    index_each(from, pick, p);
    number(out, p->count, 4);
    for (size_t i = p->count; i-- > 0;)
        one(out, p->entries[i]);
}

static void region_out(const struct scene *t, const struct region *r, struct picked *p, struct text *out)
{
    text_bytes(out, magic, sizeof magic);
    number(out, 0, 4);
    number(out, r->key.k0, 8);
    number(out, r->key.k1, 8);
    number(out, r->born_us, 8);
    number(out, r->clock_us, 8);
    number(out, r->hosts, 4);
    name(out, r->name);
    name(out, r->status);
    list_out(out, p, t->places, region_of_place, place_out);
    list_out(out, p, t->here, region_of_here, here_out);
    list_out(out, p, t->around, region_of_around, around_out);
    struct text crc = text_over(out->at + CRC_AT, 4);
    number(&crc, hash_crc32c(0, out->at + BODY_AT, out->len - BODY_AT), 4);
}

struct saving {
    struct scene *scene;
    const char   *region;
    size_t        most;
    uint64_t      now_us, every_us;
    void        (*each)(void *ctx, const char *status, const void *bytes, size_t len);
    void         *ctx;
};

static void save_one(const struct saving *s, struct region *r)
{
    struct picked p = { .region = r->ix.key, .most = s->most, .entries = calloc(s->most, sizeof *p.entries) };
    size_t room = HEAD + 12 + s->most * (PLACE_MOST + HERE_MOST + AROUND_MOST);
    char *bytes = malloc(room);
    if (p.entries != NULL && bytes != NULL) {
        struct text out = text_over(bytes, room);
        region_out(s->scene, r, &p, &out);
        s->each(s->ctx, r->status, out.at, out.len);
        r->saved = r->learned;
    }
    r->saved_us = s->now_us;
    free(bytes);
    free(p.entries);
}

static bool save_if_due(void *ctx, void *entry)
{
    const struct saving *s = ctx;
    struct region *r = entry;
    if (strcmp(r->name, s->region) != 0 || r->learned == r->saved)
        return true;
    if (r->saved_us == 0 && s->every_us > 0)
        r->saved_us = s->now_us;
    else if (s->now_us - r->saved_us >= s->every_us)
        save_one(s, r);
    return true;
}

void scene_save(struct scene *t, const char *region, size_t most, uint64_t now_us, uint64_t every_us,
                void (*each)(void *ctx, const char *status, const void *bytes, size_t len), void *ctx)
{
    struct saving s = { t, region, most, now_us, every_us, each, ctx };
    if (most > 0)
        index_each(t->regions, save_if_due, &s);
}

/* ---- back ---- */

static void habit_in(struct cursor *c, struct habit *h)
{
    h->first_us = cursor_be64(c);
    h->last_us = cursor_be64(c);
    h->times = cursor_be32(c);
    h->hours = cursor_be32(c);
    h->hour = h->last_us / HOUR_US;
    if (h->last_us < h->first_us)
        c->status = CURSOR_BAD;
}

static void name_in(struct cursor *c, char *out, size_t room)
{
    size_t len = cursor_u8(c);
    const uint8_t *at = cursor_bytes(c, len);
    if (at == NULL || len >= room) {
        c->status = CURSOR_BAD;
        return;
    }
    memcpy(out, at, len);
    out[len] = '\0';
}

static void place_in(struct cursor *c, struct place *p)
{
    p->ix.key = cursor_be64(c);
    p->host = cursor_u8(c) != 0;
    p->shared = cursor_be32(c);
    habit_in(c, &p->odd);
    name_in(c, p->name, sizeof p->name);
}

static void here_in(struct cursor *c, struct rule_here *r)
{
    r->ix.key = cursor_be64(c);
    r->usual = cursor_u8(c) != 0;
    habit_in(c, &r->habit);
}

static void around_in(struct cursor *c, struct rule_around *r)
{
    r->ix.key = cursor_be64(c);
    r->wide = cursor_be32(c);
    habit_in(c, &r->habit);
    name_in(c, r->name, sizeof r->name);
}

/* What was seen later is what knows more. */
static struct habit later(const struct habit *a, const struct habit *b)
{
    return b->last_us > a->last_us ? *b : *a;
}

/* The lists; with `t` NULL they are only read, to see whether they are whole. */
static void lists_in(struct cursor *c, struct scene *t, const struct region *r)
{
    for (uint32_t n = cursor_be32(c); n > 0 && c->status == CURSOR_OK; n--) {
        struct place in = { 0 }, *p;
        place_in(c, &in);
        if (t == NULL || c->status != CURSOR_OK)
            continue;
        p = index_take(t->places, in.ix.key, NULL);
        p->region = r->ix.key;
        p->host |= in.host;
        p->shared = in.shared > p->shared ? in.shared : p->shared;
        p->odd = later(&p->odd, &in.odd);
        memcpy(p->name, in.name, sizeof p->name);
    }
    for (uint32_t n = cursor_be32(c); n > 0 && c->status == CURSOR_OK; n--) {
        struct rule_here in = { 0 }, *h;
        here_in(c, &in);
        if (t == NULL || c->status != CURSOR_OK)
            continue;
        h = index_take(t->here, in.ix.key, NULL);
        h->region = r->ix.key;
        h->usual |= in.usual;
        h->habit = later(&h->habit, &in.habit);
    }
    for (uint32_t n = cursor_be32(c); n > 0 && c->status == CURSOR_OK; n--) {
        struct rule_around in = { 0 }, *a;
        around_in(c, &in);
        if (t == NULL || c->status != CURSOR_OK)
            continue;
        a = index_take(t->around, in.ix.key, NULL);
        a->region = r->ix.key;
        a->wide = in.wide > a->wide ? in.wide : a->wide;
        a->habit = later(&a->habit, &in.habit);
        memcpy(a->name, in.name, sizeof a->name);
    }
}

/* The region's own line; the cursor stands before the lists then. */
static void head_in(struct cursor *c, struct region *r)
{
    r->key.k0 = cursor_be64(c);
    r->key.k1 = cursor_be64(c);
    r->born_us = cursor_be64(c);
    r->clock_us = cursor_be64(c);
    r->hosts = cursor_be32(c);
    name_in(c, r->name, sizeof r->name);
    name_in(c, r->status, sizeof r->status);
    if (r->born_us == 0 || r->clock_us < r->born_us)
        c->status = CURSOR_BAD;
}

int scene_recall(struct scene *t, const void *bytes, size_t len, struct fault *f)
{
    struct cursor c = cursor_over(bytes, len);
    struct region head = { 0 };
    const uint8_t *begins = cursor_bytes(&c, sizeof magic);
    uint32_t crc = cursor_be32(&c);
    if (begins == NULL || c.status != CURSOR_OK || memcmp(begins, magic, sizeof magic) != 0 || hash_crc32c(0, c.at, c.left) != crc)
        return fault_set(f, -EBADMSG, "saved habits of %zu bytes are not whole", len);
    head_in(&c, &head);
    struct cursor again = c;
    lists_in(&c, NULL, NULL);
    if (c.status != CURSOR_OK || c.left > 0)
        return fault_set(f, -EBADMSG, "saved habits of %zu bytes are of another make", len);
    struct region *r = scene_region(t, head.name, head.status);
    bool same_keys = r->key.k0 == head.key.k0 && r->key.k1 == head.key.k1;
    if (r->born_us != 0 && (!same_keys || head.clock_us <= r->clock_us))
        return 0;
    r->key = head.key;
    r->born_us = head.born_us;
    r->clock_us = head.clock_us;
    r->hosts = head.hosts > r->hosts ? head.hosts : r->hosts;
    lists_in(&again, t, r);
    return 0;
}
