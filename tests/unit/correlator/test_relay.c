#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "bus/fake.h"
#include "correlator/relay.h"

static char *named[] = { (char[]){ "430100" }, (char[]){ "4302*" } };
static const struct setting_list children = { named, 2 };

static const struct child_case { const char *region; bool child; } cases[] = {
    { "430100", true }, { "4301001", false }, { "43010", false }, { "430200", true }, { "430281", true }, { "4302", true },
    { "430300", false }, { "", false },
};

static void a_child_is_named_or_begins_with_what_is_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (relay_is_child(&children, cases[i].region) != cases[i].child)
            fail_msg("%s", cases[i].region);
}

/* Which of two regions comes first nobody promises. */
static void on_entry(void *ctx, const char *id, const char *type, const char *json, const char *reason)
{
    unsigned *seen = ctx;
    assert_true(strncmp(id, "I-", 2) == 0 && id[2] >= '1' && id[2] <= '3' && strcmp(id + 3, ":1") == 0);
    assert_int_equal(*seen & 1u << (id[2] - '0'), 0);
    *seen |= 1u << (id[2] - '0');
    assert_string_equal(type, "incident");
    assert_string_equal(json, "{}");
    assert_null(reason);
}

static struct consumer *reader(struct fake *x)
{
    static const enum stream streams[] = { STREAM_INCIDENTS };
    struct fault f;
    struct consume_settings s = { .group = GROUP_PARENT "430000", .name = "c", .streams = streams, .stream_count = 1, .batch = 16 };
    struct consumer *c = fake_consumer(x, &s, &f);
    assert_non_null(c);
    return c;
}

static void childrens_incidents_and_its_own_come_to_the_parent_once_and_nobody_elses(void **unused)
{
    (void)unused;
    static const enum fake_trouble troubles[] = { FAKE_COMMIT_LOST, FAKE_LEASE_LOST };
    for (size_t t = 0; t < 2; t++) {
        struct fake *x = fake_new();
        struct fault f;
        struct relay_settings s = { .parent = "430000", .children = &children };
        const struct consume_handler h = { .batch = relay_batch, .ctx = &s };
        fake_add(x, "430100", STREAM_INCIDENTS, "I-1:1", "incident", "{}");
        fake_add(x, "430300", STREAM_INCIDENTS, "I-x:1", "incident", "{}");
        fake_add(x, "430100", STREAM_INCIDENTS, "other:1", "refusal", "{}");
        fake_add(x, "430281", STREAM_INCIDENTS, "I-2:1", "incident", "{}");
        fake_add(x, "430000", STREAM_INCIDENTS, "I-3:1", "incident", "{}");
        struct consumer *c = reader(x);
        fake_trouble(x, troubles[t]);
        assert_int_equal(fake_run(x, c, &h, &f), 0);
        unsigned seen = 0;
        fake_entries(x, "430000", STREAM_PARTS, on_entry, &seen);
        assert_int_equal(seen, 1u << 1 | 1u << 2 | 1u << 3);
        assert_int_equal(fake_left(x, "430100", STREAM_INCIDENTS), 0);
        consumer_close(c);
        fake_free(x);
    }
}

static const struct wrong { const char *parent, *child, *says; } wrongs[] = {
    { "",        "430100", "correlator.region: with children it has to be a region's code, not \"\"" },
    { "43 0000", "430100", "correlator.region: with children it has to be a region's code, not \"43 0000\"" },
    { "430000",  "430000", "correlator.children: \"430000\" is no child of 430000" },
};

static void a_parent_without_a_code_or_among_its_children_is_refused(void **unused)
{
    (void)unused;
    static const volatile int stop = 1;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        char child[16];
        char *items[] = { child };
        struct setting_list list = { items, 1 };
        struct relay_settings s = { .redis = "unix:/nowhere", .name = "c", .parent = wrongs[i].parent, .children = &list, .batch = 1 };
        struct relay *r;
        struct fault f;
        snprintf(child, sizeof child, "%s", wrongs[i].child);
        assert_true(relay_start(&r, &s, &stop, &f) < 0 && r == NULL);
        assert_string_equal(f.why, wrongs[i].says);
    }
}

static void without_children_there_is_no_relay(void **unused)
{
    (void)unused;
    static const volatile int stop = 1;
    struct setting_list none = { NULL, 0 };
    struct relay_settings s = { .parent = "", .children = &none };
    struct relay *r;
    struct fault f;
    assert_int_equal(relay_start(&r, &s, &stop, &f), 0);
    assert_null(r);
    assert_false(relay_ended(r));
    assert_int_equal(relay_join(r, &f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_named_or_begins_with_what_is_named),
        cmocka_unit_test(childrens_incidents_and_its_own_come_to_the_parent_once_and_nobody_elses),
        cmocka_unit_test(a_parent_without_a_code_or_among_its_children_is_refused),
        cmocka_unit_test(without_children_there_is_no_relay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
