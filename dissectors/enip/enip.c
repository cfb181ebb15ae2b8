/* The encapsulation, requests kept until they are answered, connections, and the way back after a gap.
 *
 *   0         2        4         8        12        20        24
 *   +---------+--------+---------+--------+---------+---------+------
 *   | command | length | session | status | context | options | data
 *   +---------+--------+---------+--------+---------+---------+------    all numbers little-endian
 *
 * Commands 6f and 70 carry items (CPF), one of which is a CIP message. Answers to 6f repeat its context, answers to 70 the
 * sequence count in front of the message. I/O over UDP is items alone, without the header.
 */
#include "dissectors/enip/enip.h"

#include <string.h>

#include "dissectors/enip/cip.h"
#include "dissectors/enip/cpf.h"

enum {
    HEADER = 24, LENGTH_MAX = 65511, CONTEXT = 8,
    ITEMS_AT = 6,                       /* of 6f and 70: interface handle, time-out */
    OPEN_MAX = 16, CONNECTIONS_MAX = 8, FLOOD = 500, FOREIGN_MAX = 4,
    KEPT_MAX = 4096,                    /* of a request; a larger one's beginning */
    DEPTH_MAX = 3, MESSAGES_MAX = 512,  /* one in another; in one PDU */
    SERVICE_NAME = 16, IO_ITEMS = 2
};

struct open_request {
    uint64_t transaction, sent_us;
    uint8_t *kept;              /* the CIP request; NULL none */
    uint32_t connection;
    uint16_t kept_len, command, sequence;
    uint8_t  context[CONTEXT];
    uint8_t  dir;
    bool     waiting;
};

struct enip_state {
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    struct cip_opened   connection[CONNECTIONS_MAX];
    unsigned            next, next_connection;
    unsigned            unanswered, foreign;
    bool                searching[2];
    bool                blind;          /* requests may have been missed */
};

struct header {
    uint16_t       command, length;
    uint32_t       session, status, options;
    const uint8_t *context;
    struct cursor  body;
};

/* One PDU while it is told. */
struct pdu {
    struct conversation *conv;
    const struct header *h;             /* NULL: I/O */
    struct cpf           cpf;
    struct cursor        message;       /* CIP; none when .has_message is false */
    bool                 has_message, told;
    uint16_t             sequence;
    struct open_request *answers;       /* the request; NULL: unknown, or this is one */
    uint64_t             transaction;   /* of the next record */
    unsigned             messages;
};

static bool command_known(uint16_t command)
{
    return command == ENIP_NOP || command == ENIP_LIST_TARGETS || command == ENIP_LIST_SERVICES || (command >= ENIP_LIST_IDENTITY && command <= ENIP_UNREGISTER)
           || command == ENIP_SEND_RR_DATA || command == ENIP_SEND_UNIT_DATA || command == ENIP_INDICATE_STATUS
           || command == ENIP_CANCEL || command == ENIP_START_DTLS;
}

static bool status_known(uint32_t status)
{
    return status <= 3 || status == 0x64 || status == 0x65 || status == 0x69 || status == 0x6a;
}

static bool sends(uint16_t command)
{
    return command == ENIP_SEND_RR_DATA || command == ENIP_SEND_UNIT_DATA;
}

static bool lists(uint16_t command)
{
    return command == ENIP_LIST_SERVICES || command == ENIP_LIST_IDENTITY || command == ENIP_LIST_INTERFACES;
}

/* The header, and as much of the body as is here. */
static bool header_read(struct cursor *c, struct header *h)
{
    h->command = cursor_le16(c);
    h->length = cursor_le16(c);
    h->session = cursor_le32(c);
    h->status = cursor_le32(c);
    h->context = cursor_bytes(c, CONTEXT);
    h->options = cursor_le32(c);
    return c->status == CURSOR_OK;
}

static bool header_possible(const struct header *h)
{
    return command_known(h->command) && h->length <= LENGTH_MAX && status_known(h->status) && h->options == 0;
}

/* The first bytes of a body that carries items: their number and the type of the first. */
static bool items_possible(struct cursor c, size_t length)
{
    unsigned count = cursor_le16(&c);
    uint16_t type = cursor_le16(&c);
    size_t first = cursor_le16(&c);
    return c.status == CURSOR_OK && count >= 1 && count <= CPF_ITEMS_MAX && cpf_type_known(type) && first + ITEMS_AT <= length;
}

