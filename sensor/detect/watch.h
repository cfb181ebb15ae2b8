/* watch - how often each rule was tried, what stopped it, and what it cost: for rule authors. Private to this room.
 *
 * Cost     only while detect_watch() is on: two readings of the clock for each rule tried.
 * Limits   WATCH_STOPS_MAX different reasons per rule; further ones are counted as tries only.
 */
#ifndef DETECT_WATCH_H
#define DETECT_WATCH_H

#include "detect/rule.h"

enum { WATCH_STOPS_MAX = 8 };

struct watch_stop {
    const char *by;             /* compared by address: texts are interned */
    uint64_t    times;
};

struct watched {                /* one rule */
    uint64_t          tried, held, ns;
    struct watch_stop stops[WATCH_STOPS_MAX];
};

uint64_t watch_now_ns(void);
void watch_note(struct watched *w, const char *stopped_by, uint64_t ns);     /* stopped_by NULL: it held */

#endif
