#include "tests/support/dissect.h"

#include "dissectors/profinet/cm.h"

#define CONNECT  ">>> " "04002000100000000000a0de976cd111827100640001002a0100a0de976cd111827100a02442df7d000102030405060708090a0b0c0d0e0f" \
                   "0000000001000000010000000000ffffffff520000000000001000003e00000000100000000000003e0000000101003a01000001a0a1a2a3" \
                   "a4a5a6a7a8a9aaabacadaeaf000100000000000000000000000000000000000000000000000000110064889200046374726c" "\n"
#define REFUSED  "<<< " "04022000100000000000a0de976cd111827100640001002a0100a0de976cd111827100a02442df7d000102030405060708090a0b0c0d0e0f" \
                   "0000000001000000010000000000ffffffff140000000000050181db00000000001000000000000000000000" "\n"
#define WRITE    ">>> " "04002000100000000000a0de976cd111827100640001002a0100a0de976cd111827100a02442df7d000102030405060708090a0b0c0d0e0f" \
                   "0000000001000000020000000300ffffffff57000000000000100000430000000010000000000000430000000008003c01000001a0a1a2a3" \
                   "a4a5a6a7a8a9aaabacadaeaf00000000000200010000000700000003000000000000000000000000000000000000000000000000010203" "\n"
#define FIRST    ">>> " "04002400100000000000a0de976cd111827100640001002a0100a0de976cd111827100a02442df7d000102030405060708090a0b0c0d0e0f" \
                   "0000000001000000030000000300ffffffff64000000000000100000960000000010000000000000960000000008003c01000001a0a1a2a3" \
                   "a4a5a6a7a8a9aaabacadaeaf00000000000080010000e040000000560000000000000000000000000000000000000000000000000008003c" \
                   "01000002a0a1a2a3a4a5a6a7" "\n"
#define SECOND   ">>> " "04002600100000000000a0de976cd111827100640001002a0100a0de976cd111827100a02442df7d000102030405060708090a0b0c0d0e0f" \
                   "0000000001000000030000000300ffffffff460001000000a8a9aaabacadaeaf000000000000800100008053000000160000000000000000" \
                   "0000000000000000000000000000000002020012010000000000800102260006010000000000" "\n"
#define CONTROL  ">>> " "04002000100000000000a0de976cd111827100640001002a0100a0de976cd111827100a02442df7d000102030405060708090a0b0c0d0e0f" \
                   "0000000001000000040000000400ffffffff34000000000000100000200000000010000000000000200000000110001c01000000a0a1a2a3" \
                   "a4a5a6a7a8a9aaabacadaeaf0001000000010000" "\n"

static const struct dialogue_case cases[] = {
    { "a controller connects", CONNECT, "packet_type operation access blocks type ar_type initiator_station",
      "> 1 packet_type=request operation=connect access=session blocks: type=257 ar_type=1 initiator_station=\"ctrl\"\n" },
    { "and is refused", CONNECT REFUSED, "packet_type operation error_code error_decode error_code_1 error_code_2", "> 1 packet_type=request operation=connect\n< 1 packet_type=response operation=connect error_code=219 error_decode=129 error_code_1=1 error_code_2=5\n" },
    { "a record is written", WRITE, "operation access blocks type slot subslot index record_length record_data", "> 2 operation=write access=write blocks: type=8 slot=2 subslot=1 index=7 record_length=3 record_data=010203\n" },
    { "several records at once, in two datagrams", FIRST SECOND, "fragment blocks type index length", "> 3\n> 3 fragment=1 blocks: type=8 length=60 index=57408 blocks: type=8 length=60 index=32851 blocks: type=514 length=18 blocks: type=550 length=6\n" },
    { "a second fragment alone", SECOND, "fragment blocks type", "> 3 fragment=1\n" },
    { "parameters are complete", CONTROL, "operation blocks type control_command", "> 4 operation=control blocks: type=272 control_command=parameter_end\n" },
};

static void each_call_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_profinet_cm, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_profinet_cm, CONNECT REFUSED WRITE FIRST SECOND CONTROL);
    dissect_survives_every_bit_change(&dissector_profinet_cm, CONNECT REFUSED WRITE FIRST SECOND CONTROL);
}

static void other_remote_calls_are_not_profinet(void **unused)
{
    uint8_t bytes[400];
    struct conversation conv = { .over = OVER_UDP, .server_port = 34964 };
    size_t n = unhex(CONNECT + 4, bytes, sizeof bytes);
    (void)unused;
    assert_int_equal(dissector_profinet_cm.probe(&conv, cursor_over(bytes, n)), PROBE_YES);
    bytes[24 + 15] ^= 1;        /* the interface's last byte */
    assert_int_equal(dissector_profinet_cm.probe(&conv, cursor_over(bytes, n)), PROBE_NO);
    assert_int_equal(dissector_profinet_cm.probe(&conv, cursor_over(bytes, 40)), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_gives_its_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(other_remote_calls_are_not_profinet),
    };
    return cmocka_run_group_tests_name("profinet_cm", tests, NULL, NULL);
}
