/* Link frames: IEEE 1815 clause 9. A header of ten octets, then blocks of sixteen, each with a CRC of two. */
#include "dissectors/dnp3/fields.h"

#include <string.h>

enum { START = 0x0564, BLOCK = 16, CRC = 2, CONTROL_PRI = 0x40, CONFIRMED_USER_DATA = 3, UNCONFIRMED_USER_DATA = 4 };

/* Annex E: x^16 + x^13 + x^12 + x^11 + x^10 + x^8 + x^6 + x^5 + x^2 + 1, least bit first, sent inverted. */
static uint16_t crc_of(const uint8_t *bytes, size_t n)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xa6bc : crc >> 1);
    }
    return (uint16_t)~crc;
}

enum dnp3_start dnp3_link_read(struct cursor *c, struct dnp3_link *l)
{
    const uint8_t *at = c->at;
    size_t here = c->left;
    *l = (struct dnp3_link){ .sound = false };
    if ((here > 0 && at[0] != START >> 8) || (here > 1 && at[1] != (START & 0xff)))
        return DNP3_NO_START;
    cursor_skip(c, 2);
    l->length = cursor_u8(c);
    l->control = cursor_u8(c);
    l->dst = cursor_le16(c);
    l->src = cursor_le16(c);
    uint16_t crc = cursor_le16(c);
    if (c->status != CURSOR_OK)
        return DNP3_SHORT;
    l->sound = crc == crc_of(at, DNP3_LINK_HEADER - CRC);
    return DNP3_START;
}

size_t dnp3_user_octets(const struct dnp3_link *l)
{
    size_t user = l->length > DNP3_LENGTH_MIN ? l->length - (size_t)DNP3_LENGTH_MIN : 0;
    return user + (user + BLOCK - 1) / BLOCK * CRC;
}

bool dnp3_user_read(struct cursor c, uint8_t out[DNP3_USER_MAX], size_t *n)
{
    *n = 0;
    while (c.left > CRC) {
        size_t block = c.left < BLOCK + CRC ? c.left - CRC : BLOCK;
        const uint8_t *bytes = cursor_bytes(&c, block);
        if (bytes == NULL || cursor_le16(&c) != crc_of(bytes, block) || *n + block > DNP3_USER_MAX)
            return false;
        memcpy(out + *n, bytes, block);
        *n += block;
    }
    return c.left == 0;
}

bool dnp3_link_carries(uint8_t control)
{
    uint8_t function = control & 0x0f;
    return (control & CONTROL_PRI) && (function == CONFIRMED_USER_DATA || function == UNCONFIRMED_USER_DATA);
}
