#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "notifier/outbox.h"

enum { FIELDS_MAX = 64 };
static const uint64_t SECOND = 1000000;

/* The region's hash, as a transaction would leave it. */
struct hash { char field[FIELDS_MAX][160]; char *value[FIELDS_MAX]; size_t dead; };

struct world {
    struct outbox_settings settings;
    struct target   targets[2];
    struct journal *journal;
    struct outbox  *outbox;
    struct hash     hash;
};

static void set(void *ctx, const char *region, const char *field, const char *value, size_t len)
{
    struct hash *h = &((struct world *)ctx)->hash;
    size_t at = 0;
    (void)region;
    for (size_t i = 0; i < FIELDS_MAX; i++)
        if (strcmp(h->field[i], field) == 0)
            at = i + 1;
    for (size_t i = 0; at == 0 && value != NULL && i < FIELDS_MAX; i++)
        if (*h->field[i] == '\0')
            at = i + 1;
    if (at == 0)
        return;
    free(h->value[at - 1]);
    h->value[at - 1] = value != NULL ? strndup(value, len) : NULL;
    snprintf(h->field[at - 1], sizeof h->field[0], "%s", value != NULL ? field : "");
}

static void dead(void *ctx, const char *region, const char *id, const char *json, size_t len)
{
    (void)region, (void)id;
    assert_memory_equal(json, "{\"event_type\":\"undelivered\"", 27);
    assert_true(json[len - 1] == '}');
    ((struct world *)ctx)->hash.dead++;
}

static size_t fields(const struct world *w, char kind)
{
    size_t n = 0;
    for (size_t i = 0; i < FIELDS_MAX; i++)
        n += w->hash.field[i][0] == kind;
    return n;
}

static void start(struct world *w)
{
    struct fault f = { 0 };
    w->outbox = outbox_open(&w->settings, w->targets, 2, w->journal, &f);
    assert_non_null(w->outbox);
    outbox_taken(w->outbox, "430100");
    for (size_t i = 0; i < FIELDS_MAX; i++)
        if (w->hash.field[i][0] != '\0')
            outbox_load(w->outbox, "430100", w->hash.field[i], w->hash.value[i], strlen(w->hash.value[i]));
    outbox_loaded(w->outbox);
}

static struct world *world_of(const char *one, const char *two)
{
    struct world *w = calloc(1, sizeof *w);
    struct fault f = { 0 };
    w->settings = (struct outbox_settings){ .queue_max = 5, .seen_max = 16, .keep_us = 3600 * SECOND, .retry_least_us = SECOND,
                                            .retry_most_us = 8 * SECOND };
    if (target_parse(one, &w->targets[0], &f) != 0 || target_parse(two, &w->targets[1], &f) != 0)
        fail_msg("%s", f.why);
    w->journal = journal_open(NULL, &f);
    start(w);
    return w;
}

static void restart(struct world *w)
{
    outbox_close(w->outbox);
    start(w);
}

static void world_free(struct world *w)
{
    outbox_close(w->outbox);
    journal_close(w->journal);
    for (size_t i = 0; i < FIELDS_MAX; i++)
        free(w->hash.value[i]);
    free(w);
}

static void offer_as(struct world *w, const char *id, unsigned version, const char *kind, const char *state, const char *colour, const char *status)
{
    char json[512];
    struct thing t;
    struct fault f = { 0 };
    struct outbox_writer writer = { set, dead, w };
    int n = snprintf(json, sizeof json,
                     "{\"event_type\":\"%s\",\"timestamp\":\"2026-11-20T20:00:00+08:00\",\"%s\":{\"id\":\"%s\",\"version\":%u,\"state\":\"%s\","
                     "\"colour\":\"%s\",\"level\":%u,\"status\":\"%s\",\"region\":\"430100\"}}", kind, kind, id, version, state, colour,
                     gravity_parse(colour), status);
    if (thing_parse(json, (size_t)n, false, &t, &f) != 0)
        fail_msg("%s", f.why);
    outbox_offer(w->outbox, "430100", &t, json, (size_t)n, 1000 * SECOND + version, &writer);
    thing_free(&t);
}

