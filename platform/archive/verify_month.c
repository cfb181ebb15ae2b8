/* A month: its seal, its chain, and each row against its own JSON. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/verify_notes.h"
#include "common/clock.h"

struct month_check {
    struct verification *v;
    const char        *month;
    struct book_month *book;            /* what checkpoints say of it, or NULL */
    size_t             next;            /* head of the book that comes next */
    struct chain_head  before;          /* the row before, by what stands in the archive */
    bool               sealed;          /* every byte is as it was sealed */
};

static struct noted at_row(const struct chained *c)
{
    return (struct noted){ c->seq, c->row.id, c->row.time_us };
}

/* ---- seal ---- */

static bool log_is_empty(const char *path)
{
    char log[PATH_MAX + 8];
    struct stat st;
    snprintf(log, sizeof log, "%s-wal", path);
    return stat(log, &st) != 0 || st.st_size == 0;
}

/* Whether every byte of the file is as the book has it. */
static bool seal_holds(struct verification *v, const char *name, const struct book_file **book)
{
    char path[PATH_MAX];
    struct seal now;
    struct fault f;
    *book = v->archive->store->has_files ? book_file(&v->book, name) : NULL;
    if (*book == NULL || (*book)->open || snprintf(path, sizeof path, "%s/%s", v->plan->where, name) >= (int)sizeof path)
        return false;
    return seal_make(path, &now, &f) == 0 && now.bytes == (*book)->seal.bytes
           && memcmp(now.sm3, (*book)->seal.sm3, sizeof now.sm3) == 0 && log_is_empty(path);
}

/* `added`: rows came after it was sealed, which is what its chain says. */
static void note_seal(struct verification *v, const char *name, const struct book_file *book, bool holds, bool added)
{
    if (holds) {
        v->sum->sealed_files++;
        return;
    }
    v->sum->open_files += v->archive->store->has_files;
    if (book != NULL && !book->open && !added && !verify_goes_on(v))
        verify_note(v, KIND_SEAL, &(struct noted){ .time_us = (int64_t)book->time_us },
                    "%s is not what checkpoint %" PRIu64 " sealed, byte for byte, and no row was added since", name, book->line);
}

static uint64_t sealed_seq(const struct month_check *m, const struct book_file *book)
{
    uint64_t seq = 0;
    for (size_t i = 0; m->book != NULL && i < m->book->count && m->book->heads[i].line <= book->line; i++)
        seq = m->book->heads[i].seq;
    return seq;
}

/* ---- links ---- */

static void check_link(struct month_check *m, const struct chained *c)
{
    struct noted at = at_row(c);
    struct chain_head head = m->before;
    if (c->seq != head.seq + 1) {
        verify_note(m->v, KIND_NUMBER, &at, "after row %" PRIu64 " comes row %" PRIu64 ": what was between them is gone",
                    head.seq, c->seq);
        return;
    }
    if (!c->there) {
        verify_note(m->v, KIND_ROW, &at, "the chain has a link here, and the row that it is of is gone");
        return;
    }
    chain_add(&head, c->version ? NULL : c->row.region, c->json, c->len);
    if (c->link_len == CHAIN_LINK && memcmp(c->link, head.link, CHAIN_LINK) == 0)
        return;
    char expected[17] = "", found[17] = "";
    struct text e = text_over(expected, sizeof expected), x = text_over(found, sizeof found);
    text_hex(&e, head.link, 8);
    text_hex(&x, c->link, c->link_len < 8 ? c->link_len : 8);
    text_end(&e);
    text_end(&x);
    verify_note(m->v, KIND_LINK, &at, "the row, or its place in the chain, was changed: its link is %s..., expected %s...", found,
                expected);
}

/* The checkpoints that speak of this row, and those of rows that are not there. */
static void check_heads(struct month_check *m, const struct chained *c)
{
    struct noted at = at_row(c);
    for (; m->book != NULL && m->next < m->book->count && m->book->heads[m->next].seq <= c->seq; m->next++) {
        const struct book_head *h = &m->book->heads[m->next];
        if (h->seq == c->seq && (c->link_len != CHAIN_LINK || memcmp(h->link, c->link, CHAIN_LINK) != 0))
            verify_note(m->v, KIND_HEAD, &at, "checkpoint %" PRIu64 " signed another link for this row: it, or one before it, was "
                        "changed and chained anew", h->line);
    }
}

