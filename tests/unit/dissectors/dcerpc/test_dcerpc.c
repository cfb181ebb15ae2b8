#include "tests/support/dissect.h"

#include "dissectors/dcerpc/dcerpc.h"

#define SVCCTL "81bb7a36 4498 f135 ad32 98f038001003"
#define NDR    "045d888a eb1c c911 9fe8 08002b104860 02000000"
#define BIND \
    ">>> 05000b03 10000000 4800 0000 01000000 d016 d016 00000000 01000000\n" \
    "    0000 01 00 " SVCCTL " 0200 0000 " NDR "\n"
#define BIND_ACK(result) \
    "<<< 05000c03 10000000 3c00 0000 01000000 d016 d016 01000000 0400 31333500 0000 01000000\n" \
    "    " result " 0000 " NDR "\n"
#define BOUND BIND BIND_ACK("0000")
#define REQUEST  ">>> 05000003 10000000 1c00 0000 02000000 04000000 0000 0f00 aabbccdd\n"
#define RESPONSE "<<< 05000203 10000000 1a00 0000 02000000 02000000 0000 0000 0102\n"
#define PIECES \
    ">>> 05000001 10000000 1a00 0000 03000000 06000000 0000 0c00 0102\n" \
    ">>> 05000000 10000000 1a00 0000 03000000 06000000 0000 0c00 0304\n" \
    ">>> 05000002 10000000 1a00 0000 03000000 06000000 0000 0c00 0506\n"
#define SAID_BOUND \
    "> 0 request=BIND call_id=1 interfaces: uuid=\"367abb81-9844-35f1-ad32-98f038001003\" version=\"2.0\" context=0\n" \
    "< 0 response=BINDACK call_id=1 interfaces: uuid=\"367abb81-9844-35f1-ad32-98f038001003\" version=\"2.0\" context=0 ack_result=0\n"
#define FIELDS "request response call_id opnum interface interface_version frag_cnt stub_data object status interfaces uuid version " \
               "context ack_result auth_type auth_level little_endian"
#define OF_SVCCTL "interface=\"367abb81-9844-35f1-ad32-98f038001003\" interface_version=2 "

static const struct dialogue_case cases[] = {
    { "a call names the interface that was bound", BOUND REQUEST RESPONSE, FIELDS, SAID_BOUND
      "> 1 request=REQUEST call_id=2 opnum=15 " OF_SVCCTL "frag_cnt=1 little_endian=true stub_data=aabbccdd\n"
      "< 1 response=RESPONSE call_id=2 opnum=15 " OF_SVCCTL "frag_cnt=1 little_endian=true stub_data=0102\n" },
    { "a refused interface is not that of a call", BIND BIND_ACK("0200") REQUEST, "interface opnum",
      "> 0\n< 0\n> 1 opnum=15\n" },
    { "fragments are one call", BOUND PIECES, "opnum frag_cnt stub_data",
      "> 0\n< 0\n> 1 opnum=12 frag_cnt=3 stub_data=010203040506\n" },
    { "the end alone of a call is incomplete", ">>> 05000002 10000000 1a00 0000 03000000 06000000 0000 0c00 0506\n", "stub_data",
      "> 0 stub_data=0506 !incomplete\n" },
    { "a security trailer is no stub data",
      ">>> 05000003 10000000 2c00 0400 02000000 04000000 0000 0f00 aabbccdd 0000 0000 0a 06 04 00 00000000 01020304\n",
      "auth_type auth_level stub_data", "> 0 auth_type=ntlm auth_level=privacy stub_data=aabbccdd\n" },
    { "big-endian numbers", ">>> 05000003 00000000 001c 0000 00000002 00000004 0000 000f aabbccdd\n",
      "call_id opnum little_endian", "> 0 call_id=2 opnum=15 little_endian=false\n" },
    { "an object", ">>> 05000083 10000000 2c00 0000 02000000 04000000 0000 0f00 " SVCCTL " aabbccdd\n", "object stub_data",
      "> 0 object=\"367abb81-9844-35f1-ad32-98f038001003\" stub_data=aabbccdd\n" },
    { "a fault says why", BOUND REQUEST "<<< 05000303 10000000 2000 0000 02000000 20000000 0000 0000 05000000 00000000\n",
      "response opnum status", "> 0\n< 0 response=BINDACK\n> 1 opnum=15\n< 1 response=FAULT opnum=15 status=5\n" },
    { "binding refused", BIND "<<< 05000d03 10000000 1200 0000 01000000 0200\n", "response status",
      "> 0\n< 0 response=BINDNAK status=2\n" },
    { "a response without a request", RESPONSE, "opnum", "< 0 !unsolicited_response\n" },
    { "a request too short for its own head", ">>> 05000003 10000000 1200 0000 02000000 0400\n", "opnum", "> 0 !malformed_data\n" },
    { "not this protocol", ">>> 05020003 10000000 1200 0000 02000000 0400\n", NULL, "lost >\n" },
    { "a length below the header's", ">>> 05000003 10000000 0f00 0000 02000000 0400\n", NULL, "lost >\n" },
    { "after a hole the next header is found", BOUND ">>> gap 100\n>>> 0102030405\n" REQUEST RESPONSE, "opnum",
      "> 0\n< 0\n> 1 opnum=15\n< 1 opnum=15\n" },
};

