/* Start lines, read as liberally as browsers and servers do: what they forgive must not blind us. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dissectors/http/message.h"

static const char *const methods[] = {
    "GET", "POST", "HEAD", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
    "COPY", "MOVE", "LOCK", "UNLOCK", "VERSION-CONTROL", "CHECKOUT", "UNCHECKOUT", "CHECKIN", "UPDATE", "LABEL", "REPORT",
    "MKWORKSPACE", "MKACTIVITY", "BASELINE-CONTROL", "MERGE", "SEARCH", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY", "M-SEARCH",
    "RPC_IN_DATA", "RPC_OUT_DATA", "BCOPY", "BMOVE", "BPROPFIND", "POLL", "PURGE"
};

enum http_method method_kind(const uint8_t *at, size_t n)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strlen(methods[i]) != n || memcmp(methods[i], at, n) != 0)
            continue;
        if (strcmp(methods[i], "HEAD") == 0)
            return HTTP_METHOD_HEAD;
        if (strcmp(methods[i], "CONNECT") == 0)
            return HTTP_METHOD_CONNECT;
        return strcmp(methods[i], "PUT") == 0 || strcmp(methods[i], "POST") == 0 ? HTTP_METHOD_UPLOAD : HTTP_METHOD_KNOWN;
    }
    return HTTP_METHOD_OTHER;
}

/* "HTTP/1.1" and what stands for it: white space around the slash and the number is tolerated. */
static enum http_version version_of(const uint8_t *at, size_t n)
{
    if (n < 5 || strncasecmp((const char *)at, "HTTP", 4) != 0)
        return HTTP_VERSION_NONE;
    size_t i = 4;
    while (i < n && (is_space(at[i]) || at[i] == '/'))
        i++;
    if (i == 4 || n - i < 3 || at[i + 1] != '.')
        return HTTP_VERSION_NONE;
    if (at[i] == '0' && at[i + 2] == '9')
        return HTTP_0_9;
    if (at[i] != '1')
        return HTTP_VERSION_NONE;
    return at[i + 2] == '0' ? HTTP_1_0 : HTTP_1_1;
}

/* The run of bytes from i on that are (not) white space; i moves behind it. */
static struct span word(const struct http_message *m, uint32_t *i, uint32_t end)
{
    uint32_t from = *i;
    while (*i < end && !is_space(m->raw.at[*i]))
        (*i)++;
    return (struct span){ from, *i - from };
}

static bool skip_space(const struct http_message *m, uint32_t *i, uint32_t end)
{
    uint32_t from = *i;
    bool other = false;
    while (*i < end && is_space(m->raw.at[*i]))
        other |= m->raw.at[(*i)++] != ' ';
    return other || *i - from > 1;
}

/* The target ends at a space; only when there is none, at any other white space. */
static struct span target_word(struct http_message *m, uint32_t *i, uint32_t end)
{
    uint32_t from = *i;
    const uint8_t *space = memchr(m->raw.at + from, ' ', end - from);
    if (space == NULL) {
        struct span s = word(m, i, end);
        if (*i < end)
            message_anomaly(m, HTTP_URI_DELIM);
        return s;
    }
    *i = (uint32_t)(space - m->raw.at);
    return (struct span){ from, *i - from };
}

void request_line_read(struct http_message *m)
{
    uint32_t i = m->line.at, end = m->line.at + m->line.len;
    while (i < end && is_space(m->raw.at[i]))
        i++;
    if (i > m->line.at)
        message_anomaly(m, HTTP_REQUEST_LINE_LEADING_WHITESPACE);
    m->method = word(m, &i, end);
    m->kind = (uint8_t)method_kind(raw_at(m, m->method), m->method.len);
    if (skip_space(m, &i, end) && i < end)
        message_anomaly(m, HTTP_METHOD_DELIM);
    if (i < end)
        m->target = target_word(m, &i, end);
    if (skip_space(m, &i, end) && i < end)
        message_anomaly(m, HTTP_URI_DELIM);
    m->protocol = (struct span){ i, end - i };
    while (m->protocol.len > 0 && is_space(m->raw.at[m->protocol.at + m->protocol.len - 1]))
        m->protocol.len--;
    m->version = (uint8_t)(m->protocol.len == 0 ? HTTP_0_9 : version_of(raw_at(m, m->protocol), m->protocol.len));
    if (m->method.len == 0 || m->target.len == 0 || m->version == HTTP_VERSION_NONE)
        message_anomaly(m, HTTP_REQUEST_LINE_INVALID);
}

bool looks_like_response(const uint8_t *at, size_t n)
{
    size_t i = 0;
    while (i < n && (is_space(at[i]) || at[i] == 0))
        i++;
    return n - i >= 4 && strncasecmp((const char *)at + i, "HTTP", 4) == 0;
}

static uint16_t status_number(const uint8_t *at, size_t n)
{
    unsigned code = 0;
    for (size_t i = 0; i < n && i < 4; i++) {
        if (!isdigit(at[i]))
            return 0;
        code = code * 10 + (unsigned)(at[i] - '0');
    }
    return n == 3 ? (uint16_t)code : 0;
}

void response_line_read(struct http_message *m)
{
    uint32_t i = m->line.at, end = m->line.at + m->line.len;
    while (i < end && (is_space(m->raw.at[i]) || m->raw.at[i] == 0))
        i++;
    m->protocol = word(m, &i, end);
    m->version = (uint8_t)version_of(raw_at(m, m->protocol), m->protocol.len);
    skip_space(m, &i, end);
    m->status = word(m, &i, end);
    m->status_code = status_number(raw_at(m, m->status), m->status.len);
    skip_space(m, &i, end);
    m->reason = (struct span){ i, end - i };
    if (m->version == HTTP_VERSION_NONE)
        message_anomaly(m, HTTP_RESPONSE_PROTOCOL);
    if (m->status_code < 100)
        message_anomaly(m, HTTP_RESPONSE_STATUS);
}
