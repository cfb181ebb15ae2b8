/* Which alerts a suppression hides, for each thing that its scope may name; and what is counted with which. */
#include <errno.h>

#include "alerts.h"

#include "correlator/suppress.h"

enum { HOUR_FROM = 0, HOUR_TO = 60 };       /* in force from noon, in minutes */

/* Version 1 of one in force, of 430100 and actual unless `more` says otherwise. */
static struct matter matter_of(const char *id, const char *fields, const char *state)
{
    char line[2048], from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    struct matter m;
    struct fault f;
    clock_text(NOON + HOUR_FROM * MINUTE, from);
    clock_text(NOON + HOUR_TO * MINUTE, to);
    int n = snprintf(line, sizeof line,
        "{\"event_type\":\"suppression\",\"suppression\":{\"region\":\"430100\",\"status\":\"actual\",\"active_from\":\"%s\",\"expires\":\"%s\",%s,"
        "\"id\":\"S-430100-20261120-%s\",\"version\":1,\"decided\":1,\"state\":\"%s\"}}", from, to, fields, id, state);
    assert_true(n < (int)sizeof line);
    if (matter_parse(line, (size_t)n, &m, &f) != 0)
        fail_msg("%s: %s", f.why, line);
    return m;
}

static int put(struct suppress *s, const char *id, const char *fields)
{
    struct matter m = matter_of(id, fields, "active");
    int rc = suppress_follow(s, &m);
    matter_free(&m);
    return rc;
}

static bool hides(struct suppress *s, struct given g)
{
    struct alert_view a = alert_of(g);
    bool hidden = suppress_hides(s, &a);
    alert_view_free(&a);
    return hidden;
}
#define HIDES(s, ...) hides(s, (struct given){ __VA_ARGS__ })

/* "hits" and so on, of one. */
static uint64_t figure(struct suppress *s, const char *id, const char *name)
{
    struct matter m = matter_of(id, "\"rule\":\"1:1\"", "active");
    assert_true(suppress_figures(s, &m));
    uint64_t n = (uint64_t)json_integer_value(json_object_get(m.fields, name));
    matter_free(&m);
    return n;
}

#define PLC  "\"name\":\"PLC 1\",\"unit\":\"水厂\",\"mlps_level\":3"
#define PLC2 "\"name\":\"PLC 2\",\"unit\":\"水厂\""
#define BANK "\"name\":\"ATM\",\"unit\":\"银行\""
#define CII  "\"name\":\"PLC 1\",\"unit\":\"水厂\",\"cii\":true"
#define MLPS "\"name\":\"PLC 1\",\"unit\":\"水厂\",\"mlps_level\":4"

