/* CoAP: four octets, a token, options in ascending order by differences, 0xff and the payload.
 *
 * The header has little that could not be by chance, so that without the port or nDPI both sides must look like it.
 */
#include "dissectors/coap/coap.h"
#include "dissectors/coap/fields.h"

enum { VERSION = 1, TOKEN_MAX = 8, OPTIONS_MAX = 64, OPEN_MAX = 16, PAYLOAD_MARK = 0xff, FETCH_LAST = 7,
       URI_HOST = 3, OBSERVE = 6, URI_PORT = 7, URI_PATH = 11, CONTENT_FORMAT = 12, URI_QUERY = 15, BLOCK2 = 23, BLOCK1 = 27, PROXY_URI = 35 };

struct coap_state {
    uint64_t transactions;
    struct { uint64_t transaction, sent_us, token; uint16_t id; uint8_t dir, access; bool waiting; } open[OPEN_MAX];
    unsigned next;
};

struct coap_header {
    uint8_t       type, code, token_len;
    uint16_t      id;
    uint64_t      token;
    const uint8_t *token_at;
};

static bool header_read(struct cursor *c, struct coap_header *h)
{
    uint8_t first = cursor_u8(c);
    *h = (struct coap_header){ .type = first >> 4 & 3, .code = cursor_u8(c), .token_len = first & 15 };
    h->id = cursor_be16(c);
    if (first >> 6 != VERSION || h->token_len > TOKEN_MAX)
        return false;
    struct cursor token = cursor_sub(c, h->token_len);
    h->token_at = token.at;
    while (token.left > 0)
        h->token = h->token << 8 | cursor_u8(&token);
    return c->status == CURSOR_OK;
}

/* A nibble of an option's header: 13 and 14 take one and two octets more, 15 is no number. */
static bool nibble(struct cursor *c, unsigned from, uint32_t *n)
{
    *n = from < 13 ? from : from == 13 ? 13u + cursor_u8(c) : 269u + cursor_be16(c);
    return from != 15 && c->status == CURSOR_OK;
}

/* The next option; false: there is none, because of the payload's mark, the end, or an error (then c->status is bad). */
static bool option_read(struct cursor *c, uint32_t *number, struct cursor *value)
{
    uint32_t delta, length;
    if (c->left == 0 || cursor_peek(c, 0) == PAYLOAD_MARK)
        return false;
    unsigned first = cursor_u8(c);
    bool sound = nibble(c, first >> 4, &delta);
    sound = nibble(c, first & 15, &length) && sound;
    *value = cursor_sub(c, sound ? length : SIZE_MAX);
    *number += delta;
    return c->status == CURSOR_OK;
}

/* RFC 7252, table 4, and what came later. */
static bool option_known(uint32_t number)
{
    static const uint16_t known[] = { 1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 15, 16, 17, 19, 20, 21, 23, 27, 28, 31, 35, 39, 60, 252, 258, 292 };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i] == number)
            return true;
    return false;
}

static bool code_possible(const struct coap_header *h)
{
    unsigned class = h->code >> 5, detail = h->code & 31;
    if (h->code == 0)
        return h->token_len == 0;
    return class == 0 ? detail <= FETCH_LAST : class == 2 ? detail <= 5 || detail == 31 : class == 4 ? detail <= 29 : class == 5 && detail <= 8;
}

static enum probe coap_probe(const struct conversation *conv, struct cursor c)
{
    struct coap_header h;
    struct cursor value;
    uint32_t number = 0;
    (void)conv;
    if (!header_read(&c, &h) || !code_possible(&h) || (h.code == 0 && c.left > 0))
        return PROBE_NO;
    for (unsigned i = 0; i < OPTIONS_MAX && option_read(&c, &number, &value); i++)
        if (!option_known(number))
            return PROBE_NO;
    return c.status == CURSOR_OK && (c.left == 0 || (c.left > 1 && cursor_peek(&c, 0) == PAYLOAD_MARK)) ? PROBE_MAYBE : PROBE_NO;
}

static uint64_t number_of(struct cursor c)
{
    uint64_t n = 0;
    while (c.left > 0)
        n = n << 8 | cursor_u8(&c);
    return n;
}

static void option_record(struct record *r, uint32_t number, struct cursor value)
{
    switch (number) {
    case URI_HOST:       record_bytes(r, COAP_URI_HOST, value.at, value.left); break;
    case URI_PATH:       record_bytes(r, COAP_URI_PATH, value.at, value.left); break;
    case URI_QUERY:      record_bytes(r, COAP_URI_QUERY, value.at, value.left); break;
    case PROXY_URI:      record_bytes(r, COAP_PROXY_URI, value.at, value.left); break;
    case URI_PORT:       record_uint(r, COAP_URI_PORT, number_of(value)); break;
    case OBSERVE:        record_uint(r, COAP_OBSERVE, number_of(value)); break;
    case CONTENT_FORMAT: record_uint(r, COAP_CONTENT_FORMAT, number_of(value)); break;
    case BLOCK1:         record_uint(r, COAP_BLOCK1, number_of(value)); break;
    case BLOCK2:         record_uint(r, COAP_BLOCK2, number_of(value)); break;
    default:             record_uint(r, COAP_OPTIONS, number); break;
    }
}

