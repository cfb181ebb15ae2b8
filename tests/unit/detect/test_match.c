/* Headers, flows, records, what is remembered, and how often it is told. */
#include <unistd.h>

#include "detect/memory.h"
#include "tests/unit/detect/fire.h"

static struct record record;

/* ---- headers ---- */

static const struct header_case { const char *name, *header; bool fires; } headers[] = {
    { "from home to outside",           "tcp $HOME_NET any -> $EXTERNAL_NET any", true },
    { "from outside",                   "tcp $EXTERNAL_NET any -> $HOME_NET any", false },
    { "either way",                     "tcp $EXTERNAL_NET any <> $HOME_NET any", true },
    { "a port",                         "tcp any any -> any 80", true },
    { "another port",                   "tcp any any -> any 81", false },
    { "any but a port",                 "tcp any any -> any !80", false },
    { "a range of ports",               "tcp any 1024: -> any [1:79,80]", true },
    { "a group with a hole",            "tcp [192.168.0.0/16,!192.168.1.0/24] any -> any any", false },
    { "a hole elsewhere",               "tcp [192.168.0.0/16,!192.168.2.0/24] any -> any any", true },
    { "not these",                      "tcp ![10.0.0.0/8,172.16.0.0/12] any -> any any", true },
    { "groups inside of groups",        "tcp [10.0.0.0/8,[192.168.1.10,fd00::/8]] any -> any any", true },
    { "a range of addresses",           "tcp 192.168.1.9-192.168.1.11 any -> any any", true },
    { "a netmask",                      "tcp 192.168.0.0/255.255.0.0 any -> any any", true },
    { "an address of the other version", "tcp ::/0 any -> any any", false },
    { "ip",                             "ip any any -> any 80", true },
    { "udp",                            "udp any any -> any any", false },
    { "tcp6",                           "tcp6 any any -> any any", false },
    { "ip4",                            "ip4 any any -> any any", true },
    { "an application that it is not",  "toy any any -> any any", false },
    { "the application that it is",     "http any any -> any any", true },
    { "http1 is http",                  "http1 any any -> any any", true },
    { "pkthdr",                         "pkthdr any any -> any any", true }
};

static void headers_hold_when_they_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        char rule[256];
        struct scene c;
        snprintf(rule, sizeof(rule), "alert %s (sid:1;)\nalert %s (content:\"GET\"; sid:2;)", headers[i].header, headers[i].header);
        scene_begin(&c, rule);
        c.s.app_proto = "http";
        c.s.flow_packets[0] = 1;
        const char *said = scene_packet(&c, "GET", 3);
        if (strcmp(said, headers[i].fires ? "1 2 " : "") != 0)
            fail_msg("%s: said `%s`", headers[i].name, said);
        scene_end(&c);
    }
}

