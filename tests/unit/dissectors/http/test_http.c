#include "tests/support/dissect.h"

#include <zlib.h>

#include "dissectors/framing/file.h"
#include "dissectors/framing/parts.h"
#include "dissectors/http/http.h"

#define GET      ">>> \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
#define ASKED    "> 0\n"

/* The examples that every other test is made of: whole, sound, with all framings. */
static const struct dialogue_case sound[] = {
    { "a page", ">>> \"GET /index.html?a=1 HTTP/1.1\\r\\nHost: Example.com:8080\\r\\nUser-Agent: t\\r\\nCookie: c=1\\r\\n\\r\\n\"\n"
                "<<< \"HTTP/1.1 200 OK\\r\\nServer: s\\r\\nContent-Type: text/plain\\r\\nContent-Length: 5\\r\\n\\r\\nhello\"\n",
      "type hostname host_raw http_method url uri uri_len protocol status stat_code stat_msg http_user_agent cookie server"
      " http_content_type content_len length response_body",
      "> 0 type=request hostname=\"example.com\" host_raw=\"Example.com:8080\" http_method=\"GET\" url=\"/index.html?a=1\""
      " uri=\"/index.html?a=1\" uri_len=15 protocol=\"HTTP/1.1\" http_user_agent=\"t\" cookie=\"c=1\" length=0"
      " !request_server_port_tcp_port_mismatch\n"
      "< 0 type=response protocol=\"HTTP/1.1\" status=200 stat_code=\"200\" stat_msg=\"OK\" http_content_type=\"text/plain\""
      " content_len=\"5\" server=\"s\" length=5 response_body=68656c6c6f\n" },
    { "the buffers of headers", ">>> \"GET / HTTP/1.1\\r\\nHost: a\\r\\nCookie: c\\r\\nX: 1\\r\\n 2\\r\\nx: 3\\r\\n\\r\\n\"\n",
      "header header_raw header_names start request_header",
      "> 0 header=\"Host: a\\r\\nX: 1 2, 3\\r\\n\""
      " header_raw=\"Host: a\\r\\nCookie: c\\r\\nX: 1\\r\\n 2\\r\\nx: 3\\r\\n\\r\\n\""
      " header_names=\"\\r\\nHost\\r\\nCookie\\r\\nX\\r\\n\\r\\n\""
      " start=\"GET / HTTP/1.1\\r\\nHost: a\\r\\nCookie: c\\r\\nX: 1 2, 3\\r\\n\\r\\n\""
      " request_header=\"Host: a\" request_header=\"Cookie: c\" request_header=\"X: 1 2, 3\"\n" },
    { "chunks and a trailer", GET "<<< \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n\"\n"
                "<<< \"3\\r\\nabc\\r\\n2;x=y\\r\\nde\\r\\n0\\r\\nMore: 1\\r\\n\\r\\n\"\n", "length response_body",
      "> 0 length=0\n< 0 length=5 response_body=6162636465 !response_chunk_extension\n" },
    { "until the connection closes", GET "<<< \"HTTP/1.0 200 OK\\r\\n\\r\\nabc\"\n<<< \"def\"\n", "response_body length",
      "> 0 length=0\n< 0 length=6 response_body=616263646566\n" },
    { "an upload after 100 Continue", ">>> \"PUT /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\nExpect: 100-continue\\r\\n\\r\\n\"\n"
                "<<< \"HTTP/1.1 100 Continue\\r\\n\\r\\n\"\n>>> \"xyz\"\n<<< \"HTTP/1.1 201 Created\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n",
      "request_body file_data status", "> 0 request_body=78797a file_data=78797a\n< 0 status=201\n" },
    { "a form is a file too, as any body that is sent up", ">>> \"POST /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: application/x-www-form-urlencoded\\r\\nContent-Length: 3\\r\\n\\r\\na=b\"\n",
      "request_body file_data filename", "> 0 request_body=613d62 filename=\"/f\" file_data=613d62\n" },
    { "files in a form", ">>> \"POST /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: multipart/form-data; boundary=B\\r\\nContent-Length: 122\\r\\n\\r\\n\"\n"
                ">>> \"--B\\r\\nContent-Disposition: form-data; name=a\\r\\n\\r\\nno\\r\\n--B\\r\\nContent-Disposition: form-data; name=b; filename=c\\r\\n\\r\\nyes\\r\\n--B--\\r\\n\"\n",
      "file_data", "> 0 file_data=796573\n" },
    { "a pipeline", ">>> \"GET /1 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nHEAD /2 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
                "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\n1HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n\"\n"
                ">>> \"GET /3 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n<<< \"HTTP/1.1 304 Not Modified\\r\\n\\r\\n\"\n",
      "url status length",
      "> 0 url=\"/1\" length=0\n> 1 url=\"/2\" length=0\n< 0 status=200 length=1\n< 1 status=200 length=0\n"
      "> 2 url=\"/3\" length=0\n< 2 status=304 length=0\n" },
};

