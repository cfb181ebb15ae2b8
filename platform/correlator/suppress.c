#include "correlator/suppress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/hash.h"
#include "events/load.h"

enum { BUCKETS = 16384, SIDES = 2, GRAVE_MLPS = 4 };

/* What is looked up. Every byte is set, so that it can be hashed and compared as bytes. */
struct key {
    uint32_t realm, shape, gid, sid;
    uint8_t  source[16], destination[16];
    uint64_t asset, unit;                   /* digests of the names */
};

_Static_assert(sizeof(struct key) == 64, "no byte of it is padding");

/* A shape: which things a scope names, and how long its prefixes are. */
enum { SHAPE_RULE = 1, SHAPE_ASSET = 2, SHAPE_UNIT = 4, SHAPE_SOURCE = 8, SHAPE_DESTINATION = 20, SHAPE_PREFIX = 0xfff };

struct shape { uint32_t code; size_t used; };

struct realm {                  /* a region's alerts of one status */
    char         region[MATTER_REGION_MAX], status[MATTER_STATUS_MAX];
    struct shape shapes[SUPPRESS_SHAPES_MAX];
    size_t       shape_count;
};

struct entry {
    struct suppressed said;     /* .region and .id point below */
    struct entry *next, *id_next, *unsaid_next;
    struct key    key;
    char          id[MATTER_ID_MAX], region[MATTER_REGION_MAX], *asset, *unit;
    uint64_t      from_us, expires_us, hits, spared, first_us, last_us;
    bool          off, grave, unsaid;
    char        **ids;
    size_t        id_room;
};

struct suppress {
    struct entry  *buckets[BUCKETS], *by_id[BUCKETS], *unsaid;
    struct hash_key hash;
    struct realm **realms;
    size_t         realm_count, count;
};

/* ---- scopes ---- */

static int rule_read(const char *text, struct suppress_scope *out, struct fault *f)
{
    char rest;
    unsigned gid = 1, sid = 0;
    bool pair = strchr(text, ':') != NULL;
    int n = pair ? sscanf(text, "%9u:%9u%c", &gid, &sid, &rest) : sscanf(text, "%9u%c", &sid, &rest);
    if (n != (pair ? 2 : 1) || sid == 0 || text[strspn(text, "0123456789:")] != '\0')
        return fault_set(f, -EINVAL, "`rule`: expected gid:sid such as 1:2001219, not \"%.60s\"", text);
    out->gid = gid;
    out->sid = sid;
    return 0;
}

static int prefix_read(const json_t *fields, const char *name, struct prefix *out, struct fault *f)
{
    const char *text = event_text_of(fields, name);
    if (*text == '\0' || prefix_parse(text, out) == 0)
        return 0;
    return fault_set(f, -EINVAL, "`%s`: expected an address or a prefix, not \"%.60s\"", name, text);
}

static bool is_narrow(const struct prefix *p)
{
    return p->addr.version != 0 && p->bits >= (p->addr.version == 4 ? SUPPRESS_SOURCE_BITS : SUPPRESS_SOURCE_BITS6);
}

int suppress_scope_read(const json_t *fields, struct suppress_scope *out, struct fault *f)
{
    const char *rule = event_text_of(fields, "rule");
    *out = (struct suppress_scope){ .asset = event_text_of(fields, "asset"), .unit = event_text_of(fields, "unit") };
    int rc = *rule != '\0' ? rule_read(rule, out, f) : 0;
    if (rc == 0)
        rc = prefix_read(fields, "source", &out->source, f);
    if (rc == 0)
        rc = prefix_read(fields, "destination", &out->destination, f);
    if (rc != 0)
        return rc;
    if (out->sid != 0 || *out->asset != '\0' || *out->unit != '\0' || is_narrow(&out->source) || is_narrow(&out->destination))
        return 0;
    return fault_set(f, -EINVAL, "expected a `rule`, an `asset`, a `unit`, or a `source` or `destination` of %d bits or more (IPv6: %d)",
                     SUPPRESS_SOURCE_BITS, SUPPRESS_SOURCE_BITS6);
}

static uint32_t prefix_shape(const struct prefix *p)
{
    return p->addr.version != 0 ? (uint32_t)p->addr.version << 8 | p->bits : 0;
}

static uint32_t shape_of(const struct suppress_scope *s)
{
    return (s->sid != 0 ? SHAPE_RULE : 0) | (*s->asset != '\0' ? SHAPE_ASSET : 0) | (*s->unit != '\0' ? SHAPE_UNIT : 0)
           | prefix_shape(&s->source) << SHAPE_SOURCE | prefix_shape(&s->destination) << SHAPE_DESTINATION;
}

