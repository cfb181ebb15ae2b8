/* What it costs to hold a value against many indicators: bench_intel [COUNT]. A million by default; then one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "emit/intel.h"

enum { LOOKUPS = 4000000, ASKED = 1 << 15 };

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 24;
}

/* Six of ten names below hosts of their own, three addresses, one prefix. */
static void one(struct intel_store *s, uint64_t n, uint64_t *random)
{
    char id[24], value[80];
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    uint64_t r = next(random);
    snprintf(id, sizeof id, "I-%" PRIu64, n);
    if (n % 10 < 6)
        snprintf(value, sizeof value, "%" PRIx64 ".h%" PRIu64 ".example", r, n);
    else
        snprintf(value, sizeof value, n % 10 < 9 ? "%u.%u.%u.%u" : "%u.%u.%u.%u/24", 40 + (unsigned)r % 50, (unsigned)(r >> 8) % 256,
                 (unsigned)(r >> 16) % 256, (unsigned)(r >> 24) % 256);
    if (indicator_take(n % 10 < 6 ? "domain" : "address", value, &room, &i, &f) < 0)
        return;
    i.id = id;
    (void)intel_store_take(s, &i, 1);
}

static void ask(const struct intel *t, const char *what)
{
    static char names[ASKED][40];
    static struct addr addresses[ASKED];
    uint64_t random = 42, found = 0;
    struct intel_hit hit;
    for (size_t n = 0; n < ASKED; n++) {
        uint32_t r = (uint32_t)next(&random);
        snprintf(names[n], sizeof names[n], "www.%x.com", r);
        addresses[n] = addr_v4(&r);
    }
    uint64_t from = clock_cpu_us();
    for (size_t n = 0; n < LOOKUPS; n++)
        found += intel_value(t, INDICATOR_DOMAIN, (const uint8_t *)names[n % ASKED], strlen(names[n % ASKED]), 1, &hit);
    uint64_t name_us = clock_cpu_us() - from;
    from = clock_cpu_us();
    for (size_t n = 0; n < LOOKUPS; n++)
        found += intel_address(t, &addresses[n % ASKED], 1, &hit);
    uint64_t address_us = clock_cpu_us() - from;
    printf("%s: a name of three labels %.0f ns, an address %.0f ns (%" PRIu64 " met)\n", what, (double)name_us * 1e3 / LOOKUPS,
           (double)address_us * 1e3 / LOOKUPS, found);
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, random = 7;
    struct intel_store *s = intel_store_new(UINT64_MAX, UINT64_MAX);
    one(s, 0, &random);
    one(s, 6, &random);
    const struct intel *few = intel_store_publish(s);
    ask(few, "two indicators");
    uint64_t from = clock_cpu_us();
    for (uint64_t n = 0; n < count; n++)
        one(s, n, &random);
    uint64_t took = clock_cpu_us() - from;
    from = clock_cpu_us();
    const struct intel *many = intel_store_publish(s);
    uint64_t published = clock_cpu_us() - from;
    intel_store_let_go(s, few);
    printf("%zu indicators: read in %.2f s, a new set in %.2f s, %.0f MB\n", intel_store_count(s), (double)took / 1e6,
           (double)published / 1e6, (double)intel_store_bytes(s) / 1e6);
    ask(many, "with all of them");
    one(s, count + 1, &random);
    from = clock_cpu_us();
    const struct intel *more = intel_store_publish(s);
    printf("one more: a new set in %.3f s\n", (double)(clock_cpu_us() - from) / 1e6);
    intel_store_let_go(s, many);
    intel_store_let_go(s, more);
    intel_store_free(s);
    return 0;
}
