#include "dissectors/pgsql/pgsql.h"

#include <string.h>

enum pgsql_row {
    PGSQL_REQUEST, PGSQL_MESSAGE, PGSQL_PROTOCOL_VERSION, PGSQL_PARAMETERS, PGSQL_USER, PGSQL_DATABASE, PGSQL_APPLICATION,
    PGSQL_SIMPLE_QUERY, PGSQL_PARSED, PGSQL_PASSWORD, PGSQL_MECHANISM, PGSQL_PROCESS_ID,
    PGSQL_RESPONSE, PGSQL_SSL_ACCEPTED, PGSQL_AUTHENTICATION, PGSQL_FIELD_COUNT, PGSQL_DATA_ROWS, PGSQL_DATA_SIZE, PGSQL_COMMAND_COMPLETED,
    PGSQL_SEVERITY, PGSQL_CODE, PGSQL_ERROR, PGSQL_QUERY, PGSQL_ROW_COUNT
};

enum pgsql_anomaly { PGSQL_INVALID_LENGTH, PGSQL_MALFORMED_REQUEST, PGSQL_MALFORMED_RESPONSE, PGSQL_TOO_MANY_TRANSACTIONS, PGSQL_ANOMALY_COUNT };

enum { VERSION_3 = 3, CODE_SSL = 80877103, CODE_GSS = 80877104, CODE_CANCEL = 80877102, STARTUP_MAX = 10000, TYPED_HEADER = 5, TAG_MAX = 64,
       ERROR_MAX = 256 };

static const struct field_name authentications[] = {
    { 0, "ok" }, { 2, "kerberos" }, { 3, "cleartext_password" }, { 5, "md5_password" }, { 6, "scm_credential" }, { 7, "gss" },
    { 8, "gss_continue" }, { 9, "sspi" }, { 10, "sasl" }, { 11, "sasl_continue" }, { 12, "sasl_final" }, { 0, NULL }
};

#define IN(list) .in = (list) + 1
#define TEXT(title, list, text) { .name = title, .type = FIELD_TEXT, IN(list), .about = text }
#define UINT(title, list, text) { .name = title, .type = FIELD_UINT, IN(list), .about = text }

static const struct field fields[] = {
    [PGSQL_REQUEST] = { .name = "request", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "What the client says." },
    [PGSQL_MESSAGE] = TEXT("message", PGSQL_REQUEST, "Kind of request."),
    [PGSQL_PROTOCOL_VERSION] = TEXT("protocol_version", PGSQL_REQUEST, "Version of the protocol."),
    [PGSQL_PARAMETERS] = { .name = "startup_parameters", .type = FIELD_LIST, .flags = FIELD_SINGLE, IN(PGSQL_REQUEST), .about = "Who wants what." },
    [PGSQL_USER] = TEXT("user", PGSQL_PARAMETERS, "User."),
    [PGSQL_DATABASE] = TEXT("database", PGSQL_PARAMETERS, "Database."),
    [PGSQL_APPLICATION] = TEXT("application_name", PGSQL_PARAMETERS, "Program of the client."),
    [PGSQL_SIMPLE_QUERY] = TEXT("simple_query", PGSQL_REQUEST, "Statement to be run at once."),
    [PGSQL_PARSED] = TEXT("parse", PGSQL_REQUEST, "Statement to be prepared."),
    [PGSQL_PASSWORD] = { .name = "password", .type = FIELD_TEXT, .flags = FIELD_HIDDEN, IN(PGSQL_REQUEST), .about = "Password, or its proof." },
    [PGSQL_MECHANISM] = TEXT("sasl_authentication_mechanism", PGSQL_REQUEST, "SASL mechanism."),
    [PGSQL_PROCESS_ID] = UINT("process_id", PGSQL_REQUEST, "Whose query is to be cancelled."),
    [PGSQL_RESPONSE] = { .name = "response", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "What the server says." },
    [PGSQL_SSL_ACCEPTED] = { .name = "ssl_accepted", .type = FIELD_FLAG, IN(PGSQL_RESPONSE), .about = "Encryption begins." },
    [PGSQL_AUTHENTICATION] = { .name = "authentication", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = authentications, IN(PGSQL_RESPONSE),
                               .about = "How the client is to prove itself; ok lets it in." },
    [PGSQL_FIELD_COUNT] = UINT("field_count", PGSQL_RESPONSE, "Columns."),
    [PGSQL_DATA_ROWS] = UINT("data_rows", PGSQL_RESPONSE, "Rows."),
    [PGSQL_DATA_SIZE] = { .name = "data_size", .type = FIELD_UINT, .unit = "bytes", IN(PGSQL_RESPONSE), .about = "Their octets." },
    [PGSQL_COMMAND_COMPLETED] = TEXT("command_completed", PGSQL_RESPONSE, "What was done."),
    [PGSQL_SEVERITY] = TEXT("severity_non_localizable", PGSQL_RESPONSE, "How grave the error is."),
    [PGSQL_CODE] = TEXT("code", PGSQL_RESPONSE, "SQLSTATE of the error."),
    [PGSQL_ERROR] = TEXT("message", PGSQL_RESPONSE, "The error in words."),
    [PGSQL_QUERY] = { .name = "query", .type = FIELD_TEXT, .flags = FIELD_HIDDEN | FIELD_MANY, .about = "Any statement, run at once or prepared." },
};