static void go_on(struct month_check *m, const struct chained *c)
{
    m->before.seq = c->seq;
    memset(m->before.link, 0, CHAIN_LINK);
    if (c->link_len == CHAIN_LINK)
        memcpy(m->before.link, c->link, CHAIN_LINK);
}

/* ---- columns ---- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_address(bool has_a, const uint8_t *a, bool has_b, const uint8_t *b)
{
    return has_a == has_b && (!has_a || memcmp(a, b, ROW_ADDRESS) == 0);
}

/* The first column that is not what the JSON says, or NULL. */
static const char *wrong_column(const struct row *held, const struct row *r)
{
    const struct { const char *name, *held, *wanted; } texts[] = {
        { "type", held->type, r->type }, { "region", held->region, r->region }, { "sector", held->sector, r->sector },
        { "unit", held->unit, r->unit }, { "status", held->status, r->status }, { "state", held->state, r->state },
        { "signature", held->signature, r->signature }, { "category", held->category, r->category },
    };
    const struct { const char *name; int64_t held, wanted; } numbers[] = {
        { "severity", held->severity, r->severity }, { "sid", held->sid, r->sid }, { "level", held->level, r->level },
        { "version", held->version, r->version },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!same_text(texts[i].held, texts[i].wanted))
            return texts[i].name;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].held != numbers[i].wanted)
            return numbers[i].name;
    return !same_address(held->has_src, held->src, r->has_src, r->src) ? "src"
         : !same_address(held->has_dest, held->dest, r->has_dest, r->dest) ? "dest" : NULL;
}

/* Of a version that is kept with its month only id and time are columns. */
static void check_columns(struct month_check *m, const struct chained *c, const struct row *r, const char *id, bool all)
{
    struct noted at = at_row(c);
    char month[MONTH_NAME];
    const char *wrong = !same_text(c->row.id, id) ? "id" : c->row.time_us != r->time_us ? "time"
                      : all ? wrong_column(&c->row, r) : NULL;
    archive_month_name(r->time_us, month);
    if (wrong != NULL)
        verify_note(m->v, KIND_COLUMN, &at, "the column `%s` is not what the event itself says", wrong);
    else if (m->month != NULL && strcmp(month, m->month) != 0)
        verify_note(m->v, KIND_COLUMN, &at, "it is an event of %s", month);
}

/* ---- what only some rows are ---- */

/* A row that says which checkpoint comes next, and which one is before it. */
static void check_announced(struct month_check *m, const struct chained *c, const struct row *r)
{
    struct verification *v = m->v;
    struct noted at = at_row(c);
    const json_t *said = json_object_get(r->document, "checkpoint");
    json_int_t line = json_integer_value(json_object_get(said, "seq"));
    uint8_t before[CHAIN_LINK];
    if (v->plan->checkpoints == NULL || line <= 0 || !checkpoint_unhex(json_string_value(json_object_get(said, "prev")), before, CHAIN_LINK))
        return;
    if ((uint64_t)line > v->book.line_count && !verify_goes_on(v))
        verify_note(v, KIND_MISSING, &at, "checkpoint %" PRIu64 " was made after this row, and is not there: there are %zu",
                    (uint64_t)line, v->book.line_count);
    else if (line > 1 && (uint64_t)line <= v->book.line_count + 1 && memcmp(v->book.lines[line - 2], before, CHAIN_LINK) != 0)
        verify_note(v, KIND_LINE, &at, "checkpoint %" PRIu64 " is not the one that was there when this row was written",
                    (uint64_t)line - 1);
}

static bool something_was_removed(const struct book *b)
{
    for (size_t i = 0; i < b->month_count; i++)
        if (b->months[i].removed > 0)
            return true;
    return false;
}

