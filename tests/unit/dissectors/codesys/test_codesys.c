#include "tests/support/dissect.h"

#include "dissectors/codesys/codesys.h"

#define NOTIFY   ">>> c50b40010010014b\n"
#define RESOLVE  ">>> c50b40030010014b02c2000407000000\n"
#define INFO     "<<< c50b40040011014b014b000080c200040700000004000100000005000e00040000100000d204000014070503000000000600" \
                 "0000000000000000000050004c0043005f003700000043006f006e00740072006f006c002000520054004500200056003300" \
                 "0000410043004d0045000000534e30383135\n"
#define OPEN     ">>> 000117e830000000c50b404000332dddc0a801052dddc0a801050000c3000101000000000900000000401f0005000000\n"
#define OPENED   "<<< 000117e834000000c50b404000332dddc0a801052dddc0a8010500008300010100000000090000000000030000401f000400" \
                 "0000\n"
#define REFUSED  "<<< 000117e834000000c50b404000332dddc0a801052dddc0a8010500008300010100000000090000000400000000401f000400" \
                 "0000\n"
#define LOGIN    ">>> 000117e850000000c50b404000332dddc0a801052dddc0a801050000018103000100000000000000200000000000000055cd" \
                 "0c0001000200110000001000000081010d100561646d696e110401020304\n"
#define LOGGED   "<<< 000117e844000000c50b404000332dddc0a801052dddc0a801050000010103000100000001000000140000000000000055cd" \
                 "0c0081000200110000000400000020020000\n"
#define STOP     ">>> 000117e84c000000c50b404000332dddc0a801052dddc0a8010500000181030002000000010000001c0000000000000055cd" \
                 "0c0002001100110000000c000000810109010441707000020105\n"
#define ACK      "<<< 000117e824000000c50b404000332dddc0a801052dddc0a8010500000280030002000000\n"
#define STOPPED  "<<< 000117e840000000c50b404000332dddc0a801052dddc0a801050000010103000200000002000000100000000000000055cd" \
                 "0c00820011001100000000000000\n"
#define DOWNLOAD ">>> 000117e846000000c50b404000332dddc0a801052dddc0a801050000018103000300000002000000160000000000000055cd" \
                 "0c00020005001100000006000000020400000000\n"
#define REST     ">>> 000117e82c000000c50b404000332dddc0a801052dddc0a80105000001800300040000000200000001020304\n"
#define SECRET   ">>> 000117e844000000c50b404000332dddc0a801052dddc0a80105000001810300050000000200000014000000000000005775" \
                 "0c0000000000000000000000000000000000\n"
#define ALIVE    ">>> 000117e820000000c50b404000332dddc0a801052dddc0a80105000003000300\n"
#define CLOSE    ">>> 000117e828000000c50b404000332dddc0a801052dddc0a801050000c40001010000000003000000\n"

#define HEADER "hop_count=1 priority=normal service="
#define SERVICES OPEN OPENED LOGIN LOGGED STOP ACK STOPPED DOWNLOAD REST SECRET ALIVE CLOSE

static const struct dialogue_case datagrams[] = {
    { "an address is made known", NOTIFY, NULL, "> 0 " HEADER "address_notification_request datagram_id=0 sender=014b access=identify\n" },
    { "who has a name, and a node that tells about itself", RESOLVE INFO, NULL,
      "> 0 " HEADER "name_server datagram_id=0 sender=014b naming=resolve_name message_id=7 access=identify\n"
      "< 0 " HEADER "name_client datagram_id=0 receiver=014b sender=014b naming=device_info message_id=7 max_channels=4 target_type=4096 "
      "target_id=1234 firmware=\"3.5.7.20\" node_name=\"PLC_7\" device_name=\"Control RTE V3\" vendor_name=\"ACME\" serial=\"SN0815\" "
      "access=identify response_time=1000\n" },
    { "a name longer than the datagram", "<<< c50b400400104bff 80c2 0004 07000000 0400 01 00 0000 ff00 0000 0000 00100000 d2040000 14070503 00000000 00\n",
      "naming firmware node_name", "< 0 naming=device_info firmware=\"3.5.7.20\"\n" },
    { "an unknown service", ">>> c50b40630010014b\n", "service", "> 0 service=99 !unknown_service\n" },
    { "an address longer than the datagram", ">>> c50b400100f0014b\n", "service", "> 0 !invalid_length\n" },
};

