/* Text for people, and the rows of a spreadsheet. */
#include <stdio.h>
#include <string.h>

#include "common/csv.h"
#include "events/tactic.h"
#include "exchange/exchange.h"
#include "exchange/put.h"

static const struct kind_name { const char *zh, *en; } kinds[] = {
    [THING_INCIDENT] = { "安全事件", "incident" }, [THING_WARNING] = { "预警", "warning" }, [THING_NOTICE] = { "通报", "notice" },
};
enum { PARTIES_SHOWN = 20, JOINS_SHOWN = 10 };

void exchange_subject(const struct thing *t, struct text *out)
{
    struct in_words g = thing_gravity(t);
    text_fmt(out, "%s【%s%s】", status_mark(t->status).zh, g.zh, kinds[t->kind].zh);
    text_clip(out, *t->name_zh != '\0' ? t->name_zh : t->id, 200);
    text_fmt(out, " %s v%llu %s", t->id, (unsigned long long)t->version, thing_state(t).zh);
}

/* ---- text ---- */

static void line(struct text *out, const char *label, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    text_str(out, label);
    text_str(out, value);
    text_char(out, '\n');
}

static void line_time(struct text *out, const char *label, uint64_t time_us)
{
    char time[MOMENT_MAX];
    line(out, label, time_us != 0 ? moment_offset(time_us, time) : "");
}

static void line_parties(struct text *out, const char *label, const struct incident_party *p, size_t count)
{
    if (count == 0)
        return;
    text_str(out, label);
    for (size_t i = 0; i < count && i < PARTIES_SHOWN; i++) {
        text_str(out, i ? ", " : "");
        text_str(out, p[i].address);
        if (*p[i].name != '\0' || *p[i].unit != '\0') {
            text_lit(out, " (");
            text_str(out, p[i].unit);
            text_str(out, *p[i].unit != '\0' && *p[i].name != '\0' ? " " : "");
            text_str(out, p[i].name);
            text_lit(out, ")");
        }
    }
    if (count > PARTIES_SHOWN)
        text_fmt(out, " … +%zu", count - PARTIES_SHOWN);
    text_char(out, '\n');
}

static void line_tactics(struct text *out, const char *label, const struct incident *i, bool zh)
{
    if (i->tactic_count == 0)
        return;
    text_str(out, label);
    for (size_t k = 0; k < i->tactic_count; k++) {
        const struct tactic *t = tactic_of(i->tactics[k]);
        text_str(out, k ? " → " : "");
        text_str(out, t == NULL ? i->tactics[k] : zh ? t->zh : t->en);
    }
    text_char(out, '\n');
}

static void reasons(struct text *out, const struct incident *i, bool zh)
{
    for (size_t k = 0; k < i->join_count && k < JOINS_SHOWN; k++)
        line(out, "  - ", zh ? i->joins[k].zh : i->joins[k].en);
}

/* What both languages say; the labels stand in pairs. */
static void letter_half(const struct thing *t, bool zh, struct text *out)
{
    const struct incident *i = &t->incident.incident;
    struct in_words g = thing_gravity(t);
    char number[32];
    line(out, zh ? "标题：" : "Title: ", zh ? t->title_zh : t->title_en);
    snprintf(number, sizeof number, "%s v%llu", zh ? kinds[t->kind].zh : kinds[t->kind].en, (unsigned long long)t->version);
    line(out, zh ? "类型与版本：" : "Kind and version: ", number);
    line(out, zh ? "等级：" : "Level: ", zh ? g.zh : g.en);
    line(out, zh ? "状态：" : "State: ", zh ? thing_state(t).zh : thing_state(t).en);
    line(out, zh ? "性质：" : "Status: ", t->status);
    line(out, zh ? "地区：" : "Region: ", t->region);
    line(out, zh ? "行业：" : "Sector: ", t->sector);
    line(out, zh ? "单位：" : "Unit: ", t->unit);
    line(out, zh ? "分类：" : "Category: ", t->category);
    line(out, zh ? "内容：" : "Message: ", thing_message(t));
    line(out, zh ? "有效期至：" : "Valid until: ", thing_text(t, "valid_until"));
    line(out, zh ? "签收期限：" : "Sign by: ", thing_text(t, "sign_by"));
    line(out, zh ? "反馈期限：" : "Feed back by: ", thing_text(t, "feedback_by"));
    if (t->kind != THING_INCIDENT)
        return;
    line_time(out, zh ? "首条告警：" : "First alert: ", i->first_us);
    line_time(out, zh ? "最近告警：" : "Last alert: ", i->last_us);
    snprintf(number, sizeof number, "%llu", (unsigned long long)i->alert_count);
    line(out, zh ? "告警数：" : "Alerts: ", number);
    line_parties(out, zh ? "受害方：" : "Victims: ", i->victims, i->victim_count);
    line_parties(out, zh ? "攻击方：" : "Attackers: ", i->attackers, i->attacker_count);
    line_tactics(out, zh ? "阶段：" : "Stages: ", i, zh);
    reasons(out, i, zh);
}

