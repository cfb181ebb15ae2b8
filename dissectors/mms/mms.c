/* MMS: its PDUs, requests and what answers them. The layers below are in upper.c, services and variables in files of their own.
 *
 *   a0 LI  02 LI invoke id  [30 LI modifiers]  service: [n] ...        confirmed request, a1 its response
 *   a2 LI  80 LI invoke id  [81 ..]  a2 LI error                       confirmed error
 *   a3 LI  a0 LI ...                                                   unconfirmed: information report
 *   a8, a9, aa  initiate    8b, 8c, ad  conclude    85, 86, a7  cancel    a4  reject
 *
 * Either side may ask: in ICCP both do. A response does not name what was read, so the request's names are kept until then.
 */
#include "dissectors/mms/mms.h"

#include <string.h>

#include "dissectors/framing/isostream.h"
#include "dissectors/mms/message.h"

enum { OPEN_MAX = 16, NAMED_MAX = 4096, PROBE_HEADER = 12, OID_SEARCH_MAX = 512, LOST_MAX = 8 };
enum { SPDU_DATA = 1, SPDU_CONNECT = 13, SPDU_ACCEPT = 14 };
#define INVOKE_INITIATE UINT64_MAX
#define INVOKE_CONCLUDE (UINT64_MAX - 1)

struct open_request {
    uint64_t transaction, sent_us, invoke;
    uint8_t *named;             /* copy of the VariableAccessSpecification; NULL: none, or too long */
    uint16_t named_len;
    uint16_t service;
    uint8_t  access, dir;
    bool     waiting;
};

struct mms_state {
    struct iso_stream   iso;
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    unsigned            next;
    uint8_t             profile;
    uint8_t             lost[2];        /* times that a direction was out of step */
    bool                blind;          /* requests may have been missed */
};

struct pdu {
    struct conversation *conv;
    struct record       *record;
    enum mms_pdu         type;
    uint64_t             invoke;
    struct open_request *asked;         /* of an answer; NULL: not known */
};

static struct record *record_new(struct conversation *conv)
{
    struct mms_state *s = conv->state;
    struct record *r = conversation_record(conv, &mms_schema);
    r->transaction = s->transactions;
    return r;
}

static void forget(struct conversation *conv, struct open_request *q)
{
    store_give(conv->store, conv->account, q->named, q->named_len);
    *q = (struct open_request){ .named = NULL };
}

static struct open_request *answered(struct mms_state *s, uint64_t invoke, enum direction dir)
{
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        struct open_request *q = &s->open[(s->next + OPEN_MAX - 1 - i) % OPEN_MAX];
        if (q->waiting && q->dir != (uint8_t)dir && q->invoke == invoke)
            return q;
    }
    return NULL;
}

static void remember(const struct pdu *p, uint16_t service, enum access access, const struct cursor *named)
{
    struct mms_state *s = p->conv->state;
    struct open_request *q = &s->open[s->next];
    s->next = (s->next + 1) % OPEN_MAX;
    forget(p->conv, q);
    *q = (struct open_request){ .transaction = p->record->transaction, .sent_us = p->conv->now_us, .invoke = p->invoke,
        .service = service, .access = (uint8_t)access, .dir = (uint8_t)p->conv->dir, .waiting = true };
    if (named->left == 0 || named->left > NAMED_MAX)
        return;
    q->named = store_take(p->conv->store, p->conv->account, named->left);
    if (q->named == NULL)
        return;
    memcpy(q->named, named->at, named->left);
    q->named_len = (uint16_t)named->left;
}

/* An answer finds its request and takes its transaction. */
static void answer_begin(struct pdu *p)
{
    struct mms_state *s = p->conv->state;
    p->record->answer = true;
    p->asked = answered(s, p->invoke, p->conv->dir);
    if (p->asked != NULL)
        p->record->transaction = p->asked->transaction;
    else {
        s->transactions++;
        if (!s->blind)
            record_anomaly(p->record, MMS_UNSOLICITED_RESPONSE);
    }
}