static const struct option_case { const char *name, *options; bool fires; } options[] = {
    { "established",             "flow:established;", true },
    { "not established",         "flow:not_established;", false },
    { "to the server",           "flow:to_server;", true },
    { "from the server",         "flow:from_server;", false },
    { "no fragment",             "flow:no_frag;", true },
    { "only fragments",          "flow:only_frag;", false },
    { "flags exactly",           "flags:PA;", true },
    { "flags exactly, not all",  "flags:P;", false },
    { "flags and more",          "flags:+P;", true },
    { "any of the flags",        "flags:*SP;", true },
    { "not these flags",         "flags:!S;", true },
    { "flags less those ignored", "flags:P,A;", true },
    { "ttl",                     "ttl:64;", true },
    { "ttl under",               "ttl:<64;", false },
    { "ip_proto by name",        "ip_proto:TCP;", true },
    { "ip_proto not",            "ip_proto:!6;", false },
    { "a source at home",        "sameip;", false },
    { "country of the far end",  "geoip:dst,CN,US;", true },
    { "country of the near end", "geoip:src,CN;", false },
    { "any end",                 "geoip:any,CN;", true },
    { "both ends",               "geoip:both,CN;", false },
    { "any country but",         "geoip:dst,!RU;", true },
    { "sector",                  "asset.sector:src,energy,water;", true },
    { "sector of nobody",        "asset.sector:dst,energy;", false },
    { "region within a province", "asset.region:src,430000;", true },
    { "another prefecture",      "asset.region:any,430200;", false },
    { "level of protection",     "asset.mlps_level:src,>=3;", true },
    { "critical infrastructure", "asset.cii:src,true;", true },
    { "nDPI",                    "ndpi.protocol:TLS;", true },
    { "nDPI's inner name",       "ndpi.protocol:google;", true },
    { "another protocol",        "ndpi.protocol:DNS;", false },
    { "not that protocol",       "ndpi.protocol:!DNS;", true },
    { "a risk",                  "ndpi.risk:known_proto_on_non_std_port;", true },
    { "another risk",            "ndpi.risk:\"Self-signed Cert\";", false },
    { "the application",         "app-layer-protocol:http;", true },
    { "not the application",     "app-layer-protocol:!http;", false },
    { "a decoder's event",       "decode-event:tcp.hlen_too_small;", true },
    { "another",                 "decode-event:ipv4.trunc_pkt;", false },
    { "a stream's event",        "stream-event:closewait_invalid_ack;", true },
    { "the conversation's event", "app-layer-event:applayer_unexpected_protocol;", true },
    { "another of those",        "app-layer-event:applayer_proto_detection_skipped;", false },
    { "packets to the server",   "flow.pkts_toserver:>4;", true },
    { "packets to the client",   "flow.pkts_toclient:<5;", false },
    { "bytes to the server",     "flow.bytes_toserver:>10;", false },
    { "bytes to the client",     "flow.bytes_toclient:0;", true },
    { "the network protocol",    "l3_proto:ipv4;", true },
    { "the other one",           "l3_proto:ip6;", false },
    { "no ICMPv6",               "icmpv6.mtu:<9000;", false },
    { "stream size",             "stream_size:client,>,100;", true },
    { "stream size of both",     "stream_size:both,>,100;", false }
};

static void packet_options_hold_when_they_should(void **unused)
{
    (void)unused;
    static const char *const risks[] = { "XSS Attack", "Known Proto on Non Std Port", NULL };
    static const struct classification ndpi = { .protocol = "TLS.Google", .risks = 2, .risk_names = risks };
    static const struct asset asset = { .name = "plc-1", .unit = "u", .sector = "energy", .region = "430100", .role = "",
                                        .mlps_level = 3, .cii = true };
    static const uint64_t decode_events[4] = { 2 };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        char rule[256];
        struct scene c;
        snprintf(rule, sizeof(rule), "alert ip any any -> any any (%s sid:1;)", options[i].options);
        scene_begin(&c, rule);
        c.client.asset = &asset;
        memcpy(c.server.country, "CN", 3);
        c.s.ndpi = &ndpi;
        c.s.app_proto = "http";
        c.s.decode_events = decode_events;
        c.s.stream_events = 2;
        c.s.app_events = 2;
        c.s.stream_seen[0] = 200;
        const char *said = scene_packet(&c, "x", 1);
        if (strcmp(said, options[i].fires ? "1 " : "") != 0)
            fail_msg("%s: said `%s`", options[i].name, said);
        scene_end(&c);
    }
}

static void a_rule_of_addresses_alone_is_told_once_per_flow(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert ip any any -> 203.0.113.0/24 any (sid:1;)\nalert tcp [192.168.1.10,fd00::1] any -> any any (sid:2;)\n"
                    "alert ip any any -> 203.0.114.0/24 any (sid:3;)\nalert ip ![10.0.0.0/8] any -> any any (sid:4;)");
    c.s.flow_packets[0] = 1;
    assert_string_equal(scene_packet(&c, "x", 1), "1 2 4 ");
    c.s.flow_packets[0] = 2;
    assert_string_equal(scene_packet(&c, "x", 1), "");
    scene_turn(&c, FROM_SERVER);
    c.s.flow_packets[1] = 1;
    assert_string_equal(scene_packet(&c, "x", 1), "4 ");
    scene_end(&c);
}

