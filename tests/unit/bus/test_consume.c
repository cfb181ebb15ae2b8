#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/fake.h"

/* A handler that counts in the region's state and writes one incident per entry: effects that show twice if they
 * happen twice. */
struct drill {
    uint64_t count;             /* in memory; loaded from the state */
    uint64_t forgot_us;
    unsigned taken, lost, settled, calls, fail_store, fail_store_at, gathered;
    const char *poison;         /* an id that cannot be handled */
    char order[1024];
};

static void load_count(void *drill, const char *field, const char *value, size_t len)
{
    (void)field, (void)len;
    ((struct drill *)drill)->count = strtoull(value, NULL, 10);
}

static int on_taken(void *drill, struct consumer *c, const char *region, struct fault *f)
{
    struct drill *d = drill;
    d->taken++;
    d->count = 0;
    d->forgot_us = consumer_forgot_us(c, region);
    return consumer_load(c, region, "drill", load_count, d, f);
}

static int on_batch(void *drill, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    struct drill *d = drill;
    char text[24];
    d->calls++;
    if (d->fail_store > 0 || d->calls == d->fail_store_at) {
        d->fail_store -= d->fail_store > 0;
        return fault_set(f, -ENOSPC, "no space");
    }
    for (size_t i = 0; i < count; i++)
        if (d->poison != NULL && strcmp(entries[i].id, d->poison) == 0)
            return fault_set(f, -EINVAL, "it is poison");
    for (size_t i = 0; i < count; i++) {
        consume_add(c, entries[i].region, STREAM_INCIDENTS, entries[i].id, "incident", "{}", 2);
        snprintf(d->order + strlen(d->order), sizeof d->order - strlen(d->order), "%s ", entries[i].id);
    }
    d->count += count;
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)d->count);
    consume_set(c, entries[0].region, "drill", "count", text, (size_t)n);
    return 0;
}

static void on_settled(void *drill, bool committed)
{
    ((struct drill *)drill)->settled += committed;
}

static void on_lost(void *drill, const char *region)
{
    assert_string_equal(region, "430100");
    ((struct drill *)drill)->lost++;
}

static const enum stream alerts_only[] = { STREAM_ALERTS };
static const struct consume_settings settings = {
    .group = "drill", .name = "drill-1", .streams = alerts_only, .stream_count = 1, .batch = 4, .block_us = 1000,
    .claim_idle_us = 60000000 };

static void on_gather(void *drill, struct consumer *c, const char *region)
{
    (void)c, (void)region;
    ((struct drill *)drill)->gathered++;
}

static void run_with(struct fake *x, struct drill *d, const struct consume_settings *s)
{
    struct fault f = { 0 };
    struct consumer *c = fake_consumer(x, s, &f);
    struct consume_handler h = { .taken = on_taken, .batch = on_batch, .settled = on_settled, .ctx = d, .gather = on_gather };
    if (fake_run(x, c, &h, &f) != 0)
        fail_msg("%s", f.why);
    consumer_close(c);
}

static void run(struct fake *x, struct drill *d)
{
    run_with(x, d, &settings);
}

/* Holds until something other than the clock ends it. */
static void run_holding(struct fake *x, struct drill *d)
{
    struct consume_settings s = settings;
    s.hold_us = s.hold_least_us = UINT64_MAX / 4;
    run_with(x, d, &s);
}

static void add_alerts(struct fake *x, unsigned from, unsigned to)
{
    char id[32];
    for (unsigned i = from; i < to; i++) {
        snprintf(id, sizeof id, "tower:7:%u", i);
        fake_add(x, "430100", STREAM_ALERTS, id, "alert", "{}");
    }
}

static void expect_count(struct fake *x, unsigned n)
{
    char text[24];
    snprintf(text, sizeof text, "%u", n);
    assert_string_equal(fake_field(x, "430100", "drill", "count"), text);
    assert_int_equal(fake_count(x, "430100", STREAM_INCIDENTS), n);
    assert_int_equal(fake_left(x, "430100", STREAM_ALERTS), 0);
}

static void expect_id(void *expected, const char *id, const char *type, const char *json, const char *reason)
{
    (void)type, (void)json, (void)reason;
    assert_string_equal(id, expected);
}

