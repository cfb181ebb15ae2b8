/* ledger - a file of signed lines, each of which names the one before.
 *
 *     {"seq":7,"time":"2026-11-21T20:00:00.000000+0800",MEMBERS,"prev":"<SM3>","key":"<id>","signature":"<r s>"}
 *
 * What is signed are the line's bytes before `,"signature":`. `prev` is the SM3 of the whole line before, without its line
 * feed (of the first: of nothing, 64 zeros), `seq` is the number of the line. So no line can be changed, taken out, put
 * in or moved without a trace; that the last ones are missing must be known from elsewhere. A line may be unsigned:
 * key and signature are "" then. Hex is in lower case, or it is wrong.
 *
 * Durable    a line is on the disk when ledger_append() returns. One that was cut off by a power cut had not been
 *            answered for: ledger_open() removes it and says how long it was.
 * Writers    may be several: each adds to what the others have added.
 * Limits     a line has at most LEDGER_LINE_MAX bytes.
 */
#ifndef ARCHIVE_LEDGER_H
#define ARCHIVE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "common/fault.h"
#include "common/sign.h"
#include "common/text.h"

enum { LEDGER_LINE_MAX = 256 * 1024, LEDGER_SM3 = 64 };

/* ---- a line ---- */

struct ledger_line {
    const char *bytes;              /* borrowed, without the line feed */
    size_t      len, signed_len;    /* the whole; what the signature is over */
    json_t     *document;           /* owned */
    uint64_t    seq, time_us;
    const char *prev, *key;         /* in the document */
    uint8_t     signature[SIGNATURE];
};

/* Writes one without its line feed. `members` is the inside of a JSON object. A NULL key leaves it unsigned. */
int ledger_write(struct text *out, uint64_t seq, uint64_t time_us, const char *members, const char prev[LEDGER_SM3 + 1],
                 const struct sign_key *key, struct fault *f);

/* Understands one. -EINVAL with what is wrong with its form; whether the signature holds is not looked at. The line
 * borrows the bytes. */
int  ledger_read(const char *bytes, size_t len, struct ledger_line *out, struct fault *f);
void ledger_line_free(struct ledger_line *l);
bool ledger_holds(const struct ledger_line *l, const struct sign_key *key);

void ledger_sm3(const char *bytes, size_t len, char out[LEDGER_SM3 + 1]);

/* ---- a file of them ---- */

struct ledger {
    int      fd;
    char    *path;
    uint64_t seq;                   /* of the last line; 0: there is none */
    char     sm3[LEDGER_SM3 + 1];   /* of the last line */
    off_t    end;                   /* where it ends */
    size_t   torn;                  /* bytes that were cut off when it was opened */
};

/* Makes the file if it is not there. Nothing of what stands in it is judged. */
int  ledger_open(struct ledger *l, const char *path, struct fault *f);
int  ledger_append(struct ledger *l, uint64_t time_us, const char *members, const struct sign_key *key, struct fault *f);
void ledger_close(struct ledger *l);    /* also of a zeroed one */

/* Each line of the file. A line that is wrong in itself or in its place comes with
 * the reason, and without a document when it cannot be read; the walk goes on. The callback says false to stop. Gives
 * 0, or a negative errno with a sentence when the file cannot be read. */
typedef bool ledger_visit(void *ctx, size_t number, const struct ledger_line *l, const char *why);
int ledger_walk(const char *path, ledger_visit *visit, void *ctx, struct fault *f);

#endif
