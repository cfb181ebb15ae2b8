#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "common/buffer.h"

enum { MIB = 1024 * 1024 };

static void bytes_stand_in_the_order_they_were_added(void **unused)
{
    (void)unused;
    struct store *s = store_new(MIB);
    struct account a = { .most = MIB };
    struct buffer b = { 0 };
    for (int i = 0; i < 1000; i++) {
        uint8_t three[3] = { (uint8_t)i, (uint8_t)(i >> 8), 7 };
        assert_int_equal(buffer_add(&b, s, &a, three, 3, MIB), 3);
    }
    assert_int_equal(b.len, 3000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(b.at[3 * i] | b.at[3 * i + 1] << 8, i);
    buffer_free(&b, s, &a);
    assert_int_equal(a.used, 0);
    store_free(s);
}

static void the_limit_the_account_and_the_largest_block_each_cut(void **unused)
{
    (void)unused;
    static const struct { const char *name; uint32_t account; size_t add, most, want; } cases[] = {
        { "the caller's limit",  MIB,  1000,   100,    100 },
        { "no room at all",      MIB,  1000,   0,      0 },
        { "the account",         4096, 9000,   MIB,    4096 },
        { "an account too small", 32,  10,     MIB,    0 },
        { "the largest block",   MIB,  200000, MIB,    STORE_BLOCK_MAX },
        { "nothing to add",      MIB,  0,      MIB,    0 },
    };
    static const uint8_t bytes[200000];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store *s = store_new(MIB);
        struct account a = { .most = cases[i].account };
        struct buffer b = { 0 };
        size_t got = buffer_add(&b, s, &a, bytes, cases[i].add, cases[i].most);
        if (got != cases[i].want || b.len != got)
            fail_msg("%s: %zu added, %zu expected", cases[i].name, got, cases[i].want);
        buffer_free(&b, s, &a);
        assert_int_equal(a.used, 0);
        store_free(s);
    }
}

static void dropping_moves_the_rest_to_the_front(void **unused)
{
    (void)unused;
    struct store *s = store_new(MIB);
    struct account a = { .most = MIB };
    struct buffer b = { 0 };
    buffer_add(&b, s, &a, "abcdef", 6, MIB);
    buffer_drop(&b, 4);
    assert_int_equal(b.len, 2);
    assert_memory_equal(b.at, "ef", 2);
    buffer_drop(&b, 2);
    assert_int_equal(b.len, 0);
    assert_int_equal(buffer_add(&b, s, &a, "g", 1, MIB), 1);
    assert_memory_equal(b.at, "g", 1);
    buffer_free(&b, s, &a);
    buffer_free(&b, s, &a);
    assert_int_equal(a.used, 0);
    store_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stand_in_the_order_they_were_added),
        cmocka_unit_test(the_limit_the_account_and_the_largest_block_each_cut),
        cmocka_unit_test(dropping_moves_the_rest_to_the_front),
    };
    return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
