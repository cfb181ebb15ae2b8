/* Userdata: status lists, clock, blocks, password, cyclic and programmer services.
 *
 *   00 01 12 len method kind+group subfunction sequence [data unit, last, error]       the parameter
 *   return code, size, length, body                                                    the data
 */
#include "dissectors/s7comm/message.h"

enum {
    HEAD = 0x0001, HEAD_MODE = 0x0100, EXTENSION = 4, TABLE_HEAD = 20, TABLE_ANSWER_HEAD = 4, TABLE_ITEM = 6, MODIFY = 8, ALARM_QUERY = 0x13, SZL_HEAD = 8, SZL_RECORDS_MAX = 64,
    SZL_MODULE = 0x11, SZL_COMPONENT = 0x1c, SZL_SUBLIST = 0xff,
    MODULE_RECORD = 28, COMPONENT_RECORD = 34, ORDER_NUMBER = 20, COMPONENT_TEXT = 32,
    BLOCK_COUNT_RECORD = 4, CLOCK_BODY = 10
};

bool s7_userdata_head(struct cursor c, struct s7_userdata *u)
{
    *u = (struct s7_userdata){ .kind = 0 };
    uint16_t head = cursor_be16(&c);
    cursor_skip(&c, 3);         /* 12 len method; others where the mode changes */
    uint8_t group = cursor_u8(&c);
    u->kind = group >> 4;
    u->group = group & 0xf;
    u->subfunction = cursor_u8(&c);
    u->sequence = cursor_u8(&c);
    if (c.left >= EXTENSION) {
        u->data_unit = cursor_u8(&c);
        u->fragment = cursor_u8(&c) != 0;
        u->error = cursor_be16(&c);
    }
    return c.status == CURSOR_OK && (head == HEAD || head == HEAD_MODE);
}

static enum access programmer_access(uint8_t subfunction)
{
    switch (subfunction) {
    case 8: case 9:                        return ACCESS_WRITE;     /* modify, force */
    case 10: case 11: case 13: case 14: case 22: return ACCESS_CONTROL;
    case 12:                               return ACCESS_CONFIGURE; /* memory reset */
    case 15: case 18:                      return ACCESS_CONTROL;
    default:                               return ACCESS_DIAGNOSE;
    }
}

static enum access access_of(const struct s7_userdata *u)
{
    switch (u->group) {
    case S7_PROGRAMMER:      return programmer_access(u->subfunction);
    case S7_CYCLIC:          return ACCESS_SUBSCRIBE;
    case S7_BLOCK_FUNCTIONS: return ACCESS_IDENTIFY;
    case S7_CPU:             return u->subfunction == 1 ? ACCESS_IDENTIFY : u->subfunction == 2 ? ACCESS_SUBSCRIBE : ACCESS_DIAGNOSE;
    case S7_SECURITY:        return ACCESS_AUTHENTICATE;
    case S7_TIME:            return u->subfunction % 2 == 0 ? ACCESS_SET_TIME : ACCESS_READ;
    case S7_MODE:            return ACCESS_DIAGNOSE;
    default:                 return ACCESS_OTHER;
    }
}

void s7_userdata_record(struct record *r, const struct s7_userdata *u)
{
    record_uint(r, S7_GROUP, u->group);
    record_uint(r, S7_SUBFUNCTION, u->subfunction);
    record_uint(r, S7_USERDATA, (unsigned)u->group * 256 + u->subfunction);
    record_uint(r, S7_ACCESS, access_of(u));
    record_uint(r, S7_SEQUENCE, u->sequence);
    if (u->fragment)
        record_uint(r, S7_FRAGMENT, true);
    if (u->error != 0)
        record_uint(r, S7_ERROR, u->error);
    r->refused = u->error != 0;
}

/* Text that is filled up with blanks or zeros. */
static void text(struct record *r, uint16_t row, struct cursor c)
{
    size_t n = 0;
    for (size_t i = 0; i < c.left && c.at[i] != 0; i++)
        if (c.at[i] != ' ')
            n = i + 1;
    if (n > 0)
        record_bytes(r, row, c.at, n);
}

