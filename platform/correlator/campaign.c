#include "correlator/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "events/matter.h"

#define SCENE_SUFFIX "/parts"
static const char status_prefix[] = "parts:";

enum { TEXT_MAX = 512, SCOPED_MAX = 320 };

struct looked { size_t attackers, accounts, indicators, rules; };

struct part {
    struct part *next, *id_next;
    struct incident_case *as;       /* the child's latest version, in the parent's hands */
    struct looked looked;           /* how much of its lists was looked at */
    uint64_t campaign;              /* number; 0: in none */
    char     region[SCENE_REGION_MAX];      /* the child's; .as->incident.region is that, too */
    char     parent[SCENE_REGION_MAX];
};

/* ---- parts by id and by last change ---- */

static struct part **bucket_of(struct correlator *c, const char *id)
{
    return &c->part_buckets[hash_crc32c(0, id, strlen(id)) % PART_BUCKETS];
}

static struct part *part_find(struct correlator *c, const char *id)
{
    struct part *p = *bucket_of(c, id);
    while (p != NULL && strcmp(p->as->incident.id, id) != 0)
        p = p->id_next;
    return p;
}

static void part_front(struct correlator *c, struct part *p)
{
    struct part **at = &c->parts;
    while (*at != NULL && *at != p)
        at = &(*at)->next;
    if (*at != NULL)
        *at = p->next;
    p->next = c->parts;
    c->parts = p;
}

/* The child's strings by another name: what joins across regions must not be taken for one place. */
static struct incident_case *part_case(struct correlator *c, const struct incident *i, uint64_t number)
{
    struct incident_case *as = case_restore(i);
    if (as == NULL)
        return NULL;
    as->part = true;
    if (number != 0)
        case_enrol_as(c, as, number);
    else
        case_enrol(c, as);
    return as;
}

static void part_free(struct correlator *c, struct part *p)
{
    case_number_drop(c, p->as);
    case_free(p->as);
    free(p);
    c->counts.parts--;
}

static struct part *part_new(struct correlator *c, const char *parent, const struct incident *i)
{
    struct part *p = calloc(1, sizeof *p);
    if (p == NULL || (p->as = part_case(c, i, 0)) == NULL) {
        free(p);
        return NULL;
    }
    snprintf(p->region, sizeof p->region, "%s", i->region);
    snprintf(p->parent, sizeof p->parent, "%s", parent);
    struct part **at = bucket_of(c, i->id);
    p->id_next = *at;
    *at = p;
    part_front(c, p);
    c->counts.parts++;
    return p;
}

static bool part_renew(struct correlator *c, struct part *p, const struct incident *i)
{
    struct incident_case *old = p->as;
    struct incident_case *as = part_case(c, i, old->number);
    if (as == NULL)
        return false;
    as->region_key = old->region_key;
    as->told_us = scene_clock(c->scene, old->region_key);
    p->as = as;
    case_number_drop(c, old);
    case_free(old);
    part_front(c, p);
    return true;
}

void campaign_clear(struct correlator *c)
{
    while (c->parts != NULL) {
        struct part *next = c->parts->next;
        part_free(c, c->parts);
        c->parts = next;
    }
    memset(c->part_buckets, 0, sizeof c->part_buckets);
}

/* ---- the scene of the parts ---- */

/* Children's incidents are looked at apart from the region's own alerts. */
static void scene_name(const char *region, char out[SCENE_REGION_MAX])
{
    snprintf(out, SCENE_REGION_MAX, "%.16s" SCENE_SUFFIX, region);
}

struct renaming {
    void (*each)(void *ctx, const char *status, const void *bytes, size_t len);
    void *ctx;
};

static void save_renamed(void *ctx, const char *status, const void *bytes, size_t len)
{
    const struct renaming *r = ctx;
    char name[SCENE_STATUS_MAX + sizeof status_prefix];
    snprintf(name, sizeof name, "%s%s", status_prefix, status);
    r->each(r->ctx, name, bytes, len);
}

void campaign_save(struct correlator *c, const char *region, size_t most, uint64_t now_us, uint64_t every_us,
                   void (*each)(void *ctx, const char *status, const void *bytes, size_t len), void *ctx)
{
    char name[SCENE_REGION_MAX];
    struct renaming r = { each, ctx };
    scene_name(region, name);
    scene_save(c->scene, name, most, now_us, every_us, save_renamed, &r);
}

