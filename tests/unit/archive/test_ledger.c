#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "archive/ledger.h"
#include "tests/support/file.h"

#define TIME UINT64_C(1795291771000000)

static struct sign_key *key;

static int make_key(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    key = sign_key_make(&f);
    return key == NULL;
}

static int drop_key(void **unused)
{
    (void)unused;
    sign_key_free(key);
    return 0;
}

/* What a walk saw: numbers, and a mark for what is wrong. */
struct seen { char text[256]; unsigned held, wrong; };

static bool see(void *ctx, size_t number, const struct ledger_line *l, const char *why)
{
    struct seen *s = ctx;
    bool holds = why == NULL && ledger_holds(l, key);
    s->held += holds;
    s->wrong += !holds;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%zu%s ", number, holds ? "" : "!");
    return true;
}

static struct seen walk(const char *path)
{
    struct seen s = { 0 };
    struct fault f = { 0 };
    assert_int_equal(ledger_walk(path, see, &s, &f), 0);
    return s;
}

static struct file file_of_lines(unsigned count)
{
    struct file file = file_of("", 0);
    struct ledger l;
    struct fault f = { 0 };
    char members[64];
    assert_int_equal(ledger_open(&l, file.path, &f), 0);
    for (unsigned i = 0; i < count; i++) {
        snprintf(members, sizeof members, "\"reason\":\"hour %u\"", i);
        if (ledger_append(&l, TIME + i, members, key, &f) != 0)
            fail_msg("%s", f.why);
    }
    ledger_close(&l);
    return file;
}

static size_t load(const char *path, char *out, size_t cap)
{
    FILE *in = fopen(path, "r");
    size_t n = fread(out, 1, cap, in);
    fclose(in);
    return n;
}

static void store(const char *path, const char *bytes, size_t n)
{
    FILE *out = fopen(path, "w");
    fwrite(bytes, 1, n, out);
    fclose(out);
}

static void lines_follow_each_other_also_when_it_is_opened_again(void **unused)
{
    (void)unused;
    struct file file = file_of_lines(2);
    struct ledger l;
    struct fault f = { 0 };
    assert_int_equal(ledger_open(&l, file.path, &f), 0);
    assert_int_equal(l.seq, 2);
    assert_int_equal(l.torn, 0);
    assert_int_equal(ledger_append(&l, TIME, "\"reason\":\"stop\"", key, &f), 0);
    ledger_close(&l);
    assert_string_equal(walk(file.path).text, "1 2 3 ");
    unlink(file.path);
}

static void any_changed_bit_is_found_in_its_line_or_the_next(void **unused)
{
    (void)unused;
    struct file file = file_of_lines(3);
    static char bytes[4096];
    size_t n = load(file.path, bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * n; bit += bit % 8 == 7 ? 8 * 3 + 1 : 1) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        store(file.path, bytes, n);
        if (walk(file.path).wrong == 0)
            fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
    unlink(file.path);
}

static void a_line_taken_out_put_in_twice_or_moved_is_found(void **unused)
{
    (void)unused;
    struct file file = file_of_lines(3);
    static char bytes[4096], other[4096];
    size_t n = load(file.path, bytes, sizeof bytes), first = strcspn(bytes, "\n") + 1;
    size_t second = strcspn(bytes + first, "\n") + 1, m = n - second;
    memcpy(other, bytes, first);
    memcpy(other + first, bytes + first + second, n - first - second);
    store(file.path, other, m);
    assert_string_equal(walk(file.path).text, "1 2! ");
    memcpy(other, bytes, first + second);
    memcpy(other + first + second, bytes + first, n - first);
    store(file.path, other, n + second);
    assert_string_equal(walk(file.path).text, "1 2 3! 4! ");
    memcpy(other, bytes + first, second);
    memcpy(other + second, bytes, first);
    store(file.path, other, first + second);
    assert_string_equal(walk(file.path).text, "1! 2! ");
    unlink(file.path);
}

static void a_line_that_was_cut_off_is_said_and_removed_when_writing_goes_on(void **unused)
{
    (void)unused;
    struct file file = file_of_lines(2);
    static char bytes[4096];
    size_t n = load(file.path, bytes, sizeof bytes), first = strcspn(bytes, "\n") + 1;
    struct ledger l;
    struct fault f = { 0 };
    for (size_t cut = first + 1; cut < n; cut += 7) {
        store(file.path, bytes, cut);
        assert_string_equal(walk(file.path).text, "1 2! ");
        assert_int_equal(ledger_open(&l, file.path, &f), 0);
        assert_int_equal(l.torn, cut - first);
        assert_int_equal(ledger_append(&l, TIME, "\"reason\":\"start\"", key, &f), 0);
        ledger_close(&l);
        assert_string_equal(walk(file.path).text, "1 2 ");
    }
    unlink(file.path);
}

