/* Tables and their partitions. Partitions are attached, not made in place: CREATE TABLE ... PARTITION OF would lock out
 * every reader of the whole table; an advisory lock keeps two archivers from making the same one. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/pg.h"

#define LOCK "pg_advisory_xact_lock(7089336938131513954)"       /* "beacon" in ASCII and a little */

#define COLUMNS \
    " n bigint NOT NULL DEFAULT nextval('event_n'), id text COLLATE \"C\" NOT NULL, time bigint NOT NULL," \
    " type text COLLATE \"C\" NOT NULL, region text COLLATE \"C\", sector text COLLATE \"C\", unit text COLLATE \"C\"," \
    " status text COLLATE \"C\", state text COLLATE \"C\", signature text COLLATE \"C\", category text COLLATE \"C\"," \
    " severity bigint, sid bigint, level bigint, version bigint, src bytea, dest bytea, json text NOT NULL, words tsvector"

/* JSON as text: byte for byte what came, which is what a chain of hashes is over; jsonb would refuse \u0000, which a
 * packet can bring. Addresses as the 17 bytes that SQLite has too (row.h), so that both are asked in one way. */
static const char schema[] =
    "CREATE SCHEMA IF NOT EXISTS fengsui;"
    "CREATE SEQUENCE IF NOT EXISTS event_n CACHE 100;"
    "CREATE TABLE IF NOT EXISTS event(" COLUMNS ") PARTITION BY RANGE (time);"
    "CREATE INDEX IF NOT EXISTS event_time ON event(time, n);"
    "CREATE INDEX IF NOT EXISTS event_src ON event(src, time) WHERE src IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS event_dest ON event(dest, time) WHERE dest IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS alert_time ON event(time, n) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS alert_region ON event(region, time) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS alert_severity ON event(severity, time) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS alert_sid ON event(sid, time) WHERE type = 'alert';"
    "CREATE INDEX IF NOT EXISTS event_words ON event USING gin(words);"
    "CREATE TABLE IF NOT EXISTS version(id text COLLATE \"C\" NOT NULL, time bigint NOT NULL, json text NOT NULL)"
    " PARTITION BY RANGE (time);"
    "CREATE TABLE IF NOT EXISTS incident(" COLUMNS ", whole text COLLATE \"C\", PRIMARY KEY (id));"
    "CREATE INDEX IF NOT EXISTS incident_time ON incident(time, n);"
    "CREATE INDEX IF NOT EXISTS incident_region ON incident(region, time);"
    "CREATE INDEX IF NOT EXISTS incident_whole ON incident(whole) WHERE whole IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS incident_words ON incident USING gin(words);"
    "CREATE TABLE IF NOT EXISTS alert_of(incident text COLLATE \"C\", alert text COLLATE \"C\", PRIMARY KEY (incident, alert));"
    "CREATE TABLE IF NOT EXISTS party(address bytea, incident text COLLATE \"C\", PRIMARY KEY (address, incident));"
    "CREATE OR REPLACE VIEW part_of AS SELECT id AS part, whole FROM incident WHERE whole IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS chain(month text COLLATE \"C\" NOT NULL, seq bigint NOT NULL, id text COLLATE \"C\" NOT NULL, n bigint,"
    " link bytea NOT NULL) PARTITION BY LIST (month)";

int pg_make_schema(struct pg_archive *a, struct fault *f)
{
    PGresult *there = NULL;
    int rc = pg_ask(a, "SELECT to_regclass('chain') IS NOT NULL", NULL, PG_PATIENCE_US, &there, f);
    bool made = rc == 0 && *PQgetvalue(there, 0, 0) == 't';
    PQclear(there);
    if (rc != 0 || made)
        return rc;
    char sql[sizeof schema + 80];
    snprintf(sql, sizeof sql, "SELECT " LOCK ";%s", schema);
    return pg_ask(a, sql, NULL, PG_PATIENCE_US, NULL, f);
}

