/* utf16 - text as Windows sends it, made readable: UTF-16LE to UTF-8. */
#ifndef DISSECTORS_FRAMING_UTF16_H
#define DISSECTORS_FRAMING_UTF16_H

#include <stdbool.h>

#include "common/cursor.h"
#include "common/text.h"

/* Writes one code point; what is none becomes U+FFFD. */
static inline void utf8_put(struct text *out, uint32_t code)
{
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    if (code < 0x80) {
        text_char(out, (char)code);
        return;
    }
    if (code < 0x800)
        text_char(out, (char)(0xc0 | code >> 6));
    if (code >= 0x800 && code < 0x10000)
        text_char(out, (char)(0xe0 | code >> 12));
    if (code >= 0x10000) {
        text_char(out, (char)(0xf0 | code >> 18));
        text_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
    }
    if (code >= 0x800)
        text_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    text_char(out, (char)(0x80 | (code & 0x3f)));
}

/* All of `c`; an odd last octet is left out. */
static inline void utf16_text(struct cursor c, struct text *out)
{
    while (c.left >= 2) {
        uint32_t code = cursor_le16(&c);
        struct cursor ahead = c;
        uint32_t low = (code & 0xfc00) == 0xd800 ? cursor_le16(&ahead) : 0;
        if ((low & 0xfc00) == 0xdc00) {
            code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
            c = ahead;
        }
        utf8_put(out, code);
    }
}

#endif
