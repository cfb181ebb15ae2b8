/* What is usual survives a restart: habits as bytes and back. */
#include "tests/unit/correlator/alerts.h"

#include "correlator/correlator.h"

enum { HOURS = 30 };
#define HOUR (60 * MINUTE)

static struct correlator_settings settings(void)
{
    return (struct correlator_settings){
        .join = { .window_us = 30 * MINUTE, .long_window_us = 180 * MINUTE, .grown_us = MINUTE, .span_us = 7 * 24 * HOUR, .steps_max = 4096 },
        .scene = { .usual_gap_us = HOUR, .usual_hours = 3, .sweep_us = MINUTE },
        .meta_gap_us = MINUTE, .meta_echo_us = 2000000, .meta_max = 1000, .rule_max = 1000, .case_max = 100, .quiet_us = 24 * HOUR,
    };
}

static struct correlator *fresh(void)
{
    struct fault f;
    struct correlator_settings s = settings();
    struct correlator *c = correlator_new(&s, &f);
    assert_non_null(c);
    return c;
}

static uint64_t offer(struct correlator *c, struct given g)
{
    struct verdict v;
    struct alert_view a = alert_of(g);
    assert_int_equal(correlator_alert(c, &a, 42, &v), 0);
    alert_view_free(&a);
    return v.incident;
}
#define OFFER(c, ...) offer((c), (struct given){ __VA_ARGS__ })

struct saved { uint8_t bytes[64 * 1024]; size_t len; unsigned times; char status[32]; };

static void on_saved(void *ctx, const char *status, const void *bytes, size_t len)
{
    struct saved *s = ctx;
    assert_true(len <= sizeof s->bytes);
    memcpy(s->bytes, bytes, len);
    s->len = len;
    s->times++;
    snprintf(s->status, sizeof s->status, "%s", status);
}

static void nothing(void *ctx, const struct incident *i)
{
    (void)ctx, (void)i;
}

/* A mail server that says the same every ten minutes, and a scanner of our own. */
static struct correlator *taught(void)
{
    struct correlator *c = fresh();
    char dest[32];
    for (unsigned i = 0; i < HOURS * 6; i++) {
        OFFER(c, .src = "", .dest = "10.0.0.25", .at_us = i * 10 * MINUTE, .sid = 7, .msg = "login");
        for (unsigned host = 0; host < 6; host++) {
            snprintf(dest, sizeof dest, "10.0.2.%u", host);
            OFFER(c, .src = "10.9.9.9", .dest = dest, .at_us = i * 10 * MINUTE + 1, .sid = 8);
        }
    }
    correlator_changes(c, NULL, nothing, nothing, NULL);
    return c;
}

static struct saved *save(struct correlator *c)
{
    static struct saved saved;
    saved = (struct saved){ 0 };
    correlator_save(c, "430100", 1000, 1, 0, on_saved, &saved);
    return &saved;
}

struct named { const char *name; unsigned times; };

static void on_stop_value(void *ctx, const struct stop_value *v)
{
    struct named *n = ctx;
    n->times += strcmp(v->name, n->name) == 0 && strcmp(v->region, "430100") == 0;
}

static void what_was_usual_is_usual_after_a_restart_and_stop_values_stay(void **unused)
{
    (void)unused;
    struct fault f;
    struct correlator *before = taught();
    struct saved *s = save(before);
    assert_int_equal(s->times, 1);
    assert_string_equal(s->status, "actual");
    struct correlator *after = fresh();
    assert_int_equal(correlator_recall(after, s->bytes, s->len, &f), 0);
    struct given login = { .src = "", .dest = "10.0.0.25", .at_us = HOURS * HOUR + 10 * MINUTE, .sid = 7, .msg = "login" };
    assert_int_equal(offer(before, login), 0);
    assert_int_equal(offer(after, login), 0);
    struct named scanner = { "10.9.9.9", 0 };
    correlator_stop_values(after, on_stop_value, &scanner);
    assert_int_equal(scanner.times, 1);
    struct correlator *naked = fresh();
    assert_int_not_equal(offer(naked, login), 0);       /* what it would be without */
    correlator_free(naked);
    correlator_free(before);
    correlator_free(after);
}

static void what_is_new_is_as_new_after_a_restart_as_before(void **unused)
{
    (void)unused;
    struct fault f;
    struct correlator *before = taught(), *after = fresh();
    struct saved *s = save(before);
    assert_int_equal(correlator_recall(after, s->bytes, s->len, &f), 0);
    struct correlator *both[] = { before, after };
    uint64_t first[2], second[2];
    for (int i = 0; i < 2; i++) {
        first[i] = OFFER(both[i], .src = "", .dest = "10.0.0.40", .at_us = (HOURS + 1) * HOUR, .sid = 100);
        second[i] = OFFER(both[i], .src = "", .dest = "10.0.0.40", .at_us = (HOURS + 1) * HOUR + 20 * MINUTE, .sid = 101);
    }
    assert_int_not_equal(first[0], 0);
    assert_int_equal(first[0] == second[0], first[1] == second[1]);
    correlator_free(before);
    correlator_free(after);
}

