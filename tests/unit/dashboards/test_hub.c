#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dashboards/server/hub.h"

struct client {             /* what a test's client has been sent */
    char   got[8192];
    size_t len, stuck;      /* stuck: pretend that so many bytes wait */
    bool   dropped;
};

static size_t waiting(void *client) { return ((struct client *)client)->stuck; }
static void drop(void *client)      { ((struct client *)client)->dropped = true; }

static void deliver(void *client, const char *bytes, size_t n)
{
    struct client *c = client;
    assert_true(c->len + n < sizeof c->got);
    memcpy(c->got + c->len, bytes, n);
    c->len += n;
    c->got[c->len] = '\0';
}

static const struct hub_door door = { waiting, deliver, drop };
static const struct hub_limits roomy = { .clients = 3, .frames = 4, .frame_bytes = 4096, .waiting_bytes = 1000 };

/* The names of the events a client was sent, in order: "a b gap c ". A frame's name is its JSON here. */
static const char *names(const struct client *c)
{
    static char out[1024];
    struct { const char *at; } p = { c->got };
    out[0] = '\0';
    while ((p.at = strstr(p.at, "event: ")) != NULL) {
        const char *data = strstr(p.at, "data: ") + 6;
        if (strncmp(p.at, "event: gap", 10) == 0)
            strcat(out, "gap ");
        else
            snprintf(out + strlen(out), sizeof out - strlen(out), "%.*s ", (int)strcspn(data, "\n"), data);
        p.at += 7;
    }
    return out;
}

static void say(struct hub *h, const char *id, const char *name)
{
    hub_say(h, "alert", id, name, strlen(name));
}

static void everybody_hears_what_is_said(void **unused)
{
    (void)unused;
    struct client a = { 0 }, b = { 0 };
    struct hub *h = hub_new(&roomy, &door);
    assert_true(hub_join(h, &a, NULL, 0));
    assert_true(hub_join(h, &b, NULL, 0));
    say(h, "5-0", "{}");
    assert_string_equal(a.got, "id: 5-0\nevent: alert\ndata: {}\n\n");
    assert_string_equal(b.got, a.got);
    hub_free(h);
}

static void line_ends_in_an_event_do_not_break_the_frame(void **unused)
{
    (void)unused;
    struct client a = { 0 };
    struct hub *h = hub_new(&roomy, &door);
    hub_join(h, &a, NULL, 0);
    say(h, "5-0", "{\n\r\"a\":1}");
    assert_non_null(strstr(a.got, "data: {  \"a\":1}\n\n"));
    hub_free(h);
}

static const struct resume_case {
    const char *name, *after;
    unsigned    recent;
    const char *want;
} resume_cases[] = {
    { "a newcomer that asks for nothing",             NULL,      0, "" },
    { "a newcomer that asks for the last two",        NULL,      2, "d e " },
    { "a newcomer that asks for more than there is",  NULL,     99, "b c d e " },
    { "one that saw all",                             "5000-1",  9, "" },
    { "one that saw the last but one",                "5000-0",  9, "e " },
    { "one whose last is held",                       "2000-0",  9, "c d e " },
    { "one whose last is gone from the ring",         "1000-0",  9, "gap b c d e " },
    { "one whose id was never ours, but is in reach", "4500-7",  9, "d e " },
    { "one from before all that is held",             "17-0",    9, "gap b c d e " },
    { "one whose id is no id",                        "garbage", 1, "e " },
};

static void a_client_that_comes_back_goes_on_behind_its_last_event(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof resume_cases / sizeof resume_cases[0]; i++) {
        const struct resume_case *t = &resume_cases[i];
        struct client c = { 0 };
        struct hub *h = hub_new(&roomy, &door);
        static const char *const said[][2] = { { "1000-0", "a" }, { "2000-0", "b" }, { "3000-0", "c" },
                                               { "5000-0", "d" }, { "5000-1", "e" } };
        for (size_t n = 0; n < 5; n++)
            say(h, said[n][0], said[n][1]);
        hub_join(h, &c, t->after, t->recent);
        if (strcmp(names(&c), t->want) != 0)
            fail_msg("%s: gets `%s` and not `%s`", t->name, names(&c), t->want);
        hub_free(h);
    }
}