static void a_rule_of_nothing_at_all_is_told_once_per_flow_too(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (sid:1;)\nalert tcp any any -> any 80 (sid:2;)");
    assert_string_equal(scene_packet(&c, "x", 1), "2 ");
    c.s.flow_packets[0] = 1;
    assert_string_equal(scene_packet(&c, "x", 1), "1 2 ");
    scene_end(&c);
}

/* Messages of layer 2 have neither addresses nor a flow. */
static void a_message_without_addresses_meets_the_rules_about_its_fields(void **unused)
{
    (void)unused;
    struct scene c;
    static struct record r;
    scene_begin(&c, "alert toy any any -> any any (toy.function_code:5; sid:1;)\nalert ip any any -> any any (toy.function_code:5; sid:2;)\n"
                    "alert toy 192.168.1.10 any -> any any (toy.function_code:5; sid:3;)\nalert http any any -> any any (http.host; content:\"x\"; sid:4;)");
    c.s = (struct subject){ .time_us = 1000000, .payload = (const uint8_t *)"" };
    record_begin(&r, &toy_schema, FROM_CLIENT);
    record_uint(&r, TOY_FUNCTION, 5);
    assert_string_equal(scene_record(&c, &r), "1 2 ");
    scene_end(&c);
}

static void a_packet_without_addresses_meets_only_pkthdr(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert pkthdr any any -> any any (decode-event:ipv4.trunc_pkt; sid:1;)\nalert ip any any -> any any (ttl:<200; sid:2;)");
    static const uint64_t events[4] = { 1 };
    c.s = (struct subject){ .time_us = 1, .decode_events = events };
    assert_string_equal(scene_packet(&c, "", 0), "1 ");
    scene_end(&c);
}

/* ---- records ---- */

static const struct record *request(const char *method, const char *uri, const char *host)
{
    record_begin(&record, &http_schema, FROM_CLIENT);
    record_text(&record, HTTP_METHOD, method);
    record_text(&record, HTTP_URI, uri);
    record_text(&record, HTTP_HOST, host);
    record_uint(&record, HTTP_LENGTH, 120);
    return &record;
}

static const struct record_case { const char *name, *options; bool fires; } requests[] = {
    { "a sticky buffer",                    "http.uri; content:\"/login\";", true },
    { "another buffer's content",           "http.host; content:\"/login\";", false },
    { "two buffers",                        "http.method; content:\"POST\"; http.uri; content:\"login\";", true },
    { "of which one fails",                 "http.method; content:\"GET\"; http.uri; content:\"login\";", false },
    { "a buffer that is not there",         "http.user_agent; content:!\"curl\";", false },
    { "only what must not be",              "http.uri; content:!\"admin\";", true },
    { "back to a buffer",                   "http.uri; content:\"/login\"; http.method; content:\"POST\"; http.uri; content:\"?a=\"; distance:0;", true },
    { "bsize",                              "http.method; content:\"POST\"; bsize:4;", true },
    { "another size",                       "http.method; content:\"POST\"; bsize:>4;", false },
    { "uricontent",                         "uricontent:\"/login\"; content:\"POST\"; http_method;", true },
    { "uricontent in vain",                 "uricontent:\"POST\";", false },
    { "urilen between",                     "urilen:5<>20; http.uri; content:\"login\";", true },
    { "old modifiers",                      "content:\"/login\"; http_uri; content:\"POST\"; http_method;", true },
    { "old modifiers in vain",              "content:\"/login\"; http_host;", false },
    { "old spelling of a sticky buffer",    "http_uri_raw; content:\"x\";", false },
    { "a buffer's letter",                  "content:\"POST\"; http_method; pcre:\"/a=\\d+$/U\";", true },
    { "dotprefix",                          "http.host; dotprefix; content:\".example.com\"; endswith;", true },
    { "dotprefix with another domain",      "http.host; dotprefix; content:\".ample.com\"; endswith;", false },
    { "a digest",                           "http.method; to_lowercase; to_md5; content:\"|42 b9 01 96 b4 87 c5 40 69 09 7a 68 fe 98 ab 6f|\";", true },
    { "lower case",                         "http.method; to_lowercase; content:\"post\";", true },
    { "xor",                                "http.method; xor:\"20\"; content:\"post\";", true },
    { "an expression's group",              "http.uri; pcrexform:\"a=(\\d+)\"; content:\"42\"; bsize:2;", true },
    { "strip_whitespace",                   "http.uri; strip_whitespace; content:\"/login\";", true },
    { "a number",                           "http.length:120;", true },
    { "a number and a buffer",              "http.length:>100; http.method; content:\"POST\";", true },
    { "a wrong number",                     "http.length:<100;", false },
    { "the whole text by value",            "http.method:\"POST\";", true },
    { "only a part of it",                  "http.method:\"POS\";", false },
    { "not this text",                      "http.method:!\"GET\";", true },
    { "with a flow's direction",            "flow:established,to_server; http.uri; content:\"login\";", true },
    { "with the other direction",           "flow:established,to_client; http.uri; content:\"login\";", false }
};