static void entries_are_handled_in_order_and_acknowledged_with_their_results(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 0, 6);
    run(x, &d);
    expect_count(x, 6);
    assert_string_equal(d.order, "tower:7:0 tower:7:1 tower:7:2 tower:7:3 tower:7:4 tower:7:5 ");
    assert_string_equal(fake_field(x, "430100", "mark:drill", "alerts:tower:7"), "5");
    assert_int_equal(d.settled, 2);
    fake_free(x);
}

static void a_window_that_was_sent_again_counts_once(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 0, 6);
    add_alerts(x, 2, 9);
    run(x, &d);
    add_alerts(x, 5, 10);       /* and once more after a restart of the consumer */
    run(x, &d);
    expect_count(x, 10);
    fake_free(x);
}

static void what_is_held_goes_out_together(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 0, 30);
    add_alerts(x, 20, 40);
    run_holding(x, &d);
    expect_count(x, 40);
    assert_int_equal(d.settled, 1);
    assert_int_equal(d.gathered, 1);
    assert_string_equal(fake_field(x, "430100", "mark:drill", "alerts:tower:7"), "39");
    fake_free(x);
}

static void a_bad_entry_costs_nothing_of_what_is_held(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { .poison = "tower:7:9" };
    add_alerts(x, 0, 20);
    run_holding(x, &d);
    expect_count(x, 19);
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 1);
    assert_int_equal(d.taken, 1);
    assert_string_equal(fake_field(x, "430100", "mark:drill", "alerts:tower:7"), "19");
    fake_free(x);
}

static void a_store_that_fails_amid_what_is_held_has_it_handled_again_once(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { .fail_store_at = 3 };
    add_alerts(x, 0, 20);
    run_holding(x, &d);
    expect_count(x, 20);
    assert_int_equal(d.taken, 2);
    fake_free(x);
}

static const enum stream with_commands[] = { STREAM_ALERTS, STREAM_COMMANDS };

static void a_command_is_not_held(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    struct consume_settings s = settings;
    s.hold_us = s.hold_least_us = UINT64_MAX / 4;
    s.streams = with_commands;
    s.stream_count = 2;
    add_alerts(x, 0, 6);
    fake_add(x, "430100", STREAM_COMMANDS, "desk:1:0", "command", "{}");
    add_alerts(x, 6, 12);
    run_with(x, &d, &s);
    expect_count(x, 13);
    assert_int_equal(d.settled, 2);
    fake_free(x);
}

static void that_another_redis_has_come_is_known_ever_after(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 0, 2);
    run(x, &d);
    run(x, &d);
    assert_int_equal(d.forgot_us, 0);
    fake_restarted(x, "second");
    run(x, &d);                         /* nothing to write: the next one has to find it out again */
    uint64_t seen_us = d.forgot_us;
    assert_true(seen_us > 0);
    add_alerts(x, 2, 4);
    run(x, &d);
    assert_true(d.forgot_us >= seen_us);
    seen_us = d.forgot_us;
    run(x, &d);
    assert_int_equal(d.forgot_us, seen_us);
    expect_count(x, 4);
    fake_free(x);
}

static void marks_are_by_stream_sensor_and_epoch(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 5, 6);
    fake_add(x, "430100", STREAM_ALERTS, "tower:8:0", "alert", "{}");
    fake_add(x, "430100", STREAM_ALERTS, "fort:7:0", "alert", "{}");
    fake_add(x, "430100", STREAM_ALERTS, "fort:7:0", "alert", "{}");
    fake_add(x, "430100", STREAM_ALERTS, "by-hand", "alert", "{}");
    fake_add(x, "430100", STREAM_ALERTS, "by-hand", "alert", "{}");     /* no number in it: nothing to compare */
    run(x, &d);
    expect_count(x, 5);
    fake_free(x);
}

static void whatever_breaks_at_the_commit_the_effect_is_once(void **unused)
{
    (void)unused;
    static const enum fake_trouble troubles[] = { FAKE_COMMIT_LOST, FAKE_REPLY_LOST, FAKE_LEASE_LOST };
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        struct fake *x = fake_new();
        struct drill d = { 0 };
        add_alerts(x, 0, 10);
        fake_trouble(x, troubles[i]);
        run(x, &d);
        expect_count(x, 10);
        assert_int_equal(d.taken, 2);
        fake_free(x);
    }
}