/* How sure a possible header is, with what follows of its body. */
static enum probe header_convinces(const struct header *h, struct cursor body)
{
    if (h->status != 0 && h->length == 0)
        return h->session != 0 ? PROBE_YES : PROBE_MAYBE;
    if (sends(h->command)) {
        uint32_t interface = cursor_le32(&body);
        cursor_skip(&body, 2);
        if (h->length < ITEMS_AT + ITEMS_AT || (body.status == CURSOR_OK && interface != 0))
            return PROBE_NO;
        if (body.left < ITEMS_AT)
            return PROBE_MORE;
        return items_possible(body, h->length - (size_t)ITEMS_AT) ? PROBE_YES : PROBE_NO;
    }
    if (h->command == ENIP_REGISTER)
        return h->length != 4 ? PROBE_NO : body.left < 2 ? PROBE_MORE : cursor_le16(&body) == 1 ? PROBE_YES : PROBE_NO;
    if (h->command == ENIP_UNREGISTER)
        return h->length == 0 && h->session != 0 ? PROBE_YES : PROBE_NO;
    if (lists(h->command) && h->length > 0)
        return body.left < ITEMS_AT ? PROBE_MORE : h->length == 2 || items_possible(body, h->length) ? PROBE_YES : PROBE_NO;
    if (lists(h->command))
        return h->session == 0 && h->command != ENIP_LIST_SERVICES ? PROBE_YES : PROBE_MAYBE;
    return PROBE_MAYBE;
}

/* Two items, a sequenced address and connected data, that fill the datagram. */
static bool is_io(struct cursor c)
{
    struct cpf f;
    if (cursor_peek(&c, 0) != IO_ITEMS || cursor_peek(&c, 1) != 0)
        return false;
    cpf_read(c, &f);
    return f.sound && f.type[0] == CPF_SEQUENCED_ADDRESS && f.type[1] == CPF_CONNECTED_DATA && f.sequenced;
}

static enum probe enip_probe(const struct conversation *conv, struct cursor c)
{
    struct header h;
    if (conv->over == OVER_UDP && is_io(c))
        return PROBE_YES;
    size_t here = c.left;
    if (!header_read(&c, &h))
        return conv->over == OVER_UDP || (here >= 2 && !command_known(h.command)) ? PROBE_NO : PROBE_MORE;
    if (!header_possible(&h) || (conv->over == OVER_UDP && h.length != c.left))
        return PROBE_NO;
    return header_convinces(&h, c);
}

/* Whether a request's message could have been answered with this service. */
static bool answers_service(const struct open_request *q, uint8_t service)
{
    struct cip_message asked;
    struct cursor inner;
    if (q->kept == NULL)
        return false;
    if ((q->kept[0] & 0x7f) == service)
        return true;
    return cip_message_read(cursor_over(q->kept, q->kept_len), &asked) && cip_is_unconnected_send(&asked)
           && cip_unconnected(&asked, &inner) && cursor_peek(&inner, 0) == service;
}

/* Both directions of a connection have an id of their own; which belong together only its forward open tells. */
static const struct cip_opened *connection_find(const struct enip_state *s, uint32_t id)
{
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++)
        if (s->connection[i].classes > 0 && (s->connection[i].ot == id || s->connection[i].to == id))
            return &s->connection[i];
    return NULL;
}

static bool same_connection(const struct enip_state *s, uint32_t asked, uint32_t answered)
{
    const struct cip_opened *a = connection_find(s, asked), *b = connection_find(s, answered);
    return a == b || a == NULL || b == NULL;
}

static bool fits(const struct pdu *p, const struct open_request *q)
{
    const struct enip_state *s = p->conv->state;
    if (!q->waiting || q->dir == (uint8_t)p->conv->dir || q->command != p->h->command)
        return false;
    if (p->h->command == ENIP_SEND_UNIT_DATA) {
        if (q->sequence != p->sequence || !same_connection(s, q->connection, p->cpf.connection))
            return false;
    } else if (memcmp(q->context, p->h->context, CONTEXT) != 0)
        return false;
    return !p->has_message || answers_service(q, (uint8_t)cursor_peek(&p->message, 0) & 0x7f);
}

static struct open_request *answered(const struct pdu *p)
{
    struct enip_state *s = p->conv->state;
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        struct open_request *q = &s->open[(s->next + i) % OPEN_MAX];
        if (fits(p, q))
            return q;
    }
    return NULL;
}

