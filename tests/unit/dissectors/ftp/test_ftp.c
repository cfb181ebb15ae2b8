#include "dissectors/framing/file.h"
#include "dissectors/ftp/ftp.h"
#include "tests/support/dissect.h"

#define LOGIN "<<< \"220 hello\\r\\n\"\n>>> \"USER bob\\r\\n\"\n<<< \"331 password\\r\\n\"\n>>> \"PASS secret\\r\\n\"\n" \
    "<<< \"230-welcome\\r\\n all of you\\r\\n230 in\\r\\n\"\n"
#define TRANSFER ">>> \"PASV\\r\\n\"\n<<< \"227 Passive (10,0,0,1,82,11).\\r\\n\"\n>>> \"STOR a b.txt\\r\\n\"\n" \
    "<<< \"150 go\\r\\n\"\n<<< \"226 done\\r\\n\"\n>>> \"QUIT\\r\\n\"\n"

static const struct dialogue_case cases[] = {
    { "a login", LOGIN, "command command_data completion_code reply",
      "< 0 completion_code=\"220\" reply=\"hello\"\n> 0 command=\"USER\" command_data=\"bob\"\n< 0 completion_code=\"331\" reply=\"password\"\n"
      "> 1 command=\"PASS\"\n< 1 completion_code=\"230\" reply=\"welcome\" reply=\" all of you\" reply=\"in\"\n" },
    { "a passive transfer", TRANSFER, "command command_data completion_code mode dynamic_port",
      "> 0 command=\"PASV\"\n< 0 completion_code=\"227\" mode=passive dynamic_port=21003\n> 1 command=\"STOR\" command_data=\"a b.txt\"\n"
      "< 1 completion_code=\"150\"\n< 1 completion_code=\"226\"\n> 2 command=\"QUIT\"\n" },
    { "active ports", ">>> \"PORT 10,0,0,2,1,2\\r\\nEPRT |1|10.0.0.2|6275|\\r\\nEPRT |2|::1|99999|\\r\\nPORT 1,2,3\\r\\n\"\n", "mode dynamic_port",
      "> 0 mode=active dynamic_port=258\n> 1 mode=active dynamic_port=6275\n> 2\n> 3\n" },
    { "extended passive", ">>> \"EPSV\\r\\n\"\n<<< \"229 Entering (|||6446|)\\r\\n\"\n", "dynamic_port", "> 0\n< 0 dynamic_port=6446\n" },
    { "a port nobody asked for", ">>> \"NOOP\\r\\n\"\n<<< \"227 x (10,0,0,1,82,11).\\r\\n\"\n", "dynamic_port", "> 0\n< 0\n" },
    { "transfers out of order", ">>> \"RETR x\\r\\nSTOR\\r\\n\"\n", "command",
      "> 0 command=\"RETR\" !file_before_port\n> 1 command=\"STOR\" !file_before_port !file_without_name\n" },
    { "AUTH TLS", ">>> \"AUTH TLS\\r\\n\"\n<<< \"234 go\\r\\n\"\n>>> 16030100\n<<< 16\n", "command", "> 0 command=\"AUTH\"\n< 0\n" },
    { "a hole", ">>> \"USER a\\r\\nPA\"\n>>> gap 5\n>>> \"x\\r\\nSYST\\r\\n\"\n", "command", "> 0 command=\"USER\"\n> 1 command=\"SYST\"\n" },
};

static void commands_and_replies_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_ftp, &cases[i]);
}

static void an_overlong_line_is_said_once(void **unused)
{
    (void)unused;
    char *text = malloc(20000);
    snprintf(text, 20000, ">>> \"USER %09000d\\r\\n\"\n<<< \"331 %05000d\\r\\n\"\n>>> \"SYST\\r\\n\"\n", 0, 0);
    char *said = dissect_dialogue(&dissector_ftp, text, 0, "none");
    assert_string_equal(said, "> 0 !request_command_too_long\n< 0 !response_command_too_long\n> 1\n");
    free(said);
    free(text);
}

