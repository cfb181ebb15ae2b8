#include "dissectors/tftp/tftp.h"
#include "tests/support/dissect.h"

#define TALK ">>> 0001 \"a/b.txt\" 00 \"OCTET\" 00 \"blksize\" 00 \"1428\" 00\n<<< 0005 0001 \"File not found\" 00\n"

static const struct dialogue_case cases[] = {
    { "a read and its error", TALK, NULL, "> 0 packet=read file=\"a/b.txt\" mode=\"OCTET\"\n< 0 packet=error error_code=1 error=\"File not found\"\n" },
    { "a write", ">>> 0002 \"x\" 00 \"netascii\" 00\n<<< 0004 0000\n>>> 0003 0001 ff\n", NULL, "> 0 packet=write file=\"x\" mode=\"netascii\"\n" },
    { "an unknown mode", ">>> 0002 \"x\" 00 \"binary\" 00\n", NULL, "" },
    { "an unknown packet", ">>> 0009 00\n", NULL, "" },
};

static void requests_and_errors_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_tftp, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_tftp, TALK);
    dissect_survives_every_bit_change(&dissector_tftp, TALK);
}

static void the_probe_wants_a_file_and_a_mode(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_UDP };
    assert_int_equal(dissector_tftp.probe(&conv, cursor_over("\0\1x\0octet", 10)), PROBE_YES);
    assert_int_equal(dissector_tftp.probe(&conv, cursor_over("\0\1x\0octet", 9)), PROBE_NO);
    assert_int_equal(dissector_tftp.probe(&conv, cursor_over("\0\3x\0octet", 10)), PROBE_NO);
    assert_int_equal(dissector_tftp.probe(&conv, cursor_over("\0", 1)), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_errors_are_told),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_wants_a_file_and_a_mode),
    };
    return cmocka_run_group_tests_name("tftp", tests, NULL, NULL);
}