static void forget(struct conversation *conv, struct open_request *q)
{
    store_give(conv->store, conv->account, q->kept, q->kept_len);
    q->kept = NULL;
    q->waiting = false;
}

static void remember(struct pdu *p, struct record *r)
{
    struct enip_state *s = p->conv->state;
    struct open_request *q = &s->open[s->next];
    forget(p->conv, q);
    *q = (struct open_request){ .transaction = r->transaction, .sent_us = p->conv->now_us, .command = p->h->command,
        .connection = p->cpf.connection, .sequence = p->sequence, .dir = (uint8_t)p->conv->dir, .waiting = true };
    memcpy(q->context, p->h->context, CONTEXT);
    size_t n = p->message.left < KEPT_MAX ? p->message.left : KEPT_MAX;
    if (p->has_message && n > 0 && (q->kept = store_take(p->conv->store, p->conv->account, n)) != NULL) {
        memcpy(q->kept, p->message.at, n);
        q->kept_len = (uint16_t)n;
    }
    s->next = (s->next + 1) % OPEN_MAX;
    if (++s->unanswered == FLOOD)
        record_anomaly(r, ENIP_FLOODED);
}

static bool is_answer(const struct pdu *p)
{
    if (p->h == NULL || p->has_message)
        return p->has_message && (cursor_peek(&p->message, 0) & 0x80) != 0;
    return p->h->status != 0 || (p->h->command == ENIP_REGISTER && p->h->session != 0) || ((lists(p->h->command) || p->h->command == ENIP_LIST_TARGETS) && p->h->length > 0);
}

/* What Suricata's keywords ask of a PDU: its own message and those in a multiple service packet, all at once. */
static void summary_key(struct record *r, const struct cip_message *m, uint32_t attribute)
{
    record_uint(r, ENIP_CIP_REQUEST, (uint64_t)m->service << 32 | (uint64_t)(cip_path_class(&m->path) & 0xffff) << 16 | (attribute & 0xffff));
}

static void summary_request(struct record *r, const struct cip_message *m)
{
    const struct cip_path *at = &m->path;
    struct cursor c = m->data;
    unsigned listed = m->service == CIP_GET_LIST ? cursor_le16(&c) : 0;
    summary_key(r, m, at->attribute * !!(at->has & CIP_HAS_ATTRIBUTE));
    for (unsigned i = 0; i < listed && c.left >= 2 && i < CPF_ITEMS_MAX; i++) {
        uint16_t attribute = cursor_le16(&c);
        summary_key(r, m, attribute);
        record_uint(r, ENIP_CIP_ATTRIBUTE, attribute);
    }
    for (unsigned i = 0; i < at->classes; i++)
        record_uint(r, ENIP_CIP_CLASS, at->step[i].class_id);
    for (unsigned i = 0; i < at->classes; i++)
        if (at->step[i].has_instance)
            record_uint(r, ENIP_CIP_INSTANCE, at->step[i].instance);
    if (at->has & CIP_HAS_ATTRIBUTE)
        record_uint(r, ENIP_CIP_ATTRIBUTE, at->attribute);
}

static void summary_one(struct record *r, const struct cip_message *m)
{
    if (!m->answer)
        summary_request(r, m);
    else {
        record_uint(r, ENIP_CIP_STATUS, m->status);
        if (m->extended_words == 1)
            record_uint(r, ENIP_CIP_EXTENDED, m->extended);
    }
}

static void summary(struct record *r, const struct cip_message *m)
{
    struct cursor bytes;
    struct cip_message inner;
    summary_one(r, m);
    unsigned count = cip_is_multiple(m) ? cip_count(m) : 0;
    for (unsigned i = 0; i < count && i < MESSAGES_MAX && cip_part(m, i, &bytes); i++)
        if (cip_message_read(bytes, &inner))
            summary_one(r, &inner);
}

static void connection_record(const struct pdu *p, struct record *r)
{
    const struct cip_opened *o = p->cpf.connected ? connection_find(p->conv->state, p->cpf.connection) : NULL;
    for (unsigned i = 0; o != NULL && i < o->classes; i++)
        record_uint(r, ENIP_CONNECTION_CLASS, o->class_id[i]);
}

