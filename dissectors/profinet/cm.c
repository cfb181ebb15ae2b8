/* PROFINET IO context management.
 *
 *   version 4, type, flags(2), byte order(3), serial, object(16), interface(16), activity(16), boot time(4), interface version(4),
 *   sequence(4), operation(2), hints(4), length(2), fragment(2), authentication, serial          DCE/RPC, 80 bytes
 *   request: most(4) length(4)   response: status(4) length(4)   then most(4) offset(4) count(4)   NDR
 *   block: type(2) length(2) version(2) ..., always big-endian
 *
 * Every object and interface of PROFINET has the same last ten bytes: by them it is told from other DCE/RPC.
 */
#include "dissectors/profinet/cm.h"

#include <string.h>

#include "common/buffer.h"
#include "events/access.h"

enum { RPC_VERSION = 4, HEADER = 80, UUID = 16, NDR = 20, BLOCK_HEADER = 6, BLOCKS_MAX = 256, DEPTH_MAX = 4, LITTLE_ENDIAN_DATA = 1, LAST = 2, FRAGMENTED = 4,
       BODY_MAX = 64 * 1024 };
enum ptype { RPC_REQUEST, RPC_PING, RPC_RESPONSE, RPC_FAULT, RPC_WORKING, RPC_NOCALL, RPC_REJECT, RPC_ACK, RPC_CANCEL, RPC_FACK, RPC_CANCEL_ACK };
enum operation { CONNECT, RELEASE, READ, WRITE, CONTROL, READ_IMPLICIT };
enum block { WRITE_REQUEST = 0x0008, READ_REQUEST = 0x0009, AR_REQUEST = 0x0101, ALARM_REQUEST = 0x0103, WRITE_RESPONSE = 0x8008, READ_RESPONSE = 0x8009,
             AR_RESPONSE = 0x8101, PORT_CHECK = 0x0200, PORT_ADJUST = 0x0202, IR_DATA = 0x0205, RING_ADJUST = 0x0211, RING_CHECK = 0x0213, SUBFRAMES = 0x022a, MULTIPLE = 0x0400, CONTENT = 0x0401, STARTUP_RELATION = 0x010b, STARTUP = 0x0609 };
enum { USER_INDEXES = 0x8000, MAKERS_FROM = 0xb000, MAKERS_TO = 0xbfff, VERSION_1_1 = 0x0101 };

enum row { PACKET, OPERATION, ACCESS, TO_CONTROLLER, SEQUENCE, FRAGMENT, ACTIVITY, ERROR_CODE, ERROR_DECODE, ERROR_1, ERROR_2, BLOCKS, BLOCK_TYPE,
           BLOCK_LENGTH, AR, API, SLOT, SUBSLOT, INDEX, RECORD_LENGTH, RECORD_DATA, AR_TYPE, STATION, COMMAND, ROWS };
enum odd { INVALID_LENGTH, TOO_MANY_BLOCKS, ANOMALIES };

static const struct field_name packet_names[] = {
    { RPC_REQUEST, "request" }, { RPC_PING, "ping" }, { RPC_RESPONSE, "response" }, { RPC_FAULT, "fault" }, { RPC_WORKING, "working" },
    { RPC_NOCALL, "nocall" }, { RPC_REJECT, "reject" }, { RPC_ACK, "ack" }, { RPC_CANCEL, "cancel" }, { RPC_FACK, "fack" },
    { RPC_CANCEL_ACK, "cancel_ack" }, { 0, NULL }
};
static const struct field_name operation_names[] = {
    { CONNECT, "connect" }, { RELEASE, "release" }, { READ, "read" }, { WRITE, "write" }, { CONTROL, "control" }, { READ_IMPLICIT, "read_implicit" },
    { 0, NULL }
};
static const struct field_name command_names[] = {
    { 1, "parameter_end" }, { 2, "application_ready" }, { 4, "release" }, { 8, "confirmation" }, { 0, NULL }
};

