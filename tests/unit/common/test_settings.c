#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "common/settings.h"
#include "tests/support/file.h"

struct tower {
    bool     lit;
    uint64_t men, bytes, idle_us, any;
    double   height;
    int      colour;
    char    *name;
    struct setting_list neighbours, vars;
};

#define AT(member) offsetof(struct tower, member)
static const char *const colours[] = { "blue", "yellow", "red", NULL };
static const struct setting rows[] = {
    { "lit", SETTING_BOOL, AT(lit), "false", 0, 0, NULL, "Whether it burns" },
    { "crew.men", SETTING_UINT, AT(men), "3", 1, 10, NULL, "Men" },
    { "crew.any", SETTING_UINT, AT(any), "0", 0, 0, NULL, "Any number" },
    { "store.bytes", SETTING_SIZE, AT(bytes), "64 KiB", 1024, UINT64_C(1) << 40, NULL, "Straw" },
    { "store.idle", SETTING_TIME, AT(idle_us), "30 s", 1, UINT64_C(86400000000), NULL, "Rest" },
    { "height", SETTING_REAL, AT(height), "9.5", 0, 0, NULL, "Metres" },
    { "colour", SETTING_CHOICE, AT(colour), "yellow", 0, 0, colours, "Of the fire" },
    { "name", SETTING_TEXT, AT(name), "tower-1", 0, 0, NULL, "Name" },
    { "neighbours", SETTING_LIST, AT(neighbours), "east west", 0, 0, NULL, "Who sees it" },
    { "vars", SETTING_MAP, AT(vars), "WALL=[10.0.0.0/8] GATE=any", 0, 0, NULL, "Names" },
};

struct place { struct tower tower; struct settings_section section; struct fault fault; };

static void begin(struct place *p)
{
    *p = (struct place){ .section = { "tower", rows, sizeof rows / sizeof rows[0], NULL } };
    p->section.into = &p->tower;
    assert_int_equal(settings_defaults(&p->section, 1, &p->fault), 0);
}

static void end(struct place *p)
{
    settings_free(&p->section, 1);
}

static int load(struct place *p, const char *text)
{
    struct file file = file_of_text(text);
    int rc = settings_load(&p->section, 1, file.path, &p->fault);
    unlink(file.path);
    if (strncmp(p->fault.why, file.path, strlen(file.path)) == 0)      /* "FILE:1:2: why" */
        memmove(p->fault.why, p->fault.why + strlen(file.path), strlen(p->fault.why + strlen(file.path)) + 1);
    return rc;
}

/* Everything in one line, for comparing. */
static char *dump(struct place *p)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    settings_dump(&p->section, 1, out);
    fclose(out);
    return text;
}

static void fallbacks_are_what_the_rows_say(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    assert_false(p.tower.lit);
    assert_int_equal(p.tower.men, 3);
    assert_int_equal(p.tower.bytes, 65536);
    assert_int_equal(p.tower.idle_us, 30000000);
    assert_true(p.tower.height == 9.5);
    assert_int_equal(p.tower.colour, 1);
    assert_string_equal(p.tower.name, "tower-1");
    assert_int_equal(p.tower.neighbours.count, 2);
    assert_string_equal(p.tower.neighbours.items[1], "west");
    assert_int_equal(p.tower.vars.count, 2);
    assert_string_equal(p.tower.vars.items[0], "WALL=[10.0.0.0/8]");
    end(&p);
}

static void a_whole_file_is_read_and_other_programs_sections_are_passed_over(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    int rc = load(&p, "# the western tower\n"
                      "other:\n  deep: { a: [ 1, { b: c } ] }\n  list:\n    - x\n"
                      "tower:\n"
                      "  lit: yes\n"
                      "  crew: { men: 7, any: 18446744073709551615 }\n"
                      "  store:\n    bytes: 10 MiB\n    idle: 5 min\n"
                      "  height: -1.5e3\n"
                      "  colour: red\n"
                      "  name: \"烽燧 #1\"\n"
                      "  neighbours: [ north, south, up ]\n"
                      "  vars:\n    WALL: \"[fd00::/8]\"\n    NEW: x=y\n"
                      "third:\n");
    if (rc != 0)
        fail_msg("%s", p.fault.why);
    assert_true(p.tower.lit);
    assert_int_equal(p.tower.men, 7);
    assert_true(p.tower.any == UINT64_MAX);
    assert_int_equal(p.tower.bytes, 10 << 20);
    assert_int_equal(p.tower.idle_us, 300000000);
    assert_true(p.tower.height == -1500);
    assert_int_equal(p.tower.colour, 2);
    assert_string_equal(p.tower.name, "烽燧 #1");
    assert_int_equal(p.tower.neighbours.count, 3);
    assert_string_equal(p.tower.neighbours.items[2], "up");
    assert_int_equal(p.tower.vars.count, 3);
    assert_string_equal(p.tower.vars.items[0], "WALL=[fd00::/8]");
    assert_string_equal(p.tower.vars.items[2], "NEW=x=y");
    end(&p);
}

