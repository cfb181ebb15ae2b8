/* Hostile frames into the decoder: two bytes of link type, one that says how much the capture cut, then the frame.
 * What must hold: never outside the frame, at least one packet and no more than DECODE_LAYERS_MAX, every pointer of a packet
 * inside the frame, a claimed length never below the readable one, and events that add up to the counters. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"

static void inside(const struct packet *p, const uint8_t *at, size_t n)
{
    assert(n == 0 || (at >= p->frame && at + n <= p->frame + p->caplen));
}

static uint64_t check(const struct packet *p)
{
    inside(p, p->payload, p->payload_len);
    inside(p, p->link_payload, p->link_payload_len);
    inside(p, p->ip, p->ip_len);
    inside(p, p->transport, p->transport_len);
    inside(p, p->icmp_inner, p->icmp_inner_len);
    assert(p->payload != NULL && p->payload_claimed >= p->payload_len);
    assert(p->vlan_count <= PACKET_VLAN_MAX && p->depth < DECODE_LAYERS_MAX);
    assert(p->transport_ok == (p->transport != NULL));
    uint64_t events = 0;
    for (int i = 0; i < PACKET_EVENT_WORDS; i++)
        events += (uint64_t)__builtin_popcountll(p->events[i]);
    return events;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 3)
        return 0;
    size_t n = size - 3;
    uint8_t *exact = malloc(n ? n : 1);     /* so that a byte too far is seen */
    memcpy(exact, bytes + 3, n);
    struct frame frame = { .bytes = exact, .caplen = (uint32_t)n, .len = (uint32_t)n + bytes[2], .number = 1,
                           .linktype = bytes[0] << 8 | bytes[1] };
    struct decoder d = { .checksums = n % 2 };
    struct packet out[DECODE_LAYERS_MAX];
    size_t count = decode_frame(&d, &frame, out);
    assert(count >= 1 && count <= DECODE_LAYERS_MAX && d.counts.packets == count);
    uint64_t events = 0, counted = 0;
    for (size_t i = 0; i < count; i++)
        events += check(&out[i]);
    for (int i = 0; i < DECODE_EVENT_COUNT; i++)
        counted += d.counts.events[i];
    assert(events <= counted);
    if (out[0].ip_version != 0) {
        struct packet again[DECODE_LAYERS_MAX];
        assert(decode_ip(&d, &out[0], out[0].ip, out[0].ip_len, again) >= 1);
    }
    free(exact);
    return 0;
}
