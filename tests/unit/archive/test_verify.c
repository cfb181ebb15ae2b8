/* What verify must see, on both stores: as it is, and after somebody with the database's own tools was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <unistd.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include "archive/archive.h"
#include "archive/keyring.h"
#include "archive/notary.h"
#include "archive/verify.h"
#include "common/clock.h"
#include "tests/support/postgres.h"

enum store { SQLITE, POSTGRESQL };

struct world { enum store store; struct postgres server; unsigned databases; };

/* An archive, its ledger and keys. */
struct place {
    struct world   *world;
    char            dir[64], where[256], ledger[96], keys[96];
    struct archive *archive;
    struct notary  *notary;
    uint64_t        now_us;
};

static void good(int rc, const struct fault *f)
{
    if (rc < 0)
        fail_msg("%s", f->why);
}

static void open_notary(struct place *p)
{
    struct fault f = { 0 };
    struct notary_settings s = { .path = p->ledger, .keys = p->keys, .every_us = UINT64_C(3600000000) };
    p->archive = archive_open(p->where, ARCHIVE_WRITE, &f);
    p->notary = p->archive != NULL ? notary_open(&s, &f) : NULL;
    if (p->notary == NULL)
        fail_msg("%s", f.why);
    good(notary_checkpoint(p->notary, p->archive, CHECKPOINT_START, p->now_us, &f), &f);
}

static void close_notary(struct place *p, bool cleanly)
{
    struct fault f = { 0 };
    p->now_us += 1000000;
    if (cleanly)
        good(notary_checkpoint(p->notary, p->archive, CHECKPOINT_STOP, p->now_us, &f), &f);
    archive_close(p->archive);
    if (cleanly)
        good(notary_seal(p->notary, p->where, p->now_us, &f), &f);
    notary_close(p->notary);
}

static void make(struct place *p, void **state, bool with_keys)
{
    struct fault f = { 0 };
    char name[32];
    *p = (struct place){ .world = *state };
    clock_parse("2026-11-22T00:00:00Z", &p->now_us);
    strcpy(p->dir, "/tmp/verify-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->ledger, sizeof p->ledger, "%s/checkpoints.jsonl", p->dir);
    snprintf(p->keys, sizeof p->keys, "%s/keys", p->dir);
    if (with_keys)
        good(keyring_init(p->keys, p->now_us, &f), &f);
    snprintf(name, sizeof name, "verify_%u", p->world->databases++);
    if (p->world->store == SQLITE)
        snprintf(p->where, sizeof p->where, "%s", p->dir);
    else
        snprintf(p->where, sizeof p->where, "postgresql:%s", postgres_database(&p->world->server, name));
    open_notary(p);
}

static void empty(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d != NULL)
        closedir(d);
    rmdir(dir);
}

static void leave(struct place *p)
{
    empty(p->keys);
    empty(p->dir);
}

static void put(struct place *p, const char *json)
{
    struct fault f = { 0 };
    good(archive_begin(p->archive, &f), &f);
    good(archive_put(p->archive, "alerts", "430100", json, strlen(json), &f), &f);
    good(archive_commit(p->archive, &f), &f);
}

#define ALERT(n, when) "{\"id\":\"tower-1:7:" #n "\",\"timestamp\":\"" when "\",\"event_type\":\"alert\",\"src_ip\":\"192.0.2.7\"," \
    "\"dest_ip\":\"10.1.0.5\",\"alert\":{\"signature_id\":100,\"severity\":2,\"signature\":\"Modbus write\",\"category\":\"Drill\"}}"
#define OTHER(n, when) "{\"id\":\"tower-2:7:" #n "\",\"timestamp\":\"" when "\",\"event_type\":\"alert\"}"
#define INCIDENT(id, version) "{\"id\":\"" id "@" #version "\",\"timestamp\":\"2026-11-21T00:00:00Z\",\"event_type\":\"incident\"," \
    "\"region\":\"430100\",\"incident\":{\"id\":\"" id "\",\"version\":" #version ",\"state\":\"new\",\"level\":3}}"

