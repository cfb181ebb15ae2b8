#include <errno.h>
#include <unistd.h>

#include "tests/unit/detect/fire.h"

/* Header of most rules here, 47 characters with the parenthesis: the options begin in column 48. */
#define HEAD "alert tcp $HOME_NET any -> $EXTERNAL_NET any   ("
#define WEB  "alert http $HOME_NET any -> $EXTERNAL_NET any  ("

static const struct broken { const char *rule, *says; } broken[] = {
    { "log tcp any any -> any any (sid:1;)", "1:1: unknown action `log`: expected alert, pass, drop or reject" },
    { "alert xyz any any -> any any (sid:1;)", "1:7: unknown protocol `xyz`" },
    { "alert tcp any any => any any (sid:1;)", "1:19: expected `->` or `<>`, found `=>`" },
    { "alert tcp any any -> any", "1:25: the rule ends where destination ports should stand" },
    { "alert", "1:6: the rule ends where a protocol should stand" },
    { "alert tcp $NOWHERE any -> any any (sid:1;)", "1:11: variable not defined: `$NOWHERE`" },
    { "alert tcp 10.0.0.300 any -> any any (sid:1;)", "1:11: not an address: `10.0.0.300`" },
    { "alert tcp 10.0.0.0/33 any -> any any (sid:1;)", "1:20: not a prefix length: `33`" },
    { "alert tcp [10.0.0.1,] any -> any any (sid:1;)", "1:21: an address is missing" },
    { "alert tcp [10.0.0.1 any -> any any (sid:1;)", "1:44: the rule ends where source ports should stand" },
    { "alert tcp [10.0.0.1,!10.0.0.1] any -> any any (sid:1;)", "1:11: nothing is left of this set: `[10.0.0.1,!10.0.0.1]`" },
    { "alert tcp !any any -> any any (sid:1;)", "1:11: nothing is left of this set: `!any`" },
    { "alert tcp 10.0.0.9-10.0.0.1 any -> any any (sid:1;)", "1:11: the range runs backwards: `10.0.0.9-10.0.0.1`" },
    { "alert tcp any 70000 -> any any (sid:1;)", "1:15: not a port: `70000`" },
    { "alert tcp any 90:80 -> any any (sid:1;)", "1:15: the range runs backwards: `90:80`" },
    { "alert tcp any http -> any any (sid:1;)", "1:15: not a port: `http`" },
    { "alert tcp any any -> any any sid:1;", "1:30: expected `(` after the header" },
    { "alert tcp any any -> any any (sid:1;", "1:37: expected `)` at the end of the rule" },
    { "alert tcp any any -> any any (sid:1)", "1:36: expected `;` after the last option" },
    { HEAD "msg:\"x\";)", "1:1: the rule has no sid" },
    { HEAD "sid:0;)", "1:53: a sid of 0" },
    { HEAD "sid:x;)", "1:53: expected a number up to 4294967295, found `x`" },
    { HEAD "sid;)", "1:49: `sid` needs a value" },
    { HEAD "frob:1; sid:1;)", "1:49: unknown keyword `frob`" },
    { HEAD "asn1:relative_offset 5; sid:1;)", "1:54: `asn1` needs bitstring_overflow, double_overflow or oversize_length" },
    { HEAD "asn1:oversize_length; sid:1;)", "1:54: `oversize_length` needs a number" },
    { HEAD "asn1:double_overflow 3; sid:1;)", "1:70: `double_overflow` takes no number" },
    { HEAD "asn1:double_overflow, absolute_offset 70000; sid:1;)", "1:87: expected an offset from -65535 to 65535, found `70000`" },
    { HEAD "asn1:overflow; sid:1;)", "1:54: unknown `overflow` in `asn1`" },
    { HEAD "l3_proto:arp; sid:1;)", "1:58: expected ipv4 or ipv6, found `arp`" },
    { HEAD "flowvar:x,\"y\"; sid:1;)", "1:49: keyword `flowvar`: texts that regular expressions capture are not kept" },
    { HEAD "lua:a.lua; sid:1;)", "1:49: keyword `lua`: scripts in rules are not run by this sensor" },
    { HEAD "msg:x; sid:1;)", "1:53: expected text in double quotes" },
    { HEAD "priority:0; sid:1;)", "1:58: a priority of 0: 1 is the highest" },
    { HEAD "reference:url; sid:1;)", "1:59: expected reference:type,text" },
    { HEAD "target:both; sid:1;)", "1:56: expected src_ip or dest_ip, found `both`" },
    { HEAD "nocase; sid:1;)", "1:49: `nocase` needs a content before it" },
    { HEAD "frame:x; sid:1;)", "1:55: no frame `x` of the rule's protocol: frames are those of dns, http, mqtt, rfb, sip, smb, ssh, telnet and tls" },
    { HEAD "content:\"ab\"; fast_pattern:; sid:1;)", "1:76: expected fast_pattern:only or fast_pattern:offset,length" },
    { HEAD "content:\"\"; sid:1;)", "1:58: the content is empty" },
    { HEAD "content:\"|0g|\"; sid:1;)", "1:60: `g` is not a hexadecimal digit" },
    { HEAD "content:\"|0|\"; sid:1;)", "1:60: half a byte in hexadecimal" },
    { HEAD "content:\"|00\"; sid:1;)", "1:61: `|` without its partner" },
    { HEAD "content:\"a\\b\"; sid:1;)", "1:59: a backslash stands only before \" ; : or \\" },
    { HEAD "content:abc; sid:1;)", "1:57: expected text in double quotes" },
    { HEAD "content:\"abc\"; depth:2; sid:1;)", "1:70: depth 2 is less than the 3 bytes of the content" },
    { HEAD "content:\"abc\"; within:1; sid:1;)", "1:71: within 1 is less than the 3 bytes of the content" },
    { HEAD "content:\"abc\"; offset:1; distance:1; sid:1;)",
      "1:74: `distance` cannot stand beside the other places given for this content" },
    { HEAD "content:\"abc\"; offset:1; offset:2; sid:1;)", "1:74: `offset` twice for one content" },
    { HEAD "content:\"abc\"; offset:x; sid:1;)", "1:71: `x` is neither a number nor a variable set before" },
    { HEAD "content:\"abc\"; fast_pattern:2,2; sid:1;)", "1:77: the piece for fast_pattern is not inside of the content of 3 bytes" },
    { HEAD "content:\"abc\"; depth:5; startswith; sid:1;)",
      "1:73: `startswith` cannot stand beside the other places given for this content" },
    { HEAD "nocase:1; sid:1;)", "1:56: `nocase` takes no value" },
    { HEAD "bsize:5; sid:1;)", "1:49: `bsize` needs a sticky buffer before it" },
    { HEAD "pcre:\"abc\"; sid:1;)", "1:55: expected /expression/flags" },
    { HEAD "pcre:\"/a(b/\"; sid:1;)", "1:59: regular expression: missing closing parenthesis" },
    { HEAD "pcre:\"/ab/iq\"; sid:1;)", "1:60: unknown flag `q` of a regular expression" },
    { HEAD "byte_test:4,?,5,0; sid:1;)", "1:61: `byte_test`: expected an operator: < > = <= >= & ^, found `?`" },
    { HEAD "byte_test:9,>,5,0; sid:1;)", "1:59: more than 8 bytes can only be read as `string`" },
    { HEAD "byte_test:0,>,5,0; sid:1;)", "1:59: 0 bytes can only be read as `string`" },
    { HEAD "byte_test:4,>,5; sid:1;)", "1:64: `byte_test`: an offset is missing" },
    { HEAD "byte_jump:4,0,sideways; sid:1;)", "1:63: `byte_jump`: expected one of its options, found `sideways`" },
    { HEAD "byte_extract:4,0,5; sid:1;)", "1:66: `byte_extract`: expected the variable's name, found `5`" },
    { HEAD "isdataat:x; sid:1;)", "1:58: `isdataat`: expected a value, found `x`" },
    { HEAD "base64_data; content:\"x\"; sid:1;)", "1:49: `base64_data` needs `base64_decode` before it" },
    { HEAD "flow:sideways; sid:1;)", "1:54: unknown `sideways` in `flow`" },
    { HEAD "flow:established,not_established; sid:1;)", "1:54: a flow cannot be established and not_established" },
    { HEAD "flow:to_server,to_client; sid:1;)", "1:1: the rule looks to the server and to the client at once" },
    { HEAD "flowbits:put,a; sid:1;)", "1:58: unknown `put` in `flowbits`" },
    { HEAD "flowbits:set; sid:1;)", "1:61: a name is missing" },
    { HEAD "flowint:a,?,1; sid:1;)", "1:59: unknown operation `?` in `flowint`" },
    { HEAD "stream_size:left,>,5; sid:1;)", "1:61: expected client, server, both or either, found `left`" },
    { HEAD "threshold:type limit, track by_src; sid:1;)", "1:59: expected type, track, count and seconds" },
    { HEAD "threshold:type backoff, track by_flow, count 1, seconds 3; sid:1;)", "1:59: expected type backoff, track, count and multiplier" },
    { HEAD "threshold:type backoff, track by_flow, count 1, multiplier 1; sid:1;)", "1:97: unknown `multiplier 1` in `threshold`" },
    { HEAD "threshold:type never, track by_src, count 1, seconds 1; sid:1;)", "1:59: unknown `type never` in `threshold`" },
    { HEAD "dsize:>70000; sid:1;)", "1:56: `70000` is above 65535" },
    { HEAD "dsize:5<>6; sid:1;)", "1:55: the range from `5` to `6` is empty" },
    { HEAD "ttl:abc; sid:1;)", "1:53: `abc` is not a number" },
    { HEAD "tos:x0g; sid:1;)", "1:53: `0x0g` is not a number" },
    { HEAD "stream_size:client,<,0; sid:1;)", "1:68: this comparison can never hold" },
    { HEAD "xbits:set,a; sid:1;)", "1:55: expected xbits:operation,name,track end" },
    { HEAD "xbits:put,a,track ip_src; sid:1;)", "1:55: unknown `put` in `xbits`" },
    { HEAD "hostbits:set,a,left; sid:1;)", "1:64: unknown end `left` in `hostbits`" },
    { HEAD "modbus:function 1; sid:1;)", "1:49: no dissector has the field `modbus.function_code`" },
    { HEAD "cip_service:300; sid:1;)", "1:61: expected service, class, attribute as numbers: up to 127, 65535, 65535" },
    { HEAD "cip_service:16,246,6,1; sid:1;)", "1:70: expected service, class, attribute: one to three numbers" },
    { HEAD "cip_service:16,246; sid:1;)", "1:49: no dissector has the field `enip.cip_request`" },
    { HEAD "toy.peer:10.0.0.1,x; sid:1;)", "1:58: not an address: `x`" },
    { HEAD "flags:X; sid:1;)", "1:55: unknown flag `X`" },
    { HEAD "ipopts:none; sid:1;)", "1:56: unknown IP option `none`" },
    { HEAD "geoip:src,CHN; sid:1;)", "1:59: `CHN` is not a country's two letters" },
    { HEAD "asset.sector:left,energy; sid:1;)", "1:62: expected src, dst, any or both, found `left`" },
    { HEAD "app-layer-protocol:gopher; sid:1;)", "1:68: unknown protocol `gopher`" },
    { HEAD "app-layer-event:http.nothing; sid:1;)", "1:65: unknown event `http.nothing`" },
    { HEAD "decode-event:nothing; sid:1;)", "1:62: unknown event `nothing`" },
    { HEAD "toy.function_code:fly; sid:1;)", "1:67: `fly` is neither a number nor a name of this field" },
    { HEAD "toy.function_code; sid:1;)", "1:49: `toy.function_code` needs a value" },
    { HEAD "toy.flag:maybe; sid:1;)", "1:58: expected true or false, found `maybe`" },
    { HEAD "toy.ratio:x; sid:1;)", "1:59: `x` is not a number" },
    { HEAD "toy.peer:10.0.0; sid:1;)", "1:58: not an address: `10.0.0`" },
    { WEB "http.uri; sid:1;)", "1:49: nothing is held against the buffer `http.uri`" },
    { WEB "http.uri; http.method; content:\"GET\"; sid:1;)", "1:49: nothing is held against the buffer `http.uri`" },
    { WEB "http.uri; dotprefix; sid:1;)", "1:70: a transform without a content after it" },
    { WEB "dotprefix; content:\"a\"; sid:1;)", "1:49: `dotprefix` needs a sticky buffer before it" },
    { WEB "http.uri; content:\"a\"; toy.raw; content:\"b\"; sid:1;)",
      "1:72: `toy.raw` never occurs together with the rule's protocol and other fields" },
    { WEB "http.uri; content:\"a\"; http_method; sid:1;)", "1:72: `http_method` cannot follow a sticky buffer" },
    { WEB "http.uri; content:\"a\"; pcre:\"/b/P\"; sid:1;)", "1:80: a buffer flag cannot follow a sticky buffer" },
    { "# a comment\n\nalert tcp any any -> any any (msg:\"two\"; \\\n   frob:1; sid:1;)", "4:4: unknown keyword `frob`" }
};