static struct expectation announced;
static void announce(void *ctx, const struct expectation *e)
{
    ++*(int *)ctx;
    announced = *e;
}

static void a_transfer_announces_its_connection(void **unused)
{
    (void)unused;
    struct dissect_run run;
    int count = 0;
    struct dialogue *d = dialogue_read(TRANSFER);
    dissect_run_begin(&run, &dissector_ftp, "none");
    run.conv.expect = announce;
    run.conv.expect_ctx = &count;
    dialogue_play(&run, d, 0);
    free(dissect_run_end(&run));
    dialogue_free(d);
    assert_int_equal(count, 1);
    assert_ptr_equal(announced.by, &dissector_ftp_data);
    assert_int_equal(announced.listener, FROM_SERVER);
    assert_int_equal(announced.port, 21003);
    assert_int_equal(announced.note_len, 8);
    assert_memory_equal(announced.note, "\2a b.txt", 8);
}

static char *data_said(const char *text, unsigned wants)
{
    static const struct expectation e = { .by = &dissector_ftp_data, .note_len = 4, .note = "\1x.y" };
    struct dissect_run run;
    struct dialogue *d = dialogue_read(text);
    dissect_run_begin(&run, &dissector_ftp_data, "command filename size state md5 file_data");
    run.conv.expected = &e;
    run.sink.file_wants = wants;
    dialogue_play(&run, d, 0);
    dialogue_free(d);
    return dissect_run_end(&run);
}

static void the_file_is_told_at_its_end(void **unused)
{
    (void)unused;
    char *said = data_said("<<< \"ab\"\n<<< \"c\"\n", FILE_WANTS_MD5);
    assert_string_equal(said, "< 0 command=RETR filename=\"x.y\" filename=\"x.y\" size=3 state=CLOSED md5=900150983cd24fb0d6963f7d28e17f72 file_data=616263\n");
    free(said);
    said = data_said("<<< \"ab\"\n<<< gap 5\n<<< \"c\"\n", 0);
    assert_string_equal(said, "< 0 command=RETR filename=\"x.y\" filename=\"x.y\" size=3 state=TRUNCATED file_data=616263 !incomplete\n");
    free(said);
}

static void only_an_announced_connection_is_a_file(void **unused)
{
    (void)unused;
    const struct expectation e = { .by = &dissector_ftp_data };
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_ftp_data.probe(&conv, cursor_over("MZ", 2)), PROBE_NO);
    conv.expected = &e;
    assert_int_equal(dissector_ftp_data.probe(&conv, cursor_over("MZ", 2)), PROBE_YES);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_ftp, LOGIN TRANSFER);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_ftp, LOGIN TRANSFER);
    dissect_survives_every_bit_change(&dissector_ftp, LOGIN TRANSFER);
    dissect_survives_every_prefix(&dissector_ftp_data, "<<< \"abc\"\n");
}

static void one_side_alone_is_never_sure(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_ftp.probe(&conv, cursor_over("user bob\r\n", 10)), PROBE_MAYBE);
    assert_int_equal(dissector_ftp.probe(&conv, cursor_over("EHLO x\r\n", 8)), PROBE_NO);
    conv.dir = FROM_SERVER;
    assert_int_equal(dissector_ftp.probe(&conv, cursor_over("220 x", 5)), PROBE_MAYBE);
    assert_int_equal(dissector_ftp.probe(&conv, cursor_over("+OK x", 5)), PROBE_NO);
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    assert_true(schema_find(dissector_ftp_data.schema, "ftpdata_command") >= 0);
    assert_true(schema_find(dissector_ftp_data.schema, "file.name") >= 0);
    assert_true(schema_find(dissector_ftp.schema, "completion_code") >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_and_replies_are_told),
        cmocka_unit_test(an_overlong_line_is_said_once),
        cmocka_unit_test(a_transfer_announces_its_connection),
        cmocka_unit_test(the_file_is_told_at_its_end),
        cmocka_unit_test(only_an_announced_connection_is_a_file),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(one_side_alone_is_never_sure),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("ftp", tests, NULL, NULL);
}
