#include "dissectors/dlms/apdu.h"

#include <string.h>

#include "common/text.h"
#include "dissectors/framing/ber.h"

enum { DEPTH_MAX = 8, VALUES_MAX = 2048 };
enum { CHOICE_NORMAL = 1, CHOICE_NEXT, CHOICE_WITH_LIST, CHOICE_FIRST_BLOCK = 2, CHOICE_BLOCK = 2, CHOICE_RESPONSE_LIST = 3 };
enum value_type { NULL_DATA, ARRAY, STRUCTURE, BOOLEAN, BIT_STRING, INT32, UINT32, OCTETS = 9, VISIBLE, UTF8 = 12, BCD, INT8 = 15, INT16,
                  UINT8, UINT16, COMPACT_ARRAY, INT64, UINT64, ENUM, FLOAT32, FLOAT64, DATE_TIME, DATE, TIME_OF_DAY };

/* A-XDR's length: one octet up to 127, else the number of octets it takes. */
static size_t length_read(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    size_t n = 0;
    if (first < 0x80)
        return first;
    for (unsigned i = first & 0x7f; i > 0 && c->status == CURSOR_OK; i--)
        n = n << 8 | cursor_u8(c);
    return n;
}

/* Octets of a value of fixed size; -1: it says its size, or has members. */
static int fixed_size(uint8_t type)
{
    static const int8_t sizes[] = { [NULL_DATA] = 0, [ARRAY] = -1, [STRUCTURE] = -1, [BOOLEAN] = 1, [BIT_STRING] = -1, [INT32] = 4, [UINT32] = 4,
        [7] = -1, [8] = -1, [OCTETS] = -1, [VISIBLE] = -1, [11] = -1, [UTF8] = -1, [BCD] = 1, [14] = -1, [INT8] = 1, [INT16] = 2, [UINT8] = 1,
        [UINT16] = 2, [COMPACT_ARRAY] = -1, [INT64] = 8, [UINT64] = 8, [ENUM] = 1, [FLOAT32] = 4, [FLOAT64] = 8, [DATE_TIME] = 12, [DATE] = 5,
        [TIME_OF_DAY] = 4 };
    return type < sizeof sizes ? sizes[type] : -1;
}

static bool is_signed(uint8_t type)
{
    return type == INT8 || type == INT16 || type == INT32 || type == INT64;
}

static double number(uint8_t type, struct cursor c)
{
    uint64_t n = is_signed(type) && (cursor_peek(&c, 0) & 0x80) ? UINT64_MAX : 0;
    size_t size = c.left;
    for (size_t i = 0; i < size; i++)
        n = n << 8 | cursor_u8(&c);
    if (type == FLOAT64) {
        double d;
        memcpy(&d, &n, sizeof d);
        return d;
    }
    if (type == FLOAT32) {
        uint32_t low = (uint32_t)n;
        float f;
        memcpy(&f, &low, sizeof f);
        return (double)f;
    }
    return is_signed(type) ? (double)(int64_t)n : (double)n;
}

static void scalar(struct record *r, uint8_t type, struct cursor c)
{
    if (type == VISIBLE || type == UTF8)
        record_bytes(r, DLMS_TEXT, c.at, c.left);
    else if (type == OCTETS || type == BIT_STRING || type >= DATE_TIME)
        record_bytes(r, DLMS_OCTETS, c.at, c.left);
    else if (type != NULL_DATA)
        record_real(r, DLMS_VALUE, number(type, c));
}

/* One value's head; `members`: how many follow one deeper. False: it cannot be read. */
static bool value_read(struct record *r, struct cursor *c, unsigned depth, size_t *members)
{
    uint8_t type = cursor_u8(c);
    int fixed = fixed_size(type);
    size_t length = fixed >= 0 ? (size_t)fixed : length_read(c);
    bool container = type == ARRAY || type == STRUCTURE;
    bool known = type <= TIME_OF_DAY && type != 7 && type != 8 && type != 11 && type != 14 && type != COMPACT_ARRAY;
    if (c->status != CURSOR_OK || !known)
        return false;
    record_item(r, DLMS_VALUES);
    record_uint(r, DLMS_TYPE, type);
    if (depth > 0)
        record_uint(r, DLMS_DEPTH, depth);
    *members = container ? length : 0;
    if (!container)
        scalar(r, type, cursor_sub(c, type == BIT_STRING ? (length + 7) / 8 : length));
    return c->status == CURSOR_OK;
}