static void offer(struct world *w, const char *id, unsigned version, const char *kind, const char *state, const char *colour)
{
    offer_as(w, id, version, kind, state, colour, "actual");
}

static void tell(struct world *w, const char *id, unsigned version, const char *state, const char *colour)
{
    offer(w, id, version, "warning", state, colour);
    outbox_settled(w->outbox, true);
}

static void tidy(struct world *w, uint64_t wall_us)
{
    struct outbox_writer writer = { set, dead, w };
    outbox_tidy(w->outbox, "430100", wall_us, &writer);
    outbox_settled(w->outbox, true);
}

/* "W-1.2" of what is to be sent now, "" nothing; it is done with this result. */
static const char *send(struct world *w, size_t target, uint64_t now_us, enum sent result)
{
    static char said[256];
    struct item *batch[OUTBOX_BATCH_MAX];
    uint64_t again;
    struct text t = text_over(said, sizeof said);
    size_t count = outbox_take(w->outbox, target, now_us, batch, &again);
    for (size_t i = 0; i < count; i++)
        text_fmt(&t, "%s%s.%llu", i ? " " : "", batch[i]->thing, (unsigned long long)batch[i]->version);
    if (count > 0)
        outbox_done(w->outbox, target, batch, count, result, 0, now_us);
    return text_end(&t);
}

/* ---- */

static void nothing_is_sent_before_it_is_committed(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    offer(w, "W-1", 1, "warning", "issued", "red");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    outbox_settled(w->outbox, true);
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-1.1");
    assert_string_equal(send(w, 1, SECOND, SENT_DONE), "W-1.1");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    world_free(w);
}

static void what_was_not_committed_is_forgotten(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    offer(w, "W-1", 1, "warning", "issued", "red");
    outbox_settled(w->outbox, false);
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    world_free(w);
}

static void a_confirmed_message_leaves_the_hash_and_is_not_sent_after_a_restart(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    tell(w, "W-1", 1, "issued", "red");
    assert_int_equal(fields(w, 'q'), 2);
    send(w, 0, SECOND, SENT_DONE);
    restart(w);                                 /* before the field was taken away: the journal knows */
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    assert_string_equal(send(w, 1, SECOND, SENT_DONE), "W-1.1");
    tidy(w, 1001 * SECOND);
    assert_int_equal(fields(w, 'q'), 0);
    restart(w);
    tell(w, "W-1", 1, "issued", "red");         /* Redis forgot the acknowledgement: the hash knows what was told */
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    memset(w->hash.field, 0, sizeof w->hash.field);     /* or forgot all of it */
    restart(w);
    tell(w, "W-1", 1, "issued", "red");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    world_free(w);
}

static void who_is_away_is_left_alone_for_longer_each_time(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    tell(w, "W-1", 1, "issued", "red");
    uint64_t now = SECOND, waited[6];
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(send(w, 0, now, SENT_LATER), "W-1.1");
        uint64_t from = now;
        struct item *batch[OUTBOX_BATCH_MAX];
        assert_int_equal(outbox_take(w->outbox, 0, now, batch, &now), 0);
        waited[i] = now - from;
    }
    for (size_t i = 0; i < 6; i++) {
        uint64_t middle = (uint64_t)1 << (i < 3 ? i : 3);       /* 1, 2, 4, 8, 8, 8 seconds, a half more or less */
        assert_in_range(waited[i], middle * SECOND / 2, middle * SECOND * 3 / 2);
    }
    assert_string_equal(send(w, 1, SECOND, SENT_DONE), "W-1.1");        /* the other one never noticed */
    world_free(w);
}

