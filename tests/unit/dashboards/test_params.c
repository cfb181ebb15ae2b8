#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dashboards/server/params.h"

static const struct refused {
    const char *name, *text;
    enum params_of of;
    const char *code, *parameter;
} refused[] = {
    { "a name that is not there",        "foo=1",                        PARAMS_EVENTS, "unknown",   "foo" },
    { "a parameter of another address",  "by=region",                    PARAMS_EVENTS, "unknown",   "by" },
    { "event_type of a list that has one", "event_type=dns",             PARAMS_EVENTS, "unknown",   "event_type" },
    { "the same twice",                  "sid=1&sid=1",                  PARAMS_EVENTS, "repeated",  "sid" },
    { "no value",                        "sector",                       PARAMS_EVENTS, "malformed", "sector" },
    { "an empty value",                  "sector=",                      PARAMS_EVENTS, "malformed", "sector" },
    { "half an escape",                  "text=%e",                      PARAMS_EVENTS, "malformed", "text" },
    { "an escape that is none",          "text=%zz",                     PARAMS_EVENTS, "malformed", "text" },
    { "a NUL",                           "text=a%00b",                   PARAMS_EVENTS, "malformed", "text" },
    { "a line end",                      "text=a%0ab",                   PARAMS_EVENTS, "malformed", "text" },
    { "bytes that are not UTF-8",        "text=%ff",                     PARAMS_EVENTS, "malformed", "text" },
    { "an overlong form",                "text=%c0%80",                  PARAMS_EVENTS, "malformed", "text" },
    { "an overlong form of three",       "text=%e0%80%80",               PARAMS_EVENTS, "malformed", "text" },
    { "a surrogate",                     "text=%ed%a0%80",               PARAMS_EVENTS, "malformed", "text" },
    { "beyond the last character",       "text=%f4%90%80%80",            PARAMS_EVENTS, "malformed", "text" },
    { "half a character",                "text=%e9%95",                  PARAMS_EVENTS, "malformed", "text" },
    { "an escaped name that hides one",  "%66oo=1",                      PARAMS_EVENTS, "unknown",   "foo" },
    { "limit zero",                      "limit=0",                      PARAMS_EVENTS, "range",     "limit" },
    { "limit beyond a page",             "limit=501",                    PARAMS_EVENTS, "range",     "limit" },
    { "a negative number",               "sid=-1",                       PARAMS_EVENTS, "range",     "sid" },
    { "a number with a tail",            "sid=1x",                       PARAMS_EVENTS, "range",     "sid" },
    { "a number too long",               "sid=99999999999999999999999",  PARAMS_EVENTS, "range",     "sid" },
    { "a sid beyond 32 bits",            "sid=4294967296",               PARAMS_EVENTS, "range",     "sid" },
    { "a severity that is none",         "severity_most=5",              PARAMS_EVENTS, "range",     "severity_most" },
    { "a region with a wildcard",        "region=43%25",                 PARAMS_EVENTS, "malformed", "region" },
    { "a status that is none",           "status=real",                  PARAMS_EVENTS, "range",     "status" },
    { "a time in words",                 "from=yesterday",               PARAMS_EVENTS, "malformed", "from" },
    { "an address that is none",         "address=10.0.0.300",           PARAMS_EVENTS, "malformed", "address" },
    { "a prefix too long",               "address=10.0.0.0/33",          PARAMS_EVENTS, "malformed", "address" },
    { "an end before its beginning",     "from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", PARAMS_EVENTS, "range", "to" },
    { "counting by nothing",             "region=4301",                  PARAMS_COUNTS, "missing",   "by" },
    { "counting by what cannot be",      "by=payload",                   PARAMS_COUNTS, "range",     "by" },
    { "a flag that is none",             "merged=1",                     PARAMS_EVENTS, "range",     "merged" },
    { "a flag on one incident",          "merged=yes",                   PARAMS_ONE,    "unknown",   "merged" },
    { "filters on one incident",         "region=4301",                  PARAMS_ONE,    "unknown",   "region" },
    { "too many recent ones",            "recent=1001",                  PARAMS_STREAM, "range",     "recent" },
};

static void what_is_wrong_is_refused_by_name(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const struct refused *t = &refused[i];
        struct params p;
        struct param_fault f = { .code = "none" };
        int rc = params_parse(t->text, t->of, &p, &f);
        if (rc == 0 || strcmp(f.code, t->code) != 0 || strcmp(f.name, t->parameter) != 0 || f.why[0] == '\0')
            fail_msg("%s: gives %d, %s of `%s`: %s", t->name, rc, f.code, f.name, f.why);
    }
}

