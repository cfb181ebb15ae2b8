#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/spool.h"

enum { SECOND = 1000000, HOLD = 3 * SECOND };

struct place_to_spool {
    char dir[64];
    struct spool_settings settings;
    struct spool *spool;
};

static void reopen(struct place_to_spool *p)
{
    struct fault f = { 0 };
    p->spool = spool_open(&p->settings, &f);
    if (p->spool == NULL)
        fail_msg("%s", f.why);
}

static void make(struct place_to_spool *p, uint64_t bytes_max, uint64_t segment_bytes)
{
    strcpy(p->dir, "/tmp/spool-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    p->settings = (struct spool_settings){ p->dir, bytes_max, segment_bytes, HOLD };
    reopen(p);
}

/* The name of the newest file of a severity, or of any with -1. */
static size_t files(const char *dir, const char *begins, char *last)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    last[0] = '\0';
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strncmp(e->d_name, begins, strlen(begins)) == 0 && strstr(e->d_name, ".seg") != NULL) {
            n++;
            if (strcmp(e->d_name, last) > 0)
                snprintf(last, 64, "%.60s", e->d_name);
        }
    closedir(d);
    return n;
}

static void destroy(struct place_to_spool *p)
{
    spool_close(p->spool);
    DIR *d = opendir(p->dir);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(p->dir);
}

static struct spool_entry entry(unsigned severity, uint64_t epoch, uint64_t seq, const char *json)
{
    return (struct spool_entry){ severity ? STREAM_ALERTS : STREAM_EVENTS, severity, epoch, seq, { "tower", 5 },
                                 { "430100", 6 }, { severity ? "alert" : "flow", severity ? 5 : 4 },
                                 { json, strlen(json) } };
}

static void put(struct spool *s, unsigned severity, uint64_t epoch, uint64_t seq, const char *json)
{
    struct spool_entry e = entry(severity, epoch, seq, json);
    assert_int_equal(spool_append(s, &e), 0);
}

static void put_many(struct spool *s, unsigned severity, uint64_t from, uint64_t to)
{
    char json[101];
    memset(json, 'x', 100);
    json[100] = '\0';
    for (uint64_t seq = from; seq < to; seq++)
        put(s, severity, 1, seq, json);
}

static struct spool_counts counts(const struct spool *s)
{
    struct spool_counts c;
    spool_count(s, &c);
    return c;
}

/* Takes what there is; gives how many, and checks that alerts come in order. */
static size_t drain(struct spool *s, bool answer, uint64_t *first, uint64_t *last)
{
    struct spool_ticket t;
    const struct spool_entry *e;
    size_t n = 0;
    spool_flush(s);
    while ((e = spool_next(s, &t)) != NULL) {
        if (n++ == 0 && first != NULL)
            *first = e->seq;
        if (last != NULL)
            *last = e->seq;
        if (answer)
            spool_done(s, &t, SECOND);
    }
    return n;
}

static void what_goes_in_comes_out_whole(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    struct spool_ticket t;
    make(&p, 1 << 20, 1 << 16);
    put(p.spool, 2, 7, 42, "{\"id\":\"tower:7:42\"}");
    assert_int_equal(spool_flush(p.spool), 0);
    const struct spool_entry *e = spool_next(p.spool, &t);
    assert_non_null(e);
    assert_int_equal(e->stream, STREAM_ALERTS);
    assert_int_equal(e->severity, 2);
    assert_int_equal(e->epoch, 7);
    assert_int_equal(e->seq, 42);
    assert_memory_equal(e->sensor.at, "tower", 5);
    assert_memory_equal(e->region.at, "430100", 6);
    assert_memory_equal(e->type.at, "alert", 5);
    assert_int_equal(e->json.len, strlen("{\"id\":\"tower:7:42\"}"));
    assert_memory_equal(e->json.at, "{\"id\":\"tower:7:42\"}", e->json.len);
    assert_null(spool_next(p.spool, &t));
    destroy(&p);
}

static void severities_merge_in_the_order_of_their_numbers_and_alerts_go_first(void **unused)
{
    (void)unused;
    static const struct { unsigned severity; uint64_t seq; } in[] = {
        { 0, 1 }, { 3, 2 }, { 1, 3 }, { 4, 4 }, { 0, 5 }, { 2, 6 }, { 1, 7 } };
    static const uint64_t out[] = { 2, 3, 4, 6, 7, 1, 5 };
    struct place_to_spool p;
    struct spool_ticket t;
    make(&p, 1 << 20, 1 << 16);
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        put(p.spool, in[i].severity, 1, in[i].seq, "{}");
    spool_flush(p.spool);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        assert_int_equal(spool_next(p.spool, &t)->seq, out[i]);
    destroy(&p);
}

