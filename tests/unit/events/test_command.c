/* Commands as they travel: what goes in comes out, what cannot be one has a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/command.h"
#include "events/kind.h"

static const char good[] =
    "{\"id\":\"c-1\",\"timestamp\":\"2026-11-22T08:00:00Z\",\"event_type\":\"command\",\"region\":\"430100\",\"command\":{\"kind\":\"notice\","
    "\"name\":\"sign\",\"subject\":\"N-430100-20261122-7k3m9qd2\",\"version\":4,\"who\":\"li.na\",\"role\":\"unit\",\"scope\":{\"region\":"
    "\"430100\",\"unit\":\"水厂\"},\"args\":{\"signer\":\"李\",\"note\":\"ok\"}}}";

static void a_command_comes_back_as_it_was_written(void **unused)
{
    char line[2048];
    struct command_view v, again;
    struct fault f;
    (void)unused;
    assert_int_equal(command_parse(good, strlen(good), &v, &f), 0);
    struct text t = text_over(line, sizeof line);
    command_json(&v.command, &t);
    assert_int_equal(command_parse(line, t.len, &again, &f), 0);
    assert_string_equal(again.command.id, "c-1");
    assert_string_equal(again.command.kind, "notice");
    assert_string_equal(again.command.name, "sign");
    assert_string_equal(again.command.subject, "N-430100-20261122-7k3m9qd2");
    assert_int_equal(again.command.version, 4);
    assert_int_equal(again.command.role, BY_UNIT);
    assert_string_equal(again.command.scope.unit, "水厂");
    assert_string_equal(again.command.scope.sector, "");
    assert_int_equal(again.command.at_us, v.command.at_us);
    assert_string_equal(command_note(&again.command), "ok");
    assert_true(json_equal(again.command.args, v.command.args));
    command_view_free(&v);
    command_view_free(&again);
}

static const struct bad_case { const char *name, *json, *why; } bad_cases[] = {
    { "no JSON", "{", "not JSON at column" },
    { "no object", "[1]", "expected a JSON object" },
    { "no id", "{}", "a command's id has 1 to 95" },
    { "an id with a colon", "{\"id\":\"a:1:2\"}", "a command's id has 1 to 95" },
    { "no time", "{\"id\":\"a\",\"command\":{\"kind\":\"k\",\"name\":\"n\",\"who\":\"w\"}}", "its timestamp is none" },
    { "no kind", "{\"id\":\"a\",\"timestamp\":\"2026-11-22T08:00:00Z\",\"command\":{\"name\":\"n\",\"who\":\"w\"}}", "it names no kind" },
    { "no name", "{\"id\":\"a\",\"timestamp\":\"2026-11-22T08:00:00Z\",\"command\":{\"kind\":\"k\",\"who\":\"w\"}}", "it names no command" },
    { "nobody", "{\"id\":\"a\",\"timestamp\":\"2026-11-22T08:00:00Z\",\"command\":{\"kind\":\"k\",\"name\":\"n\"}}", "who gave it" },
    { "args that are none", "{\"id\":\"a\",\"timestamp\":\"2026-11-22T08:00:00Z\",\"command\":{\"kind\":\"k\",\"name\":\"n\",\"who\":\"w\",\"args\":[]}}",
      "its args are no object" },
};

static void what_cannot_be_a_command_has_a_sentence(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bad_cases / sizeof bad_cases[0]; i++) {
        struct command_view v;
        struct fault f = { 0 };
        assert_true(command_parse(bad_cases[i].json, strlen(bad_cases[i].json), &v, &f) < 0);
        if (strstr(f.why, bad_cases[i].why) == NULL)
            fail_msg("%s: %s", bad_cases[i].name, f.why);
        assert_null(v.document);
    }
}

static void every_prefix_is_refused_and_every_bit_flip_is_survived(void **unused)
{
    char copy[sizeof good];
    struct command_view v;
    struct fault f;
    (void)unused;
    for (size_t n = 0; n < sizeof good - 1; n++)
        assert_true(command_parse(good, n, &v, &f) < 0);
    for (size_t bit = 0; bit < 8 * (sizeof good - 1); bit++) {
        memcpy(copy, good, sizeof good);
        copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
        if (command_parse(copy, sizeof good - 1, &v, &f) == 0)
            assert_true(command_id_fits(v.command.id) && v.command.at_us != 0);
        command_view_free(&v);
    }
}

static const struct scope_case { const char *name, *scope, *region; bool covers; } scope_cases[] = {
    { "the province covers a prefecture", "430000", "430100", true },
    { "a prefecture covers its county",   "430100", "430102", true },
    { "and a street of it",               "430100", "430102001000", true },
    { "itself",                           "430100", "430100", true },
    { "no other prefecture",              "430100", "430200", false },
    { "nor its province",                 "430100", "430000", false },
    { "a county covers no county",        "430102", "430103", false },
    { "nothing covers nothing",           "",       "430100", false },
    { "ten is no wild card in the middle","430010", "430100", false },
    { "a name covers itself",             "lab",    "lab", true },
    { "and no longer name",               "lab",    "lab2", false },
};

static void a_scope_covers_what_lies_below_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof scope_cases / sizeof scope_cases[0]; i++) {
        struct scope s = { scope_cases[i].scope, "", "" };
        if (scope_covers_region(&s, scope_cases[i].region) != scope_cases[i].covers)
            fail_msg("%s", scope_cases[i].name);
    }
}

static void an_answer_says_what_became_of_it(void **unused)
{
    char room[1024];
    struct command_view v;
    struct answer a;
    struct fault f;
    struct refusal why;
    (void)unused;
    assert_int_equal(command_parse(good, strlen(good), &v, &f), 0);
    struct text t = text_over(room, sizeof room);
    text_lit(&t, "17 1795334400000000 430100 0123456789abcdef ");
    answer_applied(&v.command, "N-1", "signed", 5, &t);
    assert_int_equal(answer_parse(t.at, t.len, &a, &f), 0);
    assert_true(a.applied);
    assert_string_equal(a.id, "N-1");
    assert_int_equal(a.version, 5);
    answer_free(&a);
    t = text_over(room, sizeof room);
    assert_int_equal(refuse(&why, REFUSED_STATE, "当前“%s”%.0s", "%.0sit is \"%s\"", "草稿", "draft"), -1);
    answer_refused(&v.command, &why, &t);
    assert_int_equal(answer_parse(t.at, t.len, &a, &f), 0);
    assert_false(a.applied);
    assert_string_equal(a.code, "wrong_state");
    assert_string_equal(a.zh, "当前“草稿”");
    assert_string_equal(a.en, "it is \"draft\"");
    answer_free(&a);
    command_view_free(&v);
    assert_true(answer_parse("nothing", 7, &a, &f) < 0);
}

static void a_long_reason_is_cut_between_characters(void **unused)
{
    struct refusal why;
    char name[700];
    (void)unused;
    for (size_t i = 0; i < sizeof name - 1; i++)
        name[i] = "预"[i % 3];
    name[sizeof name - 1] = '\0';
    refuse(&why, REFUSED_RULE, "%s", "%s", name);
    assert_int_equal(strlen(why.zh) % 3, 0);
    assert_true(strlen(why.zh) > REASON_MAX - 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_comes_back_as_it_was_written), cmocka_unit_test(what_cannot_be_a_command_has_a_sentence),
        cmocka_unit_test(every_prefix_is_refused_and_every_bit_flip_is_survived), cmocka_unit_test(a_scope_covers_what_lies_below_it),
        cmocka_unit_test(an_answer_says_what_became_of_it), cmocka_unit_test(a_long_reason_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