static const struct taken { const char *assignment; size_t offset; uint64_t want; } taken[] = {
    { "crew.men=1", AT(men), 1 }, { "crew.men=10", AT(men), 10 }, { "tower.crew.men=4", AT(men), 4 },
    { "store.bytes=1024", AT(bytes), 1024 }, { "store.bytes=1024 B", AT(bytes), 1024 }, { "store.bytes=2KiB", AT(bytes), 2048 },
    { "store.bytes=3 GiB", AT(bytes), UINT64_C(3) << 30 }, { "store.bytes=1 TiB", AT(bytes), UINT64_C(1) << 40 },
    { "store.idle=1 us", AT(idle_us), 1 }, { "store.idle=500 ms", AT(idle_us), 500000 }, { "store.idle=2h", AT(idle_us), 7200000000 },
    { "store.idle=1 d", AT(idle_us), 86400000000 },
};

static void numbers_take_their_units(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        struct place p;
        uint64_t got;
        begin(&p);
        if (settings_set(&p.section, 1, taken[i].assignment, &p.fault) != 0)
            fail_msg("%s: %s", taken[i].assignment, p.fault.why);
        memcpy(&got, (char *)&p.tower + taken[i].offset, sizeof got);
        if (got != taken[i].want)
            fail_msg("%s: %llu", taken[i].assignment, (unsigned long long)got);
        end(&p);
    }
}

static const struct refused { const char *assignment, *why; } refused[] = {
    { "crew.men=0",            "crew.men: 0 is outside 1 to 10" },
    { "crew.men=11",           "crew.men: 11 is outside 1 to 10" },
    { "crew.men=-1",           "crew.men: expected a whole number, not \"-1\"" },
    { "crew.any= -1",          "crew.any: expected a whole number, not \" -1\"" },
    { "crew.any=+1",           "crew.any: expected a whole number, not \"+1\"" },
    { "crew.men=three",        "crew.men: expected a whole number, not \"three\"" },
    { "crew.men=3 men",        "crew.men: expected a whole number, not \"3 men\"" },
    { "crew.men=",             "crew.men: expected a whole number, not \"\"" },
    { "crew.any=18446744073709551616", "crew.any: expected a whole number, not \"18446744073709551616\"" },
    { "store.bytes=1 KB",      "store.bytes: expected a size such as 512, 64 KiB, 10 MiB or 1 GiB, not \"1 KB\"" },
    { "store.bytes=1",         "store.bytes: 1 is outside 1 KiB to 1 TiB" },
    { "store.bytes=99999999999 TiB", "store.bytes: expected a size such as 512, 64 KiB, 10 MiB or 1 GiB, not \"99999999999 TiB\"" },
    { "store.idle=30",         "store.idle: expected a time such as 500 ms, 30 s, 5 min, 2 h or 180 d, not \"30\"" },
    { "store.idle=0",          "store.idle: 0 is outside 1 us to 1 d" },
    { "store.idle=2 d",        "store.idle: 2 d is outside 1 us to 1 d" },
    { "lit=maybe",             "lit: expected true or false, not \"maybe\"" },
    { "height=tall",           "height: expected a number, not \"tall\"" },
    { "height=nan",            "height: expected a number, not \"nan\"" },
    { "height=inf",            "height: expected a number, not \"inf\"" },
    { "height=1 m",            "height: expected a number, not \"1 m\"" },
    { "colour=green",          "colour: expected one of blue, yellow, red, not \"green\"" },
    { "colours=red",           "tower has no setting \"colours\"; did you mean \"colour\"?" },
    { "crew.man=3",            "tower has no setting \"crew.man\"; did you mean \"crew.men\"?" },
    { "tower.nmae=x",          "tower has no setting \"nmae\"; did you mean \"name\"?" },
    { "something.else=x",      "tower has no setting \"something.else\"" },
    { "crew=3",                "tower has no setting \"crew\"" },
    { "vars=x",                "vars: expected NAME=value, not \"x\"" },
    { "vars==x",               "vars: expected NAME=value, not \"=x\"" },
    { "name",                  "--set: expected name=value, not \"name\"" },
    { "=x",                    "--set: expected name=value, not \"=x\"" },
};

static void what_is_wrong_is_said_and_changes_nothing(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    char *before = dump(&p);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (settings_set(&p.section, 1, refused[i].assignment, &p.fault) == 0)
            fail_msg("%s was taken", refused[i].assignment);
        if (strcmp(p.fault.why, refused[i].why) != 0)
            fail_msg("%s: %s", refused[i].assignment, p.fault.why);
    }
    char *after = dump(&p);
    assert_string_equal(before, after);
    free(before);
    free(after);
    end(&p);
}

