/* What it costs to hold an alert against the suppressions in force: bench_suppress [COUNT ...]; 0, 10 and 10,000 by default. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "correlator/suppress.h"

enum { ALERTS = 4096, LOOKUPS = 2000000, SHAPES = 8 };

static const uint64_t noon = UINT64_C(1795176000000000), day = UINT64_C(86400000000);

/* As people write them: a rule, a scanner, a rule towards one host or network, an asset, a unit, ... */
static int scope(char *out, size_t room, unsigned n)
{
    unsigned a = n >> 8 & 0xff, b = n & 0xff;
    switch (n % SHAPES) {
    case 0:  return snprintf(out, room, "\"rule\":\"1:%u\"", 3000000 + n);
    case 1:  return snprintf(out, room, "\"source\":\"192.168.%u.%u\"", a, b);
    case 2:  return snprintf(out, room, "\"rule\":\"1:%u\",\"destination\":\"10.9.%u.%u\"", 2000000 + n, a, b);
    case 3:  return snprintf(out, room, "\"rule\":\"1:%u\",\"source\":\"172.%u.%u.0/24\"", 2000000 + n, 16 + a % 16, b);
    case 4:  return snprintf(out, room, "\"asset\":\"PLC %u\"", n);
    case 5:  return snprintf(out, room, "\"rule\":\"1:%u\",\"unit\":\"Unit %u\"", 2000000 + n, n);
    case 6:  return snprintf(out, room, "\"source\":\"10.8.%u.0/24\",\"destination\":\"10.7.%u.%u\"", b, a, b);
    default: return snprintf(out, room, "\"destination\":\"2001:db8:%x::/48\"", n);
    }
}

static void fill(struct suppress *s, unsigned count)
{
    char what[160], line[1024], from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
    struct matter m;
    struct fault f;
    clock_text(noon - day, from);
    clock_text(noon + day, to);
    for (unsigned n = 0; n < count; n++) {
        scope(what, sizeof what, n);
        int len = snprintf(line, sizeof line,
                           "{\"event_type\":\"suppression\",\"suppression\":{\"id\":\"S-430100-20261120-%08u\",\"version\":1,\"region\":\"430100\","
                           "\"status\":\"actual\",\"state\":\"active\",\"active_from\":\"%s\",\"expires\":\"%s\",%s}}", n, from, to, what);
        if (matter_parse(line, (size_t)len, &m, &f) != 0 || suppress_follow(s, &m) != 0)
            abort();
        matter_free(&m);
    }
}

/* Alerts that nothing hides, but for a few. */
static void make(struct alert_view alerts[ALERTS], char (*texts)[64])
{
    for (unsigned n = 0; n < ALERTS; n++) {
        snprintf(texts[3 * n], 64, "198.51.%u.%u", n >> 8, n & 0xff);
        snprintf(texts[3 * n + 1], 64, n % 72 == 2 ? "10.9.%u.%u" : "10.2.%u.%u", n >> 8, n & 0xff);
        snprintf(texts[3 * n + 2], 64, "Host %u", n);
        alerts[n] = (struct alert_view){
            .id = "", .region = "430100", .status = "actual", .src_ip = texts[3 * n], .dest_ip = texts[3 * n + 1], .time_us = noon, .gid = 1,
            .sid = 2000000 + n, .severity = 2, .src_asset = { .name = "", .unit = "" }, .dest_asset = { .name = texts[3 * n + 2], .unit = "Water" },
        };
    }
}

int main(int argc, char **argv)
{
    static struct alert_view alerts[ALERTS];
    static char texts[3 * ALERTS][64];
    static const char *const usual[] = { "", "0", "10", "10000" };
    const char *const *counts = argc > 1 ? (const char *const *)argv : usual;
    make(alerts, texts);
    for (int i = 1; i < (argc > 1 ? argc : 4); i++) {
        struct suppress *s = suppress_new();
        unsigned count = (unsigned)strtoul(counts[i], NULL, 10);
        uint64_t hidden = 0;
        if (s == NULL)
            return 1;
        fill(s, count);
        uint64_t from_us = clock_cpu_us();
        for (size_t n = 0; n < LOOKUPS; n++)
            hidden += suppress_hides(s, &alerts[n % ALERTS]);
        printf("%u suppressions in force: %.0f ns an alert (%" PRIu64 " hidden)\n", count, (double)(clock_cpu_us() - from_us) * 1e3 / LOOKUPS, hidden);
        suppress_free(s);
    }
    return 0;
}
