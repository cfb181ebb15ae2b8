/* Header lines, and the normalised buffers made of them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dissectors/http/message.h"

enum { REPETITIONS_MAX = 64 };

static bool is_blank(int c)
{
    return c == ' ' || c == '\t';
}

/* RFC 9110, 5.6.2 */
static bool is_token(int c)
{
    return isalnum(c) || (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void side_anomaly(const struct conversation *conv, struct http_message *m, enum http_anomaly request,
                         enum http_anomaly response)
{
    message_anomaly(m, conv->dir == FROM_CLIENT ? request : response);
}

static struct http_header *header_at(const struct http_message *m, unsigned i)
{
    return (struct http_header *)(void *)m->headers.at + i;
}

static uint32_t name_hash(const uint8_t *at, size_t n)
{
    uint32_t h = 2166136261u;       /* FNV-1a: only to avoid comparing; nothing is bucketed by it */
    for (size_t i = 0; i < n; i++)
        if (at[i] != 0)
            h = (h ^ (uint32_t)tolower(at[i])) * 16777619u;
    return h;
}

/* How many bytes of `at` the word takes from its beginning; 0: it does not stand there. */
static size_t word_length(const uint8_t *at, size_t n, const char *word)
{
    size_t i = 0;
    while (i < n && *word != '\0') {
        if (at[i] != 0 && tolower(at[i]) != *word++)
            return 0;
        i++;
    }
    return *word == '\0' ? i : 0;
}

bool word_is(const uint8_t *at, size_t n, const char *word)
{
    while (n > 0 && at[n - 1] == 0)
        n--;
    return n > 0 && word_length(at, n, word) == n;
}

bool word_in(const uint8_t *at, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (tolower(at[i]) == *word && word_length(at + i, n - i, word) > 0)
            return true;
    return false;
}

static struct span trimmed(const struct http_message *m, struct span s)
{
    while (s.len > 0 && is_space(m->raw.at[s.at])) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && is_space(m->raw.at[s.at + s.len - 1]))
        s.len--;
    return s;
}

static void name_check(const struct conversation *conv, struct http_message *m, struct span name, size_t blanks)
{
    bool bad = name.len == 0 || blanks > 0;
    for (size_t i = 0; i < name.len; i++)
        bad |= !is_token(m->raw.at[name.at + i]);
    if (bad)
        side_anomaly(conv, m, HTTP_REQUEST_HEADER_INVALID, HTTP_RESPONSE_HEADER_INVALID);
}

void header_add(struct conversation *conv, struct http_message *m, struct http_header h)
{
    if (m->header_count >= HTTP_HEADERS_MAX) {
        side_anomaly(conv, m, HTTP_REQUEST_TOO_MANY, HTTP_RESPONSE_TOO_MANY);
        return;
    }
    h.hash = name_hash(raw_at(m, h.name), h.name.len);
    size_t kept = buffer_add(&m->headers, conv->store, conv->account, &h, sizeof h, HTTP_HEADERS_MAX * sizeof h);
    if (kept == sizeof h)
        m->header_count++;
    else
        buffer_free(&m->headers, conv->store, conv->account), m->header_count = 0, m->incomplete = true;
}

static void header_new(struct conversation *conv, struct http_message *m, struct span line)
{
    const uint8_t *at = raw_at(m, line);
    const uint8_t *colon = memchr(at, ':', line.len);
    if (colon == NULL) {        /* no name: the whole line is the value, where rules can still find it */
        side_anomaly(conv, m, HTTP_REQUEST_NO_COLON, HTTP_RESPONSE_NO_COLON);
        header_add(conv, m, (struct http_header){ .name = { line.at, 0 }, .value = trimmed(m, line) });
        return;
    }
    uint32_t name_len = (uint32_t)(colon - at), blanks = 0;
    while (name_len > 0 && (is_space(at[name_len - 1]) || at[name_len - 1] == 0)) {
        name_len--;
        blanks++;
    }
    struct span name = { line.at, name_len };
    name_check(conv, m, name, blanks);
    uint32_t value_at = (uint32_t)(colon - at) + 1;
    struct span value = { line.at + value_at, line.len - value_at };
    header_add(conv, m, (struct http_header){ .name = name, .value = trimmed(m, value) });
}

static void field_done(struct conversation *conv, struct http_message *m)
{
    if (m->field.len > 0)
        header_new(conv, m, m->field);
    m->field.len = 0;
}

/* obs-fold (RFC 9112, 5.2): the line goes on with the field before. In HTTP/1.1 a folded line that looks like
 * a header of its own is one to some browsers; it is read as one, and said. */
static bool field_goes_on(struct conversation *conv, struct http_message *m, struct span line)
{
    const uint8_t *at = raw_at(m, line);
    if (line.len == 0 || !(is_blank(at[0]) || at[0] == 0))
        return false;
    bool own = conv->dir == FROM_SERVER && m->version == HTTP_1_1 && memchr(at, ':', line.len) != NULL
               && memchr(raw_at(m, m->field), ':', m->field.len) != NULL;
    if (m->field.len > 0 && !own)
        return true;
    side_anomaly(conv, m, HTTP_REQUEST_FOLDING, HTTP_RESPONSE_FOLDING);
    return false;
}

void header_line_read(struct conversation *conv, struct http_message *m, struct span line)
{
    if (field_goes_on(conv, m, line)) {
        m->field.len = line.at + line.len - m->field.at;
        return;
    }
    field_done(conv, m);
    while (line.len > 0 && (is_space(*raw_at(m, line)) || *raw_at(m, line) == 0)) {
        line.at++;
        line.len--;
    }
    m->field = line;
}

struct span built_add(struct conversation *conv, struct http_message *m, const void *bytes, size_t n)
{
    uint32_t at = m->built.len;
    size_t kept = buffer_add(&m->built, conv->store, conv->account, bytes, n, STORE_BLOCK_MAX);
    if (kept < n)
        m->incomplete = true;
    return (struct span){ at, (uint32_t)kept };
}

const uint8_t *built_at(const struct http_message *m, struct span s)
{
    return m->built.at == NULL ? (const uint8_t *)"" : m->built.at + s.at;
}

/* A value without the line ends that folding left inside. */
static void value_add(struct conversation *conv, struct http_message *m, struct span value)
{
    uint32_t from = value.at, end = value.at + value.len;
    for (uint32_t i = from; i <= end; i++) {
        if (i < end && m->raw.at[i] != '\r' && m->raw.at[i] != '\n')
            continue;
        built_add(conv, m, m->raw.at + from, i - from);
        from = i + 1;
    }
}

static bool same_name(const struct http_message *m, const struct http_header *a, const struct http_header *b)
{
    return a->hash == b->hash && a->name.len == b->name.len
           && strncasecmp((const char *)raw_at(m, a->name), (const char *)raw_at(m, b->name), a->name.len) == 0;
}

static bool same_value(const struct http_message *m, const struct http_header *a, const struct http_header *b)
{
    return a->value.len == b->value.len && memcmp(raw_at(m, a->value), raw_at(m, b->value), a->value.len) == 0;
}

static bool is_named(const struct http_message *m, const struct http_header *h, const char *name)
{
    return word_is(raw_at(m, h->name), h->name.len, name);
}

/* Repeated headers are chained to the first. Content-Length is not joined: its first value counts, and difference is said. */
static void chain(struct conversation *conv, struct http_message *m, unsigned i)
{
    struct http_header *first = header_at(m, i), *last = first;
    unsigned repetitions = 0;
    bool length = is_named(m, first, "content-length");
    for (unsigned k = i + 1; k < m->header_count; k++) {
        struct http_header *h = header_at(m, k);
        if (h->repeated || !same_name(m, first, h))
            continue;
        h->repeated = 1;
        if (++repetitions > REPETITIONS_MAX)
            side_anomaly(conv, m, HTTP_REQUEST_REPETITION, HTTP_RESPONSE_REPETITION);
        if (length && !same_value(m, first, h))
            side_anomaly(conv, m, HTTP_REQUEST_CL_DUPLICATE, HTTP_RESPONSE_CL_DUPLICATE);
        if (length || repetitions > REPETITIONS_MAX)
            continue;
        last->same = (uint16_t)k;
        last = h;
    }
}

static void line_add(struct conversation *conv, struct http_message *m, unsigned i)
{
    uint32_t at = m->built.len;
    built_add(conv, m, raw_at(m, header_at(m, i)->name), header_at(m, i)->name.len);
    built_add(conv, m, ": ", 2);
    for (unsigned k = i, turns = 0; turns <= REPETITIONS_MAX; turns++) {
        value_add(conv, m, header_at(m, k)->value);
        k = header_at(m, k)->same;
        if (k == 0)
            break;
        built_add(conv, m, ", ", 2);
    }
    header_at(m, i)->line = (struct span){ at, m->built.len - at };
    built_add(conv, m, "\r\n", 2);
}

static bool is_cookie(const struct conversation *conv, const struct http_message *m, const struct http_header *h)
{
    return is_named(m, h, conv->dir == FROM_CLIENT ? "cookie" : "set-cookie");
}

/* Cookies stand behind the others: the header buffer leaves them out. */
static void lines_add(struct conversation *conv, struct http_message *m, bool cookies)
{
    for (unsigned i = 0; i < m->header_count; i++) {
        if (!header_at(m, i)->repeated && is_cookie(conv, m, header_at(m, i)) == cookies)
            line_add(conv, m, i);
    }
}

static void names_add(struct conversation *conv, struct http_message *m)
{
    uint32_t at = m->built.len;
    built_add(conv, m, "\r\n", 2);
    for (unsigned i = 0; i < m->header_count; i++) {
        if (header_at(m, i)->repeated)
            continue;
        built_add(conv, m, raw_at(m, header_at(m, i)->name), header_at(m, i)->name.len);
        built_add(conv, m, "\r\n", 2);
    }
    built_add(conv, m, "\r\n", 2);
    m->names = (struct span){ at, m->built.len - at };
}

static void start_add(struct conversation *conv, struct http_message *m)
{
    uint32_t at = m->built.len;
    built_add(conv, m, raw_at(m, m->line), m->line.len);
    built_add(conv, m, "\r\n", 2);
    for (unsigned i = 0; i < m->header_count && !m->incomplete; i++) {
        struct span line = header_at(m, i)->line;
        if (!header_at(m, i)->repeated && line.len > 0)
            line_add(conv, m, i), header_at(m, i)->line = line;
    }
    built_add(conv, m, "\r\n", 2);
    m->start = (struct span){ at, m->built.len - at };
}

void headers_build(struct conversation *conv, struct http_message *m)
{
    field_done(conv, m);
    for (unsigned i = 0; i < m->header_count; i++)
        if (!header_at(m, i)->repeated)
            chain(conv, m, i);
    lines_add(conv, m, false);
    m->header_block = (struct span){ 0, m->built.len };
    lines_add(conv, m, true);
    if (m->header_count > 0)
        names_add(conv, m);
    start_add(conv, m);
}

const struct http_header *header_find(const struct http_message *m, const char *name)
{
    for (unsigned i = 0; i < m->header_count; i++)
        if (!header_at(m, i)->repeated && is_named(m, header_at(m, i), name))
            return header_at(m, i);
    return NULL;
}

struct span header_value(const struct http_message *m, const char *name)
{
    const struct http_header *h = header_find(m, name);
    if (h == NULL || h->line.len < h->name.len + 2)
        return (struct span){ 0, 0 };
    return (struct span){ h->line.at + h->name.len + 2, h->line.len - h->name.len - 2 };
}
