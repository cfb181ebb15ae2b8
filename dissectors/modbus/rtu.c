/* Modbus RTU over TCP and UDP: what serial device servers and plain gateways carry.
 *
 *   unit  function  data ...  CRC (low octet first)
 *
 * There is no length: it is the function's form that says where a frame ends, in requests another than in responses, and the CRC that
 * confirms it. Where the form does not say, a frame ends with its piece of the stream, as on the serial line it ends with a silence.
 * Out of step, the next frame of a public function with its exact length and a right CRC is searched for.
 */
#include "dissectors/modbus/message.h"

enum { UNIT_MAX = 247, HEAD = 2, CRC = 2, FRAME_MIN = 4, FRAME_MAX = 256, EXCEPTION_OCTETS = 1, REQUEST_OCTETS = 8 };

/* MODBUS over Serial Line V1.02, section 6.2.2: x^16 + x^15 + x^2 + 1, least bit first, begun with ones; four shifts at a time. */
static uint16_t crc_of(const uint8_t *bytes, size_t n)
{
    static const uint16_t steps[16] = {
        0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400
    };
    uint16_t crc = 0xffff;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        crc = (uint16_t)(crc >> 4 ^ steps[crc & 0xf]);
        crc = (uint16_t)(crc >> 4 ^ steps[crc & 0xf]);
    }
    return crc;
}

/* Octets between head and CRC that the form asks for; 0: it does not say. An exception has one. */
static bool body_octets(const struct cursor *c, bool response, size_t *octets)
{
    struct cursor body = *c;
    cursor_skip(&body, HEAD);
    int code = cursor_peek(c, 1);
    const struct modbus_function *f = modbus_function((uint8_t)(code & ~MODBUS_EXCEPTION_BIT));
    bool plain = code >= 0 && modbus_category((uint8_t)(code & ~MODBUS_EXCEPTION_BIT)) == MODBUS_PUBLIC;
    if (!plain || (code & MODBUS_EXCEPTION_BIT && !response))
        return false;
    *octets = code & MODBUS_EXCEPTION_BIT ? EXCEPTION_OCTETS : modbus_function_octets(f, &body, response);
    bool empty = !(code & MODBUS_EXCEPTION_BIT) && (response ? f->response_form : f->request_form).fixed == 0;
    return *octets > 0 || empty;
}

/* The frame of so many octets at `c`. False: not here, or its CRC is wrong. */
static bool frame_take(struct cursor *c, size_t octets, struct modbus_adu *a)
{
    const uint8_t *at = c->at;
    struct cursor frame = *c;
    if (octets < FRAME_MIN || octets > FRAME_MAX || octets > c->left)
        return false;
    *a = (struct modbus_adu){ .rtu = true, .length = (uint16_t)(octets - CRC), .unit = cursor_u8(&frame) };
    a->code = cursor_u8(&frame);
    a->body = cursor_sub(&frame, octets - HEAD - CRC);
    if (cursor_le16(&frame) != crc_of(at, octets - CRC))
        return false;
    *c = frame;
    return true;
}

/* By form, as a response or not. */
static bool frame_by_form(struct cursor *c, bool response, struct modbus_adu *a)
{
    size_t body;
    return body_octets(c, response, &body) && frame_take(c, HEAD + body + CRC, a);
}

/* Either way round, the likelier first. */
static bool frame_read(struct cursor *c, bool response, struct modbus_adu *a)
{
    return frame_by_form(c, response, a) || frame_by_form(c, !response, a);
}

bool modbus_rtu_whole(const struct conversation *conv, struct cursor c)
{
    struct modbus_adu a;
    return frame_by_form(&c, conv->dir == FROM_SERVER, &a) && a.unit <= UNIT_MAX && c.left == 0;
}

enum probe modbus_rtu_probe(const struct conversation *conv, struct cursor c)
{
    int unit = cursor_peek(&c, 0), code = cursor_peek(&c, 1);
    if (unit > UNIT_MAX || (code >= 0 && modbus_category((uint8_t)(code & ~MODBUS_EXCEPTION_BIT)) != MODBUS_PUBLIC))
        return PROBE_NO;
    if (modbus_rtu_whole(conv, c))
        return conv->over == OVER_TCP ? PROBE_YES : PROBE_MAYBE;    /* as one datagram of Modbus/TCP is */
    return c.left < REQUEST_OCTETS && conv->over == OVER_TCP ? PROBE_MORE : PROBE_NO;
}

static void frame_tell(struct conversation *conv, const struct modbus_adu *a)
{
    if (modbus_asks(conv, a))
        modbus_request_read(conv, a);
    else
        modbus_response_read(conv, a);
}

static void noise_tell(struct conversation *conv)
{
    struct modbus_state *s = conv->state;
    struct record *r = conversation_record(conv, &modbus_schema);
    r->transaction = s->transactions++;
    record_uint(r, MODBUS_RTU, true);
    record_anomaly(r, MODBUS_INVALID_CRC);
    conversation_emit(conv, r);
}

/* To the next frame; what is older than the longest one cannot begin one any more. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    size_t before = in->left;
    for (struct cursor at = *in; at.left >= FRAME_MIN && s->searching[conv->dir]; cursor_skip(&at, 1)) {
        struct cursor c = at;
        struct modbus_adu a;
        if (!frame_read(&c, (conv->dir == FROM_SERVER) != s->swapped, &a))
            continue;
        *in = at;
        s->searching[conv->dir] = false;
    }
    if (s->searching[conv->dir] && in->left > FRAME_MAX)
        cursor_skip(in, in->left - FRAME_MAX);
    return in->left < before ? DISSECT_PDU : DISSECT_MORE;
}

/* Nothing by its form: a frame of another function is as long as its piece; else it may not all be here. */
static enum dissect frame_unshaped(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    struct modbus_adu a;
    struct cursor c = *in;
    if (frame_take(&c, in->left, &a)) {
        frame_tell(conv, &a);
        *in = c;
        return DISSECT_PDU;
    }
    if (in->left < FRAME_MAX && conv->over == OVER_TCP)
        return DISSECT_MORE;
    if (s->transactions == 0)
        return DISSECT_LOST;
    noise_tell(conv);
    s->searching[conv->dir] = conv->over == OVER_TCP;
    cursor_skip(in, conv->over == OVER_TCP ? 1 : in->left);
    return DISSECT_PDU;
}

enum dissect modbus_rtu_pdu(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    struct cursor c = *in;
    struct modbus_adu a;
    if (!frame_read(&c, (conv->dir == FROM_SERVER) != s->swapped, &a))
        return frame_unshaped(conv, in);
    frame_tell(conv, &a);
    *in = c;
    return DISSECT_PDU;
}
