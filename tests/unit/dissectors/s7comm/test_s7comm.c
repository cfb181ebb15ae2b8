#include "tests/support/dissect.h"

#include "dissectors/s7comm/s7comm.h"

#define CONNECT ">>> 0300 0016 11 e0 0000 0001 00 c0 01 0a c1 02 0100 c2 02 0102\n" \
                "<<< 0300 0016 11 d0 0001 0002 00 c0 01 0a c1 02 0100 c2 02 0102\n"
#define SETUP   ">>> 0300 0019 02f080 32 01 0000 0001 0008 0000 f0 00 0001 0001 01e0\n" \
                "<<< 0300 001b 02f080 32 03 0000 0001 0008 0000 00 00 f0 00 0001 0001 00f0\n"
#define READ    ">>> 0300 001f 02f080 32 01 0000 0002 000e 0000 04 01 120a10 04 0001 0002 84 000050\n" \
                "<<< 0300 001b 02f080 32 03 0000 0002 0002 0006 00 00 04 01 ff 04 0010 1234\n"
#define WRITE   ">>> 0300 0024 02f080 32 01 0000 0003 000e 0005 05 01 120a10 01 0001 0000 83 00000b 00 03 0001 01\n" \
                "<<< 0300 0016 02f080 32 03 0000 0003 0002 0001 00 00 05 01 ff\n"
#define STOP    ">>> 0300 0021 02f080 32 01 0000 0004 0010 0000 29 0000000000 09 \"P_PROGRAM\"\n" \
                "<<< 0300 0014 02f080 32 03 0000 0004 0001 0000 d2 41 29\n"
#define SZL     ">>> 0300 0021 02f080 32 07 0000 0005 0008 0008 00 01 12 04 11 44 01 00 ff 09 0004 001c 0000\n" \
                "<<< 0300 003a 02f080 32 07 0000 0005 000c 001d 00 01 12 08 12 84 01 07 00 01 0000 ff 09 0019" \
                "    001c 0000 0022 0001 0001 \"PLC of the pump\"\n" \
                "<<< 0300 0034 02f080 32 07 0000 0005 000c 0017 00 01 12 08 12 84 01 07 00 00 0000 ff 09 0013" \
                "    00000000 00000000 00000000 00000000 000000\n"

static const struct dialogue_case cases[] = {
    { "a connection", CONNECT, NULL,
      "> 0 tpdu=connection_request calling_tsap=0100 called_tsap=0102 transport_class=0 tpdu_size=1024\n"
      "< 0 tpdu=connection_confirm calling_tsap=0100 called_tsap=0102 transport_class=0 tpdu_size=1024\n" },
    { "setup", SETUP, "rosctr type pdu_reference function_code access max_amq_calling pdu_length response_time",
      "> 0 rosctr=job pdu_reference=1 type=request function_code=setup_communication access=session max_amq_calling=1 pdu_length=480\n"
      "< 0 rosctr=ack_data pdu_reference=1 type=response function_code=setup_communication access=session max_amq_calling=1"
      " pdu_length=240 response_time=1000\n" },
    { "a word read from DB2", READ, "access items area db address bit transport_size count return_code data value",
      "> 0 access=read items: area=db db=2 address=10 bit=0 transport_size=word count=1\n"
      "< 0 access=read items: area=db db=2 address=10 bit=0 transport_size=word count=1 return_code=success data=1234 value=4660\n" },
    { "a flag written", WRITE, "access items area address bit return_code value",
      "> 0 access=write items: area=flags address=1 bit=3 return_code=reserved value=1\n"
      "< 0 access=write items: area=flags address=1 bit=3 return_code=success\n" },
    { "stop, refused", STOP, "access pi_service error",
      "> 0 access=stop pi_service=\"P_PROGRAM\"\n< 0 error=protection_level access=stop\n" },
    { "a status list in two fragments", SZL, "userdata access szl_id szl_index automation_system_name fragment sequence",
      "> 0 userdata=read_szl access=identify sequence=0 szl_id=component_identification szl_index=0\n"
      "< 0 userdata=read_szl access=identify sequence=7 fragment=true\n"
      "< 0 userdata=read_szl access=identify sequence=7 szl_id=component_identification szl_index=0"
      " automation_system_name=\"PLC of the pump\"\n" },
    { "a download asked for", ">>> 0300 0031 02f080 32 01 0000 0005 0020 0000 1a 00 0000 00000000 09 \"_0A00001P\" 0d \"1000226000040\"\n",
      "access filename block_type block_number filesystem block_length code_length",
      "> 0 access=program filename=\"_0A00001P\" block_type=db block_number=1 filesystem=passive block_length=226 code_length=40\n" },
    { "a block inserted", ">>> 0300 002b 02f080 32 01 0000 0006 001a 0000 28 00000000 0000fd 000a 01 00 \"0800001P\" 05 \"_INSE\"\n",
      "access pi_service block_type block_number",
      "> 0 pi_service=\"_INSE\" access=program block_type=ob block_number=1\n" },
    { "a cold start", ">>> 0300 0027 02f080 32 01 0000 0006 0016 0000 28 00000000 0000fd 0002 \"C \" 09 \"P_PROGRAM\"\n",
      "access pi_service pi_argument",
      "> 0 pi_service=\"P_PROGRAM\" access=control pi_argument=\"C \"\n" },
    { "the clock set", ">>> 0300 0027 02f080 32 07 0000 0008 0008 000e 00 01 12 04 11 47 02 00 ff 09 000a 00 19 26 11 21 21 17 46 12 37\n",
      "access userdata clock", "> 0 userdata=set_clock access=set_time clock=1795295866123000\n" },
    { "a password is not kept", ">>> 0300 0025 02f080 32 07 0000 0008 0008 000c 00 01 12 04 11 45 01 00 ff 09 0008 0102030405060708\n",
      "access userdata data", "> 0 userdata=plc_password access=authenticate\n" },
    { "the PLC says that it stopped", "<<< 0300 0019 02f080 32 07 0000 0000 0008 0000 0100 1010 00 00 00 00\n", "type userdata",
      "< 0 type=push userdata=stop\n" },
    { "an empty piece before the last", ">>> 0300 0007 02f000\n" READ, "tpdus function_code",
      "> 0 tpdus=2 function_code=read_var\n< 0 tpdus=1 function_code=read_var\n" },
    { "an answer to nothing", "<<< 0300 0016 02f080 32 03 0000 0003 0002 0001 00 00 05 01 ff\n", "return_code",
      "< 0 return_code=success !unsolicited_response\n" },
    { "lengths that do not fit", ">>> 0300 001f 02f080 32 01 0000 0002 000f 0001 04 01 120a10 04 0001 0002 84 000050\n", "rosctr",
      "> 0 rosctr=job !invalid_length\n" },
};

