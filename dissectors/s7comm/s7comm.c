/* S7comm: TPKT and COTP below it, the header, requests and answers, and the way back after a gap.
 *
 *   0      1        2          4           6          8        10
 *   +------+--------+----------+-----------+----------+--------+ - - - - - - - - - +-----------+------
 *   | 0x32 | ROSCTR | reserved | reference | p. len   | d. len | class, code (2,3) | parameter | data
 *   +------+--------+----------+-----------+----------+--------+ - - - - - - - - - +-----------+------
 *
 * Both sides ask: while a block is downloaded the PLC sends the jobs. After a gap the stream is searched for TPKT, COTP data
 * and S7comm headers whose lengths agree with each other.
 */
#include "dissectors/s7comm/s7comm.h"

#include <string.h>

#include "dissectors/framing/isostream.h"
#include "dissectors/framing/tpkt.h"
#include "dissectors/s7comm/message.h"

enum {
    PROTOCOL = 0x32, HEADER = 10, HEADER_ANSWER = 12,
    OPEN_MAX = 8, FLOOD = 500,
    DATA_HEAD = 4, BODY_MAX = 16384,    /* of all fragments of one userdata */
    KIND_PUSH = 0, KIND_REQUEST = 4, KIND_RESPONSE = 8
};

struct open_request {
    uint64_t        transaction, sent_us;
    struct s7_asked asked;
    uint16_t        reference;
    uint8_t         rosctr, dir;
    bool            waiting;
};

struct body {           /* of a userdata in fragments, one per direction */
    uint8_t *held;
    size_t   len;
    uint8_t  sequence;
    bool     open;
};

struct s7_state {
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    unsigned            next;
    unsigned            unanswered;
    bool                blind;          /* requests may have been missed */
    struct iso_stream   iso;
    struct body         body[2];
};

struct header {
    uint8_t       rosctr, error_class, error_code;
    uint16_t      reference, parameter_length, data_length;
    struct cursor parameter, data;
};

static bool rosctr_known(uint8_t rosctr)
{
    return (rosctr >= S7_JOB && rosctr <= S7_ACK_DATA) || rosctr == S7_USERDATA_PDU;
}

/* What `c` holds up to parameter and data; false: this is no S7comm header. */
static bool header_read(struct cursor *c, struct header *h)
{
    *h = (struct header){ .rosctr = 0 };
    uint8_t protocol = cursor_u8(c);
    h->rosctr = cursor_u8(c);
    cursor_skip(c, 2);
    h->reference = cursor_be16(c);
    h->parameter_length = cursor_be16(c);
    h->data_length = cursor_be16(c);
    if (h->rosctr == S7_ACK || h->rosctr == S7_ACK_DATA) {
        h->error_class = cursor_u8(c);
        h->error_code = cursor_u8(c);
    }
    return c->status == CURSOR_OK && protocol == PROTOCOL;
}

/* Whether a message's first piece is what S7comm could have sent: a header that agrees with its length. */
static bool begins(struct cursor data, bool whole, bool eot)
{
    struct header h;
    size_t all = data.left;
    struct cursor c = data;
    if (!whole)
        return cursor_peek(&data, 0) == PROTOCOL;
    if (!header_read(&c, &h) || !rosctr_known(h.rosctr))
        return false;
    size_t said = (size_t)(all - c.left) + h.parameter_length + h.data_length;
    return eot ? said == all : said >= all;
}

static struct open_request *answered(struct s7_state *s, const struct header *h, enum direction dir)
{
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        struct open_request *q = &s->open[(s->next + i) % OPEN_MAX];
        bool userdata = h->rosctr == S7_USERDATA_PDU;
        if (q->waiting && q->dir != (uint8_t)dir && q->reference == h->reference && userdata == (q->rosctr == S7_USERDATA_PDU))
            return q;
    }
    return NULL;
}

static void remember(struct conversation *conv, const struct header *h, const struct s7_pdu *p)
{
    struct s7_state *s = conv->state;
    s->open[s->next] = (struct open_request){ .transaction = p->record->transaction, .sent_us = conv->now_us, .asked = p->said,
        .reference = h->reference, .rosctr = h->rosctr, .dir = (uint8_t)conv->dir, .waiting = true };
    s->next = (s->next + 1) % OPEN_MAX;
    if (++s->unanswered == FLOOD)
        record_anomaly(p->record, S7_FLOODED);
}

static void body_drop(struct conversation *conv, struct body *b)
{
    store_give(conv->store, conv->account, b->held, BODY_MAX);
    *b = (struct body){ .held = NULL };
}

