/* Sets of numbers, and the addresses and ports that are written with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "detect/net.h"

static void random_sets_agree_with_plain_arrays(void **unused)
{
    (void)unused;
    enum { MOST = 63 };
    srand(7);
    for (unsigned turn = 0; turn < 500; turn++) {
        struct pile *p = pile_new();
        struct spans set[2] = { { NULL, 0 }, { NULL, 0 } };
        bool plain[2][MOST + 1] = { { false } };
        for (unsigned i = 0; i < 10; i++) {
            unsigned lo = (unsigned)rand() % (MOST + 1), hi = lo + (unsigned)rand() % (MOST + 1 - lo), k = i % 2;
            set[k] = spans_union(p, set[k], spans_one(p, lo, hi));
            memset(&plain[k][lo], 1, hi - lo + 1);
        }
        struct spans minus = spans_minus(p, set[0], set[1], MOST), not = spans_not(p, set[0], MOST);
        for (unsigned n = 0; n <= MOST; n++) {
            assert_int_equal(spans_hold(&set[0], n), plain[0][n]);
            assert_int_equal(spans_hold(&not, n), !plain[0][n]);
            assert_int_equal(spans_hold(&minus, n), plain[0][n] && !plain[1][n]);
        }
        pile_free(p);
    }
}

static void the_largest_number_is_no_edge_case(void **unused)
{
    (void)unused;
    struct pile *p = pile_new();
    struct spans all = spans_all(p, WIDE_MAX);
    assert_true(spans_hold(&all, WIDE_MAX));
    struct spans none = spans_not(p, all, WIDE_MAX);
    assert_int_equal(none.count, 0);
    struct spans most = spans_union(p, spans_one(p, 5, WIDE_MAX), spans_one(p, 0, 4));
    assert_true(spans_are_all(most, WIDE_MAX));
    pile_free(p);
}

static const struct net_case { const char *name, *set, *address; bool holds; } nets[] = {
    { "any",                          "any", "1.2.3.4", true },
    { "any holds IPv6",               "any", "2001:db8::1", true },
    { "a prefix's first",             "10.0.0.0/8", "10.0.0.0", true },
    { "a prefix's last",              "10.0.0.0/8", "10.255.255.255", true },
    { "one behind",                   "10.0.0.0/8", "11.0.0.0", false },
    { "all of IPv4 is not IPv6",      "0.0.0.0/0", "::1", false },
    { "all but IPv4's private",       "!$HOME_NET", "8.8.8.8", true },
    { "holds IPv6 as well",           "!$HOME_NET", "2001:db8::1", true },
    { "a variable of a variable",     "$EXTERNAL_NET", "192.168.3.4", false },
    { "a list of variables",          "[$HOME_NET,8.8.8.8]", "8.8.8.8", true },
    { "less a variable",              "[10.0.0.0/8,!$DMZ]", "10.1.1.1", false },
    { "less a variable, elsewhere",   "[10.0.0.0/8,!$DMZ]", "10.2.1.1", true },
    { "only what is not",             "[!10.0.0.0/8,!11.0.0.0/8]", "11.0.0.1", false },
    { "only what is not, elsewhere",  "[!10.0.0.0/8,!11.0.0.0/8]", "12.0.0.1", true },
    { "blanks are free",              "[ 10.0.0.1 , 10.0.0.2 ]", "10.0.0.2", true },
    { "IPv6 prefix",                  "fd00::/8", "fd12::1", true },
    { "IPv6 single",                  "2001:db8::1", "2001:db8::2", false }
};

static struct nets begin(void)
{
    struct nets n = { .pile = pile_new() };
    struct fault f;
    assert_int_equal(nets_var(&n, "HOME_NET=[10.0.0.0/8,192.168.0.0/16]", &f), 0);
    assert_int_equal(nets_var(&n, "EXTERNAL_NET=!$HOME_NET", &f), 0);
    assert_int_equal(nets_var(&n, "DMZ=10.1.0.0/16", &f), 0);
    assert_int_equal(nets_var(&n, "SELF=$SELF", &f), 0);
    assert_int_equal(nets_var(&n, "BAD=10.0.0.999", &f), 0);
    return n;
}

static void end(struct nets *n)
{
    nets_free(n);
    pile_free(n->pile);
}

static void sets_of_addresses_hold_what_they_should(void **unused)
{
    (void)unused;
    struct nets n = begin();
    for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
        struct addr a;
        struct fault f;
        const char *at;
        assert_int_equal(addr_parse(nets[i].address, &a), 0);
        const struct netset *s = nets_addresses(&n, slice_of(nets[i].set), &at, &f);
        if (s == NULL)
            fail_msg("%s: %s", nets[i].name, f.why);
        if (netset_holds(s, &a) != nets[i].holds)
            fail_msg("%s: %s in %s", nets[i].name, nets[i].address, nets[i].set);
    }
    end(&n);
}

static void the_same_text_is_the_same_set(void **unused)
{
    (void)unused;
    struct nets n = begin();
    struct fault f;
    const char *at;
    assert_ptr_equal(nets_addresses(&n, slice_of("[$HOME_NET]"), &at, &f), nets_addresses(&n, slice_of("[$HOME_NET]"), &at, &f));
    assert_ptr_equal(nets_ports(&n, slice_of("80"), &at, &f), nets_ports(&n, slice_of("80"), &at, &f));
    end(&n);
}

static void a_variable_is_named_in_what_is_wrong_with_it(void **unused)
{
    (void)unused;
    struct nets n = begin();
    struct fault f;
    const char *text = "[1.2.3.4,$BAD]", *at = NULL;
    assert_null(nets_addresses(&n, slice_of(text), &at, &f));
    assert_string_equal(f.why, "variable BAD: not an address: `10.0.0.999`");
    assert_ptr_equal(at, text + 9);
    assert_null(nets_addresses(&n, slice_of("$SELF"), &at, &f));
    assert_string_equal(f.why, "variable SELF: variables nested too deep: `$SELF`");
    assert_int_not_equal(nets_var(&n, "NOTHING", &f), 0);
    end(&n);
}

static void ports_hold_what_they_should(void **unused)
{
    (void)unused;
    static const struct { const char *set; uint16_t port; bool holds; } ports[] = {
        { "any", 0, true }, { "80", 80, true }, { "80", 81, false }, { "1024:", 65535, true }, { ":1023", 0, true },
        { "[80,443,!443]", 443, false }, { "!80", 80, false }, { "![80,443]", 8080, true }, { "[1:100,!50]", 50, false }
    };
    struct nets n = begin();
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        struct fault f;
        const char *at;
        const struct portset *s = nets_ports(&n, slice_of(ports[i].set), &at, &f);
        assert_non_null(s);
        if (portset_holds(s, ports[i].port) != ports[i].holds)
            fail_msg("%u in %s", ports[i].port, ports[i].set);
    }
    end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_sets_agree_with_plain_arrays),
        cmocka_unit_test(the_largest_number_is_no_edge_case),
        cmocka_unit_test(sets_of_addresses_hold_what_they_should),
        cmocka_unit_test(the_same_text_is_the_same_set),
        cmocka_unit_test(a_variable_is_named_in_what_is_wrong_with_it),
        cmocka_unit_test(ports_hold_what_they_should)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
