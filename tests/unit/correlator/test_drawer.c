/* Texts by name, the newest so many of a region; what was kept comes back in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "correlator/drawer.h"

struct said { char kept[64][96], names[64][16], left[64][40]; size_t kept_count, left_count; };

static void on_keep(void *ctx, const char *region, const char *name, const char *kept, size_t len)
{
    struct said *s = ctx;
    (void)region;
    snprintf(s->names[s->kept_count], 16, "%s", name);
    snprintf(s->kept[s->kept_count++], 96, "%.*s", (int)len, kept);
}

static void on_left(void *ctx, const char *region, const char *name)
{
    struct said *s = ctx;
    snprintf(s->left[s->left_count++], 40, "%s %s", region, name);
}

static bool put(struct drawer *d, struct said *s, const char *region, const char *name, const char *text, uint64_t now_us)
{
    const struct drawer_owner o = { on_keep, on_left, s };
    return drawer_put(d, region, name, text, strlen(text), now_us, &o);
}

static void the_oldest_of_a_full_region_leaves_and_no_other_region_s(void **unused)
{
    struct drawer *d = drawer_new(2, 0);
    struct said s = { 0 };
    (void)unused;
    assert_true(put(d, &s, "b", "x", "other", 0));
    assert_true(put(d, &s, "a", "1", "one", 0) && put(d, &s, "a", "2", "two", 0) && put(d, &s, "a", "3", "three", 0));
    assert_int_equal(s.left_count, 1);
    assert_string_equal(s.left[0], "a 1");
    assert_null(drawer_find(d, "a", "1"));
    assert_string_equal(drawer_find(d, "a", "3"), "three");
    assert_string_equal(drawer_find(d, "b", "x"), "other");
    assert_null(drawer_find(d, "b", "3"));
    assert_int_equal(drawer_count(d), 3);
    assert_int_equal(drawer_forgotten(d), 1);
    drawer_free(d);
}

static void what_is_too_old_leaves_when_something_comes(void **unused)
{
    struct drawer *d = drawer_new(10, 100);
    struct said s = { 0 };
    (void)unused;
    put(d, &s, "a", "1", "one", 1000);
    put(d, &s, "a", "2", "two", 1100);
    assert_int_equal(s.left_count, 0);
    put(d, &s, "a", "3", "three", 1101);
    assert_string_equal(s.left[0], "a 1");
    put(d, &s, "a", "4", "four", 5);            /* a clock that went backwards takes nothing away */
    assert_int_equal(s.left_count, 1);
    drawer_free(d);
}

static void one_of_the_same_name_takes_its_place(void **unused)
{
    struct drawer *d = drawer_new(2, 0);
    struct said s = { 0 };
    (void)unused;
    put(d, &s, "a", "1", "one", 0);
    put(d, &s, "a", "1", "uno", 0);
    assert_string_equal(drawer_find(d, "a", "1"), "uno");
    assert_int_equal(drawer_count(d), 1);
    assert_true(drawer_remove(d, "a", "1"));
    assert_false(drawer_remove(d, "a", "1"));
    assert_int_equal(drawer_count(d), 0);
    drawer_free(d);
}

static void what_comes_back_in_any_order_leaves_in_the_old_one(void **unused)
{
    struct drawer *d = drawer_new(3, 0), *again = drawer_new(3, 0);
    struct said s = { 0 };
    (void)unused;
    put(d, &s, "a", "1", "one {}", 7), put(d, &s, "a", "2", "two", 7), put(d, &s, "a", "3", "three", 7);
    static const size_t order[] = { 2, 0, 1 };
    for (size_t i = 0; i < 3; i++)
        assert_true(drawer_restore(again, s.names[order[i]], s.kept[order[i]], strlen(s.kept[order[i]])));
    assert_string_equal(drawer_find(again, "a", "1"), "one {}");
    put(again, &s, "a", "4", "four", 8);
    assert_int_equal(s.left_count, 1);
    assert_string_equal(s.left[0], "a 1");
    assert_string_equal(s.kept[3], "4 8 a four");
    drawer_free(d);
    drawer_free(again);
}

static void what_was_not_kept_here_is_refused(void **unused)
{
    struct drawer *d = drawer_new(3, 0);
    (void)unused;
    assert_false(drawer_restore(d, "x", "", 0));
    assert_false(drawer_restore(d, "x", "1 2", 3));
    assert_false(drawer_restore(d, "x", "one two a b", 11));
    assert_true(drawer_restore(d, "x", "1 2 a b", 7));
    drawer_clear(d);
    assert_null(drawer_find(d, "a", "x"));
    drawer_free(d);
    drawer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_of_a_full_region_leaves_and_no_other_region_s), cmocka_unit_test(what_is_too_old_leaves_when_something_comes),
        cmocka_unit_test(one_of_the_same_name_takes_its_place), cmocka_unit_test(what_comes_back_in_any_order_leaves_in_the_old_one),
        cmocka_unit_test(what_was_not_kept_here_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
