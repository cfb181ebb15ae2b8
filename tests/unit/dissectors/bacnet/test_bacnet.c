#include "tests/support/dissect.h"

#include "dissectors/bacnet/bacnet.h"

#define READ    ">>> 810a 0011 01 04 00 05 01 0c 0c 00400005 19 55\n"
#define VALUE   "<<< 810a 0017 01 00 30 01 0c 0c 00400005 19 55 3e 44 42480000 3f\n"
#define WRITE   ">>> 810a 0017 01 04 00 05 07 0f 0c 01000003 19 55 3e 91 01 3f 49 08 \n"
#define WHAT    "pdu_type service invoke_id access objects object_type instance property array_index priority value_type value text octets"

static const struct dialogue_case services[] = {
    { "read property", READ VALUE, WHAT,
      "> 0 pdu_type=confirmed_request invoke_id=1 service=read_property objects: object_type=analog_output instance=5"
      " property=present_value access=read\n"
      "< 0 pdu_type=complex_ack invoke_id=1 service=read_property objects: object_type=analog_output instance=5"
      " property=present_value value_type=real value=50 access=read\n" },
    { "write property, and the answer that does not repeat it", WRITE "<<< 810a 0009 01 00 20 07 0f\n", WHAT,
      "> 0 pdu_type=confirmed_request invoke_id=7 service=write_property objects: object_type=binary_output instance=3"
      " property=present_value value_type=enumerated value=1 priority=8 access=write\n"
      "< 0 pdu_type=simple_ack invoke_id=7 service=write_property objects: object_type=binary_output instance=3"
      " property=present_value access=write\n" },
    { "a null gives a command up", ">>> 810a 0016 01 04 00 05 07 0f 0c 01000003 19 55 3e 00 3f 49 08\n", "value_type value priority",
      "> 0 value_type=null priority=8\n" },
    { "an error", WRITE "<<< 810a 000d 01 00 50 07 0f 91 02 91 28\n", "pdu_type error_class error_code object_type access",
      "> 0 pdu_type=confirmed_request object_type=binary_output access=write\n"
      "< 0 pdu_type=error error_class=property error_code=write_access_denied object_type=binary_output access=write\n" },
    { "a reject", WRITE "<<< 810a 0009 01 00 60 07 09\n", "service reject_reason access",
      "> 0 service=write_property access=write\n< 0 reject_reason=unrecognized_service service=write_property access=write\n" },
    { "an abort", WRITE "<<< 810a 0009 01 00 71 07 04\n", "abort_reason from_server",
      "> 0\n< 0 from_server=true abort_reason=segmentation_not_supported\n" },
    { "read property multiple, one of them refused",
      ">>> 810a 0017 01 04 00 05 02 0e 0c 02000001 1e 09 4d 09 79 09 2c 1f\n"
      "<<< 810a 002c 01 00 30 02 0e 0c 02000001 1e 29 4d 4e 74 00 \"AHU\" 4f 29 79 4e 75 05 00 \"Acme\" 4f 29 2c 5e 91 02 91 20 5f 1f\n",
      "objects object_type instance property text error_class error_code vendor_name device_name",
      "> 0 objects: object_type=device instance=1 property=object_name objects: object_type=device instance=1 property=vendor_name"
      " objects: object_type=device instance=1 property=firmware_revision\n"
      "< 0 objects: object_type=device instance=1 property=object_name text=\"AHU\""
      " objects: object_type=device instance=1 property=vendor_name text=\"Acme\""
      " objects: object_type=device instance=1 property=firmware_revision error_class=property error_code=unknown_property"
      " vendor_name=\"Acme\" device_name=\"AHU\"\n" },
    { "write property multiple", ">>> 810a 001c 01 04 00 05 03 10 0c 00800001 1e 09 55 2e 44 41200000 2f 39 10 1f\n", WHAT,
      "> 0 pdu_type=confirmed_request invoke_id=3 service=write_property_multiple objects: object_type=analog_value instance=1"
      " property=present_value value_type=real value=10 priority=16 access=write\n" },
    { "a restart with its password", ">>> 810a 0010 01 04 00 05 09 14 09 00 1b 00 \"pw\"\n", "service device_state password access",
      "> 0 service=reinitialize_device device_state=coldstart password=\"pw\" access=restart\n" },
    { "a restore is a program", ">>> 810a 000c 01 04 00 05 09 14 09 04\n", "device_state access",
      "> 0 device_state=start_restore access=program\n" },
    { "silence", ">>> 810a 000e 01 04 00 05 0a 11 09 3c 19 01\n", "service duration device_communication access",
      "> 0 service=device_communication_control duration=60 device_communication=disable access=stop\n" },
    { "speech", ">>> 810a 000c 01 04 00 05 0a 11 19 00\n", "device_communication access", "> 0 device_communication=enable access=configure\n" },
    { "I am", ">>> 810b 0014 01 00 10 00 c4 02000457 22 05c4 91 03 21 1a\n",
      "bvlc_function unconfirmed_service device_instance max_apdu segmentation vendor_id access",
      "> 0 bvlc_function=original_broadcast_npdu unconfirmed_service=i_am device_instance=1111 max_apdu=1476"
      " segmentation=no_segmentation vendor_id=Phoenix Controls Corporation access=identify\n" },
    { "who is, over all networks", ">>> 810b 0010 01 20 ffff 00 ff 10 08 09 01 19 7f\n",
      "destination_network hop_count unconfirmed_service low_limit high_limit",
      "> 0 destination_network=65535 hop_count=255 unconfirmed_service=who_is low_limit=1 high_limit=127\n" },
    { "a time for all", ">>> 810b 0012 01 00 10 06 a4 7c 03 0f 05 b4 0a 1e 00 00\n", "unconfirmed_service time access",
      "> 0 unconfirmed_service=time_synchronization time=1710498600000000 access=set_time\n" },
    { "a change of value", ">>> 810a 0021 01 00 10 02 09 01 1c 02000001 2c 00000002 39 00 4e 09 55 2e 44 42280000 2f 4f\n",
      "device_instance lifetime object_type instance property value access",
      "> 0 device_instance=1 lifetime=0 object_type=analog_input instance=2 property=present_value value=42 access=report\n" },
    { "a file is written", ">>> 810a 0017 01 04 00 05 04 07 c4 02800001 0e 31 00 63 414243 0f\n", WHAT " file_start file_data",
      "> 0 pdu_type=confirmed_request invoke_id=4 service=atomic_write_file file_start=0 file_data=414243 objects: object_type=file"
      " instance=1 access=file\n" },
    { "an object is created", ">>> 810a 0011 01 04 00 05 05 0a 0e 1c 01400009 0f\n", "service object_type instance access",
      "> 0 service=create_object object_type=binary_value instance=9 access=configure\n" },
};

