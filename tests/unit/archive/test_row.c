#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "archive/row.h"
#include "events/incident.h"

#define HEAD "{\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"alert\","

#define VERSION "{\"id\":\"I-1:4\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"incident\","
#define BODY VERSION "\"incident\":{\"id\":\"I-1\",\"version\":4,"
#define SEEN "I-1:4 incident 430000 - - - - - 0 0 .. "

/* What stands in a line, and the columns and words that it makes: by one pass and by a tree. */
static const struct row_case { const char *name, *json, *row; } cases[] = {
    { "an alert with all of it", HEAD "\"region\":\"430100\",\"status\":\"actual\",\"src_ip\":\"192.0.2.7\",\"dest_ip\":\"::1\","
      "\"src_asset\":{\"sector\":\"water\",\"unit\":\"W\"},\"dest_asset\":{\"sector\":\"power\",\"unit\":\"P\"},"
      "\"alert\":{\"severity\":2,\"signature_id\":7,\"signature\":\"S\",\"category\":\"C\"}}",
      "a:1:1 alert 430100 power P actual S C 2 7 46 | 430100 actual 192.0.2.7 ::1 water W power P S C" },
    { "no region: the stream's", HEAD "\"http\":{\"url\":\"/a\"}}", "a:1:1 alert 430000 - - - - - 0 0 .. | /a" },
    { "the source's asset when the other end has none", HEAD "\"dest_asset\":{\"name\":\"n\"},\"src_asset\":{\"unit\":\"W\"}}",
      "a:1:1 alert 430000 - W - - - 0 0 .. | n W" },
    { "an object that comes again, whole", HEAD "\"alert\":{\"severity\":2,\"signature\":\"S\"},\"alert\":{\"category\":\"C\"}}",
      "a:1:1 alert 430000 - - - - C 0 0 .. | *" },
    { "a member that comes again as something else", HEAD "\"status\":\"actual\",\"status\":7}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | *" },
    { "an alert that is a list", HEAD "\"alert\":[{\"severity\":2}],\"x\":[[\"deep\"],\"flat\"]}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | deep flat" },
    { "columns of other types", HEAD "\"status\":null,\"region\":{},\"alert\":{\"severity\":\"2\",\"signature\":9}}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | 2" },
    { "numbers with fractions, below nothing, beyond all", HEAD "\"alert\":{\"severity\":2.9,\"signature_id\":-4},\"x\":99999999999999999999}",
      "a:1:1 alert 430000 - - - - - 2 0 .. | " },
    { "escapes", HEAD "\"status\":\"a\\\"b\\u957f\",\"x\":\"\\ud83d\\ude00 tab\\tend\"}",
      "a:1:1 alert 430000 - - a\"b长 - - 0 0 .. | a\"b 长 \xf0\x9f\x98\x80 tab end" },
    { "a NUL", HEAD "\"status\":\"a\\u0000b\",\"sector\":\"\\u0000\"}", "a:1:1 alert 430000 - - a - - 0 0 .. | a b" },
    { "names that are silent, and all below them", HEAD "\"payload\":\"P\",\"joins\":[{\"why\":\"W\"}],\"sm3\":{\"a\":{\"b\":\"c\"}},\"x\":\"y\"}",
      "a:1:1 alert 430000 - - - - - 0 0 .. | y" },
    { "an address that is none", HEAD "\"src_ip\":\"300.1.1.1\"}", "a:1:1 alert 430000 - - - - - 0 0 .. | 300.1.1.1" },
    { "the other end's asset first", HEAD "\"dest_asset\":{\"unit\":\"P\"},\"src_asset\":{\"unit\":\"W\"}}", "a:1:1 alert 430000 - P - - - 0 0 .. | P W" },
    { "a kind that is none at first", "{\"event_type\":null,\"x\":\"y\",\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"dns\"}",
      "a:1:1 dns 430000 - - - - - 0 0 .. | *" },
    { "an asset that a sensor saw", "{\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"asset\",\"src_ip\":\"192.0.2.7\","
      "\"asset\":{\"id\":\"x\",\"version\":3,\"unit\":\"U\"}}", "a:1:1 asset 430000 - - - - - 0 0 4. | 192.0.2.7 U" },
}, versions[] = {
    { "an incident with all of it", VERSION "\"region\":\"430100\",\"status\":\"actual\",\"by\":{\"name\":\"Li\"},\"src_ip\":\"192.0.2.1\","
      "\"alert\":{\"signature_id\":7},\"dest_asset\":{\"unit\":\"D\"},\"incident\":{\"id\":\"I-1\",\"version\":4,"
      "\"title\":{\"zh\":\"断电\",\"en\":\"Off\"},\"sector\":\"power\",\"state\":\"new\",\"level\":2,\"category\":\"C\",\"merged_into\":\"I-9\","
      "\"victims\":[{\"address\":\"192.0.2.7\",\"unit\":\"V\"},{\"address\":\"192.0.2.8\",\"unit\":\"W\"}],"
      "\"attackers\":[{\"address\":\"::1\",\"unit\":\"A\"}],\"alert_ids\":[\"a:1:1\", \"a:1:2\" ],\"joins\":[{\"reason\":\"R\"}]}}",
      "I-1:4 incident 430100 power V actual Off C 2 0 64 I-1 4 new 2 I-9 a:1:1 a:1:2 ; 192.0.2.7 192.0.2.8 ::1 ; "
      "| 430100 actual Li 192.0.2.1 D 断电 电 Off power new C 192.0.2.7 V 192.0.2.8 W ::1 A" },
    { "nothing but what it needs", BODY "\"x\":1}}", SEEN "I-1 4 - 0 - ; ; |" },
    { "a warning, by its colour", "{\"id\":\"W-1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"warning\",\"warning\":{\"id\":\"W-1\","
      "\"version\":1,\"level\":4,\"colour\":\"orange\",\"title\":\"T\",\"unit\":\"U\",\"victims\":[{\"unit\":\"V\"}]}}",
      "W-1:1 warning 430000 - U - T - 2 0 .. W-1 1 - 2 - ; - ; | orange T U V" },
    { "a colour that is none", BODY "\"level\":3,\"colour\":\"pink\"}}", "I-1:4 incident 430000 - - - - - 3 0 .. I-1 4 - 3 - ; ; | pink" },
    { "an asset that a person registered", "{\"id\":\"A-1:2\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"asset\","
      "\"asset\":{\"id\":\"A-1\",\"version\":2}}", "A-1:2 asset 430000 - - - - - 0 0 .. A-1 2 - 0 - ; ; |" },
    { "what the archive removed", "{\"id\":\"R-1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"retention\","
      "\"retention\":{\"version\":1,\"id\":\"R-1\"}}", "R-1:1 retention 430000 - - - - - 0 0 .. R-1 1 - 0 - ; ; |" },
    { "only the first victim's unit and address are columns", BODY "\"victims\":[{\"name\":\"n\"},{\"address\":\"192.0.2.8\",\"unit\":\"W\"}]}}",
      SEEN "I-1 4 - 0 - ; - 192.0.2.8 ; | n 192.0.2.8 W" },
    { "a party that is no object, or deeper", BODY "\"victims\":[\"192.0.2.7\",[{\"address\":\"192.0.2.8\"}],{\"x\":{\"address\":\"192.0.2.9\"}}]}}",
      SEEN "I-1 4 - 0 - ; - - - ; | 192.0.2.7 192.0.2.8 192.0.2.9" },
    { "parties that are no list", BODY "\"victims\":{\"\":{\"address\":\"192.0.2.8\",\"unit\":\"W\"}},\"attackers\":\"192.0.2.8\"}}",
      SEEN "I-1 4 - 0 - ; ; | 192.0.2.8 W 192.0.2.8" },
    { "the last of several addresses", BODY "\"attackers\":[{\"address\":\"192.0.2.8\",\"address\":\"::1\"},{\"address\":\"::2\",\"address\":7}]}}",
      "I-1:4 incident 430000 - - - - - 0 0 6. I-1 4 - 0 - ; ::1 - ; | *" },
    { "an address that is none, and an empty one", BODY "\"victims\":[{\"address\":\"h\"},{\"address\":\"\"}]}}", SEEN "I-1 4 - 0 - ; h - ; | h" },
    { "no alerts, and alerts that are no list", BODY "\"alert_ids\":[ ]}}", SEEN "I-1 4 - 0 - ; ; |" },
    { "alerts that are an object", BODY "\"alert_ids\":{\"\":\"a\"}}}", SEEN "I-1 4 - 0 - ; ; |" },
    { "escapes among the alerts", BODY "\"alert_ids\":[\"\\u0061]\\\"\" , \"[\"\n]}}", SEEN "I-1 4 - 0 - a]\" [ ; ; |" },
    { "an empty title is one", BODY "\"title\":\"\"}}", "I-1:4 incident 430000 - - -  - 0 0 .. I-1 4 - 0 - ; ; |" },
    { "a title in a list", BODY "\"title\":[\"en\"],\"unit\":\"\"}}", SEEN "I-1 4 - 0 - ; ; | en" },
    { "the last of several members", BODY "\"state\":\"new\",\"state\":\"closed\",\"level\":1,\"level\":\"x\"}}",
      SEEN "I-1 4 closed 0 - ; ; | *" },
    { "the English title first", BODY "\"title\":{\"en\":\"E\",\"zh\":\"Z\",\"x\":{\"address\":\"::1\"}}}}", "I-1:4 incident 430000 - - - E - 0 0 .. I-1 4 - 0 - ; ; | E Z ::1" },
    { "lists of others behind it", BODY "\"victims\":[]},\"x\":{\"a\":{\"b\":[\"c\"]}}}", SEEN "I-1 4 - 0 - ; ; | c" },
    { "its members elsewhere", BODY "\"x\":{\"state\":\"new\",\"victims\":[{\"address\":\"::1\"}],\"en\":\"E\"},\"title\":{\"x\":{\"en\":\"F\"}}},"
      "\"warning\":{\"state\":\"draft\",\"alert_ids\":[\"a\"]},\"victims\":[{\"address\":\"::1\"}]}", SEEN "I-1 4 - 0 - ; ; | new ::1 E F draft ::1" },
};

