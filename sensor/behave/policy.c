#include "behave/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

enum { SECONDS_PER_HOUR = 3600, HOURS_PER_DAY = 24 };

struct policy *policy_new(struct fault *f)
{
    struct policy *p = calloc(1, sizeof *p);
    if (p == NULL)
        fault_set(f, -ENOMEM, "no memory for a policy");
    return p;
}

void policy_targets_free(struct policy_entry *e)
{
    for (size_t i = 0; i < e->target_count; i++) {
        free(e->targets[i].on);
        free(e->targets[i].ranges);
    }
    free(e->targets);
}

static void entry_free(struct policy_entry *e)
{
    policy_targets_free(e);
    free(e->protocol);
    free(e->function);
}

void policy_free(struct policy *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++)
        entry_free(&p->entries[i]);
    free(p->entries);
    free(p->devices);
    free(p->buckets);
    free(p);
}

/* Room for one more of `size` bytes. */
static bool grow(void **items, size_t count, size_t *cap, size_t size, size_t most)
{
    if (count < *cap)
        return true;
    size_t more = *cap == 0 ? 8 : *cap * 2;
    void *larger = count < most ? realloc(*items, more * size) : NULL;
    if (larger == NULL)
        return false;
    *items = larger;
    *cap = more;
    return true;
}

struct policy_entry *policy_add(struct policy *p)
{
    void *items = p->entries;
    bool room = grow(&items, p->count, &p->cap, sizeof *p->entries, POLICY_ENTRIES_MAX);
    p->entries = items;
    if (!room)
        return NULL;
    struct policy_entry *e = &p->entries[p->count++];
    memset(e, 0, sizeof *e);
    e->hours = POLICY_HOURS_ALL;
    return e;
}

static struct policy_target *target_find(const struct policy_entry *e, const char *on)
{
    for (size_t i = 0; i < e->target_count; i++)
        if (strcmp(e->targets[i].on, on) == 0)
            return &e->targets[i];
    return NULL;
}

struct policy_target *policy_target_of(struct policy_entry *e, const char *on)
{
    struct policy_target *known = target_find(e, on);
    if (known != NULL)
        return known;
    void *items = e->targets;
    bool room = grow(&items, e->target_count, &e->target_cap, sizeof *e->targets, POLICY_RANGES_MAX);
    e->targets = items;
    char *words = room ? strdup(on) : NULL;
    if (words == NULL)
        return NULL;
    e->targets[e->target_count] = (struct policy_target){ .on = words };
    return &e->targets[e->target_count++];
}

/* Index of the first range that does not lie wholly before `at`. */
static size_t range_from(const struct policy_target *t, uint64_t at)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->ranges[middle].last < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool range_insert(struct policy_target *t, size_t at, const struct policy_range *r)
{
    void *items = t->ranges;
    bool room = grow(&items, t->count, &t->cap, sizeof *t->ranges, POLICY_RANGES_MAX);
    t->ranges = items;
    if (!room)
        return false;
    memmove(&t->ranges[at + 1], &t->ranges[at], (t->count - at) * sizeof *t->ranges);
    t->ranges[at] = *r;
    t->count++;
    return true;
}

static void range_remove(struct policy_target *t, size_t at)
{
    t->count--;
    memmove(&t->ranges[at], &t->ranges[at + 1], (t->count - at) * sizeof *t->ranges);
}

static bool same_values(const struct policy_range *a, const struct policy_range *b)
{
    return a->valued == b->valued && (!a->valued || (a->low <= b->low && a->low >= b->low && a->high <= b->high && a->high >= b->high));
}

/* Neighbours that allow the same become one. */
static void range_join(struct policy_target *t, size_t at)
{
    for (size_t i = at > 0 ? at - 1 : 0; i + 1 < t->count && i <= at;) {
        struct policy_range *a = &t->ranges[i], *b = a + 1;
        if (a->last != UINT64_MAX && b->first <= a->last + 1 && same_values(a, b)) {
            a->last = b->last > a->last ? b->last : a->last;
            range_remove(t, i + 1);
        } else {
            i++;
        }
    }
}

/* A range of plain numbers swallows those that it meets. */
static bool range_add_plain(struct policy_target *t, struct policy_range r)
{
    size_t at = range_from(t, r.first);
    while (at < t->count && t->ranges[at].first <= r.last) {
        r.first = t->ranges[at].first < r.first ? t->ranges[at].first : r.first;
        r.last = t->ranges[at].last > r.last ? t->ranges[at].last : r.last;
        range_remove(t, at);
    }
    if (!range_insert(t, at, &r))
        return false;
    range_join(t, at);
    return true;
}

