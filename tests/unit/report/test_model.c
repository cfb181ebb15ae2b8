#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>
#include <time.h>
#include <unistd.h>

#include "archive/archive.h"
#include "common/clock.h"
#include "report/render.h"
#include "tests/support/file.h"

static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static const struct week_case { const char *zone, *week, *from_day, *to_day; uint64_t hours; } weeks[] = {
    { "Asia/Shanghai",   "2026-W47", "2026-11-16", "2026-11-22", 168 },
    { "UTC",             "2026-W01", "2025-12-29", "2026-01-04", 168 },     /* begins in the year before */
    { "UTC",             "2026-W53", "2026-12-28", "2027-01-03", 168 },     /* ends in the year after */
    { "UTC",             "2027-W01", "2027-01-04", "2027-01-10", 168 },
    { "UTC",             "2020-W53", "2020-12-28", "2021-01-03", 168 },
    { "UTC",             "2024-W09", "2024-02-26", "2024-03-03", 168 },     /* 29 February */
    { "UTC",             "2018-W01", "2018-01-01", "2018-01-07", 168 },     /* the year begins on a Monday */
    { "Europe/Berlin",   "2026-W13", "2026-03-23", "2026-03-29", 167 },     /* the clocks go forward */
    { "Europe/Berlin",   "2026-W43", "2026-10-19", "2026-10-25", 169 },
};

static void weeks_are_those_of_iso_8601_in_local_time(void **unused)
{
    (void)unused;
    struct model *m = calloc(1, sizeof *m);
    for (size_t i = 0; i < sizeof weeks / sizeof weeks[0]; i++) {
        struct fault f = { 0 };
        zone(weeks[i].zone);
        if (model_week(m, weeks[i].week, &f) < 0)
            fail_msg("%s: %s", weeks[i].week, f.why);
        if (strcmp(m->from_day, weeks[i].from_day) != 0 || strcmp(m->to_day, weeks[i].to_day) != 0)
            fail_msg("%s: %s to %s", weeks[i].week, m->from_day, m->to_day);
        assert_true(m->to_us - m->from_us == weeks[i].hours * UINT64_C(3600000000));
        assert_true(m->before_us < m->from_us);
    }
    zone("UTC");
    free(m);
}

static void what_is_no_week_is_refused_with_a_sentence(void **unused)
{
    (void)unused;
    static const char *const bad[] = { "", "2026", "2026-W", "2026-W0", "2026-W00", "2026-W54", "2025-W53", "2026-47", "2026-W47x", "W47",
                                       "2026-w47", " 2026-W47", "2026-W 4", "2026-W+4", "2026-W4", "1969-W01", "-026-W47", "26-W47", "2026-W-1" };
    struct model *m = calloc(1, sizeof *m);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault f = { 0 };
        if (model_week(m, bad[i], &f) != -22 || strncmp(f.why, "--week: ", 8) != 0)
            fail_msg("\"%s\": %s", bad[i], f.why);
    }
    free(m);
}

/* ---- an archive with two weeks in it ---- */

struct place { char dir[40]; struct archive *archive; unsigned count; };

static void begin(struct place *p)
{
    struct fault f;
    *p = (struct place){ .dir = "/tmp/fengsui-report-XXXXXX" };
    assert_non_null(mkdtemp(p->dir));
    p->archive = archive_open(p->dir, ARCHIVE_WRITE, &f);
    assert_non_null(p->archive);
    zone("UTC");
}

static void end(struct place *p)
{
    DIR *d = opendir(p->dir);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(p->dir);
}

static void put(struct place *p, const char *stream, const char *json)
{
    struct fault f;
    if (archive_begin(p->archive, &f) < 0 || archive_put(p->archive, stream, "430100", json, strlen(json), &f) < 0
        || archive_commit(p->archive, &f) < 0)
        fail_msg("%s: %s", f.why, json);
}

