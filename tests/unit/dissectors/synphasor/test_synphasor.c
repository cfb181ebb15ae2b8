#include "dissectors/synphasor/synphasor.h"
#include "tests/support/dissect.h"

/* Whole frames with their CRCs, of data streams 7 (whole numbers, rectangular), 9 (floating point, polar) and 11 (configuration 3). */
#define ASK ">>> aa42 0012 0007 6553 f100 0000 0000 0005 5563\n"
#define CONFIG "<<< aa32 0072 0007 6553 f100 0000 0000 000f 4240 0001 5849 414e 4720 3530 304b 5620 2020 2020 0007 0000 0002 0001 0000 " \
    "5641 2020 2020 2020 2020 2020 2020 2020 4941 2020 2020 2020 2020 2020 2020 2020 5020 2020 2020 2020 2020 2020 2020 " \
    "2020 000d f847 000d f847 0000 0001 0001 0003 0032 14f7\n"
#define START ">>> aa42 0012 0007 6553 f100 0000 0000 0002 2584\n"
#define STOP ">>> aa42 0012 0007 6553 f100 0000 0000 0001 15e7\n"
#define EXTEND ">>> aa42 0015 0007 6553 f100 0000 0000 0008 0102 03db 6f\n"
#define ODD ">>> aa42 0012 0007 6553 f100 0000 0000 0007 7521\n"
#define DATA "<<< aa02 0020 0007 6553 f101 0007 a120 0000 392b 0000 01f4 ffec 000a 0000 0064 88b8\n"
#define DATA_BAD "<<< aa02 0020 0007 6553 f101 0007 ef40 6824 392b 0000 01f4 ffec ffce ff88 0064 2cec\n"
#define DATA_SHORT "<<< aa02 001e 0007 6553 f101 0007 ef40 0000 392b 0000 01f4 ffec 000a 0000 b604\n"
#define CONFIG_FLOAT "<<< aa32 0162 0009 6553 f100 0000 0000 000f 4240 0001 464c 4f41 5420 2020 2020 2020 2020 2020 0009 000f 0001 0001 0001 " \
    "5641 2020 2020 2020 2020 2020 2020 2020 5020 2020 2020 2020 2020 2020 2020 2020 4230 2020 2020 2020 2020 2020 2020 " \
    "2020 4231 2020 2020 2020 2020 2020 2020 2020 4232 2020 2020 2020 2020 2020 2020 2020 4233 2020 2020 2020 2020 2020 " \
    "2020 2020 4234 2020 2020 2020 2020 2020 2020 2020 4235 2020 2020 2020 2020 2020 2020 2020 4236 2020 2020 2020 2020 " \
    "2020 2020 2020 4237 2020 2020 2020 2020 2020 2020 2020 4238 2020 2020 2020 2020 2020 2020 2020 4239 2020 2020 2020 " \
    "2020 2020 2020 2020 4231 3020 2020 2020 2020 2020 2020 2020 4231 3120 2020 2020 2020 2020 2020 2020 4231 3220 2020 " \
    "2020 2020 2020 2020 2020 4231 3320 2020 2020 2020 2020 2020 2020 4231 3420 2020 2020 2020 2020 2020 2020 4231 3520 " \
    "2020 2020 2020 2020 2020 2020 0000 0000 0000 0000 0000 ffff 0000 0001 003c 5ee5\n"
#define DATA_FLOAT "<<< aa02 0028 0009 6553 f100 0000 0000 0000 435c 8000 bf00 0000 426f eb85 3e80 0000 40f0 0000 0003 f818\n"
#define CONFIG_3 "<<< aa52 0070 000b 6553 f100 0000 0000 0000 000f 4240 0001 0844 4f4e 4754 494e 4700 0b00 0102 0304 0506 0708 090a 0b0c " \
    "0d0e 0f00 0200 0100 0100 0002 5641 024d 5700 0001 003f 0000 003d cccc cd40 0000 003f 8000 0041 e199 9a42 e1cc cd42 " \
    "3400 004d 0000 4e20 0000 2710 0001 0004 0032 9836\n"
#define CONFIG_SHORT "<<< aa32 003e 0007 6553 f100 0000 0000 000f 4240 0001 5849 414e 4720 3530 304b 5620 2020 2020 0007 0000 0002 0001 0000 " \
    "5641 2020 2020 2020 2020 2020 2020 36b5\n"
#define ASK_HEADER ">>> aa42 0012 0007 6553 f100 0000 0000 0003 35a5\n"
#define HEADER "<<< aa12 0030 0007 6553 f100 0000 0000 504d 5520 6f66 2044 7269 6c6c 2057 6f72 6b73 2c20 6669 726d 7761 7265 2032 2e31 " \
    "3e55\n"
#define BAD_CRC ">>> aa42 0012 0007 6553 f100 0000 0000 0005 5562\n"
#define NOISE ">>> 0042 0044\n"

#define EVERYTHING ASK CONFIG START DATA DATA_BAD CONFIG_FLOAT DATA_FLOAT CONFIG_3 ASK_HEADER HEADER EXTEND ODD STOP

