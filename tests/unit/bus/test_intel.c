#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bus/intel.h"

static struct indicator one(const char *value)
{
    return (struct indicator){ .kind = INDICATOR_DOMAIN, .id = "I-7", .value = value, .name = "", .source = "centre", .version = 3,
                               .severity = 2, .confidence = 70, .tlp = INDICATOR_GREEN };
}

static void an_entry_says_which_version_of_which_indicator(void **unused)
{
    (void)unused;
    struct indicator i = one("evil.example");
    char id[INTEL_ID_MAX], json[INTEL_ENTRY_MAX];
    struct text t = text_over(json, sizeof json);
    struct fault f;
    assert_int_equal(intel_entry(&i, id, &t, &f), 0);
    assert_string_equal(id, "I-7:3");
    assert_string_equal(text_end(&t), "{\"id\":\"I-7\",\"version\":3,\"kind\":\"domain\",\"value\":\"evil.example\",\"name\":\"\","
                        "\"severity\":2,\"tlp\":\"green\",\"source\":\"centre\",\"confidence\":70}");
}

static void what_a_sensor_would_refuse_does_not_go_out(void **unused)
{
    (void)unused;
    struct indicator i = one("com.cn");
    char id[INTEL_ID_MAX], json[64 * 1024], longest[2000];
    struct text t = text_over(json, sizeof json);
    struct fault f;
    assert_true(intel_entry(&i, id, &t, &f) < 0);
    assert_string_equal(f.why, "\"com.cn\" is a suffix under which anyone registers");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    i = one("evil.example");
    i.name = longest;
    assert_true(intel_entry(&i, id, &t, &f) < 0);
    i.name = "";
    i.id = longest;
    assert_true(intel_entry(&i, id, &t, &f) < 0);
    i = one("evil.example");
    struct text small = text_over(json, 20);
    assert_true(intel_entry(&i, id, &small, &f) < 0);
    assert_int_equal(intel_publish(NULL, NULL, 0, &i, &f), 0);      /* no region: nothing goes anywhere */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_says_which_version_of_which_indicator),
        cmocka_unit_test(what_a_sensor_would_refuse_does_not_go_out),
    };
    return cmocka_run_group_tests_name("bus/intel", tests, NULL, NULL);
}
