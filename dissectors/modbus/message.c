#include "dissectors/modbus/message.h"

bool modbus_adu_convinces(const struct modbus_adu *a, bool response)
{
    if (a->protocol != MODBUS_PROTOCOL)
        return false;
    if (response && a->code & MODBUS_EXCEPTION_BIT)
        return a->body.left == 1 && modbus_exception_known((uint8_t)cursor_peek(&a->body, 0));
    return modbus_function_fits(modbus_function(a->code), &a->body, response);
}

/* The open request that this response answers: the oldest of its transaction id, of its function if there is one. */
static struct modbus_open *answered(struct modbus_state *s, const struct modbus_adu *a)
{
    struct modbus_open *found = NULL;
    for (unsigned i = 0; i < MODBUS_OPEN_MAX; i++) {
        struct modbus_open *q = &s->open[(s->next + i) % MODBUS_OPEN_MAX];
        if (!q->waiting || q->transaction_id != a->transaction_id)
            continue;
        if (q->unit == a->unit && q->code == (a->code & ~MODBUS_EXCEPTION_BIT))
            return q;
        if (found == NULL)
            found = q;
    }
    return found;
}

void modbus_header_say(struct record *r, const struct modbus_adu *a)
{
    if (a->rtu) {
        record_uint(r, MODBUS_RTU, true);
        return;
    }
    record_uint(r, MODBUS_TRANSACTION_ID, a->transaction_id);
    if (a->protocol != MODBUS_PROTOCOL)
        record_uint(r, MODBUS_PROTOCOL_ID, a->protocol);
    record_uint(r, MODBUS_LENGTH, a->length);
}

static void function_record(struct record *r, const struct modbus_adu *a, enum modbus_type type, const struct modbus_asked *asked)
{
    uint8_t code = (uint8_t)(a->code & ~MODBUS_EXCEPTION_BIT);
    const struct modbus_function *f = modbus_function(code);
    enum modbus_category category = modbus_category(code);
    r->answer = type != MODBUS_REQUEST;
    r->refused = type == MODBUS_EXCEPTION;
    record_uint(r, MODBUS_UNIT_ID, a->unit);
    record_uint(r, MODBUS_TYPE, type);
    record_uint(r, MODBUS_FUNCTION_CODE, code);
    record_uint(r, MODBUS_CATEGORY, category);
    record_uint(r, MODBUS_ACCESS, modbus_function_access(f, &a->body, asked));
    if (f->object != MODBUS_NO_OBJECT)
        record_uint(r, MODBUS_OBJECT, f->object);
    if (category == MODBUS_UNASSIGNED || (type == MODBUS_REQUEST && a->code & MODBUS_EXCEPTION_BIT))
        record_anomaly(r, MODBUS_INVALID_FUNCTION_CODE);
}

static void request_remember(struct conversation *conv, const struct modbus_adu *a, const struct modbus_asked *asked,
                             struct record *r)
{
    struct modbus_state *s = conv->state;
    for (unsigned i = 0; i < MODBUS_OPEN_MAX; i++)
        if (!a->rtu && s->open[i].waiting && s->open[i].transaction_id == a->transaction_id)
            record_anomaly(r, MODBUS_TRANSACTION_REUSED);
    s->open[s->next] = (struct modbus_open){ .transaction = r->transaction, .sent_us = conv->now_us, .asked = *asked,
        .transaction_id = a->transaction_id, .unit = a->unit, .code = a->code, .waiting = true };
    s->next = (s->next + 1) % MODBUS_OPEN_MAX;
    if (++s->unanswered == MODBUS_FLOOD)
        record_anomaly(r, MODBUS_FLOODED);
}

void modbus_request_read(struct conversation *conv, const struct modbus_adu *a)
{
    struct modbus_state *s = conv->state;
    struct record *r = conversation_record(conv, &modbus_schema);
    struct modbus_pdu pdu = { .body = a->body, .record = r };
    r->transaction = s->transactions++;
    modbus_header_say(r, a);
    function_record(r, a, MODBUS_REQUEST, NULL);
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

void modbus_response_read(struct conversation *conv, const struct modbus_adu *a)
{
    struct modbus_state *s = conv->state;
    struct modbus_open *q = answered(s, a);
    struct record *r = conversation_record(conv, &modbus_schema);
    bool same = q != NULL && q->unit == a->unit && q->code == (a->code & ~MODBUS_EXCEPTION_BIT);
    struct modbus_pdu pdu = { .body = a->body, .record = r, .asked = same ? &q->asked : NULL };
    r->transaction = q != NULL ? q->transaction : s->transactions++;
    modbus_header_say(r, a);
    function_record(r, a, a->code & MODBUS_EXCEPTION_BIT ? MODBUS_EXCEPTION : MODBUS_RESPONSE, pdu.asked);
    if (a->code & MODBUS_EXCEPTION_BIT)
        exception_read(&pdu);
    else
        modbus_function_read(modbus_function(a->code), &pdu, true);
    if (q == NULL && !s->blind)
        record_anomaly(r, MODBUS_UNSOLICITED_RESPONSE);
    if (q != NULL && (!same || (!(a->code & MODBUS_EXCEPTION_BIT) && echo_differs(&pdu.said, &q->asked))))
        record_anomaly(r, MODBUS_VALUE_MISMATCH);
    if (q != NULL && conv->now_us >= q->sent_us)
        record_uint(r, MODBUS_RESPONSE_TIME, conv->now_us - q->sent_us);
    if (q != NULL)
        q->waiting = false;
    s->unanswered = 0;
    conversation_emit(conv, r);
}

bool modbus_asks(const struct conversation *conv, const struct modbus_adu *a)
{
    struct modbus_state *s = conv->state;
    bool client = conv->dir == FROM_CLIENT;
    if (!s->role_known) {
        bool exception = (a->code & MODBUS_EXCEPTION_BIT) != 0;
        bool question = !exception && modbus_adu_convinces(a, false), answer = exception || modbus_adu_convinces(a, true);
        s->swapped = client ? answer && !question : question && !answer;
        s->role_known = true;
    }
    return client != s->swapped;
}
