/* OPC UA's chunks: the three letters, the channel, the sequence; messages of several chunks joined; answers given to their
 * requests; what is encrypted seen as such.
 *
 *   "HEL" "F" size | version, buffers, url              OPN: size | channel | policy, certificate, thumbprint
 *   "ACK" "ERR" "RHE"                                   MSG, CLO: size | channel | token
 *                                                            then sequence number, request id, body
 *
 * The security mode of a channel is agreed where nobody else can read it, so that a body is judged by itself: what begins
 * with the type of a known service is not encrypted (its signature, if any, stands behind and is not looked at).
 */
#include "dissectors/opcua/opcua.h"

#include <string.h>

#include "common/buffer.h"
#include "dissectors/opcua/service.h"

enum {
    HEADER = 8, CHUNK_MAX = 1 << 20, MESSAGE_MAX = STORE_BLOCK_MAX,
    OPEN_MAX = 16               /* requests that may wait; publish requests always do */
};

struct open_request {
    uint64_t           transaction, sent_us;
    struct opcua_asked asked;
    uint32_t           request_id;
    uint16_t           service;
    uint8_t            dir;
    bool               waiting;
};

struct assembly {
    struct buffer bytes;
    uint32_t      request_id;
    bool          active, cut;
};

struct side {
    struct assembly message;
    uint32_t        sequence;
    bool            sequence_known, searching;
};

struct opcua_state {
    uint64_t            transactions, first_transaction;
    struct side         side[2];
    struct open_request open[OPEN_MAX];
    unsigned            next;           /* in open: the last that gave way */
    bool                blind;
};

struct chunk {
    uint8_t       type, chunk;
    uint32_t      size;
    struct cursor body;         /* behind the size */
};

static const char types[][4] = { "HEL", "ACK", "ERR", "RHE", "OPN", "MSG", "CLO" };

/* The header at `c`; false: this is none. With too few bytes c->status says so. */
static bool header_read(struct cursor *c, struct chunk *k)
{
    const uint8_t *letters = cursor_bytes(c, 3);
    uint8_t kind = cursor_u8(c);
    k->size = cursor_le32(c);
    if (c->status != CURSOR_OK)
        return false;
    for (k->type = 0; k->type < sizeof types / sizeof types[0]; k->type++)
        if (memcmp(letters, types[k->type], 3) == 0)
            break;
    if (k->type == sizeof types / sizeof types[0] || (kind != 'F' && kind != 'C' && kind != 'A'))
        return false;
    k->chunk = kind == 'F' ? OPCUA_FINAL : kind == 'C' ? OPCUA_CONTINUED : OPCUA_ABORTED;
    return k->size >= HEADER && k->size <= CHUNK_MAX && (k->type >= OPCUA_MSG || k->chunk == OPCUA_FINAL);
}

/* Whether the first bytes, fewer than a header, may become one. */
static bool letters_begin(const struct cursor *c)
{
    size_t n = c->left < 3 ? c->left : 3;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (memcmp(c->at, types[i], n) == 0)
            return true;
    return false;
}

static enum probe opcua_probe(const struct conversation *conv, struct cursor c)
{
    enum { CONNECTION_MIN = 16, SECURED_MIN = 24 };
    struct cursor head = c;
    struct chunk k;
    (void)conv;
    if (!header_read(&c, &k))
        return c.status == CURSOR_SHORT && letters_begin(&head) ? PROBE_MORE : PROBE_NO;
    return k.size >= (k.type <= OPCUA_RHE ? CONNECTION_MIN : SECURED_MIN) ? PROBE_YES : PROBE_NO;
}

/* ---- requests and answers ---- */

static struct open_request *answered(struct opcua_state *s, enum direction dir, uint32_t request_id)
{
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        struct open_request *q = &s->open[i];
        if (q->waiting && q->dir != (uint8_t)dir && q->request_id == request_id)
            return q;
    }
    return NULL;
}

/* A place for a further request: one that has been answered, else the oldest gives way. */
static struct open_request *request_place(struct opcua_state *s)
{
    for (unsigned i = 0; i < OPEN_MAX; i++)
        if (!s->open[i].waiting)
            return &s->open[i];
    s->next = (s->next + 1) % OPEN_MAX;
    return &s->open[s->next];
}

static struct open_request *request_open(struct conversation *conv, const struct opcua_service *service, uint32_t request_id)
{
    struct opcua_state *s = conv->state;
    struct open_request *q = request_place(s);
    *q = (struct open_request){ .transaction = s->transactions++, .sent_us = conv->now_us, .request_id = request_id,
                                .service = service->id, .dir = (uint8_t)conv->dir, .waiting = true };
    return q;
}

