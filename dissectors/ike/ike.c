#include "dissectors/ike/ike.h"

#include <string.h>

#include "common/text.h"
#include "dissectors/ike/fields.h"

enum { HEADER = 28, PAYLOADS_MAX = 64, NAT_PORT = 4500, HEX_ROOM = 4096, VENDORS_MAX = 32, NOTIFIES_MAX = 32 };
enum { V1_ENCRYPTED = 0x01, V2_INITIATOR = 0x08, V2_RESPONSE = 0x20 };
enum { V1_SA = 1, V1_KE = 4, V1_ID = 5, V1_NONCE = 10, V1_NOTIFY = 11, V1_VENDOR = 13 };
enum { V2_SA = 33, V2_KE = 34, V2_NONCE = 40, V2_NOTIFY = 41, V2_VENDOR = 43, V2_ENCRYPTED = 46, V2_FRAGMENT = 53 };

struct ike_state {
    uint64_t messages;
};

/* RFC 2408 3.1, RFC 7296 3.1 */
struct header {
    uint64_t init_spi, resp_spi;
    uint8_t  next, major, minor, exchange, flags;
    uint32_t id, length;
};

struct reading {
    struct ike_message m;
    enum direction     dir;
    struct header      h;
    struct text        hex;                 /* what is shown as hex digits; its buffer lives as long as the record */
    struct text        vendors[VENDORS_MAX];
    unsigned           vendor_count;
    uint16_t           notifies[NOTIFIES_MAX];
    unsigned           notify_count;
};

static void header_read(struct cursor *c, struct header *h)
{
    h->init_spi = cursor_be64(c);
    h->resp_spi = cursor_be64(c);
    h->next = cursor_u8(c);
    uint8_t version = cursor_u8(c);
    h->major = version >> 4;
    h->minor = version & 0x0f;
    h->exchange = cursor_u8(c);
    h->flags = cursor_u8(c);
    h->id = cursor_be32(c);
    h->length = cursor_be32(c);
}

static bool exchange_known(const struct header *h)
{
    if (h->major == 1)
        return (h->exchange >= 1 && h->exchange <= 6) || h->exchange == 32 || h->exchange == 33;
    return h->major == 2 && h->exchange >= 34 && h->exchange <= 44;
}

static bool payload_known(const struct header *h)
{
    if (h->major == 1)
        return (h->next >= 1 && h->next <= 22 && h->next != 2 && h->next != 3) || h->next >= 128;
    return h->next == 0 || (h->next >= 33 && h->next <= 54);
}

static bool flags_fit(const struct header *h)
{
    return h->major == 1 ? (h->flags & ~7u) == 0 : (h->flags & ~0x38u) == 0;
}

/* RFC 3948 2.2: behind port 4500 four octets of zero tell IKE from ESP. */
static bool marker_taken(struct cursor *c)
{
    struct cursor look = *c;
    if (cursor_be32(&look) != 0 || look.status != CURSOR_OK)
        return false;
    *c = look;
    return true;
}

/* An SPI of an initiator is never 0, so four octets of zero are the marker or nobody's. */
static bool header_fits(struct cursor c, struct header *h)
{
    (void)marker_taken(&c);
    size_t here = c.left;
    header_read(&c, h);
    return c.status == CURSOR_OK && h->init_spi != 0 && h->minor == 0 && exchange_known(h) && payload_known(h) && flags_fit(h)
           && h->length >= HEADER && h->length == here;
}

static enum probe ike_probe(const struct conversation *conv, struct cursor c)
{
    struct header h;
    (void)conv;
    return header_fits(c, &h) ? PROBE_YES : PROBE_NO;
}

/* --- payloads ------------------------------------------------------------------------------------------------------ */

static struct text hex_of(struct reading *r, const uint8_t *bytes, size_t n)
{
    size_t at = r->hex.len;
    text_hex(&r->hex, bytes, n);
    return (struct text){ .at = r->hex.at + at, .len = r->hex.len - at, .cut = r->hex.cut };
}

static void vendor_heard(struct reading *r, struct cursor body)
{
    struct text hex = hex_of(r, body.at, body.left);
    if (r->vendor_count < VENDORS_MAX && !hex.cut)
        r->vendors[r->vendor_count++] = hex;
}