/* ---- life ---- */

struct suppress *suppress_new(void)
{
    struct suppress *s = calloc(1, sizeof *s);
    if (s != NULL)
        s->hash = hash_key_random();
    return s;
}

static void entry_free(struct entry *e)
{
    while (e->said.ids > 0)
        free(e->ids[--e->said.ids]);
    free(e->ids);
    free(e->asset);
    free(e->unit);
    free(e);
}

void suppress_clear(struct suppress *s)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct entry *e = s->by_id[i], *next; e != NULL; e = next) {
            next = e->id_next;
            entry_free(e);
        }
    memset(s->buckets, 0, sizeof s->buckets);
    memset(s->by_id, 0, sizeof s->by_id);
    while (s->realm_count > 0)
        free(s->realms[--s->realm_count]);
    s->unsaid = NULL;
    s->count = 0;
}

void suppress_free(struct suppress *s)
{
    if (s == NULL)
        return;
    suppress_clear(s);
    free(s->realms);
    free(s);
}

size_t suppress_count(const struct suppress *s)
{
    return s->count;
}

/* ---- realms and shapes ---- */

static struct realm *realm_of(const struct suppress *s, const char *region, const char *status, uint32_t *number)
{
    for (size_t i = 0; i < s->realm_count; i++)
        if (strcmp(s->realms[i]->region, region) == 0 && strcmp(s->realms[i]->status, status) == 0) {
            *number = (uint32_t)i;
            return s->realms[i];
        }
    return NULL;
}

static struct realm *realm_take(struct suppress *s, const char *region, const char *status, uint32_t *number)
{
    struct realm *r = realm_of(s, region, status, number);
    if (r != NULL)
        return r;
    struct realm **more = realloc(s->realms, (s->realm_count + 1) * sizeof(struct realm *));
    if (more != NULL)
        s->realms = more;
    if (more == NULL || (r = calloc(1, sizeof *r)) == NULL)
        return NULL;
    snprintf(r->region, sizeof r->region, "%s", region);
    snprintf(r->status, sizeof r->status, "%s", status);
    *number = (uint32_t)s->realm_count;
    return s->realms[s->realm_count++] = r;
}

static struct shape *shape_find(struct realm *r, uint32_t code)
{
    for (size_t i = 0; i < r->shape_count; i++)
        if (r->shapes[i].code == code)
            return &r->shapes[i];
    return NULL;
}

static bool shape_take(struct realm *r, uint32_t code)
{
    struct shape *p = shape_find(r, code);
    if (p == NULL && r->shape_count == SUPPRESS_SHAPES_MAX)
        return false;
    if (p == NULL)
        *(p = &r->shapes[r->shape_count++]) = (struct shape){ .code = code };
    p->used++;
    return true;
}

static void shape_give(struct realm *r, uint32_t code)
{
    struct shape *p = shape_find(r, code);
    if (p != NULL && --p->used == 0)
        *p = r->shapes[--r->shape_count];
}

bool suppress_has_room(const struct suppress *s, const struct matter *m)
{
    uint32_t number;
    struct fault f;
    struct suppress_scope scope;
    struct realm *r = realm_of(s, m->region, m->status, &number);
    return r == NULL || r->shape_count < SUPPRESS_SHAPES_MAX
           || (suppress_scope_read(m->fields, &scope, &f) == 0 && shape_find(r, shape_of(&scope)) != NULL);
}

/* ---- the table ---- */

static uint64_t name_digest(const struct suppress *s, const char *name)
{
    return hash_keyed(&s->hash, name, strlen(name));
}

static struct key key_of(const struct suppress *s, uint32_t realm, const struct suppress_scope *scope)
{
    struct key k = { .realm = realm, .shape = shape_of(scope), .gid = scope->gid, .sid = scope->sid };
    memcpy(k.source, scope->source.addr.bytes, sizeof k.source);
    memcpy(k.destination, scope->destination.addr.bytes, sizeof k.destination);
    k.asset = *scope->asset != '\0' ? name_digest(s, scope->asset) : 0;
    k.unit = *scope->unit != '\0' ? name_digest(s, scope->unit) : 0;
    return k;
}

static size_t bucket_of(const struct suppress *s, const struct key *k)
{
    return hash_keyed(&s->hash, k, sizeof *k) % BUCKETS;
}

static size_t id_bucket(const struct suppress *s, const char *id)
{
    return hash_keyed(&s->hash, id, strlen(id)) % BUCKETS;
}

