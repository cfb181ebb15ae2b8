#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "report/render.h"

static void string(const char *s, FILE *out)
{
    char buffer[6 * MODEL_TEXT_MAX];
    struct text t = text_over(buffer, sizeof buffer);
    text_json(&t, s, strlen(s));
    fprintf(out, "\"%.*s\"", (int)t.len, t.at);
}

static void pair(const char *name, const struct pair *p, FILE *out)
{
    fprintf(out, "\"%s\":{\"now\":%" PRIu64 ",\"before\":%" PRIu64 "}", name, p->now, p->before);
}

static void grades(const char *name, const struct pair grade[5], FILE *out)
{
    fprintf(out, ",\n \"%s\":{", name);
    for (int i = 1; i <= 4; i++) {
        char number[2] = { (char)('0' + i) };
        fputs(i > 1 ? "," : "", out);
        pair(number, &grade[i], out);
    }
    fputc('}', out);
}

static void table(const char *name, const struct model_table *t, FILE *out)
{
    fprintf(out, ",\n \"%s\":[", name);
    for (unsigned i = 0; i < t->count; i++) {
        const struct model_row *r = &t->rows[i];
        fputs(i ? ",\n  {\"key\":" : "\n  {\"key\":", out);
        string(r->key, out);
        fputs(",\"zh\":", out);
        string(r->zh, out);
        fputs(",\"en\":", out);
        string(r->en, out);
        fputc(',', out);
        pair("alerts", &r->alerts, out);
        fputc(',', out);
        pair("incidents", &r->incidents, out);
        fputc('}', out);
    }
    fputc(']', out);
}

static void days(const struct model *m, FILE *out)
{
    fputs(",\n \"days\":[", out);
    for (int d = 0; d < MODEL_DAYS; d++)
        fprintf(out, "%s{\"1\":%" PRIu64 ",\"2\":%" PRIu64 ",\"3\":%" PRIu64 ",\"4\":%" PRIu64 "}", d ? "," : "",
                m->days[d][1], m->days[d][2], m->days[d][3], m->days[d][4]);
    fputc(']', out);
}

static void incidents(const struct model *m, FILE *out)
{
    fputs(",\n \"list\":[", out);
    for (unsigned i = 0; i < m->listed; i++) {
        const struct model_incident *n = &m->list[i];
        fputs(i ? ",\n  {\"id\":" : "\n  {\"id\":", out);
        string(n->id, out);
        fputs(",\"title\":{\"zh\":", out);
        string(n->zh, out);
        fputs(",\"en\":", out);
        string(n->en, out);
        fputs("},\"region\":", out);
        string(n->region, out);
        fprintf(out, ",\"state\":\"%s\",\"level\":%d,\"score\":%.1f,\"alerts\":%" PRIu64 ",\"last\":\"%s\"}",
                n->state, n->level, n->score, n->alerts, n->last);
    }
    fputc(']', out);
}

void render_json(const struct model *m, FILE *out)
{
    fprintf(out, "{\"week\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"status\":\"%s\",\"made\":\"%s\",\n ", m->week, m->from_day,
            m->to_day, m->status, m->made);
    pair("alerts", &m->alerts, out);
    fputc(',', out);
    pair("incidents", &m->incidents, out);
    grades("severity", m->severity, out);
    grades("level", m->level, out);
    days(m, out);
    table("regions", &m->regions, out);
    table("sectors", &m->sectors, out);
    table("rules", &m->rules, out);
    table("sources", &m->attackers, out);
    table("destinations", &m->victims, out);
    incidents(m, out);
    fputs("}\n", out);
}