static void fields_of_a_record_hold_when_they_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        char rule[256];
        struct scene c;
        snprintf(rule, sizeof(rule), "alert http any any -> any any (%s sid:1;)", requests[i].options);
        scene_begin(&c, rule);
        const char *said = scene_record(&c, request("POST", "/login?a=42", "www.example.com"));
        if (strcmp(said, requests[i].fires ? "1 " : "") != 0)
            fail_msg("%s: said `%s`", requests[i].name, said);
        scene_end(&c);
    }
}

static const struct record *toy(void)
{
    static struct addr peer;
    assert_int_equal(addr_parse("10.1.2.3", &peer), 0);
    record_begin(&record, &toy_schema, FROM_SERVER);
    record_uint(&record, TOY_FUNCTION, 5);
    record_int(&record, TOY_LEVEL, -7);
    record_real(&record, TOY_RATIO, 0.5);
    record_uint(&record, TOY_FLAG, 1);
    record_text(&record, TOY_NAMES, "one");
    record_text(&record, TOY_NAMES, "two");
    record_addr(&record, TOY_PEER, &peer);
    record_item(&record, TOY_ANSWERS);
    record_text(&record, TOY_RRNAME, "a.example");
    record_uint(&record, TOY_TTL, 10);
    record_item(&record, TOY_ANSWERS);
    record_text(&record, TOY_RRNAME, "b.example");
    record_uint(&record, TOY_TTL, 20);
    return &record;
}

static const struct record_case toys[] = {
    { "a number",                 "toy.function_code:5;", true },
    { "a name",                   "toy.function_code:write_single_coil;", true },
    { "not the name",             "toy.function_code:!write_single_coil;", false },
    { "a list",                   "toy.function_code:1,write_multiple_coils;", false },
    { "a list with it",           "toy.function_code:1,5,15;", true },
    { "a range with its ends",    "toy.function_code:5-10;", true },
    { "a range without its ends", "toy.function_code:5<>10;", false },
    { "above",                    "toy.function_code:>4;", true },
    { "a signed number",          "toy.level:-7;", true },
    { "a signed range",           "toy.level:-10--5;", true },
    { "a signed comparison",      "toy.level:>0;", false },
    { "a real number",            "toy.ratio:>0.25;", true },
    { "a real range",             "toy.ratio:0.6-0.9;", false },
    { "a flag",                   "toy.flag:true;", true },
    { "a bare flag",              "toy.flag;", true },
    { "a flag that is not",       "toy.flag:false;", false },
    { "an address",               "toy.peer:10.0.0.0/8;", true },
    { "one of several",           "toy.peer:192.168.0.0/16,10.1.2.3;", true },
    { "not from there",           "toy.peer:!10.0.0.0/8;", false },
    { "each value alone",         "toy.names; content:\"two\"; startswith;", true },
    { "not across values",        "toy.names; content:\"one\"; content:\"two\"; distance:0;", false },
    { "two values by two names",  "toy.names; content:\"one\"; toy.names; content:\"two\";", true },
    { "a member of a list",       "toy.answers.rrname; content:\"b.ex\"; startswith;", true },
    { "a number of a list",       "toy.answers.ttl:20;", true },
    { "a number of none",         "toy.answers.ttl:30;", false }
};

