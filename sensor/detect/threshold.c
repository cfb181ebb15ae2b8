#include "detect/threshold.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "detect/keywords.h"

enum { ETHER_ADDRESS = 6, ETHER_SOURCE = 6 };

struct window {
    uint64_t key;           /* 0: free */
    uint64_t start_us;
    uint32_t count;
    uint32_t due;           /* backoff: told when .count comes to it */
};

struct threshold_table {
    struct hash_key secret;
    size_t          sets;           /* a power of two */
    struct window   windows[];
};

struct threshold_table *threshold_table_new(uint32_t entries)
{
    size_t sets = 1;
    while (sets * THRESHOLD_WAYS < entries)
        sets *= 2;
    struct threshold_table *t = calloc(1, sizeof(*t) + sets * THRESHOLD_WAYS * sizeof(t->windows[0]));
    if (t == NULL)
        return NULL;
    t->sets = sets;
    t->secret = hash_key_random();
    return t;
}

void threshold_table_free(struct threshold_table *t)
{
    free(t);
}

struct ends { uint8_t src[16], dest[16]; };

/* Who sent it to whom: IP addresses, and below IP those of the cards. */
static struct ends ends_of(const struct match *m)
{
    struct ends e = { 0 };
    if (m->src)
        memcpy(e.src, m->src->addr.bytes, 16);
    else if (m->s->ether)
        memcpy(e.src, m->s->ether + ETHER_SOURCE, ETHER_ADDRESS);
    if (m->dest)
        memcpy(e.dest, m->dest->addr.bytes, 16);
    else if (m->s->ether)
        memcpy(e.dest, m->s->ether, ETHER_ADDRESS);
    return e;
}

static uint64_t key_of(const struct threshold_table *t, const struct match *m, const struct threshold *how)
{
    struct { uint32_t sid, gid, filter, number, version; uint8_t src[16], dest[16]; uint64_t flow; } k;
    struct ends ends = ends_of(m);
    memset(&k, 0, sizeof(k));
    k.sid = m->rule->alert.sid;
    k.gid = m->rule->alert.gid;
    k.filter = how->kind == THRESHOLD_FILTER;
    k.number = how->number;
    if (how->track == TRACK_FLOW)
        k.flow = m->s->flow_id;
    if (m->src && how->track != TRACK_RULE && how->track != TRACK_FLOW)
        k.version = m->src->addr.version;
    if (how->track == TRACK_SRC || how->track == TRACK_PAIR)
        memcpy(k.src, ends.src, 16);
    if (how->track == TRACK_DEST || how->track == TRACK_PAIR)
        memcpy(k.dest, ends.dest, 16);
    if (how->track == TRACK_PAIR && memcmp(ends.src, ends.dest, 16) > 0) {     /* a pair has no direction */
        memcpy(k.src, ends.dest, 16);
        memcpy(k.dest, ends.src, 16);
    }
    uint64_t key = hash_keyed(&t->secret, &k, sizeof(k));
    return key ? key : 1;
}

/* The window of this key, or the place for a new one: free, else the oldest of its set. */
static struct window *window_of(struct threshold_table *t, uint64_t key, bool *fresh, uint64_t *evicted)
{
    struct window *set = &t->windows[(key & (t->sets - 1)) * THRESHOLD_WAYS], *oldest = set;
    *fresh = false;
    for (unsigned i = 0; i < THRESHOLD_WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (oldest->key && (set[i].key == 0 || set[i].start_us < oldest->start_us))
            oldest = &set[i];
    }
    *fresh = true;
    *evicted += oldest->key != 0;
    oldest->key = key;
    return oldest;
}

/* Told at the count, then at multiplier times as many, and so on; no window ends it but the flow's own end. */
static bool backoff_passes(struct window *w, const struct threshold *how, bool fresh, uint64_t now_us)
{
    if (fresh) {
        w->count = 0;
        w->due = how->count;
    }
    w->start_us = now_us;       /* the table forgets what was quiet longest */
    if (w->count == UINT32_MAX || ++w->count != w->due)
        return false;
    uint64_t next = (uint64_t)w->due * how->multiplier;
    w->due = next > UINT32_MAX ? UINT32_MAX : (uint32_t)next;
    return true;
}

static bool first_passes(const struct threshold *how)
{
    return how->kind == THRESHOLD_LIMIT || (how->kind != THRESHOLD_FILTER && how->count == 1);
}

