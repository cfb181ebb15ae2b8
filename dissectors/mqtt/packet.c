/* One control packet into the record: a reader per type, as the chapters 3.1 to 3.15 of MQTT 5.0 have them. */
#include "dissectors/mqtt/fields.h"
#include "dissectors/mqtt/mqtt.h"

enum { VARINT_OCTETS_MAX = 4, VERSION_5 = 5 };

enum { CONNECT_USERNAME = 0x80, CONNECT_PASSWORD = 0x40, CONNECT_WILL_RETAIN = 0x20, CONNECT_WILL_QOS = 0x18, CONNECT_WILL = 0x04,
       CONNECT_CLEAN = 0x02 };

enum { FLAG_DUP = 0x08, FLAG_RETAIN = 0x01 };

struct packet {
    struct record            *r;
    const struct mqtt_header *header;
    struct cursor             body;
    struct mqtt_said         *said;
    uint8_t                   version;
    bool                      whole;        /* the body is all there */
};

uint32_t mqtt_varint(struct cursor *c)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < VARINT_OCTETS_MAX; i++) {
        uint8_t b = cursor_u8(c);
        n |= (uint32_t)(b & 0x7f) << 7 * i;
        if ((b & 0x80) == 0)
            return n;
    }
    if (c->status == CURSOR_OK)
        c->status = CURSOR_BAD;
    return 0;
}

enum mqtt_fixed mqtt_header_read(struct cursor *c, struct mqtt_header *h)
{
    uint8_t first = cursor_u8(c);
    *h = (struct mqtt_header){ .type = first >> 4, .flags = first & 0x0f, .qos = first >> 1 & 3 };
    h->remaining = mqtt_varint(c);
    return c->status == CURSOR_OK ? MQTT_FIXED_WHOLE : c->status == CURSOR_SHORT ? MQTT_FIXED_SHORT : MQTT_FIXED_BAD;
}

bool mqtt_flags_fit(const struct mqtt_header *h)
{
    switch (h->type) {
    case MQTT_PUBLISH:
        return h->qos != 3;
    case MQTT_PUBREL:
    case MQTT_SUBSCRIBE:
    case MQTT_UNSUBSCRIBE:
        return (h->flags & ~(unsigned)FLAG_DUP) == 2;      /* 3.1 still had DUP here */
    default:
        return h->flags == 0;
    }
}

static struct cursor text_of(struct cursor *c)
{
    return cursor_sub(c, cursor_be16(c));
}

static void add_text(struct packet *p, uint16_t row)
{
    struct cursor text = text_of(&p->body);
    if (p->body.status == CURSOR_OK)
        record_bytes(p->r, row, text.at, text.left);
}

/* --- properties, 2.2.2 -------------------------------------------------------------------------------------------- */

enum kind { KIND_NONE, KIND_BYTE, KIND_TWO, KIND_FOUR, KIND_VARINT, KIND_TEXT, KIND_PAIR };

static const uint8_t kinds[] = {
    [0x01] = KIND_BYTE, [0x02] = KIND_FOUR, [0x03] = KIND_TEXT, [0x08] = KIND_TEXT, [0x09] = KIND_TEXT, [0x0b] = KIND_VARINT,
    [0x11] = KIND_FOUR, [0x12] = KIND_TEXT, [0x13] = KIND_TWO, [0x15] = KIND_TEXT, [0x16] = KIND_TEXT, [0x17] = KIND_BYTE,
    [0x18] = KIND_FOUR, [0x19] = KIND_BYTE, [0x1a] = KIND_TEXT, [0x1c] = KIND_TEXT, [0x1f] = KIND_TEXT, [0x21] = KIND_TWO,
    [0x22] = KIND_TWO, [0x23] = KIND_TWO, [0x24] = KIND_BYTE, [0x25] = KIND_BYTE, [0x26] = KIND_PAIR, [0x27] = KIND_FOUR,
    [0x28] = KIND_BYTE, [0x29] = KIND_BYTE, [0x2a] = KIND_BYTE,
};

static uint32_t property_number(struct cursor *c, enum kind kind)
{
    switch (kind) {
    case KIND_BYTE: return cursor_u8(c);
    case KIND_TWO:  return cursor_be16(c);
    case KIND_FOUR: return cursor_be32(c);
    default:        return mqtt_varint(c);
    }
}

