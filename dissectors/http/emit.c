/* A finished message as a record: its positions become the borrowed bytes of the fields. */
#include "dissectors/http/message.h"

static const struct header_row {
    const char   *name;
    uint16_t      row;
} request_rows[] = {
    { "user-agent", HTTP_USER_AGENT }, { "referer", HTTP_REFERER }, { "content-type", HTTP_CONTENT_TYPE },
    { "content-length", HTTP_CONTENT_LEN }, { "cookie", HTTP_COOKIE }, { "accept", HTTP_ACCEPT },
    { "accept-encoding", HTTP_ACCEPT_ENC }, { "accept-language", HTTP_ACCEPT_LANG }, { "connection", HTTP_CONNECTION },
    { "x-forwarded-for", HTTP_XFF }, { "content-encoding", HTTP_ENCODING },
}, response_rows[] = {
    { "content-type", HTTP_CONTENT_TYPE }, { "content-length", HTTP_CONTENT_LEN }, { "location", HTTP_REDIRECT },
    { "server", HTTP_SERVER }, { "set-cookie", HTTP_COOKIE }, { "connection", HTTP_CONNECTION },
    { "content-encoding", HTTP_ENCODING },
};

static void raw_row(struct record *r, const struct http_message *m, uint16_t row, struct span s)
{
    if (s.len > 0)
        record_bytes(r, row, raw_at(m, s), s.len);
}

static void built_row(struct record *r, const struct http_message *m, uint16_t row, struct span s)
{
    if (s.len > 0)
        record_bytes(r, row, built_at(m, s), s.len);
}

static void header_rows(struct record *r, const struct http_message *m, const struct header_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (header_find(m, rows[i].name) != NULL)
            record_bytes(r, rows[i].row, built_at(m, header_value(m, rows[i].name)), header_value(m, rows[i].name).len);
}

static void each_header(struct record *r, const struct http_message *m, uint16_t row)
{
    const struct http_header *h = (const struct http_header *)(const void *)m->headers.at;
    for (unsigned i = 0; i < m->header_count; i++)
        if (!h[i].repeated)
            built_row(r, m, row, h[i].line);
}

/* Behind the start line up to raw's end, or as HTTP/2 has it, up to the start line that was made behind them. */
static struct span raw_headers(const struct http_message *m)
{
    uint32_t end = m->line.at > m->headers_at ? m->line.at : m->raw.len;
    bool there = end > m->headers_at && (m->headers_at > 0 || m->line.at > 0);
    return (struct span){ m->headers_at, there ? end - m->headers_at : 0 };
}

static void buffer_rows(struct record *r, const struct http_message *m)
{
    built_row(r, m, HTTP_HEADER, m->header_block);
    raw_row(r, m, HTTP_HEADER_RAW, raw_headers(m));
    built_row(r, m, HTTP_HEADER_NAMES, m->names);
    built_row(r, m, HTTP_START, m->start);
}

static void request_rows_add(struct record *r, const struct http_message *m)
{
    built_row(r, m, HTTP_HOSTNAME, m->hostname);
    raw_row(r, m, HTTP_HOST_RAW, m->host);
    raw_row(r, m, HTTP_METHOD, m->method);
    raw_row(r, m, HTTP_URL, m->target);
    built_row(r, m, HTTP_URI, m->uri);
    if (m->target.len > 0)
        record_uint(r, HTTP_URI_LENGTH, m->uri.len);
    raw_row(r, m, HTTP_PROTOCOL, m->protocol);
    raw_row(r, m, HTTP_REQUEST_LINE, m->line);
    header_rows(r, m, request_rows, sizeof request_rows / sizeof request_rows[0]);
    buffer_rows(r, m);
    each_header(r, m, HTTP_REQUEST_HEADER);
}

static void response_rows_add(struct record *r, const struct http_message *m)
{
    raw_row(r, m, HTTP_PROTOCOL, m->protocol);
    if (m->status_code > 0)
        record_uint(r, HTTP_STATUS, m->status_code);
    raw_row(r, m, HTTP_STAT_CODE, m->status);
    raw_row(r, m, HTTP_STAT_MSG, m->reason);
    raw_row(r, m, HTTP_RESPONSE_LINE, m->line);
    header_rows(r, m, response_rows, sizeof response_rows / sizeof response_rows[0]);
    buffer_rows(r, m);
    each_header(r, m, HTTP_RESPONSE_HEADER);
}

static void body_rows(struct record *r, const struct http_message *m, const struct buffer *body)
{
    record_uint(r, HTTP_LENGTH, m->body_len);
    if (body->len > 0)
        record_bytes(r, r->dir == FROM_CLIENT ? HTTP_REQUEST_BODY : HTTP_RESPONSE_BODY, body->at, body->len);
}

void message_fill(struct conversation *conv, struct http_message *m, struct buffer *decoded, struct record *r)
{
    bool request = r->dir == FROM_CLIENT;
    body_decode(conv, m, decoded);
    r->transaction = m->transaction;
    r->incomplete = m->incomplete || m->limited;
    record_uint(r, HTTP_TYPE, !request);
    if (request)
        request_rows_add(r, m);
    else
        response_rows_add(r, m);
    body_rows(r, m, decoded->len > 0 ? decoded : &m->body);
    files_add(conv, m, decoded, r);
    r->anomalies = m->anomalies;        /* of its files too */
}

static void message_release(struct conversation *conv, struct http_message *m)
{
    buffer_free(&m->raw, conv->store, conv->account);
    buffer_free(&m->headers, conv->store, conv->account);
    buffer_free(&m->built, conv->store, conv->account);
    buffer_free(&m->body, conv->store, conv->account);
    buffer_free(&m->asked.text, conv->store, conv->account);
    files_forget(conv, m);
}

void message_said(struct conversation *conv, struct http_message *m, struct buffer *decoded)
{
    m->emitted = true;
    m->line_at = m->header_count = 0;
    buffer_free(decoded, conv->store, conv->account);
    message_release(conv, m);
}

void message_emit(struct conversation *conv, struct http_message *m)
{
    struct record *r = conversation_record(conv, &http_schema);
    struct buffer decoded = { 0 };
    if (m->emitted)
        return;
    message_fill(conv, m, &decoded, r);
    conversation_emit(conv, r);
    message_said(conv, m, &decoded);
}

void message_clear(struct conversation *conv, struct http_message *m)
{
    message_release(conv, m);
    *m = (struct http_message){ .phase = HTTP_AT_LINE };
}
