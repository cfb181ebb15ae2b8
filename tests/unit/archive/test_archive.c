#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>

#include "archive/archive.h"
#include "archive/lexemes.h"
#include "archive/words.h"
#include "common/addr.h"
#include "common/clock.h"
#include "tests/support/archive.h"

struct found { char text[4096], cursor[64]; unsigned count, most; };

/* The ids of what was found, in order. */
static bool note(void *found, const char *json, size_t len, const char *cursor)
{
    struct found *x = found;
    const char *id = strstr(json, "\"id\":\"") + 6;
    assert_int_equal(strlen(json), len);
    snprintf(x->text + strlen(x->text), sizeof x->text - strlen(x->text), "%s%.*s", x->count ? " " : "",
             (int)strcspn(id, "\""), id);
    snprintf(x->cursor, sizeof x->cursor, "%s", cursor);
    x->count++;
    return x->most == 0 || x->count < x->most;
}

static const char *find(struct place *p, const struct archive_query *q)
{
    static struct found x;
    struct fault f = { 0 };
    x = (struct found){ 0 };
    int rc = archive_find(p->reader, q, note, &x, &f);
    if (rc != 0)
        fail_msg("%s", f.why);
    return x.text;
}

static void tally(void *text, const char *key, uint64_t count)
{
    char *t = text;
    snprintf(t + strlen(t), 1024 - strlen(t), "%s%s=%llu", *t ? " " : "", key, (unsigned long long)count);
}

static const char *count(struct place *p, const struct archive_query *q, const char *by)
{
    static char text[1024];
    struct fault f = { 0 };
    text[0] = '\0';
    if (archive_count(p->reader, q, by, 100, tally, text, &f) != 0)
        fail_msg("%s", f.why);
    return text;
}

#define ALERT(id, when, region, src, dest, sector, unit, severity, sid, text) \
    "{\"id\":\"" id "\",\"timestamp\":\"" when "\",\"event_type\":\"alert\",\"region\":\"" region "\",\"status\":\"actual\"," \
    "\"src_ip\":\"" src "\",\"dest_ip\":\"" dest "\",\"dest_asset\":{\"sector\":\"" sector "\",\"unit\":\"" unit "\"}," \
    "\"alert\":{\"signature_id\":" #sid ",\"severity\":" #severity ",\"signature\":\"" text "\",\"category\":\"Drill\"}}"

static void fill(struct place *p)
{
    put(p, ALERT("a:1:0", "2026-10-31T23:59:59.999999Z", "430100", "192.0.2.7", "10.1.0.5", "power", "长沙供电公司", 1, 100,
                 "Modbus write coil"));
    put(p, ALERT("a:1:1", "2026-11-01T00:00:00Z", "430100", "192.0.2.8", "10.1.0.5", "power", "长沙供电公司", 2, 200, "SSH guessing"));
    put(p, ALERT("a:1:2", "2026-11-01T08:00:00+08:00", "430200", "2001:db8::7", "10.2.0.5", "water", "株洲水务", 3, 100,
                 "Modbus write coil"));
    put(p, "{\"id\":\"a:1:3\",\"timestamp\":\"2026-11-02T00:00:00Z\",\"event_type\":\"dns\",\"region\":\"430102\","
           "\"src_ip\":\"192.0.2.7\",\"dest_ip\":\"192.0.3.1\",\"dns\":{\"query\":\"evil.example.com\"}}");
    put(p, "{\"id\":\"a:1:4\",\"timestamp\":\"2026-11-03T00:00:00Z\",\"event_type\":\"flow\",\"region\":\"430100\","
           "\"src_ip\":\"192.0.2.255\",\"dest_ip\":\"192.0.3.1\"}");
}

static const struct query_case { const char *name; struct archive_query q; const char *ids; } queries[] = {
    { "everything, newest first", { 0 }, "a:1:4 a:1:3 a:1:2 a:1:1 a:1:0" },
    { "a kind", { .event_type = "alert" }, "a:1:2 a:1:1 a:1:0" },
    { "a region and what lies in it", { .region = "4301" }, "a:1:4 a:1:3 a:1:1 a:1:0" },
    { "a whole region code", { .region = "430100" }, "a:1:4 a:1:1 a:1:0" },
    { "a sector", { .sector = "water" }, "a:1:2" },
    { "a unit", { .unit = "长沙供电公司" }, "a:1:1 a:1:0" },
    { "a rule", { .sid = 100 }, "a:1:2 a:1:0" },
    { "severe ones only", { .severity_most = 2 }, "a:1:1 a:1:0" },
    { "an address on either side", { .address = "10.1.0.5" }, "a:1:1 a:1:0" },
    { "a prefix", { .address = "192.0.2.0/24" }, "a:1:4 a:1:3 a:1:1 a:1:0" },
    { "a prefix within a byte", { .address = "192.0.2.0/29" }, "a:1:3 a:1:0" },
    { "an IPv6 prefix", { .address = "2001:db8::/32" }, "a:1:2" },
    { "an id", { .id = "a:1:3" }, "a:1:3" },
    { "a word", { .text = "modbus" }, "a:1:2 a:1:0" },
    { "words in any order", { .text = "coil write" }, "a:1:2 a:1:0" },
    { "a name with dots", { .text = "evil.example.com" }, "a:1:3" },
    { "two Chinese characters", { .text = "供电" }, "a:1:1 a:1:0" },
    { "one Chinese character", { .text = "电" }, "a:1:1 a:1:0" },
    { "the last Chinese character", { .text = "务" }, "a:1:2" },
    { "four Chinese characters", { .text = "株洲水务" }, "a:1:2" },
    { "two that do not stand together", { .text = "长电" }, "" },
    { "Chinese and Latin together", { .text = "株洲 modbus" }, "a:1:2" },
    { "what looks like an operator", { .text = "modbus OR dns\" NEAR(*" }, "" },
    { "no word at all", { .text = "\"*(" }, "" },
    { "a status nobody has", { .status = "exercise" }, "" },
    { "the first two", { .limit = 2 }, "a:1:4 a:1:3" },
    { "an incident nobody has", { .incident = "I-1" }, "" },
};

