/* engine - one worker's rule engine: what it keeps between packets. Private to this room.
 *
 *     offer.c   gathers the rules worth a full look: prefilter hits, ports, addresses, events
 *     match.c   holds one rule against what is at hand, and does what a match demands
 *     engine.c  makes all of it, and takes another rule set in its place
 */
#ifndef DETECT_ENGINE_H
#define DETECT_ENGINE_H

#include "detect/datasets.h"
#include "detect/hosts.h"
#include "detect/match.h"
#include "detect/pcre.h"
#include "detect/ruleset.h"
#include "detect/threshold.h"
#include "detect/transform.h"
#include "detect/watch.h"

struct candidates {             /* a set of rules: bits, and bits of words that have any, so that it is emptied as it is walked */
    uint64_t *words, *summary;
    size_t    word_count;
};

struct detect {
    const struct rules     *rules;
    struct detect_limits    limits;
    struct detect_counts    counts;
    hs_scratch_t           *scratch;
    struct regex_run        run;
    struct candidates       candidates;
    struct threshold_table *thresholds;
    struct host_table      *hosts;
    struct dataset_table   *datasets;
    uint16_t               *first;      /* of the record at hand: by row, its first value plus one */
    uint16_t                next[RECORD_VALUES_MAX];
    size_t                  rows_max;
    uint8_t                *changed[2]; /* transforms' output, in turn */
    uint8_t                *base64;
    struct watched         *watch;      /* by rule; NULL: nobody asks */
    const char             *stopped_by; /* what the rule at hand failed at */
    const struct step      *furthest;   /* the step that its last buffer failed at */
    uint64_t                values[VARIABLES_MAX];      /* of the rule at hand: byte_extract, byte_math */
    bool                    little;     /* byte order that the record at hand says, for `dce` */
    const char             *app_name;   /* the name last asked for, and its schema */
    int                     app_schema;
};

struct view {                   /* bytes of a buffer */
    const uint8_t *at;
    size_t         len;
};

/* The buffer as its sticky's transforms leave it; good until the next call. */
struct view engine_transformed(struct detect *d, const struct sticky *s, struct view v);

/* Does the rule hold? And then: its effects, its alert. False: a pass rule, nothing after it counts. */
bool match_holds(struct match *m, const struct rule *r);
bool match_done(const struct match *m, const struct rule *r, const struct detect_out *out);

unsigned match_transport(const struct subject *s);          /* enum rule_transport bit */
bool match_first_of_flow(const struct subject *s);          /* the direction's first packet, or no flow at all */

#endif
