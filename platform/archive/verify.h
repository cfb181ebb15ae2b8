/* verify - whether the archive still holds what was archived, and nothing else.
 *
 *     keys --> checkpoints --> chains --> rows --> columns, evidence
 *
 * Each leans on the one before: the line of keys proves who signed, checkpoints say how far each chain went and what every
 * byte of a closed file was, the chain says what each row was, the row's JSON says what its columns are and which
 * SM3 its evidence has.
 *
 * Broken     what cannot be unless somebody or something changed it: a link that does not follow, a row that is gone, a
 *            signature that does not hold. Named with month, number, id, time, what was expected and what is there.
 * Finding    what may have an innocent reason and needs a person's eye: a gap in a sensor's numbers, a clock that jumped,
 *            evidence that is past its time, unsigned checkpoints.
 * Of a kind the first in each place is told with all that is known, of the rest how many there are.
 * While it is written to, an archive can be verified too: each month is read as of one moment, and nothing is held
 * against it that a checkpoint of a moment later explains. Rows after the last checkpoint are chained, but not signed yet.
 * Memory     does not grow with the rows; book.h says what the checkpoints take.
 */
#ifndef ARCHIVE_VERIFY_H
#define ARCHIVE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/fault.h"

enum verdict { VERDICT_WHOLE, VERDICT_FINDINGS, VERDICT_BROKEN };

struct finding {
    enum verdict grade;         /* FINDINGS or BROKEN; WHOLE: said for information */
    const char  *what;          /* a word: "link", "column", "seal", "gap" ... */
    const char  *place;         /* "2026-11", "checkpoints.jsonl", "incidents.db" */
    uint64_t     seq;           /* of the row or line; 0: none */
    const char  *id;            /* of the row; "": none */
    int64_t      time_us;       /* of the row; 0: none */
    const char  *sentence;
};

struct verify_plan {
    const char *where;          /* the archive, as archive_open() takes it */
    const char *checkpoints;    /* the ledger, or NULL */
    const char *keys;           /* folder of the line of keys, or NULL */
    const char *key;            /* a public key from a safe place: from it on the line is believed. NULL: from the first */
    const char *evidence;       /* folder of evidence captures, or NULL: not looked at */
    uint64_t    back_us;        /* a sensor's time may go back by so much before it is a finding */
    uint64_t    silence_us;     /* so long between two checkpoints is a finding */
    void      (*tell)(void *ctx, const struct finding *x);
    void       *ctx;
};

struct verify_sum {
    uint64_t months, rows, sealed_files, open_files, checkpoints, keys, evidence_files;
    uint64_t findings, broken;
    char     key[65];           /* fingerprint of the key that the line begins with, or ""; compare it with what you were given */
};

/* The verdict, or a negative errno when it could not be looked at at all. */
int verify_archive(const struct verify_plan *p, struct verify_sum *sum, struct fault *f);

#endif
