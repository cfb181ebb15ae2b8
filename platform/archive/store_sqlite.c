/* Files, and writing into them. One SQLite file per month, because retention is then the removal of a file and a query
 * of last week does not touch last year; incidents live across months and are few, so the newest version of each has a
 * file of its own, and the month keeps every version that was written in it. */
#include "archive/store.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/row.h"
#include "common/log.h"

const char archive_incidents_name[] = "incidents.db";

#define EVENT_TABLE \
    "CREATE TABLE IF NOT EXISTS event(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time INTEGER NOT NULL," \
    " type TEXT NOT NULL, region TEXT, sector TEXT, unit TEXT, status TEXT, state TEXT, signature TEXT, category TEXT," \
    " severity INTEGER, sid INTEGER, level INTEGER, version INTEGER, src BLOB, dest BLOB, json TEXT NOT NULL) STRICT;" \
    "CREATE INDEX IF NOT EXISTS event_time ON event(time);" \
    "CREATE INDEX IF NOT EXISTS event_src ON event(src, time) WHERE src IS NOT NULL;" \
    "CREATE INDEX IF NOT EXISTS event_dest ON event(dest, time) WHERE dest IS NOT NULL;"

/* Only alerts are asked for by these, and only they pay for the index. */
static const char month_schema[] = EVENT_TABLE
    "CREATE INDEX IF NOT EXISTS alert_time ON event(time) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS alert_region ON event(region, time) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS alert_severity ON event(severity, time) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS alert_sid ON event(sid, time) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS alert_sector ON event(sector, time) WHERE type = 'alert';"
    "CREATE TABLE IF NOT EXISTS version(id TEXT PRIMARY KEY, time INTEGER NOT NULL, json TEXT NOT NULL) STRICT;"
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2');";

/* An incident and the one that it became part of, by the newest version of the part. It comes first: who finds `event`
 * finds this too. */
#define PART_TABLE "part_of(part TEXT PRIMARY KEY, whole TEXT NOT NULL) STRICT, WITHOUT ROWID;"

static const char incidents_schema[] = "CREATE TABLE IF NOT EXISTS " PART_TABLE
    "CREATE INDEX IF NOT EXISTS part_whole ON part_of(whole);" EVENT_TABLE
    "CREATE INDEX IF NOT EXISTS incident_region ON event(region, time);"
    "CREATE TABLE IF NOT EXISTS alert_of(incident TEXT NOT NULL, alert TEXT NOT NULL, PRIMARY KEY(incident, alert))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS party(address BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(address, n))"
    " STRICT, WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, tokenize='unicode61 remove_diacritics 2');";

#define COLUMNS "id,time,type,region,sector,unit,status,state,signature,category,severity,sid,level,version,src,dest,json"
#define VALUES "?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17"

static const char *const statement_sql[STATEMENTS] = {
    [PUT_EVENT] = "INSERT OR IGNORE INTO event(" COLUMNS ") VALUES(" VALUES ")",
    [PUT_TEXT] = "INSERT OR REPLACE INTO words(rowid, text) VALUES(?1, ?2)",
    [PUT_VERSION] = "INSERT OR IGNORE INTO version(id, time, json) VALUES(?1, ?2, ?3)",
    [PUT_CURRENT] = "INSERT INTO event(" COLUMNS ") VALUES(" VALUES ") ON CONFLICT(id) DO UPDATE SET time=?2,type=?3,"
                    "region=?4,sector=?5,unit=?6,status=?7,state=?8,signature=?9,category=?10,severity=?11,sid=?12,"
                    "level=?13,version=?14,src=?15,dest=?16,json=?17 WHERE excluded.version > event.version RETURNING n",
    [PUT_LINK] = "INSERT OR IGNORE INTO alert_of(incident, alert) VALUES(?1, ?2)",
    [PUT_PARTY] = "INSERT OR IGNORE INTO party(address, n) VALUES(?1, ?2)",
    [PUT_PART] = "INSERT OR REPLACE INTO part_of(part, whole) VALUES(?1, ?2)",
    [DROP_PART] = "DELETE FROM part_of WHERE part = ?1",
};