/* Severity bad, in the two highest bits (OPC 10000-4, 7.39). */
static bool bad(const struct record *r, uint16_t row)
{
    const struct value *v = record_find(r, row);
    return v != NULL && v->uint >> 30 >= 2;
}

static void request_read(struct conversation *conv, const struct opcua_service *service, uint32_t request_id, struct cursor *c,
                         struct record *r)
{
    struct open_request *q = request_open(conv, service, request_id);
    r->transaction = q->transaction;
    record_uint(r, OPCUA_ACCESS, service->access);
    if (!opcua_service_read(service, c, r, &q->asked, NULL))
        record_anomaly(r, OPCUA_INVALID_BODY);
}

static void answer_read(struct conversation *conv, const struct opcua_service *service, uint32_t request_id, struct cursor *c,
                        struct record *r)
{
    enum { SERVICE_FAULT = 397 };
    struct opcua_state *s = conv->state;
    struct opcua_asked none = { .count = 0 };
    struct open_request *q = answered(s, conv->dir, request_id);
    const struct opcua_service *asked = q != NULL ? opcua_service(q->service) : NULL;
    r->answer = true;
    r->transaction = q != NULL ? q->transaction : s->transactions++;
    record_uint(r, OPCUA_ACCESS, service->id == SERVICE_FAULT && asked != NULL ? asked->access : service->access);
    if (!opcua_service_read(service, c, r, &none, q != NULL ? &q->asked : NULL))
        record_anomaly(r, OPCUA_INVALID_BODY);
    r->refused = bad(r, OPCUA_SERVICE_RESULT) || bad(r, OPCUA_STATUS);
    if (q == NULL && !s->blind)
        record_anomaly(r, OPCUA_UNSOLICITED_RESPONSE);
    if (q != NULL && conv->now_us >= q->sent_us)
        record_uint(r, OPCUA_RESPONSE_TIME, conv->now_us - q->sent_us);
    if (q != NULL)
        q->waiting = false;
}

/* A whole message. `secured`: the channel's policy allows that it is encrypted, or is not known. */
static void message_read(struct conversation *conv, uint32_t request_id, bool secured, struct cursor c, struct record *r)
{
    struct opcua_state *s = conv->state;
    const struct opcua_service *service = opcua_type_read(&c);
    if (service == NULL) {
        r->transaction = s->transactions++;
        if (secured)
            record_uint(r, OPCUA_ENCRYPTED, true);
        else
            record_anomaly(r, OPCUA_UNKNOWN_SERVICE);
        record_uint(r, OPCUA_ACCESS, ACCESS_OTHER);
        return;
    }
    record_uint(r, OPCUA_SERVICE, service->id);
    if (service->response)
        answer_read(conv, service, request_id, &c, r);
    else
        request_read(conv, service, request_id, &c, r);
}

/* ---- chunks ---- */

static void assembly_drop(struct conversation *conv, struct assembly *m)
{
    buffer_free(&m->bytes, conv->store, conv->account);
    *m = (struct assembly){ .active = false };
}

static void assembly_add(struct conversation *conv, struct assembly *m, uint32_t request_id, struct cursor part)
{
    if (!m->active || m->request_id != request_id) {
        assembly_drop(conv, m);
        m->active = true;
        m->request_id = request_id;
    }
    if (buffer_add(&m->bytes, conv->store, conv->account, part.at, part.left, MESSAGE_MAX) < part.left)
        m->cut = true;
}

/* OPC 10000-6, 6.7.2.4: numbers grow by one, and begin again below 1024 when they have come to their end. */
static void sequence_check(struct side *side, uint32_t sequence, struct record *r)
{
    bool wrapped = side->sequence > UINT32_MAX - 1024 && sequence < 1024;
    if (side->sequence_known && sequence != side->sequence + 1 && !wrapped)
        record_anomaly(r, OPCUA_SEQUENCE_BROKEN);
    side->sequence = sequence;
    side->sequence_known = true;
}

/* Behind the sequence header. */
static void body_read(struct conversation *conv, const struct chunk *k, uint32_t request_id, bool secured, struct cursor c,
                      struct record *r)
{
    struct opcua_state *s = conv->state;
    struct assembly *m = &s->side[conv->dir].message;
    bool joined = m->active && m->request_id == request_id;
    if (k->chunk == OPCUA_CONTINUED || joined)
        assembly_add(conv, m, request_id, c);
    if (k->chunk != OPCUA_FINAL) {
        r->transaction = s->transactions++;
        record_uint(r, OPCUA_ACCESS, ACCESS_OTHER);
        return;
    }
    if (joined) {
        c = cursor_over(m->bytes.at, m->bytes.len);
        c.at_end = CURSOR_BAD;
        r->incomplete = m->cut;
        if (m->cut)
            record_anomaly(r, OPCUA_TOO_LONG);
    }
    message_read(conv, request_id, secured, c, r);
}

