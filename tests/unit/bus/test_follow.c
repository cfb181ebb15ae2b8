/* A follower on a poll() loop, against a Redis of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <hiredis/hiredis.h>

#include "bus/follow.h"
#include "common/clock.h"

static char dir[] = "/tmp/fengsui-follow-XXXXXX";

struct watcher {                /* a loop and what it was told */
    struct follower *follower;
    struct pollfd    links[FOLLOW_LINKS];
    char     said[4096];        /* "430100/alerts a; ..." */
    char     beats[1024];
    char     begins[64], why[256];
    bool     up;
    unsigned changes;
};

static void watch(void *ctx, unsigned link, int fd, bool readable, bool writable)
{
    struct watcher *w = ctx;
    w->links[link] = (struct pollfd){ .fd = readable || writable ? fd : -1,
                                      .events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0)) };
}

static void entry(void *ctx, const struct follow_entry *e)
{
    struct watcher *w = ctx;
    size_t n = strlen(w->said);
    snprintf(w->said + n, sizeof w->said - n, "%s/%s/%s %.*s; ", e->region, stream_names[e->stream], e->type,
             (int)e->json_len, e->json);
}

static void begins(void *ctx, const char *stream_id)
{
    struct watcher *w = ctx;
    snprintf(w->begins, sizeof w->begins, "%s", stream_id);
}

static void heartbeat(void *ctx, const char *region, const char *sensor, const char *json, size_t len)
{
    struct watcher *w = ctx;
    snprintf(w->beats, sizeof w->beats, "%s/%s %.*s", region, sensor, (int)len, json);
}

static void state(void *ctx, bool connected, const char *why)
{
    struct watcher *w = ctx;
    w->up = connected;
    w->changes++;
    snprintf(w->why, sizeof w->why, "%s", why);
}

static void start(struct watcher *w, const char *password, unsigned recent)
{
    static const enum stream streams[] = { STREAM_ALERTS, STREAM_INCIDENTS };
    char address[64];
    struct fault f;
    snprintf(address, sizeof address, "unix:%s/redis.sock", dir);
    const struct follow_settings s = { .redis = address, .redis_password = password, .streams = streams, .stream_count = 2,
                                       .recent = recent, .look_every_us = 50000 };
    const struct follow_owner o = { w, watch, entry, begins, heartbeat, state };
    *w = (struct watcher){ .links = { { .fd = -1 }, { .fd = -1 } } };
    w->follower = follower_open(&s, &o, &f);
    assert_non_null(w->follower);
}

static void turn(struct watcher *w)
{
    follower_tick(w->follower, clock_steady_us());
    poll(w->links, FOLLOW_LINKS, 20);
    for (unsigned i = 0; i < FOLLOW_LINKS; i++)
        if (w->links[i].fd >= 0 && w->links[i].revents != 0)
            follower_ready(w->follower, i, (w->links[i].revents & ~POLLOUT) != 0, (w->links[i].revents & POLLOUT) != 0);
}

/* Until `where` holds `what`: a hang is the test runner's to end, not a clock's. */
static void await(struct watcher *w, const char *where, const char *what)
{
    while (strstr(where, what) == NULL)
        turn(w);
}

static void tell(const char *fmt, ...)
{
    char path[64];
    va_list args;
    snprintf(path, sizeof path, "%s/redis.sock", dir);
    redisContext *c = redisConnectUnix(path);
    assert_true(c != NULL && c->err == 0);
    va_start(args, fmt);
    redisReply *r = redisvCommand(c, fmt, args);
    va_end(args);
    assert_true(r != NULL && r->type != REDIS_REPLY_ERROR);
    freeReplyObject(r);
    redisFree(c);
}

static void alert(const char *region, const char *json)
{
    tell("SADD fengsui:regions %s", region);
    tell("XADD fengsui:{%s}:alerts * id i type alert v 1 json %s", region, json);
}

