#include "correlator/clocks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/csv.h"
#include "events/load.h"

enum { COLUMNS = 13, ID_MAX = 32, WORDS_MAX = 160, DUE_NAME_MAX = ID_MAX + 8 };

struct clock_row {
    char id[ID_MAX], owed_by[ID_MAX], starts[ID_MAX];
    char reporter_zh[WORDS_MAX], reporter_en[WORDS_MAX], to_zh[WORDS_MAX], to_en[WORDS_MAX], article[WORDS_MAX];
    unsigned level;
    uint64_t within_us, from_us, until_us;
};

struct clocks { struct clock_row rows[CLOCKS_MAX]; size_t count; };

/* ---- the table ---- */

/* "30 min", "1 h", "30 d"; 0: none of these. */
static uint64_t within_of(const char *text)
{
    static const struct { const char *unit; uint64_t us; } units[] = {
        { "min", UINT64_C(60000000) }, { "h", UINT64_C(3600000000) }, { "d", UINT64_C(86400000000) },
    };
    char *unit;
    unsigned long n = strtoul(text, &unit, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0] && n > 0 && n <= 1000; i++)
        if (*unit == ' ' && strcmp(unit + 1, units[i].unit) == 0)
            return n * units[i].us;
    return 0;
}

/* A day as its first moment by China's clock; "" gives `none`. */
static int day_of(const char *text, uint64_t none, uint64_t *out)
{
    char moment[40];
    *out = none;
    if (*text == '\0')
        return 0;
    snprintf(moment, sizeof moment, "%.10sT00:00:00+08:00", text);
    return strlen(text) == 10 ? clock_parse(moment, out) : -EINVAL;
}

static const struct clock_row *row_named(const struct clocks *t, const char *id)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].id, id) == 0)
            return &t->rows[i];
    return NULL;
}

static int row_wrong(const struct csv *in, struct fault *f, const char *expected, const char *found)
{
    return fault_set(f, -EINVAL, "%s:%u: expected %s, not \"%.60s\"", in->path, in->line, expected, found);
}

static bool copy(char *out, size_t size, const char *text)
{
    return *text != '\0' && (size_t)snprintf(out, size, "%s", text) < size;
}

static int row_words(const struct csv *in, char *const field[], struct clock_row *r, struct fault *f)
{
    if (!copy(r->id, sizeof r->id, field[0]) || strpbrk(r->id, ": \"") != NULL)
        return row_wrong(in, f, "an id of at most 31 bytes without blanks and colons", field[0]);
    if (!copy(r->owed_by, sizeof r->owed_by, field[1]) || !kind_among(INCIDENT_OPERATORS, r->owed_by))
        return row_wrong(in, f, "an operator, one of " INCIDENT_OPERATORS, field[1]);
    if (!copy(r->reporter_zh, WORDS_MAX, field[5]) || !copy(r->reporter_en, WORDS_MAX, field[6]) || !copy(r->to_zh, WORDS_MAX, field[7])
        || !copy(r->to_en, WORDS_MAX, field[8]) || !copy(r->article, WORDS_MAX, field[9]))
        return fault_set(f, -EINVAL, "%s:%u: expected who reports, to whom, and the article, each of at most %d bytes", in->path,
                         in->line, WORDS_MAX - 1);
    return 0;
}

static int row_read(struct csv *in, const struct clocks *t, struct clock_row *r, struct fault *f)
{
    char *field[COLUMNS + 1];
    if (csv_cut(in->text, field, COLUMNS) != COLUMNS)
        return fault_set(f, -EINVAL, "%s:%u: expected %d columns: id,operator,level,within,starts,reporter_zh,reporter_en,to_zh,to_en,"
                         "article,valid_from,valid_to,source", in->path, in->line, COLUMNS);
    *r = (struct clock_row){ .level = (unsigned)(field[2][0] - '0') };
    if (row_words(in, field, r, f) != 0)
        return f->code;
    if (row_named(t, r->id) != NULL)
        return row_wrong(in, f, "an id that no line before has", r->id);
    if (strlen(field[2]) != 1 || r->level < LEVEL_EXTRAORDINARY || r->level > LEVEL_GENERAL)
        return row_wrong(in, f, "a level from 1 (特别重大) to 4 (一般)", field[2]);
    if ((r->within_us = within_of(field[3])) == 0)
        return row_wrong(in, f, "a time such as 30 min, 1 h or 30 d", field[3]);
    if (!copy(r->starts, sizeof r->starts, field[4])
        || (!kind_among("aware|contained", r->starts) && row_named(t, r->starts) == NULL))
        return row_wrong(in, f, "aware, contained, or the id of a line before", field[4]);
    if (day_of(field[10], 0, &r->from_us) != 0 || day_of(field[11], UINT64_MAX, &r->until_us) != 0 || r->from_us >= r->until_us)
        return row_wrong(in, f, "days such as 2025-11-01, the second later than the first or empty", field[10]);
    return 0;
}