static const struct match_case { const char *name, *scope; struct given alert; bool hidden; } match_cases[] = {
    { "the rule",                      "\"rule\":\"1:7\"", { .sid = 7 }, true },
    { "another rule",                  "\"rule\":\"1:7\"", { .sid = 8 }, false },
    { "the same sid of another gid",   "\"rule\":\"9002:7\"", { .sid = 7 }, false },
    { "the source's address",          "\"source\":\"198.51.100.7\"", { .src = "198.51.100.7" }, true },
    { "another source",                "\"source\":\"198.51.100.7\"", { .src = "198.51.100.8" }, false },
    { "the source at the other end",   "\"source\":\"198.51.100.7\"", { .src = "10.0.0.1", .dest = "198.51.100.7" }, false },
    { "first of the source's prefix",  "\"source\":\"198.51.100.0/25\"", { .src = "198.51.100.0" }, true },
    { "last of the source's prefix",   "\"source\":\"198.51.100.0/25\"", { .src = "198.51.100.127" }, true },
    { "behind the source's prefix",    "\"source\":\"198.51.100.0/25\"", { .src = "198.51.100.128" }, false },
    { "the destination's prefix",      "\"destination\":\"10.0.0.0/24\"", { .dest = "10.0.0.255" }, true },
    { "behind the destination's",      "\"destination\":\"10.0.0.0/24\"", { .dest = "10.0.1.0" }, false },
    { "an IPv6 source",                "\"source\":\"2001:db8::/33\"", { .src = "2001:db8:7fff::1", .dest = "2001:db8::1" }, true },
    { "behind an IPv6 source",         "\"source\":\"2001:db8::/33\"", { .src = "2001:db8:8000::1", .dest = "2001:db8::1" }, false },
    { "an IPv6 address written long",  "\"destination\":\"2001:db8::1\"", { .src = "2001:db8::2", .dest = "2001:0db8:0:0:0:0:0:1" }, true },
    { "IPv4 is no IPv6",               "\"source\":\"::198.51.100.7\"", { .src = "198.51.100.7" }, false },
    { "no address at all",             "\"source\":\"198.51.100.0/24\"", { .src = "", .dest = "" }, false },
    { "the asset as destination",      "\"asset\":\"PLC 1\"", { .dest_asset = PLC }, true },
    { "the asset as source",           "\"asset\":\"PLC 1\"", { .src_asset = PLC }, true },
    { "another asset",                 "\"asset\":\"PLC 1\"", { .src_asset = PLC2, .dest_asset = BANK }, false },
    { "no asset",                      "\"asset\":\"PLC 1\"", { .sid = 1 }, false },
    { "an asset of the unit",          "\"unit\":\"水厂\"", { .src_asset = BANK, .dest_asset = PLC2 }, true },
    { "none of the unit",              "\"unit\":\"水厂\"", { .dest_asset = BANK }, false },
    { "the unit's asset",              "\"unit\":\"水厂\",\"asset\":\"PLC 1\"", { .dest_asset = PLC }, true },
    { "asset and unit at two ends",    "\"unit\":\"水厂\",\"asset\":\"ATM\"", { .src_asset = BANK, .dest_asset = PLC }, false },
    { "everything",                    "\"rule\":\"1:7\",\"source\":\"198.51.0.0/16\",\"destination\":\"10.0.0.0/8\",\"asset\":\"PLC 1\",\"unit\":\"水厂\"",
                                       { .sid = 7, .dest_asset = PLC }, true },
    { "everything but the rule",       "\"rule\":\"1:7\",\"source\":\"198.51.0.0/16\",\"destination\":\"10.0.0.0/8\",\"asset\":\"PLC 1\"",
                                       { .sid = 6, .dest_asset = PLC }, false },
    { "everything but the source",     "\"rule\":\"1:7\",\"source\":\"198.51.0.0/16\",\"destination\":\"10.0.0.0/8\"", { .sid = 7, .src = "198.52.0.0" }, false },
    { "everything but the destination", "\"rule\":\"1:7\",\"source\":\"198.51.0.0/16\",\"destination\":\"10.0.0.0/8\"", { .sid = 7, .dest = "11.0.0.0" }, false },
    { "another region",                "\"rule\":\"1:7\"", { .sid = 7, .region = "430200" }, false },
    { "an exercise",                   "\"rule\":\"1:7\"", { .sid = 7, .status = "exercise" }, false },
    { "the moment it begins",          "\"rule\":\"1:7\"", { .sid = 7, .at_us = HOUR_FROM * MINUTE }, true },
    { "just before",                   "\"rule\":\"1:7\"", { .sid = 7, .at_us = HOUR_FROM * MINUTE - 1 }, false },
    { "the last moment",               "\"rule\":\"1:7\"", { .sid = 7, .at_us = HOUR_TO * MINUTE - 1 }, true },
    { "the moment it expires",         "\"rule\":\"1:7\"", { .sid = 7, .at_us = HOUR_TO * MINUTE }, false },
    { "severity 1",                    "\"rule\":\"1:7\"", { .sid = 7, .severity = 1 }, false },
    { "severity 4",                    "\"rule\":\"1:7\"", { .sid = 7, .severity = 4 }, true },
    { "infrastructure",                "\"rule\":\"1:7\"", { .sid = 7, .dest_asset = CII }, false },
    { "infrastructure as source",      "\"rule\":\"1:7\"", { .sid = 7, .src_asset = CII }, false },
    { "MLPS level 4",                  "\"rule\":\"1:7\"", { .sid = 7, .dest_asset = MLPS }, false },
    { "severity 1, grave",             "\"rule\":\"1:7\",\"reach\":\"grave\"", { .sid = 7, .severity = 1 }, true },
    { "infrastructure, grave",         "\"rule\":\"1:7\",\"reach\":\"grave\"", { .sid = 7, .dest_asset = CII }, true },
    { "severity 2, grave",             "\"rule\":\"1:7\",\"reach\":\"grave\"", { .sid = 7 }, true },
};

