#include "tests/support/dissect.h"

#include "dissectors/iec104/iec104.h"

#define STARTED ">>> 6804 07000000\n<<< 6804 0b000000\n"
#define OBJECT_FIELDS "objects address value bsi bcr spi dpi transient scs dcs rcs select qu ql quality counter_sequence event_state " \
    "start_events output_circuit status_bits change_bits elapsed qoi rqt frz qrp kpa local_parameter_change not_in_operation qpa " \
    "coi test_pattern test_counter time time_of_hour time_status day_of_week range_end nof nos lof los frq srq scq lsq afq chs sof " \
    "file_status segment data"

/* One I format APDU each, the first of its side after a gap so that numbers do not matter. */
static const struct object_case {
    const char *name;
    const char *asdu;       /* type, qualifier, cause, originator, common address, objects */
    const char *want;       /* what the objects gave */
} objects[] = {
    { "M_SP_NA_1, a sequence", "01 83 14 00 0100 640000 00 01 91",
      " objects: address=100 value=0 spi=off objects: address=101 value=1 spi=on"
      " objects: address=102 value=1 spi=on quality=blocked quality=invalid" },
    { "M_SP_NA_1, two addresses", "01 02 03 00 0100 640000 01 c80000 00",
      " objects: address=100 value=1 spi=on objects: address=200 value=0 spi=off" },
    { "M_SP_TA_1", "02 01 03 00 0100 640000 01 e803 05",
      " objects: address=100 value=1 spi=on time_of_hour=301000" },
    { "M_DP_NA_1", "03 01 03 00 0100 640000 72",
      " objects: address=100 value=2 dpi=on quality=blocked quality=substituted quality=not_topical" },
    { "M_ST_NA_1, below zero", "05 01 03 00 0100 640000 c0 01",
      " objects: address=100 value=-64 transient=true quality=overflow" },
    { "M_BO_NA_1", "07 01 03 00 0100 640000 ffffffff 00", " objects: address=100 value=4.29497e+09 bsi=4294967295" },
    { "M_ME_NA_1", "09 01 03 00 0100 640000 00c0 00", " objects: address=100 value=-0.5" },
    { "M_ME_NB_1", "0b 01 03 00 0100 640000 feff 40", " objects: address=100 value=-2 quality=not_topical" },
    { "M_ME_NC_1", "0d 01 03 00 0100 640000 0000a03f 00", " objects: address=100 value=1.25" },
    { "M_ME_NC_1, no number", "0d 01 03 00 0100 640000 0000c07f 00", " objects: address=100 value=nan !invalid_value" },
    { "M_IT_NA_1", "0f 01 25 00 0100 640000 ffffffff a7",
      " objects: address=100 value=-1 bcr=-1 counter_sequence=7 quality=carry quality=invalid" },
    { "M_EP_TA_1", "11 01 03 00 0100 640000 0a 1400 000002",
      " objects: address=100 value=2 event_state=on quality=elapsed_time_invalid elapsed=20 time_of_hour=120000" },
    { "M_EP_TB_1", "12 01 03 00 0100 640000 23 08 1400 000002",
      " objects: address=100 start_events=general_start start_events=start_l1 start_events=start_reverse"
      " quality=elapsed_time_invalid elapsed=20 time_of_hour=120000" },
    { "M_EP_TC_1", "13 01 03 00 0100 640000 09 00 1400 000002",
      " objects: address=100 output_circuit=general_command output_circuit=command_l3 elapsed=20 time_of_hour=120000" },
    { "M_PS_NA_1", "14 01 03 00 0100 640000 0180 0100 01",
      " objects: address=100 status_bits=32769 change_bits=1 quality=overflow" },
    { "M_ME_ND_1", "15 01 03 00 0100 640000 0040", " objects: address=100 value=0.5" },
    { "M_SP_TB_1 with its time", "1e 01 03 00 0100 640000 01 e803 1e 8c 6f 0b 17",
      " objects: address=100 value=1 spi=on time_status=summer_time time=1700051401000000 day_of_week=3" },
    { "M_SP_TB_1 with a time that no clock shows", "1e 01 03 00 0100 640000 01 e803 80 00 00 00 00",
      " objects: address=100 value=1 spi=on time_status=invalid !invalid_time" },
    { "M_ME_TF_1", "24 01 03 00 0100 640000 0000a03f 00 0000 00 00 01 01 00",
      " objects: address=100 value=1.25 time=946684800000000" },
    { "C_SC_NA_1", "2d 01 06 00 0100 640000 85", " objects: address=100 value=1 scs=on qu=short_pulse select=select" },
    { "C_DC_NA_1", "2e 01 06 00 0100 640000 02", " objects: address=100 value=2 dcs=on qu=no_additional_definition select=execute" },
    { "C_DC_NA_1, not permitted", "2e 01 06 00 0100 640000 03",
      " objects: address=100 value=3 dcs=3 qu=no_additional_definition select=execute !invalid_value" },
    { "C_RC_NA_1", "2f 01 06 00 0100 640000 01", " objects: address=100 value=1 rcs=lower qu=no_additional_definition select=execute" },
    { "C_SE_NA_1", "30 01 06 00 0100 640000 0040 80", " objects: address=100 value=0.5 ql=0 select=select" },
    { "C_SE_NB_1", "31 01 06 00 0100 640000 e803 00", " objects: address=100 value=1000 ql=0 select=execute" },
    { "C_SE_NC_1", "32 01 06 00 0100 640000 0000a0bf 01", " objects: address=100 value=-1.25 ql=1 select=execute" },
    { "C_BO_TA_1", "40 01 06 00 0100 640000 05000000 0000 00 00 01 01 00",
      " objects: address=100 value=5 bsi=5 time=946684800000000" },
    { "M_EI_NA_1", "46 01 04 00 0100 000000 82", " objects: address=0 coi=remote_reset local_parameter_change=true" },
    { "C_IC_NA_1", "64 01 06 00 0100 000000 14", " objects: address=0 qoi=station" },
    { "C_CI_NA_1", "65 01 06 00 0100 000000 45", " objects: address=0 rqt=general frz=freeze" },
    { "C_RD_NA_1", "66 01 05 00 0100 640000", " objects: address=100" },
    { "C_CS_NA_1", "67 01 06 00 0100 000000 0000 00 00 1d 02 18", " objects: address=0 time=1709164800000000" },
    { "C_TS_NA_1", "68 01 06 00 0100 000000 aa55", " objects: address=0 test_pattern=21930" },
    { "C_RP_NA_1", "69 01 06 00 0100 000000 01", " objects: address=0 qrp=general" },
    { "C_CD_NA_1", "6a 01 06 00 0100 000000 6400", " objects: address=0 elapsed=100" },
    { "C_TS_TA_1", "6b 01 06 00 0100 000000 0700 0000 00 00 01 01 00", " objects: address=0 test_counter=7 time=946684800000000" },
    { "P_ME_NA_1", "6e 01 06 00 0100 640000 0040 c1",
      " objects: address=100 value=0.5 kpa=threshold local_parameter_change=true not_in_operation=true" },
    { "P_AC_NA_1", "71 01 06 00 0100 640000 03", " objects: address=100 qpa=cyclic_transmission_of_object" },
    { "F_FR_NA_1", "78 01 0d 00 0100 640000 0200 000100 00", " objects: address=100 nof=disturbance_data lof=256 frq=0" },
    { "F_SR_NA_1", "79 01 0d 00 0100 640000 0200 01 000100 80", " objects: address=100 nof=disturbance_data nos=1 lof=256 srq=128" },
    { "F_SC_NA_1", "7a 01 0d 00 0100 640000 0200 01 06", " objects: address=100 nof=disturbance_data nos=1 scq=request_section" },
    { "F_LS_NA_1", "7b 01 0d 00 0100 640000 0200 01 03 5a",
      " objects: address=100 nof=disturbance_data nos=1 lsq=section_without_deactivation chs=90" },
    { "F_AF_NA_1", "7c 01 0d 00 0100 640000 0200 01 01", " objects: address=100 nof=disturbance_data nos=1 afq=positive_file" },
    { "F_SG_NA_1", "7d 01 0d 00 0100 640000 0200 01 04 deadbeef",
      " objects: address=100 nof=disturbance_data nos=1 los=4 segment=deadbeef" },
    { "F_SG_NA_1, cut short", "7d 01 0d 00 0100 640000 0200 01 09 deadbeef",
      " objects: address=100 nof=disturbance_data nos=1 los=9 segment=deadbeef !invalid_length" },
    { "F_DR_TA_1", "7e 81 03 00 0100 640000 0200 000100 a1 0000 00 00 01 01 00",
      " objects: address=100 nof=disturbance_data lof=256 sof=1 file_status=last_file file_status=transfer_active time=946684800000000" },
    { "F_SC_NB_1", "7f 01 05 00 0100 640000 0100 0000 00 00 01 01 00 0000 00 00 02 01 00",
      " objects: address=100 nof=transparent time=946684800000000 range_end=946771200000000" },
    { "a type of one's own", "c8 01 03 00 0100 640000 010203", " data=640000010203 !unknown_type" },
    { "authentication", "51 01 0e 00 0100 010203", " data=010203" },
    { "one object declared, none there", "01 01 03 00 0100 6400", " data=6400 !invalid_length" },
    { "one object declared, two there", "01 01 03 00 0100 640000 01 650000 01",
      " objects: address=100 value=1 spi=on data=65000001 !invalid_length" },
    { "no object", "01 00 03 00 0100", " !invalid_count" },
    { "a cause that an event cannot have", "01 01 06 00 0100 640000 01", " objects: address=100 value=1 spi=on !invalid_cause" },
    { "station 0", "01 01 03 00 0000 640000 01", " objects: address=100 value=1 spi=on !invalid_common_address" },
    { "a command to everybody", "2d 01 06 00 ffff 640000 01",
      " objects: address=100 value=1 scs=on qu=no_additional_definition select=execute !invalid_common_address" },
};

