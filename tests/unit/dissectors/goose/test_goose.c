#include "tests/support/dissect.h"

#include "dissectors/goose/goose.h"

/* One message: stNum, sqNum and the value of a truth member as hex; 5 seconds to live. */
#define FRAME "3001 0056 0000 0000 "
#define PDU(st, sq, value) "614c 800f \"IED1/LLN0$GO$g1\" 81021388 820b \"IED1/LLN0$d\" 8302 \"g1\" 8408 6b003bb80000000a 8501" st " 8601" sq \
    " 870100 880101 890100 8a0102 ab08 8301" value " 84030300 00"
#define GOOSE(st, sq, value) ">>> " FRAME PDU(st, sq, value) "\n"
#define SESSION "0140 a117 8015 00000069 000000bf 0002 00000000 0000 00000007 00 00000054 8100 3002 004e "      /* 6 and 78 bytes of payload */

static const struct dialogue_case cases[] = {
    { "a message", GOOSE("01", "00", "01"), NULL,
      "> 0 appid=12289 length=86 simulated=false pdu_type=goose access=report gocb_ref=\"IED1/LLN0$GO$g1\" time_allowed_to_live=5000"
      " dat_set=\"IED1/LLN0$d\" go_id=\"g1\" t=1795177400000000 st_num=1 sq_num=0 simulation=false conf_rev=1 nds_com=false num_dat_set_entries=2"
      " all_data: type=boolean value=1 all_data: type=bit_string value=0 bits=13 octets=0000\n" },
    { "repeated as it should be, then a change", GOOSE("01", "00", "00") GOOSE("01", "01", "00") GOOSE("02", "00", "01"), "st_num sq_num state_change interval",
      "> 0 st_num=1 sq_num=0\n> 0 st_num=1 sq_num=1 interval=1000\n> 0 st_num=2 sq_num=0 interval=1000 state_change=true\n" },
    { "stNum jumps: a message made up", GOOSE("01", "05", "00") GOOSE("09", "00", "01"), "state_change",
      "> 0\n> 0 state_change=true !state_jump\n" },
    { "stNum goes back: the true device goes on", GOOSE("09", "00", "00") GOOSE("01", "06", "00"), "x",
      "> 0\n> 0 !state_decrease !sequence_not_reset\n" },
    { "a replayed message", GOOSE("01", "05", "00") GOOSE("01", "05", "00"), "x", "> 0\n> 0 !sequence_repeat\n" },
    { "sqNum goes back", GOOSE("01", "05", "00") GOOSE("01", "04", "00"), "x", "> 0\n> 0 !sequence_decrease\n" },
    { "messages lost", GOOSE("01", "05", "00") GOOSE("01", "07", "00"), "x", "> 0\n> 0 !sequence_gap\n" },
    { "the values change and stNum does not", GOOSE("01", "05", "00") GOOSE("01", "06", "01"), "x", "> 0\n> 0 !data_without_state_change\n" },
    { "a simulated frame whose message denies it", ">>> 3001 0056 8000 0000 " PDU("01", "00", "01") "\n", "simulated",
      "> 0 simulated=true !simulation_mismatch !simulated_message\n" },
    { "a count that is wrong", ">>> 3001 0056 0000 0000 614c 800f \"IED1/LLN0$GO$g1\" 81021388 820b \"IED1/LLN0$d\" 8302 \"g1\" 8408 6b003bb80000000a"
      " 850101 860100 870100 880101 890100 8a0103 ab08 830101 8403030000\n", "num_dat_set_entries", "> 0 num_dat_set_entries=3 !count_mismatch\n" },
    { "fields missing", ">>> 3001 0014 0000 0000 610a 8003 \"a/b\" 8503000000\n", "gocb_ref", "> 0 gocb_ref=\"a/b\" !missing_field\n" },
    { "a length over the frame's end", ">>> 3001 0100 0000 0000 " PDU("01", "00", "01") "\n", "length", "> 0 length=256 !invalid_length\n" },
    { "a header without its message", ">>> 3001 0008 0000 0000\n", "appid", "> 0 appid=12289 !invalid_pdu\n" },
    { "management: a reference asked for", ">>> 3001 001b 0000 0000 6011 800107 a10c a10a 8003 \"a/b\" a103 020105\n", "pdu_type access service state_id ident offsets",
      "> 0 state_id=7 pdu_type=management_request access=browse service=get_go_reference ident=\"a/b\" offsets=5\n" },
    { "management: the answer", ">>> 3001 0026 0000 0000 601c 800107 a217 a115 8003 \"a/b\" 810101 a20b 8004 \"dset\" a103 810163\n",
      "pdu_type dat_set conf_rev references", "> 0 pdu_type=management_response conf_rev=1 dat_set=\"dset\" references=\"c\"\n" },
    { "management: refused", ">>> 3001 0018 0000 0000 600e 800107 a209 a107 8003 \"a/b\" 8300\n", "error", "> 0 error=other\n" },
};

