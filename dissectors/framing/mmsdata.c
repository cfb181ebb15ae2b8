#include "dissectors/framing/mmsdata.h"

#include <string.h>

enum { CONTEXT_TAG = 0x80, CLASS_BITS = 0xc0, NUMBER_BITS = 0x1f, BITS_NUMBER_MAX = 32, DAYS_1970_TO_1984 = 5113 };
enum { QUALITY_LEAP_KNOWN = 0x80, QUALITY_FAILURE = 0x40, QUALITY_UNSYNCHRONISED = 0x20 };
#define DAY_US UINT64_C(86400000000)

const struct field_name mmsdata_type_names[] = {
    { MMSDATA_ARRAY, "array" }, { MMSDATA_STRUCTURE, "structure" }, { MMSDATA_BOOLEAN, "boolean" }, { MMSDATA_BIT_STRING, "bit_string" },
    { MMSDATA_INTEGER, "integer" }, { MMSDATA_UNSIGNED, "unsigned" }, { MMSDATA_FLOAT, "floating_point" }, { MMSDATA_REAL, "real" },
    { MMSDATA_OCTETS, "octet_string" }, { MMSDATA_VISIBLE, "visible_string" }, { MMSDATA_GENERALIZED_TIME, "generalized_time" },
    { MMSDATA_BINARY_TIME, "binary_time" }, { MMSDATA_BCD, "bcd" }, { MMSDATA_BOOLEANS, "boolean_array" },
    { MMSDATA_OID, "object_identifier" }, { MMSDATA_STRING, "mms_string" }, { MMSDATA_UTC_TIME, "utc_time" }, { 0, NULL }
};

const struct field_name mmsdata_quality_names[] = {
    { QUALITY_LEAP_KNOWN, "leap_seconds_known" }, { QUALITY_FAILURE, "clock_failure" }, { QUALITY_UNSYNCHRONISED, "clock_not_synchronized" },
    { 0, NULL }
};

enum mmsdata_type mmsdata_type(const struct ber *e)
{
    unsigned number = e->tag & NUMBER_BITS;
    bool context = e->tag <= 0xff && (e->tag & CLASS_BITS) == CONTEXT_TAG;
    return context && number <= MMSDATA_UTC_TIME ? (enum mmsdata_type)number : 0;
}

int64_t mmsdata_integer(struct cursor c)
{
    uint64_t n = (cursor_peek(&c, 0) & 0x80) != 0 && c.left > 0 ? UINT64_MAX : 0;
    while (c.left > 0)
        n = n << 8 | cursor_u8(&c);
    return (int64_t)n;
}

/* UNSIGNED is an INTEGER that is never negative; some senders leave the leading zero out. */
uint64_t mmsdata_natural(struct cursor c)
{
    uint64_t n = 0;
    while (c.left > 0)
        n = n << 8 | cursor_u8(&c);
    return n;
}

static bool bits(struct cursor c, double *out)
{
    uint8_t unused = cursor_u8(&c);
    if (unused > 7 || c.left > 4 || c.status != CURSOR_OK)
        return false;
    *out = (double)(mmsdata_natural(c) >> (c.left > 0 ? unused : 0));
    return true;
}

/* The exponent's width, then IEEE 754. */
static bool floating(struct cursor c, double *out)
{
    if (c.left == 5 && cursor_u8(&c) == 8) {
        uint32_t n = cursor_be32(&c);
        float f;
        memcpy(&f, &n, sizeof f);
        *out = (double)f;
        return true;
    }
    if (c.left == 9 && cursor_u8(&c) == 11) {
        uint64_t n = cursor_be64(&c);
        memcpy(out, &n, sizeof *out);
        return true;
    }
    return false;
}

bool mmsdata_number(const struct ber *e, double *out)
{
    switch (mmsdata_type(e)) {
    case MMSDATA_BOOLEAN:
        *out = cursor_peek(&e->value, 0) > 0;
        return e->value.left == 1;
    case MMSDATA_INTEGER:
        *out = (double)mmsdata_integer(e->value);
        return e->value.left > 0 && e->value.left <= 8;
    case MMSDATA_UNSIGNED:
        *out = (double)mmsdata_natural(e->value);
        return e->value.left > 0 && e->value.left <= 9;
    case MMSDATA_BIT_STRING:
        return bits(e->value, out);
    case MMSDATA_FLOAT:
        return floating(e->value, out);
    default:
        return false;
    }
}