static void each_type_gives_its_objects(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        uint8_t wire[256];
        char text[512], want[512];
        size_t n = unhex(objects[i].asdu, wire, sizeof wire);
        snprintf(text, sizeof text, STARTED ">>> 68 %02zx 00000000 %s\n", n + 4, objects[i].asdu);
        snprintf(want, sizeof want, "> 0\n< 1\n> 2%s\n", objects[i].want);
        dialogue_case_holds(&dissector_iec104, &(struct dialogue_case){ objects[i].name, text, OBJECT_FIELDS, want });
    }
}

static const struct dialogue_case dialogues[] = {
    { "the three formats", STARTED "<<< 680e 0000 0000 64010a00 0100 000000 14\n>>> 6804 01000200\n>>> 680443000000\n<<< 680483000000\n",
      "apci_type length send_sequence receive_sequence u_function type_id access station cause_of_transmission",
      "> 0 apci_type=u length=4 u_function=startdt_act access=session station=controlling\n"
      "< 1 apci_type=u length=4 u_function=startdt_con access=session station=controlled\n"
      "< 2 apci_type=i length=14 send_sequence=0 receive_sequence=0 type_id=c_ic_na_1 access=read"
      " cause_of_transmission=activation_termination station=controlled !unsolicited_confirmation\n"
      "> 3 apci_type=s length=4 access=session receive_sequence=1\n"
      "> 4 apci_type=u length=4 u_function=testfr_act access=session\n"
      "< 5 apci_type=u length=4 u_function=testfr_con access=session\n" },
    { "select, then execute",
      STARTED ">>> 680e 0000 0000 2d010600 0100 640000 81\n<<< 680e 0000 0200 2d010700 0100 640000 81\n"
              ">>> 680e 0200 0200 2d010600 0100 640000 01\n<<< 680e 0200 0400 2d010700 0100 640000 01 680e 0400 0400 2d010a00 0100 640000 01\n",
      "selected response_time select",
      "> 0\n< 1\n> 2 select=select\n< 2 response_time=1000 select=select\n"
      "> 3 selected=true select=execute\n< 3 response_time=1000 select=execute\n< 3 select=execute\n" },
    { "executed without a selection, and another value confirmed",
      STARTED ">>> 680e 0000 0000 2d010600 0100 640000 01\n<<< 680e 0000 0200 2d010700 0100 640000 00\n", "selected",
      "> 0\n< 1\n> 2 selected=false\n< 2 !confirmation_mismatch\n" },
    { "a selection that was refused does not count",
      STARTED ">>> 680e 0000 0000 2d010600 0100 640000 81\n<<< 680e 0000 0200 2d014700 0100 640000 81\n"
              ">>> 680e 0200 0200 2d010600 0100 640000 01\n", "selected negative",
      "> 0\n< 1\n> 2 negative=false\n< 2 negative=true\n> 3 negative=false selected=false\n" },
    { "a refusal", STARTED ">>> 680e 0000 0000 2d010600 0100 640000 01\n<<< 680e 0000 0200 2d016f00 0100 640000 01\n",
      "cause_of_transmission negative",
      "> 0\n< 1\n> 2 cause_of_transmission=activation negative=false\n"
      "< 2 cause_of_transmission=unknown_information_object_address negative=true\n" },
    { "an interrogation of all stations and what it brings",
      STARTED ">>> 680e 0000 0000 64010600 ffff 000000 14\n<<< 680e 0000 0200 64010700 0100 000000 14\n"
              "<<< 680e 0200 0200 01011400 0100 640000 01\n", "response_time",
      "> 0\n< 1\n> 2\n< 2 response_time=1000\n< 2\n" },
    { "a read and its answer", STARTED ">>> 680d 0000 0000 66010500 0100 640000\n<<< 680e 0000 0200 01010500 0100 640000 01\n", "spi",
      "> 0\n< 1\n> 2\n< 2 spi=on\n" },
    { "a station's clock answers with its own time",
      STARTED ">>> 6814 0000 0000 67010600 0100 000000 0000 00 00 01 01 00\n<<< 6814 0000 0200 67010700 0100 000000 0100 00 00 01 01 00\n",
      "access", "> 0 access=session\n< 1 access=session\n> 2 access=set_time\n< 2 access=set_time\n" },
    { "a number left out, and what was not sent acknowledged",
      STARTED "<<< 680e 0200 0000 01010300 0100 640000 01\n>>> 680401000a00\n>>> 680401000200\n", "receive_sequence",
      "> 0\n< 1\n< 2 receive_sequence=0 !send_sequence_wrong\n> 3 receive_sequence=5 !receive_sequence_wrong\n"
      "> 4 receive_sequence=1 !receive_sequence_wrong\n" },
    { "data before the start", "<<< 680e 0000 0000 01010300 0100 640000 01\n", "spi", "< 0 spi=on !not_started\n" },
    { "data after the stop", STARTED ">>> 680413000000\n<<< 680423000000\n<<< 680e 0000 0000 01010300 0100 640000 01\n", "access u_function",
      "> 0 u_function=startdt_act access=session\n< 1 u_function=startdt_con access=session\n> 2 u_function=stopdt_act access=stop\n"
      "< 3 u_function=stopdt_con access=session\n< 4 access=report !not_started\n" },
    { "two functions at once", ">>> 68040f000000\n", "u_function", "> 0 u_function=3 !invalid_control\n" },
    { "noise between", STARTED ">>> 0001 6803 6800 6804 43000000\n", "u_function",
      "> 0 u_function=startdt_act\n< 1 u_function=startdt_con\n> 2 !invalid_start\n> 3 u_function=testfr_act\n" },
    { "half an identifier", STARTED ">>> 6806 0000 0000 1818\n", "type_id number_of_objects cause_of_transmission",
      "> 0\n< 1\n> 2 type_id=24 number_of_objects=24 !invalid_length\n" },
    { "after a gap only what convinces",
      STARTED "<<< gap 20\n<<< 6804 7868 04 680e 0600 0000 01010300 0100 640000 01\n", "send_sequence",
      "> 0\n< 1\n< 2 send_sequence=3\n" },
};

