/* What rule authors are told: what stopped a rule, and which rules cost more than they must. */
#include "tests/unit/detect/fire.h"

static const char rules[] =
    "alert tcp any any -> any any (content:\"GET\"; sid:1;)\n"
    "alert tcp any any -> any 81 (content:\"GET\"; sid:2;)\n"
    "alert tcp any any -> any any (content:\"GET\"; content:\"end\"; within:4; sid:3;)\n"
    "alert tcp any any -> any any (content:\"zebra\"; sid:4;)\n"
    "alert tcp any any -> any 80 (flags:S; sid:5;)\n"
    "alert tcp any any -> any any (content:\"GET\"; flow:to_client; sid:6;)\n"
    "alert udp any any -> any any (flags:S; sid:7;)\n";

static const struct { unsigned tried, held; const char *stopped_by; } expected[] = {
    { 2, 1, "content:\"GET\"" }, { 2, 0, "its addresses and ports" }, { 0, 0, NULL }, { 0, 0, NULL }, { 2, 0, "flags:S" },
    { 0, 0, NULL }, { 0, 0, NULL }
};

static void on_row(void *ctx, const struct detect_watched *w)
{
    unsigned *rows = ctx, i = w->rule->sid - 1;
    ++*rows;
    if (i == 0)
        assert_string_equal(w->literal, "content:\"GET\"");
    if (i == 3)
        assert_string_equal(w->literal, "content:\"zebra\"");
    if (expected[i].tried == 0)
        return;
    assert_true(w->tried >= w->held + w->stopped);
    assert_int_equal(w->held, i == 0);
    if (i != 0)
        assert_string_equal(w->stopped_by, expected[i].stopped_by);
}

static struct rules *rules_kept(const char *text)
{
    struct rules_source src = { .text = text, .text_len = strlen(text), .schemas = schemas, .schema_count = 2, .keep_texts = true };
    struct rules *r = NULL;
    struct fault f;
    if (rules_load(&src, NULL, &r, &f) != 0)
        fail_msg("%s", f.why);
    return r;
}

static void what_stopped_a_rule_is_told_in_its_words(void **unused)
{
    (void)unused;
    struct scene c;
    struct fault f;
    unsigned rows = 0;
    scene_begin(&c, rules);
    detect_free(c.detect);
    rules_free(c.rules);
    c.rules = rules_kept(rules);
    c.detect = detect_new(c.rules, NULL, &f);
    assert_int_equal(detect_watch(c.detect), 0);
    assert_string_equal(scene_packet(&c, "GET / HTTP", 10), "1 ");
    const struct detect *all[] = { c.detect };
    detect_watched(all, 1, on_row, &rows);
    assert_int_equal(rows, 7);
    scene_end(&c);
}

static void a_new_set_is_counted_anew(void **unused)
{
    (void)unused;
    struct scene c;
    struct fault f;
    scene_begin(&c, rules);
    assert_int_equal(detect_watch(c.detect), 0);
    struct rules *next = rules_kept("alert tcp any any -> any any (content:\"GET\"; sid:1;)");
    assert_int_equal(detect_swap(c.detect, next, &f), 0);
    rules_free(c.rules);
    c.rules = next;
    assert_string_equal(scene_packet(&c, "GET", 3), "1 ");
    scene_end(&c);
}

static const struct { const char *rule, *says; } linted[] = {
    { "alert tcp any any -> any any (pcre:\"/a+b/\"; sid:1;)", "its regular expression runs on every packet" },
    { "alert tcp any any -> any any (content:!\"abc\"; sid:1;)", "no content that could be looked for first" },
    { "alert tcp any any -> any any (flow:established; sid:1;)", "too broad" },
    { "alert http any any -> any any (http.uri; pcre:\"/a+b/\"; sid:1;)", "its regular expression runs on every message" },
    { "alert tcp any any -> any any (content:\"ab\"; sid:1;)", "its longest content is shorter than 3 bytes" },
    { "alert tcp any any -> any any (content:\"ab\"; depth:2; sid:1;)", "" },
    { "alert tcp any any -> any any (content:\"abc\"; pcre:\"/a+b/\"; sid:1;)", "" },
    { "alert tcp any any -> any 80 (content:!\"abc\"; sid:1;)", "" },
    { "alert http any any -> any any (sid:1;)", "" }
};

static void on_warning(void *ctx, const struct rules_refusal *r)
{
    snprintf(ctx, 256, "%s", r->why);
}

static void costly_rules_are_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(linted) / sizeof(linted[0]); i++) {
        char said[256] = "";
        struct rules *r = rules_kept(linted[i].rule);
        rules_lint(r, on_warning, said);
        if (strncmp(said, linted[i].says, strlen(linted[i].says)) != 0 || (*linted[i].says == '\0' && *said))
            fail_msg("%s: said `%s`", linted[i].rule, said);
        rules_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stopped_a_rule_is_told_in_its_words), cmocka_unit_test(a_new_set_is_counted_anew),
        cmocka_unit_test(costly_rules_are_named)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