static void abort_read(struct conversation *conv, struct cursor c, struct record *r)
{
    struct opcua_state *s = conv->state;
    struct cursor reason;
    assembly_drop(conv, &s->side[conv->dir].message);
    r->transaction = s->transactions++;
    r->refused = true;
    record_uint(r, OPCUA_ERROR, cursor_le32(&c));
    reason = opcua_string(&c);
    record_bytes(r, OPCUA_REASON, reason.at, reason.left);
    record_uint(r, OPCUA_ACCESS, ACCESS_OTHER);
}

/* Sequence number and request id are behind the encryption: they are believed with the body. */
static void secured_read(struct conversation *conv, const struct chunk *k, bool open_text, struct cursor c, struct record *r)
{
    struct opcua_state *s = conv->state;
    struct side *side = &s->side[conv->dir];
    uint32_t sequence = cursor_le32(&c), request_id = cursor_le32(&c);
    struct cursor look = c;
    bool joined = side->message.active && side->message.request_id == request_id;
    bool readable = c.status == CURSOR_OK && (open_text || joined || opcua_type_read(&look) != NULL);
    if (!readable) {
        r->transaction = s->transactions++;
        record_uint(r, OPCUA_ENCRYPTED, true);
        record_uint(r, OPCUA_ACCESS, k->type == OPCUA_MSG ? ACCESS_OTHER : ACCESS_SESSION);
        return;
    }
    record_uint(r, OPCUA_SEQUENCE, sequence);
    record_uint(r, OPCUA_REQUEST_ID, request_id);
    sequence_check(side, sequence, r);
    if (k->chunk == OPCUA_ABORTED)
        abort_read(conv, c, r);
    else
        body_read(conv, k, request_id, !open_text, c, r);
}

static bool policy_is_none(struct cursor policy)
{
    static const char none[] = "#None";
    size_t n = sizeof none - 1;
    return policy.left >= n && memcmp(policy.at + policy.left - n, none, n) == 0;
}

static void open_read(struct conversation *conv, const struct chunk *k, struct cursor c, struct record *r)
{
    struct opcua_state *s = conv->state;
    uint32_t channel = cursor_le32(&c);
    struct cursor policy = opcua_string(&c), certificate = opcua_string(&c), thumbprint = opcua_string(&c);
    record_uint(r, OPCUA_CHANNEL, channel);
    if (c.status != CURSOR_OK) {
        r->transaction = s->transactions++;
        record_anomaly(r, OPCUA_INVALID_LENGTH);
        return;
    }
    record_bytes(r, OPCUA_POLICY, policy.at, policy.left);
    if (certificate.left > 0)
        record_bytes(r, OPCUA_SENDER_CERTIFICATE, certificate.at, certificate.left);
    if (thumbprint.left > 0)
        record_bytes(r, OPCUA_RECEIVER_THUMBPRINT, thumbprint.at, thumbprint.left);
    s->side[conv->dir].sequence_known = false;
    r->answer = conv->dir == FROM_SERVER;
    secured_read(conv, k, policy_is_none(policy), c, r);
}

static void symmetric_read(struct conversation *conv, const struct chunk *k, struct cursor c, struct record *r)
{
    uint32_t channel = cursor_le32(&c), token = cursor_le32(&c);
    record_uint(r, OPCUA_CHANNEL, channel);
    record_uint(r, OPCUA_TOKEN, token);
    if (c.status != CURSOR_OK)
        record_anomaly(r, OPCUA_INVALID_LENGTH);
    secured_read(conv, k, false, c, r);
}

