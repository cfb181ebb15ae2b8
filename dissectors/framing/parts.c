#include "dissectors/framing/parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

struct run { uint32_t from, to; };

struct parted {
    uint64_t   key;                             /* 0: free */
    uint64_t   used;                            /* when last, in parts */
    unsigned   count;
    struct run runs[FILE_PARTS_RUNS + 1];       /* what is here: ascending, apart from each other */
    uint8_t    bytes[FILE_PARTS_BYTES];
};

struct file_parts {
    struct hash_key secret;
    uint64_t        turns, forgotten;
    struct parted   files[FILE_PARTS_MAX];
};

struct file_parts *file_parts_new(void)
{
    struct file_parts *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->secret = hash_key_random();
    return p;
}

void file_parts_free(struct file_parts *p)
{
    free(p);
}

uint64_t file_parts_forgotten(const struct file_parts *p)
{
    return p->forgotten;
}

static struct parted *file_of(struct file_parts *p, const struct file_part *part)
{
    struct hash_key k = { p->secret.k0 ^ part->total, p->secret.k1 };
    uint64_t key = hash_keyed(&k, part->key, part->key_len) | 1;
    struct parted *oldest = &p->files[0];
    for (size_t i = 0; i < FILE_PARTS_MAX; i++) {
        if (p->files[i].key == key)
            return &p->files[i];
        if (p->files[i].used < oldest->used)
            oldest = &p->files[i];
    }
    p->forgotten += oldest->key != 0;
    oldest->key = key;
    oldest->count = 0;
    return oldest;
}

/* Only what is not here yet: whoever sends a range again, but other, does not change what was judged. */
static void fill(struct parted *f, const struct file_part *part)
{
    uint64_t at = part->start, end = part->start + part->len;
    for (unsigned i = 0; i <= f->count && at < end; i++) {
        uint64_t to = i < f->count && f->runs[i].from < end ? f->runs[i].from : end;
        if (to > at)
            memcpy(f->bytes + at, part->bytes + (at - part->start), to - at);
        if (i < f->count && f->runs[i].to > at)
            at = f->runs[i].to;
    }
}

/* Puts [from, to) among the runs and joins what touches it. */
static void join(struct parted *f, struct run add)
{
    unsigned kept = 0, first = 0;
    struct run runs[FILE_PARTS_RUNS + 1];
    while (first < f->count && f->runs[first].to < add.from)
        runs[kept++] = f->runs[first++];
    for (; first < f->count && f->runs[first].from <= add.to; first++) {
        add.from = f->runs[first].from < add.from ? f->runs[first].from : add.from;
        add.to = f->runs[first].to > add.to ? f->runs[first].to : add.to;
    }
    runs[kept++] = add;
    while (first < f->count)
        runs[kept++] = f->runs[first++];
    memcpy(f->runs, runs, kept * sizeof runs[0]);
    f->count = kept;
}

const uint8_t *file_parts_add(struct file_parts *p, const struct file_part *part)
{
    if (part->len == 0 || part->total > FILE_PARTS_BYTES || part->start >= part->total || part->len > part->total - part->start)
        return NULL;
    struct parted *f = file_of(p, part);
    f->used = ++p->turns;
    fill(f, part);
    join(f, (struct run){ (uint32_t)part->start, (uint32_t)(part->start + part->len) });
    bool whole = f->runs[0].from == 0 && f->runs[0].to == part->total, crowded = f->count > FILE_PARTS_RUNS;
    p->forgotten += crowded;
    if (whole || crowded)
        f->key = f->used = 0;
    return whole ? f->bytes : NULL;
}
