#include "exchange/put.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "common/clock.h"
#include "common/hash.h"

void put_key(struct text *t, const char *name)
{
    char last = t->len > 0 ? t->at[t->len - 1] : '{';
    if (last != '{' && last != '[' && last != '\n')
        text_char(t, ',');
    if (name != NULL)
        text_fmt(t, "\"%s\":", name);
}

void put_open(struct text *t, const char *name, char bracket)
{
    put_key(t, name);
    text_char(t, bracket);
}

void put_close(struct text *t, char bracket)
{
    text_char(t, bracket);
}

void put_string(struct text *t, const char *name, const char *value)
{
    put_key(t, name);
    text_char(t, '"');
    text_json(t, value, strlen(value));
    text_char(t, '"');
}

void put_given(struct text *t, const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        put_string(t, name, value);
}

void put_number(struct text *t, const char *name, uint64_t value)
{
    put_key(t, name);
    text_uint(t, value);
}

void put_fmt(struct text *t, const char *name, const char *fmt, ...)
{
    char said[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(said, sizeof said, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof said)
        t->cut = true;      /* never half a text that looks whole */
    else
        put_string(t, name, said);
}

/* ---- XML ---- */

/* What XML 1.0 section 2.2 does not allow (control characters, U+FFFE, U+FFFF) becomes a question mark. */
void put_xml(struct text *t, const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '&')
            text_lit(t, "&amp;");
        else if (c == '<')
            text_lit(t, "&lt;");
        else if (c == '>')
            text_lit(t, "&gt;");
        else if (c == '"')
            text_lit(t, "&quot;");
        else if (c < 0x20 && c != '\t' && c != '\n')
            text_char(t, '?');
        else if (strncmp(s, "\xef\xbf\xbe", 3) == 0 || strncmp(s, "\xef\xbf\xbf", 3) == 0)
            text_char(t, '?'), s += 2;
        else
            text_char(t, *s);
    }
}

void put_element(struct text *t, const char *name, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    text_fmt(t, "<%s>", name);
    put_xml(t, value);
    text_fmt(t, "</%s>\n", name);
}

/* ---- times and ids ---- */

const char *moment_utc(uint64_t time_us, char out[MOMENT_MAX])
{
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t n = strftime(out, MOMENT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, MOMENT_MAX - n, ".%03uZ", (unsigned)(time_us / 1000 % 1000));
    return out;
}

const char *moment_offset(uint64_t time_us, char out[MOMENT_MAX])
{
    char whole[CLOCK_TEXT_MAX];
    size_t n = clock_text(time_us, whole);              /* "2026-11-21T19:23:20.123456+0800" */
    const char *offset = whole + n - 5;
    snprintf(out, MOMENT_MAX, "%.19s%.3s:%.2s", whole, strcmp(offset, "+0000") == 0 ? "-00" : offset, offset + 3);
    return out;
}

const char *uuid_by_name(const unsigned char space[16], const char *name, size_t len, char out[UUID_MAX])
{
    struct hash_state h;
    uint8_t d[HASH_MAX];
    hash_begin(&h, HASH_SHA1);
    hash_more(&h, space, 16);
    hash_more(&h, name, len);
    hash_end(&h, d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x50);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    snprintf(out, UUID_MAX, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1], d[2], d[3], d[4], d[5],
             d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
    return out;
}