static void formats_numbers_and_commands_are_held_against_each_other(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++)
        dialogue_case_holds(&dissector_iec104, &dialogues[i]);
}

static void the_cut_of_the_stream_does_not_matter(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++)
        if (strstr(dialogues[i].text, "gap") == NULL)
            dissect_same_for_every_cut(&dissector_iec104, dialogues[i].text);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        uint8_t wire[256];
        char text[512];
        size_t n = unhex(objects[i].asdu, wire, sizeof wire);
        snprintf(text, sizeof text, ">>> 68 %02zx 00000000 %s\n", n + 4, objects[i].asdu);
        dissect_survives_every_prefix(&dissector_iec104, text);
        dissect_survives_every_bit_change(&dissector_iec104, text);
    }
    for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++) {
        dissect_survives_every_prefix(&dissector_iec104, dialogues[i].text);
        dissect_survives_every_bit_change(&dissector_iec104, dialogues[i].text);
    }
}

static void endless_noise_is_given_up(void **unused)
{
    (void)unused;
    struct dissect_run run;
    uint8_t noise[5000] = { 0 };
    dissect_run_begin(&run, &dissector_iec104, "");
    dissect_run_bytes(&run, FROM_CLIENT, noise, sizeof noise);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0 !invalid_start\nlost >\n");
    free(said);
}

