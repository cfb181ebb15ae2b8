#include "tests/support/dissect.h"

#include "dissectors/dlms/dlms.h"

#define SNRM  ">>> 7ea0070321930f017e\n<<< 7ea01e210373c37a818012050180060180070400000001080400000001533b7e\n"
#define AARQ  ">>> 0001 0001 0010 001f 601d a109060760857405080101 be10040e01000000065f1f0400007016ffff\n" \
              "<<< 0001 0010 0001 002b 6129 a109060760857405080101 a203020100 a305a103020100 be10040e0800065f1f040000101404000007\n"
#define LOGIN ">>> 0001 0001 0001 0038 6036 a1090607608574050801018a0207808b0760857405080201ac0a8008\"01234567\"be10040e01000000065f1f040000fe1dffff\n"
#define GET   ">>> 0001 0001 0010 000d c001c1 0003 0100010800ff 02 00\n<<< 0001 0010 0001 0009 c401c1 00 06 0001e240\n"
#define SET   ">>> 0001 0001 0010 000f c101c2 0046 000060030aff 04 00 1601\n<<< 0001 0010 0001 0004 c501c2 03\n"
#define OPEN  ">>> 0001 0001 0010 000f c301c3 0046 000060030aff 01 01 0f00\n<<< 0001 0010 0001 0005 c701c3 00 00\n"

static const struct dialogue_case cases[] = {
    { "an association", AARQ, "carrier source destination apdu access application_context associate_result response_time",
      "> 0 carrier=wrapper source=1 destination=16 apdu=aarq application_context=logical_name access=session\n"
      "< 0 carrier=wrapper source=16 destination=1 apdu=aare application_context=logical_name associate_result=accepted response_time=1000 access=session\n" },
    { "a password is not kept", LOGIN, "authentication_mechanism authentication_value",
      "> 0 authentication_mechanism=low_password authentication_value=true\n" },
    { "a register read", GET, "apdu service access invoke_id class_id obis attribute result type value",
      "> 0 apdu=get_request service=get_request_normal invoke_id=1 class_id=register obis=\"1.0.1.8.0.255\" attribute=2 access=read\n"
      "< 0 apdu=get_response service=get_response_normal invoke_id=1 class_id=register obis=\"1.0.1.8.0.255\" attribute=2 result=success"
      " type=double_long_unsigned value=123456 access=read\n" },
    { "a setting of the disconnector refused", SET, "access class_id attribute result type value",
      "> 0 class_id=disconnect_control attribute=4 type=enum value=1 access=control\n"
      "< 0 class_id=disconnect_control attribute=4 result=read_write_denied access=control\n" },
    { "a customer disconnected", OPEN, "apdu access obis method result",
      "> 0 apdu=action_request obis=\"0.0.96.3.10.255\" method=1 access=control\n< 0 apdu=action_response obis=\"0.0.96.3.10.255\" method=1 result=success access=control\n" },
    { "a link set up", SNRM, "carrier source destination frame access",
      "> 0 carrier=hdlc source=16 destination=1 frame=snrm access=session\n< 0 carrier=hdlc source=1 destination=16 frame=ua access=session\n" },
    { "a request in an HDLC frame", ">>> 7ea0190321326fd8e6e600c001c1000f0000280000ff020091537e\n", "frame service class_id obis attribute",
      "> 0 frame=i service=get_request_normal class_id=association_ln obis=\"0.0.40.0.0.255\" attribute=2\n" },
    { "the same with a wrong checksum", ">>> 7ea0190321326fd8e6e600c001c1000f0000280000ff020091547e\n", "frame",
      "> 0 frame=i !invalid_checksum\n" },
    { "a ciphered request", ">>> 0001 0001 0010 0009 c8 07 30 00000012 abcd\n", "apdu access ciphered security_control invocation_counter",
      "> 0 apdu=glo_get_request ciphered=true security_control=48 invocation_counter=18 access=read\n" },
    { "a list read", ">>> 0001 0001 0010 0018 c00301 02 0001 0000000000ff 02 00 0001 0000000001ff 02 00\n"
      "<<< 0001 0010 0001 000a c40301 02 00 1240ff 01 03\n", "class_id obis result value",
      "> 0 class_id=data obis=\"0.0.0.0.0.255\" class_id=data obis=\"0.0.0.0.1.255\"\n"
      "< 0 class_id=data obis=\"0.0.0.0.0.255\" result=success value=16639 class_id=data obis=\"0.0.0.0.1.255\" result=read_write_denied\n" },
    { "a message in two frames", ">>> 7ea8120321325f50e6e600c001c1000f00 0000 7e\n>>> 7ea0100321320000 00280000ff0200 0000 7e\n", "service obis",
      "> 0 service=get_request_normal obis=\"0.0.40.0.0.255\" !invalid_checksum\n" },
    { "an exception", GET ">>> 0001 0001 0010 000d c001c1 0003 0100010800ff 02 00\n<<< 0001 0010 0001 0003 d8 01 02\n", "state_error service_error",
      "> 0\n< 0\n> 1\n< 1 state_error=service_not_allowed service_error=service_not_supported\n" },
    { "structures that never end", ">>> 0001 0001 0010 0013 c101c2 0001 000060030aff 02 00 02ff 02ff 02ff\n", "class_id", "> 0 class_id=data !invalid_apdu\n" },
    { "an answer to nothing", "<<< 0001 0010 0001 0004 c501c2 00\n", "result", "< 0 result=success !unsolicited_response\n" },
};

