#include "behave/learn.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

#define RHYTHM_LEAST_US UINT64_C(600000000)

enum { BUCKETS = 1 << 16, GAPS = 112, GAPS_PER_OCTAVE = 4, RHYTHM_LEAST = 20, HOURS_LEAST_DAYS = 3, US_PER_MINUTE = 60000000, US_PER_MS = 1000,
       ENTRY_BYTES = 1024, POINT_BYTES = 48 };

/* One entry while it is learned: gaps between two of them fall into classes of a quarter octave each, from a millisecond. */
struct lesson {
    struct party from, to;
    char         protocol[32], function[DEED_FUNCTION_MAX];
    enum access  access;
    uint32_t     hours, times, days, gap[GAPS];
    int64_t      day;               /* of the last one */
    uint64_t     first_us, last_us, longest_us;
    uint64_t     minute, refused_minute;
    uint32_t     in_minute, per_minute, refused, refusals;
    struct policy_entry what;           /* only its targets are used */
    struct lesson *hash_next, *next;
};

struct learner {
    pthread_mutex_t lock;
    struct lesson  *buckets[BUCKETS], *all;
    struct policy  *devices;            /* only its devices are used */
    size_t          bytes;
    uint64_t        first_us, last_us, refused;     /* deeds that found no room */
    int32_t         utc_offset_s;
};

struct learner *learner_new(int32_t utc_offset_s, struct fault *f)
{
    struct learner *l = calloc(1, sizeof *l);
    if (l == NULL || (l->devices = policy_new(f)) == NULL) {
        free(l);
        fault_set(f, -ENOMEM, "no memory to learn a policy");
        return NULL;
    }
    pthread_mutex_init(&l->lock, NULL);
    l->utc_offset_s = utc_offset_s;
    return l;
}