bool mmsdata_utc(struct cursor c, uint64_t *us, uint8_t *quality)
{
    if (c.left != 8)
        return false;
    uint64_t seconds = cursor_be32(&c), fraction = cursor_be24(&c);
    *us = seconds * 1000000 + (fraction * 1000000 >> 24);
    *quality = cursor_u8(&c);
    return true;
}

bool mmsdata_time_of_day(struct cursor c, uint64_t *us)
{
    if (c.left != 6)
        return false;
    uint64_t ms = cursor_be32(&c), days = cursor_be16(&c);
    *us = (days + DAYS_1970_TO_1984) * DAY_US + ms * 1000;
    return true;
}

void mmsdata_quality(struct record *r, uint16_t row, uint8_t quality)
{
    for (const struct field_name *n = mmsdata_quality_names; n->name != NULL; n++)
        if (quality & n->value)
            record_uint(r, row, n->value);
}

static void time_value(struct record *r, uint16_t first, const struct ber *e, enum mmsdata_type type)
{
    uint64_t us;
    uint8_t quality = 0;
    bool known = type == MMSDATA_UTC_TIME ? mmsdata_utc(e->value, &us, &quality) : mmsdata_time_of_day(e->value, &us);
    if (!known) {
        record_bytes(r, first + MMSDATA_BYTES, e->value.at, e->value.left);
        return;
    }
    record_uint(r, first + MMSDATA_TIME, us);
    mmsdata_quality(r, first + MMSDATA_TIME_QUALITY, quality);
}

static void bit_string(struct record *r, uint16_t first, struct cursor c)
{
    uint8_t unused = cursor_u8(&c);
    record_uint(r, first + MMSDATA_BITS, c.left * 8 > unused ? c.left * 8 - unused : 0);
    record_bytes(r, first + MMSDATA_BYTES, c.at, c.left);
}

static void item(struct record *r, uint16_t list, uint16_t first, const struct ber *e, unsigned depth)
{
    enum mmsdata_type type = mmsdata_type(e);
    double number;
    record_item(r, list);
    record_uint(r, first + MMSDATA_TYPE, type);
    if (depth > 0)
        record_uint(r, first + MMSDATA_DEPTH, depth);
    if (mmsdata_number(e, &number))
        record_real(r, first + MMSDATA_VALUE, number);
    switch (type) {
    case MMSDATA_ARRAY: case MMSDATA_STRUCTURE: case MMSDATA_BOOLEAN: case MMSDATA_INTEGER: case MMSDATA_UNSIGNED: case MMSDATA_FLOAT:
        break;
    case MMSDATA_BIT_STRING: case MMSDATA_BOOLEANS:
        bit_string(r, first, e->value);
        break;
    case MMSDATA_VISIBLE: case MMSDATA_STRING: case MMSDATA_GENERALIZED_TIME:
        record_bytes(r, first + MMSDATA_TEXT, e->value.at, e->value.left);
        break;
    case MMSDATA_UTC_TIME: case MMSDATA_BINARY_TIME:
        time_value(r, first, e, type);
        break;
    default:
        record_bytes(r, first + MMSDATA_BYTES, e->value.at, e->value.left);
    }
}

/* Every turn takes an element, or leaves a structure that an element began. */
bool mmsdata_read(struct record *r, uint16_t list, uint16_t first, struct cursor data)
{
    struct cursor open[MMSDATA_DEPTH_MAX] = { data };
    unsigned depth = 0;
    bool sound = true;
    while (!r->cut && (depth > 0 || open[0].left > 0)) {
        struct ber e;
        if (open[depth].left == 0) {
            depth--;
            continue;
        }
        if (!ber_next(&open[depth], &e)) {
            open[depth].left = 0;
            sound = false;
            continue;
        }
        item(r, list, first, &e, depth);
        if (e.tag != (BER_CONTEXT | BER_CONSTRUCTED | MMSDATA_ARRAY) && e.tag != (BER_CONTEXT | BER_CONSTRUCTED | MMSDATA_STRUCTURE))
            continue;
        if (depth + 1 < MMSDATA_DEPTH_MAX)
            open[++depth] = e.value;
        else
            sound = false;
    }
    return sound;
}
