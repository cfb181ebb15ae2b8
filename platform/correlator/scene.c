#include "correlator/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "correlator/memory.h"

#define OCCASION_US (60 * SECOND_US)    /* nearer than this is the same occasion */
#define BUSY_GAP_US (600 * SECOND_US)   /* a host that shows something unusual more often than this is listed as busy */

enum { WIDE_MIN = 5, CAMPAIGN_VICTIMS = 5 };

struct scene *scene_new(const struct scene_settings *s)
{
    struct scene *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    *t = (struct scene){ .settings = *s, .key = hash_key_random() };
    t->regions = index_new(SCENE_REGIONS, sizeof(struct region));
    t->places = index_new(s->most, sizeof(struct place));
    t->here = index_new(s->most, sizeof(struct rule_here));
    t->around = index_new(s->most / 4 + 16, sizeof(struct rule_around));
    if (t->regions != NULL && t->places != NULL && t->here != NULL && t->around != NULL)
        return t;
    scene_free(t);
    return NULL;
}

void scene_free(struct scene *t)
{
    if (t == NULL)
        return;
    index_free(t->regions);
    index_free(t->places);
    index_free(t->here);
    index_free(t->around);
    free(t);
}

/* What takes part in which incident goes; rhythms stay, as they are not changed by a lost transaction. */
static bool forget_cases(void *ctx, void *entry)
{
    struct place *p = entry;
    (void)ctx;
    memset(p->cases, 0, sizeof p->cases);
    memset(p->bursts, 0, sizeof p->bursts);
    return true;
}

static bool forget_burst(void *ctx, void *entry)
{
    struct rule_here *r = entry;
    (void)ctx;
    r->meta = r->burst = 0;
    return true;
}

static bool forget_sweep(void *ctx, void *entry)
{
    struct rule_around *r = entry;
    (void)ctx;
    r->sweep_us = r->sweep_meta = r->sweep_case = 0;
    r->sweep_count = 0;
    return true;
}

void scene_clear(struct scene *t)
{
    index_each(t->places, forget_cases, NULL);
    index_each(t->here, forget_burst, NULL);
    index_each(t->around, forget_sweep, NULL);
}

uint64_t scene_forgotten(const struct scene *t)
{
    return index_forgotten(t->regions) + index_forgotten(t->places) + index_forgotten(t->here) + index_forgotten(t->around);
}

/* ---- habits ---- */

void habit_see(struct habit *h, uint64_t time_us)
{
    uint64_t hour = time_us / HOUR_US;
    if (h->times == 0) {
        *h = (struct habit){ time_us, time_us, hour, 1, 1 };
        return;
    }
    if (hour > h->hour) {
        h->hours++;
        h->hour = hour;
    }
    if (time_us > h->last_us + OCCASION_US)
        h->times++;
    if (time_us > h->last_us)
        h->last_us = time_us;
}

uint32_t habit_hours_before(const struct habit *h, uint64_t time_us)
{
    return h->hours - (h->hours > 0 && h->hour == time_us / HOUR_US);
}

/* ---- looking ---- */

static uint64_t key_of_text(const struct hash_key *key, uint64_t salt, const char *a, const char *b)
{
    char bytes[512];
    struct text text = text_over(bytes, sizeof bytes);
    text_bytes(&text, &salt, sizeof salt);
    text_clip(&text, a, 240);
    text_char(&text, '|');
    text_clip(&text, b, 240);
    return hash_keyed(key, bytes, text.len);
}

static uint64_t key_of_numbers(const struct region *r, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t numbers[3] = { a, b, c };
    return hash_keyed(&r->key, numbers, sizeof numbers);
}

struct region *scene_region(struct scene *t, const char *region, const char *status)
{
    bool fresh;
    struct region *r = index_take(t->regions, key_of_text(&t->key, 1, region, status), &fresh);
    if (!fresh)
        return r;
    r->key = hash_key_random();
    snprintf(r->name, sizeof r->name, "%s", region);
    snprintf(r->status, sizeof r->status, "%s", status);
    return r;
}

uint64_t scene_clock(struct scene *t, uint64_t region_key)
{
    const struct region *r = index_find(t->regions, region_key);
    return r != NULL ? r->clock_us : 0;
}