static void whatever_breaks_at_a_held_commit_the_effect_is_once(void **unused)
{
    (void)unused;
    static const enum fake_trouble troubles[] = { FAKE_COMMIT_LOST, FAKE_REPLY_LOST, FAKE_LEASE_LOST };
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        struct fake *x = fake_new();
        struct drill d = { 0 };
        add_alerts(x, 0, 30);
        fake_trouble(x, troubles[i]);
        run_holding(x, &d);             /* its only commit is at its end */
        run_holding(x, &d);
        expect_count(x, 30);
        assert_int_equal(d.taken, 2);
        fake_free(x);
    }
}

/* Whoever handles this entry dies of it, alone or in a batch. */
struct killer { struct fake *x; const char *id; struct drill *drill; unsigned deaths; };

static int on_deadly_batch(void *killer, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    struct killer *k = killer;
    for (size_t i = 0; i < count; i++)
        if (strcmp(entries[i].id, k->id) == 0) {
            k->deaths++;
            fake_dies(k->x);
            return fault_set(f, -EIO, "dead");
        }
    return on_batch(k->drill, c, entries, count, f);
}

static int on_deadly_taken(void *killer, struct consumer *c, const char *region, struct fault *f)
{
    return on_taken(((struct killer *)killer)->drill, c, region, f);
}

/* One process after the other, until one has lived; gives how many died. */
static unsigned live_and_die(struct fake *x, const char *id, struct drill *d, unsigned lives)
{
    struct killer k = { x, id, d, 0 };
    const struct consume_handler h = { .taken = on_deadly_taken, .batch = on_deadly_batch, .ctx = &k };
    for (unsigned before = ~0u; lives > 0 && before != k.deaths; lives--) {
        struct fault f = { 0 };
        struct consumer *c = fake_consumer(x, &settings, &f);
        before = k.deaths;
        assert_int_equal(fake_run(x, c, &h, &f), 0);
        consumer_close(c);
    }
    return k.deaths;
}

static void what_a_dead_consumer_had_in_hand_comes_again(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 0, 3);
    assert_int_equal(live_and_die(x, "tower:7:1", &d, 1), 1);
    assert_int_equal(fake_left(x, "430100", STREAM_ALERTS), 3);
    add_alerts(x, 3, 5);
    run(x, &d);
    expect_count(x, 5);
    assert_string_equal(d.order, "tower:7:0 tower:7:1 tower:7:2 tower:7:3 tower:7:4 ");
    assert_null(fake_field(x, "430100", "mark:drill", "starts"));
    fake_free(x);
}

/* Wherever it stands in its batch, and whatever is before and behind it: it is found, and it alone is put aside. */
static void an_entry_that_kills_its_consumer_again_and_again_goes_to_dead(void **unused)
{
    (void)unused;
    for (unsigned at = 0; at < 9; at++) {
        struct fake *x = fake_new();
        struct drill d = { 0 };
        char id[24];
        snprintf(id, sizeof id, "tower:7:%u", at);
        add_alerts(x, 0, 9);
        assert_in_range(live_and_die(x, id, &d, 100), 1, 2 * (2 + CONSUME_TRIES));
        assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 1);
        fake_entries(x, "430100", STREAM_DEAD, expect_id, id);
        expect_count(x, 8);
        assert_null(fake_field(x, "430100", "mark:drill", "starts"));
        assert_null(fake_field(x, "430100", "mark:drill", "trial"));
        fake_free(x);
    }
}

/* The other stream's entries come before it in each page, and more of them with each life. */
static void a_killer_behind_a_busy_stream_costs_the_busy_one_nothing(void **unused)
{
    (void)unused;
    static const enum stream two[] = { STREAM_ALERTS, STREAM_EVENTS };
    struct consume_settings both = settings;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    struct killer k = { x, "tower:9:0", &d, 0 };
    const struct consume_handler h = { .taken = on_deadly_taken, .batch = on_deadly_batch, .ctx = &k };
    unsigned lives = 0;
    both.streams = two;
    both.stream_count = 2;
    add_alerts(x, 0, 2);
    fake_add(x, "430100", STREAM_EVENTS, "tower:9:0", "flow", "{}");
    for (; fake_count(x, "430100", STREAM_DEAD) == 0 && lives < 50; lives++) {
        struct fault f = { 0 };
        struct consumer *c = fake_consumer(x, &both, &f);
        add_alerts(x, 2 + lives, 3 + lives);
        assert_int_equal(fake_run(x, c, &h, &f), 0);
        consumer_close(c);
    }
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 1);
    fake_entries(x, "430100", STREAM_DEAD, expect_id, (void *)(uintptr_t)"tower:9:0");
    expect_count(x, 2 + lives);
    fake_free(x);
}

