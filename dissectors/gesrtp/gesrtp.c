/* GE-SRTP, little endian: 56 octets, and a text behind them.
 *
 *    0  type(2) sequence(2) text length(2)            26  seconds minutes hours, BCD       30  mailbox sequence, message type
 *   32  mailbox source(4) destination(4)              40  packet, of how many
 *   42  request: service selector offset(2) count(2) data(8)         50 with text: the same without data
 *   42  reply: status, minor status, data(6), then of the controller: program, privilege, sweep(2), status word(2)
 */
#include "dissectors/gesrtp/gesrtp.h"

#include "dissectors/framing/asked.h"
#include "dissectors/gesrtp/fields.h"

enum {
    HEADER = 56, TEXT_MAX = 8192, QUIET = 6, QUIET_END = 26, INITIATE = 0, INITIATED, REQUEST, REPLY, UNKNOWN = 8,
    REQUEST_TEXT = 0x80, COMPLETION_TEXT = 0x94, REQUEST_SHORT = 0xc0, ERROR_NACK = 0xd1, COMPLETION = 0xd4
};

struct gesrtp_state {
    struct asked asked;
    bool         searching[2];
};

struct message {
    uint16_t      type, sequence, text_length;
    uint8_t       seconds, minutes, hours, mailbox_sequence, kind, packet, packets;
    uint32_t      source, destination;
    struct cursor body, text;
};

static bool message_read(struct cursor *c, struct message *m)
{
    *m = (struct message){ .type = cursor_le16(c) };
    m->sequence = cursor_le16(c);
    m->text_length = cursor_le16(c);
    cursor_skip(c, QUIET_END - QUIET);
    m->seconds = cursor_u8(c);
    m->minutes = cursor_u8(c);
    m->hours = cursor_u8(c);
    cursor_skip(c, 1);
    m->mailbox_sequence = cursor_u8(c);
    m->kind = cursor_u8(c);
    m->source = cursor_le32(c);
    m->destination = cursor_le32(c);
    m->packet = cursor_u8(c);
    m->packets = cursor_u8(c);
    m->body = cursor_sub(c, 14);
    m->text = cursor_sub(c, m->text_length);
    return c->status == CURSOR_OK;
}

static bool kind_fits(const struct message *m)
{
    switch (m->type) {
    case INITIATE: case INITIATED: return m->kind == 0;
    case REQUEST:  return m->kind == REQUEST_SHORT || m->kind == REQUEST_TEXT;
    case REPLY:    return m->kind == COMPLETION || m->kind == COMPLETION_TEXT || m->kind == ERROR_NACK;
    default:       return m->type == UNKNOWN;
    }
}

/* Whether the header can be one; `c` need not have the text. */
static bool header_possible(struct cursor c, struct message *m)
{
    (void)message_read(&c, m);
    return kind_fits(m) && m->text_length <= TEXT_MAX && m->seconds < 0x60 && m->minutes < 0x60 && m->hours < 0x24 && m->packet <= m->packets;
}

/* The octets that nobody uses, as far as they are here: three have been seen to hold small numbers, the others nothing. */
static bool is_quiet(const struct cursor *c)
{
    for (unsigned i = QUIET; i < QUIET_END && i < c->left; i++)
        if (c->at[i] != 0 && ((i != 8 && i != 9 && i != 17) || c->at[i] >= 16))
            return false;
    return true;
}

/* Nothing but small numbers says what it is: all of the fixed octets are looked at, and opening a connection, which is
 * nearly all zeroes, needs the port as well. */
static enum probe gesrtp_probe(const struct conversation *conv, struct cursor c)
{
    struct message m;
    (void)conv;
    int type = cursor_peek(&c, 0);
    if (type > REPLY || cursor_peek(&c, 1) > 0 || cursor_peek(&c, 5) > TEXT_MAX >> 8 || !is_quiet(&c))
        return PROBE_NO;
    if (c.left < HEADER)
        return PROBE_MORE;
    if (!header_possible(c, &m))
        return PROBE_NO;
    bool asks = m.type == REQUEST && m.packets > 0 && cursor_peek(&c, m.kind == REQUEST_TEXT ? 50 : 42) < SRTP_SERVICES;
    return asks || (m.type == REPLY && m.packets > 0) ? PROBE_YES : m.type <= INITIATED ? PROBE_MAYBE : PROBE_NO;
}