static void notify_heard(struct reading *r, struct cursor body, size_t before)
{
    cursor_skip(&body, before);         /* DOI in version 1, protocol, SPI's size */
    uint16_t type = cursor_be16(&body);
    if (body.status == CURSOR_OK && r->notify_count < NOTIFIES_MAX)
        r->notifies[r->notify_count++] = type;
}

static void say_bytes(struct reading *r, uint16_t row, struct cursor body)
{
    record_bytes(r->m.r, row, body.at, body.left);
    record_uint(r->m.r, (uint16_t)(row + 1), body.left);
}

static bool v1_payload(struct reading *r, uint8_t type, struct cursor body)
{
    switch (type) {
    case V1_SA:
        return ike_v1_association(&r->m, body);
    case V1_KE:
        say_bytes(r, IKE_KEY_EXCHANGE, body);
        break;
    case V1_NONCE:
        say_bytes(r, IKE_NONCE, body);
        break;
    case V1_ID:
        cursor_skip(&body, 4);          /* type, protocol, port */
        if (body.status == CURSOR_OK)
            record_bytes(r->m.r, IKE_IDENTIFICATION, body.at, body.left);
        break;
    case V1_NOTIFY:
        notify_heard(r, body, 6);
        break;
    case V1_VENDOR:
        vendor_heard(r, body);
        break;
    default:
        break;
    }
    return true;
}

static bool v2_payload(struct reading *r, uint8_t type, struct cursor body)
{
    switch (type) {
    case V2_SA:
        return ike_v2_association(&r->m, body);
    case V2_KE:
        r->m.dh_group = cursor_be16(&body);
        cursor_skip(&body, 2);
        r->m.key_exchange_length = (uint32_t)body.left;
        return body.status == CURSOR_OK;
    case V2_NONCE:
        r->m.nonce_length = (uint32_t)body.left;
        break;
    case V2_NOTIFY:
        notify_heard(r, body, 2);
        break;
    case V2_VENDOR:
        vendor_heard(r, body);
        break;
    default:
        break;
    }
    return true;
}

/* The chain of payloads. False: it does not hold together. */
static bool payloads_read(struct reading *r, struct cursor *c)
{
    uint8_t type = r->h.next;
    for (unsigned i = 0; type != 0 && i < PAYLOADS_MAX; i++) {
        record_uint(r->m.r, IKE_PAYLOAD, type);
        if (r->h.major == 2 && (type == V2_ENCRYPTED || type == V2_FRAGMENT)) {
            cursor_skip(c, c->left);    /* the rest is inside it */
            return true;
        }
        uint8_t next = cursor_u8(c);
        cursor_skip(c, 1);
        uint16_t length = cursor_be16(c);
        if (c->status != CURSOR_OK || length < 4)
            return false;
        struct cursor body = cursor_sub(c, length - (size_t)4);
        if (c->status != CURSOR_OK || !(r->h.major == 1 ? v1_payload(r, type, body) : v2_payload(r, type, body)))
            return false;
        type = next;
    }
    return true;
}

/* --- records ------------------------------------------------------------------------------------------------------- */

static void say_header(struct reading *r)
{
    struct record *out = r->m.r;
    uint8_t spi[16];
    for (unsigned i = 0; i < 8; i++) {
        spi[i] = (uint8_t)(r->h.init_spi >> (56 - 8 * i));
        spi[8 + i] = (uint8_t)(r->h.resp_spi >> (56 - 8 * i));
    }
    struct text init = hex_of(r, spi, 8), resp = hex_of(r, spi + 8, 8);
    record_uint(out, IKE_VERSION_MAJOR, r->h.major);
    record_uint(out, IKE_VERSION_MINOR, r->h.minor);
    if (r->dir == FROM_CLIENT)
        record_bytes(out, IKE_INIT_SPI_SENT, init.at, init.len);
    else
        record_bytes(out, IKE_RESP_SPI_SENT, resp.at, resp.len);
    record_bytes(out, IKE_INIT_SPI, init.at, init.len);
    record_bytes(out, IKE_RESP_SPI, resp.at, resp.len);
    record_uint(out, IKE_MESSAGE_ID, r->h.id);
    record_uint(out, IKE_EXCHANGE_TYPE, r->h.exchange);
    record_uint(out, IKE_FLAGS, r->h.flags);
    const char *role = r->h.flags & V2_INITIATOR ? "initiator" : "responder";
    if (r->h.major == 2)
        record_bytes(out, IKE_ROLE, role, strlen(role));
}

