#include <stdlib.h>

#include "behave/behave.h"
#include "tests/support/file.h"
#include "tests/unit/behave/plant.h"

static struct policy *load(const char *text, struct fault *f)
{
    struct file file = file_of(text, strlen(text));
    struct policy *p = policy_load(file.path, f);
    unlink(file.path);
    return p;
}

#define ENTRY "version: 1\nallow:\n  - from: 10.0.0.1\n    to: 10.0.0.2\n    protocol: plant\n    access: write\n"

static const struct bad_case { const char *name, *text, *want; } bad[] = {
    { "empty", "", "empty; a policy begins with `version: 1`" },
    { "not YAML", "allow: [", "2:1: not YAML" },
    { "another version", "version: 2\n", "1:10: expected version 1, not \"2\"" },
    { "an unknown word", "version: 1\nalow: []\n", "2:1: unknown word \"alow\"" },
    { "a list where a mapping belongs", "- a\n", "1:1: expected `allow: ...`" },
    { "an offset without a sign", "utc_offset: \"08:00\"\n", "1:13: expected an offset such as \"+08:00\"" },
    { "a wrong address", "allow:\n  - { from: 10.0.0.300, to: any, protocol: plant, access: read }\n",
      "2:13: expected an address, a prefix, a MAC address or `any`, not \"10.0.0.300\"" },
    { "an unknown access", "allow:\n  - { from: any, to: any, protocol: plant, access: poke }\n", "2:52: expected an access such as read" },
    { "no protocol", "allow:\n  - { from: any, to: any, access: read }\n", "2:5: this entry needs a protocol" },
    { "hours of a longer day", ENTRY "    hours: 06-25\n", "7:12: expected hours from 00 to 23" },
    { "a time without a unit", ENTRY "    every: 5\n", "7:12: expected a time such as" },
    { "numbers that fall", ENTRY "    targets: [ { on: a, at: [ 5, 3 ] } ]\n", "7:34: 3 comes after a larger one" },
    { "a number that is none", ENTRY "    targets: [ { on: a, at: [ x ] } ]\n", "7:31: expected numbers such as" },
    { "values that fall", ENTRY "    targets: [ { on: a, at: [ \"5 = 9..1\" ] } ]\n", "7:31: expected numbers such as" },
    { "a target twice", ENTRY "    targets: [ { on: a }, { on: a, at: [ 1 ] }, { on: a } ]\n", "7:49: the target \"a\" is already" },
    { "a device without an address", "devices:\n  - { mac: \"00:11:22:33:44:55\" }\n", "2:5: this device needs an address" },
    { "a wrong MAC address", "devices:\n  - { address: 10.0.0.1, mac: \"00:11\" }\n", "2:31: expected a MAC address" },
};

static void a_bad_policy_is_refused_with_the_place_and_what_was_expected(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault f = { 0 };
        struct policy *p = load(bad[i].text, &f);
        if (p != NULL || strstr(f.why, bad[i].want) == NULL)
            fail_msg("%s: \"%s\", expected \"%s\"", bad[i].name, p != NULL ? "taken" : f.why, bad[i].want);
    }
}

static const char plant[] =
    "version: 1\n"
    "utc_offset: \"+08:00\"\n"
    "devices:\n"
    "  - { address: 10.0.0.1, mac: \"00:11:22:33:44:55\" }\n"
    "  - { address: 10.0.0.2 }\n"
    "  - { address: 10.0.0.3 }\n"
    "allow:\n"
    "  - { from: 10.0.0.1, to: 10.0.0.2, protocol: plant, access: read, function: read,\n"
    "      targets: [ { on: unit 1 table registers address, at: [ 0-9, 10-19, 30 ] } ] }\n"
    "  - { from: 10.0.0.1, to: 10.0.0.2, protocol: plant, access: write, function: write, hours: 06-17,\n"
    "      targets: [ { on: unit 1 table registers address, at: [ \"5 = 0..50\", \"6-7 = 1\" ] }, { on: tag Pump, value: 0..1 } ] }\n"
    "  - { from: 10.0.0.4, to: any, protocol: \"a: b\", access: read, function: \"\\x01 \\\\ \\\" \\u2028\\ufeff\\x85 水泵\" }\n"
    "  - { from: 10.0.9.0/24, to: any, protocol: plant, access: identify }\n";

