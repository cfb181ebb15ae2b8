#include "detect/prefilter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hash.h"
#include "detect/table.h"

enum { HASH_LEN = 32, KEY_MAX = PREFILTER_LITERAL_MAX + 1, DECOYS = 255, DECOY_LEN = 8 };
#define CACHE_KIND "literals and decoys"        /* differs when sets are compiled in another way */

struct literal {
    uint8_t  bytes[KEY_MAX];        /* the case flag last */
    uint8_t  len;
    uint32_t rules;                 /* how many */
    uint32_t first;                 /* in .rules of the prefilter, once compiled */
    uint32_t newest;                /* in .uses while building, plus one */
};

struct patterns {               /* as the library takes them */
    const char **texts;
    unsigned    *flags, *ids;
    size_t      *lens;
    size_t       count;
};

struct use {
    uint32_t rule, older;           /* older: plus one */
};

struct prefilter {
    struct literal **literals;
    size_t           literal_count, literal_cap;
    struct use      *uses;
    size_t           use_count, use_cap;
    struct table     by_bytes;
    uint32_t        *rules;         /* of all literals, one after the other, ascending within each */
    uint32_t        *firsts;        /* by literal, and the end */
    hs_database_t   *database;
    size_t           longest, count;
};

struct prefilter *prefilter_new(void)
{
    struct prefilter *p = calloc(1, sizeof(*p));
    if (p == NULL)
        abort();
    return p;
}

static void building_free(struct prefilter *p)
{
    for (size_t i = 0; i < p->literal_count; i++)
        free(p->literals[i]);
    free(p->literals);
    free(p->uses);
    table_free(&p->by_bytes);
    p->literals = NULL;
    p->uses = NULL;
    p->literal_count = p->use_count = 0;
}

void prefilter_free(struct prefilter *p)
{
    if (p == NULL)
        return;
    building_free(p);
    free(p->rules);
    free(p->firsts);
    hs_free_database(p->database);
    free(p);
}

static struct literal *literal_of(struct prefilter *p, const uint8_t *bytes, size_t len, bool nocase)
{
    uint8_t key[KEY_MAX];
    memcpy(key, bytes, len);
    key[len] = nocase;
    struct literal *have = table_find(&p->by_bytes, key, len + 1);
    if (have)
        return have;
    have = calloc(1, sizeof(*have));
    if (have == NULL)
        abort();
    memcpy(have->bytes, key, len + 1);
    have->len = (uint8_t)len;
    p->literals = array_room(p->literals, p->literal_count, &p->literal_cap, sizeof(*p->literals));
    p->literals[p->literal_count++] = have;
    table_put(&p->by_bytes, have->bytes, len + 1, have);
    p->longest = len > p->longest ? len : p->longest;
    return have;
}

void prefilter_add(struct prefilter *p, const uint8_t *bytes, size_t len, bool nocase, uint32_t rule)
{
    struct literal *l = literal_of(p, bytes, len < PREFILTER_LITERAL_MAX ? len : PREFILTER_LITERAL_MAX, nocase);
    if (l->newest && p->uses[l->newest - 1].rule == rule)
        return;
    p->uses = array_room(p->uses, p->use_count, &p->use_cap, sizeof(*p->uses));
    p->uses[p->use_count++] = (struct use){ .rule = rule, .older = l->newest };
    l->newest = (uint32_t)p->use_count;
    l->rules++;
}

/* The chains of uses become one array; they were built newest first. */
static void lay_out(struct prefilter *p)
{
    p->rules = calloc(p->use_count + 1, sizeof(*p->rules));
    p->firsts = calloc(p->literal_count + 1, sizeof(*p->firsts));
    if (p->rules == NULL || p->firsts == NULL)
        abort();
    uint32_t at = 0;
    for (size_t i = 0; i < p->literal_count; i++) {
        struct literal *l = p->literals[i];
        p->firsts[i] = at;
        uint32_t end = at + l->rules, next = end;
        for (uint32_t use = l->newest; use; use = p->uses[use - 1].older)
            p->rules[--next] = p->uses[use - 1].rule;
        at = end;
    }
    p->firsts[p->literal_count] = at;
    p->count = p->literal_count;
}

