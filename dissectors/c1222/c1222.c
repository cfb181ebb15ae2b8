/* The ACSE message, EPSEM in its user information, and the services that name a target.
 *
 *   60 length | a2 called title | a6 calling title | a8 calling invocation | ... | be ( 28 ( 81 EPSEM ) )
 *   EPSEM     flags | [device class (4)] | length, service ... | length, service ...      a code under 20 hex answers
 */
#include "dissectors/c1222/c1222.h"

#include "dissectors/c1222/fields.h"
#include "dissectors/framing/asked.h"
#include "dissectors/framing/ber.h"

enum {
    APDU = 0x60, CALLED_TITLE = 0xa2, CALLED_ID = 0xa4, CALLING_TITLE = 0xa6, CALLING_ID = 0xa8, AUTHENTICATION = 0xac,
    USER_INFORMATION = 0xbe, EXTERNAL = 0x28, OCTETS = 0x81, RELATIVE_OID = 0x80,
    FLAG_RESERVED = 0x80, FLAG_DEVICE_CLASS = 0x10, SECURITY_SHIFT = 2, SECURITY_MASK = 3, CLEAR_AND_SIGNED = 1,
    APDU_MAX = 65536, ELEMENTS_MAX = 24, SERVICES_MAX = 16, TITLE_MAX = 96, USER_MAX = 10, PASSWORD_LEN = 20,
    SERVICE_MIN = 0x20, TABLE_PROCEDURE = 7, HEAD_MAX = 6,
    PROCEDURE_MASK = 0x7ff, PROCEDURE_WARM_START = 1, PROCEDURE_REMOTE_RESET = 9, PROCEDURE_SET_TIME = 10
};

struct c1222_state {
    struct asked asked;
};

struct apdu {
    struct cursor called, calling, epsem;
    uint64_t      called_id, calling_id;
    bool          has_called_id, has_calling_id, authenticated;
    char          titles[3][TITLE_MAX];
};

static uint64_t number(struct cursor c)
{
    uint64_t n = 0;
    struct ber inner;
    if (ber_take(&c, BER_INTEGER, &inner))
        c = inner.value;
    for (unsigned i = 0; i < 8 && c.left > 0; i++)
        n = n << 8 | cursor_u8(&c);
    return n;
}

static void user_information(struct cursor c, struct apdu *a)
{
    struct ber external, octets;
    if (!ber_take(&c, EXTERNAL, &external))
        return;
    for (unsigned i = 0; i < ELEMENTS_MAX && ber_next(&external.value, &octets); i++)
        if (octets.tag == OCTETS)
            a->epsem = octets.value;
}

static bool element_read(const struct ber *e, struct apdu *a)
{
    switch (e->tag) {
    case CALLED_TITLE:     a->called = e->value; return true;
    case CALLING_TITLE:    a->calling = e->value; return true;
    case CALLED_ID:        a->called_id = number(e->value); a->has_called_id = true; return true;
    case CALLING_ID:       a->calling_id = number(e->value); a->has_calling_id = true; return true;
    case AUTHENTICATION:   a->authenticated = true; return true;
    case USER_INFORMATION: user_information(e->value, a); return true;
    default: return e->tag >= 0x80 && e->tag < 0xc0;
    }
}

/* False: not the elements that a C12.22 message has. */
static bool apdu_read(struct cursor c, struct apdu *a)
{
    struct cursor none = cursor_over(NULL, 0);
    a->called = a->calling = a->epsem = none;
    a->called_id = a->calling_id = 0;
    a->has_called_id = a->has_calling_id = a->authenticated = false;
    struct ber e;
    for (unsigned i = 0; i < ELEMENTS_MAX && c.left > 0; i++)
        if (!ber_next(&c, &e) || !element_read(&e, a))
            return false;
    return c.left == 0;
}

