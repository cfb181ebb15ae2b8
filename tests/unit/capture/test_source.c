#include "tests/unit/capture/files.h"

#include <sys/stat.h>

static void list_expect(const char *path, bool recursive, const char *want)
{
    struct source_list l;
    struct fault f = { 0 };
    char got[1024] = "";
    assert_int_equal(source_list(path, recursive, &l, &f), 0);
    for (size_t i = 0; i < l.count; i++) {
        strcat(got, l.paths[i] + strlen(files_folder) + 1);
        strcat(got, " ");
    }
    source_list_free(&l);
    assert_string_equal(got, want);
}

static int folder_make(void **state)
{
    if (files_make(state) != 0)
        return -1;
    mkdir(files_path("b"), 0755);
    mkdir(files_path("b/deep"), 0755);
    static const char *const names[] = { "c.pcap", "B.pcap", "a.pcap", "b/2.pcap", "b/10.pcap", "b/deep/x.pcap", ".hidden" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        files_bytes(names[i], "", 0);
    return 0;
}

static void a_folder_is_read_in_the_order_of_its_names(void **unused)
{
    (void)unused;
    list_expect(files_folder, false, "B.pcap a.pcap c.pcap ");
}

static void recursive_takes_the_folders_below_where_their_names_sort(void **unused)
{
    (void)unused;
    list_expect(files_folder, true, "B.pcap a.pcap b/10.pcap b/2.pcap b/deep/x.pcap c.pcap ");
}

static void a_file_is_itself_and_what_is_absent_is_named(void **unused)
{
    (void)unused;
    list_expect(files_path("a.pcap"), true, "a.pcap ");
    struct source_list l;
    struct fault f = { 0 };
    assert_int_equal(source_list(files_path("absent"), false, &l, &f), -2);
    assert_non_null(strstr(f.why, "absent: No such file or directory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_is_read_in_the_order_of_its_names),
        cmocka_unit_test(recursive_takes_the_folders_below_where_their_names_sort),
        cmocka_unit_test(a_file_is_itself_and_what_is_absent_is_named),
    };
    return cmocka_run_group_tests_name("capture/source", tests, folder_make, files_remove);
}
