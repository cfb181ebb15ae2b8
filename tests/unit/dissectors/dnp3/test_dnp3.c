#include "dissectors/dnp3/dnp3.h"
#include "tests/support/dissect.h"

/* Whole frames with their CRCs: master 1, outstation 10. */
#define READ ">>> 0564 0ec4 0a00 0100 2529 c0c0 013c 0206 3c03 063b 02\n"
#define RESPONSE "<<< 0564 1e44 0100 0a00 c110 c1c0 8190 0001 0200 0002 8101 011e 0128 cb3a 0100 0500 01aa bbcc dd67 64\n"
#define SELECT ">>> 0564 1ac4 0a00 0100 8a1c c1c1 030c 0128 0100 0700 0301 6400 0000 172a 6400 0000 0000 5b\n"
#define UNSOLICITED "<<< 0564 1d44 0100 0a00 9183 c2f3 8200 0016 0128 0200 0100 0105 0000 26ea 0002 0001 0600 0000 bf76\n"
#define CONFIRM ">>> 0564 08c4 0a00 0100 fc42 c2d3 00c0 ca\n"
#define BITS "<<< 0564 1744 0100 0a00 fa3f c3c2 8100 000a 0100 000b ff0f 0301 0000 7379 03e4 614a\n"
#define FIRST "<<< 0564 0e44 0100 0a00 0068 44c4 8100 006e 0517 02a1 3a\n"
#define NEXT "<<< 0564 0c44 0100 0a00 b74e 0500 6865 6c6c 6f22 37\n"
#define LAST "<<< 0564 0c44 0100 0a00 b74e 8601 776f 726c 64a1 5f\n"
#define RESET_LINK ">>> 0564 05c0 0a00 0100 b1ac\n"
#define UNKNOWN "<<< 0564 1044 0100 0a00 c4e1 c5c5 8100 00c8 0717 0100 00c2 81\n"
#define SHORT ">>> 0564 07c4 0a00 0100 1e06 c0c0 19ba\n"
#define FILE ">>> 0564 12c4 0a00 0100 5686 c6c6 1946 035b 0104 00aa bbcc dda6 e6\n"
#define NO_ROOM ">>> 0564 0ec4 0a00 0100 2529 c7c7 0232 0107 0101 02c6 13\n"
#define BACKWARDS ">>> 0564 0dc4 0a00 0100 75ba c8c8 011e 0000 0901 20e6\n"
#define RESERVED ">>> 0564 0bc4 0a00 0100 acd1 c8c8 011e 000f 082e\n"
#define RESTART ">>> 0564 08c4 0a00 0100 fc42 c9c9 0d3e 96\n"
#define BAD_USER ">>> 0564 0bc4 0a00 0100 acd1 c0c0 013c 0206 54e1\n"
#define BAD_LINK ">>> 0564 0bc4 0a00 0100 acd0 c0c0 013c 0206 54e0\n"
#define TOO_SMALL ">>> 0564 04c4 0a00 0100 4e95\n"

#define CROB ">>> 0564 1ac4 0a00 0100 8a1c c0c1 050c 0128 0100 0300 8102 dc05 0000 76c9 f401 0000 000e 52\n"
#define CROB_NO "<<< 0564 1c44 0100 0a00 7636 c0c1 8100 000c 0128 0100 0300 8102 dc05 fbd2 0000 f401 0000 0794 d1\n"
#define SELECT_1 ">>> 0564 14c4 0a00 0100 8fed c0c2 0329 0328 0100 0400 0000 c03f 00f7 c8\n"
#define OPERATE_1 ">>> 0564 14c4 0a00 0100 8fed c0c3 0429 0328 0100 0400 0000 c03f 00df 26\n"
#define OPERATE_2 ">>> 0564 14c4 0a00 0100 8fed c0c3 0429 0328 0100 0400 0000 2040 0043 70\n"
#define EVENTS "<<< 0564 3844 0100 0a00 9a8a c0f4 8280 0033 0107 0100 68e5 cf8b 0102 6f6b 0328 0100 0500 a2fa 0020 0717 0109 2100 af23 " \
    "0020 c0f4 69e5 cf8b 0116 0117 0108 0000 f52e 286b ee89 c3\n"
