#include "dissectors/pgsql/pgsql.h"
#include "tests/support/dissect.h"

#define STARTUP ">>> 00000020 00030000 \"user\" 00 \"joe\" 00 \"database\" 00 \"shop\" 00 00\n"
#define SSL ">>> 00000008 04d2162f\n"
#define WANTS_MD5 "<<< \"R\" 0000000c 00000005 01020304\n"
#define WANTS_SASL "<<< \"R\" 00000017 0000000a \"SCRAM-SHA-256\" 0000\n"
#define PASSWORD ">>> \"p\" 0000000a \"md5ab\" 00\n"
#define SCRAM ">>> \"p\" 00000019 \"SCRAM-SHA-256\" 00 00000003 \"n,,\"\n"
#define WELCOME "<<< \"R\" 00000008 00000000 \"K\" 0000000c 00000001 00000002 \"Z\" 00000005 \"I\"\n"
#define QUERY ">>> \"Q\" 0000000d \"SELECT 1\" 00\n"
#define ROWS "<<< \"T\" 00000006 0001 \"D\" 0000000b 0001 00000001 \"1\" \"D\" 0000000b 0001 00000001 \"2\" \"C\" 0000000d \"SELECT 2\" 00 " \
    "\"Z\" 00000005 \"I\"\n"
#define PARSE ">>> \"P\" 00000013 00 \"DELETE FROM\" 00 0000 \"S\" 00000004\n"
#define REFUSED "<<< \"E\" 0000001c \"SERROR\" 00 \"C22012\" 00 \"Mby zero\" 00 00 \"Z\" 00000005 \"E\"\n"
#define BYE ">>> \"X\" 00000004\n"
#define SESSION STARTUP WANTS_MD5 PASSWORD WELCOME QUERY ROWS PARSE REFUSED BYE

static const struct dialogue_case cases[] = {
    { "a session", SESSION, NULL, "> 0 request: message=\"startup_message\" protocol_version=\"3.0\" startup_parameters: user=\"joe\" "
      "database=\"shop\"\n"
      "< 0 response: authentication=md5_password\n"
      "> 1 request: message=\"password_message\" password=\"md5ab\"\n"
      "< 1 response: authentication=ok\n"
      "> 2 request: message=\"simple_query\" simple_query=\"SELECT 1\" query=\"SELECT 1\"\n"
      "< 2 response: field_count=1 data_rows=2 data_size=14 command_completed=\"SELECT 2\"\n"
      "> 3 request: message=\"parse\" parse=\"DELETE FROM\" query=\"DELETE FROM\"\n"
      "< 3 response: severity_non_localizable=\"ERROR\" code=\"22012\" message=\"by zero\"\n"
      "> 4 request: message=\"terminate\"\n" },
    { "SASL", STARTUP WANTS_SASL SCRAM, "message sasl_authentication_mechanism authentication", "> 0 message=\"startup_message\"\n"
      "< 0 authentication=sasl\n"
      "> 1 message=\"sasl_initial_response\" sasl_authentication_mechanism=\"SCRAM-SHA-256\"\n" },
    { "encryption begins", SSL "<<< \"S\"\n>>> 160301 0200\n<<< 160303 0040", NULL, "> 0 request: message=\"SSL Request\"\n"
      "< 0 response: ssl_accepted=true\n" },
    { "encryption is refused", SSL "<<< \"N\"\n" STARTUP, "message user ssl_accepted", "> 0 message=\"SSL Request\"\n"
      "< 0 ssl_accepted=false\n"
      "> 1 message=\"startup_message\" user=\"joe\"\n" },
    { "a query is cancelled", ">>> 00000010 04d2162e 000004d2 0000162e", NULL, "> 0 request: message=\"cancel_request\" process_id=1234\n" },
    { "a length that cannot be", STARTUP WELCOME ">>> \"Q\" 00000003", "message user", "> 0 message=\"startup_message\" user=\"joe\"\n"
      "< 0\n"
      "> 0 !invalid_length\n"
      "lost >\n"
      "< 0\n" },
    { "a type of nobody", STARTUP WELCOME ">>> 7e 00000004", "message", "> 0 message=\"startup_message\"\n"
      "< 0\n"
      "lost >\n"
      "< 0\n" },
    { "parameters without end", ">>> 00000014 00030000 \"user\" 00 \"joe\" 00 \"da\" ff", "user", "> 0 user=\"joe\" !malformed_request\n" },
    { "an answer that never ends", STARTUP WELCOME QUERY "<<< \"T\" 00000006 0001", "message field_count", "> 0 message=\"startup_message\"\n"
      "< 0\n"
      "> 1 message=\"simple_query\"\n"
      "< 1 field_count=1\n" },
};

static void requests_and_answers_are_records(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_pgsql, &cases[i]);
}

static void a_long_message_is_read_to_the_limit_and_passed_over(void **unused)
{
    (void)unused;
    enum { LENGTH = 40000 };
    char *text = malloc(3 * LENGTH);
    size_t n = (size_t)sprintf(text, STARTUP WELCOME ">>> \"Q\" %08x ", LENGTH + 4);
    for (size_t i = 0; i < LENGTH; i++)
        n += (size_t)sprintf(text + n, "41");
    sprintf(text + n, "\n" BYE);
    char *said = dissect_dialogue(&dissector_pgsql, text, 1000, "message");
    assert_non_null(strstr(said, "> 1 message=\"simple_query\"\n> 2 message=\"terminate\"\n"));
    free(said);
    free(text);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_pgsql, SESSION);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_pgsql, SESSION);
    dissect_survives_every_bit_change(&dissector_pgsql, SESSION);
}

static const struct { const char *name, *bytes; enum probe want; } probes[] = {
    { "a startup message",     STARTUP, PROBE_YES },
    { "encryption asked for",  SSL, PROBE_YES },
    { "a cancellation",        ">>> 00000010 04d2162e 000004d2 0000162e", PROBE_YES },
    { "version 2",             ">>> 00000012 00020000 \"user\" 00 \"joe\" 00 00", PROBE_NO },
    { "nobody asks",           ">>> 0000000e 00030000 \"abcd\" 00 00", PROBE_NO },
    { "more than its length",  SSL ">>> 00", PROBE_NO },
    { "its beginning",         ">>> 0000", PROBE_MORE },
    { "text",                  ">>> \"GET / HTTP\"", PROBE_NO },
};

static void the_probe_believes_a_startup_message(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = OVER_TCP, .dir = FROM_CLIENT };
        struct dialogue *d = dialogue_read(probes[i].bytes);
        if (dissector_pgsql.probe(&conv, cursor_over(d->bytes, d->len)) != probes[i].want)
            fail_msg("%s", probes[i].name);
        dialogue_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_answers_are_records),
        cmocka_unit_test(a_long_message_is_read_to_the_limit_and_passed_over),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(the_probe_believes_a_startup_message),
    };
    return cmocka_run_group_tests_name("pgsql", tests, NULL, NULL);
}
