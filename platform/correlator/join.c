#include "correlator/join.h"

#include <string.h>

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

static bool same_pair(const struct incident_case *c, const struct parties *p)
{
    return case_has_attacker(c, p->attacker.address) && case_has_victim(c, p->victim.address);
}

static bool victim_attacks(const struct incident_case *c, const struct parties *p)
{
    return case_has_victim(c, p->attacker.address);
}

static bool same_attacker(const struct incident_case *c, const struct parties *p)
{
    return case_has_attacker(c, p->attacker.address);
}

static bool same_victim(const struct incident_case *c, const struct parties *p)
{
    return case_has_victim(c, p->victim.address);
}

enum { SIGNATURE_SHOWN = 100 };     /* bytes of it in a reason */

enum shared { BY_ATTACKER, BY_VICTIM };

static const struct join_rule {
    bool       (*joins)(const struct incident_case *c, const struct parties *p);
    enum shared  by;            /* whose address is shared, and must be no stop value */
    const char  *en, *zh;
} join_rules[] = {
    { same_pair,      BY_ATTACKER, "same attacker %s and same victim",         "同一攻击者 %s 对同一受害者" },
    { victim_attacks, BY_ATTACKER, "%s, until now a victim, attacks",          "受害者 %s 转为攻击来源" },
    { same_attacker,  BY_ATTACKER, "same attacker %s, another victim",         "同一攻击者 %s，新的受害者" },
    { same_victim,    BY_VICTIM,   "same victim %s, another attacker",         "同一受害者 %s，新的攻击者" },
};

/* "10 min later": what a person says, not microseconds. */
static void later(const struct incident_case *c, const struct alert_view *a, struct text *en, struct text *zh)
{
    if (a->time_us <= c->incident.last_us) {
        text_lit(en, ", at the same time");
        text_lit(zh, "，同一时段");
        return;
    }
    unsigned long long s = (a->time_us - c->incident.last_us) / 1000000;
    if (s < 90) {
        text_fmt(en, ", %llu s later", s);
        text_fmt(zh, "，%llu 秒后", s);
    } else if (s < 5400) {
        text_fmt(en, ", %llu min later", (s + 30) / 60);
        text_fmt(zh, "，%llu 分钟后", (s + 30) / 60);
    } else {
        text_fmt(en, ", %llu h later", (s + 1800) / 3600);
        text_fmt(zh, "，%llu 小时后", (s + 1800) / 3600);
    }
}

static void reason(const struct join_rule *r, const struct incident_case *c, const struct alert_view *a,
                   const struct parties *p, struct join_reason *why)
{
    struct text en = text_over(why->en, sizeof why->en), zh = text_over(why->zh, sizeof why->zh);
    const char *shared = r->by == BY_ATTACKER ? p->attacker.address : p->victim.address;
    const char *at = strstr(r->en, "%s"), *at_zh = strstr(r->zh, "%s");
    text_bytes(&en, r->en, (size_t)(at - r->en));
    text_fmt(&en, "%s%s", shared, at + 2);
    text_bytes(&zh, r->zh, (size_t)(at_zh - r->zh));
    text_fmt(&zh, "%s%s", shared, at_zh + 2);
    later(c, a, &en, &zh);
    text_lit(&en, ": ");
    text_clip(&en, a->signature, SIGNATURE_SHOWN);
    text_lit(&zh, "：");
    text_clip(&zh, a->signature, SIGNATURE_SHOWN);
    text_end(&en);
    text_end(&zh);
}

static bool in_window(const struct incident_case *c, const struct alert_view *a, uint64_t window_us)
{
    return a->time_us <= c->incident.last_us + window_us && a->time_us + window_us >= c->incident.first_us;
}

struct incident_case *join_find(struct incident_case *cases, const struct alert_view *a, const struct parties *p,
                                const struct join_settings *s, struct join_reason *why)
{
    for (size_t i = 0; i < sizeof join_rules / sizeof join_rules[0]; i++) {
        const struct join_rule *r = &join_rules[i];
        if (is_stop_value(s, r->by == BY_ATTACKER ? p->attacker.address : p->victim.address))
            continue;
        for (struct incident_case *c = cases; c != NULL; c = c->next)
            if (strcmp(c->incident.status, a->status) == 0 && strcmp(c->incident.region, a->region) == 0
                && in_window(c, a, s->window_us) && r->joins(c, p)) {
                reason(r, c, a, p, why);
                return c;
            }
    }
    return NULL;
}

void join_first(const struct alert_view *a, const struct parties *p, struct join_reason *why)
{
    struct text en = text_over(why->en, sizeof why->en), zh = text_over(why->zh, sizeof why->zh);
    text_lit(&en, "first alert: ");
    text_clip(&en, a->signature, SIGNATURE_SHOWN);
    text_fmt(&en, ", %.45s against %.45s", p->attacker.address, p->victim.address);
    text_lit(&zh, "首条告警：");
    text_clip(&zh, a->signature, SIGNATURE_SHOWN);
    text_fmt(&zh, "，%.45s 针对 %.45s", p->attacker.address, p->victim.address);
    text_end(&en);
    text_end(&zh);
}
