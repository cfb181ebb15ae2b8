#include "correlator/correlator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/hash.h"
#include "correlator/inside.h"
#include "events/matter.h"

#define ROW(member, kind, sentence) { #member, kind, offsetof(struct correlator_counts, member), sentence }
static const struct metric rows[] = {
    ROW(alerts, METRIC_COUNTER, "Alerts taken in."),
    ROW(suppressed, METRIC_COUNTER, "Alerts that suppressions kept out: archived and counted, in no incident."),
    ROW(suppressions, METRIC_GAUGE, "Suppressions that alerts are held against."),
    ROW(usual, METRIC_COUNTER, "Alerts that belong to no incident: usual for their host, or not worth one."),
    ROW(metas, METRIC_COUNTER, "Meta-alerts begun."),
    ROW(incidents, METRIC_COUNTER, "Incidents begun."),
    ROW(merged, METRIC_COUNTER, "Incidents that became part of another one."),
    ROW(open, METRIC_GAUGE, "Incidents in memory."),
    ROW(let_go, METRIC_COUNTER, "Incidents let go from memory because they were quiet or too many."),
    ROW(forgotten, METRIC_COUNTER, "Meta-alerts forgotten because there were too many."),
    ROW(habits_forgotten, METRIC_COUNTER, "Rhythms of rules and hosts forgotten because there were too many."),
    ROW(late, METRIC_COUNTER, "Alerts that came more than an hour behind their region's clock."),
    ROW(jumps, METRIC_COUNTER, "Alerts more than an hour ahead of their region's clock: it goes an hour at most with each."),
    ROW(parts, METRIC_GAUGE, "Children's incidents in memory, for campaigns."),
    ROW(parts_forgotten, METRIC_COUNTER, "Children's incidents forgotten because there were too many."),
    ROW(campaigns, METRIC_COUNTER, "Campaigns over several regions begun."),
    ROW(no_memory, METRIC_COUNTER, "Times memory was out."),
};
const struct metrics_room correlator_metrics = { "correlator", rows, sizeof rows / sizeof rows[0] };

#define YOUNG_US (600 * SECOND_US)      /* incidents that began within this may still turn out to be one */

enum { MERGED_MAX = 65536, BEGIN_HOURS = 3 };

/* ---- life ---- */

struct correlator *correlator_new(const struct correlator_settings *s, struct fault *f)
{
    struct correlator *c = calloc(1, sizeof *c);
    if (c == NULL) {
        fault_set(f, -ENOMEM, "no memory for the correlator");
        return NULL;
    }
    c->settings = *s;
    c->settings.scene.most = (size_t)s->rule_max;
    if ((c->names = taxonomy_load(s->taxonomy != NULL ? s->taxonomy : "", f)) == NULL
        || weights_load(s->scoring != NULL ? s->scoring : "", &c->weights, f) < 0
        || (c->stages = stages_load(s->stages != NULL ? s->stages : "", f)) == NULL) {
        correlator_free(c);
        return NULL;
    }
    struct meta_settings meta = { s->meta_gap_us, s->meta_echo_us, (size_t)s->meta_max };
    c->metas = meta_table_new(&meta);
    c->scene = scene_new(&c->settings.scene);
    c->merged = index_new(MERGED_MAX, sizeof(struct merged));
    c->suppress = suppress_new();
    if (c->metas != NULL && c->scene != NULL && c->merged != NULL && c->suppress != NULL)
        return c;
    fault_set(f, -ENOMEM, "no memory for %llu meta-alerts and %llu rules at hosts", (unsigned long long)s->meta_max,
              (unsigned long long)s->rule_max);
    correlator_free(c);
    return NULL;
}

static void cases_free(struct correlator *c)
{
    while (c->cases != NULL) {
        struct incident_case *next = c->cases->next;
        case_free(c->cases);
        c->cases = next;
    }
    campaign_clear(c);
    memset(c->buckets, 0, sizeof c->buckets);
    c->counts.open = 0;
}

void correlator_clear(struct correlator *c)
{
    cases_free(c);
    meta_table_clear(c->metas);
    scene_clear(c->scene);
    index_clear(c->merged);
}

void correlator_free(struct correlator *c)
{
    if (c == NULL)
        return;
    cases_free(c);
    meta_table_free(c->metas);
    scene_free(c->scene);
    suppress_free(c->suppress);
    index_free(c->merged);
    taxonomy_free(c->names);
    stages_free(c->stages);
    free(c);
}

