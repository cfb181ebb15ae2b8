/* Every byte of the files that nobody has open any more. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/checkpoint.h"
#include "archive/sqlite.h"

/* What stands in the log goes into the file. -EBUSY while a reader is in between. */
static int empty_log(const char *path, struct fault *f)
{
    sqlite3 *db = NULL;
    int stays = 1, left = -1;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(db, 5000);
        sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
        /* until something is read, the connection does not know that there is a log */
        rc = sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, NULL);
    int result = rc == SQLITE_OK && left == 0 ? 0
               : fault_set(f, rc == SQLITE_BUSY ? -EBUSY : -EIO, "%s: not sealed: %s", path, sqlite3_errmsg(db));
    sqlite3_close(db);
    return result;
}

static int seal_file(const char *dir, const char *file, struct seal *out, struct fault *f)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    snprintf(out->file, sizeof out->file, "%s", file);
    int rc = empty_log(path, f);
    return rc == 0 ? seal_make(path, out, f) : rc;
}

/* One file that cannot be sealed does not keep the others from it; what was wrong is the fault that stays. */
int archive_sqlite_seals(const char *dir, bool (*wanted)(void *ctx, const char *file),
                         int (*take)(void *ctx, const struct seal *s), void *ctx, struct fault *f)
{
    struct sqlite_archive here = { .dir = (char *)(uintptr_t)dir };
    struct month_list months = { 0 };
    struct seal seal;
    char file[FILE_NAME];
    int rc = sqlite_months(&here.base, &months, f);
    for (size_t i = 0; rc == 0 && i <= months.count; i++) {
        if (i < months.count)
            sqlite_file_name(months.names[i], file);
        else
            snprintf(file, sizeof file, "%s", sqlite_incidents_name);
        if (wanted(ctx, file) && seal_file(dir, file, &seal, f) == 0)
            rc = take(ctx, &seal);
    }
    free(months.names);
    return rc;
}
