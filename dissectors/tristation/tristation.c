/* TriStation, little endian.
 *
 *   type | channel | length(2) | message of that length | CRC(2)
 *   message of an execution command: from controller | connection | command | sequence | 0(2) | checksum(2) | length(2) | data
 */
#include "dissectors/tristation/tristation.h"

#include <string.h>

#include "dissectors/framing/asked.h"
#include "dissectors/tristation/fields.h"

enum {
    CONNECT = 1, CONNECTED, DISCONNECTED, DISCONNECT, EXECUTE, PING, LIMIT_REACHED, TYPE_LAST = 11,
    FRAME_MIN = 6, MESSAGE_MIN = 10, NAME = 10, SLOTS = 16, SLOTS_PRESENT = 255, SERIAL = 8,
    STATUS_VERSION = 58, PIB_SERIAL = 139
};

struct tristation_state {
    struct asked asked;
};

struct frame {
    uint8_t       type, channel, path, connection, command, sequence;
    bool          whole;            /* the command's header is there and its lengths agree */
    struct cursor data;
};

/* CRC-16 with the reflected polynomial A001 hex, beginning with 0; half an octet at a time. */
static uint16_t crc16(const uint8_t *at, size_t n)
{
    static const uint16_t half[16] = { 0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
                                       0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400 };
    unsigned crc = 0;
    for (size_t i = 0; i < n; i++) {
        crc = crc >> 4 ^ half[(crc ^ at[i]) & 15];
        crc = crc >> 4 ^ half[(crc ^ at[i] >> 4) & 15];
    }
    return (uint16_t)crc;
}

static bool crc_holds(const struct cursor *in)
{
    return in->left >= FRAME_MIN && crc16(in->at, in->left - 2) == (in->at[in->left - 2] | in->at[in->left - 1] << 8);
}

/* False: not even a header, or another length than the datagram's. */
static bool frame_read(struct cursor c, struct frame *f)
{
    *f = (struct frame){ .type = cursor_u8(&c) };
    f->channel = cursor_u8(&c);
    uint16_t length = cursor_le16(&c);
    if (c.status != CURSOR_OK || c.left != length + 2u)
        return false;
    f->data = cursor_sub(&c, length);
    if (f->type != EXECUTE)
        return true;
    f->path = cursor_u8(&f->data);
    f->connection = cursor_u8(&f->data);
    f->command = cursor_u8(&f->data);
    f->sequence = cursor_u8(&f->data);
    cursor_skip(&f->data, 4);
    f->whole = cursor_le16(&f->data) == length && f->data.status == CURSOR_OK;
    return true;
}

static enum probe tristation_probe(const struct conversation *conv, struct cursor c)
{
    struct frame f;
    (void)conv;
    bool possible = frame_read(c, &f) && f.type >= CONNECT && f.type <= TYPE_LAST && (f.type == EXECUTE ? f.whole && f.path < 2 : true);
    return possible && crc_holds(&c) ? PROBE_YES : PROBE_NO;
}

static void text_record(struct record *r, uint16_t row, struct cursor *c, size_t most)
{
    const uint8_t *at = cursor_bytes(c, most);
    size_t n = at != NULL ? strnlen((const char *)at, most) : 0;
    if (n > 0)
        record_bytes(r, row, at, n);
}

/* Version and date of a project, always in this order. */
static void project_record(struct record *r, struct cursor *c)
{
    uint16_t minor = cursor_le16(c), major = cursor_le16(c);
    uint32_t time = cursor_le32(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, TS_PROJECT_MINOR, minor);
    record_uint(r, TS_PROJECT_MAJOR, major);
    record_uint(r, TS_PROJECT_TIME, time * UINT64_C(1000000));
}

static void part_record(struct record *r, struct cursor *c, uint16_t object)
{
    uint16_t length = cursor_le16(c), offset = cursor_le16(c), blocks = cursor_le16(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, TS_OBJECT, object);
    record_uint(r, TS_LENGTH, length);
    record_uint(r, TS_OFFSET, offset);
    record_uint(r, TS_BLOCKS, blocks);
}

/* Program or function, what follows it, then the part. */
static void allocation_record(struct record *r, struct cursor *c)
{
    uint16_t object = cursor_le16(c);
    cursor_skip(c, 2);
    part_record(r, c, object);
}

