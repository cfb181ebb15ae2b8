/* Matters as they travel, their ids, their history and the times that are waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/matter.h"

#define AT UINT64_C(1795334400000000)       /* 2026-11-22T08:00:00Z */

static struct matter sample(void)
{
    struct matter m;
    struct deed by = { "c-1", "draft", "ann", BY_ANALYST, AT, "because" };
    assert_int_equal(matter_begin(&m, kind_named("warning"), "430100"), 0);
    matter_id(m.id, "W", m.region, AT, "c-1");
    m.version = 3;
    m.decided = 2;
    m.created_us = AT;
    m.changed_us = AT + 1;
    strcpy(m.created_by, "ann");
    strcpy(m.changed_by, "bo");
    json_object_set_new(m.fields, "title", json_string("洪水 \"1\""));
    json_object_set_new(m.fields, "incidents", json_pack("[ss]", "I-1", "I-2"));
    m.proposal = json_pack("{s:s}", "by", "bo");
    assert_true(history_add(&m.history, &m.history_gone, &by, "", "draft", NULL));
    assert_true(due_set(&m.due, "valid_until", AT + 5));
    return m;
}

static size_t written(const struct matter *m, char *out, size_t room)
{
    struct deed by = { "c-1", "draft", "ann", BY_ANALYST, AT, "because" };
    struct text t = text_over(out, room);
    matter_json(m, &by, &t);
    json_t *strict = t.cut ? NULL : json_loadb(out, t.len, JSON_REJECT_DUPLICATES, NULL);
    assert_true(t.cut || strict != NULL);
    json_decref(strict);
    return t.cut ? 0 : t.len;
}

static void a_matter_comes_back_as_it_was_written(void **unused)
{
    char first[4096], second[4096];
    struct matter m = sample(), back;
    struct fault f;
    (void)unused;
    size_t n = written(&m, first, sizeof first);
    assert_int_equal(matter_parse(first, n, &back, &f), 0);
    assert_int_equal(written(&back, second, sizeof second), n);
    assert_memory_equal(first, second, n);
    matter_free(&m);
    matter_free(&back);
}

static void every_prefix_and_every_bit_flip_is_survived(void **unused)
{
    char line[4096];
    struct matter m = sample(), back;
    struct fault f;
    (void)unused;
    size_t n = written(&m, line, sizeof line);
    for (size_t k = 0; k < n; k++)
        assert_true(matter_parse(line, k, &back, &f) < 0);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        line[bit / 8] = (char)(line[bit / 8] ^ 1 << bit % 8);
        if (matter_parse(line, n, &back, &f) == 0) {
            assert_non_null(back.state);
            matter_free(&back);
        }
        line[bit / 8] = (char)(line[bit / 8] ^ 1 << bit % 8);
    }
    matter_free(&m);
}

static void a_copy_is_its_own(void **unused)
{
    struct matter m = sample(), copy;
    (void)unused;
    assert_int_equal(matter_copy(&copy, &m), 0);
    json_object_set_new(copy.fields, "title", json_string("other"));
    json_object_clear(copy.due);
    assert_string_equal(json_string_value(json_object_get(m.fields, "title")), "洪水 \"1\"");
    assert_int_equal(due_at(m.due, "valid_until"), AT + 5);
    matter_free(&copy);
    matter_free(&m);
}

static const struct id_case { const char *id, *region; } id_cases[] = {
    { "W-430100-20261122-7k3m9qd2", "430100" }, { "I-lab-2-20261122-7k3m9qd2", "lab-2" }, { "W--20261122-7k3m9qd2", NULL },
    { "W-430100", NULL }, { "", NULL }, { "W-430100-2026112-7k3m9qd2", NULL },
    { "W-12345678901234567-20261122-7k3m9qd2", NULL },
};

static void an_id_names_its_region(void **unused)
{
    char region[MATTER_REGION_MAX], id[MATTER_ID_MAX], same[MATTER_ID_MAX];
    (void)unused;
    for (size_t i = 0; i < sizeof id_cases / sizeof id_cases[0]; i++) {
        bool is = matter_id_region(id_cases[i].id, region);
        if (is != (id_cases[i].region != NULL) || (is && strcmp(region, id_cases[i].region) != 0))
            fail_msg("\"%s\"", id_cases[i].id);
    }
    matter_id(id, "N", "430100", AT, "maker");
    matter_id(same, "N", "430100", AT, "maker");
    assert_string_equal(id, same);
    assert_true(matter_id_region(id, region));
    matter_id(same, "N", "430100", AT, "another");
    assert_string_not_equal(id, same);
}

static void a_full_history_keeps_its_beginning_and_counts_what_went(void **unused)
{
    json_t *history = NULL;
    uint64_t gone = 0;
    (void)unused;
    for (uint64_t i = 0; i < MATTER_HISTORY_MAX + 10; i++) {
        struct deed by = { "c", i == 0 ? "draft" : "comment", "ann", BY_ANALYST, AT + i, "" };
        assert_true(history_add(&history, &gone, &by, "draft", "draft", NULL));
    }
    assert_int_equal(json_array_size(history), MATTER_HISTORY_MAX);
    assert_int_equal(gone, 10);
    assert_string_equal(json_string_value(json_object_get(json_array_get(history, 0), "command")), "draft");
    json_decref(history);
}

static void the_earliest_time_of_this_state_is_waited_for_until_it_has_come(void **unused)
{
    const struct kind *k = kind_named("notice");
    json_t *due = NULL, *fired = NULL;
    uint64_t at_us;
    (void)unused;
    assert_null(due_next(k, "issued", due, fired, &at_us));
    assert_true(due_set(&due, "sign_by", AT) && due_set(&due, "feedback_by", AT + 10));
    assert_null(due_next(k, "draft", due, fired, &at_us));
    assert_string_equal(due_next(k, "issued", due, fired, &at_us), "sign_by");
    assert_int_equal(at_us, AT);
    assert_string_equal(due_next(k, "signed", due, fired, &at_us), "feedback_by");
    assert_true(due_set(&fired, "sign_by", AT));
    assert_null(due_next(k, "issued", due, fired, &at_us));
    assert_true(due_set(&due, "sign_by", AT + 20));         /* a later deadline waits anew */
    assert_string_equal(due_next(k, "issued", due, fired, &at_us), "sign_by");
    assert_true(due_set(&due, "clock:1h", AT + 1));         /* no row names it: in every state but the last ones */
    assert_string_equal(due_next(k, "draft", due, fired, &at_us), "clock:1h");
    assert_null(due_next(k, "archived", due, fired, &at_us));
    json_decref(due);
    json_decref(fired);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_matter_comes_back_as_it_was_written), cmocka_unit_test(every_prefix_and_every_bit_flip_is_survived),
        cmocka_unit_test(a_copy_is_its_own), cmocka_unit_test(an_id_names_its_region),
        cmocka_unit_test(a_full_history_keeps_its_beginning_and_counts_what_went),
        cmocka_unit_test(the_earliest_time_of_this_state_is_waited_for_until_it_has_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
