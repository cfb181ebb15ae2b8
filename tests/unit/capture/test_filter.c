#include "tests/unit/capture/files.h"

/* Two link types in one file: UDP to port 53 and to port 54, once in Ethernet and once raw. */
#define SECTION  "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"
#define ETHERNET "01000000 14000000 0100 0000 00000000 14000000"
#define RAW      "01000000 14000000 6500 0000 00000000 14000000"
#define UDP(port) "4500001c 00010000 4011 0000 0a000001 0a000002 0400" port "0008 0000"
#define IN_ETHERNET(port) "06000000 4c000000 00000000 00000000 00000000 2a000000 2a000000" \
                          "000000000001 000000000002 0800" UDP(port) "0000 4c000000"
#define IN_RAW(port) "06000000 3c000000 01000000 00000000 00000000 1c000000 1c000000" UDP(port) "3c000000"
#define BOTH SECTION ETHERNET RAW IN_ETHERNET("0035") IN_ETHERNET("0036") IN_RAW("0035") IN_RAW("0036")

static void a_filter_holds_for_every_link_type_and_numbers_stay(void **unused)
{
    (void)unused;
    char got[2048];
    files_read(files_hex("both.pcapng", BOTH), "udp port 54", got, sizeof got);
    assert_non_null(strstr(got, "2 0 42/42 1 "));
    assert_non_null(strstr(got, "\n4 0 28/28 101 "));
    assert_null(strstr(got, "\n3 "));
}

static void what_is_filtered_is_counted(void **unused)
{
    (void)unused;
    struct fault f;
    struct frame frame;
    struct source *s = source_file(files_hex("both.pcapng", BOTH), "udp port 53", &f);
    while (source_next(s, &frame, &f) == SOURCE_FRAME)
        ;
    assert_int_equal(source_counts(s)->frames, 2);
    assert_int_equal(source_counts(s)->filtered, 2);
    source_close(s);
}

static void a_wrong_filter_is_quoted_with_the_reason(void **unused)
{
    (void)unused;
    char got[2048];
    files_read(files_hex("both.pcapng", BOTH), "udp prt 54", got, sizeof got);
    assert_non_null(strstr(got, "filter \"udp prt 54\" on link type 1: "));
}

static void blank_text_passes_everything(void **unused)
{
    (void)unused;
    char got[2048];
    files_read(files_hex("both.pcapng", BOTH), "  ", got, sizeof got);
    assert_non_null(strstr(got, "\n4 0 28/28"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_holds_for_every_link_type_and_numbers_stay),
        cmocka_unit_test(what_is_filtered_is_counted),
        cmocka_unit_test(a_wrong_filter_is_quoted_with_the_reason),
        cmocka_unit_test(blank_text_passes_everything),
    };
    return cmocka_run_group_tests_name("capture/filter", tests, files_make, files_remove);
}
