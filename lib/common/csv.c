#include "common/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

int csv_open(struct csv *c, const char *path, const char *heading, struct fault *f)
{
    *c = (struct csv){ .path = path, .heading = heading, .in = fopen(path, "re") };
    return c->in != NULL ? 0 : fault_set(f, -errno, "%s: %s", path, strerror(errno));
}

void csv_close(struct csv *c)
{
    if (c->in != NULL)
        fclose(c->in);
    c->in = NULL;
}

/* Reads to the end of a line that did not fit. */
static void pass_over(FILE *in)
{
    for (int c = getc(in); c != '\n' && c != EOF; )
        c = getc(in);
}

static bool is_heading(const struct csv *c)
{
    size_t len = strlen(c->heading);
    return strncmp(c->text, c->heading, len) == 0 && c->text[len] == ',';
}

int csv_next(struct csv *c, struct fault *f)
{
    while (fgets(c->text, sizeof c->text, c->in) != NULL) {
        size_t len = strlen(c->text);
        c->line++;
        if (len == sizeof c->text - 1 && c->text[len - 1] != '\n') {
            pass_over(c->in);
            return fault_set(f, -E2BIG, "%s:%u: the line is longer than %d bytes", c->path, c->line, CSV_LINE_MAX - 2);
        }
        c->text[strcspn(c->text, "\r\n")] = '\0';
        if (c->line == 1 && strncmp(c->text, "\xef\xbb\xbf", 3) == 0)
            memmove(c->text, c->text + 3, len - 2);
        if (*c->text != '\0' && *c->text != '#' && !is_heading(c))
            return 1;
    }
    return 0;
}

/* One field from `in`; what is kept of it is moved together behind *out. Gives the byte that ended it. */
static char *field_cut(char *in, char **out)
{
    bool quoted = *in == '"';
    for (in += quoted; *in != '\0' && (quoted || *in != ','); in++) {
        if (!quoted || *in != '"') {
            *(*out)++ = *in;
        } else if (in[1] == '"') {
            *(*out)++ = *in++;
        } else {
            quoted = false;
        }
    }
    return in;
}

size_t csv_cut(char *line, char *field[], size_t most)
{
    for (size_t n = 0; n < most; n++) {
        char *out = line;
        field[n] = line;
        char *end = field_cut(line, &out);
        bool more = *end == ',';
        *out = '\0';
        if (!more)
            return n + 1;
        line = end + 1;
    }
    return most + 1;
}

void csv_put(struct text *out, const char *value)
{
    text_char(out, '"');
    if (*value != '\0' && strchr("=+-@\t\r", *value) != NULL)
        text_char(out, '\'');
    for (; *value != '\0'; value++) {
        if (*value == '"')
            text_char(out, '"');
        text_char(out, *value == '\n' || *value == '\r' ? ' ' : *value);
    }
    text_char(out, '"');
}
