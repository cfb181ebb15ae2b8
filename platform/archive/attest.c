#include "archive/attest.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/verify_notes.h"

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- signing ---- */

struct last { uint64_t seq; char sm3[LEDGER_SM3 + 1]; };

static bool note_last(void *ctx, size_t number, const struct ledger_line *l, const char *why)
{
    struct last *last = ctx;
    (void)why;
    last->seq = number;
    ledger_sm3(l->bytes != NULL ? l->bytes : "", l->len, last->sm3);
    return true;
}

static int write_whole(const char *path, const char *bytes, size_t n, struct fault *f)
{
    char fresh[PATH_MAX];
    if (snprintf(fresh, sizeof fresh, "%s.part", path) >= (int)sizeof fresh)
        return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", path);
    FILE *out = fopen(fresh, "we");
    bool good = out != NULL && fwrite(bytes, 1, n, out) == n && fflush(out) == 0 && fsync(fileno(out)) == 0;
    int why = errno;
    if (out != NULL)
        fclose(out);
    if (good && rename(fresh, path) == 0)
        return 0;
    why = good ? errno : why;
    unlink(fresh);
    return fault_set(f, -why, "%s: %s", path, strerror(why));
}

static int write_line(const char *path, const struct checkpoint *c, const struct last *last, const struct sign_key *key,
                      uint64_t now_us, struct fault *f)
{
    enum { ROOM = 8192 };
    char members[ROOM], *line = malloc(2 * ROOM);
    if (line == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    struct text m = text_over(members, sizeof members), t = text_over(line, 2 * ROOM);
    checkpoint_write(&m, c);
    int rc = ledger_write(&t, last->seq + 1, now_us, text_end(&m), last->sm3, key, f);
    text_char(&t, '\n');
    if (rc == 0)
        rc = write_whole(path, line, t.len, f);
    free(line);
    return rc;
}

int attest_files(const char *path, const char *const files[], size_t count, const char *checkpoints, const char *keys,
                 uint64_t now_us, struct fault *f)
{
    struct seal seals[ATTEST_FILES_MAX];
    struct last last = { 0 };
    struct fault none;
    memset(last.sm3, '0', LEDGER_SM3);
    if (count > ATTEST_FILES_MAX)
        return fault_set(f, -E2BIG, "%s: more than %d files", path, ATTEST_FILES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (snprintf(seals[i].file, sizeof seals[i].file, "%s", name_of(files[i])) >= (int)sizeof seals[i].file)
            return fault_set(f, -ENAMETOOLONG, "%s: the name is too long to be signed", files[i]);
        int rc = seal_make(files[i], &seals[i], f);
        if (rc != 0)
            return rc;
    }
    if (checkpoints != NULL)
        ledger_walk(checkpoints, note_last, &last, &none);
    struct sign_key *key = keyring_private(keys, f);
    if (key == NULL)
        return f->code;
    struct checkpoint c = { .reason = CHECKPOINT_REPORT, .sealed = seals, .sealed_count = count };
    int rc = write_line(path, &c, &last, key, now_us, f);
    sign_key_free(key);
    return rc;
}

/* ---- verifying ---- */

static void check_file(struct verification *v, const char *path, const struct seal *wanted)
{
    char file[PATH_MAX];
    struct seal now;
    struct fault why;
    int folder = (int)(name_of(path) - path);
    verify_place(v, wanted->file);
    if (strchr(wanted->file, '/') != NULL || snprintf(file, sizeof file, "%.*s%s", folder, path, wanted->file) >= (int)sizeof file)
        verify_note(v, KIND_SEAL, NULL, "it is no name of a file beside %s", path);
    else if (seal_make(file, &now, &why) != 0)
        verify_note(v, KIND_SEAL, NULL, "%s", why.why);
    else if (now.bytes != wanted->bytes)
        verify_note(v, KIND_SEAL, NULL, "it has %" PRIu64 " bytes; %" PRIu64 " were signed", now.bytes, wanted->bytes);
    else if (memcmp(now.sm3, wanted->sm3, sizeof now.sm3) != 0)
        verify_note(v, KIND_SEAL, NULL, "it was changed since it was signed: its SM3 is another");
    else
        v->sum->sealed_files++;
}

/* The checkpoint that it names must be one of the archive's. */
static void check_place(struct verification *v, const struct ledger_line *l, const struct noted *at)
{
    uint8_t prev[CHAIN_LINK];
    if (v->plan->checkpoints == NULL || l->seq == 1)
        return;
    if (l->seq - 1 > v->book.line_count)
        verify_note(v, KIND_MISSING, at, "it was made after checkpoint %" PRIu64 ", and there are %zu", l->seq - 1, v->book.line_count);
    else if (!checkpoint_unhex(l->prev, prev, sizeof prev) || memcmp(prev, v->book.lines[l->seq - 2], sizeof prev) != 0)
        verify_note(v, KIND_LINE, at, "it was made after another checkpoint %" PRIu64 " than there is", l->seq - 1);
}

static void check_line(struct verification *v, const char *path, const char *bytes, size_t len)
{
    struct ledger_line l;
    struct checkpoint c;
    struct fault why = { 0 };
    if (ledger_read(bytes, len, &l, &why) != 0) {
        verify_note(v, KIND_LINE, NULL, "%s", why.why);
        return;
    }
    struct noted at = { .seq = l.seq, .time_us = (int64_t)l.time_us };
    v->key_before = -1;
    verify_signature(v, &l, &at);
    check_place(v, &l, &at);
    if (checkpoint_read(l.document, &c, &why) != 0) {
        verify_note(v, KIND_LINE, &at, "%s", why.why);
    } else {
        for (size_t i = 0; i < c.sealed_count; i++)
            check_file(v, path, &c.sealed[i]);
        checkpoint_free(&c);
    }
    ledger_line_free(&l);
}

static int verify_it(struct verification *v, const char *path, struct fault *f)
{
    enum { ROOM = 16384 };
    int rc = verify_keys(v, f);
    if (rc == 0 && v->plan->checkpoints != NULL)
        rc = verify_ledger(v, f);
    FILE *in = rc == 0 ? fopen(path, "re") : NULL;
    char *bytes = malloc(ROOM);
    if (rc == 0 && (in == NULL || bytes == NULL))
        rc = fault_set(f, -errno, "%s: %s", path, strerror(errno));
    verify_place(v, name_of(path));
    size_t n = rc == 0 ? fread(bytes, 1, ROOM, in) : 0;
    if (rc == 0 && (n == 0 || n == ROOM || bytes[n - 1] != '\n'))
        verify_note(v, KIND_LINE, NULL, "it is not one signed line");
    else if (rc == 0)
        check_line(v, path, bytes, n - 1);
    verify_place(v, "");
    free(bytes);
    if (in != NULL)
        fclose(in);
    return rc;
}

int attest_verify(const struct verify_plan *p, const char *path, struct verify_sum *sum, struct fault *f)
{
    struct verification v = { .plan = p, .sum = sum, .key_before = -1, .place = "" };
    *sum = (struct verify_sum){ 0 };
    int rc = verify_it(&v, path, f);
    keyring_free(&v.ring);
    book_free(&v.book);
    return rc != 0 ? rc : (int)verify_verdict(sum);
}