struct place *scene_entity(struct scene *t, const struct region *r, enum entity what, const char *name)
{
    bool fresh;
    struct place *p = index_take(t->places, key_of_text(&r->key, what, name, ""), &fresh);
    if (!fresh)
        return p;
    p->region = r->ix.key;
    snprintf(p->name, sizeof p->name, "%s", name);
    return p;
}

struct place *scene_place(struct scene *t, const struct region *r, const char *name)
{
    return scene_entity(t, r, ENTITY_END, name);
}

struct place *scene_place_of(struct scene *t, uint64_t key)
{
    return index_find(t->places, key);
}

/* The clock follows the alerts, an hour at most with each: one from the year 2099 changes nothing that matters. */
static void clock_follow(struct region *r, uint64_t time_us)
{
    if (r->born_us == 0 || (time_us < r->born_us && r->born_us - time_us <= HOUR_US))
        r->born_us = time_us;
    if (r->clock_us == 0)
        r->clock_us = time_us;
    else if (time_us > r->clock_us)
        r->clock_us = time_us - r->clock_us < HOUR_US ? time_us : r->clock_us + HOUR_US;
}

static uint64_t at_least_one(uint64_t n)
{
    return n > 0 ? n : 1;
}

static void rhythms(const struct scene *t, struct sight *s)
{
    const struct habit *h = &s->here->habit;
    uint64_t since = s->time_us > h->first_us ? s->time_us - h->first_us : 0;
    s->age_us = at_least_one(s->time_us > s->region->born_us ? s->time_us - s->region->born_us : 0);
    s->hours = habit_hours_before(h, s->time_us);
    s->rule_gap_us = s->hours == 0 ? s->age_us : since / at_least_one(h->times);
    s->host_gap_us = s->age_us / (s->host->odd.times + 1);
    s->usual = s->hours >= (s->other == NULL ? 1 : t->settings.usual_hours) && s->rule_gap_us < t->settings.usual_gap_us;
    s->new_around = habit_hours_before(&s->around->habit, s->time_us) == 0;
}

/* A scanner of our own, a mirror, a resolver: the same with one host after the other, all the time. */
static void share(struct sight *s)
{
    if (!s->usual || s->here->usual || (s->other == NULL && s->account == NULL && s->indicator == NULL))
        return;
    s->here->usual = true;
    struct place *const by[] = { s->other != NULL ? s->host : NULL, s->other, s->account, s->indicator };
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
        if (by[i] != NULL)
            by[i]->shared++;
}

static bool in_sweep(const struct rule_around *r, uint64_t host)
{
    for (uint32_t i = 0; i < r->sweep_count && i < SCENE_SWEEP; i++)
        if (r->sweep_hosts[i] == host)
            return true;
    return false;
}

/* Two hosts are a sweep when nobody knows from where; with known attackers only many victims say more than chance. */
void scene_sweep(const struct scene *t, struct sight *s)
{
    struct rule_around *r = s->around;
    uint64_t apart = s->time_us > r->sweep_us ? s->time_us - r->sweep_us : r->sweep_us - s->time_us;
    if (!s->new_around || s->nameless)
        return;
    if (r->sweep_count == 0 || apart > t->settings.sweep_us) {
        r->sweep_meta = r->sweep_case = 0;
        r->sweep_count = 0;
    }
    if (in_sweep(r, s->host->ix.key))
        return;
    if (r->sweep_count < SCENE_SWEEP)
        r->sweep_hosts[r->sweep_count] = s->host->ix.key;
    r->sweep_count++;
    r->sweep_us = s->time_us;
    s->swept = r->sweep_count >= (s->other == NULL ? 2u : CAMPAIGN_VICTIMS);
}

struct sight scene_look(struct scene *t, const struct alert_view *a, const struct parties *p)
{
    const char *host = party_key(&p->victim);
    struct sight s = { .region = scene_region(t, a->region, a->status), .time_us = a->time_us, .nameless = *host == '\0' };
    bool fresh;
    s.late = a->time_us + HOUR_US < s.region->clock_us;
    s.jump = s.region->clock_us != 0 && a->time_us > s.region->clock_us + HOUR_US;
    clock_follow(s.region, a->time_us);
    s.host = scene_place(t, s.region, host);
    if (!s.host->host) {
        s.host->host = true;
        s.region->hosts++;
    }
    if (*p->attacker.address != '\0')
        s.other = scene_place(t, s.region, p->attacker.address);
    if (*a->account != '\0')
        s.account = scene_entity(t, s.region, ENTITY_ACCOUNT, a->account);
    if (*a->indicator != '\0')
        s.indicator = scene_entity(t, s.region, ENTITY_INDICATOR, a->indicator);
    uint64_t rule = key_of_numbers(s.region, 0, a->gid, a->sid);
    s.around = index_take(t->around, rule, &fresh);
    if (fresh)
        snprintf(s.around->name, sizeof s.around->name, "%u:%u", a->gid, a->sid);
    s.here = index_take(t->here, key_of_numbers(s.region, rule, s.host->ix.key, s.other != NULL ? s.other->ix.key : 0), NULL);
    s.around->region = s.here->region = s.region->ix.key;
    rhythms(t, &s);
    share(&s);
    return s;
}