static void what_is_hidden_is_all_that_the_scope_names_and_nothing_else(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof match_cases / sizeof match_cases[0]; i++) {
        const struct match_case *c = &match_cases[i];
        struct suppress *s = suppress_new();
        assert_int_equal(put(s, "aaaaaaaa", c->scope), 0);
        if (hides(s, c->alert) != c->hidden)
            fail_msg("%s: expected %s", c->name, c->hidden ? "hidden" : "visible");
        if (figure(s, "aaaaaaaa", "hits") != c->hidden)
            fail_msg("%s: counted otherwise", c->name);
        suppress_free(s);
    }
}

static const struct scope_case { const char *name, *fields; bool good; } scope_cases[] = {
    { "a rule",                          "{\"rule\":\"1:7\"}", true },
    { "a sid alone",                     "{\"rule\":\"7\"}", true },
    { "nothing",                         "{}", false },
    { "no sid",                          "{\"rule\":\"1:\"}", false },
    { "sid 0",                           "{\"rule\":\"1:0\"}", false },
    { "more behind the sid",             "{\"rule\":\"1:7 x\"}", false },
    { "a signed sid",                    "{\"rule\":\"1:-7\"}", false },
    { "a sid of ten digits",             "{\"rule\":\"1:1234567890\"}", false },
    { "words",                           "{\"rule\":\"ET SCAN\"}", false },
    { "no prefix",                       "{\"source\":\"scanner\"}", false },
    { "too many bits",                   "{\"source\":\"10.0.0.0/33\"}", false },
    { "sixteen bits",                    "{\"source\":\"10.1.0.0/16\"}", true },
    { "fifteen bits alone",              "{\"source\":\"10.0.0.0/15\"}", false },
    { "two wide ones",                   "{\"source\":\"10.0.0.0/8\",\"destination\":\"0.0.0.0/0\"}", false },
    { "fifteen bits beside a rule",      "{\"source\":\"10.0.0.0/15\",\"rule\":\"1:7\"}", true },
    { "IPv6 of 32 bits",                 "{\"destination\":\"2001:db8::/32\"}", true },
    { "IPv6 of 31 bits",                 "{\"destination\":\"2001:db8::/31\"}", false },
    { "an asset",                        "{\"asset\":\"PLC 1\"}", true },
    { "a unit",                          "{\"unit\":\"水厂\"}", true },
};

static void a_scope_narrows_or_is_refused(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof scope_cases / sizeof scope_cases[0]; i++) {
        struct fault f;
        struct suppress_scope scope;
        json_t *fields = json_loads(scope_cases[i].fields, 0, NULL);
        if ((suppress_scope_read(fields, &scope, &f) == 0) != scope_cases[i].good)
            fail_msg("%s", scope_cases[i].name);
        json_decref(fields);
    }
}

