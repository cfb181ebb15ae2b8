#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "common/hash.h"
#include "tests/support/hex.h"

/* Somebody else's SipHash, set to one compression and three finalisation rounds. */
static uint64_t sip_of_openssl(const struct hash_key *key, const void *bytes, size_t n)
{
    unsigned c = 1, d = 3;
    size_t size = 8, len;
    uint64_t out = 0;
    OSSL_PARAM params[] = { OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &c),
                            OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &d),
                            OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end() };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    assert_true(EVP_MAC_init(ctx, (const unsigned char *)key, 16, params));
    assert_true(EVP_MAC_update(ctx, bytes, n) && EVP_MAC_final(ctx, (unsigned char *)&out, &len, sizeof out));
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
    return out;
}

static void the_keyed_hash_is_siphash_1_3_for_every_length(void **unused)
{
    (void)unused;
    struct hash_key key;
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    memcpy(&key, bytes, sizeof key);
    for (size_t n = 0; n <= sizeof bytes; n++)
        if (hash_keyed(&key, bytes, n) != sip_of_openssl(&key, bytes, n))
            fail_msg("%zu bytes", n);
}

static void two_keys_hash_differently(void **unused)
{
    (void)unused;
    struct hash_key a = hash_key_random(), b = hash_key_random();
    assert_true(memcmp(&a, &b, sizeof a) != 0);
    assert_true(hash_keyed(&a, "192.0.2.1", 9) != hash_keyed(&b, "192.0.2.1", 9));
}

/* RFC 3720 appendix B.4, and the check value of the polynomial. */
static void crc32c_is_that_of_rfc_3720(void **unused)
{
    (void)unused;
    uint8_t zeros[32] = { 0 }, ones[32], up[32], down[32];
    memset(ones, 0xff, sizeof ones);
    for (unsigned i = 0; i < 32; i++) {
        up[i] = (uint8_t)i;
        down[i] = (uint8_t)(31 - i);
    }
    assert_int_equal(hash_crc32c(0, zeros, 32), 0x8a9136aa);
    assert_int_equal(hash_crc32c(0, ones, 32), 0x62a8ab43);
    assert_int_equal(hash_crc32c(0, up, 32), 0x46dd794e);
    assert_int_equal(hash_crc32c(0, down, 32), 0x113fdb5c);
    assert_int_equal(hash_crc32c(0, "123456789", 9), 0xe3069283);
    assert_int_equal(hash_crc32c(0, "", 0), 0);
}

static uint32_t crc_by_bits(const uint8_t *p, size_t n)
{
    uint32_t crc = ~UINT32_C(0);
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

static void crc32c_of_parts_is_that_of_the_whole_at_every_length_and_offset(void **unused)
{
    (void)unused;
    uint8_t bytes[80];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 11);
    for (size_t from = 0; from < 9; from++)
        for (size_t n = 0; n <= 64; n++) {
            uint32_t whole = hash_crc32c(0, bytes + from, n);
            assert_int_equal(whole, crc_by_bits(bytes + from, n));
            size_t half = n / 3;
            assert_int_equal(hash_crc32c(hash_crc32c(0, bytes + from, half), bytes + from + half, n - half), whole);
        }
}

static const struct digest_case { const char *name; enum hash_kind kind; const char *text, *want; } digests[] = {
    { "MD5, RFC 1321",        HASH_MD5,    "abc", "900150983cd24fb0d6963f7d28e17f72" },
    { "SHA-1, RFC 3174",      HASH_SHA1,   "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { "SHA-256, FIPS 180",    HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "SM3, GB/T 32905 A.1",  HASH_SM3,    "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" },
    { "MD5 of nothing",       HASH_MD5,    "",    "d41d8cd98f00b204e9800998ecf8427e" },
};

static void digests_are_the_standards_whole_and_in_pieces(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        const struct digest_case *k = &digests[i];
        uint8_t want[HASH_MAX], got[HASH_MAX];
        size_t len = unhex(k->want, want, sizeof want);
        if (hash_digest(k->kind, k->text, strlen(k->text), got) != len || memcmp(want, got, len) != 0)
            fail_msg("%s", k->name);
        struct hash_stream *h = hash_stream_new(k->kind);
        for (const char *c = k->text; *c != '\0'; c++)
            hash_stream_add(h, c, 1);
        assert_int_equal(hash_stream_end(h, got), len);
        assert_memory_equal(want, got, len);
    }
}

static void pieces_have_the_digest_of_the_whole(void **unused)
{
    (void)unused;
    static const enum hash_kind kinds[] = { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SM3 };
    uint8_t whole[HASH_MAX], pieces[HASH_MAX];
    for (size_t i = 0; i < 4; i++)
        for (size_t cut = 0; cut <= 11; cut++) {
            const struct hash_part parts[] = { { "beacon fire", cut }, { "", 0 }, { &"beacon fire"[cut], 11 - cut } };
            size_t len = hash_digest(kinds[i], "beacon fire", 11, whole);
            assert_int_equal(hash_parts(kinds[i], parts, 3, pieces), len);
            assert_memory_equal(pieces, whole, len);
        }
}

/* RFC 4231 case 2, and the same with SM3 by OpenSSL's own command: openssl dgst -sm3 -hmac Jefe. */
static void a_keyed_digest_is_that_of_others(void **unused)
{
    (void)unused;
    static const struct hmac_case { enum hash_kind kind; const char *want; } cases[] = {
        { HASH_SHA256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { HASH_SM3, "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t got[HASH_MAX];
        char hex[2 * HASH_MAX + 1] = "";
        size_t n = hash_hmac(cases[i].kind, "Jefe", 4, "what do ya want for nothing?", 28, got);
        for (size_t k = 0; k < n; k++)
            snprintf(hex + 2 * k, 3, "%02x", got[k]);
        assert_string_equal(hex, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_have_the_digest_of_the_whole),
        cmocka_unit_test(the_keyed_hash_is_siphash_1_3_for_every_length),
        cmocka_unit_test(two_keys_hash_differently),
        cmocka_unit_test(crc32c_is_that_of_rfc_3720),
        cmocka_unit_test(crc32c_of_parts_is_that_of_the_whole_at_every_length_and_offset),
        cmocka_unit_test(digests_are_the_standards_whole_and_in_pieces),
        cmocka_unit_test(a_keyed_digest_is_that_of_others),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
