#include "correlator/join.h"

#include <string.h>
#include <strings.h>

#include "events/tactic.h"

static bool is_listed(const struct setting_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcasecmp(list->items[i], name) == 0)
            return true;
    return false;
}

static bool is_stop_value(const struct join_settings *s, const char *address)
{
    struct addr a;
    struct prefix p;
    if (addr_parse(address, &a) < 0)
        return true;        /* not an address: nothing to share */
    for (size_t i = 0; i < s->stop_values.count; i++)
        if (prefix_parse(s->stop_values.items[i], &p) == 0 && prefix_holds(&p, &a))
            return true;
    return false;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How far a moment lies outside a span; 0 within. */
static uint64_t distance(uint64_t time_us, uint64_t first_us, uint64_t last_us)
{
    if (time_us > last_us)
        return time_us - last_us;
    return time_us < first_us ? first_us - time_us : 0;
}

bool join_has_grown(const struct case_host *h, const struct join_settings *s)
{
    return h != NULL && h->rule_count >= JOIN_STORY_RULES && h->last_us - h->first_us > s->grown_us;
}

/* ---- the ways: how strongly, 0 not at all ---- */

static bool in_window(const struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    return distance(ask->alert->time_us, c->incident.first_us, c->incident.last_us) <= s->window_us;
}

/* Of several the one that was told of last. */
static uint64_t by_parties(const struct incident_case *c, const struct join_ask *ask, const struct join_settings *s, bool shared)
{
    return shared && ask->sight->other != NULL && in_window(c, ask, s) ? c->incident.last_us : 0;
}

static uint64_t same_pair(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    return by_parties(c, ask, s, case_has_attacker(c, ask->parties->attacker.address)
                                     && case_has_victim(c, ask->parties->victim.address));
}

static uint64_t victim_attacks(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    return by_parties(c, ask, s, case_has_victim(c, ask->parties->attacker.address));
}

static uint64_t same_attacker(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    return by_parties(c, ask, s, case_has_attacker(c, ask->parties->attacker.address));
}

static uint64_t same_victim(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    return by_parties(c, ask, s, case_has_victim(c, ask->parties->victim.address));
}

/* Known to somebody who watches the internet: that it is usual makes it no less of a sign. */
static uint64_t same_indicator(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    return case_has_indicator(c, ask->alert->indicator) && in_window(c, ask, s) ? c->incident.last_us : 0;
}

static uint64_t same_account(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    return !ask->sight->usual && case_has_account(c, ask->alert->account) && in_window(c, ask, s) ? c->incident.last_us : 0;
}

/* In the middle of the story, not merely touched by it. */
static bool is_core(const struct incident_case *c, const struct case_host *h)
{
    return c->host_count == 1 || (h->rule_count >= JOIN_STORY_RULES && 2 * h->rule_count >= case_host_most(c));
}

static uint64_t story_of_host(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    const struct sight *sight = ask->sight;
    const struct case_host *h = case_host(c, sight->host->ix.key);
    if (h == NULL || sight->other != NULL || sight->usual || sight->nameless || !is_core(c, h))
        return 0;
    uint64_t limit = h->rule_count >= JOIN_STORY_RULES ? s->long_window_us : s->window_us;
    limit = least_of(limit, sight->rule_gap_us / JOIN_RULE_SHARE);
    limit = least_of(limit, h->rule_count * sight->host_gap_us / JOIN_HOST_SHARE);
    if (sight->swept && !join_has_grown(h, s))
        return 0;
    return distance(sight->time_us, h->first_us, h->last_us) <= limit ? h->rule_count : 0;
}

/* What is grave belongs somewhere even when it is usual. */
static uint64_t grave_on_host(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    const struct case_host *h = case_host(c, ask->sight->host->ix.key);
    if (h == NULL || ask->sight->other != NULL || ask->sight->nameless || ask->alert->severity != 1 || !is_core(c, h))
        return 0;
    return distance(ask->sight->time_us, h->first_us, h->last_us) <= s->window_us ? h->rule_count : 0;
}

enum shared { BY_ATTACKER, BY_VICTIM, BY_INDICATOR, BY_ACCOUNT, BY_HOST };

static const struct join_rule {
    uint64_t   (*joins)(struct incident_case *c, const struct join_ask *ask, const struct join_settings *s);
    enum shared  by;            /* what is shared; but for the host it must be no stop value */
    const char  *en, *zh;
} join_rules[] = {
    { same_pair,      BY_ATTACKER, "same attacker %s and same victim",         "同一攻击者 %s 对同一受害者" },
    { victim_attacks, BY_ATTACKER, "%s, until now a victim, attacks",          "受害者 %s 转为攻击来源" },
    { same_indicator, BY_INDICATOR, "same indicator %s",                       "同一威胁指标 %s" },
    { same_attacker,  BY_ATTACKER, "same attacker %s, another victim",         "同一攻击者 %s，新的受害者" },
    { same_account,   BY_ACCOUNT,  "same account %s",                          "同一账号 %s" },
    { same_victim,    BY_VICTIM,   "same victim %s, another attacker",         "同一受害者 %s，新的攻击者" },
    { story_of_host,  BY_HOST,     "same host %s",                             "同一主机 %s" },
    { grave_on_host,  BY_HOST,     "grave, and on the same host %s",           "严重告警，同一主机 %s" },
};

/* ---- words ---- */

enum { SIGNATURE_SHOWN = 100 };     /* bytes of it in a reason */

/* "10 min": what a person says, not microseconds. */
static void duration(uint64_t us, struct text *en, struct text *zh)
{
    unsigned long long s = us / SECOND_US;
    unsigned long long n = s < 90 ? s : s < 5400 ? (s + 30) / 60 : (s + 1800) / 3600;
    text_fmt(en, "%llu %s", n, s < 90 ? "s" : s < 5400 ? "min" : "h");
    text_fmt(zh, "%llu %s", n, s < 90 ? "秒" : s < 5400 ? "分钟" : "小时");
}

static void later(const struct incident_case *c, const struct alert_view *a, struct text *en, struct text *zh)
{
    if (a->time_us <= c->incident.last_us) {
        text_lit(en, ", at the same time");
        text_lit(zh, "，同一时段");
        return;
    }
    text_lit(en, ", ");
    text_lit(zh, "，");
    duration(a->time_us - c->incident.last_us, en, zh);
    text_lit(en, " later");
    text_lit(zh, "后");
}

/* "next stage: discovery → impair process control" */
static void next_stage(const struct incident_case *c, const struct alert_view *a, struct text *en, struct text *zh)
{
    const struct incident *i = &c->incident;
    const char *tactic = a->tactic;
    const struct tactic *to = tactic_of(tactic);
    for (size_t k = 0; k < i->tactic_count; k++)
        if (strcmp(i->tactics[k], tactic) == 0)
            return;
    if (to == NULL || i->tactic_count == 0)
        return;
    const struct tactic *from = tactic_of(i->tactics[i->tactic_count - 1]);
    if (from == NULL)
        return;
    text_fmt(en, ", next stage: %s → %s", from->en, to->en);
    text_fmt(zh, "，进入下一阶段：%s → %s", from->zh, to->zh);
}

static void named(const char *pattern, const char *name, struct text *out)
{
    const char *at = strstr(pattern, "%s");
    text_bytes(out, pattern, (size_t)(at - pattern));
    text_clip(out, name, SCENE_NAME_MAX);
    text_str(out, at + 2);
}

static void signature(const struct alert_view *a, struct text *en, struct text *zh)
{
    text_lit(en, ": ");
    text_clip(en, a->signature, SIGNATURE_SHOWN);
    text_lit(zh, "：");
    text_clip(zh, a->signature, SIGNATURE_SHOWN);
    text_end(en);
    text_end(zh);
}

/* What makes it no coincidence. */
static void rarity(const struct sight *s, struct text *en, struct text *zh)
{
    text_str(en, s->hours == 0 ? ", new to it in " : ", which shows this only every ");
    text_str(zh, s->hours == 0 ? "，此前未见（已观察 " : "，平均间隔 ");
    duration(s->rule_gap_us, en, zh);
    text_str(zh, s->hours == 0 ? "）" : "才出现");
}

static const char *host_name(const struct parties *p)
{
    return *p->victim.name ? p->victim.name : p->victim.address;
}

static const char *shared_value(enum shared by, const struct join_ask *ask)
{
    switch (by) {
    case BY_ATTACKER:  return ask->parties->attacker.address;
    case BY_VICTIM:    return ask->parties->victim.address;
    case BY_INDICATOR: return ask->alert->indicator;
    case BY_ACCOUNT:   return ask->alert->account;
    default:           return host_name(ask->parties);
    }
}

static void reason(const struct join_rule *r, const struct incident_case *c, const struct join_ask *ask, struct join_reason *why)
{
    struct text en = text_over(why->en, sizeof why->en), zh = text_over(why->zh, sizeof why->zh);
    const char *shared = shared_value(r->by, ask);
    named(r->en, shared, &en);
    named(r->zh, shared, &zh);
    if (r->by == BY_HOST)
        rarity(ask->sight, &en, &zh);
    later(c, ask->alert, &en, &zh);
    next_stage(c, ask->alert, &en, &zh);
    signature(ask->alert, &en, &zh);
}

/* ---- finding ---- */

static bool may_take(const struct incident_case *c, const struct join_ask *ask, const struct join_settings *s)
{
    const struct alert_view *a = ask->alert;
    return !c->absorbed && strcmp(c->incident.status, a->status) == 0 && (ask->of_part || strcmp(c->incident.region, a->region) == 0)
           && c->steps < s->steps_max && a->time_us <= c->incident.first_us + s->span_us;
}

static bool may_share(const struct join_rule *r, const struct join_ask *ask, const struct join_settings *s)
{
    const struct sight *sight = ask->sight;
    const struct place *const places[] = { sight->other, sight->host, sight->indicator, sight->account };
    if (r->by == BY_HOST)
        return true;
    const struct place *by = places[r->by];
    const char *value = shared_value(r->by, ask);
    if (by == NULL || by->shared >= PLACE_SHARED)
        return false;
    if (r->by == BY_INDICATOR || r->by == BY_ACCOUNT)
        return !is_listed(r->by == BY_ACCOUNT ? &s->stop_accounts : &s->stop_values, value);
    return !is_stop_value(s, value);
}

struct incident_case *join_find(struct incident_case *const *cases, size_t count, const struct join_ask *ask,
                                const struct join_settings *s, struct join_reason *why)
{
    for (size_t i = 0; i < sizeof join_rules / sizeof join_rules[0]; i++) {
        const struct join_rule *r = &join_rules[i];
        struct incident_case *best = NULL;
        uint64_t most = 0;
        for (size_t k = 0; k < count && may_share(r, ask, s); k++) {
            uint64_t strength = may_take(cases[k], ask, s) ? r->joins(cases[k], ask, s) : 0;
            if (strength > most || (strength == most && strength > 0 && cases[k]->number > best->number)) {
                most = strength;
                best = cases[k];
            }
        }
        if (best != NULL) {
            reason(r, best, ask, why);
            return best;
        }
    }
    return NULL;
}

void join_first(const struct alert_view *a, const struct parties *p, struct join_reason *why)
{
    struct text en = text_over(why->en, sizeof why->en), zh = text_over(why->zh, sizeof why->zh);
    text_lit(&en, "first alert: ");
    text_clip(&en, a->signature, SIGNATURE_SHOWN);
    text_lit(&zh, "首条告警：");
    text_clip(&zh, a->signature, SIGNATURE_SHOWN);
    if (*p->attacker.address != '\0') {
        text_fmt(&en, ", %.45s against %.45s", p->attacker.address, p->victim.address);
        text_fmt(&zh, "，%.45s 针对 %.45s", p->attacker.address, p->victim.address);
    } else {
        named(", about %s", host_name(p), &en);
        named("，涉及主机 %s", host_name(p), &zh);
    }
    text_end(&en);
    text_end(&zh);
}

void join_swept(const struct incident_case *c, const struct join_ask *ask, struct join_reason *why)
{
    struct text en = text_over(why->en, sizeof why->en), zh = text_over(why->zh, sizeof why->zh);
    bool campaign = ask->sight->other != NULL;
    named(campaign ? "one rule, new to the region, hits many: now %s too" : "a rule that is new to the region, now also at %s",
          host_name(ask->parties), &en);
    named(campaign ? "同一规则在本区域首次出现即波及多个受害者，现又有 %s" : "本区域首次出现的规则，又出现在 %s", host_name(ask->parties), &zh);
    later(c, ask->alert, &en, &zh);
    next_stage(c, ask->alert, &en, &zh);
    signature(ask->alert, &en, &zh);
}

void join_absorbed(const struct incident_case *part, const char *host, struct join_reason *why)
{
    struct text en = text_over(why->en, sizeof why->en), zh = text_over(why->zh, sizeof why->zh);
    named("what came over %s and other hosts in the same minute belongs to this", host, &en);
    text_fmt(&en, ": %.40s", part->incident.id);
    named("同一分钟内波及 %s 等主机的事件并入", host, &zh);
    text_fmt(&zh, "：%.40s", part->incident.id);
    text_end(&en);
    text_end(&zh);
}
