#include "archive/words.h"

#include <stdbool.h>
#include <stdint.h>

size_t words_decode(const char *s, size_t n, uint32_t *out)
{
    uint8_t b = (uint8_t)s[0];
    size_t len = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    uint32_t c = len == 1 ? b : b & (0x7fu >> len);
    *out = 0xfffd;
    if (len == 0 || len > n)
        return 1;
    for (size_t i = 1; i < len; i++) {
        if (((uint8_t)s[i] & 0xc0) != 0x80)
            return 1;
        c = c << 6 | ((uint8_t)s[i] & 0x3f);
    }
    *out = c;
    return len;
}

/* Ideographs, kana and the like: what is written without blanks. */
static bool is_ideograph(uint32_t c)
{
    return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

static size_t run_of(const char *s, size_t n, bool ideographs)
{
    size_t at = 0;
    while (at < n) {
        uint32_t c;
        size_t len = words_decode(s + at, n - at, &c);
        if (is_ideograph(c) != ideographs)
            break;
        at += len;
    }
    return at;
}

static void add_pairs(const char *s, size_t n, struct text *out)
{
    uint32_t c;
    for (size_t at = 0; at < n;) {
        size_t one = words_decode(s + at, n - at, &c);
        size_t two = at + one < n ? words_decode(s + at + one, n - at - one, &c) : 0;
        text_bytes(out, s + at, one + two);
        text_char(out, ' ');
        at += one;
    }
}

/* As much of it as there is room for, as if it came byte by byte. */
static void add_run(const char *s, size_t n, struct text *out)
{
    size_t room = out->cap - out->len;
    text_bytes(out, s, n < room ? n : room);
    out->cut |= n > room;
}

/* Up to the first ideograph. */
static size_t add_plain(const char *s, size_t n, struct text *out)
{
    size_t at = 0;
    while (at < n) {
        uint32_t c;
        size_t len = text_plain(s + at, n - at);
        if (len > 0) {
            add_run(s + at, len, out);
        } else {
            len = words_decode(s + at, n - at, &c);
            if (is_ideograph(c))
                break;
            bool blank = c == 0xfffd || c < 0x20;
            text_bytes(out, blank ? " " : s + at, blank ? 1 : len);
        }
        at += len;
    }
    if (at > 0)
        text_char(out, ' ');
    return at;
}

void words_add(const char *utf8, size_t n, struct text *out)
{
    for (size_t at = 0; at < n && !out->cut;) {
        at += add_plain(utf8 + at, n - at, out);
        size_t ideographs = run_of(utf8 + at, n - at, true);
        add_pairs(utf8 + at, ideographs, out);
        at += ideographs;
    }
}

/* ---- queries ---- */

static size_t characters(const char *s, size_t n)
{
    size_t count = 0;
    uint32_t c;
    for (size_t at = 0; at < n; count++)
        at += words_decode(s + at, n - at, &c);
    return count;
}

/* "国家 家电" without the last single character, as a phrase; one character alone as a beginning. */
static void ask_ideographs(const char *s, size_t n, struct text *out)
{
    uint32_t c;
    text_char(out, '"');
    if (characters(s, n) == 1) {
        text_bytes(out, s, n);
        text_lit(out, "\"* ");
        return;
    }
    for (size_t at = 0; at < n;) {
        size_t one = words_decode(s + at, n - at, &c);
        if (at + one >= n)
            break;
        size_t two = words_decode(s + at + one, n - at - one, &c);
        text_bytes(out, s + at, one + two);
        text_char(out, ' ');
        at += one;
    }
    text_lit(out, "\" ");
}

static bool is_word(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
            (uint8_t)s[i] >= 0x80)
            return true;
    return false;
}

static void ask_word(const char *s, size_t n, struct text *out)
{
    if (!is_word(s, n))
        return;
    text_char(out, '"');
    for (size_t i = 0; i < n; i++)
        text_char(out, s[i] == '"' || (uint8_t)s[i] < 0x20 ? ' ' : s[i]);
    text_lit(out, "\" ");
}

static void ask_plain(const char *s, size_t n, struct text *out)
{
    for (size_t at = 0; at < n;) {
        size_t word = 0;
        while (at + word < n && (uint8_t)s[at + word] > ' ')
            word++;
        ask_word(s + at, word, out);
        at += word + 1;
    }
}

void words_query(const char *utf8, struct text *out)
{
    for (size_t at = 0, n = strlen(utf8); at < n;) {
        size_t plain = run_of(utf8 + at, n - at, false);
        ask_plain(utf8 + at, plain, out);
        at += plain;
        size_t ideographs = run_of(utf8 + at, n - at, true);
        if (ideographs > 0)
            ask_ideographs(utf8 + at, ideographs, out);
        at += ideographs;
    }
}
