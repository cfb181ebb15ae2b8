#include "tests/support/dissect.h"

#include "dissectors/enip/enip.h"

/* Encoded by tests/traffic/apps/enip.py. Unconnected: context 1; connected: sequence 1, connections 11 and 22 hex. */
#define REGISTER \
    ">>> 65000400000000000000000000000000000000000000000001000000\n" \
    "<<< 650004003412af020000000000000000000000000000000001000000\n"
#define LISTED \
    ">>> 630000000000000000000000000000000000000000000000\n" \
    "<<< 63003c00000000000000000000000000000000000000000001000c00360001000002af120a1400150000000000000000" \
    "01000e003700140b6000eeffc00014313735362d4c36312f42204c4f4749583535363103\n"
#define WHO \
    ">>> 6f0016003412af0200000000010000000000000000000000000000000000020000000000b2000600010220012401\n" \
    "<<< 6f002b003412af0200000000010000000000000000000000000000000000020000000000b2001b008100000001000e00" \
    "3700140b6000eeffc00008313735362d4c3631\n"
#define TAG_READ \
    ">>> 6f002c003412af0200000000010000000000000000000000000000000000020000000000b2001c004c0c910c50726f67" \
    "72616d3a4d61696e91054c6576656c0028030200\n" \
    "<<< 6f001a003412af0200000000010000000000000000000000000000000000020000000000b2000a00cc000000c300fbff" \
    "bc02\n"
#define TAG_WRITTEN \
    ">>> 6f0024003412af0200000000010000000000000000000000000000000000020000000000b20014004d05910853657470" \
    "6f696e74ca0001000000c03f\n" \
    "<<< 6f0014003412af0200000000010000000000000000000000000000000000020000000000b2000400cd000000\n"
#define TAG_REFUSED \
    ">>> 6f0024003412af0200000000010000000000000000000000000000000000020000000000b20014004d05910853657470" \
    "6f696e74c400010001000000\n" \
    "<<< 6f0016003412af0200000000010000000000000000000000000000000000020000000000b2000600cd00ff010721\n"
#define MULTIPLE \
    ">>> 700038003412af02000000000000000000000000000000000000000000000200a100040011000000b100240001000a02" \
    "200224010200060012000302200124010200010006004c03910450756d700100\n" \
    "<<< 70003e003412af02000000000000000000000000000000000000000000000200a100040022000000b1002a0001008a00" \
    "0000020006001a0083000000020001000000010006000000eeffc000cc000000c40007000000\n"
#define THROUGH \
    ">>> 6f0026003412af0200000000010000000000000000000000000000000000020000000000b200160052022006240107f9" \
    "0700050220012401000001000100\n" \
    "<<< 6f0014003412af0200000000010000000000000000000000000000000000020000000000b200040085000000\n"
#define THROUGH_REFUSED \
    ">>> 6f0024003412af0200000000010000000000000000000000000000000000020000000000b200140052022006240107f9" \
    "060001022001240101000103\n" \
    "<<< 6f0018003412af0200000000010000000000000000000000000000000000020000000000b2000800d200010104020100\n"
#define OPENED \
    ">>> 6f0040003412af0200000000010000000000000000000000000000000000020000000000b20030005402200624010a0e" \
    "000000000100010005004d00efbe00000100000010270000f44310270000f443a303010020022401\n" \
    "<<< 6f002e003412af0200000000010000000000000000000000000000000000020000000000b2001e00d400000011000000" \
    "2200000005004d00efbe000010270000102700000000\n" \
    ">>> 70001c003412af02000000000000000000000000000000000000000000000200a100040011000000b100080002000702" \
    "208e2401\n" \
    "<<< 70001a003412af02000000000000000000000000000000000000000000000200a100040022000000b100060002008700" \
    "0000\n"
#define CLOSED \
    ">>> 6f0028003412af0200000000010000000000000000000000000000000000020000000000b20018004e02200624010a0e" \
    "05004d00efbe00000300010020022401\n" \
    "<<< 6f001e003412af0200000000010000000000000000000000000000000000020000000000b2000e00ce00000005004d00" \
    "efbe00000000\n"