const struct correlator_counts *correlator_counts(struct correlator *c)
{
    c->counts.metas = meta_begun(c->metas);
    c->counts.suppressions = suppress_count(c->suppress);
    c->counts.forgotten = meta_forgotten(c->metas);
    c->counts.habits_forgotten = scene_forgotten(c->scene);
    return &c->counts;
}

struct suppress *correlator_suppress(struct correlator *c)
{
    return c->suppress;
}

static void list_given(const struct setting_list *list, void (*each)(void *ctx, const struct stop_value *v), void *ctx)
{
    for (size_t i = 0; i < list->count; i++)
        each(ctx, &(struct stop_value){ "", list->items[i], "given in the settings: it joins nothing", "由配置指定：不作关联依据" });
}

void correlator_stop_values(const struct correlator *c, void (*each)(void *ctx, const struct stop_value *v), void *ctx)
{
    list_given(&c->settings.join.stop_values, each, ctx);
    list_given(&c->settings.join.stop_accounts, each, ctx);
    scene_stop_values(c->scene, each, ctx);
}

/* ---- the cases, by number and by last change ---- */

static void case_put(struct incident_case **at, struct incident_case *k)
{
    k->next = *at;
    k->at = at;
    if (k->next != NULL)
        k->next->at = &k->next;
    *at = k;
}

void case_unlink(struct incident_case *k)
{
    *k->at = k->next;
    if (k->next != NULL)
        k->next->at = k->at;
}

void case_front(struct correlator *c, struct incident_case *k)
{
    case_put(&c->cases, k);
}

/* It gets its number, and the weights of this correlator. */
void case_enrol(struct correlator *c, struct incident_case *k)
{
    case_enrol_as(c, k, ++c->last_number);
}

void case_enrol_as(struct correlator *c, struct incident_case *k, uint64_t number)
{
    k->weights = &c->weights;
    k->number = number;
    k->number_next = c->buckets[k->number % BUCKETS];
    c->buckets[k->number % BUCKETS] = k;
}

void case_number_drop(struct correlator *c, const struct incident_case *k)
{
    struct incident_case **at = &c->buckets[k->number % BUCKETS];
    while (*at != k)
        at = &(*at)->number_next;
    *at = k->number_next;
}

uint64_t correlator_whole(struct correlator *c, uint64_t number)
{
    const struct merged *m;
    while (number != 0 && (m = index_find(c->merged, number)) != NULL)
        number = m->into;       /* always an older one's number or a later merge: no circle, as a part is never merged into */
    return number;
}

struct incident_case *case_of(struct correlator *c, uint64_t number)
{
    number = correlator_whole(c, number);
    struct incident_case *k = number != 0 ? c->buckets[number % BUCKETS] : NULL;
    while (k != NULL && k->number != number)
        k = k->number_next;
    return k;
}

const char *correlator_incident_id(struct correlator *c, uint64_t number)
{
    const struct incident_case *k = case_of(c, number);
    return k != NULL ? k->incident.id : NULL;
}

/* ---- beginning ---- */

/* Of the day and the digest of its first alert, so that a replay gives the same ids. */
static struct incident_case *case_begin(struct correlator *c, const struct alert_view *a, uint64_t now_us)
{
    char id[MATTER_ID_MAX];
    matter_id(id, "I", a->region, a->time_us, a->id);
    struct incident_case *k = case_new(id, a, now_us);
    if (k == NULL)
        return NULL;
    case_front(c, k);
    case_enrol(c, k);
    c->counts.incidents++;
    c->counts.open++;
    return k;
}

/* Without an attacker only what the host has hardly ever shown is worth an incident; with one, what is not usual. */
static bool is_worth(const struct join_ask *ask)
{
    const struct sight *s = ask->sight;
    if (ask->alert->severity == 1)
        return true;
    return !s->usual && (s->other != NULL || s->hours < BEGIN_HOURS);
}

/* ---- two that are one ---- */

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static bool may_merge(const struct incident_case *a, const struct incident_case *b, uint64_t now_us)
{
    uint64_t later = a->incident.first_us > b->incident.first_us ? a->incident.first_us : b->incident.first_us;
    return a != b && case_is_untouched(a) && case_is_untouched(b) && apart(now_us, later) <= YOUNG_US;
}

