#include "tests/unit/correlator/alerts.h"

#include "correlator/case.h"
#include "tests/support/file.h"

#define ASSET(name) "\"name\":\"" name "\""

static const struct who { const char *name; struct given g; const char *attacker, *victim; } whos[] = {
    { "from outside to an asset",            { .src = "198.51.100.7", .dest = "10.0.0.1", .dest_asset = ASSET("a") }, "198.51.100.7", "10.0.0.1" },
    { "an asset that calls outside",         { .src = "10.0.0.1", .dest = "198.51.100.7", .src_asset = ASSET("a") }, "198.51.100.7", "10.0.0.1" },
    { "the answer to it",                    { .src = "198.51.100.7", .dest = "10.0.0.1", .direction = "to_client", .dest_asset = ASSET("a") }, "198.51.100.7", "10.0.0.1" },
    { "an inner host that calls outside",    { .src = "10.9.9.9", .dest = "198.51.100.7" }, "198.51.100.7", "10.9.9.9" },
    { "from outside to an inner host",       { .src = "198.51.100.7", .dest = "fd00::1" }, "198.51.100.7", "fd00::1" },
    { "an inner stranger at an asset",       { .src = "10.9.9.9", .dest = "10.0.0.1", .dest_asset = ASSET("a") }, "10.9.9.9", "10.0.0.1" },
    { "two assets: who is spoken to",        { .src = "10.0.0.2", .dest = "10.0.0.1", .src_asset = ASSET("b"), .dest_asset = ASSET("a") }, "10.0.0.2", "10.0.0.1" },
    { "two assets: who answers",             { .src = "10.0.0.1", .dest = "10.0.0.2", .direction = "to_client", .src_asset = ASSET("a"), .dest_asset = ASSET("b") }, "10.0.0.2", "10.0.0.1" },
    { "two outside: who is spoken to",       { .src = "198.51.100.7", .dest = "203.0.113.1" }, "198.51.100.7", "203.0.113.1" },
};

static void who_is_the_victim_is_told_from_what_is_known_of_both_ends(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof whos / sizeof whos[0]; i++) {
        struct alert_view a = alert_of(whos[i].g);
        struct parties p = case_parties(&a);
        if (strcmp(p.attacker.address, whos[i].attacker) != 0 || strcmp(p.victim.address, whos[i].victim) != 0)
            fail_msg("%s: %s attacks %s", whos[i].name, p.attacker.address, p.victim.address);
        assert_string_equal(p.asset->name, p.victim.name);
        alert_view_free(&a);
    }
}

static struct taxonomy *no_names(void)
{
    struct fault f;
    struct taxonomy *t = taxonomy_load("", &f);
    assert_non_null(t);
    return t;
}

static bool take(struct incident_case *c, struct given g, const struct taxonomy *names)
{
    struct alert_view a = alert_of(g);
    struct parties p = case_parties(&a);
    bool ok = case_add(c, &a, &p, names, NULL);
    alert_view_free(&a);
    return ok;
}
#define TAKE(c, names, ...) assert_true(take((c), (struct given){ __VA_ARGS__ }, (names)))

static struct incident_case *begun(struct given g)
{
    struct alert_view a = alert_of(g);
    struct incident_case *c = case_new("I-1", &a, 42);
    alert_view_free(&a);
    assert_non_null(c);
    return c;
}

static void a_case_counts_its_alerts_by_rule_party_and_stage(void **unused)
{
    (void)unused;
    struct taxonomy *names = no_names();
    struct incident_case *c = begun((struct given){ .at_us = MINUTE });
    TAKE(c, names, .at_us = MINUTE, .sid = 1, .tactic = "TA0043");
    TAKE(c, names, .at_us = 5 * MINUTE, .sid = 2, .tactic = "TA0001", .dest = "10.0.0.2");
    TAKE(c, names, .at_us = 0, .sid = 1, .tactic = "TA0043", .src = "203.0.113.9");
    const struct incident *i = &c->incident;
    assert_int_equal(i->alert_count, 3);
    assert_int_equal(i->rule_count, 2);
    assert_int_equal(i->rules[0].count, 2);
    assert_int_equal(i->victim_count, 2);
    assert_int_equal(i->attacker_count, 2);
    assert_int_equal(i->tactic_count, 2);
    assert_int_equal(i->alert_id_count, 3);
    assert_true(i->first_us == NOON && i->last_us == NOON + 5 * MINUTE && i->detected_at_us == 42);
    assert_true(case_has_victim(c, "10.0.0.2") && case_has_attacker(c, "203.0.113.9") && !case_has_victim(c, "203.0.113.9"));
    assert_true(c->dirty);
    case_published(c);
    assert_false(c->dirty);
    assert_int_equal(i->alert_id_count, 0);
    case_free(c);
    taxonomy_free(names);
}