static void put_alert(struct place *p, const char *day, int severity, const char *signature, const char *region, const char *status)
{
    char json[4000];
    snprintf(json, sizeof json, "{\"id\":\"s:1:%u\",\"timestamp\":\"%sT12:00:00Z\",\"event_type\":\"alert\",\"region\":\"%s\",\"status\":\"%s\","
             "\"src_ip\":\"198.51.100.7\",\"dest_ip\":\"10.0.0.1\",\"dest_asset\":{\"sector\":\"water\"},\"alert\":{\"signature_id\":7,"
             "\"severity\":%d,\"signature\":\"%s\"}}", ++p->count, day, region, status, severity, signature);
    put(p, "alerts", json);
}

struct told { int version; double score; const char *region, *merged_into; };

static void put_told(struct place *p, const char *id, const char *day, int level, const char *title, const char *status, struct told told)
{
    char json[4000];
    snprintf(json, sizeof json, "{\"id\":\"%s:%d\",\"timestamp\":\"%sT12:00:00Z\",\"event_type\":\"incident\",\"region\":\"%s\",\"status\":\"%s\","
             "\"incident\":{\"id\":\"%s\",\"version\":%d,\"title\":{\"zh\":\"%s\",\"en\":\"%s\"},\"region\":\"%s\",\"sector\":\"water\","
             "\"status\":\"%s\",\"state\":\"%s\",\"level\":%d,\"last\":\"%sT12:00:00Z\",\"alert_count\":1234,\"score\":%.1f,\"merged_into\":\"%s\"}}",
             id, told.version, day, told.region, status, id, told.version, title, title, told.region, status,
             *told.merged_into ? "closed" : "new", level, day, told.score, told.merged_into);
    put(p, "incidents", json);
}

static void put_incident(struct place *p, const char *id, const char *day, int level, const char *title, const char *status)
{
    put_told(p, id, day, level, title, status, (struct told){ 1, 61.5, "430100", "" });
}

static struct model *collected(struct place *p, const char *regions)
{
    struct fault f;
    struct model *m = calloc(1, sizeof *m);
    archive_close(p->archive);
    strcpy(m->status, "actual");
    if (model_week(m, "2026-W47", &f) < 0 || model_collect(m, p->dir, regions, &f) < 0)
        fail_msg("%s", f.why);
    return m;
}

static char *rendered(const struct model *m, void (*render)(const struct model *m, FILE *out))
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    render(m, out);
    fclose(out);
    return text;
}

static void fill(struct place *p)
{
    put_alert(p, "2026-11-16", 1, "first & <last>", "430100", "actual");
    put_alert(p, "2026-11-22", 1, "first & <last>", "430200", "actual");
    put_alert(p, "2026-11-18", 3, "other", "430100", "actual");
    put_alert(p, "2026-11-15", 1, "other", "430100", "actual");      /* Sunday before */
    put_alert(p, "2026-11-09", 2, "other", "430100", "actual");      /* Monday before */
    put_alert(p, "2026-11-08", 1, "too early", "430100", "actual");
    put_alert(p, "2026-11-23", 1, "too late", "430100", "actual");
    put_alert(p, "2026-11-18", 1, "a drill", "430100", "exercise");
    put_incident(p, "I-1", "2026-11-18", 2, "<script>alert(1)</script> & \\\"x\\\"", "actual");
    put_incident(p, "I-2", "2026-11-19", 4, "dull", "actual");
    put_incident(p, "I-3", "2026-11-10", 3, "before", "actual");
    put_incident(p, "I-4", "2026-11-18", 1, "a drill", "exercise");
}

static const struct model_row *row(const struct model_table *t, const char *key)
{
    for (unsigned i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].key, key) == 0)
            return &t->rows[i];
    fail_msg("no row %s", key);
    return NULL;
}

