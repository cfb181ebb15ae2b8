/* Streams: their headers become an HTTP message as HTTP/1 has it, so that everything made from one is shared.
 *
 * `raw` of a message is its header lines as "name: value" and, behind them, the start line that HTTP/2 does not have, in the
 * words that rules know from Suricata: "GET /index.html HTTP/2\r\n".
 */
#include <ctype.h>
#include <string.h>

#include "dissectors/http2/message.h"

static void part_clear(struct conversation *conv, struct http2_part *p)
{
    message_clear(conv, &p->m);
    p->priority = -1;
    p->size_update = -1;
    p->anomalies = 0;
    p->frames = 0;
}

/* --- headers in ------------------------------------------------------------------------------------------------------- */

static struct span raw_add(struct conversation *conv, struct http_message *m, const void *bytes, size_t n)
{
    uint32_t at = m->raw.len;
    size_t kept = buffer_add(&m->raw, conv->store, conv->account, bytes, n, HTTP_HEAD_MAX);
    m->incomplete |= kept < n;
    return (struct span){ at, (uint32_t)kept };
}

/* RFC 9113, 8.2.1 and 8.3: lower case, no control characters, nothing pseudo behind a plain one. */
static bool name_right(const struct http_message *m, const uint8_t *name, size_t n)
{
    const struct http_header *h = (const struct http_header *)(const void *)m->headers.at;
    bool pseudo = n > 0 && name[0] == ':';
    for (size_t i = pseudo; i < n; i++)
        if (name[i] <= ' ' || name[i] >= 0x7f || isupper(name[i]) || name[i] == ':')
            return false;
    if (!pseudo || m->header_count == 0)
        return n > pseudo;
    return n > 1 && *raw_at(m, h[m->header_count - 1].name) == ':';
}

void stream_header(void *ctx, const uint8_t *name, size_t name_len, const uint8_t *value, size_t value_len)
{
    struct http2_block *b = ctx;
    if (b->part == NULL)
        return;
    struct http_message *m = &b->part->m;
    if (!name_right(m, name, name_len))
        b->part->anomalies |= UINT64_C(1) << HTTP2_INVALID_HEADER;
    if (m->incomplete || m->emitted)
        return;
    struct http_header h = { .name = raw_add(b->conv, m, name, name_len) };
    raw_add(b->conv, m, ": ", 2);
    h.value = raw_add(b->conv, m, value, value_len);
    raw_add(b->conv, m, "\r\n", 2);
    if (m->incomplete)
        b->part->anomalies |= UINT64_C(1) << HTTP2_REASSEMBLY_LIMIT;
    else
        header_add(b->conv, m, h);
}

static struct span raw_value(const struct http_message *m, const char *name)
{
    const struct http_header *h = header_find(m, name);
    return h == NULL ? (struct span){ 0, 0 } : h->value;
}

/* What came before was an interim response (RFC 9110, 15.2): the response proper begins anew. */
void stream_headers_begin(struct conversation *conv, struct http2_part *p)
{
    struct span status = raw_value(&p->m, ":status");
    if (p->headers && !p->m.emitted && status.len == 3 && *raw_at(&p->m, status) == '1')
        part_clear(conv, p);
    p->headers = true;
}

/* --- a message made of them ------------------------------------------------------------------------------------------- */


/* The span is in raw, which may move: so it is copied by way of a local piece. */
static struct span again(struct conversation *conv, struct http_message *m, struct span s)
{
    uint8_t piece[256];
    struct span all = { m->raw.len, 0 };
    for (uint32_t done = 0; done < s.len && !m->incomplete; ) {
        uint32_t n = s.len - done < sizeof piece ? s.len - done : (uint32_t)sizeof piece;
        memcpy(piece, m->raw.at + s.at + done, n);
        all.len += raw_add(conv, m, piece, n).len;
        done += n;
    }
    return all;
}

static void hostname_make(struct conversation *conv, struct http_message *m)
{
    const uint8_t *at = raw_at(m, m->host), *user = m->host.len ? memrchr(at, '@', m->host.len) : NULL;
    uint32_t from = user == NULL ? 0 : (uint32_t)(user - at) + 1, to = m->host.len;
    const uint8_t *colon = to > from ? memrchr(at + from, ':', to - from) : NULL;
    if (colon != NULL && memchr(colon, ']', (size_t)(at + to - colon)) == NULL)
        to = (uint32_t)(colon - at);
    m->hostname = (struct span){ m->built.len, 0 };
    for (uint32_t i = from; i < to; i++) {
        uint8_t c = (uint8_t)tolower(raw_at(m, m->host)[i]);
        m->hostname.len += built_add(conv, m, &c, 1).len;
    }
}

