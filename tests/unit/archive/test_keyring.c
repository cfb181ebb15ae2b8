#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/keyring.h"

#define TIME UINT64_C(1795291771000000)

static char dir[32], path[64];

static int make_dir(void **unused)
{
    (void)unused;
    strcpy(dir, "/tmp/keyring-XXXXXX");
    return mkdtemp(dir) == NULL;
}

static int drop_dir(void **unused)
{
    (void)unused;
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    return rmdir(dir);
}

static const char *in_dir(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void good(int rc, const struct fault *f)
{
    if (rc != 0)
        fail_msg("%s", f->why);
}

static void init(unsigned rotations)
{
    struct fault f = { 0 };
    good(keyring_init(dir, TIME, &f), &f);
    for (unsigned i = 0; i < rotations; i++)
        good(keyring_rotate(dir, TIME + 1 + i, &f), &f);
}

static void the_pair_is_the_last_of_its_line_and_its_owner_s_alone(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct keyring r;
    struct stat st;
    init(2);
    good(keyring_load(&r, dir, &f), &f);
    assert_int_equal(r.count, 3);
    struct sign_key *pair = keyring_private(dir, &f), *public = sign_public_load(in_dir("sm2.pub"), &f);
    assert_non_null(pair);
    assert_string_equal(sign_key_id(pair), sign_key_id(r.entries[2].key));
    assert_string_equal(sign_key_id(pair), sign_key_id(public));
    assert_int_equal(keyring_find(&r, sign_key_id(pair)), 2);
    assert_int_equal(keyring_find(&r, "0123456789abcdef"), -1);
    assert_int_equal(stat(in_dir("sm2.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    sign_key_free(pair);
    sign_key_free(public);
    keyring_free(&r);
}

static void nothing_is_written_over(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    init(0);
    assert_int_equal(keyring_init(dir, TIME, &f), -EEXIST);
    unlink(in_dir("sm2.key"));
    assert_int_equal(keyring_init(dir, TIME, &f), -EEXIST);
}

static void a_changed_byte_of_the_line_is_found_and_the_keys_before_it_stay(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct keyring r;
    init(1);
    int fd = open(in_dir("keys.jsonl"), O_RDWR);
    off_t end = lseek(fd, 0, SEEK_END);
    for (off_t at = 0; at < end; at += 5) {
        char was, changed;
        assert_int_equal(pread(fd, &was, 1, at), 1);
        changed = (char)(was ^ 1);
        assert_int_equal(pwrite(fd, &changed, 1, at), 1);
        if (keyring_load(&r, dir, &f) != -EBADMSG)
            fail_msg("byte %ld", (long)at);
        assert_true(r.count <= 1);
        keyring_free(&r);
        assert_int_equal(pwrite(fd, &was, 1, at), 1);
    }
    close(fd);
}

static void a_key_of_somebody_else_is_not_believed(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct keyring r;
    init(1);
    struct sign_key *other = sign_key_make(&f);
    good(sign_public_save(other, in_dir("other.pub"), &f), &f);
    good(keyring_load(&r, dir, &f), &f);
    assert_int_equal(keyring_trust(&r, in_dir("other.pub"), &f), -ENOKEY);
    good(keyring_trust(&r, in_dir("sm2.pub"), &f), &f);
    assert_int_equal(r.trusted, 1);
    keyring_free(&r);
    r = (struct keyring){ 0 };
    good(keyring_trust(&r, in_dir("other.pub"), &f), &f);
    assert_int_equal(r.count, 1);
    keyring_free(&r);
    sign_key_free(other);
}

static void a_pair_put_in_its_place_does_not_sign(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    init(0);
    struct sign_key *other = sign_key_make(&f);
    unlink(in_dir("sm2.key"));
    good(sign_key_save(other, in_dir("sm2.key"), &f), &f);
    assert_null(keyring_private(dir, &f));
    assert_int_equal(f.code, -EUCLEAN);
    assert_int_equal(keyring_rotate(dir, TIME, &f), -EUCLEAN);
    sign_key_free(other);
}

static void copy(const char *from, const char *to)
{
    char bytes[8192], other[64];
    snprintf(other, sizeof other, "%s/%s", dir, to);
    int in = open(in_dir(from), O_RDONLY), out = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t n = read(in, bytes, sizeof bytes);
    assert_int_equal(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

/* As if power had gone after the line was written, before the new pair had taken its place. */
static void a_change_that_was_cut_short_is_brought_to_its_end(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct keyring r;
    init(0);
    copy("sm2.key", "old");
    good(keyring_rotate(dir, TIME, &f), &f);
    copy("sm2.key", "sm2.key.new");
    copy("old", "sm2.key");
    assert_null(keyring_private(dir, &f));
    assert_int_equal(f.code, -EUCLEAN);
    good(keyring_rotate(dir, TIME, &f), &f);
    good(keyring_load(&r, dir, &f), &f);
    assert_int_equal(r.count, 3);
    struct sign_key *pair = keyring_private(dir, &f);
    assert_non_null(pair);
    sign_key_free(pair);
    keyring_free(&r);
}

static void a_change_that_had_hardly_begun_is_forgotten(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct keyring r;
    init(0);
    copy("sm2.key", "sm2.key.new");
    struct sign_key *other = sign_key_make(&f);
    unlink(in_dir("sm2.key.new"));
    good(sign_key_save(other, in_dir("sm2.key.new"), &f), &f);
    good(keyring_rotate(dir, TIME, &f), &f);
    good(keyring_load(&r, dir, &f), &f);
    assert_int_equal(r.count, 2);
    keyring_free(&r);
    sign_key_free(other);
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)
    const struct CMUnitTest tests[] = {
        IN_DIR(the_pair_is_the_last_of_its_line_and_its_owner_s_alone),
        IN_DIR(nothing_is_written_over),
        IN_DIR(a_changed_byte_of_the_line_is_found_and_the_keys_before_it_stay),
        IN_DIR(a_key_of_somebody_else_is_not_believed),
        IN_DIR(a_pair_put_in_its_place_does_not_sign),
        IN_DIR(a_change_that_was_cut_short_is_brought_to_its_end),
        IN_DIR(a_change_that_had_hardly_begun_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