static const struct dialogue_case requests[] = {
    { "HTTP/0.9", ">>> \"GET /old\\r\\n\"\n<<< \"document\"\n", "url response_body",
      "> 0 url=\"/old\"\n< 0 response_body=646f63756d656e74\n" },
    { "a version left out", ">>> \"GET /new\\r\\nHost: a\\r\\n\\r\\n\"\n", "url hostname",
      "> 0 hostname=\"a\" url=\"/new\" !request_line_missing_protocol\n" },
    { "white space and tabs", ">>> \"\\r\\n GET\\t/x  HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n", "http_method url",
      "> 0 http_method=\"GET\" url=\"/x\" !request_line_leading_whitespace !method_delim_non_compliant !uri_delim_non_compliant\n" },
    { "no host", ">>> \"GET / HTTP/1.1\\r\\n\\r\\n\"\n", "url", "> 0 url=\"/\" !missing_host_header\n" },
    { "two hosts", ">>> \"GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n\"\n", "header", "> 0 header=\"Host: a, b\\r\\n\" !host_header_ambiguous\n" },
    { "a host that is none", ">>> \"GET / HTTP/1.1\\r\\nHost: a b/\\r\\n\\r\\n\"\n", "hostname",
      "> 0 hostname=\"a b/\" !request_header_host_invalid\n" },
    { "a target with another host", ">>> \"GET http://b:99/x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n", "hostname uri",
      "> 0 hostname=\"b\" uri=\"/x\" !host_header_ambiguous\n" },
    { "length and coding at once", ">>> \"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 9\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n\"\n",
      "request_body", "> 0 request_body=78 !request_smuggling\n" },
    { "two lengths", ">>> \"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nx\"\n",
      "content_len request_body", "> 0 content_len=\"1\" request_body=78 !duplicate_content_length_field_in_request\n" },
    { "a coding that is none", ">>> \"POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\n\"\n", "url",
      "> 0 url=\"/\" !invalid_transfer_encoding_value_in_request\n" },
    { "headers that are none", ">>> \"GET / HTTP/1.1\\r\\nHost: a\\r\\nno colon\\r\\nb ad: 1\\r\\nlate : 2\\r\\n\\r\\n\"\n", "header_names",
      "> 0 header_names=\"\\r\\nHost\\r\\n\\r\\nb ad\\r\\nlate\\r\\n\\r\\n\" !request_field_missing_colon !request_header_invalid\n" },
    { "a scheme nobody knows", ">>> \"GET / HTTP/1.1\\r\\nHost: a\\r\\nAuthorization: Magic x\\r\\n\\r\\n\"\n", "url",
      "> 0 url=\"/\" !request_auth_unrecognized\n" },
    { "a body that nobody announced", ">>> \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nlogin=x\"\n", "request_body",
      "> 0 request_body=6c6f67696e3d78 !request_body_unexpected\n" },
    { "a request that breaks off", ">>> \"GET /half HTTP/1.1\\r\\nHost: a\\r\\nUser-A\"\n", "url hostname",
      "> 0 hostname=\"a\" url=\"/half\" !request_field_missing_colon !incomplete\n" },
    { "a gap in the headers, then the next request", ">>> \"GET /1 HTTP/1.1\\r\\nHo\"\n>>> gap 10\n>>> \"rest\\r\\n\\r\\n\"\n"
      ">>> \"GET /2 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n", "url",
      "> 0 url=\"/1\" !missing_host_header !incomplete\n> 1 url=\"/2\"\n" },
};