/* An address as it is known across regions: 10.0.0.1 of one is not that of another, unless they are one network. */
static const char *scoped(const struct correlator *c, const struct part *p, const struct incident_party *party, char out[SCOPED_MAX])
{
    const char *value = party_key(party);
    bool common = *party->address && (c->settings.one_network || !case_is_private(party->address));
    if (*value == '\0' || common)
        return value;
    snprintf(out, SCOPED_MAX, "%s/%.250s", p->region, value);
    return out;
}

/* ---- campaigns ---- */

static struct incident_case *campaign_of(struct correlator *c, const struct part *p)
{
    struct incident_case *k = p->campaign != 0 ? case_of(c, p->campaign) : NULL;
    return k != NULL && k->incident.part_count > 0 ? k : NULL;
}

/* It is no attack after all. */
static bool is_judged_away(const struct incident *i)
{
    return i->state == INCIDENT_FALSE_POSITIVE || i->state == INCIDENT_BENIGN;
}

static struct incident_part line_of(const struct part *p)
{
    const struct incident *i = &p->as->incident;
    return (struct incident_part){ i->id, p->region, i->version, i->state, i->level, i->alert_count };
}

struct fold {
    const struct part *gravest;
    size_t regions, open, counted;
};

static bool region_before(struct correlator *c, const struct incident *k, size_t upto, const char *region)
{
    for (size_t i = 0; i < upto; i++) {
        const struct part *p = part_find(c, k->parts[i].id);
        if (p != NULL && strcmp(p->region, region) == 0)
            return true;
    }
    return false;
}

static void fold_one(struct correlator *c, struct incident_case *k, size_t at, bool all, struct fold *f)
{
    struct part *p = part_find(c, k->incident.parts[at].id);
    if (p == NULL)
        return;
    const struct incident *i = &p->as->incident;
    struct incident_part line = line_of(p);
    bool ok = case_part_put(k, &line);
    f->open += !case_is_over(p->as);
    f->regions += !region_before(c, &k->incident, at, p->region);
    if (is_judged_away(i) && !all)
        return;
    f->counted++;
    if (!case_absorb(k, p->as, NULL) || !ok)
        c->counts.no_memory++;
    if (!k->incident.graded && i->level < k->incident.level)
        k->incident.level = i->level;
    if (f->gravest == NULL || i->score > f->gravest->as->incident.score)
        f->gravest = p;
}

static void title(struct correlator *c, struct incident_case *k, const struct fold *f)
{
    char en[TEXT_MAX], zh[TEXT_MAX];
    const struct incident *i = &f->gravest->as->incident;
    struct text t_en = text_over(en, sizeof en), t_zh = text_over(zh, sizeof zh);
    text_fmt(&t_en, "Campaign over %zu regions: ", f->regions);
    text_clip(&t_en, i->title_en, 400);
    text_fmt(&t_zh, "跨 %zu 个地区的关联事件：", f->regions);
    text_clip(&t_zh, i->title_zh, 400);
    if (!case_titled(k, text_end(&t_en), text_end(&t_zh), i->category, i->sector))
        c->counts.no_memory++;
}

/* All parts have ended, or one goes on again. What a person has decided stays. */
static void follow_parts(struct correlator *c, struct incident_case *k, bool open, uint64_t time_us)
{
    struct incident *i = &k->incident;
    const struct incident_join ended = { time_us, "all parts have ended", "所有组成事件均已结束" };
    const struct incident_join again = { time_us, "a part goes on again", "有组成事件重新开始" };
    if (i->decided != 0 || open == (i->state != INCIDENT_CLOSED))
        return;
    i->state = open ? INCIDENT_REOPENED : INCIDENT_CLOSED;
    if (!case_join_add(k, open ? &again : &ended))
        c->counts.no_memory++;
}

static bool has_parts(struct correlator *c, const struct incident_case *k)
{
    for (size_t at = 0; at < k->incident.part_count; at++)
        if (part_find(c, k->incident.parts[at].id) != NULL)
            return true;
    return false;
}

/* The campaign is its parts' sum. When all were judged away it still says what they were. */
static void refold(struct correlator *c, struct incident_case *k)
{
    struct fold f = { 0 };
    if (!has_parts(c, k))
        return;
    for (int all = 0; all < 2 && f.counted == 0; all++) {
        f = (struct fold){ 0 };
        case_unfold(k);
        for (size_t at = 0; at < k->incident.part_count; at++)
            fold_one(c, k, at, all != 0, &f);
    }
    title(c, k, &f);
    follow_parts(c, k, f.open > 0, k->incident.last_us);
    k->region_key = f.gravest->as->region_key;
    k->told_us = scene_clock(c->scene, k->region_key);
    case_unlink(k);
    case_front(c, k);
}

