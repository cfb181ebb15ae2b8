#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "archive/chain.h"
#include "common/hash.h"

static void a_link_is_what_the_header_says(void **unused)
{
    (void)unused;
    struct chain_head h;
    uint8_t bytes[32 + 10 + 6 + 2], digest[HASH_MAX];
    chain_begin(&h, "2026-11");
    hash_digest(HASH_SM3, "fengsui chain2026-11", 20, digest);
    assert_memory_equal(h.link, digest, CHAIN_LINK);
    memcpy(bytes, h.link, 32);
    memcpy(bytes + 32, "\0\0\0\0\0\0\0\1" "\0\6" "430100" "{}", 18);
    chain_add(&h, "430100", "{}", 2);
    hash_digest(HASH_SM3, bytes, sizeof bytes, digest);
    assert_memory_equal(h.link, digest, CHAIN_LINK);
    assert_int_equal(h.seq, 1);
}

static const struct other_case { const char *name, *month, *region, *json; uint64_t before; } others[] = {
    { "another month", "2026-12", "43", "{\"a\":1}", 4 },
    { "another region", "2026-11", "44", "{\"a\":1}", 4 },
    { "no region", "2026-11", NULL, "{\"a\":1}", 4 },
    { "a byte of the region counted to the text", "2026-11", "4", "3{\"a\":1}", 4 },
    { "another text", "2026-11", "43", "{\"a\":2}", 4 },
    { "another number", "2026-11", "43", "{\"a\":1}", 5 },
};

static void chain_of(struct chain_head *h, const char *month, uint64_t before, const char *region, const char *json)
{
    chain_begin(h, month);
    h->seq = before;
    chain_add(h, region, json, strlen(json));
}

static void whatever_is_different_gives_another_link(void **unused)
{
    (void)unused;
    struct chain_head one, other;
    chain_of(&one, "2026-11", 4, "43", "{\"a\":1}");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        chain_of(&other, others[i].month, others[i].before, others[i].region, others[i].json);
        if (memcmp(one.link, other.link, CHAIN_LINK) == 0)
            fail_msg("%s", others[i].name);
    }
}

static void two_rows_in_another_order_end_in_another_link(void **unused)
{
    (void)unused;
    struct chain_head a, b;
    chain_begin(&a, "2026-11");
    chain_begin(&b, "2026-11");
    chain_add(&a, NULL, "1", 1);
    chain_add(&a, NULL, "2", 1);
    chain_add(&b, NULL, "2", 1);
    chain_add(&b, NULL, "1", 1);
    assert_int_equal(a.seq, b.seq);
    assert_memory_not_equal(a.link, b.link, CHAIN_LINK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_what_the_header_says),
        cmocka_unit_test(whatever_is_different_gives_another_link),
        cmocka_unit_test(two_rows_in_another_order_end_in_another_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