static void the_unanswered_come_again_after_a_crash_and_before_the_new(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    struct spool_ticket t;
    make(&p, 1 << 20, 1 << 12);
    put_many(p.spool, 1, 0, 100);
    spool_flush(p.spool);
    for (unsigned i = 0; i < 40; i++)
        spool_next(p.spool, &t);                /* taken and never answered */
    spool_close(p.spool);
    reopen(&p);
    assert_int_equal(counts(p.spool).waiting, 100);
    put(p.spool, 1, 2, 0, "{}");                /* a new epoch */
    spool_flush(p.spool);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(spool_next(p.spool, &t)->seq, i);
    assert_int_equal(spool_next(p.spool, &t)->epoch, 2);
    destroy(&p);
}

static void the_same_redis_gets_only_what_it_has_not_and_another_gets_the_last_seconds_too(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint64_t first = 0;
    make(&p, 1 << 20, 1 << 12);
    assert_true(spool_redis(p.spool, "aaaa", SECOND));      /* never seen: anything might be missing */
    put_many(p.spool, 1, 0, 50);
    assert_int_equal(drain(p.spool, true, NULL, NULL), 50);
    spool_tick(p.spool, 1 * SECOND);
    put_many(p.spool, 1, 50, 60);
    spool_close(p.spool);

    reopen(&p);
    assert_false(spool_redis(p.spool, "aaaa", 2 * SECOND));
    spool_rewind(p.spool, false);
    assert_int_equal(drain(p.spool, false, &first, NULL), 10);
    assert_int_equal(first, 50);

    assert_true(spool_redis(p.spool, "bbbb", 2 * SECOND));
    spool_rewind(p.spool, true);
    assert_int_equal(drain(p.spool, false, &first, NULL), 60);
    assert_int_equal(first, 0);
    destroy(&p);
}

/* An hour later nobody knows how soon after its last answer the old process died. */
static void while_redis_is_away_nothing_is_let_go_however_long(void **unused)
{
    (void)unused;
    static const struct { const char *name; bool restarted; } cases[] = { { "the same sensor", false },
                                                                          { "a sensor that was killed too", true } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place_to_spool p;
        uint64_t first = 1;
        make(&p, 1 << 20, 1 << 12);
        spool_redis(p.spool, "aaaa", SECOND);
        put_many(p.spool, 1, 0, 50);
        assert_int_equal(drain(p.spool, true, NULL, NULL), 50);
        spool_heard(p.spool, SECOND);
        spool_tick(p.spool, SECOND);
        spool_tick(p.spool, 3600ULL * SECOND);
        if (cases[i].restarted) {
            spool_close(p.spool);
            reopen(&p);
        }
        if (!spool_redis(p.spool, "bbbb", 3601ULL * SECOND))
            fail_msg("%s: it believes that a Redis kept what it answered for just before it died", cases[i].name);
        spool_rewind(p.spool, true);
        size_t again = drain(p.spool, false, &first, NULL);
        if (again != 50 || first != 0)
            fail_msg("%s: %zu of 50 are sent again, from %zu", cases[i].name, again, (size_t)first);
        destroy(&p);
    }
}

static void what_redis_lost_waits_until_it_is_answered_whatever_breaks_meanwhile(void **unused)
{
    (void)unused;
    static const struct { const char *name; bool killed; } cases[] = { { "the connection broke", false },
                                                                       { "the sensor was killed", true } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place_to_spool p;
        struct spool_ticket t;
        uint64_t first = 0;
        make(&p, 1 << 20, 1 << 12);
        spool_redis(p.spool, "aaaa", SECOND);
        put_many(p.spool, 1, 0, 60);
        assert_int_equal(drain(p.spool, true, NULL, NULL), 60);
        spool_tick(p.spool, SECOND);
        assert_true(spool_redis(p.spool, "bbbb", 2 * SECOND));
        spool_rewind(p.spool, true);
        assert_int_equal(counts(p.spool).waiting, 60);
        for (unsigned k = 0; k < 20; k++) {
            assert_int_equal(spool_next(p.spool, &t)->seq, k);
            spool_done(p.spool, &t, 2 * SECOND);
        }
        spool_tick(p.spool, 2 * SECOND);
        if (cases[i].killed) {
            spool_close(p.spool);
            reopen(&p);
        }
        assert_false(spool_redis(p.spool, "bbbb", 3 * SECOND));
        spool_rewind(p.spool, false);
        size_t rest = drain(p.spool, true, &first, NULL);
        if (rest != 40 || first != 20)
            fail_msg("%s: %zu of 40 are sent, from %zu", cases[i].name, rest, (size_t)first);
        assert_int_equal(counts(p.spool).waiting, 0);
        destroy(&p);
    }
}