static const struct anomaly anomalies[] = {
    [PGSQL_INVALID_LENGTH]        = { "invalid_length", "A length that no message has." },
    [PGSQL_MALFORMED_REQUEST]     = { "malformed_request", "A request that contradicts itself." },
    [PGSQL_MALFORMED_RESPONSE]    = { "malformed_response", "A response that contradicts itself." },
    [PGSQL_TOO_MANY_TRANSACTIONS] = { "too_many_transactions", "Never set: nothing is kept open here." },
};

_Static_assert(sizeof fields / sizeof fields[0] == PGSQL_ROW_COUNT, "a row for each field");

static const struct schema pgsql_schema = { "pgsql", fields, PGSQL_ROW_COUNT, anomalies, PGSQL_ANOMALY_COUNT };

/* The answer so far, until the server is ready. */
struct answer {
    uint64_t rows, size;
    uint16_t fields, authentication;
    uint8_t  tag_len, severity_len, code_len;
    uint16_t error_len;
    char     tag[TAG_MAX], severity[16], code[8], error[ERROR_MAX];
    bool     any, authenticates;
};

struct pgsql_state {
    struct answer answer;
    uint64_t      requests;
    uint32_t      skip[2];
    bool          started;              /* the client's first message was there */
    bool          ssl_asked;            /* the server answers with one octet */
    bool          sasl;                 /* the next password message begins SASL */
    bool          encrypted;            /* from here on it is TLS */
};

/* --- requests ---------------------------------------------------------------------------------------------------------- */

/* Text up to its zero octet; all that is left when there is none. */
static struct cursor string_of(struct cursor *c)
{
    const uint8_t *end = c->left > 0 ? memchr(c->at, 0, c->left) : NULL;
    struct cursor s = cursor_sub(c, end != NULL ? (size_t)(end - c->at) : c->left);
    if (end != NULL)
        cursor_skip(c, 1);
    return s;
}

static void say(struct record *r, uint16_t row, const char *text)
{
    record_bytes(r, row, text, strlen(text));
}

static void say_string(struct record *r, uint16_t row, struct cursor s)
{
    record_bytes(r, row, s.at, s.left);
}

static struct record *request_new(struct conversation *conv, const char *message)
{
    struct pgsql_state *s = conv->state;
    struct record *r = conversation_record(conv, &pgsql_schema);
    r->transaction = s->requests++;
    s->answer = (struct answer){ .any = false };
    record_item(r, PGSQL_REQUEST);
    say(r, PGSQL_MESSAGE, message);
    return r;
}

static bool names(struct cursor name, const char *want)
{
    return name.left == strlen(want) && memcmp(name.at, want, name.left) == 0;
}

static void parameters_read(struct record *r, struct cursor *c)
{
    record_item(r, PGSQL_PARAMETERS);
    while (cursor_peek(c, 0) > 0) {
        struct cursor name = string_of(c), value = string_of(c);
        if (names(name, "user"))
            say_string(r, PGSQL_USER, value);
        else if (names(name, "database"))
            say_string(r, PGSQL_DATABASE, value);
        else if (names(name, "application_name"))
            say_string(r, PGSQL_APPLICATION, value);
    }
    if (cursor_peek(c, 0) != 0)
        record_anomaly(r, PGSQL_MALFORMED_REQUEST);
}

/* The client's first message has no type: its length, and a version or a code. */
static enum dissect startup_read(struct conversation *conv, struct cursor *in)
{
    struct pgsql_state *s = conv->state;
    struct cursor c = *in;
    uint32_t length = cursor_be32(&c), code = cursor_be32(&c);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    if (length < 8 || length > STARTUP_MAX)
        return DISSECT_LOST;
    conv->need = length;
    struct cursor body = cursor_sub(&c, length - (size_t)8);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    bool encryption = code == CODE_SSL || code == CODE_GSS, cancel = code == CODE_CANCEL;
    if (!encryption && !cancel && code >> 16 != VERSION_3)
        return DISSECT_LOST;
    char version[4] = { '3', '.', (char)('0' + (code & 0xffff) % 10), 0 };      /* lives as long as the record */
    struct record *r = request_new(conv, encryption ? "SSL Request" : cancel ? "cancel_request" : "startup_message");
    s->ssl_asked = encryption;
    s->started = !encryption;
    if (cancel) {
        record_uint(r, PGSQL_PROCESS_ID, cursor_be32(&body));
    } else if (!encryption) {
        say(r, PGSQL_PROTOCOL_VERSION, version);
        parameters_read(r, &body);
    }
    conversation_emit(conv, r);
    *in = c;
    return DISSECT_PDU;
}