bool threshold_passes(struct threshold_table *t, const struct match *m, const struct threshold *how, uint64_t *evicted)
{
    bool fresh;
    struct window *w = window_of(t, key_of(t, m, how), &fresh, evicted);
    uint64_t now = m->s->time_us;
    if (how->kind == THRESHOLD_BACKOFF)
        return backoff_passes(w, how, fresh, now);
    if (fresh || now > w->start_us + how->seconds * UINT64_C(1000000)) {
        w->start_us = now;
        w->count = 1;
        bool passes = first_passes(how);
        if (passes && how->kind == THRESHOLD_EACH)
            w->count = 0;
        return passes;
    }
    w->count++;
    switch (how->kind) {
    case THRESHOLD_LIMIT:
        return w->count <= how->count;
    case THRESHOLD_BOTH:
        return w->count == how->count;
    case THRESHOLD_FILTER:
        return w->count > how->count;
    default:
        if (w->count < how->count)
            return false;
        w->count = 0;
        return true;
    }
}

/* ---- reading ---- */

bool threshold_word(struct parser *p, struct slice key, struct slice value, struct threshold *t)
{
    static const struct { const char *word; uint8_t is; } types[] = {
        { "limit", THRESHOLD_LIMIT }, { "threshold", THRESHOLD_EACH }, { "both", THRESHOLD_BOTH },
        { "backoff", THRESHOLD_BACKOFF }
    }, tracks[] = {
        { "by_src", TRACK_SRC }, { "by_dst", TRACK_DEST }, { "by_both", TRACK_PAIR }, { "by_rule", TRACK_RULE },
        { "by_flow", TRACK_FLOW }
    };
    uint64_t n;
    for (size_t i = 0; slice_is(key, "type") && t->kind != THRESHOLD_FILTER && i < 4; i++) {
        if (slice_is(value, types[i].word)) {
            t->kind = types[i].is;
            return true;
        }
    }
    for (size_t i = 0; slice_is(key, "track") && i < 5; i++) {
        if (slice_is(value, tracks[i].word)) {
            t->track = tracks[i].is;
            return true;
        }
    }
    bool count = slice_is(key, "count"), seconds = slice_is(key, "seconds");
    if ((count || seconds) && slice_unsigned(value, &n) && n > 0 && n <= UINT32_MAX) {
        *(count ? &t->count : &t->seconds) = (uint32_t)n;
        return true;
    }
    if (slice_is(key, "multiplier") && slice_unsigned(value, &n) && n > 1 && n <= UINT32_MAX) {
        t->multiplier = (uint32_t)n;
        return true;
    }
    return parse_wrong(p, key.at, "unknown `%.*s %.*s` in `%.*s`", (int)key.len, key.at, (int)value.len, value.at,
                       (int)p->option->name.len, p->option->name.at);
}

static struct threshold *read_threshold(struct parser *p, struct slice value, bool filter)
{
    struct threshold *t = pile_take(p->pile, sizeof(*t));
    unsigned seen = 0;
    struct slice item, key, whole = value;
    t->kind = filter ? THRESHOLD_FILTER : THRESHOLD_LIMIT;
    while (slice_cut(&value, ',', &item)) {
        (void)slice_word(&item, &key);
        if (!threshold_word(p, key, item, t))
            return NULL;
        seen |= slice_is(key, "type") ? 1u : slice_is(key, "track") ? 2u : slice_is(key, "count") ? 4u : slice_is(key, "seconds") ? 8u : 16u;
    }
    if (t->kind == THRESHOLD_BACKOFF ? seen != 23u : seen != (filter ? 14u : 15u)) {
        parse_wrong(p, whole.at, filter ? "expected track, count and seconds" : t->kind == THRESHOLD_BACKOFF ?
                    "expected type backoff, track, count and multiplier" : "expected type, track, count and seconds");
        return NULL;
    }
    return t;
}

static bool parse_threshold(struct parser *p, struct slice value)
{
    if (p->rule->filter)
        return parse_wrong(p, p->option->name.at, "`threshold` and `detection_filter` exclude each other");
    struct threshold *t = read_threshold(p, value, false);
    if (t == NULL)
        return false;
    struct threshold **end = &p->rule->threshold;
    for (; *end; end = &(*end)->next)
        t->number++;
    *end = t;
    return true;
}

static bool parse_detection_filter(struct parser *p, struct slice value)
{
    if (p->rule->filter)
        return parse_wrong(p, p->option->name.at, "`detection_filter` twice in one rule");
    if (p->rule->threshold)
        return parse_wrong(p, p->option->name.at, "`threshold` and `detection_filter` exclude each other");
    p->rule->filter = read_threshold(p, value, true);
    return p->rule->filter != NULL;
}

const struct keyword rate_keywords[] = {
    { "threshold", VALUE_NEEDED, parse_threshold, "How often matches are told: type limit, threshold, both or backoff; track; count; seconds or multiplier." },
    { "detection_filter", VALUE_NEEDED, parse_detection_filter, "Matches are told once there were more than count in seconds." },
    { .name = NULL }
};
