#include "detect/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "detect/engine.h"
#include "detect/keywords.h"
#include "detect/memory.h"

enum { XBITS_EXPIRE_S = 30 };       /* when not said, as in Suricata */

struct mark {
    uint64_t key;           /* 0: free */
    uint64_t until_us;
};

struct host_table {
    struct hash_key secret;
    size_t          sets;   /* a power of two */
    struct mark     marks[];
};

struct host_table *host_table_new(uint32_t entries)
{
    size_t sets = 1;
    while (sets * HOSTS_WAYS < entries)
        sets *= 2;
    struct host_table *t = calloc(1, sizeof(*t) + sets * HOSTS_WAYS * sizeof(t->marks[0]));
    if (t) {
        t->sets = sets;
        t->secret = hash_key_random();
    }
    return t;
}

void host_table_free(struct host_table *t)
{
    free(t);
}

static uint64_t key_of(const struct host_table *t, const struct match *m, uint32_t name, enum host_track track)
{
    struct { uint32_t name, pair; uint8_t low[16], high[16]; } k;
    memset(&k, 0, sizeof(k));
    k.name = name;
    k.pair = track == HOST_PAIR;
    memcpy(k.low, (track == HOST_DEST ? m->dest : m->src)->addr.bytes, 16);
    if (track == HOST_PAIR) {
        memcpy(k.high, m->dest->addr.bytes, 16);
        if (memcmp(k.low, k.high, 16) > 0) {        /* a pair has no direction */
            memcpy(k.low, m->dest->addr.bytes, 16);
            memcpy(k.high, m->src->addr.bytes, 16);
        }
    }
    uint64_t key = hash_keyed(&t->secret, &k, sizeof(k));
    return key ? key : 1;
}

/* The mark of this key; else, with `fresh`, the place for one: free, run out, or the first to end. */
static struct mark *mark_of(struct host_table *t, uint64_t key, bool fresh)
{
    struct mark *set = &t->marks[(key & (t->sets - 1)) * HOSTS_WAYS], *first = set;
    for (unsigned i = 0; i < HOSTS_WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (first->key && (set[i].key == 0 || set[i].until_us < first->until_us))
            first = &set[i];
    }
    return fresh ? first : NULL;
}

static bool mark_holds(const struct match *m, const struct check *c)
{
    if (m->src == NULL || m->dest == NULL)
        return false;
    const struct mark *mark = mark_of(m->d->hosts, key_of(m->d->hosts, m, c->number, (enum host_track)c->which), false);
    bool is_set = mark && m->s->time_us <= mark->until_us;
    return is_set != c->negated;
}

enum host_change { CHANGE_SET, CHANGE_UNSET, CHANGE_TOGGLE };

struct host_effect {
    struct effect    effect;
    enum host_track  track;
    enum host_change change;
};

static void mark_set(const struct match *m, struct mark *mark, uint64_t key, uint32_t seconds)
{
    m->d->counts.hosts_evicted += mark->key && mark->key != key && mark->until_us >= m->s->time_us;
    mark->key = key;
    mark->until_us = seconds ? m->s->time_us + seconds * UINT64_C(1000000) : UINT64_MAX;
}

static void mark_change(const struct match *m, const struct effect *e)
{
    const struct host_effect *h = (const struct host_effect *)e;
    if (m->src == NULL || m->dest == NULL)
        return;
    uint64_t key = key_of(m->d->hosts, m, e->bit, h->track);
    struct mark *mark = mark_of(m->d->hosts, key, true);
    bool is_set = mark->key == key && m->s->time_us <= mark->until_us;
    if (h->change == CHANGE_SET || (h->change == CHANGE_TOGGLE && !is_set))
        mark_set(m, mark, key, e->amount);
    else if (is_set)
        mark->key = 0;
}

/* ---- reading ---- */

struct host_words {
    struct slice word, name;
    uint8_t      track;
    uint32_t     seconds;       /* 0: until the table needs the place */
};