static void fill(struct place *p)
{
    put(p, ALERT(0, "2026-10-31T23:00:00Z"));
    put(p, ALERT(1, "2026-11-01T00:00:00Z"));
    put(p, ALERT(2, "2026-11-01T00:00:01Z"));
    put(p, INCIDENT("I-1", 1));
    put(p, ALERT(3, "2026-11-01T00:00:02Z"));
    put(p, ALERT(2, "2026-11-01T00:00:01Z"));       /* a repeat changes nothing */
    put(p, INCIDENT("I-1", 2));
    put(p, ALERT(4, "2026-11-01T00:00:03Z"));
}

/* ---- looking ---- */

struct said { char text[4096]; };

static void tell(void *ctx, const struct finding *x)
{
    struct said *s = ctx;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s(%s) %s: %s\n", x->what, x->id, x->place, x->sentence);
}

static int look(struct place *p, struct said *s, struct verify_sum *sum)
{
    struct fault f = { 0 };
    struct verify_plan plan = { .where = p->where, .checkpoints = p->ledger, .keys = p->keys, .back_us = UINT64_C(3600000000),
                                .silence_us = UINT64_C(10800000000), .tell = tell, .ctx = s };
    s->text[0] = '\0';
    int verdict = verify_archive(&plan, sum, &f);
    if (verdict < 0)
        fail_msg("%s", f.why);
    return verdict;
}

static void is_whole(struct place *p)
{
    struct said s;
    struct verify_sum sum;
    if (look(p, &s, &sum) != VERDICT_WHOLE)
        fail_msg("%s", s.text);
}

/* What SQL can do: the month's tables are {event} and so on. */
static void run_sqlite(struct place *p, const char *sql)
{
    char path[128], *why = NULL;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/%s", p->dir, strstr(sql, "incident") != NULL ? "incidents.db" : "2026-11.db");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    sqlite3_close(db);
}

