/* A connection: start lines, headers, bodies, and which response belongs to which request.
 *
 * Every byte is consumed when it comes, so the cut of the stream does not matter, with one exception that browsers
 * have too: what follows a complete message in the same piece and does not begin another one counts as its body.
 * After a CONNECT or 101 that succeeded nothing more is read.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dissectors/http/http.h"
#include "dissectors/http/message.h"

enum { TURNS_MAX = 16, PROBE_ENOUGH = 64 };
enum line_verdict { LINE_PART, LINE_WHOLE, LINE_LONG };

static bool is_line_end(int c)
{
    return c == '\r' || c == '\n';
}

static bool all_space(const uint8_t *at, size_t n)
{
    while (n > 0 && is_space(at[n - 1]))
        n--;
    return n == 0;
}

/* Bytes of `at` that still belong to the line in raw; *whole when its end is among them. Clients end lines with LF;
 * servers' lone CR ends one too, when something else follows it, as browsers take it. */
static size_t line_length(const struct conversation *conv, const struct http_message *m, const uint8_t *at, size_t n,
                          bool *whole)
{
    const uint8_t *lf = memchr(at, '\n', n);
    size_t end = lf == NULL ? n : (size_t)(lf - at) + 1;
    const uint8_t *begun = raw_at(m, (struct span){ m->line_at, 0 });
    size_t begun_len = m->raw.len - m->line_at;
    bool content = !all_space(begun, begun_len);
    *whole = lf != NULL;
    if (conv->dir == FROM_CLIENT)
        return end;
    if (content && begun[begun_len - 1] == '\r' && !is_line_end(at[0])) {
        *whole = true;
        return 0;
    }
    const uint8_t *cr = memchr(at, '\r', end);
    for (; cr != NULL && (size_t)(cr - at) + 1 < end; cr = memchr(cr + 1, '\r', end - (size_t)(cr + 1 - at))) {
        if (is_line_end(cr[1]) || (!content && all_space(at, (size_t)(cr - at))))
            continue;
        *whole = true;
        return (size_t)(cr - at) + 1;
    }
    return end;
}

static enum line_verdict line_take(struct conversation *conv, struct http_message *m, struct cursor *in, struct span *line)
{
    bool whole;
    size_t n = line_length(conv, m, in->at, in->left, &whole);
    size_t kept = buffer_add(&m->raw, conv->store, conv->account, in->at, n, HTTP_HEAD_MAX);
    cursor_skip(in, n);
    if (kept < n)
        return LINE_LONG;
    if (!whole)
        return LINE_PART;
    *line = (struct span){ m->line_at, m->raw.len - m->line_at };
    m->line_at = m->raw.len;
    return LINE_WHOLE;
}

static struct span chomped(const struct http_message *m, struct span line)
{
    while (line.len > 0 && is_line_end(m->raw.at[line.at + line.len - 1]))
        line.len--;
    return line;
}

static void raw_forget(struct http_message *m)
{
    m->raw.len = m->line_at = 0;
}

static void message_finish(struct conversation *conv, struct http_message *m)
{
    message_emit(conv, m);
    message_clear(conv, m);
}

void message_complete(struct conversation *conv, struct http_message *m, const struct cursor *in)
{
    if (in->left == 0)
        message_finish(conv, m);
    else
        m->phase = HTTP_AT_AFTERMATH;
}

/* The message cannot be read on: what there is of it is said, and the next start line is looked for. */
static void message_break(struct conversation *conv, struct http_message *m)
{
    m->incomplete = true;
    if (m->line.len > 0 && m->built.len == 0 && !m->emitted) {
        headers_build(conv, m);
        if (conv->dir == FROM_CLIENT)
            target_read(conv, m);
    }
    if (m->line.len > 0 || m->headless)
        message_emit(conv, m);
    message_clear(conv, m);
    m->phase = HTTP_AT_SEARCH;
}

static struct http_asked waiting_take(struct http_state *s)
{
    struct http_waiting *w = &s->waiting[s->first];
    struct http_asked asked = w->asked;
    w->asked.text = (struct buffer){ 0 };
    s->first = (s->first + 1) % HTTP_WAITING_MAX;
    s->count--;
    return asked;
}

static void waiting_drop(struct conversation *conv, struct http_state *s)
{
    struct http_asked asked = waiting_take(s);
    buffer_free(&asked.text, conv->store, conv->account);
}

