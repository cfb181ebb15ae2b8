#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>

static const char hex_digits[] = "0123456789abcdef";

/* The digits of n before `end`; gives where they begin. */
static char *digits_before(char *end, uint64_t n)
{
    do {
        *--end = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return end;
}

void text_uint(struct text *t, uint64_t n)
{
    char digits[20], *end = digits + sizeof digits, *at = digits_before(end, n);
    text_bytes(t, at, (size_t)(end - at));
}

void text_int(struct text *t, int64_t n)
{
    char digits[21], *end = digits + sizeof digits;
    char *at = digits_before(end, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n);
    if (n < 0)
        *--at = '-';
    text_bytes(t, at, (size_t)(end - at));
}

void text_hex(struct text *t, const void *bytes, size_t n)
{
    const uint8_t *b = bytes;
    if (t->cut || n > (t->cap - t->len) / 2) {
        t->cut = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        t->at[t->len++] = hex_digits[b[i] >> 4];
        t->at[t->len++] = hex_digits[b[i] & 15];
    }
}

void text_base64(struct text *t, const void *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *b = bytes;
    if (t->cut || n / 3 + (n % 3 != 0) > (t->cap - t->len) / 4) {
        t->cut = true;
        return;
    }
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t group = (uint32_t)b[i] << 16;
        if (have > 1)
            group |= (uint32_t)b[i + 1] << 8;
        if (have > 2)
            group |= b[i + 2];
        t->at[t->len++] = digits[group >> 18];
        t->at[t->len++] = digits[group >> 12 & 63];
        t->at[t->len++] = have > 1 ? digits[group >> 6 & 63] : '=';
        t->at[t->len++] = have > 2 ? digits[group & 63] : '=';
    }
}

void text_fmt(struct text *t, const char *fmt, ...)
{
    va_list args;
    if (t->cut)
        return;
    va_start(args, fmt);
    int n = vsnprintf(t->at + t->len, t->cap - t->len, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= t->cap - t->len)
        t->cut = true;
    else
        t->len += (size_t)n;
}

/* The length of the well-formed UTF-8 sequence at s (RFC 3629 section 4), or 0. */
static size_t utf8_length(const uint8_t *s, size_t left)
{
    static const struct { uint8_t lead_low, lead_high, second_low, second_high, length; } forms[] = {
        { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
        { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
        { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (s[0] < forms[i].lead_low || s[0] > forms[i].lead_high)
            continue;
        if (left < forms[i].length || s[1] < forms[i].second_low || s[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if ((s[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].length;
    }
    return 0;
}

static void json_escape(struct text *t, uint8_t b)
{
    switch (b) {
    case '"':  text_lit(t, "\\\""); break;
    case '\\': text_lit(t, "\\\\"); break;
    case '\n': text_lit(t, "\\n"); break;
    case '\r': text_lit(t, "\\r"); break;
    case '\t': text_lit(t, "\\t"); break;
    default: {
        char escape[6] = { '\\', 'u', '0', '0', hex_digits[b >> 4], hex_digits[b & 15] };
        text_bytes(t, escape, sizeof escape);
    }
    }
}

void text_json(struct text *t, const void *bytes, size_t n)
{
    const uint8_t *s = bytes;
    size_t plain = 0;           /* start of the run that can be copied as it is */
    for (size_t i = 0; i < n;) {
        size_t keep = s[i] >= 0x80 ? utf8_length(s + i, n - i) : text_plain((const char *)s + i, n - i);
        if (keep > 0) {
            i += keep;
            continue;
        }
        text_bytes(t, s + plain, i - plain);
        json_escape(t, s[i]);
        plain = ++i;
    }
    text_bytes(t, s + plain, n - plain);
}

void text_clip(struct text *t, const char *s, size_t most)
{
    size_t n = strnlen(s, most);
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;            /* not between the bytes of one character */
    text_bytes(t, s, n);
}

const char *text_end(struct text *t)
{
    if (t->cap == 0)
        return "";
    if (t->len == t->cap)
        t->len--;
    t->at[t->len] = '\0';
    return t->at;
}
