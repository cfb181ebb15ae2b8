/* policy - who may do what to which device: a table that people review, learned from traffic (learn.h) or written by hand.
 *
 *     from 10.20.0.5  to 10.20.0.21  modbus  write  write_single_register  on "unit_id 1 object holding_registers address" 100 = 0..50
 *
 * Reading    policy_load() takes the YAML that policy_write() makes; docs/man/fengsui-policy.5 describes it.
 * Judging    policy_judge() finds the entry that allows a deed, or the one that came nearest, and says what departs from it.
 *            An answer is judged by nobody: who asks is responsible.
 * Ownership  a policy owns all that hangs on it; what policy_judge() gives is borrowed until policy_free().
 * Errors     "FILE:LINE:COLUMN: what was expected"; one bad entry refuses the whole file, as half a policy would alarm at the other half.
 * Threads    read-only after loading, but for the _Atomic members of an entry, which any worker may change.
 */
#ifndef BEHAVE_POLICY_H
#define BEHAVE_POLICY_H

#include <stdatomic.h>
#include <stdio.h>

#include "behave/deed.h"
#include "behave/party.h"
#include "common/fault.h"

enum { POLICY_HOURS_ALL = 0xffffff, POLICY_ENTRIES_MAX = 200000, POLICY_RANGES_MAX = 4000000 };

struct policy_range {
    uint64_t first, last;
    bool     valued;            /* only values from .low to .high may be written there */
    double   low, high;
};

struct policy_target {          /* ranges ascend and do not overlap; none: the words alone are the target */
    char                *on;
    struct policy_range *ranges;
    size_t               count, cap;
    bool                 valued;            /* without a number: values from .low to .high */
    double               low, high;
};

struct policy_entry {
    struct party_set from, to;
    char            *protocol, *function;   /* function "" : any */
    enum access      access;
    uint32_t         hours;                 /* bit h: from h:00 to h:59 by the policy's clock */
    uint64_t         every_us, longest_us;  /* it comes at this rhythm, and was never further apart; 0: not said */
    uint32_t         per_minute;            /* the most that was seen; 0: not limited */
    uint32_t         refusals;              /* the most answers in a minute that said no */
    struct policy_target *targets;          /* none: any target */
    size_t           target_count, target_cap;
    struct policy_entry *next;              /* of those that may speak to the same device */

    _Atomic uint64_t seen_us;               /* last, by any worker; 0: not yet */
    _Atomic bool     silent;                /* and that was said */
    _Atomic uint64_t minute, refused_minute;
    _Atomic uint32_t in_minute, refused_in_minute;
};

struct policy_device {
    struct party party;
    uint8_t      mac[6];
    bool         has_mac;
    bool         varies;        /* while learning: seen at several cards */
};

struct policy {
    struct policy_entry  *entries;
    size_t                count, cap;
    struct policy_device *devices;          /* ascending by party, once sealed */
    size_t                device_count, device_cap;
    int32_t               utc_offset_s;     /* of the clock that .hours are told by */
    uint64_t              from_us, to_us;   /* what it was learned from; 0: written by hand */
    struct policy_entry **buckets;          /* by protocol and exact `to`; the last one holds those for sets */
    size_t                bucket_count;
};

struct policy *policy_new(struct fault *f);
void policy_free(struct policy *p);

/* Both make the policy larger; NULL or false: no memory, or a ceiling. Words are copied. */
struct policy_entry *policy_add(struct policy *p);
struct policy_target *policy_target_of(struct policy_entry *e, const char *on);     /* found or added */
void policy_targets_free(struct policy_entry *e);
bool policy_range_add(struct policy_target *t, const struct policy_range *r);       /* widens or joins what is there */
struct policy_device *policy_device_add(struct policy *p, const struct party *who);     /* found or added */

int  policy_seal(struct policy *p, struct fault *f);        /* after the last addition, before the first question */
/* What was heard of the entries that both have (when last, how many in this minute) goes on in the new one: a poll that stops while a
 * policy is read again is missed all the same. Before anybody uses the new one. */
void policy_carry(struct policy *fresh, const struct policy *old);
const struct policy_device *policy_device(const struct policy *p, const struct party *who);

struct policy *policy_load(const char *path, struct fault *f);
void policy_write(const struct policy *p, const char *sensor, FILE *out);

enum policy_miss {          /* how near the nearest entry came; each next one is nearer */
    MISS_PARTY, MISS_PROTOCOL, MISS_ACCESS, MISS_FUNCTION, MISS_TARGET, MISS_VALUE, MISS_HOURS, MISS_NONE
};

struct policy_verdict {
    enum policy_miss           miss;
    struct policy_entry       *entry;       /* the one that allows it, or came nearest; NULL with MISS_PARTY */
    const struct policy_target *target;     /* MISS_VALUE: of which the value is wrong */
    const struct deed_point   *point;       /* MISS_TARGET, MISS_VALUE: the first one that departs */
};

struct policy_verdict policy_judge(const struct policy *p, const struct party *from, const struct party *to, const struct deed *d,
                                   uint64_t time_us);

#endif