/* One Data with all that lies in it. Every turn takes an octet or leaves a structure. */
static bool data_read(struct record *r, struct cursor *c)
{
    size_t open[DEPTH_MAX] = { 1 };
    unsigned depth = 0;
    for (unsigned i = 0; i < VALUES_MAX && !r->cut; i++) {
        size_t members;
        while (open[depth] == 0) {
            if (depth-- == 0)
                return true;
        }
        open[depth]--;
        if (!value_read(r, c, depth, &members))
            return false;
        if (members > 0 && depth + 1 == DEPTH_MAX)
            return false;
        if (members > 0)
            open[++depth] = members;
    }
    return false;
}

/* ---- objects ---- */

static void object_record(struct dlms_apdu *a, unsigned at, uint16_t member_row)
{
    struct dlms_named *n = a->named;
    const struct dlms_object *o = &n->object[at];
    struct text t = text_over(n->text[at], DLMS_OBIS_TEXT);
    for (unsigned i = 0; i < DLMS_OBIS_SIZE; i++) {
        if (i > 0)
            text_char(&t, '.');
        text_uint(&t, o->obis[i]);
    }
    record_uint(a->record, DLMS_CLASS, o->class);
    record_bytes(a->record, DLMS_OBIS, n->text[at], t.len);
    record_uint(a->record, member_row, o->member);
}

static uint16_t member_row(uint8_t tag)
{
    return tag == DLMS_ACTION_REQUEST || tag == DLMS_ACTION_RESPONSE ? DLMS_METHOD : DLMS_ATTRIBUTE;
}

/* What a command does to the meter, by the class of what it is done to. */
static enum access object_access(uint8_t tag, const struct dlms_object *o)
{
    if (tag == DLMS_GET_REQUEST)
        return ACCESS_READ;
    switch (o->class) {
    case DLMS_DISCONNECT_CONTROL: return ACCESS_CONTROL;
    case DLMS_IMAGE_TRANSFER:     return ACCESS_PROGRAM;
    case DLMS_CLOCK:              return ACCESS_SET_TIME;
    case DLMS_ASSOCIATION:        return tag == DLMS_ACTION_REQUEST ? ACCESS_AUTHENTICATE : ACCESS_CONFIGURE;
    case 1: case 3: case 4: case 5: return tag == DLMS_ACTION_REQUEST ? ACCESS_CONTROL : ACCESS_WRITE;
    case DLMS_SCRIPT_TABLE:       return tag == DLMS_ACTION_REQUEST ? ACCESS_CONTROL : ACCESS_CONFIGURE;
    default:                      return ACCESS_CONFIGURE;
    }
}

static bool object_read(struct dlms_apdu *a, struct cursor *c)
{
    struct dlms_object o = { .class = cursor_be16(c) };
    const uint8_t *obis = cursor_bytes(c, DLMS_OBIS_SIZE);
    o.member = cursor_u8(c);
    if (c->status != CURSOR_OK)
        return false;
    memcpy(o.obis, obis, DLMS_OBIS_SIZE);
    record_item(a->record, DLMS_OBJECTS);
    if (a->named->count < DLMS_NAMED_MAX) {
        a->named->object[a->named->count] = o;
        object_record(a, a->named->count++, member_row(a->tag));
    }
    a->access = object_access(a->tag, &o);
    return true;
}

/* Selective access, or a method's parameter: a presence octet, then for access its selector, then Data. */
static bool optional_data(struct dlms_apdu *a, struct cursor *c, bool selector)
{
    if (cursor_u8(c) == 0)
        return true;
    if (selector)
        cursor_skip(c, 1);
    return data_read(a->record, c);
}

