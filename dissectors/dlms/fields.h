/* fields - DLMS's rows, codes and anomalies: what the files of this folder share. */
#ifndef DISSECTORS_DLMS_FIELDS_H
#define DISSECTORS_DLMS_FIELDS_H

#include "events/access.h"
#include "events/record.h"

enum dlms_row {
    DLMS_CARRIER,
    DLMS_SOURCE,
    DLMS_DESTINATION,
    DLMS_FRAME,
    DLMS_APDU,
    DLMS_KIND,
    DLMS_ACCESS,
    DLMS_INVOKE_ID,
    DLMS_CIPHERED,
    DLMS_SYSTEM_TITLE,
    DLMS_SECURITY,
    DLMS_COUNTER,
    DLMS_CONTEXT,
    DLMS_MECHANISM,
    DLMS_PASSWORD,
    DLMS_ASSOCIATE_RESULT,
    DLMS_BLOCK,
    DLMS_LAST_BLOCK,
    DLMS_STATE_ERROR,
    DLMS_SERVICE_ERROR,
    DLMS_OBJECTS,
    DLMS_CLASS,
    DLMS_OBIS,
    DLMS_ATTRIBUTE,
    DLMS_METHOD,
    DLMS_RESULT,
    DLMS_VALUES,
    DLMS_TYPE,
    DLMS_DEPTH,
    DLMS_VALUE,
    DLMS_TEXT,
    DLMS_OCTETS,
    DLMS_RESPONSE_TIME,
    DLMS_ROWS
};

enum dlms_anomaly { DLMS_INVALID_FRAME, DLMS_INVALID_CHECKSUM, DLMS_INVALID_APDU, DLMS_UNKNOWN_APDU, DLMS_UNSOLICITED_RESPONSE,
                    DLMS_MESSAGE_TOO_LONG, DLMS_ANOMALIES };

enum dlms_carrier { DLMS_HDLC, DLMS_WRAPPER };
enum dlms_tag {
    DLMS_DATA_NOTIFICATION = 0x0f, DLMS_AARQ = 0x60, DLMS_AARE, DLMS_RLRQ, DLMS_RLRE,
    DLMS_GET_REQUEST = 0xc0, DLMS_SET_REQUEST, DLMS_EVENT_NOTIFICATION, DLMS_ACTION_REQUEST, DLMS_GET_RESPONSE, DLMS_SET_RESPONSE,
    DLMS_ACTION_RESPONSE = 0xc7, DLMS_EXCEPTION = 0xd8
};
enum dlms_class { DLMS_CLOCK = 8, DLMS_SCRIPT_TABLE = 9, DLMS_ASSOCIATION = 15, DLMS_IMAGE_TRANSFER = 18, DLMS_DISCONNECT_CONTROL = 70 };

enum { DLMS_OBIS_SIZE = 6, DLMS_OBIS_TEXT = 24, DLMS_NAMED_MAX = 16 };

/* An attribute or a method of an object. */
struct dlms_object {
    uint16_t class;
    uint8_t  obis[DLMS_OBIS_SIZE];
    uint8_t  member;
};

/* What a request named, for its response; and the text that its record borrows. */
struct dlms_named {
    unsigned           count;
    struct dlms_object object[DLMS_NAMED_MAX];
    char               text[DLMS_NAMED_MAX][DLMS_OBIS_TEXT];
};

extern const struct schema dlms_schema;

#endif