static void answer_end(const struct pdu *p)
{
    if (p->asked != NULL && p->conv->now_us >= p->asked->sent_us)
        record_uint(p->record, MMS_RESPONSE_TIME, p->conv->now_us - p->asked->sent_us);
}

static void access_record(struct record *r, enum access access)
{
    record_uint(r, MMS_ACCESS, access);
}

static uint16_t tag_number(uint32_t tag)
{
    uint32_t number = tag > 0xff ? tag & 0xffffff : tag & 0x1f;
    return number < MMS_UNCONFIRMED_BASE ? (uint16_t)number : MMS_SERVICES;
}

static void service_record(struct mms_body *b, const struct ber *service)
{
    record_uint(b->record, MMS_SERVICE, b->service);
    if (!mms_service_known(b->service))
        record_anomaly(b->record, MMS_UNKNOWN_SERVICE);
    if (b->body.left > 0)
        record_bytes(b->record, MMS_BODY, service->value.at, service->value.left);
}

static void body_take(const struct pdu *p, struct mms_body *b)
{
    struct mms_state *s = p->conv->state;
    mms_body_read(b);
    if (b->profile != MMS_PROFILE_NONE)
        s->profile = (uint8_t)b->profile;
}

static const struct cursor nothing = { .at = (const uint8_t *)"", .left = 0, .status = CURSOR_OK, .at_end = CURSOR_BAD };

/* Behind the invoke id: modifiers perhaps, then the service. False: there is none. */
static bool service_next(struct cursor *c, struct ber *service)
{
    struct ber modifiers;
    (void)ber_take(c, BER_SEQUENCE, &modifiers);
    return c->left > 0 && ber_next(c, service);
}

static void confirmed_request(struct pdu *p, struct cursor c)
{
    struct mms_state *s = p->conv->state;
    struct ber service;
    struct mms_body b = { .record = p->record, .pdu = p->type, .asked = nothing, .named = nothing, .service = MMS_SERVICES };
    bool told = service_next(&c, &service);
    if (told) {
        b.service = tag_number(service.tag);
        b.body = service.value;
        service_record(&b, &service);
        body_take(p, &b);
    } else
        record_anomaly(p->record, MMS_INVALID_PDU);
    access_record(p->record, b.access);
    remember(p, b.service, b.access, &b.named);
    s->transactions++;
}

static void confirmed_response(struct pdu *p, struct cursor c)
{
    struct ber service;
    answer_begin(p);
    if (!service_next(&c, &service)) {
        record_anomaly(p->record, MMS_INVALID_PDU);
        return;
    }
    struct mms_body b = { .record = p->record, .pdu = p->type, .asked = nothing, .named = nothing, .body = service.value,
                          .service = tag_number(service.tag) };
    const struct open_request *q = p->asked;
    if (q != NULL && q->named != NULL) {
        b.asked = cursor_over(q->named, q->named_len);
        b.asked.at_end = CURSOR_BAD;
    }
    if (q != NULL && q->service != b.service)
        record_anomaly(p->record, MMS_SERVICE_MISMATCH);
    service_record(&b, &service);
    body_take(p, &b);
    access_record(p->record, q != NULL ? (enum access)q->access : b.access);
}

/* The wire does not say which service failed: the request does. */
static void confirmed_error(struct pdu *p, struct cursor c, uint32_t error_tag)
{
    struct ber e;
    answer_begin(p);
    p->record->refused = true;
    if (p->asked != NULL && p->asked->invoke < INVOKE_CONCLUDE)
        record_uint(p->record, MMS_SERVICE, p->asked->service);
    if (p->asked != NULL)
        access_record(p->record, p->asked->access);
    while (c.left > 0 && ber_next(&c, &e))
        if (e.tag == error_tag)
            mms_error_read(p->record, e.value);
}

