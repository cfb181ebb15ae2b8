/* cursor - a bounded reader over bytes that somebody else wrote.
 *
 * Units      bytes and offsets are size_t; numbers come back in host order.
 * Ownership  borrows the buffer: never frees it, never writes to it.
 * Errors     sticky. The first read that does not fit sets .status; from then on every read
 *            returns 0 (or NULL) and moves nothing. A parser reads straight through and
 *            looks at .status once, before it believes anything it has read.
 * Threads    a plain value with one owner; copy it to look ahead.
 */
#ifndef COMMON_CURSOR_H
#define COMMON_CURSOR_H

#include <stddef.h>
#include <stdint.h>

enum cursor_status {
    CURSOR_OK,
    CURSOR_SHORT,   /* the capture or the segment ended: more bytes may still come */
    CURSOR_BAD      /* the message contradicts itself: more bytes cannot repair it */
};

struct cursor {
    const uint8_t     *at;      /* next unread byte */
    size_t             left;    /* unread bytes; the only bound that is ever compared */
    enum cursor_status status;
    enum cursor_status at_end;  /* what running past this end means */
};

/* A cursor over what was captured. Running out of it means CURSOR_SHORT. */
static inline struct cursor cursor_over(const void *buf, size_t len)
{
    return (struct cursor){ .at = len ? buf : (const void *)"", .left = len,
                            .status = CURSOR_OK, .at_end = CURSOR_SHORT };
}

/* The next n bytes, or NULL. Compares lengths and never adds to a pointer first,
 * so an n taken from the packet cannot wrap the check. */
static inline const uint8_t *cursor_bytes(struct cursor *c, size_t n)
{
    if (c->status != CURSOR_OK)
        return NULL;
    if (n > c->left) {
        c->status = c->at_end;
        return NULL;
    }
    const uint8_t *p = c->at;
    c->at += n;
    c->left -= n;
    return p;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
    (void)cursor_bytes(c, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 1);
    return p ? p[0] : 0;
}

static inline uint16_t cursor_be16(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    return p ? (uint16_t)((unsigned)p[0] << 8 | p[1]) : 0;
}

static inline uint32_t cursor_be24(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 3);
    return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t cursor_be32(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t cursor_be64(struct cursor *c)
{
    uint64_t high = cursor_be32(c);
    return high << 32 | cursor_be32(c);
}

static inline uint16_t cursor_le16(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    return p ? (uint16_t)((unsigned)p[1] << 8 | p[0]) : 0;
}

static inline uint32_t cursor_le24(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 3);
    return p ? (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0] : 0;
}

static inline uint32_t cursor_le32(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 4);
    return p ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0] : 0;
}

static inline uint64_t cursor_le64(struct cursor *c)
{
    uint64_t low = cursor_le32(c);
    return (uint64_t)cursor_le32(c) << 32 | low;
}

/* The next n bytes as a cursor of their own: the inside of a TLV, or a PDU in its frame.
 * Here the end was declared by the sender, so running past it means CURSOR_BAD. */
static inline struct cursor cursor_sub(struct cursor *c, size_t n)
{
    const uint8_t *p = cursor_bytes(c, n);
    return (struct cursor){ .at = p ? p : (const uint8_t *)"", .left = p ? n : 0,
                            .status = c->status, .at_end = CURSOR_BAD };
}

/* The byte n places ahead without taking anything, or -1 when it is not there. */
static inline int cursor_peek(const struct cursor *c, size_t n)
{
    return c->status == CURSOR_OK && n < c->left ? c->at[n] : -1;
}

#endif
