/* LDAPMessage, RFC 4511 section 4: BER, each message a sequence with a number and an operation.
 *
 * After a StartTLS that the server takes, or a SASL logon that protects what follows, nothing can be read any more: bytes
 * that are no message end the conversation quietly once a logon was seen.
 */
#include "dissectors/ldap/ldap.h"

#include <string.h>

#include "dissectors/framing/ber.h"
#include "dissectors/ldap/fields.h"

enum {
    APPLICATION = 0x60, OPEN_MAX = 32, ATTRIBUTES_MAX = 64, HEADER_MAX = 8, ENUMERATED = 0x0a,
    MESSAGE_MAX = 128 * 1024 - 64, SASL = 3
};

struct open_request {
    uint64_t transaction, entries, responses;
    uint32_t id;
    bool     waiting;
};

struct ldap_state {
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    unsigned            next;
    bool                blind;      /* requests may have been missed */
    bool                starts_tls; /* the client asked for it */
    bool                secret;     /* what follows may be protected */
};

/* One message on its way into a record. */
struct reading {
    struct conversation *conv;
    struct ldap_state   *s;
    struct record       *r;
    uint32_t             id;
    unsigned             operation;
    struct ber           body;
};

/* The next element if it has this tag, as a number. */
static bool number(struct cursor *c, uint32_t tag, uint32_t *out)
{
    struct ber e;
    if (!ber_take(c, tag, &e) || e.value.left == 0 || e.value.left > 5)
        return false;
    *out = 0;
    while (e.value.left > 0)
        *out = *out << 8 | cursor_u8(&e.value);
    return true;
}

static bool add_text(struct reading *m, struct cursor *c, uint32_t tag, uint16_t row)
{
    struct ber e;
    if (!ber_take(c, tag, &e))
        return false;
    record_bytes(m->r, row, e.value.at, e.value.left);
    return true;
}

static bool bind_read(struct reading *m, struct cursor c)
{
    uint32_t version;
    struct ber how;
    if (!number(&c, BER_INTEGER, &version) || !add_text(m, &c, BER_OCTET_STRING, LDAP_NAME) || !ber_next(&c, &how))
        return false;
    record_uint(m->r, LDAP_VERSION, version);
    record_uint(m->r, LDAP_AUTHENTICATION, how.tag & 0x1f);
    if ((how.tag & 0x1f) == SASL) {
        m->s->secret = true;
        return add_text(m, &how.value, BER_OCTET_STRING, LDAP_MECHANISM);
    }
    return true;
}

static bool search_read(struct reading *m, struct cursor c)
{
    struct ber filter, list;
    uint32_t scope, skipped;
    if (!add_text(m, &c, BER_OCTET_STRING, LDAP_NAME) || !number(&c, ENUMERATED, &scope) || !number(&c, ENUMERATED, &skipped)
        || !number(&c, BER_INTEGER, &skipped) || !number(&c, BER_INTEGER, &skipped) || !number(&c, BER_BOOLEAN, &skipped)
        || !ber_next(&c, &filter))
        return false;
    record_uint(m->r, LDAP_SCOPE, scope);
    record_bytes(m->r, LDAP_FILTER, filter.whole, filter.whole_len);
    if (!ber_take(&c, BER_SEQUENCE, &list))
        return false;
    for (unsigned i = 0; i < ATTRIBUTES_MAX && add_text(m, &list.value, BER_OCTET_STRING, LDAP_ATTRIBUTES); i++)
        ;
    return true;
}

/* Attributes of an entry, or changes: sequences that begin with the attribute's name, a change with a number before it. */
static bool attributes_read(struct reading *m, struct cursor c)
{
    struct ber list, one, inner;
    uint32_t change;
    if (!add_text(m, &c, BER_OCTET_STRING, LDAP_NAME) || !ber_take(&c, BER_SEQUENCE, &list))
        return false;
    for (unsigned i = 0; i < ATTRIBUTES_MAX && ber_take(&list.value, BER_SEQUENCE, &one); i++) {
        struct cursor names = one.value;
        if (number(&names, ENUMERATED, &change) && ber_take(&names, BER_SEQUENCE, &inner))
            names = inner.value;
        (void)add_text(m, &names, BER_OCTET_STRING, LDAP_ATTRIBUTES);
    }
    return true;
}

