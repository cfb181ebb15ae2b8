#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "common/ring.h"

static void records_come_out_as_they_went_in(void **unused)
{
    (void)unused;
    struct ring *r = ring_new(4096);
    size_t n = 0;
    assert_null(ring_peek(r, &n));
    memcpy(ring_claim(r, 5), "alert", 5);
    assert_null(ring_peek(r, &n));              /* not before commit */
    ring_commit(r);
    assert_non_null(ring_claim(r, 0));
    ring_commit(r);
    assert_memory_equal(ring_peek(r, &n), "alert", 5);
    assert_int_equal(n, 5);
    ring_pop(r);
    assert_non_null(ring_peek(r, &n));
    assert_int_equal(n, 0);
    ring_pop(r);
    assert_null(ring_peek(r, &n));
    assert_int_equal(ring_used(r), 0);
    ring_free(r);
}

static void a_full_ring_refuses_and_takes_again_after_a_pop(void **unused)
{
    (void)unused;
    struct ring *r = ring_new(4096);
    size_t n, taken = 0;
    while (ring_claim(r, 504) != NULL) {
        ring_commit(r);
        taken++;
    }
    assert_int_equal(taken, 8);
    assert_non_null(ring_peek(r, &n));
    ring_pop(r);
    assert_non_null(ring_claim(r, 504));
    ring_free(r);
}

static void a_record_over_a_quarter_of_the_ring_is_refused(void **unused)
{
    (void)unused;
    struct ring *r = ring_new(4096);
    assert_null(ring_claim(r, ring_record_max(r) + 1));
    assert_null(ring_claim(r, SIZE_MAX));
    assert_non_null(ring_claim(r, ring_record_max(r)));
    ring_free(r);
}

static void every_length_survives_the_wrap(void **unused)
{
    (void)unused;
    struct ring *r = ring_new(4096);
    for (unsigned i = 0; i < 20000; i++) {
        size_t len = i % (ring_record_max(r) + 1), n;
        uint8_t *room = ring_claim(r, len);
        assert_non_null(room);
        memset(room, (int)(i & 0xff), len);
        ring_commit(r);
        const uint8_t *got = ring_peek(r, &n);
        assert_non_null(got);
        assert_int_equal(n, len);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(got[k], i & 0xff);
        ring_pop(r);
    }
    ring_free(r);
}

enum { CROSSING = 200000 };

static void *write_numbers(void *ring)
{
    for (uint32_t i = 0; i < CROSSING; i++) {
        size_t len = sizeof i + i % 61;
        uint8_t *room;
        while ((room = ring_claim(ring, len)) == NULL)
            sched_yield();
        memset(room, (int)(i % 251), len);
        memcpy(room, &i, sizeof i);
        ring_commit(ring);
    }
    return NULL;
}

static void two_threads_see_every_record_once_and_in_order(void **unused)
{
    (void)unused;
    struct ring *r = ring_new(8192);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_numbers, r), 0);
    for (uint32_t i = 0, got; i < CROSSING; i++) {
        size_t n;
        const uint8_t *bytes;
        while ((bytes = ring_peek(r, &n)) == NULL)
            sched_yield();
        memcpy(&got, bytes, sizeof got);
        assert_int_equal(got, i);
        assert_int_equal(n, sizeof i + i % 61);
        if (n > sizeof i)
            assert_int_equal(bytes[n - 1], i % 251);
        ring_pop(r);
    }
    pthread_join(writer, NULL);
    ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_out_as_they_went_in),
        cmocka_unit_test(a_full_ring_refuses_and_takes_again_after_a_pop),
        cmocka_unit_test(a_record_over_a_quarter_of_the_ring_is_refused),
        cmocka_unit_test(every_length_survives_the_wrap),
        cmocka_unit_test(two_threads_see_every_record_once_and_in_order),
    };
    return cmocka_run_group_tests_name("common/ring", tests, NULL, NULL);
}