static void host_check(struct http2_part *p)
{
    const struct http_message *m = &p->m;
    struct span authority = raw_value(m, ":authority"), host = raw_value(m, "host");
    if (authority.len > 0 && memchr(raw_at(m, authority), '@', authority.len) != NULL)
        p->anomalies |= UINT64_C(1) << HTTP2_USERINFO_IN_URI;
    if (authority.len == 0 || header_find(m, "host") == NULL)
        return;
    if (authority.len != host.len || strncasecmp((const char *)raw_at(m, authority), (const char *)raw_at(m, host), host.len) != 0)
        p->anomalies |= UINT64_C(1) << HTTP2_AUTHORITY_HOST_MISMATCH;
}

static void request_make(struct conversation *conv, struct http2_part *p)
{
    struct http_message *m = &p->m;
    m->method = raw_value(m, ":method");
    m->target = raw_value(m, ":path");
    m->host = raw_value(m, ":authority");
    if (m->host.len == 0)
        m->host = raw_value(m, "host");
    m->kind = (uint8_t)method_kind(raw_at(m, m->method), m->method.len);
    m->line.at = m->raw.len;
    again(conv, m, m->method);
    raw_add(conv, m, " ", 1);
    again(conv, m, m->target);
    raw_add(conv, m, " ", 1);
}

static void response_make(struct conversation *conv, struct http2_part *p)
{
    struct http_message *m = &p->m;
    (void)conv;
    m->status = raw_value(m, ":status");
    for (uint32_t i = 0; m->status.len == 3 && i < 3; i++)
        m->status_code = (uint16_t)(m->status_code * 10 + (raw_at(m, m->status)[i] & 0x0f));
    m->line.at = m->raw.len;
}

static void line_end(struct conversation *conv, struct http_message *m, bool response)
{
    m->protocol = raw_add(conv, m, "HTTP/2", 6);
    if (response) {
        raw_add(conv, m, " ", 1);
        again(conv, m, m->status);
    }
    raw_add(conv, m, "\r\n", 2);
    m->line.len = m->raw.len - m->line.at;
}

static void part_make(struct conversation *conv, struct http2_part *p)
{
    struct http_message *m = &p->m;
    if (conv->dir == FROM_CLIENT)
        request_make(conv, p);
    else
        response_make(conv, p);
    line_end(conv, m, conv->dir == FROM_SERVER);
    headers_build(conv, m);
    m->start.len = 0;       /* rules know it from HTTP/1 only */
    if (conv->dir == FROM_SERVER)
        return;
    m->uri = built_add(conv, m, raw_at(m, m->target), m->target.len);
    hostname_make(conv, m);
    host_check(p);
}

/* --- the record out --------------------------------------------------------------------------------------------------- */

static void header_rows(struct record *r, const struct http_message *m)
{
    const struct http_header *h = (const struct http_header *)(const void *)m->headers.at;
    for (unsigned i = 0; i < m->header_count; i++) {
        record_bytes(r, HTTP2_HEADER_NAME, raw_at(m, h[i].name), h[i].name.len);
        record_bytes(r, HTTP2_HEADER, raw_at(m, h[i].name), h[i].value.at + h[i].value.len - h[i].name.at);
    }
}

static void frame_rows(struct record *r, const struct http2_stream *st, const struct http2_part *p)
{
    record_uint(r, HTTP2_STREAM_ID, st->id);
    for (uint32_t type = 0; type < FRAME_TYPES; type++)
        if (p->frames >> type & 1)
            record_uint(r, HTTP2_FRAMETYPE, type);
    if (p->priority >= 0)
        record_uint(r, HTTP2_PRIORITY, (uint64_t)p->priority);
    if (p->size_update >= 0)
        record_uint(r, HTTP2_SIZE_UPDATE, (uint64_t)p->size_update);
}