static const struct bad_file { const char *name, *text, *why; } bad_files[] = {
    { "a wrong number",       "tower:\n  lit: true\n  crew:\n    men: 11\n", ":4:10: crew.men: 11 is outside 1 to 10" },
    { "an unknown name",      "tower:\n  lit: true\n  nmae: x\n", ":3:3: tower has no setting \"nmae\"; did you mean \"name\"?" },
    { "an unknown deep name", "tower:\n  crew:\n    mem: 2\n", ":3:5: tower has no setting \"crew.mem\"; did you mean \"crew.men\"?" },
    { "a list for a number",  "tower:\n  lit: true\n  height: [ 1 ]\n", ":3:11: height: expected a number" },
    { "a mapping for a text", "tower:\n  lit: true\n  name: { a: b }\n", ":3:9: name: expected a text" },
    { "a text for a map",     "tower:\n  vars: x\n", ":2:9: vars: expected a mapping of names to texts" },
    { "a list in a list",     "tower:\n  lit: true\n  neighbours: [ a, [ b ] ]\n", ":3:20: neighbours: expected a list of texts" },
    { "a list in a map",      "tower:\n  vars: { A: [ b ] }\n", ":2:14: expected a text here" },
    { "an empty name in a map", "tower:\n  vars: { \"\": x, B: y }\n", ":2:11: expected a name, neither empty nor with =, here" },
    { "a name with = in a map", "tower:\n  vars: { \"a=b\": x }\n", ":2:11: expected a name, neither empty nor with =, here" },
    { "a number for a section", "tower: 3\n", ":1:8: expected the settings of a section" },
    { "a list for a section", "tower: [ lit ]\n", ":1:8: expected the settings of a section" },
    { "a list at the top",    "- tower\n", ":1:1: expected sections such as \"sensor:\" at the top" },
    { "a word at the top",    "tower\n", ":1:1: expected sections such as \"sensor:\" at the top" },
    { "a list for a name",    "tower:\n  ? [ a ]\n  : b\n", ":2:5: expected the name of a setting" },
    { "a mapping for a section's name", "? { a: b }\n: c\n", ":1:3: expected the name of a section" },
    { "a second document that is a word", "tower: { lit: true }\n---\nfoo\n", ":3:1: expected sections such as \"sensor:\" at the top" },
    { "an alias",             "tower:\n  name: *other\n", ":2:9: name: expected a text" },
    { "broken YAML",          "tower:\n  lit: true\n name: x\n", ":3:2: not YAML: did not find expected key" },
    { "a tab",                "tower:\n\tlit: true\n", ":2:1: not YAML: found character that cannot start any token" },
    { "an open bracket",      "tower:\n  neighbours: [ a,\n", ":3:1: not YAML: did not find expected node content" },
    { "bytes that are no text", "tower:\n  name: \"\xff\"\n", ":1:1: not YAML: invalid leading UTF-8 octet" },
};

static void a_bad_file_is_named_with_line_and_column_and_changes_nothing(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    char *before = dump(&p);
    for (size_t i = 0; i < sizeof bad_files / sizeof bad_files[0]; i++) {
        if (load(&p, bad_files[i].text) == 0)
            fail_msg("%s was taken", bad_files[i].name);
        if (strcmp(p.fault.why, bad_files[i].why) != 0)
            fail_msg("%s: %s", bad_files[i].name, p.fault.why);
        char *after = dump(&p);
        assert_string_equal(before, after);
        free(after);
    }
    free(before);
    end(&p);
}

static void a_file_that_says_nothing_changes_nothing(void **unused)
{
    (void)unused;
    static const char *const empty[] = { "", "\n", "# nothing\n", "---\n", "{}\n", "tower:\n", "tower: {}\n", "other: x\n", "---\n---\n" };
    struct place p;
    begin(&p);
    char *before = dump(&p);
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        if (load(&p, empty[i]) != 0)
            fail_msg("%s: %s", empty[i], p.fault.why);
        char *after = dump(&p);
        assert_string_equal(before, after);
        free(after);
    }
    assert_int_equal(settings_load(&p.section, 1, "/nonexistent/fengsui.yaml", &p.fault), -ENOENT);
    assert_string_equal(p.fault.why, "/nonexistent/fengsui.yaml: No such file or directory");
    assert_int_equal(settings_load(&p.section, 1, "/", &p.fault), -EINVAL);
    free(before);
    end(&p);
}

