/*     0        1        2              4                 10 or 14
 *     FIN RSV  MASK len (16 or 64 bits of length) (masking key) payload ...
 *
 * A payload is taken as it comes, whatever its length says. Only an Upgrade that was seen makes a WebSocket: two octets of a header
 * prove nothing.
 */
#include "dissectors/websocket/websocket.h"

#include <string.h>

#include "common/buffer.h"

enum websocket_row {
    WEBSOCKET_OPCODE, WEBSOCKET_FIN, WEBSOCKET_COMPRESSED, WEBSOCKET_FLAGS, WEBSOCKET_MASK, WEBSOCKET_LENGTH, WEBSOCKET_PAYLOAD,
    WEBSOCKET_CLOSE_CODE, WEBSOCKET_CLOSE_REASON, WEBSOCKET_ROWS
};

enum websocket_anomaly {
    WEBSOCKET_SKIPPED, WEBSOCKET_REASSEMBLY_LIMIT, WEBSOCKET_RESERVED_BITS, WEBSOCKET_UNKNOWN_OPCODE, WEBSOCKET_CLIENT_UNMASKED,
    WEBSOCKET_SERVER_MASKED, WEBSOCKET_CONTROL_INVALID, WEBSOCKET_OUT_OF_ORDER, WEBSOCKET_ANOMALIES
};

enum { FIN = 0x80, COMPRESSED = 0x40, RESERVED = 0x30, MASKED = 0x80, CONTINUATION = 0, BINARY = 2, CLOSE = 8, PONG = 10, CONTROL_MAX = 125,
       UNMASK_STEP = 512 };

static const struct field_name opcodes[] = {        /* RFC 6455 section 11.8 */
    { CONTINUATION, "continuation" }, { 1, "text" }, { BINARY, "binary" }, { CLOSE, "connection_close" }, { 9, "ping" }, { PONG, "pong" },
    { CLOSE, "close" }, { 0, NULL }
};

static const struct field fields[] = {
    [WEBSOCKET_OPCODE] = { .name = "opcode", .flags = FIELD_NAMED, .names = opcodes, .about = "What the frame is." },
    [WEBSOCKET_FIN] = { .name = "fin", .type = FIELD_FLAG, .about = "The message ends with it." },
    [WEBSOCKET_COMPRESSED] = { .name = "compressed", .type = FIELD_FLAG, .about = "The message is packed (RFC 7692); its payload is shown as sent." },
    [WEBSOCKET_FLAGS] = { .name = "flags", .flags = FIELD_HIDDEN, .about = "The first octet's upper four bits: 128 fin, 64 compressed." },
    [WEBSOCKET_MASK] = { .name = "mask", .about = "Masking key; only where there is one." },
    [WEBSOCKET_LENGTH] = { .name = "length", .unit = "bytes", .about = "Length of the frame's payload as it says." },
    [WEBSOCKET_PAYLOAD] = { .name = "payload", .type = FIELD_BYTES, .flags = FIELD_HIDDEN,
                            .about = "Payload without its mask; of the last frame of several, that of the whole message." },
    [WEBSOCKET_CLOSE_CODE] = { .name = "close_code", .about = "Why the connection is closed (RFC 6455, 7.4.1)." },
    [WEBSOCKET_CLOSE_REASON] = { .name = "close_reason", .type = FIELD_TEXT, .about = "The same in words." },
};

_Static_assert(sizeof fields / sizeof fields[0] == WEBSOCKET_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [WEBSOCKET_SKIPPED] = { "skip_end_of_payload", "A payload longer than what is kept of it." },
    [WEBSOCKET_REASSEMBLY_LIMIT] = { "reassembly_limit_reached", "A message of several frames longer than what is kept of it." },
    [WEBSOCKET_RESERVED_BITS] = { "reserved_bits", "Bits that no extension known here has given a meaning." },
    [WEBSOCKET_UNKNOWN_OPCODE] = { "unknown_opcode", "An opcode that was never assigned." },
    [WEBSOCKET_CLIENT_UNMASKED] = { "client_unmasked", "A client's frame without a mask (RFC 6455, 5.1)." },
    [WEBSOCKET_SERVER_MASKED] = { "server_masked", "A server's frame with a mask." },
    [WEBSOCKET_CONTROL_INVALID] = { "control_frame_invalid", "A control frame that is longer than 125 octets or not the last of its message." },
    [WEBSOCKET_OUT_OF_ORDER] = { "fragment_out_of_order", "A continuation of nothing, or a new message inside of another." },
};

