/* The week as a page a regulator can print. Both languages stand in the page; a radio button without script shows one of
 * them. Charts are SVG written here: a stack per day, bars per row. Colours are told apart by lightness too, and each
 * has its word beside it. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "report/render.h"

enum { ROWS_SHOWN = 15 };

static const char *const severity_zh[] = { "", "高", "中", "低", "提示" };
static const char *const severity_en[] = { "", "high", "medium", "low", "notice" };
static const char *const severity_colour[] = { "", "#b3261e", "#d9822b", "#c9b037", "#8a9ba8" };
static const char *const level_zh[] = { "", "特别重大", "重大", "较大", "一般" };
static const char *const level_en[] = { "", "extraordinary", "major", "serious", "general" };
static const char *const level_colour[] = { "", "#b3261e", "#d9822b", "#c9b037", "#3d6f9e" };
static const char *const weekday_zh[] = { "周一", "周二", "周三", "周四", "周五", "周六", "周日" };
static const char *const weekday_en[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static const char style[] =
    "<style>\n"
    ":root{--ink:#1c2733;--soft:#5b6b7a;--line:#d8dee4;--tint:#f4f6f8;--accent:#8f1d18}\n"
    "*{box-sizing:border-box}body{margin:0;background:#e9edf0;color:var(--ink);font:14px/1.6 \"Noto Sans CJK SC\",\"Source Han Sans SC\","
    "\"Microsoft YaHei\",system-ui,sans-serif}\n"
    "main{max-width:960px;margin:24px auto;background:#fff;padding:48px 56px;box-shadow:0 1px 4px #0002}\n"
    "header{border-bottom:3px solid var(--accent);padding-bottom:16px;margin-bottom:24px}h1{margin:0;font-size:26px;letter-spacing:.02em}\n"
    "header p{margin:6px 0 0;color:var(--soft)}h2{font-size:17px;margin:32px 0 10px;padding-left:10px;border-left:4px solid var(--accent)}\n"
    ".drill{display:inline-block;margin-left:10px;padding:1px 10px;border:1.5px solid var(--accent);color:var(--accent);font-size:14px;"
    "border-radius:3px;vertical-align:3px}\n"
    ".cards{display:grid;grid-template-columns:repeat(4,1fr);gap:14px}.card{border:1px solid var(--line);padding:12px 16px;border-radius:4px}\n"
    ".card b{display:block;font-size:26px;line-height:1.3;font-variant-numeric:tabular-nums}.card span.d{color:var(--soft);font-size:12.5px}\n"
    "table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--ink);"
    "padding:5px 8px;white-space:nowrap}td{padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.c{color:var(--soft)}tr.zero td{color:#97a3ae}\n"
    ".two{display:grid;grid-template-columns:1fr 1fr;gap:32px}.tag{padding:0 7px;border-radius:3px;color:#fff;font-size:12px;white-space:nowrap}\n"
    "p.note{color:var(--soft);font-size:12.5px}.id{font:12px ui-monospace,monospace;color:var(--soft);white-space:nowrap}\n"
    "svg{max-width:100%;height:auto;display:block}svg text{font-size:11px;fill:var(--soft)}\n"
    "nav{position:absolute;right:24px;top:14px;font-size:13px}nav label{cursor:pointer;padding:2px 8px}nav label:focus-within{outline:2px solid var(--accent)}\n"
    "#l-en:checked~main .zh,#l-zh:checked~main .en{display:none}.pick{position:absolute;opacity:0}\n"
    "#l-zh:checked~nav label[for=l-zh],#l-en:checked~nav label[for=l-en]{font-weight:700;text-decoration:underline}\n"
    "@media print{body{background:#fff}main{box-shadow:none;margin:0;max-width:none;padding:0}nav{display:none}h2{break-after:avoid}"
    "tr,.card,svg{break-inside:avoid}@page{size:A4;margin:18mm 16mm}}\n"
    "</style>\n";

static void escaped(const char *s, FILE *out)
{
    for (; *s != '\0'; s++)
        switch (*s) {
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '&': fputs("&amp;", out); break;
        case '"': fputs("&quot;", out); break;
        default:  fputc(*s, out);
        }
}

/* Both languages; the style shows one. */
static void both(const char *zh, const char *en, FILE *out)
{
    fputs("<span class=\"zh\">", out);
    escaped(zh, out);
    fputs("</span><span class=\"en\">", out);
    escaped(en, out);
    fputs("</span>", out);
}