static bool result_read(struct reading *m, struct cursor c)
{
    uint32_t code;
    if (!number(&c, ENUMERATED, &code))
        return false;
    record_uint(m->r, LDAP_RESULT_CODE, code);
    return add_text(m, &c, BER_OCTET_STRING, LDAP_NAME) && add_text(m, &c, BER_OCTET_STRING, LDAP_MESSAGE);
}

static bool extended_read(struct reading *m, struct cursor c)
{
    static const char start_tls[] = "1.3.6.1.4.1.1466.20037";
    struct ber oid;
    if (!ber_take(&c, BER_CONTEXT, &oid))
        return false;
    m->s->starts_tls = oid.value.left == sizeof start_tls - 1 && memcmp(oid.value.at, start_tls, oid.value.left) == 0;
    record_bytes(m->r, LDAP_OID, oid.value.at, oid.value.left);
    return true;
}

static bool body_read(struct reading *m)
{
    struct cursor c = m->body.value;
    switch (m->operation) {
    case BIND_REQUEST:     return bind_read(m, c);
    case SEARCH_REQUEST:   return search_read(m, c);
    case MODIFY_REQUEST:
    case ADD_REQUEST:
    case SEARCH_ENTRY:     return attributes_read(m, c);
    case DELETE_REQUEST:   record_bytes(m->r, LDAP_NAME, c.at, c.left); return true;
    case RENAME_REQUEST:
        return add_text(m, &c, BER_OCTET_STRING, LDAP_NAME) && add_text(m, &c, BER_OCTET_STRING, LDAP_NEW_NAME);
    case COMPARE_REQUEST:  return add_text(m, &c, BER_OCTET_STRING, LDAP_NAME);
    case EXTENDED_REQUEST: return extended_read(m, c);
    case BIND_RESPONSE: case SEARCH_DONE: case MODIFY_RESPONSE: case ADD_RESPONSE: case DELETE_RESPONSE: case RENAME_RESPONSE:
    case COMPARE_RESPONSE: case EXTENDED_RESPONSE:
        return result_read(m, c);
    default:
        return true;
    }
}

/* --- messages ------------------------------------------------------------------------------------------------------- */

static bool is_response(unsigned operation)
{
    static const uint32_t responses = 1u << BIND_RESPONSE | 1u << SEARCH_ENTRY | 1u << SEARCH_DONE | 1u << MODIFY_RESPONSE | 1u << ADD_RESPONSE
        | 1u << DELETE_RESPONSE | 1u << RENAME_RESPONSE | 1u << COMPARE_RESPONSE | 1u << SEARCH_REFERENCE | 1u << EXTENDED_RESPONSE
        | 1u << INTERMEDIATE_RESPONSE;
    return responses >> operation & 1;
}

static bool known(uint32_t tag)
{
    static const uint32_t operations = 0x0389ffff;      /* 0 to 16, 19, 23 to 25 */
    bool primitive = tag == 0x42 || tag == 0x4a || tag == 0x50;         /* unbind, delete, abandon */
    return primitive || ((tag & 0xe0) == APPLICATION && (operations >> (tag & 0x1f) & 1));
}

/* PROBE_YES: a whole message, which `c` is moved past. */
static enum probe message_take(struct cursor *c, struct reading *m)
{
    struct ber message;
    if (c->left > 0 && c->at[0] != BER_SEQUENCE)
        return PROBE_NO;
    if (!ber_next(c, &message))
        return c->status == CURSOR_SHORT || c->left == 0 ? PROBE_MORE : PROBE_NO;
    if (!number(&message.value, BER_INTEGER, &m->id) || !ber_next(&message.value, &m->body) || !known(m->body.tag))
        return PROBE_NO;
    m->operation = m->body.tag & 0x1f;
    return PROBE_YES;
}

/* A beginning: the sequence, its length, the number, the operation's tag. */
static enum probe head_probe(struct cursor c, size_t *length)
{
    if (cursor_u8(&c) != BER_SEQUENCE && c.status == CURSOR_OK)
        return PROBE_NO;
    unsigned first = cursor_u8(&c), octets = first & 0x80 ? first & 0x7f : 0;
    size_t said = octets == 0 ? first : 0;
    if (octets > 4 || (first == 0x80))
        return PROBE_NO;
    for (unsigned i = 0; i < octets; i++)
        said = said << 8 | cursor_u8(&c);
    *length = 2 + octets + said;
    if (cursor_u8(&c) != BER_INTEGER && c.status == CURSOR_OK)
        return PROBE_NO;
    unsigned id_octets = cursor_u8(&c);
    if (c.status == CURSOR_OK && (id_octets == 0 || id_octets > 4))
        return PROBE_NO;
    cursor_skip(&c, id_octets);
    uint8_t tag = cursor_u8(&c);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    return known(tag) && said >= id_octets + 4u && said <= MESSAGE_MAX ? PROBE_YES : PROBE_NO;
}