static void scores_and_levels_never_fall(void **unused)
{
    (void)unused;
    static const char *const assets[] = { "", ASSET("a") ",\"mlps_level\":3", ASSET("a") ",\"mlps_level\":5", ASSET("a") ",\"cii\":true" };
    static const char *const tactics[] = { "", "TA0043", "TA0001", "TA0108", "TA0040" };
    static const char *const confidences[] = { "", "Low", "High" };
    struct taxonomy *names = no_names();
    uint32_t state = 3;
    for (int turn = 0; turn < 50; turn++) {
        struct incident_case *c = begun((struct given){ 0 });
        double score = 0;
        enum incident_level level = LEVEL_GENERAL;
        for (int k = 0; k < 12; k++) {
            state = state * 1664525 + 1013904223;
            TAKE(c, names, .severity = 1 + (state >> 8) % 4, .dest_asset = assets[(state >> 12) % 4], .tactic = tactics[(state >> 16) % 5],
                 .confidence = confidences[(state >> 20) % 3]);
            assert_true(c->incident.score >= score && c->incident.level <= level && c->incident.score <= 100);
            score = c->incident.score;
            level = c->incident.level;
        }
        case_free(c);
    }
    taxonomy_free(names);
}

static void the_score_is_the_product_of_its_parts(void **unused)
{
    (void)unused;
    struct taxonomy *names = no_names();
    struct incident_case *c = begun((struct given){ 0 });
    TAKE(c, names, .severity = 1, .dest_asset = ASSET("a") ",\"mlps_level\":3,\"cii\":true", .confidence = "high", .tactic = "TA0043");
    TAKE(c, names, .severity = 3, .tactic = "TA0001");
    const struct incident *i = &c->incident;
    assert_true(i->score_severity == weights_default.severity[1] && i->score_asset == weights_default.cii && i->score_confidence == 1);
    double product = 100 * i->score_severity * i->score_asset * i->score_spread * i->score_confidence;
    assert_true(product - i->score < 1e-9 && i->score - product < 1e-9);
    TAKE(c, names, .severity = 250, .dest_asset = ASSET("b") ",\"mlps_level\":200");      /* numbers that are none */
    assert_true(i->score <= 100);
    case_free(c);
    taxonomy_free(names);
}

static void the_gravest_rule_names_the_case_in_both_languages(void **unused)
{
    (void)unused;
    struct file csv = file_of_text("code_inferred,cat_no,category_zh,category_en,sub_no,sub_zh\n02003,2,网络攻击事件,attack,3,后门攻击事件\n");
    struct fault f;
    struct taxonomy *names = taxonomy_load(csv.path, &f);
    assert_string_equal(taxonomy_name(names, "02003"), "后门攻击事件");
    assert_null(taxonomy_name(names, "02004"));
    struct incident_case *c = begun((struct given){ 0 });
    TAKE(c, names, .severity = 3, .msg = "ET SCAN port scan", .dest_asset = ASSET("泵站"));
    assert_string_equal(c->incident.title_en, "ET SCAN port scan: 泵站");
    assert_string_equal(c->incident.title_zh, "泵站：ET SCAN port scan");
    TAKE(c, names, .severity = 2, .msg = "FENGSUI WEB backdoor", .gbt20986 = "02003");
    assert_string_equal(c->incident.title_en, "backdoor: 10.0.0.1");
    assert_string_equal(c->incident.title_zh, "10.0.0.1：后门攻击事件");
    assert_string_equal(c->incident.category, "02003");
    TAKE(c, names, .severity = 1, .msg = "FENGSUI OT 写线圈 coil written");
    assert_string_equal(c->incident.title_en, "coil written: 10.0.0.1");
    assert_string_equal(c->incident.title_zh, "10.0.0.1：写线圈");
    TAKE(c, names, .severity = 1, .msg = "later, no graver", .sid = 9);
    assert_string_equal(c->incident.title_en, "coil written: 10.0.0.1");
    case_free(c);
    taxonomy_free(names);
    unlink(csv.path);
}