static void unconfirmed(struct pdu *p, struct cursor c)
{
    struct mms_state *s = p->conv->state;
    struct ber service;
    s->transactions++;
    if (!ber_next(&c, &service)) {
        record_anomaly(p->record, MMS_INVALID_PDU);
        return;
    }
    struct mms_body b = { .record = p->record, .pdu = p->type, .asked = nothing, .named = nothing, .body = service.value,
                          .service = (uint16_t)(MMS_UNCONFIRMED_BASE + tag_number(service.tag)) };
    service_record(&b, &service);
    body_take(p, &b);
    access_record(p->record, b.access);
}

static void reject(struct pdu *p, struct cursor c)
{
    struct ber e;
    if (ber_take(&c, 0x80, &e)) {
        p->invoke = mmsdata_natural(e.value);
        record_uint(p->record, MMS_INVOKE_ID, p->invoke);
    }
    answer_begin(p);
    p->record->refused = true;
    if (p->asked != NULL)
        record_uint(p->record, MMS_SERVICE, p->asked->service);
    if (!ber_next(&c, &e))
        return;
    uint64_t pdu = e.tag & 0x1f, code = mmsdata_natural(e.value) & 0xff;
    record_uint(p->record, MMS_REJECT_PDU, pdu);
    record_uint(p->record, MMS_REJECT_REASON, pdu << 8 | code);
}

static void bit_names(struct record *r, uint16_t row, struct cursor bits, unsigned most)
{
    cursor_skip(&bits, 1);
    for (unsigned i = 0; bits.left > 0; i += 8) {
        uint8_t octet = cursor_u8(&bits);
        for (unsigned bit = 0; bit < 8 && i + bit < most; bit++)
            if (octet >> (7 - bit) & 1)
                record_uint(r, row, i + bit);
    }
}

static void initiate_detail(struct record *r, struct cursor c)
{
    enum { PARAMETERS = 11, SUPPORTED = 85 };
    struct ber e;
    if (ber_take(&c, 0x80, &e))
        record_uint(r, MMS_VERSION, mmsdata_natural(e.value));
    if (ber_take(&c, 0x81, &e))
        bit_names(r, MMS_PARAMETER_CBB, e.value, PARAMETERS);
    if (ber_take(&c, 0x82, &e))
        bit_names(r, MMS_SERVICES_SUPPORTED, e.value, SUPPORTED);
}

static void initiate(struct pdu *p, struct cursor c)
{
    static const uint16_t rows[] = { MMS_LOCAL_DETAIL, MMS_OUTSTANDING_CALLING, MMS_OUTSTANDING_CALLED, MMS_NESTING_LEVEL };
    struct ber e;
    while (c.left > 0 && ber_next(&c, &e)) {
        if (e.tag >= 0x80 && e.tag <= 0x83)
            record_uint(p->record, rows[e.tag & 3], mmsdata_natural(e.value));
        else if (e.tag == 0xa4)
            initiate_detail(p->record, e.value);
    }
}

/* Initiate, conclude and cancel: asked once, answered once, under an id that no confirmed request can have. */
static void session_pdu(struct pdu *p, const struct ber *e)
{
    struct mms_state *s = p->conv->state;
    bool cancels = p->type >= MMS_CANCEL_REQUEST && p->type <= MMS_CANCEL_ERROR;
    bool asks = p->type == MMS_INITIATE_REQUEST || p->type == MMS_CONCLUDE_REQUEST || p->type == MMS_CANCEL_REQUEST;
    p->invoke = p->type >= MMS_CONCLUDE_REQUEST ? INVOKE_CONCLUDE : INVOKE_INITIATE;
    if (cancels) {
        struct cursor c = e->value;
        struct ber id;
        p->invoke = p->type != MMS_CANCEL_ERROR ? mmsdata_natural(c) : ber_take(&c, 0x80, &id) ? mmsdata_natural(id.value) : 0;
        record_uint(p->record, MMS_INVOKE_ID, p->invoke);
    }
    if (!asks && !cancels)
        answer_begin(p);
    p->record->answer = !asks;
    access_record(p->record, ACCESS_SESSION);
    if (p->type == MMS_INITIATE_REQUEST || p->type == MMS_INITIATE_RESPONSE)
        initiate(p, e->value);
    if (asks && !cancels)
        remember(p, MMS_SERVICES, ACCESS_SESSION, &nothing);
    s->transactions += asks;
}