static volatile int stop_asked;

static int on_batch_without_a_store(void *unused, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    (void)unused, (void)c, (void)entries, (void)count;
    stop_asked = 1;
    return fault_set(f, -ENOSPC, "no space");
}

static void who_ends_in_order_while_its_store_fails_has_not_died(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 0, 3);
    for (unsigned i = 0; i < 20; i++) {
        struct fault f = { 0 };
        struct consumer *c = fake_consumer(x, &settings, &f);
        const struct consume_handler h = { .batch = on_batch_without_a_store };
        stop_asked = 0;
        assert_int_equal(consumer_run(c, &h, &stop_asked, &f), 0);
        consumer_close(c);
        assert_null(fake_field(x, "430100", "mark:drill", "starts"));
    }
    run(x, &d);
    expect_count(x, 3);
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 0);
    fake_free(x);
}

/* Its transactions are lost again and again, while it looks for what has killed those before it. */
struct unlucky { struct fake *x; struct drill *drill; unsigned left; };

static int on_unlucky_batch(void *unlucky, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    struct unlucky *u = unlucky;
    if (u->left > 0) {
        u->left--;
        fake_trouble(u->x, FAKE_COMMIT_LOST);
    }
    u->drill->order[0] = '\0';
    return on_batch(u->drill, c, entries, count, f);
}

static int on_unlucky_taken(void *unlucky, struct consumer *c, const char *region, struct fault *f)
{
    return on_taken(((struct unlucky *)unlucky)->drill, c, region, f);
}

static void who_tries_an_entry_often_without_dying_blames_it_for_nothing(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    struct fault f = { 0 };
    struct unlucky u = { x, &d, 3 * CONSUME_TRIES };
    const struct consume_handler h = { .taken = on_unlucky_taken, .batch = on_unlucky_batch, .ctx = &u };
    add_alerts(x, 0, 2);
    assert_int_equal(live_and_die(x, "tower:7:1", &d, 2), 2);
    struct consumer *c = fake_consumer(x, &settings, &f);
    assert_int_equal(fake_run(x, c, &h, &f), 0);
    consumer_close(c);
    assert_int_equal(u.left, 0);
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 0);
    expect_count(x, 2);
    fake_free(x);
}

static void one_bad_entry_goes_to_dead_and_the_others_pass(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { .poison = "tower:7:2" };
    add_alerts(x, 0, 6);
    run(x, &d);
    expect_count(x, 5);
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 1);
    assert_string_equal(d.order, "tower:7:0 tower:7:1 tower:7:3 tower:7:4 tower:7:5 ");
    fake_free(x);
}

static void expect_reason(void *reason, const char *id, const char *type, const char *json, const char *why)
{
    (void)type, (void)json;
    assert_string_equal(id, "tower:7:0");
    assert_string_equal(why, reason);
}

static void an_entry_without_a_field_goes_to_dead_with_the_reason(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    char reason[] = "it has no field `json`";
    fake_add(x, "430100", STREAM_ALERTS, "tower:7:0", "alert", NULL);
    add_alerts(x, 1, 2);
    run(x, &d);
    expect_count(x, 1);
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 1);
    fake_entries(x, "430100", STREAM_DEAD, expect_reason, reason);
    fake_free(x);
}

static void a_store_that_fails_blames_no_entry(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { .fail_store = 3 };
    add_alerts(x, 0, 4);
    run(x, &d);
    expect_count(x, 4);
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 0);
    fake_free(x);
}

static void a_full_redis_is_waited_for_and_blames_no_entry(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    add_alerts(x, 0, 4);
    fake_full(x, CONSUME_TRIES + 1);        /* each time they are given out once more */
    run(x, &d);
    expect_count(x, 4);
    assert_int_equal(fake_count(x, "430100", STREAM_INCIDENTS), 4);
    assert_int_equal(fake_count(x, "430100", STREAM_DEAD), 0);
    fake_free(x);
}

