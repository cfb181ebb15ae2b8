/* Frames of Initial packets, and what is said in them: a TLS hello, read by tls/, or Google's message of tags. */
#include <ctype.h>
#include <string.h>

#include "common/hash.h"
#include "dissectors/quic/message.h"
#include "dissectors/tls/message.h"

enum {
    PADDING = 0x00, PING = 0x01, ACK = 0x02, ACK_ECN = 0x03, CRYPTO = 0x06, CLOSE = 0x1c, CLOSE_APPLICATION = 0x1d,
    GOOGLE_STREAM = 0x80, GOOGLE_ACK = 0x40, GOOGLE_STOP_WAITING = 0x06, GOOGLE_PING = 0x07, GOOGLE_CRYPTO = 0x08,
    ACK_RANGES_MAX = 1024, TAGS_MAX = 128, TAG_ENTRY = 8, CYU_ROOM = 1024, Q039 = 0x51303339,
    CLIENT_HELLO = 1, SERVER_HELLO = 2, HANDSHAKE_HEADER = 4
};

/* RFC 9000, 16 */
static uint64_t varint(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    uint64_t n = first & 0x3f;
    for (int left = (1 << (first >> 6)) - 1; left > 0; left--)
        n = n << 8 | cursor_u8(c);
    return n;
}

static void failed(struct quic_message *m, enum quic_anomaly what)
{
    m->anomalies |= UINT64_C(1) << what;
}

/* --- TLS ------------------------------------------------------------------------------------------------------------------- */

static const struct { uint16_t tls, quic; } shared_rows[] = {
    { TLS_SNI, QUIC_SNI }, { TLS_CLIENT_ALPNS, QUIC_CLIENT_ALPNS }, { TLS_SERVER_ALPNS, QUIC_SERVER_ALPNS },
    { TLS_CIPHER_SUITE, QUIC_CIPHER_SUITE }, { TLS_CIPHER_SUITES, QUIC_CIPHER_SUITES }, { TLS_JA3, QUIC_JA3 },
    { TLS_JA3_HASH, QUIC_JA3_HASH }, { TLS_JA3_STRING, QUIC_JA3_STRING }, { TLS_JA3S, QUIC_JA3S },
    { TLS_JA3S_HASH, QUIC_JA3S_HASH }, { TLS_JA3S_STRING, QUIC_JA3S_STRING }, { TLS_JA4, QUIC_JA4 },
};

/* A record of TLS becomes one of QUIC where it lies: what both have changes its row, the rest goes. */
static void rows_translate(struct record *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++)
        for (size_t k = 0; k < sizeof shared_rows / sizeof shared_rows[0]; k++)
            if (r->values[i].row == shared_rows[k].tls) {
                r->values[kept] = r->values[i];
                r->values[kept++].row = shared_rows[k].quic;
                break;
            }
    r->count = kept;
    r->schema = &quic_schema;
    r->anomalies = 0;
}

static void hello_read(struct quic_message *m)
{
    struct quic_state *s = m->conv->state;
    struct cursor c = crypto_begun(&s->crypto[m->conv->dir]);
    uint8_t type = cursor_u8(&c);
    uint32_t length = cursor_be24(&c);
    if (c.status != CURSOR_OK)
        return;
    bool client = type == CLIENT_HELLO && m->conv->dir == FROM_CLIENT, server = type == SERVER_HELLO && m->conv->dir == FROM_SERVER;
    if (!client && !server) {
        failed(m, QUIC_ERROR_ON_DATA);
        s->hello[m->conv->dir] = true;      /* nothing better will come */
        return;
    }
    if (length > QUIC_CRYPTO_MAX - HANDSHAKE_HEADER)
        failed(m, QUIC_CRYPTO_FRAG_TOO_LONG);
    struct cursor body = cursor_sub(&c, length);
    if (c.status != CURSOR_OK)
        return;
    s->hello[m->conv->dir] = true;
    struct tls_message t = { .r = m->r, .scratch = m->scratch, .now_us = m->conv->now_us, .quic = true };
    record_begin(m->r, &tls_schema, m->conv->dir);
    if (!(client ? tls_client_hello(&t, body) : tls_server_hello(&t, body)))
        failed(m, QUIC_ERROR_ON_DATA);
    rows_translate(m->r);
    m->scratch = t.scratch;
}

/* --- Google's tags --------------------------------------------------------------------------------------------------------- */

static void tag_text(struct text *t, const uint8_t tag[4], bool first)
{
    if (!first)
        text_char(t, '-');
    for (int i = 0; i < 4; i++)
        if (isgraph(tag[i]))
            text_char(t, (char)tag[i]);
}

static void cyu_add(struct quic_message *m, const struct text *t)
{
    uint8_t digest[HASH_MAX];
    char *hex = arena_take(&m->scratch, 2 * HASH_MAX);
    if (hex == NULL || t->cut)
        return;
    struct text h = text_over(hex, 2 * HASH_MAX);
    text_hex(&h, digest, hash_digest(HASH_MD5, t->at, t->len, digest));
    record_item(m->r, QUIC_CYU);
    record_bytes(m->r, QUIC_CYU_HASH, h.at, h.len);
    record_bytes(m->r, QUIC_CYU_STRING, t->at, t->len);
}

static void tag_value(struct quic_message *m, const uint8_t tag[4], const uint8_t *value, size_t n)
{
    if (memcmp(tag, "SNI", 4) == 0)
        record_bytes(m->r, QUIC_SNI, value, n);
    else if (memcmp(tag, "UAID", 4) == 0)
        record_bytes(m->r, QUIC_UA, value, n);
}

