#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dissectors/framing/parts.h"

#define WHOLE "0123456789abcdef"

static const uint8_t *add(struct file_parts *p, const char *key, uint64_t total, uint64_t start, const char *bytes)
{
    return file_parts_add(p, &(struct file_part){ (const uint8_t *)key, strlen(key), start, total, (const uint8_t *)bytes, strlen(bytes) });
}

static const struct order_case { const char *name; struct { unsigned start, len; } parts[6]; } orders[] = {
    { "in order", { { 0, 5 }, { 5, 5 }, { 10, 6 } } },
    { "backwards", { { 10, 6 }, { 5, 5 }, { 0, 5 } } },
    { "the middle last", { { 0, 5 }, { 10, 6 }, { 5, 5 } } },
    { "overlapping", { { 0, 9 }, { 3, 10 }, { 12, 4 } } },
    { "one over two and the hole between", { { 2, 2 }, { 6, 2 }, { 10, 6 }, { 0, 11 } } },
    { "twice the same", { { 0, 8 }, { 0, 8 }, { 8, 8 } } },
};

static void a_file_is_whole_with_its_last_part_whatever_the_order(void **unused)
{
    (void)unused;
    struct file_parts *p = file_parts_new();
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        const uint8_t *whole = NULL;
        for (size_t k = 0; k < 6 && orders[i].parts[k].len > 0; k++) {
            char piece[17] = "";
            if (whole != NULL)
                fail_msg("%s: whole before its last part", orders[i].name);
            memcpy(piece, WHOLE + orders[i].parts[k].start, orders[i].parts[k].len);
            whole = add(p, "a/x", 16, orders[i].parts[k].start, piece);
        }
        if (whole == NULL || memcmp(whole, WHOLE, 16) != 0)
            fail_msg("%s", orders[i].name);
    }
    file_parts_free(p);
}

static void what_came_first_stays(void **unused)
{
    (void)unused;
    struct file_parts *p = file_parts_new();
    assert_null(add(p, "a/x", 8, 2, "cd"));
    assert_null(add(p, "a/x", 8, 0, "XXXXXX"));
    assert_memory_equal(add(p, "a/x", 8, 6, "gh"), "XXcdXXgh", 8);
    file_parts_free(p);
}

static void other_names_and_sizes_are_other_files(void **unused)
{
    (void)unused;
    struct file_parts *p = file_parts_new();
    assert_null(add(p, "a/x", 4, 0, "ab"));
    assert_null(add(p, "a/y", 4, 2, "cd"));
    assert_null(add(p, "a/x", 5, 2, "cde"));
    assert_non_null(add(p, "a/x", 4, 2, "cd"));
    assert_null(add(p, "a/x", 4, 2, "cd"));         /* it was told, and begins anew */
    file_parts_free(p);
}

static void what_cannot_be_is_left_out(void **unused)
{
    (void)unused;
    struct file_parts *p = file_parts_new();
    assert_null(add(p, "a/x", 4, 0, ""));
    assert_null(add(p, "a/x", 4, 4, "a"));
    assert_null(add(p, "a/x", 4, 2, "abc"));
    assert_null(add(p, "a/x", FILE_PARTS_BYTES + 1, 0, "abc"));
    assert_null(add(p, "a/x", 4, UINT64_MAX, "ab"));
    assert_int_equal(file_parts_forgotten(p), 0);
    file_parts_free(p);
}

static void the_longest_untouched_is_forgotten_and_counted(void **unused)
{
    (void)unused;
    struct file_parts *p = file_parts_new();
    char key[16];
    for (int i = 0; i < FILE_PARTS_MAX; i++) {
        snprintf(key, sizeof key, "a/%d", i);
        assert_null(add(p, key, 4, 0, "ab"));
    }
    assert_null(add(p, "a/0", 4, 0, "a"));          /* touched again: 1 is now the oldest */
    assert_null(add(p, "a/new", 4, 0, "ab"));
    assert_int_equal(file_parts_forgotten(p), 1);
    assert_non_null(add(p, "a/0", 4, 2, "cd"));
    assert_null(add(p, "a/1", 4, 2, "cd"));
    file_parts_free(p);
}

static void crumbs_are_given_up(void **unused)
{
    (void)unused;
    struct file_parts *p = file_parts_new();
    for (unsigned i = 0; i <= FILE_PARTS_RUNS; i++)
        assert_null(add(p, "a/x", 1000, 2 * i, "x"));
    assert_int_equal(file_parts_forgotten(p), 1);
    file_parts_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_whole_with_its_last_part_whatever_the_order), cmocka_unit_test(what_came_first_stays),
        cmocka_unit_test(other_names_and_sizes_are_other_files),                 cmocka_unit_test(what_cannot_be_is_left_out),
        cmocka_unit_test(the_longest_untouched_is_forgotten_and_counted),        cmocka_unit_test(crumbs_are_given_up),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
