/* Bodies: how long they are (RFC 9112, 6), chunks, and how much of them is kept.
 *
 * Where sender and receiver could disagree about the length we follow browsers and say so: an attacker's message is
 * the one that is crooked. Beyond HTTP_BODY_MAX a body is stepped over, chunk by chunk, without being touched.
 */
#include <ctype.h>
#include <string.h>

#include "dissectors/http/message.h"

enum { CHUNK_MAX = INT32_MAX };

static bool is_chunk_filler(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number in a Content-Length, junk around it tolerated; -1: there is none. */
static int64_t length_number(const uint8_t *at, size_t n)
{
    int64_t number = -1;
    size_t i = 0;
    while (i < n && !isdigit(at[i]))
        i++;
    for (; i < n && isdigit(at[i]) && number < INT64_MAX / 100; i++)
        number = (number < 0 ? 0 : number) * 10 + (at[i] - '0');
    return number;
}

static bool says(const struct http_message *m, struct span value, const char *word)
{
    return word_in(built_at(m, value), value.len, word);
}

static void length_begin(struct http_message *m, struct span value, enum http_anomaly wrong, enum http_phase otherwise)
{
    int64_t length = length_number(built_at(m, value), value.len);
    if (length < 0)
        message_anomaly(m, wrong);
    m->left = length < 0 ? 0 : (uint64_t)length;
    m->phase = length > 0 ? HTTP_AT_LENGTH_BODY : length == 0 ? HTTP_AT_AFTERMATH : otherwise;
}

void request_body_begin(struct conversation *conv, struct http_message *m)
{
    struct span coding = header_value(m, "transfer-encoding"), length = header_value(m, "content-length");
    (void)conv;
    m->phase = HTTP_AT_AFTERMATH;
    if (coding.len > 0 && length.len > 0)
        message_anomaly(m, HTTP_REQUEST_SMUGGLING);
    if (coding.len > 0 && (!word_is(built_at(m, coding), coding.len, "chunked") || m->version != HTTP_1_1))
        message_anomaly(m, HTTP_REQUEST_TE_INVALID);
    if (says(m, coding, "chunked"))
        m->phase = HTTP_AT_CHUNK_SIZE;
    else if (header_find(m, "content-length") != NULL)
        length_begin(m, length, HTTP_REQUEST_CL_INVALID, HTTP_AT_AFTERMATH);
}

static bool tunnel_begins(const struct http_message *m, bool declared)
{
    return (m->kind == HTTP_METHOD_CONNECT && m->status_code >= 200 && m->status_code < 300)
           || (m->status_code == 101 && !declared);
}

void response_body_begin(struct conversation *conv, struct http_message *m)
{
    struct span coding = header_value(m, "transfer-encoding"), length = header_value(m, "content-length");
    bool declared = coding.len > 0 || length.len > 0;
    bool bodiless = m->status_code < 200 ? m->status_code >= 100 : m->status_code == 204 || m->status_code == 304;
    (void)conv;
    if (coding.len > 0 && !says(m, coding, "chunked"))
        message_anomaly(m, HTTP_RESPONSE_TE_INVALID);
    if (says(m, header_value(m, "content-type"), "multipart/byteranges"))
        message_anomaly(m, HTTP_RESPONSE_BYTERANGES);
    if (tunnel_begins(m, declared))
        m->phase = HTTP_AT_TUNNEL;
    else if (m->kind == HTTP_METHOD_HEAD || (bodiless && !declared))
        m->phase = HTTP_AT_AFTERMATH;
    else if (says(m, coding, "chunked")) {
        if (!word_is(built_at(m, coding), coding.len, "chunked"))
            message_anomaly(m, HTTP_RESPONSE_TE_ABNORMAL);
        if (m->version != HTTP_1_1)
            message_anomaly(m, HTTP_RESPONSE_CHUNKED_OLD);
        m->phase = HTTP_AT_CHUNK_SIZE;
    } else if (header_find(m, "content-length") != NULL)
        length_begin(m, length, HTTP_RESPONSE_CL_INVALID, HTTP_AT_CLOSE_BODY);
    else
        m->phase = HTTP_AT_CLOSE_BODY;
    m->doubtful = bodiless && m->phase != HTTP_AT_AFTERMATH && m->phase != HTTP_AT_TUNNEL;
}

bool body_add(struct conversation *conv, struct http_message *m, const uint8_t *bytes, size_t n)
{
    bool first = m->body_len == 0;
    m->body_len += n;
    if (m->emitted)
        return true;
    if (first)
        files_digest_begin(conv, m);
    file_digesting_add(m->digesting, bytes, n);
    m->limited = m->limited || buffer_add(&m->body, conv->store, conv->account, bytes, n, HTTP_BODY_MAX) < n;
    return !m->limited || (m->digesting != NULL && m->body_len <= FILE_DIGESTED_MAX);
}

void body_keep(struct conversation *conv, struct http_message *m, const uint8_t *bytes, size_t n)
{
    if (!body_add(conv, m, bytes, n))
        message_emit(conv, m);
}

static void chunk_size_restart(struct http_message *m)
{
    m->phase = HTTP_AT_CHUNK_SIZE;
    m->chunk_size = 0;
    m->chunk_line_len = m->chunk_digits = 0;
    m->chunk_extended = false;
}

/* Not a chunk length after all: what was taken for one is body, and the connection's end is the body's. */
static void chunk_size_wrong(struct conversation *conv, struct http_message *m)
{
    bool request = conv->dir == FROM_CLIENT;
    message_anomaly(m, request ? HTTP_REQUEST_CHUNK_LEN : HTTP_RESPONSE_CHUNK_LEN);
    m->phase = HTTP_AT_CLOSE_BODY;
    body_keep(conv, m, m->chunk_line, m->chunk_line_len);
}

static void chunk_size_ended(struct conversation *conv, struct http_message *m)
{
    if (m->chunk_extended)
        message_anomaly(m, conv->dir == FROM_CLIENT ? HTTP_REQUEST_CHUNK_EXTENSION : HTTP_RESPONSE_CHUNK_EXTENSION);
    m->left = m->chunk_size;
    m->phase = m->left > 0 ? HTTP_AT_CHUNK : HTTP_AT_TRAILERS;
}

/* One byte of a chunk-size line. White space and empty lines before the number are stepped over, anything behind it is too. */
static void chunk_size_byte(struct conversation *conv, struct http_message *m, uint8_t c)
{
    int digit = hex_value(c);
    bool in_number = m->chunk_digits > 0 && m->chunk_digits < UINT8_MAX;
    if (m->chunk_line_len < sizeof m->chunk_line)
        m->chunk_line[m->chunk_line_len++] = c;
    if (m->chunk_digits == 0 && is_chunk_filler(c)) {
        if (c == '\n')
            m->chunk_line_len = 0;
        return;
    }
    if (c == '\n') {
        chunk_size_ended(conv, m);
    } else if ((m->chunk_digits == 0 && digit < 0) || (in_number && digit >= 0 && m->chunk_size > CHUNK_MAX >> 4)) {
        chunk_size_wrong(conv, m);
    } else if (digit >= 0 && (in_number || m->chunk_digits == 0)) {
        m->chunk_size = m->chunk_size << 4 | (uint32_t)digit;
        if (m->chunk_digits < UINT8_MAX - 1)
            m->chunk_digits++;
    } else {
        m->chunk_digits = UINT8_MAX;        /* the number is over; more digits are junk */
        m->chunk_extended |= c == ';';
    }
}

static void chunk_size_take(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    while (in->left > 0 && m->phase == HTTP_AT_CHUNK_SIZE)
        chunk_size_byte(conv, m, cursor_u8(in));
}

/* What stands between a chunk's data and its line end is dropped, as there should be nothing. */
static void chunk_end_take(struct http_message *m, struct cursor *in)
{
    const uint8_t *lf = memchr(in->at, '\n', in->left);
    cursor_skip(in, lf == NULL ? in->left : (size_t)(lf - in->at) + 1);
    if (lf != NULL)
        chunk_size_restart(m);
}

static void counted_take(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    size_t n = in->left < m->left ? in->left : (size_t)m->left;
    m->left -= n;
    body_keep(conv, m, in->at, n);
    cursor_skip(in, n);
}

void body_take(struct conversation *conv, struct http_message *m, struct cursor *in)
{
    switch (m->phase) {
    case HTTP_AT_LENGTH_BODY:
        counted_take(conv, m, in);
        if (m->left == 0)
            message_complete(conv, m, in);
        return;
    case HTTP_AT_CHUNK:
        counted_take(conv, m, in);
        if (m->left == 0)
            m->phase = HTTP_AT_CHUNK_END;
        return;
    case HTTP_AT_CHUNK_SIZE:
        chunk_size_take(conv, m, in);
        return;
    case HTTP_AT_CHUNK_END:
        chunk_end_take(m, in);
        return;
    default:
        body_keep(conv, m, in->at, in->left);
        cursor_skip(in, in->left);
        return;
    }
}
