/* Frames: what each one means for its stream or for the connection.
 *
 *   +-----------------------------------------------+      DATA is read as it comes, piece by piece, so that its length
 *   | length (24)                                   |      does not matter; other frames are read whole. Header blocks go
 *   | type (8) | flags (8) | R | stream id (31)     |      through HPACK frame by frame: nothing is put together.
 *   | payload ...                                   |
 */
#include "dissectors/http2/http2.h"

#include <string.h>

#include "dissectors/http2/message.h"

enum {
    HEADER = 9, FRAME_MAX = 16384, FRAME_READ_MAX = 32 * 1024,
    END_STREAM = 0x01, ACK = 0x01, END_HEADERS = 0x04, PADDED = 0x08, PRIORITY = 0x20, STREAM_ID = 0x7fffffff,
    PRIORITY_LENGTH = 5, SETTING_LENGTH = 6, SETTINGS_MAX = 64, SETTING_FIRST = 1, SETTING_LAST = 6,
    FIRST_SETTINGS_MAX = 32 * SETTING_LENGTH
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { PREFACE = sizeof preface - 1 };

struct frame {
    uint32_t length;
    uint8_t  type, flags;
    uint32_t stream;
};

/* --- records of single frames --------------------------------------------------------------------------------------- */

static struct record *aside(struct conversation *conv, const struct frame *f)
{
    struct http2_state *s = conv->state;
    const struct http2_stream *st = f->stream ? stream_find(s, f->stream) : NULL;
    struct record *r = conversation_record(conv, &http2_schema);
    r->transaction = st != NULL ? st->transaction : s->transactions++;
    record_bytes(r, HTTP_PROTOCOL, "HTTP/2", 6);
    record_uint(r, HTTP2_STREAM_ID, f->stream);
    if (f->type < FRAME_TYPES)
        record_uint(r, HTTP2_FRAMETYPE, f->type);
    return r;
}

/* Frames are nine octets and up, and a record is hundreds: so a flow may have only so many. */
static void aside_emit(struct conversation *conv, struct record *r)
{
    struct http2_state *s = conv->state;
    if (s->asides == HTTP2_ASIDES_MAX)
        return;
    if (++s->asides == HTTP2_ASIDES_MAX)
        record_anomaly(r, HTTP2_TOO_MANY_FRAMES);
    conversation_emit(conv, r);
}

static void notice(struct conversation *conv, const struct frame *f, enum http2_anomaly what)
{
    struct record *r = aside(conv, f);
    record_anomaly(r, what);
    aside_emit(conv, r);
}

static enum dissect lost(struct conversation *conv, const struct frame *f, enum http2_anomaly what)
{
    notice(conv, f, what);
    return DISSECT_LOST;
}

static void settings(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct record *r = aside(conv, f);
    if (f->length % SETTING_LENGTH != 0 || (f->flags & ACK && f->length > 0))
        record_anomaly(r, HTTP2_INVALID_FRAME_LENGTH);
    for (unsigned i = 0; i < SETTINGS_MAX && c.left >= SETTING_LENGTH; i++) {
        uint16_t id = cursor_be16(&c);
        uint32_t value = cursor_be32(&c);
        if (id >= SETTING_FIRST && id <= SETTING_LAST)
            record_uint(r, (uint16_t)(HTTP2_HEADER_TABLE_SIZE + id - SETTING_FIRST), value);
    }
    aside_emit(conv, r);
}

static void goaway(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct record *r = aside(conv, f);
    uint32_t last = cursor_be32(&c) & STREAM_ID, error = cursor_be32(&c);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, HTTP2_INVALID_FRAME_LENGTH);
    } else {
        record_uint(r, HTTP2_LAST_STREAM_ID, last);
        record_uint(r, HTTP2_ERRORCODE, error);
    }
    aside_emit(conv, r);
}

static void window_update(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct record *r = aside(conv, f);
    uint32_t more = cursor_be32(&c) & STREAM_ID;
    if (f->length != 4)
        record_anomaly(r, HTTP2_INVALID_FRAME_LENGTH);
    else
        record_uint(r, HTTP2_WINDOW, more);
    aside_emit(conv, r);
}

