/* Buffers and fields of messages: absent, entropy, base64 undone, moments. */
#include "tests/unit/detect/fire.h"

struct buffer_case { const char *name, *options, *bytes; bool fires; };

static void hold_on(const struct buffer_case *t, const struct record *r)
{
    char rule[512];
    struct scene c;
    snprintf(rule, sizeof(rule), "alert %s any any -> any any (%s; sid:1;)", r->schema->name, t->options);
    scene_begin(&c, rule);
    if (strcmp(scene_record(&c, r), t->fires ? "1 " : "") != 0)
        fail_msg("%s: `%s` %s", t->name, t->options, t->fires ? "does not fire" : "fires");
    scene_end(&c);
}

/* On its bytes, as toy.raw. */
static void hold_on_raw(const struct buffer_case *t)
{
    char options[256];
    struct buffer_case raw = *t;
    struct record r;
    record_begin(&r, &toy_schema, FROM_CLIENT);
    record_text(&r, TOY_RAW, t->bytes);
    snprintf(options, sizeof(options), "toy.raw; %s", t->options);
    raw.options = options;
    hold_on(&raw, &r);
}

/* A request with a method and a host. */
static const struct buffer_case lacks[] = {
    { "it is not there",              "http.user_agent; absent", NULL, true },
    { "it is there",                  "http.host; absent", NULL, false },
    { "neither of two",               "http.user_agent; absent; http.uri; absent", NULL, true },
    { "one of two",                   "http.user_agent; absent; http.host; absent", NULL, false },
    { "beside a content",             "http.host; content:\"a.cn\"; http.user_agent; absent", NULL, true },
    { "beside a content that fails",  "http.host; content:\"b.cn\"; http.user_agent; absent", NULL, false },
    { "a response's, of a request",   "http.stat_code; absent", NULL, false },
    { "there, and holds",             "http.host; absent:or_else; content:\"a.cn\"", NULL, true },
    { "there, and does not hold",     "http.host; absent:or_else; content:\"b.cn\"", NULL, false },
    { "there, and must not hold",     "http.host; absent:or_else; content:!\"b.cn\"", NULL, true },
    { "not there, or else",           "http.user_agent; absent:or_else; content:\"curl\"", NULL, true },
    { "not there, without absent",    "http.user_agent; content:!\"curl\"", NULL, false },
    { "with a transform",             "http.user_agent; to_lowercase; absent:or_else; content:\"curl\"", NULL, true },
};

static void what_a_message_lacks_can_be_asked(void **unused)
{
    (void)unused;
    struct record r;
    record_begin(&r, &http_schema, FROM_CLIENT);
    record_text(&r, HTTP_METHOD, "GET");
    record_text(&r, HTTP_HOST, "a.cn");
    for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++)
        hold_on(&lacks[i], &r);
}

static void a_message_that_could_not_have_it_lacks_nothing(void **unused)
{
    (void)unused;
    static const struct buffer_case agent = { "a request's, of a response", "http.user_agent; absent", NULL, false },
                                    code = { "a response's, of one", "http.stat_code; absent:or_else; content:\"4\"", NULL, false },
                                    neither = { "a message that is neither", "http.user_agent; absent", NULL, false },
                                    short_of = { "a message cut short before it", "http.user_agent; absent", NULL, false },
                                    behind = { "a message cut short behind it", "http.user_agent; absent", NULL, true },
                                    cut = { "a record that was cut", "http.user_agent; absent", NULL, false },
                                    unknown = { "a field whose side nobody says", "toy.raw; absent", NULL, true };
    struct record r;
    record_begin(&r, &http_schema, FROM_SERVER);
    record_text(&r, HTTP_STAT_CODE, "200");
    hold_on(&agent, &r);
    hold_on(&code, &r);
    record_begin(&r, &http_schema, FROM_CLIENT);
    record_uint(&r, HTTP_LENGTH, 5);
    hold_on(&neither, &r);
    record_text(&r, HTTP_METHOD, "GET");
    r.incomplete = true;
    hold_on(&short_of, &r);
    record_text(&r, HTTP_COOKIE, "a=b");
    hold_on(&short_of, &r);
    record_text(&r, HTTP_BODY, "half");
    hold_on(&behind, &r);
    r.cut = true;
    hold_on(&cut, &r);
    record_begin(&r, &toy_schema, FROM_CLIENT);
    record_uint(&r, TOY_FUNCTION, 1);
    hold_on(&unknown, &r);
}

