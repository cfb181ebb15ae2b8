/* line - the lines of a text protocol: CR LF or, as everybody forgives, LF alone ends one. */
#ifndef DISSECTORS_FRAMING_LINE_H
#define DISSECTORS_FRAMING_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/cursor.h"

enum line {
    LINE_MORE,      /* no end in sight; nothing was taken */
    LINE_WHOLE,
    LINE_PIECE      /* `most` octets without an end were taken: an overlong line goes on */
};

/* Takes the next line. `out`: the octets without the line's end; `eol`: how many octets that end has. */
static inline enum line line_take(struct cursor *in, size_t most, struct cursor *out, size_t *eol)
{
    size_t n = in->left < most ? in->left : most;
    const uint8_t *lf = n > 0 ? memchr(in->at, '\n', n) : NULL;
    if (lf == NULL) {
        *eol = 0;
        if (n < most)
            return LINE_MORE;
        *out = cursor_sub(in, n);
        return LINE_PIECE;
    }
    *out = cursor_sub(in, (size_t)(lf - in->at));
    cursor_skip(in, 1);
    *eol = out->left > 0 && out->at[out->left - 1] == '\r' ? 2 : 1;
    out->left -= *eol - 1;
    return LINE_WHOLE;
}

/* Does the text begin with this word, in whatever case? */
static inline bool line_begins(const struct cursor *c, const char *word)
{
    size_t n = 0;
    for (; word[n] != '\0'; n++) {
        int have = cursor_peek(c, n);
        if ((have >= 'a' && have <= 'z' ? have - 0x20 : have) != word[n])     /* words are in capitals */
            return false;
    }
    return true;
}

static inline void line_trim(struct cursor *c)
{
    while (c->left > 0 && (c->at[0] == ' ' || c->at[0] == '\t'))
        cursor_skip(c, 1);
    while (c->left > 0 && (c->at[c->left - 1] == ' ' || c->at[c->left - 1] == '\t'))
        c->left--;
}

/* The octets up to the next blank, and the blanks behind them; empty at the end. */
static inline struct cursor line_word(struct cursor *c)
{
    size_t n = 0;
    while (n < c->left && c->at[n] != ' ' && c->at[n] != '\t')
        n++;
    struct cursor word = cursor_sub(c, n);
    while (c->left > 0 && (c->at[0] == ' ' || c->at[0] == '\t'))
        cursor_skip(c, 1);
    return word;
}

/* Three digits, then a blank, a dash or the end: a reply code as of FTP and SMTP; -1: none. */
static inline int line_reply_code(const struct cursor *c)
{
    int code = 0;
    for (size_t i = 0; i < 3; i++) {
        int d = cursor_peek(c, i);
        if (d < '0' || d > '9')
            return -1;
        code = code * 10 + d - '0';
    }
    int behind = cursor_peek(c, 3);
    return behind == -1 || behind == ' ' || behind == '-' ? code : -1;
}

#endif