static void options_read(struct record *r, struct cursor *c)
{
    struct cursor value;
    uint32_t number = 0;
    for (unsigned i = 0; i < OPTIONS_MAX && option_read(c, &number, &value); i++)
        option_record(r, number, value);
    if (c->status != CURSOR_OK) {
        record_anomaly(r, COAP_INVALID_OPTION);
        return;
    }
    if (cursor_peek(c, 0) == PAYLOAD_MARK) {
        cursor_skip(c, 1);
        record_bytes(r, COAP_PAYLOAD, c->at, c->left);
    } else if (c->left > 0)
        record_anomaly(r, COAP_INVALID_OPTION);
}

/* 0.01 GET, POST, PUT, DELETE, FETCH, PATCH, iPATCH; observing is subscribing. */
static enum access request_access(const struct record *r, uint8_t code)
{
    static const uint8_t access[FETCH_LAST + 1] = { ACCESS_SESSION, ACCESS_READ, ACCESS_CONTROL, ACCESS_WRITE, ACCESS_CONFIGURE, ACCESS_READ,
                                                    ACCESS_WRITE, ACCESS_WRITE };
    const struct value *observe = record_find(r, COAP_OBSERVE);
    return observe != NULL && observe->uint == 0 ? ACCESS_SUBSCRIBE : code <= FETCH_LAST ? access[code] : ACCESS_OTHER;
}

static void request_remember(struct conversation *conv, const struct coap_header *h, struct record *r, enum access access)
{
    struct coap_state *s = conv->state;
    r->transaction = s->transactions++;
    s->open[s->next].transaction = r->transaction;
    s->open[s->next].sent_us = conv->now_us;
    s->open[s->next].token = h->token;
    s->open[s->next].id = h->id;
    s->open[s->next].dir = (uint8_t)conv->dir;
    s->open[s->next].access = (uint8_t)access;
    s->open[s->next].waiting = true;
    s->next = (s->next + 1) % OPEN_MAX;
}

/* A response belongs to its token, an empty acknowledgement to its message id. */
static enum access answer_pair(struct conversation *conv, const struct coap_header *h, struct record *r)
{
    struct coap_state *s = conv->state;
    bool observed = record_find(r, COAP_OBSERVE) != NULL;
    r->answer = !observed;
    r->refused = h->code >> 5 >= 4;
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        bool same = h->code == 0 ? s->open[i].id == h->id : s->open[i].token == h->token;
        if (!s->open[i].waiting || s->open[i].dir == (uint8_t)conv->dir || !same)
            continue;
        s->open[i].waiting = observed || h->code == 0;
        r->transaction = s->open[i].transaction;
        if (conv->now_us >= s->open[i].sent_us && !observed)
            record_uint(r, COAP_RESPONSE_TIME, conv->now_us - s->open[i].sent_us);
        return observed ? ACCESS_REPORT : (enum access)s->open[i].access;
    }
    r->transaction = s->transactions++;
    return observed ? ACCESS_REPORT : h->code == 0 ? ACCESS_SESSION : ACCESS_OTHER;
}

static enum dissect coap_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct coap_header h;
    enum access access;
    c.at_end = CURSOR_BAD;
    if (!header_read(&c, &h))
        return DISSECT_LOST;
    struct record *r = conversation_record(conv, &coap_schema);
    record_uint(r, COAP_TYPE, h.type);
    record_uint(r, COAP_CODE, h.code);
    record_uint(r, COAP_MESSAGE_ID, h.id);
    if (h.token_len > 0)
        record_bytes(r, COAP_TOKEN, h.token_at, h.token_len);
    options_read(r, &c);
    access = request_access(r, h.code);
    if (h.code >> 5 == 0 && h.code != 0)
        request_remember(conv, &h, r, access);
    else
        access = answer_pair(conv, &h, r);
    record_uint(r, COAP_ACCESS, access);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

const struct dissector dissector_coap = {
    .schema = &coap_schema,
    .device = "device",
    .source = "RFC 7252, RFC 7641, RFC 7959, RFC 8132",
    .over = OVER_UDP,
    .ports = { 5683 },
    .ndpi = "COAP",
    .state_size = sizeof(struct coap_state),
    .probe = coap_probe,
    .pdu = coap_pdu,
};
