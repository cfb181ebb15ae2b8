#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "dashboards/server/regions.h"

#define HEAD "code,name_zh,name_en,level,parent\n"

static char *load(const char *content, struct fault *f)
{
    char path[] = "/tmp/fengsui-regions-XXXXXX";
    size_t len;
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
    close(fd);
    char *json = regions_load(path, &len, f);
    unlink(path);
    assert_true(json == NULL || strlen(json) == len);
    return json;
}

static void a_table_becomes_json(void **unused)
{
    (void)unused;
    struct fault f;
    char *json = load(HEAD "430000,湖南省,Hunan,province,\r\n\n430100,长沙市,Chang\"sha,prefecture,430000", &f);
    assert_string_equal(json, "{\"regions\":[{\"code\":\"430000\",\"zh\":\"湖南省\",\"en\":\"Hunan\",\"level\":\"province\",\"parent\":\"\"},"
                              "{\"code\":\"430100\",\"zh\":\"长沙市\",\"en\":\"Chang\\\"sha\",\"level\":\"prefecture\",\"parent\":\"430000\"}]}");
    free(json);
}

static const struct bad { const char *name, *content, *says; } bad[] = {
    { "another heading",    "code,name\n",                        ":1: the heading must be" },
    { "too few columns",    HEAD "430000,湖南省\n",                ":2: 2 columns where 5" },
    { "too many columns",   HEAD "430000,a,b,c,d,e\n",            ":2: 6 columns where 5" },
    { "a code of letters",  HEAD "43000x,a,b,c,d\n",              ":2: `43000x` is no region code" },
    { "a code too short",   HEAD "4300,a,b,c,d\n",                ":2: `4300` is no region code" },
    { "a code too long",    HEAD "4300001234567,a,b,c,d\n",       "is no region code" },
    { "a later line",       HEAD "430000,a,b,c,d\n,,,,\n",        ":3: `` is no region code" },
};

static void a_bad_line_is_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault f = { 0 };
        if (load(bad[i].content, &f) != NULL || strstr(f.why, bad[i].says) == NULL)
            fail_msg("%s: %s", bad[i].name, f.why);
    }
}

static void a_file_that_is_not_there_is_named(void **unused)
{
    (void)unused;
    struct fault f;
    size_t len;
    assert_null(regions_load("/nonexistent/regions.csv", &len, &f));
    assert_non_null(strstr(f.why, "/nonexistent/regions.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_becomes_json),
        cmocka_unit_test(a_bad_line_is_named),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests_name("regions", tests, NULL, NULL);
}
