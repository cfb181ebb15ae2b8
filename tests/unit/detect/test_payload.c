/* Contents, regular expressions and numbers on a packet's payload and on streams. */
#include "detect/memory.h"
#include "tests/unit/detect/fire.h"

#define B(bytes) bytes, sizeof(bytes) - 1

static const struct payload_case {
    const char *name, *options, *payload;
    size_t      len;
    bool        fires;
} cases[] = {
    { "a content anywhere",                  "content:\"abc\";",                        B("xxabcxx"), true },
    { "a content that is not there",         "content:\"abd\";",                        B("xxabcxx"), false },
    { "capitals matter",                     "content:\"ABC\";",                        B("xxabcxx"), false },
    { "unless nocase",                       "content:\"ABC\"; nocase;",                B("xxaBcxx"), true },
    { "hexadecimal and text",                "content:\"a|00 ff|b\";",                  B("xa\0\xff" "bx"), true },
    { "escaped characters",                  "content:\"a\\;\\\"\\\\\\:\";",            B("a;\"\\:"), true },
    { "a content that must not be there",    "content:!\"abc\";",                       B("xxabcxx"), false },
    { "and is not",                          "content:!\"abc\";",                       B("xxabxx"), true },
    { "offset reached",                      "content:\"abc\"; offset:2;",              B("xxabc"), true },
    { "offset passed by",                    "content:\"abc\"; offset:3;",              B("xxabc"), false },
    { "offset beyond the payload",           "content:\"abc\"; offset:90;",             B("xxabc"), false },
    { "depth holds the end",                 "content:\"abc\"; depth:5;",               B("xxabc"), true },
    { "depth too short",                     "content:\"abc\"; depth:4;",               B("xxabc"), false },
    { "depth counts from the offset",        "content:\"abc\"; offset:2; depth:3;",     B("xxabc"), true },
    { "whatever is said first",              "content:\"abc\"; depth:3; offset:2;",     B("xxabc"), true },
    { "startswith",                          "content:\"abc\"; startswith;",            B("abcx"), true },
    { "startswith and it does not",          "content:\"abc\"; startswith;",            B("xabc"), false },
    { "endswith",                            "content:\"abc\"; endswith;",              B("abcabc"), true },
    { "endswith and it does not",            "content:\"abc\"; endswith;",              B("abcx"), false },
    { "must not end so",                     "content:!\"abc\"; endswith;",             B("abcx"), true },
    { "must not end so and does",            "content:!\"abc\"; endswith;",             B("xabc"), false },
    { "two contents in any order",           "content:\"b\"; content:\"a\";",           B("ab"), true },
    { "distance 0 keeps the order",          "content:\"b\"; content:\"a\"; distance:0;", B("ab"), false },
    { "distance 0 touches",                  "content:\"a\"; content:\"b\"; distance:0;", B("ab"), true },
    { "distance 1 leaves a gap",             "content:\"a\"; content:\"b\"; distance:1;", B("ab"), false },
    { "distance may go back",                "content:\"bc\"; content:\"ab\"; distance:-3;", B("abc"), true },
    { "within holds",                        "content:\"a\"; content:\"b\"; within:2;", B("axb"), true },
    { "within too short",                    "content:\"a\"; content:\"b\"; within:1;", B("axb"), false },
    { "within counts from the distance",     "content:\"a\"; content:\"b\"; distance:2; within:1;", B("axxb"), true },
    { "must not follow within",              "content:\"a\"; content:!\"b\"; within:2;", B("axb"), false },
    { "does not follow within",              "content:\"a\"; content:!\"b\"; within:2;", B("axxb"), true },
    { "another occurrence is tried",         "content:\"a\"; content:\"b\"; within:1;", B("axab"), true },
    { "an occurrence that overlaps the last", "content:\"aa\"; content:\"b\"; within:1;", B("aaab"), true },
    { "all the way back",                    "content:\"a\"; content:\"b\"; within:1; content:\"c\"; within:1;", B("abxabc"), true },
    { "many tries end",                      "content:\"a\"; content:\"a\"; distance:0; content:\"z\"; within:1;", B("aaaaaaaaaaaaaaaaaaaaaaaa"), false },
    { "isdataat holds",                      "content:\"a\"; isdataat:1,relative;",     B("ab"), true },
    { "isdataat and there is none",          "content:\"a\"; isdataat:1,relative;",     B("a"), false },
    { "isdataat not",                        "content:\"a\"; isdataat:!1,relative;",    B("a"), true },
    { "isdataat from the beginning",         "content:\"a\"; isdataat:2;",              B("ab"), false },
    { "a regular expression",                "pcre:\"/a[bc]+d/\";",                     B("xabcbd"), true },
    { "without a match",                     "pcre:\"/a[bc]+d/\";",                     B("xabcb"), false },
    { "that must not match",                 "pcre:!\"/a[bc]+d/\";",                    B("xabcb"), true },
    { "ignoring case",                       "pcre:\"/ABC/i\";",                        B("xabc"), true },
    { "relative",                            "content:\"a\"; pcre:\"/^b/R\";",          B("xab"), true },
    { "relative and something between",      "content:\"a\"; pcre:\"/^b/R\";",          B("xaxb"), false },
    { "a content after an expression",       "pcre:\"/a+/\"; content:\"b\"; within:1;", B("aaxab"), true },
    { "byte_test greater",                   "byte_test:2,>,256,0;",                    B("\x01\x01"), true },
    { "byte_test equal is not greater",      "byte_test:2,>,257,0;",                    B("\x01\x01"), false },
    { "byte_test little",                    "byte_test:2,=,258,0,little;",             B("\x02\x01"), true },
    { "byte_test not",                       "byte_test:1,!=,5,0;",                     B("\x05"), false },
    { "byte_test bits",                      "byte_test:1,&,0x80,0;",                   B("\x81"), true },
    { "byte_test bits not",                  "byte_test:1,!&,0x80,0;",                  B("\x81"), false },
    { "byte_test text",                      "content:\"n=\"; byte_test:3,>=,123,0,relative,string,dec;", B("n=123"), true },
    { "byte_test text in hexadecimal",       "byte_test:4,=,255,0,string,hex;",         B("0xff"), true },
    { "byte_test all digits there are",      "byte_test:0,=,1234,0,string,dec;",        B("1234x"), true },
    { "byte_test of no digits",              "byte_test:2,=,0,0,string,dec;",           B("xx"), false },
    { "byte_test masked",                    "byte_test:1,=,3,0,bitmask 0x30;",         B("\x37"), true },
    { "byte_test outside",                   "byte_test:4,>=,0,2;",                     B("abcd"), false },
    { "byte_test before the beginning",      "content:\"a\"; byte_test:1,>=,0,-5,relative;", B("abcd"), false },
    { "asn1",                                "asn1:oversize_length 16;", B("\x04\x20" "a"), true },
    { "asn1 behind a content",               "content:\"x\"; asn1:bitstring_overflow, oversize_length 16, relative_offset 1;", B("x.\x04\x20" "a"), true },
    { "asn1 behind another of them",         "content:\"x\"; asn1:oversize_length 16, relative_offset 0;", B("x..x\x04\x20" "a"), true },
    { "asn1 that does not hold",             "content:\"x\"; asn1:oversize_length 64, relative_offset 1;", B("x.\x04\x20" "a"), false },
    { "byte_jump",                           "byte_jump:1,0; content:\"b\"; within:1;", B("\x02xxb"), true },
    { "byte_jump elsewhere",                 "byte_jump:1,0; content:\"b\"; within:1;", B("\x01xxb"), false },
    { "byte_jump multiplied",                "byte_jump:1,0,multiplier 2; content:\"b\"; within:1;", B("\x01xxb"), true },
    { "byte_jump from the beginning",        "byte_jump:1,0,from_beginning; content:\"b\"; within:1;", B("\x03xxb"), true },
    { "byte_jump from the end",              "byte_jump:1,0,from_end,post_offset -1; content:\"b\"; within:1;", B("\0xxb"), true },
    { "byte_jump aligned",                   "byte_jump:1,0,align; content:\"b\"; within:1;", B("\x01xxxxb"), true },
    { "byte_jump before the beginning",      "content:\"b\"; byte_jump:0,0,relative,post_offset -9; content:\"a\"; within:1;", B("axxb"), true },
    { "byte_jump out of the payload",        "byte_jump:1,0; content:\"b\";",           B("\x09xxb"), false },
    { "byte_extract into depth",             "byte_extract:1,0,n; content:\"b\"; offset:1; depth:n;", B("\x02xb"), true },
    { "byte_extract into within",            "byte_extract:1,0,n; content:\"b\"; within:n;", B("\x01xb"), false },
    { "byte_extract compared",               "byte_extract:1,0,n; byte_test:1,=,n,1;",  B("\x07\x07"), true },
    { "byte_math",                           "byte_math:bytes 1,offset 0,oper *,rvalue 3,result r; byte_test:1,=,r,1;", B("\x02\x06"), true },
    { "byte_math by a variable",             "byte_extract:1,0,n; byte_math:bytes 1,offset 1,oper +,rvalue n,result r; byte_test:1,=,r,2;", B("\x02\x03\x05"), true },
    { "base64",                              "content:\"x=\"; base64_decode:relative; base64_data; content:\"hello\";", B("x=aGVsbG8="), true },
    { "base64 of other text",                "content:\"x=\"; base64_decode:relative; base64_data; content:\"hullo\";", B("x=aGVsbG8="), false },
    { "dsize",                               "dsize:3;",                                B("abc"), true },
    { "dsize between leaves out both",       "dsize:3<>5;",                             B("abc"), false },
    { "dsize between",                       "dsize:3<>5;",                             B("abcd"), true },
    { "fast_pattern:only",                   "content:\"abc\"; fast_pattern:only; content:\"x\";", B("xabc"), true },
    { "a piece as fast pattern",             "content:\"abcdef\"; fast_pattern:2,2;",   B("xabcdef"), true },
    { "a content of zeros alone",            "content:\"|00 00|\";",                    B("x\0\0x"), true },
    { "a content with zeros in front",       "content:\"|00 00|a\";",                   B("x\0\0a"), true },
    { "a content longer than a literal may be", "content:\"0123456789012345678901234567890123456789\";", B("x0123456789012345678901234567890123456789"), true },
    { "and its end counts",                  "content:\"0123456789012345678901234567890123456789\";", B("x012345678901234567890123456789012345678x"), false },
    { "the header of TCP",                   "tcp.hdr; content:\"|50 18|\"; offset:12; depth:2;", B("x"), true },
    { "a variable goes from buffer to buffer", "tcp.hdr; byte_extract:1,13,n; pkt_data; byte_test:1,=,n,0;", B("\x18"), true },
    { "and is compared there",               "tcp.hdr; byte_extract:1,13,n; pkt_data; byte_test:1,=,n,0;", B("\x19"), false },
    { "pkt_data goes back",                  "tcp.hdr; content:\"|50 18|\"; pkt_data; content:\"abc\";", B("abc"), true }
};

