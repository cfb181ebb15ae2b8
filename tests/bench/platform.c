/* What the platform takes in: offers alerts at a rate through the real publisher, as sensors do, and looks at Redis for
 * when they have become part of an incident and when the archive has them.
 *
 *     platform REDIS SPOOL_DIR REGIONS RATE COUNT [flood]
 *
 * One sensor for each region, its own publisher. The mix is a busy day's: sources that scan, pairs of hosts that always say
 * the same, guessing in bursts, controllers that are written to, attacks in stages. With `flood`: one rule, one pair.
 * Lag is counted from the moment at which an alert was due, not from when we got round to it, so that a road that makes
 * us wait is not measured as a quick one:
 *     incident    for every alert named in a new version: until the version could be read
 *     archive     of the oldest alert that the archiver has not acknowledged, asked twenty times a second
 * A line each second: second, alerts offered, alerts archived, and p50 p99 of both in milliseconds; "total" at the end. */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/publish.h"
#include "bus/redis.h"
#include "common/clock.h"
#include "common/log.h"
#include "events/event.h"

enum { REGIONS_MAX = 16, LAG_MAX_MS = 120000, HOSTS = 3000, SCANNERS = 64, PAIRS = 500, JSON_MAX = 2048 };

struct lags { uint32_t count[LAG_MAX_MS + 1]; uint64_t all; };      /* by millisecond */

struct bench {
    const char *redis;
    unsigned    regions;
    double      rate;
    uint64_t    count, from_us;                     /* from: when the first alert was due, steady clock */
    bool        flood;
    char        region[REGIONS_MAX][8], sensor[REGIONS_MAX][16];
    struct publisher *publishers[REGIONS_MAX];
    uint64_t    random;
    uint32_t    burst_left, burst_host, burst_source;
    volatile bool done;
    uint64_t    archived[REGIONS_MAX], correlated[REGIONS_MAX];     /* alerts acknowledged, by the meter */
    uint64_t    reported_us;
    struct lags second[2], total[2];                /* incident, archive */
};

static volatile uint64_t offered;                   /* by main, read by the meter */

/* ---- the mix ---- */

static uint32_t dice(struct bench *b, uint32_t sides)
{
    b->random = b->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(b->random >> 33) % sides;
}

struct act { uint32_t source, host, sid, severity; bool inside; const char *signature, *category, *tactic; };

/* A burst of guessing, one pair after the other. */
static struct act guess(struct bench *b)
{
    if (b->burst_left == 0) {
        b->burst_left = 100 + dice(b, 400);
        b->burst_host = dice(b, HOSTS);
        b->burst_source = dice(b, 20000);
    }
    b->burst_left--;
    return (struct act){ b->burst_source, b->burst_host, 2001219, 2, false, "ET SCAN Potential SSH Scan, many logins refused",
                         "Attempted Information Leak", "TA0006" };
}

static struct act staged(struct bench *b)
{
    static const struct { const char *signature, *category, *tactic; uint32_t severity; } stages[] = {
        { "ET SCAN Nmap Scripting Engine User-Agent Detected", "Web Application Attack", "TA0043", 3 },
        { "ET EXPLOIT Apache Struts RCE Attempt", "Attempted Administrator Privilege Gain", "TA0001", 1 },
        { "ET MALWARE Cobalt Strike Beacon Observed", "Malware Command and Control Activity Detected", "TA0011", 1 },
        { "ET POLICY SMB lateral tool transfer", "Potential Corporate Privacy Violation", "TA0008", 2 },
        { "FENGSUI OT 停止控制器 PLC stop command", "Attempted Denial of Service", "TA0107", 1 },
    };
    uint32_t minute = (uint32_t)(offered / 200000), stage = dice(b, 5), story = dice(b, 8);
    return (struct act){ 900000 + minute * 8 + story, (minute * 131 + story * 17) % HOSTS, 2900000 + stage, stages[stage].severity,
                         false, stages[stage].signature, stages[stage].category, stages[stage].tactic };
}

