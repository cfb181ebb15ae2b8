#include "dissectors/s7commplus/body.h"

#include <string.h>

enum {
    PROGRAM = 3, EXECUTION_UNIT = 52, SESSIONS = 285, OPERATING_STATE = 2167, STATE_STOP = 1, STATE_RUN = 3,     /* ids of objects, an attribute */
    DB_AREA = 0x8a0e, SUBSCRIPTION_CLASS = 1001,
    ITEMS_MAX = 128, LIDS_MAX = 16, REFUSED_BIT = 0x8000,
    ARRAY_FLAGS = 0x70, SPARSE_ARRAY = 0x40, ELEMENTS_MAX = 1024, DEPTH_MAX = 4, OBJECT_BEGIN = 0xa1,
    IDENTIFICATION_ID = 319     /* 82 3f as VLQ */
};

enum datatype {
    T_NULL, T_BOOL, T_USINT, T_UINT, T_UDINT, T_ULINT, T_SINT, T_INT, T_DINT, T_LINT, T_BYTE, T_WORD, T_DWORD, T_LWORD, T_REAL, T_LREAL,
    T_TIMESTAMP, T_TIMESPAN, T_RID, T_AID, T_BLOB, T_WSTRING, T_VARIANT, T_STRUCT
};

static uint64_t vlq(struct cursor *c, unsigned octets_max)
{
    uint64_t n = 0;
    for (unsigned i = 1; i <= octets_max; i++) {
        uint8_t octet = cursor_u8(c);
        if (i == 9)                     /* the ninth has eight bits */
            return n << 8 | octet;
        n = n << 7 | (octet & 0x7fu);
        if (!(octet & 0x80))
            break;
    }
    return n;
}

static uint32_t vlq32(struct cursor *c)
{
    return (uint32_t)vlq(c, 5);
}

/* With a sign: bit 6 of the first octet. */
static int64_t vlq_signed(struct cursor *c, unsigned octets_max)
{
    bool negative = cursor_peek(c, 0) >= 0 && cursor_peek(c, 0) & 0x40;
    size_t before = c->left;
    uint64_t n = vlq(c, octets_max);
    size_t bits = (before - c->left) * 7 + (before - c->left == 9);
    return (int64_t)(negative && bits < 64 ? n | ~UINT64_C(0) << bits : n);
}

static double real(struct cursor *c, bool wide)
{
    uint64_t wide_bits = wide ? cursor_be64(c) : 0;
    uint32_t bits = wide ? 0 : cursor_be32(c);
    double d;
    float f;
    memcpy(&d, &wide_bits, sizeof d);
    memcpy(&f, &bits, sizeof f);
    return wide ? d : (double)f;
}

static int64_t whole(struct cursor *c, unsigned type)
{
    switch (type) {
    case T_BOOL: case T_USINT: case T_BYTE:  return cursor_u8(c);
    case T_UINT: case T_WORD:                return cursor_be16(c);
    case T_UDINT: case T_AID:                return vlq32(c);
    case T_ULINT:                            return (int64_t)vlq(c, 9);
    case T_SINT:                             return (int8_t)cursor_u8(c);
    case T_INT:                              return (int16_t)cursor_be16(c);
    case T_DINT:                             return vlq_signed(c, 5);
    case T_LINT: case T_TIMESPAN:            return vlq_signed(c, 9);
    case T_DWORD: case T_RID:                return cursor_be32(c);
    default:                                 return (int64_t)cursor_be64(c);     /* LWORD, time stamp */
    }
}

/* Where a value goes: an item's own, or an element of it. */
struct rows { uint16_t datatype, value, real, text; };
static const struct rows own_rows = { PLUS_DATATYPE, PLUS_VALUE, PLUS_REAL, PLUS_TEXT };
static const struct rows element_rows = { PLUS_ELEMENT_DATATYPE, PLUS_ELEMENT_VALUE, PLUS_ELEMENT_REAL, PLUS_ELEMENT_TEXT };