static void every_condition_finds_what_it_names(void **state)
{
    struct place p;
    open_both(&p, state);
    fill(&p);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        if (strcmp(find(&p, &queries[i].q), queries[i].ids) != 0)
            fail_msg("%s: found `%s`, expected `%s`", queries[i].name, find(&p, &queries[i].q), queries[i].ids);
    uint64_t from, to;
    clock_parse("2026-11-01T00:00:00Z", &from);
    clock_parse("2026-11-02T00:00:00Z", &to);
    assert_string_equal(find(&p, &(struct archive_query){ .from_us = from, .to_us = to }), "a:1:2 a:1:1");
    close_both(&p);
}

/* Newest first, as fill() wrote them. */
static const struct ends { const char *id, *src, *dest; } ends[] = {
    { "a:1:4", "192.0.2.255", "192.0.3.1" }, { "a:1:3", "192.0.2.7", "192.0.3.1" }, { "a:1:2", "2001:db8::7", "10.2.0.5" },
    { "a:1:1", "192.0.2.8", "10.1.0.5" }, { "a:1:0", "192.0.2.7", "10.1.0.5" },
};

static void a_network_of_any_length_finds_what_lies_in_it(void **state)
{
    static const struct { const char *address; unsigned bits; } of[] = { { "192.0.2.7", 32 }, { "10.1.0.5", 32 }, { "2001:db8::7", 128 } };
    struct place p;
    open_both(&p, state);
    fill(&p);
    for (size_t k = 0; k < sizeof of / sizeof *of; k++)
        for (unsigned bits = 0; bits <= of[k].bits; bits++) {
            char network[64], wanted[64] = "";
            struct prefix prefix;
            snprintf(network, sizeof network, "%s/%u", of[k].address, bits);
            assert_int_equal(prefix_parse(network, &prefix), 0);
            for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
                struct addr src, dest;
                addr_parse(ends[i].src, &src);
                addr_parse(ends[i].dest, &dest);
                if (prefix_holds(&prefix, &src) || prefix_holds(&prefix, &dest))
                    strcat(strcat(wanted, *wanted ? " " : ""), ends[i].id);
            }
            const char *got = find(&p, &(struct archive_query){ .address = network });
            if (strcmp(got, wanted) != 0)
                fail_msg("%s: found `%s`, expected `%s`", network, got, wanted);
        }
    close_both(&p);
}

static void what_a_sensor_saw_and_what_is_registered_stand_beside_each_other(void **state)
{
    struct place p;
    open_both(&p, state);
    put(&p, "{\"id\":\"tower-1:7:0\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"asset\",\"region\":\"430100\","
            "\"asset\":{\"address\":\"10.1.0.5\",\"version\":\"3.1\"}}");
    put(&p, "{\"id\":\"A-1:1\",\"timestamp\":\"2026-11-02T00:00:00Z\",\"event_type\":\"asset\",\"region\":\"430100\","
            "\"asset\":{\"id\":\"A-1\",\"version\":1,\"state\":\"registered\"}}");
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "asset" }), "A-1:1 tower-1:7:0");
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "asset", .state = "registered" }), "A-1:1");
    close_both(&p);
}

static void an_address_is_no_word(void **state)
{
    struct place p;
    open_both(&p, state);
    fill(&p);
    assert_string_equal(find(&p, &(struct archive_query){ .text = "ip4c0000207" }), "");
    assert_string_equal(find(&p, &(struct archive_query){ .text = "Modbus ip40a010005" }), "");
    close_both(&p);
}

