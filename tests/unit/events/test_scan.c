#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "events/scan.h"
#include "tests/support/scanned.h"

/* "a=1 b.c='x' " in the order of the text. */
static void tell(void *out, const struct scan_value *v)
{
    static const char *const words[] = { "null", "false", "true", "", "", "{", "[" };
    struct text *t = out;
    for (unsigned d = 1; d <= v->depth; d++)
        text_fmt(t, "%s%s", d > 1 ? "." : "", *v->path[d] ? v->path[d] : "-");
    text_char(t, '=');
    text_str(t, words[v->kind]);
    if (v->kind == SCAN_NUMBER)
        text_fmt(t, "%llu", (unsigned long long)v->number);
    if (v->kind == SCAN_TEXT)
        text_fmt(t, "'%s'%zu", v->text, v->len);
    text_char(t, ' ');
}

static const struct read_case { const char *name, *json, *want; } reads[] = {
    { "nothing",            " { } ", "" },
    { "each kind",          "{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":false,\"e\":null}", "a=1 b='x'1 c=true d=false e=null " },
    { "members of members", "{\"a\":{\"b\":{\"c\":2}},\"d\":3}", "a={ a.b={ a.b.c=2 d=3 " },
    { "lists",              "{\"a\":[1,[],{\"b\":2}],\"c\":4}", "a=[ a.-=1 a.-=[ a.-={ a.-.b=2 c=4 " },
    { "blanks",             "\t{ \"a\" :\n1 , \"b\":[ 1 , 2 ] }\r\n", "a=1 b=[ b.-=1 b.-=2 " },
    { "escapes",            "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "a='\"\\/\b\f\n\r\t'8 " },
    { "an escape amid text", "{\"a\":\"ab\\ncd\",\"b\":\"e\"}", "a='ab\ncd'5 b='e'1 " },
    { "code points",        "{\"a\":\"\\u0041\\u00e9\\u56fd\\ud83d\\ude00\"}", "a='Aé国😀'10 " },
    { "UTF-8 as it is",     "{\"第\":\"供电所\"}", "第='供电所'9 " },
    { "a NUL in a text",    "{\"a\":\"x\\u0000y\"}", "a='x'3 " },
    { "numbers",            "{\"a\":0,\"b\":-5,\"c\":1.9,\"d\":2e3,\"e\":0.5,\"f\":-0}", "a=0 b=0 c=1 d=2000 e=0 f=0 " },
    { "the largest number", "{\"a\":18446744073709551615,\"b\":18446744073709551616,\"c\":1e300}",
                            "a=18446744073709551615 b=18446744073709551615 c=18446744073709551615 " },
    { "a name twice",       "{\"a\":1,\"a\":2}", "a=1 a=2 " },
};

static void an_event_is_read_in_the_order_of_its_text(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        char json[256], told[256];
        struct text t = text_over(told, sizeof told);
        struct fault f = { 0 };
        strcpy(json, reads[i].json);
        if (scan(json, strlen(json), tell, &t, &f) != 0 || strcmp(text_end(&t), reads[i].want) != 0)
            fail_msg("%s: %s %s", reads[i].name, f.why, text_end(&t));
    }
}

