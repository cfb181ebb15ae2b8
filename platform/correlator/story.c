#include "correlator/story.h"

#include <string.h>
#include <time.h>

#include "correlator/case.h"
#include "events/tactic.h"

/* "11-20 09:12:01", local time. */
static void moment(uint64_t time_us, struct text *out)
{
    char when[32];
    struct tm tm;
    time_t second = (time_t)(time_us / 1000000);
    localtime_r(&second, &tm);
    strftime(when, sizeof when, "%m-%d %H:%M:%S", &tm);
    text_str(out, when);
}

static void more(size_t count, struct text *out)
{
    if (count > STORY_LISTED)
        text_fmt(out, " … +%zu", count - STORY_LISTED);
    text_char(out, '\n');
}

static size_t listed(size_t count)
{
    return count < STORY_LISTED ? count : STORY_LISTED;
}

static void parties(const char *what, const struct incident_party *p, size_t count, struct text *out)
{
    text_str(out, what);
    for (size_t k = 0; k < listed(count); k++) {
        text_str(out, k > 0 ? ", " : "");
        text_clip(out, party_key(&p[k]), 64);
        if (*p[k].name != '\0' && *p[k].address != '\0')
            text_fmt(out, " %.64s", p[k].name);
        if (*p[k].country != '\0')
            text_fmt(out, " (%.8s)", p[k].country);
    }
    more(count, out);
}

static void texts(const char *what, const char *const *list, size_t count, struct text *out)
{
    if (count == 0)
        return;
    text_str(out, what);
    for (size_t k = 0; k < listed(count); k++)
        text_fmt(out, "%s%.100s", k > 0 ? ", " : "", list[k]);
    more(count, out);
}

static void stages(const struct incident *i, struct text *out)
{
    if (i->tactic_count == 0)
        return;
    text_lit(out, "    stages 阶段     ");
    for (size_t k = 0; k < listed(i->tactic_count); k++) {
        const struct tactic *t = tactic_of(i->tactics[k]);
        text_str(out, k > 0 ? " → " : "");
        if (t != NULL)
            text_fmt(out, "%s %s", t->zh, t->en);
        else
            text_clip(out, i->tactics[k], 20);
    }
    more(i->tactic_count, out);
}

static void rules(const struct incident *i, struct text *out)
{
    text_lit(out, "    rules 规则      ");
    for (size_t k = 0; k < listed(i->rule_count); k++)
        text_fmt(out, "%s%llu × %.90s", k > 0 ? "; " : "", (unsigned long long)i->rules[k].count, i->rules[k].signature);
    more(i->rule_count, out);
}

static void parts(const struct incident *i, struct text *out)
{
    for (size_t k = 0; k < i->part_count; k++)
        text_fmt(out, "    part 组成       %.48s (%.16s, %s, %llu alerts)\n", i->parts[k].id, i->parts[k].region,
                 incident_state_name(i->parts[k].state), (unsigned long long)i->parts[k].alert_count);
}

/* A reason by what it says before its first comma ("same attacker 203.0.113.7"): once is enough, but a new stage is news. */
static bool is_news(const struct incident *i, size_t at)
{
    const char *en = i->joins[at].en;
    size_t len = strcspn(en, ",");
    for (size_t k = 0; k < at; k++)
        if (strncmp(i->joins[k].en, en, len + 1) == 0)
            return strstr(en, "next stage: ") != NULL;
    return true;
}

static void joins(const struct incident *i, struct text *out)
{
    size_t told = 0;
    for (size_t k = 0; k < i->join_count && told < STORY_LISTED; k++) {
        if (!is_news(i, k))
            continue;
        told++;
        text_lit(out, "    ");
        moment(i->joins[k].time_us, out);
        text_lit(out, "  ");
        text_clip(out, i->joins[k].en, 320);
        text_lit(out, "\n                    ");
        text_clip(out, i->joins[k].zh, 320);
        text_char(out, '\n');
    }
    if (i->join_count > told)
        text_fmt(out, "    … and %zu reasons more, of the same or later\n", i->join_count - told);
}

void story_write(const struct incident *i, struct text *out)
{
    text_clip(out, i->id, 48);
    text_fmt(out, "  level %d, score %.0f, %llu alerts, ", (int)i->level, i->score, (unsigned long long)i->alert_count);
    moment(i->first_us, out);
    text_lit(out, " - ");
    moment(i->last_us, out);
    text_lit(out, "\n    ");
    text_clip(out, i->title_en, 300);
    text_lit(out, "\n    ");
    text_clip(out, i->title_zh, 300);
    text_char(out, '\n');
    if (i->attacker_count > 0)
        parties("    attackers 攻击  ", i->attackers, i->attacker_count, out);
    parties("    victims 受害    ", i->victims, i->victim_count, out);
    texts("    accounts 账号   ", i->accounts, i->account_count, out);
    texts("    indicators 指标 ", i->indicators, i->indicator_count, out);
    stages(i, out);
    rules(i, out);
    parts(i, out);
    joins(i, out);
}