static int table_read(struct csv *in, struct clocks *t, struct fault *f)
{
    int rc;
    while ((rc = csv_next(in, f)) == 1) {
        if (t->count == CLOCKS_MAX)
            return fault_set(f, -EINVAL, "%s:%u: more than %d clocks", in->path, in->line, CLOCKS_MAX);
        if ((rc = row_read(in, t, &t->rows[t->count], f)) != 0)
            return rc;
        t->count++;
    }
    return rc;
}

struct clocks *clocks_load(const char *path, struct fault *f)
{
    struct csv in;
    struct clocks *t = calloc(1, sizeof *t);
    if (t == NULL) {
        fault_set(f, -ENOMEM, "no memory for the clocks");
        return NULL;
    }
    if (*path == '\0')
        return t;
    int rc = csv_open(&in, path, "id", f);
    if (rc == 0) {
        rc = table_read(&in, t, f);
        csv_close(&in);
    }
    if (rc == 0)
        return t;
    clocks_free(t);
    return NULL;
}

void clocks_free(struct clocks *t)
{
    free(t);
}

/* ---- what is known ---- */

static json_t *member(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (value == NULL && object != NULL && json_object_set_new(object, name, json_object()) == 0)
        value = json_object_get(object, name);
    return value;
}

static bool has_clocks(struct incident *i)
{
    if (i->clocks == NULL)
        i->clocks = json_object();
    return i->clocks != NULL && member(i->clocks, "reports") != NULL;
}

static bool put_text(json_t *object, const char *name, const char *text)
{
    return json_object_set_new(object, name, json_string(text)) == 0;
}

bool clocks_set_operator(struct incident *i, const char *operator_id)
{
    return has_clocks(i) && put_text(i->clocks, "operator", operator_id);
}

static const char *operator_of(const struct incident *i)
{
    const char *said = event_text_of(i->clocks, "operator");
    return *said != '\0' ? said : i->cii ? "cii_operator" : "other_operator";
}

static bool is_owed(const struct clock_row *r, const struct incident *i)
{
    return strcmp(i->status, "actual") == 0 && i->aware_at_us >= r->from_us && i->aware_at_us < r->until_us && i->aware_at_us != 0
           && i->state != INCIDENT_FALSE_POSITIVE && i->state != INCIDENT_BENIGN && *i->merged_into == '\0' && (unsigned)i->level <= r->level
           && strcmp(r->owed_by, operator_of(i)) == 0;
}

/* From when it runs; 0: not yet. */
static uint64_t start_of(const struct clock_row *r, const struct incident *i)
{
    if (strcmp(r->starts, "aware") == 0)
        return i->aware_at_us;
    if (strcmp(r->starts, "contained") == 0)
        return due_at(i->clocks, "contained_at");
    return due_at(json_object_get(json_object_get(i->clocks, "reports"), r->starts), "reported_at");
}

static const char *why_ended(const struct incident *i)
{
    if (*i->merged_into != '\0')
        return "it became a part of another 已并入";
    if (i->state == INCIDENT_FALSE_POSITIVE || i->state == INCIDENT_BENIGN)
        return "it is none 判为误报或无害";
    return "its level or operator is another now 级别或责任主体变更";
}

/* ---- running, moving, ending ---- */

static bool due_both(struct incident *i, const char *id, uint64_t deadline_us, uint64_t remind_us)
{
    char report[DUE_NAME_MAX], remind[DUE_NAME_MAX];
    snprintf(report, sizeof report, "report:%s", id);
    snprintf(remind, sizeof remind, "remind:%s", id);
    return due_set(&i->due, report, deadline_us) && due_set(&i->due, remind, remind_us);
}

static int begin(const struct clock_row *r, struct incident *i, json_t *report, uint64_t start_us)
{
    uint64_t deadline_us = start_us + r->within_us;
    if (due_at(report, "start") == start_us && json_object_get(report, "ended") == NULL)
        return 0;
    json_object_del(report, "ended");
    bool ok = put_text(report, "reporter_zh", r->reporter_zh) && put_text(report, "reporter_en", r->reporter_en)
              && put_text(report, "to_zh", r->to_zh) && put_text(report, "to_en", r->to_en) && put_text(report, "article", r->article)
              && due_set(&report, "start", start_us) && due_set(&report, "deadline", deadline_us)
              && due_both(i, r->id, deadline_us, deadline_us - r->within_us / 4);
    return ok ? 1 : -ENOMEM;
}

