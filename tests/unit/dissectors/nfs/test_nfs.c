/* The messages below were put together word by word from RFC 5531, 1094, 1813 and 7530. */
#include "tests/support/dissect.h"

#include "dissectors/nfs/nfs.h"

#define NULL_CALL \
    ">>> 80000028000000010000000000000002000186a3000000030000000000000000000000000000000000000000\n" \
    "<<< 80000018000000010000000100000000000000000000000000000000\n"
#define LOOKUP3 \
    ">>> 80000054000000020000000000000002000186a300000003000000030000000100000018000000070000000477733031000003e800000064\n" \
    "    0000000000000000000000000000000511223344550000000000000365746300\n" \
    "<<< 8000001c00000002000000010000000000000000000000000000000000000002\n"
#define WRITE3 \
    ">>> 80000064000000030000000000000002000186a300000003000000070000000100000018000000070000000477733031000003e800000064\n" \
    "    000000000000000000000000000000051122334455000000000000000000200000000004000000010000000464617461\n" \
    "<<< 8000001c00000003000000010000000000000000000000000000000000000000\n"
#define RENAME3 \
    ">>> 80000070000000040000000000000002000186a3000000030000000e0000000100000018000000070000000477733031000003e800000064\n" \
    "    00000000000000000000000000000005112233445500000000000005612e74787400000000000005112233445500000000000008612e6c6f\n" \
    "    636b6564\n"
#define LOOKUP2 \
    ">>> 8000006c000000050000000000000002000186a300000002000000040000000100000018000000070000000477733031000003e800000064\n" \
    "    0000000000000000000000000707070707070707070707070707070707070707070707070707070707070707000000067061737377640000\n"
#define COMPOUND4 \
    ">>> 800000a8000000060000000000000002000186a300000004000000010000000100000018000000070000000477733031000003e800000064\n" \
    "    0000000000000000000000000000000000000000000000050000001600000005112233445500000000000012000000000000000100000000\n" \
    "    0000000000000000000000056f776e6572000000000000000000000000000005782e646f630000000000000a000000090000000100000018\n" \
    "    000003e7\n" \
    "<<< 8000001c00000006000000010000000000000000000000000000000000000000\n"
#define REFUSED \
    ">>> 8000004c000000070000000000000002000186a300000003000000010000000100000018000000070000000477733031000003e800000064\n" \
    "    000000000000000000000000000000051122334455000000\n" \
    "<<< 800000140000000700000001000000010000000100000002\n"
#define SHORT \
    ">>> 80000054000000080000000000000002000186a300000003000000030000000100000018000000070000000477733031000003e800000064\n" \
    "    0000000000000000000000000000000511223344550000000000002865746300\n"
#define FRAGMENTS \
    ">>> 00000050000000090000000000000002000186a300000003000000030000000100000018000000070000000477733031000003e800000064\n" \
    "    000000000000000000000000000000051122334455000000000000038000000475737200\n"
#define DATAGRAM \
    ">>> 000000020000000000000002000186a300000003000000030000000100000018000000070000000477733031000003e80000006400000000\n" \
    "    00000000000000000000000511223344550000000000000365746300\n" \
    "<<< 00000002000000010000000000000000000000000000000000000000000000051122334455000000\n"