#define NOON 1795233600000000     /* 12:00 at +08:00 */
#define NIGHT (NOON + 12 * UINT64_C(3600000000))

static const struct judge_case { const char *name, *from, *to, *record; uint64_t at; enum policy_miss miss; } judged[] = {
    { "what is allowed", "10.0.0.1", "10.0.0.2", "unit=1 function=3 access=2 table=2 address=0 quantity=5", NOON, MISS_NONE },
    { "across two ranges that touch", "10.0.0.1", "10.0.0.2", "unit=1 function=3 access=2 table=2 address=5 quantity=10", NOON, MISS_NONE },
    { "over a range's end", "10.0.0.1", "10.0.0.2", "unit=1 function=3 access=2 table=2 address=15 quantity=10", NOON, MISS_TARGET },
    { "between ranges", "10.0.0.1", "10.0.0.2", "unit=1 function=3 access=2 table=2 address=25", NOON, MISS_TARGET },
    { "another unit", "10.0.0.1", "10.0.0.2", "unit=2 function=3 access=2 table=2 address=5", NOON, MISS_TARGET },
    { "another function", "10.0.0.1", "10.0.0.2", "unit=1 function=8 access=2 table=2 address=5", NOON, MISS_FUNCTION },
    { "another access", "10.0.0.1", "10.0.0.2", "unit=1 function=8 access=5", NOON, MISS_ACCESS },
    { "a value within", "10.0.0.1", "10.0.0.2", "unit=1 function=6 access=3 table=2 address=5 value=50", NOON, MISS_NONE },
    { "a value above", "10.0.0.1", "10.0.0.2", "unit=1 function=6 access=3 table=2 address=5 value=51", NOON, MISS_VALUE },
    { "the second value is wrong", "10.0.0.1", "10.0.0.2", "unit=1 function=6 access=3 table=2 address=6 value=1 value=2", NOON, MISS_VALUE },
    { "numbers without values across ranges that have them", "10.0.0.1", "10.0.0.2", "unit=1 function=6 access=3 table=2 address=5 quantity=3", NOON, MISS_NONE },
    { "a tag's value within", "10.0.0.1", "10.0.0.2", "function=6 access=3 tag=Pump value=1", NOON, MISS_NONE },
    { "a tag's value above", "10.0.0.1", "10.0.0.2", "function=6 access=3 tag=Pump value=2", NOON, MISS_VALUE },
    { "at night", "10.0.0.1", "10.0.0.2", "unit=1 function=6 access=3 table=2 address=5 value=5", NIGHT, MISS_HOURS },
    { "reading at night", "10.0.0.1", "10.0.0.2", "unit=1 function=3 access=2 table=2 address=5", NIGHT, MISS_NONE },
    { "the other way round", "10.0.0.2", "10.0.0.1", "unit=1 function=3 access=2 table=2 address=5", NOON, MISS_PARTY },
    { "a stranger", "10.0.0.7", "10.0.0.2", "unit=1 function=3 access=2 table=2 address=5", NOON, MISS_PARTY },
    { "by a prefix, to anybody", "10.0.9.7", "10.0.0.3", "unit=1 access=12", NOON, MISS_NONE },
    { "by a prefix, another access", "10.0.9.7", "10.0.0.3", "unit=1 access=3", NOON, MISS_ACCESS },
};

static void a_deed_is_held_against_the_nearest_entry(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct policy *p = load(plant, &f);
    struct record *r = calloc(1, sizeof *r);
    struct deed *d = calloc(1, sizeof *d);
    if (p == NULL)
        fail_msg("%s", f.why);
    for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++) {
        struct party from, to;
        assert_int_equal(party_parse(judged[i].from, &from), 0);
        assert_int_equal(party_parse(judged[i].to, &to), 0);
        plant_record(r, judged[i].record);
        assert_true(deed_read(r, d));
        struct policy_verdict v = policy_judge(p, &from, &to, d, judged[i].at);
        if (v.miss != judged[i].miss)
            fail_msg("%s: %d, expected %d", judged[i].name, v.miss, judged[i].miss);
    }
    free(d);
    free(r);
    policy_free(p);
}

