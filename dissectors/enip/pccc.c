/* PCCC inside CIP (class 67, service 4b): the command set of PLC-5, SLC 500 and MicroLogix.
 *
 *   requester id (its first byte counts it) | command | status | transaction (2) | function, extended status or data
 *
 * Source  Rockwell 1770-6.5.16 "DF1 Protocol and Command Set", chapter 7 (commands), 8 (status)
 */
#include "dissectors/enip/cip.h"

enum {
    REPLY = 0x40, COMMAND_MASK = 0x0f | 0x30,
    DIAGNOSE = 0x06, DOWNLOAD = 0x07, EXTENDED = 0x0f,
    STATUS_EXTENDED = 0xf0, ADDRESS_LONG = 0xff,
    READ_TWO = 0xa1, READ_THREE = 0xa2, WRITE_TWO = 0xa9, WRITE_THREE = 0xaa, WRITE_MASKED = 0xab,
    SET_CPU_MODE = 0x3a, CHANGE_MODE = 0x80, MODE_PROGRAM = 1, CPU_MODE_PROGRAM = 0,
    FILE_INTEGER = 0x89, FILE_FLOAT = 0x8a
};

static const struct command { uint16_t key; uint8_t access; } commands[] = {      /* command, function */
    { 0x0000, ACCESS_WRITE }, { 0x0100, ACCESS_READ }, { 0x0200, ACCESS_WRITE }, { 0x0500, ACCESS_WRITE }, { 0x0800, ACCESS_WRITE },
    { 0x0600, ACCESS_DIAGNOSE }, { 0x0601, ACCESS_DIAGNOSE }, { 0x0602, ACCESS_CONFIGURE }, { 0x0603, ACCESS_IDENTIFY },
    { 0x0604, ACCESS_CONFIGURE }, { 0x0605, ACCESS_CONFIGURE }, { 0x0606, ACCESS_CONFIGURE }, { 0x0607, ACCESS_DIAGNOSE },
    { 0x0608, ACCESS_CONFIGURE }, { 0x0609, ACCESS_DIAGNOSE }, { 0x060a, ACCESS_CONFIGURE },
    { 0x0700, ACCESS_STOP }, { 0x0701, ACCESS_CONTROL }, { 0x0703, ACCESS_CONTROL }, { 0x0704, ACCESS_PROGRAM },
    { 0x0705, ACCESS_SESSION }, { 0x0706, ACCESS_UPLOAD },
    { 0x0f00, ACCESS_WRITE }, { 0x0f01, ACCESS_READ }, { 0x0f02, ACCESS_WRITE }, { 0x0f03, ACCESS_PROGRAM }, { 0x0f04, ACCESS_UPLOAD },
    { 0x0f05, ACCESS_PROGRAM }, { 0x0f06, ACCESS_UPLOAD }, { 0x0f07, ACCESS_STOP }, { 0x0f08, ACCESS_PROGRAM }, { 0x0f09, ACCESS_UPLOAD },
    { 0x0f0a, ACCESS_RESTART }, { 0x0f11, ACCESS_PROGRAM }, { 0x0f12, ACCESS_PROGRAM }, { 0x0f17, ACCESS_UPLOAD },
    { 0x0f18, ACCESS_PROGRAM }, { 0x0f26, ACCESS_WRITE }, { 0x0f29, ACCESS_UPLOAD }, { 0x0f3a, ACCESS_CONTROL },
    { 0x0f41, ACCESS_CONTROL }, { 0x0f50, ACCESS_PROGRAM }, { 0x0f52, ACCESS_PROGRAM }, { 0x0f53, ACCESS_UPLOAD },
    { 0x0f55, ACCESS_UPLOAD }, { 0x0f57, ACCESS_PROGRAM }, { 0x0f5e, ACCESS_CONFIGURE }, { 0x0f67, ACCESS_WRITE },
    { 0x0f68, ACCESS_READ }, { 0x0f79, ACCESS_WRITE }, { 0x0f80, ACCESS_CONTROL }, { 0x0f81, ACCESS_FILE }, { 0x0f82, ACCESS_FILE },
    { 0x0f8f, ACCESS_CONFIGURE }, { 0x0fa1, ACCESS_READ }, { 0x0fa2, ACCESS_READ }, { 0x0fa3, ACCESS_READ }, { 0x0fa7, ACCESS_UPLOAD },
    { 0x0fa9, ACCESS_WRITE }, { 0x0faa, ACCESS_WRITE }, { 0x0fab, ACCESS_WRITE }, { 0x0faf, ACCESS_PROGRAM },
};

static bool has_function(uint8_t command)
{
    return command == DIAGNOSE || command == DOWNLOAD || command == EXTENDED;
}

