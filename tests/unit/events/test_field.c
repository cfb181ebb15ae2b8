#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/field.h"

static const struct field_name kinds[] = { { 1, "a" }, { 28, "aaaa" }, { 0, NULL } };
enum { ID, ANSWERS, NAME, KIND, PARTS, SIZE, QUERIES, Q_NAME };
static const struct field fields[] = {
    [ID]      = { .name = "id", .aliases = "dns.id dns_id" },
    [ANSWERS] = { .name = "answers", .type = FIELD_LIST },
    [NAME]    = { .name = "rrname", .in = ANSWERS + 1, .aliases = "dns.answer.name" },
    [KIND]    = { .name = "rrtype", .in = ANSWERS + 1, .names = kinds },
    [PARTS]   = { .name = "parts", .type = FIELD_LIST, .in = ANSWERS + 1 },
    [SIZE]    = { .name = "size", .in = PARTS + 1 },
    [QUERIES] = { .name = "queries", .type = FIELD_LIST },
    [Q_NAME]  = { .name = "rrname", .in = QUERIES + 1 },
};
static const struct schema dns = { .name = "dns", .fields = fields, .count = sizeof fields / sizeof fields[0] };

static void rows_are_found_by_path_alias_and_unmistakable_name(void **unused)
{
    (void)unused;
    static const struct { const char *name; int want; } cases[] = {
        { "id", ID }, { "dns.id", ID }, { "dns_id", ID }, { "answers", ANSWERS }, { "answers.rrname", NAME },
        { "dns.answer.name", NAME }, { "queries.rrname", Q_NAME }, { "answers.parts.size", SIZE }, { "answers.parts", PARTS },
        { "rrtype", KIND }, { "size", SIZE },
        { "rrname", -1 },               /* there are two */
        { "", -1 }, { ".", -1 }, { "i", -1 }, { "dns.i", -1 }, { "s.id", -1 }, { "dns", -1 }, { "dns.id dns_id", -1 },
        { "parts.size", -1 },           /* neither a path from the top nor a bare name */
        { "answers.", -1 }, { ".rrname", -1 }, { "xanswers.rrname", -1 }, { "answersrrname", -1 }, { "answers.size", -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int got = schema_find(&dns, cases[i].name);
        if (got != cases[i].want)
            fail_msg("\"%s\": %d", cases[i].name, got);
    }
}

static void values_have_their_names_or_none(void **unused)
{
    (void)unused;
    assert_string_equal(field_name_of(&fields[KIND], 28), "aaaa");
    assert_null(field_name_of(&fields[KIND], 0));
    assert_null(field_name_of(&fields[KIND], 29));
    assert_null(field_name_of(&fields[ID], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found_by_path_alias_and_unmistakable_name),
        cmocka_unit_test(values_have_their_names_or_none),
    };
    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