bool correlator_join(struct correlator *c, struct incident_case *whole, struct incident_case *part, const struct incident_join *why)
{
    bool ok = case_absorb(whole, part, why) && case_end_as_part(part, whole->incident.id, why);
    struct merged *m = index_take(c->merged, part->number, NULL);
    m->into = whole->number;
    c->counts.merged++;
    c->counts.no_memory += !ok;
    return ok;
}

/* The one that began earlier stays; the other ends as a part of it, with its own record kept. Gives what stays. */
static struct incident_case *merge(struct correlator *c, struct incident_case *a, struct incident_case *b,
                                   const struct sight *s)
{
    bool a_stays = a->incident.first_us < b->incident.first_us
                   || (a->incident.first_us == b->incident.first_us && a->number < b->number);
    struct incident_case *whole = a_stays ? a : b, *part = a_stays ? b : a;
    struct join_reason words;
    join_absorbed(part, s->host->name, &words);
    struct incident_join why = { s->time_us, words.en, words.zh };
    correlator_join(c, whole, part, &why);
    return whole;
}

/* A story that has outlived the minute in which its host was swept: the sweep was its beginning. A sweep over most of the
 * hosts is in touch with everything and proves nothing about one. */
static struct incident_case *grow(struct correlator *c, struct incident_case *k, const struct sight *s)
{
    const uint64_t key = s->host->ix.key;
    for (size_t i = 0; i < SCENE_CASES; i++) {
        struct incident_case *sweep = case_of(c, s->host->cases[i]);
        const struct case_host *mine = case_host(k, key), *its = sweep != NULL ? case_host(sweep, key) : NULL;
        if (its == NULL || sweep->host_count < 2 || !join_has_grown(mine, &c->settings.join) || !may_merge(k, sweep, s->time_us)
            || join_has_grown(its, &c->settings.join) || apart(mine->first_us, its->first_us) > c->settings.scene.sweep_us)
            continue;
        if (scene_is_wide(s->region, sweep->host_count))
            scene_note_wide(c->scene, s->region, sweep->incident.rules[0].gid, sweep->incident.rules[0].sid, sweep->host_count);
        else
            k = merge(c, k, sweep, s);
    }
    return k;
}

/* ---- placing ---- */

size_t case_candidates(struct correlator *c, const struct place *p, struct incident_case **out, size_t count)
{
    for (size_t i = 0; p != NULL && i < SCENE_CASES; i++) {
        struct incident_case *k = case_of(c, p->cases[i]);
        bool known = k == NULL;
        for (size_t j = 0; j < count && !known; j++)
            known = out[j] == k;
        if (!known)
            out[count++] = k;
    }
    return count;
}

static struct incident_case *find_among(struct correlator *c, const struct join_ask *ask, bool taking, struct join_reason *why)
{
    struct incident_case *list[CANDIDATES_MAX];
    size_t count = case_candidates(c, ask->sight->host, list, 0), kept = 0;
    count = case_candidates(c, ask->sight->other, list, count);
    count = case_candidates(c, ask->sight->account, list, count);
    count = case_candidates(c, ask->sight->indicator, list, count);
    for (size_t i = 0; i < count; i++)
        if (case_may_take(list[i], ask->alert) == taking)
            list[kept++] = list[i];
    return join_find(list, kept, ask, &c->settings.join, why);
}

static struct incident_case *find(struct correlator *c, const struct join_ask *ask, struct join_reason *why)
{
    return find_among(c, ask, true, why);
}

/* The incident of one victim of a campaign, begun before it was known to be one. */
static struct incident_case *campaign_part(struct correlator *c, uint64_t host, const struct incident_case *whole, const struct sight *s)
{
    const struct place *p = scene_place_of(c->scene, host);
    for (size_t i = 0; p != NULL && i < SCENE_CASES; i++) {
        struct incident_case *k = case_of(c, p->cases[i]);
        const struct case_host *h = k != NULL ? case_host(k, host) : NULL;
        if (h != NULL && k->host_count == 1 && case_host_has(h, s->around->ix.key) && may_merge(k, whole, s->time_us)
            && k->region_key == whole->region_key)
            return k;
    }
    return NULL;
}

