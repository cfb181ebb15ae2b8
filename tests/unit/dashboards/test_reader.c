#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "dashboards/server/reader.h"

static char dir[] = "/tmp/fengsui-reader-XXXXXX";

static void put(struct archive *a, const char *stream, const char *json)
{
    struct fault f;
    if (archive_put(a, stream, "430100", json, strlen(json), &f) != 0)
        fail_msg("%s", f.why);
}

/* Five alerts a second apart, an incident of the first two, and one of the third that became part of it. */
static int fill(void **unused)
{
    (void)unused;
    struct fault f;
    char json[600];
    if (mkdtemp(dir) == NULL)
        return -1;
    struct archive *a = archive_open(dir, ARCHIVE_WRITE, &f);
    if (a == NULL || archive_begin(a, &f) != 0)
        return -1;
    for (int i = 0; i < 5; i++) {
        snprintf(json, sizeof json, "{\"id\":\"s:1:%d\",\"timestamp\":\"2026-11-21T10:00:0%d.000000+0800\",\"event_type\":\"alert\","
                 "\"region\":\"430100\",\"status\":\"actual\",\"src_ip\":\"192.0.2.%d\",\"dest_ip\":\"10.0.0.1\","
                 "\"alert\":{\"signature_id\":%d,\"signature\":\"r\",\"severity\":%d}}", i, i, i, 100 + i, 1 + i % 2);
        put(a, "alerts", json);
    }
    put(a, "incidents", "{\"id\":\"I-1:1\",\"timestamp\":\"2026-11-21T10:00:05.000000+0800\",\"event_type\":\"incident\","
        "\"region\":\"430100\",\"status\":\"actual\",\"incident\":{\"id\":\"I-1\",\"version\":1,\"title\":{\"zh\":\"t\",\"en\":\"t\"},"
        "\"region\":\"430100\",\"state\":\"new\",\"level\":1,\"last\":\"2026-11-21T10:00:05.000000+0800\",\"alert_ids\":[\"s:1:0\",\"s:1:1\"]}}");
    put(a, "incidents", "{\"id\":\"I-3:2\",\"timestamp\":\"2026-11-21T10:00:04.000000+0800\",\"event_type\":\"incident\","
        "\"region\":\"430100\",\"status\":\"actual\",\"incident\":{\"id\":\"I-3\",\"version\":2,\"title\":{\"zh\":\"扫\",\"en\":\"sweep\"},"
        "\"region\":\"430100\",\"state\":\"closed\",\"level\":3,\"alert_count\":1,\"merged_into\":\"I-1\",\"joins\":[{}],\"alert_ids\":[\"s:1:2\"]}}");
    int rc = archive_commit(a, &f);
    archive_close(a);
    return rc;
}

static int empty(void **unused)
{
    (void)unused;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

struct answer {
    int    status;
    char  *body;
    size_t len;
};

static void done(void *ctx, int status, char *body, size_t len)
{
    *(struct answer *)ctx = (struct answer){ status, body, len };
}

/* `id` is the incident's; of a list, the kind of event, "" for alerts. */
static struct answer ask(struct reader *r, enum reader_kind kind, const char *text, enum params_of of, const char *id)
{
    struct answer a = { 0 };
    struct param_fault f;
    struct job *j = job_new(kind);
    assert_int_equal(params_parse(text, of, &j->params, &f), 0);
    j->name = "alerts";
    j->done = done;
    j->ctx = &a;
    if (kind == READ_EVENTS)
        j->params.query.event_type = *id != '\0' ? id : "alert";
    strcpy(j->id, id);
    assert_true(reader_ask(r, j));
    while (a.status == 0) {
        struct pollfd p = { .fd = reader_fd(r), .events = POLLIN };
        poll(&p, 1, -1);
        reader_collect(r);
    }
    return a;
}

static size_t times(const char *text, const char *word)
{
    size_t n = 0;
    while ((text = strstr(text, word)) != NULL) {
        text += strlen(word);
        n++;
    }
    return n;
}

static struct reader *reader(const char *path)
{
    struct fault f;
    struct reader *r = reader_open(path, 2, 4, &f);
    assert_non_null(r);
    return r;
}

static void pages_follow_one_another_to_the_end(void **unused)
{
    (void)unused;
    struct reader *r = reader(dir);
    char text[300] = "limit=2", cursor[200] = "";
    size_t rows[3] = { 0 };
    for (int page = 0; page < 3; page++) {
        struct answer a = ask(r, READ_EVENTS, text, PARAMS_EVENTS, "");
        assert_int_equal(a.status, 200);
        rows[page] = times(a.body, "\"id\":\"s:1:");
        const char *next = strstr(a.body, "\"next\":");
        assert_non_null(next);
        if (page < 2) {
            assert_int_equal(sscanf(next, "\"next\":\"%199[^\"]", cursor), 1);
            snprintf(text, sizeof text, "limit=2&before=%s", cursor);
        } else {
            assert_string_equal(next, "\"next\":null}");
        }
        free(a.body);
    }
    assert_true(rows[0] == 2 && rows[1] == 2 && rows[2] == 1);
    reader_close(r);
}

static void the_newest_is_first(void **unused)
{
    (void)unused;
    struct reader *r = reader(dir);
    struct answer a = ask(r, READ_EVENTS, "limit=1", PARAMS_EVENTS, "");
    assert_true(strncmp(a.body, "{\"alerts\":[{\"id\":\"s:1:4\"", 24) == 0);
    free(a.body);
    reader_close(r);
}

static void counts_are_by_the_key_asked_for(void **unused)
{
    (void)unused;
    struct reader *r = reader(dir);
    struct answer a = ask(r, READ_COUNTS, "by=severity&event_type=alert", PARAMS_COUNTS, "");
    assert_string_equal(a.body, "{\"by\":\"severity\",\"counts\":[{\"key\":\"1\",\"count\":3},{\"key\":\"2\",\"count\":2}]}");
    free(a.body);
    reader_close(r);
}

static void a_part_is_in_no_list_and_no_count_unless_asked_for(void **unused)
{
    (void)unused;
    static const struct { const char *text; size_t rows; } lists[] = {
        { "limit=9", 1 }, { "merged=yes", 2 }, { "merged=no", 1 }, { "id=I-3", 1 }, { "whole=I-1", 1 },
    };
    struct reader *r = reader(dir);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct answer a = ask(r, READ_EVENTS, lists[i].text, PARAMS_EVENTS, "incident");
        if (times(a.body, "\"event_type\":\"incident\"") != lists[i].rows)
            fail_msg("%s: %s", lists[i].text, a.body);
        free(a.body);
    }
    struct answer a = ask(r, READ_COUNTS, "by=level&event_type=incident", PARAMS_COUNTS, "");
    assert_string_equal(a.body, "{\"by\":\"level\",\"counts\":[{\"key\":\"1\",\"count\":1}]}");
    free(a.body);
    reader_close(r);
}

