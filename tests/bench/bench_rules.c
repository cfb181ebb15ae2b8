/* rules - loads rule files as the sensor would and says what it cost: rules, refusals by reason, CPU, memory.
 *
 *     bench_rules [-c CACHE] [-v] [-n N] FILE...
 *         -v    every refusal, as file:line:column: reason
 *         -n    then hold N made-up packets against them: a flood of SYNs from anywhere, and segments of a bulk transfer
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"
#include "detect/detect.h"
#include "dissectors/dissector.h"

enum { REASONS_MAX = 4096, SCHEMAS = 64 };

struct reasons {
    bool     every;
    size_t   count;
    struct { char why[200]; unsigned times; } at[REASONS_MAX];
};

static void refused(void *ctx, const struct rules_refusal *r)
{
    struct reasons *all = ctx;
    if (all->every)
        printf("%s:%u:%u: %s\n", r->file, r->line, r->column, r->why);
    size_t i = 0;
    while (i < all->count && strncmp(all->at[i].why, r->why, sizeof(all->at[i].why) - 1) != 0)
        i++;
    if (i == REASONS_MAX)
        return;
    if (i == all->count)
        snprintf(all->at[all->count++].why, sizeof(all->at[i].why), "%s", r->why);
    all->at[i].times++;
}

static int by_times(const void *a, const void *b)
{
    const unsigned *x = (const unsigned *)((const char *)a + 200), *y = (const unsigned *)((const char *)b + 200);
    return *x > *y ? -1 : *x < *y;
}

static long resident_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static void ignore(void *ctx, const struct alert_rule *rule, const struct record *r)
{
    (void)rule;
    (void)r;
    ++*(uint64_t *)ctx;
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* A fresh flow per packet, from anywhere to one server. */
static void bench_flood(struct detect *d, unsigned long n)
{
    uint32_t state = 2463534242u;
    uint64_t alerts = 0, before = clock_cpu_us();
    const struct detect_out out = { ignore, &alerts };
    const uint8_t home[4] = { 192, 168, 1, 1 };
    struct endpoint src = { .port = 1 }, dest = { .addr = addr_v4(home), .port = 80 };
    struct account account = { .most = 65536 };
    struct store *store = store_new(1 << 20);
    for (unsigned long i = 0; i < n; i++) {
        struct detect_memory *memory = NULL;
        uint32_t from = next_random(&state);
        src.addr = addr_v4(&from);
        src.port = (uint16_t)(from >> 7);
        struct subject s = { .time_us = 1000000 + i, .flags = SUBJECT_FLOW, .ip_version = 4, .proto = 6, .ttl = 64, .src = &src,
                             .dest = &dest, .transport = home, .transport_len = 20, .tcp_flags = 2, .flow_packets = { 1, 0 },
                             .memory = &memory, .store = store, .account = &account };
        detect_packet(d, &s, &out);
        detect_memory_release(memory, store, &account);
    }
    store_free(store);
    printf("flood: %.0f ns a packet, %llu alerts\n", (double)(clock_cpu_us() - before) * 1e3 / (double)n, (unsigned long long)alerts);
}

