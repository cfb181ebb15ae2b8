#include "report/model.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/archive.h"
#include "common/clock.h"
#include "common/text.h"
#include "events/incident.h"

/* ---- weeks ---- */

static uint64_t local_midnight(int year, int month, int day)
{
    struct tm tm = { .tm_year = year - 1900, .tm_mon = month, .tm_mday = day, .tm_isdst = -1 };
    return (uint64_t)mktime(&tm) * 1000000;
}

static void day_text(uint64_t time_us, char out[16])
{
    time_t second = (time_t)(time_us / 1000000);
    struct tm tm;
    localtime_r(&second, &tm);
    strftime(out, 16, "%Y-%m-%d", &tm);
}

int model_week(struct model *m, const char *week, struct fault *f)
{
    int year, number, used = 0;
    char again[16];
    if (sscanf(week, "%4d-W%2d%n", &year, &number, &used) != 2 || week[used] != '\0' || year < 1970 || number < 1
        || number > 53)
        return fault_set(f, -EINVAL, "--week: expected a week such as 2026-W47, not \"%s\"", week);
    /* ISO 8601: week 1 holds 4 January; weeks begin on Monday */
    struct tm fourth = { .tm_year = year - 1900, .tm_mon = 0, .tm_mday = 4, .tm_isdst = -1 };
    mktime(&fourth);
    int monday = 4 - (fourth.tm_wday + 6) % 7 + (number - 1) * 7;
    m->from_us = local_midnight(year, 0, monday);
    m->to_us = local_midnight(year, 0, monday + 7);
    m->before_us = local_midnight(year, 0, monday - 7);
    time_t thursday = (time_t)(local_midnight(year, 0, monday + 3) / 1000000);
    struct tm tm;
    localtime_r(&thursday, &tm);
    strftime(again, sizeof again, "%G-W%V", &tm);
    if (strcmp(again, week) != 0)
        return fault_set(f, -EINVAL, "--week: %d has no week %d", year, number);
    snprintf(m->week, sizeof m->week, "%s", week);
    day_text(m->from_us, m->from_day);
    day_text(m->to_us - 1000000, m->to_day);
    return 0;
}

/* ---- counting ---- */

struct counting {
    struct model_table *table;
    bool before, incidents;
};

/* Whole characters of s, as many as fit. */
static void copy(char *to, size_t cap, const char *s)
{
    struct text t = text_over(to, cap);
    text_clip(&t, s, cap - 1);
    text_end(&t);
}

static struct model_row *row_of(struct model_table *t, const char *whole_key)
{
    char key[MODEL_TEXT_MAX];
    copy(key, sizeof key, whole_key);
    for (unsigned i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].key, key) == 0)
            return &t->rows[i];
    if (t->count == MODEL_ROWS_MAX)
        return NULL;
    struct model_row *row = &t->rows[t->count++];
    *row = (struct model_row){ 0 };
    memcpy(row->key, key, sizeof row->key);
    memcpy(row->zh, row->key, sizeof row->zh);
    memcpy(row->en, row->key, sizeof row->en);
    return row;
}

static void count_row(void *ctx, const char *key, uint64_t count)
{
    struct counting *c = ctx;
    struct model_row *row = row_of(c->table, key);
    if (row == NULL)
        return;
    struct pair *p = c->incidents ? &row->incidents : &row->alerts;
    *(c->before ? &p->before : &p->now) += count;
}

struct reading {
    struct archive *archive;
    struct model   *model;
    struct fault   *fault;
};

/* One table: alerts and incidents, this week and the one before, by one key. */
static int count_table(const struct reading *r, struct model_table *t, const char *by, bool incidents)
{
    for (int before = 0; before < 2; before++)
        for (int kind = 0; kind < (incidents ? 2 : 1); kind++) {
            struct archive_query q = {
                .event_type = kind ? "incident" : "alert", .status = r->model->status,
                .from_us = before ? r->model->before_us : r->model->from_us,
                .to_us = before ? r->model->from_us : r->model->to_us,
            };
            struct counting c = { t, before, kind };
            int rc = archive_count(r->archive, &q, by, MODEL_ROWS_MAX, count_row, &c, r->fault);
            if (rc < 0)
                return rc;
        }
    return 0;
}