static void upload_request(struct record *r, struct cursor *c, uint32_t what[ASKED_WHAT])
{
    what[1] = cursor_le16(c);
    cursor_skip(c, 4);
    what[2] = cursor_le16(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, TS_OBJECT, what[1]);
    record_uint(r, TS_OFFSET, what[2]);
}

static void request_body(struct record *r, const struct frame *f, struct cursor *c, uint32_t what[ASKED_WHAT])
{
    switch (f->command) {
    case TS_DOWNLOAD_ALL: case TS_DOWNLOAD_CHANGE:
        text_record(r, TS_PROJECT, c, NAME);
        project_record(r, c);
        break;
    case TS_TS2_DOWNLOAD:
        cursor_skip(c, NAME);
        text_record(r, TS_PROJECT, c, NAME);
        break;
    case TS_ALLOCATE_PROGRAM: case TS_ALLOCATE_FUNCTION: allocation_record(r, c); break;
    case TS_UPLOAD_PROGRAM: case TS_UPLOAD_FUNCTION: upload_request(r, c, what); break;
    default: break;
    }
}

static void status_record(struct record *r, struct cursor *c)
{
    struct cursor later = *c;
    cursor_skip(c, 4);
    uint8_t loading = cursor_u8(c);
    cursor_skip(c, 2);              /* single scan, control program valid */
    uint8_t key = cursor_u8(c), run = cursor_u8(c);
    cursor_skip(&later, STATUS_VERSION);
    if (c->status != CURSOR_OK || later.status != CURSOR_OK)
        return;
    record_uint(r, TS_LOADING, loading);
    record_uint(r, TS_KEY, key);
    record_uint(r, TS_RUN, run);
    project_record(r, &later);
    text_record(r, TS_PROJECT, &later, NAME);
}

static void attached_record(struct record *r, struct cursor *c)
{
    static const char *const versions[] = { "10.0", "10.1", "10.2", "10.3", "10.4" };
    cursor_skip(c, 3);
    uint8_t major = cursor_u8(c), minor = cursor_u8(c);
    const char *version = major == 0 && minor == 0 ? "9" : major == 10 && minor < 5 ? versions[minor] : NULL;
    if (c->status != CURSOR_OK || version == NULL)
        return;
    record_bytes(r, TS_PRODUCT, "Tricon 3008", 11);
    record_bytes(r, TS_VERSION, version, strlen(version));
}

/* Sixteen slots of type and three firmware numbers; further on the board that holds them. */
static void versions_record(struct record *r, struct cursor *c)
{
    struct cursor board = *c;
    uint8_t chassis = cursor_u8(c), present = cursor_u8(c);
    if (c->status != CURSOR_OK || present != SLOTS_PRESENT)
        return;
    record_uint(r, TS_CHASSIS, chassis);
    for (unsigned i = 0; i < SLOTS && c->left >= 8; i++) {
        uint16_t type = cursor_le16(c), firmware = cursor_le16(c);
        cursor_skip(c, 4);
        if (type == 0)
            continue;
        record_uint(r, TS_MODULE, type);
        record_uint(r, TS_FIRMWARE, firmware);
    }
    cursor_skip(&board, PIB_SERIAL);
    text_record(r, TS_SERIAL, &board, SERIAL);
}

static void answer_body(struct record *r, const struct frame *f, struct cursor *c)
{
    struct cursor again = *c;
    switch (f->command) {
    case TS_REJECTED:   if (c->left > 0) record_uint(r, TS_REASON, cursor_u8(c)); break;
    case TS_ATTACHED:   attached_record(r, c); break;
    case TS_STATUS:     status_record(r, c); break;
    case TS_VERSIONS:   versions_record(r, c); break;
    case TS_PROGRAM_PART: case TS_FUNCTION_PART:
        cursor_skip(c, 4);
        part_record(r, c, cursor_le16(&again));
        break;
    default: break;
    }
}

