/* buffer - bytes that grow inside a store, up to a limit the caller names.
 *
 * Ownership  the block belongs to the buffer until buffer_free(); the store and account are the flow's.
 * Errors     buffer_add() keeps what it can and says how much: the rest is the caller's to count.
 */
#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "common/store.h"

struct buffer {
    uint8_t *at;        /* NULL while empty */
    uint32_t len;
    uint32_t cap;       /* as asked of the store */
};

/* Appends up to `most` bytes in all; gives the number appended, from the front of `bytes`. */
size_t buffer_add(struct buffer *b, struct store *s, struct account *a, const void *bytes, size_t n, size_t most);

/* Drops the first n bytes (n <= len) and keeps the block. */
void buffer_drop(struct buffer *b, size_t n);
void buffer_free(struct buffer *b, struct store *s, struct account *a);

#endif
