/* fields - the rows of a DNP3 record, and the readers that dnp3.c puts together. Private to this folder. */
#ifndef DISSECTORS_DNP3_FIELDS_H
#define DISSECTORS_DNP3_FIELDS_H

#include "common/cursor.h"
#include "events/access.h"
#include "events/record.h"

enum dnp3_row {
    DNP3_TYPE, DNP3_ACCESS, DNP3_SRC, DNP3_DST, DNP3_BROADCAST, DNP3_CONTROL, DNP3_CONTROL_DIR, DNP3_CONTROL_PRI, DNP3_CONTROL_FCB,
    DNP3_CONTROL_FCV, DNP3_CONTROL_FUNCTION, DNP3_FRAMES, DNP3_DATA, DNP3_IIN_BITS, DNP3_OBJECT,
    DNP3_APPLICATION, DNP3_AC, DNP3_AC_FIR, DNP3_AC_FIN, DNP3_AC_CON, DNP3_AC_UNS, DNP3_AC_SEQUENCE, DNP3_FUNCTION_CODE,
    DNP3_OBJECTS, DNP3_OBJECT_GROUP, DNP3_OBJECT_VARIATION, DNP3_OBJECT_QUALIFIER, DNP3_OBJECT_PREFIX, DNP3_OBJECT_RANGE,
    DNP3_OBJECT_START, DNP3_OBJECT_STOP, DNP3_OBJECT_COUNT,
    DNP3_POINTS, DNP3_INDEX, DNP3_VALUE, DNP3_REAL, DNP3_FLAGS, DNP3_QUALITY, DNP3_TIME, DNP3_RELATIVE, DNP3_DELAY, DNP3_INTERVAL,
    DNP3_INTERVAL_UNITS,
    DNP3_OPERATION, DNP3_TRIP_CLOSE, DNP3_QUEUE, DNP3_CLEAR, DNP3_TIMES, DNP3_ON_TIME, DNP3_OFF_TIME, DNP3_STATUS,
    DNP3_ASSOCIATION, DNP3_TEXT, DNP3_OCTETS,
    DNP3_FILE_NAME, DNP3_FILE_MODE, DNP3_FILE_TYPE, DNP3_FILE_SIZE, DNP3_FILE_PERMISSIONS, DNP3_FILE_HANDLE, DNP3_FILE_BLOCK,
    DNP3_FILE_LAST, DNP3_FILE_STATUS, DNP3_FILE_BLOCK_SIZE, DNP3_FILE_REQUEST, DNP3_FILE_USER,
    DNP3_AUTH_SEQUENCE, DNP3_AUTH_USER, DNP3_AUTH_ALGORITHM, DNP3_AUTH_REASON, DNP3_AUTH_WRAP, DNP3_AUTH_KEY_STATUS, DNP3_AUTH_ERROR,
    DNP3_AUTH_MAC,
    DNP3_COMPLETE,
    DNP3_IIN, DNP3_INDICATORS, DNP3_REQUEST_FUNCTION, DNP3_SELECTED, DNP3_RESPONSE_TIME,
    DNP3_VENDOR, DNP3_PRODUCT, DNP3_SOFTWARE, DNP3_HARDWARE, DNP3_SERIAL, DNP3_NAME, DNP3_LOCATION, DNP3_ROW_COUNT
};

enum dnp3_anomaly {
    DNP3_FLOODED, DNP3_LEN_TOO_SMALL, DNP3_BAD_LINK_CRC, DNP3_BAD_TRANSPORT_CRC, DNP3_MALFORMED, DNP3_UNKNOWN_OBJECT,
    DNP3_TOO_MANY_POINTS, DNP3_TOO_MANY_OBJECTS, DNP3_TOO_LONG_REASSEMBLY, DNP3_TRANSPORT_SEQUENCE, DNP3_OUT_OF_STEP,
    DNP3_UNKNOWN_FUNCTION, DNP3_RESPONSE_UNASKED, DNP3_OPERATE_UNSELECTED, DNP3_WRONG_DIRECTION, DNP3_UNKNOWN_LINK_FUNCTION,
    DNP3_ANOMALY_COUNT
};

enum dnp3_type { DNP3_LINK, DNP3_REQUEST, DNP3_RESPONSE, DNP3_UNSOLICITED };

