/* Statutory clocks: which run, from when, what moves, stops and ends them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "correlator/clocks.h"
#include "events/load.h"
#include "tests/support/file.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define AWARE  UINT64_C(1795320000000000)       /* 2026-11-22 12:00 +08:00 */

static const char table_text[] =
    "id,operator,level,within,starts,reporter_zh,reporter_en,to_zh,to_en,article,valid_from,valid_to,source\n"
    "cii_first,cii_operator,3,1 h,aware,运营者,operator,保护部门,department,a,2025-11-01,,s\n"
    "cii_upward,cii_operator,2,30 min,cii_first,保护部门,department,国家,nation,a,2025-11-01,,s\n"
    "cii_final,cii_operator,3,30 d,contained,运营者,operator,保护部门,department,a,2025-11-01,,s\n"
    "other_old,other_operator,3,8 h,aware,其他,other,省,province,a,2020-01-01,2025-11-01,s\n"
    "other_first,other_operator,3,4 h,aware,其他,other,省,province,a,2025-11-01,,s\n";

static struct clocks *table(void)
{
    struct fault f = { 0 };
    struct file file = file_of_text(table_text);
    struct clocks *t = clocks_load(file.path, &f);
    unlink(file.path);
    assert_non_null(t);
    return t;
}

static struct incident confirmed(unsigned level, bool cii)
{
    return (struct incident){ .id = "I-430100-20261122-00000000", .region = "430100", .status = "actual", .state = INCIDENT_CONFIRMED,
                              .level = (enum incident_level)level, .cii = cii, .first_us = AWARE - HOUR, .aware_at_us = AWARE, .merged_into = "" };
}

static void done(struct clocks *t, struct incident *i)
{
    json_decref(i->clocks);
    json_decref(i->due);
    json_decref(i->fired);
    clocks_free(t);
}

static const char *of(const struct incident *i, const char *id, const char *member)
{
    return event_text_of(json_object_get(json_object_get(i->clocks, "reports"), id), member);
}

static bool runs(const struct incident *i, const char *id)
{
    char name[64];
    snprintf(name, sizeof name, "report:%s", id);
    return due_at(i->due, name) != 0;
}

static const struct deed li = { "c-1", "report", "li.na", BY_DUTY, AWARE + 10 * HOUR, "" };

static void each_clock_runs_for_whom_and_from_which_level_the_table_says(void **s)
{
    static const struct { const char *name; unsigned level; bool cii; const char *status; enum incident_state state; const char *runs; } cases[] = {
        { "serious, CII: the level itself is included", 3, true, "actual", INCIDENT_CONFIRMED, "cii_first" },
        { "general, CII: below", 4, true, "actual", INCIDENT_CONFIRMED, "" },
        { "extraordinary, CII: the step upward waits for the first report", 1, true, "actual", INCIDENT_CONFIRMED, "cii_first" },
        { "serious, other: today's row, not the one that ended", 3, false, "actual", INCIDENT_CONFIRMED, "other_first" },
        { "an exercise never", 1, true, "exercise", INCIDENT_CONFIRMED, "" },
        { "a test never", 1, true, "test", INCIDENT_CONFIRMED, "" },
        { "judged false", 1, true, "actual", INCIDENT_FALSE_POSITIVE, "" },
        { "judged benign", 1, true, "actual", INCIDENT_BENIGN, "" },
    };
    (void)s;
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        struct clocks *t = table();
        struct incident i = confirmed(cases[n].level, cases[n].cii);
        i.status = cases[n].status;
        i.state = cases[n].state;
        print_message("%s\n", cases[n].name);
        assert_int_equal(clocks_follow(t, &i, AWARE), *cases[n].runs != '\0');
        for (const char *const *id = (const char *const[]){ "cii_first", "cii_upward", "cii_final", "other_old", "other_first", NULL }; *id != NULL; id++)
            assert_int_equal(runs(&i, *id), strcmp(*id, cases[n].runs) == 0);
        done(t, &i);
    }
}

