/* checkpoint - what the archive held at a moment: a line of a ledger, signed.
 *
 *     "reason":"hour","heads":[{"month":"2026-11","seq":812,"link":"<hex>"}],
 *     "sealed":[{"file":"2026-10.db","bytes":81920,"sm3":"<hex>"}],"removed":[{"month":"2025-09","seq":90,"link":"<hex>"}],
 *     "follows":true
 *
 * heads      how far the chains went of the months that were written to since the checkpoint before.
 * sealed     files that nobody has open any more, with every byte of them; until something is written to one again.
 * removed    months whose time is over. Their last head stays here, so what was removed can be told from what was stolen.
 * follows    another checkpoint comes right after this one: the seals, which take their time.
 */
#ifndef ARCHIVE_CHECKPOINT_H
#define ARCHIVE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "archive/chain.h"
#include "common/fault.h"
#include "common/text.h"

enum { SEAL_FILE_MAX = 128 };

struct seal {
    char     file[SEAL_FILE_MAX];
    uint64_t bytes;
    uint8_t  sm3[CHAIN_LINK];
};

enum checkpoint_reason { CHECKPOINT_START, CHECKPOINT_HOUR, CHECKPOINT_REPORT, CHECKPOINT_RETENTION, CHECKPOINT_STOP, CHECKPOINT_SEAL,
                         CHECKPOINT_REASONS };
extern const char *const checkpoint_reasons[CHECKPOINT_REASONS];

struct checkpoint {
    enum checkpoint_reason reason;
    struct chain_head *heads, *removed;     /* owned by whoever made them */
    struct seal       *sealed;
    size_t             head_count, removed_count, sealed_count;
    bool               follows;
};

/* The members of a ledger's line; .cut says whether there was room. */
void checkpoint_write(struct text *out, const struct checkpoint *c);

/* Out of a ledger's line: 0, -EINVAL with what is wrong, or -ENOMEM. */
int  checkpoint_read(const json_t *line, struct checkpoint *out, struct fault *f);
void checkpoint_free(struct checkpoint *c);

/* Length and SM3 of a file, read piece by piece; .file is left alone. */
int seal_make(const char *path, struct seal *out, struct fault *f);

/* Hex as it stands in a line: exactly 2 n lower-case digits. */
bool checkpoint_unhex(const char *hex, uint8_t *out, size_t n);

#endif