static void text_read(struct record *r, struct cursor *c, uint16_t row)
{
    struct cursor text = cursor_sub(c, vlq32(c));
    if (c->status == CURSOR_OK)
        record_bytes(r, row, text.at, text.left);
}

/* One value of one piece, behind its type. False: nothing that we can step over. `n` is the value where it is a number. */
static bool single_read(struct record *r, struct cursor *c, unsigned type, const struct rows *rows, int64_t *n)
{
    *n = 0;
    record_uint(r, rows->datatype, type);
    switch (type) {
    case T_NULL:    break;
    case T_WSTRING: text_read(r, c, rows->text); break;
    case T_BLOB:
        if (vlq32(c) != 0)              /* an object inside */
            return false;
        text_read(r, c, rows->text);
        break;
    case T_REAL: case T_LREAL: record_real(r, rows->real, real(c, type == T_LREAL)); break;
    case T_VARIANT:
        *n = vlq32(c);
        record_int(r, rows->value, *n);
        break;
    default:
        if (type > T_VARIANT)
            return false;
        *n = whole(c, type);
        record_int(r, rows->value, *n);
        break;
    }
    return c->status == CURSOR_OK;
}

/* A sparse array has a key before each element, and ends with the key zero. */
static bool array_read(struct record *r, struct cursor *c, unsigned type, bool sparse)
{
    int64_t ignored;
    uint32_t count = sparse ? ELEMENTS_MAX : vlq32(c);
    for (uint32_t i = 0; i < count && i < ELEMENTS_MAX; i++) {
        uint32_t key = sparse ? vlq32(c) : 0;
        if (c->status != CURSOR_OK || (sparse && key == 0))
            return c->status == CURSOR_OK;
        record_item(r, PLUS_ELEMENTS);
        if (sparse)
            record_uint(r, PLUS_KEY, key);
        if (!single_read(r, c, type, &element_rows, &ignored))
            return false;
    }
    return c->status == CURSOR_OK && !sparse && count <= ELEMENTS_MAX;
}

/* Members with their ids, up to the zero that ends them; a packed structure's layout is known to the controller only. */
static bool members_read(struct record *r, struct cursor *c, unsigned depth)
{
    int64_t ignored;
    uint32_t id = cursor_be32(c);
    bool packed = id >> 28 == 9 || id >> 24 == 2;
    if (depth == 0)
        record_uint(r, PLUS_STRUCTURE, id);
    for (unsigned i = 0; i < ELEMENTS_MAX && !packed && depth < DEPTH_MAX; i++) {
        uint32_t key = vlq32(c);
        if (c->status != CURSOR_OK || key == 0)
            return c->status == CURSOR_OK;
        uint8_t flags = cursor_u8(c), type = cursor_u8(c);
        record_item(r, PLUS_ELEMENTS);
        record_uint(r, PLUS_KEY, key);
        bool sound = flags & ARRAY_FLAGS ? array_read(r, c, type, flags & SPARSE_ARRAY)
                     : type == T_STRUCT ? members_read(r, c, depth + 1) : single_read(r, c, type, &element_rows, &ignored);
        if (!sound)
            return false;
    }
    return false;
}

/* False: something that cannot be stepped over. `n` is the value where it is one number. */
static bool value_read(struct record *r, struct cursor *c, int64_t *n)
{
    uint8_t flags = cursor_u8(c), type = cursor_u8(c);
    *n = 0;
    if (c->status != CURSOR_OK)
        return false;
    if ((flags & ARRAY_FLAGS) == 0 && type != T_STRUCT)
        return single_read(r, c, type, &own_rows, n);
    record_uint(r, PLUS_DATATYPE, type);
    return flags & ARRAY_FLAGS ? array_read(r, c, type, flags & SPARSE_ARRAY) : members_read(r, c, 0);
}

