/* fragment - a fixed array of datagrams, found by a keyed hash, in the order of their first fragment;
 * their bytes wait in pieces (pieces.h), as TCP's do.
 */
#include "flow/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"
#include "common/hash.h"
#include "flow/pieces.h"

enum {
    DATAGRAM_MAX = 65535, HEADER_MAX = 256, IP6_HEADER = 40, FRAGMENT_HEADER = 8, EXTENSIONS_MAX = 16,
    NEXT_HOP_BY_HOP = 0, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44, NEXT_AUTHENTICATION = 51, NEXT_DESTINATION = 60,
    IP4_MORE = 0x2000, IP4_OFFSET = 0x1fff, IP6_MORE = 1,
    EXPIRE_MAX = 4, RELIEVE_MAX = 8, ACCOUNT_MOST = 512 * 1024
};

struct datagram_key {       /* all bytes defined */
    uint8_t  src[16], dst[16];
    uint32_t id;
    uint16_t vlan[2];
    uint8_t  proto, version, depth, spare;
};

struct datagram {
    struct datagram_key key;
    struct datagram *chain;             /* of its bucket; or the next free one */
    struct datagram *older, *newer;     /* by first fragment */
    struct account   account;
    struct pieces    pieces;
    uint64_t         start_us;
    uint32_t         total;             /* bytes after the headers; known when .ended */
    uint32_t         have;
    bool             ended;             /* its last fragment is there */
    uint16_t         header_len;        /* 0: the first fragment is not there */
    uint16_t         next_at;           /* IPv6: where the header chain named the fragment header */
    uint8_t          next;              /* IPv6: what the fragment header named */
    uint8_t          header[HEADER_MAX];
};

struct fragments {
    struct fragment_limits limits;
    struct hash_key        key;
    struct store          *store;
    struct datagram       *all, *free, *oldest, *newest;
    struct datagram      **buckets;
    uint32_t               bucket_mask;
    struct fragment_counts counts;
    uint8_t                whole[HEADER_MAX + DATAGRAM_MAX];
};

/* One fragment, as its headers say. */
struct part {
    struct datagram_key key;
    uint32_t offset, len;
    bool     more;
    const uint8_t *bytes, *header;
    uint32_t header_len, next_at;
    uint8_t  next;
};

#define COUNTER(name, about) { #name, METRIC_COUNTER, offsetof(struct fragment_counts, name), about }
static const struct metric rows[] = {
    COUNTER(fragments, "IP fragments."),
    COUNTER(rebuilt, "Datagrams put together."),
    COUNTER(timed_out, "Datagrams given up because a fragment did not come in time."),
    COUNTER(over_datagrams, "Datagrams given up because too many waited."),
    COUNTER(over_bytes, "Datagrams given up because too many bytes waited."),
    COUNTER(over_pieces, "Fragments dropped because their datagram had too many."),
    COUNTER(overlaps, "Fragments that overlapped others."),
    COUNTER(overlap_different, "Fragments that gave other bytes for a place that was taken."),
    COUNTER(too_large, "Fragments that would make a datagram of more than 65535 bytes."),
    COUNTER(truncated, "Fragments that the capture had cut."),
    COUNTER(ignored, "Fragments that could not be used or kept."),
    { "waiting", METRIC_GAUGE, offsetof(struct fragment_counts, waiting), "Datagrams that wait for fragments." },
    { "waiting_bytes", METRIC_GAUGE, offsetof(struct fragment_counts, waiting_bytes), "Memory of the fragments that wait." },
};
#undef COUNTER
const struct metrics_room fragment_metrics = { .name = "fragment", .rows = rows, .count = sizeof rows / sizeof *rows };

