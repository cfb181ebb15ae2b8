#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "common/text.h"

/* Each writes a piece of a known length, the last of which decides. */
static void w_bytes(struct text *t)  { text_bytes(t, "abcdef", 6); }
static void w_char(struct text *t)   { text_char(t, 'c'); }
static void w_lit(struct text *t)    { text_lit(t, "literal"); }
static void w_uint(struct text *t)   { text_uint(t, UINT64_MAX); }
static void w_int(struct text *t)    { text_int(t, INT64_MIN); }
static void w_hex(struct text *t)    { text_hex(t, "\x00\xff\x1a", 3); }
static void w_base3(struct text *t)  { text_base64(t, "foo", 3); }
static void w_base4(struct text *t)  { text_base64(t, "foob", 4); }
static void w_clip(struct text *t)   { text_clip(t, "长沙市", 7); }
static void w_fmt(struct text *t)    { text_fmt(t, "%d-%s", 42, "x"); }

static const struct piece { const char *name; void (*write)(struct text *t); const char *want; size_t spare; } pieces[] = {
    { "bytes", w_bytes, "abcdef", 0 },            { "char", w_char, "c", 0 },
    { "literal", w_lit, "literal", 0 },           { "largest number", w_uint, "18446744073709551615", 0 },
    { "least number", w_int, "-9223372036854775808", 0 },
    { "hex", w_hex, "00ff1a", 0 },                { "base64 of whole groups", w_base3, "Zm9v", 0 },
    { "base64 with padding", w_base4, "Zm9vYg==", 0 },
    { "clipped", w_clip, "长沙", 0 },              { "formatted", w_fmt, "42-x", 1 },
};

static void a_piece_stands_whole_or_not_at_all(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t need = strlen(pieces[i].want) + pieces[i].spare;
        for (size_t cap = 0; cap <= need + 1; cap++) {
            char *buffer = malloc(cap + 1);
            struct text t = text_over(buffer, cap);
            pieces[i].write(&t);
            bool fits = cap >= need;
            if (t.cut == fits || t.len != (fits ? strlen(pieces[i].want) : 0) || memcmp(t.at, pieces[i].want, t.len) != 0)
                fail_msg("%s in %zu bytes: %zu written, cut %d", pieces[i].name, cap, t.len, t.cut);
            free(buffer);
        }
    }
}

static void nothing_follows_what_was_cut(void **unused)
{
    (void)unused;
    char buffer[4];
    struct text t = text_over(buffer, sizeof buffer);
    text_lit(&t, "ab");
    text_lit(&t, "long");
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        pieces[i].write(&t);
    text_json(&t, "x", 1);
    assert_int_equal(t.len, 2);
    assert_string_equal(text_end(&t), "ab");
}

static void ending_a_full_text_costs_its_last_byte(void **unused)
{
    (void)unused;
    char buffer[3];
    struct text t = text_over(buffer, sizeof buffer), none = text_over(buffer, 0);
    text_lit(&t, "abc");
    assert_string_equal(text_end(&t), "ab");
    assert_string_equal(text_end(&none), "");
}

static const struct json_case { const char *name, *bytes; size_t len; const char *want; } json_cases[] = {
    { "plain text",                 "abc/~",              5, "abc/~" },
    { "a quote and a backslash",    "\"\\",               2, "\\\"\\\\" },
    { "line ends and tabs",         "\n\r\t",             3, "\\n\\r\\t" },
    { "a NUL",                      "a\0b",               3, "a\\u0000b" },
    { "other control characters",   "\x01\x1f\x7f",       3, "\\u0001\\u001f\\u007f" },
    { "two bytes",                  "\xc3\xa9",           2, "\xc3\xa9" },
    { "Chinese",                    "烽燧",               6, "烽燧" },
    { "four bytes",                 "\xf0\x9f\x94\xa5",   4, "\xf0\x9f\x94\xa5" },
    { "the first and last of each length", "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 18,
      "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
    { "a lone continuation",        "\x80",               1, "\\u0080" },
    { "an overlong slash",          "\xc0\xaf",           2, "\\u00c0\\u00af" },
    { "an overlong of three",       "\xe0\x9f\xbf",       3, "\\u00e0\\u009f\\u00bf" },
    { "an overlong of four",        "\xf0\x8f\xbf\xbf",   4, "\\u00f0\\u008f\\u00bf\\u00bf" },
    { "a surrogate",                "\xed\xa0\x80",       3, "\\u00ed\\u00a0\\u0080" },
    { "beyond U+10FFFF",            "\xf4\x90\x80\x80",   4, "\\u00f4\\u0090\\u0080\\u0080" },
    { "bytes that are never UTF-8", "\xf5\xfe\xff",       3, "\\u00f5\\u00fe\\u00ff" },
    { "cut after one of two",       "\xc3",               1, "\\u00c3" },
    { "cut after two of three",     "\xe7\x83",           2, "\\u00e7\\u0083" },
    { "cut after three of four",    "\xf0\x9f\x94",       3, "\\u00f0\\u009f\\u0094" },
    { "a third byte that is none",  "\xe7\x83""A",        3, "\\u00e7\\u0083A" },
    { "broken, then whole",         "\xff""燧",           4, "\\u00ff燧" },
};

static void json_keeps_good_utf8_and_spells_out_the_rest(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof json_cases / sizeof json_cases[0]; i++) {
        const struct json_case *k = &json_cases[i];
        char out[200], *tight = malloc(k->len);
        struct text t = text_over(out, sizeof out);
        memcpy(tight, k->bytes, k->len);
        text_json(&t, tight, k->len);
        if (strcmp(text_end(&t), k->want) != 0)
            fail_msg("%s: %s", k->name, out);
        free(tight);
    }
}

