/* Named sets of values, from files and from rules; and what else holds a rule's buffer as a whole. */
#include <unistd.h>

#include "tests/unit/detect/fire.h"

static char folder[] = "/tmp/test_datasets.XXXXXX";

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static void write_file(const char *name, const char *text)
{
    FILE *out = fopen(name, "we");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int remove_folder(void **unused)
{
    static const char *const names[] = { "agents.lst", "hosts.rep", "addresses.lst", "sums.lst", "broken.lst" };
    (void)unused;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(names[i]);
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

#define WEB "alert http any any -> any any ("

static const char *host_of(struct scene *c, const char *host, uint64_t transaction)
{
    struct record r;
    record_begin(&r, &http_schema, FROM_CLIENT);
    r.transaction = transaction;
    record_text(&r, HTTP_HOST, host);
    return scene_record(c, &r);
}

static void a_value_is_new_once(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, WEB "http.host; dataset:set,seen,type string; sid:1;)\n"
                    WEB "http.host; dataset:isset,seen,type string; sid:2;)\n"
                    WEB "http.host; dataset:isnotset,other,type string; sid:3;)");
    assert_string_equal(host_of(&c, "a.example", 1), "1 2 3 ");
    assert_string_equal(host_of(&c, "a.example", 2), "2 3 ");
    assert_string_equal(host_of(&c, "b.example", 3), "1 2 3 ");
    scene_end(&c);
}

static void what_was_unset_is_new_again(void **unused)
{
    (void)unused;
    struct scene c;
    write_file("agents.lst", "YS5leGFtcGxl\n");       /* a.example */
    scene_begin(&c, WEB "http.host; dataset:unset,seen,type string,load agents.lst; sid:1;)\n"
                    WEB "http.host; dataset:isset,seen; sid:2;)");
    assert_string_equal(host_of(&c, "a.example", 1), "1 ");
    assert_string_equal(host_of(&c, "a.example", 2), "");
    scene_end(&c);
}

static void a_file_gives_values_and_their_numbers(void **unused)
{
    (void)unused;
    struct scene c;
    write_file("agents.lst", "# comment\nYS5leGFtcGxl\r\n\n");
    write_file("hosts.rep", "YS5leGFtcGxl,200\nYi5leGFtcGxl,9\n");
    scene_begin(&c, WEB "http.host; dataset:isset,a,type string,load agents.lst; sid:1;)\n"
                    WEB "http.host; datarep:r,>,100,load hosts.rep,type string; sid:2;)\n"
                    WEB "http.host; datarep:r,<,10; sid:3;)\n"
                    WEB "http.host; datarep:r,==,200; sid:4;)");
    assert_string_equal(host_of(&c, "a.example", 1), "1 2 4 ");
    assert_string_equal(host_of(&c, "b.example", 2), "3 ");
    assert_string_equal(host_of(&c, "c.example", 3), "");
    scene_end(&c);
}

static void digests_are_compared_as_bytes(void **unused)
{
    (void)unused;
    struct scene c;
    write_file("sums.lst", "1D5920F4B44B27A802BD77C4F0536F5A\n");
    scene_begin(&c, WEB "http.host; to_md5; dataset:isset,m,type md5,load sums.lst; sid:1;)\n"
                    WEB "http.host; dataset:isset,m; sid:2;)");
    assert_string_equal(host_of(&c, "google.com", 1), "1 ");
    scene_end(&c);
}

static void addresses_are_buffers_too(void **unused)
{
    (void)unused;
    struct scene c;
    write_file("addresses.lst", "::ffff:203.0.113.5\n2001:db8::1\n");
    scene_begin(&c, "alert tcp any any -> any any (ip.dst; dataset:isset,ips,type ip,load addresses.lst; sid:1;)\n"
                    "alert tcp any any -> any any (ip.src; dataset:isset,ips; sid:2;)\n"
                    "alert tcp any any -> any any (ip.src; content:\"|c0 a8 01 0a|\"; bsize:4; sid:3;)");
    assert_string_equal(scene_packet(&c, "x", 1), "1 3 ");
    scene_end(&c);
}

static void a_full_table_forgets_the_oldest(void **unused)
{
    (void)unused;
    struct scene c;
    struct fault f;
    struct detect_limits limits = { .dataset_entries = 8 };
    char host[32];
    scene_begin(&c, WEB "http.host; dataset:set,seen,type string; sid:1;)");
    detect_free(c.detect);
    c.detect = detect_new(c.rules, &limits, &f);
    assert_non_null(c.detect);
    for (unsigned i = 0; i < 9; i++) {
        snprintf(host, sizeof(host), "%u.example", i);
        assert_string_equal(host_of(&c, host, i), "1 ");
    }
    assert_int_equal(detect_counts(c.detect)->datasets_evicted, 1);
    assert_string_equal(host_of(&c, "8.example", 20), "");
    assert_string_equal(host_of(&c, "0.example", 21), "1 ");
    scene_end(&c);
}

static const struct broken { const char *option, *says; } broken[] = {
    { "dataset:set,a,type string; ", "1:50: `dataset` needs a sticky buffer before it" },
    { "http.host; dataset:isset; ", "1:69: expected dataset:operation,name,type T" },
    { "http.host; dataset:have,a,type string; ", "1:69: expected set, unset, isset or isnotset, found `have`" },
    { "http.host; dataset:isset,a; ", "1:75: the type of the dataset `a` is missing" },
    { "http.host; dataset:isset,a,type word; ", "1:82: expected string, md5, sha256, ipv4 or ip, found `word`" },
    { "http.host; dataset:isset,a,type md5,load nowhere.lst; ", "1:91: nowhere.lst: No such file or directory" },
    { "http.host; dataset:isset,a,type md5,load broken.lst; ", "1:91: broken.lst:2: expected 32 hexadecimal digits" },
    { "http.host; dataset:isset,a,type string,load broken.lst; ", "1:94: broken.lst:2: expected base64" },
    { "http.host; dataset:isset,a,type ip,load broken.lst; ", "1:90: broken.lst:1: expected an address" },
    { "http.host; dataset:isset,a,type string,load .; ", "1:94: .: not a regular file" },
    { "http.host; dataset:isset,a,kind x; ", "1:77: unknown `kind` in `dataset`" },
    { "http.host; datarep:a,>; ", "1:69: expected datarep:name,operator,number up to 65535" },
    { "http.host; datarep:a,!,1,type string; ", "1:71: expected > < or ==, found `!`" },
    { "http.host; datarep:a,>,70000,type string; ", "1:69: expected datarep:name,operator,number up to 65535" },
    { "http.host; datarep:a,>,1,type md5,load broken.lst; ", "1:89: broken.lst:1: expected a value, a comma and a number up to 65535" }
};

static void broken_sets_are_named(void **unused)
{
    (void)unused;
    write_file("broken.lst", "1d5920f4b44b27a802bd77c4f0536f5a\nnot/base64\n");
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        char rule[256], want[256];
        struct heard heard = { .len = 0 };
        struct rules_report report = { .refusal = tell_refusal, .ctx = &heard };
        int n = snprintf(rule, sizeof(rule), "alert http $HOME_NET any -> $EXTERNAL_NET any  ( %ssid:1;)", broken[i].option);
        rules_free(rules_from(rule, (size_t)n, &report));
        snprintf(want, sizeof(want), "%s\n", broken[i].says);
        assert_string_equal(heard.text, want);
    }
}

