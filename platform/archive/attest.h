/* attest - files signed beside themselves: a report, and what it was made from.
 *
 *     {"seq":8,"time":"...","reason":"report","sealed":[{"file":"2026-W47.html","bytes":81920,"sm3":"<hex>"}],"prev":"...",...}
 *
 * One line of a ledger in a file of its own. Its number and `prev` are as if it came after the archive's last checkpoint:
 * so it says up to which moment the archive was what the report was made from. Files stand by their name alone, in the
 * folder of the signature.
 */
#ifndef ARCHIVE_ATTEST_H
#define ARCHIVE_ATTEST_H

#include <stddef.h>
#include <stdint.h>

#include "archive/verify.h"
#include "common/fault.h"

enum { ATTEST_FILES_MAX = 16 };

/* Writes `path`, whole or not at all. `checkpoints` may be NULL or not there: then the line is the first. */
int attest_files(const char *path, const char *const files[], size_t count, const char *checkpoints, const char *keys,
                 uint64_t now_us, struct fault *f);

/* Of the plan, the keys and the checkpoints. As verify_archive(). */
int attest_verify(const struct verify_plan *p, const char *path, struct verify_sum *sum, struct fault *f);

#endif