static void without_a_key_lines_follow_each_other_and_hold_for_nobody(void **unused)
{
    (void)unused;
    struct file file = file_of("", 0);
    struct ledger l;
    struct fault f = { 0 };
    static char bytes[1024];
    assert_int_equal(ledger_open(&l, file.path, &f), 0);
    assert_int_equal(ledger_append(&l, TIME, "\"reason\":\"stop\"", NULL, &f), 0);
    ledger_close(&l);
    size_t n = load(file.path, bytes, sizeof bytes);
    struct ledger_line line;
    assert_int_equal(ledger_read(bytes, n - 1, &line, &f), 0);
    assert_string_equal(line.key, "");
    assert_false(ledger_holds(&line, key));
    ledger_line_free(&line);
    unlink(file.path);
}

#define P "\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\""
static const struct line_case { const char *name, *line; } wrong[] = {
    { "nothing", "" },
    { "no object", "[1,\"signature\":\"\"}" },
    { "no signature", "{\"seq\":1,\"time\":\"2026-11-22T00:00:00Z\"," P ",\"key\":\"\"}" },
    { "a short signature", "{\"seq\":1,\"time\":\"2026-11-22T00:00:00Z\"," P ",\"key\":\"\",\"signature\":\"00\"}" },
    { "no number", "{\"time\":\"2026-11-22T00:00:00Z\"," P ",\"key\":\"\",\"signature\":\"\"}" },
    { "a number twice", "{\"seq\":1,\"seq\":1,\"time\":\"2026-11-22T00:00:00Z\"," P ",\"key\":\"\",\"signature\":\"\"}" },
    { "number zero", "{\"seq\":0,\"time\":\"2026-11-22T00:00:00Z\"," P ",\"key\":\"\",\"signature\":\"\"}" },
    { "no time", "{\"seq\":1,\"time\":\"noon\"," P ",\"key\":\"\",\"signature\":\"\"}" },
    { "no predecessor", "{\"seq\":1,\"time\":\"2026-11-22T00:00:00Z\",\"prev\":\"\",\"key\":\"\",\"signature\":\"\"}" },
    { "a key and no signature", "{\"seq\":1,\"time\":\"2026-11-22T00:00:00Z\"," P ",\"key\":\"0123456789abcdef\",\"signature\":\"\"}" },
    { "no key", "{\"seq\":1,\"time\":\"2026-11-22T00:00:00Z\"," P ",\"signature\":\"\"}" },
};

static void what_is_no_line_is_refused(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ledger_line l;
        struct fault f = { 0 };
        if (ledger_read(wrong[i].line, strlen(wrong[i].line), &l, &f) != -EINVAL || *f.why == '\0' || l.document != NULL)
            fail_msg("%s", wrong[i].name);
    }
}

static void a_line_that_is_too_long_is_neither_written_nor_read(void **unused)
{
    (void)unused;
    struct file file = file_of_lines(1);
    struct ledger l;
    struct fault f = { 0 };
    char *members = malloc(LEDGER_LINE_MAX + 1);
    memset(members, ' ', LEDGER_LINE_MAX);
    members[LEDGER_LINE_MAX] = '\0';
    assert_int_equal(ledger_open(&l, file.path, &f), 0);
    assert_int_equal(ledger_append(&l, TIME, members, key, &f), -EMSGSIZE);
    ledger_close(&l);
    assert_string_equal(walk(file.path).text, "1 ");
    FILE *out = fopen(file.path, "a");
    fprintf(out, "%s  \n", members);
    fclose(out);
    assert_string_equal(walk(file.path).text, "1 2! ");
    free(members);
    unlink(file.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_follow_each_other_also_when_it_is_opened_again),
        cmocka_unit_test(any_changed_bit_is_found_in_its_line_or_the_next),
        cmocka_unit_test(a_line_taken_out_put_in_twice_or_moved_is_found),
        cmocka_unit_test(a_line_that_was_cut_off_is_said_and_removed_when_writing_goes_on),
        cmocka_unit_test(without_a_key_lines_follow_each_other_and_hold_for_nobody),
        cmocka_unit_test(what_is_no_line_is_refused),
        cmocka_unit_test(a_line_that_is_too_long_is_neither_written_nor_read),
    };
    return cmocka_run_group_tests(tests, make_key, drop_key);
}