/* One rule hits many victims, each from somebody else: what looked like as many incidents is one. */
static struct incident_case *find_campaign(struct correlator *c, const struct join_ask *ask, struct join_reason *why)
{
    const struct sight *s = ask->sight;
    struct incident_case *whole = s->swept ? case_of(c, s->around->sweep_case) : NULL;
    if (whole == NULL || !case_may_take(whole, ask->alert))
        return NULL;
    for (uint32_t i = 0; i < s->around->sweep_count && i < SCENE_SWEEP; i++) {
        struct incident_case *part = campaign_part(c, s->around->sweep_hosts[i], whole, s);
        if (part != NULL)
            whole = merge(c, whole, part, s);
    }
    join_swept(whole, ask, why);
    return whole;
}

/* The sweep comes first: it is what the alert repeats. A grown story that it reaches becomes one with it. */
static struct incident_case *find_swept(struct correlator *c, const struct join_ask *ask, struct join_reason *why)
{
    const struct sight *s = ask->sight;
    struct incident_case *sweep = s->swept ? case_of(c, s->around->sweep_case) : NULL;
    if (sweep == NULL || !case_may_take(sweep, ask->alert))
        return NULL;
    struct join_reason unused;
    struct incident_case *story = find(c, ask, &unused);
    if (story != NULL && join_has_grown(case_host(story, s->host->ix.key), &c->settings.join) && may_merge(sweep, story, s->time_us))
        sweep = merge(c, sweep, story, s);
    join_swept(sweep, ask, why);
    return sweep;
}

static struct incident_case *place(struct correlator *c, const struct join_ask *ask, uint64_t now_us, struct join_reason *why)
{
    struct incident_case *k = ask->sight->other == NULL ? find_swept(c, ask, why) : NULL;
    if (k == NULL)
        k = find(c, ask, why);
    if (k == NULL && ask->sight->other != NULL)
        k = find_campaign(c, ask, why);
    if (k != NULL || !is_worth(ask))
        return k;
    struct incident_case *ended = find_among(c, ask, false, why);
    join_first(ask->alert, ask->parties, why);
    k = case_begin(c, ask->alert, now_us);
    if (k != NULL && ended != NULL && !ended->absorbed && !case_follows(k, ended, ask->alert->time_us))
        c->counts.no_memory++;
    return k;
}

/* What the next alert will look for. */
static void note(struct incident_case *k, const struct meta *m, const struct sight *s, bool step)
{
    struct case_host *h = case_host_take(k, s->host->ix.key, s->time_us);
    if (h != NULL)
        case_host_rule(h, s->around->ix.key, s->time_us);
    if (!step)
        return;
    k->steps++;
    if (!s->nameless)
        place_add_case(s->host, k->number);
    struct place *const also[] = { s->other, s->account, s->indicator };
    for (size_t i = 0; i < sizeof also / sizeof also[0]; i++)
        if (also[i] != NULL)
            place_add_case(also[i], k->number);
    if (m->sweep || (s->other != NULL && s->around->sweep_case == 0 && s->new_around))
        s->around->sweep_case = k->number;
}

static int take_in(struct correlator *c, struct incident_case *k, const struct join_ask *ask, struct meta *m, bool step,
                   const struct incident_join *why)
{
    m->incident = k->number;
    k->region_key = ask->sight->region->ix.key;
    k->told_us = ask->sight->region->clock_us;
    note(k, m, ask->sight, step);
    case_unlink(k);
    case_front(c, k);
    if (!case_add(k, ask->alert, ask->parties, c->names, why)) {
        c->counts.no_memory++;
        return -ENOMEM;
    }
    if (step && ask->sight->other == NULL)
        m->incident = grow(c, k, ask->sight)->number;
    return 0;
}

void correlator_know(struct correlator *c, const struct registry *registered)
{
    c->registered = registered;
}

/* The alert, and what is registered of its ends. */
static struct alert_view told_of(const struct correlator *c, const struct alert_view *given)
{
    struct alert_view told = *given;
    registry_tell(c->registered, given->region, given->src_ip, &told.src_asset);
    registry_tell(c->registered, given->region, given->dest_ip, &told.dest_asset);
    return told;
}

