/* HART-IP: version, message type and id, status, sequence number, length; then a session's figures or a HART frame.
 *
 *   pass through    delimiter | address (1 or 5) | expansion | command | count | data | check byte
 *
 * The server may answer from another port (5095) than it was asked on, so that a flow may hold answers alone.
 */
#include "dissectors/hartip/hartip.h"
#include "dissectors/hartip/fields.h"

enum {
    HEADER = 8, VERSION_LAST = 2, OPEN_MAX = 16, MESSAGE_MAX = 2048,
    REQUEST = 0, RESPONSE = 1, PUBLISH = 2, NAK = 15,
    SESSION_INITIATE = 0, SESSION_CLOSE = 1, KEEP_ALIVE = 2, PASS_THROUGH = 3, DIRECT = 4, READ_AUDIT_LOG = 5,
    BURST = 1, ASK = 2, ACK = 6,
    EXTENDED_COMMAND = 31, VALUES_MAX = 8, COMMANDS_MAX = 64
};

struct hart_header {
    uint8_t       version, type, id, status;
    uint16_t      sequence, length;
    struct cursor body;
};

struct open_request {
    uint64_t transaction, sent_us;
    uint16_t sequence;
    uint8_t  dir, id;
    bool     waiting;
};

struct hart_state {
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    unsigned            next;
    bool                asked[2];
};

/* A HART frame taken apart. */
struct frame {
    uint8_t       kind, command;
    struct cursor address, data;
    bool          check_right;
};

static bool header_read(struct cursor *c, struct hart_header *h)
{
    *h = (struct hart_header){ .version = cursor_u8(c), .type = 0 };
    h->type = cursor_u8(c) & 0x0f;
    h->id = cursor_u8(c);
    h->status = cursor_u8(c);
    h->sequence = cursor_be16(c);
    h->length = cursor_be16(c);
    return c->status == CURSOR_OK;
}

static bool header_possible(const struct hart_header *h)
{
    bool type = h->type <= PUBLISH || h->type == NAK;
    return h->version >= 1 && h->version <= VERSION_LAST && type && h->id <= READ_AUDIT_LOG && h->length >= HEADER && h->length <= MESSAGE_MAX;
}

static bool frame_read(struct cursor c, struct frame *f)
{
    uint8_t check = 0;
    for (size_t i = 0; i + 1 < c.left; i++)
        check ^= c.at[i];
    f->check_right = c.left > 0 && c.at[c.left - 1] == check;
    uint8_t delimiter = cursor_u8(&c);
    f->kind = delimiter & 7;
    f->address = cursor_sub(&c, delimiter & 0x80 ? 5 : 1);
    cursor_skip(&c, delimiter >> 5 & 3);
    f->command = cursor_u8(&c);
    f->data = cursor_sub(&c, cursor_u8(&c));
    cursor_skip(&c, 1);
    return c.status == CURSOR_OK && c.left == 0 && (f->kind == BURST || f->kind == ASK || f->kind == ACK);
}

static enum probe hartip_probe(const struct conversation *conv, struct cursor c)
{
    struct hart_header h;
    struct frame f;
    size_t here = c.left;
    if (!header_read(&c, &h))
        return conv->over == OVER_TCP && cursor_peek(&c, 0) <= VERSION_LAST ? PROBE_MORE : PROBE_NO;
    if (!header_possible(&h) || (conv->over == OVER_UDP && h.length != here))
        return PROBE_NO;
    if (here < h.length)
        return PROBE_MORE;
    struct cursor body = cursor_sub(&c, h.length - (size_t)HEADER);
    if (h.id == PASS_THROUGH && h.type != NAK)
        return frame_read(body, &f) ? (f.check_right ? PROBE_YES : PROBE_MAYBE) : PROBE_NO;
    return h.length == HEADER || (h.id == SESSION_INITIATE && h.length == HEADER + 5) ? PROBE_MAYBE : PROBE_NO;
}

/* ---- commands ---- */

struct span { uint8_t first, last, access; };

