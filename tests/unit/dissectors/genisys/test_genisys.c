#include "tests/support/dissect.h"

#include "dissectors/genisys/genisys.h"

static const struct dialogue_case cases[] = {
    { "a poll and its answers", ">>> fb0182f000f6\n<<< f101f6\n>>> fb0182f000f6\n<<< f201000503f002e00cba2ff6\n",
      NULL,
      "> 0 header=poll access=read server=1 crc_transmitted=61570 crc_calculated=61570\n"
      "< 0 header=acknowledge_client access=session server=1 response_time=1000\n"
      "> 1 header=poll access=read server=1 crc_transmitted=61570 crc_calculated=61570\n"
      "< 1 header=indication_data access=read server=1 payload: address=0 data=5 payload: address=3 data=242 mode=12 crc_transmitted=12218 crc_calculated=12218 response_time=1000\n" },
    { "controls are checked back and executed", ">>> fc010281a090f6\n<<< f3010281a384f6\n>>> fe0181a0f6\n<<< f101f6\n",
      "header access server address data",
      "> 0 header=control_data access=control server=1 address=2 data=129\n"
      "< 0 header=control_data_checkback access=control server=1 address=2 data=129\n"
      "> 1 header=execute_controls access=control server=1\n"
      "< 1 header=acknowledge_client access=session server=1\n" },
    { "a poll without CRC", ">>> fb07f6\n",
      "header server crc_transmitted",
      "> 0 header=poll server=7\n" },
    { "a CRC that is not the octets'", ">>> fb018340f6\n",
      "header crc_transmitted crc_calculated",
      "> 0 header=poll crc_transmitted=16515 crc_calculated=61570 !crc_mismatch\n" },
    { "a CRC that is not escaped", "<<< f20105040cfdf6\n",
      "header server address data crc_transmitted",
      "< 0 header=indication_data server=1 address=5 data=4 crc_transmitted=64780 !crc_mismatch !unescaped\n" },
    { "an address without its data", ">>> fc01024061f6\n",
      "header address data",
      "> 0 header=control_data !invalid_length\n" },
    { "the wrong side", ">>> f101f6\n",
      "header",
      "> 0 header=acknowledge_client !wrong_direction\n" },
    { "a kind that is not defined", ">>> f70187f000f6\n",
      "header access",
      "> 0 header=247 access=other !undefined_header\n" },
    { "octets before a message", ">>> 000102fb0182f000f6\n",
      "header",
      "> 0 header=poll\n" },
    { "behind a hole", ">>> fb01\n>>> gap 3\n>>> fe0181a0f6\n",
      "header",
      "> 0 header=execute_controls\n" },
};

static void messages_give_their_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_genisys, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&dissector_genisys, cases[i].text);
        dissect_survives_every_bit_change(&dissector_genisys, cases[i].text);
    }
}

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_genisys, cases[0].text);
}

static const struct first_bytes probes[] = {
    { "a poll", "fb0182f000f6", PROBE_MAYBE },
    { "indications", "< f201000503f002e00cba2ff6", PROBE_MAYBE },
    { "a poll from a location", "< fb0182f000f6", PROBE_NO },
    { "its beginning", "< f2010005", PROBE_MORE },
    { "an undefined kind", "f70187f000f6", PROBE_NO },
    { "an odd length", "< f2010580abf6", PROBE_NO },
    { "high octets amid the data", "< f20105f9040cfdf6", PROBE_NO },
    { "a poll with data", "fb010102e0b5f6", PROBE_NO },
};

static void a_probe_believes_what_it_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_genisys, OVER_TCP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_give_their_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(a_probe_believes_what_it_should),
    };
    return cmocka_run_group_tests_name("genisys", tests, NULL, NULL);
}