static const struct buffer_case measured[] = {
    { "one letter over and over",  "entropy:value 0", "aaaaaaa", true },
    { "four letters alike",        "entropy:value = 2", "abcdabcd", true },
    { "the bare number",           "entropy:2", "abcdabcd", true },
    { "above",                     "entropy:value > 1.9", "abcdabcd", true },
    { "not above",                 "entropy:value > 2", "abcdabcd", false },
    { "at least",                  "entropy:value >= 2", "abcdabcd", true },
    { "below",                     "entropy: <2.5", "abcdabcd", true },
    { "other than",                "entropy:value != 2", "abcdabcd", false },
    { "between",                   "entropy:value 1.5-2.5", "abcdabcd", true },
    { "an end of a range",         "entropy:value 2-3", "abcdabcd", false },
    { "outside of a range",        "entropy:value !2-3", "abcdabcd", true },
    { "behind an offset",          "entropy:offset 4, value 0", "abcdzzzz", true },
    { "of some bytes",             "entropy:bytes 4, offset 4, value 0", "abcdzzzzabcd", true },
    { "words in any order",        "entropy:value 0, bytes 2", "aabcd", true },
    { "more bytes than there are", "entropy:bytes 9, value >= 0", "abcdabcd", false },
    { "an offset behind the end",  "entropy:offset 9, value >= 0", "abcdabcd", false },
    { "with a content",            "content:\"cd\"; entropy:value 2", "abcdabcd", true },
};

static void entropy_is_measured_in_bits(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++)
        hold_on_raw(&measured[i]);
}

static const struct buffer_case decoded[] = {
    { "all of it",              "from_base64; content:\"This is Suricata\"; startswith; endswith", "VGhpcyBpcyBTdXJpY2F0YQ==", true },
    { "some bytes",             "from_base64:bytes 12; content:\"This is S\"; startswith; endswith", "VGhpcyBpcyBTdXJpY2F0YQ==", true },
    { "behind an offset",       "from_base64:offset 4; content:\"s is Suricata\"; startswith", "VGhpcyBpcyBTdXJpY2F0YQ==", true },
    { "more than there is",     "from_base64:bytes 99; content:\"VGhpcyBpcyBTdXJpY2F0YQ==\"; startswith", "VGhpcyBpcyBTdXJpY2F0YQ==", true },
    { "an offset behind the end", "from_base64:offset 99; content:\"VGhp\"; startswith", "VGhpcyBpcyBTdXJpY2F0YQ==", true },
    { "up to what is no letter", "from_base64; content:\"foo\"; startswith; endswith", "Zm9v.YmFy", true },
    { "among other characters", "from_base64:mode rfc2045; content:\"foobar\"; startswith; endswith", "Zm 9v Ym Fy", true },
    { "in pieces that end askew", "from_base64:mode rfc2045, bytes 15; content:\"Hello Wor\"; startswith; endswith", "SGVs bG8 gV29y bGQ=", true },
    { "strictly",               "from_base64:mode strict; content:\"foob\"; startswith; endswith", "Zm9vYg==", true },
    { "strictly, with a blank", "from_base64:mode strict; content:\"Zm9v Yg==\"; startswith", "Zm9v Yg==", true },
    { "strictly, without padding", "from_base64:mode strict; content:\"Zm9vYg\"; startswith; endswith", "Zm9vYg", true },
    { "what is none stays",     "from_base64; content:\"....\"; startswith", "....", true },
    { "and then in capitals",   "from_base64; to_uppercase; content:\"FOO\"", "Zm9v", true },
    { "what was there is gone", "from_base64; content:\"Zm9v\"", "Zm9v", false },
};

static void base64_is_undone_before_contents_are_looked_for(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(decoded) / sizeof(decoded[0]); i++)
        hold_on_raw(&decoded[i]);
}

/* 2015-10-22T23:59:59 UTC, and half a second. */
static const struct buffer_case moments[] = {
    { "after a year",          "toy.time:>2015", NULL, true },
    { "after the next",        "toy.time:>2016", NULL, false },
    { "before a month",        "toy.time:<2015-11", NULL, true },
    { "before its own",        "toy.time:<2015-10", NULL, false },
    { "between days",          "toy.time:2015-10-22<>2015-10-23", NULL, true },
    { "between other days",    "toy.time:2015-10-20<>2015-10-22", NULL, false },
    { "its second",            "toy.time:2015-10-22 23:59:59", NULL, true },
    { "its second, with a T",  "toy.time:2015-10-22T23:59:59", NULL, true },
    { "another second",        "toy.time:2015-10-22T23:59:58", NULL, false },
    { "not that second",       "toy.time:!2015-10-22T23:59:59", NULL, false },
    { "after an hour",         "toy.time:>2015-10-22T23", NULL, true },
    { "after a minute",        "toy.time:>=2015-10-22T23:59", NULL, true },
    { "microseconds",          "toy.time:1445558399500000", NULL, true },
    { "other microseconds",    "toy.time:>1445558399500001", NULL, false },
};

