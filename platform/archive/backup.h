/* backup - a copy of the archive that is made while it is written to, and the proof that it can be restored.
 *
 *     DIR/manifest.json            written last: a folder without it is no backup
 *     DIR/2026-11.db ...           of SQLite: each file as it was at one moment, by SQLite's online backup
 *     DIR/dump/                    of PostgreSQL: the whole archive as it was at one moment, by pg_dump
 *
 * Parts      a month ("2026-11"), or "incidents": the newest versions and what belongs to them. The manifest has for
 *            each how many rows it held and the SM3 of all of them, taken from the same moment as the copy; and the SM3 of
 *            every file. The digest is over what was archived and not over how it is stored: both stores give the same.
 * Errors     negative errno with a sentence. What is wrong with a backup is no error of ours: it is told part by part.
 */
#ifndef ARCHIVE_BACKUP_H
#define ARCHIVE_BACKUP_H

#include <stdint.h>

#include "common/fault.h"

enum { ARCHIVE_SM3 = 32 };

struct archive_part {
    char     name[64];                  /* a month, "incidents", or a file of the backup that is not as it was written */
    uint64_t rows, versions;            /* versions: of incidents and the like; of the part "incidents", links to alerts */
    uint8_t  sm3[ARCHIVE_SM3];
    char     wrong[320];                /* "": it is as it was */
};

typedef void archive_part_fn(void *ctx, const struct archive_part *part);

/* `where` is as archive_open() takes it. `dir` is made; what is there already must be empty. */
int archive_backup(const char *where, const char *dir, archive_part_fn *tell, void *ctx, struct fault *f);

/* Into a folder that is not there or empty, or a database without an archive; then every part is counted and compared.
 * Gives how many are wrong; what could be restored is there all the same. */
int archive_restore(const char *dir, const char *to, archive_part_fn *tell, void *ctx, struct fault *f);

/* As archive_restore(), into a place of its own that is removed again: a folder below $TMPDIR (or /var/tmp), or a database
 * beside the one that `where` names, for which its user needs CREATEDB. */
int archive_drill(const char *dir, const char *where, archive_part_fn *tell, void *ctx, struct fault *f);

#endif