static void session_error(struct pdu *p, const struct ber *e)
{
    session_pdu(p, e);
    p->record->refused = true;
    struct cursor c = e->value;
    struct ber inner;
    if (p->type == MMS_CANCEL_ERROR && ber_take(&c, 0x80, &inner) && ber_take(&c, 0xa1, &inner))
        c = inner.value;
    mms_error_read(p->record, c);
}

static bool invoke_read(struct pdu *p, struct cursor *c, uint32_t tag)
{
    struct ber e;
    if (!ber_take(c, tag, &e)) {
        record_anomaly(p->record, MMS_INVALID_PDU);
        return false;
    }
    p->invoke = mmsdata_natural(e.value);
    record_uint(p->record, MMS_INVOKE_ID, p->invoke);
    return true;
}

static void pdu_dispatch(struct pdu *p, const struct ber *e)
{
    struct cursor c = e->value;
    switch (p->type) {
    case MMS_CONFIRMED_REQUEST:
        if (invoke_read(p, &c, BER_INTEGER))
            confirmed_request(p, c);
        break;
    case MMS_CONFIRMED_RESPONSE:
        if (invoke_read(p, &c, BER_INTEGER))
            confirmed_response(p, c);
        break;
    case MMS_CONFIRMED_ERROR:
        if (invoke_read(p, &c, 0x80))
            confirmed_error(p, c, 0xa2);
        break;
    case MMS_UNCONFIRMED:
        unconfirmed(p, c);
        break;
    case MMS_REJECT:
        reject(p, c);
        break;
    case MMS_CANCEL_ERROR: case MMS_INITIATE_ERROR: case MMS_CONCLUDE_ERROR:
        session_error(p, e);
        break;
    default:
        session_pdu(p, e);
    }
}

/* One MMS PDU into the record, which then goes out; the names it was read with are given back. */
static void pdu_read(struct conversation *conv, struct record *r, const struct ber *e)
{
    struct mms_state *s = conv->state;
    struct pdu p = { .conv = conv, .record = r };
    p.type = (enum mms_pdu)(e->tag & 0x1f);
    record_uint(r, MMS_PDU_TYPE, p.type);
    pdu_dispatch(&p, e);
    if (s->profile != MMS_PROFILE_NONE)
        record_uint(r, MMS_PROFILE, s->profile);
    answer_end(&p);
    conversation_emit(conv, r);
    if (p.asked != NULL)
        forget(conv, p.asked);
}

static void transport_record(struct record *r, unsigned pieces)
{
    record_uint(r, COTP_TPDU, COTP_DT);
    record_uint(r, COTP_PIECES, pieces);
}

/* Session and ACSE without MMS: release, abort, refusal, and what contradicts itself. */
static void upper_only(struct conversation *conv, struct record *r, const struct upper *u)
{
    struct mms_state *s = conv->state;
    if (u->spdu == SPDU_DATA && u->acse == 0)
        record_anomaly(r, MMS_INVALID_UPPER);
    else
        access_record(r, ACCESS_SESSION);
    s->transactions++;
    conversation_emit(conv, r);
}

static bool message_read(struct conversation *conv, struct cursor message, unsigned pieces, bool lost)
{
    struct mms_state *s = conv->state;
    struct upper u;
    struct record *r = record_new(conv);
    s->blind |= conv->midstream;
    transport_record(r, pieces);
    bool own = !lost && upper_read(message, r, &u);
    if (!own) {
        record_anomaly(r, lost ? MMS_MESSAGE_TOO_LONG : MMS_INVALID_UPPER);
        s->transactions++;
        conversation_emit(conv, r);
        return false;
    }
    if (!u.valid)
        record_anomaly(r, MMS_INVALID_UPPER);
    if (u.pdus == 0)
        upper_only(conv, r, &u);
    for (unsigned i = 0; i < u.pdus; i++) {
        pdu_read(conv, r, &u.pdu[i]);
        r = i + 1 < u.pdus ? record_new(conv) : r;
    }
    return true;
}

