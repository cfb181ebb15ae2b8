/* score - how well a drill went, by counting alone: three abilities 发现力, 防护力, 处置力 from the rows of a table.
 *
 * An inject counts when it was carried out; each figure has the names of those that met it and of those that did not, so that a
 * person can count again. What is still within its time counts neither way.
 *
 *     detected              seen: an alert belongs to it (score_facts.h) and stands in an incident
 *     detected_in_time      of those with detect_within: seen in it, from the inject on
 *     detect_mean, _median  seconds from the inject until it was seen, of the seen ones
 *     blocked               its outcome was told as blocked
 *     contained_in_time     of those with contain_within: blocked, or its incidents contained in it, from the inject on
 *     judged                of the seen ones: confirmed as an incident, and none of its incidents judged false or benign
 *     acknowledged_in_time  of the seen ones with acknowledge_within: a person took its incident up in it, from being seen on
 *     acknowledge_mean      seconds from being seen until then (MTTA)
 *     resolved_in_time      of the seen ones with resolve_within: its incidents closed in it, from being seen on
 *     resolve_mean          seconds from being seen until then (MTTR)
 *     signed_in_time        of the notices about its incidents: signed before sign_by
 *     feedback_in_time      ... answered before feedback_by
 *
 * Seen        at the later of the alert's time (of a played capture: of the inject) and the incident's detected_at. How long it
 *             took is of a played capture the longer of that and of how far the alert lies behind capture_at in the capture.
 * Several     incidents of one inject: seen and taken up with the first, contained and closed with the last of those that were not
 *             misjudged; it must have stayed so until as_of. In an incident that somebody had in hand already, it is taken up when seen.
 * Points      of a share: how much of the target, of a time: target over figure; at most 1000. An ability has the mean of its
 *             measures by weight, without those where nothing was to be counted; none at all: no points, which is not zero.
 */
#ifndef CTL_SCORE_H
#define CTL_SCORE_H

#include "common/text.h"
#include "ctl/score_facts.h"
#include "ctl/score_table.h"

enum { SCORE_BYTES_MAX = 96 * 1024, POINTS_FULL = 1000 };

struct came {                           /* what came of an inject; times 0: not so far */
    const struct inject *inject;
    const char *incident, *alert;       /* with which it was seen first */
    size_t   incident_count;
    uint64_t seen_us, detect_us, acknowledged_us, contained_us, resolved_us;    /* detect: how long it took */
    bool     seen, confirmed, misjudged;
};

enum verdict { OUT, MET, MISSED };

struct figure {                         /* of one row of the table */
    const struct measure *measure;
    uint64_t met, of, value;            /* value in the measure's unit */
    uint64_t points;
    bool     has;                       /* else there was nothing to count */
    enum verdict verdicts[NOTICES_MAX];         /* of injects or of notices */
};
_Static_assert((int)NOTICES_MAX >= (int)DRILL_INJECTS_MAX, "a figure has room for either");

struct score {
    const struct facts       *facts;
    const struct score_table *table;
    struct came   came[DRILL_INJECTS_MAX];
    struct figure figures[MEASURES_MAX];
    uint64_t      points[ABILITIES];
    bool          has[ABILITIES];
    size_t        injected;             /* carried out by as_of */
    size_t        beside;               /* incidents of the exercise to which no inject belongs */
};

/* Facts and table must outlive the score. */
void score_compute(const struct facts *f, const struct score_table *t, struct score *out);

/* The document that goes on record: times in UTC, whole numbers, always the same bytes for the same facts. */
void score_json(const struct score *s, struct text *out);
void score_csv(const struct score *s, struct text *out);        /* a line for each figure */
void score_text(const struct score *s, struct text *out);       /* for people, in both languages */

/* Whether a figure is about notices and not about injects; the name of its n-th. */
bool figure_of_notices(const struct figure *g);
const char *figure_subject(const struct score *s, const struct figure *g, size_t n);
size_t figure_subjects(const struct score *s, const struct figure *g);

#endif
