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
#include "dissectors/modbus/function.h"

enum {
    PROTOCOL_MODBUS = 0,
    HEADER = 6,                 /* bytes up to and with the length */
    LENGTH_MIN = 2,             /* unit identifier and function code */
    LENGTH_MAX = 254,           /* unit identifier and a PDU of at most 253 bytes */
    LENGTH_UMAS_MAX = 2048,     /* UMAS negotiates longer PDUs than Modbus has */
    CODE_UMAS = 90,
    EXCEPTION_BIT = 0x80,
    OPEN_MAX = 16,              /* requests waiting for a response; the client guide speaks of 1 to 16 */
    FLOOD = 500,                /* requests in a row without a response; as Suricata's */
    FOREIGN_MAX = 4             /* ADUs of another protocol in a row before we believe that it is one */
};

struct open_request {
    uint64_t            transaction;
    uint64_t            sent_us;
    struct modbus_asked asked;
    uint16_t            transaction_id;
    uint8_t             unit, code;
    bool                waiting;
};

struct modbus_state {
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    unsigned            next;           /* in open: the oldest, to be overwritten next */
    unsigned            unanswered;
    unsigned            foreign;
    bool                searching[2];   /* out of step after a gap, per direction */
    bool                role_known;
    bool                swapped;        /* who opened the connection answers on it */
    bool                blind;          /* requests may have been missed: a response without one proves nothing */
};

struct adu {
    uint16_t      transaction_id, protocol, length;
    uint8_t       unit, code;
    struct cursor body;                 /* behind the function code */
};

static bool length_possible(const struct adu *a)
{
    return a->length >= LENGTH_MIN && a->length <= (a->code == CODE_UMAS ? LENGTH_UMAS_MAX : LENGTH_MAX);
}

/* The ADU at `c`; false: not all of it is here. With a length that cannot be there is no body. */
static bool adu_read(struct cursor *c, struct adu *a)
{
    *a = (struct adu){ .transaction_id = cursor_be16(c), .protocol = 0 };
    a->protocol = cursor_be16(c);
    a->length = cursor_be16(c);
    a->code = (uint8_t)(cursor_peek(c, 1) & ~EXCEPTION_BIT);
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

/* Whether this is surely an ADU, judged by its form alone. */
static bool adu_convinces(const struct adu *a, bool response)
{
    if (a->protocol != PROTOCOL_MODBUS || !length_possible(a))
        return false;
    if (response && a->code & EXCEPTION_BIT)
        return a->body.left == 1 && modbus_exception_known((uint8_t)cursor_peek(&a->body, 0));
    return modbus_function_fits(modbus_function(a->code), &a->body, response);
}

/* Whether what follows an ADU in the same piece may be the next one's header. */
static bool next_possible(struct cursor c)
{
    if (c.left < HEADER)
        return true;
    cursor_skip(&c, 2);
    uint16_t protocol = cursor_be16(&c), length = cursor_be16(&c);
    return protocol == PROTOCOL_MODBUS && length >= LENGTH_MIN && length <= LENGTH_UMAS_MAX;
}

static enum probe modbus_probe(const struct conversation *conv, struct cursor c)
{
    struct adu a;
    size_t here = c.left;
    bool whole = adu_read(&c, &a);
    if (here < HEADER)
        return here >= 4 && a.protocol != PROTOCOL_MODBUS ? PROBE_NO : PROBE_MORE;
    if (a.protocol != PROTOCOL_MODBUS || a.length < LENGTH_MIN || a.length > LENGTH_UMAS_MAX)
        return PROBE_NO;
    if (!whole)
        return PROBE_MORE;
    if (!length_possible(&a) || !next_possible(c))
        return PROBE_NO;
    if (a.body.left == 0 && modbus_category((uint8_t)(a.code & ~EXCEPTION_BIT)) != MODBUS_PUBLIC)
        return PROBE_NO;        /* a lone code that nobody defined proves nothing; HART-IP's header reads like that */
    /* A datagram has no second one behind it to confirm the first: there the port or nDPI must agree. */
    return adu_convinces(&a, conv->dir == FROM_SERVER) && conv->over == OVER_TCP ? PROBE_YES : PROBE_MAYBE;
}

/* The open request that this response answers: the oldest of its transaction id, of its function if there is one. */
static struct open_request *answered(struct modbus_state *s, const struct adu *a)
{
    struct open_request *found = NULL;
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        struct open_request *q = &s->open[(s->next + i) % OPEN_MAX];
        if (!q->waiting || q->transaction_id != a->transaction_id)
            continue;
        if (q->unit == a->unit && q->code == (a->code & ~EXCEPTION_BIT))
            return q;
        if (found == NULL)
            found = q;
    }
    return found;
}