static void a_whole_names_its_parts_and_has_their_alerts_and_a_part_names_its_whole(void **unused)
{
    (void)unused;
    struct reader *r = reader(dir);
    struct answer a = ask(r, READ_INCIDENT, NULL, PARAMS_ONE, "I-1");
    assert_non_null(strstr(a.body, ",\"parts\":[{\"id\":\"I-3\",\"title\":{\"zh\":\"扫\",\"en\":\"sweep\"},\"level\":3,\"alert_count\":1}],\"alerts\":["));
    assert_non_null(strstr(a.body, "\"id\":\"s:1:2\""));
    free(a.body);
    a = ask(r, READ_INCIDENT, NULL, PARAMS_ONE, "I-3");
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "\"merged_into\":\"I-1\""));
    assert_non_null(strstr(a.body, ",\"parts\":[],"));
    assert_int_equal(times(a.body, "\"event_type\":\"alert\""), 1);
    free(a.body);
    reader_close(r);
}

static void an_incident_comes_with_its_alerts_and_no_others(void **unused)
{
    (void)unused;
    struct reader *r = reader(dir);
    struct answer a = ask(r, READ_INCIDENT, NULL, PARAMS_ONE, "I-1");
    assert_int_equal(a.status, 200);
    assert_int_equal(times(a.body, "\"event_type\":\"alert\""), 3);
    assert_int_equal(times(a.body, "\"event_type\":\"incident\""), 1);
    free(a.body);
    a = ask(r, READ_INCIDENT, NULL, PARAMS_ONE, "I-2");
    assert_int_equal(a.status, 404);
    free(a.body);
    reader_close(r);
}

static void too_many_waiting_are_refused_and_counted(void **unused)
{
    (void)unused;
    struct reader_counts counts;
    struct answer ignored;
    struct fault f;
    struct reader *r = reader_open(dir, 0, 4, &f);      /* nobody works, so all wait */
    for (int i = 0; i < 6; i++) {
        struct job *j = job_new(READ_EVENTS);
        j->done = done;
        j->ctx = &ignored;
        bool taken = reader_ask(r, j);
        assert_int_equal(taken, i < 4);
        if (!taken)
            job_free(j);
    }
    reader_counts(r, &counts);
    assert_true(counts.refused == 2 && counts.waiting == 4 && counts.asked == 6);
    reader_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_follow_one_another_to_the_end),
        cmocka_unit_test(the_newest_is_first),
        cmocka_unit_test(counts_are_by_the_key_asked_for),
        cmocka_unit_test(a_part_is_in_no_list_and_no_count_unless_asked_for),
        cmocka_unit_test(a_whole_names_its_parts_and_has_their_alerts_and_a_part_names_its_whole),
        cmocka_unit_test(an_incident_comes_with_its_alerts_and_no_others),
        cmocka_unit_test(too_many_waiting_are_refused_and_counted),
    };
    return cmocka_run_group_tests_name("reader", tests, fill, empty);
}