static void nothing_runs_before_somebody_is_aware(void **s)
{
    (void)s;
    struct clocks *t = table();
    struct incident i = confirmed(1, true);
    i.aware_at_us = 0;
    assert_int_equal(clocks_follow(t, &i, AWARE), 0);
    assert_null(i.due);
    done(t, &i);
}

static void a_clock_counts_from_awareness_and_reminds_when_a_quarter_is_left(void **s)
{
    (void)s;
    struct clocks *t = table();
    struct incident i = confirmed(3, true);
    clocks_follow(t, &i, AWARE + MINUTE);
    assert_int_equal(due_at(i.due, "report:cii_first"), AWARE + HOUR);
    assert_int_equal(due_at(i.due, "remind:cii_first"), AWARE + 45 * MINUTE);
    assert_int_equal(clocks_follow(t, &i, AWARE + 2 * MINUTE), 0);      /* nothing new */
    i.aware_at_us = AWARE - 20 * MINUTE;                                /* it was known earlier: the clock moves */
    assert_int_equal(clocks_follow(t, &i, AWARE + 3 * MINUTE), 1);
    assert_int_equal(due_at(i.due, "report:cii_first"), AWARE + 40 * MINUTE);
    done(t, &i);
}

static void the_first_report_stops_its_clock_and_starts_the_next(void **s)
{
    (void)s;
    struct refusal why = { 0 };
    struct clocks *t = table();
    struct incident i = confirmed(2, true);
    clocks_follow(t, &i, AWARE);
    assert_int_equal(clocks_report(&i, "cii_first", &li, AWARE + 50 * MINUTE, "湘网信 2026-11", &why), 0);
    assert_int_equal(clocks_follow(t, &i, li.at_us), 1);
    assert_false(runs(&i, "cii_first"));
    assert_int_equal(due_at(i.due, "report:cii_upward"), AWARE + 80 * MINUTE);
    assert_string_equal(of(&i, "cii_first", "reference"), "湘网信 2026-11");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(i.clocks, "reports"), "cii_first"), "late_s")), 0);
    i.level = LEVEL_GENERAL;                                            /* what was reported stays as it was */
    clocks_follow(t, &i, li.at_us);
    assert_true(due_at(json_object_get(json_object_get(i.clocks, "reports"), "cii_first"), "reported_at") != 0);
    assert_false(runs(&i, "cii_upward"));
    done(t, &i);
}

static void a_late_report_says_how_late(void **s)
{
    (void)s;
    struct refusal why = { 0 };
    struct clocks *t = table();
    struct incident i = confirmed(3, false);
    clocks_follow(t, &i, AWARE);
    assert_int_equal(clocks_report(&i, "other_first", &li, AWARE + 4 * HOUR + 90 * SECOND, "r", &why), 0);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(i.clocks, "reports"), "other_first"), "late_s")), 90);
    done(t, &i);
}

static void further_reports_are_supplements_up_to_a_ceiling(void **s)
{
    (void)s;
    struct refusal why = { 0 };
    struct clocks *t = table();
    struct incident i = confirmed(3, true);
    clocks_follow(t, &i, AWARE);
    for (int n = 0; n <= SUPPLEMENTS_MAX; n++)
        assert_int_equal(clocks_report(&i, "cii_first", &li, AWARE + MINUTE, "r", &why), 0);
    assert_int_equal(clocks_report(&i, "cii_first", &li, AWARE + MINUTE, "r", &why), -EPERM);
    assert_int_equal(why.code, REFUSED_FULL);
    done(t, &i);
}