static void heading(const char *zh, const char *en, FILE *out)
{
    fputs("<h2>", out);
    both(zh, en, out);
    fputs("</h2>\n", out);
}

/* "1,234" */
static void number(uint64_t n, FILE *out)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            fputc(',', out);
        fputc(digits[i], out);
    }
}

/* 环比: against the week before; without a base there is nothing to divide by. */
static void change(const struct pair *p, FILE *out)
{
    if (p->before == 0) {
        fputs("—", out);
        return;
    }
    double percent = 100.0 * ((double)p->now - (double)p->before) / (double)p->before;
    fprintf(out, "%s%.1f%%", percent > 0 ? "+" : percent < 0 ? "−" : "±", percent < 0 ? -percent : percent);
}

static void card(const char *zh, const char *en, const struct pair *p, FILE *out)
{
    fputs("<div class=\"card\">", out);
    both(zh, en, out);
    fputs("<b>", out);
    number(p->now, out);
    fputs("</b><span class=\"d\">", out);
    both("上周 ", "last week ", out);
    number(p->before, out);
    both("，环比 ", ", change ", out);
    change(p, out);
    fputs("</span></div>\n", out);
}

static void cards(const struct model *m, FILE *out)
{
    struct pair grave = { m->level[1].now + m->level[2].now + m->level[3].now,
                          m->level[1].before + m->level[2].before + m->level[3].before };
    fputs("<div class=\"cards\">\n", out);
    card("告警", "Alerts", &m->alerts, out);
    card("其中高危", "of them high", &m->severity[1], out);
    card("事件", "Incidents", &m->incidents, out);
    card("其中较大以上", "of them serious or above", &grave, out);
    fputs("</div>\n", out);
}

static void tag(const char *zh, const char *en, const char *colour, FILE *out)
{
    fprintf(out, "<span class=\"tag\" style=\"background:%s\">", colour);
    both(zh, en, out);
    fputs("</span>", out);
}

static void figures(const struct pair *p, FILE *out)
{
    fputs("<td class=\"n\">", out);
    number(p->now, out);
    fputs("</td><td class=\"n c\">", out);
    number(p->before, out);
    fputs("</td><td class=\"n c\">", out);
    change(p, out);
    fputs("</td>", out);
}

static void figures_heading(FILE *out)
{
    fputs("<th class=\"n\">", out);
    both("本周", "This week", out);
    fputs("</th><th class=\"n\">", out);
    both("上周", "Before", out);
    fputs("</th><th class=\"n\">", out);
    both("环比", "Change", out);
    fputs("</th>", out);
}