int archive_fault(const struct archive *a, const char *name, sqlite3 *db, struct fault *f)
{
    int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
    int rc = code == SQLITE_FULL ? -ENOSPC : code == SQLITE_BUSY || code == SQLITE_LOCKED ? -EBUSY
           : code == SQLITE_CANTOPEN || code == SQLITE_READONLY ? -EACCES : code == SQLITE_NOMEM ? -ENOMEM
           : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? -EILSEQ
           : code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH ? -EINVAL : -EIO;
    return fault_set(f, rc, "archive %s/%s: %s", a->dir, name, db ? sqlite3_errmsg(db) : "no memory");
}

/* ---- files ---- */

static bool is_month(const char *name)
{
    static const char shape[] = "dddd-dd.db";
    size_t i = 0;
    for (; shape[i] != '\0'; i++)
        if (shape[i] == 'd' && i < 7 ? !isdigit((unsigned char)name[i]) : name[i] != shape[i])
            return false;
    return name[i] == '\0';
}

void archive_month_name(int64_t time_us, char out[16])
{
    time_t t = (time_t)(time_us / 1000000);
    struct tm tm;
    gmtime_r(&t, &tm);
    snprintf(out, 16, "%04u-%02u.db", (unsigned)(tm.tm_year + 1900) % 10000u, (unsigned)tm.tm_mon % 12u + 1u);
}

static void close_file(struct file *x)
{
    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(x->statements[i]);
    sqlite3_close(x->db);
}

static void forget_file(struct archive *a, struct file *x)
{
    close_file(x);
    *x = a->files[--a->count];
}

/* The one that was not used for longest, so that a query over years does not keep years open. */
static void make_place(struct archive *a)
{
    struct file *least = NULL;
    for (size_t i = 0; a->count >= FILES_OPEN_MAX && i < a->count; i++)
        if (!a->files[i].open_transaction && (least == NULL || a->files[i].used < least->used))
            least = &a->files[i];
    if (least != NULL)
        forget_file(a, least);
}

/* The log stays beside its file when nobody writes: a reader of another user may make none, and without one it cannot
 * read at all. */