static void a_broken_rule_is_refused_with_its_place_and_reason(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct heard said = { .len = 0 };
        struct rules_report report = { .refusal = tell_refusal, .ctx = &said };
        struct rules *r = rules_from(broken[i].rule, strlen(broken[i].rule), &report);
        char want[512];
        snprintf(want, sizeof(want), "%s\n", broken[i].says);
        if (strcmp(said.text, want) != 0)
            print_error("%s\n  said %s  want %s", broken[i].rule, said.text, want);
        assert_string_equal(said.text, want);
        assert_int_equal(rules_count(r), 0);
        rules_free(r);
    }
}

static void the_rules_beside_a_broken_one_load(void **unused)
{
    (void)unused;
    static const char text[] = "\xef\xbb\xbf# rules\r\nalert tcp any any -> any any (msg:\"a\"; sid:1;)\r\n"
                               "alert tcp any any -> any any (frob; sid:2;)\r\n\r\n"
                               "alert tcp any any -> \\\r\n  any any (msg:\"c\"; \\\n sid:3;)";
    struct rules_report report = { .files = 0 };
    struct rules *r = rules_from(text, sizeof(text) - 1, &report);
    assert_int_equal(report.loaded, 2);
    assert_int_equal(report.refused, 1);
    assert_int_equal(rules_count(r), 2);
    rules_free(r);
}