/* What the encapsulation says: at the head of a PDU's first record. */
static void encapsulation_record(const struct pdu *p, struct record *r)
{
    const struct header *h = p->h;
    if (h != NULL) {
        record_uint(r, ENIP_COMMAND, h->command);
        record_uint(r, ENIP_LENGTH, h->length);
        record_uint(r, ENIP_SESSION, h->session);
        record_uint(r, ENIP_STATUS, h->status);
        record_bytes(r, ENIP_CONTEXT, h->context, CONTEXT);
        if (h->options != 0)
            record_uint(r, ENIP_OPTIONS, h->options);
        r->refused = h->status != 0;
    }
    cpf_record(r, &p->cpf);
    if (h != NULL && p->cpf.data_type == CPF_CONNECTED_DATA && p->has_message)
        record_uint(r, ENIP_SEQUENCE_COUNT, p->sequence);
}

static struct record *record_new(struct pdu *p)
{
    struct record *r = conversation_record(p->conv, &enip_schema);
    r->transaction = p->transaction++;
    if (!p->told)
        encapsulation_record(p, r);
    return r;
}

static void answer_record(struct pdu *p, struct record *r)
{
    struct enip_state *s = p->conv->state;
    if (p->answers == NULL && !s->blind)
        record_anomaly(r, ENIP_UNSOLICITED_RESPONSE);
    if (p->answers != NULL && p->conv->now_us >= p->answers->sent_us)
        record_uint(r, ENIP_RESPONSE_TIME, p->conv->now_us - p->answers->sent_us);
}

/* The first record's further rows: what is true of the PDU, not of one message. */
static void first_record(struct pdu *p, struct record *r, const struct cip_message *m)
{
    if (m != NULL) {
        connection_record(p, r);
        summary(r, m);
    }
    if (is_answer(p))
        answer_record(p, r);
    p->told = true;
}

static const struct cip_message *asked_message(struct cursor bytes, struct cip_message *m)
{
    return bytes.left > 0 && cip_message_read(bytes, m) ? m : NULL;
}

static void message_tell(struct pdu *p, struct cursor bytes, struct cursor asked, enum cip_inside inside, unsigned depth);

/* The messages in this one, each beside its request. */
static void parts_tell(struct pdu *p, const struct cip_message *m, const struct cip_message *asked, unsigned depth)
{
    struct cursor bytes, of;
    unsigned count = cip_count(m);
    for (unsigned i = 0; i < count && cip_part(m, i, &bytes); i++) {
        if (asked == NULL || !cip_is_multiple(asked) || !cip_part(asked, i, &of))
            of = cursor_over(NULL, 0);
        message_tell(p, bytes, of, CIP_IN_MULTIPLE, depth);
    }
}

static void remember_opened(struct pdu *p, const struct cip_message *m, const struct cip_message *asked)
{
    struct enip_state *s = p->conv->state;
    struct cip_opened o;
    if (asked == NULL || !cip_opened(m, asked, &o) || o.classes == 0)
        return;
    s->connection[s->next_connection] = o;
    s->next_connection = (s->next_connection + 1) % CONNECTIONS_MAX;
}

/* An unconnected send is not answered itself: the answer is that of the message in it, unless it could not be passed on. */
static enum cip_inside asked_inside(struct cip_message *m, struct cip_message *q)
{
    struct cursor inner;
    struct cip_message asked;
    if (q == NULL || !cip_is_unconnected_send(q) || m->service == CIP_UNCONNECTED_SEND || !cip_unconnected(q, &inner)
        || !cip_message_read(inner, &asked))
        return CIP_ALONE;
    *q = asked;
    return CIP_IN_UNCONNECTED;
}

static void message_record(struct pdu *p, struct cip_message *m, const struct cip_message *asked, enum cip_inside inside)
{
    struct cip_message head = *m;       /* the record's reading moves the message's cursor */
    bool first = !p->told;
    struct record *r = record_new(p);
    if (inside != CIP_ALONE)
        record_uint(r, ENIP_INSIDE, inside);
    cip_message_record(r, &head, asked);
    if (first)
        first_record(p, r, m);
    if (first && !m->answer)
        remember(p, r);
    if (cip_is_multiple(m) && cip_count(m) > MESSAGES_MAX)
        record_anomaly(r, ENIP_TOO_MANY_MESSAGES);
    conversation_emit(p->conv, r);
}

