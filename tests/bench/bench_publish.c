/* How many alerts a second one sensor can publish: one thread offers, the writer thread spools and sends.
 *
 *     bench_publish REDIS SPOOL_DIR COUNT [BYTES] [SECONDS_HELD]
 *
 * The offering thread waits rather than loses, so the figure is what the whole road takes; it ends when Redis has
 * answered for the last one. CPU seconds are this process's; Redis has its own core. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/publish.h"
#include "common/clock.h"

static size_t alert_of(char *out, size_t cap, size_t bytes, unsigned long i)
{
    int n = snprintf(out, cap, "{\"id\":\"@\",\"timestamp\":\"2026-11-21T19:23:20.%06lu+0800\",\"event_type\":\"alert\","
                     "\"src_ip\":\"192.0.2.%lu\",\"alert\":{\"signature_id\":%lu,\"severity\":%lu},\"payload\":\"",
                     i % 1000000, i % 250, 1000000 + i % 100, 1 + i % 4);
    size_t len = (size_t)n, pad = bytes > len + 2 ? bytes - len - 2 : 0;
    memset(out + len, 'A', pad);
    memcpy(out + len + pad, "\"}", 2);
    return len + pad + 2;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bench_publish REDIS SPOOL_DIR COUNT [BYTES]\n");
        return 2;
    }
    unsigned long count = strtoul(argv[3], NULL, 10);
    size_t bytes = argc > 4 ? strtoul(argv[4], NULL, 10) : 600;
    struct publish_settings s = { .redis = argv[1], .region = "430100", .sensor = "bench", .spool_dir = argv[2],
                                  .spool_bytes_max = UINT64_C(4) << 30, .segment_bytes = 8 << 20,
                                  .ring_bytes = 16 << 20, .fsync_every_us = 50000, .wait_when_full = true };
    struct fault f = { 0 };
    struct publisher *p = publisher_open(&s, 1, &f);
    if (p == NULL) {
        fprintf(stderr, "bench_publish: %s\n", f.why);
        return 1;
    }
    char json[8192];
    uint64_t from = clock_steady_us();
    for (unsigned long i = 0; i < count; i++)
        publish_offer(p, 0, STREAM_ALERTS, "alert", 1 + (unsigned)(i % 4), json,
                      alert_of(json, sizeof json, bytes < 8000 ? bytes : 8000, i));
    uint64_t left = publisher_close(p, 60000000);
    double seconds = (double)(clock_steady_us() - from) / 1e6;
    printf("%lu alerts of %zu bytes in %.2f s: %.0f/s, %.2f CPU s, %llu left in the spool\n", count, bytes, seconds,
           (double)count / seconds, (double)clock_cpu_us() / 1e6, (unsigned long long)left);
    return left != 0;
}