/* Message tag, count, two octets, then for each tag where its value ends among those behind the table. */
static bool tags_read(struct quic_message *m, struct cursor c, uint32_t version)
{
    const uint8_t *kind = cursor_bytes(&c, 4);
    uint16_t count = cursor_le16(&c);
    cursor_skip(&c, 2);
    struct cursor table = cursor_sub(&c, (size_t)count * TAG_ENTRY);
    if (c.status != CURSOR_OK || count == 0 || count > TAGS_MAX || !isupper(kind[0]))
        return false;
    void *room = arena_take(&m->scratch, CYU_ROOM);
    struct text cyu = text_over(room, room ? CYU_ROOM : 0);
    size_t rows = m->r->count;
    uint32_t begun = 0;
    text_char(&cyu, (char)(version >> 8));
    text_char(&cyu, (char)version);
    text_char(&cyu, ',');
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *tag = cursor_bytes(&table, 4);
        uint32_t end = cursor_le32(&table);
        const uint8_t *value = end < begun ? NULL : cursor_bytes(&c, end - begun);
        if (value == NULL) {
            m->r->count = rows;
            return false;
        }
        tag_text(&cyu, tag, i == 0);
        tag_value(m, tag, value, end - begun);
        begun = end;
    }
    cyu_add(m, &cyu);
    return true;
}

/* --- frames ---------------------------------------------------------------------------------------------------------------- */

static void ack_skip(struct cursor *c, bool ecn)
{
    varint(c);
    varint(c);
    uint64_t ranges = varint(c);
    varint(c);
    for (uint64_t i = 0; i < ranges && i < ACK_RANGES_MAX && c->status == CURSOR_OK; i++) {
        varint(c);
        varint(c);
    }
    for (int i = 0; ecn && i < 3; i++)
        varint(c);
}

static void crypto_frame(struct quic_message *m, struct cursor *c)
{
    struct quic_state *s = m->conv->state;
    uint64_t offset = varint(c), length = varint(c);
    struct cursor bytes = cursor_sub(c, length);
    if (c->status == CURSOR_OK && !crypto_take(m->conv, &s->crypto[m->conv->dir], offset, bytes))
        failed(m, QUIC_CRYPTO_FRAG_TOO_LONG);
}

/* RFC 9000, 12.4: those that Initial packets may have. False: it may not, or what follows is of no interest. */
static bool frame_read(struct quic_message *m, struct cursor *c)
{
    uint64_t type = varint(c);
    switch (type) {
    case PADDING:
    case PING:
        return true;
    case ACK:
    case ACK_ECN:
        ack_skip(c, type == ACK_ECN);
        return true;
    case CRYPTO:
        crypto_frame(m, c);
        return true;
    case CLOSE:
    case CLOSE_APPLICATION:
        return false;
    default:
        failed(m, QUIC_ERROR_ON_DATA);
        return false;
    }
}

static bool last_google_frame_read(struct quic_message *m, struct cursor *c)
{
    uint8_t type = cursor_u8(c);
    if (type == GOOGLE_CRYPTO)
        crypto_frame(m, c);
    return type == GOOGLE_CRYPTO || type == PADDING || type == GOOGLE_PING;
}

void frames_read(struct quic_message *m, struct cursor c, bool google, uint32_t version)
{
    struct quic_state *s = m->conv->state;
    while (c.left > 0 && c.status == CURSOR_OK && (google ? last_google_frame_read(m, &c) : frame_read(m, &c)))
        ;
    if (c.status != CURSOR_OK)
        failed(m, QUIC_ERROR_ON_DATA);
    struct cursor begun = crypto_begun(&s->crypto[m->conv->dir]);
    bool tags = google && begun.left >= 4 && (isupper(begun.at[0]) != 0);
    if (tags)
        s->hello[m->conv->dir] = tags_read(m, begun, version);
    else if (begun.left > 0 && !s->hello[m->conv->dir])
        hello_read(m);
}

/* 01ntllmm: largest acked in ll, blocks of mm octets; then when some of the packets came. */
static void google_ack_skip(struct cursor *c, uint8_t type)
{
    static const uint8_t widths[] = { 1, 2, 4, 6 };
    size_t block = widths[type & 3];
    cursor_skip(c, widths[type >> 2 & 3] + 2u);
    unsigned blocks = type & 0x20 ? cursor_u8(c) : 0;
    cursor_skip(c, block + blocks * (block + 1));
    unsigned times = cursor_u8(c);
    cursor_skip(c, times ? 5 + 3 * (times - 1) : 0);
}

/* 1fdoooss: length of data, of the offset and of the stream id are in the type. */
static void google_stream(struct quic_message *m, struct cursor *c, uint8_t type, uint32_t version)
{
    unsigned offset = type >> 2 & 7;
    cursor_skip(c, (type & 3u) + 1 + (offset ? offset + 1 : 0));
    size_t n = c->left;
    if (type & 0x20)
        n = version >= Q039 ? cursor_be16(c) : cursor_le16(c);
    struct cursor data = cursor_sub(c, n);
    if (c->status == CURSOR_OK)
        (void)tags_read(m, data, version);
}

/* What is no plain frame is ciphertext: there is no way to tell them apart, so nothing is wrong here. */
void frames_google_read(struct quic_message *m, struct cursor c, uint32_t version)
{
    while (c.left > 0 && c.status == CURSOR_OK) {
        uint8_t type = cursor_u8(&c);
        if (type & GOOGLE_STREAM)
            google_stream(m, &c, type, version);
        else if (type & GOOGLE_ACK)
            google_ack_skip(&c, type);
        else if (type == GOOGLE_STOP_WAITING)
            cursor_skip(&c, 1);
        else if (type != PADDING && type != GOOGLE_PING)
            return;
    }
}
