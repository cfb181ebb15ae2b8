#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/clock.h"
#include "emit/emit.h"
#include "emit/intel.h"

static const char *const list[] = {
    "domain,Evil.Example.,控制端 \"c2\",1,cert,2035-12-31", "domain,deep.other.example,x,3,cert,",
    "address,198.51.100.0/24,net,2,cert,", "address,198.51.100.99,host,1,cert,", "address,2001:db8::/32,six,4,cert,",
    "address,2001:db8:1::7,six,2,cert,", "url,http://Evil.example/A.exe,drop,1,cert,", "url,https://dropper.example/a.exe,drop,1,cert,",
    "ja3,6734F37431670B3AB4292B8F60F29984,tool,2,cert,", "ja4,t13d1516h2_8daaf6152771_e5627efa2ab1,tool,2,cert,",
    "md5,900150983cd24fb0d6963f7d28e17f72,abc,1,cert,", "sha1,a9993e364706816aba3e25717850c26c9cd0d89d,abc,1,cert,",
    "sha256,ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad,abc,1,cert,", "email,chief@evil.example,boss,2,cert,",
    "certificate,01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14,their own,2,cert,",
    "domain,old.example,gone,1,cert,2026-11-19", "domain,today.example,last day,1,cert,2026-11-20",
};
enum { LISTED = sizeof list / sizeof list[0] };
static const uint64_t NOON_US = 1795176000000000;       /* 2026-11-20T12:00:00Z */

static enum intel_taken take(struct intel_store *s, const char *row)
{
    char line[512];
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    strcpy(line, row);
    if (indicator_row(line, &room, &i, &f) < 0)
        fail_msg("%s", f.why);
    return intel_store_take(s, &i, NOON_US);
}

static enum intel_taken version(struct intel_store *s, const char *id, const char *value, uint32_t number, bool revoked)
{
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    assert_int_equal(indicator_take("domain", value, &room, &i, &f), 0);
    i.id = id;
    i.version = number;
    i.revoked = revoked;
    return intel_store_take(s, &i, NOON_US);
}

static struct intel_store *filled(void)
{
    struct intel_store *s = intel_store_new(1000, 1 << 20);
    for (size_t i = 0; i < LISTED; i++)
        (void)take(s, list[i]);
    return s;
}

static const struct intel *publish(struct intel_store *s)
{
    const struct intel *t = intel_store_publish(s);
    assert_non_null(t);
    return t;
}

static void let_go(struct intel_store *s, const struct intel *t)
{
    intel_store_let_go(s, t);
    intel_store_free(s);
}

static bool met(const struct intel *t, enum indicator_kind kind, const char *value)
{
    struct intel_hit hit;
    return intel_value(t, kind, (const uint8_t *)value, strlen(value), NOON_US, &hit);
}