static struct act act_of(struct bench *b)
{
    uint32_t kind = dice(b, 100), pair = dice(b, PAIRS);
    if (b->flood)
        return (struct act){ 7, 7, 2000007, 2, false, "ET DOS one rule, one pair, again and again", "Denial of Service", "TA0040" };
    if (kind < 50)
        return (struct act){ (uint32_t)(offered / 4000000) * SCANNERS + dice(b, SCANNERS), dice(b, HOSTS), 2010000 + dice(b, 40), 3,
                             false, "ET SCAN Suspicious inbound to a service that is closed here", "Detection of a Network Scan", "TA0043" };
    if (kind < 75)
        return (struct act){ pair * 7 % HOSTS, pair * 13 % HOSTS, 2020000 + pair % 150, 3, true,
                             "ET POLICY Outdated TLS version in use between servers", "Potentially Bad Traffic", "" };
    if (kind < 90)
        return guess(b);
    if (kind < 98)
        return (struct act){ pair % 40, 1000 + pair % 100, 9100000 + pair % 12, 2, true,
                             "FENGSUI OT 写线圈 Modbus write from a station not in the policy", "Attempted control of a process", "TA0106" };
    return staged(b);
}

static size_t alert_of(struct bench *b, char out[JSON_MAX], unsigned r)
{
    struct act a = act_of(b);
    char when[CLOCK_TEXT_MAX], source[40];
    clock_text(clock_wall_us(), when);
    snprintf(source, sizeof source, a.inside ? "10.1.%u.%u" : "198.%u.%u.7", a.inside ? a.source / 250 : 18 + a.source / 65536,
             a.inside ? 1 + a.source % 250 : a.source / 256 % 256);
    if (!a.inside)
        snprintf(source, sizeof source, "198.%u.%u.%u", 18 + a.source / 65536 % 200, a.source / 256 % 256, a.source % 256);
    int n = snprintf(out, JSON_MAX,
        "{\"id\":\"@\",\"timestamp\":\"%s\",\"event_type\":\"alert\",\"sensor\":\"%s\",\"region\":\"%s\",\"status\":\"actual\","
        "\"flow_id\":%u,\"in_iface\":\"eth1\",\"src_ip\":\"%s\",\"src_port\":%u,\"dest_ip\":\"10.1.%u.%u\",\"dest_port\":%u,"
        "\"proto\":\"TCP\",\"app_proto\":\"%s\",\"community_id\":\"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\",\"direction\":\"to_server\","
        "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":%u,\"rev\":3,\"signature\":\"%s\",\"category\":\"%s\","
        "\"severity\":%u%s%s%s},\"flow\":{\"pkts_toserver\":%u,\"pkts_toclient\":3,\"bytes_toserver\":%u,\"bytes_toclient\":1870},"
        "\"dest_asset\":{\"name\":\"srv-%u\",\"unit\":\"第%u供电所\",\"sector\":\"energy\",\"region\":\"%s\",\"mlps_level\":%u}}",
        when, b->sensor[r], b->region[r], dice(b, 1u << 30), source, 1024 + dice(b, 60000), a.host / 250, 1 + a.host % 250,
        a.inside ? 502u : 443u, a.inside ? "modbus" : "tls", a.sid, a.signature, a.category, a.severity,
        *a.tactic ? ",\"metadata\":{\"mitre_tactic_id\":[\"" : "", a.tactic, *a.tactic ? "\"]}" : "",
        1 + dice(b, 40), 60 + dice(b, 9000), a.host, a.host % 60, b->region[r], 2 + a.host % 3);
    return (size_t)n;
}

/* ---- lags ---- */