static const struct dialogue_case links[] = {
    { "a foreign device registers", ">>> 8105 0006 003c\n<<< 8100 0006 0030\n", "bvlc_function time_to_live result_code access",
      "> 0 bvlc_function=register_foreign_device time_to_live=60 access=session\n"
      "< 0 bvlc_function=result result_code=register_foreign_device_nak access=session\n" },
    { "a table that may not be written", ">>> 8101 000e c0a80105 bac0 ffffffff\n<<< 8100 0006 0010\n", "result_code access",
      "> 0 access=configure\n< 0 result_code=write_broadcast_distribution_table_nak access=configure\n" },
    { "the table of broadcasts is written", ">>> 8101 000e c0a80105 bac0 ffffffff\n", "bvlc_function entries address port mask access",
      "> 0 bvlc_function=write_broadcast_distribution_table entries: address=192.168.1.5 port=47808 mask=ffffffff access=configure\n" },
    { "a forwarded message", "<<< 8104 0012 0a000001 bac0 01 20 ffff 00 ff 10 08\n", "forwarded_from forwarded_port unconfirmed_service",
      "< 0 forwarded_from=10.0.0.1 forwarded_port=47808 unconfirmed_service=who_is\n" },
    { "IPv6", ">>> 8201 000e 000001 000002 01 00 10 08\n", "bvlc6_function source_vmac destination_vmac unconfirmed_service",
      "> 0 bvlc6_function=original_unicast_npdu source_vmac=000001 destination_vmac=000002 unconfirmed_service=who_is\n" },
    { "whose router is this", ">>> 810b 000b 01 80 01 0005 0006\n", "network_message networks access",
      "> 0 network_message=i_am_router_to_network networks=5 networks=6 access=browse\n" },
    { "no network layer", ">>> 810a 000b 1007 2c0200003d\n", "network_message pdu_type", "> 0 !invalid_npdu\n" },
    { "a length that lies", ">>> 810a 0040 01 00 10 08\n", "length unconfirmed_service", "> 0 length=64 unconfirmed_service=who_is !invalid_length\n" },
    { "an answer in three segments",
      READ "<<< 810a 0014 01 00 3c 01 00 04 0c 0c 00400005 19 4c 3e 91\n<<< 810a 000d 01 00 3c 01 01 04 0c 05 91\n"
      "<<< 810a 000d 01 00 38 01 02 04 0c 06 3f\n",
      "segment more_follows property value",
      "> 0 property=present_value\n< 0 segment=0 more_follows=true property=present_value\n"
      "< 0 segment=1 more_follows=true property=present_value\n< 0 segment=2 more_follows=false property=object_list value=5 value=6\n" },
    { "a segment that is missing", "<<< 810a 000d 01 00 38 01 02 04 0c 06 3f\n", "segment value", "< 0 segment=2 !segment_missing\n" },
    { "an answer to nothing", READ "<<< 810a 0009 01 00 20 09 0f\n", "invoke_id",
      "> 0 invoke_id=1\n< 1 invoke_id=9 !unsolicited_response\n" },
};