static const struct dialogue_case streams[] = {
    { "a channel opened and closed", OPEN OPENED ALIVE CLOSE, "channel_type message_id channel reason access",
      "> 0 channel_type=open_channel_request message_id=9 access=session\n"
      "< 0 channel_type=open_channel_response message_id=9 channel=3 reason=0 access=session\n"
      "> 1 channel_type=keep_alive channel=3 access=session\n"
      "> 2 channel_type=close_channel channel=3 reason=0 access=session\n" },
    { "a channel refused", OPEN REFUSED, "reason response_time", "> 0\n< 0 reason=4 response_time=1000\n" },
    { "a login, of which names and passwords are not kept", LOGIN LOGGED, "protocol response function access session_id content_length tags id data",
      "> 0 protocol=normal response=false function=device_login session_id=17 content_length=16 access=authenticate\n"
      "< 0 protocol=normal response=true function=device_login session_id=17 content_length=4 access=authenticate\n" },
    { "an application stopped: tags that hold others are entered", STOP ACK STOPPED, "channel block ack remaining function tags id data access response_time",
      "> 0 channel=3 block=2 ack=1 remaining=28 function=app_stop tags: id=1 data=41707000 tags: id=2 data=05 access=stop\n"
      "< 1 channel=3 ack=2 access=session\n"
      "< 0 channel=3 block=2 ack=2 remaining=16 function=app_stop access=stop response_time=2000\n" },
    { "a download of several blocks, then an encrypted one", DOWNLOAD REST SECRET, "block protocol function access",
      "> 0 block=3 protocol=normal function=app_download access=program\n> 1 block=4 access=other\n> 2 block=5 protocol=secure access=other\n" },
    { "another answer", OPENED, "message_id", "< 0 message_id=9 !unsolicited_response\n" },
    { "after a gap", ">>> gap 9\n>>> 0102030405\n" STOP, "function", "> 0 function=app_stop\n" },
    { "something else", ">>> 000117e9 10000000 c50b40030010014b\n", "function", "lost >\n" },
    { "a length too great", ">>> 000117e8 00000001 c50b40030010014b\n", "function", "lost >\n" },
};

static void each_datagram_gives_its_fields(void **unused)
{
    struct dissector d = dissect_only(&dissector_codesys, OVER_UDP);
    (void)unused;
    for (size_t i = 0; i < sizeof datagrams / sizeof datagrams[0]; i++)
        dialogue_case_holds(&d, &datagrams[i]);
}

static void each_message_of_a_stream_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
        dialogue_case_holds(&dissector_codesys, &streams[i]);
}

static enum probe probed(enum dissect_over over, const char *text)
{
    struct conversation conv = { .over = over };
    struct dialogue *d = dialogue_read(text);
    enum probe p = dissector_codesys.probe(&conv, cursor_over(d->bytes, d->len));
    dialogue_free(d);
    return p;
}

static void naming_and_streams_are_certain_and_notifications_are_not(void **unused)
{
    (void)unused;
    assert_int_equal(probed(OVER_UDP, NOTIFY), PROBE_MAYBE);
    assert_int_equal(probed(OVER_UDP, RESOLVE), PROBE_YES);
    assert_int_equal(probed(OVER_UDP, INFO), PROBE_YES);
    assert_int_equal(probed(OVER_UDP, ">>> c50c40010010014b\n"), PROBE_NO);
    assert_int_equal(probed(OVER_TCP, LOGIN), PROBE_YES);
    assert_int_equal(probed(OVER_TCP, ">>> 000117\n"), PROBE_MORE);
    assert_int_equal(probed(OVER_TCP, ">>> 000117e8 10000000 c4\n"), PROBE_NO);
}

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_codesys, SERVICES);
}

static void every_prefix_is_survived(void **unused)
{
    struct dissector d = dissect_only(&dissector_codesys, OVER_UDP);
    (void)unused;
    dissect_survives_every_prefix(&dissector_codesys, SERVICES);
    dissect_survives_every_prefix(&d, NOTIFY RESOLVE INFO);
}

static void every_bit_change_is_survived(void **unused)
{
    struct dissector d = dissect_only(&dissector_codesys, OVER_UDP);
    (void)unused;
    dissect_survives_every_bit_change(&dissector_codesys, SERVICES);
    dissect_survives_every_bit_change(&d, NOTIFY RESOLVE INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_datagram_gives_its_fields),
        cmocka_unit_test(each_message_of_a_stream_gives_its_fields),
        cmocka_unit_test(naming_and_streams_are_certain_and_notifications_are_not),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
