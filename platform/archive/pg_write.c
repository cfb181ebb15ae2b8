/* Writing: rows are kept until the batch is committed, then go in one statement a table, all in one transaction. */
#include <errno.h>
#include <string.h>

#include "archive/lexemes.h"
#include "archive/pg.h"

enum batch { EVENTS, VERSIONS, CURRENT, LINKS, PARTIES, CHAIN };

/* So much may wait for the commit; then it goes to the server, in the same transaction. */
enum { WAITING_MAX = 32 << 20 };

#define COLUMNS "id,time,type,region,sector,unit,status,state,signature,category,severity,sid,level,version,src,dest,json"
#define TYPES "tittttttttiiiibbtt"      /* and words */
#define ARRAYS \
    "unnest($1::text[],$2::bigint[],$3::text[],$4::text[],$5::text[],$6::text[],$7::text[],$8::text[],$9::text[]," \
    "$10::text[],$11::bigint[],$12::bigint[],$13::bigint[],$14::bigint[],$15::bytea[],$16::bytea[],$17::text[],$18::text[]"

/* In this order, so that an incident's parts come after it. A version that is late changes nothing but links. */
static const struct table { const char *types, *sql; } tables[PG_BATCHES] = {
    [EVENTS] = { TYPES, "INSERT INTO event(" COLUMNS ",words) SELECT " COLUMNS ",words::tsvector FROM " ARRAYS ") AS r("
                        COLUMNS ",words) ON CONFLICT DO NOTHING RETURNING id, region, n" },
    [VERSIONS] = { "tit", "INSERT INTO version(id,time,json) SELECT * FROM unnest($1::text[],$2::bigint[],$3::text[])"
                          " ON CONFLICT DO NOTHING RETURNING id" },
    [CURRENT] = { TYPES "t",
        "INSERT INTO incident AS i(" COLUMNS ",words,whole) SELECT DISTINCT ON (id) " COLUMNS ",words::tsvector,whole FROM "
        ARRAYS ",$19::text[]) AS r(" COLUMNS ",words,whole) ORDER BY id, version DESC ON CONFLICT (id) DO UPDATE SET"
        " time=excluded.time,type=excluded.type,region=excluded.region,sector=excluded.sector,unit=excluded.unit,"
        "status=excluded.status,state=excluded.state,signature=excluded.signature,category=excluded.category,"
        "severity=excluded.severity,sid=excluded.sid,level=excluded.level,version=excluded.version,src=excluded.src,"
        "dest=excluded.dest,json=excluded.json,words=excluded.words,whole=excluded.whole"
        " WHERE excluded.version > i.version" },
    [LINKS] = { "tt", "INSERT INTO alert_of(incident,alert) SELECT * FROM unnest($1::text[],$2::text[]) ON CONFLICT DO NOTHING" },
    [PARTIES] = { "bt", "INSERT INTO party(address,incident) SELECT * FROM unnest($1::bytea[],$2::text[]) ON CONFLICT DO NOTHING" },
    [CHAIN] = { "titib", "INSERT INTO chain(month,seq,id,n,link) SELECT * FROM unnest($1::text[],$2::bigint[],$3::text[],"
                         "$4::bigint[],$5::bytea[])" },
};

int pg_begin(struct archive *archive, struct fault *f)
{
    return pg_ready((struct pg_archive *)archive, f);
}

/* ---- rows ---- */

static void add_words(struct pg_archive *a, struct pg_batch *b, unsigned column, const struct row *r)
{
    char room[ROW_WORDS_MAX], lexemes[LEXEMES_MAX];
    struct text t = text_over(lexemes, sizeof lexemes);
    size_t len;
    const char *words = row_words(r, room, &len);
    lexemes_write(words, len, a->letters, &t);
    pg_add_bytes(b, column, lexemes, t.len);
}

static void add_row(struct pg_archive *a, struct pg_batch *b, const struct row *r, const char *id, const char *json, size_t len)
{
    const char *const texts[] = { r->type, r->region, r->sector, r->unit, r->status, r->state, r->signature, r->category };
    pg_add_text(b, 0, id);
    pg_add_number(b, 1, r->time_us);
    for (unsigned i = 0; i < 8; i++)
        pg_add_text(b, 2 + i, texts[i]);
    pg_add_optional(b, 10, r->severity);
    pg_add_optional(b, 11, r->sid);
    pg_add_optional(b, 12, r->level);
    pg_add_optional(b, 13, r->version);
    pg_add_bytes(b, 14, r->has_src ? r->src : NULL, ROW_ADDRESS);
    pg_add_bytes(b, 15, r->has_dest ? r->dest : NULL, ROW_ADDRESS);
    pg_add_bytes(b, 16, json, len);
    if (row_has_words(r))
        add_words(a, b, 17, r);
    else
        pg_add_text(b, 17, NULL);
    b->rows++;
    a->waiting += len;
}

