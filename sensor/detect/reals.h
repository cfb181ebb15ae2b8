/* reals - conditions on a number with a fraction: "7.01", ">= 4", "!=4.037", "0.5-0.9", "!4-5". */
#ifndef DETECT_REALS_H
#define DETECT_REALS_H

#include "detect/parse.h"

struct real_span {
    double low, high;
    bool   low_open, high_open;
    bool   negated;
};

/* `inner`: "4-5" leaves out 4 and 5, as Suricata's own keywords do. */
bool reals_parse(struct parser *p, struct slice text, bool inner, struct real_span *out);

static inline bool reals_hold(const struct real_span *r, double x)
{
    bool in = (r->low_open ? x > r->low : x >= r->low) && (r->high_open ? x < r->high : x <= r->high);
    return in != r->negated;
}

#endif