static void module_record(struct record *r, struct cursor c)
{
    cursor_skip(&c, 2);
    text(r, S7_ORDER_NUMBER, cursor_sub(&c, ORDER_NUMBER));
}

static void component_record(struct record *r, struct cursor c)
{
    uint16_t index = cursor_be16(&c);
    struct cursor words = cursor_sub(&c, COMPONENT_TEXT);
    switch (index & 0xff) {
    case 1: text(r, S7_SYSTEM_NAME, words); break;
    case 2: text(r, S7_MODULE_NAME, words); break;
    case 3: text(r, S7_PLANT_NAME, words); break;
    case 5: text(r, S7_MODULE_SERIAL, words); break;
    case 7: text(r, S7_MODULE_TYPE, words); break;
    case 8: text(r, S7_CARD_SERIAL, words); break;
    default: break;
    }
}

static void szl(struct s7_pdu *p, struct cursor c)
{
    uint16_t id = cursor_be16(&c), index = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return;
    record_uint(p->record, S7_SZL_ID, id);
    record_uint(p->record, S7_SZL_INDEX, index);
    if (p->type == S7_REQUEST || c.left == 0)
        return;
    record_bytes(p->record, S7_DATA, c.at, c.left);
    size_t length = cursor_be16(&c);
    unsigned count = cursor_be16(&c);
    for (unsigned i = 0; i < count && i < SZL_RECORDS_MAX && length > 0 && length <= c.left; i++) {
        struct cursor one = cursor_sub(&c, length);
        if ((id & SZL_SUBLIST) == SZL_MODULE && length == MODULE_RECORD)
            module_record(p->record, one);
        else if ((id & SZL_SUBLIST) == SZL_COMPONENT && length == COMPONENT_RECORD)
            component_record(p->record, one);
    }
}

static bool bcd(struct cursor *c, unsigned most, unsigned *n)
{
    unsigned b = cursor_u8(c);
    *n = (b >> 4) * 10 + (b & 0xf);
    return c->status == CURSOR_OK && b >> 4 <= 9 && (b & 0xf) <= 9 && *n <= most;
}