static void every_type_of_field_is_a_keyword(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(toys) / sizeof(toys[0]); i++) {
        char rule[256];
        struct scene c;
        snprintf(rule, sizeof(rule), "alert toy any any -> any any (%s sid:1;)", toys[i].options);
        scene_begin(&c, rule);
        scene_turn(&c, FROM_SERVER);
        const char *said = scene_record(&c, toy());
        if (strcmp(said, toys[i].fires ? "1 " : "") != 0)
            fail_msg("%s: said `%s`", toys[i].name, said);
        scene_end(&c);
    }
}

static void a_record_is_told_once_per_transaction(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert http any any -> any any (http.uri; content:\"/a\"; sid:1;)");
    assert_string_equal(scene_record(&c, request("GET", "/a", "h")), "1 ");
    assert_string_equal(scene_record(&c, request("GET", "/a", "h")), "");
    request("GET", "/a", "h");
    record.transaction = 1;
    assert_string_equal(scene_record(&c, &record), "1 ");
    scene_end(&c);
}

static void a_record_of_the_other_side_turns_the_addresses(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert http $HOME_NET any -> $EXTERNAL_NET 80 (http.uri; content:\"/a\"; sid:1;)");
    scene_turn(&c, FROM_SERVER);
    assert_string_equal(scene_record(&c, request("GET", "/a", "h")), "1 ");
    scene_end(&c);
}

static void anomalies_are_events(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert http any any -> any any (app-layer-event:http.gap; sid:1;)\n"
                    "alert http any any -> any any (app-layer-event:http.bad_length; flow:to_client; sid:2;)");
    assert_string_equal(scene_record(&c, request("GET", "/", "h")), "");
    request("GET", "/", "h");
    record_anomaly(&record, 0);
    record_anomaly(&record, 1);
    assert_string_equal(scene_record(&c, &record), "1 ");
    scene_end(&c);
}

static void a_record_s_rule_may_look_at_the_payload_too(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert http any any -> any any (http.uri; content:\"/a\"; pkt_data; content:\"HTTP/1\"; sid:1;)");
    assert_string_equal(scene_record(&c, request("GET", "/a", "h")), "");
    c.s.payload = (const uint8_t *)"GET /b HTTP/1.1";
    c.s.payload_len = 15;
    request("GET", "/a", "h");
    record.transaction = 1;
    assert_string_equal(scene_record(&c, &record), "1 ");
    scene_end(&c);
}

/* ---- what is remembered ---- */

static void flowbits_join_packets(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"two\"; flowbits:isset,login; sid:2;)\n"
                    "alert tcp any any -> any any (content:\"one\"; flowbits:set,login; flowbits:noalert; sid:1;)\n"
                    "alert tcp any any -> any any (content:\"three\"; flowbits:isnotset,login; sid:3;)\n"
                    "alert tcp any any -> any any (content:\"four\"; flowbits:isset,nothing|login; sid:4;)\n"
                    "alert tcp any any -> any any (content:\"out\"; flowbits:unset,login; sid:5;)\n"
                    "alert tcp any any -> any any (content:\"turn\"; flowbits:toggle,login; sid:6;)");
    assert_string_equal(scene_packet(&c, "two", 3), "");
    assert_string_equal(scene_packet(&c, "three", 5), "3 ");
    assert_string_equal(scene_packet(&c, "two one", 7), "2 ");      /* the setter comes first, wherever it stands */
    assert_string_equal(scene_packet(&c, "three", 5), "");
    assert_string_equal(scene_packet(&c, "four", 4), "4 ");
    assert_string_equal(scene_packet(&c, "out", 3), "5 ");
    assert_string_equal(scene_packet(&c, "four", 4), "");
    assert_string_equal(scene_packet(&c, "turn", 4), "6 ");
    assert_string_equal(scene_packet(&c, "four", 4), "4 ");
    scene_end(&c);
}