static void rst_stream(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct http2_stream *st = stream_find(conv->state, f->stream);
    uint32_t error = cursor_be32(&c);
    uint64_t transaction = st != NULL ? st->transaction : 0;
    if (st != NULL)
        stream_abort(conv, st);
    struct record *r = aside(conv, f);
    if (st != NULL)
        r->transaction = transaction;
    if (f->length != 4)
        record_anomaly(r, HTTP2_INVALID_FRAME_LENGTH);
    else
        record_uint(r, HTTP2_ERRORCODE, error);
    aside_emit(conv, r);
}

static void priority(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct record *r = aside(conv, f);
    cursor_skip(&c, 4);
    uint8_t weight = cursor_u8(&c);
    if (f->length != PRIORITY_LENGTH)
        record_anomaly(r, HTTP2_INVALID_FRAME_LENGTH);
    else
        record_uint(r, HTTP2_PRIORITY, weight);
    aside_emit(conv, r);
}

/* --- header blocks ---------------------------------------------------------------------------------------------------- */

/* What is left of the payload without padding; false: there is more padding than payload. */
static bool unpad(const struct frame *f, struct cursor *c)
{
    uint8_t padding = f->flags & PADDED ? cursor_u8(c) : 0;
    struct cursor inner = cursor_sub(c, padding <= c->left ? c->left - padding : c->left + 1);
    *c = inner;
    return inner.status == CURSOR_OK;
}

static enum dissect block_piece(struct conversation *conv, const struct frame *f, struct cursor piece)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    bool final = (f->flags & END_HEADERS) != 0;
    struct http2_stream *st = side->promised ? NULL : stream_find(s, side->stream);
    struct http2_block block = { conv, st != NULL ? &st->part[conv->dir] : NULL };
    side->in_block = !final;
    if (!hpack_read(&side->hpack, conv, piece, final, stream_header, &block))
        return lost(conv, f, HTTP2_INVALID_HEADER);
    if (final && side->ends && st != NULL)
        stream_part_end(conv, st);
    return DISSECT_PDU;
}

static enum dissect headers(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    uint8_t weight = 0;
    if (f->stream == 0 || !unpad(f, &c))
        return lost(conv, f, HTTP2_INVALID_FRAME_DATA);
    if (f->flags & PRIORITY) {
        cursor_skip(&c, 4);
        weight = cursor_u8(&c);
        if (c.status != CURSOR_OK)
            return lost(conv, f, HTTP2_INVALID_FRAME_DATA);
    }
    side->stream = f->stream;
    side->promised = false;
    side->ends = (f->flags & END_STREAM) != 0;
    struct http2_stream *st = stream_take(conv, f->stream);
    if (st != NULL) {
        struct http2_part *p = &st->part[conv->dir];
        stream_headers_begin(conv, p);
        if (p->ended)
            p->anomalies |= UINT64_C(1) << HTTP2_STREAM_ID_REUSE;
        p->frames |= 1u << FRAME_HEADERS;
        p->priority = f->flags & PRIORITY ? weight : p->priority;
        p->size_update = hpack_size_update(c);
    }
    return block_piece(conv, f, c);
}

/* The request that a server answers unasked. Its headers are read only to keep the table in step. */
static enum dissect push_promise(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    if (!unpad(f, &c))
        return lost(conv, f, HTTP2_INVALID_FRAME_DATA);
    cursor_skip(&c, 4);
    if (c.status != CURSOR_OK)
        return lost(conv, f, HTTP2_INVALID_FRAME_DATA);
    side->stream = f->stream;
    side->promised = true;
    side->ends = false;
    aside_emit(conv, aside(conv, f));
    return block_piece(conv, f, c);
}

static enum dissect continuation(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct http2_state *s = conv->state;
    struct http2_stream *st = stream_find(s, f->stream);
    if (st != NULL)
        st->part[conv->dir].frames |= 1u << FRAME_CONTINUATION;
    return block_piece(conv, f, c);
}

