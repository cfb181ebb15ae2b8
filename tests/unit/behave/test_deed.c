#include <stdlib.h>

#include "tests/unit/behave/plant.h"

static const struct deed_case { const char *name, *record, *want; } cases[] = {
    { "a read of a range", "unit=1 function=3 access=2 table=2 address=100 quantity=10", "read read: unit 1 table registers address 100-109" },
    { "a write of several", "unit=1 function=6 access=3 table=2 address=100 value=7 value=8",
      "write write: unit 1 table registers address 100=7, unit 1 table registers address 101=8" },
    { "two rows make one function", "unit=1 function=8 sub=4 access=5", "stop diagnose/4: unit 1" },
    { "a target by name", "access=3 tag=Pump-1 value=1", "write : tag Pump-1=1" },
    { "items have targets of their own, behind what is shared", "unit=1 access=3 items items.db=5 items.address=2 items.value=0.5 items items.db=6 items.address=9",
      "write : unit 1 db 5 address 2=0.5, unit 1 db 6 address 9" },
    { "lists in lists", "access=4 items items.db=12 items.points items.points.index=3 items.points.value=1 items.points items.points.index=4 items items.db=13",
      "control : db 12 index 3=1, db 12 index 4, db 13" },
    { "nothing but an access", "access=17", "session :" },
};

static void tell(const struct deed *d, char *out, size_t size)
{
    struct text t = text_over(out, size);
    text_fmt(&t, "%s %s:", access_name(d->access), d->function);
    for (size_t i = 0; i < d->count; i++) {
        const struct deed_point *p = &d->points[i];
        text_fmt(&t, "%s%s%s", i > 0 ? ", " : " ", p->on, p->numbered && *p->on != '\0' ? " " : "");
        if (p->numbered)
            text_fmt(&t, p->last > p->first ? "%d-%d" : "%d", (int)p->first, (int)p->last);
        if (p->valued)
            text_fmt(&t, "=%g", p->value);
    }
    text_end(&t);
}

static void a_record_becomes_a_deed_by_what_its_fields_mean(void **unused)
{
    (void)unused;
    struct record *r = calloc(1, sizeof *r);
    struct deed *d = calloc(1, sizeof *d);
    char got[512];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        plant_record(r, cases[i].record);
        assert_true(deed_read(r, d));
        tell(d, got, sizeof got);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: \"%s\", expected \"%s\"", cases[i].name, got, cases[i].want);
    }
    free(d);
    free(r);
}

static void a_message_without_an_access_is_no_deed(void **unused)
{
    (void)unused;
    struct record *r = calloc(1, sizeof *r);
    struct deed *d = calloc(1, sizeof *d);
    plant_record(r, "unit=1 function=3");
    assert_false(deed_read(r, d));
    free(d);
    free(r);
}

static void too_many_targets_are_cut_and_that_is_said(void **unused)
{
    (void)unused;
    struct record *r = calloc(1, sizeof *r);
    struct deed *d = calloc(1, sizeof *d);
    plant_record(r, "access=3 address=0");
    for (unsigned i = 0; i < DEED_POINTS_MAX + 5; i++)
        record_uint(r, VALUE, i);
    assert_true(deed_read(r, d));
    assert_int_equal(d->count, DEED_POINTS_MAX);
    assert_true(d->cut);
    free(d);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_becomes_a_deed_by_what_its_fields_mean),
        cmocka_unit_test(a_message_without_an_access_is_no_deed),
        cmocka_unit_test(too_many_targets_are_cut_and_that_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