static const struct dialogue_case cases[] = {
    { "the call that does nothing", NULL_CALL, NULL,
      "> 0 version=3 procedure=\"NULL\" type=request id=0 rpc: xid=1 auth_type=NULL\n"
      "< 0 version=3 procedure=\"NULL\" type=response id=0 rpc: xid=1 status=ACCEPTED\n" },
    { "a name is looked up", LOOKUP3, NULL,
      "> 0 version=3 procedure=\"LOOKUP\" type=request id=0 handle=1122334455 filename=\"etc\" request_version=3 procedure_number=3 rpc: xid=2 auth_type=UNIX machine_name=\"ws01\" uid=1000 gid=100\n"
      "< 0 version=3 procedure=\"LOOKUP\" type=response id=0 status=ERR_NOENT rpc: xid=2 status=ACCEPTED\n" },
    { "writing", WRITE3, "procedure handle offset count status",
      "> 0 procedure=\"WRITE\" handle=1122334455 offset=8192 count=4\n"
      "< 0 procedure=\"WRITE\" status=OK status=ACCEPTED\n" },
    { "writing goes on: for rules it is one transaction", WRITE3 WRITE3, "procedure_number",
      "> 0 procedure_number=7\n"
      "< 0\n"
      "> 1\n"
      "< 1\n" },
    { "a file gets another name", RENAME3, "procedure filename rename_to",
      "> 0 procedure=\"RENAME\" filename=\"a.txt\" rename_to=\"a.locked\"\n" },
    { "version 2", LOOKUP2, "version procedure filename",
      "> 0 version=2 procedure=\"LOOKUP\" filename=\"passwd\"\n" },
    { "version 4: operations up to one that is not known", COMPOUND4, "version procedure operations filename handle status",
      "> 0 version=4 procedure=\"COMPOUND\" operations=\"PUTFH\" handle=1122334455 operations=\"OPEN\" filename=\"x.doc\" operations=\"GETFH\" operations=\"GETATTR\"\n"
      "< 0 version=4 procedure=\"COMPOUND\" status=OK status=ACCEPTED\n" },
    { "a call refused", REFUSED, "procedure status",
      "> 0 procedure=\"GETATTR\"\n"
      "< 0 procedure=\"GETATTR\" status=DENIED\n" },
    { "a name longer than its call", SHORT, "procedure filename",
      "> 0 procedure=\"LOOKUP\" !malformed_data\n" },
    { "a call in two fragments is read by the first", FRAGMENTS WRITE3, "procedure filename",
      "> 0 procedure=\"LOOKUP\"\n"
      "> 1 procedure=\"WRITE\"\n"
      "< 1 procedure=\"WRITE\"\n" },
    { "a hole", LOOKUP3 ">>> gap 10\n", "procedure",
      "> 0 procedure=\"LOOKUP\"\n"
      "< 0 procedure=\"LOOKUP\"\n"
      "lost >\n" },
};

/* Without credentials: xid, call, RPC 2, NFS, version, procedure, two empty authentications. */
#define CALL(mark, xid, version, procedure) \
    ">>> 8000" mark " 000000" xid " 00000000 00000002 000186a3 0000000" version " 000000" procedure " 00000000 00000000 00000000 00000000 "
#define REPLY(mark, xid) "<<< 8000" mark " 000000" xid " 00000001 00000000 00000000 00000000 00000000 00000000 "
#define LOOKED_UP3 CALL("003c", "20", "3", "03") "00000004 99999999 00000005 \"a.exe\" 000000\n" REPLY("002c", "20") "00000004 11223344 00000000 00000000\n"
#define PUT3(xid, mark, offset, count, data) CALL(mark, xid, "3", "07") "00000004 11223344 00000000000000" offset " 000000" count " 00000002 000000" count " " data "\n"
#define COMMIT3 CALL("003c", "2f", "3", "15") "00000004 11223344 0000000000000000 00000000\n"
#define GET3(xid, offset) CALL("003c", xid, "3", "06") "00000004 11223344 00000000000000" offset " 00000020\n"
#define GOT3(xid, mark, count, eof, data) REPLY(mark, xid) "00000000 000000" count " 0000000" eof " 000000" count " " data "\n"
#define GET2 CALL("0054", "21", "2", "06") "11111111111111111111111111111111 11111111111111111111111111111111 00000000 00000020 00000000\n"
#define GOT2 REPLY("0068", "21") "00000001 000081a4 00000001 00000000 00000000 00000003 00000000 00000000 00000000 00000000 00000000 " \
    "00000000 00000000 00000000 00000000 00000000 00000000 00000003 \"abc\" 00\n"
#define COMPOUND(mark, xid, count) CALL(mark, xid, "4", "01") "00000000 00000001 0000000" count " "
#define DONE(mark, xid, count) REPLY(mark, xid) "00000000 0000000" count " "
#define PUTFH4 "00000016 00000004 11223344 "
#define STATE4 "00000000000000000000000000000000 "
#define OPEN4 COMPOUND("0074", "30", "3") PUTFH4 "00000012 00000000 00000001 00000000 0000000000000000 00000000 00000000 00000000 00000005 \"a.exe\" 000000 0000000a\n" \
    DONE("0074", "30", "3") "00000016 00000000 00000012 00000000 " STATE4 "000000000000000000000000000000000000000000000000 00000000 00000000 " \
    "0000000a 00000000 00000004 55667788\n"