static void pages_follow_each_other_without_loss_or_repeat(void **state)
{
    struct place p;
    char all[256] = "";
    struct found x = { 0 };
    struct fault f = { 0 };
    open_both(&p, state);
    fill(&p);
    put(&p, "{\"id\":\"I-1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"incident\","
            "\"incident\":{\"id\":\"I-1\",\"version\":1}}");
    for (unsigned i = 0; i < 6; i++) {
        char before[64];
        snprintf(before, sizeof before, "%s", x.cursor);
        x = (struct found){ .most = 1 };
        assert_int_equal(archive_find(p.reader, &(struct archive_query){ .before = before }, note, &x, &f), 0);
        assert_int_equal(x.count, 1);
        strcat(strcat(all, i ? " " : ""), x.text);
    }
    assert_string_equal(all, "a:1:4 a:1:3 a:1:2 a:1:1 I-1:1 a:1:0");
    char before[64];
    snprintf(before, sizeof before, "%s", x.cursor);
    assert_string_equal(find(&p, &(struct archive_query){ .before = before }), "");
    assert_int_equal(archive_find(p.reader, &(struct archive_query){ .before = "nonsense" }, note, &x, &f), -EINVAL);
    assert_int_equal(archive_find(p.reader, &(struct archive_query){ .address = "300.1.1.1" }, note, &x, &f), -EINVAL);
    close_both(&p);
}

static void the_same_event_twice_is_there_once(void **state)
{
    struct place p;
    open_both(&p, state);
    fill(&p);
    fill(&p);
    assert_string_equal(find(&p, &(struct archive_query){ 0 }), "a:1:4 a:1:3 a:1:2 a:1:1 a:1:0");
    assert_string_equal(find(&p, &(struct archive_query){ .text = "modbus" }), "a:1:2 a:1:0");
    close_both(&p);
}

static void what_packets_bring_into_an_event_poisons_no_batch(void **state)
{
    static const char *const odd[] = {
        "{\"id\":\"o:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"http\",\"http\":{\"url\":\"/a\\u0000b\"}}",
        "{\"id\":\"o:1:2\",\"timestamp\":\"2026-11-01T00:00:01Z\",\"event_type\":\"dns\",\"dns\":{\"id\":18446744073709551615}}",
        "{\"id\":\"o:1:3\",\"timestamp\":\"2026-11-01T00:00:02Z\",\"event_type\":\"smtp\",\"smtp\":{\"helo\":\"'):1,2\\\\ '&|!\"}}",
        "{\"id\":\"o:1:4\",\"timestamp\":\"2026-11-01T00:00:03Z\",\"event_type\":\"sip\",\"region\":\"4301'\",\"unit\":\"\\ud83d\\ude00\"}",
        "{\"id\":\"o:1:5\",\"timestamp\":\"1970-01-01T00:00:00Z\",\"event_type\":\"ntp\",\"region\":\"\",\"src_ip\":\"none\"}",
    };
    struct place p;
    struct fault f = { 0 };
    open_both(&p, state);
    assert_int_equal(archive_begin(p.writer, &f), 0);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (archive_put(p.writer, "events", "430100", odd[i], strlen(odd[i]), &f) != 0)
            fail_msg("%s: %s", odd[i], f.why);
    if (archive_commit(p.writer, &f) != 0)
        fail_msg("%s", f.why);
    assert_string_equal(find(&p, &(struct archive_query){ 0 }), "o:1:4 o:1:3 o:1:2 o:1:1 o:1:5");
    assert_string_equal(find(&p, &(struct archive_query){ .region = "4301" }), "o:1:4 o:1:3 o:1:2 o:1:1 o:1:5");
    close_both(&p);
}

static void what_is_rolled_back_was_never_there(void **state)
{
    struct place p;
    struct fault f = { 0 };
    static const char json[] = ALERT("a:1:9", "2026-11-01T00:00:00Z", "430100", "192.0.2.7", "10.1.0.5", "power", "x", 1, 1, "y");
    open_both(&p, state);
    assert_int_equal(archive_begin(p.writer, &f), 0);
    assert_int_equal(archive_put(p.writer, "alerts", "430100", json, strlen(json), &f), 0);
    archive_rollback(p.writer);
    assert_string_equal(find(&p, &(struct archive_query){ 0 }), "");
    put(&p, json);
    assert_string_equal(find(&p, &(struct archive_query){ 0 }), "a:1:9");
    close_both(&p);
}

#define INCIDENT(version, when, state, level, alerts) \
    "{\"id\":\"I-1:" #version "\",\"timestamp\":\"" when "\",\"event_type\":\"incident\",\"region\":\"430100\"," \
    "\"incident\":{\"id\":\"I-1\",\"version\":" #version ",\"title\":{\"zh\":\"越权写线圈\",\"en\":\"Coil written\"}," \
    "\"state\":\"" state "\",\"level\":" #level ",\"sector\":\"power\",\"victims\":[{\"address\":\"10.1.0.5\"}," \
    "{\"address\":\"10.1.0.6\"}],\"attackers\":[{\"address\":\"192.0.2.7\"}],\"alert_ids\":[" alerts "]}}"

