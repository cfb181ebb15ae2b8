/* Segments: the upper three bits of a segment's first byte say its type, the rest depends on it. */
#include "dissectors/enip/path.h"

#include "dissectors/enip/fields.h"

enum segment { SEGMENT_PORT, SEGMENT_LOGICAL, SEGMENT_NETWORK, SEGMENT_SYMBOLIC, SEGMENT_DATA };
enum logical { LOGICAL_CLASS, LOGICAL_INSTANCE, LOGICAL_MEMBER, LOGICAL_POINT, LOGICAL_ATTRIBUTE, LOGICAL_SPECIAL, LOGICAL_SERVICE,
               LOGICAL_EXTENDED };
enum {
    PORT_EXTENDED_ADDRESS = 0x10, PORT_EXTENDED = 15,
    NETWORK_SAFETY = 0x50, NETWORK_WORDS = 0x10,    /* the second byte counts words instead of being the data */
    DATA_SIMPLE = 0x80, DATA_SYMBOL = 0x91,
    KEY_FORMAT = 4, KEY_LENGTH = 8, KEY_SERIAL_FORMAT = 5, KEY_SERIAL_LENGTH = 12
};

static void symbol(struct cip_path *p, const uint8_t *name, size_t n)
{
    struct text t = { .at = p->tag, .len = p->tag_len, .cap = sizeof p->tag };
    if (t.len > 0)
        text_char(&t, '.');
    text_bytes(&t, name, n);
    p->tag_len = t.len;
}

static void index_of(struct cip_path *p, uint32_t n)
{
    struct text t = { .at = p->tag, .len = p->tag_len, .cap = sizeof p->tag };
    text_char(&t, '[');
    text_uint(&t, n);
    text_char(&t, ']');
    p->tag_len = t.len;
}

static void symbol_read(struct cursor *c, size_t n, struct cip_path *p)
{
    const uint8_t *name = cursor_bytes(c, n);
    if (name != NULL)
        symbol(p, name, n);
    if (n % 2 != 0)
        cursor_skip(c, 1);
}

/* "port,address", each with a comma before it but the first. An address of several bytes is text, as an IP address is. */
static void port_read(struct cursor *c, uint8_t first, struct cip_path *p)
{
    size_t size = first & PORT_EXTENDED_ADDRESS ? cursor_u8(c) : 1;
    unsigned port = first & 0x0f;
    if (port == PORT_EXTENDED)
        port = cursor_le16(c);
    const uint8_t *address = cursor_bytes(c, size);
    if (first & PORT_EXTENDED_ADDRESS && size % 2 != 0)
        cursor_skip(c, 1);
    if (address == NULL || c->status != CURSOR_OK)
        return;
    struct text t = { .at = p->route, .len = p->route_len, .cap = sizeof p->route };
    if (t.len > 0)
        text_char(&t, ',');
    text_uint(&t, port);
    text_char(&t, ',');
    if (size == 1)
        text_uint(&t, address[0]);
    else
        text_bytes(&t, address, size);
    p->route_len = t.len;
}

static void class_set(struct cip_path *p, uint32_t class_id)
{
    if (p->classes == CIP_CLASSES_MAX)
        return;
    p->step[p->classes].class_id = class_id;
    p->step[p->classes++].has_instance = false;
    p->has = 0;
}

static void instance_set(struct cip_path *p, uint32_t instance)
{
    p->instance = instance;
    p->has |= CIP_HAS_INSTANCE;
    if (p->classes == 0)
        return;
    p->step[p->classes - 1].instance = instance;
    p->step[p->classes - 1].has_instance = true;
}

static void logical_set(struct cip_path *p, enum logical type, uint32_t n)
{
    switch (type) {
    case LOGICAL_CLASS:     class_set(p, n); break;
    case LOGICAL_INSTANCE:  instance_set(p, n); break;
    case LOGICAL_ATTRIBUTE: p->attribute = n; p->has |= CIP_HAS_ATTRIBUTE; break;
    case LOGICAL_POINT:     p->point = n; p->has |= CIP_HAS_POINT; break;
    case LOGICAL_MEMBER:
        p->member = n;
        p->has |= CIP_HAS_MEMBER;
        if (p->tag_len > 0)
            index_of(p, n);
        break;
    default: break;
    }
}