static void it_is_written_when_something_was_learned_and_the_time_has_come(void **unused)
{
    (void)unused;
    struct correlator *c = fresh();
    struct saved s = { 0 };
    OFFER(c, .sid = 1);
    correlator_save(c, "430100", 1000, 1000, 500, on_saved, &s);      /* counts from now on */
    correlator_save(c, "430100", 1000, 1499, 500, on_saved, &s);
    assert_int_equal(s.times, 0);
    correlator_save(c, "430100", 1000, 1500, 500, on_saved, &s);
    assert_int_equal(s.times, 1);
    correlator_save(c, "430100", 1000, 9000, 500, on_saved, &s);      /* nothing new */
    assert_int_equal(s.times, 1);
    OFFER(c, .sid = 2);
    correlator_save(c, "430200", 1000, 9000, 500, on_saved, &s);      /* another region */
    assert_int_equal(s.times, 1);
    correlator_save(c, "430100", 1000, 9000, 500, on_saved, &s);
    assert_int_equal(s.times, 2);
    correlator_free(c);
}

static void at_most_so_many_of_each_sort_are_kept_the_latest(void **unused)
{
    (void)unused;
    struct fault f;
    struct correlator *c = taught();
    struct saved all = *save(c), few = { 0 };
    OFFER(c, .src = "", .dest = "10.0.0.77", .at_us = HOURS * HOUR, .sid = 99);
    correlator_save(c, "430100", 2, 1, 0, on_saved, &few);
    assert_true(few.len < all.len && few.len < 500);
    struct correlator *after = fresh();
    assert_int_equal(correlator_recall(after, few.bytes, few.len, &f), 0);
    correlator_free(c);
    correlator_free(after);
}

static void a_region_that_is_known_is_left_as_it_is(void **unused)
{
    (void)unused;
    struct fault f;
    struct correlator *c = taught(), *other = fresh();
    OFFER(other, .sid = 1);
    struct saved s = *save(other);
    assert_int_equal(correlator_recall(c, s.bytes, s.len, &f), 0);
    assert_int_equal(OFFER(c, .src = "", .dest = "10.0.0.25", .at_us = HOURS * HOUR + 10 * MINUTE, .sid = 7, .msg = "login"), 0);
    correlator_free(c);
    correlator_free(other);
}

/* A region goes to another correlator and comes back: what that one learned is taken over. */
static void what_another_learned_meanwhile_is_taken_over(void **unused)
{
    (void)unused;
    struct fault f;
    struct correlator *one = taught(), *other = fresh();
    struct saved s = *save(one);
    assert_int_equal(correlator_recall(other, s.bytes, s.len, &f), 0);
    for (unsigned i = 0; i < 24; i++)
        OFFER(other, .src = "", .dest = "10.0.0.26", .at_us = HOURS * HOUR + i * 10 * MINUTE, .sid = 9, .msg = "queue");
    s = *save(other);
    assert_int_equal(correlator_recall(one, s.bytes, s.len, &f), 0);
    assert_int_equal(OFFER(one, .src = "", .dest = "10.0.0.26", .at_us = (HOURS + 4) * HOUR, .sid = 9, .msg = "queue"), 0);
    s = *save(one);
    assert_int_equal(correlator_recall(other, s.bytes, s.len, &f), 0);      /* and the other way round */
    correlator_free(one);
    correlator_free(other);
}

static void every_prefix_and_every_changed_bit_is_refused_and_nothing_is_taken(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct correlator *c = fresh(), *after = fresh();
    OFFER(c, .sid = 1);
    OFFER(c, .src = "", .dest = "10.0.0.2", .sid = 2);
    struct saved *s = save(c);
    for (size_t len = 0; len < s->len; len++)
        assert_true(correlator_recall(after, s->bytes, len, &f) < 0 && *f.why != '\0');
    for (size_t bit = 0; bit < s->len * 8; bit++) {
        s->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(correlator_recall(after, s->bytes, s->len, &f) < 0);
        s->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(correlator_recall(after, s->bytes, s->len, &f), 0);
    correlator_free(c);
    correlator_free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_usual_is_usual_after_a_restart_and_stop_values_stay),
        cmocka_unit_test(what_is_new_is_as_new_after_a_restart_as_before),
        cmocka_unit_test(it_is_written_when_something_was_learned_and_the_time_has_come),
        cmocka_unit_test(at_most_so_many_of_each_sort_are_kept_the_latest),
        cmocka_unit_test(a_region_that_is_known_is_left_as_it_is),
        cmocka_unit_test(what_another_learned_meanwhile_is_taken_over),
        cmocka_unit_test(every_prefix_and_every_changed_bit_is_refused_and_nothing_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
