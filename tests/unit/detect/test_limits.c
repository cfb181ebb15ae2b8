/* The file of suppressions and thresholds. */
#include <unistd.h>

#include "tests/unit/detect/fire.h"

static char path[] = "/tmp/test_limits.XXXXXX";

static int make_file(void **unused)
{
    (void)unused;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **unused)
{
    (void)unused;
    return unlink(path);
}

#define RULES "alert tcp any any -> any any (content:\"x\"; flowbits:set,seen; sid:1;)\n" \
              "alert tcp any any -> any any (content:\"x\"; threshold:type limit,track by_src,count 2,seconds 60; sid:2;)\n" \
              "alert tcp any any -> any any (content:\"x\"; gid:7; sid:3;)\n"

static struct rules *rules_with(const char *limits, struct heard *heard)
{
    struct rules_report report = { .refusal = tell_refusal, .ctx = heard };
    struct rules_source src = { .text = RULES, .text_len = strlen(RULES), .schemas = schemas, .schema_count = 2, .limits = path };
    struct rules *r = NULL;
    struct fault f;
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fputs(limits, out);
    fclose(out);
    if (rules_load(&src, &report, &r, &f) != 0)
        fail_msg("%s", f.why);
    return r;
}

static const struct limit_case { const char *name, *limits, *first, *second, *third; } cases[] = {
    { "nothing", "# nothing\n", "1 2 3 ", "1 2 3 ", "1 3 " },
    { "one rule", "suppress gen_id 1, sig_id 1\n", "2 3 ", "2 3 ", "3 " },
    { "a whole group", "suppress gen_id 1, sig_id 0\n", "3 ", "3 ", "3 " },
    { "all rules", "suppress gen_id 0, sig_id 0\n", "", "", "" },
    { "a source", "suppress gen_id 1, sig_id 1, track by_src, ip 192.168.1.0/24\n", "2 3 ", "2 3 ", "3 " },
    { "another source", "suppress gen_id 1, sig_id 1, track by_src, ip 10.0.0.1\n", "1 2 3 ", "1 2 3 ", "1 3 " },
    { "a destination in a list", "suppress gen_id 1, sig_id 1, track by_dst, ip [10.0.0.1,203.0.113.5]\n", "2 3 ", "2 3 ", "3 " },
    { "either end, by a variable", "suppress gen_id 1, sig_id 1, track by_either, ip $HOME_NET\n", "2 3 ", "2 3 ", "3 " },
    { "until a day that has come", "suppress gen_id 1, sig_id 1, until 1970-01-01\n", "1 2 3 ", "1 2 3 ", "1 3 " },
    { "until a day that has not", "suppress gen_id 1, sig_id 1, owner \"Li, Na\", until 1970-01-02\n", "2 3 ", "2 3 ", "3 " },
    { "a threshold", "threshold gen_id 1, sig_id 1, type limit, track by_src, count 1, seconds 60\n", "1 2 3 ", "2 3 ", "3 " },
    { "in place of the rule's", "threshold gen_id 1, sig_id 2, type limit, track by_src, count 1, seconds 60\n", "1 2 3 ", "1 3 ", "1 3 " },
    { "for those that have none", "event_filter gen_id 1, sig_id 0, type limit, track by_rule, count 1, seconds 60\n", "1 2 3 ", "2 3 ", "3 " }
};

static void limits_silence_what_they_name(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard heard = { .len = 0 };
        struct scene c;
        struct fault f;
        scene_begin(&c, RULES);
        detect_free(c.detect);
        rules_free(c.rules);
        c.rules = rules_with(cases[i].limits, &heard);
        c.detect = detect_new(c.rules, NULL, &f);
        assert_string_equal(heard.text, "");
        const char *const want[] = { cases[i].first, cases[i].second, cases[i].third };
        for (size_t k = 0; k < 3; k++) {
            const char *said = scene_packet(&c, "x", 1);
            if (strcmp(said, want[k]) != 0)
                fail_msg("%s, packet %zu: said `%s`", cases[i].name, k + 1, said);
        }
        scene_end(&c);
    }
}

static const struct { const char *line, *says; } broken[] = {
    { "silence gen_id 1, sig_id 1", "1:1: expected suppress or threshold, found `silence`\n" },
    { "suppress gen_id 1", "1:1: expected gen_id and sig_id\n" },
    { "suppress gen_id 1, sig_id x", "1:27: `x` is not a number\n" },
    { "suppress gen_id 1, sig_id 99", "1:1: no rule has gen_id 1 and sig_id 99\n" },
    { "suppress gen_id 0, sig_id 1", "1:1: gen_id 0 stands for all rules, and sig_id 1 does not\n" },
    { "suppress gen_id 1, sig_id 1, track by_src", "1:1: `track` and `ip` belong together\n" },
    { "suppress gen_id 1, sig_id 1, track by_rule, ip 10.0.0.1", "1:36: expected by_src, by_dst or by_either, found `by_rule`\n" },
    { "suppress gen_id 1, sig_id 1, track by_src, ip 10.0.0.300", "1:47: not an address: `10.0.0.300`\n" },
    { "suppress gen_id 1, sig_id 1, until tomorrow", "1:36: expected a day such as 2026-12-31, found `tomorrow`\n" },
    { "suppress gen_id 1, sig_id 1, owner me", "1:36: expected text in double quotes\n" },
    { "suppress gen_id 1, sig_id 1, colour red", "1:30: expected gen_id, sig_id, track, ip, owner or until, found `colour`\n" },
    { "threshold gen_id 1, sig_id 1, type limit", "1:1: expected type, track, count and seconds\n" },
    { "rate_filter gen_id 1, sig_id 1", "1:1: `rate_filter` changes what is done with packets: a passive sensor does nothing with them\n" }
};

static void broken_lines_are_named_and_left_out(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct heard heard = { .len = 0 };
        rules_free(rules_with(broken[i].line, &heard));
        assert_string_equal(heard.text, broken[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_silence_what_they_name), cmocka_unit_test(broken_lines_are_named_and_left_out)
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
