#include "dissectors/modbus/umas.h"

#include <string.h>

enum {
    READ_ID = 0x02, READ_PROJECT = 0x03, TAKE_RESERVATION = 0x10, READ_MEMORY = 0x20, WRITE_MEMORY = 0x21,
    ANSWER_OK = 0xfe, ANSWER_ERROR = 0xfd,
    ID_VERSION_AT = 7, ID_NAME_AT = 22, PROJECT_NAME_AT = 38, OWNER_AT = 4
};

enum access umas_access(uint8_t function)
{
    switch (function) {
    case 0x01: case 0x0a: case 0x12:            return ACCESS_SESSION;      /* begin, echo, keep alive */
    case 0x02: case 0x03: case 0x06:            return ACCESS_IDENTIFY;
    case 0x04: case 0x39: case 0x58: case 0x73: return ACCESS_DIAGNOSE;
    case 0x10: case 0x11: case 0x38: case 0x6d: case 0x6e: return ACCESS_AUTHENTICATE;  /* reservation: who may program */
    case 0x20: case 0x22: case 0x24: case 0x50: case 0x70: return ACCESS_READ;
    case 0x21: case 0x23: case 0x25: case 0x71: return ACCESS_WRITE;
    case 0x30: case 0x31: case 0x32:            return ACCESS_PROGRAM;      /* "upload" is into the controller */
    case 0x33: case 0x34: case 0x35: case 0x36: return ACCESS_UPLOAD;
    case 0x40:                                  return ACCESS_CONTROL;      /* start */
    case 0x41:                                  return ACCESS_STOP;
    default:                                    return ACCESS_OTHER;
    }
}

/* A text that says its length before it, `at` octets on; without the zero at its end. */
static void text_say(struct record *r, uint16_t row, struct cursor c, size_t at)
{
    cursor_skip(&c, at);
    size_t length = cursor_u8(&c);
    struct cursor text = cursor_sub(&c, length);
    if (text.left > 0 && text.at[text.left - 1] == 0)
        text.left--;
    if (text.left > 0)
        record_bytes(r, row, text.at, text.left);
}

/* Block of memory: 00 or 01, block, offset, how many octets. */
static void memory(struct modbus_pdu *p, struct cursor c)
{
    cursor_skip(&c, 1);
    uint16_t block = cursor_le16(&c);
    uint32_t offset = cursor_le32(&c);
    uint16_t count = cursor_le16(&c);
    if (c.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_UMAS_BLOCK, block);
    record_uint(p->record, MODBUS_UMAS_OFFSET, offset);
    record_uint(p->record, MODBUS_UMAS_COUNT, count);
}

static void rest_say(struct modbus_pdu *p)
{
    if (p->body.left > 0)
        record_bytes(p->record, MODBUS_DATA, p->body.at, p->body.left);
    cursor_skip(&p->body, p->body.left);
}

void umas_request(struct modbus_pdu *p)
{
    uint8_t session = cursor_u8(&p->body), function = cursor_u8(&p->body);
    p->said.detail = function;
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_UMAS_SESSION, session);
    record_uint(p->record, MODBUS_UMAS_FUNCTION, function);
    if (function == READ_MEMORY || function == WRITE_MEMORY)
        memory(p, p->body);
    else if (function == TAKE_RESERVATION)
        text_say(p->record, MODBUS_UMAS_OWNER, p->body, OWNER_AT);
    rest_say(p);
}

/* The firmware as "2.70": the low octet counts in packed digits. */
static void version_say(struct modbus_pdu *p, struct cursor c)
{
    cursor_skip(&c, ID_VERSION_AT);
    unsigned low = cursor_u8(&c), high = cursor_u8(&c);
    if (c.status != CURSOR_OK || high > 9 || low >> 4 > 9 || (low & 0xf) > 9)
        return;
    const char text[] = { (char)('0' + high), '.', (char)('0' + (low >> 4)), (char)('0' + (low & 0xf)) };
    memcpy(p->text, text, sizeof text);
    record_bytes(p->record, MODBUS_FIRMWARE, p->text, sizeof text);
}

void umas_response(struct modbus_pdu *p)
{
    struct record *r = p->record;
    uint8_t session = cursor_u8(&p->body), status = cursor_u8(&p->body);
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(r, MODBUS_UMAS_SESSION, session);
    if (p->asked != NULL)
        record_uint(r, MODBUS_UMAS_FUNCTION, p->asked->detail);
    record_uint(r, MODBUS_UMAS_STATUS, status);
    r->refused |= status == ANSWER_ERROR;
    bool good = p->asked != NULL && status == ANSWER_OK;
    if (good && p->asked->detail == READ_ID) {
        version_say(p, p->body);
        text_say(r, MODBUS_PRODUCT, p->body, ID_NAME_AT);
    } else if (good && p->asked->detail == READ_PROJECT)
        text_say(r, MODBUS_UMAS_PROJECT, p->body, PROJECT_NAME_AT);
    rest_say(p);
}