#define EVENTS_CONFIRMED ">>> 0564 08c4 0a00 0100 fc42 c0d4 00d1 7e\n"
#define IDENTIFY ">>> 0564 10c4 0a00 0100 e1a0 c0c5 0100 fc00 0000 00fe 0630 74\n"
#define IDENTITY "<<< 0564 5b44 0100 0a00 3546 c0c5 8100 0000 fc00 0000 010b 4472 696c 8bfa 6c20 576f 726b 7300 fa00 0000 0105 5254 6a8f " \
    "552d 3700 f200 0000 0105 322e 312e 3000 96cd f800 0000 0106 534e 3030 3432 00f7 0000 85c5 0001 0a50 756d 7020 686f " \
    "7573 6500 d100 33de 0000 0202 0008 affb\n"
#define SET_TIME ">>> 0564 18c4 0a00 0100 3d3a c0c6 0232 0107 0100 68e5 cf8b 0150 0100 4f21 0707 00b6 34\n"
#define OPEN_FILE ">>> 0564 35c4 0a00 0100 eaa9 c0c7 1946 035b 0127 001a 000d 0000 0000 8bcb 0000 00a4 0100 0000 00d2 0400 0002 0000 5914 " \
    "0401 002f 636f 6e66 2f72 7475 2e78 6d6c ad6c\n"
#define OPENED "<<< 0564 1d44 0100 0a00 9183 c0c7 8100 0046 045b 010d 0063 0000 00d2 02c7 0400 0000 0401 0001 7a54\n"
#define BLOCK ">>> 0564 1cc4 0a00 0100 5377 c0c8 0246 055b 010e 0063 0000 0003 0000 b8be 803c 7274 752f 3e7d e8\n"
#define LOGIN ">>> 0564 25c4 0a00 0100 2bd1 c0c8 1d46 025b 0117 000c 0005 0011 0006 b927 0000 0000 0061 646d 696e 7365 6372 6574 5ffe\n"
#define CHALLENGE "<<< 0564 1c44 0100 0a00 7636 c0c9 8300 0078 015b 010c 0009 0000 0001 b5f9 0004 0101 0203 04dc 09\n"
#define AUTH_ERROR "<<< 0564 2144 0100 0a00 60dd c0c9 8300 0078 075b 0111 0009 0000 0001 be25 0000 0001 0000 0000 0000 6e6f 653c\n"
#define AGGRESSIVE ">>> 0564 32c4 0a00 0100 d477 c0c9 0578 0307 010a 0000 0001 000c 0128 ecae 0100 0100 0301 6400 0000 6400 0000 0078 454b " \
    "095b 0108 0000 0102 0304 0506 0742 f2\n"
#define STRINGS "<<< 0564 4544 0100 0a00 f1cf c0ca 8100 006e 0500 0203 6865 6c6c 6f77 4e97 6f72 6c64 0301 0000 04e4 0204 0217 0101 5104 " \
    "c100 68e5 cf8b 0134 0207 01fa 0079 0100 77ff 0000 0102 0003 0000 0065 0117 0100 3412 81c8\n"
#define INDEXED_READ ">>> 0564 0ec4 0a00 0100 2529 c0cb 011e 0117 0204 093d 0a\n"
#define MORE_1 "<<< 0564 1044 0100 0a00 c4e1 c0ab 8100 0001 0200 0000 81e0 b4\n"
#define MORE_2 "<<< 0564 1044 0100 0a00 c4e1 c04c 8100 0001 0200 0000 01c5 5f\n"
#define BROADCAST ">>> 0564 08c4 ffff 0100 cf9c c0cc 0e20 84\n"
#define FROM_SLAVE ">>> 0564 0844 0100 0a00 d903 c0cd 0d8c 75\n"
#define ODD_FUNCTION ">>> 0564 08c4 0a00 0100 fc42 c0cd 3c16 d8\n"
#define ODD_LINK ">>> 0564 05ca 0a00 0100 f4bf\n"
#define NACK "<<< 0564 0501 0100 0a00 28fe\n"
#define FREEZE_LATER ">>> 0564 19c4 0a00 0100 da8f c0ce 0b32 0207 0100 68e5 cf8b 0160 ea00 3dd0 0014 0006 22fa\n"

