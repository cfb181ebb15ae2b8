#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/arena.h"
#include "common/fault.h"

static void pieces_are_aligned_and_do_not_overlap(void **unused)
{
    (void)unused;
    _Alignas(ARENA_ALIGN) uint8_t block[256];
    struct arena a = arena_over(block, sizeof block);
    uint8_t *before = NULL;
    size_t before_len = 0;
    static const size_t sizes[] = { 1, 16, 17, 31, 3 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *p = arena_take(&a, sizes[i]);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % ARENA_ALIGN, 0);
        assert_true(before == NULL || p >= before + before_len);
        before = p;
        before_len = sizes[i];
    }
    assert_true(before + before_len <= block + sizeof block);
}

static void a_full_arena_refuses_counts_and_goes_on(void **unused)
{
    (void)unused;
    _Alignas(ARENA_ALIGN) uint8_t block[40];
    struct arena a = arena_over(block, sizeof block);
    assert_non_null(arena_take(&a, 32));
    assert_null(arena_take(&a, 1));         /* 8 are left, but a piece takes 16 */
    assert_null(arena_take(&a, SIZE_MAX));
    assert_null(arena_take(&a, SIZE_MAX - 14));
    assert_int_equal(a.refused, 3);
    arena_reset(&a);
    assert_ptr_equal(arena_take(&a, 32), block);
    assert_int_equal(a.refused, 3);
}

static void a_fault_gives_its_code_back_and_cuts_what_is_too_long(void **unused)
{
    (void)unused;
    struct fault f;
    char long_text[1000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(fault_set(&f, -22, "%s:%d: %s", "a.rules", 12, "unknown"), -22);
    assert_int_equal(f.code, -22);
    assert_string_equal(f.why, "a.rules:12: unknown");
    fault_set(&f, -1, "%s", long_text);
    assert_int_equal(strlen(f.why), sizeof f.why - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(a_full_arena_refuses_counts_and_goes_on),
        cmocka_unit_test(a_fault_gives_its_code_back_and_cuts_what_is_too_long),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