static bool request_normal(struct dlms_apdu *a, struct cursor *c)
{
    if (!object_read(a, c) || !optional_data(a, c, a->tag != DLMS_ACTION_REQUEST))
        return false;
    return a->tag != DLMS_SET_REQUEST || data_read(a->record, c);
}

static bool request_list(struct dlms_apdu *a, struct cursor *c)
{
    size_t count = length_read(c);
    for (size_t i = 0; i < count; i++) {
        if (!object_read(a, c) || (a->tag != DLMS_ACTION_REQUEST && !optional_data(a, c, true)))
            return false;
    }
    return true;
}

static void block_read(struct record *r, struct cursor *c)
{
    record_uint(r, DLMS_LAST_BLOCK, cursor_u8(c) != 0);
    record_uint(r, DLMS_BLOCK, cursor_be32(c));
}

static bool request_read(struct dlms_apdu *a, struct cursor *c, uint8_t kind)
{
    a->named->count = 0;
    if (kind == CHOICE_NORMAL)
        return request_normal(a, c);
    if (a->tag == DLMS_GET_REQUEST && kind == CHOICE_NEXT) {
        record_uint(a->record, DLMS_BLOCK, cursor_be32(c));
        a->access = ACCESS_READ;
        return true;
    }
    if (a->tag == DLMS_GET_REQUEST && kind == CHOICE_WITH_LIST)
        return request_list(a, c);
    if (a->tag == DLMS_SET_REQUEST && kind == CHOICE_FIRST_BLOCK) {
        bool read = object_read(a, c) && optional_data(a, c, true);
        block_read(a->record, c);
        return read;
    }
    if ((a->tag == DLMS_SET_REQUEST && kind == 4) || (a->tag == DLMS_ACTION_REQUEST && kind == 3))
        return request_list(a, c);
    return true;
}

static void result_record(struct dlms_apdu *a, uint8_t result)
{
    record_uint(a->record, DLMS_RESULT, result);
    a->record->refused |= result != 0;
}

/* A get's result: data, or why not. */
static bool get_result(struct dlms_apdu *a, struct cursor *c, unsigned at)
{
    record_item(a->record, DLMS_OBJECTS);
    if (at < a->named->count)
        object_record(a, at, DLMS_ATTRIBUTE);
    if (cursor_u8(c) == 0) {
        record_uint(a->record, DLMS_RESULT, 0);
        return data_read(a->record, c);
    }
    result_record(a, cursor_u8(c));
    return true;
}

static bool get_response(struct dlms_apdu *a, struct cursor *c, uint8_t kind)
{
    if (kind == CHOICE_NORMAL)
        return get_result(a, c, 0);
    if (kind == CHOICE_BLOCK) {
        block_read(a->record, c);
        return true;
    }
    size_t count = length_read(c);
    for (size_t i = 0; i < count && !a->record->cut; i++)
        if (!get_result(a, c, (unsigned)i))
            return false;
    return true;
}

static bool plain_result(struct dlms_apdu *a, struct cursor *c, uint8_t kind)
{
    if (kind == CHOICE_NORMAL || (kind == 3 && a->tag == DLMS_SET_RESPONSE)) {
        record_item(a->record, DLMS_OBJECTS);
        if (a->named->count > 0)
            object_record(a, 0, member_row(a->tag));
        result_record(a, cursor_u8(c));
    }
    if (a->tag != DLMS_ACTION_RESPONSE || kind != CHOICE_NORMAL || c->left == 0 || cursor_u8(c) == 0)
        return true;
    return cursor_u8(c) != 0 || data_read(a->record, c);
}

/* ---- association ---- */

