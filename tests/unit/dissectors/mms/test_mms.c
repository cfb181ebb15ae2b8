#include "tests/support/dissect.h"

#include "dissectors/mms/mms.h"

#define CONNECT ">>> 03000016 11 e0 0000 0001 00 c0010d c2020001 c1020001\n<<< 03000016 11 d0 0001 0001 00 c0010d c2020001 c1020001\n"
#define ASSOCIATE_ASKED "030000b102f0800da80506130100160102140200023302000134020001c19231818fa003800101a28187810400000001820400000001a423300f0201" \
    "010604520100013004060251013010020103060528ca22020130040602510161543052020101a04d604b80020780a107060528ca220203a60606042b" \
    "ce0f21a70302010cbe2f282d020103a028a826800300fde881010582010583010aa416800101810305f100820c03ee1c00000408000079ef18"
#define ASSOCIATE_ACCEPTED "03000097 02f080 0e8e 0506130100160102 14020002 33020001 34020001 c178 3176 a003800101 a26f 830400000001" \
    "a512 3007800100 81025101 3007800100 81025101 6153 3051 020101 a04c 614a 80020780 a107060528ca220203 a203020100 a305a103020100" \
    "be2f 282d 020103 a028 a926 800300fde8 810105 820105 83010a a416 800101 810305f100 820c03ee1c00000408000079ef18"
#define ASSOCIATE ">>> " ASSOCIATE_ASKED "\n<<< " ASSOCIATE_ACCEPTED "\n"
#define DATA "02f080 01000100 "
#define READ    ">>> 0300003d " DATA "6130 302e 020103 a029 a027 020101 a422 a120 a01e 301c a01a a118 1a08 \"IED1CTRL\" 1a0c \"CSWI1$ST$Pos\"\n" \
                "<<< 03000032 " DATA "6125 3023 020103 a01e a11c 020101 a417 a115 a213 84020680 840303000091 086b003bb88000000a\n"
#define OPERATE ">>> 03000067 " DATA "615a 3058 020103 a053 a051 020102 a54c a023 3021 a01f a11d 1a08 \"IED1CTRL\" 1a11 \"CSWI1$CO$Pos$Oper\"" \
                "    a025 a223 830101 a20a 850103 8905 \"scada\" 860107 9108 6b003bb88000000a 830100 84020600\n"
#define WROTE   "<<< 0300001d " DATA "6110 300e 020103 a009 a107 020102 a502 8100\n"
#define DENIED  "<<< 0300001e " DATA "6111 300f 020103 a00a a108 020102 a503 800103\n"
#define REPORT  "<<< 03000060 " DATA "6153 3051 020103 a04c a34a a048 a105 8003 \"RPT\" a03f 8a14 \"IED1CTRL/LLN0$BR$rcb\" 8403065800 860105" \
                "    8a14 \"IED1CTRL/LLN0$events\" 84020780 830101 84020240\n"
#define LAST    "<<< 03000062 " DATA "6155 3053 020103 a04e a34c a04a a013 3011 a00f 800d \"LastApplError\" a033 a231" \
                "    8a1a \"IED1CTRL/CSWI1$CO$Pos$Oper\" 850100 a20a 850103 8905 \"scada\" 860101 85010a\n"
#define WHO     ">>> 0300001b " DATA "610e 300c 020103 a007 a005 020103 8200\n" \
                "<<< 0300002d " DATA "6120 301e 020103 a019 a117 020103 a212 8004 \"ACME\" 8105 \"Bay 7\" 8203 \"2.1\"\n"
#define KILL    ">>> 03000022 " DATA "6115 3013 020103 a00e a00c 020104 bf2c06 8004 \"pump\"\n" \
                "<<< 03000020 " DATA "6113 3011 020103 a00c a20a 800104 a205 a003 870103\n"
