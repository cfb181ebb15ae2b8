#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/blocks.h"

static void pieces_are_aligned_and_do_not_overlap(void **unused)
{
    (void)unused;
    struct blocks b = { 0 };
    uint8_t *pieces[3000];
    for (size_t i = 0; i < 3000; i++) {
        pieces[i] = blocks_take(&b, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % BLOCKS_ALIGN, 0);
        memset(pieces[i], (int)(i % 251), i);
    }
    for (size_t i = 0; i < 3000; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_equal(pieces[i][k], i % 251);
    blocks_free(&b);
}

static void a_piece_may_be_larger_than_a_block(void **unused)
{
    (void)unused;
    struct blocks b = { 0 };
    char *before = blocks_take(&b, 10), *large = blocks_take(&b, 3 * BLOCK_SIZE), *after = blocks_take(&b, 10);
    memset(large, 7, 3 * BLOCK_SIZE);
    memset(before, 1, 10);
    memset(after, 2, 10);
    assert_int_equal(large[0], 7);
    assert_int_equal(large[3 * BLOCK_SIZE - 1], 7);
    blocks_free(&b);
}

static void emptied_they_serve_again_without_the_system(void **unused)
{
    (void)unused;
    struct blocks b = { 0 };
    blocks_take(&b, BLOCK_SIZE);
    void *second = blocks_take(&b, BLOCK_SIZE);
    blocks_empty(&b);
    assert_ptr_equal(blocks_take(&b, BLOCK_SIZE), second);
    blocks_free(&b);
}

static void what_the_last_use_did_not_need_goes_back_to_the_system(void **unused)
{
    (void)unused;
    struct blocks b = { 0 };
    for (int i = 0; i < 10; i++)
        blocks_take(&b, BLOCK_SIZE);
    blocks_empty(&b);
    blocks_take(&b, 1);
    blocks_empty(&b);
    blocks_take(&b, 1);
    assert_null(b.spare);
    blocks_free(&b);
}

static void nothing_can_be_too_large_to_be_refused(void **unused)
{
    (void)unused;
    struct blocks b = { 0 };
    assert_null(blocks_take(&b, SIZE_MAX));
    assert_null(blocks_take(&b, SIZE_MAX / 2));
    assert_non_null(blocks_take(&b, 1));
    blocks_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(emptied_they_serve_again_without_the_system),
        cmocka_unit_test(what_the_last_use_did_not_need_goes_back_to_the_system),
        cmocka_unit_test(nothing_can_be_too_large_to_be_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
