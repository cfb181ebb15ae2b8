#include "correlator/registry.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/prefix_tree.h"
#include "events/load.h"

enum { BUCKETS = 65536, TEXTS = 6 };

struct land { struct land *next; struct prefix_tree *tree; char region[MATTER_REGION_MAX]; };

struct registry {
    struct registered *by_id[BUCKETS], *by_name[BUCKETS];
    struct land       *lands;
    struct hash_key    key;
};

/* ---- life ---- */

struct registry *registry_new(void)
{
    struct registry *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->key = hash_key_random();
    return r;
}

static void registered_free(struct registered *e)
{
    if (e != NULL)
        free(e->prefixes);
    free(e);
}

void registry_clear(struct registry *r)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct registered *e = r->by_id[i], *next; e != NULL; e = next) {
            next = e->id_next;
            registered_free(e);
        }
    memset(r->by_id, 0, sizeof r->by_id);
    memset(r->by_name, 0, sizeof r->by_name);
    for (struct land *l = r->lands, *next; l != NULL; l = next) {
        next = l->next;
        prefix_tree_free(l->tree);
        free(l);
    }
    r->lands = NULL;
}

void registry_free(struct registry *r)
{
    if (r == NULL)
        return;
    registry_clear(r);
    free(r);
}

/* ---- regions ---- */

/* 430102, 430100, 430000: the region above, in place; false at the end. */
static bool go_above(char region[MATTER_REGION_MAX])
{
    size_t n = strlen(region);
    for (size_t kept = 4; n == 6 && kept >= 2; kept -= 2)
        if (strcmp(region + kept, &"000000"[kept]) != 0) {
            memset(region + kept, '0', 6 - kept);
            return true;
        }
    return false;
}

static struct land *land_of(const struct registry *r, const char *region)
{
    struct land *l = r->lands;
    while (l != NULL && strcmp(l->region, region) != 0)
        l = l->next;
    return l;
}

static struct land *land_take(struct registry *r, const char *region)
{
    struct land *l = land_of(r, region);
    if (l != NULL || (l = calloc(1, sizeof *l)) == NULL)
        return l;
    if ((l->tree = prefix_tree_new()) == NULL) {
        free(l);
        return NULL;
    }
    strcpy(l->region, region);
    l->next = r->lands;
    return r->lands = l;
}

/* ---- the two tables ---- */

static size_t id_bucket(const struct registry *r, const char *id)
{
    return hash_keyed(&r->key, id, strlen(id)) % BUCKETS;
}

static size_t name_bucket(const struct registry *r, const char *unit, const char *name)
{
    uint64_t half = hash_keyed(&r->key, unit, strlen(unit));
    return (hash_keyed(&r->key, name, strlen(name)) + 31 * half) % BUCKETS;
}

static struct registered **id_place(struct registry *r, const char *region, const char *id)
{
    struct registered **at = &r->by_id[id_bucket(r, id)];
    while (*at != NULL && (strcmp((*at)->id, id) != 0 || strcmp((*at)->region, region) != 0))
        at = &(*at)->id_next;
    return at;
}

static const struct registered *named(const struct registry *r, const char *region, const char *unit, const char *name)
{
    const struct registered *e = r->by_name[name_bucket(r, unit, name)];
    while (e != NULL && (strcmp(e->asset.name, name) != 0 || strcmp(e->asset.unit, unit) != 0 || strcmp(e->region, region) != 0))
        e = e->name_next;
    return e;
}

static void leave(struct registry *r, struct registered *e)
{
    struct registered **at = &r->by_name[name_bucket(r, e->asset.unit, e->asset.name)];
    struct land *l = land_of(r, e->region);
    while (*at != e)
        at = &(*at)->name_next;
    *at = e->name_next;
    for (size_t i = 0; i < e->prefix_count; i++)
        if (l != NULL && prefix_tree_get(l->tree, &e->prefixes[i]) == e)
            prefix_tree_remove(l->tree, &e->prefixes[i]);
}

void registry_drop(struct registry *r, const char *region, const char *id)
{
    struct registered **at = id_place(r, region, id), *e = *at;
    if (e == NULL)
        return;
    *at = e->id_next;
    leave(r, e);
    registered_free(e);
}

static bool enter(struct registry *r, struct registered *e)
{
    size_t id = id_bucket(r, e->id), name = name_bucket(r, e->asset.unit, e->asset.name);
    struct land *l = land_take(r, e->region);
    e->id_next = r->by_id[id];
    r->by_id[id] = e;
    e->name_next = r->by_name[name];
    r->by_name[name] = e;
    bool ok = l != NULL;
    for (size_t i = 0; i < e->prefix_count && ok; i++)
        ok = prefix_tree_put(l->tree, &e->prefixes[i], e) == 0;
    return ok;
}

/* ---- from a matter ---- */

static const char *put_text(char **at, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = memcpy(*at, text, n);
    *at += n;
    return copy;
}

static bool prefixes_of(struct registered *e, const json_t *list)
{
    e->prefixes = json_array_size(list) > 0 ? calloc(json_array_size(list), sizeof *e->prefixes) : NULL;
    for (size_t i = 0; i < json_array_size(list) && e->prefixes != NULL; i++)
        e->prefix_count += prefix_parse(json_string_value(json_array_get(list, i)), &e->prefixes[e->prefix_count]) == 0;
    return json_array_size(list) == 0 || e->prefixes != NULL;
}

