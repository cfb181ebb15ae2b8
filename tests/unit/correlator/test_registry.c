#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "correlator/matters.h"
#include "correlator/registry.h"

/* A matter with these fields. */
static struct matter made(const char *kind, const char *region, const char *id, const char *state, const char *fields)
{
    char line[2048];
    struct matter m;
    struct fault f;
    int n = snprintf(line, sizeof line,
        "{\"event_type\":\"%s\",\"%s\":{\"id\":\"%s\",\"version\":1,\"decided\":1,\"region\":\"%s\",\"status\":\"actual\",\"state\":\"%s\","
        "\"created\":{\"at\":\"2026-11-20T10:00:00Z\",\"by\":\"a\"},\"changed\":{\"at\":\"2026-11-20T10:00:00Z\",\"by\":\"a\"},%s,"
        "\"due\":{},\"fired\":{},\"history\":[]}}", kind, kind, id, region, state, fields);
    if (matter_parse(line, (size_t)n, &m, &f) != 0)
        fail_msg("%s", f.why);
    return m;
}

static void take(struct registry *r, const char *kind, const char *region, const char *id, const char *state, const char *fields)
{
    struct matter m = made(kind, region, id, state, fields);
    assert_true(registry_take(r, &m));
    matter_free(&m);
}

#define PLC "\"name\":\"plc\",\"unit\":\"U\",\"addresses\":[\"10.1.2.3\",\"fd00::/64\"],\"sector\":\"power\",\"mlps_level\":3,\"cii\":true," \
            "\"importance\":2,\"data_grade\":\"core\""

static const char *name_at(const struct registry *r, const char *region, const char *address)
{
    struct asset a = { .name = "", .unit = "", .sector = "", .region = "", .role = "" };
    registry_tell(r, region, address, &a);
    return a.name;
}

static void an_end_is_known_by_its_address_in_its_region_and_above(void **unused)
{
    struct registry *r = registry_new();
    (void)unused;
    take(r, "asset", "430100", "A-430100-20261120-aaaaaaaa", "registered", PLC);
    take(r, "asset", "430000", "A-430000-20261120-aaaaaaaa", "registered", "\"name\":\"net\",\"unit\":\"P\",\"addresses\":[\"10.0.0.0/8\"]");
    assert_string_equal(name_at(r, "430100", "10.1.2.3"), "plc");
    assert_string_equal(name_at(r, "430102", "fd00::9"), "plc");
    assert_string_equal(name_at(r, "430200", "10.1.2.3"), "net");
    assert_string_equal(name_at(r, "lab", "10.1.2.3"), "");
    assert_string_equal(name_at(r, "430100", "192.0.2.1"), "");
    assert_string_equal(name_at(r, "430100", "no address"), "");
    assert_string_equal(name_at(NULL, "430100", "10.1.2.3"), "");
    registry_free(r);
}

static void what_an_alert_says_itself_stays(void **unused)
{
    struct registry *r = registry_new();
    struct asset a = { .name = "said", .unit = "", .sector = "water", .region = "", .role = "", .mlps_level = 2 };
    (void)unused;
    take(r, "asset", "430100", "A-430100-20261120-aaaaaaaa", "registered", PLC);
    registry_tell(r, "430100", "10.1.2.3", &a);
    assert_string_equal(a.name, "said");
    assert_string_equal(a.unit, "U");
    assert_string_equal(a.sector, "water");
    assert_int_equal(a.mlps_level, 2);
    assert_int_equal(a.importance, 2);
    assert_int_equal(a.data_grade, DATA_CORE);
    assert_true(a.cii);
    registry_free(r);
}

static void a_newer_version_takes_the_place_and_a_retired_one_leaves_it(void **unused)
{
    struct registry *r = registry_new();
    (void)unused;
    take(r, "asset", "430100", "A-430100-20261120-aaaaaaaa", "registered", PLC);
    take(r, "asset", "430100", "A-430100-20261120-aaaaaaaa", "registered", "\"name\":\"plc\",\"unit\":\"U\",\"addresses\":[\"10.1.2.4\"]");
    assert_string_equal(name_at(r, "430100", "10.1.2.3"), "");
    assert_string_equal(name_at(r, "430100", "10.1.2.4"), "plc");
    assert_non_null(registry_asset(r, "430100", "U", "plc"));
    take(r, "asset", "430100", "A-430100-20261120-aaaaaaaa", "retired", PLC);
    assert_string_equal(name_at(r, "430100", "10.1.2.4"), "");
    assert_null(registry_asset(r, "430100", "U", "plc"));
    registry_free(r);
}

static void a_unit_counts_the_assets_that_mean_it(void **unused)
{
    struct registry *r = registry_new();
    (void)unused;
    take(r, "asset", "430100", "A-430100-20261120-aaaaaaaa", "registered", PLC);
    take(r, "asset", "430200", "A-430200-20261120-aaaaaaaa", "registered", PLC);
    take(r, "unit", "430000", "U-430000-20261120-aaaaaaaa", "registered", "\"unit\":\"U\"");
    take(r, "unit", "430200", "U-430200-20261120-aaaaaaaa", "lapsed", "\"unit\":\"U\"");
    const struct registered *province = registry_unit(r, "430100", "U"), *city = registry_unit(r, "430200", "U");
    assert_string_equal(province->id, "U-430000-20261120-aaaaaaaa");
    assert_string_equal(city->id, "U-430200-20261120-aaaaaaaa");
    assert_int_equal(registry_assets_of(r, province), 1);
    assert_int_equal(registry_assets_of(r, city), 1);
    assert_true(registered_is_valid(province, 1));
    assert_false(registered_is_valid(city, 1));
    assert_null(registry_unit(r, "430100", "V"));
    registry_free(r);
}

