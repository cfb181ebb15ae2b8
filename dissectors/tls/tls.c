#include "dissectors/tls/tls.h"

#include <string.h>

#include "common/buffer.h"
#include "dissectors/tls/message.h"

/*   0      1         3        5                      a handshake message may begin in one record
 *   +------+---------+--------+------------ - -      and end in another:
 *   | type | version | length | fragment             +------+--------------+------ - -
 *   +------+---------+--------+------------ - -      | type | length (24)  | body
 *                              `--- length ---'      +------+--------------+------ - -
 */
enum record_type { CHANGE_CIPHER_SPEC = 20, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT };
enum handshake_type { CLIENT_HELLO = 1, SERVER_HELLO = 2, CERTIFICATE = 11, HANDSHAKE_LAST = 25, NEXT_PROTOCOL = 67,
                      COMPRESSED_CERTIFICATE = 25, MESSAGE_HASH = 254 };

enum {
    HEADER = 5, FRAGMENT_MAX = 16384 + 2048,
    HANDSHAKE_HEADER = 4, HANDSHAKE_MAX = 64 * 1024, HELLO_KEPT_MAX = 8 * 1024,
    ALERT_LENGTH = 2, ALERT_WARNING = 1, ALERT_FATAL = 2,
    HEARTBEAT_HEADER = 3, HEARTBEAT_PADDING = 16, HEARTBEAT_REQUEST = 1, HEARTBEAT_RESPONSE = 2,
    EMPTY_RUN_MAX = 32,
    SSL2_ERROR = 0, SSL2_ERROR_LENGTH = 3, SSL2_LENGTH_BIT = 0x80, SSL2_HEADER = 2, SSL2_HELLO_MIN = 9, SSL2_HELLO_MAX = 1024,
    ASIDES_MAX = 64,
    SCRATCH = 32 * 1024
};

struct tls_side {
    struct buffer pending;      /* a handshake message not whole yet, with its header */
    bool          begun;        /* a record was seen */
    bool          hello;        /* its record went out, or is held back for the certificate */
    bool          changed;      /* ChangeCipherSpec was sent */
    uint8_t       empty;        /* records without content in a row */
};

struct tls_state {
    struct tls_side side[2];
    struct buffer   server_hello;       /* body, waiting for the certificate */
    uint32_t        seen;               /* handshake types, a bit each */
    uint16_t        version;            /* as the server chose; 0: not yet */
    uint8_t         session_id[32];     /* the client's */
    uint8_t         session_id_len;
    uint8_t         asides;             /* alerts and heartbeats told */
    bool            resumed;
    bool            held;               /* server_hello is to be emitted */
    bool            ssl2;               /* the client's hello is SSL 2.0's */
    bool            heartbeats;         /* the server agreed to them */
    uint8_t         beat_dir;           /* who sent the encrypted heartbeat that waits for its answer */
    uint16_t        beat_length;        /* its record's; 0: none waits */
    bool            swapped;            /* ServerHello came from the flow's client: half of the packets were missed */
};

static enum direction server_side(const struct tls_state *s)
{
    return s->swapped ? FROM_CLIENT : FROM_SERVER;
}

/* --- records out ------------------------------------------------------------------------------------------------------- */

static void message_begin(struct tls_message *m, struct conversation *conv, uint8_t *block, size_t n)
{
    *m = (struct tls_message){ conversation_record(conv, &tls_schema), arena_over(block, n), conv->now_us, false };
}

static void message_emit(struct tls_message *m, struct conversation *conv)
{
    const struct tls_state *s = conv->state;
    for (unsigned type = 0; type < 32; type++)
        if (s->seen >> type & 1)
            record_uint(m->r, TLS_HANDSHAKE, type);
    conversation_emit(conv, m->r);
}

/* A record of nothing but what is odd. */
static void notice(struct conversation *conv, enum tls_anomaly anomaly)
{
    struct tls_message m;
    message_begin(&m, conv, NULL, 0);
    record_anomaly(m.r, anomaly);
    message_emit(&m, conv);
}

/* Alerts and heartbeats are seven octets and up, and a record is hundreds: so a flow may have only so many. The last
 * one says that there were more. */
static void emit_aside(struct tls_message *m, struct conversation *conv)
{
    struct tls_state *s = conv->state;
    if (s->asides == ASIDES_MAX)
        return;
    m->r->cut = ++s->asides == ASIDES_MAX;
    message_emit(m, conv);
}

