/* S7comm-plus over TPKT and COTP: its header, and of the first piece of each PDU what the PDU is.
 *
 *   0      1         2        4
 *   +------+---------+--------+--------------------------------------+------+---------+------+
 *   | 0x72 | version | length | (integrity) opcode . function . seq. | 0x72 | version | 0000 |
 *   +------+---------+--------+--------------------------------------+------+---------+------+
 *
 * The trailer is on a PDU's last piece only. Version 3 puts a digest with its length before the opcode; versions 254 and 255
 * are connection and keep-alive. Every piece is one record.
 */
#include "dissectors/s7commplus/s7commplus.h"

#include "dissectors/framing/isostream.h"
#include "dissectors/framing/tpkt.h"
#include "events/access.h"

enum { PROTOCOL = 0x72, HEADER = 4, DIGEST = 32 };
enum { OPCODE_REQUEST = 0x31, OPCODE_RESPONSE = 0x32, OPCODE_NOTIFICATION = 0x33 };

enum row { VERSION = COTP_ROWS, LENGTH, OPCODE, FUNCTION_CODE, ACCESS, SEQUENCE, SESSION, INTEGRITY, FRAGMENT, CONTINUED, ROWS };
enum plus_anomaly { INVALID_TPDU, INVALID_PROTOCOL_ID, INVALID_LENGTH, MESSAGE_TOO_LONG, ANOMALIES };

static const struct field_name version_names[] = {
    { 1, "v1" }, { 2, "v2" }, { 3, "v3" }, { 254, "connect" }, { 255, "keep_alive" }, { 0, NULL }
};

static const struct field_name opcode_names[] = {
    { OPCODE_REQUEST, "request" }, { OPCODE_RESPONSE, "response" }, { OPCODE_NOTIFICATION, "notification" }, { 0, NULL }
};

static const struct field_name function_names[] = {
    { 0x04b1, "error" }, { 0x04bb, "explore" }, { 0x04ca, "create_object" }, { 0x04d4, "delete_object" },
    { 0x04f2, "set_variable" }, { 0x04fc, "get_variable" }, { 0x0506, "add_link" }, { 0x051a, "remove_link" },
    { 0x0524, "get_link" }, { 0x0542, "set_multi_variables" }, { 0x054c, "get_multi_variables" },
    { 0x0556, "begin_sequence" }, { 0x0560, "end_sequence" }, { 0x056b, "invoke" }, { 0x057c, "set_var_sub_streamed" },
    { 0x0586, "get_var_sub_streamed" }, { 0x0590, "get_variables_address" }, { 0x059a, "abort" }, { 0x05a9, "error_2" },
    { 0x05b3, "init_ssl" }, { 0, NULL }
};

static const struct field fields[] = {
    COTP_FIELDS,
    [VERSION]       = { .name = "version", .names = version_names, .about = "Protocol version of the header." },
    [LENGTH]        = { .name = "length", .unit = "bytes", .about = "Length of this piece, without header and trailer." },
    [OPCODE]        = { .name = "opcode", .names = opcode_names, .about = "Request, response, notification; only on a PDU's first piece." },
    [FUNCTION_CODE] = { .name = "function_code", .means = MEANS_FUNCTION, .names = function_names, .aliases = "s7comm_plus.function", .about = "What is asked or answered." },
    [ACCESS]        = { ACCESS_FIELD },
    [SEQUENCE]      = { .name = "sequence", .about = "Sequence number: a response repeats its request's." },
    [SESSION]       = { .name = "session", .about = "Session of a request." },
    [INTEGRITY]     = { .name = "integrity", .type = FIELD_BYTES, .about = "Digest over the piece (version 3)." },
    [FRAGMENT]      = { .name = "fragment", .type = FIELD_FLAG, .about = "Another piece follows." },
    [CONTINUED]     = { .name = "continued", .type = FIELD_FLAG, .about = "An earlier piece has the opcode." },
};

static const struct anomaly anomalies[] = {
    [INVALID_TPDU]        = { "invalid_tpdu", "A transport TPDU that contradicts itself." },
    [INVALID_PROTOCOL_ID] = { "invalid_protocol_id", "A message that does not begin as S7comm-plus's do." },
    [INVALID_LENGTH]      = { "invalid_length", "The header's length is not that of what follows." },
    [MESSAGE_TOO_LONG]    = { "message_too_long", "A message in pieces that never ended." },
};