static void message_tell(struct pdu *p, struct cursor bytes, struct cursor asked, enum cip_inside inside, unsigned depth)
{
    struct cip_message m, q;
    struct cursor inner;
    if (depth > DEPTH_MAX || !cip_message_read(bytes, &m) || ++p->messages > MESSAGES_MAX)
        return;
    struct cip_message *of = asked_message(asked, &q) != NULL ? &q : NULL;
    if (m.answer && asked_inside(&m, of) == CIP_IN_UNCONNECTED) {
        inside = CIP_IN_UNCONNECTED;
        p->transaction++;
    }
    message_record(p, &m, of, inside);
    remember_opened(p, &m, of);
    if (cip_is_multiple(&m))
        parts_tell(p, &m, of, depth + 1);
    else if (cip_is_unconnected_send(&m) && cip_unconnected(&m, &inner))
        message_tell(p, inner, cursor_over(NULL, 0), CIP_IN_UNCONNECTED, depth + 1);
}

static void identity_record(struct record *r, struct cursor c, struct cip_message *scratch)
{
    record_uint(r, ENIP_PROTOCOL_VERSION, cursor_le16(&c));
    cursor_skip(&c, 16);                /* the socket address, told with the items */
    cip_identity_all(r, &c, scratch);
    if (c.left > 0)
        record_uint(r, ENIP_STATE, cursor_u8(&c));
}

static void services_record(struct record *r, struct cursor c)
{
    uint16_t version = cursor_le16(&c), capabilities = cursor_le16(&c);
    const uint8_t *name = cursor_bytes(&c, SERVICE_NAME);
    if (name == NULL)
        return;
    record_uint(r, ENIP_PROTOCOL_VERSION, version);
    record_uint(r, ENIP_CAPABILITIES, capabilities);
    record_bytes(r, ENIP_SERVICE_NAME, name, strnlen((const char *)name, SERVICE_NAME));
}

static enum access command_access(uint16_t command)
{
    if (lists(command) || command == ENIP_LIST_TARGETS)
        return ACCESS_IDENTIFY;
    return sends(command) || !command_known(command) ? ACCESS_OTHER : ACCESS_SESSION;
}

/* A PDU without a CIP message: sessions, lists, errors. */
static void command_tell(struct pdu *p)
{
    struct cip_message scratch;
    struct record *r = record_new(p);
    bool answer = is_answer(p);
    struct cursor body = p->h->body;
    record_uint(r, ENIP_TYPE, answer ? ENIP_RESPONSE : ENIP_REQUEST);
    record_uint(r, ENIP_ACCESS, command_access(p->h->command));
    r->answer = answer;
    if (p->h->command == ENIP_REGISTER && body.left >= 2)
        record_uint(r, ENIP_PROTOCOL_VERSION, cursor_le16(&body));
    if (p->cpf.identity.left > 0)
        identity_record(r, p->cpf.identity, &scratch);
    if (p->cpf.services.left > 0)
        services_record(r, p->cpf.services);
    if (!command_known(p->h->command))
        record_anomaly(r, ENIP_UNKNOWN_COMMAND);
    first_record(p, r, NULL);
    if (!answer && p->h->command != ENIP_NOP && p->h->command != ENIP_UNREGISTER)
        remember(p, r);
    if ((sends(p->h->command) && p->h->status == 0) || (p->cpf.count > 0 && !p->cpf.sound))
        record_anomaly(r, ENIP_INVALID_ITEM);
    conversation_emit(p->conv, r);
}

/* Where the CIP message stands in the items: unconnected bare, connected behind its sequence count. */
static void message_find(struct pdu *p)
{
    p->message = p->cpf.data;
    if (p->cpf.data_type == CPF_CONNECTED_DATA)
        p->sequence = cursor_le16(&p->message);
    p->has_message = p->cpf.data_type != 0 && p->message.status == CURSOR_OK && p->message.left >= 2;
    if (!p->has_message)
        p->message = cursor_over(NULL, 0);
}

static void items_find(struct pdu *p)
{
    struct cursor c = p->h->body;
    if (sends(p->h->command)) {
        cursor_skip(&c, ITEMS_AT);
        cpf_read(c, &p->cpf);
        message_find(p);
    } else if (lists(p->h->command) && c.left > 0) {
        cpf_read(c, &p->cpf);
        c = p->cpf.identity;
        cursor_skip(&c, 2);
        cpf_socket(c, &p->cpf);
    }
}

