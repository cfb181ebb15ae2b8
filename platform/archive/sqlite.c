/* Files, and writing into them. One SQLite file per month, because retention is then the removal of a file and a query
 * of last week does not touch last year; incidents live across months and are few, so the newest version of each has a
 * file of its own, and the month keeps every version that was written in it. */
#include "archive/sqlite.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/words.h"

const char sqlite_incidents_name[] = "incidents.db";

#define EVENT_TABLE \
    "CREATE TABLE IF NOT EXISTS event(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time INTEGER NOT NULL," \
    " type TEXT NOT NULL, region TEXT, sector TEXT, unit TEXT, status TEXT, state TEXT, signature TEXT, category TEXT," \
    " severity INTEGER, sid INTEGER, level INTEGER, version INTEGER, src BLOB, dest BLOB, json TEXT NOT NULL) STRICT;" \
    "CREATE INDEX IF NOT EXISTS event_time ON event(time);"

/* Only alerts are asked for by this, and only they pay for the index. What has few values is asked and counted within the times, as
 * each index costs every alert 2 us; rules are found as addresses are. */
static const char month_schema[] = EVENT_TABLE
    "CREATE INDEX IF NOT EXISTS alert_time ON event(time, severity, region, sector, sid) WHERE type = 'alert';"
    "CREATE TABLE IF NOT EXISTS version(id TEXT PRIMARY KEY, time INTEGER NOT NULL, json TEXT NOT NULL) STRICT;"
    /* row: n of an event, or the version's rowid made negative. In a table of its own, as a month may be older than it. */
    "CREATE TABLE IF NOT EXISTS chain(seq INTEGER PRIMARY KEY, row INTEGER NOT NULL, link BLOB NOT NULL) STRICT;"
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, address, content='', columnsize=0,"
    " tokenize='unicode61 remove_diacritics 2');"
    /* What a transaction brings is sorted in memory as a whole, and such pieces are merged by sixteens: by eights they would be written
     * once more each hour of a flood. Said once: to say it again would change a file that is sealed. */
    "INSERT INTO words(words, rank) SELECT column1, column2 FROM (VALUES('hashsize', 33554432), ('automerge', 16), ('crisismerge', 64))"
    " WHERE NOT EXISTS(SELECT 1 FROM words_config WHERE k = 'automerge');";

/* An incident and the one that it became part of, by the newest version of the part. It comes first: who finds `event`
 * finds this too. */
#define PART_TABLE "part_of(part TEXT PRIMARY KEY, whole TEXT NOT NULL) STRICT, WITHOUT ROWID;"

/* The alerts that a version names, as an array, one row a version in the order of arrival: a row for each alert would lie anywhere in the
 * table, and most pages that an incident under attack writes would be theirs. One that is named twice is twice in the view. */
#define LINKS_TABLE "links(incident TEXT NOT NULL, alerts TEXT NOT NULL) STRICT;"
static const char links_schema[] = "CREATE TABLE IF NOT EXISTS " LINKS_TABLE
    "CREATE INDEX IF NOT EXISTS links_incident ON links(incident);"
    "CREATE VIEW IF NOT EXISTS alert_of(incident, alert) AS SELECT incident, value FROM links, json_each(alerts);";

/* An archive from before had them as a table of that name. */
static const char links_anew[] =
    "BEGIN IMMEDIATE; CREATE TABLE " LINKS_TABLE
    "INSERT INTO links SELECT incident, json_group_array(alert) FROM alert_of GROUP BY incident; DROP TABLE alert_of; COMMIT";

static const char incidents_schema[] = "CREATE TABLE IF NOT EXISTS " PART_TABLE
    "CREATE INDEX IF NOT EXISTS part_whole ON part_of(whole);" EVENT_TABLE
    "CREATE INDEX IF NOT EXISTS incident_region ON event(region, time);"
    "CREATE TABLE IF NOT EXISTS party(address BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(address, n))"
    " STRICT, WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, tokenize='unicode61 remove_diacritics 2');";

#define COLUMNS "id,time,type,region,sector,unit,status,state,signature,category,severity,sid,level,version,src,dest,json"
#define VALUES "?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17"

