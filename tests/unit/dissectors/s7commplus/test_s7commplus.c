#include "tests/support/dissect.h"

#include "dissectors/s7commplus/s7commplus.h"

#define REQUEST ">>> 0300 0021 02f080 72 02 0012 31 0000 0542 0000 0005 00000387 34 00000000 7202 0000\n"
#define PIECES  "<<< 0300 0016 02f080 72 02 000b 32 0000 0586 0000 0006 0000\n<<< 0300 0011 02f080 72 02 0002 aabb 7202 0000\n"
#define KEEP    ">>> 0300 000b 02f080 72 ff 0000\n"

#define STOP ">>> 0300 002b 02f0 8072 0200 1c31 0000 04f2 0000 0007 0000 0387 3400 0000 3401 9077 0008 0100 0000 0072 0200 00\n"
#define START ">>> 0300 002b 02f0 8072 0200 1c31 0000 04f2 0000 0008 0000 0387 3400 0000 3401 9077 0008 0300 0000 0072 0200 00\n"
#define STOPPED "<<< 0300 001e 02f0 8072 0200 0f32 0000 04f2 0000 0007 3400 0000 0000 7202 0000\n"
#define REFUSED "<<< 0300 0025 02f0 8072 0200 1632 0000 04f2 0000 0008 34a0 8080 8080 83ff 7400 0000 0072 0200 00\n"
#define WRITE ">>> 0300 0046 02f0 8072 0200 3731 0000 0542 0000 0009 0000 0387 3400 0000 0002 0aa4 3488 d0b8 8005 0293 760a a434 5203 " \
    "9d18 0300 0100 0e40 2000 0002 0001 0100 0000 0000 7202 0000\n"
#define SESSION_SET ">>> 0300 0030 02f0 8072 0200 2131 0000 0542 0000 0002 0000 0387 3400 0003 8701 0182 3201 0017 0000 013a 0000 0000 7202 " \
    "0000\n"
#define READ ">>> 0300 002e 02f0 8072 0200 1f31 0000 054c 0000 000a 0000 0387 3400 0000 0001 04a4 3450 029d 180c 0000 0000 7202 0000\n"
#define CREATE ">>> 0300 0033 02f0 8072 0100 2431 0000 04ca 0000 0001 0000 0120 3400 0001 1d00 0400 0000 0000 a100 0000 d382 1f00 0000 " \
    "0072 0100 00\n"
#define CREATED "<<< 0300 0045 02f0 8072 0100 3632 0000 04ca 0000 0001 3400 0187 07a1 0000 0000 823f 0015 1a31 3b36 4553 3720 3231 342d " \
    "3141 4734 302d 3058 4230 3b56 342e 3200 0000 0072 0100 00\n"
#define DOWNLOAD ">>> 0300 0033 02f0 8072 0200 2431 0000 04ca 0000 000b 0000 0387 3400 0000 0300 0400 0000 0000 a18a 0e00 0794 0e00 0000 " \
    "0072 0200 00\n"
#define LEAVE ">>> 0300 0025 02f0 8072 0200 1631 0000 04d4 0000 000c 0000 0387 3400 0003 8700 0000 0072 0200 00\n"
#define TYPES ">>> 0300 004f 02f0 8072 0200 4031 0000 0542 0000 000d 0000 0387 3400 0000 5206 019d 1801 0008 ff7e 0200 07ff fe03 0015 " \
    "026f 6b04 000f 3fd0 0000 0000 0000 0500 0582 2c06 1002 0201 0200 0000 0072 0200 00\n"

#define STRUCTURES ">>> 0300005102f0807202004231000005420000000e00000387340000005202019d18010017000001f40500070102061002020102070017000002000100010100000240040305040600000000000072020000\n"
#define PACKED ">>> 0300004102f0807202003231000005420000000f00000387340000005202019d180100179000000500000000000000000002010202000101000000000072020000\n"

#define EVERYTHING REQUEST PIECES KEEP STOP STOPPED START REFUSED WRITE READ CREATE CREATED SESSION_SET DOWNLOAD LEAVE TYPES STRUCTURES PACKED