/* A repeat stays where the first one went; a new step looks for a story to join, or begins one when it is worth it. */
static int weigh(struct correlator *c, struct alert_view *a, uint64_t now_us, struct verdict *verdict)
{
    bool step;
    struct join_reason words;
    struct parties p = case_parties(a);
    struct sight s = scene_look(c->scene, a, &p);
    struct join_ask ask = { a, &p, &s, false };
    a->tactic = stages_tactic(c->stages, a);
    c->counts.late += s.late;
    c->counts.jumps += s.jump;
    struct meta *m = meta_take(c->metas, c->scene, &s, &step);
    struct incident_case *k = case_of(c, m->incident);
    bool known = k != NULL && case_may_take(k, a);
    int rc = 0;
    c->counts.alerts++;
    if (!known)
        k = NULL;
    if (k == NULL && (step || m->incident != 0 || a->severity == 1))
        k = place(c, &ask, now_us, &words);
    struct incident_join why = { a->time_us, words.en, words.zh };
    if (k != NULL)
        rc = take_in(c, k, &ask, m, step || !known, known ? NULL : &why);
    else
        c->counts.usual++;
    scene_learn(&s, step);
    if (verdict != NULL)
        *verdict = (struct verdict){ m->ix.key, m->incident };
    return rc;
}

/* What is suppressed is not even looked at: when that is over, it is as new as it was before. */
int correlator_alert(struct correlator *c, const struct alert_view *given, uint64_t now_us, struct verdict *verdict)
{
    struct alert_view told = told_of(c, given);
    if (!suppress_hides(c->suppress, &told))
        return weigh(c, &told, now_us, verdict);
    c->counts.suppressed++;
    if (verdict != NULL)
        *verdict = (struct verdict){ 0, 0 };
    return 0;
}

/* What people report is worth an incident whatever is usual; alerts that have to do with it find it as any other. */
struct incident_case *correlator_reported(struct correlator *c, const struct alert_view *given, uint64_t now_us)
{
    static const struct incident_join reported = { 0, "reported by people", "由人员报告" };
    bool step;
    const struct alert_view told = told_of(c, given), *a = &told;
    struct parties p = case_parties(a);
    struct sight s = scene_look(c->scene, a, &p);
    struct join_ask ask = { a, &p, &s, false };
    struct meta *m = meta_take(c->metas, c->scene, &s, &step);
    struct incident_case *k = case_begin(c, a, now_us);
    const struct incident_join why = { a->time_us, reported.en, reported.zh };
    return k != NULL && take_in(c, k, &ask, m, true, &why) == 0 ? case_of(c, m->incident) : NULL;
}

/* ---- going out ---- */

/* A person has it in hand, or a report about it is still owed: it stays, also when no alert comes any more. */
static bool in_hand(const struct incident_case *k)
{
    uint64_t at_us;
    const struct incident *i = &k->incident;
    if (case_is_untouched(k))
        return false;
    return !case_is_over(k) || due_next(kind_named("incident"), incident_state_name(i->state), i->due, i->fired, &at_us) != NULL;
}

static size_t hands(const struct correlator *c)
{
    size_t n = 0;
    for (const struct incident_case *k = c->cases; k != NULL; k = k->next)
        n += in_hand(k);
    return n;
}

static bool is_of(const struct incident_case *k, const char *region)
{
    return region == NULL || strcmp(k->incident.region, region) == 0;
}

/* Parts of others, quiet ones and, when there are too many, the ones that changed longest ago: the list's tail. What
 * somebody has in hand goes only when that alone is too much. Gives them as a list. */
static struct incident_case *let_go(struct correlator *c, const char *region)
{
    struct incident_case *gone = NULL;
    uint64_t most = c->settings.case_max, held = c->counts.open > most ? hands(c) : 0;
    uint64_t kept[2] = { 0, 0 }, room[2] = { most > held ? most - held : 0, most };     /* of others, of those in hand */
    for (struct incident_case *k = c->cases, *next; k != NULL; k = next) {
        bool mine = in_hand(k);
        bool quiet = k->absorbed || (!mine && k->told_us + c->settings.quiet_us < scene_clock(c->scene, k->region_key));
        next = k->next;
        if (k->dirty || !is_of(k, region) || (!quiet && kept[mine] < room[mine])) {
            kept[mine]++;
            continue;
        }
        case_unlink(k);
        case_number_drop(c, k);
        k->next = gone;
        gone = k;
        c->counts.open--;
        c->counts.let_go++;
    }
    return gone;
}

#define NUMBERS_BEGAN_US UINT64_C(1767225600000000)    /* 2026-01-01T00:00:00Z */
#define NUMBERS_STEP_US  UINT64_C(100000)              /* nothing gets ten versions a second for long */

void correlator_forgot(struct correlator *c, uint64_t forgot_us)
{
    if (forgot_us > c->forgot_us)
        c->forgot_us = forgot_us;
}

