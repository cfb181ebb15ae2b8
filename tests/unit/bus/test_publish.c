#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/publish.h"

static struct publisher *open_json(const char *path, uint64_t ring_bytes, bool wait)
{
    struct publish_settings s = { .region = "430100", .sensor = "tower", .json_path = path, .ring_bytes = ring_bytes,
                                  .wait_when_full = wait };
    struct fault f = { 0 };
    struct publisher *p = publisher_open(&s, 2, &f);
    if (p == NULL)
        fail_msg("%s", f.why);
    return p;
}

static void offer(struct publisher *p, unsigned lane, const char *rest)
{
    char json[256];
    int n = snprintf(json, sizeof json, "{\"id\":\"@\"%s}", rest);
    assert_true(publish_offer(p, lane, STREAM_ALERTS, "alert", 2, json, (size_t)n));
}

static void each_event_is_a_line_with_its_own_number(void **unused)
{
    (void)unused;
    char path[] = "/tmp/publish-XXXXXX", line[256], expected[256];
    close(mkstemp(path));
    struct publisher *p = open_json(path, 4096, true);
    unsigned long long epoch = publisher_epoch(p);
    for (unsigned i = 0; i < 1000; i++)
        offer(p, 0, ",\"n\":\"@\"");
    assert_int_equal(publisher_close(p, 0), 0);
    FILE *in = fopen(path, "r");
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(expected, sizeof expected, "{\"id\":\"tower:%llu:%u\",\"n\":\"@\"}\n", epoch, i);
        assert_non_null(fgets(line, sizeof line, in));
        assert_string_equal(line, expected);
    }
    assert_null(fgets(line, sizeof line, in));
    fclose(in);
    unlink(path);
}

static void a_reopened_file_takes_the_lines_that_follow(void **unused)
{
    (void)unused;
    char path[] = "/tmp/publish-XXXXXX", moved[64];
    close(mkstemp(path));
    struct publisher *p = open_json(path, 4096, true);
    offer(p, 0, "");
    struct publish_counts c = { 0 };
    while (c.json_lines < 1)
        publisher_counts(p, &c);
    snprintf(moved, sizeof moved, "%s.1", path);
    assert_int_equal(rename(path, moved), 0);
    publisher_reopen(p);
    while (access(path, F_OK) != 0)
        usleep(1000);
    offer(p, 1, "");
    publisher_close(p, 0);
    FILE *in = fopen(path, "r");
    char line[256];
    assert_non_null(fgets(line, sizeof line, in));
    assert_null(fgets(line, sizeof line, in));
    fclose(in);
    unlink(path);
    unlink(moved);
}

static void without_any_outlet_it_still_counts(void **unused)
{
    (void)unused;
    struct publish_counts c;
    struct publisher *p = open_json(NULL, 4096, true);
    for (unsigned i = 0; i < 100; i++)
        offer(p, i % 2, "");
    publisher_counts(p, &c);
    assert_int_equal(c.offered, 100);
    assert_int_equal(publisher_close(p, 0), 0);
}

static void an_event_too_long_for_the_ring_is_counted_and_said(void **unused)
{
    (void)unused;
    char path[] = "/tmp/publish-XXXXXX", json[4000], line[4096];
    struct publish_counts c = { 0 };
    close(mkstemp(path));
    struct publisher *p = open_json(path, 4096, false);
    int n = snprintf(json, sizeof json, "{\"id\":\"@\",\"x\":\"%03000d\"}", 1);
    assert_false(publish_offer(p, 0, STREAM_EVENTS, "flow", 0, json, (size_t)n));
    while (c.json_lines < 1)
        publisher_counts(p, &c);
    assert_int_equal(c.oversize, 1);
    publisher_close(p, 0);
    FILE *in = fopen(path, "r");
    assert_non_null(fgets(line, sizeof line, in));
    assert_non_null(strstr(line, "\"event\":\"events_lost\",\"oversize\":1,"));
    fclose(in);
    unlink(path);
}

static const struct bad_case { const char *name; struct publish_settings s; const char *word; } bad[] = {
    { "a region with a brace", { .region = "4301}", .sensor = "a", .ring_bytes = 4096 }, "region" },
    { "a sensor with a colon", { .region = "430100", .sensor = "a:b", .ring_bytes = 4096 }, "colon" },
    { "no sensor", { .region = "430100", .sensor = "", .ring_bytes = 4096 }, "sensor" },
    { "no spool", { .region = "430100", .sensor = "a", .redis = "unix:/x", .ring_bytes = 4096 }, "spool" },
    { "an address without a scheme",
      { .region = "430100", .sensor = "a", .redis = "localhost", .spool_dir = "/tmp/none", .ring_bytes = 4096 }, "tcp:HOST:PORT" },
    { "a port that is none",
      { .region = "430100", .sensor = "a", .redis = "tcp:h:99999", .spool_dir = "/tmp/none", .ring_bytes = 4096 }, "tcp:HOST:PORT" },
    { "a file that cannot be", { .region = "430100", .sensor = "a", .json_path = "/nowhere/x", .ring_bytes = 4096 }, "/nowhere/x" },
};

static void wrong_settings_are_refused_in_words(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fault f = { 0 };
        if (publisher_open(&bad[i].s, 1, &f) != NULL || strstr(f.why, bad[i].word) == NULL)
            fail_msg("%s: `%s`", bad[i].name, f.why);
    }
}

/* Nobody listens at the address: everything waits in the spool, and close() says how much. */
static void without_redis_events_wait_in_the_spool_for_the_next_start(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/publish-XXXXXX", redis[64], command[64];
    assert_non_null(mkdtemp(dir));
    snprintf(redis, sizeof redis, "unix:%s/none.sock", dir);
    struct publish_settings s = { .region = "430100", .sensor = "tower", .redis = redis, .spool_dir = dir,
                                  .ring_bytes = 65536, .wait_when_full = true };
    struct fault f = { 0 };
    for (unsigned round = 1; round <= 3; round++) {
        struct publisher *p = publisher_open(&s, 1, &f);
        assert_non_null(p);
        for (unsigned i = 0; i < 500; i++)
            offer(p, 0, "");
        assert_int_equal(publisher_close(p, 0), 500 * round);
    }
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_is_a_line_with_its_own_number),
        cmocka_unit_test(a_reopened_file_takes_the_lines_that_follow),
        cmocka_unit_test(without_any_outlet_it_still_counts),
        cmocka_unit_test(an_event_too_long_for_the_ring_is_counted_and_said),
        cmocka_unit_test(wrong_settings_are_refused_in_words),
        cmocka_unit_test(without_redis_events_wait_in_the_spool_for_the_next_start),
    };
    return cmocka_run_group_tests_name("bus/publish", tests, NULL, NULL);
}
