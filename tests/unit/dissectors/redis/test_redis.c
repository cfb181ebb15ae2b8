#include "dissectors/redis/redis.h"
#include "tests/support/dissect.h"

#define PING ">>> \"*1\\r\\n$4\\r\\nPING\\r\\n\"\n<<< \"+PONG\\r\\n\"\n"
#define CRON ">>> \"*4\\r\\n$6\\r\\nCONFIG\\r\\n$3\\r\\nset\\r\\n$3\\r\\ndir\\r\\n$15\\r\\n/var/spool/cron\\r\\n\"\n<<< \"+OK\\r\\n\"\n"
#define ROGUE ">>> \"SLAVEOF 10.0.0.9 6380\\r\\n\"\n<<< \"-NOAUTH Authentication required.\\r\\n\"\n"
#define LOGON ">>> \"*2\\r\\n$4\\r\\nAUTH\\r\\n$6\\r\\nsecret\\r\\n*3\\r\\n$4\\r\\nauth\\r\\n$3\\r\\nbob\\r\\n$6\\r\\nsecret\\r\\n\"\n<<< \"+OK\\r\\n-WRONGPASS no\\r\\n\"\n"
#define HELLO ">>> \"*5\\r\\n$5\\r\\nHELLO\\r\\n$1\\r\\n3\\r\\n$4\\r\\nAUTH\\r\\n$3\\r\\nbob\\r\\n$6\\r\\nsecret\\r\\n\"\n" \
    "<<< \"%2\\r\\n$6\\r\\nserver\\r\\n$5\\r\\nredis\\r\\n+modules\\r\\n*0\\r\\n\"\n"
#define NESTED ">>> \"*2\\r\\n$3\\r\\nGET\\r\\n$1\\r\\na\\r\\n*1\\r\\n$4\\r\\nPING\\r\\n\"\n" \
    "<<< \"*3\\r\\n*2\\r\\n:1\\r\\n$5\\r\\n+a\\r\\nb\\r\\n_\\r\\n$-1\\r\\n>2\\r\\n+message\\r\\n:5\\r\\n+PONG\\r\\n\"\n"