#define REJECT  "<<< 0300001c " DATA "610f 300d 020103 a008 a406 800104 810101\n"
#define NAMES   ">>> 0300002c " DATA "611f 301d 020103 a018 a016 020105 a111 a003 800100 a10a 8108 \"IED1CTRL\"\n" \
                "<<< 0300002d " DATA "6120 301e 020103 a019 a117 020105 a112 a00d 1a04 \"LLN0\" 1a05 \"CSWI1\" 810100\n"
#define DELETE  ">>> 03000023 " DATA "6116 3014 020103 a00f a00d 020106 bf4c07 1905 \"a.cfg\"\n"
#define CONCLUDE ">>> 03000016 " DATA "6109 3007 020103 a002 8b00\n<<< 03000016 " DATA "6109 3007 020103 a002 8c00\n"

static const struct dialogue_case cases[] = {
    { "an association", ASSOCIATE, "spdu acse calling_ap_title calling_ae_qualifier associate_result pdu_type access local_detail version parameter_cbb response_time",
      "> 0 spdu=connect acse=aarq calling_ap_title=2bce0f21 calling_ae_qualifier=12 pdu_type=initiate_request access=session local_detail=65000"
      " version=1 parameter_cbb=str1 parameter_cbb=str2 parameter_cbb=vnam parameter_cbb=valt parameter_cbb=vlis\n"
      "< 0 spdu=accept acse=aare associate_result=accepted pdu_type=initiate_response access=session local_detail=65000 version=1"
      " parameter_cbb=str1 parameter_cbb=str2 parameter_cbb=vnam parameter_cbb=valt parameter_cbb=vlis response_time=1000\n" },
    { "a read: the answer has the names that were asked for", READ,
      "invoke_id service access domain item functional_constraint data_object success type depth value bits time profile",
      "> 0 invoke_id=1 service=read domain=\"IED1CTRL\" item=\"CSWI1$ST$Pos\" functional_constraint=\"ST\" data_object=\"Pos\" access=read profile=iec61850\n"
      "< 0 invoke_id=1 service=read domain=\"IED1CTRL\" item=\"CSWI1$ST$Pos\" functional_constraint=\"ST\" data_object=\"Pos\" success=true"
      " type=structure type=bit_string depth=1 value=2 bits=2 type=bit_string depth=1 value=0 bits=13 type=utc_time depth=1"
      " time=1795177400500000 access=read profile=iec61850\n" },
    { "a breaker operated", OPERATE WROTE, "service access logical_node item control ctl_val or_cat or_ident ctl_num ctl_time test check success values",
      "> 0 service=write item=\"CSWI1$CO$Pos$Oper\" logical_node=\"CSWI1\" control=operate ctl_val=1 or_cat=remote_control or_ident=7363616461 ctl_num=7"
      " ctl_time=1795177400500000 test=false check=0 access=control\n"
      "< 0 service=write item=\"CSWI1$CO$Pos$Oper\" logical_node=\"CSWI1\" control=operate success=true access=control\n" },
    { "the same, refused", OPERATE DENIED, "success access_error", "> 0\n< 0 success=false access_error=object_access_denied\n" },
    { "a report", REPORT, "pdu_type service access list_name rpt_id opt_flds seq_num dat_set included reason type value",
      "< 0 pdu_type=unconfirmed service=information_report list_name=\"RPT\" rpt_id=\"IED1CTRL/LLN0$BR$rcb\" opt_flds=sequence_number"
      " opt_flds=reason_for_inclusion opt_flds=data_set_name seq_num=5 dat_set=\"IED1CTRL/LLN0$events\" included=1 reason=data_change"
      " type=boolean value=1 access=report\n" },
    { "why a command failed", LAST, "item control_object control_error or_cat ctl_num add_cause",
      "< 0 item=\"LastApplError\" control_object=\"IED1CTRL/CSWI1$CO$Pos$Oper\" control_error=no_error or_cat=remote_control ctl_num=1"
      " add_cause=blocked_by_interlocking\n" },
    { "who are you", WHO, "service access vendor model revision",
      "> 0 service=identify access=identify\n< 0 service=identify vendor=\"ACME\" model=\"Bay 7\" revision=\"2.1\" access=identify\n" },
    { "a program killed, refused", KILL, "service access program_invocation error_class error_code error",
      "> 0 service=kill program_invocation=\"pump\" access=stop\n< 0 service=kill access=stop error_class=access error_code=3 error=access.object_access_denied\n" },
    { "a reject of nothing asked", REJECT, "invoke_id reject_reason", "< 0 invoke_id=4 reject_reason=confirmed_request.unrecognized_service !unsolicited_response\n" },
    { "what do you have", NAMES, "service access object_class object_scope domain_name identifiers more_follows",
      "> 0 service=get_name_list object_class=named_variable object_scope=domain domain_name=\"IED1CTRL\" access=browse\n"
      "< 0 service=get_name_list identifiers=\"LLN0\" identifiers=\"CSWI1\" more_follows=false access=browse\n" },
    { "a file deleted", DELETE, "service access file_name", "> 0 service=file_delete file_name=\"a.cfg\" access=file\n" },
    { "the end", CONCLUDE, "pdu_type access", "> 0 pdu_type=conclude_request access=session\n< 0 pdu_type=conclude_response access=session\n" },
    { "requests answered out of order", READ WHO ">>> 0300003d " DATA "6130 302e 020103 a029 a027 020107 a422 a120 a01e 301c a01a a118 1a08 \"IED1CTRL\" 1a0c \"CSWI1$MX$Pos\"\n"
      ">>> 0300001b " DATA "610e 300c 020103 a007 a005 020108 8200\n<<< 0300001d " DATA "6110 300e 020103 a009 a107 020108 a202 8000\n"
      "<<< 0300001f " DATA "6112 3010 020103 a00b a109 020107 a404 a102 8300\n", "invoke_id item",
      "> 0 invoke_id=1 item=\"CSWI1$ST$Pos\"\n< 0 invoke_id=1 item=\"CSWI1$ST$Pos\"\n> 1 invoke_id=3\n< 1 invoke_id=3\n"
      "> 2 invoke_id=7 item=\"CSWI1$MX$Pos\"\n> 3 invoke_id=8\n< 3 invoke_id=8\n< 2 invoke_id=7 item=\"CSWI1$MX$Pos\"\n" },
    { "two requests open, answered in their order", ">>> 0300001b " DATA "610e 300c 020103 a007 a005 020107 8200\n>>> 0300001b " DATA "610e 300c 020103 a007 a005 020108 8000\n"
      "<<< 0300001d " DATA "6110 300e 020103 a009 a107 020107 a202 8000\n<<< 0300001d " DATA "6110 300e 020103 a009 a107 020108 a002 8000\n", "invoke_id service",
      "> 0 invoke_id=7 service=identify\n> 1 invoke_id=8 service=status\n< 0 invoke_id=7 service=identify\n< 1 invoke_id=8 service=status\n" },
    { "two PDUs in one message", ">>> 03000029 " DATA "611c 300c 020103 a007 a005 020101 8200 300c 020103 a007 a005 020102 8200\n", "invoke_id service",
      "> 0 invoke_id=1 service=identify\n> 1 invoke_id=2 service=identify\n" },
    { "a message in two transport pieces", ">>> 03000011 02f000 01000100 610e 300c 0201\n>>> 03000011 02f080 03 a007 a005 020103 8200\n", "tpdus service",
      "> 0 tpdus=2 service=identify\n" },
    { "MMS on the bare transport", ">>> 0300000e 02f080 a005 020103 8200\n", "spdu service", "> 0 service=identify\n" },
    { "a value that is too long for its PDU", "<<< 0300001f " DATA "6112 3010 020103 a00b a109 020107 a404 a102 8305\n", "service",
      "< 0 service=read !invalid_data !unsolicited_response\n" },
    { "the session ends", ">>> 03000019 02f080 0910 c10e 610c 300a 020101 a005 6203 800100\n", "spdu acse access", "> 0 spdu=finish acse=rlrq access=session\n" },
    { "ICCP is told by its names", ">>> 03000036 " DATA "6129 3027 020103 a022 a020 020101 a41b a119 a017 3015 a013 a111 1a02 \"D1\" 1a0b \"TASE2_Vers0\"\n"
      ">>> 03000039 " DATA "612c 302a 020103 a025 a023 020101 a41e a11c a01a 3018 a016 a114 1a03 \"CC1\" 1a0d \"TASE2_Version\"\n", "item profile",
      "> 0 item=\"TASE2_Vers0\"\n> 1 item=\"TASE2_Version\" profile=iccp\n" },
};

