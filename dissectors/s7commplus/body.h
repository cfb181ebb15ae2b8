/* body - what an S7comm-plus request asks of which object, and how a response ends: the forms of variables, objects and values.
 *
 * Numbers of variable length (VLQ) have seven bits an octet, the highest first. A value is flags, type, octets by the type; an address of a
 * variable is the symbol's CRC, an area, and how many ids follow.
 *
 * Source  no public standard; the forms are those of T. Wiens's S7CommPlusDriver and Wireshark dissector
 */
#ifndef DISSECTORS_S7COMMPLUS_BODY_H
#define DISSECTORS_S7COMMPLUS_BODY_H

#include "dissectors/framing/cotp.h"
#include "events/access.h"

enum plus_row {
    PLUS_VERSION = COTP_ROWS, PLUS_LENGTH, PLUS_OPCODE, PLUS_FUNCTION, PLUS_ACCESS, PLUS_SEQUENCE, PLUS_SESSION, PLUS_INTEGRITY, PLUS_FRAGMENT,
    PLUS_CONTINUED, PLUS_OBJECT, PLUS_CLASS, PLUS_ITEM_COUNT,
    PLUS_ITEMS, PLUS_AREA, PLUS_DB, PLUS_ID, PLUS_LIDS,
    PLUS_VALUES, PLUS_NUMBER, PLUS_DATATYPE, PLUS_VALUE, PLUS_REAL, PLUS_TEXT, PLUS_STRUCTURE,
    PLUS_ELEMENTS, PLUS_KEY, PLUS_ELEMENT_DATATYPE, PLUS_ELEMENT_VALUE, PLUS_ELEMENT_REAL, PLUS_ELEMENT_TEXT,
    PLUS_RETURN, PLUS_IDENTIFICATION, PLUS_PRODUCT, PLUS_FIRMWARE, PLUS_RESPONSE_TIME, PLUS_ROWS
};

enum plus_function {
    PLUS_EXPLORE = 0x04bb, PLUS_CREATE_OBJECT = 0x04ca, PLUS_DELETE_OBJECT = 0x04d4, PLUS_SET_VARIABLE = 0x04f2, PLUS_GET_VARIABLE = 0x04fc,
    PLUS_ADD_LINK = 0x0506, PLUS_REMOVE_LINK = 0x051a, PLUS_GET_LINK = 0x0524, PLUS_SET_MULTI = 0x0542, PLUS_GET_MULTI = 0x054c,
    PLUS_INVOKE = 0x056b, PLUS_SET_SUBSTREAMED = 0x057c, PLUS_GET_SUBSTREAMED = 0x0586, PLUS_GET_ADDRESSES = 0x0590, PLUS_INIT_SSL = 0x05b3
};

/* A request's body behind the session and transport flags. Gives what it does to the device. */
enum access plus_request_read(struct record *r, unsigned function, uint32_t session, struct cursor c);

/* A response's body behind the transport flags: its return value. */
void plus_response_read(struct record *r, struct cursor c);

/* Where a session says who the controller is ("1;order number;firmware"), wherever it stands in the piece. */
void plus_identification_read(struct record *r, struct cursor piece);

#endif
