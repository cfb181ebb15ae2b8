/* Keywords of files, against records of a schema that has nothing but files. */
#include <limits.h>
#include <unistd.h>

#include "fire.h"

#include "dissectors/framing/file.h"

static const struct field box_fields[] = { FILE_FIELDS(0) };
static const struct schema box_schema = { "box", box_fields, FILE_ROWS, NULL, 0 };
static const struct schema *const boxes[] = { &box_schema };

enum { WANTS = FILE_WANTS_MD5 | FILE_WANTS_SHA1 | FILE_WANTS_SHA256 };
#define ABC_MD5 "900150983cd24fb0d6963f7d28e17f72"
#define ABC_SHA1 "a9993e364706816aba3e25717850c26c9cd0d89d"
#define ABC_SHA256 "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"

/* ---- a folder with rules and lists ---- */

static char folder[] = "/tmp/filekw.XXXXXX";

static const char *path_in(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *out = fopen(path_in(name), "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int folder_begin(void **unused)
{
    (void)unused;
    if (mkdtemp(folder) == NULL)
        return -1;
    write_file("abc.md5", "# known ones\n\n" ABC_MD5 "  abc.txt\r\n00000000000000000000000000000000\nffffffffffffffffffffffffffffffff\n");
    write_file("abc.sha1", ABC_SHA1 "\n");
    write_file("abc.sha256", ABC_SHA256);
    write_file("other.md5", "00000000000000000000000000000001\n");
    write_file("empty.md5", "# nothing\n");
    write_file("bad.md5", ABC_MD5 "\n90015098\n");
    write_file("long.md5", ABC_MD5 "00\n");
    return 0;
}

static int folder_end(void **unused)
{
    (void)unused;
    static const char *const names[] = { "abc.md5", "abc.sha1", "abc.sha256", "other.md5", "empty.md5", "bad.md5", "long.md5", "x.rules" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(path_in(names[i]));
    return rmdir(folder);
}

static struct rules *load(const char *options, struct heard *refusals)
{
    char text[512];
    snprintf(text, sizeof(text), "alert tcp any any -> any any (%s sid:1;)\n", options);
    write_file("x.rules", text);
    const char *files[] = { path_in("x.rules") };
    struct rules_source src = { .files = files, .file_count = 1, .schemas = boxes, .schema_count = 1, .decode_events = decode_names,
                                .stream_events = stream_names };
    struct rules_report report = { .refusal = tell_refusal, .ctx = refusals };
    struct rules *r = NULL;
    struct fault f;
    if (rules_load(&src, &report, &r, &f) != 0)
        fail_msg("%s", f.why);
    return r;
}

/* ---- what holds ---- */

static const struct file pdf = { .name = (const uint8_t *)"/a/Report.PDF", .name_len = 13, .data = (const uint8_t *)"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n",
                                 .len = 15, .size = 15, .whole = true };
static const struct file abc = { .name = (const uint8_t *)"abc.txt", .name_len = 7, .data = (const uint8_t *)"abc", .len = 3, .size = 3, .whole = true };
static const struct file cut = { .name = (const uint8_t *)"abc.txt", .name_len = 7, .data = (const uint8_t *)"abc", .len = 3, .size = 3 };

static const struct hold_case { const char *options; const struct file *file; bool holds; } holds[] = {
    { "filename:\"report\";", &pdf, true },
    { "filename:report;", &pdf, true },
    { "filename:!\"report\";", &pdf, false },
    { "filename:!\"invoice\";", &pdf, true },
    { "fileext:\"pdf\";", &pdf, true },
    { "fileext:\"rep\";", &pdf, false },
    { "fileext:\"df\";", &pdf, false },
    { "fileext:!\"exe\";", &pdf, true },
    { "filename:\"report\"; fileext:\"exe\";", &pdf, false },
    { "file.name; content:\"Report\"; endswith;", &pdf, false },
    { "file.name; content:\"/a/Report.PDF\"; startswith; endswith;", &pdf, true },
    { "file.data; content:\"PDF\"; filename:\"report\"; content:\"1.6\"; distance:0;", &pdf, true },
    { "filemagic:\"pdf document\";", &pdf, true },
    { "filemagic:!\"PDF\";", &pdf, false },
    { "filemagic:\"PE32\";", &pdf, false },
    { "file.magic; content:\"version 1.6\";", &pdf, true },
    { "file.magic; to_lowercase; content:\"pdf\"; startswith;", &pdf, true },
    { "filesize:3;", &abc, true },
    { "filesize:>3;", &abc, false },
    { "filemd5:abc.md5;", &abc, true },
    { "filemd5:\"abc.md5\";", &abc, true },
    { "filemd5:!abc.md5;", &abc, false },
    { "filemd5:!other.md5;", &abc, true },
    { "filemd5:abc.md5;", &pdf, false },
    { "filemd5:abc.md5;", &cut, false },
    { "filemd5:!abc.md5;", &cut, false },
    { "filesha1:abc.sha1;", &abc, true },
    { "filesha256:abc.sha256;", &abc, true },
    { "filestore;", &abc, true },
    { "filestore:both,file;", &abc, true },
    { "filestore;", NULL, false },
    { "filestore:to_server,flow;", NULL, true },
};

static void keywords_hold_what_suricata_holds(void **unused)
{
    (void)unused;
    struct record *r = malloc(sizeof *r);
    for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
        struct scene c;
        struct file_digests room;
        struct heard refusals = { .len = 0 };
        struct fault f;
        scene_begin(&c, "");
        rules_free(c.rules);
        detect_free(c.detect);
        c.rules = load(holds[i].options, &refusals);
        if (refusals.len)
            fail_msg("%s: %s", holds[i].options, refusals.text);
        c.detect = detect_new(c.rules, NULL, &f);
        assert_non_null(c.detect);
        record_begin(r, &box_schema, FROM_CLIENT);
        if (holds[i].file)
            file_add(r, 0, holds[i].file, WANTS, &room);
        if ((strcmp(scene_record(&c, r), "1 ") == 0) != holds[i].holds)
            fail_msg("%s: said `%s`", holds[i].options, c.said);
        scene_end(&c);
    }
    free(r);
}

static void a_list_asks_for_its_digest_only(void **unused)
{
    (void)unused;
    struct heard refusals = { .len = 0 };
    struct rules *none = load("filename:\"x\";", &refusals), *sha1 = load("filesha1:abc.sha1;", &refusals);
    assert_int_equal(rules_needs(none)->file_wants, 0);
    assert_false(rules_needs(none)->file_kinds);
    assert_int_equal(rules_needs(sha1)->file_wants, FILE_WANTS_SHA1);
    rules_free(none);
    rules_free(sha1);
}

static const struct refusal_case { const char *options, *sentence; } wrong[] = {
    { "filemd5:none.md5;", "1:39: none.md5: No such file or directory\n" },
    { "filemd5:empty.md5;", "1:39: empty.md5: no MD5 in it\n" },
    { "filemd5:bad.md5;", "1:39: bad.md5:2: expected a MD5 of 32 hexadecimal digits at the line's beginning\n" },
    { "filemd5:long.md5;", "1:39: long.md5:1: expected a MD5 of 32 hexadecimal digits at the line's beginning\n" },
    { "filestore:both,tomorrow;", "1:46: expected file, tx or flow, found `tomorrow`\n" },
};

static void what_is_wrong_is_said(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct heard refusals = { .len = 0 };
        rules_free(load(wrong[i].options, &refusals));
        if (strcmp(refusals.text, wrong[i].sentence) != 0)
            fail_msg("%s: %s", wrong[i].options, refusals.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keywords_hold_what_suricata_holds),
        cmocka_unit_test(a_list_asks_for_its_digest_only),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests_name("filekw", tests, folder_begin, folder_end);
}