static const struct dialogue_case responses[] = {
    { "no request", "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n", "status",
      "< 0 status=200 !unable_to_match_response_to_request\n" },
    { "no status line", GET "<<< \"just text\\r\\n\"\n", "response_body", ASKED "< 0 response_body=6a75737420746578740d0a\n" },
    { "lone carriage returns", GET "<<< \"HTTP/1.1 200 OK\\rX: 1\\rContent-Length: 2\\r\\n\\r\\nhi\"\n", "header response_body",
      "> 0 header=\"Host: a\\r\\n\"\n< 0 header=\"X: 1\\r\\nContent-Length: 2\\r\\n\" response_body=6869\n" },
    { "a length that is too short", GET "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhidden\"\n", "response_body",
      ASKED "< 0 response_body=68696464656e !response_body_unexpected\n" },
    { "a length that is none", GET "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: x\\r\\n\\r\\nhi\"\n", "response_body",
      ASKED "< 0 response_body=6869 !invalid_content_length_field_in_response\n" },
    { "a chunk length that is none", GET "<<< \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nplain\"\n", "response_body",
      ASKED "< 0 response_body=706c61696e !invalid_response_chunk_len\n" },
    { "chunked with a NUL inside, before HTTP/1.1", GET "<<< \"HTTP/1.0 200 OK\\r\\nTransfer-Encoding: chu\\x00nked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n\"\n",
      "response_body", ASKED "< 0 response_body=78 !response_chunked_old_proto\n" },
    { "304 announces a length and sends none", GET GET "<<< \"HTTP/1.1 304 Not Modified\\r\\nContent-Length: 50\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n", "status", "> 0\n> 1\n< 0 status=304\n< 1 status=200\n" },
    { "100 Continue twice", GET "<<< \"HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n",
      "status", "> 0\n< 0 status=200 !100_continue_already_seen\n" },
    { "a tunnel", ">>> \"CONNECT h:443 HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n\"\n<<< \"HTTP/1.1 200 OK\\r\\n\\r\\n\"\n>>> 160301\n<<< 160303\n",
      "hostname status", "> 0 hostname=\"h\"\n< 0 status=200\n" },
    { "a gap inside a body", GET "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc\"\n<<< gap 4\n<<< \"xyzHTTP/1.1 404 No\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n",
      "status response_body", "> 0\n< 0 status=200 response_body=616263 !incomplete\n"
      "< 1 status=404 !unable_to_match_response_to_request\n" },
    { "gzip", GET "<<< \"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: 25\\r\\n\\r\\n\""
      " 1f8b0800000000000003 cb48cdc9c9070086a6103605000000\n", "length response_body",
      "> 0 length=0\n< 0 length=25 response_body=68656c6c6f\n" },
    { "deflate that is called gzip", GET "<<< \"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\n\\r\\n\" cb48cdc9c90700\n", "response_body",
      ASKED "< 0 response_body=68656c6c6f\n" },
    { "gzip that is none", GET "<<< \"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\n\\r\\nplain text\"\n", "response_body",
      ASKED "< 0 response_body=706c61696e2074657874 !gzip_decompression_failed\n" },
    { "br", GET "<<< \"HTTP/1.1 200 OK\\r\\nContent-Encoding: br\\r\\n\\r\\n\" 0b0280 \"hello\" 03\n", "response_body",
      ASKED "< 0 response_body=68656c6c6f\n" },
};

