/* An event as somebody wrote it to a stream, and a search as somebody typed it.
 * What must hold: a row's texts are readable, its words fit, both ways of reading it give the same row, no search is an
 * error to SQLite, and nothing gets into a tsvector or tsquery but words and what stands between them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "archive/lexemes.h"
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

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* jansson reads a whole number beyond 63 bits as a double, and then all others of that line. */
static bool same_number(int64_t a, int64_t b)
{
    return a == b || a > INT64_C(1) << 53 || b > INT64_C(1) << 53;
}

/* Of members with one name the tree has the last; the words of those before it do no harm. */
static bool has_double_names(const char *json, size_t n)
{
    json_t *strict = json_loadb(json, n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES, NULL);
    bool none = strict != NULL;
    json_decref(strict);
    return !none;
}

static void same_list(const struct row_list *a, const struct row_list *b)
{
    assert(a->count == b->count);
    for (size_t i = 0; i < a->count; i++)
        assert(same_text(a->at[i], b->at[i]));
}

/* However it is written, it says what the list says. */
static void is_json_of(const struct row *r)
{
    json_t *ids = json_loadb(r->alert_ids_json, r->alert_ids_len, 0, NULL);
    assert(json_array_size(ids) == r->alert_ids.count);
    for (size_t i = 0; i < r->alert_ids.count; i++)
        assert(strcmp(json_string_value(json_array_get(ids, i)), r->alert_ids.at[i]) == 0);
    json_decref(ids);
}

static void same_version(const struct row *a, const struct row *b)
{
    assert(same_text(a->key, b->key) && same_text(a->whole, b->whole));
    same_list(&a->alert_ids, &b->alert_ids);
    same_list(&a->parties, &b->parties);
    assert((a->alert_ids.count > 0) == (a->alert_ids_json != NULL) && (b->alert_ids.count > 0) == (b->alert_ids_json != NULL));
    if (a->alert_ids.count > 0) {
        is_json_of(a);
        is_json_of(b);
    }
}

static void same_rows(const char *json, size_t n, const struct row *a, const struct row *b)
{
    char room[2][ROW_WORDS_MAX];
    assert(same_text(a->id, b->id) && same_text(a->type, b->type) && same_text(a->region, b->region));
    assert(same_text(a->sector, b->sector) && same_text(a->unit, b->unit) && same_text(a->status, b->status));
    assert(same_text(a->state, b->state) && same_text(a->signature, b->signature) && same_text(a->category, b->category));
    assert(a->time_us == b->time_us && same_number(a->severity, b->severity) && same_number(a->sid, b->sid));
    assert(same_number(a->level, b->level) && same_number(a->version, b->version) && a->versioned == b->versioned);
    assert(a->has_src == b->has_src && a->has_dest == b->has_dest);
    assert(memcmp(a->src, b->src, ROW_ADDRESS) == 0 && memcmp(a->dest, b->dest, ROW_ADDRESS) == 0);
    same_version(a, b);
    if (!row_has_words(a) || has_double_names(json, n))
        return;
    size_t len[2];
    const char *words[2] = { row_words(a, room[0], &len[0]), row_words(b, room[1], &len[1]) };
    assert(len[0] == len[1] && memcmp(words[0], words[1], len[0]) == 0);
}

static bool is_letter(char c)
{
    return (uint8_t)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* "word:1 word:2 " */
static void is_vector(const char *at, const char *end)
{
    while (at < end) {
        const char *word = at;
        while (at < end && is_letter(*at))
            at++;
        assert(at > word && at - word <= LEXEME_MAX && at + 2 < end && *at == ':');
        for (at++; at < end && *at >= '0' && *at <= '9'; at++)
            assert(at - word < LEXEME_MAX + 8);
        assert(at < end && *at++ == ' ');
    }
}

static void lexemes(const char *words, size_t n)
{
    static char out[LEXEMES_MAX];
    locale_t letters = lexemes_locale();
    struct text t = text_over(out, sizeof out);
    lexemes_write(words, n, letters, &t);
    assert(!t.cut);
    is_vector(out, out + t.len);
    freelocale(letters);
}

/* Whatever was typed: words, and operators that were not. */
static void asked(const char *query)
{
    static const char between[] = "():* &<->";
    char out[4096];
    locale_t letters = lexemes_locale();
    struct text t = text_over(out, sizeof out);
    lexemes_ask(query, letters, &t);
    for (size_t i = 0; i < t.len; i++)
        assert(is_letter(out[i]) || strchr(between, out[i]) != NULL);
    assert(t.len == 0 || (out[0] == '(' && (t.cut || out[t.len - 1] == ')')));
    freelocale(letters);
}

static void both_ways(const char *json, size_t n)
{
    struct row fast, tree;
    struct fault f;
    if (!row_scan(json, n, "430100", &fast))
        return;
    assert(row_tree(json, n, "430100", &tree, &f) == 0);
    same_rows(json, n, &fast, &tree);
    row_free(&fast);
    row_free(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct row r;
    struct fault f;
    char room[ROW_WORDS_MAX], typed[256], query[2048];
    both_ways((const char *)bytes, n);
    if (row_parse((const char *)bytes, n, "430100", &r, &f) == 0) {
        assert(strlen(r.id) > 0 && strlen(r.type) > 0 && r.region != NULL);
        size_t len;
        const char *words = row_words(&r, room, &len);
        assert(len <= sizeof room);
        lexemes(words, len);
        row_free(&r);
    }
    if (n < sizeof typed) {
        struct text t = text_over(query, sizeof query);
        memcpy(typed, bytes, n);
        typed[n] = '\0';
        words_query(typed, &t);
        text_end(&t);
        if (t.len > 0 && !t.cut) {
            search(query);
            asked(query);
        }
    }
    return 0;
}