static void moments_are_dates_and_clock_times(void **unused)
{
    (void)unused;
    struct record r;
    record_begin(&r, &toy_schema, FROM_CLIENT);
    record_uint(&r, TOY_TIME, UINT64_C(1445558399500000));
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
        hold_on(&moments[i], &r);
}

static const struct refused { const char *options, *says; } refusals[] = {
    { "http.host; content:\"a\"; absent", "`absent` stands right behind its buffer" },
    { "absent", "`absent` needs the buffer of a protocol's field before it" },
    { "http.host; absent:maybe", "expected `absent` alone or `absent:or_else`, found `maybe`" },
    { "http.host; absent; content:\"a\"", "a buffer that is absent has no bytes" },
    { "http.host; absent:or_else", "`absent:or_else` needs something that is held against `http.host` when it is there" },
    { "http.host; absent:or_else; content:\"abc\"; fast_pattern", "`fast_pattern` cannot stand on a buffer that may be absent" },
    { "http.host; entropy:bytes 4", "`entropy` needs what the value is held against" },
    { "http.host; entropy:value 4, value 5", "`entropy` has two values" },
    { "http.host; entropy:value many", "`many` is not a number" },
    { "http.host; from_base64:mode loose; content:\"a\"", "expected bytes, offset, or mode with rfc4648, rfc2045 or strict, found `mode loose`" },
    { "http.host; from_base64:bytes -1; content:\"a\"", "expected a number of bytes up to 65535, found `-1`" },
    { "toy.time:yesterday", "expected a date as 2015-10-22 or 2015-10-22T23:59:59, found `yesterday`" },
    { "toy.time:2015-13", "expected a date" },
    { "toy.time:2016<>2015", "the range `2016<>2015` is empty" },
    { "http.host; domain; content:\"a\"", "keyword `domain`: it needs a list of public suffixes" },
};

static void what_makes_no_sense_is_refused_in_words(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        char rule[256];
        struct heard heard = { .len = 0 };
        struct rules_report report = { .refusal = tell_refusal, .ctx = &heard };
        int n = snprintf(rule, sizeof(rule), "alert tcp any any -> any any (%s; sid:1;)", refusals[i].options);
        rules_free(rules_from(rule, (size_t)n, &report));
        if (strstr(heard.text, refusals[i].says) == NULL)
            fail_msg("`%s`: %s", refusals[i].options, heard.text);
    }
}

static void protocols_that_nobody_reads_are_refused_with_the_reason(void **unused)
{
    (void)unused;
    static const char rules[] = "alert doh2 any any -> any any (sid:1;)\nalert http:request_started any any -> any any (sid:2;)\n";
    struct heard heard = { .len = 0 };
    struct rules_report report = { .refusal = tell_refusal, .ctx = &heard };
    rules_free(rules_from(rules, sizeof(rules) - 1, &report));
    assert_string_equal(heard.text, "1:7: protocol `doh2`: DNS over HTTPS is not looked into; `http2` has its requests\n"
                        "2:7: protocol `http:request_started`: a rule that hooks into a step of a parser or of the firewall mode is for an "
                        "inline engine\n");
}

static void names_of_captures_may_hold_slashes(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"x\"; pcre:\"/([a-z]+)\\/changelog$/R,flow:ua/repo,flow:ua/version\"; sid:1;)\n"
                    "alert tcp any any -> any any (pcre:\"/a, flow:b/\"; sid:2;)\n"
                    "alert tcp any any -> any any (pcre:\"/c\\/1, flow:b/\"; sid:3;)");
    assert_string_equal(scene_packet(&c, "xfr/changelog", 13), "1 ");
    assert_string_equal(scene_packet(&c, "a, flow:b", 9), "2 ");
    assert_string_equal(scene_packet(&c, "c/1, flow:b", 11), "3 ");
    scene_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_message_lacks_can_be_asked), cmocka_unit_test(a_message_that_could_not_have_it_lacks_nothing),
        cmocka_unit_test(entropy_is_measured_in_bits), cmocka_unit_test(base64_is_undone_before_contents_are_looked_for),
        cmocka_unit_test(moments_are_dates_and_clock_times), cmocka_unit_test(what_makes_no_sense_is_refused_in_words),
        cmocka_unit_test(protocols_that_nobody_reads_are_refused_with_the_reason), cmocka_unit_test(names_of_captures_may_hold_slashes)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
