#include "tests/support/dissect.h"

#include "dissectors/melsec/melsec.h"

/* Encoded by tests/traffic/apps/melsec.py. */
#define READ \
    ">>> 500000ffff03000c00100001040000640000a80200\n" \
    "<<< d00000ffff0300060000000700ffff\n"
#define READ_BITS \
    ">>> 500000ffff03000c00100001040100050000900300\n" \
    "<<< d00000ffff0300040000001010\n"
#define WRITE \
    ">>> 54000900000000ffff03000e00100001140000640000a80100b004\n" \
    "<<< d4000900000000ffff030002000000\n"
#define STOP \
    ">>> 500000ffff030008001000021000000300\n" \
    "<<< d00000ffff030002000000\n"
#define RESET \
    ">>> 500000ffff030008001000061000000100\n" \
    "<<< d00000ffff0300020059c0\n"
#define NAME \
    ">>> 500000ffff03000600100001010000\n" \
    "<<< d00000ffff030014000000513033554456435055202020202020206302\n"
#define RANDOM \
    ">>> 500000ffff03000e001000021400000100070000a80500\n" \
    "<<< d00000ffff030002000000\n"
#define SOFT_NAME \
    ">>> 57010000000000000000ffff0300000000000020001c0a16140000000000000000000000000000000000000000012101" \
    "0000000001\n" \
    "<<< d7010000000000000000ffff0300000000000030009c0a18140000000000000000000000000000000000000000000001" \
    "2101000000465835552d33324d542f455300000000\n"
#define SOFT_WRITE \
    ">>> 57010000000000000000ffff0300000000000021001c0a16140000000000000000000000000000000000000000186901" \
    "000000616263\n" \
    "<<< d7010000000000000000ffff0300000000000020009c0a18140000000000000000000000000000000000000000000018" \
    "6901000000\n"
#define SOFT_LOOK \
    ">>> 5a000001\n" \
    "<<< da00000114000a140005\n"

#define FIELDS "frame type serial_number command access end_code device address points value mode model model_code " \
               "data"

static const struct { const char *name, *text; enum dissect_over over; const char *want; } cases[] = {
    { "data registers read", READ, OVER_TCP,
      "> 0 frame=3e type=request command=batch_read access=read device=d address=100 points=2\n"
      "< 0 frame=3e type=response end_code=success command=batch_read access=read device=d address=100 points=2"
      " data=0700ffff value=7 value=65535\n" },
    { "internal relays read", READ_BITS, OVER_TCP,
      "> 0 frame=3e type=request command=batch_read access=read device=m address=5 points=3\n"
      "< 0 frame=3e type=response end_code=success command=batch_read access=read device=m address=5 points=3"
      " data=1010 value=1 value=0 value=1\n" },
    { "a data register written, 4E", WRITE, OVER_TCP,
      "> 0 frame=4e type=request serial_number=9 command=batch_write access=write device=d address=100 points=1"
      " data=b004 value=1200\n"
      "< 0 frame=4e type=response serial_number=9 end_code=success command=batch_write access=write device=d"
      " address=100 points=1\n" },
    { "remote stop, forced", STOP, OVER_TCP,
      "> 0 frame=3e type=request command=remote_stop access=stop mode=forced\n"
      "< 0 frame=3e type=response end_code=success command=remote_stop access=stop\n" },
    { "remote reset, refused", RESET, OVER_TCP,
      "> 0 frame=3e type=request command=remote_reset access=restart data=0100\n"
      "< 0 frame=3e type=response end_code=command_not_supported command=remote_reset access=restart\n" },
    { "who are you", NAME, OVER_TCP,
      "> 0 frame=3e type=request command=read_type_name access=identify\n"
      "< 0 frame=3e type=response end_code=success command=read_type_name access=identify model=\"Q03UDVCPU\""
      " model_code=611\n" },
    { "a random write", RANDOM, OVER_TCP,
      "> 0 frame=3e type=request command=random_write access=write device=d address=7 value=5\n"
      "< 0 frame=3e type=response end_code=success command=random_write access=write\n" },
    { "MELSOFT: who are you", SOFT_NAME, OVER_TCP,
      "> 0 frame=melsoft type=request serial_number=1 command=open_initial access=identify data=00000001\n"
      "< 0 frame=melsoft type=response serial_number=1 end_code=success command=open_initial access=identify"
      " model=\"FX5U-32MT/ES\" data=0000465835552d33324d542f455300000000\n" },
    { "MELSOFT: a file written", SOFT_WRITE, OVER_TCP,
      "> 0 frame=melsoft type=request serial_number=1 command=file_write access=program data=0000616263\n"
      "< 0 frame=melsoft type=response serial_number=1 end_code=success command=file_write access=program data=0000\n" },
    { "MELSOFT: discovery", SOFT_LOOK, OVER_UDP,
      "> 0 frame=discovery type=request access=identify data=5a000001\n"
      "< 0 frame=discovery type=response access=identify data=da00000114000a140005\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *said = dissect_dialogue_over(&dissector_melsec, cases[i].over, cases[i].text, FIELDS);
        if (strcmp(said, cases[i].want) != 0)
            fail_msg("%s:\n--- said\n%s--- wanted\n%s", cases[i].name, said, cases[i].want);
        free(said);
    }
}

