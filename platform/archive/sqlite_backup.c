/* Copies of the files, each as it was at one moment: byte for byte when it rests, by SQLite's online backup when it is
 * written to, both within a read transaction in which its rows are counted and digested too. Who writes is not held up, as the files have write-ahead logs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/digest.h"
#include "archive/sqlite.h"

static const char ledger_name[] = "checkpoints.jsonl";     /* where archive.checkpoints is empty (settings.c) */

static void file_of(const char *part, char out[FILE_NAME])
{
    if (strcmp(part, archive_incidents_part) == 0)
        snprintf(out, FILE_NAME, "%s", sqlite_incidents_name);
    else
        sqlite_file_name(part, out);
}

void sqlite_tables(const char *part, char events[DIGEST_TABLE], char versions[DIGEST_TABLE])
{
    (void)part;                         /* which has a file of its own */
    strcpy(events, "event");
    strcpy(versions, "version");
}

int sqlite_pairs(struct archive *archive, const char *part, const char *sql, pair_fn *take, void *ctx, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    char name[FILE_NAME];
    sqlite3_stmt *s = NULL;
    file_of(part, name);
    struct file *x = sqlite_file(a, name, f);
    if (x == NULL)
        return f->code;
    int step = sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) == SQLITE_OK ? SQLITE_ROW : SQLITE_ERROR;
    while (step == SQLITE_ROW && (step = sqlite3_step(s)) == SQLITE_ROW) {
        const char *left = (const char *)sqlite3_column_text(s, 0), *right = (const char *)sqlite3_column_text(s, 1);
        take(ctx, left, (size_t)sqlite3_column_bytes(s, 0), right, (size_t)sqlite3_column_bytes(s, 1));
    }
    int rc = step == SQLITE_DONE ? 0 : sqlite_fault(a, name, x->db, f);
    sqlite3_finalize(s);
    return rc;
}

/* ---- copying out ---- */

static int copy_bytes(int from, int to)
{
    char buffer[65536];
    ssize_t n;
    while ((n = read(from, buffer, sizeof buffer)) > 0)
        for (ssize_t done = 0, w; done < n; done += w)
            if ((w = write(to, buffer + done, (size_t)(n - done))) < 0)
                return -errno;
    return n < 0 ? -errno : fsync(to) < 0 ? -errno : 0;
}

static int copy_file(const char *dir, const char *to, const char *name, struct fault *f)
{
    char source[4400], target[4400];
    snprintf(source, sizeof source, "%s/%s", dir, name);
    snprintf(target, sizeof target, "%s/%s", to, name);
    int in = open(source, O_RDONLY | O_CLOEXEC), out = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    int rc = in < 0 || out < 0 ? -errno : copy_bytes(in, out);
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) < 0 && rc == 0)
        rc = -errno;
    return rc == 0 ? 0 : fault_set(f, rc, "%s: cannot be restored to %s: %s", source, target, strerror(-rc));
}

static int copy_pages(struct sqlite_archive *a, struct file *x, const char *path, struct fault *f)
{
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_backup *b = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", x->db, "main") : NULL;
    if (b != NULL) {
        sqlite3_backup_step(b, -1);
        rc = sqlite3_backup_finish(b);
    }
    bool well = b != NULL && rc == SQLITE_OK        /* one file by itself: no log beside it */
                && sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) == SQLITE_OK;
    int code = well ? 0 : fault_set(f, -EIO, "archive %s/%s: cannot be copied to %s: %s", a->dir, x->name, path,
                                    sqlite3_errmsg(to));
    sqlite3_close(to);
    return code;
}

/* Nothing stands in the log, so our read transaction is of the file alone, and who writes may not touch the file as long
 * as it is open. Then the file is copied as it is, byte for byte: a checkpoint may have sealed it. */
static bool log_is_empty(const struct sqlite_archive *a, const char *name)
{
    char path[4300];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s-wal", a->dir, name);
    return stat(path, &st) != 0 || st.st_size == 0;
}

static int copy_part(struct sqlite_archive *a, const char *part, const char *dir, struct archive_part *out, struct fault *f)
{
    char name[FILE_NAME], path[4300];
    file_of(part, name);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    struct file *x = sqlite_file(a, name, f);
    if (x == NULL)
        return f->code;
    if (sqlite3_exec(x->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_fault(a, name, x->db, f);
    int rc = archive_digest(&a->base, part, out, f);
    if (rc == 0)
        rc = log_is_empty(a, name) ? copy_file(a->dir, dir, name, f) : copy_pages(a, x, path, f);
    sqlite3_exec(x->db, "COMMIT", NULL, NULL, NULL);
    return rc;
}

/* The ledger of checkpoints first: then no checkpoint knows of rows that came after the copy. */
static int copy_ledger(const struct sqlite_archive *a, const char *dir, struct fault *f)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", a->dir, ledger_name);
    return access(path, R_OK) == 0 ? copy_file(a->dir, dir, ledger_name, f) : 0;
}

/* Incidents last: their alerts are then in the months that were copied before, or come again with the streams. */
int sqlite_backup(struct archive *archive, const char *dir, archive_part_fn *tell, void *ctx, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    struct month_list months = { 0 };
    struct archive_part part;
    int rc = copy_ledger(a, dir, f);
    if (rc == 0)
        rc = sqlite_months(archive, &months, f);
    for (size_t i = 0; i <= months.count && rc == 0; i++) {
        rc = copy_part(a, i < months.count ? months.names[i] : archive_incidents_part, dir, &part, f);
        if (rc == 0)
            tell(ctx, &part);
    }
    free(months.names);
    return rc;
}

/* ---- and in ---- */

static bool is_ours(const char *name)
{
    size_t n = strlen(name);
    return (n > 3 && strcmp(name + n - 3, ".db") == 0) || strcmp(name, ledger_name) == 0;
}

/* Leaves the log's files beside it: a reader of another user may make none. A damaged file is left to who compares. */
static void make_log(const char *to, const char *name)
{
    char path[4300];
    sqlite3 *db = NULL;
    int stays = 1;
    snprintf(path, sizeof path, "%s/%s", to, name);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
        sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
        sqlite3_exec(db, "PRAGMA journal_mode=WAL; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    sqlite3_close(db);
}

int archive_sqlite_restore(const char *dir, const char *to, struct fault *f)
{
    DIR *d = opendir(dir);
    int rc = d == NULL ? fault_set(f, -errno, "%s: %s", dir, strerror(errno)) : 0;
    for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
        if (is_ours(e->d_name) && (rc = copy_file(dir, to, e->d_name, f)) == 0 && strcmp(e->d_name, ledger_name) != 0)
            make_log(to, e->d_name);
    if (d != NULL)
        closedir(d);
    return rc;
}

int archive_sqlite_scratch(char *out, size_t cap, struct fault *f)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(out, cap, "%s/fengsui-drill-XXXXXX", tmp != NULL && *tmp != '\0' ? tmp : "/var/tmp");
    return mkdtemp(out) != NULL ? 0 : fault_set(f, -errno, "%s: cannot be made: %s", out, strerror(errno));
}

void archive_sqlite_discard(const char *scratch)
{
    DIR *d = opendir(scratch);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d != NULL)
        closedir(d);
    rmdir(scratch);
}
