#include "archive/lexemes.h"

#include <stdbool.h>
#include <stdint.h>
#include <wctype.h>

#include "archive/words.h"

/* U+00C0 to U+017F without their accents; a blank stays what it is. */
static const char bare[] =
    "aaaaaa ceeeeiiii nooooo  uuuuy  aaaaaa ceeeeiiii nooooo  uuuuy y"
    "aaaaaaccccccccdd  eeeeeeeeeegggggggghh  iiiiiiiii   jjkk llllll "
    "   nnnnnn   oooooo  rrrrrrsssssssstttt  uuuuuuuuuuuuwwyyyzzzzzz ";

locale_t lexemes_locale(void)
{
    return newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static bool is_letter(uint32_t c, locale_t letters)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return c != 0xfffd && iswalnum_l((wint_t)c, letters);
}

static uint32_t folded(uint32_t c, locale_t letters)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    if (c >= 0xc0 && c < 0x180 && bare[c - 0xc0] != ' ')
        return (uint32_t)bare[c - 0xc0];
    return (uint32_t)towlower_l((wint_t)c, letters);
}

static size_t encode(uint32_t c, char out[4])
{
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = more; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[more] | c);
    return more + 1;
}

/* The next word of s from *at on, folded; gives its length, 0 at the end. */
static size_t next(const char *s, size_t n, size_t *at, locale_t letters, char out[LEXEME_MAX])
{
    size_t len = 0;
    while (*at < n) {
        uint32_t c;
        char utf8[4];
        size_t one = words_decode(s + *at, n - *at, &c);
        bool inside = is_letter(c, letters);
        if (!inside && len > 0)
            break;
        *at += one;
        size_t bytes = inside ? encode(folded(c, letters), utf8) : 0;
        if (bytes <= LEXEME_MAX - len)
            for (size_t i = 0; i < bytes; i++)
                out[len++] = utf8[i];
    }
    return len;
}

void lexemes_write(const char *words, size_t n, locale_t letters, struct text *out)
{
    char word[LEXEME_MAX], one[LEXEME_MAX + 24];
    uint64_t place = 1;
    for (size_t at = 0, len; (len = next(words, n, &at, letters, word)) > 0; place++) {
        struct text t = text_over(one, sizeof one);
        text_bytes(&t, word, len);
        text_char(&t, ':');
        text_uint(&t, place);
        text_char(&t, ' ');
        text_bytes(out, one, t.len);    /* whole or not at all */
    }
}

/* One phrase; its words stand side by side. */
static void ask_phrase(const char *s, size_t n, bool beginning, locale_t letters, struct text *out)
{
    char word[LEXEME_MAX];
    bool first = true;
    for (size_t at = 0, len; (len = next(s, n, &at, letters, word)) > 0; first = false) {
        text_str(out, !first ? " <-> " : out->len > 0 ? " & (" : "(");
        text_bytes(out, word, len);
    }
    if (!first)
        text_str(out, beginning ? ":*)" : ")");
}

void lexemes_ask(const char *query, locale_t letters, struct text *out)
{
    while ((query = strchr(query, '"')) != NULL) {
        const char *from = query + 1, *end = strchr(from, '"');
        if (end == NULL)
            return;
        ask_phrase(from, (size_t)(end - from), end[1] == '*', letters, out);
        query = end + 1;
    }
}