static const struct { const char *name, *prefix, *unit, *but; bool conflict; } overlaps[] = {
    { "the same of the same unit",  "10.1.2.3/32",   "U", "", true },
    { "its own",                    "10.1.2.3/32",   "U", "A-430100-20261120-aaaaaaaa", false },
    { "its own, when it moves",     "10.1.0.0/16",   "V", "A-430100-20261120-aaaaaaaa", false },
    { "wider of the same unit",     "10.1.0.0/16",   "U", "", false },
    { "wider of another",           "10.1.0.0/16",   "V", "", true },
    { "narrower of another",        "fd00::/96",     "V", "", true },
    { "beside it",                  "10.1.2.4/32",   "V", "", false },
};

static void who_overlaps_is_found(void **unused)
{
    struct registry *r = registry_new();
    (void)unused;
    take(r, "asset", "430100", "A-430100-20261120-aaaaaaaa", "registered", PLC);
    for (size_t i = 0; i < sizeof overlaps / sizeof overlaps[0]; i++) {
        struct prefix p, where;
        assert_int_equal(prefix_parse(overlaps[i].prefix, &p), 0);
        bool found = registry_conflict(r, "430100", &p, overlaps[i].unit, overlaps[i].but, &where) != NULL;
        if (found != overlaps[i].conflict)
            fail_msg("%s", overlaps[i].name);
        assert_null(registry_conflict(r, "430200", &p, overlaps[i].unit, overlaps[i].but, &where));
    }
    registry_free(r);
}

/* ---- the table of matters ---- */

static void a_register_is_kept_as_text_and_is_whole_when_it_is_opened(void **unused)
{
    struct matters *t = matters_new();
    struct matter m = made("asset", "430100", "A-430100-20261120-aaaaaaaa", "registered", PLC), whole;
    (void)unused;
    struct filed_matter *filed = matters_put(t, &m);
    assert_non_null(filed->at_rest);
    assert_null(filed->matter.fields);
    assert_int_equal(matters_open(filed, &whole), 0);
    assert_int_equal(json_array_size(json_object_get(whole.fields, "addresses")), 2);
    assert_ptr_equal(matters_put(t, &whole), filed);
    assert_int_equal(matters_count(t, kind_named("asset")), 1);
    assert_int_equal(matters_count(t, kind_named("unit")), 0);
    matters_free(t);
}

enum { WAITING = 200 };

static void the_earliest_time_comes_first_whatever_changes_and_leaves(void **unused)
{
    struct matters *t = matters_new();
    (void)unused;
    for (unsigned n = 0; n < 2 * WAITING; n++) {
        char id[MATTER_ID_MAX];
        unsigned at = n * 7919 % 1000;
        snprintf(id, sizeof id, "U-430100-20261120-%08u", n % WAITING);
        struct matter m = made("unit", "430100", id, "registered", "\"unit\":\"U\"");
        assert_true(due_set(&m.due, "valid_to", UINT64_C(1800000000000000) + at * UINT64_C(1000000)));
        assert_non_null(matters_put(t, &m));
        if (n % 3 == 2)
            matters_remove(t, matters_find(t, "430100", id));
    }
    uint64_t last_us = 0;
    for (struct filed_matter *m; (m = matters_due(t)) != NULL; matters_remove(t, m)) {
        assert_true(m->due_us >= last_us);
        last_us = m->due_us;
    }
    assert_int_equal(matters_count(t, NULL), 0);
    matters_free(t);
}

static void the_finished_ones_stand_in_the_order_of_their_last_change(void **unused)
{
    static const char *const ids[] = { "U-430100-20261120-00000001", "U-430100-20261120-00000002", "U-430100-20261120-00000003" };
    struct matters *t = matters_new();
    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        struct matter m = made("unit", "430100", ids[i % 3], i == 1 ? "registered" : "retired", "\"unit\":\"U\"");
        assert_non_null(matters_put(t, &m));
    }
    assert_string_equal(matters_finished(t)->matter.id, ids[2]);
    assert_string_equal(matters_finished(t)->newer->matter.id, ids[0]);
    assert_null(matters_finished(t)->newer->newer);
    matters_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_is_known_by_its_address_in_its_region_and_above), cmocka_unit_test(what_an_alert_says_itself_stays),
        cmocka_unit_test(a_newer_version_takes_the_place_and_a_retired_one_leaves_it), cmocka_unit_test(a_unit_counts_the_assets_that_mean_it),
        cmocka_unit_test(who_overlaps_is_found), cmocka_unit_test(a_register_is_kept_as_text_and_is_whole_when_it_is_opened),
        cmocka_unit_test(the_earliest_time_comes_first_whatever_changes_and_leaves),
        cmocka_unit_test(the_finished_ones_stand_in_the_order_of_their_last_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
