/* What is kept in Redis beside incidents, and taken up again. */
#include "tests/unit/correlator/alerts.h"

#include <jansson.h>

#include "correlator/keep.h"

enum { FIELDS = 16 };
struct kept { char region[32], hash[32], field[64]; char *value; size_t len; };
struct world { struct correlator *correlator; struct keep *keep; struct kept kept[FIELDS]; size_t count; };

static void on_set(void *ctx, const char *region, const char *hash, const char *field, const char *value, size_t len)
{
    struct world *w = ctx;
    struct kept *k = w->kept;
    while (k < w->kept + w->count && (strcmp(k->hash, hash) != 0 || strcmp(k->field, field) != 0 || strcmp(k->region, region) != 0))
        k++;
    assert_true(k < w->kept + FIELDS);
    if (k == w->kept + w->count)
        w->count++;
    free(k->value);
    snprintf(k->region, sizeof k->region, "%s", region);
    snprintf(k->hash, sizeof k->hash, "%s", hash);
    snprintf(k->field, sizeof k->field, "%s", field);
    k->value = NULL;
    k->len = len;
    if (value == NULL)
        return;
    assert_non_null(k->value = malloc(len + 1));
    memcpy(k->value, value, len);
    k->value[len] = '\0';
}

static const struct kept *kept_of(const struct world *w, const char *hash)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->kept[i].hash, hash) == 0)
            return &w->kept[i];
    return NULL;
}

static char *stops[] = { (char[]){ "10.8.0.0/16" } };

static void open_world(struct world *w)
{
    static const struct keep_settings settings = { 100, 0, 0 };
    struct correlator_settings s = {
        .join = { .window_us = 30 * MINUTE, .span_us = 7 * 24 * 60 * MINUTE, .steps_max = 64, .stop_values = { stops, 1 } },
        .scene = { .usual_gap_us = 60 * MINUTE, .usual_hours = 3, .sweep_us = MINUTE },
        .meta_gap_us = MINUTE, .meta_echo_us = 2000000, .meta_max = 100, .rule_max = 100, .case_max = 16, .quiet_us = 24 * 60 * MINUTE,
        .campaign_window_us = 360 * MINUTE, .part_max = 16,
    };
    struct fault f;
    *w = (struct world){ 0 };
    const struct keep_out out = { on_set, w };
    assert_non_null(w->correlator = correlator_new(&s, &f));
    assert_non_null(w->keep = keep_new(&settings, w->correlator, "c-1", "430000", &out));
}

static void close_world(struct world *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->kept[i].value);
    keep_free(w->keep);
    correlator_free(w->correlator);
}

static void offer(struct world *w)
{
    struct alert_view a = ALERT(.sid = 1);
    assert_int_equal(correlator_alert(w->correlator, &a, 42, NULL), 0);
    alert_view_free(&a);
}

static void a_batch_keeps_habits_and_figures_and_habits_come_back(void **unused)
{
    (void)unused;
    struct world w, after;
    struct fault f;
    open_world(&w);
    open_world(&after);
    keep_batch(w.keep, "430100", 1);
    assert_int_equal(w.count, 0);           /* nothing was learned */
    offer(&w);
    keep_batch(w.keep, "430100", 2);
    const struct kept *habits = kept_of(&w, KEEP_HABITS), *figures = kept_of(&w, KEEP_FIGURES);
    assert_string_equal(habits->field, "actual");
    assert_string_equal(habits->region, "430100");
    assert_string_equal(figures->field, "c-1");
    assert_int_equal(keep_restore(after.keep, KEEP_HABITS, habits->value, habits->len, &f), 0);
    assert_true(keep_restore(after.keep, KEEP_HABITS, habits->value, habits->len - 1, &f) < 0 && *f.why != '\0');
    close_world(&w);
    close_world(&after);
}

static void figures_are_json_with_counts_and_stop_values(void **unused)
{
    (void)unused;
    struct world w;
    open_world(&w);
    offer(&w);
    keep_batch(w.keep, "430100", 2);
    const struct kept *figures = kept_of(&w, KEEP_FIGURES);
    json_t *o = json_loadb(figures->value, figures->len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *counts = json_object_get(json_object_get(o, "counts"), "correlator");
    const json_t *stop = json_array_get(json_object_get(o, "stop_values"), 0);
    assert_int_equal(json_integer_value(json_object_get(counts, "alerts")), 1);
    assert_string_equal(json_string_value(json_object_get(stop, "value")), "10.8.0.0/16");
    assert_string_equal(json_string_value(json_object_get(stop, "en")), "given in the settings: it joins nothing");
    assert_int_equal(json_integer_value(json_object_get(o, "stop_values_more")), 0);
    json_decref(o);
    close_world(&w);
}

static int part(struct world *w, const char *id, unsigned version, const char *region, const char *state, struct fault *f)
{
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "{\"incident\":{\"id\":\"%s\",\"version\":%u,\"region\":\"%s\",\"status\":\"actual\",\"state\":\"%s\",\"title\":{\"zh\":\"x\",\"en\":\"x\"},"
                     "\"first\":\"2026-11-20T12:00:00Z\",\"last\":\"2026-11-20T12:00:00Z\",\"alert_count\":3,\"alert_ids\":[\"s:1:1\"],"
                     "\"attackers\":[{\"address\":\"203.0.113.7\"}],\"victims\":[{\"address\":\"10.0.0.1\"}]}}", id, version, region, state);
    return keep_part(w->keep, text, (size_t)n, 42, f);
}

static unsigned campaigns;
static void on_changed(void *ctx, const struct incident *i)
{
    (void)ctx;
    campaigns += i->part_count == 2;
}

static void on_gone(void *ctx, const struct incident *i)
{
    (void)ctx, (void)i;
}

static void a_part_is_kept_without_its_alerts_comes_back_and_goes_when_it_ended(void **unused)
{
    (void)unused;
    struct world w, after;
    struct fault f;
    open_world(&w);
    open_world(&after);
    assert_int_equal(part(&w, "I-1", 1, "430100", "new", &f), 0);
    const struct kept *p = kept_of(&w, KEEP_PARTS);
    assert_string_equal(p->region, "430000");
    assert_string_equal(p->field, "I-1");
    assert_non_null(strstr(p->value, "\"alert_ids\":[]"));
    assert_int_equal(keep_restore(after.keep, KEEP_PARTS, p->value, p->len, &f), 0);
    assert_int_equal(part(&after, "I-2", 1, "430200", "new", &f), 0);
    campaigns = 0;
    correlator_changes(after.correlator, "430000", on_changed, on_gone, NULL);
    assert_int_equal(campaigns, 1);
    assert_int_equal(part(&w, "I-1", 2, "430100", "closed", &f), 0);
    keep_batch(w.keep, "430000", 3);
    assert_null(kept_of(&w, KEEP_PARTS)->value);
    assert_true(keep_part(w.keep, "{}", 2, 42, &f) < 0 && *f.why != '\0');
    close_world(&w);
    close_world(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_keeps_habits_and_figures_and_habits_come_back),
        cmocka_unit_test(figures_are_json_with_counts_and_stop_values),
        cmocka_unit_test(a_part_is_kept_without_its_alerts_comes_back_and_goes_when_it_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