static void run_postgresql(struct place *p, const char *sql)
{
    PGconn *conn = PQconnectdb(p->where + strlen("postgresql:"));
    PQclear(PQexec(conn, "SET search_path = fengsui"));
    PGresult *r = PQexec(conn, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(r);
    PQfinish(conn);
}

/* A row's words in the index are replaced: FTS5 is told what stood there, since the index holds no copy. */
#define POSTING(was, now) "INSERT INTO words(words, rowid, address) SELECT 'delete', n, '" was "' FROM event WHERE id = 'tower-1:7:3';" \
    "INSERT INTO words(rowid, address) SELECT n, '" now "' FROM event WHERE id = 'tower-1:7:3'"

#define POSTINGS "ip4c0000207 ip40a010005 sid100"

static const struct tampering { const char *name, *sqlite, *postgresql, *said; } tamperings[] = {
    { "an event's words", "UPDATE event SET json = replace(json, 'Modbus', 'modbus') WHERE id = 'tower-1:7:3'",
      "UPDATE event SET json = replace(json, 'Modbus', 'modbus') WHERE id = 'tower-1:7:3'", "link(tower-1:7:3)" },
    { "a column", "UPDATE event SET severity = 4 WHERE id = 'tower-1:7:3'",
      "UPDATE event SET severity = 4 WHERE id = 'tower-1:7:3'", "column(tower-1:7:3)" },
    { "an address", "UPDATE event SET src = NULL WHERE id = 'tower-1:7:3'",
      "UPDATE event SET src = NULL WHERE id = 'tower-1:7:3'", "column(tower-1:7:3)" },
    { "an id", "UPDATE event SET id = 'tower-1:7:9' WHERE id = 'tower-1:7:3'",
      "UPDATE event SET id = 'tower-1:7:9' WHERE id = 'tower-1:7:3'", "column(tower-1:7:9)" },
    { "its region, which is nowhere else", "UPDATE event SET region = '430101' WHERE id = 'tower-1:7:3'",
      "UPDATE event SET region = '430101' WHERE id = 'tower-1:7:3'", "link(tower-1:7:3)" },
    { "an event taken out", "DELETE FROM event WHERE id = 'tower-1:7:3'", "DELETE FROM event WHERE id = 'tower-1:7:3'", "row()" },
    { "a link taken out", "DELETE FROM chain WHERE seq = 3", "DELETE FROM chain WHERE month = '2026-11' AND seq = 3", "number(" },
    { "a link changed", "UPDATE chain SET link = zeroblob(32) WHERE seq = 3",
      "UPDATE chain SET link = decode(repeat('00', 32), 'hex') WHERE month = '2026-11' AND seq = 3", "link(" },
    { "a link cut short", "UPDATE chain SET link = zeroblob(31) WHERE seq = 3",
      "UPDATE chain SET link = decode(repeat('00', 31), 'hex') WHERE month = '2026-11' AND seq = 3", "link(" },
    { "the end taken away", "DELETE FROM event WHERE n = (SELECT max(row) FROM chain); DELETE FROM chain WHERE row = (SELECT max(row) FROM chain)",
      "DELETE FROM chain WHERE month = '2026-11' AND seq = (SELECT max(seq) FROM chain WHERE month = '2026-11')", "head(" },
    { "an event put in", "INSERT INTO event(id, time, type, json) SELECT 'x:1:1', time, type, json FROM event WHERE id = 'tower-1:7:3'",
      "INSERT INTO event(id, time, type, region, json) SELECT 'x:1:1', time, type, region, json FROM event WHERE id = 'tower-1:7:3'",
      "stray(x:1:1)" },
    { "a version's words", "UPDATE version SET json = replace(json, 'new', 'old') WHERE rowid = 1",
      "UPDATE version SET json = replace(json, 'new', 'old') WHERE id = 'I-1@1'", "link(I-1@1)" },
    { "a version put in", "INSERT INTO version(id, time, json) SELECT 'I-1@9', time, json FROM version WHERE rowid = 1",
      "INSERT INTO version(id, time, json) SELECT 'I-1@9', time, json FROM version WHERE id = 'I-1@1'", "stray(I-1@9)" },
    { "the newest version's words", "UPDATE event SET json = replace(json, 'new', 'old') WHERE type = 'incident'",
      "UPDATE incident SET json = replace(json, 'new', 'old')", "version(I-1)" },
    { "the newest version's column", "UPDATE event SET level = 1 WHERE type = 'incident'", "UPDATE incident SET level = 1", "column(I-1)" },
    { "the newest version taken out", "DELETE FROM event WHERE type = 'incident'", "DELETE FROM incident", "version(I-1@1)" },
    { "an address that no longer finds its row", POSTING(POSTINGS, "ip4c0000207 sid100"), NULL, "file()" },
    { "another address that finds it", POSTING(POSTINGS, "ip4c0000207 ip40a010006 sid100"), NULL, "file()" },
    { "an address that finds a row that is none", "INSERT INTO words(rowid, address) VALUES(99, 'ip40a010005')", NULL, "file()" },
    { "one address twice instead of the other", POSTING(POSTINGS, "ip4c0000207 ip4c0000207 sid100"), NULL, "file()" },
    { "a rule that no longer finds its row", POSTING(POSTINGS, "ip4c0000207 ip40a010005"), NULL, "file()" },
    { "another rule that finds it", POSTING(POSTINGS, "ip4c0000207 ip40a010005 sid10"), NULL, "file()" },
    { "a rule that finds a row that has none", POSTING(POSTINGS, "ip4c0000207 ip40a010005") ";"
      "INSERT INTO words(rowid, address) VALUES(99, 'sid100')", NULL, "file()" },
    { "no rule at all, instead of it", POSTING(POSTINGS, "ip4c0000207 ip40a010005 sid0"), NULL, "file()" },
    { "a rule instead of an address, where rules are no words", "CREATE INDEX alert_sid ON event(sid);"
      "INSERT INTO words(words) VALUES('delete-all');"
      "INSERT INTO words(rowid, address) SELECT n, 'ip4c0000207 sid100' FROM event WHERE type = 'alert'",
      NULL, "file()" },
    { "an index without addresses", "DROP TABLE words; CREATE VIRTUAL TABLE words USING fts5(text, content='')", NULL, "file()" },
};

static void whatever_sql_can_do_is_found_and_named(void **state)
{
    for (size_t i = 0; i < sizeof tamperings / sizeof *tamperings; i++) {
        const struct tampering *t = &tamperings[i];
        struct place p;
        struct said s;
        struct verify_sum sum;
        if (t->postgresql == NULL && ((const struct world *)*state)->store != SQLITE)
            continue;                       /* its index on addresses is the server's */
        make(&p, state, true);
        fill(&p);
        close_notary(&p, true);
        is_whole(&p);
        if (p.world->store == SQLITE)
            run_sqlite(&p, t->sqlite);
        else
            run_postgresql(&p, t->postgresql);
        if (look(&p, &s, &sum) != VERDICT_BROKEN || strstr(s.text, t->said) == NULL)
            fail_msg("%s: expected %s, said\n%s", t->name, t->said, s.text);
        leave(&p);
    }
}

static void it_is_whole_at_any_time(void **state)
{
    struct place p;
    struct fault f = { 0 };
    make(&p, state, true);
    is_whole(&p);
    fill(&p);
    is_whole(&p);                           /* rows after the last checkpoint */
    good(notary_idle(p.notary, p.archive, p.now_us += UINT64_C(3600000000), &f), &f);
    is_whole(&p);
    close_notary(&p, true);
    is_whole(&p);
    open_notary(&p);
    put(&p, ALERT(5, "2026-11-02T00:00:00Z"));
    is_whole(&p);
    close_notary(&p, false);                /* killed */
    is_whole(&p);
    open_notary(&p);
    good(keyring_rotate(p.keys, p.now_us, &f), &f);
    put(&p, OTHER(0, "2026-10-02T00:00:00Z"));       /* a month that was closed is written to again: some are late */
    close_notary(&p, true);
    is_whole(&p);
    leave(&p);
}

static void a_checkpoint_is_due_when_its_time_has_come_and_when_the_clock_went_back(void **state)
{
    struct place p;
    struct fault f = { 0 };
    struct said s;
    struct verify_sum sum;
    make(&p, state, true);
    const uint64_t hour = UINT64_C(3600000000), times[] = { hour / 2, hour, hour + 1, 3 * hour, hour, hour + 2 };
    const unsigned wanted[] = { 1, 2, 2, 3, 4, 4 };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        good(notary_idle(p.notary, p.archive, p.now_us + times[i], &f), &f);
        look(&p, &s, &sum);
        assert_int_equal(sum.checkpoints, wanted[i]);
    }
    assert_non_null(strstr(s.text, "clock("));
    assert_int_equal(sum.broken, 0);
    close_notary(&p, false);
    leave(&p);
}