/* The newest versions must know of this one, unless they were forgotten with a month. */
static void check_known(struct month_check *m, const struct chained *c, const struct row *r)
{
    struct noted at = at_row(c);
    struct fault f;
    int64_t newest = 0;
    int rc = m->v->archive->store->newest(m->v->archive, r->key, &newest, &f);
    if (rc < 0)
        verify_note(m->v, KIND_VERSION, &at, "%s", f.why);
    else if (rc == 0 && something_was_removed(&m->v->book))
        verify_note(m->v, KIND_OLDER, &at, "%s %s is not among the newest versions: it was forgotten, or taken away", r->type, r->key);
    else if (rc == 0 || newest < r->version)
        verify_note(m->v, KIND_VERSION, &at, "%s %s: its newest version is %" PRIi64 ", though there is version %" PRIi64, r->type,
                    r->key, newest, r->version);
}

/* The event is read by the tree and not by the scanner that the archiver uses: two that must agree. */
static int check_row(struct month_check *m, const struct chained *c, struct fault *f)
{
    struct row r;
    struct fault why;
    struct noted at = at_row(c);
    if (row_tree(c->json, c->len, c->version ? NULL : c->row.region, &r, &why) != 0) {
        verify_note(m->v, KIND_JSON, &at, "its event cannot be read: %s", why.why);
        return 0;
    }
    check_columns(m, c, &r, r.id, !c->version);
    if (c->version)
        check_known(m, c, &r);
    if (strcmp(r.type, "checkpoint") == 0)
        check_announced(m, c, &r);
    verify_evidence(m->v, c, r.document);
    bool sensor = !c->version && strcmp(r.type, "checkpoint") != 0;
    int rc = !sensor ? 0 : sequences_add(&m->v->sequences, r.id, strcmp(r.type, "alert") == 0 ? r.time_us : 0, f);
    row_free(&r);
    return rc;
}

/* ---- the month ---- */

static void note_stray(void *ctx, const char *id, int64_t time_us)
{
    struct verification *v = ctx;
    verify_note(v, KIND_STRAY, &(struct noted){ 0, id, time_us }, "a row that is in no chain: it was put in");
}

static void note_wrong_file(void *ctx, const char *what)
{
    verify_note(ctx, KIND_FILE, NULL, "%s", what);
}

/* What checkpoints know beyond the last row, and rows beyond the last checkpoint. */
static void check_end(struct month_check *m)
{
    struct verification *v = m->v;
    const struct book_head *last = m->book != NULL && m->book->count > 0 ? &m->book->heads[m->book->count - 1] : NULL;
    bool ended = v->book.reason == CHECKPOINT_STOP || v->book.reason == CHECKPOINT_SEAL;
    struct noted at = { .seq = m->before.seq };
    if (last != NULL && last->seq > m->before.seq)
        verify_note(v, KIND_HEAD, &at, "checkpoint %" PRIu64 " knew %" PRIu64 " rows, and the chain ends with row %" PRIu64,
                    last->line, last->seq, m->before.seq);
    else if (v->archive->store->has_files && v->book.line_count > 0 && ended && m->before.seq > (last != NULL ? last->seq : 0)
             && !verify_goes_on(v))
        verify_note(v, KIND_STRAY, &at, "there are %" PRIu64 " rows that came after the archiver's last checkpoint, when it had ended",
                    m->before.seq - (last != NULL ? last->seq : 0));
}

static int walk_rows(struct month_check *m, struct walk *w, struct fault *f)
{
    struct verification *v = m->v;
    struct chained c;
    struct fault why = { 0 };
    uint64_t older = 0;
    int more, rc = 0;
    while (rc == 0 && (more = v->archive->store->walk_next(w, &c, &why)) > 0) {
        v->sum->rows++;
        check_link(m, &c);
        check_heads(m, &c);
        go_on(m, &c);
        if (c.there)
            rc = check_row(m, &c, f);
    }
    if (rc == 0 && more == 0)
        more = v->archive->store->walk_strays(w, &older, note_stray, v, &why);
    if (more < 0)
        verify_note(v, KIND_FILE, &(struct noted){ .seq = m->before.seq }, "after row %" PRIu64 ": %s", m->before.seq, why.why);
    else if (older > 0)
        verify_note(v, KIND_OLDER, NULL, "%" PRIu64 " rows are from before the month had a chain: nothing proves them", older);
    if (rc == 0 && more >= 0)
        check_end(m);
    return rc;
}

