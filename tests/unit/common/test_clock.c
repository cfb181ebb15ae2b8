#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <time.h>

#include "common/clock.h"

/* The zone is the process's; a thread remembers the last second it wrote, so times differ between zones here. */
static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static const struct written { const char *zone; uint64_t time_us; const char *want; } written[] = {
    { "UTC",                   0,                             "1970-01-01T00:00:00.000000+0000" },
    { "Asia/Shanghai",         UINT64_C(1795177400123456),    "2026-11-20T20:23:20.123456+0800" },
    { "UTC",                   UINT64_C(1795177401000001),    "2026-11-20T12:23:21.000001+0000" },
    { "America/St_Johns",      UINT64_C(1795177402999999),    "2026-11-20T08:53:22.999999-0330" },
    { "Asia/Kathmandu",        UINT64_C(1795177403100000),    "2026-11-20T18:08:23.100000+0545" },
    { "UTC",                   UINT64_C(253402300799999999),  "9999-12-31T23:59:59.999999+0000" },
    { "UTC",                   UINT64_MAX,                    "1970-01-01T00:00:00.551615+0000" },  /* beyond four digits */
};

static void times_are_written_as_eve_writes_them_and_come_back(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        char out[CLOCK_TEXT_MAX];
        uint64_t back;
        zone(written[i].zone);
        size_t len = clock_text(written[i].time_us, out);
        if (strcmp(out, written[i].want) != 0 || len != strlen(out))
            fail_msg("%s %llu: %s", written[i].zone, (unsigned long long)written[i].time_us, out);
        assert_int_equal(clock_parse(out, &back), 0);
        if (written[i].time_us != UINT64_MAX)
            assert_int_equal(back, written[i].time_us);
    }
    zone("UTC");
}

static const struct read_back { const char *text; uint64_t want; } read_back[] = {
    { "2026-11-20T20:23:20.123456+0800",    UINT64_C(1795177400123456) },
    { "2026-11-20T20:23:20.123456+08:00",   UINT64_C(1795177400123456) },
    { "2026-11-20T12:23:20.123456Z",        UINT64_C(1795177400123456) },
    { "2026-11-20t12:23:20.123456z",        UINT64_C(1795177400123456) },
    { "2026-11-20 12:23:20.123456",         UINT64_C(1795177400123456) },
    { "2026-11-20T08:53:20.123456-03:30",   UINT64_C(1795177400123456) },
    { "2026-11-20T12:23:20Z",               UINT64_C(1795177400000000) },
    { "2026-11-20T12:23:20.5Z",             UINT64_C(1795177400500000) },
    { "2026-11-20T12:23:20.1234567899Z",    UINT64_C(1795177400123456) },
    { "2028-02-29T00:00:00Z",               UINT64_C(1835395200000000) },
    { "2016-12-31T23:59:60Z",               UINT64_C(1483228800000000) },
    { "1970-01-01T08:00:00+0800",           0 },
};

static void other_spellings_of_rfc_3339_are_read(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof read_back / sizeof read_back[0]; i++) {
        uint64_t us = 1;
        if (clock_parse(read_back[i].text, &us) != 0 || us != read_back[i].want)
            fail_msg("%s: %llu", read_back[i].text, (unsigned long long)us);
    }
}

static const char *const refused[] = {
    "", "now", "2026", "2026-11-20", "2026-11-20T", "2026-11-20T12:23", "2026-11-20T12:23:20X", "2026-11-20T12:23:20+08",
    "2026-11-20T12:23:20+08:0", "2026-11-20T12:23:20+08:00x", "2026-11-20T12:23:20+24:00", "2026-11-20T12:23:20+08:60",
    "2026-13-20T12:23:20Z", "2026-00-20T12:23:20Z", "2026-11-31T12:23:20Z", "2026-11-00T12:23:20Z", "2027-02-29T00:00:00Z",
    "2026-11-20T24:00:00Z", "2026-11-20T12:60:00Z", "2026-11-20T12:23:61Z", " 2026-11-20T12:23:20Z", "2026-1-20T12:23:20Z",
    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+0800", "-026-11-20T12:23:20Z", "2026-11-20T12:23:20 Z", "2026/11/20T12:23:20Z",
};

static void what_is_no_time_is_refused(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint64_t us;
        if (clock_parse(refused[i], &us) == 0)
            fail_msg("\"%s\" was taken as %llu", refused[i], (unsigned long long)us);
    }
}

static void every_bit_change_of_a_time_is_read_or_refused(void **unused)
{
    (void)unused;
    char text[] = "2026-11-20T20:23:20.123456+0800";
    for (size_t bit = 0; bit < (sizeof text - 1) * 8; bit++) {
        uint64_t us;
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        int rc = clock_parse(text, &us);
        assert_true(rc == 0 || rc == -22);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

static void the_steady_clock_never_goes_back(void **unused)
{
    (void)unused;
    uint64_t before = clock_steady_us();
    for (int i = 0; i < 1000; i++) {
        uint64_t now = clock_steady_us();
        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_wall_us() > UINT64_C(1700000000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_as_eve_writes_them_and_come_back),
        cmocka_unit_test(other_spellings_of_rfc_3339_are_read),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(every_bit_change_of_a_time_is_read_or_refused),
        cmocka_unit_test(the_steady_clock_never_goes_back),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
