#include "archive/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

const char *const checkpoint_reasons[CHECKPOINT_REASONS] = {
    [CHECKPOINT_START] = "start", [CHECKPOINT_HOUR] = "hour", [CHECKPOINT_REPORT] = "report",
    [CHECKPOINT_RETENTION] = "retention", [CHECKPOINT_STOP] = "stop", [CHECKPOINT_SEAL] = "seal",
};

/* ---- writing ---- */

static void write_heads(struct text *out, const char *name, const struct chain_head *heads, size_t count)
{
    text_fmt(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        text_fmt(out, "%s{\"month\":\"", i ? "," : "");
        text_json(out, heads[i].month, strlen(heads[i].month));
        text_fmt(out, "\",\"seq\":%" PRIu64 ",\"link\":\"", heads[i].seq);
        text_hex(out, heads[i].link, CHAIN_LINK);
        text_lit(out, "\"}");
    }
    text_char(out, ']');
}

static void write_seals(struct text *out, const struct seal *seals, size_t count)
{
    text_lit(out, ",\"sealed\":[");
    for (size_t i = 0; i < count; i++) {
        text_fmt(out, "%s{\"file\":\"", i ? "," : "");
        text_json(out, seals[i].file, strlen(seals[i].file));
        text_fmt(out, "\",\"bytes\":%" PRIu64 ",\"sm3\":\"", seals[i].bytes);
        text_hex(out, seals[i].sm3, CHAIN_LINK);
        text_lit(out, "\"}");
    }
    text_char(out, ']');
}

void checkpoint_write(struct text *out, const struct checkpoint *c)
{
    text_fmt(out, "\"reason\":\"%s\"", checkpoint_reasons[c->reason]);
    if (c->head_count > 0)
        write_heads(out, "heads", c->heads, c->head_count);
    if (c->removed_count > 0)
        write_heads(out, "removed", c->removed, c->removed_count);
    if (c->sealed_count > 0)
        write_seals(out, c->sealed, c->sealed_count);
    if (c->follows)
        text_lit(out, ",\"follows\":true");
}

/* ---- reading ---- */

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool checkpoint_unhex(const char *hex, uint8_t *out, size_t n)
{
    if (hex == NULL || strlen(hex) != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool number_in(const json_t *object, const char *name, uint64_t *out)
{
    const json_t *n = json_object_get(object, name);
    if (!json_is_integer(n) || json_integer_value(n) < 0)
        return false;
    *out = (uint64_t)json_integer_value(n);
    return true;
}

static bool name_in(const json_t *object, const char *name, char *out, size_t cap)
{
    const char *s = json_string_value(json_object_get(object, name));
    return s != NULL && *s != '\0' && snprintf(out, cap, "%s", s) < (int)cap;
}

static bool read_head(const json_t *from, void *to)
{
    struct chain_head *h = to;
    return name_in(from, "month", h->month, sizeof h->month) && number_in(from, "seq", &h->seq)
           && checkpoint_unhex(json_string_value(json_object_get(from, "link")), h->link, sizeof h->link);
}

static bool read_seal(const json_t *from, void *to)
{
    struct seal *s = to;
    return name_in(from, "file", s->file, sizeof s->file) && number_in(from, "bytes", &s->bytes)
           && checkpoint_unhex(json_string_value(json_object_get(from, "sm3")), s->sm3, sizeof s->sm3);
}

/* An array that may be absent, each member by `read`; NULL with a fault. */
static void *read_all(const json_t *line, const char *name, size_t size, bool (*read)(const json_t *from, void *to),
                      size_t *count, struct fault *f)
{
    const json_t *array = json_object_get(line, name);
    size_t i;
    json_t *member;
    char *rows = calloc(json_array_size(array) + 1, size);
    int rc = rows == NULL ? fault_set(f, -ENOMEM, "no memory")
           : array != NULL && !json_is_array(array) ? fault_set(f, -EINVAL, "`%s` is no list", name) : 0;
    json_array_foreach(array, i, member)
        if (rc == 0 && !read(member, rows + i * size))
            rc = fault_set(f, -EINVAL, "`%s`: number %zu is not what it should be", name, i + 1);
    *count = json_array_size(array);
    if (rc == 0)
        return rows;
    free(rows);
    return NULL;
}

static int read_reason(const json_t *line, enum checkpoint_reason *out, struct fault *f)
{
    const char *reason = json_string_value(json_object_get(line, "reason"));
    for (int i = 0; reason != NULL && i < CHECKPOINT_REASONS; i++)
        if (strcmp(reason, checkpoint_reasons[i]) == 0) {
            *out = (enum checkpoint_reason)i;
            return 0;
        }
    return fault_set(f, -EINVAL, "`reason` is none that there is");
}

int checkpoint_read(const json_t *line, struct checkpoint *out, struct fault *f)
{
    *out = (struct checkpoint){ .follows = json_is_true(json_object_get(line, "follows")) };
    if (read_reason(line, &out->reason, f) == 0
        && (out->heads = read_all(line, "heads", sizeof *out->heads, read_head, &out->head_count, f)) != NULL
        && (out->removed = read_all(line, "removed", sizeof *out->removed, read_head, &out->removed_count, f)) != NULL
        && (out->sealed = read_all(line, "sealed", sizeof *out->sealed, read_seal, &out->sealed_count, f)) != NULL)
        return 0;
    checkpoint_free(out);
    return f->code;
}

void checkpoint_free(struct checkpoint *c)
{
    free(c->heads);
    free(c->removed);
    free(c->sealed);
    *c = (struct checkpoint){ 0 };
}

/* ---- seals ---- */

int seal_make(const char *path, struct seal *out, struct fault *f)
{
    enum { PIECE = 256 * 1024 };
    uint8_t digest[HASH_MAX], *piece = malloc(PIECE);
    struct hash_stream *h = hash_stream_new(HASH_SM3);
    FILE *in = fopen(path, "re");
    int rc = in == NULL ? fault_set(f, -errno, "%s: %s", path, strerror(errno))
           : piece == NULL || h == NULL ? fault_set(f, -ENOMEM, "no memory") : 0;
    out->bytes = 0;
    for (size_t n; rc == 0 && (n = fread(piece, 1, PIECE, in)) > 0; out->bytes += n)
        hash_stream_add(h, piece, n);
    if (rc == 0 && ferror(in))
        rc = fault_set(f, -EIO, "%s: it cannot be read", path);
    if (h != NULL) {
        hash_stream_end(h, digest);
        memcpy(out->sm3, digest, CHAIN_LINK);
    }
    if (in != NULL)
        fclose(in);
    free(piece);
    return rc;
}
