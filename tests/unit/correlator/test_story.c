#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "correlator/story.h"

static char out[STORY_TEXT_MAX];

static struct incident_party attackers[] = { { "203.0.113.7", "", "", "", "", "NL" } };
static struct incident_party victims[20];
static struct incident_rule rules[] = { { 1, 7, "写线圈 write coils", 12, 1 } };
static const char *tactics[] = { "TA0102", "TA0106", "TA9999" }, *accounts[] = { "zhang.san" };
static struct incident_join joins[] = {
    { UINT64_C(1795176000000000), "first alert: scan, 203.0.113.7 against 10.0.0.1", "首条告警：scan" },
    { UINT64_C(1795176060000000), "same attacker 203.0.113.7, another victim, 60 s later: scan", "同一攻击者" },
    { UINT64_C(1795176120000000), "same attacker 203.0.113.7, another victim, 60 s later: again", "同一攻击者" },
    { UINT64_C(1795176180000000), "same attacker 203.0.113.7, 60 s later, next stage: discovery → impair process control: write", "进入下一阶段" },
};
static struct incident_part parts[] = { { "I-430100-1", "430100", 3, INCIDENT_CONFIRMED, LEVEL_MAJOR, 7 } };

static const char *told(struct incident *i)
{
    struct text t = text_over(out, sizeof out);
    story_write(i, &t);
    assert_false(t.cut);
    return text_end(&t);
}

static struct incident sample(void)
{
    for (size_t k = 0; k < 20; k++)
        victims[k] = (struct incident_party){ k == 0 ? "10.0.0.1" : "10.0.0.9", k == 0 ? "1号泵站 PLC" : "", "", "", "", "" };
    return (struct incident){ .id = "I-430000-x", .title_en = "Write: PLC", .title_zh = "PLC：写", .level = LEVEL_SERIOUS, .score = 63.3,
                              .alert_count = 12, .first_us = UINT64_C(1795176000000000), .last_us = UINT64_C(1795176180000000),
                              .attackers = attackers, .attacker_count = 1, .victims = victims, .victim_count = 1, .rules = rules, .rule_count = 1,
                              .tactics = tactics, .tactic_count = 3, .joins = joins, .join_count = 4 };
}

static void a_story_says_who_which_stages_and_why(void **unused)
{
    (void)unused;
    static const char *const says[] = { "I-430000-x  level 3, score 63, 12 alerts, ", "\n    Write: PLC\n    PLC：写\n", "203.0.113.7 (NL)\n",
                                        "10.0.0.1 1号泵站 PLC\n", "发现 discovery → 损害过程控制 impair process control → TA9999\n",
                                        "12 × 写线圈 write coils\n", "first alert: scan", "next stage: discovery" };
    struct incident i = sample();
    const char *text = told(&i);
    for (size_t k = 0; k < sizeof says / sizeof says[0]; k++)
        if (strstr(text, says[k]) == NULL)
            fail_msg("not \"%s\" in:\n%s", says[k], text);
    assert_null(strstr(text, "accounts"));
    assert_null(strstr(text, "part 组成"));
}

static void a_reason_of_the_same_sort_is_told_once_and_the_others_are_counted(void **unused)
{
    (void)unused;
    struct incident i = sample();
    const char *text = told(&i);
    assert_null(strstr(text, "later: again"));
    assert_non_null(strstr(text, "… and 1 reasons more"));
}

static void long_lists_end_with_how_many_more_there_are(void **unused)
{
    (void)unused;
    struct incident i = sample();
    i.victim_count = 20;
    assert_non_null(strstr(told(&i), "10.0.0.9 … +8\n"));
}

static void a_campaign_names_its_parts_and_what_they_share(void **unused)
{
    (void)unused;
    struct incident i = sample();
    i.parts = parts;
    i.part_count = 1;
    i.accounts = accounts;
    i.account_count = 1;
    const char *text = told(&i);
    assert_non_null(strstr(text, "I-430100-1 (430100, confirmed, 7 alerts)"));
    assert_non_null(strstr(text, "zhang.san"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_story_says_who_which_stages_and_why),
        cmocka_unit_test(a_reason_of_the_same_sort_is_told_once_and_the_others_are_counted),
        cmocka_unit_test(long_lists_end_with_how_many_more_there_are),
        cmocka_unit_test(a_campaign_names_its_parts_and_what_they_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
