#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>

#include "events/record.h"

static const struct field_name codes[] = { { 3, "read" }, { 5, "write" }, { 0, NULL } };
static const struct anomaly anomalies[] = { { "short", "." }, { "odd", "." }, { "late", "." } };
enum { CODE, TYPE, COUNT_, DELTA, RATIO, FLAG, WHEN, NAME, RAW, ADDR, CODES, TYPES, SECRET, LIST, ITEM_ID, ITEM_TAG, INNER, INNER_N,
       ONE, ONE_HASH };
static const struct field fields[] = {
    [CODE]     = { .name = "code", .type = FIELD_UINT, .names = codes },
    [TYPE]     = { .name = "type", .type = FIELD_UINT, .names = codes, .flags = FIELD_NAMED },
    [COUNT_]   = { .name = "count", .type = FIELD_UINT },
    [DELTA]    = { .name = "delta", .type = FIELD_INT },
    [RATIO]    = { .name = "ratio", .type = FIELD_REAL },
    [FLAG]     = { .name = "flag", .type = FIELD_FLAG },
    [WHEN]     = { .name = "when", .type = FIELD_TIME },
    [NAME]     = { .name = "name", .type = FIELD_TEXT },
    [RAW]      = { .name = "raw", .type = FIELD_BYTES },
    [ADDR]     = { .name = "addr", .type = FIELD_ADDR },
    [CODES]    = { .name = "codes", .type = FIELD_UINT, .names = codes, .flags = FIELD_MANY },
    [TYPES]    = { .name = "types", .type = FIELD_UINT, .names = codes, .flags = FIELD_MANY | FIELD_NAMED },
    [SECRET]   = { .name = "secret", .type = FIELD_TEXT, .flags = FIELD_HIDDEN },
    [LIST]     = { .name = "list", .type = FIELD_LIST },
    [ITEM_ID]  = { .name = "id", .type = FIELD_UINT, .in = LIST + 1 },
    [ITEM_TAG] = { .name = "tag", .type = FIELD_TEXT, .in = LIST + 1, .flags = FIELD_MANY },
    [INNER]    = { .name = "inner", .type = FIELD_LIST, .in = LIST + 1 },
    [INNER_N]  = { .name = "n", .type = FIELD_UINT, .in = INNER + 1 },
    [ONE]      = { .name = "one", .type = FIELD_LIST, .flags = FIELD_SINGLE },
    [ONE_HASH] = { .name = "hash", .type = FIELD_BYTES, .in = ONE + 1 },
};
enum { ROWS = sizeof fields / sizeof fields[0] };
static const struct schema demo = { "demo", fields, ROWS, anomalies, 3 };

/* Whole numbers as doubles: a counter of 64 bits is JSON, though not every reader keeps it. */
enum { READER = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL };

static char out_buffer[4 << 20];

/* The JSON, checked by a reader who takes no name twice. */
static const char *json_of(const struct record *r)
{
    struct text t = text_over(out_buffer, sizeof out_buffer);
    text_char(&t, '{');
    record_json(r, &t);
    text_char(&t, '}');
    assert_false(t.cut);
    json_error_t why;
    json_t *back = json_loadb(out_buffer, t.len, READER, &why);
    if (back == NULL)
        fail_msg("%s: %.*s", why.text, (int)t.len, out_buffer);
    json_decref(back);
    return text_end(&t);
}

static void every_type_is_written_as_its_row_says(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    struct addr a;
    addr_parse("2001:db8::1", &a);
    record_begin(r, &demo, FROM_CLIENT);
    record_uint(r, CODE, 3);
    record_uint(r, TYPE, 5);
    record_uint(r, COUNT_, UINT64_MAX);
    record_int(r, DELTA, -7);
    record_real(r, RATIO, 0.5);
    record_uint(r, FLAG, 1);
    record_uint(r, WHEN, 0);
    record_bytes(r, NAME, "a\"\xff", 3);
    record_bytes(r, RAW, "\x01\xfe", 2);
    record_addr(r, ADDR, &a);
    record_bytes(r, SECRET, "x", 1);
    setenv("TZ", "UTC", 1);
    assert_string_equal(json_of(r), "{\"demo\":{\"code\":3,\"code_name\":\"read\",\"type\":\"write\",\"count\":18446744073709551615,"
                        "\"delta\":-7,\"ratio\":0.5,\"flag\":true,\"when\":\"1970-01-01T00:00:00.000000+0000\",\"name\":\"a\\\"\\u00ff\","
                        "\"raw\":\"01fe\",\"addr\":\"2001:db8::1\",\"tx_id\":0,\"direction\":\"to_server\"}}");
    free(r);
}

static void values_without_a_name_are_null_or_the_number(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    record_begin(r, &demo, FROM_SERVER);
    record_uint(r, CODE, 9);
    record_uint(r, TYPE, 9);
    record_real(r, RATIO, NAN);
    r->transaction = 4;
    assert_string_equal(json_of(r), "{\"demo\":{\"code\":9,\"code_name\":null,\"type\":9,\"ratio\":null,\"tx_id\":4,"
                        "\"direction\":\"to_client\"}}");
    free(r);
}

