/* Logix tags by name, and values: elementary types of CIP volume 1, appendix C-6.1; services of 1756-PM020. */
#include "dissectors/enip/cip.h"

#include <string.h>

enum {
    TYPE_BOOL = 0xc1, TYPE_SINT = 0xc2, TYPE_LINT = 0xc5, TYPE_LREAL = 0xcb,
    TYPE_BYTE = 0xd1, TYPE_LWORD = 0xd4,
    TYPE_STRUCTURE = 0x02a0,
    VALUES_MAX = 32             /* of more, the octets are all there */
};

static uint64_t little(struct cursor *c, size_t n)
{
    return n == 1 ? cursor_u8(c) : n == 2 ? cursor_le16(c) : n == 4 ? cursor_le32(c) : cursor_le64(c);
}

static void real_record(struct record *r, uint64_t bits, size_t n)
{
    uint32_t narrow = (uint32_t)bits;
    float f;
    double d;
    memcpy(&f, &narrow, sizeof f);
    memcpy(&d, &bits, sizeof d);
    record_real(r, ENIP_REAL, n == sizeof f ? (double)f : d);
}

static int64_t signed_of(uint64_t bits, size_t n)
{
    return n == 1 ? (int8_t)bits : n == 2 ? (int16_t)bits : n == 4 ? (int32_t)bits : (int64_t)bits;
}

static size_t size_of_type(uint16_t type)
{
    static const uint8_t sizes[] = { 1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8 }, strings[] = { 1, 2, 4, 8 };
    if (type >= TYPE_BOOL && type <= TYPE_LREAL)
        return sizes[type - TYPE_BOOL];
    return type >= TYPE_BYTE && type <= TYPE_LWORD ? strings[type - TYPE_BYTE] : 0;
}

void cip_values_record(struct record *r, uint16_t type, struct cursor c)
{
    size_t n = size_of_type(type);
    if (c.left > 0)
        record_bytes(r, ENIP_DATA, c.at, c.left);
    for (unsigned i = 0; n > 0 && i < VALUES_MAX && c.left >= n; i++) {
        uint64_t bits = little(&c, n);
        bool negative = type >= TYPE_SINT && type <= TYPE_LINT;
        if (type == CIP_TYPE_REAL || type == TYPE_LREAL)
            real_record(r, bits, n);
        else
            record_int(r, ENIP_VALUE, negative ? signed_of(bits, n) : (int64_t)bits);
    }
}

void cip_value_record(struct record *r, struct cursor c)
{
    if (c.left == 0)
        return;
    record_bytes(r, ENIP_DATA, c.at, c.left);
    if (c.left == 1 || c.left == 2 || c.left == 4 || c.left == 8)
        record_int(r, ENIP_VALUE, (int64_t)little(&c, c.left));
}

static uint16_t type_record(struct record *r, struct cursor *c)
{
    uint16_t type = cursor_le16(c);
    if (c->status != CURSOR_OK)
        return 0;
    record_uint(r, ENIP_DATA_TYPE, type);
    if (type == TYPE_STRUCTURE)
        record_uint(r, ENIP_STRUCTURE, cursor_le16(c));
    return type;
}

static void write_record(struct record *r, struct cursor *c, bool fragmented)
{
    uint16_t type = type_record(r, c);
    record_uint(r, ENIP_ELEMENTS, cursor_le16(c));
    if (fragmented)
        record_uint(r, ENIP_OFFSET, cursor_le32(c));
    if (c->status == CURSOR_OK)
        cip_values_record(r, type, *c);
}

static void read_record(struct record *r, struct cursor *c, bool fragmented)
{
    record_uint(r, ENIP_ELEMENTS, cursor_le16(c));
    if (fragmented)
        record_uint(r, ENIP_OFFSET, cursor_le32(c));
}

static void modify_record(struct record *r, struct cursor *c)
{
    size_t n = cursor_le16(c);
    const uint8_t *or_mask = cursor_bytes(c, n), *and_mask = cursor_bytes(c, n);
    if (and_mask == NULL)
        return;
    record_bytes(r, ENIP_OR_MASK, or_mask, n);
    record_bytes(r, ENIP_AND_MASK, and_mask, n);
}

static void request_record(struct record *r, struct cip_message *m)
{
    switch (m->service) {
    case CIP_READ_TAG:             read_record(r, &m->data, false); break;
    case CIP_READ_TAG_FRAGMENTED:  read_record(r, &m->data, true); break;
    case CIP_WRITE_TAG:            write_record(r, &m->data, false); break;
    case CIP_WRITE_TAG_FRAGMENTED: write_record(r, &m->data, true); break;
    case CIP_MODIFY_TAG:           modify_record(r, &m->data); break;
    default:                       cip_value_record(r, m->data); break;
    }
    if (m->data.status != CURSOR_OK)
        record_anomaly(r, ENIP_INVALID_LENGTH);
}

void cip_tag_record(struct record *r, struct cip_message *m)
{
    bool read = m->service == CIP_READ_TAG || m->service == CIP_READ_TAG_FRAGMENTED;
    if (!m->answer)
        request_record(r, m);
    else if (read && m->data.left >= 2)
        cip_values_record(r, type_record(r, &m->data), m->data);
    else
        cip_value_record(r, m->data);
}
