/* What people and programs did, read back from both stores with the links that prove it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include "archive/audit.h"
#include "common/clock.h"
#include "common/text.h"
#include "tests/support/archive.h"

static const char *const events[] = {
    "{\"id\":\"s:1:1\",\"timestamp\":\"2026-10-31T23:00:00Z\",\"event_type\":\"alert\",\"sensor\":\"s\",\"alert\":{\"signature_id\":1}}",
    "{\"id\":\"I-1:1\",\"timestamp\":\"2026-10-31T23:00:00Z\",\"event_type\":\"incident\",\"incident\":{\"id\":\"I-1\",\"version\":1,"
    "\"state\":\"new\"}}",
    "{\"id\":\"c-1\",\"timestamp\":\"2026-11-02T08:00:00Z\",\"event_type\":\"command\",\"command\":{\"kind\":\"incident\",\"name\":\"confirm\","
    "\"subject\":\"I-1\",\"who\":\"wang.wei\",\"role\":\"analyst\",\"args\":{\"note\":\"seen\"}}}",
    "{\"id\":\"I-1:2\",\"timestamp\":\"2026-10-31T23:00:00Z\",\"event_type\":\"incident\",\"by\":{\"command_id\":\"c-1\",\"command\":\"confirm\","
    "\"who\":\"wang.wei\",\"role\":\"analyst\",\"at\":\"2026-11-02T08:00:00Z\",\"reason\":\"seen\"},\"incident\":{\"id\":\"I-1\",\"version\":2,"
    "\"state\":\"confirmed\"}}",
    "{\"id\":\"s:1:2\",\"timestamp\":\"2026-11-02T08:00:01Z\",\"event_type\":\"alert\",\"sensor\":\"s\",\"alert\":{\"signature_id\":1}}",
    "{\"id\":\"c-2+refused\",\"timestamp\":\"2026-11-02T09:00:00Z\",\"event_type\":\"refusal\",\"refusal\":{\"command_id\":\"c-2\","
    "\"code\":\"forbidden_role\",\"en\":\"no\",\"command\":{\"kind\":\"warning\",\"name\":\"issue\",\"subject\":\"W-1\",\"who\":\"li.na\","
    "\"role\":\"unit\"}}}",
    "{\"id\":\"checkpoint-0:0:7\",\"timestamp\":\"2026-11-02T10:00:00Z\",\"event_type\":\"checkpoint\",\"checkpoint\":{\"seq\":7,"
    "\"reason\":\"hour\"}}",
};
enum { EVENTS = sizeof events / sizeof events[0], TOLD_MAX = 16 };

struct told {
    size_t count;
    struct line { char words[200], prev[AUDIT_SM3], sm3[AUDIT_SM3], month[8]; uint64_t seq; bool follows; } lines[TOLD_MAX];
};

static bool note(void *ctx, const struct audit_entry *e)
{
    struct told *t = ctx;
    struct line *l = &t->lines[t->count++];
    assert_true(t->count <= TOLD_MAX);
    snprintf(l->words, sizeof l->words, "%s %llu %s:%s:%s:%s:%s:%s:%s:%s", e->month, (unsigned long long)e->seq, e->type, e->who, e->role,
             e->kind, e->id, e->deed, e->state, e->command);
    memcpy(l->prev, e->prev, AUDIT_SM3);
    memcpy(l->sm3, e->sm3, AUDIT_SM3);
    snprintf(l->month, sizeof l->month, "%s", e->month);
    l->seq = e->seq;
    l->follows = e->follows;
    return true;
}

static struct told told(const struct place *p, const struct audit_query *q)
{
    struct told t = { 0 };
    struct fault f = { 0 };
    struct archive *a = open_one(p, ARCHIVE_VERIFY);
    if (archive_audit(a, q, note, &t, &f) != 0)
        fail_msg("%s", f.why);
    archive_close(a);
    return t;
}

static void fill(struct place *p, void **state)
{
    open_both(p, state);
    for (size_t i = 0; i < EVENTS; i++)
        put(p, events[i]);
}

static void every_decision_is_told_in_the_order_of_the_archive(void **state)
{
    static const char *const wanted[] = {
        "2026-10 2 incident:correlator::incident:I-1::new:",
        "2026-10 3 incident:wang.wei:analyst:incident:I-1:confirm:confirmed:c-1",
        "2026-11 1 command:wang.wei:analyst:incident:I-1:confirm::c-1",
        "2026-11 3 refusal:li.na:unit:warning:W-1:issue:forbidden_role:c-2",
        "2026-11 4 checkpoint:archiver::checkpoint::hour::",
    };
    struct place p;
    fill(&p, state);
    struct told t = told(&p, &(struct audit_query){ 0 });
    for (size_t i = 0; i < t.count && i < COUNT(wanted); i++)
        assert_string_equal(t.lines[i].words, wanted[i]);
    assert_int_equal(t.count, COUNT(wanted));
    close_both(&p);
}

static void what_is_asked_for_is_told_and_nothing_else(void **state)
{
    static const struct { const char *name; struct audit_query q; size_t count; const char *since, *until; } cases[] = {
        { "a person", { .who = "wang.wei" }, 2, NULL, NULL },
        { "a program", { .who = "archiver" }, 1, NULL, NULL },
        { "nobody of that name", { .who = "wang" }, 0, NULL, NULL },
        { "what it is about, commands and refusals included", { .kind = "incident" }, 3, NULL, NULL },
        { "the entry's own type", { .kind = "command" }, 1, NULL, NULL },
        { "one matter", { .id = "I-1" }, 3, NULL, NULL },
        { "one matter of another kind", { .id = "I-1", .kind = "warning" }, 0, NULL, NULL },
        { "decided in November about what happened in October", { .kind = "incident" }, 2, "2026-11-01T00:00:00Z", NULL },
        { "until a moment, which does not belong to it", { 0 }, 1, NULL, "2026-11-02T08:00:00Z" },
        { "from a moment, which belongs to it", { 0 }, 2, "2026-11-02T09:00:00Z", NULL },
        { "everything", { .all = true }, EVENTS, NULL, NULL },
    };
    struct place p;
    fill(&p, state);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct audit_query q = cases[i].q;
        if (cases[i].since != NULL)
            assert_int_equal(clock_parse(cases[i].since, &q.since_us), 0);
        if (cases[i].until != NULL)
            assert_int_equal(clock_parse(cases[i].until, &q.until_us), 0);
        struct told t = told(&p, &q);
        if (t.count != cases[i].count)
            fail_msg("%s: %zu entries, expected %zu", cases[i].name, t.count, cases[i].count);
    }
    close_both(&p);
}

static void each_entry_follows_the_one_before_from_the_months_beginning_on(void **state)
{
    struct place p;
    struct chain_head begin;
    char first[AUDIT_SM3];
    fill(&p, state);
    struct told t = told(&p, &(struct audit_query){ .all = true });
    for (size_t i = 0; i < t.count; i++) {
        struct text hex = text_over(first, sizeof first);
        chain_begin(&begin, t.lines[i].month);
        text_hex(&hex, begin.link, CHAIN_LINK);
        assert_string_equal(t.lines[i].prev, t.lines[i].seq == 1 ? text_end(&hex) : t.lines[i - 1].sm3);
        assert_true(t.lines[i].follows);
    }
    close_both(&p);
}

static void with_sql(const struct place *p, const char *sqlite_sql, const char *pg_sql)
{
    char path[128];
    sqlite3 *db;
    if (p->world->store == SQLITE) {
        snprintf(path, sizeof path, "%s/2026-11.db", p->dir);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sqlite_sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        return;
    }
    PGconn *c = PQconnectdb(p->where + strlen("postgresql:"));
    PGresult *r = PQexec(c, pg_sql);
    assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
    PQclear(r);
    PQfinish(c);
}

static void what_was_changed_afterwards_does_not_follow_and_its_neighbours_do(void **state)
{
    struct place p;
    fill(&p, state);
    with_sql(&p, "UPDATE event SET json = replace(json, 'wang.wei', 'zhang.san') WHERE type = 'command'",
             "UPDATE fengsui.event SET json = replace(json, 'wang.wei', 'zhang.san') WHERE type = 'command'");
    struct told t = told(&p, &(struct audit_query){ 0 });
    assert_int_equal(t.count, 5);
    for (size_t i = 0; i < t.count; i++)
        assert_int_equal(t.lines[i].follows, i != 2);
    close_both(&p);
}

static void what_was_taken_out_is_told_of_whatever_is_asked_for(void **state)
{
    struct place p;
    fill(&p, state);
    with_sql(&p, "DELETE FROM event WHERE type = 'refusal'", "DELETE FROM fengsui.event WHERE type = 'refusal'");
    struct told t = told(&p, &(struct audit_query){ .who = "wang.wei" });
    assert_int_equal(t.count, 3);
    assert_string_equal(t.lines[2].words, "2026-11 3 gone:::gone::::");
    assert_false(t.lines[2].follows);
    close_both(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_decision_is_told_in_the_order_of_the_archive),
        cmocka_unit_test(what_is_asked_for_is_told_and_nothing_else),
        cmocka_unit_test(each_entry_follows_the_one_before_from_the_months_beginning_on),
        cmocka_unit_test(what_was_changed_afterwards_does_not_follow_and_its_neighbours_do),
        cmocka_unit_test(what_was_taken_out_is_told_of_whatever_is_asked_for),
    };
    struct world w = { .store = SQLITE };
    int failed = run_on(&w, SQLITE, tests, COUNT(tests));
    if (!postgres_start(&w.server)) {
        printf("PostgreSQL: skipped, its programs are not installed\n");
        return failed;
    }
    failed += run_on(&w, POSTGRESQL, tests, COUNT(tests));
    postgres_stop(&w.server);
    return failed;
}
