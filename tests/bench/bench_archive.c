/* How many rows a second the archive takes, in the archiver's own batches: flows (no text index), alerts, and versions of incidents.
 *
 *     bench_archive STORE ROWS      (as archive.store has it) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "common/clock.h"
#include "events/incident.h"

enum { BATCH = 2048, JSON_MAX = 16384 };

static size_t flow_of(char *out, size_t cap, const char *when, unsigned i)
{
    return (size_t)snprintf(out, cap,
        "{\"id\":\"bench:1:%u\",\"timestamp\":\"%s\",\"event_type\":\"flow\",\"sensor\":\"bench\",\"region\":\"430100\","
        "\"status\":\"actual\",\"flow_id\":%u,\"in_iface\":\"eth0\",\"src_ip\":\"192.0.%u.%u\",\"src_port\":%u,\"dest_ip\":"
        "\"10.1.%u.%u\",\"dest_port\":443,\"proto\":\"TCP\",\"app_proto\":\"tls\",\"community_id\":\"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\","
        "\"ndpi\":{\"protocol\":\"TLS.Google\",\"category\":\"Web\",\"confidence\":\"DPI\"},\"flow\":{\"start\":\"%s\",\"end\":\"%s\","
        "\"pkts_toserver\":12,\"pkts_toclient\":10,\"bytes_toserver\":1432,\"bytes_toclient\":9876,\"state\":\"closed\","
        "\"reason\":\"finished\",\"alerts\":0},\"src_asset\":{\"name\":\"ws-17\",\"unit\":\"Unit 5\",\"sector\":\"power\","
        "\"region\":\"430100\",\"mlps_level\":3}}", i, when, i, i / 250 % 250, i % 250, 1024 + i % 60000, i / 7 % 250, i % 7, when, when);
}

static size_t alert_of(char *out, size_t cap, const char *when, unsigned i)
{
    return (size_t)snprintf(out, cap,
        "{\"id\":\"bench:2:%u\",\"timestamp\":\"%s\",\"event_type\":\"alert\",\"sensor\":\"bench\",\"region\":\"430100\","
        "\"status\":\"actual\",\"src_ip\":\"192.0.2.%u\",\"src_port\":%u,\"dest_ip\":\"10.1.0.%u\",\"dest_port\":502,"
        "\"proto\":\"TCP\",\"app_proto\":\"modbus\",\"alert\":{\"signature_id\":%u,\"gid\":1,\"rev\":2,\"severity\":%u,\"signature\":"
        "\"Modbus write coil from a laptop\",\"category\":\"Attempted control\"},\"modbus\":{\"function_code\":5,"
        "\"function_code_name\":\"write_single_coil\"},\"dest_asset\":{\"name\":\"rtu-%u\",\"unit\":\"长沙供电公司\",\"sector\":"
        "\"power\",\"region\":\"430100\"}}", i, when, i % 250, 1024 + i % 60000, i % 7, 1000 + i % 90, 1 + i % 4, i % 40);
}

/* As under a flood: a thousand incidents in turn, with so many parties, rules, joins and new alerts as one has there. Most versions
 * only count on; in one of eight somebody is new. */
enum { INCIDENTS = 1000, VICTIMS = 11, RULES = 8, JOINS = 12, NEW_ALERTS = 24 };

