#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dissectors/framing/notes.h"

static void what_was_put_is_found_again_and_a_second_time_replaces_it(void **unused)
{
    (void)unused;
    struct notes *n = notes_new();
    size_t len = 0;
    assert_null(notes_find(n, "key", 3, &len));
    notes_put(n, "key", 3, "first", 5);
    notes_put(n, "key", 3, "2nd", 3);
    const uint8_t *value = notes_find(n, "key", 3, &len);
    assert_int_equal(len, 3);
    assert_memory_equal(value, "2nd", 3);
    assert_null(notes_find(n, "ke", 2, &len));
    notes_free(n);
}

static void too_long_a_value_is_cut_and_too_long_a_key_is_none(void **unused)
{
    (void)unused;
    struct notes *n = notes_new();
    char text[NOTE_VALUE_MAX + 40];
    size_t len = 0;
    memset(text, 'x', sizeof text);
    notes_put(n, "key", 3, text, sizeof text);
    assert_non_null(notes_find(n, "key", 3, &len));
    assert_int_equal(len, NOTE_VALUE_MAX);
    notes_put(n, text, NOTE_KEY_MAX + 1, "v", 1);
    assert_null(notes_find(n, text, NOTE_KEY_MAX + 1, &len));
    notes_free(n);
}

static void the_one_longest_untouched_gives_way_and_is_counted(void **unused)
{
    (void)unused;
    struct notes *n = notes_new();
    size_t len = 0, found = 0;
    notes_put(n, "kept", 4, "value", 5);
    for (uint32_t i = 0; i < 4 * NOTES_MAX; i++) {
        notes_put(n, &i, sizeof i, &i, sizeof i);
        assert_non_null(notes_find(n, &i, sizeof i, &len));
        assert_non_null(notes_find(n, "kept", 4, &len));
    }
    for (uint32_t i = 0; i < 4 * NOTES_MAX; i++)
        found += notes_find(n, &i, sizeof i, &len) != NULL;
    assert_int_equal(notes_forgotten(n), 4 * NOTES_MAX - found);
    assert_true(found > NOTES_MAX / 2 && found < NOTES_MAX);
    notes_free(n);
}

static void without_a_table_nothing_is_kept(void **unused)
{
    (void)unused;
    size_t len = 0;
    notes_put(NULL, "key", 3, "value", 5);
    assert_null(notes_find(NULL, "key", 3, &len));
    notes_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_again_and_a_second_time_replaces_it),
        cmocka_unit_test(too_long_a_value_is_cut_and_too_long_a_key_is_none),
        cmocka_unit_test(the_one_longest_untouched_gives_way_and_is_counted),
        cmocka_unit_test(without_a_table_nothing_is_kept),
    };
    return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
