/* spans - a set of whole numbers as sorted, separate ranges: ports, addresses, values of a field.
 *
 * One representation and four operations carry every list of the rule language: "[80,443,8000:8099]",
 * "![10.0.0.0/8,!10.1.0.0/16]", ">5", "!write_single_coil". Numbers have 128 bits so that IPv6 fits.
 * Ownership  spans live in the pile and never change once made.
 */
#ifndef DETECT_SPANS_H
#define DETECT_SPANS_H

#include <stdbool.h>
#include <stdint.h>

#include "detect/pile.h"

__extension__ typedef unsigned __int128 wide;
#define WIDE_MAX (~(wide)0)

struct span { wide lo, hi; };       /* both ends belong to it */

struct spans {
    const struct span *at;
    size_t             count;
};

struct spans spans_one(struct pile *p, wide lo, wide hi);
struct spans spans_of(struct pile *p, const struct span *items, size_t count);       /* in any order, overlapping */
struct spans spans_all(struct pile *p, wide most);
struct spans spans_union(struct pile *p, struct spans a, struct spans b);
struct spans spans_not(struct pile *p, struct spans a, wide most);                  /* within 0 .. most */
struct spans spans_minus(struct pile *p, struct spans a, struct spans b, wide most);
bool spans_are_all(struct spans s, wide most);

static inline bool spans_hold(const struct spans *s, wide n)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->at[mid].hi < n)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->count && s->at[low].lo <= n;
}

#endif