static void parts_are_left_out_unless_asked_for(void **unused)
{
    (void)unused;
    struct params p;
    struct param_fault f;
    assert_int_equal(params_parse("limit=1", PARAMS_EVENTS, &p, &f), 0);
    assert_false(p.query.merged);
    assert_int_equal(params_parse("merged=no", PARAMS_EVENTS, &p, &f), 0);
    assert_false(p.query.merged);
    assert_int_equal(params_parse("merged=yes&whole=I-1", PARAMS_EVENTS, &p, &f), 0);
    assert_true(p.query.merged);
    assert_string_equal(p.query.whole, "I-1");
}

static void a_whole_question_is_read(void **unused)
{
    (void)unused;
    struct params p;
    struct param_fault f;
    assert_int_equal(params_parse("region=4301&sector=%e9%87%91%e8%9e%8d&text=a+b%2Bc&address=2001:db8::/32&severity_most=2"
                                  "&sid=9100001&from=2026-11-21T00:00:00%2b08:00&status=exercise&limit=50&before=x%3A1",
                                  PARAMS_EVENTS, &p, &f), 0);
    assert_string_equal(p.query.region, "4301");
    assert_string_equal(p.query.sector, "金融");
    assert_string_equal(p.query.text, "a b+c");
    assert_string_equal(p.query.address, "2001:db8::/32");
    assert_string_equal(p.query.status, "exercise");
    assert_string_equal(p.query.before, "x:1");
    assert_int_equal(p.query.severity_most, 2);
    assert_int_equal(p.query.sid, 9100001);
    assert_int_equal(p.query.limit, 50);
    assert_int_equal(p.query.from_us, UINT64_C(1795190400000000));
    assert_null(p.query.unit);
}

static void nothing_asked_means_anything_and_a_page_of_the_usual_length(void **unused)
{
    (void)unused;
    static const char *const nothing[] = { NULL, "", "&", "&&&" };
    for (size_t i = 0; i < 4; i++) {
        struct params p;
        struct param_fault f;
        assert_int_equal(params_parse(nothing[i], PARAMS_EVENTS, &p, &f), 0);
        assert_int_equal(p.query.limit, PAGE_DEFAULT);
        assert_null(p.query.region);
    }
}

static void counts_hold_no_drill_unless_they_ask_for_it(void **unused)
{
    (void)unused;
    static const struct { const char *text; enum params_of of; const char *status; } cases[] = {
        { "by=region", PARAMS_COUNTS, "actual" }, { "by=region&status=exercise", PARAMS_COUNTS, "exercise" },
        { "by=status", PARAMS_COUNTS, NULL }, { "by=sid&incident=I-1", PARAMS_COUNTS, NULL }, { "region=43", PARAMS_EVENTS, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct params p;
        struct param_fault f;
        assert_int_equal(params_parse(cases[i].text, cases[i].of, &p, &f), 0);
        if (cases[i].status == NULL ? p.query.status != NULL : p.query.status == NULL || strcmp(p.query.status, cases[i].status) != 0)
            fail_msg("%s: %s", cases[i].text, p.query.status);
    }
}

static void a_text_longer_than_the_room_is_refused(void **unused)
{
    (void)unused;
    char text[PARAMS_TEXT_MAX + 16] = "text=";
    memset(text + 5, 'a', sizeof text - 6);
    struct params p;
    struct param_fault f;
    assert_int_not_equal(params_parse(text, PARAMS_EVENTS, &p, &f), 0);
    assert_string_equal(f.code, "malformed");
}

#define GOOD "region=4301&text=%e9%95%bf&from=2026-11-21T00:00:00Z&limit=5"

static void every_prefix_of_a_good_question_is_read_or_refused(void **unused)
{
    (void)unused;
    for (size_t n = 0; n <= strlen(GOOD); n++) {
        char *text = strndup(GOOD, n);      /* on the heap, so that a read beyond its end is seen */
        struct params p;
        struct param_fault f = { .code = NULL };
        assert_true(params_parse(text, PARAMS_EVENTS, &p, &f) == 0 || f.code != NULL);
        free(text);
    }
}

static void every_single_bit_change_of_a_good_question_is_survived(void **unused)
{
    (void)unused;
    char text[] = GOOD;
    for (size_t bit = 0; bit < (sizeof text - 1) * 8; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        struct params p;
        struct param_fault f = { .code = NULL };
        assert_true(params_parse(text, PARAMS_EVENTS, &p, &f) == 0 || f.code != NULL);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(parts_are_left_out_unless_asked_for),
        cmocka_unit_test(a_whole_question_is_read),
        cmocka_unit_test(nothing_asked_means_anything_and_a_page_of_the_usual_length),
        cmocka_unit_test(counts_hold_no_drill_unless_they_ask_for_it),
        cmocka_unit_test(a_text_longer_than_the_room_is_refused),
        cmocka_unit_test(every_prefix_of_a_good_question_is_read_or_refused),
        cmocka_unit_test(every_single_bit_change_of_a_good_question_is_survived),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