/* "I-430200-… of region 430200: same attacker 203.0.113.9, another victim, 10 min later: ..." */
static void explain(struct correlator *c, struct incident_case *k, const struct part *p, const struct join_reason *why, uint64_t time_us)
{
    char en[TEXT_MAX], zh[TEXT_MAX];
    snprintf(en, sizeof en, "%s of region %s: %s", p->as->incident.id, p->region, why->en);
    snprintf(zh, sizeof zh, "地区 %s 的 %s：%s", p->region, p->as->incident.id, why->zh);
    if (!case_join_add(k, &(struct incident_join){ time_us, en, zh }))
        c->counts.no_memory++;
}

static bool enter(struct correlator *c, struct incident_case *k, struct part *p, const struct join_reason *why, uint64_t time_us)
{
    struct incident_part line = line_of(p);
    if (!case_part_put(k, &line))
        return false;
    p->campaign = k->number;
    explain(c, k, p, why, time_us);
    return true;
}

/* Its id is made of its first part's, so that a replay gives the same. */
static struct incident_case *begin(struct correlator *c, struct part *first, const struct alert_view *a, uint64_t now_us)
{
    static const struct join_reason begins = { "the first part", "首个组成事件" };
    const struct incident *i = &first->as->incident;
    struct alert_view told = *a;
    char id[MATTER_ID_MAX];
    told.region = first->parent;
    matter_id(id, "I", first->parent, i->first_us, i->id);
    struct incident_case *k = case_new(id, &told, now_us);
    if (k == NULL)
        return NULL;
    case_enrol(c, k);
    case_front(c, k);
    c->counts.incidents++;
    c->counts.campaigns++;
    c->counts.open++;
    if (!enter(c, k, first, &begins, i->first_us))
        c->counts.no_memory++;
    return k;
}

/* Two campaigns turn out to be one: the earlier takes the other's parts; the other's record stays and says so. */
static void unite(struct correlator *c, struct incident_case *whole, struct incident_case *other, const struct join_reason *why, uint64_t time_us)
{
    if (!case_is_untouched(whole) || !case_is_untouched(other)
        || whole->incident.part_count + other->incident.part_count > CASE_PARTS_MAX)
        return;
    for (struct part *p = c->parts; p != NULL; p = p->next)
        if (p->campaign == other->number && !enter(c, whole, p, why, time_us))
            c->counts.no_memory++;
    const struct incident_join end = { time_us, why->en, why->zh };
    if (!case_end_as_part(other, whole->incident.id, &end))
        c->counts.no_memory++;
    struct merged *m = index_take(c->merged, other->number, NULL);
    m->into = whole->number;
    c->counts.merged++;
    refold(c, whole);
}

/* ---- looking at a part ---- */

static struct part *part_of_case(struct correlator *c, const struct incident_case *k)
{
    return k->part ? part_find(c, k->incident.id) : NULL;
}

/* What this case stands for, for another part: its campaign; itself, when it is of another region; or nothing. */
static struct incident_case *stands_for(struct correlator *c, struct incident_case *k, const struct part *asking)
{
    const struct part *q = part_of_case(c, k);
    struct incident_case *campaign = q != NULL ? campaign_of(c, q) : NULL;
    if (q == NULL || q == asking || strcmp(q->parent, asking->parent) != 0 || is_judged_away(&q->as->incident))
        return NULL;
    if (campaign != NULL)
        return campaign->number != asking->campaign && !case_is_over(campaign) ? campaign : NULL;
    return strcmp(q->region, asking->region) != 0 && !q->as->absorbed ? k : NULL;
}

static struct incident_case *find(struct correlator *c, const struct part *p, const struct join_ask *ask, struct join_reason *why)
{
    const struct sight *s = ask->sight;
    struct place *const places[] = { s->host, s->other, s->account, s->indicator };
    struct incident_case *list[CANDIDATES_MAX];
    struct join_settings settings = c->settings.join;
    size_t count = 0, kept = 0;
    settings.window_us = c->settings.campaign_window_us;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        count = case_candidates(c, places[i], list, count);
    for (size_t i = 0; i < count; i++) {
        struct incident_case *k = stands_for(c, list[i], p);
        if (k != NULL)
            list[kept++] = k;
    }
    struct incident_case *found = join_find(list, kept, ask, &settings, why);
    struct incident_case *sweep = found == NULL && s->swept && s->age_us >= HOUR_US ? case_of(c, s->around->sweep_case) : NULL;
    if (sweep == NULL || (sweep = stands_for(c, sweep, p)) == NULL || strcmp(sweep->incident.status, ask->alert->status) != 0)
        return found;
    join_swept(sweep, ask, why);
    return sweep;
}

