#include "tests/unit/correlator/alerts.h"

#include "correlator/meta.h"

struct world { struct scene *scene; struct meta_table *metas; };

static struct world begin(size_t most)
{
    struct scene_settings s = { .usual_gap_us = 60 * MINUTE, .usual_hours = 3, .sweep_us = MINUTE, .most = 1000 };
    struct meta_settings m = { .gap_us = MINUTE, .echo_us = 2 * SECOND_US, .most = most };
    struct world w = { scene_new(&s), meta_table_new(&m) };
    assert_true(w.scene != NULL && w.metas != NULL);
    return w;
}

static void end(struct world *w)
{
    scene_free(w->scene);
    meta_table_free(w->metas);
}

static uint64_t taken(struct world *w, struct given g, bool *step)
{
    struct alert_view a = alert_of(g);
    struct parties p = case_parties(&a);
    struct sight s = scene_look(w->scene, &a, &p);
    uint64_t number = meta_take(w->metas, w->scene, &s, step)->ix.key;
    scene_learn(&s, *step);
    alert_view_free(&a);
    return number;
}

static bool is_fresh(struct world *w, struct given g)
{
    bool step;
    uint64_t before = meta_begun(w->metas);
    (void)taken(w, g, &step);
    return meta_begun(w->metas) > before;
}
#define FRESH(w, ...) is_fresh((w), (struct given){ __VA_ARGS__ })

static uint64_t number_of(struct world *w, struct given g)
{
    bool step;
    return taken(w, g, &step);
}
#define NUMBER(w, ...) number_of((w), (struct given){ __VA_ARGS__ })
#define ABOUT(host) .src = host, .dest = host       /* a sensor on the host itself */

static void a_repeat_within_the_gap_counts_on_and_one_after_it_begins_anew(void **unused)
{
    (void)unused;
    struct world w = begin(16);
    assert_true(FRESH(&w, .at_us = 0));
    assert_false(FRESH(&w, .at_us = MINUTE));           /* just within */
    assert_false(FRESH(&w, .at_us = 2 * MINUTE));       /* the gap is from the last one */
    assert_true(FRESH(&w, .at_us = 3 * MINUTE + 1));    /* one microsecond too late */
    end(&w);
    w = begin(16);
    assert_true(FRESH(&w, .at_us = 0));
    assert_false(FRESH(&w, .at_us = 0 - MINUTE));       /* one that was late on its way */
    assert_true(FRESH(&w, .at_us = 0 - 2 * MINUTE - 1));
    end(&w);
}

static void after_a_fast_burst_a_short_silence_is_an_end(void **unused)
{
    (void)unused;
    struct world w = begin(16);
    for (unsigned i = 0; i < 100; i++)
        (void)FRESH(&w, .at_us = i * 10000);            /* a second of a hundred */
    assert_false(FRESH(&w, .at_us = 2900000));          /* two seconds are always waited for */
    assert_true(FRESH(&w, .at_us = 14000000));
    end(&w);
    w = begin(16);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(FRESH(&w, .at_us = i * 10000), i == 0);
    assert_false(FRESH(&w, .at_us = 50000000));         /* three are no rhythm */
    end(&w);
}

static void another_rule_party_region_or_status_is_another_meta_alert(void **unused)
{
    (void)unused;
    struct world w = begin(16);
    assert_true(FRESH(&w, .sid = 1));
    assert_true(FRESH(&w, .sid = 2));
    assert_true(FRESH(&w, .src = "198.51.100.8"));
    assert_true(FRESH(&w, .dest = "10.0.0.2"));
    assert_true(FRESH(&w, .region = "430200"));
    assert_true(FRESH(&w, .status = "exercise"));
    assert_false(FRESH(&w, .sid = 1));
    end(&w);
}

static void other_rules_about_a_host_at_the_same_moment_are_one_act(void **unused)
{
    (void)unused;
    struct world w = begin(16);
    uint64_t first = NUMBER(&w, ABOUT("10.0.0.1"), .sid = 1);
    assert_int_equal(NUMBER(&w, ABOUT("10.0.0.1"), .sid = 2, .at_us = 2000000), first);
    assert_int_equal(NUMBER(&w, ABOUT("10.0.0.1"), .sid = 3, .at_us = 4000000), first);     /* counted from the last */
    assert_int_not_equal(NUMBER(&w, ABOUT("10.0.0.1"), .sid = 4, .at_us = 6000001), first);
    assert_int_not_equal(NUMBER(&w, ABOUT("10.0.0.2"), .sid = 5, .at_us = 4000000), first);
    assert_int_not_equal(NUMBER(&w, .dest = "10.0.0.1", .sid = 6, .at_us = 4000000), first);    /* here an attacker is known */
    end(&w);
}