_Static_assert(sizeof anomalies / sizeof anomalies[0] == WEBSOCKET_ANOMALIES, "a row for each anomaly");

static const struct schema websocket_schema = { "websocket", fields, WEBSOCKET_ROWS, anomalies, WEBSOCKET_ANOMALIES };

struct frame {
    uint64_t length, left;      /* of the payload, and what of it has not come yet */
    uint64_t anomalies;
    uint8_t  first, opcode, key[4];
    bool     masked, hole;
};

struct side {
    struct frame  frame;
    struct buffer message;      /* payload of the message's frames so far */
    struct buffer control;      /* of a control frame, which may stand between them */
    bool          inside;       /* of a frame's payload */
    bool          going_on;     /* the message has more frames to come */
    bool          holed;        /* octets of the message are missing */
};

struct websocket_state {
    struct side side[2];
    uint64_t    frames;
};

static bool is_control(uint8_t opcode)
{
    return opcode >= CLOSE;
}

static bool opcode_known(uint8_t opcode)
{
    return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
}

static bool header_read(struct cursor *c, struct frame *f)
{
    *f = (struct frame){ .first = cursor_u8(c) };
    uint8_t second = cursor_u8(c);
    f->opcode = f->first & 0x0f;
    f->masked = (second & MASKED) != 0;
    f->length = second & 0x7f;
    if (f->length == 126)
        f->length = cursor_be16(c);
    else if (f->length == 127)
        f->length = cursor_be64(c);
    f->left = f->length;
    const uint8_t *key = f->masked ? cursor_bytes(c, sizeof f->key) : NULL;
    if (key != NULL)
        memcpy(f->key, key, sizeof f->key);
    return c->status == CURSOR_OK;
}

static void odd(struct frame *f, bool is, enum websocket_anomaly what)
{
    f->anomalies |= (uint64_t)is << what;
}

static void header_judged(struct frame *f, const struct side *s, enum direction dir)
{
    bool control = is_control(f->opcode);
    odd(f, f->first & RESERVED, WEBSOCKET_RESERVED_BITS);
    odd(f, !opcode_known(f->opcode), WEBSOCKET_UNKNOWN_OPCODE);
    odd(f, dir == FROM_CLIENT && !f->masked, WEBSOCKET_CLIENT_UNMASKED);
    odd(f, dir == FROM_SERVER && f->masked, WEBSOCKET_SERVER_MASKED);
    odd(f, control && (f->length > CONTROL_MAX || !(f->first & FIN)), WEBSOCKET_CONTROL_INVALID);
    odd(f, !control && (f->opcode == CONTINUATION) != s->going_on, WEBSOCKET_OUT_OF_ORDER);
}

static struct buffer *payload_of(struct side *s)
{
    return is_control(s->frame.opcode) ? &s->control : &s->message;
}

static uint32_t key_of(const struct frame *f)
{
    struct cursor c = cursor_over(f->key, sizeof f->key);
    return cursor_be32(&c);
}

static void close_rows(struct record *r, const struct buffer *payload)
{
    struct cursor c = cursor_over(payload->at, payload->len);
    uint16_t code = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return;
    record_uint(r, WEBSOCKET_CLOSE_CODE, code);
    if (c.left > 0)
        record_bytes(r, WEBSOCKET_CLOSE_REASON, c.at, c.left);
}

static void frame_told(struct conversation *conv, struct side *s)
{
    struct websocket_state *state = conv->state;
    const struct frame *f = &s->frame;
    struct buffer *payload = payload_of(s);
    struct record *r = conversation_record(conv, &websocket_schema);
    r->transaction = state->frames++;
    r->anomalies = f->anomalies;
    r->incomplete = f->left > 0 || f->hole || (s->holed && !is_control(f->opcode));
    record_uint(r, WEBSOCKET_OPCODE, f->opcode);
    record_uint(r, WEBSOCKET_FIN, (f->first & FIN) != 0);
    record_uint(r, WEBSOCKET_COMPRESSED, (f->first & COMPRESSED) != 0);
    record_uint(r, WEBSOCKET_FLAGS, f->first & 0xf0u);
    if (f->masked)
        record_uint(r, WEBSOCKET_MASK, key_of(f));
    record_uint(r, WEBSOCKET_LENGTH, f->length);
    if (payload->len > 0)
        record_bytes(r, WEBSOCKET_PAYLOAD, payload->at, payload->len);
    if (f->opcode == CLOSE)
        close_rows(r, payload);
    conversation_emit(conv, r);
}