static void files_go_a_holding_time_after_the_answer_and_not_before(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    char last[64];
    make(&p, 1 << 20, 1 << 12);
    for (unsigned i = 0; i < 10; i++) {
        put_many(p.spool, 1, i * 50, i * 50 + 50);
        drain(p.spool, true, NULL, NULL);
    }
    size_t held = files(p.dir, "s1", last);
    assert_true(held >= 10);
    spool_tick(p.spool, 10 * SECOND);
    spool_heard(p.spool, 10 * SECOND + HOLD - 1);
    spool_tick(p.spool, 10 * SECOND + HOLD);
    assert_int_equal(files(p.dir, "s1", last), held);
    spool_heard(p.spool, 10 * SECOND + HOLD);
    spool_tick(p.spool, 10 * SECOND + HOLD);
    assert_int_equal(files(p.dir, "s1", last), 1);              /* the one being written */
    spool_close(p.spool);
    reopen(&p);
    assert_int_equal(files(p.dir, "s1", last), 0);
    put(p.spool, 1, 1, 1000, "{}");
    assert_int_equal(drain(p.spool, true, NULL, NULL), 1);
    destroy(&p);
}

static void what_a_short_run_left_goes_at_the_next_start_when_its_redis_is_still_there(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    char last[64];
    make(&p, 1 << 20, 1 << 12);
    spool_redis(p.spool, "aaaa", SECOND);
    put_many(p.spool, 1, 0, 100);
    assert_int_equal(drain(p.spool, true, NULL, NULL), 100);
    spool_close(p.spool);
    reopen(&p);
    assert_false(spool_redis(p.spool, "aaaa", SECOND + HOLD));
    assert_true(files(p.dir, "s1", last) > 0);
    assert_false(spool_redis(p.spool, "aaaa", SECOND + HOLD + 1));
    assert_int_equal(files(p.dir, "s1", last), 0);
    destroy(&p);
}

static void a_full_spool_drops_the_least_severe_first_and_counts_them(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    make(&p, 64 * 1024, 4096);
    for (uint64_t seq = 0; seq < 600; seq++)
        put_many(p.spool, seq % 2 ? 0 : 4, seq, seq + 1);
    struct spool_counts c = counts(p.spool);
    assert_true(c.dropped[0] > 0);
    assert_int_equal(c.dropped[4], 0);
    put_many(p.spool, 1, 600, 950);
    spool_flush(p.spool);
    c = counts(p.spool);
    assert_int_equal(c.dropped[0], 300);
    assert_true(c.dropped[4] > 0);
    assert_true(c.bytes <= 64 * 1024);
    assert_int_equal(c.dropped[1], 0);
    assert_int_equal(c.dropped[0] + c.dropped[4] + c.waiting, 950);
    assert_int_equal(drain(p.spool, true, NULL, NULL), c.waiting);
    destroy(&p);
}

static void an_event_less_severe_than_all_that_is_stored_goes_itself(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    make(&p, 32 * 1024, 4096);
    put_many(p.spool, 1, 0, 200);
    spool_flush(p.spool);
    char json[4096];
    memset(json, 'x', sizeof json);
    json[sizeof json - 1] = '\0';
    struct spool_entry flow = entry(0, 1, 201, json);
    assert_int_equal(spool_append(p.spool, &flow), -ENOBUFS);
    assert_true(counts(p.spool).dropped[0] > 0);
    assert_int_equal(counts(p.spool).dropped[1], 0);
    destroy(&p);
}

static void what_was_dropped_in_flight_is_counted_when_its_answer_never_comes(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint64_t first = 0;
    make(&p, 32 * 1024, 4096);
    put_many(p.spool, 1, 0, 100);
    assert_int_equal(drain(p.spool, false, NULL, NULL), 100);
    put_many(p.spool, 1, 100, 400);
    spool_flush(p.spool);
    spool_rewind(p.spool, false);
    struct spool_counts c = counts(p.spool);
    size_t left = drain(p.spool, true, &first, NULL);
    assert_int_equal(c.dropped[1] + left, 400);
    assert_int_equal(first, c.dropped[1]);
    destroy(&p);
}

static void a_second_sensor_on_the_same_directory_is_refused_in_words(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    struct fault f = { 0 };
    make(&p, 1 << 20, 1 << 16);
    assert_null(spool_open(&p.settings, &f));
    assert_int_equal(f.code, -EBUSY);
    assert_non_null(strstr(f.why, "another sensor"));
    destroy(&p);
}

