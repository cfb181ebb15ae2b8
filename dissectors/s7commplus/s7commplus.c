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
#include "dissectors/s7commplus/body.h"
#include "dissectors/framing/tpkt.h"
#include "events/access.h"

enum { PROTOCOL = 0x72, HEADER = 4, DIGEST = 32 };
enum { OPCODE_REQUEST = 0x31, OPCODE_RESPONSE = 0x32, OPCODE_NOTIFICATION = 0x33 };

enum { OPEN_MAX = 8 };

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

static const struct field_name object_names[] = {
    { 3, "plc_program" }, { 52, "cpu_execution_unit" }, { 80, "inputs" }, { 81, "outputs" }, { 82, "memory" }, { 83, "counters" },
    { 84, "timers" }, { 201, "root" }, { 285, "session_container" }, { 288, "null_session" }, { 537, "type_info_container" }, { 0, NULL }
};

static const struct field_name attribute_names[] = {
    { 306, "session_version" }, { 2167, "operating_state_request" }, { 2548, "db_value_initial" }, { 2550, "db_value_actual" },
    { 3735, "area_value_initial" }, { 3736, "area_value_actual" }, { 0, NULL }
};

static const struct field_name datatype_names[] = {
    { 0, "null" }, { 1, "bool" }, { 2, "usint" }, { 3, "uint" }, { 4, "udint" }, { 5, "ulint" }, { 6, "sint" }, { 7, "int" }, { 8, "dint" },
    { 9, "lint" }, { 10, "byte" }, { 11, "word" }, { 12, "dword" }, { 13, "lword" }, { 14, "real" }, { 15, "lreal" }, { 16, "timestamp" },
    { 17, "timespan" }, { 18, "rid" }, { 19, "aid" }, { 20, "blob" }, { 21, "wstring" }, { 23, "struct" }, { 0, NULL }
};

