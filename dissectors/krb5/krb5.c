/* Kerberos 5, RFC 4120 section 5: DER in datagrams, or behind four bytes of length on TCP (section 7.2.2). */
#include "dissectors/krb5/krb5.h"

#include "common/text.h"
#include "dissectors/framing/ber.h"
#include "dissectors/krb5/names.h"

enum krb5_row {
    KRB5_MSG_TYPE, KRB5_CNAME_PART, KRB5_SNAME_PART, KRB5_CNAME, KRB5_REALM, KRB5_SNAME, KRB5_ENCRYPTION, KRB5_WEAK_ENCRYPTION,
    KRB5_TICKET_ENCRYPTION, KRB5_TICKET_WEAK_ENCRYPTION, KRB5_OFFERED, KRB5_PADATA, KRB5_ERROR_CODE, KRB5_ERROR_TEXT, KRB5_FAILED_REQUEST,
    KRB5_ROWS
};

enum krb5_anomaly { KRB5_MALFORMED_DATA, KRB5_WEAK, KRB5_ANOMALIES };

enum {
    PREFIX = 4, MESSAGE_MAX = 128 * 1024 - PREFIX - 1, NAMES_MAX = 16, LIST_MAX = 32, ROOM = 1024,
    AS_REQ = 10, AS_REP = 11, TGS_REQ = 12, TGS_REP = 13, ERROR = 30, APPLICATION = 0x60, TICKET = 0x61
};

#define TEXT_OF(what) .name = what, .type = FIELD_TEXT
static const struct field fields[] = {
    [KRB5_MSG_TYPE]       = { .name = "msg_type", .flags = FIELD_NAMED, .names = krb5_types, .aliases = "krb5_msg_type", .about = "Kind of message." },
    /* Before the joined names: the keywords krb5.cname and krb5.sname mean the parts, as in Suricata. */
    [KRB5_CNAME_PART]     = { TEXT_OF("cname_part"), .flags = FIELD_MANY | FIELD_HIDDEN, .aliases = "krb5.cname krb5_cname", .about = "Each part of the client's name in an answer." },
    [KRB5_SNAME_PART]     = { TEXT_OF("sname_part"), .flags = FIELD_MANY | FIELD_HIDDEN, .aliases = "krb5.sname krb5_sname", .about = "Each part of the service's name in an answer." },
    [KRB5_CNAME]          = { TEXT_OF("cname"), .aliases = "krb5.client", .about = "The client's name." },
    [KRB5_REALM]          = { TEXT_OF("realm"), .about = "Realm of the client; in a request, of the service." },
    [KRB5_SNAME]          = { TEXT_OF("sname"), .aliases = "krb5.service", .about = "Name of the service that the ticket is for." },
    [KRB5_ENCRYPTION]     = { .name = "encryption", .flags = FIELD_NAMED, .names = krb5_ciphers, .about = "Cipher of the answer." },
    [KRB5_WEAK_ENCRYPTION] = { .name = "weak_encryption", .type = FIELD_FLAG, .about = "Whether that cipher is none of AES and Camellia." },
    [KRB5_TICKET_ENCRYPTION] = { .name = "ticket_encryption", .flags = FIELD_NAMED, .names = krb5_ciphers, .about = "Cipher of the ticket." },
    [KRB5_TICKET_WEAK_ENCRYPTION] = { .name = "ticket_weak_encryption", .type = FIELD_FLAG, .about = "Whether that cipher is none of AES and Camellia." },
    [KRB5_OFFERED]        = { .name = "offered", .flags = FIELD_NAMED | FIELD_MANY, .names = krb5_ciphers, .about = "Ciphers that the client offers, the best first." },
    [KRB5_PADATA]         = { .name = "padata", .flags = FIELD_MANY, .about = "Types of pre-authentication that the message carries." },
    [KRB5_ERROR_CODE]     = { .name = "error_code", .flags = FIELD_NAMED, .names = krb5_errors, .aliases = "krb5_err_code", .about = "Why the request failed." },
    [KRB5_ERROR_TEXT]     = { TEXT_OF("error_text"), .about = "The same in words." },
    [KRB5_FAILED_REQUEST] = { .name = "failed_request", .flags = FIELD_NAMED, .names = krb5_types, .about = "What had been asked." },
};
_Static_assert(sizeof fields / sizeof fields[0] == KRB5_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [KRB5_MALFORMED_DATA] = { "malformed_data", "A message that contradicts its own lengths, or lacks what it must have." },
    [KRB5_WEAK]           = { "weak_encryption", "An answer under a weak cipher." },
};

