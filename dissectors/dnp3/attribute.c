/* Device attributes: group 0, the variation is the attribute. IEEE 1815 11.3.1 and annex A.1: type, length, value. */
#include "dissectors/dnp3/fields.h"

#include <string.h>

enum { VISIBLE_STRING = 1, UNSIGNED = 2, SIGNED = 3, FLOATING = 4 };

static uint16_t row_of(uint8_t attribute)
{
    switch (attribute) {
    case 242: return DNP3_SOFTWARE;
    case 243: return DNP3_HARDWARE;
    case 245: return DNP3_LOCATION;
    case 247: return DNP3_NAME;
    case 248: return DNP3_SERIAL;
    case 250: return DNP3_PRODUCT;
    case 252: return DNP3_VENDOR;
    default:  return DNP3_ROW_COUNT;
    }
}

static void told(struct dnp3_walk *w, uint8_t attribute, const struct cursor *value)
{
    uint16_t row = row_of(attribute);
    if (row == DNP3_ROW_COUNT || w->told_count == sizeof w->told / sizeof w->told[0] || value->left == 0)
        return;
    w->told[w->told_count++] = (struct dnp3_told){ .row = row, .bytes = value->at, .len = (uint32_t)value->left };
}

static int64_t integer(struct cursor c, bool is_signed)
{
    uint64_t n = 0;
    size_t octets = c.left;
    for (size_t i = 0; i < octets; i++)
        n |= (uint64_t)cursor_u8(&c) << i * 8;
    bool negative = is_signed && octets < 8 && n >> (octets * 8 - 1) & 1;
    return (int64_t)(negative ? n | ~UINT64_C(0) << octets * 8 : n);
}

static double floating(struct cursor c)
{
    double d;
    float f;
    bool wide = c.left == sizeof d;
    uint64_t wide_bits = wide ? cursor_le64(&c) : 0;
    uint32_t bits = wide ? 0 : cursor_le32(&c);
    memcpy(&d, &wide_bits, sizeof d);
    memcpy(&f, &bits, sizeof f);
    return wide ? d : (double)f;
}

bool dnp3_attribute_read(struct dnp3_walk *w, uint8_t variation, struct cursor *c)
{
    struct record *r = w->record;
    uint8_t type = cursor_u8(c), length = cursor_u8(c);
    struct cursor value = cursor_sub(c, length);
    if (c->status != CURSOR_OK)
        return false;
    bool number = value.left >= 1 && value.left <= 8;
    if (type == VISIBLE_STRING) {
        record_bytes(r, DNP3_TEXT, value.at, value.left);
        told(w, variation, &value);
    } else if ((type == UNSIGNED || type == SIGNED) && number)
        record_int(r, DNP3_VALUE, integer(value, type == SIGNED));
    else if (type == FLOATING && (value.left == sizeof(float) || value.left == sizeof(double)))
        record_real(r, DNP3_REAL, floating(value));
    else
        record_bytes(r, DNP3_OCTETS, value.at, value.left);
    return true;
}