static void options_fire_when_they_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char rule[512];
        struct scene c;
        snprintf(rule, sizeof(rule), "alert tcp any any -> any any (msg:\"x\"; %s sid:1;)", cases[i].options);
        scene_begin(&c, rule);
        const char *said = scene_packet(&c, cases[i].payload, cases[i].len);
        if ((strcmp(said, "1 ") == 0) != cases[i].fires)
            fail_msg("%s: %s said `%s`", cases[i].name, rule, said);
        scene_end(&c);
    }
}

/* The same on a stream that is all there, and as UDP: one language, whatever carries it. */
static void options_mean_the_same_on_streams_and_datagrams(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char rule[512];
        struct scene c;
        bool packet_only = strstr(cases[i].options, "dsize") || strstr(cases[i].options, "tcp.hdr");
        snprintf(rule, sizeof(rule), "alert ip any any -> any any (msg:\"x\"; %s sid:1;)", cases[i].options);
        scene_begin(&c, rule);
        const char *said = packet_only ? "" : scene_stream(&c, cases[i].payload, cases[i].len, cases[i].len, 0);
        if (!packet_only && (strcmp(said, "1 ") == 0) != cases[i].fires)
            fail_msg("stream: %s: %s said `%s`", cases[i].name, rule, said);
        scene_end(&c);
        scene_begin(&c, rule);
        c.s.proto = IPPROTO_UDP;
        said = packet_only ? "" : scene_packet(&c, cases[i].payload, cases[i].len);
        if (!packet_only && (strcmp(said, "1 ") == 0) != cases[i].fires)
            fail_msg("datagram: %s: %s said `%s`", cases[i].name, rule, said);
        scene_end(&c);
    }
}