static enum dissect frame(struct conversation *conv, const struct frame *f, struct cursor c)
{
    struct http2_state *s = conv->state;
    const struct http2_side *side = &s->side[conv->dir];
    if (side->in_block != (f->type == FRAME_CONTINUATION) || (side->in_block && f->stream != side->stream))
        return lost(conv, f, HTTP2_INVALID_FRAME_DATA);     /* RFC 9113, 6.10: nothing comes between */
    switch (f->type) {
    case FRAME_HEADERS:       return headers(conv, f, c);
    case FRAME_PUSH_PROMISE:  return push_promise(conv, f, c);
    case FRAME_CONTINUATION:  return continuation(conv, f, c);
    case FRAME_SETTINGS:      settings(conv, f, c); break;
    case FRAME_GOAWAY:        goaway(conv, f, c); break;
    case FRAME_WINDOW_UPDATE: window_update(conv, f, c); break;
    case FRAME_RST_STREAM:    rst_stream(conv, f, c); break;
    case FRAME_PRIORITY:      priority(conv, f, c); break;
    case FRAME_PING:          aside_emit(conv, aside(conv, f)); break;
    default:                  break;        /* RFC 9113, 4.1: unknown types are ignored */
    }
    return DISSECT_PDU;
}

/* --- DATA ---------------------------------------------------------------------------------------------------------------- */

static void data_end(struct conversation *conv)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    struct http2_stream *st = stream_find(s, side->stream);
    if (side->ends && st != NULL)
        stream_part_end(conv, st);
}

static enum dissect data_begin(struct conversation *conv, const struct frame *f, struct cursor *in)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    struct http2_stream *st = stream_find(s, f->stream);
    bool padded = f->flags & PADDED && f->length > 0;
    struct cursor c = *in;
    uint8_t padding = padded ? cursor_u8(&c) : 0;
    if (c.status != CURSOR_OK) {
        conv->need = HEADER + 1;
        return DISSECT_MORE;
    }
    if (f->stream == 0)
        notice(conv, f, HTTP2_DATA_STREAM_ZERO);
    if (side->in_block || padding + (uint32_t)padded > f->length)
        return lost(conv, f, HTTP2_INVALID_FRAME_DATA);
    side->stream = f->stream;
    side->ends = (f->flags & END_STREAM) != 0;
    side->data_left = f->length - padding - padded;
    side->skip_left = padding;
    if (st != NULL) {
        st->part[conv->dir].frames |= 1u << FRAME_DATA;
        st->used = s->frames;
    }
    *in = c;
    if (side->data_left == 0)
        data_end(conv);
    return DISSECT_PDU;
}

static enum dissect data_piece(struct conversation *conv, struct cursor *in)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    struct http2_stream *st = stream_find(s, side->stream);
    size_t n = in->left < side->data_left ? in->left : side->data_left;
    const uint8_t *at = cursor_bytes(in, n);
    if (st != NULL)
        stream_data(conv, st, at, n);
    side->data_left -= (uint32_t)n;
    if (side->data_left == 0)
        data_end(conv);
    return DISSECT_PDU;
}

/* --- entry --------------------------------------------------------------------------------------------------------------- */

static enum dissect skip_piece(struct http2_side *side, struct cursor *in)
{
    size_t n = in->left < side->skip_left ? in->left : side->skip_left;
    cursor_skip(in, n);
    side->skip_left -= (uint32_t)n;
    return DISSECT_PDU;
}

static enum dissect take_preface(struct conversation *conv, struct cursor *in)
{
    struct http2_state *s = conv->state;
    size_t n = in->left < PREFACE ? in->left : PREFACE;
    if (memcmp(in->at, preface, n) != 0)
        return lost(conv, &(struct frame){ .type = FRAME_TYPES }, HTTP2_INVALID_CLIENT_MAGIC);
    if (n < PREFACE) {
        conv->need = PREFACE;
        return DISSECT_MORE;
    }
    cursor_skip(in, PREFACE);
    s->side[FROM_CLIENT].begun = true;
    return DISSECT_PDU;
}

static struct frame frame_header(struct cursor *c)
{
    struct frame f = { .length = cursor_be24(c) };
    f.type = cursor_u8(c);
    f.flags = cursor_u8(c);
    f.stream = cursor_be32(c) & STREAM_ID;
    return f;
}

