/* mime - the lines of a mail, each looked at once. */
#include "dissectors/framing/mime.h"

#include <string.h>
#include <strings.h>

#include "common/cursor.h"

enum { IN_HEADER, IN_BODY };
enum { AS_IT_IS, BASE64, QUOTED_PRINTABLE };
enum { TO_NOBODY, TO_TEXT, TO_FILE };
enum { LINE_LONG = 998, ENCODED_LINE_LONG = 76, NAME_LONG = 75, VALUE_LONG = 2000, BOUNDARY_LONG = 254, FILENAME_LONG = 255,
       PADDED = 0xff };

static void odd(struct mime *m, enum mime_anomaly a)
{
    m->anomalies |= (uint16_t)(1u << a);
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t';
}

static bool word_is(const uint8_t *at, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp((const char *)at, word, n) == 0;
}

static bool begins(const uint8_t *at, size_t n, const char *word)
{
    return n >= strlen(word) && strncasecmp((const char *)at, word, strlen(word)) == 0;
}

static struct mime_span keep(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n)
{
    struct mime_span s = { m->text.len, 0 };
    s.len = (uint32_t)buffer_add(&m->text, mem.store, mem.account, at, n, MIME_TEXT_MAX);
    m->cut |= s.len < n;
    return s;
}

/* ---- header fields ---- */

static void trim(struct cursor *c)
{
    while (c->left > 0 && is_blank(c->at[0]))
        cursor_skip(c, 1);
    while (c->left > 0 && (is_blank(c->at[c->left - 1])))
        c->left--;
}

/* One "name=value" off a field's parameters; a quoted value loses its quotes (RFC 2045, 5.1). False: no more. */
static bool parameter(struct cursor *c, struct cursor *name, struct cursor *value)
{
    const uint8_t *semicolon = c->left > 0 ? memchr(c->at, ';', c->left) : NULL;
    if (semicolon == NULL)
        return false;
    cursor_skip(c, (size_t)(semicolon - c->at) + 1);
    while (c->left > 0 && is_blank(c->at[0]))
        cursor_skip(c, 1);
    size_t n = 0;
    while (n < c->left && c->at[n] != '=' && c->at[n] != ';')
        n++;
    *name = cursor_sub(c, n);
    trim(name);
    *value = cursor_over("", 0);
    if (cursor_peek(c, 0) != '=')
        return true;
    cursor_skip(c, 1);
    while (c->left > 0 && is_blank(c->at[0]))
        cursor_skip(c, 1);
    bool quoted = cursor_peek(c, 0) == '"';
    cursor_skip(c, quoted);
    for (n = 0; n < c->left && (quoted ? c->at[n] != '"' : c->at[n] != ';');)
        n++;
    *value = cursor_sub(c, n);
    cursor_skip(c, quoted && c->left > 0);
    if (!quoted)
        trim(value);
    return true;
}

/* Where `word` stands among a field's parameters; empty: nowhere. */
static struct cursor parameter_named(struct cursor c, const char *word)
{
    struct cursor name, value;
    while (parameter(&c, &name, &value))
        if (word_is(name.at, name.left, word))
            return value;
    return cursor_over("", 0);
}

static void take_name(struct mime *m, struct mime_memory mem, struct cursor name)
{
    if (name.left == 0 || m->name.len > 0)
        return;
    if (name.left > FILENAME_LONG) {
        odd(m, MIME_LONG_FILENAME);
        name.left = FILENAME_LONG;
    }
    m->name = keep(m, mem, name.at, name.left);
}

/* RFC 2231: charset'language'text in percent encoding; only where the text stands is of interest here. */
static struct cursor extended(struct cursor value)
{
    for (int quotes = 0; quotes < 2; quotes++) {
        const uint8_t *quote = value.left > 0 ? memchr(value.at, '\'', value.left) : NULL;
        if (quote == NULL)
            break;
        cursor_skip(&value, (size_t)(quote - value.at) + 1);
    }
    return value;
}

static void take_disposition(struct mime *m, struct mime_memory mem, struct cursor value)
{
    take_name(m, mem, parameter_named(value, "filename"));
    take_name(m, mem, extended(parameter_named(value, "filename*")));
}

static void take_type(struct mime *m, struct mime_memory mem, struct cursor value)
{
    struct cursor boundary = parameter_named(value, "boundary");
    size_t n = 0;
    while (n < value.left && value.at[n] != ';' && !is_blank(value.at[n]))
        n++;
    m->type = keep(m, mem, value.at, n);
    if (boundary.left > BOUNDARY_LONG) {
        odd(m, MIME_LONG_BOUNDARY);
        boundary.left = BOUNDARY_LONG;
    }
    if (boundary.left > 0)
        m->next_boundary = keep(m, mem, boundary.at, boundary.left);
    take_name(m, mem, parameter_named(value, "name"));
}

static void take_coding(struct mime *m, struct cursor value)
{
    if (begins(value.at, value.left, "base64"))
        m->coding = BASE64;
    else if (begins(value.at, value.left, "quoted-printable"))
        m->coding = QUOTED_PRINTABLE;
}

