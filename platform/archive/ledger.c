#include "archive/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/hash.h"

static const char before_signature[] = ",\"signature\":\"";
static const char nothing[LEDGER_SM3 + 1] = "0000000000000000000000000000000000000000000000000000000000000000";

void ledger_sm3(const char *bytes, size_t len, char out[LEDGER_SM3 + 1])
{
    uint8_t digest[HASH_MAX];
    struct text hex = text_over(out, LEDGER_SM3 + 1);
    text_hex(&hex, digest, hash_digest(HASH_SM3, bytes, len, digest));
    text_end(&hex);
}

/* ---- a line ---- */

int ledger_write(struct text *out, uint64_t seq, uint64_t time_us, const char *members, const char prev[LEDGER_SM3 + 1],
                 const struct sign_key *key, struct fault *f)
{
    char when[CLOCK_TEXT_MAX];
    uint8_t signature[SIGNATURE];
    size_t start = out->len;
    clock_text(time_us, when);
    text_fmt(out, "{\"seq\":%" PRIu64 ",\"time\":\"%s\",", seq, when);
    text_str(out, members);
    text_fmt(out, ",\"prev\":\"%s\",\"key\":\"%s\"", prev, key != NULL ? sign_key_id(key) : "");
    int rc = key != NULL && !out->cut ? sign_bytes(key, out->at + start, out->len - start, signature, f) : 0;
    text_str(out, before_signature);
    if (key != NULL && rc == 0)
        text_hex(out, signature, sizeof signature);
    text_lit(out, "\"}");
    if (rc == 0 && (out->cut || out->len - start > LEDGER_LINE_MAX))
        rc = fault_set(f, -EMSGSIZE, "a signed line would be longer than %d bytes", LEDGER_LINE_MAX);
    return rc;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hex(const char *s, size_t n)
{
    if (s == NULL || strlen(s) != n)
        return false;
    for (; *s != '\0'; s++)
        if (digit(*s) < 0)
            return false;
    return true;
}

/* The end of a line: {... ,"signature":"..."}. Sets what is before it. */
static bool take_signature(struct ledger_line *l)
{
    enum { HEX = 2 * SIGNATURE, MARK = sizeof before_signature - 1 };
    const size_t tails[] = { MARK + HEX + 2, MARK + 2 };
    for (size_t i = 0; i < 2; i++) {
        const char *mark = l->bytes + l->len - tails[i], *hex = mark + MARK;
        size_t digits = tails[i] - MARK - 2;
        if (l->len < tails[i] || memcmp(mark, before_signature, MARK) != 0 || memcmp(hex + digits, "\"}", 2) != 0)
            continue;
        for (size_t d = 0; d < digits; d++) {
            if (digit(hex[d]) < 0)
                return false;
            l->signature[d / 2] = (uint8_t)(l->signature[d / 2] << 4 | digit(hex[d]));
        }
        l->signed_len = l->len - tails[i];
        return true;
    }
    return false;
}

static int take_members(struct ledger_line *l, struct fault *f)
{
    const json_t *seq = json_object_get(l->document, "seq");
    const char *when = json_string_value(json_object_get(l->document, "time"));
    const char *signature = json_string_value(json_object_get(l->document, "signature"));
    l->prev = json_string_value(json_object_get(l->document, "prev"));
    l->key = json_string_value(json_object_get(l->document, "key"));
    if (!json_is_integer(seq) || json_integer_value(seq) <= 0)
        return fault_set(f, -EINVAL, "`seq` is no number of a line");
    if (when == NULL || clock_parse(when, &l->time_us) != 0)
        return fault_set(f, -EINVAL, "`time` is none");
    if (!is_hex(l->prev, LEDGER_SM3))
        return fault_set(f, -EINVAL, "`prev` is no SM3 in hex");
    bool unsigned_line = l->key != NULL && *l->key == '\0' && *signature == '\0';
    if (!unsigned_line && (!is_hex(l->key, SIGN_ID) || *signature == '\0'))
        return fault_set(f, -EINVAL, "`key` and `signature` do not go together");
    l->seq = (uint64_t)json_integer_value(seq);
    return 0;
}

int ledger_read(const char *bytes, size_t len, struct ledger_line *out, struct fault *f)
{
    json_error_t why;
    *out = (struct ledger_line){ .bytes = bytes, .len = len };
    if (!take_signature(out))
        return fault_set(f, -EINVAL, "it does not end in a signature");
    out->document = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(out->document)) {
        ledger_line_free(out);
        return fault_set(f, -EINVAL, "it is no JSON object");
    }
    int rc = take_members(out, f);
    if (rc != 0)
        ledger_line_free(out);
    return rc;
}

void ledger_line_free(struct ledger_line *l)
{
    json_decref(l->document);
    l->document = NULL;
}

bool ledger_holds(const struct ledger_line *l, const struct sign_key *key)
{
    return strcmp(l->key, sign_key_id(key)) == 0 && sign_holds(key, l->bytes, l->signed_len, l->signature);
}

/* ---- reading a file of them ---- */

struct walk {
    ledger_visit *visit;
    void         *ctx;
    size_t        number;
    char          sm3[LEDGER_SM3 + 1];      /* of the line before */
};

static bool walk_line(struct walk *w, const char *bytes, size_t len, const char *why)
{
    struct ledger_line l = { 0 };
    struct fault f = { 0 };
    w->number++;
    if (why == NULL && ledger_read(bytes, len, &l, &f) != 0)
        why = f.why;
    else if (why == NULL && l.seq != w->number)
        why = "it has the number of another line";
    else if (why == NULL && strcmp(l.prev, w->sm3) != 0)
        why = "it does not follow the line before it";
    bool on = w->visit(w->ctx, w->number, &l, why);
    ledger_line_free(&l);
    ledger_sm3(bytes, len, w->sm3);
    return on;
}