#define EVERYTHING READ RESPONSE SELECT UNSOLICITED CONFIRM BITS FIRST NEXT LAST RESET_LINK UNKNOWN FILE RESTART \
    CROB CROB_NO SELECT_1 OPERATE_1 EVENTS EVENTS_CONFIRMED IDENTIFY IDENTITY OPEN_FILE OPENED BLOCK LOGIN CHALLENGE AUTH_ERROR \
    AGGRESSIVE STRINGS MORE_1 MORE_2 BROADCAST ODD_FUNCTION ODD_LINK FREEZE_LATER

static const struct dialogue_case cases[] = {
    { "asked and answered", READ RESPONSE, NULL,
      "> 0 type=request src=1 dst=10 control: dir=true pri=true fcb=false fcv=false function_code=4 frames=1 data=c0013c02063c0306 application: control: fir=true fin=true con=false uns=false sequence=0 function_code=read objects: group=60 variation=2 qualifier=6 prefix_code=0 range_code=6 count=0 objects: group=60 variation=3 qualifier=6 prefix_code=0 range_code=6 count=0 complete=true object=15362 object=15363 access=read\n"
      "< 0 type=response src=10 dst=1 control: dir=false pri=true fcb=false fcv=false function_code=4 frames=1 data=c081900001020000028101011e01280100050001aabbccdd iin_bits=36864 application: control: fir=true fin=true con=false uns=false sequence=0 function_code=response objects: group=1 variation=2 qualifier=0 prefix_code=0 range_code=0 start=0 stop=2 count=3 points: index=0 value=1 flags=1 points: index=1 value=0 flags=1 points: index=2 value=0 flags=1 objects: group=30 variation=1 qualifier=40 prefix_code=2 range_code=8 count=1 points: index=5 flags=1 value=-573785174 complete=true object=258 object=7681 access=read request_function_code=read response_time=1000 iin: indicators=device_restart indicators=need_time\n" },
    { "select", SELECT, "type function_code group variation qualifier prefix_code range_code count complete",
      "> 0 type=request function_code=4 function_code=select group=12 variation=1 qualifier=40 prefix_code=2 range_code=8 count=1 complete=true\n" },
    { "unsolicited and confirmed", UNSOLICITED CONFIRM, "type con uns sequence function_code group variation count complete",
      "< 0 type=unsolicited_response function_code=4 con=true uns=true sequence=3 function_code=unsolicited_response group=22 variation=1 count=2 complete=true\n"
      "> 0 type=request function_code=4 con=false uns=true sequence=3 function_code=confirm complete=true\n" },
    { "packed bits", BITS, "group variation start stop count complete",
      "< 0 group=10 variation=1 start=0 stop=11 count=12 group=3 variation=1 start=0 stop=3 count=4 complete=true !response_unasked\n" },
    { "three segments", FIRST NEXT LAST, "data group variation count complete",
      "< 0 data=c48100006e0517020068656c6c6f01776f726c64 group=110 variation=5 count=2 complete=true !response_unasked\n" },
    { "a segment out of sequence", FIRST LAST RESTART, "type function_code",
      "< 0 type=response function_code=4 function_code=response !response_unasked !incomplete\n"
      "< 1 type=link function_code=4 !transport_sequence\n"
      "> 2 type=request function_code=4 function_code=cold_restart\n" },
    { "a segment without a first", LAST, "type",
      "< 0 type=link !transport_sequence\n" },
    { "a new first segment", FIRST BITS, "type function_code group",
      "< 0 type=response function_code=4 function_code=response group=110 !response_unasked !incomplete\n"
      "< 1 type=response function_code=4 function_code=response group=10 group=3 !response_unasked\n" },
    { "a link frame", RESET_LINK, NULL,
      "> 0 type=link access=session src=1 dst=10 control: dir=true pri=true fcb=false fcv=false function_code=0 frames=1\n" },
    { "an object of unknown size", UNKNOWN, "type function_code group variation count complete indicators",
      "< 0 type=response function_code=4 function_code=response group=200 variation=7 count=1 complete=false !unknown_object !response_unasked\n" },
    { "free format", FILE, "type function_code group variation count complete indicators",
      "> 0 type=request function_code=4 function_code=open_file group=70 variation=3 count=1 complete=true !malformed\n" },
    { "objects that reach too far", NO_ROOM, "type function_code group variation count complete indicators",
      "> 0 type=request function_code=4 function_code=write group=50 variation=1 count=1 complete=false !malformed\n" },
    { "indices backwards", BACKWARDS, "type function_code group variation count complete indicators",
      "> 0 type=request function_code=4 function_code=read group=30 variation=0 count=0 complete=false !malformed\n" },
    { "a reserved range", RESERVED, "type function_code group variation count complete indicators",
      "> 0 type=request function_code=4 function_code=read group=30 variation=0 count=0 complete=false !malformed\n" },
    { "no room for a header", SHORT, "type",
      "> 0 type=link !len_too_small\n" },
    { "user data with a wrong CRC", BAD_USER READ, "type",
      "> 0 type=link !bad_transport_crc\n"
      "> 1 type=request\n" },
    { "a header with a wrong CRC", BAD_LINK READ, "type",
      "> 0 type=link !bad_link_crc\n"
      "> 1 type=request\n" },
    { "a length under five", TOO_SMALL, "type",
      "> 0 type=link !len_too_small\n"
      "lost >\n" },
    { "the way back after a gap", READ ">>> gap 11\n>>> 64 05 0102 05\n" SELECT, "function_code",
      "> 0 function_code=4 function_code=read\n"
      "> 1 function_code=4 function_code=select\n" },
    { "a select and its answer", SELECT, "type access group op_type trip_close times on_time off_time status_code index",
      "> 0 type=request group=12 index=7 op_type=latch_on trip_close=nul times=1 on_time=100 off_time=100 status_code=success access=control\n" },
    { "operated and refused", CROB CROB_NO, "type access index op_type trip_close times on_time off_time status_code status_code request_function_code",
      "> 0 type=request index=3 op_type=pulse_on trip_close=trip times=2 on_time=1500 off_time=500 status_code=success access=control\n"
      "< 0 type=response index=3 op_type=pulse_on trip_close=trip times=2 on_time=1500 off_time=500 status_code=local access=control request_function_code=direct_operate\n" },
    { "selected, then operated", SELECT_1 OPERATE_1, "function_code index real selected",
      "> 0 function_code=4 function_code=select index=4 real=1.5\n"
      "> 1 function_code=4 function_code=operate index=4 real=1.5 selected=true\n" },
    { "selected one thing, operated another", SELECT_1 OPERATE_2, "function_code real selected",
      "> 0 function_code=4 function_code=select real=1.5\n"
      "> 1 function_code=4 function_code=operate real=2.5 selected=false !operate_unselected\n" },
    { "operated without a select", OPERATE_1, "function_code selected",
      "> 0 function_code=4 function_code=operate selected=false !operate_unselected\n" },
    { "events with relative and absolute times", EVENTS EVENTS_CONFIRMED, "type access group index value real flags quality time relative_time uns",
      "< 0 type=unsolicited_response uns=true group=51 time=1700000000000000 group=2 index=5 value=1 flags=34 quality=offline quality=restart quality=chatter_filter relative_time=250 time=1700000000250000 group=32 index=9 flags=33 quality=over_range real=-2.5 time=1700000000500000 group=22 index=8 flags=0 quality=offline value=4000000000 access=report\n"
      "> 0 type=request uns=true access=session\n" },
    { "what a device says of itself", IDENTIFY IDENTITY, "access variation index text value vendor product software_version serial device_name complete",
      "> 0 variation=252 variation=254 complete=true access=identify\n"
      "< 0 variation=252 index=0 text=\"Drill Works\" variation=250 index=0 text=\"RTU-7\" variation=242 index=0 text=\"2.1.0\" variation=248 index=0 text=\"SN0042\" variation=247 index=0 text=\"Pump house\" variation=209 index=0 value=2048 complete=true access=identify vendor=\"Drill Works\" product=\"RTU-7\" software_version=\"2.1.0\" serial=\"SN0042\" device_name=\"Pump house\"\n" },
    { "time written, restart cleared", SET_TIME, "access group index value time",
      "> 0 group=50 time=1700000000000000 group=80 index=7 value=0 access=set_time\n" },
    { "a file opened", OPEN_FILE OPENED BLOCK, "access file_name file_mode file_size file_handle file_status block_size request_id permissions file_block file_last octets",
      "> 0 file_name=\"/conf/rtu.xml\" file_mode=write file_size=1234 permissions=420 block_size=1024 request_id=1 access=file\n"
      "< 0 file_handle=99 file_size=1234 block_size=1024 request_id=1 file_status=permission_denied access=file\n"
      "> 1 file_handle=99 file_block=3 file_last=true octets=3c7274752f3e access=file\n" },
    { "a user's name without the password", LOGIN, "access user_name octets text",
      "> 0 user_name=\"admin\" access=authenticate\n" },
    { "secure authentication", CHALLENGE AUTH_ERROR AGGRESSIVE, "type access group variation challenge_sequence user mac_algorithm challenge_reason auth_error association text mac index complete",
      "< 0 type=response group=120 variation=1 challenge_sequence=9 user=1 mac_algorithm=hmac_sha256_16 challenge_reason=critical complete=true access=authenticate !response_unasked\n"
      "< 1 type=response group=120 variation=7 challenge_sequence=9 user=1 association=0 auth_error=authentication_failed text=\"no\" complete=true access=authenticate !response_unasked\n"
      "> 2 type=request group=120 variation=3 challenge_sequence=10 user=1 group=12 variation=1 index=1 group=120 variation=9 mac=0001020304050607 complete=true access=control\n" },
    { "strings, double bits, delays, statistics, digits", STRINGS, "group variation index octets value time delay association flags complete",
      "< 0 group=110 variation=5 index=2 octets=68656c6c6f index=3 octets=776f726c64 group=3 variation=1 index=0 value=0 index=1 value=1 index=2 value=2 index=3 value=3 index=4 value=2 group=4 variation=2 index=1 value=3 flags=1 time=1700000000000000 group=52 variation=2 delay=250 group=121 variation=1 index=0 flags=1 association=2 value=3 group=101 variation=1 index=0 value=1234 complete=true !response_unasked\n" },
    { "points that are read", INDEXED_READ, "group prefix_code count index complete",
      "> 0 group=30 prefix_code=1 count=2 index=4 index=9 complete=true\n" },
    { "an answer in two fragments", INDEXED_READ MORE_1 MORE_2, "type fir fin con request_function_code response_time",
      "> 0 type=request fir=true fin=true con=false\n"
      "< 0 type=response fir=true fin=false con=true request_function_code=read response_time=1000\n"
      "< 0 type=response fir=false fin=true con=false request_function_code=read response_time=2000\n" },
    { "to all stations", BROADCAST, "access dst broadcast",
      "> 0 dst=65535 broadcast=true access=restart\n" },
    { "a command from an outstation", FROM_SLAVE, "access function_code",
      "> 0 function_code=4 function_code=cold_restart access=restart !wrong_direction\n" },
    { "a function that nobody defined", ODD_FUNCTION, "access function_code",
      "> 0 function_code=4 function_code=60 access=other !unknown_function\n" },
    { "a link function that nobody defined, and a refusal", ODD_LINK NACK, "type access function_code",
      "> 0 type=link access=session function_code=10 !unknown_link_function\n"
      "< 1 type=link access=session function_code=1\n" },
    { "a freeze at a time", FREEZE_LATER, "access group time interval complete",
      "> 0 group=50 time=1700000000000000 interval=60000 group=20 complete=true access=read\n" },
};