static bool property_read(struct packet *p, struct cursor *c)
{
    uint32_t id = mqtt_varint(c);
    enum kind kind = id < sizeof kinds ? (enum kind)kinds[id] : KIND_NONE;
    struct cursor key = { .at = NULL }, value = { .at = NULL };
    uint32_t number = 0;
    if (kind == KIND_NONE)
        return false;
    if (kind == KIND_PAIR)
        key = text_of(c);
    if (kind >= KIND_TEXT)
        value = text_of(c);
    else
        number = property_number(c, kind);
    if (c->status != CURSOR_OK)
        return false;
    record_item(p->r, MQTT_PROPERTIES);
    record_uint(p->r, MQTT_PROPERTY_PACKET, p->header->type);
    record_uint(p->r, MQTT_PROPERTY_NAME, id);
    if (kind < KIND_TEXT)
        record_uint(p->r, MQTT_PROPERTY_NUMBER, number);
    if (kind == KIND_PAIR)
        record_bytes(p->r, MQTT_PROPERTY_KEY, key.at, key.left);
    if (kind >= KIND_TEXT)
        record_bytes(p->r, MQTT_PROPERTY_VALUE, value.at, value.left);
    return true;
}

/* Where they stand; they go into the record when the packet's own object is done. */
static struct cursor properties_of(struct packet *p)
{
    if (p->version < VERSION_5 || p->body.status != CURSOR_OK)
        return (struct cursor){ .at = (const uint8_t *)"", .at_end = CURSOR_BAD };
    uint32_t length = mqtt_varint(&p->body);
    return cursor_sub(&p->body, length);
}

static bool properties_read(struct packet *p, struct cursor c)
{
    while (c.left > 0)
        if (!property_read(p, &c))
            return false;
    return true;
}

/* --- packets ------------------------------------------------------------------------------------------------------- */

static void add_flags(struct record *r, uint8_t flags)
{
    record_item(r, MQTT_HAS);
    record_uint(r, MQTT_HAS_USERNAME, (flags & CONNECT_USERNAME) != 0);
    record_uint(r, MQTT_HAS_PASSWORD, (flags & CONNECT_PASSWORD) != 0);
    record_uint(r, MQTT_HAS_WILL_RETAIN, (flags & CONNECT_WILL_RETAIN) != 0);
    record_uint(r, MQTT_HAS_WILL, (flags & CONNECT_WILL) != 0);
    record_uint(r, MQTT_HAS_CLEAN_SESSION, (flags & CONNECT_CLEAN) != 0);
}

static bool connect_read(struct packet *p)
{
    struct record *r = p->r;
    add_text(p, MQTT_PROTOCOL_STRING);
    p->said->version = p->version = cursor_u8(&p->body);
    uint8_t flags = cursor_u8(&p->body);
    uint16_t keepalive = cursor_be16(&p->body);
    struct cursor properties = properties_of(p), will_properties = { .at = NULL };
    record_uint(r, MQTT_PROTOCOL_VERSION, p->version);
    add_text(p, MQTT_CLIENT_ID);
    record_uint(r, MQTT_KEEPALIVE, keepalive);
    record_uint(r, MQTT_CONNECT_FLAGS, flags);
    add_flags(r, flags);
    if (flags & CONNECT_WILL) {
        will_properties = properties_of(p);
        record_item(r, MQTT_WILL);
        add_text(p, MQTT_WILL_TOPIC);
        add_text(p, MQTT_WILL_MESSAGE);
        record_uint(r, MQTT_WILL_QOS, (unsigned)(flags & CONNECT_WILL_QOS) >> 3);
    }
    if (flags & CONNECT_USERNAME)
        add_text(p, MQTT_USERNAME);
    if (flags & CONNECT_PASSWORD)
        add_text(p, MQTT_PASSWORD);
    return properties_read(p, properties) && properties_read(p, will_properties);
}

static void add_reason(struct packet *p, uint8_t code)
{
    record_uint(p->r, MQTT_ROW(p->header->type, MQTT_OF_REASON), code);
}

/* The keyword takes the exchange's first code. */
static void add_first_reason(struct packet *p, uint8_t code)
{
    if (record_find(p->r, MQTT_REASON) == NULL)
        record_uint(p->r, MQTT_REASON, code);
}

static bool connack_read(struct packet *p)
{
    record_uint(p->r, MQTT_SESSION_PRESENT, cursor_u8(&p->body) & 1u);
    uint8_t code = cursor_u8(&p->body);
    struct cursor properties = properties_of(p);
    add_reason(p, code);
    add_first_reason(p, code);
    return properties_read(p, properties);
}

static void add_id(struct packet *p)
{
    p->said->id = cursor_be16(&p->body);
    record_uint(p->r, MQTT_ROW(p->header->type, MQTT_OF_ID), p->said->id);
}

static bool publish_read(struct packet *p)
{
    add_text(p, MQTT_TOPIC);
    if (p->header->qos > 0)
        add_id(p);
    struct cursor properties = properties_of(p);
    record_bytes(p->r, MQTT_MESSAGE, p->body.at, p->body.left);
    if (!p->whole) {
        record_uint(p->r, MQTT_TRUNCATED, 1);
        record_uint(p->r, MQTT_SKIPPED_LENGTH, p->header->remaining - MQTT_WHOLE_MAX);
    }
    return properties_read(p, properties);
}