static void request_wait(struct conversation *conv, struct http_state *s, const struct http_message *m)
{
    if (s->count == HTTP_WAITING_MAX)       /* the oldest will not be answered any more, or we would not believe it */
        waiting_drop(conv, s);
    struct http_waiting *w = &s->waiting[(s->first + s->count++) % HTTP_WAITING_MAX];
    *w = (struct http_waiting){ .transaction = m->transaction, .kind = m->kind };
    asked_keep(conv, m, &w->asked);
}

/* The response carries the file that was asked for. */
static void request_answered(struct http_state *s, struct http_message *response)
{
    s->continued = false;
    if (s->count > 0)
        response->asked = waiting_take(s);
}

/* RFC 1945, 4.1: a request line is the whole request, and the only one of its connection. The answer may have a
 * status line all the same, when the server understood something else. */
static void nine_finish(struct conversation *conv, struct http_message *m)
{
    headers_build(conv, m);
    target_read(conv, m);
    request_wait(conv, conv->state, m);
    message_finish(conv, m);
    m->phase = HTTP_AT_TUNNEL;
}

static void authorization_check(struct http_message *m)
{
    static const char *const schemes[] = { "basic", "digest", "bearer" };
    struct span value = header_value(m, "authorization");
    if (header_find(m, "authorization") == NULL)
        return;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (value.len >= strlen(schemes[i])
            && strncasecmp((const char *)built_at(m, value), schemes[i], strlen(schemes[i])) == 0)
            return;
    message_anomaly(m, HTTP_AUTH_UNRECOGNIZED);
}

static void request_headers_done(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    headers_build(conv, m);
    target_read(conv, m);
    authorization_check(m);
    request_wait(conv, conv->state, m);
    request_body_begin(conv, m);
    if (m->phase == HTTP_AT_AFTERMATH)
        message_complete(conv, m, in);
}

/* What an answer of 101 agrees to, as far as we know it: RFC 7540 section 3.2, RFC 6455 section 4.2.2. */
static const char *agreed_next(const struct http_message *m)
{
    struct span to = header_value(m, "upgrade");
    if (m->status_code != 101)
        return NULL;
    return word_is(built_at(m, to), to.len, "h2c") ? "http2" : word_is(built_at(m, to), to.len, "websocket") ? "websocket" : NULL;
}

/* 100 Continue and other interim responses (RFC 9110, 15.2) come before the response proper and carry nothing. */
static bool interim(const struct http_message *m)
{
    return m->status_code >= 100 && m->status_code < 200 && m->status_code != 101
           && header_find(m, "transfer-encoding") == NULL
           && header_value(m, "content-length").len <= 1;
}

static void response_headers_done(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    struct http_state *s = conv->state;
    headers_build(conv, m);
    if (interim(m)) {
        uint64_t again = s->continued ? UINT64_C(1) << HTTP_CONTINUE_AGAIN : 0;
        s->continued |= m->status_code == 100;
        message_clear(conv, m);
        m->anomalies = again;
        return;
    }
    request_answered(s, m);
    response_body_begin(conv, m);
    if (m->phase == HTTP_AT_TUNNEL) {
        if (m->status_code == 101)
            asked_leave(conv, &m->asked);
        conv->next = agreed_next(m);
        message_emit(conv, m);
        s->side[FROM_CLIENT].phase = HTTP_AT_TUNNEL;
    } else if (m->phase == HTTP_AT_AFTERMATH)
        message_complete(conv, m, in);
}

static void request_line_done(struct conversation *conv, struct http_message *m, struct span line)
{
    struct http_state *s = conv->state;
    if (all_space(raw_at(m, line), line.len)) {
        raw_forget(m);
        return;
    }
    m->line = chomped(m, line);
    m->headers_at = m->raw.len;
    m->transaction = s->transactions++;
    request_line_read(m);
    m->phase = m->protocol.len > 0 ? HTTP_AT_HEADERS : HTTP_AT_NINE;
}

/* Which request is this the answer to? */
static void response_begin(struct conversation *conv, struct http_message *m)
{
    struct http_state *s = conv->state;
    if (s->count > 0) {
        m->transaction = s->waiting[s->first].transaction;
        m->kind = s->waiting[s->first].kind;
        return;
    }
    m->transaction = s->transactions++;
    if (!s->blind && s->side[FROM_CLIENT].line.len == 0)
        message_anomaly(m, HTTP_RESPONSE_UNMATCHED);
}

/* Not a status line: browsers show such bytes as the document itself. */
static void headless_begin(struct conversation *conv, struct http_message *m)
{
    struct buffer first = m->raw;
    m->raw = (struct buffer){ 0 };
    m->line_at = 0;
    response_begin(conv, m);
    request_answered(conv->state, m);
    m->headless = true;
    m->phase = HTTP_AT_CLOSE_BODY;
    body_keep(conv, m, first.at, first.len);
    buffer_free(&first, conv->store, conv->account);
}

