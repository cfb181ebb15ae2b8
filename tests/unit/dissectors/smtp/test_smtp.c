#include "dissectors/smtp/smtp.h"
#include "dissectors/framing/file.h"
#include "tests/support/dissect.h"

#define HELLO "<<< \"220 mx ESMTP\\r\\n\"\n>>> \"EHLO pc\\r\\n\"\n<<< \"250-mx\\r\\n250 SIZE\\r\\n\"\n"
#define ENVELOPE ">>> \"MAIL FROM:<a@b> SIZE=9\\r\\n\"\n<<< \"250 ok\\r\\n\"\n>>> \"RCPT TO:<c@d>\\r\\nRCPT TO: <e@f>\\r\\n\"\n" \
    "<<< \"250 ok\\r\\n250 ok\\r\\n\"\n>>> \"DATA\\r\\n\"\n<<< \"354 go\\r\\n\"\n"
#define SENT "<<< \"250 queued\\r\\n\"\n>>> \"QUIT\\r\\n\"\n<<< \"221 bye\\r\\n\"\n"
#define MAIL HELLO ENVELOPE ">>> \"From: A <a@b>\\r\\nTo: \\\"C, D\\\" <c@d>,\\r\\n e@f\\r\\nSubject: two\\r\\n parts\\r\\n" \
    "Content-Type: multipart/mixed;\\r\\n\\tboundary=\\\"=x\\\"\\r\\n\\r\\npreamble\\r\\n--=x\\r\\n\\r\\n..dot =41\\r\\n--=x\\r\\n" \
    "Content-Type: text/plain; name=a.txt\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\naGVs\\r\\nbG8=\\r\\n--=x\\r\\n" \
    "Content-Disposition: attachment; filename=\\\"b c.txt\\\"\\r\\nContent-Transfer-Encoding: quoted-printable\\r\\n\\r\\n" \
    "one=20t=\\r\\nwo\\r\\nthree\\r\\n--=x--\\r\\nepilogue\\r\\n.\\r\\n\"\n" SENT

static const char brief[] = "helo mail_from rcpt_to command reply_code from to subject filename size file_data body";

static const struct dialogue_case cases[] = {
    { "a mail with text and two attachments", MAIL, brief,
      "> 0 helo=\"pc\" mail_from=\"<a@b>\" rcpt_to=\"<c@d>\" rcpt_to=\"<e@f>\" from=\"A <a@b>\" to=\"\"C, D\" <c@d>\" to=\"e@f\" "
      "subject=\"two parts\" body=\".dot =41\" filename=\"a.txt\" size=5 file_data=68656c6c6f "
      "filename=\"b c.txt\" size=14 file_data=6f6e652074776f0d0a7468726565\n" },
    { "a file's type and end", HELLO ENVELOPE ">>> \"Content-Type: a/b; name=x\\r\\n\\r\\nabc\\r\\n.\\r\\n\"\n", "media_type size state",
      "> 0 media_type=\"a/b\" size=5 state=CLOSED\n" },
    { "who passed it on, and where it leads", HELLO ENVELOPE ">>> \"Received: from b\\r\\n by c\\r\\nReceived: from a\\r\\nFrom: x\\r\\n\\r\\nsee http://a.cn/b?c=d "
      "or <HTTPS://e.cn>, \\\"ftp://f\\\", not x://g or ://h or http://\\r\\nftp://end\\r\\n.\\r\\n\"\n", "received url",
      "> 0 received=\"from b by c\" received=\"from a\" url=\"a.cn/b?c=d\" url=\"e.cn\" url=\"f\" url=\"end\"\n" },
    { "a mail inside a mail", HELLO ENVELOPE ">>> \"From: o\\r\\nContent-Type: message/rfc822\\r\\n\\r\\nFrom: i\\r\\n\\r\\nhi\\r\\n.\\r\\n\"\n",
      "from body", "> 0 from=\"o\" body=\"hi\\r\\n\"\n" },
    { "chunks", HELLO ">>> \"MAIL FROM:<a@b>\\r\\nBDAT 12\\r\\nFrom: x\\r\\n\\r\\nhBDAT 5 LAST\\r\\nello\\n\"\n", "from body",
      "> 0 from=\"x\" body=\"hello\\n\"\n" },
    { "a chunk's length that is too short", HELLO ">>> \"BDAT 3 LAST\\r\\nabcdef\\r\\n\"\n", "command",
      "> 0 !mime_malformed_msg\n> 1 command=\"def\" !bdat_chunk_len_exceeded\n" },
    { "only a name", HELLO ">>> \"QUIT\\r\\n\"\n", brief, "> 0 helo=\"pc\"\n" },
    { "STARTTLS", HELLO ">>> \"STARTTLS\\r\\n\"\n<<< \"220 go\\r\\n\"\n>>> 16030100 \"MAIL FROM:<x>\\r\\n\"\n<<< 1603\n", brief, "> 0 helo=\"pc\"\n" },
    { "STARTTLS with commands behind it", HELLO ">>> \"STARTTLS\\r\\nRSET\\r\\n\"\n<<< \"220 go\\r\\n\"\n", "command",
      "> 0 command=\"RSET\" !invalid_pipelined_sequence\n< 0 !failed_protocol_change\n> 0\n" },
    { "STARTTLS refused", HELLO ">>> \"STARTTLS\\r\\n\"\n<<< \"454 no\\r\\n\"\n", brief, "< 0 reply_code=454 !tls_rejected\n> 0 helo=\"pc\"\n" },
    { "DATA refused", HELLO ">>> \"MAIL FROM:<a@b>\\r\\n\"\n<<< \"250 ok\\r\\n\"\n>>> \"DATA\\r\\n\"\n<<< \"554 no\\r\\n\"\n>>> \"QUIT\\r\\n\"\n", brief,
      "< 0 reply_code=554 !data_command_rejected\n> 0 helo=\"pc\" mail_from=\"<a@b>\"\n" },
    { "replies that are none", "<<< \"220 mx\\r\\n999 x\\r\\nhm\\r\\n250 why\\r\\n\"\n", brief,
      "< 0 reply_code=999 !invalid_reply\n< 0 !invalid_reply\n< 0 reply_code=250 !unable_to_match_reply_with_request\n" },
    { "a client that does not wait", ">>> \"EHLO pc\\r\\n\"\n", brief, "< 0 !no_server_welcome_message\n> 0 helo=\"pc\"\n" },
    { "the mail before the go-ahead", HELLO ">>> \"DATA\\r\\n\\r\\nx\\r\\n.\\r\\n\"\n", "body", "> 0 body=\"x\\r\\n\" !invalid_pipelined_sequence\n" },
    { "names twice", HELLO ">>> \"HELO pc2\\r\\n\"\n", "command helo", "> 0 command=\"HELO pc2\" !duplicate_fields\n> 0 helo=\"pc\"\n" },
    { "no sender at all", HELLO ">>> \"MAIL FROM:\\r\\n\"\n", "command", "> 0 command=\"MAIL FROM:\" !unparsable_content\n> 0\n" },
    { "base64 that is none", HELLO ENVELOPE ">>> \"Content-Type: a/b; name=x\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\naG*Vsb\\r\\n.\\r\\n\"\n",
      "file_data", "> 0 file_data=68656c !mime_invalid_base64\n" },
    { "a mail with a hole", HELLO ENVELOPE ">>> \"From: x\\r\\n\\r\\nab\"\n>>> gap 10\n>>> \"cd\\r\\n.\\r\\n\"\n", "from body",
      "> 0 from=\"x\" body=\"cd\\r\\n\" !incomplete\n" },
    { "a flow that ends in a mail", HELLO ENVELOPE ">>> \"From: x\\r\\n\\r\\nab\\r\\n\"\n", "from body", "> 0 from=\"x\" body=\"ab\\r\\n\" !incomplete\n" },
};

