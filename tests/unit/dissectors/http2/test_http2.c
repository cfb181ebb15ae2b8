#include "dissectors/http2/http2.h"
#include "tests/support/dissect.h"

#define PREFACE  "\"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\" "
#define SETTINGS "000000 04 00 00000000 "

/* Indices of the static table (RFC 7541, appendix A): 82 GET, 83 POST, 84 "/", 86 http, 88 200, 8d 404. */
#define GET      "82 84 86 41 0b \"example.com\" "
#define BEGIN    ">>> " PREFACE SETTINGS "\n<<< " SETTINGS "\n"
#define REQUEST  ">>> 000010 01 05 00000001 " GET "\n"
#define RESPONSE "<<< 000001 01 04 00000001 88\n<<< 000005 00 01 00000001 \"hello\"\n"

static const struct dialogue_case cases[] = {
    { "a request and its response", BEGIN REQUEST RESPONSE,
      "type hostname http_method url uri uri_len request_line protocol status stat_code response_line header_block header_names "
      "length response_body file_data stream_id frametype header header_name",
      "> 0 protocol=\"HTTP/2\" stream_id=0 frametype=settings\n"
      "< 1 protocol=\"HTTP/2\" stream_id=0 frametype=settings\n"
      "> 2 type=request hostname=\"example.com\" http_method=\"GET\" url=\"/\" uri=\"/\" uri_len=1 protocol=\"HTTP/2\" "
      "request_line=\"GET / HTTP/2\\r\\n\" "
      "header_block=\":method: GET\\r\\n:path: /\\r\\n:scheme: http\\r\\n:authority: example.com\\r\\n\" "
      "header_names=\"\\r\\n:method\\r\\n:path\\r\\n:scheme\\r\\n:authority\\r\\n\\r\\n\" length=0 "
      "header_name=\":method\" header=\":method: GET\" header_name=\":path\" header=\":path: /\" "
      "header_name=\":scheme\" header=\":scheme: http\" header_name=\":authority\" header=\":authority: example.com\" "
      "stream_id=1 frametype=headers\n"
      "< 2 type=response protocol=\"HTTP/2\" status=200 stat_code=\"200\" response_line=\"HTTP/2 200\\r\\n\" "
      "header_block=\":status: 200\\r\\n\" header_names=\"\\r\\n:status\\r\\n\\r\\n\" length=5 response_body=68656c6c6f file_data=68656c6c6f "
      "header_name=\":status\" header=\":status: 200\" stream_id=1 frametype=data frametype=headers\n" },
    { "streams that overlap", BEGIN REQUEST ">>> 000010 01 05 00000003 " GET "\n"
      "<<< 000001 01 04 00000003 8d 000001 01 04 00000001 88 000002 00 00 00000003 \"no\"\n"
      "<<< 000003 00 01 00000001 \"yes\" 000001 00 01 00000003 \"!\"\n", "stream_id status response_body",
      "> 0 stream_id=0\n< 1 stream_id=0\n> 2 stream_id=1\n> 3 stream_id=3\n"
      "< 2 status=200 response_body=796573 stream_id=1\n< 3 status=404 response_body=6e6f21 stream_id=3\n" },
    { "a header from the table that an earlier request made", BEGIN
      ">>> 000010 01 05 00000001 " GET "\n>>> 000004 01 05 00000003 82 84 86 be\n", "hostname",
      "> 0\n< 1\n> 2 hostname=\"example.com\"\n> 3 hostname=\"example.com\"\n" },
    { "a block in two frames", BEGIN ">>> 000005 01 01 00000001 82 84 86 41 0b\n>>> 00000b 09 04 00000001 \"example.com\"\n",
      "hostname frametype", "> 0 frametype=settings\n< 1 frametype=settings\n"
      "> 2 hostname=\"example.com\" frametype=headers frametype=continuation\n" },
    { "padding, priority and a new size of the table", BEGIN
      ">>> 00001b 01 2d 00000001 02 00000000 ff 3fe10f " GET "0000\n", "hostname priority size_update frametype",
      "> 0 frametype=settings\n< 1 frametype=settings\n> 2 hostname=\"example.com\" frametype=headers priority=255 size_update=2048\n" },
    { "padded data", BEGIN REQUEST "<<< 000001 01 04 00000001 88 000009 00 09 00000001 03 \"hello\" 000000\n", "length response_body",
      "> 0\n< 1\n> 2 length=0\n< 2 length=5 response_body=68656c6c6f\n" },
    { "settings, windows, and why it ended", BEGIN
      ">>> 00000c 04 00 00000000 0001 00010000 0004 0000ffff 000004 08 00 00000000 0000874a\n"
      "<<< 000008 07 00 00000000 00000001 0000000b 000008 06 00 00000000 0001020304050607\n",
      "frametype header_table_size initial_window_size window errorcode last_stream_id",
      "> 0 frametype=settings\n< 1 frametype=settings\n"
      "> 2 frametype=settings header_table_size=65536 initial_window_size=65535\n> 3 frametype=window_update window=34634\n"
      "< 4 frametype=goaway last_stream_id=1 errorcode=enhance_your_calm\n< 5 frametype=ping\n" },
    { "a stream that is reset", BEGIN REQUEST "<<< 000001 01 04 00000001 88 000004 03 00 00000001 00000008\n", "frametype status errorcode",
      "> 0 frametype=settings\n< 1 frametype=settings\n> 2 frametype=headers\n< 2 status=200 frametype=headers !incomplete\n"
      "< 2 frametype=rst_stream errorcode=cancel\n" },
    { "a flow that ends inside a body", BEGIN REQUEST "<<< 000001 01 04 00000001 88 000064 00 01 00000001 \"hel\"\n", "length",
      "> 0\n< 1\n> 2 length=0\n< 2 length=3 !incomplete\n" },
    { "an interim response and trailers", BEGIN REQUEST
      "<<< 000005 01 04 00000001 08 03 \"100\" 000001 01 04 00000001 88 000001 00 00 00000001 \"x\"\n"
      "<<< 000005 01 05 00000001 00 01 \"t\" 01 \"v\"\n", "status header_names",
      "> 0\n< 1\n> 2 header_names=\"\\r\\n:method\\r\\n:path\\r\\n:scheme\\r\\n:authority\\r\\n\\r\\n\"\n"
      "< 2 status=200 header_names=\"\\r\\n:status\\r\\nt\\r\\n\\r\\n\"\n" },
    { "host and authority that differ", BEGIN
      ">>> 000018 01 05 00000001 " GET "00 04 \"host\" 01 \"x\"\n", "hostname host_raw",
      "> 0\n< 1\n> 2 hostname=\"example.com\" host_raw=\"example.com\" !authority_host_mismatch\n" },
    { "a user in the authority, a port behind it", BEGIN ">>> 00000f 01 05 00000001 82 84 86 41 0a \"me@Host:80\"\n", "hostname host_raw",
      "> 0\n< 1\n> 2 hostname=\"host\" host_raw=\"me@Host:80\" !userinfo_in_uri\n" },
    { "no preface", ">>> \"PRI * HTTP/2.0\\r\\n\\r\\nXX\\r\\n\\r\\n\"\n", "stream_id", "> 0 stream_id=0 !invalid_client_magic\nlost >\n" },
    { "no HPACK", BEGIN ">>> 000002 01 05 00000001 ff ff\n", "stream_id frametype",
      "> 0 stream_id=0 frametype=settings\n< 1 stream_id=0 frametype=settings\n> 2 stream_id=1 frametype=headers !invalid_header\nlost >\n"
      "> 2 stream_id=1 frametype=headers !incomplete\n" },
    { "an upper-case name", BEGIN ">>> 000018 01 05 00000001 " GET "00 04 \"Host\" 01 \"x\"\n", "http_method",
      "> 0\n< 1\n> 2 http_method=\"GET\" !invalid_header !authority_host_mismatch\n" },
    { "something between the frames of a block", BEGIN ">>> 000001 01 01 00000001 82 000000 04 00 00000000\n", "frametype",
      "> 0 frametype=settings\n< 1 frametype=settings\n> 3 frametype=settings !invalid_frame_data\nlost >\n"
      "> 2 frametype=headers !incomplete\n" },
    { "more padding than frame", BEGIN ">>> 000002 01 0d 00000001 05 82\n", "frametype",
      "> 0 frametype=settings\n< 1 frametype=settings\n> 2 frametype=headers !invalid_frame_data\nlost >\n" },
    { "data on stream 0", BEGIN ">>> 000001 00 00 00000000 \"x\"\n", "frametype",
      "> 0 frametype=settings\n< 1 frametype=settings\n> 2 frametype=data !data_stream_zero\n" },
    { "a stream used again", BEGIN REQUEST RESPONSE REQUEST, "http_method",
      "> 0\n< 1\n> 2 http_method=\"GET\"\n< 2\n> 3 http_method=\"GET\" !stream_id_reuse\n" },
    { "lengths that their types cannot have", BEGIN ">>> 000003 04 00 00000000 000000 000003 08 00 00000000 000000\n", "frametype",
      "> 0 frametype=settings\n< 1 frametype=settings\n> 2 frametype=settings !invalid_frame_length\n"
      "> 3 frametype=window_update !invalid_frame_length\n" },
    { "a hole inside a body", BEGIN REQUEST "<<< 000001 01 04 00000001 88 00000a 00 01 00000001 \"hel\"\n<<< gap 5\n<<< \"lo\" "
      "000008 06 00 00000000 0001020304050607\n", "length response_body frametype",
      "> 0 frametype=settings\n< 1 frametype=settings\n> 2 length=0 frametype=headers\n"
      "< 2 length=10 response_body=68656c6c6f frametype=data frametype=headers !incomplete\n< 3 frametype=ping\n" },
    { "a hole between frames loses the table", BEGIN ">>> gap 5\n", "frametype",
      "> 0 frametype=settings\n< 1 frametype=settings\nlost >\n" },
};

