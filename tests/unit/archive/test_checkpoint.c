#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

#include "archive/book.h"
#include "archive/checkpoint.h"
#include "archive/sequence.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static json_t *object_of(const char *members)
{
    char text[2048];
    snprintf(text, sizeof text, "{%s}", members);
    return json_loads(text, 0, NULL);
}

static void what_is_written_is_read(void **unused)
{
    (void)unused;
    struct chain_head heads[] = { { "2026-11", 812, { 1, 2 } }, { "2026-12", 1, { 3 } } }, removed[] = { { "2025-09", 90, { 4 } } };
    struct seal sealed[] = { { "2026-10.db", 81920, { 5 } } };
    struct checkpoint c = { .reason = CHECKPOINT_STOP, .heads = heads, .head_count = 2, .removed = removed, .removed_count = 1,
                            .sealed = sealed, .sealed_count = 1, .follows = true }, back;
    char room[2048];
    struct text t = text_over(room, sizeof room);
    struct fault f = { 0 };
    checkpoint_write(&t, &c);
    json_t *line = object_of(text_end(&t));
    assert_int_equal(checkpoint_read(line, &back, &f), 0);
    assert_int_equal(back.reason, CHECKPOINT_STOP);
    assert_true(back.follows);
    assert_int_equal(back.head_count, 2);
    assert_memory_equal(&back.heads[1], &heads[1], sizeof heads[1]);
    assert_memory_equal(&back.removed[0], &removed[0], sizeof removed[0]);
    assert_memory_equal(back.sealed[0].sm3, sealed[0].sm3, CHAIN_LINK);
    assert_string_equal(back.sealed[0].file, "2026-10.db");
    checkpoint_free(&back);
    json_decref(line);
}

static const struct { const char *name, *members; } wrong[] = {
    { "no reason", "\"heads\":[]" },
    { "an unknown reason", "\"reason\":\"because\"" },
    { "heads that are no list", "\"reason\":\"hour\",\"heads\":{}" },
    { "a head without a link", "\"reason\":\"hour\",\"heads\":[{\"month\":\"2026-11\",\"seq\":1}]" },
    { "a short link", "\"reason\":\"hour\",\"heads\":[{\"month\":\"2026-11\",\"seq\":1,\"link\":\"00\"}]" },
    { "a link in capitals", "\"reason\":\"hour\",\"heads\":[{\"month\":\"2026-11\",\"seq\":1,\"link\":\""
      "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\"}]" },
    { "a month without an end", "\"reason\":\"hour\",\"heads\":[{\"month\":\"2026-11-and-more\",\"seq\":1,\"link\":\"" HEX "\"}]" },
    { "fewer rows than none", "\"reason\":\"hour\",\"heads\":[{\"month\":\"2026-11\",\"seq\":-1,\"link\":\"" HEX "\"}]" },
    { "a seal of no file", "\"reason\":\"seal\",\"sealed\":[{\"file\":\"\",\"bytes\":1,\"sm3\":\"" HEX "\"}]" },
};

static void what_is_none_is_refused_in_words(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_t *line = object_of(wrong[i].members);
        struct checkpoint c;
        struct fault f = { 0 };
        assert_non_null(line);
        if (checkpoint_read(line, &c, &f) != -EINVAL || *f.why == '\0')
            fail_msg("%s", wrong[i].name);
        json_decref(line);
    }
}

static void add(struct book *b, const struct checkpoint *c)
{
    const struct ledger_line l = { .bytes = "a line", .len = 6, .time_us = 1 };
    struct fault f = { 0 };
    assert_int_equal(book_add(b, &l, c, &f), 0);
}

static void a_seal_holds_until_its_month_goes_on(void **unused)
{
    (void)unused;
    struct book b = { 0 };
    struct chain_head eight = { "2026-11", 8, { 1 } }, nine = { "2026-11", 9, { 2 } };
    struct seal seals[] = { { "2026-11.db", 1, { 0 } }, { "incidents.db", 1, { 0 } } };
    add(&b, &(struct checkpoint){ .reason = CHECKPOINT_STOP, .heads = &eight, .head_count = 1, .follows = true });
    assert_true(b.follows);
    add(&b, &(struct checkpoint){ .reason = CHECKPOINT_SEAL, .sealed = seals, .sealed_count = 2 });
    assert_false(b.follows);
    assert_false(book_file(&b, "2026-11.db")->open || book_file(&b, "incidents.db")->open);
    add(&b, &(struct checkpoint){ .reason = CHECKPOINT_START, .heads = &eight, .head_count = 1 });
    assert_false(book_file(&b, "2026-11.db")->open);
    assert_true(book_file(&b, "incidents.db")->open);
    add(&b, &(struct checkpoint){ .reason = CHECKPOINT_HOUR, .heads = &nine, .head_count = 1 });
    assert_true(book_file(&b, "2026-11.db")->open);
    assert_int_equal(book_month(&b, "2026-11")->count, 3);
    assert_null(book_month(&b, "2026-12"));
    book_free(&b);
}

static void a_removed_month_may_begin_anew(void **unused)
{
    (void)unused;
    struct book b = { 0 };
    struct chain_head eight = { "2026-11", 8, { 1 } }, one = { "2026-11", 1, { 2 } };
    add(&b, &(struct checkpoint){ .reason = CHECKPOINT_HOUR, .heads = &eight, .head_count = 1 });
    add(&b, &(struct checkpoint){ .reason = CHECKPOINT_RETENTION, .removed = &eight, .removed_count = 1 });
    assert_int_equal(book_month(&b, "2026-11")->removed, 2);
    assert_int_equal(book_month(&b, "2026-11")->count, 0);
    add(&b, NULL);                      /* a line that cannot be read is a line */
    add(&b, &(struct checkpoint){ .reason = CHECKPOINT_HOUR, .heads = &one, .head_count = 1 });
    assert_int_equal(book_month(&b, "2026-11")->removed, 0);
    assert_int_equal(book_month(&b, "2026-11")->heads[0].line, 4);
    assert_int_equal(b.line_count, 4);
    book_free(&b);
}

static void what_is_missing_between_numbers_is_counted_in_any_order(void **unused)
{
    (void)unused;
    static const struct { const char *id; int64_t time; } events[] = {
        { "b:7:3", 50 }, { "a:7:5", 10 }, { "b:7:1", 20 }, { "a:7:4", 11 }, { "a:8:0", 5 }, { "a:7:9", 12 }, { "no id", 1 }, { "b:7:2", 0 },
    };
    struct sequences s = { 0 };
    struct fault f = { 0 };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        assert_int_equal(sequences_add(&s, events[i].id, events[i].time, &f), 0);
    assert_int_equal(s.count, 3);
    assert_string_equal(s.rows[0].sensor, "a");
    assert_int_equal(sequence_missing(&s.rows[0]), 3);      /* 6, 7, 8 */
    assert_int_equal(s.rows[1].epoch, 8);
    assert_int_equal(sequence_missing(&s.rows[1]), 0);
    assert_int_equal(sequence_missing(&s.rows[2]), 0);
    assert_int_equal(s.rows[2].back_us, 30);
    assert_int_equal(s.rows[2].back_seq, 1);
    sequences_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_none_is_refused_in_words),
        cmocka_unit_test(a_seal_holds_until_its_month_goes_on),
        cmocka_unit_test(a_removed_month_may_begin_anew),
        cmocka_unit_test(what_is_missing_between_numbers_is_counted_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
