/* The writer's side. New indicators gather in a small layer that is made anew with each set; when it has grown to a quarter
 * of all, everything goes into one big layer. So a million that come one by one cost a few passes over them in all, and
 * one that comes late costs a small table.
 *
 * What has died is freed after the next big layer, once nobody reads a set from before it. */
#include <errno.h>
#include <stdlib.h>

#include "emit/intel_layers.h"

enum { NEWEST_LEAST = 4096, ITEM_COST = 64, IDS_LEAST = 64 };   /* ITEM_COST: an item's share of tables, and malloc's own */

struct intel_store {
    struct hash_key key;
    uint64_t max, bytes_max, bytes;
    struct item **ids;              /* open addressing by id */
    size_t   id_mask, count;
    struct item **fresh;            /* what the big layer does not have */
    size_t   fresh_count, fresh_room, dead_count;
    struct item *dead, *doomed;     /* dead: layers may have them. doomed: those before the big layer in use */
    struct layer *base, *old_base;  /* old_base: of the set before */
    uint32_t generation;
    size_t   lengths[2][129];       /* prefixes of each length, version 4 and 6 */
    size_t   kinds[INDICATOR_KINDS];
};

/* ---- items ---- */

static const char *item_value(const struct item *i)
{
    return i->kind == INDICATOR_ADDRESS ? i->text + i->key_len : i->text;
}

static const char *item_id(const struct item *i)
{
    const char *value = item_value(i);
    return value + strlen(value) + 1;
}

static void item_prefix(const struct item *i, struct prefix *out)
{
    *out = (struct prefix){ { .version = (uint8_t)i->text[0] }, (uint8_t)i->text[1] };
    memcpy(out->addr.bytes, i->text + 2, 16);
}

void item_indicator(const struct item *i, struct indicator *out)
{
    const char *id = item_id(i), *name = id + strlen(id) + 1;
    *out = (struct indicator){
        .kind = (enum indicator_kind)i->kind, .tlp = (enum indicator_tlp)i->tlp, .id = id, .value = item_value(i), .name = name,
        .source = name + strlen(name) + 1, .expires_us = i->expires_us, .version = i->version, .severity = i->severity,
        .confidence = i->confidence, .local = i->local,
    };
    if (out->kind == INDICATOR_ADDRESS)
        item_prefix(i, &out->prefix);
}

static size_t item_size(const struct indicator *i)
{
    size_t key = i->kind == INDICATOR_ADDRESS ? ADDRESS_KEY : 0;
    return sizeof(struct item) + key + strlen(i->value) + strlen(i->id) + strlen(i->name) + strlen(i->source) + 4;
}

static char *put(char *at, const char *text)
{
    size_t n = strlen(text) + 1;
    memcpy(at, text, n);
    return at + n;
}

static struct item *item_new(const struct intel_store *s, const struct indicator *i)
{
    struct item *new = malloc(item_size(i));
    if (new == NULL)
        return NULL;
    *new = (struct item){ .expires_us = i->expires_us, .version = i->version, .kind = (uint8_t)i->kind, .tlp = (uint8_t)i->tlp,
                          .severity = i->severity, .confidence = i->confidence, .local = i->local, .key_len = (uint16_t)strlen(i->value),
                          .mark = (uint32_t)hash_keyed(&s->key, i->id, strlen(i->id)) | 1 };
    char *at = new->text;
    if (i->kind == INDICATOR_ADDRESS) {
        new->key_len = (uint16_t)address_key(&i->prefix, (uint8_t *)at);
        at += ADDRESS_KEY;
    }
    put(put(put(put(at, i->value), i->id), i->name), i->source);
    return new;
}

static size_t bytes_of(const struct item *i)
{
    struct indicator what;
    item_indicator(i, &what);
    return item_size(&what) + ITEM_COST;
}

/* ---- by id ---- */

static size_t id_home(const struct intel_store *s, const char *id)
{
    return (size_t)hash_keyed(&s->key, id, strlen(id)) & s->id_mask;
}

static struct item **id_place(struct intel_store *s, const char *id)
{
    size_t at = id_home(s, id);
    while (s->ids[at] != NULL && strcmp(item_id(s->ids[at]), id) != 0)
        at = (at + 1) & s->id_mask;
    return &s->ids[at];
}

