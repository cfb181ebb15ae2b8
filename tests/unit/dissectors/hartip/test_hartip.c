#include "tests/support/dissect.h"

#include "dissectors/hartip/hartip.h"

static const struct dialogue_case cases[] = {
    { "a session", ">>> 010000000001000d010000ea60\n"
      "<<< 010100000001000d010000ea60\n",
      "message_type message_id status master_type inactivity_timer access",
      "> 0 message_type=request message_id=session_initiate status=success master_type=primary inactivity_timer=60000 access=session\n"
      "< 0 message_type=response message_id=session_initiate status=success master_type=primary inactivity_timer=60000 access=session\n" },
    { "who are you", ">>> 010003000002000d0280000082\n"
      "<<< 0101030000020025068000180000fe15eb05070309100012345605040001000026002601f7\n",
      "frame_type address command manufacturer device_type device_revision software_revision device_id access",
      "> 0 frame_type=master_to_field_device address=80 command=read_unique_identifier access=identify\n"
      "< 0 frame_type=field_device_to_master address=80 command=read_unique_identifier device_type=5611 device_revision=3 software_revision=9 device_id=123456 manufacturer=38 access=identify\n" },
    { "variables", ">>> 010003000003001182a695eb27b80300c6\n"
      "<<< 010103000003001c86a695eb27b8030b0000414800002041aa00000b\n",
      "command values units value access",
      "> 0 command=read_dynamic_variables_and_loop_current access=read\n"
      "< 0 command=read_dynamic_variables_and_loop_current values: value=12.5 values: units=32 value=21.25 access=read\n" },
    { "a name is written, refused", ">>> 010003000004003182a695eb27b8162046542d3130310000000000000000000000000000000000000000000000000000fc\n"
      "<<< 010103000004001386a695eb27b816020700d2\n",
      "command response_code long_tag access",
      "> 0 command=write_long_tag long_tag=\"FT-101\" access=configure\n"
      "< 0 command=write_long_tag response_code=in_write_protect_mode access=configure\n" },
    { "a reset", ">>> 010003000005001182a695eb27b82a00ef\n",
      "command access",
      "> 0 command=perform_device_reset access=restart\n" },
    { "a device publishes", "<<< 010203000006001881a695eb27b8010700002040600000c0\n",
      "message_type frame_type command units value access",
      "< 0 message_type=publish frame_type=burst command=read_primary_variable units=32 value=3.5 access=report\n" },
    { "a direct PDU", ">>> 010004000007000e000000360100\n"
      "<<< 010104000007000f00000036020000\n",
      "message_id command response_code data access",
      "> 0 message_id=direct_pdu command=read_device_variable_information data=00 access=read\n"
      "< 0 message_id=direct_pdu command=read_device_variable_information response_code=success data=00 access=read\n" },
    { "a check byte that is wrong", ">>> 010003000008001182a695eb27b80300ee\n",
      "command access",
      "> 0 command=read_dynamic_variables_and_loop_current access=read !invalid_checksum\n" },
};

static void messages_and_commands_give_their_fields(void **unused)
{
    struct dissector d = dissect_only(&dissector_hartip, OVER_UDP);
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&d, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    struct dissector d = dissect_only(&dissector_hartip, OVER_UDP);
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&d, cases[i].text);
        dissect_survives_every_bit_change(&d, cases[i].text);
        dissect_survives_every_bit_change(&dissector_hartip, cases[i].text);
    }
}

static void over_a_stream_the_cut_does_not_matter(void **unused)
{
    (void)unused;
    struct dissector stream = dissect_only(&dissector_hartip, OVER_TCP);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dissect_same_for_every_cut(&stream, cases[i].text);
}

static const struct first_bytes probes[] = {
    { "a frame",              "010003000005001182a695eb27b82a00ef", PROBE_YES },
    { "a session",            "010000000001000d010000ea60", PROBE_MAYBE },
    { "a keep-alive",         "0100020000020008", PROBE_MAYBE },
    { "a length that is not", "0100020000020009", PROBE_NO },
    { "Modbus",               "000100000006110300000001", PROBE_NO },
};

static void a_probe_believes_the_check_byte(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_hartip, OVER_UDP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_and_commands_give_their_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(over_a_stream_the_cut_does_not_matter),
        cmocka_unit_test(a_probe_believes_the_check_byte),
    };
    return cmocka_run_group_tests_name("hartip", tests, NULL, NULL);
}
