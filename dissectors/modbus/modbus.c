/* Modbus/TCP: the MBAP header, requests and responses held against each other, and the way back after a gap.
 *
 *   0        2        4        6      7      8
 *   +--------+--------+--------+------+------+----------
 *   | trans. | proto. | length | unit | func | data ...
 *   +--------+--------+--------+------+------+----------
 *                               `------ length bytes ---'
 *
 * The header is the only thing to stay in step by. A length that cannot be is said in a record (invalid_length) and
 * ends the conversation, as there is no marker to search for and guessing would invent PDUs. A foreign
 * protocol id with a sane length is stepped over, as servers do. After a gap the next bytes may be the middle of an
 * ADU: there we do search, but believe only an ADU of a public function that has exactly its function's length.
 */
#include "dissectors/modbus/modbus.h"
#include "dissectors/modbus/message.h"
#include "dissectors/modbus/umas.h"

enum {
    HEADER = 6,                 /* bytes up to and with the length */
    LENGTH_MIN = 2,             /* unit identifier and function code */
    LENGTH_MAX = 254,           /* unit identifier and a PDU of at most 253 bytes */
    LENGTH_UMAS_MAX = 2048,     /* UMAS negotiates longer PDUs than Modbus has */
    FOREIGN_MAX = 4             /* ADUs of another protocol in a row before we believe that it is one */
};

static bool length_possible(const struct modbus_adu *a)
{
    return a->length >= LENGTH_MIN && a->length <= (a->code == UMAS_CODE ? LENGTH_UMAS_MAX : LENGTH_MAX);
}

/* The ADU at `c`; false: not all of it is here. With a length that cannot be there is no body. */
static bool adu_read(struct cursor *c, struct modbus_adu *a)
{
    *a = (struct modbus_adu){ .transaction_id = cursor_be16(c), .protocol = 0 };
    a->protocol = cursor_be16(c);
    a->length = cursor_be16(c);
    a->code = (uint8_t)(cursor_peek(c, 1) & ~MODBUS_EXCEPTION_BIT);
    if (c->status != CURSOR_OK)
        return false;
    if (!length_possible(a))
        return a->length < LENGTH_MIN || c->left >= LENGTH_MIN;
    struct cursor rest = cursor_sub(c, a->length);
    a->unit = cursor_u8(&rest);
    a->code = cursor_u8(&rest);
    a->body = rest;
    return c->status == CURSOR_OK;
}

/* Whether what follows an ADU in the same piece may be the next one's header. */
static bool next_possible(struct cursor c)
{
    if (c.left < HEADER)
        return true;
    cursor_skip(&c, 2);
    uint16_t protocol = cursor_be16(&c), length = cursor_be16(&c);
    return protocol == MODBUS_PROTOCOL && length >= LENGTH_MIN && length <= LENGTH_UMAS_MAX;
}

static enum probe mbap_probe(const struct conversation *conv, struct cursor c)
{
    struct modbus_adu a;
    size_t here = c.left;
    bool whole = adu_read(&c, &a);
    if (here < HEADER)
        return here >= 4 && a.protocol != MODBUS_PROTOCOL ? PROBE_NO : PROBE_MORE;
    if (a.protocol != MODBUS_PROTOCOL || a.length < LENGTH_MIN || a.length > LENGTH_UMAS_MAX)
        return PROBE_NO;
    if (!whole)
        return PROBE_MORE;
    if (!length_possible(&a) || !next_possible(c))
        return PROBE_NO;
    if (a.body.left == 0 && modbus_category((uint8_t)(a.code & ~MODBUS_EXCEPTION_BIT)) != MODBUS_PUBLIC)
        return PROBE_NO;        /* a lone code that nobody defined proves nothing; HART-IP's header reads like that */
    /* A datagram has no second one behind it to confirm the first: there the port or nDPI must agree. */
    return modbus_adu_convinces(&a, conv->dir == FROM_SERVER) && conv->over == OVER_TCP ? PROBE_YES : PROBE_MAYBE;
}

