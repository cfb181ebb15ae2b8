#include "dissectors/tls/x509.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/hex.h"
#include "tests/unit/dissectors/tls/certificates.h"

enum { DER_MAX = 2048 };

static char *name_of(struct cursor name, char shown[256])
{
    struct text t = text_over(shown, 256);
    assert_true(x509_name_text(name, &t));
    (void)text_end(&t);
    return shown;
}

static char *algorithm_of(struct cursor oid, char shown[256])
{
    struct text t = text_over(shown, 256);
    x509_algorithm_text(oid, &t);
    (void)text_end(&t);
    return shown;
}

static void an_old_certificate_is_read_whole(void **unused)
{
    (void)unused;
    uint8_t der[DER_MAX];
    char shown[256];
    struct x509 x;
    assert_int_equal(x509_read(cursor_over(der, unhex(CERTIFICATE_RSA, der, sizeof der)), &x), X509_WHOLE);
    assert_int_equal(x.version, 3);
    assert_int_equal(x.serial.left, 2);     /* 00ff: the zero keeps it positive */
    assert_string_equal(name_of(x.subject, shown), "DC=example, O=烽燧, CN=rsa + emailAddress=a@b.c");
    assert_true(x.self_signed);
    assert_int_equal(x.not_before_us, UINT64_C(1795291734000000));
    assert_int_equal(x.not_after_us, UINT64_C(3523291734000000));   /* a GeneralizedTime, as it is after 2049 */
    assert_string_equal(algorithm_of(x.signature_algorithm, shown), "sha1WithRSAEncryption");
    assert_string_equal(algorithm_of(x.key_algorithm, shown), "rsaEncryption");
    assert_int_equal(x.key_bits, 1024);
}

static void a_domestic_certificate_has_its_algorithms_by_name(void **unused)
{
    (void)unused;
    uint8_t der[DER_MAX];
    char shown[256];
    struct x509 x;
    assert_int_equal(x509_read(cursor_over(der, unhex(CERTIFICATE_SM2, der, sizeof der)), &x), X509_WHOLE);
    assert_string_equal(name_of(x.issuer, shown), "C=CN, CN=sm2");
    assert_string_equal(algorithm_of(x.signature_algorithm, shown), "sm2sign-with-sm3");
    assert_string_equal(algorithm_of(x.curve, shown), "sm2");
    assert_int_equal(x.key_bits, 256);
}

/* A certificate of nothing but what comes before the named part; all lengths below 128. */
static const struct broken_case {
    const char     *name, *wire;
    enum x509_fault want;
} broken[] = {
    { "nothing",                     "",                                          X509_DER },
    { "not a sequence",              "31 00",                                     X509_DER },
    { "version 9",                   "30 09 3007 a003 0201 09 0000",              X509_VERSION },
    { "no serial number",            "30 05 3003 0401 00",                        X509_SERIAL },
    { "no algorithm",                "30 05 3003 0201 01",                        X509_ALGORITHM },
    { "no issuer",                   "30 0a 3008 0201 01 3003 0601 2a",           X509_ISSUER },
    { "no validity",                 "30 0c 300a 0201 01 3003 0601 2a 3000",      X509_VALIDITY },
    { "no date in the validity",     "30 0e 300c 0201 01 3003 0601 2a 3000 3000", X509_DATE },
    { "a month too many",            "30 1d 301b 0201 01 3003 0601 2a 3000 300f 170d 323031333031303030303030 5a", X509_DATE },
    { "no subject", "30 2c 302a 0201 01 3003 0601 2a 3000 301e 170d 323031323031303030303030 5a 170d 323031323031303030303030 5a",
      X509_SUBJECT },
    { "no key", "30 2e 302c 0201 01 3003 0601 2a 3000 301e 170d 323031323031303030303030 5a 170d 323031323031303030303030 5a 3000",
      X509_KEY },
};