static void entries_not_read_back_are_a_gap(void **unused)
{
    (void)unused;
    struct client c = { 0 }, watching = { 0 };
    struct hub *h = hub_new(&roomy, &door);
    hub_join(h, &watching, NULL, 0);
    say(h, "9000-0", "a");
    hub_begins(h, "9000-0");
    hub_join(h, &c, "8500-0", 0);
    assert_string_equal(names(&c), "gap a ");
    assert_string_equal(names(&watching), "a gap ");
    hub_free(h);
}

static void with_nothing_lost_there_is_no_gap(void **unused)
{
    (void)unused;
    struct client c = { 0 };
    struct hub *h = hub_new(&roomy, &door);
    hub_join(h, &c, "8500-0", 0);
    assert_string_equal(names(&c), "");
    hub_free(h);
}

static void the_ring_is_bounded_by_bytes_too(void **unused)
{
    (void)unused;
    const struct hub_limits tight = { .clients = 1, .frames = 100, .frame_bytes = 100, .waiting_bytes = 1000 };
    struct client c = { 0 };
    struct hub_counts counts;
    struct hub *h = hub_new(&tight, &door);
    for (int i = 0; i < 50; i++)
        say(h, "7-0", "{\"thirty\":\"bytes and a few more\"}");
    hub_counts(h, &counts);
    assert_true(counts.held_bytes <= 100);
    hub_join(h, &c, NULL, 100);
    assert_int_equal(c.len, counts.held_bytes);
    hub_free(h);
}

static void a_slow_client_is_dropped_and_the_others_are_not(void **unused)
{
    (void)unused;
    struct client slow = { .stuck = 999 }, quick = { 0 };
    struct hub_counts counts;
    struct hub *h = hub_new(&roomy, &door);
    hub_join(h, &slow, NULL, 0);
    hub_join(h, &quick, NULL, 0);
    say(h, "5-0", "{}");
    hub_counts(h, &counts);
    assert_true(slow.dropped);
    assert_false(quick.dropped);
    assert_int_equal(slow.len, 0);
    assert_int_equal(counts.slow, 1);
    assert_int_equal(counts.clients, 1);
    say(h, "6-0", "{}");
    assert_int_equal(slow.len, 0);
    hub_free(h);
}

static void a_full_house_refuses_and_counts(void **unused)
{
    (void)unused;
    struct client c[4] = { 0 };
    struct hub_counts counts;
    struct hub *h = hub_new(&roomy, &door);
    for (int i = 0; i < 3; i++)
        assert_true(hub_join(h, &c[i], NULL, 0));
    assert_false(hub_join(h, &c[3], NULL, 0));
    hub_leave(h, &c[1]);
    hub_leave(h, &c[1]);
    assert_true(hub_join(h, &c[3], NULL, 0));
    hub_counts(h, &counts);
    assert_int_equal(counts.refused, 1);
    assert_int_equal(counts.clients, 3);
    hub_drop_all(h);
    assert_true(c[0].dropped && c[2].dropped && c[3].dropped && !c[1].dropped);
    hub_free(h);
}

static void a_beat_reaches_all_and_is_not_kept(void **unused)
{
    (void)unused;
    struct client a = { 0 }, late = { 0 };
    struct hub *h = hub_new(&roomy, &door);
    hub_join(h, &a, NULL, 0);
    hub_beat(h, "{\"redis\":true}", 14);
    hub_join(h, &late, NULL, 100);
    assert_string_equal(a.got, "event: beat\ndata: {\"redis\":true}\n\n");
    assert_int_equal(late.len, 0);
    hub_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_hears_what_is_said),
        cmocka_unit_test(line_ends_in_an_event_do_not_break_the_frame),
        cmocka_unit_test(a_client_that_comes_back_goes_on_behind_its_last_event),
        cmocka_unit_test(entries_not_read_back_are_a_gap),
        cmocka_unit_test(with_nothing_lost_there_is_no_gap),
        cmocka_unit_test(the_ring_is_bounded_by_bytes_too),
        cmocka_unit_test(a_slow_client_is_dropped_and_the_others_are_not),
        cmocka_unit_test(a_full_house_refuses_and_counts),
        cmocka_unit_test(a_beat_reaches_all_and_is_not_kept),
    };
    return cmocka_run_group_tests_name("hub", tests, NULL, NULL);
}