static int ids_grow(struct intel_store *s)
{
    struct item **before = s->ids;
    size_t mask = s->id_mask;
    struct item **more = calloc(2 * (mask + 1), sizeof(struct item *));
    if (more == NULL)
        return -ENOMEM;
    s->ids = more;
    s->id_mask = 2 * mask + 1;
    for (size_t i = 0; i <= mask; i++)
        if (before[i] != NULL)
            *id_place(s, item_id(before[i])) = before[i];
    free(before);
    return 0;
}

/* Closes the gap, so that those behind it are still found. */
static void id_remove(struct intel_store *s, struct item **place)
{
    size_t hole = (size_t)(place - s->ids);
    for (size_t at = (hole + 1) & s->id_mask; s->ids[at] != NULL; at = (at + 1) & s->id_mask) {
        size_t home = id_home(s, item_id(s->ids[at]));
        if (((at - home) & s->id_mask) < ((at - hole) & s->id_mask))
            continue;
        s->ids[hole] = s->ids[at];
        hole = at;
    }
    s->ids[hole] = NULL;
}

/* ---- taking in ---- */

static void tally(struct intel_store *s, const struct item *i, bool more)
{
    size_t *length = i->kind == INDICATOR_ADDRESS ? &s->lengths[i->text[0] == 6][(uint8_t)i->text[1]] : NULL;
    s->kinds[i->kind] += more ? 1 : (size_t)-1;
    s->count += more ? 1 : (size_t)-1;
    if (length != NULL)
        *length += more ? 1 : (size_t)-1;
}

static void retire(struct intel_store *s, struct item *i)
{
    atomic_store_explicit(&i->dead, true, memory_order_relaxed);
    tally(s, i, false);
    i->next = s->dead;
    s->dead = i;
    s->dead_count++;
}

static int fresh_add(struct intel_store *s, struct item *i)
{
    if (s->fresh_count == s->fresh_room) {
        size_t room = s->fresh_room ? s->fresh_room * 2 : 64;
        struct item **more = realloc(s->fresh, room * sizeof *more);
        if (more == NULL)
            return -ENOMEM;
        s->fresh = more;
        s->fresh_room = room;
    }
    s->fresh[s->fresh_count++] = i;
    return 0;
}

static bool same(const struct item *i, const struct indicator *given)
{
    struct indicator known;
    item_indicator(i, &known);
    return known.kind == given->kind && known.tlp == given->tlp && known.severity == given->severity
           && known.confidence == given->confidence && known.expires_us == given->expires_us && known.version == given->version
           && strcmp(known.value, given->value) == 0 && strcmp(known.name, given->name) == 0
           && strcmp(known.source, given->source) == 0;
}

static enum intel_taken add(struct intel_store *s, const struct indicator *i)
{
    size_t cost = item_size(i) + ITEM_COST;
    struct item **place = id_place(s, i->id), *before = *place;
    if ((before == NULL && s->count >= s->max) || s->bytes + cost > s->bytes_max)
        return INTEL_FULL;
    struct item *new = item_new(s, i);
    if (new == NULL || fresh_add(s, new) < 0) {
        free(new);
        return INTEL_FULL;
    }
    *place = new;
    s->bytes += cost;
    tally(s, new, true);
    if (before != NULL)
        retire(s, before);
    if (s->count * 4 > s->id_mask * 3 && ids_grow(s) < 0)
        s->max = s->count;      /* no room for more names: as if the ceiling were here */
    return before != NULL ? INTEL_CHANGED : INTEL_NEW;
}

enum intel_taken intel_store_take(struct intel_store *s, const struct indicator *i, uint64_t now_us)
{
    struct item **place = id_place(s, i->id);
    bool expired = i->expires_us != 0 && i->expires_us < now_us;
    if (*place != NULL && i->version < (*place)->version)
        return INTEL_KNOWN;
    if (!i->revoked && !expired)
        return *place != NULL && same(*place, i) ? INTEL_KNOWN : add(s, i);
    if (*place == NULL)
        return expired ? INTEL_EXPIRED : INTEL_KNOWN;
    retire(s, *place);
    id_remove(s, place);
    return INTEL_REMOVED;
}

