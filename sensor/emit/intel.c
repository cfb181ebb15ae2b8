/* The readers' side: two layers, each a filter before a hash table.
 *
 *     filter  words of 64 bits, 16 bits for each entry: four bits of a word are set for a key, so that what is not
 *             there (nearly everything) costs one access to some 2 MB per million
 *     slots   tag and number of the entry, open addressing, at most three quarters full
 *
 * A key is the value's bytes; an address's is version, bits and the masked address, so that one table serves hosts and
 * prefixes: each length that occurs is one look-up. */
#include "emit/intel.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "emit/intel_layers.h"

enum { SLOTS_LEAST = 16, BITS_PER_ENTRY = 16, DOMAIN_MAX = 253, ASKED_AT_ONCE = 8 };

/* ---- layers ---- */

static uint64_t key_hash(const struct hash_key *key, enum indicator_kind kind, const void *bytes, size_t len)
{
    return hash_keyed(key, bytes, len) ^ (uint64_t)(kind + 1) * 0x9e3779b97f4a7c15;
}

uint64_t item_hash(const struct hash_key *key, const struct item *i)
{
    return key_hash(key, (enum indicator_kind)i->kind, i->text, i->key_len);
}

static uint64_t filter_bits(uint64_t hash)
{
    return UINT64_C(1) << (hash & 63) | UINT64_C(1) << (hash >> 6 & 63) | UINT64_C(1) << (hash >> 12 & 63)
           | UINT64_C(1) << (hash >> 18 & 63);
}

static size_t power_of_two(size_t least, size_t n)
{
    size_t size = least;
    while (size < n)
        size *= 2;
    return size;
}

struct layer *layer_new(size_t count)
{
    struct layer *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    l->slot_mask = power_of_two(SLOTS_LEAST, count + count / 3 + 1) - 1;
    l->filter_mask = power_of_two(1, count * BITS_PER_ENTRY / 64 + 1) - 1;
    l->slots = calloc(l->slot_mask + 1, sizeof *l->slots);
    l->filter = calloc(l->filter_mask + 1, sizeof *l->filter);
    l->items = malloc((count + 1) * sizeof *l->items);
    if (l->slots != NULL && l->filter != NULL && l->items != NULL)
        return l;
    layer_free(l);
    return NULL;
}

void layer_free(struct layer *l)
{
    if (l == NULL)
        return;
    free(l->slots);
    free(l->filter);
    free(l->items);
    free(l);
}

void layer_add(struct layer *l, uint64_t hash, const struct item *i)
{
    size_t at = (size_t)(hash >> 24) & l->slot_mask;
    while (l->slots[at].number != 0)
        at = (at + 1) & l->slot_mask;
    l->items[l->count++] = i;
    l->slots[at] = (struct slot){ (uint32_t)hash, (uint32_t)l->count };
    l->filter[(hash >> 40) & l->filter_mask] |= filter_bits(hash);
}

static const struct item *layer_find(const struct layer *l, enum indicator_kind kind, uint64_t hash, const void *key, size_t len,
                                     uint64_t now_us)
{
    uint64_t bits = filter_bits(hash);
    if ((l->filter[(hash >> 40) & l->filter_mask] & bits) != bits)
        return NULL;
    for (size_t at = (size_t)(hash >> 24) & l->slot_mask; l->slots[at].number != 0; at = (at + 1) & l->slot_mask) {
        if (l->slots[at].tag != (uint32_t)hash)
            continue;
        const struct item *i = l->items[l->slots[at].number - 1];
        if (i->kind == (uint8_t)kind && i->key_len == len && memcmp(i->text, key, len) == 0 && item_lives(i, now_us))
            return i;
    }
    return NULL;
}

/* ---- looking up ---- */

uint32_t intel_generation(const struct intel *t)
{
    return t != NULL ? t->generation : 0;
}

bool intel_has(const struct intel *t, enum indicator_kind kind)
{
    return t != NULL && (t->kinds & 1u << kind);
}

/* Keys of one kind, the likeliest first. Their words of the filter are fetched together: they are nearly always far from the cache
 * and from each other. */
struct question {
    const struct intel *t;
    enum indicator_kind kind;
    size_t   count;
    struct { const void *key; size_t len; uint64_t hash; } asked[ASKED_AT_ONCE];
};

static void ask(struct question *q, const void *key, size_t len)
{
    uint64_t hash = key_hash(&q->t->key, q->kind, key, len);
    q->asked[q->count].key = key;
    q->asked[q->count].len = len;
    q->asked[q->count++].hash = hash;
    __builtin_prefetch(&q->t->base->filter[(hash >> 40) & q->t->base->filter_mask]);
}

/* The first that an indicator has; the question is empty then. */
static bool answer(struct question *q, uint64_t now_us, struct intel_hit *hit)
{
    const struct item *i = NULL;
    for (size_t n = 0; n < q->count && i == NULL; n++) {
        i = layer_find(q->t->newest, q->kind, q->asked[n].hash, q->asked[n].key, q->asked[n].len, now_us);
        if (i == NULL)
            i = layer_find(q->t->base, q->kind, q->asked[n].hash, q->asked[n].key, q->asked[n].len, now_us);
    }
    q->count = 0;
    if (i == NULL)
        return false;
    item_indicator(i, &hit->what);
    hit->mark = i->mark;
    return true;
}

