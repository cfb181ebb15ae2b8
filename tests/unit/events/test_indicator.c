#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/clock.h"
#include "events/indicator.h"
#include "tests/support/file.h"

static const struct value_case { const char *name, *kind, *given, *kept; } good[] = {
    { "an address",                "address", "203.0.113.5", "203.0.113.5" },
    { "by its other name",         "ip", " 203.0.113.5 ", "203.0.113.5" },
    { "a prefix",                  "prefix", "198.51.100.0/24", "198.51.100.0/24" },
    { "IPv6",                      "ip", "2001:DB8::/32", "2001:db8::/32" },
    { "a domain",                  "domain", "Evil.Example.", "evil.example" },
    { "one made harmless",         "domain", "evil[.]example", "evil.example" },
    { "all below it",              "hostname", "*.evil.example", "evil.example" },
    { "of letters beyond ASCII",   "domain", "恶意.example", "恶意.example" },
    { "a URL",                     "url", "hxxp://Evil.example/A.exe?x=1", "evil.example/a.exe?x=1" },
    { "a URL without scheme",      "url", "evil.example/", "evil.example/" },
    { "JA3",                       "ja3", "6734F37431670B3AB4292B8F60F29984", "6734f37431670b3ab4292b8f60f29984" },
    { "JA4",                       "ja4", "t13d1516h2_8daaf6152771_e5627efa2ab1", "t13d1516h2_8daaf6152771_e5627efa2ab1" },
    { "MD5",                       "md5", "900150983cd24fb0d6963f7d28e17f72", "900150983cd24fb0d6963f7d28e17f72" },
    { "SHA-1",                     "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d", "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { "SHA-256",                   "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "a certificate",             "certificate", "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D",
                                   "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { "a mail address",            "email", "Chief@Evil.example", "chief@evil.example" },
};

static void a_value_is_kept_as_it_is_looked_for(void **unused)
{
    (void)unused;
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    for (size_t n = 0; n < sizeof good / sizeof good[0]; n++) {
        if (indicator_take(good[n].kind, good[n].given, &room, &i, &f) < 0)
            fail_msg("%s: %s", good[n].name, f.why);
        if (strcmp(i.value, good[n].kept) != 0)
            fail_msg("%s: kept as %s", good[n].name, i.value);
    }
}

static const struct { const char *name, *kind, *given, *why; } bad[] = {
    { "no kind",             "colour", "red", "expected address, domain" },
    { "no value",            "domain", " ", "expected a value of 1 to" },
    { "two lines",           "url", "evil.example/\nx", "without line ends" },
    { "a control character", "url", "evil.example/\x01", "without line ends" },
    { "a port",              "ip", "80", "expected an address or prefix" },
    { "a port as a name",    "domain", "80", "a single label" },
    { "a top-level domain",  "domain", "cn", "a single label" },
    { "a public suffix",     "domain", "com.cn", "anyone registers" },
    { "an address as a name", "domain", "203.0.113.5", "for an address say address" },
    { "an empty label",      "domain", "a..example", "expected a domain name" },
    { "a path as a name",    "domain", "evil.example/x", "expected a domain name" },
    { "a resolver",          "ip", "8.8.8.8", "8.8.8.8/32 (a public resolver)" },
    { "a resolver's net",    "ip", "114.114.114.0/24", "114.114.114.114/32 (a public resolver)" },
    { "IPv6 resolver",       "ip", "2001:4860:4860::8888", "a public resolver" },
    { "a private host",      "ip", "192.168.3.4", "192.168.0.0/16 (a private network)" },
    { "a private network",   "prefix", "172.20.0.0/16", "a private network" },
    { "IPv6 private",        "ip", "fd00::1", "a private network" },
    { "link-local",          "ip", "fe80::1", "link-local" },
    { "loopback",            "ip", "::1", "the host itself" },
    { "multicast",           "ip", "224.0.0.251", "multicast or reserved" },
    { "everything",          "prefix", "0.0.0.0/0", "too wide" },
    { "half of IPv6",        "prefix", "2001::/16", "too wide" },
    { "prefix too long",     "prefix", "203.0.113.0/33", "expected an address or prefix" },
    { "a host as URL",       "url", "http://evil.example", "with host and path" },
    { "a path as URL",       "url", "/x", "with host and path" },
    { "half a digest",       "sha256", "ba7816bf", "expected 64 hex digits as sha256" },
    { "no hex",              "md5", "z00150983cd24fb0d6963f7d28e17f72", "expected 32 hex digits as md5" },
    { "of nothing",          "md5", "d41d8cd98f00b204e9800998ecf8427e", "the digest of an empty file" },
    { "JA4 of another form", "ja4", "t13d1516h2-8daaf6152771-e5627efa2ab1", "expected a JA4" },
    { "mail without a host", "email", "chief@", "expected a mail address" },
    { "mail without an @",   "email", "evil.example", "expected a mail address" },
};

static void what_would_match_everything_or_nothing_is_refused_in_words(void **unused)
{
    (void)unused;
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        if (indicator_take(bad[n].kind, bad[n].given, &room, &i, &f) == 0)
            fail_msg("%s was taken", bad[n].name);
        if (strstr(f.why, bad[n].why) == NULL)
            fail_msg("%s: %s", bad[n].name, f.why);
    }
}