static struct entry *entry_of(const struct suppress *s, const struct matter *m)
{
    struct entry *e = s->by_id[id_bucket(s, m->id)];
    while (e != NULL && (strcmp(e->id, m->id) != 0 || strcmp(e->region, m->region) != 0))
        e = e->id_next;
    return e;
}

static void make_unsaid(struct suppress *s, struct entry *e)
{
    if (e->unsaid)
        return;
    e->unsaid = true;
    e->unsaid_next = s->unsaid;
    s->unsaid = e;
}

static bool id_add(struct entry *e, const char *id)
{
    if (e->said.ids == e->id_room) {
        size_t room = e->id_room > 0 ? 2 * e->id_room : 16;
        char **more = realloc(e->ids, room * sizeof *more);
        if (more == NULL)
            return false;
        e->ids = more;
        e->id_room = room;
    }
    char *copy = strdup(id);
    if (copy == NULL)
        return false;
    e->ids[e->said.ids++] = copy;
    return true;
}

/* What was hidden before, as it was kept. Ids stand there as long as they have not gone out. */
static bool figures_back(struct suppress *s, struct entry *e, struct matter *m)
{
    size_t n;
    json_t *id, *ids = json_object_get(m->fields, "alert_ids");
    bool ok = true;
    e->hits = event_number_of(m->fields, "hits", UINT64_MAX);
    e->spared = event_number_of(m->fields, "spared", UINT64_MAX);
    e->first_us = due_at(m->fields, "first_hit");
    e->last_us = due_at(m->fields, "last_hit");
    json_array_foreach(ids, n, id)
        ok &= !json_is_string(id) || id_add(e, json_string_value(id));
    if (ids != NULL)
        make_unsaid(s, e);
    json_object_del(m->fields, "alert_ids");
    return ok;
}

static struct entry *entry_new(const struct matter *m, const struct suppress_scope *scope)
{
    struct entry *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->asset = strdup(scope->asset);
    e->unit = strdup(scope->unit);
    if (e->asset == NULL || e->unit == NULL) {
        entry_free(e);
        return NULL;
    }
    snprintf(e->id, sizeof e->id, "%s", m->id);
    snprintf(e->region, sizeof e->region, "%s", m->region);
    e->said.id = e->id;
    e->said.region = e->region;
    return e;
}

static int enter(struct suppress *s, struct matter *m, struct entry **out)
{
    struct fault f;
    uint32_t number = 0;
    struct suppress_scope scope;
    if (suppress_scope_read(m->fields, &scope, &f) != 0)
        return -EINVAL;
    struct realm *r = realm_take(s, m->region, m->status, &number);
    struct entry *e = r != NULL ? entry_new(m, &scope) : NULL;
    if (e == NULL)
        return -ENOMEM;
    e->key = key_of(s, number, &scope);
    if (!shape_take(r, e->key.shape)) {
        entry_free(e);
        return -ENOSPC;
    }
    size_t at = bucket_of(s, &e->key), by_id = id_bucket(s, e->id);
    e->next = s->buckets[at];
    s->buckets[at] = e;
    e->id_next = s->by_id[by_id];
    s->by_id[by_id] = e;
    s->count++;
    *out = e;
    return figures_back(s, e, m) ? 0 : -ENOMEM;
}

int suppress_follow(struct suppress *s, struct matter *m)
{
    if (strcmp(m->kind->name, "suppression") != 0)
        return 0;
    struct entry *e = entry_of(s, m);
    uint64_t from_us = due_at(m->fields, "active_from");
    bool hides = from_us != 0 && kind_among("active|pending_renew|expired", m->state);
    bool unsaid = json_object_get(m->fields, "alert_ids") != NULL;      /* kept just before we ended */
    int rc = e == NULL && (hides || unsaid) ? enter(s, m, &e) : 0;
    if (rc != 0 || e == NULL)
        return rc;
    e->off = !hides;
    e->grave = strcmp(event_text_of(m->fields, "reach"), "grave") == 0;
    e->from_us = from_us;
    e->expires_us = due_at(m->fields, "expires");
    return 0;
}

static void take_out(struct entry **at, struct entry *e, size_t link)
{
    while (*at != e)
        at = (struct entry **)(void *)((char *)*at + link);
    *at = *(struct entry **)(void *)((char *)e + link);
}