static void association_part(struct dlms_apdu *a, const struct ber *e)
{
    struct cursor c = e->value;
    struct ber in;
    struct record *r = a->record;
    switch (e->tag) {
    case 0xa1:
        if (ber_take(&c, BER_OID, &in) && in.value.left > 0)
            record_uint(r, DLMS_CONTEXT, in.value.at[in.value.left - 1]);
        break;
    case 0xa2:
        if (a->tag == DLMS_AARE && ber_take(&c, BER_INTEGER, &in)) {
            record_uint(r, DLMS_ASSOCIATE_RESULT, cursor_u8(&in.value));
            r->refused = cursor_peek(&e->value, 2) > 0;
        }
        break;
    case 0xa4: case 0xa6:       /* who is called, or answers; who calls */
        if (ber_take(&c, BER_OCTET_STRING, &in))
            record_bytes(r, DLMS_SYSTEM_TITLE, in.value.at, in.value.left);
        break;
    case 0x8b: case 0x89:
        if (e->value.left > 0)
            record_uint(r, DLMS_MECHANISM, e->value.at[e->value.left - 1]);
        break;
    case 0xac:
        record_uint(r, DLMS_PASSWORD, 1);
        break;
    default:
        break;
    }
}

static bool association(struct dlms_apdu *a, struct cursor *c)
{
    struct cursor body = cursor_sub(c, length_read(c));
    struct ber e;
    while (body.left > 0 && ber_next(&body, &e))
        association_part(a, &e);
    return c->status == CURSOR_OK && body.left == 0;
}

/* ---- which APDU ---- */

enum shape { PLAIN, ASKS, ANSWERS };

static const struct row { uint8_t tag, shape; bool ciphered; uint8_t access; } rows[] = {
    { 0x01, ASKS, false, ACCESS_SESSION }, { 0x05, ASKS, false, ACCESS_READ }, { 0x06, ASKS, false, ACCESS_WRITE }, { 0x08, ANSWERS, false, ACCESS_SESSION },
    { 0x0c, ANSWERS, false, ACCESS_READ }, { 0x0d, ANSWERS, false, ACCESS_WRITE }, { 0x0e, ANSWERS, false, ACCESS_SESSION },
    { DLMS_DATA_NOTIFICATION, PLAIN, false, ACCESS_REPORT }, { 0x16, PLAIN, false, ACCESS_WRITE }, { 0x18, PLAIN, false, ACCESS_REPORT },
    { DLMS_AARQ, ASKS, false, ACCESS_SESSION }, { DLMS_AARE, ANSWERS, false, ACCESS_SESSION }, { DLMS_RLRQ, ASKS, false, ACCESS_SESSION },
    { DLMS_RLRE, ANSWERS, false, ACCESS_SESSION }, { DLMS_GET_REQUEST, ASKS, false, ACCESS_READ }, { DLMS_SET_REQUEST, ASKS, false, ACCESS_WRITE },
    { DLMS_EVENT_NOTIFICATION, PLAIN, false, ACCESS_REPORT }, { DLMS_ACTION_REQUEST, ASKS, false, ACCESS_CONTROL },
    { DLMS_GET_RESPONSE, ANSWERS, false, ACCESS_READ }, { DLMS_SET_RESPONSE, ANSWERS, false, ACCESS_WRITE },
    { DLMS_ACTION_RESPONSE, ANSWERS, false, ACCESS_CONTROL },
    { 0xc8, ASKS, true, ACCESS_READ }, { 0xc9, ASKS, true, ACCESS_WRITE }, { 0xca, PLAIN, true, ACCESS_REPORT }, { 0xcb, ASKS, true, ACCESS_CONTROL },
    { 0xcc, ANSWERS, true, ACCESS_READ }, { 0xcd, ANSWERS, true, ACCESS_WRITE }, { 0xcf, ANSWERS, true, ACCESS_CONTROL },
    { 0xd0, ASKS, true, ACCESS_READ }, { 0xd1, ASKS, true, ACCESS_WRITE }, { 0xd2, PLAIN, true, ACCESS_REPORT }, { 0xd3, ASKS, true, ACCESS_CONTROL },
    { 0xd4, ANSWERS, true, ACCESS_READ }, { 0xd5, ANSWERS, true, ACCESS_WRITE }, { 0xd7, ANSWERS, true, ACCESS_CONTROL },
    { DLMS_EXCEPTION, ANSWERS, false, ACCESS_OTHER }, { 0xdb, PLAIN, true, ACCESS_OTHER }, { 0xdc, PLAIN, true, ACCESS_OTHER },
    { 0xdd, PLAIN, true, ACCESS_OTHER }, { 0xdf, PLAIN, true, ACCESS_OTHER }, { 0xe0, PLAIN, false, ACCESS_OTHER },
};

