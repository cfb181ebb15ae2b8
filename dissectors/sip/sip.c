/* sip - one record per message. A datagram is one message; on TCP Content-Length says where the next begins (RFC 3261, 18.3). */
#include "dissectors/sip/sip.h"

#include <string.h>

#include "dissectors/framing/line.h"
#include "dissectors/sip/sdp.h"

enum sip_row {
    SIP_TYPE, SIP_METHOD, SIP_URI, SIP_VERSION, SIP_REQUEST_LINE, SIP_CODE, SIP_REASON, SIP_RESPONSE_LINE,
    SIP_FROM, SIP_TO, SIP_VIA, SIP_CALL_ID, SIP_CSEQ, SIP_CONTACT, SIP_USER_AGENT, SIP_SERVER, SIP_CONTENT_TYPE, SIP_CONTENT_LENGTH,
    SIP_BODY, SIP_SDP, SIP_ROWS = SIP_SDP + SDP_ROWS
};

enum sip_anomaly { SIP_INCOMPLETE, SIP_INVALID, SIP_ANOMALIES };

enum { HEAD_MAX = 32 * 1024, BODY_MAX = 64 * 1024 - HEAD_MAX - 1, HEADERS_MAX = 256, FIRST_LINE_MAX = 2048, KEEPALIVE_MAX = 8, PORT = 5060 };

#define TEXT(word, how, other, sentence) { .name = (word), .type = FIELD_TEXT, .flags = (how), .aliases = (other), .about = (sentence) }

static const struct field_name types[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

static const struct field fields[] = {
    [SIP_TYPE]    = { .name = "type", .flags = FIELD_NAMED, .names = types, .about = "Request or response." },
    [SIP_METHOD]  = TEXT("method", 0, NULL, "Method of a request."),
    [SIP_URI]     = TEXT("uri", 0, NULL, "Who is asked for, as sent."),
    [SIP_VERSION] = TEXT("version", 0, "sip.protocol", "Protocol and version: SIP/2.0."),
    [SIP_REQUEST_LINE]  = TEXT("request_line", 0, NULL, "The request's first line."),
    [SIP_CODE]    = TEXT("code", 0, "sip.stat_code", "Status code."),
    [SIP_REASON]  = TEXT("reason", 0, "sip.stat_msg", "Reason phrase."),
    [SIP_RESPONSE_LINE] = TEXT("response_line", 0, NULL, "The response's first line."),
    [SIP_FROM]    = TEXT("from", FIELD_MANY, NULL, "From header: who calls, as they say."),
    [SIP_TO]      = TEXT("to", FIELD_MANY, NULL, "To header."),
    [SIP_VIA]     = TEXT("via", FIELD_MANY, NULL, "Via header: who passed the message on."),
    [SIP_CALL_ID] = TEXT("call_id", 0, NULL, "Call-ID header."),
    [SIP_CSEQ]    = TEXT("cseq", 0, NULL, "CSeq header."),
    [SIP_CONTACT] = TEXT("contact", FIELD_MANY, NULL, "Contact header."),
    [SIP_USER_AGENT]    = TEXT("user_agent", FIELD_MANY, "sip.ua", "User-Agent header."),
    [SIP_SERVER]  = TEXT("server", 0, NULL, "Server header."),
    [SIP_CONTENT_TYPE]  = TEXT("content_type", FIELD_MANY, NULL, "Content-Type header."),
    [SIP_CONTENT_LENGTH] = TEXT("content_length", FIELD_HIDDEN | FIELD_MANY, NULL, "Content-Length header as sent."),
    [SIP_BODY]    = { .name = "body", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "Body: mostly SDP." },
    SDP_FIELDS(SIP_SDP),
};

_Static_assert(sizeof fields / sizeof fields[0] == SIP_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [SIP_INCOMPLETE] = { "incomplete_data", "A message that ends within its header." },
    [SIP_INVALID]    = { "invalid_data", "A first line or header line that is none." },
};

/* Suricata 7 has SIP on UDP alone, and its rules were written for that: what goes over TCP has a name of its own. */
static const struct schema sip_schema = { "sip", fields, SIP_ROWS, anomalies, SIP_ANOMALIES };
static const struct schema sip_tcp_schema = { "sip_tcp", fields, SIP_ROWS, anomalies, SIP_ANOMALIES };

struct sip_state { uint64_t messages; };

/* RFC 3261, 20 and 7.3.3: each by its name and its compact form. */
static const struct header { const char *name, *compact; uint16_t row; } headers[] = {
    { "FROM:", "F:", SIP_FROM }, { "TO:", "T:", SIP_TO }, { "VIA:", "V:", SIP_VIA }, { "CALL-ID:", "I:", SIP_CALL_ID },
    { "CSEQ:", NULL, SIP_CSEQ }, { "CONTACT:", "M:", SIP_CONTACT }, { "USER-AGENT:", NULL, SIP_USER_AGENT },
    { "SERVER:", NULL, SIP_SERVER }, { "CONTENT-TYPE:", "C:", SIP_CONTENT_TYPE }, { "CONTENT-LENGTH:", "L:", SIP_CONTENT_LENGTH },
};

static const struct header *header_of(struct cursor *line)
{
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const char *name = line_begins(line, headers[i].name) ? headers[i].name
                         : headers[i].compact != NULL && line_begins(line, headers[i].compact) ? headers[i].compact : NULL;
        if (name == NULL)
            continue;
        cursor_skip(line, strlen(name));
        line_trim(line);
        return &headers[i];
    }
    return NULL;
}