static void each_service_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_mms, &cases[i]);
}

static void after_a_gap_the_next_whole_message_is_found(void **unused)
{
    (void)unused;
    char *said = dissect_dialogue(&dissector_mms, ">>> gap 40\n>>> 30 0201 0300\n" WHO, 0, "service");
    assert_string_equal(said, "> 0 service=identify\n< 0 service=identify\n");
    free(said);
}

static void what_is_no_packet_is_stepped_over(void **unused)
{
    (void)unused;
    char *said = dissect_dialogue(&dissector_mms, WHO "<<< 0300000500d080 030000\n>>> 0300001b " DATA "610e 300c 020103 a007 a005 020103 8200\n", 0, "service");
    assert_string_equal(said, "> 0 service=identify\n< 0 service=identify\n< 1 !invalid_tpdu\n> 1 service=identify\n");
    free(said);
}

static const char everything[] = CONNECT ASSOCIATE READ OPERATE DENIED REPORT LAST WHO KILL NAMES DELETE CONCLUDE;

static void the_cut_of_the_stream_does_not_matter(void **unused)
{
    (void)unused;
    char *said = dissect_dialogue(&dissector_mms, everything, 0, "x");
    assert_null(strstr(said, "lost"));
    assert_null(strstr(said, "!"));
    free(said);
    dissect_same_for_every_cut(&dissector_mms, READ OPERATE WROTE);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_mms, everything);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_mms, everything);
}

