/* Hostile IP packets, one after another (a length byte before each), decoded and, where they are fragments, put together.
 * What must hold: every packet given lies in readable memory, no datagram is longer than 65535 bytes, and ceilings are kept. */
#include <assert.h>
#include <string.h>

#include "common/cursor.h"
#include "flow/fragment.h"

static unsigned touch(const uint8_t *bytes, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += bytes[i];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct cursor c = cursor_over(bytes, size);
    uint8_t mode = cursor_u8(&c);
    struct fragment_limits l = { .datagrams_max = 4, .bytes_max = 1 << 19, .idle_us = 50, .policy = (enum overlap_policy)(mode % 6) };
    struct fragments *t = fragments_new(&l);
    struct decoder d = { .checksums = mode & 0x80 };
    volatile unsigned sum = 0;
    for (uint64_t now_us = 1000; c.status == CURSOR_OK && c.left > 0; now_us++) {
        size_t n = cursor_u8(&c);
        struct packet like = { .time_us = now_us, .number = now_us, .ip_version = 4, .linktype = 101 }, in[DECODE_LAYERS_MAX], out[DECODE_LAYERS_MAX];
        if (n > c.left)
            n = c.left;
        const uint8_t *ip = cursor_bytes(&c, n);
        if (n > 0)
            like.ip_version = ip[0] >> 4 == 6 ? 6 : 4;
        like.frame = ip;
        like.caplen = like.len = (uint32_t)n;
        size_t count = decode_ip(&d, &like, ip, (uint32_t)n, in);
        for (size_t i = 0; i < count; i++) {
            if (!in[i].fragment)
                continue;
            size_t whole = fragments_take(t, &d, &in[i], out);
            for (size_t k = 0; k < whole; k++) {
                assert(out[k].rebuilt && out[k].ip_len <= 65535 + 40);
                sum += touch(out[k].payload, out[k].payload_len);
                if (out[k].ip != NULL)
                    sum += touch(out[k].ip, out[k].ip_len);
            }
        }
        assert(fragments_counts(t)->waiting <= 4 && fragments_counts(t)->waiting_bytes <= l.bytes_max);
    }
    (void)sum;
    fragments_free(t);
    return 0;
}
