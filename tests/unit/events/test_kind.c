/* The tables of kinds hold together, and docs/workflow.md is what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/kind.h"
#include "events/matter.h"

/* Every name of "a|b" is one that `knows` says yes to. */
static void all_known(const struct kind *k, const char *list, bool (*knows)(const struct kind *k, const char *name), const char *where)
{
    char copy[512], *rest = copy;
    snprintf(copy, sizeof copy, "%s", list);
    for (char *word; (word = strsep(&rest, "|")) != NULL; )
        if (!knows(k, word))
            fail_msg("%s: %s names \"%s\", which it does not have", k->name, where, word);
}

static bool is_state(const struct kind *k, const char *name)
{
    return kind_state(k, name) >= 0;
}

static bool is_command(const struct kind *k, const char *name)
{
    return kind_command(k, name) != NULL;
}

static void every_arrow_goes_between_states_that_there_are(void **unused)
{
    (void)unused;
    for (size_t i = 0; kinds[i] != NULL; i++)
        for (const struct arrow *a = kinds[i]->arrows; a->command != NULL; a++) {
            if (*a->from != '\0' && *a->from != '*')
                all_known(kinds[i], a->from, is_state, "from");
            if (*a->to != '=' && *a->to != '<')
                all_known(kinds[i], a->to, is_state, "to");
            all_known(kinds[i], a->command, is_command, "an arrow");
            assert_true(a->by != 0);
            assert_true(a->by == BY_SYSTEM || !(a->by & BY_SYSTEM));
        }
}

static void what_begins_a_matter_needs_no_version_and_what_ends_is_a_state(void **unused)
{
    (void)unused;
    for (size_t i = 0; kinds[i] != NULL; i++) {
        all_known(kinds[i], kinds[i]->last, is_state, "last");
        for (const struct arrow *a = kinds[i]->arrows; a->command != NULL; a++)
            assert_true(*a->from != '\0' || ((a->flags & ARROW_FREE) && *a->to != '='));
    }
}

static void every_command_has_an_arrow_and_every_state_can_be_reached(void **unused)
{
    (void)unused;
    for (size_t i = 0; kinds[i] != NULL; i++) {
        for (const struct word *w = kinds[i]->commands; w->name != NULL; w++) {
            const struct arrow *a = kinds[i]->arrows;
            while (a->command != NULL && strcmp(a->command, w->name) != 0)
                a++;
            if (a->command == NULL)
                fail_msg("%s: no arrow for %s", kinds[i]->name, w->name);
        }
        for (const struct word *s = kinds[i]->states + 1; s->name != NULL; s++) {
            const struct arrow *a = kinds[i]->arrows;
            while (a->command != NULL && strcmp(a->to, s->name) != 0)
                a++;
            if (a->command == NULL)
                fail_msg("%s: nothing leads to %s", kinds[i]->name, s->name);
        }
    }
}

static const char *const own_members[] = { "id", "version", "decided", "region", "state", "created", "changed", "due", "fired", "proposal",
                                           "history", "history_gone", "note", NULL };

static void no_argument_is_called_as_a_matter_s_own_members(void **unused)
{
    (void)unused;
    for (size_t i = 0; kinds[i] != NULL; i++)
        for (const struct argument *a = kinds[i]->arguments; a->name != NULL; a++) {
            all_known(kinds[i], a->commands, is_command, a->name);
            assert_true((a->type == ARGUMENT_CHOICE) == (a->choices != NULL));
            assert_true(a->lowest <= a->highest);
            for (size_t o = 0; own_members[o] != NULL; o++)
                if (strcmp(own_members[o], a->name) == 0)
                    fail_msg("%s: %s", kinds[i]->name, a->name);
        }
}

