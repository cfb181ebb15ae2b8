/* rfb - versions, how the client proves itself, whether it may, and what it is shown (RFC 6143, 7.1 to 7.3).
 *
 *     server: version      client: version     server: security types      client: choice
 *     server: challenge    client: response    server: result              client: shared?     server: screen
 *
 * Two records, as the rules' buffers have two directions: the client's when it has chosen, the server's at the end.
 */
#include "dissectors/rfb/rfb.h"

#include <string.h>

enum rfb_row {
    RFB_SERVER_VERSION, RFB_SERVER_MAJOR, RFB_SERVER_MINOR, RFB_CLIENT_VERSION, RFB_CLIENT_MAJOR, RFB_CLIENT_MINOR,
    RFB_AUTHENTICATION, RFB_SECURITY_TYPE, RFB_SECURITY_TYPES, RFB_SECURITY_RESULT, RFB_REASON, RFB_SHARED,
    RFB_FRAMEBUFFER, RFB_WIDTH, RFB_HEIGHT, RFB_NAME, RFB_ROWS
};

enum rfb_anomaly { RFB_MALFORMED, RFB_UNIMPLEMENTED_SECURITY, RFB_UNKNOWN_RESULT, RFB_CONFUSED, RFB_ANOMALIES };

enum { SECURITY_INVALID = 0, SECURITY_NONE = 1, SECURITY_VNC = 2, RESULT_OK = 0, RESULT_TOO_MANY = 2, VERSION_LEN = 12,
       TYPES_MAX = 255, TEXT_MAX = 1024, CHALLENGE_LEN = 16 };

#define IN(list) .in = (list) + 1
#define NUMBER(word, list, sentence) { .name = (word), IN(list), .about = (sentence) }

static const struct field_name results[] = { { 0, "ok" }, { 1, "fail" }, { 2, "toomany" }, { 0, NULL } };