static void key_read(struct cursor *c)
{
    uint8_t format = cursor_u8(c);
    cursor_skip(c, format == KEY_SERIAL_FORMAT ? KEY_SERIAL_LENGTH : KEY_LENGTH);
}

/* A number of 8 bits, or behind a pad byte of 16 or 32. */
static void logical_read(struct cursor *c, uint8_t first, struct cip_path *p)
{
    enum logical type = first >> 2 & 7;
    unsigned format = first & 3;
    if (type == LOGICAL_SPECIAL) {
        key_read(c);
        return;
    }
    if (type == LOGICAL_EXTENDED || format != 0)
        cursor_skip(c, 1);
    uint32_t n = format == 0 ? cursor_u8(c) : format == 1 ? cursor_le16(c) : cursor_le32(c);
    if (c->status == CURSOR_OK)
        logical_set(p, type, n);
}

static void network_read(struct cursor *c, uint8_t first, struct cip_path *p)
{
    uint8_t n = cursor_u8(c);
    if (first & NETWORK_WORDS)
        cursor_skip(c, 2u * n);
    if (first == NETWORK_SAFETY && c->status == CURSOR_OK)
        p->safety = true;
}

static void data_read(struct cursor *c, uint8_t first, struct cip_path *p)
{
    size_t n = cursor_u8(c);
    if (first == DATA_SYMBOL)
        symbol_read(c, n, p);
    else
        cursor_skip(c, 2 * n);
}

static bool segment_read(struct cursor *c, struct cip_path *p)
{
    uint8_t first = cursor_u8(c);
    switch (first >> 5) {
    case SEGMENT_PORT:    port_read(c, first, p); break;
    case SEGMENT_LOGICAL: logical_read(c, first, p); break;
    case SEGMENT_NETWORK: network_read(c, first, p); break;
    case SEGMENT_SYMBOLIC:
        if ((first & 0x1f) == 0)        /* an extended string: a form nobody was seen to use */
            return false;
        symbol_read(c, first & 0x1f, p);
        break;
    case SEGMENT_DATA:
        if (first != DATA_SIMPLE && first != DATA_SYMBOL)
            return false;
        data_read(c, first, p);
        break;
    default: return false;
    }
    return c->status == CURSOR_OK;
}

void cip_path_read(struct cursor bytes, struct cip_path *p)
{
    p->has = p->classes = 0;
    p->tag_len = p->route_len = 0;
    p->safety = false;
    p->sound = true;
    while (p->sound && bytes.left > 0)
        p->sound = segment_read(&bytes, p);
}

void cip_path_record(struct record *r, const struct cip_path *p)
{
    for (unsigned i = 0; i < p->classes; i++) {
        record_uint(r, ENIP_CLASS, p->step[i].class_id);
        if (p->step[i].has_instance)
            record_uint(r, ENIP_INSTANCE, p->step[i].instance);
    }
    if (p->classes == 0 && p->has & CIP_HAS_INSTANCE)
        record_uint(r, ENIP_INSTANCE, p->instance);
    if (p->has & CIP_HAS_ATTRIBUTE)
        record_uint(r, ENIP_ATTRIBUTE, p->attribute);
    if (p->has & CIP_HAS_MEMBER && p->tag_len == 0)
        record_uint(r, ENIP_MEMBER, p->member);
    if (p->has & CIP_HAS_POINT)
        record_uint(r, ENIP_POINT, p->point);
    if (p->tag_len > 0)
        record_bytes(r, ENIP_TAG, p->tag, p->tag_len);
    if (p->route_len > 0)
        record_bytes(r, ENIP_ROUTE, p->route, p->route_len);
}