/* HCF_SPEC-127 and -151; what is not named: 0 to 3 and the like read, from 128 on are the device's own. */
static const struct span accesses[] = {
    { 0, 0, ACCESS_IDENTIFY }, { 1, 3, ACCESS_READ }, { 6, 6, ACCESS_CONFIGURE }, { 7, 10, ACCESS_READ }, { 11, 13, ACCESS_IDENTIFY },
    { 14, 16, ACCESS_READ }, { 17, 19, ACCESS_CONFIGURE }, { 20, 21, ACCESS_IDENTIFY }, { 22, 22, ACCESS_CONFIGURE }, { 33, 33, ACCESS_READ },
    { 34, 39, ACCESS_CONFIGURE }, { 40, 40, ACCESS_CONTROL }, { 41, 41, ACCESS_DIAGNOSE }, { 42, 42, ACCESS_RESTART },
    { 43, 47, ACCESS_CONFIGURE }, { 48, 48, ACCESS_DIAGNOSE }, { 49, 49, ACCESS_CONFIGURE }, { 50, 50, ACCESS_READ }, { 51, 53, ACCESS_CONFIGURE },
    { 54, 54, ACCESS_READ }, { 55, 56, ACCESS_CONFIGURE }, { 57, 57, ACCESS_READ }, { 58, 59, ACCESS_CONFIGURE }, { 60, 65, ACCESS_READ },
    { 66, 66, ACCESS_CONTROL }, { 67, 69, ACCESS_CONFIGURE }, { 70, 70, ACCESS_READ }, { 71, 72, ACCESS_CONTROL }, { 73, 75, ACCESS_BROWSE }, { 76, 76, ACCESS_READ },
    { 77, 77, ACCESS_TUNNEL }, { 79, 79, ACCESS_WRITE }, { 80, 81, ACCESS_READ }, { 82, 83, ACCESS_CONFIGURE }, { 84, 84, ACCESS_BROWSE },
    { 85, 86, ACCESS_DIAGNOSE }, { 87, 88, ACCESS_CONFIGURE }, { 89, 89, ACCESS_SET_TIME }, { 90, 91, ACCESS_READ }, { 92, 92, ACCESS_CONFIGURE },
    { 93, 96, ACCESS_READ }, { 97, 99, ACCESS_CONFIGURE }, { 101, 101, ACCESS_READ }, { 102, 104, ACCESS_CONFIGURE }, { 105, 105, ACCESS_READ },
    { 106, 106, ACCESS_CONTROL }, { 107, 109, ACCESS_SUBSCRIBE }, { 110, 110, ACCESS_READ }, { 111, 112, ACCESS_FILE }, { 113, 113, ACCESS_CONFIGURE },
    { 114, 115, ACCESS_READ }, { 116, 118, ACCESS_SUBSCRIBE }, { 119, 119, ACCESS_READ },
};

static enum access command_access(uint8_t command)
{
    for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; i++)
        if (command >= accesses[i].first && command <= accesses[i].last)
            return accesses[i].access;
    return ACCESS_OTHER;
}

/* Command 0, 11 and 21: 254, type, preambles, revisions, signalling, flags, identification ... manufacturer. */
static void identity_read(struct record *r, struct cursor c)
{
    cursor_skip(&c, 1);
    uint16_t type = cursor_be16(&c);
    cursor_skip(&c, 1);
    uint8_t protocol = cursor_u8(&c), device = cursor_u8(&c), software = cursor_u8(&c);
    cursor_skip(&c, 2);
    const uint8_t *id = cursor_bytes(&c, 3);
    if (id == NULL)
        return;
    record_uint(r, HARTIP_DEVICE_TYPE, type);
    record_uint(r, HARTIP_PROTOCOL_REVISION, protocol);
    record_uint(r, HARTIP_DEVICE_REVISION, device);
    record_uint(r, HARTIP_SOFTWARE, software);
    record_bytes(r, HARTIP_DEVICE_ID, id, 3);
    cursor_skip(&c, 5);
    uint16_t manufacturer = cursor_be16(&c);
    if (c.status == CURSOR_OK)
        record_uint(r, HARTIP_MANUFACTURER, manufacturer);
    else
        record_uint(r, HARTIP_MANUFACTURER, type >> 8);     /* HART 5 and 6: the type's upper octet */
}

static double float_of(struct cursor *c)
{
    union { uint32_t bits; float x; } u = { .bits = cursor_be32(c) };
    return (double)u.x;
}

