#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "correlator/index.h"

struct thing { struct indexed ix; int n; };

static struct thing *take(struct index *t, uint64_t key, bool *fresh)
{
    return index_take(t, key, fresh);
}

static void an_entry_is_zero_when_fresh_and_kept_by_its_key(void **unused)
{
    (void)unused;
    struct index *t = index_new(4, sizeof(struct thing));
    bool fresh;
    assert_null(index_find(t, 7));
    struct thing *a = take(t, 7, &fresh);
    assert_true(fresh && a->n == 0 && a->ix.key == 7);
    a->n = 42;
    assert_ptr_equal(take(t, 7, &fresh), a);
    assert_false(fresh);
    assert_int_equal(((struct thing *)index_find(t, 7))->n, 42);
    index_free(t);
    index_free(NULL);
}

static void a_full_table_uses_the_longest_unasked_again_and_counts_it(void **unused)
{
    (void)unused;
    struct index *t = index_new(3, sizeof(struct thing));
    bool fresh;
    for (uint64_t key = 1; key <= 3; key++)
        take(t, key, NULL)->n = (int)key;
    assert_non_null(index_find(t, 1));      /* now 2 is the oldest */
    assert_true(take(t, 4, &fresh)->n == 0 && fresh);
    assert_int_equal(index_forgotten(t), 1);
    assert_null(index_find(t, 2));
    assert_true(index_find(t, 1) != NULL && index_find(t, 3) != NULL && index_used(t) == 3);
    index_free(t);
}

static bool sum_until(void *ctx, void *entry)
{
    uint64_t *state = ctx;      /* [0] sum, [1] how many more */
    state[0] = 10 * state[0] + ((struct indexed *)entry)->key;
    return --state[1] > 0;
}

static void each_gives_the_latest_first_and_stops_when_told(void **unused)
{
    (void)unused;
    struct index *t = index_new(8, sizeof(struct thing));
    for (uint64_t key = 1; key <= 5; key++)
        take(t, key, NULL);
    (void)index_find(t, 2);
    uint64_t state[2] = { 0, 3 };
    index_each(t, sum_until, state);
    assert_int_equal(state[0], 254);
    index_clear(t);
    assert_true(index_used(t) == 0 && index_find(t, 2) == NULL);
    index_free(t);
}

/* Against a plain array that does the same slowly. */
static void it_agrees_with_a_list_over_many_keys(void **unused)
{
    (void)unused;
    enum { MOST = 17 };
    struct index *t = index_new(MOST, sizeof(struct thing));
    uint64_t list[MOST];
    size_t used = 0;
    uint32_t state = 9;
    for (int turn = 0; turn < 20000; turn++) {
        state = state * 1664525 + 1013904223;
        uint64_t key = (state >> 16) % 40;
        size_t at = 0;
        while (at < used && list[at] != key)
            at++;
        bool fresh, want = at == used;
        (void)take(t, key, &fresh);
        assert_int_equal(fresh, want);
        if (want && used < MOST)
            at = used++;
        else if (want)
            at = MOST - 1;
        for (; at > 0; at--)
            list[at] = list[at - 1];
        list[0] = key;
    }
    index_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_zero_when_fresh_and_kept_by_its_key),
        cmocka_unit_test(a_full_table_uses_the_longest_unasked_again_and_counts_it),
        cmocka_unit_test(each_gives_the_latest_first_and_stops_when_told),
        cmocka_unit_test(it_agrees_with_a_list_over_many_keys),
    };
    return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