static int redis(const char *what, const char *more)
{
    char command[200];
    snprintf(command, sizeof command, "tests/support/redis.sh %s %s %s", what, dir, more);
    return system(command);
}

static int begin(void **unused)
{
    (void)unused;
    return mkdtemp(dir) == NULL || redis("start", "") != 0;
}

static int end(void **unused)
{
    (void)unused;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return redis("stop", "") != 0 || system(command) != 0;
}

static int empty(void **unused)
{
    (void)unused;
    tell("FLUSHALL");
    return 0;
}

static void entries_come_as_they_are_added_and_from_regions_that_appear(void **unused)
{
    (void)unused;
    struct watcher w;
    start(&w, NULL, 10);
    alert("430100", "a");
    await(&w, w.said, "430100/alerts/alert a; ");
    assert_true(w.up);
    alert("430100", "b");
    alert("430600", "c");
    await(&w, w.said, "430100/alerts/alert b; ");
    await(&w, w.said, "430600/alerts/alert c; ");
    tell("XADD fengsui:{430600}:incidents * id i type incident v 1 json d");
    await(&w, w.said, "430600/incidents/incident d; ");
    follower_close(w.follower);
}

static void the_newest_are_read_back_oldest_first_and_the_cut_is_told(void **unused)
{
    (void)unused;
    struct watcher w;
    static const char *const all[] = { "a", "b", "c", "d" };
    for (size_t i = 0; i < 4; i++)
        alert("430100", all[i]);
    start(&w, NULL, 2);
    await(&w, w.said, "alert d; ");
    assert_string_equal(w.said, "430100/alerts/alert c; 430100/alerts/alert d; ");
    assert_string_not_equal(w.begins, "");
    follower_close(w.follower);
    start(&w, NULL, 9);
    await(&w, w.said, "alert d; ");
    assert_string_equal(w.begins, "");
    follower_close(w.follower);
}

static void after_a_restart_it_goes_on_where_it_stood(void **unused)
{
    (void)unused;
    struct watcher w;
    start(&w, NULL, 10);
    alert("430100", "a");
    await(&w, w.said, "alert a; ");
    assert_int_equal(redis("stop", ""), 0);
    while (w.up)
        turn(&w);
    assert_string_not_equal(w.why, "");
    assert_int_equal(redis("start", ""), 0);
    alert("430100", "b");
    await(&w, w.said, "alert b; ");
    assert_string_equal(w.said, "430100/alerts/alert a; 430100/alerts/alert b; ");
    follower_close(w.follower);
}

static void what_is_not_an_event_is_passed_over(void **unused)
{
    (void)unused;
    struct watcher w;
    start(&w, NULL, 10);
    tell("SADD fengsui:regions 430100");
    tell("SADD fengsui:regions a-region-code-longer-than-any");
    tell("XADD fengsui:{430100}:alerts * other field");
    alert("430100", "b");
    await(&w, w.said, "alert b; ");
    assert_string_equal(w.said, "430100/alerts/alert b; ");
    follower_close(w.follower);
}

static void heartbeats_are_looked_up_again(void **unused)
{
    (void)unused;
    struct watcher w;
    start(&w, NULL, 10);
    tell("SADD fengsui:regions 430100");
    tell("HSET fengsui:{430100}:sensors s1 one");
    await(&w, w.beats, "430100/s1 one");
    tell("HSET fengsui:{430100}:sensors s1 two");
    await(&w, w.beats, "430100/s1 two");
    follower_close(w.follower);
}

static void a_refusal_is_told_in_redis_own_words(void **unused)
{
    (void)unused;
    struct watcher w;
    tell("CONFIG SET requirepass secret");
    start(&w, NULL, 10);
    await(&w, w.why, "NOAUTH");
    assert_false(w.up);
    follower_close(w.follower);
    start(&w, "wrong", 10);
    await(&w, w.why, "WRONGPASS");
    follower_close(w.follower);
    start(&w, "secret", 10);
    while (!w.up)
        turn(&w);
    follower_close(w.follower);
    assert_int_equal(redis("stop", ""), 0);         /* which forgets the password */
    assert_int_equal(redis("start", ""), 0);
}

