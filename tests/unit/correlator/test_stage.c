#include "tests/unit/correlator/alerts.h"

#include <unistd.h>

#include "correlator/stage.h"
#include "tests/support/file.h"

static const struct wrong { const char *name, *text, *says; } wrongs[] = {
    { "no such way",   "by,text,tactic,source\nport,80,TA0001,\n",   ":2: expected signature or category, not \"port\"" },
    { "no tactic",     "category,Denial of Service,TA9999,\n",       ":1: \"TA9999\" is no tactic of ATT&CK; expected TA0043, TA0106 ... or - for none" },
    { "no text",       "category,,TA0001,\n",                        ":1: expected by,text,tactic,source" },
    { "two fields",    "category,x\n",                               ":1: expected by,text,tactic,source" },
    { "five fields",   "category,x,TA0001,ours,more\n",              ":1: expected by,text,tactic,source" },
};

static void a_wrong_line_is_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct file csv = file_of_text(wrongs[i].text);
        struct fault f = { 0 };
        assert_null(stages_load(csv.path, &f));
        if (strncmp(f.why, csv.path, strlen(csv.path)) != 0 || strcmp(f.why + strlen(csv.path), wrongs[i].says) != 0)
            fail_msg("%s: %s", wrongs[i].name, f.why);
        unlink(csv.path);
    }
}

static const char *told(const struct stages *t, const char *tactic, const char *signature, const char *category)
{
    struct alert_view a = { .tactic = tactic, .signature = signature, .category = category };
    return stages_tactic(t, &a);
}

static void a_rule_says_its_tactic_itself_or_by_its_name_or_by_its_category(void **unused)
{
    (void)unused;
    struct fault f;
    struct stages *t = stages_load("", &f);
    assert_string_equal(told(t, "TA0106", "ET SCAN x", "Denial of Service"), "TA0106");
    assert_string_equal(told(t, "", "ET SCAN x", "Web Application Attack"), "TA0043");
    assert_string_equal(told(t, "", "x", "web application attack"), "TA0001");
    assert_string_equal(told(t, "", "x", "Misc activity"), "");
    stages_free(t);
}

static void a_line_of_the_file_replaces_takes_away_or_adds(void **unused)
{
    (void)unused;
    struct fault f;
    struct file csv = file_of_text("by,text,tactic,source\n# ours\ncategory,Denial of service,TA0105,plants\nsignature,\" SCAN \",-,\n"
                                   "category,Misc activity,TA0007,\nsignature,写线圈,TA0106,\n");
    struct stages *t = stages_load(csv.path, &f);
    assert_non_null(t);
    assert_string_equal(told(t, "", "x", "Denial of Service"), "TA0105");
    assert_string_equal(told(t, "", "ET SCAN x", ""), "");
    assert_string_equal(told(t, "", "x", "Misc activity"), "TA0007");
    assert_string_equal(told(t, "", "外部写线圈 write", "Misc activity"), "TA0106");
    assert_string_equal(told(t, "", "x", "Web Application Attack"), "TA0001");
    stages_free(t);
    unlink(csv.path);
}

static void the_file_that_ships_says_what_is_built_in(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    if (access("deploy/data/stages.csv", R_OK) != 0)
        skip();
    struct stages *file = stages_load("deploy/data/stages.csv", &f);
    assert_non_null(file);
    assert_string_equal(told(file, "", "ET SCAN x", ""), "TA0043");
    assert_string_equal(told(file, "", "x", "Crypto Currency Mining Activity Detected"), "TA0040");
    stages_free(file);
}

static void a_file_that_is_not_there_is_named(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    assert_null(stages_load("/nowhere/stages.csv", &f));
    assert_non_null(strstr(f.why, "/nowhere/stages.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(a_rule_says_its_tactic_itself_or_by_its_name_or_by_its_category),
        cmocka_unit_test(a_line_of_the_file_replaces_takes_away_or_adds),
        cmocka_unit_test(the_file_that_ships_says_what_is_built_in),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
