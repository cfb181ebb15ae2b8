#include "dissectors/sip/sip.h"
#include "tests/support/dissect.h"

#define INVITE "INVITE sip:bob@b.com SIP/2.0\\r\\nVia: SIP/2.0/UDP a;branch=z\\r\\nf: \\\"A\\\" <sip:a@a.com>\\r\\nTo: <sip:bob@b.com>\\r\\n" \
    "Call-ID: 1@a\\r\\nCSeq: 1 INVITE\\r\\nUser-Agent: ua\\r\\nl: 4\\r\\n\\r\\nv=0\\n"
#define RINGING "SIP/2.0 180 Ringing now\\r\\nVia: x\\r\\n\\r\\n"
#define TALK ">>> \"" INVITE "\"\n<<< \"" RINGING "\"\n"

static const struct dialogue_case cases[] = {
    { "a call", TALK, NULL,
      "> 0 type=request request_line=\"INVITE sip:bob@b.com SIP/2.0\" method=\"INVITE\" uri=\"sip:bob@b.com\" version=\"SIP/2.0\" "
      "via=\"SIP/2.0/UDP a;branch=z\" from=\"\"A\" <sip:a@a.com>\" to=\"<sip:bob@b.com>\" call_id=\"1@a\" cseq=\"1 INVITE\" user_agent=\"ua\" "
      "content_length=\"4\" body=763d300a\n"
      "< 1 type=response response_line=\"SIP/2.0 180 Ringing now\" version=\"SIP/2.0\" code=\"180\" reason=\"Ringing now\" via=\"x\"\n" },
    { "what the session is to be", ">>> \"INVITE sip:b SIP/2.0\\r\\nl: 188\\r\\n\\r\\nv=0\\r\\no=- 1 1 IN IP4 a\\r\\ns=call\\r\\ni=about\\r\\nu=http://x\\r\\n"
      "e=a@b\\r\\np=+1\\r\\nc=IN IP4 a\\r\\nb=AS:64\\r\\nt=0 0\\r\\nr=7 1\\r\\nz=0 0\\r\\nk=prompt\\r\\na=recvonly\\r\\nm=audio 9 RTP/AVP 0\\r\\ni=voice\\r\\n"
      "c=IN IP4 b\\r\\nk=clear:x\\r\\na=send\"\n",
      "sdp_origin sdp_session_name sdp_session_info sdp_uri sdp_email sdp_phone_number sdp_connection_data sdp_bandwidth sdp_time sdp_repeat_time "
      "sdp_timezone sdp_encryption_key sdp_attribute sdp_media sdp_media_info sdp_media_connection_data sdp_media_encryption_key",
      "> 0 sdp_origin=\"- 1 1 IN IP4 a\" sdp_session_name=\"call\" sdp_session_info=\"about\" sdp_uri=\"http://x\" sdp_email=\"a@b\" "
      "sdp_phone_number=\"+1\" sdp_connection_data=\"IN IP4 a\" sdp_bandwidth=\"AS:64\" sdp_time=\"0 0\" sdp_repeat_time=\"7 1\" sdp_timezone=\"0 0\" "
      "sdp_encryption_key=\"prompt\" sdp_attribute=\"recvonly\" sdp_media=\"audio 9 RTP/AVP 0\" sdp_media_info=\"voice\" "
      "sdp_media_connection_data=\"IN IP4 b\" sdp_media_encryption_key=\"clear:x\" sdp_attribute=\"send\"\n" },
    { "two in one piece, empty lines before", ">>> \"\\r\\n\\r\\n" INVITE INVITE "\"\n", "method", "> 0 method=\"INVITE\"\n> 1 method=\"INVITE\"\n" },
    { "what is none", ">>> \"hello there\\r\\n\\r\\n\"\n", "method", "lost >\n" },
    { "a first line that is none, later", ">>> \"" RINGING "what\\r\\n\\r\\n\"\n", "code", "> 0 code=\"180\"\n> 1 !invalid_data\n" },
    { "a body longer than any", ">>> \"BYE sip:a SIP/2.0\\r\\nContent-Length: 99999999\\r\\n\\r\\n\"\n", "method", "lost >\n" },
};

static void messages_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_sip_tcp, &cases[i]);
}

static char *datagram_said(const char *text)
{
    struct dissect_run run;
    struct dialogue *d = dialogue_read(text);
    dissect_run_begin(&run, &dissector_sip, "method body content_length");
    dialogue_play(&run, d, 0);
    dialogue_free(d);
    return dissect_run_end(&run);
}

static void a_datagram_is_one_message_whatever_it_says(void **unused)
{
    (void)unused;
    char *said = datagram_said(">>> \"BYE sip:a SIP/2.0\\r\\nl: 1\\r\\n\\r\\nabc\"\n>>> \"BYE sip:a SIP/2.0\\r\\nl: 9\\r\\n\\r\\nabc\"\n"
                               ">>> \"BYE sip:a SIP/2.0\\r\\nl: 9\"\n>>> \"\\r\\n\\r\\n\"\n>>> \"jaK\"\n>>> \"BYE sip:a SIP/2.0\\r\\n\\r\\n\"\n");
    assert_string_equal(said, "> 0 method=\"BYE\" content_length=\"1\" body=61\n> 1 method=\"BYE\" content_length=\"9\" body=616263\n"
                              "> 2 method=\"BYE\" !incomplete_data\n> 3 method=\"BYE\"\n");
    free(said);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_sip_tcp, TALK);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_sip_tcp, TALK);
    dissect_survives_every_bit_change(&dissector_sip_tcp, TALK);
}

static void the_probe_wants_the_version_in_the_first_line(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_UDP };
    static const struct { const char *text; enum probe want; } probes[] = {
        { "REGISTER sip:x SIP/2.0\r\n", PROBE_YES }, { "SIP/2.0 200 OK\r\n", PROBE_YES }, { "M-SEARCH * HTTP/1.1\r\n", PROBE_NO },
        { "OPTIONS * RTSP/1.0\r\n", PROBE_NO }, { "\1\2\3\4", PROBE_NO }, { "NOTIFY", PROBE_NO },
    };
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        assert_int_equal(dissector_sip.probe(&conv, cursor_over(probes[i].text, strlen(probes[i].text))), probes[i].want);
    conv.server_port = 5060;
    assert_int_equal(dissector_sip.probe(&conv, cursor_over("hello\0", 6)), PROBE_MORE);
    conv.over = OVER_TCP;
    assert_int_equal(dissector_sip.probe(&conv, cursor_over("NOTIFY sip:", 11)), PROBE_MORE);
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "method", "uri", "sip.protocol", "request_line", "sip.stat_code", "sip.stat_msg", "response_line", "from" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (schema_find(dissector_sip.schema, names[i]) < 0)
            fail_msg("%s", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_told),
        cmocka_unit_test(a_datagram_is_one_message_whatever_it_says),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_wants_the_version_in_the_first_line),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("sip", tests, NULL, NULL);
}