uint64_t correlator_numbers_from(const struct correlator *c, uint64_t began_us)
{
    return began_us <= c->forgot_us && c->forgot_us > NUMBERS_BEGAN_US ? (c->forgot_us - NUMBERS_BEGAN_US) / NUMBERS_STEP_US : 0;
}

uint64_t correlator_next_version(const struct correlator *c, uint64_t version, uint64_t began_us)
{
    uint64_t from = correlator_numbers_from(c, began_us);
    return version + 1 > from ? version + 1 : from;
}

static void count_version(const struct correlator *c, struct incident *i)
{
    i->version = correlator_next_version(c, i->version, i->first_us);
}

void correlator_decided(const struct correlator *c, struct incident_case *k, const struct deed *by,
                        void (*changed)(void *ctx, const struct incident *i), void *ctx)
{
    count_version(c, &k->incident);
    k->incident.by = by;
    changed(ctx, &k->incident);
    case_published(k);
}

struct incident_case *correlator_first(struct correlator *c)
{
    return c->cases;
}

struct incident_case *correlator_find(struct correlator *c, const char *region, const char *id)
{
    struct incident_case *k = c->cases;
    while (k != NULL && (strcmp(k->incident.id, id) != 0 || strcmp(k->incident.region, region) != 0))
        k = k->next;
    return k;
}

void correlator_changes(struct correlator *c, const char *region, void (*changed)(void *ctx, const struct incident *i),
                        void (*gone)(void *ctx, const struct incident *i), void *ctx)
{
    for (struct incident_case *k = c->cases; k != NULL; k = k->next) {
        if (!k->dirty || !is_of(k, region))
            continue;
        count_version(c, &k->incident);
        changed(ctx, &k->incident);
        case_published(k);
    }
    for (struct incident_case *k = let_go(c, region), *next; k != NULL; k = next) {
        next = k->next;
        gone(ctx, &k->incident);
        case_free(k);
    }
}

/* ---- coming back ---- */

/* Rules are counted per incident and not per host: the first victim stands in the middle, the others were touched. */
static void hosts_restore(struct correlator *c, struct incident_case *k)
{
    const struct incident *i = &k->incident;
    struct region *r = scene_region(c->scene, i->region, i->status);
    if (r->born_us == 0 || i->first_us < r->born_us)
        r->born_us = i->first_us;
    if (i->last_us > r->clock_us)
        r->clock_us = i->last_us;
    k->region_key = r->ix.key;
    k->told_us = i->last_us;
    for (size_t v = 0; v < i->victim_count; v++) {
        struct place *p = scene_place(c->scene, r, party_key(&i->victims[v]));
        struct case_host *h = case_host_take(k, p->ix.key, i->first_us);
        place_add_case(p, k->number);
        if (h == NULL)
            continue;
        h->last_us = i->last_us;
        h->rule_count = v > 0 ? 1 : i->rule_count < CASE_HOST_RULES ? (uint32_t)i->rule_count : CASE_HOST_RULES;
    }
    for (size_t a = 0; a < i->attacker_count; a++)
        place_add_case(scene_place(c->scene, r, i->attackers[a].address), k->number);
    for (size_t a = 0; a < i->account_count; a++)
        place_add_case(scene_entity(c->scene, r, ENTITY_ACCOUNT, i->accounts[a]), k->number);
    for (size_t a = 0; a < i->indicator_count; a++)
        place_add_case(scene_entity(c->scene, r, ENTITY_INDICATOR, i->indicators[a]), k->number);
}

int correlator_restore(struct correlator *c, const struct incident *saved)
{
    struct incident_case *k = case_restore(saved);
    if (k == NULL)
        return -ENOMEM;
    struct incident_case **at = &c->cases;      /* where it stood: the latest first */
    while (*at != NULL && (*at)->incident.last_us > saved->last_us)
        at = &(*at)->next;
    case_put(at, k);
    case_enrol(c, k);
    if (k->incident.part_count == 0)
        hosts_restore(c, k);
    c->counts.open++;
    return 0;
}

void correlator_save(struct correlator *c, const char *region, size_t most, uint64_t now_us, uint64_t every_us,
                     void (*each)(void *ctx, const char *status, const void *bytes, size_t len), void *ctx)
{
    scene_save(c->scene, region, most, now_us, every_us, each, ctx);
    campaign_save(c, region, most, now_us, every_us, each, ctx);
}

int correlator_recall(struct correlator *c, const void *bytes, size_t len, struct fault *f)
{
    return scene_recall(c->scene, bytes, len, f);
}