/* How long the message at `c` is with its head; 0: its head is not here; negative: there is none. */
static long apdu_size(struct cursor c)
{
    size_t here = c.left;
    if (here > 0 && cursor_u8(&c) != APDU)
        return -1;
    unsigned first = cursor_u8(&c), bytes = first & 0x80 ? first & 0x7f : 0;
    size_t length = bytes ? 0 : first;
    if (bytes > 3 || first == 0x80)
        return -1;
    for (unsigned i = 0; i < bytes; i++)
        length = length << 8 | cursor_u8(&c);
    if (c.status != CURSOR_OK)
        return 0;
    return length <= APDU_MAX ? (long)(here - c.left + length) : -1;
}

static enum probe c1222_probe(const struct conversation *conv, struct cursor c)
{
    struct apdu a;
    struct ber whole;
    long size = apdu_size(c);
    if (size < 0 || (conv->over == OVER_UDP && (size_t)size != c.left))
        return PROBE_NO;
    if (size == 0 || c.left < (size_t)size)
        return PROBE_MORE;
    if (!ber_take(&c, APDU, &whole) || !apdu_read(whole.value, &a) || a.epsem.left == 0)
        return PROBE_NO;
    if (!a.has_calling_id && !a.has_called_id)
        return PROBE_NO;
    return cursor_peek(&a.epsem, 0) & FLAG_RESERVED ? PROBE_YES : PROBE_MAYBE;
}

static enum access access_of(uint8_t service)
{
    if (service >= C1222_READ && service <= C1222_READ_OFFSET)
        return ACCESS_READ;
    if (service >= C1222_WRITE && service <= C1222_WRITE_OFFSET)
        return ACCESS_WRITE;
    switch (service) {
    case C1222_IDENTIFY: case C1222_RESOLVE: case C1222_TRACE: return ACCESS_IDENTIFY;
    case C1222_DEREGISTER: case C1222_REGISTER: return ACCESS_CONFIGURE;
    case C1222_LOGON: case C1222_PASSWORD: case C1222_LOGOFF: case C1222_AUTHENTICATE: return ACCESS_AUTHENTICATE;
    default: return ACCESS_SESSION;
    }
}

static void title_record(struct record *r, uint16_t row, struct cursor title, char *space)
{
    struct text out = text_over(space, TITLE_MAX);
    struct ber oid;
    if (ber_take(&title, BER_OID, &oid))
        ber_oid_text(oid.value, &out);
    else if (ber_take(&title, RELATIVE_OID, &oid)) {
        text_char(&out, '.');
        text_hex(&out, oid.value.at, oid.value.left < TITLE_MAX / 2 - 1 ? oid.value.left : TITLE_MAX / 2 - 1);
    }
    if (out.len > 0)
        record_bytes(r, row, out.at, out.len);
}

static void data_record(struct record *r, struct cursor c)
{
    if (c.left > 0)
        record_bytes(r, C1222_DATA, c.at, c.left);
}

static void read_record(struct record *r, uint8_t service, struct cursor *c)
{
    record_uint(r, C1222_TABLE, cursor_be16(c));
    if (service == C1222_READ_OFFSET) {
        record_uint(r, C1222_OFFSET, cursor_be24(c));
        record_uint(r, C1222_COUNT, cursor_be16(c));
        return;
    }
    for (unsigned i = 0; i < (service & 0x0fu) && service < C1222_READ_DEFAULT && c->left > 2; i++)
        record_uint(r, C1222_INDEX, cursor_be16(c));
    if (service > C1222_READ && service < C1222_READ_DEFAULT && c->left >= 2)
        record_uint(r, C1222_COUNT, cursor_be16(c));
}

static enum access procedure_access(uint16_t procedure)
{
    if (procedure <= PROCEDURE_WARM_START || procedure == PROCEDURE_REMOTE_RESET)
        return ACCESS_RESTART;
    return procedure == PROCEDURE_SET_TIME ? ACCESS_SET_TIME : ACCESS_CONTROL;
}

