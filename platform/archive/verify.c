/* The frame of it: keys and checkpoints first, then month by month, then what only the whole shows. */
#include "archive/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/verify_notes.h"

/* ---- notes ---- */

static const struct { const char *word; enum verdict grade; } kinds[KINDS] = {
    [KIND_KEYS] = { "keys", VERDICT_BROKEN },           [KIND_LINE] = { "checkpoint", VERDICT_BROKEN },
    [KIND_SIGNATURE] = { "signature", VERDICT_BROKEN }, [KIND_UNSIGNED] = { "unsigned", VERDICT_FINDINGS },
    [KIND_CLOCK] = { "clock", VERDICT_FINDINGS },       [KIND_SILENCE] = { "silence", VERDICT_FINDINGS },
    [KIND_MISSING] = { "missing", VERDICT_BROKEN },     [KIND_HEAD] = { "head", VERDICT_BROKEN },
    [KIND_LINK] = { "link", VERDICT_BROKEN },           [KIND_NUMBER] = { "number", VERDICT_BROKEN },
    [KIND_ROW] = { "row", VERDICT_BROKEN },             [KIND_STRAY] = { "stray", VERDICT_BROKEN },
    [KIND_COLUMN] = { "column", VERDICT_BROKEN },       [KIND_JSON] = { "json", VERDICT_BROKEN },
    [KIND_SEAL] = { "seal", VERDICT_BROKEN },           [KIND_FILE] = { "file", VERDICT_BROKEN },
    [KIND_INDEX] = { "index", VERDICT_BROKEN },         [KIND_OLDER] = { "older", VERDICT_FINDINGS },
    [KIND_GAP] = { "gap", VERDICT_FINDINGS },           [KIND_LATE] = { "late", VERDICT_WHOLE },
    [KIND_TIME] = { "time", VERDICT_FINDINGS },
    [KIND_EVIDENCE] = { "evidence", VERDICT_BROKEN },   [KIND_LOST] = { "lost", VERDICT_FINDINGS },
    [KIND_VERSION] = { "version", VERDICT_BROKEN },
};

static void tell(struct verification *v, enum kind kind, const struct noted *at, const char *sentence)
{
    struct finding x = { .grade = kinds[kind].grade, .what = kinds[kind].word, .place = v->place, .id = "", .sentence = sentence };
    if (at != NULL) {
        x.seq = at->seq;
        x.id = at->id != NULL ? at->id : "";
        x.time_us = at->time_us;
    }
    v->plan->tell(v->plan->ctx, &x);
}

void verify_note(struct verification *v, enum kind kind, const struct noted *at, const char *fmt, ...)
{
    char sentence[1024];
    va_list args;
    v->sum->broken += kinds[kind].grade == VERDICT_BROKEN;
    v->sum->findings += kinds[kind].grade == VERDICT_FINDINGS;
    if (v->told[kind]++ > 0)
        return;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    tell(v, kind, at, sentence);
}

void verify_place(struct verification *v, const char *place)
{
    char sentence[80];
    for (int i = 0; i < KINDS; i++) {
        if (v->told[i] > 1) {
            snprintf(sentence, sizeof sentence, "and %" PRIu64 " more of this kind", v->told[i] - 1);
            tell(v, (enum kind)i, NULL, sentence);
        }
        v->told[i] = 0;
    }
    v->place = place;
}

/* ---- keys ---- */

int verify_keys(struct verification *v, struct fault *f)
{
    const struct verify_plan *p = v->plan;
    char path[PATH_MAX];
    struct fault why = { 0 };
    verify_place(v, "keys");
    int rc = p->keys != NULL ? keyring_load(&v->ring, p->keys, &why) : 0;
    if (rc != 0 && (rc != -ENOENT || p->key == NULL))
        verify_note(v, rc == -ENOENT ? KIND_UNSIGNED : KIND_KEYS, NULL, "%s", why.why);
    bool alone = v->ring.count == 0;
    if (p->key != NULL && (rc = keyring_trust(&v->ring, p->key, &why)) != 0) {
        if (rc != -ENOKEY)
            return fault_set(f, rc, "%s", why.why);
        verify_note(v, KIND_KEYS, NULL, "%s", why.why);
    }
    v->sum->keys = v->ring.count;
    if (v->ring.count > 0)
        snprintf(v->sum->key, sizeof v->sum->key, "%s", sign_key_fingerprint(v->ring.entries[v->ring.trusted].key));
    if (alone || p->keys == NULL)
        return 0;
    snprintf(path, sizeof path, "%s/sm2.pub", p->keys);
    struct sign_key *public = sign_public_load(path, &why);
    const char *last = sign_key_fingerprint(v->ring.entries[v->ring.count - 1].key);
    if (public == NULL)
        verify_note(v, KIND_KEYS, NULL, "%s", why.why);
    else if (strcmp(sign_key_fingerprint(public), last) != 0)
        verify_note(v, KIND_KEYS, NULL, "%s: it is not the last key of the line (%.16s)", path, last);
    sign_key_free(public);
    return 0;
}