static void of_two_rules_with_one_sid_the_newer_stays(void **unused)
{
    (void)unused;
    static const char text[] = "alert tcp any any -> any any (sid:1; rev:2;)\nalert udp any any -> any any (sid:1; rev:3;)\n"
                               "alert ip any any -> any any (sid:1; rev:3;)\nalert ip any any -> any any (gid:2; sid:1; rev:1;)\n";
    struct heard said = { .len = 0 };
    struct rules_report report = { .refusal = tell_refusal, .ctx = &said };
    struct rules *r = rules_from(text, sizeof(text) - 1, &report);
    assert_int_equal(rules_count(r), 2);
    assert_int_equal(report.replaced, 1);
    assert_string_equal(said.text, "3:1: sid 1 with rev 3 is already at text:2 with rev 3\n");
    rules_free(r);
}

static void every_prefix_of_a_rule_is_taken_or_refused(void **unused)
{
    (void)unused;
    static const char text[] = WEB "msg:\"a\\;b\"; flow:established,to_server; content:\"ab|0d 0a|\"; depth:9; fast_pattern:1,2; "
        "http.uri; dotprefix; content:\"x\"; endswith; bsize:>3; pcre:\"/a[bc]+/Ri\"; byte_test:2,>,5,0,relative; "
        "threshold:type limit, track by_src, count 1, seconds 60; flowbits:isset,a|b; metadata:k v, l w; sid:1;)";
    for (size_t n = 0; n < sizeof(text); n++) {
        struct rules_report report = { .files = 0 };
        struct rules *r = rules_from(text, n, &report);
        assert_int_equal(report.loaded, n == sizeof(text) - 1);
        rules_free(r);
    }
}

