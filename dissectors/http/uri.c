/* The request target and the host: what a server would take them for.
 *
 * As Suricata 7 does with its default (IDS) personality: the path is percent-decoded once, %uHHHH too, back slashes become
 * slashes, runs of slashes one, dot segments are resolved (RFC 3986, 5.2.4); the query is percent-decoded once and
 * keeps its plus signs; broken escapes stay; scheme and authority are left out.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dissectors/http/message.h"

enum { PORT_MAX = 65535 };

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the n hex digits at `at` stand for; its low eight bits, which is what the best-fit maps mostly give. */
static int hex_byte(const uint8_t *at, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (hex_digit(at[i]) < 0)
            return -1;
        value = (value << 4 | hex_digit(at[i])) & 0xffff;
    }
    return value >= 0xff01 && value <= 0xff5e ? value - 0xfee0 : value & 0xff;   /* full-width forms */
}

/* One byte of text in place, escapes decoded; *i moves on. */
static uint8_t decoded(const uint8_t *at, uint32_t len, uint32_t *i, bool u_escapes)
{
    uint32_t k = *i;
    int value = -1;
    if (at[k] == '%' && len - k > 5 && u_escapes && (at[k + 1] | 0x20) == 'u' && (value = hex_byte(at + k + 2, 4)) >= 0) {
        *i += 6;
        return (uint8_t)value;
    }
    if (at[k] == '%' && len - k > 2 && (value = hex_byte(at + k + 1, 2)) >= 0) {
        *i += 3;
        return (uint8_t)value;
    }
    *i += 1;
    return at[k];
}

static uint32_t path_decode(uint8_t *at, uint32_t len)
{
    uint32_t out = 0;
    for (uint32_t i = 0; i < len; ) {
        uint8_t c = decoded(at, len, &i, true);
        if (c == '\\')
            c = '/';
        if (c == '/' && out > 0 && at[out - 1] == '/')
            continue;
        at[out++] = c;
    }
    return out;
}

static uint32_t query_decode(uint8_t *at, uint32_t len)
{
    uint32_t out = 0;
    for (uint32_t i = 0; i < len; )
        at[out++] = decoded(at, len, &i, false);
    return out;
}

/* Takes "." and ".." out; never climbs above the root. Segments are copied forwards, so it runs once over the path. */
static uint32_t dots_remove(uint8_t *at, uint32_t len)
{
    uint32_t out = 0;
    for (uint32_t i = 0; i < len; ) {
        uint32_t end = i + (at[i] == '/');
        while (end < len && at[end] != '/')
            end++;
        uint32_t from = i + (at[i] == '/'), n = end - from;
        bool one = n == 1 && at[from] == '.', two = n == 2 && at[from] == '.' && at[from + 1] == '.';
        while (two && out > 0 && at[--out] != '/')
            ;
        if (one || two) {
            if (end == len && i < from && (out == 0 || at[out - 1] != '/'))
                at[out++] = '/';
        } else {
            memmove(at + out, at + i, end - i);
            out += end - i;
        }
        i = end;
    }
    return out;
}

/* Percent signs that are still there after decoding, before two hex digits. */
static bool escapes_left(const uint8_t *at, uint32_t len)
{
    for (uint32_t i = 0; len > 2 && i < len - 2; i++)
        if (at[i] == '%' && hex_byte(at + i + 1, 2) >= 0)
            return true;
    return false;
}

/* Without "scheme://authority"; the authority is given back. */
static struct span authority_skip(const struct http_message *m, struct span *target)
{
    const uint8_t *at = raw_at(m, *target);
    struct span none = { target->at, 0 };
    uint32_t i = 0;
    if (m->kind == HTTP_METHOD_CONNECT) {
        none.len = target->len;
        return none;
    }
    if (target->len == 0 || at[0] == '/')
        return none;
    while (i < target->len && (isalnum(at[i]) || at[i] == '+' || at[i] == '-' || at[i] == '.'))
        i++;
    if (i == 0 || target->len - i < 3 || memcmp(at + i, "://", 3) != 0)
        return none;
    uint32_t from = i + 3;
    for (i = from; i < target->len && strchr("/?#\\", at[i] ? at[i] : 'x') == NULL; i++)
        ;
    struct span authority = { target->at + from, i - from };
    target->at += i;
    target->len -= i;
    return authority;
}

