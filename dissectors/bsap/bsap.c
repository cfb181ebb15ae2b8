/* Two envelopes of the same application messages:
 *
 *   serial    10 02 | address, bit 7 global | serial | [to (2) from (2) control] | to function | sequence (2) | from function | status
 *             | message | 10 03 | CRC (2)                        10 in between is written twice; all little-endian
 *   over IP   head size (2) | messages (2) | type (2) | two sequence numbers (4 + 4) | ...
 *             request   length (4) | size | sequence (4) | function | status | message
 *             response  length (4) | size | sequence (4) | error | count | data
 */
#include "dissectors/bsap/bsap.h"

#include <string.h>

#include "dissectors/bsap/fields.h"
#include "dissectors/framing/asked.h"

enum {
    DLE = 0x10, STX = 0x02, ETX = 0x03, FRAME_MAX = 1024, GLOBAL = 0x80, LINE_FUNCTION = 0x81, LINE_FUNCTION_LAST = 0x95, NAMES_MAX = 64,
    ANALOG = 4, WRITE_ON = 0x09, WRITE_OFF = 0x0a, WRITE_ANALOG = 0x0b,
    IP_HEAD = 14, IP_HEAD_LONG = 22, IP_POLL = 0x00, IP_COUNT = 0x01, IP_RESPONSE = 0x05, IP_REQUEST = 0x06, IP_REQUEST_1 = 0x84,
    IP_REQUEST_2 = 0x86, IP_MESSAGES_MAX = 32
};

struct bsap_state {
    struct asked asked;
};

/* A serial frame without its doubled octets. */
struct frame {
    uint8_t  bytes[FRAME_MAX];
    size_t   len;
    uint16_t sent_crc, crc;
};

/* CRC-16 of CCITT, the low bit first, from ffff, over the frame's octets and its end. */
static uint16_t crc_of(const struct frame *f)
{
    uint16_t crc = 0xffff;
    for (size_t i = 0; i <= f->len; i++) {
        crc ^= i == f->len ? ETX : f->bytes[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc >> 1 ^ ((crc & 1) != 0 ? 0x8408 : 0));
    }
    return crc;
}

static bool frame_read(struct cursor c, struct frame *f)
{
    f->len = 0;
    if (cursor_u8(&c) != DLE || cursor_u8(&c) != STX)
        return false;
    while (f->len < FRAME_MAX && c.status == CURSOR_OK) {
        uint8_t b = cursor_u8(&c);
        uint8_t next = b == DLE ? cursor_u8(&c) : b;
        if (b == DLE && next == ETX)
            break;
        if (b == DLE && next != DLE)
            return false;
        f->bytes[f->len++] = b;
    }
    f->sent_crc = cursor_le16(&c);
    f->crc = crc_of(f);
    return c.status == CURSOR_OK && f->len >= 3;
}

static bool ip_type_known(uint16_t type)
{
    return type == IP_POLL || type == IP_COUNT || type == IP_RESPONSE || type == IP_REQUEST || type == IP_REQUEST_1 || type == IP_REQUEST_2;
}

static enum probe bsap_probe(const struct conversation *conv, struct cursor c)
{
    struct frame f;
    (void)conv;
    if (cursor_peek(&c, 0) == DLE)
        return frame_read(c, &f) && f.crc == f.sent_crc ? PROBE_YES : PROBE_NO;
    size_t here = c.left;
    uint16_t head = cursor_le16(&c), messages = cursor_le16(&c), type = cursor_le16(&c);
    if (c.status != CURSOR_OK || (head != IP_HEAD && head != IP_HEAD_LONG) || messages > IP_MESSAGES_MAX || !ip_type_known(type) || here < head)
        return PROBE_NO;
    cursor_skip(&c, head - (size_t)6);
    return messages == 0 ? (here == head ? PROBE_MAYBE : PROBE_NO) : cursor_le32(&c) + head == here ? PROBE_MAYBE : PROBE_NO;
}

/* ---- the remote database ---- */

static enum access function_access(uint8_t function)
{
    return field_name_of(&bsap_schema.fields[BSAP_FUNCTION], function) == NULL ? ACCESS_OTHER
           : function >= BSAP_WRITE_BY_ADDRESS ? ACCESS_WRITE : ACCESS_READ;
}