static enum dissect lost(struct conversation *conv, enum tls_anomaly anomaly)
{
    struct tls_message m;
    message_begin(&m, conv, NULL, 0);
    record_anomaly(m.r, anomaly);
    record_anomaly(m.r, TLS_INVALID_SSL_RECORD);
    message_emit(&m, conv);
    return DISSECT_LOST;
}

static void emit_client(struct conversation *conv, struct cursor body)
{
    _Alignas(ARENA_ALIGN) uint8_t block[SCRATCH];
    struct tls_message m;
    message_begin(&m, conv, block, sizeof block);
    if (!tls_client_hello(&m, body))
        record_anomaly(m.r, TLS_INVALID_HANDSHAKE_MESSAGE);
    message_emit(&m, conv);
}

/* The server's record: its hello, when it was kept, and its certificates, when there are any. */
static void emit_server(struct conversation *conv, const struct cursor *certificates)
{
    _Alignas(ARENA_ALIGN) uint8_t block[SCRATCH];
    struct tls_state *s = conv->state;
    struct tls_message m;
    message_begin(&m, conv, block, sizeof block);
    if (s->held && !tls_server_hello(&m, cursor_over(s->server_hello.at, s->server_hello.len)))
        record_anomaly(m.r, TLS_INVALID_HANDSHAKE_MESSAGE);
    if (s->held)
        record_uint(m.r, TLS_SESSION_RESUMED, s->resumed && certificates == NULL);
    if (certificates != NULL)
        (void)tls_certificates(&m, *certificates);
    m.r->incomplete = conv->closing;
    message_emit(&m, conv);
    s->held = false;
    buffer_free(&s->server_hello, conv->store, conv->account);
}

/* The server says something else than a certificate. */
static void emit_held(struct conversation *conv)
{
    const struct tls_state *s = conv->state;
    if (s->held && conv->dir == server_side(s))
        emit_server(conv, NULL);
}

/* --- handshake messages ---------------------------------------------------------------------------------------------------- */

static void client_hello(struct conversation *conv, struct cursor body)
{
    struct tls_state *s = conv->state;
    struct tls_side *side = &s->side[conv->dir];
    if (side->hello)            /* the second hello after a HelloRetryRequest says the same again */
        return;
    side->hello = true;
    struct cursor c = body;
    cursor_skip(&c, 34);
    struct cursor session_id = cursor_sub(&c, cursor_u8(&c));
    if (c.status == CURSOR_OK && session_id.left <= sizeof s->session_id) {
        s->session_id_len = (uint8_t)session_id.left;
        memcpy(s->session_id, session_id.at, session_id.left);
    }
    emit_client(conv, body);
}

static bool session_same(const struct tls_state *s, const struct tls_choice *choice)
{
    return choice->version != VERSION_TLS13 && s->session_id_len > 0 && choice->session_id_len == s->session_id_len
        && memcmp(choice->session_id, s->session_id, s->session_id_len) == 0;
}

/* Kept until the certificate comes. TLS 1.3 encrypts that one: there the record can go at once. A HelloRetryRequest
 * is kept until the real hello takes its place, for the case that none comes. */
static void server_hello(struct conversation *conv, struct cursor body)
{
    struct tls_state *s = conv->state;
    struct tls_choice choice;
    if (!tls_choice_read(body, &choice)) {
        notice(conv, TLS_INVALID_HANDSHAKE_MESSAGE);
        return;
    }
    s->version = choice.version;
    s->heartbeats = choice.heartbeats;
    s->swapped = conv->dir == FROM_CLIENT;
    if (s->side[conv->dir].hello)
        return;
    s->side[conv->dir].hello = !choice.retry;
    buffer_free(&s->server_hello, conv->store, conv->account);
    s->resumed = session_same(s, &choice);
    s->held = buffer_add(&s->server_hello, conv->store, conv->account, body.at, body.left, HELLO_KEPT_MAX) == body.left;
    if (!s->held)
        buffer_free(&s->server_hello, conv->store, conv->account);
    else if (choice.version == VERSION_TLS13 && !choice.retry)
        emit_held(conv);
}

static void handshake_message(struct conversation *conv, uint8_t type, struct cursor body)
{
    struct tls_state *s = conv->state;
    if (type < 32)
        s->seen |= UINT32_C(1) << type;
    if (type == CLIENT_HELLO)
        client_hello(conv, body);
    else if (type == SERVER_HELLO)
        server_hello(conv, body);
    else if (type == CERTIFICATE && conv->dir == server_side(s))
        emit_server(conv, &body);
    else
        emit_held(conv);
}

