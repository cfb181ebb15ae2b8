/* File transfer objects: group 70, IEEE 1815 11.9.31 and annex A.36. */
#include "dissectors/dnp3/fields.h"

enum { AUTHENTICATION = 2, COMMAND, COMMAND_STATUS, TRANSPORT, TRANSPORT_STATUS, DESCRIPTOR, SPECIFICATION };
enum { LAST_BLOCK = 31 };

static uint64_t time48(struct cursor *c)
{
    uint64_t low = cursor_le32(c);
    return ((uint64_t)cursor_le16(c) << 32 | low) * 1000;
}

/* A name that stands `offset` octets from the object's beginning. */
static void name_say(struct record *r, uint16_t row, struct cursor object, uint16_t offset, uint16_t size)
{
    cursor_skip(&object, offset);
    const uint8_t *name = cursor_bytes(&object, size);
    if (name != NULL && size > 0)
        record_bytes(r, row, name, size);
}

static void rest_say(struct record *r, uint16_t row, const struct cursor *c)
{
    if (c->left > 0)
        record_bytes(r, row, c->at, c->left);
}

/* The password beside the user's name is nobody's to store. */
static void authentication(struct record *r, struct cursor c)
{
    struct cursor object = c;
    uint16_t offset = cursor_le16(&c), size = cursor_le16(&c);
    name_say(r, DNP3_FILE_USER, object, offset, size);
}

static void command(struct record *r, struct cursor c)
{
    struct cursor object = c;
    uint16_t offset = cursor_le16(&c), size = cursor_le16(&c);
    uint64_t created = time48(&c);
    uint16_t permissions = cursor_le16(&c);
    cursor_skip(&c, 4);         /* authentication key */
    uint32_t bytes = cursor_le32(&c);
    uint16_t mode = cursor_le16(&c), block = cursor_le16(&c), request = cursor_le16(&c);
    name_say(r, DNP3_FILE_NAME, object, offset, size);
    record_uint(r, DNP3_FILE_MODE, mode);
    record_uint(r, DNP3_FILE_SIZE, bytes);
    record_uint(r, DNP3_TIME, created);
    record_uint(r, DNP3_FILE_PERMISSIONS, permissions);
    record_uint(r, DNP3_FILE_BLOCK_SIZE, block);
    record_uint(r, DNP3_FILE_REQUEST, request);
}

static void status_say(struct dnp3_walk *w, uint8_t status)
{
    record_uint(w->record, DNP3_FILE_STATUS, status);
    w->refused |= status != 0 && w->function >= DNP3_ANSWER;
}

static void command_status(struct dnp3_walk *w, struct cursor c)
{
    struct record *r = w->record;
    record_uint(r, DNP3_FILE_HANDLE, cursor_le32(&c));
    record_uint(r, DNP3_FILE_SIZE, cursor_le32(&c));
    record_uint(r, DNP3_FILE_BLOCK_SIZE, cursor_le16(&c));
    record_uint(r, DNP3_FILE_REQUEST, cursor_le16(&c));
    status_say(w, cursor_u8(&c));
    rest_say(r, DNP3_TEXT, &c);
}

static void block_say(struct record *r, struct cursor *c)
{
    record_uint(r, DNP3_FILE_HANDLE, cursor_le32(c));
    uint32_t block = cursor_le32(c);
    record_uint(r, DNP3_FILE_BLOCK, block & ~(UINT32_C(1) << LAST_BLOCK));
    record_uint(r, DNP3_FILE_LAST, block >> LAST_BLOCK);
}

static void descriptor(struct record *r, struct cursor c)
{
    struct cursor object = c;
    uint16_t offset = cursor_le16(&c), size = cursor_le16(&c), type = cursor_le16(&c);
    uint32_t bytes = cursor_le32(&c);
    uint64_t created = time48(&c);
    uint16_t permissions = cursor_le16(&c), request = cursor_le16(&c);
    name_say(r, DNP3_FILE_NAME, object, offset, size);
    record_uint(r, DNP3_FILE_TYPE, type);
    record_uint(r, DNP3_FILE_SIZE, bytes);
    record_uint(r, DNP3_TIME, created);
    record_uint(r, DNP3_FILE_PERMISSIONS, permissions);
    record_uint(r, DNP3_FILE_REQUEST, request);
}

bool dnp3_file_read(struct dnp3_walk *w, uint8_t variation, struct cursor c)
{
    static const uint8_t octets_min[] = { [AUTHENTICATION] = 12, [COMMAND] = 26, [COMMAND_STATUS] = 13, [TRANSPORT] = 8,
                                          [TRANSPORT_STATUS] = 9, [DESCRIPTOR] = 20, [SPECIFICATION] = 0 };
    struct record *r = w->record;
    if (variation < AUTHENTICATION || variation > SPECIFICATION)
        return false;
    if (c.left < octets_min[variation]) {
        record_anomaly(r, DNP3_MALFORMED);
        return false;
    }
    switch (variation) {
    case AUTHENTICATION: authentication(r, c); break;
    case COMMAND:        command(r, c); break;
    case COMMAND_STATUS: command_status(w, c); break;
    case TRANSPORT:
        block_say(r, &c);
        rest_say(r, DNP3_OCTETS, &c);
        break;
    case TRANSPORT_STATUS:
        block_say(r, &c);
        status_say(w, cursor_u8(&c));
        rest_say(r, DNP3_TEXT, &c);
        break;
    case DESCRIPTOR:     descriptor(r, c); break;
    default:             rest_say(r, DNP3_FILE_NAME, &c); break;
    }
    return true;
}