static void any_two_bytes_make_a_string_that_a_json_reader_takes(void **unused)
{
    (void)unused;
    for (unsigned n = 0; n < 0x10000; n++) {
        uint8_t bytes[2] = { (uint8_t)(n >> 8), (uint8_t)n };
        char out[32];
        struct text t = text_over(out, sizeof out);
        text_char(&t, '"');
        text_json(&t, bytes, 2);
        text_char(&t, '"');
        json_t *back = json_loadb(out, t.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        if (back == NULL)
            fail_msg("%02x %02x: %.*s", bytes[0], bytes[1], (int)t.len, out);
        json_decref(back);
    }
}

/* Each pair of bytes at each place among what is plain: behind one that is odd the sums of eight say nothing. */
static void what_is_plain_ends_at_the_first_byte_that_is_not(void **unused)
{
    enum { LEN = 19 };
    char *bytes = malloc(LEN);          /* no byte more: reading on would be seen */
    (void)unused;
    for (unsigned k = 0; k < 65536 * (LEN - 1); k++) {
        const uint8_t one = (uint8_t)k, two = (uint8_t)(k >> 8);
        const size_t at = k >> 16;
        memset(bytes, k % 3 ? '~' : ' ', LEN);
        bytes[at] = (char)one;
        bytes[at + 1] = (char)two;
        size_t want = !text_is_plain(one) ? at : !text_is_plain(two) ? at + 1 : LEN;
        if (text_plain(bytes, LEN) != want || text_plain(bytes, at) != at)
            fail_msg("%02x %02x at %zu: %zu are plain, not %zu", one, two, at, text_plain(bytes, LEN), want);
    }
    free(bytes);
}


/* RFC 4648 section 10. */
static void base64_is_that_of_rfc_4648(void **unused)
{
    (void)unused;
    static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char out[16];
        struct text t = text_over(out, sizeof out);
        text_base64(&t, pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(text_end(&t), pairs[i][1]);
    }
    char out[8];
    struct text t = text_over(out, sizeof out);
    text_base64(&t, "\xfb\xff\xbf", 3);         /* the two digits that other alphabets change */
    assert_string_equal(text_end(&t), "+/+/");
}

static void clipping_never_leaves_half_a_character(void **unused)
{
    (void)unused;
    static const struct { const char *text; size_t most; const char *want; } cases[] = {
        { "abc", 2, "ab" }, { "abc", 3, "abc" }, { "abc", 100, "abc" }, { "", 5, "" }, { "abc", 0, "" },
        { "烽燧", 6, "烽燧" }, { "烽燧", 5, "烽" }, { "烽燧", 4, "烽" }, { "烽燧", 3, "烽" }, { "烽燧", 2, "" },
        { "a\xf0\x9f\x94\xa5", 4, "a" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[16];
        struct text t = text_over(out, sizeof out);
        text_clip(&t, cases[i].text, cases[i].most);
        if (strcmp(text_end(&t), cases[i].want) != 0)
            fail_msg("%s at %zu: %s", cases[i].text, cases[i].most, out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_stands_whole_or_not_at_all),
        cmocka_unit_test(nothing_follows_what_was_cut),
        cmocka_unit_test(ending_a_full_text_costs_its_last_byte),
        cmocka_unit_test(json_keeps_good_utf8_and_spells_out_the_rest),
        cmocka_unit_test(any_two_bytes_make_a_string_that_a_json_reader_takes),
        cmocka_unit_test(what_is_plain_ends_at_the_first_byte_that_is_not),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
        cmocka_unit_test(clipping_never_leaves_half_a_character),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