struct fragments *fragments_new(const struct fragment_limits *limits)
{
    struct fragments *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->limits = *limits;
    if (t->limits.datagrams_max == 0)
        t->limits.datagrams_max = 1;
    t->key = hash_key_random();
    uint32_t buckets = 1;
    while (buckets < t->limits.datagrams_max && buckets < 1u << 24)
        buckets *= 2;
    t->bucket_mask = buckets - 1;
    t->store = store_new(limits->bytes_max);
    t->all = calloc(t->limits.datagrams_max, sizeof *t->all);
    t->buckets = calloc(buckets, sizeof(struct datagram *));
    if (t->store == NULL || t->all == NULL || t->buckets == NULL) {
        fragments_free(t);
        return NULL;
    }
    for (uint32_t i = 0; i < t->limits.datagrams_max; i++) {
        t->all[i].chain = t->free;
        t->free = &t->all[i];
    }
    return t;
}

void fragments_free(struct fragments *t)
{
    if (t == NULL)
        return;
    store_free(t->store);
    free(t->buckets);
    free(t->all);
    free(t);
}

const struct fragment_counts *fragments_counts(const struct fragments *t)
{
    return &t->counts;
}

/* ---- what waits ---- */

static struct datagram **bucket_of(struct fragments *t, const struct datagram_key *key)
{
    return &t->buckets[hash_keyed(&t->key, key, sizeof *key) & t->bucket_mask];
}

static struct datagram *find(struct fragments *t, const struct datagram_key *key)
{
    struct datagram *g = *bucket_of(t, key);
    while (g != NULL && memcmp(&g->key, key, sizeof *key) != 0)
        g = g->chain;
    return g;
}

static void forget(struct fragments *t, struct datagram *g)
{
    while (g->pieces.first != NULL)
        t->counts.waiting_bytes -= pieces_pop(&g->pieces, t->store, &g->account);
    struct datagram **link = bucket_of(t, &g->key);
    while (*link != g)
        link = &(*link)->chain;
    *link = g->chain;
    if (g->older != NULL)
        g->older->newer = g->newer;
    else
        t->oldest = g->newer;
    if (g->newer != NULL)
        g->newer->older = g->older;
    else
        t->newest = g->older;
    g->chain = t->free;
    t->free = g;
    t->counts.waiting--;
}

static struct datagram *begin(struct fragments *t, const struct datagram_key *key, uint64_t now_us)
{
    if (t->free == NULL) {
        t->counts.over_datagrams++;
        forget(t, t->oldest);
    }
    struct datagram *g = t->free;
    t->free = g->chain;
    struct datagram **bucket = bucket_of(t, key);
    *g = (struct datagram){ .key = *key, .chain = *bucket, .older = t->newest, .start_us = now_us, .account.most = ACCOUNT_MOST };
    *bucket = g;
    if (t->newest != NULL)
        t->newest->newer = g;
    else
        t->oldest = g;
    t->newest = g;
    t->counts.waiting++;
    return g;
}

static void expire(struct fragments *t, uint64_t now_us)
{
    for (int i = 0; i < EXPIRE_MAX && t->oldest != NULL; i++) {
        uint64_t start_us = t->oldest->start_us;
        uint64_t apart = now_us > start_us ? now_us - start_us : start_us - now_us;
        if (apart <= t->limits.idle_us)
            return;
        t->counts.timed_out++;
        forget(t, t->oldest);
    }
}

/* ---- what a fragment says of itself ---- */

/* Stands the cursor behind the fragment header. RFC 8200: before it only headers that every hop reads, or
 * that stand before routing. */
static bool walk_to_fragment_header(struct cursor *c, struct part *part)
{
    const uint8_t *start = c->at;
    cursor_skip(c, 6);
    uint8_t next = cursor_u8(c);
    part->next_at = 6;
    cursor_skip(c, IP6_HEADER - 7);
    for (int i = 0; i < EXTENSIONS_MAX && c->status == CURSOR_OK && next != NEXT_FRAGMENT; i++) {
        if (next != NEXT_HOP_BY_HOP && next != NEXT_ROUTING && next != NEXT_DESTINATION && next != NEXT_AUTHENTICATION)
            return false;
        size_t units = next == NEXT_AUTHENTICATION ? 4 : 8;
        part->next_at = (uint32_t)(c->at - start);
        next = cursor_u8(c);
        size_t length = cursor_u8(c) * units + 8;
        cursor_skip(c, length - 2);
    }
    part->header_len = (uint32_t)(c->at - start);
    part->next = cursor_u8(c);
    cursor_skip(c, 1);
    uint16_t field = cursor_be16(c);
    part->offset = field & 0xfff8;
    part->more = field & IP6_MORE;
    part->key.id = cursor_be32(c);
    return c->status == CURSOR_OK && next == NEXT_FRAGMENT;
}