static void of_an_incident_the_newest_version_counts_and_the_alerts_of_all(void **state)
{
    struct place p;
    open_both(&p, state);
    fill(&p);
    put(&p, INCIDENT(1, "2026-10-31T23:59:59Z", "new", 3, "\"a:1:0\""));
    put(&p, INCIDENT(3, "2026-11-05T00:00:00Z", "confirmed", 2, "\"a:1:2\""));
    put(&p, INCIDENT(2, "2026-11-04T00:00:00Z", "triaged", 3, "\"a:1:1\""));     /* late */
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident" }), "I-1:3");
    assert_string_equal(find(&p, &(struct archive_query){ .id = "I-1" }), "I-1:3");
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident", .state = "new" }), "");
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident", .address = "10.1.0.6" }), "I-1:3");
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident", .text = "线圈" }), "I-1:3");
    assert_string_equal(find(&p, &(struct archive_query){ .incident = "I-1" }), "a:1:2 a:1:1 a:1:0");
    assert_string_equal(count(&p, &(struct archive_query){ .event_type = "incident" }, "level"), "2=1");
    assert_string_equal(count(&p, &(struct archive_query){ .event_type = "incident" }, "state"), "confirmed=1");
    close_both(&p);
}

#define PART(id, version, state, level, into, alerts) \
    "{\"id\":\"" id ":" #version "\",\"timestamp\":\"2026-11-04T00:00:00Z\",\"event_type\":\"incident\",\"region\":\"430200\"," \
    "\"incident\":{\"id\":\"" id "\",\"version\":" #version ",\"title\":{\"zh\":\"扫描\",\"en\":\"Sweep\"},\"state\":\"" state "\"," \
    "\"level\":" #level ",\"merged_into\":\"" into "\",\"alert_ids\":[" alerts "]}}"

/* I-1, and what became part of it: I-2, and I-3 by way of I-2. */
static void fill_parts(struct place *p)
{
    fill(p);
    put(p, INCIDENT(1, "2026-11-05T00:00:00Z", "new", 2, "\"a:1:0\""));
    put(p, PART("I-3", 1, "new", 3, "", "\"a:1:2\""));
    put(p, PART("I-2", 1, "new", 3, "", "\"a:1:1\""));
    put(p, PART("I-3", 2, "closed", 3, "I-2", ""));
    put(p, PART("I-2", 2, "closed", 3, "I-1", ""));
}

static const struct query_case part_queries[] = {
    { "incidents: the whole alone", { .event_type = "incident" }, "I-1:1" },
    { "anything: no parts", { .from_us = UINT64_C(1793577600000000) /* 2 November, 00:00 */ }, "I-1:1 a:1:4 a:1:3" },
    { "its words", { .text = "sweep" }, "" },
    { "a state that only parts have", { .event_type = "incident", .state = "closed" }, "" },
    { "parts too, when asked", { .event_type = "incident", .merged = true }, "I-1:1 I-2:2 I-3:2" },
    { "their words, when asked", { .text = "sweep", .merged = true }, "I-2:2 I-3:2" },
    { "one by its name", { .event_type = "incident", .id = "I-3" }, "I-3:2" },
    { "the parts of the whole", { .whole = "I-1" }, "I-2:2 I-3:2" },
    { "the parts of a part", { .whole = "I-2" }, "I-3:2" },
    { "the parts of none", { .whole = "I-3" }, "" },
    { "the whole's alerts are those of its parts too", { .incident = "I-1" }, "a:1:2 a:1:1 a:1:0" },
    { "a part's alerts", { .incident = "I-2" }, "a:1:2 a:1:1" },
    { "the last part's alerts", { .incident = "I-3" }, "a:1:2" },
};

static void what_became_part_of_another_is_found_only_when_asked_for(void **state)
{
    struct place p;
    open_both(&p, state);
    fill_parts(&p);
    for (size_t i = 0; i < sizeof part_queries / sizeof *part_queries; i++)
        if (strcmp(find(&p, &part_queries[i].q), part_queries[i].ids) != 0)
            fail_msg("%s: found `%s`, expected `%s`", part_queries[i].name, find(&p, &part_queries[i].q), part_queries[i].ids);
    close_both(&p);
}

static void a_part_is_not_counted_beside_its_whole(void **state)
{
    struct place p;
    open_both(&p, state);
    fill_parts(&p);
    struct archive_query whole = { .event_type = "incident" }, all = { .event_type = "incident", .merged = true };
    assert_string_equal(count(&p, &whole, "level"), "2=1");
    assert_string_equal(count(&p, &whole, "region"), "430100=1");
    assert_string_equal(count(&p, &all, "level"), "3=2 2=1");
    assert_string_equal(count(&p, &all, "region"), "430200=2 430100=1");
    assert_string_equal(count(&p, &(struct archive_query){ 0 }, "event_type"), "alert=3 dns=1 flow=1 incident=1");
    close_both(&p);
}

