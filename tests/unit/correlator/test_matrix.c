#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "correlator/matrix.h"
#include "tests/support/file.h"

static const struct wrong { const char *name, *text, *says; } wrongs[] = {
    { "three fields",      "what,importance,severity,value\ncolour,1,1\n", ":2: expected what,importance,severity,value" },
    { "no such row",       "size,1,1,red\n",     ":1: expected colour or asset with importance and severity from 1 to 4" },
    { "importance 5",      "colour,5,1,red\n",   ":1: expected colour or asset with importance and severity from 1 to 4" },
    { "no such colour",    "colour,1,1,green\n", ":1: expected blue, yellow, orange or red, not \"green\"" },
    { "no number",         "asset,1,,much\n",    ":1: expected a number from 0 to 1, not \"much\"" },
    { "too large",         "asset,1,,2\n",       ":1: expected a number from 0 to 1, not \"2\"" },
    { "not a number",      "asset,1,,nan\n",     ":1: expected a number from 0 to 1, not \"nan\"" },
    { "a hole",            "colour,1,1,red\n",   ": no colour for importance 1 and severity 2" },
};

static void a_wrong_line_is_named_and_nothing_of_the_file_counts(void **unused)
{
    struct matrix built_in;
    struct fault f;
    (void)unused;
    assert_int_equal(matrix_load("", &built_in, &f), 0);
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct file csv = file_of_text(wrongs[i].text);
        struct matrix m;
        assert_true(matrix_load(csv.path, &m, &f) < 0);
        if (strncmp(f.why, csv.path, strlen(csv.path)) != 0 || strcmp(f.why + strlen(csv.path), wrongs[i].says) != 0)
            fail_msg("%s: %s", wrongs[i].name, f.why);
        assert_memory_equal(&m, &built_in, sizeof m);
        unlink(csv.path);
    }
}

static void the_file_that_is_shipped_is_the_built_in_one(void **unused)
{
    struct matrix built_in, shipped;
    struct fault f;
    (void)unused;
    assert_int_equal(matrix_load("", &built_in, &f), 0);
    assert_int_equal(matrix_load("deploy/data/warning_matrix.csv", &shipped, &f), 0);
    assert_memory_equal(&built_in, &shipped, sizeof shipped);
}

static void nothing_graver_gives_a_lower_colour(void **unused)
{
    struct matrix m;
    struct fault f;
    (void)unused;
    assert_int_equal(matrix_load("", &m, &f), 0);
    for (int i = 0; i < MATRIX_SIDE; i++)
        for (int s = 0; s < MATRIX_SIDE; s++) {
            assert_true(i == 0 || m.colour[i][s] <= m.colour[i - 1][s]);
            assert_true(s == 0 || m.colour[i][s] <= m.colour[i][s - 1]);
        }
    assert_int_equal(matrix_importance(&m, 0.95), 1);
    assert_int_equal(matrix_importance(&m, 0.7), 2);
    assert_int_equal(matrix_importance(&m, 0.0), 4);
    assert_int_equal(colour_parse("orange"), COLOUR_ORANGE);
    assert_int_equal(colour_parse("green"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_line_is_named_and_nothing_of_the_file_counts), cmocka_unit_test(the_file_that_is_shipped_is_the_built_in_one),
        cmocka_unit_test(nothing_graver_gives_a_lower_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
