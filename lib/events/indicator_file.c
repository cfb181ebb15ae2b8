/* Files of indicators as people have them: told apart by how they begin. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/csv.h"
#include "events/indicator.h"
#include "events/load.h"

enum { BUNDLE_MAX = 256 * 1024 * 1024 };

struct reading {
    const struct indicator_reader *to;
    const char *path;
    struct indicator_room room;
};

static void give(struct reading *r, const char *where, unsigned at, const struct indicator *i, int rc, const struct fault *why)
{
    struct fault f, stale;
    if (r->to->at != NULL)
        *r->to->at = at;
    if (rc == 0 && i->expires_us != 0 && i->expires_us < r->to->now_us) {
        rc = fault_set(&stale, -ESTALE, "the indicator \"%.80s\" has expired", i->value);
        why = &stale;
    }
    if (rc == 0) {
        r->to->good(r->to->ctx, i);
        return;
    }
    fault_set(&f, rc, "%.160s:%s: %s", r->path, where, why->why);
    r->to->bad(r->to->ctx, &f);
}

/* CSV, or a line of JSON each: a line of CSV cannot begin with a brace. */
static int read_lines(struct reading *r, struct fault *f)
{
    struct csv csv;
    struct fault wrong;
    struct indicator i;
    char where[24];
    if (csv_open(&csv, r->path, "type", f) < 0)
        return f->code;
    for (int rc; (rc = csv_next(&csv, &wrong)) != 0; ) {
        snprintf(where, sizeof where, "%u", csv.line);
        if (rc < 0) {                   /* csv_next() has said where */
            r->to->bad(r->to->ctx, &wrong);
            continue;
        }
        rc = csv.text[0] == '{' ? indicator_parse(csv.text, strlen(csv.text), &r->room, &i, &wrong)
                                : indicator_row(csv.text, &r->room, &i, &wrong);
        give(r, where, csv.line, &i, rc, &wrong);
    }
    csv_close(&csv);
    return 0;
}

/* ---- STIX 2.1 ---- */

static const struct { const char *path; enum indicator_kind kind; } paths[] = {
    { "ipv4-addr:value", INDICATOR_ADDRESS }, { "ipv6-addr:value", INDICATOR_ADDRESS }, { "domain-name:value", INDICATOR_DOMAIN },
    { "url:value", INDICATOR_URL }, { "email-addr:value", INDICATOR_EMAIL }, { "file:hashes.md5", INDICATOR_MD5 },
    { "file:hashes.'md5'", INDICATOR_MD5 }, { "file:hashes.'sha-1'", INDICATOR_SHA1 }, { "file:hashes.'sha-256'", INDICATOR_SHA256 },
    { "x509-certificate:hashes.'sha-1'", INDICATOR_CERTIFICATE },
};

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Between quotes, \' and \\ undone (STIX 2.1, 9.6.1). Behind the closing quote, or NULL. */
static const char *take_quoted(const char *at, char *out, size_t size)
{
    size_t n = 0;
    if (*at++ != '\'')
        return NULL;
    for (; *at != '\'' && *at != '\0' && n + 1 < size; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        out[n++] = *at;
    }
    out[n] = '\0';
    return *at == '\'' ? at + 1 : NULL;
}

int indicator_pattern(const char *pattern, enum indicator_kind *kind, char value[INDICATOR_VALUE_MAX], struct fault *f)
{
    const char *at = skip_blanks(pattern), *end = NULL;
    at = *at == '[' ? skip_blanks(at + 1) : at;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        size_t n = strlen(paths[i].path);
        if (strncasecmp(at, paths[i].path, n) != 0 || *skip_blanks(at + n) != '=')
            continue;
        *kind = paths[i].kind;
        end = take_quoted(skip_blanks(skip_blanks(at + n) + 1), value, INDICATOR_VALUE_MAX);
        end = end != NULL ? skip_blanks(end) : NULL;
        if (end != NULL && *end == ']' && *skip_blanks(end + 1) == '\0')
            return 0;
    }
    return fault_set(f, -EINVAL, "expected a pattern of one comparison such as [domain-name:value = 'evil.example'], not \"%.80s\"", pattern);
}

static int from_stix(const json_t *o, struct indicator_room *room, struct indicator *out, struct fault *f)
{
    enum indicator_kind kind = INDICATOR_ADDRESS;
    char value[INDICATOR_VALUE_MAX];
    int rc = indicator_pattern(event_text_of(o, "pattern"), &kind, value, f);
    if (rc == 0)
        rc = indicator_take(indicator_kinds[kind], value, room, out, f);
    if (rc < 0)
        return rc;
    const char *id = event_text_of(o, "id"), *until = event_text_of(o, "valid_until");
    snprintf(room->id, sizeof room->id, "%s", id);
    snprintf(room->name, sizeof room->name, "%s", event_text_of(o, "name"));
    snprintf(room->source, sizeof room->source, "%s", event_text_of(o, "created_by_ref"));
    if (json_object_get(o, "confidence") != NULL)
        out->confidence = (uint8_t)event_number_of(o, "confidence", 100);
    out->revoked = json_is_true(json_object_get(o, "revoked"));
    if (*id == '\0')
        return fault_set(f, -EINVAL, "an indicator needs an id");
    if (*until != '\0' && clock_parse(until, &out->expires_us) < 0)
        return fault_set(f, -EINVAL, "valid_until: expected a time such as 2027-01-31T00:00:00Z, not \"%.40s\"", until);
    return 0;
}

static int read_bundle(struct reading *r, const char *json, size_t len, struct fault *f)
{
    struct fault wrong;
    struct indicator i;
    json_t *bundle = event_load(json, len, &wrong), *o;
    size_t n;
    if (bundle == NULL)
        return fault_set(f, -EINVAL, "%.160s: %s", r->path, wrong.why);
    json_array_foreach(json_object_get(bundle, "objects"), n, o) {
        if (strcmp(event_text_of(o, "type"), "indicator") != 0)
            continue;
        int rc = from_stix(o, &r->room, &i, &wrong);
        char where[INDICATOR_ID_MAX + 16];
        snprintf(where, sizeof where, "object %zu (%.80s)", n + 1, event_text_of(o, "id"));
        give(r, where, (unsigned)n + 1, &i, rc, &wrong);
    }
    json_decref(bundle);
    return 0;
}

static char *whole_file(FILE *in, size_t *len)
{
    struct stat st;
    char *bytes = fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode) && st.st_size < BUNDLE_MAX ? malloc((size_t)st.st_size + 1) : NULL;
    *len = bytes != NULL ? fread(bytes, 1, (size_t)st.st_size, in) : 0;
    return bytes;
}

/* A bundle says so near its beginning; a line of JSON of ours does not. */
static bool is_bundle(FILE *in)
{
    char head[4096];
    size_t n = fread(head, 1, sizeof head - 1, in);
    head[n] = '\0';
    rewind(in);
    return *skip_blanks(head) == '{' && strstr(head, "\"bundle\"") != NULL;
}

int indicator_file(const char *path, const struct indicator_reader *to, struct fault *f)
{
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    struct reading *r = malloc(sizeof *r);
    size_t len = 0;
    bool bundle = is_bundle(in);
    char *bytes = bundle ? whole_file(in, &len) : NULL;
    fclose(in);
    int rc = 0;
    if (r == NULL || (bundle && bytes == NULL)) {
        rc = fault_set(f, -ENOMEM, "%s: no memory for it", path);
    } else {
        r->to = to;
        r->path = path;
        rc = bundle ? read_bundle(r, bytes, len, f) : read_lines(r, f);
    }
    free(bytes);
    free(r);
    return rc;
}
