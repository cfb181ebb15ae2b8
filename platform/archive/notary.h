/* notary - the archiver's checkpoints: when one is due, and what it says.
 *
 *     row "checkpoint 7 comes" into the archive --> line 7 into the ledger, with the heads of all chains, signed
 *
 * The row first: it is a link like any other, so a checkpoint that is taken away leaves a row that names it. At the end
 * two lines: one with the heads, which says that another follows, and that one with every byte of the closed files.
 *
 * Keys       are looked for at each checkpoint, so that a new one is used from then on. Without one lines are unsigned,
 *            which is said once, loudly.
 * Errors     0 or a negative errno with a sentence. A checkpoint that could not be made is due again a
 *            minute later.
 * Threads    as the archive's.
 */
#ifndef ARCHIVE_NOTARY_H
#define ARCHIVE_NOTARY_H

#include "archive/archive.h"
#include "archive/checkpoint.h"

struct notary_settings {
    const char *path;           /* of the ledger */
    const char *keys;           /* folder of the keys (keyring.h) */
    uint64_t    every_us;
};

struct notary;
struct notary *notary_open(const struct notary_settings *s, struct fault *f);
void notary_close(struct notary *n);

/* Outside a transaction. */
int notary_checkpoint(struct notary *n, struct archive *a, enum checkpoint_reason why, uint64_t now_us, struct fault *f);
int notary_idle(struct notary *n, struct archive *a, uint64_t now_us, struct fault *f);       /* one if it is due */

/* Before months are removed: says which, and how far their chains went. */
int notary_removing(struct notary *n, struct archive *a, const struct chain_head *months, size_t count, uint64_t now_us,
                    struct fault *f);

/* When the archive is closed, after a checkpoint of CHECKPOINT_STOP: seals what is not sealed yet. `where` as
 * archive_open() had it. Gives how many files, or a negative errno. */
int notary_seal(struct notary *n, const char *where, uint64_t now_us, struct fault *f);

#endif