/* ---- partitions ---- */

/* "2026_11_4301", "2026_11_other". Only figures of ours come into a name. */
static void name_leaf(const char *month, const char *region, char out[PG_LEAF_NAME])
{
    bool coded = region != NULL;
    for (unsigned i = 0; coded && i < 4; i++)
        coded = isdigit((unsigned char)region[i]);
    snprintf(out, PG_LEAF_NAME, "%.4s_%.2s_%.*s", month, month + 5, coded ? 4 : 5, coded ? region : "other");
}

static bool is_known(const struct pg_archive *a, const char *leaf)
{
    for (size_t i = a->leaf_count; i > 0; i--)
        if (strcmp(a->leaves[i - 1], leaf) == 0)
            return true;
    return false;
}

static int know(struct pg_archive *a, const char *leaf, struct fault *f)
{
    if (a->leaf_count == a->leaf_room) {
        size_t room = a->leaf_room ? a->leaf_room * 2 : 32;
        char (*more)[PG_LEAF_NAME] = realloc(a->leaves, room * sizeof *more);
        if (more == NULL)
            return fault_set(f, -ENOMEM, "archive: no memory");
        a->leaves = more;
        a->leaf_room = room;
    }
    memcpy(a->leaves[a->leaf_count++], leaf, PG_LEAF_NAME);
    return 0;
}

/* %1$s is the month as in names, %2$ and %3$ its bounds. */
static const char make_month[] =
    "DO $$ BEGIN PERFORM " LOCK "; IF to_regclass('event_%1$s') IS NULL THEN"
    " CREATE TABLE event_%1$s(LIKE event INCLUDING DEFAULTS) PARTITION BY RANGE (region);"
    " CREATE TABLE event_%1$s_other PARTITION OF event_%1$s DEFAULT;"
    " CREATE UNIQUE INDEX event_%1$s_other_id ON event_%1$s_other(id);"
    " CREATE TABLE version_%1$s(LIKE version INCLUDING DEFAULTS);"
    " CREATE UNIQUE INDEX version_%1$s_id ON version_%1$s(id);"
    " ALTER TABLE event ATTACH PARTITION event_%1$s FOR VALUES FROM (%2$" PRId64 ") TO (%3$" PRId64 ");"
    " ALTER TABLE version ATTACH PARTITION version_%1$s FOR VALUES FROM (%2$" PRId64 ") TO (%3$" PRId64 ");"
    " END IF; IF to_regclass('chain_%1$s') IS NULL THEN"
    " CREATE TABLE chain_%1$s(LIKE chain INCLUDING DEFAULTS);"
    " CREATE UNIQUE INDEX chain_%1$s_seq ON chain_%1$s(month, seq);"
    " ALTER TABLE chain ATTACH PARTITION chain_%1$s FOR VALUES IN (replace('%1$s', '_', '-'));"
    " END IF; END $$";

/* Codes are text: what lies between '4301' and '4302' begins with 4301, and ':' comes after '9'. */
static const char make_prefecture[] =
    "DO $$ BEGIN PERFORM " LOCK "; IF to_regclass('event_%1$s_%2$s') IS NULL THEN"
    " CREATE TABLE event_%1$s_%2$s(LIKE event INCLUDING DEFAULTS);"
    " CREATE UNIQUE INDEX event_%1$s_%2$s_id ON event_%1$s_%2$s(id);"
    " ALTER TABLE event_%1$s ATTACH PARTITION event_%1$s_%2$s FOR VALUES FROM ('%2$s') TO ('%3$s');"
    " END IF; END $$";