static void an_absent_redis_is_waited_for(void **unused)
{
    (void)unused;
    struct watcher w;
    assert_int_equal(redis("stop", ""), 0);
    start(&w, NULL, 10);
    await(&w, w.why, "No such file");
    for (int i = 0; i < 5; i++)
        turn(&w);
    assert_int_equal(w.changes, 1);
    assert_int_equal(redis("start", ""), 0);
    while (!w.up)
        turn(&w);
    follower_close(w.follower);
}

/* An access list that lets it read this stream and nothing else is enough. */
static void one_region_is_read_from_where_it_was_left_and_nothing_else_is_asked(void **unused)
{
    (void)unused;
    static const enum stream streams[] = { STREAM_INTEL };
    char address[64];
    struct fault f;
    struct watcher w = { .links = { { .fd = -1 }, { .fd = -1 } } };
    const struct follow_owner o = { &w, watch, entry, begins, heartbeat, state };
    struct follow_settings s = { .redis = address, .redis_user = "tower", .redis_password = "p", .streams = streams,
                                 .stream_count = 1, .region = "430100", .after = "1-1", .look_every_us = 50000 };
    snprintf(address, sizeof address, "unix:%s/redis.sock", dir);
    tell("ACL SETUSER tower reset on >p (+xread %%R~fengsui:{430100}:intel)");
    tell("XADD fengsui:{430100}:intel 1-1 type indicator json a");
    tell("XADD fengsui:{430100}:intel 1-2 type indicator json b");
    tell("XADD fengsui:{430200}:intel 1-2 type indicator json x");
    w.follower = follower_open(&s, &o, &f);
    assert_non_null(w.follower);
    await(&w, w.said, "430100/intel/indicator b; ");
    tell("XADD fengsui:{430100}:intel 1-3 type indicator json c");
    await(&w, w.said, "c; ");
    assert_true(w.up);
    assert_string_equal(w.said, "430100/intel/indicator b; 430100/intel/indicator c; ");
    assert_int_equal(redis("stop", ""), 0);
    assert_int_equal(redis("start", ""), 0);
    tell("ACL SETUSER tower reset on >p (+xread %%R~fengsui:{430100}:intel)");
    tell("XADD fengsui:{430100}:intel 2-1 type indicator json d");
    await(&w, w.said, "d; ");
    follower_close(w.follower);
    s.region = "43}01";
    assert_null(follower_open(&s, &o, &f));
    tell("ACL DELUSER tower");
}

static void an_address_that_is_none_is_refused(void **unused)
{
    (void)unused;
    static const enum stream streams[] = { STREAM_ALERTS };
    struct fault f = { 0 };
    const struct follow_settings s = { .redis = "somewhere", .streams = streams, .stream_count = 1 };
    const struct follow_owner o = { 0 };
    assert_null(follower_open(&s, &o, &f));
    assert_string_not_equal(f.why, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(entries_come_as_they_are_added_and_from_regions_that_appear, empty),
        cmocka_unit_test_setup(the_newest_are_read_back_oldest_first_and_the_cut_is_told, empty),
        cmocka_unit_test_setup(after_a_restart_it_goes_on_where_it_stood, empty),
        cmocka_unit_test_setup(what_is_not_an_event_is_passed_over, empty),
        cmocka_unit_test_setup(heartbeats_are_looked_up_again, empty),
        cmocka_unit_test_setup(a_refusal_is_told_in_redis_own_words, empty),
        cmocka_unit_test_setup(an_absent_redis_is_waited_for, empty),
        cmocka_unit_test_setup(one_region_is_read_from_where_it_was_left_and_nothing_else_is_asked, empty),
        cmocka_unit_test(an_address_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("follow", tests, begin, end);
}
