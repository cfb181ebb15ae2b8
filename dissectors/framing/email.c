#include "dissectors/framing/email.h"

#include <string.h>
#include <strings.h>

#include "dissectors/framing/line.h"

enum { URLS_MAX = 64 };

static void row(struct record *r, uint16_t at, const struct mime *m, struct mime_span s)
{
    if (s.len > 0)
        record_bytes(r, at, mime_at(m, s), s.len);
}

/* To and Cc: addresses apart at the commas that stand in no quotes. */
static void address_rows(struct record *r, uint16_t at, const struct mime *m, struct mime_span s)
{
    const uint8_t *text = mime_at(m, s);
    bool quoted = false;
    uint32_t begin = 0;
    for (uint32_t i = 0; i <= s.len; i++) {
        if (i < s.len && text[i] == '"')
            quoted = !quoted;
        if (i < s.len && (text[i] != ',' || quoted))
            continue;
        while (begin < i && (text[begin] == ' ' || text[begin] == '\t'))
            begin++;
        if (i > begin)
            record_bytes(r, at, text + begin, i - begin);
        begin = i + 1;
    }
}

static bool ends_url(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c >= 0x7f;
}

/* What a scheme and :// lead to, up to a blank, a quote or an angle bracket (RFC 3986 appendix C). */
static void url_rows(struct record *r, uint16_t at, const struct buffer *body)
{
    static const char *const schemes[] = { "http", "https", "ftp" };
    const uint8_t *text = body->at;
    size_t i = 0;
    for (unsigned found = 0; found < URLS_MAX && i < body->len;) {
        const uint8_t *slashes = memmem(text + i, body->len - i, "://", 3);
        if (slashes == NULL)
            return;
        size_t scheme = (size_t)(slashes - text), begin = scheme + 3, end = begin;
        bool known = false;
        for (size_t k = 0; k < sizeof schemes / sizeof schemes[0] && !known; k++) {
            size_t n = strlen(schemes[k]);
            known = scheme >= n && strncasecmp((const char *)text + scheme - n, schemes[k], n) == 0;
        }
        while (end < body->len && !ends_url(text[end]))
            end++;
        if (known && end > begin) {
            record_bytes(r, at, text + begin, end - begin);
            found++;
        }
        i = end;
    }
}

static void email_rows(struct record *r, uint16_t first, const struct mime *m)
{
    static const struct { enum mime_field field; enum email_row row; bool addresses; } rows[] = {
        { MIME_FROM, EMAIL_FROM, false }, { MIME_TO, EMAIL_TO, true }, { MIME_CC, EMAIL_CC, true }, { MIME_SUBJECT, EMAIL_SUBJECT, false },
        { MIME_DATE, EMAIL_DATE, false }, { MIME_MESSAGE_ID, EMAIL_MESSAGE_ID, false }, { MIME_X_MAILER, EMAIL_X_MAILER, false },
        { MIME_REPLY_TO, EMAIL_REPLY_TO, false }
    };
    record_item(r, (uint16_t)(first + EMAIL_ITEM));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        (rows[i].addresses ? address_rows : row)(r, (uint16_t)(first + rows[i].row), m, m->fields[rows[i].field]);
    for (unsigned i = 0; i < m->received_count; i++)
        row(r, (uint16_t)(first + EMAIL_RECEIVED), m, m->received[i]);
    url_rows(r, (uint16_t)(first + EMAIL_URL), &m->body);
    for (unsigned i = 0; i < m->file_count; i++)
        row(r, (uint16_t)(first + EMAIL_ATTACHMENT), m, m->files[i].name);
    if (m->body.len > 0)
        record_bytes(r, (uint16_t)(first + EMAIL_BODY), m->body.at, m->body.len);
}

void email_add(struct record *r, struct email_place at, struct mime *m, const struct conversation *conv, bool gaps, bool cut,
               struct file_digests *rooms)
{
    email_rows(r, at.email, m);
    for (unsigned i = 0; i < m->file_count; i++) {
        struct mime_file *f = &m->files[i];
        bool last = i + 1u == m->file_count;
        struct file_digests digests;
        bool digested = file_digesting_end(f->digesting, conv->store, conv->account, &digests);
        f->digesting = NULL;
        file_add(r, at.files, &(struct file){
            .name = mime_at(m, f->name), .name_len = f->name.len, .type = mime_at(m, f->type), .type_len = f->type.len,
            .data = f->data.at, .len = f->data.len, .size = f->size, .whole = !gaps && !(last && cut),
            .gaps = gaps, .digests = digested ? &digests : NULL }, conv->out->file_wants, &rooms[i]);
    }
}

size_t email_lines(struct mime *m, const struct conversation *conv, const uint8_t *at, size_t n, bool last)
{
    struct cursor c = cursor_over(at, n), line;
    size_t eol;
    while (c.left > 0 && line_take(&c, MIME_LINE_MAX, &line, &eol) != LINE_MORE)
        mime_line(m, email_memory(conv), line.at, line.left, eol);
    if (last && c.left > 0) {
        mime_line(m, email_memory(conv), c.at, c.left, 0);
        return n;
    }
    return n - c.left;
}
