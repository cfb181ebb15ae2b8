#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sign.h"
#include "tests/support/hex.h"

struct place { char dir[32], key[48], public[48]; };

static void make_place(struct place *p)
{
    strcpy(p->dir, "/tmp/sign-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->key, sizeof p->key, "%s/sm2.key", p->dir);
    snprintf(p->public, sizeof p->public, "%s/sm2.pub", p->dir);
}

static void leave_place(struct place *p)
{
    unlink(p->key);
    unlink(p->public);
    rmdir(p->dir);
}

static struct sign_key *new_key(void)
{
    struct fault f = { 0 };
    struct sign_key *k = sign_key_make(&f);
    if (k == NULL)
        fail_msg("%s", f.why);
    return k;
}

static void a_key_comes_back_from_its_file_and_signs_for_its_public_half(void **unused)
{
    (void)unused;
    struct place p;
    struct fault f = { 0 };
    uint8_t signature[SIGNATURE];
    make_place(&p);
    struct sign_key *made = new_key();
    assert_int_equal(sign_key_save(made, p.key, &f), 0);
    assert_int_equal(sign_public_save(made, p.public, &f), 0);
    struct sign_key *pair = sign_key_load(p.key, &f), *public = sign_public_load(p.public, &f);
    if (pair == NULL || public == NULL)
        fail_msg("%s", f.why);
    assert_string_equal(sign_key_id(pair), sign_key_id(public));
    assert_string_equal(sign_key_fingerprint(made), sign_key_fingerprint(public));
    assert_int_equal(strlen(sign_key_id(pair)), SIGN_ID);
    assert_memory_equal(sign_key_fingerprint(pair), sign_key_id(pair), SIGN_ID);
    assert_int_equal(sign_bytes(pair, "what was seen", 13, signature, &f), 0);
    assert_true(sign_holds(public, "what was seen", 13, signature));
    sign_key_free(made);
    sign_key_free(pair);
    sign_key_free(public);
    leave_place(&p);
}

static void any_changed_bit_of_text_or_signature_is_seen(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    uint8_t signature[SIGNATURE];
    char text[] = "seq 7";
    struct sign_key *k = new_key();
    assert_int_equal(sign_bytes(k, text, 5, signature, &f), 0);
    for (size_t bit = 0; bit < 8 * 5; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        assert_false(sign_holds(k, text, 5, signature));
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * SIGNATURE; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(sign_holds(k, text, 5, signature));
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(sign_holds(k, text, 5, signature));
    assert_false(sign_holds(k, text, 4, signature));
    memset(signature, 0, sizeof signature);
    assert_false(sign_holds(k, text, 5, signature));
    sign_key_free(k);
}

static void another_key_s_signature_does_not_hold(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    uint8_t signature[SIGNATURE];
    struct sign_key *a = new_key(), *b = new_key();
    assert_int_equal(sign_bytes(a, "x", 1, signature, &f), 0);
    assert_false(sign_holds(b, "x", 1, signature));
    assert_string_not_equal(sign_key_id(a), sign_key_id(b));
    sign_key_free(a);
    sign_key_free(b);
}

/* GB/T 32918.5-2017 annex A: the recommended curve, "message digest", the default id. */
static void the_example_of_the_standard_holds(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    uint8_t point[SIGN_POINT], signature[SIGNATURE];
    assert_int_equal(unhex("04 09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
                               "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13", point, sizeof point), SIGN_POINT);
    assert_int_equal(unhex("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
                               "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA", signature, sizeof signature), SIGNATURE);
    struct sign_key *k = sign_public_from(point, &f);
    if (k == NULL)
        fail_msg("%s", f.why);
    assert_true(sign_holds(k, "message digest", 14, signature));
    sign_key_free(k);
}

static void a_key_that_others_may_read_is_refused(void **unused)
{
    (void)unused;
    struct place p;
    struct fault f = { 0 };
    make_place(&p);
    struct sign_key *k = new_key();
    assert_int_equal(sign_key_save(k, p.key, &f), 0);
    static const mode_t loose[] = { 0640, 0604, 0620, 0601 };
    for (size_t i = 0; i < sizeof loose / sizeof *loose; i++) {
        assert_int_equal(chmod(p.key, loose[i]), 0);
        assert_null(sign_key_load(p.key, &f));
        assert_int_equal(f.code, -EPERM);
    }
    sign_key_free(k);
    leave_place(&p);
}

static void a_key_is_never_written_over(void **unused)
{
    (void)unused;
    struct place p;
    struct fault f = { 0 };
    make_place(&p);
    struct sign_key *k = new_key();
    assert_int_equal(sign_key_save(k, p.key, &f), 0);
    assert_int_equal(sign_key_save(k, p.key, &f), -EEXIST);
    assert_int_equal(sign_public_save(k, p.public, &f), 0);
    assert_int_equal(sign_public_save(k, p.public, &f), -EEXIST);
    sign_key_free(k);
    leave_place(&p);
}

static void what_is_no_sm2_key_is_refused_with_its_path(void **unused)
{
    (void)unused;
    struct place p;
    struct fault f = { 0 };
    make_place(&p);
    assert_null(sign_key_load(p.key, &f));
    assert_int_equal(f.code, -ENOENT);
    FILE *out = fopen(p.public, "w");
    fputs("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
          "-----END PUBLIC KEY-----\n", out);      /* RFC 8410 section 10.1: Ed25519 */
    fclose(out);
    assert_null(sign_public_load(p.public, &f));
    assert_non_null(strstr(f.why, p.public));
    out = fopen(p.public, "w");
    fputs("no key", out);
    fclose(out);
    assert_null(sign_public_load(p.public, &f));
    assert_null(sign_public_from((const uint8_t[SIGN_POINT]){ 4, 1 }, &f));
    leave_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_comes_back_from_its_file_and_signs_for_its_public_half),
        cmocka_unit_test(any_changed_bit_of_text_or_signature_is_seen),
        cmocka_unit_test(another_key_s_signature_does_not_hold),
        cmocka_unit_test(the_example_of_the_standard_holds),
        cmocka_unit_test(a_key_that_others_may_read_is_refused),
        cmocka_unit_test(a_key_is_never_written_over),
        cmocka_unit_test(what_is_no_sm2_key_is_refused_with_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
