/* text - an append-only writer into a buffer somebody lent: JSON lines, messages, pages.
 *
 * Limits   a piece that does not fit is left out whole, .cut is set, and all later pieces are left
 *          out too, so what stands is always a clean beginning. The buffer is not NUL-terminated
 *          unless text_end() is called.
 * Speed    the packet road writes events with it: nothing allocates, nothing is formatted twice.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    char  *at;       /* the buffer's beginning; borrowed */
    size_t len;      /* bytes written */
    size_t cap;
    bool   cut;      /* something did not fit */
};

static inline struct text text_over(void *buf, size_t cap)
{
    return (struct text){ .at = buf, .cap = cap };
}

static inline void text_bytes(struct text *t, const void *bytes, size_t n)
{
    if (t->cut || n > t->cap - t->len) {
        t->cut = true;
        return;
    }
    memcpy(t->at + t->len, bytes, n);
    t->len += n;
}

static inline void text_char(struct text *t, char c)
{
    text_bytes(t, &c, 1);
}

static inline void text_str(struct text *t, const char *s)
{
    text_bytes(t, s, strlen(s));
}

/* A literal: its length is known when compiling. */
#define text_lit(t, literal) text_bytes((t), "" literal, sizeof(literal) - 1)

void text_uint(struct text *t, uint64_t n);
void text_int(struct text *t, int64_t n);
void text_hex(struct text *t, const void *bytes, size_t n);     /* "0aff", lower case */
void text_base64(struct text *t, const void *bytes, size_t n);  /* RFC 4648 section 4 */

static inline bool text_is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* How many bytes at the beginning of s are ASCII that stands in a JSON string as it is: most texts are that from end to end, so
 * eight are looked at at once. Of eight bytes below 80h, the lowest that is odd borrows or carries into its own high bit. */
static inline size_t text_plain(const char *s, size_t n)
{
    const uint64_t ones = UINT64_MAX / 255, high = 0x80 * ones;
    size_t at = 0;
    for (; n - at >= 8; at += 8) {
        uint64_t w;
        memcpy(&w, s + at, sizeof w);
        w = le64toh(w);
        uint64_t odd = (w | (w - 0x20 * ones) | ((w ^ '"' * ones) - ones) | ((w ^ '\\' * ones) - ones) | (w + ones)) & high;
        if (odd != 0)
            return at + (size_t)__builtin_ctzll(odd) / 8;
    }
    while (at < n && text_is_plain((uint8_t)s[at]))
        at++;
    return at;
}

/* At most `most` bytes of s, cut only between UTF-8 characters. */
void text_clip(struct text *t, const char *s, size_t most);

/* Needs room for one byte more than it writes. */
__attribute__((format(printf, 2, 3))) void text_fmt(struct text *t, const char *fmt, ...);

/* The bytes as the inside of a JSON string (RFC 8259 section 7). Well-formed UTF-8 stays as it is;
 * any other byte b becomes \u00bb (its Latin-1 reading), so nothing an attacker sends can
 * break the line, and two different inputs stay different to a reader who knows the rule. */
void text_json(struct text *t, const void *bytes, size_t n);

/* NUL-terminates (the NUL is not counted) and gives the beginning. A full buffer loses its last byte. */
const char *text_end(struct text *t);

#endif