static void a_report_is_refused_with_its_reason(void **s)
{
    static const struct { const char *name, *id; uint64_t at_us; enum refusal_code code; } cases[] = {
        { "no such clock", "nobody", AWARE, REFUSED_ARGUMENT },
        { "one that does not run here", "other_first", AWARE, REFUSED_ARGUMENT },
        { "in the future", "cii_first", AWARE + 11 * HOUR, REFUSED_TIME },
        { "before anything happened", "cii_first", AWARE - 2 * HOUR, REFUSED_TIME },
    };
    (void)s;
    struct clocks *t = table();
    struct incident i = confirmed(3, true);
    clocks_follow(t, &i, AWARE);
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        struct refusal why = { 0 };
        print_message("%s\n", cases[n].name);
        assert_int_equal(clocks_report(&i, cases[n].id, &li, cases[n].at_us, "r", &why), -EPERM);
        assert_int_equal(why.code, cases[n].code);
        assert_true(why.en[0] != '\0' && why.zh[0] != '\0');
        assert_true(runs(&i, "cii_first"));
    }
    done(t, &i);
}

static void what_turns_out_to_be_none_ends_its_clocks_with_the_reason_and_may_start_them_again(void **s)
{
    (void)s;
    struct refusal why = { 0 };
    struct clocks *t = table();
    struct incident i = confirmed(3, true);
    clocks_follow(t, &i, AWARE);
    i.state = INCIDENT_FALSE_POSITIVE;
    assert_int_equal(clocks_follow(t, &i, AWARE + MINUTE), 1);
    assert_false(runs(&i, "cii_first"));
    assert_string_equal(event_text_of(json_object_get(json_object_get(json_object_get(i.clocks, "reports"), "cii_first"), "ended"), "why"),
                        "it is none 判为误报或无害");
    assert_int_equal(clocks_report(&i, "cii_first", &li, AWARE + MINUTE, "r", &why), -EPERM);
    i.state = INCIDENT_REOPENED;
    assert_int_equal(clocks_follow(t, &i, AWARE + 2 * MINUTE), 1);
    assert_int_equal(due_at(i.due, "report:cii_first"), AWARE + HOUR);      /* as if it had never stopped */
    done(t, &i);
}

static void the_operator_that_a_person_names_counts(void **s)
{
    (void)s;
    struct clocks *t = table();
    struct incident i = confirmed(3, true);
    clocks_follow(t, &i, AWARE);
    assert_true(clocks_set_operator(&i, "other_operator"));
    clocks_follow(t, &i, AWARE + MINUTE);
    assert_false(runs(&i, "cii_first"));
    assert_true(runs(&i, "other_first"));
    done(t, &i);
}

static void a_level_that_alerts_raise_is_seen(void **s)
{
    (void)s;
    struct clocks *t = table();
    struct incident i = confirmed(4, true);
    clocks_follow(t, &i, AWARE);
    assert_false(clocks_are_behind(&i));
    i.level = LEVEL_MAJOR;
    assert_true(clocks_are_behind(&i));
    clocks_follow(t, &i, AWARE + HOUR);
    assert_false(clocks_are_behind(&i));
    assert_int_equal(due_at(i.due, "report:cii_first"), AWARE + HOUR);      /* awareness is what counts: it is over already */
    done(t, &i);
}

static void the_final_report_is_owed_thirty_days_after_containment_also_when_it_is_closed(void **s)
{
    (void)s;
    uint64_t at_us;
    struct clocks *t = table();
    struct incident i = confirmed(3, true);
    clocks_follow(t, &i, AWARE);
    i.state = INCIDENT_CONTAINED;
    clocks_follow(t, &i, AWARE + 5 * HOUR);
    assert_int_equal(due_at(i.due, "report:cii_final"), AWARE + 5 * HOUR + 30 * 24 * HOUR);
    i.state = INCIDENT_CLOSED;
    clocks_follow(t, &i, AWARE + 6 * HOUR);
    assert_int_equal(due_at(i.due, "report:cii_final"), AWARE + 5 * HOUR + 30 * 24 * HOUR);
    assert_non_null(due_next(kind_named("incident"), "closed", i.due, i.fired, &at_us));
    i.state = INCIDENT_REOPENED;                                        /* it was not over: containment counts anew */
    clocks_follow(t, &i, AWARE + 7 * HOUR);
    assert_false(runs(&i, "cii_final"));
    done(t, &i);
}