/* Versions of which one pass cannot say what they mean, or could only if it went back. */
static const struct row_case odd[] = {
    { "event_type behind the body", "{\"incident\":{\"id\":\"I-1\",\"version\":4,\"state\":\"new\"},\"id\":\"I-1:4\",\"timestamp\":\"2026-11-01T00:00:00Z\","
      "\"event_type\":\"incident\"}", SEEN "I-1 4 new 0 - ; ; | new" },
    { "event_type twice", BODY "\"state\":\"new\"},\"event_type\":\"warning\",\"incident\":{\"id\":\"I-2\",\"version\":5},\"event_type\":\"incident\"}",
      SEEN "I-2 5 - 0 - ; ; |" },
    { "a body twice", BODY "\"state\":\"new\",\"alert_ids\":[\"a\"]},\"incident\":{\"id\":\"I-2\",\"version\":5}}", SEEN "I-2 5 - 0 - ; ; |" },
    { "victims twice", BODY "\"victims\":[{\"address\":\"::1\"}],\"victims\":7}}", SEEN "I-1 4 - 0 - ; ; |" },
    { "alerts twice", BODY "\"alert_ids\":[\"a\"],\"alert_ids\":[\"b\"]}}", SEEN "I-1 4 - 0 - b ; ; |" },
    { "a title twice", BODY "\"title\":\"a\",\"title\":{\"en\":\"b\"}}}", "I-1:4 incident 430000 - - - b - 0 0 .. I-1 4 - 0 - ; ; | b" },
    { "an alert that is no text", BODY "\"alert_ids\":[\"a\",7,[\"b\"],\"c\"]}}", SEEN "I-1 4 - 0 - a c ; ; |" },
    { "an alert with a NUL", BODY "\"alert_ids\":[\"a\\u0000b\"]}}", SEEN "I-1 4 - 0 - a ; ; |" },
};

