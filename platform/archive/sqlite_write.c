/* Writing into SQLite files, and removing them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/sqlite.h"

int sqlite_begin(struct archive *archive, struct fault *f)
{
    (void)archive;                      /* files begin when they are first written to */
    (void)f;
    return 0;
}

/* A file joins the transaction when the first event for it comes. */
static struct file *file_for_writing(struct sqlite_archive *a, const char *name, struct fault *f)
{
    struct file *x = sqlite_file(a, name, f);
    if (x == NULL || x->open_transaction)
        return x;
    if (sqlite3_exec(x->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        sqlite_fault(a, name, x->db, f);
        return NULL;
    }
    x->open_transaction = true;
    return x;
}

static struct file *month_for_writing(struct sqlite_archive *a, int64_t time_us, char month[MONTH_NAME], struct fault *f)
{
    char name[FILE_NAME];
    archive_month_name(time_us, month);
    sqlite_file_name(month, name);
    return file_for_writing(a, name, f);
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
static int run(struct sqlite_archive *a, struct file *x, enum statement which, int64_t *n, struct fault *f)
{
    sqlite3_stmt *s = x->statements[which];
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW) {
        if (n != NULL)
            *n = sqlite3_column_int64(s, 0);
        step = sqlite3_step(s);
    }
    int rc = step == SQLITE_DONE ? 0 : sqlite_fault(a, x->name, x->db, f);
    sqlite3_reset(s);
    return rc;
}

static int put_text(struct sqlite_archive *a, struct file *x, int64_t n, const char *words, size_t len, struct fault *f)
{
    sqlite3_bind_int64(x->statements[PUT_TEXT], 1, n);
    sqlite3_bind_text(x->statements[PUT_TEXT], 2, words, (int)len, SQLITE_STATIC);
    return run(a, x, PUT_TEXT, NULL, f);
}

/* What an event is found by: its words, if its kind has some, its addresses and its rule. */
static int put_words(struct sqlite_archive *a, struct file *x, const struct row *r, int64_t n, struct fault *f)
{
    char room[ROW_WORDS_MAX], postings[POSTING_WORDS];
    sqlite3_stmt *s = x->statements[PUT_WORDS];
    size_t len = 0, postings_len = sqlite_posting_words(r, x->by_column, postings);
    const char *words = row_has_words(r) ? row_words(r, room, &len) : "";
    if (len + postings_len == 0)
        return 0;
    sqlite3_bind_int64(s, 1, n);
    sqlite3_bind_text(s, 2, words, (int)len, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, postings, (int)postings_len, SQLITE_STATIC);
    return run(a, x, PUT_WORDS, NULL, f);
}

/* The row that was just written is the next link of its month's chain. */
static int put_chain(struct sqlite_archive *a, struct file *x, const char *month, int64_t row, const char *region,
                     const char *json, size_t len, struct fault *f)
{
    struct chain_head *h = archive_head(&a->base, month, f);
    if (h == NULL)
        return f->code;
    chain_add(h, region, json, len);
    sqlite3_stmt *s = x->statements[PUT_CHAIN];
    sqlite3_bind_int64(s, 1, (int64_t)h->seq);
    sqlite3_bind_int64(s, 2, row);
    sqlite3_bind_blob(s, 3, h->link, CHAIN_LINK, SQLITE_STATIC);
    return run(a, x, PUT_CHAIN, NULL, f);
}

static int put_event(struct sqlite_archive *a, const struct row *r, const char *json, size_t len, struct fault *f)
{
    char month[MONTH_NAME];
    struct file *x = month_for_writing(a, r->time_us, month, f);
    if (x == NULL)
        return f->code;
    bind_row(x->statements[PUT_EVENT], r, r->id, json, len);
    int rc = run(a, x, PUT_EVENT, NULL, f);
    if (rc != 0 || sqlite3_changes(x->db) == 0)
        return rc;                      /* it was here before */
    int64_t n = sqlite3_last_insert_rowid(x->db);
    rc = put_chain(a, x, month, n, r->region, json, len, f);
    return rc == 0 ? put_words(a, x, r, n, f) : rc;
}

/* 1; 0: it was here before. */
static int put_version(struct sqlite_archive *a, const struct row *r, const char *json, size_t len, struct fault *f)
{
    char month[MONTH_NAME];
    struct file *x = month_for_writing(a, r->time_us, month, f);
    if (x == NULL)
        return f->code;
    sqlite3_stmt *s = x->statements[PUT_VERSION];
    bind_text(s, 1, r->id);
    sqlite3_bind_int64(s, 2, r->time_us);
    sqlite3_bind_text(s, 3, json, (int)len, SQLITE_STATIC);
    int rc = run(a, x, PUT_VERSION, NULL, f);
    if (rc != 0 || sqlite3_changes(x->db) == 0)
        return rc;
    rc = put_chain(a, x, month, -sqlite3_last_insert_rowid(x->db), NULL, json, len, f);
    return rc == 0 ? 1 : rc;
}

static int put_links(struct sqlite_archive *a, struct file *x, const struct row *r, struct fault *f)
{
    if (r->alert_ids_json == NULL)
        return 0;
    bind_text(x->statements[PUT_LINKS], 1, r->key);
    sqlite3_bind_text(x->statements[PUT_LINKS], 2, r->alert_ids_json, (int)r->alert_ids_len, SQLITE_STATIC);
    return run(a, x, PUT_LINKS, NULL, f);
}

static int put_parties(struct sqlite_archive *a, struct file *x, int64_t n, const struct row *r, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < r->parties.count && rc == 0; i++) {
        uint8_t bytes[ROW_ADDRESS];
        if (!row_address_of(r->parties.at[i], bytes))
            continue;
        sqlite3_bind_blob(x->statements[PUT_PARTY], 1, bytes, sizeof bytes, SQLITE_STATIC);
        sqlite3_bind_int64(x->statements[PUT_PARTY], 2, n);
        rc = run(a, x, PUT_PARTY, NULL, f);
    }
    return rc;
}