static void each_service_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        dialogue_case_holds(&dissector_bacnet, &services[i]);
}

static void links_networks_and_segments_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        dialogue_case_holds(&dissector_bacnet, &links[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        dissect_survives_every_prefix(&dissector_bacnet, services[i].text);
        dissect_survives_every_bit_change(&dissector_bacnet, services[i].text);
    }
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        dissect_survives_every_prefix(&dissector_bacnet, links[i].text);
        dissect_survives_every_bit_change(&dissector_bacnet, links[i].text);
    }
}

static const struct first_bytes probes[] = {
    { "who is", "810b000c0120ffff00ff1008", PROBE_YES },
    { "a registration", "81050006003c", PROBE_YES },
    { "a length that does not fit", "810b00400120ffff00ff1008", PROBE_NO },
    { "no network layer version", "810a000b10072c0200003d", PROBE_MAYBE },
    { "another protocol", "1703000000", PROBE_NO },
    { "nothing", "81", PROBE_NO },
};

static void only_whole_messages_convince(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_bacnet, OVER_UDP, &probes[i]);
}

/* A frame of layer 2 as its dissector gets it. */
static char *frame_said(const char *hex)
{
    struct dissect_run run;
    uint8_t bytes[128];
    size_t n = unhex(hex, bytes, sizeof bytes);
    dissect_run_begin(&run, &dissector_bacnet, "source_station destination_station unconfirmed_service service");
    run.conv.over = OVER_ETHERNET;
    dissect_run_bytes(&run, FROM_CLIENT, bytes, n);
    return dissect_run_end(&run);
}

static void frames_of_ethernet_and_of_a_serial_line_are_read(void **unused)
{
    (void)unused;
    char *said = frame_said("828203 0120ffff00ff1008");
    assert_string_equal(said, "> 0 unconfirmed_service=who_is\n");
    free(said);
    said = frame_said("55ff 05 69 1b 000d 2a 01 04 00 05 01 0c 0c 00400005 19 55 1234");
    assert_string_equal(said, "> 0 source_station=27 destination_station=105 service=read_property\n");
    free(said);
    said = frame_said("55ff 00 69 1b 0000 2a");
    assert_string_equal(said, "");
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_service_gives_its_fields),
        cmocka_unit_test(links_networks_and_segments_are_told),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(only_whole_messages_convince),
        cmocka_unit_test(frames_of_ethernet_and_of_a_serial_line_are_read),
    };
    return cmocka_run_group_tests_name("bacnet", tests, NULL, NULL);
}