static void response_line_done(struct conversation *conv, struct http_message *m, struct span line, const struct cursor *in)
{
    struct span text = chomped(m, line);
    if (all_space(raw_at(m, line), line.len)) {
        raw_forget(m);
    } else if (looks_like_response(raw_at(m, text), text.len)) {
        m->line = text;
        m->headers_at = m->raw.len;
        response_begin(conv, m);
        response_line_read(m);
        m->phase = HTTP_AT_HEADERS;
    } else if (cursor_peek(in, 0) == 'H' || text.len <= 2) {
        raw_forget(m);
    } else
        headless_begin(conv, m);
}

static void line_long(struct conversation *conv, struct http_message *m)
{
    message_anomaly(m, conv->dir == FROM_CLIENT ? HTTP_REQUEST_FIELD_TOO_LONG : HTTP_RESPONSE_FIELD_TOO_LONG);
    if (conv->dir == FROM_SERVER && m->phase == HTTP_AT_LINE)
        headless_begin(conv, m);
    else
        message_break(conv, m);
}

static void line_step(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    struct span line;
    enum line_verdict verdict = line_take(conv, m, in, &line);
    if (verdict == LINE_LONG)
        line_long(conv, m);
    else if (verdict == LINE_WHOLE && conv->dir == FROM_CLIENT)
        request_line_done(conv, m, line);
    else if (verdict == LINE_WHOLE)
        response_line_done(conv, m, line, in);
}

/* "\n\r" ends a line for browsers: behind one, "\r\n" is the empty line, and here the two stand together. */
static bool mixed_end(const struct http_message *m, struct span line)
{
    const uint8_t *at = raw_at(m, line);
    return line.len == 3 && at[0] == '\r' && at[1] == '\r' && line.at > 1 && m->raw.at[line.at - 2] != '\r';
}

/* An empty line, or from a server a single blank when no line end follows it. */
static bool headers_end(const struct conversation *conv, const struct http_message *m, struct span line,
                        const struct cursor *in)
{
    const uint8_t *at = raw_at(m, line);
    if (line.len == 1 || (line.len == 2 && at[0] == '\r'))
        return at[line.len - 1] == '\n';
    if (conv->dir == FROM_SERVER && mixed_end(m, line))
        return true;
    int next = cursor_peek(in, 0);
    return conv->dir == FROM_SERVER && line.len == 2 && (at[0] == ' ' || at[0] == '\t') && at[1] == '\n'
           && next >= 0 && !is_line_end(next);
}

static void headers_step(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    struct span line;
    enum line_verdict verdict = line_take(conv, m, in, &line);
    if (verdict == LINE_LONG)
        line_long(conv, m);
    else if (verdict == LINE_WHOLE && !headers_end(conv, m, line, in))
        header_line_read(conv, m, chomped(m, line));
    else if (verdict == LINE_WHOLE && conv->dir == FROM_CLIENT)
        request_headers_done(conv, m, in);
    else if (verdict == LINE_WHOLE) {
        if (mixed_end(m, line) && cursor_peek(in, 0) == '\r' && cursor_peek(in, 1) == '\n')
            cursor_skip(in, 2);
        response_headers_done(conv, m, in);
    }
}

static void trailers_step(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    struct span line;
    enum line_verdict verdict = line_take(conv, m, in, &line);
    if (verdict == LINE_LONG)
        line_long(conv, m);
    else if (verdict == LINE_WHOLE && headers_end(conv, m, line, in))
        message_complete(conv, m, in);
}

/* A request line without a version: headers behind it tell that the version was only left out. */
static void nine_step(struct conversation *conv, struct http_message *m, const struct cursor *in)
{
    size_t n = 0;
    while (n < in->left && (isalnum(in->at[n]) || in->at[n] == '-' || in->at[n] == '_'))
        n++;
    if (n == 0 || n == in->left || in->at[n] != ':') {
        nine_finish(conv, m);
        return;
    }
    message_anomaly(m, HTTP_REQUEST_LINE_MISSING_PROTOCOL);
    m->phase = HTTP_AT_HEADERS;
}

/* Whether the bytes begin a request: a method we know, whole or as far as it is here, or any with a version behind it. */
static bool looks_like_request(const uint8_t *at, size_t n)
{
    size_t i = 0, word;
    while (i < n && is_space(at[i]))
        i++;
    for (word = i; word < n && !is_space(at[word]); word++)
        ;
    const uint8_t *lf = memchr(at + i, '\n', n - i);
    size_t line = lf == NULL ? n - i : (size_t)(lf - at) - i;
    return i == n || (word == n && isupper(at[i]) && n - i < PROBE_ENOUGH) || method_kind(at + i, word - i) != HTTP_METHOD_OTHER
           || memmem(at + i, line, " HTTP/", 6) != NULL;
}