static const char *shown(const char *text)
{
    return text != NULL ? text : "-";
}

/* What the alerts are as JSON is what they are as a list. */
static int write_version(const struct row *r, char *out, size_t room)
{
    int len = snprintf(out, room, "%s %lld %s %lld %s ", shown(r->key), (long long)r->version, shown(r->state), (long long)r->level, shown(r->whole));
    json_t *ids = json_loadb(r->alert_ids_len > 0 ? r->alert_ids_json : "[]", r->alert_ids_len > 0 ? r->alert_ids_len : 2, 0, NULL);
    assert_int_equal(json_array_size(ids), r->alert_ids.count);
    for (size_t i = 0; i < r->alert_ids.count; i++) {
        assert_string_equal(json_string_value(json_array_get(ids, i)), r->alert_ids.at[i]);
        len += snprintf(out + len, room - (size_t)len, "%s ", r->alert_ids.at[i]);
    }
    json_decref(ids);
    len += snprintf(out + len, room - (size_t)len, "; ");
    for (size_t i = 0; i < r->parties.count; i++)
        len += snprintf(out + len, room - (size_t)len, "%s ", shown(r->parties.at[i]));
    return len + snprintf(out + len, room - (size_t)len, "; ");
}

/* Blanks between words are what the index makes of them: one stands for many here. */
static void write_row(const struct row *r, char out[1024])
{
    char room[ROW_WORDS_MAX];
    size_t n;
    const char *words = row_words(r, room, &n);
    int len = snprintf(out, 1024, "%s %s %s %s %s %s %s %s %lld %lld %c%c ", shown(r->id), shown(r->type), shown(r->region),
                       shown(r->sector), shown(r->unit), shown(r->status), shown(r->signature), shown(r->category),
                       (long long)r->severity, (long long)r->sid, r->has_src ? (char)('0' + r->src[0]) : '.',
                       r->has_dest ? (char)('0' + r->dest[0]) : '.');
    if (r->versioned)
        len += write_version(r, out + len, 1024 - (size_t)len);
    len += snprintf(out + len, 2, "|");
    for (size_t i = 0; i < n && len < 1000; i++)
        if (words[i] != ' ' || out[len - 1] != ' ')
            len += snprintf(out + len, 2, "%c", words[i]);
    while (len > 0 && out[len - 1] == ' ')
        out[--len] = '\0';
}

