/* rules - loads rule files as the sensor would and says what it cost: rules, refusals by reason, CPU, memory.
 *
 *     rules [-c CACHE] [-v] FILE...      -v: every refusal, as file:line:column: reason
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

int main(int argc, char **argv)
{
    static struct reasons reasons;
    const struct schema *schemas[SCHEMAS];
    size_t schema_count = 0;
    struct rules_source src = { .files = NULL };
    for (int c; (c = getopt(argc, argv, "c:v")) != -1;) {
        if (c == 'c')
            src.cache_dir = optarg;
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
    detect_free(d);
    rules_free(rules);
    return 0;
}