/* ---- damaged files ---- */

enum { RECORDS = 6 };
static const char *const bodies[RECORDS] = { "{}", "{\"a\":1}", "FSr1", "{\"FSr1\":\"\\u0000\"}", "", "{\"last\":true}" };

static size_t write_sample(struct place_to_spool *p, uint8_t *bytes, size_t max, char path[160])
{
    char last[64];
    make(p, 1 << 20, 1 << 16);
    for (unsigned i = 0; i < RECORDS; i++)
        put(p->spool, 1, 1, i, bodies[i]);
    spool_close(p->spool);
    assert_int_equal(files(p->dir, "s1", last), 1);
    snprintf(path, 160, "%s/%s", p->dir, last);
    FILE *in = fopen(path, "rb");
    size_t n = fread(bytes, 1, max, in);
    fclose(in);
    return n;
}

static void lay(struct place_to_spool *p, const char *path, const uint8_t *bytes, size_t n)
{
    char position[96];
    snprintf(position, sizeof position, "%s/position", p->dir);
    unlink(position);
    FILE *out = fopen(path, "wb");
    fwrite(bytes, 1, n, out);
    fclose(out);
    reopen(p);
}

static void every_prefix_of_a_segment_gives_its_whole_records_and_no_more(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint8_t bytes[4096];
    char path[160];
    size_t n = write_sample(&p, bytes, sizeof bytes, path), before = 0, ends = 0;
    for (size_t cut = 0; cut <= n; cut++) {
        lay(&p, path, bytes, cut);
        size_t got = drain(p.spool, false, NULL, NULL);
        assert_true(got >= before && got <= before + 1);
        assert_int_equal(counts(p.spool).waiting, got);
        ends += counts(p.spool).torn;
        before = got;
        spool_close(p.spool);
    }
    assert_int_equal(before, RECORDS);
    assert_int_equal(ends, n - SEGMENT_HEAD - RECORDS);     /* every cut inside a record is a torn end */
    reopen(&p);
    destroy(&p);
}