/* "|" and the words; a case whose words are "*" says nothing of them. */
static bool as_expected(const char *row, const char *want)
{
    char wanted[1024];
    size_t head = (size_t)(strchr(want, '|') - want) + 1;
    snprintf(wanted, sizeof wanted, "%.*s%s", (int)head, want, strcmp(want + head, " *") == 0 || want[head] == '\0' ? "" : want + head + 1);
    for (size_t n = strlen(wanted); n > 0 && wanted[n - 1] == ' '; n--)
        wanted[n - 1] = '\0';
    if (strcmp(want + head, " *") == 0)
        return strncmp(row, wanted, head) == 0;
    return strcmp(row, wanted) == 0;
}

static void is_read(const struct row_case *c, const char *how, const struct row *r)
{
    char row[1024];
    write_row(r, row);
    if (!as_expected(row, c->row))
        fail_msg("%s:\n  `%s` %s\n  `%s` expected", c->name, row, how, c->row);
}

static void is_read_by_a_tree(const struct row_case *c)
{
    struct row tree;
    struct fault f = { 0 };
    if (row_tree(c->json, strlen(c->json), "430000", &tree, &f) != 0)
        fail_msg("%s: %s", c->name, f.why);
    is_read(c, "by a tree", &tree);
    row_free(&tree);
}

static void are_read_both_ways(const struct row_case *c, size_t count)
{
    for (; count > 0; c++, count--) {
        struct row fast;
        if (!row_scan(c->json, strlen(c->json), "430000", &fast))
            fail_msg("%s: one pass does not read it", c->name);
        is_read(c, "in one pass", &fast);
        row_free(&fast);
        is_read_by_a_tree(c);
    }
}

static void one_pass_and_a_tree_make_the_same_row(void **unused)
{
    (void)unused;
    are_read_both_ways(cases, sizeof cases / sizeof *cases);
    are_read_both_ways(versions, sizeof versions / sizeof *versions);
}

