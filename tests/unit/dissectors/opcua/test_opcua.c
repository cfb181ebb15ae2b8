#include "tests/support/dissect.h"

#include "dissectors/opcua/opcua.h"

/* Dialogues as tests/traffic/apps/opcua.py encodes them; a channel and its session open except where said. */
#define HELLO \
    ">>> 48454c462b00000000000000000001000000010000000000000000000b0000006f70632e7463703a2f2f70\n" \
    "<<< 41434b461c0000000000000000000100000001000000000000000000\n" \
    ">>> 4f504e4689000000050000002f000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c" \
    "696379234e6f6e65ffffffffffffffff01000000010000000100be010201004d00000000000000000000000100000000000000ffffffff" \
    "10270000000000000000000000000001000000ffffffff80ee3600\n" \
    "<<< 4f504e4687000000050000002f000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c" \
    "696379234e6f6e65ffffffffffffffff01000000010000000100c101000000000000000001000000000000000000000000000000000000" \
    "000500000009000000000000000000000080ee3600ffffffff\n"
#define SESSION \
    ">>> 4d534746a1000000050000000900000002000000020000000100cd010201004d00000000000000000000000200000000000000ffffffff" \
    "102700000000000700000075726e3a686d690f00000075726e3a6d616b65723a73636164610203000000484d4901000000ffffffffffff" \
    "ffff00000000ffffffff0b0000006f70632e7463703a2f2f70020000007331ffffffffffffffff00000000004ced4000000000\n" \
    "<<< 4d53474658010000050000000900000002000000020000000100d001000000000000000002000000000000000000000000000000020100" \
    "070000000201004d00000000000000004ced40ffffffffffffffff010000000b0000006f70632e7463703a2f2f700700000075726e3a70" \
    "6c630d00000075726e3a6d616b65723a706c630203000000504c4300000000ffffffffffffffff00000000ffffffff010000002f000000" \
    "687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c696379234e6f6e650200000001000000" \
    "7000000000ffffffffffffffffffffffff010000007001000000ffffffffffffffffffffffff41000000687474703a2f2f6f7063666f75" \
    "6e646174696f6e2e6f72672f55412d50726f66696c652f5472616e73706f72742f75617463702d756173632d756162696e617279000000" \
    "0000ffffffffffffffff00000000\n" \
    ">>> 4d5347467e000000050000000900000003000000030000000100d3010201004d00000000000000000000000300000000000000ffffffff" \
    "10270000000000ffffffffffffffff000000000000000001004401011f0000000100000070080000006f70657261746f72060000007365" \
    "63726574ffffffffffffffffffffffff\n" \
    "<<< 4d53474640000000050000000900000003000000030000000100d601000000000000000003000000000000000000000000000000ffffff" \
    "ff0000000000000000\n"
#define READ \
    ">>> 4d5347467c00000005000000090000000200000002000000010077020201004d00000000000000000000000200000000000000ffffffff" \
    "10270000000000000000000000000000000000020000000302000400000050756d700d000000ffffffff0000ffffffff020000d7080000" \
    "0d000000ffffffff0000ffffffff\n" \
    "<<< 4d534746510000000500000009000000020000000200000001007a02000000000000000002000000000000000000000000000000020000" \
    "00010b0000000000229740010c050000004472696c6c00000000\n"
#define WRITE \
    ">>> 4d5347465f000000050000000900000002000000020000000100a1020201004d00000000000000000000000200000000000000ffffffff" \
    "10270000000000010000000302000400000050756d700d000000ffffffff010b0000000000709740\n" \
    "<<< 4d53474640000000050000000900000002000000020000000100a402000000000000000002000000000000000000000000000000010000" \
    "0000003b8000000000\n"
#define CALL \
    ">>> 4d53474657000000050000000900000002000000020000000100c8020201004d00000000000000000000000200000000000000ffffffff" \
    "1027000000000001000000030200010000005002020007000000010000000101\n" \
    "<<< 4d5347464c000000050000000900000002000000020000000100cb02000000000000000002000000000000000000000000000000010000" \
    "000000000000000000000000000000000000000000\n"
#define BROWSE \
    ">>> 4d534746740000000500000009000000020000000200000001000f020201004d00000000000000000000000200000000000000ffffffff" \
    "1027000000000002000000000000000000000000000000000000000000000100000002000055000000000000000200001f000000010000" \
    "00003f000000\n" \
    "<<< 4d5347467b0000000500000009000000020000000200000001001202000000000000000002000000000000000000000000000000010000" \
    "0000000000ffffffff0100000002000023000000010302000400000050756d700100050000005370656564020500000053706565640200" \
    "00000200003f00000000000000\n"
#define DENIED \
    ">>> 4d53474655000000050000000900000002000000020000000100ac010201004d00000000000000000000000200000000000000ffffffff" \
    "102700000000000b0000006f70632e7463703a2f2f700000000000000000\n" \
    "<<< 4d534746340000000500000009000000020000000200000001008d0100000000000000000200000000001f800000000000000000\n"
#define CHUNKS \
    ">>> 4d53474336000000050000000900000002000000020000000100a1020201004d00000000000000000000000200000000000000ffffff\n" \
    ">>> 4d5347464100000005000000090000000300000002000000ff10270000000000010000000302000400000050756d700d000000ffffffff" \
    "010b0000000000709740\n"
#define ENCRYPTED \
    ">>> 4d5347464000000005000000090000000200000002000000c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6" \
    "e7e8e9eaebecedeeef\n"
