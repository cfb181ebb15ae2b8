#include <stdlib.h>

#include "behave/inventory.h"
#include "tests/support/file.h"
#include "tests/unit/behave/plant.h"

static const struct version_case { const char *a, *b; int want; } versions[] = {
    { "4.5.0", "4.5.0", 0 }, { "V4.4.9", "4.5.0", -1 }, { "4.10", "4.9", 1 }, { "2.9", "2.9.2", -1 }, { "21.6", "21.7", -1 }, { "A", "B", -1 },
};

static void versions_are_compared_number_by_number(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        int got = version_compare(versions[i].a, versions[i].b);
        if ((got > 0) - (got < 0) != versions[i].want)
            fail_msg("%s and %s: %d", versions[i].a, versions[i].b, got);
    }
}

static struct knowledge *knowledge(void)
{
    struct fault f = { 0 };
    struct file makers = file_of_text("OUI/MA-L\t\tOrganization\n00-80-F4   (hex)\t\tTELEMECANIQUE ELECTRIQUE\r\n0080F4 (base 16)\tx\n"
                                      "00-1B-1B   (hex)\t\tSiemens AG\n");
    struct file weak = file_of_text("vendor,product,below,cve,zh,en,reference\n,6ES7 21,4.5.0,CVE-1,坏,bad,r\nAcme,,,CVE-2,坏,bad,r\n"
                                    "wrong line\n,X,1,no-cve,,,\n");
    struct knowledge *k = knowledge_load(makers.path, weak.path, &f);
    unlink(makers.path);
    unlink(weak.path);
    if (k == NULL)
        fail_msg("%s", f.why);
    return k;
}

static const struct find_case { const char *vendor, *product, *version, *cve; } finds[] = {
    { "", "6ES7 214-1AG40", "V4.4.1", "CVE-1" }, { "", "6ES7214-1AG40", "4.4", "CVE-1" }, { "", "6es7 214", "4.5.0", NULL },
    { "", "6ES7 214-1AG40", "", NULL }, { "acme corp", "anything", "", "CVE-2" }, { "Other", "6ES7 31", "1", NULL },
};

static void makers_and_weaknesses_are_found_and_bad_lines_passed_over(void **unused)
{
    (void)unused;
    struct knowledge *k = knowledge();
    const struct weakness *w[4];
    assert_int_equal(knowledge_makers(k), 2);
    assert_int_equal(knowledge_weaknesses(k), 2);
    assert_string_equal(knowledge_maker(k, (const uint8_t[]){ 0x00, 0x80, 0xf4, 1, 2, 3 }), "TELEMECANIQUE ELECTRIQUE");
    assert_string_equal(knowledge_maker(k, (const uint8_t[]){ 0x00, 0x80, 0xf5, 1, 2, 3 }), "");
    for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++) {
        size_t n = knowledge_find(k, finds[i].vendor, finds[i].product, finds[i].version, w, 4);
        if ((n == 1) != (finds[i].cve != NULL) || (n == 1 && strcmp(w[0]->cve, finds[i].cve) != 0))
            fail_msg("%s %s %s: %zu found", finds[i].vendor, finds[i].product, finds[i].version, n);
    }
    knowledge_free(k);
}

/* ---- sightings ---- */

struct seen { unsigned count; char text[2048]; };

static void take(void *ctx, const struct party *party, const struct sighting *s, uint64_t time_us)
{
    struct seen *seen = ctx;
    (void)party, (void)time_us;
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, "%s %s %s%s%s %zu%s%s;", s->address, sighting_role_name(s->role), s->mac_vendor,
             *s->product != '\0' ? " " : "", s->product, s->peer_count, s->weakness_count > 0 ? " " : "", s->weakness_count > 0 ? s->weaknesses[0]->cve : "");
    seen->count++;
}

struct talk { const char *from, *to, *record; bool answer; };

