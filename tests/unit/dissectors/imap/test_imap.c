#include "dissectors/imap/imap.h"
#include "tests/support/dissect.h"

#define LOGIN "<<< \"* OK hi there\\r\\n\"\n>>> \"a1 LOGIN bob secret\\r\\n\"\n<<< \"* CAPABILITY IMAP4rev1\\r\\na1 OK in\\r\\n\"\n"
#define FETCH ">>> \"a2 UID FETCH 1 BODY[]\\r\\n\"\n<<< \"* 1 FETCH (BODY[] {12}\\r\\na2 OK fake\\r\\n)\\r\\na2 OK done\\r\\n\"\n"
#define MAIL "From: a@b\\r\\nSubject: x\\r\\nContent-Disposition: attachment; filename=a.exe\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\nTVo=\\r\\n"
#define WHOLE_MAIL "<<< \"* OK\\r\\n* 2 FETCH (UID 7 BODY[] {115}\\r\\n" MAIL " FLAGS ())\\r\\na OK x\\r\\n\"\n"
#define PIECES "<<< \"* OK\\r\\n* 2 FETCH (BODY[]<0> {50}\\r\\nFrom: a@b\\r\\nSubject: x\\r\\nContent-Disposition: attach)\\r\\na OK x\\r\\n* 2 FETCH (BODY[]<50> {50}\\r\\nment; filename=a.exe\\r\\nContent-Transfer-Encoding: b)\\r\\n\"\n" \
    "<<< \"* 2 FETCH (BODY[]<100> {15}\\r\\nase64\\r\\n\\r\\nTVo=\\r\\n)\\r\\n\"\n"
#define APPENDED ">>> \"a APPEND Sent (\\\\Seen) {115}\\r\\n" MAIL "\\r\\n\"\n"
#define SHOWN "type subject filename size state file_data"
#define ATTACHED " subject=\"x\" filename=\"a.exe\" size=2 state=CLOSED file_data=4d5a\n"

static const struct dialogue_case cases[] = {
    { "a login", LOGIN, NULL,
      "< 0 type=greeting status=\"OK\" text=\"hi there\"\n> 0 type=request tag=\"a1\" command=\"LOGIN\" args=\"bob\"\n"
      "< 0 type=response tag=\"a1\" status=\"OK\" text=\"in\"\n" },
    { "a mail that quotes a reply", "<<< \"* OK\\r\\n\"\n" FETCH, "command args text",
      "< 0\n> 0 command=\"UID FETCH\" args=\"1 BODY[]\"\n< 0\n< 0 text=\"done\"\n" },
    { "a mail that is fetched", WHOLE_MAIL, SHOWN, "< 0 type=greeting\n< 0 type=mail" ATTACHED "< 0 type=response\n" },
    { "a mail that is fetched in pieces", PIECES, SHOWN, "< 0 type=greeting\n< 0 type=response\n< 0 type=mail" ATTACHED },
    { "a mail that is appended", APPENDED, SHOWN, "> 0 type=request\n> 0 type=mail" ATTACHED },
    { "a mail whose end does not come", "<<< \"* OK\\r\\n* 2 FETCH (BODY[] {900}\\r\\n" MAIL "\"\n", "type subject state",
      "< 0 type=greeting\n< 0 type=mail subject=\"x\" state=TRUNCATED !incomplete\n" },
    { "a part of a mail is stepped over", "<<< \"* OK\\r\\n* 2 FETCH (BODY[2] {4}\\r\\nTVo=)\\r\\na OK x\\r\\n\"\n", "type",
      "< 0 type=greeting\n< 0 type=response\n" },
    { "a command with a literal", ">>> \"a APPEND x {7+}\\r\\na NOOP\\n)\\r\\nb NOOP\\r\\n\"\n", "command", "> 0 command=\"APPEND\"\n> 0\n> 1 command=\"NOOP\"\n" },
    { "secrets", ">>> \"a AUTHENTICATE PLAIN\\r\\n\"\n<<< \"+ \\r\\n\"\n>>> \"AGJvYg==\\r\\n\"\n<<< \"a OK\\r\\n\"\n>>> \"b IDLE\\r\\nDONE\\r\\nc NOOP\\r\\n\"\n",
      "command args", "> 0 command=\"AUTHENTICATE\" args=\"PLAIN\"\n< 0\n> 1 command=\"IDLE\"\n> 2 command=\"NOOP\"\n" },
    { "STARTTLS", ">>> \"a STARTTLS\\r\\n\"\n<<< \"a OK go\\r\\n\"\n>>> 160301\n", "command", "> 0 command=\"STARTTLS\"\n< 0\n" },
    { "what is no command", ">>> \"*\\r\\n\"\n", "command", "> 0 command=\"\" !invalid_command\n" },
    { "a hole in a literal", "<<< \"* OK\\r\\n* 1 FETCH {20}\\r\\nabc\"\n<<< gap 10\n<<< \"1234567)\\r\\na OK x\\r\\n\"\n", "text", "< 0\n< 0 text=\"x\"\n" },
};

static void commands_and_their_ends_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_imap, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_imap, LOGIN FETCH WHOLE_MAIL PIECES APPENDED);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_imap, LOGIN FETCH WHOLE_MAIL PIECES APPENDED);
    dissect_survives_every_bit_change(&dissector_imap, LOGIN FETCH PIECES APPENDED);
}

static void one_side_alone_is_never_sure(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_imap.probe(&conv, cursor_over("C0 CAPABILITY\r\n", 15)), PROBE_MAYBE);
    assert_int_equal(dissector_imap.probe(&conv, cursor_over("GET / HTTP/1.1\r\n", 16)), PROBE_NO);
    conv.dir = FROM_SERVER;
    assert_int_equal(dissector_imap.probe(&conv, cursor_over("* OK x", 6)), PROBE_MAYBE);
    assert_int_equal(dissector_imap.probe(&conv, cursor_over("*3\r\n$3", 6)), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_and_their_ends_are_told),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(one_side_alone_is_never_sure),
    };
    return cmocka_run_group_tests_name("imap", tests, NULL, NULL);
}
