#include "dissectors/websocket/websocket.h"
#include "tests/support/dissect.h"

/* The examples of RFC 6455 section 5.7, and more of the kind. */
#define HELLO "<<< 81 05 \"Hello\"\n"
#define MASKED_HELLO ">>> 81 85 37fa213d 7f9f4d5158\n"
#define TALK MASKED_HELLO HELLO "<<< 01 03 \"Hel\"\n<<< 80 02 \"lo\"\n<<< 89 02 \"hi\"\n>>> 8a 82 00000000 \"hi\"\n>>> 88 87 01010101 02e9 6378642001\n"

static const struct dialogue_case cases[] = {
    { "a text from either side", MASKED_HELLO HELLO, NULL,
      "> 0 opcode=text fin=true compressed=false flags=128 mask=939139389 length=5 payload=48656c6c6f\n"
      "< 1 opcode=text fin=true compressed=false flags=128 length=5 payload=48656c6c6f\n" },
    { "a message in pieces, a ping between them", "<<< 01 03 \"Hel\" 89 02 \"hi\" 80 02 \"lo\"\n", "opcode fin payload",
      "< 0 opcode=text fin=false payload=48656c\n< 1 opcode=ping fin=true payload=6869\n"
      "< 2 opcode=continuation fin=true payload=48656c6c6f\n" },
    { "the message after it begins anew", "<<< 01 01 \"a\" 80 01 \"b\" 81 01 \"c\"\n", "payload", "< 0 payload=61\n< 1 payload=6162\n< 2 payload=63\n" },
    { "a close with a reason", "<<< 88 05 03e8 \"bye\"\n", "opcode close_code close_reason",
      "< 0 opcode=connection_close close_code=1000 close_reason=\"bye\"\n" },
    { "a close without", "<<< 88 00\n", "opcode close_code length", "< 0 opcode=connection_close length=0\n" },
    { "a length of 16 bits", "<<< 82 7e 0003 010203\n", "opcode length payload", "< 0 opcode=binary length=3 payload=010203\n" },
    { "a length of 64 bits", "<<< 82 7f 0000000000000002 0102\n", "length payload", "< 0 length=2 payload=0102\n" },
    { "a packed message", "<<< c1 07 f248cdc9c90700\n", "compressed flags payload", "< 0 compressed=true flags=192 payload=f248cdc9c90700\n" },
    { "a client without a mask", ">>> 81 01 \"a\"\n", "payload", "> 0 payload=61 !client_unmasked\n" },
    { "a server with one", "<<< 81 81 00000000 \"a\"\n", "payload", "< 0 payload=61 !server_masked\n" },
    { "a ping that is too long, and not the last", "<<< 09 7e 007e\n", "opcode", "< 0 opcode=ping !control_frame_invalid !incomplete\n" },
    { "reserved bits, an opcode of nobody's", "<<< b3 00\n", "opcode", "< 0 opcode=3 !reserved_bits !unknown_opcode\n" },
    { "a continuation of nothing", "<<< 80 01 \"a\"\n", "payload", "< 0 payload=61 !fragment_out_of_order\n" },
    { "a message inside of another", "<<< 01 01 \"a\" 81 01 \"b\"\n", "payload", "< 0 payload=61\n< 1 payload=62 !fragment_out_of_order\n" },
    { "a hole in a payload", "<<< 82 06 \"ab\"\n<<< gap 2\n<<< \"ef\" 81 01 \"c\"\n", "length payload",
      "< 0 length=6 payload=61626566 !incomplete\n< 1 length=1 payload=63\n" },
    { "a hole across a header", "<<< 82 02 \"a\"\n<<< gap 4\n<<< \"ef\"\n", "payload", "lost <\n< 0 payload=61 !incomplete\n" },
    { "a flow that ends in a frame", "<<< 82 06 \"ab\"\n", "length payload", "< 0 length=6 payload=6162 !incomplete\n" },
    { "a length that cannot be", "<<< 82 7f 8000000000000000\n", "length", "lost <\n" },
};

static void frames_are_read_as_the_standard_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_websocket, &cases[i]);
}

static void what_is_longer_than_is_kept_is_cut_and_said(void **unused)
{
    (void)unused;
    enum { LEN = 70000 };
    char *text = malloc(2 * LEN + 256), *at = text + sprintf(text, "<<< 82 7f %016x ", LEN);
    for (int i = 0; i < LEN; i++)
        at += sprintf(at, "61");
    (void)sprintf(at, "\n<<< 02 01 \"a\"\n<<< 80 01 \"b\"\n");
    char *said = dissect_dialogue(&dissector_websocket, text, 0, "opcode length");
    assert_string_equal(said, "< 0 opcode=binary length=70000 !skip_end_of_payload\n< 1 opcode=binary length=1\n< 2 opcode=continuation length=1\n");
    free(said);
    free(text);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_websocket, TALK);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_websocket, TALK);
    dissect_survives_every_bit_change(&dissector_websocket, TALK);
}

static void the_probe_wants_an_upgrade_before_it(void **unused)
{
    (void)unused;
    static const uint8_t hello[] = { 0x81, 0x05, 'H', 'e' }, long_ping[] = { 0x89, 0x7e, 1, 0 };
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_websocket.probe(&conv, cursor_over(hello, sizeof hello)), PROBE_NO);
    conv.next = "http2";
    assert_int_equal(dissector_websocket.probe(&conv, cursor_over(hello, sizeof hello)), PROBE_NO);
    conv.next = "websocket";
    assert_int_equal(dissector_websocket.probe(&conv, cursor_over(hello, sizeof hello)), PROBE_YES);
    assert_int_equal(dissector_websocket.probe(&conv, cursor_over(hello, 1)), PROBE_MORE);
    assert_int_equal(dissector_websocket.probe(&conv, cursor_over(long_ping, sizeof long_ping)), PROBE_NO);
    assert_int_equal(dissector_websocket.probe(&conv, cursor_over("HTTP/1.1", 8)), PROBE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_read_as_the_standard_says), cmocka_unit_test(what_is_longer_than_is_kept_is_cut_and_said),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut), cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_wants_an_upgrade_before_it)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