static bool handshake_type_known(uint8_t type)
{
    return type <= HANDSHAKE_LAST || type == NEXT_PROTOCOL || type == MESSAGE_HASH;
}

/* Takes the whole messages from the front of c and leaves the beginning of the last one. */
static enum dissect handshake_messages(struct conversation *conv, struct cursor *c)
{
    while (c->left >= HANDSHAKE_HEADER) {
        struct cursor at = *c;
        uint8_t type = cursor_u8(&at);
        uint32_t length = cursor_be24(&at);
        if (!handshake_type_known(type))
            return lost(conv, TLS_INVALID_HANDSHAKE_MESSAGE);
        if (length > HANDSHAKE_MAX)
            return lost(conv, TLS_HANDSHAKE_INVALID_LENGTH);
        struct cursor body = cursor_sub(&at, length);
        if (at.status != CURSOR_OK)
            return DISSECT_PDU;
        handshake_message(conv, type, body);
        *c = at;
    }
    return DISSECT_PDU;
}

static enum dissect handshake_keep(struct conversation *conv, struct buffer *pending, const struct cursor *rest)
{
    if (buffer_add(pending, conv->store, conv->account, rest->at, rest->left, HANDSHAKE_MAX + HANDSHAKE_HEADER)
        == rest->left)
        return DISSECT_PDU;
    return DISSECT_LOST;        /* the flow's memory is used up; the store counts it */
}

static enum dissect handshake_record(struct conversation *conv, struct cursor fragment)
{
    struct tls_state *s = conv->state;
    struct buffer *pending = &s->side[conv->dir].pending;
    if (pending->len == 0) {
        enum dissect verdict = handshake_messages(conv, &fragment);
        if (verdict != DISSECT_PDU || fragment.left == 0)
            return verdict;
        return handshake_keep(conv, pending, &fragment);
    }
    /* One message is at most HANDSHAKE_MAX long, but a record may hold its end and the next one's beginning: so
     * what the buffer cannot take waits until the buffer has been read. */
    while (fragment.left > 0) {
        size_t room = HANDSHAKE_MAX + HANDSHAKE_HEADER - (size_t)pending->len;
        size_t n = fragment.left < room ? fragment.left : room;
        struct cursor part = cursor_sub(&fragment, n);
        enum dissect verdict = n == 0 ? DISSECT_LOST : handshake_keep(conv, pending, &part);
        if (verdict != DISSECT_PDU)
            return verdict;
        struct cursor whole = cursor_over(pending->at, pending->len);
        verdict = handshake_messages(conv, &whole);
        if (verdict != DISSECT_PDU)
            return verdict;
        buffer_drop(pending, pending->len - whole.left);
    }
    if (pending->len == 0)
        buffer_free(pending, conv->store, conv->account);
    return DISSECT_PDU;
}

/* --- the other kinds of record ------------------------------------------------------------------------------------------------ */

static void alert_record(struct conversation *conv, struct cursor fragment)
{
    struct tls_message m;
    uint8_t level = cursor_u8(&fragment), description = cursor_u8(&fragment);
    emit_held(conv);
    message_begin(&m, conv, NULL, 0);
    if (fragment.status != CURSOR_OK || fragment.left > 0 || (level != ALERT_WARNING && level != ALERT_FATAL)) {
        record_anomaly(m.r, TLS_INVALID_ALERT_MESSAGE);
    } else {
        record_uint(m.r, TLS_ALERT_LEVEL, level);
        record_uint(m.r, TLS_ALERT_DESCRIPTION, description);
    }
    emit_aside(&m, conv);
}

/* RFC 6520 section 4. Heartbleed asks for more than it sent. */
static void heartbeat_record(struct conversation *conv, struct cursor fragment)
{
    struct tls_message m;
    uint8_t type = cursor_u8(&fragment);
    uint16_t payload = cursor_be16(&fragment);
    message_begin(&m, conv, NULL, 0);
    record_anomaly(m.r, TLS_HEARTBEAT_MESSAGE);
    if (fragment.status != CURSOR_OK || (type != HEARTBEAT_REQUEST && type != HEARTBEAT_RESPONSE))
        record_anomaly(m.r, TLS_INVALID_HEARTBEAT_MESSAGE);
    else if (payload > fragment.left)
        record_anomaly(m.r, TLS_OVERFLOW_HEARTBEAT_MESSAGE);
    else if ((size_t)payload + HEARTBEAT_PADDING > fragment.left)
        record_anomaly(m.r, TLS_INVALID_HEARTBEAT_MESSAGE);
    emit_aside(&m, conv);
}