static void a_match_across_segments_is_told_on_the_one_that_completes_it(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"abcdef\"; sid:1;)\n"
                    "alert tcp any any -> any any (content:\"abc\"; content:\"xyz\"; distance:0; sid:2;)\n"
                    "alert tcp-pkt any any -> any any (content:\"abcdef\"; sid:3;)");
    assert_string_equal(scene_stream(&c, "..abc", 5, 5, 0), "");
    assert_string_equal(scene_stream(&c, "..abcdef", 8, 3, 0), "1 ");
    assert_string_equal(scene_stream(&c, "..abcdef..", 10, 2, 0), "");
    assert_string_equal(scene_stream(&c, "..abcdef..xyz", 13, 3, 0), "2 ");
    assert_string_equal(scene_stream(&c, "..abcdef..xyz..", 15, 2, 0), "");
    assert_string_equal(scene_stream(&c, "..abcdef..xyz..abcdef", 21, 6, 0), "1 3 ");
    scene_end(&c);
}

static void what_waits_is_forgotten_when_it_leaves_the_window(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"abcdef\"; content:\"xy\"; distance:0; sid:2;)");
    assert_string_equal(scene_stream(&c, "abcdef", 6, 6, 0), "");
    assert_int_equal(c.memory->waiting_count[FROM_CLIENT], 1);
    assert_string_equal(scene_stream(&c, "..xy", 4, 4, 7), "");
    assert_int_equal(c.memory->waiting_count[FROM_CLIENT], 0);
    scene_end(&c);
}

