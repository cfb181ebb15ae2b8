/* What the other rooms rely on for every dissector, whoever wrote it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dissectors/dissector.h"

static void every_dissector_is_found_by_its_name_and_only_once(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < dissector_count; i++)
        assert_ptr_equal(dissector_find(dissectors[i]->schema->name), dissectors[i]);
    assert_null(dissector_find("no such protocol"));
}

static void every_dissector_keeps_the_limits_of_its_contract(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < dissector_count; i++) {
        const struct dissector *d = dissectors[i];
        assert_non_null(d->pdu);
        assert_non_null(d->source);
        assert_true(d->over != 0);
        assert_true(d->state_size <= STORE_BLOCK_MAX);
        assert_true(d->schema->anomaly_count <= 64);
        assert_true(d->probe != NULL || d->ndpi != NULL || d->ports[0] != 0 || d->ethertypes[0] != 0);
    }
}

static void every_row_has_a_name_a_sentence_and_a_list_to_be_in(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < dissector_count; i++) {
        const struct schema *s = dissectors[i]->schema;
        for (uint16_t row = 0; row < s->count; row++) {
            const struct field *f = &s->fields[row];
            if (f->name == NULL || f->about == NULL || f->about[strlen(f->about) - 1] != '.')
                fail_msg("%s row %u", s->name, row);
            if (f->in != 0 && (f->in > s->count || s->fields[f->in - 1].type != FIELD_LIST))
                fail_msg("%s.%s is in no list", s->name, f->name);
        }
        for (uint16_t row = 0; row < s->anomaly_count; row++)
            if (s->anomalies[row].name == NULL || s->anomalies[row].about == NULL)
                fail_msg("%s anomaly %u", s->name, row);
    }
}

static void no_two_rows_of_one_object_share_a_name(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < dissector_count; i++) {
        const struct schema *s = dissectors[i]->schema;
        for (uint16_t a = 0; a < s->count; a++)
            for (uint16_t b = 0; b < a; b++)
                if (s->fields[a].in == s->fields[b].in && strcmp(s->fields[a].name, s->fields[b].name) == 0)
                    fail_msg("%s.%s twice", s->name, s->fields[a].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dissector_is_found_by_its_name_and_only_once),
        cmocka_unit_test(every_dissector_keeps_the_limits_of_its_contract),
        cmocka_unit_test(every_row_has_a_name_a_sentence_and_a_list_to_be_in),
        cmocka_unit_test(no_two_rows_of_one_object_share_a_name),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