static void a_time_that_is_waited_for_can_come_in_every_state_that_waits(void **unused)
{
    (void)unused;
    for (size_t i = 0; kinds[i] != NULL; i++)
        for (const struct due *d = kinds[i]->dues; d != NULL && d->name != NULL; d++) {
            all_known(kinds[i], d->states, is_state, d->name);
            for (const struct word *s = kinds[i]->states; s->name != NULL; s++) {
                const struct arrow *a = kinds[i]->arrows;
                while (a->command != NULL && !(a->by == BY_SYSTEM && strcmp(a->command, d->command) == 0 && arrow_leaves(kinds[i], a, s->name)))
                    a++;
                if (kind_among(d->states, s->name) && a->command == NULL)
                    fail_msg("%s: %s cannot come in %s", kinds[i]->name, d->name, s->name);
            }
        }
}

static void names_and_prefixes_are_no_other_kind_s(void **unused)
{
    (void)unused;
    for (size_t i = 0; kinds[i] != NULL; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(strcmp(kinds[i]->name, kinds[j]->name) != 0 && strcmp(kinds[i]->prefix, kinds[j]->prefix) != 0);
    assert_ptr_equal(kind_of_id("W-430100-20261122-aaaaaaaa"), kind_named("warning"));
    assert_null(kind_of_id("W"));
    assert_null(kind_of_id(""));
}

/* `make docs/workflow.md` makes it anew. */
static void the_page_is_what_the_tables_say(void **unused)
{
    static char page[262144], file[262144];
    struct text t = text_over(page, sizeof page);
    FILE *in = fopen("docs/workflow.md", "re");
    (void)unused;
    assert_non_null(in);
    size_t n = fread(file, 1, sizeof file - 1, in);
    fclose(in);
    kinds_page(&t);
    assert_false(t.cut);
    file[n] = '\0';
    assert_string_equal(file, text_end(&t));
}

/* ---- arguments ---- */

static const struct argument_case { const char *name; struct argument row; const char *json; bool good; } argument_cases[] = {
    { "a line",                      { .type = ARGUMENT_WORD },    "\"a\"", true },
    { "no empty line",               { .type = ARGUMENT_WORD },    "\"\"", false },
    { "no two lines",                { .type = ARGUMENT_WORD },    "\"a\\nb\"", false },
    { "two lines of text",           { .type = ARGUMENT_TEXT },    "\"a\\nb\"", true },
    { "no control characters",       { .type = ARGUMENT_TEXT },    "\"a\\u0007\"", false },
    { "no NUL",                      { .type = ARGUMENT_TEXT },    "\"a\\u0000b\"", false },
    { "no number for a text",        { .type = ARGUMENT_TEXT },    "1", false },
    { "a choice",                    { .type = ARGUMENT_CHOICE, .choices = "blue|red" }, "\"red\"", true },
    { "no half of a choice",         { .type = ARGUMENT_CHOICE, .choices = "blue|red" }, "\"re\"", false },
    { "no two choices",              { .type = ARGUMENT_CHOICE, .choices = "blue|red" }, "\"blue|red\"", false },
    { "the lowest number",           { .type = ARGUMENT_NUMBER, .lowest = 1, .highest = 4 }, "1", true },
    { "none below",                  { .type = ARGUMENT_NUMBER, .lowest = 1, .highest = 4 }, "0", false },
    { "none above",                  { .type = ARGUMENT_NUMBER, .lowest = 1, .highest = 4 }, "5", false },
    { "no fraction",                 { .type = ARGUMENT_NUMBER, .lowest = 1, .highest = 4 }, "1.5", false },
    { "a time",                      { .type = ARGUMENT_TIME },    "\"2026-11-22T08:00:00+08:00\"", true },
    { "no date that is none",        { .type = ARGUMENT_TIME },    "\"2026-13-22T08:00:00Z\"", false },
    { "an id of a kind",             { .type = ARGUMENT_ID },      "\"I-430100-20261122-7k3m9qd2\"", true },
    { "no id of no kind",            { .type = ARGUMENT_ID },      "\"Q-430100-20261122-7k3m9qd2\"", false },
    { "a region",                    { .type = ARGUMENT_REGION },  "\"430100\"", true },
    { "no region that breaks keys",  { .type = ARGUMENT_REGION },  "\"43}00\"", false },
    { "an address",                  { .type = ARGUMENT_ADDRESS }, "\"2001:db8::1\"", true },
    { "a prefix",                    { .type = ARGUMENT_ADDRESS }, "\"192.0.2.0/24\"", true },
    { "no host name",                { .type = ARGUMENT_ADDRESS }, "\"example.org\"", false },
    { "a list",                      { .type = ARGUMENT_WORDS },   "[\"a\",\"b\"]", true },
    { "no empty list",               { .type = ARGUMENT_WORDS },   "[]", false },
    { "no number in a list",         { .type = ARGUMENT_WORDS },   "[\"a\",1]", false },
    { "true",                        { .type = ARGUMENT_FLAG },    "true", true },
    { "no text for true",            { .type = ARGUMENT_FLAG },    "\"true\"", false },
    { "an object",                   { .type = ARGUMENT_JSON },    "{\"a\":[1]}", true },
    { "no list for an object",       { .type = ARGUMENT_JSON },    "[1]", false },
};

static void an_argument_is_of_its_type_or_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof argument_cases / sizeof argument_cases[0]; i++) {
        const struct argument_case *c = &argument_cases[i];
        struct argument row = c->row;
        struct fault f = { 0 };
        row.name = "thing";
        json_t *value = json_loads(c->json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(value);
        if ((argument_check(&row, value, &f) == 0) != c->good)
            fail_msg("%s: %s", c->name, f.why);
        assert_true(c->good || strstr(f.why, "`thing`") != NULL);
        json_decref(value);
    }
}