static void widen(struct policy_range *r, double low, double high)
{
    r->low = low < r->low ? low : r->low;
    r->high = high > r->high ? high : r->high;
}

/* One number with its values: a range of several that it falls into is cut around it. */
static bool range_add_valued(struct policy_target *t, const struct policy_range *r)
{
    size_t at = range_from(t, r->first);
    if (at == t->count || t->ranges[at].first > r->first)
        return range_insert(t, at, r) && (range_join(t, at), true);
    struct policy_range there = t->ranges[at], one = there, after = there;
    if (!there.valued || (r->low >= there.low && r->high <= there.high))
        return true;
    one.first = one.last = r->first;
    widen(&one, r->low, r->high);
    after.first = r->first + 1;
    t->ranges[at] = one;
    if (there.last > r->first && !range_insert(t, at + 1, &after))
        return false;
    there.last = r->first - 1;
    if (there.first < r->first && !range_insert(t, at++, &there))
        return false;
    range_join(t, at);
    return true;
}

bool policy_range_add(struct policy_target *t, const struct policy_range *r)
{
    if (!r->valued)
        return range_add_plain(t, *r);
    for (uint64_t at = r->first;; at++) {
        struct policy_range one = *r;
        one.first = one.last = at;
        if (!range_add_valued(t, &one))
            return false;
        if (at == r->last)
            return true;
    }
}

struct policy_device *policy_device_add(struct policy *p, const struct party *who)
{
    for (size_t i = 0; i < p->device_count; i++)
        if (addr_equal(&p->devices[i].party.addr, &who->addr))
            return &p->devices[i];
    void *items = p->devices;
    bool room = grow(&items, p->device_count, &p->device_cap, sizeof *p->devices, POLICY_ENTRIES_MAX);
    p->devices = items;
    if (!room)
        return NULL;
    p->devices[p->device_count] = (struct policy_device){ .party = *who };
    return &p->devices[p->device_count++];
}

/* ---- questions ---- */

static int by_party(const void *a, const void *b)
{
    return addr_compare(&((const struct policy_device *)a)->party.addr, &((const struct policy_device *)b)->party.addr);
}

/* A policy is from a file that people reviewed, and a lookup's key is compared: nobody gains by choosing buckets. */
static size_t bucket_of(const struct policy *p, const char *protocol, const struct addr *to)
{
    uint32_t h = hash_crc32c(0, protocol, strlen(protocol));
    return hash_crc32c(h, to, sizeof *to) % (p->bucket_count - 1);
}

static size_t bucket_for(const struct policy *p, const struct policy_entry *e)
{
    return party_set_exact(&e->to) ? bucket_of(p, e->protocol, &e->to.prefix.addr) : p->bucket_count - 1;
}

int policy_seal(struct policy *p, struct fault *f)
{
    p->bucket_count = p->count * 2 + 2;
    p->buckets = calloc(p->bucket_count, sizeof *p->buckets);
    if (p->buckets == NULL)
        return fault_set(f, -ENOMEM, "no memory for a policy of %zu entries", p->count);
    for (size_t i = p->count; i-- > 0; ) {      /* so that the chains are in the file's order */
        struct policy_entry **head = &p->buckets[bucket_for(p, &p->entries[i])];
        p->entries[i].next = *head;
        *head = &p->entries[i];
    }
    if (p->device_count > 0)
        qsort(p->devices, p->device_count, sizeof *p->devices, by_party);
    return 0;
}

static bool same_party_set(const struct party_set *a, const struct party_set *b)
{
    return a->prefix.bits == b->prefix.bits && addr_equal(&a->prefix.addr, &b->prefix.addr);
}

static bool same_entry(const struct policy_entry *a, const struct policy_entry *b)
{
    return a->access == b->access && strcmp(a->protocol, b->protocol) == 0 && strcmp(a->function, b->function) == 0
           && same_party_set(&a->from, &b->from) && same_party_set(&a->to, &b->to);
}

static void heard_copy(struct policy_entry *to, const struct policy_entry *from)
{
    to->seen_us = atomic_load_explicit(&from->seen_us, memory_order_relaxed);
    to->silent = atomic_load_explicit(&from->silent, memory_order_relaxed);
    to->minute = atomic_load_explicit(&from->minute, memory_order_relaxed);
    to->in_minute = atomic_load_explicit(&from->in_minute, memory_order_relaxed);
    to->refused_minute = atomic_load_explicit(&from->refused_minute, memory_order_relaxed);
    to->refused_in_minute = atomic_load_explicit(&from->refused_in_minute, memory_order_relaxed);
}