static const char *const statement_sql[STATEMENTS] = {
    [PUT_EVENT] = "INSERT OR IGNORE INTO event(" COLUMNS ") VALUES(" VALUES ")",
    [PUT_TEXT] = "INSERT OR REPLACE INTO words(rowid, text) VALUES(?1, ?2)",
    [PUT_VERSION] = "INSERT OR IGNORE INTO version(id, time, json) VALUES(?1, ?2, ?3)",
    [PUT_CHAIN] = "INSERT INTO chain(seq, row, link) VALUES(?1, ?2, ?3)",
    [PUT_WORDS] = "INSERT INTO words(rowid, text, address) VALUES(?1, ?2, ?3)",
    [PUT_CURRENT] = "INSERT INTO event(" COLUMNS ") VALUES(" VALUES ") ON CONFLICT(id) DO UPDATE SET time=?2,type=?3,"
                    "region=?4,sector=?5,unit=?6,status=?7,state=?8,signature=?9,category=?10,severity=?11,sid=?12,"
                    "level=?13,version=?14,src=?15,dest=?16,json=?17 WHERE excluded.version > event.version RETURNING n",
    [PUT_LINKS] = "INSERT INTO links(incident, alerts) VALUES(?1, ?2)",
    [PUT_PARTY] = "INSERT OR IGNORE INTO party(address, n) VALUES(?1, ?2)",
    [PUT_PART] = "INSERT OR REPLACE INTO part_of(part, whole) VALUES(?1, ?2)",
    [DROP_PART] = "DELETE FROM part_of WHERE part = ?1",
    [GET_TEXT] = "SELECT text FROM words WHERE rowid = ?1",
};

int sqlite_fault(const struct sqlite_archive *a, const char *name, sqlite3 *db, struct fault *f)
{
    int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
    int rc = code == SQLITE_FULL ? -ENOSPC : code == SQLITE_BUSY || code == SQLITE_LOCKED ? -EBUSY
           : code == SQLITE_CANTOPEN || code == SQLITE_READONLY ? -EACCES : code == SQLITE_NOMEM ? -ENOMEM
           : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? -EILSEQ
           : code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH ? -EINVAL : -EIO;
    return fault_set(f, rc, "archive %s/%s: %s", a->dir, name, db ? sqlite3_errmsg(db) : "no memory");
}

/* ---- files ---- */

void sqlite_file_name(const char *month, char out[FILE_NAME])
{
    snprintf(out, FILE_NAME, "%s.db", month);
}

static void close_file(struct file *x)
{
    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(x->statements[i]);
    sqlite3_close(x->db);
}

static void forget(struct sqlite_archive *a, struct file *x)
{
    close_file(x);
    *x = a->files[--a->count];
}

void sqlite_forget_file(struct sqlite_archive *a, const char *name)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->files[i].name, name) == 0) {
            forget(a, &a->files[i]);
            return;
        }
}

/* The one that was not used for longest, so that a query over years does not keep years open. */
static void make_place(struct sqlite_archive *a)
{
    struct file *least = NULL;
    for (size_t i = 0; a->count >= FILES_OPEN_MAX && i < a->count; i++)
        if (!a->files[i].open_transaction && (least == NULL || a->files[i].used < least->used))
            least = &a->files[i];
    if (least != NULL)
        forget(a, least);
}

static bool has(sqlite3 *db, const char *type, const char *name)
{
    sqlite3_stmt *s = NULL;
    bool there = sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE type = ?1 AND name = ?2", -1, &s, NULL) == SQLITE_OK
                 && sqlite3_bind_text(s, 1, type, -1, SQLITE_STATIC) == SQLITE_OK
                 && sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
    sqlite3_finalize(s);
    return there;
}

