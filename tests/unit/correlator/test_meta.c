#include "tests/unit/correlator/alerts.h"

#include "correlator/meta.h"

static bool is_fresh(struct meta_table *t, struct given g)
{
    struct alert_view a = alert_of(g);
    bool fresh;
    (void)meta_take(t, &a, &fresh);
    alert_view_free(&a);
    return fresh;
}
#define FRESH(t, ...) is_fresh((t), (struct given){ __VA_ARGS__ })

static void a_repeat_within_the_gap_counts_on_and_one_after_it_begins_anew(void **unused)
{
    (void)unused;
    struct meta_table *t = meta_table_new(16, MINUTE);
    assert_true(FRESH(t, .at_us = 0));
    assert_false(FRESH(t, .at_us = MINUTE));            /* just within */
    assert_false(FRESH(t, .at_us = 2 * MINUTE));        /* the gap is from the last one */
    assert_true(FRESH(t, .at_us = 3 * MINUTE + 1));     /* one microsecond too late */
    assert_false(FRESH(t, .at_us = 0 - MINUTE));        /* one that was late on its way */
    meta_table_free(t);
}

static void another_rule_party_region_or_status_is_another_meta_alert(void **unused)
{
    (void)unused;
    struct meta_table *t = meta_table_new(16, MINUTE);
    assert_true(FRESH(t, .sid = 1));
    assert_true(FRESH(t, .sid = 2));
    assert_true(FRESH(t, .src = "198.51.100.8"));
    assert_true(FRESH(t, .dest = "10.0.0.2"));
    assert_true(FRESH(t, .region = "430200"));
    assert_true(FRESH(t, .status = "exercise"));
    assert_true(FRESH(t, .src = "10.0.0.1", .dest = "198.51.100.7"));
    assert_false(FRESH(t, .sid = 1));
    meta_table_free(t);
}

static void counts_and_times_are_those_of_all_repeats(void **unused)
{
    (void)unused;
    struct meta_table *t = meta_table_new(16, MINUTE);
    struct meta *m = NULL;
    for (unsigned i = 0; i < 5; i++) {
        struct alert_view a = ALERT(.at_us = i * MINUTE);
        bool fresh;
        m = meta_take(t, &a, &fresh);
        alert_view_free(&a);
    }
    assert_int_equal(m->count, 5);
    assert_true(m->first_us == NOON && m->last_us == NOON + 4 * MINUTE);
    meta_table_free(t);
}

static void a_full_table_forgets_the_one_that_was_quiet_longest_and_counts_it(void **unused)
{
    (void)unused;
    struct meta_table *t = meta_table_new(3, MINUTE);
    for (unsigned sid = 1; sid <= 3; sid++)
        assert_true(FRESH(t, .sid = sid));
    assert_false(FRESH(t, .sid = 1));       /* now 2 is the quietest */
    assert_true(FRESH(t, .sid = 4));
    assert_int_equal(meta_forgotten(t), 1);
    assert_false(FRESH(t, .sid = 1));
    assert_false(FRESH(t, .sid = 3));
    assert_true(FRESH(t, .sid = 2));
    assert_int_equal(meta_forgotten(t), 2);
    for (unsigned sid = 1; sid <= 500; sid++)
        (void)FRESH(t, .sid = sid % 7 + 1);
    meta_table_free(t);
}

static void a_cleared_table_knows_nothing(void **unused)
{
    (void)unused;
    struct meta_table *t = meta_table_new(3, MINUTE);
    (void)FRESH(t, .sid = 1);
    meta_table_clear(t);
    assert_true(FRESH(t, .sid = 1));
    assert_true(FRESH(t, .sid = 2));
    assert_true(FRESH(t, .sid = 3));
    assert_int_equal(meta_forgotten(t), 0);
    meta_table_free(t);
    meta_table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_within_the_gap_counts_on_and_one_after_it_begins_anew),
        cmocka_unit_test(another_rule_party_region_or_status_is_another_meta_alert),
        cmocka_unit_test(counts_and_times_are_those_of_all_repeats),
        cmocka_unit_test(a_full_table_forgets_the_one_that_was_quiet_longest_and_counts_it),
        cmocka_unit_test(a_cleared_table_knows_nothing),
    };
    return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