static const struct first_bytes probes[] = {
    { "STARTDT act",                  "680407000000",                             PROBE_YES },
    { "an acknowledgement",           "680401000200",                             PROBE_YES },
    { "an event",                     "680e0000000001010300010064000001",         PROBE_YES },
    { "two APDUs",                    "680407000000 6804",                        PROBE_YES },
    { "an APDU, then none",           "680407000000 17",                          PROBE_NO },
    { "objects of another length",    "680f000000000101030001006400000100",       PROBE_MAYBE },
    { "a type nobody knows",          "680e00000000c8010300010064000001",         PROBE_NO },
    { "half of it",                   "680e0000",                                 PROBE_MORE },
    { "one octet",                    "68",                                       PROBE_MORE },
    { "a length that cannot be",      "680307",                                   PROBE_NO },
    { "the letters \"host\"",         "686f7374",                                 PROBE_MORE },
    { "a U format with more in it",   "680407010000",                             PROBE_NO },
    { "FT1.2's second start octet",   "6808086853010101aa16",                     PROBE_NO },
    { "STARTDT act and one octet more", "68050700000000",                         PROBE_MAYBE },
    { "something else",               "0001",                                     PROBE_NO },
};

static void a_probe_believes_the_form_and_not_the_port(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_iec104, OVER_TCP, &probes[i]);
}

static void a_flow_joined_late_may_begin_with_a_keepalive_octet(void **unused)
{
    (void)unused;
    const uint8_t wire[] = { 0x00, 0x68, 4, 0x43, 0, 0, 0 };
    struct conversation conv = { .over = OVER_TCP, .midstream = true };
    assert_int_equal(dissector_iec104.probe(&conv, cursor_over(wire, 1)), PROBE_MORE);
    assert_int_equal(dissector_iec104.probe(&conv, cursor_over(wire, sizeof wire)), PROBE_YES);
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_iec104, "u_function");
    run.conv.midstream = true;
    dissect_run_bytes(&run, FROM_SERVER, wire, sizeof wire);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "< 0 u_function=testfr_act\n");
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_gives_its_objects),
        cmocka_unit_test(formats_numbers_and_commands_are_held_against_each_other),
        cmocka_unit_test(the_cut_of_the_stream_does_not_matter),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(endless_noise_is_given_up),
        cmocka_unit_test(a_flow_joined_late_may_begin_with_a_keepalive_octet),
        cmocka_unit_test(a_probe_believes_the_form_and_not_the_port),
    };
    return cmocka_run_group_tests_name("iec104", tests, NULL, NULL);
}
