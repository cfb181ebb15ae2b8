#include "detect/numbers.h"

#include <stdlib.h>
#include <string.h>

static bool one_value(struct parser *p, struct slice s, const struct number_style *style, wide *out)
{
    for (const struct field_name *n = style->names; n && n->name; n++) {
        if (slice_is_fold(s, n->name)) {
            *out = n->value;
            return true;
        }
    }
    uint64_t u = 0;
    int64_t i = 0;
    bool ok = style->is_signed ? slice_signed(s, &i) : slice_unsigned(s, &u);
    if (s.len == 0)
        return parse_wrong(p, s.at, "a number is missing");
    if (!ok)
        return parse_wrong(p, s.at, style->names ? "`%.*s` is neither a number nor a name of this field"
                                                  : "`%.*s` is not a number", (int)s.len, s.at);
    *out = style->is_signed ? (wide)((__int128)i + (__int128)NUMBER_BIAS) : u;
    if (*out > style->most)
        return parse_wrong(p, s.at, "`%.*s` is above %llu", (int)s.len, s.at, (unsigned long long)style->most);
    return true;
}

static bool compared(struct parser *p, struct slice s, const struct number_style *style, struct spans *out)
{
    bool above = s.at[0] == '>', with = s.len > 1 && s.at[1] == '=';
    struct slice number = slice_trim((struct slice){ s.at + 1 + with, s.len - 1 - with });
    wide n;
    if (!one_value(p, number, style, &n))
        return false;
    if (!with && (above ? n == style->most : n == 0))
        return parse_wrong(p, s.at, "`%.*s` can never hold", (int)s.len, s.at);
    wide edge = with ? n : above ? n + 1 : n - 1;
    *out = above ? spans_one(p->pile, edge, style->most) : spans_one(p->pile, 0, edge);
    return true;
}

static bool ranged(struct parser *p, struct slice low, struct slice high, bool inner, const struct number_style *style,
                   struct spans *out)
{
    wide a, b;
    if (!one_value(p, slice_trim(low), style, &a) || !one_value(p, slice_trim(high), style, &b))
        return false;
    if (a > b || (inner && b - a < 2))
        return parse_wrong(p, low.at, "the range from `%.*s` to `%.*s` is empty", (int)low.len, low.at, (int)high.len, high.at);
    *out = spans_one(p->pile, a + inner, b - inner);
    return true;
}

static bool named(struct slice s, const struct number_style *style)
{
    for (const struct field_name *n = style->names; n && n->name; n++) {
        if (slice_is_fold(s, n->name))
            return true;
    }
    return false;
}

static bool one_item(struct parser *p, struct slice s, const struct number_style *style, struct spans *out)
{
    if (s.len == 0)
        return parse_wrong(p, s.at, "a number is missing");
    const char *angle = memmem(s.at, s.len, "<>", 2);
    if (angle) {
        size_t n = (size_t)(angle - s.at);
        return ranged(p, (struct slice){ s.at, n }, (struct slice){ angle + 2, s.len - n - 2 }, true, style, out);
    }
    if (s.at[0] == '>' || s.at[0] == '<')
        return compared(p, s, style, out);
    if (s.at[0] == '=')
        s = slice_trim((struct slice){ s.at + 1, s.len - 1 });
    const char *dash = s.len > 1 && !named(s, style) ? memchr(s.at + 1, '-', s.len - 1) : NULL;
    if (dash) {
        size_t n = (size_t)(dash - s.at);
        return ranged(p, (struct slice){ s.at, n }, (struct slice){ dash + 1, s.len - n - 1 }, style->inner, style, out);
    }
    wide n;
    if (!one_value(p, s, style, &n))
        return false;
    *out = spans_one(p->pile, n, n);
    return true;
}

bool numbers_parse(struct parser *p, struct slice text, const struct number_style *style, struct spans *out)
{
    text = slice_trim(text);
    bool negated = text.len && text.at[0] == '!';
    if (negated)
        text = slice_trim((struct slice){ text.at + 1, text.len - 1 });
    if (negated && text.len && text.at[0] == '=')
        text = slice_trim((struct slice){ text.at + 1, text.len - 1 });
    if (text.len == 0)
        return parse_wrong(p, text.at, "a number is missing");
    *out = (struct spans){ NULL, 0 };
    struct slice item;
    while (slice_cut(&text, ',', &item)) {
        struct spans one;
        if (!one_item(p, item, style, &one))
            return false;
        *out = spans_union(p->pile, *out, one);
    }
    if (negated)
        *out = spans_not(p->pile, *out, style->most);
    return true;
}
