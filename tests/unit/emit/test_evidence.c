#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/hash.h"
#include "emit/evidence.h"
#include "emit/evidence_disk.h"

enum { MIB = 1 << 20 };
#define NOON UINT64_C(1795262400000000)     /* 2026-11-21 */

struct bench {
    char                     dir[64];
    struct evidence_settings settings;
    struct evidence_keeper  *keeper;
    struct evidence_memory  *memory;
};

static struct evidence_settings ordinary(void)
{
    return (struct evidence_settings){ .sensor = "tower-1", .epoch = 7, .memory_bytes = MIB, .packets_max = 64,
                                       .file_bytes_max = 65536, .per_second = 50, .disk_bytes_max = 64 * MIB,
                                       .age_max_us = UINT64_C(1) << 62 };
}

static void bench_open(struct bench *b, struct evidence_settings s)
{
    struct fault f;
    snprintf(b->dir, sizeof b->dir, "/tmp/fengsui-evidence-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    b->settings = s;
    b->settings.dir = b->dir;
    b->keeper = evidence_open(&b->settings, 1, &f);
    assert_non_null(b->keeper);
    b->memory = evidence_memory_new(b->keeper, 0);
    assert_non_null(b->memory);
}

static void bench_remove(struct bench *b)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", b->dir);
    assert_int_equal(system(command), 0);
}

static void bench_close(struct bench *b)
{
    evidence_close(b->keeper);
    evidence_memory_free(b->memory);
}

static void see(struct bench *b, uint64_t flow, uint8_t fill, uint32_t len)
{
    uint8_t bytes[2048];
    memset(bytes, fill, len);
    evidence_remember(b->memory, &(struct evidence_frame){ bytes, len, len + 4, NOON, flow, 1 });
}

static size_t file_read(const struct bench *b, const char *name, uint8_t *out, size_t cap)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t n = fread(out, 1, cap, in);
    fclose(in);
    return n;
}

static uint32_t word_at(const uint8_t *at)
{
    uint32_t n;
    memcpy(&n, at, 4);
    return n;
}

static void a_flows_packets_are_kept_in_order_and_the_digest_is_the_files(void **unused)
{
    (void)unused;
    struct bench b;
    struct evidence kept;
    uint8_t file[4096], digest[HASH_MAX];
    char hex[2 * HASH_MAX + 1], name[EVIDENCE_NAME_MAX], sm3[sizeof hex];
    bench_open(&b, ordinary());
    see(&b, 5, 'a', 60);
    see(&b, 6, 'x', 60);
    see(&b, 5, 'b', 100);
    assert_true(evidence_keep(b.memory, 5, NOON, &kept));
    assert_int_equal(kept.packets, 2);
    snprintf(name, sizeof name, "%s", kept.file);
    snprintf(sm3, sizeof sm3, "%s", kept.sm3);
    bench_close(&b);
    size_t n = file_read(&b, name, file, sizeof file);
    assert_int_equal(n, 24 + 16 + 60 + 16 + 100);
    assert_int_equal(word_at(file), 0xa1b2c3d4);
    assert_int_equal(word_at(file + 24 + 8), 60);
    assert_int_equal(word_at(file + 24 + 12), 64);
    assert_int_equal(file[24 + 16], 'a');
    assert_int_equal(file[24 + 16 + 60 + 16], 'b');
    struct text t = text_over(hex, sizeof hex);
    text_hex(&t, digest, hash_digest(HASH_SM3, file, n, digest));
    assert_string_equal(sm3, text_end(&t));
    bench_remove(&b);
}

static void what_an_earlier_file_holds_is_not_written_again(void **unused)
{
    (void)unused;
    struct bench b;
    struct evidence first, same, next;
    char name[EVIDENCE_NAME_MAX];
    bench_open(&b, ordinary());
    see(&b, 5, 'a', 60);
    assert_true(evidence_keep(b.memory, 5, NOON, &first));
    snprintf(name, sizeof name, "%s", first.file);
    assert_true(evidence_keep(b.memory, 5, NOON, &same));       /* another alert of the same packet */
    assert_string_equal(same.file, name);
    see(&b, 5, 'b', 60);
    assert_true(evidence_keep(b.memory, 5, NOON, &next));
    assert_int_equal(next.packets, 1);
    assert_string_not_equal(next.file, name);
    assert_int_equal(evidence_counts(b.memory)->files, 2);
    bench_close(&b);
    bench_remove(&b);
}