static void the_part_that_cannot_be_read_is_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        uint8_t der[128];
        struct x509 x;
        enum x509_fault fault = x509_read(cursor_over(der, unhex(broken[i].wire, der, sizeof der)), &x);
        if (fault != broken[i].want)
            fail_msg("%s: %d", broken[i].name, (int)fault);
    }
}

static void an_rsa_key_is_as_long_as_its_modulus_without_leading_zeros(void **unused)
{
    (void)unused;
    uint8_t der[128];
    struct x509 x;
    size_t n = unhex("30 48 3046 0201 01 3003 0601 2a 3000 301e 170d 323031323031303030303030 5a 170d 323031323031303030303030 5a 3000 "
                     "3018 300b 0609 2a864886f70d010101 0309 00 3006 0201 40 0201 03", der, sizeof der);
    assert_int_equal(x509_read(cursor_over(der, n), &x), X509_WHOLE);
    assert_int_equal(x.key_bits, 7);
}

static void dates_are_read_in_their_forms(void **unused)
{
    (void)unused;
    static const struct { const char *name, *date; uint64_t seconds; } dates[] = {
        { "the beginning",           "170d 3730303130313030303030305a", 0 },
        { "before it",               "170d 3630303130313030303030305a", 0 },
        { "a leap day",              "170d 3230303232393132303030305a", 1582977600 },
        { "without seconds",         "170b 32303032323931323030 5a", 1582977600 },
        { "with an offset",          "1711 323030323239323030303030 2b30383030", 1582977600 },
    };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        char text[256];
        uint8_t der[128], date[32];
        size_t n = unhex(dates[i].date, date, sizeof date);
        struct x509 x;
        snprintf(text, sizeof text, "30 %02x 30 %02x 0201 01 3003 0601 2a 3000 30 %02x %s %s 3000", (unsigned)(16 + 2 * n),
                 (unsigned)(14 + 2 * n), (unsigned)(2 * n), dates[i].date, dates[i].date);
        assert_int_equal(x509_read(cursor_over(der, unhex(text, der, sizeof der)), &x), X509_KEY);
        if (x.not_before_us != dates[i].seconds * 1000000)
            fail_msg("%s: %llu", dates[i].name, (unsigned long long)x.not_before_us);
    }
}

static void a_name_in_sixteen_bit_letters_becomes_utf8(void **unused)
{
    (void)unused;
    uint8_t wire[64];
    char shown[256];
    size_t n = unhex("310e 300c 0603 550403 1e05 70fd 0061 00", wire, sizeof wire);
    assert_string_equal(name_of(cursor_over(wire, n), shown), "CN=烽a");
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    uint8_t der[DER_MAX];
    size_t whole = unhex(CERTIFICATE_RSA, der, sizeof der);
    char shown[256];
    struct x509 x;
    for (size_t n = 0; n < whole; n++) {
        uint8_t *copy = malloc(n ? n : 1);
        memcpy(copy, der, n);
        assert_int_not_equal(x509_read(cursor_over(copy, n), &x), X509_WHOLE);
        free(copy);
    }
    for (size_t bit = 0; bit < whole * 8; bit++) {
        der[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum x509_fault fault = x509_read(cursor_over(der, whole), &x);
        struct text t = text_over(shown, sizeof shown);
        if (fault == X509_WHOLE)
            (void)x509_name_text(x.subject, &t);
        der[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_certificate_is_read_whole),
        cmocka_unit_test(a_domestic_certificate_has_its_algorithms_by_name),
        cmocka_unit_test(the_part_that_cannot_be_read_is_named),
        cmocka_unit_test(an_rsa_key_is_as_long_as_its_modulus_without_leading_zeros),
        cmocka_unit_test(dates_are_read_in_their_forms),
        cmocka_unit_test(a_name_in_sixteen_bit_letters_becomes_utf8),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
    };
    return cmocka_run_group_tests_name("x509", tests, NULL, NULL);
}
