#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "flow/window.h"

struct scene {
    struct store   *store;
    struct windows *w;
    struct flow     f;
    uint64_t        at, serial;
};

static struct scene scene_new(uint32_t keep, uint64_t all_max)
{
    struct scene s = { .store = store_new(1 << 22) };
    struct window_limits l = { .keep = keep, .all_max = all_max };
    s.w = windows_new(&l, s.store);
    s.f.account.most = 1 << 22;
    return s;
}

static void scene_end(struct scene *s)
{
    window_release(s->w, &s->f);
    window_release(s->w, &s->f);
    assert_int_equal(s->f.account.used, 0);
    assert_int_equal(window_counts(s->w)->bytes, 0);
    windows_free(s->w);
    store_free(s->store);
}

static void add(struct scene *s, const char *bytes, size_t n, uint64_t gap)
{
    s->at += gap;
    struct chunk c = { .bytes = (const uint8_t *)bytes, .len = (uint32_t)n, .offset = s->at, .gap = gap, .dir = FROM_CLIENT };
    s->at += n;
    window_add(s->w, &s->f, &c, s->serial);
}

static void expect(struct scene *s, const char *want, uint32_t fresh)
{
    struct stream_window got = window_of(&s->f, FROM_CLIENT, s->serial);
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.bytes, want, got.len);
    assert_int_equal(got.fresh, fresh);
    assert_int_equal(got.at + got.len, s->at);
}

static void it_holds_the_fresh_bytes_and_those_before_them(void **unused)
{
    (void)unused;
    struct scene s = scene_new(64, 1 << 20);
    s.serial = 1;
    assert_int_equal(window_of(&s.f, FROM_CLIENT, 1).fresh, 0);
    add(&s, "GET ", 4, 0);
    expect(&s, "GET ", 4);
    s.serial = 2;
    assert_int_equal(window_of(&s.f, FROM_CLIENT, 2).fresh, 0);
    add(&s, "/ind", 4, 0);
    add(&s, "ex", 2, 0);
    expect(&s, "GET /index", 6);
    assert_int_equal(window_of(&s.f, FROM_SERVER, 2).fresh, 0);
    scene_end(&s);
}

static void a_gap_empties_it(void **unused)
{
    (void)unused;
    struct scene s = scene_new(64, 1 << 20);
    add(&s, "before", 6, 0);
    s.serial++;
    add(&s, "after", 5, 3);
    expect(&s, "after", 5);
    s.serial++;
    add(&s, "", 0, 3);
    assert_int_equal(window_of(&s.f, FROM_CLIENT, s.serial).fresh, 0);
    scene_end(&s);
}

static void other_bytes_are_told_from_the_same_where_it_still_holds_them(void **unused)
{
    (void)unused;
    struct scene s = scene_new(64, 1 << 20);
    assert_false(window_differs(&s.f, FROM_CLIENT, 0, (const uint8_t *)"x", 1));
    add(&s, "abcdef", 6, 10);
    static const struct { uint64_t at; const char *bytes; bool differs; } cases[] = {
        { 10, "abc", false }, { 10, "abX", true }, { 13, "def", false }, { 15, "fgh", false }, { 15, "Xgh", true },
        { 8, "??abc", false }, { 8, "??abX", true }, { 0, "far", false }, { 16, "behind", false }, { 8, "??abcdef!!", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (window_differs(&s.f, FROM_CLIENT, cases[i].at, (const uint8_t *)cases[i].bytes, strlen(cases[i].bytes)) != cases[i].differs)
            fail_msg("%s at %d", cases[i].bytes, (int)cases[i].at);
    scene_end(&s);
}

static void refused_memory_still_shows_what_the_packet_brought(void **unused)
{
    (void)unused;
    struct scene s = scene_new(64, 100);
    char block[200];
    memset(block, 'x', sizeof block);
    add(&s, block, sizeof block, 0);
    add(&s, "yz", 2, 0);
    struct stream_window got = window_of(&s.f, FROM_CLIENT, s.serial);
    assert_int_equal(got.fresh, 202);
    assert_memory_equal(got.bytes + 199, "xyz", 3);
    assert_int_equal(got.at, 0);
    assert_int_equal(window_counts(s.w)->refused, 1);
    s.serial++;
    add(&s, "small", 5, 0);
    expect(&s, "small", 5);
    scene_end(&s);
}

static void one_packet_s_flood_is_cut_to_the_newest(void **unused)
{
    (void)unused;
    struct scene s = scene_new(64, 1 << 22);
    static char block[50000];
    for (int i = 0; i < 5; i++) {
        memset(block, 'a' + i, sizeof block);
        add(&s, block, sizeof block, 0);
    }
    struct stream_window got = window_of(&s.f, FROM_CLIENT, s.serial);
    assert_in_range(got.len, sizeof block, STORE_BLOCK_MAX);
    assert_int_equal(got.fresh, got.len);
    assert_int_equal(got.bytes[got.len - 1], 'e');
    assert_int_equal(got.at + got.len, 250000);
    assert_true(window_counts(s.w)->cut > 0);
    scene_end(&s);
}

/* Against the whole stream: the view is always its end, with all that is fresh and at least `keep` before it. */
static void any_chunks_show_the_end_of_the_stream(void **unused)
{
    (void)unused;
    enum { LENGTH = 300000 };
    char *stream = malloc(LENGTH);
    unsigned seed = 4;
    for (size_t i = 0; i < LENGTH; i++)
        stream[i] = (char)rand_r(&seed);
    static const uint32_t keeps[] = { 0, 1, 100, 4096, WINDOW_KEEP_MAX };
    for (size_t k = 0; k < sizeof keeps / sizeof *keeps; k++) {
        struct scene s = scene_new(keeps[k], 1 << 20);
        while (s.at < LENGTH) {
            uint64_t before = s.at;
            s.serial++;
            for (int chunks = rand_r(&seed) % 3; chunks >= 0; chunks--) {
                size_t n = (size_t)rand_r(&seed) % (rand_r(&seed) % 4 ? 2000 : 10);
                if (n > LENGTH - s.at)
                    n = LENGTH - s.at;
                add(&s, stream + s.at, n, 0);
            }
            if (s.at == before)
                continue;
            struct stream_window got = window_of(&s.f, FROM_CLIENT, s.serial);
            assert_int_equal(got.fresh, s.at - before);
            assert_int_equal(got.at + got.len, s.at);
            assert_true(got.len - got.fresh >= (before < keeps[k] ? before : keeps[k]));
            assert_memory_equal(got.bytes, stream + got.at, got.len);
        }
        scene_end(&s);
    }
    free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_holds_the_fresh_bytes_and_those_before_them),
        cmocka_unit_test(a_gap_empties_it),
        cmocka_unit_test(other_bytes_are_told_from_the_same_where_it_still_holds_them),
        cmocka_unit_test(refused_memory_still_shows_what_the_packet_brought),
        cmocka_unit_test(one_packet_s_flood_is_cut_to_the_newest),
        cmocka_unit_test(any_chunks_show_the_end_of_the_stream),
    };
    return cmocka_run_group_tests_name("stream window", tests, NULL, NULL);
}