static void memory_that_was_written_over_is_not_evidence(void **unused)
{
    (void)unused;
    struct bench b;
    struct evidence kept;
    bench_open(&b, ordinary());
    see(&b, 5, 'a', 1000);
    for (int i = 0; i < 1100; i++)      /* more than a MiB of another flow */
        see(&b, 6, 'x', 1000);
    assert_false(evidence_keep(b.memory, 5, NOON, &kept));
    assert_int_equal(evidence_counts(b.memory)->forgotten, 1);
    assert_true(evidence_keep(b.memory, 6, NOON, &kept));
    assert_in_range(kept.packets, 1, 64);
    bench_close(&b);
    bench_remove(&b);
}

static void a_file_holds_no_more_than_its_limits(void **unused)
{
    (void)unused;
    static const struct { uint64_t packets, bytes; uint32_t want; } cases[] = { { 3, 65536, 3 }, { 64, 24 + 2 * 1016, 2 } };
    for (size_t i = 0; i < 2; i++) {
        struct bench b;
        struct evidence kept;
        struct evidence_settings s = ordinary();
        s.packets_max = cases[i].packets;
        s.file_bytes_max = cases[i].bytes;
        bench_open(&b, s);
        for (int k = 0; k < 10; k++)
            see(&b, 5, (uint8_t)k, 1000);
        assert_true(evidence_keep(b.memory, 5, NOON, &kept));
        assert_int_equal(kept.packets, cases[i].want);
        bench_close(&b);
        bench_remove(&b);
    }
}

static void alerts_beyond_the_rate_go_without(void **unused)
{
    (void)unused;
    struct bench b;
    struct evidence kept;
    struct evidence_settings s = ordinary();
    s.per_second = 2;
    bench_open(&b, s);
    for (uint64_t flow = 1; flow <= 4; flow++)
        see(&b, flow, 'a', 60);
    assert_true(evidence_keep(b.memory, 1, NOON, &kept));
    assert_true(evidence_keep(b.memory, 2, NOON, &kept));
    assert_false(evidence_keep(b.memory, 3, NOON, &kept));
    assert_int_equal(evidence_counts(b.memory)->limited, 1);
    assert_true(evidence_keep(b.memory, 4, NOON + 1000000, &kept));
    bench_close(&b);
    bench_remove(&b);
}

static unsigned files_in(const char *dir)
{
    char command[128], line[32] = "";
    snprintf(command, sizeof command, "find %s -type f | wc -l", dir);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    assert_non_null(fgets(line, sizeof line, in));
    pclose(in);
    return (unsigned)atoi(line);
}

static void the_folder_keeps_its_size_and_loses_the_oldest(void **unused)
{
    (void)unused;
    struct fault f;
    char dir[] = "/tmp/fengsui-evidence-XXXXXX", name[64], path[128], command[128];
    uint8_t bytes[1000] = { 0 };
    assert_non_null(mkdtemp(dir));
    struct evidence_disk *d = evidence_disk_open(dir, 4000, UINT64_C(1) << 62, &f);
    assert_non_null(d);
    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof name, "2026112%d/a.pcap", i);
        evidence_disk_write(d, name, bytes, sizeof bytes);
    }
    evidence_disk_tidy(d, NOON);
    assert_in_range(files_in(dir), 1, 4);
    snprintf(path, sizeof path, "%s/20261125/a.pcap", dir);
    assert_int_equal(access(path, R_OK), 0);
    snprintf(path, sizeof path, "%s/20261120", dir);
    assert_int_not_equal(access(path, R_OK), 0);
    evidence_disk_close(d);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flows_packets_are_kept_in_order_and_the_digest_is_the_files),
        cmocka_unit_test(what_an_earlier_file_holds_is_not_written_again),
        cmocka_unit_test(memory_that_was_written_over_is_not_evidence),
        cmocka_unit_test(a_file_holds_no_more_than_its_limits),
        cmocka_unit_test(alerts_beyond_the_rate_go_without),
        cmocka_unit_test(the_folder_keeps_its_size_and_loses_the_oldest),
    };
    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