static enum probe probed(const char *text, enum dissect_over over)
{
    return dissect_probed(&dissector_melsec, over, text);
}

static void the_probe_knows_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(probed(READ, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(SOFT_NAME, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(SOFT_LOOK, OVER_UDP), PROBE_MAYBE);
    assert_int_equal(probed(">>> 5000 00ff", OVER_TCP), PROBE_MORE);
    assert_int_equal(probed(">>> 5000 00ff ff03 00 0600 1000 ffff 0000", OVER_TCP), PROBE_NO);
    assert_int_equal(probed(">>> \"POST / HTTP/1.1\\r\\n\"", OVER_TCP), PROBE_NO);
}

#define ALL READ READ_BITS WRITE STOP RESET NAME RANDOM SOFT_NAME SOFT_WRITE

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_melsec, ALL);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_melsec, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_melsec, ALL);
}

/* Every prefix and every changed bit of each datagram. */
static void hostile_datagrams_are_survived(void **unused)
{
    (void)unused;
    struct dialogue *d = dialogue_read(SOFT_LOOK);
    for (size_t i = 0; i < d->count; i++) {
        struct dialogue_piece *p = &d->pieces[i];
        for (size_t bit = 0; bit < p->len * 8; bit++) {
            struct dissect_run run;
            dissect_run_begin(&run, &dissector_melsec, NULL);
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

static const struct dialogue_case others[] = {
    { "ASCII: data registers read", ">>> 353030303030464630334646303030303138303031303034303130303030442a30303031303030303032\n<<< 443030303030464630334646303030303043303030303030303746464646\n",
      FIELDS,
      "> 0 frame=3e_ascii type=request command=batch_read access=read device=d address=100 points=2\n"
      "< 0 frame=3e_ascii type=response end_code=success command=batch_read access=read device=d address=100 points=2 data=0700ffff value=7 value=65535\n" },
    { "ASCII: outputs read, their numbers are hexadecimal", ">>> 353030303030464630334646303030303138303031303034303130303031592a30303030314130303033\n<<< 44303030303046463033464630303030303730303030313031\n",
      FIELDS,
      "> 0 frame=3e_ascii type=request command=batch_read access=read device=y address=26 points=3\n"
      "< 0 frame=3e_ascii type=response end_code=success command=batch_read access=read device=y address=26 points=3 data=1010 value=1 value=0 value=1\n" },
    { "ASCII: a register written", ">>> 353030303030464630334646303030303143303031303134303130303030442a3030303130303030303130344230\n<<< 44303030303046463033464630303030303430303030\n",
      FIELDS,
      "> 0 frame=3e_ascii type=request command=batch_write access=write device=d address=100 points=1 data=b004 value=1200\n"
      "< 0 frame=3e_ascii type=response end_code=success command=batch_write access=write device=d address=100 points=1\n" },
    { "ASCII: remote stop refused", ">>> 35303030303046463033464630303030313030303130313030323030303030303033\n<<< 44303030303046463033464630303030303443303539\n",
      FIELDS,
      "> 0 frame=3e_ascii type=request command=remote_stop access=stop mode=forced\n"
      "< 0 frame=3e_ascii type=response end_code=command_not_supported command=remote_stop access=stop\n" },
    { "ASCII: who are you", ">>> 353030303030464630334646303030303043303031303031303130303030\n<<< 443030303030464630334646303030303138303030305130335544564350552020202020202030323633\n",
      FIELDS,
      "> 0 frame=3e_ascii type=request command=read_type_name access=identify\n"
      "< 0 frame=3e_ascii type=response end_code=success command=read_type_name access=identify model=\"Q03UDVCPU\" model_code=611\n" },
    { "ASCII: written at random", ">>> 35303030303046463033464630303030324330303130313430323030303030313031442a30303030303730303035572a3030303031463030303130303032\n<<< 44303030303046463033464630303030303430303030\n",
      FIELDS,
      "> 0 frame=3e_ascii type=request command=random_write access=write device=d address=7 value=5 device=w address=31 value=65538\n"
      "< 0 frame=3e_ascii type=response end_code=success command=random_write access=write\n" },
    { "ASCII: a 4E frame of iQ-R's long addresses", ">>> 3534303030303039303030303030464630334646303030303143303031303034303130303032442a2a2a303030303031303030303031\n<<< 44343030303030393030303030304646303346463030303030383030303030303432\n",
      FIELDS,
      "> 0 frame=4e_ascii type=request serial_number=9 command=batch_read access=read device=d address=100 points=1\n"
      "< 0 frame=4e_ascii type=response serial_number=9 end_code=success command=batch_read access=read device=d address=100 points=1 data=4200 value=66\n" },
    { "1E: registers read", ">>> 01ff0a006400000020440200\n<<< 81000700ffff\n",
      FIELDS,
      "> 0 frame=1e type=request command=read_words_1e access=read device=d address=100 points=2\n"
      "< 0 frame=1e type=response command=read_words_1e access=read end_code=success device=d address=100 points=2 data=0700ffff value=7 value=65535\n" },
    { "1E: a register written", ">>> 03ff0a006400000020440100b004\n<<< 8300\n",
      FIELDS,
      "> 0 frame=1e type=request command=write_words_1e access=write device=d address=100 points=1 data=b004 value=1200\n"
      "< 0 frame=1e type=response command=write_words_1e access=write end_code=success device=d address=100 points=1\n" },
    { "1E: relays written", ">>> 02ff0a0032000000204d03001010\n<<< 8200\n",
      FIELDS,
      "> 0 frame=1e type=request command=write_bits_1e access=write device=m address=50 points=3 data=1010 value=1 value=0 value=1\n"
      "< 0 frame=1e type=response command=write_bits_1e access=write end_code=success device=m address=50 points=3\n" },
    { "1E: stop refused", ">>> 01ff0a000100000020440100\n<<< 81000100\n>>> 14ff0a00\n<<< 945b1000\n",
      FIELDS,
      "> 0 frame=1e type=request command=read_words_1e access=read device=d address=1 points=1\n"
      "< 0 frame=1e type=response command=read_words_1e access=read end_code=success device=d address=1 points=1 data=0100 value=1\n"
      "> 1 frame=1e type=request command=remote_stop_1e access=stop\n"
      "< 1 frame=1e type=response command=remote_stop_1e access=stop end_code=16\n" },
    { "1E: which model", ">>> 15ff0a00\n<<< 9500f300\n",
      FIELDS,
      "> 0 frame=1e type=request command=cpu_model_1e access=identify\n"
      "< 0 frame=1e type=response command=cpu_model_1e access=identify end_code=success model_code=243\n" },
    { "1E: written at random", ">>> 04ff0a00020032000000204d010a000000205900\n<<< 8400\n",
      FIELDS,
      "> 0 frame=1e type=request command=random_write_bits_1e access=write device=m address=50 value=1 device=y address=10 value=0\n"
      "< 0 frame=1e type=response command=random_write_bits_1e access=write end_code=success\n" },
    { "1E: an answer to nobody", "<<< 81000700\n",
      FIELDS,
      "< 0 frame=1e type=response command=read_words_1e access=read end_code=success data=0700 !unsolicited_response\n" },
};

static void ascii_code_and_1e_frames_say_the_same(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        dialogue_case_holds(&dissector_melsec, &others[i]);
        if (i + 1 < sizeof others / sizeof others[0])       /* how long an answer to nobody is, only its segment tells */
            dissect_same_for_every_cut(&dissector_melsec, others[i].text);
        dissect_survives_every_prefix(&dissector_melsec, others[i].text);
        dissect_survives_every_bit_change(&dissector_melsec, others[i].text);
    }
}

static const struct other_probe { const char *name, *wire; enum probe want; } other_probes[] = {
    { "ASCII", "353030303030464630334646303030303138303031303034303130303030442a30303031303030303032", PROBE_YES },
    { "ASCII: its beginning", "3530303030304646303346463030303031383030", PROBE_MORE },
    { "ASCII: an answer", "4430303030304646303346463030303030383030303030303037", PROBE_MAYBE },
    { "ASCII: a length that is none", "353030303030464630334646303046464658", PROBE_NO },
    { "other text", "35303020496e7465726e616c206572726f72", PROBE_NO },
    { "1E", "01ff0a006400000020440200", PROBE_YES },
    { "1E: more than it needs", "01ff0a00640000002044020000", PROBE_NO },
    { "1E: a device that is none", "01ff0a006400000021410200", PROBE_NO },
    { "1E: an answer", "81000700", PROBE_NO },
};

static void a_probe_knows_ascii_code_and_1e_frames(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    for (size_t i = 0; i < sizeof other_probes / sizeof other_probes[0]; i++) {
        uint8_t wire[128];
        size_t n = unhex(other_probes[i].wire, wire, sizeof wire);
        if (dissector_melsec.probe(&conv, cursor_over(wire, n)) != other_probes[i].want)
            fail_msg("%s", other_probes[i].name);
    }
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
        cmocka_unit_test(ascii_code_and_1e_frames_say_the_same),
        cmocka_unit_test(a_probe_knows_ascii_code_and_1e_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
