#include "tests/support/dissect.h"

#include "dissectors/ads/ads.h"

/* Encoded by tests/traffic/apps/ads.py. */
#define INFO \
    ">>> 00002000000005010203010153030a1400050101409c01000400000000000000000001000000\n" \
    "<<< 0000380000000a1400050101409c050102030101530301000500180000000000000001000000000000000301b80f506c" \
    "6333302041707000000000000000\n"
#define READ \
    ">>> 00002c00000005010203010153030a1400050101409c020004000c000000000000000100000020400000080000000200" \
    "0000\n" \
    "<<< 00002a0000000a1400050101409c0501020301015303020005000a000000000000000100000000000000020000001027\n"
#define WRITE \
    ">>> 00002d00000005010203010153030a1400050101409c030004000d000000000000000100000020400000080000000100" \
    "000001\n" \
    "<<< 0000240000000a1400050101409c05010203010153030300050004000000000000000100000000000000\n"
#define HANDLE \
    ">>> 00003b00000005010203010153030a1400050101409c090004001b000000000000000100000003f00000000000000400" \
    "00000b0000004d41494e2e6c6576656c00\n" \
    "<<< 00002c0000000a1400050101409c0501020301015303090005000c000000000000000100000000000000040000000500" \
    "0020\n"
#define STOP \
    ">>> 00002800000005010203010153030a1400050101409c050004000800000000000000010000000600000000000000\n" \
    "<<< 0000240000000a1400050101409c05010203010153030500050004000000000000000100000000000000\n"
#define STATE \
    ">>> 00002000000005010203010153030a1400050101409c04000400000000000000000001000000\n" \
    "<<< 0000280000000a1400050101409c0501020301015303040005000800000000000000010000000000000005000000\n"
#define NOWHERE \
    ">>> 00002000000005010203010153030a1400050101409c04000400000000000000000001000000\n" \
    "<<< 0000200000000a1400050101409c050102030101530304000500000000000600000001000000\n"
#define SYMBOL_REFUSED \
    ">>> 00002c00000005010203010153030a1400050101409c020004000c000000000000000100000005f00000070000000400" \
    "0000\n" \
    "<<< 0000240000000a1400050101409c05010203010153030200050004000000000000000100000010070000\n"
#define FILE \
    ">>> 00002c00000005010203010110270a1400050101409c020004000c00000000000000010000007a000000000000000a00" \
    "0000\n" \
    "<<< 0000290000000a1400050101409c050102030101102702000500090000000000000001000000000000000100000078\n"
#define SUBSCRIBE \
    ">>> 00004800000005010203010153030a1400050101409c0600040028000000000000000100000020400000040000000200" \
    "00000400000000000000a086010000000000000000000000000000000000\n" \
    "<<< 0000280000000a1400050101409c0501020301015303060005000800000000000000010000000000000009000000\n"
#define ROUTE \
    ">>> 0366147100000000060000000a14000501011027050000000c0006006472696c6c00070006000a14000501010d000e00" \
    "41646d696e6973747261746f720002000200310005000a0031302e32302e302e3500\n" \
    "<<< 0366147100000000060000800501020301011027010000000100040000000000\n"
#define WHO \
    ">>> 0366147100000000010000000a1400050101102700000000\n" \
    "<<< 0366147100000000010000800501020301011027020000000500080043582d50554d5000030004000301b80f\n"

#define FIELDS "target target_port source command type invoke_id error access index_group index_offset read_length " \
               "write_length symbol value data result ads_state version device_name notification_handle cycle_time " \
               "service net_id host_name route_name user password_sent"