static const char whole[] =
    "{\"id\":\"I-7\",\"version\":3,\"kind\":\"domain\",\"value\":\"evil.example\",\"name\":\"控制端 c2\",\"severity\":1,"
    "\"tlp\":\"amber+strict\",\"source\":\"CNCERT\",\"confidence\":80,\"expires\":\"2027-01-31T00:00:00.000000+0000\"}";

static void json_comes_back_as_it_went(void **unused)
{
    (void)unused;
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    char json[4096];
    struct text t = text_over(json, sizeof json);
    assert_int_equal(indicator_parse(whole, strlen(whole), &room, &i, &f), 0);
    assert_true(i.version == 3 && i.severity == 1 && i.confidence == 80 && i.tlp == INDICATOR_AMBER_STRICT && !i.revoked);
    indicator_json(&i, &t);
    assert_string_equal(text_end(&t), whole);
    t = text_over(json, sizeof json);
    indicator_brief(&i, &t);
    assert_string_equal(text_end(&t), "{\"id\":\"I-7\",\"value\":\"evil.example\",\"kind\":\"domain\",\"source\":\"CNCERT\","
                        "\"tlp\":\"amber+strict\",\"confidence\":80}");
}

static const struct { const char *name, *json, *why; } bad_json[] = {
    { "no id",          "{\"kind\":\"domain\",\"value\":\"evil.example\"}", "needs an id" },
    { "no object",      "[1]", "expected a JSON object" },
    { "a severity",     "{\"id\":\"a\",\"kind\":\"domain\",\"value\":\"evil.example\",\"severity\":7}", "expected a severity" },
    { "a TLP",          "{\"id\":\"a\",\"kind\":\"domain\",\"value\":\"evil.example\",\"tlp\":\"pink\"}", "expected a TLP" },
    { "an expiry",      "{\"id\":\"a\",\"kind\":\"domain\",\"value\":\"evil.example\",\"expires\":\"soon\"}", "expected a date" },
    { "a stop value",   "{\"id\":\"a\",\"kind\":\"ip\",\"value\":\"8.8.8.8\"}", "a public resolver" },
};

static void json_that_says_something_else_is_refused(void **unused)
{
    (void)unused;
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    for (size_t n = 0; n < sizeof bad_json / sizeof bad_json[0]; n++)
        if (indicator_parse(bad_json[n].json, strlen(bad_json[n].json), &room, &i, &f) == 0 || strstr(f.why, bad_json[n].why) == NULL)
            fail_msg("%s: %s", bad_json[n].name, f.why);
}

static void no_prefix_and_no_flipped_bit_of_json_is_more_than_refused(void **unused)
{
    (void)unused;
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    char copy[sizeof whole];
    for (size_t n = 0; n < sizeof whole - 1; n++)
        assert_true(indicator_parse(whole, n, &room, &i, &f) < 0);
    for (size_t bit = 0; bit < 8 * (sizeof whole - 1); bit++) {
        memcpy(copy, whole, sizeof whole);
        copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
        if (indicator_parse(copy, sizeof whole - 1, &room, &i, &f) == 0)
            assert_true(*i.value != '\0' && *i.id != '\0' && i.confidence <= 100);
    }
}

static const struct { const char *name, *pattern, *value; int kind; } patterns[] = {
    { "a domain",       "[domain-name:value = 'evil.example']", "evil.example", INDICATOR_DOMAIN },
    { "tight",          "[ipv4-addr:value='203.0.113.5']", "203.0.113.5", INDICATOR_ADDRESS },
    { "a digest",       "[file:hashes.'SHA-256' = 'aa']", "aa", INDICATOR_SHA256 },
    { "an escape",      "[url:value = 'http://evil.example/it\\'s']", "http://evil.example/it's", INDICATOR_URL },
    { "two",            "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']", NULL, 0 },
    { "followed by",    "[domain-name:value = 'a.example'] FOLLOWEDBY [url:value = 'x']", NULL, 0 },
    { "no end",         "[domain-name:value = 'a.example", NULL, 0 },
    { "another object", "[process:name = 'x']", NULL, 0 },
    { "nothing",        "", NULL, 0 },
};