static void what_is_typed_becomes_the_value(void **unused)
{
    struct fault f;
    struct argument ids = { .name = "incidents", .type = ARGUMENT_IDS }, level = { .name = "level", .type = ARGUMENT_NUMBER, .lowest = 1, .highest = 4 };
    (void)unused;
    json_t *list = argument_typed(&ids, "I-1-20261122-aaaaaaaa,I-2-20261122-bbbbbbbb", &f), *three = argument_typed(&level, "3", &f);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_string_value(json_array_get(list, 1)), "I-2-20261122-bbbbbbbb");
    assert_int_equal(json_integer_value(three), 3);
    assert_null(argument_typed(&level, "three", &f));
    assert_string_equal(f.why, "`level`: expected a whole number from 1 to 4");
    assert_null(argument_typed(&level, "9", &f));
    json_decref(list);
    json_decref(three);
}

static void what_a_command_does_not_take_and_what_it_lacks_is_said(void **unused)
{
    struct fault f;
    const struct kind *k = kind_named("notice");
    json_t *args = json_pack("{s:s}", "colour", "red");
    (void)unused;
    assert_int_not_equal(arguments_check(k, "sign", args, false, &f), 0);
    assert_string_equal(f.why, "notice sign takes no `colour`");
    json_object_clear(args);
    assert_int_not_equal(arguments_check(k, "sign", args, false, &f), 0);
    assert_string_equal(f.why, "notice sign needs `signer` (who received it)");
    json_object_set_new(args, "signer", json_string("li"));
    assert_int_equal(arguments_check(k, "sign", args, false, &f), 0);
    assert_int_not_equal(arguments_check(k, "sign", args, true, &f), 0);
    assert_string_equal(f.why, "notice sign needs `note`: why");
    json_decref(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_arrow_goes_between_states_that_there_are),
        cmocka_unit_test(what_begins_a_matter_needs_no_version_and_what_ends_is_a_state),
        cmocka_unit_test(every_command_has_an_arrow_and_every_state_can_be_reached),
        cmocka_unit_test(no_argument_is_called_as_a_matter_s_own_members),
        cmocka_unit_test(a_time_that_is_waited_for_can_come_in_every_state_that_waits),
        cmocka_unit_test(names_and_prefixes_are_no_other_kind_s), cmocka_unit_test(the_page_is_what_the_tables_say),
        cmocka_unit_test(an_argument_is_of_its_type_or_named), cmocka_unit_test(what_is_typed_becomes_the_value),
        cmocka_unit_test(what_a_command_does_not_take_and_what_it_lacks_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