static const struct uri_case { const char *name, *target, *want; } uris[] = {
    { "escapes in path and query", "/a%2fb%20c?d=%2F%41",     "/a/b c?d=/A" },
    { "plus stays",                "/x?a+b",                  "/x?a+b" },
    { "once, not twice",           "/%2561",                  "/%61" },
    { "a broken escape stays",     "/%zz%4",                  "/%zz%4" },
    { "a Unicode escape",          "/%u0041%uff21",           "/AA" },
    { "back slashes",              "\\\\a\\\\b",              "/a/b" },
    { "runs of slashes",           "//a///b?c//d",            "/a/b?c//d" },
    { "dot segments",              "/a/./b/../../c/..",       "/" },
    { "above the root",            "/../../etc/passwd",       "/etc/passwd" },
    { "dots that are names",       "/...//.a/b..",            "/.../.a/b.." },
    { "an escaped dot segment",    "/a/%2e%2e/b",             "/b" },
    { "an absolute target",        "http://u@h:80/p?q#f",     "/p?q#f" },
    { "a fragment",                "/a#b%20c",                "/a#b c" },
};

static void sound_messages_give_their_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
        dialogue_case_holds(&dissector_http, &sound[i]);
}

static void crooked_requests_are_read_and_said(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        dialogue_case_holds(&dissector_http, &requests[i]);
}

static void crooked_responses_are_read_and_said(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++)
        dialogue_case_holds(&dissector_http, &responses[i]);
}

static void the_uri_is_what_a_server_would_take_it_for(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        char text[512], want[512];
        snprintf(text, sizeof text, ">>> \"GET %s HTTP/1.0\\r\\n\\r\\n\"\n", uris[i].target);
        snprintf(want, sizeof want, "> 0 uri=\"%s\"", uris[i].want);
        char *said = dissect_dialogue(&dissector_http, text, 0, "uri");
        if (strncmp(said, want, strlen(want)) != 0)
            fail_msg("%s: %s", uris[i].name, said);
        free(said);
    }
}

static void the_cut_of_the_stream_does_not_matter(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
        dissect_same_for_every_cut(&dissector_http, sound[i].text);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
        dissect_survives_every_prefix(&dissector_http, sound[i].text);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
        dissect_survives_every_bit_change(&dissector_http, sound[i].text);
}

static char *bulk(struct dissect_run *run, const char *head, size_t body, const uint8_t *piece, size_t n)
{
    dissect_run_bytes(run, FROM_SERVER, (const uint8_t *)head, strlen(head));
    for (size_t done = 0; done < body; done += n)
        dissect_run_bytes(run, FROM_SERVER, piece, n < body - done ? n : body - done);
    return dissect_run_end(run);
}

static void a_long_body_is_said_once_at_the_limit_and_then_only_counted(void **unused)
{
    (void)unused;
    static const uint8_t piece[1000];
    static const char next[] = "HTTP/1.1 204 No\r\n\r\n";
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_http, "status length");
    dissect_run_bytes(&run, FROM_SERVER, (const uint8_t *)"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", 43);
    for (int i = 0; i < 300; i++)
        dissect_run_bytes(&run, FROM_SERVER, piece, sizeof piece);
    assert_int_equal(run.account.used, 0);
    char *said = bulk(&run, next, 0, piece, 0);
    assert_string_equal(said, "< 0 status=200 length=103000 !unable_to_match_response_to_request !incomplete\n"
                              "< 1 status=204 length=0 !unable_to_match_response_to_request\n");
    free(said);
}

#define NAME16 "0123456789abcdef"
#define NAME256 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16 NAME16
#define LONG_NAME NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 NAME256 \
                  NAME256 NAME256 "x"