#define PCCC_WRITE \
    ">>> 6f002b003412af0200000000010000000000000000000000000000000000020000000000b2001b004b0220672401074d" \
    "00efbe00000f000900aa04078905006400ffff\n" \
    "<<< 6f001f003412af0200000000010000000000000000000000000000000000020000000000b2000f00cb000000074d00ef" \
    "be00004f000900\n"
#define PCCC_MODE \
    ">>> 6f0023003412af0200000000010000000000000000000000000000000000020000000000b20013004b0220672401074d" \
    "00efbe00000f000a008001\n" \
    "<<< 6f0020003412af0200000000010000000000000000000000000000000000020000000000b2001000cb000000074d00ef" \
    "be00004ff00a000b\n"
#define CLOCK \
    ">>> 6f0022003412af0200000000010000000000000000000000000000000000020000000000b20012000402208b24010100" \
    "060000e8c3dad0600600\n" \
    "<<< 6f001a003412af0200000000010000000000000000000000000000000000020000000000b2000a008400000001000600" \
    "0000\n"
#define FIRMWARE \
    ">>> 6f001e003412af0200000000010000000000000000000000000000000000020000000000b2000e004d0220a124010000" \
    "000095950000\n" \
    "<<< 6f0018003412af0200000000010000000000000000000000000000000000020000000000b2000800cd00000000000000\n"
#define ADDRESS \
    ">>> 6f002e003412af0200000000010000000000000000000000000000000000020000000000b2001e00100320f524013005" \
    "6300140a00ffffff0000000000000000000000000000\n" \
    "<<< 6f0014003412af0200000000010000000000000000000000000000000000020000000000b200040090000000\n"
#define REFUSED \
    ">>> 010000000000000000000000000000000000000000000000\n" \
    "<<< 6f0000000000000064000000000000000000000000000000\n"
#define IO \
    ">>> 0200028008007856341209000000b10008000900010000000203\n"