static const struct { const char *name, *wire; enum direction dir; enum probe want; } probes[] = {
    { "a connection says nothing", "03000016 11e0 0000 0001 00 c0010d c2020001 c1020001", FROM_CLIENT, PROBE_MORE },
    { "an association of MMS", ASSOCIATE_ASKED, FROM_CLIENT, PROBE_YES },
    { "an answer in mid-connection", "0300001d 02f080 01000100 6110 300e 020103 a009 a107 020102 a502 8100", FROM_SERVER, PROBE_YES },
    { "a request on the bare transport", "0300000e 02f080 a005 020103 8200", FROM_CLIENT, PROBE_YES },
    { "S7comm", "03000019 02f080 32 01 0000 0001 0008 0000 f0 00 0001 0001 01e0", FROM_CLIENT, PROBE_NO },
    { "another user of the presentation: ROSE, an INTEGER where MMS has a service", "0300001e 02f080 01000100 6111 300f 020103 a00a a108 020101 020102 0500", FROM_CLIENT, PROBE_NO },
    { "RDP's conference", "0300000c 02f080 7f65 8201 94", FROM_CLIENT, PROBE_NO },
    { "HTTP", "47455420", FROM_CLIENT, PROBE_NO },
    { "a server that is no TPKT is the client's to judge", "0300000500d080", FROM_SERVER, PROBE_MORE },
};

static void a_probe_believes_the_form_and_not_the_port(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t wire[256];
        struct conversation conv = { .dir = probes[i].dir, .over = OVER_TCP };
        size_t n = unhex(probes[i].wire, wire, sizeof wire);
        if (dissector_mms.probe(&conv, cursor_over(wire, n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_service_gives_its_fields),
        cmocka_unit_test(after_a_gap_the_next_whole_message_is_found),
        cmocka_unit_test(what_is_no_packet_is_stepped_over),
        cmocka_unit_test(the_cut_of_the_stream_does_not_matter),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(a_probe_believes_the_form_and_not_the_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
