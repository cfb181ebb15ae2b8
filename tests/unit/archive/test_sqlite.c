/* What only files have: how they are laid out, and archives from before they were laid out so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>
#include <sqlite3.h>

#include "tests/support/archive.h"

#define ALERT(n, when, sid) \
    "{\"id\":\"a:1:" #n "\",\"timestamp\":\"" when "\",\"event_type\":\"alert\",\"region\":\"430100\",\"src_ip\":\"192.0.2.7\"," \
    "\"alert\":{\"signature_id\":" #sid ",\"severity\":2,\"signature\":\"Modbus write\"}}"
#define INCIDENT(version, alerts) \
    "{\"id\":\"I-1@" #version "\",\"timestamp\":\"2026-11-03T00:00:00Z\",\"event_type\":\"incident\",\"region\":\"430100\"," \
    "\"incident\":{\"id\":\"I-1\",\"version\":" #version ",\"state\":\"new\",\"level\":3,\"alert_ids\":" alerts "}}"

static bool note(void *text, const char *json, size_t len, const char *cursor)
{
    const char *id = strstr(json, "\"id\":\"") + 6;
    (void)cursor;
    (void)len;
    snprintf((char *)text + strlen(text), 256 - strlen(text), "%s%.*s", *(char *)text ? " " : "", (int)strcspn(id, "\""), id);
    return true;
}

static void found(const struct place *p, const struct archive_query *q, const char *ids)
{
    struct fault f = { 0 };
    char text[256] = "";
    if (archive_find(p->reader, q, note, text, &f) != 0)
        fail_msg("%s", f.why);
    assert_string_equal(text, ids);
}

static void tally(void *text, const char *key, uint64_t count)
{
    snprintf((char *)text + strlen(text), 256 - strlen(text), "%s=%llu", key, (unsigned long long)count);
}

/* With the database's own tools; the first number that it gives, or -1. */
static int64_t ask(const struct place *p, const char *file, const char *sql)
{
    char path[128];
    const char *rest = sql;
    sqlite3 *db;
    sqlite3_stmt *s = NULL;
    int64_t n = -1;
    snprintf(path, sizeof path, "%s/%s", p->dir, file);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    while (*rest != '\0') {
        if (sqlite3_prepare_v2(db, rest, -1, &s, &rest) != SQLITE_OK)
            fail_msg("%s: %s", sql, sqlite3_errmsg(db));
        if (sqlite3_step(s) == SQLITE_ROW)
            n = sqlite3_column_int64(s, 0);
        assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
    }
    sqlite3_close(db);
    return n;
}

static void fill(struct place *p)
{
    put(p, ALERT(0, "2026-11-01T00:00:00Z", 100));
    put(p, ALERT(1, "2026-11-01T00:00:01Z", 200));
    put(p, ALERT(2, "2026-11-01T00:00:02Z", 100));
}

/* Three alerts in files that were made before, as `sql` makes them; nobody has them open. */
static void fill_as_before(struct place *p, void **state, const char *file, const char *sql)
{
    open_both(p, state);
    fill(p);
    archive_close(p->writer);
    archive_close(p->reader);
    ask(p, file, sql);
}

/* ---- an incident's alerts ---- */

static void a_version_is_one_row_of_links_and_brings_them_once(void **state)
{
    struct place p;
    struct archive_query links = { .incident = "I-1" };
    open_both(&p, state);
    fill(&p);
    put(&p, INCIDENT(2, "[\"a:1:1\",\"a:1:2\"]"));
    put(&p, INCIDENT(1, "[\"a:1:0\",7,null,[\"a:1:1\"]]"));      /* late; and what is no id is none */
    put(&p, INCIDENT(3, "[]"));
    put(&p, INCIDENT(4, "\"a:1:0\""));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask(&p, "incidents.db", "SELECT count(*) FROM links"), 2);
        assert_int_equal(ask(&p, "incidents.db", "SELECT count(*) FROM alert_of WHERE typeof(alert) = 'text'"), 3);
        assert_int_equal(ask(&p, "incidents.db", "SELECT count(*) FROM alert_of"), 3);
        found(&p, &links, "a:1:2 a:1:1 a:1:0");
        put(&p, INCIDENT(1, "[\"a:1:0\",7,null,[\"a:1:1\"]]"));
        put(&p, INCIDENT(2, "[\"a:1:1\",\"a:1:2\"]"));
    }
    close_both(&p);
}

static const char layout_before[] = "DROP VIEW alert_of; DROP TABLE links;"
    "CREATE TABLE alert_of(incident TEXT NOT NULL, alert TEXT NOT NULL, PRIMARY KEY(incident, alert)) STRICT, WITHOUT ROWID;"
    "INSERT INTO alert_of VALUES('I-1', 'a:1:0'), ('I-1', 'a:1:2'), ('I-2', 'a:1:1')";

static void links_of_an_older_archive_are_read_where_they_are_and_moved_when_it_is_written_to(void **state)
{
    struct place p;
    struct archive_query first = { .incident = "I-1" }, second = { .incident = "I-2" };
    fill_as_before(&p, state, "incidents.db", layout_before);
    p.reader = open_one(&p, ARCHIVE_READ);
    found(&p, &first, "a:1:2 a:1:0");
    assert_int_equal(ask(&p, "incidents.db", "SELECT count(*) FROM sqlite_schema WHERE name = 'links'"), 0);
    for (int i = 0; i < 2; i++) {
        p.writer = open_one(&p, ARCHIVE_WRITE);
        assert_int_equal(ask(&p, "incidents.db", "SELECT count(*) FROM links"), 2);
        assert_int_equal(ask(&p, "incidents.db", "SELECT count(*) FROM sqlite_schema WHERE name = 'alert_of' AND type = 'view'"), 1);
        found(&p, &first, "a:1:2 a:1:0");
        found(&p, &second, "a:1:1");
        archive_close(p.writer);
    }
    p.writer = open_one(&p, ARCHIVE_WRITE);
    put(&p, INCIDENT(1, "[\"a:1:1\"]"));
    found(&p, &first, "a:1:2 a:1:1 a:1:0");
    close_both(&p);
}