static void a_refused_message_waits_alone_and_its_thing_s_later_ones_behind_it(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    tell(w, "W-1", 1, "issued", "red");
    tell(w, "W-1", 2, "lifted", "red");
    tell(w, "W-2", 1, "issued", "blue");
    assert_string_equal(send(w, 0, SECOND, SENT_REFUSED), "W-1.1");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-2.1");
    struct item *batch[OUTBOX_BATCH_MAX];
    uint64_t again = 0;
    assert_int_equal(outbox_take(w->outbox, 0, SECOND, batch, &again), 0);
    assert_in_range(again, SECOND + SECOND / 2, 3 * SECOND);    /* and never at once: that would be a busy loop */
    assert_string_equal(send(w, 0, 4 * SECOND, SENT_DONE), "W-1.1");
    assert_string_equal(send(w, 0, 4 * SECOND, SENT_DONE), "W-1.2");
    world_free(w);
}

static void the_gravest_goes_first(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    tell(w, "W-1", 1, "issued", "blue");
    tell(w, "W-2", 1, "issued", "red");
    tell(w, "W-3", 1, "issued", "blue");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-2.1");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-1.1");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-3.1");
    world_free(w);
}

static void a_newer_version_of_an_incident_takes_the_waiting_one_s_place(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    offer(w, "I-1", 1, "incident", "new", "red");
    outbox_settled(w->outbox, true);
    offer(w, "I-1", 2, "incident", "confirmed", "red");
    outbox_settled(w->outbox, true);
    assert_int_equal(fields(w, 'q'), 2);
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "I-1.2");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    world_free(w);
}

static void a_full_queue_gives_up_the_least_grave_and_says_so(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y things=notice");
    char id[16];
    tell(w, "W-0", 1, "issued", "red");
    for (int i = 1; i <= 8; i++) {
        snprintf(id, sizeof id, "W-%d", i);
        tell(w, id, 1, "issued", "blue");
    }
    assert_int_equal(outbox_waiting(w->outbox, 0), 5);
    assert_int_equal(fields(w, 'q'), 5);
    assert_int_equal(w->hash.dead, 4);
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-0.1");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-5.1");
    world_free(w);
}

static void what_waited_too_long_is_dropped_and_said(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y things=notice");
    tell(w, "W-1", 1, "issued", "red");
    tidy(w, 2000 * SECOND);
    assert_int_equal(outbox_waiting(w->outbox, 0), 1);
    tidy(w, (1000 + 3601) * SECOND);
    assert_int_equal(outbox_waiting(w->outbox, 0), 0);
    assert_int_equal(fields(w, 'q'), 0);
    assert_int_equal(w->hash.dead, 1);
    world_free(w);
}

static void the_last_message_that_the_limit_allows_sums_up(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x limit=2/1h", "b=file /y");
    tell(w, "W-1", 1, "issued", "blue");
    tell(w, "W-2", 1, "issued", "blue");
    tell(w, "W-3", 1, "issued", "blue");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-1.1");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-2.1 W-3.1");
    tell(w, "W-4", 1, "issued", "blue");
    assert_string_equal(send(w, 0, 100 * SECOND, SENT_DONE), "");
    assert_string_equal(send(w, 0, 3602 * SECOND, SENT_DONE), "W-4.1");
    world_free(w);
}

static void a_drill_waits_for_what_is_actual_and_is_never_summed_up_with_it(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x status=actual,exercise limit=2/1h", "b=file /y");
    offer_as(w, "W-1", 1, "warning", "issued", "red", "exercise");
    offer_as(w, "W-2", 1, "warning", "issued", "red", "exercise");
    for (unsigned i = 0; i < 3; i++)
        offer(w, (const char *[]){ "W-3", "W-4", "W-5" }[i], 1, "warning", "issued", "blue");
    outbox_settled(w->outbox, true);
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-3.1");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-4.1 W-5.1");
    assert_string_equal(send(w, 0, 3602 * SECOND, SENT_DONE), "W-1.1");
    assert_string_equal(send(w, 0, 3602 * SECOND, SENT_DONE), "W-2.1");
    assert_string_equal(send(w, 1, SECOND, SENT_DONE), "W-3.1");        /* who did not ask for drills has none */
    world_free(w);
}