/* Under load these are most of what there is to read: each must go the quick way. */
static void incidents_as_they_are_written_go_in_one_pass(void **unused)
{
    static struct incident_party parties[] = { { "192.0.2.7", "rtu-1", "电厂", "power", "430100", "CN" }, { "::1", "", "", "", "", "" } };
    static struct incident_rule rules[] = { { 1, 7, "stop \"PLC\"", 3, 1 } };
    static struct incident_join joins[] = { { 1795291771000000, "first alert", "首条告警" } };
    static struct incident_part parts[] = { { "I-2", "430200", 2, INCIDENT_NEW, LEVEL_MAJOR, 5 } };
    static const char *words[] = { "TA0107" }, *ids[] = { "a:1:1", "b\"\\:1:2" };
    struct incident i = { .id = "I-1", .version = 2, .title_en = "Off", .title_zh = "断电", .region = "430100", .sector = "power", .status = "actual",
        .level = LEVEL_MAJOR, .category = "MI", .first_us = 1795291771000000, .last_us = 1795291772000000, .owner = "li", .merged_into = "I-9",
        .victims = parties, .victim_count = 2, .attackers = parties, .attacker_count = 2, .rules = rules, .rule_count = 1, .tactics = words,
        .tactic_count = 1, .accounts = words, .account_count = 1, .indicators = words, .indicator_count = 1, .parts = parts, .part_count = 1,
        .joins = joins, .join_count = 1, .alert_ids = ids, .alert_id_count = 2, .cii = true, .graded = true, .history_gone = 4 };
    char json[4096];
    struct text t = text_over(json, sizeof json);
    (void)unused;
    i.history = json_pack("[{s:s,s:{s:s}}]", "note", "N", "args", "to", "fs");
    i.due = json_pack("{s:s}", "closing", "2026-11-02T00:00:00Z");
    incident_json(&i, &t);
    const struct row_case written = { "an incident", text_end(&t), "I-1:2 incident 430100 power 电厂 actual Off MI 2 0 44 "
        "I-1 2 new 2 I-9 a:1:1 b\"\\:1:2 ; 192.0.2.7 ::1 192.0.2.7 ::1 ; | 430100 actual 断电 电 Off 430100 power actual new MI li "
        "192.0.2.7 rtu-1 电厂 厂 power 430100 CN ::1 192.0.2.7 rtu-1 电厂 厂 power 430100 CN ::1 stop \"PLC\" TA0107 TA0107 TA0107 "
        "430200 new N fs 2026-11-02T00:00:00Z" };
    are_read_both_ways(&written, 1);
    json_decref(i.history);
    json_decref(i.due);
}

static void versions_in_odd_forms_are_left_to_the_tree(void **unused)
{
    struct row r;
    (void)unused;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        if (row_scan(odd[i].json, strlen(odd[i].json), "430000", &r))
            fail_msg("%s: was read", odd[i].name);
        is_read_by_a_tree(&odd[i]);
    }
}

/* Read in one pass, by the tree, and not at all, in turns. */
static void a_row_that_is_used_again_forgets_what_it_was(void **unused)
{
    struct row again = { 0 };
    struct fault f = { 0 };
    (void)unused;
    for (size_t i = 0; i < 600; i++) {
        const size_t at = i + i / 4;
        const struct row_case *c = i % 4 == 0 ? &cases[at % (sizeof cases / sizeof *cases)]
                                 : i % 4 < 3 ? &versions[at % (sizeof versions / sizeof *versions)] : &odd[at % (sizeof odd / sizeof *odd)];
        assert_int_equal(row_parse_again(c->json, strlen(c->json), "430000", &again, &f), 0);
        is_read(c, "again", &again);
        if (i % 5 == 0)
            assert_int_equal(row_parse_again("{\"id\":1}", 8, "430000", &again, &f), -EINVAL);
    }
    row_free(&again);
}

static void what_is_wrong_is_left_to_the_tree(void **unused)
{
    static const char *const others[] = {
        VERSION "\"incident\":{\"id\":\"I-1\"}}", VERSION "\"incident\":{\"version\":1}}", VERSION "\"incident\":[\"id\",\"version\"]}",
        VERSION "\"warning\":{\"id\":\"I-1\",\"version\":1}}", VERSION "\"x\":1}",
        "{\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\"}", "{\"id\":\"\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"x\"}",
        "{\"id\":\"a:1:1\",\"timestamp\":\"yesterday\",\"event_type\":\"alert\"}", HEAD "\"x\":01}", HEAD "\"x\":\"\xff\"}", "[]", "",
    };
    struct row r;
    (void)unused;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (row_scan(others[i], strlen(others[i]), "430000", &r))
            fail_msg("`%s` was read", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pass_and_a_tree_make_the_same_row),
        cmocka_unit_test(a_row_that_is_used_again_forgets_what_it_was),
        cmocka_unit_test(incidents_as_they_are_written_go_in_one_pass),
        cmocka_unit_test(versions_in_odd_forms_are_left_to_the_tree),
        cmocka_unit_test(what_is_wrong_is_left_to_the_tree),
    };
    return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