static size_t incident_of(char *out, size_t cap, const char *when, unsigned i)
{
    char id[32], names[VICTIMS + 1][32], texts[NEW_ALERTS][32];
    struct incident_party victims[VICTIMS], attackers[2];
    struct incident_rule rules[RULES];
    struct incident_join joins[JOINS];
    const char *tactics[] = { "TA0043", "TA0001" }, *ids[NEW_ALERTS];
    unsigned which = i % INCIDENTS, version = 1 + i / INCIDENTS;
    uint64_t now;
    clock_parse(when, &now);
    snprintf(id, sizeof id, "I-430100-20261122-%u", which);
    for (unsigned k = 0; k <= VICTIMS; k++)
        snprintf(names[k], sizeof names[k], "10.%u.%u.%u", which % 200, which / 200, k < VICTIMS - 1 ? k : 20 + version / 8);
    for (unsigned k = 0; k < VICTIMS; k++)
        victims[k] = (struct incident_party){ names[k], "srv-1810", "第10供电所", "energy", "430100", "" };
    for (unsigned k = 0; k < 2; k++)
        attackers[k] = (struct incident_party){ k ? names[VICTIMS] : "198.18.0.33", "", "", "", "", "" };
    for (unsigned k = 0; k < RULES; k++)
        rules[k] = (struct incident_rule){ 1, 2010000 + k, "ET SCAN Suspicious inbound to a service that is closed here", version, 3 };
    for (unsigned k = 0; k < JOINS; k++)
        joins[k] = (struct incident_join){ now, "same attacker 198.18.0.33, another victim, 0 s later: ET SCAN Suspicious inbound to a service that is closed here",
                                           "同一攻击者 198.18.0.33，新的受害者，0 秒后：ET SCAN Suspicious inbound to a service that is closed here" };
    for (unsigned k = 0; k < NEW_ALERTS; k++) {
        snprintf(texts[k], sizeof texts[k], "bench:2:%u", i * NEW_ALERTS + k);
        ids[k] = texts[k];
    }
    struct incident incident = { .id = id, .version = version, .title_en = "ET SCAN Suspicious inbound to a service: srv-1810",
        .title_zh = "srv-1810：ET SCAN Suspicious inbound to a service", .region = "430100", .sector = "energy", .status = "actual", .level = LEVEL_GENERAL,
        .category = "", .first_us = now, .last_us = now, .detected_at_us = now, .alert_count = NEW_ALERTS * version, .score = 13.2, .owner = "",
        .victims = victims, .victim_count = VICTIMS, .attackers = attackers, .attacker_count = 2, .rules = rules, .rule_count = RULES,
        .tactics = tactics, .tactic_count = 2, .joins = joins, .join_count = JOINS, .alert_ids = ids, .alert_id_count = NEW_ALERTS };
    struct text t = text_over(out, cap - 1);
    incident_json(&incident, &t);
    return t.len;
}

static void measure(struct archive *a, const char *what, unsigned rows, size_t (*make)(char *, size_t, const char *, unsigned))
{
    char json[JSON_MAX], when[CLOCK_TEXT_MAX];
    struct fault f = { 0 };
    size_t bytes = 0;
    uint64_t from = clock_steady_us(), cpu = clock_cpu_us(), time = UINT64_C(1795291771000000);
    for (unsigned i = 0; i < rows; i++) {
        clock_text(time + i * 997, when);
        size_t n = make(json, sizeof json, when, i);
        bytes += n;
        if (i % BATCH == 0 && archive_begin(a, &f) != 0)
            break;
        if (archive_put(a, "events", "430100", json, n, &f) != 0 ||
            ((i % BATCH == BATCH - 1 || i == rows - 1) && archive_commit(a, &f) != 0))
            break;
    }
    double seconds = (double)(clock_steady_us() - from) / 1e6, busy = (double)(clock_cpu_us() - cpu) / 1e6;
    printf("%u %s of %zu bytes: %.0f rows/s, %.1f us CPU a row%s%s\n", rows, what, bytes / rows,
           rows / seconds, 1e6 * busy / rows, f.code ? ": " : "", f.code ? f.why : "");
}

int main(int argc, char **argv)
{
    struct fault f = { 0 };
    if (argc != 3) {
        fprintf(stderr, "usage: bench_archive STORE ROWS\n");
        return 2;
    }
    struct archive *a = archive_open(argv[1], ARCHIVE_WRITE, &f);
    if (a == NULL) {
        fprintf(stderr, "bench_archive: %s\n", f.why);
        return 1;
    }
    unsigned rows = (unsigned)strtoul(argv[2], NULL, 10);
    measure(a, "flows", rows, flow_of);
    measure(a, "alerts with text", rows / 4, alert_of);
    measure(a, "incidents' versions", rows / 40, incident_of);
    archive_close(a);
    return 0;
}
