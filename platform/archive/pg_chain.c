/* The chain of a month's rows in PostgreSQL: chain_2026_11 beside event_2026_11. Of a batch the server says which rows
 * were new, in the order in which they were sent; those become links. A month's chain is added to by one archiver at a
 * time: the lock is held until the transaction ends. */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/checkpoint.h"
#include "archive/pg.h"

/* ---- how far it goes ---- */

int pg_head(struct archive *archive, const char *month, struct chain_head *out, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    PGresult *r = NULL;
    char sql[200];
    chain_begin(out, month);
    snprintf(sql, sizeof sql, "SELECT pg_advisory_xact_lock(1668180334, %.4s%.2s)", month, month + 5);      /* "chain" */
    int rc = pg_ask(a, sql, NULL, PG_PATIENCE_US, NULL, f);
    snprintf(sql, sizeof sql, "SELECT seq, encode(link, 'hex') FROM chain WHERE month = '%.7s' ORDER BY seq DESC LIMIT 1", month);
    if (rc == 0)
        rc = pg_ask(a, sql, NULL, PG_PATIENCE_US, &r, f);
    if (rc == 0 && PQntuples(r) > 0) {
        out->seq = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
        if (!checkpoint_unhex(PQgetvalue(r, 0, 1), out->link, CHAIN_LINK))
            rc = fault_set(f, -EILSEQ, "archive in PostgreSQL: the last link of %s is none", month);
    }
    PQclear(r);
    return rc;
}

/* ---- links for what is new ---- */

/* The values of a column, one after the other, as they are about to be sent. */
struct cells { const char *at; size_t left; };

static struct cells cells_of(const struct pg_batch *b, unsigned column)
{
    return (struct cells){ b->columns[column].at + PG_ARRAY_HEADER, b->columns[column].len - PG_ARRAY_HEADER };
}

/* The next; its length is -1 for NULL. */
static int32_t next_cell(struct cells *c, const char **bytes)
{
    uint32_t wire;
    memcpy(&wire, c->at, sizeof wire);
    int32_t len = (int32_t)be32toh(wire);
    size_t n = sizeof wire + (len > 0 ? (size_t)len : 0);
    *bytes = c->at + sizeof wire;
    c->at += n;
    c->left -= n;
    return len;
}

static bool same_cell(const PGresult *r, int row, int column, const char *bytes, int32_t len)
{
    if (len < 0)
        return PQgetisnull(r, row, column);
    return PQgetlength(r, row, column) == len && memcmp(PQgetvalue(r, row, column), bytes, (size_t)len) == 0;
}

static void add_link(struct pg_batch *to, const struct chain_head *h, const char *id, int32_t id_len, const char *n)
{
    pg_add_text(to, 0, h->month);
    pg_add_number(to, 1, (int64_t)h->seq);
    pg_add_bytes(to, 2, id, (size_t)id_len);
    pg_add_optional(to, 3, n != NULL ? strtoll(n, NULL, 10) : 0);
    pg_add_bytes(to, 4, h->link, CHAIN_LINK);
    to->rows++;
}

/* The columns of a batch that make a link: of an event id, time, region, json; of a version there is no region. */
struct linked { struct cells id, time, region, json; bool event; };

static int link_row(struct pg_archive *a, struct linked *x, const PGresult *new, int *at, struct pg_batch *to, struct fault *f)
{
    const char *id, *time, *region = NULL, *json;
    char month[MONTH_NAME], code[65] = "";
    uint64_t time_us;
    int32_t id_len = next_cell(&x->id, &id), region_len = -1, json_len;
    next_cell(&x->time, &time);
    json_len = next_cell(&x->json, &json);
    if (x->event)
        region_len = next_cell(&x->region, &region);
    if (*at >= PQntuples(new) || !same_cell(new, *at, 0, id, id_len) || (x->event && !same_cell(new, *at, 1, region, region_len)))
        return 0;                       /* it was here before */
    memcpy(&time_us, time, sizeof time_us);
    archive_month_name((int64_t)be64toh(time_us), month);
    struct chain_head *h = archive_head(&a->base, month, f);
    if (h == NULL)
        return f->code;
    if (region_len > 0)
        snprintf(code, sizeof code, "%.*s", (int)region_len, region);
    chain_add(h, region_len >= 0 ? code : NULL, json, (size_t)json_len);
    add_link(to, h, id, id_len, x->event ? PQgetvalue(new, *at, 2) : NULL);
    ++*at;
    return 0;
}

int pg_link(struct pg_archive *a, const struct pg_batch *from, bool events, const PGresult *new, struct pg_batch *to, struct fault *f)
{
    struct linked x = { .id = cells_of(from, 0), .time = cells_of(from, 1), .json = cells_of(from, events ? 16 : 2), .event = events };
    int at = 0, rc = 0;
    if (events)
        x.region = cells_of(from, 3);
    for (unsigned i = 0; i < from->rows && rc == 0; i++)
        rc = link_row(a, &x, new, &at, to, f);
    if (rc == 0 && at != PQntuples(new))
        rc = fault_set(f, -EPROTO, "archive in PostgreSQL: %d rows of a batch are new, %d of them were found in it", PQntuples(new), at);
    return rc;
}