/* A read from address 0 on a serial line begins as the header of Modbus/TCP could: the CRC decides. */
static enum probe modbus_probe(const struct conversation *conv, struct cursor c)
{
    enum probe serial = modbus_rtu_probe(conv, c), header = mbap_probe(conv, c);
    return serial == PROBE_YES || header == PROBE_NO ? serial : header;
}

/* A header that is not Modbus's: said once per ADU, without a function. */
static void foreign_read(struct conversation *conv, const struct modbus_adu *a, enum modbus_anomaly what)
{
    struct modbus_state *s = conv->state;
    struct record *r = conversation_record(conv, &modbus_schema);
    r->transaction = s->transactions++;
    modbus_header_say(r, a);
    record_anomaly(r, what);
    conversation_emit(conv, r);
}

/* After a gap: drops what cannot be the beginning of an ADU. False: nothing convincing is here yet. */
static bool step_found(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    for (struct cursor at = *in; at.left >= HEADER + LENGTH_MIN; cursor_skip(&at, 1)) {
        struct cursor c = at;
        struct modbus_adu a;
        if (!adu_read(&c, &a) || !modbus_adu_convinces(&a, (conv->dir == FROM_SERVER) != s->swapped))
            continue;
        *in = at;
        s->searching[conv->dir] = false;
        return true;
    }
    return false;
}

/* While searching, what is older than the longest ADU cannot begin one any more. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    size_t before = in->left;
    bool found = step_found(conv, in);
    if (!found && in->left > HEADER + LENGTH_MAX)
        cursor_skip(in, in->left - (HEADER + LENGTH_MAX));
    return in->left < before ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect mbap_pdu(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    struct cursor c = *in;              /* commit only when a whole ADU is here */
    struct modbus_adu a;
    if (!adu_read(&c, &a)) {
        conv->need = in->left >= HEADER + LENGTH_MIN ? (size_t)HEADER + a.length : HEADER + LENGTH_MIN;
        return DISSECT_MORE;
    }
    s->foreign = a.protocol == MODBUS_PROTOCOL ? 0 : s->foreign + 1;
    if (!length_possible(&a) || s->foreign > FOREIGN_MAX) {
        foreign_read(conv, &a, s->foreign > 0 ? MODBUS_INVALID_PROTOCOL_ID : MODBUS_INVALID_LENGTH);
        return DISSECT_LOST;
    }
    if (a.protocol != MODBUS_PROTOCOL)
        foreign_read(conv, &a, MODBUS_INVALID_PROTOCOL_ID);
    else if (modbus_asks(conv, &a))
        modbus_request_read(conv, &a);
    else
        modbus_response_read(conv, &a);
    *in = c;
    return DISSECT_PDU;
}

static enum dissect modbus_pdu(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    s->blind |= conv->midstream;
    if (!s->framed) {
        enum probe header = mbap_probe(conv, *in), serial = modbus_rtu_probe(conv, *in);
        s->rtu = modbus_rtu_whole(conv, *in) || (header == PROBE_NO && serial != PROBE_NO);
        s->framed = s->rtu || header != PROBE_MORE || serial == PROBE_NO;
    }
    if (!s->framed)
        return DISSECT_MORE;
    return s->rtu ? modbus_rtu_pdu(conv, in) : mbap_pdu(conv, in);
}

static bool modbus_gap(struct conversation *conv, size_t missing)
{
    struct modbus_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = true;
    s->blind = true;
    return true;
}

const struct dissector dissector_modbus = {
    .schema = &modbus_schema,
    .device = "plc",
    .source = "MODBUS Messaging on TCP/IP V1.0b, MODBUS Application Protocol V1.1b3",
    .over = OVER_TCP | OVER_UDP,
    .client_first = true,
    .ports = { 502 },
    .ndpi = "Modbus",
    .state_size = sizeof(struct modbus_state),
    .pdu_max = HEADER + LENGTH_UMAS_MAX,
    .probe = modbus_probe,
    .pdu = modbus_pdu,
    .gap = modbus_gap,
};
