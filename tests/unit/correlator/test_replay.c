#include "tests/unit/correlator/alerts.h"

#include <errno.h>
#include <unistd.h>

#include "correlator/replay.h"
#include "tests/support/file.h"

static struct correlator_settings settings(void)
{
    return (struct correlator_settings){
        .join = { .window_us = 30 * MINUTE, .long_window_us = 180 * MINUTE, .grown_us = MINUTE, .span_us = 10080 * MINUTE, .steps_max = 100 },
        .scene = { .usual_gap_us = 60 * MINUTE, .usual_hours = 3, .sweep_us = MINUTE },
        .meta_gap_us = MINUTE, .meta_echo_us = 2000000, .meta_max = 100, .rule_max = 100, .case_max = 100, .quiet_us = 1440 * MINUTE,
    };
}

#define LINE(id, minute, src, dest, sid) \
    "{\"id\":\"s:1:" #id "\",\"timestamp\":\"2026-11-20T12:" minute ":00+08:00\",\"src_ip\":\"" src "\",\"dest_ip\":\"" dest "\"," \
    "\"region\":\"430100\",\"alert\":{\"gid\":1,\"signature_id\":" #sid ",\"signature\":\"rule\",\"severity\":2}}\n"

static const char three[] = LINE(1, "00", "198.51.100.7", "10.0.0.1", 1) LINE(2, "01", "203.0.113.9", "10.0.0.9", 2)
                            "\n" LINE(3, "02", "198.51.100.7", "10.0.0.2", 3);

/* What replay writes for the text. */
static int replayed(const char *text, bool by_meta, char *out, size_t cap, struct correlator_counts *n, struct fault *f)
{
    struct file in = file_of_text(text), groups = file_of_text(""), incidents = file_of_text("");
    struct replay r = { .in = in.path, .groups = groups.path, .incidents = incidents.path, .by_meta = by_meta };
    struct correlator_settings s = settings();
    int rc = replay_run(&r, &s, n, f);
    FILE *got = fopen(groups.path, "re");
    out[fread(out, 1, cap - 1, got)] = '\0';
    fclose(got);
    unlink(in.path);
    unlink(groups.path);
    unlink(incidents.path);
    return rc;
}

static void each_alert_gets_a_line_in_order(void **unused)
{
    (void)unused;
    char out[400], again[400], first[40], second[40], third[40];
    struct correlator_counts n;
    struct fault f = { 0 };
    assert_int_equal(replayed(three, false, out, sizeof out, &n, &f), 0);
    assert_int_equal(sscanf(out, "%39s %39s %39s", first, second, third), 3);
    assert_string_equal(first, third);
    assert_string_not_equal(first, second);
    assert_memory_equal(first, "I-430100-20261120-", 18);
    assert_true(n.alerts == 3 && n.incidents == 2);
    assert_int_equal(replayed(three, false, again, sizeof again, &n, &f), 0);
    assert_string_equal(out, again);
    assert_int_equal(replayed(three, true, out, sizeof out, &n, &f), 0);
    assert_string_equal(out, "M1\nM2\nM3\n");
    assert_int_equal(replayed("", false, out, sizeof out, &n, &f), 0);
    assert_true(*out == '\0' && n.alerts == 0);
}

static void a_line_that_is_no_alert_is_named_with_file_and_line(void **unused)
{
    (void)unused;
    char out[400];
    struct correlator_counts n;
    struct fault f = { 0 };
    assert_true(replayed(LINE(1, "00", "10.0.0.1", "10.0.0.2", 1) "{\"timestamp\":\"yesterday\",\"alert\":{\"signature_id\":1}}\n", false,
                         out, sizeof out, &n, &f) == -EINVAL);
    if (strstr(f.why, ":2: an alert needs a timestamp in RFC 3339, not \"yesterday\"") == NULL)
        fail_msg("%s", f.why);
    assert_true(replayed("{\n", false, out, sizeof out, &n, &f) < 0);
    struct replay r = { .in = "/nonexistent/a.ndjson" };
    struct correlator_settings s = settings();
    assert_int_equal(replay_run(&r, &s, &n, &f), -ENOENT);
    assert_string_equal(f.why, "/nonexistent/a.ndjson: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_alert_gets_a_line_in_order),
        cmocka_unit_test(a_line_that_is_no_alert_is_named_with_file_and_line),
    };
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
