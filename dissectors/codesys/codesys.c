/* CODESYS V3, little endian, layer by layer.
 *
 *   block driver (TCP)  00 01 17 e8 | length of all (4)
 *   datagram            C5 | hops, header length | priority ... | service | message id | lengths | receiver | sender | to a multiple of four
 *   channel             type | flags | channel (2) | block (4) | ack (4) | [of a first block: remaining (4) | CRC-32 (4)]
 *   service             protocol (2) | header length (2) | group (2) | command (2) | session (4) | content length (4) | ... | tags
 *   tag                 id, length: seven bits an octet, low ones first; ids from 80 hex hold tags
 *
 * A service that takes several blocks is told with its first one: the function and the first of its tags stand there.
 */
#include "dissectors/codesys/codesys.h"

#include <string.h>

#include "dissectors/codesys/fields.h"
#include "dissectors/framing/asked.h"
#include "dissectors/framing/utf16.h"

enum {
    MAGIC = 0xc5, DRIVER = 8, LENGTH_MIN = DRIVER + 6, LENGTH_MAX = 16 * 1024, HEADER_WORDS = 3,
    NAMING_HEADER = 48, NAMING_VERSION_OLD = 0x103, NAMING_VERSION = 0x400, CHANNEL_VERSION = 0x101,
    FLAG_FIRST = 0x01, FLAG_REQUEST = 0x80, GROUP_RESPONSE = 0x80, PROTOCOL_NORMAL = 0xcd55, PROTOCOL_SECURE = 0x7557,
    TAGS_MAX = 32, TAG_PARENT = 0x80, TAG_OCTETS = 5, NAME_MAX = 64
};

static const uint8_t driver_magic[4] = { 0x00, 0x01, 0x17, 0xe8 };

struct codesys_state {
    struct asked asked;
    bool         searching[2];
};

struct datagram {
    uint8_t       hops, info, service, id;
    struct cursor receiver, sender, data;
};

/* What outlives the reading of a datagram until its record has left. */
struct texts {
    uint8_t octets[3 * NAME_MAX * 3 + 16];
};

/* What a record says of question and answer. */
struct told {
    enum access does;
    uint64_t    key;
    bool        asks, answers, refused;
};

static bool datagram_read(struct cursor *c, struct datagram *d)
{
    size_t whole = c->left;
    if (cursor_u8(c) != MAGIC)
        return false;
    uint8_t hops = cursor_u8(c);
    *d = (struct datagram){ .hops = hops >> 3 };
    d->info = cursor_u8(c);
    d->service = cursor_u8(c);
    d->id = cursor_u8(c);
    uint8_t lengths = cursor_u8(c);
    d->receiver = cursor_sub(c, 2u * (lengths & 15));
    d->sender = cursor_sub(c, 2u * (lengths >> 4));
    if ((whole - c->left) % 4 != 0 && c->left > 0)
        cursor_skip(c, 2);
    d->data = *c;
    return c->status == CURSOR_OK && (hops & 7) == HEADER_WORDS;
}

static bool channel_possible(struct cursor c)
{
    uint8_t type = cursor_u8(&c), flags = cursor_u8(&c);
    switch (type) {
    case CDS_BLOCK_TYPE:   return c.left >= ((flags & FLAG_FIRST) ? 18u : 10u) && (flags & ~(FLAG_FIRST | FLAG_REQUEST)) == 0;
    case CDS_ACK_TYPE:     return c.left == 6;
    case CDS_KEEP_ALIVE:   return c.left == 2;
    case CDS_OPENED:       return c.left >= 20 && cursor_le16(&c) == CHANNEL_VERSION;
    case CDS_OPEN:         return c.left >= 18 && cursor_le16(&c) == CHANNEL_VERSION;
    case CDS_CLOSE:        return c.left >= 10 && cursor_le16(&c) == CHANNEL_VERSION;
    case CDS_GET_INFO:     return c.left >= 2 && cursor_le16(&c) == CHANNEL_VERSION;
    default:               return false;
    }
}

static bool naming_possible(struct cursor c)
{
    uint16_t command = cursor_le16(&c), version = cursor_le16(&c);
    bool known = command == CDS_RESOLVE_ADDRESS || command == CDS_RESOLVE_NAME || command == CDS_DEVICE_INFO;
    return known && (version == NAMING_VERSION || version == NAMING_VERSION_OLD) && c.left >= 4;
}