static int end(const struct clock_row *r, struct incident *i, json_t *report, uint64_t at_us)
{
    char when[CLOCK_TEXT_MAX];
    if (json_object_get(report, "ended") != NULL)
        return 0;
    clock_text(at_us, when);
    json_t *ended = json_pack("{s:s, s:s}", "at", when, "why", why_ended(i));
    return json_object_set_new(report, "ended", ended) == 0 && due_both(i, r->id, 0, 0) ? 1 : -ENOMEM;
}

/* One that was reported stays as it was. */
static int follow_row(const struct clock_row *r, struct incident *i, uint64_t at_us)
{
    json_t *reports = json_object_get(i->clocks, "reports"), *report = json_object_get(reports, r->id);
    uint64_t start_us = is_owed(r, i) ? start_of(r, i) : 0;
    if (json_object_get(report, "reported_at") != NULL)
        return 0;
    if (start_us != 0) {
        report = member(reports, r->id);
        return report != NULL ? begin(r, i, report, start_us) : -ENOMEM;
    }
    return report != NULL ? end(r, i, report, at_us) : 0;
}

static bool note_containment(struct incident *i, uint64_t at_us)
{
    bool known = json_object_get(i->clocks, "contained_at") != NULL;
    if (i->state == INCIDENT_REOPENED || i->state == INCIDENT_HANDLING)
        return json_object_del(i->clocks, "contained_at"), true;
    return known || i->state != INCIDENT_CONTAINED || due_set(&i->clocks, "contained_at", at_us);
}

int clocks_follow(const struct clocks *t, struct incident *i, uint64_t at_us)
{
    int changed = 0;
    if (i->aware_at_us == 0 || (t->count == 0 && i->clocks == NULL))
        return 0;
    if (!has_clocks(i) || !note_containment(i, at_us) || json_object_set_new(i->clocks, "level", json_integer(i->level)) != 0)
        return -ENOMEM;
    for (size_t n = 0; n < t->count; n++) {
        int rc = follow_row(&t->rows[n], i, at_us);
        if (rc < 0)
            return rc;
        changed |= rc;
    }
    return changed;
}

bool clocks_are_behind(const struct incident *i)
{
    return i->aware_at_us != 0 && json_object_get(i->clocks, "level") != NULL
           && event_number_of(i->clocks, "level", LEVEL_GENERAL) != (uint64_t)i->level;
}

/* ---- reporting ---- */

static json_t *report_of(const struct incident *i, const char *id)
{
    return json_object_get(json_object_get(i->clocks, "reports"), id);
}

static int supplement(json_t *report, const struct deed *by, uint64_t at_us, const char *reference, struct refusal *why)
{
    char when[CLOCK_TEXT_MAX];
    json_t *list = json_object_get(report, "supplements");
    if (list == NULL && json_object_set_new(report, "supplements", list = json_array()) != 0)
        return -ENOMEM;
    if (json_array_size(list) >= SUPPLEMENTS_MAX)
        return refuse(why, REFUSED_FULL, "续报不能超过 %d 次", "there are %d supplements already", SUPPLEMENTS_MAX);
    clock_text(at_us, when);
    return json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "at", when, "by", by->who, "reference", reference)) == 0 ? 0 : -ENOMEM;
}

int clocks_report(struct incident *i, const char *id, const struct deed *by, uint64_t at_us, const char *reference, struct refusal *why)
{
    json_t *report = report_of(i, id);
    uint64_t deadline_us = due_at(report, "deadline");
    if (report == NULL)
        return refuse(why, REFUSED_ARGUMENT, "没有名为 %s 的报告时限", "no clock %s runs or ran here", id);
    if (at_us > by->at_us || at_us < i->first_us)
        return refuse(why, REFUSED_TIME, "报告时间不能在将来，也不能早于首次告警", "a report cannot lie in the future, nor before the first alert");
    if (json_object_get(report, "reported_at") != NULL)
        return supplement(report, by, at_us, reference, why);
    if (json_object_get(report, "ended") != NULL)
        return refuse(why, REFUSED_STATE, "该时限已终止", "that clock has ended");
    bool ok = due_set(&report, "reported_at", at_us) && put_text(report, "by", by->who) && put_text(report, "reference", reference)
              && json_object_set_new(report, "late_s", json_integer(at_us > deadline_us ? (json_int_t)((at_us - deadline_us) / 1000000) : 0)) == 0
              && due_both(i, id, 0, 0);
    return ok ? 0 : -ENOMEM;
}