/* A secret one has only its length; an answer carries back what was sent, so it is as long (RFC 6520, 4). */
static void secret_heartbeat(struct conversation *conv, uint16_t length)
{
    struct tls_state *s = conv->state;
    struct tls_message m;
    bool answer = s->beat_length > 0 && s->beat_dir != conv->dir;
    message_begin(&m, conv, NULL, 0);
    record_anomaly(m.r, TLS_HEARTBEAT_MESSAGE);
    if (answer && length > s->beat_length)
        record_anomaly(m.r, TLS_DATALEAK_HEARTBEAT);
    s->beat_length = answer ? 0 : length;
    s->beat_dir = (uint8_t)conv->dir;
    emit_aside(&m, conv);
}

/* From here on this direction is ciphertext. `in` stands behind the record. */
static enum dissect encrypted(struct conversation *conv, struct cursor *in)
{
    const struct tls_state *s = conv->state;
    emit_held(conv);
    if (s->heartbeats || conv->out->frame != NULL)
        return DISSECT_PDU;
    cursor_skip(in, in->left);
    return DISSECT_DONE;
}

/* In TLS 1.3 this record means nothing (RFC 8446 appendix D.4); and before the server's choice is known, a second
 * hello may still follow in the clear. */
static enum dissect change_cipher_spec(struct conversation *conv, struct cursor *in)
{
    struct tls_state *s = conv->state;
    s->side[conv->dir].changed = true;
    return s->version != 0 && s->version != VERSION_TLS13 ? encrypted(conv, in) : DISSECT_PDU;
}

static enum dissect fragment(struct conversation *conv, uint8_t type, struct cursor body, struct cursor *after)
{
    const struct tls_state *s = conv->state;
    bool secret = s->side[conv->dir].changed && s->version != VERSION_TLS13;
    switch (type) {
    case CHANGE_CIPHER_SPEC:
        return change_cipher_spec(conv, after);
    case HANDSHAKE:
        return secret ? encrypted(conv, after) : handshake_record(conv, body);
    case ALERT:
        if (secret)
            return encrypted(conv, after);
        alert_record(conv, body);
        return DISSECT_PDU;
    case HEARTBEAT:
        if (secret)
            secret_heartbeat(conv, (uint16_t)body.left);
        else
            heartbeat_record(conv, body);
        return DISSECT_PDU;
    case APPLICATION_DATA:
        return encrypted(conv, after);
    default:
        return DISSECT_PDU;
    }
}

/* --- SSL 2.0 -------------------------------------------------------------------------------------------------------------------- */

static bool ssl2_like(struct cursor c)
{
    uint8_t high = cursor_u8(&c);
    size_t length = (size_t)(high & 0x7f) << 8 | cursor_u8(&c);
    uint8_t type = cursor_u8(&c);
    uint16_t version = cursor_be16(&c);
    return c.status == CURSOR_OK && high & SSL2_LENGTH_BIT && length >= SSL2_HELLO_MIN && length <= SSL2_HELLO_MAX
        && type == CLIENT_HELLO && (version == VERSION_SSL2 || (version >= VERSION_SSL3 && version <= VERSION_TLS12));
}

static enum dissect ssl2_hello(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct tls_state *s = conv->state;
    struct tls_message m;
    size_t length = cursor_be16(&c) & 0x7fff;
    struct cursor body = cursor_sub(&c, length);
    if (c.status != CURSOR_OK) {
        conv->need = SSL2_HEADER + length;
        return DISSECT_MORE;
    }
    s->seen |= 1 << CLIENT_HELLO;
    s->side[conv->dir].begun = s->side[conv->dir].hello = s->ssl2 = true;
    message_begin(&m, conv, NULL, 0);
    if (!tls_client_hello_v2(&m, body))
        record_anomaly(m.r, TLS_INVALID_SSLV2_HEADER);
    message_emit(&m, conv);
    *in = c;
    return DISSECT_PDU;
}

/* What a server that speaks SSL 2.0 says when it does not go on: length, type, code. */
static bool ssl2_error_like(const struct tls_state *s, const struct cursor *in)
{
    return s->ssl2 && cursor_peek(in, 0) == SSL2_LENGTH_BIT && cursor_peek(in, 1) == SSL2_ERROR_LENGTH && cursor_peek(in, 2) == SSL2_ERROR;
}