/* ---- months ---- */

static bool is_there(const struct month_list *months, const char *month)
{
    for (size_t i = 0; i < months->count; i++)
        if (strcmp(months->names[i], month) == 0)
            return true;
    return false;
}

static void note_missing_months(struct verification *v, const struct month_list *months)
{
    for (size_t i = 0; i < v->book.month_count; i++) {
        const struct book_month *m = &v->book.months[i];
        bool there = is_there(months, m->month);
        verify_place(v, m->month);
        if (m->count > 0 && !there && !verify_goes_on(v))
            verify_note(v, KIND_MISSING, NULL, "the month is gone: checkpoint %" PRIu64 " knew %" PRIu64
                        " rows of it, and none says that it was removed", m->heads[m->count - 1].line, m->heads[m->count - 1].seq);
        else if (m->removed > 0 && there && !verify_goes_on(v))
            verify_note(v, KIND_OLDER, NULL, "the month is there, though checkpoint %" PRIu64 " says that it is removed", m->removed);
    }
}

static int verify_months(struct verification *v, struct fault *f)
{
    struct month_list months = { 0 };
    int rc = v->archive->store->months(v->archive, &months, f);
    if (rc == 0)
        note_missing_months(v, &months);
    for (size_t i = months.count; i-- > 0 && rc == 0;) {
        verify_place(v, months.names[i]);
        rc = verify_month(v, months.names[i], f);
    }
    verify_place(v, "");
    v->sum->months = months.count;
    free(months.names);
    return rc;
}

/* ---- what only the whole shows ---- */

/* Alerts overtake other events on their way: while the archiver is at work, a number that is not here may still come. */
static void note_sequences(struct verification *v)
{
    bool works = v->book.line_count > 0 && v->book.reason != CHECKPOINT_STOP && v->book.reason != CHECKPOINT_SEAL;
    for (size_t i = 0; i < v->sequences.count; i++) {
        const struct sequence *s = &v->sequences.rows[i];
        uint64_t missing = sequence_missing(s);
        struct noted at = { .seq = s->back_seq, .time_us = s->time_us };
        verify_place(v, s->sensor);
        if (missing > 0)
            verify_note(v, works ? KIND_LATE : KIND_GAP, NULL, "of its start %" PRIu64 " events %" PRIu64 " to %" PRIu64 " were numbered, %" PRIu64
                        " of them are not here", s->epoch, s->first, s->last, missing);
        if ((uint64_t)s->back_us > v->plan->back_us)
            verify_note(v, KIND_TIME, &at, "of its start %" PRIu64 " event %" PRIu64 " is %" PRIi64
                        " s earlier than one that came before it", s->epoch, s->back_seq, s->back_us / 1000000);
    }
    verify_place(v, "sensors");
    if (v->sequences.left_out > 0)
        verify_note(v, KIND_GAP, NULL, "%" PRIu64 " events belong to more starts of sensors than were counted",
                    v->sequences.left_out);
}

static int verify_all(struct verification *v, struct fault *f)
{
    int rc = verify_keys(v, f);
    if (rc == 0)
        rc = verify_ledger(v, f);
    if (rc == 0)
        rc = verify_months(v, f);
    if (rc == 0)
        verify_incidents(v);
    if (rc == 0)
        note_sequences(v);
    verify_place(v, "");
    return rc;
}

enum verdict verify_verdict(const struct verify_sum *sum)
{
    return sum->broken > 0 ? VERDICT_BROKEN : sum->findings > 0 ? VERDICT_FINDINGS : VERDICT_WHOLE;
}

int verify_archive(const struct verify_plan *p, struct verify_sum *sum, struct fault *f)
{
    struct verification v = { .plan = p, .sum = sum, .key_before = -1, .place = "" };
    *sum = (struct verify_sum){ 0 };
    v.archive = archive_open(p->where, ARCHIVE_VERIFY, f);
    int rc = v.archive != NULL ? verify_all(&v, f) : f->code;
    archive_close(v.archive);
    keyring_free(&v.ring);
    book_free(&v.book);
    sequences_free(&v.sequences);
    return rc != 0 ? rc : (int)verify_verdict(sum);
}
