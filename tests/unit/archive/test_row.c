#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "archive/row.h"

#define HEAD "{\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"alert\","

/* What stands in a line, and the columns and words that it makes: by one pass and by a tree. */
static const struct row_case { const char *name, *json, *row; } cases[] = {
    { "an alert with all of it", HEAD "\"region\":\"430100\",\"status\":\"actual\",\"src_ip\":\"192.0.2.7\",\"dest_ip\":\"::1\","
      "\"src_asset\":{\"sector\":\"water\",\"unit\":\"W\"},\"dest_asset\":{\"sector\":\"power\",\"unit\":\"P\"},"
      "\"alert\":{\"severity\":2,\"signature_id\":7,\"signature\":\"S\",\"category\":\"C\"}}",
      "a:1:1 alert 430100 power P actual S C 2 7 46 | 430100 actual 192.0.2.7 ::1 water W power P S C" },
    { "no region: the stream's", HEAD "\"http\":{\"url\":\"/a\"}}", "a:1:1 alert 430000 - - - - - 0 0 .. | /a" },
    { "the source's asset when the other end has none", HEAD "\"dest_asset\":{\"name\":\"n\"},\"src_asset\":{\"unit\":\"W\"}}",
      "a:1:1 alert 430000 - W - - - 0 0 .. | n W" },
    { "an object that comes again, whole", HEAD "\"alert\":{\"severity\":2,\"signature\":\"S\"},\"alert\":{\"category\":\"C\"}}",
      "a:1:1 alert 430000 - - - - C 0 0 .. | *" },
    { "a member that comes again as something else", HEAD "\"status\":\"actual\",\"status\":7}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | *" },
    { "an alert that is a list", HEAD "\"alert\":[{\"severity\":2}],\"x\":[[\"deep\"],\"flat\"]}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | deep flat" },
    { "columns of other types", HEAD "\"status\":null,\"region\":{},\"alert\":{\"severity\":\"2\",\"signature\":9}}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | 2" },
    { "numbers with fractions, below nothing, beyond all", HEAD "\"alert\":{\"severity\":2.9,\"signature_id\":-4},\"x\":99999999999999999999}",
      "a:1:1 alert 430000 - - - - - 2 0 .. | " },
    { "escapes", HEAD "\"status\":\"a\\\"b\\u957f\",\"x\":\"\\ud83d\\ude00 tab\\tend\"}",
      "a:1:1 alert 430000 - - a\"b长 - - 0 0 .. | a\"b 长 \xf0\x9f\x98\x80 tab end" },
    { "a NUL", HEAD "\"status\":\"a\\u0000b\",\"sector\":\"\\u0000\"}", "a:1:1 alert 430000 - - a - - 0 0 .. | a b" },
    { "names that are silent, and all below them", HEAD "\"payload\":\"P\",\"joins\":[{\"why\":\"W\"}],\"sm3\":{\"a\":{\"b\":\"c\"}},\"x\":\"y\"}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | y" },
    { "an address that is none", HEAD "\"src_ip\":\"300.1.1.1\"}", "a:1:1 alert 430000 - - - - - 0 0 .. | 300.1.1.1" },
};

static const char *shown(const char *text)
{
    return text != NULL ? text : "-";
}

/* Blanks between words are what the index makes of them: one stands for many here. */
static void write_row(const struct row *r, char out[1024])
{
    char words[ROW_WORDS_MAX];
    size_t n = row_words(r, words);
    int len = snprintf(out, 1024, "%s %s %s %s %s %s %s %s %lld %lld %c%c |", shown(r->id), shown(r->type), shown(r->region),
                       shown(r->sector), shown(r->unit), shown(r->status), shown(r->signature), shown(r->category),
                       (long long)r->severity, (long long)r->sid, r->has_src ? (char)('0' + r->src[0]) : '.',
                       r->has_dest ? (char)('0' + r->dest[0]) : '.');
    for (size_t i = 0; i < n && len < 1000; i++)
        if (words[i] != ' ' || out[len - 1] != ' ')
            len += snprintf(out + len, 2, "%c", words[i]);
    while (len > 0 && out[len - 1] == ' ')
        out[--len] = '\0';
}

/* "|" and the words; a case whose words are "*" says nothing of them. */
static bool as_expected(const char *row, const char *want)
{
    char wanted[1024];
    size_t head = (size_t)(strchr(want, '|') - want) + 1;
    snprintf(wanted, sizeof wanted, "%.*s%s", (int)head, want, strcmp(want + head, " *") == 0 ? "" : want + head + 1);
    for (size_t n = strlen(wanted); n > 0 && wanted[n - 1] == ' '; n--)
        wanted[n - 1] = '\0';
    if (strcmp(want + head, " *") == 0)
        return strncmp(row, wanted, head) == 0;
    return strcmp(row, wanted) == 0;
}

static void one_pass_and_a_tree_make_the_same_row(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row fast, tree;
        struct fault f = { 0 };
        char a[1024], b[1024];
        if (!row_scan(cases[i].json, strlen(cases[i].json), "430000", &fast))
            fail_msg("%s: one pass does not read it", cases[i].name);
        if (row_tree(cases[i].json, strlen(cases[i].json), "430000", &tree, &f) != 0)
            fail_msg("%s: %s", cases[i].name, f.why);
        write_row(&fast, a);
        write_row(&tree, b);
        if (!as_expected(a, cases[i].row) || !as_expected(b, cases[i].row))
            fail_msg("%s:\n  `%s` in one pass\n  `%s` by a tree\n  `%s` expected", cases[i].name, a, b, cases[i].row);
        row_free(&fast);
        row_free(&tree);
    }
}

static void a_row_that_is_used_again_forgets_what_it_was(void **unused)
{
    static const char version[] = "{\"id\":\"I-1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"incident\","
                                  "\"incident\":{\"id\":\"I-1\",\"version\":1,\"state\":\"new\"}}";
    struct row again = { 0 };
    struct fault f = { 0 };
    char was[1024];
    (void)unused;
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        const size_t k = i % (sizeof cases / sizeof *cases);
        assert_int_equal(row_parse_again(cases[k].json, strlen(cases[k].json), "430000", &again, &f), 0);
        write_row(&again, was);
        if (!as_expected(was, cases[k].row))
            fail_msg("%s, again:\n  `%s`\n  `%s` expected", cases[k].name, was, cases[k].row);
        assert_int_equal(row_parse_again("{\"id\":1}", 8, "430000", &again, &f), -EINVAL);
        if (i % 3 == 0)
            assert_int_equal(row_parse_again(version, strlen(version), "430000", &again, &f), 0);
    }
    row_free(&again);
}

static void what_has_versions_or_is_wrong_is_left_to_the_tree(void **unused)
{
    static const char *const others[] = {
        "{\"id\":\"I-1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"incident\",\"incident\":{\"id\":\"I-1\",\"version\":1}}",
        "{\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\"}", "{\"id\":\"\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"x\"}",
        "{\"id\":\"a:1:1\",\"timestamp\":\"yesterday\",\"event_type\":\"alert\"}", HEAD "\"x\":01}", HEAD "\"x\":\"\xff\"}", "[]", "",
    };
    struct row r;
    (void)unused;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (row_scan(others[i], strlen(others[i]), "430000", &r))
            fail_msg("`%s` was read", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pass_and_a_tree_make_the_same_row),
        cmocka_unit_test(a_row_that_is_used_again_forgets_what_it_was),
        cmocka_unit_test(what_has_versions_or_is_wrong_is_left_to_the_tree),
    };
    return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