/* One stream of text-like bytes, 1448 at a time behind a window of 4 KiB. */
static void bench_bulk(struct detect *d, unsigned long n)
{
    enum { SEGMENT = 1448, WINDOW = 4096, TEXT = 1 << 20 };
    static uint8_t text[TEXT];
    uint32_t state = 88172645u;
    for (size_t i = 0; i < TEXT; i++)
        text[i] = (uint8_t)(" etaoinshrdlucmfwypvbgkqjxz0123456789<>/=\"\n"[next_random(&state) % 45]);
    const uint8_t far[4] = { 203, 0, 113, 5 }, home[4] = { 192, 168, 1, 1 };
    struct endpoint src = { .addr = addr_v4(far), .port = 80 }, dest = { .addr = addr_v4(home), .port = 40000 };
    struct detect_memory *memory = NULL;
    struct account account = { .most = 65536 };
    struct store *store = store_new(1 << 20);
    uint64_t alerts = 0, before = clock_cpu_us();
    const struct detect_out out = { ignore, &alerts };
    for (unsigned long i = 0; i < n; i++) {
        size_t end = WINDOW + SEGMENT + (i * SEGMENT) % (TEXT - WINDOW - 2 * SEGMENT);
        struct subject s = { .time_us = 1000000 + i, .flags = SUBJECT_FLOW | SUBJECT_ESTABLISHED | SUBJECT_STREAM, .ip_version = 4,
                             .proto = 6, .dir = FROM_SERVER, .src = &src, .dest = &dest, .transport = far, .transport_len = 20,
                             .tcp_flags = 0x18, .flow_packets = { 9, 9 }, .payload = text + end - SEGMENT, .payload_len = SEGMENT,
                             .stream = text + end - SEGMENT - WINDOW, .stream_len = SEGMENT + WINDOW, .stream_fresh = SEGMENT,
                             .stream_at = i * SEGMENT, .memory = &memory, .store = store, .account = &account, .app_proto = "http" };
        detect_packet(d, &s, &out);
    }
    double took = (double)(clock_cpu_us() - before);
    printf("bulk: %.0f ns a segment, %.2f GB/s, %llu alerts, %.1f candidates a segment\n", took * 1e3 / (double)n,
           (double)n * SEGMENT / took / 1e3, (unsigned long long)alerts, (double)detect_counts(d)->candidates / (double)n);
    detect_memory_release(memory, store, &account);
    store_free(store);
}

int main(int argc, char **argv)
{
    static struct reasons reasons;
    const struct schema *schemas[SCHEMAS];
    size_t schema_count = 0;
    struct rules_source src = { .files = NULL };
    unsigned long packets = 0;
    for (int c; (c = getopt(argc, argv, "c:n:v")) != -1;) {
        if (c == 'c')
            src.cache_dir = optarg;
        if (c == 'n')
            packets = strtoul(optarg, NULL, 10);
        reasons.every |= c == 'v';
    }
    for (size_t i = 0; i < dissector_count && schema_count < SCHEMAS; i++)
        schemas[schema_count++] = dissectors[i]->schema;
    src.files = (const char *const *)(argv + optind);
    src.file_count = (size_t)(argc - optind);
    src.schemas = schemas;
    src.schema_count = schema_count;
    struct rules_report report = { .refusal = refused, .ctx = &reasons };
    struct rules *rules;
    struct fault f;
    long before_kib = resident_kib();
    uint64_t before = clock_cpu_us();
    if (rules_load(&src, &report, &rules, &f) != 0) {
        fprintf(stderr, "%s\n", f.why);
        return 1;
    }
    uint64_t took = clock_cpu_us() - before;
    struct detect *d = detect_new(rules, NULL, &f);
    if (d == NULL)
        return 1;
    qsort(reasons.at, reasons.count, sizeof(reasons.at[0]), by_times);
    for (size_t i = 0; i < reasons.count && i < 60; i++)
        printf("%6u  %s\n", reasons.at[i].times, reasons.at[i].why);
    printf("loaded %llu, refused %llu, replaced %llu; databases built %llu, cached %llu; %.2f s CPU, %.1f MiB held, %.1f MiB peak\n",
           (unsigned long long)report.loaded, (unsigned long long)report.refused, (unsigned long long)report.replaced,
           (unsigned long long)report.databases_built, (unsigned long long)report.databases_cached, (double)took / 1e6,
           (double)rules_bytes(rules) / 1048576.0, (double)(resident_kib() - before_kib) / 1024.0);
    if (packets) {
        bench_flood(d, packets);
        bench_bulk(d, packets);
    }
    detect_free(d);
    rules_free(rules);
    return 0;
}
