#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/clock.h"
#include "common/log.h"
#include "emit/intel.h"
#include "tests/support/file.h"

static const char list[] =
    "\xef\xbb\xbftype,value,name,severity,source,expires\r\n"
    "# a comment\n"
    "domain,Evil.Example.,控制端 \"c2\",1,cert,2035-12-31\n"
    "domain,deep.other.example,x,3,cert,\n"
    "address,198.51.100.0/24,net,2,cert,\n"
    "address,198.51.100.99,host,1,cert,\n"
    "address,2001:db8::/32,six,4,cert,\n"
    "url,http://Evil.example/A.exe,drop,1,cert,\n"
    "url,https://dropper.example/a.exe,drop,1,cert,\n"
    "ja3,6734F37431670B3AB4292B8F60F29984,tool,2,cert,\n"
    "domain,\"with,comma.example\",quoted,1,cert,\n"
    "domain,old.example,gone,1,cert,2026-11-19\n"
    "domain,today.example,last day,1,cert,2026-11-20\n"
    "colour,red,x,1,cert,\n"
    "domain,,x,1,cert,\n"
    "domain,a.example,x,5,cert,\n"
    "domain,a.example,x,1,cert,soon\n"
    "domain,a.example,x,1,cert\n"
    "domain,a.example,x,1,cert,,\n"
    "address,10.0.0.0/33,x,1,cert,\n";

static struct intel *load(const char *text)
{
    struct file file = file_of_text(text);
    struct fault f = { 0 };
    uint64_t now_us;
    assert_int_equal(clock_parse("2026-11-20T12:00:00Z", &now_us), 0);
    log_open("test", LOG_LEVEL_ERROR);          /* its warnings are the system test's to see */
    struct intel *t = intel_load(file.path, now_us, &f);
    unlink(file.path);
    assert_non_null(t);
    return t;
}

static const char *met(const struct intel *t, enum intel_kind kind, const char *value)
{
    const struct alert_rule *r = intel_value(t, kind, (const uint8_t *)value, strlen(value));
    return r != NULL ? r->msg : NULL;
}

static const struct value_case { const char *name; enum intel_kind kind; const char *value; bool met; } values[] = {
    { "the domain itself",              INTEL_DOMAIN, "evil.example",              true },
    { "in capitals, with its dot",      INTEL_DOMAIN, "EVIL.example.",             true },
    { "below it",                       INTEL_DOMAIN, "a.b.evil.example",          true },
    { "one that ends alike",            INTEL_DOMAIN, "notevil.example",           false },
    { "above it",                       INTEL_DOMAIN, "example",                   false },
    { "a sibling",                      INTEL_DOMAIN, "x.other.example",           false },
    { "the deep one",                   INTEL_DOMAIN, "deep.other.example",        true },
    { "one that expired",               INTEL_DOMAIN, "old.example",               false },
    { "one on its last day",            INTEL_DOMAIN, "today.example",             true },
    { "one with a comma",               INTEL_DOMAIN, "with,comma.example",        true },
    { "of a bad line",                  INTEL_DOMAIN, "a.example",                 false },
    { "nothing",                        INTEL_DOMAIN, "",                          false },
    { "dots only",                      INTEL_DOMAIN, "...",                       false },
    { "the URL",                        INTEL_URL,    "evil.example/a.exe",        true },
    { "a URL within a URL",             INTEL_URL,    "good.example/?u=http://evil.example/a.exe", false },
    { "the URL as a proxy is asked for it", INTEL_URL, "http://evil.example/A.exe", true },
    { "another path",                   INTEL_URL,    "evil.example/a.ex",         false },
    { "a URL as a domain",              INTEL_DOMAIN, "evil.example/a.exe",        false },
    { "a domain as a URL",              INTEL_URL,    "evil.example",              false },
    { "JA3",                            INTEL_JA3,    "6734f37431670b3ab4292b8f60f29984", true },
};

static void values_meet_their_indicators_and_no_neighbours(void **unused)
{
    (void)unused;
    struct intel *t = load(list);
    assert_int_equal(intel_count(t), 10);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if ((met(t, values[i].kind, values[i].value) != NULL) != values[i].met)
            fail_msg("%s: %s", values[i].name, values[i].value);
    char *longest = malloc(5000);
    memset(longest, 'a', 5000);
    assert_null(intel_value(t, INTEL_DOMAIN, (const uint8_t *)longest, 5000));
    free(longest);
    intel_free(t);
}