static void flowints_count(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"bad\"; flowint:n,notset; flowint:n,=,1; noalert; sid:1;)\n"
                    "alert tcp any any -> any any (content:\"bad\"; flowint:n,isset; flowint:n,+,1; noalert; sid:2;)\n"
                    "alert tcp any any -> any any (content:\"bad\"; flowint:n,>,3; sid:3;)");
    assert_string_equal(scene_packet(&c, "bad", 3), "");
    assert_string_equal(scene_packet(&c, "bad", 3), "");
    assert_string_equal(scene_packet(&c, "bad", 3), "3 ");
    scene_end(&c);
}

static void a_flow_keeps_its_bits_when_rules_are_reloaded(void **unused)
{
    (void)unused;
    struct scene c;
    struct fault f;
    struct rules_report report = { .files = 0 };
    static const char more[] = "alert tcp any any -> any any (content:\"x\"; sid:9;)\n"
                               "alert tcp any any -> any any (content:\"two\"; flowbits:isset,login; sid:2;)";
    scene_begin(&c, "alert tcp any any -> any any (content:\"one\"; flowbits:set,login; sid:1;)");
    assert_string_equal(scene_packet(&c, "one", 3), "1 ");
    struct rules *fresh = rules_from(more, sizeof(more) - 1, &report);
    assert_int_equal(detect_swap(c.detect, fresh, &f), 0);
    rules_free(c.rules);
    c.rules = fresh;
    assert_string_equal(scene_packet(&c, "two", 3), "2 ");
    scene_end(&c);
}

static void marks_on_addresses_join_flows(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"one\"; xbits:set,x,track ip_src,expire 5; noalert; sid:1;)\n"
                    "alert tcp any any -> any any (content:\"two\"; xbits:isset,x,track ip_src; sid:2;)\n"
                    "alert tcp any any -> any any (content:\"one\"; xbits:set,y,track ip_pair; hostbits:set,z,dst; noalert; sid:3;)\n"
                    "alert tcp any any -> any any (content:\"two\"; xbits:isset,y,track ip_pair; sid:4;)\n"
                    "alert tcp any any -> any any (content:\"two\"; hostbits:isset,z; sid:5;)\n"
                    "alert tcp any any -> any any (content:\"two\"; hostbits:isnotset,z,dst; sid:6;)");
    assert_string_equal(scene_packet(&c, "two", 3), "6 ");
    assert_string_equal(scene_packet(&c, "one", 3), "");
    assert_string_equal(scene_packet(&c, "two", 3), "2 4 ");
    scene_turn(&c, FROM_SERVER);
    assert_string_equal(scene_packet(&c, "two", 3), "4 5 6 ");
    scene_turn(&c, FROM_CLIENT);
    c.s.time_us += 6000000;
    assert_string_equal(scene_packet(&c, "two", 3), "4 ");
    c.s.time_us += 60000000;
    assert_string_equal(scene_packet(&c, "two", 3), "");
    scene_end(&c);
}

static void a_full_store_is_counted_and_nothing_breaks(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"one\"; flowbits:set,login; sid:1;)");
    c.account.most = 0;
    assert_string_equal(scene_packet(&c, "one", 3), "1 ");
    assert_int_equal(detect_counts(c.detect)->memory_full, 1);
    scene_end(&c);
}

/* ---- how often it is told ---- */

static void times_told(const char *option, const char *want)
{
    struct scene c;
    char rule[256], told[32] = "";
    snprintf(rule, sizeof(rule), "alert tcp any any -> any any (content:\"x\"; %s sid:1;)", option);
    scene_begin(&c, rule);
    for (unsigned i = 0; i < 12; i++) {         /* a match each second */
        c.s.time_us = (100 + i) * UINT64_C(1000000);
        strcat(told, scene_packet(&c, "x", 1)[0] ? "1" : "0");
    }
    if (strcmp(told, want) != 0)
        fail_msg("%s: told %s, not %s", option, told, want);
    scene_end(&c);
}