/* ---- walking along it ---- */

enum { FETCH = 1000 };

struct walk {
    struct pg_archive *a;
    char      month[MONTH_NAME];        /* "2026_11" */
    bool      chained;
    PGresult *page;
    int       at;
    bool      last;
    uint8_t   link[CHAIN_LINK];         /* of the row that was given last */
};

#define EVENT "e.id, e.time, e.json, e.type, e.region, e.sector, e.unit, e.status, e.state, e.signature, e.category," \
    " e.severity, e.sid, e.level, e.version, encode(e.src, 'hex'), encode(e.dest, 'hex')"
enum { AT_SEQ, AT_LINK, AT_N, AT_ID, AT_TIME, AT_JSON, AT_TYPE, AT_NUMBERS = AT_TYPE + 8, AT_SRC = AT_NUMBERS + 4, AT_DEST,
       AT_VERSION_ID, AT_VERSION_TIME, AT_VERSION_JSON };

/* Within one transaction that sees one moment, lookups by newest() and version() included. */
static int begin_walk(struct walk *w, const char *month, struct fault *f)
{
    char sql[900];
    PGresult *r = NULL;
    int rc = pg_ask(w->a, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, PG_PATIENCE_US, NULL, f);
    if (rc != 0)
        return rc;
    if (month == NULL)
        return pg_ask(w->a, "DECLARE walk NO SCROLL CURSOR FOR SELECT 0, '', e.n, " EVENT ", NULL, NULL, NULL FROM incident e"
                      " ORDER BY e.id", NULL, PG_LONG_US, NULL, f);
    snprintf(w->month, sizeof w->month, "%.4s_%.2s", month, month + 5);
    snprintf(sql, sizeof sql, "SELECT to_regclass('chain_%s')", w->month);
    rc = pg_ask(w->a, sql, NULL, PG_PATIENCE_US, &r, f);
    w->chained = rc == 0 && !PQgetisnull(r, 0, 0);
    PQclear(r);
    if (!w->chained)
        return rc;
    snprintf(sql, sizeof sql, "DECLARE walk NO SCROLL CURSOR FOR SELECT c.seq, encode(c.link, 'hex'), c.n, " EVENT
             ", v.id, v.time, v.json FROM chain_%s c LEFT JOIN event_%s e ON e.n = c.n"
             " LEFT JOIN version_%s v ON c.n IS NULL AND v.id = c.id ORDER BY c.seq", w->month, w->month, w->month);
    return pg_ask(w->a, sql, NULL, PG_LONG_US, NULL, f);
}

struct walk *pg_walk(struct archive *archive, const char *month, struct fault *f)
{
    struct walk *w = calloc(1, sizeof *w);
    if (w == NULL) {
        fault_set(f, -ENOMEM, "no memory");
        return NULL;
    }
    w->a = (struct pg_archive *)archive;
    w->chained = month == NULL;
    if (pg_ready(w->a, f) == 0 && begin_walk(w, month, f) == 0)
        return w;
    pg_walk_end(w);
    return NULL;
}

static const char *text_at(const struct walk *w, int column)
{
    return PQgetisnull(w->page, w->at, column) ? NULL : PQgetvalue(w->page, w->at, column);
}

static int64_t number_at(const struct walk *w, int column)
{
    return strtoll(PQgetvalue(w->page, w->at, column), NULL, 10);
}

static bool address_at(const struct walk *w, int column, uint8_t out[ROW_ADDRESS])
{
    const char *hex = text_at(w, column);
    if (hex != NULL && !checkpoint_unhex(hex, out, ROW_ADDRESS))
        memset(out, 0xff, ROW_ADDRESS);
    return hex != NULL;
}

static void take_event(const struct walk *w, struct row *r)
{
    const char **const texts[] = { &r->type, &r->region, &r->sector, &r->unit, &r->status, &r->state, &r->signature, &r->category };
    int64_t *const numbers[] = { &r->severity, &r->sid, &r->level, &r->version };
    for (int i = 0; i < 8; i++)
        *texts[i] = text_at(w, AT_TYPE + i);
    for (int i = 0; i < 4; i++)
        *numbers[i] = number_at(w, AT_NUMBERS + i);
    r->has_src = address_at(w, AT_SRC, r->src);
    r->has_dest = address_at(w, AT_DEST, r->dest);
}

static int next_page(struct walk *w, struct fault *f)
{
    char sql[40];
    snprintf(sql, sizeof sql, "FETCH %d FROM walk", FETCH);
    PQclear(w->page);
    w->page = NULL;
    w->at = 0;
    int rc = pg_ask(w->a, sql, NULL, PG_LONG_US, &w->page, f);
    w->last = rc != 0 || PQntuples(w->page) < FETCH;
    return rc;
}