static void figures_are_those_of_the_week_and_of_the_one_before(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    fill(&p);
    struct model *m = collected(&p, "");
    assert_true(m->alerts.now == 3 && m->alerts.before == 2);
    assert_true(m->severity[1].now == 2 && m->severity[1].before == 1 && m->severity[2].before == 1 && m->severity[3].now == 1);
    assert_true(m->incidents.now == 2 && m->incidents.before == 1);
    assert_true(m->level[2].now == 1 && m->level[4].now == 1 && m->level[3].before == 1 && m->level[1].now == 0);
    assert_true(m->days[0][1] == 1 && m->days[2][3] == 1 && m->days[6][1] == 1 && m->days[1][1] == 0);
    assert_true(row(&m->regions, "430100")->alerts.now == 2 && row(&m->regions, "430100")->alerts.before == 2);
    assert_true(row(&m->regions, "430200")->alerts.now == 1 && row(&m->regions, "430200")->alerts.before == 0);
    assert_true(row(&m->rules, "other")->alerts.now == 1 && row(&m->rules, "other")->alerts.before == 2);
    assert_string_equal(row(&m->sectors, "water")->zh, "水利");
    assert_true(row(&m->attackers, "198.51.100.7")->alerts.now == 3 && row(&m->victims, "10.0.0.1")->alerts.now == 3);
    assert_int_equal(m->listed, 2);
    assert_string_equal(m->list[0].id, "I-1");      /* the gravest first */
    uint64_t by_day = 0, by_region = 0;
    for (int d = 0; d < MODEL_DAYS; d++)
        by_day += m->days[d][1] + m->days[d][2] + m->days[d][3] + m->days[d][4];
    for (unsigned i = 0; i < m->regions.count; i++)
        by_region += m->regions.rows[i].alerts.now;
    assert_true(by_day == m->alerts.now && by_region == m->alerts.now);
    free(m);
    end(&p);
}

static void every_prefecture_has_a_row_even_at_zero(void **unused)
{
    (void)unused;
    struct file csv = file_of_text("code,name_zh,name_en,level,parent\n430000,湖南省,Hunan,province,\n430100,长沙市,Changsha,prefecture,430000\n"
                                   "430300,湘潭市,Xiangtan,prefecture,430000\n430102,芙蓉区,,county,430100\n");
    struct place p;
    begin(&p);
    fill(&p);
    struct model *m = collected(&p, csv.path);
    assert_string_equal(row(&m->regions, "430100")->zh, "长沙市");
    assert_string_equal(row(&m->regions, "430300")->en, "Xiangtan");
    assert_true(row(&m->regions, "430300")->alerts.now == 0);
    assert_string_equal(row(&m->regions, "430200")->zh, "430200");
    free(m);
    end(&p);
    unlink(csv.path);
}

static uint64_t now_of(const json_t *pair)
{
    return (uint64_t)json_integer_value(json_object_get(pair, "now"));
}

static void page_and_data_say_the_same_figures(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    fill(&p);
    for (int i = 0; i < 1500; i++)
        put_alert(&p, "2026-11-17", 2, "many", "430100", "actual");
    struct model *m = collected(&p, "");
    char *html = rendered(m, render_html), *text = rendered(m, render_json);
    json_error_t why;
    json_t *data = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (data == NULL)
        fail_msg("%s: %s", why.text, text);
    assert_int_equal(now_of(json_object_get(data, "alerts")), 1503);
    assert_non_null(strstr(html, "<b>1,503</b>"));
    assert_int_equal(now_of(json_object_get(json_object_get(data, "severity"), "1")), 2);
    assert_int_equal(json_array_size(json_object_get(data, "days")), 7);
    json_t *rules = json_object_get(data, "rules"), *first = json_array_get(rules, 0);
    assert_string_equal(json_string_value(json_object_get(first, "key")), "many");
    assert_int_equal(now_of(json_object_get(first, "alerts")), 1500);
    assert_non_null(strstr(html, "<span class=\"zh\">many</span>"));
    assert_non_null(strstr(html, ">1,500</td>"));
    assert_string_equal(json_string_value(json_object_get(data, "week")), "2026-W47");
    assert_non_null(strstr(html, "2026-W47 · 2026-11-16 — 2026-11-22"));
    json_decref(data);
    free(html);
    free(text);
    free(m);
    end(&p);
}