static void password_read(struct conversation *conv, struct cursor body)
{
    struct pgsql_state *s = conv->state;
    bool mechanism = s->sasl;
    struct record *r = request_new(conv, mechanism ? "sasl_initial_response" : "password_message");
    s->sasl = false;
    if (mechanism)
        say_string(r, PGSQL_MECHANISM, string_of(&body));
    say_string(r, PGSQL_PASSWORD, string_of(&body));
    conversation_emit(conv, r);
}

static void query_read(struct conversation *conv, struct cursor body, bool prepared)
{
    struct record *r = request_new(conv, prepared ? "parse" : "simple_query");
    if (prepared)
        (void)string_of(&body);         /* the statement's name */
    struct cursor query = string_of(&body);
    say_string(r, prepared ? PGSQL_PARSED : PGSQL_SIMPLE_QUERY, query);
    say_string(r, PGSQL_QUERY, query);
    conversation_emit(conv, r);
}

static void request_read(struct conversation *conv, uint8_t type, struct cursor body)
{
    switch (type) {
    case 'Q': query_read(conv, body, false); break;
    case 'P': query_read(conv, body, true); break;
    case 'p': password_read(conv, body); break;
    case 'X': conversation_emit(conv, request_new(conv, "terminate")); break;
    default:  break;                    /* Bind, Execute, Sync and the copy's data add nothing that is asked for */
    }
}

/* --- answers ----------------------------------------------------------------------------------------------------------- */

static void answer_emit(struct conversation *conv)
{
    struct pgsql_state *s = conv->state;
    const struct answer *a = &s->answer;
    struct record *r = conversation_record(conv, &pgsql_schema);
    r->transaction = s->requests > 0 ? s->requests - 1 : 0;
    record_item(r, PGSQL_RESPONSE);
    if (a->authenticates)
        record_uint(r, PGSQL_AUTHENTICATION, a->authentication);
    if (a->fields > 0)
        record_uint(r, PGSQL_FIELD_COUNT, a->fields);
    if (a->rows > 0) {
        record_uint(r, PGSQL_DATA_ROWS, a->rows);
        record_uint(r, PGSQL_DATA_SIZE, a->size);
    }
    if (a->tag_len > 0)
        record_bytes(r, PGSQL_COMMAND_COMPLETED, a->tag, a->tag_len);
    if (a->code_len > 0) {
        record_bytes(r, PGSQL_SEVERITY, a->severity, a->severity_len);
        record_bytes(r, PGSQL_CODE, a->code, a->code_len);
        record_bytes(r, PGSQL_ERROR, a->error, a->error_len);
    }
    conversation_emit(conv, r);
    s->answer = (struct answer){ .any = false };
}

static size_t keep(char *room, size_t most, struct cursor s)
{
    size_t n = s.left < most ? s.left : most;
    memcpy(room, s.at, n);
    return n;
}

static void error_read(struct answer *a, struct cursor body)
{
    for (int type; (type = cursor_u8(&body)) > 0;) {
        struct cursor text = string_of(&body);
        if (type == 'V' || (type == 'S' && a->severity_len == 0))
            a->severity_len = (uint8_t)keep(a->severity, sizeof a->severity, text);
        else if (type == 'C')
            a->code_len = (uint8_t)keep(a->code, sizeof a->code, text);
        else if (type == 'M')
            a->error_len = (uint16_t)keep(a->error, sizeof a->error, text);
    }
}

static void answer_read(struct conversation *conv, uint8_t type, uint32_t length, struct cursor body)
{
    enum { AUTH_SASL = 10 };
    struct pgsql_state *s = conv->state;
    struct answer *a = &s->answer;
    a->any = true;
    switch (type) {
    case 'R':
        a->authenticates = true;
        a->authentication = (uint16_t)cursor_be32(&body);
        s->sasl = a->authentication == AUTH_SASL;
        answer_emit(conv);
        break;
    case 'T': a->fields = cursor_be16(&body); break;
    case 'D': a->rows++; a->size += length - 4; break;
    case 'C': a->tag_len = (uint8_t)keep(a->tag, sizeof a->tag, string_of(&body)); break;
    case 'E': error_read(a, body); break;
    case 'Z':
        if (a->fields > 0 || a->rows > 0 || a->tag_len > 0 || a->code_len > 0)
            answer_emit(conv);
        break;
    default:  break;
    }
}

