/* A message is a header and submessages one after the other, each with its own byte order:
 *
 *   RTPS or RTPX | version (2) | vendor (2) | the sender's prefix (12)
 *   kind | flags, bit 0 little-endian | length (2), 0 for the last one: up to the end | ...
 */
#include "dissectors/rtps/rtps.h"

#include <string.h>

#include "dissectors/framing/notes.h"
#include "dissectors/rtps/fields.h"

enum {
    HEADER = 20, HEADER_1 = 16, SUBMESSAGES_MAX = 64, LITTLE = 0x01, BUILT_IN = 0xc0, VENDORS_KIND = 0x80,
    PAD = 0x01, VAR = 0x02, ISSUE = 0x03, ACKNACK = 0x06, HEARTBEAT, GAP, INFO_TS, INFO_SRC = 0x0c, INFO_REPLY_IP4, INFO_DST, INFO_REPLY,
    OLD_DATA_FRAG = 0x10, OLD_NOKEY_FRAG, NACK_FRAG = 0x12, HEARTBEAT_FRAG, DATA = 0x15, DATA_FRAG, SEC_BODY = 0x30, SEC_PREFIX, SEC_POSTFIX,
    SRTPS_PREFIX, SRTPS_POSTFIX,
    TS_INVALIDATE = 0x02, DATA_QOS = 0x02, DATA_SAMPLE = 0x04, DATA_KEY = 0x08, FRAG_QOS = 0x02,
    PL_CDR_BE = 0x0002, PL_CDR_LE = 0x0003, PL_CDR2_BE = 0x000a, PL_CDR2_LE = 0x000b, ENCAPSULATION = 4
};

uint16_t rtps_u16(const struct rtps_message *m, struct cursor *c)
{
    return m->little ? cursor_le16(c) : cursor_be16(c);
}

uint32_t rtps_u32(const struct rtps_message *m, struct cursor *c)
{
    return m->little ? cursor_le32(c) : cursor_be32(c);
}

/* 8.3.5.4: the high half signed, then the low one. */
static uint64_t sequence_number(const struct rtps_message *m, struct cursor *c)
{
    uint64_t high = rtps_u32(m, c);
    return high << 32 | rtps_u32(m, c);
}

static bool is_known(uint8_t kind)
{
    switch (kind) {
    case PAD: case VAR: case ISSUE: case ACKNACK: case HEARTBEAT: case GAP: case INFO_TS: case INFO_SRC: case INFO_REPLY_IP4: case INFO_DST:
    case INFO_REPLY: case OLD_DATA_FRAG: case OLD_NOKEY_FRAG: case NACK_FRAG: case HEARTBEAT_FRAG: case DATA: case DATA_FRAG: case SEC_BODY:
    case SEC_PREFIX: case SEC_POSTFIX: case SRTPS_PREFIX: case SRTPS_POSTFIX:
        return true;
    default:
        return kind >= VENDORS_KIND;
    }
}

static bool header_fits(struct cursor *c, uint8_t *major, uint8_t *minor)
{
    const uint8_t *name = cursor_bytes(c, 4);
    *major = cursor_u8(c);
    *minor = cursor_u8(c);
    return name != NULL && memcmp(name, "RTP", 3) == 0 && (name[3] == 'S' || name[3] == 'X') && (*major == 1 || *major == 2) && *minor <= 15;
}

static enum probe rtps_probe(const struct conversation *conv, struct cursor c)
{
    uint8_t major, minor;
    (void)conv;
    if (!header_fits(&c, &major, &minor))
        return PROBE_NO;
    cursor_skip(&c, (major == 1 ? HEADER_1 : HEADER) - 6);
    uint8_t kind = cursor_u8(&c);
    return c.status == CURSOR_OK && is_known(kind) ? PROBE_YES : PROBE_NO;
}

/* ---- samples ---- */

/* The endpoint's topic as it was announced, perhaps in another conversation. */
static void topic_record(struct rtps_message *m, uint32_t writer)
{
    uint8_t guid[RTPS_GUID_SIZE];
    size_t n = 0;
    memcpy(guid, m->prefix, RTPS_PREFIX_SIZE);
    for (unsigned i = 0; i < 4; i++)
        guid[RTPS_PREFIX_SIZE + i] = (uint8_t)(writer >> (24 - 8 * i));
    const uint8_t *note = notes_find(m->conv->out->notes, guid, sizeof guid, &n);
    if (note == NULL || n < 1 || note[0] >= n)
        return;
    record_bytes(m->r, RTPS_TOPIC, note + 1, note[0]);
    if (n > 1u + note[0])
        record_bytes(m->r, RTPS_TYPE, note + 1 + note[0], n - 1 - note[0]);
}