#define READ4 COMPOUND("0060", "31", "2") "00000016 00000004 55667788 00000019 " STATE4 "0000000000000000 00000020\n" \
    DONE("0040", "31", "2") "00000016 00000000 00000019 00000000 00000001 00000003 \"abc\" 00\n"
#define WRITE4 COMPOUND("0068", "32", "2") "00000016 00000004 55667788 00000026 " STATE4 "0000000000000000 00000002 00000003 \"abc\" 00\n"
#define CLOSE4 COMPOUND("0058", "33", "2") "00000016 00000004 55667788 00000004 00000000 " STATE4 "\n"
#define SHOWN "procedure filename files size state gaps file_data"
#define NAMED " filename=\"a.exe\" files: filename=\"a.exe\""

static const struct dialogue_case contents[] = {
    { "version 3: what was written is told when it is committed",
      LOOKED_UP3 PUT3("22", "0048", "00", "03", "\"abc\" 00") PUT3("23", "0048", "03", "02", "\"de\" 0000") COMMIT3, SHOWN,
      "> 0 procedure=\"LOOKUP\" filename=\"a.exe\"\n< 0 procedure=\"LOOKUP\"\n> 1 procedure=\"WRITE\"\n> 2 procedure=\"WRITE\"\n> 3 procedure=\"COMMIT\"\n"
      "> 4 procedure=\"WRITE\"" NAMED " size=5 state=CLOSED gaps=false file_data=6162636465\n" },
    { "nobody commits", PUT3("22", "0048", "00", "03", "\"abc\" 00"), SHOWN,
      "> 0 procedure=\"WRITE\"\n> 1 procedure=\"WRITE\" files: size=3 state=CLOSED gaps=false file_data=616263\n" },
    { "version 3: what was read is told with its end, whatever the order",
      LOOKED_UP3 GET3("24", "00") GET3("25", "03") GOT3("25", "0030", "02", "1", "\"de\" 0000") GOT3("24", "0030", "03", "0", "\"abc\" 00"), SHOWN,
      "> 0 procedure=\"LOOKUP\" filename=\"a.exe\"\n< 0 procedure=\"LOOKUP\"\n> 1 procedure=\"READ\"\n> 2 procedure=\"READ\"\n< 2 procedure=\"READ\"\n"
      "< 1 procedure=\"READ\"\n< 3 procedure=\"READ\"" NAMED " size=5 state=CLOSED gaps=false file_data=6162636465\n" },
    { "version 2: the attributes say how long it is", GET2 GOT2, SHOWN,
      "> 0 procedure=\"READ\"\n< 0 procedure=\"READ\"\n< 1 procedure=\"READ\" files: size=3 state=CLOSED gaps=false file_data=616263\n" },
    { "version 4", OPEN4 READ4 WRITE4 CLOSE4, SHOWN,
      "> 0 procedure=\"COMPOUND\" filename=\"a.exe\"\n< 0 procedure=\"COMPOUND\"\n> 1 procedure=\"COMPOUND\"\n< 1 procedure=\"COMPOUND\"\n"
      "< 2 procedure=\"READ\"" NAMED " size=3 state=CLOSED gaps=false file_data=616263\n> 3 procedure=\"COMPOUND\"\n> 4 procedure=\"COMPOUND\"\n"
      "> 5 procedure=\"WRITE\"" NAMED " size=3 state=CLOSED gaps=false file_data=616263\n" },
};

static void contents_of_files_are_told_once(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
        dialogue_case_holds(&dissector_nfs, &contents[i]);
}

/* Seventeen files are written; the first makes room for the last, and is told then. */
static void the_file_longest_untouched_makes_room(void **unused)
{
    (void)unused;
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_nfs, "handle size");
    for (unsigned i = 0; i < 17; i++) {
        char text[256];
        snprintf(text, sizeof text, ">>> 80000048 000000%02x 00000000 00000002 000186a3 00000003 00000007 00000000 00000000 00000000 00000000 "
                 "00000004 000000%02x 0000000000000000 00000003 00000002 00000003 61626300\n", i, i);
        struct dialogue *d = dialogue_read(text);
        dialogue_play(&run, d, 0);
        dialogue_free(d);
    }
    fflush(run.out);
    assert_non_null(strstr(run.said, "> 16 handle=00000010\n> 17 handle=00000000 size=3\n"));
    assert_null(strstr(run.said, "handle=00000001 size"));
    char *said = dissect_run_end(&run);
    assert_non_null(strstr(said, "handle=00000001 size=3\n"));
    assert_non_null(strstr(said, "handle=00000010 size=3\n"));
    free(said);
}

