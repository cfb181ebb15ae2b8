#include "tests/support/dissect.h"

#include "dissectors/gesrtp/gesrtp.h"

#define OPEN     ">>> 0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n"
#define OPENED   "<<< 01000000000000000f0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n"
#define READ     ">>> 02000100000000000001000000000000000100000000000000005634120001c000000000100e000001010408270002000000000000000000\n"
#define READ_IS  "<<< 03000100000000000001000000000000000100000000000000005634120001d400000000100e000001010000341278560000ff0150000001\n"
#define WRITE    ">>> 020002000800000000010000000000000001000000000000000056341200028000000000100e000001010000000000000101070800000400" \
                 "0001020304050607\n"
#define WRITTEN  "<<< 03000200000000000001000000000000000100000000000000005634120002d400000000100e000001010000000000000000ff0150004020\n"
#define STOP     ">>> 02000300000000000001000000000000000100000000000000005634120003c000000000100e000001012302000000000000000000000000\n"
#define DENIED   "<<< 03000300000000000001000000000000000100000000000000005634120003d100000000100e0000010102fe000000000000000000000000\n"
#define LOGON    ">>> 02000400000000000001000000000000000100000000000000005634120004c000000000100e0000010120000000000050415353574f5244\n"
#define LONG     "<<< 030005000800000000010000000000000001000000000000000056341200059400000000100e000001010000000000000000ff0150000001" \
                 "4142434445464748\n"
#define ALL      OPEN OPENED READ READ_IS WRITE WRITTEN STOP DENIED LOGON

static const struct dialogue_case cases[] = {
    { "a connection", OPEN OPENED, NULL,
      "> 0 type=initiate sequence_number=0 text_length=0 access=session\n< 0 type=initiated sequence_number=0 text_length=0 access=session response_time=1000\n" },
    { "registers read", READ READ_IS, NULL,
      "> 0 type=request sequence_number=1 text_length=0 time_hours=12 time_minutes=34 time_seconds=56 mailbox_sequence=1 message_type=request "
      "mailbox_source=0 mailbox_destination=3600 packet_number=1 total_packets=1 service=read_system_memory access=read segment_selector=r_words "
      "memory_offset=39 data_length=2\n"
      "< 0 type=reply sequence_number=1 text_length=0 time_hours=12 time_minutes=34 time_seconds=56 mailbox_sequence=1 message_type=completion "
      "mailbox_source=0 mailbox_destination=3600 packet_number=1 total_packets=1 service=read_system_memory access=read segment_selector=r_words "
      "memory_offset=39 data_length=2 status_code=no_error minor_status=0 data=341278560000 control_program=255 privilege_level=1 last_sweep_time=80 "
      "oversweep=false constant_sweep=false plc_fault_new=false io_fault_new=false plc_fault=false io_fault=false programmer_attached=false "
      "outputs_disabled=false run_switch=true oem_protected=false plc_state=run_io_enabled response_time=1000\n" },
    { "registers written by a text", WRITE WRITTEN, "service access segment_selector memory_offset data_length data plc_state programmer_attached",
      "> 0 service=write_system_memory access=write segment_selector=r_words memory_offset=0 data_length=4 data=0001020304050607\n"
      "< 0 service=write_system_memory access=write segment_selector=r_words memory_offset=0 data_length=4 data=000000000000 programmer_attached=true "
      "plc_state=stop_io_disabled\n" },
    { "a stop that is denied", STOP DENIED, "service access status_code minor_status",
      "> 0 service=set_plc_state access=stop\n< 0 service=set_plc_state access=stop status_code=insufficient_privilege minor_status=no_privilege\n" },
    { "a logon, whose password is not kept", LOGON, "service access data", "> 0 service=programmer_logon access=authenticate\n" },
    { "a reply that nobody asked for", LONG, "text_length data", "< 0 text_length=8 data=4142434445464748 !unsolicited_response\n" },
    { "after a gap", ">>> gap 9\n>>> 0102030405\n" READ, "service", "> 0 service=read_system_memory\n" },
    { "another type", ">>> 0500" "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n",
      "service", "lost >\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_gesrtp, &cases[i]);
}

static enum probe probed(const char *text)
{
    struct conversation conv = { .over = OVER_TCP };
    struct dialogue *d = dialogue_read(text);
    enum probe p = dissector_gesrtp.probe(&conv, cursor_over(d->bytes, d->len));
    dialogue_free(d);
    return p;
}

static void requests_and_replies_are_certain_and_the_opening_is_not(void **unused)
{
    (void)unused;
    assert_int_equal(probed(READ), PROBE_YES);
    assert_int_equal(probed(DENIED), PROBE_YES);
    assert_int_equal(probed(OPEN), PROBE_MAYBE);
    assert_int_equal(probed(OPENED), PROBE_MAYBE);
    assert_int_equal(probed(">>> 0200\n"), PROBE_MORE);
    assert_int_equal(probed(">>> 0300 0016 11e0 0000 0001 00c0 0109\n"), PROBE_NO);
    assert_int_equal(probed(">>> 0400\n"), PROBE_NO);
}

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_gesrtp, ALL);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_gesrtp, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_gesrtp, ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(requests_and_replies_are_certain_and_the_opening_is_not),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
