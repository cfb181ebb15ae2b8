/* campaign - incidents of several regions that are one story: what the province sees and no prefecture can.
 *
 * The parent takes in every version of its children's incidents. Each is looked at as an alert would be, one look for each
 * of its attackers, accounts, indicators and rules, in a scene of its own and by the rules of join.h. When incidents of two regions
 * have something in common within the window, a campaign begins: an incident of the parent's region that names its parts,
 * says why each belongs to it and *is* their sum. A part's next version changes the sum; a part that was judged a false
 * positive or benign no longer counts in it; one that became part of another incident is replaced by that one. When all
 * parts have ended the campaign is closed, unless a person has decided about it.
 *
 * Counting   parts stay incidents of their regions and are not closed; a campaign has no alerts of its own. Who adds up
 *            alerts or incidents leaves out those with `parts`.
 * Addresses  private ones mean something within their region only (settings: one_network).
 * Status     exercise, test and actual never meet.
 * Exactly    a version that is not newer than the one known changes nothing.
 * once
 * Limits     part_max parts in memory (about 25 KB each), CASE_PARTS_MAX in a campaign. Quiet ones that are in no campaign go; when
 *            there are too many, the longest unchanged, and are counted.
 */
#ifndef CORRELATOR_CAMPAIGN_H
#define CORRELATOR_CAMPAIGN_H

#include "correlator/correlator.h"

enum { PART_BUCKETS = 1024 };

/* Takes in a child's incident for the parent's region. 1: it is remembered, so its state is to be kept; 0: it changes
 * nothing; -ENOMEM. Campaigns come out of correlator_changes(). */
int correlator_part(struct correlator *c, const char *region, const struct incident *i, uint64_t now_us);

/* Parts that memory has let go since the last call, after correlator_changes(). */
void correlator_parts_gone(struct correlator *c, void (*gone)(void *ctx, const char *region, const char *id), void *ctx);

/* A part as it was kept, after the incidents were restored. 0 or -ENOMEM. */
int correlator_part_restore(struct correlator *c, const char *region, const struct incident *i);

#endif