static void join(struct correlator *c, struct part *p, struct incident_case *found, const struct join_ask *ask,
                 const struct join_reason *why, uint64_t now_us)
{
    struct incident_case *mine = campaign_of(c, p);
    struct part *q = part_of_case(c, found);
    const uint64_t time_us = ask->alert->time_us;
    if (q == NULL && mine != NULL) {
        bool found_first = found->incident.first_us <= mine->incident.first_us;
        unite(c, found_first ? found : mine, found_first ? mine : found, why, time_us);
        return;
    }
    struct incident_case *k = q == NULL ? found : mine != NULL ? mine : begin(c, q, ask->alert, now_us);
    if (k == NULL || !enter(c, k, mine != NULL ? q : p, why, time_us))
        c->counts.no_memory++;
    if (k != NULL)
        refold(c, k);
}

static void note(struct correlator *c, const struct part *p, const struct sight *s)
{
    struct place *const places[] = { s->nameless ? NULL : s->host, s->other, s->account, s->indicator };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (places[i] != NULL)
            place_add_case(places[i], p->as->number);
    if (s->around->sweep_case == 0 && s->new_around)
        s->around->sweep_case = p->as->number;
    p->as->region_key = s->region->ix.key;
    p->as->told_us = scene_clock(c->scene, s->region->ix.key);
}

static size_t nth(size_t n, size_t count)
{
    return n < count ? n : 0;
}

static const char *text_at(const char *const *list, size_t n, size_t count)
{
    return count > 0 ? list[nth(n, count)] : "";
}

static struct incident_party party_at(const struct correlator *c, const struct part *p, const struct incident_party *list, size_t n,
                                      size_t count, char scope[SCOPED_MAX])
{
    const char *address = count > 0 ? scoped(c, p, &list[nth(n, count)], scope) : "";
    return (struct incident_party){ address, "", "", "", "", "" };
}

/* One look: the n-th of each list, as if an alert said it just now. `now_us` 0: only to know the places again. */
static void look_at(struct correlator *c, struct part *p, size_t n, uint64_t now_us)
{
    static const struct incident_rule none = { .signature = "" };
    static const struct asset unknown = { .name = "", .unit = "", .sector = "", .region = "", .role = "" };
    const struct incident *i = &p->as->incident;
    const struct incident_rule *rule = i->rule_count > 0 ? &i->rules[nth(n, i->rule_count)] : &none;
    char region[SCENE_REGION_MAX], scope[2][SCOPED_MAX];
    scene_name(p->parent, region);
    struct alert_view a = {
        .id = i->id, .region = region, .status = i->status, .signature = rule->signature, .gid = rule->gid, .sid = rule->sid,
        .severity = rule->severity, .time_us = i->last_us, .category = "", .direction = "", .gbt20986 = "", .technique = "", .confidence = "",
        .tactic = text_at((const char *const *)i->tactics, n, i->tactic_count),
        .account = text_at((const char *const *)i->accounts, n, i->account_count),
        .indicator = text_at((const char *const *)i->indicators, n, i->indicator_count),
        .src_ip = "", .dest_ip = "", .src_country = "", .dest_country = "", .src_asset = unknown, .dest_asset = unknown,
    };
    struct parties parties = { party_at(c, p, i->attackers, n, i->attacker_count, scope[0]),
                               party_at(c, p, i->victims, n, i->victim_count, scope[1]), &a.dest_asset };
    struct sight s = scene_look(c->scene, &a, &parties);
    struct join_ask ask = { &a, &parties, &s, true };
    struct join_reason why;
    if (now_us != 0)
        scene_sweep(c->scene, &s);
    struct incident_case *found = now_us != 0 ? find(c, p, &ask, &why) : NULL;
    note(c, p, &s);
    if (now_us != 0)
        scene_learn(&s, true);
    if (found != NULL)
        join(c, p, found, &ask, &why, now_us);
}

static bool is_new(size_t n, size_t count, size_t looked)
{
    return n < count && n >= looked;
}

static size_t longest(const struct looked *l)
{
    size_t most = l->attackers > l->rules ? l->attackers : l->rules;
    most = l->accounts > most ? l->accounts : most;
    most = l->indicators > most ? l->indicators : most;
    return most > 0 ? most : 1;
}