static bool find(const struct intel *t, enum indicator_kind kind, const void *key, size_t len, uint64_t now_us, struct intel_hit *hit)
{
    struct question q;
    q.t = t;
    q.kind = kind;
    q.count = 0;
    ask(&q, key, len);
    return answer(&q, now_us, hit);
}

size_t address_key(const struct prefix *p, uint8_t key[ADDRESS_KEY])
{
    key[0] = p->addr.version;
    key[1] = p->bits;
    memcpy(key + 2, p->addr.bytes, 16);
    return ADDRESS_KEY;
}

static void mask(struct prefix *p)
{
    unsigned keep = p->addr.version == 4 ? 96u + p->bits : p->bits;
    for (unsigned i = 0; i < 16; i++, keep = keep > 8 ? keep - 8 : 0)
        if (keep < 8)
            p->addr.bytes[i] = (uint8_t)(p->addr.bytes[i] & 0xff00u >> keep);
}

bool intel_address(const struct intel *t, const struct addr *a, uint64_t now_us, struct intel_hit *hit)
{
    if (!intel_has(t, INDICATOR_ADDRESS))
        return false;
    uint8_t keys[ASKED_AT_ONCE][ADDRESS_KEY];
    struct question q;
    q.t = t;
    q.kind = INDICATOR_ADDRESS;
    q.count = 0;
    for (size_t i = 0; i < t->length_count; i++) {      /* longest first */
        struct prefix p = { *a, t->lengths[i].bits };
        if (t->lengths[i].version != a->version)
            continue;
        if (q.count == ASKED_AT_ONCE && answer(&q, now_us, hit))
            return true;
        mask(&p);
        ask(&q, keys[q.count], address_key(&p, keys[q.count]));
    }
    return answer(&q, now_us, hit);
}

