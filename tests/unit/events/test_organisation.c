#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "events/organisation.h"
#include "tests/support/file.h"

static struct organisation *loaded(const char *regions, const char *sectors, struct fault *f)
{
    struct file r = file_of_text(regions), s = file_of_text(sectors);
    struct organisation_settings paths = { r.path, s.path };
    struct organisation *o = organisation_load(&paths, f);
    unlink(r.path);
    unlink(s.path);
    return o;
}

static void a_region_is_found_by_code_name_and_the_codes_of_its_streets(void **unused)
{
    struct fault f;
    struct organisation *o = loaded("code,name_zh,name_en,level,parent\n430100,长沙市,Changsha,prefecture,430000\n430102,芙蓉区,Furong,county,430100\n",
                                    "id,name_zh,name_en,source\npower,电力,Power,plan\n", &f);
    (void)unused;
    assert_non_null(o);
    assert_string_equal(organisation_region(o, "430102")->zh, "芙蓉区");
    assert_string_equal(organisation_region(o, "长沙市")->id, "430100");
    assert_string_equal(organisation_region(o, "430102003")->id, "430102");
    assert_string_equal(organisation_region(o, "430102003001")->id, "430102");
    assert_null(organisation_region(o, "4301020"));
    assert_null(organisation_region(o, "430103"));
    assert_null(organisation_region(o, ""));
    assert_string_equal(organisation_sector(o, "电力")->id, "power");
    assert_string_equal(organisation_sector(o, "power")->en, "Power");
    assert_null(organisation_sector(o, "Power"));
    organisation_free(o);
}

static void without_a_list_nothing_can_be_wrong(void **unused)
{
    struct fault f;
    struct organisation_settings none = { NULL, NULL };
    struct organisation *o = organisation_load(&none, &f);
    (void)unused;
    assert_non_null(o);
    assert_false(organisation_has_regions(o));
    assert_false(organisation_has_sectors(o));
    organisation_free(o);
}

static void a_bad_line_of_a_list_is_named(void **unused)
{
    struct fault f;
    (void)unused;
    assert_null(loaded("code,name_zh,name_en,level,parent\n430100\n", "", &f));
    assert_non_null(strstr(f.why, ":2: expected code,name_zh,name_en and more"));
}

static const struct { const char *name, *code; bool good; } codes[] = {
    { "the example of the standard", "91350100M000100Y43", true },
    { "one digit otherwise",   "91350100M000100Y44", false }, { "a letter that is none", "91350100M000I00Y43", false },
    { "too short",             "91350100M000100Y4", false },  { "lower case", "91350100m000100y43", false }, { "nothing", "", false },
};

static void a_credit_code_has_its_check_character(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (organisation_credit_code(codes[i].code) != codes[i].good)
            fail_msg("%s: %s", codes[i].name, codes[i].code);
}

static void the_lists_that_are_shipped_can_be_read(void **unused)
{
    struct fault f;
    struct organisation_settings shipped = { (char *)(uintptr_t)"deploy/data/hunan_regions.csv", (char *)(uintptr_t)"deploy/data/sectors.csv" };
    (void)unused;
    if (access(shipped.regions, R_OK) != 0)
        skip();
    struct organisation *o = organisation_load(&shipped, &f);
    assert_non_null(o);
    assert_string_equal(organisation_region(o, "岳阳市")->id, "430600");
    assert_string_equal(organisation_sector(o, "财税")->id, "fiscal");
    organisation_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_is_found_by_code_name_and_the_codes_of_its_streets), cmocka_unit_test(without_a_list_nothing_can_be_wrong),
        cmocka_unit_test(a_bad_line_of_a_list_is_named), cmocka_unit_test(a_credit_code_has_its_check_character),
        cmocka_unit_test(the_lists_that_are_shipped_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