static void grade_table(const char *zh, const char *en, const struct pair grade[5], const char *const *names_zh,
                        const char *const *names_en, const char *const *colours, FILE *out)
{
    fputs("<table><thead><tr><th>", out);
    both(zh, en, out);
    fputs("</th>", out);
    figures_heading(out);
    fputs("</tr></thead><tbody>\n", out);
    for (int i = 1; i <= 4; i++) {
        fputs("<tr><td>", out);
        tag(names_zh[i], names_en[i], colours[i], out);
        fputs("</td>", out);
        figures(&grade[i], out);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
}

/* ---- charts ---- */

static uint64_t day_sum(const uint64_t day[5])
{
    return day[1] + day[2] + day[3] + day[4];
}

static void days_chart(const struct model *m, FILE *out)
{
    enum { WIDTH = 840, HEIGHT = 200, LEFT = 10, TOP = 22, BASE = 170, STEP = 118, BAR = 56 };
    uint64_t most = 1;
    for (int d = 0; d < MODEL_DAYS; d++)
        if (day_sum(m->days[d]) > most)
            most = day_sum(m->days[d]);
    fprintf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"alerts per day\">\n", WIDTH, HEIGHT);
    fprintf(out, "<line x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#d8dee4\"/>\n", BASE, WIDTH, BASE);
    for (int d = 0; d < MODEL_DAYS; d++) {
        double y = BASE, x = LEFT + d * STEP + (STEP - BAR) / 2.0;
        for (int s = 4; s >= 1; s--) {
            double height = (double)m->days[d][s] * (BASE - TOP) / (double)most;
            y -= height;
            if (height > 0)
                fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"/>\n", x, y, BAR, height,
                        severity_colour[s]);
        }
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x + BAR / 2.0, y - 5);
        number(day_sum(m->days[d]), out);
        fprintf(out, "</text><text class=\"zh\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>"
                "<text class=\"en\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                x + BAR / 2.0, BASE + 18, weekday_zh[d], x + BAR / 2.0, BASE + 18, weekday_en[d]);
    }
    fputs("</svg>\n<p class=\"note\">", out);
    for (int s = 1; s <= 4; s++) {
        tag(severity_zh[s], severity_en[s], severity_colour[s], out);
        fputc(' ', out);
    }
    fputs("</p>\n", out);
}

static void bar(uint64_t n, uint64_t most, FILE *out)
{
    double width = most > 0 ? 120.0 * (double)n / (double)most : 0;
    fprintf(out, "<td><svg width=\"120\" height=\"12\" viewBox=\"0 0 120 12\" aria-hidden=\"true\"><rect y=\"2\" width=\"%.1f\" height=\"8\" "
            "fill=\"#3d6f9e\"/></svg></td>", width);
}

/* ---- tables ---- */

/* A list that was cut says so: nobody shall take it for the whole. */
static void cut_note(uint64_t shown, uint64_t all, const char *zh, const char *en, FILE *out)
{
    if (shown >= all)
        return;
    fprintf(out, "<p class=\"note\"><span class=\"zh\">仅列 %" PRIu64 " 项，共 %" PRIu64 " 项；%s</span>"
            "<span class=\"en\">%" PRIu64 " of %" PRIu64 "; %s</span></p>\n", shown, all, zh, shown, all, en);
}