static void sessions_and_mails_are_read(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_smtp, &cases[i]);
}

static void an_attachment_beyond_the_limit_is_cut_and_counted_whole(void **unused)
{
    (void)unused;
    char *text = malloc(200000), *at = text;
    at += sprintf(at, "%s>>> \"Content-Type: a/b; name=x\\r\\n\\r\\n\"\n", HELLO ENVELOPE);
    for (int i = 0; i < 120; i++)
        at += sprintf(at, ">>> \"%01000d\\r\\n\"\n", 0);
    sprintf(at, ">>> \".\\r\\n\"\n");
    char *said = dissect_dialogue(&dissector_smtp, text, 0, "size md5");
    assert_string_equal(said, "> 0 size=120240 !mime_long_line !cut\n");
    free(said);
    free(text);
}

static void a_files_digest_is_made_when_asked_for(void **unused)
{
    (void)unused;
    struct dissect_run run;
    struct dialogue *d = dialogue_read(HELLO ENVELOPE ">>> \"Content-Type: a/b; name=x\\r\\n\\r\\nabc\\r\\n.\\r\\n\"\n");
    dissect_run_begin(&run, &dissector_smtp, "md5");
    run.sink.file_wants = FILE_WANTS_MD5;
    dialogue_play(&run, d, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0 md5=c13b6afecf97ea6b38d21a8f5167fa1e\n");
    free(said);
    dialogue_free(d);
}

static void an_overlong_command_is_said_once(void **unused)
{
    (void)unused;
    char *text = malloc(20000);
    snprintf(text, 20000, "<<< \"220 x\\r\\n\"\n>>> \"HELO %09000d\\r\\n\"\n>>> \"HELO x\\r\\n\"\n", 0);
    char *said = dissect_dialogue(&dissector_smtp, text, 0, "none");
    assert_string_equal(said, "> 0 !max_command_line_len_exceeded\n> 0 !duplicate_fields\n> 0\n");
    free(said);
    free(text);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_smtp, MAIL);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_smtp, MAIL);
    dissect_survives_every_bit_change(&dissector_smtp, MAIL);
}

static void the_probe_wants_a_hello(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_smtp.probe(&conv, cursor_over("ehlo x", 6)), PROBE_YES);
    assert_int_equal(dissector_smtp.probe(&conv, cursor_over("GET / HTTP", 10)), PROBE_NO);
    conv.dir = FROM_SERVER;
    assert_int_equal(dissector_smtp.probe(&conv, cursor_over("220 mx", 6)), PROBE_MAYBE);
    assert_int_equal(dissector_smtp.probe(&conv, cursor_over("+OK", 3)), PROBE_MORE);
    assert_int_equal(dissector_smtp.probe(&conv, cursor_over("+OK x", 5)), PROBE_NO);
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "helo", "mail_from", "rcpt_to", "file.data", "file_data", "file.name", "email.from", "email.subject" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (schema_find(dissector_smtp.schema, names[i]) < 0)
            fail_msg("%s", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_and_mails_are_read),
        cmocka_unit_test(an_attachment_beyond_the_limit_is_cut_and_counted_whole),
        cmocka_unit_test(a_files_digest_is_made_when_asked_for),
        cmocka_unit_test(an_overlong_command_is_said_once),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_wants_a_hello),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("smtp", tests, NULL, NULL);
}