/* Notifications are eight octets, of which three are fixed: the port has to say it, too. */
static enum probe datagram_probe(struct cursor c)
{
    struct datagram d;
    if (!datagram_read(&c, &d) || (d.info & 15) != 0)
        return PROBE_NO;
    switch (d.service) {
    case CDS_NOTIFY: case CDS_NOTIFIED:         return d.sender.left > 0 && d.data.left <= 32 ? PROBE_MAYBE : PROBE_NO;
    case CDS_NAME_SERVER: case CDS_NAME_CLIENT: return naming_possible(d.data) ? PROBE_YES : PROBE_NO;
    case CDS_CHANNELS:                          return channel_possible(d.data) ? PROBE_MAYBE : PROBE_NO;
    default:                                    return PROBE_NO;
    }
}

static enum probe codesys_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->over == OVER_UDP)
        return datagram_probe(c);
    size_t n = c.left < sizeof driver_magic ? c.left : sizeof driver_magic;
    if (memcmp(c.at, driver_magic, n) != 0)
        return PROBE_NO;
    if (c.left <= DRIVER)
        return PROBE_MORE;
    cursor_skip(&c, sizeof driver_magic);
    uint32_t length = cursor_le32(&c);
    return length >= LENGTH_MIN && length <= LENGTH_MAX && cursor_u8(&c) == MAGIC ? PROBE_YES : PROBE_NO;
}

static void name_record(struct record *r, uint16_t row, struct cursor *c, size_t characters, struct text *room)
{
    struct cursor name = cursor_sub(c, characters * 2);
    cursor_skip(c, 2);                  /* the zero behind it */
    size_t from = room->len;
    if (c->status != CURSOR_OK || characters == 0 || characters > NAME_MAX)
        return;
    utf16_text(name, room);
    record_bytes(r, row, room->at + from, room->len - from);
}

static void firmware_record(struct record *r, const uint8_t part[4], struct text *room)
{
    size_t from = room->len;
    for (int i = 3; i >= 0; i--) {
        if (part[i] >= 100)
            text_char(room, (char)('0' + part[i] / 100));
        if (part[i] >= 10)
            text_char(room, (char)('0' + part[i] / 10 % 10));
        text_char(room, (char)('0' + part[i] % 10));
        if (i > 0)
            text_char(room, '.');
    }
    record_bytes(r, CDS_FIRMWARE, room->at + from, room->len - from);
}

/* What a node says of itself: numbers and the lengths of its names, then, behind the header, the names. */
static void device_info_record(struct record *r, struct cursor naming, struct texts *texts)
{
    struct text room = text_over(texts->octets, sizeof texts->octets);
    struct cursor c = naming, names = naming;
    cursor_skip(&c, 8);
    uint16_t channels = cursor_le16(&c);
    cursor_skip(&c, 2);
    uint16_t offset = cursor_le16(&c), node = cursor_le16(&c), device = cursor_le16(&c), vendor = cursor_le16(&c);
    uint32_t type = cursor_le32(&c), id = cursor_le32(&c);
    const uint8_t *firmware = cursor_bytes(&c, 4);
    cursor_skip(&c, 4);
    uint8_t serial = cursor_u8(&c);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, CDS_INVALID_LENGTH);
        return;
    }
    record_uint(r, CDS_MAX_CHANNELS, channels);
    record_uint(r, CDS_TARGET_TYPE, type);
    record_uint(r, CDS_TARGET_ID, id);
    firmware_record(r, firmware, &room);
    cursor_skip(&names, NAMING_HEADER + (size_t)offset);
    name_record(r, CDS_NODE, &names, node, &room);
    name_record(r, CDS_DEVICE, &names, device, &room);
    name_record(r, CDS_VENDOR, &names, vendor, &room);
    const uint8_t *number = cursor_bytes(&names, serial);
    if (number != NULL && serial > 0)
        record_bytes(r, CDS_SERIAL, number, serial);
}

static struct told naming_record(struct record *r, struct cursor c, struct texts *texts)
{
    struct cursor naming = c;
    uint16_t command = cursor_le16(&c);
    cursor_skip(&c, 2);
    uint32_t id = cursor_le32(&c);
    bool info = command == CDS_DEVICE_INFO;
    if (c.status != CURSOR_OK) {
        record_anomaly(r, CDS_INVALID_LENGTH);
        return (struct told){ .does = ACCESS_IDENTIFY };
    }
    record_uint(r, CDS_NAMING, command);
    record_uint(r, CDS_MESSAGE_ID, id);
    if (info)
        device_info_record(r, naming, texts);
    return (struct told){ .does = ACCESS_IDENTIFY, .key = id, .asks = !info, .answers = info };
}

static uint32_t tag_number(struct cursor *c)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < TAG_OCTETS; i++) {
        uint8_t octet = cursor_u8(c);
        number |= (octet & UINT32_C(0x7f)) << (7 * i);
        if ((octet & 0x80) == 0)
            break;
    }
    return number;
}