static bool announces(uint32_t writer)
{
    return writer == RTPS_PARTICIPANT_WRITER || writer == RTPS_TOPICS_WRITER || writer == RTPS_PUBLICATIONS_WRITER
           || writer == RTPS_SUBSCRIPTIONS_WRITER || writer == RTPS_PUBLICATIONS_SECURE_WRITER || writer == RTPS_SUBSCRIPTIONS_SECURE_WRITER
           || writer == RTPS_PARTICIPANT_SECURE_WRITER;
}

static enum access writer_access(uint32_t writer)
{
    switch (writer) {
    case RTPS_PARTICIPANT_WRITER: case RTPS_PARTICIPANT_SECURE_WRITER:     return ACCESS_IDENTIFY;
    case RTPS_SUBSCRIPTIONS_WRITER: case RTPS_SUBSCRIPTIONS_SECURE_WRITER: return ACCESS_SUBSCRIBE;
    case RTPS_TOPICS_WRITER: case RTPS_PUBLICATIONS_WRITER: case RTPS_PUBLICATIONS_SECURE_WRITER: return ACCESS_BROWSE;
    default: return (writer & BUILT_IN) == 0 ? ACCESS_WRITE : ACCESS_SESSION;       /* the two high bits: built in, the vendor's own */
    }
}

static void did(struct rtps_message *m, enum access a)
{
    m->did |= 1u << a;
}

/* Encapsulation, 10.2: a number that says how the rest is written, and two octets for it. */
static void payload_record(struct rtps_message *m, struct cursor c, uint32_t writer)
{
    uint16_t representation = cursor_be16(&c);
    cursor_skip(&c, 2);
    if (c.status != CURSOR_OK)
        return;
    record_uint(m->r, RTPS_REPRESENTATION, representation);
    record_uint(m->r, RTPS_LENGTH, c.left);
    record_bytes(m->r, RTPS_DATA, c.at, c.left);
    bool list = representation == PL_CDR_BE || representation == PL_CDR_LE || representation == PL_CDR2_BE || representation == PL_CDR2_LE;
    if (list && announces(writer))
        rtps_discovery_read(m, c, (representation & 1) != 0, writer);
}

static void endpoints_record(struct rtps_message *m, struct cursor *c, uint32_t *writer)
{
    record_uint(m->r, RTPS_READER, cursor_be32(c));
    *writer = cursor_be32(c);
    record_uint(m->r, RTPS_WRITER, *writer);
}

/* `with` tells what follows: inline QoS, a sample or its key. */
static void data_read(struct rtps_message *m, struct cursor c, uint8_t flags, bool fragment)
{
    uint32_t writer;
    cursor_skip(&c, 2);
    uint16_t to_qos = rtps_u16(m, &c);
    struct cursor head = c;
    endpoints_record(m, &head, &writer);
    record_uint(m->r, RTPS_SEQUENCE, sequence_number(m, &head));
    if (fragment) {
        record_uint(m->r, RTPS_FRAGMENT, rtps_u32(m, &head));
        cursor_skip(&head, 4);
        record_uint(m->r, RTPS_LENGTH, rtps_u32(m, &head));
    }
    cursor_skip(&c, to_qos);
    if (c.status != CURSOR_OK || head.status != CURSOR_OK || to_qos < (fragment ? 28 : 16)) {
        record_anomaly(m->r, RTPS_TRUNCATED);
        return;
    }
    did(m, writer_access(writer));
    if ((writer & BUILT_IN) == 0)
        topic_record(m, writer);
    if ((flags & (fragment ? FRAG_QOS : DATA_QOS)) != 0)
        rtps_inline_read(m, &c);
    if (fragment)
        record_bytes(m->r, RTPS_DATA, c.at, c.left);
    else if ((flags & (DATA_SAMPLE | DATA_KEY)) != 0)
        payload_record(m, c, writer);
}

/* ---- the other submessages ---- */

static void heartbeat_read(struct rtps_message *m, struct cursor c)
{
    uint32_t writer;
    endpoints_record(m, &c, &writer);
    record_uint(m->r, RTPS_FIRST, sequence_number(m, &c));
    record_uint(m->r, RTPS_LAST, sequence_number(m, &c));
    record_uint(m->r, RTPS_COUNT, rtps_u32(m, &c));
    if (c.status != CURSOR_OK)
        record_anomaly(m->r, RTPS_TRUNCATED);
}

/* ACKNACK, GAP, NACK_FRAG: what is missing, or never comes, from the first number on. */
static void first_read(struct rtps_message *m, struct cursor c)
{
    uint32_t writer;
    endpoints_record(m, &c, &writer);
    record_uint(m->r, RTPS_FIRST, sequence_number(m, &c));
    if (c.status != CURSOR_OK)
        record_anomaly(m->r, RTPS_TRUNCATED);
}

