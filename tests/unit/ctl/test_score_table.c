/* The table of what counts: the file that ships is the built-in one, and a bad line is named. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ctl/score_table.h"
#include "tests/support/file.h"

static void the_file_that_ships_is_the_built_in_table(void **unused)
{
    static struct score_table file, built_in;
    struct fault f = { 0 };
    (void)unused;
    assert_int_equal(score_table_load("", &built_in, &f), 0);
    if (score_table_load("deploy/data/drill_scores.csv", &file, &f) != 0)
        fail_msg("%s", f.why);
    assert_int_equal(file.count, built_in.count);
    assert_string_equal(file.sm3, built_in.sm3);
    for (size_t i = 0; i < file.count; i++)
        assert_string_equal(file.rows[i].id, built_in.rows[i].id);
}

static void every_ability_is_measured_and_everything_that_can_be_counted_is(void **unused)
{
    static struct score_table t;
    struct fault f;
    bool ability[ABILITIES] = { false }, counted[COUNTEDS] = { false };
    (void)unused;
    assert_int_equal(score_table_load("", &t, &f), 0);
    for (size_t i = 0; i < t.count; i++) {
        ability[t.rows[i].ability] |= t.rows[i].weight > 0;
        counted[t.rows[i].counted] = true;
    }
    for (int i = 0; i < ABILITIES; i++)
        assert_true(ability[i]);
    for (int i = 0; i < COUNTEDS; i++)
        if (!counted[i])
            fail_msg("nothing counts %s", score_counted[i].name);
}

static const struct line_case { const char *name, *line, *why; } lines[] = {
    { "too few columns", "a,discover,detected,1,90 %", "expected 7 columns" },
    { "too many", "a,discover,detected,1,90 %,甲,a,b", "expected 7 columns" },
    { "no id", ",discover,detected,1,90 %,甲,a", "expected an id of 1 to 31 small letters" },
    { "an id with a blank", "a b,discover,detected,1,90 %,甲,a", "expected an id of 1 to 31 small letters" },
    { "an id twice", "good,discover,detected,1,90 %,甲,a", "expected an id that no line before has, not \"good\"" },
    { "no such ability", "a,attack,detected,1,90 %,甲,a", "expected discover, protect or handle, not \"attack\"" },
    { "nothing that is counted", "a,discover,defected,1,90 %,甲,a", "expected something that can be counted" },
    { "a weight that is none", "a,discover,detected,heavy,90 %,甲,a", "expected a weight from 0 to 100" },
    { "a weight below", "a,discover,detected,-1,90 %,甲,a", "expected a weight from 0 to 100" },
    { "a weight above", "a,discover,detected,101,90 %,甲,a", "expected a weight from 0 to 100" },
    { "a share of nothing", "a,discover,detected,1,0 %,甲,a", "expected a share from 1 % to 100 %" },
    { "more than all", "a,discover,detected,1,101 %,甲,a", "expected a share from 1 % to 100 %" },
    { "a time for a share", "a,discover,detected,1,5 min,甲,a", "expected a share from 1 % to 100 %" },
    { "a share for a time", "a,discover,detect_mean,1,90 %,甲,a", "expected a time as in 30 s" },
    { "a time without a unit", "a,discover,detect_mean,1,30,甲,a", "expected a time as in 30 s" },
    { "no name", "a,discover,detected,1,90 %,,a", "expected a name in Chinese" },
};

static void a_bad_line_is_named_with_file_and_line(void **unused)
{
    static struct score_table t;
    (void)unused;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[512], where[160];
        struct fault f = { 0 };
        snprintf(text, sizeof text, "id,ability,counted,weight,target,name_zh,name_en\n# a comment\ngood,discover,detected,1,90 %%,甲,a\n%s\n", lines[i].line);
        struct file file = file_of_text(text);
        int rc = score_table_load(file.path, &t, &f);
        snprintf(where, sizeof where, "%s:4: ", file.path);
        unlink(file.path);
        if (rc != -EINVAL || strncmp(f.why, where, strlen(where)) != 0 || strstr(f.why, lines[i].why) == NULL)
            fail_msg("%s: gives %d, \"%s\"", lines[i].name, rc, f.why);
        assert_int_equal(t.count, 0);
    }
}

static void the_words_that_people_use_are_read(void **unused)
{
    static struct score_table t;
    struct fault f = { 0 };
    static const char text[] = "a,发现力,detect_mean,0,2 h,甲,a\nb,处置力,judged,100,100 %,乙,\"b, and c\"\n";
    (void)unused;
    struct file file = file_of_text(text);
    int rc = score_table_load(file.path, &t, &f);
    unlink(file.path);
    if (rc != 0)
        fail_msg("%s", f.why);
    assert_int_equal(t.rows[0].ability, DISCOVER);
    assert_int_equal(t.rows[0].target, 7200);
    assert_int_equal(t.rows[0].weight, 0);
    assert_int_equal(t.rows[1].target, 1000);
    assert_string_equal(t.rows[1].name_en, "b, and c");
}

static void no_file_and_an_empty_one_are_said(void **unused)
{
    static struct score_table t;
    struct fault f = { 0 };
    (void)unused;
    assert_int_equal(score_table_load("/nowhere/at/all.csv", &t, &f), -ENOENT);
    assert_non_null(strstr(f.why, "/nowhere/at/all.csv"));
    struct file file = file_of("# nothing\n", 10);
    assert_int_equal(score_table_load(file.path, &t, &f), -EINVAL);
    unlink(file.path);
    assert_non_null(strstr(f.why, "at least one row"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_that_ships_is_the_built_in_table),
        cmocka_unit_test(every_ability_is_measured_and_everything_that_can_be_counted_is),
        cmocka_unit_test(a_bad_line_is_named_with_file_and_line), cmocka_unit_test(the_words_that_people_use_are_read),
        cmocka_unit_test(no_file_and_an_empty_one_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
