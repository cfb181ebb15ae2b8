/* rdp - who connects, under which protection, and what the client says of itself before encryption begins. */
#include "dissectors/rdp/rdp.h"

#include <string.h>

enum rdp_row {
    RDP_EVENT_TYPE, RDP_COOKIE, RDP_REQUESTED, RDP_PROTOCOL, RDP_ERROR_CODE,
    RDP_CLIENT, RDP_VERSION, RDP_WIDTH, RDP_HEIGHT, RDP_COLOR_DEPTH, RDP_KEYBOARD_LAYOUT, RDP_BUILD, RDP_CLIENT_NAME, RDP_KEYBOARD_TYPE,
    RDP_FUNCTION_KEYS, RDP_PRODUCT_ID, RDP_CHANNELS, RDP_ROWS
};

enum rdp_event { INITIAL_REQUEST, INITIAL_RESPONSE, CONNECT_REQUEST, CONNECT_RESPONSE };

enum {
    TPKT_VERSION = 3, TPKT_HEADER = 4, TPKT_MIN = 7, COTP_CR = 0xe0, COTP_CC = 0xd0, COTP_DT = 0xf0, COTP_FIXED = 6,
    NEG_REQUEST = 1, NEG_RESPONSE = 2, NEG_FAILURE = 3, NEG_LEN = 8,
    MCS_TAG = 0x7f, MCS_CONNECT_INITIAL = 0x65, MCS_CONNECT_RESPONSE = 0x66,
    CS_CORE = 0xc001, CS_NET = 0xc003, BLOCKS_MAX = 16, CHANNELS_MAX = 31, CHANNEL_LEN = 12, CHANNEL_NAME_LEN = 8,
    CLIENT_NAME_LEN = 32, IME_LEN = 64, PRODUCT_ID_LEN = 64
};

#define IN_CLIENT .in = RDP_CLIENT + 1
#define CLIENT(word, sentence) { .name = (word), IN_CLIENT, .about = (sentence) }

static const struct field_name events[] = {
    { INITIAL_REQUEST, "initial_request" }, { INITIAL_RESPONSE, "initial_response" }, { CONNECT_REQUEST, "connect_request" },
    { CONNECT_RESPONSE, "connect_response" }, { 0, NULL }
};
static const struct field_name protocols[] = { { 0, "rdp" }, { 1, "ssl" }, { 2, "hybrid" }, { 4, "rds_tls" }, { 8, "hybrid_ex" }, { 16, "rds_aad" }, { 0, NULL } };
static const struct field_name failures[] = {
    { 1, "ssl_required_by_server" }, { 2, "ssl_not_allowed_by_server" }, { 3, "ssl_cert_not_on_server" }, { 4, "inconsistent_flags" },
    { 5, "hybrid_required_by_server" }, { 6, "ssl_with_user_auth_required_by_server" }, { 0, NULL }
};
static const struct field_name versions[] = {       /* [MS-RDPBCGR] 2.2.1.3.2 */
    { 0x80001, "v4" }, { 0x80004, "v5" }, { 0x80005, "v10.0" }, { 0x80006, "v10.1" }, { 0x80007, "v10.2" }, { 0x80008, "v10.3" },
    { 0x80009, "v10.4" }, { 0x8000a, "v10.5" }, { 0x8000b, "v10.6" }, { 0x8000c, "v10.7" }, { 0x8000d, "v10.8" }, { 0x8000e, "v10.9" },
    { 0x8000f, "v10.10" }, { 0, NULL }
};

