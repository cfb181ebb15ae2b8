#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/text.h"
#include "dissectors/framing/file.h"

enum { TOY_KIND, TOY_FILES, TOY_ROWS = TOY_FILES + FILE_ROWS };
static const struct field fields[] = { [TOY_KIND] = { .name = "kind", .about = "Kind." }, FILE_FIELDS(TOY_FILES) };
static const struct schema toy = { "toy", fields, TOY_ROWS, NULL, 0 };
enum { ALL = FILE_WANTS_MD5 | FILE_WANTS_SHA1 | FILE_WANTS_SHA256 };

#define ABC_MD5 "\"md5\":\"900150983cd24fb0d6963f7d28e17f72\""
#define ABC_SHA1 "\"sha1\":\"a9993e364706816aba3e25717850c26c9cd0d89d\""
#define ABC_SHA256 "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""

static const uint8_t abc[] = { 'a', 'b', 'c' };

static const struct json_case { const char *name; struct file file; unsigned wants; const char *json; } cases[] = {
    { "a whole file", { .name = (const uint8_t *)"/x", .name_len = 2, .data = abc, .len = 3, .size = 3, .whole = true }, 0,
      "{\"filename\":\"/x\",\"size\":3,\"state\":\"CLOSED\",\"gaps\":false}" },
    { "its digests when they are wanted", { .data = abc, .len = 3, .size = 3, .whole = true }, ALL,
      "{\"size\":3,\"state\":\"CLOSED\",\"gaps\":false," ABC_MD5 "," ABC_SHA1 "," ABC_SHA256 "}" },
    { "one of them", { .data = abc, .len = 3, .size = 3, .whole = true }, FILE_WANTS_SHA1,
      "{\"size\":3,\"state\":\"CLOSED\",\"gaps\":false," ABC_SHA1 "}" },
    { "none of what was not seen whole", { .data = abc, .len = 3, .size = 3, .gaps = true }, ALL,
      "{\"size\":3,\"state\":\"TRUNCATED\",\"gaps\":true}" },
    { "none of what was not kept whole", { .data = abc, .len = 3, .size = 4, .whole = true }, ALL,
      "{\"size\":4,\"state\":\"CLOSED\",\"gaps\":false}" },
    { "a part", { .type = (const uint8_t *)"text/plain", .type_len = 10, .data = abc, .len = 3, .size = 3, .ranged = true, .start = 7, .end = 9 }, 0,
      "{\"media_type\":\"text/plain\",\"size\":3,\"state\":\"TRUNCATED\",\"gaps\":false,\"start\":7,\"end\":9}" },
};

static void a_file_is_told_in_the_words_of_EVE(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    char said[1024], wanted[1024];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct file_digests room;
        struct text out = text_over(said, sizeof said);
        record_begin(r, &toy, FROM_CLIENT);
        file_add(r, TOY_FILES, &cases[i].file, cases[i].wants, &room);
        record_json(r, &out);
        snprintf(wanted, sizeof wanted, "\"toy\":{\"files\":[%s]", cases[i].json);
        if (out.len < strlen(wanted) || memcmp(said, wanted, strlen(wanted)) != 0)
            fail_msg("%s: %.*s", cases[i].name, (int)out.len, said);
    }
    free(r);
}

static void digests_made_on_the_way_are_those_of_the_whole(void **unused)
{
    (void)unused;
    struct store *s = store_new(1 << 20);
    struct account a = { .most = 1 << 16 };
    struct file_digests piecewise, once;
    struct record *r = malloc(sizeof *r);
    uint8_t bytes[1000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    struct file_digesting *d = file_digesting_begin(s, &a, ALL);
    for (size_t at = 0, n = 1; at < sizeof bytes; at += n, n = n % 97 + 1)
        file_digesting_add(d, bytes + at, n < sizeof bytes - at ? n : sizeof bytes - at);
    assert_true(file_digesting_end(d, s, &a, &piecewise));
    assert_int_equal(a.used, 0);
    record_begin(r, &toy, FROM_CLIENT);
    file_add(r, TOY_FILES, &(struct file){ .data = bytes, .len = sizeof bytes, .size = sizeof bytes, .whole = true }, ALL, &once);
    assert_memory_equal(&piecewise, &once, sizeof once);
    free(r);
    store_free(s);
}

static void nothing_is_digested_that_nobody_asks_for_or_memory_refuses(void **unused)
{
    (void)unused;
    struct store *s = store_new(1 << 20);
    struct account a = { .most = 1 << 16 }, full = { .most = 1 };
    struct file_digests out;
    assert_null(file_digesting_begin(s, &a, 0));
    assert_null(file_digesting_begin(s, &full, ALL));
    file_digesting_add(NULL, abc, 3);
    assert_false(file_digesting_end(NULL, s, &a, &out));
    store_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_told_in_the_words_of_EVE),
        cmocka_unit_test(digests_made_on_the_way_are_those_of_the_whole),
        cmocka_unit_test(nothing_is_digested_that_nobody_asks_for_or_memory_refuses),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
