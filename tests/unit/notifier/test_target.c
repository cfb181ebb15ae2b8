#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/event.h"
#include "notifier/target.h"

static void a_line_says_where_in_which_form_and_of_what(void **unused)
{
    (void)unused;
    struct target t;
    struct fault f = { 0 };
    assert_int_equal(target_parse("soc=webhook https://soc.example.cn/in form=stix things=incident,notice level=orange region=430100 "
                                  "sector=water,power status=actual,exercise changes=every limit=5/2h sign=hmac-sm3 ca=/etc/x.pem",
                                  &t, &f), 0);
    assert_string_equal(t.name, "soc");
    assert_string_equal(t.address, "https://soc.example.cn/in");
    assert_int_equal(t.kind, TARGET_WEBHOOK);
    assert_int_equal(t.form, EXCHANGE_STIX);
    assert_int_equal(t.things, 1u << THING_INCIDENT | 1u << THING_NOTICE);
    assert_int_equal(t.gravity, 2);
    assert_string_equal(t.region, "4301");
    assert_int_equal(t.statuses, 1u << EVENT_ACTUAL | 1u << EVENT_EXERCISE);
    assert_int_equal(t.changes, CHANGES_EVERY);
    assert_int_equal(t.limit, 5);
    assert_true(t.limit_us == UINT64_C(7200000000));
    assert_int_equal(t.sign, HASH_SM3);
}

static void what_is_not_said_is_careful(void **unused)
{
    (void)unused;
    struct target t;
    struct fault f = { 0 };
    assert_int_equal(target_parse("m=mail smtp://m.example.cn:587 to=a@b.cn from=c@d.cn", &t, &f), 0);
    assert_int_equal(t.form, EXCHANGE_TEXT);
    assert_int_equal(t.statuses, 1u << EVENT_ACTUAL);       /* no drill goes outside unless that is said */
    assert_int_equal(t.limit, 20);
    assert_false(t.plain);
    assert_int_equal(target_parse("m=mail smtp://m.example.cn:587 to=a@b.cn from=c@d.cn limit=none", &t, &f), 0);
    assert_int_equal(t.limit, 0);
    assert_int_equal(target_parse("f=file /out region=430000", &t, &f), 0);
    assert_string_equal(t.region, "43");
    assert_int_equal(t.form, EXCHANGE_JSON);
}

