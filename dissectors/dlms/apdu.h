/* apdu - one DLMS APDU taken apart into a record.
 *
 * Looks at one APDU and fills a record; remembers nothing but what it is told.
 */
#ifndef DISSECTORS_DLMS_APDU_H
#define DISSECTORS_DLMS_APDU_H

#include "common/cursor.h"
#include "dissectors/dlms/fields.h"

struct dlms_apdu {
    struct record           *record;
    uint8_t                  tag;
    struct dlms_named       *named;     /* a request fills it; an answer reads the request's */
    bool                     asks, answers;
    enum access              access;
};

/* Whether `c` can begin an APDU, judged by its first octets. */
bool dlms_apdu_possible(struct cursor c);
bool dlms_apdu_known(uint8_t tag);
void dlms_apdu_read(struct dlms_apdu *a, struct cursor c);

#endif