static const struct { const char *name, *text; enum dissect_over over; const char *want; } cases[] = {
    { "who are you", INFO, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=read_device_info"
      " type=request invoke_id=1 error=no_error access=identify\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=read_device_info type=response"
      " invoke_id=1 error=no_error access=identify result=no_error version=\"3.1.4024\" device_name=\"Plc30 App\"\n" },
    { "memory read", READ, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=read type=request"
      " invoke_id=1 error=no_error index_group=plc_memory index_offset=8 read_length=2 access=read\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=read type=response invoke_id=1"
      " error=no_error access=read index_group=plc_memory index_offset=8 result=no_error data=1027 value=10000\n" },
    { "memory written", WRITE, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=write type=request"
      " invoke_id=1 error=no_error index_group=plc_memory index_offset=8 write_length=1 data=01 value=1 access=write\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=write type=response invoke_id=1"
      " error=no_error access=write index_group=plc_memory index_offset=8 result=no_error\n" },
    { "a handle by name", HANDLE, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=read_write"
      " type=request invoke_id=1 error=no_error index_group=handle_by_name index_offset=0 read_length=4"
      " write_length=11 symbol=\"MAIN.level\" access=browse\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=read_write type=response"
      " invoke_id=1 error=no_error access=browse index_group=handle_by_name index_offset=0 result=no_error"
      " data=05000020 value=536870917\n" },
    { "stop", STOP, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=write_control"
      " type=request invoke_id=1 error=no_error ads_state=stop access=stop\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=write_control type=response"
      " invoke_id=1 error=no_error access=stop result=no_error\n" },
    { "the state", STATE, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=read_state"
      " type=request invoke_id=1 error=no_error access=diagnose\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=read_state type=response"
      " invoke_id=1 error=no_error access=diagnose result=no_error ads_state=run\n" },
    { "no such port", NOWHERE, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=read_state"
      " type=request invoke_id=1 error=no_error access=diagnose\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=read_state type=response"
      " invoke_id=1 error=target_port_not_found access=diagnose\n" },
    { "a value that is not there", SYMBOL_REFUSED, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=read type=request"
      " invoke_id=1 error=no_error index_group=value_by_handle index_offset=7 read_length=4 access=read\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=read type=response invoke_id=1"
      " error=no_error access=read index_group=value_by_handle index_offset=7 result=symbol_not_found\n" },
    { "a file through the system service", FILE, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=system_service source=\"10.20.0.5.1.1\" command=read type=request"
      " invoke_id=1 error=no_error index_group=file_read index_offset=0 read_length=10 access=file\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=read type=response invoke_id=1"
      " error=no_error access=file index_group=file_read index_offset=0 result=no_error data=78 value=120\n" },
    { "a notification asked for", SUBSCRIBE, OVER_TCP,
      "> 0 target=\"5.1.2.3.1.1\" target_port=tc3_plc_runtime_1 source=\"10.20.0.5.1.1\" command=add_notification"
      " type=request invoke_id=1 error=no_error index_group=plc_memory index_offset=4 read_length=2 cycle_time=100000"
      " access=subscribe\n"
      "< 0 target=\"10.20.0.5.1.1\" target_port=40000 source=\"5.1.2.3.1.1\" command=add_notification type=response"
      " invoke_id=1 error=no_error access=subscribe index_group=plc_memory index_offset=4 result=no_error"
      " notification_handle=9\n" },
    { "a route added with a password", ROUTE, OVER_UDP,
      "> 0 source=\"10.20.0.5.1.1\" service=add_route type=request invoke_id=0 access=configure route_name=\"drill\""
      " net_id=\"10.20.0.5.1.1\" user=\"Administrator\" password_sent=true host_name=\"10.20.0.5\"\n"
      "< 0 source=\"5.1.2.3.1.1\" service=add_route type=response invoke_id=0 access=configure result=no_error\n" },
    { "discovery", WHO, OVER_UDP,
      "> 0 source=\"10.20.0.5.1.1\" service=identify type=request invoke_id=0 access=identify\n"
      "< 0 source=\"5.1.2.3.1.1\" service=identify type=response invoke_id=0 access=identify host_name=\"CX-PUMP\""
      " version=\"3.1.4024\"\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *said = dissect_dialogue_over(&dissector_ads, cases[i].over, cases[i].text, FIELDS);
        if (strcmp(said, cases[i].want) != 0)
            fail_msg("%s:\n--- said\n%s--- wanted\n%s", cases[i].name, said, cases[i].want);
        free(said);
    }
}

static enum probe probed(const char *text, enum dissect_over over)
{
    return dissect_probed(&dissector_ads, over, text);
}

static void the_probe_knows_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(probed(READ, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(WHO, OVER_UDP), PROBE_YES);
    assert_int_equal(probed(WHO, OVER_TCP), PROBE_NO);
    assert_int_equal(probed(">>> 0000 20000000 05", OVER_TCP), PROBE_MORE);
    assert_int_equal(probed(">>> 0000 20000000 000000000000 0000 000000000000 0000 0002 0004 01000000 00000000 00000000", OVER_TCP), PROBE_NO);
}

#define ALL INFO READ WRITE HANDLE STOP STATE NOWHERE SYMBOL_REFUSED FILE SUBSCRIBE

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_ads, ALL);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_ads, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_ads, ALL);
}

/* Every prefix and every changed bit of each datagram. */
static void hostile_datagrams_are_survived(void **unused)
{
    (void)unused;
    struct dialogue *d = dialogue_read(ROUTE WHO);
    for (size_t i = 0; i < d->count; i++) {
        struct dialogue_piece *p = &d->pieces[i];
        for (size_t bit = 0; bit < p->len * 8; bit++) {
            struct dissect_run run;
            dissect_run_begin(&run, &dissector_ads, NULL);
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
    char *said = dissect_dialogue_over(&dissector_ads, OVER_TCP, READ ">>> gap 30\n>>> 0000ff\n" STOP, "command");
    assert_string_equal(said, "> 0 command=read\n< 0 command=read\n> 1 command=write_control\n< 1 command=write_control\n");
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