static void answer_record(struct conversation *conv, struct record *r, const struct frame *f, uint64_t key, struct cursor *c)
{
    struct tristation_state *s = conv->state;
    struct asked_one q;
    bool known = asked_take(&s->asked, conv, key, &q);
    record_uint(r, TS_ACCESS, known ? q.what[0] : f->type == EXECUTE ? ACCESS_OTHER : ACCESS_SESSION);
    bool upload = known && (q.what[3] == TS_UPLOAD_PROGRAM || q.what[3] == TS_UPLOAD_FUNCTION);
    r->refused = f->type == EXECUTE ? f->command == TS_REJECTED || f->command >= TS_ERRORS : f->type >= LIMIT_REACHED;
    if (upload && r->refused) {
        record_uint(r, TS_OBJECT, q.what[1]);
        record_uint(r, TS_OFFSET, q.what[2]);
    }
    if (f->type == EXECUTE)
        answer_body(r, f, c);
    asked_answer(r, conv, &q, known, TS_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, TS_UNSOLICITED_RESPONSE);
}

static void request_record(struct conversation *conv, struct record *r, const struct frame *f, uint64_t key, struct cursor *c)
{
    struct tristation_state *s = conv->state;
    struct asked_one *q = asked_put(&s->asked, conv, key);
    r->transaction = q->transaction;
    q->what[0] = f->type == EXECUTE ? tristation_access(f->command) : ACCESS_SESSION;
    q->what[3] = f->command;
    record_uint(r, TS_ACCESS, q->what[0]);
    if (f->type == EXECUTE)
        request_body(r, f, c, q->what);
}

static void header_record(struct record *r, const struct frame *f)
{
    record_uint(r, TS_TYPE, f->type);
    record_uint(r, TS_CHANNEL, f->channel);
    if (f->type < CONNECT || f->type > TYPE_LAST)
        record_anomaly(r, TS_UNKNOWN_TYPE);
    if (f->type != EXECUTE)
        return;
    record_uint(r, TS_FROM_CONTROLLER, f->path == 1);
    record_uint(r, TS_CONNECTION, f->connection);
    record_uint(r, TS_COMMAND, f->command);
    record_uint(r, TS_SEQUENCE, f->sequence);
    if (field_name_of(&tristation_schema.fields[TS_COMMAND], f->command) == NULL)
        record_anomaly(r, TS_UNKNOWN_COMMAND);
    if (!f->whole)
        record_anomaly(r, TS_INVALID_LENGTH);
}

/* What a message without a command answers: the request's type, or 0. A denial answers an attempt to connect. */
static uint8_t asked_type(uint8_t type)
{
    return type == CONNECTED || type > LIMIT_REACHED || type == LIMIT_REACHED ? CONNECT : type == DISCONNECTED ? DISCONNECT : 0;
}

static void frame_tell(struct conversation *conv, struct record *r, const struct frame *f)
{
    struct cursor c = f->data;
    bool answer = f->type == EXECUTE ? f->path == 1 : asked_type(f->type) != 0;
    uint64_t key = f->type == EXECUTE ? f->sequence : (uint64_t)(answer ? asked_type(f->type) : f->type) << 8;
    header_record(r, f);
    if (answer)
        answer_record(conv, r, f, key, &c);
    else
        request_record(conv, r, f, key, &c);
    if (c.status == CURSOR_OK && c.left > 0)
        record_bytes(r, TS_DATA, c.at, c.left);
    if (c.status != CURSOR_OK)
        record_anomaly(r, TS_INVALID_LENGTH);
}

static enum dissect tristation_pdu(struct conversation *conv, struct cursor *in)
{
    struct tristation_state *s = conv->state;
    struct frame f;
    s->asked.blind = true;          /* datagrams are lost, and sent again */
    struct record *r = conversation_record(conv, &tristation_schema);
    if (frame_read(*in, &f))
        frame_tell(conv, r, &f);
    else {
        r->transaction = s->asked.transactions++;
        record_anomaly(r, TS_INVALID_LENGTH);
    }
    if (!crc_holds(in))
        record_anomaly(r, TS_BAD_CHECKSUM);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

const struct dissector dissector_tristation = {
    .schema = &tristation_schema,
    .device = "plc",
    .source = "TriStation as described after TRITON (Dragos, FireEye, Nozomi Networks; 2018); no text of its maker's is public",
    .over = OVER_UDP,
    .ports = { 1502 },
    .state_size = sizeof(struct tristation_state),
    .probe = tristation_probe,
    .pdu = tristation_pdu,
};