void letter_write(const struct exchange_house *h, const struct thing *t, struct text *out)
{
    exchange_subject(t, out);
    text_lit(out, "\n\n");
    letter_half(t, true, out);
    text_char(out, '\n');
    letter_half(t, false, out);
    text_char(out, '\n');
    line(out, "发布单位 / Issued by: ", h->name_zh);
    line(out, "联系 / Contact: ", h->contact);
    line(out, "TLP:", tlp_names[h->tlp]);
    line(out, "编号 / Id: ", t->id);
    text_char(out, '\n');
}

/* ---- rows ---- */

static void cell(struct text *out, const char *value, bool last)
{
    csv_put(out, value);
    text_str(out, last ? "\r\n" : ",");
}

static void cell_number(struct text *out, uint64_t value)
{
    text_uint(out, value);
    text_char(out, ',');
}

static void cell_time(struct text *out, uint64_t time_us)
{
    char time[MOMENT_MAX];
    cell(out, time_us != 0 ? moment_offset(time_us, time) : "", false);
}

static void cell_list(struct text *out, const struct incident_party *p, size_t count)
{
    char list[2048];
    struct text t = text_over(list, sizeof list);
    for (size_t i = 0; i < count; i++)
        text_fmt(&t, "%s%s", i ? " " : "", p[i].address);
    if (t.cut)
        memcpy(list + sizeof list - sizeof " …", " …", sizeof " …");
    cell(out, t.cut ? list : text_end(&t), false);
}

static void cell_tactics(struct text *out, const struct incident *i)
{
    char list[1024];
    struct text t = text_over(list, sizeof list);
    for (size_t k = 0; k < i->tactic_count; k++)
        text_fmt(&t, "%s%s", k ? " " : "", i->tactics[k]);
    cell(out, text_end(&t), true);
}

static void row(const struct thing *t, struct text *out)
{
    const struct incident *i = &t->incident.incident;
    bool is_incident = t->kind == THING_INCIDENT;
    cell(out, thing_kind_names[t->kind], false);
    cell(out, t->id, false);
    cell_number(out, t->version);
    const char *const texts[] = { t->state, t->status, thing_gravity(t).en, t->region, t->sector, t->category, t->title_zh, t->title_en };
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
        cell(out, texts[k], false);
    cell_time(out, t->made_us);
    cell_time(out, t->changed_us);
    cell_time(out, is_incident ? i->first_us : 0);
    cell_time(out, is_incident ? i->last_us : 0);
    cell_time(out, is_incident ? i->aware_at_us : 0);
    cell_number(out, is_incident ? i->alert_count : 0);
    text_fmt(out, "%.1f,", is_incident ? i->score : 0.0);
    cell(out, thing_text(t, "owner"), false);
    cell_list(out, i->victims, i->victim_count);
    cell_list(out, i->attackers, i->attacker_count);
    cell_tactics(out, i);
}

void csv_write(const struct thing *things, size_t count, struct text *out)
{
    text_lit(out, "\xef\xbb\xbf"        /* without it Excel reads UTF-8 as the machine's own letters */
                  "kind,id,version,state,status,level,region,sector,category,title_zh,title_en,made,changed,first,last,aware_at,"
                  "alerts,score,owner,victims,attackers,tactics\r\n");
    for (size_t i = 0; i < count; i++)
        row(&things[i], out);
}