/* --- stream ------------------------------------------------------------------------------------------------------------- */

static bool type_known(uint8_t type, enum direction dir)
{
    return type != 0 && strchr(dir == FROM_CLIENT ? "BCDEFHPQSXcdfp" : "123ACDEGHIKNRSTVWZcdnstv", type) != NULL;
}

static enum dissect ssl_answer(struct conversation *conv, struct cursor *in)
{
    struct pgsql_state *s = conv->state;
    uint8_t answer = cursor_u8(in);
    struct record *r = conversation_record(conv, &pgsql_schema);
    r->transaction = s->requests > 0 ? s->requests - 1 : 0;
    s->ssl_asked = false;
    s->encrypted = answer != 'N';
    record_item(r, PGSQL_RESPONSE);
    record_uint(r, PGSQL_SSL_ACCEPTED, answer == 'S' || answer == 'G');
    conversation_emit(conv, r);
    return s->encrypted ? DISSECT_DONE : DISSECT_PDU;
}

static enum dissect length_bad(struct conversation *conv)
{
    struct record *r = conversation_record(conv, &pgsql_schema);
    record_anomaly(r, PGSQL_INVALID_LENGTH);
    conversation_emit(conv, r);
    return DISSECT_LOST;
}

static enum dissect typed_read(struct conversation *conv, struct cursor *in)
{
    struct pgsql_state *s = conv->state;
    struct cursor c = *in;
    uint8_t type = cursor_u8(&c);
    uint32_t length = cursor_be32(&c);
    if (!type_known(type, conv->dir))
        return DISSECT_LOST;
    conv->need = TYPED_HEADER;
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    if (length < 4)
        return length_bad(conv);
    uint32_t body_len = length - 4, here = body_len < PGSQL_WHOLE_MAX ? body_len : PGSQL_WHOLE_MAX;
    conv->need = TYPED_HEADER + here;
    struct cursor body = cursor_sub(&c, here);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    s->skip[conv->dir] = body_len - here;
    if (conv->dir == FROM_CLIENT)
        request_read(conv, type, body);
    else
        answer_read(conv, type, length, body);
    *in = c;
    return DISSECT_PDU;
}

static enum dissect pgsql_pdu(struct conversation *conv, struct cursor *in)
{
    struct pgsql_state *s = conv->state;
    uint32_t *skip = &s->skip[conv->dir];
    if (*skip > 0) {
        size_t n = in->left < *skip ? in->left : *skip;
        cursor_skip(in, n);
        *skip -= (uint32_t)n;
        return DISSECT_PDU;
    }
    int first = cursor_peek(in, 0);
    if (s->encrypted) {
        cursor_skip(in, in->left);
        return DISSECT_DONE;
    }
    if (conv->dir == FROM_SERVER && s->ssl_asked)
        return ssl_answer(conv, in);
    if (conv->dir == FROM_CLIENT && !s->started && first == 0)
        return startup_read(conv, in);
    s->started |= conv->dir == FROM_CLIENT;
    return typed_read(conv, in);
}

static void pgsql_end(struct conversation *conv)
{
    struct pgsql_state *s = conv->state;
    conv->dir = FROM_SERVER;
    if (s->answer.any)
        answer_emit(conv);
}

/* The startup message: a length that is all there is, and version 3 with a user, or one of the three codes. */
static enum probe pgsql_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->dir != FROM_CLIENT)
        return PROBE_NO;
    size_t here = c.left;
    uint32_t length = cursor_be32(&c), code = cursor_be32(&c);
    if (c.status != CURSOR_OK)
        return here > 0 && cursor_peek(&c, 0) > 0 ? PROBE_NO : PROBE_MORE;
    if (length < 8 || length > STARTUP_MAX || here > length)
        return PROBE_NO;
    if ((length == 8 && (code == CODE_SSL || code == CODE_GSS)) || (length == 16 && code == CODE_CANCEL))
        return PROBE_YES;
    if (code != VERSION_3 << 16)
        return PROBE_NO;
    return here < length ? PROBE_MORE : memmem(c.at, c.left, "user", 5) != NULL ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_pgsql = {
    .schema = &pgsql_schema,
    .source = "PostgreSQL documentation, Frontend/Backend Protocol",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { 5432 },
    .ndpi = "PostgreSQL",
    .state_size = sizeof(struct pgsql_state),
    .pdu_max = TYPED_HEADER + PGSQL_WHOLE_MAX,
    .probe = pgsql_probe,
    .pdu = pgsql_pdu,
    .end = pgsql_end,
};
