/* A file of signed lines as anybody may have written it: a ledger of checkpoints, a line of keys, a report's signature.
 * What must hold: a line that is read has its number, time and predecessor, and its signed part lies within it; no file
 * gives a key that did not sign for itself or was not signed for; what a checkpoint says can be added up. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/attest.h"
#include "archive/book.h"
#include "archive/keyring.h"

static bool add(void *ctx, size_t number, const struct ledger_line *l, const char *why)
{
    struct book *b = ctx;
    struct checkpoint c = { 0 };
    struct fault f;
    bool good = l->document != NULL && checkpoint_read(l->document, &c, &f) == 0;
    if (why == NULL) {
        assert(l->seq == number && l->signed_len < l->len && strlen(l->prev) == LEDGER_SM3);
        assert(*l->key == '\0' || strlen(l->key) == SIGN_ID);
    }
    assert(book_add(b, l, good ? &c : NULL, &f) == 0 && b->line_count == number);
    checkpoint_free(&c);
    return true;
}

static void tell(void *ctx, const struct finding *x)
{
    assert(ctx == NULL && *x->what != '\0' && *x->sentence != '\0');
}

static const char *folder(void)
{
    static char dir[64];                /* one for all runs of this process */
    if (*dir == '\0') {
        snprintf(dir, sizeof dir, "/tmp/fuzz-ledger-%ld", (long)getpid());
        mkdir(dir, 0700);
    }
    return dir;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char path[96];
    struct fault f;
    struct book b = { 0 };
    struct keyring r;
    struct verify_sum sum;
    snprintf(path, sizeof path, "%s/keys.jsonl", folder());
    FILE *out = fopen(path, "w");
    assert(out != NULL && fwrite(bytes, 1, n, out) == n && fclose(out) == 0);
    assert(ledger_walk(path, add, &b, &f) == 0);
    book_free(&b);
    assert(keyring_load(&r, folder(), &f) != 0 || r.count > 0);
    keyring_free(&r);
    struct verify_plan plan = { .checkpoints = path, .keys = folder(), .silence_us = 1, .tell = tell };
    int verdict = attest_verify(&plan, path, &sum, &f);
    assert(verdict >= 0 && (verdict == VERDICT_BROKEN) == (sum.broken > 0));
    unlink(path);
    return 0;
}