static void a_part_counts_for_itself_while_its_whole_is_not_here_and_when_it_is_one_no_more(void **state)
{
    struct place p;
    open_both(&p, state);
    put(&p, PART("I-2", 2, "closed", 3, "I-1", ""));
    put(&p, PART("I-2", 1, "new", 3, "", ""));          /* late: changes nothing */
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident" }), "I-2:2");
    put(&p, INCIDENT(1, "2026-11-05T00:00:00Z", "new", 2, ""));
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident" }), "I-1:1");
    put(&p, PART("I-2", 3, "reopened", 3, "", ""));
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident" }), "I-1:1 I-2:3");
    close_both(&p);
}

static void an_older_archive_without_parts_can_be_read(void **state)
{
    struct place p;
    struct fault f;
    char path[100];
    sqlite3 *db;
    open_both(&p, state);
    fill(&p);
    put(&p, INCIDENT(1, "2026-11-05T00:00:00Z", "new", 2, "\"a:1:0\""));
    archive_close(p.reader);
    snprintf(path, sizeof path, "%s/incidents.db", p.dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE part_of", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    p.reader = archive_open(p.dir, ARCHIVE_READ, &f);
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident" }), "I-1:1");
    assert_string_equal(find(&p, &(struct archive_query){ .incident = "I-1" }), "a:1:0");
    close_both(&p);
}

static void counts_add_up_over_months(void **state)
{
    struct place p;
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    open_both(&p, state);
    fill(&p);
    struct archive_query alerts = { .event_type = "alert" };
    assert_string_equal(count(&p, &alerts, "sid"), "100=2 200=1");
    assert_string_equal(count(&p, &alerts, "sector"), "power=2 water=1");
    assert_string_equal(count(&p, &alerts, "day"), "2026-11-01=3");
    assert_string_equal(count(&p, &alerts, "hour"), "2026-11-01T07=1 2026-11-01T08=2");
    assert_string_equal(count(&p, &alerts, "src"), "192.0.2.7=1 192.0.2.8=1 2001:db8::7=1");
    assert_string_equal(count(&p, &(struct archive_query){ 0 }, "event_type"), "alert=3 dns=1 flow=1");
    struct fault f = { 0 };
    assert_int_equal(archive_count(p.reader, &alerts, "json; DROP TABLE event", 10, tally, NULL, &f), -EINVAL);
    close_both(&p);
}

static const struct bad_case { const char *name, *json; } bad[] = {
    { "no JSON", "hello" }, { "an array", "[]" }, { "nothing", "" }, { "cut short", "{\"id\":\"a:1:1\"" },
    { "no id", "{\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"alert\"}" },
    { "no time", "{\"id\":\"a:1:1\",\"event_type\":\"alert\"}" },
    { "a time that is none", "{\"id\":\"a:1:1\",\"event_type\":\"alert\",\"timestamp\":\"yesterday\"}" },
    { "no kind", "{\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\"}" },
    { "an incident without version", "{\"id\":\"a:1:1\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"incident\"}" },
};

static void what_cannot_be_read_is_refused_in_words_and_blamed_on_the_entry(void **state)
{
    struct place p;
    open_both(&p, state);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fault f = { 0 };
        if (archive_put(p.writer, "alerts", "430100", bad[i].json, strlen(bad[i].json), &f) != -EINVAL || !*f.why)
            fail_msg("%s: not refused", bad[i].name);
    }
    close_both(&p);
}

#define DAY_US UINT64_C(86400000000)

static uint64_t at(const char *when)
{
    uint64_t us;
    assert_int_equal(clock_parse(when, &us), 0);
    return us;
}

static void months_past_their_time_are_removed_whole_and_others_stay(void **state)
{
    struct place p;
    struct fault f = { 0 };
    open_both(&p, state);
    fill(&p);
    put(&p, INCIDENT(1, "2026-10-31T23:59:59Z", "new", 3, "\"a:1:0\""));
    put(&p, ALERT("a:1:9", "2027-05-01T00:00:00Z", "430100", "192.0.2.7", "10.1.0.5", "power", "x", 1, 1, "y"));
    assert_int_equal(archive_retain(p.writer, 180 * DAY_US, at("2027-04-29T00:00:00Z"), &f), 0);    /* 31 October stays */
    assert_int_equal(archive_retain(p.writer, 180 * DAY_US, at("2027-05-01T00:00:00Z"), &f), 1);
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "alert" }), "a:1:9 a:1:2 a:1:1");
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "incident" }), "");
    assert_int_equal(archive_retain(p.writer, 180 * DAY_US, at("2027-05-01T00:00:00Z"), &f), 0);
    put(&p, ALERT("a:1:0", "2026-10-31T23:59:59.999999Z", "430100", "192.0.2.7", "10.1.0.5", "power", "x", 1, 1, "late"));
    assert_string_equal(find(&p, &(struct archive_query){ .text = "late" }), "a:1:0");
    close_both(&p);
}

