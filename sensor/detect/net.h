/* net - the addresses and ports of a rule's header, with variables, groups, ranges and negation.
 *
 *     any   10.0.0.1   10.0.0.0/8   10.0.0.1-10.0.0.9   !$HOME_NET   [10.0.0.0/8,!10.1.0.0/16,[fd00::/8,$DNS_SERVERS]]
 *     any   80   1024:   :1023   6000:6010   ![80,443]   [$HTTP_PORTS,8080]
 *
 * Meaning    a list is the union of its members less the union of its negated members; a list of negated members only
 *            is everything else, as in Suricata.
 * Ownership  sets live in the pile; the same text gives the same set, so sets may be compared by address.
 */
#ifndef DETECT_NET_H
#define DETECT_NET_H

#include <endian.h>
#include <string.h>

#include "common/addr.h"
#include "common/fault.h"
#include "detect/lex.h"
#include "detect/spans.h"
#include "detect/table.h"

struct netset {
    bool         any;
    struct spans v4, v6;
};

struct portset {
    bool         any;
    struct spans ports;
};

struct nets {                   /* while loading */
    struct pile *pile;
    struct table vars;          /* name -> const char *text */
    struct table netsets, portsets;     /* text -> the set it gave */
};

void nets_free(struct nets *n);
int nets_var(struct nets *n, const char *assignment, struct fault *f);      /* "HOME_NET=[10.0.0.0/8]" */

/* NULL when the text is not one: `f` has the reason and `*at` the place in the text. */
const struct netset *nets_addresses(struct nets *n, struct slice text, const char **at, struct fault *f);
const struct portset *nets_ports(struct nets *n, struct slice text, const char **at, struct fault *f);

/* An address as the number that sets hold. */
static inline wide wide_of_addr(const struct addr *a)
{
    uint64_t high, low;
    memcpy(&high, a->bytes, 8);
    memcpy(&low, a->bytes + 8, 8);
    return (wide)be64toh(high) << 64 | be64toh(low);
}

static inline bool netset_holds(const struct netset *s, const struct addr *a)
{
    return s->any || spans_hold(a->version == 6 ? &s->v6 : &s->v4, wide_of_addr(a));
}

static inline bool portset_holds(const struct portset *s, uint16_t port)
{
    return s->any || spans_hold(&s->ports, port);
}

#endif
