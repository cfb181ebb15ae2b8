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

static char *said_of(const char *text, enum dissect_over over, const char *fields)
{
    struct dissect_run run;
    struct dialogue *d = dialogue_read(text);
    dissect_run_begin(&run, &dissector_melsec, fields);
    run.conv.over = over;
    dialogue_play(&run, d, 0);
    dialogue_free(d);
    return dissect_run_end(&run);
}

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *said = said_of(cases[i].text, cases[i].over, FIELDS);
        if (strcmp(said, cases[i].want) != 0)
            fail_msg("%s:\n--- said\n%s--- wanted\n%s", cases[i].name, said, cases[i].want);
        free(said);
    }
}

static enum probe probed(const char *text, enum dissect_over over)
{
    struct dialogue *d = dialogue_read(text);
    struct conversation conv = { .over = over };
    enum probe verdict = dissector_melsec.probe(&conv, cursor_over(d->bytes, d->pieces[0].len));
    dialogue_free(d);
    return verdict;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(the_probe_knows_its_own),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
        cmocka_unit_test(hostile_datagrams_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
