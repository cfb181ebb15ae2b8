#include "dissectors/framing/ber.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/hex.h"

static const struct element_case {
    const char        *name, *wire;
    bool               good;
    uint32_t           tag;
    size_t             value, left;     /* octets in the value; unread afterwards */
    enum cursor_status status;
} cases[] = {
    { "a short one",                "02 01 05 ff",        true,  BER_INTEGER,  1, 1, CURSOR_OK },
    { "an empty one",               "05 00",              true,  BER_NULL,     0, 0, CURSOR_OK },
    { "a length of one octet more", "04 81 02 aabb",      true,  BER_OCTET_STRING, 2, 0, CURSOR_OK },
    { "a length with leading zero", "04 82 0002 aabb",    true,  BER_OCTET_STRING, 2, 0, CURSOR_OK },
    { "a high tag number",          "bf 8101 01 00",      true,  0xbf000081u,  1, 0, CURSOR_OK },
    { "the indefinite form",        "30 80 0000",         false, 0, 0, 4, CURSOR_OK },
    { "a length of five octets",    "30 85 0000000001 00", false, 0, 0, 8, CURSOR_OK },
    { "a tag without end",          "1f ffffffffff 00",   false, 0, 0, 7, CURSOR_OK },
    { "nothing",                    "",                   false, 0, 0, 0, CURSOR_SHORT },
    { "a tag alone",                "30",                 false, 0, 0, 1, CURSOR_SHORT },
    { "a value that is not all here", "30 05 0201",       false, 0, 0, 4, CURSOR_SHORT },
    { "a length near 2^32",         "30 84 ffffffff 00",  false, 0, 0, 7, CURSOR_SHORT },
};

static void an_element_is_taken_whole_or_not_at_all(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct element_case *t = &cases[i];
        uint8_t wire[16];
        struct ber e;
        struct cursor c = cursor_over(wire, unhex(t->wire, wire, sizeof wire));
        size_t whole = c.left;
        bool good = ber_next(&c, &e);
        if (good != t->good || c.left != t->left || c.status != t->status
            || (good && (e.tag != t->tag || e.value.left != t->value || e.whole_len != whole - t->left)))
            fail_msg("%s: %d, %zu left, status %d", t->name, good, c.left, (int)c.status);
    }
}

static void another_tag_is_left_where_it_is(void **unused)
{
    (void)unused;
    const uint8_t wire[] = { 0x02, 0x01, 0x05 };
    struct ber e;
    struct cursor c = cursor_over(wire, sizeof wire);
    assert_false(ber_take(&c, BER_OID, &e));
    assert_int_equal(c.left, sizeof wire);
    assert_true(ber_take(&c, BER_INTEGER, &e));
    assert_int_equal(cursor_u8(&e.value), 5);
}

static void inside_a_value_its_end_is_the_end(void **unused)
{
    (void)unused;
    const uint8_t wire[] = { 0x30, 0x03, 0x02, 0x05, 0x00, 0xff, 0xff, 0xff, 0xff };
    struct ber outer, inner;
    struct cursor c = cursor_over(wire, sizeof wire);
    assert_true(ber_take(&c, BER_SEQUENCE, &outer));
    assert_false(ber_next(&outer.value, &inner));
    assert_int_equal(outer.value.status, CURSOR_BAD);
}

static void identifiers_read_as_dotted_numbers(void **unused)
{
    (void)unused;
    static const struct { const char *wire, *want; } oids[] = {
        { "2a864886f70d01010b", "1.2.840.113549.1.1.11" }, { "550403", "2.5.4.3" }, { "2a811ccf55018375", "1.2.156.10197.1.501" },
        { "883703", "2.999.3" }, { "00", "0.0" }, { "", "" },
    };
    for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++) {
        uint8_t wire[16];
        char shown[64];
        struct text t = text_over(shown, sizeof shown);
        ber_oid_text(cursor_over(wire, unhex(oids[i].wire, wire, sizeof wire)), &t);
        assert_string_equal(text_end(&t), oids[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_element_is_taken_whole_or_not_at_all),
        cmocka_unit_test(another_tag_is_left_where_it_is),
        cmocka_unit_test(inside_a_value_its_end_is_the_end),
        cmocka_unit_test(identifiers_read_as_dotted_numbers),
    };
    return cmocka_run_group_tests_name("ber", tests, NULL, NULL);
}
