/* Numbers of packets and flows: of VLAN tags, of both directions, of options; and how conditions on numbers may be written. */
#include "tests/unit/detect/fire.h"

struct number_case { const char *name, *option; bool fires; };

static void hold_on(struct scene *c, const struct number_case *t, const char *payload, size_t len)
{
    const char *said = scene_packet(c, payload, len);
    if (strcmp(said, t->fires ? "1 " : "") != 0)
        fail_msg("%s: `%s` %s", t->name, t->option, t->fires ? "does not fire" : "fires");
}

static void begin_with(struct scene *c, const char *protocol, const char *option)
{
    char rule[256];
    snprintf(rule, sizeof(rule), "alert %s any any -> any any (%s; sid:1;)", protocol, option);
    scene_begin(c, rule);
}

/* [Ethernet][666][123][IP] */
static const struct number_case tags[] = {
    { "any of them",              "vlan.id:123",        true },
    { "said aloud",               "vlan.id:666,any",    true },
    { "none of them",             "vlan.id:300",        false },
    { "the outermost",            "vlan.id:666,0",      true },
    { "not the outermost",        "vlan.id:123,0",      false },
    { "the second",               "vlan.id:123,1",      true },
    { "a third that is not there", "vlan.id:123,2",     false },
    { "the innermost",            "vlan.id:123,-1",     true },
    { "the last but one",         "vlan.id:666,-2",     true },
    { "further back than there are", "vlan.id:666,-3",  false },
    { "all above",                "vlan.id:>100,all",   true },
    { "not all above",            "vlan.id:>200,all",   false },
    { "some other",               "vlan.id:!123",       true },
    { "all others",               "vlan.id:!123,all",   false },
    { "between",                  "vlan.id:100-200,1",  true },
    { "an end of a range",        "vlan.id:123-200,1",  false },
    { "two layers",               "vlan.layers:2",      true },
    { "more than one",            "vlan.layers:>1",     true },
    { "none",                     "vlan.layers:0",      false },
};

static void vlan_tags_are_asked_one_by_one_or_together(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        struct scene c;
        begin_with(&c, "ip", tags[i].option);
        c.s.vlan[0] = 666;
        c.s.vlan[1] = 123;
        c.s.vlan_count = 2;
        hold_on(&c, &tags[i], "x", 1);
        scene_end(&c);
    }
}

static void without_a_tag_no_tag_holds(void **unused)
{
    (void)unused;
    struct scene c;
    scene_begin(&c, "alert ip any any -> any any (vlan.id:>0; sid:1;)\nalert ip any any -> any any (vlan.id:!5,all; sid:2;)\n"
                    "alert ip any any -> any any (vlan.layers:0; sid:3;)");
    assert_string_equal(scene_packet(&c, "x", 1), "3 ");
    scene_end(&c);
}

/* 7 packets and 900 bytes of the client's, 3 and 5000 of the server's. */
static const struct number_case sides[] = {
    { "to the server",   "flow.pkts:toserver,7",      true },
    { "to the client",   "flow.pkts:toclient,7",      false },
    { "either",          "flow.pkts:either,>6",       true },
    { "both",            "flow.pkts:both,>6",         false },
    { "both of them",    "flow.pkts:both,>=3",        true },
    { "bytes up",        "flow.bytes:toserver,<1000", true },
    { "bytes down",      "flow.bytes:toclient,<1000", false },
    { "bytes, a unit",   "flow.bytes:either,>4kb",    true },
    { "bytes, both",     "flow.bytes:both,>4kb",      false },
    { "as in Suricata 7", "flow.pkts_toserver:7",     true },
};

static void both_directions_of_a_flow_are_counted(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        struct scene c;
        begin_with(&c, "tcp", sides[i].option);
        c.s.flow_packets[FROM_CLIENT] = 7;
        c.s.flow_packets[FROM_SERVER] = 3;
        c.s.flow_bytes[FROM_CLIENT] = 900;
        c.s.flow_bytes[FROM_SERVER] = 5000;
        hold_on(&c, &sides[i], "x", 1);
        scene_end(&c);
    }
}