static void each_function_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_s7comm, &cases[i]);
}

static void after_a_gap_the_next_whole_message_is_found(void **unused)
{
    (void)unused;
    char *said = dissect_dialogue(&dissector_s7comm, ">>> gap 40\n>>> 32 32 0300\n" READ, 0, "function_code");
    assert_string_equal(said, "> 0 function_code=read_var\n< 0 function_code=read_var\n");
    free(said);
}

static const char everything[] = CONNECT SETUP READ WRITE STOP SZL;

static void the_cut_of_the_stream_does_not_matter(void **unused)
{
    (void)unused;
    char *said = dissect_dialogue(&dissector_s7comm, everything, 0, "x");
    assert_null(strstr(said, "lost"));
    assert_null(strstr(said, "invalid"));
    free(said);
    dissect_same_for_every_cut(&dissector_s7comm, READ WRITE);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_s7comm, everything);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_s7comm, everything);
}

static const struct { const char *name, *wire; enum probe want; } probes[] = {
    { "a connection says nothing", "0300 0016 11e00000000100c0010ac1020100c2020102", PROBE_MORE },
    { "a job", "0300 0019 02f080 32 01 0000 0001 0008 0000 f0 00 0001 0001 01e0", PROBE_YES },
    { "an empty piece", "0300 0007 02f000", PROBE_MORE },
    { "MMS", "0300 0010 02f080 0100 0100 6103 0201 03", PROBE_NO },
    { "S7comm-plus", "0300 000f 02f080 72 01 0000 72 01 0000", PROBE_NO },
    { "lengths that do not fit", "0300 0019 02f080 32 01 0000 0001 0009 0000 f0 00 0001 0001 01e0", PROBE_NO },
    { "HTTP", "47455420", PROBE_NO },
};

static void a_probe_believes_the_form_and_not_the_port(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t wire[64];
        struct conversation conv = { .dir = FROM_CLIENT, .over = OVER_TCP };
        size_t n = unhex(probes[i].wire, wire, sizeof wire);
        enum probe got = dissector_s7comm.probe(&conv, cursor_over(wire, n));
        if (got != probes[i].want)
            fail_msg("%s: %d", probes[i].name, (int)got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_function_gives_its_fields),
        cmocka_unit_test(after_a_gap_the_next_whole_message_is_found),
        cmocka_unit_test(the_cut_of_the_stream_does_not_matter),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(a_probe_believes_the_form_and_not_the_port),
    };
    return cmocka_run_group_tests_name("s7comm", tests, NULL, NULL);
}