static void a_part_of_another_owes_nothing_of_its_own(void **s)
{
    (void)s;
    struct clocks *t = table();
    struct incident i = confirmed(3, true);
    clocks_follow(t, &i, AWARE);
    i.merged_into = "I-430100-20261122-11111111";
    clocks_follow(t, &i, AWARE + MINUTE);
    assert_false(runs(&i, "cii_first"));
    done(t, &i);
}

static void a_bad_line_is_named_with_what_was_expected(void **s)
{
#define HEAD "id,operator\n"
    static const struct { const char *text, *says; } cases[] = {
        { HEAD "a,b\n", ":2: expected 13 columns" },
        { HEAD "a b,cii_operator,3,1 h,aware,r,r,t,t,a,,,s\n", "an id of at most 31 bytes" },
        { HEAD "a,nobody,3,1 h,aware,r,r,t,t,a,,,s\n", "expected an operator" },
        { HEAD "a,cii_operator,5,1 h,aware,r,r,t,t,a,,,s\n", "a level from 1" },
        { HEAD "a,cii_operator,33,1 h,aware,r,r,t,t,a,,,s\n", "a level from 1" },
        { HEAD "a,cii_operator,3,soon,aware,r,r,t,t,a,,,s\n", "a time such as 30 min" },
        { HEAD "a,cii_operator,3,-1 h,aware,r,r,t,t,a,,,s\n", "a time such as 30 min" },
        { HEAD "a,cii_operator,3,1 h,b,r,r,t,t,a,,,s\n", "the id of a line before" },
        { HEAD "a,cii_operator,3,1 h,aware,,r,t,t,a,,,s\n", "who reports, to whom" },
        { HEAD "a,cii_operator,3,1 h,aware,r,r,t,t,a,2025-1-1,,s\n", "days such as 2025-11-01" },
        { HEAD "a,cii_operator,3,1 h,aware,r,r,t,t,a,2026-01-01,2025-01-01,s\n", "days such as 2025-11-01" },
        { HEAD "a,cii_operator,3,1 h,aware,r,r,t,t,a,,,s\na,cii_operator,3,1 h,aware,r,r,t,t,a,,,s\n", ":3: expected an id that no line before has" },
    };
    (void)s;
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        struct fault f = { 0 };
        struct file file = file_of_text(cases[n].text);
        assert_null(clocks_load(file.path, &f));
        unlink(file.path);
        if (strstr(f.why, cases[n].says) == NULL)
            fail_msg("%s does not say %s", f.why, cases[n].says);
    }
}

static void the_shipped_table_is_good(void **s)
{
    (void)s;
    struct fault f = { 0 };
    struct clocks *t = clocks_load("deploy/data/reporting_clocks.csv", &f);
    if (t == NULL)
        fail_msg("%s", f.why);
    struct incident i = confirmed(2, true);
    clocks_follow(t, &i, AWARE);
    assert_int_equal(due_at(i.due, "report:cii_first"), AWARE + HOUR);
    done(t, &i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_clock_runs_for_whom_and_from_which_level_the_table_says),
        cmocka_unit_test(nothing_runs_before_somebody_is_aware),
        cmocka_unit_test(a_clock_counts_from_awareness_and_reminds_when_a_quarter_is_left),
        cmocka_unit_test(the_first_report_stops_its_clock_and_starts_the_next),
        cmocka_unit_test(a_late_report_says_how_late),
        cmocka_unit_test(further_reports_are_supplements_up_to_a_ceiling),
        cmocka_unit_test(a_report_is_refused_with_its_reason),
        cmocka_unit_test(what_turns_out_to_be_none_ends_its_clocks_with_the_reason_and_may_start_them_again),
        cmocka_unit_test(the_operator_that_a_person_names_counts),
        cmocka_unit_test(a_level_that_alerts_raise_is_seen),
        cmocka_unit_test(the_final_report_is_owed_thirty_days_after_containment_also_when_it_is_closed),
        cmocka_unit_test(a_part_of_another_owes_nothing_of_its_own),
        cmocka_unit_test(a_bad_line_is_named_with_what_was_expected),
        cmocka_unit_test(the_shipped_table_is_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
