#include "dissectors/rfb/rfb.h"
#include "tests/support/dissect.h"

#define VERSIONS "<<< \"RFB 003.008\\n\"\n>>> \"RFB 003.008\\n\"\n"
#define SIXTEEN "000102030405060708090a0b0c0d0e0f"
#define VNC VERSIONS "<<< 02 01 02\n>>> 02\n<<< " SIXTEEN "\n>>> " SIXTEEN "\n"
#define SCREEN ">>> 01\n<<< 0400 0300 " SIXTEEN " 00000004 \"desk\"\n"
#define CLIENT "> 0 client_protocol_version: major=3 minor=8 authentication: security_type=2\n"
#define SERVER "< 0 server_protocol_version: major=3 minor=8 security_types=1 security_types=2 "

static const struct dialogue_case cases[] = {
    { "with a password", VNC "<<< 00000000\n" SCREEN ">>> 0400\n<<< 00\n", NULL,
      CLIENT SERVER "security_result=ok screen_shared=true framebuffer: width=1024 height=768 name=\"desk\"\n" },
    { "refused", VNC "<<< 00000001 00000002 \"no\"\n", NULL, CLIENT SERVER "security_result=fail reason=\"no\"\n" },
    { "a result that is none", VNC "<<< 00000009\n", "security_result", "> 0\n< 0 !unknown_security_result\n" },
    { "version 3.3 decides", "<<< \"RFB 003.003\\n\"\n>>> \"RFB 003.003\\n\"\n<<< 00000001\n" SCREEN, "minor security_type name",
      "> 0 minor=3 security_type=1\n< 0 minor=3 name=\"desk\"\n" },
    { "no types at all", VERSIONS "<<< 00 00000003 \"why\"\n", "reason", "< 0 reason=\"why\"\n" },
    { "a type we do not follow", VERSIONS "<<< 01 13\n>>> 13\n<<< ffff\n", "security_type", "> 0 security_type=19 !unimplemented_security_type\n" },
    { "a client that jumps the queue", VERSIONS ">>> 01\n", "minor", "> 0 minor=8 !confused_state\n" },
    { "a client that speaks something else", "<<< \"RFB 003.008\\n\"\n>>> \"GET / HTTP/1.1\"\n", "none", "> 0 !malformed_message\n" },
    { "a guest who leaves", VERSIONS, "minor", "> 0 minor=8 !incomplete\n< 0 minor=8 !incomplete\n" },
};

static void handshakes_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_rfb, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_rfb, VNC "<<< 00000000\n" SCREEN);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_rfb, VNC "<<< 00000000\n" SCREEN);
    dissect_survives_every_bit_change(&dissector_rfb, VNC "<<< 00000000\n" SCREEN);
}

static void the_probe_knows_the_version_line(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_rfb.probe(&conv, cursor_over("RFB 003.008\n", 12)), PROBE_YES);
    assert_int_equal(dissector_rfb.probe(&conv, cursor_over("RFB 0", 5)), PROBE_MORE);
    assert_int_equal(dissector_rfb.probe(&conv, cursor_over("RFB 003x008\n", 12)), PROBE_NO);
    assert_int_equal(dissector_rfb.probe(&conv, cursor_over("RFC", 3)), PROBE_NO);
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "rfb.sectype", "rfb.secresult", "rfb.name" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (schema_find(dissector_rfb.schema, names[i]) < 0)
            fail_msg("%s", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshakes_are_told),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_knows_the_version_line),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("rfb", tests, NULL, NULL);
}