/* The application context or abstract syntax of MMS, 1.0.9506.2.x, in a connection that is not all here. */
static bool names_mms(struct cursor c)
{
    static const uint8_t oid[] = { 0x28, 0xca, 0x22, 0x02 };
    for (unsigned i = 0; i < OID_SEARCH_MAX && c.left >= sizeof oid; i++, cursor_skip(&c, 1))
        if (memcmp(c.at, oid, sizeof oid) == 0)
            return true;
    return false;
}

static bool data_begins(struct cursor c)
{
    static const uint8_t head[] = { 1, 0, 1, 0, 0x61 };
    struct cursor in = c;
    const uint8_t *bytes = cursor_bytes(&in, sizeof head);
    return bytes != NULL && memcmp(bytes, head, sizeof head) == 0;
}

/* What is all here must hold an MMS PDU; what is not must begin as data does, or name MMS as it connects. */
static bool begins(struct cursor data, bool whole, bool eot)
{
    struct upper u;
    int si = cursor_peek(&data, 0);
    if (si == SPDU_CONNECT || si == SPDU_ACCEPT)
        return names_mms(data);
    if (!whole || !eot)
        return data_begins(data);
    return upper_read(data, NULL, &u) && u.pdus > 0 && mms_convinces(&u.pdu[0]);
}

static const struct iso_upper upper = {
    .record = record_new, .invalid_tpdu = MMS_INVALID_TPDU, .header_min = PROBE_HEADER, .begins = begins, .message = message_read,
};

static enum probe mms_probe(const struct conversation *conv, struct cursor c)
{
    enum probe verdict = iso_probe(&upper, c);
    bool tpkt = cursor_peek(&c, 0) == 3 && cursor_peek(&c, 1) == 0;
    return verdict == PROBE_NO && conv->dir == FROM_SERVER && tpkt ? PROBE_MORE : verdict;     /* the client's words decide */
}

static bool mms_gap(struct conversation *conv, size_t missing)
{
    struct mms_state *s = conv->state;
    (void)missing;
    s->blind = true;
    iso_gap(&s->iso, conv);
    return true;
}

static enum dissect mms_pdu(struct conversation *conv, struct cursor *in)
{
    struct mms_state *s = conv->state;
    enum dissect verdict = iso_pdu(&upper, &s->iso, conv, in);
    if (verdict != DISSECT_LOST || s->iso.foreign > 0 || ++s->lost[conv->dir] > LOST_MAX)
        return verdict;
    struct record *r = record_new(conv);        /* no TPKT where one should be: the next is searched for */
    record_anomaly(r, MMS_INVALID_TPDU);
    conversation_emit(conv, r);
    mms_gap(conv, 0);
    cursor_skip(in, 1);
    return DISSECT_PDU;
}

static void mms_end(struct conversation *conv)
{
    struct mms_state *s = conv->state;
    iso_end(&upper, &s->iso, conv);
    for (unsigned i = 0; i < OPEN_MAX; i++)
        forget(conv, &s->open[i]);
}

const struct dissector dissector_mms = {
    .schema = &mms_schema,
    .device = "ied",
    .source = "ISO 9506-2; ISO 8327-1, 8823-1, 8650-1; IEC 61850-8-1; IEC 60870-6-503 (TASE.2)",
    .over = OVER_TCP,
    .ports = { 102 },
    .ndpi = NULL,
    .state_size = sizeof(struct mms_state),
    .pdu_max = 65535,
    .probe = mms_probe,
    .pdu = mms_pdu,
    .gap = mms_gap,
    .end = mms_end,
};