static struct open_request *request_of(struct ldap_state *s, uint32_t id)
{
    for (unsigned i = 0; i < OPEN_MAX; i++)
        if (s->open[i].waiting && s->open[i].id == id)
            return &s->open[i];
    return NULL;
}

static void pair(struct reading *m, bool response)
{
    struct ldap_state *s = m->s;
    struct open_request *q = response ? request_of(s, m->id) : NULL;
    if (!response && m->operation != UNBIND_REQUEST && m->operation != ABANDON_REQUEST) {
        q = &s->open[s->next];
        s->next = (s->next + 1) % OPEN_MAX;
        *q = (struct open_request){ .transaction = s->transactions++, .id = m->id, .waiting = true };
    }
    m->r->transaction = q != NULL ? q->transaction : s->transactions++;
    if (response && q == NULL && !s->blind && m->id != 0)       /* 0: the server's own notice */
        record_anomaly(m->r, LDAP_REQUEST_NOT_FOUND);
    if (!response && q == NULL)
        record_uint(m->r, LDAP_RESPONSES, 0);
    if (q == NULL || !response)
        return;
    q->entries += m->operation == SEARCH_ENTRY;
    if (m->operation == SEARCH_DONE)
        record_uint(m->r, LDAP_ENTRIES, q->entries);
    record_uint(m->r, LDAP_RESPONSE_INDEX, q->responses++);
    q->waiting = m->operation == SEARCH_ENTRY || m->operation == SEARCH_REFERENCE || m->operation == INTERMEDIATE_RESPONSE;
    record_uint(m->r, LDAP_FINAL, !q->waiting);
    if (!q->waiting)
        record_uint(m->r, LDAP_RESPONSES, q->responses);
}

static void message_read(struct reading *m)
{
    bool response = is_response(m->operation);
    m->s->blind |= m->conv->midstream;
    m->r = conversation_record(m->conv, &ldap_schema);
    record_uint(m->r, LDAP_MESSAGE_ID, m->id);
    record_uint(m->r, response ? LDAP_RESPONSE : LDAP_REQUEST, m->operation);
    if (!body_read(m))
        record_anomaly(m->r, LDAP_INVALID_DATA);
    pair(m, response);
    if (m->operation == EXTENDED_RESPONSE && m->s->starts_tls)
        m->s->secret = true;
    conversation_emit(m->conv, m->r);
}

static enum probe ldap_probe(const struct conversation *conv, struct cursor c)
{
    size_t length = 0;
    enum probe said = head_probe(c, &length);
    if (conv->over == OVER_UDP)
        return said == PROBE_YES && length == c.left ? PROBE_MAYBE : PROBE_NO;
    return said == PROBE_YES ? PROBE_MAYBE : said;      /* SNMP and others begin alike: the port or nDPI must agree */
}

static enum dissect ldap_pdu(struct conversation *conv, struct cursor *in)
{
    struct ldap_state *s = conv->state;
    struct reading m = { .conv = conv, .s = s };
    struct cursor c = *in;
    size_t length = 0;
    enum probe head = head_probe(c, &length);
    conv->need = head == PROBE_YES ? length : 0;
    if (head == PROBE_MORE || (head == PROBE_YES && in->left < length))
        return DISSECT_MORE;
    if (head == PROBE_YES && message_take(&c, &m) == PROBE_YES) {
        *in = c;
        message_read(&m);
        return DISSECT_PDU;
    }
    if (!s->secret)
        return DISSECT_LOST;
    cursor_skip(in, in->left);      /* TLS, or SASL's own frames */
    return DISSECT_DONE;
}

const struct dissector dissector_ldap = {
    .schema = &ldap_schema,
    .source = "RFC 4511, MS-ADTS 3.1.1.3",
    .over = OVER_TCP | OVER_UDP,
    .client_first = true,
    .ports = { 389, 3268 },
    .ndpi = "LDAP CLDAP",
    .state_size = sizeof(struct ldap_state),
    .pdu_max = MESSAGE_MAX + HEADER_MAX,
    .probe = ldap_probe,
    .pdu = ldap_pdu,
};