/* Puts a fragment behind the earlier ones. False: too much, or no memory; then it is read alone. */
static bool body_add(struct conversation *conv, struct body *b, const struct s7_userdata *u, const struct cursor *piece)
{
    if (b->open && b->sequence != u->sequence)
        body_drop(conv, b);
    if (b->held == NULL)
        b->held = store_take(conv->store, conv->account, BODY_MAX);
    if (b->held == NULL || piece->left > BODY_MAX - b->len)
        return false;
    if (piece->left > 0)
        memcpy(b->held + b->len, piece->at, piece->left);
    b->len += piece->left;
    b->sequence = u->sequence;
    b->open = true;
    return true;
}

/* The data part's head, and what stands behind it. */
static struct cursor data_head(struct s7_pdu *p)
{
    if (p->data.left < DATA_HEAD)
        return cursor_over(NULL, 0);
    record_uint(p->record, S7_RETURN_CODE, cursor_u8(&p->data));
    cursor_skip(&p->data, 1);
    size_t length = cursor_be16(&p->data);
    return cursor_sub(&p->data, length < p->data.left ? length : p->data.left);
}

static void userdata(struct conversation *conv, struct s7_pdu *p, const struct s7_userdata *u)
{
    struct s7_state *s = conv->state;
    struct body *b = &s->body[conv->dir];
    s7_userdata_record(p->record, u);
    struct cursor piece = data_head(p);
    bool more = b->open && b->sequence == u->sequence;
    if (!u->fragment && !more) {
        s7_userdata_read(p, u, piece);
        return;
    }
    if (!body_add(conv, b, u, &piece)) {
        record_anomaly(p->record, S7_MESSAGE_TOO_LONG);
        body_drop(conv, b);
    } else if (!u->fragment) {
        struct cursor whole = cursor_over(b->held, b->len);
        s7_userdata_read(p, u, whole);
    }
}

static void header_record(struct record *r, const struct header *h, unsigned pieces)
{
    record_uint(r, COTP_TPDU, COTP_DT);
    record_uint(r, COTP_PIECES, pieces);
    record_uint(r, S7_ROSCTR, h->rosctr);
    record_uint(r, S7_PDU_REFERENCE, h->reference);
    record_uint(r, S7_PARAMETER_LENGTH, h->parameter_length);
    record_uint(r, S7_DATA_LENGTH, h->data_length);
    if (h->rosctr != S7_ACK && h->rosctr != S7_ACK_DATA)
        return;
    record_uint(r, S7_ERROR_CLASS, h->error_class);
    record_uint(r, S7_ERROR_CODE, h->error_code);
    if (h->error_class != 0 || h->error_code != 0)
        record_uint(r, S7_ERROR, (unsigned)h->error_class * 256 + h->error_code);
    r->refused = h->error_class != 0 || h->error_code != 0;
}

static enum s7_type type_of(const struct header *h, const struct s7_userdata *u)
{
    if (h->rosctr != S7_USERDATA_PDU)
        return h->rosctr == S7_JOB ? S7_REQUEST : S7_RESPONSE;
    return u->kind == KIND_REQUEST ? S7_REQUEST : u->kind == KIND_RESPONSE ? S7_RESPONSE : S7_PUSH;
}

static void answer_record(struct conversation *conv, struct s7_pdu *p, struct open_request *q, bool fragment)
{
    struct s7_state *s = conv->state;
    s->unanswered = 0;
    if (q == NULL) {
        if (!s->blind)
            record_anomaly(p->record, S7_UNSOLICITED_RESPONSE);
        return;
    }
    if (conv->now_us >= q->sent_us)
        record_uint(p->record, S7_RESPONSE_TIME, conv->now_us - q->sent_us);
    if (!s->blind && p->said.function != q->asked.function && p->parameter.status == CURSOR_OK)
        record_anomaly(p->record, S7_FUNCTION_MISMATCH);
    if (!fragment)
        q->waiting = false;
}

static bool header_possible(struct record *r, const struct header *h, const struct cursor *rest)
{
    if (!rosctr_known(h->rosctr))
        record_anomaly(r, S7_INVALID_ROSCTR);
    else if ((size_t)h->parameter_length + h->data_length != rest->left)
        record_anomaly(r, S7_INVALID_LENGTH);
    return rosctr_known(h->rosctr) && (size_t)h->parameter_length + h->data_length <= rest->left;
}