static const struct schema krb5_schema = {
    .name = "krb5", .fields = fields, .count = KRB5_ROWS, .anomalies = anomalies, .anomaly_count = KRB5_ANOMALIES
};

struct krb5_state {
    uint64_t transactions;
    uint8_t  asked;             /* type of the last request, 0 none */
};

/* One message on its way into a record. */
struct reading {
    struct record *r;
    struct text    text;
    bool           answer;
    char           room[ROOM];
};

static bool weak(uint64_t cipher)
{
    return !((cipher >= 17 && cipher <= 20) || cipher == 25 || cipher == 26);
}

/* The element behind [n], without that. */
static bool field(struct cursor *c, unsigned n, struct ber *out)
{
    struct ber outer;
    return ber_take(c, BER_CONTEXT | BER_CONSTRUCTED | n, &outer) && ber_next(&outer.value, out);
}

static bool integer(struct ber e, uint64_t *out)
{
    if (e.tag != BER_INTEGER || e.value.left == 0 || e.value.left > 5)
        return false;
    uint64_t n = e.value.at[0] & 0x80 ? UINT64_MAX : 0;
    while (e.value.left > 0)
        n = n << 8 | cursor_u8(&e.value);
    *out = n & UINT32_MAX;      /* negative numbers are of private use: as their 32 bits */
    return true;
}

static bool number(struct cursor *c, unsigned n, uint64_t *out)
{
    struct ber e;
    return field(c, n, &e) && integer(e, out);
}

static void add_string(struct reading *m, struct cursor *c, unsigned n, uint16_t row)
{
    struct ber e;
    if (field(c, n, &e))
        record_bytes(m->r, row, e.value.at, e.value.left);
}

/* PrincipalName: its parts, and joined by strokes as people write it. */
static void add_name(struct reading *m, struct cursor *c, unsigned n, uint16_t row, uint16_t part_row)
{
    struct ber name, list, part;
    uint64_t type;
    if (!field(c, n, &name) || !number(&name.value, 0, &type) || !field(&name.value, 1, &list))
        return;
    size_t from = m->text.len;
    for (unsigned i = 0; i < NAMES_MAX && list.value.left > 0 && ber_next(&list.value, &part); i++) {
        if (i > 0)
            text_char(&m->text, '/');
        text_bytes(&m->text, part.value.at, part.value.left);
        if (m->answer)
            record_bytes(m->r, part_row, part.value.at, part.value.left);
    }
    record_bytes(m->r, row, m->room + from, m->text.len - from);
    m->r->cut |= m->text.cut;
}

static void add_padata(struct reading *m, struct cursor *c, unsigned n)
{
    struct ber list, one, value;
    uint64_t type;
    if (!field(c, n, &list))
        return;
    for (unsigned i = 0; i < LIST_MAX && list.value.left > 0 && ber_next(&list.value, &one); i++)
        if (number(&one.value, 1, &type) && field(&one.value, 2, &value))
            record_uint(m->r, KRB5_PADATA, type);
}

static void add_offered(struct reading *m, struct cursor *c)
{
    struct ber list, one;
    uint64_t cipher;
    if (!field(c, 8, &list))
        return;
    for (unsigned i = 0; i < LIST_MAX && list.value.left > 0 && ber_next(&list.value, &one); i++)
        if (integer(one, &cipher))
            record_uint(m->r, KRB5_OFFERED, cipher);
}