static const struct schema schema = {
    .name = "s7comm_plus", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

struct state {
    uint64_t          transactions;
    bool              continued[2];
    struct iso_stream iso;
};

static bool version_known(int version)
{
    return (version >= 1 && version <= 3) || version >= 254;
}

/* Whether a whole message is one piece of S7comm-plus: header, as much as it says, and the trailer or nothing. */
static bool piece_fits(struct cursor c, bool *last)
{
    uint8_t protocol = cursor_u8(&c), version = cursor_u8(&c);
    size_t length = cursor_be16(&c);
    *last = c.left == length + HEADER || version >= 254;
    if (c.status != CURSOR_OK || protocol != PROTOCOL || !version_known(version))
        return false;
    if (c.left == length + HEADER) {
        cursor_skip(&c, length);
        return cursor_u8(&c) == PROTOCOL && cursor_u8(&c) == version && cursor_be16(&c) == 0;
    }
    return c.left == length;
}

static bool begins(struct cursor data, bool whole, bool eot)
{
    bool last;
    if (whole && eot)
        return piece_fits(data, &last);
    return cursor_peek(&data, 0) == PROTOCOL && version_known(cursor_peek(&data, 1));
}

static enum access access_of(unsigned function)
{
    switch (function) {
    case 0x04f2: case 0x0542: case 0x057c: return ACCESS_WRITE;
    case 0x04fc: case 0x054c: case 0x0586: return ACCESS_READ;
    case 0x04ca: case 0x04d4: case 0x0506: case 0x051a: return ACCESS_CONFIGURE;
    case 0x04bb: case 0x0524: case 0x0590: return ACCESS_BROWSE;
    case 0x056b: return ACCESS_CONTROL;
    default: return ACCESS_OTHER;
    }
}

static void opcode_read(struct record *r, struct cursor c, unsigned version)
{
    if (version == 3 && cursor_peek(&c, 0) == DIGEST) {
        cursor_skip(&c, 1);
        const uint8_t *digest = cursor_bytes(&c, DIGEST);
        if (digest != NULL)
            record_bytes(r, INTEGRITY, digest, DIGEST);
    }
    uint8_t opcode = cursor_u8(&c);
    if (c.status != CURSOR_OK || opcode < OPCODE_REQUEST || opcode > OPCODE_NOTIFICATION)
        return;
    record_uint(r, OPCODE, opcode);
    if (opcode == OPCODE_NOTIFICATION)
        return;
    cursor_skip(&c, 2);
    uint16_t function = cursor_be16(&c);
    cursor_skip(&c, 2);
    uint16_t sequence = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return;
    record_uint(r, FUNCTION_CODE, function);
    record_uint(r, ACCESS, access_of(function));
    r->answer = opcode == OPCODE_RESPONSE;
    record_uint(r, SEQUENCE, sequence);
    uint32_t session = opcode == OPCODE_REQUEST ? cursor_be32(&c) : 0;
    if (opcode == OPCODE_REQUEST && c.status == CURSOR_OK)
        record_uint(r, SESSION, session);
}

static bool message_read(struct conversation *conv, struct cursor c, unsigned pieces, bool lost)
{
    struct state *s = conv->state;
    struct record *r = conversation_record(conv, &schema);
    bool last = true, foreign = cursor_peek(&c, 0) != PROTOCOL || c.left < HEADER;
    r->transaction = s->transactions++;
    record_uint(r, COTP_TPDU, COTP_DT);
    record_uint(r, COTP_PIECES, pieces);
    if (foreign) {
        record_anomaly(r, lost ? MESSAGE_TOO_LONG : INVALID_PROTOCOL_ID);
        conversation_emit(conv, r);
        return false;
    }
    if (!piece_fits(c, &last))
        record_anomaly(r, INVALID_LENGTH);
    cursor_skip(&c, 1);
    unsigned version = cursor_u8(&c), length = cursor_be16(&c);
    record_uint(r, VERSION, version);
    record_uint(r, LENGTH, length);
    if (s->continued[conv->dir])
        record_uint(r, CONTINUED, true);
    else if (version < 254)
        opcode_read(r, cursor_sub(&c, length < c.left ? length : c.left), version);
    if (!last)
        record_uint(r, FRAGMENT, true);
    if (version < 254)
        s->continued[conv->dir] = !last;
    conversation_emit(conv, r);
    return true;
}

static struct record *record_new(struct conversation *conv)
{
    struct state *s = conv->state;
    struct record *r = conversation_record(conv, &schema);
    r->transaction = s->transactions;
    return r;
}

static const struct iso_upper upper = {
    .record = record_new, .invalid_tpdu = INVALID_TPDU, .header_min = HEADER, .begins = begins, .message = message_read
};

static enum probe probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    return iso_probe(&upper, c);
}

static enum dissect pdu(struct conversation *conv, struct cursor *in)
{
    struct state *s = conv->state;
    return iso_pdu(&upper, &s->iso, conv, in);
}

static bool gap(struct conversation *conv, size_t missing)
{
    struct state *s = conv->state;
    (void)missing;
    iso_gap(&s->iso, conv);
    s->continued[conv->dir] = false;
    return true;
}

static void end(struct conversation *conv)
{
    struct state *s = conv->state;
    iso_end(&upper, &s->iso, conv);
}

const struct dissector dissector_s7commplus = {
    .schema = &schema,
    .device = "plc",
    .source = "RFC 1006, ISO/IEC 8073; S7comm-plus as T. Wiens's Wireshark dissector reads it",
    .over = OVER_TCP,
    .ports = { 102 },
    .ndpi = "S7Comm s7comm",
    .state_size = sizeof(struct state),
    .pdu_max = TPKT_MAX,
    .probe = probe,
    .pdu = pdu,
    .gap = gap,
    .end = end,
};