static void depth_counts_from_the_stream_s_beginning(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (flow:only_stream; content:\"ab\"; depth:2; sid:1;)\n"
                    "alert tcp any any -> any any (flow:only_stream; content:\"ab\"; offset:100; sid:2;)\n"
                    "alert tcp any any -> any any (content:\"ab\"; depth:2; sid:3;)");
    assert_string_equal(scene_stream(&c, "ab", 2, 2, 50), "3 ");
    assert_string_equal(scene_stream(&c, "ab", 2, 2, 0), "1 3 ");
    assert_string_equal(scene_stream(&c, "ab", 2, 2, 100), "2 3 ");
    scene_end(&c);
}

static void a_segment_outside_the_stream_is_looked_at_alone(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"abc\"; sid:1;)\n"
                    "alert tcp any any -> any any (content:\"abc\"; flow:only_stream; sid:2;)");
    assert_string_equal(scene_packet(&c, B("abc")), "1 ");
    c.s.flags |= SUBJECT_STREAM;            /* taken by reassembly, nothing in order yet */
    assert_string_equal(scene_packet(&c, B("abc")), "");
    scene_end(&c);
}

static void what_a_syn_brings_is_looked_at_alone(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"abc\"; sid:1;)");
    c.s.flags |= SUBJECT_STREAM;
    c.s.tcp_flags = 0x02;
    assert_string_equal(scene_packet(&c, B("abc")), "1 ");
    scene_end(&c);
}

static void a_costly_expression_ends_at_its_limit(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"aaa\"; pcre:\"/(a+)+$/\"; sid:1;)");
    char many[4001];
    memset(many, 'a', 4000);
    many[4000] = 'b';
    assert_string_equal(scene_packet(&c, many, sizeof(many)), "");
    assert_int_equal(detect_counts(c.detect)->regex_limit, 1);
    scene_end(&c);
}

static void many_occurrences_end_at_the_limit_of_steps(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"a\"; content:\"a\"; distance:0; content:\"a\"; distance:0; "
                    "content:\"b\"; within:1; sid:1;)");
    char many[1000];
    memset(many, 'a', sizeof(many));
    assert_string_equal(scene_packet(&c, many, sizeof(many)), "");
    assert_int_equal(detect_counts(c.detect)->inspection_limit, 1);
    scene_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_fire_when_they_should),
        cmocka_unit_test(options_mean_the_same_on_streams_and_datagrams),
        cmocka_unit_test(a_match_across_segments_is_told_on_the_one_that_completes_it),
        cmocka_unit_test(what_waits_is_forgotten_when_it_leaves_the_window),
        cmocka_unit_test(depth_counts_from_the_stream_s_beginning),
        cmocka_unit_test(a_segment_outside_the_stream_is_looked_at_alone),
        cmocka_unit_test(what_a_syn_brings_is_looked_at_alone),
        cmocka_unit_test(a_costly_expression_ends_at_its_limit),
        cmocka_unit_test(many_occurrences_end_at_the_limit_of_steps)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