static void frame_ended(struct conversation *conv, struct side *s)
{
    bool control = is_control(s->frame.opcode), last = control || (s->frame.first & FIN);
    frame_told(conv, s);
    s->inside = false;
    s->going_on = control ? s->going_on : !last;
    s->holed = s->holed && !last;
    if (last)
        buffer_free(payload_of(s), conv->store, conv->account);
}

/* A header, and the payload's beginning. A new message in the middle of another takes its place. */
static enum dissect frame_begins(struct conversation *conv, struct side *s, struct cursor *in)
{
    struct cursor c = *in;
    struct frame f;
    if (!header_read(&c, &f))
        return DISSECT_MORE;
    if (f.length >> 63)
        return DISSECT_LOST;        /* RFC 6455 section 5.2: the highest bit must be 0 */
    header_judged(&f, s, conv->dir);
    if (!is_control(f.opcode) && f.opcode != CONTINUATION)
        buffer_free(&s->message, conv->store, conv->account);
    s->frame = f;
    s->inside = true;
    *in = c;
    if (f.left == 0)
        frame_ended(conv, s);
    return DISSECT_PDU;
}

static void unmasked(const struct frame *f, const uint8_t *from, uint8_t *to, size_t n)
{
    uint64_t at = f->length - f->left;
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] ^ (f->masked ? f->key[(at + i) % sizeof f->key] : 0);
}

/* As much of the payload as is here. */
static enum dissect payload_taken(struct conversation *conv, struct side *s, struct cursor *in)
{
    struct frame *f = &s->frame;
    uint8_t plain[UNMASK_STEP];
    while (f->left > 0 && in->left > 0) {
        size_t n = in->left < sizeof plain ? in->left : sizeof plain;
        n = f->left < n ? (size_t)f->left : n;
        unmasked(f, cursor_bytes(in, n), plain, n);
        f->left -= n;
        if (buffer_add(payload_of(s), conv->store, conv->account, plain, n, WEBSOCKET_PAYLOAD_MAX) < n)
            odd(f, true, f->opcode == CONTINUATION || s->going_on ? WEBSOCKET_REASSEMBLY_LIMIT : WEBSOCKET_SKIPPED);
    }
    if (f->left == 0)
        frame_ended(conv, s);
    return DISSECT_PDU;
}

static enum dissect websocket_pdu(struct conversation *conv, struct cursor *in)
{
    struct websocket_state *state = conv->state;
    struct side *s = &state->side[conv->dir];
    if (in->left == 0)
        return DISSECT_MORE;
    return s->inside ? payload_taken(conv, s, in) : frame_begins(conv, s, in);
}

/* Inside of a payload its length says where the next frame begins. */
static bool websocket_gap(struct conversation *conv, size_t missing)
{
    struct websocket_state *state = conv->state;
    struct side *s = &state->side[conv->dir];
    if (!s->inside || missing > s->frame.left)
        return false;
    s->frame.left -= missing;
    s->frame.hole = true;
    s->holed |= !is_control(s->frame.opcode);
    if (s->frame.left == 0)
        frame_ended(conv, s);
    return true;
}

static void websocket_end(struct conversation *conv)
{
    struct websocket_state *state = conv->state;
    for (int dir = 0; dir < 2; dir++) {
        struct side *s = &state->side[dir];
        conv->dir = (enum direction)dir;
        if (s->inside)
            frame_told(conv, s);
        buffer_free(&s->message, conv->store, conv->account);
        buffer_free(&s->control, conv->store, conv->account);
    }
}

static enum probe websocket_probe(const struct conversation *conv, struct cursor c)
{
    struct frame f;
    if (conv->next == NULL || strcmp(conv->next, websocket_schema.name) != 0)
        return PROBE_NO;
    if (!header_read(&c, &f))
        return PROBE_MORE;
    bool control_right = !is_control(f.opcode) || (f.length <= CONTROL_MAX && (f.first & FIN));
    return opcode_known(f.opcode) && control_right && f.length >> 63 == 0 ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_websocket = {
    .schema = &websocket_schema,
    .source = "RFC 6455, RFC 7692",
    .over = OVER_TCP,
    .ndpi = "WebSocket",
    .state_size = sizeof(struct websocket_state),
    .probe = websocket_probe,
    .pdu = websocket_pdu,
    .gap = websocket_gap,
    .end = websocket_end,
};
