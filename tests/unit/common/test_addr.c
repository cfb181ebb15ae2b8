#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/addr.h"

static struct addr addr_of(const char *text)
{
    struct addr a;
    if (addr_parse(text, &a) < 0)
        fail_msg("%s is no address", text);
    return a;
}

static struct prefix prefix_of(const char *text)
{
    struct prefix p;
    if (prefix_parse(text, &p) < 0)
        fail_msg("%s is no prefix", text);
    return p;
}

static void addresses_come_back_as_inet_ntop_writes_them(void **unused)
{
    (void)unused;
    static const char *const same[] = { "0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "fe80::1", "2001:db8::",
                                        "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8" };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char out[ADDR_TEXT_MAX];
        struct addr a = addr_of(same[i]);
        assert_int_equal(addr_text(&a, out), strlen(same[i]));
        assert_string_equal(out, same[i]);
    }
    char out[ADDR_TEXT_MAX] = "x";
    assert_int_equal(addr_text(&(struct addr){ 0 }, out), 0);
    assert_string_equal(out, "");
}

static void an_ipv4_address_is_not_the_ipv6_one_with_the_same_bytes(void **unused)
{
    (void)unused;
    struct addr four = addr_of("1.2.3.4"), six = addr_of("::1.2.3.4");
    assert_false(addr_equal(&four, &six));
    assert_true(addr_compare(&four, &six) < 0);
    assert_true(addr_compare(&six, &four) > 0);
    struct prefix any4 = prefix_of("0.0.0.0/0"), any6 = prefix_of("::/0");
    assert_true(prefix_holds(&any4, &four));
    assert_false(prefix_holds(&any4, &six));
    assert_false(prefix_holds(&any6, &four));
    assert_true(prefix_holds(&any6, &six));
}

static const struct held { const char *prefix, *in, *out; } held[] = {
    { "10.0.0.0/8",      "10.255.255.255",  "11.0.0.0" },
    { "10.1.2.3/8",      "10.0.0.0",        "9.255.255.255" },      /* host bits are cleared */
    { "192.0.2.128/25",  "192.0.2.255",     "192.0.2.127" },
    { "192.0.2.7",       "192.0.2.7",       "192.0.2.6" },
    { "192.0.2.7/32",    "192.0.2.7",       "192.0.2.8" },
    { "192.0.2.6/31",    "192.0.2.7",       "192.0.2.8" },
    { "128.0.0.0/1",     "255.0.0.1",       "127.255.255.255" },
    { "2001:db8::/32",   "2001:db8:ffff::", "2001:db9::" },
    { "fe80::/10",       "febf::1",         "fec0::" },
    { "::1",             "::1",             "::2" },
    { "2001:db8::/127",  "2001:db8::1",     "2001:db8::2" },
};

static void a_prefix_holds_what_lies_in_it_and_no_neighbour(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        struct prefix p = prefix_of(held[i].prefix);
        struct addr in = addr_of(held[i].in), out = addr_of(held[i].out);
        if (!prefix_holds(&p, &in) || prefix_holds(&p, &out))
            fail_msg("%s", held[i].prefix);
    }
}

static void what_is_no_prefix_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = { "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/ 8", "10.0.0.0/8x", "10.0.0/8",
        "::/129", "2001:db8::/99999999999999999999", "10.0.0.256", "x", " 10.0.0.1", "10.0.0.1 ", "fe80::1%eth0",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct prefix p;
        if (prefix_parse(bad[i], &p) == 0)
            fail_msg("\"%s\" was taken", bad[i]);
    }
}

static void the_longest_prefix_wins_whatever_the_order_they_were_added_in(void **unused)
{
    (void)unused;
    static const char *const prefixes[] = { "10.1.0.0/16", "0.0.0.0/0", "10.0.0.0/8", "10.1.2.3", "2001:db8::/32", "2001:db8:1::/48" };
    static const struct { const char *address, *want; } asked[] = {
        { "10.1.2.3", "10.1.2.3" }, { "10.1.2.4", "10.1.0.0/16" }, { "10.2.0.0", "10.0.0.0/8" }, { "192.0.2.1", "0.0.0.0/0" },
        { "2001:db8:1::9", "2001:db8:1::/48" }, { "2001:db8:2::", "2001:db8::/32" }, { "fe80::1", NULL },
    };
    enum { COUNT = sizeof prefixes / sizeof prefixes[0] };
    for (size_t turn = 0; turn < COUNT; turn++) {
        struct addr_table *t = addr_table_new();
        for (size_t i = 0; i < COUNT; i++) {
            struct prefix p = prefix_of(prefixes[(i + turn) % COUNT]);
            assert_int_equal(addr_table_add(t, &p, (void *)(uintptr_t)prefixes[(i + turn) % COUNT]), 0);
        }
        addr_table_seal(t);
        for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
            struct addr a = addr_of(asked[i].address);
            const char *found = addr_table_find(t, &a);
            if (asked[i].want == NULL ? found != NULL : found == NULL || strcmp(found, asked[i].want) != 0)
                fail_msg("%s: %s", asked[i].address, found ? found : "nothing");
        }
        addr_table_free(t);
    }
}

static void a_table_answers_as_a_walk_over_all_prefixes_would(void **unused)
{
    (void)unused;
    enum { COUNT = 300 };
    struct prefix all[COUNT];
    struct addr_table *t = addr_table_new();
    uint32_t state = 1;
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t four[4];
        for (int k = 0; k < 4; k++) {
            state = state * 1664525 + 1013904223;
            four[k] = (uint8_t)(state >> 30);       /* crowded: many share their beginnings */
        }
        char text[40];
        snprintf(text, sizeof text, "%u.%u.%u.%u/%u", four[0], four[1], four[2], four[3], 8 + (unsigned)(state >> 10) % 25);
        all[i] = prefix_of(text);
        addr_table_add(t, &all[i], &all[i]);
    }
    addr_table_seal(t);
    for (unsigned n = 0; n < 256; n++) {
        uint8_t four[4] = { n & 3, n >> 2 & 3, n >> 4 & 3, (uint8_t)(n >> 6) };
        struct addr a = addr_v4(four);
        const struct prefix *found = addr_table_find(t, &a), *want = NULL;
        for (size_t i = 0; i < COUNT; i++)
            if (prefix_holds(&all[i], &a) && (want == NULL || all[i].bits >= want->bits))
                want = &all[i];         /* of equal ones the later */
        assert_ptr_equal(found, want);
    }
    addr_table_free(t);
    addr_table_free(NULL);
}

static void an_empty_table_finds_nothing(void **unused)
{
    (void)unused;
    struct addr_table *t = addr_table_new();
    struct addr a = addr_of("10.0.0.1");
    addr_table_seal(t);
    assert_null(addr_table_find(t, &a));
    addr_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_come_back_as_inet_ntop_writes_them),
        cmocka_unit_test(an_ipv4_address_is_not_the_ipv6_one_with_the_same_bytes),
        cmocka_unit_test(a_prefix_holds_what_lies_in_it_and_no_neighbour),
        cmocka_unit_test(what_is_no_prefix_is_refused),
        cmocka_unit_test(the_longest_prefix_wins_whatever_the_order_they_were_added_in),
        cmocka_unit_test(a_table_answers_as_a_walk_over_all_prefixes_would),
        cmocka_unit_test(an_empty_table_finds_nothing),
    };
    return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