static void what_may_repeat_is_an_array_and_what_may_not_counts_once(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    record_begin(r, &demo, FROM_CLIENT);
    record_uint(r, CODES, 3);
    record_uint(r, COUNT_, 1);
    record_uint(r, CODES, 7);
    record_uint(r, COUNT_, 2);
    record_uint(r, TYPES, 5);
    record_uint(r, TYPES, 7);
    assert_string_equal(json_of(r), "{\"demo\":{\"codes\":[3,7],\"codes_name\":[\"read\",null],\"count\":1,\"types\":[\"write\",7],"
                        "\"tx_id\":0,\"direction\":\"to_server\"}}");
    assert_int_equal(record_find(r, COUNT_)->uint, 1);
    assert_null(record_find(r, NAME));
    free(r);
}

static void lists_hold_objects_and_lists_of_objects(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    record_begin(r, &demo, FROM_CLIENT);
    record_uint(r, COUNT_, 2);
    for (unsigned i = 0; i < 2; i++) {
        record_item(r, LIST);
        record_uint(r, ITEM_ID, i);
        record_bytes(r, ITEM_TAG, "t", 1);
        record_bytes(r, ITEM_TAG, "u", 1);
        for (unsigned k = 0; k < i + 1; k++) {
            record_item(r, INNER);
            record_uint(r, INNER_N, k);
        }
    }
    record_uint(r, DELTA, 1);       /* back at the top */
    record_item(r, ONE);
    record_bytes(r, ONE_HASH, "\xab", 1);
    record_item(r, LIST);
    assert_string_equal(json_of(r), "{\"demo\":{\"count\":2,\"list\":[{\"id\":0,\"tag\":[\"t\",\"u\"],\"inner\":[{\"n\":0}]},"
                        "{\"id\":1,\"tag\":[\"t\",\"u\"],\"inner\":[{\"n\":0},{\"n\":1}]},{}],\"delta\":1,\"one\":{\"hash\":\"ab\"},"
                        "\"tx_id\":0,\"direction\":\"to_server\"}}");
    free(r);
}

static void anomalies_and_cuts_are_said(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    record_begin(r, &demo, FROM_CLIENT);
    record_anomaly(r, 0);
    record_anomaly(r, 2);
    r->incomplete = true;
    assert_string_equal(json_of(r), "{\"demo\":{\"tx_id\":0,\"direction\":\"to_server\",\"anomalies\":[\"short\",\"late\"],\"incomplete\":true}}");
    record_begin(r, &demo, FROM_CLIENT);
    for (int i = 0; i < RECORD_VALUES_MAX; i++)
        record_uint(r, CODES, 1);
    assert_false(r->cut);
    record_uint(r, COUNT_, 1);
    assert_true(r->cut);
    assert_non_null(strstr(json_of(r), ",\"truncated\":true}"));
    free(r);
}

static void nothing_to_say_is_still_an_object(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    record_begin(r, &demo, FROM_CLIENT);
    assert_string_equal(json_of(r), "{\"demo\":{\"tx_id\":0,\"direction\":\"to_server\"}}");
    free(r);
}

/* Whatever a dissector adds, in whatever order: the reader takes it. */
static void any_order_of_values_is_json_without_a_name_twice(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    struct addr a = { .version = 4 };
    uint32_t state = 7;
    for (int turn = 0; turn < 3000; turn++) {
        record_begin(r, &demo, turn & 1 ? FROM_CLIENT : FROM_SERVER);
        for (int i = 0; i < 25; i++) {
            state = state * 1664525 + 1013904223;
            uint16_t row = (uint16_t)((state >> 16) % ROWS);
            switch (fields[row].type) {
            case FIELD_TEXT: case FIELD_BYTES: record_bytes(r, row, &state, (state >> 8) % 5); break;
            case FIELD_ADDR: record_addr(r, row, &a); break;
            case FIELD_LIST: record_item(r, row); break;
            case FIELD_REAL: record_real(r, row, state / 3.0); break;
            default:         record_uint(r, row, state % 8);
            }
        }
        (void)json_of(r);
    }
    free(r);
}

static void a_record_that_does_not_fit_is_marked_cut_at_every_length(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    record_begin(r, &demo, FROM_CLIENT);
    record_uint(r, CODE, 3);
    record_item(r, LIST);
    record_bytes(r, ITEM_TAG, "tag", 3);
    size_t whole = strlen(json_of(r)) - 2;      /* without the braces around */
    for (size_t cap = 0; cap <= whole; cap++) {
        char *tight = malloc(cap + 1);
        struct text t = text_over(tight, cap);
        record_json(r, &t);
        assert_true(t.cut == (cap < whole));
        free(tight);
    }
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_written_as_its_row_says),
        cmocka_unit_test(values_without_a_name_are_null_or_the_number),
        cmocka_unit_test(what_may_repeat_is_an_array_and_what_may_not_counts_once),
        cmocka_unit_test(lists_hold_objects_and_lists_of_objects),
        cmocka_unit_test(anomalies_and_cuts_are_said),
        cmocka_unit_test(nothing_to_say_is_still_an_object),
        cmocka_unit_test(any_order_of_values_is_json_without_a_name_twice),
        cmocka_unit_test(a_record_that_does_not_fit_is_marked_cut_at_every_length),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