static void add_links(struct pg_archive *a, const struct row *r)
{
    struct pg_batch *b = &a->batches[LINKS];
    for (size_t i = 0; i < r->alert_ids.count; i++) {
        pg_add_text(b, 0, r->key);
        pg_add_text(b, 1, r->alert_ids.at[i]);
        b->rows++;
    }
    a->waiting += r->alert_ids_len;
}

static void add_parties(struct pg_archive *a, const struct row *r)
{
    struct pg_batch *b = &a->batches[PARTIES];
    uint8_t bytes[ROW_ADDRESS];
    for (size_t i = 0; i < r->parties.count; i++)
        if (row_address_of(r->parties.at[i], bytes)) {
            pg_add_bytes(b, 0, bytes, sizeof bytes);
            pg_add_text(b, 1, r->key);
            b->rows++;
        }
}

static void add_version(struct pg_archive *a, const struct row *r, const char *json, size_t len)
{
    struct pg_batch *b = &a->batches[VERSIONS];
    pg_add_text(b, 0, r->id);
    pg_add_number(b, 1, r->time_us);
    pg_add_bytes(b, 2, json, len);
    b->rows++;
    add_row(a, &a->batches[CURRENT], r, r->key, json, len);
    pg_add_text(&a->batches[CURRENT], 18, r->whole);
    add_links(a, r);
    add_parties(a, r);
}

/* ---- transactions ---- */

static void empty(struct pg_archive *a)
{
    for (unsigned i = 0; i < PG_BATCHES; i++)
        pg_batch_empty(&a->batches[i]);
    a->waiting = 0;
}

static int send_table(struct pg_archive *a, unsigned i, struct fault *f)
{
    struct pg_values v = { 0 };
    if (a->batches[i].rows == 0)
        return 0;
    PGresult *new = NULL;
    int rc = pg_batch_values(&a->batches[i], tables[i].types, &v, f);
    if (rc == 0)
        rc = pg_ask(a, tables[i].sql, &v, PG_PATIENCE_US, &new, f);
    if (rc == 0 && (i == EVENTS || i == VERSIONS))
        rc = pg_link(a, &a->batches[i], i == EVENTS, new, &a->batches[CHAIN], f);
    PQclear(new);
    return rc;
}

/* A month that another archiver has removed in the meantime is asked for anew when the batch comes again. */
static int send_waiting(struct pg_archive *a, struct fault *f)
{
    int rc = a->conn == NULL ? fault_set(f, -ENOTCONN, "archive in PostgreSQL: the connection is gone") : 0;
    if (rc == 0 && !a->open_transaction)
        rc = pg_ask(a, "BEGIN", NULL, PG_PATIENCE_US, NULL, f);
    if (rc == 0)
        a->open_transaction = true;
    for (unsigned i = 0; i < PG_BATCHES && rc == 0; i++)
        rc = send_table(a, i, f);
    if (rc != 0)
        a->leaf_count = 0;
    empty(a);
    return rc;
}

int pg_put(struct archive *archive, const struct row *r, const char *json, size_t len, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    int rc = a->conn == NULL ? fault_set(f, -ENOTCONN, "archive in PostgreSQL: the connection is gone")
           : pg_make_leaf(a, r->time_us, r->region, f);
    if (rc != 0)
        return rc;
    if (r->versioned)
        add_version(a, r, json, len);
    else
        add_row(a, &a->batches[EVENTS], r, r->id, json, len);
    return a->waiting > WAITING_MAX ? send_waiting(a, f) : 0;
}

int pg_commit(struct archive *archive, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    if (a->waiting == 0 && !a->open_transaction)
        return 0;
    int rc = send_waiting(a, f);
    if (rc == 0)
        rc = pg_ask(a, "COMMIT", NULL, PG_PATIENCE_US, NULL, f);
    if (rc == 0)
        a->open_transaction = false;
    else
        pg_rollback(archive);
    return rc;
}

void pg_rollback(struct archive *archive)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    struct fault f;
    empty(a);
    if (a->open_transaction && a->conn != NULL && pg_ask(a, "ROLLBACK", NULL, PG_PATIENCE_US, NULL, &f) != 0)
        pg_disconnect(a);
    a->open_transaction = false;
}