static const struct dialogue_case files[] = {
    { "the path that was asked for, decoded and without the query", ">>> \"GET /a%2fb/c.exe?x=1 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\nx\"\n", "filename size state end", "> 0\n< 0 filename=\"/a/b/c.exe\" size=1 state=CLOSED\n" },
    { "Content-Disposition before the path", ">>> \"GET /d HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 200 OK\\r\\nContent-Disposition: attachment; filename=\\\"a b.exe\\\"; x=y\\r\\nContent-Length: 1\\r\\n\\r\\nx\"\n",
      "filename size state end", "> 0\n< 0 filename=\"a b.exe\" size=1 state=CLOSED\n" },
    { "each of a pipeline its own", ">>> \"GET /1 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nGET /2 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\nxHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nyy\"\n",
      "filename size state end", "> 0\n> 1\n< 0 filename=\"/1\" size=1 state=CLOSED\n< 1 filename=\"/2\" size=2 state=CLOSED\n" },
    { "a part of a file", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 206 P\\r\\nContent-Range: bytes 200-202/4000\\r\\nContent-Length: 3\\r\\n\\r\\nxyz\"\n",
      "filename size state end", "> 0\n< 0 filename=\"/f\" size=3 state=TRUNCATED end=202\n" },
    { "a range that is all of it", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 206 P\\r\\nContent-Range: bytes 0-2/3\\r\\nContent-Length: 3\\r\\n\\r\\nxyz\"\n",
      "filename size state end", "> 0\n< 0 filename=\"/f\" size=3 state=CLOSED end=2\n" },
    { "a file that is cut off", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nxy\"\n", "filename size state end", "> 0\n< 0 filename=\"/f\" size=2 state=TRUNCATED !incomplete\n" },
    { "a form with an empty file", ">>> \"POST /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: multipart/form-data; boundary=B\\r\\nContent-Length: 68\\r\\n\\r\\n\"\n"
      ">>> \"--B\\r\\nContent-Disposition: form-data; name=b; filename=c\\r\\n\\r\\n\\r\\n--B--\\r\\n\"\n",
      "filename size", "> 0 filename=\"c\" size=0 !multipart_no_filedata\n" },
    { "a part whose headers do not end", ">>> \"POST /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: multipart/form-data; boundary=B\\r\\nContent-Length: 128\\r\\n\\r\\n\"\n"
      ">>> \"--B\\r\\nContent-Disposition: form-data; name=b; filename=c\\r\\n--B\\r\\nContent-Disposition: form-data; name=b; filename=c\\r\\n\\r\\nyes\\r\\n--B--\\r\\n\"\n",
      "filename size", "> 0 filename=\"c\" size=3 !multipart_invalid_header\n" },
    { "a form without a boundary", ">>> \"POST /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: multipart/form-data\\r\\nContent-Length: 71\\r\\n\\r\\n\"\n"
      ">>> \"--B\\r\\nContent-Disposition: form-data; name=b; filename=c\\r\\n\\r\\nyes\\r\\n--B--\\r\\n\"\n",
      "filename", "> 0 filename=\"/f\" !multipart_generic_error\n" },
    { "a form whose boundary never comes", ">>> \"POST /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: multipart/form-data; boundary=C\\r\\nContent-Length: 71\\r\\n\\r\\n\"\n"
      ">>> \"--B\\r\\nContent-Disposition: form-data; name=b; filename=c\\r\\n\\r\\nyes\\r\\n--B--\\r\\n\"\n",
      "filename", "> 0 !multipart_generic_error\n" },
    { "a range of a whole that is not known", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 206 P\\r\\nContent-Range: bytes 0-2/*\\r\\nContent-Length: 3\\r\\n\\r\\nxyz\"\n",
      "size", "> 0\n< 0 size=3\n" },
    { "a range that runs backwards", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 206 P\\r\\nContent-Range: bytes 5-2/9\\r\\nContent-Length: 3\\r\\n\\r\\nxyz\"\n",
      "size", "> 0\n< 0 size=3 !range_invalid\n" },
    { "a range beyond the whole", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 206 P\\r\\nContent-Range: bytes 7-9/9\\r\\nContent-Length: 3\\r\\n\\r\\nxyz\"\n",
      "size", "> 0\n< 0 size=3 !range_invalid\n" },
    { "a range that is none", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 206 P\\r\\nContent-Range: bytes\\r\\nContent-Length: 3\\r\\n\\r\\nxyz\"\n",
      "size", "> 0\n< 0 size=3 !range_invalid\n" },
    { "a name longer than any path", ">>> \"GET /f HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n"
      "<<< \"HTTP/1.1 200 OK\\r\\nContent-Disposition: attachment; filename=" LONG_NAME "\\r\\nContent-Length: 3\\r\\n\\r\\nxyz\"\n",
      "size", "> 0\n< 0 size=3 !file_name_too_long\n" },
    { "files in a form", ">>> \"POST /f HTTP/1.1\\r\\nHost: a\\r\\nContent-Type: multipart/form-data; boundary=B\\r\\nContent-Length: 131\\r\\n\\r\\n\"\n"
      ">>> \"--B\\r\\nContent-Disposition: form-data; filename=\\\"a\\\\\\\"b\\\"\\r\\n\\r\\nno\\r\\n--B\\r\\nContent-Disposition: form-data; name=b; filename=c\\r\\n\\r\\nyes\\r\\n--B--\\r\\n\"\n",
      "filename size state end", "> 0 filename=\"a\\\"b\" size=2 state=CLOSED filename=\"c\" size=3 state=CLOSED\n" },
};

static void files_are_told_with_names_and_state(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        dialogue_case_holds(&dissector_http, &files[i]);
        dissect_same_for_every_cut(&dissector_http, files[i].text);
        dissect_survives_every_prefix(&dissector_http, files[i].text);
    }
}

static void a_file_longer_than_what_is_kept_is_digested_when_someone_asks(void **unused)
{
    (void)unused;
    static const uint8_t piece[1000];
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_http, "size state md5");
    run.sink.file_wants = FILE_WANTS_MD5;
    char *said = bulk(&run, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", 300000, piece, sizeof piece);
    assert_string_equal(said, "< 0 size=300000 state=CLOSED md5=4a21de7a58fb8ecb9a1b1f08a3068269 !unable_to_match_response_to_request !incomplete\n");
    free(said);
}

static void the_last_part_of_a_file_brings_the_whole(void **unused)
{
    (void)unused;
    static const char first[] = "HTTP/1.1 206 P\r\nContent-Range: bytes 0-2/5\r\nContent-Length: 3\r\n\r\nabc";
    static const char last[] = "HTTP/1.1 206 P\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nde";
    static const char request[] = "GET /f?%d HTTP/1.1\r\nHost: a\r\n\r\n";
    struct file_parts *parts = file_parts_new();
    for (int flow = 0; flow < 2; flow++) {
        struct dissect_run run;
        const char *response = flow == 0 ? last : first;
        dissect_run_begin(&run, &dissector_http, "filename size state file_data");
        run.sink.parts = parts;
        dissect_run_bytes(&run, FROM_CLIENT, (const uint8_t *)request, strlen(request));
        dissect_run_bytes(&run, FROM_SERVER, (const uint8_t *)response, strlen(response));
        char *said = dissect_run_end(&run);
        assert_string_equal(said, flow == 0 ? "> 0\n< 0 filename=\"/f\" size=2 state=TRUNCATED file_data=6465\n"
                                            : "> 0\n< 0 filename=\"/f\" size=3 state=TRUNCATED file_data=616263"
                                              " filename=\"/f\" size=5 state=CLOSED file_data=6162636465\n");
        free(said);
    }
    file_parts_free(parts);
}

static void a_gap_in_a_file_leaves_it_without_digest(void **unused)
{
    (void)unused;
    static const uint8_t piece[1000];
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_http, "size state md5");
    run.sink.file_wants = FILE_WANTS_MD5;
    dissect_run_bytes(&run, FROM_SERVER, (const uint8_t *)"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n", 41);
    dissect_run_bytes(&run, FROM_SERVER, piece, sizeof piece);
    dissect_run_gap(&run, FROM_SERVER, 1000);
    char *said = bulk(&run, "", 1000, piece, sizeof piece);
    assert_string_equal(said, "< 0 size=1000 state=TRUNCATED !unable_to_match_response_to_request !incomplete\n");
    free(said);
}

static void a_decoded_body_never_exceeds_the_limit(void **unused)
{
    (void)unused;
    static uint8_t zeros[1000 * 1000], packed[4096];
    uLongf n = sizeof packed;
    struct dissect_run run;
    assert_int_equal(compress2(packed, &n, zeros, sizeof zeros, 9), Z_OK);
    dissect_run_begin(&run, &dissector_http, "file_data");
    char *said = bulk(&run, "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n", n, packed, n);
    assert_int_equal(strlen(strchr(said, '=') + 1), 2 * 100 * 1024 + strlen(" !unable_to_match_response_to_request\n"));
    free(said);
}

static void a_header_without_end_is_given_up(void **unused)
{
    (void)unused;
    static const uint8_t piece[1000] = { 'x' };
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_http, "url");
    dissect_run_bytes(&run, FROM_CLIENT, (const uint8_t *)"GET / HTTP/1.0\r\nA: ", 19);
    for (int i = 0; i < 100; i++)
        dissect_run_bytes(&run, FROM_CLIENT, piece, sizeof piece);
    assert_int_equal(run.account.used, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0 url=\"/\" !request_field_too_long !incomplete\n");
    free(said);
}

static void a_flow_without_memory_loses_fields_and_nothing_else(void **unused)
{
    (void)unused;
    for (uint32_t most = 0; most < 4096; most += 64) {
        struct dissect_run run;
        struct dialogue *d = dialogue_read(sound[1].text);
        dissect_run_begin(&run, &dissector_http, NULL);
        run.account.most = most;
        dialogue_play(&run, d, 0);
        free(dissect_run_end(&run));
        dialogue_free(d);
    }
}

static const struct probe_case {
    const char    *text;
    enum direction dir;
    enum probe     want;
} probes[] = {
    { "GET / HTTP/1.1\r\n",              FROM_CLIENT, PROBE_YES },
    { "GET /very/long",                  FROM_CLIENT, PROBE_YES },
    { "GE",                              FROM_CLIENT, PROBE_MORE },
    { "FROB /x HTTP/1.0\r\n",            FROM_CLIENT, PROBE_YES },
    { "OPTIONS sip:a@b SIP/2.0\r\n",     FROM_CLIENT, PROBE_NO },
    { "OPTIONS rtsp://b RTSP/1.0\r\n",   FROM_CLIENT, PROBE_NO },
    { "PRI * HTTP/2.0\r\n\r\n",          FROM_CLIENT, PROBE_NO },
    { "\x16\x03\x01",                    FROM_CLIENT, PROBE_NO },
    { "HTTP/1.0 200 OK\r\n",             FROM_SERVER, PROBE_YES },
    { "HTT",                             FROM_SERVER, PROBE_MORE },
    { "SSH-2.0-x\r\n",                   FROM_SERVER, PROBE_NO },
};

static void a_probe_tells_http_from_its_likenesses(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .dir = probes[i].dir, .over = OVER_TCP };
        enum probe got = dissector_http.probe(&conv, cursor_over(probes[i].text, strlen(probes[i].text)));
        if (got != probes[i].want)
            fail_msg("%s: %d", probes[i].text, (int)got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_messages_give_their_fields),
        cmocka_unit_test(crooked_requests_are_read_and_said),
        cmocka_unit_test(crooked_responses_are_read_and_said),
        cmocka_unit_test(the_uri_is_what_a_server_would_take_it_for),
        cmocka_unit_test(the_cut_of_the_stream_does_not_matter),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(a_long_body_is_said_once_at_the_limit_and_then_only_counted),
        cmocka_unit_test(files_are_told_with_names_and_state),
        cmocka_unit_test(a_file_longer_than_what_is_kept_is_digested_when_someone_asks),
        cmocka_unit_test(the_last_part_of_a_file_brings_the_whole),
        cmocka_unit_test(a_gap_in_a_file_leaves_it_without_digest),
        cmocka_unit_test(a_decoded_body_never_exceeds_the_limit),
        cmocka_unit_test(a_header_without_end_is_given_up),
        cmocka_unit_test(a_flow_without_memory_loses_fields_and_nothing_else),
        cmocka_unit_test(a_probe_tells_http_from_its_likenesses),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
