#include "common/mask.h"

#include <string.h>
#include <strings.h>

enum { RESIDENT = 18, MOBILE = 11, CARD_LEAST = 15, CARD_MOST = 19, GATHERED = 20 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Part of a word: letters of any script count, so that a number glued to Latin letters is left and one after 号 is not. */
static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static unsigned number(const char *digits, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (unsigned)(digits[i] - '0');
    return value;
}

/* ---- what a number can be ---- */

static bool is_date(const char digits[8])
{
    static const unsigned days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    unsigned year = number(digits, 4), month = number(digits + 4, 2), day = number(digits + 6, 2);
    return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

bool mask_is_resident_id(const char digits[18])
{
    static const unsigned weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    unsigned sum = 0;
    for (size_t i = 0; i < RESIDENT - 1; i++) {
        if (!is_digit(digits[i]))
            return false;
        sum += weights[i] * (unsigned)(digits[i] - '0');
    }
    char last = digits[RESIDENT - 1] == 'x' ? 'X' : digits[RESIDENT - 1];
    return digits[0] >= '1' && digits[0] <= '9' && is_date(digits + 6) && last == "10X98765432"[sum % 11];
}

/* Issuers by their first digits, with the lengths they use. Without them every tenth long number would be a card. */
static bool is_issued(const char *digits, size_t n)
{
    static const struct issuer { unsigned from, to; size_t least, most; } issuers[] = {
        { 6200, 6299, 16, 19 }, { 4000, 4999, 16, 16 }, { 5100, 5599, 16, 16 }, { 2221, 2720, 16, 16 }, { 3400, 3499, 15, 15 },
        { 3700, 3799, 15, 15 }, { 3528, 3589, 16, 16 }, { 6011, 6011, 16, 16 }, { 6500, 6599, 16, 16 }, { 9558, 9559, 16, 19 },
    };
    unsigned head = number(digits, 4);
    for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++)
        if (head >= issuers[i].from && head <= issuers[i].to && n >= issuers[i].least && n <= issuers[i].most)
            return true;
    return false;
}

bool mask_is_card(const char *digits, size_t n)
{
    unsigned sum = 0;
    if (n < CARD_LEAST || n > CARD_MOST || !is_issued(digits, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned d = (unsigned)(digits[n - 1 - i] - '0');
        sum += i % 2 == 0 ? d : d < 5 ? 2 * d : 2 * d - 9;
    }
    return sum % 10 == 0;
}

bool mask_is_mobile(const char *digits, size_t n)
{
    return n == MOBILE && digits[0] == '1' && digits[1] >= '3' && digits[1] <= '9';
}

/* ---- numbers in a text ---- */

struct gathered {
    char   digits[GATHERED];
    size_t at[GATHERED];        /* where each stands in the text */
    size_t count;
};

/* The digits from s on, a space or hyphen between two passed over. X may be the last of 18. */
static void gather(const char *s, size_t n, struct gathered *g)
{
    g->count = 0;
    for (size_t i = 0; i < n && g->count < GATHERED; i++) {
        bool is_check = g->count == RESIDENT - 1 && (s[i] == 'X' || s[i] == 'x');
        if (is_digit(s[i]) || is_check) {
            g->digits[g->count] = s[i];
            g->at[g->count++] = i;
        } else if ((s[i] != ' ' && s[i] != '-') || g->count == 0 || i + 1 == n || !is_word(s[i + 1])) {
            return;
        }
        if (is_check)
            return;
    }
}

static bool ends_at(const struct gathered *g, size_t count, const char *s, size_t n)
{
    size_t next = g->at[count - 1] + 1;
    return next == n || !is_word(s[next]);
}

struct kept { size_t length, front, back; };    /* how many digits, and how many of them stay */

static struct kept recognise(const struct gathered *g, const char *s, size_t n)
{
    if (g->count >= RESIDENT && ends_at(g, RESIDENT, s, n) && mask_is_resident_id(g->digits))
        return (struct kept){ RESIDENT, 6, 0 };
    for (size_t length = CARD_MOST; length >= CARD_LEAST; length--)
        if (g->count >= length && ends_at(g, length, s, n) && is_digit(g->digits[length - 1]) && mask_is_card(g->digits, length))
            return (struct kept){ length, 6, 4 };
    if (g->count >= MOBILE && ends_at(g, MOBILE, s, n) && mask_is_mobile(g->digits, MOBILE))
        return (struct kept){ MOBILE, 3, 4 };
    if (g->count >= MOBILE + 2 && ends_at(g, MOBILE + 2, s, n) && g->digits[0] == '8' && g->digits[1] == '6' &&
        mask_is_mobile(g->digits + 2, MOBILE))
        return (struct kept){ MOBILE + 2, 5, 4 };
    return (struct kept){ 0 };
}

/* Gives how many bytes of s were written in another form; 0: this is no personal number. */
static size_t mask_number(const char *s, size_t n, struct text *out)
{
    struct gathered g;
    gather(s, n, &g);
    struct kept k = recognise(&g, s, n);
    if (k.length == 0)
        return 0;
    size_t done = 0;
    for (size_t i = 0; i < k.length; i++) {
        text_bytes(out, s + done, g.at[i] - done);
        text_char(out, i < k.front || i >= k.length - k.back ? s[g.at[i]] : '*');
        done = g.at[i] + 1;
    }
    return done;
}

/* ---- mail addresses ---- */

static bool is_local(char c)
{
    return is_word(c) || c == '.' || c == '%' || c == '+' || c == '-';
}

/* Length of a domain name with a dot in it and a letter behind the last one; 0: none. */
static size_t domain_length(const char *s, size_t n)
{
    size_t end = 0, dot = 0;
    while (end < n && (is_word(s[end]) || s[end] == '-' || s[end] == '.')) {
        if (s[end] == '.')
            dot = end;
        end++;
    }
    return dot > 0 && dot + 1 < end && !is_digit(s[dot + 1]) ? end : 0;
}

static size_t mask_mail(const char *s, size_t n, struct text *out)
{
    size_t at = 0;
    while (at < n && is_local(s[at]))
        at++;
    if (at == 0 || at == n || s[at] != '@' || domain_length(s + at + 1, n - at - 1) == 0)
        return 0;
    if (at > 1)
        text_char(out, s[0]);
    text_lit(out, "***");
    return at;
}

/* ---- passwords ---- */

/* Length of the word that says that a password comes; 0: none. */
static size_t secret_word(const char *s, size_t n)
{
    static const char *const words[] = { "password", "passwd", "pwd", "口令", "密码" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);
        if (n > length && strncasecmp(s, words[i], length) == 0)
            return length;
    }
    return 0;
}

static size_t span(const char *s, size_t n, const char *of)
{
    size_t i = 0;
    while (i < n && s[i] != '\0' && strchr(of, s[i]) != NULL)
        i++;
    return i;
}

/* In quotes up to the next one, else up to what cannot belong to it, Chinese punctuation (U+3000.., U+FF00..) included. */
static size_t secret_length(const char *s, size_t n, bool quoted)
{
    size_t i = 0;
    while (i < n && s[i] != '\0' && strchr("\"'\\", s[i]) == NULL
           && (quoted || ((unsigned char)s[i] > ' ' && strchr("&;,<>)}]|", s[i]) == NULL && s[i] != '\xe3' && s[i] != '\xef')))
        i++;
    return i;
}

/* password=..., "password": "...", 口令：... */
static size_t mask_secret(const char *s, size_t n, struct text *out)
{
    static const char colon[] = "：";
    size_t at = secret_word(s, n);
    if (at == 0)
        return 0;
    at += span(s + at, n - at, "\"'\\");
    if (n - at >= sizeof colon - 1 && memcmp(s + at, colon, sizeof colon - 1) == 0)
        at += sizeof colon - 1;
    else if (at < n && (s[at] == '=' || s[at] == ':'))
        at += s[at] == ':' ? 1 + span(s + at + 1, n - at - 1, " ") : 1;
    else
        return 0;
    size_t quotes = span(s + at, n - at, "\"'\\"), length = secret_length(s + at + quotes, n - at - quotes, quotes > 0);
    at += quotes;
    if (length == 0)
        return 0;
    text_bytes(out, s, at);
    text_lit(out, "***");
    return at + length;
}

size_t mask_text(const char *s, size_t n, struct text *out)
{
    size_t masked = 0, local_end = 0;       /* no mail address begins within a word that was looked at */
    for (size_t i = 0; i < n;) {
        size_t done = mask_secret(s + i, n - i, out);
        if (done == 0 && i >= local_end && is_local(s[i])) {
            done = mask_mail(s + i, n - i, out);
            for (local_end = i; local_end < n && is_local(s[local_end]);)
                local_end++;
        }
        if (done == 0 && is_digit(s[i]) && (i == 0 || !is_word(s[i - 1])))
            done = mask_number(s + i, n - i, out);
        masked += done > 0;
        if (done == 0)
            text_char(out, s[i]);
        i += done > 0 ? done : 1;
    }
    return masked;
}
