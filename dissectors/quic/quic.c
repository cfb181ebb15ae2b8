/* Packets: long headers of all versions, which of them can be opened, and what is not ours.
 *
 *   1ttttttt version (32) | id lengths, ids | token, length (IETF) | protected: number, frames     several in one datagram
 *   0fffffff id (64)      | version (32)    | number | hash (96) | frames                          Google's up to Q043
 */
#include "dissectors/quic/quic.h"

#include <ctype.h>
#include <string.h>

#include "dissectors/quic/message.h"

enum {
    LONG = 0x80, FIXED = 0x40, PUBLIC_VERSION = 0x01, PUBLIC_RESET = 0x02, PUBLIC_NONCE = 0x04, PUBLIC_ID = 0x08, PUBLIC_UNUSED = 0xc0,
    PRIVATE_FLAGS = 1, Q033 = 0x51303333, HASH = 12, NUMBER = 4, ID = 8, INITIAL_MIN = 1200, SCRATCH = 24 * 1024, VERSIONS_MAX = 32
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

/* --- headers --------------------------------------------------------------------------------------------------------------- */

static enum quic_packet ietf_type(uint8_t first, uint32_t version)
{
    static const enum quic_packet second[] = { PACKET_RETRY, PACKET_INITIAL, PACKET_ZERO_RTT, PACKET_HANDSHAKE };
    static const enum quic_packet types[] = { PACKET_INITIAL, PACKET_ZERO_RTT, PACKET_HANDSHAKE, PACKET_RETRY };
    const struct quic_version *v = quic_version_find(version);
    unsigned bits = first >> 4 & 3;
    return v != NULL && v->salt == SALT_V2 ? second[bits] : types[bits];        /* RFC 9369, 3.2 */
}

/* Behind the version. `all` is the packet from its beginning. */
static bool ietf_header(const struct cursor *all, struct cursor *c, struct quic_header *h)
{
    uint8_t first = all->at[0];
    size_t n = cursor_u8(c);
    h->dcid = cursor_sub(c, n);
    size_t m = cursor_u8(c);
    h->scid = cursor_sub(c, m);
    h->length = all->left;
    if (h->version == 0) {
        h->type = PACKET_NEGOTIATION;
        h->header = all->left - c->left;
        return c->status == CURSOR_OK && c->left > 0 && c->left % 4 == 0;
    }
    h->type = ietf_type(first, h->version);
    if (n > QUIC_CID_MAX || m > QUIC_CID_MAX)       /* the fixed bit may be anything once both agree (RFC 9287) */
        return false;
    if (h->type == PACKET_INITIAL)
        cursor_skip(c, varint(c));
    uint64_t length = h->type == PACKET_RETRY ? c->left : varint(c);
    h->header = all->left - c->left;
    if (c->status != CURSOR_OK || length > c->left || length == 0)
        return false;
    h->length = h->header + (size_t)length;
    return true;
}

/* Q044 to Q046: each id is 0 or 3 octets longer than its four bits say. */
static bool google_header(const struct cursor *all, struct cursor *c, struct quic_header *h)
{
    uint8_t first = all->at[0], lengths = cursor_u8(c);
    h->dcid = cursor_sub(c, lengths >> 4 ? (lengths >> 4) + 3u : 0);
    h->scid = cursor_sub(c, lengths & 15 ? (lengths & 15) + 3u : 0);
    bool named = (first & 0x7f) >= 0x7c;    /* Q044's types count down from 7f */
    static const enum quic_packet old[] = { PACKET_ZERO_RTT, PACKET_HANDSHAKE, PACKET_RETRY, PACKET_INITIAL };
    h->type = named && h->version != 0x51303436 ? old[first & 3] : ietf_type(first, h->version);
    cursor_skip(c, NUMBER + HASH);
    h->header = all->left - c->left;
    h->length = all->left;
    return c->status == CURSOR_OK;
}

static bool public_header(const struct cursor *all, struct cursor *c, struct quic_header *h)
{
    uint8_t flags = cursor_u8(c);
    static const uint8_t numbers[] = { 1, 2, 4, 6 };
    if ((flags & (PUBLIC_UNUSED | PUBLIC_RESET)) != 0 || !(flags & PUBLIC_VERSION))
        return false;
    h->dcid = cursor_sub(c, flags & PUBLIC_ID ? ID : 0);
    h->scid = cursor_over(NULL, 0);
    h->version = cursor_be32(c);
    h->known = quic_version_find(h->version);
    cursor_skip(c, numbers[flags >> 4 & 3] + HASH);
    h->type = PACKET_PUBLIC;
    h->length = all->left;
    bool ours = c->status == CURSOR_OK && h->known != NULL && h->known->family == QUIC_GOOGLE_PUBLIC;
    if (ours && h->version <= Q033)
        cursor_skip(c, PRIVATE_FLAGS);
    h->header = all->left - c->left;
    return ours && c->status == CURSOR_OK;
}

static bool header_read(const struct cursor *in, struct quic_header *h)
{
    struct cursor c = *in;
    *h = (struct quic_header){ 0 };
    if (in->left == 0)
        return false;
    if (!(in->at[0] & LONG))
        return public_header(in, &c, h);
    cursor_skip(&c, 1);
    h->version = cursor_be32(&c);
    h->known = quic_version_find(h->version);
    bool google = h->known != NULL && h->known->family == QUIC_GOOGLE_LONG;
    return c.status == CURSOR_OK && (google ? google_header(in, &c, h) : ietf_header(in, &c, h));
}

/* --- the record ------------------------------------------------------------------------------------------------------------ */

static void version_name(struct quic_message *m, const struct quic_header *h, const uint8_t octets[4])
{
    char *room = arena_take(&m->scratch, 16);
    if (room == NULL)
        return;
    struct text t = text_over(room, 16);
    if (h->known != NULL && h->known->name != NULL)
        text_str(&t, h->known->name);
    else if (h->known != NULL && h->known->family != QUIC_IETF)
        text_bytes(&t, octets, 4);
    else if (h->version >> 8 == 0xff0000)
        text_fmt(&t, "draft-%u", (unsigned)(h->version & 0xff));
    else
        text_fmt(&t, "%x", (unsigned)h->version);
    record_bytes(m->r, QUIC_VERSION_NAME, t.at, t.len);
}

static void header_rows(struct quic_message *m, const struct quic_header *h, const uint8_t *version)
{
    record_bytes(m->r, QUIC_VERSION, version, 4);
    version_name(m, h, version);
    record_uint(m->r, QUIC_PACKET_TYPE, h->type);
    if (h->dcid.left > 0)
        record_bytes(m->r, QUIC_DCID, h->dcid.at, h->dcid.left);
    if (h->scid.left > 0)
        record_bytes(m->r, QUIC_SCID, h->scid.at, h->scid.left);
}

static void negotiation_rows(struct quic_message *m, struct cursor c)
{
    for (unsigned i = 0; i < VERSIONS_MAX && c.left >= 4; i++)
        record_bytes(m->r, QUIC_VERSIONS, cursor_bytes(&c, 4), 4);
}

/* --- packets --------------------------------------------------------------------------------------------------------------- */

/* After a Retry the client begins again with the id that the server gave it (RFC 9001, 5.2): the keys change. */
static void retry_read(struct conversation *conv, const struct quic_header *h)
{
    struct quic_state *s = conv->state;
    struct quic_keys fresh[2];
    if (conv->dir == FROM_SERVER && s->hello[FROM_CLIENT] && quic_keys_make(h->version, h->scid.at, h->scid.left, fresh))
        memcpy(s->keys, fresh, sizeof s->keys);
}

/* A Retry that was missed shows in packets that the old keys do not open. */
static int initial_open(struct conversation *conv, const struct quic_header *h, const uint8_t *packet, uint8_t frames[QUIC_PACKET_MAX])
{
    struct quic_state *s = conv->state;
    struct quic_keys fresh[2];
    int n = s->keyed ? quic_unprotect(&s->keys[conv->dir], packet, h->header, h->length, frames) : -1;
    if (n >= 0 || conv->dir == FROM_SERVER || !quic_keys_make(h->version, h->dcid.at, h->dcid.left, fresh))
        return n;
    n = quic_unprotect(&fresh[FROM_CLIENT], packet, h->header, h->length, frames);
    if (n >= 0 || !s->keyed)
        memcpy(s->keys, fresh, sizeof s->keys);
    s->keyed = true;
    return n;
}

static void initial_read(struct quic_message *m, const struct quic_header *h, const uint8_t *packet, uint8_t frames[QUIC_PACKET_MAX])
{
    const struct quic_state *s = m->conv->state;
    if (h->known == NULL || h->known->salt == SALT_NONE || h->length > QUIC_PACKET_MAX)
        return;
    int n = initial_open(m->conv, h, packet, frames);
    if (n >= 0)
        frames_read(m, cursor_over(frames, (size_t)n), h->known->family == QUIC_GOOGLE_LAST, h->version);
    else if (s->keyed)
        m->anomalies |= UINT64_C(1) << QUIC_FAILED_DECRYPT;
}

static void packet_read(struct conversation *conv, const struct quic_header *h, const struct cursor *in)
{
    _Alignas(ARENA_ALIGN) uint8_t block[SCRATCH];
    uint8_t frames[QUIC_PACKET_MAX];
    struct quic_state *s = conv->state;
    struct quic_message m = { .conv = conv, .r = conversation_record(conv, &quic_schema), .scratch = arena_over(block, sizeof block) };
    struct cursor rest = cursor_over(in->at + h->header, h->length - h->header);
    bool plain = h->known != NULL && (h->known->family == QUIC_GOOGLE_PUBLIC || h->known->family == QUIC_GOOGLE_LONG);
    if (plain && (h->type == PACKET_INITIAL || h->type == PACKET_PUBLIC))
        frames_google_read(&m, rest, h->version);
    else if (h->type == PACKET_INITIAL)
        initial_read(&m, h, in->at, frames);
    else if (h->type == PACKET_RETRY)
        retry_read(conv, h);
    header_rows(&m, h, in->at + (h->type == PACKET_PUBLIC ? 1 + h->dcid.left : 1));
    if (h->type == PACKET_NEGOTIATION)
        negotiation_rows(&m, rest);
    m.r->anomalies = m.anomalies;
    m.r->transaction = s->transactions++;
    conversation_emit(conv, m.r);
}

/* Calls put STUN, DTLS and RTP beside QUIC on one port (RFC 9443): another version than so far is none, but what is negotiated. */
static bool foreign(const struct quic_state *s, const struct quic_header *h)
{
    return h->known == NULL && h->version != 0 && h->version != s->version;
}

static enum dissect header_wrong(struct conversation *conv, struct cursor *in)
{
    struct quic_state *s = conv->state;
    struct record *r = conversation_record(conv, &quic_schema);
    r->transaction = s->transactions++;
    record_anomaly(r, QUIC_ERROR_ON_HEADER);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

static enum dissect quic_pdu(struct conversation *conv, struct cursor *in)
{
    struct quic_state *s = conv->state;
    struct quic_header h;
    if (in->left == 0)
        return DISSECT_MORE;
    if (s->transactions >= QUIC_RECORDS_MAX || s->hello[conv->dir]) {
        cursor_skip(in, in->left);
        return DISSECT_DONE;
    }
    bool right = header_read(in, &h), begun = s->transactions > 0;
    if (!right && !begun)
        return DISSECT_LOST;
    if (!right && in->at[0] & LONG && h.known != NULL)
        return header_wrong(conv, in);
    if (!right || (begun && foreign(s, &h))) {      /* a short header, or padding behind the last packet: all of it is secret */
        cursor_skip(in, in->left);
        return DISSECT_PDU;
    }
    s->version = begun ? s->version : h.version;
    packet_read(conv, &h, in);
    bool done = s->hello[conv->dir];
    cursor_skip(in, done ? in->left : h.length);
    return done ? DISSECT_DONE : DISSECT_PDU;
}

static void quic_end(struct conversation *conv)
{
    struct quic_state *s = conv->state;
    for (int dir = 0; dir < 2; dir++)
        crypto_free(conv, &s->crypto[dir]);
}

/* Versions that nobody told us of, and those kept to exercise negotiation (0x?a?a?a?a), are believed with a hint and in a
 * datagram as long as a first one must be (RFC 9000, 14.1). */
static enum probe quic_probe(const struct conversation *conv, struct cursor c)
{
    struct quic_header h;
    if (!header_read(&c, &h))
        return PROBE_NO;
    if (h.known != NULL)
        return conv->dir == FROM_SERVER || h.known->family == QUIC_GOOGLE_PUBLIC || c.at[0] & FIXED ? PROBE_YES : PROBE_MAYBE;
    if (h.type == PACKET_NEGOTIATION)
        return conv->dir == FROM_SERVER && c.at[0] & LONG ? PROBE_MAYBE : PROBE_NO;
    return h.type == PACKET_INITIAL && c.left >= INITIAL_MIN && h.dcid.left >= ID ? PROBE_MAYBE : PROBE_NO;
}

const struct dissector dissector_quic = {
    .schema = &quic_schema,
    .source = "RFC 9000, 9001, 9369; Google QUIC Q024 to Q050",
    .over = OVER_UDP,
    .ports = { 443, 80, 784, 853, 8853 },
    .ndpi = "QUIC",
    .state_size = sizeof(struct quic_state),
    .probe = quic_probe,
    .pdu = quic_pdu,
    .end = quic_end,
};