static void long_names_are_cut_between_characters(void **unused)
{
    (void)unused;
    char zh[1200] = "", msg[1500];
    struct taxonomy *names = no_names();
    for (int i = 0; i < 300; i++)
        strcat(zh, "燧");
    for (int shift = 0; shift < 3; shift++) {
        snprintf(msg, sizeof msg, "FENGSUI OT %.*s%s english", shift, "xx", zh);
        char asset[1500];
        snprintf(asset, sizeof asset, ASSET("%.*s%s"), shift, "yy", zh);
        struct incident_case *c = begun((struct given){ 0 });
        TAKE(c, names, .msg = msg, .dest_asset = asset);
        assert_null(strstr(c->incident.title_zh, "\\u00"));
        char out[8000];
        struct text t = text_over(out, sizeof out);
        text_json(&t, c->incident.title_zh, strlen(c->incident.title_zh));
        text_json(&t, c->incident.title_en, strlen(c->incident.title_en));
        if (strstr(text_end(&t), "\\u00") != NULL)
            fail_msg("half a character in %s", out);
        case_free(c);
    }
    taxonomy_free(names);
}

static void lists_have_ceilings_and_counts_go_on(void **unused)
{
    (void)unused;
    struct taxonomy *names = no_names();
    struct incident_case *c = begun((struct given){ 0 });
    for (unsigned i = 0; i < CASE_IDS_MAX + 100; i++) {
        char src[20], dest[20], tactic[20];
        snprintf(src, sizeof src, "198.18.%u.%u", i >> 8, i & 255);
        snprintf(dest, sizeof dest, "10.1.%u.%u", i >> 8, i & 255);
        snprintf(tactic, sizeof tactic, "TA%u", i);
        TAKE(c, names, .src = src, .dest = dest, .sid = i + 1, .tactic = tactic);
    }
    const struct incident *i = &c->incident;
    assert_int_equal(i->alert_count, CASE_IDS_MAX + 100);
    assert_int_equal(i->victim_count, CASE_PARTIES_MAX);
    assert_int_equal(i->attacker_count, CASE_PARTIES_MAX);
    assert_int_equal(i->rule_count, CASE_RULES_MAX);
    assert_int_equal(i->tactic_count, CASE_TACTICS_MAX);
    assert_int_equal(i->alert_id_count, CASE_IDS_MAX);
    assert_int_equal(c->ids_over, 100);
    case_free(c);
    taxonomy_free(names);
}

static void a_case_is_restored_as_it_went_out(void **unused)
{
    (void)unused;
    static char line[64 * 1024], again[64 * 1024];
    struct taxonomy *names = no_names();
    struct incident_case *c = begun((struct given){ .at_us = MINUTE });
    struct incident_join why = { NOON, "because", "因为" };
    struct alert_view a = ALERT(.severity = 1, .tactic = "TA0043", .dest_asset = ASSET("泵站") ",\"sector\":\"water\",\"mlps_level\":4");
    struct parties p = case_parties(&a);
    assert_true(case_add(c, &a, &p, names, &why));
    TAKE(c, names, .src = "203.0.113.9", .sid = 7, .tactic = "TA0001");
    c->incident.version = 3;
    case_published(c);
    struct text t = text_over(line, sizeof line);
    incident_json(&c->incident, &t);
    struct incident_view v;
    struct fault f;
    assert_int_equal(incident_parse(line, t.len, &v, &f), 0);
    struct incident_case *back = case_restore(&v.incident);
    incident_view_free(&v);         /* the case keeps nothing of it */
    assert_non_null(back);
    struct text t2 = text_over(again, sizeof again);
    incident_json(&back->incident, &t2);
    assert_string_equal(text_end(&t), text_end(&t2));
    double before = c->incident.score;
    TAKE(c, names, .severity = 2, .tactic = "TA0040");
    TAKE(back, names, .severity = 2, .tactic = "TA0040");
    assert_true(back->incident.score >= before && back->incident.level == c->incident.level);
    alert_view_free(&a);
    case_free(c);
    case_free(back);
    taxonomy_free(names);
}

static void a_missing_taxonomy_is_named(void **unused)
{
    (void)unused;
    struct fault f;
    assert_null(taxonomy_load("/nonexistent/t.csv", &f));
    assert_string_equal(f.why, "/nonexistent/t.csv: No such file or directory");
    case_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_the_victim_is_told_from_what_is_known_of_both_ends),
        cmocka_unit_test(a_case_counts_its_alerts_by_rule_party_and_stage),
        cmocka_unit_test(scores_and_levels_never_fall),
        cmocka_unit_test(the_score_is_the_product_of_its_parts),
        cmocka_unit_test(the_gravest_rule_names_the_case_in_both_languages),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(lists_have_ceilings_and_counts_go_on),
        cmocka_unit_test(a_case_is_restored_as_it_went_out),
        cmocka_unit_test(a_missing_taxonomy_is_named),
    };
    return cmocka_run_group_tests_name("case", tests, NULL, NULL);
}