static void each_fragment_is_one_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_dnp3, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_dnp3, EVERYTHING);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_dnp3, EVERYTHING);
    dissect_survives_every_bit_change(&dissector_dnp3, EVERYTHING);
}

static void requests_without_any_answer_are_a_flood(void **unused)
{
    (void)unused;
    struct dissect_run run;
    struct dialogue *d = dialogue_read(RESTART);
    dissect_run_begin(&run, &dissector_dnp3, "type");
    for (unsigned i = 0; i < 501; i++)
        dialogue_play(&run, d, 0);
    char *said = dissect_run_end(&run);
    const char *flood = strstr(said, "!flooded");
    assert_non_null(flood);
    assert_memory_equal(flood - strlen("> 499 type=request "), "> 499", 5);
    assert_null(strstr(flood + 1, "!flooded"));
    free(said);
    dialogue_free(d);
}

static void a_fragment_left_open_is_told_as_far_as_it_goes(void **unused)
{
    (void)unused;
    struct dissect_run run;
    struct dialogue *first = dialogue_read(FIRST);
    dissect_run_begin(&run, &dissector_dnp3, "type");
    dialogue_play(&run, first, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "< 0 type=response !response_unasked !incomplete\n");
    free(said);
    dialogue_free(first);
}

static void a_refusal_is_an_answer_that_says_no(void **unused)
{
    (void)unused;
    static const struct { const char *name, *bytes; bool answer, refused; } each[] = {
        { "a request", CROB, false, false },
        { "a control's status", CROB_NO, true, true },
        { "a file's status", OPENED, true, true },
        { "an authentication error", AUTH_ERROR, true, true },
        { "a link refusal", NACK, true, true },
        { "an answer that says yes", RESPONSE, true, false },
        { "a confirmation, which is a master's", CONFIRM, false, false },
    };
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        struct dissect_run run;
        struct dialogue *d = dialogue_read(each[i].bytes);
        dissect_run_begin(&run, &dissector_dnp3, "type");
        dialogue_play(&run, d, 0);
        if (run.sink.scratch->answer != each[i].answer || run.sink.scratch->refused != each[i].refused)
            fail_msg("%s", each[i].name);
        free(dissect_run_end(&run));
        dialogue_free(d);
    }
}

static const struct { const char *name, *bytes; enum probe want; } probes[] = {
    { "a link header",        READ, PROBE_YES },
    { "with a wrong CRC",     BAD_LINK, PROBE_MAYBE },
    { "with a length under five", TOO_SMALL, PROBE_NO },
    { "its beginning",        ">>> 0564 05", PROBE_MORE },
    { "other start octets",   ">>> 0565 05", PROBE_NO },
};

static void the_probe_believes_the_crc(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = OVER_TCP };
        struct dialogue *d = dialogue_read(probes[i].bytes);
        if (dissector_dnp3.probe(&conv, cursor_over(d->bytes, d->len)) != probes[i].want)
            fail_msg("%s", probes[i].name);
        dialogue_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fragment_is_one_record),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(requests_without_any_answer_are_a_flood),
        cmocka_unit_test(a_fragment_left_open_is_told_as_far_as_it_goes),
        cmocka_unit_test(a_refusal_is_an_answer_that_says_no),
        cmocka_unit_test(the_probe_believes_the_crc),
    };
    return cmocka_run_group_tests_name("dnp3", tests, NULL, NULL);
}
