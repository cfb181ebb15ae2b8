/* fire - rules given as text, a packet or a record before them, and the sids that answered.
 *
 * The records are of two made-up schemas: "http" with the names that classic keywords expect, and "toy" with a field of every
 * type, so that these tests hang on no dissector.
 */
#ifndef TESTS_DETECT_FIRE_H
#define TESTS_DETECT_FIRE_H

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/store.h"
#include "detect/detect.h"

enum { HTTP_METHOD, HTTP_URI, HTTP_URI_RAW, HTTP_HOST, HTTP_HEADER, HTTP_USER_AGENT, HTTP_BODY, HTTP_STAT_CODE, HTTP_LENGTH,
       HTTP_FILE_DATA, HTTP_RESPONSE_BODY, HTTP_COOKIE };
static const struct field http_fields[] = {
    { .name = "method", .type = FIELD_TEXT, .flags = FIELD_ASKED, .about = "Method." },
    { .name = "uri", .type = FIELD_TEXT, .flags = FIELD_ASKED, .about = "URI." },
    { .name = "uri_raw", .type = FIELD_TEXT, .aliases = "http.uri.raw", .about = "Raw URI." },
    { .name = "host", .type = FIELD_TEXT, .flags = FIELD_ASKED, .about = "Host." },
    { .name = "header", .type = FIELD_TEXT, .about = "Headers." },
    { .name = "user_agent", .type = FIELD_TEXT, .flags = FIELD_ASKED, .about = "User agent." },
    { .name = "request_body", .type = FIELD_BYTES, .flags = FIELD_ASKED, .about = "Body." },
    { .name = "stat_code", .type = FIELD_TEXT, .flags = FIELD_ANSWERED, .about = "Status." },
    { .name = "length", .type = FIELD_UINT, .unit = "bytes", .about = "Length." },
    { .name = "file_data", .type = FIELD_BYTES, .flags = FIELD_MANY, .aliases = "file.data", .about = "Content." },
    { .name = "response_body", .type = FIELD_BYTES, .about = "Body." },
    { .name = "cookie", .type = FIELD_TEXT, .flags = FIELD_ASKED, .about = "Cookie." }
};
static const struct anomaly http_anomalies[] = { { "bad_length", "A length that cannot be." }, { "gap", "A gap." } };
static const struct schema http_schema = { "http", http_fields, 12, http_anomalies, 2 };

