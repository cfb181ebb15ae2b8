#include "dissectors/ntp/ntp.h"
#include "tests/support/dissect.h"

#define ZERO8 "0000000000000000 "
#define ASK ">>> 23 00 06 ec 00000000 00000000 00000000 " ZERO8 ZERO8 ZERO8 "e8fe1a0080000000\n"
#define ANSWER "<<< 24 02 06 e9 00008000 00010000 c0a80101 e8fe19f000000000 e8fe1a0080000000 e8fe1a0100000000 e8fe1a0140000000\n"
#define MONLIST ">>> 17 00 03 2a 0000 0000\n"
#define MONLIST_ANSWER "<<< d7 00 03 2a 0002 0004 0102030405060708\n"
#define READ_VARIABLES ">>> 16 02 0001 0000 0000 0000 0000\n"
#define VARIABLES "<<< 16 82 0001 0000 0000 0000 0009 \"version=4\"\n"

static const struct dialogue_case cases[] = {
    { "asked and answered", ASK ANSWER, NULL, "> 0 version=4 mode=client leap=0 stratum=0 poll=6 precision=-20 root_delay=0 root_dispersion=0 refid=\"\" reference_id=00000000 "
      "transmit_time=1699978112500000\n"
      "< 1 version=4 mode=server leap=0 stratum=2 poll=6 precision=-23 root_delay=0.5 root_dispersion=1 "
      "refid=\"192.168.1.1\" reference_id=c0a80101 reference_time=1699978096000000 origin_time=1699978112500000 "
      "receive_time=1699978113000000 transmit_time=1699978113250000\n" },
    { "a reference clock", "<<< 24 01 06 e9 00000000 00000000 \"GPS\" 00 " ZERO8 ZERO8 ZERO8 ZERO8, "stratum refid", "< 0 stratum=1 refid=\"GPS\"\n" },
    { "a kiss of death", "<<< 24 00 06 e9 00000000 00000000 \"RATE\" " ZERO8 ZERO8 ZERO8 ZERO8, "stratum refid", "< 0 stratum=0 refid=\"RATE\" !kiss_of_death\n" },
    { "the era after 2036", "<<< 24 01 06 e9 00000000 00000000 \"GPS\" 00 " ZERO8 ZERO8 ZERO8 "0000000100000000", "transmit_time", "< 0 transmit_time=2085978497000000\n" },
    { "monlist", MONLIST MONLIST_ANSWER, NULL, "> 0 version=2 mode=private response=false more=false sequence=0 implementation=3 request_code=mon_getlist_1 "
      "error=0 items=0 item_size=0 !private_request !monlist\n"
      "< 1 version=2 mode=private response=true more=true sequence=0 implementation=3 request_code=mon_getlist_1 "
      "error=0 items=2 item_size=4 data=\"\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\" !private_request !monlist\n" },
    { "variables", READ_VARIABLES VARIABLES, NULL, "> 0 version=2 mode=control response=false error=0 more=false opcode=read_variables sequence=1 status=0 "
      "association_id=0\n"
      "< 1 version=2 mode=control response=true error=0 more=false opcode=read_variables sequence=1 status=0 "
      "association_id=0 data=\"version=4\"\n" },
    { "an extension and a key", ">>> 23 00 06 ec 00000000 00000000 00000000 " ZERO8 ZERO8 ZERO8 ZERO8 "0104 001c " ZERO8 ZERO8 ZERO8
      "00000007 " ZERO8 ZERO8, "extensions key_id", "> 0 extensions=260 key_id=7\n" },
    { "an extension of no length", ">>> 23 00 06 ec 00000000 00000000 00000000 " ZERO8 ZERO8 ZERO8 ZERO8 "0104 0000 " ZERO8 ZERO8 ZERO8,
      "mode extensions", "> 0 mode=client !malformed_data\n" },
    { "cut in the middle", ">>> 23 00 06 ec 00000000 00000000 00000000 " ZERO8, "mode", "> 0 mode=client !malformed_data\n" },
    { "control data that is not there", ">>> 16 02 0001 0000 0000 0000 0010 00", "opcode data", "> 0 opcode=read_variables !malformed_data\n" },
};

static void each_datagram_is_one_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_ntp, &cases[i]);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_ntp, ASK ANSWER MONLIST MONLIST_ANSWER READ_VARIABLES VARIABLES);
    dissect_survives_every_bit_change(&dissector_ntp, ASK ANSWER MONLIST MONLIST_ANSWER READ_VARIABLES VARIABLES);
}

#define TAIL "0006ec 00000000 00000000 00000000 " ZERO8 ZERO8 ZERO8 ZERO8

static const struct { const char *name, *bytes; enum direction dir; enum probe want; } probes[] = {
    { "a client",                 "23" TAIL, FROM_CLIENT, PROBE_MAYBE },
    { "a client on the other side", "23" TAIL, FROM_SERVER, PROBE_NO },
    { "a server",                 "24" TAIL, FROM_SERVER, PROBE_MAYBE },
    { "version 0",                "03" TAIL, FROM_CLIENT, PROBE_NO },
    { "mode 0",                   "20" TAIL, FROM_CLIENT, PROBE_NO },
    { "a cut one",                "230006ec", FROM_CLIENT, PROBE_NO },
    { "control",                  "16020001 00000000 00000000", FROM_CLIENT, PROBE_MAYBE },
    { "control with too much",    "16020001 00000000 00000009", FROM_CLIENT, PROBE_NO },
    { "private",                  "1700032a 00000000", FROM_CLIENT, PROBE_MAYBE },
    { "an answer from the client", "9700032a 00000000", FROM_CLIENT, PROBE_NO },
};

static void the_probe_believes_the_form(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t bytes[512];
        struct conversation conv = { .over = OVER_UDP, .dir = probes[i].dir };
        size_t n = unhex(probes[i].bytes, bytes, sizeof bytes);
        if (dissector_ntp.probe(&conv, cursor_over(bytes, n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_datagram_is_one_record),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(the_probe_believes_the_form),
    };
    return cmocka_run_group_tests_name("ntp", tests, NULL, NULL);
}