static void every_changed_bit_of_a_rule_is_taken_or_refused(void **unused)
{
    (void)unused;
    char text[] = "alert http any any -> any any (content:\"ab|0d|\"; offset:1; http.uri; content:\"x\"; pcre:\"/a+/R\"; "
                  "byte_jump:2,0,relative,multiplier 2; flowint:a,+,1; toy.level:1-5; sid:1;)";
    for (size_t bit = 0; bit < (sizeof(text) - 1) * 8; bit++) {
        struct rules_report report = { .files = 0 };
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        rules_free(rules_from(text, sizeof(text) - 1, &report));
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
}

static void classes_give_category_and_priority(void **unused)
{
    (void)unused;
    char path[] = "/tmp/fengsui-class-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(dprintf(fd, "# classes\nconfig classification: bad-thing,Something bad,2\nnonsense\n") > 0);
    close(fd);
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (sid:9;)");
    struct heard said = { .len = 0 };
    struct rules_report report = { .refusal = tell_refusal, .ctx = &said };
    static const char text[] = "alert tcp any any -> any any (content:\"x\"; classtype:bad-thing; sid:1;)";
    struct rules_source src = { .text = text, .text_len = sizeof(text) - 1, .classification = path, .schemas = schemas, .schema_count = 2 };
    struct rules *r;
    struct fault f;
    assert_int_equal(rules_load(&src, &report, &r, &f), 0);
    unlink(path);
    assert_string_equal(said.text, "3:1: expected config classification: name,description,priority\n");
    assert_int_equal(report.loaded, 1);
    rules_free(r);
    scene_end(&c);
}

static void count_row(void *ctx, const char *name, const char *about)
{
    if (name[0] == '\0' || about[0] == '\0')
        fail_msg("keyword `%s` has no sentence", name);
    ++*(size_t *)ctx;
}

static void every_keyword_has_a_sentence(void **unused)
{
    (void)unused;
    size_t count = 0;
    rules_keywords(schemas, 2, count_row, &count);
    assert_true(count > 120);
}

static void a_file_that_is_not_there_is_named(void **unused)
{
    (void)unused;
    const char *path = "/nonexistent/some.rules";
    struct rules_source src = { .files = &path, .file_count = 1, .schemas = schemas, .schema_count = 2 };
    struct rules *r;
    struct fault f;
    assert_int_equal(rules_load(&src, NULL, &r, &f), -ENOENT);
    assert_string_equal(f.why, "/nonexistent/some.rules: No such file or directory");
    assert_null(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_rule_is_refused_with_its_place_and_reason),
        cmocka_unit_test(the_rules_beside_a_broken_one_load),
        cmocka_unit_test(of_two_rules_with_one_sid_the_newer_stays),
        cmocka_unit_test(every_prefix_of_a_rule_is_taken_or_refused),
        cmocka_unit_test(every_changed_bit_of_a_rule_is_taken_or_refused),
        cmocka_unit_test(classes_give_category_and_priority),
        cmocka_unit_test(every_keyword_has_a_sentence),
        cmocka_unit_test(a_file_that_is_not_there_is_named)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