static const struct dialogue_case cases[] = {
    { "a ping", PING, NULL, "> 0 type=request command=\"PING\" arg_count=0\n< 0 type=response reply=status status=\"PONG\"\n" },
    { "a file to be written", CRON, NULL,
      "> 0 type=request command=\"CONFIG\" args=\"set\" args=\"dir\" args=\"/var/spool/cron\" arg_count=3 effect=config\n"
      "< 0 type=response reply=status status=\"OK\"\n" },
    { "a rogue master, as people type it", ROGUE, NULL,
      "> 0 type=request command=\"SLAVEOF\" args=\"10.0.0.9\" args=\"6380\" arg_count=2 effect=replication\n"
      "< 0 type=response reply=error error=\"NOAUTH Authentication required.\"\n" },
    { "passwords are not told", LOGON, "command args user password status error",
      "> 0 command=\"AUTH\" password=true\n> 1 command=\"auth\" args=\"bob\" user=\"bob\" password=true\n< 0 status=\"OK\"\n< 1 error=\"WRONGPASS no\"\n" },
    { "HELLO", HELLO, "command args user password reply",
      "> 0 command=\"HELLO\" args=\"3\" args=\"AUTH\" args=\"bob\" user=\"bob\" password=true\n< 0 reply=map\n" },
    { "other passwords", ">>> \"CONFIG SET requirepass x\\r\\nACL SETUSER bob on >x ~*\\r\\n\"\n", "args password effect",
      "> 0 args=\"SET\" args=\"requirepass\" password=true effect=config\n"
      "> 1 args=\"SETUSER\" args=\"bob\" args=\"on\" args=\"~*\" password=true effect=access\n" },
    { "replies in each other, and a push between", NESTED, "command type reply status",
      "> 0 type=request command=\"GET\"\n> 1 type=request command=\"PING\"\n< 0 type=response reply=array\n< 1 type=push reply=push\n"
      "< 1 type=response reply=status status=\"PONG\"\n" },
    { "an error as a string", PING ">>> \"PING\\r\\n\"\n<<< \"!5\\r\\nERR x\\r\\n\"\n", "error", "> 0\n< 0\n> 1\n< 1 error=\"ERR x\"\n" },
    { "what a master sends is not read", ">>> \"PSYNC ? -1\\r\\n\"\n<<< \"+FULLRESYNC a 0\\r\\n\"\n<<< \"$9\\r\\nREDIS0011*1\\r\\n\"\n", "command status",
      "> 0 command=\"PSYNC\"\n< 0 status=\"FULLRESYNC a 0\"\n" },
    { "a hole in a value", ">>> \"*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n$20\\r\\n0123\"\n>>> gap 10\n>>> \"456789\\r\\nPING\\r\\n\"\n", "command args",
      "> 0 command=\"SET\" args=\"a\" args=\"0123456789\"\n> 1 command=\"PING\"\n" },
    { "a hole elsewhere", PING ">>> gap 10\n", "command", "> 0 command=\"PING\"\n< 0\nlost >\n" },
    { "a command that ends too soon", ">>> \"*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n\"\n", "command args", "> 0 command=\"SET\" args=\"a\" !incomplete\n" },
    { "no value", PING "<<< \"HTTP/1.1 200 OK\\r\\n\"\n", "reply", "> 0\n< 0 reply=status\n< 1 !malformed_data\nlost <\n" },
    { "an array where a string belongs", ">>> \"*2\\r\\n*1\\r\\n\"\n", "command", "> 0 !malformed_data\nlost >\n" },
    { "nine arrays in each other", PING "<<< \"*1\\r\\n*1\\r\\n*1\\r\\n*1\\r\\n*1\\r\\n*1\\r\\n*1\\r\\n*1\\r\\n*1\\r\\n\"\n", "reply",
      "> 0\n< 0 reply=status\n< 1 !too_deep\nlost <\n" },
};

static void commands_and_replies_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_redis, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_redis, PING CRON ROGUE LOGON HELLO NESTED);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_redis, CRON ROGUE LOGON HELLO NESTED);
    dissect_survives_every_bit_change(&dissector_redis, CRON ROGUE LOGON HELLO NESTED);
}

static void only_a_whole_command_is_sure(void **unused)
{
    static const struct { const char *name, *bytes; enum direction dir; enum probe want; } probes[] = {
        { "a command", "*1\r\n$4\r\nPING\r\n", FROM_CLIENT, PROBE_YES },
        { "its beginning", "*1\r\n$4\r\nPI", FROM_CLIENT, PROBE_MORE },
        { "an asterisk", "*", FROM_CLIENT, PROBE_MORE },
        { "a number for a word", "*1\r\n$4\r\n1234\r\n", FROM_CLIENT, PROBE_NO },
        { "a plain line", "INFO\r\n", FROM_CLIENT, PROBE_MAYBE },
        { "a request of HTTP", "GET / HTTP/1.1\r\n", FROM_CLIENT, PROBE_NO },
        { "IMAP's greeting", "* OK hi\r\n", FROM_CLIENT, PROBE_NO },
        { "a reply", "+PONG\r\n", FROM_SERVER, PROBE_MAYBE },
        { "POP3's greeting", "+OK ready\r\n", FROM_SERVER, PROBE_NO },
        { "a string", "$5\r\nhello\r\n", FROM_SERVER, PROBE_MAYBE },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = OVER_TCP, .dir = probes[i].dir };
        if (dissector_redis.probe(&conv, cursor_over(probes[i].bytes, strlen(probes[i].bytes))) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_and_replies_are_told),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(only_a_whole_command_is_sure),
    };
    return cmocka_run_group_tests_name("redis", tests, NULL, NULL);
}