static void header_record(struct record *r, const struct message *m)
{
    record_uint(r, SRTP_TYPE, m->type);
    record_uint(r, SRTP_SEQUENCE, m->sequence);
    record_uint(r, SRTP_TEXT_LENGTH, m->text_length);
    if (m->type <= INITIATED)
        return;
    record_uint(r, SRTP_HOURS, (m->hours >> 4) * 10u + (m->hours & 15));
    record_uint(r, SRTP_MINUTES, (m->minutes >> 4) * 10u + (m->minutes & 15));
    record_uint(r, SRTP_SECONDS, (m->seconds >> 4) * 10u + (m->seconds & 15));
    record_uint(r, SRTP_MAILBOX_SEQUENCE, m->mailbox_sequence);
    record_uint(r, SRTP_MESSAGE_TYPE, m->kind);
    record_uint(r, SRTP_SOURCE, m->source);
    record_uint(r, SRTP_DESTINATION, m->destination);
    record_uint(r, SRTP_PACKET, m->packet);
    record_uint(r, SRTP_PACKETS, m->packets);
}

static bool has_target(uint8_t service)
{
    return service >= SRTP_READ_SYSTEM && service <= SRTP_WRITE_PROGRAM;
}

static bool is_secret(uint8_t service)
{
    return service == SRTP_LOGON || service == SRTP_PRIVILEGE_CHANGE;
}

/* What was asked: the service and its target, of a request or of the one that is answered. */
static void asked_record(struct record *r, const uint32_t what[ASKED_WHAT])
{
    uint8_t service = (uint8_t)what[0];
    record_uint(r, SRTP_SERVICE, service);
    record_uint(r, SRTP_ACCESS, gesrtp_access(service));
    if (!has_target(service))
        return;
    record_uint(r, SRTP_SELECTOR, what[1]);
    record_uint(r, SRTP_OFFSET, what[2]);
    record_uint(r, SRTP_COUNT, what[3]);
}

static void request_record(struct conversation *conv, struct record *r, const struct message *m)
{
    struct gesrtp_state *s = conv->state;
    struct asked_one *q = asked_put(&s->asked, conv, m->sequence);
    struct cursor c = m->body;
    r->transaction = q->transaction;
    if (m->kind == REQUEST_TEXT)
        cursor_skip(&c, 8);
    q->what[0] = cursor_u8(&c);
    struct cursor rest = c;
    q->what[1] = cursor_u8(&c);
    q->what[2] = cursor_le16(&c);
    q->what[3] = cursor_le16(&c);
    asked_record(r, q->what);
    if (q->what[0] >= SRTP_SERVICES)
        record_anomaly(r, SRTP_UNKNOWN_SERVICE);
    if (is_secret((uint8_t)q->what[0]))
        return;
    struct cursor data = m->text_length > 0 ? m->text : has_target((uint8_t)q->what[0]) ? c : rest;
    bool reads = has_target((uint8_t)q->what[0]) && gesrtp_access((uint8_t)q->what[0]) == ACCESS_READ;
    if (data.left > 0 && !reads)
        record_bytes(r, SRTP_DATA, data.at, data.left);
}

static void controller_record(struct record *r, struct cursor c)
{
    record_uint(r, SRTP_PROGRAM, cursor_u8(&c));
    record_uint(r, SRTP_PRIVILEGE, cursor_u8(&c));
    record_uint(r, SRTP_SWEEP, cursor_le16(&c));
    uint16_t word = cursor_le16(&c);
    for (unsigned i = 0; i < SRTP_PLC_STATE - SRTP_OVERSWEEP; i++)
        record_uint(r, (uint16_t)(SRTP_OVERSWEEP + i), word >> i & 1);
    record_uint(r, SRTP_PLC_STATE, word >> 12);
}