/* What holds others is entered and not told, so that all of them stand in one list. */
static void tags_record(struct record *r, struct cursor c)
{
    for (unsigned i = 0; i < TAGS_MAX && c.left > 1; i++) {
        uint32_t id = tag_number(&c), length = tag_number(&c);
        if (c.status != CURSOR_OK || length > c.left)
            return;
        if (id >= TAG_PARENT)
            continue;
        record_item(r, CDS_TAGS);
        record_uint(r, CDS_TAG_ID, id);
        record_bytes(r, CDS_TAG_DATA, c.at, length);
        cursor_skip(&c, length);
    }
}

static struct told service_record(struct record *r, struct cursor c, uint16_t channel, bool request)
{
    uint64_t key = UINT64_C(1) << 32 | channel;
    struct told told = { .does = ACCESS_OTHER, .key = key, .asks = request, .answers = !request };
    struct cursor tags = c;
    uint16_t protocol = cursor_le16(&c), header = cursor_le16(&c);
    if (c.status == CURSOR_OK && (protocol == PROTOCOL_NORMAL || protocol == PROTOCOL_SECURE))
        record_uint(r, CDS_PROTOCOL, protocol);
    if (protocol != PROTOCOL_NORMAL)
        return told;
    uint16_t group = cursor_le16(&c), command = cursor_le16(&c);
    uint32_t session = cursor_le32(&c), content = cursor_le32(&c);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, CDS_INVALID_LENGTH);
        return told;
    }
    unsigned function = (group & 0x7fu) << 8 | (command & 0xffu);
    told.answers = (group & GROUP_RESPONSE) != 0;
    told.asks = !told.answers;
    told.does = codesys_access(function);
    record_uint(r, CDS_RESPONSE, told.answers);
    record_uint(r, CDS_FUNCTION, function);
    record_uint(r, CDS_SESSION, session);
    record_uint(r, CDS_CONTENT, content);
    cursor_skip(&tags, header + 4u);
    if (tags.status == CURSOR_OK && told.does != ACCESS_AUTHENTICATE)      /* names and passwords are not kept */
        tags_record(r, tags);
    return told;
}

static struct told block_record(struct record *r, struct cursor c, uint8_t flags)
{
    uint16_t channel = cursor_le16(&c);
    uint32_t block = cursor_le32(&c), ack = cursor_le32(&c);
    if (c.status == CURSOR_OK) {
        record_uint(r, CDS_CHANNEL, channel);
        record_uint(r, CDS_BLOCK, block);
        record_uint(r, CDS_ACK, ack);
    }
    if ((flags & FLAG_FIRST) == 0)
        return (struct told){ .does = ACCESS_OTHER };
    uint32_t remaining = cursor_le32(&c);
    cursor_skip(&c, 4);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, CDS_INVALID_LENGTH);
        return (struct told){ .does = ACCESS_OTHER };
    }
    record_uint(r, CDS_REMAINING, remaining);
    return service_record(r, c, channel, (flags & FLAG_REQUEST) != 0);
}

/* Opening and closing: version, CRC-32, then numbers. */
static struct told opening_record(struct record *r, struct cursor c, uint8_t type)
{
    struct told told = { .does = ACCESS_SESSION, .asks = type == CDS_OPEN, .answers = type == CDS_OPENED };
    cursor_skip(&c, 6);
    uint32_t id = type == CDS_CLOSE ? 0 : cursor_le32(&c);
    uint16_t first = cursor_le16(&c), second = cursor_le16(&c);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, CDS_INVALID_LENGTH);
        return told;
    }
    told.key = UINT64_C(2) << 32 ^ id;
    if (type != CDS_CLOSE)
        record_uint(r, CDS_MESSAGE_ID, id);
    if (type == CDS_OPEN)
        return told;
    uint16_t reason = type == CDS_OPENED ? first : second;
    record_uint(r, CDS_CHANNEL, type == CDS_OPENED ? second : first);
    record_uint(r, CDS_REASON, reason);
    told.refused = told.answers && reason != 0;
    return told;
}

static struct told channel_record(struct record *r, struct cursor c)
{
    uint8_t type = cursor_u8(&c), flags = cursor_u8(&c);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, CDS_INVALID_LENGTH);
        return (struct told){ .does = ACCESS_OTHER };
    }
    record_uint(r, CDS_CHANNEL_TYPE, type);
    if (type == CDS_BLOCK_TYPE)
        return block_record(r, c, flags);
    if (type == CDS_OPEN || type == CDS_OPENED || type == CDS_CLOSE)
        return opening_record(r, c, type);
    if ((type == CDS_ACK_TYPE || type == CDS_KEEP_ALIVE) && c.left >= 2)
        record_uint(r, CDS_CHANNEL, cursor_le16(&c));
    if (type == CDS_ACK_TYPE && c.left >= 4)
        record_uint(r, CDS_ACK, cursor_le32(&c));
    return (struct told){ .does = ACCESS_SESSION };
}