/* A write to table 7 starts a procedure: its number is the first 11 bits, low byte first as C12.19's default order has it. */
static enum access write_record(struct record *r, uint8_t service, struct cursor *c)
{
    uint16_t table = cursor_be16(c);
    record_uint(r, C1222_TABLE, table);
    if (service == C1222_WRITE_OFFSET)
        record_uint(r, C1222_OFFSET, cursor_be24(c));
    for (unsigned i = 0; i < (service & 0x0fu) && service != C1222_WRITE_OFFSET && service < C1222_WRITE_DEFAULT; i++)
        record_uint(r, C1222_INDEX, cursor_be16(c));
    size_t count = cursor_be16(c);
    struct cursor data = cursor_sub(c, count);
    if (c->status != CURSOR_OK)
        return ACCESS_WRITE;
    record_uint(r, C1222_COUNT, count);
    data_record(r, data);
    if (table != TABLE_PROCEDURE || data.left < 2)
        return ACCESS_WRITE;
    uint16_t procedure = cursor_le16(&data) & PROCEDURE_MASK;
    record_uint(r, C1222_PROCEDURE, procedure);
    return procedure_access(procedure);
}

static void logon_record(struct record *r, struct cursor *c)
{
    record_uint(r, C1222_USER_ID, cursor_be16(c));
    const uint8_t *user = cursor_bytes(c, USER_MAX);
    size_t n = USER_MAX;
    while (user != NULL && n > 0 && (user[n - 1] == ' ' || user[n - 1] == 0))
        n--;
    if (user != NULL && n > 0)
        record_bytes(r, C1222_USER, user, n);
}

static void password_record(struct record *r, struct cursor *c)
{
    record_uint(r, C1222_PASSWORD_SENT, 1);
    cursor_skip(c, PASSWORD_LEN);
    if (c->left >= 2)
        record_uint(r, C1222_USER_ID, cursor_be16(c));
}

static enum access request_body(struct record *r, uint8_t service, struct cursor c, char *space)
{
    enum access access = access_of(service);
    if (access == ACCESS_READ)
        read_record(r, service, &c);
    else if (access == ACCESS_WRITE)
        access = write_record(r, service, &c);
    else if (service == C1222_LOGON)
        logon_record(r, &c);
    else if (service == C1222_PASSWORD)
        password_record(r, &c);
    else if (service == C1222_RESOLVE || service == C1222_TRACE)
        title_record(r, C1222_AP_TITLE, c, space);
    else if (service == C1222_WAIT)
        record_uint(r, C1222_SECONDS, cursor_u8(&c));
    else
        data_record(r, c);
    if (c.status != CURSOR_OK)
        record_anomaly(r, C1222_INVALID_LENGTH);
    return access;
}

static bool length_read(struct cursor *c, size_t *length)
{
    unsigned first = cursor_u8(c);
    *length = first == 0x81 ? cursor_u8(c) : first == 0x82 ? cursor_be16(c) : first;
    return c->status == CURSOR_OK && first <= 0x82 && first != 0x80;
}

struct told { bool answer, any; enum access access; uint8_t service; };

static void services_record(struct record *r, struct cursor c, struct apdu *a, struct told *t)
{
    size_t length;
    for (unsigned i = 0; i < SERVICES_MAX && c.left > 0 && length_read(&c, &length); i++) {
        struct cursor body = cursor_sub(&c, length);
        if (length == 0 || c.status != CURSOR_OK)
            break;
        uint8_t code = cursor_u8(&body);
        bool first = !t->any;
        t->any = true;
        if (first)
            t->answer = code < SERVICE_MIN;
        if (code < SERVICE_MIN) {
            record_uint(r, C1222_RESPONSE, code);
            r->refused |= code != 0;
            data_record(r, body);
            continue;
        }
        record_uint(r, C1222_SERVICE, code);
        enum access access = request_body(r, code, body, a->titles[2]);
        if (first) {
            t->access = access;
            t->service = code;
        }
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, C1222_INVALID_LENGTH);
}