static bool keep_text(void *text, const char *json, size_t len, const char *cursor)
{
    (void)cursor;
    snprintf(text, 1024, "%.*s", (int)len, json);
    return true;
}

static void a_removal_leaves_a_record_that_outlives_its_own_month(void **state)
{
    struct place p;
    struct fault f = { 0 };
    char json[1024];
    struct archive_query removals = { .event_type = "retention" };
    open_both(&p, state);
    fill(&p);
    put(&p, ALERT("a:1:9", "2027-06-01T00:00:00Z", "430100", "192.0.2.7", "10.1.0.5", "power", "x", 1, 1, "y"));
    assert_int_equal(archive_retain(p.writer, 180 * DAY_US, at("2027-06-01T12:00:00Z"), &f), 2);
    assert_string_equal(count(&p, &removals, "state"), "removed=2");
    put(&p, ALERT("a:1:8", "2028-06-01T00:00:00Z", "430100", "192.0.2.7", "10.1.0.5", "power", "x", 1, 1, "y"));
    assert_int_equal(archive_retain(p.writer, 180 * DAY_US, at("2028-06-01T00:00:00Z"), &f), 1);
    assert_string_equal(count(&p, &removals, "state"), "removed=3");
    removals.text = "4 events";
    assert_int_equal(archive_find(p.reader, &removals, keep_text, json, &f), 0);
    assert_non_null(strstr(json, "\"month\":\"2026-11\",\"rows\":4,\"versions\":0,"));
    assert_non_null(strstr(json, "\"oldest\":\"2026-11-01T"));
    assert_non_null(strstr(json, "\"keep_days\":180,"));
    close_both(&p);
}

static void nothing_is_removed_early_by_a_wrong_clock_or_a_wrong_setting(void **state)
{
    struct place p;
    struct fault f = { 0 };
    open_both(&p, state);
    assert_int_equal(archive_retain(p.writer, 180 * DAY_US, at("2026-11-22T00:00:00Z"), &f), 0);     /* nothing there */
    fill(&p);
    assert_int_equal(archive_retain(p.writer, 180 * DAY_US, at("2036-11-22T00:00:00Z"), &f), 0);
    assert_int_equal(archive_retain(p.writer, 179 * DAY_US, at("2026-11-22T00:00:00Z"), &f), -EINVAL);
    assert_non_null(strstr(f.why, "at least 180 days"));
    assert_string_equal(find(&p, &(struct archive_query){ 0 }), "a:1:4 a:1:3 a:1:2 a:1:1 a:1:0");
    close_both(&p);
}

static void tell_month(void *text, const struct archive_month *m)
{
    char *t = text;
    snprintf(t + strlen(t), 1024 - strlen(t), "%s%s: %llu+%llu%s", *t ? ", " : "", m->name, (unsigned long long)m->rows,
             (unsigned long long)m->versions, m->bytes > 4096 && m->oldest_us <= m->newest_us ? "" : " of nothing");
}

static void the_status_counts_what_each_month_holds(void **state)
{
    struct place p;
    struct fault f = { 0 };
    char text[1024] = "";
    open_both(&p, state);
    fill(&p);
    put(&p, INCIDENT(1, "2026-11-04T23:59:59Z", "new", 3, "\"a:1:0\""));
    put(&p, INCIDENT(2, "2026-11-05T23:59:59Z", "new", 3, "\"a:1:1\""));
    assert_int_equal(archive_status(p.reader, tell_month, text, &f), 0);
    assert_string_equal(text, "2026-11: 4+2, 2026-10: 1+0");
    close_both(&p);
}

static const struct words_case { const char *name, *in, *words, *query; } words[] = {
    { "Chinese", "国家电网", "国家 家电 电网 网 ", "\"国家 家电 电网 \" " },
    { "one character", "网", "网 ", "\"网\"* " },
    { "Latin", "GET /a", "GET /a ", "\"GET\" \"/a\" " },
    { "mixed", "用户admin登录", "用户 户 admin 登录 录 ", "\"用户 \" \"admin\" \"登录 \" " },
    { "a broken byte", "a\xff" "b", "a b ", "\"a\xff" "b\" " },
    { "a cut character", "\xe5\x9b", "   ", "\"\xe5\x9b\" " },
    { "nothing", "", "", "" },
};

static void chinese_becomes_pairs_and_the_rest_stays(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char out[256], query[256];
        struct text a = text_over(out, sizeof out), b = text_over(query, sizeof query);
        words_add(words[i].in, strlen(words[i].in), &a);
        words_query(words[i].in, &b);
        if (strcmp(text_end(&a), words[i].words) != 0 || strcmp(text_end(&b), words[i].query) != 0)
            fail_msg("%s: `%s` and `%s`", words[i].name, out, query);
    }
}

/* ---- PostgreSQL only ---- */

