/* fields - the rows of a DNP3 record, and the readers that dnp3.c puts together. Private to this folder. */
#ifndef DISSECTORS_DNP3_FIELDS_H
#define DISSECTORS_DNP3_FIELDS_H

#include "common/cursor.h"
#include "events/record.h"

enum dnp3_row {
    DNP3_TYPE, DNP3_SRC, DNP3_DST, DNP3_CONTROL, DNP3_CONTROL_DIR, DNP3_CONTROL_PRI, DNP3_CONTROL_FCB, DNP3_CONTROL_FCV,
    DNP3_CONTROL_FUNCTION, DNP3_DATA, DNP3_IIN_BITS, DNP3_OBJECT,
    DNP3_APPLICATION, DNP3_AC, DNP3_AC_FIR, DNP3_AC_FIN, DNP3_AC_CON, DNP3_AC_UNS, DNP3_AC_SEQUENCE, DNP3_FUNCTION_CODE,
    DNP3_OBJECTS, DNP3_OBJECT_GROUP, DNP3_OBJECT_VARIATION, DNP3_OBJECT_QUALIFIER, DNP3_OBJECT_PREFIX, DNP3_OBJECT_RANGE,
    DNP3_OBJECT_START, DNP3_OBJECT_STOP, DNP3_OBJECT_COUNT, DNP3_COMPLETE,
    DNP3_IIN, DNP3_INDICATORS, DNP3_ROW_COUNT
};

enum dnp3_anomaly {
    DNP3_FLOODED, DNP3_LEN_TOO_SMALL, DNP3_BAD_LINK_CRC, DNP3_BAD_TRANSPORT_CRC, DNP3_MALFORMED, DNP3_UNKNOWN_OBJECT,
    DNP3_TOO_MANY_POINTS, DNP3_TOO_MANY_OBJECTS, DNP3_TOO_LONG_REASSEMBLY, DNP3_TRANSPORT_SEQUENCE, DNP3_ANOMALY_COUNT
};

enum dnp3_type { DNP3_LINK, DNP3_REQUEST, DNP3_RESPONSE, DNP3_UNSOLICITED };

extern const struct schema dnp3_schema;

/* 9.2.4: the link header. */
enum { DNP3_LINK_HEADER = 10, DNP3_LENGTH_MIN = 5, DNP3_FRAME_MAX = 292, DNP3_USER_MAX = 250 };
struct dnp3_link {
    uint8_t  length;            /* octets from control on, without CRCs */
    uint8_t  control;
    uint16_t dst, src;
    bool     sound;             /* the header's CRC is right */
};

enum dnp3_start { DNP3_NO_START, DNP3_SHORT, DNP3_START };
enum dnp3_start dnp3_link_read(struct cursor *c, struct dnp3_link *l);
size_t dnp3_user_octets(const struct dnp3_link *l);     /* what follows the header, CRCs included */

/* The user data of a frame without its CRCs, into `out`; `c` holds exactly dnp3_user_octets(). False: a CRC is wrong. */
bool dnp3_user_read(struct cursor c, uint8_t out[DNP3_USER_MAX], size_t *n);

/* Whether frames of this control octet carry user data, 9.2.4.1.3. */
bool dnp3_link_carries(uint8_t control);

/* Object headers up to the fragment's end, 4.2.2.7. What cannot be stepped over ends it; false then. */
bool dnp3_objects_read(struct record *r, uint8_t function, struct cursor c);

#endif
