/* Which rows an address or a rule is in: a column of the text index, "ip4c6120007" for 198.18.0.7 and "sid2010001". They come in no
 * order, so an index of the usual kind writes another page for nearly each of them, and more the larger the month is; FTS5 gathers
 * what comes and merges sorted pieces now and then. An address' beginning is a network. */
#include <string.h>

#include "archive/sqlite.h"
#include "common/text.h"

enum { WORD_MAX = 3 + 32 };             /* "ip6" and hex; "sid" and a number is less */

static void put_word(const uint8_t address[ROW_ADDRESS], size_t digits, struct text *out)
{
    char hex[2 * ROW_ADDRESS + 1];
    struct text t = text_over(hex, sizeof hex);
    bool four = address[0] == 4;
    text_hex(&t, address + (four ? 13 : 1), four ? 4 : 16);
    text_str(out, four ? "ip4" : "ip6");
    text_bytes(out, hex, digits < t.len ? digits : t.len);
}

static void put_rule(int64_t sid, struct text *out)
{
    text_str(out, "sid");
    text_uint(out, (uint64_t)sid);
}

size_t sqlite_posting_words(const struct row *r, bool by_column, char out[POSTING_WORDS])
{
    struct text t = text_over(out, POSTING_WORDS);
    if (r->has_src)
        put_word(r->src, SIZE_MAX, &t);
    if (r->has_dest && !(r->has_src && memcmp(r->src, r->dest, ROW_ADDRESS) == 0)) {
        text_char(&t, ' ');
        put_word(r->dest, SIZE_MAX, &t);
    }
    if (r->sid > 0 && !by_column) {
        text_char(&t, ' ');
        put_rule(r->sid, &t);
    }
    return t.len;
}

void sqlite_posting_ask_rule(uint32_t sid, struct text *out)
{
    put_rule(sid, out);
}

/* A network that ends within a hex digit is several beginnings. */
void sqlite_posting_ask(const struct prefix *p, struct text *out)
{
    uint8_t address[ROW_ADDRESS];
    unsigned whole = p->bits / 4u, open = p->bits % 4u ? 4u - p->bits % 4u : 0, all = p->addr.version == 4 ? 8 : 32;
    unsigned at = (p->addr.version == 4 ? 13u : 1u) + whole / 2, shift = whole % 2 ? 0 : 4;
    row_address(&p->addr, address);
    for (unsigned i = 0; i < 1u << open; i++) {
        size_t digits = whole + (open > 0);
        text_str(out, i > 0 ? " OR \"" : "\"");
        put_word(address, digits, out);
        text_str(out, digits < all ? "\" *" : "\"");
        if (open > 0)
            address[at] = (uint8_t)(address[at] + (1u << shift));
    }
}

/* ---- proving them ---- */

/* ?1: the month is from before rules were words, and has none. */
#define RULE "CASE WHEN sid > 0 AND NOT ?1 THEN sid END"
#define LISTED(from, to) "SELECT v.term, v.doc, e.src, e.dest, " RULE " FROM temp.listed v LEFT JOIN event e ON e.n = v.doc" \
    " WHERE v.term >= '" from "' AND v.term < '" to "' AND v.col = 'address'"
static const char listed_sql[] = LISTED("ip4", "ip7") " UNION ALL " LISTED("sid", "sie");
static const char wanted_sql[] = "SELECT count(src) + count(dest) - count(CASE WHEN src = dest THEN 1 END) + count(" RULE ") FROM event";

static bool is_word(const struct text *word, const char *term, size_t len)
{
    return word->len == len && memcmp(word->at, term, len) == 0;
}

static bool is_address_of(sqlite3_stmt *s, int column, const char *term, size_t len)
{
    char word[WORD_MAX + 1];
    struct text t = text_over(word, sizeof word);
    if (sqlite3_column_bytes(s, column) != ROW_ADDRESS)
        return false;
    put_word(sqlite3_column_blob(s, column), SIZE_MAX, &t);
    return is_word(&t, term, len);
}

static bool is_rule_of(sqlite3_stmt *s, int column, const char *term, size_t len)
{
    char word[WORD_MAX + 1];
    struct text t = text_over(word, sizeof word);
    if (sqlite3_column_type(s, column) == SQLITE_NULL)
        return false;
    put_rule(sqlite3_column_int64(s, column), &t);
    return is_word(&t, term, len);
}

/* Every entry is true, and none is there twice: so they are all there when there are as many as there should be. */
static int count_true(sqlite3_stmt *s, int64_t *count)
{
    char last[WORD_MAX + 1] = "";
    int64_t before = 0;
    int step;
    *count = 0;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        const char *term = (const char *)sqlite3_column_text(s, 0);
        size_t len = (size_t)sqlite3_column_bytes(s, 0);
        int64_t n = sqlite3_column_int64(s, 1);
        if (!is_address_of(s, 2, term, len) && !is_address_of(s, 3, term, len) && !is_rule_of(s, 4, term, len))
            return SQLITE_MISMATCH;
        if (strcmp(last, term) == 0 && n <= before)
            return SQLITE_MISMATCH;
        memcpy(last, term, len + 1);
        before = n;
        ++*count;
    }
    return step;
}

static int prepare(sqlite3 *db, const char *sql, bool by_column, sqlite3_stmt **s)
{
    int rc = sqlite3_prepare_v2(db, sql, -1, s, NULL);
    return rc == SQLITE_OK ? sqlite3_bind_int(*s, 1, by_column) : rc;
}

int sqlite_postings_inspect(sqlite3 *db, bool by_column, bool *good)
{
    sqlite3_stmt *listed = NULL, *wanted = NULL;
    int64_t count = 0;
    int step = sqlite3_exec(db, "CREATE VIRTUAL TABLE IF NOT EXISTS temp.listed USING fts5vocab(main, words, instance); BEGIN",
                            NULL, NULL, NULL);
    if (step == SQLITE_OK)
        step = prepare(db, listed_sql, by_column, &listed);
    if (step == SQLITE_OK)
        step = prepare(db, wanted_sql, by_column, &wanted);
    if (step == SQLITE_OK)
        step = count_true(listed, &count);
    *good = step == SQLITE_DONE && sqlite3_step(wanted) == SQLITE_ROW && sqlite3_column_int64(wanted, 0) == count;
    sqlite3_finalize(listed);
    sqlite3_finalize(wanted);
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return step == SQLITE_DONE || step == SQLITE_MISMATCH || step == SQLITE_ERROR ? 0 : -1;     /* ERROR: no such column or table */
}
