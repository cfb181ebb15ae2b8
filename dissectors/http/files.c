/* The files that a message carries: a form's parts, any other body that is sent up, and what a response brings.
 *
 * A file's name is the filename of Content-Disposition (RFC 6266, RFC 7578), else the path that was asked for, as Suricata has
 * it. A part of a file (206, Content-Range) is told as such and is no whole file.
 */
#include <ctype.h>
#include <string.h>

#include "dissectors/framing/parts.h"
#include "dissectors/http/message.h"

bool disposition_name(const uint8_t *at, size_t n, const uint8_t **name, size_t *len)
{
    static const char key[] = "filename=";
    size_t i = 0, end;
    while (i + sizeof key - 1 <= n && !(word_is(at + i, sizeof key - 1, key) && (i == 0 || at[i - 1] == ';' || is_space(at[i - 1]))))
        i++;
    if (i + sizeof key - 1 > n)
        return false;
    i += sizeof key - 1;
    bool quoted = i < n && at[i] == '"';
    i += quoted;
    for (end = i; end < n && (quoted ? at[end] != '"' : at[end] != ';' && !is_space(at[end])); end++)
        end += quoted && at[end] == '\\' && end + 1 < n;
    *name = at + i;
    *len = end - i;
    return true;
}

static bool encoded(const struct http_message *m)
{
    struct span value = header_value(m, "content-encoding");
    return value.len > 0 && !word_is(built_at(m, value), value.len, "identity");
}

static bool is_form(const struct http_message *m)
{
    struct span type = header_value(m, "content-type");
    return multipart_is(built_at(m, type), type.len);
}

static bool carries_file(const struct conversation *conv, const struct http_message *m)
{
    return conv->dir == FROM_SERVER || m->kind == HTTP_METHOD_UPLOAD;
}

void files_digest_begin(struct conversation *conv, struct http_message *m)
{
    if (conv->out->file_wants && carries_file(conv, m) && !encoded(m) && !(conv->dir == FROM_CLIENT && is_form(m)))
        m->digesting = file_digesting_begin(conv->store, conv->account, conv->out->file_wants);
}

void asked_keep(struct conversation *conv, const struct http_message *request, struct http_asked *asked)
{
    if (asked->text.len > 0)
        return;
    buffer_add(&asked->text, conv->store, conv->account, built_at(request, request->uri), request->path_len, HTTP_NAME_MAX);
    asked->path_len = asked->text.len;
    buffer_add(&asked->text, conv->store, conv->account, built_at(request, request->hostname), request->hostname.len, HTTP_NAME_MAX);
}

void asked_leave(struct conversation *conv, const struct http_asked *asked)
{
    if (conv->bequest == NULL || conv->bequest->len > 0)
        return;
    buffer_add(conv->bequest, conv->store, conv->account, &asked->path_len, sizeof asked->path_len, sizeof asked->path_len);
    buffer_add(conv->bequest, conv->store, conv->account, asked->text.at, asked->text.len, HTTP_NAME_MAX);
}

void asked_inherit(struct conversation *conv, struct http_asked *asked)
{
    struct buffer *left = conv->bequest;
    uint32_t path_len;
    if (left == NULL || left->len <= sizeof path_len || asked->text.len > 0)
        return;
    memcpy(&path_len, left->at, sizeof path_len);
    buffer_add(&asked->text, conv->store, conv->account, left->at + sizeof path_len, left->len - sizeof path_len, HTTP_NAME_MAX);
    asked->path_len = path_len < asked->text.len ? path_len : asked->text.len;
    left->len = 0;
}

static void body_name(const struct http_message *m, bool request, struct file *f)
{
    struct span value = header_value(m, "content-disposition");
    if (!request && disposition_name(built_at(m, value), value.len, &f->name, &f->name_len) && f->name_len > 0)
        return;
    f->name = request ? built_at(m, m->uri) : m->asked.text.at;
    f->name_len = request ? m->path_len : m->asked.path_len;
}

