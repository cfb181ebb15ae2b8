#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "ctl/sheet.h"
#include "tests/support/file.h"

static const struct column columns[] = { { "name", "名称|资产名称", true }, { "unit", "单位", true }, { "role", "用途", false }, { 0 } };

/* All rows as "name/unit/role;", a bad line as "LINE:COLUMN why;", the file's own fault as it is. */
static void told(const void *bytes, size_t len, char out[1024])
{
    struct fault f;
    struct sheet_row row;
    struct sheet_error e;
    struct sheet *s = sheet_new("f", bytes, len, columns, &f);
    *out = '\0';
    if (s == NULL) {
        strcpy(out, f.why);
        return;
    }
    for (int got; (got = sheet_next(s, &row, &e)) != 0; ) {
        size_t n = strlen(out);
        if (got < 0)
            snprintf(out + n, 1024 - n, "%u:%u %s;", e.line, e.column, e.why);
        else
            snprintf(out + n, 1024 - n, "%s/%s/%s;", row.cells[0].text, row.cells[1].text, row.cells[2].text != NULL ? row.cells[2].text : "-");
    }
    sheet_free(s);
}

static const struct { const char *name, *text, *says; } cases[] = {
    { "as it is meant",               "name,unit\na,u\nb,v\n",                  "a/u/-;b/v/-;" },
    { "no end of the last line",      "name,unit\na,u",                         "a/u/-;" },
    { "CRLF",                         "name,unit\r\na,u\r\n",                   "a/u/-;" },
    { "a byte order mark",            "\xef\xbb\xbfname,unit\na,u\n",           "a/u/-;" },
    { "columns in another order",     "单位,role,名称\nu,r,a\n",                "a/u/r;" },
    { "capitals in the heading",      "NAME,Unit\na,u\n",                       "a/u/-;" },
    { "blanks around",                " name , unit\n a ,\xe3\x80\x80u\n",      "a/u/-;" },
    { "blank lines and remarks",      "# of today\n\nname,unit\n,\n#x\na,u\n",  "a/u/-;" },
    { "quotes",                       "name,unit\n\"a,b\",\"the \"\"u\"\"\"\n", "a,b/the \"u\"/-;" },
    { "an empty pair of quotes",      "name,unit\n\"\",u\n",                    "/u/-;" },
    { "empty cells too many",         "name,unit\na,u,,\n",                     "a/u/-;" },
    { "a cell without a heading",     "name,unit\na,u,x\nb,v\n",                "2:5 expected 2 cells as in the heading; this one has none above it;b/v/-;" },
    { "a column without a heading",   "name,,unit\na,x,u\n",                    "2:3 expected 3 cells as in the heading; this one has none above it;" },
    { "too few cells",                "name,unit\na\nb,v\n",                    "2:1 expected 2 cells as in the heading, found 1;b/v/-;" },
    { "quotes that do not end",       "name,unit\n甲,\"u\nb,v\n",               "2:3 the quotes that begin here do not end in this line;b/v/-;" },
    { "a quote within a cell",        "name,unit\n甲\"乙,u\nb,v\n",             "2:2 a quote within a cell: put the cell in quotes and double it;b/v/-;" },
    { "something behind the quotes",  "name,unit\n\"甲\"乙,u\nb,v\n",           "2:4 expected a comma behind the closing quote; a quote within a cell is doubled;b/v/-;" },
    { "a line that is not UTF-8",     "name,unit\n甲,u\n乙\xff,u\nb,v\n",       "甲/u/-;3:2 this character is not UTF-8;b/v/-;" },
    { "half a character at the end",  "name,unit\n甲,u\n甲,\xe4\xb9\n",         "甲/u/-;3:3 this character is not UTF-8;" },
    { "GB18030",                      "\xc3\xfb\xb3\xc6,\xb5\xa5\xce\xbb\n\xbc\xd7,u\n", "甲/u/-;" },
    { "neither",                      "name,unit\n\xff\xff,u\n",                "f: it is neither UTF-8 nor GB18030; save it as \"CSV UTF-8\"" },
    { "UTF-16",                       "\xff\xfen",                              "f: it is UTF-16; save it as \"CSV UTF-8\"" },
    { "nothing",                      "",                                       "f: it is empty; expected a heading and lines" },
    { "remarks alone",                "# a\n",                                  "f: it is empty; expected a heading and lines" },
    { "an unknown column",            "name,unit,colour\n",                     "f:1:11: \"colour\" is no column; expected a heading of name, unit, role" },
    { "no heading",                   "a,u\n",                                  "f:1:1: \"a\" is no column; expected a heading of name, unit, role" },
    { "a column twice",               "name,unit,单位\n",                       "f:1:11: \"单位\" is there twice" },
    { "a column that is needed",      "name,role\n",                            "f:1: the heading lacks the column unit (单位)" },
    { "quotes in the heading",        "name,\"unit\n",                          "f:1:6: the quotes that begin here do not end in this line" },
};

static void a_table_is_read_and_what_is_bad_has_its_place(void **unused)
{
    char got[1024];
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        told(cases[i].text, strlen(cases[i].text), got);
        if (strcmp(got, cases[i].says) != 0)
            fail_msg("%s: %s", cases[i].name, got);
    }
    told("name,unit\na\0b,u\n", 16, got);
    assert_string_equal(got, "f: it holds NUL bytes and is no text");
}

static void more_columns_than_there_can_be_are_one_bad_line(void **unused)
{
    char text[256] = "name,unit\n", got[1024];
    (void)unused;
    for (int i = 0; i < SHEET_COLUMNS_MAX; i++)
        strcat(text, "x,");
    strcat(text, "\na,u\n");
    told(text, strlen(text), got);
    assert_string_equal(got, "2:65 more than 32 columns;a/u/-;");
}

static void a_file_that_is_not_there_is_said(void **unused)
{
    struct fault f;
    struct file csv = file_of_text("name,unit\na,u\n");
    (void)unused;
    struct sheet *s = sheet_open(csv.path, columns, &f);
    assert_non_null(s);
    assert_false(sheet_is_gb18030(s));
    sheet_free(s);
    unlink(csv.path);
    assert_null(sheet_open("/nonexistent/a.csv", columns, &f));
    assert_string_equal(f.why, "/nonexistent/a.csv: No such file or directory");
}

static const char good[] = "\xef\xbb\xbf资产名称,unit,用途\r\n\"a,\"\"b\"\"\",单位,r\r\n甲,\"u\",\r\n";

static void every_prefix_and_every_flipped_bit_ends_well(void **unused)
{
    char got[1024], *copy = malloc(sizeof good);
    (void)unused;
    for (size_t n = 0; n < sizeof good; n++) {
        char *exact = malloc(n > 0 ? n : 1);
        memcpy(exact, good, n);
        told(exact, n, got);
        free(exact);
    }
    for (size_t bit = 0; bit < 8 * (sizeof good - 1); bit++) {
        memcpy(copy, good, sizeof good);
        copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
        told(copy, sizeof good - 1, got);
    }
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_and_what_is_bad_has_its_place), cmocka_unit_test(more_columns_than_there_can_be_are_one_bad_line),
        cmocka_unit_test(a_file_that_is_not_there_is_said), cmocka_unit_test(every_prefix_and_every_flipped_bit_ends_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