static const struct dialogue_case cases[] = {
    { "a session", REGISTER, "command session_handle status type access protocol_version response_time",
      "> 0 command=register_session session_handle=0 status=success type=request access=session protocol_version=1\n"
      "< 0 command=register_session session_handle=45027892 status=success type=response access=session protocol_version=1"
      " response_time=1000\n" },
    { "who is there", LISTED, "cpf_types socket_address socket_port access vendor_id device_type product_code revision version"
      " identity_status serial product_name state",
      "> 0 access=identify\n"
      "< 0 cpf_types=identity socket_address=10.20.0.21 socket_port=44818 access=identify vendor_id=rockwell_automation_allen_bradley"
      " device_type=programmable_logic_controller product_code=55 revision=2836 version=\"20.11\" identity_status=96 serial=12648430"
      " product_name=\"1756-L61/B LOGIX5561\" state=operational\n" },
    { "an identity read", WHO, "operation class instance access version serial product_name general_status",
      "> 0 operation=get_attributes_all class=identity instance=1 access=identify\n"
      "< 0 operation=get_attributes_all class=identity instance=1 general_status=success version=\"20.11\" serial=12648430"
      " product_name=\"1756-L61\" access=identify\n" },
    { "a tag read", TAG_READ, "operation tag elements access data_type value",
      "> 0 operation=read_tag tag=\"Program:Main.Level[3]\" elements=2 access=read\n"
      "< 0 operation=read_tag tag=\"Program:Main.Level[3]\" data_type=int value=-5 value=700 access=read\n" },
    { "a tag written", TAG_WRITTEN, "operation tag elements access data_type real_value data",
      "> 0 operation=write_tag tag=\"Setpoint\" data_type=real elements=1 data=0000c03f real_value=1.5 access=write\n"
      "< 0 operation=write_tag tag=\"Setpoint\" access=write\n" },
    { "a write refused", TAG_REFUSED, "tag general_status extended_status",
      "> 0 tag=\"Setpoint\"\n< 0 tag=\"Setpoint\" general_status=object_specific_error extended_status=data_type_mismatch\n" },
    { "two in one", MULTIPLE, "command connection_id sequence_count inside operation class attributes tag messages access vendor_id serial value",
      "> 0 command=send_unit_data connection_id=17 sequence_count=1 operation=multiple_service_packet class=message_router messages=2"
      " access=session\n"
      "> 1 inside=multiple_service_packet operation=get_attribute_list class=identity attributes=1 attributes=6 access=identify\n"
      "> 2 inside=multiple_service_packet operation=read_tag tag=\"Pump\" access=read\n"
      "< 0 command=send_unit_data connection_id=34 sequence_count=1 operation=multiple_service_packet class=message_router messages=2"
      " access=session\n"
      "< 1 inside=multiple_service_packet operation=get_attribute_list class=identity attributes=1"
      " vendor_id=rockwell_automation_allen_bradley attributes=6 serial=12648430 access=identify\n"
      "< 2 inside=multiple_service_packet operation=read_tag tag=\"Pump\" value=7 access=read\n" },
    { "what Suricata's keywords see of it", MULTIPLE, "cip_request cip_class cip_instance cip_attribute cip_status",
      "> 0 cip_request=42949804032 cip_class=2 cip_instance=1 cip_request=12884967424 cip_request=12884967425 cip_attribute=1"
      " cip_request=12884967430 cip_attribute=6 cip_class=1 cip_instance=1 cip_request=326417514496\n"
      "> 1\n> 2\n< 0 cip_status=success cip_status=success cip_status=success\n< 1\n< 2\n" },
    { "a restart through the backplane", THROUGH, "inside operation class route access general_status",
      "> 0 operation=unconnected_send class=connection_manager route=\"1,0\" access=session\n"
      "> 1 inside=unconnected_send operation=reset class=identity access=restart\n"
      "< 1 inside=unconnected_send operation=reset class=identity general_status=success access=restart\n" },
    { "a slot that does not answer", THROUGH_REFUSED, "inside operation route general_status extended_status",
      "> 0 operation=unconnected_send route=\"1,3\"\n> 1 inside=unconnected_send operation=get_attributes_all\n"
      "< 0 operation=unconnected_send general_status=connection_failure extended_status=unconnected_request_timed_out\n" },
    { "a connection, and program mode on it", OPENED, "operation class access connection_class ot_connection_id to_connection_id"
      " connection_serial ot_interval ot_size transport_class trigger route general_status",
      "> 0 operation=forward_open class=connection_manager ot_connection_id=0 to_connection_id=65537 connection_serial=5 ot_interval=10000"
      " ot_size=500 transport_class=3 trigger=application connection_class=message_router route=\"1,0\" access=session\n"
      "< 0 operation=forward_open class=connection_manager general_status=success connection_class=message_router ot_connection_id=17"
      " to_connection_id=34 connection_serial=5 ot_interval=10000 access=session\n"
      "> 1 operation=stop class=logix_controller access=stop connection_class=message_router\n"
      "< 1 operation=stop class=logix_controller general_status=success access=stop connection_class=message_router\n" },
    { "a connection closed", CLOSED, "operation connection_serial originator_vendor originator_serial connection_class",
      "> 0 operation=forward_close connection_serial=5 originator_vendor=77 originator_serial=48879 connection_class=message_router\n"
      "< 0 operation=forward_close connection_class=message_router connection_serial=5 originator_vendor=77 originator_serial=48879\n" },
    { "N7:5 written", PCCC_WRITE, "access pccc_command pccc_function pccc_file pccc_file_type pccc_element pccc_size value pccc_status",
      "> 0 pccc_command=extended pccc_function=protected_typed_logical_write_three pccc_size=4 pccc_file=7"
      " pccc_file_type=integer_data_file pccc_element=5 value=100 value=-1 access=write\n"
      "< 0 pccc_command=extended pccc_function=protected_typed_logical_write_three pccc_size=4 pccc_file=7"
      " pccc_file_type=integer_data_file pccc_element=5 pccc_status=success access=write\n" },
    { "a PLC put into program mode, refused", PCCC_MODE, "access pccc_function pccc_mode pccc_status pccc_extended_status",
      "> 0 pccc_function=change_cpu_mode pccc_mode=remote_program access=stop\n"
      "< 0 pccc_function=change_cpu_mode pccc_mode=remote_program pccc_status=extended_status pccc_extended_status=11 access=stop\n" },
    { "the clock set", CLOCK, "class attributes access value",
      "> 0 class=wall_clock_time attributes=6 value=1795300000000000 access=set_time\n< 0 class=wall_clock_time access=set_time\n" },
    { "firmware", FIRMWARE, "operation class access",
      "> 0 operation=firmware_update_transfer class=firmware_update access=program\n"
      "< 0 operation=firmware_update_transfer class=firmware_update access=program\n" },
    { "an address set", ADDRESS, "class attribute access general_status",
      "> 0 class=tcp_ip_interface attribute=5 access=configure\n"
      "< 0 class=tcp_ip_interface attribute=5 general_status=success access=configure\n" },
    { "an old question, an answer to nothing", REFUSED, "command status",
      "> 0 command=list_targets status=success\n< 1 command=send_rr_data status=invalid_session !unsolicited_response\n" },
    { "a path into nothing", ">>> 6f00160000000000000000000100000000000000000000000000000000000200 00000000 b20006000102f0012401\n", "service",
      "> 0 service=1 !invalid_path\n" },
    { "an object in an object", ">>> 6f001c0000000000000000000100000000000000000000000000000000000200 00000000 b2000c004c04 20682401 206b2402 0100\n",
      "class instance operation", "> 0 operation=read_tag class=logix_program instance=1 class=logix_symbol instance=2\n" },
    { "items without data", ">>> 6f000c00000000000000000001000000000000000000000000000000000001000000 0000\n", "command",
      "> 0 command=send_rr_data !invalid_item\n" },
    { "no header", ">>> 474554202f20485454502f312e310d0a486f73743a20783a\n", "command",
      "> 0 command=17735 !invalid_pdu\nlost >\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_enip, &cases[i]);
}

static void implicit_io_is_told_over_udp(void **unused)
{
    (void)unused;
    static const char *fields = "cpf_types connection_id sequence_number type access io_data";
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_enip, fields);
    run.conv.over = OVER_UDP;
    struct dialogue *d = dialogue_read(IO);
    dialogue_play(&run, d, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0 cpf_types=sequenced_address cpf_types=connected_data connection_id=305419896 sequence_number=9"
                              " type=io access=report io_data=0900010000000203\n");
    free(said);
    dialogue_free(d);
}

