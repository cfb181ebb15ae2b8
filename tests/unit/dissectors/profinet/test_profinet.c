#include "tests/support/dissect.h"

#include "dissectors/profinet/profinet.h"

#define IDENTIFY ">>> fefe 05 00 01000001 0001 0004 ffff 0000\n"
#define TOLD     "<<< feff 05 01 01000001 0000 0026 0202 0006 0000 706c6331  0203 0006 0000 002a 0301  0102 000e 0001 c0a80002 ffffff00 00000000\n"
#define SET_NAME ">>> fefd 04 00 00000007 0000 0010 0202 0005 0001 616263 00  0502 0002 0000\n"
#define REFUSED  "<<< fefd 04 01 00000007 0000 0008 0504 0003 02 02 06 00\n"
#define RESET    ">>> fefd 04 00 00000008 0000 0006 0506 0002 0004\n"
#define CYCLIC   ">>> c000 0102030405 1000 35 00\n"
#define WHAT     "frame_id kind access service service_type xid response_delay blocks option suboption control qualifier name_of_station type_of_station" \
                 " address mask vendor_id device_id answered_option error cycle_counter data_status data"

static const struct dialogue_case cases[] = {
    { "everybody is asked", IDENTIFY, WHAT,
      "> 0 frame_id=65278 kind=dcp service=identify service_type=request xid=16777217 response_delay=1 blocks: option=all suboption=255 access=identify\n" },
    { "and one tells", TOLD, WHAT,
      "< 0 frame_id=65279 kind=dcp service=identify service_type=response xid=16777217 response_delay=0"
      " blocks: option=device suboption=2 qualifier=0 name_of_station=\"plc1\" blocks: option=device suboption=3 qualifier=0 vendor_id=42 device_id=769"
      " blocks: option=ip suboption=2 qualifier=1 address=c0a80002 mask=ffffff00 access=identify\n" },
    { "a name is set for good", SET_NAME, WHAT,
      "> 0 frame_id=65277 kind=dcp service=set service_type=request xid=7 response_delay=0"
      " blocks: option=device suboption=2 qualifier=1 name_of_station=\"abc\" blocks: option=control suboption=2 qualifier=0 control=end_transaction access=configure\n" },
    { "which is refused in operation", REFUSED, WHAT,
      "< 0 frame_id=65277 kind=dcp service=set service_type=response xid=7 response_delay=0"
      " blocks: option=control suboption=4 control=response answered_option=2 error=in_operation access=configure\n" },
    { "back to factory", RESET, "access control", "> 0 control=reset_to_factory access=restart\n" },
    { "cyclic data", CYCLIC, WHAT, "> 0 frame_id=49152 kind=cyclic data=0102030405 cycle_counter=4096 data_status=53 access=report\n" },
    { "an alarm", ">>> fe01 0001 0002 11 00 0000 0000 0000\n", "kind alarm_destination alarm_source alarm_type", 
      "> 0 kind=alarm_low alarm_destination=1 alarm_source=2 alarm_type=data\n" },
    { "a get names only options", ">>> fefd 03 00 00000009 0000 0004 0102 0202\n", "service option suboption", "> 0 service=get option=ip suboption=2 option=device suboption=2\n" },
    { "blocks over the end", ">>> fefe 05 00 01000001 0001 00ff ffff 0000\n", "service", "> 0 service=identify !invalid_length\n" },
    { "a block over the blocks' end", ">>> fefe 05 00 01000001 0001 0004 0202 0009\n", "option", "> 0 !invalid_length\n" },
};

static void each_frame_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_profinet, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_profinet, IDENTIFY TOLD SET_NAME REFUSED RESET CYCLIC);
    dissect_survives_every_bit_change(&dissector_profinet, IDENTIFY TOLD SET_NAME REFUSED RESET CYCLIC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_gives_its_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
    };
    return cmocka_run_group_tests_name("profinet", tests, NULL, NULL);
}
