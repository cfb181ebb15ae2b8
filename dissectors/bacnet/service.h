/* service - what each application service carries: its ASN.1 as a small table, and one walker over tags for all of them.
 *
 * Looks at the service's parameters and fills a record; remembers nothing.
 */
#ifndef DISSECTORS_BACNET_SERVICE_H
#define DISSECTORS_BACNET_SERVICE_H

#include "common/cursor.h"
#include "dissectors/bacnet/fields.h"

/* What was asked of what: an answer that does not repeat it gets it from here. */
struct bacnet_asked {
    bool     object, property;      /* whether these are known */
    uint16_t object_type;
    uint32_t instance, property_id;
    uint8_t  access;                /* enum access, as ReinitializeDevice's depends on its parameter */
};

enum bacnet_part { BACNET_PART_REQUEST, BACNET_PART_ACK, BACNET_PART_ERROR };

bool bacnet_service_known(bool confirmed, uint8_t choice);

/* Reads a whole set of parameters into the record and says in `said` what they are about. */
void bacnet_service_read(bool confirmed, uint8_t choice, enum bacnet_part part, struct cursor *c, struct record *r,
                         struct bacnet_asked *said);

/* The row's word for a service of which only the choice was seen. */
enum access bacnet_service_access(bool confirmed, uint8_t choice);

/* An item of `objects` that says what an answer is about. */
void bacnet_asked_record(struct record *r, const struct bacnet_asked *asked);

#endif
