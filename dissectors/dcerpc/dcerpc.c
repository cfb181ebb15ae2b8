/* DCE/RPC by itself: fragments on a TCP stream, and the older datagram form on UDP.
 *
 * After a hole in the stream the next header is searched for: 16 bytes that hold together are rare enough.
 */
#include "dissectors/dcerpc/dcerpc.h"
#include "dissectors/dcerpc/pdu.h"

#include <string.h>

enum { DATAGRAM_VERSION = 4, DATAGRAM_HEADER = 80, DATAGRAM_TYPES = 11, LITTLE = 0x10 };

enum dcerpc_anomaly { DCERPC_MALFORMED, DCERPC_UNSOLICITED, DCERPC_ANOMALIES };

static const struct field fields[] = { DCE_FIELDS(0, 0) };
_Static_assert(sizeof fields / sizeof fields[0] == DCE_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [DCERPC_MALFORMED]   = { "malformed_data", "A message that contradicts its own lengths." },
    [DCERPC_UNSOLICITED] = { "unsolicited_response", "A response that no request asked for." },
};

static const struct schema dcerpc_schema = {
    .name = "dcerpc", .fields = fields, .count = DCE_ROWS, .anomalies = anomalies, .anomaly_count = DCERPC_ANOMALIES
};

struct dcerpc_state {
    struct dce dce;
    bool       searching[2];        /* out of step after a gap */
    bool       blind;               /* requests may have been missed */
};

/* --- datagrams ------------------------------------------------------------------------------------------------------ */

static bool datagram_possible(const struct cursor *c)
{
    return cursor_peek(c, 0) == DATAGRAM_VERSION && (cursor_peek(c, 1) & 0x1f) < DATAGRAM_TYPES && cursor_peek(c, 1) < 0x20
           && (cursor_peek(c, 4) & 0xee) == 0 && cursor_peek(c, 5) <= 3 && cursor_peek(c, 6) == 0;
}

static enum probe datagram_probe(struct cursor c)
{
    if (c.left < DATAGRAM_HEADER || !datagram_possible(&c))
        return PROBE_NO;
    bool little = (cursor_peek(&c, 4) & LITTLE) != 0;
    cursor_skip(&c, 74);
    size_t length = dce_u16(&c, little);
    cursor_skip(&c, 4);
    return length == c.left ? PROBE_YES : PROBE_NO;
}

static enum dissect datagram_pdu(struct conversation *conv, struct cursor *in)
{
    struct dcerpc_state *s = conv->state;
    struct cursor c = *in;
    char object[DCE_UUID_TEXT], interface[DCE_UUID_TEXT], activity[DCE_UUID_TEXT];
    if (datagram_probe(c) != PROBE_YES)
        return DISSECT_LOST;
    cursor_skip(&c, 1);
    uint8_t type = cursor_u8(&c) & 0x1f;
    cursor_skip(&c, 2);
    bool little = (cursor_u8(&c) & LITTLE) != 0;
    cursor_skip(&c, 3);
    dce_uuid(&c, little, object);
    dce_uuid(&c, little, interface);
    dce_uuid(&c, little, activity);
    cursor_skip(&c, 4);                     /* boot time */
    uint32_t version = dce_u32(&c, little), sequence = dce_u32(&c, little);
    uint16_t opnum = dce_u16(&c, little);
    cursor_skip(&c, 4);
    size_t length = dce_u16(&c, little);
    cursor_skip(&c, 4);
    struct record *r = conversation_record(conv, &dcerpc_schema);
    r->transaction = type == DCE_TYPE_REQUEST ? ++s->dce.transactions : s->dce.transactions;
    record_uint(r, conv->dir == FROM_CLIENT ? DCE_REQUEST : DCE_RESPONSE, type);
    record_bytes(r, DCE_RPC_VERSION, "4", 1);
    record_bytes(r, DCE_ACTIVITY, activity, strlen(activity));
    record_uint(r, DCE_SEQNUM, sequence);
    record_uint(r, DCE_OPNUM, opnum);
    record_bytes(r, DCE_INTERFACE, interface, strlen(interface));
    record_uint(r, DCE_INTERFACE_VERSION, version & 0xffff);
    record_bytes(r, DCE_OBJECT, object, strlen(object));
    record_uint(r, DCE_STUB_DATA_SIZE, length);
    record_uint(r, DCE_LITTLE_ENDIAN, little);
    record_bytes(r, DCE_STUB_DATA, c.at, length);
    conversation_emit(conv, r);
    cursor_skip(&c, length);
    *in = c;
    return DISSECT_PDU;
}

/* --- streams -------------------------------------------------------------------------------------------------------- */

static enum probe dcerpc_probe(const struct conversation *conv, struct cursor c)
{
    struct dce_header h;
    return conv->over == OVER_UDP ? datagram_probe(c) : dce_header_read(c, &h);
}

/* Steps to the next header. False: none yet; what is left could begin one. */
static bool step_found(struct conversation *conv, struct cursor *in)
{
    struct dcerpc_state *s = conv->state;
    struct dce_header h;
    for (; in->left >= DCE_HEADER; cursor_skip(in, 1)) {
        if (dce_header_read(*in, &h) != PROBE_YES)
            continue;
        s->searching[conv->dir] = false;
        return true;
    }
    return false;
}

static enum dissect fragment_pdu(struct conversation *conv, struct cursor *in)
{
    struct dcerpc_state *s = conv->state;
    struct dce_header h;
    enum probe header = dce_header_read(*in, &h);
    if (header == PROBE_NO)
        return DISSECT_LOST;
    conv->need = header == PROBE_MORE ? DCE_HEADER : h.length;
    if (in->left < conv->need)
        return DISSECT_MORE;
    struct record *r = conversation_record(conv, &dcerpc_schema);
    s->blind |= conv->midstream;
    bool whole = dce_read(&s->dce, conv, cursor_sub(in, h.length), r, 0);
    if (!whole)
        return DISSECT_PDU;
    r->transaction = s->dce.transaction;
    if (s->dce.malformed)
        record_anomaly(r, DCERPC_MALFORMED);
    if (s->dce.unasked && !s->blind)
        record_anomaly(r, DCERPC_UNSOLICITED);
    conversation_emit(conv, r);
    return DISSECT_PDU;
}

static enum dissect dcerpc_pdu(struct conversation *conv, struct cursor *in)
{
    struct dcerpc_state *s = conv->state;
    if (conv->over == OVER_UDP)
        return datagram_pdu(conv, in);
    if (s->searching[conv->dir]) {
        size_t before = in->left;
        bool found = step_found(conv, in);
        if (in->left < before)
            return DISSECT_PDU;
        if (!found)
            return DISSECT_MORE;
    }
    return fragment_pdu(conv, in);
}

static bool dcerpc_gap(struct conversation *conv, size_t missing)
{
    struct dcerpc_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = true;
    s->blind = true;
    return true;
}

static void dcerpc_end(struct conversation *conv)
{
    struct dcerpc_state *s = conv->state;
    dce_free(&s->dce, conv);
}

const struct dissector dissector_dcerpc = {
    .schema = &dcerpc_schema,
    .source = "C706 chapter 12, MS-RPCE 2.2.2",
    .over = OVER_TCP | OVER_UDP,
    .client_first = true,
    .ports = { 135 },
    .ndpi = "RPC DCE_RPC MSRPC",
    .state_size = sizeof(struct dcerpc_state),
    .pdu_max = 65536,
    .probe = dcerpc_probe,
    .pdu = dcerpc_pdu,
    .gap = dcerpc_gap,
    .end = dcerpc_end,
};
