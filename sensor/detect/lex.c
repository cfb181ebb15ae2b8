#include "detect/lex.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

struct rule_text rule_text_over(char *text, size_t len)
{
    size_t mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    return (struct rule_text){ .at = text, .len = len, .next = mark, .next_line = 1 };
}

/* The end of the line that begins at `from`; a join is blanked and read over. Counts the lines. */
static size_t line_end(struct rule_text *t, size_t from)
{
    for (;;) {
        char *newline = memchr(t->at + from, '\n', t->len - from);
        size_t end = newline ? (size_t)(newline - t->at) : t->len;
        t->next_line += newline != NULL;
        size_t last = end;
        while (last > from && (t->at[last - 1] == '\r' || t->at[last - 1] == ' ' || t->at[last - 1] == '\t'))
            last--;
        if (newline == NULL || last == from || t->at[last - 1] != '\\')
            return end;
        t->at[last - 1] = ' ';
        from = end + 1;
    }
}

bool rule_text_next(struct rule_text *t, struct rule_line *out)
{
    while (t->next < t->len) {
        size_t from = t->next;
        unsigned line = t->next_line;
        size_t first = from;
        while (first < t->len && t->at[first] != '\n' && blank(t->at[first]))
            first++;
        bool comment = first < t->len && t->at[first] == '#';
        char *newline = memchr(t->at + from, '\n', t->len - from);
        size_t end;
        if (comment) {                      /* a comment's backslash joins nothing */
            end = newline ? (size_t)(newline - t->at) : t->len;
            t->next_line += newline != NULL;
        } else {
            end = line_end(t, from);
        }
        t->next = end + 1;
        out->text = slice_trim((struct slice){ t->at + from, end - from });
        out->line = line;
        out->begin = t->at + from;
        if (!comment && out->text.len)
            return true;
    }
    return false;
}

void rule_line_place(const struct rule_line *r, const char *at, unsigned *line, unsigned *column)
{
    *line = r->line;
    const char *begin = r->begin;
    for (const char *p = begin; p < at; p++) {
        if (*p == '\n') {
            ++*line;
            begin = p + 1;
        }
    }
    *column = (unsigned)(at - begin) + 1;
}

struct slice slice_of(const char *text)
{
    return (struct slice){ text, strlen(text) };
}

struct slice slice_trim(struct slice s)
{
    while (s.len && blank(s.at[0])) {
        s.at++;
        s.len--;
    }
    while (s.len && blank(s.at[s.len - 1]))
        s.len--;
    return s;
}

bool slice_is(struct slice s, const char *word)
{
    return strlen(word) == s.len && memcmp(s.at, word, s.len) == 0;
}

bool slice_is_fold(struct slice s, const char *word)
{
    return strlen(word) == s.len && strncasecmp(s.at, word, s.len) == 0;
}

bool slice_begins(struct slice s, const char *word)
{
    size_t n = strlen(word);
    return s.len >= n && memcmp(s.at, word, n) == 0;
}

bool slice_cut(struct slice *rest, char stop, struct slice *out)
{
    *out = (struct slice){ rest->at, 0 };
    if (rest->len == 0)
        return false;
    const char *end = memchr(rest->at, stop, rest->len);
    size_t n = end ? (size_t)(end - rest->at) : rest->len;
    *out = slice_trim((struct slice){ rest->at, n });
    size_t gone = end ? n + 1 : n;
    rest->at += gone;
    rest->len -= gone;
    return true;
}

bool slice_word(struct slice *rest, struct slice *out)
{
    *rest = slice_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !blank(rest->at[n]))
        n++;
    *out = (struct slice){ rest->at, n };
    rest->at += n;
    rest->len -= n;
    *rest = slice_trim(*rest);
    return n > 0;
}

static int digit(char c, unsigned base)
{
    int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    return d < (int)base ? d : -1;
}

bool slice_unsigned(struct slice s, uint64_t *out)
{
    unsigned base = 10;
    if (s.len > 2 && s.at[0] == '0' && (s.at[1] == 'x' || s.at[1] == 'X')) {
        base = 16;
        s.at += 2;
        s.len -= 2;
    }
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        int d = digit(s.at[i], base);
        if (d < 0 || n > (UINT64_MAX - (unsigned)d) / base)
            return false;
        n = n * base + (unsigned)d;
    }
    *out = n;
    return s.len > 0;
}

bool slice_signed(struct slice s, int64_t *out)
{
    bool minus = s.len && s.at[0] == '-';
    if (minus || (s.len && s.at[0] == '+')) {
        s.at++;
        s.len--;
    }
    uint64_t n;
    if (!slice_unsigned(s, &n) || n > INT64_MAX)
        return false;
    *out = minus ? -(int64_t)n : (int64_t)n;
    return true;
}

/* Where the option ends: its semicolon's index, or the length when there is none. */
static size_t option_end(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == ';' && (i == 0 || s.at[i - 1] != '\\'))
            return i;
    }
    return s.len;
}

int slice_option(struct slice *rest, struct option *out)
{
    *rest = slice_trim(*rest);
    if (rest->len == 0)
        return 0;
    size_t end = option_end(*rest);
    if (end == rest->len)
        return -1;
    struct slice all = { rest->at, end };
    out->has_value = memchr(all.at, ':', all.len) != NULL;
    out->value = (struct slice){ all.at, 0 };
    (void)slice_cut(&all, ':', &out->name);
    if (out->has_value)
        out->value = slice_trim(all);
    else if (end == 0)
        out->name = (struct slice){ rest->at, 0 };
    rest->at += end + 1;
    rest->len -= end + 1;
    return 1;
}