static void lag_add(struct bench *b, unsigned which, uint64_t lag_us)
{
    uint64_t ms = lag_us / 1000 < LAG_MAX_MS ? lag_us / 1000 : LAG_MAX_MS;
    b->second[which].count[ms]++;
    b->second[which].all++;
    b->total[which].count[ms]++;
    b->total[which].all++;
}

static unsigned lag_at(const struct lags *l, unsigned percent)
{
    uint64_t seen = 0;
    for (unsigned ms = 0; ms <= LAG_MAX_MS; ms++)
        if ((seen += l->count[ms]) * 100 >= l->all * percent && l->all > 0)
            return ms;
    return 0;
}

/* "bench-2:1763776000000000:41" is the 42nd of its region; region r has each one that leaves r. */
static bool due_of(const struct bench *b, const char *id, unsigned *region, uint64_t *seq, uint64_t *due_us)
{
    char sensor[EVENT_ID_MAX];
    uint64_t epoch;
    if (event_id_parse(id, sensor, &epoch, seq) != 0 || strncmp(sensor, "bench-", 6) != 0)
        return false;
    *region = (unsigned)strtoul(sensor + 6, NULL, 10) % REGIONS_MAX;
    *due_us = b->from_us + (uint64_t)((double)(*seq * b->regions + *region) * 1e6 / b->rate);
    return true;
}

static void version_seen(struct bench *b, const char *json, uint64_t now)
{
    const char *at = strstr(json, "\"alert_ids\":[");
    for (at = at != NULL ? at + 13 : ""; *at == '"';) {
        const char *end = strchr(++at, '"');
        char id[EVENT_ID_MAX];
        uint64_t seq, due;
        unsigned region;
        if (end == NULL || (size_t)(end - at) >= sizeof id)
            return;
        memcpy(id, at, (size_t)(end - at));
        id[end - at] = '\0';
        if (due_of(b, id, &region, &seq, &due))
            lag_add(b, 0, now > due ? now - due : 0);
        at = end[1] == ',' ? end + 2 : "";
    }
}

/* ---- the meter ---- */

static redisReply *ask(redisContext *redis, int n, const char **words)
{
    redisReply *r = redisCommandArgv(redis, n, words, NULL);
    if (r != NULL && r->type != REDIS_REPLY_ERROR)
        return r;
    fprintf(stderr, "platform: redis: %s\n", r != NULL ? r->str : redis->errstr);
    exit(1);
}

static redisContext *connect_redis(const struct bench *b)
{
    struct redis_where where;
    struct redis_server server;
    struct fault f = { 0 };
    redisContext *redis = redis_where_parse(b->redis, NULL, NULL, &where, &f) == 0 ? redis_connect(&where, 5000000, &server, &f) : NULL;
    if (redis == NULL) {
        fprintf(stderr, "platform: %s\n", f.why);
        exit(1);
    }
    redisSetTimeout(redis, (struct timeval){ 60, 0 });
    return redis;
}

static const redisReply *member(const redisReply *map, const char *name)
{
    for (size_t i = 0; i + 1 < map->elements; i += 2)
        if (strcmp(map->element[i]->str, name) == 0)
            return map->element[i + 1];
    return NULL;
}

/* Where a group stands: the oldest entry that it has not acknowledged, as an id to read from; and whether there is one. */
static void group_floor(redisContext *redis, const char *key, const char *group, char out[64])
{
    const char *pending[] = { "XPENDING", key, group }, *groups[] = { "XINFO", "GROUPS", key };
    redisReply *r = ask(redis, 3, pending);
    snprintf(out, 64, "%s", r->elements > 1 && r->element[1]->type == REDIS_REPLY_STRING ? r->element[1]->str : "");
    freeReplyObject(r);
    if (*out != '\0')
        return;
    r = ask(redis, 3, groups);
    for (size_t i = 0; i < r->elements; i++)
        if (strcmp(member(r->element[i], "name")->str, group) == 0)
            snprintf(out, 64, "(%s", member(r->element[i], "last-delivered-id")->str);
    freeReplyObject(r);
}

