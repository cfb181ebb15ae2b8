/* filekw - files: their names, their kind by libmagic, and lists of their digests.
 *
 *     filename:"invoice"; fileext:"exe"; filemagic:"PDF document"; file.magic; content:"PE32"; filemd5:!known.md5; filestore;
 *
 * What a file has are fields of the record that carries it (file.name, file.data, filesize ...). A list is a text beside the
 * rule's file: a digest in hexadecimal begins each line, what follows it is not read, `#` begins a comment.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/fields.h"
#include "detect/filekind.h"
#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/ruleset.h"
#include "detect/transform.h"
#include "dissectors/framing/file.h"

enum { PATH_LEN_MAX = 4096, LINE_BYTES_MAX = 1024, EXTENSION_MAX = 256 };

/* ---- names and kinds ---- */

static bool quoted_or_bare(struct parser *p, struct slice *value, bool *negated)
{
    struct slice s = slice_trim(*value);
    *negated = s.len && s.at[0] == '!';
    if (*negated)
        s = slice_trim((struct slice){ s.at + 1, s.len - 1 });
    if (s.len && s.at[0] == '"')
        return parse_quoted(p, value, negated);
    *value = s;
    return s.len > 0 || parse_wrong(p, value->at, "expected a text");
}

/* `filename:"x"` and the like hold a text, whatever its case, against a buffer and leave the buffer in force as it was. */
static bool hold_text(struct parser *p, const struct sticky *s, struct slice text, bool negated, unsigned flags)
{
    const struct sticky *before = p->sticky;
    p->sticky = s;
    struct step *step = content_step(p, text, negated);
    p->sticky = before;
    if (step == NULL)
        return false;
    step->content.flags |= (uint16_t)flags;
    content_fold(p, &step->content);
    return true;
}

static const struct sticky *buffer_named(struct parser *p, const char *name)
{
    const struct field_word *w = fields_word(p->rules, name);
    if (w == NULL || w->sticky == NULL)
        parse_wrong(p, p->option->name.at, "no dissector has `%s`", name);
    return w ? w->sticky : NULL;
}

static bool parse_filename(struct parser *p, struct slice value)
{
    bool negated;
    const struct sticky *s = buffer_named(p, "file.name");
    return s && quoted_or_bare(p, &value, &negated) && hold_text(p, s, value, negated, 0);
}

static bool parse_fileext(struct parser *p, struct slice value)
{
    char text[EXTENSION_MAX];
    bool negated;
    const struct sticky *s = buffer_named(p, "file.name");
    if (s == NULL || !quoted_or_bare(p, &value, &negated))
        return false;
    int n = snprintf(text, sizeof(text), ".%.*s", (int)value.len, value.at);
    if (n >= (int)sizeof(text))
        return parse_wrong(p, value.at, "longer than %d bytes", EXTENSION_MAX - 2);
    return hold_text(p, s, (struct slice){ text, (size_t)n }, negated, CONTENT_ENDS);
}

static void to_kind(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    const char *kind = run->filekind ? filekind_of(run->filekind, in, len) : "";
    out->len = strlen(kind) < out->cap ? strlen(kind) : out->cap;
    memcpy(out->at, kind, out->len);
}

static const struct transform kind_transform = { "file.magic", to_kind };

/* The file's content, seen as what libmagic says of it. */
static const struct sticky *kind_buffer(struct parser *p)
{
    const struct sticky *s = buffer_named(p, "file.data");
    const struct transform_use use = { .how = &kind_transform };
    p->rules->needs.file_kinds |= s != NULL;
    return s ? fields_transformed(p, s, &use, 1) : NULL;
}

static bool parse_filemagic(struct parser *p, struct slice value)
{
    bool negated;
    const struct sticky *s = kind_buffer(p);
    return s && quoted_or_bare(p, &value, &negated) && hold_text(p, s, value, negated, 0);
}

static bool parse_file_magic(struct parser *p, struct slice value)
{
    (void)value;
    const struct sticky *s = kind_buffer(p);
    return s && fields_select(p, s);
}

/* ---- lists of digests ---- */

struct digest_list {
    const uint16_t *rows;       /* by schema */
    uint8_t        *at;         /* sorted */
    size_t          count, cap, size;
};

static const struct digest_kind {
    const char *keyword, *field, *name;
    size_t      size;
    unsigned    wants;
} digest_kinds[] = {
    { "filemd5",    "file.md5",    "MD5",     16, FILE_WANTS_MD5 },
    { "filesha1",   "file.sha1",   "SHA-1",   20, FILE_WANTS_SHA1 },
    { "filesha256", "file.sha256", "SHA-256", 32, FILE_WANTS_SHA256 }
};

static int digest_order(const void *a, const void *b, void *size)
{
    return memcmp(a, b, *(const size_t *)size);
}

static bool digest_in(const struct digest_list *l, const uint8_t *digest)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(digest, l->at + mid * l->size, l->size);
        if (order == 0)
            return true;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