/* Too long to be read: stepped over, unless the compression's table would miss it. */
static enum dissect long_frame(struct conversation *conv, const struct frame *f, struct cursor *in, struct cursor after)
{
    struct http2_state *s = conv->state;
    if (f->type >= FRAME_TYPES)
        return lost(conv, f, HTTP2_INVALID_FRAME_HEADER);
    if (f->type == FRAME_HEADERS || f->type == FRAME_CONTINUATION || f->type == FRAME_PUSH_PROMISE)
        return lost(conv, f, HTTP2_LONG_FRAME_DATA);
    notice(conv, f, HTTP2_LONG_FRAME_DATA);
    s->side[conv->dir].skip_left = f->length;
    *in = after;
    return DISSECT_PDU;
}

static enum dissect http2_pdu(struct conversation *conv, struct cursor *in)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    if (in->left == 0)
        return DISSECT_MORE;
    if (conv->dir == FROM_CLIENT && !side->begun)
        return take_preface(conv, in);
    if (side->data_left > 0)
        return data_piece(conv, in);
    if (side->skip_left > 0)
        return skip_piece(side, in);
    struct cursor c = *in;
    struct frame f = frame_header(&c);
    if (c.status != CURSOR_OK) {
        conv->need = HEADER;
        return DISSECT_MORE;
    }
    if (f.type == FRAME_DATA) {
        enum dissect verdict = data_begin(conv, &f, &c);
        if (verdict == DISSECT_PDU)
            *in = c;
        s->frames += verdict == DISSECT_PDU;
        return verdict;
    }
    if (f.length > FRAME_READ_MAX || (f.type >= FRAME_TYPES && f.length > FRAME_MAX))
        return long_frame(conv, &f, in, c);
    struct cursor payload = cursor_sub(&c, f.length);
    if (c.status != CURSOR_OK) {
        conv->need = HEADER + f.length;
        return DISSECT_MORE;
    }
    s->frames++;
    enum dissect verdict = frame(conv, &f, payload);
    if (verdict == DISSECT_PDU)
        *in = c;
    return verdict;
}

/* Inside DATA or what is stepped over the framing holds; a hole anywhere else loses it, and the table with it. */
static bool http2_gap(struct conversation *conv, size_t missing)
{
    struct http2_state *s = conv->state;
    struct http2_side *side = &s->side[conv->dir];
    struct http2_stream *st = stream_find(s, side->stream);
    if (missing > (size_t)side->data_left + side->skip_left)
        return false;
    size_t data = missing < side->data_left ? missing : side->data_left;
    if (data > 0 && st != NULL) {
        st->part[conv->dir].m.incomplete = true;
        st->part[conv->dir].m.body_len += data;
    }
    side->data_left -= (uint32_t)data;
    side->skip_left -= (uint32_t)(missing - data);
    if (data > 0 && side->data_left == 0)
        data_end(conv);
    return true;
}

static void http2_end(struct conversation *conv)
{
    struct http2_state *s = conv->state;
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++)
        if (s->streams[i] != NULL)
            stream_abort(conv, s->streams[i]);
    for (int dir = 0; dir < 2; dir++)
        hpack_close(&s->side[dir].hpack, conv);
}

/* The preface is certain. A server's first frame is SETTINGS, which is a likely beginning of nothing else. */
static enum probe http2_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->dir == FROM_CLIENT) {
        size_t n = c.left < PREFACE ? c.left : PREFACE;
        if (memcmp(c.at, preface, n) != 0)
            return PROBE_NO;
        return n == PREFACE ? PROBE_YES : PROBE_MORE;
    }
    struct frame f = frame_header(&c);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    bool like = f.type == FRAME_SETTINGS && f.flags == 0 && f.stream == 0 && f.length % SETTING_LENGTH == 0;
    return like && f.length <= FIRST_SETTINGS_MAX ? PROBE_MAYBE : PROBE_NO;
}

const struct dissector dissector_http2 = {
    .schema = &http2_schema,
    .source = "RFC 9113, RFC 7541",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { 80, 8080 },
    .ndpi = "HTTP2",
    .state_size = sizeof(struct http2_state),
    .probe = http2_probe,
    .pdu = http2_pdu,
    .gap = http2_gap,
    .end = http2_end,
};