static const struct refused_case { const char *name, *json, *why; } refused[] = {
    { "nothing at all",      "", "column 1" },
    { "a list",              "[]", "expected a JSON object" },
    { "no end",              "{\"a\":1", "column 7: it ends too early" },
    { "a comma at the end",  "{\"a\":1,}", "column 8: expected a name" },
    { "no colon",            "{\"a\" 1}", "column 6: expected a colon" },
    { "no value",            "{\"a\":}", "column 6: not a number" },
    { "a word that is none", "{\"a\":truth}", "column 6: expected a value" },
    { "a word too long",     "{\"a\":nullx}", "column 10: expected a comma" },
    { "a leading zero",      "{\"a\":01}", "not a number" },
    { "a bare point",        "{\"a\":1.}", "not a number" },
    { "a bare exponent",     "{\"a\":1e}", "not a number" },
    { "a plus",              "{\"a\":+1}", "not a number" },
    { "beyond all numbers",  "{\"a\":1e999}", "a number beyond all" },
    { "an unknown escape",   "{\"a\":\"\\x\"}", "an escape that is none" },
    { "half a pair",         "{\"a\":\"\\ud83d\"}", "an escape that is none" },
    { "the other half",      "{\"a\":\"\\ude00\"}", "an escape that is none" },
    { "a new line in a text", "{\"a\":\"\n\"}", "a control character" },
    { "broken UTF-8",        "{\"a\":\"\xc3(\"}", "not UTF-8" },
    { "UTF-8 longer than needed", "{\"a\":\"\xc0\xaf\"}", "not UTF-8" },
    { "a surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", "not UTF-8" },
    { "a NUL in a name",     "{\"a\\u0000\":1}", "a name with a NUL" },
    { "something behind",    "{} x", "column 4: something follows" },
};

static void what_is_no_event_is_refused_with_the_column(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char json[256], told[256], why[256];
        struct text t = text_over(told, sizeof told);
        struct fault f = { 0 };
        strcpy(json, refused[i].json);
        if (scan(json, strlen(json), tell, &t, &f) != -22 || strstr(f.why, refused[i].why) == NULL)
            fail_msg("%s: %s", refused[i].name, f.why);
        if (!scanned_as_jansson(refused[i].json, strlen(refused[i].json), why))
            fail_msg("%s: %s", refused[i].name, why);
    }
}

static void nesting_has_an_end(void **unused)
{
    (void)unused;
    char json[4 * SCAN_DEPTH + 64] = "{\"a\":", told[4096];
    struct text t = text_over(told, sizeof told);
    struct fault f = { 0 };
    memset(json + 5, '[', SCAN_DEPTH);
    memset(json + 5 + SCAN_DEPTH, ']', SCAN_DEPTH);
    strcpy(json + 5 + 2 * SCAN_DEPTH, "}");
    assert_int_equal(scan(json, strlen(json), tell, &t, &f), -22);
    assert_non_null(strstr(f.why, "nested too deeply"));
    strcpy(json, "{\"a\":");
    memset(json + 5, '[', SCAN_DEPTH - 1);
    memset(json + 4 + SCAN_DEPTH, ']', SCAN_DEPTH - 1);
    strcpy(json + 3 + 2 * SCAN_DEPTH, "}");
    assert_int_equal(scan(json, strlen(json), tell, &t, &f), 0);
}

static const char rich[] =
    "{\"id\":\"s:1:2\",\"n\":[1,-2.5e3,18446744073709551616,\"\\u56fd\\ud83d\\ude00\\n\"],\"o\":{\"供\":\"电\",\"x\":{\"y\":[true,false,null]}},\"e\":{}}";

static void every_prefix_and_bit_change_is_read_as_jansson_reads_it(void **unused)
{
    (void)unused;
    char why[256], text[sizeof rich];
    strcpy(text, rich);
    for (size_t n = 0; n < sizeof rich; n++) {
        char *tight = malloc(n + 1);
        memcpy(tight, rich, n);
        if (!scanned_as_jansson(tight, n, why))
            fail_msg("the first %zu bytes: %s", n, why);
        free(tight);
    }
    for (size_t bit = 0; bit < (sizeof rich - 1) * 8; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        if (!scanned_as_jansson(text, sizeof rich - 1, why))
            fail_msg("bit %zu: %s: %s", bit, why, text);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_read_in_the_order_of_its_text),
        cmocka_unit_test(what_is_no_event_is_refused_with_the_column),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(every_prefix_and_bit_change_is_read_as_jansson_reads_it),
    };
    return cmocka_run_group_tests_name("events/scan", tests, NULL, NULL);
}
