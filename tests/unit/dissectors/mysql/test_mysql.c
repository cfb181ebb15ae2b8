/* The packets below were put together field by field from the protocol's description. */
#include "dissectors/mysql/mysql.h"
#include "tests/support/dissect.h"

#define GREETING \
    "<<< 4a0000000a382e302e3336004d000000414243444546474800fff7ff0200ffdf1500000000000000000000494a4b4c4d4e4f505152535400\n" \
    "    63616368696e675f736861325f70617373776f726400\n"
#define LOGIN \
    ">>> 6f0000010882380000000001ff0000000000000000000000000000000000000000000000726f6f7400046162636473686f70006361636869\n" \
    "    6e675f736861325f70617373776f726400290c5f636c69656e745f6e616d65086c69626d7973716c0c70726f6772616d5f6e616d65056d79\n" \
    "    73716c\n" \
    "<<< 020000020104\n" \
    ">>> 0700000373656372657400\n" \
    "<<< 0700000400000002000000\n"
#define DENIED \
    ">>> 6f0000010882380000000001ff0000000000000000000000000000000000000000000000726f6f7400046162636473686f70006361636869\n" \
    "    6e675f736861325f70617373776f726400290c5f636c69656e745f6e616d65086c69626d7973716c0c70726f6772616d5f6e616d65056d79\n" \
    "    73716c\n" \
    "<<< 16000002ff15042332383030304163636573732064656e696564\n"
#define SELECT \
    ">>> 100000000353454c45435420612046524f4d2074\n" \
    "<<< 010000010117000002036465660000000161000c3f000100000008000000000005000003fe00000200020000040131020000050132050000\n" \
    "    06fe00000200\n"
#define TWO_RESULTS \
    ">>> 090000000343414c4c20702829\n" \
    "<<< 010000010117000002036465660000000161000c3f000100000008000000000005000003fe0000020002000004013105000005fe00000a00\n" \
    "    0700000600030902000000\n"
#define PREPARED \
    ">>> 1900000016494e5345525420494e544f20742056414c55455320283f29\n" \
    "<<< 0c00000100050000000000010000000017000002036465660000000161000c3f000100000008000000000005000003fe00000200\n" \
    ">>> 0a00000017050000000001000000\n" \
    "<<< 0700000100010702000000\n" \
    ">>> 050000001905000000\n"
#define STOLEN \
    ">>> 090000000353454c4543542031\n" \
    "<<< 0c000001fb2f6574632f706173737764\n" \
    ">>> 06000002726f6f743a7800000003\n" \
    "<<< 0700000400000002000000\n"
#define OTHERS \
    ">>> 06000000026d7973716c\n" \
    "<<< 0b000001ff14042332383030306e6f\n" \
    ">>> 050000000c09000000\n" \
    "<<< 0700000100000002000000\n" \
    ">>> 0100000001\n"
#define NEW_EOF \
    ">>> 6f0000010882380900000001ff0000000000000000000000000000000000000000000000726f6f7400046162636473686f70006361636869\n" \
    "    6e675f736861325f70617373776f726400290c5f636c69656e745f6e616d65086c69626d7973716c0c70726f6772616d5f6e616d65056d79\n" \
    "    73716c\n" \
    "<<< 0700000200000002000000\n" \
    ">>> 0b00000003000153454c4543542061\n" \
    "<<< 010000010117000002036465660000000161000c3f000100000008000000000002000003013107000004fe000002000000\n"
#define TLS_BEGINS \
    ">>> 20000001088a380000000001ff0000000000000000000000000000000000000000000000\n"
#define COMPRESSED \
    ">>> 6f0000012882380000000001ff0000000000000000000000000000000000000000000000726f6f7400046162636473686f70006361636869\n" \
    "    6e675f736861325f70617373776f726400290c5f636c69656e745f6e616d65086c69626d7973716c0c70726f6772616d5f6e616d65056d79\n" \
    "    73716c\n" \
    "<<< 0700000200000002000000\n" \
    ">>> 05000000000000010000000e\n"
#define OLD \
    ">>> 120000010000000001726f6f74007878787878787878\n" \
    "<<< 0700000200000002000000\n"
#define BLOCKED \
    "<<< 16000000ff6a04486f7374206973206e6f7420616c6c6f776564\n"