static void a_stix_pattern_of_one_comparison_is_understood(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < sizeof patterns / sizeof patterns[0]; n++) {
        enum indicator_kind kind = INDICATOR_KINDS;
        char value[INDICATOR_VALUE_MAX];
        struct fault f;
        int rc = indicator_pattern(patterns[n].pattern, &kind, value, &f);
        if ((rc == 0) != (patterns[n].value != NULL))
            fail_msg("%s", patterns[n].name);
        if (rc == 0 && (strcmp(value, patterns[n].value) != 0 || (int)kind != patterns[n].kind))
            fail_msg("%s: %s", patterns[n].name, value);
    }
}

struct said { char text[8192]; };

static void on_good(void *ctx, const struct indicator *i)
{
    struct said *s = ctx;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s %s %s\n", i->id, indicator_kinds[i->kind], i->value);
}

static void on_bad(void *ctx, const struct fault *f)
{
    struct said *s = ctx;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "bad %s\n", strchr(f->why, ':') + 1);
}

static void reads(const char *text, const char *expected)
{
    struct file file = file_of_text(text);
    struct said said = { "" };
    struct indicator_reader reader = { on_good, on_bad, &said, UINT64_C(1795176000000000), NULL };
    struct fault f;
    int rc = indicator_file(file.path, &reader, &f);
    unlink(file.path);
    if (rc < 0)
        fail_msg("%s", f.why);
    assert_string_equal(said.text, expected);
}

static void a_file_is_read_line_by_line_past_what_is_wrong(void **unused)
{
    (void)unused;
    reads("type,value,name,severity,source,expires\n"
          "domain,evil.example,c2,1,cert,2035-12-31\n"
          "ip,8.8.8.8,x,1,cert,\n"
          "ip,203.0.113.5,x,1,cert,,red,90,I-9\n"
          "ip,203.0.113.6,x,1,cert,,pink\n"
          "domain,a.example,x,5,cert,\n"
          "domain,a.example,x,1,cert,soon\n"
          "domain,a.example,x,1\n"
          "domain,a.example,x,1,cert,,red,101\n"
          "{\"id\":\"J-1\",\"kind\":\"md5\",\"value\":\"900150983cd24fb0d6963f7d28e17f72\"}\n"
          "{\"id\":\"J-2\"}\n"
          "domain,old.example,x,1,cert,2026-11-19\n",
          "domain:evil.example domain evil.example\n"
          "bad 3: \"8.8.8.8\" is or holds 8.8.8.8/32 (a public resolver): it would match what everybody does\n"
          "I-9 address 203.0.113.5\n"
          "bad 5: expected a TLP clear, green, amber, amber+strict or red, not \"pink\"\n"
          "bad 6: expected a severity 1 (high) to 4, not \"5\"\n"
          "bad 7: expected a date such as 2027-01-31, not \"soon\"\n"
          "bad 8: expected 6 columns (type,value,name,severity,source,expires) and at most tlp, confidence, id behind them, found fewer\n"
          "bad 9: expected a confidence of 0 to 100, not \"101\"\n"
          "J-1 md5 900150983cd24fb0d6963f7d28e17f72\n"
          "bad 11: expected address, domain, url, ja3, ja4, sha256, sha1, md5, email or certificate, not \"\"\n"
          "bad 12: the indicator \"old.example\" has expired\n");
}

static void a_stix_bundle_is_read_object_by_object(void **unused)
{
    (void)unused;
    reads("{\"type\":\"bundle\",\"objects\":["
          "{\"type\":\"identity\",\"id\":\"identity--1\"},"
          "{\"type\":\"indicator\",\"id\":\"indicator--1\",\"pattern\":\"[domain-name:value = 'evil.example']\",\"valid_until\":\"2035-01-01T00:00:00Z\"},"
          "{\"type\":\"indicator\",\"id\":\"indicator--2\",\"pattern\":\"[ipv4-addr:value = '10.0.0.1']\"}]}",
          "indicator--1 domain evil.example\n"
          "bad object 3 (indicator--2): \"10.0.0.1\" is or holds 10.0.0.0/8 (a private network): it would match what everybody does\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_kept_as_it_is_looked_for),
        cmocka_unit_test(what_would_match_everything_or_nothing_is_refused_in_words),
        cmocka_unit_test(json_comes_back_as_it_went),
        cmocka_unit_test(json_that_says_something_else_is_refused),
        cmocka_unit_test(no_prefix_and_no_flipped_bit_of_json_is_more_than_refused),
        cmocka_unit_test(a_stix_pattern_of_one_comparison_is_understood),
        cmocka_unit_test(a_file_is_read_line_by_line_past_what_is_wrong),
        cmocka_unit_test(a_stix_bundle_is_read_object_by_object),
    };
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests_name("indicator", tests, NULL, NULL);
}