static void header_record(struct record *r, const struct datagram *d)
{
    record_uint(r, CDS_HOPS, d->hops);
    record_uint(r, CDS_PRIORITY, d->info >> 6);
    record_uint(r, CDS_SERVICE, d->service);
    record_uint(r, CDS_MESSAGE, d->id);
    if (d->receiver.left > 0)
        record_bytes(r, CDS_RECEIVER, d->receiver.at, d->receiver.left);
    if (d->sender.left > 0)
        record_bytes(r, CDS_SENDER, d->sender.at, d->sender.left);
}

static struct told body_record(struct record *r, const struct datagram *d, struct texts *texts)
{
    switch (d->service) {
    case CDS_NAME_SERVER: case CDS_NAME_CLIENT: return naming_record(r, d->data, texts);
    case CDS_CHANNELS: return channel_record(r, d->data);
    case CDS_NOTIFY: case CDS_NOTIFIED: return (struct told){ .does = ACCESS_IDENTIFY };
    default:
        record_anomaly(r, CDS_UNKNOWN_SERVICE);
        return (struct told){ .does = ACCESS_OTHER };
    }
}

static void paired(struct conversation *conv, struct record *r, const struct told *told)
{
    struct codesys_state *s = conv->state;
    struct asked_one q;
    r->refused = told->refused;
    if (told->asks)
        r->transaction = asked_put(&s->asked, conv, told->key)->transaction;
    else if (told->answers) {
        bool known = asked_take(&s->asked, conv, told->key, &q);
        asked_answer(r, conv, &q, known, CDS_RESPONSE_TIME);
        if (!known && !s->asked.blind)
            record_anomaly(r, CDS_UNSOLICITED_RESPONSE);
    } else
        r->transaction = s->asked.transactions++;
}

static void datagram_tell(struct conversation *conv, struct cursor c)
{
    struct texts texts;
    struct datagram d;
    struct told told = { .does = ACCESS_OTHER };
    struct record *r = conversation_record(conv, &codesys_schema);
    if (datagram_read(&c, &d)) {
        header_record(r, &d);
        told = body_record(r, &d, &texts);
    } else
        record_anomaly(r, CDS_INVALID_LENGTH);
    record_uint(r, CDS_ACCESS, told.does);
    paired(conv, r, &told);
    conversation_emit(conv, r);
}

static enum dissect tcp_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    const uint8_t *magic = cursor_bytes(&c, sizeof driver_magic);
    uint32_t length = cursor_le32(&c);
    if (c.status != CURSOR_OK) {
        conv->need = DRIVER;
        return DISSECT_MORE;
    }
    if (memcmp(magic, driver_magic, sizeof driver_magic) != 0 || length < LENGTH_MIN || length > LENGTH_MAX)
        return DISSECT_LOST;
    struct cursor datagram = cursor_sub(&c, length - DRIVER);
    if (c.status != CURSOR_OK) {
        conv->need = length;
        return DISSECT_MORE;
    }
    datagram_tell(conv, datagram);
    *in = c;
    return DISSECT_PDU;
}

/* After a gap: the next block driver's header. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct codesys_state *s = conv->state;
    const uint8_t *at = memmem(in->at, in->left, driver_magic, sizeof driver_magic);
    size_t keep = sizeof driver_magic - 1;
    size_t skip = at != NULL ? (size_t)(at - in->at) : in->left > keep ? in->left - keep : 0;
    s->searching[conv->dir] = at == NULL;
    cursor_skip(in, skip);
    return skip > 0 ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect codesys_pdu(struct conversation *conv, struct cursor *in)
{
    struct codesys_state *s = conv->state;
    s->asked.blind |= conv->midstream || conv->over == OVER_UDP;
    if (conv->over == OVER_UDP) {
        datagram_tell(conv, *in);
        cursor_skip(in, in->left);
        return DISSECT_PDU;
    }
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    return tcp_pdu(conv, in);
}

static bool codesys_gap(struct conversation *conv, size_t missing)
{
    struct codesys_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = s->asked.blind = true;
    return true;
}

const struct dissector dissector_codesys = {
    .schema = &codesys_schema,
    .device = "plc",
    .source = "CODESYS V3 as described by Kaspersky ICS CERT (2019) and Microsoft (2023); no text of its maker's is public",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 11740, 1740, 1741, 1742, 1743 },
    .state_size = sizeof(struct codesys_state),
    .pdu_max = LENGTH_MAX,
    .probe = codesys_probe,
    .pdu = codesys_pdu,
    .gap = codesys_gap,
};
