/* Rated addresses. The scene's client is 192.168.1.10, its server 203.0.113.5. */
#include <unistd.h>

#include "tests/unit/detect/fire.h"

static char categories[] = "/tmp/test_categories.XXXXXX", ratings[] = "/tmp/test_ratings.XXXXXX";

static int make_files(void **unused)
{
    (void)unused;
    int a = mkstemp(categories), b = mkstemp(ratings);
    return a < 0 || b < 0 ? -1 : close(a) | close(b);
}

static int remove_files(void **unused)
{
    (void)unused;
    return unlink(categories) | unlink(ratings);
}

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static struct rules *rules_rated(const char *text, const char *known, const char *rated, struct heard *heard)
{
    const char *const files[] = { ratings };
    struct rules_report report = { .refusal = tell_refusal, .ctx = heard };
    struct rules_source src = { .text = text, .text_len = strlen(text), .schemas = schemas, .schema_count = 2, .categories = categories,
                                .ratings = files, .rating_count = 1 };
    struct rules *r = NULL;
    struct fault f;
    put(categories, known);
    put(ratings, rated);
    if (rules_load(&src, &report, &r, &f) != 0)
        fail_msg("%s", f.why);
    return r;
}

#define KNOWN "# our own\n1,BadHosts,Known bad hosts\n\n2,CnC,Command and control\n3,Good,Known good hosts\n"
#define RATED "203.0.113.5,1,100\n203.0.113.0/24,2,30\n203.0.113.4/31,2,50\n192.168.1.10,3,127\n192.168.1.10,3,5\n2001:db8::/32,1,9\n"

static const struct rep_case { const char *name, *options; bool fires; } cases[] = {
    { "above", "iprep:dst,BadHosts,>,99;", true },
    { "not above", "iprep:dst,BadHosts,>,100;", false },
    { "written together", "iprep:dst,BadHosts,>=100;", true },
    { "below", "iprep:dst,BadHosts,<,101;", true },
    { "equal", "iprep:dst,BadHosts,=,100;", true },
    { "a range", "iprep:dst,BadHosts,90-110;", true },
    { "another range", "iprep:dst,BadHosts,90-95;", false },
    { "the longest prefix counts", "iprep:dst,CnC,=,50;", true },
    { "of equal ones the last", "iprep:src,Good,=,5;", true },
    { "the other side", "iprep:src,BadHosts,>,0;", false },
    { "any side", "iprep:any,BadHosts,>,0;", true },
    { "both sides", "iprep:both,BadHosts,>,0;", false },
    { "rated at all", "iprep:dst,CnC,isset;", true },
    { "not rated", "iprep:src,CnC,isset;", false },
    { "not rated, as asked", "iprep:src,CnC,isnotset;", true },
    { "rated, not as asked", "iprep:dst,CnC,isnotset;", false },
    { "without a rating it is not below either", "iprep:src,CnC,<,100;", false },
};

static void a_rating_holds_as_the_rule_asks(void **unused)
{
    (void)unused;
    char text[256];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene c;
        struct heard heard = { .len = 0 };
        struct fault f;
        scene_begin(&c, "alert tcp any any -> any any (sid:9;)");
        detect_free(c.detect);
        rules_free(c.rules);
        snprintf(text, sizeof(text), "alert tcp any any -> any any (content:\"x\"; %s sid:1;)", cases[i].options);
        c.rules = rules_rated(text, KNOWN, RATED, &heard);
        assert_string_equal(heard.text, "");
        c.detect = detect_new(c.rules, NULL, &f);
        const char *said = scene_packet(&c, "x", 1);
        if (strcmp(said, cases[i].fires ? "1 " : "") != 0)
            fail_msg("%s: said `%s`", cases[i].name, said);
        scene_end(&c);
    }
}

static const struct { const char *known, *rated, *rule, *says; } broken[] = {
    { "0,a,b\n", "", "", "1:1: expected a category's number from 1 to 60, found `0`\n" },
    { "one,a,b\n", "", "", "1:1: expected a category's number from 1 to 60, found `one`\n" },
    { "1\n", "", "", "1:1: expected number,name,description\n" },
    { "1,a,b\n1,c,d\n", "", "", "2:1: category 1 `c` is there already\n" },
    { "1,a,b\n2,a,d\n", "", "", "2:1: category 2 `a` is there already\n" },
    { "1,a,b\n", "10.0.0.300,1,5\n", "", "1:1: expected an address or a prefix, found `10.0.0.300`\n" },
    { "1,a,b\n", "10.0.0.3\n", "", "1:1: expected address,category,rating\n" },
    { "1,a,b\n", "10.0.0.3,2,5\n", "", "1:10: no category has the number 2\n" },
    { "1,a,b\n", "10.0.0.3,1,128\n", "", "1:12: expected a rating from 0 to 127, found `128`\n" },
    { "1,a,b\n", "10.0.0.3,1,\n10.0.0.4,1,7\n", "", "1:12: expected a rating from 0 to 127, found ``\n" },
    { "1,a,b\n", "", "alert tcp any any -> any any (iprep:dst,a; sid:1;)", "1:37: expected iprep:side,category,operator,rating\n" },
    { "1,a,b\n", "", "alert tcp any any -> any any (iprep:up,a,>,1; sid:1;)", "1:37: expected src, dst, any or both, found `up`\n" },
    { "1,a,b\n", "", "alert tcp any any -> any any (iprep:dst,c,>,1; sid:1;)",
      "1:41: no category `c`: rules.reputation_categories names the file that has them\n" },
    { "1,a,b\n", "", "alert tcp any any -> any any (iprep:dst,a,about,1; sid:1;)",
      "1:43: expected < > = <= >= and a rating, or isset, found `about,1`\n" },
    { "1,a,b\n", "", "alert tcp any any -> any any (iprep:dst,a,>,300; sid:1;)", "1:37: `300` is above 127\n" },
};

static void broken_lines_are_named_and_left_out(void **unused)
{
    (void)unused;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct heard heard = { .len = 0 };
        rules_free(rules_rated(broken[i].rule, broken[i].known, broken[i].rated, &heard));
        if (strcmp(heard.text, broken[i].says) != 0)
            wrong++, print_error("said %s  want %s", heard.text, broken[i].says);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rating_holds_as_the_rule_asks), cmocka_unit_test(broken_lines_are_named_and_left_out)
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
