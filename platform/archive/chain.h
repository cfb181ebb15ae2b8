/* chain - every row of a month is a link: what was archived, in which order, and nothing in between.
 *
 *     link 0 = SM3("fengsui chain" month)                                    the month is "2026-11"
 *     link n = SM3(link n-1 | n as 8 bytes | length of region as 2 bytes | region | json)
 *
 * Numbers are big endian. The region is here because an event need not name it itself; all other columns are worked out
 * from the JSON, and whoever verifies works them out again. There is no place where two different rows give the same
 * bytes: what comes before the JSON has its length. Of a region the
 * first 64 bytes count; a code has six.
 */
#ifndef ARCHIVE_CHAIN_H
#define ARCHIVE_CHAIN_H

#include <stddef.h>
#include <stdint.h>

enum { CHAIN_LINK = 32, CHAIN_MONTH_MAX = 16 };

/* How far a month's chain goes. */
struct chain_head {
    char     month[CHAIN_MONTH_MAX];    /* "2026-11" */
    uint64_t seq;                       /* number of its last row; 0: none yet */
    uint8_t  link[CHAIN_LINK];
};

/* Before the first row. A name that is too long is cut. */
void chain_begin(struct chain_head *h, const char *month);

/* One row more. The region may be NULL. */
void chain_add(struct chain_head *h, const char *region, const char *json, size_t len);

#endif
