#include "dissectors/framing/ber.h"

enum { LONG_FORM = 0x80, LENGTH_OCTETS_MAX = 4, TAG_HIGH = 0x1f, TAG_OCTETS_MAX = 4 };

static bool tag_read(struct cursor *c, uint32_t *tag)
{
    uint8_t first = cursor_u8(c);
    *tag = first;
    if ((first & TAG_HIGH) != TAG_HIGH)
        return true;
    uint32_t number = 0;
    for (unsigned i = 0; i < TAG_OCTETS_MAX; i++) {
        uint8_t b = cursor_u8(c);
        number = number << 7 | (b & 0x7fu);
        if ((b & 0x80) == 0) {
            *tag = (uint32_t)first << 24 | (number & 0xffffff);
            return true;
        }
    }
    return false;
}

static bool length_read(struct cursor *c, size_t *length)
{
    uint8_t first = cursor_u8(c);
    *length = first;
    if ((first & LONG_FORM) == 0)
        return true;
    unsigned octets = first & 0x7f;
    if (octets == 0 || octets > LENGTH_OCTETS_MAX)
        return false;
    *length = 0;
    for (unsigned i = 0; i < octets; i++)
        *length = *length << 8 | cursor_u8(c);
    return true;
}

bool ber_next(struct cursor *c, struct ber *out)
{
    struct cursor at = *c;
    size_t length;
    if (!tag_read(&at, &out->tag) || !length_read(&at, &length))
        return false;
    out->value = cursor_sub(&at, length);
    if (at.status != CURSOR_OK) {
        c->status = at.status;
        return false;
    }
    out->whole = c->at;
    out->whole_len = c->left - at.left;
    *c = at;
    return true;
}

bool ber_take(struct cursor *c, uint32_t tag, struct ber *out)
{
    struct cursor at = *c;
    if (!ber_next(&at, out) || out->tag != tag)
        return false;
    *c = at;
    return true;
}

/* X.690 section 8.19: base 128, and the first two arcs share one number. */
void ber_oid_text(struct cursor oid, struct text *out)
{
    uint64_t arc = 0;
    bool first = true;
    while (oid.left > 0) {
        uint8_t b = cursor_u8(&oid);
        arc = arc << 7 | (b & 0x7f);
        if (b & 0x80)
            continue;
        if (first) {
            uint64_t top = arc < 80 ? arc / 40 : 2;
            text_uint(out, top);
            arc -= top * 40;
        }
        text_char(out, '.');
        text_uint(out, arc);
        arc = 0;
        first = false;
    }
}
