#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dashboards/server/sensors.h"

enum { SECOND = 1000000 };
#define NOW (UINT64_C(1795262400) * SECOND)     /* 2026-11-21T20:00:00+08:00 */

static void heard(struct sensors *s, const char *name, const char *json, uint64_t now_us)
{
    sensors_heard(s, "430100", name, json, strlen(json), now_us);
}

static size_t up(const struct sensors *s, uint64_t now_us)
{
    size_t n, all;
    sensors_count(s, now_us, &n, &all);
    return n;
}

static void a_heartbeat_is_as_old_as_it_says(void **unused)
{
    (void)unused;
    struct sensors *s = sensors_new(30 * SECOND);
    heard(s, "a", "{\"time\":\"2026-11-21T19:59:50.000000+0800\"}", NOW);
    assert_int_equal(up(s, NOW), 1);
    assert_int_equal(up(s, NOW + 19 * SECOND), 1);
    assert_int_equal(up(s, NOW + 20 * SECOND), 0);
    sensors_free(s);
}

static void one_without_a_time_is_dated_by_when_it_changed(void **unused)
{
    (void)unused;
    struct sensors *s = sensors_new(30 * SECOND);
    heard(s, "a", "{\"n\":1}", NOW);
    heard(s, "a", "{\"n\":1}", NOW + 40 * SECOND);
    assert_int_equal(up(s, NOW + 40 * SECOND), 0);
    heard(s, "a", "{\"n\":2}", NOW + 41 * SECOND);
    assert_int_equal(up(s, NOW + 41 * SECOND), 1);
    sensors_free(s);
}

static void a_time_from_the_future_is_not_believed(void **unused)
{
    (void)unused;
    struct sensors *s = sensors_new(30 * SECOND);
    heard(s, "a", "{\"time\":\"2027-11-21T20:00:00Z\"}", NOW);
    assert_int_equal(up(s, NOW), 1);
    assert_int_equal(up(s, NOW + 60 * SECOND), 0);
    sensors_free(s);
}

static void who_read_a_file_to_its_end_is_neither_up_nor_missed(void **unused)
{
    (void)unused;
    size_t n, all;
    struct sensors *s = sensors_new(30 * SECOND);
    heard(s, "drill", "{\"state\":\"replayed\"}", NOW);
    heard(s, "tap", "{\"state\":\"stopped\"}", NOW);
    sensors_count(s, NOW + 60 * SECOND, &n, &all);
    assert_int_equal(n, 0);
    assert_int_equal(all, 1);
    sensors_free(s);
}

static void what_is_no_heartbeat_does_not_count(void **unused)
{
    (void)unused;
    static const char *const wrong[] = { "", "null", "[]", "{", "{\"a\":1} x", "\"text\"" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct sensors *s = sensors_new(30 * SECOND);
        heard(s, "a", wrong[i], NOW);
        assert_int_equal(up(s, NOW), 0);
        sensors_free(s);
    }
}

static void the_list_is_in_order_and_each_is_there_once(void **unused)
{
    (void)unused;
    size_t len;
    struct sensors *s = sensors_new(30 * SECOND);
    static const char *const names[] = { "c", "a", "b", "a", "c\"" };
    for (size_t i = 0; i < 5; i++)
        heard(s, names[i], "{}", NOW);
    char *json = sensors_json(s, NOW, &len);
    const char *a = strstr(json, "\"name\":\"a\""), *b = strstr(json, "\"name\":\"b\""), *c = strstr(json, "\"name\":\"c\"");
    assert_true(a != NULL && b > a && c > b);
    assert_null(strstr(a + 1, "\"name\":\"a\""));
    assert_non_null(strstr(json, "\"name\":\"c\\\"\""));
    assert_non_null(strstr(json, "\"left_out\":0}"));
    free(json);
    sensors_free(s);
}

static void those_beyond_the_ceiling_are_counted(void **unused)
{
    (void)unused;
    size_t n, all, len;
    char name[16];
    struct sensors *s = sensors_new(30 * SECOND);
    for (int i = 0; i < SENSORS_MAX + 3; i++) {
        snprintf(name, sizeof name, "s%d", i);
        heard(s, name, "{}", NOW);
    }
    sensors_count(s, NOW, &n, &all);
    assert_int_equal(all, SENSORS_MAX);
    char *json = sensors_json(s, NOW, &len);
    assert_non_null(strstr(json, "\"left_out\":3}"));
    free(json);
    sensors_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heartbeat_is_as_old_as_it_says),
        cmocka_unit_test(one_without_a_time_is_dated_by_when_it_changed),
        cmocka_unit_test(a_time_from_the_future_is_not_believed),
        cmocka_unit_test(who_read_a_file_to_its_end_is_neither_up_nor_missed),
        cmocka_unit_test(what_is_no_heartbeat_does_not_count),
        cmocka_unit_test(the_list_is_in_order_and_each_is_there_once),
        cmocka_unit_test(those_beyond_the_ceiling_are_counted),
    };
    return cmocka_run_group_tests_name("sensors", tests, NULL, NULL);
}
