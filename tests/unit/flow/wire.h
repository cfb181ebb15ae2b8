/* wire - packets for the flow tests, without frames: only what the flow room reads is filled in. */
#ifndef TESTS_UNIT_FLOW_WIRE_H
#define TESTS_UNIT_FLOW_WIRE_H

#include <netinet/in.h>
#include <string.h>

#include "flow/flow.h"

enum { SECOND = 1000000 };

struct wire {               /* one conversation */
    uint32_t client, server;
    uint16_t client_port, server_port;
    uint64_t now_us;
};

static inline struct wire wire_conversation(uint32_t client, uint16_t client_port)
{
    return (struct wire){ .client = client, .server = 0x0a00000a, .client_port = client_port, .server_port = 502,
                          .now_us = 1000 * (uint64_t)SECOND };
}

static inline struct addr wire_addr(uint32_t a)
{
    uint8_t four[4] = { (uint8_t)(a >> 24), (uint8_t)(a >> 16), (uint8_t)(a >> 8), (uint8_t)a };
    return addr_v4(four);
}

static inline struct packet wire_packet(struct wire *w, bool from_client, uint8_t proto, const void *payload, size_t n)
{
    static const uint8_t header[64];
    w->now_us += 10;
    return (struct packet){
        .time_us = w->now_us, .ip_version = 4, .ip = header, .ip_header_len = 20, .proto = proto, .transport_ok = true,
        .transport = header, .transport_len = proto == IPPROTO_TCP ? 20 : 8,
        .src = wire_addr(from_client ? w->client : w->server), .dst = wire_addr(from_client ? w->server : w->client),
        .sport = from_client ? w->client_port : w->server_port, .dport = from_client ? w->server_port : w->client_port,
        .payload = n > 0 ? payload : (const void *)"", .payload_len = (uint32_t)n, .payload_claimed = (uint32_t)n,
    };
}

static inline struct packet wire_tcp(struct wire *w, bool from_client, uint8_t flags, uint32_t seq, uint32_t ack,
                                     const void *payload, size_t n)
{
    struct packet p = wire_packet(w, from_client, IPPROTO_TCP, payload, n);
    p.tcp_flags = flags;
    p.tcp_seq = seq;
    p.tcp_ack = ack;
    p.tcp_window = 65535;
    return p;
}

#endif