/* A line into `out`: its length without the line feed, or -1 at the end. What does not fit is read past. */
static ssize_t next_line(FILE *in, char *out, bool *whole, bool *too_long)
{
    size_t n = 0;
    int c;
    *too_long = false;
    while ((c = getc_unlocked(in)) != EOF && c != '\n') {
        if (n < LEDGER_LINE_MAX)
            out[n++] = (char)c;
        else
            *too_long = true;
    }
    *whole = c == '\n';
    return c == EOF && n == 0 ? -1 : (ssize_t)n;
}

int ledger_walk(const char *path, ledger_visit *visit, void *ctx, struct fault *f)
{
    struct walk w = { .visit = visit, .ctx = ctx };
    bool whole, too_long, on = true;
    strcpy(w.sm3, nothing);
    FILE *in = fopen(path, "re");
    char *line = malloc(LEDGER_LINE_MAX);
    int rc = in == NULL ? fault_set(f, -errno, "%s: %s", path, strerror(errno))
           : line == NULL ? fault_set(f, -ENOMEM, "no memory") : 0;
    for (ssize_t n; rc == 0 && on && (n = next_line(in, line, &whole, &too_long)) >= 0;)
        on = walk_line(&w, line, (size_t)n, too_long ? "it is too long" : whole ? NULL : "it is cut off");
    if (rc == 0 && ferror(in))
        rc = fault_set(f, -EIO, "%s: it cannot be read", path);
    free(line);
    if (in != NULL)
        fclose(in);
    return rc;
}

/* ---- writing ---- */

/* From where it was known to end: number and SM3 of the last line, and where it ends now. */
static int find_end(struct ledger *l, struct fault *f)
{
    bool whole, too_long;
    int copy = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
    FILE *in = copy >= 0 ? fdopen(copy, "r") : NULL;
    char *line = malloc(LEDGER_LINE_MAX);
    int rc = in == NULL || line == NULL ? fault_set(f, -ENOMEM, "no memory")
           : fseeko(in, l->end, SEEK_SET) < 0 ? fault_set(f, -errno, "%s: %s", l->path, strerror(errno)) : 0;
    for (ssize_t n; rc == 0 && (n = next_line(in, line, &whole, &too_long)) >= 0 && whole;) {
        ledger_sm3(line, (size_t)n, l->sm3);
        l->seq++;
        l->end = ftello(in);
    }
    if (rc == 0 && ferror(in))
        rc = fault_set(f, -EIO, "%s: it cannot be read", l->path);
    free(line);
    if (in != NULL)
        fclose(in);
    else if (copy >= 0)
        close(copy);
    return rc;
}

/* Nobody else adds a line meanwhile. What is cut off behind the last one goes. */
static int lock(struct ledger *l, struct fault *f)
{
    struct stat st;
    if (flock(l->fd, LOCK_EX) < 0 || fstat(l->fd, &st) < 0)
        return fault_set(f, -errno, "%s: %s", l->path, strerror(errno));
    if (st.st_size == l->end)
        return 0;
    int rc = find_end(l, f);
    if (rc == 0 && l->end < st.st_size) {
        l->torn = (size_t)(st.st_size - l->end);
        if (ftruncate(l->fd, l->end) < 0)
            rc = fault_set(f, -errno, "%s: %s", l->path, strerror(errno));
    }
    return rc;
}

int ledger_open(struct ledger *l, const char *path, struct fault *f)
{
    *l = (struct ledger){ .path = strdup(path), .fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640) };
    strcpy(l->sm3, nothing);
    int rc = l->path == NULL ? fault_set(f, -ENOMEM, "no memory")
           : l->fd < 0 ? fault_set(f, -errno, "%s: %s", path, strerror(errno)) : lock(l, f);
    if (rc != 0)
        ledger_close(l);
    else
        flock(l->fd, LOCK_UN);
    return rc;
}

/* One write, so that a reader sees a line or none; what was written of one that failed is taken back. */
static int write_line(struct ledger *l, const char *line, size_t n, struct fault *f)
{
    ssize_t written = write(l->fd, line, n);
    if (written == (ssize_t)n && fdatasync(l->fd) == 0)
        return 0;
    int why = written < 0 || written == (ssize_t)n ? errno : ENOSPC;
    if (ftruncate(l->fd, l->end) < 0)
        why = errno;
    return fault_set(f, -why, "%s: %s", l->path, strerror(why));
}

int ledger_append(struct ledger *l, uint64_t time_us, const char *members, const struct sign_key *key, struct fault *f)
{
    char *room = malloc(LEDGER_LINE_MAX + 2);
    if (room == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    struct text line = text_over(room, LEDGER_LINE_MAX + 1);
    int rc = lock(l, f);
    if (rc == 0)
        rc = ledger_write(&line, l->seq + 1, time_us, members, l->sm3, key, f);
    if (rc == 0) {
        room[line.len] = '\n';
        rc = write_line(l, room, line.len + 1, f);
    }
    if (rc == 0) {
        ledger_sm3(room, line.len, l->sm3);
        l->seq++;
        l->end += (off_t)line.len + 1;
    }
    flock(l->fd, LOCK_UN);
    free(room);
    return rc;
}

void ledger_close(struct ledger *l)
{
    if (l->path != NULL && l->fd >= 0)
        close(l->fd);
    free(l->path);
    *l = (struct ledger){ .fd = -1 };
}
