#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "correlator/weights.h"
#include "tests/support/file.h"

static const struct wrong { const char *name, *text, *says; } wrongs[] = {
    { "no weight",          "name,value,about\nseverity.9,1,\n", ":2: \"severity.9\" is no weight; expected severity.1, mlps.3, cii, level.2 ..." },
    { "no number",          "cii,much,\n",                       ":1: cii: expected a number from 0 to 1, not \"much\"" },
    { "half a number",      "cii,0.5x,\n",                       ":1: cii: expected a number from 0 to 1, not \"0.5x\"" },
    { "too large",          "cii,1.5,\n",                        ":1: cii: expected a number from 0 to 1, not \"1.5\"" },
    { "no number at all",   "cii,nan,\n",                        ":1: cii: expected a number from 0 to 1, not \"nan\"" },
    { "one field",          "cii\n",                             ":1: expected name,value,about" },
    { "levels upside down", "level.1,10,\n",                     ": level.1 must not be below level.2, nor level.2 below level.3" },
};

static void a_wrong_line_is_named_and_nothing_of_the_file_counts(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct file csv = file_of_text(wrongs[i].text);
        struct weights w;
        struct fault f;
        assert_true(weights_load(csv.path, &w, &f) < 0);
        if (strncmp(f.why, csv.path, strlen(csv.path)) != 0 || strcmp(f.why + strlen(csv.path), wrongs[i].says) != 0)
            fail_msg("%s: %s", wrongs[i].name, f.why);
        assert_memory_equal(&w, &weights_default, sizeof w);
        unlink(csv.path);
    }
}

static void what_is_not_named_keeps_its_default(void **unused)
{
    (void)unused;
    struct file csv = file_of_text("name,value,about\n# ours\nseverity.2,0.9,\nlevel.3,40,more serious ones\n");
    struct weights w, want = weights_default;
    struct fault f;
    want.severity[2] = 0.9;
    want.level_at[3] = 40;
    assert_int_equal(weights_load(csv.path, &w, &f), 0);
    assert_memory_equal(&w, &want, sizeof w);
    unlink(csv.path);
    assert_int_equal(weights_load("", &w, &f), 0);
    assert_memory_equal(&w, &weights_default, sizeof w);
    assert_true(weights_load("/nonexistent/w.csv", &w, &f) < 0);
    assert_string_equal(f.why, "/nonexistent/w.csv: No such file or directory");
}

static void the_file_that_is_shipped_is_the_defaults(void **unused)
{
    (void)unused;
    struct weights w;
    struct fault f;
    if (access("deploy/data/scoring.csv", R_OK) != 0)
        skip();
    assert_int_equal(weights_load("deploy/data/scoring.csv", &w, &f), 0);
    assert_memory_equal(&w, &weights_default, sizeof w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_line_is_named_and_nothing_of_the_file_counts),
        cmocka_unit_test(what_is_not_named_keeps_its_default),
        cmocka_unit_test(the_file_that_is_shipped_is_the_defaults),
    };
    return cmocka_run_group_tests_name("weights", tests, NULL, NULL);
}