int verify_month(struct verification *v, const char *month, struct fault *f)
{
    struct month_check m = { .v = v, .month = month, .book = book_month(&v->book, month) };
    const struct book_file *book;
    struct fault why = { 0 };
    char name[SEAL_FILE_MAX];
    int rc = 0;
    snprintf(name, sizeof name, "%s.db", month);
    chain_begin(&m.before, month);
    m.sealed = seal_holds(v, name, &book);
    struct walk *w = v->archive->store->walk(v->archive, month, &why);
    if (w != NULL)
        rc = walk_rows(&m, w, f);
    else if (why.code != -ENOENT || !verify_goes_on(v))
        verify_note(v, KIND_FILE, NULL, "%s", why.why);
    v->archive->store->walk_end(w);
    if (rc == 0 && !m.sealed && v->archive->store->inspect(v->archive, month, note_wrong_file, v, &why) != 0)
        verify_note(v, KIND_FILE, NULL, "%s", why.why);
    note_seal(v, name, book, m.sealed, book != NULL && m.before.seq > sealed_seq(&m, book));
    return rc;
}

/* ---- the newest versions ---- */

/* Records of what was removed are kept for longer than the month that they were written in. */
static bool month_is_removed(const struct verification *v, int64_t time_us)
{
    char month[MONTH_NAME];
    archive_month_name(time_us, month);
    const struct book_month *m = book_month(&v->book, month);
    return m != NULL && m->removed > 0;
}

/* What is newest must stand in its month, word for word. While the archiver commits, that can be a moment later. */
static bool stands_in_month(struct verification *v, const struct row *r, const struct chained *c, struct fault *why)
{
    char month[MONTH_NAME];
    const char *json;
    size_t len;
    archive_month_name(r->time_us, month);
    for (int i = 0; i < 5; i++) {
        int rc = v->archive->store->version(v->archive, month, r->id, &json, &len, why);
        if (rc > 0 && len == c->len && memcmp(json, c->json, len) == 0)
            return true;
        if (!verify_goes_on(v) && v->book.reason == CHECKPOINT_SEAL)
            break;
        usleep(100000);
    }
    return false;
}

static void check_newest(struct month_check *m, const struct chained *c)
{
    struct row r;
    struct fault why = { 0 };
    struct noted at = at_row(c);
    if (row_tree(c->json, c->len, c->row.region, &r, &why) != 0) {
        verify_note(m->v, KIND_JSON, &at, "its newest version cannot be read: %s", why.why);
        return;
    }
    check_columns(m, c, &r, r.key, true);
    if (!month_is_removed(m->v, r.time_us) && !stands_in_month(m->v, &r, c, &why))
        verify_note(m->v, KIND_VERSION, &at, "version %" PRIi64 " is not what its month has as %s", r.version, r.id);
    row_free(&r);
}

void verify_incidents(struct verification *v)
{
    struct month_check m = { .v = v };
    const struct book_file *book;
    struct chained c;
    struct fault why = { 0 };
    int more = 0;
    verify_place(v, "incidents");
    m.sealed = seal_holds(v, "incidents.db", &book);
    struct walk *w = v->archive->store->walk(v->archive, NULL, &why);
    while (w != NULL && (more = v->archive->store->walk_next(w, &c, &why)) > 0)
        check_newest(&m, &c);
    if (w == NULL || more < 0)
        verify_note(v, KIND_FILE, NULL, "%s", why.why);
    v->archive->store->walk_end(w);
    if (!m.sealed && v->archive->store->inspect(v->archive, NULL, note_wrong_file, v, &why) != 0)
        verify_note(v, KIND_FILE, NULL, "%s", why.why);
    note_seal(v, "incidents.db", book, m.sealed, false);
}