static const struct dialogue_case cases[] = {
    { "a request", REQUEST, "version opcode function_code access sequence session",
      "> 0 version=v2 opcode=request function_code=set_multi_variables sequence=5 session=903 access=write\n" },
    { "an answer in two pieces", PIECES, "opcode function_code fragment continued",
      "< 0 opcode=response function_code=get_var_sub_streamed fragment=true\n< 1 continued=true\n" },
    { "stopped", STOP STOPPED, "opcode function_code access object attribute value return_value response_time",
      "> 0 opcode=request function_code=set_variable object=cpu_execution_unit attribute=operating_state_request value=1 access=stop\n"
      "< 0 opcode=response function_code=set_variable return_value=0 access=stop response_time=1000\n" },
    { "started, refused", START REFUSED, "opcode access value return_value",
      "> 0 opcode=request value=3 access=control\n"
      "< 0 opcode=response return_value=18014398509547508 access=control\n" },
    { "variables written", WRITE, "access item_count area db_number attribute lids number datatype value real",
      "> 0 item_count=2 area=2316173317 db_number=5 attribute=db_value_actual lids=10 area=memory attribute=area_value_actual lids=3 lids=0 number=1 datatype=real real=2.5 number=2 datatype=bool value=1 access=write\n" },
    { "variables read", READ, "access item_count area attribute lids",
      "> 0 item_count=1 area=inputs attribute=area_value_actual lids=12 access=read\n" },
    { "a session begun and left", CREATE CREATED SESSION_SET LEAVE, "opcode function_code access object class session attribute identification order_number firmware",
      "> 0 opcode=request function_code=create_object session=288 object=session_container class=287 access=session\n"
      "< 0 opcode=response function_code=create_object access=session identification=\"1;6ES7 214-1AG40-0XB0;V4.2\" order_number=\"6ES7 214-1AG40-0XB0\" firmware=\"V4.2\"\n"
      "> 1 opcode=request function_code=set_multi_variables session=903 object=903 attribute=session_version access=session\n"
      "> 2 opcode=request function_code=delete_object session=903 object=903 access=session\n" },
    { "a block made in the program", DOWNLOAD, "access object class",
      "> 0 object=plc_program class=2574 access=program\n" },
    { "each type of value", TYPES, "number datatype value real text",
      "> 0 number=1 datatype=dint value=-2 number=2 datatype=int value=-2 number=3 datatype=wstring text=\"ok\" number=4 datatype=lreal real=0.25 number=5 datatype=ulint value=300 number=6 datatype=usint datatype=usint value=1 datatype=usint value=2\n" },
    { "a structure with an array and another structure in it, then a sparse array", STRUCTURES, "number structure elements key datatype value",
      "> 0 number=1 datatype=struct structure=500 elements: key=5 datatype=int value=258 elements: key=6 elements: datatype=usint value=1 elements: datatype=usint value=2 elements: key=7 elements: key=1 datatype=bool value=1 number=2 datatype=udint elements: key=3 datatype=udint value=5 elements: key=4 datatype=udint value=6\n" },
    { "a packed structure is where reading ends", PACKED, "number structure datatype value access", "> 0 number=1 datatype=struct structure=2415919109 access=write\n" },
    { "keep-alive", KEEP, "version opcode", "> 0 version=keep_alive\n" },
    { "a length that is not", ">>> 0300 000f 02f080 72 01 0003 72 01 0000\n", "version", "> 0 version=v1 !invalid_length\n" },
};

static void a_piece_tells_what_it_is(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_s7commplus, &cases[i]);
}

static void cuts_prefixes_and_bit_changes_are_survived(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_s7commplus, EVERYTHING);
    dissect_survives_every_prefix(&dissector_s7commplus, EVERYTHING);
    dissect_survives_every_bit_change(&dissector_s7commplus, EVERYTHING);
}

static void a_return_value_below_zero_is_a_refusal(void **unused)
{
    (void)unused;
    static const struct { const char *bytes; bool refused; } each[] = { { STOP STOPPED, false }, { START REFUSED, true } };
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        struct dissect_run run;
        struct dialogue *d = dialogue_read(each[i].bytes);
        dissect_run_begin(&run, &dissector_s7commplus, "opcode");
        dialogue_play(&run, d, 0);
        assert_true(run.sink.scratch->answer);
        assert_int_equal(run.sink.scratch->refused, each[i].refused);
        free(dissect_run_end(&run));
        dialogue_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_tells_what_it_is),
        cmocka_unit_test(a_return_value_below_zero_is_a_refusal),
        cmocka_unit_test(cuts_prefixes_and_bit_changes_are_survived),
    };
    return cmocka_run_group_tests_name("s7commplus", tests, NULL, NULL);
}