static const char later[] = ALERT("a:1:9", "2026-11-01T00:00:00Z", "430100", "192.0.2.7", "10.1.0.5", "power", "x", 1, 1, "later");

static void a_server_that_goes_and_comes_back_costs_nothing(void **state)
{
    struct place p;
    struct fault f = { 0 };
    open_both(&p, state);
    fill(&p);
    postgres_kill(&p.world->server);
    assert_int_equal(archive_begin(p.writer, &f), 0);           /* it cannot know yet */
    assert_true(archive_put(p.writer, "alerts", "430100", later, strlen(later), &f) < 0 || archive_commit(p.writer, &f) < 0);
    archive_rollback(p.writer);
    assert_int_equal(archive_begin(p.writer, &f), -ENOTCONN);
    assert_int_equal(archive_find(p.reader, &(struct archive_query){ 0 }, note, &(struct found){ 0 }, &f), -ENOTCONN);
    assert_non_null(strstr(f.why, "PostgreSQL"));
    postgres_again(&p.world->server);
    put(&p, later);
    assert_string_equal(find(&p, &(struct archive_query){ .text = "later" }), "a:1:9");
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "alert" }), "a:1:9 a:1:2 a:1:1 a:1:0");
    close_both(&p);
}

static void a_reader_hears_nothing_of_a_restart(void **state)
{
    struct place p;
    open_both(&p, state);
    fill(&p);
    assert_string_equal(find(&p, &(struct archive_query){ .limit = 1 }), "a:1:4");
    postgres_kill(&p.world->server);
    postgres_again(&p.world->server);
    assert_string_equal(find(&p, &(struct archive_query){ .limit = 1 }), "a:1:4");
    close_both(&p);
}

static void an_archiver_may_start_before_its_server_and_a_reader_says_why_not(void **state)
{
    struct place p;
    struct fault f = { 0 };
    open_both(&p, state);
    archive_close(p.writer);
    archive_close(p.reader);
    postgres_kill(&p.world->server);
    assert_null(archive_open(p.where, ARCHIVE_READ, &f));
    assert_int_equal(f.code, -ENOTCONN);
    p.writer = open_one(&p, ARCHIVE_WRITE);
    postgres_again(&p.world->server);
    p.reader = open_one(&p, ARCHIVE_READ);
    put(&p, later);
    assert_string_equal(find(&p, &(struct archive_query){ 0 }), "a:1:9");
    close_both(&p);
    assert_null(archive_open("postgresql:no such words", ARCHIVE_WRITE, &f));
    assert_int_equal(f.code, -EINVAL);
}

/* Which an index cannot hold: the batch is refused and blames a row, and without that row it goes. */
static void a_row_that_the_server_cannot_take_is_blamed_and_harms_no_other(void **state)
{
    enum { ID = 4000 };
    struct place p;
    struct fault f = { 0 };
    char id[ID + 1], json[ID + 200];
    open_both(&p, state);
    for (unsigned i = 0, x = 1; i < ID; i++, x = x * 1103515245u + 12345u)
        id[i] = (char)('a' + (x >> 16) % 26);
    id[ID] = '\0';
    snprintf(json, sizeof json, "{\"id\":\"%s\",\"timestamp\":\"2026-11-01T00:00:00Z\",\"event_type\":\"alert\"}", id);
    assert_int_equal(archive_begin(p.writer, &f), 0);
    assert_int_equal(archive_put(p.writer, "alerts", "430100", json, strlen(json), &f), 0);
    assert_int_equal(archive_put(p.writer, "alerts", "430100", later, strlen(later), &f), 0);
    assert_int_equal(archive_commit(p.writer, &f), -EINVAL);
    put(&p, later);
    assert_string_equal(find(&p, &(struct archive_query){ 0 }), "a:1:9");
    close_both(&p);
}

static void a_month_that_another_archiver_removed_is_made_anew(void **state)
{
    struct place p;
    struct fault f = { 0 };
    open_both(&p, state);
    put(&p, later);
    put(&p, ALERT("a:1:8", "2027-11-01T00:00:00Z", "430100", "192.0.2.7", "10.1.0.5", "power", "x", 1, 1, "y"));
    struct archive *other = open_one(&p, ARCHIVE_WRITE);
    assert_int_equal(archive_retain(other, 180 * DAY_US, at("2027-11-01T00:00:00Z"), &f), 1);
    archive_close(other);
    assert_int_equal(archive_begin(p.writer, &f), 0);
    assert_int_equal(archive_put(p.writer, "alerts", "430100", later, strlen(later), &f), 0);
    assert_int_equal(archive_commit(p.writer, &f), -EAGAIN);    /* the store's fault, not the row's: it comes again */
    put(&p, later);
    assert_string_equal(find(&p, &(struct archive_query){ .event_type = "alert" }), "a:1:8 a:1:9");
    close_both(&p);
}