static void play(struct inventory *v, const struct talk *t, size_t count, uint64_t at)
{
    static const uint8_t mac[6] = { 0x00, 0x1b, 0x1b, 1, 2, 3 };
    struct record *r = calloc(1, sizeof *r);
    struct deed *d = calloc(1, sizeof *d);
    for (size_t i = 0; i < count; i++) {
        struct behave_scene s = { .time_us = at + i, .from_mac = t[i].answer ? mac : NULL };
        assert_int_equal(party_parse(t[i].from, &s.from), 0);
        assert_int_equal(party_parse(t[i].to, &s.to), 0);
        plant_record(r, t[i].record);
        r->answer = t[i].answer;
        inventory_record(v, &s, r, deed_read(r, d) ? d : NULL);
    }
    free(d);
    free(r);
}

#define SECOND UINT64_C(1000000)

static void devices_are_told_with_role_maker_product_and_weakness(void **unused)
{
    (void)unused;
    static const struct talk talks[] = {
        { "10.0.0.1", "10.0.0.9", "unit=1 function=3 access=2 table=2 address=0", false },
        { "10.0.0.9", "10.0.0.1", "unit=1 function=3 access=2 table=2 address=0", true },
        { "10.0.0.9", "10.0.0.1", "access=12 product=6ES7214-1 version=V4.1", true },
        { "10.0.0.1", "10.0.0.9", "unit=1 function=6 access=3 table=2 address=0 value=1", false },
        { "10.0.0.2", "10.0.0.9", "access=7", false },
    };
    struct fault f = { 0 };
    struct seen seen = { 0 };
    struct knowledge *k = knowledge();
    struct inventory *v = inventory_new(16, k, &(struct inventory_out){ take, &seen }, &f);
    play(v, talks, sizeof talks / sizeof talks[0], SECOND);
    inventory_time(v, 5 * SECOND);
    assert_int_equal(seen.count, 0);
    inventory_time(v, 12 * SECOND);
    assert_string_equal(seen.text, "10.0.0.1 operator_station  1;10.0.0.9 device Siemens AG 6ES7214-1 1 CVE-1;10.0.0.2 engineering_station  1;");
    inventory_time(v, 60 * SECOND);
    inventory_end(v);
    assert_int_equal(seen.count, 3);
    play(v, talks, 1, 61 * SECOND);
    inventory_time(v, 62 * SECOND);
    assert_int_equal(seen.count, 3);
    inventory_time(v, 3700 * SECOND);
    assert_int_equal(seen.count, 4);
    inventory_free(v);
    knowledge_free(k);
}

static void a_full_inventory_tells_and_forgets_the_one_that_was_quiet_longest(void **unused)
{
    (void)unused;
    static const struct talk talks[] = {
        { "10.0.0.1", "10.0.0.9", "unit=1 access=2", false }, { "10.0.0.2", "10.0.0.9", "unit=1 access=2", false },
        { "10.0.0.1", "10.0.0.9", "unit=1 access=2", false }, { "10.0.0.3", "10.0.0.9", "unit=1 access=2", false },
    };
    struct fault f = { 0 };
    struct seen seen = { 0 };
    struct inventory *v = inventory_new(2, NULL, &(struct inventory_out){ take, &seen }, &f);
    play(v, talks, sizeof talks / sizeof talks[0], SECOND);
    assert_string_equal(seen.text, "10.0.0.2 operator_station  1;");
    assert_int_equal(inventory_counts(v)->forgotten, 1);
    inventory_end(v);
    assert_int_equal(seen.count, 3);
    inventory_free(v);
}

static void who_answers_for_two_units_is_a_gateway(void **unused)
{
    (void)unused;
    static const struct talk talks[] = { { "10.0.0.9", "10.0.0.1", "unit=1 access=2", true }, { "10.0.0.9", "10.0.0.1", "unit=2 access=2", true } };
    struct fault f = { 0 };
    struct seen seen = { 0 };
    struct inventory *v = inventory_new(2, NULL, &(struct inventory_out){ take, &seen }, &f);
    play(v, talks, 2, SECOND);
    inventory_end(v);
    assert_string_equal(seen.text, "10.0.0.9 gateway  1;");
    inventory_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_compared_number_by_number),
        cmocka_unit_test(makers_and_weaknesses_are_found_and_bad_lines_passed_over),
        cmocka_unit_test(devices_are_told_with_role_maker_product_and_weakness),
        cmocka_unit_test(a_full_inventory_tells_and_forgets_the_one_that_was_quiet_longest),
        cmocka_unit_test(who_answers_for_two_units_is_a_gateway),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