static void thresholds_count_in_packet_time(void **unused)
{
    (void)unused;
    times_told("threshold:type limit, track by_src, count 2, seconds 4;", "110001100011");
    times_told("threshold:type threshold, track by_dst, count 3, seconds 60;", "001001001001");
    times_told("threshold:type both, track by_src, count 3, seconds 5;", "001000001000");
    times_told("threshold:type limit, track by_rule, count 1, seconds 600;", "100000000000");
    times_told("threshold:type backoff, track by_flow, count 1, multiplier 2;", "110100010000");
    times_told("threshold:type backoff, track by_flow, count 2, multiplier 5;", "010000000100");
    times_told("threshold:type limit, track by_flow, count 1, seconds 4;", "100001000010");
    times_told("detection_filter:track by_src, count 3, seconds 600;", "000111111111");
    times_told("threshold:type threshold, track by_src, count 2, seconds 60; threshold:type limit, track by_src, count 1, seconds 600;",
               "010000000000");
}

static void each_address_has_its_own_count(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"x\"; threshold:type limit, track by_src, count 1, seconds 60; sid:1;)");
    assert_string_equal(scene_packet(&c, "x", 1), "1 ");
    assert_string_equal(scene_packet(&c, "x", 1), "");
    assert_int_equal(addr_parse("192.168.1.11", &c.client.addr), 0);
    assert_string_equal(scene_packet(&c, "x", 1), "1 ");
    assert_int_equal(detect_counts(c.detect)->held_back, 1);
    scene_end(&c);
}

static void pass_silences_what_follows(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"bad\"; sid:1;)\npass tcp any any -> any any (content:\"good\"; sid:2;)");
    assert_string_equal(scene_packet(&c, "bad", 3), "1 ");
    assert_string_equal(scene_packet(&c, "bad good", 8), "");
    assert_string_equal(scene_packet(&c, "bad", 3), "");            /* the stream was passed, so the flow is */
    assert_int_equal(detect_counts(c.detect)->passed, 1);
    scene_end(&c);
}

static void order_is_by_priority_then_by_place(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert tcp any any -> any any (content:\"x\"; priority:3; sid:3;)\nalert tcp any any -> any any (content:\"x\"; priority:1; sid:1;)\n"
                    "alert tcp any any -> any any (content:\"x\"; priority:3; sid:2;)\ndrop tcp any any -> any any (content:\"x\"; priority:4; sid:4;)");
    assert_string_equal(scene_packet(&c, "x", 1), "4 1 3 2 ");
    scene_end(&c);
}

/* ---- the cache of databases ---- */

static struct rules *load_cached(const char *dir, struct rules_report *report)
{
    static const char text[] = "alert tcp any any -> any any (content:\"abc\"; flow:to_server; sid:1;)";
    struct rules_source src = { .text = text, .text_len = sizeof(text) - 1, .cache_dir = dir, .schemas = schemas, .schema_count = 2 };
    struct rules *r;
    struct fault f;
    *report = (struct rules_report){ .files = 0 };
    assert_int_equal(rules_load(&src, report, &r, &f), 0);
    return r;
}

static void each_file(const char *dir, void (*what)(const char *path))
{
    char command[512], path[1200];
    snprintf(command, sizeof(command), "ls %s", dir);
    FILE *names = popen(command, "r");
    while (names && fgets(command, sizeof(command), names)) {
        command[strcspn(command, "\n")] = '\0';
        snprintf(path, sizeof(path), "%s/%s", dir, command);
        what(path);
    }
    pclose(names);
}