/* The version's ids are in its JSON and once more in the links, so incidents.db is too large when the month's file is not. */
static void a_disk_that_is_full_in_the_middle_of_a_commit_costs_no_links(void **state)
{
    enum { IDS = 100000, ROOM = 20 * IDS };
    static char ids[ROOM], json[ROOM + 512];
    struct place p;
    struct fault f = { 0 };
    struct rlimit was, little;
    size_t n = 0;
    for (unsigned i = 0; i < IDS; i++)
        n += (size_t)snprintf(ids + n, sizeof ids - n, "%c\"a:1:%u\"", i ? ',' : '[', i % 2 ? i + 1000000 : i / 2);
    snprintf(json, sizeof json, INCIDENT(1, "%s]"), ids);
    open_both(&p, state);
    fill(&p);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    signal(SIGXFSZ, SIG_IGN);
    little = (struct rlimit){ .rlim_cur = n * 7 / 4, .rlim_max = was.rlim_max };
    assert_int_equal(archive_begin(p.writer, &f), 0);
    assert_int_equal(archive_put(p.writer, "incidents", "430100", json, strlen(json), &f), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    assert_true(archive_commit(p.writer, &f) < 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    put(&p, json);
    found(&p, &(struct archive_query){ .incident = "I-1" }, "a:1:2 a:1:1 a:1:0");
    close_both(&p);
}

static void links_are_forgotten_with_their_incident(void **state)
{
    struct place p;
    struct fault f = { 0 };
    open_both(&p, state);
    fill(&p);
    put(&p, INCIDENT(1, "[\"a:1:0\"]"));
    put(&p, ALERT(9, "2027-06-01T00:00:00Z", 100));
    assert_int_equal(archive_retain(p.writer, ARCHIVE_KEEP_LEAST_US, UINT64_C(1811808000000000) /* 1 June 2027 */, &f), 1);
    assert_int_equal(ask(&p, "incidents.db", "SELECT count(*) FROM links"), 0);
    close_both(&p);
}

/* ---- the alerts of a rule ---- */

/* What a month is when it was made before rules were words of the text index, and pieces of that merged as they are now. */
static const char month_before[] = "CREATE INDEX alert_sid ON event(sid, time) WHERE type = 'alert';"
    "DELETE FROM words_config WHERE k = 'crisismerge';"
    "INSERT INTO words(words) VALUES('delete-all'); INSERT INTO words(rowid, address) SELECT n, 'ip4c0000207' FROM event";

static void a_rule_is_found_in_months_of_both_kinds_and_what_is_written_into_them(void **state)
{
    struct place p;
    struct archive_query rule = { .sid = 100 };
    fill_as_before(&p, state, "2026-11.db", month_before);
    p.writer = open_one(&p, ARCHIVE_WRITE);
    p.reader = open_one(&p, ARCHIVE_READ);
    put(&p, ALERT(3, "2026-11-01T00:00:03Z", 100));
    put(&p, ALERT(4, "2026-12-01T00:00:00Z", 100));
    put(&p, ALERT(5, "2026-12-01T00:00:01Z", 1001));
    put(&p, ALERT(6, "2026-12-01T00:00:02Z", 10));
    found(&p, &rule, "a:1:4 a:1:3 a:1:2 a:1:0");
    found(&p, &(struct archive_query){ .sid = 10, .event_type = "alert" }, "a:1:6");
    found(&p, &(struct archive_query){ .sid = 100, .address = "192.0.2.7", .limit = 2 }, "a:1:4 a:1:3");
    found(&p, &(struct archive_query){ .text = "sid100" }, "");
    assert_int_equal(ask(&p, "2026-11.db", "SELECT count(*) FROM words WHERE address MATCH 'sid100'"), 0);
    assert_int_equal(ask(&p, "2026-12.db", "SELECT count(*) FROM words WHERE address MATCH 'sid100'"), 1);
    assert_int_equal(ask(&p, "2026-12.db", "SELECT count(*) FROM sqlite_schema WHERE name = 'alert_sid'"), 0);
    assert_int_equal(ask(&p, "2026-11.db", "SELECT count(*) FROM words_config WHERE k = 'crisismerge'"), 0);
    assert_int_equal(ask(&p, "2026-12.db", "SELECT count(*) FROM words_config WHERE k = 'crisismerge'"), 1);
    char counted[256] = "";
    struct fault f = { 0 };
    assert_int_equal(archive_count(p.reader, &rule, "event_type", 10, tally, counted, &f), 0);
    assert_string_equal(counted, "alert=4");
    close_both(&p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_version_is_one_row_of_links_and_brings_them_once),
    cmocka_unit_test(links_of_an_older_archive_are_read_where_they_are_and_moved_when_it_is_written_to),
    cmocka_unit_test(a_disk_that_is_full_in_the_middle_of_a_commit_costs_no_links),
    cmocka_unit_test(links_are_forgotten_with_their_incident),
    cmocka_unit_test(a_rule_is_found_in_months_of_both_kinds_and_what_is_written_into_them),
};

int main(void)
{
    static struct world w;
    return run_on(&w, SQLITE, tests, COUNT(tests));
}