static void text_row(struct record *r, uint16_t row, const struct cursor *c)
{
    if (c->left > 0)
        record_bytes(r, row, c->at, c->left);
}

static bool is_version(const struct cursor *c)
{
    return line_begins(c, "SIP/");
}

static void request_rows(struct record *r, struct cursor line)
{
    struct cursor whole = line, method = line_word(&line), uri = line_word(&line);
    text_row(r, SIP_REQUEST_LINE, &whole);
    text_row(r, SIP_METHOD, &method);
    text_row(r, SIP_URI, &uri);
    text_row(r, SIP_VERSION, &line);
    if (!is_version(&line))
        record_anomaly(r, SIP_INVALID);
}

static void response_rows(struct record *r, struct cursor line)
{
    struct cursor whole = line, version = line_word(&line), code = line_word(&line);
    text_row(r, SIP_RESPONSE_LINE, &whole);
    text_row(r, SIP_VERSION, &version);
    text_row(r, SIP_CODE, &code);
    text_row(r, SIP_REASON, &line);
    if (code.left != 3)
        record_anomaly(r, SIP_INVALID);
}

static size_t number_of(const struct cursor *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->left && c->at[i] >= '0' && c->at[i] <= '9' && n < BODY_MAX; i++)
        n = n * 10 + c->at[i] - '0';
    return n;
}

/* Headers up to the empty line. Gives the body's declared length; `ended`: the empty line was there. */
static size_t header_rows(struct record *r, struct cursor *in, bool *ended)
{
    struct cursor line;
    size_t eol, length = SIZE_MAX;
    *ended = false;
    for (unsigned i = 0; i < HEADERS_MAX && line_take(in, HEAD_MAX, &line, &eol) == LINE_WHOLE; i++) {
        *ended = line.left == 0;
        if (*ended)
            break;
        const struct header *h = header_of(&line);
        if (h != NULL)
            text_row(r, h->row, &line);
        if (h != NULL && h->row == SIP_CONTENT_LENGTH)
            length = number_of(&line);
    }
    return length;
}

static bool is_crlf(int c)
{
    return c == '\r' || c == '\n';
}

/* Empty lines before a message keep the path open (RFC 5626, 3.5.1). */
static bool keepalive_taken(struct cursor *in)
{
    size_t before = in->left;
    while (in->left > 0 && (is_crlf(in->at[0]) || in->at[0] == 0))
        cursor_skip(in, 1);
    return in->left < before;
}

