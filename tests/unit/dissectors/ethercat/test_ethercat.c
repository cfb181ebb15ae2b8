#include "tests/support/dissect.h"

#include "dissectors/ethercat/ethercat.h"

#define ASKED   ">>> 0e10 07 80 0000 0001 0200 0000 0000 0000\n"                  /* BRD of register 0x100, two bytes */
#define TWO     ">>> 1b10 04 01 e803 3001 0280 0000 0100 0100  0a 02 00000100 0100 0000 ff 0300\n"
#define INIT    ">>> 0e10 08 03 0000 2001 0200 0000 0100 0000\n"
#define SDO     ">>> 1c10 05 04 e903 0010 1000 0000  0a00 0000 00 13 0020 22 1860 00 01000000 0000\n"
#define FIRM    ">>> 1e10 05 05 e903 0010 1200 0000  0c00 0000 00 24 02 00 00000000 66772e62696e 0000\n"
#define WHAT    "datagrams access count command address offset logical_address size circulating data working_counter requested_state mailbox coe_service" \
                " sdo_command object subindex sdo_value foe_operation file_name"

static const struct dialogue_case cases[] = {
    { "a register of all", ASKED, WHAT, "> 0 datagrams: command=brd address=0 offset=256 size=2 data=0000 working_counter=0 count=1 access=read\n" },
    { "two datagrams, on their way back", TWO, WHAT,
      "> 0 datagrams: command=fprd address=1000 offset=304 size=2 data=0100 working_counter=1"
      " datagrams: command=lrd logical_address=65536 size=1 data=ff working_counter=3 count=2 access=read\n" },
    { "the line is taken out of operation", INIT, WHAT,
      "> 0 datagrams: command=bwr address=0 offset=288 size=2 data=0100 working_counter=0 requested_state=init count=1 access=stop\n" },
    { "an SDO is written", SDO, WHAT,
      "> 0 datagrams: command=fpwr address=1001 offset=4096 size=16 data=0a000000001300202218600001000000 working_counter=0"
      " mailbox=can_objects coe_service=sdo_request sdo_command=download object=24600 subindex=0 sdo_value=1 count=1 access=configure\n" },
    { "firmware", FIRM, WHAT,
      "> 0 datagrams: command=fpwr address=1001 offset=4096 size=18 data=0c000000002402000000000066772e62696e working_counter=0 mailbox=file"
      " foe_operation=write file_name=\"fw.bin\" count=1 access=program\n" },
    { "a length over the end", ">>> ff17 07 80 0000 0001 0200 0000 0000 0000\n", "length count access",
      "> 0 length=2047 count=1 access=read !invalid_length\n" },
    { "a datagram over the end", ">>> 0e10 07 80 0000 0001 0900 0000 0000 0000\n", "count access", "> 0 count=0 access=other !invalid_length\n" },
    { "a command that does not exist", ">>> 0e10 20 80 0000 0001 0200 0000 0000 0000\n", "command access", "> 0 command=32 access=read !unknown_command\n" },
    { "network variables", ">>> 0440 01020304\n", "length type access", "> 0 length=4 type=network_variables\n" },
};

static void each_frame_gives_its_datagrams(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_ethercat, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_ethercat, TWO SDO FIRM INIT);
    dissect_survives_every_bit_change(&dissector_ethercat, TWO SDO FIRM INIT);
}

static enum probe probe_of(const char *hex)
{
    uint8_t bytes[128];
    size_t n = unhex(hex, bytes, sizeof bytes);
    struct conversation conv = { .over = OVER_UDP, .server_port = 34980 };
    return dissector_ethercat.probe(&conv, cursor_over(bytes, n));
}

static void over_udp_the_datagrams_have_to_fill_the_payload(void **unused)
{
    (void)unused;
    assert_int_equal(probe_of("0e10 07 80 0000 0001 0200 0000 0000 0000"), PROBE_MAYBE);
    assert_int_equal(probe_of("0e10 07 80 0000 0001 0200 0000 0000 0000 00"), PROBE_NO);
    assert_int_equal(probe_of("0e10 07 80 00000001 0300 0000 0000 0000"), PROBE_NO);
    assert_int_equal(probe_of("0e10 27 80 00000001 0200 0000 0000 0000"), PROBE_NO);
    assert_int_equal(probe_of("0e"), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_gives_its_datagrams),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(over_udp_the_datagrams_have_to_fill_the_payload),
    };
    return cmocka_run_group_tests_name("ethercat", tests, NULL, NULL);
}