void suppress_forget(struct suppress *s, const struct matter *m)
{
    struct entry *e = strcmp(m->kind->name, "suppression") == 0 ? entry_of(s, m) : NULL;
    if (e == NULL)
        return;
    take_out(&s->buckets[bucket_of(s, &e->key)], e, offsetof(struct entry, next));
    take_out(&s->by_id[id_bucket(s, e->id)], e, offsetof(struct entry, id_next));
    if (e->unsaid)
        take_out(&s->unsaid, e, offsetof(struct entry, unsaid_next));
    shape_give(s->realms[e->key.realm], e->key.shape);
    s->count--;
    entry_free(e);
}

/* ---- an alert ---- */

bool suppress_is_high(const struct asset *a)
{
    return a->mlps_level >= GRAVE_MLPS || a->cii || a->importance == 1;
}

bool suppress_is_grave(const struct alert_view *a)
{
    return a->severity <= 1 || suppress_is_high(&a->src_asset) || suppress_is_high(&a->dest_asset);
}

struct look {                   /* an alert while it is looked up: what costs something is worked out once */
    const struct alert_view *alert;
    struct addr     source, destination;
    uint64_t        asset[SIDES], unit[SIDES];
    const struct asset *ends[SIDES];
    bool            has_addresses, has_names;
};

static void need_addresses(struct look *l)
{
    if (l->has_addresses)
        return;
    if (addr_parse(l->alert->src_ip, &l->source) != 0)
        l->source = (struct addr){ 0 };
    if (addr_parse(l->alert->dest_ip, &l->destination) != 0)
        l->destination = (struct addr){ 0 };
    l->has_addresses = true;
}

static void need_names(const struct suppress *s, struct look *l)
{
    for (int side = 0; side < SIDES && !l->has_names; side++) {
        l->asset[side] = name_digest(s, l->ends[side]->name);
        l->unit[side] = name_digest(s, l->ends[side]->unit);
    }
    l->has_names = true;
}

/* False: the address is none of that version. */
static bool key_address(uint32_t shape, const struct addr *a, uint8_t out[16])
{
    struct addr masked = *a;
    if (a->version != shape >> 8)
        return false;
    addr_mask(&masked, shape & 0xff);
    memcpy(out, masked.bytes, 16);
    return true;
}

static bool key_addresses(uint32_t shape, struct look *l, struct key *k)
{
    uint32_t source = shape >> SHAPE_SOURCE & SHAPE_PREFIX, destination = shape >> SHAPE_DESTINATION & SHAPE_PREFIX;
    if ((source | destination) != 0)
        need_addresses(l);
    return (source == 0 || key_address(source, &l->source, k->source))
           && (destination == 0 || key_address(destination, &l->destination, k->destination));
}

static bool came_first(const struct entry *e, const struct entry *than)
{
    if (than == NULL || e->from_us != than->from_us)
        return than == NULL || e->from_us < than->from_us;
    return strcmp(e->id, than->id) < 0;
}

/* Of those with this key that hold at the alert's time, the first; of the grave ones apart. */
static void meet(const struct suppress *s, const struct key *k, const struct look *l, const struct asset *end, struct entry *first[2])
{
    uint64_t at_us = l->alert->time_us;
    for (struct entry *e = s->buckets[bucket_of(s, k)]; e != NULL; e = e->next) {
        if (e->off || at_us < e->from_us || at_us >= e->expires_us || memcmp(&e->key, k, sizeof *k) != 0)
            continue;
        if (end != NULL && ((*e->asset != '\0' && strcmp(e->asset, end->name) != 0) || (*e->unit != '\0' && strcmp(e->unit, end->unit) != 0)))
            continue;
        if (came_first(e, first[e->grave]))
            first[e->grave] = e;
    }
}

static void meet_shape(const struct suppress *s, uint32_t realm, uint32_t shape, struct look *l, struct entry *first[2])
{
    struct key k = { .realm = realm, .shape = shape };
    if (!key_addresses(shape, l, &k))
        return;
    if (shape & SHAPE_RULE) {
        k.gid = l->alert->gid;
        k.sid = l->alert->sid;
    }
    if (!(shape & (SHAPE_ASSET | SHAPE_UNIT))) {
        meet(s, &k, l, NULL, first);
        return;
    }
    need_names(s, l);
    for (int side = 0; side < SIDES; side++) {
        k.asset = shape & SHAPE_ASSET ? l->asset[side] : 0;
        k.unit = shape & SHAPE_UNIT ? l->unit[side] : 0;
        meet(s, &k, l, l->ends[side], first);
    }
}