/* Seconds since 1970 and 2^-32 of one. */
static void time_read(struct rtps_message *m, struct cursor c, uint8_t flags)
{
    if ((flags & TS_INVALIDATE) != 0)
        return;
    uint64_t seconds = rtps_u32(m, &c), fraction = rtps_u32(m, &c);
    if (c.status == CURSOR_OK)
        record_uint(m->r, RTPS_TIME, seconds * 1000000 + (fraction * 1000000 >> 32));
}

static void source_read(struct rtps_message *m, struct cursor c)
{
    cursor_skip(&c, 8);
    const uint8_t *prefix = cursor_bytes(&c, RTPS_PREFIX_SIZE);
    if (prefix != NULL)
        memcpy(m->prefix, prefix, RTPS_PREFIX_SIZE);
}

static void destination_read(struct rtps_message *m, struct cursor c)
{
    const uint8_t *prefix = cursor_bytes(&c, RTPS_PREFIX_SIZE);
    if (prefix != NULL)
        record_bytes(m->r, RTPS_TO, prefix, RTPS_PREFIX_SIZE);
}

static void body_read(struct rtps_message *m, uint8_t kind, uint8_t flags, struct cursor c)
{
    switch (kind) {
    case DATA: case DATA_FRAG: data_read(m, c, flags, kind == DATA_FRAG); break;
    case HEARTBEAT: heartbeat_read(m, c); break;
    case ACKNACK: case GAP: case NACK_FRAG: first_read(m, c); break;
    case INFO_TS:  time_read(m, c, flags); break;
    case INFO_SRC: source_read(m, c); break;
    case INFO_DST: destination_read(m, c); break;
    case SEC_BODY: case SEC_PREFIX: case SRTPS_PREFIX: did(m, ACCESS_TUNNEL); break;
    default: break;
    }
}

/* A submessage. A length of zero reaches to the end, unless the kind may be empty (8.3.3.2.3). */
static void submessage_read(struct rtps_message *m, struct cursor *c, bool old)
{
    uint8_t kind = cursor_u8(c), flags = cursor_u8(c);
    m->little = (flags & LITTLE) != 0;
    size_t length = rtps_u16(m, c);
    if (c->status != CURSOR_OK)
        return;
    record_item(m->r, RTPS_SUBMESSAGES);
    record_uint(m->r, RTPS_KIND, kind);
    if (!is_known(kind))
        record_anomaly(m->r, RTPS_UNKNOWN_SUBMESSAGE);
    if (length == 0 && kind != PAD && kind != INFO_TS)
        length = c->left;
    struct cursor body = cursor_sub(c, length);
    if (c->status != CURSOR_OK)
        return;
    if (!old)
        body_read(m, kind, flags, body);
    else if (kind == VAR || kind == ISSUE)
        did(m, ACCESS_WRITE);
}

/* What weighs most stands for the message. */
static enum access message_access(const struct rtps_message *m)
{
    static const enum access order[] = { ACCESS_WRITE, ACCESS_SUBSCRIBE, ACCESS_BROWSE, ACCESS_IDENTIFY, ACCESS_TUNNEL };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if ((m->did >> order[i] & 1) != 0)
            return order[i];
    return ACCESS_SESSION;
}

static enum dissect rtps_pdu(struct conversation *conv, struct cursor *in)
{
    struct rtps_message m = { .conv = conv };
    struct cursor c = *in;
    uint8_t major, minor;
    if (!header_fits(&c, &major, &minor))
        return DISSECT_LOST;
    uint16_t vendor = cursor_be16(&c);
    size_t size = major == 1 ? HEADER_1 - 8 : RTPS_PREFIX_SIZE;
    const uint8_t *prefix = cursor_bytes(&c, size);
    if (prefix == NULL)
        return DISSECT_LOST;
    memcpy(m.prefix, prefix, size);
    m.r = conversation_record(conv, &rtps_schema);
    m.r->transaction = (*(uint64_t *)conv->state)++;
    record_uint(m.r, RTPS_MAJOR, major);
    record_uint(m.r, RTPS_MINOR, minor);
    if (vendor != 0)
        record_uint(m.r, RTPS_VENDOR, vendor);
    record_bytes(m.r, RTPS_PREFIX, prefix, size);
    for (unsigned i = 0; i < SUBMESSAGES_MAX && c.left > 0 && c.status == CURSOR_OK; i++)
        submessage_read(&m, &c, major == 1);
    if (c.status != CURSOR_OK)
        record_anomaly(m.r, RTPS_TRUNCATED);
    record_uint(m.r, RTPS_ACCESS, message_access(&m));
    conversation_emit(conv, m.r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

const struct dissector dissector_rtps = {
    .schema = &rtps_schema,
    .device = "device",
    .source = "OMG DDSI-RTPS 2.5, 8.3, 8.5, 9.4, 9.6",
    .over = OVER_UDP,
    .ports = { 7400, 7401, 7410, 7411, 7650, 7660 },
    .state_size = sizeof(uint64_t),
    .probe = rtps_probe,
    .pdu = rtps_pdu,
};