static void without_keys_it_is_chained_and_that_nobody_signed_is_a_finding(void **state)
{
    struct place p;
    struct said s;
    struct verify_sum sum;
    make(&p, state, false);
    fill(&p);
    close_notary(&p, true);
    assert_int_equal(look(&p, &s, &sum), VERDICT_FINDINGS);
    assert_non_null(strstr(s.text, "unsigned("));
    leave(&p);
}

static int note_head(void *ctx, const struct chain_head *h)
{
    *(struct chain_head *)ctx = *h;
    return 0;
}

static void a_month_that_was_removed_in_its_time_is_told_from_one_that_is_gone(void **state)
{
    for (int told = 0; told < 2; told++) {
        struct place p;
        struct fault f = { 0 };
        struct chain_head head = { .seq = 0 };
        struct said s;
        struct verify_sum sum;
        const uint64_t day = UINT64_C(86400000000);
        make(&p, state, true);
        put(&p, ALERT(0, "2026-01-31T23:00:00Z"));
        put(&p, ALERT(1, "2026-11-01T00:00:00Z"));
        good(notary_checkpoint(p.notary, p.archive, CHECKPOINT_HOUR, p.now_us, &f), &f);
        good(archive_past(p.archive, 200 * day, p.now_us, note_head, &head, &f), &f);
        assert_string_equal(head.month, "2026-01");
        assert_int_equal(head.seq, 1);
        if (told)
            good(notary_removing(p.notary, p.archive, &head, 1, p.now_us, &f), &f);
        assert_int_equal(archive_retain(p.archive, 200 * day, p.now_us, &f), 1);
        close_notary(&p, true);
        int verdict = look(&p, &s, &sum);
        if (told && verdict != VERDICT_WHOLE)
            fail_msg("%s", s.text);
        if (!told && (verdict != VERDICT_BROKEN || strstr(s.text, "missing() 2026-01") == NULL))
            fail_msg("%s", s.text);
        leave(&p);
    }
}

