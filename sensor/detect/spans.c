#include "detect/spans.h"

#include <stdlib.h>
#include <string.h>

struct spans spans_one(struct pile *p, wide lo, wide hi)
{
    struct span *s = pile_take(p, sizeof(*s));
    *s = (struct span){ lo, hi };
    return (struct spans){ s, 1 };
}

struct spans spans_all(struct pile *p, wide most)
{
    return spans_one(p, 0, most);
}

static int by_low(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Joins what touches or overlaps; `at` is sorted. Gives the new count. */
static size_t join(struct span *at, size_t count)
{
    size_t out = 0;
    for (size_t i = 0; i < count; i++) {
        if (out && (at[out - 1].hi == WIDE_MAX || at[i].lo <= at[out - 1].hi + 1)) {
            if (at[i].hi > at[out - 1].hi)
                at[out - 1].hi = at[i].hi;
        } else {
            at[out++] = at[i];
        }
    }
    return out;
}

struct spans spans_of(struct pile *p, const struct span *items, size_t count)
{
    if (count == 0)
        return (struct spans){ NULL, 0 };
    struct span *all = pile_take(p, count * sizeof(*all));
    memcpy(all, items, count * sizeof(*all));
    qsort(all, count, sizeof(*all), by_low);
    return (struct spans){ all, join(all, count) };
}

struct spans spans_union(struct pile *p, struct spans a, struct spans b)
{
    if (a.count == 0 || b.count == 0)
        return a.count ? a : b;
    struct span *all = pile_take(p, (a.count + b.count) * sizeof(*all));
    memcpy(all, a.at, a.count * sizeof(*all));
    memcpy(all + a.count, b.at, b.count * sizeof(*all));
    qsort(all, a.count + b.count, sizeof(*all), by_low);
    return (struct spans){ all, join(all, a.count + b.count) };
}

struct spans spans_not(struct pile *p, struct spans a, wide most)
{
    struct span *gaps = pile_take(p, (a.count + 1) * sizeof(*gaps));
    size_t count = 0;
    wide next = 0;
    for (size_t i = 0; i < a.count; i++) {
        if (a.at[i].lo > next)
            gaps[count++] = (struct span){ next, a.at[i].lo - 1 };
        if (a.at[i].hi >= most)
            return (struct spans){ gaps, count };
        next = a.at[i].hi + 1;
    }
    gaps[count++] = (struct span){ next, most };
    return (struct spans){ gaps, count };
}

struct spans spans_minus(struct pile *p, struct spans a, struct spans b, wide most)
{
    if (b.count == 0)
        return a;
    /* a without b is everything outside of (what is outside a, or in b) */
    return spans_not(p, spans_union(p, spans_not(p, a, most), b), most);
}

bool spans_are_all(struct spans s, wide most)
{
    return s.count == 1 && s.at[0].lo == 0 && s.at[0].hi >= most;
}