static void after_a_gap_the_next_header_is_found(void **unused)
{
    (void)unused;
    static const struct dialogue_case c = { "a gap", REGISTER ">>> gap 30\n>>> 0000ffff6f00\n" WHO, "operation",
                                            "> 0\n< 0\n> 1 operation=get_attributes_all\n< 1 operation=get_attributes_all\n" };
    dialogue_case_holds(&dissector_enip, &c);
}

static enum probe probed(const char *hex, enum dissect_over over)
{
    struct dialogue *d = dialogue_read(hex);
    struct conversation conv = { .over = over };
    enum probe verdict = dissector_enip.probe(&conv, cursor_over(d->bytes, d->len));
    dialogue_free(d);
    return verdict;
}

static void the_probe_knows_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(probed(REGISTER, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(WHO, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(MULTIPLE, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(IO, OVER_UDP), PROBE_YES);
    assert_int_equal(probed(IO, OVER_TCP), PROBE_NO);
    assert_int_equal(probed(">>> 630000000000000000000000000000000000000000000000", OVER_UDP), PROBE_YES);
    assert_int_equal(probed(">>> 000000000000000000000000000000000000000000000000", OVER_TCP), PROBE_MAYBE);
    assert_int_equal(probed(">>> 6f00160000000000", OVER_TCP), PROBE_MORE);
    assert_int_equal(probed(">>> 6f00160000000000 00000000 0100000000000000 00000000 00000001 0000 0200", OVER_TCP), PROBE_NO);
    assert_int_equal(probed(">>> \"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\"", OVER_TCP), PROBE_NO);
}

#define ALL REGISTER LISTED WHO TAG_READ TAG_WRITTEN MULTIPLE THROUGH THROUGH_REFUSED OPENED CLOSED PCCC_WRITE PCCC_MODE CLOCK

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_enip, ALL);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_enip, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_enip, ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(implicit_io_is_told_over_udp),
        cmocka_unit_test(after_a_gap_the_next_header_is_found),
        cmocka_unit_test(the_probe_knows_its_own),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