/* Hello, Acknowledge, Error, Reverse Hello: 7.1.2. */
static void connection_read(struct conversation *conv, const struct chunk *k, struct cursor c, struct record *r)
{
    static const uint16_t limits[] = { OPCUA_VERSION, OPCUA_RECEIVE_BUFFER, OPCUA_SEND_BUFFER, OPCUA_MAX_MESSAGE, OPCUA_MAX_CHUNKS };
    struct opcua_state *s = conv->state;
    struct cursor text;
    if (k->type == OPCUA_HEL)
        s->first_transaction = s->transactions++;
    r->answer = k->type == OPCUA_ACK || k->type == OPCUA_ERR;
    r->refused = k->type == OPCUA_ERR;
    r->transaction = k->type == OPCUA_HEL || r->answer ? s->first_transaction : s->transactions++;
    for (unsigned i = 0; i < sizeof limits / sizeof limits[0] && k->type <= OPCUA_ACK; i++)
        record_uint(r, limits[i], cursor_le32(&c));
    if (k->type == OPCUA_ERR)
        record_uint(r, OPCUA_ERROR, cursor_le32(&c));
    if (k->type == OPCUA_RHE) {
        text = opcua_string(&c);
        record_bytes(r, OPCUA_SERVER_URI, text.at, text.left);
    }
    if (k->type != OPCUA_ACK) {
        text = opcua_string(&c);
        record_bytes(r, k->type == OPCUA_ERR ? OPCUA_REASON : OPCUA_ENDPOINT_URL, text.at, text.left);
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, OPCUA_INVALID_LENGTH);
    record_uint(r, OPCUA_ACCESS, ACCESS_SESSION);
}

static void chunk_read(struct conversation *conv, const struct chunk *k)
{
    struct record *r = conversation_record(conv, &opcua_schema);
    record_uint(r, OPCUA_MESSAGE_TYPE, k->type);
    record_uint(r, OPCUA_CHUNK, k->chunk);
    record_uint(r, OPCUA_SIZE, k->size);
    if (k->type <= OPCUA_RHE)
        connection_read(conv, k, k->body, r);
    else if (k->type == OPCUA_OPN)
        open_read(conv, k, k->body, r);
    else
        symmetric_read(conv, k, k->body, r);
    conversation_emit(conv, r);
    if (k->chunk != OPCUA_CONTINUED)
        assembly_drop(conv, &((struct opcua_state *)conv->state)->side[conv->dir].message);
}

/* ---- the stream ---- */

/* The next place where a chunk's header stands; false: there is none, and only the last bytes may begin one. */
static bool step_found(struct cursor *in)
{
    for (struct cursor at = *in; at.left >= HEADER; cursor_skip(&at, 1)) {
        struct cursor c = at;
        struct chunk k;
        if (!header_read(&c, &k))
            continue;
        *in = at;
        return true;
    }
    cursor_skip(in, in->left < HEADER ? 0 : in->left - (HEADER - 1));
    return false;
}

static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct opcua_state *s = conv->state;
    size_t before = in->left;
    s->side[conv->dir].searching = !step_found(in);
    return in->left < before ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect lost(struct conversation *conv)
{
    struct opcua_state *s = conv->state;
    struct record *r = conversation_record(conv, &opcua_schema);
    r->transaction = s->transactions++;
    record_anomaly(r, OPCUA_INVALID_HEADER);
    conversation_emit(conv, r);
    return DISSECT_LOST;
}

static enum dissect opcua_pdu(struct conversation *conv, struct cursor *in)
{
    struct opcua_state *s = conv->state;
    if (s->side[conv->dir].searching) {
        enum dissect verdict = search(conv, in);
        if (s->side[conv->dir].searching || verdict == DISSECT_PDU)
            return verdict;
    }
    struct cursor c = *in;
    struct chunk k;
    if (!header_read(&c, &k)) {
        conv->need = HEADER;
        return c.status == CURSOR_SHORT ? DISSECT_MORE : lost(conv);
    }
    k.body = cursor_sub(&c, k.size - HEADER);
    if (c.status != CURSOR_OK) {
        conv->need = k.size;
        return DISSECT_MORE;
    }
    s->blind |= conv->midstream;
    chunk_read(conv, &k);
    *in = c;
    return DISSECT_PDU;
}

static bool opcua_gap(struct conversation *conv, size_t missing)
{
    struct opcua_state *s = conv->state;
    (void)missing;
    s->blind = true;
    s->side[conv->dir].searching = true;
    s->side[conv->dir].sequence_known = false;
    assembly_drop(conv, &s->side[conv->dir].message);
    return true;
}

static void opcua_end(struct conversation *conv)
{
    struct opcua_state *s = conv->state;
    assembly_drop(conv, &s->side[FROM_CLIENT].message);
    assembly_drop(conv, &s->side[FROM_SERVER].message);
}

const struct dissector dissector_opcua = {
    .schema = &opcua_schema,
    .device = "device",
    .source = "OPC 10000-6, OPC 10000-4 (release 1.05)",
    .over = OVER_TCP,
    .ports = { 4840 },
    .state_size = sizeof(struct opcua_state),
    .pdu_max = CHUNK_MAX,
    .probe = opcua_probe,
    .pdu = opcua_pdu,
    .gap = opcua_gap,
    .end = opcua_end,
};
