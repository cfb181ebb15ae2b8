/* evidence_disk - the folder of evidence files: written whole, the oldest removed when there are too many.
 *
 * Threads    one owner, the evidence thread.
 * Errors     a file that cannot be written is one log line per kind of failure, and the next one is tried again.
 */
#ifndef EMIT_EVIDENCE_DISK_H
#define EMIT_EVIDENCE_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"

struct evidence_disk;
struct evidence_disk *evidence_disk_open(const char *dir, uint64_t bytes_max, uint64_t age_max_us, struct fault *f);
void evidence_disk_close(struct evidence_disk *d);

/* `name` is <day>/<file>. Beside, synced, renamed. */
void evidence_disk_write(struct evidence_disk *d, const char *name, const void *bytes, size_t n);

/* Removes what is too old or too much, oldest day and name first; looks at most once a minute, or when the sum is over. */
void evidence_disk_tidy(struct evidence_disk *d, uint64_t now_us);

#endif