static void value_read(struct record *r, struct cursor *c, bool units)
{
    record_item(r, HARTIP_VALUES);
    if (units)
        record_uint(r, HARTIP_UNITS, cursor_u8(c));
    record_real(r, HARTIP_VALUE, float_of(c));
}

/* What an answer's data say, where the command is one of those that are read. */
static void answer_data(struct record *r, uint8_t command, struct cursor c)
{
    enum { TAG_SIZE = 32 };
    switch (command) {
    case 0: case 11: case 21:
        identity_read(r, c);
        break;
    case 2: case 3:                 /* loop current, then per cent of range, or the dynamic variables */
        if (c.left >= 4)
            value_read(r, &c, false);
        for (unsigned i = 0; i < VALUES_MAX && c.left >= (command == 3 ? 5u : 4u); i++)
            value_read(r, &c, command == 3);
        break;
    case 1:
        if (c.left >= 5)
            value_read(r, &c, true);
        break;
    case 20: case 22:
        if (c.left >= TAG_SIZE) {
            size_t n = 0;
            while (n < TAG_SIZE && c.at[n] != 0)
                n++;
            record_bytes(r, HARTIP_TAG, c.at, n);
        }
        break;
    default:
        break;
    }
}

static void request_data(struct record *r, uint8_t command, struct cursor c)
{
    if (command == 6 && c.left >= 1)
        record_uint(r, HARTIP_POLLING_ADDRESS, cursor_u8(&c));
    else if (command == 22)
        answer_data(r, command, c);
    else if (command == 79 && c.left >= 7) {       /* device variable, command code, units, value */
        cursor_skip(&c, 2);
        value_read(r, &c, true);
    } else if (command == 40 && c.left >= 4)
        value_read(r, &c, false);
}

/* Bit 7 of the first octet tells a communication error from a response code; the second is the device's status. */
static void status_read(struct record *r, struct cursor *c)
{
    if (c->left < 2)
        return;
    uint8_t code = cursor_u8(c);
    record_uint(r, code & 0x80 ? HARTIP_COMMUNICATION_ERROR : HARTIP_RESPONSE_CODE, code & 0x7f);
    record_uint(r, HARTIP_DEVICE_STATUS, cursor_u8(c));
    r->refused |= code != 0 && (code & 0x80 || code < 8 || code == 16 || code == 32 || code >= 64);
}

static void frame_record(struct record *r, struct cursor body)
{
    struct frame f;
    bool whole = frame_read(body, &f);
    if (!whole)
        record_anomaly(r, HARTIP_INVALID_FRAME);
    if (!whole && f.address.status != CURSOR_OK)
        return;
    if (!f.check_right)
        record_anomaly(r, HARTIP_INVALID_CHECKSUM);
    record_uint(r, HARTIP_FRAME, f.kind);
    record_bytes(r, HARTIP_ADDRESS, f.address.at, f.address.left);
    record_uint(r, HARTIP_COMMAND, f.command);
    struct cursor c = f.data;
    if (f.kind != ASK)
        status_read(r, &c);
    if (f.command == EXTENDED_COMMAND && c.left >= 2)
        record_uint(r, HARTIP_EXTENDED, cursor_be16(&c));
    if (c.left > 0)
        record_bytes(r, HARTIP_DATA, c.at, c.left);
    if (f.kind == ASK)
        request_data(r, f.command, c);
    else
        answer_data(r, f.command, c);
    record_uint(r, HARTIP_ACCESS, f.kind == BURST ? ACCESS_REPORT : command_access(f.command));
}

/* A direct PDU: device status, extended status, then commands of 16 bits with their data; answers have a response code. */
static void direct_record(struct record *r, struct cursor c, bool request)
{
    enum access access = ACCESS_OTHER;
    record_uint(r, HARTIP_DEVICE_STATUS, cursor_u8(&c));
    cursor_skip(&c, 1);
    for (unsigned i = 0; i < COMMANDS_MAX && c.left >= 3; i++) {
        uint16_t command = cursor_be16(&c);
        struct cursor data = cursor_sub(&c, cursor_u8(&c));
        record_uint(r, HARTIP_COMMAND, command);
        if (!request && data.left > 0)
            record_uint(r, HARTIP_RESPONSE_CODE, cursor_u8(&data));
        if (data.left > 0)
            record_bytes(r, HARTIP_DATA, data.at, data.left);
        access = command <= UINT8_MAX ? command_access((uint8_t)command) : ACCESS_OTHER;
    }
    if (c.status != CURSOR_OK || c.left > 0)
        record_anomaly(r, HARTIP_INVALID_FRAME);
    record_uint(r, HARTIP_ACCESS, access);
}