static int by_figures(const void *left, const void *right)
{
    const struct model_row *a = left, *b = right;
    if (a->alerts.now != b->alerts.now)
        return a->alerts.now < b->alerts.now ? 1 : -1;
    if (a->alerts.before != b->alerts.before)
        return a->alerts.before < b->alerts.before ? 1 : -1;
    return strcmp(a->key, b->key);
}

static void pair_add(struct pair *to, const struct pair *from)
{
    to->now += from->now;
    to->before += from->before;
}

static int count_grades(const struct reading *r)
{
    struct model_table *t = calloc(1, sizeof *t);
    struct model *m = r->model;
    if (t == NULL)
        return fault_set(r->fault, -ENOMEM, "no memory");
    int rc = count_table(r, t, "severity", false);
    for (unsigned i = 0; i < t->count; i++) {
        int grade = atoi(t->rows[i].key);
        pair_add(&m->alerts, &t->rows[i].alerts);
        if (grade >= 1 && grade <= 4)
            pair_add(&m->severity[grade], &t->rows[i].alerts);
    }
    t->count = 0;
    if (rc == 0)
        rc = count_table(r, t, "level", true);
    for (unsigned i = 0; i < t->count; i++) {
        int grade = atoi(t->rows[i].key);
        pair_add(&m->incidents, &t->rows[i].incidents);
        if (grade >= 1 && grade <= 4)
            pair_add(&m->level[grade], &t->rows[i].incidents);
    }
    free(t);
    return rc;
}

static void count_day(void *ctx, const char *key, uint64_t count)
{
    uint64_t (*day)[5] = ctx;
    int grade = atoi(key);
    if (grade >= 1 && grade <= 4)
        (*day)[grade] += count;
}

static int count_days(const struct reading *r)
{
    int rc = 0;
    time_t monday = (time_t)(r->model->from_us / 1000000);
    struct tm tm;
    localtime_r(&monday, &tm);
    for (int d = 0; d < MODEL_DAYS && rc == 0; d++) {
        struct archive_query q = { .event_type = "alert", .status = r->model->status,
                                   .from_us = local_midnight(tm.tm_year + 1900, tm.tm_mon, tm.tm_mday + d),
                                   .to_us = local_midnight(tm.tm_year + 1900, tm.tm_mon, tm.tm_mday + d + 1) };
        rc = archive_count(r->archive, &q, "severity", 8, count_day, &r->model->days[d], r->fault);
    }
    return rc;
}

/* ---- names ---- */

static const struct { const char *key, *zh, *en; } sector_names[] = {
    { "finance", "金融", "Finance" }, { "energy", "能源", "Energy" }, { "water", "水利", "Water" },
    { "power", "电力", "Power" }, { "telecom", "通信", "Telecom" }, { "broadcasting", "广电", "Broadcasting" },
    { "transport", "交通", "Transport" }, { "geoinfo", "地理信息", "Geographic information" },
    { "industry", "工业", "Industry" }, { "fiscal", "财税", "Public finance" }, { "", "未登记", "Not registered" },
};

static void sectors_name(struct model_table *t)
{
    for (unsigned i = 0; i < t->count; i++)
        for (size_t k = 0; k < sizeof sector_names / sizeof sector_names[0]; k++)
            if (strcmp(t->rows[i].key, sector_names[k].key) == 0) {
                snprintf(t->rows[i].zh, MODEL_TEXT_MAX, "%s", sector_names[k].zh);
                snprintf(t->rows[i].en, MODEL_TEXT_MAX, "%s", sector_names[k].en);
            }
}