void learner_free(struct learner *l)
{
    if (l == NULL)
        return;
    for (struct lesson *s = l->all, *next; s != NULL; s = next) {
        next = s->next;
        policy_targets_free(&s->what);
        free(s);
    }
    policy_free(l->devices);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static bool is(const struct lesson *s, const struct party *from, const struct party *to, const struct deed *d)
{
    return s->access == d->access && addr_equal(&s->from.addr, &from->addr) && addr_equal(&s->to.addr, &to->addr)
           && strcmp(s->function, d->function) == 0 && strncmp(s->protocol, d->protocol, sizeof s->protocol - 1) == 0;
}

static struct lesson **bucket_of(struct learner *l, const struct party *from, const struct party *to, const struct deed *d)
{
    uint32_t h = hash_crc32c((uint32_t)d->access, &from->addr, sizeof from->addr);
    h = hash_crc32c(h, &to->addr, sizeof to->addr);
    return &l->buckets[hash_crc32c(h, d->function, strlen(d->function)) % BUCKETS];
}

static struct lesson *lesson_find(struct learner *l, const struct party *from, const struct party *to, const struct deed *d)
{
    struct lesson *s = *bucket_of(l, from, to, d);
    while (s != NULL && !is(s, from, to, d))
        s = s->hash_next;
    return s;
}

static struct lesson *lesson_add(struct learner *l, const struct party *from, const struct party *to, const struct deed *d)
{
    struct lesson **head = bucket_of(l, from, to, d);
    struct lesson *s = l->bytes + ENTRY_BYTES <= LEARN_BYTES_MAX ? calloc(1, sizeof *s) : NULL;
    if (s == NULL)
        return NULL;
    s->from = *from;
    s->to = *to;
    s->access = d->access;
    strncpy(s->protocol, d->protocol, sizeof s->protocol - 1);
    strcpy(s->function, d->function);
    s->hash_next = *head;
    *head = s;
    s->next = l->all;
    l->all = s;
    l->bytes += ENTRY_BYTES;
    return s;
}

static unsigned gap_class(uint64_t gap_us)
{
    uint64_t ms = gap_us / US_PER_MS;
    if (ms == 0)
        return 0;
    unsigned octave = 63 - (unsigned)__builtin_clzll(ms);
    unsigned quarter = octave >= 2 ? (unsigned)(ms >> (octave - 2)) & 3 : (unsigned)(ms << (2 - octave)) & 3;
    unsigned class = octave * GAPS_PER_OCTAVE + quarter;
    return class < GAPS ? class : GAPS - 1;
}

static void learn_time(struct lesson *s, uint64_t time_us, int32_t utc_offset_s)
{
    int64_t local = (int64_t)(time_us / 1000000) + utc_offset_s;
    s->hours |= 1u << (unsigned)(local / 3600 % 24);
    s->days += s->times == 0 || local / 86400 != s->day;
    s->day = local / 86400;
    if (s->times == 0) {
        s->first_us = time_us;
    } else if (time_us > s->last_us) {
        uint64_t gap = time_us - s->last_us;
        s->gap[gap_class(gap)]++;
        s->longest_us = gap > s->longest_us ? gap : s->longest_us;
    }
    s->in_minute = s->minute == time_us / US_PER_MINUTE ? s->in_minute + 1 : 1;
    s->minute = time_us / US_PER_MINUTE;
    s->per_minute = s->in_minute > s->per_minute ? s->in_minute : s->per_minute;
    s->last_us = time_us > s->last_us ? time_us : s->last_us;
    s->times++;
}

/* What a device reports changes with the process; what it is told to be does not without somebody wanting it. */
static bool learn_point(struct learner *l, struct lesson *s, const struct deed_point *p, bool values)
{
    struct policy_target *t = policy_target_of(&s->what, p->on);
    values = values && p->valued;
    if (t == NULL)
        return false;
    size_t before = t->cap;
    bool room = true;
    if (p->numbered) {
        struct policy_range r = { .first = p->first, .last = p->last, .valued = values, .low = p->value, .high = p->value };
        room = policy_range_add(t, &r);
    } else if (values) {
        t->low = t->valued && t->low < p->value ? t->low : p->value;
        t->high = t->valued && t->high > p->value ? t->high : p->value;
        t->valued = true;
    }
    l->bytes += (t->cap - before) * POINT_BYTES;
    return room && l->bytes <= LEARN_BYTES_MAX;
}

static void learn_asked(struct learner *l, const struct behave_scene *w, const struct deed *d)
{
    struct lesson *s = lesson_find(l, &w->from, &w->to, d);
    bool values = d->access == ACCESS_WRITE || d->access == ACCESS_CONTROL || d->access == ACCESS_CONFIGURE;
    if (s == NULL && (s = lesson_add(l, &w->from, &w->to, d)) == NULL) {
        l->refused++;
        return;
    }
    learn_time(s, w->time_us, l->utc_offset_s);
    bool room = l->bytes <= LEARN_BYTES_MAX;
    for (size_t i = 0; i < d->count && room; i++)
        room = learn_point(l, s, &d->points[i], values);
    l->refused += !room;
}

/* A refusal counts against what was asked: the other way round. */
static void learn_refusal(struct learner *l, const struct behave_scene *w, const struct deed *d)
{
    struct lesson *s = lesson_find(l, &w->to, &w->from, d);
    if (s == NULL && (s = lesson_add(l, &w->to, &w->from, d)) == NULL)      /* its question was before our time */
        return;
    s->refused = s->refused_minute == w->time_us / US_PER_MINUTE ? s->refused + 1 : 1;
    s->refused_minute = w->time_us / US_PER_MINUTE;
    s->refusals = s->refused > s->refusals ? s->refused : s->refusals;
}

/* One that comes from several cards, as behind two routers, cannot be told by its card. */
static void learn_card(struct policy_device *d, const uint8_t *mac)
{
    if (d->has_mac && memcmp(d->mac, mac, sizeof d->mac) != 0) {
        d->has_mac = false;
        d->varies = true;
    } else if (!d->has_mac && !d->varies) {
        memcpy(d->mac, mac, sizeof d->mac);
        d->has_mac = true;
    }
}

void learn_deed(struct learner *l, const struct behave_scene *s, const struct deed *d)
{
    pthread_mutex_lock(&l->lock);
    struct policy_device *device = policy_device_add(l->devices, &s->from);
    if (device != NULL && s->from_mac != NULL)
        learn_card(device, s->from_mac);
    (void)policy_device_add(l->devices, &s->to);
    l->first_us = l->first_us == 0 || s->time_us < l->first_us ? s->time_us : l->first_us;
    l->last_us = s->time_us > l->last_us ? s->time_us : l->last_us;
    if (!d->answer)
        learn_asked(l, s, d);
    else if (d->refused)
        learn_refusal(l, s, d);
    pthread_mutex_unlock(&l->lock);
}

/* ---- what came of it ---- */

/* Nine of ten gaps lie around the middle one, and it went on throughout: then it is a rhythm, and not the haste of one task. 0: none. */
static uint64_t rhythm_of(const struct learner *l, const struct lesson *s)
{
    uint64_t span = s->last_us - s->first_us, all = l->last_us - l->first_us;
    uint32_t before = 0, near = 0, gaps = s->times - 1;
    unsigned middle = 0;
    if (s->times < RHYTHM_LEAST || span < RHYTHM_LEAST_US || span < all - all / 5)
        return 0;
    while (middle < GAPS - 1 && before + s->gap[middle] <= gaps / 2)
        before += s->gap[middle++];
    for (unsigned i = middle > 0 ? middle - 1 : 0; i <= middle + 1 && i < GAPS; i++)
        near += s->gap[i];
    return near >= gaps - gaps / 10 ? (s->last_us - s->first_us) / gaps : 0;
}

static bool entry_of(struct policy *p, const struct learner *l, const struct lesson *s)
{
    struct policy_entry *e = policy_add(p);
    if (e == NULL)
        return false;
    e->from = party_set_one(&s->from);
    e->to = party_set_one(&s->to);
    e->access = s->access;
    e->protocol = strdup(s->protocol);
    e->function = strdup(s->function);
    e->hours = s->days >= HOURS_LEAST_DAYS ? s->hours : (uint32_t)POLICY_HOURS_ALL;     /* what came on one day tells nothing of hours */
    e->every_us = rhythm_of(l, s);
    e->longest_us = e->every_us != 0 ? s->longest_us : 0;
    e->per_minute = s->access == ACCESS_REPORT ? s->per_minute : 0;
    e->refusals = s->refusals;
    e->targets = s->what.targets;           /* lent for the writing */
    e->target_count = s->what.target_count;
    return e->protocol != NULL && e->function != NULL;
}

static int by_parties(const void *a, const void *b)
{
    const struct policy_entry *x = a, *y = b;
    int c = addr_compare(&x->to.prefix.addr, &y->to.prefix.addr);
    c = c != 0 ? c : addr_compare(&x->from.prefix.addr, &y->from.prefix.addr);
    c = c != 0 ? c : strcmp(x->protocol, y->protocol);
    c = c != 0 ? c : (int)x->access - (int)y->access;
    return c != 0 ? c : strcmp(x->function, y->function);
}

int learner_write(struct learner *l, const char *sensor, FILE *out, struct fault *f)
{
    struct policy *p = policy_new(f);
    bool room = p != NULL;
    pthread_mutex_lock(&l->lock);
    for (const struct lesson *s = l->all; s != NULL && room; s = s->next)
        room = s->times == 0 || entry_of(p, l, s);
    if (room) {
        p->utc_offset_s = l->utc_offset_s;
        p->from_us = l->first_us;
        p->to_us = l->last_us;
        p->devices = l->devices->devices;
        p->device_count = l->devices->device_count;
        if (p->count > 0)
            qsort(p->entries, p->count, sizeof *p->entries, by_parties);
        if (l->refused > 0)
            fprintf(out, "# Memory was full: %llu messages could not be learned, so this policy is too narrow.\n", (unsigned long long)l->refused);
        policy_write(p, sensor, out);
        p->devices = NULL;
    }
    for (size_t i = 0; p != NULL && i < p->count; i++)
        p->entries[i].targets = NULL, p->entries[i].target_count = 0;
    pthread_mutex_unlock(&l->lock);
    policy_free(p);
    if (!room)
        return fault_set(f, -ENOMEM, "no memory to write the policy");
    return fflush(out) == 0 ? 0 : fault_set(f, -errno, "the policy could not be written: %s", strerror(errno));
}