static const struct row *row_of(uint8_t tag)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].tag == tag)
            return &rows[i];
    return NULL;
}

bool dlms_apdu_known(uint8_t tag)
{
    return row_of(tag) != NULL;
}

bool dlms_apdu_possible(struct cursor c)
{
    uint8_t tag = cursor_u8(&c);
    const struct row *row = row_of(tag);
    if (row == NULL || tag < DLMS_DATA_NOTIFICATION)
        return false;
    if (tag >= DLMS_GET_REQUEST && tag <= DLMS_ACTION_RESPONSE) {
        int kind = cursor_peek(&c, 0);
        return tag == DLMS_EVENT_NOTIFICATION || (kind >= 1 && kind <= 6 && c.left >= 2);
    }
    size_t length = length_read(&c);
    return c.status == CURSOR_OK && (tag <= DLMS_RLRE || row->ciphered) && length <= c.left;
}

/* Ciphered: perhaps whose title, then security control and invocation counter. */
static void ciphered(struct dlms_apdu *a, struct cursor *c)
{
    record_uint(a->record, DLMS_CIPHERED, 1);
    if (a->tag == 0xdb) {
        struct cursor title = cursor_sub(c, length_read(c));
        record_bytes(a->record, DLMS_SYSTEM_TITLE, title.at, title.left);
    }
    if (a->tag > 0xdb)
        return;
    struct cursor body = cursor_sub(c, length_read(c));
    record_uint(a->record, DLMS_SECURITY, cursor_u8(&body));
    record_uint(a->record, DLMS_COUNTER, cursor_be32(&body));
}

static bool service(struct dlms_apdu *a, struct cursor *c)
{
    uint8_t kind = cursor_u8(c);
    record_uint(a->record, DLMS_KIND, (unsigned)a->tag << 8 | kind);
    record_uint(a->record, DLMS_INVOKE_ID, cursor_u8(c) & 0x0f);
    if (a->asks)
        return request_read(a, c, kind);
    return a->tag == DLMS_GET_RESPONSE ? get_response(a, c, kind) : plain_result(a, c, kind);
}

static bool body_read(struct dlms_apdu *a, struct cursor *c)
{
    switch (a->tag) {
    case DLMS_AARQ: case DLMS_AARE: case DLMS_RLRQ: case DLMS_RLRE:
        return association(a, c);
    case DLMS_GET_REQUEST: case DLMS_SET_REQUEST: case DLMS_ACTION_REQUEST: case DLMS_GET_RESPONSE: case DLMS_SET_RESPONSE:
    case DLMS_ACTION_RESPONSE:
        return service(a, c);
    case DLMS_EXCEPTION:
        record_uint(a->record, DLMS_STATE_ERROR, cursor_u8(c));
        record_uint(a->record, DLMS_SERVICE_ERROR, cursor_u8(c));
        a->record->refused = true;
        return true;
    case DLMS_DATA_NOTIFICATION:
        cursor_skip(c, 4);
        cursor_skip(c, length_read(c));
        record_item(a->record, DLMS_OBJECTS);
        return data_read(a->record, c);
    default:
        return true;
    }
}

void dlms_apdu_read(struct dlms_apdu *a, struct cursor c)
{
    a->tag = cursor_u8(&c);
    const struct row *row = row_of(a->tag);
    record_uint(a->record, DLMS_APDU, a->tag);
    if (row == NULL) {
        record_anomaly(a->record, DLMS_UNKNOWN_APDU);
        return;
    }
    a->asks = row->shape == ASKS;
    a->answers = row->shape == ANSWERS;
    a->access = (enum access)row->access;
    if (row->ciphered)
        ciphered(a, &c);
    else if (!body_read(a, &c))
        record_anomaly(a->record, DLMS_INVALID_APDU);
    if (c.status != CURSOR_OK)
        record_anomaly(a->record, DLMS_INVALID_APDU);
}
