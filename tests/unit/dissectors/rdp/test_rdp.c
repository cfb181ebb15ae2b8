#include "dissectors/rdp/rdp.h"
#include "tests/support/dissect.h"

#define REQUEST ">>> 03000029 24 e0 0000 0000 00 \"Cookie: mstshash=bob\\r\\n\" 01 00 0800 03000000\n"
#define PLAIN ">>> 0300001f 1a e0 0000 0000 00 \"Cookie: mstshash=a\\r\\n\"\n<<< 0300000b 06 d0 0000 1234 00\n"
/* a client of 1024 by 768, called PC, that asks for two channels */
#define CONNECT ">>> 0300010702f0807f658201000401014475636180f201c0d200040008000004000301ca03aa04080000280a0000500043000000000000000000000000 " \
    "000000000000000000000000000000000004000000000000000c00000000000000000000000000000000000000000000000000000000000000000000 " \
    "00000000000000000000000000000000000000000000000000000000000000000001ca01000000000018000700010037000000000000000000000000 " \
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003c020000200000072 " \
    "6470647200000000000000636c69707264720000000000\n<<< 0300000c 02f080 7f66 00 00 00\n"

static const struct dialogue_case cases[] = {
    { "TLS", REQUEST "<<< 03000013 0e d0 0000 1234 00 02 01 0800 01000000\n>>> 16030100\n<<< 16030100\n", NULL,
      "> 0 event_type=initial_request cookie=\"bob\" requested_protocols=3\n< 1 event_type=initial_response protocol=ssl\n" },
    { "refused", REQUEST "<<< 03000013 0e d0 0000 1234 00 03 00 0800 05000000\n", "error_code", "> 0\n< 1 error_code=hybrid_required_by_server\n" },
    { "without protection", PLAIN CONNECT ">>> 0300000c 02f080 0401000100\n", NULL,
      "> 0 event_type=initial_request cookie=\"a\"\n< 1 event_type=initial_response\n"
      "> 2 event_type=connect_request client: version=v5 desktop_width=1024 desktop_height=768 color_depth=24 keyboard_layout=2052 build=2600 "
      "client_name=\"PC\" keyboard_type=4 function_keys=12 product_id=\"7\" channels=\"rdpdr\" channels=\"cliprdr\"\n"
      "< 3 event_type=connect_response\n" },
    { "a client without blocks", PLAIN ">>> 0300000c 02f080 7f65 00 00 00\n", "event_type",
      "> 0 event_type=initial_request\n< 1 event_type=initial_response\n> 2 event_type=connect_request !incomplete\n" },
    { "something else", ">>> \"GET / HTTP/1.1\"\n", NULL, "lost >\n" },
    { "a length under the minimum", ">>> 03000003\n", NULL, "lost >\n" },
};

static void the_connection_is_told_step_by_step(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_rdp, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_rdp, PLAIN CONNECT);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_rdp, PLAIN CONNECT);
    dissect_survives_every_bit_change(&dissector_rdp, PLAIN CONNECT);
    dissect_survives_every_bit_change(&dissector_rdp, REQUEST);
}

static void the_probe_leaves_other_users_of_tpkt_alone(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    static const uint8_t bare[] = { 3, 0, 0, 11, 6, 0xe0, 0, 0, 0, 0, 0 };
    static const uint8_t negotiation[] = { 3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0 };
    static const uint8_t s7[] = { 3, 0, 0, 22, 17, 0xe0, 0, 0, 0, 1, 0, 0xc0, 1, 10, 0xc1, 2, 1, 0, 0xc2, 2, 1, 2 };
    assert_int_equal(dissector_rdp.probe(&conv, cursor_over(bare, sizeof bare)), PROBE_MAYBE);
    assert_int_equal(dissector_rdp.probe(&conv, cursor_over(negotiation, sizeof negotiation)), PROBE_YES);
    assert_int_equal(dissector_rdp.probe(&conv, cursor_over(negotiation, 15)), PROBE_MORE);
    assert_int_equal(dissector_rdp.probe(&conv, cursor_over(s7, sizeof s7)), PROBE_NO);
    assert_int_equal(dissector_rdp.probe(&conv, cursor_over("GET /", 5)), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_connection_is_told_step_by_step),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_leaves_other_users_of_tpkt_alone),
    };
    return cmocka_run_group_tests_name("rdp", tests, NULL, NULL);
}
