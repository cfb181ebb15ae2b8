/* score_write - a drill's score as the document on record, as rows, and for people. */
#include <string.h>
#include <time.h>

#include "ctl/score.h"

static const uint64_t SECOND_US = UINT64_C(1000000);
enum { UTC_MAX = 32 };

static const char *utc(uint64_t at_us, char out[UTC_MAX])
{
    time_t second = (time_t)(at_us / SECOND_US);
    struct tm tm;
    gmtime_r(&second, &tm);
    strftime(out, UTC_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
    struct text t = text_over(out + strlen(out), UTC_MAX - strlen(out));
    text_fmt(&t, ".%06uZ", (unsigned)(at_us % SECOND_US));
    text_end(&t);
    return out;
}

/* ---- the document ---- */

static void put_text(struct text *out, const char *name, const char *value)
{
    text_fmt(out, ",\"%s\":\"", name);
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

static void put_time(struct text *out, const char *name, uint64_t at_us)
{
    char when[UTC_MAX];
    if (at_us != 0)
        put_text(out, name, utc(at_us, when));
}

/* Seconds since something; left out when it has not come. */
static void put_seconds(struct text *out, const char *name, uint64_t from_us, uint64_t to_us)
{
    if (to_us != 0)
        text_fmt(out, ",\"%s\":%llu", name, (unsigned long long)((to_us - from_us + SECOND_US / 2) / SECOND_US));
}

static void put_list(struct text *out, const char *name, const struct score *s, const struct figure *g, enum verdict v)
{
    const char *comma = "";
    text_fmt(out, ",\"%s\":[", name);
    for (size_t n = 0; n < figure_subjects(s, g); n++)
        if (g->verdicts[n] == v) {
            text_fmt(out, "%s\"", comma);
            text_json(out, figure_subject(s, g, n), strlen(figure_subject(s, g, n)));
            text_char(out, '"');
            comma = ",";
        }
    text_char(out, ']');
}

static void put_points(struct text *out, bool has, uint64_t points)
{
    if (has)
        text_fmt(out, ",\"points\":%llu", (unsigned long long)points);
    else
        text_lit(out, ",\"points\":null");
}

static void put_abilities(struct text *out, const struct score *s)
{
    text_lit(out, ",\"abilities\":[");
    for (int a = 0; a < ABILITIES; a++) {
        text_fmt(out, "%s{\"ability\":\"%s\",\"zh\":\"%s\"", a > 0 ? "," : "", ability_names[a].name, ability_names[a].zh);
        put_points(out, s->has[a], s->points[a]);
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void put_figure(struct text *out, const struct score *s, const struct figure *g)
{
    const struct measure *m = g->measure;
    bool share = score_counted[m->counted].unit == SHARE;
    text_fmt(out, "{\"id\":\"%s\",\"ability\":\"%s\",\"counted\":\"%s\",\"unit\":\"%s\",\"weight\":%u,\"target\":%llu", m->id,
             ability_names[m->ability].name, score_counted[m->counted].name, share ? "permille" : "s", m->weight, (unsigned long long)m->target);
    text_fmt(out, ",\"met\":%llu,\"of\":%llu", (unsigned long long)g->met, (unsigned long long)g->of);
    if (g->has)
        text_fmt(out, ",\"value\":%llu", (unsigned long long)g->value);
    else
        text_lit(out, ",\"value\":null");
    put_points(out, g->has, g->points);
    put_list(out, share ? "met_by" : "from", s, g, MET);
    if (share)
        put_list(out, "missed_by", s, g, MISSED);
    text_char(out, '}');
}

static const char *outcome_name(enum outcome o)
{
    return o == OUTCOME_BLOCKED ? "blocked" : o == OUTCOME_SUCCEEDED ? "succeeded" : "";
}

static void put_came(struct text *out, const struct came *c)
{
    const struct inject *i = c->inject;
    text_lit(out, "{\"inject\":\"");
    text_json(out, i->name, strlen(i->name));
    text_char(out, '"');
    put_time(out, "injected_at", i->injected_us);
    if (i->outcome != OUTCOME_UNTOLD)
        put_text(out, "outcome", outcome_name(i->outcome));
    if (c->seen) {
        put_text(out, "incident", c->incident);
        put_text(out, "alert", c->alert);
        text_fmt(out, ",\"incidents\":%zu", c->incident_count);
        put_time(out, "seen_at", c->seen_us);
        text_fmt(out, ",\"detect_s\":%llu", (unsigned long long)((c->detect_us + SECOND_US / 2) / SECOND_US));
        put_seconds(out, "acknowledge_s", c->seen_us, c->acknowledged_us);
        put_seconds(out, "contain_s", i->injected_us, c->contained_us);
        put_seconds(out, "resolve_s", c->seen_us, c->resolved_us);
        text_fmt(out, ",\"confirmed\":%s,\"misjudged\":%s", c->confirmed ? "true" : "false", c->misjudged ? "true" : "false");
    }
    text_char(out, '}');
}

void score_json(const struct score *s, struct text *out)
{
    const struct facts *f = s->facts;
    text_lit(out, "{\"drill\":\"");
    text_json(out, f->id, strlen(f->id));
    text_char(out, '"');
    put_time(out, "as_of", f->as_of_us);
    put_text(out, "table_sm3", s->table->sm3);
    text_fmt(out, ",\"planned\":%zu,\"injected\":%zu,\"incidents_beside\":%zu", f->inject_count, s->injected, s->beside);
    put_abilities(out, s);
    text_lit(out, ",\"measures\":[");
    for (size_t n = 0; n < s->table->count; n++) {
        text_str(out, n > 0 ? "," : "");
        put_figure(out, s, &s->figures[n]);
    }
    text_lit(out, "],\"injects\":[");
    for (size_t n = 0; n < f->inject_count; n++) {
        text_str(out, n > 0 ? "," : "");
        put_came(out, &s->came[n]);
    }
    text_lit(out, "]}");
}

/* ---- rows ---- */

static void names(struct text *out, const struct score *s, const struct figure *g, enum verdict v, const char *between)
{
    const char *comma = "";
    for (size_t n = 0; n < figure_subjects(s, g); n++)
        if (g->verdicts[n] == v) {
            text_fmt(out, "%s%s", comma, figure_subject(s, g, n));
            comma = between;
        }
}

/* RFC 4180. What a spreadsheet would take for a formula gets an apostrophe. */
static void cell(struct text *out, const char *value)
{
    text_char(out, '"');
    text_str(out, *value != '\0' && strchr("=+-@\t", *value) != NULL ? "'" : "");
    for (; *value != '\0'; value++) {
        text_str(out, *value == '"' ? "\"" : "");
        text_char(out, *value);
    }
    text_lit(out, "\",");
}

static void tenths(struct text *out, bool has, uint64_t thousandths)
{
    if (has)
        text_fmt(out, "%llu.%llu", (unsigned long long)(thousandths / 10), (unsigned long long)(thousandths % 10));
}

static void row(struct text *out, const struct score *s, const struct figure *g)
{
    const struct measure *m = g->measure;
    bool share = score_counted[m->counted].unit == SHARE;
    text_fmt(out, "%s,%s,%s,%u,%llu,%llu,", m->id, ability_names[m->ability].zh, score_counted[m->counted].name, m->weight,
             (unsigned long long)g->met, (unsigned long long)g->of);
    if (share)
        tenths(out, g->has, g->value);
    else if (g->has)
        text_fmt(out, "%llu", (unsigned long long)g->value);
    text_fmt(out, ",%llu,%s,", (unsigned long long)(share ? m->target / 10 : m->target), share ? "%" : "s");
    tenths(out, g->has, g->points);
    text_char(out, ',');
    cell(out, m->name_zh);
    cell(out, m->name_en);
    text_char(out, '"');
    names(out, s, g, MET, " ");
    text_lit(out, "\",\"");
    names(out, s, g, MISSED, " ");
    text_lit(out, "\"\r\n");
}

void score_csv(const struct score *s, struct text *out)
{
    text_lit(out, "\xef\xbb\xbf"        /* without it Excel reads UTF-8 as the machine's own letters */
                  "id,ability,counted,weight,met,of,value,target,unit,points,name_zh,name_en,met_by,missed_by\r\n");
    for (size_t n = 0; n < s->table->count; n++)
        row(out, s, &s->figures[n]);
}

/* ---- for people ---- */

static void value_line(struct text *out, const struct figure *g)
{
    const struct measure *m = g->measure;
    if (!g->has)
        text_lit(out, "无可计 nothing to count");
    else if (score_counted[m->counted].unit == SHARE)
        text_fmt(out, "%llu/%llu = %llu.%llu %%", (unsigned long long)g->met, (unsigned long long)g->of, (unsigned long long)(g->value / 10),
                 (unsigned long long)(g->value % 10));
    else
        text_fmt(out, "%llu s (%llu)", (unsigned long long)g->value, (unsigned long long)g->of);
    if (score_counted[m->counted].unit == SHARE)
        text_fmt(out, " · 目标 target ≥ %llu %%", (unsigned long long)(m->target / 10));
    else
        text_fmt(out, " · 目标 target ≤ %llu s", (unsigned long long)m->target);
    text_fmt(out, " · 权重 weight %u", m->weight);
    if (g->has) {
        text_lit(out, " · 得分 points ");
        tenths(out, true, g->points);
    }
    text_char(out, '\n');
}

static void figure_lines(struct text *out, const struct score *s, const struct figure *g)
{
    text_fmt(out, "  %s %s (%s)\n      ", g->measure->name_zh, g->measure->name_en, g->measure->id);
    value_line(out, g);
    if (g->met > 0) {
        text_str(out, score_counted[g->measure->counted].unit == SHARE ? "      达到 met by: " : "      计自 from: ");
        names(out, s, g, MET, ", ");
        text_char(out, '\n');
    }
    if (g->of > g->met) {
        text_lit(out, "      未达 missed by: ");
        names(out, s, g, MISSED, ", ");
        text_char(out, '\n');
    }
}

static void ability_lines(struct text *out, const struct score *s, enum ability a)
{
    text_fmt(out, "\n%s %s: ", ability_names[a].zh, ability_names[a].en);
    if (s->has[a])
        tenths(out, true, s->points[a]);
    else
        text_lit(out, "无可计 nothing to count");
    text_char(out, '\n');
    for (size_t n = 0; n < s->table->count; n++)
        if (s->figures[n].measure->ability == a)
            figure_lines(out, s, &s->figures[n]);
}

static void since(struct text *out, const char *words, uint64_t from_us, uint64_t to_us)
{
    if (to_us != 0)
        text_fmt(out, ", %s %llu s", words, (unsigned long long)((to_us - from_us + SECOND_US / 2) / SECOND_US));
}

static void came_line(struct text *out, const struct came *c)
{
    char when[UTC_MAX];
    const struct inject *i = c->inject;
    text_fmt(out, "  %s %s: ", i->name, i->attack);
    if (i->injected_us == 0) {
        text_lit(out, "未实施 not carried out\n");
        return;
    }
    text_fmt(out, "%s", utc(i->injected_us, when));
    text_str(out, i->outcome == OUTCOME_BLOCKED ? ", 已阻断 blocked" : i->outcome == OUTCOME_SUCCEEDED ? ", 已得手 succeeded" : "");
    if (!c->seen) {
        text_lit(out, ", 未发现 not seen\n");
        return;
    }
    text_fmt(out, ", 发现 seen after %llu s", (unsigned long long)((c->detect_us + SECOND_US / 2) / SECOND_US));
    since(out, "响应 taken up after", c->seen_us, c->acknowledged_us);
    since(out, "遏制 contained after", i->injected_us, c->contained_us);
    since(out, "办结 resolved after", c->seen_us, c->resolved_us);
    text_fmt(out, "%s\n      %s%s (%s)\n", c->misjudged ? ", 误判 misjudged" : "", c->incident, c->incident_count > 1 ? " …" : "", c->alert);
}

void score_text(const struct score *s, struct text *out)
{
    char when[UTC_MAX];
    const struct facts *f = s->facts;
    text_fmt(out, "【演练】%s %s\n截至 as of %s · 计划 planned %zu, 实施 carried out %zu · 其他演练事件 other incidents of exercises %zu\n", f->title, f->id,
             utc(f->as_of_us, when), f->inject_count, s->injected, s->beside);
    for (int a = 0; a < ABILITIES; a++)
        ability_lines(out, s, (enum ability)a);
    text_lit(out, "\n注入 injects\n");
    for (size_t n = 0; n < f->inject_count; n++)
        came_line(out, &s->came[n]);
}