static bool apply_words(struct parser *p, const struct host_words *w)
{
    static const char *const changes[] = { "set", "unset", "toggle" };
    if (w->name.len == 0)
        return parse_wrong(p, w->name.at, "a name is missing");
    uint32_t name = memory_name(w->name.at, w->name.len);
    if (slice_is(w->word, "isset") || slice_is(w->word, "isnotset")) {
        struct check *c = parse_check(p, mark_holds);
        c->number = name;
        c->which = w->track;
        c->negated = slice_is(w->word, "isnotset");
        c->of_addresses = true;
        parse_rank(p, false);
        return true;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (!slice_is(w->word, changes[i]))
            continue;
        struct host_effect *h = pile_take(p->pile, sizeof(*h));
        *h = (struct host_effect){ .effect = { .apply = mark_change, .bit = name, .amount = w->seconds },
                                   .track = (enum host_track)w->track, .change = (enum host_change)i };
        parse_effect_add(p, &h->effect);
        parse_rank(p, true);
        return true;
    }
    return parse_wrong(p, w->word.at, "unknown `%.*s` in `%.*s`", (int)w->word.len, w->word.at, (int)p->option->name.len,
                       p->option->name.at);
}

static bool noalert(struct parser *p, struct slice word)
{
    if (slice_is(word, "noalert"))
        p->rule->noalert = true;
    return slice_is(word, "noalert");
}

static bool read_track(struct parser *p, struct slice s, uint8_t *out)
{
    static const struct { const char *word; uint8_t track; } words[] = {
        { "ip_src", HOST_SRC }, { "ip_dst", HOST_DEST }, { "ip_pair", HOST_PAIR }, { "src", HOST_SRC }, { "dst", HOST_DEST }
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_is(s, words[i].word)) {
            *out = words[i].track;
            return true;
        }
    }
    if (slice_is(s, "tx"))
        return parse_wrong(p, s.at, "marks on one transaction are not kept: `flowbits` marks the conversation");
    return parse_wrong(p, s.at, "unknown end `%.*s` in `%.*s`", (int)s.len, s.at, (int)p->option->name.len, p->option->name.at);
}

/* xbits:set,name,track ip_src,expire 60; */
static bool parse_xbits(struct parser *p, struct slice value)
{
    struct host_words w = { .seconds = XBITS_EXPIRE_S };
    struct slice item, key;
    bool tracked = false;
    (void)slice_cut(&value, ',', &w.word);
    if (noalert(p, w.word))
        return true;
    if (!slice_cut(&value, ',', &w.name))
        return parse_wrong(p, w.word.at, "expected xbits:operation,name,track end");
    while (slice_cut(&value, ',', &item)) {
        uint64_t n;
        (void)slice_word(&item, &key);
        if (slice_is(key, "track")) {
            tracked = read_track(p, item, &w.track);
            if (!tracked)
                return false;
        } else if (slice_is(key, "expire") && slice_unsigned(item, &n) && n > 0 && n <= UINT32_MAX) {
            w.seconds = (uint32_t)n;
        } else {
            return parse_wrong(p, key.at, "unknown `%.*s %.*s` in `xbits`", (int)key.len, key.at, (int)item.len, item.at);
        }
    }
    return tracked ? apply_words(p, &w) : parse_wrong(p, w.word.at, "expected xbits:operation,name,track end");
}

/* hostbits:set,name,dst; the source when no end is said. */
static bool parse_hostbits(struct parser *p, struct slice value)
{
    struct host_words w = { .seconds = 0 };
    (void)slice_cut(&value, ',', &w.word);
    if (noalert(p, w.word))
        return true;
    if (!slice_cut(&value, ',', &w.name))
        return parse_wrong(p, w.word.at, "expected hostbits:operation,name");
    value = slice_trim(value);
    return (value.len == 0 || read_track(p, value, &w.track)) && apply_words(p, &w);
}

const struct keyword host_keywords[] = {
    { "xbits",    VALUE_NEEDED, parse_xbits,    "Marks on an address or a pair, for a time: operation,name,track end,expire seconds." },
    { "hostbits", VALUE_NEEDED, parse_hostbits, "Marks on an address: operation,name,end." },
    { .name = NULL }
};
