#include "dissectors/http2/hpack.h"

#include <string.h>

enum { SIZE_UPDATE = 0x20, SIZE_UPDATE_MASK = 0xe0, SIZE_PREFIX = 0x1f, UPDATES_MAX = 2, INTEGER_OCTETS_MAX = 5 };

struct block {          /* the library gives back without saying how much */
    _Alignas(16) size_t size;
};

static void *take(size_t n, void *ctx)
{
    struct hpack *h = ctx;
    if (n > STORE_BLOCK_MAX - sizeof(struct block))
        return NULL;
    struct block *b = store_take(h->store, h->account, n + sizeof *b);
    if (b == NULL)
        return NULL;
    b->size = n + sizeof *b;
    return b + 1;
}

static void give(void *at, void *ctx)
{
    struct hpack *h = ctx;
    if (at != NULL)
        store_give(h->store, h->account, (struct block *)at - 1, ((struct block *)at - 1)->size);
}

static void *take_zeroed(size_t count, size_t size, void *ctx)
{
    return size != 0 && count > STORE_BLOCK_MAX / size ? NULL : take(count * size, ctx);     /* store's blocks are zeroed */
}

static void *take_larger(void *at, size_t n, void *ctx)
{
    void *larger = take(n, ctx);
    if (larger == NULL || at == NULL)
        return larger;
    size_t had = ((struct block *)at - 1)->size - sizeof(struct block);
    memcpy(larger, at, had < n ? had : n);
    give(at, ctx);
    return larger;
}

/* The table may be as large as we allow from the start: what the peers agree on can only be less. */
static bool open_inflater(struct hpack *h)
{
    if (h->inflater != NULL)
        return true;
    h->mem = (nghttp2_mem){ h, take, give, take_zeroed, take_larger };
    if (nghttp2_hd_inflate_new2(&h->inflater, &h->mem) != 0) {
        h->inflater = NULL;
        return false;
    }
    return nghttp2_hd_inflate_change_table_size(h->inflater, HPACK_TABLE_MAX) == 0;
}

bool hpack_read(struct hpack *h, const struct conversation *conv, struct cursor piece, bool final, hpack_header header, void *ctx)
{
    h->store = conv->store;
    h->account = conv->account;
    if (!open_inflater(h))
        return false;
    int flags = 0;
    /* Each turn takes a byte, gives a header or ends the block. */
    while (piece.left > 0 || (final && !(flags & NGHTTP2_HD_INFLATE_FINAL))) {
        nghttp2_nv nv;
        size_t before = piece.left;
        ssize_t took = nghttp2_hd_inflate_hd2(h->inflater, &nv, &flags, piece.at, piece.left, final);
        if (took < 0)
            return false;
        cursor_skip(&piece, (size_t)took);
        if (flags & NGHTTP2_HD_INFLATE_EMIT)
            header(ctx, nv.name, nv.namelen, nv.value, nv.valuelen);
        else if (piece.left == before && !(flags & NGHTTP2_HD_INFLATE_FINAL))
            return false;
    }
    return !final || nghttp2_hd_inflate_end_headers(h->inflater) == 0;
}

int64_t hpack_size_update(struct cursor block)
{
    int64_t size = -1;
    for (int update = 0; update < UPDATES_MAX && (cursor_peek(&block, 0) & SIZE_UPDATE_MASK) == SIZE_UPDATE; update++) {
        size = cursor_u8(&block) & SIZE_PREFIX;
        int octet = size == SIZE_PREFIX ? 0x80 : 0;
        for (int i = 0; (octet & 0x80) && i < INTEGER_OCTETS_MAX && block.left > 0; i++) {
            octet = cursor_u8(&block);
            size += (int64_t)(octet & 0x7f) << (7 * i);
        }
    }
    return size;
}

void hpack_close(struct hpack *h, const struct conversation *conv)
{
    h->store = conv->store;
    h->account = conv->account;
    if (h->inflater != NULL)
        nghttp2_hd_inflate_del(h->inflater);
    h->inflater = NULL;
}