void scene_learn(struct sight *s, bool step)
{
    s->region->learned++;
    habit_see(&s->here->habit, s->time_us);
    habit_see(&s->around->habit, s->time_us);
    if (step && !s->usual)
        habit_see(&s->host->odd, s->time_us);
}

/* The newest last; one that is there already becomes the newest. */
void place_add_case(struct place *p, uint64_t number)
{
    size_t at = SCENE_CASES - 1;
    while (at > 0 && p->cases[at] != number)
        at--;
    memmove(&p->cases[at], &p->cases[at + 1], (SCENE_CASES - 1 - at) * sizeof p->cases[0]);
    p->cases[SCENE_CASES - 1] = number;
}

/* ---- stop values ---- */

bool scene_is_wide(const struct region *r, size_t hosts)
{
    return hosts > WIDE_MIN && hosts > r->hosts / 2;
}

void scene_note_wide(struct scene *t, const struct region *r, uint32_t gid, uint32_t sid, size_t hosts)
{
    struct rule_around *rule = index_find(t->around, key_of_numbers(r, 0, gid, sid));
    if (rule != NULL && hosts > rule->wide)
        rule->wide = (uint32_t)hosts;
}

struct listing {
    const struct scene *scene;
    void (*each)(void *ctx, const struct stop_value *v);
    void *ctx;
};

static const char *name_of_region(const struct scene *t, uint64_t key)
{
    const struct region *r = index_find(t->regions, key);
    return r != NULL ? r->name : "";
}

static bool list_busy(void *ctx, void *entry)
{
    const struct listing *l = ctx;
    const struct place *p = entry;
    char en[160], zh[160];
    uint64_t gap = (p->odd.last_us - p->odd.first_us) / at_least_one(p->odd.times);
    if (p->odd.times < 10 || gap >= BUSY_GAP_US)
        return true;
    unsigned long long s = gap / SECOND_US;
    snprintf(en, sizeof en, "something unusual is said of this host every %llu s: being about it joins nothing", s);
    snprintf(zh, sizeof zh, "该主机平均每 %llu 秒就有异常告警：仅凭同一主机不作关联", s);
    l->each(l->ctx, &(struct stop_value){ name_of_region(l->scene, p->region), p->name, en, zh });
    return true;
}

static bool list_shared(void *ctx, void *entry)
{
    const struct listing *l = ctx;
    const struct place *p = entry;
    char en[160], zh[160];
    if (p->shared < PLACE_SHARED)
        return true;
    snprintf(en, sizeof en, "alerts between it and %u others are usual: sharing this address joins nothing", p->shared);
    snprintf(zh, sizeof zh, "它与 %u 个地址之间的告警属常态：仅凭同一地址不作关联", p->shared);
    l->each(l->ctx, &(struct stop_value){ name_of_region(l->scene, p->region), p->name, en, zh });
    return true;
}

static bool list_wide(void *ctx, void *entry)
{
    const struct listing *l = ctx;
    const struct rule_around *r = entry;
    char en[160], zh[160];
    if (r->wide == 0)
        return true;
    snprintf(en, sizeof en, "%u hosts showed this rule at once, more than half of all: it joins no story", r->wide);
    snprintf(zh, sizeof zh, "该规则同时出现在 %u 台主机上，超过半数：不作为关联依据", r->wide);
    l->each(l->ctx, &(struct stop_value){ name_of_region(l->scene, r->region), r->name, en, zh });
    return true;
}

void scene_stop_values(const struct scene *t, void (*each)(void *ctx, const struct stop_value *v), void *ctx)
{
    struct listing l = { t, each, ctx };
    index_each(t->places, list_shared, &l);
    index_each(t->places, list_busy, &l);
    index_each(t->around, list_wide, &l);
}
