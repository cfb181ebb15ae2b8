#include "tests/support/dissect.h"

#include "dissectors/fins/fins.h"

/* Encoded by tests/traffic/apps/fins.py. */
#define NODES \
    ">>> 46494e530000000c000000000000000000000000\n" \
    "<<< 46494e53000000100000000100000000000000010000000a\n"
#define READ \
    ">>> 46494e530000001a0000000200000000800002000a00000100010101820064000002\n" \
    "<<< 46494e530000001a0000000200000000c00002000100000a0001010100000007ffff\n"
#define WRITE \
    ">>> 46494e530000001c0000000200000000800002000a0000010001010282006400000104b0\n" \
    "<<< 46494e53000000160000000200000000c00002000100000a000101020000\n"
#define STOP \
    ">>> 46494e53000000160000000200000000800002000a00000100010402ffff\n" \
    "<<< 46494e53000000160000000200000000c00002000100000a000104022604\n"
#define RUN \
    ">>> 46494e53000000170000000200000000800002000a00000100010401ffff04\n" \
    "<<< 46494e53000000160000000200000000c00002000100000a000104010000\n"
#define CLOCK \
    ">>> 46494e530000001b0000000200000000800002000a0000010001070226112117461200\n" \
    "<<< 46494e53000000160000000200000000c00002000100000a000107020000\n"
#define FORCE \
    ">>> 46494e530000001c0000000200000000800002000a000001000123010001000130000a03\n" \
    "<<< 46494e53000000160000000200000000c00002000100000a000123010000\n"
#define PROGRAM \
    ">>> 46494e53000000200000000200000000800002000a00000100010307ffff00000000000401020304\n" \
    "<<< 46494e53000000160000000200000000c00002000100000a000103070000\n"
#define MODEL \
    ">>> 46494e53000000150000000200000000800002000a0000010001050100\n" \
    "<<< 46494e53000000720000000200000000c00002000100000a000105010000434a324d2d43505533312020202020202020" \
    "202030322e30312020202020202020202020202020200000000000000000000000000000000000000000000000000000" \
    "0000000000000000000000000000000000000000000000000000\n"
#define STATUS \
    ">>> 46494e53000000140000000200000000800002000a00000100010601\n" \
    "<<< 46494e53000000300000000200000000c00002000100000a000106010000010400000000000000000000000000000000" \
    "0000000000000000\n"
#define DATAGRAMS \
    ">>> 800002000a00000100010101b00000000001\n" \
    "<<< c00002000100000a0001010100000009\n"

#define FIELDS "tcp_command client_node server_node type service_id command access end_code memory_area address bit " \
               "count value program mode force clock controller_model controller_version status data"

