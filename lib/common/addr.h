/* addr - an IPv4 or IPv6 address, a prefix, and a table of prefixes that finds the longest match.
 *
 * Shape    16 bytes in network order. An IPv4 address is the last four, the first twelve are zero
 *          and .version tells them apart, so that ::1.2.3.4 and 1.2.3.4 stay different.
 */
#ifndef COMMON_ADDR_H
#define COMMON_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/fault.h"

enum { ADDR_TEXT_MAX = 46 };

struct addr {
    uint8_t bytes[16];
    uint8_t version;        /* 4, 6, or 0 for none */
};

struct prefix {
    struct addr addr;       /* bits beyond .bits are zero */
    uint8_t     bits;       /* 0..32 for version 4, 0..128 for 6 */
};

static inline struct addr addr_v4(const void *four)
{
    struct addr a = { .version = 4 };
    memcpy(a.bytes + 12, four, 4);
    return a;
}

static inline struct addr addr_v6(const void *sixteen)
{
    struct addr a = { .version = 6 };
    memcpy(a.bytes, sixteen, 16);
    return a;
}

static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
    return a->version == b->version && memcmp(a->bytes, b->bytes, 16) == 0;
}

/* <0, 0, >0; version 4 before version 6. */
int addr_compare(const struct addr *a, const struct addr *b);

/* Text as inet_ntop writes it; gives the length. */
size_t addr_text(const struct addr *a, char out[ADDR_TEXT_MAX]);
int addr_parse(const char *text, struct addr *out);                 /* 0 or -EINVAL */
void addr_mask(struct addr *a, unsigned bits);                      /* clears all behind the first so many */

/* "10.0.0.0/8", "fd00::/8", or a bare address (all bits). Host bits are cleared. 0 or -EINVAL. */
int prefix_parse(const char *text, struct prefix *out);
bool prefix_is_exact(const char *text, const struct prefix *p);     /* the text that it came from had no host bits */
bool prefix_holds(const struct prefix *p, const struct addr *a);

/* Prefixes, each with a value the caller owns; of two equal ones the later counts. Build once, then read from any thread.
 * Lookup is a binary search for each prefix length that occurs, longest first: no tree to walk. */
struct addr_table;
struct addr_table *addr_table_new(void);                            /* NULL: no memory */
void addr_table_free(struct addr_table *t);
int addr_table_add(struct addr_table *t, const struct prefix *p, void *value);  /* 0 or -ENOMEM */
void addr_table_seal(struct addr_table *t);                         /* after the last add, before the first find */
void *addr_table_find(const struct addr_table *t, const struct addr *a);        /* longest match, or NULL */

#endif
