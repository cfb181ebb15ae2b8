#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "exchange/put.h"

static char line[1024];

static void commas_stand_between_members_and_nowhere_else(void **unused)
{
    (void)unused;
    struct text t = text_over(line, sizeof line);
    put_open(&t, NULL, '{');
    put_string(&t, "a", "x\"y");
    put_given(&t, "b", "");
    put_given(&t, "c", NULL);
    put_open(&t, "d", '[');
    put_number(&t, NULL, 1);
    put_open(&t, NULL, '{');
    put_close(&t, '}');
    put_fmt(&t, NULL, "%d-%s", 7, "z");
    put_close(&t, ']');
    put_close(&t, '}');
    assert_string_equal(text_end(&t), "{\"a\":\"x\\\"y\",\"d\":[1,{},\"7-z\"]}");
}

static void what_is_too_long_for_a_format_is_left_out_whole(void **unused)
{
    (void)unused;
    char longer[600];
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    struct text t = text_over(line, sizeof line);
    put_fmt(&t, "a", "%s", longer);
    assert_true(t.cut);
    assert_int_equal(t.len, 0);
}

static void markup_in_a_value_is_data(void **unused)
{
    (void)unused;
    static const struct xml_case { const char *name, *in, *out; } cases[] = {
        { "plain", "橙色 orange", "橙色 orange" },     { "markup", "<a b=\"c\">&", "&lt;a b=&quot;c&quot;&gt;&amp;" },
        { "a control character", "a\x01z\tb", "a?z\tb" }, { "not a character", "a\xef\xbf\xbfz", "a?z" },
        { "nothing", "", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t = text_over(line, sizeof line);
        put_xml(&t, cases[i].in);
        if (strcmp(text_end(&t), cases[i].out) != 0)
            fail_msg("%s: %s", cases[i].name, line);
    }
}

static void times_are_as_each_standard_wants_them(void **unused)
{
    (void)unused;
    char out[MOMENT_MAX];
    setenv("TZ", "UTC", 1);
    tzset();
    assert_string_equal(moment_utc(UINT64_C(1795177400123456), out), "2026-11-20T12:23:20.123Z");
    setenv("TZ", "CST-8", 1);
    tzset();
    assert_string_equal(moment_offset(UINT64_C(1795177400123456), out), "2026-11-20T20:23:20+08:00");
    setenv("TZ", "UTC", 1);
    tzset();
    assert_string_equal(moment_offset(UINT64_C(1895177400123456), out), "2030-01-20T22:10:00-00:00");   /* the offset is kept for a while */
}

/* uuid.uuid5(uuid.NAMESPACE_DNS, "python.org") of Python's documentation. */
static void a_name_has_always_the_same_id(void **unused)
{
    (void)unused;
    static const unsigned char dns[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
    char out[UUID_MAX];
    assert_string_equal(uuid_by_name(dns, "python.org", 10, out), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_members_and_nowhere_else),
        cmocka_unit_test(what_is_too_long_for_a_format_is_left_out_whole),
        cmocka_unit_test(markup_in_a_value_is_data),
        cmocka_unit_test(times_are_as_each_standard_wants_them),
        cmocka_unit_test(a_name_has_always_the_same_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