#define ABORTED \
    ">>> 4d53474336000000050000000900000002000000020000000100a1020201004d00000000000000000000000200000000000000ffffff\n" \
    ">>> 4d53474128000000050000000900000003000000020000000000088008000000746f6f206c6f6e67\n"
#define ERROR \
    "<<< 455252461200000000008380020000006e6f\n"

static const struct dialogue_case cases[] = {
    { "hello and a channel", HELLO, "message_type endpoint_url security_policy service access security_mode lifetime",
      "> 0 message_type=hello endpoint_url=\"opc.tcp://p\" access=session\n"
      "< 0 message_type=acknowledge access=session\n"
      "> 1 message_type=open_secure_channel security_policy=\"http://opcfoundation.org/UA/SecurityPolicy#None\" service=open_secure_channel_request access=session security_mode=none lifetime=3600000\n"
      "< 1 message_type=open_secure_channel security_policy=\"http://opcfoundation.org/UA/SecurityPolicy#None\" service=open_secure_channel_response access=session lifetime=3600000\n" },
    { "a session, its user", SESSION, "service application_uri product_uri application_name session_name endpoints security_mode user_tokens user_token user_name access",
      "> 0 service=create_session_request access=session application_uri=\"urn:hmi\" product_uri=\"urn:maker:scada\" application_name=\"HMI\" session_name=\"s1\"\n"
      "< 0 service=create_session_response access=session endpoints: application_uri=\"urn:plc\" product_uri=\"urn:maker:plc\" application_name=\"PLC\" security_mode=none user_tokens=anonymous user_tokens=user_name\n"
      "> 1 service=activate_session_request access=authenticate user_token=user_name user_name=\"operator\"\n"
      "< 1 service=activate_session_response access=authenticate\n" },
    { "read, answered in the order of the nodes", READ, "service nodes namespace numeric string attribute value_type value text manufacturer access",
      "> 0 service=read_request access=read nodes: namespace=2 string=\"Pump\" attribute=value nodes: namespace=0 numeric=2263 attribute=value\n"
      "< 0 service=read_response access=read nodes: namespace=2 string=\"Pump\" attribute=value value_type=double value=1480.5 nodes: namespace=0 numeric=2263 attribute=value value_type=string text=\"Drill\" manufacturer=\"Drill\"\n" },
    { "write, refused", WRITE, "service nodes string attribute value status access",
      "> 0 service=write_request access=write nodes: string=\"Pump\" attribute=value value=1500\n"
      "< 0 service=write_response access=write nodes: string=\"Pump\" attribute=value status=bad_not_writable\n" },
    { "call", CALL, "service nodes string method_numeric value status access",
      "> 0 service=call_request access=control nodes: string=\"P\" method_numeric=7 value=1\n"
      "< 0 service=call_response access=control nodes: string=\"P\" status=good\n" },
    { "browse", BROWSE, "service nodes numeric references string browse_name node_class access",
      "> 0 service=browse_request access=browse nodes: numeric=85\n"
      "< 0 service=browse_response access=browse references: string=\"Pump\" browse_name=\"Speed\" node_class=variable\n" },
    { "a fault", DENIED, "service service_result endpoint_url access",
      "> 0 service=get_endpoints_request access=identify endpoint_url=\"opc.tcp://p\"\n"
      "< 0 service=service_fault access=identify service_result=bad_user_access_denied\n" },
    { "a message in two chunks", CHUNKS, "chunk sequence_number service string value",
      "> 0 chunk=continued sequence_number=2\n"
      "> 1 chunk=final sequence_number=3 service=write_request string=\"Pump\" value=1500\n" },
    { "an encrypted body", ENCRYPTED, "message_type encrypted service access",
      "> 0 message_type=message encrypted=true access=other\n" },
    { "a message given up", ABORTED, "chunk error reason",
      "> 0 chunk=continued\n"
      "> 1 chunk=aborted error=bad_encoding_limits_exceeded reason=\"too long\"\n" },
    { "an error", ERROR, "message_type error reason",
      "< 0 message_type=error error=bad_tcp_endpoint_url_invalid reason=\"no\"\n" },
};

static void each_service_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_opcua, &cases[i]);
}

static void the_cut_of_the_stream_does_not_matter(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dissect_same_for_every_cut(&dissector_opcua, cases[i].text);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dissect_survives_every_prefix(&dissector_opcua, cases[i].text);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dissect_survives_every_bit_change(&dissector_opcua, cases[i].text);
}

static void after_a_gap_the_next_chunk_is_found(void **unused)
{
    (void)unused;
    static const struct dialogue_case gap = { "a gap", ">>> gap 5\n>>> 112233\n" READ, "service",
      "> 0 service=read_request\n"
      "< 0 service=read_response\n" };
    dialogue_case_holds(&dissector_opcua, &gap);
}

static const struct first_bytes probes[] = {
    { "a hello",             "48454c46 2b000000 00000000", PROBE_YES },
    { "a message",           "4d534746 40000000 05000000", PROBE_YES },
    { "half a header",       "4d5347", PROBE_MORE },
    { "other letters",       "4d534741 40000000", PROBE_YES },
    { "a size that is none", "4d534746 04000000", PROBE_NO },
    { "text",                "48454c4c 4f20776f", PROBE_NO },
    { "nothing like it",     "16030100", PROBE_NO },
};

static void a_probe_believes_letters_and_size(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_opcua, OVER_TCP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_service_gives_its_fields),
        cmocka_unit_test(the_cut_of_the_stream_does_not_matter),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(after_a_gap_the_next_chunk_is_found),
        cmocka_unit_test(a_probe_believes_letters_and_size),
    };
    return cmocka_run_group_tests_name("opcua", tests, NULL, NULL);
}