enum dnp3_function {        /* table 4-2 */
    DNP3_CONFIRM = 0, DNP3_READ = 1, DNP3_WRITE = 2, DNP3_SELECT = 3, DNP3_OPERATE = 4, DNP3_DIRECT_OPERATE = 5,
    DNP3_DIRECT_OPERATE_NR = 6, DNP3_FREEZE = 7, DNP3_FREEZE_AT_TIME = 11, DNP3_FREEZE_AT_TIME_NR = 12, DNP3_COLD_RESTART = 13,
    DNP3_WARM_RESTART = 14, DNP3_INITIALIZE_DATA = 15, DNP3_INITIALIZE_APPLICATION = 16, DNP3_START_APPLICATION = 17,
    DNP3_STOP_APPLICATION = 18, DNP3_SAVE_CONFIGURATION = 19, DNP3_ENABLE_UNSOLICITED = 20, DNP3_DISABLE_UNSOLICITED = 21,
    DNP3_ASSIGN_CLASS = 22, DNP3_DELAY_MEASURE = 23, DNP3_RECORD_CURRENT_TIME = 24, DNP3_OPEN_FILE = 25, DNP3_CLOSE_FILE = 26,
    DNP3_DELETE_FILE = 27, DNP3_GET_FILE_INFO = 28, DNP3_AUTHENTICATE_FILE = 29, DNP3_ABORT_FILE = 30, DNP3_ACTIVATE_CONFIGURATION = 31,
    DNP3_AUTHENTICATE_REQUEST = 32, DNP3_AUTHENTICATE_ERROR = 33, DNP3_FUNCTION_LAST = 33,
    DNP3_ANSWER = 129, DNP3_ANSWER_UNSOLICITED = 130, DNP3_ANSWER_AUTHENTICATE = 131
};

extern const struct schema dnp3_schema;

/* 9.2.4: the link header. */
enum { DNP3_LINK_HEADER = 10, DNP3_LENGTH_MIN = 5, DNP3_FRAME_MAX = 292, DNP3_USER_MAX = 250, DNP3_BROADCAST_FIRST = 0xfffd };
enum { DNP3_DIR = 0x80, DNP3_PRI = 0x40, DNP3_LINK_FUNCTION = 0x0f };
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
bool dnp3_link_known(uint8_t control);

/* --- objects: object.c, and what is behind their headers: point.c, file.c, attribute.c, authentication.c --- */

/* Tables 4-4 and 4-5. */
struct dnp3_header {
    uint8_t  group, variation, qualifier, prefix, range;
    bool     indexed;               /* start and stop are there */
    uint32_t start, stop, count;
};

/* What is carried from object to object of one fragment. */
struct dnp3_walk {
    struct record *record;
    uint8_t        function;
    bool           values;          /* objects come with their values */
    bool           timed;           /* a common time of occurrence was there (group 51) */
    uint64_t       common_ms;       /* since 1970: what relative times are relative to */
    bool           refused;         /* a control, a file or an authentication was answered with no */
    enum access    access;          /* what the objects make of the function; ACCESS_OTHER: nothing */
    struct dnp3_told {              /* what the device says of itself, told after the objects: its row and where it stands */
        uint16_t       row;
        uint32_t       len;
        const uint8_t *bytes;
    } told[8];
    unsigned       told_count;
};

/* Object headers up to the fragment's end, 4.2.2.7. What cannot be stepped over ends it; false then. */
bool dnp3_objects_read(struct dnp3_walk *w, struct cursor c);

/* Octets or bits of one object of fixed size behind its header. */
struct dnp3_size {
    bool     known;
    uint64_t bits;
};
struct dnp3_size dnp3_size_of(uint8_t group, uint8_t variation);

/* One point's object: `c` is its octets, prefix taken. The item in DNP3_POINTS is begun. */
void dnp3_point_read(struct dnp3_walk *w, const struct dnp3_header *h, struct cursor *c);

/* A packed state of one or two bits. */
void dnp3_bits_say(struct dnp3_walk *w, unsigned value);

/* Objects that carry their size (qualifier 5B) or are laid out by themselves; true: it was one of theirs. */
bool dnp3_file_read(struct dnp3_walk *w, uint8_t variation, struct cursor c);
bool dnp3_authentication_read(struct dnp3_walk *w, uint8_t variation, struct cursor c);

/* One attribute of the device, group 0: type, length, value. False: it does not fit. */
bool dnp3_attribute_read(struct dnp3_walk *w, uint8_t variation, struct cursor *c);

#endif