static const struct field fields[] = {
    [RFB_SERVER_VERSION] = { .name = "server_protocol_version", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The server's version of the protocol." },
    [RFB_SERVER_MAJOR]   = NUMBER("major", RFB_SERVER_VERSION, "Its first number."),
    [RFB_SERVER_MINOR]   = NUMBER("minor", RFB_SERVER_VERSION, "Its second number."),
    [RFB_CLIENT_VERSION] = { .name = "client_protocol_version", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The client's version of the protocol." },
    [RFB_CLIENT_MAJOR]   = NUMBER("major", RFB_CLIENT_VERSION, "Its first number."),
    [RFB_CLIENT_MINOR]   = NUMBER("minor", RFB_CLIENT_VERSION, "Its second number."),
    [RFB_AUTHENTICATION] = { .name = "authentication", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "How the client proves itself." },
    [RFB_SECURITY_TYPE]  = { .name = "security_type", IN(RFB_AUTHENTICATION), .aliases = "rfb.sectype", .about = "Security type chosen: 1 none, 2 VNC." },
    [RFB_SECURITY_TYPES] = { .name = "security_types", .flags = FIELD_MANY, .about = "Security types that the server offers." },
    [RFB_SECURITY_RESULT] = { .name = "security_result", .flags = FIELD_NAMED, .names = results, .aliases = "rfb.secresult", .about = "Whether the server lets the client in." },
    [RFB_REASON]         = { .name = "reason", .type = FIELD_TEXT, .about = "Why it does not." },
    [RFB_SHARED]         = { .name = "screen_shared", .type = FIELD_FLAG, .about = "Others may keep looking at the screen." },
    [RFB_FRAMEBUFFER]    = { .name = "framebuffer", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The screen." },
    [RFB_WIDTH]          = { .name = "width", IN(RFB_FRAMEBUFFER), .unit = "pixels", .about = "Its width." },
    [RFB_HEIGHT]         = { .name = "height", IN(RFB_FRAMEBUFFER), .unit = "pixels", .about = "Its height." },
    [RFB_NAME]           = { .name = "name", .type = FIELD_TEXT, IN(RFB_FRAMEBUFFER), .aliases = "rfb.name", .about = "Its name: often the host's." },
};

_Static_assert(sizeof fields / sizeof fields[0] == RFB_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [RFB_MALFORMED] = { "malformed_message", "A message that is none." },
    [RFB_UNIMPLEMENTED_SECURITY] = { "unimplemented_security_type", "A security type that is not followed: what comes next is not read." },
    [RFB_UNKNOWN_RESULT] = { "unknown_security_result", "A security result that is none." },
    [RFB_CONFUSED] = { "confused_state", "A side spoke when it was not its turn." },
};

static const struct schema rfb_schema = { "rfb", fields, RFB_ROWS, anomalies, RFB_ANOMALIES };

enum phase { SERVER_VERSION, CLIENT_VERSION, SECURITY_TYPES, CHOICE, CHALLENGE, RESPONSE, RESULT, SHARED, SCREEN, OVER };

struct rfb_state {
    uint16_t major[2], minor[2];    /* by direction */
    uint8_t  phase;
    uint8_t  type_count, types[TYPES_MAX], chosen;
    uint8_t  result;                /* plus one; 0: none came */
    uint8_t  shared;                /* plus one */
    bool     client_told, server_told;
};

static struct rfb_state *state_of(const struct conversation *conv)
{
    return conv->state;
}

static void version_rows(struct record *r, const struct rfb_state *s, enum direction dir)
{
    uint16_t list = dir == FROM_CLIENT ? RFB_CLIENT_VERSION : RFB_SERVER_VERSION;
    if (s->major[dir] == 0)
        return;
    record_item(r, list);
    record_uint(r, (uint16_t)(list + 1), s->major[dir]);
    record_uint(r, (uint16_t)(list + 2), s->minor[dir]);
}

static struct record *client_record(struct conversation *conv)
{
    struct rfb_state *s = state_of(conv);
    struct record *r = conversation_record(conv, &rfb_schema);
    r->dir = FROM_CLIENT;
    version_rows(r, s, FROM_CLIENT);
    if (s->chosen != SECURITY_INVALID) {
        record_item(r, RFB_AUTHENTICATION);
        record_uint(r, RFB_SECURITY_TYPE, s->chosen);
    }
    s->client_told = true;
    return r;
}

static struct record *server_record(struct conversation *conv)
{
    struct rfb_state *s = state_of(conv);
    struct record *r = conversation_record(conv, &rfb_schema);
    r->dir = FROM_SERVER;
    version_rows(r, s, FROM_SERVER);
    for (unsigned i = 0; i < s->type_count; i++)
        record_uint(r, RFB_SECURITY_TYPES, s->types[i]);
    if (s->result > 0)
        record_uint(r, RFB_SECURITY_RESULT, s->result - 1u);
    if (s->shared > 0)
        record_uint(r, RFB_SHARED, s->shared - 1u);
    s->server_told = true;
    return r;
}

/* Nothing behind this is understood, or wanted. */
static enum dissect over(struct conversation *conv, struct cursor *in, struct record *r)
{
    state_of(conv)->phase = OVER;
    if (r != NULL)
        conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_DONE;
}

static enum dissect wrong(struct conversation *conv, struct cursor *in, enum rfb_anomaly a)
{
    struct record *r = conv->dir == FROM_CLIENT ? client_record(conv) : server_record(conv);
    record_anomaly(r, a);
    return over(conv, in, r);
}

/* "RFB 003.008\n" */
static bool version_read(const uint8_t *at, uint16_t *major, uint16_t *minor)
{
    unsigned number[2] = { 0, 0 };
    if (memcmp(at, "RFB ", 4) != 0 || at[7] != '.' || at[11] != '\n')
        return false;
    for (size_t i = 0; i < 6; i++) {
        uint8_t d = at[i < 3 ? 4 + i : 5 + i];
        if (d < '0' || d > '9')
            return false;
        number[i / 3] = number[i / 3] * 10 + d - '0';
    }
    *major = (uint16_t)number[0];
    *minor = (uint16_t)number[1];
    return true;
}

static enum dissect take_version(struct conversation *conv, struct cursor *in)
{
    struct rfb_state *s = state_of(conv);
    const uint8_t *at = cursor_bytes(in, VERSION_LEN);
    if (at == NULL)
        return DISSECT_MORE;
    if (!version_read(at, &s->major[conv->dir], &s->minor[conv->dir]))
        return conv->dir == FROM_SERVER ? DISSECT_LOST : wrong(conv, in, RFB_MALFORMED);
    s->phase++;
    return DISSECT_PDU;
}

/* Before 3.7 the server decides, with a number of four octets; later it offers. */
static bool server_decides(const struct rfb_state *s)
{
    return s->major[FROM_CLIENT] == 3 && s->minor[FROM_CLIENT] < 7;
}

/* "reason-length reason-string" of a refusal, as far as it is here. */
static enum dissect refused(struct conversation *conv, struct cursor *in, struct cursor c)
{
    uint32_t n = cursor_be32(&c);
    const uint8_t *reason = n <= TEXT_MAX ? cursor_bytes(&c, n) : NULL;
    struct record *r = server_record(conv);
    if (reason != NULL && c.status == CURSOR_OK)
        record_bytes(r, RFB_REASON, reason, n);
    return over(conv, in, r);
}

static enum dissect chosen(struct conversation *conv, struct cursor *in, uint8_t type)
{
    struct rfb_state *s = state_of(conv);
    s->chosen = type;
    struct record *r = client_record(conv);
    if (type != SECURITY_NONE && type != SECURITY_VNC) {
        record_anomaly(r, RFB_UNIMPLEMENTED_SECURITY);
        return over(conv, in, r);
    }
    conversation_emit(conv, r);
    bool silent = s->minor[FROM_CLIENT] < 8;        /* no result for "none" before 3.8 (RFC 6143, appendix A) */
    s->phase = type == SECURITY_VNC ? CHALLENGE : silent ? SHARED : RESULT;
    return DISSECT_PDU;
}

static enum dissect take_types(struct conversation *conv, struct cursor *in)
{
    struct rfb_state *s = state_of(conv);
    struct cursor c = *in;
    if (server_decides(s)) {
        uint32_t type = cursor_be32(&c);
        if (c.status != CURSOR_OK)
            return DISSECT_MORE;
        *in = c;
        return type == SECURITY_INVALID ? refused(conv, in, c) : chosen(conv, in, type < TYPES_MAX ? (uint8_t)type : TYPES_MAX);
    }
    uint8_t count = cursor_u8(&c);
    const uint8_t *types = cursor_bytes(&c, count);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    *in = c;
    if (count == 0)
        return refused(conv, in, c);
    s->type_count = count;
    memcpy(s->types, types, count);
    s->phase = CHOICE;
    return DISSECT_PDU;
}

static enum dissect take_fixed(struct conversation *conv, struct cursor *in, size_t n)
{
    if (cursor_bytes(in, n) == NULL)
        return DISSECT_MORE;
    state_of(conv)->phase++;
    return DISSECT_PDU;
}

static enum dissect take_result(struct conversation *conv, struct cursor *in)
{
    struct rfb_state *s = state_of(conv);
    struct cursor c = *in;
    uint32_t result = cursor_be32(&c);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    if (result > RESULT_TOO_MANY)
        return wrong(conv, in, RFB_UNKNOWN_RESULT);
    s->result = (uint8_t)(result + 1);
    *in = c;
    s->phase = SHARED;
    return result == RESULT_OK ? DISSECT_PDU : refused(conv, in, c);
}

static enum dissect take_shared(struct conversation *conv, struct cursor *in)
{
    struct rfb_state *s = state_of(conv);
    s->shared = (uint8_t)((cursor_u8(in) != 0) + 1);
    s->phase = SCREEN;
    cursor_skip(in, in->left);
    return DISSECT_DONE;        /* keys, pointers and requests for pixels follow */
}

static enum dissect take_screen(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    uint16_t width = cursor_be16(&c), height = cursor_be16(&c);
    cursor_skip(&c, 16);        /* the pixels' format */
    uint32_t n = cursor_be32(&c);
    if (c.status == CURSOR_OK && n > TEXT_MAX)
        return wrong(conv, in, RFB_MALFORMED);
    const uint8_t *name = cursor_bytes(&c, n);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    struct record *r = server_record(conv);
    record_item(r, RFB_FRAMEBUFFER);
    record_uint(r, RFB_WIDTH, width);
    record_uint(r, RFB_HEIGHT, height);
    record_bytes(r, RFB_NAME, name, n);
    return over(conv, in, r);
}

static enum dissect rfb_pdu(struct conversation *conv, struct cursor *in)
{
    static const uint8_t turn[] = {
        [SERVER_VERSION] = FROM_SERVER, [CLIENT_VERSION] = FROM_CLIENT, [SECURITY_TYPES] = FROM_SERVER, [CHOICE] = FROM_CLIENT,
        [CHALLENGE] = FROM_SERVER, [RESPONSE] = FROM_CLIENT, [RESULT] = FROM_SERVER, [SHARED] = FROM_CLIENT, [SCREEN] = FROM_SERVER
    };
    struct rfb_state *s = state_of(conv);
    if (s->phase == OVER)
        return over(conv, in, NULL);
    if (turn[s->phase] != (uint8_t)conv->dir)
        return s->phase == SERVER_VERSION ? DISSECT_LOST : wrong(conv, in, RFB_CONFUSED);
    switch ((enum phase)s->phase) {
    case SERVER_VERSION:
    case CLIENT_VERSION: return take_version(conv, in);
    case SECURITY_TYPES: return take_types(conv, in);
    case CHOICE:         return chosen(conv, in, cursor_u8(in));
    case CHALLENGE:
    case RESPONSE:       return take_fixed(conv, in, CHALLENGE_LEN);
    case RESULT:         return take_result(conv, in);
    case SHARED:         return take_shared(conv, in);
    case SCREEN:         return take_screen(conv, in);
    default:             return over(conv, in, NULL);
    }
}

/* A guest who left early: what is known of both is told. */
static void rfb_end(struct conversation *conv)
{
    struct rfb_state *s = state_of(conv);
    if (s->phase == OVER || s->phase == SERVER_VERSION)
        return;
    if (!s->client_told && s->major[FROM_CLIENT] != 0) {
        struct record *r = client_record(conv);
        r->incomplete = true;
        conversation_emit(conv, r);
    }
    if (!s->server_told) {
        struct record *r = server_record(conv);
        r->incomplete = true;
        conversation_emit(conv, r);
    }
}

/* "RFB ddd.ddd\n" from either side. */
static enum probe rfb_probe(const struct conversation *conv, struct cursor c)
{
    uint16_t major, minor;
    (void)conv;
    if (memcmp(c.at, "RFB ", c.left < 4 ? c.left : 4) != 0)
        return PROBE_NO;
    if (c.left < VERSION_LEN)
        return PROBE_MORE;
    return version_read(c.at, &major, &minor) ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_rfb = {
    .schema = &rfb_schema,
    .source = "RFC 6143, 7.1 to 7.3",
    .over = OVER_TCP,
    .ports = { 5900, 5901, 5902, 5903 },
    .ndpi = "VNC RFB",
    .state_size = sizeof(struct rfb_state),
    .probe = rfb_probe,
    .pdu = rfb_pdu,
    .end = rfb_end,
};