static void nothing_from_outside_becomes_markup(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    fill(&p);
    put_incident(&p, "<b>I</b>", "2026-11-20", 1, "x", "actual");
    struct model *m = collected(&p, "");
    char *html = rendered(m, render_html);
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "<b>I</b>"));
    assert_null(strstr(html, "first & <last>"));
    assert_non_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"));
    assert_non_null(strstr(html, "first &amp; &lt;last&gt;"));
    assert_non_null(strstr(html, "&lt;b&gt;I&lt;/b&gt;"));
    assert_null(strstr(html, "http"));          /* one page, nothing fetched */
    free(html);
    free(m);
    end(&p);
}

static const struct change_case { const char *name; uint64_t now, before; const char *want; } changes[] = {
    { "nothing before", 5, 0, "—" }, { "nothing at all", 0, 0, "—" }, { "twice", 4, 2, "+100.0%" }, { "half", 1, 2, "−50.0%" },
    { "gone", 0, 3, "−100.0%" }, { "the same", 3, 3, "±0.0%" }, { "a third more", 4, 3, "+33.3%" },
};

static void a_change_has_its_sign_and_without_a_base_there_is_none(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct model *m = calloc(1, sizeof *m);
        char want[80];
        strcpy(m->status, "actual");
        m->alerts = (struct pair){ changes[i].now, changes[i].before };
        char *html = rendered(m, render_html);
        snprintf(want, sizeof want, ", change </span>%s</span></div>", changes[i].want);
        if (strstr(html, want) == NULL)
            fail_msg("%s: %s is not there", changes[i].name, want);
        free(html);
        free(m);
    }
}

static void an_empty_week_and_a_drill_say_so(void **unused)
{
    (void)unused;
    struct model *m = calloc(1, sizeof *m);
    strcpy(m->status, "exercise");
    char *html = rendered(m, render_html);
    assert_non_null(strstr(html, "<span class=\"drill\"><span class=\"zh\">演练</span>"));
    assert_non_null(strstr(html, "本周无事件"));
    free(html);
    free(m);
}

static void long_signatures_are_one_row_and_cut_between_characters(void **unused)
{
    (void)unused;
    struct place p;
    char signature[1000] = "x";
    begin(&p);
    for (int i = 0; i < 200; i++)
        strcat(signature, "燧");
    put_alert(&p, "2026-11-16", 1, signature, "430100", "actual");
    put_alert(&p, "2026-11-10", 1, signature, "430100", "actual");
    struct model *m = collected(&p, "");
    assert_int_equal(m->rules.count, 1);
    assert_true(m->rules.rows[0].alerts.now == 1 && m->rules.rows[0].alerts.before == 1);
    char *text = rendered(m, render_json);
    assert_null(strstr(text, "\\u00"));
    free(text);
    free(m);
    end(&p);
}

static void a_list_that_was_cut_says_so(void **unused)
{
    (void)unused;
    struct place p;
    char id[20];
    begin(&p);
    for (int i = 0; i < MODEL_INCIDENTS_MAX + 7; i++) {
        snprintf(id, sizeof id, "I-%d", i);
        put_incident(&p, id, "2026-11-18", 4, "x", "actual");
    }
    struct model *m = collected(&p, "");
    char *html = rendered(m, render_html);
    assert_non_null(strstr(html, "仅列 50 项，共 57 项"));
    free(html);
    free(m);
    end(&p);
}

