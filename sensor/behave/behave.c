#include "behave/behave.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

enum { TOLD_SLOTS = 4096, LOOK_EVERY_US = 1000000, US_PER_MINUTE = 60000000, MISSED_POLLS = 5, PATIENCE_LEAST_US = 10000000, BURST_MARGIN = 10, REFUSAL_MARGIN = 4 };
#define TOLD_AGAIN_US UINT64_C(3600000000)

#define COUNTER(member, sentence) { #member, METRIC_COUNTER, offsetof(struct behave_counts, member), sentence }
static const struct metric counters[] = {
    COUNTER(deeds, "Messages to devices that were held against the policy, or learned."),
    COUNTER(departures, "Departures from the policy that were told."),
    COUNTER(told_before, "Departures that had been told within the hour."),
    COUNTER(cut, "Messages with more targets than are looked at."),
};
const struct metrics_room behave_metrics = { "behave", counters, sizeof counters / sizeof counters[0] };

struct behave {
    struct policy        *policy;
    struct learner       *learner;
    struct inventory     *inventory;
    struct behave_out     out;
    struct behave_counts  counts;
    uint64_t              looked_us;
    struct { uint64_t key, until_us; } told[TOLD_SLOTS];    /* a newer one takes an older one's place */
    struct deed           deed;
};

struct behave *behave_new(struct policy *p, struct learner *l, struct inventory *v, const struct behave_out *out, struct fault *f)
{
    struct behave *b = calloc(1, sizeof *b);
    if (b == NULL) {
        fault_set(f, -ENOMEM, "no memory for the OT policy");
        return NULL;
    }
    b->policy = p;
    b->learner = l;
    b->inventory = v;
    b->out = *out;
    return b;
}

void behave_free(struct behave *b)
{
    if (b == NULL)
        return;
    inventory_free(b->inventory);
    free(b);
}

void behave_policy(struct behave *b, struct policy *next)
{
    b->policy = next;
}

void behave_end(struct behave *b)
{
    if (b->inventory != NULL)
        inventory_end(b->inventory);
}

const struct inventory_counts *behave_inventory_counts(const struct behave *b)
{
    return b->inventory != NULL ? inventory_counts(b->inventory) : NULL;
}

const struct behave_counts *behave_counts(const struct behave *b)
{
    return &b->counts;
}

/* ---- once an hour ---- */

struct told_key { uint32_t h, l; };

static void key_add(struct told_key *k, const void *bytes, size_t n)
{
    k->h = hash_crc32c(k->h, bytes, n);
    k->l = hash_crc32c(~k->l, bytes, n);
}

static bool told(struct behave *b, const struct told_key *k, uint64_t now_us)
{
    uint64_t key = (uint64_t)k->h << 32 | k->l;
    size_t slot = key % TOLD_SLOTS;
    if (b->told[slot].key == key && now_us < b->told[slot].until_us) {
        b->counts.told_before++;
        return true;
    }
    b->told[slot].key = key;
    b->told[slot].until_us = now_us + TOLD_AGAIN_US;
    return false;
}

static struct told_key key_of(enum departure what, const struct party *from, const struct party *to)
{
    struct told_key k = { .h = what, .l = what };
    key_add(&k, &from->addr, sizeof from->addr);
    key_add(&k, &to->addr, sizeof to->addr);
    return k;
}

static void tell(struct behave *b, enum departure what, const char *why, const struct behave_scene *s, const struct record *r)
{
    b->counts.departures++;
    b->out.alert(b->out.ctx, departure_rule(what), why, s, r);
}

/* ---- one message ---- */

/* The deeper it departs, the more belongs to what was told; a command is never hidden behind something harmless. */
static struct told_key departure_key(enum departure what, const struct policy_verdict *v, const struct behave_scene *s, const struct deed *d)
{
    struct told_key k = key_of(what, &s->from, &s->to);
    uint8_t access = v->miss >= MISS_ACCESS || access_commands(d->access) ? (uint8_t)d->access : UINT8_MAX;
    key_add(&k, &access, 1);
    if (v->miss >= MISS_PROTOCOL)
        key_add(&k, d->protocol, strlen(d->protocol));
    if (v->miss >= MISS_FUNCTION)
        key_add(&k, d->function, strlen(d->function));
    if (v->point != NULL)
        key_add(&k, v->point->on, strlen(v->point->on));
    if (v->miss == MISS_VALUE)
        key_add(&k, &v->point->first, sizeof v->point->first);
    return k;
}

/* How many in this minute, with this one. */
static uint32_t in_minute(_Atomic uint64_t *minute, _Atomic uint32_t *count, uint64_t now_us)
{
    uint64_t this_minute = now_us / US_PER_MINUTE;
    if (atomic_exchange_explicit(minute, this_minute, memory_order_relaxed) != this_minute)
        atomic_store_explicit(count, 0, memory_order_relaxed);
    return atomic_fetch_add_explicit(count, 1, memory_order_relaxed) + 1;
}

static void limit_passed(struct behave *b, enum departure what, const struct behave_scene *s, const struct policy_entry *e, uint32_t most,
                         uint32_t came, const struct record *r)
{
    char why[DEPARTURE_WHY_MAX];
    struct told_key k = key_of(what, &s->from, &s->to);
    key_add(&k, e->function, strlen(e->function));
    if (told(b, &k, s->time_us))
        return;
    snprintf(why, sizeof why, "预期 expected: 每分钟至多 at most %u a minute; 实际 came: %u, %s %.96s", most, came, e->protocol, e->function);
    tell(b, what, why, s, r);
}