static int put_part(struct sqlite_archive *a, struct file *x, const struct row *r, struct fault *f)
{
    enum statement which = r->whole != NULL ? PUT_PART : DROP_PART;
    bind_text(x->statements[which], 1, r->key);
    if (which == PUT_PART)
        bind_text(x->statements[which], 2, r->whole);
    return run(a, x, which, NULL, f);
}

static bool has_text(struct file *x, int64_t n, const char *words, size_t len)
{
    sqlite3_stmt *s = x->statements[GET_TEXT];
    sqlite3_bind_int64(s, 1, n);
    bool same = sqlite3_step(s) == SQLITE_ROW && (size_t)sqlite3_column_bytes(s, 0) == len
                && (len == 0 || memcmp(sqlite3_column_text(s, 0), words, len) == 0);
    sqlite3_reset(s);
    return same;
}

/* Most versions of an incident only count on: then its words are the same, and the addresses among them. Full, they may not
 * hold the addresses. */
static int put_found_by(struct sqlite_archive *a, struct file *x, int64_t n, const struct row *r, struct fault *f)
{
    char room[ROW_WORDS_MAX];
    size_t len;
    const char *words = row_words(r, room, &len);
    if (len < ROW_WORDS_MAX / 2 && has_text(x, n, words, len))
        return 0;
    int rc = put_text(a, x, n, words, len, f);
    return rc == 0 ? put_parties(a, x, n, r, f) : rc;
}

/* The newest version wins; links are kept of all versions, whatever their order of arrival, but once of each. */
static int put_current(struct sqlite_archive *a, const struct row *r, const char *json, size_t len, bool is_new, struct fault *f)
{
    int64_t n = 0;
    struct file *x = file_for_writing(a, sqlite_incidents_name, f);
    if (x == NULL)
        return f->code;
    bind_row(x->statements[PUT_CURRENT], r, r->key, json, len);
    int rc = run(a, x, PUT_CURRENT, &n, f);
    if (rc == 0 && is_new)
        rc = put_links(a, x, r, f);
    if (rc == 0 && n != 0)
        rc = put_found_by(a, x, n, r, f);
    if (rc == 0 && n != 0)
        rc = put_part(a, x, r, f);
    return rc;
}

