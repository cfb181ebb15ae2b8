/* Which rows an address is in: a list for each address and transaction instead of an index entry for each row. Addresses are the one
 * column that comes in no order, so its two indexes were a third of what an alert cost, and 80 bytes of it; now 20. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive/sqlite.h"
#include "common/text.h"

enum { SEEN_MAX = 65536, NUMBER_MAX = 21 };

struct seen {
    uint8_t address[ROW_ADDRESS];
    int64_t n;
};

static int by_address(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    int order = memcmp(x->address, y->address, ROW_ADDRESS);
    return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* A list as JSON, so that json_each() reads it where it is asked for. */
static int put_list(struct sqlite_archive *a, struct file *x, const struct seen *first, size_t count, struct fault *f)
{
    struct text list = text_over(x->list, NUMBER_MAX * SEEN_MAX);
    sqlite3_stmt *s = x->statements[PUT_POSTING];
    for (size_t i = 0; i < count; i++) {
        text_char(&list, i == 0 ? '[' : ',');
        text_int(&list, first[i].n);
    }
    text_char(&list, ']');
    sqlite3_bind_blob(s, 1, first->address, ROW_ADDRESS, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, first->n);
    sqlite3_bind_text(s, 3, list.at, (int)list.len, SQLITE_STATIC);
    int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : sqlite_fault(a, x->name, x->db, f);
    sqlite3_reset(s);
    return rc;
}

int sqlite_postings_write(struct sqlite_archive *a, struct file *x, struct fault *f)
{
    int rc = 0;
    if (x->seen_count == 0)
        return 0;
    qsort(x->seen, x->seen_count, sizeof *x->seen, by_address);
    for (size_t i = 0, end; i < x->seen_count && rc == 0; i = end) {
        for (end = i + 1; end < x->seen_count && memcmp(x->seen[i].address, x->seen[end].address, ROW_ADDRESS) == 0;)
            end++;
        rc = put_list(a, x, &x->seen[i], end - i, f);
    }
    x->seen_count = 0;
    return rc;
}

static int make_room(struct file *x, struct fault *f)
{
    if (x->seen == NULL)
        x->seen = malloc(SEEN_MAX * sizeof *x->seen);
    if (x->list == NULL)
        x->list = malloc(NUMBER_MAX * SEEN_MAX);
    return x->seen != NULL && x->list != NULL ? 0 : fault_set(f, -ENOMEM, "archive: no memory");
}

static void note(struct file *x, bool has, const uint8_t *address, int64_t n)
{
    if (!has)
        return;
    struct seen *s = &x->seen[x->seen_count++];
    memcpy(s->address, address, ROW_ADDRESS);
    s->n = n;
}

int sqlite_posting_note(struct sqlite_archive *a, struct file *x, const struct row *r, int64_t n, struct fault *f)
{
    bool same = r->has_src && r->has_dest && memcmp(r->src, r->dest, ROW_ADDRESS) == 0;
    int rc = make_room(x, f);
    if (rc == 0 && x->seen_count + 2 > SEEN_MAX)
        rc = sqlite_postings_write(a, x, f);
    if (rc != 0)
        return rc;
    note(x, r->has_src, r->src, n);
    note(x, r->has_dest && !same, r->dest, n);
    return 0;
}

/* ---- proving them ---- */

static const char listed_sql[] = "SELECT p.address, j.value, e.n IS NOT NULL AND (e.src IS p.address OR e.dest IS p.address)"
    " FROM posting p CROSS JOIN json_each(p.rows) j LEFT JOIN event e ON e.n = j.value ORDER BY p.address, p.first";
static const char wanted_sql[] = "SELECT count(src) + count(dest) - count(CASE WHEN src = dest THEN 1 END) FROM event";

/* Every entry is true, and none is there twice: so they are all there when there are as many as there should be. */
static int count_true(sqlite3_stmt *s, int64_t *count)
{
    uint8_t address[ROW_ADDRESS] = { 0 };
    int64_t last = 0;
    int step;
    *count = 0;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        bool fits = sqlite3_column_bytes(s, 0) == ROW_ADDRESS;
        int64_t n = sqlite3_column_int64(s, 1);
        bool same = fits && memcmp(address, sqlite3_column_blob(s, 0), ROW_ADDRESS) == 0;
        if (!fits || !sqlite3_column_int(s, 2) || (same && n <= last))
            return SQLITE_MISMATCH;
        memcpy(address, sqlite3_column_blob(s, 0), ROW_ADDRESS);
        last = n;
        ++*count;
    }
    return step;
}

int sqlite_postings_inspect(sqlite3 *db, bool *good)
{
    sqlite3_stmt *listed = NULL, *wanted = NULL;
    int64_t count = 0;
    int step = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_prepare_v2(db, listed_sql, -1, &listed, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_prepare_v2(db, wanted_sql, -1, &wanted, NULL);
    if (step == SQLITE_OK)
        step = count_true(listed, &count);
    *good = step == SQLITE_DONE && sqlite3_step(wanted) == SQLITE_ROW && sqlite3_column_int64(wanted, 0) == count;
    sqlite3_finalize(listed);
    sqlite3_finalize(wanted);
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return step == SQLITE_DONE || step == SQLITE_MISMATCH || step == SQLITE_ERROR ? 0 : -1;     /* ERROR: a list is no JSON */
}