static void a_region_that_is_lost_is_not_sent_for(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    struct item *one[OUTBOX_BATCH_MAX], *two[OUTBOX_BATCH_MAX];
    uint64_t again;
    tell(w, "W-1", 1, "issued", "red");
    tell(w, "W-2", 1, "issued", "red");
    assert_int_equal(outbox_take(w->outbox, 0, SECOND, one, &again), 1);        /* on its way when it happens */
    assert_int_equal(outbox_take(w->outbox, 1, SECOND, two, &again), 1);
    outbox_lost(w->outbox, "430100");
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    for (size_t i = 0; i < FIELDS_MAX; i++)     /* ours again */
        if (w->hash.field[i][0] != '\0')
            outbox_load(w->outbox, "430100", w->hash.field[i], w->hash.value[i], strlen(w->hash.value[i]));
    outbox_loaded(w->outbox);
    outbox_done(w->outbox, 0, one, 1, SENT_DONE, 0, SECOND);
    outbox_done(w->outbox, 1, two, 1, SENT_LATER, 0, SECOND);
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "W-2.1");        /* and W-1 not once more */
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    assert_string_equal(send(w, 1, 4 * SECOND, SENT_DONE), "W-1.1");    /* which the other one has yet to get */
    world_free(w);
}

static void what_stands_in_the_hash_and_cannot_be_read_is_left_out(void **unused)
{
    (void)unused;
    struct world *w = world_of("a=file /x", "b=file /y");
    static const char *const odd[][2] = { { "q|a|W-1|1", "" }, { "q|a|W-1|1", "7 {" }, { "q|a|W-1", "7 {}" }, { "q|", "x" }, { "s|a|W-1", "" },
                                          { "x", "" }, { "q|nobody|W-1|1", "7 {}" }, { "", "" } };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        outbox_load(w->outbox, "430100", odd[i][0], odd[i][1], strlen(odd[i][1]));
    outbox_loaded(w->outbox);
    assert_string_equal(send(w, 0, SECOND, SENT_DONE), "");
    world_free(w);
}

static void the_journal_knows_after_a_restart_and_passes_over_a_torn_line(void **unused)
{
    (void)unused;
    char path[] = "/tmp/fengsui-journal-XXXXXX";
    struct fault f = { 0 };
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct journal *j = journal_open(path, &f);
    journal_add(j, "430100|a|W-1|1");
    journal_add(j, "430100|a|W-2|1");
    journal_close(j);
    FILE *torn = fopen(path, "a");
    fputs("430100|a|W-3", torn);
    fclose(torn);
    j = journal_open(path, &f);
    assert_true(journal_has(j, "430100|a|W-1|1") && journal_has(j, "430100|a|W-2|1"));
    assert_false(journal_has(j, "430100|a|W-3"));
    char key[JOURNAL_KEY_MAX];
    for (int i = 0; i < JOURNAL_MOST; i++) {
        snprintf(key, sizeof key, "430100|a|X-%d|1", i);
        journal_add(j, key);
    }
    assert_false(journal_has(j, "430100|a|W-1|1"));     /* the newest are kept */
    assert_true(journal_has(j, key));
    journal_close(j);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sent_before_it_is_committed),
        cmocka_unit_test(what_was_not_committed_is_forgotten),
        cmocka_unit_test(a_confirmed_message_leaves_the_hash_and_is_not_sent_after_a_restart),
        cmocka_unit_test(who_is_away_is_left_alone_for_longer_each_time),
        cmocka_unit_test(a_refused_message_waits_alone_and_its_thing_s_later_ones_behind_it),
        cmocka_unit_test(the_gravest_goes_first),
        cmocka_unit_test(a_newer_version_of_an_incident_takes_the_waiting_one_s_place),
        cmocka_unit_test(a_full_queue_gives_up_the_least_grave_and_says_so),
        cmocka_unit_test(what_waited_too_long_is_dropped_and_said),
        cmocka_unit_test(the_last_message_that_the_limit_allows_sums_up),
        cmocka_unit_test(a_drill_waits_for_what_is_actual_and_is_never_summed_up_with_it),
        cmocka_unit_test(a_region_that_is_lost_is_not_sent_for),
        cmocka_unit_test(what_stands_in_the_hash_and_cannot_be_read_is_left_out),
        cmocka_unit_test(the_journal_knows_after_a_restart_and_passes_over_a_torn_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