static void epsem_record(struct record *r, struct apdu *a, struct told *t)
{
    struct cursor c = a->epsem;
    uint8_t flags = cursor_u8(&c);
    unsigned security = flags >> SECURITY_SHIFT & SECURITY_MASK;
    record_uint(r, C1222_FLAGS, flags);
    record_uint(r, C1222_SECURITY, security);
    if (security > CLEAR_AND_SIGNED)
        return;                 /* the services are ciphertext */
    if (flags & FLAG_DEVICE_CLASS) {
        const uint8_t *class = cursor_bytes(&c, 4);
        if (class != NULL)
            record_bytes(r, C1222_DEVICE_CLASS, class, 4);
    }
    services_record(r, c, a, t);
}

static void message_record(struct record *r, struct apdu *a)
{
    title_record(r, C1222_CALLED, a->called, a->titles[0]);
    title_record(r, C1222_CALLING, a->calling, a->titles[1]);
    if (a->has_called_id)
        record_uint(r, C1222_CALLED_ID, a->called_id);
    if (a->has_calling_id)
        record_uint(r, C1222_CALLING_ID, a->calling_id);
    if (a->authenticated)
        record_uint(r, C1222_AUTHENTICATED, 1);
}

/* An answer's called invocation is the request's calling one; some meters repeat the calling one as it is. */
static void pair(struct conversation *conv, struct record *r, const struct apdu *a, const struct told *t)
{
    struct c1222_state *s = conv->state;
    bool answer = t->any ? t->answer : a->has_called_id;
    struct asked_one q;
    record_uint(r, C1222_TYPE, answer);
    if (!answer) {
        struct asked_one *mine = asked_put(&s->asked, conv, a->calling_id);
        mine->what[0] = t->access;
        mine->what[1] = t->service;
        r->transaction = mine->transaction;
        record_uint(r, C1222_ACCESS, t->any ? t->access : ACCESS_OTHER);
        return;
    }
    bool known = asked_take(&s->asked, conv, a->has_called_id ? a->called_id : a->calling_id, &q);
    if (known && q.what[1] != 0) {
        record_uint(r, C1222_SERVICE, q.what[1]);
        record_uint(r, C1222_ACCESS, q.what[0]);
    }
    asked_answer(r, conv, &q, known, C1222_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, C1222_UNSOLICITED_RESPONSE);
}

static enum dissect c1222_pdu(struct conversation *conv, struct cursor *in)
{
    struct c1222_state *s = conv->state;
    long size = apdu_size(*in);
    if (size < 0)
        return DISSECT_LOST;
    if (size == 0 || in->left < (size_t)size) {
        conv->need = (size_t)size;
        return DISSECT_MORE;
    }
    s->asked.blind |= conv->midstream || conv->over == OVER_UDP;
    struct cursor c = cursor_sub(in, (size_t)size);
    struct record *r = conversation_record(conv, &c1222_schema);
    struct ber whole;
    struct apdu a;
    struct told t = { .access = ACCESS_OTHER };
    if (ber_take(&c, APDU, &whole) && apdu_read(whole.value, &a)) {
        message_record(r, &a);
        epsem_record(r, &a, &t);
        pair(conv, r, &a, &t);
    } else {
        r->transaction = s->asked.transactions++;
        record_anomaly(r, C1222_INVALID_MESSAGE);
    }
    conversation_emit(conv, r);
    return DISSECT_PDU;
}

const struct dissector dissector_c1222 = {
    .schema = &c1222_schema,
    .device = "device",
    .source = "ANSI C12.22-2012, RFC 6142",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 1153 },
    .state_size = sizeof(struct c1222_state),
    .pdu_max = APDU_MAX + HEAD_MAX,
    .probe = c1222_probe,
    .pdu = c1222_pdu,
};