static void the_longest_prefix_of_an_address_tells(void **unused)
{
    (void)unused;
    struct intel *t = load(list);
    static const struct { const char *address; int severity; } cases[] = {
        { "198.51.100.99", 1 }, { "198.51.100.98", 2 }, { "2001:db8::7", 4 }, { "198.51.101.1", 0 }, { "10.0.0.1", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct addr a;
        addr_parse(cases[i].address, &a);
        const struct alert_rule *r = intel_address(t, &a);
        if ((r != NULL ? r->severity : 0) != cases[i].severity)
            fail_msg("%s", cases[i].address);
    }
    intel_free(t);
}

static void an_indicator_raises_an_alert_that_says_which(void **unused)
{
    (void)unused;
    struct intel *t = load(list);
    const struct alert_rule *r = intel_value(t, INTEL_DOMAIN, (const uint8_t *)"x.evil.example", 14);
    assert_true(r->gid == ALERT_GID_INTEL && r->sid == 1 + INTEL_DOMAIN && r->severity == 1);
    assert_string_equal(r->msg, "FENGSUI INTEL known bad domain evil.example (控制端 \"c2\")");
    assert_string_equal(r->metadata[0].value, "evil.example");
    assert_string_equal(r->metadata[1].value, "cert");
    intel_free(t);
}

static void a_record_is_held_by_the_flags_of_its_rows(void **unused)
{
    (void)unused;
    static const struct field fields[] = {
        { .name = "plain", .type = FIELD_TEXT }, { .name = "host", .type = FIELD_TEXT, .flags = FIELD_DOMAIN },
        { .name = "url", .type = FIELD_TEXT, .flags = FIELD_URL }, { .name = "ja3", .type = FIELD_TEXT, .flags = FIELD_JA3 },
    };
    static const struct schema s = { "demo", fields, 4, NULL, 0 };
    static const struct { uint16_t row; const char *value; int sid; } cases[] = {
        { 0, "evil.example", 0 }, { 1, "www.evil.example", 1 + INTEL_DOMAIN }, { 1, "good.example", 0 },
        { 2, "/a.exe", 0 }, { 3, "6734f37431670b3ab4292b8f60f29984", 1 + INTEL_JA3 }, { 3, "evil.example", 0 },
    };
    struct record *r = malloc(sizeof *r);
    struct intel *t = load(list);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        record_begin(r, &s, FROM_CLIENT);
        record_bytes(r, cases[i].row, cases[i].value, strlen(cases[i].value));
        const struct alert_rule *rule = intel_record(t, r);
        if ((rule != NULL ? (int)rule->sid : 0) != cases[i].sid)
            fail_msg("row %u: %s", cases[i].row, cases[i].value);
        assert_null(intel_record(NULL, r));
    }
    for (int path_first = 0; path_first < 2; path_first++) {
        static const char *const parts[] = { "dropper.example", "/A.exe" };
        record_begin(r, &s, FROM_CLIENT);
        for (int i = 0; i < 2; i++) {
            int part = i ^ path_first;
            record_bytes(r, (uint16_t)(1 + part), parts[part], strlen(parts[part]));
        }
        const struct alert_rule *rule = intel_record(t, r);
        if (rule == NULL || rule->sid != 1 + INTEL_URL)
            fail_msg("a URL whose %s comes first", path_first ? "path" : "host");
    }
    intel_free(t);
    intel_free(NULL);
    free(r);
}

static void an_empty_list_meets_nothing_and_a_missing_one_is_named(void **unused)
{
    (void)unused;
    struct fault f;
    struct intel *t = load("");
    assert_int_equal(intel_count(t), 0);
    assert_null(met(t, INTEL_DOMAIN, "evil.example"));
    intel_free(t);
    assert_null(intel_load("/nonexistent/x.csv", 0, &f));
    assert_string_equal(f.why, "/nonexistent/x.csv: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_meet_their_indicators_and_no_neighbours),
        cmocka_unit_test(the_longest_prefix_of_an_address_tells),
        cmocka_unit_test(an_indicator_raises_an_alert_that_says_which),
        cmocka_unit_test(a_record_is_held_by_the_flags_of_its_rows),
        cmocka_unit_test(an_empty_list_meets_nothing_and_a_missing_one_is_named),
    };
    return cmocka_run_group_tests_name("intel", tests, NULL, NULL);
}