static void each_apdu_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_dlms, &cases[i]);
}

static void after_noise_and_gaps_the_next_frame_is_found(void **unused)
{
    (void)unused;
    char *said = dissect_dialogue(&dissector_dlms, SNRM ">>> gap 7\n>>> 4142 7ea0070321930f017e\n", 0, "frame");
    assert_string_equal(said, "> 0 frame=snrm\n< 0 frame=ua\n> 0 !invalid_frame\n> 0 frame=snrm\n");
    free(said);
}

static const char everything[] = SNRM ">>> 7ea0190321326fd8e6e600c001c1000f0000280000ff020091537e\n";
static const char wrapped[] = AARQ LOGIN GET SET OPEN;

static void the_cut_of_the_stream_does_not_matter(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_dlms, everything);
    dissect_same_for_every_cut(&dissector_dlms, GET SET);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_dlms, everything);
    dissect_survives_every_prefix(&dissector_dlms, wrapped);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_dlms, everything);
    dissect_survives_every_bit_change(&dissector_dlms, wrapped);
}

static const struct { const char *name, *wire; enum probe want; } probes[] = {
    { "a wrapped request", "0001 0001 0010 000d c001c1 0003 0100010800ff 02 00", PROBE_YES },
    { "an HDLC frame", "7ea0070321930f017e", PROBE_YES },
    { "an HDLC frame with a wrong checksum", "7ea0070321930f027e", PROBE_NO },
    { "half a frame", "7ea00703", PROBE_MORE },
    { "Modbus", "0001 0000 0006 01 03 0000 0001", PROBE_NO },
    { "half a wrapped request", "0001 0001 0010 000d c001", PROBE_MORE },
    { "a wrapper around something else", "0001 0001 0010 0004 41424344", PROBE_NO },
    { "HTTP", "47455420", PROBE_NO },
};

static void a_probe_believes_the_form_and_not_the_port(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t wire[64];
        struct conversation conv = { .dir = FROM_CLIENT, .over = OVER_TCP };
        size_t n = unhex(probes[i].wire, wire, sizeof wire);
        if (dissector_dlms.probe(&conv, cursor_over(wire, n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_apdu_gives_its_fields),
        cmocka_unit_test(after_noise_and_gaps_the_next_frame_is_found),
        cmocka_unit_test(the_cut_of_the_stream_does_not_matter),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(a_probe_believes_the_form_and_not_the_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
