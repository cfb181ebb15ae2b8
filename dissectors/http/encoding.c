/* Content-Encoding taken off: gzip, deflate, br, up to LAYERS_MAX of them on each other, into at most HTTP_BODY_MAX bytes.
 *
 * Servers lie: deflate may be raw or zlib's, gzip may be deflate, a gzip header may be broken before sound data, or nothing may
 * be compressed at all. Browsers try; so do we, in a fixed order. The libraries' own memory comes from the flow's
 * account, so a hostile body costs its own flow and nobody else.
 */
#include <string.h>

#include <brotli/decode.h>
#include <zlib.h>

#include "dissectors/http/message.h"

enum { LAYERS_MAX = 2, BOMB_RATIO = 1000, GZIP_HEADER = 10, WINDOW_RAW = -15, WINDOW_ANY = 15 + 32, PIECE = 4096 };

struct block {              /* the libraries give back without saying how much */
    size_t size;
    size_t align;
};

static void *library_take(void *ctx, size_t n)
{
    struct conversation *conv = ctx;
    if (n > STORE_BLOCK_MAX - sizeof(struct block))
        return NULL;
    struct block *b = store_take(conv->store, conv->account, n + sizeof *b);
    if (b == NULL)
        return NULL;
    b->size = n + sizeof *b;
    return b + 1;
}

static void library_give(void *ctx, void *at)
{
    struct conversation *conv = ctx;
    if (at != NULL)
        store_give(conv->store, conv->account, (struct block *)at - 1, ((struct block *)at - 1)->size);
}

static voidpf zlib_take(voidpf ctx, uInt items, uInt size)
{
    return library_take(ctx, (size_t)items * size);
}

/* Gives whether any of it could be decoded: what came out before an error is kept, as browsers show it too. */
static bool inflate_with(struct conversation *conv, const uint8_t *in, size_t n, int window, struct buffer *out)
{
    z_stream z = { .zalloc = zlib_take, .zfree = library_give, .opaque = conv };
    uint8_t piece[PIECE];
    if (inflateInit2(&z, window) != Z_OK)
        return false;
    z.next_in = (Bytef *)(uintptr_t)in;
    z.avail_in = (uInt)n;
    int rc = Z_OK;
    while (rc == Z_OK && out->len < HTTP_BODY_MAX) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        rc = inflate(&z, Z_SYNC_FLUSH);
        buffer_add(out, conv->store, conv->account, piece, sizeof piece - z.avail_out, HTTP_BODY_MAX);
        if (rc == Z_OK && z.avail_out == sizeof piece)
            break;
    }
    inflateEnd(&z);
    return out->len > 0 || rc == Z_STREAM_END;
}

/* Where the deflate stream begins behind a gzip header that zlib refuses. */
static size_t gzip_header(const uint8_t *in, size_t n)
{
    enum { FHCRC = 1 << 1, FNAME = 1 << 3, FCOMMENT = 1 << 4 };
    if (n < GZIP_HEADER || in[0] != 0x1f || in[1] != 0x8b)
        return 0;
    if (in[3] & (FNAME | FCOMMENT)) {
        const uint8_t *nul = memchr(in + GZIP_HEADER, 0, n - GZIP_HEADER);
        return nul == NULL ? 0 : (size_t)(nul - in) + 1;
    }
    size_t header = in[3] & FHCRC ? GZIP_HEADER + 2 : GZIP_HEADER;
    return header <= n ? header : 0;
}

static bool inflate_any(struct conversation *conv, const uint8_t *in, size_t n, bool raw_first, struct buffer *out)
{
    size_t header = gzip_header(in, n);
    return inflate_with(conv, in, n, raw_first ? WINDOW_RAW : WINDOW_ANY, out)
           || inflate_with(conv, in, n, raw_first ? WINDOW_ANY : WINDOW_RAW, out)
           || (header > 0 && inflate_with(conv, in + header, n - header, WINDOW_RAW, out));
}

static bool brotli_any(struct conversation *conv, const uint8_t *in, size_t n, struct buffer *out)
{
    BrotliDecoderState *b = BrotliDecoderCreateInstance(library_take, library_give, conv);
    uint8_t piece[PIECE];
    BrotliDecoderResult rc = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    if (b == NULL)
        return false;
    while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && out->len < HTTP_BODY_MAX) {
        uint8_t *next = piece;
        size_t room = sizeof piece;
        rc = BrotliDecoderDecompressStream(b, &n, &in, &room, &next, NULL);
        buffer_add(out, conv->store, conv->account, piece, sizeof piece - room, HTTP_BODY_MAX);
    }
    BrotliDecoderDestroyInstance(b);
    return out->len > 0 || rc == BROTLI_DECODER_RESULT_SUCCESS;
}

enum coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_BROTLI, CODING_UNKNOWN };

/* One word of the header. Oddly written ones count as what they hold. */
static enum coding coding_of(struct http_message *m, const uint8_t *at, size_t n)
{
    static const struct { const char *word; enum coding coding; } exact[] = {
        { "gzip", CODING_GZIP }, { "x-gzip", CODING_GZIP }, { "deflate", CODING_DEFLATE }, { "x-deflate", CODING_DEFLATE },
        { "br", CODING_BROTLI }, { "identity", CODING_NONE }, { "none", CODING_NONE }, { "inflate", CODING_NONE },
    };
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
        if (word_is(at, n, exact[i].word))
            return exact[i].coding;
    message_anomaly(m, HTTP_ENCODING_ABNORMAL);
    return word_in(at, n, "gzip") ? CODING_GZIP : word_in(at, n, "deflate") ? CODING_DEFLATE : CODING_UNKNOWN;
}

static bool coding_remove(struct conversation *conv, enum coding coding, const struct buffer *in, struct buffer *out)
{
    if (coding == CODING_BROTLI)
        return brotli_any(conv, in->at, in->len, out);
    return inflate_any(conv, in->at, in->len, coding == CODING_DEFLATE, out);
}

/* One layer off `now`, which is replaced by what was in it. */
static void layer_remove(struct conversation *conv, struct http_message *m, enum coding coding, struct buffer *now)
{
    struct buffer out = { 0 };
    const struct buffer *in = now->len > 0 ? now : &m->body;
    if (!coding_remove(conv, coding, in, &out)) {
        message_anomaly(m, HTTP_ENCODING_FAILED);
        buffer_free(&out, conv->store, conv->account);
        return;
    }
    if (out.len >= HTTP_BODY_MAX && in->len < HTTP_BODY_MAX / BOMB_RATIO)
        message_anomaly(m, HTTP_ENCODING_BOMB);
    buffer_free(now, conv->store, conv->account);
    *now = out;
}

void body_decode(struct conversation *conv, struct http_message *m, struct buffer *out)
{
    struct span value = header_value(m, "content-encoding");
    unsigned layers = 0;
    for (uint32_t i = 0; i < value.len && m->body.len > 0; ) {
        const uint8_t *at = built_at(m, value) + i;
        uint32_t n = 0;
        while (n < value.len - i && at[n] != ',' && at[n] != ' ')
            n++;
        i += n + 1;
        enum coding coding = n > 0 ? coding_of(m, at, n) : CODING_NONE;
        if (coding == CODING_NONE || coding == CODING_UNKNOWN)
            continue;
        if (++layers > LAYERS_MAX) {
            message_anomaly(m, HTTP_ENCODING_LAYERS);
            return;
        }
        layer_remove(conv, m, coding, out);
    }
}
