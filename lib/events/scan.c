#include "events/scan.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

struct scanner {
    const char *begin, *end;
    char       *at;
    const char *wrong;                  /* NULL: nothing so far */
    void      (*each)(void *ctx, const struct scan_value *v);
    void       *ctx;
    struct scan_value value;
};

/* The text ends with a NUL, which no rule takes, so that looking one byte on needs no question about the end. */
static bool fail(struct scanner *s, const char *why)
{
    if (s->wrong == NULL)
        s->wrong = s->at >= s->end ? "it ends too early" : why;
    return false;
}

static void skip_blanks(struct scanner *s)
{
    while (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')
        s->at++;
}

/* ---- strings ---- */

/* Bytes of the UTF-8 character at `p`; 0: there is none (RFC 3629 section 4). */
static size_t utf8_len(const unsigned char *p)
{
    if ((p[1] & 0xc0) != 0x80)
        return 0;
    if (p[0] >= 0xc2 && p[0] <= 0xdf)
        return 2;
    if ((p[2] & 0xc0) != 0x80)
        return 0;
    if ((p[0] == 0xe0 && p[1] >= 0xa0) || (p[0] >= 0xe1 && p[0] <= 0xef && (p[0] != 0xed || p[1] < 0xa0)))
        return 3;
    if ((p[3] & 0xc0) != 0x80)
        return 0;
    return (p[0] == 0xf0 && p[1] >= 0x90) || (p[0] >= 0xf1 && p[0] <= 0xf3) || (p[0] == 0xf4 && p[1] < 0x90) ? 4 : 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of an \u, with .at behind them; -1 when they are none. */
static int32_t code_unit(struct scanner *s)
{
    int32_t unit = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int digit = hex_digit(*s->at);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    *out++ = (char)(lead[more] | c >> 6 * more);
    while (more-- > 0)
        *out++ = (char)(0x80 | (c >> 6 * more & 0x3f));
    return out;
}

/* \uXXXX, or two of them for what lies beyond the first plane. NULL: not a character. */
static char *unescape_unicode(struct scanner *s, char *out)
{
    int32_t high = code_unit(s), low;
    if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
        return NULL;
    if (high < 0xd800 || high > 0xdfff)
        return put_utf8(out, (uint32_t)high);
    if (s->at[0] != '\\' || s->at[1] != 'u')
        return NULL;
    s->at += 2;
    low = code_unit(s);
    if (low < 0xdc00 || low > 0xdfff)
        return NULL;
    return put_utf8(out, 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
}

/* .at is behind the backslash. */
static char *unescape(struct scanner *s, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *known = *s->at != '\0' ? strchr(from, *s->at) : NULL;
    if (*s->at == 'u') {
        s->at++;
        return unescape_unicode(s, out);
    }
    if (known == NULL)
        return NULL;
    s->at++;
    *out++ = to[known - from];
    return out;
}

/* What is plain ASCII or UTF-8 up to the next thing that is neither; moved down to `out` once something was shorter. */
static char *plain(struct scanner *s, char *out)
{
    char *from = s->at;
    for (;;) {
        s->at += text_plain(s->at, (size_t)(s->end - s->at));
        unsigned char c = (unsigned char)*s->at;
        size_t n = c >= 0x80 ? utf8_len((const unsigned char *)s->at) : c >= 0x20 && c != '"' && c != '\\';
        if (n == 0)
            break;
        s->at += n;
    }
    size_t n = (size_t)(s->at - from);
    if (out != from)
        memmove(out, from, n);
    return out + n;
}

/* .at is behind the first quote, and afterwards behind the last. */
static bool string(struct scanner *s, const char **text, size_t *len)
{
    char *begin = s->at, *out = plain(s, begin);
    while (*s->at == '\\') {
        s->at++;
        if ((out = unescape(s, out)) == NULL)
            return fail(s, "an escape that is none");
        out = plain(s, out);
    }
    if (*s->at != '"')
        return fail(s, (unsigned char)*s->at >= 0x80 ? "not UTF-8" : "a control character in a text");
    s->at++;
    *out = '\0';
    *text = begin;
    *len = (size_t)(out - begin);
    return true;
}

/* ---- numbers ---- */

static bool digits(struct scanner *s)
{
    const char *from = s->at;
    while (*s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > from;
}

static uint64_t whole(const char *at, const char *end)
{
    uint64_t n = 0;
    for (; at < end; at++)
        if (__builtin_mul_overflow(n, UINT64_C(10), &n) || __builtin_add_overflow(n, (uint64_t)(*at - '0'), &n))
            return UINT64_MAX;
    return n;
}

/* Behind its whole part: a fraction and an exponent, if they are there. */
static bool fraction(struct scanner *s, bool *real)
{
    if (*s->at == '.') {
        s->at++;
        *real = true;
        if (!digits(s))
            return false;
    }
    if (*s->at != 'e' && *s->at != 'E')
        return true;
    *real = true;
    s->at++;
    if (*s->at == '+' || *s->at == '-')
        s->at++;
    return digits(s);
}

static bool number(struct scanner *s)
{
    const char *from = s->at, *first = *from == '-' ? from + 1 : from;
    bool real = false;
    s->at += first - from;
    if (!digits(s) || (*first == '0' && s->at > first + 1))
        return fail(s, "not a number");
    const char *last = s->at;
    if (!fraction(s, &real))
        return fail(s, "not a number");
    double value = real ? strtod(first, NULL) : 0;
    if (isinf(value))
        return fail(s, "a number beyond all");
    s->value.kind = SCAN_NUMBER;
    s->value.number = first > from ? 0 : !real ? whole(first, last) : value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
    return true;
}

/* ---- values ---- */

static bool value(struct scanner *s);

static bool word(struct scanner *s, const char *name, size_t n, enum scan_kind kind)
{
    if (strncmp(s->at, name, n) != 0)
        return fail(s, "expected a value");
    s->at += n;
    s->value.kind = kind;
    return true;
}

static bool member(struct scanner *s)
{
    const char *name;
    size_t len;
    skip_blanks(s);
    if (*s->at != '"')
        return fail(s, "expected a name");
    s->at++;
    if (!string(s, &name, &len))
        return false;
    if (name + len + 1 < s->at && memchr(name, '\0', len) != NULL)      /* only an escape can be one, and shortens it */
        return fail(s, "a name with a NUL");
    skip_blanks(s);
    if (*s->at != ':')
        return fail(s, "expected a colon");
    s->at++;
    s->value.path[s->value.depth] = name;
    return value(s);
}

/* Members or elements up to the closing bracket; .at is behind the opening one. */
static bool inside(struct scanner *s, char closing, bool (*one)(struct scanner *))
{
    unsigned depth = s->value.depth;
    if (depth == SCAN_DEPTH)
        return fail(s, "nested too deeply");
    skip_blanks(s);
    if (*s->at == closing) {
        s->at++;
        return true;
    }
    for (uint64_t i = 0;; i++) {
        s->value.depth = depth + 1;
        s->value.path[depth + 1] = "";
        s->value.index = i;
        if (!one(s))
            return false;
        skip_blanks(s);
        char c = *s->at++;
        if (c == closing)
            break;
        if (c != ',') {
            s->at--;
            return fail(s, "expected a comma or the end of the list");
        }
    }
    s->value.depth = depth;
    return true;
}

static bool text(struct scanner *s)
{
    s->at++;
    s->value.kind = SCAN_TEXT;
    return string(s, &s->value.text, &s->value.len);
}

static bool scalar(struct scanner *s)
{
    switch (*s->at) {
    case '"': return text(s);
    case 't': return word(s, "true", 4, SCAN_TRUE);
    case 'f': return word(s, "false", 5, SCAN_FALSE);
    case 'n': return word(s, "null", 4, SCAN_NULL);
    default:  return number(s);
    }
}

static bool value(struct scanner *s)
{
    skip_blanks(s);
    bool object = *s->at == '{';
    if (object || *s->at == '[') {
        s->at++;
        s->value.kind = object ? SCAN_OBJECT : SCAN_ARRAY;
        s->value.behind = s->at;
        s->each(s->ctx, &s->value);
        return inside(s, object ? '}' : ']', object ? member : value);
    }
    if (!scalar(s))
        return false;
    s->value.behind = s->at;
    s->each(s->ctx, &s->value);
    return true;
}

int scan(char *json, size_t len, void (*each)(void *ctx, const struct scan_value *v), void *ctx, struct fault *f)
{
    struct scanner s = { .begin = json, .end = json + len, .at = json, .each = each, .ctx = ctx };
    json[len] = '\0';
    skip_blanks(&s);
    if (*s.at != '{')
        return fault_set(f, -EINVAL, *s.at == '[' ? "expected a JSON object" : "not JSON at column 1: expected an object");
    s.at++;
    if (inside(&s, '}', member)) {
        skip_blanks(&s);
        if (s.at < s.end)
            fail(&s, "something follows the object");
    }
    if (s.wrong == NULL)
        return 0;
    return fault_set(f, -EINVAL, "not JSON at column %zu: %s", (size_t)(s.at - s.begin) + 1, s.wrong);
}