struct crowd { struct drill d; struct fake *x; unsigned idles; size_t early; };

static int make_room(void *ctx, struct consumer *c, uint64_t now_us)
{
    struct crowd *w = ctx;
    (void)c, (void)now_us;
    if (++w->idles == 3) {
        w->early = fake_count(w->x, "430100", STREAM_INCIDENTS);
        fake_memory(w->x, 949, 1000);
    }
    return 0;
}

static void who_leaves_room_reads_nothing_while_there_is_less_and_goes_on_then(void **unused)
{
    (void)unused;
    struct crowd w = { .x = fake_new() };
    struct fault f = { 0 };
    struct consume_settings leaving = settings;
    struct consume_handler h = { .taken = on_taken, .batch = on_batch, .settled = on_settled, .idle = make_room, .ctx = &w };
    leaving.leave_percent = 5;
    add_alerts(w.x, 0, 4);
    fake_memory(w.x, 951, 1000);
    struct consumer *c = fake_consumer(w.x, &leaving, &f);
    assert_int_equal(fake_run(w.x, c, &h, &f), 0);
    assert_true(w.idles >= 3);
    assert_int_equal(w.early, 0);
    expect_count(w.x, 4);
    consumer_close(c);
    fake_free(w.x);
}

static void an_emptied_redis_is_gone_on_with(void **unused)
{
    (void)unused;
    struct fake *x = fake_new();
    struct drill d = { 0 };
    struct fault f = { 0 };
    add_alerts(x, 0, 4);
    struct consumer *c = fake_consumer(x, &settings, &f);
    struct consume_handler h = { .taken = on_taken, .batch = on_batch, .settled = on_settled, .lost = on_lost, .ctx = &d };
    assert_int_equal(fake_run(x, c, &h, &f), 0);
    fake_trouble(x, FAKE_FLUSHED);
    assert_int_equal(fake_run(x, c, &h, &f), 0);
    add_alerts(x, 4, 7);
    assert_int_equal(fake_run(x, c, &h, &f), 0);
    expect_count(x, 3);         /* the state went with the rest */
    assert_int_equal(d.lost, 1);
    assert_int_equal(d.taken, 2);
    consumer_close(c);
    fake_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_handled_in_order_and_acknowledged_with_their_results),
        cmocka_unit_test(a_window_that_was_sent_again_counts_once),
        cmocka_unit_test(that_another_redis_has_come_is_known_ever_after),
        cmocka_unit_test(marks_are_by_stream_sensor_and_epoch),
        cmocka_unit_test(whatever_breaks_at_the_commit_the_effect_is_once),
        cmocka_unit_test(whatever_breaks_at_a_held_commit_the_effect_is_once),
        cmocka_unit_test(what_is_held_goes_out_together),
        cmocka_unit_test(a_bad_entry_costs_nothing_of_what_is_held),
        cmocka_unit_test(a_store_that_fails_amid_what_is_held_has_it_handled_again_once),
        cmocka_unit_test(a_command_is_not_held),
        cmocka_unit_test(what_a_dead_consumer_had_in_hand_comes_again),
        cmocka_unit_test(a_killer_behind_a_busy_stream_costs_the_busy_one_nothing),
        cmocka_unit_test(who_tries_an_entry_often_without_dying_blames_it_for_nothing),
        cmocka_unit_test(who_ends_in_order_while_its_store_fails_has_not_died),
        cmocka_unit_test(an_entry_that_kills_its_consumer_again_and_again_goes_to_dead),
        cmocka_unit_test(one_bad_entry_goes_to_dead_and_the_others_pass),
        cmocka_unit_test(an_entry_without_a_field_goes_to_dead_with_the_reason),
        cmocka_unit_test(a_store_that_fails_blames_no_entry),
        cmocka_unit_test(a_full_redis_is_waited_for_and_blames_no_entry),
        cmocka_unit_test(who_leaves_room_reads_nothing_while_there_is_less_and_goes_on_then),
        cmocka_unit_test(an_emptied_redis_is_gone_on_with),
    };
    return cmocka_run_group_tests_name("bus/consume", tests, NULL, NULL);
}