/* The gravest are the oldest: a list of the latest would have none of them. */
static void the_incidents_listed_are_the_gravest_of_the_week(void **unused)
{
    (void)unused;
    struct place p;
    char id[20];
    begin(&p);
    put_told(&p, "I-major", "2026-11-16", 2, "x", "actual", (struct told){ 1, 10, "430100", "" });
    put_told(&p, "I-serious", "2026-11-16", 3, "x", "actual", (struct told){ 1, 99, "430100", "" });
    put_told(&p, "I-general", "2026-11-16", 4, "x", "actual", (struct told){ 1, 80, "430100", "" });
    for (int i = 0; i < MODEL_INCIDENTS_MAX + 7; i++) {
        snprintf(id, sizeof id, "I-%d", i);
        put_told(&p, id, "2026-11-20", 4, "x", "actual", (struct told){ 1, i, "430100", "" });
    }
    struct model *m = collected(&p, "");
    assert_int_equal(m->listed, MODEL_INCIDENTS_MAX);
    assert_int_equal(m->incidents.now, MODEL_INCIDENTS_MAX + 10);
    assert_string_equal(m->list[0].id, "I-major");
    assert_string_equal(m->list[1].id, "I-serious");
    assert_string_equal(m->list[2].id, "I-general");
    for (unsigned i = 3; i < m->listed; i++)
        assert_true(m->list[i - 1].score > m->list[i].score);
    char *html = rendered(m, render_html);
    assert_non_null(strstr(html, "为最严重者"));
    free(html);
    free(m);
    end(&p);
}

static uint64_t incidents_of(const struct model_table *t)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < t->count; i++)
        sum += t->rows[i].incidents.now;
    return sum;
}

static void what_became_part_of_another_is_in_no_figure_and_the_rest_adds_up(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    put_incident(&p, "I-1", "2026-11-18", 2, "whole", "actual");
    put_told(&p, "I-2", "2026-11-18", 3, "part", "actual", (struct told){ 1, 90, "430200", "" });
    put_told(&p, "I-2", "2026-11-18", 3, "part", "actual", (struct told){ 2, 90, "430200", "I-1" });
    put_told(&p, "I-3", "2026-11-12", 1, "part before", "actual", (struct told){ 1, 90, "430200", "I-1" });
    put_incident(&p, "I-4", "2026-11-19", 4, "another", "actual");
    struct model *m = collected(&p, "");
    assert_true(m->incidents.now == 2 && m->incidents.before == 0);
    assert_true(m->level[2].now == 1 && m->level[3].now == 0 && m->level[4].now == 1 && m->level[1].before == 0);
    assert_true(incidents_of(&m->regions) == 2 && incidents_of(&m->sectors) == 2 && m->regions.count == 1);
    assert_int_equal(m->listed, 2);
    assert_string_equal(m->list[0].id, "I-1");
    assert_string_equal(m->list[1].id, "I-4");
    char *html = rendered(m, render_html), *text = rendered(m, render_json);
    assert_null(strstr(html, "I-2"));
    assert_null(strstr(text, "I-2"));
    assert_non_null(strstr(html, "并入其他事件的"));
    free(html);
    free(text);
    free(m);
    end(&p);
}

static void a_missing_archive_is_named(void **unused)
{
    (void)unused;
    struct model *m = calloc(1, sizeof *m);
    struct fault f = { 0 };
    assert_int_equal(model_week(m, "2026-W47", &f), 0);
    assert_true(model_collect(m, "/nonexistent/archive", "", &f) < 0);
    assert_non_null(strstr(f.why, "/nonexistent/archive"));
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weeks_are_those_of_iso_8601_in_local_time),
        cmocka_unit_test(what_is_no_week_is_refused_with_a_sentence),
        cmocka_unit_test(figures_are_those_of_the_week_and_of_the_one_before),
        cmocka_unit_test(every_prefecture_has_a_row_even_at_zero),
        cmocka_unit_test(page_and_data_say_the_same_figures),
        cmocka_unit_test(nothing_from_outside_becomes_markup),
        cmocka_unit_test(a_change_has_its_sign_and_without_a_base_there_is_none),
        cmocka_unit_test(an_empty_week_and_a_drill_say_so),
        cmocka_unit_test(long_signatures_are_one_row_and_cut_between_characters),
        cmocka_unit_test(a_list_that_was_cut_says_so),
        cmocka_unit_test(the_incidents_listed_are_the_gravest_of_the_week),
        cmocka_unit_test(what_became_part_of_another_is_in_no_figure_and_the_rest_adds_up),
        cmocka_unit_test(a_missing_archive_is_named),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