enum { TOY_FUNCTION, TOY_LEVEL, TOY_RATIO, TOY_FLAG, TOY_TIME, TOY_NAMES, TOY_RAW, TOY_PEER, TOY_ANSWERS, TOY_RRNAME, TOY_TTL };
static const struct field_name toy_functions[] = {
    { 1, "read_coils" }, { 5, "write_single_coil" }, { 15, "write_multiple_coils" }, { 0, NULL }
};
static const struct field toy_fields[] = {
    { .name = "function_code", .type = FIELD_UINT, .names = toy_functions, .about = "Function." },
    { .name = "level", .type = FIELD_INT, .about = "Level." },
    { .name = "ratio", .type = FIELD_REAL, .about = "Ratio." },
    { .name = "flag", .type = FIELD_FLAG, .about = "Flag." },
    { .name = "time", .type = FIELD_TIME, .about = "Time." },
    { .name = "names", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Names." },
    { .name = "raw", .type = FIELD_BYTES, .about = "Raw." },
    { .name = "peer", .type = FIELD_ADDR, .about = "Peer." },
    { .name = "answers", .type = FIELD_LIST, .about = "Answers." },
    { .name = "rrname", .type = FIELD_TEXT, .in = TOY_ANSWERS + 1, .about = "Name of an answer." },
    { .name = "ttl", .type = FIELD_UINT, .in = TOY_ANSWERS + 1, .about = "Life of an answer." }
};
static const struct schema toy_schema = { "toy", toy_fields, 11, NULL, 0 };
static const struct schema *const schemas[] = { &http_schema, &toy_schema };
static const char *const decode_names[] = { "ipv4.trunc_pkt", "tcp.hlen_too_small", NULL };
static const char *const app_names[] = { "applayer_proto_detection_skipped", "applayer_unexpected_protocol", NULL };
static const char *const stream_names[] = { "reassembly_overlap_different_data", "closewait_invalid_ack", NULL };

/* ---- rules ---- */

struct heard { char text[8192]; size_t len; };

static inline void tell_refusal(void *ctx, const struct rules_refusal *r)
{
    struct heard *t = ctx;
    t->len += (size_t)snprintf(t->text + t->len, sizeof(t->text) - t->len, "%u:%u: %s\n", r->line, r->column, r->why);
}

static inline struct rules *rules_from(const char *text, size_t len, struct rules_report *report)
{
    struct rules_source src = { .text = text, .text_len = len, .schemas = schemas, .schema_count = 2,
                                .decode_events = decode_names, .stream_events = stream_names, .app_events = app_names };
    struct rules *r = NULL;
    struct fault f;
    if (rules_load(&src, report, &r, &f) != 0)
        fail_msg("%s", f.why);
    return r;
}

/* ---- one flow and its packets ---- */

struct scene {
    struct rules        *rules;
    struct detect       *detect;
    struct store        *store;
    struct account       account;
    struct detect_memory *memory;
    struct endpoint      client, server;
    struct subject       s;
    char                 said[1024];        /* "1 2 " */
};

static inline void on_alert(void *ctx, const struct alert_rule *rule, const struct record *r)
{
    struct scene *scene = ctx;
    (void)r;
    size_t n = strlen(scene->said);
    snprintf(scene->said + n, sizeof(scene->said) - n, "%u ", rule->sid);
}

/* 192.168.1.10:40000, at home, speaks TCP to 203.0.113.5:80; both sides have spoken. */
static inline void scene_begin(struct scene *c, const char *rules)
{
    memset(c, 0, sizeof(*c));
    struct heard refusals = { .len = 0 };
    struct rules_report report = { .refusal = tell_refusal, .ctx = &refusals };
    struct fault f;
    c->rules = rules_from(rules, strlen(rules), &report);
    if (report.refused)
        fail_msg("%s: %s", rules, refusals.text);
    c->detect = detect_new(c->rules, NULL, &f);
    c->store = store_new(1 << 20);
    c->account.most = 1 << 16;
    assert_non_null(c->detect);
    assert_int_equal(addr_parse("192.168.1.10", &c->client.addr), 0);
    assert_int_equal(addr_parse("203.0.113.5", &c->server.addr), 0);
    c->client.port = 40000;
    c->server.port = 80;
    c->s = (struct subject){ .time_us = 1000000, .flags = SUBJECT_FLOW | SUBJECT_ESTABLISHED, .ip_version = 4,
                             .proto = IPPROTO_TCP, .ttl = 64, .src = &c->client, .dest = &c->server, .tcp_flags = 0x18,
                             .transport = (const uint8_t *)"\x9c\x40\0\x50\0\0\0\1\0\0\0\2\x50\x18\x20\0\0\0\0\0", .transport_len = 20,
                             .flow_packets = { 5, 5 }, .memory = &c->memory, .store = c->store, .account = &c->account };
}

static inline void scene_end(struct scene *c)
{
    detect_memory_release(c->memory, c->store, &c->account);
    assert_int_equal(c->account.used, 0);
    store_free(c->store);
    detect_free(c->detect);
    rules_free(c->rules);
}

static inline void scene_turn(struct scene *c, enum direction dir)
{
    c->s.dir = dir;
    c->s.src = dir == FROM_CLIENT ? &c->client : &c->server;
    c->s.dest = dir == FROM_CLIENT ? &c->server : &c->client;
}

/* The sids that the packet's payload draws, in order: "1 2 ". The bytes are an exact copy on the heap. */
static inline const char *scene_packet(struct scene *c, const void *payload, size_t len)
{
    const struct detect_out out = { on_alert, c };
    uint8_t *copy = malloc(len ? len : 1);
    if (len)
        memcpy(copy, payload, len);
    c->s.payload = copy;
    c->s.payload_len = (uint32_t)len;
    c->said[0] = '\0';
    detect_packet(c->detect, &c->s, &out);
    c->s.payload = (const uint8_t *)"";
    c->s.payload_len = 0;
    free(copy);
    return c->said;
}

/* A TCP segment in order: `fresh` new bytes at the end of what the direction's window holds. */
static inline const char *scene_stream(struct scene *c, const char *window, size_t len, size_t fresh, uint64_t at)
{
    const struct detect_out out = { on_alert, c };
    uint8_t *copy = malloc(len);
    memcpy(copy, window, len);
    c->s.flags |= SUBJECT_STREAM;
    c->s.stream = copy;
    c->s.stream_len = (uint32_t)len;
    c->s.stream_fresh = (uint32_t)fresh;
    c->s.stream_at = at;
    c->s.payload = copy + (len - fresh);
    c->s.payload_len = (uint32_t)fresh;
    c->said[0] = '\0';
    detect_packet(c->detect, &c->s, &out);
    c->s.stream = NULL;
    c->s.payload = (const uint8_t *)"";
    c->s.payload_len = 0;
    free(copy);
    return c->said;
}

static inline const char *scene_record(struct scene *c, const struct record *r)
{
    const struct detect_out out = { on_alert, c };
    c->said[0] = '\0';
    detect_record(c->detect, &c->s, r, &out);
    return c->said;
}

static inline void record_text(struct record *r, uint16_t row, const char *text)
{
    record_bytes(r, row, text, strlen(text));
}

#endif