/* What is written in order has large pages; incidents change anywhere in a small file. The logs grow to 64 MB both. */
static const char month_pages[] = "PRAGMA page_size=16384; PRAGMA wal_autocheckpoint=4000";
static const char incidents_pages[] = "PRAGMA page_size=4096; PRAGMA wal_autocheckpoint=16000";
static const char manner[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY";

static bool prepare_tables(sqlite3 *db, bool incidents)
{
    bool good = sqlite3_exec(db, incidents ? incidents_pages : month_pages, NULL, NULL, NULL) == SQLITE_OK
                && sqlite3_exec(db, manner, NULL, NULL, NULL) == SQLITE_OK;
    if (good && incidents)
        good = (!has(db, "table", "alert_of") || sqlite3_exec(db, links_anew, NULL, NULL, NULL) == SQLITE_OK)
               && sqlite3_exec(db, links_schema, NULL, NULL, NULL) == SQLITE_OK;
    return good && sqlite3_exec(db, incidents ? incidents_schema : month_schema, NULL, NULL, NULL) == SQLITE_OK;
}

/* The log stays beside its file when nobody writes: a reader of another user may make none, and without one it cannot
 * read at all. */
static int prepare_writer(struct sqlite_archive *a, struct file *x, struct fault *f)
{
    bool incidents = strcmp(x->name, sqlite_incidents_name) == 0;
    int stays = 1;
    sqlite3_file_control(x->db, "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
    if (!prepare_tables(x->db, incidents))
        return sqlite_fault(a, x->name, x->db, f);
    for (unsigned i = 0; i < STATEMENTS; i++) {
        bool here = incidents ? i == PUT_TEXT || i >= PUT_CURRENT : i <= PUT_WORDS && i != PUT_TEXT;
        if (here && sqlite3_prepare_v3(x->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &x->statements[i], NULL) != SQLITE_OK)
            return sqlite_fault(a, x->name, x->db, f);
    }
    return 0;
}

/* An archive that no archiver has opened since there are parts is read as one that has none. */
static int prepare_parts(struct sqlite_archive *a, struct file *x, struct fault *f)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(x->db, "SELECT 1 FROM part_of", -1, &s, NULL);
    sqlite3_finalize(s);
    if (rc == SQLITE_ERROR)             /* there is no such table */
        rc = sqlite3_exec(x->db, "CREATE TEMP TABLE " PART_TABLE, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : sqlite_fault(a, x->name, x->db, f);
}

/* Months are looked up by alerts of an incident, so each reader has incidents.db beside it. */
static int prepare_reader(struct sqlite_archive *a, struct file *x, struct fault *f)
{
    char path[4200];
    int rc = 0;
    snprintf(path, sizeof path, "%s/%s", a->dir, sqlite_incidents_name);
    if (strcmp(x->name, sqlite_incidents_name) != 0 && access(path, R_OK) == 0) {
        char *sql = sqlite3_mprintf("ATTACH %Q AS i", path);
        rc = sqlite3_exec(x->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sqlite_fault(a, x->name, x->db, f);
        sqlite3_free(sql);
    }
    return rc == 0 ? prepare_parts(a, x, f) : rc;
}

static int open_file(struct sqlite_archive *a, struct file *x, struct fault *f)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", a->dir, x->name);
    if (a->base.mode != ARCHIVE_WRITE && access(path, F_OK) != 0)
        return fault_set(f, -ENOENT, "archive %s: %s", path, strerror(errno));
    int flags = a->base.mode != ARCHIVE_WRITE ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path, &x->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return sqlite_fault(a, x->name, x->db, f);
    sqlite3_extended_result_codes(x->db, 0);
    sqlite3_busy_timeout(x->db, 5000);
    int rc = a->base.mode == ARCHIVE_READ ? prepare_reader(a, x, f) : a->base.mode == ARCHIVE_WRITE ? prepare_writer(a, x, f) : 0;
    x->by_column = rc == 0 && has(x->db, "index", "alert_sid");
    return rc;
}

struct file *sqlite_file(struct sqlite_archive *a, const char *name, struct fault *f)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->files[i].name, name) == 0) {
            a->files[i].used = ++a->uses;
            return &a->files[i];
        }
    make_place(a);
    struct file *more = realloc(a->files, (a->count + 1) * sizeof *more);
    if (more == NULL) {
        fault_set(f, -ENOMEM, "archive: no memory");
        return NULL;
    }
    a->files = more;
    struct file *x = &a->files[a->count];
    *x = (struct file){ .used = ++a->uses };
    snprintf(x->name, sizeof x->name, "%s", name);
    if (open_file(a, x, f) != 0) {
        close_file(x);
        return NULL;
    }
    a->count++;
    return x;
}