static void every_flipped_bit_costs_one_record_and_is_noticed(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint8_t bytes[4096];
    char path[160];
    size_t n = write_sample(&p, bytes, sizeof bytes, path);
    for (size_t bit = SEGMENT_HEAD * 8; bit < n * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        lay(&p, path, bytes, n);
        assert_int_equal(drain(p.spool, false, NULL, NULL), RECORDS - 1);
        assert_true(counts(p.spool).damages + counts(p.spool).torn > 0);
        spool_close(p.spool);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    lay(&p, path, bytes, n);
    assert_int_equal(drain(p.spool, false, NULL, NULL), RECORDS);
    destroy(&p);
}

static void a_foreign_file_under_a_segments_name_is_counted_and_skipped(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint8_t bytes[4096];
    char path[160];
    size_t n = write_sample(&p, bytes, sizeof bytes, path);
    bytes[0] = 'G';
    lay(&p, path, bytes, n);
    assert_int_equal(drain(p.spool, false, NULL, NULL), 0);
    assert_true(counts(p.spool).damages > 0);
    put(p.spool, 1, 2, 0, "{}");
    assert_int_equal(drain(p.spool, true, NULL, NULL), 1);
    destroy(&p);
}

static void a_position_that_points_into_a_record_loses_nothing_behind_it(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint8_t bytes[4096];
    char path[160];
    size_t n = write_sample(&p, bytes, sizeof bytes, path);
    memset(bytes + n, 0xee, 1024);
    char position[96];
    snprintf(position, sizeof position, "%s/position", p.dir);
    FILE *out = fopen(position, "wb");
    fwrite(bytes + n, 1, 1024, out);            /* noise: as if there were none */
    fclose(out);
    reopen(&p);
    assert_int_equal(drain(p.spool, false, NULL, NULL), RECORDS);
    destroy(&p);
}

/* ---- a disk that refuses ---- */

static void limit_files(uint64_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_stops_nothing_and_loses_nothing_while_memory_lasts(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint64_t first = 0, last = 0;
    signal(SIGXFSZ, SIG_IGN);
    make(&p, 64 << 20, 1 << 20);
    put_many(p.spool, 1, 0, 20);
    assert_int_equal(spool_flush(p.spool), 0);
    limit_files(4096);
    put_many(p.spool, 1, 20, 200);              /* a torn write */
    assert_int_equal(spool_flush(p.spool), -EFBIG);
    put_many(p.spool, 1, 200, 300);
    assert_true(counts(p.spool).errors > 0);
    assert_int_equal(drain(p.spool, true, &first, &last), 300);
    assert_int_equal(first, 0);
    assert_int_equal(last, 299);
    spool_tick(p.spool, SECOND);
    put_many(p.spool, 1, 300, 400);
    limit_files(RLIM_INFINITY);
    assert_int_equal(spool_flush(p.spool), 0);
    assert_int_equal(drain(p.spool, true, &first, &last), 100);
    assert_int_equal(first, 300);
    put_many(p.spool, 1, 400, 450);
    spool_close(p.spool);
    reopen(&p);                                 /* over the hole and the torn end */
    spool_rewind(p.spool, false);
    assert_int_equal(drain(p.spool, true, &first, &last), 50);
    assert_int_equal(first, 400);
    assert_int_equal(last, 449);
    destroy(&p);
}

/* What a failed write had half written, and the next file holds again, is given out once. */
static void two_files_that_overlap_give_each_record_once(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    uint8_t bytes[4096];
    char path[160], second[192];
    uint64_t last = 0;
    size_t n = write_sample(&p, bytes, sizeof bytes, path), size = SEGMENT_RECORD_HEAD + 21 + 5 + 6 + 5 + 2;
    lay(&p, path, bytes, n);
    spool_close(p.spool);
    snprintf(second, sizeof second, "%s/s1-%020zu.seg", p.dir, size);       /* from the second record on */
    memmove(bytes + SEGMENT_HEAD, bytes + SEGMENT_HEAD + size, n - SEGMENT_HEAD - size);
    lay(&p, second, bytes, n - size);
    assert_int_equal(drain(p.spool, false, NULL, &last), RECORDS);
    assert_int_equal(last, RECORDS - 1);
    destroy(&p);
}

static void with_the_disk_refusing_and_memory_full_the_caller_is_told_to_wait(void **unused)
{
    (void)unused;
    struct place_to_spool p;
    static char json[64 * 1024];
    memset(json, 'x', sizeof json - 1);
    signal(SIGXFSZ, SIG_IGN);
    make(&p, 64 << 20, 1 << 20);
    limit_files(0);
    int rc = 0;
    uint64_t taken = 0;
    for (struct spool_entry e = entry(1, 1, 0, json); (e.seq = taken, rc = spool_append(p.spool, &e)) == 0;)
        taken++;
    assert_int_equal(rc, -ENOSPC);
    assert_int_equal(drain(p.spool, true, NULL, NULL), taken);
    spool_tick(p.spool, SECOND);
    put(p.spool, 1, 1, taken, json);            /* answered for: there is room again */
    limit_files(RLIM_INFINITY);
    assert_int_equal(drain(p.spool, true, NULL, NULL), 1);
    destroy(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out_whole),
        cmocka_unit_test(severities_merge_in_the_order_of_their_numbers_and_alerts_go_first),
        cmocka_unit_test(the_unanswered_come_again_after_a_crash_and_before_the_new),
        cmocka_unit_test(the_same_redis_gets_only_what_it_has_not_and_another_gets_the_last_seconds_too),
        cmocka_unit_test(while_redis_is_away_nothing_is_let_go_however_long),
        cmocka_unit_test(what_redis_lost_waits_until_it_is_answered_whatever_breaks_meanwhile),
        cmocka_unit_test(files_go_a_holding_time_after_the_answer_and_not_before),
        cmocka_unit_test(what_a_short_run_left_goes_at_the_next_start_when_its_redis_is_still_there),
        cmocka_unit_test(a_full_spool_drops_the_least_severe_first_and_counts_them),
        cmocka_unit_test(an_event_less_severe_than_all_that_is_stored_goes_itself),
        cmocka_unit_test(what_was_dropped_in_flight_is_counted_when_its_answer_never_comes),
        cmocka_unit_test(a_second_sensor_on_the_same_directory_is_refused_in_words),
        cmocka_unit_test(every_prefix_of_a_segment_gives_its_whole_records_and_no_more),
        cmocka_unit_test(every_flipped_bit_costs_one_record_and_is_noticed),
        cmocka_unit_test(a_foreign_file_under_a_segments_name_is_counted_and_skipped),
        cmocka_unit_test(a_position_that_points_into_a_record_loses_nothing_behind_it),
        cmocka_unit_test(a_full_disk_stops_nothing_and_loses_nothing_while_memory_lasts),
        cmocka_unit_test(two_files_that_overlap_give_each_record_once),
        cmocka_unit_test(with_the_disk_refusing_and_memory_full_the_caller_is_told_to_wait),
    };
    return cmocka_run_group_tests_name("bus/spool", tests, NULL, NULL);
}
