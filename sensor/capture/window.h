/* window - a file, gzipped or not, seen through one buffer that slides along it.
 *
 * Why        read(2) into a buffer and not mmap: a capture that is being rotated or truncated while we read it would be a
 *            SIGBUS, a pipe cannot be mapped, and the copy costs 0.1 ns a byte. zlib's own reader passes
 *            plain files through with reads straight into our buffer.
 * Ownership  bytes from window_peek() are good until the next call.
 * Units      offsets are in the data as it is after gunzip.
 */
#ifndef CAPTURE_WINDOW_H
#define CAPTURE_WINDOW_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "common/fault.h"

struct window {
    gzFile   in;
    uint8_t *buf;
    size_t   cap, begin, end;
    uint64_t offset;        /* of buf[begin] */
    int      ended;         /* nothing more comes: the end, or an error that window_fault() tells */
};

/* `largest` is the most that window_peek() will be asked for. "-" is standard input. */
int window_open(struct window *w, const char *path, size_t largest, struct fault *f) __attribute__((warn_unused_result));
void window_close(struct window *w);        /* harmless on a zeroed one */

size_t window_fill(struct window *w, size_t n);         /* reads on until n bytes are there or none come; how many are there */

/* The next n bytes where they lie, or NULL when fewer are left. */
static inline const uint8_t *window_peek(struct window *w, size_t n)
{
    return w->end - w->begin >= n || window_fill(w, n) >= n ? w->buf + w->begin : NULL;
}

/* Passes n bytes that were peeked. */
static inline void window_take(struct window *w, size_t n)
{
    w->begin += n;
    w->offset += n;
}

/* Passes n bytes however many they are; gives how many there were. */
uint64_t window_skip(struct window *w, uint64_t n);

/* Why the data ended: NULL for its end, else a few words ("input/output error", "gzip: incorrect data check"). */
const char *window_fault(struct window *w);

#endif
