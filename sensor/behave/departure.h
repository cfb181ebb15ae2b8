/* departure - the ways in which traffic can depart from the policy, each an alert of its own by consequence, and the sentence that says what
 * was expected and what came.
 *
 * Ids        gid ALERT_GID_POLICY, sid = enum departure.
 * Ownership  the rules are const; sentences are written into the caller's buffer.
 */
#ifndef BEHAVE_DEPARTURE_H
#define BEHAVE_DEPARTURE_H

#include "behave/policy.h"
#include "events/alert.h"

enum { DEPARTURE_WHY_MAX = 480 };

enum departure {
    DEPARTURE_NEW_DEVICE = 1, DEPARTURE_NEW_TALKER, DEPARTURE_NEW_PAIR, DEPARTURE_NEW_PROTOCOL, DEPARTURE_NEW_FUNCTION,
    DEPARTURE_TARGET, DEPARTURE_VALUE, DEPARTURE_HOURS,
    DEPARTURE_PROGRAM, DEPARTURE_STOP, DEPARTURE_RESTART, DEPARTURE_SET_TIME, DEPARTURE_CONFIGURE, DEPARTURE_CONTROL, DEPARTURE_WRITE,
    DEPARTURE_UPLOAD, DEPARTURE_FILE, DEPARTURE_DISCOVERY, DEPARTURE_ACCESS,
    DEPARTURE_RHYTHM, DEPARTURE_BURST, DEPARTURE_REFUSALS, DEPARTURE_MAC,
    DEPARTURES
};

const struct alert_rule *departure_rule(enum departure d);

/* Which one a verdict is; `v->miss` is not MISS_NONE. */
enum departure departure_of(const struct policy *p, const struct policy_verdict *v, const struct party *from, const struct party *to,
                            const struct deed *d);

/* "预期 expected: 100 = 0..50; 实际 came: 10.20.0.5 > 10.20.0.21 modbus write write_single_register 100 = 9000". NUL-terminated. */
void departure_why(const struct policy *p, const struct policy_verdict *v, const struct party *from, const struct party *to,
                   const struct deed *d, char why[DEPARTURE_WHY_MAX]);

#endif