/* Values with their numbers, up to the zero that ends them or what cannot be stepped over. */
static void values_read(struct record *r, struct cursor *c, uint32_t count)
{
    int64_t ignored;
    for (uint32_t i = 0; i < count && i < ITEMS_MAX && c->left > 0; i++) {
        uint32_t number = vlq32(c);
        if (number == 0 || c->status != CURSOR_OK)
            return;
        record_item(r, PLUS_VALUES);
        record_uint(r, PLUS_NUMBER, number);
        if (!value_read(r, c, &ignored))
            return;
    }
}

static void address_read(struct record *r, struct cursor *c)
{
    (void)vlq32(c);                     /* the symbol's CRC */
    uint32_t area = vlq32(c), ids = vlq32(c);
    if (c->status != CURSOR_OK)
        return;
    record_item(r, PLUS_ITEMS);
    record_uint(r, PLUS_AREA, area);
    if (area >> 16 == DB_AREA)
        record_uint(r, PLUS_DB, area & 0xffff);
    for (uint32_t i = 0; i < ids && c->status == CURSOR_OK; i++) {
        uint32_t id = vlq32(c);
        if (c->status == CURSOR_OK && i < LIDS_MAX)
            record_uint(r, i == 0 ? PLUS_ID : PLUS_LIDS, id);
    }
}

/* Several variables: ids of one object's attributes, or where there is no object addresses. */
static void variables_read(struct record *r, uint32_t object, struct cursor *c, bool values)
{
    uint32_t count = vlq32(c), fields = vlq32(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, PLUS_ITEM_COUNT, count);
    for (uint32_t i = 0; i < (object != 0 ? fields : count) && i < ITEMS_MAX && c->status == CURSOR_OK; i++) {
        if (object == 0) {
            address_read(r, c);
            continue;
        }
        uint32_t id = vlq32(c);
        if (c->status == CURSOR_OK) {
            record_item(r, PLUS_ITEMS);
            record_uint(r, PLUS_ID, id);
        }
    }
    if (values)
        values_read(r, c, count);
}

/* The operating state is one attribute of the execution unit. */
static enum access variable_set(struct record *r, uint32_t object, struct cursor *c)
{
    int64_t value;
    uint32_t count = vlq32(c), id = vlq32(c);
    if (c->status != CURSOR_OK || count != 1)
        return ACCESS_WRITE;
    record_uint(r, PLUS_ITEM_COUNT, count);
    record_item(r, PLUS_ITEMS);
    record_uint(r, PLUS_ID, id);
    record_item(r, PLUS_VALUES);
    bool number = value_read(r, c, &value);
    if (object != EXECUTION_UNIT || id != OPERATING_STATE || !number)
        return ACCESS_WRITE;
    return value == STATE_STOP ? ACCESS_STOP : value == STATE_RUN ? ACCESS_CONTROL : ACCESS_RESTART;
}

static enum access object_create(struct record *r, uint32_t parent, struct cursor *c)
{
    uint8_t flags = cursor_u8(c), type = cursor_u8(c);
    (void)vlq32(c);
    cursor_skip(c, 4);
    uint8_t begin = cursor_u8(c);
    cursor_skip(c, 4);                  /* the relation id that the new one is to have */
    uint32_t class = vlq32(c);
    bool known = c->status == CURSOR_OK && flags == 0 && type == T_UDINT && begin == OBJECT_BEGIN;
    if (known)
        record_uint(r, PLUS_CLASS, class);
    if (known && class == SUBSCRIPTION_CLASS)
        return ACCESS_SUBSCRIBE;
    return parent == SESSIONS ? ACCESS_SESSION : parent == PROGRAM ? ACCESS_PROGRAM : ACCESS_CONFIGURE;
}

static bool has_object(unsigned function)
{
    return function == PLUS_EXPLORE || function == PLUS_CREATE_OBJECT || function == PLUS_DELETE_OBJECT || function == PLUS_SET_VARIABLE
           || function == PLUS_GET_VARIABLE || function == PLUS_SET_MULTI || function == PLUS_GET_MULTI || function == PLUS_SET_SUBSTREAMED
           || function == PLUS_GET_SUBSTREAMED;
}