static void every_case_is_read_as_it_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_http2, &cases[i]);
}

#define LONG BEGIN ">>> 00001b 01 2d 00000001 02 00000000 ff 3fe10f " GET "0000\n" RESPONSE \
    ">>> 00000c 04 00 00000000 0001 00010000 0004 0000ffff 000004 08 00 00000000 0000874a\n" \
    ">>> 000005 01 00 00000003 82 84 86 41 0b 00000b 09 04 00000003 \"example.com\" 000003 00 09 00000003 01 \"x\" 00\n" \
    "<<< 000001 01 05 00000003 8d 000008 07 00 00000000 00000003 00000000\n"

static void the_cut_of_the_stream_changes_nothing(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_http2, LONG);
}

static void no_prefix_and_no_bit_change_does_harm(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_http2, LONG);
    dissect_survives_every_bit_change(&dissector_http2, LONG);
}

/* One more than there are places: the idlest is told as it is. */
static void the_streams_have_a_limit(void **unused)
{
    char text[HTTP2_STREAMS_MAX * 64 + 1024], *at = text;
    (void)unused;
    at += sprintf(at, "%s>>> ", BEGIN);
    for (int i = 0; i <= HTTP2_STREAMS_MAX; i++)
        at += sprintf(at, "000003 01 04 %08x 82 84 86 ", 2 * i + 1);
    char *said = dissect_dialogue(&dissector_http2, text, 0, "stream_id");
    assert_non_null(strstr(said, "> 2 stream_id=1 !incomplete\n"));
    assert_non_null(strstr(said, "stream_id=257 !too_many_streams !incomplete\n"));
    free(said);
}