static const struct dialogue_case cases[] = {
    { "configuration asked for and sent", ASK CONFIG, NULL,
      "> 0 frame_type=command version=2 frame_size=18 idcode=7 time=1700000000000000 fraction=0 time_quality=locked command=send_cfg2 access=browse\n"
      "< 0 frame_type=cfg2 version=2 frame_size=114 idcode=7 time=1700000000000000 fraction=0 time_quality=locked time_base=1000000 pmu_count=1 pmus: station_name=\"XIANG 500KV\" source_id=7 phasor_count=2 analog_count=1 digital_count=0 channels: channel_name=\"VA\" kind=phasor conversion=915527 channels: channel_name=\"IA\" kind=phasor conversion=915527 channels: channel_name=\"P\" kind=analog conversion=1 nominal_frequency=50 config_count=3 data_rate=50 access=browse response_time=1000\n" },
    { "data before and after a configuration", DATA ASK CONFIG START DATA DATA_BAD, "frame_type access time stat data_error status frequency rocof real imaginary analog digital",
      "< 0 frame_type=data time=1700000001000000 access=report\n"
      "> 1 frame_type=command time=1700000000000000 access=browse\n"
      "< 1 frame_type=cfg2 time=1700000000000000 access=browse\n"
      "> 2 frame_type=command time=1700000000000000 access=subscribe\n"
      "< 3 frame_type=data time=1700000001500000 stat=0 data_error=good frequency=50.01 rocof=0 analog=100 real=14635 imaginary=0 real=500 imaginary=-20 access=report\n"
      "< 4 frame_type=data time=1700000001520000 stat=26660 data_error=pmu_error status=trigger status=out_of_sync frequency=49.95 rocof=-1.2 analog=100 real=14635 imaginary=0 real=500 imaginary=-20 access=report\n" },
    { "polar and floating point", CONFIG_FLOAT DATA_FLOAT, "format frequency rocof magnitude angle analog",
      "< 0 format=polar format=phasors_float format=analogs_float format=frequency_float\n"
      "< 1 frequency=59.98 rocof=0.25 analog=7.5 magnitude=220.5 angle=-0.5\n" },
    { "configuration 3", CONFIG_3, "part station_name source_id global_pmuid channel_name kind conversion scale_factor offset latitude longitude elevation service_class window group_delay nominal_frequency config_count data_rate",
      "< 0 part=0 station_name=\"DONGTING\" source_id=11 global_pmuid=000102030405060708090a0b0c0d0e0f channel_name=\"VA\" kind=phasor conversion=256 scale_factor=0.5 offset=0.1 channel_name=\"MW\" kind=analog scale_factor=2 offset=1 latitude=28.2 longitude=112.9 elevation=45 service_class=\"M\" window=20000 group_delay=10000 nominal_frequency=50 config_count=4 data_rate=50\n" },
    { "a header", ASK_HEADER HEADER, "access header response_time",
      "> 0 access=identify\n"
      "< 0 header=\"PMU of Drill Works, firmware 2.1\" access=identify response_time=1000\n" },
    { "commands", START STOP EXTEND ODD, "access command extended",
      "> 0 command=data_on access=subscribe\n"
      "> 1 command=data_off access=stop\n"
      "> 2 command=extended_frame extended=010203 access=other\n"
      "> 3 command=7 access=other !unknown_command\n" },
    { "a wrong CRC", BAD_CRC ASK, "frame_type",
      "> 0 frame_type=command !bad_crc\n"
      "> 1 frame_type=command\n" },
    { "the way back after noise", ASK NOISE STOP, "command",
      "> 0 command=send_cfg2\n"
      "> 1 !out_of_step\n"
      "> 2 command=data_off\n" },
    { "the way back after a gap", ASK ">>> gap 9\n>>> aa41 0020\n" STOP START STOP, "command",
      "> 0 command=send_cfg2\n"
      "> 1 command=data_off\n"
      "> 2 command=data_on\n"
      "> 3 command=data_off\n" },
    { "data of another length", CONFIG DATA_SHORT, "frame_type frequency",
      "< 0 frame_type=cfg2\n"
      "< 1 frame_type=data !shape_mismatch\n" },
    { "a configuration that ends too early", CONFIG_SHORT, "frame_type pmu_count",
      "< 0 frame_type=cfg2 pmu_count=1 !bad_length\n" },
};

static void each_frame_is_one_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_synphasor, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_synphasor, EVERYTHING);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_synphasor, EVERYTHING);
    dissect_survives_every_bit_change(&dissector_synphasor, EVERYTHING);
}

static const struct { const char *name, *bytes; enum probe want; } probes[] = {
    { "a frame",                ASK, PROBE_YES },
    { "with a wrong CRC",       BAD_CRC, PROBE_NO },
    { "its beginning",          ">>> aa42 0012 0007", PROBE_MORE },
    { "another first octet",    ">>> ab42 0012 0007", PROBE_NO },
    { "a version to come",      ">>> aa45 0012 0007", PROBE_NO },
    { "a size without a head",  ">>> aa42 000f 0007", PROBE_NO },
    { "a type that is none",    ">>> aa62 0012 0007", PROBE_NO },
};

static void the_probe_believes_the_crc(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = OVER_TCP };
        struct dialogue *d = dialogue_read(probes[i].bytes);
        if (dissector_synphasor.probe(&conv, cursor_over(d->bytes, d->len)) != probes[i].want)
            fail_msg("%s", probes[i].name);
        dialogue_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_is_one_record),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(the_probe_believes_the_crc),
    };
    return cmocka_run_group_tests_name("synphasor", tests, NULL, NULL);
}