static enum access extended_access(uint16_t function)
{
    switch (function) {
    case 0x0101: return ACCESS_RESTART;
    case 0x0102: return ACCESS_DIAGNOSE;
    case 0x0201: case 0x0202: case 0x0203: return ACCESS_READ;
    case 0x0281: return ACCESS_SET_TIME;
    case 0x0400: return ACCESS_CONFIGURE;
    default:     return ACCESS_OTHER;
    }
}

/* What a node's function takes: line, flash, time, alarms, peers. */
static enum access node_access(uint8_t to)
{
    switch (to) {
    case 0x48: return ACCESS_DIAGNOSE;
    case 0x68: case 0x78: return ACCESS_PROGRAM;
    case 0x6a: return ACCESS_CONFIGURE;
    case 0x88: return ACCESS_SET_TIME;
    case 0xa2: case 0xa3: case 0xaa: return ACCESS_REPORT;
    case 0xbf: return ACCESS_TUNNEL;
    default:   return to >= LINE_FUNCTION && to <= LINE_FUNCTION_LAST ? ACCESS_SESSION : ACCESS_OTHER;
    }
}

static float float_of(struct cursor *c)
{
    uint32_t bits = cursor_le32(c);
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* A name ends with a zero. */
static bool name_record(struct record *r, struct cursor *c)
{
    const uint8_t *end = c->left > 0 ? memchr(c->at, '\0', c->left) : NULL;
    if (end == NULL)
        return false;
    struct cursor name = cursor_sub(c, (size_t)(end - c->at));
    cursor_skip(c, 1);
    record_bytes(r, BSAP_NAME, name.at, name.left);
    return true;
}

/* What is written behind each signal: how, and for some kinds the value. False: of a kind whose length nobody told. */
static bool write_value(struct record *r, struct cursor *c)
{
    uint8_t how = cursor_u8(c);
    if (how == WRITE_ANALOG)
        record_real(r, BSAP_VALUE, (double)float_of(c));
    else if (how == WRITE_ON || how == WRITE_OFF)
        record_real(r, BSAP_VALUE, how == WRITE_ON);
    return how <= WRITE_ANALOG;
}

static void rest_record(struct record *r, struct cursor c)
{
    if (c.left > 0)
        record_bytes(r, BSAP_DATA, c.at, c.left);
}

/* Which fields of a signal are asked: an octet that says which octets of selectors follow. Gives the first of them. */
static uint8_t selectors(struct cursor *c)
{
    uint8_t which = cursor_u8(c);
    uint8_t first = (which & 1) != 0 ? cursor_u8(c) : 0;
    for (unsigned i = 1; i < 8; i++)
        cursor_skip(c, which >> i & 1);
    return first;
}

static bool is_by_name(uint8_t function)
{
    return function == BSAP_READ_BY_NAME || function == BSAP_READ_LOGICAL_BY_NAME || function == BSAP_WRITE_BY_NAME;
}

static bool is_by_address(uint8_t function)
{
    return function == BSAP_READ_BY_ADDRESS || function == BSAP_READ_LOGICAL_BY_ADDRESS || function == BSAP_WRITE_BY_ADDRESS;
}

static bool signal_record(struct record *r, struct cursor *c, uint8_t function)
{
    if (is_by_name(function))
        return name_record(r, c);
    uint16_t address = cursor_le16(c);
    if (c->status != CURSOR_OK)
        return false;
    record_uint(r, BSAP_MSD, address);
    return true;
}

/* Reads have selectors, by address also the version of the addresses; then the asker's level, and how many signals. */
static void request_body(struct record *r, struct cursor c, uint8_t function, uint32_t what[ASKED_WHAT])
{
    bool writes = function >= BSAP_WRITE_BY_ADDRESS;
    if (!is_by_name(function) && !is_by_address(function)) {
        rest_record(r, c);
        return;
    }
    what[1] = writes ? 0 : selectors(&c);
    if (is_by_address(function))
        cursor_skip(&c, 2);
    record_uint(r, BSAP_SECURITY, cursor_u8(&c));
    uint8_t count = cursor_u8(&c);
    record_uint(r, BSAP_COUNT, count);
    what[2] = count;
    for (unsigned i = 0; i < count && i < NAMES_MAX && c.status == CURSOR_OK; i++)
        if (!signal_record(r, &c, function) || (writes && !write_value(r, &c)))
            break;
    if (c.status != CURSOR_OK)
        record_anomaly(r, BSAP_INVALID_LENGTH);
    rest_record(r, c);
}

static void rdb_request(struct conversation *conv, struct record *r, struct cursor c, uint64_t key)
{
    struct bsap_state *s = conv->state;
    struct asked_one *q = asked_put(&s->asked, conv, key);
    uint8_t function = cursor_u8(&c);
    r->transaction = q->transaction;
    q->what[0] = function;
    record_uint(r, BSAP_FUNCTION, function);
    record_uint(r, BSAP_ACCESS, function_access(function));
    if (field_name_of(&bsap_schema.fields[BSAP_FUNCTION], function) == NULL)
        record_anomaly(r, BSAP_UNKNOWN_FUNCTION);
    request_body(r, c, function, q->what);
}

/* Of one signal whose value alone was asked: four octets are an analog one, one octet is logical. */
static void value_record(struct record *r, struct cursor c, const struct asked_one *q)
{
    enum { VALUE_ONLY = 0x40 };
    rest_record(r, c);
    if (q->what[1] != VALUE_ONLY || q->what[2] != 1)
        return;
    if (c.left == ANALOG)
        record_real(r, BSAP_VALUE, (double)float_of(&c));
    else if (c.left == 1)
        record_real(r, BSAP_VALUE, cursor_u8(&c));
}

/* `c` stands on the return code. */
static void rdb_answer(struct conversation *conv, struct record *r, struct cursor c, uint64_t key)
{
    struct bsap_state *s = conv->state;
    struct asked_one q = { 0 };
    bool known = asked_take(&s->asked, conv, key, &q);
    uint8_t function = (uint8_t)q.what[0], error = cursor_u8(&c);
    if (known)
        record_uint(r, BSAP_FUNCTION, function);
    record_uint(r, BSAP_ACCESS, known ? function_access(function) : ACCESS_OTHER);
    record_uint(r, BSAP_ERROR, error);
    r->refused = error != 0;
    if (known && function < BSAP_WRITE_BY_ADDRESS) {
        record_uint(r, BSAP_COUNT, cursor_u8(&c));
        value_record(r, c, &q);
    } else {
        rest_record(r, c);
    }
    asked_answer(r, conv, &q, known, BSAP_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, BSAP_UNSOLICITED_RESPONSE);
}

/* ---- envelopes ---- */

static void extension_record(struct conversation *conv, struct record *r, struct cursor c)
{
    struct bsap_state *s = conv->state;
    uint16_t function = cursor_le16(&c);
    r->transaction = s->asked.transactions++;
    record_uint(r, BSAP_EXTENDED, function);
    record_uint(r, BSAP_ACCESS, extended_access(function));
    rest_record(r, c);
}

/* The application's head, and what it is the head of. */
static void application_read(struct conversation *conv, struct record *r, struct cursor c)
{
    struct bsap_state *s = conv->state;
    uint8_t to = cursor_u8(&c);
    record_uint(r, BSAP_TO_FUNCTION, to);
    if (to >= LINE_FUNCTION && to <= LINE_FUNCTION_LAST && to != 0x88 && to != 0x89) {
        record_uint(r, BSAP_ACCESS, ACCESS_SESSION);
        r->transaction = s->asked.transactions++;
        rest_record(r, c);
        return;
    }
    uint16_t sequence = cursor_le16(&c);
    uint8_t from = cursor_u8(&c);
    record_uint(r, BSAP_SEQUENCE, sequence);
    record_uint(r, BSAP_FROM_FUNCTION, from);
    record_uint(r, BSAP_NODE_STATUS, cursor_u8(&c));
    if (c.status != CURSOR_OK)
        record_anomaly(r, BSAP_INVALID_LENGTH);
    uint64_t key = sequence;
    if (to == BSAP_RDB)
        rdb_request(conv, r, c, key);
    else if (from == BSAP_RDB)
        rdb_answer(conv, r, c, key);
    else if (to == BSAP_RDB_EXTENSION)
        extension_record(conv, r, c);
    else {
        r->transaction = s->asked.transactions++;
        record_uint(r, BSAP_ACCESS, node_access(to));
        rest_record(r, c);
    }
}

static void frame_tell(struct conversation *conv, const struct frame *f)
{
    struct record *r = conversation_record(conv, &bsap_schema);
    struct cursor c = cursor_over(f->bytes, f->len);
    c.at_end = CURSOR_BAD;
    uint8_t address = cursor_u8(&c);
    record_uint(r, BSAP_FRAME, BSAP_OF_LINE);
    record_uint(r, BSAP_ADDRESS, address & (GLOBAL - 1));
    record_uint(r, BSAP_SERIAL, cursor_u8(&c));
    if ((address & GLOBAL) != 0) {
        record_uint(r, BSAP_TO_NODE, cursor_le16(&c));
        record_uint(r, BSAP_FROM_NODE, cursor_le16(&c));
        record_uint(r, BSAP_CONTROL, cursor_u8(&c));
    }
    if (f->crc != f->sent_crc)
        record_anomaly(r, BSAP_CRC);
    application_read(conv, r, c);
    conversation_emit(conv, r);
}

static void ip_request(struct conversation *conv, struct record *r, struct cursor *c)
{
    struct bsap_state *s = conv->state;
    record_uint(r, BSAP_DATA_LENGTH, cursor_le32(c));
    cursor_skip(c, 1);
    uint32_t sequence = cursor_le32(c);
    uint8_t to = cursor_u8(c);
    record_uint(r, BSAP_SEQUENCE, sequence);
    record_uint(r, BSAP_TO_FUNCTION, to);
    record_uint(r, BSAP_NODE_STATUS, cursor_u8(c));
    if (to == BSAP_RDB)
        rdb_request(conv, r, *c, (uint64_t)1 << 32 | sequence);
    else {
        r->transaction = s->asked.transactions++;
        record_uint(r, BSAP_ACCESS, node_access(to));
    }
}

static void ip_response(struct conversation *conv, struct record *r, struct cursor *c)
{
    struct bsap_state *s = conv->state;
    s->asked.blind = true;      /* which number an answer repeats is known for requests of one message only */
    record_uint(r, BSAP_DATA_LENGTH, cursor_le32(c));
    cursor_skip(c, 1);
    uint32_t sequence = cursor_le32(c);
    record_uint(r, BSAP_SEQUENCE, sequence);
    rdb_answer(conv, r, *c, (uint64_t)1 << 32 | sequence);
}

static enum dissect ip_tell(struct conversation *conv, struct cursor c)
{
    struct bsap_state *s = conv->state;
    uint16_t head = cursor_le16(&c), messages = cursor_le16(&c), type = cursor_le16(&c);
    if ((head != IP_HEAD && head != IP_HEAD_LONG) || !ip_type_known(type))
        return DISSECT_LOST;
    struct cursor rest = cursor_sub(&c, head - (size_t)6);
    if (c.status != CURSOR_OK)
        return DISSECT_LOST;
    struct record *r = conversation_record(conv, &bsap_schema);
    record_uint(r, BSAP_FRAME, BSAP_OVER_IP);
    record_uint(r, BSAP_TYPE, type);
    record_uint(r, BSAP_MESSAGES, messages);
    record_uint(r, BSAP_MESSAGE_SEQUENCE, cursor_le32(&rest));
    record_uint(r, BSAP_RESPONSE_SEQUENCE, cursor_le32(&rest));
    if (messages > 0 && (type == IP_REQUEST || type == IP_REQUEST_1 || type == IP_REQUEST_2))
        ip_request(conv, r, &c);
    else if (messages > 0 && type == IP_RESPONSE)
        ip_response(conv, r, &c);
    else {
        record_uint(r, BSAP_ACCESS, ACCESS_SESSION);
        r->transaction = s->asked.transactions++;
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, BSAP_INVALID_LENGTH);
    conversation_emit(conv, r);
    return DISSECT_PDU;
}

static enum dissect bsap_pdu(struct conversation *conv, struct cursor *in)
{
    struct frame f;
    enum dissect verdict = DISSECT_LOST;
    if (cursor_peek(in, 0) != DLE)
        verdict = ip_tell(conv, *in);
    else if (frame_read(*in, &f)) {
        frame_tell(conv, &f);
        verdict = DISSECT_PDU;
    }
    if (verdict == DISSECT_PDU)
        cursor_skip(in, in->left);
    return verdict;
}

const struct dissector dissector_bsap = {
    .schema = &bsap_schema,
    .device = "rtu",
    .source = "Emerson D4052 BSAP Communications Application Programmer's Reference; BSAP over IP as ICSNPP describes it",
    .over = OVER_UDP,
    .ports = { 1234, 1235 },
    .state_size = sizeof(struct bsap_state),
    .probe = bsap_probe,
    .pdu = bsap_pdu,
};