static void what_is_usual_for_a_host_is_nobodys_echo(void **unused)
{
    (void)unused;
    struct world w = begin(1000);
    for (unsigned i = 0; i < 40; i++)
        (void)NUMBER(&w, ABOUT("10.0.0.1"), .sid = 1, .at_us = i * 5 * MINUTE);
    uint64_t rare = NUMBER(&w, ABOUT("10.0.0.1"), .sid = 2, .at_us = 200 * MINUTE);
    assert_int_not_equal(NUMBER(&w, ABOUT("10.0.0.1"), .sid = 1, .at_us = 200 * MINUTE), rare);
    assert_int_equal(NUMBER(&w, ABOUT("10.0.0.1"), .sid = 3, .at_us = 200 * MINUTE + 1000000), rare);
    end(&w);
}

static void a_rule_new_to_the_region_at_several_hosts_within_a_minute_is_one_sweep(void **unused)
{
    (void)unused;
    struct world w = begin(16);
    uint64_t first = NUMBER(&w, ABOUT("10.0.0.1"), .sid = 7);
    uint64_t sweep = NUMBER(&w, ABOUT("10.0.0.2"), .sid = 7, .at_us = 10000000);
    assert_int_not_equal(sweep, first);     /* the first host's may be its own affair still */
    assert_int_equal(NUMBER(&w, ABOUT("10.0.0.3"), .sid = 7, .at_us = 60000000), sweep);
    assert_int_not_equal(NUMBER(&w, ABOUT("10.0.0.4"), .sid = 7, .at_us = 60000000 + MINUTE + 1), sweep);
    assert_int_not_equal(NUMBER(&w, ABOUT("10.0.0.3"), .sid = 8, .at_us = 60000000), sweep);    /* no echo of a sweep */
    end(&w);
    w = begin(16);
    (void)NUMBER(&w, ABOUT("10.0.0.9"), .sid = 7, .at_us = 0 - 120 * MINUTE);       /* not new */
    (void)NUMBER(&w, ABOUT("10.0.0.1"), .sid = 7);
    assert_int_equal(NUMBER(&w, ABOUT("10.0.0.2"), .sid = 7), 3);
    assert_int_equal(NUMBER(&w, ABOUT("10.0.0.3"), .sid = 7), 4);
    end(&w);
}

static void a_full_table_forgets_the_one_that_was_quiet_longest_and_counts_it(void **unused)
{
    (void)unused;
    struct world w = begin(3);
    for (unsigned sid = 1; sid <= 3; sid++)
        assert_true(FRESH(&w, .sid = sid));
    assert_false(FRESH(&w, .sid = 1));      /* now 2 is the quietest */
    assert_true(FRESH(&w, .sid = 4));
    assert_int_equal(meta_forgotten(w.metas), 1);
    assert_false(FRESH(&w, .sid = 1));
    assert_false(FRESH(&w, .sid = 3));
    assert_true(FRESH(&w, .sid = 2));
    assert_int_equal(meta_forgotten(w.metas), 2);
    for (unsigned sid = 1; sid <= 500; sid++)
        (void)FRESH(&w, .sid = sid % 7 + 1);
    end(&w);
}

static void a_cleared_table_knows_nothing(void **unused)
{
    (void)unused;
    struct world w = begin(3);
    (void)FRESH(&w, .sid = 1);
    meta_table_clear(w.metas);
    scene_clear(w.scene);
    assert_true(FRESH(&w, .sid = 1));
    assert_true(FRESH(&w, .sid = 2));
    assert_int_equal(meta_forgotten(w.metas), 0);
    end(&w);
    meta_table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_within_the_gap_counts_on_and_one_after_it_begins_anew),
        cmocka_unit_test(after_a_fast_burst_a_short_silence_is_an_end),
        cmocka_unit_test(another_rule_party_region_or_status_is_another_meta_alert),
        cmocka_unit_test(other_rules_about_a_host_at_the_same_moment_are_one_act),
        cmocka_unit_test(what_is_usual_for_a_host_is_nobodys_echo),
        cmocka_unit_test(a_rule_new_to_the_region_at_several_hosts_within_a_minute_is_one_sweep),
        cmocka_unit_test(a_full_table_forgets_the_one_that_was_quiet_longest_and_counts_it),
        cmocka_unit_test(a_cleared_table_knows_nothing),
    };
    return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