static enum access access_of(unsigned function)
{
    switch (function) {
    case PLUS_SET_VARIABLE: case PLUS_SET_MULTI: case PLUS_SET_SUBSTREAMED: return ACCESS_WRITE;
    case PLUS_GET_VARIABLE: case PLUS_GET_MULTI: case PLUS_GET_SUBSTREAMED: return ACCESS_READ;
    case PLUS_CREATE_OBJECT: case PLUS_DELETE_OBJECT: case PLUS_ADD_LINK: case PLUS_REMOVE_LINK: return ACCESS_CONFIGURE;
    case PLUS_EXPLORE: case PLUS_GET_LINK: case PLUS_GET_ADDRESSES: return ACCESS_BROWSE;
    case PLUS_INVOKE:   return ACCESS_CONTROL;
    case PLUS_INIT_SSL: return ACCESS_SESSION;
    default:            return ACCESS_OTHER;
    }
}

enum access plus_request_read(struct record *r, unsigned function, uint32_t session, struct cursor c)
{
    if (!has_object(function))
        return access_of(function);
    uint32_t object = cursor_be32(&c);
    if (c.status != CURSOR_OK)
        return access_of(function);
    if (object != 0)
        record_uint(r, PLUS_OBJECT, object);
    switch (function) {
    case PLUS_SET_VARIABLE:  return variable_set(r, object, &c);
    case PLUS_CREATE_OBJECT: return object_create(r, object, &c);
    case PLUS_DELETE_OBJECT: return object == session ? ACCESS_SESSION : ACCESS_CONFIGURE;
    case PLUS_SET_MULTI:
        variables_read(r, object, &c, true);
        return object != 0 && object == session ? ACCESS_SESSION : ACCESS_WRITE;
    case PLUS_GET_MULTI:     variables_read(r, object, &c, false); return ACCESS_READ;
    default:                 return access_of(function);
    }
}

void plus_response_read(struct record *r, struct cursor c)
{
    uint64_t value = vlq(&c, 9);
    if (c.status != CURSOR_OK)
        return;
    record_uint(r, PLUS_RETURN, value);
    r->refused = (value & REFUSED_BIT) != 0;    /* the low sixteen bits below zero: an error */
}

static size_t without_blanks(const uint8_t *text, size_t n)
{
    while (n > 0 && text[n - 1] == ' ')
        n--;
    return n;
}

/* Between the first two semicolons the order number, behind them the firmware. */
static void identification_say(struct record *r, const uint8_t *text, size_t n)
{
    const uint8_t *first = memchr(text, ';', n), *end = text + n;
    const uint8_t *second = first == NULL ? NULL : memchr(first + 1, ';', (size_t)(end - first - 1));
    record_bytes(r, PLUS_IDENTIFICATION, text, n);
    if (second == NULL)
        return;
    size_t length = without_blanks(first + 1, (size_t)(second - first - 1));
    if (length > 0)
        record_bytes(r, PLUS_PRODUCT, first + 1, length);
    if (end > second + 1)
        record_bytes(r, PLUS_FIRMWARE, second + 1, (size_t)(end - second - 1));
}

void plus_identification_read(struct record *r, struct cursor piece)
{
    for (; piece.left > 5; cursor_skip(&piece, 1)) {
        const uint8_t *at = memchr(piece.at, 0x82, piece.left);
        if (at == NULL)
            return;
        cursor_skip(&piece, (size_t)(at - piece.at));
        struct cursor c = piece;
        uint32_t id = vlq32(&c);
        uint8_t flags = cursor_u8(&c), type = cursor_u8(&c);
        if (id != IDENTIFICATION_ID || flags != 0 || type != T_WSTRING)
            continue;
        struct cursor text = cursor_sub(&c, vlq32(&c));
        if (c.status == CURSOR_OK && text.left > 0) {
            identification_say(r, text.at, text.left);
            return;
        }
    }
}
