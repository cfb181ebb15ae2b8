/* What the parts of verify share; only this folder includes it. */
#ifndef ARCHIVE_VERIFY_NOTES_H
#define ARCHIVE_VERIFY_NOTES_H

#include "archive/book.h"
#include "archive/keyring.h"
#include "archive/sequence.h"
#include "archive/store.h"
#include "archive/verify.h"

enum kind {
    KIND_KEYS, KIND_LINE, KIND_SIGNATURE, KIND_UNSIGNED, KIND_CLOCK, KIND_SILENCE, KIND_MISSING, KIND_HEAD, KIND_LINK, KIND_NUMBER,
    KIND_ROW, KIND_STRAY, KIND_COLUMN, KIND_JSON, KIND_SEAL, KIND_FILE, KIND_INDEX, KIND_OLDER, KIND_GAP, KIND_LATE, KIND_TIME, KIND_EVIDENCE, KIND_LOST,
    KIND_VERSION, KINDS
};

struct verification {
    const struct verify_plan *plan;
    struct verify_sum *sum;
    struct archive   *archive;
    struct keyring    ring;
    struct book       book;
    struct sequences  sequences;
    int               key_before;           /* which key of the ring signed the line before; -1: none */
    uint64_t          time_before_us;
    const char       *place;                /* where the notes are of */
    uint64_t          told[KINDS];          /* how many of each kind, in this place */
    char              last_evidence[256], last_sm3[65];     /* alerts of a packet share a file */
};

/* Something to tell. `at` is a row or line (may be NULL): its seq, id and time are taken. */
struct noted { uint64_t seq; const char *id; int64_t time_us; };
__attribute__((format(printf, 4, 5)))
void verify_note(struct verification *v, enum kind kind, const struct noted *at, const char *fmt, ...);

/* All notes until the next call are of this place; at its end it is said how many were not told one by one. */
void verify_place(struct verification *v, const char *place);

int verify_keys(struct verification *v, struct fault *f);
int verify_ledger(struct verification *v, struct fault *f);
void verify_signature(struct verification *v, const struct ledger_line *l, const struct noted *at);
enum verdict verify_verdict(const struct verify_sum *sum);
int verify_month(struct verification *v, const char *month, struct fault *f);
void verify_incidents(struct verification *v);
void verify_evidence(struct verification *v, const struct chained *c, const json_t *document);

/* Whether a checkpoint was made since the book was read: then somebody is writing. */
bool verify_goes_on(struct verification *v);

#endif