static void change_byte(const char *path, long at)
{
    FILE *f = fopen(path, "r+");
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    int was = fgetc(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    fputc(was ^ 1, f);
    fclose(f);
}

static void spoil(const char *path)
{
    change_byte(path, 200);
}

static void spoil_digest(const char *path)
{
    change_byte(path, 5);
}

static void cut(const char *path)
{
    assert_int_equal(truncate(path, 40), 0);
}

static void erase(const char *path)
{
    unlink(path);
}

static void databases_are_cached_and_a_spoilt_one_is_made_anew(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/fengsui-cache-XXXXXX";
    struct rules_report report;
    assert_non_null(mkdtemp(dir));
    rules_free(load_cached(dir, &report));
    uint64_t built = report.databases_built;
    assert_true(built > 0);
    rules_free(load_cached(dir, &report));
    assert_int_equal(report.databases_built, 0);
    each_file(dir, spoil);
    rules_free(load_cached(dir, &report));
    assert_true(report.databases_built > 0);
    each_file(dir, spoil_digest);
    rules_free(load_cached(dir, &report));
    assert_true(report.databases_built > 0);
    each_file(dir, cut);
    rules_free(load_cached(dir, &report));
    assert_true(report.databases_built > 0);
    rules_free(load_cached(dir, &report));
    assert_int_equal(report.databases_built, 0);
    each_file(dir, erase);
    rmdir(dir);
}

static void too_big_tells_its_mtu(void **unused)
{
    (void)unused;
    static const uint8_t too_big[] = { 2, 0, 0, 0, 0, 0, 5, 0 }, echo[] = { 128, 0, 0, 0, 0, 0, 5, 0 };
    struct scene c;
    scene_begin(&c, "alert icmp any any -> any any (icmpv6.mtu:<1281; sid:1;)\nalert icmp any any -> any any (icmpv6.mtu:>1280; sid:2;)");
    c.s.proto = IPPROTO_ICMPV6;
    c.s.icmp_type = 2;
    c.s.transport = too_big;
    c.s.transport_len = sizeof(too_big);
    assert_string_equal(scene_packet(&c, "", 0), "1 ");
    c.s.transport_len = 7;
    assert_string_equal(scene_packet(&c, "", 0), "");
    c.s.icmp_type = 128;
    c.s.transport = echo;
    c.s.transport_len = sizeof(echo);
    assert_string_equal(scene_packet(&c, "", 0), "");
    scene_end(&c);
}

static void needs_say_what_rules_look_at(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert udp any any -> any any (content:\"x\"; geoip:src,CN; sid:1;)\nalert http any any -> any any (http.uri; content:\"x\"; sid:2;)");
    const struct rules_needs *n = rules_needs(c.rules);
    assert_false(n->streams);
    assert_true(n->countries);
    assert_false(n->assets);
    scene_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_hold_when_they_should),
        cmocka_unit_test(packet_options_hold_when_they_should),
        cmocka_unit_test(a_rule_of_addresses_alone_is_told_once_per_flow),
        cmocka_unit_test(a_rule_of_nothing_at_all_is_told_once_per_flow_too),
        cmocka_unit_test(a_message_without_addresses_meets_the_rules_about_its_fields),
        cmocka_unit_test(a_packet_without_addresses_meets_only_pkthdr),
        cmocka_unit_test(fields_of_a_record_hold_when_they_should),
        cmocka_unit_test(every_type_of_field_is_a_keyword),
        cmocka_unit_test(a_record_is_told_once_per_transaction),
        cmocka_unit_test(a_record_of_the_other_side_turns_the_addresses),
        cmocka_unit_test(anomalies_are_events),
        cmocka_unit_test(a_record_s_rule_may_look_at_the_payload_too),
        cmocka_unit_test(flowbits_join_packets),
        cmocka_unit_test(flowints_count),
        cmocka_unit_test(a_flow_keeps_its_bits_when_rules_are_reloaded),
        cmocka_unit_test(marks_on_addresses_join_flows),
        cmocka_unit_test(a_full_store_is_counted_and_nothing_breaks),
        cmocka_unit_test(thresholds_count_in_packet_time),
        cmocka_unit_test(too_big_tells_its_mtu),
        cmocka_unit_test(each_address_has_its_own_count),
        cmocka_unit_test(pass_silences_what_follows),
        cmocka_unit_test(order_is_by_priority_then_by_place),
        cmocka_unit_test(databases_are_cached_and_a_spoilt_one_is_made_anew),
        cmocka_unit_test(needs_say_what_rules_look_at)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