static void header_record(struct record *r, const struct adu *a)
{
    record_uint(r, MODBUS_TRANSACTION_ID, a->transaction_id);
    if (a->protocol != PROTOCOL_MODBUS)
        record_uint(r, MODBUS_PROTOCOL_ID, a->protocol);
    record_uint(r, MODBUS_LENGTH, a->length);
}

static void function_record(struct record *r, const struct adu *a, enum modbus_type type)
{
    uint8_t code = (uint8_t)(a->code & ~EXCEPTION_BIT);
    const struct modbus_function *f = modbus_function(code);
    enum modbus_category category = modbus_category(code);
    r->answer = type != MODBUS_REQUEST;
    r->refused = type == MODBUS_EXCEPTION;
    record_uint(r, MODBUS_UNIT_ID, a->unit);
    record_uint(r, MODBUS_TYPE, type);
    record_uint(r, MODBUS_FUNCTION_CODE, code);
    record_uint(r, MODBUS_CATEGORY, category);
    record_uint(r, MODBUS_ACCESS, modbus_function_access(f, &a->body));
    if (f->object != MODBUS_NO_OBJECT)
        record_uint(r, MODBUS_OBJECT, f->object);
    if (category == MODBUS_UNASSIGNED || (type == MODBUS_REQUEST && a->code & EXCEPTION_BIT))
        record_anomaly(r, MODBUS_INVALID_FUNCTION_CODE);
}

static void request_remember(struct conversation *conv, const struct adu *a, const struct modbus_asked *asked,
                             struct record *r)
{
    struct modbus_state *s = conv->state;
    for (unsigned i = 0; i < OPEN_MAX; i++)
        if (s->open[i].waiting && s->open[i].transaction_id == a->transaction_id)
            record_anomaly(r, MODBUS_TRANSACTION_REUSED);
    s->open[s->next] = (struct open_request){ .transaction = r->transaction, .sent_us = conv->now_us, .asked = *asked,
        .transaction_id = a->transaction_id, .unit = a->unit, .code = a->code, .waiting = true };
    s->next = (s->next + 1) % OPEN_MAX;
    if (++s->unanswered == FLOOD)
        record_anomaly(r, MODBUS_FLOODED);
}

static void request_read(struct conversation *conv, const struct adu *a)
{
    struct modbus_state *s = conv->state;
    struct record *r = conversation_record(conv, &modbus_schema);
    struct modbus_pdu pdu = { .body = a->body, .record = r };
    r->transaction = s->transactions++;
    header_record(r, a);
    function_record(r, a, MODBUS_REQUEST);
    modbus_function_read(modbus_function(a->code), &pdu, false);
    request_remember(conv, a, &pdu.said, r);
    conversation_emit(conv, r);
}

static void exception_read(struct modbus_pdu *p)
{
    uint8_t exception = cursor_u8(&p->body);
    if (p->body.status != CURSOR_OK || p->body.left > 0)
        record_anomaly(p->record, MODBUS_INVALID_LENGTH);
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_EXCEPTION_CODE, exception);
    if (!modbus_exception_known(exception))
        record_anomaly(p->record, MODBUS_INVALID_EXCEPTION_CODE);
    if (p->asked != NULL && p->asked->quantity != 0) {
        record_uint(p->record, MODBUS_ADDRESS, p->asked->address);
        record_uint(p->record, MODBUS_QUANTITY, p->asked->quantity);
    } else if (p->asked != NULL && p->asked->write_quantity != 0) {
        record_uint(p->record, MODBUS_ADDRESS, p->asked->write_address);
        record_uint(p->record, MODBUS_QUANTITY, p->asked->write_quantity);
    }
}

/* Where a response repeats what was asked, it must repeat it truly. */
static bool echo_differs(const struct modbus_asked *said, const struct modbus_asked *asked)
{
    return (said->write_quantity != 0 && (said->write_address != asked->write_address
                                          || said->write_quantity != asked->write_quantity))
           || (said->detail != 0 && said->detail != asked->detail);
}