static void messages_are_read_as_the_standard_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_dcerpc, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_dcerpc, BOUND REQUEST RESPONSE PIECES);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_dcerpc, BOUND REQUEST RESPONSE PIECES);
    dissect_survives_every_bit_change(&dissector_dcerpc, BOUND REQUEST RESPONSE PIECES);
}

static void the_probe_asks_for_a_header_that_holds_together(void **unused)
{
    static const struct { const char *name; uint8_t bytes[16]; size_t n; enum probe want; } probes[] = {
        { "a bind", { 5, 0, 11, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1 }, 16, PROBE_YES },
        { "its beginning", { 5, 0, 11 }, 3, PROBE_MORE },
        { "another version", { 4, 0, 11, 3, 0x10 }, 5, PROBE_NO },
        { "SOCKS 5", { 5, 2, 0, 1 }, 4, PROBE_NO },
        { "a type that is not for connections", { 5, 0, 1, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1 }, 16, PROBE_NO },
        { "numbers of no known kind", { 5, 0, 11, 3, 0x20, 0, 0, 0, 72, 0, 0, 0, 1 }, 16, PROBE_NO },
    };
    struct conversation conv = { .over = OVER_TCP };
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        if (dissector_dcerpc.probe(&conv, cursor_over(probes[i].bytes, probes[i].n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
}

static void a_datagram_has_its_interface_in_its_header(void **unused)
{
    struct dissect_run run;
    (void)unused;
    dissect_run_begin(&run, &dissector_dcerpc, "request interface interface_version opnum seqnum stub_data");
    run.conv.over = OVER_UDP;
    struct dialogue *d = dialogue_read(
        ">>> 04 00 20 00 100000 00 00000000000000000000000000000000 " SVCCTL " 00112233445566778899aabbccddeeff 00000000 01000000\n"
        "    07000000 0200 ffff ffff 0300 0000 00 00 010203\n");
    dialogue_play(&run, d, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 1 request=REQUEST seqnum=7 opnum=2 interface=\"367abb81-9844-35f1-ad32-98f038001003\" "
                              "interface_version=1 stub_data=010203\n");
    free(said);
    dialogue_free(d);
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "dcerpc.opnum", "dce_opnum", "dcerpc.stub_data", "dce_stub_data" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(schema_find(dissector_dcerpc.schema, names[i]) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read_as_the_standard_says),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_asks_for_a_header_that_holds_together),
        cmocka_unit_test(a_datagram_has_its_interface_in_its_header),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("dcerpc", tests, NULL, NULL);
}