static void take_field(struct mime *m, struct mime_memory mem, struct cursor name, struct cursor value)
{
    static const char *const names[MIME_FIELDS] = {
        [MIME_FROM] = "from", [MIME_TO] = "to", [MIME_CC] = "cc", [MIME_SUBJECT] = "subject", [MIME_DATE] = "date",
        [MIME_MESSAGE_ID] = "message-id", [MIME_X_MAILER] = "x-mailer", [MIME_REPLY_TO] = "reply-to"
    };
    if (word_is(name.at, name.left, "content-type"))
        take_type(m, mem, value);
    else if (word_is(name.at, name.left, "content-disposition"))
        take_disposition(m, mem, value);
    else if (word_is(name.at, name.left, "content-transfer-encoding"))
        take_coding(m, value);
    else if (word_is(name.at, name.left, "received") && !m->inner && m->received_count < MIME_RECEIVED_MAX)
        m->received[m->received_count++] = keep(m, mem, value.at, value.left);
    for (size_t i = 0; i < MIME_FIELDS && !m->inner; i++)
        if (m->fields[i].len == 0 && word_is(name.at, name.left, names[i]))
            m->fields[i] = keep(m, mem, value.at, value.left);
}

/* The unfolded field that was put together is whole. */
static void field_whole(struct mime *m, struct mime_memory mem)
{
    struct cursor value = cursor_over(m->field.at, m->field.len);
    const uint8_t *colon = value.left > 0 ? memchr(value.at, ':', value.left) : NULL;
    if (colon != NULL) {
        struct cursor name = cursor_sub(&value, (size_t)(colon - value.at));
        cursor_skip(&value, 1);
        trim(&name);
        trim(&value);
        if (name.left > NAME_LONG)
            odd(m, MIME_LONG_HEADER_NAME);
        if (value.left > VALUE_LONG)
            odd(m, MIME_LONG_HEADER_VALUE);
        take_field(m, mem, name, value);
    } else if (value.left > 0) {
        odd(m, MIME_MALFORMED);
    }
    m->field.len = 0;
}

/* ---- parts ---- */

static void part_begins(struct mime *m)
{
    m->phase = IN_HEADER;
    m->coding = AS_IT_IS;
    m->sink = TO_NOBODY;
    m->base64 = m->base64_count = m->eol = 0;
    m->name = m->type = m->next_boundary = (struct mime_span){ 0, 0 };
}

static bool type_begins(const struct mime *m, const char *word)
{
    return begins(mime_at(m, m->type), m->type.len, word);
}

static void file_begins(struct mime *m, struct mime_memory mem)
{
    if (m->file_count == MIME_FILES_MAX) {
        m->cut = true;
        return;
    }
    m->files[m->file_count++] = (struct mime_file){ .name = m->name, .type = m->type,
        .digesting = file_digesting_begin(mem.store, mem.account, mem.wants) };
    m->sink = TO_FILE;
}

/* The empty line behind a header: what is the part that follows? */
static void header_ends(struct mime *m, struct mime_memory mem)
{
    bool text = m->type.len == 0 || type_begins(m, "text/");
    m->phase = IN_BODY;
    m->inner = true;
    if (m->next_boundary.len > 0 && type_begins(m, "multipart/")) {
        if (m->depth < MIME_DEPTH_MAX)
            m->boundary[m->depth++] = m->next_boundary;
        else
            odd(m, MIME_PARSE_FAILED);
    } else if (m->name.len > 0) {
        file_begins(m, mem);
    } else if (type_begins(m, "message/rfc822")) {
        part_begins(m);
    } else if (text) {
        m->sink = TO_TEXT;
    }
}

/* ---- bodies ---- */

static void put(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n)
{
    if (m->sink == TO_TEXT) {
        m->cut |= buffer_add(&m->body, mem.store, mem.account, at, n, MIME_BODY_MAX) < n;
        return;
    }
    struct mime_file *f = &m->files[m->file_count - 1];
    f->size += n;
    file_digesting_add(f->digesting, at, n);
    m->cut |= buffer_add(&f->data, mem.store, mem.account, at, n, MIME_FILE_MAX) < n;
}

