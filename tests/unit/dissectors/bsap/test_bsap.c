#include "tests/support/dissect.h"

#include "dissectors/bsap/bsap.h"

static const struct dialogue_case cases[] = {
    { "a signal is read", ">>> 1002011010a010100803000401400f014047562e4c6576656c2e001003969b\n<<< 100200101003101008a00000010000dc4110038be3\n",
      NULL,
      "> 0 frame=serial local_address=1 serial_number=16 destination_function=rdb sequence=2064 source_function=pei_pc node_status=0 function=read_signal_by_name access=read security_level=15 variable_count=1 variables=\"@GV.Level.\"\n"
      "< 0 frame=serial local_address=0 serial_number=16 destination_function=pei_pc sequence=2064 source_function=rdb node_status=0 function=read_signal_by_name access=read error=0 variable_count=1 data=0000dc41 values=27.5 response_time=1000\n" },
    { "a signal is switched off", ">>> 10020113a013080300840f014047562e50756d702e000a1003a925\n<<< 10020013031308a0000400001003e64f\n",
      "function access variables values error security_level",
      "> 0 function=write_signal_by_name access=write security_level=15 variables=\"@GV.Pump.\" values=0\n"
      "< 0 function=write_signal_by_name access=write error=4\n" },
    { "a setpoint", ">>> 10020112a012080300840f014047562e536574706f696e742e000b00007042100361a4\n<<< 10020012031208a00000000010039290\n",
      "function access variables values error",
      "> 0 function=write_signal_by_name access=write variables=\"@GV.Setpoint.\" values=60\n"
      "< 0 function=write_signal_by_name access=write error=0\n" },
    { "by address", ">>> 10020109a0090003008024770f0111000a100398a6\n",
      "function access addresses values variable_count",
      "> 0 function=write_signal_by_address access=write variable_count=1 addresses=17 values=0\n" },
    { "several by name", ">>> 10020105a0050003000401400f0240412e0040422e0010031c42\n",
      "variables variable_count",
      "> 0 variable_count=2 variables=\"@A.\" variables=\"@B.\"\n" },
    { "a global message sets the time", ">>> 100282050201030201a1070003008102010210039cc1\n",
      "local_address destination_address source_address control extended_function access",
      "> 0 local_address=2 destination_address=258 source_address=515 control=1 extended_function=write_date_and_time access=set_time\n" },
    { "firmware", ">>> 1002010668060003000110034972\n",
      "destination_function access data",
      "> 0 destination_function=flash_download access=program data=01\n" },
    { "a poll of the line", ">>> 100201058500001003ad5b\n",
      "destination_function access",
      "> 0 destination_function=poll access=session\n" },
    { "an answer to nobody", "<<< 100200101003101008a00000010000dc4110038be3\n",
      "access error",
      "< 0 access=other error=0 !unsolicited_response\n" },
    { "a function nobody has", ">>> 10020108a00800030033011003d133\n",
      "function access",
      "> 0 function=51 access=other !unknown_function\n" },
    { "a CRC that does not hold", ">>> 1002011010a010100803000401400f014047562e4c6576656c2e0010039600\n",
      "frame",
      "> 0 frame=serial !crc_mismatch\n" },
    { "too short", ">>> 10020108a00800030004014010037182\n",
      "function",
      "> 0 function=read_signal_by_name !invalid_length\n" },
    { "over IP", ">>> 0e00010006008e4b00009e4b0000150000000e9e4b0000a000840f014047562e500009\n<<< 0e00010005008e4b00009e4b00000c0000000c9e4b0000000101\n",
      NULL,
      "> 0 frame=ip message_type=request messages=1 message_sequence=19342 response_sequence=19358 data_length=21 sequence=19358 destination_function=rdb node_status=0 function=write_signal_by_name access=write security_level=15 variable_count=1 variables=\"@GV.P\" values=1\n"
      "< 0 frame=ip message_type=response messages=1 message_sequence=19342 response_sequence=19358 data_length=12 sequence=19358 function=write_signal_by_name access=write error=0 data=0101 response_time=1000\n" },
    { "an IP poll", ">>> 0e00000000000100000002000000\n",
      "message_type messages access message_sequence response_sequence",
      "> 0 message_type=poll messages=0 message_sequence=1 response_sequence=2 access=session\n" },
};

static void messages_give_their_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_bsap, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&dissector_bsap, cases[i].text);
        dissect_survives_every_bit_change(&dissector_bsap, cases[i].text);
    }
}

static const struct first_bytes probes[] = {
    { "a frame", "1002011010a010100803000401400f014047562e4c6576656c2e001003969b", PROBE_YES },
    { "a frame with a wrong CRC", "1002011010a010100803000401400f014047562e4c6576656c2e0010039600", PROBE_NO },
    { "over IP", "0e00010006008e4b00009e4b0000150000000e9e4b0000a000840f014047562e500009", PROBE_MAYBE },
    { "over IP with another length", "0e00010006008e4b00009e4b0000150000000e9e4b0000a000840f014047562e50000900", PROBE_NO },
    { "another type", "0e00010007008e4b00009e4b0000150000000e9e4b0000a000840f014047562e500009", PROBE_NO },
};

static void a_probe_believes_what_it_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_bsap, OVER_UDP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_give_their_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(a_probe_believes_what_it_should),
    };
    return cmocka_run_group_tests_name("bsap", tests, NULL, NULL);
}