static bool digest_holds(const struct match *m, const struct check *c)
{
    const struct digest_list *l = c->data;
    for (const struct value *v = NULL; (v = match_value(m, l->rows[m->schema], v)) != NULL;) {
        if (v->len == l->size && digest_in(l, v->bytes) != c->negated)
            return true;
    }
    return false;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One line into `out`: 1 a digest, 0 nothing but a comment, -1 neither. */
static int digest_of_line(const char *line, size_t size, uint8_t *out)
{
    line += strspn(line, " \t");
    if (*line == '#' || line[strcspn(line, "\r\n")] == line[0])
        return 0;
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(line[2 * i]), low = high < 0 ? -1 : hex_value(line[2 * i + 1]);
        if (low < 0)
            return -1;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return hex_value(line[2 * size]) < 0 ? 1 : -1;
}

static bool list_lines(struct parser *p, struct slice name, FILE *in, const struct digest_kind *kind, struct digest_list *l)
{
    char line[LINE_BYTES_MAX];
    for (unsigned number = 1; fgets(line, sizeof(line), in); number++) {
        l->at = array_room(l->at, l->count, &l->cap, l->size);
        int found = digest_of_line(line, l->size, l->at + l->count * l->size);
        if (found < 0)
            return parse_wrong(p, name.at, "%.*s:%u: expected a %s of %zu hexadecimal digits at the line's beginning", (int)name.len, name.at,
                               number, kind->name, 2 * l->size);
        l->count += (size_t)found;
        while (strchr(line, '\n') == NULL && fgets(line, sizeof(line), in))
            ;                   /* the rest of a long line */
    }
    return !ferror(in) || parse_wrong(p, name.at, "%.*s: cannot be read", (int)name.len, name.at);
}

/* Beside the rule's file, unless the path begins at the root. */
static FILE *list_open(const struct parser *p, struct slice name)
{
    char path[PATH_LEN_MAX];
    const char *slash = p->rule->file && name.at[0] != '/' ? strrchr(p->rule->file, '/') : NULL;
    int folder = slash ? (int)(slash + 1 - p->rule->file) : 0;
    int n = snprintf(path, sizeof(path), "%.*s%.*s", folder, folder ? p->rule->file : "", (int)name.len, name.at);
    if (n >= (int)sizeof(path)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return fopen(path, "re");
}

static bool list_read(struct parser *p, struct slice name, const struct digest_kind *kind, struct digest_list *l)
{
    FILE *in = list_open(p, name);
    if (in == NULL)
        return parse_wrong(p, name.at, "%.*s: %s", (int)name.len, name.at, strerror(errno));
    bool good = list_lines(p, name, in, kind, l);
    fclose(in);
    if (good && l->count) {
        qsort_r(l->at, l->count, l->size, digest_order, &l->size);
        uint8_t *built = l->at;
        l->at = pile_copy(p->pile, built, l->count * l->size);
        free(built);
        return true;
    }
    free(l->at);
    return good && parse_wrong(p, name.at, "%.*s: no %s in it", (int)name.len, name.at, kind->name);
}

static bool parse_digest(struct parser *p, struct slice value)
{
    const struct digest_kind *kind = digest_kinds;
    while (!slice_is_fold(p->option->name, kind->keyword))
        kind++;
    const struct field_word *w = fields_word(p->rules, kind->field);
    bool negated;
    if (w == NULL)
        return parse_wrong(p, p->option->name.at, "no dissector has `%s`", kind->field);
    if (!quoted_or_bare(p, &value, &negated) || !fields_narrow(p, w->schemas, true))
        return false;
    struct digest_list *l = pile_take(p->pile, sizeof(*l));
    l->rows = w->rows;
    l->size = kind->size;
    if (!list_read(p, value, kind, l))
        return false;
    struct check *c = parse_check(p, digest_holds);
    c->data = l;
    c->negated = negated;
    p->rules->needs.file_wants |= kind->wants;
    return true;
}

/* ---- filestore ---- */

static bool any_file_holds(const struct match *m, const struct check *c)
{
    const uint16_t *rows = c->data;
    return match_value(m, rows[m->schema], NULL) != NULL;
}

/* This sensor keeps packets and no files; what is left of the keyword is that there must be one. With a scope beyond the file,
 * `filestore:both,flow`, it speaks of files to come and asks for none. */
static bool parse_filestore(struct parser *p, struct slice value)
{
    struct slice direction, scope = { NULL, 0 };
    const struct field_word *w = fields_word(p->rules, "filesize");
    if (value.len && slice_cut(&value, ',', &direction))
        scope = slice_trim(value);
    if (scope.len && !slice_is(scope, "file") && !slice_is(scope, "tx") && !slice_is(scope, "flow") && !slice_is(scope, "ssn"))
        return parse_wrong(p, scope.at, "expected file, tx or flow, found `%.*s`", (int)scope.len, scope.at);
    if (w == NULL)
        return parse_wrong(p, p->option->name.at, "no dissector has files");
    if (scope.len && !slice_is(scope, "file"))
        return fields_narrow(p, w->schemas, true);
    if (!fields_narrow(p, w->schemas, true))
        return false;
    parse_check(p, any_file_holds)->data = w->rows;
    return true;
}

const struct keyword file_keywords[] = {
    { "filename",   VALUE_NEEDED,   parse_filename,   "A text in a file's name, whatever its case." },
    { "fileext",    VALUE_NEEDED,   parse_fileext,    "The extension of a file's name, without its dot." },
    { "filemagic",  VALUE_NEEDED,   parse_filemagic,  "A text in what libmagic calls the file, whatever its case." },
    { "file.magic", VALUE_NONE,     parse_file_magic, "The next contents are held against what libmagic calls the file." },
    { "filemd5",    VALUE_NEEDED,   parse_digest,     "The file's MD5 is in this list, or with ! is not." },
    { "filesha1",   VALUE_NEEDED,   parse_digest,     "The file's SHA-1 is in this list, or with ! is not." },
    { "filesha256", VALUE_NEEDED,   parse_digest,     "The file's SHA-256 is in this list, or with ! is not." },
    { "filestore",  VALUE_OPTIONAL, parse_filestore,  "There is a file; none is stored, packets are kept as evidence instead." },
    { .name = NULL }
};