static bool request_read(struct reading *m, struct cursor c)
{
    struct ber body, skipped;
    add_padata(m, &c, 3);
    if (!field(&c, 4, &body) || !field(&body.value, 0, &skipped))
        return false;
    add_name(m, &body.value, 1, KRB5_CNAME, KRB5_CNAME_PART);
    add_string(m, &body.value, 2, KRB5_REALM);
    add_name(m, &body.value, 3, KRB5_SNAME, KRB5_SNAME_PART);
    for (unsigned n = 4; n < 8; n++)            /* times and the nonce */
        (void)field(&body.value, n, &skipped);
    add_offered(m, &body.value);
    return true;
}

static bool cipher_of(struct cursor *c, unsigned n, uint64_t *cipher)
{
    struct ber encrypted;
    return field(c, n, &encrypted) && number(&encrypted.value, 0, cipher);
}

static bool reply_read(struct reading *m, struct cursor c)
{
    struct ber ticket, inside, skipped;
    uint64_t version, cipher;
    add_padata(m, &c, 2);
    add_string(m, &c, 3, KRB5_REALM);
    add_name(m, &c, 4, KRB5_CNAME, KRB5_CNAME_PART);
    if (!field(&c, 5, &ticket) || ticket.tag != TICKET || !ber_take(&ticket.value, BER_SEQUENCE, &inside)
        || !number(&inside.value, 0, &version) || !field(&inside.value, 1, &skipped))
        return false;
    add_name(m, &inside.value, 2, KRB5_SNAME, KRB5_SNAME_PART);
    if (cipher_of(&inside.value, 3, &cipher)) {
        record_uint(m->r, KRB5_TICKET_ENCRYPTION, cipher);
        record_uint(m->r, KRB5_TICKET_WEAK_ENCRYPTION, weak(cipher));
    }
    if (!cipher_of(&c, 6, &cipher))
        return false;
    record_uint(m->r, KRB5_ENCRYPTION, cipher);
    record_uint(m->r, KRB5_WEAK_ENCRYPTION, weak(cipher));
    if (weak(cipher))
        record_anomaly(m->r, KRB5_WEAK);
    return true;
}

static bool error_read(struct reading *m, struct cursor c)
{
    struct ber skipped;
    uint64_t code;
    for (unsigned n = 2; n < 6; n++)            /* times of client and server */
        (void)field(&c, n, &skipped);
    if (!number(&c, 6, &code))
        return false;
    record_uint(m->r, KRB5_ERROR_CODE, code);
    (void)field(&c, 7, &skipped);
    add_name(m, &c, 8, KRB5_CNAME, KRB5_CNAME_PART);
    add_string(m, &c, 9, KRB5_REALM);
    add_name(m, &c, 10, KRB5_SNAME, KRB5_SNAME_PART);
    add_string(m, &c, 11, KRB5_ERROR_TEXT);
    return true;
}

static bool body_read(struct reading *m, unsigned type, struct cursor c)
{
    switch (type) {
    case AS_REQ:
    case TGS_REQ:
        return request_read(m, c);
    case AS_REP:
    case TGS_REP:
        return reply_read(m, c);
    case ERROR:
        return error_read(m, c);
    default:
        return true;            /* between client and service: what is inside is encrypted */
    }
}

static bool known(unsigned type)
{
    for (const struct field_name *t = krb5_types; t->name != NULL; t++)
        if (t->value == type)
            return true;
    return false;
}

/* The message's element and, behind version and type, its fields. */
static bool head_read(struct cursor *c, unsigned *type, struct cursor *rest)
{
    struct ber message, sequence;
    uint64_t version, said;
    if (!ber_next(c, &message) || (message.tag & 0xe0) != APPLICATION || !known(message.tag & 0x1f))
        return false;
    *type = message.tag & 0x1f;
    if (!ber_take(&message.value, BER_SEQUENCE, &sequence))
        return false;
    unsigned first = *type == AS_REQ || *type == TGS_REQ ? 1 : 0;
    if (!number(&sequence.value, first, &version) || version != 5 || !number(&sequence.value, first + 1, &said) || said != *type)
        return false;
    *rest = sequence.value;
    return true;
}

