#include "dissectors/pop3/pop3.h"
#include "tests/support/dissect.h"

#define LOGIN "<<< \"+OK hi\\r\\n\"\n>>> \"USER bob\\r\\nPASS a b\\r\\n\"\n<<< \"+OK\\r\\n-ERR no\\r\\n\"\n"
#define LISTING ">>> \"LIST\\r\\n\"\n<<< \"+OK 2\\r\\n1 10\\r\\n2 20\\r\\n.\\r\\n\"\n>>> \"LIST 1\\r\\n\"\n<<< \"+OK 1 10\\r\\n\"\n>>> \"QUIT\\r\\n\"\n"

#define RETRIEVED ">>> \"RETR 1\\r\\n\"\n<<< \"+OK hi\\r\\n+OK\\r\\nFrom: a@b\\r\\nSubject: x\\r\\nContent-Disposition: attachment; filename=a.exe\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\nTVo=\\r\\n..x\\r\\n.\\r\\n\"\n"
#define SHOWN "lines subject filename size state file_data"

static const struct dialogue_case cases[] = {
    { "a mail with an attachment", RETRIEVED, SHOWN,
      "> 0\n< 0\n< 0\n< 0 lines=7 subject=\"x\" filename=\"a.exe\" size=2 state=CLOSED file_data=4d5a\n" },
    { "a mail whose end does not come", ">>> \"RETR 1\\r\\n\"\n<<< \"+OK hi\\r\\n+OK\\r\\nSubject: x\\r\\n\"\n", SHOWN,
      "> 0\n< 0\n< 0\n< 0 lines=1 subject=\"x\" !incomplete\n" },
    { "a login", LOGIN, NULL,
      "< 0 type=response success=true status=\"OK\" header=\"hi\"\n> 0 type=request command=\"USER\" args=\"bob\"\n> 1 type=request command=\"PASS\"\n"
      "< 0 type=response success=true status=\"OK\"\n< 1 type=response success=false status=\"ERR\" header=\"no\"\n" },
    { "lists", "<<< \"+OK\\r\\n\"\n" LISTING, "command header lines",
      "< 0\n> 0 command=\"LIST\"\n< 0 header=\"2\"\n< 0 lines=2\n> 1 command=\"LIST\"\n< 1 header=\"1 10\"\n> 2 command=\"QUIT\"\n" },
    { "AUTH and its secrets", "<<< \"+OK\\r\\n\"\n>>> \"AUTH PLAIN\\r\\n\"\n<<< \"+ \\r\\n\"\n>>> \"AGJvYgBwYXNz\\r\\n\"\n<<< \"+OK in\\r\\n\"\n>>> \"STAT\\r\\n\"\n",
      "command status", "< 0 status=\"OK\"\n> 0 command=\"AUTH\"\n< 0 status=\"+\"\n< 0 status=\"OK\"\n> 1 command=\"STAT\"\n" },
    { "STLS", "<<< \"+OK\\r\\n\"\n>>> \"STLS\\r\\n\"\n<<< \"+OK go\\r\\n\"\n>>> 160301\n", "command", "< 0\n> 0 command=\"STLS\"\n< 0\n" },
    { "odd commands", ">>> \"XYZZY\\r\\nDELE\\r\\n\"\n", "command", "> 0 command=\"XYZZY\" !unknown_command\n> 1 command=\"DELE\" !incorrect_argument_count\n" },
    { "a hole", ">>> \"STAT\\r\\nNO\"\n>>> gap 3\n>>> \"x\\r\\nRSET\\r\\n\"\n", "command", "> 0 command=\"STAT\"\n> 1 command=\"RSET\"\n" },
};

static void commands_and_replies_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_pop3, &cases[i]);
}

static void overlong_lines_are_said_once(void **unused)
{
    (void)unused;
    char *text = malloc(20000);
    snprintf(text, 20000, ">>> \"USER %09000d\\r\\n\"\n<<< \"+OK %05000d\\r\\n\"\n", 0, 0);
    char *said = dissect_dialogue(&dissector_pop3, text, 0, "none");
    assert_string_equal(said, "> 0 !request_too_long\n< 0 !response_too_long\n");
    free(said);
    free(text);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_pop3, LOGIN LISTING RETRIEVED);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_pop3, LOGIN LISTING RETRIEVED);
    dissect_survives_every_bit_change(&dissector_pop3, LOGIN LISTING RETRIEVED);
}

static void one_side_alone_is_never_sure(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_pop3.probe(&conv, cursor_over("user bob\r\n", 10)), PROBE_MAYBE);
    assert_int_equal(dissector_pop3.probe(&conv, cursor_over("GET / HTTP/1.1\r\n", 16)), PROBE_NO);
    conv.dir = FROM_SERVER;
    assert_int_equal(dissector_pop3.probe(&conv, cursor_over("+OK x", 5)), PROBE_MAYBE);
    assert_int_equal(dissector_pop3.probe(&conv, cursor_over("+PONG\r\n", 7)), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_and_replies_are_told),
        cmocka_unit_test(overlong_lines_are_said_once),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(one_side_alone_is_never_sure),
    };
    return cmocka_run_group_tests_name("pop3", tests, NULL, NULL);
}
