#include "tests/support/dissect.h"

#include "dissectors/fox/fox.h"

#define HELLO     ">>> \"fox a 1 -1 fox hello\\n{\\nfox.version=s:1.0\\nid=i:1\\nhostName=s:eng\\nhostAddress=s:10.0.0.5\\n" \
                  "app.name=s:Workbench\\napp.version=s:3.7.44\\nhostId=s:Win-99CB\\nbrandId=s:vykon\\n};;\\n\"\n"
#define STATION   "<<< \"fox a 0 -1 fox hello\\n{\\nhostName=s:jace\\napp.name=s:Station\\napp.version=s:3.5.41.1\\nos.name=s:QNX\\n" \
                  "station.name=s:North\\nsysInfo=o:bog 9[</bog>;;\\n]\\n};;\\n\"\n"
#define CHALLENGE "<<< \"fox a 1 -1 fox challenge\\n{\\nmethod=s:digest-md5\\nnonce=b:6[};;\\n\" 0001 \"]\\n};;\\n\"\n"
#define LOGIN     ">>> \"fox a 2 1 fox login\\n{\\nusername=s:operator\\ncredentials=b:4[\" 01020304 \"]\\n};;\\n\"\n"
#define REQUEST   ">>> \"fox s 7 -1 station getProperty\\n{\\nord=s:slot:/a\\n};;\\n\"\n"
#define REFUSED   "<<< \"fox e 3 7 station getProperty\\n{\\n};;\\n\"\n"
#define ALL       HELLO STATION CHALLENGE LOGIN REQUEST REFUSED

static const struct dialogue_case cases[] = {
    { "a workbench and a station say who they are", HELLO STATION, NULL,
      "> 0 kind=\"a\" sequence=1 answers=-1 channel=\"fox\" command=\"hello\" access=identify fox_version=\"1.0\" properties: name=\"id\" type=\"i\" "
      "value=\"1\" host_name=\"eng\" host_address=\"10.0.0.5\" application=\"Workbench\" application_version=\"3.7.44\" host_id=\"Win-99CB\" "
      "brand=\"vykon\"\n"
      "< 0 kind=\"a\" sequence=0 answers=-1 channel=\"fox\" command=\"hello\" access=identify host_name=\"jace\" application=\"Station\" "
      "application_version=\"3.5.41.1\" os_name=\"QNX\" station_name=\"North\" properties: name=\"sysInfo\" type=\"o\" "
      "value=\"bog 9[</bog>;;\\n]\" response_time=1000\n" },
    { "a login: its octets may hold an end, and proofs are not kept", CHALLENGE LOGIN, "command access method user name answers",
      "< 0 answers=-1 command=\"challenge\" access=authenticate method=\"digest-md5\"\n"
      "> 0 answers=1 command=\"login\" access=authenticate user=\"operator\"\n" },
    { "a request that is refused", REQUEST REFUSED, "kind channel command name value",
      "> 0 kind=\"s\" channel=\"station\" command=\"getProperty\" name=\"ord\" value=\"slot:/a\"\n"
      "< 0 kind=\"e\" channel=\"station\" command=\"getProperty\"\n" },
    { "a line that is no property", ">>> \"fox a 1 -1 fox x\\n{\\nnothing\\n};;\\n\"\n", "command", "> 0 command=\"x\" !invalid_frame\n" },
    { "after a gap", ">>> gap 9\n>>> \"id=i:1\\n};;\\n\"\n" REQUEST, "command", "> 0 command=\"getProperty\"\n" },
    { "another first line", ">>> \"fox and hounds are here today\\n\"\n", "command", "lost >\n" },
    { "something else", ">>> \"GET / HTTP/1.1\\r\\n\"\n", "command", "lost >\n" },
};

static void each_frame_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_fox, &cases[i]);
}

static enum probe probed(const char *text)
{
    struct conversation conv = { .over = OVER_TCP };
    struct dialogue *d = dialogue_read(text);
    enum probe p = dissector_fox.probe(&conv, cursor_over(d->bytes, d->len));
    dialogue_free(d);
    return p;
}

static void a_frame_is_known_by_its_first_line(void **unused)
{
    (void)unused;
    assert_int_equal(probed(HELLO), PROBE_YES);
    assert_int_equal(probed(">>> \"fox a 1\"\n"), PROBE_MORE);
    assert_int_equal(probed(">>> \"fox a one -1 fox hello\\n\"\n"), PROBE_NO);
    assert_int_equal(probed(">>> \"fix\"\n"), PROBE_NO);
}

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_fox, ALL);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_fox, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_fox, ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_gives_its_fields),
        cmocka_unit_test(a_frame_is_known_by_its_first_line),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
