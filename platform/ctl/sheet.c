#include "ctl/sheet.h"

#include <errno.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

#define BLANK_WIDE "\xe3\x80\x80"       /* U+3000, as Chinese input methods make it */

struct sheet {
    const struct column *columns;
    char    *text;              /* NUL-terminated, in UTF-8 but for bad lines; owned */
    char    *at, *end;
    unsigned line;              /* that was read last */
    bool     gb18030;
    size_t   width;             /* cells of the heading */
    int      place[SHEET_COLUMNS_MAX];      /* of each cell of a line among the columns */
};

/* ---- encoding ---- */

/* How many bytes of the character at p are well-formed UTF-8 (RFC 3629 section 4); 0: none. */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
    static const struct { unsigned char low, high, second_low, second_high; size_t len; } forms[] = {
        { 0x00, 0x7f, 0, 0, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
        { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
        { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t n = forms[i].len;
        if (*p < forms[i].low || *p > forms[i].high)
            continue;
        if ((size_t)(end - p) < n || (n > 1 && (p[1] < forms[i].second_low || p[1] > forms[i].second_high)))
            return 0;
        for (size_t k = 2; k < n; k++)
            if (p[k] < 0x80 || p[k] > 0xbf)
                return 0;
        return n;
    }
    return 0;
}

/* The first byte of [p, end) that is not UTF-8; `end` when all is. */
static const char *utf8_stop(const char *p, const char *end, bool *beyond_ascii)
{
    size_t n = 1;
    while (p < end && (n = utf8_length((const unsigned char *)p, (const unsigned char *)end)) > 0) {
        *beyond_ascii |= n > 1;
        p += n;
    }
    return p;
}

/* A file is in one encoding. It is taken for GB18030 when more lines cannot be UTF-8 than have UTF-8 beyond ASCII in them:
 * a file of UTF-8 with a broken line stays one. */
static bool looks_gb18030(const char *at, const char *end)
{
    size_t utf8 = 0, other = 0;
    while (at < end) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        bool beyond = false;
        eol = eol != NULL ? eol : end;
        if (utf8_stop(at, eol, &beyond) < eol)
            other++;
        else
            utf8 += beyond;
        at = eol + (eol < end);
    }
    return other > utf8;
}

/* The text in UTF-8, owned; NULL: it is not GB18030 either. Two bytes become three at most. */
static char *from_gb18030(const char *bytes, size_t len, size_t *out_len)
{
    size_t room = len * 2 + 1, left = room - 1;
    char *text = malloc(room), *in = (char *)(uintptr_t)bytes, *out = text;
    iconv_t how = text != NULL ? iconv_open("UTF-8", "GB18030") : (iconv_t)-1;
    bool ok = how != (iconv_t)-1 && iconv(how, &in, &len, &out, &left) != (size_t)-1;
    if (how != (iconv_t)-1)
        iconv_close(how);
    if (!ok) {
        free(text);
        return NULL;
    }
    *out = '\0';
    *out_len = (size_t)(out - text);
    return text;
}

static bool begins(const void *bytes, size_t len, const char *mark, size_t n)
{
    return len >= n && memcmp(bytes, mark, n) == 0;
}

static int take_text(struct sheet *s, const char *path, const char *bytes, size_t len, struct fault *f)
{
    bool marked = begins(bytes, len, "\xef\xbb\xbf", 3);
    if (begins(bytes, len, "\xff\xfe", 2) || begins(bytes, len, "\xfe\xff", 2))
        return fault_set(f, -EILSEQ, "%s: it is UTF-16; save it as \"CSV UTF-8\"", path);
    if (memchr(bytes, '\0', len) != NULL)
        return fault_set(f, -EILSEQ, "%s: it holds NUL bytes and is no text", path);
    bytes += marked ? 3 : 0;
    len -= marked ? 3 : 0;
    s->gb18030 = !marked && looks_gb18030(bytes, bytes + len);
    s->text = s->gb18030 ? from_gb18030(bytes, len, &len) : strndup(bytes, len);
    if (s->text == NULL)
        return fault_set(f, -EILSEQ, "%s: it is neither UTF-8 nor GB18030; save it as \"CSV UTF-8\"", path);
    s->at = s->text;
    s->end = s->text + len;
    return 0;
}

/* ---- lines and cells ---- */

__attribute__((format(printf, 3, 4)))
static int wrong(struct sheet_error *e, unsigned column, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(e->why, sizeof e->why, fmt, args);
    va_end(args);
    e->column = column;
    return -1;
}

static unsigned column_of(const char *line, const char *at)
{
    unsigned n = 1;
    for (; line < at; line++)
        n += ((unsigned char)*line & 0xc0) != 0x80;
    return n;
}

/* The next line that says something, NUL-terminated without its end; NULL: none. */
static char *next_line(struct sheet *s)
{
    while (s->at < s->end) {
        char *line = s->at, *eol = memchr(line, '\n', (size_t)(s->end - line));
        s->at = eol != NULL ? eol + 1 : s->end;
        eol = eol != NULL ? eol : s->end;
        if (eol > line && eol[-1] == '\r')
            eol--;
        *eol = '\0';
        s->line++;
        if (line[strspn(line, " \t,")] != '\0' && *line != '#')
            return line;
    }
    return NULL;
}

static char *trim(char *text)
{
    size_t n;
    for (;;) {
        if (*text == ' ' || *text == '\t')
            text++;
        else if (strncmp(text, BLANK_WIDE, 3) == 0)
            text += 3;
        else
            break;
    }
    for (n = strlen(text); n > 0; ) {
        if (text[n - 1] == ' ' || text[n - 1] == '\t')
            n--;
        else if (n >= 3 && memcmp(text + n - 3, BLANK_WIDE, 3) == 0)
            n -= 3;
        else
            break;
    }
    text[n] = '\0';
    return text;
}

/* What stands between quotes, doubled ones made single in place. */
static char *unquote(char *text)
{
    char *out = text;
    for (const char *in = text; *in != '\0' && (*in != '"' || in[1] == '"'); in++) {
        in += *in == '"';
        *out++ = *in;
    }
    *out = '\0';
    return text;
}

/* Where the cell ends that begins at `at`: at a comma or the line's end. NULL: it is bad. */
static char *cell_end(char *at, unsigned column, struct sheet_error *e)
{
    char *end = at + 1;
    if (*at != '"') {
        end = at + strcspn(at, ",\"");
        if (*end == '"')
            wrong(e, column + column_of(at, end) - 1, "a quote within a cell: put the cell in quotes and double it");
        return *end != '"' ? end : NULL;
    }
    while (*end != '\0' && (*end != '"' || end[1] == '"'))
        end += *end == '"' ? 2 : 1;
    if (*end == '\0')
        return wrong(e, column, "the quotes that begin here do not end in this line"), NULL;
    end++;
    if (*end != ',' && *end != '\0')
        return wrong(e, column + column_of(at, end) - 1, "expected a comma behind the closing quote; a quote within a cell is doubled"), NULL;
    return end;
}

/* Cuts the line in place. Gives how many cells there are; -1: the line is bad. */
static int cut(char *line, struct cell cells[SHEET_COLUMNS_MAX], struct sheet_error *e)
{
    unsigned column = 1;
    for (int n = 0; n < SHEET_COLUMNS_MAX; n++) {
        char *end = cell_end(line, column, e);
        if (end == NULL)
            return -1;
        unsigned next = column + column_of(line, end);
        bool more = *end == ',';
        *end = '\0';
        cells[n] = (struct cell){ trim(*line == '"' ? unquote(line + 1) : line), column };
        if (!more)
            return n + 1;
        column = next;
        line = end + 1;
    }
    return wrong(e, column, "more than %d columns", SHEET_COLUMNS_MAX);
}

static int read_line(struct sheet *s, struct cell cells[SHEET_COLUMNS_MAX], struct sheet_error *e)
{
    bool beyond = false;
    char *line = next_line(s);
    if (line == NULL)
        return 0;
    e->line = s->line;
    const char *end = line + strlen(line), *stop = utf8_stop(line, end, &beyond);
    return stop == end ? cut(line, cells, e) : wrong(e, column_of(line, stop), "this character is not UTF-8");
}

/* ---- the heading ---- */

static bool is_called(const struct column *c, const char *heading)
{
    size_t n = strlen(heading);
    if (strcasecmp(c->name, heading) == 0)
        return true;
    for (const char *at = c->also; at != NULL && n > 0; at = strchr(at, '|'), at = at != NULL ? at + 1 : NULL)
        if (strcspn(at, "|") == n && strncasecmp(at, heading, n) == 0)
            return true;
    return false;
}

static int place_of(const struct column *columns, const char *heading)
{
    for (int i = 0; columns[i].name != NULL; i++)
        if (is_called(&columns[i], heading))
            return i;
    return -1;
}

static void list_columns(const struct column *columns, struct text *out)
{
    for (size_t i = 0; columns[i].name != NULL; i++)
        text_fmt(out, "%s%s", i > 0 ? ", " : "", columns[i].name);
    text_end(out);
}

static int heading_cell(struct sheet *s, size_t n, const struct cell *cell, bool seen[SHEET_COLUMNS_MAX], const char *path, struct fault *f)
{
    char names[240];
    struct text t = text_over(names, sizeof names);
    int place = place_of(s->columns, cell->text);
    s->place[n] = place;
    if (*cell->text == '\0')
        return 0;
    list_columns(s->columns, &t);
    if (place < 0)
        return fault_set(f, -EINVAL, "%s:%u:%u: \"%.40s\" is no column; expected a heading of %s", path, s->line, cell->column, cell->text, names);
    if (seen[place])
        return fault_set(f, -EINVAL, "%s:%u:%u: \"%.40s\" is there twice", path, s->line, cell->column, cell->text);
    seen[place] = true;
    return 0;
}

static int read_heading(struct sheet *s, const char *path, struct fault *f)
{
    struct cell cells[SHEET_COLUMNS_MAX];
    struct sheet_error e = { 0 };
    bool seen[SHEET_COLUMNS_MAX] = { false };
    int n = read_line(s, cells, &e), rc = 0;
    if (n == 0)
        return fault_set(f, -EINVAL, "%s: it is empty; expected a heading and lines", path);
    if (n < 0)
        return fault_set(f, -EINVAL, "%s:%u:%u: %s", path, e.line, e.column, e.why);
    for (s->width = 0; s->width < (size_t)n && rc == 0; s->width++)
        rc = heading_cell(s, s->width, &cells[s->width], seen, path, f);
    for (size_t i = 0; rc == 0 && s->columns[i].name != NULL; i++)
        if (s->columns[i].needed && !seen[i])
            rc = fault_set(f, -EINVAL, "%s:%u: the heading lacks the column %s (%.80s)", path, s->line, s->columns[i].name, s->columns[i].also);
    return rc;
}

/* ---- life ---- */

struct sheet *sheet_new(const char *path, const void *bytes, size_t len, const struct column *columns, struct fault *f)
{
    struct sheet *s = calloc(1, sizeof *s);
    if (s == NULL) {
        fault_set(f, -ENOMEM, "%s: no memory", path);
        return NULL;
    }
    s->columns = columns;
    if (take_text(s, path, bytes, len, f) == 0 && read_heading(s, path, f) == 0)
        return s;
    sheet_free(s);
    return NULL;
}

static char *slurp(FILE *in, const char *path, size_t *len, struct fault *f)
{
    size_t room = 1 << 16, n = 0;
    char *bytes = NULL;
    for (;;) {
        char *more = realloc(bytes, room);
        if (more == NULL)
            break;
        bytes = more;
        n += fread(bytes + n, 1, room - n, in);
        if (n < room && !ferror(in)) {
            *len = n;
            return bytes;
        }
        if (ferror(in) || room >= SHEET_BYTES_MAX)
            break;
        room *= 2;
    }
    free(bytes);
    fault_set(f, -EIO, ferror(in) ? "%s: it cannot be read" : "%s: it is larger than 256 MiB, or memory is out", path);
    return NULL;
}

struct sheet *sheet_open(const char *path, const struct column *columns, struct fault *f)
{
    size_t len = 0;
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *bytes = slurp(in, path, &len, f);
    fclose(in);
    struct sheet *s = bytes != NULL ? sheet_new(path, bytes, len, columns, f) : NULL;
    free(bytes);
    return s;
}

void sheet_free(struct sheet *s)
{
    if (s == NULL)
        return;
    free(s->text);
    free(s);
}

bool sheet_is_gb18030(const struct sheet *s)
{
    return s->gb18030;
}

/* More cells than the heading has are fine as long as nothing stands in them: spreadsheets leave such. */
int sheet_next(struct sheet *s, struct sheet_row *row, struct sheet_error *e)
{
    struct cell cells[SHEET_COLUMNS_MAX];
    int n = read_line(s, cells, e);
    if (n <= 0)
        return n;
    *row = (struct sheet_row){ .line = s->line };
    if ((size_t)n < s->width)
        return wrong(e, cells[n - 1].column, "expected %zu cells as in the heading, found %d", s->width, n);
    for (size_t i = 0; i < (size_t)n; i++) {
        int place = i < s->width ? s->place[i] : -1;
        if (place >= 0)
            row->cells[place] = cells[i];
        else if (*cells[i].text != '\0')
            return wrong(e, cells[i].column, "expected %zu cells as in the heading; this one has none above it", s->width);
    }
    return 1;
}
