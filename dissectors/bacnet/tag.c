#include "dissectors/bacnet/tag.h"

#include "dissectors/bacnet/fields.h"

enum { CLASS_CONTEXT = 0x08, EXTENDED = 15, LENGTH_ABOVE = 5, OPENING = 6, CLOSING = 7, LENGTH_16 = 254, LENGTH_32 = 255 };

static size_t length_read(struct cursor *c, unsigned lvt)
{
    if (lvt < LENGTH_ABOVE)
        return lvt;
    size_t n = cursor_u8(c);
    return n == LENGTH_16 ? cursor_be16(c) : n == LENGTH_32 ? cursor_be32(c) : n;
}

bool bacnet_tag_read(struct cursor *c, struct bacnet_tag *t)
{
    uint8_t first = cursor_u8(c);
    unsigned lvt = first & 7;
    *t = (struct bacnet_tag){ .number = first >> 4, .context = (first & CLASS_CONTEXT) != 0, .flag = lvt == 1 };
    if (t->number == EXTENDED)
        t->number = cursor_u8(c);
    if (t->context && lvt >= OPENING) {
        t->form = lvt == OPENING ? BACNET_OPENING : BACNET_CLOSING;
        return c->status == CURSOR_OK;
    }
    bool bare = !t->context && t->number == BACNET_BOOLEAN;
    size_t n = bare ? 0 : length_read(c, lvt);
    t->body = cursor_sub(c, n);
    return c->status == CURSOR_OK;
}

bool bacnet_unsigned(const struct bacnet_tag *t, uint64_t *n)
{
    struct cursor c = t->body;
    *n = 0;
    if (c.left > 8)
        return false;
    while (c.left > 0)
        *n = *n << 8 | cursor_u8(&c);
    return true;
}

bool bacnet_signed(const struct bacnet_tag *t, int64_t *n)
{
    uint64_t u;
    bool fits = bacnet_unsigned(t, &u);
    unsigned spare = 64 - 8 * (unsigned)(t->body.left > 8 ? 8 : t->body.left);
    *n = spare == 64 ? 0 : (int64_t)(u << spare) >> spare;
    return fits;
}
