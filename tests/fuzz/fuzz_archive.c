/* An event as somebody wrote it to a stream, and a search as somebody typed it.
 * What must hold: a row's texts are readable, its words fit, and no search is an error to SQLite. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "archive/row.h"
#include "archive/words.h"

static void search(const char *words)
{
    static sqlite3 *db;                 /* kept over the runs: opening one costs more than all the rest */
    sqlite3_stmt *s = NULL;
    if (db == NULL) {
        assert(sqlite3_open(":memory:", &db) == SQLITE_OK);
        assert(sqlite3_exec(db, "CREATE VIRTUAL TABLE t USING fts5(x, content='')", NULL, NULL, NULL) == SQLITE_OK);
    }
    assert(sqlite3_prepare_v2(db, "SELECT rowid FROM t WHERE t MATCH ?", -1, &s, NULL) == SQLITE_OK);
    sqlite3_bind_text(s, 1, words, -1, SQLITE_STATIC);
    assert(sqlite3_step(s) == SQLITE_DONE);
    sqlite3_finalize(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct row r;
    struct fault f;
    char words[ROW_WORDS_MAX], typed[256], query[2048];
    if (row_parse((const char *)bytes, n, "430100", &r, &f) == 0) {
        assert(strlen(r.id) > 0 && strlen(r.type) > 0 && r.region != NULL);
        assert(row_words(&r, words) <= sizeof words);
        row_free(&r);
    }
    if (n < sizeof typed) {
        struct text t = text_over(query, sizeof query);
        memcpy(typed, bytes, n);
        typed[n] = '\0';
        words_query(typed, &t);
        text_end(&t);
        if (t.len > 0 && !t.cut)
            search(query);
    }
    return 0;
}
