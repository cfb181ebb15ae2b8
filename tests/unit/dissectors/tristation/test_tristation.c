#include "tests/support/dissect.h"

#include "dissectors/tristation/tristation.h"

#define CONNECT    ">>> 0100000001fc\n"
#define CONNECTED  "<<< 0200000001b8\n"
#define DENIED     "<<< 0a00000003d8\n"
#define STATUS     ">>> 05000a0000001300000000000a005aa4\n"
#define STATUS_IS  "<<< 0500560001016c00000000005600 010000000d0001010000005080000000800000004000000060000050fe00ffafff0000200020" \
                   "0020000000000000201b0000c800c800b9005c98 00000200fa75ab5a 4e4f5a4f4d4900050200 0bfc\n"
#define UPLOAD     ">>> 050012000000420500000000 1200 1000000000000200fbef\n"
#define UPLOADED   "<<< 050018000101a30500000000 1800 10000000030002000100 2000804e ca52\n"
#define REJECTED   "<<< 05000c000101640500000000 0c00 d001d40b\n"
#define CHANGE     ">>> 05001c000000010700000000 1c00 4e4f5a4f4d4900050200 00000200fa75ab5a 914d\n"
#define ALLOCATE   ">>> 05001c000000370800000000 1c00 02000300000000000200 0000000000000000 7f34\n"
#define HALT       ">>> 05000a0000001509000000000a00438e\n"
#define HALTED     "<<< 05000a0001016e09000000000a00594c\n"
#define ATTACH     ">>> 05000a0000000d01000000000a00cae4\n"
#define ATTACHED   "<<< 05000f0001016a01000000000f00000000 0a03 e536\n"
#define ZEROES     "0000000000000000000000000000000000000000"
#define VERSIONS   ">>> 05000a0000003602000000000a00bb43\n"
#define MODULES    "<<< 05009d0001019702000000009d00 01ff ff00050000000000" ZEROES ZEROES ZEROES ZEROES ZEROES ZEROES \
                   "373530313031 312e30 3132333435363738 4d35\n"

#define ANSWERED " response_time=1000\n"

static const struct dialogue_case cases[] = {
    { "a connection", CONNECT CONNECTED, NULL, "> 0 type=connection_request channel=0 access=session\n< 0 type=connection_response channel=0 access=session" ANSWERED },
    { "a connection that is denied", CONNECT DENIED, "type", "> 0 type=connection_request\n< 0 type=access_denied\n" },
    { "status of the control program", STATUS STATUS_IS, "command access key_state run_state load_state project project_major project_time",
      "> 0 command=get_cp_status access=diagnose\n"
      "< 0 command=cp_status access=diagnose load_state=13 key_state=program run_state=running project_major=2 project_time=1521186298000000 project=\"NOZOMI\"\n" },
    { "a function read out", UPLOAD UPLOADED, NULL,
      "> 0 type=execution_command channel=0 from_controller=false connection_id=0 command=upload_function sequence=5 access=upload object=16 offset=2\n"
      "< 0 type=execution_command channel=0 from_controller=true connection_id=1 command=function_part sequence=5 access=upload object=16 "
      "object_length=3 offset=2 blocks=1 response_time=1000 data=2000804e\n" },
    { "one that is not there", UPLOAD REJECTED, "command access reject_reason object offset",
      "> 0 command=upload_function access=upload object=16 offset=2\n"
      "< 0 command=command_rejected access=upload object=16 offset=2 reject_reason=network_is_out_of_range\n" },
    { "a change put into the controller", CHANGE ALLOCATE, "command access object offset blocks project project_major",
      "> 0 command=start_download_change access=program project=\"NOZOMI\" project_major=2\n"
      "> 1 command=allocate_program access=program object=2 offset=0 blocks=2\n" },
    { "the program halted", HALT HALTED, "command access", "> 0 command=halt_program access=stop\n< 0 command=program_is_halted access=stop\n" },
    { "which main processor", ATTACH ATTACHED, "access product version",
      "> 0 access=session\n< 0 access=session product=\"Tricon 3008\" version=\"10.3\"\n" },
    { "which modules", VERSIONS MODULES, "access chassis module_type module_firmware serial",
      "> 0 access=identify\n< 0 access=identify chassis=1 module_type=255 module_firmware=5 serial=\"12345678\"\n" },
    { "a bad CRC", ">>> 0100000001fd\n", "type", "> 0 type=connection_request !bad_checksum\n" },
    { "another length than the datagram's", ">>> 0500ff0000001300\n", "type", "> 0 !bad_checksum !invalid_length\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_tristation, &cases[i]);
}

static enum probe probed(const char *text)
{
    struct conversation conv = { .over = OVER_UDP };
    struct dialogue *d = dialogue_read(text);
    enum probe p = dissector_tristation.probe(&conv, cursor_over(d->bytes, d->len));
    dialogue_free(d);
    return p;
}

static void a_datagram_is_known_by_its_lengths_and_its_crc(void **unused)
{
    (void)unused;
    assert_int_equal(probed(CONNECT), PROBE_YES);
    assert_int_equal(probed(UPLOADED), PROBE_YES);
    assert_int_equal(probed(">>> 0100000001fd\n"), PROBE_NO);
    assert_int_equal(probed(">>> 05000a0000001509000000000b00438e\n"), PROBE_NO);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_tristation, CONNECT STATUS STATUS_IS UPLOAD UPLOADED CHANGE ALLOCATE ATTACHED MODULES);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_tristation, CONNECT STATUS STATUS_IS UPLOAD UPLOADED CHANGE ALLOCATE ATTACHED MODULES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(a_datagram_is_known_by_its_lengths_and_its_crc),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