int sqlite_put(struct archive *archive, const struct row *r, const char *json, size_t len, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    if (!r->versioned)
        return put_event(a, r, json, len, f);
    int rc = put_version(a, r, json, len, f);
    return rc < 0 ? rc : put_current(a, r, json, len, rc > 0, f);
}

static int commit(struct sqlite_archive *a, bool incidents, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < a->count && rc == 0; i++) {
        struct file *x = &a->files[i];
        if (!x->open_transaction || (strcmp(x->name, sqlite_incidents_name) == 0) != incidents)
            continue;
        if (sqlite3_exec(x->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
            rc = sqlite_fault(a, x->name, x->db, f);
        else
            x->open_transaction = false;
    }
    return rc;
}

/* Incidents before the months: who falls in between gets the batch again, and a version that its month does not have brings its links
 * once more, which changes no set. The other way round it would have brought none. */
int sqlite_commit(struct archive *archive, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    int rc = commit(a, true, f);
    if (rc == 0)
        rc = commit(a, false, f);
    if (rc != 0)
        sqlite_rollback(archive);         /* files that were committed stay: the batch comes again and changes nothing there */
    return rc;
}

void sqlite_rollback(struct archive *archive)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    for (size_t i = 0; i < a->count; i++)
        if (a->files[i].open_transaction) {
            sqlite3_exec(a->files[i].db, "ROLLBACK", NULL, NULL, NULL);
            a->files[i].open_transaction = false;
        }
}

/* ---- retention ---- */

static uint64_t size_of(const struct sqlite_archive *a, const char *name, const char *suffix)
{
    char path[4300];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s%s", a->dir, name, suffix);
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

int sqlite_measure(struct archive *archive, const char *month, struct archive_month *out, struct fault *f)
{
    static const char sql[] = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM version),"
                              " (SELECT min(time) FROM event), (SELECT max(time) FROM event)";
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    uint64_t *const to[] = { &out->rows, &out->versions, &out->oldest_us, &out->newest_us };
    char name[FILE_NAME];
    sqlite3_stmt *s = NULL;
    *out = (struct archive_month){ 0 };
    snprintf(out->name, sizeof out->name, "%s", month);
    sqlite_file_name(month, name);
    struct file *x = sqlite_file(a, name, f);
    if (x == NULL)
        return f->code;
    bool row = sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
    for (int i = 0; row && i < 4; i++)
        *to[i] = (uint64_t)sqlite3_column_int64(s, i);
    out->bytes = size_of(a, name, "") + size_of(a, name, "-wal");
    int rc = row ? 0 : sqlite_fault(a, name, x->db, f);
    sqlite3_finalize(s);
    return rc;
}

int sqlite_remove(struct archive *archive, const char *month, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    char name[FILE_NAME];
    static const char *const parts[] = { "", "-wal", "-shm" };
    sqlite_file_name(month, name);
    sqlite_forget_file(a, name);
    for (size_t i = 0; i < 3; i++) {
        char path[4300];
        snprintf(path, sizeof path, "%s/%s%s", a->dir, name, parts[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            return fault_set(f, -errno, "archive %s: cannot be removed: %s", path, strerror(errno));
    }
    return 0;
}

int sqlite_forget(struct archive *archive, int64_t before_us, struct fault *f)
{
    struct sqlite_archive *a = (struct sqlite_archive *)archive;
    struct file *x = sqlite_file(a, sqlite_incidents_name, f);
    if (x == NULL)
        return f->code;
    char *sql = sqlite3_mprintf("BEGIN IMMEDIATE; CREATE TEMP TABLE gone AS SELECT n, id FROM event"
        " WHERE time < %lld AND type <> 'retention';"
        "DELETE FROM words WHERE rowid IN (SELECT n FROM gone);"
        "DELETE FROM party WHERE n IN (SELECT n FROM gone);"
        "DELETE FROM links WHERE incident IN (SELECT id FROM gone);"
        "DELETE FROM part_of WHERE part IN (SELECT id FROM gone);"
        "DELETE FROM event WHERE n IN (SELECT n FROM gone); DROP TABLE gone; COMMIT", before_us);
    int rc = sqlite3_exec(x->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sqlite_fault(a, x->name, x->db, f);
    if (rc != 0)
        sqlite3_exec(x->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_free(sql);
    return rc;
}