size_t intel_store_expire(struct intel_store *s, uint64_t now_us)
{
    size_t gone = 0;
    for (size_t at = 0; at <= s->id_mask;) {
        struct item *i = s->ids[at];
        if (i == NULL || i->expires_us == 0 || i->expires_us >= now_us) {
            at++;
            continue;
        }
        retire(s, i);
        id_remove(s, &s->ids[at]);      /* another may have moved here */
        gone++;
    }
    return gone;
}

void intel_store_each(const struct intel_store *s, void (*each)(void *ctx, const struct indicator *i), void *ctx)
{
    struct indicator what;
    for (size_t at = 0; at <= s->id_mask; at++) {
        if (s->ids[at] == NULL)
            continue;
        item_indicator(s->ids[at], &what);
        each(ctx, &what);
    }
}

size_t intel_store_count(const struct intel_store *s)
{
    return s->count;
}

uint64_t intel_store_bytes(const struct intel_store *s)
{
    return s->bytes;
}

/* ---- sets ---- */

static struct layer *layer_of(const struct intel_store *s, struct item *const *items, size_t places, size_t count)
{
    struct layer *l = layer_new(count);
    for (size_t i = 0; l != NULL && i < places; i++)
        if (items[i] != NULL && item_lives(items[i], 0))
            layer_add(l, item_hash(&s->key, items[i]), items[i]);
    return l;
}

static void describe(const struct intel_store *s, struct intel *t)
{
    for (int kind = 0; kind < INDICATOR_KINDS; kind++)
        t->kinds |= s->kinds[kind] > 0 ? 1u << kind : 0;
    for (int six = 0; six < 2; six++)
        for (int bits = 128; bits >= 0; bits--)
            if (s->lengths[six][bits] > 0) {
                t->lengths[t->length_count].version = six ? 6 : 4;
                t->lengths[t->length_count++].bits = (uint8_t)bits;
            }
}

static int make_base(struct intel_store *s)
{
    struct layer *base = layer_of(s, s->ids, s->id_mask + 1, s->count);
    if (base == NULL)
        return -ENOMEM;
    s->old_base = s->base;
    s->base = base;
    s->fresh_count = 0;
    s->doomed = s->dead;
    s->dead = NULL;
    s->dead_count = 0;
    return 0;
}

const struct intel *intel_store_publish(struct intel_store *s)
{
    size_t most = s->count / 4 > NEWEST_LEAST ? s->count / 4 : NEWEST_LEAST;
    struct intel *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    if ((s->base == NULL || s->fresh_count + s->dead_count >= most) && s->old_base == NULL && s->doomed == NULL && make_base(s) < 0
        && s->base == NULL) {
        free(t);
        return NULL;
    }
    t->newest = layer_of(s, s->fresh, s->fresh_count, s->fresh_count);
    if (t->newest == NULL) {
        free(t);
        return NULL;
    }
    t->key = s->key;
    t->base = s->base;
    t->generation = ++s->generation != 0 ? s->generation : ++s->generation;
    describe(s, t);
    return t;
}

static void free_items(struct intel_store *s, struct item **list)
{
    for (struct item *i = *list, *next; i != NULL; i = next) {
        next = i->next;
        s->bytes -= bytes_of(i);
        free(i);
    }
    *list = NULL;
}

void intel_store_let_go(struct intel_store *s, const struct intel *before)
{
    if (before != NULL)
        layer_free((struct layer *)(uintptr_t)before->newest);
    free((void *)(uintptr_t)before);
    layer_free(s->old_base);
    s->old_base = NULL;
    free_items(s, &s->doomed);
}

struct intel_store *intel_store_new(uint64_t max, uint64_t bytes_max)
{
    struct intel_store *s = calloc(1, sizeof *s);
    if (s == NULL || (s->ids = calloc(IDS_LEAST, sizeof(struct item *))) == NULL) {
        free(s);
        return NULL;
    }
    s->id_mask = IDS_LEAST - 1;
    s->max = max;
    s->bytes_max = bytes_max;
    s->key = hash_key_random();
    return s;
}

void intel_store_free(struct intel_store *s)
{
    if (s == NULL)
        return;
    free_items(s, &s->dead);
    free_items(s, &s->doomed);
    for (size_t at = 0; at <= s->id_mask; at++)
        free(s->ids[at]);
    layer_free(s->base);
    layer_free(s->old_base);
    free(s->fresh);
    free(s->ids);
    free(s);
}