void policy_carry(struct policy *fresh, const struct policy *old)
{
    for (size_t i = 0; i < fresh->count; i++) {
        struct policy_entry *e = &fresh->entries[i];
        const struct policy_entry *was = old->buckets[bucket_for(old, e)];
        while (was != NULL && !same_entry(was, e))
            was = was->next;
        if (was != NULL)
            heard_copy(e, was);
    }
}

const struct policy_device *policy_device(const struct policy *p, const struct party *who)
{
    struct policy_device key = { .party = *who };
    return p->device_count > 0 ? bsearch(&key, p->devices, p->device_count, sizeof *p->devices, by_party) : NULL;
}

static bool within(double x, double low, double high)
{
    return x >= low && x <= high;
}

/* MISS_TARGET, MISS_VALUE or MISS_NONE. A point of several numbers may lie across ranges that touch. */
static enum policy_miss point_judge(const struct policy_target *t, const struct deed_point *q)
{
    if (!q->numbered)
        return t->count > 0 ? MISS_TARGET : q->valued && t->valued && !within(q->value, t->low, t->high) ? MISS_VALUE : MISS_NONE;
    uint64_t next = q->first;
    for (size_t i = range_from(t, q->first); i < t->count && t->ranges[i].first <= next; i++) {
        const struct policy_range *r = &t->ranges[i];
        if (q->valued && r->valued && !within(q->value, r->low, r->high))
            return MISS_VALUE;
        if (r->last >= q->last)
            return MISS_NONE;
        next = r->last + 1;
    }
    return MISS_TARGET;
}

static enum policy_miss targets_judge(const struct policy_entry *e, const struct deed *d, struct policy_verdict *v)
{
    for (size_t i = 0; e->target_count > 0 && i < d->count; i++) {
        const struct policy_target *t = target_find(e, d->points[i].on);
        enum policy_miss miss = t != NULL ? point_judge(t, &d->points[i]) : MISS_TARGET;
        if (miss != MISS_NONE) {
            v->point = &d->points[i];
            v->target = t;
            return miss;
        }
    }
    return MISS_NONE;
}

static bool hour_allowed(const struct policy *p, const struct policy_entry *e, uint64_t time_us)
{
    int64_t local = (int64_t)(time_us / 1000000) + p->utc_offset_s;
    return e->hours >> (unsigned)(local / SECONDS_PER_HOUR % HOURS_PER_DAY) & 1;
}

static struct policy_verdict entry_judge(const struct policy *p, struct policy_entry *e, const struct deed *d, uint64_t time_us)
{
    struct policy_verdict v = { .entry = e };
    if (e->access != d->access)
        v.miss = MISS_ACCESS;
    else if (*e->function != '\0' && strcmp(e->function, d->function) != 0)
        v.miss = MISS_FUNCTION;
    else if ((v.miss = targets_judge(e, d, &v)) == MISS_NONE && !hour_allowed(p, e, time_us))
        v.miss = MISS_HOURS;
    return v;
}

static void nearer(struct policy_verdict *best, const struct policy_verdict *v)
{
    if (v->miss > best->miss)
        *best = *v;
}

/* One chain: of those that `from` and `to` are in. */
static void chain_judge(const struct policy *p, struct policy_entry *e, const struct party *from, const struct party *to, const struct deed *d,
                        uint64_t time_us, struct policy_verdict *best)
{
    for (; e != NULL && best->miss != MISS_NONE; e = e->next) {
        if (strcmp(e->protocol, d->protocol) != 0 || !party_set_holds(&e->from, from) || !party_set_holds(&e->to, to))
            continue;
        struct policy_verdict v = entry_judge(p, e, d, time_us);
        nearer(best, &v);
    }
}

/* Do the two speak at all? Only asked once a deed departs. */
static struct policy_entry *pair_find(const struct policy *p, const struct party *from, const struct party *to)
{
    for (size_t i = 0; i < p->count; i++)
        if (party_set_holds(&p->entries[i].from, from) && party_set_holds(&p->entries[i].to, to))
            return &p->entries[i];
    return NULL;
}

struct policy_verdict policy_judge(const struct policy *p, const struct party *from, const struct party *to, const struct deed *d,
                                   uint64_t time_us)
{
    struct policy_verdict best = { .miss = MISS_PARTY };
    chain_judge(p, p->buckets[bucket_of(p, d->protocol, &to->addr)], from, to, d, time_us, &best);
    chain_judge(p, p->buckets[p->bucket_count - 1], from, to, d, time_us, &best);
    if (best.entry == NULL && (best.entry = pair_find(p, from, to)) != NULL)
        best.miss = MISS_PROTOCOL;
    return best;
}