static void response_read(struct conversation *conv, const struct adu *a)
{
    struct modbus_state *s = conv->state;
    struct open_request *q = answered(s, a);
    struct record *r = conversation_record(conv, &modbus_schema);
    bool same = q != NULL && q->unit == a->unit && q->code == (a->code & ~EXCEPTION_BIT);
    struct modbus_pdu pdu = { .body = a->body, .record = r, .asked = same ? &q->asked : NULL };
    r->transaction = q != NULL ? q->transaction : s->transactions++;
    header_record(r, a);
    function_record(r, a, a->code & EXCEPTION_BIT ? MODBUS_EXCEPTION : MODBUS_RESPONSE);
    if (a->code & EXCEPTION_BIT)
        exception_read(&pdu);
    else
        modbus_function_read(modbus_function(a->code), &pdu, true);
    if (q == NULL && !s->blind)
        record_anomaly(r, MODBUS_UNSOLICITED_RESPONSE);
    if (q != NULL && (!same || (!(a->code & EXCEPTION_BIT) && echo_differs(&pdu.said, &q->asked))))
        record_anomaly(r, MODBUS_VALUE_MISMATCH);
    if (q != NULL && conv->now_us >= q->sent_us)
        record_uint(r, MODBUS_RESPONSE_TIME, conv->now_us - q->sent_us);
    if (q != NULL)
        q->waiting = false;
    s->unanswered = 0;
    conversation_emit(conv, r);
}

/* A header that is not Modbus's: said once per ADU, without a function. */
static void foreign_read(struct conversation *conv, const struct adu *a, enum modbus_anomaly what)
{
    struct modbus_state *s = conv->state;
    struct record *r = conversation_record(conv, &modbus_schema);
    r->transaction = s->transactions++;
    header_record(r, a);
    record_anomaly(r, what);
    conversation_emit(conv, r);
}

/* Whoever opened the connection asks, unless what is said first can only be an answer, or a question from the other
 * side: then the capture began in the middle and the sides were guessed wrong, or a server calls out. */
static bool asks(const struct conversation *conv, const struct adu *a)
{
    struct modbus_state *s = conv->state;
    bool client = conv->dir == FROM_CLIENT;
    if (!s->role_known) {
        bool exception = (a->code & EXCEPTION_BIT) != 0;
        bool question = !exception && adu_convinces(a, false), answer = exception || adu_convinces(a, true);
        s->swapped = client ? answer && !question : question && !answer;
        s->role_known = true;
    }
    return client != s->swapped;
}

/* After a gap: drops what cannot be the beginning of an ADU. False: nothing convincing is here yet. */
static bool step_found(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    for (struct cursor at = *in; at.left >= HEADER + LENGTH_MIN; cursor_skip(&at, 1)) {
        struct cursor c = at;
        struct adu a;
        if (!adu_read(&c, &a) || !adu_convinces(&a, (conv->dir == FROM_SERVER) != s->swapped))
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

static enum dissect modbus_pdu(struct conversation *conv, struct cursor *in)
{
    struct modbus_state *s = conv->state;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    struct cursor c = *in;              /* commit only when a whole ADU is here */
    struct adu a;
    if (!adu_read(&c, &a)) {
        conv->need = in->left >= HEADER + LENGTH_MIN ? (size_t)HEADER + a.length : HEADER + LENGTH_MIN;
        return DISSECT_MORE;
    }
    s->blind |= conv->midstream;
    s->foreign = a.protocol == PROTOCOL_MODBUS ? 0 : s->foreign + 1;
    if (!length_possible(&a) || s->foreign > FOREIGN_MAX) {
        foreign_read(conv, &a, s->foreign > 0 ? MODBUS_INVALID_PROTOCOL_ID : MODBUS_INVALID_LENGTH);
        return DISSECT_LOST;
    }
    if (a.protocol != PROTOCOL_MODBUS)
        foreign_read(conv, &a, MODBUS_INVALID_PROTOCOL_ID);
    else if (asks(conv, &a))
        request_read(conv, &a);
    else
        response_read(conv, &a);
    *in = c;
    return DISSECT_PDU;
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
