/* hpack - header blocks taken out of their compression: the only door to libnghttp2.
 *
 * Memory   the inflater's and its table's comes from the flow's store and is charged to the flow. The table is at most
 *          HPACK_TABLE_MAX bytes, whatever the peers agree on; a sender that goes beyond is an error.
 * Errors   an error is final: the table is no longer the sender's, so no later block can be read.
 * Lives    at one address from its first use to hpack_close(): the library keeps a pointer to it.
 */
#ifndef DISSECTORS_HTTP2_HPACK_H
#define DISSECTORS_HTTP2_HPACK_H

#include <nghttp2/nghttp2.h>

#include "dissectors/dissector.h"

enum { HPACK_TABLE_MAX = 64 * 1024 };

struct hpack {
    nghttp2_hd_inflater *inflater;      /* NULL until the first block, and after an error */
    nghttp2_mem          mem;
    struct store        *store;         /* as of this call */
    struct account      *account;
};

/* One header; the bytes are good until it returns. */
typedef void (*hpack_header)(void *ctx, const uint8_t *name, size_t name_len, const uint8_t *value, size_t value_len);

/* Reads a piece of a block, the last one when `final`. False: it is no HPACK, or memory is out. */
bool hpack_read(struct hpack *h, const struct conversation *conv, struct cursor piece, bool final, hpack_header take, void *ctx);

/* The last size of the dynamic table that the block begins by setting (RFC 7541, 6.3), or -1. */
int64_t hpack_size_update(struct cursor block);

void hpack_close(struct hpack *h, const struct conversation *conv);

#endif