static int newest_first(const void *a, const void *b)
{
    return strcmp(b, a);
}

/* "2026-11.db" */
static bool month_of(const char *name, char out[MONTH_NAME])
{
    snprintf(out, MONTH_NAME, "%.7s", name);
    return archive_month_start(out, 0) != INT64_MIN && strcmp(name + strlen(out), ".db") == 0;
}

int sqlite_months(struct archive *archive, struct month_list *out, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    DIR *d = opendir(a->dir);
    char month[MONTH_NAME];
    int rc = 0;
    if (d == NULL)
        return fault_set(f, -errno, "archive %s: %s", a->dir, strerror(errno));
    for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
        if (month_of(e->d_name, month))
            rc = archive_month_add(out, month, f);
    closedir(d);
    if (out->count > 0)
        qsort(out->names, out->count, sizeof *out->names, newest_first);
    return rc;
}

/* ---- opening ---- */

static int make_dir(const char *dir, struct fault *f)
{
    char path[4096];
    if (strlen(dir) >= sizeof path)
        return fault_set(f, -ENAMETOOLONG, "archive: the directory's name is too long");
    strcpy(path, dir);
    for (char *p = path + 1;; p++) {
        char was = *p;
        if (was != '/' && was != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, 0750) != 0 && errno != EEXIST)
            return fault_set(f, -errno, "archive %s: cannot make the directory: %s", dir, strerror(errno));
        if (was == '\0')
            return 0;
        *p = was;
    }
}

static void close_all(struct archive *archive)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    while (a->count > 0)
        forget(a, &a->files[0]);
    free(a->files);
    free(a->found);
    free(a->dir);
    free(a);
}

#define DIALECT(...) { \
    .events = "event", .incidents = "event", .words = "n IN (SELECT rowid FROM words WHERE text MATCH ?)", \
    .address = "n IN (SELECT rowid FROM words WHERE address MATCH ?)", .ask_address = sqlite_posting_ask, \
    .party = "n IN (SELECT n FROM party WHERE address BETWEEN ? AND ?)", .alert_of = "i.alert_of", .name = "?", .hex = { "hex(", ")" }, \
    .ask = words_query, __VA_ARGS__ \
}
const struct dialect sqlite_dialects[SQLITE_WAYS] = { DIALECT(.ask_rule = sqlite_posting_ask_rule), DIALECT(.ask_rule = NULL) };

static const struct store store = {
    .name = "sqlite", .dialect = &sqlite_dialects[0], .has_files = true, .close = close_all,
    .begin = sqlite_begin, .put = sqlite_put, .commit = sqlite_commit, .rollback = sqlite_rollback,
    .select = sqlite_select, .next = sqlite_next, .end = sqlite_end, .count = sqlite_count,
    .head = sqlite_head, .walk = sqlite_walk, .walk_next = sqlite_walk_next, .walk_strays = sqlite_walk_strays,
    .walk_end = sqlite_walk_end, .newest = sqlite_newest, .version = sqlite_version, .inspect = sqlite_inspect,
    .tables = sqlite_tables, .pairs = sqlite_pairs, .backup = sqlite_backup,
    .months = sqlite_months, .measure = sqlite_measure, .remove = sqlite_remove, .forget = sqlite_forget,
};

struct archive *archive_sqlite_open(const char *dir, enum archive_mode mode, struct fault *f)
{
    struct sqlite_archive *a = calloc(1, sizeof *a);
    if (a == NULL || (a->dir = strdup(dir)) == NULL) {
        free(a);
        fault_set(f, -ENOMEM, "archive: no memory");
        return NULL;
    }
    a->base = (struct archive){ .store = &store, .mode = mode };
    int rc = mode == ARCHIVE_WRITE ? make_dir(dir, f) : 0;
    if (rc == 0 && mode != ARCHIVE_WRITE && access(dir, R_OK | X_OK) != 0)
        rc = fault_set(f, -errno, "archive %s: %s", dir, strerror(errno));
    if (rc == 0 && mode == ARCHIVE_WRITE && sqlite_file(a, sqlite_incidents_name, f) == NULL)
        rc = f->code;
    if (rc == 0)
        return &a->base;
    close_all(&a->base);
    return NULL;
}
