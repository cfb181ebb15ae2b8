#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "common/csv.h"
#include "tests/support/file.h"

static const struct cut_case { const char *name, *line; size_t count; const char *fields[4]; } cuts[] = {
    { "plain",                    "a,b,c",            3, { "a", "b", "c" } },
    { "one",                      "a",                1, { "a" } },
    { "empty",                    "",                 1, { "" } },
    { "empty fields",             ",,",               3, { "", "", "" } },
    { "a comma in quotes",        "\"a,b\",c",        2, { "a,b", "c" } },
    { "doubled quotes",           "\"a\"\"b\",c",     2, { "a\"b", "c" } },
    { "only quotes",              "\"\",\"\"\"\"",    2, { "", "\"" } },
    { "quotes that never end",    "\"a,b",            1, { "a,b" } },
    { "something behind quotes",  "\"a\"b,c",         2, { "ab", "c" } },
    { "a quote inside",           "a\"b,c",           2, { "a\"b", "c" } },
    { "as many as asked for",     "1,2,3,4",          4, { "1", "2", "3", "4" } },
    { "more than asked for",      "1,2,3,4,5",        5, { "1", "2", "3", "4" } },
    { "Chinese",                  "星城,\"财,税\"",    2, { "星城", "财,税" } },
};

static void lines_are_cut_as_rfc_4180_has_them(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        char *line = strdup(cuts[i].line), *field[4];
        size_t n = csv_cut(line, field, 4);
        if (n != cuts[i].count)
            fail_msg("%s: %zu fields", cuts[i].name, n);
        for (size_t k = 0; k < n && k < 4; k++)
            if (strcmp(field[k], cuts[i].fields[k]) != 0)
                fail_msg("%s: field %zu is %s", cuts[i].name, k, field[k]);
        free(line);
    }
}

static void headings_comments_blank_lines_and_marks_are_passed_over(void **unused)
{
    (void)unused;
    struct file file = file_of_text("\xef\xbb\xbfname,age\r\n# a comment\n\nanna,3\r\nname,4\nnames,5");
    struct csv c;
    struct fault f;
    assert_int_equal(csv_open(&c, file.path, "name", &f), 0);
    assert_int_equal(csv_next(&c, &f), 1);
    assert_string_equal(c.text, "anna,3");
    assert_int_equal(c.line, 4);
    assert_int_equal(csv_next(&c, &f), 1);
    assert_string_equal(c.text, "names,5");
    assert_int_equal(c.line, 6);
    assert_int_equal(csv_next(&c, &f), 0);
    csv_close(&c);
    csv_close(&c);
    unlink(file.path);
}

static void a_line_that_is_too_long_is_one_error_and_the_next_is_read(void **unused)
{
    (void)unused;
    for (size_t n = CSV_LINE_MAX - 3; n <= CSV_LINE_MAX + 5000; n += n < CSV_LINE_MAX + 2 ? 1 : 997) {
        char *text = malloc(n + 8);
        memset(text, 'x', n);
        strcpy(text + n, "\nnext\n");
        struct file file = file_of_text(text);
        struct csv c;
        struct fault f;
        assert_int_equal(csv_open(&c, file.path, "name", &f), 0);
        int rc = csv_next(&c, &f);
        if (n <= CSV_LINE_MAX - 2 ? rc != 1 : rc != -E2BIG || strstr(f.why, ":1: ") == NULL)
            fail_msg("%zu bytes: %d", n, rc);
        assert_int_equal(csv_next(&c, &f), 1);
        assert_string_equal(c.text, "next");
        assert_int_equal(c.line, 2);
        csv_close(&c);
        unlink(file.path);
        free(text);
    }
}

static void a_missing_file_is_named(void **unused)
{
    (void)unused;
    struct csv c;
    struct fault f;
    assert_int_equal(csv_open(&c, "/nonexistent/assets.csv", "prefix", &f), -ENOENT);
    assert_string_equal(f.why, "/nonexistent/assets.csv: No such file or directory");
}

static void a_field_is_written_so_that_no_spreadsheet_runs_it(void **unused)
{
    (void)unused;
    static const struct { const char *name, *in, *out; } fields[] = {
        { "nothing", "", "\"\"" },
        { "a comma and a quote", "a,\"b\"", "\"a,\"\"b\"\"\"" },
        { "lines", "a\r\nb", "\"a  b\"" },
        { "a formula", "=1+1", "\"'=1+1\"" },
        { "one behind a tab", "\t=1", "\"'\t=1\"" },
        { "a sign within", "1-1", "\"1-1\"" },
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        char room[64];
        struct text t = text_over(room, sizeof room);
        csv_put(&t, fields[i].in);
        if (strcmp(text_end(&t), fields[i].out) != 0)
            fail_msg("%s: %s", fields[i].name, room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_cut_as_rfc_4180_has_them),
        cmocka_unit_test(headings_comments_blank_lines_and_marks_are_passed_over),
        cmocka_unit_test(a_line_that_is_too_long_is_one_error_and_the_next_is_read),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(a_field_is_written_so_that_no_spreadsheet_runs_it),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
