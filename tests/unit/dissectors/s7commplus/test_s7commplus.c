#include "tests/support/dissect.h"

#include "dissectors/s7commplus/s7commplus.h"

#define REQUEST ">>> 0300 0021 02f080 72 02 0012 31 0000 0542 0000 0005 00000387 34 00000000 7202 0000\n"
#define PIECES  "<<< 0300 0016 02f080 72 02 000b 32 0000 0586 0000 0006 0000\n<<< 0300 0011 02f080 72 02 0002 aabb 7202 0000\n"
#define KEEP    ">>> 0300 000b 02f080 72 ff 0000\n"

static const struct dialogue_case cases[] = {
    { "a request", REQUEST, "version opcode function_code access sequence session",
      "> 0 version=v2 opcode=request function_code=set_multi_variables access=write sequence=5 session=903\n" },
    { "an answer in two pieces", PIECES, "opcode function_code fragment continued",
      "< 0 opcode=response function_code=get_var_sub_streamed fragment=true\n< 1 continued=true\n" },
    { "keep-alive", KEEP, "version opcode", "> 0 version=keep_alive\n" },
    { "a length that is not", ">>> 0300 000f 02f080 72 01 0003 72 01 0000\n", "version", "> 0 version=v1 !invalid_length\n" },
};

static void a_piece_tells_what_it_is(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_s7commplus, &cases[i]);
}

static void cuts_prefixes_and_bit_changes_are_survived(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_s7commplus, REQUEST PIECES KEEP);
    dissect_survives_every_prefix(&dissector_s7commplus, REQUEST PIECES KEEP);
    dissect_survives_every_bit_change(&dissector_s7commplus, REQUEST PIECES KEEP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_tells_what_it_is),
        cmocka_unit_test(cuts_prefixes_and_bit_changes_are_survived),
    };
    return cmocka_run_group_tests_name("s7commplus", tests, NULL, NULL);
}