/* The number of alerts before the group's floor; the lag of the one at it. */
static void look_at_group(struct bench *b, redisContext *redis, unsigned r, const char *group, uint64_t *count, bool measure)
{
    char key[STREAM_KEY_MAX], floor[64];
    stream_key(key, b->region[r], STREAM_ALERTS);
    group_floor(redis, key, group, floor);
    const char *words[] = { "XRANGE", key, *floor ? floor : "-", "+", "COUNT", "1" };
    uint64_t seq, due, now = clock_steady_us();
    unsigned region;
    redisReply *range = ask(redis, 6, words);
    bool behind = range->elements > 0;
    if (behind && due_of(b, range->element[0]->element[1]->element[1]->str, &region, &seq, &due)) {
        *count = seq;
        if (measure)
            lag_add(b, 1, now > due ? now - due : 0);
    } else if (!behind) {
        *count = b->done ? UINT64_MAX : *count;
        if (measure)
            lag_add(b, 1, 0);
    }
    freeReplyObject(range);
}

static void report(struct bench *b, uint64_t now)
{
    uint64_t archived = 0;
    if (now < b->reported_us + 1000000)
        return;
    b->reported_us = now;
    for (unsigned r = 0; r < b->regions; r++)
        archived += b->archived[r] < UINT64_MAX ? b->archived[r] : 0;
    printf("%.0f %" PRIu64 " %" PRIu64, (double)(now - b->from_us) / 1e6, offered, archived);
    for (unsigned i = 0; i < 2; i++) {
        printf(" %u %u", lag_at(&b->second[i], 50), lag_at(&b->second[i], 99));
        memset(&b->second[i], 0, sizeof b->second[i]);
    }
    printf("\n");
    fflush(stdout);
}

static void read_versions(struct bench *b, redisContext *redis, char last[REGIONS_MAX][64])
{
    const char *words[6 + 2 * REGIONS_MAX] = { "XREAD", "COUNT", "200", "BLOCK", "50", "STREAMS" };
    char keys[REGIONS_MAX][STREAM_KEY_MAX];
    for (unsigned r = 0; r < b->regions; r++) {
        stream_key(keys[r], b->region[r], STREAM_INCIDENTS);
        words[6 + r] = keys[r];
        words[6 + b->regions + r] = last[r];
    }
    redisReply *reply = ask(redis, (int)(6 + 2 * b->regions), words);
    uint64_t now = clock_steady_us();
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        const redisReply *list = reply->element[i]->element[1];
        unsigned r = 0;
        while (strcmp(keys[r], reply->element[i]->element[0]->str) != 0)
            r++;
        for (size_t k = 0; k < list->elements; k++) {
            version_seen(b, list->element[k]->element[1]->element[7]->str, now);
            snprintf(last[r], sizeof last[r], "%s", list->element[k]->element[0]->str);
        }
    }
    freeReplyObject(reply);
}

static bool all_done(const struct bench *b)
{
    for (unsigned r = 0; r < b->regions; r++)
        if (b->archived[r] != UINT64_MAX || b->correlated[r] != UINT64_MAX)
            return false;
    return true;
}

static void *meter(void *bench)
{
    struct bench *b = bench;
    char last[REGIONS_MAX][64];
    redisContext *redis = connect_redis(b);
    for (unsigned r = 0; r < REGIONS_MAX; r++)
        strcpy(last[r], "0-0");
    for (uint64_t looked = 0; !all_done(b);) {
        read_versions(b, redis, last);
        uint64_t now = clock_steady_us();
        if (now < looked + 50000)
            continue;
        looked = now;
        for (unsigned r = 0; r < b->regions; r++) {
            look_at_group(b, redis, r, GROUP_ARCHIVER, &b->archived[r], !b->done);
            look_at_group(b, redis, r, GROUP_CORRELATOR, &b->correlated[r], false);
        }
        report(b, now);
    }
    redisFree(redis);
    return NULL;
}