static enum dissect message(struct conversation *conv, struct cursor *in)
{
    struct sip_state *s = conv->state;
    struct cursor c = *in, line;
    bool datagram = conv->over == OVER_UDP, ended;
    struct record *r = conversation_record(conv, datagram ? &sip_schema : &sip_tcp_schema);
    size_t eol;
    enum line took = line_take(&c, FIRST_LINE_MAX, &line, &eol);
    if (took != LINE_WHOLE && datagram && s->messages > 0) {
        cursor_skip(in, in->left);      /* clients keep their path open with octets of their own taste */
        return DISSECT_PDU;
    }
    if (took != LINE_WHOLE)
        return took == LINE_MORE && !datagram ? DISSECT_MORE : DISSECT_LOST;
    bool response = is_version(&line);
    record_uint(r, SIP_TYPE, response);
    if (response)
        response_rows(r, line);
    else
        request_rows(r, line);
    if (r->anomalies != 0 && s->messages == 0)
        return DISSECT_LOST;
    size_t length = header_rows(r, &c, &ended);
    if (!ended && !datagram)
        return in->left < HEAD_MAX ? DISSECT_MORE : DISSECT_LOST;
    if (!ended)
        record_anomaly(r, SIP_INCOMPLETE);
    if (length == SIZE_MAX)
        length = datagram && ended ? c.left : 0;
    if (length > c.left && !datagram) {
        conv->need = in->left - c.left + length;
        return length < BODY_MAX ? DISSECT_MORE : DISSECT_LOST;
    }
    struct cursor body = cursor_sub(&c, length < c.left ? length : c.left);
    text_row(r, SIP_BODY, &body);
    sdp_add(r, SIP_SDP, body);
    r->transaction = s->messages++;
    conversation_emit(conv, r);
    if (datagram)
        cursor_skip(&c, c.left);
    *in = c;
    return DISSECT_PDU;
}

static enum dissect sip_pdu(struct conversation *conv, struct cursor *in)
{
    return keepalive_taken(in) ? DISSECT_PDU : message(conv, in);
}

static bool token(int c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/* A method, a URI and SIP/2.0 on one line, or SIP/2.0 and a code. A flow may begin with what only keeps its path open. */
static enum probe sip_probe(const struct conversation *conv, struct cursor c)
{
    struct cursor line;
    size_t eol, n = 0;
    bool taste = conv->over == OVER_UDP && c.left <= KEEPALIVE_MAX && conv->server_port == PORT;
    (void)keepalive_taken(&c);
    if (c.left == 0 || taste)
        return PROBE_MORE;
    if (line_begins(&c, "SIP/2.0 "))
        return PROBE_YES;
    while (n < c.left && token(c.at[n]))
        n++;
    if (n > 32 || (n < c.left && (n < 2 || c.at[n] != ' ')))
        return PROBE_NO;
    enum line took = line_take(&c, FIRST_LINE_MAX, &line, &eol);
    if (took == LINE_MORE)
        return conv->over == OVER_TCP ? PROBE_MORE : PROBE_NO;
    (void)line_word(&line);
    struct cursor uri = line_word(&line);
    return took == LINE_WHOLE && uri.left > 0 && line_begins(&line, "SIP/2.0") && line.left == 7 ? PROBE_YES : PROBE_NO;
}

#define SIP(kind, transport) { \
    .schema = &kind, .source = "RFC 3261, RFC 5626", .over = (transport), .ports = { 5060, 5061 }, .ndpi = "SIP", \
    .state_size = sizeof(struct sip_state), .probe = sip_probe, .pdu = sip_pdu }

const struct dissector dissector_sip = SIP(sip_schema, OVER_UDP);
const struct dissector dissector_sip_tcp = SIP(sip_tcp_schema, OVER_TCP);