static void lists_are_replaced_and_maps_added_to(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    assert_int_equal(settings_set(&p.section, 1, "neighbours=a, b,c d", &p.fault), 0);
    assert_int_equal(p.tower.neighbours.count, 4);
    assert_int_equal(settings_set(&p.section, 1, "neighbours=", &p.fault), 0);
    assert_int_equal(p.tower.neighbours.count, 0);
    assert_int_equal(settings_set(&p.section, 1, "vars.GATE=[192.0.2.0/24,a=b]", &p.fault), 0);
    assert_int_equal(settings_set(&p.section, 1, "tower.vars.MOAT=x", &p.fault), 0);
    assert_int_equal(settings_set(&p.section, 1, "vars=WALL=y", &p.fault), 0);
    assert_int_equal(p.tower.vars.count, 3);
    assert_string_equal(p.tower.vars.items[0], "WALL=y");
    assert_string_equal(p.tower.vars.items[1], "GATE=[192.0.2.0/24,a=b]");
    assert_string_equal(p.tower.vars.items[2], "MOAT=x");
    end(&p);
}

static const char *const round_trips[] = {
    "name=plain", "name=", "name= # not a comment", "name=a\"b\\c'd", "name=a: b", "name=- x", "name=true", "name=~", "name=烽燧",
    "name=\xc2\x80\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf\xef\xbf\xbe\xef\xbf\xbd\xf0\x9f\x94\xa5", "name=blanks \xe2\x80\xa8 around", "name=line\nend\ttab\x01\x7f", "height=0.1", "height=1e300", "height=-123456789.123456789", "crew.any=18446744073709551615",
    "crew.any=0", "store.bytes=1536", "store.idle=90 s", "store.idle=1 us", "neighbours=", "neighbours=one", "neighbours=a\"b,{c},d:e",
    "vars.X=[10.0.0.0/8,!10.1.0.0/16]", "vars.X=", "vars.X=a=b", "vars=a: b=c", "colour=red", "lit=on",
};

static void what_is_dumped_loads_as_it_was(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof round_trips / sizeof round_trips[0]; i++) {
        struct place p, q;
        begin(&p);
        begin(&q);
        if (settings_set(&p.section, 1, round_trips[i], &p.fault) != 0)
            fail_msg("%s: %s", round_trips[i], p.fault.why);
        char *text = dump(&p);
        if (load(&q, text) != 0)
            fail_msg("%s: %s\n%s", round_trips[i], q.fault.why, text);
        char *again = dump(&q);
        assert_string_equal(text, again);
        assert_string_equal(p.tower.name, q.tower.name);
        assert_true(p.tower.height == q.tower.height);
        free(text);
        free(again);
        end(&p);
        end(&q);
    }
}

static void the_manual_has_every_row_with_its_fallback(void **unused)
{
    (void)unused;
    struct place p;
    begin(&p);
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    settings_manual(&p.section, 1, out);
    fclose(out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char heading[64];
        snprintf(heading, sizeof heading, ".TP\n.B %s\n", rows[i].name);
        assert_non_null(strstr(text, heading));
        assert_non_null(strstr(text, rows[i].about));
    }
    assert_non_null(strstr(text, "Default: 64 KiB."));
    free(text);
    end(&p);
}

#define GOOD "tower:\n  lit: on\n  crew: { men: 2 }\n  neighbours: [ a, \"b\" ]\n  vars:\n    A: &x b\n  name: 'q'\n"

static void every_prefix_and_bit_change_of_a_file_is_read_or_refused(void **unused)
{
    (void)unused;
    char text[] = GOOD;
    struct place p;
    begin(&p);
    for (size_t n = 0; n < sizeof text; n++) {
        char *prefix = strndup(GOOD, n);
        int rc = load(&p, prefix);
        assert_true(rc == 0 || p.fault.why[0] != '\0');
        free(prefix);
    }
    for (size_t bit = 0; bit < (sizeof text - 1) * 8; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        int rc = load(&p, text);
        assert_true(rc == 0 || p.fault.why[0] != '\0');
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fallbacks_are_what_the_rows_say),
        cmocka_unit_test(a_whole_file_is_read_and_other_programs_sections_are_passed_over),
        cmocka_unit_test(numbers_take_their_units),
        cmocka_unit_test(what_is_wrong_is_said_and_changes_nothing),
        cmocka_unit_test(a_bad_file_is_named_with_line_and_column_and_changes_nothing),
        cmocka_unit_test(a_file_that_says_nothing_changes_nothing),
        cmocka_unit_test(lists_are_replaced_and_maps_added_to),
        cmocka_unit_test(what_is_dumped_loads_as_it_was),
        cmocka_unit_test(the_manual_has_every_row_with_its_fallback),
        cmocka_unit_test(every_prefix_and_bit_change_of_a_file_is_read_or_refused),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
