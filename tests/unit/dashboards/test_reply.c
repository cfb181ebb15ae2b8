#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "dashboards/server/reply.h"
#include "dashboards/server/server.h"

static const struct word_case { const char *header; bool want; } gzip_cases[] = {
    { NULL, false }, { "", false }, { "gzip", true }, { "GZip", true }, { "br, gzip;q=0.5", true }, { "gzip;q=0", false },
    { "gzip;q=0.0", false }, { "gzip;q=0.01", true }, { "*", true }, { "*;q=0", false }, { "identity", false },
    { "gzipped", false }, { "deflate,gzip", true }, { ",,", false }, { "gzip;q=1.0, *;q=0", true },
}, host_cases[] = {
    { NULL, false }, { "", false }, { "localhost", true }, { "LOCALHOST:8600", true }, { "127.0.0.1:8600", true },
    { "127.1.2.3", true }, { "[::1]:8600", true }, { "[::1]", true }, { "console.example:443", true },
    { "evil.example", false }, { "127.0.0.1.evil.example", false }, { "localhost.evil.example", false },
    { "10.0.0.1", false }, { "[::2]", false }, { "[", false }, { ":8600", false }, { "console.example.evil", false },
};

static void gzip_is_sent_only_to_those_that_take_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof gzip_cases / sizeof gzip_cases[0]; i++)
        if (reply_takes_gzip(gzip_cases[i].header) != gzip_cases[i].want)
            fail_msg("%s", gzip_cases[i].header);
}

static void only_names_of_this_machine_and_those_set_are_answered(void **unused)
{
    (void)unused;
    char name[] = "console.example";
    char *items[] = { name };
    const struct setting_list more = { items, 1 };
    for (size_t i = 0; i < sizeof host_cases / sizeof host_cases[0]; i++)
        if (host_allowed(host_cases[i].header, &more) != host_cases[i].want)
            fail_msg("%s", host_cases[i].header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_sent_only_to_those_that_take_it),
        cmocka_unit_test(only_names_of_this_machine_and_those_set_are_answered),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