static const struct field fields[] = {
    COTP_FIELDS,
    [PLUS_VERSION]       = { .name = "version", .names = version_names, .about = "Protocol version of the header." },
    [PLUS_LENGTH]        = { .name = "length", .unit = "bytes", .about = "Length of this piece, without header and trailer." },
    [PLUS_OPCODE]        = { .name = "opcode", .names = opcode_names, .about = "Request, response, notification; only on a PDU's first piece." },
    [PLUS_FUNCTION] = { .name = "function_code", .means = MEANS_FUNCTION, .names = function_names, .aliases = "s7comm_plus.function", .about = "What is asked or answered." },
    [PLUS_ACCESS]        = { ACCESS_FIELD },
    [PLUS_SEQUENCE]      = { .name = "sequence", .about = "Sequence number: a response repeats its request's." },
    [PLUS_SESSION]       = { .name = "session", .about = "Session of a request." },
    [PLUS_INTEGRITY]     = { .name = "integrity", .type = FIELD_BYTES, .about = "Digest over the piece (version 3)." },
    [PLUS_FRAGMENT]      = { .name = "fragment", .type = FIELD_FLAG, .about = "Another piece follows." },
    [PLUS_CONTINUED]     = { .name = "continued", .type = FIELD_FLAG, .about = "An earlier piece has the opcode." },
    [PLUS_OBJECT]         = { .name = "object", .means = MEANS_TARGET, .names = object_names, .about = "Object that is worked on, by its relation id." },
    [PLUS_CLASS]          = { .name = "class", .means = MEANS_TARGET, .about = "Class of an object that is made." },
    [PLUS_ITEM_COUNT]     = { .name = "item_count", .about = "How many variables." },
    [PLUS_ITEMS]          = { .name = "items", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Variables that are read or written." },
    [PLUS_AREA]           = { .name = "area", .means = MEANS_TARGET, .in = PLUS_ITEMS + 1, .names = object_names, .about = "Area of the variable." },
    [PLUS_DB]             = { .name = "db_number", .in = PLUS_ITEMS + 1, .about = "Data block, where the area is one." },
    [PLUS_ID]             = { .name = "attribute", .means = MEANS_TARGET, .in = PLUS_ITEMS + 1, .names = attribute_names, .about = "Attribute of the object, or of the area." },
    [PLUS_LIDS]           = { .name = "lids", .means = MEANS_TARGET, .flags = FIELD_MANY, .in = PLUS_ITEMS + 1, .about = "Local ids of the variable, outermost first." },
    [PLUS_VALUES]         = { .name = "values", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "What is written, up to what cannot be stepped over: packed structures, structures in arrays." },
    [PLUS_NUMBER]         = { .name = "number", .in = PLUS_VALUES + 1, .about = "Which item it is for, from 1." },
    [PLUS_DATATYPE]       = { .name = "datatype", .in = PLUS_VALUES + 1, .names = datatype_names, .about = "Type of the value." },
    [PLUS_VALUE]          = { .name = "value", .type = FIELD_INT, .means = MEANS_VALUE, .in = PLUS_VALUES + 1, .about = "A value that is a whole number." },
    [PLUS_REAL]           = { .name = "real", .type = FIELD_REAL, .means = MEANS_VALUE, .in = PLUS_VALUES + 1, .about = "A value in floating point." },
    [PLUS_TEXT]           = { .name = "text", .type = FIELD_TEXT, .means = MEANS_VALUE, .in = PLUS_VALUES + 1, .about = "A value that is text." },
    [PLUS_STRUCTURE]      = { .name = "structure", .in = PLUS_VALUES + 1, .about = "Id of the structure that is written; its members are in elements." },
    [PLUS_ELEMENTS]       = { .name = "elements", .type = FIELD_LIST, .flags = FIELD_MANY, .in = PLUS_VALUES + 1, .about = "Elements of an array, members of a structure, those of inner ones too, one after the other." },
    [PLUS_KEY]            = { .name = "key", .in = PLUS_ELEMENTS + 1, .about = "Id of the member, or key in a sparse array." },
    [PLUS_ELEMENT_DATATYPE] = { .name = "datatype", .in = PLUS_ELEMENTS + 1, .names = datatype_names, .about = "Its type." },
    [PLUS_ELEMENT_VALUE]  = { .name = "value", .type = FIELD_INT, .means = MEANS_VALUE, .in = PLUS_ELEMENTS + 1, .about = "A whole number." },
    [PLUS_ELEMENT_REAL]   = { .name = "real", .type = FIELD_REAL, .means = MEANS_VALUE, .in = PLUS_ELEMENTS + 1, .about = "A number in floating point." },
    [PLUS_ELEMENT_TEXT]   = { .name = "text", .type = FIELD_TEXT, .means = MEANS_VALUE, .in = PLUS_ELEMENTS + 1, .about = "Text; of a blob its octets." },
    [PLUS_RETURN]         = { .name = "return_value", .about = "How the request ended; bit 15: it was refused." },
    [PLUS_IDENTIFICATION] = { .name = "identification", .type = FIELD_TEXT, .about = "What the controller says of itself when a session begins." },
    [PLUS_PRODUCT]        = { .name = "order_number", .type = FIELD_TEXT, .means = MEANS_PRODUCT, .about = "Its order number." },
    [PLUS_FIRMWARE]       = { .name = "firmware", .type = FIELD_TEXT, .means = MEANS_VERSION, .about = "Its firmware." },
    [PLUS_RESPONSE_TIME]  = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [INVALID_TPDU]        = { "invalid_tpdu", "A transport TPDU that contradicts itself." },
    [INVALID_PROTOCOL_ID] = { "invalid_protocol_id", "A message that does not begin as S7comm-plus's do." },
    [INVALID_LENGTH]      = { "invalid_length", "The header's length is not that of what follows." },
    [MESSAGE_TOO_LONG]    = { "message_too_long", "A message in pieces that never ended." },
};

static const struct schema schema = {
    .name = "s7comm_plus", .fields = fields, .count = PLUS_ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

struct open_request {
    uint64_t transaction, sent_us;
    uint16_t function, sequence;
    uint8_t  access, dir;
    bool     waiting;
};

struct state {
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    unsigned            next;
    bool                continued[2];
    struct iso_stream   iso;
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

static void request_tell(struct conversation *conv, struct record *r, unsigned function, uint16_t sequence, struct cursor *c)
{
    struct state *s = conv->state;
    uint32_t session = cursor_be32(c);
    cursor_skip(c, 1);          /* transport flags */
    if (c->status == CURSOR_OK)
        record_uint(r, PLUS_SESSION, session);
    enum access access = plus_request_read(r, function, session, *c);
    record_uint(r, PLUS_ACCESS, access);
    s->open[s->next] = (struct open_request){ .transaction = r->transaction, .sent_us = conv->now_us, .function = (uint16_t)function,
        .sequence = sequence, .access = (uint8_t)access, .dir = (uint8_t)conv->dir, .waiting = true };
    s->next = (s->next + 1) % OPEN_MAX;
}

static void response_tell(struct conversation *conv, struct record *r, unsigned function, uint16_t sequence, struct cursor *c)
{
    struct state *s = conv->state;
    cursor_skip(c, 1);
    plus_response_read(r, *c);
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        struct open_request *q = &s->open[i];
        if (!q->waiting || q->dir == (uint8_t)conv->dir || q->sequence != sequence || q->function != function)
            continue;
        r->transaction = q->transaction;
        q->waiting = false;
        record_uint(r, PLUS_ACCESS, q->access);
        if (conv->now_us >= q->sent_us)
            record_uint(r, PLUS_RESPONSE_TIME, conv->now_us - q->sent_us);
        return;
    }
    const struct cursor nothing = cursor_over(NULL, 0);
    record_uint(r, PLUS_ACCESS, plus_request_read(r, function, 0, nothing));
}

static void opcode_read(struct conversation *conv, struct record *r, struct cursor c, unsigned version)
{
    struct cursor piece = c;
    if (version == 3 && cursor_peek(&c, 0) == DIGEST) {
        cursor_skip(&c, 1);
        const uint8_t *digest = cursor_bytes(&c, DIGEST);
        if (digest != NULL)
            record_bytes(r, PLUS_INTEGRITY, digest, DIGEST);
    }
    uint8_t opcode = cursor_u8(&c);
    if (c.status != CURSOR_OK || opcode < OPCODE_REQUEST || opcode > OPCODE_NOTIFICATION)
        return;
    record_uint(r, PLUS_OPCODE, opcode);
    r->answer = opcode == OPCODE_RESPONSE;
    if (opcode == OPCODE_NOTIFICATION) {
        record_uint(r, PLUS_ACCESS, ACCESS_REPORT);
        return;
    }
    cursor_skip(&c, 2);
    uint16_t function = cursor_be16(&c);
    cursor_skip(&c, 2);
    uint16_t sequence = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return;
    record_uint(r, PLUS_FUNCTION, function);
    record_uint(r, PLUS_SEQUENCE, sequence);
    if (opcode == OPCODE_REQUEST)
        request_tell(conv, r, function, sequence, &c);
    else
        response_tell(conv, r, function, sequence, &c);
    if (function == PLUS_CREATE_OBJECT && opcode == OPCODE_RESPONSE)    /* the controller says who it is when a session begins */
        plus_identification_read(r, piece);
}

static bool message_read(struct conversation *conv, struct cursor c, unsigned pieces, bool lost)
{
    struct state *s = conv->state;
    struct record *r = conversation_record(conv, &schema);
    bool last = true, foreign = cursor_peek(&c, 0) != PROTOCOL || c.left < HEADER;
    r->transaction = s->transactions;
    record_uint(r, COTP_TPDU, COTP_DT);
    record_uint(r, COTP_PIECES, pieces);
    if (foreign) {
        record_anomaly(r, lost ? MESSAGE_TOO_LONG : INVALID_PROTOCOL_ID);
        s->transactions++;
        conversation_emit(conv, r);
        return false;
    }
    if (!piece_fits(c, &last))
        record_anomaly(r, INVALID_LENGTH);
    cursor_skip(&c, 1);
    unsigned version = cursor_u8(&c), length = cursor_be16(&c);
    record_uint(r, PLUS_VERSION, version);
    record_uint(r, PLUS_LENGTH, length);
    if (s->continued[conv->dir])
        record_uint(r, PLUS_CONTINUED, true);
    else if (version < 254)
        opcode_read(conv, r, cursor_sub(&c, length < c.left ? length : c.left), version);
    if (!last)
        record_uint(r, PLUS_FRAGMENT, true);
    if (version < 254)
        s->continued[conv->dir] = !last;
    s->transactions += r->transaction == s->transactions;
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