static int make_partitions(struct pg_archive *a, const char *month, const char *leaf, struct fault *f)
{
    char sql[2048], name[MONTH_NAME], end[5];
    snprintf(name, sizeof name, "%.7s", leaf);
    snprintf(sql, sizeof sql, make_month, name, archive_month_start(month, 0), archive_month_start(month, 1));
    int rc = pg_ask(a, sql, NULL, PG_PATIENCE_US, NULL, f);
    if (rc != 0 || !isdigit((unsigned char)leaf[8]))
        return rc;
    snprintf(end, sizeof end, "%s", leaf + 8);
    end[3]++;
    snprintf(sql, sizeof sql, make_prefecture, name, leaf + 8, end);
    return pg_ask(a, sql, NULL, PG_PATIENCE_US, NULL, f);
}

int pg_make_leaf(struct pg_archive *a, int64_t time_us, const char *region, struct fault *f)
{
    char month[MONTH_NAME], leaf[PG_LEAF_NAME];
    archive_month_name(time_us, month);
    name_leaf(month, region, leaf);
    if (is_known(a, leaf))
        return 0;
    int rc = make_partitions(a, month, leaf, f);
    return rc == 0 ? know(a, leaf, f) : rc;
}

int pg_months(struct archive *archive, struct month_list *out, struct fault *f)
{
    PGresult *r = NULL;
    int rc = pg_read((struct pg_archive *)archive,
                     "SELECT replace(substr(relname, 7), '_', '-') FROM pg_inherits JOIN pg_class ON oid = inhrelid"
                     " WHERE inhparent = 'event'::regclass ORDER BY relname DESC", NULL, PG_PATIENCE_US, &r, f);
    for (int i = 0; rc == 0 && i < PQntuples(r); i++)
        rc = archive_month_add(out, PQgetvalue(r, i, 0), f);
    PQclear(r);
    return rc;
}

int pg_measure(struct archive *archive, const char *month, struct archive_month *out, struct fault *f)
{
    uint64_t *const to[] = { &out->rows, &out->versions, &out->oldest_us, &out->newest_us, &out->bytes };
    PGresult *r = NULL;
    char sql[640], name[MONTH_NAME];
    *out = (struct archive_month){ 0 };
    snprintf(out->name, sizeof out->name, "%s", month);
    snprintf(name, sizeof name, "%.4s_%.2s", month, month + 5);
    snprintf(sql, sizeof sql,
             "SELECT (SELECT count(*) FROM event_%s), (SELECT count(*) FROM version_%s), (SELECT min(time) FROM event_%s),"
             " (SELECT max(time) FROM event_%s), (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('event_%s'))"
             " + pg_total_relation_size('version_%s')", name, name, name, name, name, name);
    int rc = pg_read((struct pg_archive *)archive, sql, NULL, PG_LONG_US, &r, f);
    for (int i = 0; rc == 0 && i < 5; i++)
        *to[i] = strtoull(PQgetvalue(r, 0, i), NULL, 10);
    PQclear(r);
    return rc;
}

/* ---- removing ---- */

int pg_remove(struct archive *archive, const char *month, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    char sql[240];
    snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS event_%.4s_%.2s; DROP TABLE IF EXISTS version_%.4s_%.2s;"
             "DROP TABLE IF EXISTS chain_%.4s_%.2s", month, month + 5, month, month + 5, month, month + 5);
    int rc = pg_ready(a, f);
    a->leaf_count = 0;
    return rc == 0 ? pg_ask(a, sql, NULL, PG_PATIENCE_US, NULL, f) : rc;
}

int pg_forget(struct archive *archive, int64_t before_us, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    char sql[640];
    snprintf(sql, sizeof sql,
             "WITH gone AS (DELETE FROM incident WHERE time < %" PRId64 " AND type <> 'retention' RETURNING id),"
             " alerts AS (DELETE FROM alert_of WHERE incident IN (SELECT id FROM gone))"
             " DELETE FROM party WHERE incident IN (SELECT id FROM gone)", before_us);
    int rc = pg_ready(a, f);
    return rc == 0 ? pg_ask(a, sql, NULL, PG_LONG_US, NULL, f) : rc;
}