static char *written(const struct policy *p)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    policy_write(p, "sensor-1", out);
    fclose(out);
    return text;
}

static void what_is_written_reads_as_the_same_policy(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct policy *p = load(plant, &f);
    char *first = written(p);
    struct policy *again = load(first, &f);
    if (again == NULL)
        fail_msg("%s", f.why);
    char *second = written(again);
    assert_string_equal(first, second);
    free(first);
    free(second);
    policy_free(p);
    policy_free(again);
}

/* ---- learned, then enforced ---- */

struct told { unsigned count; uint32_t sid; char why[DEPARTURE_WHY_MAX]; };

static void take(void *ctx, const struct alert_rule *rule, const char *why, const struct behave_scene *s, const struct record *r)
{
    struct told *t = ctx;
    (void)s, (void)r;
    t->count++;
    t->sid = rule->sid;
    snprintf(t->why, sizeof t->why, "%s", why);
}

static void send(struct behave *b, struct record *r, const char *from, const char *to, const char *text, uint64_t at, bool refused)
{
    struct behave_scene s = { .time_us = at };
    assert_int_equal(party_parse(from, &s.from), 0);
    assert_int_equal(party_parse(to, &s.to), 0);
    plant_record(r, text);
    r->answer = r->refused = refused;
    behave_time(b, at);
    behave_record(b, &s, r);
}

#define POLL "unit=1 function=3 access=2 table=2 address=0 quantity=10"

/* Polled each second; a set point each minute; a report now and then. */
static void normal(struct behave *b, struct record *r, uint64_t from_us, unsigned seconds)
{
    char text[128];
    for (unsigned i = 0; i < seconds; i++) {
        uint64_t at = from_us + i * UINT64_C(1000000);
        send(b, r, "10.0.0.1", "10.0.0.2", POLL, at, false);
        snprintf(text, sizeof text, "unit=1 function=6 access=3 table=2 address=5 value=%u", i / 60 % 50);
        if (i % 60 == 7)
            send(b, r, "10.0.0.1", "10.0.0.2", text, at, false);
        if (i % 100 == 9)
            send(b, r, "10.0.0.2", "10.0.0.1", "access=1 address=40 value=3", at, false);
    }
}

static struct policy *learned(struct record *r, struct fault *f)
{
    struct told none = { 0 };
    struct learner *l = learner_new(8 * 3600, f);
    struct behave *b = behave_new(NULL, l, NULL, &(struct behave_out){ take, &none }, f);
    char *text = NULL;
    size_t len;
    normal(b, r, NOON, 3600);
    FILE *out = open_memstream(&text, &len);
    assert_int_equal(learner_write(l, "sensor-1", out, f), 0);
    fclose(out);
    assert_int_equal(none.count, 0);
    struct policy *p = load(text, f);
    if (p == NULL)
        fail_msg("%s in\n%s", f->why, text);
    free(text);
    behave_free(b);
    learner_free(l);
    return p;
}

static const struct departure_case { const char *name, *from, *to, *record; enum departure want; const char *why; } departures[] = {
    { "a stranger", "10.0.0.9", "10.0.0.2", POLL, DEPARTURE_NEW_TALKER, "expected: 10.0.0.1" },
    { "a device nobody knew", "10.0.0.1", "10.0.0.8", POLL, DEPARTURE_NEW_DEVICE, "expected: 无 nobody" },
    { "another table", "10.0.0.1", "10.0.0.2", "unit=1 function=3 access=2 table=1 address=0", DEPARTURE_TARGET, "unit 1 table registers address" },
    { "an address beyond", "10.0.0.1", "10.0.0.2", "unit=1 function=3 access=2 table=2 address=11", DEPARTURE_TARGET, "expected: 0-9; 实际 came" },
    { "a value beyond", "10.0.0.1", "10.0.0.2", "unit=1 function=6 access=3 table=2 address=5 value=900", DEPARTURE_VALUE, "expected: 0..49" },
    { "a stop", "10.0.0.1", "10.0.0.2", "unit=1 function=8 access=5", DEPARTURE_STOP, "expected: read, write" },
    { "another function that reads", "10.0.0.1", "10.0.0.2", "unit=1 function=8 access=2 table=2 address=0", DEPARTURE_NEW_FUNCTION, "expected: read" },
};

