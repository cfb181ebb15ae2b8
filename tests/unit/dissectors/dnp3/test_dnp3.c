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

#define EVERYTHING READ RESPONSE SELECT UNSOLICITED CONFIRM BITS FIRST NEXT LAST RESET_LINK UNKNOWN FILE RESTART

static const char brief[] = "type function_code group variation count complete indicators";

static const struct dialogue_case cases[] = {
    { "asked and answered", READ RESPONSE, NULL, "> 0 type=request src=1 dst=10 control: dir=true pri=true fcb=false fcv=false function_code=4 "
      "data=c0013c02063c0306 application: control: fir=true fin=true con=false uns=false sequence=0 function_code=read "
      "objects: group=60 variation=2 qualifier=6 prefix_code=0 range_code=6 count=0 objects: group=60 variation=3 "
      "qualifier=6 prefix_code=0 range_code=6 count=0 complete=true object=15362 object=15363\n"
      "< 1 type=response src=10 dst=1 control: dir=false pri=true fcb=false fcv=false function_code=4 "
      "data=c081900001020000028101011e01280100050001aabbccdd iin_bits=36864 application: control: fir=true fin=true "
      "con=false uns=false sequence=0 function_code=response objects: group=1 variation=2 qualifier=0 prefix_code=0 "
      "range_code=0 start=0 stop=2 count=3 objects: group=30 variation=1 qualifier=40 prefix_code=2 range_code=8 "
      "count=1 complete=true object=258 object=7681 iin: indicators=device_restart indicators=need_time\n" },
    { "select", SELECT, "type function_code group variation qualifier prefix_code range_code count complete", "> 0 type=request function_code=4 function_code=select group=12 variation=1 qualifier=40 prefix_code=2 "
      "range_code=8 count=1 complete=true\n" },
    { "unsolicited and confirmed", UNSOLICITED CONFIRM, "type con uns sequence function_code group variation count complete", "< 0 type=unsolicited_response function_code=4 con=true uns=true sequence=3 function_code=unsolicited_response "
      "group=22 variation=1 count=2 complete=true\n"
      "> 1 type=request function_code=4 con=false uns=true sequence=3 function_code=confirm complete=true\n" },
    { "packed bits", BITS, "group variation start stop count complete", "< 0 group=10 variation=1 start=0 stop=11 count=12 group=3 variation=1 start=0 stop=3 count=4 complete=true\n" },
    { "three segments", FIRST NEXT LAST, "data group variation count complete", "< 0 data=c48100006e0517020068656c6c6f01776f726c64 group=110 variation=5 count=2 complete=true\n" },
    { "a segment out of sequence", FIRST LAST RESTART, "type function_code", "< 0 type=link function_code=4 !transport_sequence\n"
      "> 1 type=request function_code=4 function_code=cold_restart\n" },
    { "a segment without a first", LAST, "type", "< 0 type=link !transport_sequence\n" },
    { "a new first segment", FIRST BITS, "type function_code group", "< 0 type=response function_code=4 function_code=response group=10 group=3\n" },
    { "a link frame", RESET_LINK, NULL, "> 0 type=link src=1 dst=10 control: dir=true pri=true fcb=false fcv=false function_code=0\n" },
    { "an object of unknown size", UNKNOWN, brief, "< 0 type=response function_code=4 function_code=response group=200 variation=7 count=1 complete=false "
      "!unknown_object\n" },
    { "free format", FILE, brief, "> 0 type=request function_code=4 function_code=open_file group=70 variation=3 count=1 complete=true\n" },
    { "objects that reach too far", NO_ROOM, brief, "> 0 type=request function_code=4 function_code=write group=50 variation=1 count=1 complete=false !malformed\n" },
    { "indices backwards", BACKWARDS, brief, "> 0 type=request function_code=4 function_code=read group=30 variation=0 count=0 complete=false !malformed\n" },
    { "a reserved range", RESERVED, brief, "> 0 type=request function_code=4 function_code=read group=30 variation=0 count=0 complete=false !malformed\n" },
    { "no room for a header", SHORT, "type", "> 0 type=link !len_too_small\n" },
    { "user data with a wrong CRC", BAD_USER READ, "type", "> 0 type=link !bad_transport_crc\n"
      "> 1 type=request\n" },
    { "a header with a wrong CRC", BAD_LINK READ, "type", "> 0 type=link !bad_link_crc\n"
      "lost >\n" },
    { "a length under five", TOO_SMALL, "type", "> 0 type=link !len_too_small\n"
      "lost >\n" },
    { "the way back after a gap", READ ">>> gap 11\n>>> 64 05 0102 05\n" SELECT, "function_code", "> 0 function_code=4 function_code=read\n"
      "> 1 function_code=4 function_code=select\n" },
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

static void a_fragment_left_open_is_given_back(void **unused)
{
    (void)unused;
    struct dissect_run run;
    struct dialogue *first = dialogue_read(FIRST);
    dissect_run_begin(&run, &dissector_dnp3, "type");
    dialogue_play(&run, first, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "");
    free(said);
    dialogue_free(first);
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
        cmocka_unit_test(a_fragment_left_open_is_given_back),
        cmocka_unit_test(the_probe_believes_the_crc),
    };
    return cmocka_run_group_tests_name("dnp3", tests, NULL, NULL);
}