static bool next_begins(const struct conversation *conv, const struct cursor *in)
{
    if (conv->dir == FROM_CLIENT)
        return looks_like_request(in->at, in->left);
    size_t i = 0;
    while (i < in->left && (is_space(in->at[i]) || in->at[i] == 0))
        i++;
    size_t n = in->left - i < 4 ? in->left - i : 4;
    return strncasecmp((const char *)in->at + i, "HTTP", n) == 0;
}

static void aftermath_step(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    if (next_begins(conv, in)) {
        message_finish(conv, m);
        return;
    }
    const uint8_t *lf = memchr(in->at, '\n', in->left);
    size_t n = lf == NULL ? in->left : (size_t)(lf - in->at) + 1;
    message_anomaly(m, conv->dir == FROM_CLIENT ? HTTP_REQUEST_BODY_UNEXPECTED : HTTP_RESPONSE_BODY_UNEXPECTED);
    body_keep(conv, m, in->at, n);
    cursor_skip(in, n);
    if (in->left == 0)
        message_finish(conv, m);
}

static void search_step(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    bool found = conv->dir == FROM_SERVER ? in->left >= 7 && memcmp(in->at, "HTTP/1.", 7) == 0
                                          : isupper(in->at[0]) && looks_like_request(in->at, in->left);
    if (found)
        m->phase = HTTP_AT_LINE;
    else
        cursor_skip(in, in->left);
}

static void body_step(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    bool absent = m->doubtful && next_begins(conv, in);
    m->doubtful = false;
    if (absent)
        message_finish(conv, m);
    else
        body_take(conv, m, in);
}

/* What the other side's speaking means for this one's: a lone request line was HTTP/0.9, half a one will stay so. */
static void client_interrupted(struct conversation *conv, struct http_state *s)
{
    struct http_message *client = &s->side[FROM_CLIENT];
    conv->dir = FROM_CLIENT;
    if (client->phase == HTTP_AT_NINE)
        nine_finish(conv, client);
    else if (client->phase == HTTP_AT_LINE && client->raw.len > 0)
        message_anomaly(client, HTTP_REQUEST_LINE_INCOMPLETE);
    conv->dir = FROM_SERVER;
}

static void step(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    switch (m->phase) {
    case HTTP_AT_LINE:      line_step(conv, m, in); return;
    case HTTP_AT_NINE:      nine_step(conv, m, in); return;
    case HTTP_AT_HEADERS:   headers_step(conv, m, in); return;
    case HTTP_AT_TRAILERS:  trailers_step(conv, m, in); return;
    case HTTP_AT_AFTERMATH: aftermath_step(conv, m, in); return;
    case HTTP_AT_SEARCH:    search_step(conv, m, in); return;
    case HTTP_AT_TUNNEL:    cursor_skip(in, in->left); return;
    default:                body_step(conv, m, in); return;
    }
}

static enum dissect http_pdu(struct conversation *conv, struct cursor *in)
{
    struct http_state *s = conv->state;
    struct http_message *m = &s->side[conv->dir];
    size_t before = in->left;
    if (before == 0)
        return DISSECT_MORE;
    s->blind |= conv->midstream;
    if (conv->dir == FROM_SERVER)
        client_interrupted(conv, s);
    /* Some steps only turn the phase; none does so twice without taking a byte. */
    for (unsigned turn = 0; turn < TURNS_MAX && in->left == before; turn++)
        step(conv, m, in);
    if (in->left == before)
        return DISSECT_LOST;
    if (m->phase != HTTP_AT_TUNNEL)
        return DISSECT_PDU;
    return conv->dir == FROM_SERVER ? DISSECT_NEXT : DISSECT_DONE;
}

/* Inside a body the hole is as long as we know: the framing holds. Anywhere else a start line has to be found again. */
static bool http_gap(struct conversation *conv, size_t missing)
{
    struct http_state *s = conv->state;
    struct http_message *m = &s->side[conv->dir];
    bool counted = m->phase == HTTP_AT_LENGTH_BODY || m->phase == HTTP_AT_CHUNK;
    if (m->phase == HTTP_AT_TUNNEL)
        return true;
    if (m->phase == HTTP_AT_CLOSE_BODY || (counted && missing <= m->left)) {
        m->incomplete = true;
        message_emit(conv, m);
        m->body_len += missing;
        m->left -= counted ? missing : 0;
        if (counted && m->left == 0 && m->phase == HTTP_AT_LENGTH_BODY)
            message_clear(conv, m);
        else if (counted && m->left == 0)
            m->phase = HTTP_AT_CHUNK_END;
        return true;
    }
    s->blind = true;
    message_break(conv, m);
    return true;
}

