#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/store.h"

enum { MIB = 1024 * 1024 };

static void a_block_is_charged_whole_and_given_back_whole(void **unused)
{
    (void)unused;
    static const struct { size_t asked, charged; } cases[] = {
        { 0, 64 }, { 1, 64 }, { 64, 64 }, { 65, 128 }, { 128, 128 }, { 129, 256 },
        { 4096, 4096 }, { 4097, 8192 }, { 65537, STORE_BLOCK_MAX }, { STORE_BLOCK_MAX, STORE_BLOCK_MAX },
    };
    struct store *s = store_new(4 * MIB);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct account a = { .most = MIB };
        void *block = store_take(s, &a, cases[i].asked);
        assert_non_null(block);
        assert_int_equal(a.used, cases[i].charged);
        assert_int_equal(store_counts(s)->used, cases[i].charged);
        store_give(s, &a, block, cases[i].asked);
        assert_int_equal(a.used, 0);
    }
    assert_int_equal(store_counts(s)->used, 0);
    store_free(s);
}

static void more_than_the_largest_block_is_refused(void **unused)
{
    (void)unused;
    struct store *s = store_new(4 * MIB);
    struct account a = { .most = 4 * MIB };
    assert_null(store_take(s, &a, STORE_BLOCK_MAX + 1));
    assert_null(store_take(s, &a, SIZE_MAX));
    store_free(s);
}

static void a_full_account_is_refused_and_others_are_not(void **unused)
{
    (void)unused;
    struct store *s = store_new(MIB);
    struct account greedy = { .most = 192 }, other = { .most = 64 };
    void *first = store_take(s, &greedy, 128), *second = store_take(s, &greedy, 64);
    assert_null(store_take(s, &greedy, 1));
    assert_int_equal(store_counts(s)->account_full, 1);
    void *third = store_take(s, &other, 1);
    assert_non_null(third);
    store_give(s, &greedy, first, 128);
    store_give(s, &greedy, second, 64);
    store_give(s, &other, third, 1);
    store_free(s);
}

static void what_one_size_filled_another_size_can_use_once_given_back(void **unused)
{
    (void)unused;
    enum { SMALL = MIB / 64 };
    struct store *s = store_new(MIB);
    struct account a = { .most = 2 * MIB };
    void **small = calloc(SMALL, sizeof *small);
    for (int i = 0; i < SMALL; i++)
        assert_non_null(small[i] = store_take(s, &a, 64));
    assert_null(store_take(s, &a, STORE_BLOCK_MAX));
    assert_int_equal(store_counts(s)->store_full, 1);
    for (int i = 0; i < SMALL; i++)
        store_give(s, &a, small[i], 64);
    void *large[8];
    for (int i = 0; i < 8; i++)
        assert_non_null(large[i] = store_take(s, &a, STORE_BLOCK_MAX));
    assert_null(store_take(s, &a, 64));
    for (int i = 0; i < 8; i++)
        store_give(s, &a, large[i], STORE_BLOCK_MAX);
    assert_int_equal(a.used, 0);
    free(small);
    store_free(s);
}

static void a_full_slab_takes_back_and_gives_out_again(void **unused)
{
    (void)unused;
    enum { BLOCKS = STORE_BLOCK_MAX / 64 };
    struct store *s = store_new(STORE_BLOCK_MAX);
    struct account a = { .most = MIB };
    void *block = NULL;
    for (int i = 0; i < BLOCKS; i++)
        assert_non_null(block = store_take(s, &a, 64));
    assert_null(store_take(s, &a, 64));
    for (int i = 0; i < 3; i++) {
        store_give(s, &a, block, 64);
        assert_ptr_equal(store_take(s, &a, 64), block);
        assert_null(store_take(s, &a, 64));
    }
    store_free(s);
}

static void a_block_is_zero_even_when_it_was_used_before(void **unused)
{
    (void)unused;
    static const uint8_t zero[200];
    struct store *s = store_new(MIB);
    struct account a = { .most = MIB };
    void *block = store_take(s, &a, 200);
    memset(block, 0xff, 200);
    store_give(s, &a, block, 200);
    block = store_take(s, &a, 130);
    assert_memory_equal(block, zero, 130);
    block = store_grow(s, &a, block, 130, 200);
    assert_memory_equal(block, zero, 200);
    store_give(s, &a, block, 200);
    store_free(s);
}

static void growing_keeps_the_bytes_and_needs_no_more_than_the_difference(void **unused)
{
    (void)unused;
    struct store *s = store_new(MIB);
    struct account a = { .most = 256 };
    char *block = store_take(s, &a, 100);
    memset(block, 'x', 100);
    block = store_grow(s, &a, block, 100, 256);
    assert_non_null(block);
    assert_int_equal(block[99], 'x');
    assert_int_equal(block[100], 0);
    assert_int_equal(a.used, 256);
    assert_null(store_grow(s, &a, block, 256, 257));
    assert_int_equal(block[99], 'x');
    store_give(s, &a, block, 256);
    store_free(s);
}

static void any_order_of_taking_and_giving_keeps_blocks_apart(void **unused)
{
    (void)unused;
    enum { HELD = 500, STEPS = 40000 };
    struct { uint8_t *at; size_t n; uint8_t mark; } held[HELD] = { 0 };
    struct store *s = store_new(8 * MIB);
    struct account a = { .most = 8 * MIB };
    unsigned seed = 7;
    for (int step = 0; step < STEPS; step++) {
        size_t i = (size_t)rand_r(&seed) % HELD;
        for (size_t b = 0; b < held[i].n; b++)
            assert_int_equal(held[i].at[b], held[i].mark);
        store_give(s, &a, held[i].at, held[i].n);
        held[i].n = (size_t)rand_r(&seed) % (rand_r(&seed) % 16 ? 500 : 20000);
        held[i].at = store_take(s, &a, held[i].n);
        held[i].mark = (uint8_t)step;
        if (held[i].at == NULL)
            held[i].n = 0;
        else
            memset(held[i].at, held[i].mark, held[i].n);
    }
    for (int i = 0; i < HELD; i++)
        store_give(s, &a, held[i].at, held[i].n);
    assert_int_equal(a.used, 0);
    assert_int_equal(store_counts(s)->used, 0);
    store_free(s);
}

static void a_store_of_nothing_refuses(void **unused)
{
    (void)unused;
    struct store *s = store_new(0);
    struct account a = { .most = 64 };
    assert_null(store_take(s, &a, 1));
    store_give(s, &a, NULL, 1);
    store_free(s);
    store_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_charged_whole_and_given_back_whole),
        cmocka_unit_test(more_than_the_largest_block_is_refused),
        cmocka_unit_test(a_full_account_is_refused_and_others_are_not),
        cmocka_unit_test(what_one_size_filled_another_size_can_use_once_given_back),
        cmocka_unit_test(a_full_slab_takes_back_and_gives_out_again),
        cmocka_unit_test(a_block_is_zero_even_when_it_was_used_before),
        cmocka_unit_test(growing_keeps_the_bytes_and_needs_no_more_than_the_difference),
        cmocka_unit_test(any_order_of_taking_and_giving_keeps_blocks_apart),
        cmocka_unit_test(a_store_of_nothing_refuses),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
