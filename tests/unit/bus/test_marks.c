#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bus/marks.h"

static void collect(void *text, const char *field, uint64_t seq)
{
    char *t = text;
    snprintf(t + strlen(t), 256 - strlen(t), "%s=%llu ", field, (unsigned long long)seq);
}

static void a_lost_transaction_makes_its_entries_new_again(void **unused)
{
    (void)unused;
    struct marks m = { 0 };
    char moved[256] = "";
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:0"));
    assert_true(marks_repeat(&m, STREAM_ALERTS, "tower:7:0"));
    marks_settle(&m, false);
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:0"));
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:5"));         /* a gap is no repeat */
    assert_false(marks_repeat(&m, STREAM_EVENTS, "tower:7:3"));
    marks_moved(&m, collect, moved);
    assert_string_equal(moved, "alerts:tower:7=5 events:tower:7=3 ");
    marks_settle(&m, true);
    moved[0] = '\0';
    marks_moved(&m, collect, moved);
    assert_string_equal(moved, "");
    assert_true(marks_repeat(&m, STREAM_ALERTS, "tower:7:5"));
    marks_free(&m);
}

static void a_rejected_batch_is_new_again_and_what_was_accepted_before_it_stays(void **unused)
{
    (void)unused;
    char moved[256] = "";
    struct marks m = { 0 };
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:3"));
    marks_accept(&m, true);
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:4"));
    marks_accept(&m, false);
    assert_true(marks_repeat(&m, STREAM_ALERTS, "tower:7:3"));
    marks_moved(&m, collect, moved);
    assert_string_equal(moved, "alerts:tower:7=3 ");
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:4"));
    marks_accept(&m, true);
    marks_settle(&m, false);
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:3"));
    marks_free(&m);
}

static void a_mark_from_redis_counts_and_nonsense_does_not(void **unused)
{
    (void)unused;
    struct marks m = { 0 };
    marks_load(&m, "alerts:tower:7", "41", 2);
    marks_load(&m, "alerts:fort:7", "4x", 2);
    marks_load(&m, "alerts:fort:8", "", 0);
    assert_true(marks_repeat(&m, STREAM_ALERTS, "tower:7:41"));
    assert_false(marks_repeat(&m, STREAM_ALERTS, "tower:7:42"));
    assert_false(marks_repeat(&m, STREAM_ALERTS, "fort:7:0"));
    assert_false(marks_repeat(&m, STREAM_ALERTS, "fort:8:0"));
    marks_free(&m);
}

static void ids_of_another_form_are_always_new(void **unused)
{
    (void)unused;
    static const char *const ids[] = { "", "I-430100-20261121-0001:3", "a:b:c", "a:1", "a:1:-1", "a:1:1x", "::" };
    struct marks m = { 0 };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_false(marks_repeat(&m, STREAM_INCIDENTS, ids[i]));
        assert_false(marks_repeat(&m, STREAM_INCIDENTS, ids[i]));
    }
    marks_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_transaction_makes_its_entries_new_again),
        cmocka_unit_test(a_rejected_batch_is_new_again_and_what_was_accepted_before_it_stays),
        cmocka_unit_test(a_mark_from_redis_counts_and_nonsense_does_not),
        cmocka_unit_test(ids_of_another_form_are_always_new),
    };
    return cmocka_run_group_tests_name("bus/marks", tests, NULL, NULL);
}
