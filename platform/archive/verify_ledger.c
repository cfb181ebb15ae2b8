/* The checkpoints: each follows the one before, is signed by the key of its time, and together they make the book. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "archive/verify_notes.h"

void verify_signature(struct verification *v, const struct ledger_line *l, const struct noted *at)
{
    if (*l->key == '\0') {
        verify_note(v, KIND_UNSIGNED, at, "it is not signed");
        return;
    }
    int by = keyring_find(&v->ring, l->key);
    if (by < 0 && v->ring.count == 0)
        verify_note(v, KIND_UNSIGNED, at, "there is no key to check its signature with (it names key %s)", l->key);
    else if (by < 0)
        verify_note(v, KIND_SIGNATURE, at, "it is signed by key %s, which is not in the line of keys", l->key);
    else if (!ledger_holds(l, v->ring.entries[by].key))
        verify_note(v, KIND_SIGNATURE, at, "its signature by key %s does not hold", l->key);
    else if (by < v->key_before)
        verify_note(v, KIND_SIGNATURE, at, "it is signed by key %s, which had been replaced before", l->key);
    else if ((size_t)by < v->ring.trusted)
        verify_note(v, KIND_UNSIGNED, at, "it is signed by key %s, which is older than the key given", l->key);
    if (by > v->key_before)
        v->key_before = by;
}

static void check_time(struct verification *v, const struct ledger_line *l, const struct noted *at)
{
    bool was_away = v->book.reason == CHECKPOINT_STOP || v->book.reason == CHECKPOINT_SEAL;
    if (l->time_us < v->time_before_us)
        verify_note(v, KIND_CLOCK, at, "the clock went back by %" PRIu64 " s since the checkpoint before",
                    (v->time_before_us - l->time_us) / 1000000);
    else if (v->time_before_us > 0 && !was_away && l->time_us - v->time_before_us > v->plan->silence_us)
        verify_note(v, KIND_SILENCE, at, "%" PRIu64 " s passed since the checkpoint before: the archiver was away, or the clock "
                    "jumped", (l->time_us - v->time_before_us) / 1000000);
    v->time_before_us = l->time_us;
}

struct reading { struct verification *v; struct fault *fault; int rc; };

static bool visit(void *ctx, size_t number, const struct ledger_line *l, const char *why)
{
    struct reading *r = ctx;
    struct verification *v = r->v;
    struct noted at = { .seq = number, .time_us = (int64_t)l->time_us };
    struct checkpoint c = { 0 };
    struct fault bad = { 0 };
    bool good = l->document != NULL && checkpoint_read(l->document, &c, &bad) == 0;
    if (why != NULL)
        verify_note(v, KIND_LINE, &at, "%s", why);
    else if (!good)
        verify_note(v, KIND_LINE, &at, "%s", bad.why);
    if (l->document != NULL) {
        verify_signature(v, l, &at);
        check_time(v, l, &at);
    }
    r->rc = book_add(&v->book, l, good ? &c : NULL, r->fault);
    checkpoint_free(&c);
    return r->rc == 0;
}

int verify_ledger(struct verification *v, struct fault *f)
{
    struct reading r = { v, f, 0 };
    struct fault why = { 0 };
    verify_place(v, "checkpoints");
    if (v->plan->checkpoints == NULL) {
        verify_note(v, KIND_UNSIGNED, NULL, "there are no checkpoints: what is chained is signed by nobody");
        return 0;
    }
    int rc = ledger_walk(v->plan->checkpoints, visit, &r, &why);
    if (rc != 0)
        verify_note(v, KIND_UNSIGNED, NULL, "%s", why.why);
    if (r.rc == 0 && v->book.follows && !verify_goes_on(v))
        verify_note(v, KIND_SILENCE, NULL, "checkpoint %zu says that one with the seals of all files follows, and none does: the "
                    "archiver was ended while it made it, or it was taken away", v->book.line_count);
    v->sum->checkpoints = v->book.line_count;
    return r.rc;
}

static bool count_line(void *ctx, size_t number, const struct ledger_line *l, const char *why)
{
    (void)l;
    (void)why;
    *(size_t *)ctx = number;
    return true;
}

bool verify_goes_on(struct verification *v)
{
    size_t lines = 0;
    struct fault f;
    return v->plan->checkpoints != NULL && ledger_walk(v->plan->checkpoints, count_line, &lines, &f) == 0
           && lines > v->book.line_count;
}
