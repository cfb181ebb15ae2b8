#include "detect/reals.h"

#include <stdlib.h>
#include <string.h>

static bool read_real(struct parser *p, struct slice s, double *out)
{
    char text[64];
    s = slice_trim(s);
    char *end = text;
    if (s.len > 0 && s.len < sizeof(text)) {
        memcpy(text, s.at, s.len);
        text[s.len] = '\0';
        *out = strtod(text, &end);
    }
    if (end == text || *end)
        return parse_wrong(p, s.at, "`%.*s` is not a number", (int)s.len, s.at);
    return true;
}

static struct slice without(struct slice s, size_t n)
{
    return slice_trim((struct slice){ s.at + n, s.len - n });
}

bool reals_parse(struct parser *p, struct slice s, bool inner, struct real_span *out)
{
    *out = (struct real_span){ .low = -__builtin_inf(), .high = __builtin_inf() };
    s = slice_trim(s);
    out->negated = s.len && s.at[0] == '!';
    if (out->negated)
        s = without(s, 1);
    bool above = s.len && s.at[0] == '>', below = s.len && s.at[0] == '<', with = s.len > 1 && s.at[1] == '=';
    if (above || below) {
        out->low_open = out->high_open = !with;
        return read_real(p, without(s, 1u + with), above ? &out->low : &out->high);
    }
    if (s.len && s.at[0] == '=')
        s = without(s, 1);
    const char *dash = s.len > 1 ? memchr(s.at + 1, '-', s.len - 1) : NULL;
    size_t n = dash ? (size_t)(dash - s.at) : s.len;
    if (!read_real(p, (struct slice){ s.at, n }, &out->low))
        return false;
    out->high = out->low;
    if (dash == NULL)
        return true;
    out->low_open = out->high_open = inner;
    return read_real(p, without(s, n + 1), &out->high);
}