static int base64_value(int c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The octets in what was gathered: 1 to 3 of 2 to 4 sextets. */
static size_t base64_out(struct mime *m, uint8_t *out)
{
    unsigned count = m->base64_count;
    uint32_t bits = m->base64 << 6 * (4 - count);
    for (unsigned i = 0; i + 1 < count; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    m->base64 = m->base64_count = 0;
    return count > 0 ? count - 1 : 0;
}

/* Whoever reads this mail steps over what is not of the alphabet (RFC 2045, 6.8); so do we, and say so. */
static void base64_line(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n)
{
    uint8_t out[MIME_LINE_MAX + 4];
    size_t len = 0;
    for (size_t i = 0; i < n && i < MIME_LINE_MAX && m->base64_count != PADDED; i++) {
        int v = base64_value(at[i]);
        if (at[i] == '=') {
            len += base64_out(m, out + len);
            m->base64_count = PADDED;
        } else if (v < 0) {
            if (!is_blank(at[i]))
                odd(m, MIME_INVALID_BASE64);
        } else {
            m->base64 = m->base64 << 6 | (uint32_t)v;
            if (++m->base64_count == 4)
                len += base64_out(m, out + len);
        }
    }
    put(m, mem, out, len);
}

/* A base64 part may end without its padding. */
static void base64_rest(struct mime *m, struct mime_memory mem)
{
    uint8_t out[4];
    if (m->phase == IN_BODY && m->coding == BASE64 && m->sink != TO_NOBODY && m->base64_count != PADDED)
        put(m, mem, out, base64_out(m, out));
}

static int hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void quoted_line(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n, size_t eol)
{
    uint8_t out[MIME_LINE_MAX + 2];
    size_t len = 0, i = 0;
    if (n > MIME_LINE_MAX)
        n = MIME_LINE_MAX;
    while (i < n) {
        int high = i + 2 < n ? hex_value(at[i + 1]) : -1, low = i + 2 < n ? hex_value(at[i + 2]) : -1;
        if (at[i] == '=' && i + 1 == n) {       /* a soft line end */
            put(m, mem, out, len);
            return;
        }
        bool coded = at[i] == '=' && high >= 0 && low >= 0;
        if (at[i] == '=' && !coded)
            odd(m, MIME_INVALID_QP);
        out[len++] = (uint8_t)(coded ? high << 4 | low : at[i]);
        i += coded ? 3 : 1;
    }
    put(m, mem, out, len);
    m->eol = (uint8_t)eol;
}

/* The line end before this line is the part's own only now that the line is none of a boundary (RFC 2046, 5.1.1). */
static void put_line_end(struct mime *m, struct mime_memory mem)
{
    if (m->eol > 0 && m->sink != TO_NOBODY)
        put(m, mem, (const uint8_t *)"\r\n" + (2 - m->eol), m->eol);
    m->eol = 0;
}

/* Is this line the boundary of an open multipart? Then whatever is deeper is over. */
static bool boundary_line(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n)
{
    if (n < 3 || at[0] != '-' || at[1] != '-')
        return false;
    for (unsigned i = m->depth; i-- > 0;) {
        struct mime_span b = m->boundary[i];
        if (n - 2 < b.len || memcmp(at + 2, mime_at(m, b), b.len) != 0)
            continue;
        bool last = n >= b.len + 4u && at[b.len + 2] == '-' && at[b.len + 3] == '-';
        m->depth = (uint8_t)(last ? i : i + 1);
        base64_rest(m, mem);
        part_begins(m);
        if (last)
            m->phase = IN_BODY;
        return true;
    }
    return false;
}

static void body_line(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n, size_t eol)
{
    if (!m->midline && boundary_line(m, mem, at, n))
        return;
    if (m->sink == TO_NOBODY)
        return;
    if (m->coding != AS_IT_IS && n > ENCODED_LINE_LONG)
        odd(m, MIME_LONG_ENCODED_LINE);
    put_line_end(m, mem);
    if (m->coding == BASE64)
        base64_line(m, mem, at, n);
    else if (m->coding == QUOTED_PRINTABLE)
        quoted_line(m, mem, at, n, eol);
    else {
        put(m, mem, at, n);
        m->eol = (uint8_t)eol;
    }
}

static void header_line(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n, size_t eol)
{
    bool folded = m->midline || (n > 0 && is_blank(at[0]) && m->field.len > 0);
    if (!folded)
        field_whole(m, mem);
    if (n == 0 && eol > 0 && !m->midline) {
        header_ends(m, mem);
        return;
    }
    if (!folded && boundary_line(m, mem, at, n))
        return;
    m->cut |= buffer_add(&m->field, mem.store, mem.account, at, n, MIME_FIELD_MAX) < n;
}

void mime_line(struct mime *m, struct mime_memory mem, const uint8_t *at, size_t n, size_t eol)
{
    if (!m->begun)
        part_begins(m);
    m->begun = true;
    if (n > LINE_LONG)
        odd(m, MIME_LONG_LINE);
    if (m->phase == IN_HEADER)
        header_line(m, mem, at, n, eol);
    else
        body_line(m, mem, at, n, eol);
    m->midline = eol == 0;
}

void mime_end(struct mime *m, struct mime_memory mem)
{
    if (m->begun && m->phase == IN_HEADER)
        field_whole(m, mem);
    base64_rest(m, mem);
    if (m->depth == 0)
        put_line_end(m, mem);
    buffer_free(&m->field, mem.store, mem.account);
}

void mime_free(struct mime *m, struct mime_memory mem)
{
    buffer_free(&m->text, mem.store, mem.account);
    buffer_free(&m->field, mem.store, mem.account);
    buffer_free(&m->body, mem.store, mem.account);
    for (unsigned i = 0; i < m->file_count; i++) {
        struct file_digests unused;
        (void)file_digesting_end(m->files[i].digesting, mem.store, mem.account, &unused);
        buffer_free(&m->files[i].data, mem.store, mem.account);
    }
    *m = (struct mime){ .begun = false };
}