/* PUBACK, PUBREC, PUBREL, PUBCOMP: in version 5 the code may be left out, and then the properties (3.4.2.1). */
static bool acknowledgement_read(struct packet *p)
{
    add_id(p);
    if (p->version < VERSION_5)
        return true;
    uint8_t code = p->body.left > 0 ? cursor_u8(&p->body) : 0;
    struct cursor properties = { .at = NULL };
    if (p->body.left > 0)
        properties = properties_of(p);
    add_reason(p, code);
    add_first_reason(p, code);
    return properties_read(p, properties);
}

static bool disconnect_read(struct packet *p)
{
    if (p->version < VERSION_5)
        return true;
    uint8_t code = p->body.left > 0 ? cursor_u8(&p->body) : 0;
    struct cursor properties = { .at = NULL };
    if (p->body.left > 0)
        properties = properties_of(p);
    add_reason(p, code);
    add_first_reason(p, code);
    return properties_read(p, properties);
}

static bool subscribe_read(struct packet *p)
{
    add_id(p);
    struct cursor properties = properties_of(p);
    bool some = p->body.left > 0;
    while (p->body.left > 0 && p->body.status == CURSOR_OK) {
        record_item(p->r, MQTT_TOPICS);
        add_text(p, MQTT_TOPICS_TOPIC);
        record_uint(p->r, MQTT_TOPICS_QOS, cursor_u8(&p->body));
    }
    return some && properties_read(p, properties);
}

static bool unsubscribe_read(struct packet *p)
{
    add_id(p);
    struct cursor properties = properties_of(p);
    while (p->body.left > 0 && p->body.status == CURSOR_OK)
        add_text(p, MQTT_UNSUBSCRIBE_TOPICS);
    return properties_read(p, properties);
}

/* SUBACK and UNSUBACK: a code for each topic filter; UNSUBACK has none before version 5. */
static bool codes_read(struct packet *p)
{
    add_id(p);
    struct cursor properties = properties_of(p);
    for (struct cursor c = p->body; c.left > 0 && c.status == CURSOR_OK;)
        add_reason(p, cursor_u8(&c));
    for (struct cursor c = p->body; c.left > 0 && c.status == CURSOR_OK;)
        record_uint(p->r, MQTT_REASON, cursor_u8(&c));
    return properties_read(p, properties);
}

static bool nothing_read(struct packet *p)
{
    (void)p;
    return true;
}

static bool (*const readers[MQTT_TYPES])(struct packet *) = {
    [MQTT_RESERVED] = nothing_read, [MQTT_CONNECT] = connect_read, [MQTT_CONNACK] = connack_read, [MQTT_PUBLISH] = publish_read,
    [MQTT_PUBACK] = acknowledgement_read, [MQTT_PUBREC] = acknowledgement_read, [MQTT_PUBREL] = acknowledgement_read,
    [MQTT_PUBCOMP] = acknowledgement_read, [MQTT_SUBSCRIBE] = subscribe_read, [MQTT_SUBACK] = codes_read,
    [MQTT_UNSUBSCRIBE] = unsubscribe_read, [MQTT_UNSUBACK] = codes_read, [MQTT_PINGREQ] = nothing_read,
    [MQTT_PINGRESP] = nothing_read, [MQTT_DISCONNECT] = disconnect_read, [MQTT_AUTH] = disconnect_read,
};

bool mqtt_packet_read(struct record *r, const struct mqtt_header *h, struct cursor body, uint8_t version, struct mqtt_said *said)
{
    struct packet p = { .r = r, .header = h, .body = body, .said = said, .version = version, .whole = body.left == h->remaining };
    *said = (struct mqtt_said){ .version = version };
    record_uint(r, MQTT_TYPE, h->type);
    record_uint(r, MQTT_QOS, h->qos);
    record_uint(r, MQTT_FLAGS, h->flags & (FLAG_DUP | FLAG_RETAIN));
    if (h->type != MQTT_RESERVED) {
        record_item(r, MQTT_ROW(h->type, MQTT_OBJECT));
        record_uint(r, MQTT_ROW(h->type, MQTT_OF_QOS), h->qos);
        record_uint(r, MQTT_ROW(h->type, MQTT_OF_RETAIN), h->flags & FLAG_RETAIN);
        record_uint(r, MQTT_ROW(h->type, MQTT_OF_DUP), (h->flags & FLAG_DUP) != 0);
    }
    return readers[h->type](&p) && p.body.status == CURSOR_OK;
}