static void single_frames_have_a_limit(void **unused)
{
    (void)unused;
    char *text = malloc(HTTP2_ASIDES_MAX * 32 + 1024), *at = text + sprintf(text, "%s>>> ", BEGIN);
    for (int i = 0; i <= HTTP2_ASIDES_MAX; i++)
        at += sprintf(at, "000000 06 00 00000000 ");
    char *said = dissect_dialogue(&dissector_http2, text, 0, "window");
    char last[64];
    snprintf(last, sizeof last, "> %d !too_many_frames\n", HTTP2_ASIDES_MAX - 1);
    assert_string_equal(said + strlen(said) - strlen(last), last);
    free(said);
    free(text);
}

static enum probe probe_of(enum direction dir, const char *bytes, size_t n)
{
    struct conversation conv = { .dir = dir };
    return dissector_http2.probe(&conv, cursor_over(bytes, n));
}

static void the_probe_wants_the_preface(void **unused)
{
    (void)unused;
    const char *preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    assert_int_equal(probe_of(FROM_CLIENT, preface, 24), PROBE_YES);
    assert_int_equal(probe_of(FROM_CLIENT, preface, 5), PROBE_MORE);
    assert_int_equal(probe_of(FROM_CLIENT, "PRIVMSG", 7), PROBE_NO);
    assert_int_equal(probe_of(FROM_SERVER, "\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", 15), PROBE_MAYBE);
    assert_int_equal(probe_of(FROM_SERVER, "\0\0\6\4", 4), PROBE_MORE);
    assert_int_equal(probe_of(FROM_SERVER, "\0\0\5\4\0\0\0\0\0", 9), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_read_as_it_says),
        cmocka_unit_test(the_cut_of_the_stream_changes_nothing),
        cmocka_unit_test(no_prefix_and_no_bit_change_does_harm),
        cmocka_unit_test(the_streams_have_a_limit),
        cmocka_unit_test(single_frames_have_a_limit),
        cmocka_unit_test(the_probe_wants_the_preface),
    };
    return cmocka_run_group_tests_name("http2", tests, NULL, NULL);
}