static void row_table(const struct model_table *t, const char *zh, const char *en, bool incidents, unsigned most_rows, FILE *out)
{
    uint64_t most = t->count > 0 ? t->rows[0].alerts.now : 0;
    fputs("<table><thead><tr><th>", out);
    both(zh, en, out);
    fputs("</th><th></th>", out);
    figures_heading(out);
    if (incidents) {
        fputs("<th class=\"n\">", out);
        both("事件", "Incidents", out);
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
    for (unsigned i = 0; i < t->count && i < most_rows; i++) {
        const struct model_row *r = &t->rows[i];
        bool zero = r->alerts.now == 0 && r->alerts.before == 0 && r->incidents.now == 0;
        fprintf(out, "<tr%s><td>", zero ? " class=\"zero\"" : "");
        both(r->zh, r->en, out);
        fputs("</td>", out);
        bar(r->alerts.now, most, out);
        figures(&r->alerts, out);
        if (incidents) {
            fputs("<td class=\"n\">", out);
            number(r->incidents.now, out);
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    if (t->count == 0) {
        fprintf(out, "<tr class=\"zero\"><td colspan=\"%d\">", incidents ? 6 : 5);
        both("本周与上周均无告警", "No alerts this week or the week before", out);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
    cut_note(most_rows, t->count, "全部见同名 JSON。", "all are in the JSON beside this page.", out);
}

static void incident_table(const struct model *m, FILE *out)
{
    fputs("<table><thead><tr><th>", out);
    both("等级", "Level", out);
    fputs("</th><th>", out);
    both("事件", "Incident", out);
    fputs("</th><th class=\"n\">", out);
    both("评分", "Score", out);
    fputs("</th><th class=\"n\">", out);
    both("告警", "Alerts", out);
    fputs("</th></tr></thead><tbody>\n", out);
    for (unsigned i = 0; i < m->listed; i++) {
        const struct model_incident *n = &m->list[i];
        int level = n->level >= 1 && n->level <= 4 ? n->level : 4;
        fputs("<tr><td>", out);
        tag(level_zh[level], level_en[level], level_colour[level], out);
        fputs("</td><td>", out);
        both(n->zh, n->en, out);
        fputs("<div class=\"id\">", out);
        escaped(n->id, out);
        fprintf(out, " · %.16s</div></td><td class=\"n\">%.1f</td><td class=\"n\">", n->last, n->score);
        number(n->alerts, out);
        fputs("</td></tr>\n", out);
    }
    if (m->listed == 0) {
        fputs("<tr class=\"zero\"><td colspan=\"4\">", out);
        both("本周无事件", "No incidents this week", out);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
    cut_note(m->listed, m->incidents.now, "为最严重者。", "the gravest.", out);
}

static void page_head(const struct model *m, FILE *out)
{
    fprintf(out, "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>网络安全态势周报 %s</title>\n"
            "<meta name=\"viewport\" content=\"width=device-width\">\n%s</head>\n<body>\n"
            "<input class=\"pick\" type=\"radio\" name=\"l\" id=\"l-zh\" checked><input class=\"pick\" type=\"radio\" name=\"l\" id=\"l-en\">\n"
            "<nav><label for=\"l-zh\">中文</label><label for=\"l-en\">English</label></nav>\n<main>\n<header><h1>", m->week, style);
    both("网络安全态势周报", "Weekly cybersecurity summary", out);
    if (strcmp(m->status, "actual") != 0) {
        fputs("<span class=\"drill\">", out);
        both(strcmp(m->status, "exercise") == 0 ? "演练" : "测试", m->status, out);
        fputs("</span>", out);
    }
    fprintf(out, "</h1>\n<p>%s · %s — %s · ", m->week, m->from_day, m->to_day);
    both("烽燧", "Fengsui", out);
    fputs("</p></header>\n", out);
}

static void page_foot(const struct model *m, FILE *out)
{
    heading("说明", "Notes", out);
    fputs("<p class=\"note\">", out);
    both("告警按数据包时间计入，事件按其最后一条告警的时间计入；并入其他事件的，随该事件计入，不另计。环比以上周为基数，基数缺失或为零时记“—”。演练与测试数据单列，不计入实际数据。",
         "Alerts count by their packet's time, incidents by their last alert's; one that "
         "became part of another counts within it and not beside it. Changes are against the week before; without a base, or "
         "with a base of zero, they are “—”. Exercise and test data stand apart and never count as actual.", out);
    fprintf(out, "</p>\n<p class=\"note\">%s · Fengsui %s</p>\n</main>\n</body>\n</html>\n", m->made, FENGSUI_VERSION);
}

void render_html(const struct model *m, FILE *out)
{
    page_head(m, out);
    cards(m, out);
    heading("每日告警", "Alerts by day", out);
    days_chart(m, out);
    heading("等级", "Levels", out);
    fputs("<div class=\"two\"><div>\n", out);
    grade_table("告警", "Alerts", m->severity, severity_zh, severity_en, severity_colour, out);
    fputs("</div><div>\n", out);
    grade_table("事件", "Incidents", m->level, level_zh, level_en, level_colour, out);
    fputs("</div></div>\n", out);
    heading("事件清单", "Incidents", out);
    incident_table(m, out);
    heading("市州", "Prefectures", out);
    row_table(&m->regions, "市州", "Prefecture", true, MODEL_ROWS_MAX, out);
    heading("行业", "Sectors", out);
    row_table(&m->sectors, "行业", "Sector", true, MODEL_ROWS_MAX, out);
    heading("规则", "Rules", out);
    row_table(&m->rules, "规则", "Rule", false, ROWS_SHOWN, out);
    heading("来源与目的地址", "Sources and destinations", out);
    row_table(&m->attackers, "来源地址", "Source", false, ROWS_SHOWN, out);
    fputs("<br>\n", out);
    row_table(&m->victims, "目的地址", "Destination", false, ROWS_SHOWN, out);
    page_foot(m, out);
}
