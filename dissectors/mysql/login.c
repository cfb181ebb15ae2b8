/* The connection phase: HandshakeV10, SSLRequest, HandshakeResponse41 and 320. */
#include "dissectors/mysql/message.h"

#include <string.h>

enum { PROTOCOL = 10, VERSION_MAX = 128, SSL_REQUEST = 32, FILLER = 23, ATTRIBUTES_MAX = 32 };

struct cursor mysql_text(struct cursor *c)
{
    const uint8_t *zero = c->status == CURSOR_OK && c->left > 0 ? memchr(c->at, 0, c->left) : NULL;
    if (zero == NULL)
        return cursor_sub(c, SIZE_MAX);
    struct cursor text = cursor_sub(c, (size_t)(zero - c->at));
    cursor_skip(c, 1);
    return text;
}

static void add_text(struct record *r, uint16_t row, struct cursor text)
{
    if (text.status == CURSOR_OK && text.left > 0)
        record_bytes(r, row, text.at, text.left);
}

/* "\n5.7.42-log\0", then thirteen octets whose last is zero: nothing else begins so. */
enum probe mysql_greeting_probe(struct cursor c, uint32_t length)
{
    if (length < 24 || length > 512)
        return PROBE_NO;
    if (cursor_u8(&c) != PROTOCOL)
        return c.status == CURSOR_OK ? PROBE_NO : PROBE_MORE;
    for (size_t i = 0; i < VERSION_MAX; i++) {
        int b = cursor_peek(&c, i);
        if (b == -1)
            return PROBE_MORE;
        if (b == 0 && i < 3)
            return PROBE_NO;
        if (b == 0) {
            int filler = cursor_peek(&c, i + 13);
            return filler == -1 ? PROBE_MORE : filler == 0 ? PROBE_YES : PROBE_NO;
        }
        if (b < ' ' || b >= 0x7f || (i == 0 && (b < '0' || b > '9')))
            return PROBE_NO;
    }
    return PROBE_NO;
}

void mysql_greeting(struct conversation *conv, struct mysql_packet *p)
{
    struct mysql_state *s = conv->state;
    struct cursor *c = &p->body;
    struct record *r = conversation_record(conv, &mysql_schema);
    cursor_skip(c, 1);
    struct cursor version = mysql_text(c);
    uint32_t id = cursor_le32(c);
    cursor_skip(c, 9);
    uint32_t capabilities = cursor_le16(c);
    record_uint(r, MYSQL_TYPE, MYSQL_GREETING);
    add_text(r, MYSQL_VERSION, version);
    if (c->status != CURSOR_OK)
        record_anomaly(r, MYSQL_MALFORMED);
    else
        record_uint(r, MYSQL_CONNECTION_ID, id);
    cursor_skip(c, 3);
    capabilities |= (uint32_t)cursor_le16(c) << 16;
    uint8_t secret = cursor_u8(c);
    cursor_skip(c, 10);
    cursor_skip(c, secret > 8 + 13 ? secret - 8u : 13);
    if (c->status == CURSOR_OK && capabilities & CAP_PLUGIN_AUTH)
        add_text(r, MYSQL_AUTH_PLUGIN, mysql_text(c));
    s->phase = PHASE_LOGIN;
    conversation_emit(conv, r);
}

static bool is(const struct cursor *c, const char *word)
{
    return c->left == strlen(word) && memcmp(c->at, word, c->left) == 0;
}

/* Which program it is, as its library says. */
static void attributes(struct record *r, struct cursor c)
{
    for (unsigned i = 0; i < ATTRIBUTES_MAX && c.status == CURSOR_OK && c.left > 0; i++) {
        struct cursor name = mysql_string(&c), value = mysql_string(&c);
        if (value.status == CURSOR_OK && is(&name, "program_name"))
            add_text(r, MYSQL_PROGRAM, value);
        if (value.status == CURSOR_OK && is(&name, "_client_name"))
            add_text(r, MYSQL_CLIENT, value);
    }
}

static void who(struct record *r, struct cursor user, struct cursor secret)
{
    if (user.status == CURSOR_OK)
        record_bytes(r, MYSQL_USER, user.at, user.left);
    if (secret.status == CURSOR_OK)
        record_uint(r, MYSQL_PASSWORD, secret.left > 0);
}

static void login_41(struct record *r, uint32_t capabilities, struct cursor *c)
{
    cursor_skip(c, 4 + 1 + FILLER);
    struct cursor user = mysql_text(c), secret;
    if (capabilities & CAP_LENENC_AUTH)
        secret = mysql_string(c);
    else
        secret = capabilities & CAP_SECURE ? cursor_sub(c, cursor_u8(c)) : mysql_text(c);
    who(r, user, secret);
    if (capabilities & CAP_WITH_DB)
        add_text(r, MYSQL_DATABASE, mysql_text(c));
    if (capabilities & CAP_PLUGIN_AUTH)
        add_text(r, MYSQL_AUTH_PLUGIN, mysql_text(c));
    if (capabilities & CAP_ATTRIBUTES && c->status == CURSOR_OK && c->left > 0)
        attributes(r, mysql_string(c));
}

/* Before 4.1: short capabilities, the secret up to the packet's end or to a zero. */
static void login_320(struct record *r, uint32_t capabilities, struct cursor *c)
{
    cursor_skip(c, 3);
    struct cursor user = mysql_text(c);
    struct cursor secret = capabilities & CAP_WITH_DB ? mysql_text(c) : cursor_sub(c, c->left);
    who(r, user, secret);
    if (capabilities & CAP_WITH_DB && c->left > 0)
        add_text(r, MYSQL_DATABASE, mysql_text(c));
}

void mysql_login(struct conversation *conv, struct mysql_packet *p)
{
    struct mysql_state *s = conv->state;
    struct cursor *c = &p->body;
    struct record *r = conversation_record(conv, &mysql_schema);
    uint32_t capabilities = cursor_le16(c);
    bool new = (capabilities & CAP_PROTOCOL_41) != 0;
    capabilities |= new ? (uint32_t)cursor_le16(c) << 16 : 0;
    s->tls = new && capabilities & CAP_SSL && p->length == SSL_REQUEST;
    record_uint(r, MYSQL_TYPE, MYSQL_LOGIN);
    if (s->tls)
        record_uint(r, MYSQL_TLS, 1);
    else
        (new ? login_41 : login_320)(r, capabilities, c);
    if (capabilities & CAP_COMPRESS)
        record_uint(r, MYSQL_COMPRESSED, 1);
    if (c->status != CURSOR_OK && !s->tls)
        record_anomaly(r, MYSQL_MALFORMED);
    s->capabilities = capabilities;
    s->phase = PHASE_AUTH;
    conversation_emit(conv, r);
}

void mysql_change_user(struct record *r, struct cursor *c)
{
    struct cursor user = mysql_text(c), secret = cursor_sub(c, cursor_u8(c));
    who(r, user, secret);
    add_text(r, MYSQL_DATABASE, mysql_text(c));
}