static const struct { const char *name, *text; enum dissect_over over; const char *want; } cases[] = {
    { "node addresses", NODES, OVER_TCP,
      "> 0 tcp_command=node_address_from_client access=session client_node=0\n"
      "< 1 tcp_command=node_address_from_server access=session client_node=1 server_node=10\n" },
    { "two words of DM read", READ, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=memory_area_read access=read memory_area=dm_word"
      " address=100 count=2\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=memory_area_read access=read"
      " end_code=normal_completion memory_area=dm_word address=100 count=2 data=0007ffff value=7 value=65535\n" },
    { "a word of DM written", WRITE, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=memory_area_write access=write memory_area=dm_word"
      " address=100 count=1 data=04b0 value=1200\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=memory_area_write access=write"
      " end_code=normal_completion memory_area=dm_word address=100 count=1\n" },
    { "stop, refused", STOP, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=stop access=stop program=65535\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=stop access=stop"
      " end_code=the_specified_area_is_protected\n" },
    { "run", RUN, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=run access=control program=65535 mode=run\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=run access=control end_code=normal_completion\n" },
    { "the clock set", CLOCK, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=clock_write access=set_time clock=1795283172000000\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=clock_write access=set_time"
      " end_code=normal_completion\n" },
    { "a bit forced", FORCE, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=forced_set_reset access=control count=1"
      " force=force_set memory_area=cio_bit address=10 bit=3\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=forced_set_reset access=control"
      " end_code=normal_completion\n" },
    { "program written", PROGRAM, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=program_area_write access=program program=65535"
      " address=0 count=4 data=01020304\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=program_area_write access=program"
      " end_code=normal_completion\n" },
    { "who are you", MODEL, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=controller_data_read access=identify data=00\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=controller_data_read access=identify"
      " end_code=normal_completion controller_model=\"CJ2M-CPU31\" controller_version=\"02.01\""
      " data=00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n" },
    { "the status", STATUS, OVER_TCP,
      "> 0 tcp_command=frame_send type=request service_id=1 command=controller_status_read access=diagnose\n"
      "< 0 tcp_command=frame_send type=response service_id=1 command=controller_status_read access=diagnose"
      " end_code=normal_completion status=1 mode=run data=0000000000000000000000000000000000000000\n" },
    { "over UDP", DATAGRAMS, OVER_UDP,
      "> 0 type=request service_id=1 command=memory_area_read access=read memory_area=cio_word address=0 count=1\n"
      "< 0 type=response service_id=1 command=memory_area_read access=read end_code=normal_completion"
      " memory_area=cio_word address=0 count=1 data=0009 value=9\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *said = dissect_dialogue_over(&dissector_fins, cases[i].over, cases[i].text, FIELDS);
        if (strcmp(said, cases[i].want) != 0)
            fail_msg("%s:\n--- said\n%s--- wanted\n%s", cases[i].name, said, cases[i].want);
        free(said);
    }
}

static enum probe probed(const char *text, enum dissect_over over)
{
    return dissect_probed(&dissector_fins, over, text);
}

static void the_probe_knows_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(probed(READ, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(DATAGRAMS, OVER_UDP), PROBE_YES);
    assert_int_equal(probed(">>> \"FIN\"", OVER_TCP), PROBE_MORE);
    assert_int_equal(probed(">>> \"FINE weather\"", OVER_TCP), PROBE_NO);
}

#define ALL NODES READ WRITE STOP RUN CLOCK FORCE PROGRAM MODEL STATUS

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_fins, ALL);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_fins, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_fins, ALL);
}

/* Every prefix and every changed bit of each datagram. */
static void hostile_datagrams_are_survived(void **unused)
{
    (void)unused;
    struct dialogue *d = dialogue_read(DATAGRAMS);
    for (size_t i = 0; i < d->count; i++) {
        struct dialogue_piece *p = &d->pieces[i];
        for (size_t bit = 0; bit < p->len * 8; bit++) {
            struct dissect_run run;
            dissect_run_begin(&run, &dissector_fins, NULL);
            run.conv.over = OVER_UDP;
            dissect_run_bytes(&run, p->dir, d->bytes + p->at, bit / 8);
            d->bytes[p->at + bit / 8] ^= (uint8_t)(1u << bit % 8);
            dissect_run_bytes(&run, p->dir, d->bytes + p->at, p->len);
            d->bytes[p->at + bit / 8] ^= (uint8_t)(1u << bit % 8);
            free(dissect_run_end(&run));
        }
    }
    dialogue_free(d);
}

static void after_a_gap_the_next_message_is_found(void **unused)
{
    (void)unused;
    char *said = dissect_dialogue_over(&dissector_fins, OVER_TCP, READ ">>> gap 30\n>>> 0000ff\n" STOP, "command");
    assert_string_equal(said, "> 0 command=memory_area_read\n< 0 command=memory_area_read\n> 1 command=stop\n< 1 command=stop\n");
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(the_probe_knows_its_own),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
        cmocka_unit_test(hostile_datagrams_are_survived),
        cmocka_unit_test(after_a_gap_the_next_message_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
