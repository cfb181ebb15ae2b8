#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "events/drill.h"

static const struct name_case { const char *what, *name; bool fits; } names[] = {
    { "a letter", "a", true }, { "letters, digits and marks", "Inject-3.b_2", true }, { "a digit first", "1a", true },
    { "the longest", "abcdefghijklmnopqrstuvwx", true }, { "one too long", "abcdefghijklmnopqrstuvwxy", false }, { "nothing", "", false },
    { "a dash first", "-a", false }, { "a dot first", ".a", false }, { "a blank", "a b", false }, { "a comma, which would be a column", "a,b", false },
    { "a quote", "a\"b", false }, { "Chinese", "注入", false }, { "a line's end", "a\n", false },
};

static void the_name_of_an_inject_is_short_and_plain(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (drill_inject_fits(names[i].name) != names[i].fits)
            fail_msg("%s", names[i].what);
}

static void the_digest_is_of_what_the_score_says_and_not_of_how_it_is_spaced(void **unused)
{
    static const struct { const char *json; bool same; } others[] = {
        { "{ \"a\" : 1,\n \"b\" : [ \"演练\" ] }", true }, { "{\"a\":1,\"b\":[\"\\u6f14\\u7ec3\"]}", true }, { "{\"a\":2,\"b\":[\"演练\"]}", false },
        { "{\"b\":[\"演练\"],\"a\":1}", false }, { "{\"a\":1,\"b\":[\"演练\"],\"c\":null}", false },
    };
    char digest[DRILL_DIGEST_MAX], other[DRILL_DIGEST_MAX];
    json_t *score = json_loads("{\"a\":1,\"b\":[\"演练\"]}", 0, NULL);
    (void)unused;
    assert_true(drill_score_digest(score, digest));
    assert_int_equal(strlen(digest), 64);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        json_t *o = json_loads(others[i].json, 0, NULL);
        assert_true(drill_score_digest(o, other));
        if ((strcmp(digest, other) == 0) != others[i].same)
            fail_msg("%s", others[i].json);
        json_decref(o);
    }
    json_decref(score);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_an_inject_is_short_and_plain),
        cmocka_unit_test(the_digest_is_of_what_the_score_says_and_not_of_how_it_is_spaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