static void say_v1(struct reading *r)
{
    struct record *out = r->m.r;
    for (unsigned i = 0; i < r->vendor_count && r->dir == FROM_CLIENT; i++)
        record_bytes(out, IKE_VENDOR, r->vendors[i].at, r->vendors[i].len);
    record_item(out, IKE_V1);
    if (r->m.doi != 0)
        record_uint(out, IKE_V1_DOI, r->m.doi);
    record_uint(out, IKE_V1_ENCRYPTED, r->h.flags & V1_ENCRYPTED);
    for (unsigned i = 0; i < r->vendor_count; i++)
        record_bytes(out, IKE_V1_VENDOR_IDS, r->vendors[i].at, r->vendors[i].len);
    for (unsigned i = 0; i < r->notify_count; i++)
        record_uint(out, IKE_V1_NOTIFY, r->notifies[i]);
}

static void say_v2(struct reading *r)
{
    enum { STATUS_TYPES = 16384 };      /* notifications below are errors */
    struct record *out = r->m.r;
    unsigned errors = 0;
    for (unsigned i = 0; i < r->notify_count; i++)
        errors += r->notifies[i] < STATUS_TYPES;
    record_item(out, IKE_V2);
    record_uint(out, IKE_V2_ERRORS, errors);
    if (r->m.key_exchange_length > 0) {
        record_uint(out, IKE_V2_DH_GROUP, r->m.dh_group);
        record_uint(out, IKE_V2_KEY_EXCHANGE_LENGTH, r->m.key_exchange_length);
    }
    if (r->m.nonce_length > 0)
        record_uint(out, IKE_V2_NONCE_LENGTH, r->m.nonce_length);
    for (unsigned i = 0; i < r->notify_count; i++)
        record_uint(out, IKE_V2_NOTIFY, r->notifies[i]);
    for (unsigned i = 0; i < r->vendor_count; i++)
        record_bytes(out, IKE_V2_VENDOR_IDS, r->vendors[i].at, r->vendors[i].len);
}

static void message_read(struct conversation *conv, const struct header *h, struct cursor body)
{
    struct ike_state *s = conv->state;
    char room[HEX_ROOM];
    struct reading r = { .dir = conv->dir, .h = *h, .hex = text_over(room, sizeof room) };
    r.m.r = conversation_record(conv, &ike_schema);
    r.m.r->transaction = s->messages++;
    r.m.answer = h->major == 2 ? (h->flags & V2_RESPONSE) != 0 : conv->dir == FROM_SERVER;
    say_header(&r);
    bool hidden = h->major == 1 && (h->flags & V1_ENCRYPTED);
    if (hidden)
        record_uint(r.m.r, IKE_PAYLOAD, h->next);
    else if (!payloads_read(&r, &body))
        record_anomaly(r.m.r, IKE_MALFORMED_DATA);
    else if (body.left > 0)
        record_anomaly(r.m.r, IKE_PAYLOAD_EXTRA_DATA);
    if (h->major == 1)
        say_v1(&r);
    else
        say_v2(&r);
    r.m.r->cut |= r.hex.cut;
    conversation_emit(conv, r.m.r);
}

/* A keep-alive (RFC 3948 2.3) or ESP, which shares port 4500 and is no loss. */
static bool tunnelled(const struct conversation *conv, const struct cursor *in)
{
    struct cursor c = *in;
    return conv->server_port == NAT_PORT && !marker_taken(&c);
}

static enum dissect ike_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct header h;
    if (tunnelled(conv, in)) {
        cursor_skip(in, in->left);
        return DISSECT_PDU;
    }
    (void)marker_taken(&c);
    header_read(&c, &h);
    if (c.status != CURSOR_OK || (h.major != 1 && h.major != 2) || h.length < HEADER)
        return DISSECT_LOST;
    if (h.length - HEADER > c.left)
        return DISSECT_MORE;            /* the datagram was cut */
    struct cursor body = cursor_sub(&c, h.length - (size_t)HEADER);
    body.at_end = CURSOR_BAD;
    message_read(conv, &h, body);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

const struct dissector dissector_ike = {
    .schema = &ike_schema,
    .source = "RFC 2408, RFC 2409, RFC 7296",
    .over = OVER_UDP,
    .ports = { 500, 4500 },
    .ndpi = "IPSec IPsec IKE",
    .state_size = sizeof(struct ike_state),
    .probe = ike_probe,
    .pdu = ike_pdu,
};