/* ---- the cache ---- */

static void cache_name(const struct prefilter *p, char out[2 * HASH_LEN + 1])
{
    struct hash_stream *h = hash_stream_new(HASH_SHA256);
    hs_platform_info_t platform;
    memset(&platform, 0, sizeof(platform));
    (void)hs_populate_platform(&platform);
    if (h == NULL)
        abort();
    hash_stream_add(h, CACHE_KIND, strlen(CACHE_KIND));
    hash_stream_add(h, hs_version(), strlen(hs_version()));
    hash_stream_add(h, &platform, sizeof(platform));
    for (size_t i = 0; i < p->literal_count; i++) {
        hash_stream_add(h, &p->literals[i]->len, 1);
        hash_stream_add(h, p->literals[i]->bytes, p->literals[i]->len + 1u);
    }
    uint8_t digest[HASH_MAX];
    size_t n = hash_stream_end(h, digest);
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static bool cache_path(const struct prefilter *p, const char *dir, char out[4096])
{
    char name[2 * HASH_LEN + 1];
    cache_name(p, name);
    return snprintf(out, 4096, "%s/%s.hsdb", dir, name) < 4096 - 32;
}

static char *read_whole(const char *path, size_t *len)
{
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return NULL;
    char *bytes = NULL;
    long size = fseek(in, 0, SEEK_END) == 0 ? ftell(in) : -1;
    if (size > HASH_LEN && fseek(in, 0, SEEK_SET) == 0)
        bytes = malloc((size_t)size);
    if (bytes && fread(bytes, 1, (size_t)size, in) != (size_t)size) {
        free(bytes);
        bytes = NULL;
    }
    *len = (size_t)size;
    fclose(in);
    return bytes;
}

/* A digest, then the database: so a file that was cut or changed is never given to the library. */
static bool cache_read(struct prefilter *p, const char *path)
{
    size_t len;
    char *bytes = read_whole(path, &len);
    if (bytes == NULL)
        return false;
    uint8_t digest[HASH_MAX];
    hash_digest(HASH_SHA256, bytes + HASH_LEN, len - HASH_LEN, digest);
    bool ok = memcmp(digest, bytes, HASH_LEN) == 0 &&
              hs_deserialize_database(bytes + HASH_LEN, len - HASH_LEN, &p->database) == HS_SUCCESS;
    free(bytes);
    return ok;
}

/* The cache is a convenience: what cannot be written is compiled again next time. */
static void cache_write(const struct prefilter *p, const char *path)
{
    char *bytes = NULL, beside[4096 + 32];
    size_t len;
    if (hs_serialize_database(p->database, &bytes, &len) != HS_SUCCESS)
        return;
    uint8_t digest[HASH_MAX];
    hash_digest(HASH_SHA256, bytes, len, digest);
    snprintf(beside, sizeof(beside), "%s.%ld", path, (long)getpid());
    FILE *out = fopen(beside, "wxe");
    if (out) {
        bool ok = fwrite(digest, 1, HASH_LEN, out) == HASH_LEN && fwrite(bytes, 1, len, out) == len;
        ok = fclose(out) == 0 && ok;
        if (!ok || rename(beside, path) != 0)
            unlink(beside);
    }
    free(bytes);
}

/* ---- compiling ---- */

/* Vectorscan 5.4.9, as Debian 12 has it, misses literals of small sets: the search for where one could begin goes wrong
 * (its issue 317). It does without that search when anything may begin anywhere. So every set but a single literal, which is
 * looked for by other means, gets decoys that begin with each byte but zero. They are looked for as well and mean nothing. */
static void add_decoys(struct patterns *all, uint8_t decoys[DECOYS][DECOY_LEN])
{
    for (unsigned first = 1; first <= DECOYS; first++) {
        uint8_t *decoy = decoys[first - 1];
        for (unsigned i = 0; i < DECOY_LEN; i++)
            decoy[i] = (uint8_t)(i ? first * (2 * i + 1) + 83 * i + 7 : first);
        all->texts[all->count] = (const char *)decoy;
        all->lens[all->count] = DECOY_LEN;
        all->ids[all->count] = (unsigned)all->count;
        all->flags[all->count++] = HS_FLAG_SINGLEMATCH;
    }
}

static void add_literals(struct patterns *all, const struct prefilter *p)
{
    for (size_t i = 0; i < p->literal_count; i++) {
        const struct literal *l = p->literals[i];
        all->texts[i] = (const char *)l->bytes;
        all->lens[i] = l->len;
        all->ids[i] = (unsigned)i;
        all->flags[i] = HS_FLAG_SINGLEMATCH | (l->bytes[l->len] ? HS_FLAG_CASELESS : 0u);
    }
    all->count = p->literal_count;
}

static int build(struct prefilter *p, struct fault *f)
{
    size_t n = p->literal_count + DECOYS;
    uint8_t decoys[DECOYS][DECOY_LEN];
    struct patterns all = { calloc(n, sizeof(*all.texts)), calloc(n, sizeof(*all.flags)), calloc(n, sizeof(*all.ids)),
                            calloc(n, sizeof(*all.lens)), 0 };
    if (all.texts == NULL || all.flags == NULL || all.ids == NULL || all.lens == NULL)
        abort();
    add_literals(&all, p);
    if (p->literal_count > 1)
        add_decoys(&all, decoys);
    hs_compile_error_t *error = NULL;
    int rc = 0;
    if (hs_compile_lit_multi(all.texts, all.flags, all.ids, all.lens, (unsigned)all.count, HS_MODE_BLOCK, NULL, &p->database,
                             &error) != HS_SUCCESS) {
        rc = fault_set(f, -ENOMEM, "compiling %zu patterns: %s", all.count, error ? error->message : "no reason given");
        hs_free_compile_error(error);
    }
    free(all.texts);
    free(all.flags);
    free(all.ids);
    free(all.lens);
    return rc;
}

int prefilter_compile(struct prefilter *p, const char *cache_dir, bool *cached, struct fault *f)
{
    char path[4096];
    lay_out(p);
    bool has_path = cache_dir && cache_path(p, cache_dir, path);
    *cached = has_path && cache_read(p, path);
    int rc = *cached ? 0 : build(p, f);
    if (rc == 0 && has_path && !*cached)
        cache_write(p, path);
    building_free(p);
    return rc;
}

int prefilter_scratch(const struct prefilter *p, hs_scratch_t **scratch, struct fault *f)
{
    if (hs_alloc_scratch(p->database, scratch) != HS_SUCCESS)
        return fault_set(f, -ENOMEM, "no memory for the pattern matcher's scratch space");
    return 0;
}

size_t prefilter_bytes(const struct prefilter *p)
{
    size_t n = 0;
    (void)hs_database_size(p->database, &n);
    return n + (p->count + 1 + p->firsts[p->count]) * sizeof(uint32_t);
}

size_t prefilter_longest(const struct prefilter *p)
{
    return p->longest;
}

struct scan {
    const struct prefilter *p;
    prefilter_hit           hit;
    void                   *ctx;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
    (void)from;
    (void)to;
    (void)flags;
    const struct scan *s = ctx;
    if (id >= s->p->count)
        return 0;               /* a decoy */
    s->hit(s->ctx, s->p->rules + s->p->firsts[id], s->p->firsts[id + 1] - s->p->firsts[id]);
    return 0;
}

void prefilter_scan(const struct prefilter *p, const uint8_t *at, size_t len, hs_scratch_t *scratch, prefilter_hit hit,
                    void *ctx)
{
    struct scan s = { p, hit, ctx };
    if (len && len <= UINT32_MAX)
        (void)hs_scan(p->database, (const char *)at, (unsigned)len, 0, scratch, on_match, &s);
}