/* A name that is an address in text, as in http://203.0.113.5/ or in a DNS answer. */
static bool find_named_address(const struct intel *t, const uint8_t *text, size_t len, uint64_t now_us, struct intel_hit *hit)
{
    struct addr a;
    char copy[ADDR_TEXT_MAX];
    if (len == 0 || len >= sizeof copy || !isxdigit(text[0] == ':' ? 'a' : text[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isxdigit(text[i]) && text[i] != '.' && text[i] != ':')
            return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return addr_parse(copy, &a) == 0 && intel_address(t, &a, now_us, hit);
}

/* a.b.example, then b.example, then example. */
static bool find_domain(const struct intel *t, const char *at, size_t len, uint64_t now_us, struct intel_hit *hit)
{
    struct question q;
    const char *end = at + len - (len > 0 && at[len - 1] == '.');
    q.t = t;
    q.kind = INDICATOR_DOMAIN;
    q.count = 0;
    while (at != NULL && at < end) {
        const char *dot = memchr(at, '.', (size_t)(end - at));
        if (q.count == ASKED_AT_ONCE && answer(&q, now_us, hit))
            return true;
        if (end - at <= DOMAIN_MAX)
            ask(&q, at, (size_t)(end - at));
        at = dot != NULL ? dot + 1 : NULL;
    }
    return answer(&q, now_us, hit);
}

/* In angle brackets, and with a name before them, as headers and envelopes write it. */
static bool find_email(const struct intel *t, const char *at, size_t len, uint64_t now_us, struct intel_hit *hit)
{
    const char *open = memchr(at, '<', len), *close = open != NULL ? memchr(open, '>', len - (size_t)(open - at)) : NULL;
    if (close != NULL) {
        len = (size_t)(close - open) - 1;
        at = open + 1;
    }
    return find(t, INDICATOR_EMAIL, at, len, now_us, hit);
}

/* Digests come as octets, or as hex with or without colons. */
static bool find_digest(const struct intel *t, enum indicator_kind kind, const uint8_t *bytes, size_t len, uint64_t now_us,
                        struct intel_hit *hit)
{
    char hex[2 * HASH_MAX];
    struct text out = text_over(hex, sizeof hex);
    bool octets = len == (kind == INDICATOR_SHA256 ? 32 : kind == INDICATOR_MD5 ? 16 : 20);
    if (octets)
        text_hex(&out, bytes, len);
    for (size_t i = 0; !octets && i < len; i++)
        if (bytes[i] != ':')
            text_char(&out, (char)tolower(bytes[i]));
    return !out.cut && find(t, kind, hex, out.len, now_us, hit);
}

bool intel_value(const struct intel *t, enum indicator_kind kind, const uint8_t *bytes, size_t len, uint64_t now_us,
                 struct intel_hit *hit)
{
    char value[INDICATOR_VALUE_MAX];
    if (!intel_has(t, kind) || len == 0 || len >= sizeof value)
        return false;
    if (kind == INDICATOR_SHA256 || kind == INDICATOR_SHA1 || kind == INDICATOR_MD5 || kind == INDICATOR_CERTIFICATE)
        return find_digest(t, kind, bytes, len, now_us, hit);
    for (size_t i = 0; i < len; i++)
        value[i] = (char)tolower(bytes[i]);
    value[len] = '\0';
    if (kind == INDICATOR_DOMAIN)
        return find_domain(t, value, len, now_us, hit);
    if (kind == INDICATOR_EMAIL)
        return find_email(t, value, len, now_us, hit);
    size_t scheme = kind == INDICATOR_URL ? strcspn(value, "/:") : 0;
    if (scheme > 0 && strncmp(value + scheme, "://", 3) == 0)
        return find(t, kind, value + scheme + 3, len - scheme - 3, now_us, hit);
    return find(t, kind, value, len, now_us, hit);
}

/* ---- records ---- */

static const struct { uint16_t flag; enum indicator_kind kind; } by_flag[] = {
    { FIELD_JA3, INDICATOR_JA3 }, { FIELD_JA4, INDICATOR_JA4 }, { FIELD_SHA256, INDICATOR_SHA256 }, { FIELD_SHA1, INDICATOR_SHA1 },
    { FIELD_MD5, INDICATOR_MD5 }, { FIELD_EMAIL, INDICATOR_EMAIL }, { FIELD_CERTIFICATE, INDICATOR_CERTIFICATE },
};

/* The first host name of a record: in HTTP the request line comes before it, elsewhere it may not. */
static const struct value *host_of(const struct record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->schema->fields[r->values[i].row].flags & FIELD_DOMAIN)
            return &r->values[i];
    return NULL;
}

/* A message says where it goes in two fields, host and path; an indicator says it in one. */
static bool url_find(const struct intel *t, const struct value *host, const struct value *path, uint64_t now_us, struct intel_hit *hit)
{
    uint8_t url[INDICATOR_VALUE_MAX];
    if (host == NULL || path->len == 0 || path->bytes[0] != '/')
        return intel_value(t, INDICATOR_URL, path->bytes, path->len, now_us, hit);
    if (host->len + path->len > sizeof url)
        return false;
    memcpy(url, host->bytes, host->len);
    memcpy(url + host->len, path->bytes, path->len);
    return intel_value(t, INDICATOR_URL, url, host->len + path->len, now_us, hit);
}

static bool host_find(const struct intel *t, const struct value *v, uint64_t now_us, struct intel_hit *hit)
{
    return intel_value(t, INDICATOR_DOMAIN, v->bytes, v->len, now_us, hit)
           || (intel_has(t, INDICATOR_ADDRESS) && find_named_address(t, v->bytes, v->len, now_us, hit));
}

static bool value_find(const struct intel *t, const struct record *r, const struct value *v, uint64_t now_us, struct intel_hit *hit)
{
    const struct field *row = &r->schema->fields[v->row];
    if (row->type == FIELD_ADDR)
        return intel_address(t, v->addr, now_us, hit);
    if (row->flags & FIELD_DOMAIN)
        return host_find(t, v, now_us, hit);
    if (row->flags & FIELD_URL)
        return intel_has(t, INDICATOR_URL) && url_find(t, host_of(r), v, now_us, hit);
    for (size_t i = 0; i < sizeof by_flag / sizeof by_flag[0]; i++)
        if (row->flags & by_flag[i].flag)
            return intel_value(t, by_flag[i].kind, v->bytes, v->len, now_us, hit);
    return false;
}

void intel_record(const struct intel *t, const struct record *r, uint64_t now_us,
                  void (*met)(void *ctx, const struct intel_hit *hit), void *ctx)
{
    struct intel_hit hit;
    for (size_t i = 0; t != NULL && t->kinds != 0 && i < r->count; i++) {
        const struct field *row = &r->schema->fields[r->values[i].row];
        if (((row->flags & FIELD_INDICATORS) || row->type == FIELD_ADDR) && value_find(t, r, &r->values[i], now_us, &hit))
            met(ctx, &hit);
    }
}

/* ---- alerts ---- */

void intel_alert(const struct indicator *i, struct intel_alert *out)
{
    static const char *const titles[INDICATOR_KINDS] = {
        "known bad address", "known bad domain", "known bad URL", "known bad TLS client", "known bad TLS client", "known bad file",
        "known bad file", "known bad file", "known bad mail address", "known bad certificate",
    };
    snprintf(out->msg, sizeof out->msg, *i->name ? "FENGSUI INTEL %s %s (%s)" : "FENGSUI INTEL %s %s", titles[i->kind], i->value, i->name);
    out->metadata[0] = (struct alert_pair){ "indicator", i->value };
    out->metadata[1] = (struct alert_pair){ "source", i->source };
    out->metadata[2] = (struct alert_pair){ "gbt20986", "01004" };
    out->rule = (struct alert_rule){
        .sid = 1 + (uint32_t)i->kind, .gid = ALERT_GID_INTEL, .rev = 1, .severity = i->severity, .action = "alert", .msg = out->msg,
        .classtype = "known-bad", .category = "Traffic with a known bad party", .metadata = out->metadata, .metadata_count = 3,
    };
}
