/* limits - a file beside the rules that says which alerts are not told, or not so often, as Suricata's threshold.config.
 *
 *     suppress gen_id 1, sig_id 2008124, track by_src, ip [10.0.0.0/8,$DNS_SERVERS]
 *     suppress gen_id 1, sig_id 2019401, owner "Li Na", until 2026-12-31
 *     threshold gen_id 1, sig_id 2002087, type limit, track by_src, count 5, seconds 60
 *
 * Meaning    sig_id 0 stands for all rules of that gen_id, gen_id 0 for all rules. A threshold takes the place of the rule's own
 *            one; with sig_id 0 it goes to rules that have none. Suppression silences the alert, not the rule's effects.
 *            `owner` and `until` are ours: who asked for it, and the first day (UTC, in packet time) on which it no longer holds.
 * Errors     a line that cannot be used is refused with file, line, column and reason, and the others hold. So is
 *            `rate_filter`: it changes what is done with packets, and a sensor does nothing with them.
 * Source     Suricata 7.0 user guide, section 9.5 "Global-Thresholds".
 */
#ifndef DETECT_LIMITS_H
#define DETECT_LIMITS_H

#include "detect/parse.h"

struct suppression {
    struct suppression  *next;
    const struct netset *whom;      /* NULL: everybody */
    uint8_t              track;     /* enum suppress_track */
    uint64_t             until_us;  /* UINT64_MAX: for good */
    const char          *owner;
};

/* One line, for the rules read so far; false: parser.at and the fault say what is wrong. */
bool limits_line(struct parser *p, struct slice line);

bool suppressed(const struct suppression *s, const struct match *m);

#endif