static const struct dialogue_case cases[] = {
    { "a logon", GREETING LOGIN, NULL,
      "< 0 type=greeting version=\"8.0.36\" connection_id=77 auth_plugin=\"caching_sha2_password\"\n"
      "> 0 type=login user=\"root\" password=true database=\"shop\" auth_plugin=\"caching_sha2_password\" client=\"libmysql\" program=\"mysql\"\n"
      "< 0 type=response status=ok affected_rows=0\n" },
    { "a logon that is denied", GREETING DENIED, "type error_code sql_state error",
      "< 0 type=greeting\n> 0 type=login\n< 0 type=response error_code=1045 sql_state=\"28000\" error=\"Access denied\"\n" },
    { "a result set", GREETING LOGIN SELECT, "command query status columns rows",
      "< 0\n> 0\n< 0 status=ok\n> 1 command=query query=\"SELECT a FROM t\"\n< 1 status=result_set columns=1 rows=2\n" },
    { "two answers to one command", GREETING LOGIN TWO_RESULTS, "query status rows affected_rows last_insert_id",
      "< 0\n> 0\n< 0 status=ok affected_rows=0\n> 1 query=\"CALL p()\"\n< 1 status=result_set rows=1\n"
      "< 1 status=ok affected_rows=3 last_insert_id=9\n" },
    { "a prepared statement", GREETING LOGIN PREPARED, "command query statement_id affected_rows",
      "< 0\n> 0\n< 0 affected_rows=0\n> 1 command=stmt_prepare query=\"INSERT INTO t VALUES (?)\"\n< 1 statement_id=5\n"
      "> 2 command=stmt_execute statement_id=5\n< 2 affected_rows=1\n> 3 command=stmt_close statement_id=5\n" },
    { "a server that takes a client's file", GREETING LOGIN STOLEN, "query status local_file",
      "< 0\n> 0\n< 0 status=ok\n> 1 query=\"SELECT 1\"\n< 1 status=wants_file local_file=\"/etc/passwd\"\n< 1 status=ok\n" },
    { "other commands", GREETING LOGIN OTHERS, "command database process_id error_code status",
      "< 0\n> 0 database=\"shop\"\n< 0 status=ok\n> 1 command=init_db database=\"mysql\"\n< 1 status=error error_code=1044\n"
      "> 2 command=process_kill process_id=9\n< 2 status=ok\n> 3 command=quit\n" },
    { "OK in the place of EOF, and attributes of a query", GREETING NEW_EOF, "query status rows",
      "< 0\n> 0\n< 0 status=ok\n> 1 query=\"SELECT a\"\n< 1 status=result_set rows=1\n" },
    { "TLS begins", GREETING TLS_BEGINS ">>> 160301\n", "type tls", "< 0 type=greeting\n> 0 type=login tls=true\n" },
    { "compression", GREETING COMPRESSED, "type compressed", "< 0 type=greeting\n> 0 type=login compressed=true\n< 0 type=response\n" },
    { "a client of before 4.1", GREETING OLD, "type user password", "< 0 type=greeting\n> 0 type=login user=\"root\" password=true\n< 0 type=response\n" },
    { "a host that may not connect", BLOCKED, "status error_code error", "< 0 status=error error_code=1130 error=\"Host is not allowed\"\n" },
    { "a hole", GREETING ">>> gap 3\n", "type", "< 0 type=greeting\nlost >\n" },
    { "rows that do not end", GREETING LOGIN ">>> 0200000003 61\n<<< 0100000101\n<<< 0100000201 01000003fe 0200000401 31\n", "rows",
      "< 0\n> 0\n< 0\n> 1\n< 1 rows=1 !incomplete\n" },
};

static void sessions_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_mysql, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_mysql, GREETING LOGIN SELECT TWO_RESULTS PREPARED STOLEN OTHERS);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_mysql, GREETING LOGIN SELECT TWO_RESULTS PREPARED STOLEN OTHERS);
    dissect_survives_every_bit_change(&dissector_mysql, GREETING LOGIN SELECT TWO_RESULTS PREPARED STOLEN OTHERS);
    dissect_survives_every_bit_change(&dissector_mysql, GREETING NEW_EOF);
}

/* A statement of 10000 octets: its beginning is told, its end stepped over. */
static void a_long_statement_is_told_by_its_beginning(void **unused)
{
    (void)unused;
    static const char tail[] = "\n>>> 010000000e\n";
    size_t size = sizeof GREETING LOGIN + sizeof tail + 2 * 10000 + 64;
    char *text = malloc(size);
    snprintf(text, size, "%s>>> 1127000003 %0*d%s", GREETING LOGIN, 2 * 10000, 0, tail);
    for (size_t step = 0; step < 900; step += 300) {
        char *said = dissect_dialogue(&dissector_mysql, text, step, "command");
        assert_string_equal(said, "< 0\n> 0\n< 0\n> 1 command=query !incomplete\n> 2 command=ping\n");
        free(said);
    }
    free(text);
}

static void the_probe_asks_for_a_greeting(void **unused)
{
    static const struct { const char *name, *bytes; size_t n; enum direction dir; enum probe want; } probes[] = {
        { "a greeting", "\x2c\0\0\0\x0a" "5.7.42\0" "\1\0\0\0" "ABCDEFGH\0", 25, FROM_SERVER, PROBE_YES },
        { "its beginning", "\x2c\0\0\0\x0a" "5.7", 8, FROM_SERVER, PROBE_MORE },
        { "a greeting without its zero", "\x2c\0\0\0\x0a" "5.7.42\0" "\1\0\0\0" "ABCDEFGHI", 25, FROM_SERVER, PROBE_NO },
        { "a name for a version", "\x2c\0\0\0\x0a" "hello\0\0" "\1\0\0\0" "ABCDEFGH\0", 25, FROM_SERVER, PROBE_NO },
        { "a refusal", "\x2c\0\0\0\xff\x6a\x04Host", 11, FROM_SERVER, PROBE_MAYBE },
        { "SSH", "SSH-2.0-x\r\n", 11, FROM_SERVER, PROBE_NO },
        { "a request of HTTP", "GET / HTTP/1.1\r\n", 16, FROM_CLIENT, PROBE_NO },
        { "a logon", "\x60\0\0\1\x85\xa6\xff\1\0\0\0\1\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0root", 40, FROM_CLIENT, PROBE_MAYBE },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = OVER_TCP, .dir = probes[i].dir };
        if (dissector_mysql.probe(&conv, cursor_over(probes[i].bytes, probes[i].n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_are_told),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(a_long_statement_is_told_by_its_beginning),
        cmocka_unit_test(the_probe_asks_for_a_greeting),
    };
    return cmocka_run_group_tests_name("mysql", tests, NULL, NULL);
}
