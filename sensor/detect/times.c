#include "detect/times.h"

#include <string.h>
#include <time.h>

static const uint64_t SECOND = 1000000;

/* The digits at the front, up to `most`; -1: none. */
static int digits(struct slice *s, size_t most)
{
    int n = 0;
    size_t i = 0;
    for (; i < s->len && i < most && s->at[i] >= '0' && s->at[i] <= '9'; i++)
        n = n * 10 + (s->at[i] - '0');
    *s = (struct slice){ s->at + i, s->len - i };
    return i ? n : -1;
}

/* YYYY[-MM[-DD[(T or blank)HH[:MM[:SS]]]]] */
static bool read_date(struct slice s, struct tm *out)
{
    static const char before[] = "--T::";
    int part[6] = { -1, 1, 1, 0, 0, 0 };
    part[0] = digits(&s, 4);
    for (unsigned i = 1; i < 6 && s.len; i++) {
        bool right = s.at[0] == before[i - 1] || (i == 3 && s.at[0] == ' ');
        s = (struct slice){ s.at + 1, s.len - 1 };
        part[i] = right ? digits(&s, 2) : -1;
        if (part[i] < 0)
            return false;
    }
    *out = (struct tm){ .tm_year = part[0] - 1900, .tm_mon = part[1] - 1, .tm_mday = part[2], .tm_hour = part[3], .tm_min = part[4],
                        .tm_sec = part[5] };
    return part[0] >= 0 && s.len == 0 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 && part[2] <= 31 && part[3] < 24 && part[4] < 60 &&
           part[5] <= 60;
}

/* *exact: a number of microseconds, which is no whole second. */
static bool read_moment(struct parser *p, struct slice s, uint64_t *out, bool *exact)
{
    struct tm date;
    s = slice_trim(s);
    *exact = s.len > 4 && slice_unsigned(s, out);
    if (*exact)
        return true;
    if (!read_date(s, &date))
        return parse_wrong(p, s.at, "expected a date as 2015-10-22 or 2015-10-22T23:59:59, found `%.*s`", (int)s.len, s.at);
    time_t t = timegm(&date);
    *out = t > 0 ? (uint64_t)t * SECOND : 0;
    return true;
}

/* The last moment that still is this one: a date means its whole second. */
static uint64_t last_of(uint64_t at, bool exact)
{
    return exact ? at : at + SECOND - 1;
}

bool times_parse(struct parser *p, struct slice s, struct spans *out)
{
    uint64_t low, high;
    bool exact, exact_high, negated = s.len && s.at[0] == '!';
    if (negated)
        s = slice_trim((struct slice){ s.at + 1, s.len - 1 });
    const char *gap = s.len > 2 ? memmem(s.at, s.len, "<>", 2) : NULL;
    size_t n = gap ? (size_t)(gap - s.at) : s.len;
    size_t sign = s.len && (s.at[0] == '<' || s.at[0] == '>') ? 1u + (s.len > 1 && s.at[1] == '=') : 0;
    if (gap && sign == 0) {
        if (!read_moment(p, (struct slice){ s.at, n }, &low, &exact) ||
            !read_moment(p, (struct slice){ gap + 2, s.len - n - 2 }, &high, &exact_high))
            return false;
        if (low > high)
            return parse_wrong(p, s.at, "the range `%.*s` is empty", (int)s.len, s.at);
        *out = spans_one(p->pile, low, last_of(high, exact_high));
    } else {
        if (!read_moment(p, (struct slice){ s.at + sign, s.len - sign }, &low, &exact))
            return false;
        *out = spans_one(p->pile, sign && s.at[0] == '<' ? 0 : low, sign && s.at[0] == '>' ? UINT64_MAX : last_of(low, exact));
    }
    if (negated)
        *out = spans_not(p->pile, *out, UINT64_MAX);
    return true;
}
