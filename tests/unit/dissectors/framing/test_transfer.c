#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/hash.h"
#include "dissectors/framing/transfer.h"

#define WHOLE "0123456789abcdef"

struct room {
    struct store       *store;
    struct account      account;
    struct sink         sink;
    struct conversation conv;
    struct transfer     t;
};

static void room_begin(struct room *r, unsigned wants)
{
    *r = (struct room){ .store = store_new(4 * 1024 * 1024), .account.most = 1024 * 1024, .sink.file_wants = wants };
    r->conv = (struct conversation){ .store = r->store, .account = &r->account, .out = &r->sink, .now_us = 1000000 };
}

static void room_end(struct room *r)
{
    transfer_free(&r->t, &r->conv);
    assert_int_equal(r->account.used, 0);
    store_free(r->store);
}

static bool add(struct room *r, uint64_t at, const char *bytes)
{
    return transfer_add(&r->t, &r->conv, at, (const uint8_t *)bytes, strlen(bytes));
}

static const struct order_case { const char *name; struct { unsigned start, len; } parts[6]; const char *want; bool gaps; } orders[] = {
    { "in order", { { 0, 5 }, { 5, 5 }, { 10, 6 } }, WHOLE, false },
    { "backwards", { { 10, 6 }, { 5, 5 }, { 0, 5 } }, WHOLE, false },
    { "the middle last", { { 0, 5 }, { 10, 6 }, { 5, 5 } }, WHOLE, false },
    { "overlapping", { { 0, 9 }, { 3, 10 }, { 12, 4 } }, WHOLE, false },
    { "overlapping ahead", { { 8, 8 }, { 2, 8 }, { 0, 3 } }, WHOLE, false },
    { "one inside of another ahead", { { 2, 14 }, { 4, 2 }, { 0, 2 } }, WHOLE, false },
    { "a part in two segments", { { 6, 4 }, { 10, 6 }, { 0, 6 } }, WHOLE, false },
    { "a hole", { { 0, 5 }, { 6, 10 } }, "01234", true },
    { "nothing of its beginning", { { 6, 10 } }, "", true },
};

static void parts_are_put_in_order_from_the_first_octet(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct room r;
        struct file_digests made;
        room_begin(&r, FILE_WANTS_MD5);
        for (size_t k = 0; k < 6 && orders[i].parts[k].len > 0; k++) {
            char piece[17] = "";
            memcpy(piece, WHOLE + orders[i].parts[k].start, orders[i].parts[k].len);
            assert_false(add(&r, orders[i].parts[k].start, piece));
        }
        struct file f = transfer_file(&r.t, &r.conv, 0, true, &made);
        uint8_t md5[HASH_MAX];
        hash_digest(HASH_MD5, orders[i].want, strlen(orders[i].want), md5);
        if (f.len != strlen(orders[i].want) || f.size != f.len || (f.len > 0 && memcmp(f.data, orders[i].want, f.len) != 0)
            || f.gaps != orders[i].gaps || f.whole == orders[i].gaps || memcmp(md5, made.md5, 16) != 0)
            fail_msg("%s", orders[i].name);
        room_end(&r);
    }
}

static void less_than_was_announced_is_not_whole(void **unused)
{
    (void)unused;
    struct room r;
    struct file_digests made;
    room_begin(&r, 0);
    assert_false(add(&r, 0, "abc"));
    assert_false(transfer_file(&r.t, &r.conv, 4, true, &made).whole);
    assert_true(transfer_file(&r.t, &r.conv, 3, true, &made).whole);
    room_end(&r);
}

static void beyond_what_is_kept_only_a_digest_goes_on(void **unused)
{
    (void)unused;
    struct file_digests made;
    char *long_text = calloc(1, TRANSFER_KEPT + 2);
    memset(long_text, 'x', TRANSFER_KEPT + 1);
    for (unsigned wants = 0; wants < 2; wants++) {
        struct room r;
        room_begin(&r, wants);
        assert_int_equal(add(&r, 0, long_text), !wants);
        struct file f = transfer_file(&r.t, &r.conv, 0, true, &made);
        assert_int_equal(f.len, TRANSFER_KEPT);
        assert_int_equal(f.size, TRANSFER_KEPT + 1);
        assert_int_equal(f.whole, wants);
        room_end(&r);
    }
    free(long_text);
}

static void too_many_parts_ahead_are_a_gap(void **unused)
{
    (void)unused;
    struct room r;
    struct file_digests made;
    room_begin(&r, 0);
    for (uint64_t at = TRANSFER_PARTS + 1; at > 0; at--)
        assert_false(add(&r, at * 2, "xx"));
    assert_false(add(&r, 0, "xx"));
    struct file f = transfer_file(&r.t, &r.conv, 0, true, &made);
    assert_true(f.gaps);
    assert_false(f.whole);
    room_end(&r);
}

static void places_at_the_end_of_numbers_are_harmless(void **unused)
{
    (void)unused;
    struct room r;
    room_begin(&r, 0);
    assert_false(add(&r, UINT64_MAX, "ab"));
    assert_false(add(&r, UINT64_MAX - 2, "ab"));
    assert_false(add(&r, 0, "ab"));
    assert_true(transfer_untold(&r.t));
    assert_false(transfer_idle(&r.t, r.conv.now_us + TRANSFER_IDLE_US - 1));
    assert_true(transfer_idle(&r.t, r.conv.now_us + TRANSFER_IDLE_US));
    room_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_put_in_order_from_the_first_octet),
        cmocka_unit_test(less_than_was_announced_is_not_whole),
        cmocka_unit_test(beyond_what_is_kept_only_a_digest_goes_on),
        cmocka_unit_test(too_many_parts_ahead_are_a_gap),
        cmocka_unit_test(places_at_the_end_of_numbers_are_harmless),
    };
    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