/* ---- offering ---- */

static void make_groups(const struct bench *b)
{
    redisContext *redis = connect_redis(b);
    for (unsigned r = 0; r < b->regions; r++)
        for (unsigned g = 0; g < 2; g++) {
            char key[STREAM_KEY_MAX];
            stream_key(key, b->region[r], STREAM_ALERTS);
            freeReplyObject(redisCommand(redis, "XGROUP CREATE %s %s 0 MKSTREAM", key, g ? GROUP_ARCHIVER : GROUP_CORRELATOR));
        }
    redisFree(redis);
}

static int open_all(struct bench *b, const char *spool)
{
    struct fault f = { 0 };
    for (unsigned r = 0; r < b->regions; r++) {
        char dir[4096];
        snprintf(b->region[r], sizeof b->region[r], "43%02u00", (r + 1) % 100);
        snprintf(b->sensor[r], sizeof b->sensor[r], "bench-%u", r);
        snprintf(dir, sizeof dir, "%s/%u", spool, r);
        struct publish_settings s = { .redis = b->redis, .region = b->region[r], .sensor = b->sensor[r], .spool_dir = dir,
                                      .spool_bytes_max = UINT64_C(8) << 30, .segment_bytes = 8 << 20, .ring_bytes = 8 << 20,
                                      .fsync_every_us = 50000, .wait_when_full = true };
        if ((b->publishers[r] = publisher_open(&s, 1, &f)) == NULL) {
            fprintf(stderr, "platform: %s\n", f.why);
            return 1;
        }
    }
    return 0;
}

static void offer_all(struct bench *b)
{
    char json[JSON_MAX];
    b->from_us = b->reported_us = clock_steady_us();
    while (offered < b->count) {
        uint64_t due = (uint64_t)((double)(clock_steady_us() - b->from_us) * b->rate / 1e6);
        for (; offered < due && offered < b->count; offered++) {
            unsigned r = (unsigned)(offered % b->regions);
            size_t n = alert_of(b, json, r);
            publish_offer(b->publishers[r], 0, STREAM_ALERTS, "alert", 2, json, n);
        }
        struct timespec nap = { 0, 2000000 };
        nanosleep(&nap, NULL);
    }
}

int main(int argc, char **argv)
{
    struct bench *b = calloc(1, sizeof *b);
    pthread_t thread;
    uint64_t left = 0;
    if (argc < 6 || b == NULL || strtoul(argv[3], NULL, 10) - 1 >= REGIONS_MAX) {
        fprintf(stderr, "usage: platform REDIS SPOOL_DIR REGIONS RATE COUNT [flood]   (at most %d regions)\n", REGIONS_MAX);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    log_open("platform", LOG_LEVEL_WARNING);
    b->redis = argv[1];
    b->regions = (unsigned)strtoul(argv[3], NULL, 10);
    b->rate = strtod(argv[4], NULL);
    b->count = strtoull(argv[5], NULL, 10);
    b->flood = argc > 6 && strcmp(argv[6], "flood") == 0;
    if (open_all(b, argv[2]) != 0)
        return 1;
    make_groups(b);
    b->from_us = clock_steady_us();
    pthread_create(&thread, NULL, meter, b);
    offer_all(b);
    for (unsigned r = 0; r < b->regions; r++)
        left += publisher_close(b->publishers[r], UINT64_C(600000000));
    b->done = true;
    pthread_join(thread, NULL);
    printf("total %" PRIu64 " %.3f %u %u %u %u %.2f\n", b->count, (double)(clock_steady_us() - b->from_us) / 1e6,
           lag_at(&b->total[0], 50), lag_at(&b->total[0], 99), lag_at(&b->total[1], 50), lag_at(&b->total[1], 99),
           (double)clock_cpu_us() / 1e6);
    free(b);
    return left != 0;
}