static void pdu_read(struct conversation *conv, struct s7_pdu *p, const struct header *h, struct open_request *q)
{
    struct s7_userdata u = { .kind = 0 };
    bool known = h->rosctr != S7_USERDATA_PDU || s7_userdata_head(p->parameter, &u);
    p->type = (uint8_t)type_of(h, &u);
    p->asked = q != NULL && p->type == S7_RESPONSE ? &q->asked : NULL;
    record_uint(p->record, S7_TYPE, p->type);
    p->record->answer = p->type == S7_RESPONSE;
    if (p->type == S7_RESPONSE && q != NULL)
        p->record->transaction = q->transaction;
    p->said.function = p->asked != NULL ? p->asked->function : 0;
    if (!known)
        record_anomaly(p->record, S7_INVALID_LENGTH);
    else if (h->rosctr == S7_USERDATA_PDU) {
        p->said.function = u.group;
        userdata(conv, p, &u);
    } else if (p->parameter.left > 0)
        s7_job_read(p);
    if (p->type == S7_REQUEST)
        remember(conv, h, p);
    else if (p->type == S7_RESPONSE)
        answer_record(conv, p, q, u.fragment);
    if (known && h->rosctr == S7_USERDATA_PDU && !u.fragment) {
        struct s7_state *s = conv->state;
        conversation_emit(conv, p->record);     /* its bytes may be the body's */
        body_drop(conv, &s->body[conv->dir]);
    } else
        conversation_emit(conv, p->record);
}

static struct record *record_new(struct conversation *conv)
{
    struct s7_state *s = conv->state;
    struct record *r = conversation_record(conv, &s7comm_schema);
    r->transaction = s->transactions;
    return r;
}

static void foreign(struct conversation *conv, unsigned pieces, enum s7_anomaly what)
{
    struct s7_state *s = conv->state;
    struct record *r = record_new(conv);
    s->transactions++;
    record_uint(r, COTP_TPDU, COTP_DT);
    record_uint(r, COTP_PIECES, pieces);
    record_anomaly(r, what);
    conversation_emit(conv, r);
}

static bool message_read(struct conversation *conv, struct cursor c, unsigned pieces, bool lost)
{
    struct s7_state *s = conv->state;
    struct header h;
    if (lost || !header_read(&c, &h)) {
        foreign(conv, pieces, lost ? S7_MESSAGE_TOO_LONG : S7_INVALID_PROTOCOL_ID);
        return false;
    }
    struct record *r = record_new(conv);
    header_record(r, &h, pieces);
    struct open_request *q = h.rosctr == S7_JOB ? NULL : answered(s, &h, conv->dir);
    if (!header_possible(r, &h, &c)) {
        s->transactions++;
        conversation_emit(conv, r);
        return true;
    }
    struct s7_pdu p = { .record = r, .rosctr = h.rosctr };
    p.parameter = cursor_sub(&c, h.parameter_length);
    p.data = cursor_sub(&c, h.data_length);
    if (q == NULL || h.rosctr == S7_JOB)
        s->transactions++;
    pdu_read(conv, &p, &h, q);
    return true;
}

static const struct iso_upper upper = {
    .record = record_new, .invalid_tpdu = S7_INVALID_TPDU, .header_min = HEADER_ANSWER, .begins = begins, .message = message_read
};

static enum probe s7comm_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    return iso_probe(&upper, c);
}

static enum dissect s7comm_pdu(struct conversation *conv, struct cursor *in)
{
    struct s7_state *s = conv->state;
    s->blind |= conv->midstream;
    return iso_pdu(&upper, &s->iso, conv, in);
}

static bool s7comm_gap(struct conversation *conv, size_t missing)
{
    struct s7_state *s = conv->state;
    (void)missing;
    iso_gap(&s->iso, conv);
    body_drop(conv, &s->body[conv->dir]);
    s->blind = true;
    return true;
}

static void s7comm_end(struct conversation *conv)
{
    struct s7_state *s = conv->state;
    iso_end(&upper, &s->iso, conv);
    body_drop(conv, &s->body[FROM_CLIENT]);
    body_drop(conv, &s->body[FROM_SERVER]);
}

const struct dissector dissector_s7comm = {
    .schema = &s7comm_schema,
    .device = "plc",
    .source = "RFC 1006, ISO/IEC 8073; S7comm as Wireshark's packet-s7comm reads it",
    .over = OVER_TCP,
    .ports = { 102 },
    .ndpi = "S7Comm s7comm",
    .state_size = sizeof(struct s7_state),
    .pdu_max = TPKT_MAX,
    .probe = s7comm_probe,
    .pdu = s7comm_pdu,
    .gap = s7comm_gap,
    .end = s7comm_end,
};