static void pdu_read(struct conversation *conv, const struct header *h)
{
    struct enip_state *s = conv->state;
    struct pdu p = { .conv = conv, .h = h, .message = cursor_over(NULL, 0) };
    struct cip_message head;
    items_find(&p);
    p.answers = is_answer(&p) ? answered(&p) : NULL;
    p.transaction = p.answers != NULL ? p.answers->transaction : s->transactions;
    p.has_message = p.has_message && cip_message_read(p.message, &head);
    if (is_answer(&p))
        s->unanswered = 0;
    if (p.has_message)
        message_tell(&p, p.message, p.answers != NULL ? cursor_over(p.answers->kept, p.answers->kept_len) : cursor_over(NULL, 0),
                     CIP_ALONE, 0);
    else
        command_tell(&p);
    if (p.transaction > s->transactions)
        s->transactions = p.transaction;
    if (p.answers != NULL)
        forget(conv, p.answers);
}

static void io_read(struct conversation *conv, struct cursor *in)
{
    struct enip_state *s = conv->state;
    struct pdu p = { .conv = conv, .transaction = s->transactions++, .message = cursor_over(NULL, 0) };
    cpf_read(*in, &p.cpf);
    struct record *r = record_new(&p);
    record_uint(r, ENIP_TYPE, ENIP_IO);
    record_uint(r, ENIP_ACCESS, ACCESS_REPORT);
    record_bytes(r, ENIP_IO_DATA, p.cpf.data.at, p.cpf.data.left);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
}

/* A header that cannot be one: said once, in a record without anything else. */
static void foreign_tell(struct conversation *conv, const struct header *h)
{
    struct enip_state *s = conv->state;
    struct record *r = conversation_record(conv, &enip_schema);
    r->transaction = s->transactions++;
    record_uint(r, ENIP_COMMAND, h->command);
    record_uint(r, ENIP_LENGTH, h->length);
    record_anomaly(r, ENIP_INVALID_PDU);
    conversation_emit(conv, r);
}

/* After a gap: drops what cannot be the beginning of a PDU. Only headers that need no hint are believed. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct enip_state *s = conv->state;
    struct cursor at = *in;
    for (; at.left >= HEADER; cursor_skip(&at, 1)) {
        struct cursor c = at;
        struct header h;
        if (!header_read(&c, &h) || !header_possible(&h))
            continue;
        enum probe sure = header_convinces(&h, c);
        s->searching[conv->dir] = sure != PROBE_YES;
        if (sure == PROBE_YES || sure == PROBE_MORE)
            break;
    }
    bool moved = at.left < in->left;
    *in = at;
    return moved ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect stream_pdu(struct conversation *conv, struct cursor *in)
{
    struct enip_state *s = conv->state;
    struct cursor c = *in;
    struct header h;
    if (!header_read(&c, &h)) {
        conv->need = HEADER;
        return DISSECT_MORE;
    }
    s->foreign = header_possible(&h) ? 0 : s->foreign + 1;
    if (h.length > LENGTH_MAX || (!command_known(h.command) && !header_possible(&h) && (h.options != 0 || !status_known(h.status)))
        || s->foreign > FOREIGN_MAX) {
        foreign_tell(conv, &h);
        return DISSECT_LOST;
    }
    h.body = cursor_sub(&c, h.length);
    if (c.status != CURSOR_OK) {
        conv->need = (size_t)HEADER + h.length;
        return DISSECT_MORE;
    }
    pdu_read(conv, &h);
    *in = c;
    return DISSECT_PDU;
}

static enum dissect enip_pdu(struct conversation *conv, struct cursor *in)
{
    struct enip_state *s = conv->state;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    s->blind |= conv->midstream || conv->over == OVER_UDP;
    if (conv->over == OVER_UDP && is_io(*in)) {
        io_read(conv, in);
        return DISSECT_PDU;
    }
    return stream_pdu(conv, in);
}

static bool enip_gap(struct conversation *conv, size_t missing)
{
    struct enip_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = true;
    s->blind = true;
    return true;
}

static void enip_end(struct conversation *conv)
{
    struct enip_state *s = conv->state;
    for (unsigned i = 0; i < OPEN_MAX; i++)
        forget(conv, &s->open[i]);
}

const struct dissector dissector_enip = {
    .schema = &enip_schema,
    .device = "plc",
    .source = "ODVA CIP Networks Library volume 1 (CIP) and 2 (EtherNet/IP)",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 44818, 2222 },
    .ndpi = "EthernetIP",
    .state_size = sizeof(struct enip_state),
    .pdu_max = HEADER + LENGTH_MAX,
    .probe = enip_probe,
    .pdu = enip_pdu,
    .gap = enip_gap,
    .end = enip_end,
};
