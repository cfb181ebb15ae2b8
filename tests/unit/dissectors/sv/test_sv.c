#include "tests/support/dissect.h"

#include "dissectors/sv/sv.h"

#define ASDU(count) "301d 8004 \"MU01\" 8202" count " 830400000001 850102 8708 0000000100000000 "
#define ONE(count) "6026 800101 a221 " "301f 8004 \"MU01\" 8202" count " 830400000001 850102 870a 00000001000000000000"
#define FRAME(one, two) ">>> 4000 004d 0000 0000 6043 800102 a23e " ASDU(one) ASDU(two) "\n"

static const struct dialogue_case cases[] = {
    { "two samples in a frame", FRAME("0001", "0002"), NULL,
      "> 0 access=report appid=16384 length=77 simulated=false no_asdu=2"
      " asdus: sv_id=\"MU01\" smp_cnt=1 conf_rev=1 smp_synch=global sample=0000000100000000"
      " asdus: sv_id=\"MU01\" smp_cnt=2 conf_rev=1 smp_synch=global sample=0000000100000000\n" },
    { "the next second begins with 0", FRAME("0f9e", "0f9f") FRAME("0000", "0001"), "x", "> 0\n> 0\n" },
    { "samples lost", FRAME("0001", "0002") FRAME("0004", "0005"), "x", "> 0\n> 0 !samples_lost\n" },
    { "a sample again", FRAME("0001", "0002") FRAME("0002", "0003"), "x", "> 0\n> 0 !sample_repeat\n" },
    { "the clock is lost", FRAME("0001", "0002") ">>> 4000 0030 0000 0000 6026 800101 a221 301f 8004 \"MU01\" 82020003 830400000001 850100 870a 00000001000000000000\n",
      "smp_synch", "> 0 smp_synch=global smp_synch=global\n> 0 smp_synch=none !synchronisation_changed\n" },
    { "a count that is wrong", ">>> 4000 004d 0000 0000 6043 800103 a23e " ASDU("0001") ASDU("0002") "\n", "no_asdu", "> 0 no_asdu=3 !count_mismatch\n" },
    { "no stream's name", ">>> 4000 0014 0000 0000 600c 800101 a207 3005 8202 0001 8500\n", "smp_cnt", "> 0 smp_cnt=1 !invalid_pdu !missing_field\n" },
    { "simulated", ">>> 4000 0030 8000 0000 " ONE("0003") "\n", "simulated", "> 0 simulated=true !simulated_message\n" },
    { "a length over the frame's end", ">>> 4000 0100 0000 0000 " ONE("0003") "\n", "length", "> 0 length=256 !invalid_length\n" },
};

static struct dissector over(enum dissect_over which)
{
    struct dissector d = dissector_sv;
    d.over = which;
    return d;
}

static void each_frame_gives_its_samples(void **unused)
{
    (void)unused;
    struct dissector d = over(OVER_ETHERNET);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&d, &cases[i]);
}

#define ROUTABLE ">>> 0140 a217 8015 00000043 00000001 0002 00000000 0000 00000000 00 0000002e 8200 4001 0028 " ONE("0001") "\n"

static void a_routable_session_carries_the_same(void **unused)
{
    (void)unused;
    struct dissector d = over(OVER_UDP);
    static const struct dialogue_case routable = { "routable", ROUTABLE, "appid spdu_number sv_id smp_cnt", "> 0 spdu_number=1 appid=16385 sv_id=\"MU01\" smp_cnt=1\n" };
    dialogue_case_holds(&d, &routable);
    struct conversation conv = { .over = OVER_UDP };
    struct dialogue *t = dialogue_read(ROUTABLE);
    assert_int_equal(dissector_sv.probe(&conv, cursor_over(t->bytes, t->len)), PROBE_YES);
    t->bytes[2] = 0xa1;
    assert_int_equal(dissector_sv.probe(&conv, cursor_over(t->bytes, t->len)), PROBE_NO);
    dialogue_free(t);
}

static void a_second_sender_beside_the_first_is_told(void **unused)
{
    (void)unused;
    struct dissector d = over(OVER_ETHERNET);
    struct dissect_run run;
    struct dialogue *one = dialogue_read(FRAME("0001", "0002")), *two = dialogue_read(FRAME("0003", "0004"));
    dissect_run_begin(&run, &d, "x");
    run.conv.ether = (const uint8_t *)"\x01\x0c\xcd\x04\x00\x01\x00\x30\xa7\x00\x00\x01";
    dialogue_play(&run, one, 0);
    run.conv.ether = (const uint8_t *)"\x01\x0c\xcd\x04\x00\x01\x00\x30\xa7\x00\x00\x02";
    dialogue_play(&run, two, 0);
    dialogue_free(one);
    dialogue_free(two);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0\n> 0 !another_source\n");
    free(said);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    struct dissector frames = over(OVER_ETHERNET), datagrams = over(OVER_UDP);
    dissect_survives_every_prefix(&frames, FRAME("0001", "0002") FRAME("0003", "0004"));
    dissect_survives_every_prefix(&datagrams, ROUTABLE);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    struct dissector frames = over(OVER_ETHERNET), datagrams = over(OVER_UDP);
    dissect_survives_every_bit_change(&frames, FRAME("0001", "0002") FRAME("0003", "0004"));
    dissect_survives_every_bit_change(&datagrams, ROUTABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_gives_its_samples),
        cmocka_unit_test(a_routable_session_carries_the_same),
        cmocka_unit_test(a_second_sender_beside_the_first_is_told),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
