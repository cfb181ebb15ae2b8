/* tag - one tag of BACnet's encoding (clause 20.2.1), and the numbers behind it. */
#ifndef DISSECTORS_BACNET_TAG_H
#define DISSECTORS_BACNET_TAG_H

#include <stdbool.h>

#include "common/cursor.h"

enum bacnet_form { BACNET_PRIMITIVE, BACNET_OPENING, BACNET_CLOSING };

struct bacnet_tag {
    uint8_t          number;
    bool             context;       /* its meaning is the service's; otherwise enum bacnet_type */
    enum bacnet_form form;
    struct cursor    body;          /* PRIMITIVE: the contents; an application boolean has its value in .flag and none here */
    bool             flag;
};

/* The next tag with its contents; false: there is none, or it does not fit. */
bool bacnet_tag_read(struct cursor *c, struct bacnet_tag *t);

/* Integers of 1 to 8 octets, most significant first; 0 for an empty one, false for a longer one. */
bool bacnet_unsigned(const struct bacnet_tag *t, uint64_t *n);
bool bacnet_signed(const struct bacnet_tag *t, int64_t *n);

#endif
