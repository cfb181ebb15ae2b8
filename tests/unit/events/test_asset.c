#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/asset.h"
#include "tests/support/file.h"

struct said { char text[4000]; unsigned count; const char *path; };

static void note(void *ctx, const struct fault *f)
{
    struct said *s = ctx;
    size_t skip = strncmp(f->why, s->path, strlen(s->path)) == 0 ? strlen(s->path) : 0;
    snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "%s\n", f->why + skip);
    s->count++;
}

static struct asset_table *load(const void *bytes, size_t n, struct said *s)
{
    struct file file = file_of(bytes, n);
    struct fault f = { 0 };
    *s = (struct said){ .path = file.path };
    struct asset_table *t = asset_table_load(file.path, note, s, &f);
    unlink(file.path);
    return t;
}

static struct asset_table *load_text(const char *text, struct said *s)
{
    return load(text, strlen(text), s);
}

static const struct asset *find(const struct asset_table *t, const char *address)
{
    struct addr a;
    assert_int_equal(addr_parse(address, &a), 0);
    return asset_table_find(t, &a);
}

#define HEADING "prefix,name,unit,sector,region,mlps_level,cii,role\n"

static void the_longest_prefix_tells_whose_an_address_is(void **unused)
{
    (void)unused;
    struct said s;
    struct asset_table *t = load_text("\xef\xbb\xbf" HEADING
        "10.1.0.0/16,星城财税内网,星城财税服务中心,fiscal,430100,2,no,network\r\n"
        "# the portal\n"
        "10.1.10.80/32,\"门户, \"\"新\"\"\",星城财税服务中心,fiscal,430100,3,yes,web-portal\n"
        "\n"
        "2001:db8::/32,six,,,,,,\n", &s);
    assert_int_equal(s.count, 0);
    assert_int_equal(asset_table_count(t), 3);
    assert_string_equal(find(t, "10.1.10.80")->name, "门户, \"新\"");
    assert_int_equal(find(t, "10.1.10.80")->mlps_level, 3);
    assert_true(find(t, "10.1.10.80")->cii);
    assert_string_equal(find(t, "10.1.10.81")->name, "星城财税内网");
    assert_false(find(t, "10.1.10.81")->cii);
    assert_string_equal(find(t, "2001:db8::9")->sector, "");
    assert_int_equal(find(t, "2001:db8::9")->mlps_level, 0);
    assert_null(find(t, "10.2.0.0"));
    assert_null(asset_table_find(NULL, &(struct addr){ .version = 4 }));
    asset_table_free(t);
}

static void each_bad_line_is_said_with_its_number_and_the_others_count(void **unused)
{
    (void)unused;
    struct said s;
    char *text = malloc(10000);
    strcpy(text, HEADING
        "10.0.0.0/33,a,b,c,430100,1,no,x\n"
        "not-an-address,a,b,c,430100,1,no,x\n"
        "10.0.0.1,a,b,c,430100,1,no\n"
        "10.0.0.1,a,b,c,430100,1,no,x,y\n"
        "10.0.0.1,a,b,c,430100,6,no,x\n"
        "10.0.0.1,a,b,c,430100,12,no,x\n"
        "10.0.0.1,a,b,c,430100,-,no,x\n"
        "10.0.0.2,good,b,c,430100,5,no,x\n");
    char *long_line = text + strlen(text);
    memset(long_line, 'x', 5000);
    strcpy(long_line + 5000, "\n10.0.0.3,good,b,c,430100,5,no,x\n");
    struct asset_table *t = load_text(text, &s);
    static const char want[] =
        ":2: expected an address or prefix, not \"10.0.0.0/33\"\n"
        ":3: expected an address or prefix, not \"not-an-address\"\n"
        ":4: expected 8 columns (prefix,name,unit,sector,region,mlps_level,cii,role), found fewer\n"
        ":5: expected 8 columns (prefix,name,unit,sector,region,mlps_level,cii,role), found more\n"
        ":6: expected an MLPS level 1 to 5, not \"6\"\n"
        ":7: expected an MLPS level 1 to 5, not \"12\"\n"
        ":8: expected an MLPS level 1 to 5, not \"-\"\n"
        ":10: the line is longer than 4094 bytes\n";
    assert_string_equal(s.text, want);
    assert_int_equal(asset_table_count(t), 2);
    assert_non_null(find(t, "10.0.0.2"));
    assert_non_null(find(t, "10.0.0.3"));
    asset_table_free(t);
    free(text);
}

static void of_two_lines_for_one_prefix_the_later_counts(void **unused)
{
    (void)unused;
    struct said s;
    struct asset_table *t = load_text("10.0.0.1,old,,,,,,\n10.0.0.1/32,new,,,,,,\n", &s);
    assert_string_equal(find(t, "10.0.0.1")->name, "new");
    asset_table_free(t);
}

static void a_missing_file_gives_no_table_and_a_sentence(void **unused)
{
    (void)unused;
    struct fault f;
    assert_null(asset_table_load("/nonexistent/assets.csv", NULL, NULL, &f));
    assert_string_equal(f.why, "/nonexistent/assets.csv: No such file or directory");
    asset_table_free(NULL);
}

static void json_has_what_is_known_and_nothing_else(void **unused)
{
    (void)unused;
    char out[300];
    struct text t = text_over(out, sizeof out);
    asset_json(&(struct asset){ .name = "a\"b", .unit = "", .sector = "water", .region = NULL, .role = "", .mlps_level = 3, .cii = true }, &t);
    assert_string_equal(text_end(&t), "{\"name\":\"a\\\"b\",\"sector\":\"water\",\"mlps_level\":3,\"cii\":true}");
    t = text_over(out, sizeof out);
    asset_json(&(struct asset){ 0 }, &t);
    assert_string_equal(text_end(&t), "{}");
    t = text_over(out, sizeof out);
    asset_json(&(struct asset){ .cii = true }, &t);
    assert_string_equal(text_end(&t), "{\"cii\":true}");
}

#define GOOD HEADING "10.1.0.0/16,\"a\"\"b\",u,s,430100,2,yes,r\n::1,b,u,s,430100,,no,r\n"

static void every_prefix_and_bit_change_of_a_file_is_read_or_said(void **unused)
{
    (void)unused;
    char text[] = GOOD;
    struct said s;
    for (size_t n = 0; n < sizeof text; n++)
        asset_table_free(load(text, n, &s));
    for (size_t bit = 0; bit < (sizeof text - 1) * 8; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        struct asset_table *t = load(text, sizeof text - 1, &s);
        assert_non_null(t);
        (void)find(t, "10.1.2.3");
        asset_table_free(t);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_tells_whose_an_address_is),
        cmocka_unit_test(each_bad_line_is_said_with_its_number_and_the_others_count),
        cmocka_unit_test(of_two_lines_for_one_prefix_the_later_counts),
        cmocka_unit_test(a_missing_file_gives_no_table_and_a_sentence),
        cmocka_unit_test(json_has_what_is_known_and_nothing_else),
        cmocka_unit_test(every_prefix_and_bit_change_of_a_file_is_read_or_said),
    };
    return cmocka_run_group_tests_name("asset", tests, NULL, NULL);
}
