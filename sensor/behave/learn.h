/* learn - a policy out of traffic: as narrow as the traffic allows, for an engineer to review before it is enforced.
 *
 * What was asked becomes an entry; of what was written also the values; when, how often and with what rhythm, and how
 * many refusals came back, beside it. Hours are only told of what came on three days, a rhythm after twenty times in ten minutes or more, when it went on throughout.
 * Limits     LEARN_BYTES_MAX of entries and ranges, about; what came after it was full is counted and said in the file.
 * Memory     allocates while it learns: learning is a task for an hour or a week, not the packet road's daily work.
 * Threads    any worker may call learn_deed(); one lock, as industrial messages are few.
 */
#ifndef BEHAVE_LEARN_H
#define BEHAVE_LEARN_H

#include "behave/policy.h"

enum { LEARN_BYTES_MAX = 256 << 20 };

struct learner;
struct learner *learner_new(int32_t utc_offset_s, struct fault *f);
void learner_free(struct learner *l);

struct behave_scene {           /* who speaks to whom, and when */
    struct party   from, to;
    const uint8_t *from_mac;    /* six bytes; NULL: not known */
    uint64_t       time_us;
};
void learn_deed(struct learner *l, const struct behave_scene *s, const struct deed *d);

/* What was learned so far, as YAML. 0, or a negative errno. */
int learner_write(struct learner *l, const char *sensor, FILE *out, struct fault *f);

#endif