/* ---- messages ---- */

static void request_remember(struct conversation *conv, const struct hart_header *h, struct record *r)
{
    struct hart_state *s = conv->state;
    r->transaction = s->transactions++;
    s->asked[conv->dir] = true;
    s->open[s->next] = (struct open_request){ r->transaction, conv->now_us, h->sequence, (uint8_t)conv->dir, h->id, true };
    s->next = (s->next + 1) % OPEN_MAX;
}

static void answer_pair(struct conversation *conv, const struct hart_header *h, struct record *r)
{
    struct hart_state *s = conv->state;
    r->answer = true;
    r->refused |= h->type == NAK;
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        struct open_request *q = &s->open[i];
        if (!q->waiting || q->dir == (uint8_t)conv->dir || q->sequence != h->sequence || q->id != h->id)
            continue;
        q->waiting = false;
        r->transaction = q->transaction;
        if (conv->now_us >= q->sent_us)
            record_uint(r, HARTIP_RESPONSE_TIME, conv->now_us - q->sent_us);
        return;
    }
    r->transaction = s->transactions++;
    if (s->asked[!conv->dir] && !conv->midstream)
        record_anomaly(r, HARTIP_UNSOLICITED_RESPONSE);
}

static void message_read(struct conversation *conv, const struct hart_header *h)
{
    struct hart_state *s = conv->state;
    struct record *r = conversation_record(conv, &hartip_schema);
    struct cursor body = h->body;
    record_uint(r, HARTIP_VERSION, h->version);
    record_uint(r, HARTIP_TYPE, h->type);
    record_uint(r, HARTIP_ID, h->id);
    record_uint(r, HARTIP_STATUS, h->status);
    record_uint(r, HARTIP_SEQUENCE, h->sequence);
    record_uint(r, HARTIP_LENGTH, h->length);
    if (h->id == SESSION_INITIATE && body.left >= 5) {
        record_uint(r, HARTIP_MASTER, cursor_u8(&body));
        record_uint(r, HARTIP_TIMER, cursor_be32(&body));
    }
    if (h->id == PASS_THROUGH && body.left > 0)
        frame_record(r, body);
    else if (h->id == DIRECT && body.left >= 2)
        direct_record(r, body, h->type == REQUEST);
    else
        record_uint(r, HARTIP_ACCESS, h->id == READ_AUDIT_LOG ? ACCESS_DIAGNOSE : ACCESS_SESSION);
    if (h->type == REQUEST)
        request_remember(conv, h, r);
    else if (h->type == PUBLISH)
        r->transaction = s->transactions++;
    else
        answer_pair(conv, h, r);
    conversation_emit(conv, r);
}

static enum dissect hartip_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct hart_header h;
    if (!header_read(&c, &h)) {
        conv->need = HEADER;
        return DISSECT_MORE;
    }
    if (!header_possible(&h))
        return DISSECT_LOST;
    h.body = cursor_sub(&c, h.length - (size_t)HEADER);
    if (c.status != CURSOR_OK) {
        conv->need = h.length;
        return DISSECT_MORE;
    }
    message_read(conv, &h);
    *in = c;
    return DISSECT_PDU;
}

const struct dissector dissector_hartip = {
    .schema = &hartip_schema,
    .device = "device",
    .source = "HCF_SPEC-085, HCF_SPEC-081, HCF_SPEC-127, HCF_SPEC-151",
    .over = OVER_UDP | OVER_TCP,
    .ports = { 5094, 5095 },
    .state_size = sizeof(struct hart_state),
    .pdu_max = MESSAGE_MAX,
    .probe = hartip_probe,
    .pdu = hartip_pdu,
};