static const struct value_case { const char *name; enum indicator_kind kind; const char *value; bool met; } values[] = {
    { "the domain itself",              INDICATOR_DOMAIN, "evil.example",              true },
    { "in capitals, with its dot",      INDICATOR_DOMAIN, "EVIL.example.",             true },
    { "below it",                       INDICATOR_DOMAIN, "a.b.evil.example",          true },
    { "one that ends alike",            INDICATOR_DOMAIN, "notevil.example",           false },
    { "above it",                       INDICATOR_DOMAIN, "example",                   false },
    { "a sibling",                      INDICATOR_DOMAIN, "x.other.example",           false },
    { "the deep one",                   INDICATOR_DOMAIN, "deep.other.example",        true },
    { "one that expired",               INDICATOR_DOMAIN, "old.example",               false },
    { "one on its last day",            INDICATOR_DOMAIN, "today.example",             true },
    { "nothing",                        INDICATOR_DOMAIN, "",                          false },
    { "dots only",                      INDICATOR_DOMAIN, "...",                       false },
    { "the URL",                        INDICATOR_URL,    "evil.example/a.exe",        true },
    { "a URL within a URL",             INDICATOR_URL,    "good.example/?u=http://evil.example/a.exe", false },
    { "the URL as a proxy is asked for it", INDICATOR_URL, "http://evil.example/A.exe", true },
    { "another path",                   INDICATOR_URL,    "evil.example/a.ex",         false },
    { "a URL as a domain",              INDICATOR_DOMAIN, "evil.example/a.exe",        false },
    { "a domain as a URL",              INDICATOR_URL,    "evil.example",              false },
    { "JA3",                            INDICATOR_JA3,    "6734f37431670b3ab4292b8f60f29984", true },
    { "JA3 as MD5",                     INDICATOR_MD5,    "6734f37431670b3ab4292b8f60f29984", false },
    { "JA4",                            INDICATOR_JA4,    "t13d1516h2_8daaf6152771_e5627efa2ab1", true },
    { "SHA-1 of a file",                INDICATOR_SHA1,   "a9993e364706816aba3e25717850c26c9cd0d89d", true },
    { "the same as a certificate's",    INDICATOR_CERTIFICATE, "a9993e364706816aba3e25717850c26c9cd0d89d", false },
    { "a certificate with colons",      INDICATOR_CERTIFICATE, "01:02:03:04:05:06:07:08:09:0A:0b:0c:0d:0e:0f:10:11:12:13:14", true },
    { "a certificate's 20 octets",      INDICATOR_CERTIFICATE, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24", true },
    { "a mail address",                 INDICATOR_EMAIL,  "Chief@evil.example", true },
    { "as an envelope has it",          INDICATOR_EMAIL,  "<chief@evil.example>", true },
    { "with a name before it",          INDICATOR_EMAIL,  "\"The Chief\" <chief@evil.example>", true },
    { "another one there",              INDICATOR_EMAIL,  "clerk@evil.example", false },
    { "brackets the wrong way",         INDICATOR_EMAIL,  ">chief@evil.example<", false },
};

static void values_meet_their_indicators_and_no_neighbours(void **unused)
{
    (void)unused;
    struct intel_store *s = filled();
    const struct intel *t = publish(s);
    assert_int_equal(intel_store_count(s), LISTED - 1);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (met(t, values[i].kind, values[i].value) != values[i].met)
            fail_msg("%s: %s", values[i].name, values[i].value);
    char *longest = malloc(5001);
    memset(longest, 'a', 5000);
    for (size_t i = 1; i < 5000; i += 2)
        longest[i] = '.';
    longest[5000] = '\0';
    for (int kind = 0; kind < INDICATOR_KINDS; kind++) {
        assert_false(met(t, (enum indicator_kind)kind, longest));
        assert_false(met(t, (enum indicator_kind)kind, longest + 4200));
        assert_false(met(NULL, (enum indicator_kind)kind, "evil.example"));
    }
    free(longest);
    let_go(s, t);
}

static void the_longest_prefix_of_an_address_tells(void **unused)
{
    (void)unused;
    static const struct { const char *address; int severity; } cases[] = {
        { "198.51.100.99", 1 }, { "198.51.100.98", 2 }, { "2001:db8::7", 4 }, { "2001:db8:1::7", 2 }, { "2001:db9::7", 0 },
        { "198.51.101.1", 0 }, { "10.0.0.1", 0 }, { "::198.51.100.99", 0 },
    };
    struct intel_store *s = filled();
    const struct intel *t = publish(s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct addr a;
        struct intel_hit hit = { .mark = 0 };
        addr_parse(cases[i].address, &a);
        bool found = intel_address(t, &a, NOON_US, &hit);
        if ((found ? hit.what.severity : 0) != cases[i].severity)
            fail_msg("%s", cases[i].address);
        assert_true(!found || hit.mark != 0);
        assert_false(intel_address(NULL, &a, NOON_US, &hit));
    }
    let_go(s, t);
}

static void an_indicator_ends_with_its_last_day_by_the_packets_time(void **unused)
{
    (void)unused;
    static const uint64_t DAY_US = UINT64_C(86400) * 1000000;
    struct intel_store *s = filled();
    const struct intel *t = publish(s);
    struct intel_hit hit;
    assert_true(intel_value(t, INDICATOR_DOMAIN, (const uint8_t *)"today.example", 13, NOON_US, &hit));
    assert_false(intel_value(t, INDICATOR_DOMAIN, (const uint8_t *)"today.example", 13, NOON_US + DAY_US, &hit));
    assert_int_equal(intel_store_expire(s, NOON_US + DAY_US), 1);
    assert_int_equal(intel_store_count(s), LISTED - 2);
    assert_false(met(t, INDICATOR_DOMAIN, "today.example"));
    let_go(s, t);
}

static void an_alert_says_which_indicator(void **unused)
{
    (void)unused;
    struct intel_store *s = filled();
    const struct intel *t = publish(s);
    struct intel_hit hit;
    struct intel_alert alert;
    assert_true(intel_value(t, INDICATOR_DOMAIN, (const uint8_t *)"x.evil.example", 14, NOON_US, &hit));
    intel_alert(&hit.what, &alert);
    assert_true(alert.rule.gid == ALERT_GID_INTEL && alert.rule.sid == 1 + INDICATOR_DOMAIN && alert.rule.severity == 1);
    assert_string_equal(alert.rule.msg, "FENGSUI INTEL known bad domain evil.example (控制端 \"c2\")");
    assert_string_equal(alert.rule.metadata[0].value, "evil.example");
    assert_string_equal(alert.rule.metadata[1].value, "cert");
    assert_string_equal(hit.what.id, "domain:evil.example");
    let_go(s, t);
}

/* ---- what changes ---- */

static void a_newer_version_counts_and_an_older_one_does_not(void **unused)
{
    (void)unused;
    struct intel_store *s = intel_store_new(1000, 1 << 20);
    assert_int_equal(version(s, "I-1", "first.example", 1, false), INTEL_NEW);
    assert_int_equal(version(s, "I-1", "first.example", 1, false), INTEL_KNOWN);
    const struct intel *t = publish(s);
    assert_true(met(t, INDICATOR_DOMAIN, "first.example"));
    assert_int_equal(version(s, "I-1", "second.example", 2, false), INTEL_CHANGED);
    assert_false(met(t, INDICATOR_DOMAIN, "first.example"));       /* at once, in the set in use */
    const struct intel *next = publish(s);
    assert_true(intel_generation(next) != intel_generation(t));
    intel_store_let_go(s, t);
    assert_true(met(next, INDICATOR_DOMAIN, "second.example"));
    assert_int_equal(version(s, "I-1", "first.example", 1, false), INTEL_KNOWN);
    assert_int_equal(version(s, "I-2", "second.example", 1, false), INTEL_NEW);     /* of two sources */
    assert_int_equal(version(s, "I-1", "second.example", 3, true), INTEL_REMOVED);
    assert_int_equal(version(s, "I-1", "second.example", 3, true), INTEL_KNOWN);
    t = publish(s);
    intel_store_let_go(s, next);
    assert_true(met(t, INDICATOR_DOMAIN, "second.example"));       /* the other source still says so */
    assert_int_equal(version(s, "I-2", "second.example", 2, true), INTEL_REMOVED);
    assert_false(met(t, INDICATOR_DOMAIN, "second.example"));
    assert_int_equal(intel_store_count(s), 0);
    let_go(s, t);
}

static void ceilings_hold(void **unused)
{
    (void)unused;
    struct intel_store *s = intel_store_new(2, 1 << 20);
    assert_int_equal(version(s, "a", "a.example", 1, false), INTEL_NEW);
    assert_int_equal(version(s, "b", "b.example", 1, false), INTEL_NEW);
    assert_int_equal(version(s, "c", "c.example", 1, false), INTEL_FULL);
    assert_int_equal(version(s, "b", "bb.example", 2, false), INTEL_CHANGED);
    assert_int_equal(version(s, "a", "a.example", 2, true), INTEL_REMOVED);
    assert_int_equal(version(s, "c", "c.example", 1, false), INTEL_NEW);
    intel_store_free(s);
    s = intel_store_new(100, 200);
    assert_int_equal(version(s, "a", "a.example", 1, false), INTEL_NEW);
    assert_int_equal(version(s, "b", "b.example", 1, false), INTEL_FULL);
    intel_store_free(s);
}

/* As a stream brings them: added, changed and taken away in any order, a set made now and then; beside it a plain array. */
static void many_changes_leave_what_a_plain_list_would_hold(void **unused)
{
    (void)unused;
    enum { IDS = 3000, STEPS = 40000 };
    static uint32_t held[IDS];
    struct intel_store *s = intel_store_new(100000, UINT64_C(64) << 20);
    const struct intel *t = NULL;
    uint32_t random = 1;
    memset(held, 0, sizeof held);
    for (uint32_t step = 1; step <= STEPS; step++) {
        char id[16], value[48];
        random = random * 1664525 + 1013904223;
        uint32_t n = (random >> 8) % IDS;
        bool revoked = (random >> 28) < 4;
        snprintf(id, sizeof id, "I-%u", n);
        snprintf(value, sizeof value, "v%u.n%u.example", step, n);
        (void)version(s, id, value, step, revoked);
        held[n] = revoked ? 0 : step;
        if (step % 997 != 0 && step != STEPS)
            continue;
        const struct intel *next = publish(s);
        intel_store_let_go(s, t);
        t = next;
    }
    size_t count = 0;
    for (uint32_t n = 0; n < IDS; n++) {
        char value[48];
        snprintf(value, sizeof value, "v%u.n%u.example", held[n], n);
        if (met(t, INDICATOR_DOMAIN, value) != (held[n] != 0))
            fail_msg("%s", value);
        count += held[n] != 0;
    }
    assert_int_equal(intel_store_count(s), count);
    let_go(s, t);
}

/* ---- records ---- */

static void on_met(void *ctx, const struct intel_hit *hit)
{
    char *said = ctx;
    sprintf(said + strlen(said), "%s ", hit->what.id);
}

static void a_record_is_held_by_the_flags_of_its_rows(void **unused)
{
    (void)unused;
    static const struct field fields[] = {
        { .name = "plain", .type = FIELD_TEXT }, { .name = "host", .type = FIELD_TEXT, .flags = FIELD_DOMAIN },
        { .name = "url", .type = FIELD_TEXT, .flags = FIELD_URL }, { .name = "ja3", .type = FIELD_TEXT, .flags = FIELD_JA3 },
        { .name = "to", .type = FIELD_TEXT, .flags = FIELD_EMAIL | FIELD_MANY },
        { .name = "md5", .type = FIELD_BYTES, .flags = FIELD_MD5 },
    };
    static const struct schema schema = { "demo", fields, 6, NULL, 0 };
    static const struct { const char *name; uint16_t row; const char *value; size_t len; const char *met; } cases[] = {
        { "a row without a flag",   0, "evil.example", 12, "" },
        { "a name below one",       1, "www.evil.example", 16, "domain:evil.example " },
        { "a good name",            1, "good.example", 12, "" },
        { "a name that is an address", 1, "198.51.100.99", 13, "address:198.51.100.99 " },
        { "one in a prefix",        1, "2001:DB8::9", 11, "address:2001:db8::/32 " },
        { "text that looks alike",  1, "198.51.100.999", 14, "" },
        { "a path without a host",  2, "/a.exe", 6, "" },
        { "JA3",                    3, "6734f37431670b3ab4292b8f60f29984", 32, "ja3:6734f37431670b3ab4292b8f60f29984 " },
        { "mail",                   4, "<chief@evil.example>", 20, "email:chief@evil.example " },
        { "MD5 as octets",          5, "\x90\x01\x50\x98\x3c\xd2\x4f\xb0\xd6\x96\x3f\x7d\x28\xe1\x7f\x72", 16,
                                    "md5:900150983cd24fb0d6963f7d28e17f72 " },
    };
    struct record *r = malloc(sizeof *r);
    struct intel_store *s = filled();
    const struct intel *t = publish(s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char said[512] = "";
        record_begin(r, &schema, FROM_CLIENT);
        record_bytes(r, cases[i].row, cases[i].value, cases[i].len);
        intel_record(t, r, NOON_US, on_met, said);
        if (strcmp(said, cases[i].met) != 0)
            fail_msg("%s: %s", cases[i].name, said);
        intel_record(NULL, r, NOON_US, on_met, said);
    }
    for (int path_first = 0; path_first < 2; path_first++) {
        static const char *const parts[] = { "dropper.example", "/A.exe" };
        char said[512] = "";
        record_begin(r, &schema, FROM_CLIENT);
        for (int i = 0; i < 2; i++) {
            int part = i ^ path_first;
            record_bytes(r, (uint16_t)(1 + part), parts[part], strlen(parts[part]));
        }
        intel_record(t, r, NOON_US, on_met, said);
        if (strcmp(said, "url:dropper.example/a.exe ") != 0)
            fail_msg("a URL whose %s comes first: %s", path_first ? "path" : "host", said);
    }
    let_go(s, t);
    free(r);
}

static void a_flow_tells_of_each_indicator_once_as_long_as_it_remembers(void **unused)
{
    (void)unused;
    struct flow_notes n = { .told_next = 0 };
    for (uint32_t mark = 1; mark <= FLOW_INDICATORS_MAX; mark++) {
        assert_false(emit_told(&n, mark));
        assert_true(emit_told(&n, mark));
    }
    assert_false(emit_told(&n, 99));
    assert_true(emit_told(&n, 2));
    assert_false(emit_told(&n, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_meet_their_indicators_and_no_neighbours),
        cmocka_unit_test(the_longest_prefix_of_an_address_tells),
        cmocka_unit_test(an_indicator_ends_with_its_last_day_by_the_packets_time),
        cmocka_unit_test(an_alert_says_which_indicator),
        cmocka_unit_test(a_newer_version_counts_and_an_older_one_does_not),
        cmocka_unit_test(ceilings_hold),
        cmocka_unit_test(many_changes_leave_what_a_plain_list_would_hold),
        cmocka_unit_test(a_record_is_held_by_the_flags_of_its_rows),
        cmocka_unit_test(a_flow_tells_of_each_indicator_once_as_long_as_it_remembers),
    };
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests_name("intel", tests, NULL, NULL);
}
