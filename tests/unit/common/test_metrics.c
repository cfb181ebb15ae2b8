#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "common/metrics.h"

struct gate { uint64_t carts, queue, refused; };
static const struct metric rows[] = {
    { "carts", METRIC_COUNTER, offsetof(struct gate, carts), "Carts that passed." },
    { "queue", METRIC_GAUGE, offsetof(struct gate, queue), "Carts that wait." },
    { "refused.no-pass", METRIC_COUNTER, offsetof(struct gate, refused), "Turned away." },
};
static const struct metrics_room gate = { "gate", rows, sizeof rows / sizeof rows[0] };

static void prometheus_text_has_help_type_and_value_of_each(void **unused)
{
    (void)unused;
    struct gate g = { 7, 2, UINT64_MAX };
    char out[1024];
    struct text t = text_over(out, sizeof out);
    metrics_prometheus(&gate, &g, "sensor", &t);
    assert_string_equal(text_end(&t),
        "# HELP fengsui_sensor_gate_carts_total Carts that passed.\n# TYPE fengsui_sensor_gate_carts_total counter\n"
        "fengsui_sensor_gate_carts_total 7\n"
        "# HELP fengsui_sensor_gate_queue Carts that wait.\n# TYPE fengsui_sensor_gate_queue gauge\nfengsui_sensor_gate_queue 2\n"
        "# HELP fengsui_sensor_gate_refused_no_pass_total Turned away.\n# TYPE fengsui_sensor_gate_refused_no_pass_total counter\n"
        "fengsui_sensor_gate_refused_no_pass_total 18446744073709551615\n");
}

static void json_leaves_zeros_out_only_when_asked(void **unused)
{
    (void)unused;
    struct gate g = { 0, 2, 0 };
    char out[256];
    struct text t = text_over(out, sizeof out);
    metrics_json(&gate, &g, 0, &t);
    assert_string_equal(text_end(&t), "\"gate\":{\"carts\":0,\"queue\":2,\"refused.no-pass\":0}");
    t = text_over(out, sizeof out);
    metrics_json(&gate, &g, 1, &t);
    assert_string_equal(text_end(&t), "\"gate\":{\"queue\":2}");
}

static void adding_sums_row_by_row(void **unused)
{
    (void)unused;
    struct gate a = { 1, 2, 3 }, b = { 10, 20, 30 };
    metrics_add(&gate, &a, &b);
    assert_int_equal(a.carts, 11);
    assert_int_equal(a.queue, 22);
    assert_int_equal(a.refused, 33);
    assert_int_equal(b.carts, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prometheus_text_has_help_type_and_value_of_each),
        cmocka_unit_test(json_leaves_zeros_out_only_when_asked),
        cmocka_unit_test(adding_sums_row_by_row),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