/* Other sensors' ids are what they are; these take no more room in JSON than they have bytes. */
static bool is_plain(const char *id)
{
    size_t n = 0;
    while (id[n] > ' ' && id[n] < 0x7f && id[n] != '"' && id[n] != '\\' && n < EVENT_ID_MAX)
        n++;
    return id[n] == '\0' && n > 0 && n < EVENT_ID_MAX;
}

static bool count_hit(struct suppress *s, struct entry *e, const struct alert_view *a)
{
    e->hits++;
    e->first_us = e->first_us == 0 || a->time_us < e->first_us ? a->time_us : e->first_us;
    e->last_us = a->time_us > e->last_us ? a->time_us : e->last_us;
    if (is_plain(a->id))
        id_add(e, a->id);       /* without memory it is counted and not listed */
    e->said.unkept = true;
    make_unsaid(s, e);
    return true;
}

static bool count_spared(struct suppress *s, struct entry *e)
{
    e->spared++;
    e->said.unkept = true;
    make_unsaid(s, e);
    return false;
}

bool suppress_hides(struct suppress *s, const struct alert_view *a)
{
    uint32_t number;
    struct entry *first[2] = { NULL, NULL };        /* of the ordinary, of the grave ones */
    struct look l = { .alert = a, .ends = { &a->src_asset, &a->dest_asset } };
    const struct realm *r = s->count > 0 ? realm_of(s, a->region, a->status, &number) : NULL;
    for (size_t i = 0; r != NULL && i < r->shape_count; i++)
        meet_shape(s, number, r->shapes[i].code, &l, first);
    if (first[0] == NULL && first[1] == NULL)
        return false;
    if (!suppress_is_grave(a))
        return count_hit(s, first[0] == NULL || (first[1] != NULL && came_first(first[1], first[0])) ? first[1] : first[0], a);
    return first[1] != NULL ? count_hit(s, first[1], a) : count_spared(s, first[0]);
}

/* ---- on its way out ---- */

void suppress_unsaid(const struct suppress *s, const char *region, bool (*each)(void *ctx, const struct suppressed *e), void *ctx)
{
    bool on = true;
    for (struct entry *e = s->unsaid, *next; e != NULL && on; e = next) {
        next = e->unsaid_next;      /* `each` may say it, and then it leaves this list */
        if (region == NULL || strcmp(e->region, region) == 0)
            on = each(ctx, &e->said);
    }
}

bool suppress_figures(const struct suppress *s, struct matter *m)
{
    const struct entry *e = strcmp(m->kind->name, "suppression") == 0 ? entry_of(s, m) : NULL;
    if (e == NULL)
        return true;
    return json_object_set_new(m->fields, "hits", json_integer((json_int_t)e->hits)) == 0
           && json_object_set_new(m->fields, "spared", json_integer((json_int_t)e->spared)) == 0
           && due_set(&m->fields, "first_hit", e->first_us) && due_set(&m->fields, "last_hit", e->last_us);
}

bool suppress_ids(const struct suppress *s, struct matter *m, size_t most)
{
    const struct entry *e = entry_of(s, m);
    if (e == NULL || !e->unsaid)
        return true;
    json_t *ids = json_array();
    for (size_t i = 0; ids != NULL && i < e->said.ids && i < most; i++)
        json_array_append_new(ids, json_string(e->ids[i]));
    return json_object_set_new(m->fields, "alert_ids", ids) == 0;
}

bool suppress_is_unsaid(const struct suppress *s, const struct matter *m)
{
    const struct entry *e = entry_of(s, m);
    return e != NULL && e->unsaid;
}

uint64_t suppress_last(const struct suppress *s, const struct matter *m)
{
    const struct entry *e = entry_of(s, m);
    return e != NULL ? e->last_us : 0;
}

void suppress_kept(struct suppress *s, const struct matter *m)
{
    struct entry *e = entry_of(s, m);
    if (e != NULL)
        e->said.unkept = false;
}

void suppress_said(struct suppress *s, const struct matter *m, size_t ids, uint64_t now_us)
{
    struct entry *e = entry_of(s, m);
    if (e == NULL)
        return;
    size_t gone = ids < e->said.ids ? ids : e->said.ids;
    for (size_t i = 0; i < gone; i++)
        free(e->ids[i]);
    e->said.ids -= gone;
    memmove(e->ids, e->ids + gone, e->said.ids * sizeof *e->ids);
    e->said.said_us = now_us;
    if (e->said.ids > 0 || !e->unsaid)
        return;
    take_out(&s->unsaid, e, offsetof(struct entry, unsaid_next));
    e->unsaid = false;
}