static void a_wrong_line_is_one_sentence_with_the_target_s_name(void **unused)
{
    (void)unused;
    static const struct wrong { const char *name, *line, *sentence; } cases[] = {
        { "no line", "t", "notifier.targets: expected a name of at most 31 letters and a line about it" },
        { "a bad name", "a b=file /x", "notifier.targets: \"a b\": a name has letters, digits, - and _" },
        { "nothing", "t=", "notifier.targets: t: kind: expected one of webhook, mail, syslog, file, not \"\"" },
        { "a form that is none", "t=file /x form=xml", "notifier.targets: t: form: expected one of stix, iodef, cap, gbt36643, csv, json, text, not \"xml\"" },
        { "an empty list", "t=file /x things=,", "notifier.targets: t: things: expected a list, but it is empty" },
        { "a limit of none", "t=file /x limit=0/1h", "notifier.targets: t: limit: expected none, or a count (at most 1000) and a time as in 20/10min, not \"0/1h\"" },
        { "CAP of incidents", "t=file /x form=cap", "notifier.targets: t: form=cap is for warnings alone: say things=warning" },
        { "CAP summed up", "t=file /x form=cap things=warning limit=1/1h",
          "notifier.targets: t: form=cap holds one warning in a message, so nothing can be summed up: say limit=none" },
        { "syslog to nowhere", "t=syslog host", "notifier.targets: t: expected tls:host:6514, tcp:host:port, udp:host:514 or unix:/dev/log, not \"host\"" },
        { "a word of no use", "t=file /x color=red", "notifier.targets: t: \"color=red\" is not known here; see fengsui-notifier(8)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct target t;
        struct fault f = { 0 };
        if (target_parse(cases[i].line, &t, &f) != -EINVAL || strcmp(f.why, cases[i].sentence) != 0)
            fail_msg("%s: %s", cases[i].name, f.why);
    }
}

static void every_beginning_of_a_line_is_read_or_refused(void **unused)
{
    (void)unused;
    const char *whole = "soc=webhook https://soc.example.cn/in form=stix things=incident level=2 region=430100 limit=5/2h sign=hmac-sm3";
    for (size_t n = 0; n <= strlen(whole); n++) {
        struct target t;
        struct fault f = { 0 };
        char *cut = strndup(whole, n);
        int rc = target_parse(cut, &t, &f);
        assert_true(rc == 0 || (rc == -EINVAL && *f.why != '\0'));
        free(cut);
    }
}

/* ---- what it is told ---- */

static struct thing of(const char *kind, const char *more)
{
    char json[1024];
    struct thing t;
    struct fault f = { 0 };
    snprintf(json, sizeof json, "{\"event_type\":\"%s\",\"timestamp\":\"2026-11-20T20:00:00+08:00\",\"%s\":{\"id\":\"X-1\",\"version\":1,%s}}", kind, kind, more);
    if (thing_parse(json, strlen(json), false, &t, &f) != 0)
        fail_msg("%s", f.why);
    return t;
}

static void a_target_wants_what_its_line_says(void **unused)
{
    (void)unused;
#define ORANGE "\"status\":\"actual\",\"state\":\"issued\",\"colour\":\"orange\",\"region\":\"430102\",\"sector\":\"water\""
    static const struct want { const char *name, *line, *kind, *thing; bool wants; } cases[] = {
        { "all", "", "warning", ORANGE, true },
        { "another kind", "things=incident", "warning", ORANGE, false },
        { "grave enough", "level=orange", "warning", ORANGE, true },
        { "not grave enough", "level=red", "warning", ORANGE, false },
        { "without a level", "", "notice", "\"status\":\"actual\",\"state\":\"issued\",\"region\":\"430100\"", true },
        { "without a level where one is asked for", "level=3", "notice", "\"status\":\"actual\",\"state\":\"issued\",\"region\":\"430100\"", false },
        { "its county", "region=430100", "warning", ORANGE, true },
        { "another prefecture", "region=430200", "warning", ORANGE, false },
        { "one of its sectors", "sector=power,water", "warning", ORANGE, true },
        { "a sector that begins alike", "sector=waterways", "warning", ORANGE, false },
        { "another unit", "unit=x", "warning", ORANGE, false },
        { "a drill", "", "warning", "\"status\":\"exercise\",\"state\":\"issued\",\"region\":\"43\"", false },
        { "a drill that is asked for", "status=exercise", "warning", "\"status\":\"exercise\",\"state\":\"issued\",\"region\":\"43\"", true },
        { "a status that is none", "", "warning", "\"status\":\"x\",\"state\":\"issued\",\"region\":\"43\"", false },
        { "a draft", "", "warning", "\"status\":\"actual\",\"state\":\"draft\",\"region\":\"43\"", false },
        { "waiting for a second person", "", "warning", "\"status\":\"actual\",\"state\":\"pending_raise\",\"region\":\"43\"", false },
        { "an incident that is new", "", "incident", "\"status\":\"actual\",\"state\":\"new\",\"level\":1,\"region\":\"43\"", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[256];
        struct target t;
        struct fault f = { 0 };
        snprintf(line, sizeof line, "t=file /x %s", cases[i].line);
        if (target_parse(line, &t, &f) != 0)
            fail_msg("%s: %s", cases[i].name, f.why);
        struct thing thing = of(cases[i].kind, cases[i].thing);
        if (target_wants(&t, &thing) != cases[i].wants)
            fail_msg("%s", cases[i].name);
        thing_free(&thing);
    }
}

static void what_holds_changes_with_state_level_and_deadlines_alone(void **unused)
{
    (void)unused;
    static const struct change { const char *name, *thing; bool differs; } cases[] = {
        { "the same", "\"state\":\"issued\",\"colour\":\"red\",\"valid_until\":\"a\"", false },
        { "a comment", "\"state\":\"issued\",\"colour\":\"red\",\"valid_until\":\"a\",\"comment\":\"x\"", false },
        { "state", "\"state\":\"lifted\",\"colour\":\"red\",\"valid_until\":\"a\"", true },
        { "colour", "\"state\":\"issued\",\"colour\":\"blue\",\"valid_until\":\"a\"", true },
        { "deadline", "\"state\":\"issued\",\"colour\":\"red\",\"valid_until\":\"b\"", true },
        { "a deadline passed", "\"state\":\"issued\",\"colour\":\"red\",\"valid_until\":\"a\",\"fired\":{\"valid_until\":\"a\"}", true },
    };
    char before[STAND_MAX], after[STAND_MAX];
    struct thing t = of("warning", cases[0].thing);
    target_stand(&t, before);
    thing_free(&t);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        t = of("warning", cases[i].thing);
        target_stand(&t, after);
        if ((strcmp(before, after) != 0) != cases[i].differs)
            fail_msg("%s: %s, %s", cases[i].name, before, after);
        thing_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_where_in_which_form_and_of_what),
        cmocka_unit_test(what_is_not_said_is_careful),
        cmocka_unit_test(a_wrong_line_is_one_sentence_with_the_target_s_name),
        cmocka_unit_test(every_beginning_of_a_line_is_read_or_refused),
        cmocka_unit_test(a_target_wants_what_its_line_says),
        cmocka_unit_test(what_holds_changes_with_state_level_and_deadlines_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
