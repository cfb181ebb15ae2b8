#include "correlator/case.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/addr.h"
#include "common/hash.h"
#include "events/matter.h"

/* ---- GB/T 20986 ---- */

struct taxonomy {
    struct { char code[8], zh[64]; } rows[128];
    size_t count;
};

struct taxonomy *taxonomy_load(const char *path, struct fault *f)
{
    char line[512], code[8], zh[64];
    struct taxonomy *t = calloc(1, sizeof *t);
    FILE *in = t != NULL && *path != '\0' ? fopen(path, "re") : NULL;
    if (t == NULL || (*path != '\0' && in == NULL)) {
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
        free(t);
        return NULL;
    }
    while (in != NULL && t->count < 128 && fgets(line, sizeof line, in) != NULL) {
        /* code_inferred,cat_no,category_zh,category_en,sub_no,sub_zh */
        if (sscanf(line, "%7[0-9],%*[^,],%*[^,],%*[^,],%*[^,],%63[^,\r\n]", code, zh) != 2)
            continue;
        memcpy(t->rows[t->count].code, code, sizeof code);
        memcpy(t->rows[t->count++].zh, zh, sizeof zh);
    }
    if (in != NULL)
        fclose(in);
    return t;
}

void taxonomy_free(struct taxonomy *t)
{
    free(t);
}

const char *taxonomy_name(const struct taxonomy *t, const char *code)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].code, code) == 0)
            return t->rows[i].zh;
    return NULL;
}

/* ---- who did what to whom ---- */