static void reply_record(struct conversation *conv, struct record *r, const struct message *m)
{
    struct gesrtp_state *s = conv->state;
    struct asked_one q;
    struct cursor c = m->body;
    bool known = asked_take(&s->asked, conv, m->sequence, &q);
    if (known)
        asked_record(r, q.what);
    else
        record_uint(r, SRTP_ACCESS, ACCESS_OTHER);
    uint8_t status = cursor_u8(&c);
    record_uint(r, SRTP_STATUS, status);
    record_uint(r, SRTP_MINOR_STATUS, cursor_u8(&c));
    r->refused = m->kind == ERROR_NACK || status != 0;
    if (m->kind != ERROR_NACK) {
        struct cursor data = cursor_sub(&c, 6);
        if (m->text_length > 0)
            data = m->text;
        record_bytes(r, SRTP_DATA, data.at, data.left);
        controller_record(r, c);
    }
    asked_answer(r, conv, &q, known, SRTP_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, SRTP_UNSOLICITED_RESPONSE);
}

/* The two messages that open a connection have no sequence number of their own. */
static void opening_record(struct conversation *conv, struct record *r, const struct message *m)
{
    struct gesrtp_state *s = conv->state;
    struct asked_one q;
    record_uint(r, SRTP_ACCESS, ACCESS_SESSION);
    if (m->type == INITIATE)
        r->transaction = asked_put(&s->asked, conv, UINT64_MAX)->transaction;
    else if (m->type == INITIATED) {
        bool known = asked_take(&s->asked, conv, UINT64_MAX, &q);
        asked_answer(r, conv, &q, known, SRTP_RESPONSE_TIME);
    } else
        r->transaction = s->asked.transactions++;
}

static void message_tell(struct conversation *conv, const struct message *m)
{
    struct record *r = conversation_record(conv, &gesrtp_schema);
    header_record(r, m);
    if (m->type == REQUEST)
        request_record(conv, r, m);
    else if (m->type == REPLY)
        reply_record(conv, r, m);
    else
        opening_record(conv, r, m);
    if (!kind_fits(m))
        record_anomaly(r, SRTP_UNKNOWN_MESSAGE);
    conversation_emit(conv, r);
}

/* After a gap: the next octets that can be the header of a request or a reply. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct gesrtp_state *s = conv->state;
    struct cursor c = *in;
    while (c.left >= HEADER && gesrtp_probe(conv, c) != PROBE_YES)
        cursor_skip(&c, 1);
    s->searching[conv->dir] = c.left < HEADER;
    bool moved = c.left < in->left;
    *in = c;
    conv->need = moved ? 0 : HEADER;
    return moved ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect gesrtp_pdu(struct conversation *conv, struct cursor *in)
{
    struct gesrtp_state *s = conv->state;
    struct message m;
    s->asked.blind |= conv->midstream;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    if (in->left < HEADER) {
        conv->need = HEADER;
        return DISSECT_MORE;
    }
    struct cursor c = *in;
    bool whole = message_read(&c, &m);
    if ((m.type > REPLY && m.type != UNKNOWN) || m.text_length > TEXT_MAX)
        return DISSECT_LOST;
    if (!whole) {
        conv->need = HEADER + (size_t)m.text_length;
        return DISSECT_MORE;
    }
    message_tell(conv, &m);
    *in = c;
    return DISSECT_PDU;
}

static bool gesrtp_gap(struct conversation *conv, size_t missing)
{
    struct gesrtp_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = s->asked.blind = true;
    return true;
}

const struct dissector dissector_gesrtp = {
    .schema = &gesrtp_schema,
    .device = "plc",
    .source = "GE-SRTP as in Denton et al., Digital Investigation 22 (2017), tables 1 to 4; no text of its maker's is public",
    .over = OVER_TCP,
    .ports = { 18245, 18246 },
    .client_first = true,
    .state_size = sizeof(struct gesrtp_state),
    .pdu_max = HEADER + TEXT_MAX,
    .probe = gesrtp_probe,
    .pdu = gesrtp_pdu,
    .gap = gesrtp_gap,
};