static bool read_part(const struct packet *p, struct part *part)
{
    struct cursor c = cursor_over(p->ip, p->ip_len);
    part->header = p->ip;
    if (p->ip_version == 6) {
        if (!walk_to_fragment_header(&c, part))
            return false;
    } else {
        part->offset = (p->ip_fragment & IP4_OFFSET) * 8u;
        part->more = (p->ip_fragment & IP4_MORE) != 0;
        part->header_len = p->ip_header_len;
        part->key.id = p->ip_id;
        part->key.proto = p->proto;
        cursor_skip(&c, p->ip_header_len);
    }
    memcpy(part->key.src, p->src.bytes, 16);
    memcpy(part->key.dst, p->dst.bytes, 16);
    for (int i = 0; i < 2 && i < p->vlan_count; i++)
        part->key.vlan[i] = p->vlan[i];
    part->key.version = p->ip_version;
    part->key.depth = p->depth;
    part->len = (uint32_t)c.left;
    part->bytes = c.at;
    if (part->more)
        part->len &= ~7u;       /* offsets count in eights: a receiver has no place for the rest */
    return c.status == CURSOR_OK && part->len > 0 && part->header_len <= HEADER_MAX;
}

/* ---- taking ---- */

static bool new_wins(int policy, const struct segment *new, const struct piece *old)
{
    switch ((enum overlap_policy)policy) {
    case OVERLAP_LAST:    return true;
    case OVERLAP_BSD:     return new->begin < old->begin;
    case OVERLAP_LINUX:   return new->begin <= old->begin;
    case OVERLAP_WINDOWS: return new->begin < old->begin && new->end > old->end;
    case OVERLAP_SOLARIS: return new->begin < old->begin && new->end >= old->end;
    case OVERLAP_FIRST:   break;
    }
    return false;
}

static bool is4(const struct packet *p)
{
    return p->ip_version == 4;
}

static size_t ignore(struct fragments *t, struct decoder *d, struct packet *p)
{
    t->counts.ignored++;
    decode_note(d, p, is4(p) ? DECODE_IPV4_FRAG_IGNORED : DECODE_IPV6_FRAG_IGNORED);
    return 0;
}

/* Makes room by giving up the oldest, never the one at hand. */
static void relieve(struct fragments *t, const struct datagram *keep, uint32_t need)
{
    for (int i = 0; i < RELIEVE_MAX && t->counts.waiting_bytes + need > t->limits.bytes_max / 2; i++) {
        struct datagram *g = t->oldest == keep ? keep->newer : t->oldest;
        if (g == NULL)
            return;
        t->counts.over_bytes++;
        forget(t, g);
    }
}

static void learn_header(struct datagram *g, const struct part *part)
{
    if (part->offset != 0 || g->header_len != 0)
        return;
    memcpy(g->header, part->header, part->header_len);
    g->header_len = (uint16_t)part->header_len;
    g->next_at = (uint16_t)part->next_at;
    g->next = part->next;
}

/* The end is where the first last fragment put it; whatever claims to lie beyond, or another end, contradicts. */
static bool learn_end(struct datagram *g, struct part *part)
{
    bool consistent = !g->ended || (part->offset + part->len <= g->total && (part->more || part->offset + part->len == g->total));
    if (!part->more && !g->ended) {
        g->ended = true;
        g->total = part->offset + part->len;
    }
    if (g->ended && part->offset + part->len > g->total)
        part->len = part->offset < g->total ? g->total - part->offset : 0;
    return consistent;
}

