#include "detect/numbers.h"

#include <stdlib.h>
#include <string.h>

enum { MASKED_RANGES_MAX = 4096 };

/* "10kb", "1MiB": a number with a unit behind it; Suricata takes both spellings for powers of 1024. */
static bool sized(struct slice s, uint64_t *out)
{
    static const struct { const char *unit; unsigned shift; } units[] = {
        { "kb", 10 }, { "kib", 10 }, { "mb", 20 }, { "mib", 20 }, { "gb", 30 }, { "gib", 30 }
    };
    size_t digits = 0;
    while (digits < s.len && s.at[digits] >= '0' && s.at[digits] <= '9')
        digits++;
    struct slice unit = slice_trim((struct slice){ s.at + digits, s.len - digits });
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (slice_is_fold(unit, units[i].unit) && slice_unsigned((struct slice){ s.at, digits }, out) && *out <= UINT64_MAX >> units[i].shift) {
            *out <<= units[i].shift;
            return true;
        }
    }
    return false;
}

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
    bool ok = style->is_signed ? slice_signed(s, &i) : slice_unsigned(s, &u) || sized(s, &u);
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

/* "&0xc0=0x80", "&0xc0!=0": the bits of the mask, where they stand. The bits above the mask's lowest that it leaves out may be
 * anything, and each choice of them is a range of its own. */
static bool masked(struct parser *p, struct slice s, const struct number_style *style, struct spans *out)
{
    const char *equals = memchr(s.at, '=', s.len);
    size_t n = equals ? (size_t)(equals - s.at) : 0;
    bool differs = n > 1 && s.at[n - 1] == '!';
    uint64_t mask, want, most = style->most > UINT64_MAX ? UINT64_MAX : (uint64_t)style->most;
    if (n < 2 || !slice_unsigned(slice_trim((struct slice){ s.at + 1, n - 1 - differs }), &mask) ||
        !slice_unsigned(slice_trim((struct slice){ equals + 1, s.len - n - 1 }), &want))
        return parse_wrong(p, s.at, "expected a mask and a value, as &0xc0=0x80");
    if (mask == 0 || (want & ~mask) || want > most)
        return parse_wrong(p, s.at, "`%.*s` can never hold", (int)s.len, s.at);
    uint64_t below = (mask & -mask) - 1, others = ~mask & ~below & (UINT64_MAX >> (unsigned)__builtin_clzll(most | 1));
    if (style->is_signed || __builtin_popcountll(others) > __builtin_ctz(MASKED_RANGES_MAX))
        return parse_wrong(p, s.at, "a mask leaves at most %d ranges open here; this number is too wide for it", MASKED_RANGES_MAX);
    struct span *ranges = pile_take(p->pile, sizeof(*ranges) << __builtin_popcountll(others));
    size_t count = 0;
    for (uint64_t rest = 0;; rest = (rest - others) & others) {     /* each subset of `others` in turn */
        uint64_t low = rest | want;
        if (low <= most)
            ranges[count++] = (struct span){ low, (low | below) < most ? low | below : most };
        if (rest == others)
            break;
    }
    *out = spans_of(p->pile, ranges, count);
    if (differs)
        *out = spans_not(p->pile, *out, style->most);
    return true;
}

static bool one_item(struct parser *p, struct slice s, const struct number_style *style, struct spans *out)
{
    if (s.len == 0)
        return parse_wrong(p, s.at, "a number is missing");
    if (s.at[0] == '&')
        return masked(p, s, style, out);
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
