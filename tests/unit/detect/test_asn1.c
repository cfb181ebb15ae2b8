/* BER that once overflowed its readers, by the keyword `asn1`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/asn1.h"
#include "tests/support/hex.h"

#define OVERSIZE(n) { .oversize = true, .longest = (n) }
#define BITS        { .bitstring = true }
#define REAL        { .real = true }

static const struct asn1_case {
    const char     *name, *wire;
    struct asn1_use use;
    size_t          before;
    bool            holds;
} cases[] = {
    { "a short element", "04 03 616263", OVERSIZE(3), 0, false },
    { "one byte longer", "04 04 61626364", OVERSIZE(3), 0, true },
    { "longer than what is there", "04 82 0401 61", OVERSIZE(1024), 0, true },
    { "a length of four octets", "30 84 00000401", OVERSIZE(1024), 0, true },
    { "a length of more octets than anybody reads", "30 89 000000000000000401", OVERSIZE(1024), 0, false },
    { "inside of a sequence", "30 08 02 01 05 04 03 616263", OVERSIZE(8), 0, false },
    { "a long one inside of a sequence", "30 05 02 01 05 04 20 61", OVERSIZE(16), 0, true },
    { "behind an element that is there", "02 01 05 04 20 61", OVERSIZE(16), 0, true },
    { "behind one that is cut", "04 05 6161 04 20", OVERSIZE(16), 0, false },
    { "of the indefinite form, with a long one inside", "30 80 04 20 61", OVERSIZE(16), 0, true },
    { "with a long tag", "7f 8101 04 04 20 6161", OVERSIZE(16), 0, true },
    { "with a tag without an end", "7f 818181818181 20", OVERSIZE(16), 0, false },
    { "a bit string", "03 02 07 80", BITS, 0, false },
    { "a bit string with more unused bits than it has", "03 02 09 80", BITS, 0, true },
    { "an empty one with unused bits", "03 01 01", BITS, 0, true },
    { "an octet string that looks so", "04 02 09 80", BITS, 0, false },
    { "one of another class", "83 02 09 80", BITS, 0, false },
    { "a constructed one", "23 02 09 00", BITS, 0, false },
    { "a long real number in digits", "09 82 0101 03 31", REAL, 0, true },
    { "one as long as it may be", "09 82 0100 03 31", REAL, 0, false },
    { "a long one in binary", "09 82 0101 80 31", REAL, 0, false },
    { "at an offset", "ffff 04 20", { .oversize = true, .longest = 16, .offset = 2 }, 0, true },
    { "at an offset beyond", "ffff 04 20", { .oversize = true, .longest = 16, .offset = 4 }, 0, false },
    { "behind what matched", "ffffff 04 20", { .oversize = true, .longest = 16, .offset = 1, .relative = true }, 2, true },
    { "before what matched", "ffff 04 20", { .oversize = true, .longest = 16, .offset = -1, .relative = true }, 3, true },
    { "before the beginning", "04 20", { .oversize = true, .longest = 16, .offset = -5, .relative = true }, 1, false },
    { "nothing", "", OVERSIZE(0), 0, false },
};

/* In memory of its own, so that a byte too far is seen. */
static bool holds_in(const struct asn1_case *c, const uint8_t *wire, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, wire, n);
    bool holds = asn1_holds(&c->use, copy, n, c->before);
    free(copy);
    return holds;
}

static void what_overflows_is_found(void **unused)
{
    (void)unused;
    uint8_t wire[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (holds_in(&cases[i], wire, unhex(cases[i].wire, wire, sizeof wire)) != cases[i].holds)
            fail_msg("%s", cases[i].name);
}

static void any_prefix_and_any_wrong_bit_can_be_walked(void **unused)
{
    (void)unused;
    uint8_t wire[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = unhex(cases[i].wire, wire, sizeof wire);
        for (size_t k = 0; k < n; k++)
            (void)holds_in(&cases[i], wire, k);
        for (size_t bit = 0; bit < 8 * n; bit++) {
            wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
            (void)holds_in(&cases[i], wire, n);
            wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

static void a_nest_of_sequences_ends(void **unused)
{
    (void)unused;
    static uint8_t deep[100000];
    memset(deep, 0x30, sizeof deep);
    struct asn1_use use = OVERSIZE(0x40);
    assert_false(asn1_holds(&use, deep, sizeof deep, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_overflows_is_found),
        cmocka_unit_test(any_prefix_and_any_wrong_bit_can_be_walked),
        cmocka_unit_test(a_nest_of_sequences_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