static void note_overlap(struct fragments *t, struct decoder *d, struct packet *p)
{
    t->counts.overlaps++;
    decode_note(d, p, is4(p) ? DECODE_IPV4_FRAG_OVERLAP : DECODE_IPV6_FRAG_OVERLAP);
}

static bool place(struct fragments *t, struct decoder *d, struct packet *p, struct datagram *g, struct part *part)
{
    bool consistent = learn_end(g, part);
    struct segment s = { part->offset, part->len, part->offset, part->offset + part->len, part->bytes };
    struct placed placed = pieces_place(&g->pieces, t->store, &g->account, s, new_wins, (int)t->limits.policy);
    t->counts.waiting_bytes += placed.charged;
    g->have += placed.inserted_bytes;
    t->counts.overlap_different += placed.different;
    if (placed.shared > 0 || !consistent)
        note_overlap(t, d, p);
    learn_header(g, part);
    return !placed.refused;
}

static bool complete(const struct datagram *g)
{
    const struct piece *last = g->pieces.last;
    return g->ended && g->header_len > 0 && g->have == g->total && last != NULL && last->at + last->len == g->total;
}

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* RFC 1071. */
static uint32_t header_sum(const uint8_t *header, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void mend_header(const struct datagram *g, uint8_t *ip)
{
    if (g->key.version == 6) {
        put16(ip + 4, g->header_len - IP6_HEADER + g->total);
        ip[g->next_at] = g->next;
        return;
    }
    put16(ip + 2, g->header_len + g->total);
    put16(ip + 6, 0);
    put16(ip + 10, 0);
    put16(ip + 10, header_sum(ip, g->header_len));
}

static size_t rebuild(struct fragments *t, struct decoder *d, const struct packet *like, struct datagram *g,
                      struct packet out[DECODE_LAYERS_MAX])
{
    uint32_t len = g->header_len + g->total;
    memcpy(t->whole, g->header, g->header_len);
    for (const struct piece *e = g->pieces.first; e != NULL; e = e->next)
        memcpy(t->whole + g->header_len + e->at, e->bytes, e->len);
    mend_header(g, t->whole);
    forget(t, g);
    t->counts.rebuilt++;
    size_t count = decode_ip(d, like, t->whole, len, out);
    for (size_t i = 0; i < count; i++)
        out[i].rebuilt = true;
    return count;
}

static bool too_large(const struct part *part)
{
    uint32_t header = part->key.version == 4 ? part->header_len : part->header_len - IP6_HEADER;
    return header + part->offset + part->len > DATAGRAM_MAX;
}

static size_t take_part(struct fragments *t, struct decoder *d, struct packet *p, struct part *part, struct packet out[DECODE_LAYERS_MAX])
{
    struct datagram *g = find(t, &part->key);
    if (g == NULL)
        g = begin(t, &part->key, p->time_us);
    if (g->pieces.count >= FRAGMENT_PIECES_MAX) {
        t->counts.over_pieces++;
        return ignore(t, d, p);
    }
    relieve(t, g, part->len);
    if (!place(t, d, p, g, part))
        ignore(t, d, p);
    return complete(g) ? rebuild(t, d, p, g, out) : 0;
}

size_t fragments_take(struct fragments *t, struct decoder *d, struct packet *p, struct packet out[DECODE_LAYERS_MAX])
{
    struct part part;
    memset(&part, 0, sizeof part);
    t->counts.fragments++;
    expire(t, p->time_us);
    t->counts.truncated += p->truncated;
    if (p->truncated || p->malformed || p->bad_checksum || !read_part(p, &part))
        return ignore(t, d, p);
    if (too_large(&part)) {
        t->counts.too_large++;
        decode_note(d, p, is4(p) ? DECODE_IPV4_FRAG_PKT_TOO_LARGE : DECODE_IPV6_FRAG_PKT_TOO_LARGE);
        return 0;
    }
    return take_part(t, d, p, &part, out);
}