/* "bytes 200-1023/146515" (RFC 9110, 14.4); all of it is no part. Gives the whole's size, 0: it is no part or does not say. */
static uint64_t body_range(struct http_message *m, struct file *f)
{
    struct span value = header_value(m, "content-range");
    const uint8_t *at = built_at(m, value);
    uint64_t numbers[3] = { 0, 0, 0 };
    unsigned which = 0;
    for (uint32_t i = 0; i < value.len && which < 3; i++) {
        if (isdigit(at[i]) && numbers[which] < UINT64_MAX / 16)
            numbers[which] = numbers[which] * 10 + at[i] - '0';
        which += at[i] == '-' || at[i] == '/';
    }
    bool unknown = value.len > 0 && at[value.len - 1] == '*';
    if (m->status_code == 206 && value.len > 0 &&
        (which != 2 || numbers[1] < numbers[0] || (!unknown && numbers[1] >= numbers[2])))
        message_anomaly(m, HTTP_RANGE_INVALID);
    if (m->status_code != 206 || which == 0)
        return 0;
    f->ranged = true;
    f->start = numbers[0];
    f->end = numbers[1];
    bool part = f->start != 0 || f->end + 1 != numbers[2];
    bool complete = f->whole && f->len == f->size;
    f->whole = f->whole && !part;
    return part && complete ? numbers[2] : 0;
}

/* The last part of a file brings the whole of it. */
static void parts_join(struct conversation *conv, const struct http_message *m, const struct file *part, uint64_t total, struct http_files *out)
{
    const struct buffer *key = &m->asked.text;
    if (conv->out->parts == NULL || total == 0 || key->len == 0)
        return;
    struct file f = { .name = part->name, .name_len = part->name_len, .type = part->type, .type_len = part->type_len,
                      .len = (size_t)total, .size = total, .whole = true };
    f.data = file_parts_add(conv->out->parts, &(struct file_part){ key->at, key->len, part->start, total, part->data, part->len });
    if (f.data != NULL)
        file_add(out->r, HTTP_FILES, &f, out->wants, out->rooms == NULL ? NULL : &out->rooms[1]);
}

static void body_file(struct conversation *conv, struct http_message *m, const struct buffer *decoded, struct http_files *out)
{
    bool request = out->r->dir == FROM_CLIENT, plain = decoded->len == 0;
    const struct buffer *body = plain ? &m->body : decoded;
    struct span type = header_value(m, "content-type");
    struct file_digests *room = out->rooms;
    bool digested = room != NULL && file_digesting_end(m->digesting, conv->store, conv->account, room) && plain;
    struct file f = { .data = body->at, .len = body->len, .size = plain ? m->body_len : body->len, .type = built_at(m, type), .type_len = type.len,
                      .whole = !m->incomplete && (plain ? digested || !m->limited : !m->limited && body->len < HTTP_BODY_MAX),
                      .digests = digested ? room : NULL };
    if (room != NULL)
        m->digesting = NULL;
    body_name(m, request, &f);
    if (f.name_len > HTTP_FILE_NAME_MAX)
        message_anomaly(m, HTTP_FILE_NAME_LONG);
    uint64_t total = body_range(m, &f);
    file_add(out->r, HTTP_FILES, &f, out->wants, room);
    parts_join(conv, m, &f, total, out);
}

void files_add(struct conversation *conv, struct http_message *m, const struct buffer *decoded, struct record *r)
{
    struct span type = header_value(m, "content-type");
    const struct buffer *body = decoded->len > 0 ? decoded : &m->body;
    struct http_files out = { .r = r, .m = m };
    if (m->body_len == 0 || !carries_file(conv, m))
        return;
    if (conv->out->file_wants)
        out.rooms = m->digests = store_take(conv->store, conv->account, HTTP_FILES_MAX * sizeof *m->digests);
    out.wants = out.rooms == NULL ? 0 : conv->out->file_wants;
    if (r->dir == FROM_SERVER || !multipart_read(&out, built_at(m, type), type.len, body->at, body->len))
        body_file(conv, m, decoded, &out);
}

void files_forget(struct conversation *conv, struct http_message *m)
{
    struct file_digests unread;
    file_digesting_end(m->digesting, conv->store, conv->account, &unread);
    if (m->digests != NULL)
        store_give(conv->store, conv->account, m->digests, HTTP_FILES_MAX * sizeof *m->digests);
    m->digesting = NULL;
    m->digests = NULL;
}