static struct registered *registered_of(const struct matter *m)
{
    const json_t *f = m->fields;
    bool is_unit = strcmp(m->kind->name, "unit") == 0;
    const char *texts[TEXTS] = { is_unit ? "" : event_text_of(f, "name"), event_text_of(f, "unit"), event_text_of(f, "sector"),
                                 event_text_of(f, "district"), event_text_of(f, "role"), event_text_of(f, "parent") };
    size_t room = 0;
    for (size_t i = 0; i < TEXTS; i++)
        room += strlen(texts[i]) + 1;
    struct registered *e = calloc(1, sizeof *e + room);
    if (e == NULL)
        return NULL;
    char *at = e->text;
    e->kind = m->kind;
    e->state = m->state;
    memcpy(e->id, m->id, sizeof e->id);
    memcpy(e->region, m->region, sizeof e->region);
    e->asset = (struct asset){ .name = put_text(&at, texts[0]), .unit = put_text(&at, texts[1]), .sector = put_text(&at, texts[2]),
                               .region = put_text(&at, texts[3]), .role = put_text(&at, texts[4]), .cii = json_is_true(json_object_get(f, "cii")) };
    e->parent = put_text(&at, texts[5]);
    e->asset.mlps_level = (uint8_t)event_number_of(f, "mlps_level", 5);
    e->asset.importance = (uint8_t)event_number_of(f, "importance", 4);
    e->asset.data_grade = asset_data_grade_parse(event_text_of(f, "data_grade"));
    e->valid_from_us = due_at(f, "valid_from");
    e->valid_to_us = due_at(f, "valid_to");
    if (prefixes_of(e, is_unit ? NULL : json_object_get(f, "addresses")))
        return e;
    registered_free(e);
    return NULL;
}

bool registry_take(struct registry *r, const struct matter *m)
{
    if (!(m->kind->flags & KIND_IS_REGISTER))
        return true;
    registry_drop(r, m->region, m->id);
    if (kind_is_last(m->kind, m->state))
        return true;
    struct registered *e = registered_of(m);
    return e != NULL && enter(r, e);
}

/* ---- asking ---- */

const struct registered *registry_unit(const struct registry *r, const char *region, const char *name)
{
    char here[MATTER_REGION_MAX];
    const struct registered *e;
    strncpy(here, region, sizeof here - 1);
    here[sizeof here - 1] = '\0';
    do
        e = named(r, here, name, "");
    while (e == NULL && go_above(here));
    return e;
}

const struct registered *registry_asset(const struct registry *r, const char *region, const char *unit, const char *name)
{
    return named(r, region, unit, name);
}

size_t registry_assets_of(const struct registry *r, const struct registered *unit)
{
    size_t n = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct registered *e = r->by_id[i]; e != NULL; e = e->id_next)
            n += *e->asset.name != '\0' && strcmp(e->asset.unit, unit->asset.unit) == 0
                 && registry_unit(r, e->region, unit->asset.unit) == unit;
    return n;
}

struct conflict { const struct registered *found; const struct prefix *asked; const char *unit, *but; struct prefix where; };

static bool is_no_conflict(void *ctx, const struct prefix *other, void *value)
{
    struct conflict *c = ctx;
    const struct registered *e = value;
    if (strcmp(e->asset.unit, c->unit) == 0 || strcmp(e->id, c->but) == 0)
        return true;
    c->found = e;
    c->where = *other;
    return false;
}

const struct registered *registry_conflict(const struct registry *r, const char *region, const struct prefix *p, const char *unit, const char *but,
                                           struct prefix *where)
{
    const struct land *l = land_of(r, region);
    struct conflict c = { NULL, p, unit, but, *p };
    if (l == NULL)
        return NULL;
    const struct registered *same = prefix_tree_get(l->tree, p);
    if (same != NULL && strcmp(same->id, but) != 0)
        c.found = same;
    else
        prefix_tree_overlaps(l->tree, p, is_no_conflict, &c);
    *where = c.where;
    return c.found;
}

bool registered_is_valid(const struct registered *unit, uint64_t at_us)
{
    return strcmp(unit->state, "registered") == 0 && unit->valid_from_us <= at_us && (unit->valid_to_us == 0 || at_us < unit->valid_to_us);
}

static const struct registered *at_address(const struct registry *r, const char *region, const struct addr *a)
{
    char here[MATTER_REGION_MAX];
    const struct registered *e = NULL;
    strncpy(here, region, sizeof here - 1);
    here[sizeof here - 1] = '\0';
    do {
        const struct land *l = land_of(r, here);
        e = l != NULL ? prefix_tree_find(l->tree, a) : NULL;
    } while (e == NULL && go_above(here));
    return e;
}

static const char *said_or(const char *said, const char *known)
{
    return said != NULL && *said != '\0' ? said : known;
}

void registry_tell(const struct registry *r, const char *region, const char *address, struct asset *a)
{
    struct addr where;
    const struct registered *e = r != NULL && r->lands != NULL && addr_parse(address, &where) == 0 ? at_address(r, region, &where) : NULL;
    if (e == NULL)
        return;
    a->name = said_or(a->name, e->asset.name);
    a->unit = said_or(a->unit, e->asset.unit);
    a->sector = said_or(a->sector, e->asset.sector);
    a->region = said_or(a->region, e->asset.region);
    a->role = said_or(a->role, e->asset.role);
    a->cii = a->cii || e->asset.cii;
    a->mlps_level = a->mlps_level > 0 ? a->mlps_level : e->asset.mlps_level;
    a->importance = a->importance > 0 ? a->importance : e->asset.importance;
    a->data_grade = a->data_grade != DATA_UNGRADED ? a->data_grade : e->asset.data_grade;
}