static void learned_traffic_is_silent_and_each_departure_is_named_once(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct record *r = calloc(1, sizeof *r);
    struct policy *p = learned(r, &f);
    struct told told = { 0 };
    struct behave *b = behave_new(p, NULL, NULL, &(struct behave_out){ take, &told }, &f);
    normal(b, r, NOON + UINT64_C(86400000000), 3600);
    assert_int_equal(told.count, 0);
    uint64_t at = NOON + UINT64_C(86400000000) + 3600 * UINT64_C(1000000);
    for (size_t i = 0; i < sizeof departures / sizeof departures[0]; i++) {
        const struct departure_case *c = &departures[i];
        told = (struct told){ 0 };
        send(b, r, c->from, c->to, c->record, at, false);
        send(b, r, c->from, c->to, c->record, at + 1, false);
        if (told.count != 1 || told.sid != (uint32_t)c->want || strstr(told.why, c->why) == NULL)
            fail_msg("%s: %u told, sid %u, \"%s\"", c->name, told.count, told.sid, told.why);
    }
    behave_free(b);
    policy_free(p);
    free(r);
}

static void silence_bursts_and_refusals_are_told(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct record *r = calloc(1, sizeof *r);
    struct policy *p = learned(r, &f);
    struct told told = { 0 };
    struct behave *b = behave_new(p, NULL, NULL, &(struct behave_out){ take, &told }, &f);
    uint64_t at = NOON + UINT64_C(86400000000);
    normal(b, r, at, 100);
    for (unsigned i = 0; i < 20; i++)
        send(b, r, "10.0.0.2", "10.0.0.1", "access=1 address=40 value=3", at + 100 * UINT64_C(1000000) + i, false);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.sid, DEPARTURE_BURST);
    told.count = 0;
    for (unsigned i = 0; i < 9; i++)
        send(b, r, "10.0.0.2", "10.0.0.1", POLL, at + 101 * UINT64_C(1000000) + i, true);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.sid, DEPARTURE_REFUSALS);
    told.count = 0;
    behave_time(b, at + 108 * UINT64_C(1000000));
    assert_int_equal(told.count, 0);
    behave_time(b, at + 112 * UINT64_C(1000000));
    assert_int_equal(told.count, 1);
    assert_int_equal(told.sid, DEPARTURE_RHYTHM);
    behave_free(b);
    policy_free(p);
    free(r);
}

static void a_policy_read_again_knows_what_the_old_one_heard(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct record *r = calloc(1, sizeof *r);
    struct policy *old = learned(r, &f), *other = load(ENTRY, &f), *fresh;
    struct told told = { 0 };
    struct behave *b = behave_new(old, NULL, NULL, &(struct behave_out){ take, &told }, &f);
    uint64_t at = NOON + UINT64_C(86400000000);
    char *text = written(old);
    normal(b, r, at, 100);
    fresh = load(text, &f);
    policy_carry(fresh, old);
    behave_policy(b, fresh);
    policy_free(old);
    behave_time(b, at + 108 * UINT64_C(1000000));
    assert_int_equal(told.count, 0);
    behave_time(b, at + 112 * UINT64_C(1000000));
    assert_int_equal(told.count, 1);
    assert_int_equal(told.sid, DEPARTURE_RHYTHM);
    policy_carry(other, fresh);         /* what was not there before has heard nothing */
    assert_int_equal(other->entries[0].seen_us, 0);
    behave_policy(b, other);
    send(b, r, "10.0.0.1", "10.0.0.2", POLL, at + 113 * UINT64_C(1000000), false);
    assert_int_equal(told.count, 2);
    behave_free(b);
    policy_free(fresh);
    policy_free(other);
    free(text);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_policy_is_refused_with_the_place_and_what_was_expected),
        cmocka_unit_test(a_deed_is_held_against_the_nearest_entry),
        cmocka_unit_test(what_is_written_reads_as_the_same_policy),
        cmocka_unit_test(learned_traffic_is_silent_and_each_departure_is_named_once),
        cmocka_unit_test(silence_bursts_and_refusals_are_told),
        cmocka_unit_test(a_policy_read_again_knows_what_the_old_one_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