static void numbers_that_are_missing_and_times_that_jump_are_findings(void **state)
{
    struct place p;
    struct said s;
    struct verify_sum sum;
    make(&p, state, true);
    put(&p, ALERT(0, "2026-11-01T10:00:00Z"));
    put(&p, ALERT(1, "2026-11-01T08:00:00Z"));
    put(&p, ALERT(4, "2026-11-01T10:00:01Z"));
    close_notary(&p, true);
    assert_int_equal(look(&p, &s, &sum), VERDICT_FINDINGS);
    if (strstr(s.text, "2 of them are not here") == NULL || strstr(s.text, "event 1 is 7200 s earlier") == NULL)
        fail_msg("%s", s.text);
    leave(&p);
}

/* The row is committed, the line is not there yet: a kill in between. */
static void a_checkpoint_that_was_announced_and_not_made_is_made_at_the_next_start(void **state)
{
    struct place p;
    struct said s;
    struct verify_sum sum;
    make(&p, state, true);
    fill(&p);
    struct fault f = { 0 };
    good(notary_checkpoint(p.notary, p.archive, CHECKPOINT_HOUR, p.now_us, &f), &f);
    close_notary(&p, false);
    FILE *file = fopen(p.ledger, "r+");
    char line[4096];
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(ftruncate(fileno(file), (off_t)strlen(line)), 0);
    fclose(file);
    if (look(&p, &s, &sum) != VERDICT_BROKEN || strstr(s.text, "missing(checkpoint-") == NULL)
        fail_msg("%llu lines: %s", (unsigned long long)sum.checkpoints, s.text);
    open_notary(&p);
    close_notary(&p, true);
    is_whole(&p);
    leave(&p);
}

/* As it was made before rules were words of the text index: their column has an index. */
static void a_month_whose_rules_are_found_by_their_column_is_whole(void **state)
{
    struct place p;
    if (((const struct world *)*state)->store != SQLITE)
        skip();
    make(&p, state, true);
    fill(&p);
    close_notary(&p, false);
    run_sqlite(&p, "CREATE INDEX alert_sid ON event(sid, time) WHERE type = 'alert'; INSERT INTO words(words) VALUES('delete-all');"
               "INSERT INTO words(rowid, address) SELECT n, 'ip4c0000207 ip40a010005' FROM event WHERE type = 'alert'");
    is_whole(&p);
    open_notary(&p);
    put(&p, ALERT(5, "2026-11-02T00:00:00Z"));
    close_notary(&p, true);
    is_whole(&p);
    leave(&p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_is_whole_at_any_time),
    cmocka_unit_test(whatever_sql_can_do_is_found_and_named),
    cmocka_unit_test(a_month_whose_rules_are_found_by_their_column_is_whole),
    cmocka_unit_test(a_checkpoint_is_due_when_its_time_has_come_and_when_the_clock_went_back),
    cmocka_unit_test(without_keys_it_is_chained_and_that_nobody_signed_is_a_finding),
    cmocka_unit_test(a_month_that_was_removed_in_its_time_is_told_from_one_that_is_gone),
    cmocka_unit_test(numbers_that_are_missing_and_times_that_jump_are_findings),
    cmocka_unit_test(a_checkpoint_that_was_announced_and_not_made_is_made_at_the_next_start),
};

static int run_on(struct world *w, enum store store, const char *name)
{
    struct CMUnitTest here[sizeof tests / sizeof *tests];
    w->store = store;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        here[i] = tests[i];
        here[i].initial_state = w;
    }
    return _cmocka_run_group_tests(name, here, sizeof here / sizeof *here, NULL, NULL);
}

int main(void)
{
    static struct world w;
    int failed = run_on(&w, SQLITE, "SQLite");
    if (!postgres_start(&w.server)) {
        printf("PostgreSQL: skipped, its programs are not installed\n");
        return failed;
    }
    failed += run_on(&w, POSTGRESQL, "PostgreSQL");
    postgres_stop(&w.server);
    return failed;
}
