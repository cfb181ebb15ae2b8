#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/cursor.h"

/* A read of n bytes as a number, so that every kind goes through the same table. */
static uint64_t u8(struct cursor *c)   { return cursor_u8(c); }
static uint64_t be16(struct cursor *c) { return cursor_be16(c); }
static uint64_t be24(struct cursor *c) { return cursor_be24(c); }
static uint64_t be32(struct cursor *c) { return cursor_be32(c); }
static uint64_t be64(struct cursor *c) { return cursor_be64(c); }
static uint64_t le16(struct cursor *c) { return cursor_le16(c); }
static uint64_t le24(struct cursor *c) { return cursor_le24(c); }
static uint64_t le32(struct cursor *c) { return cursor_le32(c); }
static uint64_t le64(struct cursor *c) { return cursor_le64(c); }

static const struct read_case { const char *name; uint64_t (*read)(struct cursor *c); size_t size; uint64_t want; } reads[] = {
    { "u8", u8, 1, 0xf1 },
    { "be16", be16, 2, 0xf1e2 },     { "le16", le16, 2, 0xe2f1 },
    { "be24", be24, 3, 0xf1e2d3 },   { "le24", le24, 3, 0xd3e2f1 },
    { "be32", be32, 4, 0xf1e2d3c4 }, { "le32", le32, 4, 0xc4d3e2f1 },
    { "be64", be64, 8, 0xf1e2d3c4b5a69788 }, { "le64", le64, 8, 0x8897a6b5c4d3e2f1 },
};
static const uint8_t wire[] = { 0xf1, 0xe2, 0xd3, 0xc4, 0xb5, 0xa6, 0x97, 0x88, 0x79 };
enum { READS = sizeof reads / sizeof reads[0] };

static void every_read_takes_exactly_its_bytes(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < READS; i++)
        for (size_t len = reads[i].size; len <= reads[i].size + 1; len++) {
            struct cursor c = cursor_over(wire, len);
            uint64_t got = reads[i].read(&c);
            if (got != reads[i].want || c.status != CURSOR_OK || c.left != len - reads[i].size)
                fail_msg("%s of %zu bytes: %llx, %zu left", reads[i].name, len, (unsigned long long)got, c.left);
        }
}

static void a_read_one_byte_too_far_gives_zero_and_sticks(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < READS; i++) {
        uint8_t *tight = malloc(reads[i].size);     /* on the heap: a read beyond it is seen by the sanitizer */
        memcpy(tight, wire, reads[i].size);
        struct cursor c = cursor_over(tight + 1, reads[i].size - 1);
        uint64_t got = reads[i].read(&c);
        if (c.status != CURSOR_SHORT)
            fail_msg("%s: status %d", reads[i].name, c.status);
        if (reads[i].size <= 4 && got != 0)
            fail_msg("%s: %llx", reads[i].name, (unsigned long long)got);
        size_t left = c.left;
        assert_int_equal(cursor_u8(&c), 0);
        assert_null(cursor_bytes(&c, 0));
        assert_int_equal(cursor_peek(&c, 0), -1);
        assert_int_equal(c.left, left);
        free(tight);
    }
}

static void an_end_that_was_declared_is_bad_and_one_that_was_captured_is_short(void **unused)
{
    (void)unused;
    struct cursor c = cursor_over(wire, sizeof wire);
    struct cursor inner = cursor_sub(&c, 3);
    assert_int_equal(cursor_be16(&inner), 0xf1e2);
    (void)cursor_be16(&inner);
    assert_int_equal(inner.status, CURSOR_BAD);
    assert_int_equal(c.status, CURSOR_OK);
    assert_int_equal(cursor_u8(&c), 0xc4);          /* the outer one stands behind the inner, whatever befell it */

    struct cursor beyond = cursor_sub(&c, 6);       /* five are left */
    assert_int_equal(c.status, CURSOR_SHORT);
    assert_int_equal(beyond.status, CURSOR_SHORT);  /* nothing was declared wrong: more may come */
    assert_int_equal(beyond.left, 0);
    (void)cursor_u8(&beyond);
    assert_int_equal(beyond.status, CURSOR_SHORT);
}

static void a_declared_end_inside_a_declared_end_is_bad(void **unused)
{
    (void)unused;
    struct cursor c = cursor_over(wire, sizeof wire), outer = cursor_sub(&c, 4);
    struct cursor inner = cursor_sub(&outer, 5);
    assert_int_equal(outer.status, CURSOR_BAD);
    assert_int_equal(inner.status, CURSOR_BAD);
}

static void no_length_wraps_the_check(void **unused)
{
    (void)unused;
    static const size_t lengths[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1, sizeof wire + 1 };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct cursor c = cursor_over(wire, sizeof wire), sub = c, skipped = c;
        assert_null(cursor_bytes(&c, lengths[i]));
        assert_int_equal(c.status, CURSOR_SHORT);
        assert_int_equal(cursor_sub(&sub, lengths[i]).left, 0);
        cursor_skip(&skipped, lengths[i]);
        assert_int_equal(skipped.left, sizeof wire);
        assert_int_equal(cursor_peek(&(struct cursor){ .at = wire, .left = 3 }, lengths[i]), -1);
    }
}

static void nothing_is_read_of_nothing(void **unused)
{
    (void)unused;
    struct cursor c = cursor_over(NULL, 0);
    assert_non_null(cursor_bytes(&c, 0));
    assert_int_equal(c.status, CURSOR_OK);
    assert_int_equal(cursor_sub(&c, 0).status, CURSOR_OK);
    assert_int_equal(cursor_u8(&c), 0);
    assert_int_equal(c.status, CURSOR_SHORT);
}

static void peeking_takes_nothing(void **unused)
{
    (void)unused;
    struct cursor c = cursor_over(wire, 2);
    assert_int_equal(cursor_peek(&c, 0), 0xf1);
    assert_int_equal(cursor_peek(&c, 1), 0xe2);
    assert_int_equal(cursor_peek(&c, 2), -1);
    assert_int_equal(c.left, 2);
    assert_int_equal(c.status, CURSOR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_read_takes_exactly_its_bytes),
        cmocka_unit_test(a_read_one_byte_too_far_gives_zero_and_sticks),
        cmocka_unit_test(an_end_that_was_declared_is_bad_and_one_that_was_captured_is_short),
        cmocka_unit_test(a_declared_end_inside_a_declared_end_is_bad),
        cmocka_unit_test(no_length_wraps_the_check),
        cmocka_unit_test(nothing_is_read_of_nothing),
        cmocka_unit_test(peeking_takes_nothing),
    };
    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
