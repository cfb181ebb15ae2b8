#include "tests/support/dissect.h"

#include "dissectors/sbus/sbus.h"

#define READ \
    ">>> 0000001001000003000a06010010a6cc\n" \
    "<<< 0000001301000003010000000700000009a226\n"
#define WRITE \
    ">>> 0000001401000003000a0e050010000004b0b1c8\n" \
    "<<< 0000000d010000030200001bb9\n"
#define STOP \
    ">>> 0000000d01000003000a3c6dcd\n" \
    "<<< 0000000d010000030200023bfb\n"
#define FIRMWARE \
    ">>> 0000000d01000003000a20be70\n" \
    "<<< 00000016010000030144324d3438302030413100eba9\n"

#define FIELDS "sequence type station command access address count value acknowledge firmware"

static const struct { const char *name, *text; enum dissect_over over; const char *want; } cases[] = {
    { "registers read", READ, OVER_UDP,
      "> 0 sequence=3 type=request station=10 command=read_register access=read address=16 count=2\n"
      "< 0 sequence=3 type=response command=read_register access=read address=16 count=2 value=7 value=9\n" },
    { "a register written", WRITE, OVER_UDP,
      "> 0 sequence=3 type=request station=10 command=write_register access=write address=16 count=1 value=1200\n"
      "< 0 sequence=3 type=acknowledge command=write_register access=write address=16 count=1 acknowledge=ack\n" },
    { "stop, refused", STOP, OVER_UDP,
      "> 0 sequence=3 type=request station=10 command=stop_procedure_cpu_0 access=stop\n"
      "< 0 sequence=3 type=acknowledge command=stop_procedure_cpu_0 access=stop acknowledge=nak_password\n" },
    { "the firmware", FIRMWARE, OVER_UDP,
      "> 0 sequence=3 type=request station=10 command=read_firmware_version access=identify\n"
      "< 0 sequence=3 type=response command=read_firmware_version access=identify firmware=\"D2M480 0A1\"\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *said = dissect_dialogue_over(&dissector_sbus, cases[i].over, cases[i].text, FIELDS);
        if (strcmp(said, cases[i].want) != 0)
            fail_msg("%s:\n--- said\n%s--- wanted\n%s", cases[i].name, said, cases[i].want);
        free(said);
    }
}

static enum probe probed(const char *text, enum dissect_over over)
{
    return dissect_probed(&dissector_sbus, over, text);
}

static void the_probe_knows_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(probed(READ, OVER_UDP), PROBE_YES);
    assert_int_equal(probed(">>> 0000000d 01 00 0001 00 0a20 5319", OVER_UDP), PROBE_NO);
}

#define ALL READ WRITE STOP FIRMWARE

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_sbus, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_sbus, ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(the_probe_knows_its_own),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
