#include "dissectors/telnet/telnet.h"
#include "tests/support/dissect.h"

#define TALK ">>> fffd03 fffb18\n<<< fffd18\n>>> fffa1800 \"XTERM\" fff0\n<<< \"\\r\\nhost Login: \"\n>>> \"rX\" 7f \"oot\\r\"\n<<< \"Password:\"\n>>> \"toor\\r\"\n"

static const struct dialogue_case cases[] = {
    { "a login", TALK, NULL,
      "> 0 type=negotiation command=do option=suppress_go_ahead\n> 0 type=negotiation command=will option=terminal_type\n"
      "< 0 type=negotiation command=do option=terminal_type\n> 0 type=subnegotiation option=terminal_type terminal_type=\"XTERM\"\n"
      "> 0 type=login user=\"root\"\n" },
    { "an empty name", "<<< \"login: \"\n>>> \"\\r\\nx\\r\\n\"\n", NULL, "" },
    { "an escaped octet in a subnegotiation", ">>> fffa1800 \"A\" ffff \"B\" fff0\n", "terminal_type", "> 0 terminal_type=\"A\\xff\\xffB\"\n" },
    { "commands without an option", "<<< fff1 fff9 \"user: \"\n>>> \"eve\\n\"\n", "user", "> 0 user=\"eve\"\n" },
    { "a line with a colon is no prompt", "<<< \"Last login: Mon\\r\\n\"\n>>> \"ls\\r\\n\"\n", "user", "" },
    { "a hole before the answer", "<<< \"login: \"\n>>> gap 4\n>>> \"x\\r\\n\"\n", "user", "" },
};

static void options_and_logins_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_telnet, &cases[i]);
}

static void a_subnegotiation_without_end_is_not_waited_for(void **unused)
{
    (void)unused;
    char *text = malloc(4000);
    snprintf(text, 4000, ">>> fffa18 \"%0600d\" fffb01\n", 0);
    char *said = dissect_dialogue(&dissector_telnet, text, 0, "command");
    assert_string_equal(said, "> 0 command=will\n");
    free(said);
    free(text);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_telnet, TALK);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_telnet, TALK);
    dissect_survives_every_bit_change(&dissector_telnet, TALK);
}

static void the_probe_wants_options(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_telnet.probe(&conv, cursor_over("\xff\xfd\3\xff\xfb\x18", 6)), PROBE_YES);
    assert_int_equal(dissector_telnet.probe(&conv, cursor_over("\xff\xfd\3", 3)), PROBE_MAYBE);
    assert_int_equal(dissector_telnet.probe(&conv, cursor_over("\xff", 1)), PROBE_MORE);
    assert_int_equal(dissector_telnet.probe(&conv, cursor_over("\xff\xd8\xff\xe0", 4)), PROBE_NO);
    assert_int_equal(dissector_telnet.probe(&conv, cursor_over("login: ", 7)), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_logins_are_told),
        cmocka_unit_test(a_subnegotiation_without_end_is_not_waited_for),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_wants_options),
    };
    return cmocka_run_group_tests_name("telnet", tests, NULL, NULL);
}
