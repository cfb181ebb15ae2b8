/* suppress - which alerts are kept out of incidents because people decided so (kind suppression 抑制), and what each of these
 * decisions has hidden.
 *
 * Hides      an alert of the suppression's region and status that meets all that its scope names, when the alert's own time lies
 *            from when it came into force until before it expires. Never one that is grave (severity 1, or an end that is high)
 *            unless the suppression reaches that far, which takes two people. The ends are as the alert or the register has them.
 * Late       one that has expired still hides late alerts of its time, as long as the desk holds it; one withdrawn hides nothing.
 * Counts     each hidden alert once, with the suppression that came into force first of all that match (of two at once the
 *            lower id); and what one would have hidden but for being grave: spared.
 * Finding    suppressions that name the same things, with prefixes of the same lengths, have one shape; an alert is looked up
 *            once or twice for each shape that occurs in its region (tuple space search, Srinivasan et al. 1999), so how
 *            many there are of a shape costs nothing. SUPPRESS_SHAPES_MAX shapes in a region of one status.
 * Ownership  copies everything. Threads: one owner.
 */
#ifndef CORRELATOR_SUPPRESS_H
#define CORRELATOR_SUPPRESS_H

#include "events/alert.h"
#include "events/matter.h"

enum { SUPPRESS_SHAPES_MAX = 256, SUPPRESS_SOURCE_BITS = 16, SUPPRESS_SOURCE_BITS6 = 32 };

struct suppress_scope {
    uint32_t gid, sid;                      /* sid 0: any rule */
    struct prefix source, destination;      /* version 0: any */
    const char *asset, *unit;               /* "": any; borrowed */
};

/* The scope among a matter's fields. 0, or -EINVAL with a sentence: it cannot be read, or nothing in it narrows. A prefix of
 * fewer than 16 bits (IPv6: 32) narrows only beside something else. */
int suppress_scope_read(const json_t *fields, struct suppress_scope *out, struct fault *f);

/* An asset of MLPS level 4 or 5, of critical infrastructure, or registered as of importance 1. */
bool suppress_is_high(const struct asset *a);

/* The severest, and whatever meets an asset that is high. An alert that says no severity counts as severest. */
bool suppress_is_grave(const struct alert_view *a);

struct suppress;
struct suppress *suppress_new(void);        /* NULL: no memory */
void suppress_free(struct suppress *s);
void suppress_clear(struct suppress *s);
size_t suppress_count(const struct suppress *s);        /* in force, or expired and not put away */

/* What the matter has become; other kinds are passed over. Alert ids that it brings back (from what was kept) are taken out
 * of its fields. 0, -ENOMEM, or -ENOSPC: no room for one more shape, and it hides nothing. */
int suppress_follow(struct suppress *s, struct matter *m);
void suppress_forget(struct suppress *s, const struct matter *m);   /* it leaves memory */
bool suppress_has_room(const struct suppress *s, const struct matter *m);   /* for its shape */

/* Whether the alert is to stay outside; then it is counted. */
bool suppress_hides(struct suppress *s, const struct alert_view *a);

/* ---- what has been hidden, on its way out ---- */

struct suppressed {             /* one that hid or spared something since it last said so */
    const char *region, *id;
    uint64_t    said_us;        /* when that was; 0: not since we started */
    size_t      ids;            /* alerts hidden since then, by id */
    bool        unkept;         /* something of it is not kept yet */
};

/* Each of a region (NULL: of all) until `each` says false. */
void suppress_unsaid(const struct suppress *s, const char *region, bool (*each)(void *ctx, const struct suppressed *e), void *ctx);

/* Into the fields: hits, spared, first_hit, last_hit. Nothing when it never was in force. False: memory is out. */
bool suppress_figures(const struct suppress *s, struct matter *m);

/* And `alert_ids`, the oldest `most` of those not said yet; none at all when everything is said. */
bool suppress_ids(const struct suppress *s, struct matter *m, size_t most);

bool suppress_is_unsaid(const struct suppress *s, const struct matter *m);
uint64_t suppress_last(const struct suppress *s, const struct matter *m);    /* the latest that it hid; 0: none */
void suppress_kept(struct suppress *s, const struct matter *m);         /* what there is of it is kept */
void suppress_said(struct suppress *s, const struct matter *m, size_t ids, uint64_t now_us);    /* and its oldest ids have gone out */

#endif