int pg_walk_next(struct walk *w, struct chained *out, struct fault *f)
{
    if (!w->chained)
        return 0;
    if (w->page == NULL || ++w->at == PQntuples(w->page)) {
        int rc = w->page != NULL && w->last ? 0 : next_page(w, f);
        if (rc != 0 || w->page == NULL || w->at >= PQntuples(w->page))
            return rc;
    }
    bool version = text_at(w, AT_N) == NULL;
    int id = version ? AT_VERSION_ID : AT_ID, time = version ? AT_VERSION_TIME : AT_TIME, json = version ? AT_VERSION_JSON : AT_JSON;
    *out = (struct chained){ .seq = (uint64_t)number_at(w, AT_SEQ), .version = version, .there = text_at(w, id) != NULL };
    out->link = w->link;
    out->link_len = checkpoint_unhex(text_at(w, AT_LINK), w->link, CHAIN_LINK) ? CHAIN_LINK : 0;
    out->row.id = text_at(w, id);
    out->row.time_us = number_at(w, time);
    out->json = text_at(w, json);
    out->len = (size_t)PQgetlength(w->page, w->at, json);
    if (!version)
        take_event(w, &out->row);
    return 1;
}

/* Events are numbered by one sequence: those below the first that is chained were there before. */
int pg_walk_strays(struct walk *w, uint64_t *older, void (*stray)(void *ctx, const char *id, int64_t time_us), void *ctx,
                   struct fault *f)
{
    char sql[800];
    PGresult *r = NULL;
    *older = 0;
    if (w->chained)
        snprintf(sql, sizeof sql,
                 "SELECT e.id, e.time, e.n < coalesce((SELECT min(n) FROM chain_%s), 0) FROM event_%s e"
                 " WHERE NOT EXISTS (SELECT 1 FROM chain_%s c WHERE c.n = e.n) UNION ALL SELECT v.id, v.time, false FROM version_%s v"
                 " WHERE NOT EXISTS (SELECT 1 FROM chain_%s c WHERE c.n IS NULL AND c.id = v.id)",
                 w->month, w->month, w->month, w->month, w->month);
    else
        snprintf(sql, sizeof sql, "SELECT '', 0, true FROM event_%s", w->month);
    int rc = pg_ask(w->a, sql, NULL, PG_LONG_US, &r, f);
    for (int i = 0; rc == 0 && i < PQntuples(r); i++) {
        if (*PQgetvalue(r, i, 2) == 't')
            ++*older;
        else
            stray(ctx, PQgetvalue(r, i, 0), strtoll(PQgetvalue(r, i, 1), NULL, 10));
    }
    PQclear(r);
    return rc;
}

void pg_walk_end(struct walk *w)
{
    struct fault unused;
    if (w == NULL)
        return;
    PQclear(w->page);
    if (w->a->conn != NULL)
        pg_ask(w->a, "ROLLBACK", NULL, PG_PATIENCE_US, NULL, &unused);
    free(w);
}

/* ---- single versions ---- */

static int ask_one(struct pg_archive *a, const char *sql, const char *value, PGresult **out, struct fault *f)
{
    struct pg_values v = { .count = 1 };
    v.at[0] = value;
    int rc = pg_read(a, sql, &v, PG_PATIENCE_US, out, f);
    return rc != 0 ? rc : PQntuples(*out) > 0;
}

int pg_newest(struct archive *archive, const char *key, int64_t *version, struct fault *f)
{
    PGresult *r = NULL;
    int rc = ask_one((struct pg_archive *)archive, "SELECT version FROM incident WHERE id = $1", key, &r, f);
    if (rc > 0)
        *version = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return rc;
}

int pg_version(struct archive *archive, const char *month, const char *id, const char **json, size_t *len, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT json FROM version WHERE id = $1 AND time >= %" PRId64 " AND time < %" PRId64,
             archive_month_start(month, 0), archive_month_start(month, 1));
    PQclear(a->found);
    a->found = NULL;
    int rc = ask_one(a, sql, id, &a->found, f);
    if (rc > 0) {
        *json = PQgetvalue(a->found, 0, 0);
        *len = (size_t)PQgetlength(a->found, 0, 0);
    }
    return rc;
}

/* Whether index and table agree, by the server's own checker, where somebody has installed it (CREATE EXTENSION amcheck). */
int pg_inspect(struct archive *archive, const char *month, void (*say)(void *ctx, const char *what), void *ctx, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    PGresult *r = NULL;
    char sql[400], root[32] = "incident";
    int rc = pg_read(a, "SELECT 1 FROM pg_extension WHERE extname = 'amcheck'", NULL, PG_PATIENCE_US, &r, f);
    bool can = rc == 0 && PQntuples(r) > 0;
    PQclear(r);
    r = NULL;
    if (!can)
        return rc;
    if (month != NULL)
        snprintf(root, sizeof root, "event_%.4s_%.2s", month, month + 5);
    snprintf(sql, sizeof sql,
             "SELECT public.bt_index_check(i.indexrelid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m"
             " ON m.oid = c.relam WHERE m.amname = 'btree' AND c.relkind = 'i' AND (i.indrelid = '%s'::regclass OR i.indrelid IN"
             " (SELECT relid FROM pg_partition_tree('%s')))", root, root);
    struct fault why = { 0 };
    if (pg_read(a, sql, NULL, PG_LONG_US, &r, &why) != 0)
        say(ctx, why.why);
    PQclear(r);
    return 0;
}