/* Every prefecture has a row, so that "nothing" is said and not left to be guessed. */
static int regions_name(struct model_table *t, const char *path, struct fault *f)
{
    char line[512], code[16], zh[64], en[64], level[32];
    if (*path == '\0')
        return 0;
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, in) != NULL) {
        *en = '\0';
        if (sscanf(line, "%15[0-9],%63[^,],%63[^,],%31[^,]", code, zh, en, level) != 4)
            continue;       /* the heading, and counties without an English name */
        struct model_row *row = strcmp(level, "prefecture") == 0 ? row_of(t, code) : NULL;
        for (unsigned i = 0; row == NULL && i < t->count; i++)
            if (strcmp(t->rows[i].key, code) == 0)
                row = &t->rows[i];
        if (row == NULL)
            continue;
        snprintf(row->zh, sizeof row->zh, "%s", zh);
        snprintf(row->en, sizeof row->en, "%s", en);
    }
    fclose(in);
    return 0;
}

/* The gravest first; of equal ones the latest. */
static int by_gravity(const void *left, const void *right)
{
    const struct model_incident *a = left, *b = right;
    if (a->level != b->level)
        return a->level - b->level;
    if (a->score < b->score || a->score > b->score)
        return a->score < b->score ? 1 : -1;
    int later = strcmp(b->last, a->last);
    return later != 0 ? later : strcmp(a->id, b->id);
}

/* Into its place; the list keeps the gravest. */
static void list_put(struct model *m, const struct model_incident *row)
{
    unsigned at = m->listed;
    while (at > 0 && by_gravity(row, &m->list[at - 1]) < 0)
        at--;
    if (at == MODEL_INCIDENTS_MAX)
        return;
    m->listed += m->listed < MODEL_INCIDENTS_MAX;
    memmove(&m->list[at + 1], &m->list[at], (m->listed - at - 1) * sizeof *row);
    m->list[at] = *row;
}

static bool list_incident(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct model_incident fresh = { 0 }, *row = &fresh;
    struct incident_view v;
    struct fault f;
    (void)cursor;
    if (incident_parse(json, len, &v, &f) < 0)
        return true;
    const struct incident *i = &v.incident;
    copy(row->id, sizeof row->id, i->id);
    copy(row->zh, sizeof row->zh, i->title_zh);
    copy(row->en, sizeof row->en, i->title_en);
    copy(row->region, sizeof row->region, i->region);
    snprintf(row->state, sizeof row->state, "%s", incident_state_name(i->state));
    clock_text(i->last_us, row->last);
    row->level = (int)i->level;
    row->score = i->score;
    row->alerts = i->alert_count;
    list_put(ctx, row);
    incident_view_free(&v);
    return true;
}

static int collect(const struct reading *r, const char *regions_csv)
{
    struct model *m = r->model;
    struct archive_query incidents = { .event_type = "incident", .status = m->status, .from_us = m->from_us,
                                       .to_us = m->to_us, .limit = UINT_MAX };
    static const struct { size_t table; const char *by; bool incidents; } tables[] = {
        { offsetof(struct model, regions), "region", true },   { offsetof(struct model, sectors), "sector", true },
        { offsetof(struct model, rules), "signature", false }, { offsetof(struct model, victims), "dest", false },
        { offsetof(struct model, attackers), "src", false },
    };
    int rc = count_grades(r);
    if (rc == 0)
        rc = count_days(r);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && rc == 0; i++) {
        struct model_table *t = (struct model_table *)(void *)((char *)m + tables[i].table);
        rc = count_table(r, t, tables[i].by, tables[i].incidents);
        if (rc == 0 && t == &m->regions)
            rc = regions_name(t, regions_csv, r->fault);
        if (t == &m->sectors)
            sectors_name(t);
        qsort(t->rows, t->count, sizeof t->rows[0], by_figures);
    }
    if (rc == 0)
        rc = archive_find(r->archive, &incidents, list_incident, m, r->fault);
    return rc;
}

int model_collect(struct model *m, const char *archive_dir, const char *regions_csv, struct fault *f)
{
    struct reading r = { .archive = archive_open(archive_dir, ARCHIVE_READ, f), .model = m, .fault = f };
    if (r.archive == NULL)
        return f->code;
    int rc = collect(&r, regions_csv);
    archive_close(r.archive);
    clock_text(clock_wall_us(), m->made);
    return rc;
}
