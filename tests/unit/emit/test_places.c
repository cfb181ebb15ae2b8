#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "emit/places.h"
#include "tests/support/file.h"

/* The database is made by the same script that makes the drill's; both layouts from one table. */
static const char table[] = "network,country\n192.0.2.0/24,NL\n192.0.2.128/25,DE\n2001:db8::/32,FR\n10.1.0.0/16,CN\n";

static struct file database(const char *layout)
{
    char command[300];
    struct file csv = file_of_text(table), out = file_of_text("");
    snprintf(command, sizeof command, "perl deploy/exercise/countries.pl %s %s %s 2>/dev/null", layout, csv.path, out.path);
    int rc = system(command);
    unlink(csv.path);
    if (rc != 0) {
        unlink(out.path);
        print_message("skipped: MaxMind::DB::Writer is not installed, or this is not run at the top of the tree\n");
        skip();
    }
    return out;
}

static struct endpoint described(struct places_memory *m, const char *address)
{
    struct endpoint e = { 0 };
    assert_int_equal(addr_parse(address, &e.addr), 0);
    places_describe(m, &e);
    return e;
}

static void countries_are_found_in(const char *layout)
{
    struct file file = database(layout);
    struct fault f = { 0 };
    struct places *p = places_open(file.path, NULL, &f);
    if (p == NULL)
        fail_msg("%s", f.why);
    struct places_memory *m = places_memory_new(p);
    static const char *const cases[][2] = { { "192.0.2.1", "NL" }, { "192.0.2.200", "DE" }, { "2001:db8::1", "FR" },
                                            { "10.1.2.3", "CN" }, { "203.0.113.1", "" }, { "2001:db9::1", "" }, { "192.0.2.1", "NL" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(described(m, cases[i][0]).country, cases[i][1]) != 0)
            fail_msg("%s %s: \"%s\"", layout, cases[i][0], described(m, cases[i][0]).country);
    struct endpoint none = { 0 };
    places_describe(m, &none);
    assert_string_equal(none.country, "");
    places_memory_free(m);
    places_close(p);
    unlink(file.path);
}

static void a_flat_database_tells_countries(void **unused)
{
    (void)unused;
    countries_are_found_in("flat");
}

static void a_nested_database_tells_the_same_countries(void **unused)
{
    (void)unused;
    countries_are_found_in("nested");
}

/* More addresses than the memory has places for: an answer is never another address's. */
static void what_is_remembered_is_never_another_addresss(void **unused)
{
    (void)unused;
    struct file csv = file_of_text("10.0.0.0/17,low,,,,,,\n10.0.128.0/17,high,,,,,,\n");
    struct fault f = { 0 };
    struct places *p = places_open("", csv.path, &f);
    assert_non_null(p);
    assert_int_equal(places_assets(p), 2);
    struct places_memory *m = places_memory_new(p);
    for (int turn = 0; turn < 2; turn++)
        for (unsigned i = 0; i < 65536; i += 3) {
            uint8_t four[4] = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i };
            struct endpoint e = { .addr = addr_v4(four) };
            places_describe(m, &e);
            assert_string_equal(e.asset->name, i < 32768 ? "low" : "high");
        }
    places_memory_free(m);
    places_close(p);
    unlink(csv.path);
}

static void what_cannot_be_opened_is_said(void **unused)
{
    (void)unused;
    struct file no_mmdb = file_of_text("this is no database");
    struct fault f = { 0 };
    assert_null(places_open("/nonexistent/c.mmdb", NULL, &f));
    assert_non_null(strstr(f.why, "/nonexistent/c.mmdb: "));
    assert_null(places_open(no_mmdb.path, NULL, &f));
    assert_non_null(strstr(f.why, "expected a MaxMind DB of countries"));
    assert_null(places_open(NULL, "/nonexistent/a.csv", &f));
    assert_string_equal(f.why, "/nonexistent/a.csv: No such file or directory");
    struct places *p = places_open(NULL, NULL, &f);
    struct places_memory *m = places_memory_new(p);
    struct endpoint e = described(m, "10.0.0.1");
    assert_string_equal(e.country, "");
    assert_null(e.asset);
    places_memory_free(m);
    places_close(p);
    places_close(NULL);
    unlink(no_mmdb.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flat_database_tells_countries),
        cmocka_unit_test(a_nested_database_tells_the_same_countries),
        cmocka_unit_test(what_is_remembered_is_never_another_addresss),
        cmocka_unit_test(what_cannot_be_opened_is_said),
    };
    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
