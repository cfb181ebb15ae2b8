/* Two small programs for the durability test.
 *
 *     durable publish REDIS SPOOL REGION SENSOR COUNT LEDGER
 *         offers COUNT alerts and as many flows, as fast as the ring takes them; LEDGER gets each as a JSON line.
 *     durable count REDIS NAME
 *         a consumer whose effect is easy to check: it counts alerts in a hash of each region.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/consume.h"
#include "bus/publish.h"
#include "common/clock.h"
#include "common/log.h"

static volatile int stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

static size_t event(char *out, size_t cap, const char *type, const char *region, unsigned i)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(clock_wall_us(), when);
    int n = snprintf(out, cap, "{\"id\":\"@\",\"timestamp\":\"%s\",\"event_type\":\"%s\",\"region\":\"%s\","
                     "\"src_ip\":\"192.0.2.%u\",\"dest_ip\":\"198.51.100.%u\"%s}", when, type, region, i % 250, i % 7,
                     strcmp(type, "alert") ? "" : ",\"alert\":{\"signature_id\":1,\"severity\":2,\"signature\":\"drill\"}");
    return (size_t)n;
}

static int publish(char **arg)
{
    struct publish_settings s = { .redis = arg[0], .spool_dir = arg[1], .region = arg[2], .sensor = arg[3],
                                  .json_path = arg[5], .spool_bytes_max = UINT64_C(1) << 30, .segment_bytes = 256 * 1024,
                                  .ring_bytes = 1 << 20, .fsync_every_us = 50000, .wait_when_full = true };
    unsigned count = (unsigned)strtoul(arg[4], NULL, 10);
    struct fault f = { 0 };
    struct publisher *p = publisher_open(&s, 1, &f);
    if (p == NULL) {
        fprintf(stderr, "durable: %s\n", f.why);
        return 1;
    }
    char json[1024];
    for (unsigned i = 0; i < count && !stop_asked; i++) {
        publish_offer(p, 0, STREAM_ALERTS, "alert", 1 + i % 4, json, event(json, sizeof json, "alert", arg[2], i));
        publish_offer(p, 0, STREAM_EVENTS, "flow", 0, json, event(json, sizeof json, "flow", arg[2], i));
        if (i % 16 == 15) {
            struct timespec nap = { 0, 2000000 };
            nanosleep(&nap, NULL);
        }
    }
    return publisher_close(p, UINT64_C(1800000000)) != 0;      /* the test has less patience */
}

struct counter { uint64_t count; };

static void load_count(void *counter, const char *field, const char *value, size_t len)
{
    (void)len;
    if (strcmp(field, "alerts") == 0)
        ((struct counter *)counter)->count = strtoull(value, NULL, 10);
}

static int on_taken(void *counter, struct consumer *c, const char *region, struct fault *f)
{
    ((struct counter *)counter)->count = 0;
    return consumer_load(c, region, "drill", load_count, counter, f);
}

static int on_batch(void *counter, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    struct counter *x = counter;
    char text[24];
    (void)f;
    x->count += count;
    int n = snprintf(text, sizeof text, "%" PRIu64, x->count);
    consume_set(c, entries[0].region, "drill", "alerts", text, (size_t)n);
    return 0;
}

static int count_alerts(char **arg)
{
    static const enum stream streams[] = { STREAM_ALERTS };
    struct consume_settings s = { .redis = arg[0], .group = "drill", .name = arg[1], .streams = streams, .stream_count = 1,
                                  .batch = 100, .block_us = 100000, .claim_idle_us = 5000000 };
    struct counter x = { 0 };
    struct consume_handler h = { .taken = on_taken, .batch = on_batch, .ctx = &x };
    struct fault f = { 0 };
    struct consumer *c = consumer_open(&s, &f);
    int rc = c ? consumer_run(c, &h, &stop_asked, &f) : f.code;
    if (rc != 0)
        fprintf(stderr, "durable: %s\n", f.why);
    consumer_close(c);
    return rc != 0;
}

int main(int argc, char **argv)
{
    signal(SIGTERM, on_signal);
    signal(SIGPIPE, SIG_IGN);
    log_open("durable", LOG_LEVEL_WARNING);
    if (argc == 8 && strcmp(argv[1], "publish") == 0)
        return publish(argv + 2);
    if (argc == 4 && strcmp(argv[1], "count") == 0)
        return count_alerts(argv + 2);
    fprintf(stderr, "usage: durable publish REDIS SPOOL REGION SENSOR COUNT LEDGER | count REDIS NAME\n");
    return 2;
}