static void empty_check(struct conversation *conv, struct tls_side *side, uint16_t length)
{
    if (length > 0)
        side->empty = 0;
    else if (side->empty <= EMPTY_RUN_MAX && ++side->empty > EMPTY_RUN_MAX)
        notice(conv, TLS_TOO_MANY_RECORDS);
}

/* --- entry ------------------------------------------------------------------------------------------------------------------------ */

static bool record_version_known(uint16_t version)
{
    return (version >= VERSION_SSL3 && version <= VERSION_TLS13) || version == VERSION_TLCP;
}

static enum dissect tls_pdu(struct conversation *conv, struct cursor *in)
{
    struct tls_state *s = conv->state;
    struct tls_side *side = &s->side[conv->dir];
    struct cursor c = *in;
    uint8_t type = cursor_u8(&c);
    uint16_t version = cursor_be16(&c), length = cursor_be16(&c);
    if (c.status != CURSOR_OK) {
        conv->need = HEADER;
        return DISSECT_MORE;
    }
    if (!side->begun && conv->dir == FROM_CLIENT && ssl2_like(*in))
        return ssl2_hello(conv, in);
    if (!side->begun && conv->dir == FROM_SERVER && ssl2_error_like(s, in)) {
        notice(conv, TLS_ERROR_MESSAGE);
        cursor_skip(in, in->left);
        return DISSECT_DONE;
    }
    if (type < CHANGE_CIPHER_SPEC || type > HEARTBEAT)
        return lost(conv, side->begun ? TLS_INVALID_RECORD_TYPE : TLS_INVALID_TLS_HEADER);
    if (!record_version_known(version))
        return lost(conv, TLS_INVALID_RECORD_VERSION);
    if (length > FRAGMENT_MAX)
        return lost(conv, TLS_INVALID_RECORD_LENGTH);
    side->begun = true;
    if (type == APPLICATION_DATA && !s->heartbeats && conv->out->frame == NULL)
        return encrypted(conv, in);
    struct cursor body = cursor_sub(&c, length);
    if (c.status != CURSOR_OK) {
        conv->need = HEADER + (size_t)length;
        return DISSECT_MORE;
    }
    empty_check(conv, side, length);
    enum dissect verdict = fragment(conv, type, body, &c);
    if (verdict != DISSECT_LOST)
        *in = c;
    return verdict;
}

static void tls_end(struct conversation *conv)
{
    struct tls_state *s = conv->state;
    conv->dir = server_side(s);
    emit_held(conv);
    for (int i = 0; i < 2; i++)
        buffer_free(&s->side[i].pending, conv->store, conv->account);
    buffer_free(&s->server_hello, conv->store, conv->account);
}

/* A hello in a handshake record is certain; an alert or ciphertext alone could be anything with such a number. */
static enum probe tls_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->dir == FROM_CLIENT && ssl2_like(c))
        return PROBE_MAYBE;
    int first = cursor_peek(&c, 0);
    uint8_t type = cursor_u8(&c);
    uint8_t major = cursor_u8(&c), minor = cursor_u8(&c);
    uint16_t length = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return first < 0 || first & SSL2_LENGTH_BIT || (first >= ALERT && first <= APPLICATION_DATA) ? PROBE_MORE : PROBE_NO;
    if (!record_version_known((uint16_t)(major << 8 | minor)) || length == 0 || length > FRAGMENT_MAX)
        return PROBE_NO;
    if (type == ALERT || type == APPLICATION_DATA)
        return PROBE_MAYBE;
    if (type != HANDSHAKE)
        return PROBE_NO;
    uint8_t message = cursor_u8(&c);
    uint32_t message_length = cursor_be24(&c);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    bool hello = message == CLIENT_HELLO || message == SERVER_HELLO;
    return hello && message_length <= HANDSHAKE_MAX ? PROBE_YES : PROBE_MAYBE;
}

const struct dissector dissector_tls = {
    .schema = &tls_schema,
    .source = "RFC 5246, 8446, 6066, 8998; GB/T 38636-2020",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { 443, 8443, 853, 993, 995, 465, 636, 989 },
    .ndpi = "TLS SSL",
    .state_size = sizeof(struct tls_state),
    .pdu_max = HEADER + FRAGMENT_MAX,
    .probe = tls_probe,
    .pdu = tls_pdu,
    .end = tls_end,
};