static void message_read(struct conversation *conv, struct cursor c)
{
    struct krb5_state *s = conv->state;
    struct reading m;
    struct cursor rest = c;
    unsigned type = 0;
    bool good = head_read(&c, &type, &rest);
    m.answer = conv->dir == FROM_SERVER;
    m.text = text_over(m.room, sizeof m.room);
    m.r = conversation_record(conv, &krb5_schema);
    if (!m.answer)
        s->transactions++;
    m.r->transaction = s->transactions > 0 ? s->transactions - 1 : 0;
    if (good) {
        record_uint(m.r, KRB5_MSG_TYPE, type);
        good = body_read(&m, type, rest);
        if (type == ERROR && s->asked != 0)
            record_uint(m.r, KRB5_FAILED_REQUEST, s->asked);
        if (type == AS_REQ || type == TGS_REQ)
            s->asked = (uint8_t)type;
    }
    if (!good || c.left > 0)
        record_anomaly(m.r, KRB5_MALFORMED_DATA);
    conversation_emit(conv, m.r);
}

/* What the first bytes must be: application tag, length, sequence, and [0] or [1] with the integer 5. */
static enum probe head_probe(struct cursor c, size_t length)
{
    struct cursor at = c;
    int tag = cursor_peek(&c, 0);
    if (tag >= 0 && ((tag & 0xe0) != APPLICATION || !known((unsigned)tag & 0x1f)))
        return PROBE_NO;
    cursor_skip(&at, 1);
    for (unsigned i = 0; i < 2; i++) {
        unsigned first = cursor_u8(&at);
        size_t said = first;
        if (first & 0x80) {
            said = 0;
            for (unsigned k = 0; k < (first & 0x7f) && k < 4; k++)
                said = said << 8 | cursor_u8(&at);
        }
        if (at.status == CURSOR_OK && i == 0 && (size_t)(c.left - at.left) + said != length)
            return PROBE_NO;
        if (i == 0 && cursor_u8(&at) != BER_SEQUENCE && at.status == CURSOR_OK)
            return PROBE_NO;
    }
    uint32_t context = cursor_be32(&at);
    uint8_t version = cursor_u8(&at);
    if (at.status != CURSOR_OK)
        return PROBE_MORE;
    return (context | 0x01000000) == 0xa1030201 && version == 5 ? PROBE_YES : PROBE_NO;
}

static enum probe krb5_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->over == OVER_UDP) {
        enum probe said = head_probe(c, c.left);
        return said == PROBE_MORE ? PROBE_NO : said;
    }
    if (c.left < PREFIX)
        return PROBE_MORE;
    uint32_t length = cursor_be32(&c);
    return length > MESSAGE_MAX ? PROBE_NO : head_probe(c, length);
}

static enum dissect krb5_pdu(struct conversation *conv, struct cursor *in)
{
    if (conv->over == OVER_UDP) {
        if (in->left == 0 || (in->at[0] & 0xe0) != APPLICATION)
            return DISSECT_LOST;
        message_read(conv, cursor_sub(in, in->left));
        return DISSECT_PDU;
    }
    struct cursor c = *in;
    uint32_t length = cursor_be32(&c);
    conv->need = PREFIX + 1;
    if (c.status != CURSOR_OK || c.left < 1)
        return DISSECT_MORE;
    if (length == 0 || length > MESSAGE_MAX || (c.at[0] & 0xe0) != APPLICATION)
        return DISSECT_LOST;
    conv->need = PREFIX + (size_t)length;
    struct cursor message = cursor_sub(&c, length);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    *in = c;
    message_read(conv, message);
    return DISSECT_PDU;
}

const struct dissector dissector_krb5 = {
    .schema = &krb5_schema,
    .source = "RFC 4120",
    .over = OVER_TCP | OVER_UDP,
    .client_first = true,
    .ports = { 88, 464, 750 },
    .ndpi = "Kerberos",
    .state_size = sizeof(struct krb5_state),
    .pdu_max = PREFIX + MESSAGE_MAX,
    .probe = krb5_probe,
    .pdu = krb5_pdu,
};