static void messages_are_read_as_the_standards_say(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_nfs, &cases[i]);
}

static void a_datagram_is_a_message(void **unused)
{
    struct dissect_run run;
    (void)unused;
    dissect_run_begin(&run, &dissector_nfs, "procedure filename type");
    run.conv.over = OVER_UDP;
    struct dialogue *d = dialogue_read(DATAGRAM);
    dialogue_play(&run, d, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0 procedure=\"LOOKUP\" type=request filename=\"etc\"\n< 0 procedure=\"LOOKUP\" type=response\n");
    free(said);
    dialogue_free(d);
}

/* A write of 4000 bytes whose end goes into its file as it comes, and another call behind it. */
static void bulk_goes_into_its_file(void **unused)
{
    (void)unused;
    static const char write[] = ">>> 80000fe4 00000003 00000000 00000002 000186a3 00000003 00000007 00000000 00000000 00000000 00000000 "
        "00000004 11223344 0000000000000000 00000fa0 00000000 00000fa0 ";
    static const char next[] = "\n" LOOKUP3;
    size_t size = sizeof write + sizeof next + 2 * 4000;
    char *text = malloc(size);
    snprintf(text, size, "%s%0*d%s", write, 2 * 4000, 0, next);
    for (size_t step = 0; step < 900; step += 300) {
        char *said = dissect_dialogue(&dissector_nfs, text, step, "procedure count filename size state");
        assert_string_equal(said, "> 0 procedure=\"WRITE\" count=4000\n> 1 procedure=\"LOOKUP\" filename=\"etc\"\n< 1 procedure=\"LOOKUP\"\n"
                                  "> 2 procedure=\"WRITE\" size=4000 state=CLOSED\n");
        free(said);
    }
    free(text);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_nfs, NULL_CALL LOOKUP3 WRITE3 RENAME3 LOOKUP2 COMPOUND4 FRAGMENTS);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_nfs, LOOKUP3 WRITE3 RENAME3 LOOKUP2 COMPOUND4 FRAGMENTS);
    dissect_survives_every_prefix(&dissector_nfs, LOOKED_UP3 GET3("24", "00") GOT3("24", "0030", "03", "1", "\"abc\" 00") GET2 GOT2 OPEN4 READ4 WRITE4 CLOSE4);
    dissect_survives_every_bit_change(&dissector_nfs, LOOKED_UP3 GET3("24", "00") GOT3("24", "0030", "03", "1", "\"abc\" 00") GET2 GOT2 OPEN4 READ4 WRITE4 CLOSE4);
    dissect_survives_every_bit_change(&dissector_nfs, LOOKUP3 WRITE3 RENAME3 LOOKUP2 COMPOUND4 FRAGMENTS);
}

static void the_probe_asks_for_the_programs_number(void **unused)
{
    static const struct { const char *name; enum dissect_over over; uint8_t bytes[36]; size_t n; enum probe want; } probes[] = {
        { "a call", OVER_TCP, { 0x80, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x86, 0xa3, 0, 0, 0, 3 }, 36, PROBE_YES },
        { "its beginning", OVER_TCP, { 0x80, 0, 0, 40, 0, 0, 0, 1 }, 8, PROBE_MORE },
        { "the port mapper", OVER_TCP, { 0x80, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x86, 0xa0, 0, 0, 0, 2 }, 36, PROBE_NO },
        { "a reply", OVER_TCP, { 0x80, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0 }, 28, PROBE_MAYBE },
        { "text", OVER_TCP, "GET / HTTP/1.1\r\n", 16, PROBE_NO },
        { "a short datagram", OVER_UDP, { 0, 0, 0, 1, 0, 0, 0, 0 }, 8, PROBE_NO },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = probes[i].over };
        if (dissector_nfs.probe(&conv, cursor_over(probes[i].bytes, probes[i].n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read_as_the_standards_say),
        cmocka_unit_test(a_datagram_is_a_message),
        cmocka_unit_test(bulk_goes_into_its_file),
        cmocka_unit_test(contents_of_files_are_told_once),
        cmocka_unit_test(the_file_longest_untouched_makes_room),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_asks_for_the_programs_number),
    };
    return cmocka_run_group_tests_name("nfs", tests, NULL, NULL);
}