/* Days since 1970-01-01 of a day of the Gregorian calendar. */
static uint64_t days(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    return (uint64_t)y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* A zero, the century and year, month, day, hour, minute, second, milliseconds: all BCD. The century byte is 19 even on
 * PLCs in 2026, so the year alone decides: 90 to 99 are the last century's. */
static void clock_read(struct s7_pdu *p, struct cursor c)
{
    unsigned year, month, day, hour, minute, second;
    if (c.left < CLOCK_BODY)
        return;
    cursor_skip(&c, 2);
    if (!bcd(&c, 99, &year) || !bcd(&c, 12, &month) || !bcd(&c, 31, &day) || !bcd(&c, 23, &hour) || !bcd(&c, 59, &minute)
        || !bcd(&c, 59, &second) || month == 0 || day == 0)
        return;
    uint64_t seconds = days(year < 90 ? 2000 + year : 1900 + year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    unsigned high = cursor_u8(&c), low = cursor_u8(&c);
    unsigned milliseconds = (high >> 4) * 100 + (high & 0xf) * 10 + (low >> 4);
    record_uint(p->record, S7_CLOCK, seconds * 1000000 + (milliseconds < 1000 ? milliseconds : 0) * UINT64_C(1000));
}

/* Type as two digits, and how many, or (in the list of one type) the number. */
static void blocks(struct s7_pdu *p, const struct s7_userdata *u, struct cursor c)
{
    if (p->type == S7_REQUEST && u->subfunction == 3) {
        s7_block(p->record, c);
        return;
    }
    if (p->type == S7_REQUEST || u->subfunction == 3) {
        if (c.left > 0)
            record_bytes(p->record, S7_DATA, c.at, c.left);
        return;
    }
    while (u->subfunction == 1 && c.left >= BLOCK_COUNT_RECORD) {
        cursor_skip(&c, 1);
        unsigned digit = cursor_u8(&c), count = cursor_be16(&c);
        record_item(p->record, S7_BLOCKS);
        record_uint(p->record, S7_BLOCK_TYPE, digit >= 'A' ? digit - 'A' + 10 : digit & 0xf);
        record_uint(p->record, S7_BLOCK_NUMBER, count);
    }
    while (u->subfunction == 2 && c.left >= BLOCK_COUNT_RECORD) {
        record_item(p->record, S7_BLOCKS);
        record_uint(p->record, S7_BLOCK_NUMBER, cursor_be16(&c));
        cursor_skip(&c, 2);
    }
}

static void cyclic(struct s7_pdu *p, const struct s7_userdata *u, struct cursor c)
{
    if (u->subfunction != 1 && u->subfunction != 5)
        return;
    unsigned count = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return;
    record_uint(p->record, S7_ITEM_COUNT, count);
    if (p->type == S7_REQUEST) {
        unsigned base = cursor_u8(&c), factor = cursor_u8(&c);
        record_uint(p->record, S7_INTERVAL, factor * (base == 0 ? 100u : base == 1 ? 1000u : 10000u));
        s7_items_asked(p, &c, count, NULL);
    } else
        s7_items_answered(p, &c, count);
}

/* The engineering station's table of variables: 00 type count, then addresses (and values, to modify) or answers. */
static void table(struct s7_pdu *p, const struct s7_userdata *u, struct cursor c)
{
    cursor_skip(&c, 4);
    cursor_skip(&c, p->type == S7_REQUEST ? TABLE_HEAD : TABLE_ANSWER_HEAD);
    unsigned count = cursor_be16(&c);
    struct cursor addresses = cursor_over(NULL, 0);
    if (p->type == S7_REQUEST)
        addresses = cursor_sub(&c, (size_t)count * TABLE_ITEM);
    if (c.status != CURSOR_OK)
        return;
    record_uint(p->record, S7_ITEM_COUNT, count);
    if (p->type != S7_REQUEST && u->subfunction == MODIFY)
        s7_items_written(p, &c, count);
    else if (p->type != S7_REQUEST)
        s7_items_answered(p, &c, count);
    for (unsigned i = 0; p->type == S7_REQUEST && i < count; i++) {
        record_item(p->record, S7_ITEMS);
        record_bytes(p->record, S7_ITEM_SYMBOL, cursor_bytes(&addresses, TABLE_ITEM), TABLE_ITEM);
        if (u->subfunction == MODIFY)
            s7_value_read(p, &c, i + 1 == count);
    }
}

/* Alarm query's answer: 00, objects, then each one's return code and alarms. */
static void alarms(struct s7_pdu *p, struct cursor c)
{
    record_bytes(p->record, S7_DATA, c.at, c.left);
    cursor_skip(&c, 2);
    if (c.left == 0)
        return;
    record_item(p->record, S7_ITEMS);
    record_uint(p->record, S7_ITEM_RETURN_CODE, cursor_u8(&c));
}

void s7_userdata_read(struct s7_pdu *p, const struct s7_userdata *u, struct cursor body)
{
    if (u->group == S7_CPU && u->subfunction == 1)
        szl(p, body);
    else if (u->group == S7_TIME)
        clock_read(p, body);
    else if (u->group == S7_BLOCK_FUNCTIONS)
        blocks(p, u, body);
    else if (u->group == S7_PROGRAMMER && (u->subfunction == 2 || u->subfunction == MODIFY) && body.left > 0)
        table(p, u, body);
    else if (u->group == S7_CPU && u->subfunction == ALARM_QUERY && p->type == S7_RESPONSE && body.left > 0)
        alarms(p, body);
    else if (u->group == S7_CYCLIC)
        cyclic(p, u, body);
    else if (u->group != S7_SECURITY && body.left > 0)      /* a password is nobody's to store */
        record_bytes(p->record, S7_DATA, body.at, body.left);
}