static struct dissector over(enum dissect_over which)
{
    struct dissector d = dissector_goose;
    d.over = which;
    return d;
}

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    struct dissector d = over(OVER_ETHERNET);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&d, &cases[i]);
}

static void a_routable_session_carries_the_same(void **unused)
{
    (void)unused;
    struct dissector d = over(OVER_UDP);
    static const struct dialogue_case routable = { "routable", ">>> " SESSION PDU("01", "00", "01") "\n", "appid spdu_number key_id gocb_ref st_num",
        "> 0 spdu_number=191 key_id=7 appid=12290 gocb_ref=\"IED1/LLN0$GO$g1\" st_num=1\n" };
    dialogue_case_holds(&d, &routable);
}

/* The driver has no Ethernet header of its own. */
static char *from_two(const char *first, const char *second, uint64_t later_us)
{
    struct dissector d = over(OVER_ETHERNET);
    struct dissect_run run;
    struct dialogue *one = dialogue_read(first), *two = dialogue_read(second);
    dissect_run_begin(&run, &d, "source_mac");
    run.conv.ether = (const uint8_t *)"\x01\x0c\xcd\x01\x00\x01\x00\x30\xa7\x00\x00\x01";
    dialogue_play(&run, one, 0);
    run.conv.ether = (const uint8_t *)"\x01\x0c\xcd\x01\x00\x01\x00\x30\xa7\x00\x00\x02";
    run.conv.now_us += later_us;
    dialogue_play(&run, two, 0);
    dialogue_free(one);
    dialogue_free(two);
    return dissect_run_end(&run);
}

static void a_second_sender_beside_the_first_is_told(void **unused)
{
    (void)unused;
    char *said = from_two(GOOSE("01", "00", "00"), GOOSE("02", "00", "01"), 0);
    assert_string_equal(said, "> 0 source_mac=\"00:30:a7:00:00:01\"\n> 0 source_mac=\"00:30:a7:00:00:02\" !another_source\n");
    free(said);
}

static void a_device_that_was_replaced_is_not(void **unused)
{
    (void)unused;
    char *said = from_two(GOOSE("01", "00", "00"), GOOSE("01", "00", "01"), 61 * UINT64_C(1000000));
    assert_string_equal(said, "> 0 source_mac=\"00:30:a7:00:00:01\"\n> 0 source_mac=\"00:30:a7:00:00:02\"\n");
    free(said);
}

static void what_comes_too_late_is_told(void **unused)
{
    (void)unused;
    struct dissector d = over(OVER_ETHERNET);
    struct dissect_run run;
    struct dialogue *one = dialogue_read(GOOSE("01", "00", "00")), *two = dialogue_read(GOOSE("01", "01", "00"));
    dissect_run_begin(&run, &d, "x");
    dialogue_play(&run, one, 0);
    run.conv.now_us += 5 * 1000000;
    dialogue_play(&run, two, 0);
    dialogue_free(one);
    dialogue_free(two);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0\n> 0 !time_to_live_exceeded\n");
    free(said);
}

static const char everything[] = GOOSE("01", "00", "01") GOOSE("01", "01", "01") ">>> 3001 0026 0000 0000 601c 800107 a217 a115 8003 \"a/b\" 810101 a20b 8004 \"dset\" a103 810163\n";

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    struct dissector frames = over(OVER_ETHERNET), datagrams = over(OVER_UDP);
    dissect_survives_every_prefix(&frames, everything);
    dissect_survives_every_prefix(&datagrams, ">>> " SESSION PDU("01", "00", "01") "\n");
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    struct dissector frames = over(OVER_ETHERNET), datagrams = over(OVER_UDP);
    dissect_survives_every_bit_change(&frames, everything);
    dissect_survives_every_bit_change(&datagrams, ">>> " SESSION PDU("01", "00", "01") "\n");
}

static void a_probe_believes_the_session_only(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_UDP };
    struct dialogue *d = dialogue_read(">>> " SESSION PDU("01", "00", "01") "\n");
    assert_int_equal(dissector_goose.probe(&conv, cursor_over(d->bytes, d->len)), PROBE_YES);
    d->bytes[7]++;      /* the length no longer fits */
    assert_int_equal(dissector_goose.probe(&conv, cursor_over(d->bytes, d->len)), PROBE_NO);
    assert_int_equal(dissector_goose.probe(&conv, cursor_over("\x01\x40\xa1", 3)), PROBE_NO);
    dialogue_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(a_routable_session_carries_the_same),
        cmocka_unit_test(a_second_sender_beside_the_first_is_told),
        cmocka_unit_test(a_device_that_was_replaced_is_not),
        cmocka_unit_test(what_comes_too_late_is_told),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(a_probe_believes_the_session_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