/* What of it was not looked at before. Its lists only grow. */
static void look(struct correlator *c, struct part *p, uint64_t now_us)
{
    const struct incident *i = &p->as->incident;
    const struct looked old = p->looked, now = { i->attacker_count, i->account_count, i->indicator_count, i->rule_count };
    bool first = old.rules + old.attackers + old.accounts + old.indicators == 0;
    for (size_t n = 0; n < longest(&now); n++)
        if ((first && n == 0) || is_new(n, now.attackers, old.attackers) || is_new(n, now.accounts, old.accounts)
            || is_new(n, now.indicators, old.indicators) || is_new(n, now.rules, old.rules))
            look_at(c, p, n, now_us);
    p->looked = now;
}

/* ---- versions ---- */

/* It is a part of another incident now: that one takes its place in the campaign. */
static void replace_in_campaign(struct correlator *c, struct part *p)
{
    static const struct join_reason became = { "a part of this campaign became part of it", "本关联事件的组成事件已并入它" };
    struct incident_case *k = campaign_of(c, p);
    struct part *whole = k != NULL ? part_find(c, p->as->incident.merged_into) : NULL;
    if (whole == NULL || strcmp(whole->parent, p->parent) != 0)
        return;
    struct incident_case *other = campaign_of(c, whole);
    if (other != NULL && other != k)
        unite(c, other, k, &became, p->as->incident.last_us);
    if (other != NULL && p->campaign != whole->campaign)
        return;                 /* a person has decided about one of them: both stay as they are */
    k = campaign_of(c, p);
    case_part_drop(k, p->as->incident.id);
    p->campaign = 0;
    if (whole->campaign == 0 && !enter(c, k, whole, &became, p->as->incident.last_us))
        c->counts.no_memory++;
    refold(c, k);
}

/* Versions of whole and part come in either order. */
static void follow_merges(struct correlator *c, const struct part *changed)
{
    for (struct part *p = c->parts, *next; p != NULL; p = next) {
        next = p->next;
        if (p->campaign != 0 && p->as->absorbed
            && (p == changed || strcmp(p->as->incident.merged_into, changed->as->incident.id) == 0))
            replace_in_campaign(c, p);
    }
}

/* Victims whose asset says no region are in the child's. */
static void place_victims(struct part *p)
{
    struct incident *i = &p->as->incident;
    for (size_t k = 0; k < i->victim_count; k++)
        if (*i->victims[k].region == '\0' && !party_set_region(&i->victims[k], p->region))
            return;
}

int correlator_part(struct correlator *c, const char *region, const struct incident *i, uint64_t now_us)
{
    struct part *p = part_find(c, i->id);
    bool over = i->state == INCIDENT_CLOSED || is_judged_away(i) || (i->merged_into != NULL && *i->merged_into != '\0');
    if (i->part_count > 0 || (p == NULL && over) || (p != NULL && i->version <= p->as->incident.version))
        return 0;
    if (p == NULL)
        p = part_new(c, region, i);
    else if (!part_renew(c, p, i))
        p = NULL;
    if (p == NULL) {
        c->counts.no_memory++;
        return -ENOMEM;
    }
    place_victims(p);
    if (!over)
        look(c, p, now_us);
    follow_merges(c, p);
    struct incident_case *k = campaign_of(c, p);
    if (k != NULL)
        refold(c, k);
    return 1;
}

int correlator_part_restore(struct correlator *c, const char *region, const struct incident *i)
{
    struct part *p = part_find(c, i->id) == NULL ? part_new(c, region, i) : NULL;
    if (p == NULL)
        return -ENOMEM;
    place_victims(p);
    look(c, p, 0);
    for (const struct incident_case *k = c->cases; k != NULL; k = k->next)
        if (!k->absorbed && case_part(k, i->id) != NULL)
            p->campaign = k->number;
    return 0;
}

void correlator_parts_gone(struct correlator *c, void (*gone)(void *ctx, const char *region, const char *id), void *ctx)
{
    uint64_t kept = 0;
    for (struct part **at = &c->parts; *at != NULL;) {
        struct part *p = *at;
        bool quiet = case_is_over(p->as)
                     || p->as->told_us + c->settings.quiet_us < scene_clock(c->scene, p->as->region_key);
        bool crowded = kept >= c->settings.part_max;
        if (campaign_of(c, p) != NULL || (!quiet && !crowded)) {
            kept++;
            at = &p->next;
            continue;
        }
        struct part **in = bucket_of(c, p->as->incident.id);
        while (*in != p)
            in = &(*in)->id_next;
        *in = p->id_next;
        *at = p->next;
        c->counts.parts_forgotten += !quiet;
        gone(ctx, p->parent, p->as->incident.id);
        part_free(c, p);
    }
}