static void an_alert_is_counted_once_with_the_one_that_came_into_force_first(void **unused)
{
    struct suppress *s = suppress_new();
    (void)unused;
    put(s, "cccccccc", "\"rule\":\"1:7\"");
    put(s, "bbbbbbbb", "\"source\":\"198.51.100.7\"");      /* of the same moment: the lower id */
    put(s, "aaaaaaaa", "\"rule\":\"1:7\",\"active_from\":\"2026-11-20T12:00:01Z\"");
    for (int i = 0; i < 3; i++)
        assert_true(HIDES(s, .sid = 7, .at_us = MINUTE));
    assert_true(HIDES(s, .sid = 7, .src = "203.0.113.1"));
    assert_int_equal(figure(s, "bbbbbbbb", "hits"), 3);
    assert_int_equal(figure(s, "cccccccc", "hits"), 1);
    assert_int_equal(figure(s, "aaaaaaaa", "hits"), 0);
    suppress_free(s);
}

static void what_is_spared_for_being_grave_is_counted_and_a_grave_one_hides_it(void **unused)
{
    struct suppress *s = suppress_new();
    (void)unused;
    put(s, "aaaaaaaa", "\"rule\":\"1:7\"");
    assert_false(HIDES(s, .sid = 7, .severity = 1));
    assert_int_equal(figure(s, "aaaaaaaa", "spared"), 1);
    put(s, "bbbbbbbb", "\"rule\":\"1:7\",\"reach\":\"grave\"");
    assert_true(HIDES(s, .sid = 7, .severity = 1));
    assert_true(HIDES(s, .sid = 7, .severity = 2));
    assert_int_equal(figure(s, "aaaaaaaa", "spared"), 1);
    assert_int_equal(figure(s, "aaaaaaaa", "hits"), 1);
    assert_int_equal(figure(s, "bbbbbbbb", "hits"), 1);
    suppress_free(s);
}

static void only_what_is_in_force_or_has_expired_hides(void **unused)
{
    static const struct { const char *state; bool hides; } states[] = {
        { "proposed", false }, { "pending", false }, { "active", true }, { "pending_renew", true }, { "withdrawn", false }, { "expired", true },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct suppress *s = suppress_new();
        struct matter before = matter_of("aaaaaaaa", "\"rule\":\"1:7\"", "active"), m = matter_of("aaaaaaaa", "\"rule\":\"1:7\"", states[i].state);
        for (int after = 0; after < 2; after++) {           /* alone, and when it was in force before */
            assert_int_equal(suppress_follow(s, &m), 0);
            if (HIDES(s, .sid = 7) != states[i].hides)
                fail_msg("%s", states[i].state);
            suppress_clear(s);
            suppress_follow(s, &before);
        }
        matter_free(&before);
        matter_free(&m);
        suppress_free(s);
    }
}

static void a_renewed_one_hides_for_longer_and_a_forgotten_one_nothing(void **unused)
{
    struct suppress *s = suppress_new();
    struct matter m = matter_of("aaaaaaaa", "\"rule\":\"1:7\"", "active");
    (void)unused;
    suppress_follow(s, &m);
    assert_false(HIDES(s, .sid = 7, .at_us = 90 * MINUTE));
    assert_true(due_set(&m.fields, "expires", NOON + 120 * MINUTE));
    suppress_follow(s, &m);
    assert_true(HIDES(s, .sid = 7, .at_us = 90 * MINUTE));
    assert_int_equal(suppress_count(s), 1);
    suppress_forget(s, &m);
    suppress_forget(s, &m);
    assert_int_equal(suppress_count(s), 0);
    assert_false(HIDES(s, .sid = 7));
    matter_free(&m);
    suppress_free(s);
}