static int prepare_writer(struct archive *a, struct file *x, struct fault *f)
{
    bool incidents = strcmp(x->name, archive_incidents_name) == 0;
    const char *schema = incidents ? incidents_schema : month_schema;
    int stays = 1;
    sqlite3_file_control(x->db, "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
    if (sqlite3_exec(x->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                     "PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(x->db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return archive_fault(a, x->name, x->db, f);
    for (unsigned i = 0; i < STATEMENTS; i++) {
        bool here = incidents ? i == PUT_TEXT || i >= PUT_CURRENT : i <= PUT_VERSION;
        if (here && sqlite3_prepare_v3(x->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &x->statements[i], NULL) != SQLITE_OK)
            return archive_fault(a, x->name, x->db, f);
    }
    return 0;
}

/* An archive that no archiver has opened since there are parts is read as one that has none. */
static int prepare_parts(struct archive *a, struct file *x, struct fault *f)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(x->db, "SELECT 1 FROM part_of", -1, &s, NULL);
    sqlite3_finalize(s);
    if (rc == SQLITE_ERROR)             /* there is no such table */
        rc = sqlite3_exec(x->db, "CREATE TEMP TABLE " PART_TABLE, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : archive_fault(a, x->name, x->db, f);
}

/* Months are looked up by alerts of an incident, so each reader has incidents.db beside it. */
static int prepare_reader(struct archive *a, struct file *x, struct fault *f)
{
    char path[4200];
    int rc = 0;
    snprintf(path, sizeof path, "%s/%s", a->dir, archive_incidents_name);
    if (strcmp(x->name, archive_incidents_name) != 0 && access(path, R_OK) == 0) {
        char *sql = sqlite3_mprintf("ATTACH %Q AS i", path);
        rc = sqlite3_exec(x->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : archive_fault(a, x->name, x->db, f);
        sqlite3_free(sql);
    }
    return rc == 0 ? prepare_parts(a, x, f) : rc;
}

static int open_file(struct archive *a, struct file *x, struct fault *f)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", a->dir, x->name);
    if (a->mode == ARCHIVE_READ && access(path, F_OK) != 0)
        return fault_set(f, -ENOENT, "archive %s: %s", path, strerror(errno));
    int flags = a->mode == ARCHIVE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path, &x->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return archive_fault(a, x->name, x->db, f);
    sqlite3_extended_result_codes(x->db, 0);
    sqlite3_busy_timeout(x->db, 5000);
    return a->mode == ARCHIVE_READ ? prepare_reader(a, x, f) : prepare_writer(a, x, f);
}

struct file *archive_file(struct archive *a, const char *name, struct fault *f)
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

int archive_months(struct archive *a, char (**names)[16], size_t *count, struct fault *f)
{
    DIR *d = opendir(a->dir);
    size_t room = 0;
    *names = NULL;
    *count = 0;
    if (d == NULL)
        return fault_set(f, -errno, "archive %s: %s", a->dir, strerror(errno));
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (!is_month(e->d_name))
            continue;
        if (*count == room) {
            room = room ? room * 2 : 16;
            char (*more)[16] = realloc(*names, room * sizeof *more);
            if (more == NULL)
                break;
            *names = more;
        }
        snprintf((*names)[(*count)++], 16, "%.15s", e->d_name);
    }
    closedir(d);
    if (*count > 0)
        qsort(*names, *count, sizeof **names, newest_first);
    return 0;
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

struct archive *archive_open(const char *dir, enum archive_mode mode, struct fault *f)
{
    struct archive *a = calloc(1, sizeof *a);
    if (a == NULL || (a->dir = strdup(dir)) == NULL) {
        free(a);
        fault_set(f, -ENOMEM, "archive: no memory");
        return NULL;
    }
    a->mode = mode;
    int rc = mode == ARCHIVE_WRITE ? make_dir(dir, f) : 0;
    if (rc == 0 && mode == ARCHIVE_READ && access(dir, R_OK | X_OK) != 0)
        rc = fault_set(f, -errno, "archive %s: %s", dir, strerror(errno));
    if (rc == 0 && mode == ARCHIVE_WRITE && archive_file(a, archive_incidents_name, f) == NULL)
        rc = f->code;
    if (rc == 0)
        return a;
    archive_close(a);
    return NULL;
}

void archive_close(struct archive *a)
{
    if (a == NULL)
        return;
    archive_rollback(a);
    while (a->count > 0)
        forget_file(a, &a->files[0]);
    free(a->files);
    free(a->dir);
    free(a);
}

/* ---- writing ---- */

int archive_begin(struct archive *a, struct fault *f)
{
    return a->mode == ARCHIVE_WRITE ? 0 : fault_set(f, -EPERM, "archive %s is open for reading", a->dir);
}

/* A file joins the transaction when the first event for it comes. */
static struct file *file_for_writing(struct archive *a, const char *name, struct fault *f)
{
    struct file *x = archive_file(a, name, f);
    if (x == NULL || x->open_transaction)
        return x;
    if (sqlite3_exec(x->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        archive_fault(a, name, x->db, f);
        return NULL;
    }
    x->open_transaction = true;
    return x;
}

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    if (text != NULL)
        sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(s, at);
}

static void bind_number(sqlite3_stmt *s, int at, int64_t n)
{
    if (n != 0)
        sqlite3_bind_int64(s, at, n);
    else
        sqlite3_bind_null(s, at);
}

static void bind_address(sqlite3_stmt *s, int at, bool has, const uint8_t *bytes)
{
    if (has)
        sqlite3_bind_blob(s, at, bytes, ROW_ADDRESS, SQLITE_STATIC);
    else
        sqlite3_bind_null(s, at);
}

static void bind_row(sqlite3_stmt *s, const struct row *r, const char *id, const char *json, size_t len)
{
    const char *const texts[] = { r->type, r->region, r->sector, r->unit, r->status, r->state, r->signature, r->category };
    bind_text(s, 1, id);
    sqlite3_bind_int64(s, 2, r->time_us);
    for (int i = 0; i < 8; i++)
        bind_text(s, 3 + i, texts[i]);
    bind_number(s, 11, r->severity);
    bind_number(s, 12, r->sid);
    bind_number(s, 13, r->level);
    bind_number(s, 14, r->version);
    bind_address(s, 15, r->has_src, r->src);
    bind_address(s, 16, r->has_dest, r->dest);
    sqlite3_bind_text(s, 17, json, (int)len, SQLITE_STATIC);
}

/* Runs a statement to its end; `n` gets the first column of its row, if it has one. */
static int run(struct archive *a, struct file *x, enum statement which, int64_t *n, struct fault *f)
{
    sqlite3_stmt *s = x->statements[which];
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW) {
        if (n != NULL)
            *n = sqlite3_column_int64(s, 0);
        step = sqlite3_step(s);
    }
    int rc = step == SQLITE_DONE ? 0 : archive_fault(a, x->name, x->db, f);
    sqlite3_reset(s);
    return rc;
}

static int put_text(struct archive *a, struct file *x, int64_t n, const struct row *r, struct fault *f)
{
    char words[ROW_WORDS_MAX];
    size_t len = row_words(r, words);
    sqlite3_bind_int64(x->statements[PUT_TEXT], 1, n);
    sqlite3_bind_text(x->statements[PUT_TEXT], 2, words, (int)len, SQLITE_STATIC);
    return run(a, x, PUT_TEXT, NULL, f);
}

/* Flows are most of what there is and hold no words: their addresses are columns. */
static bool has_words(const struct row *r)
{
    return strcmp(r->type, "flow") != 0 && strcmp(r->type, "stats") != 0;
}

static int put_event(struct archive *a, const struct row *r, const char *json, size_t len, struct fault *f)
{
    char month[16];
    archive_month_name(r->time_us, month);
    struct file *x = file_for_writing(a, month, f);
    if (x == NULL)
        return f->code;
    bind_row(x->statements[PUT_EVENT], r, r->id, json, len);
    int rc = run(a, x, PUT_EVENT, NULL, f);
    if (rc == 0 && sqlite3_changes(x->db) > 0 && has_words(r))
        rc = put_text(a, x, sqlite3_last_insert_rowid(x->db), r, f);
    return rc;
}

static int put_version(struct archive *a, const struct row *r, const char *json, size_t len, struct fault *f)
{
    char month[16];
    archive_month_name(r->time_us, month);
    struct file *x = file_for_writing(a, month, f);
    if (x == NULL)
        return f->code;
    sqlite3_stmt *s = x->statements[PUT_VERSION];
    bind_text(s, 1, r->id);
    sqlite3_bind_int64(s, 2, r->time_us);
    sqlite3_bind_text(s, 3, json, (int)len, SQLITE_STATIC);
    return run(a, x, PUT_VERSION, NULL, f);
}

static int put_links(struct archive *a, struct file *x, const struct row *r, struct fault *f)
{
    size_t i;
    json_t *id;
    int rc = 0;
    json_array_foreach(json_object_get(r->body, "alert_ids"), i, id) {
        if (rc != 0 || !json_is_string(id))
            continue;
        bind_text(x->statements[PUT_LINK], 1, r->key);
        bind_text(x->statements[PUT_LINK], 2, json_string_value(id));
        rc = run(a, x, PUT_LINK, NULL, f);
    }
    return rc;
}

static int put_parties(struct archive *a, struct file *x, int64_t n, const struct row *r, const char *side, struct fault *f)
{
    size_t i;
    json_t *party;
    int rc = 0;
    json_array_foreach(json_object_get(r->body, side), i, party) {
        const char *text = json_string_value(json_object_get(party, "address"));
        struct addr address;
        uint8_t bytes[ROW_ADDRESS];
        if (rc != 0 || text == NULL || addr_parse(text, &address) != 0)
            continue;
        row_address(&address, bytes);
        sqlite3_bind_blob(x->statements[PUT_PARTY], 1, bytes, sizeof bytes, SQLITE_STATIC);
        sqlite3_bind_int64(x->statements[PUT_PARTY], 2, n);
        rc = run(a, x, PUT_PARTY, NULL, f);
    }
    return rc;
}

static int put_part(struct archive *a, struct file *x, const struct row *r, struct fault *f)
{
    enum statement which = r->whole != NULL ? PUT_PART : DROP_PART;
    bind_text(x->statements[which], 1, r->key);
    if (which == PUT_PART)
        bind_text(x->statements[which], 2, r->whole);
    return run(a, x, which, NULL, f);
}

/* The newest version wins; links are kept of all versions, whatever their order of arrival. */
static int put_current(struct archive *a, const struct row *r, const char *json, size_t len, struct fault *f)
{
    int64_t n = 0;
    struct file *x = file_for_writing(a, archive_incidents_name, f);
    if (x == NULL)
        return f->code;
    bind_row(x->statements[PUT_CURRENT], r, r->key, json, len);
    int rc = run(a, x, PUT_CURRENT, &n, f);
    if (rc == 0)
        rc = put_links(a, x, r, f);
    if (rc == 0 && n != 0)
        rc = put_text(a, x, n, r, f);
    if (rc == 0 && n != 0)
        rc = put_parties(a, x, n, r, "victims", f);
    if (rc == 0 && n != 0)
        rc = put_parties(a, x, n, r, "attackers", f);
    if (rc == 0 && n != 0)
        rc = put_part(a, x, r, f);
    return rc;
}

int archive_put(struct archive *a, const char *stream, const char *region, const char *json, size_t len, struct fault *f)
{
    struct row r;
    (void)stream;                       /* the event says itself what it is */
    int rc = row_parse(json, len, region, &r, f);
    if (rc != 0)
        return rc;
    if (row_is_versioned(r.type)) {
        rc = put_version(a, &r, json, len, f);
        if (rc == 0)
            rc = put_current(a, &r, json, len, f);
    } else {
        rc = put_event(a, &r, json, len, f);
    }
    row_free(&r);
    return rc;
}

int archive_commit(struct archive *a, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < a->count && rc == 0; i++) {
        struct file *x = &a->files[i];
        if (!x->open_transaction)
            continue;
        if (sqlite3_exec(x->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
            rc = archive_fault(a, x->name, x->db, f);
        else
            x->open_transaction = false;
    }
    if (rc != 0)
        archive_rollback(a);            /* months that were committed stay: the batch comes again and changes nothing there */
    return rc;
}

void archive_rollback(struct archive *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->files[i].open_transaction) {
            sqlite3_exec(a->files[i].db, "ROLLBACK", NULL, NULL, NULL);
            a->files[i].open_transaction = false;
        }
}

/* ---- retention ---- */

static void remove_month(struct archive *a, const char *name)
{
    static const char *const parts[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->files[i].name, name) == 0) {
            forget_file(a, &a->files[i]);
            break;
        }
    for (size_t i = 0; i < 3; i++) {
        char path[4300];
        snprintf(path, sizeof path, "%s/%s%s", a->dir, name, parts[i]);
        unlink(path);
    }
}

static int forget_incidents(struct archive *a, int64_t before_us, struct fault *f)
{
    struct file *x = archive_file(a, archive_incidents_name, f);
    if (x == NULL)
        return f->code;
    char *sql = sqlite3_mprintf("BEGIN IMMEDIATE;"
        "DELETE FROM words WHERE rowid IN (SELECT n FROM event WHERE time < %lld);"
        "DELETE FROM party WHERE n IN (SELECT n FROM event WHERE time < %lld);"
        "DELETE FROM alert_of WHERE incident IN (SELECT id FROM event WHERE time < %lld);"
        "DELETE FROM part_of WHERE part IN (SELECT id FROM event WHERE time < %lld);"
        "DELETE FROM event WHERE time < %lld; COMMIT", before_us, before_us, before_us, before_us, before_us);
    int rc = sqlite3_exec(x->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : archive_fault(a, x->name, x->db, f);
    if (rc != 0)
        sqlite3_exec(x->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_free(sql);
    return rc;
}

int archive_retain(struct archive *a, uint64_t keep_us, uint64_t now_us, struct fault *f)
{
    char (*names)[16], oldest[16];
    size_t count;
    int removed = 0;
    if (now_us <= keep_us)
        return 0;
    archive_month_name((int64_t)(now_us - keep_us), oldest);
    int rc = archive_months(a, &names, &count, f);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], oldest) < 0) {
            remove_month(a, names[i]);
            removed++;
        }
    free(names);
    if (rc == 0 && removed > 0)
        rc = forget_incidents(a, (int64_t)(now_us - keep_us), f);
    return rc != 0 ? rc : removed;
}