#define IN_BLOCK .in = BLOCKS + 1
static const struct field fields[] = {
    [PACKET]        = { .name = "packet_type", .names = packet_names, .about = "Kind of DCE/RPC packet." },
    [OPERATION]     = { .name = "operation", .means = MEANS_FUNCTION, .names = operation_names, .about = "What is asked for." },
    [ACCESS]        = { ACCESS_FIELD },
    [TO_CONTROLLER] = { .name = "to_controller", .type = FIELD_FLAG, .about = "The call is to a controller, as application ready is; only then." },
    [SEQUENCE]      = { .name = "sequence", .about = "Number of the call in its activity." },
    [FRAGMENT]      = { .name = "fragment", .about = "Number of the fragment; given when not 0." },
    [ACTIVITY]      = { .name = "activity", .type = FIELD_BYTES, .about = "What the call belongs to; the answer repeats it." },
    [ERROR_CODE]    = { .name = "error_code", .about = "Response: status, first byte; given when not 0: de read, df write, db connect, dd control." },
    [ERROR_DECODE]  = { .name = "error_decode", .about = "How the next two are to be read." },
    [ERROR_1]       = { .name = "error_code_1", .about = "Why." },
    [ERROR_2]       = { .name = "error_code_2", .about = "Why, in detail." },
    [BLOCKS]        = { .name = "blocks", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Blocks, also those inside of others." },
    [BLOCK_TYPE]    = { .name = "type", IN_BLOCK, .about = "Type of block." },
    [BLOCK_LENGTH]  = { .name = "length", IN_BLOCK, .unit = "bytes", .about = "Its length behind type and length." },
    [AR]            = { .name = "ar", IN_BLOCK, .type = FIELD_BYTES, .about = "Application relation." },
    [API]           = { .name = "api", IN_BLOCK, .means = MEANS_TARGET, .about = "Application process." },
    [SLOT]          = { .name = "slot", IN_BLOCK, .means = MEANS_TARGET, .about = "Slot." },
    [SUBSLOT]       = { .name = "subslot", IN_BLOCK, .means = MEANS_TARGET, .about = "Subslot." },
    [INDEX]         = { .name = "index", IN_BLOCK, .means = MEANS_TARGET, .about = "Record that is read or written: below 8000 hex the user's, e040 hex several at once." },
    [RECORD_LENGTH] = { .name = "record_length", IN_BLOCK, .unit = "bytes", .about = "Length of the record." },
    [RECORD_DATA]   = { .name = "record_data", IN_BLOCK, .type = FIELD_BYTES, .about = "A user's record as it is read or written." },
    [AR_TYPE]       = { .name = "ar_type", IN_BLOCK, .about = "Connect: 1 controller, 6 supervisor, 16 single." },
    [STATION]       = { .name = "initiator_station", IN_BLOCK, .type = FIELD_TEXT, .about = "Connect: name of the one that connects." },
    [COMMAND]       = { .name = "control_command", IN_BLOCK, .flags = FIELD_MANY, .names = command_names, .about = "Control: bits of the command." },
};

static const struct anomaly anomalies[] = {
    [INVALID_LENGTH]  = { "invalid_length", "A length reaches over the datagram's end." },
    [TOO_MANY_BLOCKS] = { "too_many_blocks", "More blocks than are looked at." },
};

static const struct schema schema = {
    .name = "profinet_cm", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

/* ---- DCE/RPC ---- */

struct rpc {
    uint8_t  ptype, flags;
    bool     little, controller;
    uint32_t sequence;
    uint16_t operation, length, fragment;
    const uint8_t *activity;
};

static uint16_t order16(struct cursor *c, bool little)
{
    return little ? cursor_le16(c) : cursor_be16(c);
}

static uint32_t order32(struct cursor *c, bool little)
{
    return little ? cursor_le32(c) : cursor_be32(c);
}

/* dea0000n-6c97-11d1-8271-...: of the interface all is known, of an object the beginning of it. */
static bool is_profinet(const uint8_t *uuid, bool little, uint8_t *which)
{
    static const uint8_t tail[] = { 0x82, 0x71, 0x00, 0xa0, 0x24, 0x42, 0xdf, 0x7d };
    static const uint8_t middle[2][4] = { { 0x6c, 0x97, 0x11, 0xd1 }, { 0x97, 0x6c, 0xd1, 0x11 } };
    struct cursor c = cursor_over(uuid, UUID);
    uint32_t first = order32(&c, little);
    *which = (uint8_t)first;
    return first >> 8 == 0xdea000 && memcmp(uuid + 4, middle[little], sizeof middle[0]) == 0 && memcmp(uuid + 8, tail, sizeof tail) == 0;
}

static bool rpc_read(struct cursor *c, struct rpc *h)
{
    uint8_t version = cursor_u8(c), which = 0;
    h->ptype = cursor_u8(c);
    h->flags = cursor_u8(c);
    cursor_skip(c, 1);
    h->little = cursor_u8(c) >> 4 == LITTLE_ENDIAN_DATA;
    cursor_skip(c, 3 + UUID);
    const uint8_t *interface = cursor_bytes(c, UUID);
    h->activity = cursor_bytes(c, UUID);
    cursor_skip(c, 8);
    h->sequence = order32(c, h->little);
    h->operation = order16(c, h->little);
    cursor_skip(c, 4);
    h->length = order16(c, h->little);
    h->fragment = order16(c, h->little);
    cursor_skip(c, 2);
    if (c->status != CURSOR_OK || version != RPC_VERSION || h->ptype > RPC_CANCEL_ACK || !is_profinet(interface, h->little, &which))
        return false;
    h->controller = which == 2;
    return true;
}

/* ---- blocks ---- */

struct reading { struct record *record; unsigned blocks; };

static void blocks_read(struct reading *in, struct cursor c, unsigned depth);

static void uuid_row(struct record *r, uint16_t row, struct cursor *c)
{
    const uint8_t *at = cursor_bytes(c, UUID);
    if (at != NULL)
        record_bytes(r, row, at, UUID);
}

/* Where a record is: both requests and both responses begin alike. */
static uint32_t place_read(struct record *r, struct cursor *c, uint16_t *index)
{
    cursor_skip(c, 2);                          /* sequence in the relation */
    uuid_row(r, AR, c);
    uint32_t api = cursor_be32(c);
    uint16_t slot = cursor_be16(c), subslot = cursor_be16(c);
    cursor_skip(c, 2);
    *index = cursor_be16(c);
    uint32_t length = cursor_be32(c);
    if (c->status != CURSOR_OK)
        return 0;
    record_uint(r, API, api);
    record_uint(r, SLOT, slot);
    record_uint(r, SUBSLOT, subslot);
    record_uint(r, INDEX, *index);
    record_uint(r, RECORD_LENGTH, length);
    return length;
}

static void relation_read(struct record *r, struct cursor c)
{
    record_uint(r, AR_TYPE, cursor_be16(&c));
    uuid_row(r, AR, &c);
    cursor_skip(&c, 2 + 6 + UUID + 4 + 2 + 2);  /* session, MAC, object, properties, timeout, port */
    uint16_t length = cursor_be16(&c);
    struct cursor name = cursor_sub(&c, length);
    if (c.status == CURSOR_OK)
        record_bytes(r, STATION, name.at, name.left);
}

static void control_read(struct record *r, struct cursor c)
{
    cursor_skip(&c, 2);
    uuid_row(r, AR, &c);
    cursor_skip(&c, 4);                         /* session, reserved */
    uint16_t command = cursor_be16(&c);
    for (unsigned bit = 1; c.status == CURSOR_OK && bit <= 8; bit <<= 1)
        if (command & bit)
            record_uint(r, COMMAND, bit);
}

/* Record data follows its header block: blocks again (index e040 hex: header blocks, each with its own), but for what users and makers define. */
static void record_read(struct reading *in, struct cursor *c, uint16_t index, uint32_t length, unsigned depth)
{
    struct cursor data = cursor_sub(c, length < c->left ? length : c->left);
    bool makers = index >= MAKERS_FROM && index <= MAKERS_TO;
    if (index >= USER_INDEXES && !makers)
        blocks_read(in, data, depth + 1);
    else if (data.left > 0)
        record_bytes(in->record, RECORD_DATA, data.at, data.left);
}

static bool is_control(uint16_t type)
{
    uint16_t plain = type & 0x7fff;
    return plain == 0x0110 || plain == 0x0112 || plain == 0x0114 || plain == 0x0116 || plain == 0x0117 || plain == 0x0118;
}

/* Blocks that hold blocks, and what stands before them: padding, slot and subslot, and in containers the API and index too. */
static size_t before_inner(uint16_t type, uint16_t version)
{
    switch (type) {
    case STARTUP: case STARTUP_RELATION: case SUBFRAMES: return 2;
    case RING_ADJUST: case RING_CHECK: return version == VERSION_1_1 ? 2 : 0;     /* several rings since then */
    case PORT_CHECK: case PORT_ADJUST: case IR_DATA: return 6;
    case MULTIPLE:                     return 10;
    case CONTENT:                      return 14;
    default:                           return 0;
    }
}

/* After a block; `multiple` says that what follows is aligned to four bytes. */
static void block_body(struct reading *in, uint16_t type, uint16_t version, struct cursor body, struct cursor *rest, unsigned depth)
{
    struct record *r = in->record;
    uint16_t index = 0;
    size_t inner = before_inner(type, version);
    if (type == WRITE_REQUEST || type == WRITE_RESPONSE || type == READ_REQUEST || type == READ_RESPONSE) {
        uint32_t length = place_read(r, &body, &index);
        if (type == WRITE_REQUEST || type == READ_RESPONSE)
            record_read(in, rest, index, length, depth);
    } else if (type == AR_REQUEST) {
        relation_read(r, body);
    } else if (is_control(type)) {
        control_read(r, body);
    } else if (inner > 0 && body.left > inner) {
        cursor_skip(&body, inner);
        blocks_read(in, body, depth + 1);
    }
}

static void blocks_read(struct reading *in, struct cursor c, unsigned depth)
{
    const uint8_t *from = c.at;
    while (c.left >= BLOCK_HEADER && depth <= DEPTH_MAX) {
        uint16_t type = cursor_be16(&c), length = cursor_be16(&c);
        struct cursor body = cursor_sub(&c, length);
        uint16_t version = cursor_be16(&body);
        if (in->blocks++ == BLOCKS_MAX) {
            record_anomaly(in->record, TOO_MANY_BLOCKS);
            return;
        }
        if (c.status != CURSOR_OK || body.status != CURSOR_OK) {
            record_anomaly(in->record, INVALID_LENGTH);
            return;
        }
        record_item(in->record, BLOCKS);
        record_uint(in->record, BLOCK_TYPE, type);
        record_uint(in->record, BLOCK_LENGTH, length);
        block_body(in, type, version, body, &c, depth);
        size_t odd = (size_t)(c.at - from) % 4;
        if (depth > 0 && odd != 0)
            cursor_skip(&c, 4 - odd < c.left ? 4 - odd : c.left);
    }
}

/* ---- datagrams ---- */

static void status_read(struct record *r, struct cursor *c, bool little)
{
    uint32_t status = order32(c, little);
    if (c->status != CURSOR_OK || status == 0)
        return;
    r->refused = true;
    record_uint(r, ERROR_CODE, status >> 24);
    record_uint(r, ERROR_DECODE, status >> 16 & 255);
    record_uint(r, ERROR_1, status >> 8 & 255);
    record_uint(r, ERROR_2, status & 255);
}

static void body_read(struct record *r, struct cursor c, const struct rpc *h)
{
    if (h->ptype == RPC_RESPONSE)
        status_read(r, &c, h->little);
    else
        cursor_skip(&c, 4);
    uint32_t length = order32(&c, h->little);
    cursor_skip(&c, 12);
    if (c.status != CURSOR_OK)
        return;
    struct cursor blocks = cursor_sub(&c, length < c.left ? length : c.left);
    blocks_read(&(struct reading){ .record = r }, blocks, 0);
}

/* A call too long for a datagram: its fragments come in order, each with all of the header. */
struct cm_state {
    struct { struct buffer body; uint32_t sequence; uint16_t next; } side[2];
};

static void fragments_drop(struct conversation *conv, enum direction dir)
{
    struct cm_state *s = conv->state;
    buffer_free(&s->side[dir].body, conv->store, conv->account);
    s->side[dir].next = 0;
}

/* True with the last one: the whole body stands in the buffer. What does not follow on is forgotten. */
static bool fragment_take(struct conversation *conv, const struct rpc *h, struct cursor c)
{
    struct cm_state *s = conv->state;
    if (h->fragment == 0)
        fragments_drop(conv, conv->dir);
    bool follows = h->fragment == s->side[conv->dir].next && (h->fragment == 0 || h->sequence == s->side[conv->dir].sequence);
    if (!follows || buffer_add(&s->side[conv->dir].body, conv->store, conv->account, c.at, c.left, BODY_MAX) < c.left) {
        fragments_drop(conv, conv->dir);
        return false;
    }
    s->side[conv->dir].sequence = h->sequence;
    s->side[conv->dir].next++;
    return (h->flags & LAST) != 0;
}

static void call_read(struct conversation *conv, struct record *r, const struct rpc *h, struct cursor c)
{
    struct cm_state *s = conv->state;
    if (!(h->flags & FRAGMENTED))
        body_read(r, c, h);
    else if (fragment_take(conv, h, c))
        body_read(r, cursor_over(s->side[conv->dir].body.at, s->side[conv->dir].body.len), h);
}

static void cm_end(struct conversation *conv)
{
    fragments_drop(conv, FROM_CLIENT);
    fragments_drop(conv, FROM_SERVER);
}

static enum access operation_access(uint16_t operation)
{
    switch (operation) {
    case READ: case READ_IMPLICIT: return ACCESS_READ;
    case WRITE:                    return ACCESS_WRITE;
    default:                       return ACCESS_SESSION;
    }
}

static enum dissect datagram_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct rpc h;
    if (!rpc_read(&c, &h))
        return DISSECT_LOST;
    struct record *r = conversation_record(conv, &schema);
    record_uint(r, PACKET, h.ptype);
    record_uint(r, OPERATION, h.operation);
    record_uint(r, ACCESS, operation_access(h.operation));
    if (h.controller)
        record_uint(r, TO_CONTROLLER, true);
    record_uint(r, SEQUENCE, h.sequence);
    if (h.fragment != 0)
        record_uint(r, FRAGMENT, h.fragment);
    record_bytes(r, ACTIVITY, h.activity, UUID);
    r->answer = h.ptype != RPC_REQUEST;
    r->transaction = h.sequence;
    if (h.length > c.left)
        record_anomaly(r, INVALID_LENGTH);
    if (h.ptype == RPC_REQUEST || h.ptype == RPC_RESPONSE)
        call_read(conv, r, &h, cursor_sub(&c, h.length > c.left ? c.left : h.length));
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

static enum probe datagram_probe(const struct conversation *conv, struct cursor c)
{
    struct rpc h;
    (void)conv;
    return rpc_read(&c, &h) ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_profinet_cm = {
    .schema = &schema,
    .source = "IEC 61158-6-10:2014, clause 5; DCE 1.1 RPC (C706), clause 12.4.4",
    .over = OVER_UDP,
    .ports = { 34964 },
    .ndpi = "RPC DCE_RPC MSRPC",             /* asked before plain DCE/RPC where nDPI hints at that */
    .device = "device",
    .state_size = sizeof(struct cm_state),
    .probe = datagram_probe,
    .pdu = datagram_pdu,
    .end = cm_end,
};