static void side_end(struct conversation *conv, struct http_message *m)
{
    bool lines = m->phase == HTTP_AT_LINE || m->phase == HTTP_AT_HEADERS;
    struct span rest = { m->line_at, m->raw.len - m->line_at };
    if (m->phase == HTTP_AT_NINE)
        nine_finish(conv, m);
    else if (m->phase == HTTP_AT_LINE && conv->dir == FROM_SERVER && m->raw.len > 0 && !looks_like_response(m->raw.at, m->raw.len))
        headless_begin(conv, m);
    else if (m->phase == HTTP_AT_LINE && rest.len > 0) {
        m->incomplete = true;
        m->line_at = m->raw.len;
        if (conv->dir == FROM_CLIENT)
            request_line_done(conv, m, rest);
        else
            response_line_done(conv, m, rest, &(struct cursor){ .at = (const uint8_t *)"", .left = 0 });
    } else if (m->phase == HTTP_AT_HEADERS && rest.len > 0)
        header_line_read(conv, m, chomped(m, rest));
    if (m->line.len == 0 && !m->headless)
        return;
    if (lines && !m->headless)
        message_break(conv, m);
    m->incomplete |= m->phase == HTTP_AT_LENGTH_BODY || m->phase == HTTP_AT_CHUNK || m->phase == HTTP_AT_CHUNK_SIZE
                     || m->phase == HTTP_AT_CHUNK_END;
    if (m->phase != HTTP_AT_SEARCH)
        message_emit(conv, m);
}

static void http_end(struct conversation *conv)
{
    struct http_state *s = conv->state;
    for (int dir = FROM_CLIENT; dir <= FROM_SERVER; dir++) {
        conv->dir = (enum direction)dir;
        side_end(conv, &s->side[dir]);
        message_clear(conv, &s->side[dir]);
    }
    while (s->count > 0)
        waiting_drop(conv, s);
}

static enum probe probe_request(const struct cursor *c)
{
    const uint8_t *lf = memchr(c->at, '\n', c->left), *space = memchr(c->at, ' ', c->left);
    size_t line = lf == NULL ? c->left : (size_t)(lf - c->at);
    const uint8_t *version = memmem(c->at, line, " HTTP/", 6);
    if (version != NULL && (size_t)(version - c->at) + 6 < line)
        return version[6] == '1' || version[6] == '0' ? PROBE_YES : PROBE_NO;     /* "PRI * HTTP/2.0" is not ours */
    if (memmem(c->at, line, " SIP/", 5) != NULL || memmem(c->at, line, " RTSP/", 6) != NULL)
        return PROBE_NO;
    if (space == NULL || (size_t)(space - c->at) > line)
        return lf == NULL && c->left < PROBE_ENOUGH && (c->left == 0 || isupper(c->at[0])) ? PROBE_MORE : PROBE_NO;
    if (method_kind(c->at, (size_t)(space - c->at)) == HTTP_METHOD_OTHER)
        return lf == NULL && line < PROBE_ENOUGH && isupper(c->at[0]) ? PROBE_MORE : PROBE_NO;
    int target = (size_t)(space - c->at) + 1 < line ? space[1] : 0;
    if (target == '/')
        return PROBE_YES;
    return lf == NULL && line < PROBE_ENOUGH ? PROBE_MORE : PROBE_MAYBE;
}

static enum probe http_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->dir == FROM_CLIENT) {
        while (c.left > 0 && is_space(c.at[0]))
            cursor_skip(&c, 1);
        return probe_request(&c);
    }
    size_t n = c.left < 7 ? c.left : 7;
    if (memcmp(c.at, "HTTP/1.", n) != 0)
        return PROBE_NO;
    return n == 7 ? PROBE_YES : PROBE_MORE;
}

const struct dissector dissector_http = {
    .schema = &http_schema,
    .source = "RFC 9110, RFC 9112, RFC 1945",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { 80, 8080, 8000, 8008, 8888, 3128 },
    .ndpi = "HTTP HTTP_Connect HTTP_Proxy",
    .state_size = sizeof(struct http_state),
    .probe = http_probe,
    .pdu = http_pdu,
    .gap = http_gap,
    .end = http_end,
};