static void forms_of_scope_have_a_ceiling_and_forgotten_ones_make_room(void **unused)
{
    struct suppress *s = suppress_new();
    char id[16], fields[128];
    (void)unused;
    for (int i = 0; i < SUPPRESS_SHAPES_MAX; i++) {
        snprintf(id, sizeof id, "%08d", i);
        snprintf(fields, sizeof fields, "\"rule\":\"1:7\",\"source\":\"2001:db8::/%d\",\"destination\":\"10.0.0.0/%d\"", i % 100 + 1, i / 100 + 1);
        assert_int_equal(put(s, id, fields), 0);
    }
    struct matter one_more = matter_of("aaaaaaaa", "\"rule\":\"1:7\"", "active"), known = matter_of("bbbbbbbb", fields, "active");
    assert_false(suppress_has_room(s, &one_more));
    assert_true(suppress_has_room(s, &known));
    assert_int_equal(suppress_follow(s, &one_more), -ENOSPC);
    assert_false(HIDES(s, .sid = 7));
    struct matter first = matter_of("00000000", "\"rule\":\"1:7\"", "active");
    suppress_forget(s, &first);
    assert_int_equal(suppress_follow(s, &one_more), 0);
    assert_true(HIDES(s, .sid = 7));
    matter_free(&one_more);
    matter_free(&known);
    matter_free(&first);
    suppress_free(s);
}

static bool count_unsaid(void *ctx, const struct suppressed *e)
{
    *(size_t *)ctx += 1 + 100 * e->ids;
    return true;
}

static size_t unsaid(struct suppress *s, const char *region)
{
    size_t n = 0;
    suppress_unsaid(s, region, count_unsaid, &n);
    return n;
}

static void what_was_hidden_waits_by_id_until_it_is_said(void **unused)
{
    struct suppress *s = suppress_new();
    struct matter m = matter_of("aaaaaaaa", "\"rule\":\"1:7\"", "active");
    (void)unused;
    suppress_follow(s, &m);
    put(s, "bbbbbbbb", "\"rule\":\"1:8\"");
    for (int i = 0; i < 5; i++)
        HIDES(s, .sid = 7);
    assert_int_equal(unsaid(s, "430100"), 501);
    assert_int_equal(unsaid(s, "430200"), 0);
    assert_true(suppress_ids(s, &m, 3));
    assert_int_equal(json_array_size(json_object_get(m.fields, "alert_ids")), 3);
    suppress_said(s, &m, 3, NOON);
    assert_int_equal(unsaid(s, NULL), 201);
    suppress_said(s, &m, 3, NOON);
    assert_int_equal(unsaid(s, NULL), 0);
    json_object_del(m.fields, "alert_ids");
    assert_true(suppress_ids(s, &m, 3));
    assert_null(json_object_get(m.fields, "alert_ids"));
    matter_free(&m);
    suppress_free(s);
}

static void what_was_kept_comes_back_with_its_figures_and_ids(void **unused)
{
    struct suppress *s = suppress_new();
    struct matter m = matter_of("aaaaaaaa", "\"rule\":\"1:7\",\"hits\":41,\"spared\":2,\"last_hit\":\"2026-11-20T12:30:00Z\",\"alert_ids\":[\"a\",7,\"b\"]", "withdrawn");
    (void)unused;
    assert_int_equal(suppress_follow(s, &m), 0);
    assert_null(json_object_get(m.fields, "alert_ids"));
    assert_int_equal(unsaid(s, "430100"), 201);
    assert_false(HIDES(s, .sid = 7));
    assert_int_equal(figure(s, "aaaaaaaa", "hits"), 41);
    assert_int_equal(figure(s, "aaaaaaaa", "spared"), 2);
    assert_int_equal(suppress_last(s, &m), NOON + 30 * MINUTE);
    matter_free(&m);
    suppress_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_hidden_is_all_that_the_scope_names_and_nothing_else), cmocka_unit_test(a_scope_narrows_or_is_refused),
        cmocka_unit_test(an_alert_is_counted_once_with_the_one_that_came_into_force_first),
        cmocka_unit_test(what_is_spared_for_being_grave_is_counted_and_a_grave_one_hides_it),
        cmocka_unit_test(only_what_is_in_force_or_has_expired_hides),
        cmocka_unit_test(a_renewed_one_hides_for_longer_and_a_forgotten_one_nothing),
        cmocka_unit_test(forms_of_scope_have_a_ceiling_and_forgotten_ones_make_room),
        cmocka_unit_test(what_was_hidden_waits_by_id_until_it_is_said),
        cmocka_unit_test(what_was_kept_comes_back_with_its_figures_and_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
