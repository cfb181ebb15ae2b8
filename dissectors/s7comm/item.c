/* Variables: what is asked for (12 len syntax ...), and what comes of it (return code, size, length, bytes). */
#include "dissectors/s7comm/message.h"

enum {
    SPECIFICATION = 0x12, S7ANY = 0x10, S7ANY_LENGTH = 10,
    AREA_DB = 0x84, AREA_INSTANCE_DB = 0x85, AREA_COUNTERS = 0x1c, AREA_TIMERS = 0x1d,
    SIZE_BIT = 3, SIZE_BYTE = 4, SIZE_INT = 5,      /* of data: these three count bits, the others bytes */
    OK = 0xff
};

static bool area_numbered(uint8_t area)
{
    return area == AREA_COUNTERS || area == AREA_TIMERS;
}

static void item_record(struct record *r, const struct s7_item *it)
{
    record_uint(r, S7_ITEM_SYNTAX, it->syntax);
    if (it->syntax != S7ANY)
        return;
    record_uint(r, S7_ITEM_AREA, it->area);
    if (it->area == AREA_DB || it->area == AREA_INSTANCE_DB)
        record_uint(r, S7_ITEM_DB, it->db);
    record_uint(r, S7_ITEM_ADDRESS, it->address);
    if (!area_numbered(it->area))
        record_uint(r, S7_ITEM_BIT, it->bit);
    record_uint(r, S7_ITEM_TRANSPORT_SIZE, it->transport_size);
    record_uint(r, S7_ITEM_COUNT_OF, it->count);
}

static void s7any_read(struct cursor c, struct s7_item *it)
{
    it->transport_size = cursor_u8(&c);
    it->count = cursor_be16(&c);
    it->db = cursor_be16(&c);
    it->area = cursor_u8(&c);
    it->address = cursor_be24(&c);
    if (!area_numbered(it->area)) {
        it->bit = it->address & 7;
        it->address >>= 3;
    }
}

/* One item; false: its form is unknown and where the next one begins with it. */
static bool item_read(struct s7_pdu *p, struct cursor *params, bool last, struct s7_item *it)
{
    *it = (struct s7_item){ .syntax = 0 };
    uint8_t specification = cursor_u8(params), length = cursor_u8(params);
    struct cursor c = cursor_sub(params, length);
    it->syntax = cursor_u8(&c);
    if (params->status != CURSOR_OK || specification != SPECIFICATION || length == 0)
        return false;
    if (it->syntax == S7ANY && length == S7ANY_LENGTH)
        s7any_read(c, it);
    record_item(p->record, S7_ITEMS);
    item_record(p->record, it);
    if (it->syntax != S7ANY || length != S7ANY_LENGTH)
        record_bytes(p->record, S7_ITEM_SYMBOL, c.at, c.left);
    if (length % 2 != 0 && !last && params->left > 0)
        cursor_skip(params, 1);
    return true;
}

static void value_record(struct record *r, const uint8_t *bytes, size_t n)
{
    record_bytes(r, S7_ITEM_DATA, bytes, n);
    if (n != 1 && n != 2 && n != 4 && n != 8)
        return;
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    record_uint(r, S7_ITEM_VALUE, value);
}

/* One value. All but the last are filled up to an even length. */
void s7_value_read(struct s7_pdu *p, struct cursor *data, bool last)
{
    uint8_t code = cursor_u8(data), size = cursor_u8(data);
    size_t length = cursor_be16(data);
    if (data->status != CURSOR_OK)
        return;
    record_uint(p->record, S7_ITEM_RETURN_CODE, code);
    if (size == SIZE_BIT || size == SIZE_BYTE || size == SIZE_INT)
        length = (length + 7) / 8;
    if (code != OK && size == 0)
        length = 0;
    const uint8_t *bytes = cursor_bytes(data, length);
    if (bytes == NULL)
        return;
    if (length > 0)
        value_record(p->record, bytes, length);
    if (length % 2 != 0 && !last && data->left > 0)
        cursor_skip(data, 1);
}

void s7_items_asked(struct s7_pdu *p, struct cursor *params, unsigned count, struct cursor *data)
{
    for (unsigned i = 0; i < count; i++) {
        struct s7_item it;
        if (!item_read(p, params, i + 1 == count, &it)) {
            record_anomaly(p->record, S7_INVALID_ITEM);
            return;
        }
        if (p->said.items < S7_ITEMS_KEPT)
            p->said.item[p->said.items++] = it;
        if (data != NULL)
            s7_value_read(p, data, i + 1 == count);
    }
}

void s7_item_again(struct s7_pdu *p, unsigned at)
{
    record_item(p->record, S7_ITEMS);
    if (p->asked != NULL && at < p->asked->items)
        item_record(p->record, &p->asked->item[at]);
}

void s7_items_answered(struct s7_pdu *p, struct cursor *data, unsigned count)
{
    for (unsigned i = 0; i < count && data->left > 0 && data->status == CURSOR_OK; i++) {
        s7_item_again(p, i);
        s7_value_read(p, data, i + 1 == count);
    }
}

void s7_items_written(struct s7_pdu *p, struct cursor *data, unsigned count)
{
    for (unsigned i = 0; i < count && data->left > 0; i++) {
        s7_item_again(p, i);
        record_uint(p->record, S7_ITEM_RETURN_CODE, cursor_u8(data));
    }
}