static void allowed(struct behave *b, struct policy_entry *e, const struct behave_scene *s, const struct record *r)
{
    atomic_store_explicit(&e->seen_us, s->time_us, memory_order_relaxed);
    atomic_store_explicit(&e->silent, false, memory_order_relaxed);
    if (e->per_minute == 0)
        return;
    uint32_t n = in_minute(&e->minute, &e->in_minute, s->time_us);
    if (n > e->per_minute * 2 + BURST_MARGIN)
        limit_passed(b, DEPARTURE_BURST, s, e, e->per_minute, n, r);
}

static void asked(struct behave *b, const struct behave_scene *s, const struct record *r)
{
    char why[DEPARTURE_WHY_MAX];
    const struct deed *d = &b->deed;
    struct policy_verdict v = policy_judge(b->policy, &s->from, &s->to, d, s->time_us);
    if (v.miss == MISS_NONE) {
        allowed(b, v.entry, s, r);
        return;
    }
    enum departure what = departure_of(b->policy, &v, &s->from, &s->to, d);
    struct told_key k = departure_key(what, &v, s, d);
    if (told(b, &k, s->time_us))
        return;
    departure_why(b->policy, &v, &s->from, &s->to, d, why);
    tell(b, what, why, s, r);
}

/* What was refused counts against who asked. */
static void refused(struct behave *b, const struct behave_scene *s, const struct record *r)
{
    struct policy_verdict v = policy_judge(b->policy, &s->to, &s->from, &b->deed, s->time_us);
    if (v.miss <= MISS_FUNCTION)
        return;
    uint32_t n = in_minute(&v.entry->refused_minute, &v.entry->refused_in_minute, s->time_us);
    if (n > v.entry->refusals * 2 + REFUSAL_MARGIN)
        limit_passed(b, DEPARTURE_REFUSALS, s, v.entry, v.entry->refusals, n, r);
}

static void check_mac(struct behave *b, const struct behave_scene *s, const struct record *r)
{
    char why[DEPARTURE_WHY_MAX], name[PARTY_TEXT_MAX], was[PARTY_TEXT_MAX], is[PARTY_TEXT_MAX];
    const struct policy_device *d = s->from_mac != NULL ? policy_device(b->policy, &s->from) : NULL;
    if (d == NULL || !d->has_mac || memcmp(d->mac, s->from_mac, sizeof d->mac) == 0)
        return;
    struct party old = party_of_mac(d->mac), new = party_of_mac(s->from_mac);
    struct told_key k = key_of(DEPARTURE_MAC, &s->from, &new);
    if (told(b, &k, s->time_us))
        return;
    party_text(&s->from, name);
    party_text(&old, was);
    party_text(&new, is);
    snprintf(why, sizeof why, "预期 expected: %s 在 at %s; 实际 came: %s", name, was, is);
    tell(b, DEPARTURE_MAC, why, s, r);
}

void behave_record(struct behave *b, const struct behave_scene *s, const struct record *r)
{
    struct deed *d = &b->deed;
    bool acts = deed_read(r, d);
    if (b->inventory != NULL)
        inventory_record(b->inventory, s, r, acts ? d : NULL);
    if (!acts)
        return;
    b->counts.deeds++;
    b->counts.cut += d->cut;
    if (b->learner != NULL)
        learn_deed(b->learner, s, d);
    if (b->policy == NULL)
        return;
    check_mac(b, s, r);
    if (!d->answer)
        asked(b, s, r);
    else if (d->refused)
        refused(b, s, r);
}

/* ---- what does not come any more ---- */

static void silence(struct behave *b, struct policy_entry *e, uint64_t seen_us, uint64_t now_us)
{
    char why[DEPARTURE_WHY_MAX];
    struct behave_scene s = { .from = { e->from.prefix.addr }, .to = { e->to.prefix.addr }, .time_us = now_us };
    struct told_key k = key_of(DEPARTURE_RHYTHM, &s.from, &s.to);
    atomic_store_explicit(&e->silent, true, memory_order_relaxed);
    if (told(b, &k, now_us))
        return;
    snprintf(why, sizeof why, "预期 expected: %s %.96s 每 every %.1f s; 实际 came: 已静默 nothing for %.1f s", e->protocol, e->function,
             (double)e->every_us / 1e6, (double)(now_us - seen_us) / 1e6);
    tell(b, DEPARTURE_RHYTHM, why, &s, NULL);
}

void behave_time(struct behave *b, uint64_t now_us)
{
    if (b->inventory != NULL)
        inventory_time(b->inventory, now_us);
    if (b->policy == NULL || now_us < b->looked_us + LOOK_EVERY_US)
        return;
    b->looked_us = now_us;
    for (size_t i = 0; i < b->policy->count; i++) {
        struct policy_entry *e = &b->policy->entries[i];
        uint64_t seen_us = atomic_load_explicit(&e->seen_us, memory_order_relaxed);
        uint64_t patience = e->every_us * MISSED_POLLS > e->longest_us * 2 ? e->every_us * MISSED_POLLS : e->longest_us * 2;
        patience = patience > PATIENCE_LEAST_US ? patience : PATIENCE_LEAST_US;
        if (e->every_us == 0 || seen_us == 0 || now_us < seen_us + patience)
            continue;
        if (!atomic_load_explicit(&e->silent, memory_order_relaxed))
            silence(b, e, seen_us, now_us);
    }
}