/* Vectorscan 5.4.9 misses literals of small sets in more than 64 bytes. */
static void no_literal_is_missed_wherever_it_stands(void **unused)
{
    (void)unused;
    static const char *const sets[][3] = { { "d2", "d3" }, { "ch", "hd" }, { "rp", "pgm" }, { "rg", "ekg", "giq" }, { "a" } };
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        char rules[512] = "", text[300];
        size_t n = 0, count = 0;
        for (; count < 3 && sets[i][count]; count++)
            n += (size_t)snprintf(rules + n, sizeof(rules) - n, "alert udp any any -> any any (content:\"%s\"; sid:%zu;)\n",
                                  sets[i][count], count + 1);
        struct scene c;
        scene_begin(&c, rules);
        c.s.proto = IPPROTO_UDP;
        for (size_t len = 2; len < sizeof(text); len += 7) {
            for (size_t k = 0; k < count; k++) {
                size_t size = strlen(sets[i][k]);
                char want[32];
                memset(text, '.', sizeof(text));
                memcpy(text + (len > size ? len - size : 0), sets[i][k], size);
                snprintf(want, sizeof(want), "%zu ", k + 1);
                assert_string_equal(scene_packet(&c, text, len > size ? len : size), want);
            }
        }
        scene_end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_new_once), cmocka_unit_test(what_was_unset_is_new_again),
        cmocka_unit_test(a_file_gives_values_and_their_numbers), cmocka_unit_test(digests_are_compared_as_bytes),
        cmocka_unit_test(addresses_are_buffers_too), cmocka_unit_test(a_full_table_forgets_the_oldest),
        cmocka_unit_test(broken_sets_are_named), cmocka_unit_test(no_literal_is_missed_wherever_it_stands)
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