static uint64_t anomalies_of(const struct http2_part *p)
{
    uint64_t all = p->anomalies;
    if (p->m.anomalies >> HTTP_ENCODING_FAILED & 1)
        all |= UINT64_C(1) << HTTP2_FAILED_DECOMPRESSION;
    if (p->m.anomalies >> HTTP_ENCODING_BOMB & 1)
        all |= UINT64_C(1) << HTTP2_COMPRESSION_BOMB;
    if (p->m.anomalies >> HTTP_RANGE_INVALID & 1)
        all |= UINT64_C(1) << HTTP2_INVALID_RANGE;
    return all;
}

static void part_emit(struct conversation *conv, struct http2_stream *st)
{
    struct http2_part *p = &st->part[conv->dir];
    struct buffer decoded = { 0 };
    if (p->m.emitted || p->frames == 0)
        return;
    part_make(conv, p);
    p->m.transaction = st->transaction;
    struct record *r = conversation_record(conv, &http2_schema);
    message_fill(conv, &p->m, &decoded, r);
    r->anomalies = anomalies_of(p);
    if (conv->dir == FROM_SERVER)
        record_bytes(r, HTTP_STAT_MSG, "", 0);
    header_rows(r, &p->m);
    frame_rows(r, st, p);
    conversation_emit(conv, r);
    if (conv->dir == FROM_CLIENT)
        asked_keep(conv, &p->m, &st->part[FROM_SERVER].m.asked);
    message_said(conv, &p->m, &decoded);
}

void stream_data(struct conversation *conv, struct http2_stream *st, const uint8_t *at, size_t n)
{
    if (!body_add(conv, &st->part[conv->dir].m, at, n))
        part_emit(conv, st);
}

/* --- streams ------------------------------------------------------------------------------------------------------------ */

struct http2_stream *stream_find(const struct http2_state *s, uint32_t id)
{
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++)
        if (s->streams[i] != NULL && s->streams[i]->id == id)
            return s->streams[i];
    return NULL;
}

static void stream_free(struct conversation *conv, struct http2_stream *st)
{
    struct http2_state *s = conv->state;
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++)
        if (s->streams[i] == st)
            s->streams[i] = NULL;
    for (int dir = 0; dir < 2; dir++)
        message_clear(conv, &st->part[dir].m);
    store_give(conv->store, conv->account, st, sizeof *st);
}

void stream_abort(struct conversation *conv, struct http2_stream *st)
{
    enum direction now = conv->dir;
    for (int dir = 0; dir < 2; dir++) {
        conv->dir = (enum direction)dir;
        st->part[dir].m.incomplete = true;
        part_emit(conv, st);
    }
    conv->dir = now;
    stream_free(conv, st);
}

void stream_part_end(struct conversation *conv, struct http2_stream *st)
{
    struct http2_part *p = &st->part[conv->dir];
    part_emit(conv, st);
    p->ended = true;
    if (st->part[!conv->dir].ended)
        stream_free(conv, st);
}

/* A free place; when there is none, that of the stream which was used last the longest ago. */
static size_t place_take(struct conversation *conv, bool *full)
{
    const struct http2_state *s = conv->state;
    size_t idle = 0;
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++) {
        if (s->streams[i] == NULL)
            return i;
        if (s->streams[i]->used < s->streams[idle]->used)
            idle = i;
    }
    *full = true;
    stream_abort(conv, s->streams[idle]);
    return idle;
}

struct http2_stream *stream_take(struct conversation *conv, uint32_t id)
{
    struct http2_state *s = conv->state;
    struct http2_stream *st = stream_find(s, id);
    bool full = false;
    if (st == NULL) {
        size_t place = place_take(conv, &full);
        st = store_take(conv->store, conv->account, sizeof *st);
        if (st == NULL)
            return NULL;
        st->id = id;
        st->transaction = s->transactions++;
        for (int dir = 0; dir < 2; dir++)
            part_clear(conv, &st->part[dir]);
        if (id == 1 && s->highest == 0 && conv->dir == FROM_SERVER)        /* the request came before the Upgrade (RFC 7540, 3.2) */
            asked_inherit(conv, &st->part[FROM_SERVER].m.asked);
        s->streams[place] = st;
        bool reused = conv->dir == FROM_CLIENT && id <= s->highest;
        st->part[conv->dir].anomalies = (uint64_t)full << HTTP2_TOO_MANY_STREAMS | (uint64_t)reused << HTTP2_STREAM_ID_REUSE;
        if (conv->dir == FROM_CLIENT && id > s->highest)
            s->highest = id;
    }
    st->used = s->frames;
    return st;
}