/* A SYN with MSS 1460, no operation, window scale 7. */
static const uint8_t syn[] = { 0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x70, 2, 0x20, 0, 0, 0, 0, 0, 2, 4, 5, 0xb4, 1, 3, 3, 7 };
static const struct number_case options[] = {
    { "window scale",           "tcp.wscale:7",    true },
    { "more than it",           "tcp.wscale:>7",   false },
    { "at least it",            "tcp.wscale:>=7",  true },
    { "segment size",           "tcp.mss:1460",    true },
    { "the window by its name", "tcp.window:8192", true },
    { "sequence by its name",   "tcp.seq:1",       true },
    { "acknowledgement",        "tcp.ack:0",       true },
    { "bits of the window",     "window:&0x2000=0x2000", true },
    { "other bits of it",       "window:&0x0fff!=0", false },
    { "bits, not as said",      "window:&0x2000!=0x2000", false },
};

static void options_of_a_syn_are_read(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        for (size_t len = 20; len <= sizeof(syn); len++) {
            struct scene c;
            begin_with(&c, "tcp", options[i].option);
            c.s.tcp_seq = 1;
            c.s.tcp_window = 0x2000;
            c.s.transport = syn;
            c.s.transport_len = (uint16_t)len;
            if (len == sizeof(syn))
                hold_on(&c, &options[i], "x", 1);
            else
                (void)scene_packet(&c, "x", 1);
            scene_end(&c);
        }
    }
}

static void igmp_has_a_type_and_a_header(void **unused)
{
    (void)unused;
    static const char query[] = "\x11\x64\xee\x9b\0\0\0\0behind";
    struct scene c;
    scene_begin(&c, "alert ip any any -> any any (igmp.type:0x11; sid:1;)\nalert ip any any -> any any (igmp.type:membership_query; sid:2;)\n"
                    "alert ip any any -> any any (igmp.type:!membership_query; sid:3;)\n"
                    "alert ip any any -> any any (igmp.hdr; content:\"|64|\"; offset:1; depth:1; bsize:8; sid:4;)\n"
                    "alert ip any any -> any any (igmp.hdr; content:\"behind\"; sid:5;)");
    c.s.proto = IPPROTO_IGMP;
    c.s.transport = NULL;
    c.s.transport_len = 0;
    assert_string_equal(scene_packet(&c, query, sizeof(query) - 1), "1 2 4 ");
    assert_string_equal(scene_packet(&c, query, 7), "");
    scene_end(&c);
}

static const struct refused { const char *option, *says; } refusals[] = {
    { "vlan.id:4096", "`4096` is above 4095" },
    { "vlan.id:5,3", "expected a layer from -3 to 2, all or any, found `3`" },
    { "vlan.id:5,-4", "expected a layer from -3 to 2, all or any, found `-4`" },
    { "vlan.layers:4", "`4` is above 3" },
    { "flow.pkts:upwards,4", "expected toserver, toclient, both or either, found `upwards`" },
    { "flow.bytes:both,", "a number is missing" },
    { "dsize:1tb", "`1tb` is not a number" },
    { "window:&0xc0=2", "`&0xc0=2` can never hold" },
    { "window:&0xc0", "expected a mask and a value, as &0xc0=0x80" },
    { "seq:&0x80000001=1", "a mask leaves at most 4096 ranges open here; this number is too wide for it" },
    { "flow.elephant:either", "keyword `flow.elephant`: no flow is called an elephant here; `flow.bytes` compares its size" },
};

static void what_cannot_be_asked_is_refused_in_words(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        char rule[256];
        struct heard heard = { .len = 0 };
        struct rules_report report = { .refusal = tell_refusal, .ctx = &heard };
        int n = snprintf(rule, sizeof(rule), "alert tcp any any -> any any (%s; sid:1;)", refusals[i].option);
        rules_free(rules_from(rule, (size_t)n, &report));
        if (strstr(heard.text, refusals[i].says) == NULL)
            fail_msg("`%s`: %s", refusals[i].option, heard.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vlan_tags_are_asked_one_by_one_or_together), cmocka_unit_test(without_a_tag_no_tag_holds),
        cmocka_unit_test(both_directions_of_a_flow_are_counted), cmocka_unit_test(options_of_a_syn_are_read),
        cmocka_unit_test(igmp_has_a_type_and_a_header), cmocka_unit_test(what_cannot_be_asked_is_refused_in_words)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