static enum access access_of(unsigned key)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].key == key)
            return commands[i].access;
    return ACCESS_OTHER;
}

/* One byte, or behind ff two. */
static uint16_t part(struct cursor *c)
{
    uint8_t n = cursor_u8(c);
    return n == ADDRESS_LONG ? cursor_le16(c) : n;
}

/* Size, file, type, element and perhaps subelement: "N7:5" is file 7, type integer, element 5. */
static void address_record(struct record *r, struct cursor *c, bool three)
{
    uint8_t size = cursor_u8(c);
    uint16_t file = part(c);
    uint8_t type = cursor_u8(c);
    uint16_t element = part(c), subelement = three ? part(c) : 0;
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, ENIP_PCCC_SIZE, size);
    record_uint(r, ENIP_PCCC_FILE, file);
    record_uint(r, ENIP_PCCC_FILE_TYPE, type);
    record_uint(r, ENIP_PCCC_ELEMENT, element);
    if (three)
        record_uint(r, ENIP_PCCC_SUBELEMENT, subelement);
}

static enum access mode_record(struct record *r, struct cursor *c, uint8_t function)
{
    uint8_t mode = cursor_u8(c);
    if (c->status != CURSOR_OK)
        return ACCESS_CONTROL;
    record_uint(r, ENIP_PCCC_MODE, mode);
    return mode == (function == CHANGE_MODE ? MODE_PROGRAM : CPU_MODE_PROGRAM) ? ACCESS_STOP : ACCESS_CONTROL;
}

static enum access function_record(struct record *r, struct cursor *c, uint8_t function, enum access access)
{
    switch (function) {
    case READ_TWO: case WRITE_TWO:                      address_record(r, c, false); break;
    case READ_THREE: case WRITE_THREE: case WRITE_MASKED: address_record(r, c, true); break;
    case SET_CPU_MODE: case CHANGE_MODE:                return mode_record(r, c, function);
    default: break;
    }
    return access;
}

struct head { uint8_t command, status, function; uint16_t transaction; };

static void head_read(struct cursor *c, struct head *h)
{
    size_t id = (size_t)cursor_peek(c, 0);
    cursor_skip(c, cursor_peek(c, 0) > 0 ? id : 1);
    h->command = cursor_u8(c);
    h->status = cursor_u8(c);
    h->transaction = cursor_le16(c);
    h->function = !(h->command & REPLY) && has_function(h->command & COMMAND_MASK) ? cursor_u8(c) : 0;
}

static enum access request_record(struct record *r, struct cursor *c, const struct head *h)
{
    unsigned key = (h->command & COMMAND_MASK) * 256u + h->function;
    enum access access = access_of(key);
    record_uint(r, ENIP_PCCC_FUNCTION, key);
    return (h->command & COMMAND_MASK) == EXTENDED ? function_record(r, c, h->function, access) : access;
}

/* What was asked for, said again beside its answer. */
static enum access asked_again(struct record *r, const struct cip_message *asked)
{
    if (asked == NULL)
        return ACCESS_OTHER;
    struct cursor c = asked->data;
    struct head h;
    head_read(&c, &h);
    return c.status == CURSOR_OK ? request_record(r, &c, &h) : ACCESS_OTHER;
}

/* Integer and float files have values of that type; of the others the octets are told. */
static void data_record(struct record *r, struct cursor c)
{
    const struct value *type = record_find(r, ENIP_PCCC_FILE_TYPE);
    if (type != NULL && (type->uint == FILE_INTEGER || type->uint == FILE_FLOAT))
        cip_values_record(r, type->uint == FILE_INTEGER ? CIP_TYPE_INT : CIP_TYPE_REAL, c);
    else
        cip_value_record(r, c);
}

enum access cip_pccc_record(struct record *r, struct cip_message *m, const struct cip_message *asked)
{
    struct cursor *c = &m->data;
    struct head h;
    if (m->answer && m->status != 0)
        return asked_again(r, asked);
    head_read(c, &h);
    if (c->status != CURSOR_OK) {
        record_anomaly(r, ENIP_INVALID_LENGTH);
        return ACCESS_OTHER;
    }
    record_uint(r, ENIP_PCCC_COMMAND, h.command & COMMAND_MASK);
    record_uint(r, ENIP_PCCC_TRANSACTION, h.transaction);
    enum access access = m->answer ? asked_again(r, asked) : request_record(r, c, &h);
    if (m->answer) {
        record_uint(r, ENIP_PCCC_STATUS, h.status);
        if (h.status == STATUS_EXTENDED && c->left > 0)
            record_uint(r, ENIP_PCCC_EXTENDED, cursor_u8(c));
        r->refused = r->refused || h.status != 0;
    }
    data_record(r, *c);
    return access;
}