static void uri_build(struct conversation *conv, struct http_message *m, struct span rest)
{
    const uint8_t *at = raw_at(m, rest);
    uint32_t path = 0, query;
    while (path < rest.len && at[path] != '?' && at[path] != '#')
        path++;
    m->uri = built_add(conv, m, at, rest.len);
    if (m->uri.len < rest.len)
        return;
    uint8_t *out = m->built.at + m->uri.at;
    query = rest.len - path;
    uint32_t path_len = dots_remove(out, path_decode(out, path));
    uint32_t query_len = query_decode(out + path, query);
    memmove(out + path_len, out + path, query_len);
    m->uri.len = path_len + query_len;
    m->path_len = path_len;
    m->built.len = m->uri.at + m->uri.len;
    if (escapes_left(out, m->uri.len))
        message_anomaly(m, HTTP_DOUBLE_ENCODED_URI);
}

static bool name_possible(const uint8_t *at, uint32_t len)
{
    bool literal = len > 2 && at[0] == '[' && at[len - 1] == ']';
    if (len == 0 || len > 255)
        return false;
    for (uint32_t i = 0; i < len; i++)
        if (!isalnum(at[i]) && strchr(literal ? "[]:.%-_" : ".-_", at[i] ? at[i] : '/') == NULL)
            return false;
    return literal || (at[0] != '.' && memmem(at, len, "..", 2) == NULL);
}

/* "host:port" into the two; port -1: none, 0: one that cannot be. */
static struct span port_split(const uint8_t *at, uint32_t len, int *port)
{
    uint32_t host = len;
    *port = -1;
    const uint8_t *colon = memrchr(at, ':', len);
    const uint8_t *bracket = memrchr(at, ']', len);
    if (colon != NULL && (bracket == NULL || colon > bracket)) {
        host = (uint32_t)(colon - at);
        *port = 0;
        for (uint32_t i = host + 1; i < len && *port <= PORT_MAX && *port >= 0; i++)
            *port = isdigit(at[i]) ? *port * 10 + at[i] - '0' : PORT_MAX + 1;
        if (*port > PORT_MAX)
            *port = 0;
    }
    return (struct span){ 0, host };
}

static struct span host_build(struct conversation *conv, struct http_message *m, const uint8_t *at, uint32_t len)
{
    while (len > 0 && at[len - 1] == '.')
        len--;
    struct span s = built_add(conv, m, at, len);
    for (uint32_t i = 0; i < s.len; i++)
        m->built.at[s.at + i] = (uint8_t)tolower(m->built.at[s.at + i]);
    return s;
}

static void authority_read(struct conversation *conv, struct http_message *m, struct span authority, int *port)
{
    const uint8_t *at = raw_at(m, authority);
    const uint8_t *user = memrchr(at, '@', authority.len);
    uint32_t skip = user == NULL ? 0 : (uint32_t)(user - at) + 1;
    struct span host = port_split(at + skip, authority.len - skip, port);
    if (!name_possible(at + skip, host.len))
        message_anomaly(m, HTTP_INVALID_HOST_URI);
    if (*port == 0)
        message_anomaly(m, HTTP_INVALID_AUTHORITY_PORT);
    m->host = authority;
    m->hostname = host_build(conv, m, at + skip, host.len);
}

static void host_read(struct conversation *conv, struct http_message *m, const struct http_header *h, int *port)
{
    int header_port;
    const uint8_t *at = raw_at(m, h->value);
    struct span host = port_split(at, h->value.len, &header_port);
    if (!name_possible(at, host.len) || header_port == 0)
        message_anomaly(m, HTTP_INVALID_HOST_HEADER);
    if (h->same != 0)
        message_anomaly(m, HTTP_AMBIGUOUS_HOST);
    if (m->hostname.len > 0 && (m->hostname.len != host.len || (*port > 0 && header_port > 0 && *port != header_port)
        || strncasecmp((const char *)built_at(m, m->hostname), (const char *)at, host.len) != 0))
        message_anomaly(m, HTTP_AMBIGUOUS_HOST);
    m->host = h->value;
    if (m->hostname.len == 0) {
        m->hostname = host_build(conv, m, at, host.len);
        *port = header_port;
    }
}

void target_read(struct conversation *conv, struct http_message *m)
{
    struct span rest = m->target;
    struct span authority = authority_skip(m, &rest);
    const struct http_header *h = header_find(m, "host");
    int port = -1;
    uri_build(conv, m, rest);
    if (authority.len > 0)
        authority_read(conv, m, authority, &port);
    if (h != NULL)
        host_read(conv, m, h, &port);
    else if (m->version == HTTP_1_1)
        message_anomaly(m, HTTP_MISSING_HOST);
    /* A proxy is asked for other ports than its own: only the origin form says where the client thinks it is. */
    if (authority.len == 0 && port > 0 && conv->server_port != 0 && port != conv->server_port)
        message_anomaly(m, HTTP_PORT_MISMATCH);
}