bool case_is_private(const char *address)
{
    static const char *const ranges[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10" };
    struct addr a;
    struct prefix p;
    if (addr_parse(address, &a) < 0)
        return false;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (prefix_parse(ranges[i], &p) == 0 && prefix_holds(&p, &a))
            return true;
    return false;
}

static struct incident_party party_of(const char *address, const struct asset *asset, const char *country)
{
    return (struct incident_party){ .address = address, .name = asset->name, .unit = asset->unit,
                                    .sector = asset->sector, .region = asset->region, .country = country };
}

static struct parties alone(const struct incident_party *victim, const struct asset *asset)
{
    return (struct parties){ .attacker = { "", "", "", "", "", "" }, .victim = *victim, .asset = asset };
}

/* The end that is ours is the victim: registered before unregistered, inside before outside. When both are
 * alike, the one that was spoken to: a maintenance laptop and the controller it writes to are both assets.
 * A sensor on the host itself names one address only, or the same one twice: then nobody is known to attack. */
struct parties case_parties(const struct alert_view *a)
{
    bool src_known = *a->src_asset.name != '\0', dest_known = *a->dest_asset.name != '\0';
    bool src_inside = case_is_private(a->src_ip), dest_inside = case_is_private(a->dest_ip);
    bool src_is_victim = strcmp(a->direction, "to_client") == 0;
    if (src_known != dest_known)
        src_is_victim = src_known;
    else if (src_inside != dest_inside)
        src_is_victim = src_inside;
    struct incident_party src = party_of(a->src_ip, &a->src_asset, a->src_country);
    struct incident_party dest = party_of(a->dest_ip, &a->dest_asset, a->dest_country);
    if (*a->src_ip == '\0' || *a->dest_ip == '\0' || strcmp(a->src_ip, a->dest_ip) == 0) {
        bool use_src = *a->dest_ip == '\0' ? *a->src_ip != '\0' || src_known : src_known && !dest_known;
        return alone(use_src ? &src : &dest, use_src ? &a->src_asset : &a->dest_asset);
    }
    return (struct parties){ .attacker = src_is_victim ? dest : src, .victim = src_is_victim ? src : dest,
                             .asset = src_is_victim ? &a->src_asset : &a->dest_asset };
}

/* ---- the case ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Most of what could be said of a party nobody knows: one empty text serves them all. */
static const char nothing[] = "";

static void free_text(const char *text)
{
    if (text != nothing)
        free((void *)(uintptr_t)text);
}

static bool replace(const char **at, const char *with)
{
    const char *copy = *with != '\0' ? strdup(with) : nothing;
    if (copy == NULL)
        return false;
    free_text(*at);
    *at = copy;
    return true;
}

static void drop(const char **at)
{
    free_text(*at);
    *at = NULL;
}

static bool party_copy(struct incident_party *to, const struct incident_party *from)
{
    *to = (struct incident_party){ 0 };
    return replace(&to->address, from->address) && replace(&to->name, from->name) && replace(&to->unit, from->unit)
           && replace(&to->sector, from->sector) && replace(&to->region, from->region)
           && replace(&to->country, from->country);
}

bool party_set_region(struct incident_party *p, const char *region)
{
    return replace(&p->region, region);
}

const char *party_key(const struct incident_party *p)
{
    return *p->address ? p->address : p->name;
}

/* Attackers or victims, and a mark of each one's key. */
struct roll { struct incident_party *list; size_t *count; uint32_t *marks; };

static struct roll attackers_of(struct incident_case *c)
{
    return (struct roll){ c->incident.attackers, &c->incident.attacker_count, c->attacker_marks };
}

static struct roll victims_of(struct incident_case *c)
{
    return (struct roll){ c->incident.victims, &c->incident.victim_count, c->victim_marks };
}

static uint32_t mark_of(const char *key)
{
    return hash_crc32c(0, key, strlen(key));    /* two keys of one mark only cost a look */
}

static bool roll_append(const struct roll *r, const struct incident_party *p)
{
    r->marks[*r->count] = mark_of(party_key(p));
    return party_copy(&r->list[(*r->count)++], p);
}

static void party_drop(struct incident_party *p)
{
    drop(&p->address);
    drop(&p->name);
    drop(&p->unit);
    drop(&p->sector);
    drop(&p->region);
    drop(&p->country);
}

/* One allocation for the lists: they have ceilings. */
static struct incident_case *case_empty(void)
{
    struct incident_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->weights = &weights_default;
    struct incident *i = &c->incident;
    i->victims = calloc(CASE_PARTIES_MAX, sizeof *i->victims);
    i->attackers = calloc(CASE_PARTIES_MAX, sizeof *i->attackers);
    i->rules = calloc(CASE_RULES_MAX, sizeof *i->rules);
    i->tactics = calloc(CASE_TACTICS_MAX, sizeof *i->tactics);
    i->joins = calloc(CASE_JOINS_MAX, sizeof *i->joins);
    i->accounts = calloc(CASE_ENTITIES_MAX, sizeof *i->accounts);
    i->indicators = calloc(CASE_ENTITIES_MAX, sizeof *i->indicators);
    if (i->accounts != NULL && i->indicators != NULL && i->victims != NULL && i->attackers != NULL && i->rules != NULL && i->tactics != NULL && i->joins != NULL)
        return c;
    case_free(c);
    return NULL;
}

static void texts_drop(const char **list, size_t *count)
{
    while (*count > 0)
        drop(&list[--*count]);
}

/* What alerts brought, and not what was thought or decided about it. */
static void facts_drop(struct incident *i)
{
    while (i->victim_count > 0)
        party_drop(&i->victims[--i->victim_count]);
    while (i->attacker_count > 0)
        party_drop(&i->attackers[--i->attacker_count]);
    while (i->rule_count > 0)
        drop(&i->rules[--i->rule_count].signature);
    texts_drop(i->tactics, &i->tactic_count);
    texts_drop(i->accounts, &i->account_count);
    texts_drop(i->indicators, &i->indicator_count);
}

static void part_drop(struct incident_part *p)
{
    drop(&p->id);
    drop(&p->region);
}

void case_free(struct incident_case *c)
{
    if (c == NULL)
        return;
    struct incident *i = &c->incident;
    case_published(c);
    facts_drop(i);
    while (i->part_count > 0)
        part_drop(&i->parts[--i->part_count]);
    for (size_t k = 0; k < i->join_count; k++) {
        drop(&i->joins[k].en);
        drop(&i->joins[k].zh);
    }
    free(i->victims);
    free(i->attackers);
    free(i->rules);
    free(i->tactics);
    free(i->accounts);
    free(i->indicators);
    free(i->parts);
    free(i->joins);
    drop(&i->id);
    drop(&i->title_en);
    drop(&i->title_zh);
    drop(&i->region);
    drop(&i->sector);
    drop(&i->status);
    drop(&i->category);
    drop(&i->owner);
    drop(&i->merged_into);
    json_decref(i->history);
    json_decref(i->due);
    json_decref(i->fired);
    json_decref(i->clocks);
    free(c);
}

void case_published(struct incident_case *c)
{
    for (size_t k = 0; k < c->id_count; k++)
        free(c->ids[k]);
    free(c->ids);
    c->ids = NULL;
    c->id_count = c->id_room = 0;
    c->ids_over = 0;
    c->dirty = false;
    c->incident.by = NULL;
    c->incident.alert_ids = NULL;
    c->incident.alert_id_count = 0;
}

static bool names_set(struct incident *i, const char *id, const char *region, const char *sector, const char *status)
{
    return replace(&i->id, id) && replace(&i->region, region) && replace(&i->sector, sector)
           && replace(&i->status, status) && replace(&i->title_en, "") && replace(&i->title_zh, "")
           && replace(&i->category, "") && replace(&i->owner, "") && replace(&i->merged_into, "");
}

struct incident_case *case_new(const char *id, const struct alert_view *a, uint64_t now_us)
{
    struct incident_case *c = case_empty();
    struct parties p = case_parties(a);
    if (c == NULL)
        return NULL;
    if (!names_set(&c->incident, id, a->region, p.victim.sector, a->status)) {
        case_free(c);
        return NULL;
    }
    c->incident.state = INCIDENT_NEW;
    c->incident.level = LEVEL_GENERAL;
    c->incident.first_us = c->incident.last_us = a->time_us;
    c->incident.detected_at_us = now_us;
    return c;
}

static bool text_add(const char **list, size_t *count, size_t most, const char *text)
{
    if (*text == '\0' || *count == most)
        return true;
    for (size_t k = 0; k < *count; k++)
        if (strcmp(list[k], text) == 0)
            return true;
    return replace(&list[(*count)++], text);
}

static bool entities_restore(struct incident_case *c, const struct incident *s)
{
    struct incident *i = &c->incident;
    bool ok = true;
    for (size_t k = 0; k < s->tactic_count; k++)
        ok = text_add(i->tactics, &i->tactic_count, CASE_TACTICS_MAX, s->tactics[k]) && ok;
    for (size_t k = 0; k < s->account_count; k++)
        ok = text_add(i->accounts, &i->account_count, CASE_ENTITIES_MAX, s->accounts[k]) && ok;
    for (size_t k = 0; k < s->indicator_count; k++)
        ok = text_add(i->indicators, &i->indicator_count, CASE_ENTITIES_MAX, s->indicators[k]) && ok;
    for (size_t k = 0; k < least(s->part_count, CASE_PARTS_MAX); k++)
        ok = case_part_put(c, &s->parts[k]) && ok;
    return ok;
}

static bool lists_restore(struct incident_case *c, const struct incident *s)
{
    struct incident *i = &c->incident;
    const struct roll victims = victims_of(c), attackers = attackers_of(c);
    for (size_t k = 0; k < least(s->victim_count, CASE_PARTIES_MAX); k++)
        if (!roll_append(&victims, &s->victims[k]))
            return false;
    for (size_t k = 0; k < least(s->attacker_count, CASE_PARTIES_MAX); k++)
        if (!roll_append(&attackers, &s->attackers[k]))
            return false;
    for (size_t k = 0; k < least(s->rule_count, CASE_RULES_MAX); k++) {
        struct incident_rule *r = &i->rules[i->rule_count++];
        *r = s->rules[k];
        r->signature = NULL;
        if (!replace(&r->signature, s->rules[k].signature))
            return false;
    }
    for (size_t k = 0; k < least(s->join_count, CASE_JOINS_MAX); k++) {
        struct incident_join *j = &i->joins[i->join_count++];
        j->time_us = s->joins[k].time_us;
        if (!replace(&j->en, s->joins[k].en) || !replace(&j->zh, s->joins[k].zh))
            return false;
    }
    return true;
}

/* What people did. It is changed in place later, so it is a copy. */
static bool people_restore(struct incident *i, const struct incident *s)
{
    i->decided = s->decided;
    i->cii = s->cii;
    i->graded = s->graded;
    i->history_gone = s->history_gone;
    i->history = s->history != NULL ? json_deep_copy(s->history) : NULL;
    i->due = s->due != NULL ? json_deep_copy(s->due) : NULL;
    i->fired = s->fired != NULL ? json_deep_copy(s->fired) : NULL;
    i->clocks = s->clocks != NULL ? json_deep_copy(s->clocks) : NULL;
    return (i->history != NULL) == (s->history != NULL) && (i->due != NULL) == (s->due != NULL)
           && (i->fired != NULL) == (s->fired != NULL) && (i->clocks != NULL) == (s->clocks != NULL)
           && replace(&i->merged_into, s->merged_into != NULL ? s->merged_into : "");
}

struct incident_case *case_restore(const struct incident *s)
{
    struct incident_case *c = case_empty();
    if (c == NULL)
        return NULL;
    struct incident *i = &c->incident;
    if (!names_set(i, s->id, s->region, s->sector, s->status) || !replace(&i->title_en, s->title_en)
        || !replace(&i->title_zh, s->title_zh) || !replace(&i->category, s->category) || !replace(&i->owner, s->owner)
        || !lists_restore(c, s) || !entities_restore(c, s) || !people_restore(i, s)) {
        case_free(c);
        return NULL;
    }
    c->absorbed = *i->merged_into != '\0';
    i->version = s->version;
    i->state = s->state;
    i->level = s->level;
    i->first_us = s->first_us;
    i->last_us = s->last_us;
    i->detected_at_us = s->detected_at_us;
    i->aware_at_us = s->aware_at_us;
    i->alert_count = s->alert_count;
    i->score = s->score;
    i->score_severity = s->score_severity;
    i->score_asset = s->score_asset;
    i->score_spread = s->score_spread;
    i->score_confidence = s->score_confidence;
    return c;
}

static bool party_in(const struct incident_party *list, size_t count, const uint32_t *marks, const char *key)
{
    uint32_t mark = mark_of(key);
    for (size_t k = 0; k < count; k++)
        if (marks[k] == mark && strcmp(party_key(&list[k]), key) == 0)
            return true;
    return false;
}

bool case_has_attacker(const struct incident_case *c, const char *address)
{
    return party_in(c->incident.attackers, c->incident.attacker_count, c->attacker_marks, address);
}

bool case_has_victim(const struct incident_case *c, const char *address)
{
    return party_in(c->incident.victims, c->incident.victim_count, c->victim_marks, address);
}

bool case_has_account(const struct incident_case *c, const char *name)
{
    for (size_t k = 0; k < c->incident.account_count; k++)
        if (strcmp(c->incident.accounts[k], name) == 0)
            return true;
    return false;
}

bool case_has_indicator(const struct incident_case *c, const char *value)
{
    for (size_t k = 0; k < c->incident.indicator_count; k++)
        if (strcmp(c->incident.indicators[k], value) == 0)
            return true;
    return false;
}

/* The same address in two regions is two hosts: private ranges are everybody's. */
static struct incident_party *party_known(const struct roll *r, const struct incident_party *p)
{
    uint32_t mark = mark_of(party_key(p));
    for (size_t k = 0; k < *r->count; k++)
        if (r->marks[k] == mark && strcmp(party_key(&r->list[k]), party_key(p)) == 0
            && (*p->region == '\0' || *r->list[k].region == '\0' || strcmp(r->list[k].region, p->region) == 0))
            return &r->list[k];
    return NULL;
}

static bool learn(const char **at, const char *said)
{
    return **at != '\0' || *said == '\0' || replace(at, said);
}

/* A host may be registered after it was attacked first: what was not known of it is taken from then on. */
static bool party_learn(struct incident_party *known, const struct incident_party *p)
{
    return learn(&known->name, p->name) && learn(&known->unit, p->unit) && learn(&known->sector, p->sector) && learn(&known->region, p->region);
}

static bool party_add(struct roll r, const struct incident_party *p)
{
    struct incident_party *known = party_known(&r, p);
    if (known != NULL)
        return party_learn(known, p);
    if (*party_key(p) == '\0' || *r.count == CASE_PARTIES_MAX)
        return true;
    return roll_append(&r, p);
}

static bool rule_add(struct incident *i, const struct incident_rule *add)
{
    for (size_t k = 0; k < i->rule_count; k++)
        if (i->rules[k].gid == add->gid && i->rules[k].sid == add->sid) {
            i->rules[k].count += add->count;
            if (add->severity < i->rules[k].severity)
                i->rules[k].severity = add->severity;   /* rules are changed while incidents run */
            return true;
        }
    if (i->rule_count == CASE_RULES_MAX)
        return true;
    struct incident_rule *r = &i->rules[i->rule_count++];
    *r = (struct incident_rule){ .gid = add->gid, .sid = add->sid, .count = add->count, .severity = add->severity };
    return replace(&r->signature, add->signature);
}

static bool entities_add(struct incident *i, const char *tactic, const char *account, const char *indicator)
{
    return text_add(i->tactics, &i->tactic_count, CASE_TACTICS_MAX, tactic)
           && text_add(i->accounts, &i->account_count, CASE_ENTITIES_MAX, account)
           && text_add(i->indicators, &i->indicator_count, CASE_ENTITIES_MAX, indicator);
}

static bool join_add(struct incident *i, const struct incident_join *why)
{
    if (why == NULL || i->join_count == CASE_JOINS_MAX)
        return true;
    struct incident_join *j = &i->joins[i->join_count++];
    j->time_us = why->time_us;
    return replace(&j->en, why->en) && replace(&j->zh, why->zh);
}

bool case_join_add(struct incident_case *c, const struct incident_join *why)
{
    return join_add(&c->incident, why);
}

static void raise_to(double *part, double value)
{
    if (value > *part)
        *part = value;
}

/* The level follows the score up and never down by itself: lowering is for a person, and what a person said stays. */
static void score_total(struct incident_case *c)
{
    struct incident *i = &c->incident;
    const struct weights *w = c->weights;
    double spread = w->stage_first + w->stage_each * (double)(i->tactic_count > 1 ? i->tactic_count - 1 : 0);
    i->score_spread = spread < 1.0 ? spread : 1.0;
    i->score = 100.0 * i->score_severity * i->score_asset * i->score_spread * i->score_confidence;
    for (int level = LEVEL_EXTRAORDINARY; level < LEVEL_GENERAL && !i->graded; level++)
        if (i->score >= w->level_at[level] && (int)i->level > level)
            i->level = (enum incident_level)level;
}

static void score_update(struct incident_case *c, const struct alert_view *a, const struct asset *victim)
{
    struct incident *i = &c->incident;
    const struct weights *w = c->weights;
    double asset = w->mlps[victim->mlps_level <= 5 ? victim->mlps_level : 0];
    double confidence = w->confidence[strcasecmp(a->confidence, "high") == 0 ? 2 : strcasecmp(a->confidence, "low") == 0 ? 0 : 1];
    raise_to(&asset, victim->cii ? w->cii : 0);
    raise_to(&asset, w->importance[victim->importance <= 4 ? victim->importance : 0]);
    raise_to(&asset, w->data[victim->data_grade < DATA_GRADES ? victim->data_grade : DATA_UNGRADED]);
    i->cii = i->cii || victim->cii;
    raise_to(&i->score_severity, w->severity[a->severity <= 4 ? a->severity : 0]);
    raise_to(&i->score_asset, asset);
    raise_to(&i->score_confidence, confidence);
    score_total(c);
}

/* "FENGSUI OT " and the like before a signature say whose rule it is, not what happened. */
static const char *bare_title(const char *signature)
{
    const char *at = strncmp(signature, "FENGSUI ", 8) == 0 ? signature + 8 : signature;
    const char *space = strchr(at, ' ');
    bool upper = at != signature && space != NULL;
    for (const char *p = at; upper && p < space; p++)
        upper = (*p >= 'A' && *p <= 'Z') || *p == '/' || *p == '-';
    return upper ? space + 1 : at;
}

/* Our rules say it twice, "域名隧道 DNS tunnel": where the English half begins, or the beginning when there is no Chinese. */
static const char *english_half(const char *title)
{
    if ((unsigned char)*title < 0x80)
        return title;
    for (const char *p = title; (p = strchr(p, ' ')) != NULL; p++)
        if ((unsigned char)p[1] < 0x80 && p[1] != '\0')
            return p + 1;
    return title;
}

/* The gravest rule names the incident; who it happened to comes first in Chinese and last in English. */
static bool title_update(struct incident *i, const struct alert_view *a, const struct parties *p,
                         const struct taxonomy *names, bool gravest)
{
    char en[400], zh[400];
    const char *title = bare_title(a->signature), *english = english_half(title);
    const char *category = taxonomy_name(names, a->gbt20986);
    const char *where = *p->victim.name ? p->victim.name : p->victim.address;
    if (*i->title_en != '\0' && !gravest)
        return true;
    struct text t_en = text_over(en, sizeof en), t_zh = text_over(zh, sizeof zh);
    text_clip(&t_en, english, 200);
    text_lit(&t_en, ": ");
    text_clip(&t_en, where, 160);
    text_clip(&t_zh, where, 160);
    text_lit(&t_zh, "：");
    if (english > title)
        text_clip(&t_zh, title, least((size_t)(english - title) - 1, 200));
    else
        text_clip(&t_zh, category != NULL ? category : title, 200);
    return replace(&i->title_en, text_end(&t_en)) && replace(&i->title_zh, text_end(&t_zh))
           && (*a->gbt20986 == '\0' || replace(&i->category, a->gbt20986));
}

static uint32_t gravest_severity(const struct incident *i)
{
    uint32_t best = UINT32_MAX;
    for (size_t k = 0; k < i->rule_count; k++)
        if (i->rules[k].severity < best)
            best = i->rules[k].severity;
    return best;
}

static void span_to(struct incident *i, uint64_t first_us, uint64_t last_us)
{
    if (first_us < i->first_us)
        i->first_us = first_us;
    if (last_us > i->last_us)
        i->last_us = last_us;
}

static bool id_add(struct incident_case *c, const char *id)
{
    if (c->id_count == CASE_IDS_MAX) {
        c->ids_over++;
        return true;
    }
    if (c->id_count == c->id_room) {
        size_t room = c->id_room > 0 ? 2 * c->id_room : 8;
        char **more = realloc(c->ids, room * sizeof *more);
        if (more == NULL)
            return false;
        c->ids = more;
        c->id_room = room;
    }
    c->ids[c->id_count] = strdup(id);
    c->id_count += c->ids[c->id_count] != NULL;
    return c->id_count > 0 && c->ids[c->id_count - 1] != NULL;
}

bool case_add(struct incident_case *c, const struct alert_view *a, const struct parties *p,
              const struct taxonomy *names, const struct incident_join *why)
{
    struct incident *i = &c->incident;
    struct incident_rule rule = { .gid = a->gid, .sid = a->sid, .signature = a->signature, .count = 1, .severity = a->severity };
    bool gravest = a->severity < gravest_severity(i);
    i->alert_count++;
    span_to(i, a->time_us, a->time_us);
    c->dirty = true;
    bool ok = id_add(c, a->id);
    i->alert_ids = (const char *const *)c->ids;
    i->alert_id_count = c->id_count;
    ok = ok && party_add(attackers_of(c), &p->attacker)
         && party_add(victims_of(c), &p->victim) && learn(&i->sector, p->victim.sector) && rule_add(i, &rule)
         && entities_add(i, a->tactic, a->account, a->indicator)
         && join_add(i, why) && title_update(i, a, p, names, gravest);
    score_update(c, a, p->asset);
    return ok;
}

/* ---- hosts ---- */

struct case_host *case_host(struct incident_case *c, uint64_t key)
{
    for (size_t k = 0; k < c->host_count; k++)
        if (c->host_keys[k] == key)
            return &c->hosts[k];
    return NULL;
}

struct case_host *case_host_take(struct incident_case *c, uint64_t key, uint64_t time_us)
{
    struct case_host *h = case_host(c, key);
    if (h != NULL || c->host_count == CASE_PARTIES_MAX)
        return h;
    c->host_keys[c->host_count] = key;
    h = &c->hosts[c->host_count++];
    *h = (struct case_host){ .first_us = time_us, .last_us = time_us };
    return h;
}

bool case_host_has(const struct case_host *h, uint64_t rule)
{
    for (uint32_t k = 0; k < h->rule_count; k++)
        if (h->rules[k] == (uint32_t)rule)
            return true;
    return false;
}

void case_host_rule(struct case_host *h, uint64_t rule, uint64_t time_us)
{
    if (!case_host_has(h, rule) && h->rule_count < CASE_HOST_RULES)
        h->rules[h->rule_count++] = (uint32_t)rule;
    if (time_us < h->first_us)
        h->first_us = time_us;
    if (time_us > h->last_us)
        h->last_us = time_us;
}

uint32_t case_host_most(const struct incident_case *c)
{
    uint32_t most = 0;
    for (size_t k = 0; k < c->host_count; k++)
        if (c->hosts[k].rule_count > most)
            most = c->hosts[k].rule_count;
    return most;
}

static void host_absorb(struct incident_case *c, uint64_t key, const struct case_host *from)
{
    struct case_host *h = case_host_take(c, key, from->first_us);
    if (h == NULL)
        return;
    for (uint32_t k = 0; k < from->rule_count; k++)
        case_host_rule(h, from->rules[k], from->last_us);
    if (from->first_us < h->first_us)
        h->first_us = from->first_us;
}

bool case_absorb(struct incident_case *c, const struct incident_case *from, const struct incident_join *why)
{
    struct incident *i = &c->incident;
    const struct incident *f = &from->incident;
    bool ok = true;
    for (size_t k = 0; k < f->attacker_count; k++)
        ok = party_add(attackers_of(c), &f->attackers[k]) && ok;
    for (size_t k = 0; k < f->victim_count; k++)
        ok = party_add(victims_of(c), &f->victims[k]) && ok;
    for (size_t k = 0; k < f->rule_count; k++)
        ok = rule_add(i, &f->rules[k]) && ok;
    for (size_t k = 0; k < f->tactic_count; k++)
        ok = entities_add(i, f->tactics[k], "", "") && ok;
    for (size_t k = 0; k < f->account_count; k++)
        ok = entities_add(i, "", f->accounts[k], "") && ok;
    for (size_t k = 0; k < f->indicator_count; k++)
        ok = entities_add(i, "", "", f->indicators[k]) && ok;
    for (size_t k = 0; k < from->host_count; k++)
        host_absorb(c, from->host_keys[k], &from->hosts[k]);
    i->alert_count += f->alert_count;
    c->steps += from->steps;
    c->dirty = true;
    raise_to(&i->score_severity, f->score_severity);
    i->cii = i->cii || f->cii;
    raise_to(&i->score_asset, f->score_asset);
    raise_to(&i->score_confidence, f->score_confidence);
    span_to(i, f->first_us, f->last_us);
    score_total(c);
    return join_add(i, why) && ok;
}

bool case_is_untouched(const struct incident_case *c)
{
    return c->incident.state == INCIDENT_NEW && *c->incident.owner == '\0' && c->incident.decided == 0
           && json_array_size(c->incident.history) == 0 && !c->absorbed;
}

bool case_is_over(const struct incident_case *c)
{
    enum incident_state s = c->incident.state;
    return c->absorbed || s == INCIDENT_CLOSED || s == INCIDENT_FALSE_POSITIVE || s == INCIDENT_BENIGN;
}

static bool has_rule(const struct incident *i, const struct alert_view *a)
{
    for (size_t k = 0; k < i->rule_count; k++)
        if (i->rules[k].gid == a->gid && i->rules[k].sid == a->sid)
            return true;
    return false;
}

bool case_may_take(const struct incident_case *c, const struct alert_view *a)
{
    enum incident_state s = c->incident.state;
    if (c->absorbed || s == INCIDENT_CLOSED)
        return false;
    return (s != INCIDENT_FALSE_POSITIVE && s != INCIDENT_BENIGN) || has_rule(&c->incident, a);
}

bool case_set_owner(struct incident_case *c, const char *owner)
{
    return replace(&c->incident.owner, owner);
}

bool case_follows(struct incident_case *c, const struct incident_case *closed, uint64_t at_us)
{
    const struct deed by = { "", "link", "system", BY_SYSTEM, at_us, "它所延续的事件已经结束 goes on where a finished incident ended" };
    json_t *said = json_pack("{s:s}", "other", closed->incident.id);
    const char *state = incident_state_name(c->incident.state);
    bool ok = said != NULL && history_add(&c->incident.history, &c->incident.history_gone, &by, state, state, said);
    json_decref(said);
    return ok;
}

bool case_end_as_part(struct incident_case *c, const char *whole, const struct incident_join *why)
{
    c->absorbed = c->dirty = true;
    c->incident.state = INCIDENT_CLOSED;
    return replace(&c->incident.merged_into, whole) && join_add(&c->incident, why);
}

/* ---- campaigns ---- */

void case_unfold(struct incident_case *c)
{
    struct incident *i = &c->incident;
    facts_drop(i);
    i->alert_count = 0;
    i->score_severity = i->score_asset = i->score_confidence = 0;
    i->first_us = UINT64_MAX;
    i->last_us = 0;
    c->steps = 0;
    c->dirty = true;
}

static struct incident_part *part_of(const struct incident_case *c, const char *id)
{
    for (size_t k = 0; k < c->incident.part_count; k++)
        if (strcmp(c->incident.parts[k].id, id) == 0)
            return &c->incident.parts[k];
    return NULL;
}

const struct incident_part *case_part(const struct incident_case *c, const char *id)
{
    return part_of(c, id);
}

bool case_part_put(struct incident_case *c, const struct incident_part *p)
{
    struct incident *i = &c->incident;
    if (i->parts == NULL && (i->parts = calloc(CASE_PARTS_MAX, sizeof *i->parts)) == NULL)
        return false;
    struct incident_part *at = part_of(c, p->id);
    if (at == NULL && i->part_count == CASE_PARTS_MAX)
        return false;
    if (at == NULL)
        at = &i->parts[i->part_count++];
    struct incident_part old = *at;
    *at = *p;
    at->id = old.id;
    at->region = old.region;
    return replace(&at->id, p->id) && replace(&at->region, p->region);
}

bool case_part_drop(struct incident_case *c, const char *id)
{
    struct incident *i = &c->incident;
    struct incident_part *at = part_of(c, id);
    if (at == NULL)
        return false;
    part_drop(at);
    struct incident_part *last = &i->parts[--i->part_count];
    memmove(at, at + 1, (size_t)(last - at) * sizeof *at);
    *last = (struct incident_part){ 0 };
    return true;
}

bool case_titled(struct incident_case *c, const char *en, const char *zh, const char *category, const char *sector)
{
    struct incident *i = &c->incident;
    return replace(&i->title_en, en) && replace(&i->title_zh, zh) && replace(&i->category, category) && replace(&i->sector, sector);
}