static const struct field fields[] = {
    [RDP_EVENT_TYPE] = { .name = "event_type", .flags = FIELD_NAMED, .names = events, .about = "Step of the connection." },
    [RDP_COOKIE]     = { .name = "cookie", .type = FIELD_TEXT, .about = "Who wants to log in, as the client says; often cut to nine characters." },
    [RDP_REQUESTED]  = { .name = "requested_protocols", .about = "Bits of the protections that the client can do." },
    [RDP_PROTOCOL]   = { .name = "protocol", .flags = FIELD_NAMED, .names = protocols, .about = "Protection that the server chose." },
    [RDP_ERROR_CODE] = { .name = "error_code", .flags = FIELD_NAMED, .names = failures, .about = "Why the server refused." },
    [RDP_CLIENT]     = { .name = "client", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "What the client says of itself." },
    [RDP_VERSION]    = { .name = "version", .flags = FIELD_NAMED, .names = versions, IN_CLIENT, .about = "Its version of the protocol." },
    [RDP_WIDTH]      = CLIENT("desktop_width", "Width of its screen."),
    [RDP_HEIGHT]     = CLIENT("desktop_height", "Height of its screen."),
    [RDP_COLOR_DEPTH] = CLIENT("color_depth", "Bits per pixel."),
    [RDP_KEYBOARD_LAYOUT] = CLIENT("keyboard_layout", "Its keyboard's layout: Windows' number of an input locale, 2052 is Chinese."),
    [RDP_BUILD]      = CLIENT("build", "Its build number."),
    [RDP_CLIENT_NAME] = { .name = "client_name", .type = FIELD_TEXT, IN_CLIENT, .about = "Its host's name." },
    [RDP_KEYBOARD_TYPE] = CLIENT("keyboard_type", "Its keyboard's type."),
    [RDP_FUNCTION_KEYS] = CLIENT("function_keys", "Its keyboard's function keys."),
    [RDP_PRODUCT_ID] = { .name = "product_id", .type = FIELD_TEXT, IN_CLIENT, .about = "Its product's number." },
    [RDP_CHANNELS]   = { .name = "channels", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Virtual channel that the client asks for." },
};

_Static_assert(sizeof fields / sizeof fields[0] == RDP_ROWS, "a row for each field");

static const struct schema rdp_schema = { "rdp", fields, RDP_ROWS, NULL, 0 };

struct rdp_state {
    uint64_t transactions;
    bool     secured;       /* TLS or CredSSP was chosen: what follows is encrypted */
    bool     connected;     /* both have said what they are */
};

static struct record *record_of(struct conversation *conv, enum rdp_event e)
{
    struct rdp_state *s = conv->state;
    struct record *r = conversation_record(conv, &rdp_schema);
    r->transaction = s->transactions++;
    record_uint(r, RDP_EVENT_TYPE, e);
    return r;
}

static const uint8_t *find(const struct cursor *c, const char *word)
{
    return c->left > 0 ? memmem(c->at, c->left, word, strlen(word)) : NULL;
}

/* ---- X.224 connection ---- */

/* "Cookie: mstshash=IDENTIFIER\r\n", or a routing token, before the negotiation ([MS-RDPBCGR] 2.2.1.1). */
static void cookie_row(struct record *r, struct cursor *c)
{
    const uint8_t *end = find(c, "\r\n"), *is = find(c, "mstshash=");
    if (end == NULL || memcmp(c->at, "Cookie: ", c->left < 8 ? c->left : 8) != 0)
        return;
    if (is != NULL && is < end)
        record_bytes(r, RDP_COOKIE, is + 9, (size_t)(end - is) - 9);
    cursor_skip(c, (size_t)(end - c->at) + 2);
}

static void request_told(struct conversation *conv, struct cursor c)
{
    struct record *r = record_of(conv, INITIAL_REQUEST);
    cookie_row(r, &c);
    uint8_t type = cursor_u8(&c);
    cursor_skip(&c, 3);
    uint32_t wanted = cursor_le32(&c);
    if (c.status == CURSOR_OK && type == NEG_REQUEST)
        record_uint(r, RDP_REQUESTED, wanted);
    conversation_emit(conv, r);
}

static void response_told(struct conversation *conv, struct cursor c)
{
    struct rdp_state *s = conv->state;
    struct record *r = record_of(conv, INITIAL_RESPONSE);
    uint8_t type = cursor_u8(&c);
    cursor_skip(&c, 3);
    uint32_t value = cursor_le32(&c);
    bool answered = c.status == CURSOR_OK && (type == NEG_RESPONSE || type == NEG_FAILURE);
    if (answered)
        record_uint(r, type == NEG_RESPONSE ? RDP_PROTOCOL : RDP_ERROR_CODE, value);
    s->secured = answered && type == NEG_RESPONSE && value != 0;
    conversation_emit(conv, r);
}

/* ---- what the client says of itself ---- */

/* UTF-16LE of a fixed length as far as it is ASCII; other characters become question marks. */
static void wide_row(struct record *r, uint16_t row, struct cursor c, char *room)
{
    size_t n = 0;
    while (c.left >= 2) {
        uint16_t unit = cursor_le16(&c);
        if (unit == 0)
            break;
        room[n++] = unit >= ' ' && unit < 0x7f ? (char)unit : '?';
    }
    if (n > 0)
        record_bytes(r, row, room, n);
}

struct rdp_texts { char name[CLIENT_NAME_LEN / 2], product[PRODUCT_ID_LEN / 2]; };

/* [MS-RDPBCGR] 2.2.1.3.2: what is behind the keyboard came with later versions. */
static void core_rows(struct record *r, struct cursor c, struct rdp_texts *texts)
{
    uint32_t version = cursor_le32(&c);
    uint16_t width = cursor_le16(&c), height = cursor_le16(&c), depth = cursor_le16(&c);
    cursor_skip(&c, 2);
    uint32_t layout = cursor_le32(&c), build = cursor_le32(&c);
    struct cursor name = cursor_sub(&c, CLIENT_NAME_LEN);
    uint32_t type = cursor_le32(&c);
    cursor_skip(&c, 4);
    uint32_t keys = cursor_le32(&c);
    if (c.status != CURSOR_OK)
        return;
    cursor_skip(&c, IME_LEN);
    uint16_t later = cursor_le16(&c);       /* postBeta2ColorDepth, 0xca00 and up */
    cursor_skip(&c, 2 + 4);
    uint16_t high = cursor_le16(&c);
    cursor_skip(&c, 4);
    struct cursor product = cursor_sub(&c, PRODUCT_ID_LEN);
    static const uint16_t depths[] = { 4, 8, 15, 16, 24 };
    uint16_t base = later >= 0xca00 && later <= 0xca04 ? later : depth;
    record_item(r, RDP_CLIENT);
    record_uint(r, RDP_VERSION, version);
    record_uint(r, RDP_WIDTH, width);
    record_uint(r, RDP_HEIGHT, height);
    if (high > 0)
        record_uint(r, RDP_COLOR_DEPTH, high);
    else if (base >= 0xca00 && base <= 0xca04)
        record_uint(r, RDP_COLOR_DEPTH, depths[base - 0xca00]);
    record_uint(r, RDP_KEYBOARD_LAYOUT, layout);
    record_uint(r, RDP_BUILD, build);
    wide_row(r, RDP_CLIENT_NAME, name, texts->name);
    record_uint(r, RDP_KEYBOARD_TYPE, type);
    record_uint(r, RDP_FUNCTION_KEYS, keys);
    wide_row(r, RDP_PRODUCT_ID, product, texts->product);
}

static void channel_rows(struct record *r, struct cursor c)
{
    uint32_t count = cursor_le32(&c);
    for (uint32_t i = 0; i < count && i < CHANNELS_MAX; i++) {
        struct cursor channel = cursor_sub(&c, CHANNEL_LEN);
        size_t n = 0;
        if (c.status != CURSOR_OK)
            return;
        while (n < CHANNEL_NAME_LEN && channel.at[n] != 0)
            n++;
        record_bytes(r, RDP_CHANNELS, channel.at, n);
    }
}

static void block_rows(struct record *r, struct cursor *c, struct cursor *net, struct rdp_texts *texts)
{
    uint16_t type = cursor_le16(c), len = cursor_le16(c);
    struct cursor block = cursor_sub(c, len >= 4 ? len - 4u : 0);
    if (len < 4)
        c->status = CURSOR_BAD;
    if (c->status != CURSOR_OK)
        return;
    if (type == CS_CORE)
        core_rows(r, block, texts);
    else if (type == CS_NET)
        *net = block;
}

/* The client's blocks stand behind T.124's key "Duca" and a PER length (T.125, 11.1; [MS-RDPBCGR] 2.2.1.3). */
static void connect_told(struct conversation *conv, struct cursor c)
{
    struct record *r = record_of(conv, CONNECT_REQUEST);
    struct rdp_texts texts;
    struct cursor net = cursor_over("", 0);
    const uint8_t *key = find(&c, "Duca");
    if (key != NULL) {
        cursor_skip(&c, (size_t)(key - c.at) + 4);
        cursor_skip(&c, cursor_peek(&c, 0) & 0x80 ? 2 : 1);
        for (unsigned i = 0; i < BLOCKS_MAX && c.left > 0 && c.status == CURSOR_OK; i++)
            block_rows(r, &c, &net, &texts);
    }
    channel_rows(r, net);
    r->incomplete = key == NULL || c.status != CURSOR_OK;
    conversation_emit(conv, r);
}

/* ---- the contract ---- */

static enum dissect leave(struct cursor *in)
{
    cursor_skip(in, in->left);
    return DISSECT_DONE;
}

static enum dissect data_told(struct conversation *conv, struct cursor *in, struct cursor c)
{
    struct rdp_state *s = conv->state;
    cursor_skip(&c, 1);         /* EOT */
    uint8_t tag = cursor_u8(&c), kind = cursor_u8(&c);
    if (conv->dir == FROM_CLIENT && tag == MCS_TAG && kind == MCS_CONNECT_INITIAL && !s->connected) {
        connect_told(conv, c);
        return DISSECT_PDU;
    }
    if (conv->dir == FROM_SERVER && tag == MCS_TAG && kind == MCS_CONNECT_RESPONSE)
        conversation_emit(conv, record_of(conv, CONNECT_RESPONSE));
    s->connected = true;
    return leave(in);
}

static enum dissect rdp_pdu(struct conversation *conv, struct cursor *in)
{
    struct rdp_state *s = conv->state;
    struct cursor c = *in;
    if (s->secured || s->connected)
        return leave(in);
    uint8_t version = cursor_u8(&c);
    cursor_skip(&c, 1);
    uint16_t len = cursor_be16(&c);
    if (in->at[0] != TPKT_VERSION || (c.status == CURSOR_OK && len < TPKT_MIN))
        return s->transactions > 0 ? leave(in) : DISSECT_LOST;
    if (c.status != CURSOR_OK || c.left < (size_t)len - TPKT_HEADER) {
        conv->need = c.status == CURSOR_OK ? len : TPKT_HEADER;
        return DISSECT_MORE;
    }
    struct cursor tpdu = cursor_sub(&c, len - (size_t)TPKT_HEADER);
    (void)version;
    cursor_skip(&tpdu, 1);      /* the length indicator; the TPKT's own is what counts */
    uint8_t kind = cursor_u8(&tpdu) & 0xf0;
    *in = c;
    if (kind == COTP_DT)
        return data_told(conv, in, tpdu);
    cursor_skip(&tpdu, COTP_FIXED - 1);
    if (kind == COTP_CR && conv->dir == FROM_CLIENT)
        request_told(conv, tpdu);
    else if (kind == COTP_CC && conv->dir == FROM_SERVER)
        response_told(conv, tpdu);
    else
        return s->transactions > 0 ? leave(in) : DISSECT_LOST;
    return DISSECT_PDU;
}

/* A connection request with a cookie or a negotiation; a bare one could be of anything above ISO 8073, and S7's has parameters. */
static enum probe rdp_probe(const struct conversation *conv, struct cursor c)
{
    struct cursor all = c;
    if (cursor_u8(&c) != TPKT_VERSION || conv->dir != FROM_CLIENT)
        return PROBE_NO;
    cursor_skip(&c, 1);
    uint16_t len = cursor_be16(&c);
    uint8_t indicator = cursor_u8(&c), kind = cursor_u8(&c);
    cursor_skip(&c, COTP_FIXED - 1);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    if (kind != COTP_CR || indicator + TPKT_HEADER + 1 != len)
        return PROBE_NO;
    if (len == TPKT_HEADER + 1 + COTP_FIXED)
        return PROBE_MAYBE;
    if (all.left < len)
        return PROBE_MORE;
    if (find(&c, "Cookie: ") == c.at)
        return PROBE_YES;
    return cursor_peek(&c, 0) == NEG_REQUEST && cursor_peek(&c, 2) == NEG_LEN && cursor_peek(&c, 3) == 0 ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_rdp = {
    .schema = &rdp_schema,
    .source = "[MS-RDPBCGR] 2.2.1, RFC 1006, ITU-T T.125",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { 3389 },
    .ndpi = "RDP",
    .state_size = sizeof(struct rdp_state),
    .probe = rdp_probe,
    .pdu = rdp_pdu,
};
