/* frames - hex text into packets, and packets into a line that a table can name. */
#ifndef TESTS_UNIT_DECODE_FRAMES_H
#define TESTS_UNIT_DECODE_FRAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "decode/decode.h"
#include "tests/support/hex.h"

enum { FRAME_BYTES_MAX = 2048, LINE_MAX_BYTES = 1024 };

/* Pieces that the tables put together. 10.0.0.1:1024 asks 10.0.0.2:53 four bytes; without checksums. */
#define ETH(type)   "020000000002 020000000001" type
#define IP4(total, proto) "4500" total "1234 0000 40" proto "0000 0a000001 0a000002"
#define IP6(length, next) "60000000" length next "40 20010db8000000000000000000000001 20010db8000000000000000000000002"
#define UDP4        "0400 0035 000c 0000 61626364"
#define DNS4        IP4("0020", "11") UDP4
#define DNS6        IP6("000c", "11") UDP4
#define TCP_SYN     "0400 0050 00000001 00000000 5002 2000 0000 0000"

struct decoded {
    struct decoder d;
    uint8_t       *bytes;           /* an exact copy on the heap, so that the sanitizers see a byte read too far */
    size_t         n, count;
    struct packet  out[DECODE_LAYERS_MAX];
};

static inline void decoded_bytes(struct decoded *g, int linktype, const uint8_t *bytes, size_t n, uint32_t len)
{
    g->bytes = malloc(n ? n : 1);
    memcpy(g->bytes, bytes, n);
    g->n = n;
    struct frame frame = { .bytes = g->bytes, .caplen = (uint32_t)n, .len = len, .time_us = 7, .number = 1, .linktype = linktype };
    g->count = decode_frame(&g->d, &frame, g->out);
}

static inline size_t frame_unhex(const char *hex, uint8_t bytes[FRAME_BYTES_MAX])
{
    return unhex(hex, bytes, FRAME_BYTES_MAX);
}

/* One line per packet: "vlan 5: gre: 10.0.0.1:1024 > 10.0.0.2:53 17 [4]", its flaws and events behind it; packets are
 * separated by " | ". */
static inline void packet_line(const struct packet *p, char *out, size_t cap)
{
    char src[ADDR_TEXT_MAX] = "", dst[ADDR_TEXT_MAX] = "";
    size_t n = 0;
    for (int i = 0; i < p->vlan_count; i++)
        n += (size_t)snprintf(out + n, cap - n, "vlan %u: ", p->vlan[i]);
    if (p->tunnel != TUNNEL_NONE)
        n += (size_t)snprintf(out + n, cap - n, "%s: ", tunnel_name(p->tunnel));
    if (p->ip_version == 0) {
        n += (size_t)snprintf(out + n, cap - n, "%04x [%u]", p->ethertype, p->link_payload_len);
    } else {
        addr_text(&p->src, src);
        addr_text(&p->dst, dst);
        n += (size_t)snprintf(out + n, cap - n, "%s:%u > %s:%u %u [%u", src, p->sport, dst, p->dport, p->proto, p->payload_len);
        if (p->payload_claimed != p->payload_len)
            n += (size_t)snprintf(out + n, cap - n, "/%u", p->payload_claimed);
        n += (size_t)snprintf(out + n, cap - n, "]%s%s", p->transport_ok ? "" : " no transport", p->fragment ? " fragment" : "");
    }
    n += (size_t)snprintf(out + n, cap - n, "%s%s%s", p->truncated ? " truncated" : "", p->malformed ? " malformed" : "",
                          p->bad_checksum ? " bad checksum" : "");
    for (unsigned e = 0; e < DECODE_EVENT_COUNT; e++)
        if (packet_has(p, (enum decode_event)e))
            n += (size_t)snprintf(out + n, cap - n, " %s", decode_event_names[e]);
}

static inline void decoded_line(const struct decoded *g, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < g->count; i++) {
        size_t n = strlen(out);
        if (i > 0)
            n += (size_t)snprintf(out + n, cap - n, " | ");
        packet_line(&g->out[i], out + n, cap - n);
    }
}

struct frame_case { const char *name; int linktype; const char *hex, *want; };

static inline void frames_expect(const struct frame_case *cases, size_t count, bool checksums)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[FRAME_BYTES_MAX];
        char got[LINE_MAX_BYTES];
        struct decoded g = { .d.checksums = checksums };
        size_t n = frame_unhex(cases[i].hex, bytes);
        decoded_bytes(&g, cases[i].linktype, bytes, n, (uint32_t)n);
        decoded_line(&g, got, sizeof got);
        free(g.bytes);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s:\n got %s\nwant %s", cases[i].name, got, cases[i].want);
    }
}

static inline void packet_stays_inside(const struct decoded *g, const struct packet *p)
{
    const uint8_t *from = g->bytes, *to = g->bytes + g->n;
    assert_true(p->payload_len == 0 || (p->payload >= from && p->payload + p->payload_len <= to));
    assert_true(p->ip == NULL || (p->ip >= from && p->ip + p->ip_len <= to));
    assert_true(p->transport == NULL || (p->transport >= from && p->transport + p->transport_len <= to));
    assert_true(p->icmp_inner == NULL || (p->icmp_inner >= from && p->icmp_inner + p->icmp_inner_len <= to));
    assert_true(p->payload_claimed >= p->payload_len);
}

/* Every prefix, once as the whole frame and once as what the capture kept of it; every single-bit change. The packets must
 * stay inside the frame, and a cut frame must never be called malformed. */
static inline void frames_torture(const struct frame_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[FRAME_BYTES_MAX];
        size_t whole = frame_unhex(cases[i].hex, bytes);
        struct decoded sound = { 0 };
        decoded_bytes(&sound, cases[i].linktype, bytes, whole, (uint32_t)whole);
        bool was_sound = sound.d.counts.malformed == 0;
        free(sound.bytes);
        for (size_t n = 0; n < whole * 2; n++) {
            struct decoded g = { .d.checksums = true };
            decoded_bytes(&g, cases[i].linktype, bytes, n / 2, (uint32_t)(n % 2 ? whole : n / 2));
            for (size_t k = 0; k < g.count; k++)
                packet_stays_inside(&g, &g.out[k]);
            if (n % 2 && was_sound && g.d.counts.malformed != 0)
                fail_msg("%s: %zu of %zu captured bytes are called malformed", cases[i].name, n / 2, whole);
            free(g.bytes);
        }
        for (size_t bit = 0; bit < whole * 8; bit++) {
            struct decoded g = { .d.checksums = true };
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            decoded_bytes(&g, cases[i].linktype, bytes, whole, (uint32_t)whole);
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            for (size_t k = 0; k < g.count; k++)
                packet_stays_inside(&g, &g.out[k]);
            free(g.bytes);
        }
    }
}

#define FRAMES_COUNT(cases) (sizeof(cases) / sizeof(cases)[0])

#endif
