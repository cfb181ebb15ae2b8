#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "dashboards/server/site.h"

static void put(const char *dir, const char *name, const char *content)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(content, out);
    fclose(out);
}

static int make_dir(void **state)
{
    static char dir[] = "/tmp/fengsui-site-XXXXXX";
    strcpy(dir + sizeof dir - 7, "XXXXXX");
    *state = mkdtemp(dir);
    return *state == NULL;
}

static int drop_dir(void **state)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", (const char *)*state);
    return system(command);
}

static void files_are_found_by_exact_name_alone(void **state)
{
    const char *dir = *state;
    char below[300];
    struct fault f;
    put(dir, "index.html", "<p>");
    put(dir, "main-ABCD1234.js", "1");
    put(dir, "main-ABCD1234.js.gz", "packed");
    put(dir, "main-ABCD1234.js.LEGAL.txt", "2");
    put(dir, "b.css", "body{}");
    put(dir, "b.css.gz", "packed too");
    put(dir, "only.gz", "alone");
    snprintf(below, sizeof below, "%s/fonts", dir);
    assert_int_equal(mkdir(below, 0700), 0);
    put(below, "a.woff2", "f");
    struct site *s = site_open(dir, &f);
    assert_non_null(s);
    assert_string_equal(site_find(s, "/")->name, "/index.html");
    assert_string_equal(site_find(s, "/fonts/a.woff2")->type, "font/woff2");
    const struct site_file *js = site_find(s, "/main-ABCD1234.js");
    assert_true(js->immutable && js->gzip_len == 6 && js->plain_len == 1);
    assert_memory_equal(js->gzip, "packed", 6);
    assert_memory_equal(site_find(s, "/b.css")->gzip, "packed too", 10);
    assert_non_null(site_find(s, "/only.gz"));
    assert_false(site_find(s, "/main-ABCD1234.js.LEGAL.txt")->immutable);
    assert_false(site_find(s, "/b.css")->immutable);
    static const char *const strangers[] = { "/../etc/passwd", "/%2e%2e/etc/passwd", "//index.html", "/fonts", "/fonts/",
                                             "/fonts/../index.html", "index.html", "/main-ABCD1234.js.gz", "" };
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (site_find(s, strangers[i]) != NULL)
            fail_msg("`%s` is found", strangers[i]);
    site_close(s);
}

static void each_file_has_its_own_packed_form(void **state)
{
    char name[32];
    struct fault f;
    put(*state, "index.html", "<p>");
    for (int i = 0; i < 26; i++) {
        snprintf(name, sizeof name, "%c.css", 'a' + i);
        put(*state, name, "body{}");
        snprintf(name, sizeof name, "%c.css.gz", 'a' + i);
        put(*state, name, (char[]){ (char)('a' + i), '\0' });
    }
    struct site *s = site_open(*state, &f);
    for (int i = 0; i < 26; i++) {
        snprintf(name, sizeof name, "/%c.css", 'a' + i);
        const struct site_file *file = site_find(s, name);
        if (file == NULL || file->gzip_len != 1 || *file->gzip != 'a' + i)
            fail_msg("%s", name);
    }
    site_close(s);
}

static void a_folder_without_a_page_says_what_to_do(void **state)
{
    struct fault f;
    put(*state, "other.html", "");
    assert_null(site_open(*state, &f));
    assert_non_null(strstr(f.why, "make web"));
    assert_null(site_open("/nonexistent", &f));
    assert_non_null(strstr(f.why, "/nonexistent"));
}

static void hidden_files_and_links_out_are_refused(void **state)
{
    const char *dir = *state;
    char link[300];
    struct fault f;
    put(dir, "index.html", "<p>");
    snprintf(link, sizeof link, "%s/out.txt", dir);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_null(site_open(dir, &f));
    unlink(link);
    put(dir, ".env", "secret");
    assert_null(site_open(dir, &f));
    assert_non_null(strstr(f.why, "hidden"));
}

static void a_tag_is_the_same_for_the_same_content_only(void **state)
{
    struct fault f;
    put(*state, "index.html", "<p>");
    put(*state, "a.txt", "same");
    put(*state, "b.txt", "same");
    put(*state, "c.txt", "other");
    struct site *s = site_open(*state, &f);
    assert_string_equal(site_find(s, "/a.txt")->etag, site_find(s, "/b.txt")->etag);
    assert_string_not_equal(site_find(s, "/a.txt")->etag, site_find(s, "/c.txt")->etag);
    site_close(s);
}

static const struct match_case { const char *header; bool want; } match_cases[] = {
    { NULL, false }, { "", false }, { "\"a1\"", true }, { "W/\"a1\"", true }, { "\"x\", W/\"a1\" , \"y\"", true },
    { "*", true }, { "\"a12\"", false }, { "\"a\"", false }, { ",,,", false }, { "W/", false }, { "\"a1\" ", true },
};

static void a_client_has_the_file_when_its_tag_is_among_those_it_names(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof match_cases / sizeof match_cases[0]; i++)
        if (site_matches(match_cases[i].header, "\"a1\"") != match_cases[i].want)
            fail_msg("%s", match_cases[i].header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_found_by_exact_name_alone, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(each_file_has_its_own_packed_form, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_folder_without_a_page_says_what_to_do, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(hidden_files_and_links_out_are_refused, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_tag_is_the_same_for_the_same_content_only, make_dir, drop_dir),
        cmocka_unit_test(a_client_has_the_file_when_its_tag_is_among_those_it_names),
    };
    return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