static void words_are_lexemes_and_what_is_asked_finds_them(void **unused)
{
    static const struct { const char *name, *in, *lexemes, *query; } cases[] = {
        { "Latin, without case", "GET /Index.html", "get:1 index:2 html:3 ", "(get) & (index <-> html)" },
        { "accents", "Zürich Łódź", "zurich:1 łodz:2 ", "(zurich) & (łodz)" },
        { "Cyrillic", "Москва", "москва:1 ", "(москва)" },
        { "Chinese", "国家电网", "国家:1 家电:2 电网:3 网:4 ", "(国家 <-> 家电 <-> 电网)" },
        { "one character", "网", "网:1 ", "(网:*)" },
        { "full-width signs are none", "告警：高", "告警:1 警:2 高:3 ", "(告警) & (高:*)" },
        { "quotes, colons, backslashes", "a'b:c\\d&e", "a:1 b:2 c:3 d:4 e:5 ", "(a <-> b <-> c <-> d <-> e)" },
        { "a broken byte", "a\xff" "b", "a:1 b:2 ", "(a <-> b)" },
        { "no word", "-- '", "", "" },
    };
    locale_t letters = lexemes_locale();
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char pairs[256], asked[256], out[256], query[256];
        struct text a = text_over(pairs, sizeof pairs), b = text_over(asked, sizeof asked);
        struct text c = text_over(out, sizeof out), d = text_over(query, sizeof query);
        words_add(cases[i].in, strlen(cases[i].in), &a);
        words_query(cases[i].in, &b);
        text_end(&b);
        lexemes_write(pairs, a.len, letters, &c);
        lexemes_ask(asked, letters, &d);
        if (strcmp(text_end(&c), cases[i].lexemes) != 0 || strcmp(text_end(&d), cases[i].query) != 0)
            fail_msg("%s: `%s` and `%s`", cases[i].name, out, query);
    }
    freelocale(letters);
}

static const struct CMUnitTest on_both[] = {
    cmocka_unit_test(every_condition_finds_what_it_names),
    cmocka_unit_test(a_network_of_any_length_finds_what_lies_in_it),
    cmocka_unit_test(an_address_is_no_word),
    cmocka_unit_test(what_a_sensor_saw_and_what_is_registered_stand_beside_each_other),
    cmocka_unit_test(pages_follow_each_other_without_loss_or_repeat),
    cmocka_unit_test(the_same_event_twice_is_there_once),
    cmocka_unit_test(what_packets_bring_into_an_event_poisons_no_batch),
    cmocka_unit_test(what_is_rolled_back_was_never_there),
    cmocka_unit_test(of_an_incident_the_newest_version_counts_and_the_alerts_of_all),
    cmocka_unit_test(what_became_part_of_another_is_found_only_when_asked_for),
    cmocka_unit_test(a_part_is_not_counted_beside_its_whole),
    cmocka_unit_test(a_part_counts_for_itself_while_its_whole_is_not_here_and_when_it_is_one_no_more),
    cmocka_unit_test(counts_add_up_over_months),
    cmocka_unit_test(what_cannot_be_read_is_refused_in_words_and_blamed_on_the_entry),
    cmocka_unit_test(months_past_their_time_are_removed_whole_and_others_stay),
    cmocka_unit_test(a_removal_leaves_a_record_that_outlives_its_own_month),
    cmocka_unit_test(nothing_is_removed_early_by_a_wrong_clock_or_a_wrong_setting),
    cmocka_unit_test(the_status_counts_what_each_month_holds),
};

static const struct CMUnitTest on_sqlite[] = {
    cmocka_unit_test(an_older_archive_without_parts_can_be_read),
};

static const struct CMUnitTest of_words[] = {
    cmocka_unit_test(chinese_becomes_pairs_and_the_rest_stays),
    cmocka_unit_test(words_are_lexemes_and_what_is_asked_finds_them),
};

static const struct CMUnitTest on_postgresql[] = {
    cmocka_unit_test(a_server_that_goes_and_comes_back_costs_nothing),
    cmocka_unit_test(a_reader_hears_nothing_of_a_restart),
    cmocka_unit_test(an_archiver_may_start_before_its_server_and_a_reader_says_why_not),
    cmocka_unit_test(a_row_that_the_server_cannot_take_is_blamed_and_harms_no_other),
    cmocka_unit_test(a_month_that_another_archiver_removed_is_made_anew),
};

int main(void)
{
    static struct world w;
    int failed = cmocka_run_group_tests_name("words", of_words, NULL, NULL);
    failed += run_on(&w, SQLITE, on_both, COUNT(on_both)) + run_on(&w, SQLITE, on_sqlite, COUNT(on_sqlite));
    if (!postgres_start(&w.server)) {
        printf("PostgreSQL: skipped, its programs are not installed\n");
        return failed;
    }
    failed += run_on(&w, POSTGRESQL, on_both, COUNT(on_both));
    failed += run_on(&w, POSTGRESQL, on_postgresql, COUNT(on_postgresql));
    postgres_stop(&w.server);
    return failed;
}
