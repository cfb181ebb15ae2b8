#include "tests/support/dissect.h"

#include "dissectors/fetchwrite/fetchwrite.h"

static const struct dialogue_case cases[] = {
    { "a data block is read", ">>> 5335100103050308010500000002ff02\n<<< 5335100103060f0300ff0700000000000007ffff\n>>> 53351001030303080105000a0001ff0204b0\n<<< 5335100103040f0300ff070000000000\n",
      NULL,
      "> 0 operation=fetch access=read area=db db=5 address=0 length=2\n"
      "< 0 operation=fetch_response access=read area=db db=5 address=0 length=2 error=0 value=7 value=65535 data=0007ffff response_time=1000\n"
      "> 1 operation=write access=write area=db db=5 address=10 length=1 value=1200 data=04b0\n"
      "< 1 operation=write_response access=write area=db db=5 address=10 length=1 error=0 response_time=1000\n" },
    { "flags count octets", ">>> 5335100103050308020000320002ff02\n<<< 5335100103060f0300ff0700000000000102\n",
      "area address length value data db",
      "> 0 area=flags address=50 length=2\n"
      "< 0 area=flags address=50 length=2 value=1 value=2 data=0102\n" },
    { "a write is refused", ">>> 5335100103030308040000040001ff0201\n<<< 5335100103040f0306ff070000000000\n",
      "operation access area error value",
      "> 0 operation=write access=write area=outputs value=1\n"
      "< 0 operation=write_response access=write area=outputs error=6\n" },
    { "an answer to nobody", "<<< 5335100103060f0300ff0700000000000007ffff\n<<< 5335100103040f0300ff070000000000\n",
      "operation access error data",
      "< 0 operation=fetch_response access=read error=0 data=0007ffff !unsolicited_response\n"
      "< 1 operation=write_response access=write error=0 !unsolicited_response\n" },
    { "an area nobody has", ">>> 5335100103050308630000000001ff02\n",
      "area",
      "> 0 area=99 !unknown_area\n" },
    { "a sender that counts octets", ">>> 5335100103030308010500000002ff0201025335100103050308010500000002ff02\n",
      "operation length value",
      "> 0 operation=write length=2 value=258 !length_in_octets\n"
      "> 1 operation=fetch length=2\n" },
    { "behind a hole", ">>> 5335100103050308010500000002ff02\n>>> gap 20\n>>> 72657374206f6620697453351001030303080105000a0001ff0204b0\n",
      "operation access",
      "> 0 operation=fetch access=read\n"
      "> 1 operation=write access=write\n" },
    { "something else", ">>> 5335100103050308010500000002ff02\n>>> 474554202f20485454502f312e31\n",
      "operation",
      "> 0 operation=fetch\n"
      "lost >\n" },
};

static void messages_give_their_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_fetchwrite, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&dissector_fetchwrite, cases[i].text);
        dissect_survives_every_bit_change(&dissector_fetchwrite, cases[i].text);
    }
}

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_fetchwrite, cases[0].text);
}

static const struct first_bytes probes[] = {
    { "a fetch", "5335100103050308010500000002ff02", PROBE_YES },
    { "an answer", "< 5335100103060f0300ff0700000000000007ffff", PROBE_YES },
    { "its beginning", "5335100103", PROBE_MORE },
    { "another operation", "5335100103070308010500000002ff02", PROBE_NO },
    { "other text", "53353030204f4b2e", PROBE_NO },
};

static void a_probe_believes_what_it_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_fetchwrite, OVER_TCP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_give_their_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(a_probe_believes_what_it_should),
    };
    return cmocka_run_group_tests_name("fetchwrite", tests, NULL, NULL);
}
